"""A table, and what the texts of its columns mean: which are numbers, which are missing, what a column is called."""
import math
import re
from typing import Any, NamedTuple

from ..files.spelling import did_you_mean
from ..files.text import short
from ..linalg import PurennError


class Table(NamedTuple):
    """The names of the columns, and the columns, a list of texts each, without spaces around them.

    ``lines``: for each row the number, from 1, of the line of the file that it begins on. ``path`` is what the table is
    called in messages. ``numbers``: for each column its texts as numbers, None if they are not numbers. ``header``:
    whether the first row named the columns; otherwise they are called "1", "2" and so on. ``decimal`` is the decimal
    separator, point or comma. ``notes`` are lines on what was read in an unusual way.
    """

    names: list
    columns: list
    lines: list
    delimiter: str = ","
    path: str = "table"
    numbers: Any = None
    header: bool = True
    decimal: str = "point"
    notes: tuple = ()


# The texts that stand for a missing value, in exactly this spelling.
MISSING = ("", "NA", "N/A", "nan", "NaN", "null", "?")
IS_MISSING = frozenset(MISSING)

DECIMALS = ("point", "comma")

# For each decimal separator: a number with thousands separators, and perhaps a fraction.
GROUPED = {"point": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII),
           "comma": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?", re.ASCII)}
WITH_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T].*)?", re.ASCII)
SIGNS = "$€£¥%"
MINUS = "\u2212"                 # the typographic minus sign

NEARLY_ALL, FEW = 0.5, 10       # nearly all: more than FEW texts, more than this share of them different

LISTED = 20                     # columns named in a message, at most


def numbers(texts):
    """The floats that texts stand for, with nan for a missing value; or None if any other text is not a number.

    A number is what ``float()`` reads, in plain characters: without ``_``, spaces, or digits of other scripts. A number
    too large for a float is refused later, when it is used.

    >>> numbers(["1", "-2.5e3", "NA"])
    [1.0, -2500.0, nan]
    >>> numbers(["1", "1_000"])
    """
    for cleared in (False, True):                           # most columns have no missing values
        if cleared:
            texts = ["nan" if text in IS_MISSING else text for text in texts]
        joined = "".join(texts)
        has_space = joined != "" and joined.split(None, 1) != [joined]          # float() takes it at the ends
        if joined.isascii() and "_" not in joined and not has_space:
            try:
                return list(map(float, texts))
            except ValueError:
                pass
    return None


def with_numbers(table):
    """The table with its ``numbers`` filled in, if it has none because it was not read from a file."""
    if table.numbers is not None:
        return table
    return table._replace(numbers=[disguised(texts, table.decimal)[0] for texts in table.columns])


def is_number(text: str) -> bool:
    """Whether a text is a number; inf and nan are not: they may be names."""
    return any(map(str.isdigit, text)) and numbers([text]) is not None


def disguised(texts: list, decimal: str = "point") -> tuple:
    """The floats that a column's texts stand for, and in words how they were written; or (None, "").

    Besides plain numbers, these are read if the whole column agrees: thousands separators, one currency or percent sign
    before or after each number, the typographic minus; with ``decimal`` "comma", a comma before the fraction.

    >>> disguised(["$1,020", "$900"])
    ([1020.0, 900.0], 'thousands separators, the sign $')
    >>> disguised(["1,5", "2"], "comma")
    ([1.5, 2.0], '')
    """
    if decimal == "point":
        found = numbers(texts)
        if found is not None:
            return found, ""
    there = [text for text in texts if text not in IS_MISSING]
    if len(there) > FEW and disguised(there[:1], decimal)[0] is None:           # most columns of texts end here
        return None, ""
    written = []
    cleaned = [text.replace(MINUS, "-") for text in there]
    signs = {sign for text in cleaned for sign in SIGNS if sign in text}
    if len(signs) == 1:
        sign = signs.pop()
        if all(text.count(sign) == 1 and sign in (text.lstrip("+-")[:1], text[-1]) for text in cleaned):
            cleaned = [text.replace(sign, "").replace(" ", "") for text in cleaned]
            written.append(f"the sign {sign}")
    if any(GROUPED[decimal].fullmatch(text) for text in cleaned):
        separator = "," if decimal == "point" else "."
        cleaned = [text.replace(separator, "") if GROUPED[decimal].fullmatch(text) else text for text in cleaned]
        written.insert(0, "thousands separators")
    if decimal == "comma":
        if any("." in text for text in cleaned):
            return None, ""
        cleaned = [text.replace(",", ".") for text in cleaned]
    if cleaned == there:
        return numbers(texts) if decimal == "comma" else None, ""
    values = None if IS_MISSING.intersection(cleaned) else numbers(cleaned)    # a sign alone is no missing value
    if values is None:
        return None, ""
    if any(MINUS in text for text in there):
        written.append("the minus " + MINUS)
    rest = iter(values)
    return [math.nan if text in IS_MISSING else next(rest) for text in texts], ", ".join(written)


def why_no_numbers(texts: list, decimal: str, otherwise: str = "ignore the column") -> str:
    """What a column may hold if its texts are nearly all different, and what to do about it, such as ``otherwise``."""
    some = [text for text in texts if text not in IS_MISSING][:1000]

    def most(test):
        return 2 * sum(map(bool, map(test, some))) > len(some)
    if most(DATE.fullmatch):
        return f"they look like dates; make numbers of them, such as a year and a month, or {otherwise}"
    if decimal == "point" and any(map(WITH_COMMA.fullmatch, some)) and most(
            lambda text: WITH_COMMA.fullmatch(text) or numbers([text]) is not None):
        return "some are numbers with a comma before the fraction; set decimal to comma, or write all of them alike"
    if most(lambda text: any(c.isdigit() for c in text)):
        return f"they may be numbers with a unit or an odd character, or names of rows; correct them, or {otherwise}"
    return f"they may be names of rows; {otherwise}"


def nearly_all_different(texts: list) -> bool:
    """Whether the texts of a column are nearly all different, as names, dates and ids are."""
    there = [text for text in texts if text not in IS_MISSING]
    return len(there) > FEW and len(set(there)) > NEARLY_ALL * len(there)


def positions(count: int) -> list:
    """What the columns of a table without a header are called.

    >>> positions(3)
    ['1', '2', '3']
    """
    return [str(i + 1) for i in range(count)]


def find_column(table: Table, name) -> int:
    """The index, from 0, of a column given by its name, or else by its number from 1, or ``last``.

    Raises PurennError, naming the columns, if there is none.
    """
    name, names = str(name), table.names
    if name in names:
        return names.index(name)
    if name == "last":
        return len(names) - 1
    if name.isdigit() and name.isascii() and len(name) < 10 and 1 <= int(name) <= len(names):
        return int(name) - 1
    hint = did_you_mean(name, names, short)
    raise PurennError(f"{table.path}: there is no column {short(name)}; {hint}it has {listed(names)}")


def listed(names: list) -> str:
    """Names of columns for a message; only the first of them if there are many.

    >>> listed(["age", "color"])
    "'age', 'color'"
    """
    more = [] if len(names) <= LISTED else [f"… ({len(names)} in all)"]
    return ", ".join([short(name) for name in names[:LISTED]] + more)


def picked(values: list, rows) -> list:
    """The values of the rows with these numbers, from 0; the list itself if these are all rows."""
    return values if rows == range(len(values)) else list(map(values.__getitem__, rows))


# Refusing values: each raises a PurennError that names line and column.

def place(table: Table, row: int, at: int) -> str:
    """The file, the line and the column of a value, for a message; ``row`` and ``at`` count from 0."""
    return f"{table.path}: line {table.lines[row]}, column {short(table.names[at])}"


def unexpected(table: Table, row: int, at: int, expected: str) -> None:
    """Raise a PurennError that says what was found in this row and column, and what is expected."""
    raise PurennError(f"{place(table, row, at)}: found {short(table.columns[at][row])}, expected {expected}")


def check_finite(table: Table, at: int, rows) -> None:
    """Raise PurennError for a number that is neither finite nor missing."""
    texts, values = table.columns[at], table.numbers[at]
    if not all(map(math.isfinite, picked(values, rows))):
        for row in rows:
            if not math.isfinite(values[row]) and texts[row] not in IS_MISSING:
                unexpected(table, row, at, "a finite number; if it is missing, write NA")


def first_text(table: Table, at: int, rows):
    """The first of these ``rows`` in which the column has a text that is neither a number nor missing.

    If there is none, the first such row of the whole table. If there is none there either, the first of ``rows`` whose
    field is not missing; None if it is missing in all of them. (With decimal commas, there may be no such text in any
    row: each text alone can be read as a number, but the column cannot, as when only some have a currency sign.)
    """
    texts = table.columns[at]
    for some in (rows, range(len(table.lines))):
        for row in some:
            number = numbers([texts[row]]) if table.decimal == "point" else disguised([texts[row]], table.decimal)[0]
            if number is None:
                return row
    return next((row for row in rows if texts[row] not in IS_MISSING), None)


def refuse_decimal_commas(table: Table, at: int, values) -> None:
    """Raise PurennError if these distinct texts of a column are numbers, some with a comma before the fraction."""
    if any("," in value for value in values) and all(
            WITH_COMMA.fullmatch(value) or numbers([value]) is not None for value in values):
        row = next(i for i, text in enumerate(table.columns[at]) if "," in text)
        unexpected(table, row, at, "a number with a decimal point; if a comma stands before the fraction, set "
                   "decimal to comma")
