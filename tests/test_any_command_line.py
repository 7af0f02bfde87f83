"""Command lines of random options: done, or refused in one line, and soon."""
import random
import re

import pytest

from purenn.cli.main import COMMANDS

from .helpers import cli

BASE = {"xor": "xor --epochs 2", "linear": "linear --epochs 2", "gate": "gate --epochs 2",
        "letters": "letters --epochs 1 --train 12 --validation 5 --test 5 --workers 1", "explain": "explain xor",
        "train": "train tests/files/iris.csv --target species --epochs 2 --workers 1", "unroll": "unroll gate",
        "compare": "compare gate --vary shuffle=yes,no --seeds 1 --epochs 2 --workers 1",
        "predict": "predict tests/files/iris.json tests/files/iris.csv",
        "evaluate": "evaluate tests/files/iris.json tests/files/iris.csv", "show": "show tests/files/iris.json",
        "gradcheck": "gradcheck --loss mse --activation tanh", "mistakes": "mistakes", "activations": "activations",
        "reproduce": "reproduce none", "step": "step gate", "tape": "tape gate", "course": "course",
        "page": "page --no-open none"}
VALUES = ["0", "1", "3", "none", "all", "relu", "softmax", "bce", "bce-with-logits", "adam", "momentum", "0.5", "-1",
          "1e308", "1e-300", "nan", "yes", "no", "unrolled", "matrix", "zeros", "backward", "0.1", "latex", "a" * 300,
          "\x1b[31m", "", "species", ",", "comma", "drop", "ABC", "9" * 400, "lr=1,2", "\u0663"]
NOT_TRIED = {"help", "plot", "animate", "save", "history", "checkpoint", "resume", "workers", "write-data", "markdown",
             "out", "csv", "full", "pause", "epochs", "after", "svg"}


def options_of(command):
    """The options that the help of a command names."""
    task = ["xor"] if command in ("explain", "step", "unroll", "compare", "tape") else []
    found = re.findall(r"^  --([a-z][a-z-]*)", cli(command, *task, "--help").stdout, re.M)
    return sorted(set(found) - NOT_TRIED) or ["seed"]


def test_every_command_is_tried():
    assert set(BASE) == {name for name, _, _ in COMMANDS}


@pytest.mark.slow
@pytest.mark.parametrize("command", BASE)
def test_random_options_are_taken_or_refused_in_one_line(command):
    rng, names = random.Random(command), options_of(command)
    words = BASE[command].split()
    for _ in range(60):
        more = []
        for _ in range(rng.choice([1, 2, 2, 3, 4])):
            more += ["--" + rng.choice(names), *([rng.choice(VALUES)] if rng.random() < 0.7 else [])]
        done = cli(*words, *more)                           # fails where it takes too long
        assert done.returncode in (0, 2, 3), (more, done.stderr)
        assert "Traceback" not in done.stderr and "\x1b" not in done.stderr, more
        if done.returncode:
            last = done.stderr.rstrip("\n").split("\n")[-1]
            assert last.startswith("purenn: ") and len(last) < 2000, (more, done.stderr)


@pytest.mark.parametrize("arguments", [["9" * 5000], ["xor", "9" * 5000], ["xor", "--" + "9" * 5000],
                                       ["gradcheck", "--sweep=" + "9" * 5000], ["predict", "9" * 5000]])
def test_what_was_found_is_cut_if_it_is_long(arguments):
    done = cli(*arguments)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1
    assert "9" * 290 in done.stderr and "..." in done.stderr and len(done.stderr) < 1000
