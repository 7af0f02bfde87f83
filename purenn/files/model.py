"""A trained network as a file: its layers, its weights, what its inputs and outputs mean, and how it was trained.

    .json           readable, every float exact
    .safetensors    the numbers as PyTorch reads and writes them, all else as text in the file's metadata

Never pickle: a file that is read is data, not a program. Any error in a file is a PurennError of one line.
"""
import os
import re
from collections import namedtuple

from .. import __version__
from ..activations import ACTIVATIONS
from ..linalg import PurennError, is_finite
from ..network import Network
from .architecture import MOST_LAYERS, build, check_weights, describe, shapes
from .disk import naming
from .text import short
from .safetensors import read_safetensors, write_safetensors
from .strict_json import check_plain, folded, parsed, read_json, write_json

# network: a Network. preparation: a dict that says how a row of a table becomes inputs, or None. output: what the
# network's outputs mean, one of OUTPUTS. training: a dict of how it was trained. history: a dict from a name, such
# as "loss", to a list: for each epoch a number or None. The lists are equally long. The dicts hold plain values only.
Model = namedtuple("Model", ("network", "preparation", "output", "training", "history"))

# Numbers; what goes into a softmax; what goes into a sigmoid, for class 1 or for each class; probabilities of classes.
OUTPUTS = ("values", "logits", "binary logits", "probability")

FORMAT, VERSION = "purenn model", 1
METADATA = "purenn"                                 # the metadata key for what is not a tensor
KEYS = ["format", "version", "purenn", "output", "architecture", "preparation", "training", "history"]


# Saving.

def save_model(path, model: Model) -> None:
    """Write a Model to a file; its ending, .json or .safetensors, says in which format.

    Raises PurennError if the ending is another one, a layer is one of your own, a weight is not finite (training
    diverged), a part of the model is not what ``Model`` says, or the file cannot be written.
    """
    if not isinstance(model, Model):
        raise PurennError(f"save_model: found a {type(model).__name__}; give a Model({', '.join(Model._fields)})")
    write = _by_ending(path, _save_json, _save_safetensors)
    with naming(path):
        document = {"format": FORMAT, "version": VERSION, "purenn": __version__, "output": model.output,
                    "architecture": describe(model.network), "preparation": model.preparation,
                    "training": model.training, "history": model.history}
        weights = model.network.state_dict()
        _check_document(document)
        _check_saved_weights(document, weights)
    write(path, document, weights)


def _check_saved_weights(document, weights):
    try:
        check_weights(shapes(document["architecture"]), weights)
    except PurennError as error:
        raise PurennError(f"the network is not saved: {error}; nan and inf come from training that "
                          "diverged") from None


def _save_json(path, document, weights):
    write_json(path, {**document, "weights": weights}, 3)


def _save_safetensors(path, document, weights):
    write_safetensors(path, weights, {"format": "pt", METADATA: folded(document, 0)})


def check_ending(path) -> None:
    """Raise PurennError unless a file's name ends in one of the formats."""
    _by_ending(path, None, None)


def _by_ending(path, json_way, safetensors_way):
    ending = os.path.splitext(str(path))[1]
    ways = {".json": json_way, ".safetensors": safetensors_way}
    if ending.lower() not in ways:
        how = f"it ends in {ending}" if ending else "it has no ending"
        raise PurennError(f"{path}: {how}; save a model in a file that ends in .json or .safetensors")
    return ways[ending.lower()]


# Loading.

def load_model(path, activation=None, output_activation=None) -> Model:
    """The Model in a file that ``save_model`` wrote, or in a safetensors file of a ``torch.nn.Sequential``.

    The latter does not say which activations its network has: ``activation`` is the one between the Linear layers,
    ``output_activation`` the one after the last, if there is one; both are names from ``activations.ACTIVATIONS``.

    Raises PurennError, in one line that names the file, if anything is wrong with it.
    """
    document, weights = _by_ending(path, _load_json, _load_safetensors)(path)
    with naming(path):
        if document is None:
            document = _guessed(weights, activation, output_activation)
        elif activation is not None or output_activation is not None:
            raise PurennError("says itself which activations it has; leave out activation and output_activation")
        _check_document(document)
        check_weights(shapes(document["architecture"]), weights)        # before anything is made
        network = build(document["architecture"])
        network.load_state_dict(weights)
    return Model(network, document["preparation"], document["output"], document["training"], document["history"])


def _load_json(path):
    document = read_json(path)
    with naming(path):
        check_format(document, FORMAT, VERSION, "it is a checkpoint: resume from it")
        if "weights" not in document:
            raise PurennError("'weights' is missing")
        return document, document.pop("weights")


def _load_safetensors(path):
    weights, metadata = read_safetensors(path)
    if METADATA not in metadata:
        return None, _without_prefix(weights)
    with naming(path):
        try:
            document = parsed(metadata[METADATA].encode("utf-8"))
        except PurennError as error:
            raise PurennError(f"the text under {METADATA!r} in its metadata: {error}") from None
        check_format(document, FORMAT, VERSION, "")
        return document, weights


def check_format(document, format_: str, version: int, otherwise: str) -> None:
    """Raise PurennError unless a document says that it is of this format, in a version up to this one.

    ``otherwise`` is the message for a document of purenn's other format.
    """
    if not isinstance(document, dict) or not isinstance(document.get("format"), str):
        raise PurennError(f'is not a {format_}: it does not say "format": "{format_}"')
    if document["format"] != format_:
        told = otherwise if document["format"].startswith("purenn ") else ""
        raise PurennError(f"is not a {format_}: its format is {short(document['format'])}{'; ' + told if told else ''}")
    found = document.get("version")
    if type(found) is not int or found < 1:
        raise PurennError(f"its version is {short(found)}; it must be a whole number from 1 up")
    if found > version:
        raise PurennError(f"is of version {short(found)} of the format, from purenn {short(document.get('purenn'))}; "
                          f"this is purenn {__version__}, which reads the format up to version {version}: get a newer "
                          "purenn")


def check_keys(document: dict, keys: list) -> None:
    """Raise PurennError unless a document has these keys and no others."""
    for key in keys:
        if key not in document:
            raise PurennError(f"{key} is missing")
    for key in document:
        if key not in keys:
            raise PurennError(f"it has {short(key)}, which is unknown")


def _check_document(document):
    """Raise PurennError unless everything except the layers and the weights is what ``Model`` says."""
    check_keys(document, KEYS)
    check_plain(document)
    if not isinstance(document["purenn"], str):
        raise PurennError(f"purenn is {short(document['purenn'])}; it must be a version")
    if document["output"] not in OUTPUTS:
        raise PurennError(f"output is {short(document['output'])}; it must be one of {', '.join(OUTPUTS)}")
    for key in ("preparation", "training"):
        if not isinstance(document[key], dict) and (key == "training" or document[key] is not None):
            raise PurennError(f"{key} is {short(document[key])}; it must be a dict")
    check_history(document["history"])


def check_history(history) -> None:
    """Raise PurennError unless a history is a dict of equally long lists; an entry is None or a finite float."""
    if not isinstance(history, dict):
        raise PurennError(f"history is {short(history)}; it must be a dict of lists of numbers")
    lengths = set()
    for name, numbers in history.items():
        if not isinstance(numbers, list) or not all(
                number is None or type(number) in (float, int) and is_finite(number) for number in numbers):
            raise PurennError(f"history: {short(name)} is {short(numbers)}; it must be a list of numbers")
        lengths.add(len(numbers))
    if len(lengths) > 1:
        raise PurennError(f"history: its lists have {' and '.join((str(length) for length in sorted(lengths)))} "
                          "entries; they must be equally long")


# A file of PyTorch's, which does not say what is between its Linear layers.

def _without_prefix(weights):
    """The weights by the names that a Sequential gives them, without the prefix of a module around it."""
    known = re.compile(r"((?:.*\.)?)((?:0|[1-9]\d*)\.(?:weight|bias))\Z", re.ASCII | re.DOTALL)
    found = [known.match(name) for name in weights]
    if not found or None in found or len({match.group(1) for match in found if match}) > 1:
        return weights
    return {match.group(2): tensor for match, tensor in zip(found, weights.values()) if match}


def _guessed(weights, activation, output_activation):
    """The document of a network of which only the weights and the names of its activations are known."""
    for name, value in (("activation", activation), ("output_activation", output_activation)):
        if value is not None and value not in ACTIVATIONS:
            raise PurennError(f"{name} is {short(value)}; it must be one of {', '.join(sorted(ACTIVATIONS))}")
    linears = _linears(weights)
    architecture: list = [{"layer": "Identity"} for _ in range(max(linears) + 1)]
    for i, described in linears.items():
        architecture[i] = described
        if i + 1 not in linears and i < max(linears):
            if activation is None:
                raise PurennError("does not say which activation is between its layers; set activation to one "
                                  f"of {', '.join(sorted(ACTIVATIONS))}")
            architecture[i + 1] = _described(activation)
    if output_activation is not None:
        architecture.append(_described(output_activation))
    output = "probability" if output_activation in ("sigmoid", "softmax") else "values"
    return {"format": FORMAT, "version": VERSION, "purenn": __version__, "output": output,
            "architecture": architecture, "preparation": None, "training": {}, "history": {}}


def _described(activation):
    return describe(Network([ACTIVATIONS[activation]()]))[0]


def _linears(weights):
    """The Linear layers of the tensors 0.weight and so on: a dict from a layer's place to its description."""
    linears = {}
    for name in weights:
        found = re.match(r"(0|[1-9]\d{0,9})\.(weight|bias)\Z", name, re.ASCII)
        if not found or int(found.group(1)) >= MOST_LAYERS:
            raise PurennError(f"the tensor {short(name)} is not from a torch.nn.Sequential of Linear layers, whose "
                              "tensors are named 0.weight, 0.bias, 2.weight, …")
        number = int(found.group(1))
        matrix = weights.get(f"{number}.weight")
        if not matrix or not isinstance(matrix[0], list):
            raise PurennError(f"{number}.weight is {'missing' if matrix is None else 'a vector'}; a Linear layer "
                              "has a matrix there")
        linears[number] = {"layer": "Linear", "in_features": len(matrix[0]), "out_features": len(matrix),
                           "bias": f"{number}.bias" in weights}
    if not linears:
        raise PurennError("has no tensors in it")
    return dict(sorted(linears.items()))
