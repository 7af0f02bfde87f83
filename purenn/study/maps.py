"""The activation of each neuron over the unit square, and the slopes ∂C/∂θ of the cost of all samples.

Both are for figures, which can ask for them between two epochs: the parameters of the network are not changed.
"""
from typing import Any, List

from ..engines.unrolled import Unrolled
from ..layers import Linear
from ..network import Network


def square(count: int) -> List[List[float]]:
    """The points of a grid over the unit square, ``count`` on each side, row by row: x2 goes from 1 down to 0.

    >>> square(2)
    [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """
    steps = [i / (count - 1) for i in range(count)]
    return [[x1, x2] for x2 in reversed(steps) for x1 in steps]


class NeuronMaps:
    """The activations of a network's neurons over the unit square, a layer at a time.

    A layer here is a Linear with the activation functions after it. It computes the same numbers as in the whole
    network. If the network gets other layers, make another NeuronMaps.
    """

    def __init__(self, network: Network):
        self.parts: List[Any] = []
        begin = 0
        for i in range(1, len(network.layers) + 1):
            if i == len(network.layers) or isinstance(network.layers[i], Linear):
                self.parts.append((Network(network.layers[begin:i]), Unrolled()))
                begin = i

    def maps(self, count: int) -> List[List[List[float]]]:
        """For each layer, for each of its neurons: its activations at the points of ``square(count)``."""
        found = []
        values = square(count)
        for part, engine in self.parts:
            values = engine.outputs(part, values)
            found.append([list(column) for column in zip(*values)])
        return found


def slopes(network: Network, loss: Any, data: Any, engine: Any) -> List[List[float]]:
    """∂C/∂θ, where C is the cost of all the data: a list for each of ``network.parameters()``."""
    network.zero_grad()
    engine.gradients(network, loss, data.inputs, data.targets)
    found = [list(grads) for _, _, grads in network.parameters()]
    network.zero_grad()
    return found
