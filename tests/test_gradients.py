"""Gradients: every entry of every layer × activation × loss against the slope that the cost shows."""
import random
import re

import pytest

from purenn import HalfSquaredErrorLoss, Layer, Linear, Loss, MSELoss, Network, PurennError, ReLU, Sigmoid, Tanh
from purenn.cli.main import main
from purenn.data.tasks import xor
from purenn.study.gradcheck import ACTIVATIONS, LOSSES, Entry, gradcheck, suite, sweep, verdict, worst
from purenn.study.mistakes import MISTAKES, planted

from .helpers import cli, small_data


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_gradient_is_the_slope_of_the_cost(activation):
    rows = list(suite([activation]))
    assert [row.loss for row in rows] == list(LOSSES)
    # Every output activation that the loss allows, and none, with and without biases.
    assert [row.networks for row in rows] == [14, 14, 14, 4, 4, 12, 12, 12, 12]
    for row in rows:
        assert row.kinks == 0 and row.entries == row.networks // 2 * (31 + 24), row
        assert row.worst.error <= 1e-6 and row.verdict == "fine", row


@pytest.mark.parametrize("arguments, losses, entries", [
    pytest.param([], list(LOSSES), 16170, marks=pytest.mark.slow), (["--loss", "mse"], ["mse"], 2310)])
def test_gradcheck_passes_on_the_core_and_shows_the_worst_of_each_pair(arguments, losses, entries):
    done = cli("gradcheck", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    rows = [line for line in lines if line.split(" ")[0] in ACTIVATIONS]
    assert [line.split()[:2] for line in rows] == [[activation, loss] for activation in ACTIVATIONS for loss in losses]
    assert all(line.endswith("  fine") for line in rows)
    assert any(re.match(r"%d entries, the worst with error \d\.\de-0[789]: fine\." % entries, line) for line in lines)
    assert "cs231n.github.io" in done.stdout


def test_gradcheck_says_wrong_and_ends_with_1_where_a_gradient_is(capsys):
    with planted(next(mistake for mistake in MISTAKES if mistake.name == "missing-factor-2")):
        assert main(["gradcheck", "--activation", "tanh", "--loss", "mse"]) == 1
    shown = capsys.readouterr().out
    assert "  wrong\n" in shown and "385 entries, the worst with error 5.0e-01: wrong." in shown


def test_a_kink_in_between_is_reported_by_the_command():
    shown = cli("gradcheck", "--activation", "relu", "--loss", "mse", "--h", "0.1").stdout
    assert re.search(r"Entries that are not judged, because a unit may cross a kink \(where its slope jumps\) "
                     r"between w - h and w \+ h: [1-9]\d*\.", shown)


def test_the_sweep_falls_with_h_squared_and_rises_with_rounding():
    network = Network.mlp([2, 4, 1], rng=random.Random(5))
    found = dict(sweep(network, MSELoss(), *xor()))
    assert len(found) == 12
    assert found[1e-1] / found[1e-2] == pytest.approx(100, rel=0.1)
    assert found[1e-2] / found[1e-3] == pytest.approx(100, rel=0.1)
    assert found[1e-12] > found[1e-9] > found[1e-5]
    shown = cli("gradcheck", "--sweep").stdout
    assert "1e-01" in shown and "1e-12" in shown and "Smallest at h = 1e-04" in shown


def test_the_verdicts_are_those_of_the_thresholds():
    errors = (0.9e-7, 1.1e-7, 0.9e-4, 1.1e-4, 0.9e-2, 1.1e-2, float("nan"))
    entries = [Entry("0.bias[0]", 1.0, 1.0 - error, error, False) for error in errors]
    assert [verdict(entry) for entry in entries] == ["fine"] + ["doubtful"] * 4 + ["wrong"] * 2
    assert [verdict(entry, kinks=True) for entry in entries] == (
        ["fine"] + ["fine, with kinks"] * 2 + ["doubtful"] * 2 + ["wrong"] * 2)


def test_a_gradient_that_is_nan_or_a_little_off_is_never_fine(monkeypatch, capsys):
    for derivative in (lambda z, a: float("nan"), lambda z, a: 1.00005 * a * (1.0 - a)):
        monkeypatch.setattr(Sigmoid, "derivative", staticmethod(derivative))
        assert main(["gradcheck", "--activation", "sigmoid", "--loss", "mse"]) == 1
        shown = capsys.readouterr().out
        assert ": wrong." in shown or ": doubtful." in shown


@pytest.mark.parametrize("h", [0, -1e-5, "x", float("nan")])
def test_a_step_that_is_none_is_refused(h):
    network = Network.mlp([3, 2, 3], rng=random.Random(1))
    with pytest.raises(PurennError, match="gradcheck: h is .*; it must be a number above 0, such as 1e-5"):
        gradcheck(network, MSELoss(), *small_data(), h=h)


def test_a_loss_that_raises_leaves_the_weights_as_they_were():
    class Raises(MSELoss):
        count = 0

        def forward(self, output, target):
            self.count += 1
            if self.count > 10:
                raise ZeroDivisionError
            return MSELoss.forward(self, output, target)

    network = Network.mlp([3, 2, 3], rng=random.Random(1))
    before = network.state_dict()
    with pytest.raises(PurennError, match="the loss, Raises: its forward raised ZeroDivisionError") as caught:
        gradcheck(network, Raises(), *small_data())
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert network.state_dict() == before


def test_a_layer_of_ones_own_can_tell_its_sides():
    class Hinge(Layer):
        def forward(self, inputs):
            self.inputs, self.sides = inputs, [a > 0.0 for a in inputs]
            return [abs(a) for a in inputs]

        def backward(self, grad):
            return [g if a > 0.0 else -g for g, a in zip(grad, self.inputs)]

    network = Network([Linear(1, 1, rng=random.Random(1)), Hinge()])
    network.load_state_dict({"0.weight": [[1.0]], "0.bias": [0.0]})
    entries = gradcheck(network, HalfSquaredErrorLoss(), [[0.0]], [[-1.0]])
    assert [entry.kink for entry in entries] == [False, True]


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
