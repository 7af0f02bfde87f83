"""``reproduce``: every experiment of the five lab reports, with several seeds, and whether it comes out as reported."""
import argparse
import os
import time
from typing import Any, Dict, Iterator, List, Tuple

from ..linalg import PurennError
from ..runs.tasks import TASKS
from ..show import terminal as show
from ..show.report import command
from ..study import experiments
from ..study.experiments import Experiment, Outcome
from ..study.verdicts import VERDICTS, verdict
from .ending import can_draw
from .parser import Parser, whole

DESCRIPTION = "Repeat the experiments of the five lab reports, and say of each whether it comes out as reported."


def run(arguments: List[str]) -> int:
    """Run the experiments and show what came of them; return the exit code."""
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
            for line in text_of(done[-1]):
                terminal.line(line)
            terminal.stream.flush()
    except (KeyboardInterrupt, PurennError) as error:       # what is done is shown and written all the same
        stop = error
        if not done:
            raise
    seconds = time.perf_counter() - start
    terminal.line(summary(done, len(wanted), seconds))
    if options.markdown is not None:
        write_markdown(options.markdown, done, len(wanted), seconds)
    if isinstance(stop, PurennError):
        raise stop
    return 130 if stop else 0


def parse(arguments: List[str]) -> Any:
    """The options as given."""
    parser = Parser("reproduce", description=DESCRIPTION)
    parser.add_argument("names", metavar="NAME", nargs="*", type=one_of_names,
                        help=f"one or several of {', '.join(experiments.ALL)} (default: all)")
    parser.add_argument("--workers", metavar="N", type=whole(1, 256),
                        help="processes that share out the runs (default: the cores there are)")
    parser.add_argument("--markdown", metavar="FILE", help="write the table as Markdown too, and the figures, where "
                        "matplotlib is installed, beside it")
    return parser.parse_args(arguments)


def one_of_names(text: str) -> str:
    """An option type: an experiment's name."""
    if text.upper() not in experiments.ALL:
        raise argparse.ArgumentTypeError(f"found {text!r}; it must be one of {', '.join(experiments.ALL)}")
    return text.upper()


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


def text_of(outcome: Outcome) -> List[str]:
    """What is shown of an experiment."""
    experiment = outcome.experiment
    job = next(iter(experiment.runs.values()))
    settings = job.settings._replace(engine=TASKS[job.label].settings.engine)
    return [f"{experiment.name:5s} {experiment.setting} ({show.count(experiment.seeds, 'seed')})",
            f"      report   {experiment.reported}", f"      purenn   {outcome.got}",
            f"      rule     {experiment.rule}", f"      verdict  {in_words(outcome)}",
            f"      as in    {command(TASKS[job.label], settings)} --seed 1", ""]


def in_words(outcome: Outcome) -> str:
    """The verdict, with the remark if there is one."""
    remark = outcome.experiment.remark
    return verdict(outcome.found, outcome.figures) + (f". {remark[0].upper()}{remark[1:]}" if remark else "")


def summary(done: List[Outcome], wanted: int, seconds: float) -> str:
    """How many came out as reported, and which did not."""
    names: Dict[str, List[str]] = {}
    for outcome in done:
        names.setdefault(verdict(outcome.found, outcome.figures), []).append(outcome.experiment.name)
    text = f"Of {show.count(len(done), 'experiment')}: " + "; ".join(
        f"{len(names[words])} {words} ({', '.join(names[words])})" for words in VERDICTS if words in names)
    if len(done) < wanted:
        text += f"; stopped before the other {wanted - len(done)}"
    return f"{text}. It took {show.duration(seconds)}."


def write_markdown(path: str, done: List[Outcome], wanted: int, seconds: float) -> None:
    """The experiments as a Markdown table, with a figure of each experiment's curves where matplotlib is there."""
    from ..files.disk import replacing
    lines = ["# The experiments of the five lab reports", "", summary(done, wanted, seconds), "",
             "| | setting | report | purenn | rule | verdict |", "| --- | --- | --- | --- | --- | --- |"]
    for outcome in done:
        experiment = outcome.experiment
        words = (experiment.name, f"{experiment.setting} ({show.count(experiment.seeds, 'seed')})",
                 experiment.reported, outcome.got, experiment.rule, in_words(outcome))
        cells = [word.replace("|", "\\|") for word in words]
        lines.append(f"| {' | '.join(cells)} |")
    for name, picture in _figures(path, done):
        lines += ["", f"![{name}]({picture})"]
    with replacing(path) as beside, open(beside, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _figures(path: str, done: List[Outcome]) -> Iterator[Tuple[str, str]]:
    """Draw each experiment's curves; the names and the files, relative to the Markdown."""
    if not can_draw():
        return
    from ..show import plots
    for experiment, trials, *_ in done:
        runs = [(label, [result.losses for result in results]) for label, results in trials.items()]
        name = f"{os.path.splitext(os.path.basename(path))[0]}-{experiment.name}.png"
        is_sum = next(iter(experiment.runs.values())).settings.loss == "sse"
        plots.overlay(os.path.join(os.path.dirname(path), name), runs, f"{experiment.name}: {experiment.setting}",
                      "loss (sum)" if is_sum else "loss")
        yield experiment.name, name
