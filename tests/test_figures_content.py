"""What the commands put into their figures is what --json says of the run; matplotlib is not needed for that."""
import json
import os
import random
from argparse import Namespace
from functools import partial

import pytest

from purenn.activations import softmax
from purenn.cli.main import main
from purenn.data.image_files import read_images
from purenn.runs import TASKS, Run, resolve
from purenn.show import figures as figures_of, plots
from purenn.show.figures import MISTAKES, SAMPLES
from purenn.training import class_of

from .helpers import ROOT

DIGITS = os.path.join(ROOT, "tests", "files", "handwritten_digits.npz")
PARTS = ("points", "curves", "movement", "gradients", "animate", "sheet", "confusion")


@pytest.fixture
def drawn(monkeypatch):
    """What was to be drawn: for each file, without folder and ending, the arguments of its figure by name."""
    figures = {}

    def recording(name):
        names = getattr(plots, name).__code__.co_varnames

        def record(*arguments, **named):
            figure = {"kind": name, **dict(zip(names, arguments)), **named}
            if name == "animate":
                figures["gif"] = figure
            return figure
        return record
    for name in PARTS:
        monkeypatch.setattr(plots, name, recording(name))
    monkeypatch.setattr(plots, "missing", lambda: "")
    monkeypatch.setattr(plots, "save", lambda figure, path: figures.update(
        {os.path.splitext(os.path.basename(path))[0]: figure}))
    return figures


@pytest.mark.parametrize("task, choices, points", [
    ("xor", {"epochs": 30}, {}), ("linear", {"epochs": 4}, {"points": 30}),
    ("xor", {"optimizer": "adam", "lr": 0.3, "epochs": 190, "target_loss": 0.1}, {})])
def test_a_tasks_figures_have_its_losses_accuracies_and_predictions(task, choices, points, drawn, tmp_path, capsys):
    options = [word for name, value in {**choices, **points}.items()
               for word in ("--" + name.replace("_", "-"), str(value))]
    assert main([task, *options, "--json", "--plot", str(tmp_path), "--animate", str(tmp_path / "x.gif")]) == 0
    shown = json.loads(capsys.readouterr().out)
    problem = partial(TASKS[task].problem, **points)
    run = Run(problem, resolve(TASKS[task], problem(random.Random(0)), **choices)).result()
    assert {name: figure["kind"] for name, figure in drawn.items()} == {
        task + "-points": "points", task + "-curves": "curves", task + "-weights": "movement",
        task + "-gradients": "gradients", "gif": "animate"}
    curves = drawn[task + "-curves"]
    assert curves["losses"] == [("training", [epoch.loss for epoch in run.curve])]
    assert curves["accuracies"] == [("training", [epoch.accuracy for epoch in run.curve])]
    number, why = curves["stop"]
    assert number == shown["epochs"] == run.epochs > 1
    assert why == {"epochs": "the last epoch, %d" % number,
                   "target": "stopped at epoch %d: loss below 0.1" % number}[shown["stopped"]]
    points, film = drawn[task + "-points"], drawn["gif"]
    for figure in (points, film):
        assert figure["inputs"] == [row["input"] for row in shown["predictions"]]
        assert figure["labels"] == [class_of(row["target"]) for row in shown["predictions"]]
    assert points["guesses"] == [class_of(row["output"]) for row in shown["predictions"]] == film["frames"][-1][1]
    wrong = sum(a != b for a, b in zip(points["labels"], points["guesses"]))
    assert wrong == sum(not row["right"] for row in shown["predictions"])
    assert wrong > 0 or shown["stopped"] == "target"                # the others' guesses are not their labels
    assert film["losses"] == curves["losses"][0][1] and film["frames"][-1][0] == number
    for name in ("-weights", "-gradients"):
        assert (drawn[task + name]["epochs"][0], drawn[task + name]["epochs"][-1]) == (0, number)
        assert [layer for layer, _ in drawn[task + name]["layers"]] == [
            "layer 1: 2 → 4", "layer 2: 4 → 4", "layer 3: 4 → 1"]


@pytest.fixture
def learned(drawn, monkeypatch, tmp_path, capsys):
    """A run of ``letters`` on digits, of which many are mistaken: --json, its figures, the images, network, outputs."""
    of_run, seen = figures_of.of_run, {}

    def watched(run, result, history=None):
        seen["network"], seen["outputs"] = run.network, result.test.outputs
        return of_run(run, result, history)
    monkeypatch.setattr(figures_of, "of_run", watched)
    assert main(["letters", "--data", DIGITS, "--train", "60", "--validation", "50", "--test", "200", "--hidden", "5",
                 "--activation", "tanh", "--lr", "0.2", "--batch-size", "4", "--epochs", "9", "--seed", "2",
                 "--workers", "1", "--json", "--plot", str(tmp_path)]) == 0
    return Namespace(shown=json.loads(capsys.readouterr().out), data=read_images(DIGITS), drawn=drawn, **seen)


def test_the_figures_of_letters_have_what_the_run_came_to(learned):
    shown, figures, data = learned.shown, learned.drawn, learned.data
    names = [str(k) for k in range(10)]
    assert sorted(figures) == ["letters-" + name for name in ("confusion", "curves", "mistakes", "samples", "weights")]

    curves, history = figures["letters-curves"], shown["history"]
    for name, series in (("loss", curves["losses"]), ("accuracy", curves["accuracies"])):
        assert series == [("training", [epoch[name] for epoch in history]),
                          ("validation", [epoch["validation_" + name] for epoch in history])]
    assert curves["stop"] == (shown["kept"], "the weights of epoch %d were kept" % shown["kept"])
    assert 1 < shown["kept"] < shown["epochs"]

    confusion = figures["letters-confusion"]
    assert (confusion["matrix"], confusion["names"]) == (shown["confusion"], names)
    right = sum(row["right"] for row in shown["predictions"])
    assert confusion["title"].endswith("\ntest accuracy %d/200 (%.1f%%)" % (right, right / 2))

    samples = figures["letters-samples"]
    by_class = [[image for image, label in zip(data.images, data.labels) if label == k] for k in range(10)]
    assert samples["images"] == [by_class[k][row] for row in range(SAMPLES) for k in range(10)]
    assert samples["captions"] == names * SAMPLES and (samples["size"], samples["columns"]) == ((8, 8), 10)
    assert not samples.get("signed")

    weights = figures["letters-weights"]
    assert weights["images"] == learned.network.layers[0].weight and weights["signed"] is True
    assert min(min(row) for row in weights["images"]) < 0.0 and weights["size"] == (8, 8)
    assert weights["captions"] == ["1", "2", "3", "4", "5"]


def test_the_mistakes_are_those_with_the_least_probability_of_what_they_are(learned):
    rows = [(softmax(output)[row["target"]], row) for row, output in zip(learned.shown["predictions"], learned.outputs)]
    wrong = [row for _, row in sorted(rows, key=lambda pair: pair[0]) if not row["right"]]
    figure = learned.drawn["letters-mistakes"]
    assert len(wrong) > MISTAKES == len(figure["images"])
    assert figure["images"] == [learned.data.images[row["image"]] for row in wrong[:MISTAKES]]
    assert figure["captions"] == ["%d taken for %d\n(%.0f%%)" % (row["target"], row["output"], 100 * row["probability"])
                                  for row in wrong[:MISTAKES]]
    assert "\nthe worst of %d mistakes in 200 test images, the highest loss first" % len(wrong) in figure["title"]
    assert (figure["size"], figure["columns"]) == ((8, 8), 6) and not figure.get("signed")


def test_without_hidden_layers_a_neurons_weights_are_under_its_class(drawn, tmp_path):
    main(["letters", "--data", DIGITS, "--train", "60", "--validation", "20", "--test", "20", "--hidden", "none",
          "--epochs", "1", "--names", "abcdefghij", "--workers", "1", "--quiet", "--plot", str(tmp_path)])
    for name in (drawn["letters-weights"]["captions"], drawn["letters-confusion"]["names"]):
        assert list(name) == list("abcdefghij")
    assert len(drawn["letters-weights"]["images"]) == 10
