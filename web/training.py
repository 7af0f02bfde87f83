"""A training as the page has it: a Run that can be changed while it learns, and that says what is to be drawn.

Its engine is ``unrolled``, which computes the same numbers as ``loops``, to the last digit, and is faster. If a mistake
of the gallery is planted, the engine is ``loops``, because it runs the code that has the mistake.
"""
import contextlib
import copy
import math
import random
import time
from typing import Any, Dict, List, Optional

from purenn.runs import TASKS, DivergedError, PurennError, Run, resolve
from purenn.runs.defaults import choices_of
from purenn.runs.settings import LOSSES, ChoiceError, Settings, make_optimizer
from purenn.show import report
from purenn.show import terminal as show
from purenn.study.changes import carry_over, change_activations
from purenn.study.maps import NeuronMaps, slopes, square
from purenn.study.planting import planted
from web import points
from web.forms import MOST_LAYERS, MOST_NEURONS
from web.planting import find

# A change of one of these settings, or of the sizes, makes a new optimizer, which forgets the steps of the one before.
OF_OPTIMIZER = ("optimizer", "momentum", "weight_decay")


class Session:
    """One training: the network as it is after a number of epochs.

    ``log`` has the changes since it began, each [epoch, what, with what]. A training that begins with the same form and
    is changed in the same way after the same epochs comes to the same numbers. Raises PurennError if the
    task is not on the page, or the choices are not valid.
    """

    def __init__(self, task: str, choices: Dict[str, Any], noise: float = 0.0, mistake: str = ""):
        if task not in TASKS or TASKS[task].problem is None:
            raise ChoiceError("task", "there is no such task on the page")
        self.task = TASKS[task]
        self.mistake = find(mistake) if mistake else None
        self.chosen = dict(choices)
        settings = self._settings(self.task.problem(random.Random(0)))
        with self._planted():
            self.run = Run(self.task.problem, settings)
        self.base = self.run.problem
        self.noise = noise
        self.run.problem = points.moved(self.base, noise, settings.seed)
        self.stopped: Optional[str] = None      # why, in words, once it has
        self.began: Dict[str, Any] = {}         # the form that it began with
        self.log: List[List[Any]] = []
        self._maps: Optional[NeuronMaps] = None

    def _settings(self, problem: Any) -> Settings:
        settings = resolve(self.task, problem, **self.chosen)
        return settings._replace(engine="loops" if self.mistake else "unrolled")

    def _planted(self) -> Any:
        return planted(self.mistake) if self.mistake else contextlib.nullcontext()

    def copied(self) -> "Session":
        """A copy of the Session that can be trained on without changing this one."""
        kept = [self.base, self.run.problem, self.task, self.mistake, *self.log]
        memo: Dict[int, Any] = {id(each): each for each in kept}
        memo[id(self.run.curve)] = list(self.run.curve)
        memo[id(self._maps)] = None
        return copy.deepcopy(self, memo)

    # Training.

    def advance(self, epochs: int, seconds: float = math.inf) -> List[float]:
        """Train for a number of epochs, or a time, or to the end; return the losses of the epochs that were done."""
        run, done = self.run, len(self.run.curve)
        until = time.perf_counter() + seconds
        try:
            with self._planted():
                for epoch in run.epochs() if self.stopped is None else ():
                    if run.stopped or epoch.number == done + epochs or time.perf_counter() > until:
                        break
            if run.stopped and self.stopped is None:
                result = run.result()
                self.stopped = " ".join([report.why_stopped(result), *report.not_learned(result)])
        except DivergedError as error:
            run.stopped, self.stopped = "diverged", f"Diverged: {error}."
        except (ArithmeticError, ValueError) as error:      # what a planted mistake may end in
            run.stopped, self.stopped = "diverged", f"Ended by {type(error).__name__}: {error}."
        return [epoch.loss for epoch in run.curve[done:]]

    def diverged(self) -> bool:
        """Whether the loss is no longer finite."""
        return self.run.stopped == "diverged"

    # Changes.

    def change(self, choices: Dict[str, Any]) -> None:
        """Other choices from here on. A weight keeps its value if both of its neurons remain and stay neighbors.

        Raises ChoiceError if they are not valid; then nothing has changed.
        """
        new, old, run = {**self.chosen, **choices}, self.run.settings, self.run
        before, self.chosen = self.chosen, new
        try:
            settings = self._settings(run.problem)
        except PurennError:
            self.chosen = before
            raise
        if settings.sizes != old.sizes:
            self._resize([[(c, j) if c is not None and j < old.sizes[c] else None for j in range(size)]
                          for c, size in _columns(old.sizes, settings.sizes)], settings)
        elif (settings.activation, settings.output_activation) != (old.activation, old.output_activation):
            change_activations(run.network, settings.activation, settings.output_activation)
        if settings.loss != old.loss:
            self.run.loss = LOSSES[settings.loss]()
        if any([getattr(settings, name) != getattr(old, name) for name in OF_OPTIMIZER]):
            self.run.optimizer = make_optimizer(settings, self.run.network.parameters())
        self.run.optimizer.lr = settings.lr
        self.run.settings, self._maps = settings, None
        self._go_on()

    def remove(self, column: int, place: int) -> None:
        """Remove a neuron of a hidden layer. If it is the layer's only one, remove the layer, too.

        Raises PurennError if it is not a neuron of a hidden layer.
        """
        sizes = list(self.run.settings.sizes)
        if not (0 < column < len(sizes) - 1 and 0 <= place < sizes[column]):
            raise PurennError("Only a neuron of a hidden layer can be removed.")
        kept = [[(c, j) for j in range(size) if (c, j) != (column, place)] for c, size in enumerate(sizes)]
        self._reshape([column_kept for column_kept in kept if column_kept])

    def add_neuron(self, column: int) -> None:
        """Put a neuron into a hidden layer, with initial weights. Raises PurennError if it is full, or not hidden."""
        sizes = list(self.run.settings.sizes)
        if not 0 < column < len(sizes) - 1 or sizes[column] >= MOST_NEURONS:
            raise PurennError(f"A hidden layer has at most {MOST_NEURONS} neurons here.")
        self._reshape([[(c, j) for j in range(size)] + ([None] if c == column else []) for c, size in enumerate(sizes)])

    def add_layer(self) -> None:
        """Put a hidden layer before the output. Raises PurennError if there are MOST_LAYERS already."""
        sizes = list(self.run.settings.sizes)
        if len(sizes) - 2 >= MOST_LAYERS:
            raise PurennError(f"There are at most {MOST_LAYERS} hidden layers here.")
        kept: List[List[Any]] = [[(c, j) for j in range(size)] for c, size in enumerate(sizes)]
        self._reshape([*kept[:-1], [None] * (sizes[-2] if len(sizes) > 2 else 2), kept[-1]])

    def _reshape(self, kept: List[List[Any]]) -> None:
        self.chosen["hidden"] = [len(column) for column in kept[1:-1]]
        settings = self._settings(self.run.problem)
        self._resize(kept, settings)
        self.run.settings = settings
        self._go_on()

    def _resize(self, kept: List[List[Any]], settings: Settings) -> None:
        old = self.run
        with self._planted():
            self.run = Run(old.problem, settings)
        carry_over(old.network, self.run.network, kept)
        self.run.curve, self._maps = old.curve, None

    def set_parameter(self, name: str, place: int, value: float) -> None:
        """Change one weight or bias. Raises PurennError if there is none, and for a number that is not finite."""
        if not math.isfinite(value):
            raise PurennError("A weight must be a finite number.")
        for own, values, _ in self.run.network.parameters():
            if own == name and 0 <= place < len(values):
                values[place] = value
                self._go_on()
                return
        raise PurennError("There is no such weight.")

    def set_points(self, rows: List[List[Any]]) -> None:
        """Learn from these points from here on, each (x1, x2, class). Raises PurennError if they are not valid."""
        self.base = points.problem_of(rows)
        self._move()

    def set_noise(self, deviation: float) -> None:
        """Move the points at random, and learn from them there."""
        self.noise = deviation
        self._move()

    def _move(self) -> None:
        self.run.problem = points.moved(self.base, self.noise, self.run.settings.seed)
        self._go_on()

    def _go_on(self) -> None:
        """After a change, a training that had ended can go on."""
        self.stopped = self.run.stopped = None

    # What there is to draw.

    def state(self) -> Dict[str, Any]:
        """The numbers after the last epoch, the points, the weights."""
        run = self.run
        parts = [(run.problem.train, "train")] + ([(run.problem.test, "test")] if run.problem.test else [])
        found = []
        for data, part in parts:
            with self._planted():
                outputs = run.engine.outputs(run.network, data.inputs)
            found += [{"input": x, "target": y, "output": a, "part": part,              # nan is never right
                       "right": math.isfinite(a[0]) and (a[0] >= run.loss.threshold) == (y[0] == 1.0)}
                      for x, y, a in zip(data.inputs, data.targets, outputs)]
        counted = [point for point in found if point["part"] == parts[-1][1]]
        return {"epochs": len(run.curve), "text": self._text(), "stopped": self.stopped, "diverged": self.diverged(),
                "points": found, "right": len([1 for point in counted if point["right"]]), "counted": len(counted),
                "sizes": list(run.settings.sizes),
                "parameters": [[name, values] for name, values, _ in run.network.parameters()]}

    def _text(self) -> str:
        words = "After " + show.count(len(self.run.curve), "epoch")
        if self.diverged():
            return words
        try:
            with self._planted():
                return str(report.last_line(self.run.measured()._replace(why_not_learned=[])))
        except DivergedError as error:              # by the last epoch's last step, found only now
            self.stopped = f"Diverged: {error}."
        except (ArithmeticError, ValueError) as error:
            self.run.stopped, self.stopped = "diverged", f"Ended by {type(error).__name__}: {error}."
        return words

    def grid(self, count: int) -> List[List[float]]:
        """What the network answers over the unit square, ``count`` points a side: rows of equal x2, from 1 to 0."""
        outputs = self.run.engine.outputs(self.run.network, square(count))
        answers = [round(self.run.loss.answer(output)[0], 3) for output in outputs]
        return [answers[row * count:(row + 1) * count] for row in range(count)]

    def maps(self, count: int) -> List[List[List[float]]]:
        """For each layer, for each neuron: its activation over the unit square; for the output, the answer."""
        if self._maps is None:
            self._maps = NeuronMaps(self.run.network)
        maps = self._maps.maps(count)
        maps[-1] = [[self.run.loss.answer([value])[0] for value in neuron] for neuron in maps[-1]]
        return [[[round(value, 3) for value in neuron] for neuron in layer] for layer in maps]

    def slopes(self) -> List[List[float]]:
        """∂C/∂θ over all points, a list for each of the state's parameters."""
        with self._planted():
            return slopes(self.run.network, self.run.loss, self.run.problem.train, self.run.engine)

    def about(self) -> Dict[str, Any]:
        """The choices, the first line of the report, what the controls show, and the samples to explain."""
        usual, settings, data = self.task.settings, self.run.settings, self.run.problem.train
        line, = report.first_lines(self.run)
        is_plain = not (self.log or self.noise or self.mistake)
        return {"task": self.task.name, "summary": self.task.summary, "log": self.log, "noise": self.noise,
                "choices": choices_of(self.task, settings, list(self.chosen)) if is_plain else None,
                "chosen": self.chosen, "mistake": self.mistake.name if self.mistake else "",
                "first_line": line.partition(": ")[2].replace(f", engine {self.run.engine!r}", ""),
                "settings": {**settings._asdict(), "hidden": settings.sizes[1:-1]},
                "usual": {"hidden": " ".join(map(str, usual.sizes[1:-1])) or "none", "lr": f"{settings.lr:g}",
                          "activation": usual.activation, "output_activation": settings.output_activation or "none",
                          "loss": usual.loss, "optimizer": usual.optimizer, "init": usual.init,
                          "momentum": f"{settings.momentum:g}", "batch_size": str(usual.batch_size or "all"),
                          "target_loss": "none" if usual.target_loss is None else f"{usual.target_loss:g}"},
                "sample": min(self.task.sample, len(data.inputs) - 1),
                "samples": [[x, y[0]] for x, y in zip(data.inputs, data.targets)]}


def _columns(old: Any, new: Any) -> List[Any]:
    """For each column of the new network: its place in the old one, None if it is new; and how many neurons it has."""
    last = len(new) - 1
    return [(len(old) - 1 if c == last else c if c < len(old) - 1 else None, size) for c, size in enumerate(new)]
