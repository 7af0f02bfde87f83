"""What a run keeps: --save, --history, --checkpoint, --resume, as a user runs them; and what is refused."""
import contextlib
import csv
import gzip
import io
import json
import os
import pickle
import random
import signal
import struct
import subprocess
import sys
import time
import zipfile
from typing import NamedTuple, Tuple

import pytest

from purenn.cli.main import main
from purenn.data.npz import read_npz, write_npz
from purenn.data.sources import Points
from purenn.files.checkpoint import load_checkpoint
from purenn.files.model import load_model
from purenn.files.safetensors import read_safetensors, write_safetensors
from purenn.linalg import PurennError
from purenn.engines.loops import Engine, Loops
from purenn.files.plain import from_plain
from purenn.runs import Run, Settings, problems
from purenn.runs.checkpointing import Keeper, load_start, resume

from .helpers import ROOT, cli

FILES = os.path.join(ROOT, "tests", "files")
IRIS = os.path.join(FILES, "iris.csv")
TRAIN = ("train", IRIS, "--target", "species", "--hidden", 5)
LETTERS = ("letters", "--data", os.path.join(FILES, "handwritten_digits.npz"), "--train", 60, "--validation", 30,
           "--test", 20, "--hidden", 6, "--batch-size", 20, "--workers", 1)
BEGUN = {"xor": ("xor",), "train": TRAIN, "letters": LETTERS}


def run(*arguments):
    """The exit code, stdout and stderr of a command, run within this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return code, out.getvalue(), err.getvalue()


def digits(path, *arguments):
    """Every digit that a run ends with: its ``--json`` without the seconds and the file, its weights, its curve."""
    code, out, err = run(*arguments, "--json", "--save", path / "m.json", "--history", path / "h.csv")
    assert (code, err) == (0, "")
    result = json.loads(out)
    del result["seconds"]
    return result, load_model(path / "m.json").network.state_dict(), (path / "h.csv").read_text()


def assert_refused(named, *arguments):
    """Refused in one line that has ``named`` in it, with nothing on stdout."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, ""), err
    assert err.startswith("purenn: ") and err.count("\n") == 1 and named in err, err


@pytest.fixture(autouse=True)
def measured_once(monkeypatch):
    """How long an epoch will take is measured on one step, not for most of a second."""
    monkeypatch.setattr("purenn.study.estimate.MEASURING", 0.0)


# A run that is stopped and goes on ends with the digits of one that never stopped.

RUNS = {
    **{"xor " + name: ("xor", "--optimizer", name) for name in ("momentum", "adagrad", "rmsprop", "adam")},
    "xor sgd shuffled minibatches": ("xor", "--batch-size", 4, "--shuffle"),
    "xor unrolled": ("xor", "--engine", "unrolled", "--optimizer", "adam", "--shuffle"),
    "xor matrix": ("xor", "--engine", "matrix", "--optimizer", "adam"),
    "linear": ("linear", "--points", 30, "--shuffle", "--batch-size", 7),
    "gate": ("gate", "--shuffle"),
    **{"train " + name: (*TRAIN, "--optimizer", name) for name in ("sgd", "momentum", "adagrad", "rmsprop")},
    "train decays": (*TRAIN, "--lr-decay", 0.9, "--weight-decay", 0.01, "--batch-size", "all", "--engine", "loops"),
    "train a number": ("train", os.path.join(FILES, "diabetes.csv"), "--target", "progression", "--train", 60),
    "letters": LETTERS,
    "letters matrix": (*LETTERS, "--engine", "matrix", "--lr-decay", 0.8),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_stopped_and_resumed_twice_ends_with_the_digits_of_one_that_never_stopped(name, tmp_path):
    begun, path = RUNS[name], tmp_path / "c"
    expected = digits(tmp_path, *begun, "--epochs", 9)
    assert expected[0]["epochs"] == 9
    run(*begun, "--epochs", 2, "--checkpoint", path, "--quiet")
    run(begun[0], "--resume", path, "--epochs", 5, "--quiet")
    assert load_checkpoint(path).epoch == 5
    assert digits(tmp_path, begun[0], "--resume", path, "--epochs", 9) == expected
    assert digits(tmp_path, begun[0], "--resume", path, "--epochs", 9) == expected         # there is no more to do


@pytest.mark.parametrize("begun", [TRAIN, LETTERS], ids=["train", "letters"])
@pytest.mark.slow
def test_patience_counts_on_and_the_best_weights_are_kept_over_a_stop(begun, tmp_path):
    begun, path = (*begun, "--lr", 0.5, "--optimizer", "sgd", "--patience", 3), tmp_path / "c"
    expected = digits(tmp_path, *begun, "--epochs", 200)
    result = expected[0]
    assert result["stopped"] == "patience" and result["kept"] == result["epochs"] - 3 > 0
    for stop in (result["kept"] - 1, result["kept"], result["epochs"] - 1):
        run(*begun, "--epochs", max(stop, 1), "--checkpoint", path, "--quiet")
        assert digits(tmp_path, begun[0], "--resume", path, "--epochs", 200) == expected
    assert digits(tmp_path, begun[0], "--resume", path) == expected         # patience ended it before
    after = digits(tmp_path, begun[0], "--resume", path, "--patience", 8)[0]
    assert after["epochs"] >= result["epochs"] + 5 and after["history"][:result["epochs"]] == result["history"]


def test_without_patience_a_run_goes_on_from_one_with_it_and_keeps_the_last_weights(tmp_path):
    expected = digits(tmp_path, *TRAIN, "--epochs", 6, "--patience", 0)
    run(*TRAIN, "--epochs", 3, "--checkpoint", tmp_path / "c", "--quiet")
    found = digits(tmp_path, "train", "--resume", tmp_path / "c", "--epochs", 6, "--patience", 0)
    assert found == expected and found[0]["kept"] == 6


def test_a_run_that_came_to_its_end_has_nothing_to_go_on_to(tmp_path):
    begun = ("xor", "--optimizer", "adam", "--lr", 0.1, "--target-loss", 0.05)
    expected = digits(tmp_path, *begun)
    assert expected[0]["stopped"] == "target"
    run(*begun, "--checkpoint", tmp_path / "c")
    before = load_checkpoint(tmp_path / "c")
    fewer = digits(tmp_path, "xor", "--resume", tmp_path / "c", "--epochs", 50000)
    assert fewer[0]["settings"].pop("epochs") == 50000 and fewer[1:] == expected[1:]
    again = digits(tmp_path, "xor", "--resume", tmp_path / "c")             # with the epochs it was resumed with last
    assert again[0]["settings"].pop("epochs") == 50000 and again == fewer
    assert digits(tmp_path, "xor", "--resume", tmp_path / "c", "--epochs", before.settings["epochs"]) == expected
    after = load_checkpoint(tmp_path / "c")
    assert after[:9] == before[:9]                          # all but the progress, which has the seconds
    assert {**after.progress, "seconds": 0.0} == {**before.progress, "seconds": 0.0}


def test_a_lower_target_goes_on_where_a_higher_one_ended(tmp_path):
    begun = ("xor", "--optimizer", "adam", "--lr", 0.1)
    expected = digits(tmp_path, *begun, "--target-loss", 0.02)
    run(*begun, "--target-loss", 0.1, "--checkpoint", tmp_path / "c")
    assert digits(tmp_path, "xor", "--resume", tmp_path / "c", "--target-loss", 0.02) == expected


def test_the_same_options_and_the_same_table_may_be_given_again(tmp_path):
    expected = digits(tmp_path, *TRAIN, "--epochs", 4)
    run(*TRAIN, "--epochs", 2, "--checkpoint", tmp_path / "c", "--quiet")
    assert digits(tmp_path, *TRAIN, "--epochs", 4, "--resume", tmp_path / "c") == expected


def test_a_resumed_run_writes_its_checkpoints_where_it_is_told(tmp_path):
    run("xor", "--epochs", 3, "--checkpoint", tmp_path / "a")
    old = (tmp_path / "a").read_bytes()
    run("xor", "--epochs", 7, "--resume", tmp_path / "a", "--checkpoint", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == old and load_checkpoint(tmp_path / "b").epoch == 7
    assert load_checkpoint(tmp_path / "b").settings["epochs"] == 7
    run("xor", "--epochs", 8, "--resume", tmp_path / "b")
    assert load_checkpoint(tmp_path / "b").epoch == 8


def test_the_history_has_an_epoch_a_row_with_every_digit(tmp_path):
    _, out, _ = run(*TRAIN, "--epochs", 3, "--json", "--history", tmp_path / "h.csv")
    with open(tmp_path / "h.csv", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [[float(value) for value in row.values()] for row in rows] == [
        list(epoch.values()) for epoch in json.loads(out)["history"]]
    assert list(rows[0]) == ["epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"]
    run("train", os.path.join(FILES, "diabetes.csv"), "--target", "progression", "--epochs", 2, "--quiet", "--history",
        tmp_path / "h.csv")
    assert (tmp_path / "h.csv").read_text().startswith("epoch,loss,validation_loss\n1,")


def test_checkpoints_are_written_every_so_many_epochs_and_at_the_end(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr("purenn.files.checkpoint.save_checkpoint", lambda path, checkpoint: written.append(
        checkpoint.epoch))
    for begun in (TRAIN, ("xor",)):
        run(*begun, "--epochs", 7, "--checkpoint", tmp_path / "c", "--checkpoint-every", 3, "--quiet")
    assert written == [3, 6, 7] * 2


# Killed, interrupted, nobody reading, a full disk.

def started(*arguments, **how):
    """cli.py as a process."""
    return subprocess.Popen([sys.executable, "-S", "-E", os.path.join(ROOT, "cli.py"), *map(str, arguments)], cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **how)


KILLS = int(os.environ.get("KILLS", "25"))      # at so many moments in each of the two runs


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.parametrize("begun", [
    (*TRAIN[:-2], "--hidden", 16, "--patience", 0, "--epochs", 200, "--checkpoint-every", 2),
    ("xor", "--hidden", 60, 60, "--epochs", 30, "--engine", "matrix", "--optimizer", "adam", "--shuffle",
     "--checkpoint-every", 1)], ids=["training", "writing"])
def test_killed_at_any_moment_nothing_is_lost(begun, tmp_path):
    """The second spends most of its time in writing checkpoints, so that most kills are in the middle of one."""
    path, rng = tmp_path / "c", random.Random(5)
    begin = time.perf_counter()
    expected = digits(tmp_path, *begun, "--checkpoint", path)
    whole = time.perf_counter() - begin + 0.1
    there = 0
    for _ in range(KILLS):
        path.unlink()
        process = started(*begun, "--checkpoint", path, "--quiet")
        try:
            process.wait(rng.uniform(0.1, whole))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        again = ["--resume", path] if path.exists() else [*begun[1:], "--checkpoint", path]
        there += path.exists()
        if path.exists():
            assert load_checkpoint(path).epoch >= 1
        assert digits(tmp_path, begun[0], *again) == expected
    assert there >= KILLS // 2


@pytest.mark.skipif(os.name == "nt", reason="no signals here")
@pytest.mark.parametrize("begun", [
    pytest.param((*TRAIN[:-2], "--patience", 0, "--hidden", 40), id="train", marks=pytest.mark.slow),
    pytest.param(("xor", "--target-loss", 1e-30), id="xor")])
def test_ctrl_c_ends_the_training_and_all_is_kept(begun, tmp_path):
    path = tmp_path / "c"
    process = started(*begun, "--epochs", 10 ** 8, "--checkpoint", path, "--checkpoint-every", 2, "--save",
                      tmp_path / "m.json", "--history", tmp_path / "h.csv", "--json",
                      preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    result = json.loads(out)
    assert (process.returncode, err, result["stopped"]) == (130, "", "interrupted")
    model = load_model(tmp_path / "m.json")
    assert len(model.history["loss"]) == result["epochs"] == len((tmp_path / "h.csv").read_text().splitlines()) - 1
    epoch = load_checkpoint(path).epoch
    assert epoch == result["epochs"] >= 2
    end = digits(tmp_path, begun[0], "--resume", path, "--epochs", epoch + 3)
    assert end == digits(tmp_path, *begun, "--epochs", epoch + 3)


def test_ctrl_c_between_an_epoch_and_its_hold_loses_no_epoch(tmp_path, monkeypatch):
    path, hold = str(tmp_path / "c"), Keeper.hold

    def interrupted(keeper, run):
        if len(run.curve) == 3:
            monkeypatch.setattr(Keeper, "hold", hold)
            raise KeyboardInterrupt
        hold(keeper, run)

    monkeypatch.setattr(Keeper, "hold", interrupted)
    run = Run(problems.xor(), Settings(lr_decay=0.5, epochs=5))
    run.keeper = Keeper(path, 100, Points("xor"))
    with pytest.raises(KeyboardInterrupt):
        list(run.epochs())
    run.interrupt()
    start = load_start(path, "xor")
    assert start.checkpoint.epoch == len(run.curve) == 3
    again = resume(start, problems.xor(), start.settings)
    assert list(again.epochs()) == list(Run(problems.xor(), Settings(lr_decay=0.5, epochs=5)).epochs())[3:]


@pytest.mark.parametrize("task", ["xor", "linear"])
def test_ctrl_c_before_the_first_checkpoint_was_due_keeps_the_last_epoch_that_was_done(task, tmp_path, monkeypatch):
    path, learned = tmp_path / "c", []

    def learn(self, *batch):                                    # the ninth of three batches an epoch is cut short
        learned.append(0)
        if len(learned) == 9:
            batch[0].layers[0].weight[0][0] += 1.0
            raise KeyboardInterrupt
        return Engine.learn(self, *batch)
    begun = (task, "--batch-size", 7 if task == "xor" else 34, "--shuffle", "--engine", "loops")
    with monkeypatch.context() as patch:
        patch.setattr(Loops, "learn", learn, raising=False)
        code, out, err = run(*begun, "--epochs", 50, "--checkpoint", path, "--json")
    assert (code, err, json.loads(out)["epochs"]) == (130, "", 2)
    assert load_checkpoint(path).epoch == 2
    assert digits(tmp_path, task, "--resume", path, "--epochs", 5) == digits(tmp_path, *begun, "--epochs", 5)


def test_ctrl_c_before_a_resumed_run_has_done_an_epoch_writes_what_it_began_with(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    run("xor", "--epochs", 2, "--checkpoint", tmp_path / "a", "--quiet")
    with monkeypatch.context() as patch:
        patch.setattr(Loops, "learn", interrupted, raising=False)
        code, out, err = run("xor", "--resume", tmp_path / "a", "--epochs", 9, "--checkpoint", tmp_path / "b", "--json")
    assert (code, err, json.loads(out)["epochs"]) == (130, "", 2)
    assert digits(tmp_path, "xor", "--resume", tmp_path / "b", "--epochs", 9) == digits(tmp_path, "xor", "--epochs", 9)


@pytest.mark.skipif(os.name == "nt", reason="no pipe that breaks")
@pytest.mark.parametrize("begun", [
    (*TRAIN, "--patience", 0, "--epochs", 60), ("xor", "--epochs", 300, "--log-every", 1),
    (*LETTERS, "--epochs", 40, "--patience", 0)], ids=["train", "xor", "letters"])
@pytest.mark.slow
def test_where_the_reader_has_seen_enough_the_training_comes_to_its_end_and_is_kept(begun, tmp_path):
    kept = ("--save", tmp_path / "m.json", "--history", tmp_path / "h.csv")
    process = started(*begun, *kept)
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    assert (process.wait(timeout=60), err) == (0, "")
    assert len(load_model(tmp_path / "m.json").history["loss"]) == int(begun[begun.index("--epochs") + 1])
    assert (tmp_path / "h.csv").exists()


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from purenn.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def on_a_full_disk(limit, *arguments):
    """A command on a disk that is full: the finished process; no file gets longer than ``limit`` bytes."""
    return subprocess.run([sys.executable, "-c", FULL, str(limit), *map(str, arguments)], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=60)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
@pytest.mark.parametrize("option, name, begun", [
    pytest.param("--save", "m.json", TRAIN, marks=pytest.mark.slow),
    pytest.param("--save", "m.safetensors", LETTERS, marks=pytest.mark.slow), ("--history", "h.csv", ("xor",)),
    ("--save", "m.json", ("xor", "--hidden", 20))])
def test_where_the_disk_is_full_the_report_is_shown_and_the_old_file_stays(option, name, begun, tmp_path):
    path = tmp_path / name
    path.write_text("old")
    done = on_a_full_disk(500, *begun, "--epochs", 12, option, path)
    assert done.returncode == 2
    assert done.stderr == "purenn: %s: cannot be written: File too large\n" % path
    assert done.stdout.splitlines()[-1].startswith(("After 12 epochs: ", "With the weights of ", "Not learned. "))
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("begun", [TRAIN, ("xor",), LETTERS], ids=["train", "xor", "letters"])
def test_the_model_is_saved_where_the_history_cannot_be(begun, tmp_path, monkeypatch):
    def fails(*_):
        raise PurennError("the disk is full")
    monkeypatch.setattr("purenn.cli.training_commands.write_history", fails)
    kept = ("--history", tmp_path / "h.csv", "--save", tmp_path / "m.json")
    code, out, err = run(*begun, "--epochs", 2, "--json", *kept)
    assert (code, err, json.loads(out)["epochs"]) == (2, "purenn: the disk is full\n", 2)
    assert len(load_model(tmp_path / "m.json").history["loss"]) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
@pytest.mark.parametrize("begun", [TRAIN, ("xor",)], ids=["train", "xor"])
def test_training_goes_on_where_no_checkpoint_can_be_written_and_that_is_said_once(begun, tmp_path):
    path = tmp_path / "c"
    run(*begun, "--epochs", 2, "--checkpoint", path, "--quiet")
    old = path.read_bytes()
    done = on_a_full_disk(1000, *begun, "--epochs", 9, "--checkpoint", path, "--checkpoint-every", 2, "--quiet",
                          "--history", tmp_path / "h.csv")
    assert done.returncode == 2
    assert done.stderr == ("purenn: %s: cannot be written: File too large; training goes on without checkpoints\n"
                           % path)
    assert done.stdout == run(*begun, "--epochs", 9, "--quiet")[1]
    assert path.read_bytes() == old and (tmp_path / "h.csv").exists() and len(list(tmp_path.iterdir())) == 2


# Training that diverged.

WILD = ("--activation", "identity", "--output-activation", "identity", "--lr", 10)


@pytest.mark.parametrize("begun, epochs", [
    (("xor", *WILD, "--epochs", 1000), None), (("xor", *WILD, "--epochs", 4), 4),
    (("train", os.path.join(FILES, "diabetes.csv"), "--target", "progression", "--optimizer", "sgd", "--lr", 1e6,
      "--epochs", 50), None),
    (("letters", *LETTERS[1:], "--activation", "identity", "--optimizer", "sgd", "--lr", 1e300, "--epochs", 5), None)])
def test_of_training_that_diverged_the_curve_is_written_and_no_network(begun, epochs, tmp_path):
    model, history = tmp_path / "m.json", tmp_path / "h.csv"
    model.write_text("old")
    code, out, err = run(*begun, "--save", model, "--history", history, "--quiet")
    assert (code, out) == (3, "") and err.startswith("purenn: the loss became ") and err.count("\n") == 1
    assert model.read_text() == "old" and len(list(tmp_path.iterdir())) == 2
    rows = history.read_text().splitlines()[1:]
    assert len(rows) == (epochs if epochs else int(err.split(" in epoch ")[1].split(":")[0]) - 1)


def test_the_last_whole_checkpoint_of_training_that_diverged_stays(tmp_path):
    code, _, err = run("xor", *WILD, "--epochs", 1000, "--checkpoint", tmp_path / "c", "--checkpoint-every", 1)
    assert code == 3 and 1 <= load_checkpoint(tmp_path / "c").epoch <= int(err.split(" in epoch ")[1].split(":")[0])


# What is refused, before anything is trained.

@pytest.mark.parametrize("option", ["--save", "--history", "--checkpoint"])
@pytest.mark.parametrize("begun", [TRAIN, ("xor",), LETTERS], ids=["train", "xor", "letters"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_trained(begun, option, tmp_path, monkeypatch):
    monkeypatch.setattr("purenn.runs.run.train", lambda *_: pytest.fail("it was trained"))
    (tmp_path / "file").write_text("")
    for path, said in (("file/m.json", "Not a directory"), ("none/m.json", "No such file or directory")):
        assert_refused(said, *begun, option, tmp_path / path)
    (tmp_path / "folder.json").mkdir()
    assert_refused("is not a regular file", *begun, option, tmp_path / "folder.json")
    assert_refused("found no value", *begun, option)


def test_wrong_use_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("purenn.runs.run.train", lambda *_: pytest.fail("it was trained"))
    for name in ("model.txt", "model", "m.pt"):
        assert_refused("save a model in a file that ends in .json or .safetensors", "xor", "--save", tmp_path / name)
    assert_refused("--checkpoint-every: has no effect here; add --checkpoint", "xor", "--checkpoint-every", 5)
    assert_refused("--checkpoint-every: found '0'", "xor", "--checkpoint-every", 0, "--checkpoint", tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_two_things_are_not_written_into_one_file_nor_over_the_table(tmp_path):
    path, table = tmp_path / "a.json", tmp_path / "t.csv"
    table.write_bytes(open(IRIS, "rb").read())
    old = table.read_bytes()
    assert_refused("--checkpoint: %s is the file of --save, too; give each a file of its own" % path, *TRAIN, "--save",
                   path, "--checkpoint", path)
    assert_refused("--history: %s is read, too" % table, "train", table, "--target", "species", "--history", table)
    os.symlink(str(table), str(tmp_path / "link"))
    assert_refused("is read, too", "train", table, "--target", "species", "--checkpoint", tmp_path / "link")
    assert table.read_bytes() == old


def test_a_resumed_run_takes_no_other_settings(tmp_path):
    path = tmp_path / "c"
    run("xor", "--epochs", 3, "--checkpoint", path, "--lr", 0.5)
    old = path.read_bytes()
    for option, value, before in (("--lr", 0.25, 0.5), ("--hidden", 3, "4 4"), ("--seed", 2, 1),
                                  ("--optimizer", "adam", "sgd"), ("--engine", "matrix", "loops")):
        assert_refused("%s: found" % option, "xor", "--resume", path, option, value)
        assert_refused("was begun with %s; leave it out" % before, "xor", "--resume", path, option, value)
    assert_refused("--shuffle: found True", "xor", "--resume", path, "--shuffle")
    assert_refused("%s: epochs: found 2; 3 are done: give as many or more" % path, "xor", "--resume", path,
                   "--epochs", 2)
    assert_refused("--plot: cannot be used with --resume", "xor", "--resume", path, "--plot")
    assert_refused("%s: was written by xor; resume it with xor" % path, "gate", "--resume", path)
    assert_refused("%s: was written by xor; resume it with xor" % path, "train", "--resume", path)
    assert path.read_bytes() == old
    run(*TRAIN, "--epochs", 2, "--checkpoint", path, "--quiet")
    assert_refused("other.csv: cannot be read", "train", "other.csv", "--resume", path)
    others = {"weight-decay": 0.5, "batch-size": 7, "lr-decay": 0.5, "momentum": 0.5, "activation": "tanh",
              "init": "zeros", "loss": "mse", "missing": "drop", "test": 9}
    for option, value in others.items():
        assert_refused("--%s: found %s with" % (option, value), "train", "--resume", path, "--" + option, value)


def test_a_run_goes_on_with_the_data_it_was_begun_with_wherever_they_lie(tmp_path, monkeypatch):
    path, table, moved = tmp_path / "c", tmp_path / "t.csv", tmp_path / "moved.csv"
    with open(IRIS, encoding="utf-8") as file:
        table.write_text(file.read())
    begun = ("train", table, "--target", "species", "--hidden", 5, "--ignore", "sepal_width")
    expected = digits(tmp_path, *begun, "--epochs", 6)
    run(*begun, "--epochs", 2, "--checkpoint", path)
    table.rename(moved)
    assert_refused("t.csv: cannot be read", "train", "--resume", path)
    moved.write_text(moved.read_text() + "5,5,5,5,setosa\n")
    assert_refused("it was begun with other data; go on with those, or start again", "train", moved, "--resume", path)
    moved.write_text(moved.read_text().replace("5,5,5,5,setosa\n", ""))
    found = digits(tmp_path, "train", moved, "--resume", path, "--epochs", 6, "--ignore", "sepal_width")
    for result in (expected[0], found[0]):
        del result["settings"]["file"]
    assert found[1:] == expected[1:] and found[0] == expected[0]


def test_the_seconds_of_the_runs_before_are_counted(tmp_path):
    for begun in (("xor",), TRAIN):
        path = tmp_path / "c"
        run(*begun, "--epochs", 2, "--checkpoint", path)
        stored = json.loads(path.read_text())
        stored["progress"]["seconds"] += 1000.0
        path.write_text(json.dumps(stored))
        assert 1000.0 < json.loads(run(begun[0], "--resume", path, "--epochs", 3, "--json")[1])["seconds"] < 1100.0


def test_a_run_goes_on_with_as_many_workers_and_not_with_other_settings(tmp_path):
    path = tmp_path / "c"
    run(*TRAIN, "--epochs", 2, "--checkpoint", path, "--workers", 2)
    assert load_checkpoint(path).settings["workers"] == 2
    run("train", "--resume", path, "--epochs", 3, "--quiet")        # not given again
    assert json.loads(run("train", "--resume", path, "--epochs", 4, "--json")[1])["settings"]["workers"] == 2
    damaged(path, ["settings", "lr"], 0.5)                          # where a default changes, the file's value stays
    assert json.loads(run("train", "--resume", path, "--epochs", 5, "--json")[1])["settings"]["lr"] == 0.5
    damaged(path, ["engine"], "Matrix(dot=sumprod)")                # as if the engine auto chose another one here
    assert_refused("it was begun with engine Matrix(dot=sumprod), and here it is Processes(workers=2, inner=Unrolled())"
                   ", which may give other digits: start again without resuming", "train", "--resume", path)
    assert_refused("--target: found 1 with --resume", "train", "--resume", path, "--target", 1)


def test_a_model_a_table_and_nothing_at_all_are_no_checkpoints(tmp_path):
    run("xor", "--epochs", 2, "--save", tmp_path / "m.json")
    assert_refused("it is a model, not a checkpoint", "xor", "--resume", tmp_path / "m.json")
    assert_refused("is not JSON", "xor", "--resume", IRIS)
    assert_refused("No such file", "xor", "--resume", tmp_path / "none")
    assert_refused("found no value", "xor", "--resume")


DAMAGE = [
    (["settings"], {}), (["settings"], "xor"), (["settings", "more"], 1), (["settings", "sizes"], 4),
    (["settings", "sizes"], [2]), (["settings", "sizes"], [2, "4", 1]), (["settings", "sizes"], [True, 4, 1]),
    (["settings", "sizes"], [2, -1, 1]), (["settings", "sizes"], [2, 0, 1]), (["settings", "sizes"], [9, 9, 9]),
    (["settings", "sizes"], [2, 1 << 40, 1]), (["settings", "sizes"], [1 << 40, 4, 1]),
    (["settings", "activation"], "swish"), (["settings", "activation"], None), (["settings", "init"], ["he"]),
    (["settings", "optimizer"], "sdg"), (["settings", "loss"], "mae"), (["settings", "engine"], "numpy"),
    (["settings", "output_activation"], "os"), (["settings", "lr"], "1"), (["settings", "lr"], True),
    (["settings", "lr"], 0.0), (["settings", "lr"], 10 ** 400), (["settings", "weight_decay"], -1.0),
    (["settings", "lr_decay"], 0), (["settings", "batch_size"], 0), (["settings", "batch_size"], 2.5),
    (["settings", "shuffle"], 1), (["settings", "epochs"], 0), (["settings", "target_loss"], "low"),
    (["settings", "patience"], -1), (["settings", "patience"], None), (["settings", "workers"], 0),
    (["settings", "workers"], 1000), (["settings", "seed"], -1), (["settings", "seed"], 1.5),
    (["source"], {}), (["source"], []), (["source", "more"], 1), (["engine"], None), (["engine"], "Matrix()"),
    (["data"], 1), (["data"], None), (["data"], "1"),
    (["epoch"], 2), (["epoch"], 0), (["epoch"], 9), (["task"], "xro"), (["random"], [3, [1], None]),
    (["progress"], {}), (["progress", "history"], None), (["progress", "history"], {}),
    (["progress", "history"], []), (["progress", "history", "loss"], [0.5]), (["progress", "history", "loss"], 3),
    (["progress", "history", "loss"], [0.5, None, 0.5]), (["progress", "history", "loss"], [0.5, 10 ** 400, 0.5]),
    (["progress", "history", "loss"], [0.5, -1.0, 0.5]), (["progress", "history", "loss"], [0.5, True, 0.5]),
    (["progress", "history"], {"loss": [0.5] * 3}), (["progress", "history"], {"accuracy": [0.5] * 3}),
    (["progress", "history", "more"], [0.5] * 3), (["progress", "seconds"], None), (["progress", "seconds"], "1"),
    (["network", "0.bias"], [1.0]), (["network", "0.bias"], None), (["network", "9.bias"], [1.0]), (["network"], {}),
    (["optimizer"], {}), (["optimizer", "lr"], -1.0), (["optimizer", "lr"], "1"), (["optimizer", "more"], 1.0),
]
POINTS = [(["source", "task"], value) for value in ("gate", "train", None, 3)] + [
    (["source", "points"], value) for value in (0, -5, 10 ** 12, "30", True, 2.5, None)]
TABLE = [(["source", "file"], value) for value in (3, None, "a\0b")] + [
    (["source", "target"], 5), (["source", "ignore"], "species"), (["source", "ignore"], [5]),
    (["source", "header"], "yes"), (["source", "train"], "x"), (["source", "train"], True)]
IMAGES = [(["source", "data"], value) for value in (3, [], "a\0b")] + [
    (["source", "names"], 5), (["source", "standardize"], 1), (["source", "test"], "x"), (["source", "images"], 0)]
FITTED = [(["progress", "best"], value) for value in (None, -1, 4, "1", 1.0, True, [])] + [
    (["progress", "state"], value) for value in (None, [], {}, {"0.bias": [1.0]})]


def damaged(path, where, value):
    """Change a value in a JSON file."""
    document = json.loads(path.read_text())
    part = document
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    path.write_text(json.dumps(document))


@pytest.mark.parametrize("begun, damages", [
    (("xor",), DAMAGE + POINTS), (("linear", "--points", 30), POINTS), (TRAIN, DAMAGE + FITTED + TABLE),
    (LETTERS, FITTED + IMAGES)], ids=["xor", "linear", "train", "letters"])
def test_a_checkpoint_that_lies_is_refused_in_one_line_that_names_it(begun, damages, tmp_path):
    path = tmp_path / "c"
    run(*begun, "--epochs", 3, "--checkpoint", path, "--quiet")
    whole = path.read_bytes()
    for where, value in damages:
        if begun == TRAIN and where == ["progress", "history", "more"]:
            continue
        path.write_bytes(whole)
        damaged(path, where, value)
        lie = path.read_bytes()
        code, out, err = run(begun[0], "--resume", path, "--epochs", 5)
        assert (code, out) == (2, "") and err.count("\n") == 1, (where, value, code, out, err)
        assert err.startswith("purenn: %s: " % path), (where, value, err)
        assert path.read_bytes() == lie


def test_a_checkpoint_cannot_have_any_number_of_processes_started(tmp_path, monkeypatch):
    path = tmp_path / "c"
    run("xor", "--epochs", 3, "--checkpoint", path)
    monkeypatch.setattr("multiprocessing.Process", lambda *_, **__: pytest.fail("a process was started"))
    for workers in (257, 10 ** 9):
        damaged(path, ["settings", "workers"], workers)
        damaged(path, ["engine"], "Processes(workers=%d, inner=Loops())" % workers)
        assert_refused("%s: it has %d workers, more than 256; the file" % (path, workers), "xor", "--resume", path)


def test_a_checkpoint_cut_short_is_refused(tmp_path):
    path = tmp_path / "c"
    run("xor", "--epochs", 3, "--checkpoint", path)
    whole = path.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:length])
        assert_refused("%s: is not JSON" % path, "xor", "--resume", path)


def test_the_whole_command_line_resumes_too(tmp_path):
    done = cli("xor", "--epochs", 3, "--checkpoint", tmp_path / "c", "--save", tmp_path / "m.safetensors")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Written: %s" % (tmp_path / "m.safetensors")
    assert cli("xor", "--resume", tmp_path / "c", "--epochs", 4, "--quiet").stdout.startswith("After 4 epochs: ")


# Checkpoints of other versions, and options beside --resume.

@pytest.mark.parametrize("task", ["xor", "gate", "train", "letters"])
def test_a_checkpoint_of_version_1_is_refused_in_one_line_that_says_so(task, tmp_path):
    path = tmp_path / "c"
    run(*BEGUN.get(task, (task,)), "--epochs", 2, "--checkpoint", path, "--quiet")
    document = json.loads(path.read_text())
    kept = {name: document[name] for name in ("format", "purenn", "task", "epoch", "network", "optimizer", "random",
                                              "progress")}
    arguments = ["--epochs", "2"] + ([IRIS, "--target", "species"] if task == "train" else [])
    path.write_text(json.dumps({**kept, "version": 1, "options": {
        "arguments": arguments, "settings": {"lr": 1.0}, "data": document["data"]}}))
    old = path.read_bytes()
    said = ("purenn: %s: is of version 1 of the format, but this purenn reads version 2: start the training "
            "again\n" % path)
    assert run(task, "--resume", path) == (2, "", said)
    assert run(task, "--resume", path, "--epochs", 9, "--checkpoint", path, "--json") == (2, "", said)
    assert path.read_bytes() == old


# Of each task: the options that a run is begun with; options that say something else, and what the checkpoint says;
# options that may differ, or say again in other words what the checkpoint says.
RESUMED = {
    "xor": ([("--lr", 0.5), ("--hidden", 3, 2), ("--batch-size", 4), ("--shuffle",), ("--seed", 4), ("--init", "he")], [
        (("--lr", 0.25), "0.5"), (("--hidden", 3), "3 2"), (("--hidden", "none"), "3 2"), (("--hidden", 2, 3), "3 2"),
        (("--batch-size", 5), "4"), (("--seed", 5), "4"), (("--init", "xavier"), "he"), (("--loss", "bce"), "mse"),
        (("--activation", "tanh"), "sigmoid"), (("--output-activation", "identity"), "sigmoid"),
        (("--optimizer", "adam"), "sgd"), (("--momentum", 0.5), "0.0"), (("--engine", "matrix"), "loops")], [
        ("--target-loss", 0.01), ("--lr", "5e-1"), ("--loss", "mse"), ("--optimizer", "sgd"), ("--engine", "loops"),
        ("--log-every", 7), ("--checkpoint-every", 1)]),
    "linear": ([("--points", 30)], [
        (("--points", 31), "30"), (("--shuffle",), "False"), (("--batch-size", 4), "all"), (("--seed", 2), "1")], [
        ("--target-loss", 0.01), ("--lr", 1)]),
    "gate": ([], [
        (("--momentum", 0.9), "0.5"), (("--batch-size", 2), "1"), (("--loss", "mse"), "half-sse"),
        (("--hidden", "none"), "4 4")], [
        ("--target-loss", 0.01), ("--momentum", 0.5), ("--batch-size", 1), ("--optimizer", "momentum")]),
    "train": ([(IRIS,), ("--target", "species"), ("--hidden", 5), ("--test", 20), ("--missing", "drop"),
               ("--ignore", "sepal_width", "--ignore", "sepal_length"), ("--batch-size", "all"),
               ("--weight-decay", 0.01), ("--workers", 1)], [
        (("--target", "petal_width"), "species"), (("--ignore", "petal_width"), "sepal_width sepal_length"),
        (("--test", 21), "20"), (("--test", 0.2), "20"), (("--train", 50), "another"), (("--validation", 9), "another"),
        (("--missing", "mean"), "drop"), (("--task", "classification"), "another"), (("--delimiter", ","), "another"),
        (("--header", "yes"), "another"), (("--hidden", "none"), "5"), (("--batch-size", 32), "all"),
        (("--weight-decay", 0.5), "0.01"), (("--lr-decay", 0.5), "1.0"), (("--lr", 0.5), "0.01"),
        (("--loss", "mse"), "cross-entropy"), (("--output-activation", "tanh"), "another"),
        (("--optimizer", "sgd"), "adam"), (("--activation", "tanh"), "relu"), (("--init", "zeros"), "he"),
        (("--workers", 2), "1"), (("--seed", 3), "1"), (("--engine", "matrix"), "auto")], [
        ("--patience", 7), ("--loss", "cross-entropy"), ("--log-every", 3), ("--lr", 0.01)]),
    "letters": ([("--data", LETTERS[2]), ("--train", 60), ("--validation", 30), ("--test", 20), ("--hidden", 6),
                 ("--batch-size", 20), ("--workers", 1), ("--standardize",), ("--names", "0123456789")], [
        (("--names", "abcdefghij"), "0123456789"), (("--train", 61), "60"), (("--test", 0.5), "20"),
        (("--batch-size", "all"), "20"), (("--hidden", 7), "6"), (("--images", "x"), "another"),
        (("--labels", "x"), "another"), (("--optimizer", "adam"), "momentum"), (("--momentum", 0.5), "0.9"),
        (("--lr-decay", 0.5), "1.0"), (("--seed", 2), "1")], [
        ("--patience", 7), ("--momentum", 0.9), ("--epochs", 5)]),
}


def words(options):
    """Several options one after the other."""
    return [word for option in options for word in option]


@pytest.mark.parametrize("task", RESUMED)
def test_an_option_that_says_something_else_than_the_checkpoint_is_refused_by_its_name(task, tmp_path):
    begun, others, _ = RESUMED[task]
    path = tmp_path / "c"
    assert run(task, *words(begun), "--epochs", 2, "--checkpoint", path, "--quiet")[0] == 0
    old = path.read_bytes()
    for option, was in others:
        code, out, err = run(task, "--resume", path, "--epochs", 3, *option)
        assert (code, out) == (2, "") and err.count("\n") == 1, (option, err)
        assert err.startswith("purenn: %s: found " % option[0]), (option, err)
        said = " with --resume, and %s was begun with %s; leave it out, or start again without --resume\n" % (path, was)
        assert err.endswith(said), (option, err)
        assert path.read_bytes() == old


@pytest.mark.parametrize("task", RESUMED)
@pytest.mark.slow
def test_the_same_options_again_and_those_that_are_free_are_accepted(task, tmp_path):
    begun, _, free = RESUMED[task]
    path = tmp_path / "c"
    assert run(task, *words(begun), "--epochs", 2, "--checkpoint", path, "--quiet")[0] == 0
    whole = path.read_bytes()
    expected = run(task, *words(begun), "--epochs", 4, "--quiet")
    assert expected[0] == 0
    for options in [begun, *[[option] for option in begun]]:
        path.write_bytes(whole)
        assert run(task, "--resume", path, "--epochs", 4, "--quiet", *words(options)) == expected, options
    for option in free:
        path.write_bytes(whole)
        more = {"--quiet": ("--quiet",), "--epochs": ("--epochs", 3), option[0]: option}
        if option[0] in ("--json", "--log-every"):
            del more["--quiet"]
        code, _, err = run(task, "--resume", path, *words(more.values()))
        assert (code, err) == (0, ""), (option, err)
        name = option[0][2:].replace("-", "_")
        if name in ("epochs", "target_loss", "patience"):
            assert load_checkpoint(path).settings[name] == option[1]


def test_the_images_may_lie_elsewhere_and_must_be_the_same(tmp_path):
    path, moved = tmp_path / "c", tmp_path / "moved.npz"
    run(*LETTERS, "--epochs", 2, "--checkpoint", path, "--quiet")
    with open(LETTERS[2], "rb") as handle:
        moved.write_bytes(handle.read())
    expected = run(*LETTERS, "--epochs", 4, "--quiet")
    assert run("letters", "--data", moved, "--resume", path, "--epochs", 4, "--quiet") == expected
    assert load_checkpoint(path).source["data"] == str(moved)
    arrays = read_npz(str(moved))
    arrays = {name: (found.shape, bytes(found.values)) for name, found in arrays.items()}
    shape, pixels = arrays["images"]
    write_npz(str(moved), {**arrays, "images": (shape, bytes(16 - pixel for pixel in pixels))})
    assert_refused("%s: it was begun with other data; go on with those, or start again" % path, "letters", "--resume",
                   path, "--epochs", 9)


def test_the_whole_of_full_is_compared_with_the_checkpoint(tmp_path):
    """A small run that says what --full stands for: one that --full begins takes minutes."""
    path = tmp_path / "c"
    run(*LETTERS[:9], "--hidden", 6, "--epochs", 1, "--batch-size", "all", "--patience", 0, "--workers", 1,
        "--checkpoint", path, "--quiet")
    assert_refused("was begun with 6; leave it out", "letters", "--resume", path, "--full")
    assert_refused("was begun with 60; leave it out", "letters", "--resume", path, "--full", "--hidden", 6)
    code, out, err = run("letters", "--resume", path, "--full", "--hidden", 6, "--train", 60, "--epochs", 2, "--json")
    assert (code, err) == (0, "") and json.loads(out)["settings"]["epochs"] == 2
    damaged(path, ["settings", "batch_size"], 64)
    assert_refused("--batch-size: found all with --resume, and %s was begun with 64" % path, "letters", "--resume",
                   path, "--full", "--hidden", 6, "--train", 60)


def test_resuming_goes_without_showing_or_writing_images(tmp_path):
    path = tmp_path / "c"
    run(*LETTERS, "--epochs", 1, "--checkpoint", path, "--quiet")
    for option in (("--show-data", 1), ("--write-data", tmp_path / "d.npz")):
        assert_refused("--resume: cannot be used with --", "letters", "--resume", path, *option)
    assert os.listdir(str(tmp_path)) == ["c"]


def test_names_for_other_than_ten_classes_may_be_given_again(tmp_path):
    table = tmp_path / "l.csv"
    table.write_text("label,a,b,c,d\n" + "".join("%d,%d,2,3,4\n" % (i % 3, i) for i in range(40)))
    begun = ("letters", "--data", table, "--names", "xyz", "--hidden", 3)
    run(*begun, "--epochs", 2, "--checkpoint", tmp_path / "c", "--quiet")
    code, out, err = run("letters", "--names", "xyz", "--resume", tmp_path / "c", "--epochs", 3, "--quiet")
    assert (code, err) == (0, "") and out == run(*begun, "--epochs", 3, "--quiet")[1]


@pytest.mark.parametrize("begun", [TRAIN, ("xor",)], ids=["train", "xor"])
def test_what_is_kept_does_not_take_the_place_of_the_checkpoint_that_is_resumed(begun, tmp_path):
    path = tmp_path / "c.json"
    run(*begun, "--epochs", 2, "--checkpoint", path, "--quiet")
    old = path.read_bytes()
    for option in ("--save", "--history"):
        assert_refused("--checkpoint: %s is the file of %s, too; give each a file of its own" % (path, option),
                       begun[0], "--resume", path, option, path, "--epochs", 3)
        assert path.read_bytes() == old


# The values of a checkpoint, whatever this Python calls their types.

class Written(NamedTuple):
    """As a Python from 3.14 on writes Optional and Union."""

    size: "int | float | None" = None
    name: "str | None" = None
    sizes: Tuple[int, ...] = ()
    exact: bool = False


@pytest.mark.parametrize("change, fits", [
    ({}, True), ({"size": 3, "name": "a"}, True), ({"size": 0.5}, True), ({"size": "3"}, False), ({"name": 3}, False),
    ({"size": True}, False), ({"sizes": [1, 2]}, True), ({"sizes": [None]}, False), ({"sizes": None}, False),
    ({"exact": None}, False), ({"exact": 0}, False), ({"name": "a\0"}, False), ({"name": ["a"]}, False)])
def test_a_field_holds_what_its_type_says_however_python_writes_that_type(change, fits):
    plain = {"size": None, "name": None, "sizes": [], "exact": False, **change}
    if fits:
        found = from_plain(Written, plain)
        assert found == Written(**{**plain, "sizes": tuple(plain["sizes"])}) and type(found.sizes) is tuple
        return
    with pytest.raises(PurennError, match="which is not allowed"):
        from_plain(Written, plain)


# A file that is read is data: whatever is in it, a command writes where its command line says and nowhere else.

WRITING = ("--save", "--history", "--checkpoint", "--resume", "--out", "--plot")


def listing(*folders):
    """All files and folders below: of a file its bytes and when it was written, of a folder when one came or went."""
    found = {}
    for folder in folders:
        for place, _, files in os.walk(str(folder)):
            found[place] = os.stat(place).st_mtime_ns
            for path in [os.path.join(place, name) for name in files]:
                with open(path, "rb") as handle:
                    found[path] = os.stat(path).st_mtime_ns, handle.read()
    return found


def written_elsewhere(before, after, arguments):
    """What is new, gone or changed and is none of the files, or in none of the folders, that the arguments name.

    Where they name none, nothing at all may have come or gone, not even for a moment.
    """
    named = [os.path.abspath(str(value)) for option, value in zip(arguments, arguments[1:]) if option in WRITING]
    changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    return [path for path in changed if not any(path in (name, os.path.dirname(name)) or path.startswith(
        os.path.join(name, "")) for name in named)]


class Unpickled:
    """A pickle that writes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def lures(folder):
    """Every name that a command could take for a file to write, or for arguments, with a file in this folder."""
    files = {name: os.path.join(folder, file) for name, file in (
        ("save", "m.json"), ("history", "h.csv"), ("checkpoint", "c"), ("resume", "c"), ("path", "c"), ("out", "o.csv"),
        ("plot", "plots"), ("animate", "a.gif"), ("write_data", "d.npz"), ("model", "m.json"), ("file", "new.csv"),
        ("source", "new.npz"))}
    words = [word for name in ("save", "history", "checkpoint", "plot") for word in ("--" + name, files[name])]
    return {**files, "checkpoint_every": 1, "arguments": words, "options": {"arguments": words, **files},
            "given": list(files), "keeper": files, "settings": files, "command": " ".join(words)}


class World:
    """An empty folder to be in, one with the files that are read, and another, with a file under each lure's name.

    ``lures`` are those of a test: with whole paths into the other folder, with paths from here to there, or with names
    of files that would be new here.
    """

    def __init__(self, path, place):
        self.here, self.read, self.other = [path / name for name in ("here", "read", "other")]
        for folder in (self.here, self.read, self.other, self.other / "plots"):
            folder.mkdir()
        self.folder = {"whole": str(self.other), "from here": os.path.join("..", "other"), "here": ""}[place]
        self.lures = lures(self.folder)
        for name in ("m.json", "h.csv", "c", "o.csv", "a.gif", "d.npz", os.path.join("plots", "train-curves.png")):
            (self.other / name).write_text("precious")

    def try_out(self, code, *arguments):
        """Run a command; it has this exit code, and writes nothing but what the arguments name."""
        before = listing(self.here, self.read, self.other)
        found, _, err = run(*arguments)
        assert found == code and err.count("\n") == (code != 0), (arguments, found, err)
        assert written_elsewhere(before, listing(self.here, self.read, self.other), arguments) == [], arguments


@pytest.fixture(params=["whole", pytest.param("from here", marks=pytest.mark.slow),
                        pytest.param("here", marks=pytest.mark.slow)])
def world(request, tmp_path, monkeypatch):
    """A World to be in."""
    (tmp_path / "world").mkdir()
    made = World(tmp_path / "world", request.param)
    monkeypatch.chdir(made.here)
    monkeypatch.setenv("HOME", str(made.other))
    return made


def test_what_is_written_elsewhere_is_seen(world):
    (world.read / "t.csv").write_text("a,b\n")

    def after(change, *arguments):
        before = listing(world.here, world.read, world.other)
        time.sleep(0.01)
        change()
        return written_elsewhere(before, listing(world.here, world.read, world.other), arguments)
    assert after(lambda: None) == []
    assert after(lambda: (world.here / "m.json").write_text("")) != []
    assert after(lambda: (world.here / "m.json").write_text("1"), "--save", "m.json") == []
    assert after(lambda: (world.here / "m.json").write_text("2"), "--save", "n.json") != []
    assert after(lambda: (world.other / "c").write_text("precious")) == [str(world.other / "c")]
    assert after(lambda: (world.other / "c").unlink(), "--save", "m.json") != []
    assert after(lambda: (world.read / "t.csv").write_text("a,c\n"), "--checkpoint", "c") == [str(world.read / "t.csv")]
    assert after(lambda: [(world.other / "x").write_text(""), (world.other / "x").unlink()]) == [str(world.other)]


def changed_at(*where):
    """A change of a document: at this place it gets the lures, beside what is there."""
    def change(document, world):
        for key in where:
            document = document[key]
        document.update({name: value for name, value in world.lures.items() if name not in document})
    return change


def put(value, *where):
    """A change of a document: what a function of the World gives, at this place."""
    def change(document, world):
        for key in where[:-1]:
            document = document[key]
        document[where[-1]] = value(world)
    return change


def version_1(document, world):
    """As purenn 0.1 wrote a checkpoint: with its arguments, and without the settings."""
    for name in ("settings", "source", "engine", "data"):
        del document[name]
    document.update(version=1, options={**world.lures, "settings": {}, "data": 1})


def moved(document, world):
    """The data lie in the other folder, where all the lures are."""
    name = "data" if "data" in document["source"] else "file"
    copy = world.other / os.path.basename(document["source"][name])
    with open(document["source"][name], "rb") as handle:
        copy.write_bytes(handle.read())
    document["source"][name] = str(copy)


# A change, the tasks whose checkpoints it is made to, and the exit code.
CHECKPOINTS = {
    "more names": (changed_at(), BEGUN, 2),
    "as version 1": (version_1, BEGUN, 2),
    "arguments": (put(lambda world: world.lures["arguments"], "arguments"), BEGUN, 2),
    "more settings": (changed_at("settings"), BEGUN, 2),
    "more of a source": (changed_at("source"), BEGUN, 2),
    "more progress": (changed_at("progress"), BEGUN, 0),
    "more of the optimizer": (changed_at("optimizer"), BEGUN, 2),
    "more of the history": (changed_at("progress", "history"), BEGUN, 2),
    "a task": (put(lambda world: "letters --write-data " + world.lures["write_data"], "task"), BEGUN, 2),
    "an engine": (put(lambda world: world.lures["save"], "engine"), BEGUN, 2),
    "an activation": (put(lambda world: world.lures["save"], "settings", "activation"), BEGUN, 2),
    "a layer": (put(lambda world: [1.0], "network", "../other/c"), BEGUN, 2),
    "its data moved": (moved, ("train", "letters"), 0),
    "its data in a file to write": (put(lambda world: world.lures["history"], "source", "file"), ("train",), 2),
    "its images in a file to write": (put(lambda world: world.lures["write_data"], "source", "data"), ("letters",), 2),
    "a target": (put(lambda world: world.lures["out"], "source", "target"), ("train",), 2),
    "a column to ignore": (put(lambda world: ["--save", world.lures["save"]], "source", "ignore"), ("train",), 2),
    "names of classes": (put(lambda world: "../other/c", "source", "names"), ("letters",), 0),
    "names of arrays": (put(lambda world: world.lures["save"], "source", "labels"), ("letters",), 2),
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_no_checkpoint_can_name_a_file_to_be_written(name, world):
    change, tasks, code = CHECKPOINTS[name]
    path = world.read / "k"
    for task in tasks:
        run(*BEGUN[task], "--epochs", 2, "--checkpoint", path, "--quiet")
        document = json.loads(path.read_text())
        change(document, world)
        path.write_text(json.dumps(document))
        world.try_out(code, task, "--resume", path, "--epochs", 3, "--checkpoint", world.here / "k2", "--save",
                      world.here / "m2.json", "--history", world.here / "h2.csv", "--json")
        world.try_out(code, task, "--resume", path, "--epochs", 3, "--quiet")
        for command in ("show", "predict", "evaluate"):
            (world.read / "k.json").write_text(json.dumps(document))
            world.try_out(2, command, world.read / "k.json", *[IRIS] * (command != "show"))


MODELS = {
    "more names": (changed_at(), 2),
    "arguments": (put(lambda world: world.lures["arguments"], "arguments"), 2),
    "more of the training": (changed_at("training"), 0),
    "more settings": (changed_at("training", "settings"), 0),
    "another task": (put(lambda world: "train --save " + world.lures["save"], "training", "task"), 0),
    "names of the history": (put(lambda world: {name: [1.0, 0.5] for name in world.lures}, "history"), 0),
    "a history in a file": (put(lambda world: world.lures["history"], "history"), 2),
    "a version": (put(lambda world: world.lures["save"], "purenn"), 0),
    "an output": (put(lambda world: world.lures["out"], "output"), 2),
    "more of the preparation": (changed_at("preparation"), 2),
    "a layer": (put(lambda world: {"layer": world.lures["save"]}, "architecture", 1), 2),
}


def retold(path, change):
    """Let a function change the document in a saved model, a .json or a .safetensors."""
    if path.suffix == ".json":
        document = json.loads(path.read_text())
        change(document)
        path.write_text(json.dumps(document))
        return
    tensors, metadata = read_safetensors(path)
    document = json.loads(metadata["purenn"])
    change(document)
    write_safetensors(path, tensors, {**metadata, "purenn": json.dumps(document)})


def points(path):
    """A table for the networks of xor."""
    path.write_text("x1,x2,class\n0,0,0\n1,0,1\n")
    return path


@pytest.mark.parametrize("ending", ["json", "safetensors"])
@pytest.mark.parametrize("name", MODELS)
def test_no_model_can_name_a_file_to_be_written(name, ending, world):
    change, code = MODELS[name]
    model, table = world.read / ("n." + ending), points(world.read / "p.csv")
    for task, file in (("xor", table), ("train", IRIS)):
        run(*BEGUN[task], "--epochs", 2, "--save", model, "--quiet")
        retold(model, lambda document: change(document, world))
        world.try_out(code, "show", model)
        world.try_out(code, "evaluate", model, file)
        world.try_out(code, "predict", model, file)
        world.try_out(code, "predict", model, file, "--out", world.here / "p2.csv")


def test_no_names_of_columns_classes_or_tensors_can_name_a_file_to_be_written(world):
    """A model of a table whose names are paths, and PyTorch's file with more in it than tensors."""
    names = [world.lures[name] for name in ("save", "history", "checkpoint")]
    table, model = world.read / "t.csv", world.read / "n.json"
    rows = [[*names, "out"]] + [["%d" % i, "%d" % (i * i % 7), names[i % 3], world.lures["out" if i % 2 else "plot"]]
                                for i in range(24)]
    table.write_text("".join(",".join('"%s"' % text for text in row) + "\n" for row in rows))
    begun = ("train", table, "--header", "yes", "--target", "out", "--epochs", 2)     # its names recur
    world.try_out(0, *begun)
    world.try_out(0, *begun, "--save", model, "--checkpoint", world.here / "k2", "--history", world.here / "h2.csv")
    world.try_out(0, "train", "--resume", world.here / "k2", "--epochs", 3, "--quiet")
    for command in ("show", "evaluate", "predict"):
        world.try_out(0, command, model, *([] if command == "show" else [table, "--header", "yes"]))
    world.try_out(0, "predict", model, table, "--header", "yes", "--out", world.here / "p2.csv")
    tensors, _ = read_safetensors(os.path.join(FILES, "torch_f64.safetensors"))
    words = {name: value for name, value in world.lures.items() if isinstance(value, str)}
    row = world.read / "row.csv"
    row.write_text(",".join("1" * len(tensors["0.weight"][0])) + "\n")
    for more, code in ((tensors, 0), ({**tensors, world.lures["save"]: [1.0]}, 2)):
        write_safetensors(world.read / "n.safetensors", more, {"format": "pt", **words})
        for command in ("show", "predict"):
            world.try_out(code, command, world.read / "n.safetensors", *[row] * (command != "show"), "--activation",
                          "tanh")


@pytest.mark.filterwarnings("ignore:constrained_layout")           # for the labels are whole paths
@pytest.mark.slow
def test_no_figure_is_written_elsewhere_whatever_columns_and_classes_are_called(world):
    pytest.importorskip("matplotlib.font_manager")              # which keeps a list of the fonts there are
    table = world.read / "t.csv"
    table.write_text("x,%s\n" % world.lures["save"] + "".join("%d,%s\n" % (
        i, world.lures["plot" if i % 3 else "history"]) for i in range(30)))
    world.try_out(0, "train", table, "--target", 2, "--epochs", 2, "--plot", world.here / "figs")
    assert sorted(os.listdir(str(world.here))) == ["figs"] and len(os.listdir(str(world.here / "figs"))) >= 2
    world.try_out(0, *LETTERS, "--epochs", 2, "--names", "abc./\\~$-=", "--plot", world.here / "figs")
    assert sorted(os.listdir(str(world.here))) == ["figs"]


def npy(header, data=b""):
    """The bytes of an .npy file."""
    text = header.encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


def test_no_array_or_image_can_name_a_file_to_be_written(world):
    path = world.read / "d.npz"
    with zipfile.ZipFile(LETTERS[2]) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    bytes_ = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", b"abc")
    word = npy("{'descr': '<U1', 'fortran_order': False, 'shape': (), }", b"x\0\0\0")
    pickled = pickle.dumps(Unpickled(world.lures["checkpoint"]))
    objects = npy("{'descr': '|O', 'fortran_order': False, 'shape': (1797,), }", pickled)
    names = [value for value in world.lures.values() if isinstance(value, str)]
    for more, code in (({name: bytes_ for name in names}, 0), ({name + ".npy": bytes_ for name in names}, 0),
                       ({name + ".npy": word for name in ("save", "history", "write_data")}, 0),
                       ({"../" * 20 + str(world.other)[1:] + "/c": bytes_}, 0), ({"labels.npy": objects}, 2),
                       ({"extra.npy": objects}, 0), ({"images.npy": pickled}, 2)):
        with zipfile.ZipFile(str(path), "w") as archive:
            for name, content in {**members, **more}.items():
                archive.writestr(name, content)
        begun = ("letters", "--data", path, *LETTERS[3:], "--epochs", 2)
        world.try_out(code, *begun, "--quiet")
        world.try_out(code, *begun, "--json", "--save", world.here / "m2.json", "--checkpoint", world.here / "k2")
        world.try_out(code, "letters", "--data", path, "--show-data", 2)
    table = world.read / "l.csv"
    names = list(dict.fromkeys(names))
    table.write_text(",".join(["label", *names[:4]]) + "\n" + "".join("%d,1,2,3,%d\n" % (i % 2, i) for i in range(30)))
    world.try_out(0, "letters", "--data", table, "--epochs", 2, "--quiet", "--save", world.here / "m2.json")
    folder = world.read / "idx"
    folder.mkdir()
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        with open(os.path.join(FILES, name), "rb") as content, open(str(folder / name) + ".gz", "wb") as packed:
            with gzip.GzipFile(world.lures["checkpoint"], "wb", fileobj=packed) as handle:     # its name is in the file
                handle.write(content.read())
    world.try_out(0, "letters", "--data", folder, "--train", 6, "--validation", 2, "--epochs", 2, "--quiet")


def test_a_pickle_is_no_model_checkpoint_or_table(world):
    for name in ("n.json", "n.safetensors", "n.csv", "n.npz"):
        path = world.read / name
        path.write_bytes(pickle.dumps(Unpickled(world.lures["checkpoint"])))
        for command in ("show", "predict", "evaluate"):
            world.try_out(2, command, path, *[IRIS] * (command != "show"))
        for task in BEGUN:
            world.try_out(2, task, "--resume", path)
        world.try_out(2, "train", path, "--target", "last")
        world.try_out(2, "letters", "--data", path)
