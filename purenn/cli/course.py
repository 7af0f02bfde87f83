"""``course``: a workbook of exercises that are checked, and for teachers its handout and its grades."""
import argparse
import json
import os
from typing import Any, Dict, List

from ..course import chapters as book
from ..course import check, grade, progress, workbook
from ..files.disk import check_writable, replacing
from ..linalg import PurennError
from ..show import course as show
from ..show.terminal import Terminal
from .parser import Parser, one_of, program_name, whole

DESCRIPTION = ("Exercises that build a small purenn, and checks that name the mistake. For learners: start, check, "
               "hint, next, run; for teachers: handout, grade, solutions. Without an action: how far you are.")
# The options of each action, and how many names it takes at most.
ACTIONS: Dict[str, Any] = {
    "status": ({"in"}, 0), "start": ({"seed", "chapters"}, 1), "check": ({"in"}, 100), "hint": ({"in"}, 1),
    "next": ({"in"}, 0), "run": ({"in", "epochs"}, 0), "handout": ({"seed", "chapters", "zip"}, 1),
    "grade": ({"seed", "chapters", "csv", "json", "weights"}, 10000), "solutions": ({"seed", "chapters"}, 100)}


def chapter_numbers(text: str) -> List[int]:
    """An option type: chapters, such as 1-6 or 1,3,7-9."""
    last, found = book.CHAPTERS[-1].number, set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        if not (low.isdecimal() and (high or low).isdecimal()) or not 1 <= int(low) <= int(high or low) <= last:
            raise argparse.ArgumentTypeError(f"found {text[:40]!r}; it must be chapters from 1 to {last}, such as 1-6")
        found |= set(range(int(low), int(high or low) + 1))
    return sorted(found)


def run(arguments: List[str]) -> int:
    """Do what the action says; return 0, or 1 where something checked is not right."""
    parser = Parser("course", description=DESCRIPTION)
    parser.add_argument("action", metavar="ACTION", nargs="?", type=one_of(ACTIONS), default="status",
                        help=f"{', '.join(ACTIONS)} (default: %(default)s)")
    parser.add_argument("names", metavar="NAME", nargs="*", default=[], help="check, hint, solutions: exercises, such "
                        "as 4.2; start, handout: the new folder (default of start: workbook); grade: the submissions")
    parser.add_argument("--in", metavar="DIR", help="the workbook (default: this folder, if it is one; or workbook)")
    parser.add_argument("--chapters", metavar="A-B", type=chapter_numbers, default=chapter_numbers(
        f"1-{book.CHAPTERS[-1].number}"), help="only these chapters: 1-6, or 1,3,7-9")
    parser.add_argument("--seed", metavar="N", type=whole(0, 10 ** 9), help="seed of the numbers in the exercises; "
                        "start draws one, handout and solutions take 1, grade takes that of each workbook")
    parser.add_argument("--epochs", metavar="N", type=whole(1, 100000), default=1000,
                        help="run: train for so many epochs, or until the loss is below 0.005 (default: %(default)s)")
    parser.add_argument("--zip", metavar="FILE.zip", help="handout: write a zip file in the place of a folder")
    parser.add_argument("--csv", metavar="FILE.csv", help="grade: write the points as a table")
    parser.add_argument("--json", action="store_true", default=None, help="grade: print the grades as JSON")
    parser.add_argument("--weights", metavar="FILE.json",
                        help='grade: points by chapter or exercise: {"4": 2, "4.2": 5}')
    options = parser.parse_args(arguments)
    allowed, most = ACTIONS[options.action]
    unused = options.given - allowed - {"action", "names"}
    if unused:
        raise PurennError(f"course {options.action}: --{min(unused)} has no effect here; leave it out")
    if len(options.names) > most:
        raise PurennError(f"course {options.action}: found {options.names[most]!r}; it takes "
                          f"{'no name' if not most else 'one name'}")
    return int(globals()["_" + options.action](Terminal(), options))


def _folder(options: Any) -> str:
    return getattr(options, "in") or ("." if os.path.exists(progress.FILE) else "workbook")


def _current(options: Any, state: progress.Progress) -> List[Any]:
    """The exercises that are named, or the first one that is not right yet."""
    if options.names:
        return [book.exercise(name) for name in options.names]
    return [of for of in workbook.chosen(list(state.chapters)) if not state.of(of.number).right][:1]


def _status(terminal: Terminal, options: Any) -> int:
    there = os.path.exists(os.path.join(_folder(options), progress.FILE))
    state = progress.read(_folder(options)) if there or "in" in options.given else None
    show.show_progress(terminal, book.CHAPTERS, state)
    terminal.line("course next shows what comes next." if state else "course start makes a workbook.")
    return 0


def _start(terminal: Terminal, options: Any) -> int:
    import random
    folder = options.names[0] if options.names else "workbook"
    seed = random.SystemRandom().randrange(10 ** 6) if options.seed is None else options.seed
    count = workbook.write(folder, options.chapters, seed, program_name())
    terminal.line(f"{folder}: {count} exercises, seed {seed}. Begin with {folder}/README.txt, or course next.")
    return 0


def _check(terminal: Terminal, options: Any) -> int:
    folder = _folder(options)
    state, code = progress.read(folder), 0
    for of in _current(options, state):
        verdict = check.check(of, folder, state.seed)
        done = state.of(of.number)
        state = state.after(of.number, done._replace(tries=done.tries + (verdict.status != "blank"),
                                                     right=verdict.status == "right"))
        progress.write(folder, state)
        show.show_verdict(terminal, of, verdict)
        code = max(code, int(verdict.status != "right"))
    if not code:
        _next(terminal, options)
    return code


def _hint(terminal: Terminal, options: Any) -> int:
    folder = _folder(options)
    state = progress.read(folder)
    for of in _current(options, state):
        done = state.of(of.number)
        given = min(done.hints, len(of.hints) - 1)
        terminal.line(f"{of.number}, hint {given + 1} of {len(of.hints)}: {of.hints[given]}")
        progress.write(folder, state.after(of.number, done._replace(hints=given + 1)))
    return 0


def _next(terminal: Terminal, options: Any) -> int:
    folder = _folder(options)
    state = progress.read(folder)
    left = [of for of in workbook.chosen(list(state.chapters)) if not state.of(of.number).right]
    if not left:
        terminal.line("All exercises of the workbook are right. course run trains with what you have written.")
        return 0
    show.show_chapter(terminal, book.CHAPTERS[left[0].chapter - 1], state)
    terminal.line(f"Next: {os.path.join(folder, left[0].file + '.py')}")
    return 0


def _run(terminal: Terminal, options: Any) -> int:
    folder = _folder(options)
    progress.read(folder)                                   # it is a workbook
    trained = check.train_xor(folder, 1, options.epochs)
    if trained.sentence:
        raise PurennError(f"course run: {trained.sentence}; course check tells more, exercise by exercise")
    show.show_trained(terminal, trained)
    return 0


def _handout(terminal: Terminal, options: Any) -> int:
    if bool(options.zip) == bool(options.names):
        raise PurennError("course handout: give the new folder, or --zip FILE.zip")
    seed = 1 if options.seed is None else options.seed
    writing = workbook.write_zip if options.zip else workbook.write
    count = writing(options.zip or options.names[0], options.chapters, seed, program_name())
    terminal.line(f"{options.zip or options.names[0]}: {count} exercises, seed {seed}.")
    return 0


def _grade(terminal: Terminal, options: Any) -> int:
    missing = [name for name in options.names if not os.path.isdir(name)]
    if missing or not options.names:
        raise PurennError(f"course grade: {missing[0] + ' is no folder' if missing else 'found no submission'}; give "
                          "the folders that were handed in")
    weights = grade.read_weights(options.weights)
    if options.csv:
        check_writable(options.csv)
    exercises = workbook.chosen(options.chapters)
    grades = [grade.grade(name, exercises, options.seed, weights) for name in options.names]
    if options.csv:
        with replacing(options.csv) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
            handle.write(grade.as_csv(grades))
    if options.json:
        terminal.stream.write(json.dumps(grade.as_json(grades)) + "\n")
    else:
        show.show_grades(terminal, grades, sum(weights[of.number] for of in exercises))
    return int(any(verdict.status != "right" for each in grades for verdict in each.verdicts))


def _solutions(terminal: Terminal, options: Any) -> int:
    wanted = {book.exercise(name).number for name in options.names}
    for of, text in workbook.solutions(options.chapters, 1 if options.seed is None else options.seed):
        if not wanted or of.number in wanted:
            for line in [f"# {of.number} {of.title}: {of.file}.py", *text.splitlines(), ""]:
                terminal.line(line)
    return 0
