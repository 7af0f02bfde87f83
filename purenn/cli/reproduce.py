"""``reproduce``: repeat the experiments of the five lab reports, with many seeds, and compare the results."""
import time
from functools import partial
from typing import Any, Dict, List

from ..linalg import PurennError
from ..runs.defaults import TASKS, choices_of
from ..runs.pool import compile_alike
from ..show import lab_reports
from ..show.progress import telling
from ..show.terminal import Terminal
from ..study import lab_experiments, trials
from ..study.trials import Experiment, Outcome
from .options import add_json_option, add_workers_option
from .parser import Parser, one_of, typed, whole
from .training_commands import can_draw

DESCRIPTION = "Repeat the experiments of the five lab reports, and say whether each gives the reported result."


def run(arguments: List[str]) -> int:
    """Run the experiments and show the results; return the exit code."""
    options = parse(arguments)
    if options.markdown is not None:
        from ..files.disk import check_writable
        check_writable(options.markdown)
    terminal = Terminal()
    talkative = None if options.json else terminal
    wanted = [each for each in lab_experiments.ALL.values() if not options.names or each.name in options.names]
    if options.full or options.data is not None:
        wanted = [lab_experiments.c1(options.full, options.data)]
    done: List[Outcome] = []
    known: Dict[Any, Any] = {}
    start = time.perf_counter()
    stop: Any = None
    try:
        with telling(talkative, "compiling:") as tell:
            compile_alike([job for each in wanted for job in trials.jobs_of(each, options.seeds)], tell)
        for experiment in wanted:
            with telling(talkative, f"{experiment.name}: run") as tell:
                done.append(trials.carry_out(experiment, options.seeds, options.workers, tell, known))
            if not options.json:
                terminal.lines(lab_reports.text_of(done[-1], as_command(experiment)))
            terminal.stream.flush()
    except (KeyboardInterrupt, PurennError) as error:       # what is done is still shown and written
        stop = error
        if not done:
            raise
    seconds = time.perf_counter() - start
    if options.json:
        terminal.json(lab_reports.as_json(done, seconds))
    else:
        terminal.lines(lab_reports.summary(done, len(wanted), seconds))
    if options.markdown is not None:
        from ..files.disk import write_text
        figures = lab_reports.draw(options.markdown, done) if can_draw() else []
        lines = lab_reports.markdown(done, len(wanted), seconds, figures)
        write_text(options.markdown, "\n".join(lines) + "\n")
    if isinstance(stop, PurennError):
        raise stop
    return 130 if stop else 0


def parse(arguments: List[str]) -> Any:
    """The options as given."""
    parser = Parser("reproduce", description=DESCRIPTION)
    parser.add_argument("names", metavar="NAME", nargs="*", type=one_of(lab_experiments.ALL),
                        help=f"one or several of {', '.join(lab_experiments.ALL)} (default: all)")
    parser.add_argument("--seeds", metavar="N", type=whole(2, 10_000),
                        help=f"run each setting with the seeds 1 to N (default: {trials.SEEDS} if there is a C "
                        f"compiler, {trials.FEW_SEEDS} or fewer if there is none); C1 is run with one seed")
    parser.add_argument("--full", action="store_true", help="with C1: all of it, 784-1000-10 with 10000 images, 200 "
                        "epochs")
    parser.add_argument("--data", metavar="FILE", help="with C1: the images of this file, such as notMNIST.npz")
    add_workers_option(parser, "the runs", "")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table as Markdown and, if matplotlib is "
                        "installed, the figures beside it")
    add_json_option(parser)
    options = parser.parse_args(arguments)
    for name in ("full", "data"):
        if getattr(options, name) not in (None, False) and options.names != ["C1"]:
            raise PurennError(f"--{name}: is for C1 only, as in reproduce C1 --{name}")
    if options.names == ["C1"] and options.seeds:
        raise PurennError("--seeds: cannot be used with C1, which is run once; leave it out")
    return options


def as_command(experiment: Experiment) -> str:
    """The command for the first run of an experiment with seed 1: its settings, except for the engine."""
    job = next(iter(experiment.runs.values()))
    task = TASKS[job.label]
    choices = choices_of(task, job.settings._replace(engine=task.settings.engine, seed=task.settings.seed))
    if isinstance(job.problem, partial):
        source, = job.problem.args
        choices.update({name: value for name, value in source._asdict().items()
                        if value != source._field_defaults[name]})
    return typed([task.name], {**choices, "seed": 1}) + (", with the right method" if job.variant else "")
