"""What xor, linear, gate, letters and train do with their options: the run with its lines, the report, files, figures.

``--json``, ``--quiet``, ``--save``, ``--history``, ``--plot`` and the exit code are all handled here.
"""
import os
import random
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..data.sources import Source, TableSource
from ..linalg import PurennError
from ..runs import problems
from ..runs.defaults import Task, check_choices
from ..runs.checkpointing import Keeper, resume
from ..runs.problems import Problem
from ..runs.result import Result, history
from ..runs.run import Run
from ..runs.settings import output_kind
from ..show import report
from ..show.epoch_lines import EpochLines
from ..show.progress import telling
from ..show.terminal import PatientTerminal, Terminal
from ..training import DivergedError
from .options import (add_ending_options, add_point_options, begun, chosen, named_as_options, points_of, resumed,
                      settings_of)
from .parser import Parser


def run_points(task: Task, arguments: List[str]) -> int:
    """What ``xor``, ``linear`` and ``gate`` do: train on points, and show the result; return the exit code."""
    parser = Parser(task.name, description=task.summary)
    add_point_options(parser, task)
    add_ending_options(parser, task.log_every, every=10 * task.log_every, animate=True)
    return train_and_report(task, parser.parse_args(arguments), points_of)


def train_and_report(task: Task, options: Any, source_of: Callable[[Any, Task], Source]) -> int:
    """Train on the data that ``source_of`` names, show and write the result; return the exit code."""
    start = begun(options, task)
    with named_as_options():
        check_choices(task, chosen(options))
    if start:
        settings, source = resumed(start, options)
    else:
        source = source_of(options, task)
    if options.checkpoint is None:
        options.checkpoint = options.resume
    check_files(options, source)
    kept = getattr(options, "save", None) or options.checkpoint
    if kept is not None:                                    # found before training: files that cannot be written
        from ..files.disk import naming
        from ..files.strict_json import check_plain
        with naming(kept):
            check_plain([text for text in source if isinstance(text, str)])
    check_figures(options)
    terminal = _terminal(options)
    talkative = None if options.quiet or options.json else terminal
    rng = random.Random(settings.seed if start else options.seed)
    with named_as_options(), telling(talkative, *_what_takes_time(source)) as tell:
        problem = problems.make(source, rng, settings.loss if start else getattr(options, "loss", None), tell)
    note_about(problem)
    run = resume(start, problem, settings) if start else Run(problem, settings_of(options, task, problem), rng)
    if options.checkpoint is not None:
        run.keeper = Keeper(options.checkpoint, options.checkpoint_every, source, lambda text: note(f"purenn: {text}"))
    return _carry_out(run, options, terminal, talkative)


def note_about(problem: Problem) -> None:
    """Say on stderr what was read in a special way from a table, or is doubtful."""
    if problem.kind == "table":
        from ..data.features import stray_texts
        for text in [*problem.source.notes, *stray_texts(problem.preparation, problem.source)]:
            note(f"purenn: {text}")


def _what_takes_time(source: Source) -> Tuple[str, str]:
    return (f"reading {source.file}:", " MB") if isinstance(source, TableSource) else ("drawing letters:", "")


def _carry_out(run: Run, options: Any, terminal: Terminal, talkative: Optional[Terminal]) -> int:
    """Train, and end as the options ask for; return the exit code."""
    seen = None
    try:
        if talkative:
            if run.problem.validation:
                from ..study.estimate import estimate
            expected = estimate(run, time.perf_counter) if run.problem.validation else None
            talkative.lines(report.first_lines(run, expected))
        if run.problem.kind == "points" and (options.plot, options.animate) != (None, None):
            from ..study.history import History
            seen = History(run.network, run.loss, run.problem.train, run.engine)
        _train(run, talkative, getattr(options, "log_every", 1), seen)
        result = run.result()
    except DivergedError:
        write_history(options, run)
        raise
    finally:
        run.close()
    show_and_write(options, terminal, run, result)
    _draw(options, terminal, run, result, seen)
    return 130 if result.stopped == "interrupted" else 2 if run.keeper and run.keeper.failed else 0


def _train(run: Run, terminal: Optional[Terminal], log_every: int, seen: Any) -> None:
    """Train to the end, with lines for some epochs; Ctrl-C ends it."""
    lines = EpochLines(terminal, run, log_every) if terminal else None
    try:
        for epoch in run.epochs():
            if seen:
                seen.see(epoch)
            if lines:
                lines.add(epoch)
    except KeyboardInterrupt:
        if not run.has_learned():
            raise
        run.interrupt()
    finally:
        if lines:
            lines.progress.clear()
    if seen:
        seen.end(len(run.curve))
    if lines:
        lines.end()
    if terminal and run.stopped == "interrupted" and run.problem.kind == "images":
        terminal.line("Interrupted; testing what was learned so far (Ctrl-C again leaves at once).")


# Before: whether the files asked for can be written.

def check_files(options: Any, source: Source) -> None:
    """Raise PurennError, before anything is trained, if a file to be kept cannot be written."""
    taken: Dict[str, str] = {}
    for name in ("file", "data", "save", "history", "checkpoint"):
        path = getattr(source if name in ("file", "data") else options, name, None)
        if path is None:
            continue
        other = taken.setdefault(os.path.realpath(path), name)
        if other != name:
            is_read = other in ("file", "data")
            raise PurennError(f"--{name}: {path} is {'read' if is_read else f'the file of --{other}'}, too; give "
                              "each a file of its own")
        if name not in ("file", "data"):
            from ..files.disk import check_writable
            check_writable(path)
    if options.save is not None:
        from ..files.model import check_ending
        check_ending(options.save)


def check_figures(options: Any) -> None:
    """Make the folders, and try to write there. Without matplotlib, print a note and go on without figures.

    Raises PurennError if such a folder or file cannot be made.
    """
    animate = getattr(options, "animate", None)
    if options.plot is None and animate is None:
        return
    if not can_draw():
        options.plot = options.animate = None
        return
    from ..files.disk import check_writable, make_folder, naming
    if options.plot is not None:
        with naming("--plot"):
            make_folder(options.plot)
        check_writable(os.path.join(options.plot, "figure.png"))
    if animate is not None:
        with naming("--animate"):
            make_folder(os.path.dirname(animate) or ".")
        check_writable(animate)


def can_draw() -> bool:
    """True if matplotlib is there; otherwise one line says how to get it."""
    from ..show import plots
    problem = plots.missing()
    if problem:
        note(f"purenn: no figures are drawn: {problem}")
    return not problem


# Output.

def note(text: str) -> None:
    """Write a line to stderr, apart from the output."""
    if sys.stderr is not None:
        Terminal(sys.stderr).line(" ".join(text.split()))


def _terminal(options: Any) -> Terminal:
    """The Terminal to report on. If files are to be kept, training goes on when the pipe is closed."""
    if options.save is options.history is options.checkpoint is None:
        return Terminal()
    return PatientTerminal()


# After: the report, the files, the figures.

def show_and_write(options: Any, terminal: Terminal, run: Run, result: Result) -> None:
    """Show the result as the options ask, and write the files to be kept, even if nobody reads to the end."""
    try:
        if options.json:
            terminal.json(result.as_json())
        elif options.quiet:
            terminal.line(report.last_line(result))
        else:
            terminal.lines(report.report(terminal, run, result))
    finally:
        try:
            write_history(options, run)
        finally:
            write_model(options, run, result)
    written = [path for path in (options.save, options.history) if path is not None]
    if written and not (options.json or options.quiet):
        terminal.line("Written: " + ", ".join(written))


def write_history(options: Any, run: Run) -> None:
    """Write ``--history``, if it is given."""
    if options.history is None:
        return
    from ..files.rows import write_rows
    columns = history(run.curve)
    rows = [[number, *row] for number, row in enumerate(zip(*columns.values()), 1)]
    write_rows(options.history, [["epoch", *columns], *rows])


def write_model(options: Any, run: Run, result: Result) -> None:
    """Write ``--save``, if it is given, with the result but without its long lists."""
    if options.save is None:
        return
    from ..files.model import Model, save_model
    training = {name: value for name, value in result.as_json().items() if name not in ("predictions", "history")}
    preparation = run.problem.preparation.as_dict() if run.problem.preparation else None
    save_model(options.save, Model(run.network, preparation, output_kind(run.settings), training, history(run.curve)))


def _draw(options: Any, terminal: Terminal, run: Run, result: Result, seen: Any) -> None:
    """Draw ``--plot`` and ``--animate``, if they are given."""
    animate = getattr(options, "animate", None)
    if options.plot is None and animate is None:
        return
    from ..show import figures
    if result.stopped == "interrupted":
        note("purenn: drawing the figures; Ctrl-C again leaves at once")
    written: List[str] = []
    if options.plot is not None:
        written = figures.save_all(options.plot, result.problem.name, figures.of_run(run, result, seen))
    if animate is not None:
        figures.animate(animate, result, seen)
        written.append(animate)
    say_written(options, terminal, written)


def say_written(options: Any, terminal: Terminal, written: List[str]) -> None:
    """One line that names the figures: in the report, or on stderr with ``--quiet`` and ``--json``."""
    say = note if getattr(options, "quiet", False) or getattr(options, "json", False) else terminal.line
    say("Figures: " + ", ".join(written))
