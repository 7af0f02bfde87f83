"""``predict``: what a saved network says of each row of a table, as a CSV."""
import csv
import io
import math
import os
import sys

from ..data.encoding import encode, rows_to_encode
from ..linalg import PurennError
from ..show import terminal as show
from . import models, tables
from .options import Parser


def run(arguments) -> int:
    """Write the rows with the prediction; return the exit code."""
    parser = Parser("predict", description="Write the rows of a table with what a saved network says of each: the "
                    "prediction, and for classes how likely each is.")
    models.add_model_options(parser)
    tables.add_table_options(parser, "the table to predict from; it needs the columns that the network was trained on")
    parser.add_argument("--out", metavar="FILE.csv", help="where to write (default: stdout)")
    options = parser.parse_args(arguments)
    out = None if options.out == "-" else options.out
    if out is not None:
        from ..files.disk import check_writable
        for path in (options.model, options.file):
            if path is not None and os.path.realpath(path) == os.path.realpath(out):
                raise PurennError("--out: %s is read, too; give the predictions a file of their own" % out)
        check_writable(out)
    model = models.load(options)
    table = models.read(options)
    text = "".join(csv_line(row, table.delimiter) for row in predicted(model, table)).encode("utf-8")
    if out is None:
        write_bytes(text)
        return 0
    from ..files.disk import replacing
    with replacing(out) as beside, open(beside, "wb") as handle:
        handle.write(text)
    return 0


def csv_line(row: list, delimiter: str) -> str:
    """A row of a CSV with its end; a field that holds any end of a line is quoted."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(row)
    return line.getvalue()[:-2] + "\n"


def write_bytes(text: bytes) -> None:
    """Write to stdout as it is, in UTF-8: these are data, and not for the eye alone."""
    if not hasattr(sys.stdout, "buffer"):                   # closed, or caught by another program
        show.Terminal().line(text.decode("utf-8")[:-1])
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def predicted(model, table):
    """The table's rows, the names first, with the prediction and the classes' probabilities.

    They are empty for a row with missing values, where the network was trained without such rows.
    """
    preparation = models.preparation_of(model, table)
    known = rows_to_encode(preparation, table, with_target=False)
    outputs = model.network.predict(encode(preparation, table, known, with_target=False)[0]) if known else []
    if not all(math.isfinite(value) for output in outputs for value in output):
        raise PurennError("what the network says of %s is not finite: its weights, or the numbers of the table, are "
                          "too large" % table.path)
    names = [_fresh(name, table.names) for name in added_names(model, preparation)]
    yield [*table.names, *names]
    said = dict(zip(known, zip(outputs, tables.said(preparation, outputs))))
    for row, texts in enumerate(zip(*table.columns)):
        yield [*texts, *added(model, *said[row])] if row in said else [*texts, *[""] * len(names)]


def _fresh(name, taken):
    """The name, with a number where the table has such a column."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = "%s_%d" % (name, number)
    return found


def added_names(model, preparation) -> list:
    """The names of the columns that are added."""
    if model.preparation is None:
        return ["output%d" % (k + 1) for k in range(models.output_size(model))]
    if not tables.is_classification(preparation) or model.output == "values":
        return ["prediction"]
    return ["prediction", *["probability_" + name for name in preparation["target"]["classes"]]]


def added(model, output: list, said) -> list:
    """What is added to a row."""
    if model.preparation is None:
        return [repr(value) for value in output]
    likely = tables.probabilities(model.output, output) if tables.is_classification(model.preparation) else None
    return [said if isinstance(said, str) else repr(said), *["%.6f" % share for share in likely or []]]
