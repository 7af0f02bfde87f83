"""The chapters in their order. To add one, add a file here, and its name to CHAPTERS."""
from typing import List, Sequence, Tuple

from ...linalg import PurennError
from ..exercise import Chapter, Exercise
from ..source import BOOK
from . import (c01_neuron, c02_activations, c03_losses, c04_backward, c05_layer, c06_network, c07_step, c08_loop,
               c09_checking, c10_softmax, c11_planted, c12_one_page, c13_stuck, c14_tape)

CHAPTERS: Tuple[Chapter, ...] = tuple(module.CHAPTER for module in (
    c01_neuron, c02_activations, c03_losses, c04_backward, c05_layer, c06_network, c07_step, c08_loop, c09_checking,
    c10_softmax, c11_planted, c12_one_page, c13_stuck, c14_tape))
EXERCISES: Tuple[Exercise, ...] = tuple(exercise for chapter in CHAPTERS for exercise in chapter.exercises)
BOOK[:] = EXERCISES


def named(names: Sequence[str]) -> List[Exercise]:
    """The exercises with these names. A name may also be the number of a chapter, for all its exercises."""
    found: List[Exercise] = []
    for name in names:
        chapters = [chapter for chapter in CHAPTERS if name == str(chapter.number)]
        found += chapters[0].exercises if chapters else [exercise(name)]
    return found


def exercise(name: str) -> Exercise:
    """The exercise of that number, name or file. Raises PurennError if there is none."""
    for found in EXERCISES:
        if name in (found.number, found.name, found.file, found.file + ".py"):
            return found
    raise PurennError(f"course: there is no exercise {name!r}; give a number from 1.1 to "
                      f"{EXERCISES[-1].number}, such as 1.2")
