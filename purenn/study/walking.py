"""Walking through a recording: from one event to another, and the questions that a learner is asked.

The functions that move take a Recording and the number of an event. They return the number of another event, or the
same number if there is no event to go to.
"""
import math
import re
from typing import Any, List, NamedTuple, Optional, Tuple

from ..linalg import PurennError
from .events import Place
from .recording import Recording

LEVELS = ("phase", "layer", "neuron", "input")
TOLERANCE = 0.01                                            # of an answer, relative to the right one

# A call in a formula. %s is the name of the function or method; the parentheses in the call are at most two deep.
CALL = r"(?:\w+(?:\([^()]*\))?\.)?\b%s\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"


def over(recording: Recording, number: int, way: int = 1) -> int:
    """The next event of the same function or of one that called it; with way −1 the one before."""
    depth = recording.events[number].depth
    for other in _from(recording, number, way):
        if recording.events[other].depth <= depth:
            return other
    return number


def out(recording: Recording, number: int, way: int = 1) -> int:
    """The next event of what called the function; with way −1 the line that called it."""
    depth = recording.events[number].depth
    for other in _from(recording, number, way):
        if recording.events[other].depth < depth:
            return other
    return number


def along(recording: Recording, number: int, level: str, way: int = 1) -> int:
    """The first event of the next phase, layer, neuron or input; with way −1 that of the one before."""
    def at(other):
        """The place down to the level; None if there is nothing of that level."""
        place = recording.events[other].place[:Place._fields.index(level) + 1]
        return None if place[-1] is None else place

    here = at(number)
    found, first = None, number
    for other in _from(recording, number, way):
        place = at(other)
        if place is None or (place == here and found is None):
            continue
        if way > 0:
            return other
        if found is not None and place != found:
            break
        found, first = place, other
    return first


def _from(recording, number, way):
    return range(number + 1, len(recording)) if way > 0 else range(number - 1, -1, -1)


def formula(recording: Recording, number: int, way: int = 1) -> int:
    """The next event at which a result is asked for; with way −1 the one before."""
    for other in _from(recording, number, way):
        if question(recording, other):
            return other
    return number


# Jumps.

def event(recording: Recording, text: str) -> int:
    """The number of an event, given as text; raises PurennError if there is no such event."""
    if not re.match(r"[0-9]{1,9}\Z", text.strip()) or int(text) >= len(recording):
        raise PurennError(f"found {text[:40]!r}; it must be a whole number from 0 to {len(recording) - 1}")
    return int(text)


def line_at(recording: Recording, number: int, text: str) -> int:
    """The next event at a line, ``42`` in the current file or ``neuron.py:42``; if none follows, the first one.

    Raises PurennError if no event is at the line.
    """
    match = re.match(r"(?:(.*):)?([0-9]{1,9})\Z", text.strip())
    if not match:
        raise PurennError(f"found {text[:40]!r}; give a line, such as 42, or neuron.py:42")
    file = recording.functions[recording.events[number].function].file
    name, line = match.group(1), int(match.group(2))
    for other in [*range(number + 1, len(recording)), *range(number + 1)]:
        event = recording.events[other]
        found = recording.functions[event.function].file
        if event.line == line and event.kind == "line" and (
                found == file if name is None else (found == name or found.endswith("/" + name))):
            return other
    raise PurennError(f"no event is at line {line} of {name or file}")


def last_change(recording: Recording, number: int, text: str) -> int:
    """The line that last changed a quantity before this event or, if none did, the first that will.

    A quantity is an entry of a list, ``2.weight[1][0]``, or ``w2_10`` for short (``b2_1`` the bias, ``g2_10`` and
    ``gb2_1`` their slopes, ``z2_1`` output 1 of layer 2); the whole list, ``2.weight[1]``; or a variable, ``delta``.
    Raises PurennError if nothing has that name, or if the quantity does not change in the recording.
    """
    made = all_changes(recording, text)
    earlier = [other for other in made if other < number]
    return earlier[-1] if earlier else made[0]


def all_changes(recording: Recording, text: str) -> List[int]:
    """All lines that change a quantity, which is named as for ``last_change``."""
    name, index = _quantity(recording, text.strip())
    numbers = [key for key, known in recording.names.items() if known == name]
    changes = [other for other in range(1, len(recording)) if _changes(recording.events[other], numbers, index)]
    if not numbers:
        changes = [other for other in range(1, len(recording)) if name in recording.events[other].variables]
        if not changes:
            raise PurennError(f"nothing is called {text[:40]!r}; names are 2.weight[1][0] or w2_10, 2.bias[1] or b2_1, "
                              "2.weight_grad[1][0] or g2_10, 0.output, 1.input_grad, or the name of a variable")
    if not changes:
        raise PurennError(f"{text[:40]} does not change in this step")
    return sorted({_maker(recording, other) for other in changes})


SHORT = {"w": "weight", "b": "bias", "g": "weight_grad", "gb": "bias_grad", "z": "output", "a": "output"}


def _quantity(recording, text):
    """The name of a list and the index in it, which is None if the text has none."""
    match = re.match(r"(w|g|gb|b|z|a)([0-9]+)_(\d\d|\d+,\d+|\d+)\Z", text)
    if match:
        kind, layer, rest = match.groups()
        of = f"{layer}.{SHORT[kind]}"
        if kind in ("w", "g"):
            j, k = rest.split(",") if "," in rest else (rest[:-1], rest[-1:])
            return f"{of}[{j}]", int(k)
        return of, int(rest.replace(",", ""))
    if text in recording.names.values():
        return text, None
    match = re.match(r"(.*)\[([0-9]+)\]\Z", text)
    return (match.group(1), int(match.group(2))) if match else (text, None)


def _changes(event, numbers, index):
    for number in numbers:
        change = event.lists.get(number)
        if change is not None and (index is None or (index in change if isinstance(change, dict)
                                                     else index < len(change))):
            return True
    return False


def _maker(recording, number):
    """The line that made an event's changes: the last line before it in the same function or in a caller."""
    depth = recording.events[number].depth - (recording.events[number].kind == "call")
    for other in range(number - 1, -1, -1):
        event = recording.events[other]
        if event.kind == "line" and event.depth <= max(depth, 1):
            return other
    return 0


# What is known of a line.

def result_of(recording: Recording, number: int) -> Any:
    """The result of an event as a plain number or a list of them; None if it is neither.

    A list is given as it is after the line has run.
    """
    value = recording.events[number].result
    if isinstance(value, dict) and "list" in value:
        entries = recording.state(over(recording, number)).lists.get(value["list"], [])
        return entries if all([type(entry) in (int, float) for entry in entries]) else None
    return value if type(value) in (int, float) else None


def calls(recording: Recording, number: int) -> bool:
    """Whether a line calls something that is stepped into."""
    return number + 1 < len(recording) and recording.events[number + 1].depth > recording.events[number].depth


def calling_line(recording: Recording, number: int) -> Optional[int]:
    """The line whose last call returns at this event; None if there is no such line."""
    event = recording.events[number]
    if event.kind != "return" or number + 1 == len(recording) or recording.events[number + 1].depth >= event.depth:
        return None
    return out(recording, number, -1)


def formula_at_return(recording: Recording, number: int) -> Optional[str]:
    """The formula of the line whose last call returns at this event, with each call replaced by what it has returned.

    None if there is none, or if it is not clear which call has returned what.
    """
    line = calling_line(recording, number)
    formula = None if line is None else recording.events[line].formula
    if line is None or formula is None or re.search(r" (if|and|or) ", formula):
        return None
    for other in range(line + 1, number + 1):
        event = recording.events[other]
        if event.kind == "return" and event.depth == recording.events[number].depth:
            value = event.result
            text = f"#{value['list']}" if isinstance(value, dict) and "list" in value else repr(value)
            name = recording.functions[event.function].name.rpartition(".")[2]
            found = re.search(CALL % re.escape(name), formula)
            if not found or not (text.startswith("#") or type(value) in (int, float)):
                return None
            text = f"({text})" if text.startswith("-") and found.group() != formula else text
            formula = formula[:found.start()] + text + formula[found.end():]
    return formula


class Question(NamedTuple):
    """What a learner is asked at an event: the name of what the line sets, its formula, and the answer."""

    name: str
    formula: str
    answer: float


def question(recording: Recording, number: int) -> Optional[Question]:
    """The Question at an event, which asks for the result of a formula; None if there is no question.

    The result of a line is asked for before the line runs. But if the line computes with the value that a function
    returns, and that function is stepped into, the result of the line is asked for when the function returns.
    """
    line = number if recording.events[number].kind == "line" else calling_line(recording, number)
    if line is None or (line == number and calls(recording, number)):
        return None
    event = recording.events[line]
    if event.kind != "line" or event.formula is None or event.target in (None, "if", "while"):
        return None
    formula = event.formula if line == number else formula_at_return(recording, number)
    if formula is None or not re.search(r" [-+*/] |\*\*|[a-z]\(", formula) or re.search(r"'|len\(", formula):
        return None
    answer = result_of(recording, line)
    if isinstance(answer, list) and len(answer) == 1 and event.target == "return":
        answer = answer[0]
    if type(answer) not in (int, float):
        return None
    name = event.target if event.target != "return" else recording.functions[event.function].name
    return Question(name, formula, answer)


def is_right(answer: float, given: float) -> bool:
    """Whether a given number is the answer, to 1 %.

    >>> is_right(0.5, 0.504), is_right(0.5, 0.51), is_right(0.0, 0.0)
    (True, False, True)
    """
    return math.isfinite(given) and abs(given - answer) <= max(TOLERANCE * abs(answer), 1e-12)


def neurons(recording: Recording, number: int) -> List[Tuple[Any, ...]]:
    """For the input and then for each layer, a value for each of its neurons at an event; None if not yet known.

    On the way forward the value is the neuron's output; on the way back it is ∂C/∂(this output).
    """
    state, phase = recording.state(number), recording.events[number].place.phase
    by_name = {name: key for key, name in recording.names.items()}
    found = []
    for i, width in enumerate(recording.about["widths"]):
        forward = "x" if i == 0 else f"{i - 1}.output"
        backward = "output_grad" if i == len(recording.about["widths"]) - 1 else f"{i}.input_grad"
        values = state.lists.get(by_name.get(backward if phase in ("backward", "update") else forward, -1), [])
        found.append(tuple([values[j] if j < len(values) and type(values[j]) in (int, float) else None
                            for j in range(width)]))
    return found
