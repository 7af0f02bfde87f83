"""``gate``: train on the truth table of XOR, sample by sample, with momentum."""
from typing import List

from ..runs.tasks import TASKS
from .ending import run_points


def run(arguments: List[str]) -> int:
    """Train and show; return the exit code."""
    return run_points(TASKS["gate"], arguments)
