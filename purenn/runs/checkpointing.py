"""Write checkpoints of a run, and resume from them."""
import zlib
from array import array
from typing import Any, Callable, Dict, NamedTuple, Optional

from .. import engines
from ..data.sources import ImageSource, Points, Source, TableSource
from ..files.plain import from_plain
from ..linalg import PurennError
from ..training import Epoch
from .defaults import TASKS
from .problems import Problem
from .result import history
from .run import Run
from .settings import Settings, check_settings

SOURCES: Dict[str, Any] = {"letters": ImageSource, "train": TableSource}

# What may differ when a run is resumed: how long it is trained.
FREE = ("epochs", "target_loss", "patience")

# The most points and processes that a checkpoint may ask for: a small file must not take hours or much memory.
MOST_POINTS, MOST_WORKERS = 1_000_000, 256


def digest(problem: Problem) -> int:
    """The CRC-32 of all numbers in order. Changed data have the same digest with a probability of 1 in 2^32."""
    found = 0
    for part in problem.parts():
        for rows in part:
            for row in rows:
                found = zlib.crc32(array("d", row).tobytes(), found)
    return found


class Keeper:
    """Writes a checkpoint of a run every ``every`` epochs, and at its end.

    If one cannot be written, ``warn`` is called once with the reason, training goes on, and ``failed`` is true.
    """

    def __init__(self, path: str, every: int, source: Source, warn: Optional[Callable[[str], None]] = None):
        self.path, self.every, self.source, self.warn = path, every, source, warn
        self.failed = False
        self.digest: Optional[int] = None
        self.held: Any = None

    def hold(self, run: Run) -> None:
        """Keep the state of a run in memory; called between two epochs."""
        self.held = (len(run.curve), run.network.state_dict(), run.optimizer.state_dict(), run.rng.getstate(), {
            "best": run.best.number if run.best else 0, "state": run.best_weights, "seconds": run.seconds})

    def write(self, run: Run) -> None:
        """Write a checkpoint of the state that ``hold`` kept or, if nothing was kept, of the state now."""
        if self.held is None:
            self.hold(run)
        from ..files.checkpoint import Checkpoint, save_checkpoint
        if self.digest is None:
            self.digest = digest(run.problem)
        done, network, optimizer, random, progress = self.held
        progress = {"history": history(run.curve[:done]), **progress}
        try:
            save_checkpoint(self.path, Checkpoint(
                run.problem.name, run.settings._asdict(), self.source._asdict(), repr(run.engine), self.digest,
                done, network, optimizer, random, progress))
        except PurennError as error:
            if not self.failed and self.warn:
                self.warn(f"{error}; training goes on without checkpoints")
            self.failed = True


class Start(NamedTuple):
    """What a checkpoint says of its run: its task, its settings, where its data come from."""

    path: str
    settings: Settings
    source: Source
    checkpoint: Any


def load_start(path: str, task: str) -> Start:
    """Read a checkpoint. Raises PurennError, naming the file, if it is of another task, or damaged."""
    from ..files.checkpoint import check_sizes, load_checkpoint
    from ..files.disk import naming
    checkpoint = load_checkpoint(path)
    with naming(path):
        if checkpoint.task not in TASKS:
            raise PurennError("its task is not one of purenn's; the file is damaged")
        if checkpoint.task != task:
            raise PurennError(f"was written by {checkpoint.task}; resume it with {checkpoint.task}")
        settings = from_plain(Settings, checkpoint.settings)
        check_settings(settings)
        check_sizes(settings.sizes, checkpoint.network)
        if settings.workers is not None and settings.workers > MOST_WORKERS:
            raise PurennError(f"it has {settings.workers} workers, more than {MOST_WORKERS}; the file is damaged")
        source = from_plain(SOURCES.get(task, Points), checkpoint.source)
        if isinstance(source, Points) and (source.task != task or not 1 <= source.points <= MOST_POINTS):
            raise PurennError("its source is of another task, or its number of points is wrong; the file is damaged")
    return Start(path, settings, source, checkpoint)


def resume(start: Start, problem: Problem, settings: Settings) -> Run:
    """The run in the checkpoint's state. The caller makes its ``problem`` anew; ``settings`` may differ only in FREE.

    Raises PurennError, naming the file, if the data or the engine has changed.
    """
    from ..files.disk import naming
    checkpoint = start.checkpoint
    with naming(start.path):
        for name, begun in start.settings._asdict().items():
            if name not in FREE and getattr(settings, name) != begun:
                raise PurennError(f"it was begun with {name} {begun!r:.60}, and cannot go on with "
                                  f"{getattr(settings, name)!r:.60}; only {', '.join(FREE)} may differ")
        if settings.epochs < checkpoint.epoch:
            raise PurennError(f"epochs: found {settings.epochs}; {checkpoint.epoch} are done: give as many or more")
        if checkpoint.data != digest(problem):
            raise PurennError("it was begun with other data; go on with those, or start again without resuming")
        run = Run(problem, settings)
        run.engine.engine = engines.resumed(run.engine.engine, checkpoint.engine, run.network)
        if not engines.same_digits(repr(run.engine), checkpoint.engine):
            raise PurennError(f"it was begun with engine {checkpoint.engine:.60}, and here it is {run.engine!r}, "
                              "which may give other digits: start again without resuming")
        run.network.load_state_dict(checkpoint.network)
        run.optimizer.load_state_dict(checkpoint.optimizer)
        run.rng.setstate(checkpoint.random)
        _restore(run, checkpoint)
    return run


def _restore(run: Run, checkpoint: Any) -> None:
    """Put back the curve, the best weights and the seconds."""
    from ..files.checkpoint import check_history
    needed = {"loss", "validation_loss"} if run.problem.validation else {"loss", "accuracy"}
    progress = checkpoint.progress
    columns = progress.get("history")
    check_history(columns, checkpoint.epoch, needed)
    blank = [None] * checkpoint.epoch
    rows = zip(*[columns.get(name, blank) for name in Epoch._fields[1:]])
    run.curve = [Epoch(number, *row) for number, row in enumerate(rows, 1)]
    best, weights = progress.get("best"), progress.get("state")
    if type(best) is not int or not 0 <= best <= len(run.curve) or (best > 0) != (
            run.problem.validation is not None and checkpoint.epoch > 0):
        raise PurennError(f"its best epoch is {best!r:.60} of {len(run.curve)}; the file is damaged")
    if best:
        now = run.network.state_dict()
        run.network.load_state_dict(weights)            # says what is wrong with them
        run.network.load_state_dict(now)
        run.best, run.best_weights = run.curve[best - 1], weights
    if not isinstance(progress.get("seconds"), float):
        raise PurennError("its progress has no seconds; the file is damaged")
    run.seconds = progress["seconds"]
