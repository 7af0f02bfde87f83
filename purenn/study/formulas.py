"""The core's formulas as text, for ``explain``: in symbols, and the same with numbers put in.

A formula is a list of terms that are added from left to right, in the order in which the core adds
them, so that a line of numbers, evaluated as it stands (· is times, ² is squared, ln, exp, sqrt and
tanh are the functions), gives the core's result bit for bit. A test evaluates every one.

Beside each formula stands the function that computes it, with the line on which pdb can stop in it.
"""
import dis
import os
import re
from collections import namedtuple
from functools import lru_cache
from typing import Any, Callable, Optional

from .. import activations
from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from ..layers import Linear
from ..runs.settings import ChoiceError

PARTS = ("forward", "cost", "backward", "update")

# A section of a step: the part of the step (forward, cost, backward or update), the layer's place in the network
# (None if it has none), what happens in it in general, and its quantities.
Section = namedtuple("Section", ("part", "layer", "title", "quantities"))

# One quantity: its neuron j and input k (None if it has none), its name, its formula in symbols, lines with the
# numbers put in, the result, and the function that computes it (None if the core goes a shorter way). The symbols
# and each line of numbers are lists of terms to be added; both are empty if no formula is known.
Quantity = namedtuple("Quantity", ("neuron", "input", "name", "symbols", "numbers", "result", "source"))


def check_only(only, network) -> None:
    """Raise ChoiceError if ``only`` is a neuron, (layer, neuron), that the network does not have."""
    if not isinstance(only, tuple):
        return
    widths = []
    width = network.in_features
    for layer in network.layers:
        width = layer.out_features or width
        widths.append(width)
    if only[0] >= len(widths):
        raise ChoiceError("only", f"found layer {only[0]}; the network has layers 0 to {len(widths) - 1}")
    if only[1] >= widths[only[0]]:
        raise ChoiceError("only", f"found neuron {only[1]}; layer {only[0]} has neurons 0 to "
                          f"{widths[only[0]] - 1}")


def select(sections: list, only, last: int) -> list:
    """The sections of one part, or those about one neuron; all of them without ``only``.

    ``last`` is the last layer's number: what the loss computes belongs to its neurons.
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


def w(j: int, k: int, name: str = "w") -> str:
    """The symbol of the weight from input k to neuron j; ``name`` is the letter or the word for it.

    >>> w(1, 0), w(12, 3)
    ('w_10', 'w_12,3')
    """
    return f"{name}_{j}{k}" if j < 10 and k < 10 else f"{name}_{j},{k}"


def parameter(layer, name: str, k: int) -> tuple:
    """The symbol of number k in a layer's list of parameters of this name, its neuron j and its input (or None).

    Those of a Linear are w_jk and b_k; another layer's have the names that it gives them.

    >>> parameter(Linear(3, 2), "weight[1]", 2), parameter(Linear(3, 2), "bias", 1), parameter(Sigmoid(), "scale", 0)
    (('w_12', 1, 2), ('b_1', 1, None), ('scale_0', 0, None))
    """
    short = {"weight": "w", "bias": "b"} if type(layer) is Linear else {}
    row = re.match(r"(.*)\[(\d+)\]\Z", name)
    if row:
        j = int(row.group(2))
        return w(j, k, short.get(row.group(1), row.group(1))), j, k
    return f"{short.get(name, name)}_{k}", k, None


def plain(neuron, place, name: str, result: float, source) -> Quantity:
    """A Quantity that is shown by its number alone, since no formula is known for it."""
    return Quantity(neuron, place, name, [], [], result, source)


def factored(factor: str, terms: list) -> list:
    """factor·(term + term + …), still a list of terms; unchanged if the factor is 1.

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
# The functions of activations.py that these are the text of: f and f′.
FUNCTIONS = {
    Sigmoid: (activations.sigmoid, activations.sigmoid_derivative),
    Tanh: (activations.tanh, activations.tanh_derivative),
    ReLU: (activations.relu, activations.relu_derivative),
    LeakyReLU: (activations.leaky_relu, activations.leaky_relu_derivative),
    Identity: (activations.identity, activations.identity_derivative),
}


# Where a formula is computed.

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@lru_cache(maxsize=256)
def stop(function: Callable[..., Any]) -> Optional[str]:
    """Where pdb can stop in a function, as ``break`` takes it: its file and the first line of its body.

    A file of this package is named as pdb finds it from any folder, any other by its whole path. None if there is no
    file, as for a function typed in at a prompt, or if it is not a Python function.

    >>> from purenn import neuron
    >>> stop(neuron.forward).startswith("purenn/neuron.py:")
    True
    """
    code = getattr(function, "__code__", None)
    # A function of Python itself has no code, or, on PyPy, code without a file.
    if code is None or not hasattr(code, "co_filename"):
        return None
    path = os.path.abspath(code.co_filename)
    if not os.path.isfile(path):
        return None
    if path.startswith(PACKAGE + os.sep):
        path = os.path.relpath(path, os.path.dirname(PACKAGE)).replace(os.sep, "/")
    return f"{path}:{_first_line(code)}"


def _first_line(code):
    """The first line with code below the one with ``def``; the latter if the whole function is one line."""
    for _, line in dis.findlinestarts(code):
        if line is not None and line > code.co_firstlineno:
            return line
    return code.co_firstlineno
