"""The classic mistakes: each can be put into the core, shown in a training run, and found by a check.

A mistake is put in by replacing one function of the core during a ``with`` block; the core itself has no code for it.
The mistakes are taken from published lab reports and from questions that come up again and again.
"""
import math
import random

from .. import activations, initializers, layers, losses, network, neuron, optimizers
from ..data.tasks import gate, xor
from ..engines import loops
from ..training import Dataset
from . import checks, mazur, tape
from . import mistake_functions as wrong
from .graph import Tape
from .planting import Experiment, Mistake, planted

__all__ = ["MISTAKES", "Mistake", "planted"]


def _always(value):
    return lambda original: value


def _sgd(lr, momentum=0.0):
    return lambda parameters: optimizers.SGD(parameters, lr=lr, momentum=momentum)


def _xor(hidden="sigmoid", loss=losses.MSELoss, optimizer=None, epochs=6000, data=None):
    return Experiment("xor", [2, 4, 4, 1], hidden, "sigmoid", loss, optimizer or _sgd(1.0), data or xor(), epochs, None)


def _classes(hidden, output, loss, epochs, scale=1.0):
    """The points of xor in two classes, one-hot, for softmax."""
    data = xor()
    targets = [[1.0 - y[0], y[0]] for y in data.targets]
    inputs = [[scale * value for value in x] for x in data.inputs]
    task = "xor in two classes" + (f", inputs times {scale:g}" if scale != 1.0 else "")
    return Experiment(task, [2, 4, 4, 2], hidden, output, loss, _sgd(0.5), Dataset(inputs, targets),
                      epochs, None)


def _mazur():
    built = mazur.network()
    return built, mazur.parameters(built)


MAZUR_EXPERIMENT = Experiment("Mazur's example", [2, 2, 2], "sigmoid", "sigmoid", losses.HalfSquaredErrorLoss,
                              _sgd(mazur.LR), Dataset([mazur.X], [mazur.Y]), 1000, None, network=_mazur)
ADAM = _xor(optimizer=lambda p: optimizers.Adam(p, lr=0.01), epochs=1500)
# The truth table of XOR, learned with the gradients of the tape.
TAPE = Experiment("gate, its gradients by the tape", [2, 3, 3, 1], "tanh", "sigmoid", losses.MSELoss,
                  _sgd(1.0), gate(), 400, None, Tape)

MISTAKES = (
    Mistake("tanh-derivative", "tanh′ is computed as 1 − tanh(a)² from the activation a, which has been through tanh "
            "already.",
            "activations.tanh_derivative", "return 1.0 - a * a", "return 1.0 - math.tanh(a) ** 2",
            [(activations.Tanh, "derivative", _always(staticmethod(lambda z, a: 1.0 - math.tanh(a) ** 2)))],
            lambda: checks.gradients("tanh"), _xor(hidden="tanh", optimizer=_sgd(0.3), epochs=3000)),
    Mistake("sigmoid-derivative-of-z", "σ′ = a·(1 − a) is given z in place of a.",
            "activations.sigmoid_derivative", "return a * (1.0 - a)", "return z * (1.0 - z)",
            [(activations.Sigmoid, "derivative", _always(staticmethod(lambda z, a: z * (1.0 - z))))],
            lambda: checks.gradients("sigmoid"), _xor()),
    Mistake("sigmoid-of-activation", "σ′ = σ(z)·(1 − σ(z)) is given a in place of z, so the sigmoid is applied twice.",
            "activations.sigmoid_derivative", "return a * (1.0 - a)", "return sigmoid(a) * (1.0 - sigmoid(a))",
            [(activations.Sigmoid, "derivative", _always(staticmethod(
                lambda z, a: activations.sigmoid(a) * (1.0 - activations.sigmoid(a)))))],
            lambda: checks.gradients("sigmoid"), _xor()),
    Mistake("shared-velocity", "One layer's step uses another layer's velocity.",
            "optimizers.Optimizer._state", "return [zeros(len(values)) for _, values, _ in self.parameters]",
            "one list of velocities for all lists of parameters of the same length",
            [(optimizers.Optimizer, "_state", wrong.one_velocity)],
            lambda: checks.hand_computed_steps("momentum"), _xor(optimizer=_sgd(0.3, 0.9), epochs=3000)),
    Mistake("momentum-of-gradient", "Momentum uses the previous gradient in place of the previous velocity, so "
            "each gradient is forgotten after one more step.",
            "optimizers.SGD.step", "v[k] = self.momentum * v[k] + grads[k]",
            "v[k] = self.momentum * previous_grads[k] + grads[k]",
            [(optimizers.SGD, "step", wrong.momentum_on_the_gradient)],
            lambda: checks.hand_computed_steps("momentum"), _xor(optimizer=_sgd(0.3, 0.9), epochs=3000)),
    Mistake("adam-moments-swapped", "Adam's first moment is the mean of g², its second that of g.",
            "optimizers.Adam.step", "m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * g",
            "m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * (g * g); in the line of v[k], g for g * g",
            [(optimizers.Adam, "step", _always(wrong.adam(swapped=True)))],
            lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adam-betas", "Adam's betas are 0.9 and 0.1 in place of 0.9 and 0.999.",
            "optimizers.Adam.__init__", "betas: tuple = (0.9, 0.999)", "betas: tuple = (0.9, 0.1)",
            [(optimizers.Adam, "__init__", wrong.adam_betas)], lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adam-correction", "Adam's bias correction divides by 1 − β, not by 1 − β^t.",
            "optimizers.Adam.corrected", "return moment / (1.0 - beta ** self.t)", "return moment / (1.0 - beta)",
            [(optimizers.Adam, "corrected", _always(lambda self, moment, beta: moment / (1.0 - beta)))],
            lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adam-step-counter", "Adam's t goes up once for each list of parameters, not once for each step.",
            "optimizers.Adam.step", "self.t += 1", "self.t += 1, inside the loop over the parameters",
            [(optimizers.Adam, "step", _always(wrong.adam(advance_each=True)))],
            lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adagrad-column", "Adagrad's squares are summed over a whole list of weights, not kept for each.",
            "optimizers.Adagrad.step", "s[k] += g * g", "s[k] += sum(g * g for g in grads)",
            [(optimizers.Adagrad, "step", wrong.adagrad_columns)], lambda: checks.hand_computed_steps("Adagrad"),
            _xor(optimizer=lambda p: optimizers.Adagrad(p, lr=0.1), epochs=3000)),
    Mistake("updated-weights", "The hidden layer's slopes are computed from weights that have already been changed "
            "(the program behind Mazur's article does this).",
            "neuron.backward", "input_grads[k] += delta * weights[k]",
            "weights[k] -= lr * delta * inputs[k], and then input_grads[k] += delta * weights[k]",
            [(layers.Linear, "backward", wrong.updated_weights)], checks.mazur_step, MAZUR_EXPERIMENT),
    Mistake("gradients-not-cleared", "The gradients of one batch are still there when those of the next are added.",
            "network.Network.zero_grad", "grads[:] = [0.0] * len(grads)", "nothing is cleared",
            [(network.Network, "zero_grad", _always(lambda self: None))], checks.gradients_are_cleared, ADAM),
    Mistake("biases-never-updated", "The biases get no gradient and never change.",
            "neuron.backward", "return delta", "return 0.0",
            [(neuron, "backward", wrong.no_bias_slope)], lambda: checks.gradients("sigmoid"),
            Experiment("gate", [2, 2, 1], "sigmoid", "sigmoid", losses.MSELoss, _sgd(2.0), gate(), 5000, None)),
    Mistake("share-overwritten", "Each neuron that takes an activation a_k overwrites ∂C/∂a_k instead of adding to "
            "it.",
            "neuron.backward", "input_grads[k] += delta * weights[k]", "input_grads[k] = delta * weights[k]",
            [(neuron, "backward", wrong.last_share_alone)], lambda: checks.gradients("sigmoid"), _xor()),
    Mistake("missing-factor-2", "The factor 2 of the slope of (a − y)² is missing.",
            "losses.MSELoss.backward", "return [share * 2.0 * (a - y) for a, y in zip(output, target)]",
            "return [share * (a - y) for a, y in zip(output, target)]",
            [(losses.MSELoss, "backward", _always(lambda self, output, target: [
                self.share(len(output)) * (a - y) for a, y in zip(output, target)]))],
            lambda: checks.gradients(loss="mse"), _xor()),
    Mistake("half-in-loss-only", "The loss has a ½, but its gradient still has a 2.",
            "losses.HalfSquaredErrorLoss.backward", "return [a - y for a, y in zip(output, target)]",
            "return [2.0 * (a - y) for a, y in zip(output, target)]",
            [(losses.HalfSquaredErrorLoss, "backward", _always(lambda self, output, target: [
                2.0 * (a - y) for a, y in zip(output, target)]))],
            lambda: checks.gradients(loss="half-sse"), _xor(loss=losses.HalfSquaredErrorLoss, optimizer=_sgd(0.1))),
    Mistake("missing-1/n", "The loss is a mean over the samples, but its gradient is a sum: it is n times too large.",
            "engines.loops.Loops.gradients", "batch_grad.append(share * g)", "batch_grad.append(g)",
            [(loops.Loops, "gradients", wrong.shares(0))], lambda: checks.gradients(loss="mse"), _xor(epochs=3000)),
    Mistake("1/n-twice", "The gradient has the 1/n of the mean twice, so it is n times too small.",
            "engines.loops.Loops.gradients", "batch_grad.append(share * g)", "batch_grad.append(share * share * g)",
            [(loops.Loops, "gradients", wrong.shares(2))], lambda: checks.gradients(loss="mse"), _xor()),
    Mistake("softmax-diagonal", "Softmax's derivative is taken to be a·(1 − a), which is only the diagonal "
            "of its Jacobian, the matrix of all ∂a_i/∂z_j.",
            "activations.Softmax.backward", "delta[j] += grad[i] * jacobian[i][j]",
            "delta[j] = grad[j] * a[j] * (1.0 - a[j])",
            [(activations.Softmax, "backward", _always(lambda self, grad: [
                g * a * (1.0 - a) for g, a in zip(grad, self.a)]))],
            lambda: checks.gradients("softmax"), _classes("tanh", "softmax", losses.MSELoss, 1500)),
    Mistake("log-of-zero", "Cross-entropy takes the logarithm of a probability that has been rounded to 0.",
            "losses.CrossEntropyLoss.forward", "total += y * (log_powers + (m - z))",
            "total -= y * math.log(softmax(output)[j])",
            [(losses.CrossEntropyLoss, "forward", _always(lambda self, output, target: -math.fsum(
                y * math.log(p) for p, y in zip(activations.softmax(output), target))))],
            checks.far_out, _classes("relu", None, losses.CrossEntropyLoss, 600, scale=1000.0)._replace(
                optimizer=lambda p: optimizers.Adam(p, lr=0.01))),
    Mistake("exp-overflow", "The sigmoid is written 1 / (1 + e^−z) for negative z too, and e^−z overflows.",
            "activations.sigmoid", "e = exp(z)", "return 1.0 / (1.0 + math.exp(-z)), for every z",
            [(activations.Sigmoid, "function", _always(staticmethod(lambda z: 1.0 / (1.0 + math.exp(-z)))))],
            checks.far_out, _xor(data=Dataset([[1000.0 * a, 1000.0 * b] for a, b in xor().inputs], xor().targets),
                                 epochs=500)._replace(task="xor, inputs times 1000")),
    Mistake("equal-weights", "All weights and biases are equal at the start, so the neurons of a layer stay identical.",
            "initializers.uniform", "weight = _matrix(in_features, out_features, lambda: rng.uniform(-1.0, 1.0))",
            "weight = _matrix(in_features, out_features, lambda: 0.5)",
            [(initializers.INITIALIZERS, "uniform", _always(lambda fan_in, fan_out, rng: (
                [[0.5] * fan_in for _ in range(fan_out)], [0.5] * fan_out)))],
            checks.neurons_become_different, _xor()),
    Mistake("unused-seed", "A seed is set on a generator that is not the one used, so no two runs are the same.",
            "initializers.uniform", "rng.uniform(-1.0, 1.0)", "random.Random().uniform(-1.0, 1.0)",
            [(initializers.INITIALIZERS, "uniform", lambda original: (
                lambda fan_in, fan_out, rng: original(fan_in, fan_out, random.Random())))],
            checks.seed_is_used, _xor()),
    Mistake("no-topological-order", "The tape passes a gradient on before it is complete: wrong as soon as a value is "
            "used twice.",
            "study.tape.Value.backward", "for value in reversed(order):",
            "each value passes its gradient on at once, by recursion, whenever a part of it arrives",
            [(tape.Value, "backward", _always(wrong.pushed_at_once))], checks.tape_gradients, TAPE),
    Mistake("gradient-overwritten", "The tape assigns a gradient where it must add: if a value is used twice, one "
            "use is lost.",
            "study.tape.Value.backward", "parent.grad += value.grad * slope", "parent.grad = value.grad * slope",
            [(tape.Value, "backward", _always(wrong.overwritten))], checks.tape_gradients, TAPE),
)
