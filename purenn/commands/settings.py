"""From options to a run: what each task's options are, what they come to, and what is made of them."""
import random
from collections import namedtuple

from .. import engines
from ..linalg import PurennError
from ..losses import BCELoss, HalfSquaredErrorLoss, MSELoss
from ..network import Network
from ..optimizers import SGD, Adagrad, Adam, RMSprop
from .options import Parser, check_size, hidden_sizes, momentum, one_of, positive, whole

LOSSES = {
    "mse": lambda: MSELoss(),
    "sse": lambda: MSELoss(reduction="sum"),
    "half-sse": lambda: HalfSquaredErrorLoss(),
    "bce": lambda: BCELoss(),
}

# With a learning rate that suits the 21 points of xor.
OPTIMIZERS = {"sgd": (SGD, 1.0), "momentum": (SGD, 0.1), "adagrad": (Adagrad, 0.1), "rmsprop": (RMSprop, 0.01),
              "adam": (Adam, 0.01)}


class Task:
    """A task of the command line: where its data come from, and its defaults.

    ``data(options, rng)`` returns the training data, and test data or None. ``separable`` says that a
    straight line can separate the classes.
    """

    def __init__(self, name, summary, data, separable, defaults, add_options=None):
        self.name = name
        self.summary = summary
        self.data = data
        self.separable = separable
        self.defaults = defaults
        self.add_options = add_options


# What a run is made of.
Setup = namedtuple("Setup", ("settings", "rng", "data", "test", "network", "loss", "optimizer", "engine"))


def add_training_options(parser: Parser, defaults: dict, engine: str = "loops"):
    """The options of how a network is trained; returns their group."""
    group = parser.add_argument_group("the training")
    group.add_argument("--loss", metavar="NAME", type=one_of(list(LOSSES)), default=defaults["loss"],
                       help="%s (default: %%(default)s)" % ", ".join(LOSSES))
    add_optimizer_options(group, defaults)
    group.add_argument("--batch-size", metavar="N", type=whole(1), default=defaults["batch_size"],
                       help="samples to a step, in their order (default: %s)" % (defaults["batch_size"] or "all"))
    group.add_argument("--shuffle", action="store_true",
                       help="go through the samples in a new order each epoch")
    add_engine_options(group, engine)
    return group


def add_engine_options(group, engine: str) -> None:
    """The options of what computes, and of the generator."""
    group.add_argument("--engine", metavar="NAME", type=one_of(engines.NAMES), default=engine,
                       help="%s: ways to the same gradients (default: %%(default)s)" % ", ".join(engines.NAMES))
    group.add_argument("--seed", metavar="N", type=whole(0), default=1,
                       help="of the generator of data, weights and orders (default: %(default)s)")


def add_optimizer_options(group, defaults: dict) -> None:
    """The options of the optimizer alone."""
    group.add_argument("--optimizer", metavar="NAME", type=one_of(list(OPTIMIZERS)), default=defaults["optimizer"],
                       help="%s (default: %%(default)s)" % ", ".join(OPTIMIZERS))
    group.add_argument("--lr", metavar="RATE", type=positive,
                       help="learning rate (default: %g; with another optimizer or loss, one that suits it)"
                       % defaults["lr"])
    group.add_argument("--momentum", metavar="M", type=momentum,
                       help="for sgd and momentum (default: 0 and %g)" % defaults.get("momentum", 0.9))


def set_up(task: Task, options) -> Setup:
    """The data, the network, the loss and the optimizer that the options ask for, all from one seed."""
    settings = resolve(task, options)
    rng = random.Random(options.seed)
    data, test = task.data(options, rng)
    network = Network.mlp(settings["sizes"], options.activation, options.output_activation, init=options.init, rng=rng)
    engine = engines.make(options.engine, network)
    if options.engine in ("unrolled", "matrix"):
        engine.outputs(network, data.inputs[:1])            # what it cannot do, it says before anything else
    settings["engine"] = repr(engine)
    return Setup(settings, rng, data, test, network, LOSSES[options.loss](),
                 build_optimizer(settings, network.parameters()), engine)


def build_optimizer(settings: dict, parameters):
    """The optimizer of the settings, for these parameters."""
    extra = {name: settings[name] for name in ("momentum", "weight_decay") if name in settings}
    return OPTIMIZERS[settings["optimizer"]][0](parameters, lr=settings["lr"], **extra)


def resolve(task: Task, options) -> dict:
    """Every setting as it will be used; raises PurennError where two options do not go together."""
    sizes = [2] + hidden_sizes(options) + [1]
    check_size(sizes)
    if options.loss == "bce" and options.output_activation != "sigmoid":
        raise PurennError("--loss: bce needs outputs between 0 and 1, and --output-activation is %s; it must be sigmoid"
                          % options.output_activation)
    settings = {"sizes": sizes, "activation": options.activation, "output_activation": options.output_activation,
                "init": options.init, "loss": options.loss}
    settings.update(optimizer_settings(options, options.loss, task.defaults))
    settings.update(batch_size=options.batch_size, shuffle=options.shuffle)
    for name in ("epochs", "target_loss", "points"):
        if hasattr(options, name):
            settings[name] = getattr(options, name)
    return settings


def optimizer_settings(options, loss: str, defaults: dict) -> dict:
    """The optimizer, its learning rate and its momentum, as they will be used.

    Where no learning rate was given it is the task's own, or one that suits the optimizer and the loss.
    """
    optimizer, lr = OPTIMIZERS[options.optimizer]
    if options.momentum is not None and optimizer is not SGD:
        raise PurennError("--momentum: found it with --optimizer %s; it goes with sgd and momentum alone"
                          % options.optimizer)
    if (options.optimizer, loss) == (defaults["optimizer"], defaults["loss"]):
        lr = defaults["lr"]
    elif optimizer is SGD and loss in LOSSES and LOSSES[loss]().reduction == "sum":
        lr = lr / 10                            # the slopes of all points add up: smaller steps
    lr = defaults.get("rates", {}).get(options.optimizer, lr)
    settings = {"optimizer": options.optimizer, "lr": lr if options.lr is None else options.lr}
    if optimizer is SGD:
        default = defaults.get("momentum", 0.9) if options.optimizer == "momentum" else 0.0
        settings["momentum"] = default if options.momentum is None else options.momentum
    return settings


def batch_text(batch, count: int) -> str:
    """How many of ``count`` samples make a batch, in words; None is all.

    >>> batch_text(None, 21), batch_text(4, 21)
    ('full batch', 'batches of 4')
    """
    return "full batch" if batch is None or batch >= count else "batches of %d" % batch


def output_kind(settings: dict) -> str:
    """What a network's outputs mean, as a saved Model says it."""
    if settings["loss"] == "cross-entropy":
        return "logits"
    return "probability" if settings["output_activation"] == "sigmoid" else "values"


def optimizer_text(settings: dict) -> str:
    """The optimizer in words.

    >>> optimizer_text({"optimizer": "momentum", "lr": 0.05, "momentum": 0.5})
    'momentum lr 0.05 momentum 0.5'
    """
    text = "%s lr %g" % (settings["optimizer"], settings["lr"])
    for name in ("momentum", "weight_decay"):
        text += " %s %g" % (name.replace("_", " "), settings[name]) if settings.get(name) else ""
    return text
