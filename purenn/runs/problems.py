"""Problems: data to learn from, to validate with and to test on, and facts about them.

``xor()``, ``gate()`` and ``linear(rng)`` are those of the tasks; ``images`` and ``table`` make others.
A source, ``Points``, ``ImageSource`` or ``TableSource``, says in plain values where the data come from, so that a
checkpoint can hold it; ``make`` reads or draws what it says.
"""
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..data import tasks
from ..data.preparation import Classes, of_pixels, of_points
from ..data.splitting import PARTS, mean_and_deviation, one_hot, split, split_sizes, standardized
from ..linalg import PurennError
from ..training import Dataset
from .settings import ChoiceError

FRESH = 100                     # test points of the task linear

# How many images of notMNIST the labs (docs/lab-reports.md) learned from, validated with and tested on.
USUAL = (10000, 6000, 2724)

DRAWN = 6000                    # letters drawn to learn from; the other parts are in proportion
MOST_IMAGES = 200_000           # drawn, at most

Size = Union[int, float, None]  # of a part: a number of samples, a share of all of them, or None for the usual


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
        """The names of the classes; none if a number is predicted, or if they are not known."""
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
    """The 21 points of XOR."""
    return Problem("xor", tasks.xor(), preparation=of_points(2))


def gate(rng: Any = None) -> Problem:
    """The truth table of XOR."""
    return Problem("gate", tasks.gate(), preparation=of_points(2))


def linear(rng: Any, points: int = 100) -> Problem:
    """Points on both sides of a line, ``points`` of them to learn from and 100 to test on, drawn from ``rng``."""
    train = tasks.linear(points, rng)
    return Problem("linear", train, test=tasks.linear(FRESH, rng), preparation=of_points(2), separable=True,
                   about={"points": points})


# Where the data come from, in plain values.

class Points(NamedTuple):
    """The points of a task; ``points`` says how many, for the task linear."""

    task: str
    points: int = 100


class ImageSource(NamedTuple):
    """Images, drawn if ``data`` is None, otherwise from that file or folder; see ``data.image_files.read_images``."""

    data: Optional[str] = None
    images: Optional[str] = None
    labels: Optional[str] = None
    names: Optional[str] = None
    ignore: Tuple[str, ...] = ()
    train: Size = None
    validation: Size = None
    test: Size = None
    standardize: bool = False


class TableSource(NamedTuple):
    """A table, and what is predicted from it; see ``data.table.read_table`` and ``data.features.fit``."""

    file: str
    target: str
    task: Optional[str] = None
    ignore: Tuple[str, ...] = ()
    missing: str = "refuse"
    delimiter: Optional[str] = None
    header: Optional[bool] = None
    decimal: str = "point"
    train: Size = None
    validation: Size = None
    test: Size = None


Source = Union[Points, ImageSource, TableSource]
Tell = Optional[Callable[[int, Optional[int]], None]]


def make(source: Source, rng: Any, loss: Optional[str] = None, tell: Tell = None) -> Problem:
    """Draw or read what the source says, and split it, with ``rng``.

    ``loss`` is the loss of the training, if known: with any but cross-entropy, two classes of a table are one output.
    ``tell(done, total)`` is called to show progress.
    """
    if isinstance(source, TableSource):
        return table(source, rng, loss, tell)
    if isinstance(source, ImageSource):
        return images(source, rng, tell)
    if source.task == "linear":
        return linear(rng, source.points)
    return xor() if source.task == "xor" else gate()


# Images.

def images(source: ImageSource, rng: Any, tell: Tell = None) -> Problem:
    """Images, shuffled and split, with one-hot labels."""
    asked = [source.train, source.validation, source.test]
    if source.data is None:
        from ..data.letters import drawn
        sizes = drawn_sizes(asked, DRAWN)
        found = drawn(sum(sizes), rng, tell)
        chosen = split(sum(sizes), sizes, rng)
    else:
        found = read_images(source)
        chosen = _chosen(found, asked, rng)
    names = class_names(source, found)
    parts = [Dataset([found.images[i] for i in indices], one_hot([found.labels[i] for i in indices], found.classes))
             for indices in chosen]
    mean, deviation = 0.0, 1.0
    if source.standardize:
        mean, deviation = mean_and_deviation(x for row in parts[0].inputs for x in row)
        parts = _standardized(parts, mean, deviation)
    preparation = of_pixels(found, names, mean * found.divisor, deviation * found.divisor)
    about = {"data": source.data, "standardize": source.standardize, **_part_sizes(parts)}
    train, validation, test = parts
    return Problem("letters", train, validation, test, preparation, "images", about=about, tested=chosen[2],
                   source=found)


def _part_sizes(parts: Sequence[Dataset]) -> Dict[str, Any]:
    return {name: len(part.inputs) for name, part in zip(PARTS, parts)}


def _standardized(parts: Sequence[Dataset], mean: float, deviation: float) -> List[Dataset]:
    """The parts with their pixels standardized; equal pixels stay one object."""
    from ..data.images import Shared
    shared = Shared(lambda x: standardized([x], mean, deviation)[0])
    return [Dataset([[shared[x] for x in row] for row in part.inputs], part.targets) for part in parts]


def drawn_sizes(asked: Sequence[Size], usual_train: int) -> List[int]:
    """How many letters are drawn for each part: as asked for, or ``usual_train`` and in proportion to it."""
    asked = [usual_train if asked[0] is None else asked[0], *asked[1:]]
    count = max(sum(USUAL), sum(size if isinstance(size, int) else usual for size, usual in zip(asked, USUAL)))
    if count > MOST_IMAGES:
        raise PurennError(f"letters: {count} images are asked for; at most {MOST_IMAGES} are drawn: ask for fewer")
    return split_sizes(count, asked, USUAL)


def read_images(source: ImageSource) -> Any:
    """The Images of a file or a folder."""
    import os

    from ..data.image_files import is_npz, read_images as read
    is_folder = os.path.isdir(source.data or "")
    if source.labels is not None and is_folder:
        raise ChoiceError("labels", f"is for an npz or a CSV, and {source.data} is a folder; leave it out")
    if source.images is not None and (is_folder or not is_npz(source.data)):
        raise ChoiceError("images", f"is for an npz, which {source.data} is not; leave it out")
    if source.ignore and (is_folder or is_npz(source.data)):
        raise ChoiceError("ignore", f"is for a CSV, which {source.data} is not; leave it out")
    names = None
    if source.images is not None or source.labels is not None:
        names = (source.images or "images", source.labels or "labels")
    return read(source.data, names, source.labels, source.ignore)


def _chosen(found: Any, asked: Sequence[Size], rng: Any) -> List[List[int]]:
    """Which of the images each part gets, by number; the separate test images come after the others."""
    count = len(found.images)
    if found.test_images is None:
        return split(count, split_sizes(count, asked, USUAL), rng)
    chosen = split(count, split_sizes(count, asked[:2], USUAL[:2]), rng)
    others = len(found.test_images)
    last = split(others, split_sizes(others, asked[2:], USUAL[2:], PARTS[2:]), rng)[0]
    found.images.extend(found.test_images)
    found.labels.extend(found.test_labels)
    return chosen + [[count + i for i in last]]


def class_names(source: ImageSource, found: Any) -> List[str]:
    """The names of the classes of Images: from ``names``, or from the file."""
    if source.names is None:
        return list(found.names)
    check_names(source.names, found.classes)
    return list(source.names)


def check_names(names: str, classes: int) -> None:
    """Raise ChoiceError unless there is a character for each class."""
    if len(names) != classes:
        raise ChoiceError("names", f"found {names!r:.42}, {len(names)} characters; there must be one for each of the "
                          f"{classes} classes")


# Tables.

def table(source: TableSource, rng: Any, loss: Optional[str] = None, tell: Tell = None) -> Problem:
    """A table's rows, shuffled, split, and turned into inputs and targets."""
    from ..data.encoding import encode
    from ..data.features import fit, rows_to_use
    from ..data.table import read_table
    found = read_table(source.file, source.delimiter, source.header, tell, source.decimal)
    usable = rows_to_use(found, source.target, source.missing, source.ignore)
    count = len(usable)
    if count < len(PARTS):
        raise PurennError(f"train: {source.file} has {count} row{'' if count == 1 else 's'} to use; there must be at "
                          f"least {len(PARTS)}, one for each of {', '.join(PARTS)}")
    part = max(1, count * 15 // 100)
    sizes = split_sizes(count, [source.train, source.validation, source.test], [count - 2 * part, part, part])
    rows = [[usable[i] for i in chosen] for chosen in split(count, sizes, rng)]
    preparation = fit(found, source.target, rows[0], source.task, source.missing, source.ignore)
    single = len(preparation.classes) == 2 and loss not in (None, "cross-entropy")
    parts = [Dataset(*encode(preparation, found, chosen, single=single)) for chosen in rows]
    about = {"file": source.file, "target": preparation.target.name,
             "task": "classification" if preparation.classes else "regression", **_part_sizes(parts)}
    train, validation, test = parts
    return Problem("train", train, validation, test, preparation, "table", about=about, tested=rows[2], source=found)
