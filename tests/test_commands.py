"""The command line, run as a user runs it."""
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading

import pytest

from purenn import Adam, MSELoss, Network, train
from purenn.data.tasks import xor

from .helpers import ROOT, assert_refused, cli, cli_process, on_a_terminal

FILES = os.path.join(ROOT, "tests", "files")
MODEL, TABLE, DIGITS = [os.path.join(FILES, name) for name in ("iris.json", "iris.csv", "handwritten_digits.npz")]

# What begins the output of each command.
BEGINS = {
    "xor --epochs 5": "xor: 21 points, network 2-4-4-1 (37 parameters), sigmoid, mse loss, sgd lr 1, full batch",
    "linear --epochs 2": "linear: 100 points, network 2-4-4-1 (37 parameters), sigmoid, ",
    "gate --epochs 2": "gate: 4 points, network 2-4-4-1 (37 parameters), sigmoid, half-sse loss, ",
    "letters --data %s --train 20 --validation 9 --test 9 --epochs 1 --workers 2" % DIGITS:
        "letters: images 8 × 8 from %s, 10 classes; 20 to learn from, 9 validation, 9 test, seed 1\n" % DIGITS,
    "train %s --target species --epochs 1" % TABLE: "train: %s, 150 rows, columns: sepal_length, " % TABLE,
    "predict %s %s" % (MODEL, TABLE): "sepal_length,sepal_width,petal_length,petal_width,species,prediction,",
    "evaluate %s %s" % (MODEL, TABLE): "       rows  accuracy      loss\ntable   150    0.",
    "show %s" % MODEL: "   layer          weight  bias  parameters\n",
    "reproduce --help": "usage: python cli.py reproduce [-h] ",
    "explain mazur": "explain mazur: Network([Linear(2, 2), Sigmoid(), Linear(2, 2), Sigmoid()]),\nHalf",
    "step mazur": "0  forward › sample 0   purenn/engines/loops.py:",
    "tape mazur": "tape mazur: Network([Linear(2, 2), Sigmoid(), Linear(2, 2), Sigmoid()]), HalfSquaredErrorLoss(",
    "gradcheck --activation tanh --loss mse": "An entry is a weight or bias w. Its gradient a by backpropagation ",
    "activations": "            sigmoid          tanh          relu ",
    "mistakes updated-weights": "updated-weights: The hidden layer's slopes are computed from weights that ",
    "course": "   1          A neuron\n   2          Activations and their slopes\n",
    "page --help": "usage: python cli.py page [-h] ",
    "compare gate --vary lr=1,2 --seeds 2 --epochs 2 --workers 2": "compare gate: lr 1, 2; seeds 1 to 2; 4 runs of up ",
    "unroll gate": "# Network([Linear(2, 4), Sigmoid(), Linear(4, 4), Sigmoid(), Linear(4, 1), Sigmoid()]), ",
}


@pytest.mark.parametrize("arguments", BEGINS, ids=lambda arguments: arguments.split()[0])
def test_each_command_runs_as_a_user_runs_it_from_any_folder(arguments, tmp_path):
    done = cli_process(*arguments.split(), cwd=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(BEGINS[arguments]) and done.stdout.endswith("\n")
    assert os.listdir(str(tmp_path)) == []


def test_the_command_line_alone_shows_every_command_with_an_example():
    done = cli_process()
    assert (done.returncode, done.stderr) == (0, "")
    examples = re.findall(r"^ +python cli\.py (\w+)(?: .*)?$", done.stdout, re.MULTILINE)
    assert examples == re.findall(r"^  (\w+) ", done.stdout, re.MULTILINE)
    assert sorted(examples) == sorted(arguments.split()[0] for arguments in BEGINS)


@pytest.mark.slow
def test_alone_it_shows_every_command_with_an_example_that_runs(tmp_path):
    shown = cli()
    assert shown.returncode == 0 and shown.stderr == ""
    examples = re.findall(r"^ +python cli\.py (\w+(?: .*)?)$", shown.stdout, re.MULTILINE)
    assert {"xor", "linear", "gate", "explain"} <= {example.split()[0] for example in examples}
    for example in examples:
        if example.split()[0] in ("page", "course"):           # the one serves until Ctrl-C, the other writes a folder
            continue
        quick = {"xor": ["--epochs", 20], "linear": ["--epochs", 20], "gate": ["--epochs", 20],
                 "compare": ["--epochs", 50], "letters": ["--epochs", 1, "--train", 100],
                 "course": [tmp_path / "workbook"]}
        done = cli(*example.split(), *quick.get(example.split()[0], []))
        assert (done.returncode, done.stderr) == (0, ""), example


def test_xor_with_its_defaults_is_learned_and_shown(xor_by_default):
    done = xor_by_default
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == ("xor: 21 points, network 2-4-4-1 (37 parameters), sigmoid, mse loss, sgd lr 1, full batch, "
                        "seed 1")
    assert re.match(r"epoch      1   loss 0\.\d{6}, accuracy \d+/21 \(\d+\.\d%\)$", lines[1])
    assert "Stopped: the loss is below 0.005." in lines
    assert re.match(r"After \d+ epochs: loss 0\.004\d+, accuracy 21/21 \(100\.0%\)$", lines[-1])
    assert "\x1b" not in done.stdout and "\r" not in done.stdout
    assert max(len(line) for line in lines[1:]) <= 80


@pytest.mark.slow
def test_linear_is_tested_on_100_fresh_points():
    result = json.loads(cli("linear", "--engine", "unrolled", "--json").stdout)
    assert result["loss"] < 0.005 and result["test_accuracy"] >= 0.97
    assert len(result["predictions"]) == 100
    assert sum(row["right"] for row in result["predictions"]) == round(100 * result["test_accuracy"])


def from_its_targets(*arguments):
    """The most that gate ends from a target, and its epochs."""
    result = json.loads(cli("gate", "--engine", "unrolled", "--json", *arguments).stdout)
    assert result["learned"]
    return max(abs(row["output"][0] - row["target"][0]) for row in result["predictions"]), result["epochs"]


@pytest.mark.slow
def test_gate_ends_within_0_02_of_its_targets():
    most, epochs = from_its_targets()
    assert most <= 0.02 and epochs == 30000


def test_gate_comes_near_its_targets_in_a_quarter_of_its_epochs():
    most, _ = from_its_targets("--epochs", 7500)
    assert most <= 0.08
    assert "train for at most N epochs (default: 30000)" in cli("gate", "--help").stdout


def test_json_is_one_object_and_nothing_else():
    done = cli("xor", "--json", "--epochs", 30, "--hidden", 3, "--optimizer", "adam")
    result = json.loads(done.stdout)
    assert done.stderr == "" and done.stdout.count("\n") == 1
    assert {"task", "settings", "seed", "epochs", "seconds", "loss", "accuracy", "predictions"} <= set(result)
    assert result["settings"] == {
        "sizes": [2, 3, 1], "activation": "sigmoid", "output_activation": "sigmoid", "init": "uniform", "loss": "mse",
        "optimizer": "adam", "lr": 0.01, "epochs": 30, "batch_size": None, "shuffle": False, "target_loss": 0.005,
        "engine": "Loops()"}
    assert 0.0 <= result["accuracy"] <= 1.0 and result["epochs"] == 30


def test_without_a_target_loss_all_epochs_are_done(tmp_path):
    path = tmp_path / "c.json"
    run = ("xor", "--engine", "unrolled", "--epochs", 30, "--json")
    assert json.loads(cli(*map(str, run), "--target-loss", "9").stdout)["epochs"] == 1
    result = json.loads(cli(*map(str, run), "--target-loss", "none", "--checkpoint", str(path)).stdout)
    assert (result["epochs"], result["stopped"], result["settings"]["target_loss"]) == (30, "epochs", None)
    again = json.loads(cli("xor", "--resume", str(path), "--target-loss", "none", "--epochs", "31", "--json").stdout)
    assert (again["epochs"], again["settings"]["target_loss"]) == (31, None)
    found = json.loads(cli("compare", "xor", "--vary", "target-loss=none,9", "--seeds", "1", "--epochs", "5",
                           "--workers", "1", "--json").stdout)
    assert [setting["settings"]["target_loss"] for setting in found["settings"]] == [None, 9.0]
    said = cli("compare", "gate", "--vary", "target-loss=none,9", "--epochs", 3, "--seeds", 1).stdout.split("\n")[1]
    assert said == ("A run is solved when its loss is below its target or, without a target, all points are right at "
                    "the end.")
    whole = json.loads(cli("gate", "--batch-size", "all", "--epochs", 1, "--json").stdout)
    assert whole["settings"]["batch_size"] is None


def test_the_seed_decides_every_digit():
    def digits(seed, *more, run=cli):
        result = json.loads(run("linear", "--json", "--epochs", 20, "--seed", seed, *more).stdout)
        return result["loss"], [row["output"] for row in result["predictions"]]
    begun = digits(3)
    assert begun == digits(3) == digits(3, run=cli_process) != digits(4)
    assert begun == digits(3, "--batch-size", "all")
    shuffled = digits(3, "--batch-size", 10, "--shuffle")
    assert shuffled == digits(3, "--batch-size", 10, "--shuffle") != digits(3, "--batch-size", 10) != begun


# Of sgd, which is the default, see above.
@pytest.mark.parametrize("optimizer", ["momentum", "adagrad", "rmsprop", "adam"])
def test_every_optimizer_learns_xor_with_its_default_learning_rate(optimizer):
    result = json.loads(cli("xor", "--optimizer", optimizer, "--engine", "unrolled", "--json").stdout)
    assert result["learned"] and result["accuracy"] == 1.0 and result["loss"] < 0.005


@pytest.mark.parametrize("loss", ["sse", "half-sse", "bce", "bce-with-logits"])
def test_every_loss_learns_xor_with_its_default_learning_rate(loss):
    result = json.loads(cli("xor", "--loss", loss, "--optimizer", "rmsprop", "--engine", "unrolled", "--json").stdout)
    assert result["learned"] and result["accuracy"] == 1.0


def test_a_logit_is_shown_by_the_side_of_0_that_it_is_on():
    arguments = ["xor", "--loss", "bce-with-logits", "--optimizer", "adam", "--engine", "unrolled"]
    found = json.loads(cli(*arguments, "--json").stdout)
    assert found["learned"] and found["accuracy"] == 1.0 and found["settings"]["output_activation"] is None
    for row in found["predictions"]:
        assert row["right"] and (row["output"][0] >= 0.0) == (row["target"][0] == 1.0)
    text = cli(*arguments).stdout
    assert "sigmoid, output none, bce-with-logits loss" in text
    probabilities = cli("xor", "--loss", "bce", "--optimizer", "adam", "--engine", "unrolled").stdout
    assert [line[54:] for line in text.splitlines() if "│" in line] == [
        line[54:] for line in probabilities.splitlines() if "│" in line]                # the same decision map
    constant = cli("xor", "--loss", "bce-with-logits", "--epochs", 5).stdout
    assert "The output is about 0.4" in constant and "The best constant, 0.476, has loss 0.692013." in constant


def test_what_has_an_effect_beside_another_option_is_taken():
    for arguments in ("xor --init zeros --seed 2 --shuffle --epochs 2", "linear --init zeros --seed 2 --epochs 2",
                      "explain xor --step 2 --engine matrix", "explain xor --batch-size 6 --shuffle",
                      "compare gate --vary hidden=none,2 --activation relu --epochs 2 --seeds 2",
                      "gradcheck --loss mse --loss sse --activation tanh"):
        assert cli(*arguments.split()).returncode == 0, arguments


def test_quiet_is_one_line():
    done = cli("xor", "--quiet", "--epochs", 5)
    assert re.match(r"After 5 epochs: loss [\d.]+, accuracy \d+/21 \([\d.]+%\) \(not learned\)\n$", done.stdout)


def test_log_every_sets_the_lines():
    lines = cli("xor", "--epochs", 25, "--log-every", 10).stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("epoch")] == ["1", "10", "20", "25"]


def test_no_hidden_layer_can_be_asked_for_in_two_ways_and_is_told_why_it_fails():
    first, second = cli("xor", "--epochs", 50, "--hidden"), cli("xor", "--epochs", 50, "--hidden", "none")
    assert first.stdout == second.stdout
    assert "network 2-1 (3 parameters)" in first.stdout
    assert ("Not learned. There is no activation between the layers, so the border between the classes is one straight "
            "line") in first.stdout


def test_what_is_not_learned_is_said_with_a_reason():
    done = cli("xor", "--epochs", 100)
    assert done.returncode == 0
    last = done.stdout.splitlines()[-1]
    assert last.startswith("Not learned. The output is about 0.4") and "0.249433" in last


@pytest.mark.parametrize("arguments, named", [
    ("xor --lr abc", "--lr: found 'abc'; it must be a number above 0"),
    ("xor --lr -1e-3", "--lr: found '-1e-3'; it must be a number above 0"),
    ("xor --lr 0", "--lr: found '0'; it must be a number above 0"),
    ("xor --lr nan", "--lr: found 'nan'; it must be a number above 0"),
    ("xor --lr", "--lr: found no value; it takes one"),
    ("xor --hidden 0", "--hidden: found '0'; it must be a whole number from 1 to 100000, or the word none"),
    ("xor --hidden 4 none", "--hidden: found the word none beside another value; give either sizes or the word none"),
    ("xor --hidden 100000 100000", "--hidden: the network 2-100000-100000-1 has 10000500001 parameters; at most"),
    ("xor --activation foo", "--activation: found 'foo'; it must be one of sigmoid, tanh, relu, leaky_relu, identity"),
    ("xor --output-activation softmax", "--output-activation: found 'softmax'; it must be one of sigmoid, tanh"),
    ("xor --loss foo", "--loss: found 'foo'; it must be one of mse, sse, half-sse, bce"),
    ("xor --loss bce --output-activation tanh", "--loss: bce needs outputs between 0 and 1, and the output activation"),
    ("xor --loss bce-with-logits --output-activation sigmoid", "--output-activation: found it with the loss bce-with-"),
    ("tape xor --init zeros --seed 1", "--seed: has no effect with --init zeros; leave one of the two out"),
    ("xor --quiet --json", "--quiet: has no effect with --json; leave one of the two out"),
    ("gate --json --log-every 3", "--log-every: has no effect with --json; leave one of the two out"),
    ("linear --quiet --log-every 3", "--log-every: has no effect with --quiet; leave one of the two out"),
    ("train tests/files/iris.csv --target species --quiet --log-every 3", "--log-every: has no effect with --quiet"),
    ("xor --hidden none --activation relu", "--activation: has no effect with --hidden none; leave one of the two out"),
    ("letters --activation relu --hidden", "--activation: has no effect with --hidden none; leave one of the two out"),
    ("explain gate --hidden none --activation relu", "--activation: has no effect with --hidden none"),
    ("unroll gate --hidden none --activation relu", "--activation: has no effect with --hidden none"),
    ("compare xor --hidden none --activation relu --vary lr=1,2", "--activation: has no effect with --hidden none"),
    ("compare xor --hidden none --vary activation=relu,tanh", "--activation: has no effect with --hidden none"),
    ("xor --init zeros --seed 2", "--seed: has no effect with --init zeros; leave one of the two out"),
    ("explain gate --init zeros --seed 2", "--seed: has no effect with --init zeros; leave one of the two out"),
    ("unroll xor --init zeros --seed 2", "--seed: has no effect with --init zeros; leave one of the two out"),
    ("compare xor --init zeros --seeds 2 --vary lr=1,2", "--seeds: has no effect with --init zeros; leave one"),
    ("xor --checkpoint-every 3", "has no effect here; add --checkpoint, or leave out --checkpoint-every"),
    ("explain xor --engine matrix", "--engine: has no effect here; add --step, or leave out --engine"),
    ("explain xor --step 0 --engine matrix", "--engine: has no effect here; add --step, or leave out --engine"),
    ("mistakes --seed 2", "--seed: has no effect here; add NAME, or leave out --seed"),
    ("letters --ignore x", "--ignore: has no effect here; add --data, or leave out --ignore"),
    ("letters --show-data 2 --data tests/files/letters.npz --seed 3", "--seed: cannot be used with --show-data"),
    ("xor --seed --", "--seed: found '--', which is no value; write ./-- if it is a file"),
    ("xor --save=--", "--save: found '--', which is no value"),
    ("xor --hidden=--", "--hidden: found '--', which is no value"),
    ("predict tests/files/iris.json tests/files/iris.csv --header --", "--header: found '--', which is no value"),
    ("xor --lr 1 --lr 2", "--lr: found it twice; leave one of the two out"),
    ("gradcheck --h 1e-4 --h=1e-5", "--h: found it twice; leave one of the two out"),
    ("xor --optimizer foo", "--optimizer: found 'foo'; it must be one of sgd, momentum, adagrad, rmsprop, adam"),
    ("xor --optimizer adam --momentum 0.5", "--momentum: found it with the optimizer adam; it is for sgd"),
    ("xor --momentum 1", "--momentum: found '1'; it must be a number from 0 up and below 1"),
    ("xor --epochs 0", "--epochs: found '0'; it must be a whole number from 1 to 1000000000"),
    ("xor --epochs 1.5", "--epochs: found '1.5'; it must be a whole number from 1 to 1000000000"),
    ("xor --batch-size -3", "--batch-size: found '-3'; it must be a whole number from 1 up"),
    ("xor --init foo", "--init: found 'foo'; it must be one of uniform, normal, xavier"),
    ("xor --seed -1", "--seed: found '-1'; it must be a whole number from 0 up"),
    ("xor --target-loss x", "--target-loss: found 'x'; it must be a number above 0, or the word none"),
    ("xor --log-every 0", "--log-every: found '0'; it must be a whole number from 1 up"),
    ("linear --points 0", "--points: found '0'; it must be a whole number from 1 to 1000000"),
    ("xor --points 5", "xor: there is no option --points; python cli.py xor --help lists what there is"),
    ("xor --epoch 5", "xor: there is no option --epoch; did you mean --epochs?"),
    ("xor more", "xor: there is no argument more; python cli.py xor --help lists what there is"),
    ("xro", "there is no command 'xro'; did you mean xor? the commands are xor, linear, gate, letters, train"),
    ("--frob", "found the option --frob where a command belongs; the command comes first: xor, linear"),
])
def test_bad_input_gets_one_line_and_exit_code_2(arguments, named):
    assert_refused(arguments, named)


@pytest.mark.parametrize("more", [["--epochs", 1000], ["--epochs", 4], ["--epochs", 1000, "--json"]])
def test_a_loss_that_overflows_ends_with_exit_code_3_and_the_epoch(more):
    done = cli("xor", "--activation", "identity", "--output-activation", "identity", "--lr", 10, *more)
    assert done.returncode == 3
    assert re.match(r"purenn: the loss became (inf|nan) in epoch \d+: training diverged; try a smaller lr than 10.*\n$",
                    done.stderr)
    assert "--json" not in more or done.stdout == ""


ENDLESS = ("xor", "--seed", "2", "--epochs", "100000000")


def test_ctrl_c_ends_with_the_results_so_far_and_exit_code_130():
    process = subprocess.Popen([sys.executable, "-u", "cli.py", *ENDLESS, "--log-every", "100"], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while not process.stdout.readline().startswith("epoch    100"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err
    assert "Stopped: interrupted. What was computed so far:" in out
    assert int(re.search(r"^After (\d+) epochs: loss", out, re.MULTILINE).group(1)) >= 99


@pytest.mark.skipif(sys.platform in ("win32", "emscripten"), reason="no signals, or no threads, here")
def test_ctrl_c_ends_json_with_the_results_so_far_too():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        done = cli(*ENDLESS, "--json")
    finally:
        timer.cancel()
    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr, result["stopped"]) == (130, "", "interrupted") and result["epochs"] > 0


@pytest.mark.parametrize("arguments", [[], ["--version"], ["xor", "--epochs", "3"]])
def test_a_closed_stdout_is_no_error(arguments):
    done = subprocess.run([sys.executable, "cli.py", *arguments], cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8",
                          preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [
    "xor --loss bce --optimizer adam --lr 1e308 --epochs 5 --hidden none",
    "xor --loss bce --activation identity --lr 1e200 --epochs 50",
    "linear --activation tanh --init zeros --epochs 1 --seed 31 --lr 1e155 --optimizer momentum --hidden 1 1 1 "
    "--output-activation leaky_relu --points 1 --batch-size 1",
])
def test_no_infinite_or_nan_loss_is_shown_as_a_result(arguments):
    done = cli(*arguments.split())
    assert done.returncode == 3 and done.stderr.count("\n") == 1 and "training diverged" in done.stderr


def test_a_target_that_the_next_step_loses_is_not_reached():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(2))
    losses = [epoch.loss for epoch in train(network, xor(), MSELoss(), Adam(network.parameters(), lr=0.5), 200)]
    below = [steps for steps in range(200) if losses[steps] < 0.005]
    reached = next(steps for steps in below if losses[steps - 1] < 0.005)
    assert losses[below[0] + 1] > 0.04 and reached > below[0] + 10      # the loss is lost again, and the rule matters
    result = json.loads(cli("xor", "--optimizer", "adam", "--lr", 0.5, "--seed", 2, "--json").stdout)
    assert (result["stopped"], result["epochs"], result["loss"]) == ("target", reached, losses[reached])


def test_a_reader_that_leaves_is_no_error():
    process = subprocess.Popen([sys.executable, "cli.py", "xor", "--epochs", "3000", "--log-every", "1"], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "cli.py", "xor", "--epochs", "5"], cwd=ROOT, stdout=full,
                              stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "No space left" in done.stderr


def test_ascii_output_has_no_character_that_it_cannot_have():
    done = cli_process("xor", "--epochs", 5, flags=(), env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0 and done.stderr == ""
    assert all(ord(character) < 128 for character in done.stdout)


@pytest.mark.slow
def test_a_terminal_sees_progress_and_color():
    written = on_a_terminal("xor", "--epochs", "1000", "--seed", "2", NO_COLOR="")
    assert re.search(r"epoch \d+ of 1000, loss 0\.\d+, at most [\d.]+ s left", written)
    assert "\x1b[31m" in written
    written = on_a_terminal("xor", "--epochs", "700", "--seed", "2", NO_COLOR="1")
    assert re.search(r"epoch \d+ of 700", written) and "\x1b[31m" not in written
    assert "left" not in on_a_terminal("xor", "--epochs", "700", "--quiet")


def test_it_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "purenn", "gate", "--epochs", "2", "--quiet"], cwd=ROOT,
                          stdout=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 0 and done.stdout.startswith("After 2 epochs")


def test_help_and_version():
    for command in ("xor", "linear", "gate"):
        done = cli(command, "--help")
        assert done.returncode == 0 and "--output-activation" in done.stdout
        assert ("--points" in done.stdout) == (command == "linear")
    assert re.match(r"purenn \d+\.\d+\.\d+\n$", cli("--version").stdout)


@pytest.mark.parametrize("flags, more", [(["-I"], {}), ([], {"PYTHONSAFEPATH": "1"}), (["-I", "-S"], {})])
def test_it_runs_where_python_does_not_look_beside_the_program(flags, more, tmp_path):
    done = subprocess.run([sys.executable, *flags, os.path.join(ROOT, "cli.py"), "xor", "--epochs", "2", "--quiet"],
                          cwd=tmp_path, env={**os.environ, **more}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") or done.returncode == 1 and "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="files have no such modes")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_overwritten_keeps_its_mode(mode, tmp_path):
    path = tmp_path / "m.json"
    path.write_text("old")
    path.chmod(mode)
    assert cli("xor", "--epochs", 2, "--quiet", "--save", path).returncode == 0
    assert path.stat().st_mode & 0o777 == mode and path.read_text() != "old"
