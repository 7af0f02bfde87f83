"""Are the gradients right? Each is compared with the slope that the cost itself shows.

To see how the cost C changes with one number θ, move θ a little both ways and look:

    ∂C/∂θ ≈ (C(θ + h) − C(θ − h)) / 2h                  the central difference; its error shrinks with h²

Too large an h and the curve bends between the two points, too small and the two costs agree in
so many digits that their difference is rounding. h = 1e-5 lies between.

Where a ReLU is at its kink the slope depends on the side, and the two ways disagree through no
fault of the gradient. Such an entry is told by a unit that is on one side at θ + h and on the
other at θ − h.
"""
from collections import namedtuple

from ..activations import LeakyReLU, ReLU
from ..engines.loops import Loops, batch_cost

# One number to learn: its name, such as 0.weight[1][2], its gradient by backpropagation and by the
# central difference, their relative error, and whether a unit changed sides in between.
Entry = namedtuple("Entry", ("name", "analytic", "numeric", "error", "kink"))


def gradcheck(network, loss, inputs: list, targets: list, h: float = 1e-5, engine=None) -> list:
    """An Entry for each number that the network learns, on one batch.

    ``network``, its layers and ``loss`` may be your own. The weights end as they were; the network's
    gradients are left as the batch's.
    """
    network.zero_grad()
    (engine or Loops()).gradients(network, loss, inputs, targets)
    entries = []
    for name, values, grads in network.parameters():
        for k in range(len(values)):
            value = values[k]
            values[k] = value + h
            above, sides_above = _cost_and_sides(network, loss, inputs, targets)
            values[k] = value - h
            below, sides_below = _cost_and_sides(network, loss, inputs, targets)
            values[k] = value
            numeric = (above - below) / (2.0 * h)
            entries.append(Entry("%s[%d]" % (name, k), grads[k], numeric, relative_error(grads[k], numeric),
                                 sides_above != sides_below))
    return entries


def relative_error(analytic: float, numeric: float) -> float:
    """|a − n| / max(|a| + |n|, 1e-8): 0 where they agree, 1 where they have nothing in common.

    The 1e-8 keeps two zeros, or two specks of rounding, from looking like a disagreement.
    """
    return abs(analytic - numeric) / max(abs(analytic) + abs(numeric), 1e-8)


def worst(entries: list):
    """The Entry with the largest error, kinks left out; None where there is none."""
    smooth = [entry for entry in entries if not entry.kink]
    return max(smooth, key=lambda entry: entry.error) if smooth else None


def _cost_and_sides(network, loss, inputs, targets):
    """The cost of the batch, and for each unit with a kink which side of it each sample is on."""
    outputs = []
    sides = []
    for x in inputs:
        outputs.append(network.forward(x))
        for layer in network.layers:
            if isinstance(layer, (ReLU, LeakyReLU)):
                sides.append([z > 0.0 for z in layer.z])
    return batch_cost(loss, outputs, targets), sides
