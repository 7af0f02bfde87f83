"""``evaluate``: measure a saved network on a table that has the target."""
import math
from typing import Any, List

from ..data.encoding import encode
from ..data.scores import measures
from ..linalg import PurennError
from ..runs.result import Score
from ..runs.settings import LOSSES, OF_LOGITS, make_loss
from ..show.report import outcome, part_lines, score_lines
from ..show.terminal import Terminal
from ..training import Dataset
from ..training import evaluate as measure
from .options import add_json_option, add_model_options, add_table_options
from .parser import Parser
from .predict import predictor_and_table


def run(arguments: List[str]) -> int:
    """Measure and show; return the exit code."""
    parser = Parser("evaluate", description="Measure a saved network on a table that it has not seen.")
    add_model_options(parser)
    add_table_options(parser, "the table, with the columns that the network was trained on")
    add_json_option(parser)
    options = parser.parse_args(arguments)
    predictor, table = predictor_and_table(options)
    preparation, model = predictor.preparation, predictor.model
    if preparation is None:
        raise PurennError(f"evaluate: {options.model} does not say what its outputs mean; give a model that "
                          "purenn has saved")
    single = bool(preparation.classes) and predictor.output_size() == 1
    data = Dataset(*encode(preparation, table, single=single))
    if not data.inputs:
        raise PurennError(f"evaluate: {options.file}: no rows are left without missing values")
    criterion = make_loss(_loss_name(model))
    loss, accuracy, outputs = measure(model.network, criterion, data)
    if not math.isfinite(loss):
        raise PurennError(f"evaluate: the loss of {options.model} on {options.file} is {loss!r}: weights, or numbers "
                          "of the table, are too large")
    accuracy = accuracy if preparation.classes else None        # of numbers that happen to be 0 and 1 there is none
    score = Score(loss, accuracy, outputs, measures(preparation, data.targets, outputs, criterion.threshold))
    terminal = Terminal()
    if options.json:
        import json
        terminal.line(json.dumps({"model": options.model, "file": options.file, "rows": len(data.inputs), "loss": loss,
                                  "accuracy": accuracy, **score.measures}))
        return 0
    lines = part_lines([("table", len(data.inputs), score)]) + score_lines(terminal, preparation, score)
    terminal.lines([*lines, "", f"{options.model} on {options.file}: {outcome(score, len(data.inputs))}"])
    return 0


def _loss_name(model: Any) -> str:
    """The loss that the network was trained with; the mean squared error if that is not known."""
    if model.output in ("logits", "binary logits"):
        return "cross-entropy" if model.output == "logits" else "bce-with-logits"
    settings = model.training.get("settings")
    name = settings.get("loss") if isinstance(settings, dict) else None
    return name if isinstance(name, str) and name in LOSSES and name not in OF_LOGITS else "mse"
