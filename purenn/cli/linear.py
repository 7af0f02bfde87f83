"""``linear``: train on points on both sides of a line, test on fresh ones."""
from functools import partial

from ..runs.defaults import TASKS
from .training_commands import run_points

run = partial(run_points, TASKS["linear"])
