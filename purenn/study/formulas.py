"""The core's formulas as text, for ``explain``: in symbols, and the same with numbers put in.

A formula is a list of terms that are added from left to right, in the order in which the core adds
them, so that a line of numbers, evaluated as it stands (· is times, ² is squared, ln, exp, sqrt and
tanh are the functions), gives the core's result bit for bit. A test evaluates every one.
"""
from collections import namedtuple

from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from ..linalg import PurennError

PARTS = ("forward", "cost", "backward", "update")

# A section of a step: the part of the step (forward, cost, backward or update), the layer's place in the network
# (None where it has none), what happens in it in general, and its quantities.
Section = namedtuple("Section", ("part", "layer", "title", "quantities"))

# One quantity: its neuron j and input k (None where it has none), its name, its formula in symbols, lines with the
# numbers put in, the result, and the function that computes it (None where the core goes a shorter way). The symbols
# and each line of numbers are lists of terms to be added.
Quantity = namedtuple("Quantity", ("neuron", "input", "name", "symbols", "numbers", "result", "source"))


def check_only(only, network) -> None:
    """Raise PurennError where ``only`` is a neuron, (layer, neuron), that the network does not have."""
    if not isinstance(only, tuple):
        return
    widths = []
    width = network.in_features
    for layer in network.layers:
        width = layer.out_features or width
        widths.append(width)
    if only[0] >= len(widths):
        raise PurennError(f"found layer {only[0]}; the network has layers 0 to {len(widths) - 1}")
    if only[1] >= widths[only[0]]:
        raise PurennError(f"found neuron {only[1]}; layer {only[0]} has neurons 0 to "
                          f"{widths[only[0]] - 1}")


def select(sections: list, only, last: int) -> list:
    """The sections of one part, or what there is about one neuron; all of them without ``only``.

    ``last`` is the last layer's place: what the loss does belongs to its neurons.
    """
    if only is None:
        return sections
    if isinstance(only, str):
        return [section for section in sections if section.part == only]
    place, j = only
    chosen = []
    for section in sections:
        quantities = []
        if section.layer == place:
            quantities = [quantity for quantity in section.quantities if quantity.neuron == j]
        elif section.layer == place + 1 and section.part == "backward":     # ∂C/∂a_j, which the next layer adds up
            quantities = [quantity for quantity in section.quantities
                          if quantity.neuron is None and quantity.input == j]
        elif section.layer is None and place == last:
            quantities = [quantity for quantity in section.quantities if quantity.neuron == j]
        if quantities:
            chosen.append(section._replace(quantities=quantities))
    return chosen


def number(value: float) -> str:
    """A number as it goes into a formula: all its digits, a negative one in parentheses.

    >>> number(0.5), number(-0.5)
    ('0.5', '(-0.5)')
    """
    return f"({value!r})" if str(value).startswith("-") else repr(value)


def w(j: int, k: int) -> str:
    """The symbol of the weight from input k to neuron j.

    >>> w(1, 0), w(12, 3)
    ('w_10', 'w_12,3')
    """
    return f"w_{j}{k}" if j < 10 and k < 10 else f"w_{j},{k}"


def factored(factor: str, terms: list) -> list:
    """factor·(term + term + …), still a list of terms; as it is where the factor is 1.

    >>> factored("1/2", ["E_0", "E_1"])
    ['1/2·(E_0', 'E_1)']
    """
    if factor in ("1", "1.0"):
        return terms
    terms = list(terms)
    terms[0] = f"{factor}·({terms[0]}"
    terms[-1] += ")"
    return terms


# Activations: a = f(z) and f′(z), as text, from the layer, the number z, and the symbols or numbers for z and a.

def _sigmoid(layer, z, text):
    return f"1 / (1 + exp(-{text}))" if z >= 0.0 else f"exp({text}) / (1 + exp({text}))"


def _leaky(layer, z, text):
    return text if z > 0.0 else f"{number(layer.negative_slope)}·{text}"


VALUES = {
    Sigmoid: _sigmoid,
    Tanh: lambda layer, z, text: f"tanh({text})",
    ReLU: lambda layer, z, text: f"max(0, {text})",
    LeakyReLU: _leaky,
    Identity: lambda layer, z, text: text,
}
SLOPES = {
    Sigmoid: lambda layer, z, a: f"{a}·(1 - {a})",
    Tanh: lambda layer, z, a: f"1 - {a}·{a}",
    ReLU: lambda layer, z, a: "1" if z > 0.0 else "0",
    LeakyReLU: lambda layer, z, a: "1" if z > 0.0 else number(layer.negative_slope),
    Identity: lambda layer, z, a: "1",
}
# The functions of activations.py that these are the text of.
FUNCTIONS = {Sigmoid: "sigmoid", Tanh: "tanh", ReLU: "relu", LeakyReLU: "leaky_relu", Identity: "identity"}
