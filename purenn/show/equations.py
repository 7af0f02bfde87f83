"""What an event of a recording does, in numbers: its formula with six digits, its result, and its values."""
import re

from ..study.recording import Recording
from ..study.walking import calling_line, calls, formula_at_return, over, question

LIST_SHOWN = 4                                              # entries of a list in a formula


def digits(value, places: int = 6) -> str:
    """A value of a recording as a short text.

    >>> digits(0.1), digits(-0.23456789), digits({"float": "nan"}), digits({"text": "Sigmoid()"})
    ('0.1', '-0.234568', 'nan', 'Sigmoid()')
    """
    if isinstance(value, dict):
        (kind, inside), = value.items()
        if kind == "tuple":
            return f"({', '.join([digits(part, places) for part in inside])})"
        return f"list {inside}" if kind == "list" else str(inside)
    if type(value) is float:
        text = repr(value)
        return text if len(text) <= places + 2 else f"{value:.{places}g}"
    return str(value)


def shown_value(recording: Recording, state, value, places: int = 6, most: int = LIST_SHOWN) -> str:
    """A value as a short text; for a list, its name (if it has one) and its entries."""
    if isinstance(value, dict) and "list" in value:
        name = recording.names.get(value["list"], "")
        return f"{name} {_entries(recording, state, value['list'], places, most)}".strip()
    if isinstance(value, dict) and "tuple" in value:
        return f"({', '.join([shown_value(recording, state, part, places, most) for part in value['tuple']])})"
    return digits(value, places)


def _entries(recording, state, number, places, most, depth=0):
    found = []
    entries = state.lists.get(number, [])
    for value in entries[:most]:
        if isinstance(value, dict) and "list" in value:
            name = recording.names.get(value["list"])
            value = name if name else "[…]" if depth else _entries(recording, state, value["list"], places, most, 1)
            found.append(value)
        else:
            found.append(digits(value, places))
    return f"[{', '.join(found)}{', …' if len(entries) > most else ''}]"


def shown_formula(recording: Recording, state, formula: str) -> str:
    """A formula as it is shown: six digits, · for times, the names of lists instead of their numbers."""
    def of_list(match):
        number = int(match.group(1))
        return recording.names.get(number) or _entries(recording, state, number, 4, LIST_SHOWN)

    formula = re.sub(r"(?<![\w.])\d+\.\d+(?:e[-+]\d+)?|(?<![\w.])\d+e[-+]\d+",
                     lambda match: digits(float(match.group())), formula)
    return re.sub(r"#(\d+)", of_list, formula.replace(" * ", "·"))


def equation(recording: Recording, number: int, hidden: bool = False, ahead: bool = True) -> list:
    """What an event does, in words and numbers, as lines; at a return, also the line with the call, and its result.

    With ``hidden``, the formula and the result that the learner is asked for are left out. Without ``ahead``, the
    result of a line that calls a function is left out, because the call has not returned yet.
    """
    event = recording.events[number]
    asked = question(recording, number) if hidden else None
    asks = [f"{asked.name} = ?"] if asked else []
    if event.kind == "line":
        return asks or _line(recording, number, (ahead and not hidden) or not calls(recording, number))
    named = recording.functions[event.function]
    name = named.name if "." in named.name else f"{named.file.rpartition('/')[2][:-3]}.{named.name}"
    if event.kind == "call":
        return [f"{name} is called"]
    said = [f"{name} returns {_result(recording, number) or 'nothing'}"]
    line = calling_line(recording, number)
    if line is None or recording.events[line].result is None:
        return said
    if asked:
        return [*said, recording.source_line(line).partition("  # ")[0].strip(), *asks]
    return said + _line(recording, line, formula=formula_at_return(recording, number))


def _result(recording, number):
    """The result of an event as a short text, made from the values after the event; None if it has no result."""
    value = recording.events[number].result
    return None if value is None else shown_value(recording, recording.state(over(recording, number)), value)


def _line(recording, number, has_result=True, formula=None):
    """A line with its numbers and, if ``has_result``, its result; ``formula`` replaces the formula of the event."""
    event, state = recording.events[number], recording.state(number)
    result = _result(recording, number) if has_result else None
    if event.target is None:
        return [shown_formula(recording, state, event.formula)] if event.formula else []
    if event.target in ("if", "while"):
        return [shown_formula(recording, state, event.formula) + (f": {result}" if result else "")]
    if event.formula is None:
        if event.target == "return":
            return ["return"]
        return [f"next: {event.target} = {result}" if result else "the loop ends"] if has_result else []
    formula = shown_formula(recording, state, formula or event.formula)
    left = event.target + (" " if event.target == "return" else " = ")
    if result is None or formula == result or formula == recording.names.get(list_number(event.result)):
        return [left + formula + (_quantity(recording, number) if formula == result else "")]
    return [left + formula, " " * max(0, len(left) - 2) + "= " + result + _quantity(recording, number)]


def list_number(value) -> int:
    """The number of a list; −1 if the value is not a list."""
    return value.get("list", -1) if isinstance(value, dict) else -1


def _quantity(recording, number):
    """The full name of the entry of a list that a line changes; empty if it changes none or several."""
    found = [(key, index, change[index]) for key, change in recording.events[over(recording, number)].lists.items()
             if key in recording.names and isinstance(change, dict) for index in change]
    if len(found) != 1:
        return ""
    key, index, value = found[0]
    name, slope = recording.names[key], _slope_of(recording, recording.names[key], index)
    if slope and value != recording.state(len(recording) - 1).lists[key][index]:
        slope += ", so far"                                 # other neurons add to it
    return f"   ({name}[{index}]{slope})"


def _slope_of(recording, name, index):
    """Which slope ∂C/∂… an entry of ``input_grad`` or ``output_grad`` is; empty for another list."""
    match = re.match(r"(\d+)\.input_grad\Z|output_grad\Z", name)
    if not match:
        return ""
    before = int(match.group(1) or len(recording.about["layers"])) - 1
    if before < 0:
        return f": ∂C/∂ x[{index}]"
    delta = f"δ of layer {before}, " if recording.about["layers"][before].startswith("Linear(") else ""
    return f": {delta}∂C/∂ {before}.output[{index}]"


def symbols(recording: Recording, number: int) -> list:
    """The formula of the derivation, from the comment of a line; an empty list if there is none."""
    line = recording.source_line(number)
    return [line.partition("  # ")[2].strip()] if "  # " in line and recording.events[number].kind == "line" else []
