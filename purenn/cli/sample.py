"""What the commands that look at a single sample of a task have in common."""
import argparse
import random
import re
from typing import Any, Tuple

from ..runs.defaults import Task
from ..runs.run import Run
from ..study.examples import ALL, EXAMPLES, check_sample, problem_of, run_of
from ..study.formulas import check_only
from .options import add_optimizer_options, add_point_options, named_as_options, points_of, settings_of
from .parser import Parser, whole


def add_sample_option(group: Any, task: Task) -> None:
    """``--sample``."""
    usual = "%(default)s, whose two inputs differ" if task.sample else "%(default)s"
    group.add_argument("--sample", metavar="I", type=whole(0), default=task.sample,
                       help=f"which sample, counted from 0 (default: {usual})")


def neuron(text: str, others: str = "") -> Tuple[int, ...]:
    """An option type: a pair (layer, neuron); ``others`` is what else is allowed, in words."""
    if not re.match(r"[0-9]{1,9}\.[0-9]{1,9}\Z", text):
        raise argparse.ArgumentTypeError(f"found {text!r}; it must be {others}LAYER.NEURON, such as 0.1")
    return tuple(int(number) for number in text.split("."))


def add_step_options(parser: Parser, name: str) -> None:
    """The options of the training that the step is from."""
    if name not in EXAMPLES:
        add_point_options(parser, ALL[name], epochs=False)
    else:
        add_optimizer_options(parser.add_argument_group("the training"), ALL[name])


def run_of_sample(name: str, options: Any, epochs: int = 0) -> Run:
    """The Run of the options after ``epochs`` epochs; raises PurennError for a sample or a neuron that is not there."""
    rng = random.Random(getattr(options, "seed", 1))
    problem = problem_of(name, points_of(options, ALL[name]), rng)
    settings = settings_of(options, ALL[name], problem)._replace(epochs=max(1, epochs), target_loss=None)
    made = run_of(name, problem, settings, rng)
    with named_as_options():
        check_sample(options.sample, problem)
        check_only(getattr(options, "only", None), made.network)
    for _ in made.epochs() if epochs else ():
        pass
    return made
