"""What a mistake of the gallery is, how it is planted in the core for as long as a ``with`` block lasts, and what a
training run looks like with it and without it."""
import random
from collections import namedtuple

from .. import network
from ..linalg import PurennError
from ..training import evaluate, train
from .mistake_reasons import REASONS

# name: on the command line. summary: what is wrong, in a sentence. where: the core's function. right and wrong: its
# line, and the mistake in its place. patches: triples (object, attribute, function that makes the replacement from
# the original). check: what catches it. experiment: what a learner would be training.
Mistake = namedtuple("Mistake", ("name", "summary", "where", "right", "wrong", "patches", "check", "experiment"))

# A run that shows the mistake: the name of the task, the sizes, hidden and output activation, functions that make
# the loss and the optimizer, data, epochs, batch size, and the class of the engine (None for the loops). network: None,
# or a function that returns a pair: a network in place of one with these sizes, and the parameters that learn.
Experiment = namedtuple("Experiment", ("task", "sizes", "hidden", "output", "loss", "optimizer", "data", "epochs",
                                       "batch_size", "engine", "network"), defaults=(None, None))

# The outcome of an experiment: the losses of its epochs; the loss, the accuracy and the count of samples at the
# end; or the error that ended it.
Trained = namedtuple("Trained", ("losses", "loss", "accuracy", "count", "error"))

# A mistake, shown: the seed; the network, loss and optimizer as text; the run without the mistake and the run with it;
# a second run with it, if runs with the same seed differ; why the curve looks as it does; what the check has found.
Demonstration = namedtuple("Demonstration", ("mistake", "seed", "network", "loss", "optimizer", "right", "wrong",
                                             "again", "why", "found"))


class planted:
    """Inside ``with planted(mistake):`` the core makes the mistake; afterwards it is as before, even after an error."""

    def __init__(self, mistake):
        self.mistake = mistake
        self.saved = []

    def __enter__(self):
        for target, name, make in self.mistake.patches:
            original = target[name] if isinstance(target, dict) else target.__dict__[name]
            self.saved.append((target, name, original))
            _put(target, name, make(getattr(original, "__func__", original)))
        return self.mistake

    def __exit__(self, *_):
        while self.saved:
            _put(*self.saved.pop())


def _put(target, name, value):
    if isinstance(target, dict):
        target[name] = value
    else:
        setattr(target, name, value)


def network_of(experiment, seed: int) -> tuple:
    """The network of an experiment, and the parameters that learn."""
    if experiment.network:
        return experiment.network()
    built = network.Network.mlp(experiment.sizes, experiment.hidden, experiment.output, rng=random.Random(seed))
    return built, built.parameters()


def train_experiment(experiment, seed: int) -> Trained:
    """Train the network of an experiment; an error that the mistake causes is kept, too."""
    built, parameters = network_of(experiment, seed)
    loss, optimizer = experiment.loss(), experiment.optimizer(parameters)
    curve: list = []
    try:
        engine = experiment.engine() if experiment.engine else None
        for epoch in train(built, experiment.data, loss, optimizer, experiment.epochs, experiment.batch_size, engine):
            curve.append(epoch.loss)
        final, accuracy, outputs = evaluate(built, loss, experiment.data)
    except (ArithmeticError, ValueError) as error:
        return Trained(curve, None, None, 0, error)
    return Trained(curve, final, accuracy, len(outputs), None)


def demonstrate(mistake, seed: int) -> Demonstration:
    """Train with a mistake and without it, and run its check.

    Raises PurennError if the check of the mistake does not tell right from wrong.
    """
    experiment = mistake.experiment
    built, parameters = network_of(experiment, seed)
    right = train_experiment(experiment, seed)
    with planted(mistake):
        wrong = train_experiment(experiment, seed)
        again = train_experiment(experiment, seed) if mistake.name == "unused-seed" else None
        caught, found = mistake.check()
    if caught or not mistake.check()[0]:
        raise PurennError(f"mistakes: the check of {mistake.name} does not tell right from wrong")
    return Demonstration(mistake, seed, repr(built), repr(experiment.loss()), repr(experiment.optimizer(parameters)),
                         right, wrong, again, REASONS[mistake.name], found)
