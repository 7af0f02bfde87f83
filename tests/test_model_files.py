"""Models as files: exact to the bit in both formats, the same in PyTorch, and checked before they are believed."""
import json
import math
import os
import random
import re
import struct
import sys
import time

import pytest

from purenn import Identity, LeakyReLU, Linear, Network, PurennError, ReLU, Sigmoid, Softmax, Tanh
from purenn.files.checkpoint import Checkpoint, save_checkpoint
from purenn.files.model import Model, load_model, save_model
from purenn.files.safetensors import read_safetensors, write_safetensors
from purenn.files.strict_json import parsed

from .helpers import ROOT, cli, close
from .test_architecture import every_layer
from .test_safetensors import EDGES

FILES = os.path.join(ROOT, "tests", "files")
FORMATS = [".json", ".safetensors"]


def a_model(network=None):
    network = network or Network([Linear(2, 3, rng=random.Random(1)), Tanh(), Linear(3, 1, rng=random.Random(2)),
                                  Sigmoid()])
    return Model(network, {"columns": [{"name": "größe", "mean": 0.1}], "classes": ["a\n", "é"]}, "probability",
                 {"task": "train", "seed": 3, "settings": {"lr": 0.1, "hidden": [3]}, "test_accuracy": None},
                 {"loss": [0.5, 1 / 3], "accuracy": [None, 1.0]})


def bits(state):
    """Each number of a state_dict as its eight bytes: == takes -0.0 for 0.0."""
    return {name: [struct.pack("<d", number) for row in (values if isinstance(values[0], list) else [values])
                   for number in row] for name, values in state.items()}


@pytest.mark.parametrize("ending", [*FORMATS, ".JSON", ".SafeTensors"])
def test_a_round_trip_keeps_every_bit_of_every_layer_and_all_that_is_told(ending, tmp_path):
    network = every_layer()
    network.layers[0].weight[0][:] = EDGES[:3]
    network.layers[0].bias[:] = EDGES[3:8]
    model = a_model(network)
    path = tmp_path / ("model" + ending)
    save_model(path, model)
    found = load_model(path)
    assert bits(found.network.state_dict()) == bits(network.state_dict())
    assert repr(found.network) == repr(network)
    assert found[1:] == model[1:]
    again = tmp_path / ("again" + ending)
    save_model(again, found)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("layer", every_layer().layers, ids=repr)
def test_a_network_of_any_one_layer_can_be_kept(ending, layer, tmp_path):
    save_model(tmp_path / ("model" + ending), Model(Network([layer]), None, "values", {}, {}))
    found = load_model(tmp_path / ("model" + ending))
    assert repr(found.network) == repr(Network([layer])) and found[1:] == (None, "values", {}, {})


def test_the_json_can_be_read_by_people(tmp_path):
    network = Network([Linear(2, 2), LeakyReLU()])
    network.load_state_dict({"0.weight": [[0.1, -2.0], [1e-300, 1 / 3]], "0.bias": [0.0, 5.0]})
    save_model(tmp_path / "a.json", a_model(network))
    text = (tmp_path / "a.json").read_text("utf-8")
    assert re.sub(r'"purenn": "[\d.]+"', '"purenn": "…"', text) == """{
  "format": "purenn model",
  "version": 1,
  "purenn": "…",
  "output": "probability",
  "architecture": [
    {"layer": "Linear", "in_features": 2, "out_features": 2, "bias": true},
    {"layer": "LeakyReLU", "negative_slope": 0.01}
  ],
  "preparation": {
    "columns": [
      {"name": "größe", "mean": 0.1}
    ],
    "classes": ["a\\n", "é"]
  },
  "training": {
    "task": "train",
    "seed": 3,
    "settings": {
      "lr": 0.1,
      "hidden": [3]
    },
    "test_accuracy": null
  },
  "history": {
    "loss": [0.5, 0.3333333333333333],
    "accuracy": [null, 1.0]
  },
  "weights": {
    "0.weight": [
      [0.1, -2.0],
      [1e-300, 0.3333333333333333]
    ],
    "0.bias": [0.0, 5.0]
  }
}
"""


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("change, message", [
    ({"output": "class"}, "output is 'class'; it must be one of values, logits, binary logits, probability"),
    ({"preparation": []}, "preparation is []; it must be a dict"),
    ({"training": None}, "training is None; it must be a dict"),
    ({"training": {"at": {1, 2}}}, "{1, 2} is in it; it can hold numbers, texts, lists, dicts, True, False and None"),
    ({"training": {3: 1}}, "3 is used as a name; a name must be a text"),
    ({"training": {"loss": math.nan}}, "nan is in it; every number must be finite"),
    ({"training": {"a": "\udc80"}}, "the text '\\udc80' in it is not valid Unicode"),
    ({"history": []}, "history is []; it must be a dict of lists of numbers"),
    ({"history": {"loss": [1.0], "accuracy": []}}, "history: its lists have 0 and 1 entries; they must be "
                                                    "equally long"),
    ({"history": {"loss": [True]}}, "history: 'loss' is [True]; it must be a list of numbers"),
    ({"history": {"loss": 3}}, "history: 'loss' is 3; it must be a list of numbers"),
    ({"history": {"loss": ["0"]}}, "history: 'loss' is ['0']; it must be a list of numbers"),
])
def test_a_model_that_is_none_is_not_saved_and_the_old_file_stays(ending, change, message, tmp_path):
    path = tmp_path / ("model" + ending)
    path.write_text("old")
    with pytest.raises(PurennError) as caught:
        save_model(path, a_model()._replace(**change))
    assert str(caught.value) == "%s: %s" % (path, message)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(path.name, "old")]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_network_that_diverged_is_not_saved(ending, tmp_path):
    model = a_model()
    model.network.layers[0].weight[1][0] = math.nan
    with pytest.raises(PurennError, match=r"not saved: 0.weight\[1\]\[0\] is nan; .*come from training that diverged"):
        save_model(tmp_path / ("model" + ending), model)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["model", "model.pt", "model.json.gz", ".json", "a.pickle"])
def test_an_ending_that_says_no_format_is_refused(name, tmp_path):
    for call in (lambda path: save_model(path, a_model()), load_model):
        with pytest.raises(PurennError, match="save a model in a file that ends in .json or .safetensors"):
            call(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_model_or_checkpoint_is_not_saved(tmp_path):
    for save in (save_model, save_checkpoint):
        with pytest.raises(PurennError, match="found a Network; give a (Model|Checkpoint)"):
            save(tmp_path / "a.json", a_model().network)


def test_a_layer_of_your_own_is_not_saved(tmp_path):
    class Square(Identity):
        """z², say."""
    with pytest.raises(PurennError, match="layer 0, Square.., is one of your own, which a file cannot hold"):
        save_model(tmp_path / "a.json", a_model(Network([Square()])))


# Loading what is wrong.

def rewritten(path, change):
    """Let a function change the document in a saved model."""
    tensors, metadata = read_safetensors(path) if path.suffix == ".safetensors" else (None, None)
    document = json.loads(metadata["purenn"] if metadata else path.read_text("utf-8"))
    change(document)
    if metadata:
        write_safetensors(path, tensors, {**metadata, "purenn": json.dumps(document)})
    else:
        path.write_text(json.dumps(document), "utf-8")


WRONG = [
    (lambda d: d.pop("format"), 'is not a purenn model: it does not say "format"'),
    (lambda d: d.update(format="pickle"), "is not a purenn model: its format is 'pickle'"),
    (lambda d: d.update(version=2, purenn="9.0"), "is of version 2 of the format, from purenn '9.0'; this is purenn"),
    (lambda d: d.update(version="1"), "its version is '1'; it must be a whole number from 1 up"),
    (lambda d: d.update(version=True), "its version is True"),
    (lambda d: d.update(version=0), "its version is 0"),
    (lambda d: d.update(purenn=1), "purenn is 1; it must be a version"),
    (lambda d: d.pop("training"), "training is missing"),
    (lambda d: d.update(code="import os"), "it has 'code', which is unknown"),
    (lambda d: d.update(output=["values"]), "output is ['values']; it must be one of"),
    (lambda d: d.update(history={"loss": [1, 2], "accuracy": [1]}), "they must be equally long"),
    (lambda d: d["architecture"].pop(2), "is among the weights, but the architecture does not have it"),
    (lambda d: d["architecture"][0].update(bias=False),
     "'0.bias' is among the weights, but the architecture does not have it"),
    (lambda d: d["architecture"][0].update(in_features=3), "0.weight[0] has length 2; expected 3"),
    (lambda d: d["architecture"][0].update(in_features=5000000), "0.weight[0] has length 2; expected 5000000"),
    (lambda d: d["architecture"][0].update(out_features=4), "architecture[2] has 3 inputs, and the layers before it "
                                                            "put out 4 numbers"),
    (lambda d: d.update(architecture={}), "the architecture is {}; it must be a list of layers"),
]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("change, message", WRONG, ids=range(len(WRONG)))
def test_a_file_that_lies_is_refused_in_one_line(ending, change, message, tmp_path):
    path = tmp_path / ("model" + ending)
    save_model(path, a_model())
    rewritten(path, change)
    with pytest.raises(PurennError, match=re.escape(message)) as caught:
        load_model(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content, message", [
    (b"", "is not JSON: Expecting value"),
    (b"\x80", "is not JSON: byte 0 is not UTF-8 text"),
    (b"[" * 1000000, "its JSON is nested too deeply"),
    (b'{"a":' * 100 + b"1" + b"}" * 100, "its JSON is nested too deeply; at most 32 levels"),
    (b'{"a":["' + b"[" * 999 + b'\\"]"]}', 'is not a purenn model: it does not say "format"'),
    (b'{"format": "a", "format": "b"}', "the name 'format' is in it twice"),
    (b"[NaN]", "NaN is in it; every number must be finite"),
    (b"[-Infinity]", "-Infinity is in it; every number must be finite"),
    (b"[-1e400]", "-inf is in it; every number must be finite"),
    (b"[" + b"1" * 1001 + b"]", "a whole number in it has 1001 digits; at most 1000 are read"),
    (b'["\\ud800"]', "the text '\\ud800' in it is not valid Unicode"),
    (b"{} {}", "is not JSON: Extra data"),
    (b"[]", 'is not a purenn model: it does not say "format": "purenn model"'),
])
def test_what_is_no_strict_json_is_refused(content, message, tmp_path):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(PurennError) as caught:
        load_model(tmp_path / "a.json")
    assert str(caught.value).startswith("%s: %s" % (tmp_path / "a.json", message))


@pytest.mark.skipif(sys.platform == "emscripten", reason="its files are in memory, and have no holes")
def test_a_giant_file_is_not_read(tmp_path):
    with open(tmp_path / "a.json", "wb") as handle:
        handle.truncate(1 << 40)                            # a hole: it takes no room
    with pytest.raises(PurennError, match="is 1099511627776 bytes long; at most 536870912 are read"):
        load_model(tmp_path / "a.json")


def test_a_byte_order_mark_such_as_some_editors_write_does_no_harm(tmp_path):
    save_model(tmp_path / "a.json", a_model())
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "a.json").read_bytes())
    assert load_model(tmp_path / "a.json").output == "probability"


def test_a_checkpoint_is_no_model(tmp_path):
    save_checkpoint(tmp_path / "a.json", Checkpoint("xor", {}, {}, "Loops()", 1, 1, {}, {}, random.Random(1).getstate(),
                                                     {}))
    with pytest.raises(PurennError, match="not a purenn model: its format is 'purenn checkpoint'; it is a checkpoint"):
        load_model(tmp_path / "a.json")


def test_a_file_that_is_not_there_is_named(tmp_path):
    for ending in FORMATS:
        with pytest.raises(PurennError, match="none%s: cannot be read: No such file" % ending):
            load_model(tmp_path / ("none" + ending))


# PyTorch's files.

def test_pytorchs_files_give_the_outputs_that_pytorch_computes():
    """``tests/files/make.py`` says how the files were made; this needs no PyTorch."""
    with open(os.path.join(FILES, "networks.json"), encoding="utf-8") as handle:
        told = json.load(handle)
    assert len(told["outputs"]) == 5
    for name, outputs in told["outputs"].items():
        named = {} if name == "purenn.safetensors" else {"activation": "tanh", "output_activation": "softmax"}
        model = load_model(os.path.join(FILES, name), **named)
        assert close(model.network.predict(told["inputs"]), outputs, 1e-12), name
        assert model.output == "probability"


ACTIVATIONS = {"Sigmoid": Sigmoid, "Tanh": Tanh, "ReLU": ReLU, "LeakyReLU": LeakyReLU, "Identity": Identity}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("ending", [None, "Softmax"])
def test_pytorch_computes_the_same_with_a_network_saved_here(activation, ending, tmp_path):
    torch = pytest.importorskip("torch")
    package = pytest.importorskip("safetensors.torch")
    rng = random.Random(5)
    network = Network([Linear(3, 6, rng=rng), ACTIVATIONS[activation](), Linear(6, 4, bias=False, rng=rng),
                       ACTIVATIONS[activation](), Linear(4, 2, rng=rng)] + ([Softmax()] if ending else []))
    path = str(tmp_path / "a.safetensors")
    save_model(path, a_model(network))
    act = getattr(torch.nn, activation)
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 6), act(), torch.nn.Linear(6, 4, bias=False), act(),
                                 torch.nn.Linear(4, 2), *([torch.nn.Softmax(dim=-1)] if ending else [])).double()
    theirs.load_state_dict(package.load_file(path))
    inputs = [[rng.uniform(-2.0, 2.0) for _ in range(3)] for _ in range(20)]
    assert close(theirs(torch.tensor(inputs, dtype=torch.float64)).tolist(), network.predict(inputs), 1e-12)


def foreign(path, *names):
    write_safetensors(path, {name: [[0.5, 0.25], [1.0, 2.0]] if name.endswith("weight") else [1.0, 2.0]
                             for name in names}, {"format": "pt"})
    return path


@pytest.mark.parametrize("names, activation, output_activation, expected", [
    (["0.weight", "0.bias", "2.weight"], "relu", None, "[Linear(2, 2), ReLU(), Linear(2, 2, bias=False)]"),
    (["0.weight", "2.weight", "10.weight"], "tanh", "sigmoid",
     "[Linear(2, 2, bias=False), Tanh(), Linear(2, 2, bias=False), Tanh(), Identity(), Identity(), Identity(), "
     "Identity(), Identity(), Identity(), Linear(2, 2, bias=False), Sigmoid()]"),
    (["0.weight", "1.weight"], None, None, "[Linear(2, 2, bias=False), Linear(2, 2, bias=False)]"),
    (["1.weight", "1.bias"], None, "leaky_relu", "[Identity(), Linear(2, 2), LeakyReLU(0.01)]"),
    (["net.body.0.weight", "net.body.2.weight", "net.body.2.bias"], "relu", None,       # a Sequential in two modules
     "[Linear(2, 2, bias=False), ReLU(), Linear(2, 2)]"),
])
def test_layers_stand_at_the_numbers_that_have_weights(names, activation, output_activation, expected, tmp_path):
    model = load_model(foreign(tmp_path / "a.safetensors", *names), activation, output_activation)
    assert repr(model.network) == "Network(%s)" % expected
    assert sorted(model.network.state_dict()) == sorted(name.replace("net.body.", "") for name in names)
    assert model[1:] == (None, "probability" if output_activation == "sigmoid" else "values", {}, {})


@pytest.mark.parametrize("names, activation, message", [
    (["0.weight", "2.weight"], None,
     "does not say which activation is between its layers; set activation to one of identity, leaky_relu, "
     "relu, sigmoid, softmax, tanh"),
    (["0.weight", "2.weight"], "swish", "activation is 'swish'; it must be one of identity, leaky_relu"),
    (["0.bias"], "relu", "0.weight is missing; a Linear layer has a matrix there"),
    (["0.weight", "1.running_mean"], "relu", "layer '1' is a BatchNorm ('1.running_mean'), which purenn does not have"),
    (["0.weight", "1.gain"], "relu", "the tensor '1.gain' is not from a torch.nn.Sequential of Linear"),
    (["net.weight"], "relu", "the tensor 'net.weight' is not from a torch.nn.Sequential"),
    (["net.0.weight", "head.0.weight"], "relu", "the tensor 'head.0.weight' is not from a torch.nn.Sequential"),
    (["net.0.weight", "2.weight"], "relu", "the tensor 'net.0.weight' is not from a torch.nn.Sequential"),
    (["00.weight"], "relu", "the tensor '00.weight' is not from a torch.nn.Sequential"),
    (["1000.weight"], "relu", "the tensor '1000.weight' is not from a torch.nn.Sequential"),
    (["9" * 400 + ".weight"], "relu", "is not from a torch.nn.Sequential"),
    (["\u0663.weight"], "relu", "is not from a torch.nn.Sequential"),
    ([], "relu", "has no tensors in it"),
])
def test_a_foreign_file_that_is_no_such_network_is_refused(names, activation, message, tmp_path):
    with pytest.raises(PurennError, match=re.escape(message)):
        load_model(foreign(tmp_path / "a.safetensors", *names), activation)


def test_a_foreign_file_with_a_vector_for_a_weight_or_layers_that_do_not_fit_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    for tensors, message in (({"0.weight": [1.0]}, "0.weight is a vector; a Linear layer has a matrix there"),
                             ({"0.weight": [[1.0, 2.0]], "2.weight": [[1.0, 2.0]]}, "architecture[2] has 2 inputs"),
                             ({"0.weight": [[1.0]], "0.bias": [1.0, 2.0]}, "0.bias has length 2; expected 1"),
                             ({"0.weight": [[1.0]], "0.bias": [[1.0]]}, "0.bias[0] is [1.0]")):
        write_safetensors(path, tensors)
        with pytest.raises(PurennError, match=re.escape(message)):
            load_model(path, "relu")


@pytest.mark.parametrize("ending", FORMATS)
def test_an_activation_for_a_file_that_says_its_own_is_refused(ending, tmp_path):
    save_model(tmp_path / ("a" + ending), a_model())
    with pytest.raises(PurennError, match="says itself which activations it has; leave out"):
        load_model(tmp_path / ("a" + ending), activation="relu")


@pytest.mark.parametrize("content, what, ending", [
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS", "safetensors"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS", "json"),
    (b"PK\x03\x04" + bytes(40), "zip", "safetensors")])
def test_a_pointer_of_git_lfs_and_a_zip_are_called_what_they_are(content, what, ending, tmp_path):
    path = tmp_path / ("a." + ending)
    path.write_bytes(content)
    with pytest.raises(PurennError, match=what):
        load_model(path)


@pytest.mark.parametrize("prefix", ["net.", "_orig_mod.", "module.model.", "_orig_mod.net."])
def test_what_names_have_in_common_in_front_is_left_out(prefix, tmp_path):
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {prefix + "0.weight": [[0.5, 0.25]], prefix + "0.bias": [1.0]})
    assert load_model(path).network.state_dict() == {"0.weight": [[0.5, 0.25]], "0.bias": [1.0]}


def seconds(content):
    times = []
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(PurennError):
            parsed(content)
        times.append(time.process_time() - start)
    return min(times)


# Large enough that their memory is asked for anew each time: from 200000 to 400000 the time is six times as long.
@pytest.mark.slow
@pytest.mark.parametrize("make, count", [
    (lambda n: b'{"a": ' + b'"\\' * n, 400000), (lambda n: b'["' + b'\\"' * n, 400000),
    (lambda n: b'"' * (2 * n + 1), 100000),
    (lambda n: b"{%s, \"n1\": 1}" % b", ".join(b'"n%d": 1' % k for k in range(n)), 30000)])
def test_a_file_of_twice_the_size_takes_about_twice_the_time(make, count):
    def measured():
        return seconds(make(4 * count)) / max(seconds(make(count)), 0.001)
    assert any(measured() < 10.0 for _ in range(20))        # the double twice over; the square would be 16


def test_a_network_without_a_linear_layer_is_refused(tmp_path):
    path = tmp_path / "a.json"
    save_model(path, Model(Network([Linear(2, 2), Sigmoid()]), None, "values", {}, {}))
    plain = json.loads(path.read_text())
    plain["architecture"] = [{"layer": "Sigmoid"}]
    plain["weights"] = {}
    path.write_text(json.dumps(plain))
    done = cli("show", path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
