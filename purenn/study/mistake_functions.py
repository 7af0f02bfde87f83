"""The wrong lines of the mistakes, in functions that replace those of the core.

A function below with the parameter ``original`` is given the core's function and returns the wrong one.
"""
import math

from ..engines import loops
from . import mazur


def one_velocity(original):
    """Lists of the same length share a velocity."""
    def state(self):
        by_length: dict = {}
        return [by_length.setdefault(len(values), [0.0] * len(values)) for _, values, _ in self.parameters]
    return state


def momentum_on_the_gradient(original):
    """Momentum uses the previous gradient in place of the previous velocity."""
    def step(self):
        for (_, values, grads), previous in zip(self.parameters, self.velocity):
            for k in range(len(values)):
                values[k] -= self.lr * (self.momentum * previous[k] + grads[k])
                previous[k] = grads[k]
    return step


def adam(swapped=False, advance_each=False):
    """Adam's step with its moments swapped, or with t counted for each list of parameters."""
    def step(self):
        self.t += 0 if advance_each else 1
        for (_, values, grads), m, v in zip(self.parameters, self.first_moment, self.second_moment):
            self.t += 1 if advance_each else 0
            for k in range(len(values)):
                g = grads[k]
                m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * (g * g if swapped else g)
                v[k] = self.beta2 * v[k] + (1.0 - self.beta2) * (g if swapped else g * g)
                m_hat = self.corrected(m[k], self.beta1)
                v_hat = self.corrected(v[k], self.beta2)
                values[k] -= self.lr * m_hat / (math.sqrt(v_hat) + self.eps)
    return step


def adam_betas(original):
    """Adam with the wrong second beta."""
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.1), eps=1e-8, **more):
        original(self, parameters, lr, betas, eps, **more)
    return __init__


def adagrad_columns(original):
    """Adagrad's squares are added up over a whole list."""
    def step(self):
        for (_, values, grads), s in zip(self.parameters, self.square_sum):
            total = 0.0
            for g in grads:
                total += g * g
            for k in range(len(values)):
                s[k] += total
                values[k] -= self.lr * grads[k] / (math.sqrt(s[k]) + self.eps)
    return step


def updated_weights(original):
    """The weights are changed before the slopes are computed from them."""
    def backward(self, delta):
        for j in self.neurons:
            for k in range(self.in_features):
                self.weight[j][k] -= mazur.LR * delta[j] * self.inputs[k]       # the step is taken too early
        grads = original(self, delta)
        for row in self.weight_grad:
            row[:] = [0.0] * len(row)                                           # so that it is not taken again
        return grads
    return backward


def last_share_alone(original):
    """Each neuron overwrites ∂C/∂a_k, to which it should add its share."""
    def backward(delta, weights, inputs, weight_grads, input_grads):
        for k in range(len(weights)):
            weight_grads[k] += delta * inputs[k]
            input_grads[k] = delta * weights[k]
        return delta
    return backward


def no_bias_slope(original):
    """The neuron does not return its δ."""
    def backward(*given):
        original(*given)
        return 0.0
    return backward


def shares(times):
    """The engine with the factor share ** ``times`` in the gradients, where the share is 1/n."""
    def make(original):
        def gradients(self, network, loss, inputs, targets):
            share = loss.share(len(inputs)) ** times
            outputs = []
            for x, y in zip(inputs, targets):
                outputs.append(network.forward(x))
                network.backward([share * g for g in loss.backward(outputs[-1], y)])
            return loops.batch_cost(loss, outputs, targets), outputs
        return gradients
    return make


def pushed_at_once(self):
    """The wrong Value.backward: each Value passes its gradient on as soon as a part of it arrives."""
    for value in self.order():
        value.grad = 0.0
    self.grad = 1.0
    _push(self)


def _push(value):
    for parent, slope in zip(value.parents, value.slopes):
        parent.grad += value.grad * slope
        _push(parent)


def overwritten(self):
    """The wrong Value.backward: of the uses of a Value only one counts."""
    self.grad = 1.0
    for value in reversed(self.order()):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad = value.grad * slope
