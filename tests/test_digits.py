"""The same digits on every Python that is here: CPython 3.8 and up, and PyPy."""
import glob
import json
import os
import shutil
import subprocess
import sys

import pytest

from .helpers import cli


def pythons():
    """The Pythons on PATH and in pyenv's folder that are 3.8 or newer, one of each version, this one first."""
    names = ["python3.%d" % minor for minor in range(8, 20)] + ["pypy3"]
    paths = [sys.executable] + [shutil.which(name) for name in names]
    paths += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python")))
    question = "import sys; print(sys.implementation.name, *sys.version_info[:3])"
    found = {}
    for path in filter(None, paths):
        try:
            said = subprocess.run([path, "-S", "-E", "-c", question], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, timeout=60).stdout.split()
        except OSError:
            continue
        if len(said) == 4 and (int(said[1]), int(said[2])) >= (3, 8):
            found.setdefault(tuple(said), path)
    return {b" ".join(version).decode(): path for version, path in found.items()}


def digits(python, *arguments):
    """All that a run computed, as ``--json`` prints it, without the seconds."""
    done = cli(*arguments, "--json", python=python)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    del result["seconds"]
    return result


@pytest.mark.slow
def test_every_python_here_prints_the_same_digits():
    others = pythons()
    if len(others) < 2:
        pytest.skip("there is only one Python here")
    for arguments in (["xor"], ["linear"], ["gate"], ["xor", "--optimizer", "adam", "--activation", "tanh"],
                      ["xor", "--init", "normal", "--shuffle", "--batch-size", "5", "--epochs", "99", "--loss", "bce"]):
        expected = digits(sys.executable, *arguments)
        for version, python in others.items():
            assert digits(python, *arguments) == expected, (version, arguments)


@pytest.mark.slow
def test_xor_is_learned_from_at_least_18_of_20_seeds_and_the_others_are_explained():
    fast = shutil.which("pypy3") or sys.executable
    learned = 0
    for seed in range(1, 21):
        result = digits(fast, "xor", "--seed", seed)
        if result["loss"] < 0.005 and result["accuracy"] == 1.0:
            assert result["learned"] and not result["why_not_learned"]
            learned += 1
        else:
            assert not result["learned"] and len(result["why_not_learned"]) == 2
    assert learned >= 18
