"""Check the shape of what a learner's functions return, and turn it into plain values and short texts."""
import copy
import math
from contextlib import contextmanager
from typing import Any, Iterator, List, Tuple

from ..linalg import PurennError

RELATIVE, ABSOLUTE = 1e-9, 1e-12        # how far the same number may differ if it is computed in another order
MOST = 120                              # the most characters of a value in a sentence


class Misshapen(PurennError):
    """A function returned a wrong shape, or changed a list that it was handed. The message is for the learner."""


@contextmanager
def unchanged(what: str, *given: Any) -> Iterator[None]:
    """A context in which a function is called. Raises Misshapen if the call has changed one of the lists ``given``."""
    before = copy.deepcopy(given)
    yield
    for now, old in zip(given, before):
        if now != old:
            raise Misshapen(f"{what} changes a list that is not its own, from {brief(old)} to {brief(plain(now))}; "
                            "the list must stay as it was")


def listed(what: str, given: Any) -> List[Any]:
    """What a function returned, as a list. Raises Misshapen if it is not a list, a tuple or a generator."""
    if isinstance(given, (list, tuple)) or hasattr(given, "__next__"):
        return list(given)
    raise Misshapen(f"{what} must return a list; it returned {brief(plain(given))}{left_out(given)}")


def things(what: str, given: Any, *names: str) -> List[Any]:
    """What a function returned: a list with a thing for each name. Raises Misshapen for anything else."""
    if isinstance(given, (list, tuple)) and len(given) == len(names):
        return list(given)
    raise Misshapen(f"{what} must return {len(names)} things: {', '.join(names)}; it returned "
                    f"{brief(plain(given))}{left_out(given)}")


def left_out(given: Any) -> str:
    """The question that a message ends with if None was returned; "" for any other value."""
    return "; is a return missing?" if given is None else ""


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can hold it.

    None, bools, strings, numbers and lists stay as they are; a tuple becomes a list. Of a list, at most 10,000 entries
    are kept. Anything else becomes {"type": the name of its type}. nan, inf, huge whole numbers, and lists that are
    nested too deeply become {"type": what they are}.
    """
    if value is None or type(value) in (bool, str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"type": repr(float(value))}
    if isinstance(value, int):
        return int(value) if abs(value) < 1 << 1000 else {"type": "a huge whole number"}
    if isinstance(value, (list, tuple)) and depth < 8:
        return [plain(item, depth + 1) for item in value[:10000]]
    return {"type": type(value).__name__}


def brief(value: Any) -> str:
    """A value for a sentence, at most MOST characters of it."""
    text = value["type"] if isinstance(value, dict) and set(value) == {"type"} else repr(value)
    return text if len(text) <= MOST else text[:MOST - 3] + "..."


def apart(right: Any, value: Any) -> Tuple[str, Any, Any]:
    """Two values that differ, to be shown. If they are too long: the place of the first difference, and the entries."""
    place = ""
    while isinstance(right, list) and isinstance(value, list) and len(right) == len(value) and max(
            len(repr(right)), len(repr(value))) > MOST:
        k = next((k for k in range(len(right)) if not same(right[k], value[k])), None)
        if k is None:
            break
        place, right, value = f"{place}[{k}]", right[k], value[k]
    return (f", entry {place}" if place else ""), right, value


def same(expected_value: Any, found: Any, relative: float = RELATIVE, absolute: float = ABSOLUTE) -> bool:
    """True if two plain values agree; numbers up to rounding."""
    if isinstance(expected_value, list):
        return isinstance(found, list) and len(found) == len(expected_value) and all(
            same(a, b, relative, absolute) for a, b in zip(expected_value, found))
    if is_number(expected_value) and is_number(found):
        return abs(expected_value - found) <= max(absolute, relative * max(abs(expected_value), abs(found)))
    return type(expected_value) is type(found) and bool(expected_value == found)


def is_number(value: Any) -> bool:
    """True for a float or an int between -1e300 and 1e300; not for nan or a bool."""
    return type(value) in (float, int) and abs(value) < 10 ** 300


def flat(value):
    """The numbers in nested lists, as one list; a value that is not a list gives a list of one."""
    return [number for item in value for number in flat(item)] if isinstance(value, list) else [value]
