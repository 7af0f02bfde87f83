"""``explain``: one training step of one sample, with the numbers put in."""
import argparse
import random
import re
import sys

from ..activations import Tanh
from ..data.tasks import Dataset
from ..engines.loops import Loops
from ..layers import Linear
from ..linalg import PurennError
from ..losses import CrossEntropyLoss, HalfSquaredErrorLoss, Loss
from ..network import Network
from ..show import explanation
from ..show.terminal import Terminal
from ..study import mazur
from ..study.explain import explain
from ..study.formulas import PARTS
from ..training import train
from . import gate, linear, xor
from .options import Parser, add_network_options, one_of, task_name, whole
from .settings import (Setup, add_optimizer_options, add_training_options, build_optimizer, optimizer_settings,
                       optimizer_text, set_up)

DESCRIPTION = "One training step of one sample: every quantity in symbols, with the numbers put in, and its result."
TASKS = {"xor": xor.TASK, "linear": linear.TASK, "gate": gate.TASK}
NAMES = [*TASKS, "mazur", "softmax"]
# The sample that is explained unless another is asked for: one whose inputs are not all 0.
SAMPLES = {"xor": 3, "gate": 1}

# The two examples whose networks are fixed: what they train with unless told otherwise.
FIXED: dict = {
    "mazur": {"optimizer": "sgd", "loss": "half-sse", "lr": mazur.LR},
    "softmax": {"optimizer": "sgd", "loss": "cross-entropy", "lr": 0.1},
}
# Three points, a class each, for softmax with cross-entropy.
CLASSES = Dataset([[0.2, 0.9], [0.8, 0.6], [0.4, 0.1]], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def run(arguments) -> int:
    """Explain one step; return the exit code."""
    name = task_name("explain", DESCRIPTION, NAMES, arguments)
    if name is None:
        return 0
    parser = Parser("explain " + name, description=DESCRIPTION)
    _add_own_options(parser, SAMPLES.get(name, 0))
    setup, options = (_fixed if name in FIXED else _trained)(name, parser, arguments[1:])
    network, count = setup.network, len(setup.data.inputs)
    if options.sample >= count:
        raise PurennError("explain %s: --sample: found %d; it must be a whole number from 0 to %d"
                          % (name, options.sample, count - 1))
    check_only(options.only, network)
    if options.step:
        rng = setup.rng if setup.settings.get("shuffle") else None
        for _ in train(network, setup.data, setup.loss, setup.optimizer, options.step,
                       setup.settings.get("batch_size"), setup.engine, rng):
            pass
    x, y = setup.data.inputs[options.sample], setup.data.targets[options.sample]
    first_line = "explain %s: %r, %r, %s; after %d epochs; a batch of sample %d alone: x = %r, y = %r" % (
        name, network, setup.loss, optimizer_text(setup.settings), options.step, options.sample, x, y)
    sections = select(explain(network, setup.loss, setup.optimizer, x, y), options.only,
                      len(network.layers) - 1)
    published = name == "mazur" and options.step == 0 and optimizer_text(setup.settings) == "sgd lr 0.5"
    _show(first_line, sections, options, mazur.PUBLISHED if published else {}, mazur.SLIP if published else ())
    return 0


def _add_own_options(parser, sample):
    group = parser.add_argument_group("the explanation")
    group.add_argument("--sample", metavar="I", type=whole(0), default=sample,
                       help="which sample, from 0 (default: %(default)s)")
    group.add_argument("--step", metavar="N", type=whole(0), default=0, help="train N epochs first (default: 0)")
    group.add_argument("--only", metavar="PART", type=part,
                       help="%s, or LAYER.NEURON, such as 0.1: neuron 1 of network.layers[0]" % ", ".join(PARTS))
    group.add_argument("--format", metavar="NAME", type=one_of(["text", "markdown", "latex"]), default="text",
                       help="text, markdown, latex (default: %(default)s)")
    group.add_argument("--pause", action="store_true", help="wait for Enter between the steps")


def part(text):
    """An option type: a part of the step, or a pair (layer, neuron)."""
    if re.match(r"[0-9]{1,9}\.[0-9]{1,9}\Z", text):
        return tuple(int(number) for number in text.split("."))
    if text.lower() in PARTS:
        return text.lower()
    raise argparse.ArgumentTypeError("found %r; it must be %s, or LAYER.NEURON, such as 0.1"
                                     % (text, ", ".join(PARTS)))


def check_only(only, network) -> None:
    """Raise PurennError where ``only`` is a neuron that the network does not have."""
    if not isinstance(only, tuple):
        return
    widths = []
    width = network.in_features
    for layer in network.layers:
        width = layer.out_features if isinstance(layer, Linear) else width
        widths.append(width)
    if only[0] >= len(widths):
        raise PurennError("--only: found layer %d; the network has layers 0 to %d" % (only[0], len(widths) - 1))
    if only[1] >= widths[only[0]]:
        raise PurennError("--only: found neuron %d; layer %d has neurons 0 to %d"
                          % (only[1], only[0], widths[only[0]] - 1))


def select(sections: list, only, last: int) -> list:
    """The sections of one part, or what there is about one neuron; all of them without ``only``.

    ``last`` is the last layer's place: what the loss does belongs to its neurons.
    """
    if only is None:
        return sections
    if isinstance(only, str):
        return [section for section in sections if section.part == only]
    place, j = only
    chosen = []
    for section in sections:
        quantities = []
        if section.layer == place:
            quantities = [quantity for quantity in section.quantities if quantity.neuron == j]
        elif section.layer == place + 1 and section.part == "backward":     # ∂C/∂a_j, which the next layer adds up
            quantities = [quantity for quantity in section.quantities
                          if quantity.neuron is None and quantity.input == j]
        elif section.layer is None and place == last:
            quantities = [quantity for quantity in section.quantities if quantity.neuron == j]
        if quantities:
            chosen.append(section._replace(quantities=quantities))
    return chosen


def _trained(name, parser, arguments):
    task = TASKS[name]
    add_network_options(parser, hidden=[4, 4])
    group = add_training_options(parser, task.defaults)
    if task.add_options:
        task.add_options(group)
    options = parser.parse_args(arguments)
    return set_up(task, options), options


def _fixed(name, parser, arguments):
    """Mazur's example, or a 2-3-3 network for softmax with cross-entropy."""
    add_optimizer_options(parser.add_argument_group("the training"), FIXED[name])
    options = parser.parse_args(arguments)
    settings = optimizer_settings(options, FIXED[name]["loss"], FIXED[name])
    if name == "mazur":
        network, data = mazur.network(), Dataset([mazur.X], [mazur.Y])
        loss: Loss = HalfSquaredErrorLoss()
        parameters = mazur.parameters(network)
    else:
        rng = random.Random(1)
        network = Network([Linear(2, 3, rng=rng), Tanh(), Linear(3, 3, rng=rng)])
        data, loss, parameters = CLASSES, CrossEntropyLoss(), network.parameters()
    optimizer = build_optimizer(settings, parameters)
    return Setup(settings, None, data, None, network, loss, optimizer, Loops()), options


def _show(first_line, sections, options, published, slip):
    terminal = Terminal()
    layout = options.format
    if layout == "latex":
        for line in explanation.LATEX_BEGIN:
            terminal.line(line)
    terminal.line(explanation.words(first_line, layout))
    notes = {key: "published: " + text for key, text in published.items()}
    for block in explanation.blocks(sections, layout, notes, everything=isinstance(options.only, tuple)):
        for line in block:
            terminal.line(line)
        if options.pause:
            _wait(terminal)
    for line in ("", *slip) if slip and not options.only else ():
        terminal.line(explanation.words(line, layout))
    if layout == "latex":
        for line in explanation.LATEX_END:
            terminal.line(line)


def _wait(terminal):
    """Until Enter is pressed; not at all where the input has ended."""
    if terminal.is_terminal:
        terminal.stream.write(terminal.paint("[Enter]", "2"))
    terminal.stream.flush()
    if sys.stdin is not None:
        sys.stdin.readline()
