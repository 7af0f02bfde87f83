"""``evaluate``: how good a saved network is on a table that has the target, too."""
import math

from ..data.encoding import encode
from ..linalg import PurennError
from ..show import terminal as show
from ..training import Dataset
from ..training import evaluate as measure
from . import models, tables
from .options import Parser


def run(arguments) -> int:
    """Measure and show; return the exit code."""
    parser = Parser("evaluate", description="How good a saved network is on a table that it has not seen.")
    models.add_model_options(parser)
    tables.add_table_options(parser, "the table, with the columns that the network was trained on")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, and nothing else")
    options = parser.parse_args(arguments)
    model = models.load(options)
    if model.preparation is None:
        raise PurennError("evaluate: %s does not say what its outputs are to be compared with; it takes a model that "
                          "purenn has saved" % options.model)
    table = models.read(options)
    preparation = model.preparation
    single = tables.is_classification(preparation) and models.output_size(model) == 1
    data = Dataset(*encode(preparation, table, single=single))
    if not data.inputs:
        raise PurennError("evaluate: %s: no rows are left without missing values" % options.file)
    loss, accuracy, outputs = measure(model.network, models.loss_of(model), data)
    if not math.isfinite(loss):
        raise PurennError("evaluate: the loss of %s on %s is %r: weights, or numbers of the table, are too large"
                          % (options.model, options.file, loss))
    scores = tables.score(preparation, data.targets, outputs)
    terminal = show.Terminal()
    if options.json:
        import json
        terminal.line(json.dumps({"model": options.model, "file": options.file, "rows": len(data.inputs), "loss": loss,
                                  "accuracy": accuracy, **scores}))
        return 0
    lines = tables.part_lines(preparation, [("table", len(data.inputs), loss, accuracy, scores)])
    for line in lines + tables.score_lines(terminal, preparation, scores):
        terminal.line(line)
    terminal.line()
    terminal.line("%s on %s: %s" % (options.model, options.file, tables.outcome(
        preparation, loss, accuracy, scores, len(data.inputs))))
    return 0
