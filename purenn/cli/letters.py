"""``letters``: images of ten classes, drawn here or from a file; ReLU, softmax and cross-entropy."""
import random
from typing import Any, List, Tuple

from ..data.images import DRAWN, USUAL, drawn_sizes
from ..data.sources import ImageSource, check_names, class_names, read_source
from ..engines.work import can_use_c
from ..files.text import short
from ..linalg import PurennError
from ..runs.defaults import LETTERS_WITH_C, TASKS, Task
from ..show.progress import telling
from ..show.terminal import Terminal
from .options import (Group, add_ending_options, add_engine_options, add_fitting_options, add_network_options,
                      add_optimizer_options, add_part_options, add_workers_option, named_as_options)
from .parser import MOST_EPOCHS, Parser, typed, whole
from .training_commands import train_and_report

# What --full stands for: the settings of the lab report.
FULL = {"hidden": [1000], "train": 10000, "batch_size": "all", "epochs": 200, "patience": 0}

# The options that go with --show-data (the seed only with drawn letters), and those that go with --write-data.
SHOWN = ("show_data", "data", "images", "labels", "ignore", "names", "seed")
WRITTEN = ("write_data", "seed", "train", "validation", "test")

# The options that may be given without changing the other defaults.
FREE = {"engine", "workers", "seed", "json", "quiet", "save", "history", "plot", "checkpoint", "checkpoint_every"}


def run(arguments: List[str]) -> int:
    """Train, test and show; return the exit code."""
    options = parse(arguments)
    check_options(options)
    if options.write_data is not None:
        return write_data(options)
    if options.show_data:
        return show_data(options)
    return train_and_report(TASKS["letters"], options, source_of)


def parse(arguments: List[str]) -> Any:
    """Read the options. The values of those that are not given may come from FULL or from LETTERS_WITH_C."""
    parser = Parser("letters", description=f"{TASKS['letters'].summary} If there is a C compiler, some defaults "
                    f"differ from those below: {typed([], LETTERS_WITH_C)}. This holds only if you give no option for "
                    "images, network or training, except --engine, --seed and --workers.")
    images, group = add_options(parser, TASKS["letters"])
    images.add_argument("--show-data", metavar="N", type=whole(1, 1000),
                        help="show N letters, or with --data its first N images, and exit")
    images.add_argument("--write-data", metavar="FILE", help="write purenn's letters as an npz like notMNIST.npz, and "
                        f"exit; --train, --validation and --test say how many (default: {sum(USUAL)} in all)")
    group.add_argument("--full", action="store_true", help=f"the settings of the lab report: {typed([], FULL)}")
    add_workers_option(group)
    add_ending_options(parser, log_every=None, every=1)
    options = parser.parse_args(arguments)
    usual = FULL if options.full else LETTERS_WITH_C if not options.given - FREE and can_use_c(options.engine) else {}
    vars(options).update({name: usual[name] for name in set(usual) - options.given})
    options.given |= set(usual)
    if usual is LETTERS_WITH_C and not options.json and not options.quiet:
        Terminal().line(f"There is a C compiler, so these defaults are chosen: {typed([], LETTERS_WITH_C)}")
    return options


def add_options(parser: Parser, task: Task) -> Tuple[Group, Group]:
    """The options of the images, the network and the training; returns the groups of the first and the last."""
    images = parser.add_argument_group("the images")
    images.add_argument("--data", metavar="FILE", help="an npz with images and labels (notMNIST.npz), a folder of IDX "
                        "files (MNIST) or a CSV (default: letters A to J, which purenn draws)")
    images.add_argument("--images", metavar="NAME", help="the array of images in the npz, if it cannot be guessed")
    images.add_argument("--labels", metavar="NAME", help="the array of labels in the npz, or their column in the CSV "
                        "(default: label)")
    images.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="a column of the CSV to leave "
                        "out; can be given several times")
    images.add_argument("--names", metavar="TEXT", help="a character for each class, for the report, as in ABCDEFGHIJ")
    add_part_options(images, [f"{usual} of a file, or fewer if it is small; {DRAWN * usual // USUAL[0]} if drawn"
                              for usual in USUAL], "images")
    images.add_argument("--standardize", action="store_true", help="scale the pixels to mean 0 and standard deviation "
                        "1, measured on the images to learn from; use a smaller --lr with it")
    add_network_options(parser, task, output=False)
    group = parser.add_argument_group("the training")
    add_optimizer_options(group, task)
    add_fitting_options(group, task)
    group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS),
                       help="train for at most N epochs (default: 3 for 6000 images of 784 pixels, more for "
                       "smaller data)")
    add_engine_options(group, "auto")
    return images, group


def source_of(options: Any, task: Task) -> ImageSource:
    """Which images the options ask for."""
    values = {name: getattr(options, name) for name in ImageSource._fields}
    return ImageSource(**{**values, "ignore": tuple(options.ignore)})


def check_options(options: Any) -> None:
    """Raise PurennError if two of the options do not go together."""
    names = options.names
    if names is not None:
        if len(set(names)) < len(names) or "".join(names.split()) != names or not names.isprintable():
            raise PurennError(f"--names: found {short(names)}; it must be different characters, without spaces")
        if options.data is None and options.resume is None:
            with named_as_options():
                check_names(names, 10)
    looks = "--show-data" if options.show_data is not None else "--write-data" if options.write_data is not None else ""
    used = WRITTEN if options.show_data is None else SHOWN if options.data is None else SHOWN[:-1]
    for name in ["full"] if options.full else sorted(options.given):
        if looks and name not in used:
            raise PurennError(f"--{name.replace('_', '-')}: cannot be used with {looks}; leave it out")


def show_data(options: Any) -> int:
    """The first images with their labels, as text."""
    from ..data.letters import drawn
    from ..show import text_images
    source, terminal = source_of(options, TASKS["letters"]), Terminal()
    with named_as_options():
        images = read_source(source) if source.data else drawn(options.show_data, random.Random(options.seed))
        names = class_names(source, images)
    rows = images.images[:options.show_data]
    titles = [f"{i + 1}: {names[images.labels[i]]}" for i in range(len(rows))]
    terminal.lines(text_images.sheet(terminal, titles, rows, images.height, images.width))
    return 0


def write_data(options: Any) -> int:
    """Write drawn letters in the format of notMNIST.npz: as many as it has, unless other sizes are given."""
    from ..data.letters import NAMES, SIZE, arrays
    from ..data.npz import write_npz
    from ..files.disk import check_writable
    path, terminal = options.write_data, Terminal()
    check_writable(path)
    count = sum(drawn_sizes([options.train, options.validation, options.test], USUAL[0]))
    with telling(terminal, "drawing letters:") as tell:
        write_npz(path, arrays(count, random.Random(options.seed), tell))
    terminal.line(f"{path}: an npz with images {count} × {SIZE} × {SIZE} and labels {count}, unsigned bytes; read it "
                  f"with --names {NAMES}")
    return 0
