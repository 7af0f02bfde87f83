"""Read JSON from an untrusted file, and write JSON that reads back unchanged, every float exact.

Python's own reader accepts nan, which is not JSON. If a name appears twice in an object, it keeps only one of the
values. A file can make it run for hours or overflow the stack. The values read or written here are plain: None, bool,
int, finite float, text, and lists and dicts of them, a few levels deep.
"""
import json
import math
import os
import re

from ..linalg import PurennError
from .disk import naming, opened, replacing
from .text import short

MOST_BYTES = 1 << 29            # of a file
MOST_DEPTH = 32                 # lists in lists
# A text is matched as a whole, because it may hold brackets. A text without its closing quote goes on to the end of the
# file, so that no byte is read twice.
BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[][{}]', re.DOTALL)
MOST_DIGITS = 1000              # of a whole number: the time to read it grows with the square of its length


def read_json(path):
    """The value in a JSON file, in UTF-8. Raises PurennError, in a line that names the file, if anything is wrong."""
    with opened(path) as handle:
        size = os.fstat(handle.fileno()).st_size
        if size > MOST_BYTES:
            raise PurennError(f"{path}: is {size} bytes long; at most {MOST_BYTES} are read")
        data = handle.read()
    with naming(path):
        return parsed(data)


def parsed(data: bytes):
    """The value that bytes of JSON mean. Raises PurennError if they are not strict JSON.

    >>> parsed(b'{"epoch": 3, "loss": [0.25, null]}')
    {'epoch': 3, 'loss': [0.25, None]}
    """
    for magic, kind in ((b"PK\x03\x04", "a zip, such as an npz or what torch.save writes"),
                        (b"\x1f\x8b", "a gzip file")):
        if data.startswith(magic):
            raise PurennError(f"is {kind}, not JSON")
    _check_depth(data)
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_int=_whole,
                           parse_constant=_no_number)
    except PurennError:
        raise
    except UnicodeDecodeError as error:
        raise PurennError(f"is not JSON: byte {error.start} is not UTF-8 text") from None
    except ValueError as error:
        raise PurennError(f"is not JSON: {error}") from None
    check_plain(value)
    return value


def _check_depth(data):
    """Raise PurennError if brackets are nested too deeply; called before Python's reader, which recurses."""
    depth = 0
    for token in BRACKETS.finditer(data):
        if token.group() in (b"[", b"{"):
            depth += 1
            if depth > MOST_DEPTH:
                raise PurennError(f"its JSON is nested too deeply; at most {MOST_DEPTH} levels are read")
        elif token.group() in (b"]", b"}"):
            depth -= 1


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        seen = set()
        for name, _ in pairs:
            if name in seen:
                raise PurennError(f"the name {short(name)} is in it twice")
            seen.add(name)
    return found


def _whole(text):
    if len(text) > MOST_DIGITS:
        raise PurennError(f"a whole number in it has {len(text)} digits; at most {MOST_DIGITS} are read")
    return int(text)


def _no_number(text):
    raise PurennError(f"{text} is in it; every number must be finite")


def check_plain(value) -> None:
    """Raise PurennError unless a value can be written as JSON and read back: plain, finite, not too deep.

    A tuple is written as a list. The check goes level by level, so that depth cannot overflow the stack.
    """
    level = [value]
    for _ in range(MOST_DEPTH):
        below: list = []
        for item in level:
            kind = type(item)
            if kind is float:
                if not math.isfinite(item):
                    raise PurennError(f"{item!r} is in it; every number must be finite")
            elif kind is dict:
                for name in item:
                    _check_text(name)
                below.extend(item.values())
            elif kind is list or kind is tuple:
                below.extend(item)
            elif kind is str:
                _check_text(item)
            elif kind not in (int, bool, type(None)):
                raise PurennError(f"{short(item)} is in it; it can hold numbers, texts, lists, dicts, True, "
                                  "False and None")
        if not below:
            return
        level = below
    raise PurennError(f"it is nested too deeply; at most {MOST_DEPTH} levels are allowed")


def _check_text(text):
    if type(text) is not str:
        raise PurennError(f"{short(text)} is used as a name; a name must be a text")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:                              # half of a surrogate pair: no terminal shows it
        raise PurennError(f"the text {short(text)} in it is not valid Unicode") from None


def folded(value, depth: int, indent: str = "") -> str:
    """A value as JSON, each entry of its first ``depth`` levels on its own line.

    A value with no list or dict in it is on one line.

    >>> print(folded({"bias": [0.5, 1.0], "weight": [[1.0, 2.0], [3.0, 4.0]]}, 2))
    {
      "bias": [0.5, 1.0],
      "weight": [
        [1.0, 2.0],
        [3.0, 4.0]
      ]
    }
    """
    is_dict = isinstance(value, dict)
    entries = value.values() if is_dict else value if isinstance(value, (list, tuple)) else ()
    if not depth or not any(isinstance(entry, (dict, list, tuple)) for entry in entries):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    further = indent + "  "
    if is_dict:
        lines = [f"{json.dumps(name, ensure_ascii=False)}: {folded(value[name], depth - 1, further)}"
                 for name in value]
    else:
        lines = [folded(item, depth - 1, further) for item in value]
    opening, closing = "{}" if is_dict else "[]"
    inside = (",\n" + further).join(lines)
    return f"{opening}\n{further}{inside}\n{indent}{closing}"


def write_json(path, value, depth: int) -> None:
    """Write a value as JSON, ``folded`` to that depth. Raises PurennError in one line if it cannot be written."""
    with naming(path):
        check_plain(value)
    with replacing(path) as beside, open(beside, "wb") as handle:
        handle.write((folded(value, depth) + "\n").encode("utf-8"))
