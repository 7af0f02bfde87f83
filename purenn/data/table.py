"""A table out of a CSV: the names of its columns and, column by column, the text of every field.

What is found out where it is not said: the delimiter, from the first rows; and whether the first row is a header:
then it has no number, no empty field and no field twice. What the texts mean is found out in ``columns.py``.

A table is read by columns, many rows at a time, so that no line of Python runs for a single field.
"""
import csv
import io
import sys
from collections import Counter, namedtuple

from ..files.disk import opened
from ..linalg import PurennError
from .arrays import CHUNK, LIMIT, check_size, short, what_begins

# The names of the columns; the columns, a list of texts each, without spaces around them; for each row the number,
# from 1, of the line of the file that it begins on; the delimiter; and what the table is called in messages. Without
# a header the columns are called "1", "2" and so on.
Table = namedtuple("Table", ("names", "columns", "lines", "delimiter", "path"), defaults=(",", "table"))

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}

ROWS = 4000                     # so many are read at a time
LOOKED_AT = 20                  # so many are looked at to find the delimiter
MOST_FIELDS = 1 << 24           # each takes some 60 bytes of memory, so that these are 1 GB


def read_table(path, delimiter=None, header=None, tell=None) -> Table:
    """Read a CSV in UTF-8, perhaps with a byte order mark; ``-`` is stdin.

    Lines end in LF, CR LF or CR; those that are blank are skipped. Fields may be quoted, and a quoted one may hold
    delimiters, line ends, and quotes that are doubled. ``delimiter`` is one character, or the word comma, semicolon or
    tab; ``header`` says whether the first row is one; None finds out. ``tell(done, total)`` is called now and then
    with how many bytes are read and how many there are; None for that while stdin is still arriving.

    Raises PurennError, naming the file and the line, for anything that is not so: no rows, rows of different numbers
    of fields, a quote that is not closed, names in a header that are empty or there twice, other encodings, and files
    too large for memory.
    """
    where = "stdin" if path == "-" else str(path)
    delimiter = None if delimiter is None else _meant(delimiter)
    data = _from_stdin(tell) if path == "-" else _from_file(path, where)
    _check_text(where, data)
    _check_fields(where, data, [delimiter] if delimiter else DELIMITERS.values())
    delimiter = delimiter or max(DELIMITERS.values(), key=lambda one: _evenness(data, one))
    columns, lines = _columns(where, data, delimiter, tell)
    if not columns:
        raise PurennError("%s: is empty; a table has a row of names, perhaps, and rows of values" % where)
    first = [column[0] for column in columns]
    if header is None:
        header = _is_header(first)
    if header:
        _check_names(where, first, lines[0])
        if len(lines) == 1:
            raise PurennError("%s: has a header, %s, and no rows below it" % (where, short(first)))
        for values in columns + [lines]:
            del values[0]
    return Table(first if header else positions(len(columns)), columns, lines, delimiter, where)


def positions(count: int) -> list:
    """What the columns of a table without a header are called.

    >>> positions(3)
    ['1', '2', '3']
    """
    return [str(i + 1) for i in range(count)]


# The bytes, and what of them is known before they are taken apart.

def _from_file(path, where):
    with opened(path) as handle:
        data = handle.read(LIMIT + 1)
    check_size(where, len(data))
    return data


def _from_stdin(tell):
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise PurennError("stdin: there is none; give the name of a file")
    chunks, size = [], 0
    try:
        chunk = stream.read(CHUNK)
        while chunk:
            chunks.append(chunk)
            size += len(chunk)
            check_size("stdin", size)
            if tell:
                tell(size, None)
            chunk = stream.read(CHUNK)
    except OSError as error:
        raise PurennError("stdin: cannot be read: %s" % error.strerror) from None
    return b"".join(chunks)


def _check_text(where, data):
    """Raise PurennError, naming the line, unless the bytes are text in UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise PurennError("%s: line 1 begins as text in UTF-16 does; save it as UTF-8" % where)
    if b"\0" in data:
        raise PurennError("%s: line %d holds a NUL byte, which no text has; it is %s; save it as a CSV in UTF-8"
                          % (where, _line(data, data.index(b"\0")), what_begins(data[:8])))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PurennError("%s: line %d is not text in UTF-8: it holds the byte 0x%02x; save it as UTF-8"
                          % (where, _line(data, error.start), data[error.start])) from None


def _line(data, at):
    """The number of the line that byte ``at`` is on."""
    return 1 + data.count(b"\n", 0, at) + data.count(b"\r", 0, at) - data.count(b"\r\n", 0, at)


def _check_fields(where, data, delimiters):
    """Raise PurennError where there may be too many fields for memory: before they are there."""
    ends = max(data.count(b"\n"), data.count(b"\r"))
    if max(data.count(one.encode("utf-8")) for one in delimiters) + ends > MOST_FIELDS:
        raise PurennError("%s: has more than %d fields; take fewer rows" % (where, MOST_FIELDS))


# The rows.

def _meant(delimiter):
    """The one character that is meant by it, or by the word for it."""
    one = "\t" if delimiter == "\\t" else DELIMITERS.get(delimiter, delimiter)
    if not isinstance(one, str) or len(one) != 1 or one in "\"\r\n \0\ufeff" or "\ud800" <= one <= "\udfff":
        raise PurennError("delimiter is %s; it must be one character, other than a quote or a space, or the word %s"
                          % (short(delimiter), ", ".join(DELIMITERS)))
    return one


def _reader(raw, delimiter):
    lines = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _filled(row):
    return len(row) > 1 or len(row) == 1 and row[0].strip() != ""


def _evenness(data, delimiter):
    """How well a delimiter fits the first rows: whether they have equally many fields, and how many."""
    widths: list = []
    try:
        for row in _reader(io.BytesIO(data), delimiter):
            if _filled(row):
                widths.append(len(row))
            if len(widths) == LOOKED_AT:
                break
    except csv.Error:                                       # is told when all is read; those before it may do
        pass
    return (widths[0] > 1 and len(set(widths)) == 1, widths[0]) if widths else (False, 0)


def _columns(where, data, delimiter, tell):
    """All fields, by columns, and the line that each row begins on."""
    columns: list = []
    lines: list = []
    raw = io.BytesIO(data)
    for starts, rows in _chunks(where, _reader(raw, delimiter)):
        columns = columns or [[] for _ in rows[0]]
        lines.extend(starts)
        if set(map(len, rows)) != {len(columns)}:
            _refuse_widths(where, rows, starts, len(columns), lines[0])
        for column, texts in zip(columns, zip(*rows)):
            column.extend(map(str.strip, texts))
        if tell:
            tell(raw.tell(), len(data))
    return columns, lines


def _chunks(where, reader):
    """The rows, a few thousand at a time: pairs of the lines that they begin on and the rows."""
    start = 1
    starts, rows = [], []
    try:
        for row in reader:
            if _filled(row):
                starts.append(start)
                rows.append(row)
            start = reader.line_num + 1
            if len(rows) == ROWS:
                yield starts, rows
                starts, rows = [], []
    except csv.Error as error:
        raise PurennError("%s: line %d: %s; is a quote missing, or not doubled, in the row that begins there?"
                          % (where, start, error)) from None
    if rows:
        yield starts, rows


def _refuse_widths(where, rows, starts, width, first):
    for start, row in zip(starts, rows):
        if len(row) != width:
            raise PurennError("%s: line %d: found %d fields, expected %d as in the first row (line %d); is a delimiter "
                              "missing, or a quote?" % (where, start, len(row), width, first))


# The header.

def _is_header(row):
    return "" not in row and len(set(row)) == len(row) and not any(map(_is_number, row))


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_names(where, names, line):
    if "" in names:
        raise PurennError("%s: line %d: column %d has no name in the header; give it one"
                          % (where, line, names.index("") + 1))
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise PurennError("%s: line %d: the header has %d columns called %s; give each a name of its own"
                          % (where, line, names.count(twice), short(twice)))
