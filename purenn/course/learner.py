"""What a learner does with a workbook: check exercises, see what is left, train with it. Progress is saved."""
import os
from typing import Iterator, List, Sequence, Tuple

from ..linalg import PurennError
from . import chapters, progress
from .check import Trained, check, train_xor
from .exercise import Exercise
from .judge import Verdict
from .workbook import chosen

DEFAULT = "workbook"


def place(named: "str | None") -> str:
    """The folder of the workbook: the one named; else the current folder, if that is a workbook; else "workbook"."""
    return named or ("." if os.path.exists(progress.FILE) else DEFAULT)


def left(state: progress.Progress) -> List[Exercise]:
    """The exercises of a workbook that are not right yet."""
    return [of for of in chosen(list(state.chapters)) if not state.of(of.number).right]


def meant(state: progress.Progress, names: Sequence[str]) -> List[Exercise]:
    """The exercises that are named, or the first one that is left."""
    return chapters.named(names) or left(state)[:1]


def checked(folder: str, names: Sequence[str]) -> Iterator[Tuple[Exercise, Verdict]]:
    """Check the exercises that are named, or the first one that is left; yield each with its Verdict."""
    state = progress.read(folder)
    for of in meant(state, names):
        verdict = check(of, folder, state.seed)
        done = state.of(of.number)
        tries = done.tries + (verdict.status not in ("blank", "unfinished"))
        state = state.after(of.number, done._replace(tries=tries, right=verdict.status == "right"))
        progress.write(folder, state)
        yield of, verdict


def trained(folder: str, epochs: int) -> Trained:
    """Train a network on xor with the workbook for up to ``epochs`` epochs.

    If that fails, PurennError names the first exercise that is needed and not right, or else says what went wrong.
    """
    found, seed = train_xor(folder, 1, epochs), progress.read(folder).seed
    for of in chapters.EXERCISES if found.sentence else ():
        if of.module and of.chapter <= 8 and check(of, folder, seed).status != "right":
            raise PurennError(f"course run: {of.number} is not right yet; course check {of.number} tells more")
    if found.sentence:
        raise PurennError(f"course run: {found.sentence}; course check tells more, exercise by exercise")
    return found
