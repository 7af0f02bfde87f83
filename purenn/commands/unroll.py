"""``unroll``: a network as arithmetic, the source that the unrolled engine runs."""
from .. import engines
from ..engines.source import gradients_source, outputs_source, standalone_source
from ..engines.unrolled import check_size
from ..layers import Linear
from ..linalg import PurennError
from ..show.terminal import Terminal
from ..training import check_finite, evaluate, train
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

HEAD = """# %r, %r
# The batch's gradients and the outputs as engines.unrolled compiles them; when it trains, the optimizer's step follows.
# The names are explained in purenn/engines/source.py. To step through it: python -m pdb THIS_FILE
from math import exp, log, tanh
from types import SimpleNamespace


"""


def _main(setup):
    """The end of the program: the untrained network's numbers, the data, and a call of ``gradients``."""
    lines = ["if __name__ == \"__main__\":", "    layers = ["]
    for layer in setup.network.layers:
        names = ("weight", "bias", "weight_grad", "bias_grad") if isinstance(layer, Linear) else ("negative_slope",)
        values = ["%s=%r" % (name, getattr(layer, name)) for name in names if hasattr(layer, name)]
        lines.append("        SimpleNamespace(%s)," % ", ".join(values))
    share = "1.0 / count" if setup.loss.reduction == "mean" else "1.0"
    inputs, targets = setup.data
    lines += ["    ]", "    loss = SimpleNamespace(share=lambda count: %s)" % share, "    inputs = %r" % inputs,
              "    targets = %r" % targets, "    cost, _ = gradients(layers, loss, inputs, targets)",
              "    print(\"cost\", cost)", "    for layer in layers:", "        print(vars(layer))"]
    return "\n".join(lines)


def _print_source(task, options):
    setup = set_up(task, options)
    check_size(setup.network)
    if options.standalone:
        epochs = options.epochs or EPOCHS
        try:
            for _ in train(setup.network, setup.data, setup.loss, setup.optimizer, epochs, options.batch_size,
                           setup.engine, setup.rng if options.shuffle else None):
                pass
        finally:
            engines.close(setup.engine)
        check_finite(evaluate(setup.network, setup.loss, setup.data)[0], setup.optimizer, epochs)
        text = standalone_source(setup.network)
    else:
        text = HEAD % (setup.network, setup.loss) + "%s\n\n%s\n\n%s" % (
            gradients_source(setup.network, setup.loss), outputs_source(setup.network), _main(setup))
    terminal = Terminal()
    for line in text.rstrip("\n").split("\n"):
        terminal.line(line)
