"""What the commands on tables share: reading one, what a network's outputs say of it, and how good that is."""
import argparse
import math

from ..activations import softmax
from ..data.encoding import decode_target
from ..linalg import PurennError
from ..show import pictures
from ..show import terminal as show
from ..study.scores import (confusion_matrix, mean_absolute_error, mean_squared_error, precision, r2_score, recall)
from ..training import class_of


def add_table_options(parser, file_help: str):
    """FILE and how it is read; returns the group."""
    parser.add_argument("file", metavar="FILE.csv", nargs="?", help=file_help + "; - reads stdin")
    group = parser.add_argument_group("the table")
    group.add_argument("--delimiter", metavar="C", help="comma, semicolon, tab or another character (default: found "
                       "out)")
    group.add_argument("--header", metavar="YES", type=yes_or_no, help="whether the first row names the columns: yes "
                       "or no (default: found out)")
    return group


def yes_or_no(text):
    """An option type: yes or no, as True or False."""
    if text.lower() not in ("yes", "no"):
        raise argparse.ArgumentTypeError("found %r; it must be yes or no" % text)
    return text.lower() == "yes"


def read(options, terminal=None):
    """The Table of FILE, with progress on a terminal."""
    from ..data.table import read_table
    bars: list = []

    def tell(done, total):
        if total is None:
            return
        if not bars:
            bars.append(show.Progress(terminal, total))
        bars[0].update(done, "reading %s: %d of %d MB", options.file, done // 10 ** 6, total // 10 ** 6)
    try:
        return read_table(options.file, options.delimiter, options.header, tell if terminal else None)
    finally:
        for bar in bars:
            bar.clear()


def is_classification(preparation) -> bool:
    """Whether the target of a preparation is a class, and not a number."""
    return preparation["target"]["kind"] == "classes"


def probabilities(output: str, values: list):
    """How likely each class is, by the outputs of a network for one sample; None where they do not say.

    Where each output is a probability by itself they are divided by their sum, so that theirs is 1.
    """
    if output == "logits":
        return softmax(values)
    if output == "probability":
        if len(values) == 1:
            return [1.0 - values[0], values[0]]
        total = math.fsum(values)
        return [value / total if total > 0.0 else 1.0 / len(values) for value in values]
    return None


def score(preparation, targets: list, outputs: list) -> dict:
    """How good outputs are: the confusion matrix, or the errors in the target's own unit and R²."""
    if is_classification(preparation):
        labels, guesses = [[class_of(values) for values in rows] for rows in (targets, outputs)]
        return {"confusion": confusion_matrix(labels, guesses, len(preparation["target"]["classes"]))}
    truth, said = [[decode_target(preparation, values[0]) for values in rows] for rows in (targets, outputs)]
    try:
        return {"mse": mean_squared_error(truth, said), "mae": mean_absolute_error(truth, said),
                "r2": r2_score(truth, said)}
    except OverflowError:
        raise PurennError("the errors of %s are too large to be squared; are the numbers of the table right?"
                          % preparation["target"]["name"]) from None


def score_lines(terminal, preparation, scores: dict) -> list:
    """The confusion matrix with recall and precision, as lines; of a regression there is no more to show."""
    if not is_classification(preparation):
        return []
    matrix = scores["confusion"]
    classes, names = range(len(matrix)), [show.printable(name) for name in preparation["target"]["classes"]]
    return ["", "What they are, and what they were taken for:"] + pictures.confusion(
        terminal, matrix, names, [precision(matrix, j) for j in classes], [recall(matrix, i) for i in classes])


def part_lines(preparation, parts: list) -> list:
    """A table of the parts: ``parts`` are (name, number of rows, loss, accuracy or None, scores)."""
    if is_classification(preparation):
        rows = [["", "rows", "accuracy", "loss"]] + [
            [name, "%d" % count, "%.4f" % accuracy, show.loss_text(loss)] for name, count, loss, accuracy, _ in parts]
    else:
        rows = [["", "rows", "R²", "mean absolute error", "mean squared error"]] + [
            [name, "%d" % count, "-" if scores["r2"] is None else "%.4f" % scores["r2"], "%.5g" % scores["mae"],
             "%.5g" % scores["mse"]] for name, count, _, _, scores in parts]
    return show.table(rows)


def outcome(preparation, loss: float, accuracy, scores: dict, count: int) -> str:
    """A part's scores in one line."""
    if is_classification(preparation):
        return show.outcome(loss, accuracy, count)
    r2 = "-" if scores["r2"] is None else "%.4f" % scores["r2"]
    return "R² %s, mean absolute error %.5g" % (r2, scores["mae"])


def said(preparation, rows: list) -> list:
    """What outputs, or targets, say: the name of a class, or a number in the target's own unit."""
    if is_classification(preparation):
        classes = preparation["target"]["classes"]
        return [classes[class_of(values)] for values in rows]
    return [decode_target(preparation, values[0]) for values in rows]


def listed(names: list) -> str:
    """Names with commas, the first of them where there are many.

    >>> listed(["a", "b"])
    'a, b'
    """
    text = show.printable(", ".join(names))
    return text if len(text) <= 60 else "%s … (%d in all)" % (text[:60].rpartition(", ")[0] or text[:40], len(names))
