"""The lab reports' own methods, where they differ from the textbook's; mistakes included.

Each is named after the report that has it: A "functions", B "layers", E "gate". So each report's figures can be
compared with what its own methods give; ``optimizers`` has the right methods. A variant is a function that
changes a Run before it begins.
"""
import math

from ..activations import Tanh
from ..engines import c_templates
from ..engines.templates import SLOPES, STEPS, VALUES
from ..optimizers import SGD, Adagrad, Adam


class AdagradOfA(Adagrad):
    """Report A's Adagrad: the squared gradients of all weights of a neuron are summed; eps stands in the root.

        s_j ← s_j + Σ_k g_jk²
        θ_jk ← θ_jk − lr·g_jk / √(s_j + eps)

    Biases have a sum each, as they should.
    """

    def __init__(self, parameters, lr: float):
        Adagrad.__init__(self, parameters, lr, eps=1e-8)

    def step(self) -> None:
        """s_j ← s_j + Σ_k g_jk²; θ_jk ← θ_jk − lr·g_jk / √(s_j + eps)."""
        for (name, values, grads), s in zip(self.parameters, self.square_sum):
            column = 0.0
            for g in grads:
                column += g * g                                 # Σ_k g_jk²
            for k in range(len(values)):
                s[k] += grads[k] * grads[k] if name.endswith("bias") else column
                values[k] -= self.lr * grads[k] / math.sqrt(s[k] + self.eps)


class AdamOfA(Adam):
    """Report A's Adam: the betas are 0.1 and 0.9, and the mean of the squares is not kept from one step to the next.

        m ← 0.1·m + 0.9·g
        v = 0.1·g²
        θ ← θ − lr·(m / (1 − 0.1^t)) / (√(v / (1 − 0.9^t)) + eps)
    """

    def __init__(self, parameters, lr: float):
        Adam.__init__(self, parameters, lr, betas=(0.1, 0.9))

    def step(self) -> None:
        """The step of the class; v = (1 − β₂)·g² is not kept from one step to the next."""
        self.t += 1
        for (_, values, grads), m in zip(self.parameters, self.first_moment):
            for k in range(len(values)):
                g = grads[k]
                m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * g
                v = (1.0 - self.beta2) * (g * g)
                m_hat = self.corrected(m[k], self.beta1)
                v_hat = self.corrected(v, self.beta2)
                values[k] -= self.lr * m_hat / (math.sqrt(v_hat) + self.eps)


class AdamOfB(Adam):
    """Report B's Adam: the correction divides by 1 − β in every step, and eps stands inside the root.

        m̂ = m / (1 − β₁),  v̂ = v / (1 − β₂)
        θ ← θ − lr·m̂ / √(v̂ + eps)
    """

    def step(self) -> None:
        """m̂ = m / (1 − β₁); v̂ = v / (1 − β₂); θ ← θ − lr·m̂ / √(v̂ + eps)."""
        self.t += 1                                             # counted, and not used
        for (_, values, grads), m, v in zip(self.parameters, self.first_moment, self.second_moment):
            for k in range(len(values)):
                g = grads[k]
                m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * g
                v[k] = self.beta2 * v[k] + (1.0 - self.beta2) * (g * g)
                m_hat = m[k] / (1.0 - self.beta1)
                v_hat = v[k] / (1.0 - self.beta2)
                values[k] -= self.lr * m_hat / math.sqrt(v_hat + self.eps)


class MomentumOfE(SGD):
    """Report E's momentum adds the previous gradient, not the previous step, and does not multiply it by the lr.

        θ ← θ − (lr·g + μ·g_before)
    """

    def step(self) -> None:
        """θ ← θ − (lr·g + μ·g_before)."""
        for (_, values, grads), before in zip(self.parameters, self.velocity):
            for k in range(len(values)):
                values[k] -= self.lr * grads[k] + self.momentum * before[k]
                before[k] = grads[k]


class TanhOfA(Tanh):
    """Report A's tanh, whose slope is computed from the activation a as if that were z: 1 − tanh(a)²."""

    def derivative(self, z: float, a: float) -> float:
        """1 − tanh(a)², where 1 − a² is right."""
        return 1.0 - math.tanh(a) * math.tanh(a)


# The same for the engines ``unrolled`` and ``compiled``; a test compares them with the classes above, bit for bit.
VALUES[TanhOfA] = VALUES[Tanh]
SLOPES[TanhOfA] = "{da} * (1.0 - tanh({a}) * tanh({a}))"
STEPS[AdamOfA] = (
    ("optimizer.t += 1", "beta1, beta2, eps, lr = optimizer.beta1, optimizer.beta2, optimizer.eps, optimizer.lr",
     "whole1, whole2 = 1.0 - beta1 ** optimizer.t, 1.0 - beta2 ** optimizer.t"),
    {"m": "first_moment"},
    ("{m} = beta1 * {m} + (1.0 - beta1) * {g}",
     "{w} -= lr * ({m} / whole1) / (sqrt((1.0 - beta2) * ({g} * {g}) / whole2) + eps)"))
STEPS[AdamOfB] = (
    ("optimizer.t += 1", "beta1, beta2, eps, lr = optimizer.beta1, optimizer.beta2, optimizer.eps, optimizer.lr",),
    {"m": "first_moment", "v": "second_moment"},
    ("{m} = beta1 * {m} + (1.0 - beta1) * {g}", "{v} = beta2 * {v} + (1.0 - beta2) * ({g} * {g})",
     "{w} -= lr * ({m} / (1.0 - beta1)) / sqrt({v} / (1.0 - beta2) + eps)"))
STEPS[MomentumOfE] = (("lr, momentum = optimizer.lr, optimizer.momentum",), {"v": "velocity"},
                      ("{w} -= lr * {g} + momentum * {v}", "{v} = {g}"))
c_templates.VALUES[TanhOfA] = c_templates.VALUES[Tanh]
c_templates.SLOPES[TanhOfA] = "da * (1.0 - tanh(a) * tanh(a))"
c_templates.STEPS[AdagradOfA] = (("eps",), ("square_sum",), """
    double column = 0.0;
    for (long k = i - (i - from) % row; k < i - (i - from) % row + row; k++)
        column += t->g[k] * t->g[k];                                    /* Σ_k g_jk², or a bias's g² */
    v[i] += column;
    w[i] -= lr * g / sqrt(v[i] + eps);""")
c_templates.STEPS[AdamOfA] = (("beta1", "beta2", "eps"), ("first_moment",), """
    v[i] = beta1 * v[i] + (1.0 - beta1) * g;
    w[i] -= lr * (v[i] / correction1) / (sqrt((1.0 - beta2) * (g * g) / correction2) + eps);""")
c_templates.STEPS[AdamOfB] = (("beta1", "beta2", "eps"), ("first_moment", "second_moment"), """
    v[i] = beta1 * v[i] + (1.0 - beta1) * g;
    u[i] = beta2 * u[i] + (1.0 - beta2) * (g * g);
    w[i] -= lr * (v[i] / (1.0 - beta1)) / sqrt(u[i] / (1.0 - beta2) + eps);""")
c_templates.STEPS[MomentumOfE] = (("momentum",), ("velocity",), """
    w[i] -= lr * g + momentum * v[i];
    v[i] = g;""")


# Variants: each changes a Run that has not begun.

def adagrad_of_a(run) -> None:
    """Learn with report A's Adagrad."""
    run.optimizer = AdagradOfA(run.network.parameters(), run.settings.lr)


def adam_of_a(run) -> None:
    """Learn with report A's Adam."""
    run.optimizer = AdamOfA(run.network.parameters(), run.settings.lr)


def adam_of_b(run) -> None:
    """Learn with report B's Adam."""
    run.optimizer = AdamOfB(run.network.parameters(), run.settings.lr)


def momentum_of_e(run) -> None:
    """Learn with report E's momentum."""
    run.optimizer = MomentumOfE(run.network.parameters(), run.settings.lr, run.settings.momentum)


def tanh_of_a(run) -> None:
    """Take report A's slope of tanh in every hidden layer."""
    layers = run.network.layers
    for i in range(len(layers)):
        if isinstance(layers[i], Tanh):
            layers[i] = TanhOfA()
