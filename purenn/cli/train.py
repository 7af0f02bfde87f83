"""``train``: a network on your own table, a CSV."""
from typing import Any, List

from ..data.missing import REMEDIES
from ..data.sources import TableSource
from ..linalg import PurennError
from ..losses import LOSSES
from ..runs.defaults import TASKS, Task
from ..runs.settings import BETWEEN
from .options import (Group, add_ending_options, add_engine_options, add_fitting_options, add_network_options,
                      add_optimizer_options, add_part_options, add_table_options, add_workers_option)
from .parser import MOST_EPOCHS, Parser, one_of, whole
from .training_commands import train_and_report

KINDS = ("classification", "regression")


def run(arguments: List[str]) -> int:
    """Train, test and show; return the exit code."""
    task = TASKS["train"]
    parser = Parser("train", description=task.summary)
    group = add_options(parser, task)
    add_workers_option(group)
    add_ending_options(parser, task.log_every, every=1)
    return train_and_report(task, parser.parse_args(arguments), source_of)


def add_options(parser: Parser, task: Task) -> Group:
    """The options of the table, the network and the training; returns the group of the last."""
    group = add_table_options(parser, "the table; a text column becomes one input for each value")
    group.add_argument("--target", metavar="COLUMN", help="the target: a column's name or number (1, 2 ...), or 'last'")
    group.add_argument("--task", metavar="NAME", type=one_of(KINDS),
                       help=f"{' or '.join(KINDS)} (default: chosen by the target's values)")
    group.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="a column to leave out; can be "
                       "given several times")
    group.add_argument("--missing", metavar="WHAT", type=one_of(REMEDIES), default="refuse",
                       help="missing values: refuse (the table), mean (put in the column's mean) or drop (the row) "
                       "(default: %(default)s)")
    add_part_options(group, ["the rest", "0.15", "0.15"], "rows")
    add_network_options(parser, task, output=False)
    group = parser.add_argument_group("the training")
    losses = ["cross-entropy", *(name for name in LOSSES if name != "cross-entropy")]
    group.add_argument("--loss", metavar="NAME", type=one_of(losses),
                       help=f"{', '.join(losses)} (default: cross-entropy for classes, mse for numbers)")
    group.add_argument("--output-activation", metavar="NAME", type=one_of(BETWEEN),
                       help="activation of the output layer (default: the one that suits the loss)")
    add_optimizer_options(group, task)
    add_fitting_options(group, task)
    group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS), default=task.settings.epochs,
                       help="train for at most N epochs (default: %(default)s)")
    add_engine_options(group, "auto")
    return group


def source_of(options: Any, task: Task) -> TableSource:
    """The table that the options ask for, and what is predicted from it; raises PurennError if one is missing."""
    if options.file is None:
        raise PurennError("train: found no file; give a CSV, as in: train FILE.csv --target COLUMN")
    if options.target is None:
        raise PurennError("train: found no --target; say which column is to be predicted")
    values = {name: getattr(options, name) for name in TableSource._fields}
    return TableSource(**{**values, "ignore": tuple(options.ignore), "decimal": options.decimal or "point"})
