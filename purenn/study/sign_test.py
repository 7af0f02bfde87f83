"""Whether one setting is better than another (the sign test), and the sentence that says what stands out.

Both settings are run with the same seeds, and each seed is one comparison. The setting that needed fewer epochs wins,
and a solved run wins over an unsolved one. With validation data, the lower validation loss wins. One setting counts as
better if a tossed coin would give its number of wins, or more, with a probability of at most 1/32: for example, with 5
wins to 0, 8 to 1 or 15 to 5. Otherwise the two cannot be told apart. The order of the settings is that of
``comparison``.
"""
from math import comb, inf

from .comparison import Summary, rank, summarize

CHANCE = 1 / 32

# The first setting is said to stand out if the next one needs at least this many times as many epochs; otherwise the
# first is said to be a little ahead.
MUCH = 1.25


def wins(first: Summary, other: Summary) -> tuple:
    """With how many seeds the first ranks before the other, and with how many they differ. All seeds must be done."""
    won = differing = 0
    for a, b in zip(first.results, other.results):
        differing += rank(a) != rank(b)
        won += rank(a) < rank(b)
    return won, differing


def is_better(first: Summary, other: Summary) -> bool:
    """True if the first wins with more seeds than chance explains, by the rule at the top of this module."""
    won, differing = wins(first, other)
    ways = 0
    for count in range(won, differing + 1):
        ways += comb(differing, count)
    return ways <= CHANCE * 2 ** differing


def what_stands_out(summaries: list) -> str:
    """One sentence, by the rule at the top of this module, on the seeds that are done with every setting."""
    seeds = range(len(summaries[0].results))
    done = [i for i in seeds if all(row.results[i] is not None for row in summaries)]
    if not done:
        return "No seed is done with every setting yet: nothing can be said."
    if len(done) == len(seeds):
        return _sentence(summaries)
    return "With the seeds that are done with every setting: " + _sentence(
        [summarize(row.label, [row.results[i] for i in done]) for row in summaries])


def _sentence(summaries):
    if any(row.validation_loss is not None for row in summaries):
        return _validated(summaries)
    ranked = sorted(summaries, key=lambda row: (-row.solved, inf if row.epochs is None else row.epochs, row.loss))
    first = ranked[0]
    if not first.solved:
        return _nothing_solved(ranked)
    if len(ranked) == 1:
        return f"{first.label}: {_outcome(first)}."
    alike = [row for row in ranked[1:] if not is_better(first, row)]
    other = alike[0] if alike else ranked[1]
    won, differing = wins(first, other)
    if not alike:
        both = first.solved == first.done and other.solved == other.done            # else slow runs may be missing
        times = other.epochs / first.epochs if both else inf
        return "{} {}: {}; next is {}: {}{}.".format(
            first.label, "stands out" if times >= MUCH else "is a little ahead", _outcome(first), other.label,
            _outcome(other), f", {times:.1f} times as many" if both else "")
    if is_better(other, first):
        return (f"{first.label} comes first: {_outcome(first)}; but {other.label}, {_outcome(other)}, does better with "
                f"{differing - won} seeds, and worse with {won}.")      # with 5 at least
    if won == differing > 0:
        return "{} comes first: {}; but {} too few to tell it from {}: {}.".format(
            first.label, _outcome(first), "1 seed is" if first.done == 1 else f"{first.done} seeds are", other.label,
            _outcome(other))
    seeds = f"{won} seed{'' if won == 1 else 's'}"
    reason = f"the first does better with {seeds}, the second with {differing - won}"
    return (f"{first.label} ({_outcome(first)}) and {other.label} ({_outcome(other)}) cannot be told apart: "
            f"{reason if differing else 'they do the same with each seed'}.")


def _validated(summaries):
    """The sentence for runs with validation data."""
    ranked = sorted(summaries, key=lambda row: inf if row.validation_loss is None else row.validation_loss)
    first = ranked[0]
    text = f"{first.label} has the lowest median validation loss, {first.validation_loss:.4g}"
    if len(ranked) == 1:
        return text + "."
    alike = [row for row in ranked[1:] if not is_better(first, row)]
    other = alike[0] if alike else ranked[1]
    won, differing = wins(first, other)
    loss = "most of its runs diverged" if other.validation_loss is None else f"{other.validation_loss:.4g}"
    seeds = f"{differing} seed{'' if differing == 1 else 's'}"
    if won == differing > 0 and alike:
        are = "is" if differing == 1 else "are"
        return f"{text}; but {seeds} {are} too few to tell it from {other.label} ({loss})."
    if not differing:
        return f"{text}, and cannot be told apart from {other.label} ({loss}): they do the same with each seed."
    told = "cannot be told apart from" if alike else "is better than"
    return f"{text}, and {told} {other.label} ({loss}), which has the higher loss with {won} of {seeds}."


def _outcome(row):
    text = f"{row.solved} of {row.done} solved"
    return text + (f" in a median of {int(row.epochs + 0.5)} epochs" if row.solved else "")


def _nothing_solved(ranked):
    first = ranked[0]
    if first.loss == inf:
        return f"Nothing is solved: with {'each setting' if len(ranked) > 1 else first.label} most runs diverged."
    losses = [f"{row.loss:.4g}" for row in ranked]
    if len(ranked) == 1:
        return f"Nothing is solved: the median loss of {first.label} is {losses[0]}."
    if losses[0] == losses[1]:
        return f"Nothing is solved, and {first.label} and {ranked[1].label} end with the same median loss, {losses[0]}."
    return (f"Nothing is solved; the lowest median loss is that of {first.label}, {losses[0]}; next is "
            f"{ranked[1].label}: {losses[1] if ranked[1].loss < inf else 'most runs diverged'}.")
