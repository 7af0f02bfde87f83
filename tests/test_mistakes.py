"""The classic mistakes, planted one by one: for each of them a check must fail.

Each mistake replaces one function, in the way it is really made. ``checks.py`` has the checks; this
file shows that they can fail.
"""
import math
import random

import pytest

from purenn import activations, initializers, layers, losses, network, neuron, optimizers, study, training
from purenn.engines import loops
from purenn.linalg import zeros

from . import checks


def tanh_slope_of_the_activation(patch):
    patch.setattr(activations.Tanh, "derivative", staticmethod(lambda z, a: 1.0 - math.tanh(a) ** 2))


def sigmoid_slope_from_z(patch):
    patch.setattr(activations.Sigmoid, "derivative", staticmethod(lambda z, a: z * (1.0 - z)))


def sigmoid_slope_of_the_activation(patch):
    patch.setattr(activations.Sigmoid, "derivative",
                  staticmethod(lambda z, a: activations.sigmoid(a) * (1.0 - activations.sigmoid(a))))


def relu_slope_of_everything(patch):
    patch.setattr(activations.ReLU, "derivative", staticmethod(lambda z, a: 1.0))


def one_velocity_for_all_layers(patch):
    def state(self):
        by_length = {}
        return [by_length.setdefault(len(values), zeros(len(values))) for _, values, _ in self.parameters]
    patch.setattr(optimizers.Optimizer, "_state", state)


def momentum_on_the_previous_gradient(patch):
    def step(self):
        for (_, values, grads), previous in zip(self.parameters, self.velocity):
            for k in range(len(values)):
                values[k] -= self.lr * (grads[k] + self.momentum * previous[k])
                previous[k] = grads[k]
    patch.setattr(optimizers.SGD, "step", step)


def adam_step(swapped=False, power=True, advance_each=False):
    def step(self):
        self.t += 0 if advance_each else 1
        for (_, values, grads), m, v in zip(self.parameters, self.first_moment, self.second_moment):
            self.t += 1 if advance_each else 0
            t = self.t if power else 1
            for k in range(len(values)):
                g = grads[k]
                one, two = (g * g, g) if swapped else (g, g * g)
                m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * one
                v[k] = self.beta2 * v[k] + (1.0 - self.beta2) * two
                m_hat, v_hat = m[k] / (1.0 - self.beta1 ** t), v[k] / (1.0 - self.beta2 ** t)
                values[k] -= self.lr * m_hat / (math.sqrt(abs(v_hat)) + self.eps)
    return step


def adam_moments_swapped(patch):
    patch.setattr(optimizers.Adam, "step", adam_step(swapped=True))


def adam_betas_09_and_01(patch):
    original = optimizers.Adam.__init__
    patch.setattr(optimizers.Adam, "__init__", lambda self, p, lr: original(self, p, lr, betas=(0.9, 0.1)))


def adam_correction_without_its_power(patch):
    patch.setattr(optimizers.Adam, "step", adam_step(power=False))


def adam_t_advanced_each_parameter(patch):
    patch.setattr(optimizers.Adam, "step", adam_step(advance_each=True))


def adam_step_written_right(patch):
    patch.setattr(optimizers.Adam, "step", adam_step())


def adagrad_squares_summed_over_the_column(patch):
    def step(self):
        for (_, values, grads), s in zip(self.parameters, self.square_sum):
            total = sum(g * g for g in grads)
            for k in range(len(values)):
                s[k] += total
                values[k] -= self.lr * grads[k] / (math.sqrt(s[k]) + self.eps)
    patch.setattr(optimizers.Adagrad, "step", step)


def hidden_deltas_from_updated_weights(patch):
    original = layers.Linear.backward

    def backward(self, delta):
        for j in range(self.out_features):
            for k in range(self.in_features):
                self.weight[j][k] -= 0.5 * delta[j] * self.inputs[k]        # the step, taken too early
        grads = original(self, delta)
        for row in self.weight_grad:
            row[:] = zeros(self.in_features)
        return grads
    patch.setattr(layers.Linear, "backward", backward)


def gradients_not_cleared(patch):
    patch.setattr(network.Network, "zero_grad", lambda self: None)


def biases_never_updated(patch):
    original = neuron.backward
    patch.setattr(neuron, "backward", lambda *arguments: original(*arguments) * 0.0)


def factor_2_missing_from_the_gradient(patch):
    patch.setattr(losses.MSELoss, "backward", lambda self, output, target: [
        self.share(len(output)) * (a - y) for a, y in zip(output, target)])


def half_in_the_loss_alone(patch):
    patch.setattr(losses.HalfSquaredErrorLoss, "backward",
                  lambda self, output, target: [2.0 * (a - y) for a, y in zip(output, target)])


def one_over_n_missing_from_the_gradient(patch):
    def gradients(self, network, loss, inputs, targets):
        outputs = []
        for x, y in zip(inputs, targets):
            outputs.append(network.forward(x))
            network.backward(loss.backward(outputs[-1], y))
        return loops.batch_cost(loss, outputs, targets), outputs
    patch.setattr(loops.Loops, "gradients", gradients)


def one_over_n_twice_in_the_loss(patch):
    original = loops.batch_cost
    for room in (loops, training, study.gradcheck):
        patch.setattr(room, "batch_cost", lambda loss, o, t: original(loss, o, t) * loss.share(len(o)))


def softmax_slope_its_diagonal_alone(patch):
    patch.setattr(activations.Softmax, "backward",
                  lambda self, grad: [g * a * (1.0 - a) for g, a in zip(grad, self.a)])


def cross_entropy_with_ln_0(patch):
    patch.setattr(losses.CrossEntropyLoss, "forward", lambda self, output, target: -sum(
        y * math.log(p) for p, y in zip(losses.softmax(output), target)))


def sigmoid_that_overflows(patch):
    patch.setattr(activations.Sigmoid, "function", staticmethod(lambda z: 1.0 / (1.0 + math.exp(-z))))


def all_weights_equal_at_the_start(patch):
    patch.setitem(initializers.INITIALIZERS, "uniform", lambda fan_in, fan_out, rng: (
        [[0.5] * fan_in for _ in range(fan_out)], [0.5] * fan_out))


def seed_on_a_generator_that_is_not_used(patch):
    original = initializers.INITIALIZERS["uniform"]
    patch.setitem(initializers.INITIALIZERS, "uniform", lambda fan_in, fan_out, rng: original(
        fan_in, fan_out, random.Random()))


CAUGHT_BY = {
    tanh_slope_of_the_activation: checks.check_gradients,
    sigmoid_slope_from_z: checks.check_gradients,
    sigmoid_slope_of_the_activation: checks.check_gradients,
    relu_slope_of_everything: checks.check_gradients,
    one_velocity_for_all_layers: lambda: checks.check_hand_computed_steps(["momentum"]),
    momentum_on_the_previous_gradient: lambda: checks.check_hand_computed_steps(["momentum"]),
    adam_moments_swapped: lambda: checks.check_hand_computed_steps(["Adam"]),
    adam_betas_09_and_01: lambda: checks.check_hand_computed_steps(["Adam"]),
    adam_correction_without_its_power: lambda: checks.check_hand_computed_steps(["Adam"]),
    adam_t_advanced_each_parameter: lambda: checks.check_hand_computed_steps(["Adam"]),
    adagrad_squares_summed_over_the_column: lambda: checks.check_hand_computed_steps(["Adagrad"]),
    hidden_deltas_from_updated_weights: checks.check_mazur_step,
    gradients_not_cleared: checks.check_gradients_are_cleared,
    biases_never_updated: checks.check_every_parameter_moves,
    factor_2_missing_from_the_gradient: checks.check_gradients,
    half_in_the_loss_alone: checks.check_gradients,
    one_over_n_missing_from_the_gradient: checks.check_gradients,
    one_over_n_twice_in_the_loss: checks.check_gradients,
    softmax_slope_its_diagonal_alone: checks.check_gradients,
    cross_entropy_with_ln_0: checks.check_far_out,
    sigmoid_that_overflows: checks.check_far_out,
    all_weights_equal_at_the_start: checks.check_neurons_become_different,
    seed_on_a_generator_that_is_not_used: checks.check_the_seed_is_used,
}


@pytest.mark.parametrize("mistake", CAUGHT_BY, ids=lambda mistake: mistake.__name__)
def test_each_classic_mistake_is_caught(mistake, monkeypatch):
    check = CAUGHT_BY[mistake]
    check()
    mistake(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_adam_written_right_in_the_same_way_is_not_caught(monkeypatch):
    adam_step_written_right(monkeypatch)
    checks.check_hand_computed_steps(["Adam"])


def test_mazurs_slip_gives_the_number_that_his_article_prints(monkeypatch):
    hidden_deltas_from_updated_weights(monkeypatch)
    with pytest.raises(AssertionError, match="0.29102792"):
        checks.check_mazur_step()


@pytest.mark.parametrize("mistake", [
    one_velocity_for_all_layers, momentum_on_the_previous_gradient, adam_moments_swapped, adam_betas_09_and_01,
    adam_correction_without_its_power, adam_t_advanced_each_parameter, adagrad_squares_summed_over_the_column,
    factor_2_missing_from_the_gradient, one_over_n_missing_from_the_gradient,
], ids=lambda mistake: mistake.__name__)
def test_pytorchs_numbers_catch_it_too(mistake, monkeypatch):
    mistake(monkeypatch)
    with pytest.raises(AssertionError):
        checks.check_torch_parity()
