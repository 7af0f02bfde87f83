"""Scores of classes and of regressions, on cases worked out by hand, and beside scikit-learn."""
import random

import pytest

from purenn import PurennError
from purenn.data.scores import (confusion_matrix, mean_absolute_error, mean_squared_error, precision, r2_score,
                                 recall)

from .helpers import close


def test_a_case_worked_out_by_hand():
    matrix = confusion_matrix([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0], 4)
    assert matrix == [[2, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert [precision(matrix, k) for k in range(4)] == [0.5, 0.5, None, None]
    assert [recall(matrix, k) for k in range(4)] == [2 / 3, 0.5, 0.0, None]
    with pytest.raises(PurennError, match="6 labels and 5"):
        confusion_matrix([0] * 6, [0] * 5, 1)


def test_the_errors_of_a_regression_worked_out_by_hand():
    targets, predicted = [3.0, -0.5, 2.0, 7.0], [2.5, 0.0, 2.0, 8.0]
    assert mean_squared_error(targets, predicted) == (0.25 + 0.25 + 0.0 + 1.0) / 4
    assert mean_absolute_error(targets, predicted) == (0.5 + 0.5 + 0.0 + 1.0) / 4
    assert r2_score(targets, predicted) == 1.0 - 1.5 / 29.1875          # the mean is 2.875


def test_r2_is_0_for_the_mean_below_0_for_worse_and_none_where_there_is_nothing_to_explain():
    assert r2_score([1.0, 2.0, 6.0], [3.0, 3.0, 3.0]) == 0.0
    assert r2_score([1.0, 2.0, 6.0], [6.0, 2.0, 1.0]) < 0.0
    assert r2_score([2.0, 2.0], [2.0, 2.0]) is None


@pytest.mark.parametrize("score", [mean_squared_error, mean_absolute_error, r2_score])
def test_a_prediction_for_each_target_is_needed(score):
    with pytest.raises(PurennError, match="2 targets and 1 predictions"):
        score([1.0, 2.0], [1.0])
    with pytest.raises(PurennError, match="at least one"):
        score([], [])


def test_the_scores_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = random.Random(1)
    targets = [rng.gauss(5.0, 3.0) for _ in range(200)]
    predicted = [y + rng.gauss(0.3, 1.0) for y in targets]
    for ours, theirs in ((mean_squared_error, metrics.mean_squared_error), (r2_score, metrics.r2_score),
                         (mean_absolute_error, metrics.mean_absolute_error)):
        assert close(ours(targets, predicted), float(theirs(targets, predicted)), 1e-13)


@pytest.mark.parametrize("value", [0.1, 5.0, 1e-9, 123456.789])
@pytest.mark.parametrize("count", [2, 3, 30])
def test_r2_of_a_constant_is_none_however_its_mean_is_rounded(value, count):
    assert r2_score([value] * count, [value * 1.001] * count) is None
    assert r2_score([value] * count, [value] * count) is None
