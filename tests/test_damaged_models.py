"""Models and checkpoints damaged in thousands of ways are read right or refused, as ``test_damaged_files`` says.

So are those of real runs, of which more is believed: what a table's columns mean, the settings, where the data are.
"""
import copy
import json
import math
import os
import random
import struct
import sys
import tempfile
from contextlib import contextmanager

import pytest

from purenn import Adam, PurennError
from purenn.data.csv_table import Table
from purenn.data.predictor import load_predictor
from purenn.data.sources import Points
from purenn.data.tasks import xor
from purenn.files.architecture import describe
from purenn.files.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from purenn.files.model import Model, load_model, save_model
from purenn.runs import Run, Settings, problems
from purenn.runs.checkpointing import Keeper, load_start, resume

from .helpers import assert_unreadable
from .test_architecture import every_layer
from .test_damaged_files import FILES, assert_both, damaged, main, run
from .test_model_files import a_model

NAME = "tests.test_damaged_models"
ODD = [None, True, 0, -1, 1, 2.0, 0.5, 1e308, 10 ** 30, 1 << 40, "", "Linear", "F16", "probability", "\u0663.weight",
       [], {}, [[]], [0, 8], [1, 1], [3, 5], {"layer": "Tanh"}, {"a": [1.0]}]
RAW = [b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"[" * 2000, b'{"a":' * 2000, b'"\\ud800"', b"\xff",
       b"1" + b"0" * 400]


@pytest.mark.parametrize("content, kind", [(b"PK\x03\x04" + bytes(20), "is a zip, such as an npz or what torch.save"),
                                           (b"\x1f\x8b\x08" + bytes(20), "is a gzip file, not JSON")])
@pytest.mark.parametrize("read", [load_model, load_checkpoint])
def test_another_kind_of_file_that_is_named_json_is_called_what_it_is(read, content, kind, tmp_path):
    assert_unreadable(read, tmp_path / "m.json", content, kind)


# Ways to damage what JSON says, so that it is still JSON.

def places(value):
    """Every (list or dict, key) in a nest, in no deeper than a few thousand."""
    found = []
    nests = [value]
    for nest in nests:
        keys = list(nest) if isinstance(nest, dict) else range(len(nest))
        for key in keys:
            found.append((nest, key))
            if isinstance(nest[key], (dict, list)) and nest[key]:
                nests.append(nest[key])
    return found


def changed(rng, value):
    """The nest with an entry replaced, left out, named otherwise, or there twice."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        found = places(value)
        nest, key = rng.choice(found[:40] if rng.random() < 0.6 else found)
        way = rng.randrange(5)
        if way == 0:
            del nest[key]
        elif way == 1:
            other, from_there = rng.choice(found)
            nest[key] = copy.deepcopy(other[from_there])
        elif way == 2 and isinstance(nest, dict):
            nest[rng.choice((str(rng.randrange(12)) + ".weight", "1.bias", "__metadata__", "x"))] = nest[key]
        elif way == 2:
            nest.insert(key, nest[key])
        else:
            nest[key] = copy.deepcopy(rng.choice(ODD))
        if not value:
            break
    return value


def dumped(rng, value):
    """A nest as JSON, at times with something in it that JSON does not have, or that is too much."""
    text = json.dumps(value).encode()
    if rng.random() < 0.2:
        at = rng.choice([i for i, byte in enumerate(text) if byte in b"[:,"] or [0])
        text = text[:at + 1] + rng.choice(RAW) + text[at + 1:]
    return text


def changed_json(rng, content):
    return dumped(rng, changed(rng, json.loads(content.decode())))


def changed_settings(rng, content):
    """A checkpoint in which one of the settings, or of what says where the data are, is another."""
    document = json.loads(content.decode())
    part = document[rng.choice(("settings", "settings", "source"))]
    part[rng.choice(list(part))] = copy.deepcopy(rng.choice(ODD))
    return json.dumps(document).encode()


def changed_header(rng, content):
    """A safetensors file with another header, or with another text in its metadata."""
    length, = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length].decode())
    if "purenn" in header.get("__metadata__", {}) and rng.random() < 0.5:
        told = changed_json(rng, header["__metadata__"]["purenn"].encode())
        header["__metadata__"]["purenn"] = told.decode("latin-1")
    else:
        header = changed(rng, header)
    text = dumped(rng, header)
    return struct.pack("<Q", len(text)) + text + content[8 + length:]


def changed_numbers(rng, content):
    """Eight bytes of a safetensors file's data, which no header guards."""
    length, = struct.unpack("<Q", content[:8])
    at = rng.randrange(8 + length, len(content) - 8)
    return content[:at] + rng.choice((b"\0", b"\xff", b"\x7f\xf0")) * 4 + content[at + 8:]


# What is damaged, how it is read, and what a good result is.

def check_model(model):
    describe(model.network)
    if model.network.in_features:
        assert len(model.network.forward([0.0] * model.network.in_features)) == model.network.out_features
    assert len({len(numbers) for numbers in model.history.values()}) <= 1
    assert isinstance(model.training, dict) and isinstance(model.preparation, (dict, type(None)))


def check_checkpoint(checkpoint):
    random.Random().setstate(checkpoint.random)
    assert checkpoint.epoch >= 0 and isinstance(checkpoint.progress, dict)


def read_foreign(path):
    return load_model(path, activation="relu", output_activation="sigmoid")


@contextmanager
def named(path):
    """What does not name the file, but for instance the table, is raised with its name, as ``attempt`` wants it."""
    try:
        yield
    except PurennError as error:
        raise PurennError(str(error) if path in str(error) else "%s: %s" % (path, error)) from None


def read_to_predict(path):
    """A model with what it says of two rows of a table."""
    predictor = load_predictor(path)
    with named(path):
        return predictor, predictor.predict(Table(["x1", "x2"], [["0.5", "1"], ["0", "-3"]], [2, 3]))


def check_predicted(found):
    predictor, predicted = found
    check_model(predictor.model)
    assert len(predicted) == 2
    for outputs, meaning in predicted.values():
        shares = predictor.probabilities(outputs)
        assert shares is None or len(shares) == 2 and abs(sum(shares) - 1.0) < 1e-9
        assert meaning in (predictor.preparation.classes if predictor.preparation.classes else [meaning])


def read_to_resume(path):
    """The run that a checkpoint is of."""
    start = load_start(path, "xor")
    with named(path):
        problem = problems.make(start.source, random.Random(start.settings.seed))
    return resume(start, problem, start.settings)


def check_resumed(run):
    assert len(run.network.predict(xor().inputs)) == 21 and run.network.count_parameters() == 17
    assert [epoch.number for epoch in run.curve] == list(range(1, len(run.curve) + 1)) and math.isfinite(run.seconds)


def a_run():
    """A run of xor that has had two epochs, and writes its checkpoint to a file by the name of c."""
    run = Run(problems.xor(), Settings(sizes=(2, 4, 1), optimizer="momentum", lr=0.1, momentum=0.5, batch_size=7,
                                       shuffle=True, epochs=2))
    run.result()
    run.seconds = 1.5                                                   # no clock, for the seed's sake
    return run


def kept(run):
    """The bytes of a run's checkpoint."""
    return written(lambda path, made: Keeper(path, 1, Points("xor")).write(made), "c", run)


def written(save, name, thing):
    """The bytes that are saved for a thing."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        save(path, thing)
        with open(path, "rb") as handle:
            return handle.read()


def cases():
    """As ``test_damaged_files.cases``."""
    network = every_layer()
    rng = random.Random(1)
    for _, values, _ in network.parameters():
        values[:] = [rng.uniform(-1.0, 1.0) for _ in values]            # from this seed, whatever was drawn before
    model, state = a_model(network), Adam(network.parameters()).state_dict()
    checkpoint = Checkpoint("xor", {"lr": 0.1}, {"task": "xor"}, "Loops()", 7, 3, network.state_dict(), state,
                            rng.getstate(), {"loss": [0.5]})
    with open(os.path.join(FILES, "torch_f32.safetensors"), "rb") as handle:
        foreign = handle.read()

    def early(rng, content):
        return damaged(rng, content, early=True)
    inside = [changed_header, changed_header, changed_numbers, damaged, early]
    run = a_run()
    trained = Model(run.network, run.problem.preparation.as_dict(), "probability", {}, {"loss": [0.5, 0.25]})
    return [
        ("a.json", written(save_model, "a.json", model), [damaged, early, changed_json, changed_json],
         [(load_model, check_model)]),
        ("checkpoint", written(save_checkpoint, "a", checkpoint), [damaged, early, changed_json, changed_json],
         [(load_checkpoint, check_checkpoint)]),
        ("a.safetensors", written(save_model, "a.safetensors", model), inside, [(load_model, check_model)]),
        ("b.safetensors", foreign, inside, [(read_foreign, check_model)]),
        ("trained.json", written(save_model, "a.json", trained), [damaged, early, changed_json, changed_json],
         [(read_to_predict, check_predicted)]),
        ("resumed", kept(run), [damaged, early, changed_json, changed_json, changed_settings],
         [(read_to_resume, check_resumed)]),
    ]


def test_every_model_is_good_before_it_is_damaged(tmp_path):
    for name, content, _, readers in cases():
        (tmp_path / name).write_bytes(content)
        for reader, check in readers:
            check(reader(str(tmp_path / name)))


def test_damaged_models_and_checkpoints_are_refused_or_read_right():
    assert_both(run("models", 1, 600, NAME), 50, 1)                             # 100 of each


@pytest.mark.slow
@pytest.mark.parametrize("seed, count", [(1, 4500), (2, 15000)])
def test_thousands_of_damaged_models_and_checkpoints_are_refused_or_read_right(seed, count):
    assert_both(run("models", seed, count, NAME), 500, 20)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), cases())))
