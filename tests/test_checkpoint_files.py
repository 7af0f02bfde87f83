"""Checkpoints: exact to the bit, checked before they are believed, and an old one whole until the new one is."""
import json
import math
import os
import random
import re
import signal
import subprocess
import sys

import pytest

from purenn import Adam, MSELoss, Network, PurennError, train
from purenn.data.tasks import xor
from purenn.files import disk
from purenn.files.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from purenn.files.model import save_model

from .helpers import ROOT
from .test_model_files import a_model, bits
from .test_safetensors import EDGES


def begun(seed=3):
    """A network and an optimizer as they are before training."""
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(seed))
    return network, Adam(network.parameters(), lr=0.05)


def kept(network, optimizer, rng, epoch=0):
    return Checkpoint("xor", {"lr": 0.05, "sizes": [2, 4, 4, 1], "target_loss": None},
                      {"target": "größe", "ignore": ["a", "b"]}, "Loops()", 123456789, epoch,
                      network.state_dict(), optimizer.state_dict(), rng.getstate(),
                      {"loss": [0.1, 1 / 3, None], "best": {"0.bias": EDGES}, "stopped": False})


def some_epochs(network, optimizer, rng, count):
    return [epoch.loss for epoch in train(network, xor(), MSELoss(), optimizer, count, batch_size=4, rng=rng)]


def test_training_that_goes_on_from_a_checkpoint_has_the_same_digits_whatever_the_moment(tmp_path):
    network, optimizer = begun()
    whole = some_epochs(network, optimizer, random.Random(1), 12)
    for moment in (0, 1, 5, 11):
        first, its, rng = *begun(), random.Random(1)
        losses = some_epochs(first, its, rng, moment) if moment else []
        save_checkpoint(tmp_path / "a", kept(first, its, rng, moment))
        found = load_checkpoint(tmp_path / "a")
        second, its, rng = *begun(seed=99), random.Random(99)
        second.load_state_dict(found.network)
        its.load_state_dict(found.optimizer)
        rng.setstate(found.random)
        assert losses + some_epochs(second, its, rng, 12 - found.epoch) == whole
        assert bits(second.state_dict()) == bits(network.state_dict())


@pytest.mark.parametrize("name", ["a.json", "a", "a.checkpoint", "größe.safetensors"])
def test_a_round_trip_keeps_every_bit_whatever_the_files_name(name, tmp_path):
    network, optimizer = begun()
    network.layers[0].bias[:] = EDGES[1:5]
    rng = random.Random(4)
    rng.gauss(0.0, 1.0)                                     # which keeps a second number for the next time
    checkpoint = kept(network, optimizer, rng, 7)
    save_checkpoint(tmp_path / name, checkpoint)
    found = load_checkpoint(tmp_path / name)
    assert found == checkpoint and type(found.random) is tuple and type(found.random[1]) is tuple
    assert bits(found.network) == bits(network.state_dict())
    assert bits({"best": found.progress["best"]["0.bias"]}) == bits({"best": EDGES})
    other = random.Random(5)
    other.setstate(found.random)
    assert [other.gauss(0.0, 1.0), other.random()] == [rng.gauss(0.0, 1.0), rng.random()]
    assert len((tmp_path / name).read_text("utf-8").splitlines()) == 15     # a key a line


STATE = random.Random(1).getstate()
WRONG = [
    ({"task": ""}, "task is ''; it must be a name"),
    ({"task": None}, "task is None; it must be a name"),
    ({"settings": []}, "settings is []; it must be a dict"),
    ({"source": "iris.csv"}, "source is 'iris.csv'; it must be a dict"),
    ({"engine": None}, "engine and data are None and 123456789; they must be a name and a whole number"),
    ({"data": "9"}, "engine and data are 'Loops()' and '9'; they must be"),
    ({"data": True}, "engine and data are 'Loops()' and True; they must be"),
    ({"epoch": -1}, "epoch is -1; it must be a whole number from 0 up"),
    ({"epoch": True}, "epoch is True; it must be"),
    ({"epoch": 1.0}, "epoch is 1.0; it must be"),
    ({"epoch": 1 << 60}, "epoch is 1152921504606846976; it must be"),
    ({"network": None}, "network is None; it must be a dict"),
    ({"network": {"0.bias": ["a"]}}, "network: '0.bias'[0] is 'a'; every entry must be a finite number"),
    ({"network": {"0.bias": [1.0, [2.0]]}}, "network: '0.bias'[1] is [2.0]; every entry must be a finite number"),
    ({"network": {"0.weight": [[1.0], 2.0]}}, "network: '0.weight' is 2.0; expected a list of numbers"),
    ({"network": {"0.weight": [[1.0], [True]]}}, "network: '0.weight' has true or false in it"),
    ({"optimizer": {"velocity": None}}, "optimizer: 'velocity'[0] is None; every entry must be a finite number"),
    ({"progress": 3}, "progress is 3; it must be a dict"),
    ({"random": None}, "random is None; it must be what getstate() of a random.Random gives"),
    ({"random": STATE[:2]}, "random is (3, (2147483648"),
    ({"random": (2, *STATE[1:])}, "random is (2, (2147483648"),
    ({"random": (True, *STATE[1:])}, "random is (True, (2147483648"),
    ({"random": (3, STATE[1][1:], None)}, "it must be what getstate() of a random.Random gives"),
    ({"random": (3, (*STATE[1][:-1], 625), None)}, "it must be what getstate()"),
    ({"random": (3, (1 << 32, *STATE[1][1:]), None)}, "it must be what getstate()"),
    ({"random": (3, (-1, *STATE[1][1:]), None)}, "it must be what getstate()"),
    ({"random": (3, (0.5, *STATE[1][1:]), None)}, "it must be what getstate()"),
    ({"random": (3, STATE[1], "a")}, "it must be what getstate()"),
    ({"random": (3, 5, None)}, "random is (3, 5, None); it must be what getstate()"),
]


@pytest.mark.parametrize("change, message", WRONG, ids=range(len(WRONG)))
def test_a_part_that_cannot_be_is_refused_when_it_is_saved_and_when_it_is_loaded(change, message, tmp_path):
    checkpoint = kept(*begun(), random.Random(1))
    path = tmp_path / "a"
    save_checkpoint(path, checkpoint)
    before = path.read_bytes()
    with pytest.raises(PurennError, match=re.escape(message)):
        save_checkpoint(path, checkpoint._replace(**change))
    assert path.read_bytes() == before
    path.write_text(json.dumps({**json.loads(before.decode()), **change}))
    with pytest.raises(PurennError, match=re.escape(message)) as caught:
        load_checkpoint(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [{"progress": {"loss": math.nan}}, {"settings": {"lr": math.inf}},
                                    {"progress": {"best": {"0.bias": [math.nan]}}}, {"source": {"f": print}}])
def test_what_json_cannot_hold_is_not_saved(change, tmp_path):
    with pytest.raises(PurennError, match="is in it; "):
        save_checkpoint(tmp_path / "a", kept(*begun(), random.Random(1))._replace(**change))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change, message", [
    ({"format": "purenn model"}, "is not a purenn checkpoint: its format is 'purenn model'; it is a model"),
    ({"format": "x"}, "is not a purenn checkpoint: its format is 'x'"),
    ({"version": 3}, "is of version 3 of the format, from purenn '0."),
    ({"version": 1}, "is of version 1 of the format, but this purenn reads version 2: start the "
                     "training again"),
    ({"more": 1}, "it has 'more', which is unknown"),
    ({"random": {}}, "random is {}"),
])
def test_a_file_of_another_kind_is_refused(change, message, tmp_path):
    path = tmp_path / "a"
    save_checkpoint(path, kept(*begun(), random.Random(1)))
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}))
    with pytest.raises(PurennError, match=re.escape(message)):
        load_checkpoint(path)


def test_a_model_is_no_checkpoint(tmp_path):
    save_model(tmp_path / "a.json", a_model())
    with pytest.raises(PurennError, match="its format is 'purenn model'; it is a model, not a checkpoint"):
        load_checkpoint(tmp_path / "a.json")
    save_model(tmp_path / "a.safetensors", a_model())
    with pytest.raises(PurennError, match="a.safetensors: is not JSON"):
        load_checkpoint(tmp_path / "a.safetensors")


# Writing that fails.

FULL = """
import random, resource, signal, sys
from purenn import Linear, Network, PurennError, SGD
from purenn.files.checkpoint import Checkpoint, save_checkpoint
from purenn.files.model import Model, save_model
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
network = Network([Linear(30, 30)])
for path in sys.argv[1:]:
    try:
        if path.endswith("checkpoint"):
            state = random.Random(1).getstate()
            save_checkpoint(path, Checkpoint("xor", {}, {}, "Loops()", 1, 1, network.state_dict(), {"lr": 0.1}, state,
                                             {}))
        else:
            save_model(path, Model(network, None, "values", {}, {}))
    except PurennError as error:
        print(error)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
def test_where_the_disk_is_full_it_is_one_line_and_the_old_file_stays(tmp_path):
    """As on a full disk: writing begins well and fails after some thousand bytes."""
    paths = [tmp_path / name for name in ("checkpoint", "a.json", "a.safetensors")]
    for path in paths:
        path.write_text("old")
    done = subprocess.run([sys.executable, "-c", FULL, *map(str, paths)], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "".join("%s: cannot be written: File too large\n" % path for path in paths)
    assert sorted(tmp_path.iterdir()) == sorted(paths) and {path.read_text() for path in paths} == {"old"}


def test_a_folder_that_is_not_there_or_a_name_that_is_a_folders_is_one_line(tmp_path):
    checkpoint = kept(*begun(), random.Random(1))
    for path, message in ((tmp_path / "none" / "a", "cannot be written: No such file or directory"),
                          (tmp_path, "is not a regular file and is left as it is")):
        with pytest.raises(PurennError, match=message):
            save_checkpoint(path, checkpoint)


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_where_the_last_move_fails_the_old_file_stays(broken, tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")

    def fails(*_):
        raise OSError(30, "Read-only file system")
    monkeypatch.setattr(disk.os, broken, fails)
    with pytest.raises(PurennError, match="a: cannot be written: Read-only file system"):
        save_checkpoint(path, kept(*begun(), random.Random(1)))
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


def test_a_file_is_on_the_disk_before_it_takes_the_old_ones_place(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(disk.os, "fsync", lambda handle: (done.append(os.fstat(handle).st_size), fsync(handle)))
    monkeypatch.setattr(disk.os, "replace", lambda *names: (done.append("replaced"), replace(*names)))
    save_checkpoint(tmp_path / "a", kept(*begun(), random.Random(1)))
    assert done == [(tmp_path / "a").stat().st_size, "replaced"]


KILLED = """
import random, sys
from purenn import Linear, Network
from purenn.files.checkpoint import Checkpoint, save_checkpoint
network = Network([Linear(60, 60)])
for epoch in range(100000):
    save_checkpoint(sys.argv[1], Checkpoint("xor", {}, {}, "Loops()", 1, epoch, network.state_dict(), {},
                                            random.getstate(), {}))
    print(epoch, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_killed_at_any_instant_the_last_complete_checkpoint_is_whole(tmp_path):
    path, rng = tmp_path / "a", random.Random(1)
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
        said = [process.stdout.readline() for _ in range(rng.randrange(1, 4))]
        try:
            process.wait(rng.uniform(0.0, 0.03))
        except subprocess.TimeoutExpired:
            process.kill()
        said += process.communicate()[0].split(b"\n")
        assert load_checkpoint(path).epoch >= max(int(line) for line in said if line.strip())
