"""Turn a table's rows into a network's inputs and targets by a Preparation, and outputs back into values."""
import math

from ..files.text import short
from ..linalg import PurennError
from ..training import class_of
from .columns import IS_MISSING, Table, check_finite, first_text, listed, numbers, picked, unexpected, with_numbers
from .missing import whole_rows
from .preparation import Classes, Number, Preparation
from .splitting import one_hot, standardized
from .target import is_exact


def encode(preparation: Preparation, table: Table, rows=None, with_target: bool = True, single: bool = False) -> tuple:
    """The inputs and targets that a table's rows stand for: two lists of lists of floats.

    ``rows`` are the numbers, from 0, of the rows to encode; None takes all. A row that is dropped for a missing value
    has no inputs or targets: ``rows_to_encode`` says which rows are left. ``single`` gives two classes one target, 0.0
    or 1.0, instead of a one-hot pair. Without ``with_target`` the target need not be there, and the targets are None.

    Columns are found by name: their order does not matter, and there may be others. If this table or the fitted one has
    no header, columns are found by position. Then there must be as many columns as in the fitted table, or all but the
    target.

    Raises PurennError if a column is missing, or if a value does not fit; for a value, it names line and column.
    """
    table, order, rows = _chosen(preparation, table, rows, with_target)
    columns: list = []
    for at, feature in zip(order, preparation.inputs):
        if isinstance(feature, Number):
            columns.append(_scaled(table, at, rows, feature))
        else:
            columns.extend(_units(table, at, rows, feature))
    targets = _targets(table, order[-1], rows, preparation.target, single) if with_target else None
    return list(map(list, zip(*columns))), targets


def rows_to_encode(preparation: Preparation, table: Table, rows=None, with_target: bool = True) -> list:
    """The numbers, from 0, of the rows that ``encode`` gives inputs for: all, unless some are dropped."""
    return list(_chosen(preparation, table, rows, with_target)[2])


def _chosen(preparation, table, rows, with_target):
    """The table; the numbers of the columns needed, the target's last; and the numbers of the rows to use."""
    order = _order(preparation, table, with_target)
    table = with_numbers(table)
    rows = range(len(table.lines)) if rows is None else rows
    target = order[-1] if with_target else None
    return table, order, whole_rows(table, order, rows, preparation.missing, target, fitted=True)


def _order(preparation, table, with_target):
    """The numbers of the columns that are the inputs and, at the end, the target."""
    wanted = [feature.name for feature in preparation.inputs]
    target = preparation.target.name
    wanted += [target] if with_target else []
    there, columns = table.names, preparation.columns
    first = {column[0] for column in table.columns if column}
    if preparation.header and not table.header and first.issuperset(wanted):
        raise PurennError(f"{table.path}: line {table.lines[0]}: holds the names of the columns; set header to yes")
    if not table.header or not preparation.header:
        others = [name for name in columns if name != target]
        if len(there) != len(columns) and (with_target or len(there) != len(others)):
            raise PurennError(f"{table.path}: found {len(there)} columns, expected {len(columns)}, in this order: "
                              f"{listed(columns)}")
        there = columns if len(there) == len(columns) else others
    number = {name: at for at, name in enumerate(there)}
    for name in wanted:
        if name not in number:
            raise PurennError(f"{table.path}: there is no column {short(name)}, "
                              f"{'the target' if name == target else 'one of the inputs'}; the columns are "
                              f"{listed(there)}")
    return [number[name] for name in wanted]


def _scaled(table, at, rows, feature):
    """A column of numbers, standardized; 0, which is the mean, for a missing one."""
    if table.numbers[at] is None:
        unexpected(table, first_text(table, at, range(len(table.lines))), at, "a number, as in training")
    values = picked(table.numbers[at], rows)
    scaled = standardized(values, feature.mean, feature.deviation)
    if not all(map(math.isfinite, scaled)):
        check_finite(table, at, rows)
        scaled = [z if x == x else 0.0 for x, z in zip(values, scaled)]
        for row, z in zip(rows, scaled):
            if not math.isfinite(z):
                unexpected(table, row, at, f"a number nearer to the mean, {feature.mean:g}; the deviation is "
                                           f"{feature.deviation:g}")
    return scaled


def _units(table, at, rows, feature):
    """The one-hot columns of a category; all zeros for a missing value."""
    count = len(feature.values)
    unit = dict(zip(feature.values, one_hot(list(range(count)), count)))
    unit.update((text, [0.0] * count) for text in IS_MISSING)
    return zip(*_looked_up(table, at, rows, unit, feature.values))


def _looked_up(table, at, rows, meanings, allowed):
    """What each text of a column means. Raises PurennError, naming its line, for one that is not known."""
    texts = picked(table.columns[at], rows)
    if not meanings.keys() >= set(texts):
        row = next(row for row, text in zip(rows, texts) if text not in meanings)
        unexpected(table, row, at, "one of those seen in training: " + listed(allowed))
    return list(map(meanings.__getitem__, texts))


def _targets(table, at, rows, target, single):
    if isinstance(target, Number):
        return [[value] for value in _scaled(table, at, rows, target)]
    classes = target.classes
    if single and len(classes) != 2:
        raise PurennError(f"there are {len(classes)} classes, and a single output tells 2 apart; give the network an "
                          "output for each")
    labels = {name: k for k, name in enumerate(classes)}
    by_value: dict = {}
    for name in classes:                                    # perhaps the same number written in another way
        value = numbers([name])
        if value is not None and is_exact(name):
            by_value.setdefault(value[0], []).append(name)
    for text in set(picked(table.columns[at], rows)) - labels.keys():
        value = numbers([text])
        names = by_value.get(value[0], []) if value is not None and is_exact(text) else []
        if len(names) == 1:
            labels[text] = labels[names[0]]
    found = _looked_up(table, at, rows, labels, classes)
    return [[float(k)] for k in found] if single else one_hot(found, len(classes))


def decode(preparation: Preparation, rows: list, threshold: float = 0.5) -> list:
    """What outputs, or targets, mean: the name of a class, or a number y = z·σ + μ in the target's own unit.

    ``threshold`` is where class 1 of a single output begins, as for ``training.class_of``.
    """
    target = preparation.target
    if isinstance(target, Classes):
        return [target.classes[class_of(values, threshold)] for values in rows]
    return [values[0] * target.deviation + target.mean for values in rows]
