"""Gradients: every entry of every layer × activation × loss against the slope that the cost shows."""
import random

import pytest

from purenn import HalfSquaredErrorLoss, Layer, Linear, Loss, MSELoss, Network, ReLU, Sigmoid, Tanh
from purenn.study.gradcheck import gradcheck, relative_error, worst

from . import checks
from .helpers import small_data


@pytest.mark.parametrize("hidden", range(len(checks.ACTIVATIONS)), ids=lambda i: repr(checks.ACTIVATIONS[i]()))
def test_every_gradient_is_the_slope_of_the_cost(hidden):
    cases = [case for case in checks.CASES if case[0] is checks.ACTIVATIONS[hidden]]
    assert len(cases) == 88
    checks.check_gradients(cases)


def test_three_layers_deep():
    rng = random.Random(4)
    network = Network([Linear(3, 4, rng=rng), Tanh(), Linear(4, 5, rng=rng), Sigmoid(), Linear(5, 3, rng=rng)])
    assert worst(gradcheck(network, MSELoss(), *small_data())).error <= 1e-6


def test_a_layer_and_a_loss_of_ones_own_are_checked_like_any_other():
    class Scale(Layer):
        def __init__(self, slope_is_right):
            self.factor, self.grad, self.slope_is_right = [1.5], [0.0], slope_is_right

        def forward(self, inputs):
            self.inputs = inputs
            return [self.factor[0] * a for a in inputs]

        def backward(self, grad):
            for g, a in zip(grad, self.inputs):
                self.grad[0] += g * a if self.slope_is_right else g
            return [g * self.factor[0] for g in grad]

        def parameters(self):
            yield "factor", self.factor, self.grad

    class FourthPower(Loss):
        def forward(self, output, target):
            return sum((a - y) ** 4 for a, y in zip(output, target))

        def backward(self, output, target):
            return [4.0 * (a - y) ** 3 for a, y in zip(output, target)]

    for right in (True, False):
        network = Network([Linear(3, 3, rng=random.Random(1)), Scale(right), Sigmoid()])
        entries = gradcheck(network, FourthPower(), *small_data())
        assert entries[-1].name == "1.factor[0]"
        assert (worst(entries).error <= 1e-6) == right
        assert right or worst(entries).name == "1.factor[0]"


def test_a_kink_is_told_and_not_counted():
    network = Network([Linear(1, 1, rng=random.Random(1)), ReLU()])
    network.load_state_dict({"0.weight": [[1.0]], "0.bias": [0.0]})
    entries = gradcheck(network, HalfSquaredErrorLoss(), [[0.0]], [[-1.0]])
    assert [(entry.name, entry.kink) for entry in entries] == [("0.weight[0][0]", False), ("0.bias[0]", True)]
    assert entries[1].error == 1.0 and worst(entries).error == 0.0


def test_the_weights_end_as_they_were():
    network = Network.mlp([3, 2, 3], rng=random.Random(1))
    before = network.state_dict()
    gradcheck(network, MSELoss(), *small_data())
    assert network.state_dict() == before


def test_the_relative_error_is_between_0_and_1_and_forgives_rounding_around_zero():
    assert relative_error(2.0, 2.0) == 0.0
    assert relative_error(1.0, -1.0) == 1.0
    assert relative_error(0.0, 1e-15) == pytest.approx(1e-7)
