"""Whether one setting is better than another, and the sentence that says so."""
from math import inf

import pytest

from purenn.study.comparison import summarize
from purenn.study.sign_test import is_better, what_stands_out, wins

from .test_comparison import Run, setting


def test_a_seed_is_won_with_fewer_epochs_and_what_is_not_solved_needs_most():
    a, b = setting("a", 10, 20, None, 5, None), setting("b", 11, 20, 7, None, None)
    assert wins(a, b) == (2, 3) and wins(b, a) == (1, 3)


@pytest.mark.parametrize("won, lost, better", [
    (4, 0, False), (5, 0, True), (7, 1, False), (8, 1, True), (14, 6, False), (15, 5, True), (0, 0, False),
    (0, 5, False)])
def test_better_is_what_a_coin_does_once_in_32_times_at_most(won, lost, better):
    a = setting("a", *[1] * won, *[2] * lost, 3)
    b = setting("b", *[2] * won, *[1] * lost, 3)
    assert is_better(a, b) is better


FIVE = (100, 110, 120, 130, 140)


@pytest.mark.parametrize("rows, said", [
    ([setting("b", *[3 * n for n in FIVE]), setting("a", *FIVE)],
     "a stands out: 5 of 5 solved in a median of 120 epochs; next is b: 5 of 5 solved in a median of 360 epochs, 3.0 "
     "times as many."),
    ([setting("a", *FIVE), setting("b", None, None, None, None, None)],
     "a stands out: 5 of 5 solved in a median of 120 epochs; next is b: 0 of 5 solved."),
    ([setting("a", *FIVE), setting("b", 90, 130, 125, 135, 141), setting("c", *[500] * 5)],
     "a (5 of 5 solved in a median of 120 epochs) and b (5 of 5 solved in a median of 130 epochs) cannot be told "
     "apart: the first does better with 4 seeds, the second with 1."),
    ([setting("a", *FIVE), setting("b", 90, 130, 125, 135, 141), setting("c", 80, 140, 145, 150, 160)],
     "a (5 of 5 solved in a median of 120 epochs) and b (5 of 5 solved in a median of 130 epochs) cannot be told "
     "apart: the first does better with 4 seeds, the second with 1."),
    ([setting("a", *FIVE), setting("b", *FIVE)],
     "a (5 of 5 solved in a median of 120 epochs) and b (5 of 5 solved in a median of 120 epochs) cannot be told "
     "apart: they do the same with each seed."),
    ([setting("a", 100, 200, 300), setting("b", 110, 210, None)],
     "a comes first: 3 of 3 solved in a median of 200 epochs; but 3 seeds are too few to tell it from b: 2 of 3 solved "
     "in a median of 160 epochs."),
    ([setting("a", *FIVE), setting("b", *[n + 20 for n in FIVE])],
     "a is a little ahead: 5 of 5 solved in a median of 120 epochs; next is b: 5 of 5 solved in a median of 140 "
     "epochs, 1.2 times as many."),
    ([setting("a", *FIVE), setting("b", 150, 150, 150, 150, None)],      # what is not solved has no epochs to compare
     "a stands out: 5 of 5 solved in a median of 120 epochs; next is b: 4 of 5 solved in a median of 150 epochs."),
    ([setting("slow", *[900] * 9), setting("quick", 5, 5, 5, 5, 5, 5, 5, 5, None)],
     "slow comes first: 9 of 9 solved in a median of 900 epochs; but quick, 8 of 9 solved in a median of 5 epochs, "
     "does better with 8 seeds, and worse with 1."),
    ([setting("a", 10, 10, 10, 10, 40, 90, 90, 90, 90), setting("b", 9, 9, 9, 9, 49, 80, 80, 80, 80)],
     "a comes first: 9 of 9 solved in a median of 40 epochs; but b, 9 of 9 solved in a median of 49 epochs, does "
     "better with 8 seeds, and worse with 1."),
    ([setting("a", *FIVE)], "a: 5 of 5 solved in a median of 120 epochs."),
    ([setting("a", None, None, loss=0.25), setting("b", None, None, loss=0.2)],
     "Nothing is solved; the lowest median loss is that of b, 0.2; next is a: 0.25."),
    ([setting("a", None, None), setting("b", None, None)],
     "Nothing is solved, and a and b end with the same median loss, 0.25."),
    ([setting("a", None), setting("b", "diverged")],
     "Nothing is solved; the lowest median loss is that of a, 0.25; next is b: most runs diverged."),
    ([setting("a", "diverged"), setting("b", "diverged")], "Nothing is solved: with each setting most runs diverged."),
    ([setting("a", None)], "Nothing is solved: the median loss of a is 0.25."),
    ([setting("a", 1, 2, 3, 4, 5, "later"), setting("b", 5, 6, 7, 8, 9, 0)],
     "With the seeds that are done with every setting: a stands out: 5 of 5 solved in a median of 3 epochs; next is b: "
     "5 of 5 solved in a median of 7 epochs, 2.3 times as many."),
    ([setting("a", 1, "later"), setting("b", "later", "later")],
     "No seed is done with every setting yet: nothing can be said."),
])
def test_what_stands_out_follows_from_the_figures(rows, said):
    assert what_stands_out(rows) == said


def test_what_stands_out_does_not_depend_on_the_order_of_the_settings():
    rows = [setting("a", *FIVE), setting("b", 90, 130, 125, 135, 141), setting("c", *[500] * 5),
            setting("d", *[None] * 5)]
    assert len({what_stands_out(rows[k:] + rows[:k]) for k in range(4)}) == 1


def validated(label, *losses, test_accuracy=0.5):
    """A Summary of runs with these validation losses; None diverged."""
    return summarize(label, [Run(False, None, inf, None, None, True, 1.0) if loss is None else Run(
        loss < 9.0, 100, 1.0, 0.5, test_accuracy, False, 1.0, loss, 0.75) for loss in losses])


def test_with_validation_data_settings_are_ranked_by_the_validation_loss_alone():
    good, bad = validated("a", 1, 2, 3, 4, 5, test_accuracy=0.0), validated("b", 2, 3, 4, 5, 6, test_accuracy=1.0)
    assert (good.validation_loss, good.validation_accuracy) == (3, 0.75)
    assert wins(good, bad) == (5, 5) and is_better(good, bad) and not is_better(bad, good)
    assert what_stands_out([bad, good]) == (
        "a has the lowest median validation loss, 3, and is better than b (4), which has the higher loss with 5 of 5 "
        "seeds.")
    assert what_stands_out([validated("a", 1, 2), validated("b", 2, 3)]) == (
        "a has the lowest median validation loss, 1.5; but 2 seeds are too few to tell it from b (2.5).")
    assert what_stands_out([validated("a", 1, 5, 1), validated("b", 2, 3, 2)]) == (
        "a has the lowest median validation loss, 1, and cannot be told apart from b (2), which has the higher loss "
        "with 2 of 3 seeds.")
    assert what_stands_out([validated("a", 1, 2), validated("b", 1, 2)]) == (
        "a has the lowest median validation loss, 1.5, and cannot be told apart from b (1.5): they do the same with "
        "each seed.")
    assert what_stands_out([validated("a", 7.0)]) == "a has the lowest median validation loss, 7."


def test_a_run_that_diverged_loses_to_any_validation_loss():
    a, b = validated("a", 1, None, 3), validated("b", 5, 6, 7)
    assert wins(a, b) == (2, 3)
    assert "most of its runs diverged" in what_stands_out([validated("a", None, None), validated("b", 1, 2)])
