"""Are the gradients right? Each is compared with a slope measured from the cost.

To measure how the cost C changes with one number θ, change θ a little both ways:

    ∂C/∂θ ≈ (C(θ + h) − C(θ − h)) / 2h                  the central difference; its error shrinks with h²

That error is h²/6 · C‴, from the third derivative: for a parabola it is 0. With too small an h the two
costs agree in so many digits that their difference is mostly rounding. h = 1e-5 lies between.

At the kink of a ReLU the slope depends on the side, so the two differ although the gradient is right. Such an entry is
recognized by a unit that is on one side at θ + h and on the other at θ − h.
"""
import random
from collections import namedtuple

from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from ..engines.loops import Loops, batch_cost
from ..layers import Linear
from ..linalg import PurennError, is_finite
from ..losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..network import Network
from ..training import Dataset, check_data

# One number to learn: its name, such as 0.weight[1][2], its gradient by backpropagation and by the
# central difference, their relative error, and whether a unit changed sides in between.
Entry = namedtuple("Entry", ("name", "analytic", "numeric", "error", "kink"))

# One row of the suite: the hidden activation, the loss, how many entries were checked in how many networks, how many
# of them at a kink, the worst Entry, and the network it is from.
Row = namedtuple("Row", ("activation", "loss", "entries", "networks", "kinks", "worst", "network"))

ACTIVATIONS: dict = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "leaky_relu": lambda: LeakyReLU(0.3),
               "identity": Identity, "softmax": Softmax}
LOSSES: dict = {"mse": MSELoss, "sse": lambda: MSELoss("sum"), "half-sse": HalfSquaredErrorLoss,
          "bce": BCELoss, "bce-sum": lambda: BCELoss("sum"),
          "bce-with-logits": BCEWithLogitsLoss, "bce-with-logits-sum": lambda: BCEWithLogitsLoss("sum"),
          "cross-entropy": CrossEntropyLoss, "cross-entropy-sum": lambda: CrossEntropyLoss("sum")}

# The thresholds of the Stanford course CS231n, "Gradient checks", https://cs231n.github.io/neural-networks-3/#gradcheck
FINE, WITH_KINKS, WRONG = 1e-7, 1e-4, 1e-2
# The error that a right gradient of a smooth network stays below, rounding included, at h = 1e-5.
PASSES = 1e-6


def gradcheck(network, loss, inputs: list, targets: list, h: float = 1e-5, engine=None) -> list:
    """An Entry for each number that the network learns, on one batch.

    ``network``, its layers and ``loss`` may be your own. Afterwards the weights are as before, and the network has the
    gradients of the batch. A layer of your own with a kink says which side its units are on in a list ``sides``, which
    its forward fills in.

    Raises PurennError unless h is above 0 and the batch fits, as ``train`` does.
    """
    if not is_finite(h) or not h > 0.0:
        raise PurennError(f"gradcheck: h is {h!r}; it must be a number above 0, such as 1e-5")
    check_data("the batch", network, loss, Dataset(inputs, targets))
    network.zero_grad()
    (engine or Loops()).gradients(network, loss, inputs, targets)
    entries = []
    for name, values, grads in network.parameters():
        for k in range(len(values)):
            value = values[k]
            try:
                values[k] = value + h
                above, sides_above = _cost_and_sides(network, loss, inputs, targets)
                values[k] = value - h
                below, sides_below = _cost_and_sides(network, loss, inputs, targets)
            finally:
                values[k] = value
            numeric = (above - below) / (2.0 * h)
            entries.append(Entry(f"{name}[{k}]", grads[k], numeric, relative_error(grads[k], numeric),
                                 sides_above != sides_below))
    return entries


def relative_error(analytic: float, numeric: float) -> float:
    """|a − n| / max(|a| + |n|, 1e-8): 0 where they agree, 1 where they have nothing in common.

    The 1e-8 keeps two zeros, or two rounding errors, from looking different.
    """
    return abs(analytic - numeric) / max(abs(analytic) + abs(numeric), 1e-8)


def worst(entries: list):
    """The Entry with the largest error, kinks left out; None if there is none.

    An error that is nan is the largest of all.
    """
    smooth = [entry for entry in entries if not entry.kink]
    return max(smooth, key=lambda entry: entry.error if entry.error == entry.error else 2.0) if smooth else None


def verdict(error: float, kinks: bool = False) -> str:
    """What a relative error means, by the thresholds of CS231n; ``kinks`` says whether there were any.

    >>> verdict(2e-9), verdict(3e-6), verdict(3e-6, kinks=True), verdict(0.5)
    ('fine', 'doubtful', 'fine, with kinks', 'wrong')
    """
    if error <= FINE:
        return "fine"
    if error <= WITH_KINKS and kinks:
        return "fine, with kinks"
    return "doubtful" if error <= WRONG else "wrong"


def suite(activations=None, losses=None, h: float = 1e-5, seed: int = 5):
    """Check every activation with every loss; yields a Row for each pair.

    A Row is about small networks, 3-4-3, with that activation in the middle: one for each activation
    that can stand at the output, and none, each with and without biases, on a batch of four. With the
    seed 5 no gradient is so small that the rounding of the cost shows in it.
    """
    rng = random.Random(seed)
    inputs = [[rng.uniform(-1.0, 1.0) for _ in range(3)] for _ in range(4)]
    targets = [[1.0 if j == i % 3 else 0.0 for j in range(3)] for i in range(4)]
    for activation in activations or ACTIVATIONS:
        for name in losses or LOSSES:
            entries, kinks, found = 0, 0, []
            networks = list(_networks(ACTIVATIONS[activation], LOSSES[name](), seed))
            for network in networks:
                checked = gradcheck(network, LOSSES[name](), inputs, targets, h)
                entries += len(checked)
                kinks += len([entry for entry in checked if entry.kink])
                found.append(worst(checked) or checked[0])
            largest = worst(found)
            yield Row(activation, name, entries, len(networks), kinks, largest, networks[found.index(largest)])


def _networks(activation, loss, seed):
    for output in [*ACTIVATIONS.values(), None]:
        if isinstance(loss, BCELoss) and output not in (Sigmoid, Softmax):
            continue                                            # it takes probabilities
        if isinstance(loss, CrossEntropyLoss) and output is Softmax or (
                isinstance(loss, BCEWithLogitsLoss) and output is Sigmoid):
            continue                                            # it has that in it
        for bias in (True, False):
            rng = random.Random(seed)
            layers = [Linear(3, 4, bias=bias, rng=rng), activation(), Linear(4, 3, bias=bias, rng=rng)]
            yield Network(layers + ([output()] if output else []))


def sweep(network, loss, inputs: list, targets: list) -> list:
    """Pairs (h, worst error, kinks left out) for h = 1e-1, 1e-2, … 1e-12: why 1e-5 is a good step.

    With smaller h the error first falls with h², as the part from the third derivative does. Then it
    rises again with 1/h, because the two costs agree in more and more of their digits.
    """
    found = []
    for power in range(1, 13):
        h = 10.0 ** -power
        entry = worst(gradcheck(network, loss, inputs, targets, h))
        if entry is not None:
            found.append((h, entry.error))
    return found


def _cost_and_sides(network, loss, inputs, targets):
    """The cost of the batch, and for each unit with a kink which side of it each sample is on."""
    outputs = []
    sides = []
    for x in inputs:
        outputs.append(network.forward(x))
        for layer in network.layers:
            if isinstance(layer, (ReLU, LeakyReLU)):
                sides.append([z > 0.0 for z in layer.z])
            elif hasattr(layer, "sides"):
                sides.append(list(layer.sides))
    return batch_cost(loss, outputs, targets), sides
