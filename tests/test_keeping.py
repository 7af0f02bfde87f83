"""What a run keeps: --save, --history, --checkpoint, --resume, as a user runs them; and what is refused."""
import contextlib
import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from purenn.commands import main
from purenn.files.checkpoint import load_checkpoint
from purenn.files.model import load_model
from purenn.linalg import PurennError

from .helpers import ROOT, cli

FILES = os.path.join(ROOT, "tests", "files")
IRIS = os.path.join(FILES, "iris.csv")
TRAIN = ("train", IRIS, "--target", "species", "--hidden", 5)
LETTERS = ("letters", "--data", os.path.join(FILES, "handwritten_digits.npz"), "--train", 60, "--validation", 30,
           "--test", 20, "--hidden", 6, "--batch-size", 20, "--workers", 1)


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
    monkeypatch.setattr("purenn.commands.fitting.MEASURING", 0.0)


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


@pytest.mark.parametrize("begun, lr", [(TRAIN, 0.5), (LETTERS, 2)], ids=["train", "letters"])
def test_patience_counts_on_and_the_best_weights_are_kept_over_a_stop(begun, lr, tmp_path):
    begun, path = (*begun, "--lr", lr, "--optimizer", "sgd", "--patience", 3), tmp_path / "c"
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
    assert digits(tmp_path, "xor", "--resume", tmp_path / "c", "--epochs", 50000) != expected       # its settings
    assert digits(tmp_path, "xor", "--resume", tmp_path / "c") == expected
    after = load_checkpoint(tmp_path / "c")
    assert after[:6] == before[:6]


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
    assert load_checkpoint(tmp_path / "b").options["arguments"][:1] == ["--epochs"]
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

AT_ONCE = """
import sys
from purenn.commands import fitting, main
fitting.MEASURING = 0.0
sys.exit(main(sys.argv[1:]))
"""


def started(*arguments, flags=(), **how):
    """A command in a process of its own, that does not measure for most of a second how long it will take."""
    command = [sys.executable, "-S", "-E", *flags, "-c", AT_ONCE, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **how)


KILLS = int(os.environ.get("KILLS", "25"))      # at so many moments in each of the two runs


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.parametrize("begun", [
    (*TRAIN, "--hidden", 16, "--patience", 0, "--epochs", 200, "--checkpoint-every", 2),
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
@pytest.mark.parametrize("begun", [(*TRAIN, "--patience", 0, "--hidden", 40), ("xor", "--target-loss", 1e-30)],
                         ids=["train", "xor"])
def test_ctrl_c_ends_the_training_and_all_is_kept(begun, tmp_path):
    path = tmp_path / "c"
    process = started(*begun, "--epochs", 10 ** 8, "--checkpoint", path, "--checkpoint-every", 2, "--save",
                      tmp_path / "m.json", "--history", tmp_path / "h.csv", "--json",
                      preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while not path.exists():
        time.sleep(0.01)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    result = json.loads(out)
    assert (process.returncode, err, result["stopped"]) == (130, "", "interrupted")
    model = load_model(tmp_path / "m.json")
    assert len(model.history["loss"]) == result["epochs"] == len((tmp_path / "h.csv").read_text().splitlines()) - 1
    epoch = load_checkpoint(path).epoch
    assert 2 <= epoch <= result["epochs"] and epoch % 2 == 0
    end = digits(tmp_path, begun[0], "--resume", path, "--epochs", epoch + 3)
    assert end == digits(tmp_path, *begun, "--epochs", epoch + 3)


@pytest.mark.skipif(os.name == "nt", reason="no pipe that breaks")
@pytest.mark.parametrize("begun, flags", [
    ((*TRAIN, "--patience", 0, "--epochs", 40), ["-u"]), (("xor", "--epochs", 300, "--log-every", 1), ["-u"]),
    (("xor", "--epochs", 300, "--log-every", 1), []), ((*LETTERS, "--epochs", 9, "--patience", 0), ["-u"])],
    ids=["train", "xor", "xor, lines together", "letters"])
def test_where_the_reader_has_seen_enough_the_training_comes_to_its_end_and_is_kept(begun, flags, tmp_path):
    """Written line by line, or as many at once as a pipe takes: those of xor are more than that."""
    kept = ("--save", tmp_path / "m.json", "--history", tmp_path / "h.csv")
    process = started(*begun, *kept, flags=flags)
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    assert (process.wait(timeout=60), err) == (0, "")
    assert len(load_model(tmp_path / "m.json").history["loss"]) == int(begun[begun.index("--epochs") + 1])
    assert (tmp_path / "h.csv").exists()


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
""" + AT_ONCE


def on_a_full_disk(limit, *arguments):
    """A command on a disk that is full: the finished process; no file gets longer than ``limit`` bytes."""
    return subprocess.run([sys.executable, "-c", FULL, str(limit), *map(str, arguments)], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=60)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
@pytest.mark.parametrize("option, name, begun", [
    ("--save", "m.json", TRAIN), ("--save", "m.safetensors", LETTERS), ("--history", "h.csv", ("xor",)),
    ("--save", "m.json", ("xor", "--hidden", 20))])
def test_where_the_disk_is_full_the_report_is_shown_and_the_old_file_stays(option, name, begun, tmp_path):
    path = tmp_path / name
    path.write_text("old")
    done = on_a_full_disk(500, *begun, "--epochs", 30, option, path)
    assert done.returncode == 2
    assert done.stderr == "purenn: %s: cannot be written: File too large\n" % path
    assert done.stdout.splitlines()[-1].startswith(("After 30 epochs: ", "With the weights of ", "Not learned. "))
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("begun", [TRAIN, ("xor",), LETTERS], ids=["train", "xor", "letters"])
def test_the_model_is_saved_where_the_history_cannot_be(begun, tmp_path, monkeypatch):
    def fails(_):
        raise PurennError("the disk is full")
    monkeypatch.setattr("purenn.commands.keeping.Keeper.write_history", fails)
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
    monkeypatch.setattr("purenn.training._epochs", lambda *_: pytest.fail("it was trained"))
    (tmp_path / "file").write_text("")
    for path, said in (("file/m.json", "Not a directory"), ("none/m.json", "No such file or directory")):
        assert_refused(said, *begun, option, tmp_path / path)
    (tmp_path / "folder.json").mkdir()
    assert_refused("is not a regular file", *begun, option, tmp_path / "folder.json")
    assert_refused("found no value", *begun, option)


def test_wrong_use_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("purenn.training._epochs", lambda *_: pytest.fail("it was trained"))
    for name in ("model.txt", "model", "m.pt"):
        assert_refused("a model is kept in a file that ends in .json or .safetensors", "xor", "--save", tmp_path / name)
    assert_refused("--checkpoint-every: goes with --checkpoint FILE", "xor", "--checkpoint-every", 5)
    assert_refused("--checkpoint-every: found '0'", "xor", "--checkpoint-every", 0, "--checkpoint", tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_two_things_are_not_written_into_one_file_nor_over_the_table(tmp_path):
    path, table = tmp_path / "a.json", tmp_path / "t.csv"
    table.write_bytes(open(IRIS, "rb").read())
    old = table.read_bytes()
    assert_refused("--checkpoint: %s is that of --save, too; give each a file of its own" % path, *TRAIN, "--save",
                   path, "--checkpoint", path)
    assert_refused("--history: %s is read, too" % table, "train", table, "--target", "species", "--history", table)
    os.symlink(str(table), str(tmp_path / "link"))
    assert_refused("is read, too", "train", table, "--target", "species", "--checkpoint", tmp_path / "link")
    assert table.read_bytes() == old


def test_a_resumed_run_takes_no_other_settings(tmp_path):
    path = tmp_path / "c"
    run("xor", "--epochs", 3, "--checkpoint", path, "--lr", 0.5)
    old = path.read_bytes()
    for option, value, before in (("--lr", 0.25, 0.5), ("--hidden", 3, "[4, 4]"), ("--seed", 2, 1),
                                  ("--optimizer", "adam", "sgd"), ("--engine", "matrix", "loops")):
        assert_refused("%s: found" % option, "xor", "--resume", path, option, value)
        assert_refused("was begun with %s; leave it out" % before, "xor", "--resume", path, option, value)
    assert_refused("--shuffle: found True", "xor", "--resume", path, "--shuffle")
    assert_refused("--plot: goes without --resume", "xor", "--resume", path, "--plot")
    assert_refused("was written by xor; go on with: ", "gate", "--resume", path)
    assert_refused("was written by xor; go on with: ", "train", "--resume", path)
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
    assert_refused("it was begun with other data; go on with those, or begin anew", "train", moved, "--resume", path)
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
    stored = json.loads(path.read_text())
    assert stored["options"]["settings"]["workers"] == 2
    assert stored["options"]["arguments"][-2:] == ["--workers", "2"]
    del stored["options"]["arguments"][-2:]                         # as where it was not given, on two cores
    path.write_text(json.dumps(stored))
    assert json.loads(run("train", "--resume", path, "--epochs", 3, "--json")[1])["settings"]["workers"] == 2
    stored["options"]["settings"]["lr"] = 0.5                       # as if a default had changed since
    path.write_text(json.dumps(stored))
    assert_refused("it was begun with lr 0.5, and here it is 0.01; it cannot go on with the same digits", "train",
                   "--resume", path)
    assert_refused("--target: found 1 with --resume", "train", "--resume", path, "--target", 1)


def test_a_model_a_table_and_nothing_at_all_are_no_checkpoints(tmp_path):
    run("xor", "--epochs", 2, "--save", tmp_path / "m.json")
    assert_refused("it is a model, of a training that has ended", "xor", "--resume", tmp_path / "m.json")
    assert_refused("is no JSON", "xor", "--resume", IRIS)
    assert_refused("No such file", "xor", "--resume", tmp_path / "none")
    assert_refused("found no value", "xor", "--resume")


DAMAGE = [
    (["options"], {}), (["options", "arguments"], "xor"), (["options", "arguments"], [1]),
    (["options", "arguments"], ["--frob"]), (["options", "arguments"], ["--epochs", "x"]),
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


@pytest.mark.parametrize("begun, damages", [(("xor",), DAMAGE), (TRAIN, DAMAGE + FITTED), (LETTERS, FITTED)],
                         ids=["xor", "train", "letters"])
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
        if where != ["options", "arguments"]:
            assert str(path) in err, (where, value, err)
        assert path.read_bytes() == lie


def test_a_checkpoint_cut_short_is_refused(tmp_path):
    path = tmp_path / "c"
    run("xor", "--epochs", 3, "--checkpoint", path)
    whole = path.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:length])
        assert_refused("%s: is no JSON" % path, "xor", "--resume", path)


def test_the_whole_command_line_resumes_too(tmp_path):
    done = cli("xor", "--epochs", 3, "--checkpoint", tmp_path / "c", "--save", tmp_path / "m.safetensors")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Written: %s" % (tmp_path / "m.safetensors")
    assert cli("xor", "--resume", tmp_path / "c", "--epochs", 4, "--quiet").stdout.startswith("After 4 epochs: ")
