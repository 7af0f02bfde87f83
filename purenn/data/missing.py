"""What is done about the missing values of a table: refuse the table, put in the mean of the column, drop the row."""
import math

from ..files.text import short
from ..linalg import PurennError
from .columns import IS_MISSING, Table, picked, place

REMEDIES = ("refuse", "mean", "drop")


def whole_rows(table: Table, columns: list, rows, missing: str, target=None, fitted: bool = False) -> list:
    """The rows to use; ``missing`` says what is done about missing values in these columns.

    ``target`` is the number of the target's column, in which no mean is put in. Raises PurennError, naming line and
    column, for the first missing value that is not allowed, and if no row is left. ``fitted`` is True if a
    network was trained with this ``missing``; then the message does not suggest another value.
    """
    holes = {at: _holes(table, at, rows) for at in columns}
    gone = set().union(*holes.values())
    if not gone:
        return rows
    if missing == "refuse":
        others = "'drop'" if holes.get(target) else "'mean' or to 'drop'"         # no mean is put in for a target
        _refuse_holes(table, holes, "a value is missing", "fill it in" + (
            "; the network takes no missing values" if fitted else f", or set 'missing' to {others}"))
    if missing == "mean":
        if holes.get(target):
            _refuse_holes(table, {target: holes[target]}, "the target is missing",
                          "fill it in" + ("" if fitted else ", or set 'missing' to 'drop'"))
        return rows
    if gone >= set(rows):
        raise PurennError(f"{table.path}: each of the {len(gone)} rows has a missing value, so that none is left; " + (
            "fill in the columns that the network was trained on" if fitted else
            "ignore the columns with the most missing values"))
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
