"""The workbook: the folder that a learner works in. It contains no solutions."""
import os
import random
import textwrap
import zipfile
from functools import lru_cache
from typing import Any, Dict, List, Tuple

from ..files.disk import make_folder, replacing, write_text
from ..linalg import PurennError
from . import progress
from .chapters import CHAPTERS, exercise
from .exercise import Exercise
from .source import GIVEN, blanks, mistaken, solution, whole

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
EMPTY = '""'
HERE = "...     # write here, in place of this line"
APART = 0.01            # the right answer and those of known mistakes differ at least by this, relatively

README = """\
The workbook of purenn
======================

Each file ex*.py is an exercise. Open it, read the text at the top, and do what it says: write your
lines in place of the dots, or your answer in place of None or of the empty quotes, or repair the
mistake. Then check it:

    {program} course check         checks the first exercise that is not right yet
    {program} course check 1.2     checks exercise 1.2
    {program} course hint          a hint for the first exercise that is not right yet
    {program} course next          which exercise comes next
    {program} course               how far you are
    {program} course run           trains with all that you have written, once chapters 1 to 8 are done

Type these commands in this folder. If it is named workbook, you can also type them in the folder
that contains it. If you type one in another folder, a message says how to give the path of this
folder. (cli.py is a file of purenn, not of the workbook: in place of cli.py give the path to it,
such as ../purenn/cli.py. If there is no command python, type python3.)

Each exercise names a page of purenn's documentation that says more. Many of these pages contain the
lines that are asked for: try first, and read them afterwards.

The other files, such as neuron.py, collect what you write, under the names that later exercises
import. There is nothing to write in them. workbook.json keeps your seed and your progress.
"""


def precision(of: Exercise) -> Tuple[float, float]:
    """The largest relative and the largest absolute error of a right answer. Both allow for rounding."""
    return (5e-3, 0.0) if "three significant digits" in of.text else (5e-4, 0.5000001e-4)


def generator(of: Exercise, seed: int) -> random.Random:
    """The random numbers for an exercise and a seed; the same for all exercises of kind find in a chapter."""
    return random.Random(f"{seed} {of.chapter if of.kind == 'find' else of.number}")


def drawn(of: Exercise, seed: int) -> Dict[str, Any]:
    """The values drawn for an exercise of kind predict or find.

    For kind predict, they are such that the right answer and those of known mistakes differ enough (APART).
    """
    return _drawn(of.number, seed)


@lru_cache(maxsize=1000)
def _drawn(number: str, seed: int) -> Dict[str, Any]:
    of = exercise(number)
    rng = generator(of, seed)
    draw: Any = of.draw
    right: Any = of.right
    for _ in range(1000):
        values: Dict[str, Any] = draw(rng)
        if of.kind == "find":
            return values
        answers = [right(values), *(known.change(values) for known in of.known)]
        least = max(1e-4, 4.0 * precision(of)[1])
        if abs(answers[0]) > least and all(
                abs(answers[i] - answers[j]) > max(APART * max(abs(answers[i]), abs(answers[j])), least)
                for i in range(len(answers)) for j in range(i)):
            return values
    raise PurennError(f"course: there are no suitable numbers for {number} with the seed {seed}; give another seed")


def lettered(of: Exercise, seed: int) -> List[Tuple[str, str]]:
    """The lines of an exercise of kind order, shuffled, each with its letter."""
    answer: Any = next(iter(of.answers.values()))
    lines = [*answer.splitlines(), *of.others]
    generator(of, seed).shuffle(lines)
    return list(zip(LETTERS, lines))


def ordered(of: Exercise, seed: int, letters: str) -> str:
    """The source that an order of letters makes."""
    lines = dict(lettered(of, seed))
    return _with_lines(of, [lines[letter] for letter in letters])


def _with_lines(of, lines):
    from .source import filled
    return filled(of.code, {blanks(of.code)[0][0]: "\n".join(lines)})


def handed_out(of: Exercise, seed: int) -> str:
    """The file of an exercise as the learner gets it."""
    text, tail = of.text, ""
    if of.kind in ("predict", "find"):
        values = drawn(of, seed)
        text = text.format(**values)
        tail = f"{of.answer} = {'None' if of.kind == 'predict' else EMPTY}"
        tail += "        # your answer, in place of " + ("None" if of.kind == "predict" else "the empty quotes")
    elif of.kind == "order":
        lines = "\n".join(f"    {letter}  {line}" for letter, line in lettered(of, seed))
        code = of.code.strip().replace("...", "(the lines)")
        code = textwrap.indent(code, "    ")
        text += (f"\n\nThe code, with a gap for the lines:\n\n{code}\n\n"
                 f"The lines to choose from; not all are needed:\n\n{lines}")
        text = text.replace('"""', "'''")
        tail = 'order = ""          # the letters of your lines, in the right order, such as "BAD"'
    elif of.kind == "repair":
        tail = mistaken(of, of.planted)
    else:
        code_lines = of.code.splitlines()
        for _, node in blanks(of.code):
            code_lines[node.lineno - 1] = code_lines[node.lineno - 1].replace("...", HERE)
        tail = "\n".join(code_lines)
    space = "\n\n" if tail.startswith(("def", "class")) else "\n"
    return f'"""{of.number} {of.title} ({of.kind})\n\n{text}\n\nMore about it: {of.page}\n"""\n{space}{tail.rstrip()}\n'


def gathered(exercises: List[Exercise]) -> Dict[str, str]:
    """The files that collect what is written: their names and texts."""
    found: Dict[str, List[str]] = {}
    for name, functions in GIVEN.items():
        found[name] = [f'"""{name}: helpers without a formula. Nothing to write here."""\n']
        found[name] += ["\n\n".join(whole(function) for function in functions)]
    for of in exercises:
        if of.module:
            start = [f'"""{of.module}: what you wrote, under the names that later exercises import. '
                     'Nothing to write here."""\n']
            found.setdefault(of.module, start).append(f"from {of.file} import {', '.join(of.names)}\n")
    return {name + ".py": "".join(parts) for name, parts in found.items()}


def chosen(chapters: List[int]) -> List[Exercise]:
    """The exercises of these chapters."""
    return [found for chapter in CHAPTERS if chapter.number in chapters for found in chapter.exercises]


def files(chapters: List[int], seed: int, program: str) -> Dict[str, str]:
    """Every file of a workbook except workbook.json: its name and its text."""
    exercises = chosen(chapters)
    made = {"README.txt": README.format(program=program)}
    made.update((found.file + ".py", handed_out(found, seed)) for found in exercises)
    made.update(gathered(exercises))
    return made


def write(folder: str, chapters: List[int], seed: int, program: str) -> int:
    """Write a workbook into a folder that has none yet; return the number of exercises.

    Raises PurennError if one of its files is there already: no file is overwritten.
    """
    made = files(chapters, seed, program)
    there = [name for name in [*made, progress.FILE] if os.path.lexists(os.path.join(folder, name))]
    if there:
        raise PurennError(f"{folder} already has a file {there[0]}, and no file is overwritten; give another folder")
    make_folder(folder)
    for name, text in made.items():
        write_text(os.path.join(folder, name), text)
    progress.write(folder, progress.Progress(seed, tuple(chapters), {}))
    return len(chosen(chapters))


def write_zip(path: str, chapters: List[int], seed: int, program: str) -> int:
    """Write a workbook as a zip file with one folder in it; the same choices make the same bytes."""
    made = files(chapters, seed, program)
    made[progress.FILE] = progress.text(progress.Progress(seed, tuple(chapters), {}))
    with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(made):
            info = zipfile.ZipInfo("workbook/" + name, (2000, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            packed.writestr(info, made[name].encode("utf-8"), zipfile.ZIP_DEFLATED)
    return len(chosen(chapters))


def solutions(chapters: List[int], seed: int) -> List[Tuple[Exercise, str]]:
    """Each exercise with its solution: the right code, or the right answer for that seed."""
    found = []
    for of in chosen(chapters):
        if of.kind in ("predict", "find"):
            right: Any = of.right
            found.append((of, f"{of.answer} = {right(drawn(of, seed))!r}\n"))
        elif of.kind == "order":
            answer: Any = next(iter(of.answers.values()))
            letters = {line: letter for letter, line in lettered(of, seed)}
            order = "".join(letters[line] for line in answer.splitlines())
            found.append((of, f'order = "{order}"\n'))
        else:
            found.append((of, solution(of)))
    return found
