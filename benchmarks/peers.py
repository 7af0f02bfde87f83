"""Other packages, each used as its documentation says. What is not installed raises ImportError when it is started.

PyTorch, kerze and gradient-wave do exactly the same training. Of the others, micrograd has no activation but ReLU and
a linear output, scikit-learn has no squared error for classes, and sann has sigmoid alone and takes a step after each
sample; they do as much work on the same sizes.
"""
import math
import random
import sys

from .tasks import Task, weights


def pytorch(task: Task):
    """torch.nn.Sequential and torch.optim.SGD, float64, one step a call."""
    import torch
    from torch import nn
    stack: list = []
    for weight, bias in weights(task):
        linear = nn.Linear(len(weight[0]), len(weight), dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weight, dtype=torch.float64))
            linear.bias.copy_(torch.tensor(bias, dtype=torch.float64))
        stack += [linear, nn.Sigmoid() if task.activation == "sigmoid" else nn.ReLU()]
    stack[-1:] = [nn.Sigmoid()] if task.kind == "tiny" else []
    model = nn.Sequential(*stack)
    loss_function = nn.MSELoss() if task.kind == "tiny" else nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=task.lr)
    x, y = (torch.tensor(rows, dtype=torch.float64) for rows in task.data)

    def step():
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()
    return step


def scikit_learn(task: Task):
    """MLPClassifier by plain gradient descent (partial_fit on the whole batch); its loss is the log-loss."""
    import numpy as np
    from sklearn.neural_network import MLPClassifier
    count = len(task.data.inputs)
    activation = "logistic" if task.activation == "sigmoid" else "relu"
    model = MLPClassifier(task.sizes[1:-1], activation, solver="sgd", alpha=0.0, batch_size=count,
                          learning_rate_init=task.lr, momentum=0.0, random_state=1)
    x = np.array(task.data.inputs)
    y = np.array([target.index(max(target)) if len(target) > 1 else int(target[0]) for target in task.data.targets])
    classes = np.unique(y)

    def step():
        model.partial_fit(x, y, classes=classes)
        return math.nan
    return step


def kerze(task: Task):
    """kerze.nn.Sequential and kerze.optim.SGD: an array and autograd in pure Python, one step a call."""
    from kerze import Tensor, nn, optim
    stack: list = []
    for weight, bias in weights(task):
        linear = nn.Linear(len(weight[0]), len(weight))
        linear.weight, linear.bias = nn.Parameter(weight), nn.Parameter(bias)
        stack += [linear, nn.Sigmoid() if task.activation == "sigmoid" else nn.ReLU()]
    stack[-1:] = [nn.Sigmoid()] if task.kind == "tiny" else []
    model = nn.Sequential(*stack)
    loss_function = nn.MSELoss() if task.kind == "tiny" else nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=task.lr)
    x, y = Tensor(task.data.inputs), Tensor(task.data.targets)
    target = y if task.kind == "tiny" else [row.index(1.0) for row in task.data.targets]

    def step():
        optimizer.zero_grad()
        loss = loss_function(model(x), target)
        loss.backward()
        optimizer.step()
        return loss.data.get(0)
    return step


def sann(task: Task):
    """sann.train: sigmoid everywhere, and a step after each sample."""
    from sann import create_network, train
    network = create_network(task.sizes)
    for layer, (weight, bias) in zip(network["layers"], weights(task)):
        for node, row, b in zip(layer, weight, bias):
            node["weights"], node["bias"] = list(row), b
    samples = list(zip(*task.data))

    def step():
        train(network, samples, epochs=1, learning_rate=task.lr)
        return math.nan
    return step


def gradient_wave(task: Task):
    """gradwave.NeuralNetwork.train, one batch of all samples. Its squared error has a ½, so lr is doubled for it."""
    from gradwave import NeuralNetwork
    softmax = task.kind == "wide"
    network = NeuralNetwork(task.sizes[1:-1], task.sizes[0], task.sizes[-1], task.activation,
                            "softmax" if softmax else "sigmoid", 1, "cross-entropy" if softmax else "mse")
    for layer, (weight, bias) in zip(network.hidden_layers + [network.output_layer], weights(task)):
        for neuron, row, b in zip(layer, weight, bias):
            neuron.weights, neuron.bias = list(row), b
    samples = list(zip(*task.data))
    lr = task.lr if softmax else 2.0 * task.lr

    def step():
        network.train(samples, 1, "sgd", lr, batch_size=len(samples), weight_clip_value=None, bias_clip_value=None,
                      momentum=0.0, print_rate=0)
        return math.nan
    return step


def _values_step(task, model, output, sgd):
    """A step of a network of scalar Values: a graph for each sample, its loss, its backward pass; the update.

    A wide task's step has one sample alone, and says what share of the batch that is: each takes half a second.
    """
    sys.setrecursionlimit(100_000)                  # both sort their graphs by recursion, along every sum
    samples = list(zip(*task.data))[:1 if task.kind == "wide" else None]

    def step():
        model.zero_grad()
        total = 0.0
        share = 1.0 / len(task.data.inputs)
        for x, y in samples:
            loss = 0.0
            for a, t in zip(output(model(x)), y):
                loss = loss + (a - t) * (a - t)
            loss = loss * share
            loss.backward()                         # sample by sample: the graph of a batch may not fit into memory
            total += loss.data
        sgd()
        return total
    step.share = len(samples) / len(task.data.inputs)           # type: ignore[attr-defined]
    return step


def _as_list(output):
    return output if isinstance(output, list) else [output]


def micrograd(task: Task):
    """micrograd.nn.MLP: ReLU in the hidden layers, a linear output, squared error."""
    from micrograd.nn import MLP
    random.seed(1)
    model = MLP(task.sizes[0], task.sizes[1:])

    def sgd():
        for p in model.parameters():
            p.data -= task.lr * p.grad
    return _values_step(task, model, _as_list, sgd)


def tinymlp(task: Task):
    """tinymlp.MLP with its SGD; squared error (on a linear output in the wide tasks: it has no softmax)."""
    from tinymlp import MLP, SGD
    last = "sigmoid" if task.kind == "tiny" else "linear"
    model = MLP(task.sizes[0], task.sizes[1:], [task.activation] * (len(task.sizes) - 2) + [last])
    for layer, (weight, bias) in zip(model.layers, weights(task)):
        for neuron, row, b in zip(layer.neurons, weight, bias):
            neuron.b.data = b
            for value, w in zip(neuron.w, row):
                value.data = w
    return _values_step(task, model, _as_list, SGD(model.parameters(), lr=task.lr).step)
