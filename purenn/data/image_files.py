"""Images with labels, from the files that they come in: an npz, a folder of IDX files, or a CSV.

``read_images`` reads them all into the same form: for each image a row of floats from 0 to 1, its pixels line by line,
and the number of its class.

All pixels are divided by the same number, which depends only on the pixels:

- by 1 if the largest is at most 1;
- if all are whole numbers: by 16 (as in scikit-learn's digits), 255 (bytes) or 65535, the first that is
  not exceeded, so that a part of a data set is scaled as the whole is;
- otherwise (fractions, or numbers above 65535) by the largest.

Equal pixels are one shared float object, unless there are more than SHARED different values; so an image of 784 pixels
takes the memory of 784 references.
"""
import math
import os
import re
from itertools import chain

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError, is_finite
from .arrays import LIMIT, ZIP, what_begins
from .columns import is_number
from .idx import read_idx
from .image_tables import read_csv
from .images import SHARED, Images, Shared
from .npz import npz_headers, read_npz

MOST_CLASSES = 1000
MOST_IMAGES = 1_000_000         # each is a list, however few pixels it has

# The usual names of the images and the labels, in lower case; the first that fit are taken.
NAMES = (("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels"),
         ("images", "labels"), ("x", "y"), ("data", "target"))

IDX_NAME = re.compile(r"(.*?)[-_.]?(images|labels)[-._]idx\d-ubyte(\.gz)?$", re.IGNORECASE)


def read_images(path, names=None, label=None, ignore=()) -> Images:
    """Read images and labels from an npz, a folder of IDX files, or a CSV.

    - npz: the arrays called as in NAMES, in capital or small letters, or else the only two that fit each other. The
      argument ``names``, a pair (images, labels), chooses others. Images are n × pixels or n × height × width;
      labels are n numbers or texts, or one-hot, n × classes (a class may be absent).
    - folder: as MNIST comes, ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and ``t10k-…``,
      perhaps with ``.gz``; or any one such pair.
    - CSV: one image in each row, perhaps below a header. The column "label", in capital or small letters, holds its
      class; without a header it is the first or the last. The argument ``label`` names another: its name, its number
      from 1, or ``last``. All other columns, except those in ``ignore``, are pixels. They are put in order if their
      names are numbered (``pixel0``, ``1x1``).

    Classes are named as their labels are written, and sorted, by value if all are whole numbers. If the height and
    width are not known, the pixels are taken to be a square or, if their number is no square, one line. Raises
    PurennError, naming the file, for anything else; for pixels that are below 0 or not finite, and columns whose names
    are not those of pixels; for fewer than two images or two classes, or too many for memory.
    """
    if os.path.isdir(path):
        return _images(path, *_read_folder(path))
    with opened(path) as handle:
        start = handle.read(4096)
    if start.startswith(ZIP):
        return _images(path, *_read_npz(path, names))
    if not start or b"\0" in start:                          # no text has that byte
        raise PurennError(f"{path}: is {what_begins(start)}; give an npz with images and labels, a folder of IDX "
                          "files, or "
                          "a CSV")
    layout, found = read_csv(path, label, ignore)
    return _images(path, found, None)._replace(layout=layout)


def is_npz(path) -> bool:
    """True if the file begins as an npz does. Raises PurennError if it cannot be read."""
    with opened(path) as handle:
        return handle.read(len(ZIP[0])) in ZIP


# The three kinds of file: each gives a pair (images, labels) of Arrays to train on, and one to test on or None.

def _read_npz(path, names):
    headers = npz_headers(path)
    chosen = _choose(path, {name: headers[name].shape for name in headers}, names)
    parts = []
    for pair in chosen:
        _layout(path, headers[pair[0]].shape, headers[pair[1]].shape)       # before anything large is read
        arrays = read_npz(path, pair)
        parts.append((arrays[pair[0]], arrays[pair[1]]))
    return parts[0], parts[1] if len(parts) > 1 else None


def _choose(path, shapes, names):
    """Which arrays are meant: a list of one or two pairs of names, (images, labels)."""
    if names is not None:
        for name in names:
            if name not in shapes:
                raise PurennError(f"{path}: there is no array {short(name)}; it has {_listed(shapes)}")
        return [tuple(names)]
    real = {name.lower(): name for name in shapes}
    for known in NAMES:
        found = [real[name] for name in known if name in real]
        if real.keys() >= set(known[:2]):
            return [found[:2], found[2:]] if len(found) == 4 else [found[:2]]
    fitting = [(images, labels) for images in shapes for labels in shapes
               if len(shapes[images]) > 1 and len(shapes[labels]) == 1 and shapes[images][0] == shapes[labels][0]]
    if len(fitting) != 1:
        raise PurennError(f"{path}: which arrays are the images and their labels? It has {_listed(shapes)}; call them "
                          "images and labels, or give their names")
    return fitting


def _read_folder(path):
    pairs: dict = {}
    try:
        files = sorted(os.listdir(path))                    # one without .gz comes before one with it
    except OSError as error:
        raise PurennError(f"{path}: cannot be read: {error.strerror}") from None
    for file in files:
        match = IDX_NAME.match(file)
        if match and os.path.isfile(os.path.join(path, file)):
            pairs.setdefault(match.group(1), {}).setdefault(match.group(2).lower(), os.path.join(path, file))
    for pair in pairs.values():
        if len(pair) == 1:
            raise PurennError(f"{path}: {os.path.basename(*pair.values())} has no partner; images and labels are "
                              "needed, as train-images-idx3-ubyte and train-labels-idx1-ubyte")
    train = [name for name in pairs if len(pairs) == 1 or not name.lower().endswith(("t10k", "test"))]
    test = [name for name in pairs if name not in train]
    if len(train) != 1 or len(test) > 1:
        held = f"pairs for {short(list(pairs))}" if pairs else "no IDX files"
        raise PurennError(f"{path}: holds {held}; a folder of IDX files has train-images-idx3-ubyte and "
                          "train-labels-idx1-ubyte, and perhaps t10k-…, each perhaps with .gz")
    parts = [(read_idx(pairs[name]["images"]), read_idx(pairs[name]["labels"])) for name in train + test]
    return parts[0], parts[1] if test else None


def _listed(shapes):
    """Arrays by name and shape, for a message.

    >>> _listed({"images": (9, 8, 8), "labels": (9,)})
    'images 9 × 8 × 8, labels 9'
    """
    listed = [f"{name[:30]} {' × '.join((str(n) for n in shapes[name])) or '(one number)'}" for name in shapes]
    return ", ".join(listed[:8] + ["…"] * (len(listed) > 8))


# The one form.

def _images(path, train, test):
    """The Images from two pairs of Arrays (images, labels): one to train on; one to test on, or None."""
    parts = [train, test] if test else [train]
    layouts = [_layout(path, images.shape, labels.shape) for images, labels in parts]
    if layouts[0] != layouts[-1]:
        raise PurennError("%s: the images to train on are %d × %d and those to test on are %d × %d; the sizes "
                          "must be equal" % (path, *layouts[0], *layouts[-1]))
    if train[0].shape[0] < 2:
        raise PurennError(f"{path}: holds 1 image to train on; at least 2 are needed")
    labels, names = _labels(path, [labels for _, labels in parts])
    classes = len(names)
    for images, _ in parts:
        if isinstance(images.values, list):
            raise PurennError(f"{path}: the images are texts; they must be numbers")
    divisor = _divisor(path, [images.values for images, _ in parts])
    scaled = Shared(lambda pixel: pixel / divisor)
    rows = [_rows(images.values, math.prod(layouts[0]), scaled) for images, _ in parts]
    height, width = layouts[0]
    if not test:
        return Images(rows[0], labels[0], height, width, classes, None, None, divisor, names)
    return Images(rows[0], labels[0], height, width, classes, rows[1], labels[1], divisor, names)


def _layout(path, shape, labels_shape):
    """The height and width of images in an array of this shape. Raises PurennError if a shape is wrong or too large."""
    if len(shape) == 4 and 1 in (shape[1], shape[3]):       # one channel, first or last
        sizes = shape[1:3] if shape[3] == 1 else shape[2:]
    else:
        sizes = shape[1:]
    if len(sizes) not in (1, 2):
        raise PurennError(f"{path}: the images are an array {short(shape)}; it must be images × pixels or images × "
                          "height × width, in gray")
    if 0 in shape:
        raise PurennError(f"{path}: holds no images: their array is {short(shape)}")
    if not 1 <= len(labels_shape) <= 2 or labels_shape[0] != shape[0] or 0 in labels_shape:
        raise PurennError(f"{path}: there are {shape[0]} images, and the labels are an array "
                          f"{short(labels_shape)}; there must be one label for each image")
    if shape[0] > MOST_IMAGES:
        raise PurennError(f"{path}: holds {shape[0]} images; at most {MOST_IMAGES} are read, so take fewer")
    if math.prod(shape) * 8 > 2 * LIMIT:
        raise PurennError(f"{path}: holds {shape[0]} images of {math.prod(sizes)} pixels; as lists they take "
                          f"{math.prod(shape) * 8 / 2 ** 30:.1f} GB of memory, and at most 1 GB is allowed; take fewer")
    if len(sizes) == 2:
        return sizes
    side = math.isqrt(sizes[0])
    return (side, side) if side * side == sizes[0] else (1, sizes[0])


def _labels(path, arrays):
    """The labels in each of these arrays as class numbers, and what the classes are called."""
    widths = [labels.shape[1] if len(labels.shape) == 2 else 1 for labels in arrays]
    width = widths[0]
    if width != widths[-1]:
        raise PurennError(f"{path}: each label to train on has length {width}, and each label to test on "
                          f"has length {widths[-1]}; the lengths must be equal")
    if width > 1:
        return [_from_one_hot(path, labels.values, width) for labels in arrays], [str(k) for k in range(width)]
    written = [_written(path, labels.values) for labels in arrays]
    different = set(chain.from_iterable(written))
    whole = all(name.isascii() and name.isdigit() for name in different)
    names = sorted(different, key=lambda name: (int(name), name) if whole else (0, name))
    if "" in different:
        raise PurennError(f"{path}: a label is missing")
    if len(names) < 2:
        raise PurennError(f"{path}: all labels are {short(names[0])}; there must be at least two classes")
    if len(names) > MOST_CLASSES:
        raise PurennError(f"{path}: has {len(names)} different labels; at most {MOST_CLASSES} classes are allowed; are "
                          "these names of classes?")
    number = {name: k for k, name in enumerate(names)}
    return [[number[name] for name in labels] for labels in written], names


def _written(path, values):
    """Labels as texts: those that are numbers must be whole and from 0 up."""
    if isinstance(values, list) and not all(map(is_number, values)):
        return values
    texts = {}
    for i, value in enumerate(values):
        if value in texts:
            continue
        number = float(value)
        if not is_finite(number) or number != int(number) or number < 0:
            raise PurennError(f"{path}: the label of image {i} is {value!r}; labels that are numbers must be "
                              "whole ones from 0 up")
        exact = isinstance(value, int) or isinstance(value, str) and value.isdigit()
        texts[value] = str(value) if exact else str(int(number))
    return [texts[value] for value in values]


def _from_one_hot(path, values, width):
    labels = []
    for start in range(0, len(values), width):
        row = list(values[start:start + width])
        if row.count(1) != 1 or row.count(0) != width - 1:
            raise PurennError(f"{path}: labels that are not one-hot: the label of image {start // width} is "
                              f"{short(row)}; it must be one 1 among zeros")
        labels.append(row.index(1))
    return labels


def _divisor(path, arrays):
    """The divisor of the pixels, as the module's docstring says. Raises PurennError if one is below 0 or not finite."""
    seen: set = set()
    for values in arrays:
        for start in range(0, len(values), SHARED):
            if len(seen) <= SHARED:
                seen.update(values[start:start + SHARED])
    few = len(seen) <= SHARED

    def every():
        return seen if few else chain.from_iterable(arrays)
    if not all(map(math.isfinite, every())):
        raise PurennError(f"{path}: there are pixels that are infinite or nan; every one must be a finite number")
    lowest, largest = min(every()), max(every())
    if lowest < 0:
        raise PurennError(f"{path}: the smallest pixel is {lowest:g}; pixels must be from 0 up, so add {-lowest:g} "
                          "to each")
    if largest <= 1:
        return 1
    if all(value == int(value) for value in seen):          # if more than SHARED differ, one is above 65535
        return next((limit for limit in (16, 255, 65535) if largest <= limit), largest)
    return largest


def _rows(values, size, scaled):
    return [[scaled[pixel] for pixel in values[start:start + size]] for start in range(0, len(values), size)]
