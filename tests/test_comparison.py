"""What follows from the figures of several settings."""
from collections import namedtuple
from math import inf

from purenn.study.comparison import columns, summarize

Run = namedtuple("Run", ("solved", "needed", "loss", "accuracy", "test_accuracy", "diverged", "seconds",
                         "validation_loss", "validation_accuracy"), defaults=(None, None))


def setting(label, *needed, loss=0.25):
    """A Summary of runs that needed so many epochs: None was not solved, "diverged" did, "later" is not done."""
    runs = []
    for epochs in needed:
        if epochs == "diverged":
            runs.append(Run(False, None, inf, None, None, True, 1.0))
        elif epochs is None:
            runs.append(Run(False, None, loss, 0.5, None, False, 2.0))
        else:
            runs.append(None if epochs == "later" else Run(True, epochs, 0.004, 1.0, None, False, 3.0))
    return summarize(label, runs)


def test_the_figures_of_a_setting():
    row = setting("a", 300, None, 100, "later", "diverged", 200)
    assert (row.done, row.solved, row.diverged) == (5, 3, 1)
    assert (row.epochs, row.low, row.high) == (200, 100, 300)
    assert (row.loss, row.accuracy, row.test_accuracy, row.seconds) == (0.004, 1.0, None, 3.0)
    assert row.typical.needed == 300                            # 100, 200, 300, not solved, diverged
    row = setting("b", "later", "later")
    assert (row.done, row.epochs, row.loss, row.typical) == (0, None, None, None)
    assert setting("c", "diverged", "diverged", None).loss == inf


def test_the_typical_run_of_an_even_number_is_the_better_of_the_two_in_the_middle():
    assert setting("a", None, 300, 100, 200).typical.needed == 200
    assert setting("a", 300, 100).typical.needed == 100


def test_the_median_accuracy_is_that_of_the_runs_that_have_one():
    row = setting("a", "diverged", 100, "diverged", "diverged", 200)
    assert (row.accuracy, row.diverged, row.loss) == (1.0, 3, inf)
    assert setting("b", "diverged").accuracy is None


def test_a_curve_is_as_long_as_its_share_of_the_epochs():
    losses = [(epoch, 1.0 / epoch) for epoch in range(1, 101)]
    assert columns(losses, last=100, width=4) == [1 / 25, 1 / 50, 1 / 75, 1 / 100]
    assert columns(losses[:50], last=100, width=4) == [1 / 25, 1 / 50]
    assert columns(losses[:51], last=100, width=4) == [1 / 25, 1 / 50, 1 / 51]
    assert columns(losses[:1], last=1000, width=4) == [1.0]
    assert columns([(1, 0.5), (1000, 0.1)], last=1000, width=4) == [0.5, 0.5, 0.5, 0.1]
    assert columns([], last=10, width=4) == []
