"""``compare``: a task with several settings, each with the same seeds, side by side."""
import itertools
import os
import re
import time
from collections import namedtuple

from ..linalg import PurennError
from ..show import terminal as show
from ..study.comparison import columns, summarize, what_stands_out
from .options import Parser, short, task_name, whole
from .runs import TASKS, Interrupted, Job, prepare, run_jobs
from .task import add_task_options, parse

DESCRIPTION = "Run a task with several settings, each with the same seeds, and show them side by side."
VARY_HELP = "NAME=V1,V2,..., such as lr=1,0.5 or hidden=4,4x4,none or shuffle=yes,no"

MOST_RUNS = 10_000
MOST_EPOCHS = 10_000            # by default: the four learning rates of the first example are through in a minute
WIDTH = 15                      # of a little learning curve, in characters

# What is varied: the option's name, and its values as they were given.
Axis = namedtuple("Axis", ("name", "values"))

# What will be run: the task, the options, the axes, the settings (a tuple of values each, one of each axis), what each
# comes to, the seeds, and the jobs: every setting with the first seed, then every one with the next.
Plan = namedtuple("Plan", ("task", "options", "axes", "settings", "resolved", "seeds", "jobs"))


def run(arguments) -> int:
    """Run every setting with every seed, and show what came of it; return the exit code."""
    name = task_name("compare", DESCRIPTION, list(TASKS), arguments)
    if name is None:
        return 0
    plan = make_plan(TASKS[name], arguments[1:])
    options = plan.options
    workers = min(options.workers or os.cpu_count() or 1, len(plan.jobs))
    terminal = show.Terminal()
    if not options.json:
        for line in first_lines(plan, workers):
            terminal.line(line)
    start = time.perf_counter()
    results, interrupted = _run(plan, workers, None if options.json else terminal)
    seconds = time.perf_counter() - start
    rows = [summarize(label(plan, values), results[i::len(plan.settings)]) for i, values in enumerate(plan.settings)]
    if options.json:
        import json
        terminal.line(json.dumps(as_json(plan, workers, rows, seconds, interrupted)))
    else:
        _report(terminal, plan, rows, interrupted)
    if options.csv:
        write_csv(options.csv, plan, rows)
    return 130 if interrupted else 0


def make_plan(task, arguments) -> Plan:
    """What the arguments ask for, checked to the last value; raises PurennError where something is wrong."""
    own = Parser("compare " + task.name, add_help=False)
    _add_own_options(own)
    parser = Parser("compare " + task.name, description=DESCRIPTION, parents=[own])
    add_task_options(parser, task)
    parser.set_defaults(engine="auto", epochs=min(MOST_EPOCHS, task.defaults["epochs"]))
    options = parser.parse_args(arguments)
    if options.csv:
        check_file(options.csv)
    given = ["--epochs", str(parser.get_default("epochs"))] + own.parse_known_args(arguments)[1]
    switches = {action.option_strings[0][2:]: action.nargs == 0 for action in parser._actions
                if action not in own._actions and action.dest not in ("help", "seed")}
    axes = read_axes(task, options.vary, switches, arguments)
    count = options.seeds
    for axis in axes:
        count *= len(axis.values)
    if count > MOST_RUNS:
        raise PurennError("compare: %s with %s make %d runs; at most %d are allowed: give fewer values or fewer --seeds"
                          % (" × ".join(show.count(len(axis.values), axis.name) for axis in axes),
                             show.count(options.seeds, "seed"), count, MOST_RUNS))
    for axis in axes:
        _check_values(task, axis, given)
    settings = list(itertools.product(*[axis.values for axis in axes]))
    seeds = list(range(options.seed, options.seed + options.seeds))
    asked = [given + [text for axis, value in zip(axes, values) for text in as_arguments(axis.name, value)]
             for values in settings]
    resolved = [prepare(Job(task.name, each)).settings for each in asked]
    jobs = [Job(task.name, each + ["--seed", str(seed)]) for seed in seeds for each in asked]
    return Plan(task, options, axes, settings, resolved, seeds, jobs)


def _add_own_options(parser):
    group = parser.add_argument_group("the comparison")
    group.add_argument("--vary", metavar="NAME=V1,V2,...", action="append", required=True,
                       help="an option of the task and its values, as in lr=1,0.5, hidden=4,4x4,none or "
                       "shuffle=yes,no; given twice: each value of the one with each of the other")
    group.add_argument("--seeds", metavar="N", type=whole(1), default=5,
                       help="runs of each setting, with the seeds from --seed on (default: %(default)s)")
    group.add_argument("--workers", metavar="N", type=whole(1, 256),
                       help="processes that share out the runs (default: the cores there are)")
    group.add_argument("--csv", metavar="FILE", help="write the runs to a file, a line each")
    group.add_argument("--json", action="store_true", help="one JSON object on stdout, and nothing else")


def read_axes(task, texts: list, switches: dict, arguments: list) -> list:
    """The Axis of each --vary; ``switches`` says of each option that can be varied whether it takes no value."""
    axes: list = []
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip().lstrip("-").replace("_", "-").lower()
        axis = Axis(name, [value.strip() for value in values.split(",")])
        if name not in switches:
            import difflib
            near = difflib.get_close_matches(name, switches, 1, 0.7)
            hint = "--seeds says how many seeds; " if name in ("seed", "seeds") else ""
            hint = "did you mean %s? " % near[0] if near else hint
            _refuse(task, "found %s; %sit must be one of %s" % (short(name), hint, ", ".join(switches)))
        if not equals or not values.strip():
            _refuse(task, "found %s, without values; give it as %s" % (short(text), VARY_HELP))
        if "" in axis.values:
            _refuse(task, "found %s, with an empty value; leave out a comma" % short(text))
        if name in [other.name for other in axes]:
            _refuse(task, "found %s twice; give all its values in one" % name)
        if "--" + name in [argument.split("=")[0] for argument in arguments]:
            _refuse(task, "found %s, and --%s beside it; leave one of the two out" % (name, name))
        for value in axis.values:
            if switches[name] and value not in ("yes", "no"):
                _refuse(task, "%s: found %s; it must be yes or no" % (name, short(value)))
            if name == "hidden" and not re.match(r"(none|\d+(x\d+)*)$", value.lower()):
                _refuse(task, "hidden: found %s; it must be a size such as 4, sizes such as 4x4, or none"
                        % short(value))
        axes.append(axis)
    if len(axes) > 2:
        _refuse(task, "found %d of them; at most two make a grid" % len(axes))
    return axes


def _refuse(task, what):
    raise PurennError("compare %s: --vary: %s" % (task.name, what))


def as_arguments(name: str, value: str) -> list:
    """A value of an option as it is typed on the task's command line.

    >>> as_arguments("lr", "0.5"), as_arguments("hidden", "4x4"), as_arguments("shuffle", "no")
    (['--lr=0.5'], ['--hidden', '4', '4'], [])
    """
    if name == "hidden":
        return ["--hidden"] + value.lower().split("x")
    if value in ("yes", "no"):
        return ["--" + name] if value == "yes" else []
    return ["--%s=%s" % (name, value)]


def _check_values(task, axis, given):
    """Raise PurennError for a value that the task does not take, or that means the same as one before."""
    meant: list = []
    for value in axis.values:
        found = getattr(parse(task, given + as_arguments(axis.name, value)), axis.name.replace("-", "_"))
        if found in meant:
            _refuse(task, "%s: found %s, which is there already as %s" % (
                axis.name, short(value), short(axis.values[meant.index(found)])))
        meant.append(found)


def check_file(path: str) -> None:
    """Raise PurennError where a file cannot be written for want of a folder, before there is anything to lose."""
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path) or not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise PurennError("--csv: %s cannot be written; it must be a file in a folder that is there and can be "
                          "written to" % short(path))


def _run(plan, workers, terminal):
    """The jobs' results, None where one is not complete, and whether they were interrupted."""
    progress = show.Progress(terminal, len(plan.jobs)) if terminal else None

    def tell(done, total):
        if progress:
            progress.update(done, "run %d of %d", done, total)
    try:
        if terminal:
            terminal.stream.flush()
        return run_jobs(plan.jobs, workers, tell), False
    except Interrupted as stop:
        if not any(stop.results):
            raise
        return stop.results, True
    finally:
        if progress:
            progress.clear()


def label(plan: Plan, values: tuple) -> str:
    """A setting in words, such as ``lr 0.5, hidden 4x4``."""
    return ", ".join("%s %s" % (axis.name, value) for axis, value in zip(plan.axes, values))


def first_lines(plan: Plan, workers: int) -> list:
    """What will be run, and what counts as solved."""
    settings = plan.resolved
    engines = sorted({each["engine"] for each in settings})
    targets = {each["target_loss"] for each in settings}
    first, last = plan.seeds[0], plan.seeds[-1]
    target = targets.pop() if len(targets) == 1 else "its target"
    solved = "all points are right at the end" if target is None else "its loss is below %s" % target
    return ["compare %s: %s, seed%s: %s of up to %d epochs, %s, %s %s" % (
        plan.task.name, "; ".join("%s %s" % (axis.name, ", ".join(axis.values)) for axis in plan.axes),
        " %d" % first if first == last else "s %d to %d" % (first, last), show.count(len(plan.jobs), "run"),
        max(each["epochs"] for each in settings), show.count(workers, "worker"),
        "engine" if len(engines) == 1 else "engines", ", ".join(engines)),
        "A run is solved when %s." % solved]


def _report(terminal, plan, rows, interrupted):
    """The table, what its columns are, and what stands out."""
    lines = [""]
    if interrupted:
        lines = ["Interrupted: %d of the %s are done. What there is so far:" % (
            sum(row.done for row in rows), show.count(len(plan.jobs), "run")), ""]
    lines += table(terminal, plan, rows)
    lines += ["", what_stands_out(rows)]
    if {axis.name for axis in plan.axes} & {"loss", "target-loss"}:
        lines[-1] += " But these losses do not measure the same: compare the accuracies."
    for line in lines:
        terminal.line(line)


def table(terminal, plan: Plan, rows: list) -> list:
    """A row for each setting, and a line that says what the columns are. Seconds are the last column."""
    typical = [row.typical for row in rows if row.typical and row.typical.losses]
    last = max([run.losses[-1][0] for run in typical], default=1)
    drawn = [loss for run in typical if not run.diverged for _, loss in run.losses] or [1.0]
    limits = min(drawn), max(drawn)
    optional = [name for name in ("diverged", "test_accuracy") if any(getattr(row, name) for row in rows)]
    cells = [[axis.name for axis in plan.axes] + ["solved", "epochs", "range", "loss", "accuracy"] +
             [{"diverged": "diverged", "test_accuracy": "fresh"}[name] for name in optional] +
             ["loss by epoch".ljust(WIDTH), "seconds"]]
    for values, row in zip(plan.settings, rows):
        line = "" if not row.typical else show.sparkline(terminal, columns(row.typical.losses, last, WIDTH), limits)
        more = {"diverged": str(row.diverged), "test_accuracy": _percent(row.test_accuracy)}
        cells.append([*values, "%d of %d" % (row.solved, row.done), "%d" % int(row.epochs + 0.5) if row.solved else "-",
                      "%d-%d" % (row.low, row.high) if row.solved else "-", _loss(row.loss), _percent(row.accuracy),
                      *[more[name] for name in optional], line.ljust(WIDTH),
                      "-" if row.seconds is None else "%.2f" % row.seconds])
    return show.table(cells, left=len(plan.axes)) + [
        "Epochs: median and range of those solved. Loss, accuracy%s, seconds: the median run's. Loss by epoch:" % (
            ", accuracy on fresh points" if "test_accuracy" in optional else ""),
        "the median run's, to epoch %d, from %.3g (%s) to %.3g (%s) on a log scale." % (
            last, limits[1], terminal.levels[-1], limits[0], terminal.levels[0])]


def _loss(loss):
    return "-" if loss is None else show.loss_text(loss) if loss < float("inf") else "diverged"


def _percent(share):
    return "-" if share is None else "%.1f%%" % (100.0 * share)


def curves(rows: list) -> list:
    """What an overlay of the runs is drawn from: for each setting its label and its runs' losses, (epoch, loss)."""
    return [(row.label, [result.losses for result in row.results if result and result.losses]) for row in rows]


def write_csv(path: str, plan: Plan, rows: list) -> None:
    """Write the runs that are done, a line each; an old file stays whole until the new one is."""
    import csv

    from ..data.arrays import replacing
    with replacing(path) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([axis.name for axis in plan.axes] + ["seed", "solved", "epochs", "loss", "accuracy", "seconds"])
        for values, row in zip(plan.settings, rows):
            for seed, result in zip(plan.seeds, row.results):
                if result:
                    writer.writerow([*values, seed, "yes" if result.solved else "no", result.epochs, result.loss,
                                     "" if result.accuracy is None else result.accuracy, "%.3f" % result.seconds])


def as_json(plan: Plan, workers: int, rows: list, seconds: float, interrupted: bool) -> dict:
    """What came of it, as ``--json`` prints it: the settings, each with its figures and its runs."""
    settings = []
    for values, resolved, row in zip(plan.settings, plan.resolved, rows):
        figures = dict(row._asdict(), loss=_finite(row.loss), label=None, results=None, typical=None)
        runs = [dict(result._asdict(), seed=seed, loss=_finite(result.loss))
                for seed, result in zip(plan.seeds, row.results) if result]
        for each in runs:
            for name in ("accuracies", "predictions"):
                del each[name]
        for name in ("label", "results", "typical"):
            del figures[name]
        settings.append(dict(figures, vary={axis.name: value for axis, value in zip(plan.axes, values)},
                             settings=resolved, runs=runs))
    return {"task": plan.task.name, "vary": {axis.name: axis.values for axis in plan.axes}, "seeds": plan.seeds,
            "workers": workers, "runs": len(plan.jobs), "done": sum(row.done for row in rows),
            "stopped": "interrupted" if interrupted else "done", "seconds": round(seconds, 3), "settings": settings,
            "stands_out": what_stands_out(rows)}


def _finite(loss):
    return loss if loss is not None and loss < float("inf") else None
