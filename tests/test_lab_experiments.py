"""The experiments of the reports: what is run for each, what is asked of the pool, and what comes of a whole one."""
import json
from functools import partial

import pytest

from purenn.data.sources import ImageSource
from purenn.runs import Run, Settings, problems
from purenn.runs.pool import Interrupted, Job, run_job
from purenn.study import lab_experiments, trials
from purenn.study import lab_variants as variants
from purenn.study.comparison import trial
from purenn.study.lab_experiments import ALL
from purenn.study.lab_verdicts import Comparison, Figure, Near, Success, check, verdict
from purenn.study.printed import PRINTED
from purenn.study.trials import carry_out, kept

from .helpers import cli

REPORTED = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1", "B2", "B3", "B4", "B5", "B6", "D1", "D2",
            "D3", "D4", "D5", "E", "C1"]
POINTS = [experiment for name, experiment in ALL.items() if name != "C1"]

# The settings of the reports, and what an experiment's runs have in their place.
A = Settings(sizes=(2, 4, 4, 1), activation="sigmoid", output_activation="sigmoid", init="uniform", loss="sse",
             optimizer="sgd", lr=0.1, momentum=0.0, batch_size=None, shuffle=False, epochs=5000, target_loss=1e-12,
             patience=0, engine="auto", workers=1, seed=1)
B = A._replace(sizes=(2, 32, 32, 1), activation="relu", loss="mse", optimizer="adam", lr=0.01, epochs=400)
D = A._replace(loss="mse", lr=1.0, epochs=100_000, target_loss=0.005, init="normal")
E = A._replace(loss="half-sse", lr=0.05, momentum=0.5, optimizer="momentum", batch_size=1, epochs=30000,
               target_loss=None)
LINE = {"activation": "identity", "output_activation": "identity"}
SETTINGS = {
    ("A1", "linear"): {"epochs": 1001}, ("A2", "xor"): {"epochs": 3001}, ("A3", "xor"): {"activation": "relu"},
    ("A4", "xor"): {"activation": "tanh"}, ("A5", "xor"): {"activation": "leaky_relu"},
    ("A6", "lr 0.01"): {"lr": 0.01}, ("A6", "lr 0.001"): {"lr": 0.001}, ("A7", "hidden 8"): {"sizes": (2, 8, 8, 1)},
    ("A7", "hidden 100"): {"sizes": (2, 100, 100, 1)}, ("A8", "xor"): {"activation": "identity"},
    ("A9", "momentum"): {"lr": 0.01}, ("A9", "adagrad"): {"lr": 0.01, "optimizer": "adagrad"},
    ("A9", "adam"): {"lr": 0.01, "optimizer": "adam"}, ("B2", "xor"): {"lr": 0.001},
    ("E", "2-2-1"): {"sizes": (2, 2, 1)}, ("E", "2-2-2-1"): {"sizes": (2, 2, 2, 1)},
    **{("D5", f"xor lr {rate}"): {**LINE, "lr": float(rate)} for rate in ("0.001", "0.1", "0.5", "1")},
    ("D5", "linear lr 0.001"): {**LINE, "lr": 0.001, "epochs": 20_000}}
for task in ("linear", "xor"):
    SETTINGS["B5", task + " without"] = LINE
    for rate in ("0.1", "0.01", "0.001"):
        SETTINGS["B3", f"{task} lr {rate}"] = {"lr": float(rate)}
    for size in (2, 4, 8, 32):
        SETTINGS["B4", f"{task} hidden {size}"] = SETTINGS["D4", f"{task} hidden {size}"] = {
            "sizes": (2, size, size, 1)}
    for name in ("sgd", "momentum", "adagrad", "adam"):
        SETTINGS["B6", f"{task} {name}"] = {"optimizer": name, "momentum": 0.9 if name == "momentum" else 0.0}
    for rate in ("1", "0.5", "0.1", "0.05"):
        SETTINGS["D3", f"{task} lr {rate}"] = {"lr": float(rate)}

VARIANTS = {("A4", "xor"): variants.tanh_of_a, ("A9", "adagrad"): variants.adagrad_of_a,
            ("A9", "adam"): variants.adam_of_a, ("B6", "linear adam"): variants.adam_of_b,
            ("B6", "xor adam"): variants.adam_of_b}
ALL_THE_SAME = {"B1": variants.adam_of_b, "B2": variants.adam_of_b, "B3": variants.adam_of_b,
                "B4": variants.adam_of_b, "B5": variants.adam_of_b, "E": variants.momentum_of_e}

DRAWS = {"xor": problems.xor, "linear": problems.linear, "gate": problems.gate}
THREE = {"one": Job(problems.xor, Settings(lr=1.0), "xor"), "two": Job(problems.xor, Settings(lr=2.0), "xor"),
         "gate": Job(problems.gate, E, "gate")}


@pytest.fixture
def asked(monkeypatch):
    """What run_all is asked for, (jobs, workers, summarize) each; a job's result is what says which one it was."""
    calls = []

    def run_all(jobs, workers, tell, summarize):
        calls.append((jobs, workers, summarize))
        return [(job.label, job.settings.lr, job.settings.seed, job.variant) for job in jobs]
    monkeypatch.setattr(trials, "run_all", run_all)
    return calls


def test_every_experiment_of_the_reports_is_there():
    assert list(ALL) == REPORTED


@pytest.mark.parametrize("experiment", POINTS, ids=lambda experiment: experiment.name)
def test_its_runs_are_those_of_the_report(experiment):
    usual = {"A": A, "B": B, "D": D, "E": E}[experiment.name[0]]
    for label, job in experiment.runs.items():
        assert job.settings == usual._replace(**SETTINGS.get((experiment.name, label), {})), label
        assert job.problem is DRAWS[job.label]
        assert (job.label == "gate") == (experiment.name == "E")
        assert job.label in label or job.label in ("gate", "xor")
        assert job.variant is VARIANTS.get((experiment.name, label), ALL_THE_SAME.get(experiment.name))
        run = Run(job.problem, job.settings._replace(engine="loops"))
        assert run.score(run.problem.train).outputs
    assert {label for name, label in SETTINGS if name == experiment.name} <= {*experiment.runs, "xor hidden 32",
                                                                              "linear hidden 32", "xor hidden 4",
                                                                              "linear hidden 4"}


@pytest.mark.parametrize("experiment", ALL.values(), ids=lambda experiment: experiment.name)
def test_its_claims_ask_runs_that_there_are_and_its_reading_is_said(experiment):
    assert experiment.reading and experiment.reported
    for claim in experiment.claims:
        if not isinstance(claim, Comparison):
            assert claim.label in experiment.runs, claim
    for label, job in experiment.others.items():
        own = experiment.runs[label]
        assert job.variant is None and own.problem is job.problem
        assert experiment.name == "A9" or own.settings == job.settings
    assert bool(experiment.others) == bool(experiment.other)
    assert bool(experiment.others) == any(job.variant for job in experiment.runs.values())


# What the reports print, as Trials; and for each experiment what must make it fail.

def trials_of(experiment, **changes):
    """Trials in which every claim holds: the figures as they are reported, all points right."""
    base = trial(run_job(Job(problems.xor, Settings(epochs=3))))._replace(
        accuracy=1.0, accuracies=[(1, 1.0)], needed=100, rises=0.0)
    return {label: [base._replace(**changes)] for label in experiment.runs}


@pytest.mark.parametrize("experiment", ALL.values(), ids=lambda experiment: experiment.name)
def test_every_claim_of_it_can_fail(experiment):
    """With runs that learn nothing, or with runs that are all alike, each claim fails in one of the two."""
    alike = trials_of(experiment, losses=[(1, 7.0)], loss=7.0, validation_loss=9.0, validation_accuracy=0.1,
                      accuracies=[(1, 0.1)], accuracy=0.1, needed=None, predictions=[([0.0], [0.0], [0.5])] * 4,
                      test_accuracy=0.1)
    for claim in experiment.claims:
        assert isinstance(claim, (Figure, Success, Comparison, Near))
        assert not check(claim, alike).holds, claim


def test_the_printed_lines_are_kept_of_every_curve():
    for name, (label, lines) in PRINTED.items():
        assert label in ALL[name].runs and {epoch for epoch, _ in lines} <= trials.KEPT
        assert [epoch for epoch, _ in lines] == sorted({epoch for epoch, _ in lines})


def test_of_a_run_the_epochs_are_kept_that_are_asked_for_and_the_rises_to_epoch_1000():
    result = run_job(Job(problems.xor, A._replace(epochs=1203, lr=3.0, engine="unrolled")))
    found = kept(result)
    numbers = [epoch for epoch, _ in found.losses]
    assert numbers[:60] == list(range(1, 61)) and numbers[60:64] == [80, 100, 101, 120] and numbers[-1] == 1203
    assert dict(found.losses)[1001] == result.curve[1000].loss
    assert dict(found.accuracies)[1203] == result.curve[1202].accuracy
    early = [epoch.loss for epoch in result.curve[:1000]]
    ups = sum(max(0.0, b - a) for a, b in zip(early, early[1:]))
    assert found.rises == pytest.approx(ups) and 0.0 < ups < trial(result).rises


# Carrying one out.

def test_each_run_is_done_with_each_seed_and_gets_its_own_results(asked):
    experiment = ALL["A8"]._replace(runs=THREE, claims=[])
    outcome = carry_out(experiment, 2, 5, object())
    assert outcome.trials == {"one": [("xor", 1.0, 1, None), ("xor", 1.0, 2, None)],
                              "two": [("xor", 2.0, 1, None), ("xor", 2.0, 2, None)],
                              "gate": [("gate", 0.05, 1, None), ("gate", 0.05, 2, None)]}
    (jobs, workers, summarize), = asked
    assert (workers, summarize) == (5, kept)
    assert [job.problem for job in jobs] == [problems.xor, problems.xor, problems.gate] * 2


def test_for_comparison_the_right_method_stands_in_the_place_of_the_reports(asked):
    told = []
    claim = Comparison("c", lambda trials: told.append(trials) or len(told) == 1, lambda trials: "found")
    experiment = ALL["E"]._replace(claims=[claim])
    outcome = carry_out(experiment, 1)
    assert [each.holds for each in outcome.checked] == [True] and [each.holds for each in outcome.others] == [False]
    assert {found[0][3] for found in told[0].values()} == {variants.momentum_of_e}
    assert told[1]["2-4-4-1"][0][3] is None and told[1]["2-2-1"][0][3] is variants.momentum_of_e


def test_of_the_right_method_only_the_runs_that_there_are_are_asked(asked):
    claims = [Success("s", label, lambda trial: True) for label in ("2-4-4-1", "2-2-1")]
    outcome = carry_out(ALL["E"]._replace(claims=claims), 1)
    assert [each.claim.label for each in outcome.others] == ["2-4-4-1"] and len(outcome.checked) == 2


def test_what_is_known_is_not_run_again_and_a_variant_is_another_run(asked):
    known = {}
    first = carry_out(ALL["B1"]._replace(claims=[]), 3, known=known)
    again = carry_out(ALL["B1"]._replace(claims=[]), 3, known=known)
    assert [len(jobs) for jobs, _, _ in asked] == [6, 0] and first == again
    assert {job.variant for job in asked[0][0]} == {variants.adam_of_b, None}


def test_runs_that_share_out_their_batches_are_done_one_after_the_other(asked):
    carry_out(ALL["C1"]._replace(claims=[], seeds=None), 3, 4)
    carry_out(ALL["A8"]._replace(claims=[]), 3, 4)
    (jobs, workers, _), (_, others, _) = asked
    assert (workers, others) == (1, 4) and [job.settings.seed for job in jobs] == [1, 2, 3]


def test_interrupted_it_is_interrupted(monkeypatch):
    def run_all(*_):
        raise Interrupted([])
    monkeypatch.setattr(trials, "run_all", run_all)
    with pytest.raises(KeyboardInterrupt):
        carry_out(ALL["A8"], 2)


# Letters.

def test_the_runs_of_letters_are_those_of_the_report_and_a_small_one():
    usual = Settings(sizes=(784, 50, 10), activation="relu", output_activation=None, init="xavier",
                     loss="cross-entropy", optimizer="momentum", lr=0.1, momentum=0.9, batch_size=None, shuffle=True,
                     epochs=40, target_loss=None, patience=0, engine="auto", workers=2)
    for experiment, settings, source in (
            (ALL["C1"], usual, ImageSource(train=400)),
            (lab_experiments.c1(True), usual._replace(sizes=(784, 1000, 10), epochs=200), ImageSource(train=10_000)),
            (lab_experiments.c1(True, "notMNIST.npz"), usual._replace(sizes=(784, 1000, 10), epochs=200),
             ImageSource(data="notMNIST.npz", train=10_000))):
        job, = experiment.runs.values()
        assert job.settings == settings and experiment.seeds == 1
        assert (job.problem.func, job.problem.args) == (problems.images, (source,))


def test_letters_come_to_what_their_command_comes_to():
    source = ImageSource(train=20, validation=12, test=4)
    job = ALL["C1"].runs["letters"]
    few = Job(partial(problems.images, source), job.settings._replace(sizes=(784, 3, 10), epochs=3), "letters")
    outcome = carry_out(ALL["C1"]._replace(runs={"letters": few}), 1)
    found, = outcome.trials["letters"]
    shown = json.loads(cli("letters", *"--hidden 3 --train 20 --validation 12 --test 4 --epochs 3 --batch-size all "
                           "--patience 0 --workers 2 --json --seed 1".split()).stdout)
    assert found.losses == [(epoch["number"], epoch["loss"]) for epoch in shown["history"]]
    assert (found.loss, found.validation_loss) == (shown["loss"], shown["validation_loss"])
    assert (found.accuracy, found.validation_accuracy) == (shown["accuracy"], shown["validation_accuracy"])
    assert verdict(outcome.checked) == "NOT as reported"


# Whole ones, with few seeds.

@pytest.mark.slow
def test_without_hidden_activations_the_loss_stays_at_the_best_constant():
    outcome = carry_out(ALL["A8"], 2, 1)
    assert verdict(outcome.checked) == "as reported"
    for found in outcome.trials["xor"]:
        assert found.loss / 21 == pytest.approx(0.249433, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name, lowest, highest", [("momentum_of_e", 0.003, 0.01), (None, 0.0115, 0.02)])
def test_only_with_its_own_momentum_the_outputs_of_e_are_as_near_as_reported(name, lowest, highest):
    variant = name and getattr(variants, name)
    for seed in (1, 2, 3):
        job = ALL["E"].runs["2-4-4-1"]
        found = kept(run_job(job._replace(settings=job.settings._replace(seed=seed), variant=variant)))
        worst = max(abs(output[0] - target[0]) for _, target, output in found.predictions)
        assert lowest < worst < highest
