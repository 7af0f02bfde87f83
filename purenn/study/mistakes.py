"""The classic mistakes: each can be put into the core, shown in a training, and found by a check.

A mistake is put in by replacing one function of the core during a ``with`` block; the core itself has no code for it.
They are the mistakes of published lab reports and of questions that come up again and again.
"""
import math
import random

from .. import activations, initializers, layers, losses, network, neuron, optimizers
from ..data.tasks import gate, xor
from ..engines import loops
from ..training import Dataset, evaluate, train
from . import checks, mazur, tape
from .graph import Tape
from .planting import Experiment, Mistake, Trained, planted

__all__ = ["MISTAKES", "Mistake", "network_of", "planted", "train_experiment"]

def _always(value):
    return lambda original: value


# The mistakes, as functions in place of the core's.

def _one_velocity(original):
    def state(self):
        by_length: dict = {}
        return [by_length.setdefault(len(values), [0.0] * len(values)) for _, values, _ in self.parameters]
    return state


def _momentum_on_the_gradient(original):
    def step(self):
        for (_, values, grads), previous in zip(self.parameters, self.velocity):
            for k in range(len(values)):
                values[k] -= self.lr * (self.momentum * previous[k] + grads[k])
                previous[k] = grads[k]
    return step


def _adam(swapped=False, advance_each=False):
    def step(self):
        self.t += 0 if advance_each else 1
        for (_, values, grads), m, v in zip(self.parameters, self.first_moment, self.second_moment):
            self.t += 1 if advance_each else 0
            for k in range(len(values)):
                g = grads[k]
                m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * (g * g if swapped else g)
                v[k] = self.beta2 * v[k] + (1.0 - self.beta2) * (g if swapped else g * g)
                m_hat = self.corrected(m[k], self.beta1)
                v_hat = self.corrected(v[k], self.beta2)
                values[k] -= self.lr * m_hat / (math.sqrt(v_hat) + self.eps)
    return step


def _adam_betas(original):
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.1), eps=1e-8, weight_decay=0.0):
        original(self, parameters, lr, betas, eps, weight_decay)
    return __init__


def _adagrad_columns(original):
    def step(self):
        for (_, values, grads), s in zip(self.parameters, self.square_sum):
            total = 0.0
            for g in grads:
                total += g * g
            for k in range(len(values)):
                s[k] += total
                values[k] -= self.lr * grads[k] / (math.sqrt(s[k]) + self.eps)
    return step


def _updated_weights(original):
    def backward(self, delta):
        for j in self.neurons:
            for k in range(self.in_features):
                self.weight[j][k] -= mazur.LR * delta[j] * self.inputs[k]       # the step, taken too early
        grads = original(self, delta)
        for row in self.weight_grad:
            row[:] = [0.0] * len(row)                                           # it has been taken
        return grads
    return backward


def _no_bias_slope(original):
    def backward(*given):
        original(*given)
        return 0.0
    return backward


def _shares(times):
    """The engine with the share, 1/n, put into the gradient ``times`` times."""
    def make(original):
        def gradients(self, network, loss, inputs, targets):
            share = loss.share(len(inputs)) ** times
            outputs = []
            for x, y in zip(inputs, targets):
                outputs.append(network.forward(x))
                network.backward([share * g for g in loss.backward(outputs[-1], y)])
            return loops.batch_cost(loss, outputs, targets), outputs
        return gradients
    return make


def _pushed_at_once(self):
    """The wrong Value.backward: each Value passes its gradient on as soon as a part of it arrives."""
    for value in self.order():
        value.grad = 0.0
    self.grad = 1.0
    _push(self)


def _push(value):
    for parent, slope in zip(value.parents, value.slopes):
        parent.grad += value.grad * slope
        _push(parent)


def _overwritten(self):
    """The wrong Value.backward: what is made from a Value last is all that counts."""
    self.grad = 1.0
    for value in reversed(self.order()):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad = value.grad * slope


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


MAZUR_EXPERIMENT = Experiment("Mazur's example", [2, 2, 2], "sigmoid", "sigmoid", losses.HalfSquaredErrorLoss,
                              _sgd(mazur.LR), Dataset([mazur.X], [mazur.Y]), 1000, None)
ADAM = _xor(optimizer=lambda p: optimizers.Adam(p, lr=0.01), epochs=1500)
# The truth table of XOR, learned with the gradients of the tape.
TAPE = Experiment("gate, its gradients by the tape", [2, 3, 3, 1], "tanh", "sigmoid", losses.MSELoss,
                  _sgd(1.0), gate(), 400, None, Tape)


def network_of(experiment, seed: int) -> tuple:
    """The network of an experiment, and the parameters that learn."""
    if experiment is MAZUR_EXPERIMENT:
        built = mazur.network()
        return built, mazur.parameters(built)
    built = network.Network.mlp(experiment.sizes, experiment.hidden, experiment.output, rng=random.Random(seed))
    return built, built.parameters()


def train_experiment(experiment, seed: int) -> Trained:
    """Train the network of an experiment; an error that the mistake causes is kept, too."""
    built, parameters = network_of(experiment, seed)
    loss, optimizer = experiment.loss(), experiment.optimizer(parameters)
    curve: list = []
    try:
        engine = experiment.engine() if experiment.engine else None
        for epoch in train(built, experiment.data, loss, optimizer, experiment.epochs, experiment.batch_size, engine):
            curve.append(epoch.loss)
        final, accuracy, outputs = evaluate(built, loss, experiment.data)
    except (ArithmeticError, ValueError) as error:
        return Trained(curve, None, None, 0, error)
    return Trained(curve, final, accuracy, len(outputs), None)


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
            "the same list of velocities for every list of parameters of that length",
            [(optimizers.Optimizer, "_state", _one_velocity)],
            lambda: checks.hand_computed_steps("momentum"), _xor(optimizer=_sgd(0.3, 0.9), epochs=3000)),
    Mistake("momentum-of-gradient", "Momentum uses the previous gradient in place of the previous step, so "
            "it is forgotten after one step.",
            "optimizers.SGD.step", "v[k] = self.momentum * v[k] + grads[k]",
            "v[k] = self.momentum * previous_grads[k] + grads[k]",
            [(optimizers.SGD, "step", _momentum_on_the_gradient)],
            lambda: checks.hand_computed_steps("momentum"), _xor(optimizer=_sgd(0.3, 0.9), epochs=3000)),
    Mistake("adam-moments-swapped", "Adam's first moment is the mean of g², its second that of g.",
            "optimizers.Adam.step", "m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * g",
            "m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * (g * g), and g where v[k] has g * g",
            [(optimizers.Adam, "step", _always(_adam(swapped=True)))],
            lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adam-betas", "Adam's betas are 0.9 and 0.1, where 0.9 and 0.999 are meant.",
            "optimizers.Adam.__init__", "betas: tuple = (0.9, 0.999)", "betas: tuple = (0.9, 0.1)",
            [(optimizers.Adam, "__init__", _adam_betas)], lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adam-correction", "Adam's bias correction divides by 1 − β, not by 1 − β^t.",
            "optimizers.Adam.corrected", "return moment / (1.0 - beta ** self.t)", "return moment / (1.0 - beta)",
            [(optimizers.Adam, "corrected", _always(lambda self, moment, beta: moment / (1.0 - beta)))],
            lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adam-step-counter", "Adam's t goes up once for each parameter, not once for each step.",
            "optimizers.Adam.step", "self.t += 1", "self.t += 1, inside the loop over the parameters",
            [(optimizers.Adam, "step", _always(_adam(advance_each=True)))],
            lambda: checks.hand_computed_steps("Adam"), ADAM),
    Mistake("adagrad-column", "Adagrad's squares are summed over a whole list of weights, not kept for each.",
            "optimizers.Adagrad.step", "s[k] += g * g", "s[k] += sum(g * g for g in grads)",
            [(optimizers.Adagrad, "step", _adagrad_columns)], lambda: checks.hand_computed_steps("Adagrad"),
            _xor(optimizer=lambda p: optimizers.Adagrad(p, lr=0.1), epochs=3000)),
    Mistake("updated-weights", "The hidden layer's slopes are computed from weights that have already been changed "
            "(the program behind Mazur's article does this).",
            "neuron.backward", "input_grads[k] += delta * weights[k]",
            "weights[k] -= lr * delta * inputs[k], and then input_grads[k] += delta * weights[k]",
            [(layers.Linear, "backward", _updated_weights)], checks.mazur_step, MAZUR_EXPERIMENT),
    Mistake("gradients-not-cleared", "The gradients of one batch are still there when the next is added.",
            "network.Network.zero_grad", "grads[:] = [0.0] * len(grads)", "nothing is cleared",
            [(network.Network, "zero_grad", _always(lambda self: None))], checks.gradients_are_cleared, ADAM),
    Mistake("biases-never-updated", "The biases get no gradient and never change.",
            "neuron.backward", "return delta", "return 0.0",
            [(neuron, "backward", _no_bias_slope)], lambda: checks.gradients("sigmoid"),
            Experiment("gate", [2, 2, 1], "sigmoid", "sigmoid", losses.MSELoss, _sgd(2.0), gate(), 5000, None)),
    Mistake("missing-factor-2", "The 2 of (a − y)² is missing from the gradient but not from the loss.",
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
    Mistake("missing-1/n", "The loss is a mean over the samples, its gradient a sum: it is n times too large.",
            "engines.loops.Loops.gradients", "batch_grad.append(share * g)", "batch_grad.append(g)",
            [(loops.Loops, "gradients", _shares(0))], lambda: checks.gradients(loss="mse"), _xor(epochs=3000)),
    Mistake("1/n-twice", "The 1/n of the mean is in the gradient twice: it is n times too small.",
            "engines.loops.Loops.gradients", "batch_grad.append(share * g)", "batch_grad.append(share * share * g)",
            [(loops.Loops, "gradients", _shares(2))], lambda: checks.gradients(loss="mse"), _xor()),
    Mistake("softmax-diagonal", "Softmax's derivative is taken to be a·(1 − a), which is only the diagonal "
            "of its Jacobian.",
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
    Mistake("equal-weights", "All weights are equal at the start, so the neurons of a layer stay identical forever.",
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
            [(tape.Value, "backward", _always(_pushed_at_once))], checks.tape_gradients, TAPE),
    Mistake("gradient-overwritten", "The tape assigns a gradient where it must add: of a value that is used twice, one "
            "use is lost.",
            "study.tape.Value.backward", "parent.grad += value.grad * slope", "parent.grad = value.grad * slope",
            [(tape.Value, "backward", _always(_overwritten))], checks.tape_gradients, TAPE),
)
