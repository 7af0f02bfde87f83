"""A recorded training step: what really ran, line by line, with the numbers put in."""
import ast
import copy
import hashlib
import importlib.util
import json
import math
import os
import random
import re
import subprocess
import sys
import time
import zlib

import pytest

from purenn import Linear, Network, Sigmoid, activations, linalg, losses, neuron, optimizers
from purenn.activations import ACTIVATIONS
from purenn.engines.loops import Loops, batch_cost
from purenn.layer import Layer
from purenn.linalg import PurennError
from purenn.losses import BCELoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from purenn.optimizers import SGD, Adagrad, Adam, RMSprop
from purenn.study import tracing
from purenn.study.recording import MOST_PARAMETERS, from_json, record

from .helpers import ROOT

OPTIMIZERS = {
    "sgd": lambda parameters: SGD(parameters, lr=0.1),
    "momentum": lambda parameters: SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.01),
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": lambda parameters: Adam(parameters, weight_decay=0.01),
}
LOSSES = {"mse": MSELoss, "sse": lambda: MSELoss("sum"), "half-sse": HalfSquaredErrorLoss, "bce": BCELoss,
          "cross-entropy": CrossEntropyLoss}
X, Y = [0.1, 0.9], [1.0, 0.0]


def made(activation="sigmoid", loss="mse", optimizer="sgd", sizes=(2, 3, 2), bias=True):
    """A network, a loss and an optimizer that has taken two steps, so that its state is not all zeros."""
    output = {"bce": "sigmoid", "cross-entropy": None}.get(loss, activation)
    network = Network.mlp(list(sizes), activation, output, bias=bias, rng=random.Random(3))
    loss, optimizer = LOSSES[loss](), OPTIMIZERS[optimizer](network.parameters())
    for _ in range(2):
        Loops().learn(network, loss, optimizer, [[0.4, -0.2]], [[0.0, 1.0][:sizes[-1]]])
    return network, loss, optimizer


@pytest.fixture(scope="module")
def recording():
    """The usual one: xor's network, 2-4-4-1, with its sample 3."""
    return record_xor()


def record_xor():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    return record(network, MSELoss(), SGD(network.parameters(), lr=1.0), [0.1, 0.9], [1.0], 3)


# A line with the numbers put in.

LAYERS = {"Linear"} | {kind.__name__ for kind in ACTIVATIONS.values()}
NAMES = {**vars(math), "Linear": Linear, "batch_cost": batch_cost, **vars(linalg), **vars(losses), **vars(activations), **vars(optimizers), "neuron": neuron,
         "math": math, "inf": math.inf, "nan": math.nan}


def entries(state, number):
    return [plain(state, value) for value in state.lists[number]]


def plain(state, value):
    """A value of a recording as Python's own."""
    if not isinstance(value, dict):
        return value
    (kind, inside), = value.items()
    if kind == "list":
        return entries(state, inside)
    if kind == "tuple":
        return tuple([plain(state, part) for part in inside])
    return float(inside) if kind == "float" else inside


class Returned(ast.NodeTransformer):
    """A call of a method of something that the formula does not show, by what was returned."""

    def __init__(self, values):
        self.values = values

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            thing = node.func.value
            name = getattr(getattr(thing, "func", thing), "id", "")
            if name in ("self", "network", "layer", "optimizer", "loss") or name in LAYERS:
                return ast.copy_location(ast.Name("returned_%d" % self.values.pop(0), ast.Load()), node)
        return node


def evaluated(recording, number, result_state):
    """What the formula of an event comes to; calls of methods are taken from the recording."""
    event, state = recording.events[number], recording.state(number)
    returned, values = [], {}
    for later in range(number + 1, len(recording)):
        after = recording.events[later]
        if after.depth <= event.depth:
            break
        if after.kind == "return" and after.depth == event.depth + 1:
            returned.append(later)
            values["returned_%d" % later] = plain(recording.state(later), after.result)
    text = re.sub(r"#(\d+)", lambda match: repr(entries(state, int(match.group(1)))), event.formula)
    tree = ast.fix_missing_locations(Returned(returned).visit(ast.parse(text, mode="eval")))
    return eval(compile(tree, text, "eval"), {**NAMES, **values})


def check_formulas(recording):
    """Each line with the numbers put in comes to its result; returns how many there are."""
    count = 0
    for number, event in enumerate(recording.events):
        if event.kind != "line" or event.formula is None or event.result is None:
            continue
        after = next(later for later in range(number + 1, len(recording))
                     if recording.events[later].depth <= event.depth)
        result = plain(recording.state(after), event.result)
        if not isinstance(result, str):                     # a function, by its name
            value = evaluated(recording, number, None)
            value = tuple(value) if isinstance(result, tuple) else value
            assert repr(value) == repr(result), (number, event)
            count += 1
    return count


CASES = [(activation, loss, optimizer) for activation in ACTIVATIONS for loss in LOSSES for optimizer in OPTIMIZERS]


@pytest.mark.parametrize("activation, loss, optimizer", [
    ("sigmoid", "mse", "sgd"), ("tanh", "cross-entropy", "adam"), ("leaky_relu", "bce", "rmsprop"),
    ("softmax", "half-sse", "momentum"), ("relu", "sse", "adagrad"), ("identity", "mse", "sgd")])
def test_each_line_with_its_numbers_comes_to_its_result(activation, loss, optimizer):
    assert check_formulas(record(*made(activation, loss, optimizer), X, Y)) > 100


@pytest.mark.slow
@pytest.mark.parametrize("activation, loss, optimizer", CASES)
def test_so_it_does_with_every_activation_loss_and_optimizer(activation, loss, optimizer):
    check_formulas(record(*made(activation, loss, optimizer), X, Y))
