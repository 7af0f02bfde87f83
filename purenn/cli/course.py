"""``course``: a workbook of exercises that are checked, and for teachers its handout and its grades."""
import argparse
import os
import random
from typing import Any, Dict, List

from ..course import chapters as book
from ..course import grade, hints, learner, progress, workbook
from ..linalg import PurennError
from ..show import course as show
from ..show.terminal import Terminal
from .parser import Parser, one_of, program_name, whole

DESCRIPTION = ("Exercises that build a small purenn, and checks that name the mistake. For learners: start, check, "
               "hint, next, run; for teachers: handout, grade, solutions. Without an action: how far you are.")


def chapter_numbers(text: str) -> List[int]:
    """An option type: chapters, such as 1-6 or 1,3,7-9."""
    last, found = book.CHAPTERS[-1].number, set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        is_range = len(text) <= 80 and low.isdecimal() and (high or low).isdecimal()
        if not is_range or not 1 <= int(low) <= int(high or low) <= last:
            raise argparse.ArgumentTypeError(f"found {text[:40]!r}; it must be chapters from 1 to {last}, such as 1-6")
        found |= set(range(int(low), int(high or low) + 1))
    return sorted(found)


def run(arguments: List[str]) -> int:
    """Do what the action says; return 0, or 1 if something that was checked is not right."""
    parser = Parser("course", description=DESCRIPTION)
    parser.add_argument("action", metavar="ACTION", nargs="?", type=one_of(ACTIONS), default="status",
                        help=f"{', '.join(ACTIONS)} (default: %(default)s)")
    parser.add_argument("names", metavar="NAME", nargs="*", default=[], help="for check, hint and solutions, "
                        "exercises such as 4.2, or chapters; for start and handout, the new folder (default for start: "
                        "workbook); for grade, the submissions")
    parser.add_argument("--in", metavar="DIR", help="the workbook (default: this folder, if it is a workbook; "
                        "otherwise the folder named workbook)")
    parser.add_argument("--chapters", metavar="A-B", type=chapter_numbers, default=chapter_numbers(
        f"1-{book.CHAPTERS[-1].number}"), help="only these chapters: 1-6, or 1,3,7-9")
    parser.add_argument("--seed", metavar="N", type=whole(0, 10 ** 9), help="seed of the numbers in the exercises "
                        "(default: for start, a random one; for handout and solutions, 1; for grade, each workbook's)")
    parser.add_argument("--epochs", metavar="N", type=whole(1, 100000), default=1000,
                        help="run: train for at most N epochs, until the loss is below 0.005 (default: %(default)s)")
    parser.add_argument("--zip", metavar="FILE.zip", help="handout: write a zip file instead of a folder")
    parser.add_argument("--csv", metavar="FILE.csv", help="grade: write the points as a table")
    parser.add_argument("--json", action="store_true", default=None, help="grade: print the grades as JSON")
    parser.add_argument("--weights", metavar="FILE.json", help='grade: points from a file; {"4": 2, "4.2": 5} gives 2 '
                        "for each exercise of chapter 4, but 5 for exercise 4.2")
    options = parser.parse_args(arguments)
    allowed, most, _ = ACTIONS[options.action]
    unused = options.given - allowed - {"action", "names"}
    if unused:
        raise PurennError(f"course {options.action}: --{min(unused)} has no effect here; leave it out")
    if len(options.names) > most:
        raise PurennError(f"course {options.action}: found {options.names[most]!r}; it takes "
                          f"{'no name' if not most else 'one name'}")
    return int(ACTIONS[options.action][2](Terminal(), options))


def _folder(options: Any) -> str:
    folder = learner.place(getattr(options, "in"))
    if not os.path.exists(os.path.join(folder, progress.FILE)):
        raise PurennError(f"{folder} has no {progress.FILE}, so it is not a workbook; name one with --in DIR, or "
                          "make one with 'course start'")
    return folder


def _status(terminal: Terminal, options: Any) -> int:
    there = "in" in options.given or os.path.exists(os.path.join(learner.place(None), progress.FILE))
    show.show_progress(terminal, book.CHAPTERS, progress.read(_folder(options)) if there else None)
    return 0


def _write(terminal: Terminal, options: Any) -> int:
    if options.action == "handout" and bool(options.zip) == bool(options.names):
        raise PurennError("course handout: give the new folder, or --zip FILE.zip")
    seed = options.seed
    if seed is None:
        seed = 1 if options.action == "handout" else random.SystemRandom().randrange(10 ** 6)
    name = options.zip or (options.names or [learner.DEFAULT])[0]
    writing = workbook.write_zip if options.zip else workbook.write
    count = writing(name, options.chapters, seed, program_name())
    where = "" if name == learner.DEFAULT else f" --in {name}"
    more = f" Begin with {name}/README.txt, or 'course next{where}'." if options.action == "start" else ""
    terminal.line(f"{name}: {count} exercises, seed {seed}.{more}")
    return 0


def _check(terminal: Terminal, options: Any) -> int:
    code, folder = 0, _folder(options)
    for of, verdict in learner.checked(folder, options.names):
        show.show_verdict(terminal, of, verdict)
        code = max(code, int(verdict.status != "right"))
    return code or _next(terminal, options)


def _hint(terminal: Terminal, options: Any) -> int:
    terminal.line(hints.hint(_folder(options), options.names))
    return 0


def _next(terminal: Terminal, options: Any) -> int:
    folder = _folder(options)
    state = progress.read(folder)
    show.show_next(terminal, book.CHAPTERS, state, learner.left(state), folder)
    return 0


def _run(terminal: Terminal, options: Any) -> int:
    show.show_trained(terminal, learner.trained(_folder(options), options.epochs))
    return 0


def _grade(terminal: Terminal, options: Any) -> int:
    weights, exercises = grade.read_weights(options.weights), workbook.chosen(options.chapters)
    found = grade.grades(options.names, exercises, options.seed, weights, options.csv)
    if options.json:
        terminal.json(grade.as_json(found))
    else:
        show.show_grades(terminal, found, sum(weights[of.number] for of in exercises))
    return int(any(verdict.status != "right" for each in found for verdict in each.verdicts))


def _solutions(terminal: Terminal, options: Any) -> int:
    wanted = [of.number for of in book.named(options.names)]
    found = workbook.solutions(options.chapters, 1 if options.seed is None else options.seed)
    show.show_solutions(terminal, [(of, text) for of, text in found if not wanted or of.number in wanted])
    return 0


# For each action: its options, the most names it takes, and the function that does it.
ACTIONS: Dict[str, Any] = {
    "status": ({"in"}, 0, _status), "start": ({"seed", "chapters"}, 1, _write), "check": ({"in"}, 100, _check),
    "hint": ({"in"}, 1, _hint), "next": ({"in"}, 0, _next), "run": ({"in", "epochs"}, 0, _run),
    "handout": ({"seed", "chapters", "zip"}, 1, _write), "solutions": ({"seed", "chapters"}, 100, _solutions),
    "grade": ({"seed", "chapters", "csv", "json", "weights"}, 10000, _grade)}
