"""The classic mistakes, planted one by one: for each of them a check must fail, and the core be whole afterwards."""
import inspect
import math
import random

import pytest

from purenn import SGD, MSELoss, Network, PurennError, activations, initializers
from purenn.data.tasks import xor
from purenn.engines import loops
from purenn.study import checks, gradcheck
from purenn.study.mistakes import MISTAKES, Mistake, planted
from purenn.study.planting import demonstrate, train_experiment
from purenn.study.mistake_reasons import REASONS

from .helpers import assert_refused, cli, found
from .torch_parity import check_torch_parity

BY_NAME = {mistake.name: mistake for mistake in MISTAKES}
# Those that gradcheck catches, and loudly.
OF_GRADIENTS = ("tanh-derivative", "sigmoid-derivative-of-z", "sigmoid-of-activation", "missing-factor-2",
                "half-in-loss-only", "missing-1/n", "1/n-twice", "softmax-diagonal", "biases-never-updated",
                "share-overwritten")
QUICK = ("tanh-derivative", "missing-factor-2", "share-overwritten")        # of these; the others are slow tests


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.slow) if name in set(OF_GRADIENTS) - set(QUICK) else name for name in BY_NAME])
def test_each_classic_mistake_is_caught(name):
    mistake = BY_NAME[name]
    with planted(mistake):
        passed, text = mistake.check()
    assert not passed, text
    if name in OF_GRADIENTS:
        assert text.startswith("gradcheck") and text.endswith("wrong"), text
    passed, text = mistake.check()
    assert passed, text


@pytest.mark.parametrize("name", [
    "shared-velocity", "momentum-of-gradient", "adam-moments-swapped", "adam-betas", "adam-correction",
    "adam-step-counter", "adagrad-column", "missing-factor-2", "missing-1/n"])
def test_pytorchs_numbers_catch_it_too(name):
    with planted(BY_NAME[name]), pytest.raises((AssertionError, ValueError)):
        check_torch_parity()


def test_mazurs_slip_is_caught_by_gradcheck_too():
    assert set(OF_GRADIENTS) < set(BY_NAME)
    with planted(BY_NAME["updated-weights"]):
        passed, text = checks.gradients("sigmoid", "mse")
    assert not passed and text.startswith("gradcheck") and text.endswith("wrong"), text


def test_mazurs_slip_gives_the_number_that_his_article_prints():
    with planted(BY_NAME["updated-weights"]):
        assert "E = 0.291027923905" in checks.mazur_step()[1]       # 0.291027924 in the article


def test_one_over_n_twice_in_the_loss_is_caught(monkeypatch):
    original = loops.batch_cost
    monkeypatch.setattr(gradcheck, "batch_cost", lambda loss, a, y: original(loss, a, y) * loss.share(len(a)))
    assert not checks.gradients("sigmoid", "mse")[0]


def test_the_core_is_whole_again_even_where_the_block_raises():
    before = initializers.INITIALIZERS["uniform"]
    with pytest.raises(KeyError):
        with planted(BY_NAME["equal-weights"]):
            assert initializers.INITIALIZERS["uniform"] is not before
            raise KeyError
    assert initializers.INITIALIZERS["uniform"] is before
    first = Network.mlp([2, 3, 1], rng=random.Random(1))
    assert gradcheck.verdict(gradcheck.worst(gradcheck.gradcheck(first, MSELoss(), *xor()))) == "fine"


@pytest.mark.parametrize("name", BY_NAME)
def test_the_right_line_stands_in_the_function_that_it_is_said_to(name):
    mistake = BY_NAME[name]
    assert isinstance(mistake, Mistake)
    assert mistake.right in inspect.getsource(found(mistake.where))
    assert mistake.wrong not in inspect.getsource(found(mistake.where))


def test_the_gallery_lists_every_mistake():
    *listed, empty, how = cli("mistakes").stdout.splitlines()
    assert len(listed) >= 20 and empty == "" and how.startswith("The command 'mistakes NAME' puts one into the code")
    assert [line.split(None, 1) for line in listed] == [[mistake.name, mistake.summary] for mistake in MISTAKES]


# docs/explain.md shows missing-factor-2.
@pytest.mark.parametrize("name", ["exp-overflow", "updated-weights", "log-of-zero"])
def test_a_mistake_is_shown_with_both_lines_both_curves_and_what_catches_it(name):
    done = cli("mistakes", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert BY_NAME[name].right in done.stdout and BY_NAME[name].wrong in done.stdout
    assert "right: loss" in done.stdout and "wrong: " in done.stdout
    assert "What a learner sees: " in done.stdout and "seed 1" in done.stdout
    assert "Why: " + REASONS[name] in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1].startswith("Caught: ")


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_every_mistake_can_be_shown_and_the_right_run_learns(name):
    done = cli("mistakes", name)
    assert (done.returncode, done.stderr) == (0, "")
    right = [line for line in done.stdout.splitlines() if line.startswith("  right   loss")]
    assert right[0].endswith("(100.0%)") or name == "updated-weights"
    assert done.stdout.splitlines()[-1].startswith("Caught: ")


@pytest.mark.parametrize("arguments, named", [
    ("mistakes foo", "NAME: found 'foo'; it must be one of tanh-derivative, sigmoid-derivative-of-z"),
    ("mistakes --seed x", "--seed: found 'x'; it must be a whole number from 0 up"),
    ("gradcheck --activation foo", "--activation: found 'foo'; it must be one of sigmoid, tanh, relu"),
    ("gradcheck --loss foo", "--loss: found 'foo'; it must be one of mse, sse, half-sse, bce"),
    ("gradcheck --h 0", "--h: found '0'; it must be a number from 1e-10 to 0.1"),
    ("gradcheck --sweep --h 1e-3", "gradcheck: --sweep takes only one --activation"),
    ("gradcheck --sweep --loss bce", "gradcheck: --sweep takes only one --activation"),
    ("gradcheck xor", "there is no argument xor"),
])
def test_bad_input_gets_one_line(arguments, named):
    assert_refused(arguments, named)


# Why the curve looks as it does.

def test_each_mistake_says_why():
    assert set(REASONS) == set(BY_NAME)
    assert all(why.endswith(".") and len(why) > 60 for why in REASONS.values())


@pytest.mark.parametrize("name, rate, said", [
    ("missing-1/n", 21.0, "as if the rate were 21, not 1"),
    ("1/n-twice", 1.0 / 21.0, "as if the rate were 1/21, not 1"),
    ("missing-factor-2", 0.5, "half the learning rate"), ("half-in-loss-only", 0.2, "twice the learning rate"),
    ("softmax-diagonal", 0.25, "half the learning rate"),
])
def test_where_the_rate_is_said_to_be_another_the_right_code_with_that_rate_has_the_same_curve(name, rate, said):
    mistake = BY_NAME[name]
    short = mistake.experiment._replace(epochs=30)
    with planted(mistake):
        wrong = train_experiment(short, 1)
    right = train_experiment(short._replace(optimizer=lambda p: SGD(p, lr=rate)), 1)
    assert right.losses == pytest.approx(wrong.losses, rel=1e-6) and said in REASONS[name]
    assert train_experiment(short, 1).losses[-1] != pytest.approx(wrong.losses[-1], rel=1e-6)


def test_what_else_is_said_in_numbers_is_so():
    assert "0.42" in REASONS["tanh-derivative"] and 1.0 - math.tanh(1.0) ** 2 == pytest.approx(0.42, abs=0.005)
    assert "0.197" in REASONS["sigmoid-of-activation"]
    assert activations.sigmoid(1.0) * (1.0 - activations.sigmoid(1.0)) == pytest.approx(0.197, abs=0.0005)
    assert "0.32" in REASONS["adam-correction"] and 10.0 / math.sqrt(1000.0) == pytest.approx(0.32, abs=0.005)
    lists = len(list(Network.mlp([2, 4, 4, 1], rng=random.Random(1)).parameters()))
    longer = max((1.0 - 0.9 ** t) / (1.0 - 0.9 ** (lists * t)) * math.sqrt(
        (1.0 - 0.999 ** (lists * t)) / (1.0 - 0.999 ** t)) for t in range(1, 1000))
    assert "There are %d lists" % lists in REASONS["adam-step-counter"] and 2.9 < longer < 3.3
    with pytest.raises(OverflowError):
        math.exp(710.0)


def test_a_demonstration_has_both_runs_and_what_was_found():
    mistake = BY_NAME["missing-factor-2"]
    shown = demonstrate(mistake._replace(experiment=mistake.experiment._replace(epochs=2)), 3)
    assert len(shown.right.losses) == len(shown.wrong.losses) == 2 and shown.right.losses[1] != shown.wrong.losses[1]
    assert shown.again is None and shown.found.endswith("wrong") and shown.why == REASONS["missing-factor-2"]
    with pytest.raises(PurennError, match="the check of missing-factor-2 does not tell right from wrong"):
        demonstrate(mistake._replace(check=lambda: (True, ""),
                                     experiment=mistake.experiment._replace(epochs=1)), 3)
