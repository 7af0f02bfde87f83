"""``letters``: images of ten classes, drawn here or from a file; ReLU, softmax and cross-entropy."""
import random
from typing import Any, Dict, List

from ..engines.work import is_worth_it
from ..linalg import PurennError
from ..runs.problems import DRAWN, USUAL, ImageSource, check_names, class_names, drawn_sizes, read_images
from ..runs.tasks import TASKS, Task
from ..show.terminal import Terminal, telling
from .ending import train_and_report
from .options import (add_engine_options, add_figure_options, add_fitting_options, add_kept_options,
                      add_network_options, add_optimizer_options, add_part_options, add_report_options,
                      add_workers_option, named_as_options)
from .parser import MOST_EPOCHS, Parser, short, whole

# What --full stands for, the setting of the lab's report; and what is done where C can be compiled.
FULL = {"hidden": [1000], "train": 10000, "batch_size": "all", "epochs": 200, "patience": 0}
WITH_C = {"hidden": [300], "epochs": 20, "lr_decay": 0.9, "weight_decay": 0.001}

# The options that go with --show-data, and with --write-data.
SHOWN = ("show_data", "write_data", "data", "images", "labels", "ignore", "names", "seed")
FREE = {"engine", "workers", "seed", "json", "quiet", "save", "history", "plot", "checkpoint"}
WRITTEN = ("write_data", "show_data", "data", "names", "seed", "train", "validation", "test")


def run(arguments: List[str]) -> int:
    """Train, test and show; return the exit code."""
    options = parse(arguments)
    check_options(options)
    if options.write_data is not None:
        return write_data(options)
    if options.show_data:
        return show_data(options)
    return train_and_report(TASKS["letters"], options, source_of, every=1)


def parse(arguments: List[str]) -> Any:
    """The options; with ``--full`` those of the report where they are not given."""
    task = TASKS["letters"]
    parser = Parser("letters", description=task.summary)
    _add_data_options(parser)
    add_network_options(parser, task, output=False)
    group = parser.add_argument_group("the training")
    add_optimizer_options(group, task)
    add_fitting_options(group, task)
    group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS),
                       help="train for at most N epochs (default: 3 for 6000 images of 784 pixels, more where there "
                       "is less)")
    group.add_argument("--full", action="store_true", help=f"the setting of the lab's report: {_words(FULL)}")
    add_engine_options(group, "auto")
    add_workers_option(group)
    add_report_options(parser, log_every=None)
    add_kept_options(parser, every=1)
    add_figure_options(parser)
    options = parser.parse_args(arguments)
    usual = FULL if options.full else WITH_C if not options.given - FREE and is_worth_it(options.engine) else {}
    for name in set(usual) - options.given:
        setattr(options, name, usual[name])
    options.given |= set(usual)
    if usual is WITH_C and not options.json and not options.quiet:
        Terminal().line(f"There is a C compiler here, so more is done than without: {_words(WITH_C)}")
    return options


def _words(chosen: Dict[str, Any]) -> str:
    return " ".join(f"--{name.replace('_', '-')} {value[0] if isinstance(value, list) else value}"
                    for name, value in chosen.items())


def _add_data_options(parser: Parser) -> None:
    """The options that say what the images are."""
    group = parser.add_argument_group("the images")
    group.add_argument("--data", metavar="FILE", help="an npz with images and labels (notMNIST.npz), a folder of IDX "
                       "files (MNIST) or a CSV (default: letters A to J, drawn here)")
    group.add_argument("--images", metavar="NAME", help="the npz's array of images, where it cannot be guessed")
    group.add_argument("--labels", metavar="NAME", help="the npz's array of labels, or the CSV's column (label)")
    group.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="a column of the CSV that is no "
                       "pixel; can be given several times")
    group.add_argument("--names", metavar="TEXT", help="a character for each class, for the report, as in ABCDEFGHIJ")
    add_part_options(group, [f"{usual}, or {DRAWN * usual // USUAL[0]} drawn ones; less where there are fewer"
                             for usual in USUAL], "images")
    group.add_argument("--standardize", action="store_true", help="scale the pixels, which are from 0 to 1, to mean 0 "
                       "and deviation 1 over the images to learn from; goes with a smaller --lr")
    group.add_argument("--show-data", metavar="N", type=whole(1, 1000),
                       help="show N of the images, of a file the first, and end")
    group.add_argument("--write-data", metavar="FILE", help=f"write {sum(USUAL)} drawn letters, or what the three "
                       "sizes come to, as an npz like notMNIST.npz, and end")


def source_of(options: Any, task: Task) -> ImageSource:
    """Which images the options ask for."""
    values = {name: getattr(options, name) for name in ImageSource._fields}
    return ImageSource(**{**values, "ignore": tuple(options.ignore)})


def check_options(options: Any) -> None:
    """Raise PurennError where two of the options do not go together."""
    for name in ("images", "labels", "ignore"):
        if getattr(options, name) and options.data is None and options.resume is None:
            raise PurennError(f"--{name}: goes with --data; the letters that are drawn here have no such name")
    names = options.names
    if names is not None:
        if len(set(names)) < len(names) or "".join(names.split()) != names or not names.isprintable():
            raise PurennError(f"--names: found {short(names)}; the characters must be different, and no spaces")
        if options.data is None and options.resume is None:
            with named_as_options():
                check_names(names, 10)
    looks = options.show_data is not None or options.write_data is not None
    used = SHOWN if options.write_data is None else WRITTEN
    for name in ["full"] if options.full else sorted(options.given):
        if looks and name not in used:
            option = "--" + name.replace("_", "-")
            raise PurennError(f"{option}: goes without --show-data and --write-data; leave it out")
    if options.write_data is not None:
        if names is not None:
            raise PurennError("--names: goes without --write-data; the file holds numbers from 0 up")
        if options.show_data is not None:
            raise PurennError("--write-data: goes without --show-data; give one of the two")
        if options.data is not None:
            raise PurennError("--write-data: goes without --data; it writes the letters that are drawn here")


def show_data(options: Any) -> int:
    """The first images with their labels, as text."""
    from ..data.letters import drawn
    from ..show import pictures
    source, terminal = source_of(options, TASKS["letters"]), Terminal()
    with named_as_options():
        images = read_images(source) if source.data else drawn(options.show_data, random.Random(options.seed))
        names = class_names(source, images)
    rows = images.images[:options.show_data]
    titles = [f"{i + 1}: {names[images.labels[i]]}" for i in range(len(rows))]
    for line in pictures.sheet(terminal, titles, rows, images.height, images.width):
        terminal.line(line)
    return 0


def write_data(options: Any) -> int:
    """Write drawn letters, as many as notMNIST.npz has unless other sizes are asked for, in its shape."""
    from ..data.letters import NAMES, SIZE, drawing
    from ..data.npz import write_npz
    from ..files.disk import check_writable
    path, terminal = options.write_data, Terminal()
    check_writable(path)
    count = sum(drawn_sizes([options.train, options.validation, options.test], USUAL[0]))
    pixels, labels = bytearray(), bytearray()
    with telling(terminal, "drawing letters") as tell:
        for image, label in drawing(count, random.Random(options.seed)):
            pixels += image
            labels.append(label)
            tell(len(labels), count)
    write_npz(path, {"images": ((count, SIZE, SIZE), bytes(pixels)), "labels": ((count,), bytes(labels))})
    terminal.line(f"{path}: an npz with images {count} × {SIZE} × {SIZE} and labels {count}, unsigned bytes; read it "
                  f"with --names {NAMES}")
    return 0
