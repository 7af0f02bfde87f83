"""A saved network in words: its layers, what it predicts from which columns, its training, its curve."""
from ..linalg import PurennError
from . import terminal as show
from . import text_charts
from .report import listed


def lines_of(terminal, predictor) -> list:
    """All lines about a ``data.predictor.Predictor``."""
    words = [show.printable(line) for line in _columns(predictor) + _training(predictor.model)]
    return _layers(predictor.model) + words + _curve(terminal, predictor.model)


def _layers(model):
    """A table of the layers, with the shapes of their weights and biases and how many parameters they have."""
    rows = [["", "layer", "weight", "bias", "parameters"]]
    for i, layer in enumerate(model.network.layers):
        parameters = list(layer.parameters())
        weight = getattr(layer, "weight", None)
        bias = getattr(layer, "bias", None)
        rows.append([f"{i}", repr(layer), f"{len(weight)} × {len(weight[0])}" if weight else "",
                     f"{len(bias)}" if bias else "",
                     f"{sum(len(values) for _, values, _ in parameters)}" if parameters else ""])
    return [*show.table(rows, left=2), f"{model.network.count_parameters()} parameters in all"]


def _columns(predictor):
    """What goes in and what comes out."""
    preparation = predictor.preparation
    if preparation is None:
        return ["", f"Takes {predictor.model.network.in_features} numbers; the file does not say what they mean."]
    classes = preparation.classes
    what = f"one of {len(classes)} classes: {listed(classes)}" if classes else "a number"
    return ["", f"Predicts {preparation.target.name}, {what}",
            f"from {listed([feature.name for feature in preparation.inputs])}."]


def _training(model):
    """How it was trained: the entries of the file that are not lists or dicts."""
    settings = model.training.get("settings")
    found = {"loss function" if name == "loss" else name: value
             for name, value in (settings.items() if isinstance(settings, dict) else ())}
    found.update(model.training)
    texts = [f"{name.replace('_', ' ')} {_short(value)}" for name, value in found.items()
            if value is not None and not isinstance(value, (list, dict))]
    lines = [""]
    for text in texts:
        if len(lines[-1]) + len(text) > 76:
            lines.append("")
        lines[-1] += (", " if lines[-1] else "") + text
    return ["", "Trained with"] + ["  " + line for line in lines] if texts else []


def _short(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _curve(terminal, model):
    """The losses as a curve."""
    losses = [loss for loss in model.history.get("loss", []) if loss is not None]
    if not losses:
        return []
    if min(losses) < 0.0:
        raise PurennError("the history has a loss below 0; the file is damaged")
    return ["", *text_charts.learning_curve(terminal, losses)]
