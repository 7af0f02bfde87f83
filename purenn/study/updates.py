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
            title = "network.layers[%d] = %r, %s" % (i, network.layers[i], GENERAL[type(optimizer)])
            sections.append(Section("update", i, title, []))
        for k in range(len(values)):
            symbol, j = _parameter_symbol(name, k)
            old = [state[p][k] for state in old_states]
            new = [state[p][k] for state in _states(optimizer)]
            for title, symbols, numbers, result, function in STEPS[type(optimizer)](
                    optimizer, symbol, before[p][k], grads[k], old, new, values[k]):
                sections[-1].quantities.append(Quantity(
                    j, k if name.endswith("]") else None, title, [symbols], [[numbers]], result,
                    "optimizers.%s.%s" % (type(optimizer).__name__, function)))
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
    return "b_%d" % k, k


def _sgd(optimizer, symbol, theta, g, old, new, result):
    if optimizer.momentum:
        yield ("v(%s)" % symbol, "μ·v + ∂C/∂%s" % symbol,
               "%s·%s + %s" % (number(optimizer.momentum), number(old[0]), number(g)), new[0], "step")
        yield ("new " + symbol, "%s - lr·v" % symbol,
               "%s - %s·%s" % (number(theta), number(optimizer.lr), number(new[0])), result, "step")
    else:
        yield ("new " + symbol, "%s - lr·∂C/∂%s" % (symbol, symbol),
               "%s - %s·%s" % (number(theta), number(optimizer.lr), number(g)), result, "step")


def _adagrad(optimizer, symbol, theta, g, old, new, result):
    yield ("s(%s)" % symbol, "s + (∂C/∂%s)²" % symbol, "%s + (%s)²" % (number(old[0]), number(g)), new[0], "step")
    yield _scaled_step(optimizer, symbol, theta, "∂C/∂" + symbol, g, "s", new[0], result)


def _rmsprop(optimizer, symbol, theta, g, old, new, result):
    alpha = number(optimizer.alpha)
    yield ("s(%s)" % symbol, "α·s + (1 - α)·(∂C/∂%s)²" % symbol,
           "%s·%s + (1 - %s)·(%s)²" % (alpha, number(old[0]), alpha, number(g)), new[0], "step")
    yield _scaled_step(optimizer, symbol, theta, "∂C/∂" + symbol, g, "s", new[0], result)


def _adam(optimizer, symbol, theta, g, old, new, result):
    one, two, t = number(optimizer.beta1), number(optimizer.beta2), optimizer.t
    yield ("m(%s)" % symbol, "β₁·m + (1 - β₁)·∂C/∂%s" % symbol,
           "%s·%s + (1 - %s)·%s" % (one, number(old[0]), one, number(g)), new[0], "step")
    yield ("v(%s)" % symbol, "β₂·v + (1 - β₂)·(∂C/∂%s)²" % symbol,
           "%s·%s + (1 - %s)·(%s)²" % (two, number(old[1]), two, number(g)), new[1], "step")
    m_hat = optimizer.corrected(new[0], optimizer.beta1)
    v_hat = optimizer.corrected(new[1], optimizer.beta2)
    yield ("m̂(%s)" % symbol, "m / (1 - β₁^t)", "%s / (1 - %s^%d)" % (number(new[0]), one, t), m_hat, "corrected")
    yield ("v̂(%s)" % symbol, "v / (1 - β₂^t)", "%s / (1 - %s^%d)" % (number(new[1]), two, t), v_hat, "corrected")
    yield _scaled_step(optimizer, symbol, theta, "m̂", m_hat, "v̂", v_hat, result)


def _scaled_step(optimizer, symbol, theta, above, above_value, below, below_value, result):
    """θ − lr·above / (√below + eps)."""
    return ("new " + symbol, "%s - lr·%s / (sqrt(%s) + eps)" % (symbol, above, below),
            "%s - %s·%s / (sqrt(%s) + %s)" % (number(theta), number(optimizer.lr), number(above_value),
                                              number(below_value), number(optimizer.eps)), result, "step")


# How each optimizer's step is told.
STEPS = {SGD: _sgd, Adagrad: _adagrad, RMSprop: _rmsprop, Adam: _adam}
