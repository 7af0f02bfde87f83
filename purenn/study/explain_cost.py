"""The cost of one sample in symbols and with the numbers put in, for each loss."""
import math

from ..activations import exponentials
from ..engines.loops import batch_cost
from ..losses import (BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss, log_of_one_plus,
                      squared_error)
from .formulas import Quantity, Section, factored, number, plain

LOSSES = (MSELoss, HalfSquaredErrorLoss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss)
NUMBERS_ALONE = "no formulas are known for it; its numbers"


def cost(loss, output: list, y: list) -> list:
    """The Section of the cost of a sample."""
    if type(loss) not in LOSSES:
        found = plain(None, None, "C", batch_cost(loss, [output], [y]), type(loss).forward)
        return [Section("cost", None, f"{loss!r}: {NUMBERS_ALONE}", [found])]
    if isinstance(loss, CrossEntropyLoss):
        title = "C = Σ_j y_j·(S - z_j), with S = ln Σ_j exp(z_j); m is the largest z"
        quantities = _cross_entropy(loss, output, y)
    elif isinstance(loss, BCELoss):
        title, quantities = "C = -Σ_j (y_j·ln(a_j) + (1 - y_j)·ln(1 - a_j))", _binary_cross_entropy(loss, output, y)
    elif isinstance(loss, BCEWithLogitsLoss):
        title = "C = Σ_j (max(0, z_j) - z_j·y_j + S_j), with S_j = ln(1 + exp(-|z_j|))"
        quantities = _of_logits(loss, output, y)
    elif isinstance(loss, HalfSquaredErrorLoss):
        title, quantities = "C = 1/2·Σ_j (a_j - y_j)²", _squared_error(loss, output, y)
    else:
        title, quantities = "C = Σ_j (a_j - y_j)²", _squared_error(loss, output, y)
    if loss.reduction == "mean" and len(output) > 1 and not isinstance(loss, (CrossEntropyLoss, HalfSquaredErrorLoss)):
        title += f", over the {len(output)} outputs the mean"
    return [Section("cost", None, f"{loss!r}: {title}", quantities)]


def _total(loss, symbols, numbers, output, y):
    return Quantity(None, None, "C", symbols, [numbers], batch_cost(loss, [output], [y]), type(loss).forward)


def _squared_error(loss, output, y):
    half = isinstance(loss, HalfSquaredErrorLoss)
    errors = []
    for j in range(len(output)):
        difference = f"({number(output[j])} - {number(y[j])})²"
        if half:
            errors.append(Quantity(j, None, f"E_{j}", [f"1/2·(a_{j} - y_{j})²"], [["0.5·" + difference]],
                                   loss.forward([output[j]], [y[j]]), HalfSquaredErrorLoss.forward))
        else:
            errors.append(Quantity(j, None, f"E_{j}", [f"(a_{j} - y_{j})²"], [[difference]],
                                   squared_error([output[j]], [y[j]]), squared_error))
    share = 1.0 if half else loss.share(len(output))
    symbols = factored("1" if share == 1.0 else f"1/{len(output)}", [error.name for error in errors])
    numbers = factored(number(share), [number(error.result) for error in errors])
    return errors + [_total(loss, symbols, numbers, output, y)]


def _binary_cross_entropy(loss, output, y):
    share = loss.share(len(output))
    symbols, numbers = [], []
    for j in range(len(output)):
        symbols.append(f"-(y_{j}·ln(a_{j}) + (1 - y_{j})·ln(1 - a_{j}))")
        numbers.append(f"-({number(y[j])}·{_ln(number(output[j]), output[j])} + (1 - "
                       f"{number(y[j])})·{_ln('1 - ' + number(output[j]), 1.0 - output[j])})")
    symbols = factored("1" if share == 1.0 else f"1/{len(output)}", symbols)
    return [_total(loss, symbols, factored(number(share), numbers), output, y)]


def _of_logits(loss, output, y):
    logarithms, symbols, numbers = [], [], []
    for j in range(len(output)):
        z, e = number(output[j]), math.exp(-abs(output[j]))
        sure = 1.0 + e == 1.0                                   # e is lost in the sum, and ln(1 + e) is e
        digits = number(e) if sure else f"{e!r}·(ln({1.0 + e!r}) / ({1.0 + e!r} - 1.0))"
        logarithms.append(Quantity(j, None, f"S_{j}", [f"ln(1 + exp({'-' if output[j] >= 0.0 else ''}z_{j}))"],
                                   [[digits]], log_of_one_plus(e), log_of_one_plus))
        symbols.append(f"(max(0, z_{j}) - z_{j}·y_{j} + S_{j})")
        numbers.append(f"(max(0, {z}) - {z}·{number(y[j])} + {number(logarithms[j].result)})")
    share = loss.share(len(output))
    symbols = factored("1" if share == 1.0 else f"1/{len(output)}", symbols)
    return [*logarithms, _total(loss, symbols, factored(number(share), numbers), output, y)]


def _ln(text, value):
    return f"ln({text})" if value > 0.0 and math.log(value) > -100.0 else "(-100.0)"    # BCELoss has a floor there


def _cross_entropy(loss, output, y):
    m, log_powers = number(max(output)), math.log(exponentials(output)[1])
    symbols = ["ln(exp(z_0 - m)"] + [f"exp(z_{j} - m)" for j in range(1, len(output))]
    numbers = [f"ln(exp({number(output[0])} - {m})"]
    numbers += [f"exp({number(z)} - {m})" for z in output[1:]]
    symbols[-1] += ")"
    numbers[-1] += ")"
    log_of_all = Quantity(None, None, "S", symbols, [numbers], log_powers, type(loss).forward)
    symbols = [f"y_{j}·(S + (m - z_{j}))" for j in range(len(output))]
    numbers = [f"{number(y[j])}·({number(log_powers)} + ({m} - {number(output[j])}))" for j in range(len(output))]
    return [log_of_all, _total(loss, symbols, numbers, output, y)]
