"""Are the gradients right? Each is compared with a slope measured from the cost.

To measure how the cost C changes with one number θ, change θ a little both ways:

    ∂C/∂θ ≈ (C(θ + h) − C(θ − h)) / 2h                  the central difference; its error shrinks with h²

That error is about h²/6 · C‴, from the third derivative: for a parabola it is 0. With too small an h the two
costs agree in so many digits that their difference is mostly rounding. h = 1e-5 is neither too large nor too small.

Let ``a`` be the gradient and ``n`` the measured slope. Even if ``a`` is right, they may differ by two errors:

Rounding. Each result of a calculation is rounded; its relative error is at most u = 1.1e-16, half of
``sys.float_info.epsilon``. An error e in a number q changes the cost by ∂C/∂q · e, so the rounding of q changes C by at
most u·|q · ∂C/∂q|. A sum of N terms is rounded at most N times, each time by at most u·Σ|terms|. The terms of a
neuron's z are w_k·a_k and b, with |w_k·a_k · ∂C/∂z| = |w_k · ∂C/∂w_k|. A loss may take the logarithm of a rounded sum,
such as 1 + …, so even a tiny logarithm may have an error of about u: hence s below. The cost is known to within

    r = N·u · Σ_x share·(s + |C_x| + Σ_j |a_j · ∂C_x/∂a_j| + Σ_θ |θ · ∂C_x/∂θ|)         a_j: the outputs

where x are the samples, share is 1/(their number) for a mean and 1 for a sum, s is 0 for a squared error and 1 for any
other loss, and N is the number of terms in the longest sum, plus 8 more for the functions. n has the error of two
costs, divided by 2h: r/h. (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, chapter 3.)

Truncation. With half the step, the error h²/6 · C‴ falls to about a quarter. So n(h) − n(h/2) is about ¾ of the error,
and the error is about 4/3·|n(h) − n(h/2)|. It is measured only where rounding does not explain a − n.

So |a − n| may be up to the sum of both errors, the entry's ``bound``. What lies beyond the bound is divided by the
larger of |a| and |n|, (|a − n| − bound) / max(|a|, |n|), and judged by the thresholds of CS231n. A tiny gradient, such
as 1e-9, cannot be checked more exactly: the cost does not have enough digits.

At the kink of a ReLU the slope depends on the side, so ``n`` differs although ``a`` is right. Such an entry is
recognized because some unit is on one side at θ + h and on the other at θ − h. Where an output p is within 1e-12 of 0
or 1, BCELoss divides by 1e-12 in place of p·(1 − p). Unless the target is that same 0 or 1, the gradient is then far
from the slope of the cost, and all entries are left out.
"""
import math
import random
import sys
from collections import namedtuple

from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from ..data.tasks import xor
from ..engines.loops import Loops, batch_cost
from ..layers import Linear
from ..linalg import PurennError, check_matrix, is_finite
from ..losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..network import Network
from ..training import Dataset, check_data
from .guarded import check_forward, check_layers, check_repeats, explained

# One number to learn: its name, such as 0.weight[1][2], its gradient by backpropagation and by the
# central difference, their relative error, whether a unit changed sides between θ − h and θ + h, and how far the
# two gradients may be apart by rounding and truncation.
Entry = namedtuple("Entry", ("name", "analytic", "numeric", "error", "kink", "bound"), defaults=(0.0,))

# What was found for a layer: its place, how many entries were checked, the worst Entry, and the verdict on that.
Checked = namedtuple("Checked", ("layer", "entries", "worst", "verdict"))

# One row of the suite: the hidden activation, the loss, how many entries were checked in how many networks, how many
# of them at a kink, the worst Entry, the network it is from, the verdict, and a Checked for each layer of that network.
Row = namedtuple("Row", ("activation", "loss", "entries", "networks", "kinks", "worst", "network", "verdict", "layers"))

# All rows together.
Total = namedtuple("Total", ("entries", "kinks", "worst", "verdict"))

ACTIVATIONS: dict = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "leaky_relu": lambda: LeakyReLU(0.3),
               "identity": Identity, "softmax": Softmax}
LOSSES: dict = {"mse": MSELoss, "sse": lambda: MSELoss("sum"), "half-sse": HalfSquaredErrorLoss,
          "bce": BCELoss, "bce-sum": lambda: BCELoss("sum"),
          "bce-with-logits": BCEWithLogitsLoss, "bce-with-logits-sum": lambda: BCEWithLogitsLoss("sum"),
          "cross-entropy": CrossEntropyLoss, "cross-entropy-sum": lambda: CrossEntropyLoss("sum")}

# The thresholds of the Stanford course CS231n, "Gradient checks", https://cs231n.github.io/neural-networks-3/#gradcheck
FINE, WITH_KINKS, WRONG = 1e-7, 1e-4, 1e-2
UNIT = sys.float_info.epsilon / 2.0                 # u: rounding changes a result by at most this share of it
FLOOR = 1e-12                                       # of p·(1 − p) in BCELoss, where p is an output
FUNCTIONS = 8                                       # roundings besides those of the longest sum


def gradcheck(network, loss, inputs: list, targets: list, h: float = 1e-5, engine=None) -> list:
    """An Entry for each number that the network learns, on one batch.

    ``network``, its layers and ``loss`` may be your own. Afterwards the weights are as before, and the network has the
    gradients of the batch. A layer of your own with a kink must have a list ``sides``, in which its forward says on
    which side of the kink each unit is.

    Raises PurennError if h is not above 0, if the batch does not fit the network, if the forward pass is random, or if
    a layer or a loss of your own raises an error, or returns anything but the numbers that it must. An error that it
    raises is the ``__cause__``.
    """
    if not is_finite(h) or not h > 0.0:
        raise PurennError(f"gradcheck: h is {h!r}; it must be a number above 0, such as 1e-5")
    batch = network, loss, inputs, targets
    with explained(network, loss):
        check_matrix("the batch.inputs", inputs, columns=network.in_features)
        for x in inputs[:1]:
            check_forward(network, x)
        check_data("the batch", network, loss, Dataset(inputs, targets))
        check_layers(network, loss, inputs[0], targets[0])
        bound = cost_rounding(*batch) / h
        check_repeats([_cost_and_sides(*batch)[0] for _ in range(3)])
        network.zero_grad()
        (engine or Loops()).gradients(*batch)
        before = _cost_and_sides(*batch)[0]
        entries = []
        for name, values, grads in network.parameters():
            for k in range(len(values)):
                entries.append(_entry(batch, (f"{name}[{k}]", values, k), grads[k], h, bound))
        check_repeats([before, _cost_and_sides(*batch)[0]])
    return entries


def _entry(batch, number, analytic, h, bound):
    """The Entry of one number, given its name, the list that it is in, and its place there."""
    numeric, kink = _slope(batch, number, h)
    largest = max(abs(analytic), abs(numeric))
    if not kink and abs(analytic - numeric) > FINE * largest + bound:
        bound += 4.0 / 3.0 * abs(numeric - _slope(batch, number, h / 2.0)[0])
    return Entry(number[0], analytic, numeric, relative_error(analytic, numeric), kink, bound)


def _slope(batch, number, h):
    """The central difference, and whether a unit changed sides."""
    _, values, k = number
    value = values[k]
    try:
        values[k] = value + h
        above, sides_above = _cost_and_sides(*batch)
        values[k] = value - h
        below, sides_below = _cost_and_sides(*batch)
    finally:
        values[k] = value
    return (above - below) / (2.0 * h), sides_above != sides_below


def cost_rounding(network, loss, inputs: list, targets: list) -> float:
    """r: how far the cost of a batch may be from what it would be without rounding."""
    total = 0.0
    longest = max(len(inputs), len(targets[0]))
    for x, y in zip(inputs, targets):
        _clear(network)
        output = network.forward(x)
        slopes = list(loss.backward(output, y))
        network.backward(list(slopes))
        size = abs(loss.forward(output, y)) + (0.0 if isinstance(loss, (MSELoss, HalfSquaredErrorLoss)) else 1.0)
        for a, slope in zip(output, slopes):
            size += abs(a * slope)
        for _, values, grads in network.parameters():
            longest = max(longest, len(values) + 1)
            for value, slope in zip(values, grads):
                size += abs(value * slope)
        total += loss.share(len(inputs)) * size
    _clear(network)
    return (longest + FUNCTIONS) * UNIT * total


def _clear(network):
    for _, _, grads in network.parameters():
        grads[:] = [0.0] * len(grads)


def relative_error(analytic: float, numeric: float) -> float:
    """|a − n| / max(|a|, |n|): 0 if they agree, ½ if one is twice the other, 2 if only the sign differs.

    Source: CS231n, as above.
    """
    largest = max(abs(analytic), abs(numeric))
    return abs(analytic - numeric) / largest if largest != 0.0 else 0.0


def beyond(entry: Entry) -> float:
    """The part of the relative error that rounding and truncation do not explain; infinite for inf and nan."""
    difference, largest = abs(entry.analytic - entry.numeric), max(abs(entry.analytic), abs(entry.numeric))
    if not is_finite(difference):
        return math.inf
    return max(0.0, difference - entry.bound) / largest if largest != 0.0 else 0.0


def allowed(entry: Entry) -> float:
    """The largest relative error with which the entry is fine."""
    largest = max(abs(entry.analytic), abs(entry.numeric))
    return FINE + (entry.bound / largest if largest != 0.0 else 0.0)


def worst(entries: list):
    """Of the entries not at a kink, the one with the largest error in proportion to what is ``allowed``; None if none.

    An error that is nan is the largest of all.
    """
    smooth = [entry for entry in entries if not entry.kink]
    return max(smooth, key=lambda entry: (beyond(entry), entry.error / allowed(entry))) if smooth else None


def verdict(entry, kinks: bool = False) -> str:
    """What an Entry means, by the thresholds of CS231n; ``kinks`` says whether there were any.

    >>> verdict(Entry("w", 0.5, 0.5 + 1e-9, 2e-9, False)), verdict(Entry("w", 0.5, 0.25, 0.5, False))
    ('fine', 'wrong')
    """
    error = beyond(entry)
    if error <= FINE:
        return "fine"
    if error <= WITH_KINKS and kinks:
        return "fine, with kinks"
    return "doubtful" if error <= WRONG else "wrong"


def by_layer(entries: list) -> list:
    """A Checked for each layer that learns, in the order of the layers."""
    found: dict = {}
    for entry in entries:
        found.setdefault(int(entry.name.partition(".")[0]), []).append(entry)
    checked = []
    for layer, own in sorted(found.items()):
        largest = worst(own) or own[0]._replace(analytic=own[0].numeric)        # all at kinks: nothing is known
        checked.append(Checked(layer, len(own), largest, verdict(largest, any([entry.kink for entry in own]))))
    return checked


def suite(activations=None, losses=None, h: float = 1e-5, seed: int = 5):
    """Check every activation with every loss; yields a Row for each pair.

    A Row is about small networks, 3-4-3, with that activation in the middle: a network for each activation that can
    stand at the output, and one with none there. Each is checked with and without biases, on a batch of four.
    """
    rng = random.Random(seed)
    inputs = [[rng.uniform(-1.0, 1.0) for _ in range(3)] for _ in range(4)]
    targets = [[1.0 if j == i % 3 else 0.0 for j in range(3)] for i in range(4)]
    for activation in activations or ACTIVATIONS:
        for name in losses or LOSSES:
            entries, kinks, found, checks = 0, 0, [], []
            networks = list(_networks(ACTIVATIONS[activation], LOSSES[name](), seed))
            for network in networks:
                checked = gradcheck(network, LOSSES[name](), inputs, targets, h)
                entries += len(checked)
                kinks += len([entry for entry in checked if entry.kink])
                found.append(worst(checked) or checked[0])
                checks.append(checked)
            largest = worst(found)
            place = found.index(largest)
            yield Row(activation, name, entries, len(networks), kinks, largest, networks[place],
                      verdict(largest, kinks > 0), by_layer(checks[place]))


def total(rows: list) -> Total:
    """The rows of a suite together."""
    entries, kinks = (sum([getattr(row, what) for row in rows]) for what in ("entries", "kinks"))
    largest = worst([row.worst._replace(kink=False) for row in rows])
    return Total(entries, kinks, largest, verdict(largest, kinks > 0))


def _networks(activation, loss, seed):
    for output in [*ACTIVATIONS.values(), None]:
        if isinstance(loss, BCELoss) and output not in (Sigmoid, Softmax):
            continue                                            # BCELoss takes probabilities
        if isinstance(loss, CrossEntropyLoss) and output is Softmax or (
                isinstance(loss, BCEWithLogitsLoss) and output is Sigmoid):
            continue                                            # the loss contains it
        for bias in (True, False):
            rng = random.Random(seed)
            layers = [Linear(3, 4, bias=bias, rng=rng), activation(), Linear(4, 3, bias=bias, rng=rng)]
            yield Network(layers + ([output()] if output else []))


def sweep(network, loss, inputs: list, targets: list) -> list:
    """Pairs (h, largest relative error) for h = 1e-1, 1e-2, … 1e-12: they show why 1e-5 is a good step.

    Kinks are left out. As h becomes smaller, the error first falls with h²: it is that of truncation. Then it rises
    again with 1/h, because the two costs agree in more and more of their digits.
    """
    found = []
    for power in range(1, 13):
        h = 10.0 ** -power
        errors = [entry.error for entry in gradcheck(network, loss, inputs, targets, h) if not entry.kink]
        if errors:
            found.append((h, max(errors)))
    return found


def sweep_of_xor(activation: str) -> list:
    """The sweep of a small network, 2-4-1, on the points of xor."""
    data = xor()
    network = Network.mlp([2, 4, 1], activation=activation, rng=random.Random(5))
    return sweep(network, MSELoss(), data.inputs, data.targets)


def _cost_and_sides(network, loss, inputs, targets):
    """The cost of the batch and, for each unit with a kink, the side of the kink that each sample is on."""
    outputs = []
    sides: list = []
    for x, y in zip(inputs, targets):
        outputs.append(network.forward(x))
        for layer in network.layers:
            if isinstance(layer, (ReLU, LeakyReLU)):
                sides.append([z > 0.0 for z in layer.z])
            elif hasattr(layer, "sides"):
                sides.append(list(layer.sides))
        if isinstance(loss, BCELoss) and any([a * (1.0 - a) < FLOOR < abs(a - t) for a, t in zip(outputs[-1], y)]):
            sides.append(object())                          # equal to no other: the sides always differ
    return batch_cost(loss, outputs, targets), sides
