"""What the page asks of purenn: trainings that are runs, like those of the command line.

The page draws, and computes nothing. It calls the functions at the end, which take and return JSON; a Session is one
training, from what its controls say. Its engine is ``unrolled``: the digits of the loops, sooner.
"""
import copy
import json
import math
import random

from purenn.runs import TASKS, DivergedError, PurennError, Run, resolve
from purenn.runs.settings import BETWEEN, OPTIMIZERS, ChoiceError
from purenn.runs.tasks import POINT_TASKS, choices_of
from purenn.show import report
from purenn.show import terminal as show
from purenn.show.explanation import blocks
from purenn.study.explain import explain
from purenn.study.formulas import PARTS, select

MOST_LAYERS = 4
MOST_NEURONS = 16


def chosen(form: dict) -> dict:
    """The choices that the page's controls say; what is left empty is not among them.

    >>> chosen({"task": "xor", "hidden": "4, 4", "activation": "tanh", "optimizer": "", "lr": "0.5", "seed": ""})
    {'hidden': [4, 4], 'activation': 'tanh', 'lr': 0.5}

    Raises PurennError for a value that cannot be, and for a network that the page could not draw.
    """
    found = {}
    for name, read, expected in (("hidden", _sizes, "sizes such as 4 4, or the word none"),
                                 ("activation", str, ""), ("optimizer", str, ""),
                                 ("lr", float, "a number above 0"), ("seed", int, "a whole number from 0 up")):
        text = str(form.get(name, "")).strip()
        if text:
            try:
                found[name] = read(text)
            except ChoiceError:
                raise
            except ValueError:
                raise ChoiceError(name, f"found {_short(text)!r}; it must be {expected}") from None
    return found


def _short(text):
    return text if len(text) <= 40 else text[:37] + "..."


def _sizes(text):
    sizes = [] if text.lower() == "none" else [int(size) for size in text.replace(",", " ").split()]
    if len(sizes) > MOST_LAYERS:
        raise ChoiceError("hidden", f"found {len(sizes)} layers; the page draws at most {MOST_LAYERS}, the "
                          "command line any number")
    for size in sizes:
        if size < 1:
            raise ValueError
        if size > MOST_NEURONS:
            raise ChoiceError("hidden", f"found {_short(str(size))} neurons; the page draws at most {MOST_NEURONS} in "
                              "a layer, the command line more")
    return sizes


class Session:
    """One training: the network as it is after so many epochs.

    Raises PurennError where the choices cannot be, or the page could not draw the network.
    """

    def __init__(self, task: str, choices: dict):
        self.task = TASKS[task]
        settings = resolve(self.task, self.task.problem(random.Random(0)), **choices)
        self.choices = choices_of(self.task, settings, list(choices))
        self.run = Run(self.task.problem, settings._replace(engine="unrolled"))
        self.stopped = None                     # why, in words, once it has

    def advance(self, epochs: int) -> list:
        """Train so many epochs, or to the end; the losses of those that were done."""
        done = len(self.run.curve)
        try:
            for epoch in self.run.epochs() if self.stopped is None else ():
                if self.run.stopped or epoch.number == done + epochs:
                    break
            if self.run.stopped and self.stopped is None:
                result = self.run.result()
                self.stopped = " ".join([report.why_stopped(result), *report.not_learned(result)])
        except DivergedError as error:
            self.stopped = f"Diverged: {error}."
        return [epoch.loss for epoch in self.run.curve[done:]]

    def diverged(self) -> bool:
        """Whether the loss is no longer finite."""
        return self.run.stopped == "diverged"

    def state(self) -> dict:
        """All that the page draws but for the map: the numbers after the last epoch, the points, the weights."""
        run, problem = self.run, self.run.problem
        data = problem.test or problem.train
        outputs = run.engine.outputs(run.network, data.inputs)
        points = [{"input": x, "target": y, "output": a,        # nan is never right
                   "right": math.isfinite(a[0]) and (a[0] >= run.loss.threshold) == (y[0] == 1.0)}
                  for x, y, a in zip(data.inputs, data.targets, outputs)]
        words = "After " + show.count(len(run.curve), "epoch")
        if not self.diverged():
            try:
                words = report.last_line(run.measured()._replace(why_not_learned=[]))
            except DivergedError as error:          # found only now: by the last epoch's last step
                self.stopped = f"Diverged: {error}."
        return {"epochs": len(run.curve), "text": words, "stopped": self.stopped, "diverged": self.diverged(),
                "points": points, "right": len([1 for point in points if point["right"]]),
                "tested": "points" if data is problem.train else "fresh points", "sizes": list(run.settings.sizes),
                "parameters": [[name, values] for name, values, _ in run.network.parameters()]}

    def grid(self, count: int) -> list:
        """What the network answers over the unit square, ``count`` points a side: rows of equal x2, from 1 to 0."""
        steps = [i / (count - 1) for i in range(count)]
        outputs = self.run.engine.outputs(self.run.network, [[x1, x2] for x2 in reversed(steps) for x1 in steps])
        answers = [round(self.run.loss.answer(output)[0], 3) for output in outputs]
        return [answers[row * count:(row + 1) * count] for row in range(count)]

    def explanation(self, sample: int, part: str) -> str:
        """One step on a sample, or a part of it, as ``explain`` shows it; the network itself stays as it is."""
        data = self.run.problem.train
        network, optimizer = copy.deepcopy((self.run.network, self.run.optimizer))
        sections = explain(network, self.run.loss, optimizer, data.inputs[sample], data.targets[sample])
        found = select(sections, part or None, len(network.layers) - 1)
        return "\n".join("\n".join(block) for block in blocks(
            found, "html", hint="; on the command line each can be seen"))

    def beginning(self) -> dict:
        """What was chosen, the line with which it begins, what is usual, and the samples to explain."""
        usual, data = self.task.settings, self.run.problem.train
        line, = report.first_lines(self.run)
        return {"task": self.task.name, "choices": self.choices, "summary": self.task.summary,
                "first_line": line.partition(": ")[2].replace(f", engine {self.run.engine!r}", ""),
                "usual": {"hidden": " ".join(map(str, usual.sizes[1:-1])), "lr": f"{self.run.settings.lr:g}",
                          "activation": usual.activation, "optimizer": usual.optimizer},
                "sample": self.task.sample, "samples": [[x, y[0]] for x, y in zip(data.inputs, data.targets)]}


def _json(value) -> str:
    """JSON has neither nan nor infinity, which a training that diverged may leave behind; they become null."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(json.loads(json.dumps(value), parse_constant=lambda _: None))


# What the page calls.

session: "Session | None" = None


def choices() -> str:
    """What there is to choose from."""
    return _json({"tasks": POINT_TASKS, "activations": BETWEEN, "optimizers": list(OPTIMIZERS), "parts": PARTS})


def start(form: str) -> str:
    """A new training, at epoch 0; {"error": …} where the choices are refused, and the one before stays."""
    global session
    try:
        controls = json.loads(form)
        session = Session(controls["task"], chosen(controls))
    except PurennError as error:
        return _json({"error": str(error)})
    return _json({**session.beginning(), **session.state()})


def advance(epochs: int) -> str:
    """Train so many epochs: their losses, and the state after them."""
    return _json({"losses": session.advance(epochs), **session.state()})


def grid(count: int) -> str:
    """The decision map, so many points a side."""
    return _json(session.grid(count))


def explanation(sample: int, part: str) -> str:
    """One step on a sample, or a part of it, in HTML, or the "error" for which there is none.

    With it the epochs that were done before, None of a training that diverged, which may have done so in the middle of
    an epoch.
    """
    step = None if session.diverged() else len(session.run.curve)
    try:
        return _json({"step": step, "html": session.explanation(sample, part)})
    except PurennError as error:
        return _json({"step": step, "error": str(error)})
