"""The course in words: how far a learner is, what a check has found, what a class has done."""
import os
import textwrap

from ..study.mistakes import MISTAKES

WIDTH = 100
STATUS = {"right": "right", "wrong": "not right yet", "blank": "not begun", "unfinished": "not finished",
          "error": "cannot be checked"}


def show_progress(terminal, chapters, progress) -> None:
    """Each chapter with how many of its exercises are right; ``progress`` is None if there is no workbook."""
    for chapter in chapters:
        done = ""
        if progress is not None and chapter.number in progress.chapters:
            right = sum(progress.of(exercise.number).right for exercise in chapter.exercises)
            done = f"{right} of {len(chapter.exercises)}"
        terminal.line(f"{chapter.number:4}  {done:7} {chapter.title}")
    terminal.line("The command 'course next' shows what comes next." if progress else
                  "The command 'course start' makes a workbook.")


def show_chapter(terminal, chapter, progress) -> None:
    """The exercises of a chapter, each with its state."""
    terminal.line(f"Chapter {chapter.number}: {chapter.title}. {chapter.teaches}")
    for exercise in chapter.exercises:
        done = progress.of(exercise.number)
        state = "right" if done.right else f"{done.tries} tr{'y' if done.tries == 1 else 'ies'}" if done.tries else ""
        terminal.line(f"  {exercise.number:5} {exercise.kind:8} {state:9} {exercise.title}")


def show_next(terminal, chapters, progress, left, folder: str) -> None:
    """The first exercise that is left, and the chapter that it is in."""
    if not left:
        terminal.line("All exercises of the workbook are right. The command 'course run' trains with your code.")
        return
    show_chapter(terminal, chapters[left[0].chapter - 1], progress)
    terminal.line(f"Next: {os.path.join(folder, left[0].file + '.py')}")


def show_solutions(terminal, solutions) -> None:
    """Each solution below its exercise's number and file."""
    for exercise, text in solutions:
        for line in [f"# {exercise.number} {exercise.title}: {exercise.file}.py", *text.splitlines(), ""]:
            terminal.line(line)


def show_verdict(terminal, exercise, verdict) -> None:
    """What a check has found: what is right, what is not, the first wrong sample, and the name of the mistake."""
    terminal.line(f"{exercise.number} {exercise.file}.py: {STATUS[verdict.status]}")
    _field(terminal, "right", "; ".join(verdict.right if verdict.status != "right" or len(verdict.right) > 1 else ()))
    _field(terminal, "wrong", "; ".join(verdict.wrong))
    _field(terminal, "not tried", "; ".join(verdict.unreached))
    for sentence in verdict.sentences:
        _field(terminal, "", sentence)
    if verdict.mistake:
        _field(terminal, "mistake", f"{verdict.mistake}: {verdict.says}")
        if verdict.mistake in [mistake.name for mistake in MISTAKES]:
            _field(terminal, "", f"The command 'mistakes {verdict.mistake}' shows what this mistake does to training.")
    elif verdict.status == "wrong" and exercise.kind not in ("find", "order"):
        _field(terminal, "mistake", "this is none of the known mistakes")
    if verdict.status == "wrong":
        _field(terminal, "read", verdict.page)
    if verdict.printed:
        terminal.line("  your file printed:")
        for line in verdict.printed.splitlines()[:10]:
            terminal.line("    " + line[:WIDTH])


def _field(terminal, name, text):
    lines = textwrap.wrap(text, WIDTH - 12, break_long_words=True, break_on_hyphens=False)
    for i, line in enumerate(lines):
        terminal.line(f"  {name if i == 0 else '':9} {line}")


def show_trained(terminal, trained) -> None:
    """The losses of training xor with a workbook, and whether they are equal to purenn's."""
    losses = trained.losses
    for number in range(1, len(losses) + 1):
        if number == 1 or number % 50 == 0 or number == len(losses):
            terminal.line(f"epoch {number:6}   loss {losses[number - 1]:.6f}")
    if losses == trained.expected:
        terminal.line(f"All {len(losses)} losses are equal to purenn's, bit for bit.")
        return
    pairs = list(zip(losses, trained.expected))
    first = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
    texts = [repr(list_[first]) if first < len(list_) else "no loss" for list_ in (losses, trained.expected)]
    terminal.line(f"Your losses differ from purenn's from epoch {first + 1} on: {texts[0]}, not {texts[1]}. If your "
                  "order of operations is different, the last digits may differ.")


def show_grades(terminal, grades, most: float) -> None:
    """A line for each submission: its points, and the mistakes that were named."""
    for grade in grades:
        mistakes = "; ".join(f"{verdict.number} {verdict.mistake}" for verdict in grade.verdicts if verdict.mistake)
        terminal.line(f"{grade.submission}: {grade.total:g} of {most:g} points{'; ' + mistakes if mistakes else ''}")
        if grade.note:
            terminal.line("  " + grade.note)
