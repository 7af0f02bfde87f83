"""From the texts of a table to what a network takes in and is to give, and back.

``fit`` finds out how: a preparation, a plain dict that JSON can hold and that is kept with the network.

- ``columns``: the names of all columns of the table that it was fitted on, in their order;
- ``inputs``: for each column that goes in, its ``name`` and ``kind``. A ``number`` is standardized by its ``mean`` and
  ``deviation``, those of the part that is trained on; a ``category`` is one-hot over its ``values``;
- ``target``: its ``name`` and ``kind``: ``classes`` are one-hot over its ``classes``, a ``number`` is standardized;
- ``missing``: what is done about missing values: ``refuse`` them, put in the ``mean`` (for a category all zeros), or
  ``drop`` the row. A target that is missing has no mean put in.

``encode`` does it, to the same table and to others.
"""
import math

from ..files.disk import short
from ..linalg import PurennError
from .columns import (IS_MISSING, REMEDIES, Table, check_finite, find_column, first_text, listed, numbers, picked,
                      positions, refuse_decimal_commas, unexpected, whole_rows)
from .preparation import mean_and_deviation, one_hot, standardized

TASKS = ("classification", "regression")

MOST_VALUES = 100               # so many different texts in a column, at most, are categories or classes
MOST_WHOLE = 10                 # so many different whole numbers in the target, at most, are classes by themselves


def rows_to_use(table: Table, target, missing: str = "refuse", ignore=()) -> list:
    """The numbers, from 0, of the rows that are left to be split into parts: all, unless ``missing`` is drop.

    The arguments, and what is raised, as in ``fit``.
    """
    inputs, at = _roles(table, target, ignore)
    _known("missing", missing, REMEDIES)
    return list(whole_rows(_with_numbers(table), [*inputs, at], range(len(table.lines)), missing, at))


def fit(table: Table, target, rows=None, task=None, missing: str = "refuse", ignore=()) -> dict:
    """Find out how the columns of a table become inputs and targets: a preparation, as the module says.

    ``target`` is the column to predict: its name, or else its number from 1, or ``last``; those in ``ignore`` are left
    out. Means and deviations are those of ``rows``, the part to train on, by their numbers from 0; None takes all.
    Kinds, categories and classes are those of the whole table.

    ``task`` is "classification" or "regression". By itself a target of texts is classes, and one of whole numbers is
    if there are from 2 to 10 different ones, each there twice on average; other numbers are a regression. Classes
    are sorted, numbers by value.

    Raises PurennError, naming line and column, for values that are missing, not finite, or of too many kinds.
    """
    if task is not None:
        _known("task", task, TASKS)
    _known("missing", missing, REMEDIES)
    table = _with_numbers(table)
    inputs, at = _roles(table, target, ignore)
    every = range(len(table.lines))
    kept = whole_rows(table, [*inputs, at], every, missing, at)
    rows = kept if rows is None else list(rows)
    if kept != every:
        left = set(kept)
        rows = [i for i in rows if i in left]
    if not rows:
        raise PurennError("%s: there are no rows to train on; give at least one" % table.path)
    return {"columns": list(table.names), "inputs": [_input(table, k, kept, rows) for k in inputs],
            "target": _target(table, at, kept, rows, task), "missing": missing}


def _with_numbers(table):
    """The table with the numbers that its texts stand for, where it was not read from a file."""
    return table if table.numbers is not None else table._replace(numbers=[numbers(texts) for texts in table.columns])


def _known(name, value, allowed):
    if value not in allowed:
        raise PurennError("%s is %s; it must be %s" % (name, short(value), " or ".join(allowed)))
    return value


def _roles(table, target, ignore):
    """The numbers of the columns that are inputs, and that of the target."""
    at = find_column(table, target)
    left_out = {find_column(table, name) for name in ignore}
    if at in left_out:
        raise PurennError("%s: column %s is the target and cannot be ignored" % (table.path, short(table.names[at])))
    inputs = [k for k in range(len(table.names)) if k != at and k not in left_out]
    if not inputs:
        raise PurennError("%s: no column is left to predict %s from; it has %s"
                          % (table.path, short(table.names[at]), listed(table.names)))
    return inputs, at


def _input(table, at, kept, rows):
    if table.numbers[at] is not None:
        return _number(table, at, kept, rows)
    return {"name": table.names[at], "kind": "category",
            "values": _different(table, at, kept, "correct it, or leave it out (--ignore)")}


def _number(table, at, kept, rows):
    check_finite(table, at, kept)
    known = [x for x in picked(table.numbers[at], rows) if x == x]      # nan is missing
    if not known:
        raise PurennError("%s: column %s has no value in the rows to train on; leave it out (--ignore)"
                          % (table.path, short(table.names[at])))
    try:
        mean, deviation = mean_and_deviation(known)
    except OverflowError:
        deviation = math.inf
    if deviation == math.inf:
        row = max((i for i in rows if table.numbers[at][i] == table.numbers[at][i]),
                  key=lambda i: abs(table.numbers[at][i]))
        unexpected(table, row, at, "numbers whose squares are finite; divide the column by a large one")
    return {"name": table.names[at], "kind": "number", "mean": mean, "deviation": deviation}


def _different(table, at, kept, remedy):
    """The different texts of a column, sorted."""
    values = sorted(set(picked(table.columns[at], kept)) - IS_MISSING)
    refuse_decimal_commas(table, at, values)
    if len(values) > MOST_VALUES:
        row = first_text(table, at, kept)
        raise PurennError("%s: column %s has %d different texts, the first on line %d: %s; at most %d can be told "
                          "apart; %s" % (table.path, short(table.names[at]), len(values), table.lines[row],
                                         short(table.columns[at][row]), MOST_VALUES, remedy))
    return values


def stray_texts(preparation: dict, table: Table) -> list:
    """Of columns taken for texts although most are numbers: a line each on the first text that is none.

    One that slipped in makes categories of what was meant as numbers.
    """
    found = []
    for feature in [*preparation["inputs"], preparation["target"]]:
        at = table.names.index(feature["name"])
        texts = [text for text in table.columns[at] if text not in IS_MISSING]
        words = {text for text in set(texts) if numbers([text]) is None} if feature["kind"] != "number" else set()
        strays = [text for text in texts if text in words]
        if 0 < 2 * len(strays) < len(texts):
            line = table.lines[table.columns[at].index(strays[0])]
            found.append("%s: column %s is taken for texts: line %d has %s, and %d of %d values are numbers" % (
                table.path, short(feature["name"]), line, short(strays[0]), len(texts) - len(strays), len(texts)))
    return found


def _target(table, at, kept, rows, task):
    values = table.numbers[at]
    if values is None and task == "regression":
        unexpected(table, first_text(table, at, kept), at, "a number, to predict by regression")
    if values is not None:
        check_finite(table, at, kept)
        values = picked(values, kept)
        if (task or _usual_task(values)) == "regression":
            return _number(table, at, kept, rows)
        classes = [class_name(value) for value in sorted(set(values))]
    else:
        classes = _different(table, at, kept, "correct it, or choose another target")
    if not 2 <= len(classes) <= MOST_VALUES:
        raise PurennError("%s: column %s, the target, has %d class%s; there must be from 2 to %d; choose another%s" % (
            table.path, short(table.names[at]), len(classes),
            " only: " + short(classes[0]) if len(classes) == 1 else "es", MOST_VALUES,
            "" if values is None else ", or say --task regression"))
    return {"name": table.names[at], "kind": "classes", "classes": classes}


def _usual_task(values):
    """What a target holds, by itself: the rule stands in ``fit``."""
    different = set(values)
    few = 2 <= len(different) <= min(MOST_WHOLE, len(values) // 2)
    return "classification" if few and all(value == int(value) for value in different) else "regression"


def class_name(value: float) -> str:
    """What a class is called that is a number, however it is written in the table.

    >>> class_name(1.0), class_name(0.5)
    ('1', '0.5')
    """
    return "%d" % value if value == int(value) and abs(value) < 1e15 else repr(value)


# Doing it.

def encode(preparation: dict, table: Table, rows=None, with_target: bool = True, single: bool = False) -> tuple:
    """The inputs and targets that a table's rows stand for: two lists of lists of floats.

    ``rows`` are their numbers, from 0; None takes all. Where missing values drop a row, it has no inputs and targets:
    ``rows_to_encode`` says which are left. ``single`` gives two classes one target, 0.0 or 1.0, instead of a one-hot
    pair. Without ``with_target`` the target need not be there, and the targets are None.

    Columns are found by name: their order does not matter, and there may be others. Where the table has no header, or
    that which was fitted on had none, they are found by position; then there must be as many as there were, or all
    but the target.

    Raises PurennError, naming line and column, for a column that is not there and values that do not fit.
    """
    table, order, rows = _chosen(preparation, table, rows, with_target)
    columns: list = []
    for at, feature in zip(order, preparation["inputs"]):
        if feature["kind"] == "number":
            columns.append(_scaled(table, at, rows, feature))
        else:
            columns.extend(_units(table, at, rows, feature))
    targets = _targets(table, order[-1], rows, preparation["target"], single) if with_target else None
    return list(map(list, zip(*columns))), targets


def rows_to_encode(preparation: dict, table: Table, rows=None, with_target: bool = True) -> list:
    """Those of the rows, by their numbers from 0, that ``encode`` gives inputs for: all, unless some are dropped."""
    return list(_chosen(preparation, table, rows, with_target)[2])


def _chosen(preparation, table, rows, with_target):
    """The table, the numbers of its columns that are needed, the target's last, and of its rows."""
    order = _order(preparation, table, with_target)
    table = _with_numbers(table)
    rows = range(len(table.lines)) if rows is None else rows
    target = order[-1] if with_target else None
    return table, order, whole_rows(table, order, rows, preparation["missing"], target, fitted=True)


def _order(preparation, table, with_target):
    """The numbers of the columns that are the inputs and, at the end, the target."""
    wanted = [feature["name"] for feature in preparation["inputs"]]
    target = preparation["target"]["name"]
    wanted += [target] if with_target else []
    there, columns = table.names, preparation["columns"]
    if there == positions(len(there)) or columns == positions(len(columns)):
        others = [name for name in columns if name != target]
        if len(there) != len(columns) and (with_target or len(there) != len(others)):
            raise PurennError("%s: found %d columns, expected %d, in this order: %s"
                              % (table.path, len(there), len(columns), listed(columns)))
        there = columns if len(there) == len(columns) else others
    number = {name: at for at, name in enumerate(there)}
    for name in wanted:
        if name not in number:
            raise PurennError("%s: there is no column %s, %s; it has %s" % (
                table.path, short(name), "the target" if name == target else "one of the inputs", listed(there)))
    return [number[name] for name in wanted]


def _scaled(table, at, rows, feature):
    """A column of numbers, standardized; 0 where one is missing, which stands for the mean."""
    if table.numbers[at] is None:
        unexpected(table, first_text(table, at, range(len(table.lines))), at, "a number, as in training")
    values = picked(table.numbers[at], rows)
    scaled = standardized(values, feature["mean"], feature["deviation"])
    if not all(map(math.isfinite, scaled)):
        check_finite(table, at, rows)
        scaled = [z if x == x else 0.0 for x, z in zip(values, scaled)]
        for row, z in zip(rows, scaled):
            if not math.isfinite(z):
                unexpected(table, row, at, "a number nearer to the mean, %g; the deviation is %g"
                           % (feature["mean"], feature["deviation"]))
    return scaled


def _units(table, at, rows, feature):
    """The one-hot columns of a category; all zeros where it is missing."""
    count = len(feature["values"])
    unit = dict(zip(feature["values"], one_hot(list(range(count)), count)))
    unit.update((text, [0.0] * count) for text in IS_MISSING)
    return zip(*_looked_up(table, at, rows, unit, feature["values"]))


def _looked_up(table, at, rows, meanings, allowed):
    """What each text of a column means. Raises PurennError, naming its line, for one that is not known."""
    texts = picked(table.columns[at], rows)
    if not meanings.keys() >= set(texts):
        row = next(row for row, text in zip(rows, texts) if text not in meanings)
        unexpected(table, row, at, "one of those that it was fitted on: " + listed(allowed))
    return list(map(meanings.__getitem__, texts))


def _targets(table, at, rows, target, single):
    if target["kind"] == "number":
        return [[value] for value in _scaled(table, at, rows, target)]
    classes = target["classes"]
    if single and len(classes) != 2:
        raise PurennError("there are %d classes, and a single output tells 2 apart; give the network an output for each"
                          % len(classes))
    labels = {name: k for k, name in enumerate(classes)}
    for text in set(picked(table.columns[at], rows)) - labels.keys():
        value = numbers([text]) or [math.nan]               # perhaps the same number written in another way
        name = class_name(value[0]) if math.isfinite(value[0]) else None
        if name in labels:
            labels[text] = labels[name]
    found = _looked_up(table, at, rows, labels, classes)
    return [[float(k)] for k in found] if single else one_hot(found, len(classes))


def decode_target(preparation: dict, value: float) -> float:
    """y = z·σ + μ: what a regression's output z says about the target, in the target's own unit."""
    target = preparation["target"]
    return value * target["deviation"] + target["mean"]


def input_count(preparation: dict) -> int:
    """How many numbers go into the network: one for each number, and one for each value of a category."""
    return sum(len(feature.get("values", "1")) for feature in preparation["inputs"])


def output_count(preparation: dict, single: bool = False) -> int:
    """How many numbers come out of it: one for each class, with ``single`` one for two; one for a number."""
    target = preparation["target"]
    return 1 if single or target["kind"] == "number" else len(target["classes"])
