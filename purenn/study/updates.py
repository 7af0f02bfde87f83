"""The last part of ``explain``: how each optimizer, with its state, turns a gradient into a better weight."""
from ..optimizers import SGD, Adagrad, Adam, RMSprop
from .formulas import Quantity, Section, number, w

# What each optimizer does, in general.
GENERAL = {
    SGD: "SGD: v ← μ·v + g, θ ← θ - lr·v",
    Adagrad: "Adagrad: s ← s + g², θ ← θ - lr·g / (√s + eps)",
    RMSprop: "RMSprop: s ← α·s + (1 - α)·g², θ ← θ - lr·g / (√s + eps)",
    Adam: "Adam: m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g², θ ← θ - lr·m̂ / (√v̂ + eps)",
}


def update(network, optimizer) -> list:
    """Take the step, and return a Section for each layer that learned: the optimizer's state, then the new value."""
    before = [list(values) for _, values, _ in optimizer.parameters]
    old_states = [[list(part) for part in state] for state in _states(optimizer)]
    optimizer.step()
    sections: list = []
    for p in range(len(optimizer.parameters)):
        name, values, grads = optimizer.parameters[p]
        i = int(name[:name.index(".")])
        if not sections or sections[-1].layer != i:
            title = f"network.layers[{i}] = {network.layers[i]!r}, {GENERAL[type(optimizer)]}"
            sections.append(Section("update", i, title, []))
        for k in range(len(values)):
            symbol, j = _parameter_symbol(name, k)
            old = [state[p][k] for state in old_states]
            new = [state[p][k] for state in _states(optimizer)]
            for title, symbols, numbers, result, function in STEPS[type(optimizer)](
                    optimizer, symbol, before[p][k], grads[k], old, new, values[k]):
                sections[-1].quantities.append(Quantity(
                    j, k if name.endswith("]") else None, title, [symbols], [[numbers]], result,
                    f"optimizers.{type(optimizer).__name__}.{function}"))
    return sections


def _states(optimizer):
    names = {SGD: ("velocity",), Adagrad: ("square_sum",), RMSprop: ("square_mean",),
             Adam: ("first_moment", "second_moment")}[type(optimizer)]
    return [getattr(optimizer, name) for name in names]


def _parameter_symbol(name, k):
    """``2.weight[1]``, k → (w_1k, neuron 1); ``2.bias``, k → (b_k, neuron k)."""
    if name.endswith("]"):
        j = int(name[name.index("[") + 1:-1])
        return w(j, k), j
    return f"b_{k}", k


def _sgd(optimizer, symbol, theta, g, old, new, result):
    if optimizer.momentum:
        yield (f"v({symbol})", f"μ·v + ∂C/∂{symbol}",
               f"{number(optimizer.momentum)}·{number(old[0])} + {number(g)}", new[0], "step")
        yield ("new " + symbol, f"{symbol} - lr·v",
               f"{number(theta)} - {number(optimizer.lr)}·{number(new[0])}", result, "step")
    else:
        yield ("new " + symbol, f"{symbol} - lr·∂C/∂{symbol}",
               f"{number(theta)} - {number(optimizer.lr)}·{number(g)}", result, "step")


def _adagrad(optimizer, symbol, theta, g, old, new, result):
    yield (f"s({symbol})", f"s + (∂C/∂{symbol})²", f"{number(old[0])} + ({number(g)})²", new[0], "step")
    yield _scaled_step(optimizer, symbol, theta, "∂C/∂" + symbol, g, "s", new[0], result)


def _rmsprop(optimizer, symbol, theta, g, old, new, result):
    alpha = number(optimizer.alpha)
    yield (f"s({symbol})", f"α·s + (1 - α)·(∂C/∂{symbol})²",
           f"{alpha}·{number(old[0])} + (1 - {alpha})·({number(g)})²", new[0], "step")
    yield _scaled_step(optimizer, symbol, theta, "∂C/∂" + symbol, g, "s", new[0], result)


def _adam(optimizer, symbol, theta, g, old, new, result):
    one, two, t = number(optimizer.beta1), number(optimizer.beta2), optimizer.t
    yield (f"m({symbol})", f"β₁·m + (1 - β₁)·∂C/∂{symbol}",
           f"{one}·{number(old[0])} + (1 - {one})·{number(g)}", new[0], "step")
    yield (f"v({symbol})", f"β₂·v + (1 - β₂)·(∂C/∂{symbol})²",
           f"{two}·{number(old[1])} + (1 - {two})·({number(g)})²", new[1], "step")
    m_hat = optimizer.corrected(new[0], optimizer.beta1)
    v_hat = optimizer.corrected(new[1], optimizer.beta2)
    yield (f"m̂({symbol})", "m / (1 - β₁^t)", f"{number(new[0])} / (1 - {one}^{t})", m_hat, "corrected")
    yield (f"v̂({symbol})", "v / (1 - β₂^t)", f"{number(new[1])} / (1 - {two}^{t})", v_hat, "corrected")
    yield _scaled_step(optimizer, symbol, theta, "m̂", m_hat, "v̂", v_hat, result)


def _scaled_step(optimizer, symbol, theta, above, above_value, below, below_value, result):
    """θ − lr·above / (√below + eps)."""
    return ("new " + symbol, f"{symbol} - lr·{above} / (sqrt({below}) + eps)",
            f"{number(theta)} - {number(optimizer.lr)}·{number(above_value)} / (sqrt({number(below_value)}) + "
            f"{number(optimizer.eps)})", result, "step")


# How each optimizer's step is told.
STEPS = {SGD: _sgd, Adagrad: _adagrad, RMSprop: _rmsprop, Adam: _adam}
