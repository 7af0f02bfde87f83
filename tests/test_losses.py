"""Losses and their slopes."""
import math
import random
from decimal import Decimal, localcontext

import pytest

from purenn import (SGD, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Dataset, HalfSquaredErrorLoss, Linear, Loss,
                    MSELoss, Network, PurennError, ReLU, Sigmoid, Softmax, evaluate, train)
from purenn.activations import softmax
from purenn.engines.loops import Loops

from .helpers import close, small_data


@pytest.mark.parametrize("loss, output, target", [
    (MSELoss(), [0.3, -1.2, 0.8], [0.0, 1.0, 0.5]),
    (MSELoss("sum"), [0.3, -1.2, 0.8], [0.0, 1.0, 0.5]),
    (HalfSquaredErrorLoss(), [0.3, -1.2, 0.8], [0.0, 1.0, 0.5]),
    (BCELoss(), [0.3, 0.2, 0.8], [0.0, 1.0, 0.4]),
    (BCELoss("sum"), [0.3, 0.2, 0.8], [0.0, 1.0, 0.4]),
    (BCEWithLogitsLoss(), [0.3, -1.2, 0.8], [0.0, 1.0, 0.4]),
    (BCEWithLogitsLoss("sum"), [0.3, -1.2, 0.8], [0.0, 1.0, 0.4]),
    (CrossEntropyLoss(), [0.3, -1.2, 0.8], [0.0, 1.0, 0.0]),
], ids=repr)
def test_backward_is_the_slope_of_forward_for_every_output(loss, output, target):
    h = 1e-6
    slopes = []
    for j in range(3):
        above, below = list(output), list(output)
        above[j] += h
        below[j] -= h
        slopes.append((loss.forward(above, target) - loss.forward(below, target)) / (2 * h))
    assert loss.backward(output, target) == pytest.approx(slopes, rel=1e-7)


def test_the_squared_errors_differ_by_the_factors_they_say():
    output, target = [1.0, 2.0], [0.0, 0.0]
    assert MSELoss("sum").forward(output, target) == 5.0
    assert MSELoss().forward(output, target) == 2.5
    assert HalfSquaredErrorLoss().forward(output, target) == 2.5
    assert HalfSquaredErrorLoss("mean").forward(output, target) == 2.5


def test_share_is_the_mean_or_the_sum():
    assert MSELoss().share(4) == 0.25
    assert MSELoss("sum").share(4) == 1.0
    assert HalfSquaredErrorLoss().share(4) == 1.0


def test_bce_at_known_values_and_at_the_edges():
    assert BCELoss().forward([0.25], [1.0]) == pytest.approx(math.log(4.0), rel=1e-15)
    assert BCELoss().forward([0.0], [1.0]) == 100.0
    assert BCELoss().forward([1.0], [1.0]) == 0.0
    assert BCELoss().forward([1e-60], [1.0]) == 100.0
    assert BCELoss().backward([1.0], [0.0]) == [1e12]
    assert math.isnan(BCELoss().forward([float("nan")], [1.0]))


def exact_of_logits(z, y):
    """The cost −y·ln σ(z) − (1 − y)·ln(1 − σ(z)) and its slope σ(z) − y, with 400 digits, as floats."""
    with localcontext() as context:
        context.prec = 400
        p = 1 / (1 + (-Decimal(z)).exp())
        return float(-Decimal(y) * p.ln() - (1 - Decimal(y)) * (1 - p).ln()), float(p - Decimal(y))


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("z", [0.0, 0.3, -0.3, 2.5, -7.0, 20.0, -20.0, 36.5, -37.0, 40.0, -45.0, 100.0, -300.0, 700.0])
def test_the_cost_of_a_logit_and_its_slope_have_all_their_digits(z, y):
    cost, slope = exact_of_logits(z, y)
    loss = BCEWithLogitsLoss()
    assert loss.forward([z], [y]) == pytest.approx(cost, rel=4e-16 if y in (0.0, 1.0) else 1e-15, abs=0.0)
    assert loss.backward([z], [y])[0] == pytest.approx(slope, rel=1e-15, abs=2.3e-16)       # of p, which is up to 1


def test_a_mean_of_logits_costs_is_over_the_outputs_and_a_sum_is_none():
    costs, slopes = zip(*[exact_of_logits(z, y) for z, y in ((0.3, 0.0), (-1.2, 1.0), (0.8, 0.4))])
    output, target = [0.3, -1.2, 0.8], [0.0, 1.0, 0.4]
    assert BCEWithLogitsLoss("sum").forward(output, target) == pytest.approx(sum(costs), rel=1e-15)
    assert BCEWithLogitsLoss().forward(output, target) == pytest.approx(sum(costs) / 3, rel=1e-15)
    assert BCEWithLogitsLoss("sum").backward(output, target) == pytest.approx(slopes, rel=1e-14)
    assert BCEWithLogitsLoss().backward(output, target) == pytest.approx([slope / 3 for slope in slopes], rel=1e-14)


@pytest.mark.parametrize("z, y, slope", [(40.0, 0.0, 1.0), (-800.0, 1.0, -1.0), (1e308, 0.0, 1.0), (-1e308, 1.0, -1.0)])
def test_a_logit_that_is_sure_and_wrong_has_a_slope_where_a_sigmoid_of_its_own_lets_none_through(z, y, slope):
    def bias_gradient(layers, loss):
        network = Network([Linear(1, 1, init="zeros"), *layers])
        network.layers[0].bias[0] = z
        cost, _ = Loops().gradients(network, loss, [[0.0]], [[y]])
        return cost, network.layers[0].bias_grad[0]
    assert bias_gradient([], BCEWithLogitsLoss()) == (abs(z), slope)
    assert abs(bias_gradient([Sigmoid()], BCELoss())[1]) < 0.01


def test_where_no_sigmoid_is_saturated_the_fused_loss_is_that_of_probabilities():
    data = small_data(count=7)
    found = []
    for layers, loss in (([], BCEWithLogitsLoss()), ([Sigmoid()], BCELoss())):
        rng = random.Random(6)
        network = Network([Linear(3, 5, rng=rng), ReLU(), Linear(5, 3, rng=rng)] + layers)
        cost, _ = Loops().gradients(network, loss, data.inputs, data.targets)
        found.append((cost, [list(grads) for _, _, grads in network.parameters()]))
    assert close(found[0][0], found[1][0], 1e-13) and close(found[0][1], found[1][1], 1e-12, 1e-15)


def test_a_logit_means_class_1_from_0_on_and_answers_with_a_probability():
    loss = BCEWithLogitsLoss()
    assert (BCELoss().threshold, loss.threshold) == (0.5, 0.0)
    assert loss.answer([0.0, 40.0, -800.0]) == [0.5, 1.0, 0.0]
    network = Network([Linear(1, 1, init="zeros")])
    network.layers[0].weight[0][0] = 1.0
    data = Dataset([[0.3], [-0.3], [0.0], [-1e-300]], [[1.0], [0.0], [1.0], [0.0]])
    assert evaluate(network, loss, data)[1] == 1.0
    assert next(train(network, data, loss, SGD(network.parameters(), lr=1e-9), 1)).accuracy == 1.0


def test_cross_entropy_of_ten_equal_logits_is_ln_10():
    loss = CrossEntropyLoss().forward([0.7] * 10, [0.0] * 9 + [1.0])
    assert loss == pytest.approx(2.302585092994046, rel=1e-14)


def test_cross_entropy_survives_being_sure_and_wrong():
    assert CrossEntropyLoss().forward([1000.0, -1000.0], [0.0, 1.0]) == 2000.0
    assert CrossEntropyLoss().backward([1000.0, -1000.0], [0.0, 1.0]) == [1.0, -1.0]
    assert CrossEntropyLoss().forward([-1000.0], [1.0]) == 0.0


@pytest.mark.parametrize("shift", [1.0, -37.5, 1e3, 1e6, -1e6])
def test_cross_entropy_does_not_depend_on_a_shift_of_all_logits(shift):
    loss, rng = CrossEntropyLoss(), random.Random(3)
    for _ in range(50):
        z = [round(rng.uniform(-4.0, 4.0) * 1024) / 1024 for _ in range(5)]          # exact, shifted or not
        target = [0.0, 1.0, 0.0, 0.0, 0.0]
        expected = loss.forward(z, target)
        assert loss.forward([x + shift for x in z], target) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shift", [1e12, 1e15, -1e15])
def test_cross_entropy_keeps_its_digits_as_far_as_the_logits_are_exact(shift):
    assert CrossEntropyLoss().forward([shift, shift], [1.0, 0.0]) == math.log(2.0)
    assert CrossEntropyLoss().forward([shift, shift + 1.0], [1.0, 0.0]) == pytest.approx(1.3132616875182228, rel=1e-12)


def test_softmax_layer_with_its_full_jacobian_and_the_fused_loss_give_the_same_gradients():
    class NegativeLogLikelihood(Loss):
        def forward(self, output, target):
            return -sum(y * math.log(p) for p, y in zip(output, target))

        def backward(self, output, target):
            return [-y / p for p, y in zip(output, target)]

    from purenn.engines.loops import Loops
    data = small_data()
    found = []
    for layers, loss in (([Softmax()], NegativeLogLikelihood()), ([], CrossEntropyLoss())):
        network = Network([Linear(3, 3, rng=random.Random(3)), *layers])
        cost, _ = Loops().gradients(network, loss, *data)
        found.append((cost, [list(grads) for _, _, grads in network.parameters()]))
    assert close(found[0][0], found[1][0], 1e-13)
    assert close(found[0][1], found[1][1], 1e-12)


@pytest.mark.parametrize("call, message", [
    (lambda: MSELoss("avg"), 'MSELoss: reduction is \'avg\'; it must be "mean" or "sum"'),
    (lambda: BCELoss().forward([1.5], [1.0]), "BCELoss: an output is 1.5; it must be a probability from 0 to 1, "
                                              "so end the network with a Sigmoid"),
    (lambda: BCELoss().check_targets([[0.0], [2.0]]), "BCELoss: targets[1] is [2.0]; each target must be from 0 to 1"),
    (lambda: BCEWithLogitsLoss().check_targets([[0.0], [-1.0]]),
     "BCEWithLogitsLoss: targets[1] is [-1.0]; each target must be from 0 to 1"),
    (lambda: CrossEntropyLoss().check_targets([[0.5, 0.5]]),
     "CrossEntropyLoss: targets[0] is [0.5, 0.5]; a target must be one-hot, 1 for its class and 0 for the others"),
    (lambda: CrossEntropyLoss().check_targets([[0.0, 0.0]]),
     "CrossEntropyLoss: targets[0] is [0.0, 0.0]; a target must be one-hot, 1 for its class and 0 for the others"),
])
def test_what_a_loss_is_not_defined_for_is_refused(call, message):
    with pytest.raises(PurennError) as error:
        call()
    assert str(error.value) == message


class NegativeLogLikelihood(Loss):
    """C = −Σ_j y_j·ln p_j of probabilities p, for the long way: through a Softmax layer and its whole Jacobian."""

    def forward(self, output, target):
        return -math.fsum(y * math.log(p) for p, y in zip(output, target))

    def backward(self, output, target):
        return [-y / p for p, y in zip(output, target)]


def test_the_long_way_through_softmax_and_its_jacobian_gives_the_gradients_of_the_fused_loss():
    data = small_data(count=7)
    gradients, costs = [], []
    for layers, loss in (([], CrossEntropyLoss()), ([Softmax()], NegativeLogLikelihood())):
        rng = random.Random(6)
        network = Network([Linear(3, 5, rng=rng), ReLU(), Linear(5, 3, rng=rng)] + layers)
        costs.append(Loops().gradients(network, loss, data.inputs, data.targets)[0])
        gradients.append([grads for _, _, grads in network.parameters()])
    assert close(costs[0], costs[1], 1e-13) and close(gradients[0], gradients[1], 1e-12, 1e-15)


def test_behind_softmax_the_slope_over_a_batch_is_p_minus_y_by_n():
    data = small_data(count=7)
    rng = random.Random(6)
    network = Network([Linear(3, 3, rng=rng)])
    _, outputs = Loops().gradients(network, CrossEntropyLoss(), data.inputs, data.targets)
    for j in range(3):                                  # the bias's gradient is the sum of its neuron's slopes
        expected = math.fsum((softmax(z)[j] - y[j]) / 7 for z, y in zip(outputs, data.targets))
        assert network.layers[0].bias_grad[j] == pytest.approx(expected, rel=1e-12)
