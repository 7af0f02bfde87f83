"""The options, in the groups of the help; and the values made from them: Settings, and where the data are."""
import random
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Optional, Sequence, Tuple

from .. import engines
from ..activations import ACTIVATIONS
from ..data.sources import ChoiceError, Points, Source
from ..initializers import INITIALIZERS
from ..linalg import PurennError
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS
from ..runs.defaults import REGRESSION_DECAY, USUAL_MOMENTUM, Task, resolve
from ..runs.checkpointing import FREE, MOST_POINTS, MOST_WORKERS, Start, load_start
from ..runs.problems import Problem
from ..runs.run import Run
from ..runs.settings import BETWEEN, Settings
from .parser import (MOST_EPOCHS, NONE, Parser, batch_size, decay, file_name, hidden_size, hidden_sizes, momentum,
                     not_negative, one_of, part_size, positive, target_loss, whole, yes_or_no)

FOLDER = "figures"

Group = Any                     # of an ArgumentParser


def add_network_options(parser: Parser, task: Task, output: bool = True) -> None:
    """The options of the network; ``output`` is whether the output's activation is one of them."""
    usual = task.settings
    hidden = list(usual.sizes[1:-1])
    group = parser.add_argument_group("the network")
    group.add_argument("--hidden", metavar="N", nargs="*", type=hidden_size, default=hidden,
                       help="neurons in each hidden layer, or the word none (default: "
                       f"{' '.join(map(str, hidden))})")
    group.add_argument("--activation", metavar="NAME", type=one_of(BETWEEN), default=usual.activation,
                       help=f"activation of the hidden layers: {', '.join(BETWEEN)} (default: %(default)s)")
    if output:
        group.add_argument("--output-activation", metavar="NAME", type=one_of(BETWEEN),
                           help="activation of the output layer: one of those above (default: sigmoid, but "
                           "no activation with the loss bce-with-logits)")
    group.add_argument("--init", metavar="NAME", type=one_of(list(INITIALIZERS)), default=usual.init,
                       help=f"how the weights start: {', '.join(INITIALIZERS)} (default: %(default)s)")


def add_training_options(parser: Parser, task: Task, engine: str = "loops") -> Group:
    """The options of how a network is trained on points; returns their group."""
    usual = task.settings
    group = parser.add_argument_group("the training")
    add_loss_option(group, task)
    add_optimizer_options(group, task)
    group.add_argument("--batch-size", metavar="N", type=batch_size, default=usual.batch_size,
                       help=f"samples in each step, in order; or the word all (default: {usual.batch_size or 'all'})")
    group.add_argument("--shuffle", action="store_true", help="go through the samples in a new order each epoch")
    add_engine_options(group, engine)
    return group


def add_point_options(parser: Parser, task: Task, engine: str = "loops", epochs: bool = True) -> None:
    """The options of a task on points: of its network, its training and its data, but not of the report."""
    usual = task.settings
    add_network_options(parser, task)
    group = add_training_options(parser, task, engine)
    if epochs:
        group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS), default=usual.epochs,
                           help="train for at most N epochs (default: %(default)s)")
        group.add_argument("--target-loss", metavar="LOSS", type=target_loss, default=usual.target_loss,
                           help="stop when the loss is below LOSS; none: never (default: "
                           f"{usual.target_loss or 'none'})")
    add_points_option(group, task)


def add_loss_option(group: Group, task: Task) -> None:
    """``--loss`` of a task on points."""
    losses = [name for name in LOSSES if name != "cross-entropy"]
    group.add_argument("--loss", metavar="NAME", type=one_of(losses), default=task.settings.loss,
                       help=f"{', '.join(losses)} (default: %(default)s)")


def add_points_option(group: Group, task: Task) -> None:
    """``--points``, for a task whose points are drawn at random."""
    if task.name == "linear":
        group.add_argument("--points", metavar="N", type=whole(1, MOST_POINTS), default=100,
                           help="how many training points there are (default: 100)")


def add_optimizer_options(group: Group, task: Task) -> None:
    """The options of the optimizer alone."""
    usual = task.settings
    group.add_argument("--optimizer", metavar="NAME", type=one_of(list(OPTIMIZERS)), default=usual.optimizer,
                       help=f"{', '.join(OPTIMIZERS)} (default: %(default)s)")
    group.add_argument("--lr", metavar="RATE", type=positive,
                       help=f"learning rate (default: {usual.lr:g}; it may depend on the optimizer and the loss)")
    group.add_argument("--momentum", metavar="M", type=momentum,
                       help=f"for sgd (default: 0) and momentum (default: {usual.momentum or USUAL_MOMENTUM:g})")


def add_fitting_options(group: Group, task: Task) -> None:
    """The options of training with minibatches, validation data and early stopping."""
    usual = task.settings
    zero = f"0 for classes, {REGRESSION_DECAY:g} for numbers" if task.name == "train" else "0"
    group.add_argument("--weight-decay", metavar="L", type=not_negative, help=f"L2 regularization (default: {zero})")
    group.add_argument("--lr-decay", metavar="F", default=usual.lr_decay, type=decay,
                       help="multiply the learning rate by F after each epoch (default: %(default)g)")
    group.add_argument("--batch-size", metavar="N", type=batch_size, default=usual.batch_size,
                       help="samples in each step, shuffled in each epoch; or the word all (default: %(default)s)")
    group.add_argument("--patience", metavar="N", type=whole(0), default=usual.patience,
                       help="stop when the validation loss has no new minimum for N epochs; keep the best weights; "
                       "0: never stop early, and keep the last weights (default: %(default)s)")


def add_engine_options(group: Group, engine: str) -> None:
    """The options of the engine and of the random generator."""
    group.add_argument("--engine", metavar="NAME", type=one_of(engines.NAMES), default=engine,
                       help=f"{', '.join(engines.NAMES)}: ways to compute the same gradients (default: %(default)s)")
    add_seed_option(group)


def add_seed_option(group: Group) -> None:
    """``--seed``."""
    group.add_argument("--seed", metavar="N", type=whole(0), default=1,
                       help="seed of everything random: data, weights, order of the samples (default: %(default)s)")


def add_workers_option(group: Group, what: str = "each batch", when: str = ", if that is faster") -> None:
    """``--workers``; ``what`` is divided among them."""
    group.add_argument("--workers", metavar="N", type=whole(1, MOST_WORKERS),
                       help=f"divide {what} among N processes (default: one for each core{when})")


def add_part_options(group: Group, usual: Sequence[str], what: str) -> None:
    """``--train``, ``--validation`` and ``--test``, the size of each part."""
    for name, number, use in zip(("train", "validation", "test"), usual, (
            "learn from", "validate with after each epoch", "test on at the end")):
        group.add_argument("--" + name, metavar="N", type=part_size,
                           help=f"{what} to {use}: a number, or a share such as 0.6 (default: {number})")


def add_ending_options(parser: Parser, log_every: Optional[int], every: int, animate: bool = False) -> None:
    """The options of what is shown, kept and drawn; ``every`` is the default of ``--checkpoint-every``."""
    group = parser.add_argument_group("the report")
    if log_every:
        group.add_argument("--log-every", metavar="N", type=whole(1), default=log_every,
                           help="print a line every N epochs (default: %(default)s)")
    group.add_argument("--quiet", action="store_true", help="print the last line only")
    add_json_option(group)
    group = parser.add_argument_group("what is kept")
    group.add_argument("--save", metavar="FILE", help="write the trained network: a .json file, which people can read, "
                       "or a .safetensors file, which PyTorch can read")
    group.add_argument("--history", metavar="FILE.csv", help="write the losses and accuracies, a row for each epoch")
    group.add_argument("--checkpoint", metavar="FILE", help="write a file from which --resume can go on")
    group.add_argument("--checkpoint-every", metavar="N", type=whole(1), default=every,
                       help="write the checkpoint every N epochs (default: %(default)s)")
    group.add_argument("--resume", metavar="FILE", help="continue from a checkpoint with its settings; options "
                       "that say when to stop, what is printed, and what is kept may differ")
    add_figure_options(parser, animate)


def add_json_option(group: Group) -> None:
    """``--json``."""
    group.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")


def add_figure_options(parser: Parser, animate: bool = False) -> None:
    """``--plot``, and with ``animate`` also ``--animate``."""
    group = parser.add_argument_group("the figures (they need matplotlib)")
    group.add_argument("--plot", metavar="DIR", nargs="?", const=FOLDER,
                       help=f"write figures into the folder DIR; without DIR, into the folder {FOLDER}")
    if animate:
        group.add_argument("--animate", metavar="FILE.gif", type=file_name(".gif"),
                           help="write a GIF: the decision map while the network learns")


def add_table_options(parser: Parser, file_help: str) -> Group:
    """FILE and how it is read; returns the group."""
    parser.add_argument("file", metavar="FILE.csv", nargs="?", help=file_help + "; use - to read stdin")
    group = parser.add_argument_group("the table")
    group.add_argument("--delimiter", metavar="C", help="comma, semicolon, tab, space or another character "
                       "(default: detected)")
    group.add_argument("--header", metavar="YES", type=yes_or_no, help="whether the first row names the columns: yes "
                       "or no (default: detected)")
    group.add_argument("--decimal", metavar="WHAT", type=one_of(("point", "comma")), help="the decimal separator: "
                       "point or comma (default: point; for a saved network, its own)")
    return group


def add_model_options(parser: Parser) -> None:
    """MODEL, and the activations, which a file from PyTorch does not name."""
    parser.add_argument("model", metavar="MODEL", help="what --save wrote, a .json or .safetensors file; or a "
                        ".safetensors file of a torch.nn.Sequential")
    group = parser.add_argument_group("the network, if the file does not describe it (one from PyTorch)")
    for name, what in (("activation", "between layers"), ("output-activation", "after the last layer (default: none)")):
        group.add_argument("--" + name, metavar="NAME", type=one_of(list(ACTIVATIONS)),
                           help=f"the activation {what}: {', '.join(ACTIVATIONS)}")


# The values made from the options.

@contextmanager
def named_as_options() -> Iterator[None]:
    """In errors raised inside the block, a choice is named as its option: ``output_activation`` is
    ``--output-activation``."""
    try:
        yield
    except ChoiceError as error:
        raise PurennError(f"--{error.choice.replace('_', '-')}: {error.reason}") from None


def chosen(options: Any) -> Dict[str, Any]:
    """The options that have a value, as the choices that ``resolve`` takes: hidden, and fields of Settings."""
    found = {name: getattr(options, name) for name in Settings._fields if getattr(options, name, None) is not None}
    for name in set(NONE) & set(found):
        found[name] = None if found[name] == NONE[name] else found[name]
    if hasattr(options, "hidden"):
        found["hidden"] = hidden_sizes(options.hidden)
    return found


def settings_of(options: Any, task: Task, problem: Problem) -> Settings:
    """The Settings that the options of a task mean; raises PurennError if two do not go together."""
    with named_as_options():
        return resolve(task, problem, **chosen(options))


def points_of(options: Any, task: Task) -> Points:
    """Which points the options of a task ask for."""
    return Points(task.name, getattr(options, "points", 100))


# A single sample of a task.

def add_sample_option(group: Group, task: Task) -> None:
    """``--sample``."""
    usual = "%(default)s, whose two inputs differ" if task.sample else "%(default)s"
    group.add_argument("--sample", metavar="I", type=whole(0), default=task.sample,
                       help=f"which sample, counted from 0 (default: {usual})")


def add_step_options(parser: Parser, task: Task) -> None:
    """The options of the training that the step is from."""
    if task.problem:
        add_point_options(parser, task, epochs=False)
    else:
        add_optimizer_options(parser.add_argument_group("the training"), task)


def run_of_sample(name: str, options: Any, epochs: int = 0) -> Run:
    """The Run of the options, trained for ``epochs``; raises PurennError for a sample or a neuron that is not there."""
    from ..study import examples
    from ..study.formulas import check_only
    task, rng = examples.ALL[name], random.Random(getattr(options, "seed", 1))
    problem = examples.problem_of(name, points_of(options, task), rng)
    settings = settings_of(options, task, problem)._replace(epochs=max(1, epochs), target_loss=None)
    made = examples.run_of(name, problem, settings, rng)
    with named_as_options():
        examples.check_sample(options.sample, problem)
        check_only(getattr(options, "only", None), made.network)
    for _ in made.epochs() if epochs else ():
        pass
    return made


# Resuming.

def begun(options: Any, task: Task) -> Optional[Start]:
    """What the checkpoint of ``--resume`` says; None without one.

    Raises PurennError if a given option differs from the checkpoint.
    """
    if options.resume is None:
        return None
    start = load_start(options.resume, task.name)
    with named_as_options():
        asked = chosen(options)
    was = {**start.source._asdict(), **start.settings._asdict(), "hidden": start.settings.sizes[1:-1]}
    for name in sorted(options.given):
        if name in ("plot", "animate"):
            raise PurennError(f"--{name}: cannot be used with --resume: a checkpoint does not hold what the figures "
                              "show of earlier epochs")
        if name not in was or name in FREE or name in ("file", "data"):
            continue
        value = asked.get(name, getattr(options, name))
        value = tuple(value) if isinstance(value, list) else value
        if value != was[name]:
            raise PurennError(f"--{name.replace('_', '-')}: found {_plain(name, value)} with --resume, and "
                              f"{options.resume} was begun with {_plain(name, was[name])}; leave it out, or "
                              "start again without --resume")
    return start


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return NONE.get(name, "another")
    return " ".join(map(str, value)) or "none" if isinstance(value, tuple) else value


def resumed(start: Start, options: Any) -> Tuple[Settings, Source]:
    """The settings and the source of a resumed run: the checkpoint's, except for what may differ."""
    free = {name: value for name, value in chosen(options).items() if name in FREE and name in options.given}
    moved = {name: getattr(options, name) for name in ("file", "data") if name in options.given}
    return start.settings._replace(**free), start.source._replace(**moved)
