"""Images with labels from a table, a CSV with a row for each image: ``image_files`` reads it with ``read_csv``.

The labels are in one column, the pixels in the others. Columns with numbers in their names are put in the order of
these numbers.
"""
import csv
import io
import os
import re
from array import array
from collections import Counter

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError
from .arrays import LIMIT, Array, check_size
from .columns import is_number
from .images import Layout, Shared


def read_csv(path, label, ignore):
    """A Layout, and a pair (images, labels) of Arrays. ``image_files.read_images`` says what the CSV may hold."""
    with opened(path) as handle, io.TextIOWrapper(handle, encoding="utf-8-sig", newline="") as lines:
        check_size(path, os.fstat(handle.fileno()).st_size)
        rows = csv.reader(lines)
        try:
            first = [text.strip() for text in next(rows, [])]
            header = not all(is_number(text) for text in first[1:-1] or first)
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


def _csv_columns(path, rows, names, given):
    """The pixels of all rows, row by row, 0 for texts; and the texts of the columns that may hold labels or are
    ignored, by the number of the column."""
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
        raise PurennError(f"{path}: line {rows.line_num} has {len(row)} cells and the first line {len(names)}; each "
                          "line must have the same number")
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
                          "must be a number; ignore the column if it holds no pixels") from None


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
        raise PurennError(f"{path}: there must be one column 'label' and there are {len(found)}; the first line, "
                          f"split at commas, is {short(names)}; say which column has the labels")
    width, last = len(names), len(names) - 1
    may_be = [k for k in (0, last) if _are_labels(texts[k]) and len(set(texts[k])) > 1]
    constant = [k for k in (0, last) if len(set(texts[k])) == 1]
    if len(may_be) == 1 and (constant or not _are_labels(texts[last - may_be[0] if width > 1 else 0])):
        return may_be[0]
    raise PurennError(f"{path}: has no header; does the first or the last column hold the labels? Set labels to 1 or "
                      "to last")


def _are_labels(texts):
    """Whether the texts may be labels: few different ones, and those that are numbers have only digits."""
    different = set(texts)
    return len(different) <= min(100, max(2, len(texts) // 2)) and all(
        text.isdigit() or not is_number(text) for text in different)


NUMBERED = re.compile(r"(\D*)(\d{1,9})(?:x(\d{1,9}))?\Z", re.ASCII)


def _laid_out(path, names, at, ignore, header, found):
    """The Layout, the Array of the images, with their pixels in order, and the Array of the labels."""
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
    """Raise PurennError if a column that might have held the labels, but is taken for pixels, holds a text."""
    for k in places:
        for i, text in enumerate(texts.get(k, ())):
            try:
                float(text)
            except ValueError:
                raise PurennError(f"{path}: image {i}: column {short(names[k])} holds {short(text)}; every pixel must "
                                  "be a number; ignore the column if it holds no pixels") from None


def _check_names(path, names, places):
    """Raise PurennError for a column whose name is not numbered as those of most others are."""
    if "" in names:
        raise PurennError(f"{path}: column {names.index('') + 1} has no name in the first line; leave out what is not "
                          "a pixel, such as row numbers")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PurennError(f"{path}: the first line has column {short(twice)} twice")
    stems = Counter(_stem(names[k]) for k in places)
    stem, most = stems.most_common(1)[0]
    if stem is not None and 2 * most > len(places):
        for k in places:
            if _stem(names[k]) != stem:
                raise PurennError(f"{path}: column {short(names[k])} does not have the name of a pixel, such as "
                                  f"{short(names[places[-1] if k != places[-1] else places[0]])}; ignore the column")


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
                          "of nearly all others up to 255; ignore it if it holds no pixels")
