"""Images with labels, from the files that they come in: an npz, a folder of IDX files, or a CSV.

One door, ``read_images``, and one form behind it: a row of floats from 0 to 1 for each image, its
pixels line by line, and for each the number of its class.

What the pixels are divided by depends on them alone, all of them together:

- nothing, where the largest is at most 1;
- where all are whole numbers: 16 (as in scikit-learn's digits), 255 (bytes) or 65535, the first that is
  not exceeded, so that a part of a data set is scaled as the whole is;
- otherwise the largest of them.

Equal pixels are one shared float object: an image of 784 then takes 784 references and no more.
"""
import csv
import io
import math
import os
import re
from array import array
from itertools import chain

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError, is_finite
from .arrays import LIMIT, ZIP, Array, check_size, what_begins
from .idx import read_idx
from .images import SHARED, Images, Shared
from .npz import npz_headers, read_npz

MOST_CLASSES = 1000
MOST_IMAGES = 1_000_000         # each is a list of its own, whatever it holds

# The names under which images and labels are kept, in small letters; the first that fit are taken.
NAMES = (("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels"),
         ("images", "labels"), ("x", "y"), ("data", "target"))

IDX_NAME = re.compile(r"(.*?)[-_.]?(images|labels)[-._]idx\d-ubyte(\.gz)?$", re.IGNORECASE)


def read_images(path, names=None, label="label") -> Images:
    """Read images and labels from an npz, a folder of IDX files, or a CSV.

    - npz: arrays of the names in NAMES, in any case, or else the only two that fit each other; ``names``,
      a pair (images, labels), says which. Images are n × pixels or n × height × width; labels are n
      numbers, or one-hot, n × classes (each class need not be there).
    - folder: as MNIST comes, ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and ``t10k-…``,
      perhaps with ``.gz``; or any one such pair.
    - CSV: a header, then an image a row; the column ``label`` holds its class and all others its pixels.

    Pixels that are not in lines make a square, or else one line. Raises PurennError, naming the file, for
    anything that is not so; for pixels that are below 0 or not finite; for labels that are not 0 … K − 1
    with each of them there and K at least 2; for fewer than two images, or too many for memory.
    """
    if os.path.isdir(path):
        return _images(path, *_read_folder(path))
    with opened(path) as handle:
        start = handle.read(4096)
    if start.startswith(ZIP):
        return _images(path, *_read_npz(path, names))
    if not start or b"\0" in start:                          # no text has that byte
        raise PurennError(f"{path}: is {what_begins(start)}; give an npz with images and labels, a folder of IDX "
                          "files, or a CSV")
    return _images(path, _read_csv(path, label), None)


def is_npz(path) -> bool:
    """True where the file begins as an npz does. Raises PurennError where it cannot be read."""
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
                raise PurennError(f"{path}: there is no array {name!r}; it has {_listed(shapes)}")
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
                          "images and labels, or say their names")
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


def _read_csv(path, label):
    with opened(path) as handle, io.TextIOWrapper(handle, encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        check_size(path, os.fstat(handle.fileno()).st_size)
        try:
            return _csv_arrays(path, rows, label)
        except csv.Error as error:
            raise PurennError(f"{path}: line {rows.line_num}: {error}") from None
        except UnicodeDecodeError:
            raise PurennError(f"{path}: after line {rows.line_num}: is not text in UTF-8") from None


def _csv_arrays(path, rows, label):
    header = [name.strip() for name in next(rows, [])]
    if header.count(label) != 1:
        raise PurennError(f"{path}: there must be one column {label!r} and there are {header.count(label)}; the "
                          f"first line names the columns, with commas between them, and is {short(header)}; say which "
                          "one has the labels")
    if "" in header:
        raise PurennError(f"{path}: column {header.index('') + 1} has no name in the first line; leave out what "
                          "is not a pixel, such as row numbers")
    numbers = Shared(float)                                # each cell's text is read once
    at = header.index(label)
    pixels, labels = array("d"), array("d")
    for row in rows:
        if not row:
            continue
        if len(row) != len(header):
            raise PurennError(f"{path}: line {rows.line_num} has {len(row)} cells and the first line "
                              f"{len(header)} names; they must be equally many")
        try:
            row = [numbers[cell] for cell in row]
        except ValueError as error:
            raise PurennError(f"{path}: line {rows.line_num}: {error}; every cell must be a number, the label one "
                              "from 0 up") from None
        if len(pixels) * pixels.itemsize > 2 * LIMIT:
            raise PurennError(f"{path}: holds more than {2 * LIMIT // pixels.itemsize} pixels; take fewer images")
        labels.append(row.pop(at))
        pixels.extend(array("d", row))
    return Array((len(labels), len(header) - 1), pixels), Array((len(labels),), labels)


def _listed(shapes):
    """Arrays by name and shape, for a message.

    >>> _listed({"images": (9, 8, 8), "labels": (9,)})
    'images 9 × 8 × 8, labels 9'
    """
    listed = [f"{name[:30]} {' × '.join((str(n) for n in shapes[name])) or '(one number)'}" for name in shapes]
    return ", ".join(listed[:8] + ["…"] * (len(listed) > 8))


# The one form.

def _images(path, train, test):
    """The Images of a pair (images, labels) of Arrays to train on, and one to test on or None."""
    parts = [train, test] if test else [train]
    layouts = [_layout(path, images.shape, labels.shape) for images, labels in parts]
    if layouts[0] != layouts[-1]:
        raise PurennError("%s: the images to train on are %d × %d and those to test on %d × %d; they must be equal"
                          % (path, *layouts[0], *layouts[-1]))
    if train[0].shape[0] < 2:
        raise PurennError(f"{path}: holds 1 image to train on; at least 2 are needed")
    labels, classes = _labels(path, [labels for _, labels in parts])
    divisor = _divisor(path, [images.values for images, _ in parts])
    scaled = Shared(lambda pixel: pixel / divisor)
    rows = [_rows(images.values, math.prod(layouts[0]), scaled) for images, _ in parts]
    height, width = layouts[0]
    if not test:
        return Images(rows[0], labels[0], height, width, classes, None, None, divisor)
    return Images(rows[0], labels[0], height, width, classes, rows[1], labels[1], divisor)


def _layout(path, shape, labels_shape):
    """The height and width of images in an array of this shape, once the shapes are known to be right."""
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
                          f"{short(labels_shape)}; there must be one for each image")
    if shape[0] > MOST_IMAGES:
        raise PurennError(f"{path}: holds {shape[0]} images; at most {MOST_IMAGES} are read, so take fewer")
    if math.prod(shape) * 8 > 2 * LIMIT:
        raise PurennError(f"{path}: holds {shape[0]} images of {math.prod(sizes)} pixels; as lists they take "
                          f"{math.prod(shape) * 8 / 2 ** 30:.1f} GB of memory and at most 1 is taken, so take fewer")
    if len(sizes) == 2:
        return sizes
    side = math.isqrt(sizes[0])
    return (side, side) if side * side == sizes[0] else (1, sizes[0])


def _labels(path, arrays):
    """The labels in each of these arrays, lists of whole numbers, and how many classes there are."""
    widths = {labels.shape[1] if len(labels.shape) == 2 else 1 for labels in arrays}
    if len(widths) > 1:
        raise PurennError(f"{path}: the labels to train on and those to test on are of different widths")
    width = widths.pop()
    if width > 1:
        return [_from_one_hot(path, labels.values, width) for labels in arrays], width
    labels = [_whole(path, labels.values) for labels in arrays]
    found = set(chain.from_iterable(labels))
    largest = max(found)
    missing = next((k for k in range(largest) if k not in found), None)
    if missing is not None or largest < 1:
        raise PurennError(f"{path}: labels that are not 0 … K−1: the largest is {largest} and none is "
                          f"{1 if missing is None else missing}; number the classes from 0 without a gap")
    if largest >= MOST_CLASSES:
        raise PurennError(f"{path}: the largest label is {largest}; at most {MOST_CLASSES} classes are "
                          "taken: are these numbers of classes?")
    return labels, largest + 1


def _whole(path, values):
    for i in range(len(values)):
        if not is_finite(values[i]) or values[i] != int(values[i]) or values[i] < 0:
            raise PurennError(f"{path}: labels that are not 0 … K−1: that of image {i} is {values[i]!r}; the "
                              "classes are whole numbers from 0 up")
    return [int(value) for value in values]


def _from_one_hot(path, values, width):
    labels = []
    for start in range(0, len(values), width):
        row = list(values[start:start + width])
        if row.count(1) != 1 or row.count(0) != width - 1:
            raise PurennError(f"{path}: labels that are not one-hot: that of image {start // width} is "
                              f"{short(row)}; it must be one 1 among zeros")
        labels.append(row.index(1))
    return labels


def _divisor(path, arrays):
    """What the pixels are divided by, as the module's docstring says. Raises PurennError where one is not good."""
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
        raise PurennError(f"{path}: the smallest pixel is {lowest:g}; they must be from 0 up, so add {-lowest:g} to "
                          "each")
    if largest <= 1:
        return 1
    if all(value == int(value) for value in seen):          # more than SHARED whole ones go beyond 65535 anyway
        return next((limit for limit in (16, 255, 65535) if largest <= limit), largest)
    return largest


def _rows(values, size, scaled):
    return [[scaled[pixel] for pixel in values[start:start + size]] for start in range(0, len(values), size)]
