"""How far a learner is: a small file in the workbook. Anybody may have changed it, so it is checked when it is read."""
import json
import os
from typing import Any, Dict, NamedTuple, Tuple

from ..files.disk import naming, write_text
from ..files.strict_json import read_json
from ..files.text import short
from ..linalg import PurennError

FILE = "workbook.json"


class Done(NamedTuple):
    """What was done with an exercise: how often it was checked, how many hints were given, whether it is right.

    A check of a blank or unfinished file is not counted.
    """

    tries: int = 0
    hints: int = 0
    right: bool = False


class Progress(NamedTuple):
    """The seed and the chapters of a workbook, and what was done with each exercise that was checked or had a hint."""

    seed: int
    chapters: Tuple[int, ...]
    done: Dict[str, Done]

    def of(self, number: str) -> Done:
        """What was done with an exercise."""
        return self.done.get(number, Done())

    def after(self, number: str, done: Done) -> "Progress":
        """The same Progress, but with this Done for an exercise."""
        return self._replace(done={**self.done, number: done})


def text(progress: Progress) -> str:
    """The text of the file."""
    done = {number: list(entry) for number, entry in progress.done.items()}
    return json.dumps({"seed": progress.seed, "chapters": list(progress.chapters), "done": done}, indent=1) + "\n"


def write(folder: str, progress: Progress) -> None:
    """Write the file into a workbook."""
    write_text(os.path.join(folder, FILE), text(progress))


def read(folder: str) -> Progress:
    """The progress in a workbook. Raises PurennError if there is none, or it cannot be what ``write`` wrote."""
    path = os.path.join(folder, FILE)
    if not os.path.exists(path):
        raise PurennError(f"{folder} has no {FILE}, so it is not a workbook; make one with 'course start'")
    found = read_json(path)
    with naming(path):
        return _checked(found)


def _checked(found: Any) -> Progress:
    from .chapters import CHAPTERS
    if not isinstance(found, dict) or set(found) != {"seed", "chapters", "done"}:
        raise PurennError(f"found {short(found)}; it must have the keys seed, chapters and done")
    known = [chapter.number for chapter in CHAPTERS]
    numbers = {exercise.number for chapter in CHAPTERS for exercise in chapter.exercises}
    seed, chapters, done = found["seed"], found["chapters"], found["done"]
    if type(seed) is not int or not 0 <= seed < 1 << 63:
        raise PurennError(f"its seed is {short(seed)}; it must be a whole number from 0 up, below 2**63")
    if not isinstance(chapters, list) or not chapters or any(chapter not in known or type(chapter) is not int
                                                             for chapter in chapters):
        raise PurennError(f"its chapters are {short(chapters)}; they must be a list of numbers from 1 to {known[-1]}")
    if not isinstance(done, dict):
        raise PurennError(f"done is {short(done)}; it must be an object")
    for number, entry in done.items():
        is_entry = isinstance(entry, list) and [type(part) for part in entry] == [int, int, bool]
        if number not in numbers or not is_entry or min(entry[:2]) < 0:
            raise PurennError(f"done has {short(number)}: {short(entry)}; each exercise must have "
                              "the number of tries, the number of hints, and true if it is right, else false")
    return Progress(seed, tuple(sorted(set(chapters))), {number: Done(*entry) for number, entry in done.items()})
