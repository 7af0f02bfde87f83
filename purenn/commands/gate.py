"""``gate``: train on the truth table of XOR, sample by sample, with momentum."""
from ..data.tasks import gate
from .settings import Task
from .task import run_task

TASK = Task(
    name="gate",
    summary="Train a network on the truth table of XOR, with a step after each of its four rows.",
    data=lambda options, rng: (gate(), None),
    separable=False,
    defaults={"loss": "half-sse", "optimizer": "momentum", "lr": 0.05, "momentum": 0.5, "epochs": 30000,
              "batch_size": 1, "target_loss": None, "log_every": 3000},
)


def run(arguments) -> int:
    """Train and show; return the exit code."""
    return run_task(TASK, arguments)
