"""Runs of several settings side by side: what is kept of each run, and the numbers of each setting.

Every setting is run with the same seeds. The settings are ranked by the share of runs that solved their task, then by
the median of the epochs that those runs needed. With validation data they are ranked by the median validation loss
instead. The ranking never uses test data. Whether one setting is better than another is decided in ``sign_test``.
"""
from collections import namedtuple
from math import fsum, inf
from typing import NamedTuple, Optional

CURVE = 200                     # at most this many epochs of a curve are kept
MOST_PREDICTIONS = 100          # if more samples are tested than this, no predictions are kept


class Trial(NamedTuple):
    """What is kept of a run, in plain numbers and lists.

    ``solved``: the loss at the end is below the target loss or, if there is none, every point is right. ``needed``:
    after how many epochs the run solved its task, None if it did not. ``epochs``: how many were done. Loss and
    accuracies (shares from 0 to 1) are those after the last step; those of validation and test data are None without
    such data. If training ``diverged``, the loss is infinite and the accuracies are None. ``losses``, ``accuracies``
    and ``validation_losses`` are curves, lists of (epoch, value), of at most CURVE epochs. ``rises`` is the sum of all
    rises of the loss from one epoch to the next. ``predictions`` are triples (input, target, output).
    """

    solved: bool
    needed: Optional[int]
    epochs: int
    loss: float
    accuracy: Optional[float]
    validation_loss: Optional[float]
    validation_accuracy: Optional[float]
    test_loss: Optional[float]
    test_accuracy: Optional[float]
    diverged: bool
    seconds: float
    losses: list
    accuracies: list
    validation_losses: list
    rises: float
    predictions: list


def trial(result) -> Trial:
    """What is kept of a Result."""
    target, diverged = result.settings.target_loss, result.stopped == "diverged"
    solved = not diverged and (result.train.accuracy == 1.0 if target is None else result.train.loss < target)
    losses, accuracies = [epoch.loss for epoch in result.curve], [epoch.accuracy for epoch in result.curve]
    validation = [epoch.validation_loss for epoch in result.curve] if result.validation else []
    validation_loss, validation_accuracy = _pair(result.validation)
    test_loss, test_accuracy = _pair(result.test)
    problem, outputs = result.problem, result.tested().outputs
    tested = problem.test or problem.train
    predictions = list(zip(tested.inputs, tested.targets, outputs)) if len(outputs) <= MOST_PREDICTIONS else []
    return Trial(solved, _needed(accuracies, target) if solved else None, result.epochs, result.train.loss,
                 result.train.accuracy, validation_loss, validation_accuracy, test_loss, test_accuracy, diverged,
                 result.seconds, curve(losses), curve(accuracies), curve(validation), rises(losses), predictions)


def _pair(score):
    return (None, None) if score is None or score.loss == inf else (score.loss, score.accuracy)


def _needed(accuracies, target):
    """How many epochs a task took.

    With a target loss, all epochs of the run, which ends when the loss is below the target; without one, those up to
    the epoch from which every point stays right.
    """
    needed = len(accuracies)
    while target is None and needed > 1 and accuracies[needed - 1] == 1.0:
        needed -= 1
    return needed


def rises(losses):
    """Σ max(0, C_{t+1} − C_t) over the epochs."""
    return fsum([after - before for before, after in zip(losses, losses[1:]) if after > before])


def curve(values: list, most: int = CURVE) -> list:
    """The epochs' values as (epoch, value), at most ``most`` of them, evenly spread, with the first and the last.

    >>> curve([0.9, 0.8, 0.7, 0.6, 0.5], most=3)
    [(1, 0.9), (3, 0.7), (5, 0.5)]
    """
    last = len(values) - 1
    steps = min(last, most - 1)
    chosen = [i * last // max(1, steps) for i in range(steps + 1)]
    return [(i + 1, values[i]) for i in chosen]


# The runs of a setting: its name; a Trial for each seed (None if it is not done); how many are done, how many of them
# solved the task, and how many diverged; of those that solved it, the median, lowest and highest number of epochs
# needed; the medians of the other numbers over all that are done (None if no run has that number); and ``typical``, the
# median run.
Summary = namedtuple("Summary", ("label", "results", "done", "solved", "diverged", "epochs", "low", "high", "loss",
                                 "accuracy", "test_accuracy", "seconds", "typical", "validation_loss",
                                 "validation_accuracy"))


def summarize(label: str, results: list) -> Summary:
    """The Summary of a setting, from the Trial of each seed (None for a seed that is not done)."""
    done = [result for result in results if result is not None]
    needed = [result.needed for result in done if result.solved]
    ranked = sorted(done, key=lambda result: (rank(result), result.loss))

    def middle(name):
        return median([getattr(result, name) for result in done if getattr(result, name) is not None])
    return Summary(label, results, len(done), len(needed), len([result for result in done if result.diverged]),
                   median(needed), min(needed, default=None), max(needed, default=None), middle("loss"),
                   middle("accuracy"), middle("test_accuracy"), middle("seconds"),
                   ranked[(len(ranked) - 1) // 2] if ranked else None, middle("validation_loss"),
                   middle("validation_accuracy"))


def median(values: list):
    """The value in the middle, or the mean of the two in the middle; None if there are no values.

    >>> median([3, 1, 2]), median([4, 1, 2, 3])
    (2, 2.5)
    """
    ranked = sorted(values)                                 # loading statistics.median would take too long
    middle = len(ranked) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return (ranked[middle - 1] + ranked[middle]) / 2 if ranked else None


def columns(by_epoch: list, last: int, width: int) -> list:
    """Divide the epochs 1 to ``last`` into ``width`` equal parts, and return a value of the curve for each.

    It is the value at the end of the part or, if there is none, the last one before. A part that begins after the end
    of the curve is left out.

    >>> columns([(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6)], last=8, width=4)
    [0.8, 0.6]
    """
    values = []
    for j in range(width):
        if by_epoch and (j == 0 or last * j < by_epoch[-1][0] * width):
            values.append([value for epoch, value in by_epoch if epoch == 1 or epoch * width <= last * (j + 1)][-1])
    return values


def rank(trial: Trial) -> float:
    """What a run is judged by, the lower the better: the validation loss or, without such data, the epochs needed.

    It is infinite for a run that diverged or, without validation data, did not solve its task. Test data are never
    used.
    """
    found = trial.needed if trial.validation_loss is None else trial.validation_loss
    return inf if trial.diverged or found is None else found
