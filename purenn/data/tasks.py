"""The three tasks on points: ``linear`` and ``xor`` in the unit square, and ``gate``, the truth table of XOR.

Each is a Dataset of two lists, ``inputs`` and ``targets``. An input is a list of two numbers, and its
target is [0.0] or [1.0].
"""
from ..linalg import PurennError
from ..training import Dataset


def linear(count: int = 100, rng=None) -> Dataset:
    """``count`` points uniform in the unit square; the target is 0 where x1 > x2, otherwise 1.

    One straight line separates them. ``rng`` is an object with ``uniform(low, high)``; if it is None,
    Python's own ``random`` module is used. Raises PurennError unless count is a whole number from 1 up.
    """
    if not isinstance(count, int) or count < 1:
        raise PurennError("linear: count is %r; it must be a whole number from 1 up" % (count,))
    if rng is None:
        import random
        rng = random
    inputs = [[rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0)] for _ in range(count)]
    targets = [[0.0 if x[0] > x[1] else 1.0] for x in inputs]
    return Dataset(inputs, targets)


def xor() -> Dataset:
    """21 points on the two diagonals of the unit square: 0 on the rising one, 1 on the falling one.

    For i = 0 … 10 the point (0.1·i, 0.1·i) with target 0, then (0.1·i, 1 − 0.1·i) with target 1.
    At i = 5, where the diagonals cross, the second is left out. No straight line separates the classes.

    >>> len(xor().inputs), xor().inputs[6]
    (21, [0.30000000000000004, 0.30000000000000004])
    """
    inputs = []
    targets = []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        targets.append([0.0])
        if i != 5:
            inputs.append([0.1 * i, 1 - 0.1 * i])
            targets.append([1.0])
    return Dataset(inputs, targets)


def gate() -> Dataset:
    """The truth table of XOR: 1 where exactly one of the two inputs is 1.

    >>> gate().targets
    [[0.0], [1.0], [1.0], [0.0]]
    """
    return Dataset([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]])
