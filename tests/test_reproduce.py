"""``reproduce``: the experiments of the reports, and rules that can fail."""
import os
import re

import pytest

from purenn.commands import reproduce
from purenn.commands.experiments import EXPERIMENTS
from purenn.commands.reproduce import NAMES, Outcome, run_experiment, text_of
from purenn.commands.runs import Job, prepare
from purenn.show.terminal import Terminal

from .helpers import ROOT, assert_refused, cli, cli_process

MISSING = "purenn: no figures are drawn: matplotlib is not installed; get it with: pip install matplotlib\n"
REPORTED = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1", "B2", "B3", "B4", "B5", "B6", "D1", "D2",
            "D3", "D4", "D5", "E", "C1"]


def test_every_experiment_of_the_reports_is_there():
    assert NAMES == REPORTED


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_every_run_is_one_that_the_command_line_takes(experiment):
    for task, options in experiment.runs.values():
        prepare(Job(task, options.split() + ["--seed", "1"]))
    assert experiment.seeds >= 3 and experiment.rule and experiment.reported


# What an experiment's runs come to, where it is not xor or linear with 2-4-4-1, sigmoid, the sum of squares, lr 0.1.
SETTINGS = {
    ("A3", "xor"): {"activation": "relu"}, ("A4", "xor"): {"activation": "tanh"},
    ("A5", "xor"): {"activation": "leaky_relu"}, ("A8", "xor"): {"activation": "identity"},
    ("A6", "lr 0.01"): {"lr": 0.01}, ("A6", "lr 0.001"): {"lr": 0.001}, ("A7", "hidden 8"): {"sizes": [2, 8, 8, 1]},
    ("A7", "hidden 100, 250 epochs"): {"sizes": [2, 100, 100, 1], "epochs": 250},
    ("A7", "hidden 4, 250 epochs"): {"epochs": 250}, ("A9", "sgd"): {"lr": 0.01},
    ("A9", "momentum"): {"lr": 0.01, "optimizer": "momentum", "momentum": 0.9},
    ("A9", "adagrad"): {"lr": 0.01, "optimizer": "adagrad"}, ("A9", "adam"): {"lr": 0.01, "optimizer": "adam"}}
A = {"sizes": [2, 4, 4, 1], "activation": "sigmoid", "output_activation": "sigmoid", "init": "uniform", "loss": "sse",
     "optimizer": "sgd", "lr": 0.1, "momentum": 0.0, "batch_size": None, "shuffle": False, "epochs": 5000}
B = dict(A, sizes=[2, 32, 32, 1], activation="relu", loss="mse", optimizer="adam", lr=0.01, epochs=400)
D = dict(A, loss="mse", lr=1.0, epochs=20000)
E = dict(A, loss="half-sse", lr=0.05, momentum=0.5, optimizer="momentum", batch_size=1, epochs=30000)
for task in ("linear", "xor"):
    for rate in ("0.1", "0.01", "0.001"):
        SETTINGS["B3", "%s lr %s" % (task, rate)] = {"lr": float(rate)}
    for size in (2, 8, 32):
        SETTINGS["B4", "%s hidden %d" % (task, size)] = {"sizes": [2, size, size, 1]}
    SETTINGS["B5", task + " without"] = {"activation": "identity"}
    for name in ("sgd", "momentum", "adagrad", "adam"):
        SETTINGS["B6", "%s %s" % (task, name)] = {"optimizer": name}
    for rate in ("1", "0.5", "0.1", "0.05"):
        SETTINGS["D3", "%s lr %s" % (task, rate)] = {"lr": float(rate), "epochs": 8000 if task == "linear" else 100000}
    for size in (2, 4, 8):
        SETTINGS["D4", "%s hidden %d" % (task, size)] = {"sizes": [2, size, size, 1]}
for label, rate in (("xor lr 0.001", 0.001), ("xor lr 10", 10.0), ("linear lr 0.001", 0.001)):
    SETTINGS["D5", label] = {"activation": "identity", "output_activation": "identity", "lr": rate, "epochs": 5000}
SETTINGS["E", "2-2-1"] = {"sizes": [2, 2, 1]}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_its_runs_are_those_of_the_report(experiment):
    for label, (task, options) in experiment.runs.items():
        usual = {"A": A, "B": B, "D": D, "E": E}[experiment.name[0]]
        expected = dict(usual, **SETTINGS.get((experiment.name, label), {}))
        if expected["optimizer"] not in ("sgd", "momentum"):
            del expected["momentum"]
        elif expected["optimizer"] == "momentum" and experiment.name != "E":
            expected["momentum"] = 0.9
        found = prepare(Job(task, options.split())).settings
        assert {key: found.get(key) for key in expected} == expected, label
        assert (task == "gate") == (experiment.name == "E") and (task in label or task in ("gate", "xor"))


def test_a_run_that_two_experiments_share_is_done_once(monkeypatch):
    done = []

    def run_jobs(jobs, workers, tell):
        done.extend(jobs)
        return ["%s %d" % (" ".join(job.arguments), len(done)) for job in jobs]
    monkeypatch.setattr(reproduce, "run_jobs", run_jobs)
    known: dict = {}
    a2, a6 = [next(each for each in EXPERIMENTS if each.name == name) for name in ("A2", "A6")]
    first, then = [run_experiment(each, 1, Terminal(), known) for each in (a2, a6)]
    assert len(done) == 15 + 2 * 5 and then["lr 0.1"] == first["xor"][:5]
    assert len(set(then["lr 0.01"])) == 5 and "--lr 0.01" in then["lr 0.01"][4] and "--seed 5" in then["lr 0.01"][4]


def test_what_is_shown_has_the_report_the_outcome_the_rule_and_the_verdict():
    experiment = next(each for each in EXPERIMENTS if each.name == "A9")
    lines = text_of(Outcome(experiment, {}, False, None, "so and so"))
    assert lines[0] == "A9    xor, momentum, adagrad, adam at lr 0.01 (5 seeds)"
    assert lines[2] == "      purenn   so and so"
    assert lines[4].startswith("      verdict  NOT as reported. The report's own momentum never keeps")


def test_one_can_be_run_alone_and_written_as_markdown(tmp_path, monkeypatch):
    """With fewer epochs, after which nothing changes any more."""
    a8 = next(each for each in EXPERIMENTS if each.name == "A8")
    task, options = a8.runs["xor"]
    monkeypatch.setattr(reproduce, "EXPERIMENTS", [a8._replace(runs={"xor": (task, options + " --epochs 1500")})])
    path = tmp_path / "report.md"
    done = cli("reproduce", "a8", "--markdown", path)
    assert done.returncode == 0 and done.stderr in ("", MISSING)
    assert re.search(r"^Of 1 experiment: 1 as reported \(A8\)\. It took [\d.]+ s\.$", done.stdout, re.MULTILINE)
    assert "purenn   mean loss 0.249433, accuracy 0.5238" in done.stdout
    assert "| A8 | xor without activation in the hidden layers (5 seeds) |" in path.read_text(encoding="utf-8")
    assert_in_readme(path, 1)


def assert_in_readme(path, count):
    """The rows of that report stand in the README, but for the rules."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        readme = file.read().replace("**", "")
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [row.split(" | ") for row in lines if row[:3] in ("| A", "| D", "| E")]
    assert len(rows) == count
    for row in rows:
        assert " | ".join(row[:4] + row[5:]) in readme, row


@pytest.mark.slow
def test_what_the_readme_says_of_them_is_what_comes_out(tmp_path):
    path = tmp_path / "report.md"
    assert cli_process("reproduce", "A1", "A2", "A6", "A8", "D5", "E", "--markdown", path).returncode == 0
    assert_in_readme(path, 6)


@pytest.mark.parametrize("arguments, named", [
    ("Z1", "reproduce: NAME: found 'Z1'; it must be one of A1, A2, A3, A4"),
    ("A8 --workers 0", "--workers: found '0'"),
    ("A8 --markdown no_such_folder/x.md", "no_such_folder/x.md: cannot be written"),
])
def test_bad_input_is_refused_in_one_line(arguments, named):
    assert_refused("reproduce " + arguments, named)
