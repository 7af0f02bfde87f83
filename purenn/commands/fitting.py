"""Training with all that surrounds it when it takes a while: an estimate, progress, early stopping, Ctrl-C."""
import argparse
import os
import time
from collections import namedtuple

from .. import engines
from ..linalg import PurennError
from ..show import terminal as show
from ..training import Epoch, learn, train
from .keeping import Keeper
from .options import number, whole

# So many samples are measured at most, and the measuring is repeated for so many seconds.
MEASURED, MEASURING = 256, 0.3

# The epochs that were finished; the one whose weights the network ended with, or None where it was interrupted after
# some of an epoch's steps; why it ended ("epochs", "patience" or "interrupted"); and the seconds it took.
Fit = namedtuple("Fit", ("epochs", "kept", "stopped", "seconds"))

MOST_PARAMETERS = 20_000_000

# From so many parameters times samples in a batch on more processes pay, with so many samples for each at least.
PAYS, LEAST_SHARE = 500_000, 8

# How long an epoch takes, in seconds, the samples learned from in a second of it, and how many were measured.
Estimate = namedtuple("Estimate", ("seconds", "rate", "measured"))


def add_fitting_options(group, batch: int, patience: int, decay=0.0, usual_decay: str = "0") -> None:
    """The options of training with minibatches, validation data and an end before the last epoch.

    ``decay`` is what ``--weight-decay`` is where it is not given, and ``usual_decay`` says that in words.
    """
    group.add_argument("--weight-decay", metavar="L", type=number("a number from 0 up", lambda value: value >= 0.0),
                       default=decay, help="L2 regularization (default: %s)" % usual_decay)
    group.add_argument("--lr-decay", metavar="F", default=1.0,
                       type=number("a number above 0 and up to 1", lambda value: 0.0 < value <= 1.0),
                       help="the learning rate is multiplied by it after each epoch (default: %(default)g)")
    group.add_argument("--batch-size", metavar="N", type=batch_size, default=batch,
                       help="samples to a step, shuffled for each epoch; or the word all (default: %(default)s)")
    group.add_argument("--patience", metavar="N", type=whole(0), default=patience,
                       help="stop when the validation loss has not got lower for N epochs, and keep the best weights; "
                       "0: never, and keep the last (default: %(default)s)")


def add_workers_option(group) -> None:
    """``--workers``."""
    group.add_argument("--workers", metavar="N", type=whole(1, 256),
                       help="processes that share out a batch, each with the engine (default: the cores there are, "
                       "where it pays)")


def batch_size(text):
    """An option type: a whole number from 1 up, or the word all."""
    if text.lower() == "all":
        return "all"
    try:
        return whole(1)(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError("%s, or the word all" % error) from None


def make_engine(name: str, settings: dict, network):
    """The engine, shared out over processes where that was asked for or pays; adds both to the settings."""
    batch, workers = settings["batch_size"], settings["workers"]
    if workers is None:
        pays = name == "processes" or network.count_parameters() * batch >= PAYS
        workers = max(1, min(os.cpu_count() or 1, batch // LEAST_SHARE)) if pays else 1
    engine = engines.make("auto" if name == "processes" else name, network)
    if workers > 1 or name == "processes":
        from ..engines.processes import Processes
        engine = Processes(workers, engine)
    settings.update(workers=workers, engine=repr(engine))
    return engine


class Watched:
    """An engine that counts the samples learned from, and shows how far it is on a terminal if there is one."""

    def __init__(self, engine, epochs: int, count: int, terminal=None, begun: int = 0):
        self.engine = engine
        self.done = self.before = begun * count
        self.epochs, self.count = epochs, count
        self.terminal = terminal
        self.progress = show.Progress(terminal, (epochs - begun) * count) if terminal else None
        self.start = time.perf_counter()

    def gradients(self, network, loss, inputs, targets) -> tuple:
        """What the engine's own ``gradients`` returns."""
        result = self.engine.gradients(network, loss, inputs, targets)
        self._count(len(inputs))
        return result

    def learn(self, network, loss, optimizer, inputs, targets):
        """What the engine's own ``learn`` returns; None where it has none, so that ``gradients`` is asked."""
        result = self.engine.learn(network, loss, optimizer, inputs, targets) if hasattr(self.engine, "learn") else None
        if result is not None:
            self._count(len(inputs))
        return result

    def outputs(self, network, inputs):
        """The network's output for each input."""
        return self.engine.outputs(network, inputs)

    def clear(self) -> None:
        """Take the progress away, before something else is written."""
        if self.progress:
            self.progress.clear()

    def say(self, epoch, log_every: int, ended: bool) -> None:
        """A line on an epoch, on a terminal if there is one: on each ``log_every``-th, the first and the last."""
        self.clear()
        first = self.before // self.count + 1
        if self.terminal and (ended or epoch.number % log_every == 0 or epoch.number in (first, self.epochs)):
            self.terminal.line(epoch_line(epoch, time.perf_counter() - self.start))

    def _count(self, samples):
        self.done += samples
        if self.progress:
            before, new = self.done - 1, self.done - self.before
            self.progress.update(new, "epoch %d of %d, %d of %d samples, %s a second", before // self.count + 1,
                                 self.epochs, before % self.count + 1, self.count,
                                 show.rounded(new / (time.perf_counter() - self.start)))


def estimate(network, data, validation, loss, build, engine, batch_size) -> Estimate:
    """How long an epoch will take, measured on one batch or a part of it; the network stays as it is.

    ``build`` makes an optimizer of the network's parameters, which is used for this alone.
    """
    batch = min(batch_size, len(data.inputs))
    inputs, targets = data.inputs[:min(batch, MEASURED)], data.targets[:min(batch, MEASURED)]
    state, optimizer = network.state_dict(), build(network.parameters())
    learn(network, loss, optimizer, engine, inputs, targets)            # workers start, source is compiled
    gradients = _seconds(lambda: engine.gradients(network, loss, inputs, targets)) / len(inputs)
    step = _seconds(optimizer.step)
    outputs = _seconds(lambda: engine.outputs(network, inputs)) / len(inputs)
    network.load_state_dict(state)
    network.zero_grad()
    batches = -(-len(data.inputs) // batch)
    seconds = gradients * len(data.inputs) + step * batches + outputs * len(validation.inputs)
    return Estimate(seconds, len(data.inputs) / (gradients * len(data.inputs) + step * batches), len(inputs))


def _seconds(function):
    """The least seconds of several calls, for as long as MEASURING says."""
    best, begin = None, time.perf_counter()
    while best is None or time.perf_counter() - begin < MEASURING:
        start = time.perf_counter()
        function()
        seconds = time.perf_counter() - start
        best = seconds if best is None else min(best, seconds)
    return best


class Course:
    """The epochs so far, the one with the lowest validation loss, and its weights."""

    def __init__(self, patience: int):
        self.patience = patience
        self.epochs: list = []
        self.best = None
        self.weights: dict = {}

    def add(self, epoch, network) -> None:
        """One more epoch, with the network as it is after it."""
        self.epochs.append(epoch)
        if self.best is None or epoch.validation_loss < self.best.validation_loss:
            self.best, self.weights = epoch, network.state_dict()

    def has_ended(self) -> bool:
        """True where the validation loss has not got lower for ``patience`` epochs."""
        return self.patience > 0 and self.best is not None and len(self.epochs) - self.best.number >= self.patience

    def progress(self) -> dict:
        """What a checkpoint has besides."""
        return {"history": history_of(self.epochs), "best": self.best.number if self.best else 0, "state": self.weights}

    def go_on(self, keeper) -> None:
        """Take over what was done before, if anything; raises PurennError where it cannot have been so."""
        progress = keeper.start(("loss", "validation_loss"), Epoch._fields[1:])
        history = progress["history"]
        if not history:
            return
        blank = [None] * len(history["loss"])
        rows = zip(*[history.get(name, blank) for name in Epoch._fields[1:]])
        self.epochs = [Epoch(number, *row) for number, row in enumerate(rows, 1)]
        best, weights = progress.get("best"), progress.get("state")
        from ..files.disk import naming, short
        with naming(keeper.options.resume):
            if type(best) is not int or not 0 <= best <= len(self.epochs):
                raise PurennError("its best epoch is %s of %d; it is damaged" % (short(best), len(self.epochs)))
            if best:
                now = keeper.network.state_dict()
                keeper.network.load_state_dict(weights)     # says what is wrong with them
                keeper.network.load_state_dict(now)
                self.best, self.weights = self.epochs[best - 1], weights


def make_keeper(options, task: str, network, optimizer, rng, settings: dict, data: list) -> Keeper:
    """A Keeper with a Course: where the run goes on, all is as it was at the end of its last epoch."""
    keeper = Keeper(options, task, network, optimizer, rng, settings, data)
    keeper.course = Course(settings["patience"])
    keeper.course.go_on(keeper)
    return keeper


def fit(network, data, validation, loss, optimizer, engine, settings, rng, terminal=None, keeper=None,
        log_every: int = 1) -> Fit:
    """Train as the settings say, with a line each ``log_every`` epochs on ``terminal`` where there is one.

    ``settings`` has ``epochs``, ``batch_size``, ``patience`` and ``lr_decay``; ``data`` and ``validation`` are
    Datasets. With ``patience`` N it stops when the validation loss has not got lower for N epochs, and the network
    ends with the weights of the epoch where it was lowest; with 0 it ends with the last. The learning rate
    is multiplied by ``lr_decay`` after each epoch. Ctrl-C ends the training and nothing else; before
    anything was learned it raises KeyboardInterrupt. A ``keeper``, of ``make_keeper``, writes checkpoints.
    """
    course = keeper.course if keeper else Course(settings["patience"])
    done = len(course.epochs)
    watched = Watched(engine, settings["epochs"], len(data.inputs), terminal, done)
    stopped = "patience" if course.has_ended() else "epochs"
    last = done if course.has_ended() else settings["epochs"]
    try:
        for epoch in train(network, data, loss, optimizer, last, settings["batch_size"], watched, rng, validation,
                           done):
            if settings.get("task") == "regression":        # where the numbers happen to be 0 and 1
                epoch = epoch._replace(accuracy=None, validation_accuracy=None)
            course.add(epoch, network)
            optimizer.lr *= settings["lr_decay"]
            ended = course.has_ended()
            watched.say(epoch, log_every, ended)
            if keeper and keeper.is_due(epoch.number):
                keeper.checkpoint(epoch.number, course.progress())
            if ended:
                stopped = "patience"
                break
        if keeper:
            keeper.checkpoint(len(course.epochs), course.progress())
    except KeyboardInterrupt:
        if not watched.done:
            raise
        stopped = "interrupted"
    finally:
        watched.clear()
        if keeper:
            keeper.history = history_of(course.epochs)
    kept = course.epochs[-1] if watched.done == len(course.epochs) * watched.count else None
    if course.best and settings["patience"]:
        network.load_state_dict(course.weights)
        kept = course.best
    return Fit(course.epochs, kept, stopped, keeper.seconds() if keeper else time.perf_counter() - watched.start)


def history_of(epochs: list) -> dict:
    """The epochs as a dict from what they were like to a number for each epoch."""
    names = Epoch._fields[1:] if epochs and epochs[0].accuracy is not None else ("loss", "validation_loss")
    columns = {name: [getattr(epoch, name) for epoch in epochs] for name in names}
    return {name: values for name, values in columns.items() if None not in values}


def why_stopped(result: dict) -> str:
    """Why a training has ended, and which weights there are now."""
    why = {"epochs": "Stopped: the last epoch is done.",
           "patience": "Stopped: the validation loss has not got lower for %d epochs." % result["settings"]["patience"],
           "interrupted": "Stopped: interrupted. What was learned so far:"}[result["stopped"]]
    if result["kept"] is not None and result["kept"] < result["epochs"]:
        why += " Back to the weights of epoch %d, where it was lowest." % result["kept"]
    return why


def whose_weights(result: dict) -> str:
    """Of which epoch the weights are that were tested."""
    if result["kept"] in (None, result["epochs"]):
        return "After " + show.count(result["epochs"], "epoch")
    return "With the weights of epoch %d" % result["kept"]


def epoch_line(epoch, seconds: float) -> str:
    """An epoch's number, its losses and, where there are any, accuracies, and the seconds since the start."""
    parts = [(name, show.loss_text(loss), "" if accuracy is None else ", accuracy %.4f" % accuracy)
             for name, loss, accuracy in (("train", epoch.loss, epoch.accuracy),
                                          ("validation", epoch.validation_loss, epoch.validation_accuracy))]
    return "epoch %4d   %s   %s" % (epoch.number, "   ".join("%s loss %s%s" % part for part in parts),
                                    show.duration(seconds))
