"""``compare``: a task with several settings, each with the same seeds, side by side."""
import os
import time

from ..linalg import PurennError
from ..show import terminal as show
from ..study.comparison import columns, summarize, what_stands_out
from . import figures
from .options import task_name
from .plan import DESCRIPTION, Plan, label, make_plan
from .runs import TASKS, Incomplete, Interrupted, run_jobs

# Of a little learning curve, in characters.
WIDTH = 15

# A setting's figures as --json prints them.
FIGURES = ("done", "solved", "diverged", "epochs", "low", "high", "loss", "accuracy", "test_accuracy", "seconds")


def run(arguments) -> int:
    """Run every setting with every seed, and show what came of it; return the exit code."""
    name = task_name("compare", DESCRIPTION, list(TASKS), arguments)
    if name is None:
        return 0
    plan = make_plan(TASKS[name], arguments[1:])
    options = plan.options
    figures.check(options)
    workers = min(options.workers or os.cpu_count() or 1, len(plan.jobs))
    terminal = show.Terminal()
    if not options.json:
        for line in first_lines(plan, workers):
            terminal.line(line)
    start = time.perf_counter()
    results, stop = _run(plan, workers, None if options.json else terminal)
    interrupted = isinstance(stop, KeyboardInterrupt)
    seconds = time.perf_counter() - start
    rows = [summarize(label(plan, values), results[i::len(plan.settings)]) for i, values in enumerate(plan.settings)]
    try:
        if options.json:
            import json
            terminal.line(json.dumps(as_json(plan, workers, rows, seconds, interrupted)))
        else:
            _report(terminal, plan, rows, stop)
    finally:                                        # even where nobody reads to the end
        if options.csv is not None:
            write_csv(options.csv, plan, rows)
    if options.plot is not None:
        _draw(plan, rows, terminal)
    if isinstance(stop, PurennError):
        raise stop
    return 130 if interrupted else 0


def _draw(plan, rows, terminal):
    """The figure of the settings' losses, each the median over its seeds with the middle half."""
    from ..show import plots
    path = os.path.join(plan.options.plot, "%s-compare.png" % plan.task.name)
    plots.overlay(path, curves(rows), "%s by %s, %s" % (
        plan.task.name, " and ".join(axis.name for axis in plan.axes), show.count(len(plan.seeds), "seed")))
    figures.say(plan.options, terminal, [path])


def _run(plan, workers, terminal):
    """The jobs' results, None where one is not complete, and what stopped them before the end, if anything did."""
    progress = show.Progress(terminal, len(plan.jobs)) if terminal else None

    def tell(done, total):
        if progress:
            progress.update(done, "run %d of %d", done, total)
    try:
        if terminal:
            terminal.stream.flush()
        return run_jobs(plan.jobs, workers, tell), None
    except (Interrupted, Incomplete) as stop:
        if not any(stop.results):
            raise
        return stop.results, stop
    finally:
        if progress:
            progress.clear()


def first_lines(plan: Plan, workers: int) -> list:
    """What will be run, and what counts as solved."""
    settings = plan.resolved
    engines = sorted({each["engine"] for each in settings})
    targets = {each["target_loss"] for each in settings}
    first, last = plan.seeds[0], plan.seeds[-1]
    target = targets.pop() if len(targets) == 1 else "its target"
    solved = "all points are right at the end" if target is None else "its loss is below %s" % target
    return ["compare %s: %s; seed%s; %s of up to %d epochs, %s, %s %s" % (
        plan.task.name, "; ".join("%s %s" % (axis.name, ", ".join(axis.values)) for axis in plan.axes),
        " %d" % first if first == last else "s %d to %d" % (first, last), show.count(len(plan.jobs), "run"),
        max(each["epochs"] for each in settings), show.count(workers, "worker"),
        "engine" if len(engines) == 1 else "engines", ", ".join(engines)),
        "A run is solved when %s." % solved]


def _report(terminal, plan, rows, stop):
    """The table, what its columns are, and what stands out."""
    lines = [""]
    if stop:
        lines = ["%s: %d of the %s are done. What there is so far:" % (
            "Interrupted" if isinstance(stop, KeyboardInterrupt) else "Stopped", sum(row.done for row in rows),
            show.count(len(plan.jobs), "run")), ""]
    lines += table(terminal, plan, rows) + ["", what_stands_out(rows)]
    if {axis.name for axis in plan.axes} & {"loss", "target-loss"}:
        lines[-1] += " But these losses do not measure the same: compare the accuracies."
    for line in lines:
        terminal.line(line)


def table(terminal, plan: Plan, rows: list) -> list:
    """A row for each setting, and a line or two on what the columns are. Seconds are the last column."""
    typical = [row.typical for row in rows if row.typical and row.typical.losses]
    last = max([run.losses[-1][0] for run in typical], default=1)
    drawn = [loss for run in typical if not run.diverged for _, loss in run.losses] or [1.0]
    limits = min(drawn), max(drawn)
    cells = [[axis.name] + [values[k] for values in plan.settings] for k, axis in enumerate(plan.axes)]
    cells += [["solved"] + ["%d of %d" % (row.solved, row.done) for row in rows],
              ["epochs"] + ["%d" % int(row.epochs + 0.5) if row.solved else "-" for row in rows],
              ["range"] + ["%d-%d" % (row.low, row.high) if row.solved else "-" for row in rows],
              ["loss"] + [_loss(row.loss) for row in rows],
              ["accuracy"] + [_percent(row.accuracy) for row in rows]]
    fresh = any(row.test_accuracy is not None for row in rows)
    if fresh:
        cells.append(["fresh"] + [_percent(row.test_accuracy) for row in rows])
    if any(row.diverged for row in rows):
        cells.append(["diverged"] + ["%d" % row.diverged for row in rows])
    lines = [show.sparkline(terminal, columns(row.typical.losses, last, WIDTH), limits) if row.typical else ""
             for row in rows]
    cells.append([text.ljust(WIDTH) for text in ["loss by epoch"] + lines])
    cells.append(["seconds"] + ["-" if row.seconds is None else "%.2f" % row.seconds for row in rows])
    return show.table(list(zip(*cells)), left=len(plan.axes)) + [
        "Medians over the runs%s; epochs and their range over those solved." % (
            ", accuracy also on fresh points" if fresh else ""),
        "Loss by epoch: the run in the middle, up to epoch %d, log scale from %.3g (%s) to %.3g (%s)." % (
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

    from ..files.disk import replacing
    with replacing(path) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([axis.name for axis in plan.axes] + ["seed", "solved", "epochs", "loss", "accuracy", "seconds"])
        for values, row in zip(plan.settings, rows):
            for seed, result in zip(plan.seeds, row.results):
                if result:
                    writer.writerow([*values, seed, "yes" if result.solved else "no", result.needed or result.epochs,
                                     result.loss, "" if result.accuracy is None else result.accuracy,
                                     "%.3f" % result.seconds])


def as_json(plan: Plan, workers: int, rows: list, seconds: float, interrupted: bool) -> dict:
    """What came of it, as ``--json`` prints it: the settings, each with its figures and its runs."""
    settings = []
    for values, resolved, row in zip(plan.settings, plan.resolved, rows):
        runs = [{"seed": seed, "solved": run.solved, "needed": run.needed, "epochs": run.epochs,
                 "loss": _finite(run.loss), "accuracy": run.accuracy, "test_accuracy": run.test_accuracy,
                 "diverged": run.diverged, "seconds": run.seconds, "losses": run.losses}
                for seed, run in zip(plan.seeds, row.results) if run]
        settings.append({"varied": dict(zip([axis.name for axis in plan.axes], values)), "settings": resolved,
                         **{name: getattr(row, name) for name in FIGURES}, "loss": _finite(row.loss), "runs": runs})
    return {"task": plan.task.name, "varied": {axis.name: axis.values for axis in plan.axes}, "seeds": plan.seeds,
            "workers": workers, "runs": len(plan.jobs), "done": sum(row.done for row in rows),
            "stopped": "interrupted" if interrupted else "done", "seconds": round(seconds, 3), "settings": settings,
            "stands_out": what_stands_out(rows)}


def _finite(loss):
    return loss if loss is not None and loss < float("inf") else None
