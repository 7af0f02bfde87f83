"""Describe a network's layers in plain values for a file, and build a network from such a description.

Like ``print(network)``, but for a program: ``[{"layer": "Linear", "in_features": 2, "out_features": 4,
"bias": True}, {"layer": "Sigmoid"}]``. The numbers that a network has learned are in its ``state_dict``.
"""
import math

from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from ..layers import Linear
from ..linalg import PurennError, ShapeError, check_vector
from ..network import Network
from .text import short

MOST_PARAMETERS = 20000000      # of a network that is read: each takes about 50 bytes
MOST_LAYERS = 1000

LAYERS = {"Linear": Linear, "Sigmoid": Sigmoid, "Tanh": Tanh, "ReLU": ReLU, "LeakyReLU": LeakyReLU,
          "Identity": Identity, "Softmax": Softmax}
# What a description has besides the layer's name; for other layers there is nothing more.
FIELDS = {"Linear": ["in_features", "out_features", "bias"], "LeakyReLU": ["negative_slope"]}


def describe(network) -> list:
    """A dict for each layer of a network: its name under ``"layer"``, and what it is made with.

    Raises PurennError for a layer that is not one of purenn's, and for too many layers.
    """
    description = []
    for i, layer in enumerate(network.layers):
        name = type(layer).__name__
        if LAYERS.get(name) is not type(layer):
            raise PurennError(f"layer {i}, {short(layer)}, is one of your own, which a file cannot hold; keep the "
                              "network's state_dict() instead")
        described: dict = {"layer": name}
        for field in FIELDS.get(name, []):
            value = getattr(layer, field)
            described[field] = value is not None if field == "bias" else value
        description.append(described)
    shapes(description)
    return description


def build(description: list) -> Network:
    """The Network that ``describe`` described, its weights 0.

    Raises PurennError or ShapeError, before anything is made, if a layer or one of its entries is unknown, sizes do not
    fit, or there are more than MOST_PARAMETERS parameters.
    """
    shapes(description)
    layers: list = []
    for described in description:
        settings = {field: described[field] for field in FIELDS.get(described["layer"], [])}
        if described["layer"] == "Linear":
            settings["init"] = "zeros"
        layers.append(LAYERS[described["layer"]](**settings))
    return Network(layers)


def shapes(description: list) -> dict:
    """The shapes of what the described network would learn: ``{"0.weight": (4, 2), "0.bias": (4,)}``.

    Raises PurennError and ShapeError as ``build`` does.
    """
    if not isinstance(description, list) or not description:
        raise PurennError(f"the architecture is {short(description)}; it must be a list of layers")
    if len(description) > MOST_LAYERS:
        raise PurennError(f"the architecture has {len(description)} layers; at most {MOST_LAYERS} are read")
    found: dict = {}
    size, count = None, 0
    for i, described in enumerate(description):
        _check_layer(f"architecture[{i}]", described)
        if described["layer"] != "Linear":
            continue
        inputs, outputs = described["in_features"], described["out_features"]
        if size is not None and inputs != size:
            raise ShapeError(f"architecture[{i}] has {short(inputs)} inputs, and the layers before it put out "
                             f"{short(size)} numbers")
        size = outputs
        found[f"{i}.weight"] = (outputs, inputs)
        if described["bias"]:
            found[f"{i}.bias"] = (outputs,)
        count += outputs * (inputs + described["bias"])
    if count > MOST_PARAMETERS:
        raise PurennError(f"the architecture has {short(count)} parameters; at most {MOST_PARAMETERS} are read")
    return found


def _check_layer(where, described):
    if not isinstance(described, dict) or not isinstance(described.get("layer"), str):
        raise PurennError(f'{where} is {short(described)}; it must be a dict with a "layer"')
    name = described["layer"]
    if name not in LAYERS:
        raise PurennError(f"{where}: the layer {short(name)} is unknown; it must be one of {', '.join(LAYERS)}")
    fields = FIELDS.get(name, [])
    if set(described) != {"layer", *fields}:
        raise PurennError(f"{where}: a {name} has {', '.join(['layer', *fields])}; found {short(', '.join(described))}")
    for field in fields:
        value = described[field]
        if field == "bias" and not isinstance(value, bool):
            raise PurennError(f"{where}: bias is {short(value)}; it must be true or false")
        if field.endswith("_features") and (type(value) is not int or value < 1):
            raise PurennError(f"{where}: {field} is {short(value)}; it must be a whole number from 1 up")
        if field == "negative_slope":
            check_row(f"{where}: negative_slope", [value], 1)


def check_weights(expected: dict, weights: dict) -> None:
    """Raise PurennError or ShapeError unless the weights have the ``shapes`` expected and are finite numbers."""
    if not isinstance(weights, dict):
        raise PurennError(f"its weights are {short(weights)}; they must be a dict from a name to numbers")
    for name in expected:
        if name not in weights:
            raise PurennError(f"{name} is missing, but the architecture has it")
    for name, values in weights.items():
        if name not in expected:
            raise PurennError(f"{short(name)} is among the weights, but the architecture does not have it")
        rows = expected[name][0]
        if len(expected[name]) == 1:
            check_row(name, values, rows)
            continue
        if not isinstance(values, list) or len(values) != rows:
            raise ShapeError(f"{name} is {short_list(values)}; the architecture says {rows} rows")
        for j in range(rows):
            check_row(f"{name}[{j}]", values[j], expected[name][1])


def check_row(name: str, row, length=None) -> None:
    """``check_vector`` for a vector from a file: fast for a list of finite floats; true and false are refused."""
    if type(row) is list and len(row) == length and set(map(type, row)) == {float} and all(map(math.isfinite, row)):
        return
    check_vector(name, row, length)
    if bool in map(type, row):
        raise PurennError(f"{name} has true or false in it; every entry must be a number")


def short_list(value) -> str:
    """For a message: how many entries a list has, or what was found in place of a list."""
    return f"a list of {len(value)}" if isinstance(value, list) else short(value)
