"""Settings: immutable, comparable, hashable, to and from a plain dict; and what follows from what was chosen."""
import json
import random

import pytest

from purenn import PurennError
from purenn.data.preparation import Number, Preparation
from purenn.runs import TASKS, Problem, Run, Settings, problems, resolve
from purenn.data.sources import ChoiceError, ImageSource, Points, TableSource
from purenn.files.plain import from_plain
from purenn.optimizers import OPTIMIZERS
from purenn.runs.settings import check_settings, make_optimizer
from purenn.training import Dataset

NUMBERS = Problem("train", Dataset([[0.0]] * 4, [[0.5]] * 4), Dataset([[0.0]], [[0.5]]), kind="table",
                  preparation=Preparation(["x", "y"], [Number("x")], Number("y")))


def test_they_are_a_value():
    assert Settings(lr=0.5) == Settings(lr=0.5) != Settings(lr=0.25)
    assert len({Settings(lr=0.5), Settings(lr=0.5), Settings()}) == 2
    with pytest.raises(AttributeError):
        Settings().lr = 2.0
    assert Settings() == TASKS["xor"].settings


def test_what_is_no_problem_and_patience_without_validation_data_are_refused_by_a_run():
    with pytest.raises(ChoiceError, match="patience: found 3, and there are no validation data; take 0"):
        Run(problems.xor(), Settings(patience=3))
    for wrong in ((None, Settings()), (problems.xor(), None), (problems.xor(), {})):
        with pytest.raises(PurennError, match="give a Problem, or a function that draws one, and Settings"):
            Run(*wrong)


@pytest.mark.parametrize("value", [
    Settings(), Settings(target_loss=None, batch_size=3, workers=None, output_activation=None, lr=0.1 + 0.2),
    Points("linear", 7), ImageSource(train=0.5, test=3, names="AB"), TableSource("a.csv", "y", ignore=("a", "b"))])
def test_they_go_through_json(value):
    assert from_plain(type(value), json.loads(json.dumps(value._asdict()))) == value


@pytest.mark.parametrize("name, wrong", [
    ("lr", "1"), ("lr", None), ("lr", True), ("epochs", 1.5), ("epochs", "3"), ("sizes", 4), ("sizes", ["2"]),
    ("sizes", [2, [3]]), ("loss", 3), ("loss", None), ("shuffle", 1), ("batch_size", "all"), ("patience", None)])
def test_a_plain_dict_that_cannot_be_is_refused_by_the_name_of_the_field(name, wrong):
    with pytest.raises(PurennError, match=f"settings: {name} is "):
        from_plain(Settings, {**Settings()._asdict(), "sizes": [2, 1], name: wrong})


def test_a_field_too_many_or_too_few_is_refused():
    plain = {**Settings()._asdict(), "sizes": [2, 1]}
    for found in ({**plain, "save": "x"}, {key: value for key, value in plain.items() if key != "lr"}, [], None):
        with pytest.raises(PurennError, match="they must be a dict with sizes, activation"):
            from_plain(Settings, found)


@pytest.mark.parametrize("wrong, match", [
    ({"activation": "foo"}, "activation: found 'foo'; it must be one of sigmoid"),
    ({"loss": "foo"}, "loss: found 'foo'; it must be one of mse"), ({"optimizer": "x"}, "optimizer: found 'x'"),
    ({"engine": "x"}, "engine: found 'x'"), ({"init": "x"}, "init: found 'x'"), ({"lr": 0.0}, "lr: found 0.0"),
    ({"epochs": 0}, "epochs: found 0"), ({"batch_size": 0}, "batch_size: found 0"), ({"sizes": (2,)}, "sizes: found"),
    ({"seed": -1}, "seed: found -1"), ({"target_loss": -1.0}, "target_loss: found -1.0"),
    ({"lr": float("nan")}, "lr: found nan"), ({"activation": ["relu"]}, "activation: found \\['relu'\\]"),
    ({"sizes": 5}, "sizes: found 5; give whole numbers"), ({"sizes": (2, "4", 1)}, "sizes: found"),
    ({"shuffle": 1}, "shuffle: found 1; it must be True or False"),
    ({"optimizer": "adam", "momentum": 0.5}, "momentum: found it with the optimizer adam"),
    ({"output_activation": "softmax"}, "output_activation: found softmax with one output, which would always be 1")])
def test_a_choice_that_cannot_be_is_refused_by_its_name_before_anything_is_made(wrong, match):
    with pytest.raises(ChoiceError, match=match):
        check_settings(Settings(**wrong))
    with pytest.raises(ChoiceError, match=match):
        Run(problems.xor(), Settings(**wrong))


# What follows from the choices.

@pytest.mark.parametrize("task, chosen, expected", [
    ("xor", {}, {"lr": 1.0, "momentum": 0.0, "loss": "mse", "sizes": (2, 4, 4, 1)}),
    ("xor", {"optimizer": "momentum"}, {"lr": 0.1, "momentum": 0.9}),
    ("xor", {"loss": "sse"}, {"lr": 0.1}), ("xor", {"loss": "sse", "optimizer": "momentum"}, {"lr": 0.01}),
    ("xor", {"loss": "sse", "optimizer": "adam"}, {"lr": 0.01}), ("xor", {"loss": "bce"}, {"lr": 1.0}),
    ("xor", {"loss": "bce-with-logits"}, {"lr": 1.0, "output_activation": None}),
    ("xor", {"optimizer": "adam", "lr": 0.3}, {"lr": 0.3, "momentum": 0.0}),
    ("xor", {"hidden": ()}, {"sizes": (2, 1)}), ("linear", {"hidden": [3]}, {"sizes": (2, 3, 1)}),
    ("gate", {}, {"lr": 0.05, "momentum": 0.5, "batch_size": 1, "target_loss": None, "loss": "half-sse"}),
    ("gate", {"optimizer": "sgd"}, {"lr": 0.1, "momentum": 0.0}), ("gate", {"loss": "mse"}, {"lr": 0.1}),
])
def test_what_was_not_chosen_suits_what_was(task, chosen, expected):
    settings = resolve(TASKS[task], TASKS[task].problem(random.Random(1)), **chosen)
    assert {name: getattr(settings, name) for name in expected} == expected


def test_a_number_is_predicted_with_another_loss_output_and_decay_than_a_class():
    settings = resolve(TASKS["train"], NUMBERS)
    assert (settings.loss, settings.output_activation, settings.weight_decay) == ("mse", "identity", 0.03)
    assert resolve(TASKS["train"], NUMBERS, weight_decay=0.0).weight_decay == 0.0


@pytest.mark.parametrize("chosen, match", [
    ({"momentum": 0.5, "optimizer": "adam"}, "momentum: found it with the optimizer adam"),
    ({"loss": "bce", "output_activation": "tanh"}, "loss: bce needs outputs between 0 and 1"),
    ({"loss": "bce-with-logits", "output_activation": "sigmoid"},
     "output_activation: found it with the loss bce-with-logits, which takes the outputs before sigmoid"),
    ({"loss": "cross-entropy"}, "loss: found cross-entropy, which needs an output for each class"),
    ({"hidden": [100000]}, "hidden: the network 2-100000-1 has 400001 parameters; at most 100000"),
    ({"loss": ["mse"]}, "loss: found .* it must be a name"), ({"optimizer": 3}, "optimizer: found 3"),
    ({"hidden": 4}, "hidden: found 4; it must be a list of sizes"), ({"hidden": ["4"]}, "hidden: found"),
    ({"hidden": "44"}, "hidden: found '44'"),
    ({"speed": 3}, "there is no choice 'speed'"), ({"sizes": (2, 1)}, "there is no choice 'sizes'"),
])
def test_choices_that_do_not_go_together_are_refused(chosen, match):
    with pytest.raises(PurennError, match=match):
        resolve(TASKS["xor"], problems.xor(), **chosen)


def test_a_class_loss_for_a_number_is_refused():
    for loss in ("bce", "bce-with-logits", "cross-entropy"):
        with pytest.raises(ChoiceError, match="which is for classes, and the target 'y' is a number"):
            resolve(TASKS["train"], NUMBERS, loss=loss)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_optimizer_has_the_rates_of_the_settings(name):
    settings = Settings(optimizer=name, lr=0.125, momentum=0.25, weight_decay=0.5)
    optimizer = make_optimizer(settings, [("w", [1.0], [0.0])])
    assert (optimizer.lr, optimizer.weight_decay) == (0.125, 0.5)
    assert getattr(optimizer, "momentum", 0.25) == 0.25
