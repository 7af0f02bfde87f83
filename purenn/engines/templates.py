"""The formulas of the core once more, as source text, with names that ``source.py`` fills in.

``tests/test_unrolled.py`` checks that the two give the same digits.
"""
from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from ..losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..optimizers import SGD, Adagrad, Adam, RMSprop

# The activation {a} of the weighted sum {z}, in layers[{i}].
VALUES = {
    Sigmoid: ("{a} = 1.0 / (1.0 + exp(-{z})) if {z} >= 0.0 else (e := exp({z})) / (1.0 + e)",),
    Tanh: ("{a} = tanh({z})",),
    ReLU: ("{a} = 0.0 if {z} <= 0.0 else {z}",),
    LeakyReLU: ("{a} = {z} if {z} > 0.0 else slope{i} * {z}",),
    Identity: ("{a} = {z}",),
}

# ∂C/∂z from ∂C/∂a, {da}.
SLOPES = {
    Sigmoid: "{da} * ({a} * (1.0 - {a}))",
    Tanh: "{da} * (1.0 - {a} * {a})",
    ReLU: "{da} * (1.0 if {z} > 0.0 else 0.0)",
    LeakyReLU: "{da} * (1.0 if {z} > 0.0 else slope{i})",
    Identity: "{da}",
}

# For each optimizer: its settings, the letters of its states, and what is done for each number.
STEPS: dict = {
    SGD: (("lr, momentum = optimizer.lr, optimizer.momentum",), {"v": "velocity"},
          ("{v} = momentum * {v} + {g}", "{w} -= lr * {v}")),
    Adagrad: (("lr, eps = optimizer.lr, optimizer.eps",), {"s": "square_sum"},
              ("{s} += {g} * {g}", "{w} -= lr * {g} / (sqrt({s}) + eps)")),
    RMSprop: (("lr, alpha, eps = optimizer.lr, optimizer.alpha, optimizer.eps",), {"s": "square_mean"},
              ("{s} = alpha * {s} + (1.0 - alpha) * ({g} * {g})", "{w} -= lr * {g} / (sqrt({s}) + eps)")),
    Adam: (("optimizer.t += 1", "lr, beta1, beta2, eps = optimizer.lr, optimizer.beta1, optimizer.beta2, optimizer.eps",
            "whole1, whole2 = 1.0 - beta1 ** optimizer.t, 1.0 - beta2 ** optimizer.t"),
           {"m": "first_moment", "v": "second_moment"},
           ("{m} = beta1 * {m} + (1.0 - beta1) * {g}", "{v} = beta2 * {v} + (1.0 - beta2) * ({g} * {g})",
            "{w} -= lr * ({m} / whole1) / (sqrt({v} / whole2) + eps)")),
}

# What BCEWithLogitsLoss adds up in {c}, and its slope before it is multiplied by the share.
LOGIT_COST = ("e = exp(-abs({z}))", "s = 1.0 + e",
              "{c} += max({z}, 0.0) - {z} * {y} + (e * (log(s) / (s - 1.0)) if s > 1.0 else e)")
LOGIT_SLOPE = "((1.0 / (1.0 + exp(-{z})) if {z} >= 0.0 else (e := exp({z})) / (1.0 + e)) - {y})"

# The losses that source.py knows how to write.
LOSSES = (MSELoss, HalfSquaredErrorLoss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss)
