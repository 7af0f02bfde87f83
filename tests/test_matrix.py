"""The matrix engine: the loops' numbers within 1e-9, by the fastest dot product there is; and the choice of engine."""
import argparse
import math
import random
import sys
import time

import pytest

from purenn import (SGD, CrossEntropyLoss, HalfSquaredErrorLoss, Layer, Linear, MSELoss, Network, PurennError, ReLU,
                    Sigmoid, Softmax, Tanh, train)
from purenn.data.tasks import linear, xor
from purenn.engines import NAMES, auto, make
from purenn.engines.c_compiler import why_none
from purenn.engines.loops import Loops
from purenn.engines.matrix import Matrix, fastest_dot, sum_of_products
from purenn.engines.unrolled import Unrolled
from purenn.linalg import dot

from .helpers import close
from .test_unrolled import random_case

DOTS = [dot, sum_of_products] + ([math.sumprod] if hasattr(math, "sumprod") else [])


def numbers(engine, network, loss, inputs, targets):
    network.zero_grad()
    found = [engine.gradients(network, loss, inputs, targets) for _ in range(2)]
    return [cost for cost, _ in found], found[1][1], [list(grads) for _, _, grads in network.parameters()]


@pytest.mark.parametrize("dot_product", DOTS, ids=lambda value: value.__name__)
def test_the_numbers_are_those_of_the_loops_for_random_networks(dot_product):
    for seed in range(200):
        case = random_case(seed)
        expected, found = numbers(Loops(), *case), numbers(Matrix(dot_product), *case)
        assert close(found, expected, 1e-9, 1e-13), (seed, case[0], case[1])
        assert close(Matrix(dot_product).outputs(case[0], case[2]), Loops().outputs(case[0], case[2]), 1e-9)


def test_wide_layers_are_right_too():
    rng = random.Random(1)
    network = Network([Linear(200, 30, rng=rng), ReLU(), Linear(30, 10, rng=rng)])
    inputs = [[rng.random() for _ in range(200)] for _ in range(16)]
    targets = [[1.0 if j == i % 10 else 0.0 for j in range(10)] for i in range(16)]
    assert close(numbers(Matrix(), network, CrossEntropyLoss(), inputs, targets),
                 numbers(Loops(), network, CrossEntropyLoss(), inputs, targets), 1e-9, 1e-13)


def test_layers_of_ones_own_are_gone_through_sample_by_sample():
    class Scale(Layer):
        def __init__(self):
            self.factor, self.grad = [1.5], [0.0]

        def forward(self, inputs):
            self.inputs = inputs
            return [self.factor[0] * a for a in inputs]

        def backward(self, grad):
            for g, a in zip(grad, self.inputs):
                self.grad[0] += g * a
            return [g * self.factor[0] for g in grad]

        def parameters(self):
            yield "factor", self.factor, self.grad

    rng = random.Random(1)
    network = Network([Linear(2, 3, rng=rng), Scale(), Tanh(), Linear(3, 2, rng=rng), Softmax(), Scale()])
    data = xor()
    targets = [[1.0 - y, y] for y, in data.targets]
    assert close(numbers(Matrix(), network, MSELoss(), data.inputs, targets),
                 numbers(Loops(), network, MSELoss(), data.inputs, targets), 1e-9, 1e-13)


def test_training_ends_where_the_loops_do():
    ends = []
    for engine in (Loops(), Matrix()):
        rng = random.Random(7)
        network = Network.mlp([2, 8, 1], activation="tanh", rng=rng)
        optimizer = SGD(network.parameters(), lr=0.1)
        epochs = train(network, linear(40, rng), HalfSquaredErrorLoss(), optimizer, 10, 8, engine)
        losses = [epoch.loss for epoch in epochs]
        ends.append((losses, [values for _, values, _ in network.parameters()]))
    assert close(ends[0], ends[1], 1e-9)


@pytest.mark.slow
def test_the_dot_product_that_is_taken_wins_the_race():
    row = [0.001 * k for k in range(300)]
    times = {contender: [] for contender in DOTS}
    for _ in range(200 if sys.implementation.name == "cpython" else 2000):
        for contender in DOTS:
            start = time.perf_counter()
            for _ in range(10):
                contender(row, row)
            times[contender].append(time.perf_counter() - start)
    best = {contender: min(found) for contender, found in times.items()}
    assert best[fastest_dot()] <= 1.1 * min(best.values()), best


def test_auto_takes_the_source_for_tiny_networks_and_rows_for_wide_ones():
    tiny, wide = Network.mlp([2, 4, 4, 1], init="zeros"), Network.mlp([784, 10], init="zeros")
    assert isinstance(auto.pick(tiny), Unrolled)
    assert isinstance(auto.pick(wide), Matrix if sys.implementation.name == "cpython" else Loops)

    class Mine(Sigmoid):
        pass

    assert isinstance(auto.pick(Network([Linear(2, 2), Mine()])), Loops)


def test_on_pypy_auto_takes_the_loops_for_all_but_the_tiniest(monkeypatch):
    monkeypatch.setattr(sys, "implementation", argparse.Namespace(name="pypy"))
    chosen = [type(auto.pick(Network.mlp(sizes, init="zeros"))) for sizes in ([2, 4, 4, 1], [2, 32, 32, 1], [784, 10])]
    assert chosen == [Unrolled, Loops, Loops]


def test_every_name_makes_an_engine(monkeypatch):
    monkeypatch.setattr("purenn.engines.c_compiler.FLAGS", (("-O0",),))          # compiled in a third of the time
    network = Network.mlp([2, 2, 1], init="zeros")
    for name in [name for name in NAMES if name != "compiled" or not why_none()]:
        engine = make(name, network)
        assert engine.outputs(network, [[0.0, 0.0]]) == [[0.5]]
        engine.close()


class Doubled(Linear):
    """A Linear layer of one's own, with another formula."""

    def forward(self, inputs):
        return [2.0 * z for z in Linear.forward(self, inputs)]

    def backward(self, delta):
        return Linear.backward(self, [2.0 * d for d in delta])


def test_a_subclass_of_linear_is_gone_through_by_its_own_formulas():
    rng = random.Random(1)
    network = Network([Doubled(3, 4, rng=rng), Tanh(), Linear(4, 1, rng=rng)])
    case = (network, MSELoss(), [[0.1, 0.2, 0.3], [1.0, -1.0, 0.5]], [[1.0], [0.0]])
    assert close(numbers(Matrix(), *case), numbers(Loops(), *case), 1e-9)


def test_a_name_that_is_no_engine_is_refused():
    with pytest.raises(PurennError, match="no engine 'unroled'; it must be one of loops, unrolled"):
        make("unroled", Network.mlp([2, 3, 1]))
