"""``linear``: train on points to both sides of a line, test on fresh ones."""
from ..data.tasks import linear
from .options import MOST_POINTS, whole
from .settings import Task
from .task import run_task


def _data(options, rng):
    return linear(options.points, rng), linear(100, rng)


def _add_options(parser):
    parser.add_argument("--points", metavar="N", type=whole(1, MOST_POINTS), default=100,
                        help="how many points to train on (default: 100); it is tested on 100 fresh ones")


TASK = Task(
    name="linear",
    summary="Train a network on points in the unit square, of class 0 where x1 > x2; test it on 100 fresh ones.",
    data=_data,
    separable=True,
    defaults={"loss": "mse", "optimizer": "sgd", "lr": 1.0, "epochs": 100000, "batch_size": None,
              "target_loss": 0.005, "log_every": 500},
    add_options=_add_options,
)


def run(arguments) -> int:
    """Train, test and show; return the exit code."""
    return run_task(TASK, arguments)
