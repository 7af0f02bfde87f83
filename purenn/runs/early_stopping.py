"""When a training ends, and which weights are left.

It ends when its loss is low enough, its validation loss no longer falls (early stopping), or all its epochs are done.
With early stopping, the weights with the lowest validation loss are put back.
"""
from typing import Any, Optional

from ..training import Epoch, evaluate


def why_stopped(run: Any) -> Optional[str]:
    """Why a Run ends after the epoch that was done last: "target", "patience" or "epochs"; None if it goes on."""
    if not run.curve:
        return None
    settings, last, target = run.settings, run.curve[-1], run.settings.target_loss
    if target is not None and last.loss < target and evaluate(run.network, run.loss, run.problem.train)[0] < target:
        return "target"                                     # the loss of the epoch, and the one after its last step
    if settings.patience and run.best and last.number - run.best.number >= settings.patience:
        return "patience"
    return "epochs" if last.number >= settings.epochs else None


def note_best(run: Any, epoch: Epoch) -> None:
    """Keep the epoch with the lowest validation loss, and the weights after it."""
    if epoch.validation_loss is not None and (run.best is None or epoch.validation_loss < run.best.validation_loss):
        run.best, run.best_weights = epoch, run.network.state_dict()


def best_epoch(run: Any) -> Optional[Epoch]:
    """The epoch whose weights are the result: the best one, if a Run with patience has stopped; otherwise None."""
    return run.best if run.stopped and run.settings.patience else None
