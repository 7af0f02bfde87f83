"""Where data come from, as plain values that a checkpoint can hold; and how those data are read or drawn, and split.

``runs.problems.make`` makes a Problem of a source.
"""
import os
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..linalg import PurennError
from .splitting import PARTS, Size, split, split_sizes

Tell = Optional[Callable[[int, Optional[int]], None]]


class ChoiceError(PurennError):
    """An invalid choice: ``choice`` is its name, such as that of a setting, ``reason`` what is wrong with it."""

    def __init__(self, choice: str, reason: str):
        PurennError.__init__(self, f"{choice}: {reason}")
        self.choice, self.reason = choice, reason


class Points(NamedTuple):
    """The points of a task; ``points`` says how many, for the task linear."""

    task: str
    points: int = 100


class ImageSource(NamedTuple):
    """Images, drawn if ``data`` is None, otherwise from that file or folder; see ``image_files.read_images``."""

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
    """A table, and what is predicted from it; see ``csv_table.read_table`` and ``features.fit``."""

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


def images_in_parts(source: ImageSource, rng: Any, tell: Tell = None) -> Tuple[Any, List[List[int]]]:
    """The Images of a source, and which of them each part gets, by number.

    ``tell(done, total)`` is called while letters are drawn.
    """
    from .images import DRAWN, drawn_sizes, split_images
    asked: Sequence[Size] = [source.train, source.validation, source.test]
    if source.data is None:
        from .letters import drawn
        asked = drawn_sizes(asked, DRAWN)
        found = drawn(sum(asked), rng, tell)
    else:
        found = read_source(source)
    return found, split_images(found, asked, rng)


def table_in_parts(source: TableSource, rng: Any, tell: Tell = None) -> Tuple[Any, List[List[int]]]:
    """The Table of a source, and which of its rows each part gets, by number from 0.

    ``tell(done, total)`` is called while the file is read. Raises PurennError if there are fewer rows than parts.
    """
    from .csv_table import read_table
    from .features import rows_to_use
    found = read_table(source.file, source.delimiter, source.header, tell, source.decimal)
    usable = rows_to_use(found, source.target, source.missing, source.ignore)
    count = len(usable)
    if count < len(PARTS):
        raise PurennError(f"train: {source.file} has {count} row{'' if count == 1 else 's'} to use; there must be at "
                          f"least {len(PARTS)}, one for each of {', '.join(PARTS)}")
    part = max(1, count * 15 // 100)
    sizes = split_sizes(count, [source.train, source.validation, source.test], [count - 2 * part, part, part])
    return found, [[usable[i] for i in chosen] for chosen in split(count, sizes, rng)]


def read_source(source: ImageSource) -> Any:
    """The Images of a file or a folder. Raises ChoiceError if a field is for another kind of file."""
    from .image_files import is_npz, read_images
    path = source.data or ""
    is_folder = os.path.isdir(path)
    if source.labels is not None and is_folder:
        raise ChoiceError("labels", f"is for an npz or a CSV, and {path} is a folder; leave it out")
    if source.images is not None and (is_folder or not is_npz(path)):
        raise ChoiceError("images", f"is for an npz, which {path} is not; leave it out")
    if source.ignore and (is_folder or is_npz(path)):
        raise ChoiceError("ignore", f"is for a CSV, which {path} is not; leave it out")
    names = None
    if source.images is not None or source.labels is not None:
        names = (source.images or "images", source.labels or "labels")
    return read_images(path, names, source.labels, source.ignore)


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
