"""How much there is to train; the engine is chosen by it."""
from typing import Any, NamedTuple

# With a target loss or patience, most trainings end before this number of epochs.
EXPECTED = 5000


class Work(NamedTuple):
    """What is to be trained: a loss, an optimizer, the number of samples in all epochs, and the most threads."""

    loss: Any
    optimizer: Any
    samples: float
    threads: Any = None


def is_worth_it(engine: str) -> bool:
    """True if this engine is the compiled one, or may choose it, and there is a C compiler that works."""
    if engine not in ("auto", "compiled"):
        return False
    from .compiler import why_it_fails
    return not why_it_fails()


def work_of(settings, samples: int, loss, optimizer) -> Work:
    """The Work of a training with these Settings on this number of samples."""
    ends_early = settings.target_loss is not None or settings.patience
    epochs = min(settings.epochs, EXPECTED) if ends_early else settings.epochs
    return Work(loss, optimizer, epochs * samples, settings.workers)


class Until(NamedTuple):
    """How far to train before anything is looked at: ``epochs`` epochs, or until the loss is below ``loss``."""

    epochs: int
    loss: float
