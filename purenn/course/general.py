"""Mistakes that any exercise can have. Either an error of Python shows them, or the wrong numbers do."""
import re
from typing import Any, List, Sequence, Tuple

from .exercise import Exercise, Known
from .shapes import Misshapen, flat, is_number, same

# For each mistake: its name, the kind of error, a pattern of the error's message, and what is said to the learner.
# {0} is what the pattern has found.
ERRORS = (
    ("caret-for-power", "TypeError", r"for \^", "In Python ^ does not compute a power: a² is a * a, or a ** 2."),
    ("number-for-object", "AttributeError", r"'(?:float|int)' object has no attribute '(\w+)'",
     "A plain number has no attribute {0}; first make an object of a class that has it."),
    ("number-called", "TypeError", r"'(?:float|int)' object is not callable",
     "A number is called as if it were a function. Is f(), which is a number, passed instead of the function f?"),
    ("list-called", "TypeError", r"'list' object is not callable",
     "A list is called as if it were a function: an entry of it is taken with [k], not with (k)."),
    ("none-used", "TypeError|AttributeError", r"'NoneType'",
     "A name is None here. If it is an argument that may be left out, test first whether it is None. If it is the "
     "result of a function, is a return missing there?"),
    ("place-beyond-the-end", "IndexError", r"list .*out of range",
     "An index is outside the list: the indices of a list go from 0 to len(list) - 1."),
    ("divided-by-zero", "ZeroDivisionError", "",
     "The divisor is 0 here. Look at how it is computed. If it is a counter, is it increased before the division?"),
    ("calls-itself-forever", "RecursionError", "", "The function calls itself again and again, without an end."),
    ("used-before-it-is-set", "UnboundLocalError|NameError", r"'(\w+)'",
     "{0} is not known here: it is used before it is set, it is spelled in another way, or its import is missing."),
    ("inputs-changed", Misshapen.__name__, "changes a list that is not its own",
     "The code changes a list that must stay as it is; put what is computed into a new list."),
    ("nothing-returned", Misshapen.__name__, r"is a return missing\?$", "None is returned: is a return missing, or "
     "is there a print in its place?"),
    ("another-shape", Misshapen.__name__, "must return .*; it returned",
     "What is returned is not what the docstring asks for."),
)


def general(exercise: Exercise, best: Sequence[Any], found: Sequence[Any], label: str) -> "Known | None":
    """The mistake that shows when the values of one part are compared with the right ones; None if none shows."""
    pairs = [(right[label], values[label]) for right, values in zip(best, found) if label in right and label in values]
    wrong = [pair for pair in pairs if not same(*pair)]
    if not wrong:
        return None
    if all(value is None for _, value in wrong):
        return _known(exercise, "nothing-returned", "None is returned: is a return missing, or is there a print in its "
                      "place?" if len(wrong) == len(pairs) else "None is returned for some of the samples: does each "
                      "branch have its return?")
    for rows, rules in ((wrong, SEEN_IN_THE_WRONG), (pairs, SEEN_IN_ALL)):
        for name, says, is_so in rules:
            if is_so(rows):
                return _known(exercise, name, says.format(label))
    return None


def of_error(exercise: Exercise, error: str, message: str) -> "Known | None":
    """The mistake that an error of Python shows; None where it shows none."""
    kept = re.match(r"'(\w+)' object has no attribute '(\w+)'", message)
    if error == "AttributeError" and kept and f"class {kept[1]}" in exercise.code:
        return _known(exercise, "not-kept-on-self", f"An object of {kept[1]} has no {kept[2]} yet. Is the line that "
                      f"sets self.{kept[2]} missing, or is the name spelled in another way there?")
    for name, kinds, pattern, says in ERRORS:
        match = re.search(pattern, message) if error in kinds.split("|") else None
        if match:
            return _known(exercise, name, says.format(*match.groups()))
    return None


def _known(exercise, name, says):
    return Known(name, says, exercise.page, None)


# Rules for pairs of a right value and the value found. Those in SEEN_IN_THE_WRONG look only at the pairs that differ.

Pairs = List[Tuple[Any, Any]]


def _lists(pairs: Pairs) -> bool:
    return all(isinstance(right, list) and isinstance(value, list) for right, value in pairs)


def _sum_for_list(pairs: Pairs) -> bool:
    return any(len(right) > 1 for right, _ in pairs if isinstance(right, list)) and all(
        isinstance(right, list) and all(map(is_number, right)) and is_number(value) and same(float(sum(right)), value)
        for right, value in pairs)


def _list_for_sum(pairs: Pairs) -> bool:
    return _sum_for_list([(value, right) for right, value in pairs])


def _too_short(pairs: Pairs) -> bool:
    return _lists(pairs) and all(0 < len(value) < len(right) and same(right[:len(value)], value)
                                 for right, value in pairs)


def _too_long(pairs: Pairs) -> bool:
    return _too_short([(value, right) for right, value in pairs])


def _numbers(pairs: Pairs) -> List[Tuple[float, float]]:
    """Pairs of a right number and the one found; an empty list where lengths differ, or a value is not a number."""
    rows = [(flat(right), flat(value)) for right, value in pairs]
    if any(len(right) != len(value) or not all(map(is_number, right + value)) for right, value in rows):
        return []
    return [two for row in rows for two in zip(*row)]


def _turned(pairs: Pairs) -> bool:
    numbers = _numbers(pairs)
    return len([right for right, _ in numbers if right]) > 1 and all(same(-right, value) for right, value in numbers)


def _divided(pairs: Pairs) -> bool:
    counts = {len(right) for right, _ in pairs if len(right) > 1} if _lists(pairs) else set()
    return len(counts) > 1 and bool(_numbers(pairs)) and all(
        same(a, b * len(right)) for right, value in pairs for a, b in _numbers([(right, value)]))


SEEN_IN_THE_WRONG = (
    ("sum-for-list", "This is the sum; a list of the single numbers is asked for.", _sum_for_list),
    ("list-for-sum", "These are the single numbers; their sum is asked for.", _list_for_sum),
    ("ends-too-early", "The list ends too early; what is in it is right. Is there a return or a break inside a loop, "
     "or does a loop end too early?", _too_short),
    ("goes-on-too-long", "The list begins with all that belongs in it, and then goes on. Does a loop end too late?",
     _too_long),
)
SEEN_IN_ALL = (
    ("sign-turned", "The sign of every number of {0} is wrong.", _turned),
    ("divided-by-the-count", "Every number is divided by the length of the list; here nothing is to be divided.",
     _divided),
)
