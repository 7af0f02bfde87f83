"""The last part of ``explain``: how each optimizer, with its state, turns a gradient into a new weight."""
from collections import namedtuple

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
    old_states = [[list(part) for part in state] for state in states(optimizer).values()]
    optimizer.step()
    sections: list = []
    for p in range(len(optimizer.parameters)):
        name, values, grads = optimizer.parameters[p]
        place, _, own_name = name.partition(".")
        i = int(place)
        if not sections or sections[-1].layer != i:
            title = f"network.layers[{i}] = {network.layers[i]!r}; {_general(optimizer)}"
            sections.append(Section("update", i, title, []))
        for k in range(len(values)):
            symbol, j, input_ = parameter(network, i, own_name, k)
            if kind not in STEPS:
                sections[-1].quantities.append(plain(j, input_, "new " + symbol, values[k], kind.step))
                continue
            kept = [Change(old[p][k], new[p][k]) for old, new in zip(old_states, states(optimizer).values())]
            slope = "∂C/∂" + symbol, grads[k]
            if optimizer.weight_decay:
                decayed = optimizer.decayed(before[p], grads)[k]
                sections[-1].quantities.append(Quantity(
                    j, input_, f"g({symbol})", [f"{slope[0]} + λ·{symbol}"],
                    [[f"{number(grads[k])} + {number(optimizer.weight_decay)}·{number(before[p][k])}"]], decayed,
                    Optimizer.decayed))
                slope = "g", decayed
            for title, symbols, numbers, result, function in STEPS[kind](
                    optimizer, symbol, Change(before[p][k], values[k]), slope, kept):
                sections[-1].quantities.append(Quantity(
                    j, input_, title, [symbols], [[numbers]], result, getattr(kind, function)))
    return sections


def _general(optimizer):
    if type(optimizer) not in STEPS:
        return f"{optimizer!r}: no formulas are known for it; only the new values are shown"
    decay = ", with g = ∂C/∂θ + λ·θ" if optimizer.weight_decay else ""
    return GENERAL[type(optimizer)] + decay


# The numbers of an optimizer, and the lists that it keeps for the parameters, by their symbols.
HYPERPARAMETERS = {"lr": "lr", "μ": "momentum", "α": "alpha", "β₁": "beta1", "β₂": "beta2", "λ": "weight_decay",
                   "eps": "eps"}
STATES = {SGD: {"v": "velocity"}, Adagrad: {"s": "square_sum"}, RMSprop: {"s": "square_mean"},
          Adam: {"m": "first_moment", "v": "second_moment"}}


def states(optimizer) -> dict:
    """The lists that an optimizer keeps for the parameters, by their letters in the formulas."""
    return {letter: getattr(optimizer, name) for letter, name in STATES.get(type(optimizer), {}).items()}


# A number before the step and after it.
Change = namedtuple("Change", ("before", "after"))


# Each of the functions in STEPS is given the parameter's symbol and its Change θ, its slope g as (symbol, number), and
# the Changes of its states. For each quantity it yields the name, the formula in symbols and in numbers, the result,
# and the name of the core's function.

def _sgd(optimizer, symbol, theta, g, kept):
    if optimizer.momentum:
        yield (f"v({symbol})", f"μ·v + {g[0]}",
               f"{number(optimizer.momentum)}·{number(kept[0].before)} + {number(g[1])}", kept[0].after, "step")
        yield ("new " + symbol, f"{symbol} - lr·v",
               f"{number(theta.before)} - {number(optimizer.lr)}·{number(kept[0].after)}", theta.after, "step")
    else:
        yield ("new " + symbol, f"{symbol} - lr·{g[0]}",
               f"{number(theta.before)} - {number(optimizer.lr)}·{number(g[1])}", theta.after, "step")


def _adagrad(optimizer, symbol, theta, g, kept):
    yield (f"s({symbol})", f"s + ({g[0]})²", f"{number(kept[0].before)} + ({number(g[1])})²", kept[0].after, "step")
    yield _scaled_step(optimizer, symbol, theta, g, ("s", kept[0].after))


def _rmsprop(optimizer, symbol, theta, g, kept):
    alpha = number(optimizer.alpha)
    yield (f"s({symbol})", f"α·s + (1 - α)·({g[0]})²",
           f"{alpha}·{number(kept[0].before)} + (1 - {alpha})·({number(g[1])})²", kept[0].after, "step")
    yield _scaled_step(optimizer, symbol, theta, g, ("s", kept[0].after))


def _adam(optimizer, symbol, theta, g, kept):
    one, two, t = number(optimizer.beta1), number(optimizer.beta2), optimizer.t
    yield (f"m({symbol})", f"β₁·m + (1 - β₁)·{g[0]}",
           f"{one}·{number(kept[0].before)} + (1 - {one})·{number(g[1])}", kept[0].after, "step")
    yield (f"v({symbol})", f"β₂·v + (1 - β₂)·({g[0]})²",
           f"{two}·{number(kept[1].before)} + (1 - {two})·({number(g[1])})²", kept[1].after, "step")
    m_hat = optimizer.corrected(kept[0].after, optimizer.beta1)
    v_hat = optimizer.corrected(kept[1].after, optimizer.beta2)
    yield (f"m̂({symbol})", "m / (1 - β₁^t)", f"{number(kept[0].after)} / (1 - {one}^{t})", m_hat, "corrected")
    yield (f"v̂({symbol})", "v / (1 - β₂^t)", f"{number(kept[1].after)} / (1 - {two}^{t})", v_hat, "corrected")
    yield _scaled_step(optimizer, symbol, theta, ("m̂", m_hat), ("v̂", v_hat))


def _scaled_step(optimizer, symbol, theta, above, below):
    """θ − lr·above / (√below + eps)."""
    return ("new " + symbol, f"{symbol} - lr·{above[0]} / (sqrt({below[0]}) + eps)",
            f"{number(theta.before)} - {number(optimizer.lr)}·{number(above[1])} / (sqrt({number(below[1])}) + "
            f"{number(optimizer.eps)})", theta.after, "step")


# The function for each optimizer.
STEPS = {SGD: _sgd, Adagrad: _adagrad, RMSprop: _rmsprop, Adam: _adam}
