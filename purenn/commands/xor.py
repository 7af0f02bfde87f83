"""``xor``: train on the 21 points of XOR."""
from ..data.tasks import xor
from .settings import Task
from .task import run_task

TASK = Task(
    name="xor",
    summary="Train a network on 21 points on the two diagonals of the unit square, a class each.",
    data=lambda options, rng: (xor(), None),
    separable=False,
    defaults={"loss": "mse", "optimizer": "sgd", "lr": 1.0, "epochs": 100000, "batch_size": None,
              "target_loss": 0.005, "log_every": 500},
)


def run(arguments) -> int:
    """Train and show; return the exit code."""
    return run_task(TASK, arguments)
