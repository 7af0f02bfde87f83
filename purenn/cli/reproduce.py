"""``reproduce``: every experiment of the five lab reports, with several seeds, and whether it comes out as reported."""
import argparse
import time
from typing import Any, Dict, List

from ..linalg import PurennError
from ..show import lab_reports
from ..show import terminal as show
from ..study import experiments
from ..study.experiments import Experiment, Outcome
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
            terminal.lines(lab_reports.text_of(done[-1]))
            terminal.stream.flush()
    except (KeyboardInterrupt, PurennError) as error:       # what is done is shown and written all the same
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
