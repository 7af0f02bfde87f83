"""The experiments of the reports: what is run for each, and what is asked of the pool."""
import json
from functools import partial

import pytest

from purenn.runs import Run, Settings, problems
from purenn.runs.pool import Interrupted, Job
from purenn.runs.problems import ImageSource
from purenn.study import experiments
from purenn.study.comparison import trial
from purenn.study.experiments import ALL, EXPERIMENTS, LETTERS, carry_out

from .helpers import cli

REPORTED = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1", "B2", "B3", "B4", "B5", "B6", "D1", "D2",
            "D3", "D4", "D5", "E", "C1"]

# What an experiment's runs come to, where it is not xor or linear with 2-4-4-1, sigmoid, the sum of squares, lr 0.1.
SETTINGS = {
    ("A3", "xor"): {"activation": "relu"}, ("A4", "xor"): {"activation": "tanh"},
    ("A5", "xor"): {"activation": "leaky_relu"}, ("A8", "xor"): {"activation": "identity"},
    ("A6", "lr 0.01"): {"lr": 0.01}, ("A6", "lr 0.001"): {"lr": 0.001}, ("A7", "hidden 8"): {"sizes": (2, 8, 8, 1)},
    ("A7", "hidden 100, 250 epochs"): {"sizes": (2, 100, 100, 1), "epochs": 250},
    ("A7", "hidden 4, 250 epochs"): {"epochs": 250}, ("A9", "sgd"): {"lr": 0.01},
    ("A9", "momentum"): {"lr": 0.01, "optimizer": "momentum", "momentum": 0.9},
    ("A9", "adagrad"): {"lr": 0.01, "optimizer": "adagrad"}, ("A9", "adam"): {"lr": 0.01, "optimizer": "adam"}}
A = Settings(sizes=(2, 4, 4, 1), activation="sigmoid", output_activation="sigmoid", init="uniform", loss="sse",
             optimizer="sgd", lr=0.1, momentum=0.0, weight_decay=0.0, lr_decay=1.0, batch_size=None, shuffle=False,
             epochs=5000, target_loss=1e-12, patience=0, engine="auto", workers=1, seed=1)
B = A._replace(sizes=(2, 32, 32, 1), activation="relu", loss="mse", optimizer="adam", lr=0.01, epochs=400)
D = A._replace(loss="mse", lr=1.0, epochs=20000, target_loss=0.005)
E = A._replace(loss="half-sse", lr=0.05, momentum=0.5, optimizer="momentum", batch_size=1, epochs=30000,
               target_loss=None)
for task in ("linear", "xor"):
    for rate in ("0.1", "0.01", "0.001"):
        SETTINGS["B3", "%s lr %s" % (task, rate)] = {"lr": float(rate)}
    for size in (2, 8, 32):
        SETTINGS["B4", "%s hidden %d" % (task, size)] = {"sizes": (2, size, size, 1)}
    SETTINGS["B5", task + " without"] = {"activation": "identity"}
    for name in ("sgd", "momentum", "adagrad", "adam"):
        SETTINGS["B6", "%s %s" % (task, name)] = {"optimizer": name, "momentum": 0.9 if name == "momentum" else 0.0}
    for rate in ("1", "0.5", "0.1", "0.05"):
        SETTINGS["D3", "%s lr %s" % (task, rate)] = {"lr": float(rate), "epochs": 8000 if task == "linear" else 100000}
    for size in (2, 4, 8):
        SETTINGS["D4", "%s hidden %d" % (task, size)] = {"sizes": (2, size, size, 1)}
for label, rate in (("xor lr 0.001", 0.001), ("xor lr 10", 10.0), ("linear lr 0.001", 0.001)):
    SETTINGS["D5", label] = {"activation": "identity", "output_activation": "identity", "lr": rate, "epochs": 5000}
SETTINGS["E", "2-2-1"] = {"sizes": (2, 2, 1)}

DRAWS = {"xor": problems.xor, "linear": problems.linear, "gate": problems.gate}
THREE = {"one": Job(problems.xor, Settings(lr=1.0), "xor"), "two": Job(problems.xor, Settings(lr=2.0), "xor"),
         "gate": Job(problems.gate, E, "gate")}


def unchecked(experiment, **changes):
    """The experiment with a rule that takes anything."""
    return experiment._replace(check=lambda found: (True, None, ""), **changes)


@pytest.fixture
def asked(monkeypatch):
    """What run_all is asked for, (jobs, workers, summarize) each; a job's result is what says which one it was."""
    calls = []

    def run_all(jobs, workers, tell, summarize):
        calls.append((jobs, workers, summarize))
        return [(job.label, job.settings.lr, job.settings.seed) for job in jobs]
    monkeypatch.setattr(experiments, "run_all", run_all)
    return calls


def test_every_experiment_of_the_reports_is_there():
    assert list(ALL) == [experiment.name for experiment in [*EXPERIMENTS, LETTERS]] == REPORTED


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_every_run_is_one_that_can_be_run(experiment):
    for job in experiment.runs.values():
        run = Run(job.problem, job.settings)
        assert run.score(run.problem.train).outputs
    assert experiment.seeds >= 3 and experiment.rule and experiment.reported


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_its_runs_are_those_of_the_report(experiment):
    usual = {"A": A, "B": B, "D": D, "E": E}[experiment.name[0]]
    for label, job in experiment.runs.items():
        assert job.settings == usual._replace(**SETTINGS.get((experiment.name, label), {})), label
        assert job.problem is DRAWS[job.label]
        task = job.label
        assert (task == "gate") == (experiment.name == "E") and (task in label or task in ("gate", "xor"))
    assert {label for name, label in SETTINGS if name == experiment.name} <= set(experiment.runs)


def test_so_are_those_of_letters_always_with_as_many_workers():
    job, = LETTERS.runs.values()
    assert job.settings == Settings(
        sizes=(784, 50, 10), activation="relu", output_activation=None, init="xavier", loss="cross-entropy",
        optimizer="momentum", lr=0.1, momentum=0.9, batch_size=None, shuffle=True, epochs=40, target_loss=None,
        patience=0, engine="auto", workers=2)                       # another number rounds sums in another order
    assert (job.problem.func, job.problem.args) == (problems.images, (ImageSource(train=400),))


def test_each_setting_is_run_with_each_seed_and_gets_its_own_results(asked):
    tell = object()
    outcome = carry_out(unchecked(ALL["A8"], runs=THREE, seeds=2), 5, tell)
    assert outcome.trials == {"one": [("xor", 1.0, 1), ("xor", 1.0, 2)], "two": [("xor", 2.0, 1), ("xor", 2.0, 2)],
                              "gate": [("gate", 0.05, 1), ("gate", 0.05, 2)]}
    (jobs, workers, summarize), = asked
    assert (workers, summarize) == (5, trial)
    assert [job.problem for job in jobs] == [problems.xor, problems.xor, problems.gate] * 2


def test_the_outcome_is_what_the_rule_says_of_them(asked):
    told = []
    rule = ALL["A8"]._replace(runs=THREE, seeds=2, check=lambda found: told.append(found) or (False, True, "so and so"))
    outcome = carry_out(rule)
    assert told == [outcome.trials] and outcome[:1] + outcome[2:] == (rule, False, True, "so and so")


def test_runs_that_share_out_their_batches_are_done_one_after_the_other(asked):
    carry_out(unchecked(LETTERS, seeds=3), 4)
    carry_out(unchecked(ALL["A8"]), 4)
    (jobs, workers, _), (_, others, _) = asked
    assert (workers, others) == (1, 4) and [job.settings.seed for job in jobs] == [1, 2, 3]


def test_letters_come_to_what_their_command_comes_to():
    source = ImageSource(train=20, validation=12, test=4)
    few = Job(partial(problems.images, source), LETTERS.runs["letters"].settings._replace(sizes=(784, 3, 10), epochs=3),
              "letters")
    found = carry_out(unchecked(LETTERS, runs={"letters": few})).trials["letters"]
    for seed, each in enumerate(found, 1):
        shown = json.loads(cli("letters", *"--hidden 3 --train 20 --validation 12 --test 4 --epochs 3 --batch-size all "
                               "--patience 0 --workers 2 --json --seed".split(), seed).stdout)
        assert each.losses == [(epoch["number"], epoch["loss"]) for epoch in shown["history"]]
        assert each.validation_losses == [(epoch["number"], epoch["validation_loss"]) for epoch in shown["history"]]
        assert (each.loss, each.validation_loss) == (shown["loss"], shown["validation_loss"])
        assert (each.accuracy, each.validation_accuracy) == (shown["accuracy"], shown["validation_accuracy"])
    assert len(found) == 2 and found[0].losses != found[1].losses


def test_a_run_that_two_experiments_share_is_done_once(monkeypatch):
    done = []

    def run_all(jobs, workers, tell, summarize):
        done.extend(jobs)
        return [(job.settings, len(done)) for job in jobs]
    monkeypatch.setattr(experiments, "run_all", run_all)
    known: dict = {}
    first, then = [carry_out(unchecked(ALL[name]), 1, None, known).trials for name in ("A2", "A6")]
    assert len(done) == 15 + 2 * 5 and then["lr 0.1"] == first["xor"][:5]
    assert [settings for settings, _ in then["lr 0.01"]] == [A._replace(lr=0.01, seed=seed) for seed in range(1, 6)]
    # Those of the same settings on other points are others.
    assert len(carry_out(unchecked(ALL["A1"]), 1, None, known).trials["linear"]) == 3 and len(done) == 15 + 10 + 3


def test_ctrl_c_ends_it(monkeypatch):
    def run_all(jobs, *_):
        raise Interrupted([None] * len(jobs))
    monkeypatch.setattr(experiments, "run_all", run_all)
    known: dict = {}
    with pytest.raises(KeyboardInterrupt) as raised:
        carry_out(ALL["A8"], known=known)
    assert not isinstance(raised.value, Interrupted) and known == {}
