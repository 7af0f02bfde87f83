"""How much there is to train; the engine, and the number of processes, are chosen by it."""
import os
from typing import Any, NamedTuple

# With a target loss or patience, most trainings end before this number of epochs.
EXPECTED = 5000

# Several processes are faster if parameters times samples in a batch are PAYS or more, and each process gets at least
# LEAST_SHARE samples.
PAYS, LEAST_SHARE = 500_000, 8


class Work(NamedTuple):
    """A training's work: its loss, its optimizer, its samples times epochs, and how many workers share each batch."""

    loss: Any
    optimizer: Any
    samples: float
    workers: Any = None


def can_use_c(engine: str) -> bool:
    """True if a C compiler works, and the engine is ``compiled``, or ``auto``, which may choose it."""
    if engine not in ("auto", "compiled"):
        return False
    from .c_compiler import why_it_fails
    return not why_it_fails()


def work_of(settings, samples: int, loss, optimizer) -> Work:
    """The Work of a training with these Settings on this number of samples."""
    ends_early = settings.target_loss is not None or settings.patience
    epochs = min(settings.epochs, EXPECTED) if ends_early else settings.epochs
    return Work(loss, optimizer, epochs * samples, settings.workers)


def workers_of(settings, parameters: int, samples: int) -> int:
    """How many processes a batch is divided among: ``settings.workers``; if None, from 1 to one for each core."""
    if settings.workers is not None:
        return settings.workers
    batch = min(settings.batch_size or samples, samples)
    if settings.engine != "processes" and parameters * batch < PAYS:
        return 1
    return max(1, min(os.cpu_count() or 1, batch // LEAST_SHARE))


class Until(NamedTuple):
    """How far to train in one call of the engine: ``epochs`` epochs, or until the loss is below ``loss``."""

    epochs: int
    loss: float
