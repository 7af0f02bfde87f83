"""The tasks, each with its default settings; and ``resolve``, which fills in what was not chosen."""
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence

from ..data.sources import ChoiceError
from ..linalg import PurennError
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS, SGD
from . import problems
from .problems import Problem
from .settings import OF_LOGITS, Settings, check_settings

USUAL_MOMENTUM = 0.9

# The default weight decay if a number is predicted: tables of a few hundred rows are soon overfitted.
REGRESSION_DECAY = 0.03

# Small images are trained for more epochs, at most this many.
MOST_EPOCHS_BY_SIZE = 40


class Task(NamedTuple):
    """A task and its defaults.

    ``rates`` are the learning rates that suit its optimizers, ``sum_rates`` those for losses that are sums over the
    samples. ``problem`` makes its Problem with a random generator; None if the data must be chosen. ``numbers``: how
    many input numbers to learn from in all epochs together; the default number of epochs follows from it.
    ``log_every``: epochs from one line of the report to the next. ``sample``: the sample that ``explain`` shows.
    """

    name: str
    summary: str
    settings: Settings
    rates: Dict[str, float]
    sum_rates: Dict[str, float]
    problem: Optional[Callable[..., Problem]] = None
    most_parameters: int = 100_000
    numbers: Optional[int] = None
    log_every: int = 1
    sample: int = 0


POINT_RATES = {"sgd": 1.0, "momentum": 0.1, "adagrad": 0.1, "rmsprop": 0.01, "adam": 0.01}
POINT_SUM_RATES = {"sgd": 0.1, "momentum": 0.01}            # the slopes of all points add up: smaller steps

TASKS: Dict[str, Task] = {task.name: task for task in (
    Task("xor", "Train a network on 21 points on the two diagonals of the unit square; each diagonal is a class.",
         Settings(), POINT_RATES, POINT_SUM_RATES, problems.xor, log_every=500, sample=3),
    Task("linear", "Train a network on points in the unit square, class 0 if x1 > x2; test it on 100 new ones.",
         Settings(), POINT_RATES, POINT_SUM_RATES, problems.linear, log_every=500),
    Task("gate", "Train a network on the truth table of XOR, with a step after each of its four rows.",
         Settings(loss="half-sse", optimizer="momentum", lr=0.05, momentum=0.5, epochs=30000, batch_size=1,
                  target_loss=None), POINT_RATES, POINT_SUM_RATES, problems.gate, log_every=3000, sample=1),
    Task("letters", "Train a network with softmax and cross-entropy on images, such as letters.",
         Settings(sizes=(784, 32, 10), activation="relu", output_activation=None, init="xavier", loss="cross-entropy",
                  optimizer="momentum", lr=0.1, momentum=0.9, batch_size=64, shuffle=True, epochs=3, target_loss=None,
                  patience=5, engine="auto", workers=None),
         {"sgd": 0.1, "momentum": 0.1, "adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001}, {},
         most_parameters=20_000_000, numbers=3 * 6000 * 784),
    Task("train", "Train a network on a table: predict one of its columns from the others.",
         Settings(sizes=(1, 16, 1), activation="relu", output_activation=None, init="he", loss="cross-entropy",
                  optimizer="adam", lr=0.01, batch_size=32, shuffle=True, epochs=200, target_loss=None, patience=20,
                  engine="auto", workers=None),
         {"sgd": 0.1, "momentum": 0.05, "adagrad": 0.05, "rmsprop": 0.005, "adam": 0.01}, {},
         most_parameters=20_000_000, log_every=10),
)}

# The defaults of letters if there is a C compiler and nothing else is chosen.
LETTERS_WITH_C = {"hidden": [300], "epochs": 20, "lr_decay": 0.9, "weight_decay": 0.001}

POINT_TASKS = [task.name for task in TASKS.values() if task.problem]        # points in the unit square: no data needed


def resolve(task: Task, problem: Problem, hidden: Optional[Sequence[int]] = None, **chosen: Any) -> Settings:
    """The Settings for a problem: the choices, and the task's defaults for what is not chosen.

    ``hidden`` are the sizes of the hidden layers; ``chosen`` are fields of Settings other than the sizes. The loss, the
    output's activation and the learning rate follow from the other choices if they are not chosen.

    >>> resolve(TASKS["xor"], problems.xor(), optimizer="adam").lr
    0.01

    Raises ChoiceError if two choices do not go together.
    """
    check_choices(task, chosen if hidden is None else {**chosen, "hidden": hidden})
    usual = task.settings
    loss = chosen.get("loss") or ("mse" if problem.is_regression else usual.loss)
    output = chosen.get("output_activation") or _usual_output(problem, loss)
    _check_together(problem, loss, output)
    hidden = usual.sizes[1:-1] if hidden is None else hidden
    sizes = (len(problem.train.inputs[0]), *hidden, len(problem.train.targets[0]))
    check_size(sizes, task.most_parameters)
    optimizer = chosen.get("optimizer", usual.optimizer)
    settings = usual._replace(sizes=sizes, loss=loss, output_activation=output, epochs=_usual_epochs(task, problem))
    if optimizer in OPTIMIZERS and optimizer not in task.rates and "lr" not in chosen:
        raise ChoiceError("lr", f"found none, and there is no usual one for the optimizer {optimizer}; choose one")
    if optimizer in OPTIMIZERS and loss in LOSSES:
        settings = settings._replace(**_usual_steps(task, problem, optimizer, loss))
    settings = settings._replace(**{**chosen, "loss": loss, "output_activation": output})
    if settings.engine == "processes" and not chosen.get("workers"):
        settings = settings._replace(workers=None)
    check_settings(settings)
    return settings


def choices_of(task: Task, settings: Settings, named: Optional[Sequence[str]] = None) -> Dict[str, Any]:
    """The choices from which ``resolve`` makes these settings: those named, or all that are not the task's defaults.

    >>> choices_of(TASKS["xor"], TASKS["xor"].settings._replace(sizes=(2, 8, 1), lr=0.5, seed=3))
    {'hidden': (8,), 'lr': 0.5, 'seed': 3}
    """
    values = {"hidden": settings.sizes[1:-1], **settings._asdict()}
    if named is None:
        usual = {"hidden": task.settings.sizes[1:-1], **task.settings._asdict()}
        named = [name for name in values if values[name] != usual[name] and (name != "workers" or not task.problem)]
        if {"optimizer", "loss"} & set(named):                  # another learning rate is usual then
            named.append("lr")
        absent = {"momentum"} if OPTIMIZERS[settings.optimizer] is not SGD else set()
        absent |= {"output_activation"} if settings.output_activation is None else set()        # the loss says so
        named = [name for name in named if name not in absent]
    return {name: value for name, value in values.items() if name in named and name != "sizes"}


def check_choices(task: Task, chosen: Dict[str, Any]) -> None:
    """Raise PurennError for choices that are invalid with any data; called before the data are read or drawn."""
    for name in chosen:
        if name not in (*Settings._fields[1:], "hidden"):
            raise PurennError(f"resolve: there is no choice {name!r}; it must be one of hidden, "
                              f"{', '.join(Settings._fields[1:])}")
        if name in ("loss", "optimizer") and not isinstance(chosen[name], str):
            raise ChoiceError(name, f"found {chosen[name]!r:.60}; it must be a name")
        if name == "hidden" and not (isinstance(chosen[name], (list, tuple)) and all(
                type(size) is int for size in chosen[name])):
            raise ChoiceError(name, f"found {chosen[name]!r:.60}; it must be a list of sizes, such as [4, 4]")
    optimizer = chosen.get("optimizer", task.settings.optimizer)
    if "momentum" in chosen and OPTIMIZERS.get(optimizer) is not SGD:
        raise ChoiceError("momentum", f"found it with the optimizer {optimizer}; it is for sgd and momentum only")


def _usual_output(problem: Problem, loss: str) -> Optional[str]:
    """The default output activation: none if the loss takes logits; identity for numbers."""
    if loss in OF_LOGITS:
        return None
    return "identity" if problem.is_regression else "sigmoid"


def _check_together(problem: Problem, loss: str, output: Optional[str]) -> None:
    if problem.is_regression and loss in ("bce", *OF_LOGITS):
        raise ChoiceError("loss", f"found {loss}, which is for classes, and the target "
                          f"{problem.preparation.target.name!r} is a number; take mse, or predict classes")
    if loss in OF_LOGITS and output is not None:
        raise ChoiceError("output_activation", f"found it with the loss {loss}, which takes the outputs before "
                          f"{OF_LOGITS[loss]}; leave it out, or choose another loss")
    if loss == "cross-entropy" and len(problem.train.targets[0]) < 2:
        raise ChoiceError("loss", "found cross-entropy, which needs an output for each class, and there is one output; "
                          "take bce")
    if loss == "bce" and output != "sigmoid":
        raise ChoiceError("loss", f"bce needs outputs between 0 and 1, and the output activation is {output}; it must "
                          "be sigmoid")


def _usual_epochs(task: Task, problem: Problem) -> int:
    if task.numbers is None:
        return task.settings.epochs
    numbers = len(problem.train.inputs) * len(problem.train.inputs[0])
    return min(MOST_EPOCHS_BY_SIZE, -(-task.numbers // numbers))


def _usual_steps(task: Task, problem: Problem, optimizer: str, loss: str) -> Dict[str, Any]:
    """The default learning rate, momentum and weight decay."""
    usual = task.settings
    lr = task.rates.get(optimizer, usual.lr)
    if (optimizer, loss) == (usual.optimizer, usual.loss):
        lr = usual.lr
    elif LOSSES[loss]().reduction == "sum":
        lr = task.sum_rates.get(optimizer, lr)
    momentum = (usual.momentum or USUAL_MOMENTUM) if optimizer == "momentum" else 0.0
    return {"optimizer": optimizer, "lr": lr, "momentum": momentum,
            "weight_decay": REGRESSION_DECAY if problem.is_regression else usual.weight_decay}


def check_size(sizes: Sequence[int], most: int) -> None:
    """Raise ChoiceError for a network of more parameters than ``most``."""
    count = 0
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        count += fan_in * fan_out + fan_out
    if count > most:
        raise ChoiceError("hidden", f"the network {'-'.join(map(str, sizes))} has {count} parameters; at most {most} "
                          "are allowed: make it smaller")
