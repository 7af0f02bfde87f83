"""The points that a network learns from. They come from a task, from clicks, or from a CSV; noise may move them."""
import csv
import math
import random
from typing import Any, List, Sequence, Tuple

from web.forms import number
from purenn.runs import Problem, PurennError
from purenn.runs.problems import xor

MOST_POINTS = 400
MOST_TEXT = 200_000             # characters of a CSV


def problem_of(rows: Sequence[Sequence[Any]]) -> Problem:
    """A Problem of points, each (x1, x2, class).

    Raises PurennError for what is not in the unit square, for too many points, and where there are none.
    """
    if not 1 <= len(rows) <= MOST_POINTS:
        raise PurennError(f"There are {len(rows)} points; there must be 1 to {MOST_POINTS}.")
    for row in rows:
        if len(row) != 3 or not all([type(v) in (int, float) and 0.0 <= v <= 1.0 for v in row[:2]]):
            raise PurennError("A point is two numbers from 0 to 1 and a class.")
        if row[2] not in (0, 1):
            raise PurennError("The class of a point is 0 or 1.")
    old = xor()
    train = old.train._replace(inputs=[[float(row[0]), float(row[1])] for row in rows],
                               targets=[[float(row[2])] for row in rows])
    return old._replace(name="points", train=train, test=None)


def rows_of(problem: Problem) -> List[Tuple[float, float, int]]:
    """The points to learn from, each (x1, x2, class)."""
    return [(x[0], x[1], int(y[0])) for x, y in zip(problem.train.inputs, problem.train.targets)]


def moved(problem: Problem, deviation: float, seed: int) -> Problem:
    """The Problem with each training point moved at random, by N(0, deviation), within the unit square."""
    if not deviation:
        return problem
    rng = random.Random(seed)
    inputs = [[min(1.0, max(0.0, value + rng.gauss(0.0, deviation))) for value in x] for x in problem.train.inputs]
    return problem._replace(train=problem.train._replace(inputs=inputs))


def read_csv(text: str) -> List[List[Any]]:
    """The points of a CSV with two columns of numbers and a third of classes.

    A column whose numbers are all equal becomes 0.5 throughout. Any other that is not within 0 … 1 is scaled to that
    range. The first of the two classes, in the order of the alphabet, is 0. Raises PurennError if the text is not
    such a CSV with two classes, or has more than MOST_TEXT characters or MOST_POINTS rows.
    """
    if len(text) > MOST_TEXT:
        raise PurennError(f"The file is too large; at most {MOST_TEXT:,} characters are read.")
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise PurennError("The file is empty.")
    delimiter = max(";\t,", key=lambda mark: lines[0].count(mark))
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error as error:
        raise PurennError(f"The file is not a CSV that can be read: {error}.") from None
    if len(rows[0]) == 3 and _numbers(rows[0]) is None:
        del rows[0]                                         # the names of the columns
    if len(rows) > MOST_POINTS:
        raise PurennError(f"The file has {len(rows)} rows; the page takes at most {MOST_POINTS}.")
    points = []
    for place, row in enumerate(rows, len(lines) - len(rows) + 1):
        values = _numbers(row)
        if values is None:
            raise PurennError(f"Line {place}: expected two numbers and a class, found {', '.join(row)!r:.60}.")
        points.append([*values, row[2]])
    classes = sorted({point[2] for point in points})
    if len(classes) != 2:
        raise PurennError(f"The third column must have two classes; found {len(classes)}.")
    scaled = [_scaled([point[k] for point in points]) for k in range(2)]
    return [[x1, x2, classes.index(point[2])] for x1, x2, point in zip(*scaled, points)]


def _numbers(row: List[str]) -> "List[float] | None":
    if len(row) != 3 or not row[2]:
        return None
    try:
        values = [number(cell) for cell in row[:2]]
    except ValueError:
        return None
    return values if all([math.isfinite(value) for value in values]) else None


def _scaled(column: List[float]) -> List[float]:
    low, high = min(column), max(column)
    if low >= 0.0 and high <= 1.0 and high > low:
        return column
    return [round((value - low) / (high - low), 4) if high > low else 0.5 for value in column]
