"""A table out of a CSV: the names of its columns and, column by column, the texts and the numbers that they stand for.

What is found out where it is not said: the delimiter, from the first rows; and whether the first row is a header:
then it has no number, no empty field and no field twice.

No line of Python runs for a single field: a table is taken apart by columns, a few hundred rows at a time, so few that
what is looked at several times is still in the processor's cache.
"""
import csv
import io
import sys
from collections import Counter
from itertools import islice

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError
from .arrays import CHUNK, check_size, what_begins
from .columns import Table, numbers, positions

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}

ROWS = 250                      # so many are taken apart at a time
LOOKED_AT = 20                  # so many are looked at to find the delimiter
TOLD = 8 * ROWS                 # after so many rows it is told how many bytes are read
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
    delimiter = delimiter or _found_out(where, data)
    raw = io.BytesIO(data)
    rows = _rows(where, raw, delimiter)
    line, first = next(rows, (0, []))
    if not first:
        raise PurennError(f"{where}: is empty; a table has a row of names, perhaps, and rows of values")
    names = [text.strip() for text in first]
    asked = header is None
    if asked:
        header = all(numbers([name]) is None for name in names) and len(set(names)) == len(names)
    if header:
        _check_names(where, line, names)
    columns, lines, values = _columns(where, rows, len(names), tell and (lambda: tell(raw.tell(), len(data))))
    if tell:
        tell(len(data), len(data))
    if header and not lines:
        raise PurennError(f"{where}: has a header, {short(names)}, and no rows below it")
    if not header:
        _put_first(where, line, names, columns, lines, values, asked)
    return Table(names if header else positions(len(names)), columns, lines, delimiter, where, values)


# The bytes, and what of them is known before they are taken apart.

def _from_file(path, where):
    with opened(path) as handle:
        return _all_bytes(handle, where, None)


def _from_stdin(tell):
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise PurennError("stdin: there is none; give the name of a file")
    try:
        return _all_bytes(stream, "stdin", tell)
    except OSError as error:
        raise PurennError(f"stdin: cannot be read: {error.strerror}") from None


def _all_bytes(stream, where, tell):
    """What is there, chunk by chunk, so that memory is taken for no more than that."""
    chunks, size = [], 0
    chunk = stream.read(CHUNK)
    while chunk:
        chunks.append(chunk)
        size += len(chunk)
        check_size(where, size)
        if tell:
            tell(size, None)
        chunk = stream.read(CHUNK)
    return b"".join(chunks)


def _check_text(where, data):
    """Raise PurennError, naming the line, unless the bytes are text in UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise PurennError(f"{where}: line 1 begins as text in UTF-16 does; save it as UTF-8")
    if b"\0" in data:
        raise PurennError("%s: line %d holds a NUL byte, which no text has; it is %s; save it as a CSV in UTF-8"
                          % (where, _line(data, data.index(b"\0")), what_begins(data[:8])))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PurennError(f"{where}: line {_line(data, error.start)} is not text in UTF-8: it holds the byte "
                          f"0x{data[error.start]:02x}; save it as UTF-8") from None


def _line(data, at):
    """The number of the line that byte ``at`` is on."""
    return 1 + data.count(b"\n", 0, at) + data.count(b"\r", 0, at) - data.count(b"\r\n", 0, at)


def _check_fields(where, data, delimiters):
    """Raise PurennError where there may be too many fields for memory: before they are there."""
    ends = max(data.count(b"\n"), data.count(b"\r"))
    if max(data.count(one.encode("utf-8")) for one in delimiters) + ends > MOST_FIELDS:
        raise PurennError(f"{where}: has more than {MOST_FIELDS} fields; take fewer rows")


# The rows.

def _meant(delimiter):
    """The one character that is meant by it, or by the word for it."""
    one = "\t" if delimiter == "\\t" else DELIMITERS.get(delimiter, delimiter)
    if not isinstance(one, str) or len(one) != 1 or one in "\"\r\n \0\ufeff" or "\ud800" <= one <= "\udfff":
        raise PurennError(f"delimiter is {short(delimiter)}; it must be one character, other than a quote or a space, "
                          f"or the word {', '.join(DELIMITERS)}")
    return one


def _rows(where, raw, delimiter):
    """The rows that are not blank, each with the line that it begins on."""
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if len(row) > 1 or row and row[0].strip():
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        said = str(error).split(f"line {reader.line_num}: ")[-1]      # PyPy's says the line, too
        raise PurennError(f"{where}: line {line}: {said}; is a quote missing, or not doubled, in the row that "
                          "begins there?") from None


def _found_out(where, data):
    """The delimiter that fits best; where two do it is not the comma, which may stand for decimal points."""
    fits = {one: _evenness(where, data, one) for one in DELIMITERS.values()}
    best = max(fits.values())
    return [one for one in fits if fits[one] == best][-1] if best[0] else DELIMITERS["comma"]


def _evenness(where, data, delimiter):
    """How well a delimiter fits the first rows: whether they have equally many fields, and how many."""
    widths: list = []
    try:
        for _, row in islice(_rows(where, io.BytesIO(data), delimiter), LOOKED_AT):
            widths.append(len(row))
    except PurennError:                                     # is told when all is read; those before it may do
        pass
    return (widths[0] > 1 and len(set(widths)) == 1, widths[0]) if widths else (False, 0)


def _columns(where, rows, width, tell):
    """All fields by columns, the line that each row begins on, and for each column its numbers, or None."""
    columns: list = [[] for _ in range(width)]
    values: list = [[] for _ in range(width)]
    lines: list = []
    while True:
        chunk = list(islice(rows, ROWS))
        if not chunk:
            return columns, lines, values
        for line, row in chunk:
            if len(row) != width:
                raise PurennError(f"{where}: line {line}: found {len(row)} fields, expected {width} as in "
                                  "the first row; is a delimiter missing, or a quote?")
        starts, fields = zip(*chunk)
        lines.extend(starts)
        for k, texts in enumerate(zip(*fields)):
            made = None if values[k] is None else numbers(texts)
            if made is None:                                # numbers have no spaces around them, or are tried again
                texts = tuple(map(str.strip, texts))
                made = None if values[k] is None else numbers(texts)
            columns[k].extend(texts)
            if made is None:                                # one text, and all are texts
                values[k] = None
            else:
                values[k].extend(made)
        if tell and len(lines) % TOLD == 0:
            tell()


def _put_first(where, line, row, columns, lines, values, asked):
    """Put the first row above the others: it is no header. Where that was not said, it must not look like one."""
    for k, text in enumerate(row):
        found = numbers([text])
        if found is None and values[k] is not None and asked and len(lines) > 1:
            raise PurennError(f"{where}: line {line}: found {short(text)} in column {k + 1}, which has "
                              "numbers below it; is it a header? One is known by having no number, no empty field and "
                              "none twice; give it such names, or say whether it is one")
        columns[k].insert(0, text)
        if found is None or values[k] is None:
            values[k] = None
        else:
            values[k].insert(0, found[0])
    lines.insert(0, line)


def _check_names(where, line, names):
    if "" in names:
        raise PurennError(f"{where}: line {line}: column {names.index('') + 1} has no name in the header; "
                          "give it one")
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise PurennError(f"{where}: line {line}: the header has {names.count(twice)} columns called "
                          f"{short(twice)}; give each a name of its own")
