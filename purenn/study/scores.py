"""How good a classifier is, class by class."""
from ..linalg import PurennError


def confusion_matrix(labels: list, predicted: list, classes: int) -> list:
    """Counts, classes × classes: ``matrix[i][j]`` samples of class i were taken for class j.

    >>> confusion_matrix([0, 0, 1], [0, 1, 1], 2)
    [[1, 1], [0, 1]]

    Raises PurennError unless there are as many labels as predictions.
    """
    if len(labels) != len(predicted):
        raise PurennError("confusion_matrix: there are %d labels and %d predictions; there must be one for each"
                          % (len(labels), len(predicted)))
    matrix = [[0] * classes for _ in range(classes)]
    for label, guess in zip(labels, predicted):
        matrix[label][guess] += 1
    return matrix


def precision(matrix: list, j: int):
    """Of the samples taken for class j, the share that are of it: C_jj / Σ_i C_ij; None where there are none.

    >>> precision([[1, 1], [0, 1]], 1)
    0.5
    """
    taken = sum(row[j] for row in matrix)
    return matrix[j][j] / taken if taken else None


def recall(matrix: list, i: int):
    """Of the samples of class i, the share that are taken for it: C_ii / Σ_j C_ij; None where there are none.

    >>> recall([[1, 1], [0, 1]], 0)
    0.5
    """
    there = sum(matrix[i])
    return matrix[i][i] / there if there else None
