"""Runs of several settings side by side: how often each solved its task, how quickly, and what stands out.

Every setting is run with the same seeds. The settings are ranked by the share of runs that they solved, then by the
median of the epochs that those needed. Whether the first is really better than another is asked seed by seed: it
wins where it needed fewer epochs (one that was not solved needs more than any). It counts as better where so many
wins among the seeds that differ would come from tossing a coin once in 32 times at most (the sign test): 5 wins to
none, 8 to 1, 15 to 5. Otherwise the two cannot be told apart.
"""
from collections import namedtuple
from math import comb, inf

CHANCE = 1 / 32

# So many times as many epochs are worth an exclamation.
MUCH = 1.25

# A setting's runs: its name, a result for each seed (None where it is not done), how many are done, solved, and
# diverged; the median, the lowest and the highest of the epochs that the solved ones needed; of all that are done the
# median loss, accuracies (None where all diverged, or there are no test data) and seconds; and the median run.
Summary = namedtuple("Summary", ("label", "results", "done", "solved", "diverged", "epochs", "low", "high", "loss",
                                 "accuracy", "test_accuracy", "seconds", "typical"))


def summarize(label: str, results: list) -> Summary:
    """The Summary of a setting. A result has solved, needed, loss, accuracy, test_accuracy, diverged and seconds."""
    done = [result for result in results if result is not None]
    needed = [result.needed for result in done if result.solved]
    ranked = sorted(done, key=lambda result: (inf if result.needed is None else result.needed, result.loss))

    def middle(name):
        return median([getattr(result, name) for result in done if getattr(result, name) is not None])
    return Summary(label, results, len(done), len(needed), len([result for result in done if result.diverged]),
                   median(needed), min(needed, default=None), max(needed, default=None), middle("loss"),
                   middle("accuracy"), middle("test_accuracy"), middle("seconds"),
                   ranked[(len(ranked) - 1) // 2] if ranked else None)


def median(values: list):
    """The value in the middle, or the mean of the two there; None where there are no values.

    >>> median([3, 1, 2]), median([4, 1, 2, 3])
    (2, 2.5)
    """
    ranked = sorted(values)                                 # the module statistics would take longer to be loaded
    middle = len(ranked) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return (ranked[middle - 1] + ranked[middle]) / 2 if ranked else None


def columns(curve: list, last: int, width: int) -> list:
    """A curve's values at up to ``width`` epochs evenly spread from 1 to ``last``, as far as the curve goes.

    >>> columns([(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6)], last=8, width=4)
    [0.8, 0.6]
    """
    values = []
    for j in range(width):
        if curve and (j == 0 or last * j < curve[-1][0] * width):
            values.append([value for epoch, value in curve if epoch == 1 or epoch * width <= last * (j + 1)][-1])
    return values


def wins(first: Summary, other: Summary) -> tuple:
    """With how many seeds the first needed fewer epochs than the other, and with how many they differ; all are done."""
    won = differing = 0
    for a, b in zip(first.results, other.results):
        if a.needed != b.needed:
            differing += 1
            won += b.needed is None or (a.needed is not None and a.needed < b.needed)
    return won, differing


def is_better(first: Summary, other: Summary) -> bool:
    """True where the first wins with so many of the seeds that it is no chance."""
    won, differing = wins(first, other)
    ways = 0
    for count in range(won, differing + 1):
        ways += comb(differing, count)
    return ways <= CHANCE * 2 ** differing


def what_stands_out(summaries: list) -> str:
    """One sentence by the rule that the module begins with, on the seeds that are done with every setting."""
    seeds = range(len(summaries[0].results))
    done = [i for i in seeds if all(row.results[i] is not None for row in summaries)]
    if not done:
        return "No seed is done with every setting yet: nothing can be said."
    if len(done) == len(seeds):
        return _said(summaries)
    return "With the seeds that are done with every setting: " + _said(
        [summarize(row.label, [row.results[i] for i in done]) for row in summaries])


def _said(summaries):
    ranked = sorted(summaries, key=lambda row: (-row.solved, inf if row.epochs is None else row.epochs, row.loss))
    first = ranked[0]
    if not first.solved:
        return _nothing_solved(ranked)
    if len(ranked) == 1:
        return "%s: %s." % (first.label, _outcome(first))
    alike = [row for row in ranked[1:] if not is_better(first, row)]
    other = alike[0] if alike else ranked[1]
    won, differing = wins(first, other)
    if not alike:
        both = first.solved == first.done and other.solved == other.done            # else some of the slow are missing
        times = other.epochs / first.epochs if both else inf
        return "%s %s: %s; next is %s: %s%s." % (
            first.label, "stands out" if times >= MUCH else "is a little ahead", _outcome(first), other.label,
            _outcome(other), ", %.1f times as many" % times if both else "")
    if is_better(other, first):
        return "%s solves most: %s; but %s, %s, needs fewer epochs with %d seeds, and more with %d." % (
            first.label, _outcome(first), other.label, _outcome(other), differing - won, won)
    if won == differing > 0:
        return "%s comes first: %s; but %s too few to tell it from %s: %s." % (
            first.label, _outcome(first), "1 seed is" if first.done == 1 else "%d seeds are" % first.done, other.label,
            _outcome(other))
    reason = "the first does better with %s, the second with %d" % (
        "%d seed%s" % (won, "" if won == 1 else "s"), differing - won)
    return "%s (%s) and %s (%s) cannot be told apart: %s." % (
        first.label, _outcome(first), other.label, _outcome(other),
        reason if differing else "they do the same with each seed")


def _outcome(row):
    text = "%d of %d solved" % (row.solved, row.done)
    return text + (" in a median of %d epochs" % int(row.epochs + 0.5) if row.solved else "")


def _nothing_solved(ranked):
    first = ranked[0]
    if first.loss == inf:
        return "Nothing is solved: with %s most runs diverged." % ("each setting" if len(ranked) > 1 else first.label)
    losses = ["%.4g" % row.loss for row in ranked]
    if len(ranked) == 1:
        return "Nothing is solved: the median loss of %s is %s." % (first.label, losses[0])
    if losses[0] == losses[1]:
        return "Nothing is solved, and %s and %s end with the same median loss, %s." % (
            first.label, ranked[1].label, losses[0])
    return "Nothing is solved; the lowest median loss is that of %s, %s, before %s with %s." % (
        first.label, losses[0], ranked[1].label, losses[1] if ranked[1].loss < inf else "most runs diverged")
