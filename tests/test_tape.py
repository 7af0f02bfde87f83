"""The tape: the same gradients as backpropagation's, from a graph; what is in the graph, and in its drawing."""
import math
import os
import random
import re
import xml.etree.ElementTree as ElementTree

import pytest

from purenn import (SGD, Activation, BCELoss, CrossEntropyLoss, HalfSquaredErrorLoss, Layer, LeakyReLU, Linear, Loss,
                    MSELoss, Network, PurennError, ReLU, Sigmoid, Softmax, Tanh)
from purenn.activations import relu, relu_derivative
from purenn.engines.loops import Loops, batch_cost
from purenn.show.tape import comparison, svg
from purenn.study import graph, mazur
from purenn.study.graph import Tape, agree, compare, sample_graph, units_apart
from purenn.study.mistakes import MISTAKES, planted
from purenn.study.nodes import around, folded, formula, nodes_of
from purenn.study.tape import Value, bend, log, log_sum_exp, softmax, total

from .helpers import ROOT, assert_refused, cli, close
from .test_unrolled import random_case

MISTAKE = {mistake.name: mistake for mistake in MISTAKES}


# Values.

@pytest.mark.parametrize("f", [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: 3.0 - a, lambda a, b: 3.0 * b + a,
    lambda a, b: 2.0 + a * a, lambda a, b: total([a, b, a]), lambda a, b: log(a), lambda a, b: log_sum_exp([a, b]),
    lambda a, b: bend(a, math.tanh, lambda z, a: 1.0 - a * a), lambda a, b: softmax([a, b])[0],
    lambda a, b: softmax([a, b, a * b])[2]])
def test_the_slope_of_every_operation_is_that_of_its_value(f):
    numbers, h = [0.7, 1.3], 1e-6
    a, b = values = [Value(number) for number in numbers]
    f(a, b).backward()
    for k in range(2):
        above, below = list(numbers), list(numbers)
        above[k] += h
        below[k] -= h
        # log_sum_exp takes the largest out, and holds it fixed: its own slope is that of the whole.
        whole = (max(above) - max(below)) / (2 * h) if f(a, b).operation == "ln Σ exp" else 0.0
        slope = (f(*map(Value, above)).data - f(*map(Value, below)).data) / (2 * h) + whole
        assert values[k].grad == pytest.approx(slope, rel=1e-8, abs=1e-9)


def test_a_value_that_is_used_twice_gets_both_gradients_before_it_passes_them_on():
    a = Value(3.0)
    b = a * 2.0
    C = b * b + b                                           # 4a² + 2a
    C.backward()
    assert (C.data, a.grad, b.grad) == (42.0, 26.0, 13.0)
    C.backward()                                            # it begins at 0 again
    assert a.grad == 26.0


def test_each_value_stands_behind_its_parents_and_once():
    a = Value(1.0)
    b = a + a
    C = b * a + b
    order = C.order()
    assert len(order) == len(set(order)) == 4 and order[-1] is C
    for value in order:
        assert all(order.index(parent) < order.index(value) for parent in value.parents)


def test_a_graph_may_be_deeper_than_python_recurses():
    a = value = Value(1.0)
    for _ in range(100_000):
        value = value + a
    value.backward()
    assert (value.data, a.grad) == (100_001.0, 100_001.0)


def test_the_room_is_small():
    with open(os.path.join(ROOT, "purenn", "study", "tape.py"), encoding="utf-8") as file:
        assert len(file.readlines()) <= 120


# The mistakes, in a graph as small as can be.

def gradient_of(C, a):
    C.backward()
    return a.grad


def test_without_a_topological_order_a_gradient_is_wrong_where_a_value_is_used_twice():
    with planted(MISTAKE["no-topological-order"]):
        a = Value(3.0)
        assert gradient_of((a * 2.0 + 1.0) * 5.0, a) == 10.0        # each is used once
        b = Value(3.0) * 1.0
        assert gradient_of(b * b, b) == 6.0                         # used twice, but made from nothing that is asked for
        a = Value(3.0)
        b = a * 1.0
        assert gradient_of(b * b, a) == 9.0 != 6.0


def test_an_overwritten_gradient_is_wrong_where_a_value_is_used_twice():
    with planted(MISTAKE["gradient-overwritten"]):
        a = Value(3.0)
        assert gradient_of((a * 2.0 + 1.0) * 5.0, a) == 10.0
        assert gradient_of(a * a, a) == 3.0 != 6.0


@pytest.mark.parametrize("name", ["no-topological-order", "gradient-overwritten"])
def test_the_command_says_so_where_the_gradients_are_not_the_same(name):
    from purenn.cli import main
    assert cli("tape", "mazur").returncode == 0
    with planted(MISTAKE[name]):
        assert main(["tape", "mazur"]) == 1


# The same gradients as backpropagation's.

def check_random_networks(seeds):
    """Digit for digit; for bce, whose slope is put together from two logarithms here, within 1e-12 of the largest."""
    compared = 0
    for seed in seeds:
        network, loss, inputs, targets = random_case(seed)
        if isinstance(loss, CrossEntropyLoss) and isinstance(network.layers[-1], Softmax):
            continue                                                # refused, for it has softmax in it
        for x, y in list(zip(inputs, targets))[:2]:
            found, slopes = compare(network, loss, x, y)
            assert len(slopes) == network.count_parameters()
            assert found.cost.data == loss.forward(network.forward(x), y), (seed, network, loss)
            assert agree(slopes), (seed, network, loss)
            if not isinstance(loss, BCELoss):
                assert [slope.tape for slope in slopes] == [slope.loops for slope in slopes], (seed, network, loss)
        compared += 1
    return compared


def test_the_gradients_of_random_networks_are_those_of_backpropagation():
    assert check_random_networks(range(45)) >= 40


@pytest.mark.slow
def test_the_gradients_of_200_random_networks_are_those_of_backpropagation():
    assert check_random_networks(range(45, 300)) >= 200


def test_the_random_networks_have_every_layer_activation_and_loss():
    cases = [random_case(seed) for seed in range(45)]
    assert {type(layer).__name__ for network, *_ in cases for layer in network.layers} == {
        "Linear", "Sigmoid", "Tanh", "ReLU", "LeakyReLU", "Identity", "Softmax"}
    assert {type(case[1]) for case in cases} == set(graph.COSTS)
    assert len({repr(case[1]) for case in cases}) == 7                      # with both reductions


def test_a_whole_batch_is_one_graph_with_the_gradients_of_the_loops():
    for seed in range(60):
        network, loss, inputs, targets = random_case(seed)
        ends = []
        for engine in (Loops(), Tape()):
            network.zero_grad()
            for _ in range(2):                                              # gradients add up
                cost, outputs = engine.gradients(network, loss, inputs, targets)
            ends.append((cost, outputs, [list(grads) for _, _, grads in network.parameters()]))
        assert ends[0][:2] == ends[1][:2]
        assert close(ends[0][2], ends[1][2], 1e-9, 1e-12), (seed, network, loss)


@pytest.mark.parametrize("z, y", [(40.0, 0.0), (40.0, 1.0), (-40.0, 1.0), (-40.0, 0.0), (-800.0, 1.0), (800.0, 0.3)])
def test_bce_of_a_sure_output_is_bounded_as_in_the_core(z, y):
    network = Network([Linear(1, 1, init="zeros"), Sigmoid()])
    network.layers[0].weight[0][0] = z
    found, slopes = compare(network, BCELoss(), [1.0], [y])
    assert found.cost.data == BCELoss().forward(network.forward([1.0]), [y])
    assert [slope.tape for slope in slopes] == [slope.loops for slope in slopes]


def test_softmax_behind_a_loss_for_probabilities_is_exact_where_it_is_sure():
    network = Network([Linear(1, 2, init="zeros"), Softmax()])
    network.layers[0].weight[0][0] = 30.0
    for loss in (MSELoss(), HalfSquaredErrorLoss()):
        _, slopes = compare(network, loss, [1.0], [0.0, 1.0])
        assert [slope.units for slope in slopes] == [0.0] * 4


def test_units_in_the_last_place():
    assert units_apart(1.0, 1.0 + 3 * 2.0 ** -52) == 3.0
    assert units_apart(-1e-300, 1e-300) > 1e15 and units_apart(5e-324, -5e-324) == 2.0
    assert not agree([graph.Slope(0, "w", 1.0, 1.0, 0.0), graph.Slope(0, "v", 1e-3, 1e-3 + 1e-11, 1.0)])
    assert "4 are those" in comparison([graph.Slope(0, f"w{i}", 1.0, 1.0 + (i == 2) * 2.0 ** -52, float(i == 2))
                                        for i in range(5)])


# One's own.

class Hinge(Loss):
    """max(0, 1 − y·a), for targets −1 and 1."""

    def forward(self, output, target):
        return relu(1.0 - target[0] * output[0])

    def backward(self, output, target):
        return [-target[0] * relu_derivative(1.0 - target[0] * output[0], 0.0)]


@pytest.fixture
def hinge(monkeypatch):
    """One more loss is one more function."""
    monkeypatch.setitem(graph.COSTS, Hinge, lambda loss, a, y: bend(1.0 - y[0] * a[0], relu, relu_derivative))
    return Hinge()


def test_what_has_no_operations_is_refused():
    class Mine(Layer):
        def forward(self, inputs):
            return inputs

    with pytest.raises(PurennError, match=r"tape: there are no operations for the loss Hinge\(reduction='mean'\); add"):
        sample_graph(Network([Linear(1, 1)]), Hinge(), [1.0], [1.0])
    with pytest.raises(PurennError, match=r"tape: there are no operations for layers\[1\], Mine\(\); it knows Linear"):
        sample_graph(Network([Linear(1, 1), Mine()]), MSELoss(), [1.0], [1.0])
    with pytest.raises(PurennError, match=r"sample.inputs\[0\] has 2 entries; expected 1"):
        compare(Network([Linear(1, 1)]), MSELoss(), [1.0, 2.0], [1.0])


def test_an_activation_of_ones_own_needs_nothing_more():
    class Square(Activation):
        def function(self, z):
            return z * z

        def derivative(self, z, a):
            return 2.0 * z

    network = Network([Linear(2, 3, rng=random.Random(1)), Square(), Linear(3, 1, rng=random.Random(2))])
    _, slopes = compare(network, MSELoss(), [0.3, -0.4], [1.0])
    assert all(slope.units == 0.0 for slope in slopes) and any(slope.tape for slope in slopes)


# micrograd's demonstration.

def two_moons(count, rng):
    """Points on two half circles that reach into each other, with a noise of 0.1; the targets are −1 and 1."""
    inputs, targets = [], []
    for i in range(count):
        t = math.pi * (i // 2) / (count // 2 - 1)
        x = [math.cos(t), math.sin(t)] if i % 2 else [1.0 - math.cos(t), 0.5 - math.sin(t)]
        inputs.append([value + rng.gauss(0.0, 0.1) for value in x])
        targets.append([1.0 if i % 2 else -1.0])
    return inputs, targets


def trained_on_moons(engine, loss, sizes, count, steps):
    """micrograd's network, loss, L2 regularization and learning rates; the share that is right, and the last cost."""
    rng = random.Random(1337)
    inputs, targets = two_moons(count, rng)
    network = Network.mlp(sizes, activation="relu", output_activation=None, rng=rng)
    optimizer = SGD(network.parameters(), lr=1.0, weight_decay=2e-4)
    for step in range(steps):
        optimizer.lr = 1.0 - 0.9 * step / steps
        engine.learn(network, loss, optimizer, inputs, targets)
    outputs = network.predict(inputs)
    right = sum((a[0] > 0.0) == (y[0] > 0.0) for a, y in zip(outputs, targets))
    return right / count, batch_cost(loss, outputs, targets)


@pytest.mark.parametrize("sizes, count, steps, least", [
    ([2, 8, 1], 40, 60, 0.9), pytest.param([2, 16, 16, 1], 100, 100, 1.0, marks=pytest.mark.slow)])
def test_micrograds_two_moons_are_learned_with_the_tape_as_with_the_loops(hinge, sizes, count, steps, least):
    tape, loops = [trained_on_moons(engine, hinge, sizes, count, steps) for engine in (Tape(), Loops())]
    print(tape, loops)
    assert tape[0] == loops[0] >= least
    assert tape[1] == pytest.approx(loops[1], rel=1e-6)
