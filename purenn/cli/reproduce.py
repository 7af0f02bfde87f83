"""``reproduce``: repeat the experiments of the five lab reports, with several seeds, and compare the results."""
import argparse
import time
from functools import partial
from typing import Any, Dict, List

from ..linalg import PurennError
from ..runs.pool import Job
from ..runs.tasks import TASKS, choices_of
from ..show import lab_reports
from ..show import terminal as show
from ..study import experiments
from ..study.experiments import Experiment, Outcome
from .ending import can_draw
from .options import typed
from .parser import Parser, whole

DESCRIPTION = "Repeat the experiments of the five lab reports, and say whether each gives the reported result."


def run(arguments: List[str]) -> int:
    """Run the experiments and show the results; return the exit code."""
    options = parse(arguments)
    if options.markdown is not None:
        from ..files.disk import check_writable
        check_writable(options.markdown)
    terminal = show.Terminal()
    wanted = [each for each in experiments.ALL.values() if not options.names or each.name in options.names]
    done: List[Outcome] = []
    known: Dict[Any, Any] = {}
    start = time.perf_counter()
    stop: Any = None
    try:
        for experiment in wanted:
            done.append(_carried_out(experiment, options.workers, terminal, known))
            terminal.lines(lab_reports.text_of(done[-1], as_command(next(iter(experiment.runs.values())))))
            terminal.stream.flush()
    except (KeyboardInterrupt, PurennError) as error:       # what is done is still shown and written
        stop = error
        if not done:
            raise
    seconds = time.perf_counter() - start
    terminal.line(lab_reports.summary(done, len(wanted), seconds))
    if options.markdown is not None:
        from ..files.disk import replacing
        figures = lab_reports.draw(options.markdown, done) if can_draw() else []
        lines = lab_reports.markdown(done, len(wanted), seconds, figures)
        with replacing(options.markdown) as beside, open(beside, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    if isinstance(stop, PurennError):
        raise stop
    return 130 if stop else 0


def parse(arguments: List[str]) -> Any:
    """The options as given."""
    parser = Parser("reproduce", description=DESCRIPTION)
    parser.add_argument("names", metavar="NAME", nargs="*", type=one_of_names,
                        help=f"one or several of {', '.join(experiments.ALL)} (default: all)")
    parser.add_argument("--workers", metavar="N", type=whole(1, 256),
                        help="divide the runs among N processes (default: one for each core)")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table as Markdown and, if matplotlib is "
                        "installed, the figures beside it")
    return parser.parse_args(arguments)


def one_of_names(text: str) -> str:
    """An option type: an experiment's name."""
    if text.upper() not in experiments.ALL:
        raise argparse.ArgumentTypeError(f"found {text!r}; it must be one of {', '.join(experiments.ALL)}")
    return text.upper()


def as_command(job: Job) -> str:
    """The command for a job with seed 1: its settings, except for the engine, and its data."""
    task = TASKS[job.label]
    choices = choices_of(task, job.settings._replace(engine=task.settings.engine, seed=task.settings.seed))
    if isinstance(job.problem, partial):
        source, = job.problem.args
        choices.update({name: value for name, value in source._asdict().items()
                        if value != source._field_defaults[name]})
    return typed([task.name], {**choices, "seed": 1})


def _carried_out(experiment: Experiment, workers: Any, terminal: show.Terminal, known: Dict[Any, Any]) -> Outcome:
    """The Outcome of an experiment, with progress while it runs."""
    progress = show.Progress(terminal, 1)

    def tell(done: int, total: int) -> None:
        progress.total = total
        progress.update(done, "%s: run %d of %d", experiment.name, done, total)
    try:
        return experiments.carry_out(experiment, workers, tell, known)
    finally:
        progress.clear()
