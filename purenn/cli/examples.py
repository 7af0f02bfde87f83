"""What ``explain`` and ``step`` are about: a task on points or an example, one of its samples, and the training first."""
import random
from typing import Any

from ..linalg import PurennError
from ..runs import problems
from ..runs.run import Run
from ..runs.tasks import POINT_TASKS, TASKS
from ..study.examples import EXAMPLES, PROBLEMS, run_of
from .options import add_optimizer_options, add_point_options, points_of, settings_of
from .parser import Parser, whole

ALL = {**{name: TASKS[name] for name in POINT_TASKS}, **EXAMPLES}


def add_sample_option(group: Any, name: str) -> None:
    """``--sample``."""
    task = ALL[name]
    usual = "%(default)s, whose two inputs differ" if task.sample else "%(default)s"
    group.add_argument("--sample", metavar="I", type=whole(0), default=task.sample,
                       help=f"which sample, counted from 0 (default: {usual})")


def add_training_options(parser: Parser, name: str) -> None:
    """The options of the network and the training, as far as the task has a choice."""
    if name in EXAMPLES:
        add_optimizer_options(parser.add_argument_group("the training"), ALL[name])
    else:
        add_point_options(parser, ALL[name], epochs=False)


def run_after(command: str, options: Any, epochs: int) -> Run:
    """The Run of the task that ``command`` ends with, after so many epochs; the sample is one of its samples."""
    name = command.split()[-1]
    task = ALL[name]
    rng = random.Random(getattr(options, "seed", 1))
    problem = PROBLEMS[name] if name in EXAMPLES else problems.make(points_of(options, task), rng)
    settings = settings_of(options, task, problem)._replace(epochs=max(1, epochs), target_loss=None)
    made = run_of(name, settings) if name in EXAMPLES else Run(problem, settings, rng)
    if options.sample >= len(problem.train.inputs):
        raise PurennError(f"{command}: --sample: found {options.sample}; it must be a whole number from 0 to "
                          f"{len(problem.train.inputs) - 1}")
    if epochs:
        for _ in made.epochs():
            pass
    return made
