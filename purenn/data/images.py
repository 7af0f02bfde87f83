"""Images with labels, wherever they come from: ``image_files`` reads them, ``letters`` draws them."""
from typing import Dict, List, NamedTuple, Optional, Sequence

from ..linalg import Matrix, PurennError
from .splitting import PARTS, Size, split, split_sizes, standardized

# How many images of notMNIST the labs (docs/lab-reports.md) learned from, validated with and tested on.
USUAL = (10000, 6000, 2724)

DRAWN = 6000                    # letters drawn to learn from; the other parts are in proportion
MOST_IMAGES = 200_000           # drawn, at most

SHARED = 1 << 16                # different values that are shared, at most; with more, sharing gains little


class Images(NamedTuple):
    """Images: rows of height · width floats from 0 to 1, and their labels, whole numbers from 0 to classes − 1.

    ``test_images`` and ``test_labels`` have the same form; they are None if the files hold no separate test part. The
    pixels were divided by ``divisor``. ``names`` are the names of the classes as they are written; it is None if the
    classes are called by their numbers. ``layout`` says how a table held the images, None if they are not from a table.
    """

    images: List[List[float]]
    labels: List[int]
    height: int
    width: int
    classes: int
    test_images: Optional[List[List[float]]]
    test_labels: Optional[List[int]]
    divisor: float
    names: Optional[List[str]] = None
    layout: Optional["Layout"] = None


class Layout(NamedTuple):
    """How a table holds images: the names of all its ``columns`` in their order; the column of the labels; the
    columns of the ``pixels``, in the order in which an image has them; and whether the first row is a header."""

    columns: List[str]
    label: str
    pixels: List[str]
    header: bool


class Shared(Dict[float, float]):
    """A cache of ``function``, called once for each value, so that equal pixels are one float object."""

    def __init__(self, function) -> None:
        dict.__init__(self)
        self.function = function

    def __missing__(self, value):
        made = self.function(value)
        if len(self) < SHARED:
            self[value] = made
        return made


def from_bytes(images, labels, height: int, width: int, classes: int) -> Images:
    """Images from bytes: for each image a ``bytes`` of height · width pixels from 0 to 255, and its label."""
    shades = [pixel / 255.0 for pixel in range(256)]
    return Images([[shades[pixel] for pixel in image] for image in images], list(labels), height, width, classes,
                  None, None, 255.0)


def standardized_pixels(parts: Sequence[Matrix], mean: float, deviation: float) -> List[Matrix]:
    """The rows of pixels of each part, standardized; equal pixels stay one object."""
    shared = Shared(lambda x: standardized([x], mean, deviation)[0])
    return [[[shared[x] for x in row] for row in rows] for rows in parts]


def drawn_sizes(asked: Sequence[Size], usual_train: int) -> List[int]:
    """How many letters each part gets.

    As many as are asked for. By default, the training part gets ``usual_train``, and every other part a number in
    proportion to the training part's, but no more than USUAL gives for the part.
    """
    asked = [usual_train if asked[0] is None else asked[0], *asked[1:]]
    count = max(sum(USUAL), sum(size if isinstance(size, int) else usual for size, usual in zip(asked, USUAL)))
    if count > MOST_IMAGES:
        raise PurennError(f"letters: {count} images are asked for; at most {MOST_IMAGES} are drawn: ask for fewer")
    return split_sizes(count, asked, USUAL)


def split_images(found: Images, asked: Sequence[Size], rng) -> List[List[int]]:
    """Which of the images each part gets, by number; separate test images are put after the others."""
    count = len(found.images)
    if found.test_images is None or found.test_labels is None:
        return split(count, split_sizes(count, asked, USUAL), rng)
    chosen = split(count, split_sizes(count, asked[:2], USUAL[:2]), rng)
    others = len(found.test_images)
    last = split(others, split_sizes(others, asked[2:], USUAL[2:], PARTS[2:]), rng)[0]
    found.images.extend(found.test_images)
    found.labels.extend(found.test_labels)
    return chosen + [[count + i for i in last]]
