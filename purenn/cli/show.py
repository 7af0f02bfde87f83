"""``show``: what is in a saved network."""
from typing import Any, List

from ..data.predictor import Predictor, load_predictor
from ..linalg import PurennError
from ..show import terminal as show
from ..show.report import listed
from .options import add_model_options
from .parser import Parser


def run(arguments: List[str]) -> int:
    """Show the layers, what goes in and comes out, how it was trained, and its curve; return the exit code."""
    parser = Parser("show", description="What is in a saved network: its layers, what it predicts from what, how it "
                    "was trained, and its curve.")
    add_model_options(parser)
    options = parser.parse_args(arguments)
    terminal = show.Terminal()
    predictor = load_predictor(options.model, options.activation, options.output_activation)
    model = predictor.model
    words = [show.printable(line) for line in column_lines(predictor) + training_lines(model)]
    for line in layer_lines(model) + words + curve_lines(terminal, model):
        terminal.line(line)
    return 0


def layer_lines(model: Any) -> List[str]:
    """A table of the layers, with the shapes and numbers of what they have learned."""
    rows = [["", "layer", "weight", "bias", "parameters"]]
    for i, layer in enumerate(model.network.layers):
        parameters = list(layer.parameters())
        weight = getattr(layer, "weight", None)
        bias = getattr(layer, "bias", None)
        rows.append([f"{i}", repr(layer), f"{len(weight)} × {len(weight[0])}" if weight else "",
                     f"{len(bias)}" if bias else "",
                     f"{sum(len(values) for _, values, _ in parameters)}" if parameters else ""])
    return [*show.table(rows, left=2), f"{model.network.count_parameters()} parameters in all"]


def column_lines(predictor: Predictor) -> List[str]:
    """What goes in and what comes out."""
    preparation = predictor.preparation
    if preparation is None:
        return ["", f"Takes {predictor.model.network.in_features} numbers; the file does not say what they mean."]
    classes = preparation.classes
    what = f"one of {len(classes)} classes: {listed(classes)}" if classes else "a number"
    return ["", f"Predicts {preparation.target.name}, {what}",
            f"from {listed([feature.name for feature in preparation.inputs])}."]


def training_lines(model: Any) -> List[str]:
    """How it was trained: what the file says that is short."""
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


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def curve_lines(terminal: show.Terminal, model: Any) -> List[str]:
    """The losses as a curve."""
    losses = [loss for loss in model.history.get("loss", []) if loss is not None]
    if not losses:
        return []
    if min(losses) < 0.0:
        raise PurennError("the history has a loss below 0; the file is damaged")
    return ["", *show.learning_curve(terminal, losses)]
