"""How much there is to train, for an engine to be chosen by."""
from typing import Any, NamedTuple

# With a loss to stop at, or patience, most trainings end before so many epochs.
EXPECTED = 5000


class Work(NamedTuple):
    """What is to be trained: a loss, an optimizer, so many samples in all epochs, on so many threads at most."""

    loss: Any
    optimizer: Any
    samples: float
    threads: Any = None


def is_worth_it(engine: str) -> bool:
    """True where this engine may be the compiled one and there is a C compiler that works: much can then be done."""
    if engine not in ("auto", "compiled"):
        return False
    from .compiler import why_it_fails
    return not why_it_fails()


def work_of(settings, samples: int, loss, optimizer) -> Work:
    """The Work of a training with these Settings on so many samples."""
    ends_early = settings.target_loss is not None or settings.patience
    epochs = min(settings.epochs, EXPECTED) if ends_early else settings.epochs
    return Work(loss, optimizer, epochs * samples, settings.workers)


class Until(NamedTuple):
    """How far to train without a look in between: so many ``epochs``, or to the first below this ``loss``."""

    epochs: int
    loss: float
