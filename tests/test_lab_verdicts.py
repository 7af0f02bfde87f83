"""The claims of the lab reports: each kind holds for what it should, and can fail."""
from math import inf

import pytest

from purenn.study import lab_verdicts
from purenn.study.comparison import Trial
from purenn.study.lab_verdicts import VERDICTS, Checked, Comparison, Figure, Near, Success, check, verdict

NOTHING = Trial(solved=False, needed=None, epochs=5000, loss=5.3, accuracy=0.5, validation_loss=None,
                validation_accuracy=None, test_loss=0.25, test_accuracy=0.5, diverged=False, seconds=1.0,
                losses=[(1, 5.3), (1000, 2.0), (5000, 0.5)], accuracies=[(1, 0.5), (1000, 1.0), (5000, 0.75)],
                validation_losses=[], rises=0.0, predictions=[([0.0, 0.0], [0.0], [0.25])])
DIVERGED = NOTHING._replace(loss=inf, accuracy=None, diverged=True, losses=[], accuracies=[], predictions=[])


def losses(values):
    """Runs with these losses at the end."""
    return [NOTHING._replace(loss=value) for value in values]


def loss(trial):
    return trial.loss


SEEDS = losses(range(1, 101))                   # 1, 2 … 100: the middle 90 % are those from about 5 to 96


@pytest.mark.parametrize("reported, holds, percentile", [
    ("50", True, 49.5), ("5", True, 4.5), ("4", False, 3.5), ("96", True, 95.5), ("97", False, 96.5),
    ("1000", False, 100.0), ("-3", False, 0.0), ((30, 40), True, 34.5), ((0, 4), False, 2.0), ((98, 200), False, 98.5)])
def test_a_figure_is_as_reported_in_the_middle_90_percent_of_the_seeds(reported, holds, percentile):
    checked = check(Figure("loss", "xor", reported, loss), {"xor": SEEDS, "other": losses([1e9] * 9)})
    assert checked.holds is holds
    assert checked.found == f"50.5, middle 90 % 5 to 96: percentile {percentile:.0f}"


def test_a_figure_stands_for_every_number_that_rounds_to_it():
    close = losses([0.2494] * 20)
    for reported, holds in (("0.25", True), ("0.2", True), ("0.250", False), ("0.249", True), ("0.26", False)):
        assert check(Figure("loss", "xor", reported, loss), {"xor": close}).holds is holds, reported
    assert lab_verdicts.span("0.00640") == (0.006395, 0.006405) and lab_verdicts.span("3631") == (3630.5, 3631.5)


def test_runs_that_never_get_there_count_as_the_last():
    seeds = losses([10.0] * 50 + [inf] * 50)
    checked = check(Figure("epochs", "xor", "10", loss), {"xor": seeds})
    assert checked.holds and checked.found == "never, middle 90 % 10 to never: percentile 25"
    assert not check(Figure("epochs", "xor", "10", loss), {"xor": losses([inf] * 20)}).holds


@pytest.mark.parametrize("count, holds", [(0, False), (9, False), (10, True), (100, True)])
def test_a_success_is_as_reported_where_one_seed_in_ten_has_it(count, holds):
    trials = {"xor": [NOTHING._replace(accuracy=1.0)] * count + [NOTHING] * (100 - count), "other": [NOTHING] * 3}
    assert check(Success("all right", "xor", lab_verdicts.right), trials)[1:] == (holds, f"{count} of 100 seeds")


def test_no_seed_at_all_is_no_success():
    assert not check(Success("all right", "xor", lab_verdicts.right), {"xor": [NOTHING] * 3}).holds


def test_a_comparison_is_of_medians():
    trials = {"a": losses([1.0, 2.0, 9.0]), "b": losses([3.0, 3.0, 0.0]), "c": losses([4.0] * 3)}
    for labels, holds in ((["a", "b", "c"], True), (["b", "a", "c"], False), (["a", "c", "b"], False),
                          (["a", "a"], False)):
        claim = Comparison("lower", lab_verdicts.ordered(labels, loss), lab_verdicts.medians(labels, loss))
        assert check(claim, trials).holds is holds, labels
    assert check(claim, trials).found == "a: 2, a: 2"
    for lowest, highest, holds in (("a", "c", True), ("b", "c", False), ("a", "b", False)):
        assert lab_verdicts.extremes(lowest, highest, ["a", "b", "c"], loss)(trials) is holds


@pytest.mark.parametrize("found, holds", [(0.29, True), (0.28, True), (0.33, True), (0.27, False), (0.34, False)])
def test_near_is_within_so_much_of_the_median(found, holds):
    claim = Near("loss", "letters", "0.3048", loss, 0.03)
    assert check(claim, {"letters": losses([found, 0.0, 9.0])}).holds is holds


FIGURE, SUCCESS, COMPARISON = Figure("f", "a", "1", loss), Success("s", "a", bool), Comparison("c", bool, str)


@pytest.mark.parametrize("held, expected", [
    ([], 2), ([(FIGURE, True)], 0), ([(FIGURE, True), (SUCCESS, True), (COMPARISON, True)], 0),
    ([(FIGURE, False), (SUCCESS, True)], 1), ([(FIGURE, False), (COMPARISON, True)], 1),
    ([(FIGURE, False)], 3), ([(FIGURE, False), (FIGURE, True)], 3),         # no finding that is the same
    ([(FIGURE, True), (SUCCESS, False)], 3), ([(FIGURE, True), (COMPARISON, False)], 3),
    ([(Near("n", "a", "1", loss, 1.0), False), (COMPARISON, True)], 1)])
def test_one_claim_that_fails_is_enough(held, expected):
    assert verdict([Checked(claim, holds, "") for claim, holds in held]) == VERDICTS[expected]


def test_what_is_asked_of_a_run():
    assert lab_verdicts.loss_at(1000)(NOTHING) == 2.0 and lab_verdicts.loss_at(1000, 4)(NOTHING) == 0.5
    assert lab_verdicts.loss_at(4999)(NOTHING) == 2.0 and lab_verdicts.loss_at(10 ** 6)(NOTHING) == 0.5  # ended before
    assert lab_verdicts.accuracy_at(1000)(NOTHING) == 1.0 and lab_verdicts.accuracy_at(5000)(NOTHING) == 0.75
    assert lab_verdicts.right_at(1000)(NOTHING) and not lab_verdicts.right_at(5000)(NOTHING)
    assert lab_verdicts.first_below(3.0)(NOTHING) == 1000 and lab_verdicts.first_below(0.1)(NOTHING) == inf
    assert lab_verdicts.needed(NOTHING) == inf and lab_verdicts.needed(NOTHING._replace(needed=7)) == 7
    assert lab_verdicts.worst(NOTHING) == 0.25
    assert not lab_verdicts.diverged(NOTHING) and lab_verdicts.diverged(DIVERGED)


def test_a_run_that_diverged_is_as_bad_as_can_be():
    assert lab_verdicts.loss_at(1)(DIVERGED) == inf and lab_verdicts.accuracy_at(1)(DIVERGED) == 0.0
    assert lab_verdicts.worst(DIVERGED) == inf and lab_verdicts.first_below(9.0)(DIVERGED) == inf
    assert not lab_verdicts.right(DIVERGED) and not lab_verdicts.right_at(1)(DIVERGED)


def test_the_rule_in_words_has_the_numbers_that_are_used():
    assert "middle 90 %" in lab_verdicts.RULES[0] and "1 seed in 10" in lab_verdicts.RULES[1]
    assert lab_verdicts.HIGH - lab_verdicts.LOW == pytest.approx(0.9) and lab_verdicts.ONE_IN == 10
