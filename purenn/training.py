"""The training loop, as a generator.

``train`` yields an Epoch after each pass over the data, and goes on when you ask for the next:
to stop early, use ``break``. Here the loops run over epochs and batches; one level down,
``engines/loops.py`` loops over the samples of one batch.
"""
import math
from collections import namedtuple

from .activations import Sigmoid, Softmax
from .engines.loops import Engine, Loops, batch_cost
from .linalg import PurennError, Vector, check_matrix
from .losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss
from .optimizers import Optimizer

# Data to learn from: inputs and targets. Each is a list with a list of numbers for each sample, all equally long.
Dataset = namedtuple("Dataset", ("inputs", "targets"))

# An epoch: its number (from 1); the loss and the accuracy over its samples, each sample measured
# before the step that learned from it; the same for the validation data after the last step, or
# None. An accuracy is a share from 0 to 1, or None if the targets are not classes.
Epoch = namedtuple("Epoch", ("number", "loss", "accuracy", "validation_loss", "validation_accuracy"))


class DivergedError(PurennError):
    """The loss became infinite or nan: the steps were too large. ``epoch`` says when."""

    def __init__(self, message: str, epoch: int):
        PurennError.__init__(self, message)
        self.epoch = epoch


def train(network, data, loss, optimizer, epochs: int, batch_size=None, engine=None, rng=None, validation=None, done=0):
    """Train ``network`` on ``data``; a generator that yields an Epoch after each of ``epochs`` passes.

    Each batch: clear the gradients, let the engine add up ∂C/∂θ, let the optimizer step (``Engine.learn``).

    ``data`` and ``validation`` have ``inputs`` and ``targets``, lists of equally long lists of numbers.
    ``batch_size`` samples make a batch; None takes them all at once. With ``rng`` (anything with
    ``shuffle(list)``), each epoch goes through the samples in a new order; without it, in the given order.
    The data themselves are never reordered. ``engine`` computes the gradients, by default ``Loops()``.
    ``done`` epochs were completed by an earlier run: they count toward ``epochs`` and are not repeated.

    Raises, before anything is trained: PurennError for numbers that are not finite, sizes that are
    not whole numbers from 1 up, or targets that the loss is not defined for; ShapeError for data
    that do not fit the network. While it trains, raises DivergedError at the
    first loss that is infinite or nan.
    """
    engine = engine or Loops()
    check_training(network, data, loss, optimizer, validation)
    data, validation = plain(data), plain(validation)
    check_loop(epochs, batch_size, engine, rng, done)
    count = len(data.inputs)
    has_classes = are_classes(data.targets)
    for number in range(done + 1, epochs + 1):
        epoch_loss = 0.0
        right = 0
        at_once = engine.epoch(network, loss, optimizer, data, batch_size, rng)
        if at_once is not None:                                     # the engine learns from a whole epoch at once
            epoch_loss, right = add_up(at_once, loss, optimizer, count, number)
        for inputs, targets in batches(data, batch_size, rng) if at_once is None else ():
            cost, outputs = engine.learn(network, loss, optimizer, inputs, targets)
            check_finite(cost, optimizer, number)
            epoch_loss += cost * part_of_whole(loss, len(inputs), count)
            if has_classes:
                right += count_right(outputs, targets, loss.threshold)
        accuracy = right / count if has_classes else None
        validation_loss = validation_accuracy = None
        if validation is not None:
            validation_loss, validation_accuracy, _ = _evaluate(network, loss, validation, engine)
            check_finite(validation_loss, optimizer, number)
        yield Epoch(number, epoch_loss, accuracy, validation_loss, validation_accuracy)


def part_of_whole(loss, size: int, count: int) -> float:
    """share(count) / share(size): the factor of a batch of ``size`` samples in the sum over all ``count`` samples."""
    return loss.share(count) / loss.share(size)


def add_up(at_once, loss, optimizer, count: int, number: int) -> tuple:
    """The epoch's loss, and how many outputs are right, from each batch's cost, samples and right outputs."""
    epoch_loss = 0.0
    right = 0
    for cost, size, right_ones in at_once:
        check_finite(cost, optimizer, number)
        epoch_loss += cost * part_of_whole(loss, size, count)
        right += right_ones
    return epoch_loss, right


def batches(data, batch_size=None, rng=None):
    """The data as pairs (inputs, targets) of up to ``batch_size`` samples, in an order drawn by ``rng``.

    Without ``batch_size`` one batch of all, without ``rng`` the given order. The last batch may be smaller.
    """
    count = len(data.inputs)
    if batch_size is None and rng is None:
        yield data.inputs, data.targets
        return
    batch_size = batch_size or count
    order = list(range(count))
    if rng is not None:
        rng.shuffle(order)
    for start in range(0, count, batch_size):
        chosen = order[start:start + batch_size]
        yield [data.inputs[i] for i in chosen], [data.targets[i] for i in chosen]


def evaluate(network, loss, data, engine=None) -> tuple:
    """The network's (loss, accuracy, outputs) on ``data``, forward only; accuracy is None without classes.

    Raises PurennError or ShapeError if the data do not fit, as ``train`` does.
    """
    check_data("data", network, loss, data)
    return _evaluate(network, loss, plain(data), engine or Loops())


def _evaluate(network, loss, data, engine):
    outputs = engine.outputs(network, data.inputs)
    accuracy = None
    if are_classes(data.targets):
        accuracy = count_right(outputs, data.targets, loss.threshold) / len(outputs)
    return batch_cost(loss, outputs, data.targets), accuracy, outputs


def plain(data):
    """The data as Python's own numbers. Others, such as NumPy's, are converted, or they would get into the weights."""
    if data is None or are_plain(data.inputs) and are_plain(data.targets):
        return data
    return Dataset([[float(x) for x in row] for row in data.inputs], [[float(y) for y in row] for row in data.targets])


def are_plain(rows: list) -> bool:
    """True if all numbers are Python's own, int or float."""
    for row in rows:
        for kind in set(map(type, row)):
            if kind is not float and kind is not int:
                return False
    return True


def are_classes(targets: list) -> bool:
    """True if the targets name classes: a single 0 or 1 each, or one-hot.

    >>> are_classes([[0.0], [1.0]]), are_classes([[0.0, 1.0], [1.0, 0.0]]), are_classes([[0.3], [7.0]])
    (True, True, False)
    """
    for target in targets:
        ones = 0
        for y in target:
            if y == 1.0:
                ones += 1
            elif y != 0.0:
                return False
        if ones != 1 and len(target) > 1:
            return False
    return True


def class_of(values: Vector, threshold: float = 0.5) -> int:
    """The class of an output or a target: 0 or 1 by its side of the threshold, or the index of the largest of several.

    For the outputs that a loss takes, the threshold is ``loss.threshold``: 0 for binary logits.

    >>> class_of([0.7]), class_of([0.1, 0.2, 0.7])
    (1, 2)
    """
    if len(values) == 1:
        return 1 if values[0] >= threshold else 0
    return values.index(max(values))


def is_right(output: Vector, target: Vector, threshold: float = 0.5) -> bool:
    """True if the output and the target are of the same class; ``threshold`` is that of the output.

    >>> is_right([0.7], [1.0]), is_right([0.7, 0.2], [0.0, 1.0])
    (True, False)
    """
    return class_of(output, threshold) == class_of(target)


def count_right(outputs: list, targets: list, threshold: float = 0.5) -> int:
    """How many outputs are of their target's class."""
    right = 0
    for output, target in zip(outputs, targets):
        if is_right(output, target, threshold):
            right += 1
    return right


# The checks.

def check_training(network, data, loss, optimizer, validation) -> None:
    """Raise PurennError or ShapeError unless ``train`` can train the network on the data."""
    if not isinstance(optimizer, Optimizer):
        raise PurennError("train: optimizer is %r; give one, such as SGD(network.parameters(), lr=0.1)" % (optimizer,))
    own = set([id(values) for _, values, _ in network.parameters()])
    for name, values, _ in optimizer.parameters:
        if id(values) not in own:
            raise PurennError("train: the optimizer's list %s is not one of the network's; make the optimizer "
                              "from network.parameters(), and make a new optimizer when the lists are replaced" % name)
    check_data("data", network, loss, data)
    if validation is not None:
        check_data("validation", network, loss, validation)


def check_loop(epochs, batch_size, engine, rng, done) -> None:
    """Raise PurennError unless ``train`` can take these arguments."""
    if not (isinstance(done, int) and done >= 0):
        raise PurennError("train: done is %r; it must be a whole number from 0 up" % (done,))
    for name, size in (("epochs", epochs), ("batch_size", batch_size)):
        if not (isinstance(size, int) and size >= 1) and not (name == "batch_size" and size is None):
            raise PurennError("train: %s is %r; it must be a whole number from 1 up" % (name, size))
    if not isinstance(engine, Engine):
        raise PurennError("train: engine is %r; give one, such as Loops()" % (engine,))
    if rng is not None and not hasattr(rng, "shuffle"):
        raise PurennError("train: rng is %r; give a generator, such as random.Random(1)" % (rng,))


def check_data(name: str, network, loss, data) -> None:
    """Raise PurennError or ShapeError unless ``data`` can be put through the network and the loss."""
    if not isinstance(loss, Loss):
        raise PurennError("the loss is %r; give one, such as MSELoss()" % (loss,))
    if not hasattr(data, "inputs") or not hasattr(data, "targets"):
        raise PurennError("%s is a %s; give a Dataset(inputs, targets), two lists of lists of numbers"
                          % (name, type(data).__name__))
    check_matrix(name + ".inputs", data.inputs, columns=network.in_features)
    if len(data.inputs) == 0:
        raise PurennError("%s: there are no samples; give at least one" % name)
    width = len(network.forward(data.inputs[0]))
    check_matrix(name + ".targets", data.targets, rows=len(data.inputs), columns=width)
    loss.check_targets(data.targets)
    for kind, layer in ((CrossEntropyLoss, Softmax), (BCEWithLogitsLoss, Sigmoid)):
        if isinstance(loss, kind) and isinstance(network.layers[-1], layer):
            raise PurennError("%s has %s in it and takes logits; leave out the network's last layer, %s"
                              % (kind.__name__, layer.__name__.lower(), layer.__name__))


def check_finite(cost: float, optimizer, epoch: int) -> None:
    """Raise DivergedError if a cost is infinite or nan; ``epoch`` is the epoch it is from, 0 for none."""
    if not math.isfinite(cost):
        raise DivergedError("the loss became %r%s: training diverged; try a smaller lr than %g, or inputs on a smaller "
                            "scale" % (cost, " in epoch %d" % epoch if epoch else "", optimizer.lr), epoch)
