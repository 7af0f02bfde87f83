"""The core's formulas as text, for ``explain``: in symbols, and the same with numbers put in.

A formula is a list of terms. They are added from left to right, in the order in which the core adds them. So a line of
numbers, evaluated as it stands, gives the core's result bit for bit (· is times, ² is squared; ln, exp, sqrt, tanh and
max are the functions). A test evaluates every line, and so does ``explain``: if a result differs, the code was changed.

A symbol contains the place of its layer in network.layers: w⁽²⁾_10 is network.layers[2].weight[1][0], z⁽²⁾_1 is output
1 of that layer, and a⁽³⁾_1 is the activation that network.layers[3] makes of z⁽²⁾_1. The network's input is x.

Beside each formula stands the function that computes it, with the line on which pdb can stop in it.
"""
import dis
import os
import re
from collections import namedtuple
from functools import lru_cache
from typing import Any, Callable, List, Optional

from .. import activations
from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from ..data.sources import ChoiceError
from ..layers import Linear

PARTS = ("forward", "cost", "backward", "update")

# A section of a step: the part of the step (forward, cost, backward or update), the layer's place in the network
# (None if it has none), what happens in it in general, and its quantities.
Section = namedtuple("Section", ("part", "layer", "title", "quantities"))

# One quantity: its neuron j and input k (None if it has none), its name, its formula in symbols, lines with the
# numbers put in, the result, and the function that computes it (None if the core does not compute it). The symbols
# and each line of numbers are lists of terms to be added; both are empty if no formula is known. remark: a remark for
# the reader. expected: the value of the formula, if the code gives another result, otherwise None.
Quantity = namedtuple("Quantity", ("neuron", "input", "name", "symbols", "numbers", "result", "source", "remark",
                                   "expected"), defaults=("", None))


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
    """The sections that ``only`` names: those of a part, or those about a neuron. If it is None, all sections.

    The sections about a neuron include what its δ is computed from. ``last`` is the number of the last layer: what the
    loss computes belongs to the neurons of that layer.
    """
    if only is None:
        return sections
    if isinstance(only, str):
        return [section for section in sections if section.part == only]
    own = [[quantity for quantity in section.quantities if _is_about(quantity, section, only, last)]
           for section in sections]
    sources = _sources(sections, own)
    chosen = []
    for section, quantities in zip(sections, own):
        found = [quantity for quantity in section.quantities if quantity in quantities or (
            section.part == "backward" and quantity.name in sources)]
        if found:
            chosen.append(section._replace(quantities=found))
    return chosen


def _is_about(quantity, section, only, last):
    place, j = only
    if section.layer == place + 1 and section.part == "backward":           # ∂C/∂a_j, which the next layer adds up
        return quantity.neuron is None and quantity.input == j
    return quantity.neuron == j and (section.layer == place or (section.layer is None and place == last))


def _sources(sections, own):
    """The names of the slopes from which a neuron's slopes are computed.

    A δ is among them only if one of the neuron's formulas contains it.
    """
    known = {quantity.name: quantity for section in sections if section.part == "backward"
             for quantity in section.quantities}
    slopes = [quantity for section, quantities in zip(sections, own) if section.part == "backward"
              for quantity in quantities]
    names = [name.replace("δ", "∂C/∂z") if name not in known else name for name in names_in(slopes)]
    found: set = set()
    while names:
        name = names.pop()
        if name in known and name not in found:
            found.add(name)
            names += [other for other in names_in([known[name]]) if not other.startswith("δ")]
    return found


def names_in(quantities: list) -> List[str]:
    """The names, and the numbers, that occur in the formulas of quantities.

    >>> names_in([plain(0, None, "C", 0.0, None)._replace(symbols=["∂C/∂a⁽³⁾_1·(1 - a⁽³⁾_1)"])])
    ['∂C/∂a⁽³⁾_1', '1', 'a⁽³⁾_1']
    """
    text = " ".join([term for quantity in quantities for term in quantity.symbols])
    return [name.rstrip(",") for name in re.findall(r"∂[^\s·()/+*^-]+/∂[^\s·()/+*^-]+|[^\s·()/+*^-]+", text)]


def number(value: float) -> str:
    """A number as it goes into a formula: all its digits, a negative one in parentheses.

    >>> number(0.5), number(-0.5)
    ('0.5', '(-0.5)')
    """
    return f"({value!r})" if str(value).startswith("-") else repr(value)


def mark(i: int) -> str:
    """The part of a symbol that marks layer i.

    >>> mark(12)
    '⁽¹²⁾'
    """
    return f"⁽{''.join(['⁰¹²³⁴⁵⁶⁷⁸⁹'[int(digit)] for digit in str(i)])}⁾"


def put_out(network, i: int) -> str:
    """The symbol, without the neuron's index, of the outputs of layer i: z, a or output; x for i = −1.

    It is z for a Linear, a for an activation, output for any other layer.
    """
    if i < 0:
        return "x"
    kind = type(network.layers[i])
    letter = "z" if kind is Linear else "a" if kind in VALUES or kind is Softmax else "output"
    return letter + mark(i)


def delta(symbol: str) -> str:
    """The symbol of the slope of the cost with respect to a layer's outputs; δ is short for ∂C/∂z.

    >>> delta("z⁽²⁾"), delta("a⁽³⁾")
    ('δ⁽²⁾', '∂C/∂a⁽³⁾')
    """
    return "δ" + symbol[1:] if symbol.startswith("z") else "∂C/∂" + symbol


def w(j: int, k: int, name: str = "w") -> str:
    """The symbol of the weight from input k to neuron j; ``name`` is what stands before the subscript.

    >>> w(1, 0), w(12, 3, "w⁽²⁾")
    ('w_10', 'w⁽²⁾_12,3')
    """
    return f"{name}_{j}{k}" if j < 10 and k < 10 else f"{name}_{j},{k}"


def parameter(network, i: int, name: str, k: int) -> tuple:
    """Three things of one parameter: its symbol, its neuron j, and its input (or None).

    The parameter is entry ``k`` of the list called ``name`` in layer ``i``. The symbols of a Linear are w_jk and b_j;
    those of another layer have the names that the layer gives them.

    >>> from purenn import Network
    >>> network = Network([Linear(3, 2), Sigmoid()])
    >>> parameter(network, 0, "weight[1]", 2), parameter(network, 0, "bias", 1), parameter(network, 1, "scale", 0)
    (('w⁽⁰⁾_12', 1, 2), ('b⁽⁰⁾_1', 1, None), ('scale⁽¹⁾_0', 0, None))
    """
    short = {"weight": "w", "bias": "b"} if type(network.layers[i]) is Linear else {}
    row = re.match(r"(.*)\[(\d+)\]\Z", name)
    if row:
        j = int(row.group(2))
        return w(j, k, short.get(row.group(1), row.group(1)) + mark(i)), j, k
    return f"{short.get(name, name)}{mark(i)}_{k}", k, None


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
# The same in general, for a title: from the symbols a and z, without the neuron's index.
GENERAL_VALUES = {
    Sigmoid: "{a}_j = σ({z}_j) = 1 / (1 + exp(-{z}_j)); where {z}_j < 0, exp(-{z}_j) could overflow, "
             "and the same number is computed as exp({z}_j) / (1 + exp({z}_j))",
    Tanh: "{a}_j = tanh({z}_j)",
    ReLU: "{a}_j = max(0, {z}_j)",
    LeakyReLU: "{a}_j = {z}_j where {z}_j > 0; otherwise {z}_j times negative_slope",
    Identity: "{a}_j = {z}_j",
}
GENERAL_SLOPES = {
    Sigmoid: "{a}_j·(1 - {a}_j)",
    Tanh: "1 - {a}_j·{a}_j",
    ReLU: "1 where {z}_j > 0, otherwise 0",
    LeakyReLU: "1 where {z}_j > 0, otherwise negative_slope",
    Identity: "1",
}
# The functions of activations.py that compute these formulas: f and f′.
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

    A file of this package is given by a name that pdb finds from any folder; any other file, by its whole path. None if
    the function has no file, as when it was typed in at a prompt, or if it is not a Python function.

    >>> from purenn import neuron
    >>> stop(neuron.forward).startswith("purenn/neuron.py:")
    True
    """
    code = getattr(function, "__code__", None)
    # A built-in function has no code, or, on PyPy, code without a file.
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
