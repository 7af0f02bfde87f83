"""The last part of ``explain``: how each optimizer, with its state, turns a gradient into a better weight."""
from ..optimizers import SGD, Adagrad, Adam, Optimizer, RMSprop
from .formulas import Quantity, Section, number, parameter, plain

# The formulas of each optimizer.
GENERAL = {
    SGD: "SGD: v ← μ·v + g, θ ← θ - lr·v",
    Adagrad: "Adagrad: s ← s + g², θ ← θ - lr·g / (√s + eps)",
    RMSprop: "RMSprop: s ← α·s + (1 - α)·g², θ ← θ - lr·g / (√s + eps)",
    Adam: "Adam: m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g², θ ← θ - lr·m̂ / (√v̂ + eps)",
}


def update(network, optimizer) -> list:
    """Take the step, and return a Section for each layer that learned: the optimizer's state, then the new value.

    For an optimizer without formulas here, a Section has only the new values.
    """
    kind = type(optimizer)
    before = [list(values) for _, values, _ in optimizer.parameters]
    old_states = [[list(part) for part in state] for state in _states(optimizer)]
    optimizer.step()
    sections: list = []
    for p in range(len(optimizer.parameters)):
        name, values, grads = optimizer.parameters[p]
        place, _, own_name = name.partition(".")
        i = int(place)
        if not sections or sections[-1].layer != i:
            title = f"network.layers[{i}] = {network.layers[i]!r}, {_general(optimizer)}"
            sections.append(Section("update", i, title, []))
        for k in range(len(values)):
            symbol, j, input_ = parameter(network.layers[i], own_name, k)
            if kind not in STEPS:
                sections[-1].quantities.append(plain(j, input_, "new " + symbol, values[k], kind.step))
                continue
            old = [state[p][k] for state in old_states]
            new = [state[p][k] for state in _states(optimizer)]
            slope = "∂C/∂" + symbol, grads[k]
            if optimizer.weight_decay:
                decayed = optimizer.decayed(before[p], grads)[k]
                sections[-1].quantities.append(Quantity(
                    j, input_, f"g({symbol})", [f"{slope[0]} + λ·{symbol}"],
                    [[f"{number(grads[k])} + {number(optimizer.weight_decay)}·{number(before[p][k])}"]], decayed,
                    Optimizer.decayed))
                slope = "g", decayed
            for title, symbols, numbers, result, function in STEPS[kind](
                    optimizer, symbol, before[p][k], slope, old, new, values[k]):
                sections[-1].quantities.append(Quantity(
                    j, input_, title, [symbols], [[numbers]], result, getattr(kind, function)))
    return sections


def _general(optimizer):
    if type(optimizer) not in STEPS:
        return f"{optimizer!r}: no formulas are known for it; the new values"
    decay = ", with g = ∂C/∂θ + λ·θ" if optimizer.weight_decay else ""
    return GENERAL[type(optimizer)] + decay


def _states(optimizer):
    names = {SGD: ("velocity",), Adagrad: ("square_sum",), RMSprop: ("square_mean",),
             Adam: ("first_moment", "second_moment")}.get(type(optimizer), ())
    return [getattr(optimizer, name) for name in names]


# Each of these is given the parameter's symbol and value, its slope g as (symbol, number), and its state before and
# after the step.

def _sgd(optimizer, symbol, theta, g, old, new, result):
    if optimizer.momentum:
        yield (f"v({symbol})", f"μ·v + {g[0]}",
               f"{number(optimizer.momentum)}·{number(old[0])} + {number(g[1])}", new[0], "step")
        yield ("new " + symbol, f"{symbol} - lr·v",
               f"{number(theta)} - {number(optimizer.lr)}·{number(new[0])}", result, "step")
    else:
        yield ("new " + symbol, f"{symbol} - lr·{g[0]}",
               f"{number(theta)} - {number(optimizer.lr)}·{number(g[1])}", result, "step")


def _adagrad(optimizer, symbol, theta, g, old, new, result):
    yield (f"s({symbol})", f"s + ({g[0]})²", f"{number(old[0])} + ({number(g[1])})²", new[0], "step")
    yield _scaled_step(optimizer, symbol, theta, g, ("s", new[0]), result)


def _rmsprop(optimizer, symbol, theta, g, old, new, result):
    alpha = number(optimizer.alpha)
    yield (f"s({symbol})", f"α·s + (1 - α)·({g[0]})²",
           f"{alpha}·{number(old[0])} + (1 - {alpha})·({number(g[1])})²", new[0], "step")
    yield _scaled_step(optimizer, symbol, theta, g, ("s", new[0]), result)


def _adam(optimizer, symbol, theta, g, old, new, result):
    one, two, t = number(optimizer.beta1), number(optimizer.beta2), optimizer.t
    yield (f"m({symbol})", f"β₁·m + (1 - β₁)·{g[0]}",
           f"{one}·{number(old[0])} + (1 - {one})·{number(g[1])}", new[0], "step")
    yield (f"v({symbol})", f"β₂·v + (1 - β₂)·({g[0]})²",
           f"{two}·{number(old[1])} + (1 - {two})·({number(g[1])})²", new[1], "step")
    m_hat = optimizer.corrected(new[0], optimizer.beta1)
    v_hat = optimizer.corrected(new[1], optimizer.beta2)
    yield (f"m̂({symbol})", "m / (1 - β₁^t)", f"{number(new[0])} / (1 - {one}^{t})", m_hat, "corrected")
    yield (f"v̂({symbol})", "v / (1 - β₂^t)", f"{number(new[1])} / (1 - {two}^{t})", v_hat, "corrected")
    yield _scaled_step(optimizer, symbol, theta, ("m̂", m_hat), ("v̂", v_hat), result)


def _scaled_step(optimizer, symbol, theta, above, below, result):
    """θ − lr·above / (√below + eps)."""
    return ("new " + symbol, f"{symbol} - lr·{above[0]} / (sqrt({below[0]}) + eps)",
            f"{number(theta)} - {number(optimizer.lr)}·{number(above[1])} / (sqrt({number(below[1])}) + "
            f"{number(optimizer.eps)})", result, "step")


# The function for each optimizer.
STEPS = {SGD: _sgd, Adagrad: _adagrad, RMSprop: _rmsprop, Adam: _adam}
