"""What the commands on a saved network share: reading it, and what it says of a table."""
from ..activations import ACTIVATIONS
from ..linalg import PurennError
from ..losses import CrossEntropyLoss
from . import tables
from .options import Parser, one_of
from .settings import LOSSES



def add_model_options(parser: Parser) -> None:
    """MODEL, and what a file from PyTorch does not say itself."""
    parser.add_argument("model", metavar="MODEL", help="what --save wrote, a .json or .safetensors file; or a "
                        ".safetensors file of a torch.nn.Sequential")
    group = parser.add_argument_group("the network, where the file does not say it itself (one from PyTorch)")
    for name, what in (("activation", "between its layers"), ("output-activation", "after the last (default: none)")):
        group.add_argument("--" + name, metavar="NAME", type=one_of(list(ACTIVATIONS)),
                           help="what stands %s: %s" % (what, ", ".join(ACTIVATIONS)))


def load(options):
    """The Model of the options; what it says of tables is checked, too."""
    from ..files.disk import naming
    from ..files.model import load_model
    model = load_model(options.model, options.activation, options.output_activation)
    if model.preparation is not None:
        from ..data.checked import check_preparation
        from ..data.encoding import input_count, output_count
        with naming(options.model):
            check_preparation(model.preparation)
            outputs = output_size(model)
            classes = output_count(model.preparation)
            if (input_count(model.preparation) != model.network.in_features
                    or outputs not in ((1, 2) if classes == 2 else (classes,))):
                raise PurennError("its network takes %d numbers and gives %d, and its preparation makes %d for %d; it "
                                  "is damaged" % (model.network.in_features, outputs, input_count(model.preparation),
                                                  classes))
            if model.output == "logits" and outputs == 1:
                raise PurennError("its output is logits, and there is only one; it is damaged")
    return model


def output_size(model) -> int:
    """How many numbers the network gives."""
    return len(model.network.predict([[0.0] * model.network.in_features])[0])


def preparation_of(model, table) -> dict:
    """The preparation of a model; one that has none takes all columns as they are, in their order."""
    if model.preparation is not None:
        return model.preparation
    if len(table.names) != model.network.in_features:
        raise PurennError("%s has %d columns, and the network takes %d numbers, one from each column"
                          % (table.path, len(table.names), model.network.in_features))
    return {"columns": table.names, "missing": "refuse", "target": {"name": "", "kind": "number", "mean": 0.0,
                                                                    "deviation": 1.0},
            "inputs": [{"name": name, "kind": "number", "mean": 0.0, "deviation": 1.0} for name in table.names]}


def loss_of(model):
    """The loss that the network was trained with; the mean squared error where that is not known."""
    if model.output == "logits":
        return CrossEntropyLoss()
    settings = model.training.get("settings")
    name = settings.get("loss") if isinstance(settings, dict) else None
    return LOSSES[name if isinstance(name, str) and name in LOSSES else "mse"]()


def read(options):
    """The Table of the options."""
    if options.file is None:
        raise PurennError("found no table; give a CSV, as in: %s FILE.csv, or - for stdin" % options.model)
    return tables.read(options)
