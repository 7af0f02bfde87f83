"""The activation functions at several z, for a table and a figure."""
from typing import List, Sequence, Tuple

from ..activations import ACTIVATIONS


def values_and_derivatives(name: str, zs: Sequence[float]) -> Tuple[List[float], List[float]]:
    """f(z) and f′(z) of an activation function at each z."""
    layer = ACTIVATIONS[name]()
    values = layer.forward(list(zs))
    return values, [layer.derivative(z, a) for z, a in zip(zs, values)]
