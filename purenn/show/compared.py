"""The results of a comparison of settings: as lines with a table, and as plain values for JSON and CSV."""
from ..study.comparison import columns
from ..study.sign_test import what_stands_out
from . import terminal as show
from . import text_charts

WIDTH = 15                      # of a small learning curve, in characters

# The fields of a Summary that the JSON has.
FIGURES = ("done", "solved", "diverged", "epochs", "low", "high", "loss", "accuracy", "validation_loss",
           "validation_accuracy", "test_accuracy", "seconds")


def table(terminal, axes: list, settings: list, rows: list) -> list:
    """A row for each setting, and two lines that explain the columns. Seconds are the last column.

    ``axes`` are the names of what is varied, ``settings`` the values of each setting, ``rows`` a
    ``study.comparison.Summary`` for each setting.
    """
    typical = [row.typical for row in rows if row.typical and row.typical.losses]
    last = max([run.losses[-1][0] for run in typical], default=1)
    drawn = [loss for run in typical if not run.diverged for _, loss in run.losses] or [1.0]
    limits = min(drawn), max(drawn)
    cells = [[name] + [values[k] for values in settings] for k, name in enumerate(axes)]
    validated = any(row.validation_loss is not None for row in rows)
    if validated:
        cells += [["done"] + [str(row.done) for row in rows],
                  ["validation loss"] + [_loss(row.validation_loss) for row in rows],
                  ["accuracy"] + [_percent(row.validation_accuracy) for row in rows],
                  ["training loss"] + [_loss(row.loss) for row in rows],
                  ["accuracy"] + [_percent(row.accuracy) for row in rows]]
    else:
        cells += [["solved"] + [f"{row.solved} of {row.done}" for row in rows],
                  ["epochs"] + [f"{int(row.epochs + 0.5)}" if row.solved else "-" for row in rows],
                  ["range"] + [f"{row.low}-{row.high}" if row.solved else "-" for row in rows],
                  ["loss"] + [_loss(row.loss) for row in rows],
                  ["accuracy"] + [_percent(row.accuracy) for row in rows]]
    fresh = not validated and any(row.test_accuracy is not None for row in rows)
    if fresh:
        cells.append(["fresh"] + [_percent(row.test_accuracy) for row in rows])
    if any(row.diverged for row in rows):
        cells.append(["diverged"] + [f"{row.diverged}" for row in rows])
    lines = [text_charts.sparkline(terminal, columns(row.typical.losses, last, WIDTH), limits) if row.typical else ""
             for row in rows]
    cells.append([text.ljust(WIDTH) for text in ["loss by epoch"] + lines])
    cells.append(["seconds"] + ["-" if row.seconds is None else f"{row.seconds:.2f}" for row in rows])
    also = "; fresh: accuracy on fresh points" if fresh else ""
    solved = "" if validated else "; epochs and range: solved runs only"
    return show.table(list(zip(*cells)), left=len(axes)) + [
        f"Medians over the runs{also}{solved}.",
        f"Loss by epoch: the median run, up to epoch {last}, log scale from {limits[1]:.3g} "
        f"({terminal.levels[-1]}) to {limits[0]:.3g} ({terminal.levels[0]})."]


def _loss(loss):
    return "-" if loss is None else show.loss_text(loss) if loss < float("inf") else "diverged"


def _percent(share):
    return "-" if share is None else f"{100.0 * share:.1f}%"


def curves(rows: list) -> list:
    """The data for a figure of the runs: for each setting its label and a list of (epoch, loss) for each run."""
    return [(row.label, [result.losses for result in row.results if result and result.losses]) for row in rows]


def runs(plan, rows: list) -> list:
    """The runs that are done, as the rows of a CSV; the first row has the names of the columns."""
    lines = [[*[axis.name for axis in plan.axes], "seed", "solved", "epochs", "loss", "accuracy", "seconds"]]
    for values, row in zip(plan.values, rows):
        for seed, result in zip(plan.seeds, row.results):
            if result:
                lines.append([*values, seed, "yes" if result.solved else "no", result.needed or result.epochs,
                              result.loss, "" if result.accuracy is None else result.accuracy,
                              f"{result.seconds:.3f}"])
    return lines


def first_lines(plan, workers: int) -> list:
    """What will be run, and what counts as solved."""
    engines = sorted({each["engine"] for each in plan.plain})
    targets = {each.target_loss for each in plan.settings}
    first, last = plan.seeds[0], plan.seeds[-1]
    right = "all points are right at the end"
    if targets == {None}:
        solved = right
    else:
        solved = f"its loss is below {targets.pop() if len(targets) == 1 else 'its target'}"
        solved += f" or, without a target, {right}" if None in targets else ""
    varied = "; ".join(f"{axis.name} {', '.join(axis.values)}" for axis in plan.axes)
    seeds = f" {first}" if first == last else f"s {first} to {last}"
    most = max(each.epochs for each in plan.settings)
    return [f"compare {plan.task.name}: {varied}; seed{seeds}; {show.count(len(plan.jobs), 'run')} of up to {most} "
            f"epochs, {show.count(workers, 'worker')}, {'engine' if len(engines) == 1 else 'engines'} "
            f"{', '.join(engines)}",
            "Settings are ranked by their validation loss; the test data are not used." if plan.problem.validation else
            f"A run is solved when {solved}."]


def report(terminal, plan, rows: list, stop=None) -> list:
    """The table, its explanation, and what stands out; ``stop`` is the error that ended the runs early, or None."""
    lines = [""]
    if stop:
        how = "Interrupted" if isinstance(stop, KeyboardInterrupt) else "Stopped"
        lines = [f"{how}. Runs done: {sum(row.done for row in rows)} of {len(plan.jobs)}. Results:", ""]
    names = [axis.name for axis in plan.axes]
    lines += [*table(terminal, names, plan.values, rows), "", what_stands_out(rows)]
    losses = {settings.loss for settings in plan.settings} - {"bce-with-logits"}        # computes the same cost as bce
    if "target-loss" in names or "loss" in names and losses != {"bce"}:
        lines[-1] += " But the losses of these settings cannot be compared: compare the accuracies."
    return lines


def as_json(plan, workers: int, rows: list, seconds: float, stop) -> dict:
    """The results in plain values: the settings, each with its figures and its runs; ``stop`` as in report."""
    stopped = "interrupted" if isinstance(stop, KeyboardInterrupt) else "failed" if stop else "done"
    settings = []
    for values, plain, row in zip(plan.values, plan.plain, rows):
        runs = [{"seed": seed, "solved": run.solved, "needed": run.needed, "epochs": run.epochs,
                 "loss": _finite(run.loss), "accuracy": run.accuracy, "validation_loss": run.validation_loss,
                 "validation_accuracy": run.validation_accuracy, "test_accuracy": run.test_accuracy,
                 "diverged": run.diverged, "seconds": run.seconds, "losses": run.losses}
                for seed, run in zip(plan.seeds, row.results) if run]
        settings.append({"varied": dict(zip([axis.name for axis in plan.axes], values)), "settings": plain,
                         **{name: getattr(row, name) for name in FIGURES}, "loss": _finite(row.loss), "runs": runs})
    return {"task": plan.task.name, "varied": {axis.name: axis.values for axis in plan.axes}, "seeds": plan.seeds,
            "workers": workers, "runs": len(plan.jobs), "done": sum(row.done for row in rows),
            "stopped": stopped, "seconds": round(seconds, 3), "settings": settings,
            "stands_out": what_stands_out(rows)}


def _finite(loss):
    return loss if loss is not None and loss < float("inf") else None
