"""``xor``: train on the 21 points of XOR."""
from functools import partial

from ..runs.defaults import TASKS
from .training_commands import run_points

run = partial(run_points, TASKS["xor"])
