"""``predict``: what a saved network says of each row of a table, as a CSV."""
import csv
import io

from ..data.features import encode, rows_to_encode
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
    if options.out is not None:
        from ..files.disk import check_writable
        check_writable(options.out)
    model = models.load(options)
    table = models.read(options)
    rows = predicted(model, table)
    if options.out is None:
        write_lines(rows, table.delimiter)
        return 0
    from ..files.disk import replacing
    with replacing(options.out) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=table.delimiter, lineterminator="\n").writerows(rows)
    return 0


def write_lines(rows, delimiter: str) -> None:
    """Write rows to stdout as a CSV."""
    terminal = show.Terminal()
    for row in rows:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator="").writerow(row)
        terminal.line(line.getvalue())


def predicted(model, table):
    """The table's rows, the names first, with the prediction and the classes' probabilities.

    They are empty for a row with missing values, where the network was trained without such rows.
    """
    preparation = models.preparation_of(model, table)
    known = rows_to_encode(preparation, table, with_target=False)
    outputs = model.network.predict(encode(preparation, table, known, with_target=False)[0]) if known else []
    names = added_names(model, preparation)
    yield [*table.names, *names]
    said = dict(zip(known, zip(outputs, tables.said(preparation, outputs))))
    for row, texts in enumerate(zip(*table.columns)):
        yield [*texts, *added(model, *said[row])] if row in said else [*texts, *[""] * len(names)]


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
