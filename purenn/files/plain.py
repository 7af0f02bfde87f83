"""Make values from the plain dicts that a file holds."""
from typing import Any, Type, TypeVar

from ..linalg import PurennError
from .text import short

ValueT = TypeVar("ValueT", bound=Any)

# The types that a field may have, by the words in its annotation.
KINDS = {"int": (int,), "float": (float, int), "str": (str,), "bool": (bool,), "None": (type(None),)}


def from_plain(kind: Type[ValueT], found: Any) -> ValueT:
    """Make a NamedTuple of the type ``kind`` from a dict that was read from a file.

    Raises PurennError unless the dict is like those that ``_asdict`` returns; if a field is wrong, it names the field.
    """
    what = kind.__name__.lower()
    if not isinstance(found, dict) or found.keys() != set(kind._fields):
        raise PurennError(f"its {what} are {short(found)}; they must be a dict with {', '.join(kind._fields)}")
    values = {}
    for name, value in found.items():
        text = str(kind.__annotations__[name])
        several = "Tuple[" in text
        allowed = [types for word, types in KINDS.items() if word in text.replace("Optional", "None")]
        parts = value if several and isinstance(value, list) else [value]
        for part in parts:
            if type(part) not in sum(allowed, ()) or several != isinstance(value, list) or (
                    isinstance(part, str) and "\0" in part):       # no file or column has such a name
                raise PurennError(f"its {what}: {name} is {short(value)}, which is not allowed")
        values[name] = tuple(value) if several else value
    found_value: ValueT = kind(**values)
    return found_value
