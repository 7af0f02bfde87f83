"""Measure a saved network on a table that has the target."""
import math

from ..data.encoding import encode
from ..data.scores import measures
from ..linalg import PurennError
from ..losses import LOSSES
from ..runs.result import Score
from ..runs.settings import OF_LOGITS
from ..training import Dataset, evaluate


def evaluated(predictor, table, model: str, file: str) -> Score:
    """The Score of a Predictor, from the file ``model``, on the Table in ``file``.

    Raises PurennError if the model does not say what its outputs mean, every row has missing values, or the loss is not
    finite.
    """
    preparation = predictor.preparation
    if preparation is None:
        raise PurennError(f"evaluate: {model} does not say what its outputs mean; give a model that purenn has saved")
    single = bool(preparation.classes) and predictor.output_size() == 1
    data = Dataset(*encode(preparation, table, single=single))
    if not data.inputs:
        raise PurennError(f"evaluate: {file}: every row has missing values")
    criterion = LOSSES[_loss_name(predictor.model)]()
    loss, accuracy, outputs = evaluate(predictor.model.network, criterion, data)
    if not math.isfinite(loss):
        raise PurennError(f"evaluate: the loss of {model} on {file} is {loss!r}: weights, or numbers of the table, are "
                          "too large")
    accuracy = accuracy if preparation.classes else None        # numbers have no accuracy, even if they are 0 and 1
    return Score(loss, accuracy, outputs, measures(preparation, data.targets, outputs, criterion.threshold))


def _loss_name(model):
    """The loss that the network was trained with; the mean squared error if that is not known."""
    if model.output in ("logits", "binary logits"):
        return "cross-entropy" if model.output == "logits" else "bce-with-logits"
    settings = model.training.get("settings")
    name = settings.get("loss") if isinstance(settings, dict) else None
    return name if isinstance(name, str) and name in LOSSES and name not in OF_LOGITS else "mse"
