"""Whether an experiment from a lab report comes out as the report says: claims that are written down and can fail.

A report has one run of each experiment; here each is run with many seeds, if it is not too large. What a report says is
divided into claims, and each claim is checked on all seeds that were run:

    Figure      a number that the report prints. It holds if a number that rounds to it lies in the middle 90 % of
                what the seeds give, from the 5th percentile to the 95th. So about one in ten correct figures
                fails by chance.
    Success     something that a run does, such as getting every point right. It holds if at least one seed in ten
                does it: the report's run may have been one of those.
    Comparison  what the report says when it compares settings. It holds if it is true of the medians over the seeds.
    Near        a number that the report prints, for an experiment that is too large for many seeds. It holds if the
                median is near enough to the number.

The trials of a claim are ``comparison.Trial``s, in lists by label.
"""
from math import ceil, floor, inf
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from .comparison import Trial, median

Trials = Dict[str, List[Trial]]

LOW, HIGH = 0.05, 0.95          # the middle 90 % lie between these percentiles
ONE_IN = 10                     # one of this many seeds must succeed

RULES = ("A figure is as reported if a number that rounds to it lies in the middle "
         f"{100 * (HIGH - LOW):.0f} % of what the seeds give.",
         f"A success is as reported if at least 1 seed in {ONE_IN} has it.",
         "A comparison is as reported if it is true of the medians over the seeds.")

VERDICTS = ("as reported", "the same finding, other figures", "nothing to compare with", "NOT as reported")


class Figure(NamedTuple):
    """A number that the report prints for a run of that ``label``; ``of`` gets it from a Trial.

    ``reported`` is the text of the number, whose last digit says how it is rounded, or a pair (low, high).
    """

    what: str
    label: str
    reported: Any
    of: Callable[[Trial], float]


class Success(NamedTuple):
    """What a run of that ``label`` does in the report; ``holds`` says whether a Trial does it."""

    what: str
    label: str
    holds: Callable[[Trial], bool]


class Comparison(NamedTuple):
    """What the report says when it compares settings; ``holds`` checks the trials, ``shown`` puts them into words."""

    what: str
    holds: Callable[[Trials], bool]
    shown: Callable[[Trials], str]


class Near(NamedTuple):
    """A number that the report prints, checked on few seeds: the median may differ by at most ``within``."""

    what: str
    label: str
    reported: str
    of: Callable[[Trial], float]
    within: float


class Checked(NamedTuple):
    """The outcome for a claim: whether it holds, and what was found, in words."""

    claim: Any
    holds: bool
    found: str


def check(claim: Any, trials: Trials) -> Checked:
    """Check on the trials whether a claim holds."""
    if isinstance(claim, Comparison):
        return Checked(claim, claim.holds(trials), claim.shown(trials))
    of_label = trials[claim.label]
    if isinstance(claim, Success):
        count = len([each for each in of_label if claim.holds(each)])
        return Checked(claim, count > 0 and count * ONE_IN >= len(of_label), f"{count} of {len(of_label)} seeds")
    values = sorted(claim.of(each) for each in of_label)
    if isinstance(claim, Near):
        found = median(values)
        return Checked(claim, abs(found - float(claim.reported)) <= claim.within, f"{found:.4f}")
    low, high = span(claim.reported)
    first, last = values[floor(LOW * (len(values) - 1))], values[ceil(HIGH * (len(values) - 1))]
    found = f"{number(median(values))}, middle 90 % {number(first)} to {number(last)}"
    return Checked(claim, first <= high and low <= last, f"{found}: percentile {percentile(values, low, high):.0f}")


def span(reported: Any) -> Tuple[float, float]:
    """The smallest and the largest number that round to the reported one; a pair stays as it is.

    >>> span("0.25"), span((30, 40))
    ((0.245, 0.255), (30, 40))
    """
    if not isinstance(reported, str):
        return tuple(reported)
    half = 0.5 * 10.0 ** -len(reported.partition(".")[2])
    return round(float(reported) - half, 12), round(float(reported) + half, 12)


def percentile(values: List[float], low: float, high: float) -> float:
    """Where a reported number lies among the values: the share below it, in percent.

    The number is only known to lie between ``low`` and ``high``. Values in this range cannot be told apart from it, and
    count half.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 2.5, 2.6), percentile([1.0, 2.0, 3.0, 4.0], 1.5, 2.5)
    (50.0, 37.5)
    """
    below = len([value for value in values if value < low])
    same = len([value for value in values if low <= value <= high])
    return 100.0 * (below + 0.5 * same) / len(values)


def verdict(checked: List[Checked]) -> str:
    """One of VERDICTS. It depends on whether all claims hold, and on whether only Figures and Nears fail."""
    if not checked:
        return VERDICTS[2]
    failed = [each.claim for each in checked if not each.holds]
    if not failed:
        return VERDICTS[0]
    only_figures = all(isinstance(claim, (Figure, Near)) for claim in failed)
    others = [each for each in checked if not isinstance(each.claim, (Figure, Near))]
    return VERDICTS[1] if only_figures and others else VERDICTS[3]


def number(value: float) -> str:
    """A number as text: with three significant digits, from 100 up as a whole number; "never" if it is infinite.

    >>> number(0.08224), number(3631), number(inf)
    ('0.0822', '3631', 'never')
    """
    if value == inf:
        return "never"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


# What a claim asks of a Trial.

def right(trial: Trial) -> bool:
    """Whether every point is right at the end."""
    return trial.accuracy == 1.0


def diverged(trial: Trial) -> bool:
    """Whether the loss was no longer finite."""
    return trial.diverged


def needed(trial: Trial) -> float:
    """The epochs that the run needed to solve its task; infinite if it did not solve it."""
    return inf if trial.needed is None else trial.needed


def loss_at(epoch: int, points: int = 1) -> Callable[[Trial], float]:
    """The loss at an epoch, divided by ``points``; if the loss is a sum over the points, give their number.

    For a run that ended before that epoch it is the last loss, and for one that diverged it is infinite.
    """
    def of(trial: Trial) -> float:
        return inf if trial.diverged else _at(trial.losses, epoch) / points
    return of


def accuracy_at(epoch: int) -> Callable[[Trial], float]:
    """The accuracy at an epoch; 0 if training diverged."""
    def of(trial: Trial) -> float:
        return 0.0 if trial.diverged else _at(trial.accuracies, epoch)
    return of


def _at(curve, epoch):
    return [value for number, value in curve if number <= epoch][-1]


def right_at(epoch: int) -> Callable[[Trial], bool]:
    """Whether every point is right at an epoch."""
    return lambda trial: accuracy_at(epoch)(trial) == 1.0


def first_below(limit: float) -> Callable[[Trial], float]:
    """The first epoch whose loss is below the limit, of those that the Trial keeps; infinite if there is none."""
    return lambda trial: min([epoch for epoch, value in trial.losses if value < limit], default=inf)


def worst(trial: Trial) -> float:
    """How far the output is from its target, |a − y|, where it is farthest; infinite if training diverged."""
    return max([abs(output[0] - target[0]) for _, target, output in trial.predictions], default=inf)


# What a claim asks of settings side by side.

def middle(trials: List[Trial], of: Callable[[Trial], float]) -> float:
    """The median of a number over the seeds."""
    return median([of(trial) for trial in trials])


def ordered(labels: List[str], of: Callable[[Trial], float]) -> Callable[[Trials], bool]:
    """Whether the medians grow from each label to the next."""
    def holds(trials: Trials) -> bool:
        medians = [middle(trials[label], of) for label in labels]
        return all(a < b for a, b in zip(medians, medians[1:]))
    return holds


def extremes(lowest: str, highest: str, labels: List[str], of: Callable[[Trial], float]) -> Callable[[Trials], bool]:
    """Whether ``lowest`` has the smallest median of all ``labels``, and ``highest`` the largest."""
    def holds(trials: Trials) -> bool:
        medians = {label: middle(trials[label], of) for label in labels}
        between = [value for label, value in medians.items() if label not in (lowest, highest)]
        return medians[lowest] < min(between) and max(between) < medians[highest]
    return holds


def medians(labels: List[str], of: Callable[[Trial], float]) -> Callable[[Trials], str]:
    """The medians in words."""
    return lambda trials: ", ".join(f"{label}: {number(middle(trials[label], of))}" for label in labels)
