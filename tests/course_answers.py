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
    ("14.2", '''\
class Value:
    def __init__(self, data, parents=(), slopes=(), operation=""):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes, self.operation = parents, slopes, operation

    def order(self):
        order = []

        def visit(value):
            if value not in order:
                for parent in value.parents:
                    visit(parent)
                order.append(value)
        visit(self)
        return order
'''),
    ("14.3", '''\
from tape_order import Value as Ordered


class Value(Ordered):
    def backward(self):
        order = self.order()[::-1]
        for value in order:
            value.grad = float(value is self)
            for child in order[:order.index(value)]:
                value.grad += sum(child.grad * s for p, s in zip(child.parents, child.slopes) if p is value)
'''),
    ("6.3", '''\
from network_passes import Network as Passes


class Network(Passes):
    def parameters(self):
        return [("%d.%s" % (i, name), values, grads) for i, layer in enumerate(self.layers)
                for name, values, grads in layer.parameters()]

    def zero_grad(self):
        for _, _, grads in self.parameters():
            for k in range(len(grads)):
                grads[k] = 0
'''),
    ("7.2", '''\
class SGD:
    def __init__(self, parameters, lr=0.001, momentum=0.0):
        self.parameters, self.lr, self.mu = list(parameters), lr, momentum
        self.v = {}

    def step(self):
        for name, values, grads in self.parameters:
            for k, g in enumerate(grads):
                self.v[name, k] = self.mu * self.v.get((name, k), 0.0) + g
                values[k] += -self.lr * self.v[name, k]
'''),
    ("8.1", '''\
def batch_cost(loss, outputs, targets):
    n = loss.share(len(outputs))
    return sum(n * loss.forward(a, y) for a, y in zip(outputs, targets))


class Loops:
    def gradients(self, network, loss, inputs, targets):
        def one(x, y):
            out = network.forward(x)
            network.backward([g * loss.share(len(targets)) for g in loss.backward(out, y)])
            return out
        outputs = list(map(one, inputs, targets))
        return [batch_cost(loss, outputs, targets), tuple(outputs)]
'''),
    ("8.3", '''\
def batches(data, batch_size=None, rng=None):
    numbers = list(range(len(data.targets)))
    rng and rng.shuffle(numbers)
    while numbers:
        now = [numbers.pop(0) for _ in range(min(batch_size or len(numbers), len(numbers)))]
        yield tuple(data.inputs[i] for i in now), tuple(data.targets[i] for i in now)
'''),
    ("8.4", '''\
from loops import Loops
from training_batches import batches


def train(network, data, loss, optimizer, epochs, target_loss=None, batch_size=None, rng=None):
    losses, whole = [], loss.share(len(data.targets))
    while len(losses) < epochs and not (losses and target_loss is not None and losses[-1] < target_loss):
        costs = []
        for x, y in batches(data, batch_size, rng):
            network.zero_grad()
            costs.append(Loops().gradients(network, loss, x, y)[0] * whole / loss.share(len(y)))
            optimizer.step()
        losses += [sum(costs)]
    return losses
'''),
    ("9.2", '''\
def numeric_slope(cost, values, k, h):
    kept = values[:]
    sides = []
    for sign in (-1, 1):
        values[k] = kept[k] + sign * h
        sides.append(cost())
        values[:] = kept
    return sides[1] / (2 * h) - sides[0] / (2 * h)
'''),
    ("9.4", '''\
def wrong_gradients(cost, parameters, h):
    def both(name, values, grads, k):
        kept, values[k] = values[k], values[k] - h
        low = cost()
        values[k] = kept + h
        slope = (cost() - low) / 2 / h
        values[k] = kept
        largest = max(abs(slope), abs(grads[k]))
        return name + "[" + str(k) + "]", abs(slope - grads[k]) / largest if largest else 0.0
    found = [both(*triple, k) for triple in parameters for k in range(len(triple[1]))]
    return [pair for pair in found if pair[1] > 1e-6]
'''),
    ("12.1", '''\
import math
import random


def train_xor(epochs, seed, lr):
    rng = random.Random(seed)
    xs, ys = [], []
    for i in range(11):
        for target in (0, 1):
            if not (target and i == 5):
                xs.append((i * 0.1, 1 - i * 0.1 if target else i * 0.1))
                ys.append(target)
    draw = lambda n: [rng.uniform(-1, 1) for _ in range(n)]
    net = [[[draw(n) for _ in range(m)], draw(m)] for n, m in ((2, 4), (4, 4), (4, 1))]
    losses = []
    while len(losses) < epochs:
        total, sums = 0.0, [[[[0.0] * len(row) for row in w], [0.0] * len(b)] for w, b in net]
        for x, y in zip(xs, ys):
            a = [list(x)]
            for w, b in net:
                a.append([1 / (1 + math.exp(-(bj + sum(p * q for p, q in zip(row, a[-1]))))) for row, bj in zip(w, b)])
            total += (a[-1][0] - y) ** 2
            back = [2 * (a[-1][0] - y)]
            for i in reversed(range(3)):
                delta = [g * o * (1 - o) for g, o in zip(back, a[i + 1])]
                back = [sum(d * row[k] for d, row in zip(delta, net[i][0])) for k in range(len(a[i]))]
                for j, d in enumerate(delta):
                    sums[i][1][j] += d
                    for k, q in enumerate(a[i]):
                        sums[i][0][j][k] += d * q
        losses.append(total / 21)
        for (w, b), (dw, db) in zip(net, sums):
            for j in range(len(b)):
                b[j] -= lr / 21 * db[j]
                w[j] = [p - lr * q / 21 for p, q in zip(w[j], dw[j])]
    return losses
'''),
    ("14.2", '''\
class Value:
    def __init__(self, data, parents=(), slopes=(), operation=""):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes, self.operation = parents, slopes, operation

    def order(self):
        done = {}

        def visit(value):
            if id(value) not in done:
                for parent in value.parents:
                    visit(parent)
                done[id(value)] = value
        visit(self)
        return tuple(done.values())
'''),
]

WRONG = [
    ("14.2", "listed-when-found-reversed", '''\
class Value:
    def __init__(self, data, parents=(), slopes=(), operation=""):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes, self.operation = parents, slopes, operation

    def order(self):
        found = []

        def visit(value):
            if value not in found:
                found.append(value)
                for parent in value.parents:
                    visit(parent)
        visit(self)
        return found[::-1]
'''),
    ("14.2", "listed-twice", '''\
class Value:
    def __init__(self, data, parents=(), slopes=(), operation=""):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes, self.operation = parents, slopes, operation

    def order(self):
        return [value for parent in self.parents for value in type(self).order(parent)] + [self]
'''),
    ("14.3", "no-topological-order", '''\
from tape_order import Value as Ordered


class Value(Ordered):
    def backward(self):
        for value in self.order():
            value.grad = 0.0
        self.grad = 1.0
        self.hand_on()

    def hand_on(self):
        for parent, slope in zip(self.parents, self.slopes):
            parent.grad += self.grad * slope
            parent.hand_on()
'''),
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
    ("4.2", "nothing-added", '''\
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
    ("2.2", "exp-overflow-above", '''\
from math import exp


def sigmoid(z):
    if z >= 0:
        return exp(z) / (1 + exp(z))
    return exp(z) / (1 + exp(z))
'''),
    ("2.4", "twice-for-square", '''\
def tanh_derivative(z, a):
    return 1 - 2 * a
'''),
    ("2.5", "a-for-z", '''\
from activations import sigmoid, sigmoid_derivative


class Activation:
    def forward(self, z):
        self.z = z
        self.a = [self.function(x) for x in z]
        return self.a

    def backward(self, grad):
        return [g * self.derivative(a, a) for g, a in zip(grad, self.a)]

    def parameters(self):
        return []


class Sigmoid(Activation):
    function = staticmethod(sigmoid)
    derivative = staticmethod(sigmoid_derivative)
'''),
    ("4.2", "delta-left-out", '''\
def backward(delta, weights, inputs, weight_grads, input_grads):
    for k in range(len(weights)):
        weight_grads[k] += inputs[k]
        input_grads[k] += weights[k]
    return delta
'''),
    ("5.3", "gradients-replaced", '''\
import initializers
import neuron
from linalg import zeros


class Linear:
    def __init__(self, in_features, out_features, rng):
        self.in_features = in_features
        self.out_features = out_features
        self.weight, self.bias = initializers.uniform(in_features, out_features, rng)
        self.weight_grad = zeros(out_features, in_features)
        self.bias_grad = zeros(out_features)

    def forward(self, inputs):
        self.inputs = inputs
        return [neuron.forward(self.weight[j], self.bias[j], inputs) for j in range(self.out_features)]

    def backward(self, delta):
        self.weight_grad = zeros(self.out_features, self.in_features)
        self.bias_grad = zeros(self.out_features)
        input_grads = zeros(self.in_features)
        for j in range(self.out_features):
            self.bias_grad[j] = neuron.backward(delta[j], self.weight[j], self.inputs, self.weight_grad[j], input_grads)
        return input_grads
'''),
    ("6.3", "gradients-not-cleared", '''\
from network_passes import Network as Passes


class Network(Passes):
    def parameters(self):
        for i in range(len(self.layers)):
            for name, values, grads in self.layers[i].parameters():
                yield str(i) + "." + name, values, grads

    def zero_grad(self):
        for name, values, grads in self.parameters():
            grads = [0 for g in grads]
'''),
    ("7.2", "momentum-of-both", '''\
class SGD:
    def __init__(self, parameters, lr=0.001, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.velocity = self._state()

    def _state(self):
        return [[0.0] * len(values) for _, values, _ in self.parameters]

    def step(self):
        for (_, values, grads), v in zip(self.parameters, self.velocity):
            for k in range(len(values)):
                v[k] = self.momentum * (v[k] + grads[k])
                values[k] -= self.lr * v[k]
'''),
    ("7.3", "second-moment-of-m", '''\
import math
from linalg import zeros


class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr = lr
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.m = [zeros(len(values)) for _, values, _ in self.parameters]
        self.v = [zeros(len(values)) for _, values, _ in self.parameters]
        self.t = 0

    def corrected(self, moment, beta):
        return moment / (1 - beta ** self.t)

    def step(self):
        self.t += 1
        for i, (_, values, grads) in enumerate(self.parameters):
            for k, g in enumerate(grads):
                self.m[i][k] = self.beta1 * self.m[i][k] + (1 - self.beta1) * g
                self.v[i][k] = self.beta2 * self.v[i][k] + (1 - self.beta2) * self.m[i][k] ** 2
                values[k] -= self.lr * self.corrected(self.m[i][k], self.beta1) / (
                    math.sqrt(self.corrected(self.v[i][k], self.beta2)) + self.eps)
'''),
    ("8.1", "1/n-twice", '''\
def batch_cost(loss, outputs, targets):
    return loss.share(len(outputs)) * sum(loss.forward(a, y) for a, y in zip(outputs, targets))


class Loops:
    def gradients(self, network, loss, inputs, targets):
        n, outputs = len(inputs), []
        for x, y in zip(inputs, targets):
            outputs.append(network.forward(x))
            network.backward([loss.share(n) * g / n for g in loss.backward(outputs[-1], y)])
        return batch_cost(loss, outputs, targets), outputs
'''),
    ("8.4", "mean-of-the-batches", '''\
from loops import Loops
from training_batches import batches


def train(network, data, loss, optimizer, epochs, target_loss=None, batch_size=None, rng=None):
    losses = []
    for epoch in range(epochs):
        costs = []
        for inputs, targets in batches(data, batch_size, rng):
            network.zero_grad()
            costs.append(Loops().gradients(network, loss, inputs, targets)[0])
            optimizer.step()
        losses.append(sum(costs) / len(costs))
        if target_loss and losses[-1] < target_loss:
            break
    return losses
'''),
    ("9.2", "one-sided", '''\
def numeric_slope(cost, values, k, h):
    before = cost()
    old = values[k]
    values[k] = old + h
    after = cost()
    values[k] = old
    return (after - before) / h
'''),
    ("10.3", "largest-left-out", '''\
import math
from activations import exponentials, softmax


class CrossEntropyLoss:
    def forward(self, output, target):
        powers, s, m = exponentials(output)
        return sum(y * (math.log(s) - z) for z, y in zip(output, target))

    def backward(self, output, target):
        return [p - y for p, y in zip(softmax(output), target)]
'''),
    ("12.1", "biases-never-updated", '''\
import math
import random


def train_xor(epochs, seed, lr):
    points = []
    for i in range(11):
        points.append((0.1 * i, 0.1 * i, 0.0))
        if i != 5:
            points.append((0.1 * i, 1 - 0.1 * i, 1.0))
    rng = random.Random(seed)
    net = []
    for n, m in ((2, 4), (4, 4), (4, 1)):
        w = [[rng.uniform(-1.0, 1.0) for _ in range(n)] for _ in range(m)]
        net.append((w, [rng.uniform(-1.0, 1.0) for _ in range(m)]))
    losses = []
    for _ in range(epochs):
        loss = 0
        changes = [[[0.0] * len(row) for row in w] for w, b in net]
        for x1, x2, y in points:
            a = [[x1, x2]]
            for w, b in net:
                a.append([1 / (1 + math.exp(-sum(p * q for p, q in zip(row, a[-1])) - bj)) for row, bj in zip(w, b)])
            e = a[-1][0] - y
            loss += e * e / 21
            back = [2 * e / 21]
            for layer in (2, 1, 0):
                d = [back[j] * a[layer + 1][j] * (1 - a[layer + 1][j]) for j in range(len(back))]
                for j in range(len(d)):
                    for k in range(len(a[layer])):
                        changes[layer][j][k] += d[j] * a[layer][k]
                back = [sum(d[j] * net[layer][0][j][k] for j in range(len(d))) for k in range(len(a[layer]))]
        for (w, b), c in zip(net, changes):
            for j in range(len(w)):
                for k in range(len(w[j])):
                    w[j][k] -= lr * c[j][k]
        losses.append(loss)
    return losses
'''),
]
