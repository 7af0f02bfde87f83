"""A Run: a Problem trained with Settings."""
import gc
import math
import random
import time
from itertools import repeat
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Union

from .. import engines
from ..data.scores import measures
from ..data.sources import ChoiceError
from ..data.why_not_learned import why_not_learned
from ..engines.counting import CountingEngine
from ..engines.work import Until, work_of, workers_of
from ..linalg import PurennError
from ..losses import LOSSES
from ..network import Network
from ..training import Dataset, DivergedError, Epoch, are_classes, check_finite, evaluate, train
from .early_stopping import best_epoch, note_best, why_stopped
from .problems import Problem
from .result import Result, Score
from .settings import Settings, check_settings, make_optimizer


class Run:
    """One training.

    ``problem`` is a Problem, or a function such as ``problems.linear`` that draws one with a random generator. The
    weights and the order of the samples come from the same generator, after the data. If the data are drawn already,
    ``rng`` is the generator that was used; by default it is a new one with the seed of the settings. ``network`` is one
    of your own in place of the multilayer perceptron of the settings.

    ``curve`` has the epochs so far. ``stopped`` is why the training has ended: "target", "patience", "epochs",
    "interrupted", "diverged"; None before. ``keeper``, if not None, writes checkpoints (``checkpointing.Keeper``).
    """

    def __init__(self, problem: Union[Problem, Callable[[Any], Problem]], settings: Settings, rng: Any = None,
                 network: Optional[Network] = None):
        if not isinstance(settings, Settings) or not (isinstance(problem, Problem) or callable(problem)):
            raise PurennError(f"Run: found a {type(problem).__name__} and a {type(settings).__name__}; give a Problem, "
                              "or a function that draws one, and Settings")
        check_settings(settings)
        self.rng = rng or random.Random(settings.seed)
        self.problem: Problem = problem if isinstance(problem, Problem) else problem(self.rng)
        if settings.patience and self.problem.validation is None:
            raise ChoiceError("patience", f"found {settings.patience}, and there are no validation data; take 0")
        self.network = network or Network.mlp(settings.sizes, settings.activation, settings.output_activation,
                                              init=settings.init, rng=self.rng)
        self.settings = settings._replace(workers=workers_of(
            settings, self.network.count_parameters(), len(self.problem.train.inputs)))
        self.loss = LOSSES[settings.loss]()
        self.optimizer = make_optimizer(settings, self.network.parameters())
        self.engine = self._make_engine()
        if settings.engine in ("unrolled", "matrix"):       # before training, refuse what the engine cannot do
            self.engine.outputs(self.network, self.problem.train.inputs[:1])
        self.curve: List[Epoch] = []
        self.best: Optional[Epoch] = None                   # the epoch with the lowest validation loss,
        self.best_weights: Dict[str, Any] = {}              # and the weights after it
        self.samples = 0                                    # learned from by the end of the last epoch
        self.stopped: Optional[str] = None
        self.seconds = 0.0
        self.keeper: Any = None

    def vary(self, variant: Callable[["Run"], None]) -> None:
        """Let ``variant`` change the run before it begins, for example its optimizer; then choose the engine anew."""
        variant(self)
        self.engine = self._make_engine()

    def _make_engine(self) -> CountingEngine:
        work = work_of(self.settings, len(self.problem.train.inputs), self.loss, self.optimizer)
        return CountingEngine(engines.make(self.settings.engine, self.network, work))

    def epochs(self) -> Iterator[Epoch]:
        """Train, and yield each Epoch. After a break, call this again to go on.

        It ends after an epoch if the loss is below ``target_loss``, the validation loss has had no new minimum for
        ``patience`` epochs, or all ``epochs`` are done. With patience, ``result`` puts the best weights
        back. Raises DivergedError if the loss is no longer finite.
        """
        settings, problem = self.settings, self.problem
        begin = time.perf_counter() - self.seconds
        self.stopped = why_stopped(self)                  # a run that is resumed may have come to its end before
        if self.stopped:
            self._keep()
            return
        if self.keeper and self.curve:                    # Ctrl-C may come before the next epoch is complete
            self.keeper.hold(self)
        try:
            for epoch in train(self.network, problem.train, self.loss, self.optimizer, settings.epochs,
                               settings.batch_size, self.engine, self.rng if settings.shuffle else None,
                               problem.validation, len(self.curve)):
                self.optimizer.lr *= settings.lr_decay
                self._add(epoch)
                self.stopped = why_stopped(self)
                self.seconds = time.perf_counter() - begin
                self._keep()
                yield self.curve[-1]
                if self.stopped:
                    return
                begin = time.perf_counter() - self.seconds              # time between epochs is not counted
        except DivergedError:
            self.stopped = "diverged"
            raise

    def _add(self, epoch: Epoch) -> None:
        if self.problem.is_regression:                      # even if the numbers happen to be 0 and 1
            epoch = epoch._replace(accuracy=None, validation_accuracy=None)
        note_best(self, epoch)
        self.samples = self.engine.samples
        self.curve.append(epoch)                            # last, so that Ctrl-C finds an epoch whole or not there

    def _keep(self) -> None:
        if self.keeper:
            self.keeper.hold(self)
            if self.stopped or len(self.curve) % self.keeper.every == 0:
                self.keeper.write(self)

    def interrupt(self) -> None:
        """End the training at once, as Ctrl-C does; a checkpoint then holds the last complete epoch."""
        self.stopped = "interrupted"
        if self.keeper and self.keeper.held:
            if self.keeper.held[0] < len(self.curve):       # Ctrl-C came between the epoch and ``hold``
                self.keeper.hold(self)
            self.keeper.write(self)

    def has_learned(self) -> bool:
        """True once there is something to report: an epoch or, with validation data, a step."""
        return bool(self.curve) or (self.engine.samples > 0 and self.problem.validation is not None)

    def kept(self) -> Optional[int]:
        """The epoch that the network's weights are from; None if training was interrupted in the middle of one."""
        best = best_epoch(self)
        if best:
            return int(best.number)
        return len(self.curve) if self.engine.samples == self.samples else None

    def result(self) -> Result:
        """Train to the end and return the Result; with patience, put the best weights back.

        Raises DivergedError if the loss is no longer finite; call it again for the Result up to that point.
        """
        if self.stopped is None:
            self._go_ahead()
            for _ in self.epochs():
                pass
        return self.measured()

    def _go_ahead(self) -> None:
        """Do what ``epochs`` does, with many epochs in one call of the engine, if nothing is done between them."""
        settings, data = self.settings, self.problem.train
        if settings.shuffle or settings.lr_decay != 1.0 or self.keeper or self.problem.validation:
            return
        for _ in self.epochs():                             # the first one checks everything
            break
        begin = time.perf_counter() - self.seconds
        target = -math.inf if settings.target_loss is None else settings.target_loss
        while not self.stopped:
            learned = self.engine.epochs(self.network, self.loss, self.optimizer, data, settings.batch_size,
                                         Until(settings.epochs - len(self.curve), target))
            if learned is None:
                return
            for losses, hits in learned:
                self._add_all(losses, hits)
            self.stopped = why_stopped(self)
            self.seconds = time.perf_counter() - begin

    def _add_all(self, losses: List[float], hits: List[int]) -> None:
        """Add epochs to the curve. Raises DivergedError if the last one's loss is not finite."""
        data, done = self.problem.train, len(self.curve)
        count = len(losses) if not losses or math.isfinite(losses[-1]) else len(losses) - 1
        accuracies: Iterable[Optional[float]] = repeat(None)
        if are_classes(data.targets) and not self.problem.is_regression:
            shares = [right / len(data.inputs) for right in range(len(data.inputs) + 1)]
            accuracies = map(shares.__getitem__, hits)
        columns = zip(range(done + 1, done + count + 1), losses, accuracies, repeat(None), repeat(None))
        collects = gc.isenabled()
        gc.disable()                                        # or it would look through the new tuples many times
        try:
            self.curve += map(tuple.__new__, repeat(Epoch), columns)        # as Epoch._make does, in half the time
        finally:
            if collects:
                gc.enable()
        self.samples += len(data.inputs) * count
        if count < len(losses):
            self.stopped = "diverged"
            check_finite(losses[-1], self.optimizer, done + len(losses))

    def measured(self) -> Result:
        """The Result so far, whether the training has ended or not."""
        if best_epoch(self):
            self.network.load_state_dict(self.best_weights)
        scores: List[Optional[Score]] = [self.score(part) for part in (
            self.problem.train, self.problem.validation, self.problem.test)]
        train_score = scores[0] or Score()
        why = why_not_learned(self, train_score, scores[2])
        return Result(self.problem, self.settings, repr(self.engine), self.network.count_parameters(),
                      len(self.curve), self.seconds, self.stopped, self.kept(), train_score, scores[1], scores[2],
                      list(self.curve), why)

    def score(self, data: Optional[Dataset]) -> Optional[Score]:
        """The Score of the network on these data, None without data; an empty one if training diverged."""
        if data is None:
            return None
        if self.stopped == "diverged":
            return Score()
        loss, accuracy, outputs = evaluate(self.network, self.loss, data, self.engine)
        try:
            check_finite(loss, self.optimizer, len(self.curve))
        except DivergedError:
            self.stopped = "diverged"
            raise
        found = {}
        if self.problem.preparation and self.problem.kind != "points":
            found = measures(self.problem.preparation, data.targets, outputs, self.loss.threshold)
        return Score(loss, None if self.problem.is_regression else accuracy, outputs, found)

    def close(self) -> None:
        """End the processes that the engine keeps running."""
        self.engine.close()
