"""The training in NumPy, written in the manner of three of the reports: functions, layers, objects.

Each has its report's structure and what it computes each epoch; the cost, the weights and the step
are the task's, so that all of them do the same.
"""
import numpy as np

from .tasks import Task, weights


def _arrays(task):
    x, y = np.array(task.data.inputs), np.array(task.data.targets)
    return x, y, [(np.array(weight).T.copy(), np.array([bias])) for weight, bias in weights(task)]


# In the manner of A: a function for each activation and its slope, the layers' variables by name in one
# function, an update function called for each layer, the loss and the accuracy of each epoch for the curves.

def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_slope(a):
    return np.multiply(a, 1.0 - a)


def relu(x):
    return np.where(x > 0, x, x * 0.0)


def relu_slope(a):
    return np.where(a > 0, 1.0, 0.0)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _layer(x, w, b, activation):
    return activation(np.dot(x, w) + b)


def _update(inputs, delta, w, b, lr):
    g = inputs.T.dot(delta)
    w -= lr * g
    g = np.sum(delta, axis=0, keepdims=True)
    b -= lr * g
    return w, b


def functions(task: Task):
    """System A: two hidden layers (one for the gate and the wide tasks), everything in one function."""
    x, y, parameters = _arrays(task)
    activation, slope = (sigmoid, sigmoid_slope) if task.activation == "sigmoid" else (relu, relu_slope)
    n = len(x)
    losses, accuracies = [], []

    def end(z, w, b):
        """The output, its delta, and the loss and accuracy for the curves."""
        if task.kind == "tiny":
            output = _layer(z, w, b, sigmoid)
            error = output - y
            losses.append(np.sum(error ** 2) / n)
            accuracies.append(np.mean((output > 0.5) == y))
            return 2.0 * error * sigmoid_slope(output) / n
        output = _layer(z, w, b, softmax)
        losses.append(-np.sum(y * np.log(output)) / n)
        accuracies.append(np.mean(output.argmax(axis=1) == y.argmax(axis=1)))
        return (output - y) / n

    if len(parameters) == 2:
        (w1, b1), (w_out, b_out) = parameters

        def step():
            nonlocal w1, b1, w_out, b_out
            z1 = _layer(x, w1, b1, activation)
            delta = end(z1, w_out, b_out)
            delta1 = delta.dot(w_out.T) * slope(z1)
            w_out, b_out = _update(z1, delta, w_out, b_out, task.lr)
            w1, b1 = _update(x, delta1, w1, b1, task.lr)
            return losses[-1]
        return step

    (w1, b1), (w2, b2), (w_out, b_out) = parameters

    def deeper():
        nonlocal w1, b1, w2, b2, w_out, b_out
        z1 = _layer(x, w1, b1, activation)
        z2 = _layer(z1, w2, b2, activation)
        delta = end(z2, w_out, b_out)
        delta2 = delta.dot(w_out.T) * slope(z2)
        delta1 = delta2.dot(w2.T) * slope(z1)
        w_out, b_out = _update(z2, delta, w_out, b_out, task.lr)
        w2, b2 = _update(z1, delta2, w2, b2, task.lr)
        w1, b1 = _update(x, delta1, w1, b1, task.lr)
        return losses[-1]
    return deeper


# In the manner of B: a stack of layer objects, each with forward and backward, an optimizer handed down;
# the loss of each epoch.

class FullyConnected:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        self.inputs = x
        return np.dot(x, self.weight) + self.bias

    def backward(self, slope, lr):
        before = np.dot(slope, np.transpose(self.weight))
        self.weight = self.weight - lr * np.dot(np.transpose(self.inputs), slope)
        self.bias = self.bias - lr * np.sum(slope, axis=0)
        return before


class ReLULayer:
    def forward(self, x):
        self.inputs = x
        return np.maximum(x, 0)

    def backward(self, slope, lr):
        return (self.inputs > 0) * slope


class SigmoidLayer:
    def forward(self, x):
        self.inputs = x
        return sigmoid(x)

    def backward(self, slope, lr):
        return sigmoid(self.inputs) * (1 - sigmoid(self.inputs)) * slope


class MeanSquaredError:
    def forward(self, output, y):
        return np.mean((output - y) ** 2)

    def backward(self, output, y):
        return 2 * (output - y) / len(y)


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        self.output = softmax(logits)
        return -np.sum(y * np.log(self.output)) / len(y)

    def backward(self, logits, y):
        return (self.output - y) / len(y)


def layers(task: Task):
    """System B: objects stacked in a list, as in PyTorch."""
    x, y, parameters = _arrays(task)
    hidden = SigmoidLayer if task.activation == "sigmoid" else ReLULayer
    stack: list = []
    for weight, bias in parameters:
        stack += [FullyConnected(weight, bias), hidden()]
    stack[-1:] = [SigmoidLayer()] if task.kind == "tiny" else []
    loss = MeanSquaredError() if task.kind == "tiny" else SoftmaxCrossEntropy()
    losses = []

    def step():
        output = x
        for layer in stack:
            output = layer.forward(output)
        losses.append(loss.forward(output, y))
        slope = loss.backward(output, y)
        for layer in reversed(stack):
            slope = layer.backward(slope, task.lr)
        return losses[-1]
    return step


# In the manner of D: a Network object of Layer objects, each with its forward gradient (its inputs), its
# backward gradient (delta) and an update; the slope of the sigmoid computed from z.

def slope_from_z(z):
    return sigmoid(z) * (1 - sigmoid(z))


def relu_of(z):
    return np.maximum(z, 0)


def relu_slope_from_z(z):
    return (z > 0) * 1.0


class Layer:
    def __init__(self, weight, bias, activation, slope):
        self.weight, self.bias, self.activation, self.slope = weight, bias, activation, slope

    def forward(self, inputs):
        self.forward_gradient = inputs
        self.z = np.matmul(inputs, self.weight) + self.bias
        self.output = self.activation(self.z)
        return self.output

    def backward(self, slope):
        self.backward_gradient = np.multiply(self.slope(self.z), slope)
        return np.matmul(self.backward_gradient, self.weight.T)

    def update(self, lr):
        self.weight -= lr * np.matmul(self.forward_gradient.T, self.backward_gradient)
        self.bias -= lr * np.sum(self.backward_gradient, axis=0, keepdims=True)


class ObjectNetwork:
    def __init__(self, chain, lr):
        self.chain, self.lr = chain, lr

    def forward(self, inputs):
        for layer in self.chain:
            inputs = layer.forward(inputs)
        return inputs

    def backward(self, slope):
        for layer in reversed(self.chain):
            slope = layer.backward(slope)

    def update(self):
        for layer in self.chain:
            layer.update(self.lr)


def objects(task: Task):
    """System D: Network and Layer objects; forward, loss, backward, update."""
    x, y, parameters = _arrays(task)
    hidden = (sigmoid, slope_from_z) if task.activation == "sigmoid" else (relu_of, relu_slope_from_z)
    last = (sigmoid, slope_from_z) if task.kind == "tiny" else (softmax, np.ones_like)
    chain = [Layer(weight, bias, *(last if i == len(parameters) - 1 else hidden))
             for i, (weight, bias) in enumerate(parameters)]
    network = ObjectNetwork(chain, task.lr)
    losses = []

    def step():
        output = network.forward(x)
        if task.kind == "tiny":
            losses.append(np.mean((output - y) ** 2))
            network.backward(2 * (output - y) / y.shape[0])
        else:
            losses.append(-np.sum(y * np.log(output)) / len(y))
            network.backward((output - y) / len(y))
        network.update()
        return losses[-1]
    return step
