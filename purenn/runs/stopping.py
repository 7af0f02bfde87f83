"""When a training ends: its loss is low enough, its validation loss no longer falls, or all its epochs are done."""
from typing import Any, Optional

from ..training import evaluate


def why_stopped(run: Any) -> Optional[str]:
    """Why a Run ends after the epoch that was done last: "target", "patience" or "epochs"; None if it goes on."""
    if not run.curve:
        return None
    settings, last = run.settings, run.curve[-1]
    if settings.target_loss is not None and _is_below(run, settings.target_loss, last.loss):
        return "target"
    if settings.patience and run.best and last.number - run.best.number >= settings.patience:
        return "patience"
    return "epochs" if last.number >= settings.epochs else None


def _is_below(run: Any, target: float, last: float) -> bool:
    """True if the loss of the epoch is below the target, and so is the loss after the epoch's last step."""
    return last < target and bool(evaluate(run.network, run.loss, run.problem.train)[0] < target)
