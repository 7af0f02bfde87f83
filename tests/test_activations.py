"""Activations and their derivatives."""
import math

import pytest

from purenn import Identity, LeakyReLU, PurennError, ReLU, Sigmoid, Softmax, Tanh
from purenn.activations import ACTIVATIONS, relu_derivative, sigmoid, softmax, softmax_jacobian

ELEMENTWISE = [Sigmoid(), Tanh(), ReLU(), LeakyReLU(), LeakyReLU(0.3), Identity()]


@pytest.mark.parametrize("layer", ELEMENTWISE, ids=repr)
@pytest.mark.parametrize("z", [-3.0, -0.4, 0.2, 2.5])
def test_each_derivative_is_the_slope_of_its_function(layer, z):
    h = 1e-6
    slope = (layer.function(z + h) - layer.function(z - h)) / (2 * h)
    assert layer.derivative(z, layer.function(z)) == pytest.approx(slope, rel=1e-8)


def test_sigmoid_and_tanh_at_their_known_values():
    assert sigmoid(0.0) == 0.5
    assert sigmoid(math.log(3.0)) == pytest.approx(0.75, rel=1e-15)
    assert Tanh().function(math.log(2.0)) == pytest.approx(0.6, rel=1e-15)


@pytest.mark.parametrize("z", [-1e308, -1000.0, -745.2, -50.0, 0.0, 50.0, 1000.0, 1e308])
def test_nothing_overflows_far_out(z):
    for layer in ELEMENTWISE:
        a = layer.forward([z])
        assert math.isfinite(a[0]) and math.isfinite(layer.backward([1.0])[0])
    assert 0.0 <= sigmoid(z) <= 1.0
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1.0, rel=1e-15)


def test_sigmoid_keeps_its_small_values_on_the_negative_side():
    assert sigmoid(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-12)


def test_softmax_shares_sum_to_one_and_do_not_depend_on_a_shift():
    assert softmax([1000.0, 0.0, -1000.0]) == [1.0, 0.0, 0.0]
    assert softmax([-1000.0, 0.0, 1000.0]) == [0.0, 0.0, 1.0]
    p = softmax([0.1, -0.4, 2.0])
    assert sum(p) == pytest.approx(1.0, rel=1e-15)
    assert softmax([1000.1, 999.6, 1002.0]) == pytest.approx(p, rel=1e-12)
    assert softmax([0.0, math.log(3.0)]) == pytest.approx([0.25, 0.75], rel=1e-15)


def test_the_softmax_jacobian_is_the_slope_of_every_output_by_every_input():
    z, h = [0.1, -0.4, 2.0], 1e-6
    jacobian = softmax_jacobian(softmax(z))
    for j in range(3):
        above, below = list(z), list(z)
        above[j] += h
        below[j] -= h
        for i in range(3):
            slope = (softmax(above)[i] - softmax(below)[i]) / (2 * h)
            assert jacobian[i][j] == pytest.approx(slope, rel=1e-7)


def test_at_the_kink_the_slope_is_that_of_the_left():
    assert relu_derivative(0.0, 0.0) == 0.0
    assert LeakyReLU(0.25).derivative(0.0, 0.0) == 0.25


def test_nan_stays_nan_so_that_it_is_noticed():
    for layer in ELEMENTWISE:
        assert math.isnan(layer.function(math.nan))


def test_forward_does_not_change_its_input_and_backward_not_its_gradient():
    for layer in [*ELEMENTWISE, Softmax()]:
        z, grad = [0.5, -0.5], [1.0, 2.0]
        layer.forward(z)
        layer.backward(grad)
        assert (z, grad) == ([0.5, -0.5], [1.0, 2.0])


def test_every_activation_has_a_name_and_no_parameters():
    assert sorted(ACTIVATIONS) == ["identity", "leaky_relu", "relu", "sigmoid", "softmax", "tanh"]
    assert all(list(make().parameters()) == [] for make in ACTIVATIONS.values())


@pytest.mark.parametrize("slope", ["a", None, float("nan")])
def test_a_slope_that_is_no_number_is_refused(slope):
    with pytest.raises(PurennError, match="LeakyReLU: negative_slope is .* it must be a finite number"):
        LeakyReLU(slope)
