"""What the page asks of purenn, all of it through the commands that ``python cli.py`` runs.

The page draws, and computes nothing. It calls the functions at the end, which take and return JSON; a Session is one
training, from what a user would type on the command line.
"""
import copy
import json

from purenn.commands.explain import SAMPLES, select
from purenn.commands.options import BETWEEN
from purenn.commands.runs import TASKS, Job, prepare
from purenn.commands.settings import OPTIMIZERS
from purenn.commands.task import first_line, is_reached, last_line, result_of, why_stopped
from purenn.linalg import PurennError
from purenn.show.explanation import blocks
from purenn.study.explain import explain
from purenn.study.formulas import PARTS
from purenn.training import DivergedError, train

MOST_LAYERS = 6
MOST_NEURONS = 32


def arguments(settings: dict) -> list:
    """The words of the command line for what the page's controls say; what is left empty is not among them.

    >>> arguments({"task": "xor", "hidden": "4, 4", "activation": "tanh", "optimizer": "", "lr": "0.5", "seed": ""})
    ['xor', '--hidden', '4', '4', '--activation', 'tanh', '--lr', '0.5']

    Raises PurennError for hidden layers that are not a few small whole numbers, and for what would be another option.
    """
    words = [settings["task"]]
    for name in ("hidden", "activation", "optimizer", "lr", "seed"):
        values = str(settings.get(name, "")).replace(",", " ").split()
        for value in values:
            if value.startswith("--"):
                raise PurennError("--%s: found %s; only its value belongs there" % (name, value))
        if len(values) > 1 and name != "hidden":
            raise PurennError("--%s: found %s; it takes one value" % (name, " ".join(values)))
        if values:
            words += ["--" + name, *values]
        if name == "hidden":
            _check_hidden(values)
    return words


def _check_hidden(values):
    if len(values) > MOST_LAYERS:
        raise PurennError("--hidden: found %d layers; the page draws at most %d" % (len(values), MOST_LAYERS))
    for value in values:
        if value.isdigit() and (len(value) > 9 or int(value) > MOST_NEURONS):
            raise PurennError("--hidden: found %s neurons; the page draws at most %d in a layer"
                              % (value[:9], MOST_NEURONS))


class Session:
    """One training: the network as it is after so many epochs.

    Raises PurennError where the command line would refuse its words.
    """

    def __init__(self, words: list):
        self.task = TASKS[words[0]]
        self.words = words
        self.setup = prepare(Job(words[0], words[1:]))
        self.losses: list = []
        self.stopped = None                     # why, in words, once it has
        setup = self.setup
        self.epochs = train(setup.network, setup.data, setup.loss, setup.optimizer, setup.settings["epochs"],
                            setup.settings["batch_size"], setup.engine)

    def advance(self, epochs: int) -> list:
        """Train so many epochs, or to the end; the losses of those that were done."""
        setup, target = self.setup, self.setup.settings["target_loss"]
        done = len(self.losses)
        while self.stopped is None and len(self.losses) < done + epochs:
            try:
                self.losses.append(next(self.epochs).loss)
            except DivergedError as error:
                self.stopped = "Diverged: %s." % error
                break
            if is_reached(target, self.losses[-1], setup.network, setup.loss, setup.data):
                self.stopped = self._why("target")
            elif len(self.losses) == setup.settings["epochs"]:
                self.stopped = self._why("epochs")
        return self.losses[done:]

    def _why(self, stopped):
        result = self.result(stopped)
        return " ".join([why_stopped(result)] + (["Not learned."] if result["why_not_learned"] else [])
                        + result["why_not_learned"])

    def result(self, stopped=None) -> dict:
        """What has come of it, as ``--json`` prints it."""
        return result_of(self.task, self.setup, None, self.losses, stopped, 0.0)

    def state(self) -> dict:
        """All that the page draws but for the map: the numbers after the last epoch, the points, the weights."""
        result = self.result()
        tested = self.setup.test or self.setup.data
        words = last_line({**result, "learned": True}, len(self.setup.data.inputs), len(tested.inputs))
        return {"epochs": len(self.losses), "text": words, "stopped": self.stopped, "points": result["predictions"],
                "right": len([1 for point in result["predictions"] if point["right"]]),
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

    def beginning(self) -> dict:
        """What to type for the same, the line with which it begins, and the samples that can be explained."""
        setup = self.setup
        return {"command": "python3 cli.py " + " ".join(self.words),
                "first_line": first_line(self.task, setup.settings, setup.data, setup.network,
                                         _seed(self.words)).partition(": ")[2],
                "usual": {**setup.settings, "hidden": " ".join(map(str, setup.settings["sizes"][1:-1]))},
                "sample": SAMPLES.get(self.task.name, 0),
                "samples": [[x, y[0]] for x, y in zip(setup.data.inputs, setup.data.targets)]}


def _seed(words):
    return int(words[words.index("--seed") + 1]) if "--seed" in words else 1


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
    return _json({"tasks": [[name, task.summary] for name, task in TASKS.items()], "activations": BETWEEN,
                       "optimizers": list(OPTIMIZERS), "parts": PARTS})


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
    """One step on a sample, or a part of it, in HTML; {"error": …} where it cannot be explained."""
    try:
        words = ["python3 cli.py explain", *session.words, "--step", str(len(session.losses)), "--sample", str(sample)]
        words += ["--only", part] if part else []
        return _json({"html": session.explanation(sample, part), "command": " ".join(words)})
    except PurennError as error:
        return _json({"error": str(error)})
