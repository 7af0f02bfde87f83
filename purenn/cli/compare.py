"""``compare``: a task with several settings, each with the same seeds, side by side."""
import math
import os
import re
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..data.sources import Source
from ..files.spelling import did_you_mean
from ..files.text import short
from ..linalg import PurennError
from ..runs.defaults import TASKS, Task
from ..runs.pool import Incomplete, Interrupted, run_all
from ..runs.settings import Settings
from ..show import compared
from ..show import terminal as show
from ..show.progress import telling
from ..study.comparison import trial
from ..study.plan import Axis, Plan, plan_of, rows_of
from .options import (add_figure_options, add_json_option, add_point_options, add_workers_option, chosen,
                      named_as_options, points_of)
from .parser import NONE, Parser, hidden_sizes, task_name, whole
from .training_commands import check_figures, note_about, say_written

DESCRIPTION = "Run a task with several settings, each with the same seeds, and show them side by side."

MOST_RUNS = 10_000

# The default is so low that four learning rates, with 20 seeds for each, take half a minute in all on two cores.
MOST_EPOCHS = 8_000

# What can be varied.
VARIED = {*Settings._fields[1:-2], "hidden", "points", "train", "validation", "test", "standardize", "missing"}


def run(arguments: List[str]) -> int:
    """Run every setting with every seed, and show the results; return the exit code."""
    name = task_name("compare", DESCRIPTION, list(TASKS), arguments)
    if name is None:
        return 0
    options, plan = make_plan(TASKS[name], arguments[1:])
    check_figures(options)
    workers = min(options.workers or os.cpu_count() or 1, len(plan.jobs))
    terminal = show.Terminal()
    if not options.json:
        terminal.lines(compared.first_lines(plan, workers))
    start = time.perf_counter()
    results, stop = _run(plan, workers, None if options.json else terminal)
    seconds = time.perf_counter() - start
    rows = rows_of(plan, results)
    try:
        if options.json:
            terminal.json(compared.as_json(plan, workers, rows, seconds, stop))
        else:
            terminal.lines(compared.report(terminal, plan, rows, stop))
    finally:                                        # even if nobody reads to the end
        if options.csv is not None:
            from ..files.rows import write_rows
            write_rows(options.csv, compared.runs(plan, rows))
    if options.plot is not None:
        _draw(options, plan, rows, terminal)
    if isinstance(stop, PurennError):
        raise stop
    return 130 if isinstance(stop, KeyboardInterrupt) else 0


# The options, checked before anything runs.

def make_plan(task: Task, arguments: List[str]) -> Tuple[Any, Plan]:
    """The options, and the Plan that they ask for; raises PurennError if any value is wrong."""
    own = Parser(f"compare {task.name}", add_help=False)
    _add_own_options(own)
    parser = Parser(f"compare {task.name}", description=DESCRIPTION, parents=[own])
    source_of = _add_task_options(parser, task)
    options = parser.parse_args(arguments)
    if options.csv is not None:
        from ..files.disk import check_writable
        check_writable(options.csv)
    switches = {action.option_strings[0][2:]: action.nargs == 0 for action in parser._actions
                if action not in own._actions and action.dest in VARIED}
    axes = read_axes(task, parser, options, switches)
    parser.check_pairs(options, options.given | {axis.name.replace("-", "_") for axis in axes})
    runs = math.prod([len(axis.values) for axis in axes], start=options.seeds)
    if runs > MOST_RUNS:
        raise PurennError(f"compare: {show.count(runs // options.seeds, 'setting')} with "
                          f"{show.count(options.seeds, 'seed')} are {runs} runs; at most {MOST_RUNS} are allowed: give "
                          "fewer values or fewer --seeds")
    with named_as_options():
        plan = plan_of(task, axes, source_of(options, task), chosen(options),
                       range(options.seed, options.seed + options.seeds))
    note_about(plan.problem)
    return options, plan


def _add_task_options(parser: Parser, task: Task) -> Callable[[Any, Task], Source]:
    """Add the options of a task; return the function that says where its data come from."""
    if task.problem:
        add_point_options(parser, task, engine="auto")
        parser.set_defaults(epochs=min(MOST_EPOCHS, task.settings.epochs))
        return points_of
    if task.name == "letters":
        from .letters import add_options, source_of as images_of
        add_options(parser, task)
        return images_of
    from .train import add_options as add_train_options, source_of as table_of
    add_train_options(parser, task)
    return table_of


def _add_own_options(parser: Parser) -> None:
    group = parser.add_argument_group("the comparison")
    group.add_argument("--vary", metavar="NAME=V1,V2,...", action="append", default=[],
                       help="an option of the task and its values, such as lr=1,0.5 or hidden=4,4x4,none or "
                       "shuffle=yes,no; if --vary is given twice, all pairs of values are tried")
    group.add_argument("--seeds", metavar="N", type=whole(1), default=5,
                       help="runs of each setting; their seeds count up from --seed (default: %(default)s)")
    add_workers_option(group, "the runs", "")
    group.add_argument("--csv", metavar="FILE", help="write the runs to a file, a line each")
    add_json_option(group)
    add_figure_options(parser)


def read_axes(task: Task, parser: Parser, options: Any, switches: Dict[str, bool]) -> List[Axis]:
    """The Axis of each --vary; ``switches`` says for each option that can be varied whether it is a switch."""
    if not options.vary:
        raise PurennError(f"compare {task.name}: found no --vary, which says what to compare, as in --vary lr=1,0.5")
    axes: List[Axis] = []
    for text in options.vary:
        name, equals, values = text.partition("=")
        name = name.strip().lstrip("-").replace("_", "-").lower()
        if name not in switches:
            hint = did_you_mean(name, switches, likeness=0.7)
            more = "; --seeds says how many seeds" if name in ("seed", "seeds") else ""
            _refuse(task, f"found {short(name)}; {hint}it must be one of {', '.join(switches)}{more}")
        if not equals or not values.strip():
            _refuse(task, f"found {short(text)}, without values; give it as NAME=V1,V2,..., such as lr=1,0.5")
        texts = [value.strip() for value in values.split(",")]
        if "" in texts:
            _refuse(task, f"found {short(text)}, with an empty value; leave out a comma")
        if name in [other.name for other in axes]:
            _refuse(task, f"found {name} twice; give all its values in one --vary")
        if name.replace("-", "_") in options.given:
            _refuse(task, f"found {name}, and --{name} beside it; leave one of the two out")
        axes.append(Axis(name, texts, _meanings(task, parser, name, texts, switches[name])))
    if len(axes) > 2:
        _refuse(task, f"found {len(axes)} options; at most two can be varied")
    return axes


def _meanings(task: Task, parser: Parser, name: str, texts: List[str], is_switch: bool) -> List[Any]:
    """What the values of an axis mean. Raises PurennError for one that is invalid or given twice."""
    meant: List[Any] = []
    for text in texts:
        if is_switch and text not in ("yes", "no"):
            _refuse(task, f"{name}: found {short(text)}; it must be yes or no")
        if name == "hidden":
            if not re.match(r"(none|[1-9]\d*(x[1-9]\d*)*)$", text.lower()):
                _refuse(task, f"hidden: found {short(text)}; it must be a size such as 4, sizes such as 4x4, or none")
            meaning: Any = hidden_sizes([parser.value_of(name, size) for size in text.lower().split("x")])
        else:
            meaning = parser.value_of(name, text)
            meaning = None if meaning == NONE.get(name.replace("-", "_"), "") else meaning
        if meaning in meant:
            _refuse(task, f"{name}: found {short(text)}, which is there already as "
                    f"{short(texts[meant.index(meaning)])}")
        meant.append(meaning)
    return meant


def _refuse(task: Task, what: str) -> None:
    raise PurennError(f"compare {task.name}: --vary: {what}")


# The runs and their report.

def _run(plan: Plan, workers: int, terminal: Optional[show.Terminal]) -> Tuple[List[Any], Any]:
    """The jobs' trials, with None for each one that is not complete; and the error that ended them early, or None."""
    if terminal:
        terminal.stream.flush()
    try:
        with telling(terminal, "run") as tell:
            return run_all(plan.jobs, workers, tell, trial), None
    except (Interrupted, Incomplete) as stop:
        if not any(stop.results):
            raise
        return stop.results, stop


def _draw(options: Any, plan: Plan, rows: List[Any], terminal: show.Terminal) -> None:
    """The figure of the settings' losses: for each, the median over its seeds, and the middle half."""
    from ..show import plots
    path = os.path.join(options.plot, f"{plan.task.name}-compare.png")
    names = " and ".join(axis.name for axis in plan.axes)
    plots.overlay(path, compared.curves(rows), f"{plan.task.name} by {names}, {show.count(len(plan.seeds), 'seed')}")
    say_written(options, terminal, [path])
