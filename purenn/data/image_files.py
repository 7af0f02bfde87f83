"""Images with labels, from the files that they come in: an npz, a folder of IDX files, or a CSV.

``read_images`` reads them all into the same form: for each image a row of floats from 0 to 1, its pixels line by line,
and the number of its class.

All pixels are divided by the same number, which depends only on the pixels:

- by nothing if the largest is at most 1;
- if all are whole numbers: by 16 (as in scikit-learn's digits), 255 (bytes) or 65535, the first that is
  not exceeded, so that a part of a data set is scaled as the whole is;
- otherwise by the largest.

Equal pixels are one shared float object, so an image of 784 pixels takes the memory of 784 references.
"""
import csv
import io
import math
import os
import re
from array import array
from collections import Counter
from itertools import chain

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError, is_finite
from .arrays import LIMIT, ZIP, Array, check_size, what_begins
from .columns import numbers
from .idx import read_idx
from .images import SHARED, Images, Layout, Shared
from .npz import npz_headers, read_npz

MOST_CLASSES = 1000
MOST_IMAGES = 1_000_000         # each is a list, however few pixels it has

# The usual names of the images and the labels, in lower case; the first that fit are taken.
NAMES = (("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels"),
         ("images", "labels"), ("x", "y"), ("data", "target"))

IDX_NAME = re.compile(r"(.*?)[-_.]?(images|labels)[-._]idx\d-ubyte(\.gz)?$", re.IGNORECASE)


def read_images(path, names=None, label=None, ignore=()) -> Images:
    """Read images and labels from an npz, a folder of IDX files, or a CSV.

    - npz: arrays of the names in NAMES, in capital or small letters, or else the only two that fit each other;
      ``names``, a pair (images, labels), says which. Images are n × pixels or n × height × width; labels are n
      numbers or texts, or one-hot, n × classes (a class may be absent).
    - folder: as MNIST comes, ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and ``t10k-…``,
      perhaps with ``.gz``; or any one such pair.
    - CSV: one image in each row, perhaps below a header. The column ``label``, in capital or small letters, holds its
      class; without a header it is the first or the last. ``label`` says its name, its number from 1, or ``last``. All
      others but those in ``ignore`` are its pixels. They are put in order if their names are numbered (``pixel0``,
      ``1x1``).

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
    layout, found = _read_csv(path, label, ignore)
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


def _read_csv(path, label, ignore):
    """The Layout of a CSV, and a pair (images, labels) of Arrays."""
    with opened(path) as handle, io.TextIOWrapper(handle, encoding="utf-8-sig", newline="") as lines:
        check_size(path, os.fstat(handle.fileno()).st_size)
        rows = csv.reader(lines)
        try:
            first = [text.strip() for text in next(rows, [])]
            header = not all(_is_number(text) for text in first[1:-1] or first)
            names = first if header else [str(k + 1) for k in range(len(first))]
            pixels, texts = _csv_columns(path, rows, names, (None if header else first, label, ignore))
        except csv.Error as error:
            raise PurennError(f"{path}: line {rows.line_num}: {error}") from None
        except UnicodeDecodeError:
            raise PurennError(f"{path}: after line {rows.line_num}: is not text in UTF-8") from None
    if not texts:
        raise PurennError(f"{path}: holds no images")
    at = _label_column(path, names, label, header, pixels, texts)
    return _laid_out(path, names, at, ignore, header, (pixels, texts))


def _is_number(text):
    return any(c.isdigit() for c in text) and numbers([text]) is not None


def _csv_columns(path, rows, names, given):
    """The pixels of all rows, row by row, 0 for texts; and the texts, by their numbers, of the columns that may hold
    labels or are ignored."""
    first, label, ignore = given
    kept = sorted({0, len(names) - 1, *[k for k, name in enumerate(names) if name.lower() == "label" or name in ignore
                                        or label in (name, str(k + 1))]})
    shared = Shared(float)                                  # each different text is converted once
    pixels = array("d")
    texts: dict = {k: [] for k in kept}
    wanted = set(kept)
    if first:
        _add_row(path, rows, names, (first, shared, wanted), (pixels, texts))
    for row in rows:
        if row:
            _add_row(path, rows, names, (row, shared, wanted), (pixels, texts))
    return pixels, texts if texts[0] else {}


def _add_row(path, rows, names, given, found):
    row, shared, wanted = given
    pixels, texts = found
    if len(row) != len(names):
        raise PurennError(f"{path}: line {rows.line_num} has {len(row)} cells and the first line {len(names)}; they "
                          "must be "
                          "equally many")
    for k in texts:
        texts[k].append(row[k].strip())
    try:
        values = [shared[cell] for cell in row]
    except ValueError:
        values = [_value(path, rows, names, (k, cell, k in wanted)) for k, cell in enumerate(row)]
    if len(pixels) * pixels.itemsize > 2 * LIMIT:
        raise PurennError(f"{path}: holds more than {2 * LIMIT // pixels.itemsize} pixels; take fewer images")
    pixels.extend(array("d", values))


def _value(path, rows, names, cell):
    k, text, may_be_text = cell
    try:
        return float(text)
    except ValueError:
        if may_be_text:
            return 0.0
        raise PurennError(f"{path}: line {rows.line_num}: column {short(names[k])} holds {short(text)}; every pixel "
                          "must be "
                          "a number; ignore the column if it holds none") from None


def _label_column(path, names, label, header, pixels, texts):
    """The number of the column with the labels."""
    if label is not None:
        if label in names and header:
            return names.index(label)
        if label == "last":
            return len(names) - 1
        if label.isascii() and label.isdigit() and len(label) < 10 and 1 <= int(label) <= len(names):
            return int(label) - 1
        raise PurennError(f"{path}: there is no column {short(label)}; the first line is {short(names)}")
    if header:
        found = [k for k, name in enumerate(names) if name.lower() == "label"]
        if len(found) == 1:
            return found[0]
        raise PurennError(f"{path}: there must be one column 'label' and there are {len(found)}; the first line names "
                          "the "
                          f"columns, with commas between them, and is {short(names)}; say which one has the labels")
    width, last = len(names), len(names) - 1
    may_be = [k for k in (0, last) if _are_labels(texts[k]) and len(set(texts[k])) > 1]
    constant = [k for k in (0, last) if len(set(texts[k])) == 1]
    if len(may_be) == 1 and (constant or not _are_labels(texts[last - may_be[0] if width > 1 else 0])):
        return may_be[0]
    raise PurennError(f"{path}: has no header; does the first or the last column hold the labels? Set labels to 1 or "
                      "to "
                      "last")


def _are_labels(texts):
    """Whether they may be labels: few of them different, and whole numbers or texts."""
    different = set(texts)
    return len(different) <= min(100, max(2, len(texts) // 2)) and all(
        text.isdigit() or not _is_number(text) for text in different)


NUMBERED = re.compile(r"(\D*)(\d{1,9})(?:x(\d{1,9}))?\Z", re.ASCII)


def _laid_out(path, names, at, ignore, header, found):
    """The Layout, and the Arrays of the images, their pixels in order, and of the labels."""
    pixels, texts = found
    width = len(names)
    left_out = {at}
    for name in ignore:
        if name not in names:
            raise PurennError(f"{path}: there is no column {short(name)} to ignore; the first line is {short(names)}")
        left_out.add(names.index(name))
    places = [k for k in range(width) if k not in left_out]
    if not places:
        raise PurennError(f"{path}: no column is left for pixels")
    _check_numbers(path, names, places, texts)
    if header:
        _check_names(path, names, places)
        places = _in_order(names, places)
    _check_range(path, names, places, pixels)
    count = len(pixels) // width
    if places == list(range(places[0], places[-1] + 1)) and len(places) == width - 1:
        kept = array("d")
        for start in range(0, len(pixels), width):
            kept.extend(pixels[start + places[0]:start + places[-1] + 1])
    else:
        kept = array("d", [pixels[start + k] for start in range(0, len(pixels), width) for k in places])
    layout = Layout(list(names), names[at], [names[k] for k in places], header)
    return layout, (Array((count, len(places)), kept), Array((count,), texts[at]))


def _check_numbers(path, names, places, texts):
    """Raise PurennError for a text in a column of pixels that might have held labels."""
    for k in places:
        for i, text in enumerate(texts.get(k, ())):
            try:
                float(text)
            except ValueError:
                raise PurennError(f"{path}: image {i}: column {short(names[k])} holds {short(text)}; every pixel must "
                                  "be a number; ignore the column if it holds none") from None


def _check_names(path, names, places):
    """Raise PurennError for a column whose name is not numbered as those of most others are."""
    if "" in names:
        raise PurennError(f"{path}: column {names.index('') + 1} has no name in the first line; leave out what is not "
                          "a "
                          "pixel, such as row numbers")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PurennError(f"{path}: the first line has column {short(twice)} twice")
    stems = Counter(_stem(names[k]) for k in places)
    stem, most = stems.most_common(1)[0]
    if stem is not None and 2 * most > len(places):
        for k in places:
            if _stem(names[k]) != stem:
                raise PurennError(f"{path}: column {short(names[k])} does not have the name of a pixel; others are "
                                  f"called {short(names[places[-1] if k != places[-1] else places[0]])}; ignore it")


def _stem(name):
    """The part of a name before its number; None if it has no number."""
    match = NUMBERED.match(name)
    return match.group(1) if match else None


def _in_order(names, places):
    """The columns of the pixels in the order of their numbers, if all are numbered."""
    keys = [(int(match.group(2)), int(match.group(3) or 0))
            for match in [NUMBERED.match(names[k]) for k in places] if match]
    if len(keys) < len(places):
        return places
    return [k for _, k in sorted(zip(keys, places))]


def _check_range(path, names, places, pixels):
    """Raise PurennError for a column that goes beyond 255 when most others do not: it has no pixels."""
    width = len(names)
    largest = {k: max(pixels[k::width]) for k in places}
    beyond = [k for k in places if largest[k] > 255]
    if 0 < len(beyond) <= len(places) // 4:
        raise PurennError(f"{path}: column {short(names[beyond[0]])} goes up to {largest[beyond[0]]:g}, and the pixels "
                          "of "
                          "nearly all others up to 255; ignore it if it holds no pixels")


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
    """The labels in each of these arrays as numbers of classes, and what the classes are called."""
    widths = {labels.shape[1] if len(labels.shape) == 2 else 1 for labels in arrays}
    if len(widths) > 1:
        raise PurennError(f"{path}: the labels to train on and those to test on are of different widths")
    width = widths.pop()
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
    if isinstance(values, list) and not all(map(_is_number, values)):
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
        raise PurennError(f"{path}: the smallest pixel is {lowest:g}; they must be from 0 up, so add {-lowest:g} to "
                          "each")
    if largest <= 1:
        return 1
    if all(value == int(value) for value in seen):          # more than SHARED whole ones go beyond 65535 anyway
        return next((limit for limit in (16, 255, 65535) if largest <= limit), largest)
    return largest


def _rows(values, size, scaled):
    return [[scaled[pixel] for pixel in values[start:start + size]] for start in range(0, len(values), size)]
