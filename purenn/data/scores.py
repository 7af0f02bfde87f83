"""How good a classifier is, class by class, and how good a regression."""
import math
from typing import Any, Dict, List, Optional

from ..linalg import PurennError
from ..training import class_of
from .preparation import Preparation
from .splitting import is_constant


def measures(preparation: Preparation, targets: List[List[float]], outputs: List[List[float]],
             threshold: float = 0.5) -> Dict[str, Any]:
    """For classes the ``confusion`` matrix; for numbers ``mse``, ``mae`` and ``r2``, of the target before it is scaled.

    ``threshold`` is that of the outputs, as for ``training.class_of``.

    Raises PurennError if the errors are too large for a float.
    """
    if preparation.classes:
        labels = [class_of(values) for values in targets]
        guesses = [class_of(values, threshold) for values in outputs]
        return {"confusion": confusion_matrix(labels, guesses, len(preparation.classes))}
    from .encoding import decode
    truth, predicted = decode(preparation, targets), decode(preparation, outputs)
    try:
        return {"mse": mean_squared_error(truth, predicted), "mae": mean_absolute_error(truth, predicted),
                "r2": r2_score(truth, predicted)}
    except OverflowError:
        raise PurennError(f"the errors of {preparation.target.name} are too large to be squared; are the numbers of "
                          "the table right?") from None


def confusion_matrix(labels: List[int], predicted: List[int], classes: int) -> List[List[int]]:
    """Counts, classes × classes: ``matrix[i][j]`` samples of class i were taken for class j.

    >>> confusion_matrix([0, 0, 1], [0, 1, 1], 2)
    [[1, 1], [0, 1]]

    Raises PurennError unless there are as many labels as predictions.
    """
    if len(labels) != len(predicted):
        raise PurennError(f"confusion_matrix: there are {len(labels)} labels and {len(predicted)} predictions; there "
                          "must be one prediction for each label")
    matrix = [[0] * classes for _ in range(classes)]
    for label, guess in zip(labels, predicted):
        matrix[label][guess] += 1
    return matrix


def precision(matrix: List[List[int]], j: int) -> Optional[float]:
    """Of the samples taken for class j, the share that belong to it: C_jj / Σ_i C_ij; None if there are none.

    >>> precision([[1, 1], [0, 1]], 1)
    0.5
    """
    taken = sum(row[j] for row in matrix)
    return matrix[j][j] / taken if taken else None


def recall(matrix: List[List[int]], i: int) -> Optional[float]:
    """Of the samples of class i, the share that are taken for it: C_ii / Σ_j C_ij; None if there are none.

    >>> recall([[1, 1], [0, 1]], 0)
    0.5
    """
    there = sum(matrix[i])
    return matrix[i][i] / there if there else None


# Scores of a regression: ``targets`` are the numbers y, ``predicted`` the predictions ŷ; both are plain lists.

def mean_squared_error(targets: List[float], predicted: List[float]) -> float:
    """1/n · Σ (y − ŷ)², in the square of the target's unit.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    _check_lengths("mean_squared_error", targets, predicted)
    return _squares(targets, predicted) / len(targets)


def mean_absolute_error(targets: List[float], predicted: List[float]) -> float:
    """1/n · Σ |y − ŷ|, in the target's unit.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    _check_lengths("mean_absolute_error", targets, predicted)
    return math.fsum(abs(y - guess) for y, guess in zip(targets, predicted)) / len(targets)


def r2_score(targets: List[float], predicted: List[float]) -> Optional[float]:
    """R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²: 1 is perfect, 0 as good as always predicting the mean ȳ; below 0 is worse.

    None if all targets are equal: R² is then not defined.

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])
    0.5
    """
    _check_lengths("r2_score", targets, predicted)
    mean = math.fsum(targets) / len(targets)
    spread = _squares(targets, [mean] * len(targets))
    if is_constant(targets, math.sqrt(spread / len(targets))):
        return None
    return 1.0 - _squares(targets, predicted) / spread


def _check_lengths(name, targets, predicted):
    if len(targets) != len(predicted) or not targets:
        raise PurennError(f"{name}: there are {len(targets)} targets and {len(predicted)} predictions; there must be "
                          "one prediction for each target, and at least one target")


def _squares(targets, predicted):
    return math.fsum((y - guess) * (y - guess) for y, guess in zip(targets, predicted))
