"""How the columns of a table become a network's inputs and targets: ``fit`` finds the Preparation.

``encoding.encode`` applies it to the same table and to others.
"""
import math

from ..files.text import short
from ..linalg import PurennError
from .columns import (IS_MISSING, Table, check_finite, find_column, first_text, listed, nearly_all_different, numbers,
                      picked, refuse_decimal_commas, unexpected, why_no_numbers, with_numbers)
from .missing import REMEDIES, whole_rows
from .preparation import MOST_VALUES, Category, Classes, Number, Preparation
from .splitting import mean_and_deviation
from .target import TASKS, class_names, usual_task


def rows_to_use(table: Table, target, missing: str = "refuse", ignore=()) -> list:
    """The numbers, from 0, of the rows that are left to be split into parts: all, unless ``missing`` is drop.

    The arguments and the errors are those of ``fit``.
    """
    inputs, at = _roles(table, target, ignore)
    _known("missing", missing, REMEDIES)
    return list(whole_rows(with_numbers(table), [*inputs, at], range(len(table.lines)), missing, at))


def fit(table: Table, target, rows=None, task=None, missing: str = "refuse", ignore=()) -> Preparation:
    """Find out how the columns of a table become inputs and targets.

    ``target`` is the column to predict: its name, or else its number from 1, or ``last``; the columns in ``ignore`` are
    left out. Means and deviations are measured on ``rows``, the numbers, from 0, of the training rows; None takes all.
    Kinds, categories and classes are found in the whole table.

    ``task`` is "classification" or "regression". By default texts are classes, and for numbers ``usual_task``, of
    ``target.py``, decides. Classes are sorted (numbers by value) and named as they are written.

    ``missing`` says what is done with missing values in the columns used: "refuse" (any is an error), "mean" (the
    column's mean is put in, all zeros for texts; a missing target is an error) or "drop" (the row is left out).

    Raises PurennError, naming line and column, for values that are not finite, or missing where that is not allowed,
    and for too many different texts.
    """
    if task is not None:
        _known("task", task, TASKS)
    _known("missing", missing, REMEDIES)
    table = with_numbers(table)
    inputs, at = _roles(table, target, ignore)
    every = range(len(table.lines))
    kept = whole_rows(table, [*inputs, at], every, missing, at)
    rows = kept if rows is None else list(rows)
    if kept != every:
        left = set(kept)
        rows = [i for i in rows if i in left]
    if not rows:
        raise PurennError(f"{table.path}: there are no rows to train on; give at least one")
    return Preparation(list(table.names), [_input(table, k, kept, rows) for k in inputs],
                       _target(table, at, kept, rows, task), missing, table.header, table.decimal)


def _known(name, value, allowed):
    if value not in allowed:
        raise PurennError(f"{name} is {short(value)}; it must be {' or '.join(allowed)}")
    return value


def _roles(table, target, ignore):
    """The numbers of the columns that are inputs, and that of the target."""
    at = find_column(table, target)
    left_out = {find_column(table, name) for name in ignore}
    if at in left_out:
        raise PurennError(f"{table.path}: column {short(table.names[at])} is the target and cannot be ignored")
    inputs = [k for k in range(len(table.names)) if k != at and k not in left_out]
    if not inputs:
        raise PurennError(f"{table.path}: no column is left to predict {short(table.names[at])} from; the columns "
                          f"are {listed(table.names)}")
    return inputs, at


def _input(table, at, kept, rows):
    if table.numbers[at] is not None:
        return _number(table, at, kept, rows)
    return Category(table.names[at], _different(table, at, kept, "correct it, or ignore the column"))


def _number(table, at, kept, rows):
    check_finite(table, at, kept)
    known = [x for x in picked(table.numbers[at], rows) if x == x]      # nan is missing
    if not known:
        raise PurennError(f"{table.path}: column {short(table.names[at])} has no value in the rows to train on; ignore "
                          "it")
    try:
        mean, deviation = mean_and_deviation(known)
    except OverflowError:
        deviation = math.inf
    if deviation == math.inf:
        row = max((i for i in rows if table.numbers[at][i] == table.numbers[at][i]),
                  key=lambda i: abs(table.numbers[at][i]))
        unexpected(table, row, at, "numbers whose squares are finite; divide the column by a large number")
    return Number(table.names[at], mean, deviation)


def _different(table, at, kept, remedy):
    """The different texts of a column, sorted."""
    values = sorted(set(picked(table.columns[at], kept)) - IS_MISSING)
    refuse_decimal_commas(table, at, values)
    if len(values) > MOST_VALUES:
        row = first_text(table, at, kept)
        raise PurennError(f"{table.path}: column {short(table.names[at])} is read as texts, such as "
                          f"{short(table.columns[at][row])} on line {table.lines[row]}; it has {len(values)} different "
                          f"ones; at most {MOST_VALUES} can be told apart; {remedy}")
    return values


def stray_texts(preparation: Preparation, table: Table) -> list:
    """Warnings, a line each, on columns of texts in which most values are numbers, or nearly all texts are different.

    A single wrong text turns a column of numbers into categories.
    """
    found = []
    for feature in [*preparation.inputs, preparation.target]:
        at = table.names.index(feature.name)
        texts = [text for text in table.columns[at] if text not in IS_MISSING]
        words = {text for text in set(texts) if numbers([text]) is None} if not isinstance(feature, Number) else set()
        strays = [text for text in texts if text in words]
        if isinstance(feature, Category) and nearly_all_different(texts):
            found.append(f"{table.path}: column {short(feature.name)} has {len(set(texts))} different texts in "
                         f"{len(texts)} rows, and each text becomes an input; {why_no_numbers(texts, table.decimal)}")
            continue
        if 0 < 2 * len(strays) < len(texts):
            line = table.lines[table.columns[at].index(strays[0])]
            found.append(f"{table.path}: column {short(feature.name)} is read as texts: line {line} has "
                         f"{short(strays[0])}, and {len(texts) - len(strays)} of {len(texts)} values are numbers; if "
                         "it is a mistake, correct it")
    return found


def _target(table, at, kept, rows, task):
    values, texts = table.numbers[at], picked(table.columns[at], kept)
    if values is None and task == "regression":
        unexpected(table, first_text(table, at, kept), at, "a number, to predict by regression")
    if values is not None:
        check_finite(table, at, kept)
        values = picked(values, kept)
        if (task or usual_task(values, texts)) == "regression":
            return _number(table, at, kept, rows)
        classes = class_names(texts)
    else:
        if nearly_all_different(texts):
            raise PurennError(f"{table.path}: column {short(table.names[at])}, the target, has {len(set(texts))} "
                              f"different texts in {len(texts)} rows; "
                              f"{why_no_numbers(texts, table.decimal, 'choose another target')}")
        classes = _different(table, at, kept, "correct it, or choose another target")
    if not 2 <= len(classes) <= MOST_VALUES:
        found = "1 class only: " + short(classes[0]) if len(classes) == 1 else f"{len(classes)} classes"
        more = "" if values is None else ", or set 'task' to 'regression'"
        raise PurennError(f"{table.path}: column {short(table.names[at])}, the target, has {found}; there must be from "
                          "2 to "
                          f"{MOST_VALUES}; choose another target{more}")
    return Classes(table.names[at], classes)
