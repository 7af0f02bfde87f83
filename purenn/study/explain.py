"""One training step of one sample, quantity by quantity, in the order of the derivation.

Every result is computed by the core: the step runs layer by layer, and what each layer is given and returns is
recorded, with the formula in symbols and with the numbers put in. Each quantity comes with the function that computes
it, so that a breakpoint can be set there.

A layer, a loss or an optimizer of your own has no formulas here. It is shown by its numbers: what
goes in, what comes out, and the slopes of both.
"""
from .. import neuron
from ..activations import Activation, Sigmoid, Softmax, sigmoid, sigmoid_derivative, softmax, softmax_jacobian
from ..engines.loops import batch_cost
from ..layers import Linear
from ..linalg import zeros
from ..losses import BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..training import Dataset, check_data, check_finite
from .explain_cost import LOSSES, NUMBERS_ALONE, cost
from .formulas import FUNCTIONS, SLOPES, VALUES, Quantity, Section, number, parameter, plain, w
from .updates import update



def explain(network, loss, optimizer, x: list, y: list) -> list:
    """The Sections, with their Quantities, of one training step on the sample (x, y), a batch of one.

    The step is taken. Raises PurennError for an x or y that does not fit the network, and DivergedError if the cost is
    not finite.
    """
    check_data("sample", network, loss, Dataset([x], [y]))
    network.zero_grad()
    output, sections = _forward(network, x)
    check_finite(batch_cost(loss, [output], [y]), optimizer, 0)
    sections += cost(loss, output, y)
    sections += _backward(network, loss, output, y)
    sections += update(network, optimizer)
    return sections


# Forward: z and a of each neuron.

def _forward(network, x):
    sections = []
    a = x
    for i in range(len(network.layers)):
        layer = network.layers[i]
        inputs = a
        a = layer.forward(list(inputs))         # one of your own may change its inputs in place
        if type(layer) is Linear:
            general = "z_j = b_j + Σ_k w_jk·a_k"
            quantities = [_weighted_sum(j, layer, inputs, a[j]) for j in range(len(a))]
        elif type(layer) is Softmax:
            general = "a_j = exp(z_j) / Σ_k exp(z_k); the largest z, m, is taken out of all, and cancels"
            quantities = [_softmax_share(j, inputs, a[j]) for j in range(len(a))]
        elif type(layer) in VALUES:
            general = "a_j = f(z_j)"
            quantities = [_activation(j, layer, inputs[j], a[j]) for j in range(len(a))]
        else:
            general = NUMBERS_ALONE
            quantities = _inputs("input_%d", inputs, type(layer).forward)
            quantities += _outputs("output_%d", a, type(layer).forward)
        sections.append(Section("forward", i, f"network.layers[{i}] = {layer!r}: {general}", quantities))
    return a, sections


def _activation(j, layer, z, a):
    value = VALUES[type(layer)]
    return Quantity(j, None, f"a_{j}", [value(layer, z, f"z_{j}")], [[value(layer, z, number(z))]], a,
                    FUNCTIONS[type(layer)][0])


def _weighted_sum(j, layer, a, z):
    symbols = [f"b_{j}"] if layer.bias else []
    numbers = [number(layer.bias[j])] if layer.bias else []
    for k in range(len(a)):
        symbols.append(f"{w(j, k)}·a_{k}")
        numbers.append(f"{number(layer.weight[j][k])}·{number(a[k])}")
    return Quantity(j, None, f"z_{j}", symbols, [numbers], z, neuron.forward)


def _softmax_share(j, z, a, name="a_%d"):
    """softmax: e^z over the sum of them all, each with the largest z taken out."""
    m = number(max(z))
    symbols = [f"exp(z_{j} - m) / (exp(z_0 - m)"] + [f"exp(z_{k} - m)" for k in range(1, len(z))]
    numbers = [f"exp({number(z[j])} - {m}) / (exp({number(z[0])} - {m})"]
    numbers += [f"exp({number(z[k])} - {m})" for k in range(1, len(z))]
    symbols[-1] += ")"
    numbers[-1] += ")"
    return Quantity(j, None, name % j, symbols, [numbers], a, softmax)


# What has no formulas.

def _inputs(name, values, source):
    return [plain(None, k, name % k, values[k], source) for k in range(len(values))]


def _outputs(name, values, source):
    return [plain(j, None, name % j, values[j], source) for j in range(len(values))]


# Backward: from ∂C/∂a of the output to every gradient.

def _backward(network, loss, output, y):
    grad = loss.backward(output, y)
    # Where the network ends with Linear, the output is that layer's z.
    symbol = "z" if type(network.layers[-1]) is Linear else "a"
    if type(loss) is CrossEntropyLoss:
        sections = _cross_entropy_slopes(symbol, output, y, grad)
    elif type(loss) is BCEWithLogitsLoss:
        sections = _logit_slopes(loss, symbol, output, y, grad)
    elif type(loss) not in LOSSES:
        slopes = _outputs(f"∂C/∂{symbol}_%d", grad, type(loss).backward)
        sections = [Section("backward", None, f"{loss!r}: {NUMBERS_ALONE}", slopes)]
    else:
        title = f"{loss!r}: the slope of the cost by each output"
        sections = [Section("backward", None, title, [_loss_slope(loss, symbol, j, output, y, grad[j])
                                                      for j in range(len(grad))])]
    for i in reversed(range(len(network.layers))):
        layer = network.layers[i]
        handed = grad
        grad = layer.backward(list(handed))
        if type(layer) is Linear:
            general = "with δ_j = ∂C/∂z_j: ∂C/∂w_jk = δ_j·a_k, ∂C/∂b_j = δ_j, ∂C/∂a_k = Σ_j δ_j·w_jk"
            quantities = _parameter_slopes(layer, handed) + (_input_slopes(layer, handed, grad) if i > 0 else [])
        elif type(layer) is Softmax:
            general = "δ_j = ∂C/∂z_j = Σ_i ∂C/∂a_i·∂a_i/∂z_j, for z_j moves every a_i"
            quantities = _jacobian("a", layer.a) + _through_jacobian("a", layer.a, handed, grad, "δ_%d")
        elif type(layer) in VALUES:
            general = "δ_j = ∂C/∂z_j = ∂C/∂a_j·∂a_j/∂z_j"
            quantities = _activation_slopes(layer, handed, grad)
        else:
            general = NUMBERS_ALONE
            quantities = _own_slopes(layer, handed, grad)
        sections.append(Section("backward", i, f"network.layers[{i}] = {layer!r}: {general}", quantities))
    return sections


def _loss_slope(loss, symbol, j, output, y, slope):
    a, target = number(output[j]), number(y[j])
    name = f"{symbol}_{j}"
    share = loss.share(len(output))
    if isinstance(loss, HalfSquaredErrorLoss):
        share = 1.0
        symbols, numbers = f"{name} - y_{j}", f"{a} - {target}"
    elif isinstance(loss, MSELoss):
        symbols, numbers = f"2·({name} - y_{j})", f"{number(share)}·2.0·({a} - {target})"
    else:
        below = f"{a}·(1 - {a})" if output[j] * (1.0 - output[j]) >= 1e-12 else "1e-12"
        symbols = f"({name} - y_{j}) / ({name}·(1 - {name}))"
        numbers = f"{number(share)}·(({a} - {target}) / ({below}))"
    if share != 1.0:
        symbols = f"1/{len(output)}·{symbols}"
    return Quantity(j, None, "∂C/∂" + name, [symbols], [[numbers]], slope, type(loss).backward)


def _cross_entropy_slopes(symbol, z, y, grad):
    """The derivation of p − y: the chain rule through softmax's Jacobian, and what is left of it."""
    layer = Softmax()
    p = layer.forward(z)
    shares = [_softmax_share(j, z, p[j], "p_%d") for j in range(len(z))]
    direct = [Quantity(j, None, f"∂C/∂{symbol}_{j}", [f"p_{j} - y_{j}"],
                       [[f"{number(p[j])} - {number(y[j])}"]], grad[j], CrossEntropyLoss.backward)
              for j in range(len(z))]
    if 0.0 in p:
        return [Section("backward", None, "softmax: p_j = exp(z_j) / Σ_k exp(z_k); m is the largest z", shares),
                Section("backward", None, "cross-entropy: a p has been rounded to 0, so -y_j / p_j cannot be computed; "
                        "∂C/∂z_j = p_j - y_j needs no division", direct)]
    slopes = [-y[j] / p[j] for j in range(len(z))]
    through = layer.backward(slopes)
    by_p = [Quantity(j, None, f"∂C/∂p_{j}", [f"-y_{j} / p_{j}"],
                     [[f"-{number(y[j])} / {number(p[j])}"]], slopes[j], None) for j in range(len(z))]
    titles = ("softmax: p_j = exp(z_j) / Σ_k exp(z_k); m is the largest z",
              "cross-entropy: C = -Σ_j y_j·ln(p_j), so ∂C/∂p_j = -y_j / p_j",
              "softmax's Jacobian: ∂p_i/∂z_j = p_i·([i = j] - p_j), for z_j moves every p_i",
              "the chain rule: ∂C/∂z_j = Σ_i ∂C/∂p_i·∂p_i/∂z_j",
              "where p_i cancels and the y_i add up to 1: ∂C/∂z_j = p_j - y_j, the same but for rounding; "
              "this is what the core computes")
    parts = (shares, by_p, _jacobian("p", p), _through_jacobian("p", p, slopes, through, "∂C/∂z_%d"), direct)
    return [Section("backward", None, title, quantities) for title, quantities in zip(titles, parts)]


def _logit_slopes(loss, symbol, z, y, grad):
    """The derivation of p − y for a sigmoid: the chain rule through σ′, and what is left of it."""
    value, slope = VALUES[Sigmoid], SLOPES[Sigmoid]
    factor, share = loss.share(len(z)), "" if loss.share(len(z)) == 1.0 else f"1/{len(z)}·"
    times = "{0}" if share == "" else number(factor) + "·({0})"
    p = [sigmoid(z_j) for z_j in z]
    shares, by_p, bends, direct = [], [], [], []
    for j in range(len(z)):
        numbers = f"{number(p[j])} - {number(y[j])}"
        symbols = [f"p_{j} - y_{j}" if share == "" else f"{share}(p_{j} - y_{j})"]
        shares.append(Quantity(j, None, f"p_{j}", [value(None, z[j], f"{symbol}_{j}")],
                               [[value(None, z[j], number(z[j]))]], p[j], sigmoid))
        bend = sigmoid_derivative(z[j], p[j])
        if bend > 0.0:
            by_p.append(Quantity(j, None, f"∂C/∂p_{j}", [f"{share}(p_{j} - y_{j}) / (p_{j}·(1 - p_{j}))"],
                                 [[times.format(f"({numbers}) / ({number(p[j])}·(1 - {number(p[j])}))")]],
                                 factor * ((p[j] - y[j]) / bend), None))
        bends.append(Quantity(j, None, f"∂p_{j}/∂{symbol}_{j}", [slope(None, z[j], f"p_{j}")],
                              [[slope(None, z[j], number(p[j]))]], bend, sigmoid_derivative))
        direct.append(Quantity(j, None, f"∂C/∂{symbol}_{j}", symbols,
                               [[times.format(numbers)]], grad[j], BCEWithLogitsLoss.backward))
    rounded = "" if len(by_p) == len(z) else "; not where p_j has been rounded to 0 or 1"
    titles = (f"sigmoid: p_j = σ({symbol}_j)",
              f"binary cross-entropy: ∂C/∂p_j = (p_j - y_j) / (p_j·(1 - p_j)){rounded}",
              f"sigmoid's derivative: ∂p_j/∂{symbol}_j = p_j·(1 - p_j)",
              f"the chain rule: ∂C/∂{symbol}_j = ∂C/∂p_j·∂p_j/∂{symbol}_j = p_j - y_j, for p_j·(1 - p_j) cancels; this "
              "is what the core computes, without a division")
    return [Section("backward", None, title, quantities) for title, quantities in zip(
        titles, (shares, by_p, bends, direct)) if quantities]


def _jacobian(symbol, a):
    jacobian = softmax_jacobian(a)
    found = []
    for i in range(len(a)):
        for j in range(len(a)):
            same = "1" if i == j else "0"
            found.append(Quantity(i, j, f"∂{symbol}_{i}/∂z_{j}",
                                  [f"{symbol}_{i}·({same} - {symbol}_{j})"],
                                  [[f"{number(a[i])}·({same} - {number(a[j])})"]], jacobian[i][j],
                                  softmax_jacobian))
    return found


def _through_jacobian(symbol, a, handed, delta, name):
    jacobian = softmax_jacobian(a)
    found = []
    for j in range(len(a)):
        symbols = [f"∂C/∂{symbol}_{i}·∂{symbol}_{i}/∂z_{j}" for i in range(len(a))]
        numbers = [f"{number(handed[i])}·{number(jacobian[i][j])}" for i in range(len(a))]
        found.append(Quantity(j, None, name % j, symbols, [numbers], delta[j], Softmax.backward))
    return found


def _activation_slopes(layer, handed, delta):
    slope = SLOPES[type(layer)]
    found = []
    for j in range(len(delta)):
        z, a = layer.z[j], layer.a[j]
        factor = layer.derivative(z, a)
        found.append(Quantity(j, None, f"∂a_{j}/∂z_{j}", [slope(layer, z, f"a_{j}")],
                              [[slope(layer, z, number(a))]], factor,
                              FUNCTIONS[type(layer)][1]))
        found.append(Quantity(j, None, f"δ_{j}", [f"∂C/∂a_{j}·∂a_{j}/∂z_{j}"],
                              [[f"{number(handed[j])}·{number(factor)}"]], delta[j],
                              Activation.backward))
    return found


def _own_slopes(layer, handed, grad):
    """The slopes by each output, each parameter and each input, in the order of the chain rule."""
    backward = type(layer).backward
    found = _outputs("∂C/∂output_%d", handed, backward)
    for name, _, grads in layer.parameters():
        for k in range(len(grads)):
            symbol, j, place = parameter(layer, name, k)
            found.append(plain(j, place, "∂C/∂" + symbol, grads[k], backward))
    return found + _inputs("∂C/∂input_%d", grad, backward)


def _parameter_slopes(layer, delta):
    found = []
    for j in range(len(delta)):
        for k in range(len(layer.inputs)):
            found.append(Quantity(j, k, "∂C/∂" + w(j, k), [f"δ_{j}·a_{k}"],
                                  [[f"{number(delta[j])}·{number(layer.inputs[k])}"]], layer.weight_grad[j][k],
                                  neuron.backward))
        if layer.bias:
            found.append(Quantity(j, None, f"∂C/∂b_{j}", [f"δ_{j}"], [[number(delta[j])]], layer.bias_grad[j],
                                  neuron.backward))
    return found


def _input_slopes(layer, delta, input_grads):
    count = len(input_grads)
    shares = []                                                     # δ_j·w_jk, as neuron j adds it
    for j in range(len(delta)):
        shares.append(zeros(count))
        neuron.backward(delta[j], layer.weight[j], layer.inputs, zeros(count), shares[j])
    found = []
    for k in range(count):
        symbols = [f"δ_{j}·{w(j, k)}" for j in range(len(delta))]
        numbers = [[f"{number(delta[j])}·{number(layer.weight[j][k])}" for j in range(len(delta))]]
        if len(delta) > 1:
            numbers.append([number(shares[j][k]) for j in range(len(delta))])
        found.append(Quantity(None, k, f"∂C/∂a_{k}", symbols, numbers, input_grads[k], neuron.backward))
    return found
