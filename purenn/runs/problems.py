"""Problems: data to learn from, to validate with and to test on, and facts about them.

``xor()``, ``gate()`` and ``linear(rng)`` are those of the tasks; ``images`` and ``table`` make others.
``make`` makes a Problem from a source, which says where the data come from (``data.sources``).
"""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..data import tasks
from ..data.preparation import Classes, of_pixels, of_points
from ..data.sources import ImageSource, Source, TableSource, Tell, class_names, images_in_parts, table_in_parts
from ..data.splitting import PARTS, mean_and_deviation, one_hot
from ..training import Dataset

FRESH = 100                     # test points of the task linear


class Problem(NamedTuple):
    """Data to learn from, in up to three parts.

    ``preparation`` is a Preparation, which says what the columns mean, or None; ``kind`` is points, images or table.
    ``separable`` says that a straight line can separate the classes. ``about`` are facts for a report, in plain values.
    ``tested`` says which rows of the table, or which of the images, the test data are; ``source`` is the Table or the
    Images that the data were made of, None for points.
    """

    name: str
    train: Dataset
    validation: Optional[Dataset] = None
    test: Optional[Dataset] = None
    preparation: Any = None
    kind: str = "points"
    separable: bool = False
    about: Dict[str, Any] = {}
    tested: Sequence[int] = ()
    source: Any = None

    @property
    def classes(self) -> Tuple[str, ...]:
        """The names of the classes; empty if a number is predicted, or if they are not known."""
        return tuple(self.preparation.classes) if self.preparation else ()

    @property
    def is_regression(self) -> bool:
        """Whether a number is predicted, not a class."""
        return self.preparation is not None and not isinstance(self.preparation.target, Classes)

    def parts(self) -> List[Dataset]:
        """The parts that exist, in the order train, validation, test."""
        return [part for part in (self.train, self.validation, self.test) if part is not None]


# Points.

def xor(rng: Any = None) -> Problem:
    """The 21 points of the task xor, on the two diagonals of the unit square."""
    return Problem("xor", tasks.xor(), preparation=of_points(2))


def gate(rng: Any = None) -> Problem:
    """The truth table of XOR."""
    return Problem("gate", tasks.gate(), preparation=of_points(2))


def linear(rng: Any, points: int = 100) -> Problem:
    """Points on both sides of a line, ``points`` of them to learn from and 100 to test on, drawn from ``rng``."""
    train = tasks.linear(points, rng)
    return Problem("linear", train, test=tasks.linear(FRESH, rng), preparation=of_points(2), separable=True,
                   about={"points": points})


# Problems from a source.

def make(source: Source, rng: Any, loss: Optional[str] = None, tell: Tell = None) -> Problem:
    """Draw or read what the source says, and split it, with ``rng``.

    A table of two classes has two outputs if ``loss`` is None or cross-entropy, and one with any other loss.
    ``tell(done, total)`` is called to show progress.
    """
    if isinstance(source, TableSource):
        return table(source, rng, loss, tell)
    if isinstance(source, ImageSource):
        return images(source, rng, tell)
    if source.task == "linear":
        return linear(rng, source.points)
    return xor() if source.task == "xor" else gate()


def images(source: ImageSource, rng: Any, tell: Tell = None) -> Problem:
    """Images, shuffled and split, with one-hot labels."""
    found, chosen = images_in_parts(source, rng, tell)
    names = class_names(source, found)
    parts = [Dataset([found.images[i] for i in indices], one_hot([found.labels[i] for i in indices], found.classes))
             for indices in chosen]
    mean, deviation = 0.0, 1.0
    if source.standardize:
        from ..data.images import standardized_pixels
        mean, deviation = mean_and_deviation(x for row in parts[0].inputs for x in row)
        scaled = standardized_pixels([part.inputs for part in parts], mean, deviation)
        parts = [Dataset(rows, part.targets) for rows, part in zip(scaled, parts)]
    preparation = of_pixels(found, names, mean * found.divisor, deviation * found.divisor)
    about = {"data": source.data, "standardize": source.standardize, **_part_sizes(parts)}
    train, validation, test = parts
    return Problem("letters", train, validation, test, preparation, "images", about=about, tested=chosen[2],
                   source=found)


def _part_sizes(parts: Sequence[Dataset]) -> Dict[str, Any]:
    return {name: len(part.inputs) for name, part in zip(PARTS, parts)}


def table(source: TableSource, rng: Any, loss: Optional[str] = None, tell: Tell = None) -> Problem:
    """A table's rows, shuffled, split, and turned into inputs and targets."""
    from ..data.encoding import encode
    from ..data.features import fit
    found, rows = table_in_parts(source, rng, tell)
    preparation = fit(found, source.target, rows[0], source.task, source.missing, source.ignore)
    single = len(preparation.classes) == 2 and loss not in (None, "cross-entropy")
    parts = [Dataset(*encode(preparation, found, chosen, single=single)) for chosen in rows]
    about = {"file": source.file, "target": preparation.target.name,
             "task": "classification" if preparation.classes else "regression", **_part_sizes(parts)}
    train, validation, test = parts
    return Problem("train", train, validation, test, preparation, "table", about=about, tested=rows[2], source=found)
