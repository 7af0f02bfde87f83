"""What the page asks of purenn, all of it through the modules that ``python3 cli.py`` runs.

The page draws, and computes nothing. It calls the functions at the end, which take and return JSON; a Session is one
training, from what a user would type on the command line. Its engine is ``unrolled``: the digits of the loops, sooner.
"""
import copy
import json
import math
import re

from purenn.commands.explain import SAMPLES, TASKS, select
from purenn.commands.options import BETWEEN
from purenn.commands.settings import OPTIMIZERS, set_up
from purenn.commands.task import epochs_of, first_line, last_line, measured, parse, result_of, why_stopped
from purenn.linalg import PurennError
from purenn.show import terminal as show
from purenn.show.explanation import blocks
from purenn.study.explain import explain
from purenn.study.formulas import PARTS
from purenn.training import DivergedError

MOST_LAYERS = 4
MOST_NEURONS = 16


def arguments(settings: dict) -> list:
    """The words of the command line for what the page's controls say; what is left empty is not among them.

    >>> arguments({"task": "xor", "hidden": "4, 4", "activation": "tanh", "optimizer": "", "lr": "0.5", "seed": ""})
    ['xor', '--hidden', '4', '4', '--activation', 'tanh', '--lr', '0.5']

    Raises PurennError for several values where one belongs, and for what would be another option.
    """
    words = [settings["task"]]
    for name in ("hidden", "activation", "optimizer", "lr", "seed"):
        text = str(settings.get(name, ""))
        values = (text.replace(",", " ") if name == "hidden" else text).split()
        for value in values:
            if re.match(r"-(?![0-9.])", value):
                raise PurennError("--%s: found %s; only its value belongs there" % (name, value))
        if len(values) > 1 and name != "hidden":
            raise PurennError("--%s: found %s; it takes one value" % (name, " ".join(values)))
        if values:
            words += ["--" + name, *values]
    return words


class Session:
    """One training: the network as it is after so many epochs.

    Raises PurennError where the command line would refuse its words, or the page could not draw the network.
    """

    def __init__(self, words: list):
        self.words = words
        self.task = TASKS[words[0]]
        self.options = parse(self.task, [*words[1:], "--engine", "unrolled"])
        _check_hidden([size for size in self.options.hidden if size != "none"])
        self.setup = set_up(self.task, self.options)
        self.losses: list = []
        self.diverged = False
        self.stopped = None                     # why, in words, once it has
        self.epochs = epochs_of(self.setup)

    def advance(self, epochs: int) -> list:
        """Train so many epochs, or to the end; the losses of those that were done."""
        done = len(self.losses)
        try:
            while self.stopped is None and len(self.losses) < done + epochs:
                epoch, stopped = next(self.epochs)
                self.losses.append(epoch.loss)
                if stopped:
                    for data in (self.setup.data, self.setup.test):
                        measured(self.setup, data, len(self.losses))
                    self.stopped = self._why(stopped)
        except DivergedError as error:
            self.diverged = True
            self.stopped = "Diverged: %s." % error
        return self.losses[done:]

    def _why(self, stopped):
        result = self.result(stopped)
        verdict = ["Not learned."] if result["why_not_learned"] else []
        return " ".join([why_stopped(result), *verdict, *result["why_not_learned"]])

    def result(self, stopped=None) -> dict:
        """What has come of it so far, as ``--json`` prints it, but for the seconds."""
        return result_of(self.task, self.setup, self.options.seed, self.losses, stopped, 0.0)

    def state(self) -> dict:
        """All that the page draws but for the map: the numbers after the last epoch, the points, the weights."""
        result = self.result()
        points = [{**point, "right": point["right"] and math.isfinite(point["output"][0])}      # nan is never right
                  for point in result["predictions"]]
        tested = self.setup.test or self.setup.data
        words = "After " + show.count(len(self.losses), "epoch")
        if not self.diverged:
            words = last_line({**result, "learned": True}, len(self.setup.data.inputs), len(tested.inputs))
        return {"epochs": len(self.losses), "text": words, "stopped": self.stopped, "diverged": self.diverged,
                "points": points, "right": len([1 for point in points if point["right"]]),
                "tested": "points" if tested is self.setup.data else "fresh points",
                "sizes": self.setup.settings["sizes"],
                "parameters": [[name, values] for name, values, _ in self.setup.network.parameters()]}

    def grid(self, count: int) -> list:
        """The network's output over the unit square, ``count`` points a side: rows of equal x2, from 1 down to 0."""
        steps = [i / (count - 1) for i in range(count)]
        outputs = self.setup.engine.outputs(self.setup.network, [[x1, x2] for x2 in reversed(steps) for x1 in steps])
        return [[round(output[0], 3) for output in outputs[row * count:(row + 1) * count]] for row in range(count)]

    def explanation(self, sample: int, part: str) -> str:
        """One step on a sample, or a part of it, as ``explain`` shows it; the network itself stays as it is."""
        setup = self.setup
        network, optimizer = copy.deepcopy((setup.network, setup.optimizer))
        sections = explain(network, setup.loss, optimizer, setup.data.inputs[sample], setup.data.targets[sample])
        chosen = select(sections, part or None, len(network.layers) - 1)
        return "\n".join("\n".join(block) for block in blocks(chosen, "html"))

    def explain_command(self, sample: int, part: str) -> str:
        """What to type for the same explanation."""
        words = ["python3 cli.py explain", *self.words, "--step", str(len(self.losses)), "--sample", str(sample)]
        return " ".join(words + (["--only", part] if part else []))

    def beginning(self) -> dict:
        """What to type for the same, the line with which it begins, what is usual, and the samples to explain."""
        setup, usual = self.setup, parse(self.task, [])
        line = first_line(self.task, {**setup.settings, "engine": "Loops()"}, setup.data, setup.network,
                          self.options.seed)
        return {"command": "python3 cli.py " + " ".join(self.words), "summary": self.task.summary,
                "first_line": line.partition(": ")[2],
                "usual": {"hidden": " ".join(map(str, usual.hidden)), "lr": "%g" % setup.settings["lr"],
                          "activation": usual.activation, "optimizer": usual.optimizer},
                "sample": SAMPLES.get(self.task.name, 0),
                "samples": [[x, y[0]] for x, y in zip(setup.data.inputs, setup.data.targets)]}


def _check_hidden(sizes):
    if len(sizes) > MOST_LAYERS:
        raise PurennError("--hidden: found %d layers; the page draws at most %d, the command line any number"
                          % (len(sizes), MOST_LAYERS))
    for size in sizes:
        if size > MOST_NEURONS:
            raise PurennError("--hidden: found %d neurons; the page draws at most %d in a layer, the command line more"
                              % (size, MOST_NEURONS))


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
    return _json({"tasks": list(TASKS), "activations": BETWEEN, "optimizers": list(OPTIMIZERS), "parts": PARTS})


def start(settings: str) -> str:
    """A new training, at epoch 0; {"error": …} where the settings are refused, and the one before stays."""
    global session
    try:
        session = Session(arguments(json.loads(settings)))
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
    """One step on a sample, or a part of it, in HTML, or the "error" for which there is none; and what to type.

    Training that has diverged may have done so in the middle of an epoch, which cannot be typed.
    """
    said = {"command": "" if session.diverged else session.explain_command(sample, part)}
    try:
        return _json({**said, "html": session.explanation(sample, part)})
    except PurennError as error:
        return _json({**said, "error": str(error)})
