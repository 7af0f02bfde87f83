"""gradcheck's bound: no right gradient is called doubtful, and none that is wrong fine; random passes and errors."""
import random

import pytest

from purenn import (BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Layer, Linear, MSELoss, Network, PurennError, Sigmoid,
                    Softmax, Tanh)
from purenn.cli.main import main
from purenn.data.tasks import xor
from purenn.engines.loops import Loops
from purenn.show.gradients import where
from purenn.study.gradcheck import ACTIVATIONS, LOSSES, by_layer, gradcheck, relative_error, verdict, worst
from purenn.study.mistakes import MISTAKES, planted

from .helpers import small_data

BY_NAME = {mistake.name: mistake for mistake in MISTAKES}


def random_case(seed):
    """A network, a loss and a batch: any depth, activations, loss, size of weights and inputs."""
    rng = random.Random(seed)
    loss = LOSSES[rng.choice(list(LOSSES))]()
    widths = [rng.randint(1, 5) for _ in range(rng.randint(2, 5))]
    layers = []
    scale, size = rng.choice((0.1, 1.0, 3.0)), rng.choice((0.01, 1.0, 3.0))
    for i in range(len(widths) - 1):
        layer = Linear(widths[i], widths[i + 1], bias=rng.random() < 0.8, rng=rng)
        for row in layer.weight:
            row[:] = [scale * value for value in row]
        layers += [layer, ACTIVATIONS[rng.choice(list(ACTIVATIONS))]()]
    if isinstance(loss, BCELoss):
        layers[-1] = rng.choice((Sigmoid, Softmax))()
    elif isinstance(loss, (CrossEntropyLoss, BCEWithLogitsLoss)) or rng.random() < 0.3:
        layers.pop()
    inputs = [[size * rng.uniform(-1.0, 1.0) for _ in range(widths[0])] for _ in range(rng.randint(1, 6))]
    targets = []
    for _ in inputs:
        right = rng.randrange(widths[-1])
        targets.append([1.0 if j == right else 0.0 for j in range(widths[-1])])
    return Network(layers), loss, inputs, targets


def false_alarms(seeds):
    """The seeds whose right gradients are called anything but fine, and how many entries were looked at."""
    alarms, count = [], 0
    for seed in seeds:
        case = random_case(seed)
        entries = gradcheck(*case)
        count += len(entries)
        largest = worst(entries)
        if largest and not verdict(largest, any(entry.kink for entry in entries)).startswith("fine"):
            alarms.append((seed, case[:2], largest))
    return alarms, count


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1000), marks=pytest.mark.slow)])
def test_no_right_gradient_of_a_random_network_is_called_doubtful(seeds):
    alarms, count = false_alarms(seeds)
    assert not alarms and count > 20 * len(seeds)


@pytest.mark.parametrize("seeds, why", [
    ((788, 1005, 3356, 5140, 5147, 7055), "the cost is tiny, and its logarithm is not"),
    ((1611, 1908, 2798, 4019, 4991, 5604), "BCELoss at its floor"),
])
def test_nor_is_one_where_it_would_be_hard_to_tell(seeds, why):
    assert not false_alarms(seeds)[0], why


def test_the_third_derivative_explains_a_step_that_is_too_large():
    network = Network.mlp([2, 4, 1], rng=random.Random(5))
    entries = gradcheck(network, MSELoss(), *xor(), h=1e-2)
    assert max(entry.error for entry in entries) > 1e-6 and verdict(worst(entries)) == "fine"
    assert verdict(worst(gradcheck(network, MSELoss(), *xor(), h=1e-2, engine=OffBy(1.001)))) == "doubtful"


@pytest.mark.slow
def test_nor_is_any_of_the_network_of_the_readme():
    for seed in range(1, 41):
        network = Network.mlp([2, 4, 4, 1], rng=random.Random(seed))
        entries = gradcheck(network, MSELoss(), *xor())
        assert verdict(worst(entries)) == "fine", (seed, worst(entries))


class OffBy(Loops):
    """Gradients that are wrong by a factor."""

    def __init__(self, factor):
        self.factor = factor

    def gradients(self, network, loss, inputs, targets):
        done = Loops.gradients(self, network, loss, inputs, targets)
        for _, _, grads in network.parameters():
            grads[:] = [self.factor * g for g in grads]
        return done


@pytest.mark.parametrize("factor, expected", [(1.001, "doubtful"), (2.0, "wrong"), (0.5, "wrong"), (-1.0, "wrong"),
                                              (0.0, "wrong"), (float("nan"), "wrong")])
@pytest.mark.slow
def test_a_wrong_gradient_of_a_random_network_is_never_fine(factor, expected):
    checked = 0
    for seed in range(60):
        case = random_case(seed)
        right = [entry for entry in gradcheck(*case) if not entry.kink]
        if max([abs(entry.analytic) for entry in right], default=0.0) > 1e-4:
            largest = worst([entry for entry in gradcheck(*case, engine=OffBy(factor)) if not entry.kink])
            assert verdict(largest) == expected, (seed, largest)
            checked += 1
    assert checked > 40


def test_the_relative_error_is_that_of_cs231n():
    assert relative_error(1.0, 2.0) == relative_error(2.0, 1.0) == 0.5          # a missing factor 2
    assert relative_error(2.0, 2.0) == relative_error(0.0, 0.0) == 0.0
    assert relative_error(1.0, -1.0) == 2.0 and relative_error(0.0, 1e-15) == 1.0


def test_rounding_explains_a_tiny_gradient_and_not_a_large_one():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    entries = gradcheck(network, MSELoss(), *xor())
    assert all(1e-12 < entry.bound < 1e-8 for entry in entries)
    tiny = entries[0]._replace(analytic=1e-10, numeric=1.2e-10, error=relative_error(1e-10, 1.2e-10))
    large = entries[0]._replace(analytic=1e-3, numeric=1.2e-3, error=relative_error(1e-3, 1.2e-3))
    assert (verdict(tiny), verdict(large)) == ("fine", "wrong")
    assert worst([tiny, large]) is large


# Layer by layer.

class WrongTanh(Tanh):
    def derivative(self, z, a):
        return 1.0 - a


class WrongWeights(Linear):
    def backward(self, delta):
        grad = Linear.backward(self, delta)
        self.weight_grad[0][0] *= 1.5
        return grad


class HandsOnTooMuch(Linear):
    def backward(self, delta):
        return [2.0 * g for g in Linear.backward(self, delta)]


def deep(middle=Tanh, second=Linear, third=Linear, output=Sigmoid):
    rng = random.Random(4)
    return Network([Linear(3, 3, rng=rng), Tanh(), second(3, 3, rng=rng), middle(), third(3, 3, rng=rng), output()])


@pytest.mark.parametrize("network, words", [
    (deep(), "every layer right"),
    (deep(middle=WrongTanh), "layer 4 right, layer 2 wrong: look between them, at layers[3] WrongTanh(), the slopes "
     "that layer 4 passes on, and at layer 2"),
    (deep(third=HandsOnTooMuch), "layer 4 right, layer 2 wrong: look between them, at layers[3] Tanh(), the slopes "
     "that layer 4 passes on, and at layer 2"),
    (deep(second=WrongWeights), "layer 4 right, layer 2 wrong, layer 0 before it right: look at how layer 2 computes "
     "the slopes of its own parameters"),
    (deep(output=WrongTanh), "layer 4 wrong, the last that learns: look at layer 4 and at what comes after it: "
     "layers[5] WrongTanh(), the loss and, for a mean, the division by the number of samples"),
    (deep(third=WrongWeights), "layer 4 wrong, layer 2 before it right: look at how layer 4 computes the slopes of its "
     "own parameters"),
], ids=["right", "activation", "handed on", "weights", "output", "last weights"])
def test_the_layers_say_where_to_look(network, words):
    checked = by_layer(gradcheck(network, MSELoss(), *small_data()))
    assert [check.layer for check in checked] == [0, 2, 4] and all(check.entries == 12 for check in checked)
    assert where(checked, network) == words


def test_the_command_says_it_below_a_row_that_is_not_fine(capsys):
    with planted(BY_NAME["tanh-derivative"]):
        assert main(["gradcheck", "--activation", "tanh", "--loss", "bce"]) == 1
    assert "layer 2 right, layer 0 wrong: look between them, at layers[1] Tanh(), " in capsys.readouterr().out


# Code of one's own.

class Own(Layer):
    def __init__(self, forward=None, backward=None):
        self.factor, self.grad, self.how, self.back = [1.5], [0.0], forward, backward

    def forward(self, inputs):
        return self.how(inputs) if self.how else [self.factor[0] * a for a in inputs]

    def backward(self, grad):
        return self.back(grad) if self.back else [self.factor[0] * g for g in grad]

    def parameters(self):
        yield "factor", self.factor, self.grad


def own_network(*given):
    return Network([Linear(3, 3, rng=random.Random(1)), Own(*given), Linear(3, 3, rng=random.Random(2))])


def test_a_forward_pass_that_is_random_is_noticed():
    rng = random.Random(1)
    dropout = own_network(lambda inputs: [a if rng.random() < 0.5 else 0.0 for a in inputs])
    with pytest.raises(PurennError, match="gradcheck: the forward pass is random: .* costs .*, and then .*; let it "
                                          "draw the same numbers each time"):
        gradcheck(dropout, MSELoss(), *small_data())
    count = []

    def later(inputs):
        count.append(1)
        return [a + (1e-3 if len(count) > 60 else 0.0) for a in inputs]
    with pytest.raises(PurennError, match="the forward pass is random"):
        gradcheck(own_network(later), MSELoss(), *small_data())


@pytest.mark.parametrize("given, message, cause", [
    ((None, lambda grad: [grad[5]]), r"layers\[1\], Own: its backward raised IndexError in line \d+ "
     r"\(list index out of range\); backward is given ∂C/∂a for each number a that forward returned", IndexError),
    ((lambda inputs: inputs[0] / 0.0, None), r"layers\[1\], Own: its forward raised ZeroDivisionError",
     ZeroDivisionError),
    ((lambda inputs: None, None), r"layers\[1\], Own: its forward returned None; forward is given a list with one "
     "number for each input, and returns a list of numbers", None),
    ((lambda inputs: ["a"] * 3, None), r"its forward returned \['a', 'a', 'a'\]", None),
    ((None, lambda grad: None), "its backward returned None", None),
    ((None, lambda grad: grad[:2]), r"what its backward returned has length 2, expected 3; backward is given", None),
])
def test_an_error_in_a_layer_of_ones_own_is_explained_in_one_sentence(given, message, cause):
    network = own_network(*given)
    before = network.state_dict()
    with pytest.raises(PurennError, match="gradcheck: .*" + message) as caught:
        gradcheck(network, MSELoss(), *small_data())
    assert "\n" not in str(caught.value) and type(caught.value.__cause__) is (cause or type(None))
    assert network.state_dict() == before


def test_so_is_one_in_a_loss_of_ones_own():
    class Broken(MSELoss):
        def backward(self, output, target):
            return MSELoss.backward(self, output, target)[1:]

    class Several(MSELoss):
        def forward(self, output, target):
            return output

    for loss, message in ((Broken(), "the loss, Broken: what its backward returned has length 2, expected 3"),
                          (Several(), r"the loss, Several: its forward returned \[.*; forward is given the outputs")):
        with pytest.raises(PurennError, match=message):
            gradcheck(Network.mlp([3, 3], rng=random.Random(1)), loss, *small_data())


def test_an_error_that_is_nobodys_stays_as_it_is():
    class Engine(Loops):
        def gradients(self, network, loss, inputs, targets):
            raise KeyError("mine")

    with pytest.raises(KeyError):
        gradcheck(Network.mlp([3, 3], rng=random.Random(1)), MSELoss(), *small_data(), engine=Engine())


def test_where_bce_takes_its_floor_no_entry_counts():
    network = Network([Linear(1, 1, rng=random.Random(1)), Sigmoid()])
    network.load_state_dict({"0.weight": [[40.0]], "0.bias": [0.0]})
    assert all(entry.kink for entry in gradcheck(network, BCELoss(), [[1.0]], [[0.0]]))
    assert not any(entry.kink for entry in gradcheck(network, BCELoss(), [[1.0]], [[1.0]]))
