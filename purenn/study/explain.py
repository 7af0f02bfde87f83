"""One training step of one sample, quantity by quantity, in the order of the derivation.

Every result is computed by the core: the step runs layer by layer, and the inputs and results of each layer are
recorded, with the formula in symbols and with the numbers put in. Each quantity comes with the function that computes
it, so that a breakpoint can be set there. Each line of numbers is computed here once more, from its text: if that is
not the core's result, the code does not do what the formula says.

A layer, a loss or an optimizer of your own has no formulas here. It is shown by its numbers alone.
"""
import copy
import math
from typing import Optional

from .. import neuron
from ..activations import Activation, Softmax
from ..engines.loops import batch_cost
from ..layers import Linear
from ..linalg import zeros
from ..training import Dataset, check_data, check_finite
from .explain_cost import NUMBERS_ALONE, cost, cost_slopes, jacobian, softmax_share, through_jacobian
from .formulas import (FUNCTIONS, GENERAL_SLOPES, GENERAL_VALUES, SLOPES, VALUES, Quantity, Section, delta, mark,
                       number, parameter, plain, put_out, w)
from .updates import update


def explain(network, loss, optimizer, x: list, y: list) -> list:
    """The Sections, with their Quantities, of one training step on the sample (x, y), a batch of one.

    The step is really taken: the network has the new weights afterwards. Raises PurennError for an x or y that does not
    fit the network, and DivergedError if the cost is not finite.
    """
    check_data("sample", network, loss, Dataset([x], [y]))
    network.zero_grad()
    output, sections = _forward(network, x)
    before = batch_cost(loss, [output], [y])
    check_finite(before, optimizer, 0)
    symbol = put_out(network, len(network.layers) - 1)
    sections += cost(loss, symbol, output, y)
    sections += _backward(network, loss, output, y)
    sections += update(network, optimizer)
    sections.append(_cost_after(network, loss, x, y, before))
    return compared(sections)


def _cost_after(network, loss, x, y, before):
    """The cost of the sample with the new values, computed on a copy: the layers keep the numbers of the step."""
    after = batch_cost(loss, [copy.deepcopy(network).forward(list(x))], [y])
    found = plain(None, None, "new C", after, type(loss).forward)
    title = "What the step has changed: the cost of this sample, computed again with the new values"
    return Section("update", None, title, [found._replace(remark=f"before the step: C = {before!r}")])


# Where the code and the formula disagree.

FUNCTIONS_IN_TEXT = {"exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "max": max,
                     "inf": math.inf, "nan": math.nan, "__builtins__": {}}
AGREES = 1e-9                                       # relative; the core's own lines agree in every digit


def compared(sections: list) -> list:
    """The sections; ``expected`` is the formula's number where the code has computed another."""
    return [section._replace(quantities=[quantity._replace(expected=by_formula(quantity))
                                         for quantity in section.quantities]) for section in sections]


def by_formula(quantity: Quantity) -> Optional[float]:
    """The value of a formula with the numbers put in, if that is not the result; otherwise None.

    >>> right = Quantity(0, None, "∂C/∂a_0", ["2·(a_0 - y_0)"], [["2.0·(0.75 - 1.0)"]], -0.5, None)
    >>> by_formula(right), by_formula(right._replace(result=-0.25))
    (None, -0.5)
    """
    for terms in quantity.numbers:
        try:
            value = eval(" + ".join(terms).replace("·", "*").replace("²", "**2").replace("^", "**"),
                         dict(FUNCTIONS_IN_TEXT))
        except OverflowError:
            value = math.inf
        except (ValueError, ZeroDivisionError):
            value = math.nan
        both_nan = value != value and quantity.result != quantity.result
        if not both_nan and not math.isclose(value, quantity.result, rel_tol=AGREES):
            return float(value)
    return None


# Forward: z and a of each neuron.

def _forward(network, x):
    sections = []
    a = x
    for i in range(len(network.layers)):
        layer = network.layers[i]
        inputs = a
        a = layer.forward(list(inputs))         # a layer of your own may change its inputs
        ins, outs = put_out(network, i - 1), put_out(network, i)
        if type(layer) is Linear:
            general = f"{outs}_j = b{mark(i)}_j + Σ_k w{mark(i)}_jk·{ins}_k"
            quantities = [_weighted_sum(j, layer, i, (ins, inputs), a[j]) for j in range(len(a))]
        elif type(layer) is Softmax:
            general = (f"{outs}_j = exp({ins}_j) / Σ_k exp({ins}_k); m, the largest {ins}, is subtracted from "
                       f"every {ins} and cancels")
            quantities = [softmax_share(j, ins, inputs, a[j], outs) for j in range(len(a))]
        elif type(layer) in VALUES:
            general = GENERAL_VALUES[type(layer)].format(a=outs, z=ins)
            quantities = [_activation(j, layer, (ins, inputs[j]), (outs, a[j])) for j in range(len(a))]
        else:
            general = NUMBERS_ALONE
            quantities = _inputs(f"input{mark(i)}_%d", inputs, type(layer).forward)
            quantities += _outputs(f"output{mark(i)}_%d", a, type(layer).forward)
        sections.append(Section("forward", i, f"network.layers[{i}] = {layer!r}: {general}", quantities))
    return a, sections


def _activation(j, layer, z, a):
    value = VALUES[type(layer)]
    return Quantity(j, None, f"{a[0]}_{j}", [value(layer, z[1], f"{z[0]}_{j}")], [[value(layer, z[1], number(z[1]))]],
                    a[1], FUNCTIONS[type(layer)][0])


def _weighted_sum(j, layer, i, a, z):
    symbols = [f"b{mark(i)}_{j}"] if layer.bias else []
    numbers = [number(layer.bias[j])] if layer.bias else []
    for k in range(len(a[1])):
        symbols.append(f"{w(j, k, 'w' + mark(i))}·{a[0]}_{k}")
        numbers.append(f"{number(layer.weight[j][k])}·{number(a[1][k])}")
    return Quantity(j, None, f"z{mark(i)}_{j}", symbols, [numbers], z, neuron.forward)


# What has no formulas.

def _inputs(name, values, source):
    return [plain(None, k, name % k, values[k], source) for k in range(len(values))]


def _outputs(name, values, source):
    return [plain(j, None, name % j, values[j], source) for j in range(len(values))]


# Backward: from ∂C/∂a of the output to every gradient.

def _backward(network, loss, output, y):
    grad = loss.backward(output, y)
    sections = cost_slopes(loss, put_out(network, len(network.layers) - 1), output, y, grad)
    for i in reversed(range(len(network.layers))):
        layer = network.layers[i]
        handed = grad
        weight = [list(row) for row in layer.weight] if type(layer) is Linear else []
        grad = layer.backward(list(handed))
        ins, outs = put_out(network, i - 1), put_out(network, i)
        by_z = delta(ins) + "_j" + (f" = ∂C/∂{ins}_j" if delta(ins)[0] == "δ" else "")
        if type(layer) is Linear:
            d, m = delta(outs), mark(i)
            general = (f"with {d}_j = ∂C/∂{outs}_j: ∂C/∂w{m}_jk = {d}_j·{ins}_k, ∂C/∂b{m}_j = {d}_j, "
                       f"∂C/∂{ins}_k = Σ_j {d}_j·w{m}_jk")
            quantities = _parameter_slopes(layer, i, ins, handed)
            quantities += _input_slopes((layer.inputs, weight), i, ins, handed, grad) if i > 0 else []
        elif type(layer) is Softmax:
            general = f"{by_z} = Σ_i ∂C/∂{outs}_i·∂{outs}_i/∂{ins}_j, because {ins}_j changes every {outs}_i"
            quantities = jacobian((outs, ins), layer.a)
            quantities += through_jacobian((outs, ins), layer.a, handed, grad, delta(ins) + "_%d")
        elif type(layer) in VALUES:
            slope = GENERAL_SLOPES[type(layer)].format(a=outs, z=ins)
            general = f"{by_z} = ∂C/∂{outs}_j·∂{outs}_j/∂{ins}_j, and ∂{outs}_j/∂{ins}_j is {slope}"
            quantities = _activation_slopes(layer, (outs, ins), handed, grad)
        else:
            general = NUMBERS_ALONE
            quantities = _own_slopes(network, i, handed, grad)
        sections.append(Section("backward", i, f"network.layers[{i}] = {layer!r}: {general}", quantities))
    return sections


def _activation_slopes(layer, symbols, handed, slopes):
    (outs, ins), slope = symbols, SLOPES[type(layer)]
    found = []
    for j in range(len(slopes)):
        z, a = layer.z[j], layer.a[j]
        factor = layer.derivative(z, a)
        name = f"∂{outs}_{j}/∂{ins}_{j}"
        found.append(Quantity(j, None, name, [slope(layer, z, f"{outs}_{j}")], [[slope(layer, z, number(a))]], factor,
                              FUNCTIONS[type(layer)][1]))
        found.append(Quantity(j, None, f"{delta(ins)}_{j}", [f"∂C/∂{outs}_{j}·{name}"],
                              [[f"{number(handed[j])}·{number(factor)}"]], slopes[j], Activation.backward))
    return found


def _own_slopes(network, i, handed, grad):
    """The slopes of the cost for each output, each parameter and each input, in the order of the chain rule."""
    layer = network.layers[i]
    backward = type(layer).backward
    found = _outputs(f"∂C/∂output{mark(i)}_%d", handed, backward)
    for name, _, grads in layer.parameters():
        for k in range(len(grads)):
            symbol, j, place = parameter(network, i, name, k)
            found.append(plain(j, place, "∂C/∂" + symbol, grads[k], backward))
    return found + _inputs(f"∂C/∂input{mark(i)}_%d", grad, backward)


def _parameter_slopes(layer, i, ins, deltas):
    found = []
    for j in range(len(deltas)):
        d = f"δ{mark(i)}_{j}"
        for k in range(len(layer.inputs)):
            found.append(Quantity(j, k, "∂C/∂" + w(j, k, "w" + mark(i)), [f"{d}·{ins}_{k}"],
                                  [[f"{number(deltas[j])}·{number(layer.inputs[k])}"]], layer.weight_grad[j][k],
                                  neuron.backward))
        if layer.bias:
            found.append(Quantity(j, None, f"∂C/∂b{mark(i)}_{j}", [d], [[number(deltas[j])]], layer.bias_grad[j],
                                  neuron.backward))
    return found


def _input_slopes(given, i, ins, deltas, input_grads):
    inputs, weight = given                                          # the weights of the forward pass
    count = len(input_grads)
    shares = []                                                     # δ_j·w_jk, as neuron j adds it
    for j in range(len(deltas)):
        shares.append(zeros(count))
        neuron.backward(deltas[j], weight[j], inputs, zeros(count), shares[j])
    found = []
    for k in range(count):
        symbols = [f"δ{mark(i)}_{j}·{w(j, k, 'w' + mark(i))}" for j in range(len(deltas))]
        numbers = [[f"{number(deltas[j])}·{number(weight[j][k])}" for j in range(len(deltas))]]
        if len(deltas) > 1:
            numbers.append([number(shares[j][k]) for j in range(len(deltas))])
        found.append(Quantity(None, k, f"∂C/∂{ins}_{k}", symbols, numbers, input_grads[k], neuron.backward))
    return found
