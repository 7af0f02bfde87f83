"""Hints for the exercises, one after the other. How many were given is saved with the progress."""
from typing import Sequence

from . import progress
from .learner import meant


def hint(folder: str, names: Sequence[str]) -> str:
    """The next hint for the exercise that is named, or for the first one that is left. The last hint is repeated."""
    state = progress.read(folder)
    for of in meant(state, names):
        done = state.of(of.number)
        given = min(done.hints, len(of.hints) - 1)
        progress.write(folder, state.after(of.number, done._replace(hints=given + 1)))
        return f"{of.number}, hint {given + 1} of {len(of.hints)}: {of.hints[given]}"
    return "All exercises of the workbook are right."
