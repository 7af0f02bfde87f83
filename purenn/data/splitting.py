"""Samples in parts: to learn from, to validate with, to test on; and how they are scaled and made one-hot.

Whatever is measured on data, such as their mean, is measured on the part that the network learns from: the others
stand for what it has not seen yet.
"""
import math

from ..linalg import PurennError, Vector

EPSILON = 2.0 ** -52             # the step from 1.0 to the next float

# The parts of a data set: to learn from, to look at while learning, to look at once, at the end.
PARTS = ("train", "validation", "test")


def split_sizes(count: int, asked, usual, names=PARTS) -> list:
    """How many of ``count`` samples each of the parts gets.

    ``asked`` has a number of samples for each part, a share of all of them between 0 and 1, or None for the
    ``usual`` number. Where the usual ones are too many for what is left, and where fewer than usual are asked
    for in the first part, the usual ones shrink in proportion.

    >>> split_sizes(18724, (None, None, None), (10000, 6000, 2724))
    [10000, 6000, 2724]
    >>> split_sizes(500, (0.5, None, 100), (10000, 6000, 2724))
    [250, 150, 100]

    Raises PurennError where a part would be empty, or the parts together are more than there is.
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
    """True for what a part's size can be: a whole number from 1 up, or a share between 0 and 1."""
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return False
    return size >= 1 if isinstance(size, int) else 0.0 < size < 1.0


def _part_size(name, size, count):
    if not is_part(size):
        raise PurennError(f"split: {name} is {size!r}; it must be a whole number from 1 up, or a share between 0 and 1")
    return size if isinstance(size, int) else max(1, int(size * count + 1e-9))         # 0.7 of 10 are 7


def split(count: int, sizes, rng=None) -> list:
    """The numbers from 0 to ``count`` − 1 in the order that ``rng`` shuffles them into, in parts of these sizes.

    What is left over is left out. Without ``rng`` in their own order.

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

    Raises PurennError where a label is not one of these.
    """
    rows = []
    for i, label in enumerate(labels):
        if not isinstance(label, int) or not 0 <= label < classes:
            raise PurennError(f"one_hot: labels[{i}] is {label!r}; it must be a whole number from 0 to "
                              f"{classes - 1}")
        rows.append([1.0 if k == label else 0.0 for k in range(classes)])
    return rows


def mean_and_deviation(values) -> tuple:
    """The mean μ of the numbers, and their standard deviation √(1/n · Σ (x − μ)²), or 1 where that is 0.

    It is 0 where it is within what rounding makes of equal numbers (``is_constant``).

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
    """Whether a standard deviation is no more than rounding makes of equal numbers: n·ε times the largest |x|."""
    return deviation <= len(values) * EPSILON * max(map(abs, values))


def standardized(values: Vector, mean: float, deviation: float) -> Vector:
    """(x − μ) / σ for each of the numbers, with the mean μ and the deviation σ of those that are learned from.

    >>> standardized([1.0, 3.0], 2.0, 1.0)
    [-1.0, 1.0]
    """
    return [(x - mean) / deviation for x in values]
