"""Two networks with fixed numbers to be explained: Mazur's worked example, and softmax with cross-entropy."""
import random

from ..activations import Tanh
from ..layers import Linear
from ..network import Network
from ..runs.problems import Problem
from ..runs.run import Run
from ..runs.settings import Settings, make_optimizer
from ..runs.tasks import POINT_RATES, POINT_SUM_RATES, Task
from ..training import Dataset
from . import mazur

# Three points, a class each.
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


def run_of(name: str, settings: Settings) -> Run:
    """The Run of an example; in Mazur's only the weights learn."""
    if name == "mazur":
        run = Run(PROBLEMS[name], settings, network=mazur.network())
        run.optimizer = make_optimizer(settings, mazur.parameters(run.network))
        return run
    rng = random.Random(1)
    network = Network([Linear(2, 3, rng=rng), Tanh(), Linear(3, 3, rng=rng)])
    return Run(PROBLEMS[name], settings, network=network)
