"""The table of ``compare``: settings side by side, a row each, and what its columns are."""
from ..study.comparison import columns
from . import terminal as show

WIDTH = 15                      # of a little learning curve, in characters


def table(terminal, axes: list, settings: list, rows: list) -> list:
    """A row for each setting, and a line or two on what the columns are. Seconds are the last column.

    ``axes`` are the names of what is varied, ``settings`` the values of each setting, ``rows`` their Summaries.
    """
    typical = [row.typical for row in rows if row.typical and row.typical.losses]
    last = max([run.losses[-1][0] for run in typical], default=1)
    drawn = [loss for run in typical if not run.diverged for _, loss in run.losses] or [1.0]
    limits = min(drawn), max(drawn)
    cells = [[name] + [values[k] for values in settings] for k, name in enumerate(axes)]
    cells += [["solved"] + [f"{row.solved} of {row.done}" for row in rows],
              ["epochs"] + [f"{int(row.epochs + 0.5)}" if row.solved else "-" for row in rows],
              ["range"] + [f"{row.low}-{row.high}" if row.solved else "-" for row in rows],
              ["loss"] + [_loss(row.loss) for row in rows],
              ["accuracy"] + [_percent(row.accuracy) for row in rows]]
    fresh = any(row.test_accuracy is not None for row in rows)
    if fresh:
        cells.append(["fresh"] + [_percent(row.test_accuracy) for row in rows])
    if any(row.diverged for row in rows):
        cells.append(["diverged"] + [f"{row.diverged}" for row in rows])
    lines = [show.sparkline(terminal, columns(row.typical.losses, last, WIDTH), limits) if row.typical else ""
             for row in rows]
    cells.append([text.ljust(WIDTH) for text in ["loss by epoch"] + lines])
    cells.append(["seconds"] + ["-" if row.seconds is None else f"{row.seconds:.2f}" for row in rows])
    also = ", accuracy also on fresh points" if fresh else ""
    return show.table(list(zip(*cells)), left=len(axes)) + [
        f"Medians over the runs{also}; epochs and their range over those solved.",
        f"Loss by epoch: the run in the middle, up to epoch {last}, log scale from {limits[1]:.3g} "
        f"({terminal.levels[-1]}) to {limits[0]:.3g} ({terminal.levels[0]})."]


def _loss(loss):
    return "-" if loss is None else show.loss_text(loss) if loss < float("inf") else "diverged"


def _percent(share):
    return "-" if share is None else f"{100.0 * share:.1f}%"


def curves(rows: list) -> list:
    """What an overlay of the runs is drawn from: for each setting its label and its runs' losses, (epoch, loss)."""
    return [(row.label, [result.losses for result in row.results if result and result.losses]) for row in rows]
