"""Split samples into training, validation and test parts; scale numbers; make one-hot vectors.

Means and deviations are measured on the training part only: the other parts stand for data that the network has not
seen.
"""
import math
from typing import Union

from ..linalg import PurennError, Vector

EPSILON = 2.0 ** -52             # the step from 1.0 to the next float

# The parts of a data set: to learn from, to measure during training, to measure once at the end.
PARTS = ("train", "validation", "test")

Size = Union[int, float, None]  # of a part: a number of samples, a share of all of them, or None for the usual


def split_sizes(count: int, asked, usual, names=PARTS) -> list:
    """How many of ``count`` samples each of the parts gets.

    ``asked`` has for each part a number of samples, a share of all samples between 0 and 1, or None for the ``usual``
    number. The usual numbers shrink in proportion if too few samples are left for them, or if fewer than usual are
    asked for in the first part.

    >>> split_sizes(18724, (None, None, None), (10000, 6000, 2724))
    [10000, 6000, 2724]
    >>> split_sizes(500, (0.5, None, 100), (10000, 6000, 2724))
    [250, 150, 100]

    Raises PurennError if a part would be empty, or the parts need more samples than there are.
    """
    given = [None if size is None else _part_size(name, size, count) for name, size in zip(names, asked)]
    left = count - sum(size for size in given if size is not None)
    missing = sum(most for size, most in zip(given, usual) if size is None)
    first = usual[0] if given[0] is None else given[0]
    sizes = []
    for size, most in zip(given, usual):
        if size is None:
            size = max(1, min(most, most * first // usual[0], most * max(left, 0) // missing))
        sizes.append(size)
    if sum(sizes) > count:
        asked_for = " + ".join(f"{name} {size}" for name, size in zip(names, sizes))
        raise PurennError(f"split: {asked_for} are {sum(sizes)} samples, and there are {count}; ask for fewer")
    return sizes


def is_part(size) -> bool:
    """True for a valid size of a part: a whole number from 1 up, or a share between 0 and 1."""
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return False
    return size >= 1 if isinstance(size, int) else 0.0 < size < 1.0


def _part_size(name, size, count):
    if not is_part(size):
        raise PurennError(f"split: {name} is {size!r}; it must be a whole number from 1 up, or a share between 0 and 1")
    return size if isinstance(size, int) else max(1, int(size * count + 1e-9))         # 0.7 of 10 are 7


def split(count: int, sizes, rng=None) -> list:
    """The numbers from 0 to ``count`` − 1, shuffled by ``rng`` if given, in parts of these sizes.

    Numbers that are left over are dropped.

    >>> split(5, [2, 1])
    [[0, 1], [2]]
    """
    order = list(range(count))
    if rng is not None:
        rng.shuffle(order)
    parts, start = [], 0
    for size in sizes:
        parts.append(order[start:start + size])
        start += size
    return parts


def one_hot(labels: list, classes: int) -> list:
    """For each label k from 0 to ``classes`` − 1 a vector with 1 in place k and 0 elsewhere.

    >>> one_hot([2, 0], 3)
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]

    Raises PurennError if a label is not one of these.
    """
    rows = []
    for i, label in enumerate(labels):
        if not isinstance(label, int) or not 0 <= label < classes:
            raise PurennError(f"one_hot: labels[{i}] is {label!r}; it must be a whole number from 0 to "
                              f"{classes - 1}")
        rows.append([1.0 if k == label else 0.0 for k in range(classes)])
    return rows


def mean_and_deviation(values) -> tuple:
    """The mean μ of the numbers, and their standard deviation √(1/n · Σ (x − μ)²), or 1 if that is 0.

    A deviation that may come from rounding alone counts as 0 (``is_constant``).

    >>> mean_and_deviation([1.0, 3.0])
    (2.0, 1.0)
    """
    values = list(values)
    if not values:
        raise PurennError("mean_and_deviation: there are no numbers; give at least one")
    mean = math.fsum(values) / len(values)
    variance = math.fsum((x - mean) * (x - mean) for x in values) / len(values)
    deviation = math.sqrt(variance)
    return mean, 1.0 if is_constant(values, deviation) else deviation


def is_constant(values: Vector, deviation: float) -> bool:
    """Whether a standard deviation may come from rounding alone: it is at most n·ε times the largest |x|."""
    return deviation <= len(values) * EPSILON * max(map(abs, values))


def standardized(values: Vector, mean: float, deviation: float) -> Vector:
    """(x − μ) / σ for each of the numbers, with the mean μ and the deviation σ of the training part.

    >>> standardized([1.0, 3.0], 2.0, 1.0)
    [-1.0, 1.0]
    """
    return [(x - mean) / deviation for x in values]
