"""``show``: what is in a saved network."""
from ..linalg import PurennError
from ..show import terminal as show
from . import models
from .options import Parser
from .tables import listed


def run(arguments) -> int:
    """Show the layers, what goes in and comes out, how it was trained, and its curve; return the exit code."""
    parser = Parser("show", description="What is in a saved network: its layers, what it predicts from what, how it "
                    "was trained, and its curve.")
    models.add_model_options(parser)
    options = parser.parse_args(arguments)
    terminal = show.Terminal()
    model = models.load(options)
    words = [show.printable(line) for line in column_lines(model) + training_lines(model)]
    for line in layer_lines(model) + words + curve_lines(terminal, model):
        terminal.line(line)
    return 0


def layer_lines(model) -> list:
    """A table of the layers, with the shapes and numbers of what they have learned."""
    rows = [["", "layer", "weight", "bias", "parameters"]]
    for i, layer in enumerate(model.network.layers):
        parameters = list(layer.parameters())
        weight = getattr(layer, "weight", None)
        bias = getattr(layer, "bias", None)
        rows.append(["%d" % i, repr(layer), "%d × %d" % (len(weight), len(weight[0])) if weight else "",
                     "%d" % len(bias) if bias else "",
                     "%d" % sum(len(values) for _, values, _ in parameters) if parameters else ""])
    return show.table(rows, left=2) + ["%d parameters in all" % model.network.count_parameters()]


def column_lines(model) -> list:
    """What goes in and what comes out."""
    if model.preparation is None:
        return ["", "Takes %d numbers; the file does not say what they mean." % model.network.in_features]
    target = model.preparation["target"]
    what = "one of %d classes: %s" % (len(target["classes"]), listed(target["classes"])) if target[
        "kind"] == "classes" else "a number"
    return ["", "Predicts %s, %s" % (target["name"], what),
            "from %s." % listed([feature["name"] for feature in model.preparation["inputs"]])]


def training_lines(model) -> list:
    """How it was trained: what the file says that is short."""
    settings = model.training.get("settings")
    found = {"loss function" if name == "loss" else name: value
             for name, value in (settings.items() if isinstance(settings, dict) else ())}
    found.update(model.training)
    said = ["%s %s" % (name.replace("_", " "), _short(value)) for name, value in found.items()
            if value is not None and not isinstance(value, (list, dict))]
    lines = [""]
    for text in said:
        if len(lines[-1]) + len(text) > 76:
            lines.append("")
        lines[-1] += (", " if lines[-1] else "") + text
    return ["", "Trained with"] + ["  " + line for line in lines] if said else []


def _short(value):
    return "%.6g" % value if isinstance(value, float) else str(value)


def curve_lines(terminal, model) -> list:
    """The losses as a curve."""
    losses = [loss for loss in model.history.get("loss", []) if loss is not None]
    if not losses:
        return []
    if min(losses) < 0.0:
        raise PurennError("the history has a loss below 0; the file is damaged")
    return [""] + show.learning_curve(terminal, losses)
