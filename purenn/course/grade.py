"""Grades of many submissions: for each exercise the points, and the name of the mistake."""
import csv
import io
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, NamedTuple, Optional, Union

from ..files.disk import check_writable, naming, write_text
from ..files.strict_json import read_json
from ..files.text import short
from ..linalg import PurennError
from . import progress
from .chapters import CHAPTERS, EXERCISES
from .check import check_text, read
from .exercise import Exercise
from .judge import Verdict

# A spreadsheet reads a text that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Grade(NamedTuple):
    """A Verdict and points for each exercise of a submission, and the sum.

    ``note`` says why the submission has no seed; it is "" if there is a seed.
    """

    submission: str
    verdicts: List[Verdict]
    points: List[float]
    total: float
    note: str = ""


def read_weights(path: Optional[str]) -> Dict[str, float]:
    """The points for each exercise: what a JSON file has for the exercise, else for its chapter, else 1."""
    weights = {exercise.number: 1.0 for exercise in EXERCISES}
    if path is None:
        return weights
    found = read_json(path)
    with naming(path):
        known = {str(chapter.number) for chapter in CHAPTERS}
        if not isinstance(found, dict):
            raise PurennError(f"found {short(found)}; it must be an object such as " '{"1": 2, "4.2": 5}')
        for name, value in sorted(found.items(), key=lambda item: "." in item[0]):     # an exercise after its chapter
            if type(value) not in (int, float) or value < 0:
                raise PurennError(f"{name} has {short(value)}; its points must be a number from 0 up")
            if name not in known and name not in weights:
                raise PurennError(f"there is no exercise and no chapter {short(name)}; give numbers such as 4.2 or 4")
            for number in weights:
                if name in (number, number.split(".")[0]):
                    weights[number] = float(value)
    return weights


class Submission(NamedTuple):
    """A workbook that was handed in, read before any file is run: a text, or a Verdict, for each exercise."""

    folder: str
    seed: int
    note: str
    texts: List[Union[str, Verdict]]


def read_submission(folder: str, exercises: List[Exercise], seed: Optional[int]) -> Submission:
    """Read a submission. One without a readable seed is read, too: its ``note`` says what is wrong."""
    note = ""
    if seed is None:
        try:
            seed = progress.read(folder).seed
        except PurennError as error:
            seed, note = 0, str(error)
    return Submission(folder, seed, note, [read(exercise, folder) for exercise in exercises])


def grade(given: Submission, exercises: List[Exercise], weights: Dict[str, float]) -> Grade:
    """The Grade of one submission."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        verdicts = list(pool.map(lambda pair: check_text(pair[0], given.folder, given.seed, pair[1]),
                                 zip(exercises, given.texts)))
    points = [weights[verdict.number] if verdict.status == "right" else 0.0 for verdict in verdicts]
    total = 0.0
    for point in points:
        total += point
    return Grade(given.folder, verdicts, points, total, given.note)


def grades(folders: List[str], exercises: List[Exercise], seed: Optional[int], weights: Dict[str, float],
           table: Optional[str]) -> List[Grade]:
    """The Grade of each submission; ``table`` is the name of a CSV file to write, or None.

    Raises PurennError if a submission is not a folder, or the file cannot be written.
    """
    missing = [folder for folder in folders if not os.path.isdir(folder)]
    if missing or not folders:
        what = f"{missing[0]} is not a folder" if missing else "found no submission"
        raise PurennError(f"course grade: {what}; give the folders that were handed in")
    if table:
        check_writable(table)
    submissions = [read_submission(folder, exercises, seed) for folder in folders]
    found = [grade(submission, exercises, weights) for submission in submissions]
    if table:
        write_text(table, as_csv(found))
    return found


def as_json(given: List[Grade]) -> Dict[str, Any]:
    """The grades as plain values."""
    return {"submissions": [{
        "submission": each.submission, "points": each.total, "note": each.note,
        "exercises": {verdict.number: {"status": verdict.status, "points": points, "mistake": verdict.mistake}
                      for verdict, points in zip(each.verdicts, each.points)}} for each in given]}


def as_csv(given: List[Grade]) -> str:
    """The grades as the text of a CSV file: a row for each submission, a column for each exercise."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["submission", "points", *[verdict.number for verdict in given[0].verdicts], "mistakes", "note"])
    for each in given:
        mistakes = "; ".join(f"{verdict.number} {verdict.mistake}" for verdict in each.verdicts if verdict.mistake)
        row = [each.submission, f"{each.total:g}", *[f"{points:g}" for points in each.points], mistakes, each.note]
        writer.writerow(["'" + text if text.startswith(FORMULA) else text for text in row])
    return made.getvalue()
