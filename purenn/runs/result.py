"""A Result: the outcome of a Run, also in plain values, as the commands print it in JSON."""
import math
from typing import Any, Dict, List, NamedTuple, Optional

from ..activations import softmax
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS, SGD
from ..training import Epoch, class_of, is_right
from .problems import Problem
from .settings import Settings

# The fields of Settings that can be chosen for points, for images and for tables.
_STEPS = ("init", "loss", "optimizer", "lr", "momentum")
CHOICES = {
    "points": ("sizes", "activation", "output_activation", *_STEPS, "batch_size", "shuffle", "epochs", "target_loss"),
    "images": ("sizes", "activation", *_STEPS, "weight_decay", "lr_decay", "batch_size", "epochs", "patience",
               "workers"),
    "table": ("sizes", "activation", "output_activation", *_STEPS, "weight_decay", "lr_decay", "batch_size", "epochs",
              "patience", "workers"),
}


class Score(NamedTuple):
    """How good a network is on some data.

    ``accuracy`` is a share from 0 to 1, None if a number is predicted; ``measures`` are those of ``scores``. If
    training diverged, the loss is infinite and the rest is empty.
    """

    loss: float = math.inf
    accuracy: Optional[float] = None
    outputs: List[List[float]] = []
    measures: Dict[str, Any] = {}


class Result(NamedTuple):
    """The outcome of a run.

    ``train``, ``validation`` and ``test`` are the scores of these parts, with the network as it is at the end.
    ``curve`` has the epochs; ``stopped`` and ``kept`` are as in Run; ``engine`` is the engine's repr.
    ``why_not_learned`` has sentences; it is empty if the network has learned. ``seconds`` are those of training alone.
    """

    problem: Problem
    settings: Settings
    engine: str
    parameters: int
    epochs: int
    seconds: float
    stopped: Optional[str]
    kept: Optional[int]
    train: Score
    validation: Optional[Score]
    test: Optional[Score]
    curve: List[Epoch]
    why_not_learned: List[str]

    def parts(self) -> List[Any]:
        """A triple for each part that exists: its name, its number of samples, its Score."""
        data = (self.problem.train, self.problem.validation, self.problem.test)
        return [(name, len(part.inputs), score) for name, part, score in zip(
            ("train", "validation", "test"), data, (self.train, self.validation, self.test)) if part and score]

    def tested(self) -> Score:
        """The score on the test data or, without any, on the training data."""
        return self.test or self.train

    def predictions(self) -> List[Dict[str, Any]]:
        """The prediction for each tested sample, as in the JSON object."""
        problem = self.problem
        data, outputs = problem.test or problem.train, self.tested().outputs
        threshold = LOSSES[self.settings.loss]().threshold
        if problem.kind == "table":
            from ..data.encoding import decode
            decoded = zip(*[decode(problem.preparation, *rows) for rows in ((data.targets,), (outputs, threshold))])
            return [{"line": problem.source.lines[row], "target": target, "output": output}
                    for row, (target, output) in zip(problem.tested, decoded)]
        if problem.kind == "images":
            return [_image(*each) for each in zip(problem.tested, data.targets, outputs)]
        return [{"input": x, "target": y, "output": a, "right": is_right(a, y, threshold)}
                for x, y, a in zip(data.inputs, data.targets, outputs)]

    def as_json(self) -> Dict[str, Any]:
        """All of it in plain values: the JSON object that the commands print."""
        result = {"task": self.problem.name, "settings": settings_json(self.problem, self.settings, self.engine),
                  "parameters": self.parameters, "seed": self.settings.seed, "epochs": self.epochs,
                  "seconds": round(self.seconds, 3), "stopped": self.stopped}
        if self.problem.kind != "points":
            result["kept"] = self.kept
        for name, _, score in self.parts():
            prefix = "" if name == "train" else name + "_"
            result[prefix + "loss"], result[prefix + "accuracy"] = score.loss, score.accuracy
            if self.problem.kind == "table":
                result.update({prefix + key: value for key, value in score.measures.items()})
        if self.problem.kind == "points":
            result.update(learned=not self.why_not_learned, why_not_learned=self.why_not_learned)
        else:
            result["history"] = [dict(epoch._asdict()) for epoch in self.curve]
        if self.problem.kind == "images":
            result.update(self.tested().measures)
        result["predictions"] = self.predictions()
        return result


def history(curve: List[Epoch]) -> Dict[str, List[Optional[float]]]:
    """Epochs as columns: a dict from loss, accuracy and so on to their values; a column with a None is left out."""
    columns = {name: [getattr(epoch, name) for epoch in curve] for name in Epoch._fields[1:]}
    return {name: values for name, values in columns.items() if None not in values}


def _image(number: int, target: List[float], output: List[float]) -> Dict[str, Any]:
    label, guess = class_of(target), class_of(output)
    return {"image": number, "target": label, "output": guess, "probability": softmax(output)[guess],
            "right": label == guess}


def settings_json(problem: Problem, settings: Settings, engine: str) -> Dict[str, Any]:
    """In plain values: the settings of this kind of problem, facts about the problem, and the engine's repr."""
    chosen = {name: getattr(settings, name) for name in CHOICES[problem.kind]}
    chosen["sizes"] = list(settings.sizes)
    if OPTIMIZERS[settings.optimizer] is not SGD:
        del chosen["momentum"]
    if problem.validation is not None:
        samples = len(problem.train.inputs)
        chosen["batch_size"] = min(samples, settings.batch_size or samples)
    return {**problem.about, **chosen, "engine": engine}
