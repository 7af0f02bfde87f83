"""The cost of one sample and its slopes, in symbols and with the numbers put in, for each loss."""
import math

from ..activations import Sigmoid, Softmax, exponentials, sigmoid, sigmoid_derivative, softmax, softmax_jacobian
from ..engines.loops import batch_cost
from ..losses import (BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss, log_of_one_plus,
                      squared_error)
from .formulas import SLOPES, VALUES, Quantity, Section, factored, number, plain

LOSSES = (MSELoss, HalfSquaredErrorLoss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss)
NUMBERS_ALONE = "no formulas are known for it; here are its numbers"


def cost(loss, symbol: str, output: list, y: list) -> list:
    """The Section of the cost of a sample; ``symbol`` is that of the output, without the neuron's index."""
    if type(loss) not in LOSSES:
        found = plain(None, None, "C", batch_cost(loss, [output], [y]), type(loss).forward)
        return [Section("cost", None, f"{loss!r}: {NUMBERS_ALONE}", [found])]
    share = "1/m·" if loss.share(len(output)) != 1.0 else ""
    if isinstance(loss, CrossEntropyLoss):
        title = f"C = Σ_j y_j·(S + (m - {symbol}_j)), with S = ln Σ_j exp({symbol}_j - m); m is the largest {symbol}"
        quantities = _cross_entropy(loss, symbol, output, y)
    elif isinstance(loss, BCELoss):
        title = f"C = -{share}Σ_j (y_j·ln({symbol}_j) + (1 - y_j)·ln(1 - {symbol}_j))"
        quantities = _binary_cross_entropy(loss, symbol, output, y)
    elif isinstance(loss, BCEWithLogitsLoss):
        title = f"C = {share}Σ_j (max(0, {symbol}_j) - {symbol}_j·y_j + S_j), with S_j = ln(1 + exp(-|{symbol}_j|))"
        quantities = _of_logits(loss, symbol, output, y)
    elif isinstance(loss, HalfSquaredErrorLoss):
        title, quantities = f"C = 1/2·Σ_j ({symbol}_j - y_j)²", _squared_error(loss, symbol, output, y)
    else:
        title, quantities = f"C = {share}Σ_j ({symbol}_j - y_j)²", _squared_error(loss, symbol, output, y)
    if "1/m" in title:
        title += f"; m = {len(output)} outputs"
    return [Section("cost", None, f"{loss!r}: {title}", quantities)]


def _total(loss, symbols, numbers, output, y):
    return Quantity(None, None, "C", symbols, [numbers], batch_cost(loss, [output], [y]), type(loss).forward)


def _squared_error(loss, symbol, output, y):
    half = isinstance(loss, HalfSquaredErrorLoss)
    errors = []
    for j in range(len(output)):
        difference = f"({number(output[j])} - {number(y[j])})²"
        if half:
            errors.append(Quantity(j, None, f"E_{j}", [f"1/2·({symbol}_{j} - y_{j})²"], [["0.5·" + difference]],
                                   loss.forward([output[j]], [y[j]]), HalfSquaredErrorLoss.forward))
        else:
            errors.append(Quantity(j, None, f"E_{j}", [f"({symbol}_{j} - y_{j})²"], [[difference]],
                                   squared_error([output[j]], [y[j]]), squared_error))
    share = 1.0 if half else loss.share(len(output))
    symbols = factored("1" if share == 1.0 else f"1/{len(output)}", [error.name for error in errors])
    numbers = factored(number(share), [number(error.result) for error in errors])
    return errors + [_total(loss, symbols, numbers, output, y)]


def _binary_cross_entropy(loss, symbol, output, y):
    share = loss.share(len(output))
    symbols, numbers = [], []
    for j in range(len(output)):
        symbols.append(f"-(y_{j}·ln({symbol}_{j}) + (1 - y_{j})·ln(1 - {symbol}_{j}))")
        numbers.append(f"-({number(y[j])}·{_ln(number(output[j]), output[j])} + (1 - "
                       f"{number(y[j])})·{_ln('1 - ' + number(output[j]), 1.0 - output[j])})")
    symbols = factored("1" if share == 1.0 else f"1/{len(output)}", symbols)
    floor = "a value of ln below -100 is replaced by -100" if "(-100.0)" in " ".join(numbers) else ""
    return [_total(loss, symbols, factored(number(share), numbers), output, y)._replace(remark=floor)]


def _of_logits(loss, symbol, output, y):
    logarithms, symbols, numbers = [], [], []
    for j in range(len(output)):
        z, e = number(output[j]), math.exp(-abs(output[j]))
        sure = 1.0 + e == 1.0                                   # e is rounded away in the sum, and ln(1 + e) is e
        digits = number(e) if sure else f"{e!r}·(ln({1.0 + e!r}) / ({1.0 + e!r} - 1.0))"
        remark = "exp(…) is so small that ln(1 + exp(…)) is exp(…)" if sure else "in a form that keeps all digits"
        logarithms.append(Quantity(j, None, f"S_{j}", [f"ln(1 + exp({'-' if output[j] >= 0.0 else ''}{symbol}_{j}))"],
                                   [[digits]], log_of_one_plus(e), log_of_one_plus, remark))
        symbols.append(f"(max(0, {symbol}_{j}) - {symbol}_{j}·y_{j} + S_{j})")
        numbers.append(f"(max(0, {z}) - {z}·{number(y[j])} + {number(logarithms[j].result)})")
    share = loss.share(len(output))
    symbols = factored("1" if share == 1.0 else f"1/{len(output)}", symbols)
    return [*logarithms, _total(loss, symbols, factored(number(share), numbers), output, y)]


def _ln(text, value):
    return f"ln({text})" if value > 0.0 and math.log(value) > -100.0 else "(-100.0)"    # BCELoss goes no lower


def _cross_entropy(loss, symbol, output, y):
    m, log_powers = number(max(output)), math.log(exponentials(output)[1])
    symbols = [f"ln(exp({symbol}_0 - m)"] + [f"exp({symbol}_{j} - m)" for j in range(1, len(output))]
    numbers = [f"ln(exp({number(output[0])} - {m})"]
    numbers += [f"exp({number(z)} - {m})" for z in output[1:]]
    symbols[-1] += ")"
    numbers[-1] += ")"
    log_of_all = Quantity(None, None, "S", symbols, [numbers], log_powers, type(loss).forward)
    symbols = [f"y_{j}·(S + (m - {symbol}_{j}))" for j in range(len(output))]
    numbers = [f"{number(y[j])}·({number(log_powers)} + ({m} - {number(output[j])}))" for j in range(len(output))]
    return [log_of_all, _total(loss, symbols, numbers, output, y)]


def softmax_share(j: int, symbol: str, z: list, a: float, name: str) -> Quantity:
    """softmax: e^z over the sum of all e^z, the largest z subtracted from every z; ``symbol`` is that of z."""
    m = number(max(z))
    symbols = [f"exp({symbol}_{j} - m) / (exp({symbol}_0 - m)"] + [f"exp({symbol}_{k} - m)" for k in range(1, len(z))]
    numbers = [f"exp({number(z[j])} - {m}) / (exp({number(z[0])} - {m})"]
    numbers += [f"exp({number(z[k])} - {m})" for k in range(1, len(z))]
    symbols[-1] += ")"
    numbers[-1] += ")"
    return Quantity(j, None, f"{name}_{j}", symbols, [numbers], a, softmax)


def cost_slopes(loss, symbol: str, output: list, y: list, grad: list) -> list:
    """The Sections of the slopes of the cost with respect to each output; ``grad`` has the slopes."""
    if type(loss) is CrossEntropyLoss:
        return _cross_entropy_slopes(symbol, output, y, grad)
    if type(loss) is BCEWithLogitsLoss:
        return _logit_slopes(loss, symbol, output, y, grad)
    if type(loss) not in LOSSES:
        slopes = [plain(j, None, f"∂C/∂{symbol}_{j}", grad[j], type(loss).backward) for j in range(len(grad))]
        return [Section("backward", None, f"{loss!r}: {NUMBERS_ALONE}", slopes)]
    slopes = [_loss_slope(loss, symbol, j, output, y, grad[j]) for j in range(len(grad))]
    return [Section("backward", None, f"{loss!r}: the slope of the cost with respect to each output", slopes)]


def _loss_slope(loss, symbol, j, output, y, slope):
    a, target = number(output[j]), number(y[j])
    name, remark = f"{symbol}_{j}", ""
    share = loss.share(len(output))
    times = "" if share == 1.0 else f"{number(share)}·"
    if isinstance(loss, HalfSquaredErrorLoss):
        share = 1.0
        symbols, numbers = f"{name} - y_{j}", f"{a} - {target}"
    elif isinstance(loss, MSELoss):
        symbols, numbers = f"2·({name} - y_{j})", f"{times}2.0·({a} - {target})"
    else:
        small = output[j] * (1.0 - output[j]) < 1e-12
        below = "1e-12" if small else f"{a}·(1 - {a})"
        remark = f"{name}·(1 - {name}) is below 1e-12, so 1e-12 replaces it" if small else ""
        symbols = f"({name} - y_{j}) / ({name}·(1 - {name}))"
        numbers = f"({a} - {target}) / ({below})"
        numbers = f"{times}({numbers})" if times else numbers
    if share != 1.0:
        symbols = f"1/{len(output)}·{symbols}"
    return Quantity(j, None, "∂C/∂" + name, [symbols], [[numbers]], slope, type(loss).backward, remark)


def _cross_entropy_slopes(symbol, z, y, grad):
    """The derivation of p − y: the chain rule through softmax's Jacobian, and what it simplifies to."""
    layer = Softmax()
    p = layer.forward(z)
    shares = [softmax_share(j, symbol, z, p[j], "p") for j in range(len(z))]
    direct = [Quantity(j, None, f"∂C/∂{symbol}_{j}", [f"p_{j} - y_{j}"],
                       [[f"{number(p[j])} - {number(y[j])}"]], grad[j], CrossEntropyLoss.backward)
              for j in range(len(z))]
    general = (f"softmax: p_j = exp({symbol}_j) / Σ_k exp({symbol}_k); m, the largest {symbol}, is subtracted from "
               f"every {symbol} and cancels")
    if 0.0 in p:
        return [Section("backward", None, general, shares),
                Section("backward", None, "cross-entropy: a p has been rounded to 0, so -y_j / p_j cannot be computed; "
                        f"∂C/∂{symbol}_j = p_j - y_j needs no division", direct)]
    slopes = [-y[j] / p[j] for j in range(len(z))]
    through = layer.backward(slopes)
    by_p = [Quantity(j, None, f"∂C/∂p_{j}", [f"-y_{j} / p_{j}"],
                     [[f"-{number(y[j])} / {number(p[j])}"]], slopes[j], None) for j in range(len(z))]
    titles = (general,
              "cross-entropy: C = -Σ_j y_j·ln(p_j), so ∂C/∂p_j = -y_j / p_j",
              f"softmax's Jacobian: ∂p_i/∂{symbol}_j = p_i·([i = j] - p_j), because {symbol}_j changes every p_i",
              f"the chain rule: ∂C/∂{symbol}_j = Σ_i ∂C/∂p_i·∂p_i/∂{symbol}_j",
              f"p_i cancels, and the y_i add up to 1: ∂C/∂{symbol}_j = p_j - y_j, the same up to rounding; "
              "this is what the core computes")
    names = "p", symbol
    parts = (shares, by_p, jacobian(names, p), through_jacobian(names, p, slopes, through, f"∂C/∂{symbol}_%d"), direct)
    return [Section("backward", None, title, quantities) for title, quantities in zip(titles, parts)]


def _logit_slopes(loss, symbol, z, y, grad):
    """The derivation of p − y for a sigmoid: the chain rule through σ′, and what it simplifies to."""
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
    rounded = "" if len(by_p) == len(z) else "; it cannot be computed where p_j has been rounded to 0 or 1"
    left = f"{share}(p_j - y_j)" if share else "p_j - y_j"
    titles = (f"sigmoid: p_j = σ({symbol}_j)",
              f"binary cross-entropy: ∂C/∂p_j = {share}(p_j - y_j) / (p_j·(1 - p_j)){rounded}",
              f"sigmoid's derivative: ∂p_j/∂{symbol}_j = p_j·(1 - p_j)",
              f"the chain rule: ∂C/∂{symbol}_j = ∂C/∂p_j·∂p_j/∂{symbol}_j = {left}, as p_j·(1 - p_j) cancels; this is "
              "what the core computes, without a division")
    return [Section("backward", None, title, quantities) for title, quantities in zip(
        titles, (shares, by_p, bends, direct)) if quantities]


def jacobian(symbols: tuple, a: list) -> list:
    """∂a_i/∂z_j of softmax; ``symbols`` are those of a and z."""
    above, below = symbols
    slopes = softmax_jacobian(a)
    found = []
    for i in range(len(a)):
        for j in range(len(a)):
            same = "1" if i == j else "0"
            found.append(Quantity(i, j, f"∂{above}_{i}/∂{below}_{j}", [f"{above}_{i}·({same} - {above}_{j})"],
                                  [[f"{number(a[i])}·({same} - {number(a[j])})"]], slopes[i][j], softmax_jacobian))
    return found


def through_jacobian(symbols: tuple, a: list, handed: list, slopes: list, name: str) -> list:
    """Σ_i ∂C/∂a_i·∂a_i/∂z_j for each j; ``symbols`` are those of a and z, ``slopes`` are the core's results."""
    above, below = symbols
    by_z = softmax_jacobian(a)
    found = []
    for j in range(len(a)):
        terms = [f"∂C/∂{above}_{i}·∂{above}_{i}/∂{below}_{j}" for i in range(len(a))]
        numbers = [f"{number(handed[i])}·{number(by_z[i][j])}" for i in range(len(a))]
        found.append(Quantity(j, None, name % j, terms, [numbers], slopes[j], Softmax.backward))
    return found
