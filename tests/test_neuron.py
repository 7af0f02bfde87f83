"""One neuron."""
from purenn import neuron


def test_forward_is_the_weighted_sum_and_the_bias():
    assert neuron.forward([2.0, -3.0], 0.5, [10.0, 1.0]) == 0.5 + 20.0 - 3.0


def test_backward_adds_to_the_weights_and_the_inputs_and_returns_the_bias():
    weight_grads, input_grads = [1.0, 1.0], [10.0, 10.0]
    slope = neuron.backward(0.5, [2.0, -3.0], [4.0, 6.0], weight_grads, input_grads)
    assert weight_grads == [1.0 + 0.5 * 4.0, 1.0 + 0.5 * 6.0]
    assert input_grads == [10.0 + 0.5 * 2.0, 10.0 + 0.5 * -3.0]
    assert slope == 0.5


def test_forward_leaves_its_lists_alone():
    weights, inputs = [2.0, -3.0], [10.0, 1.0]
    neuron.forward(weights, 0.5, inputs)
    assert (weights, inputs) == ([2.0, -3.0], [10.0, 1.0])
