"""Change a network while it learns: other activations, more or fewer neurons. Those that remain keep their weights."""
from typing import Any, List, Optional, Sequence

from ..layers import Linear
from ..network import Network


def change_activations(network: Network, activation: str, output_activation: Optional[str]) -> None:
    """Put other activations between the network's Linear layers and after the last; the weights stay.

    The Linear layers stay the same objects, so an optimizer that was made for them still works.
    """
    linear = linears(network)
    sizes = [linear[0].in_features, *[layer.out_features for layer in linear]]
    made = Network.mlp(sizes, activation, output_activation, init="zeros").layers
    old = iter(linear)
    network.layers[:] = [next(old) if isinstance(layer, Linear) else layer for layer in made]


def carry_over(old: Network, new: Network, kept: Sequence[Sequence[Any]]) -> None:
    """Copy weights and biases into a new network, for the neurons that the old network had.

    ``kept`` has a list for each column of the new network. The columns are the inputs, the hidden layers and the
    outputs. Each list has an entry for each neuron of its column: the (column, place) that the neuron had in the old
    network, or None if it is new. Weights and biases that are not copied keep their random initial values.
    """
    sources, targets = linears(old), linears(new)
    for c in range(len(targets)):
        for j, here in enumerate(kept[c + 1]):
            if here is None:
                continue
            source = sources[here[0] - 1]
            targets[c].bias[j] = source.bias[here[1]]
            for k, before in enumerate(kept[c]):
                if before is not None and before[0] == here[0] - 1:
                    targets[c].weight[j][k] = source.weight[here[1]][before[1]]


def linears(network: Network) -> List[Any]:
    """The Linear layers, in their order."""
    return [layer for layer in network.layers if isinstance(layer, Linear)]
