"""What can be looked at sample by sample: the tasks on points, and two small examples.

The examples are Mazur's worked example, and softmax with cross-entropy.
"""
from ..activations import Tanh
from ..data.sources import ChoiceError, Points
from ..layers import Linear
from ..network import Network
from ..runs import problems
from ..runs.defaults import POINT_RATES, POINT_SUM_RATES, POINT_TASKS, TASKS, Task
from ..runs.problems import Problem
from ..runs.run import Run
from ..runs.settings import Settings, make_optimizer
from ..training import Dataset
from . import mazur

# Three points, one of each class.
CLASSES = Dataset([[0.2, 0.9], [0.8, 0.6], [0.4, 0.1]], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])

EXAMPLES = {
    "mazur": Task("mazur", "Matt Mazur's worked example, 2-2-2.",
                  Settings(sizes=(2, 2, 2), loss="half-sse", lr=mazur.LR, target_loss=None),
                  POINT_RATES, POINT_SUM_RATES),
    "softmax": Task("softmax", "Softmax with cross-entropy, 2-3-3, on three points.",
                    Settings(sizes=(2, 3, 3), activation="tanh", output_activation=None, loss="cross-entropy", lr=0.1,
                             target_loss=None), POINT_RATES, {}),
}

PROBLEMS = {"mazur": Problem("mazur", Dataset([mazur.X], [mazur.Y])), "softmax": Problem("softmax", CLASSES)}

ALL = {**{name: TASKS[name] for name in POINT_TASKS}, **EXAMPLES}


def problem_of(name: str, points: Points, rng) -> Problem:
    """The Problem of a task or an example in ALL."""
    return PROBLEMS[name] if name in EXAMPLES else problems.make(points, rng)


def run_of(name: str, problem: Problem, settings: Settings, rng) -> Run:
    """The Run of a task or an example in ALL; in Mazur's example only the weights learn."""
    if name == "mazur":
        run = Run(problem, settings, network=mazur.network())
        run.optimizer = make_optimizer(settings, mazur.parameters(run.network))
        return run
    if name == "softmax":
        return Run(problem, settings, network=Network([Linear(2, 3, rng=rng), Tanh(), Linear(3, 3, rng=rng)]))
    return Run(problem, settings, rng)


def check_sample(sample: int, problem: Problem) -> None:
    """Raise ChoiceError for a sample that does not exist."""
    last = len(problem.train.inputs) - 1
    if sample > last:
        raise ChoiceError("sample", f"found {sample}; it must be a whole number from 0 to {last}")
