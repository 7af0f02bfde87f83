"""Linear, a row of neurons."""
import random

import pytest

from purenn import Linear, PurennError, ShapeError


def test_the_weight_matrix_is_out_by_in_and_each_row_feeds_one_neuron():
    layer = Linear(3, 2, rng=random.Random(1))
    layer.weight[:] = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]
    layer.bias[:] = [0.5, -0.5]
    assert layer.forward([1.0, 1.0, 2.0]) == [9.5, 89.5]


def test_backward_sums_over_the_neurons_and_adds_to_the_gradients():
    layer = Linear(2, 2, rng=random.Random(1))
    layer.weight[:] = [[1.0, 2.0], [10.0, 20.0]]
    layer.forward([3.0, 5.0])
    assert layer.backward([0.5, 2.0]) == [0.5 * 1.0 + 2.0 * 10.0, 0.5 * 2.0 + 2.0 * 20.0]
    assert layer.weight_grad == [[1.5, 2.5], [6.0, 10.0]]
    assert layer.bias_grad == [0.5, 2.0]
    layer.backward([0.5, 2.0])
    assert layer.weight_grad == [[3.0, 5.0], [12.0, 20.0]]
    assert layer.bias_grad == [1.0, 4.0]


def test_without_bias_there_is_none_to_learn():
    layer = Linear(2, 1, bias=False, rng=random.Random(1))
    assert layer.bias is None
    assert [name for name, _, _ in layer.parameters()] == ["weight[0]"]
    assert layer.forward([0.0, 0.0]) == [0.0]
    assert layer.backward([1.0]) == layer.weight[0]
    assert repr(layer) == "Linear(2, 1, bias=False)"


def test_parameters_are_the_layers_own_lists():
    layer = Linear(2, 2, rng=random.Random(1))
    for _, values, _ in layer.parameters():
        values[:] = [7.0] * len(values)
    assert layer.weight == [[7.0, 7.0], [7.0, 7.0]] and layer.bias == [7.0, 7.0]


@pytest.mark.parametrize("arguments, message", [
    ((0, 2), "Linear: in_features is 0; it must be a whole number from 1 up"),
    ((2, -1), "Linear: out_features is -1; it must be a whole number from 1 up"),
    ((2.0, 1), "Linear: in_features is 2.0; it must be a whole number from 1 up"),
])
def test_impossible_sizes_are_refused(arguments, message):
    with pytest.raises(PurennError) as error:
        Linear(*arguments)
    assert str(error.value) == message


def test_an_unknown_init_and_a_wrong_number_of_inputs_are_refused():
    with pytest.raises(PurennError, match="Linear: init is 'foo'; it must be one of he, normal"):
        Linear(2, 2, init="foo")
    with pytest.raises(ShapeError, match=r"Linear\(2, 2\): the input has 3 numbers; expected 2"):
        Linear(2, 2).forward([1.0, 2.0, 3.0])
