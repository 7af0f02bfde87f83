"""The experiments of the five lab reports, as runs, each with its rule from ``verdicts``.

A report had one run of each. Here every setting is run with several seeds.
"""
from functools import partial
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..runs import problems
from ..runs.pool import Interrupted, Job, run_all
from ..runs.problems import ImageSource
from ..runs.settings import Settings
from ..runs.tasks import TASKS, USUAL_MOMENTUM
from . import verdicts
from .comparison import trial
from .verdicts import D3_RATES, OPTIMIZERS, RATES


class Experiment(NamedTuple):
    """An experiment of a report.

    ``setting`` and ``reported`` are what was done and what the report says, in words; ``runs`` are its Jobs by label,
    each done with this many ``seeds``; ``rule`` is the rule in words, ``check`` the function; ``remark`` is a remark on
    the report or the verdict, if one is needed.
    """

    name: str
    setting: str
    reported: str
    runs: Dict[str, Job]
    seeds: int
    rule: str
    check: Callable[[Dict[str, List[Any]]], Tuple[bool, Any, str]]
    remark: str


class Outcome(NamedTuple):
    """The outcome of an experiment: the trials by label, whether the finding is the same, whether the figures agree
    (None without any), and the result in words."""

    experiment: Experiment
    trials: Dict[str, List[Any]]
    found: bool
    figures: Any
    got: str


def _job(task: str, settings: Settings) -> Job:
    problem: Any = TASKS[task].problem                      # those of the points are known without data
    return Job(problem, settings._replace(engine="auto"), task)


def _rates(settings: Settings) -> Dict[str, Settings]:
    return {f"lr {lr}": settings._replace(lr=float(lr)) for lr in RATES}


def _optimizers(settings: Settings) -> Dict[str, Settings]:
    return {name: settings._replace(optimizer=name, momentum=USUAL_MOMENTUM if name == "momentum" else 0.0)
            for name in OPTIMIZERS}


SSE = Settings(loss="sse", lr=0.1, target_loss=1e-12, epochs=5000)
RELU = Settings(sizes=(2, 32, 32, 1), activation="relu", target_loss=1e-12, epochs=400, lr=0.01)
ADAM = RELU._replace(optimizer="adam")
MSE = Settings(lr=1.0, epochs=20000)
LINE = Settings(activation="identity", output_activation="identity", epochs=5000)
GATE = TASKS["gate"].settings


def _both(by_label: Dict[str, Settings]) -> Dict[str, Job]:
    return {f"{task} {label}": _job(task, settings) for task in ("linear", "xor")
            for label, settings in by_label.items()}


def _solved_with(name, activation, remark):
    return Experiment(name, f"xor with {activation} in the hidden layers", "solved (figures lost)",
                      {"xor": _job("xor", SSE._replace(activation=activation))}, 9, "most seeds have all points right",
                      verdicts.solves, remark)


EXPERIMENTS = [
    Experiment("A1", "linear, 2-4-4-1 sigmoid, lr 0.1, sum of squares",
               "loss (sum) 0.0822 and accuracy 1.0 at epoch 1000", {"linear": _job("linear", SSE)}, 3,
               "median accuracy at least 0.99; figures: loss at 1000", verdicts.a1,
               "how soon depends on how near the points lie to the line"),
    Experiment("A2", "the same on xor", "loss (sum) 0.268 and accuracy 1.0 at 2000; 0.0429 at 3000",
               {"xor": _job("xor", SSE)}, 15, "most seeds have all points right; figures: loss at 2000 and 3000",
               verdicts.a2, "some seeds stay longer where one point is wrong"),
    _solved_with("A3", "relu", "with so few ReLUs all are often 0 at once, and nothing is learned, with lr 0.02 as "
                 "with 0.1; one run can be lucky"),
    _solved_with("A4", "tanh", "the report uses 1 - tanh(a)^2 as the slope, but 1 - a^2 is right"),
    _solved_with("A5", "leaky_relu", "better than with ReLUs, but so few neurons are too few"),
    Experiment("A6", "xor, lr 0.1, 0.01, 0.001",
               "0.1 solves; the small ones stay at mean loss 0.25, accuracy about one half",
               {label: _job("xor", settings) for label, settings in _rates(SSE).items()}, 5,
               "most seeds of 0.1 have all points right; of the others mean loss within 0.02 of 0.25, accuracy between "
               "0.4 and 0.65", verdicts.a6, ""),
    Experiment("A7", "xor, hidden 4, 8, 100", "all solve; 100 jumps wildly below epoch 1000",
               {"hidden 4": _job("xor", SSE), "hidden 8": _job("xor", SSE._replace(sizes=(2, 8, 8, 1))),
                "hidden 4, 250 epochs": _job("xor", SSE._replace(epochs=250)),
                "hidden 100, 250 epochs": _job("xor", SSE._replace(sizes=(2, 100, 100, 1), epochs=250))}, 3,
               "most seeds of 4 and 8 have all points right; in 250 epochs the loss of 100 rises by more than 1, and "
               "5 times as much as that of 4; figures: every seed of 4 and 8", verdicts.a7,
               "to save time, it is not tried whether 100 solves it; with 1000 epochs, one of three seeds did"),
    Experiment("A8", "xor without activation in the hidden layers", "mean loss stays about 0.25, accuracy about 0.5",
               {"xor": _job("xor", SSE._replace(activation="identity"))}, 5,
               "mean loss within 0.01 of 0.249433, accuracy between 0.4 and 0.65", verdicts.a8, ""),
    Experiment("A9", "xor, momentum, adagrad, adam at lr 0.01", "curves (lost)",
               {name: _job("xor", settings) for name, settings in _optimizers(SSE._replace(lr=0.01)).items()}, 5,
               "momentum and adam end below plain gradient descent", verdicts.a9,
               "the report's momentum does not keep its velocity, so it is plain gradient descent; its Adagrad adds "
               "the squares of a whole column; its Adam has the moments swapped"),
    Experiment("B1", "linear, 2-32-32-1 relu, 400 epochs", "loss 0.0284, accuracy 0.98 at 20; 0.00294, 1.0 at 400",
               {"linear": _job("linear", ADAM)}, 3, "accuracy at least 0.99; figures: loss at 20 and 400",
               verdicts.b1, "the report does not name the optimizer; Adam with lr 0.01 is used"),
    Experiment("B2", "the same on xor", "loss 0.287 at 20; accuracy 1.0 from 220; 0.0205 at 400",
               {"xor": _job("xor", ADAM)}, 9,
               "most seeds have all points right; figures: loss at 20 and 400, accuracy at 220", verdicts.b2,
               "Adam, as in B1"),
    Experiment("B3", "both, lr 0.1, 0.01, 0.001", "0.1 goes up and down, 0.001 crawls, 0.01 suits",
               _both(_rates(ADAM)), 3,
               "on both the loss rises more with 0.1 than with 0.01, and 0.01 ends lowest", verdicts.b3,
               "Adam, as in B1; with 0.1 its first steps drive the output of xor, for some seeds, to where the sigmoid "
               "is flat, and the loss stays at 10/21; on linear it ends lowest"),
    Experiment("B4", "both, hidden 2 to 32", "wider converges sooner",
               _both({f"hidden {size}": ADAM._replace(sizes=(2, size, size, 1)) for size in (2, 8, 32)}), 3,
               "32 ends lower than 2, on both", verdicts.b4, "Adam, as in B1"),
    Experiment("B5", "both, without activations", "much slower where it works at all",
               _both({"with relu": ADAM, "without": ADAM._replace(activation="identity")}), 3,
               "on linear at least twice the epochs until the loss is below 0.05; xor never ends below 0.249433, "
               "the best loss without activations", verdicts.b5,
               "Adam, as in B1; the border of linear is a line, which a network without activations finds as quickly"),
    Experiment("B6", "both, SGD, momentum, Adagrad, Adam, lr 0.01", "SGD slowest, Adam quickest",
               _both(_optimizers(RELU)), 3,
               "on both SGD ends highest and Adam lowest", verdicts.b6,
               "the report's Adam corrects by 1 - beta, not by 1 - beta^t"),
    Experiment("D1", "linear, 2-4-4-1 sigmoid, MSE, lr 1", "loss 0.0313 at 500, 0.005 at 3631; test 98/100",
               {"linear": _job("linear", MSE)}, 3,
               "test accuracy at least 0.97, most seeds get below 0.005; figures: loss at 500 and epochs",
               verdicts.d1, "at most 20000 epochs, not 100000"),
    Experiment("D2", "xor, the same", "loss 0.2365 at 500, 0.0382 at 1500, 0.004995 at 2692; 21/21",
               {"xor": _job("xor", MSE)}, 20,
               "most seeds have all 21 right and get below 0.005; figures: loss at 500 and 1500, epochs",
               verdicts.d2, "the report does not say how weights start; from uniform(-1, 1) no seed is as quick"),
    Experiment("D3", "both, lr 1, 0.5, 0.1, 0.05", "all 100 %; larger is quicker",
               {f"{task} lr {lr}": _job(task, Settings(lr=float(lr), epochs=most)) for task, most in (
                   ("linear", 8000), ("xor", 100000)) for lr in D3_RATES}, 3,
               "accuracy at least 0.98, on xor the smaller the later below 0.005, on linear the smaller the higher the "
               "loss; figures: accuracy 1", verdicts.d3, "linear is stopped after 8000 of the 100000 epochs"),
    Experiment("D4", "both, hidden 2, 4, 8", "all 100 %; on xor wider is quicker",
               _both({f"hidden {size}": MSE._replace(sizes=(2, size, size, 1)) for size in (2, 4, 8)}), 5,
               "accuracy of each at least 0.98, and on xor 8 needs fewer epochs than 2", verdicts.d4,
               "with two layers of 2, a point of xor stays wrong for most seeds; at most 20000 epochs, not 100000"),
    Experiment("D5", "both, no activation anywhere, lr 0.001", "xor: about half misclassified; larger lr overflows",
               {"xor lr 0.001": _job("xor", LINE._replace(lr=0.001)), "xor lr 10": _job("xor", LINE._replace(lr=10.0)),
                "linear lr 0.001": _job("linear", LINE._replace(lr=0.001))}, 5,
               "xor's accuracy between 0.35 and 0.65; every run with lr 10 diverges", verdicts.d5,
               "5000 epochs, not 100000; 10 is used for the larger rates"),
    Experiment("E", "the truth table, momentum 0.5, lr 0.05", "0.00544, 0.99358, 0.99718, 0.00640 for 0, 1, 1, 0",
               {"2-4-4-1": _job("gate", GATE), "2-2-1": _job("gate", GATE._replace(sizes=(2, 2, 1)))}, 10,
               "2-4-4-1 ends within 0.02 with most seeds; 2-2-1 stays stuck (0.4 off) with some, not with all; "
               "figures: the worst output at most twice 0.0064 from its target", verdicts.e,
               "the report does not give the shape; 2-4-4-1 is assumed; its momentum uses the last gradient, not the "
               "last step"),
]

# A run of the letters shares its batches out by itself: always over two processes, since another number rounds its sums
# in another order.
LETTERS = Experiment(
    "C1", "letters, 784-50-10 on 400 drawn images, 40 epochs (in place of 784-1000-10, 10000 of notMNIST, 200 epochs)",
    "train acc 0.9768, validation acc 0.9128, train loss 0.11, validation loss 0.3048",
    {"letters": Job(partial(problems.images, ImageSource(train=400)), TASKS["letters"].settings._replace(
        sizes=(784, 50, 10), batch_size=None, epochs=40, patience=0, workers=2), "letters")}, 2,
    "training ends better than validation, in loss and accuracy, and validation above 0.7 and better than it began; "
    "figures: validation accuracy within 0.02", verdicts.c1, "reduced in size, because the original takes hours")

ALL = {experiment.name: experiment for experiment in [*EXPERIMENTS, LETTERS]}


def carry_out(experiment: Experiment, workers: Optional[int] = None, tell: Optional[Callable[[int, int], None]] = None,
              known: Optional[Dict[Any, Any]] = None) -> Outcome:
    """Run an experiment: each of its runs with each seed from 1 up; runs that are ``known`` are not repeated.

    Raises KeyboardInterrupt if it is interrupted, PurennError if a run could not be done.
    """
    known = {} if known is None else known
    labels = list(experiment.runs)
    jobs = [job._replace(settings=job.settings._replace(seed=seed))
            for seed in range(1, experiment.seeds + 1) for job in experiment.runs.values()]
    keys = [(job.label, job.settings) for job in jobs]
    fresh = [i for i, key in enumerate(keys) if key not in known]
    alone = any((job.settings.workers or 1) > 1 for job in jobs)
    try:
        trials = run_all([jobs[i] for i in fresh], 1 if alone else workers, tell, trial)
    except Interrupted:
        raise KeyboardInterrupt from None
    known.update((keys[i], found) for i, found in zip(fresh, trials))
    results = [known[key] for key in keys]
    by_label = {label: results[i::len(labels)] for i, label in enumerate(labels)}
    return Outcome(experiment, by_label, *experiment.check(by_label))
