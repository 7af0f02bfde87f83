"""An exercise as a value: what the learner reads, what is blank, and what the answer is compared with."""
import textwrap
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple


class Known(NamedTuple):
    """A mistake that can be recognized by its numbers.

    ``name`` is that of the gallery, where it is there. ``says`` is what is wrong, in a sentence. ``page`` is the page
    of the documentation, and its heading, that explains it. ``change`` is a pair: a piece of the right code, and what
    stands in its place, or a tuple of such pairs; for a number to predict, a function that computes the wrong number
    from what was drawn; for an order, the lines in that order. A list has several such changes: the same mistake made
    in several ways.
    """

    name: str
    says: str
    page: str
    change: Any


def ways(known: Known) -> List[Any]:
    """The changes that make a mistake."""
    return known.change if isinstance(known.change, list) else [known.change]


class Exercise(NamedTuple):
    """One exercise.

    ``number`` is that of the chapter and of the exercise in it, "4.2"; ``kind`` is predict, order, write, repair or
    find. ``text`` explains, and says what is to be done; for predict, order and find it has the numbers drawn put in.

    To write or repair: ``code`` is the file with ``...`` in place of the lines to be written, ``answers`` what is right
    there: a function of the core, or source. ``probe(own, sample)`` calls what the names of ``own`` mean on one of the
    ``samples`` and returns pairs of what was computed and its value; the samples begin with the smallest, and ``tried``
    says what they are. ``module`` and ``names`` are where the later chapters find what was written. ``planted`` is the
    mistake that is to be repaired.

    To order: ``code`` has one ``...``, ``answers`` the right lines under its name, ``others`` the lines that do not
    belong there.

    To predict or find: ``draw(rng)`` gives the values that ``text`` shows, ``right(values)`` the answer.
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
    """A chapter: its number, its title, what it teaches in a sentence, and its exercises in order."""

    number: int
    title: str
    teaches: str
    exercises: Tuple[Exercise, ...]


def choices(names: List[Tuple[str, str]]) -> str:
    """Names to choose from, each with its sentence below."""
    return "\n".join(f"    {name}\n{textwrap.indent(textwrap.fill(says, 92), '        ')}" for name, says in names)
