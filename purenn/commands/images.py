"""Where ``letters`` has its images from, what they are split into, and the two ways to look at them alone."""
import argparse
import os
from collections import namedtuple

from ..data.letters import NAMES, SIZE, drawing
from ..data.preparation import (PARTS, Images, Shared, from_bytes, is_part, mean_and_deviation, one_hot, split,
                                split_sizes, standardized)
from ..linalg import PurennError
from ..show import pictures
from ..show import terminal as show
from ..training import Dataset
from .options import short, whole

# How many images of notMNIST the labs learned from, looked at meanwhile, and tested on.
USUAL = (10000, 6000, 2724)

# How many letters are drawn to learn from, so that the first run is a short one; the other parts in proportion.
DRAWN = 6000

MOST_IMAGES = 200_000

# The images, the classes' names, the three Datasets in the order of PARTS, which of the images the tested ones are, and
# the (mean, deviation) by which a pixel as it is in the file was scaled.
Source = namedtuple("Source", ("images", "names", "parts", "tested", "scale"))


def part_size(text):
    """An option type: a number of images, or a share of all of them."""
    try:
        size = float(text) if "." in text else int(text)
    except ValueError:
        size = 0
    if not is_part(size):
        raise argparse.ArgumentTypeError("found %s; it must be a whole number from 1 up, or a share such as 0.6"
                                         % short(text))
    return size


def add_data_options(parser) -> None:
    """The options that say what the images are."""
    group = parser.add_argument_group("the images")
    group.add_argument("--data", metavar="FILE", help="an npz with images and labels (notMNIST.npz), a folder of IDX "
                       "files (MNIST) or a CSV (default: letters A to J, drawn here)")
    group.add_argument("--images", metavar="NAME", help="the npz's array of images, where it cannot be guessed")
    group.add_argument("--labels", metavar="NAME", help="the npz's array of labels, or the CSV's column (label)")
    group.add_argument("--names", metavar="TEXT", help="a character for each class, for the report, as in ABCDEFGHIJ")
    for part, usual, what in zip(PARTS, USUAL, ("learn from", "look at after each epoch", "be tested on at the end")):
        group.add_argument("--" + part, metavar="N", type=part_size,
                           help="images to %s, or their share (default: %d, or %d drawn ones; less where there are "
                           "fewer)" % (what, usual, DRAWN * usual // USUAL[0]))
    group.add_argument("--standardize", action="store_true", help="scale the pixels, which are from 0 to 1, to mean 0 "
                       "and deviation 1 over the images to learn from; goes with a smaller --lr")
    group.add_argument("--show-data", metavar="N", type=whole(1, 1000),
                       help="show N of the images, of a file the first, and end")
    group.add_argument("--write-data", metavar="FILE", help="write %d drawn letters, or what the three sizes come "
                       "to, as an npz like notMNIST.npz, and end" % sum(USUAL))


def make_source(options, rng, terminal=None) -> Source:
    """The images that the options ask for, shuffled, split, and their labels one-hot."""
    asked = [options.train, options.validation, options.test]
    if options.data is None:
        sizes = drawn_sizes(asked, DRAWN)
        images = draw_images(sum(sizes), rng, terminal)
        chosen = split(sum(sizes), sizes, rng)
    else:
        images = read(options)
        chosen = _chosen(images, asked, rng)
    names = class_names(options, images)
    parts = [Dataset([images.images[i] for i in indices], one_hot([images.labels[i] for i in indices], images.classes))
             for indices in chosen]
    if not options.standardize:
        return Source(images, names, parts, chosen[2], (0.0, images.divisor))
    mean, deviation = mean_and_deviation(x for row in parts[0].inputs for x in row)
    return Source(images, names, _standardized(parts, mean, deviation), chosen[2],
                  (mean * images.divisor, deviation * images.divisor))


def _standardized(parts, mean, deviation):
    """The parts with their pixels scaled by the mean and the deviation; equal ones stay one object."""
    shared = Shared(lambda x: standardized([x], mean, deviation)[0])
    return [Dataset([[shared[x] for x in row] for row in part.inputs], part.targets) for part in parts]


def draw_images(count: int, rng, terminal=None) -> Images:
    """So many letters, drawn here, with progress on the terminal."""
    progress = show.Progress(terminal, count) if terminal else None
    drawn, labels = [], []
    for image, label in drawing(count, rng):
        drawn.append(image)
        labels.append(label)
        if progress:
            progress.update(len(drawn), "drawing letters: %d of %d", len(drawn), count)
    if progress:
        progress.clear()
    return from_bytes(drawn, labels, SIZE, SIZE, len(NAMES))


def drawn_sizes(asked, usual_train: int) -> list:
    """How many letters are drawn for each part: ``usual_train`` and in proportion, or what is asked for."""
    if asked[0] is None:
        asked = [usual_train, *asked[1:]]
    count = max(sum(USUAL), sum(size if isinstance(size, int) else usual for size, usual in zip(asked, USUAL)))
    if count > MOST_IMAGES:
        raise PurennError("letters: %d images are asked for; at most %d are drawn: ask for fewer"
                          % (count, MOST_IMAGES))
    return split_sizes(count, asked, USUAL)


def read(options) -> Images:
    """The images of ``--data``."""
    from ..data.images import is_npz, read_images
    is_folder = os.path.isdir(options.data)
    if options.labels is not None and is_folder:
        raise PurennError("--labels: goes with an npz or a CSV, and %s is a folder; leave it out" % options.data)
    if options.images is not None and (is_folder or not is_npz(options.data)):
        raise PurennError("--images: goes with an npz, which %s is not; leave it out" % options.data)
    names = None
    if options.images is not None or options.labels is not None:
        names = (options.images or "images", options.labels or "labels")
    return read_images(options.data, names, label=options.labels or "label")


def check_options(options) -> None:
    """Raise PurennError where two of the options do not go together."""
    for name in ("images", "labels"):
        if getattr(options, name) is not None and options.data is None:
            raise PurennError("--%s: goes with --data; the letters that are drawn here have no such name" % name)
    if options.names is not None and (len(set(options.names)) < len(options.names) or "".join(
            options.names.split()) != options.names or not options.names.isprintable()):
        raise PurennError("--names: found %s; the characters must be different, and no spaces" % short(options.names))
    if options.names is not None and options.data is None:
        check_names(options.names, len(NAMES))
    if options.names is not None and options.write_data is not None:
        raise PurennError("--names: goes without --write-data; the file holds numbers from 0 up")
    for name in ("json", "quiet", "plot"):
        if getattr(options, name) and (options.show_data is not None or options.write_data is not None):
            raise PurennError("--%s: goes without --show-data and --write-data; leave it out" % name)
    if options.write_data is not None and options.show_data is not None:
        raise PurennError("--write-data: goes without --show-data; give one of the two")
    if options.write_data is not None and options.data is not None:
        raise PurennError("--write-data: goes without --data; it writes the letters that are drawn here")


def _chosen(images, asked, rng):
    """Which of the images each part gets, by number; the separate test images come after the others."""
    count = len(images.images)
    if images.test_images is None:
        return split(count, split_sizes(count, asked, USUAL), rng)
    chosen = split(count, split_sizes(count, asked[:2], USUAL[:2]), rng)
    others = len(images.test_images)
    last = split(others, split_sizes(others, asked[2:], USUAL[2:], PARTS[2:]), rng)[0]
    images.images.extend(images.test_images)
    images.labels.extend(images.test_labels)
    return chosen + [[count + i for i in last]]


def class_names(options, images) -> list:
    """What the classes are called: a letter each where they were drawn here, otherwise their numbers."""
    if options.names is not None:
        check_names(options.names, images.classes)
        return list(options.names)
    return list(NAMES) if options.data is None else [str(k) for k in range(images.classes)]


def check_names(names: str, classes: int) -> None:
    """Raise PurennError unless there is a character for each class."""
    if len(names) != classes:
        raise PurennError("--names: found %s, %d characters; there must be one for each of the %d classes"
                          % (short(names), len(names), classes))


def show_data(terminal, options, rng) -> int:
    """The first images with their labels, as text."""
    images = draw_images(options.show_data, rng) if options.data is None else read(options)
    names = class_names(options, images)
    rows = images.images[:options.show_data]
    titles = ["%d: %s" % (i + 1, names[images.labels[i]]) for i in range(len(rows))]
    for line in pictures.sheet(terminal, titles, rows, images.height, images.width):
        terminal.line(line)
    return 0


def write_data(terminal, options, rng) -> int:
    """Write drawn letters, as many as notMNIST.npz has unless other sizes are asked for, in its shape."""
    from ..files.disk import check_writable
    from ..data.npz import write_npz
    check_writable(options.write_data)
    count = sum(drawn_sizes([options.train, options.validation, options.test], USUAL[0]))
    progress = show.Progress(terminal, count)
    pixels, labels = bytearray(), bytearray()
    for image, label in drawing(count, rng):
        pixels += image
        labels.append(label)
        progress.update(len(labels), "drawing letters: %d of %d", len(labels), count)
    progress.clear()
    write_npz(options.write_data, {"images": ((count, SIZE, SIZE), bytes(pixels)), "labels": ((count,), bytes(labels))})
    terminal.line("%s: an npz with images %d × %d × %d and labels %d, unsigned bytes; read it with --names %s"
                  % (options.write_data, count, SIZE, SIZE, count, NAMES))
    return 0
