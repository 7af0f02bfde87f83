"""``linear``: train on points on both sides of a line, test on fresh ones."""
from typing import List

from ..runs.tasks import TASKS
from .ending import run_points


def run(arguments: List[str]) -> int:
    """Train and show; return the exit code."""
    return run_points(TASKS["linear"], arguments)
