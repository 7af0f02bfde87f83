"""The experiments of the five lab reports: what is run for each, what is assumed, and what the report says.

A report has one run of each experiment. Here each is run with many seeds, if it is not too large, and the report's
claims (``lab_verdicts``) are checked on all of these runs.
"""
from functools import partial
from math import inf
from typing import Any, Callable, Dict, List, Optional, Sequence

from ..data.sources import ImageSource
from ..runs import problems
from ..runs.defaults import TASKS, USUAL_MOMENTUM
from ..runs.pool import Job
from ..runs.settings import Settings
from . import lab_variants as variants
from .comparison import Trial
from .lab_verdicts import (Comparison, Figure, Near, Success, Trials, accuracy_at, diverged, extremes,
                           first_below, loss_at, medians, middle, needed, ordered, right, right_at, worst)
from .trials import Experiment

POINTS = 21                                                 # of xor; a sum of squared errors / POINTS is a mean


def _job(task: str, settings: Settings, variant: Optional[Callable[[Any], None]] = None) -> Job:
    problem: Any = TASKS[task].problem
    return Job(problem, settings._replace(engine="auto"), task, variant)


def _both(by_label: Dict[str, Settings], variant: Any = None) -> Dict[str, Job]:
    return {f"{task} {label}": _job(task, settings, variant) for task in ("linear", "xor")
            for label, settings in by_label.items()}


def _on_both(make: Callable[[str], Any]) -> List[Any]:
    return [make("linear"), make("xor")]


# A: "functions".

SSE = Settings(loss="sse", lr=0.1, target_loss=1e-12, epochs=5000)
RATES = ("0.1", "0.01", "0.001")


def _mean_loss(label: str, reported: str = "0.25") -> Figure:
    return Figure(f"mean loss, {label}", label, reported, loss_at(5000, POINTS))


def _accuracy(label: str, reported: str = "0.5") -> Figure:
    return Figure(f"accuracy, {label}", label, reported, accuracy_at(5000))


def _solved_with(name: str, activation: str, reading: str, variant: Any = None) -> Experiment:
    settings = SSE._replace(activation=activation)
    others = {"xor": _job("xor", settings)} if variant else {}
    return Experiment(name, f"xor, {activation} in the hidden layers", "solved (its plots are lost)", reading,
                      {"xor": _job("xor", settings, variant)}, [Success("all points right", "xor", right)],
                      "with the right slope" if variant else "", others)


AS_PRINTED = "as printed: weights and biases from uniform(-1, 1), sum of squared errors"

A = [
    Experiment("A1", "linear, 2-4-4-1 sigmoid, lr 0.1, sum of squares",
               "loss (sum) 0.0822 and accuracy 1.0 at epoch 1000", AS_PRINTED,
               {"linear": _job("linear", SSE._replace(epochs=1001))},
               [Figure("loss at 1000", "linear", "0.0822", loss_at(1001)),
                Success("accuracy 1.0 at 1000", "linear", right_at(1001))]),
    Experiment("A2", "the same on xor", "loss (sum) 0.268 and accuracy 1.0 at 2000; 0.0429 at 3000", AS_PRINTED,
               {"xor": _job("xor", SSE._replace(epochs=3001))},
               [Figure("loss at 2000", "xor", "0.268", loss_at(2001)),
                Figure("loss at 3000", "xor", "0.0429", loss_at(3001)),
                Success("accuracy 1.0 at 2000", "xor", right_at(2001))]),
    _solved_with("A3", "relu", AS_PRINTED),
    _solved_with("A4", "tanh", "the report's slope of tanh, 1 - tanh(a)^2, where 1 - a^2 is right", variants.tanh_of_a),
    _solved_with("A5", "leaky_relu", "the slope for z < 0 is not given; 0.01 is taken"),
    Experiment("A6", "xor, lr 0.1, 0.01, 0.001",
               "0.1 solves it; the small ones stay at mean loss 0.25, accuracy about one half", AS_PRINTED,
               {f"lr {lr}": _job("xor", SSE._replace(lr=float(lr))) for lr in RATES},
               [Success("all points right, lr 0.1", "lr 0.1", right),
                *[claim(f"lr {lr}") for lr in RATES[1:] for claim in (_mean_loss, _accuracy)]]),
    Experiment("A7", "xor, hidden 4, 8, 100", "all solve it; with hidden 100 the loss jumps up and down before "
               "epoch 1000",
               AS_PRINTED,
               {f"hidden {size}": _job("xor", SSE._replace(sizes=(2, size, size, 1))) for size in (4, 8, 100)},
               [*[Success(f"all points right, hidden {size}", f"hidden {size}", right) for size in (4, 8, 100)],
                Comparison("the sum of all rises of the loss up to epoch 1000: with hidden 100 it is above 1, and "
                           "more than 5 times as large as with hidden 4",
                           lambda trials: middle(trials["hidden 100"], rises_of) > max(
                               1.0, 5.0 * middle(trials["hidden 4"], rises_of)),
                           medians(["hidden 4", "hidden 100"], lambda trial: trial.rises))],
               few_seeds=2),                                # without a compiler, a run with 100 takes minutes
    Experiment("A8", "xor without activation in the hidden layers", "mean loss stays about 0.25, accuracy about 0.5",
               AS_PRINTED, {"xor": _job("xor", SSE._replace(activation="identity"))},
               [_mean_loss("xor"), _accuracy("xor")]),
    Experiment("A9", "xor, momentum, adagrad, adam at lr 0.01", "curves (lost)",
               "the report's own methods: its momentum keeps no velocity, so it is gradient descent; its Adagrad adds "
               "up the squared gradients of all weights of a neuron; its Adam has the betas 0.1 and 0.9 and "
               "keeps no mean of the squares",
               {"momentum": _job("xor", SSE._replace(lr=0.01)),
                "adagrad": _job("xor", SSE._replace(lr=0.01, optimizer="adagrad"), variants.adagrad_of_a),
                "adam": _job("xor", SSE._replace(lr=0.01, optimizer="adam"), variants.adam_of_a)}, [],
               "with the right methods",
               {name: _job("xor", SSE._replace(lr=0.01, optimizer=name, momentum=momentum))
                for name, momentum in (("momentum", USUAL_MOMENTUM), ("adagrad", 0.0), ("adam", 0.0))}),
]


def rises_of(trial: Trial) -> float:
    """The sum of all rises of the loss up to epoch 1000 (``trials.RISING``)."""
    return trial.rises


# B: "layers". The report does not say which optimizer it used. Adam is assumed, because the report finds it best.
# It is taken with the report's own correction.

ADAM = Settings(sizes=(2, 32, 32, 1), activation="relu", target_loss=1e-12, epochs=400, lr=0.01, optimizer="adam")
OPTIMIZERS = ("sgd", "momentum", "adagrad", "adam")
OWN_ADAM = "the report's own Adam, which corrects by 1 - beta in every step and has eps inside the root"


def _with_own_adam(name: str, setting: str, reported: str, reading: str, by_label: Dict[str, Settings],
                   claims: Sequence[Any]) -> Experiment:
    return Experiment(name, setting, reported, reading + OWN_ADAM, _both(by_label, variants.adam_of_b), claims,
                      "with the right Adam", _both(by_label))


B = [
    Experiment("B1", "linear, 2-32-32-1 relu, 400 epochs", "loss 0.0284, accuracy 0.98 at 20; 0.00294, 1.0 at 400",
               "optimizer and rate are not given; lr 0.01 with " + OWN_ADAM,
               {"linear": _job("linear", ADAM, variants.adam_of_b)},
               [Figure("loss at 20", "linear", "0.0284", loss_at(20)),
                Figure("accuracy at 20", "linear", "0.98", accuracy_at(20)),
                Figure("loss at 400", "linear", "0.00294", loss_at(400)),
                Success("accuracy 1.0 at 400", "linear", right_at(400))],
               "with the right Adam", {"linear": _job("linear", ADAM)}),
    Experiment("B2", "the same on xor", "loss 0.287 at 20; accuracy 1.0 from 220; 0.0205 at 400",
               "optimizer and rate are not given; lr 0.001 with " + OWN_ADAM,
               {"xor": _job("xor", ADAM._replace(lr=0.001), variants.adam_of_b)},
               [Figure("loss at 20", "xor", "0.287", loss_at(20)), Figure("loss at 400", "xor", "0.0205", loss_at(400)),
                Success("accuracy 1.0 at 220", "xor", right_at(220))],
               "with the right Adam", {"xor": _job("xor", ADAM._replace(lr=0.001))}),
    _with_own_adam("B3", "both, lr 0.1, 0.01, 0.001",
                   "the loss goes up and down with 0.1, falls very slowly with 0.001; 0.01 is suitable", "",
                   {f"lr {lr}": ADAM._replace(lr=float(lr)) for lr in RATES},
                   [*_on_both(lambda task: Comparison(
                       f"the sum of all rises of the loss, {task}: larger with 0.1 than with 0.01",
                       ordered([f"{task} lr {lr}" for lr in ("0.01", "0.1")], rises_of),
                       medians([f"{task} lr {lr}" for lr in RATES], rises_of))),
                    *_on_both(lambda task: Comparison(
                        f"loss at 400, {task}: lowest with 0.01",
                        lambda trials: middle(trials[f"{task} lr 0.01"], loss_at(400)) < min(
                            middle(trials[f"{task} lr {lr}"], loss_at(400)) for lr in ("0.1", "0.001")),
                        medians([f"{task} lr {lr}" for lr in RATES], loss_at(400))))]),
    _with_own_adam("B4", "both, hidden 2 to 32", "wider converges sooner", "lr 0.01 with ",
                   {f"hidden {size}": ADAM._replace(sizes=(2, size, size, 1)) for size in (2, 8, 32)},
                   _on_both(lambda task: Comparison(
                       f"loss at 400, {task}: the wider, the lower",
                       ordered([f"{task} hidden {size}" for size in (32, 8, 2)], loss_at(400)),
                       medians([f"{task} hidden {size}" for size in (2, 8, 32)], loss_at(400))))),
    _with_own_adam("B5", "both, without activations", "fewer than 10 epochs with activations, 30 to 40 without",
                   "'converged' means that the loss is below 0.3 (xor) or 0.1 (linear); 'without' means that the "
                   "output has no activation, either; lr 0.01 with ",
                   {"with relu": ADAM, "without": ADAM._replace(activation="identity", output_activation="identity")},
                   [Figure("epochs until 0.3, xor with relu", "xor with relu", (0, 9), first_below(0.3)),
                    Figure("epochs until 0.3, xor without", "xor without", (30, 40), first_below(0.3)),
                    Comparison("epochs until 0.1, linear: at least twice as many without",
                               lambda trials: inf > middle(trials["linear without"], first_below(0.1)) >= 2.0 * middle(
                                   trials["linear with relu"], first_below(0.1)),
                               medians(["linear with relu", "linear without"], first_below(0.1)))]),
    Experiment("B6", "both, SGD, momentum, Adagrad, Adam", "SGD slowest, Adam quickest", "lr 0.01; " + OWN_ADAM,
               {label: job for name in OPTIMIZERS for label, job in _both(
                   {name: ADAM._replace(optimizer=name, momentum=USUAL_MOMENTUM if name == "momentum" else 0.0)},
                   variants.adam_of_b if name == "adam" else None).items()},
               _on_both(lambda task: Comparison(
                   f"loss at 400, {task}: highest with sgd, lowest with adam",
                   extremes(f"{task} adam", f"{task} sgd", [f"{task} {name}" for name in OPTIMIZERS], loss_at(400)),
                   medians([f"{task} {name}" for name in OPTIMIZERS], loss_at(400)))),
               "with the right Adam", {f"{task} adam": _job(task, ADAM) for task in ("linear", "xor")}),
]

# D: "objects", and E: "gate".

MSE = Settings(lr=1.0, init="normal")
NORMAL = "its initial weights are not given; weights and biases from N(0, 1)"
D3_RATES = ("1", "0.5", "0.1", "0.05")
LINE = MSE._replace(activation="identity", output_activation="identity")
GATE = TASKS["gate"].settings
E_SHAPES = {"2-4-4-1": (2, 4, 4, 1), "2-2-2-1": (2, 2, 2, 1), "2-2-1": (2, 2, 1)}


def _test_accuracy(trial: Trial) -> float:
    return trial.test_accuracy or 0.0


D = [
    Experiment("D1", "linear, 2-4-4-1 sigmoid, MSE, lr 1, until the loss is below 0.005",
               "loss 0.0313 at 500, 0.005 at 3631; test 98/100", NORMAL, {"linear": _job("linear", MSE)},
               [Figure("loss at 500", "linear", "0.0313", loss_at(500)),
                Figure("epochs until 0.005", "linear", "3631", needed),
                Figure("test accuracy", "linear", "0.98", _test_accuracy)]),
    Experiment("D2", "xor, the same", "loss 0.2365 at 500, 0.0382 at 1500, 0.004995 at 2692; 21/21", NORMAL,
               {"xor": _job("xor", MSE)},
               [Figure("loss at 500", "xor", "0.2365", loss_at(500)),
                Figure("loss at 1500", "xor", "0.0382", loss_at(1500)),
                Figure("epochs until 0.005", "xor", "2692", needed), Success("21/21", "xor", right)]),
    Experiment("D3", "both, lr 1, 0.5, 0.1, 0.05", "all 100 %; larger is quicker", NORMAL,
               _both({f"lr {lr}": MSE._replace(lr=float(lr)) for lr in D3_RATES}),
               [*[Success(f"accuracy 1.0, {task} lr {lr}", f"{task} lr {lr}", right) for task in ("linear", "xor")
                  for lr in D3_RATES],
                *_on_both(lambda task: Comparison(
                    f"loss at 3000, {task}: the larger the rate, the lower",
                    ordered([f"{task} lr {lr}" for lr in D3_RATES], loss_at(3000)),
                    medians([f"{task} lr {lr}" for lr in D3_RATES], loss_at(3000))))]),
    Experiment("D4", "both, hidden 2, 4, 8", "all 100 %; on xor wider is quicker", NORMAL,
               _both({f"hidden {size}": MSE._replace(sizes=(2, size, size, 1)) for size in (2, 4, 8)}),
               [*[Success(f"accuracy 1.0, {task} hidden {size}", f"{task} hidden {size}", right)
                  for task in ("linear", "xor") for size in (2, 4, 8)],
                Comparison("epochs until 0.005, xor: the wider, the fewer",
                           ordered([f"xor hidden {size}" for size in (8, 4, 2)], needed),
                           medians([f"xor hidden {size}" for size in (2, 4, 8)], needed))]),
    Experiment("D5", "both, no activation anywhere, lr 0.001", "xor: about half misclassified; larger lr overflows",
               NORMAL + "; the larger rates are the three largest of D3: 1, 0.5 and 0.1",
               {**{f"xor lr {lr}": _job("xor", LINE._replace(lr=float(lr))) for lr in ("0.001", "0.1", "0.5", "1")},
                "linear lr 0.001": _job("linear", LINE._replace(lr=0.001, epochs=20_000))},
               [Figure("accuracy, xor lr 0.001", "xor lr 0.001", "0.5", accuracy_at(100_000)),
                *[Success(f"overflows, xor lr {lr}", f"xor lr {lr}", diverged) for lr in ("0.1", "0.5", "1")]]),
]

E = Experiment(
    "E", "the truth table, momentum 0.5, lr 0.05, 30000 epochs", "0.00544, 0.99358, 0.99718, 0.00640 for 0, 1, 1, 0",
    "two hidden layers, 2-4-4-1; the report's own momentum, which adds 0.5 times the previous gradient to the step; "
    "the output farthest from its target is compared",
    {shape: _job("gate", GATE._replace(sizes=sizes), variants.momentum_of_e) for shape, sizes in E_SHAPES.items()},
    [Figure("error of the worst output, 2-4-4-1", "2-4-4-1", "0.0064", worst),
     *[Success(f"all rows right, {shape}", shape, right) for shape in E_SHAPES]],
    "with momentum of the previous step",
    {"2-4-4-1": _job("gate", GATE)})


# C: "letters". A run divides its own batches among processes.

def letters(hidden: int = 50, train: int = 400, epochs: int = 40, data: Optional[str] = None) -> Job:
    """A run of C1 with these numbers of hidden neurons, images and epochs, on letters drawn here or on a file's."""
    source = ImageSource(data=data, train=train)
    settings = TASKS["letters"].settings._replace(sizes=(784, hidden, 10), batch_size=None, epochs=epochs, patience=0,
                                                  workers=2)
    return Job(partial(problems.images, source), settings, "letters")


def _generalizes(trials: Trials) -> bool:
    loss, accuracy, other_loss, other_accuracy = [middle(trials["letters"], each) for each in C1_FOUND]
    return accuracy > other_accuracy > 0.7 and loss < other_loss


def _c1_medians(trials: Trials) -> str:
    names = ("loss", "accuracy", "validation loss", "validation accuracy")
    return ", ".join(f"{name} {middle(trials['letters'], of):.4f}" for name, of in zip(names, C1_FOUND))


C1_FOUND = (lambda trial: trial.loss, lambda trial: trial.accuracy, lambda trial: trial.validation_loss,
            lambda trial: trial.validation_accuracy)
C1_REPORTED = "train acc 0.9768, validation acc 0.9128, train loss 0.11, validation loss 0.3048"


def c1(full: bool = False, data: Optional[str] = None) -> Experiment:
    """Experiment C1, on letters drawn here or on those of a file: reduced, or in full.

    In full it is 784-1000-10 with 10,000 images for 200 epochs.
    """
    job = letters(1000, 10_000, 200, data) if full else letters(data=data)
    shape = "784-1000-10 on 10000" if full else "784-50-10 on 400"
    images = "images of the file" if data else "drawn images"
    return Experiment("C1", f"letters, {shape} {images}, {job.settings.epochs} epochs", C1_REPORTED,
                      "as printed: full batch, momentum 0.9, lr 0.1, Xavier" + ("" if full else "; reduced"),
                      {"letters": job},
                      [Comparison("training ends better than validation; validation accuracy is above 0.7",
                                  _generalizes, _c1_medians),
                       *[Near(what, "letters", reported, of, within) for what, reported, of, within in (
                           ("train accuracy", "0.9768", C1_FOUND[1], 0.02),
                           ("validation accuracy", "0.9128", C1_FOUND[3], 0.02),
                           ("train loss", "0.11", C1_FOUND[0], 0.03),
                           ("validation loss", "0.3048", C1_FOUND[2], 0.03))]],
                      seeds=1)


ALL = {experiment.name: experiment for experiment in [*A, *B, *D, E, c1()]}
