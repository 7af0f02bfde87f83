"""Images with labels, wherever they come from: ``image_files`` reads them, ``letters`` draws them."""
from typing import Dict, List, NamedTuple, Optional

SHARED = 1 << 16                # different values that are shared, at most; with more, sharing gains little


class Images(NamedTuple):
    """Images: rows of height · width floats from 0 to 1, and their labels, whole numbers from 0 to classes − 1.

    ``test_images`` and ``test_labels`` have the same form; they are None if the files hold no separate test part. The
    pixels were divided by ``divisor``. ``names`` are the names of the classes as they are written, None if a class is
    called by its number. ``layout`` says how a table held the images, None if they are not from a table.
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
    """How a table holds images: the names of all its columns in their order, of the one with the labels, and of the
    pixels in the order in which an image has them; and whether the first row names them."""

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
