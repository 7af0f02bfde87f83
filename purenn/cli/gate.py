"""``gate``: train on the truth table of XOR, sample by sample, with momentum."""
from functools import partial

from ..runs.defaults import TASKS
from .training_commands import run_points

run = partial(run_points, TASKS["gate"])
