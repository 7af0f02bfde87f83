"""The tasks' data, and what can be known about them without training."""
import random

import pytest

from purenn import SGD, Adam, MSELoss, Network, PurennError, train
from purenn.data.tasks import gate, linear, xor
from purenn.engines.loops import batch_cost
from purenn.engines.unrolled import Unrolled
from purenn.training import count_right, evaluate


def test_xor_has_21_points_in_turn():
    data = xor()
    assert len(data.inputs) == len(data.targets) == 21
    assert [y for y, in data.targets].count(0.0) == 11
    assert data.inputs[:3] == [[0.0, 0.0], [0.0, 1.0], [0.1, 0.1]]
    assert data.inputs[6] == [0.30000000000000004, 0.30000000000000004]
    assert data.inputs[7] == [0.30000000000000004, 1 - 0.30000000000000004]
    assert [0.5, 0.5] in data.inputs and data.targets[data.inputs.index([0.5, 0.5])] == [0.0]


def test_linear_is_seeded_uniform_and_labeled_by_its_side():
    data = linear(100, random.Random(1))
    assert data == linear(100, random.Random(1)) != linear(100, random.Random(2))
    assert all(0.0 <= value <= 1.0 for x in data.inputs for value in x)
    assert all((y == 0.0) == (x[0] > x[1]) for x, (y,) in zip(data.inputs, data.targets))
    big = linear(4000, random.Random(3))
    assert sum(y for y, in big.targets) / 4000 == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("count", [0, -1, 2.5, "a"])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(PurennError, match="linear: count is .*; it must be a whole number from 1 up"):
        linear(count)


def test_gate_is_the_truth_table():
    assert [(x, y) for (x, (y,)) in zip(*gate())] == [([a, b], float(a != b)) for a in (0.0, 1.0) for b in (0.0, 1.0)]


def test_the_best_constant_on_xor_has_loss_0_249433_and_11_of_21():
    data = xor()
    outputs = [[10 / 21]] * 21
    assert batch_cost(MSELoss(), outputs, data.targets) == pytest.approx(0.249433, abs=5e-7)
    assert count_right(outputs, data.targets) == 11


@pytest.mark.parametrize("sizes", [[2, 1], [2, 4, 4, 1]])
def test_a_network_without_activations_cannot_pass_the_best_constant(sizes):
    data = xor()
    for seed in (1, 2):
        network = Network.mlp(sizes, activation=None, output_activation=None, rng=random.Random(seed))
        lowest = min(epoch.loss for epoch in train(network, data, MSELoss(), Adam(network.parameters(), 0.01), 1500,
                                                   engine=Unrolled()))
        loss, accuracy, _ = evaluate(network, MSELoss(), data)
        assert lowest >= 0.249433 - 1e-6
        assert loss == pytest.approx(0.249433, abs=1e-4)
        assert accuracy <= 16 / 21


def test_no_straight_line_gets_more_than_16_of_the_21_points():
    data, best = xor(), 0
    for a in range(-20, 21):
        for b in range(-20, 21):
            sums = sorted((a * x[0] + b * x[1], y) for x, (y,) in zip(*data))
            for i in range(len(sums) + 1):
                if 0 < i < len(sums) and sums[i][0] - sums[i - 1][0] < 1e-9:
                    continue
                right = sum(y == 0.0 for _, y in sums[:i]) + sum(y == 1.0 for _, y in sums[i:])
                best = max(best, right, 21 - right)
    assert best == 16


def test_the_second_plateau_of_xor_misses_the_point_in_the_middle():
    data = xor()
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(2))
    for _ in train(network, data, MSELoss(), SGD(network.parameters(), lr=1.0), epochs=6000, engine=Unrolled()):
        pass
    loss, accuracy, outputs = evaluate(network, MSELoss(), data)
    assert loss == pytest.approx(0.0434, abs=5e-4)
    assert accuracy == 20 / 21
    assert count_right([outputs[data.inputs.index([0.5, 0.5])]], [[0.0]]) == 0
