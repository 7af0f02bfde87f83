"""An exercise as a value: what the learner reads, what is blank, and what the answer is compared with."""
import textwrap
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple


class Known(NamedTuple):
    """A mistake that can be recognized by its numbers.

    ``name`` is the one in ``study/mistakes.py``, if the mistake is there. ``says`` is what is wrong, in a sentence.
    ``page`` is the page of the documentation that explains it, with the heading.

    ``change`` makes the mistake. For code, it is a pair: a piece of the right code, and what replaces it; or a tuple of
    such pairs. For a number to predict, it is a function that computes the wrong number from what was drawn. For an
    order, it is the wrong answer: a tuple of all its lines, in its order. If the same mistake can be made in
    several ways, ``change`` is a list with one for each.
    """

    name: str
    says: str
    page: str
    change: Any


def ways(known: Known) -> List[Any]:
    """The changes that make a mistake, a list: one for each way to make it."""
    return known.change if isinstance(known.change, list) else [known.change]


class Exercise(NamedTuple):
    """One exercise.

    ``number`` is the number of the chapter, a dot, and the place in the chapter: "4.2". ``kind`` is predict, order,
    write, repair or find. ``text`` explains, and says what is to be done; for predict and find, it has fields such as
    {z} for the values that are drawn.

    To write or repair: ``code`` is the file with ``...`` in place of the lines to be written. ``answers`` is a dict
    from the name of each function to what belongs in place of the dots: a function of the core, or the source as a
    string. ``probe(own, sample)`` calls the learner's functions, which are attributes of ``own``, with one of the
    ``samples``; it gives pairs of a label and a value. The smallest sample comes first; ``tried`` says what a sample
    is. Later exercises import ``names`` from ``module``. ``planted`` is the name of the mistake that is to be repaired.

    To order: ``code`` has one ``...``. ``answers`` has the right lines, under the name of the function; ``others`` are
    the lines that do not belong there.

    To predict or find: ``draw(rng)`` gives the values that ``text`` shows, and ``right(values)`` gives the answer.
    """

    number: str
    kind: str
    name: str
    title: str
    text: str
    page: str
    hints: Tuple[str, ...]
    known: Tuple[Known, ...] = ()
    code: str = ""
    answers: Dict[str, Any] = {}
    probe: Optional[Callable[..., Any]] = None
    samples: Tuple[Any, ...] = ()
    module: str = ""
    names: Tuple[str, ...] = ()
    planted: str = ""
    others: Tuple[str, ...] = ()
    draw: Optional[Callable[..., Any]] = None
    right: Optional[Callable[..., Any]] = None
    answer: str = "answer"
    tried: str = ""

    @property
    def chapter(self) -> int:
        """The number of its chapter."""
        return int(self.number.split(".")[0])

    @property
    def file(self) -> str:
        """The name of the learner's file, without .py."""
        chapter, _, place = self.number.partition(".")
        return f"ex{int(chapter):02}_{place}_{self.name}"


class Chapter(NamedTuple):
    """A chapter: its number, its title, a sentence on what it teaches, and its exercises in order."""

    number: int
    title: str
    teaches: str
    exercises: Tuple[Exercise, ...]


def choices(names: List[Tuple[str, str]]) -> str:
    """Names to choose from, each with its sentence below."""
    return "\n".join(f"    {name}\n{textwrap.indent(textwrap.fill(says, 92), '        ')}" for name, says in names)
