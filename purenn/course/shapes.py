"""What a learner's function gave: as plain values, in few characters, and in the shape that it should have."""
import math
from typing import Any, List

from ..linalg import PurennError


class Misshapen(PurennError):
    """What a function gave has another shape than it should have. The message is a sentence for the learner."""


def listed(what: str, given: Any) -> List[Any]:
    """What a function gave, as a list. Raises Misshapen where it is no list, no tuple and no generator."""
    if isinstance(given, (list, tuple)) or hasattr(given, "__next__"):
        return list(given)
    raise Misshapen(f"{what} is to give a list; it gave {brief(plain(given))}{left_out(given)}")


def things(what: str, given: Any, *names: str) -> List[Any]:
    """What a function gave, as many things as these names. Raises Misshapen where it is another number, or no list."""
    if isinstance(given, (list, tuple)) and len(given) == len(names):
        return list(given)
    raise Misshapen(f"{what} is to give {len(names)} things: {', '.join(names)}; it gave "
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
    """A value for a sentence, at most 120 characters of it."""
    text = value["type"] if isinstance(value, dict) and set(value) == {"type"} else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
