"""Read a table from a CSV: the names of its columns and, column by column, the texts and the numbers they stand for.

If the delimiter is not given, it is detected from the first rows. If it is not said whether the first row is a header,
that is detected from the whole table. If one of the two is in doubt, the table is refused, and the message says what to
set.

For speed, no line of Python is run once for each field: a table is split by columns, a few hundred rows at a time, so
few that they stay in the processor's cache.
"""
import csv
import io
import re
import sys
from collections import Counter
from itertools import islice

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError
from .arrays import CHUNK, check_size, what_begins
from .columns import DECIMALS, Table, disguised, numbers, positions
from .header import has_header

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " "}

ROWS = 250                      # rows that are split at a time
LOOKED_AT = 200                 # rows from which the delimiter is detected
TOLD = 8 * ROWS                 # rows between two reports of the progress
MOST_FIELDS = 1 << 24           # each takes about 60 bytes of memory, so that these are 1 GB

SEP = re.compile(rb"(?:\xef\xbb\xbf)?sep=([^\r\n])\r?\n", re.IGNORECASE)       # how Excel says the delimiter


def read_table(path, delimiter=None, header=None, tell=None, decimal="point") -> Table:
    """Read a CSV in UTF-8, perhaps with a byte order mark; ``-`` is stdin.

    Lines end in LF, CR LF or CR; those that are blank are skipped. Fields may be quoted, and a quoted one may hold
    delimiters, line endings, and quotes that are doubled. ``delimiter`` is one character, or the word comma, semicolon,
    tab or space; ``header`` says whether the first row is a header. Either is detected if it is None. ``decimal`` is
    the decimal separator, point or comma. ``tell(done, total)`` is called now and then: ``done`` is the number of bytes
    read so far, and ``total`` that of all bytes, None while stdin is still arriving.

    An unnamed first of 3 or more columns is left out if it counts the rows; a delimiter at each row's end is ignored.

    Raises PurennError, naming the file and the line, for anything else: no rows, rows with different numbers
    of fields, a quote that is not closed, names in a header that are empty or occur twice, other encodings, files
    too large for memory; and if the delimiter or the header is in doubt.
    """
    where = "stdin" if path == "-" else str(path)
    delimiter = None if delimiter is None else _meant(delimiter)
    if decimal not in DECIMALS:
        raise PurennError(f"decimal is {short(decimal)}; it must be {' or '.join(DECIMALS)}")
    data = _from_stdin(tell) if path == "-" else _from_file(path, where)
    _check_text(where, data)
    sep = SEP.match(data)
    line = 1
    if sep and delimiter in (None, sep.group(1).decode("latin-1")):
        delimiter, data, line = sep.group(1).decode("latin-1"), data[sep.end():], 2
    usual = list(DELIMITERS.values())[:3]
    _check_fields(where, data, [delimiter] if delimiter else usual)
    if delimiter is None:
        delimiter = _found_out(where, data)
        if delimiter not in usual:
            _check_fields(where, data, [delimiter])         # the space
    limit = csv.field_size_limit(max(csv.field_size_limit(), len(data)))        # a long field may be ignored later
    try:
        return _read(where, data, delimiter, header, decimal, (line, tell))
    finally:
        csv.field_size_limit(limit)


def _read(where, data, delimiter, header, decimal, progress):
    begin, tell = progress
    raw = io.BytesIO(data)
    rows = _rows(where, raw, delimiter, begin)
    line, first = next(rows, (0, []))
    if not first:
        raise PurennError(f"{where}: is empty; a table has rows of values, perhaps below a row of names")
    names = [text.strip() for text in first]
    columns, lines, values = _columns(where, rows, len(names), tell and (lambda: tell(raw.tell(), len(data))))
    if tell:
        tell(len(data), len(data))
    notes: list = []
    if len(columns) < len(names) or names[-1] == "" and len(names) > 1 and not any(columns[-1]):
        width = len(names) - 1                              # each row ends in a delimiter
        names, columns, values = names[:width], columns[:width], values[:width]
    if header is None:
        header = has_header(where, line, names, columns, values)
    if header and not lines:
        raise PurennError(f"{where}: has a header, {short(names)}, and no rows below it")
    if not header:
        _put_first(line, names, columns, lines, values)
        names = positions(len(names))
    elif names[0] == "" and len(names) > 2 and _counts(columns[0]):
        notes.append("column 1 has no name and counts the rows; it is left out")
        names, columns, values = names[1:], columns[1:], values[1:]
    if header:
        _check_names(where, line, names)
    for at, texts in enumerate(columns):
        if values[at] is None or decimal == "comma":
            values[at], written = disguised(texts, decimal)
            if written:
                notes.append(f"column {short(names[at])} is read as numbers with {written}")
    return Table(names, columns, lines, delimiter, where, values, header, decimal, tuple(notes))


def _counts(texts):
    """Whether a column counts the rows, from 0 or 1."""
    return texts[0] in ("0", "1") and texts == [str(i + int(texts[0])) for i in range(len(texts))]


# The bytes, and the checks before they are split.

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
    """The bytes of a file, read chunk by chunk, so that no more memory is taken than they need."""
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
        raise PurennError("%s: line %d holds a NUL byte, which no text has; the file is %s; save it as a CSV in UTF-8"
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
    """Raise PurennError if there may be too many fields for memory, before the table is split."""
    ends = max(data.count(b"\n"), data.count(b"\r"))
    if max(data.count(one.encode("utf-8")) for one in delimiters) + ends > MOST_FIELDS:
        raise PurennError(f"{where}: has more than {MOST_FIELDS} fields; take fewer rows")


# The rows.

def _meant(delimiter):
    """The delimiter as one character: itself, or the one that the word stands for."""
    one = "\t" if delimiter == "\\t" else DELIMITERS.get(delimiter, delimiter)
    if not isinstance(one, str) or len(one) != 1 or one in "\"\r\n\0\ufeff" or "\ud800" <= one <= "\udfff":
        raise PurennError(f"delimiter is {short(delimiter)}; it must be one character, other than a quote, "
                          f"or one of the words {', '.join(DELIMITERS)}")
    return one


def _rows(where, raw, delimiter, line=1):
    """The rows that are not blank, each with the number of its first line; ``raw`` begins in line number ``line``."""
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True, skipinitialspace=True)
    before, spaces = line - 1, delimiter == " "
    try:
        for row in reader:
            if spaces and len(row) > 1 and not row[-1]:
                row.pop()                                   # spaces at the end
            if len(row) > 1 or row and row[0].strip():
                yield line, row
            line = before + reader.line_num + 1
    except csv.Error as error:
        reason = str(error).split(f"line {reader.line_num}: ")[-1]      # PyPy's says the line, too
        raise PurennError(f"{where}: line {line}: {reason}; is a quote missing, or not doubled, in the row that "
                          "begins there?") from None


def _found_out(where, data):
    """The delimiter that fits best: equally many fields in each row, no quotes inside a field, most numbers.

    Raises PurennError if two fit equally well.
    """
    fits: dict = {}
    for one in DELIMITERS.values():
        fit = _fit(where, data, one)
        if fit and (one != " " or not fits and fit[1] > 0.5):       # texts have spaces, too
            fits[one] = fit
    if not fits:
        return DELIMITERS["comma"]
    best = max(fits.values())
    found = [one for one in fits if fits[one] == best]
    if len(found) > 1:
        words = [word for word, one in DELIMITERS.items() if one in found]
        raise PurennError(f"{where}: its fields may be separated by {' or by '.join(words)}; set delimiter to one of "
                          "them")
    return found[0]


def _fit(where, data, delimiter):
    """How well a delimiter fits the first rows: a pair, the greater the better; None if it does not fit.

    The pair is (−q, s): q fields have a quote in them, and s is the share of the fields that are numbers.
    """
    rows: list = []
    try:
        for _, row in islice(_rows(where, io.BytesIO(data), delimiter), LOOKED_AT):
            rows.append(row)
    except PurennError:                                     # reported when all is read; the rows before are enough
        pass
    widths = {len(row) for row in rows}
    if not rows or max(widths) < 2 or len(widths) > 1 and not _one_more(rows):
        return None
    fields = [field.strip() for row in rows for field in row]
    stray = len([field for field in fields if '"' in field])
    decimal = "point" if delimiter == "," else "comma"
    good = len([field for field in fields if numbers([field]) is not None or disguised([field], decimal)[0]])
    return -stray, good / len(fields)


def _one_more(rows):
    """Whether every row below the first has one more field than the first row, and that field is empty."""
    return len(rows) > 1 and all(len(row) == len(rows[0]) + 1 and not row[-1].strip() for row in rows[1:])


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
            if len(row) == width + 1 and not row[-1].strip():
                row.pop()                                   # a delimiter at the end
            if len(row) != width:
                raise PurennError(f"{where}: line {line}: found {len(row)} fields, expected {width} as in the first "
                                  f"row; is a {'delimiter or a ' if len(row) < width else ''}quote missing"
                                  f"{'' if len(row) < width else ', or is there a delimiter too many'}?")
        starts, fields = zip(*chunk)
        lines.extend(starts)
        for k, texts in enumerate(zip(*fields)):
            made = None if values[k] is None else numbers(texts)
            if made is None:                                # perhaps there are spaces around the numbers
                texts = tuple(map(str.strip, texts))
                made = None if values[k] is None else numbers(texts)
            columns[k].extend(texts)
            if made is None:                                # one text makes all of them texts
                values[k] = None
            else:
                values[k].extend(made)
        if tell and len(lines) % TOLD == 0:
            tell()


def _put_first(line, row, columns, lines, values):
    """Put the first row back above the others: it is not a header."""
    for k, text in enumerate(row):
        found = numbers([text])
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
