"""Scores class by class, on a case worked out by hand."""
import pytest

from purenn import PurennError
from purenn.study.scores import confusion_matrix, precision, recall


def test_a_case_worked_out_by_hand():
    matrix = confusion_matrix([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0], 4)
    assert matrix == [[2, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert [precision(matrix, k) for k in range(4)] == [0.5, 0.5, None, None]
    assert [recall(matrix, k) for k in range(4)] == [2 / 3, 0.5, 0.0, None]
    with pytest.raises(PurennError, match="6 labels and 5"):
        confusion_matrix([0] * 6, [0] * 5, 1)
