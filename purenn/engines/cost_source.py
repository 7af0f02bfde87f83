"""The cost of a sample as Python source, and the sums in it; ``source.py`` puts it between forward and backward."""
from ..losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss
from .templates import LOGIT_COST, LOGIT_SLOPE

# At most this many terms are put into one expression, because compilers allow only a limited depth.
TERMS = 50


def sum_of(name, terms):
    """``name = term + term + …``, in as many lines as the length asks for; added in this very order."""
    lines = [f"{name} = {' + '.join(terms[:TERMS])}"]
    for start in range(TERMS, len(terms), TERMS):
        lines.append(f"{name} = {name} + {' + '.join(terms[start:start + TERMS])}")
    return lines


def _whole(terms):
    """The sum of the terms as one expression, and lines before it if that would be too long."""
    return ([], " + ".join(terms)) if len(terms) <= TERMS else (sum_of("c", terms), "c")


def softmax_of(made, z, e):
    """The softmax of z, named ``made``; ``e`` begins the names of the powers."""
    powers = [f"{e}{j}" for j in range(len(z))]
    lines = [f"m = max([{', '.join(z)}])"]
    lines += [f"{power} = exp({z_j} - m)" for power, z_j in zip(powers, z)]
    lines += sum_of("s", powers)
    return lines + [f"{a} = {power} / s" for a, power in zip(made, powers)]


def cost_of(loss, a, y, da):
    """The cost of a sample, added to the total, and its slope by each output."""
    count = len(a)
    share = loss.share(count)
    lines = [f"# the cost, and its slope by each output: {loss!r}"]
    if isinstance(loss, CrossEntropyLoss):
        p = [f"p_{j}" for j in range(count)]
        lines += softmax_of(p, a, "e_") + ["t = log(s)"]
        before, whole = _whole([f"{y[j]} * (t + (m - {a[j]}))" for j in range(count)])
        lines += before + ["total += " + whole]
        slopes = [f"{p[j]} - {y[j]}" for j in range(count)]
    elif isinstance(loss, BCELoss):
        lines += ["if " + " or ".join([f"{a_j} < 0.0 or {a_j} > 1.0" for a_j in a]) + ":",
                  f"    loss.forward([{', '.join(a)}], [{', '.join(y)}])        # raises", "c = 0.0"]
        for a_j, y_j in zip(a, y):
            lines.append(f"c -= {y_j} * {_ln(a_j)} + (1.0 - {y_j}) * {_ln('1.0 - ' + a_j)}")
        lines.append("total += " + _scaled(share, "c"))
        slopes = [_scaled(share, f"(({a[j]} - {y[j]}) / max({a[j]} * (1.0 - {a[j]}), 1e-12))")
                  for j in range(count)]
    elif isinstance(loss, BCEWithLogitsLoss):
        lines.append("c = 0.0")
        lines += [line.format(c="c", z=z, y=y_j) for z, y_j in zip(a, y) for line in LOGIT_COST]
        lines.append("total += " + _scaled(share, "c"))
        slopes = [_scaled(share, LOGIT_SLOPE.format(z=z, y=y_j)) for z, y_j in zip(a, y)]
    else:
        errors = [f"r_{j}" for j in range(count)]
        lines += [f"{errors[j]} = {a[j]} - {y[j]}" for j in range(count)]
        before, square = _whole([f"{error} * {error}" for error in errors])
        lines += before
        if isinstance(loss, HalfSquaredErrorLoss):
            lines.append(f"total += 0.5 * ({square})")
            slopes = errors
        else:
            lines.append("total += " + (square if share == 1.0 and count == 1 else _scaled(share, f"({square})")))
            slopes = [f"{share * 2.0!r} * {error}" for error in errors]
    return lines + [f"{da[j]} = share * ({slopes[j]})" for j in range(count)]


def _scaled(share, text):
    return text if share == 1.0 else f"{share!r} * {text}"


def _ln(text):
    return f"(-100.0 if {text} <= 0.0 else max(log({text}), -100.0))"
