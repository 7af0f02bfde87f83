"""``unroll``: a network as arithmetic, the source that the unrolled engine runs."""
from ..engines.source import gradients_source, outputs_source, standalone_source
from ..engines.unrolled import check_size
from ..linalg import PurennError
from ..show.terminal import Terminal
from ..training import train
from . import gate, linear, xor
from .options import MOST_EPOCHS, Parser, add_network_options, task_name, whole
from .settings import add_training_options, set_up

DESCRIPTION = "Print the source that the unrolled engine compiles: the whole network as arithmetic, line by line."
TASKS = {"xor": xor.TASK, "linear": linear.TASK, "gate": gate.TASK}


def run(arguments) -> int:
    """Print the source; return the exit code."""
    name = task_name("unroll", DESCRIPTION, list(TASKS), arguments)
    if name is None:
        return 0
    task = TASKS[name]
    parser = Parser("unroll " + task.name, description=DESCRIPTION)
    parser.add_argument("--standalone", action="store_true",
                        help="train, and print a program that has the weights in it and needs nothing but Python")
    parser.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS),
                        help="with --standalone: how many epochs to train (default: %d)" % EPOCHS)
    add_network_options(parser, hidden=[4, 4])
    group = add_training_options(parser, task.defaults, engine="auto")
    if task.add_options:
        task.add_options(group)
    options = parser.parse_args(arguments[1:])
    if options.epochs and not options.standalone:
        raise PurennError("unroll: --epochs goes with --standalone, which trains; add it, or leave --epochs out")
    _print_source(task, options)
    return 0


EPOCHS = 5000


def _print_source(task, options):
    setup = set_up(task, options)
    check_size(setup.network)
    if options.standalone:
        rng = setup.rng if options.shuffle else None
        for _ in train(setup.network, setup.data, setup.loss, setup.optimizer, options.epochs or EPOCHS,
                       options.batch_size, setup.engine, rng):
            pass
        text = standalone_source(setup.network)
    else:
        text = "# %r, %r\n# What engines.unrolled compiles; the names are explained in purenn/engines/source.py.\n" % (
            setup.network, setup.loss)
        text += "from math import exp, log, tanh\n\n\n%s\n\n%s" % (
            gradients_source(setup.network, setup.loss), outputs_source(setup.network))
    terminal = Terminal()
    for line in text.rstrip("\n").split("\n"):
        terminal.line(line)
