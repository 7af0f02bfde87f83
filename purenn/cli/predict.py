"""``predict``: a saved network's prediction for each row of a table, as a CSV."""
import os
from typing import Any, List, Optional

from ..data.csv_table import read_table
from ..data.predictor import load_predictor, predicted
from ..files.rows import csv_line
from ..linalg import PurennError
from ..show.terminal import write_bytes
from .options import add_model_options, add_table_options
from .parser import Parser


def run(arguments: List[str]) -> int:
    """Write the rows with the prediction; return the exit code."""
    parser = Parser("predict", description="Write the rows of a table with a saved network's predictions and, for "
                    "classes, the probability of each class.")
    add_model_options(parser)
    add_table_options(parser, "the table to predict from; it needs the network's input columns, but not the target")
    parser.add_argument("--out", metavar="FILE.csv", help="where to write (default: stdout)")
    options = parser.parse_args(arguments)
    out: Optional[str] = None if options.out == "-" else options.out
    if out is not None:
        from ..files.disk import check_writable
        for path in (options.model, options.file):
            if path is not None and os.path.realpath(path) == os.path.realpath(out):
                raise PurennError(f"--out: {out} is read, too; give the predictions a file of their own")
        check_writable(out)
    predictor, table = predictor_and_table(options)
    text = "".join(csv_line(row, table.delimiter) for row in predicted(predictor, table))
    if out is None:
        write_bytes(text.encode("utf-8"))
    else:
        from ..files.disk import write_text
        write_text(out, text)
    return 0


def predictor_and_table(options: Any) -> Any:
    """The Predictor of MODEL, and the Table of FILE."""
    predictor = load_predictor(options.model, options.activation, options.output_activation)
    if options.file is None:
        raise PurennError(f"found no table; give a CSV, as in: {options.model} FILE.csv, or - for stdin")
    decimal = options.decimal or (predictor.preparation.decimal if predictor.preparation else "point")
    return predictor, read_table(options.file, options.delimiter, options.header, None, decimal)
