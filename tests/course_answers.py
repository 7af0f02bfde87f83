"""Answers to exercises of the course, as learners write them: unusual right ones, and wrong ones.

With each wrong one is the name of the mistake, or "" where it is none of those that are known.
"""

RIGHT = [
    ("1.2", '''\
def forward(weights, bias, inputs):
    return sum(w * a for w, a in zip(weights, inputs)) + bias
'''),
    ("1.2", '''\
def forward(weights, bias, inputs):
    if not weights:
        return bias
    return forward(weights[1:], bias, inputs[1:]) + weights[0] * inputs[0]
'''),
    ("2.2", '''\
import math


def sigmoid(z):
    return 0.5 * (1.0 + math.tanh(0.5 * z))
'''),
    ("2.3", '''\
def sigmoid_derivative(z, a):
    return a - a ** 2
'''),
    ("2.4", '''\
import math


def tanh_derivative(z, a):
    return 1 / math.cosh(z) ** 2
'''),
    ("2.5", '''\
from activations import sigmoid, sigmoid_derivative


class Activation:
    def forward(self, z):
        self.z, self.a = list(z), [self.function(x) for x in z]
        return list(self.a)
    def backward(self, grad):
        return [self.derivative(z, a) * g for g, z, a in zip(grad, self.z, self.a)]
    def parameters(self):
        return []


class Sigmoid(Activation):
    def function(self, z):
        return sigmoid(z)
    def derivative(self, z, a):
        return sigmoid_derivative(z, a)
'''),
    ("3.2", '''\
def squared_error(output, target):
    return sum((a - y) ** 2 for a, y in zip(output, target))


class MSELoss:
    def __init__(self, reduction='mean'):
        self.reduction = reduction
    def share(self, count):
        return {'mean': 1 / count, 'sum': 1}[self.reduction]
    def forward(self, output, target):
        return squared_error(output, target) / (len(output) if self.reduction == 'mean' else 1)
    def backward(self, output, target):
        grads = []
        for j in range(len(output)):
            grads.append(-2 * (target[j] - output[j]) * self.share(len(output)))
        return grads
'''),
    ("4.2", '''\
def backward(delta, weights, inputs, weight_grads, input_grads):
    weight_grads[:] = [g + delta * a for g, a in zip(weight_grads, inputs)]
    for k, w in enumerate(weights):
        input_grads[k] = input_grads[k] + w * delta
    return 1 * delta
'''),
    ("5.2", '''\
def uniform(in_features, out_features, rng):
    draw = lambda count: [rng.uniform(-1, 1) for _ in range(count)]
    return [draw(in_features) for _ in range(out_features)], draw(out_features)
'''),
    ("5.3", '''\
import neuron, initializers


class Linear:
    def __init__(self, in_features, out_features, rng):
        self.weight, self.bias = initializers.uniform(in_features, out_features, rng)
        self.weight_grad = [[0.0] * in_features for _ in range(out_features)]
        self.bias_grad = [0.0] * out_features
    def forward(self, inputs):
        self.inputs = inputs
        return [neuron.forward(w, b, inputs) for w, b in zip(self.weight, self.bias)]
    def backward(self, delta):
        back = [0.0] * len(self.inputs)
        for j in reversed(range(len(delta))):
            for k, a in enumerate(self.inputs):
                self.weight_grad[j][k] += a * delta[j]
                back[k] += self.weight[j][k] * delta[j]
            self.bias_grad[j] += delta[j]
        return back
'''),
    ("6.2", '''\
from functools import reduce


class Network:
    def __init__(self, layers):
        self.layers = layers
    def forward(self, x):
        return reduce(lambda a, layer: layer.forward(a), self.layers, x)
    def backward(self, grad):
        for i in range(len(self.layers) - 1, -1, -1):
            grad = self.layers[i].backward(grad)
        return grad
'''),
    ("7.3", '''\
import math


class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.p, self.lr, self.betas, self.eps, self.history = list(parameters), lr, betas, eps, []
    def corrected(self, moment, beta):
        return moment / (1 - math.pow(beta, len(self.history)))
    def step(self):
        self.history.append([list(grads) for _, _, grads in self.p])
        b1, b2 = self.betas
        for i, (_, values, _) in enumerate(self.p):
            for k in range(len(values)):
                m = v = 0.0
                for grads in self.history:
                    m = b1 * m + (1 - b1) * grads[i][k]
                    v = b2 * v + (1 - b2) * grads[i][k] ** 2
                values[k] -= self.lr * self.corrected(m, b1) / (self.corrected(v, b2) ** 0.5 + self.eps)
'''),
    ("8.3", '''\
def batches(data, batch_size=None, rng=None):
    pairs = list(zip(data.inputs, data.targets))
    if rng:
        rng.shuffle(pairs)
    size, result = batch_size or len(pairs), []
    while pairs:
        part, pairs = pairs[:size], pairs[size:]
        result.append(([x for x, _ in part], [y for _, y in part]))
    return result
'''),
    ("10.2", '''\
from math import exp


def exponentials(z):
    m = sorted(z)[-1]
    powers = [exp(x - m) for x in z]
    return powers, sum(powers), m


def softmax(z):
    powers, total, _ = exponentials(z)
    return tuple(p / total for p in powers)
'''),
]

WRONG = [
    ("1.2", "bias-left-out", '''\
def forward(weights, bias, inputs):
    return sum(w * a for w, a in zip(weights, inputs))
'''),
    ("2.3", "sigmoid-of-activation", '''\
from activations import sigmoid


def sigmoid_derivative(z, a):
    s = sigmoid(a)
    return s * (1 - s)
'''),
    ("2.2", "exp-overflow", '''\
from math import exp


def sigmoid(z):
    return 1 / (1 + exp(-z))
'''),
    ("2.2", "", '''\
import math


def sigmoid(z):
    return math.tanh(z)
'''),
    ("3.2", "missing-factor-2", '''\
def squared_error(output, target):
    return sum((a - y) ** 2 for a, y in zip(output, target))


class MSELoss:
    def __init__(self, reduction='mean'):
        self.reduction = reduction
    def share(self, count):
        return 1 / count if self.reduction == 'mean' else 1
    def forward(self, output, target):
        return self.share(len(output)) * squared_error(output, target)
    def backward(self, output, target):
        return [self.share(len(output)) * (a - y) for a, y in zip(output, target)]
'''),
    ("4.2", "weights-for-inputs", '''\
def backward(delta, weights, inputs, weight_grads, input_grads):
    for k in range(len(weights)):
        weight_grads[k] += weights[k] * delta
        input_grads[k] += inputs[k] * delta
    return delta
'''),
    ("4.2", "", '''\
def backward(delta, weights, inputs, weight_grads, input_grads):
    weight_grads = [delta * a for a in inputs]
    input_grads = [delta * w for w in weights]
    return delta
'''),
    ("6.2", "backward-in-order", '''\
class Network:
    def __init__(self, layers):
        self.layers = layers
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def backward(self, grad):
        for layer in self.layers:
            grad = layer.backward(grad)
        return grad
'''),
    ("7.2", "no-momentum", '''\
class SGD:
    def __init__(self, parameters, lr=0.001, momentum=0.0):
        self.parameters, self.lr = list(parameters), lr
    def _state(self):
        return []
    def step(self):
        for _, values, grads in self.parameters:
            for k in range(len(values)):
                values[k] -= self.lr * grads[k]
'''),
    ("7.2", "", '''\
class SGD:
    def __init__(self, parameters, lr=0.001, momentum=0.0):
        self.parameters, self.lr, self.mu = list(parameters), lr, momentum
        self.v = 0.0
    def _state(self):
        return []
    def step(self):
        for _, values, grads in self.parameters:
            for k in range(len(values)):
                self.v = self.mu * self.v + grads[k]
                values[k] -= self.lr * self.v
'''),
    ("7.3", "adam-without-correction", '''\
import math


class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.p, self.lr, self.betas, self.eps = list(parameters), lr, betas, eps
        self.m = [[0.0] * len(v) for _, v, _ in self.p]
        self.v = [[0.0] * len(v) for _, v, _ in self.p]
    def corrected(self, moment, beta):
        return moment
    def step(self):
        b1, b2 = self.betas
        for (_, values, grads), m, v in zip(self.p, self.m, self.v):
            for k, g in enumerate(grads):
                m[k] = b1 * m[k] + (1 - b1) * g
                v[k] = b2 * v[k] + (1 - b2) * g * g
                values[k] -= self.lr * m[k] / (math.sqrt(v[k]) + self.eps)
'''),
    ("8.1", "missing-1/n", '''\
def batch_cost(loss, outputs, targets):
    return sum(loss.forward(o, t) for o, t in zip(outputs, targets)) / len(outputs)


class Loops:
    def gradients(self, network, loss, inputs, targets):
        outputs = []
        for x, y in zip(inputs, targets):
            outputs.append(network.forward(x))
            network.backward(loss.backward(outputs[-1], y))
        return batch_cost(loss, outputs, targets), outputs
'''),
    ("10.3", "log-of-zero", '''\
import math
from activations import softmax


class CrossEntropyLoss:
    def forward(self, output, target):
        p = softmax(output)
        return -sum(y * math.log(q) for q, y in zip(p, target))
    def backward(self, output, target):
        return [q - y for q, y in zip(softmax(output), target)]
'''),
    ("9.2", "not-restored", '''\
def numeric_slope(cost, values, k, h):
    values[k] += h
    up = cost()
    values[k] -= 2 * h
    down = cost()
    return (up - down) / (2 * h)
'''),
]
