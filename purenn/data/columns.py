"""A table, and what the texts of its columns mean: which are numbers, which are missing, what a column is called."""
import math
import re
from collections import namedtuple

from ..files.text import short
from ..linalg import PurennError

# The names of the columns; the columns, a list of texts each, without spaces around them; for each row the number,
# from 1, of the line of the file that it begins on; the delimiter; what the table is called in messages; and for each
# column its texts as ``numbers`` reads them. Without a header the columns are called "1", "2" and so on.
Table = namedtuple("Table", ("names", "columns", "lines", "delimiter", "path", "numbers"),
                   defaults=(",", "table", None))

# What stands for a value that is missing: these texts, to the letter.
MISSING = ("", "NA", "N/A", "nan", "NaN", "null", "?")
IS_MISSING = frozenset(MISSING)

# What is done about missing values: refuse the table, put in the mean of the column, drop the row.
REMEDIES = ("refuse", "mean", "drop")

DECIMAL_COMMA = re.compile(r"[+-]?\d+(,\d+)?", re.ASCII)

LISTED = 20                     # so many columns are named in a message


def numbers(texts):
    """The floats that texts stand for, nan where one is missing; None unless every other is a number.

    A number is what ``float()`` reads, in plain characters: without ``_``, spaces, or digits of other scripts. It may
    be too large for a float: that is refused where it is to be used.

    >>> numbers(["1", "-2.5e3", "NA"])
    [1.0, -2500.0, nan]
    >>> numbers(["1", "1_000"])
    """
    for cleared in (False, True):                           # most columns miss nothing
        if cleared:
            texts = ["nan" if text in IS_MISSING else text for text in texts]
        joined = "".join(texts)
        if joined.isascii() and joined.isprintable() and "_" not in joined and " " not in joined:
            try:
                return list(map(float, texts))
            except ValueError:
                pass
    return None


def with_numbers(table):
    """The table with the numbers that its texts stand for, where it was not read from a file."""
    return table if table.numbers is not None else table._replace(numbers=[numbers(texts) for texts in table.columns])


def positions(count: int) -> list:
    """What the columns of a table without a header are called.

    >>> positions(3)
    ['1', '2', '3']
    """
    return [str(i + 1) for i in range(count)]


def find_column(table: Table, name) -> int:
    """The number, from 0, of the column called so; or else of that number from 1, or ``last``.

    Raises PurennError where there is none, naming those that there are.
    """
    name, names = str(name), table.names
    if name in names:
        return names.index(name)
    if name == "last":
        return len(names) - 1
    if name.isdigit() and name.isascii() and len(name) < 10 and 1 <= int(name) <= len(names):
        return int(name) - 1
    import difflib
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean {short(near[0])}? " if near else ""
    raise PurennError(f"{table.path}: there is no column {short(name)}; {hint}it has {listed(names)}")


def listed(names: list) -> str:
    """Names of columns for a message, the first of them where there are many.

    >>> listed(["age", "color"])
    "'age', 'color'"
    """
    more = [] if len(names) <= LISTED else [f"… ({len(names)} in all)"]
    return ", ".join([short(name) for name in names[:LISTED]] + more)


def picked(values: list, rows) -> list:
    """The values of these rows, by their numbers from 0: the list itself where that is all of them."""
    return values if rows == range(len(values)) else list(map(values.__getitem__, rows))


def whole_rows(table: Table, columns: list, rows, missing: str, target=None, fitted: bool = False) -> list:
    """Those of the rows to go on with, as ``missing`` says what is done about values missing in these columns.

    ``target`` is the number of its column, for which no mean is put in. Raises PurennError that names line and column
    of the first value that is missing and may not be; and where no row is left. What is done about it is said no more
    where the columns are ``fitted``.
    """
    holes = {at: _holes(table, at, rows) for at in columns}
    gone = set().union(*holes.values())
    if not gone:
        return rows
    if missing == "refuse":
        _refuse_holes(table, holes, "is missing", "fill it in" + (
            "; the network was trained to refuse it" if fitted else ", or set missing to mean or to drop"))
    if missing == "mean":
        if holes.get(target):
            _refuse_holes(table, {target: holes[target]}, "the target is missing",
                          "fill it in" + ("" if fitted else ", or set missing to drop"))
        return rows
    if gone >= set(rows):
        raise PurennError(f"{table.path}: each of the {len(gone)} rows has a missing value, so that none is left; "
                          "leave out the columns that miss most: ignore them")
    return [i for i in rows if i not in gone]


def _holes(table, at, rows):
    """Those of the rows in which this column's value is missing."""
    texts, values = table.columns[at], table.numbers[at]
    if values is not None:
        whole = all(map(math.isfinite, picked(values, rows)))
    else:
        whole = IS_MISSING.isdisjoint(picked(texts, rows))
    return [] if whole else [i for i in rows if texts[i] in IS_MISSING]


def _refuse_holes(table, holes, what, remedy):
    row, at = min((min(rows), at) for at, rows in holes.items() if rows)
    count = sum(len(rows) for rows in holes.values())
    which = "only one" if count == 1 else f"first of {count}"
    raise PurennError(f"{place(table, row, at)}: {what} ({short(table.columns[at][row])}), the {which}; {remedy}")


# Refusing values: each raises a PurennError that names line and column.

def place(table: Table, row: int, at: int) -> str:
    """Where in a table the value of this row and column is, by their numbers from 0, for a message."""
    return f"{table.path}: line {table.lines[row]}, column {short(table.names[at])}"


def unexpected(table: Table, row: int, at: int, expected: str) -> None:
    """Raise PurennError that says what was found in this row and column, and what is expected."""
    raise PurennError(f"{place(table, row, at)}: found {short(table.columns[at][row])}, expected {expected}")


def check_finite(table: Table, at: int, rows) -> None:
    """Raise PurennError where a number is not finite and not missing either."""
    texts, values = table.columns[at], table.numbers[at]
    if not all(map(math.isfinite, picked(values, rows))):
        for row in rows:
            if not math.isfinite(values[row]) and texts[row] not in IS_MISSING:
                unexpected(table, row, at, "a finite number; where it is missing, write NA")


def first_text(table: Table, at: int, rows):
    """The first of the rows where this column holds what is neither a number nor missing, or None."""
    return next((row for row in rows if numbers([table.columns[at][row]]) is None), None)


def refuse_decimal_commas(table: Table, at: int, values) -> None:
    """Raise PurennError where all these different texts of a column are numbers, with commas for decimal points."""
    if any("," in value for value in values) and all(map(DECIMAL_COMMA.fullmatch, values)):
        row = next(i for i, text in enumerate(table.columns[at]) if "," in text)
        unexpected(table, row, at, "a number with a decimal point, or a text")
