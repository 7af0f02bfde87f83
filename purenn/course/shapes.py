"""What a learner's function gave: as plain values, in few characters, and in the shape that it should have."""
import copy
import math
from contextlib import contextmanager
from typing import Any, Iterator, List, Tuple

from ..linalg import PurennError

RELATIVE, ABSOLUTE = 1e-9, 1e-12        # of numbers that a program has computed in another order
MOST = 120                              # characters of a value in a sentence


class Misshapen(PurennError):
    """A function gave another shape than it should, or changed what it was handed. The message is for the learner."""


@contextmanager
def unchanged(what: str, *given: Any) -> Iterator[None]:
    """While a function runs. Raises Misshapen where it has changed these lists."""
    before = copy.deepcopy(given)
    yield
    for now, old in zip(given, before):
        if now != old:
            raise Misshapen(f"{what} changes a list that is not its own: {brief(old)} is then {brief(plain(now))}; "
                            "it must stay as it is")


def listed(what: str, given: Any) -> List[Any]:
    """What a function gave, as a list. Raises Misshapen where it is no list, no tuple and no generator."""
    if isinstance(given, (list, tuple)) or hasattr(given, "__next__"):
        return list(given)
    raise Misshapen(f"{what} must return a list; it returned {brief(plain(given))}{left_out(given)}")


def things(what: str, given: Any, *names: str) -> List[Any]:
    """What a function gave, as many things as these names. Raises Misshapen where it is another number, or no list."""
    if isinstance(given, (list, tuple)) and len(given) == len(names):
        return list(given)
    raise Misshapen(f"{what} must return {len(names)} things: {', '.join(names)}; it returned "
                    f"{brief(plain(given))}{left_out(given)}")


def left_out(given: Any) -> str:
    """The question that None raises."""
    return "; is a return missing?" if given is None else ""


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can hold it: what is no number, text or list becomes the name of its type."""
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
    """Where two values that differ are too long to be shown, their first entries that differ, with the place before."""
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
    """True for a float that is finite, and for an int that a float can hold."""
    return type(value) in (float, int) and abs(value) < 10 ** 300


def flat(value):
    """The numbers in lists of lists, in a row; what is no list is a row of one."""
    return [number for item in value for number in flat(item)] if isinstance(value, list) else [value]
