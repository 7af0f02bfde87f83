"""The same digits on every Python that is here: CPython 3.8 and up, and PyPy."""
import json
import shutil
import sys

import pytest

from .anywhere import pythons
from .helpers import cli_process


def digits(python, *arguments):
    """All that a run computed, as ``--json`` prints it, without the seconds."""
    done = cli_process(*arguments, "--json", python=python)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    del result["seconds"]
    return result


@pytest.mark.slow
def test_every_python_here_prints_the_same_digits():
    others = pythons()
    if len(others) < 2:
        pytest.skip("there is only one Python here")
    quick = ["--engine", "unrolled"]                # the same digits as the loops
    for arguments in (["xor", *quick], ["linear", *quick], ["gate", "--epochs", "3000", *quick],
                      ["xor", "--epochs", "300"],
                      ["xor", "--optimizer", "adam", "--activation", "tanh", *quick],
                      ["xor", "--init", "normal", "--shuffle", "--batch-size", "5", "--epochs", "99", "--loss", "bce"]):
        expected = digits(sys.executable, *arguments)
        for other in others:
            assert digits(other.command[0], *arguments) == expected, (other, arguments)


@pytest.mark.slow
def test_xor_is_learned_from_at_least_18_of_20_seeds_and_the_others_are_explained():
    learned = 0
    for seed in range(1, 21):
        result = digits(shutil.which("pypy3") or sys.executable, "xor", "--engine", "unrolled", "--seed", seed)
        if result["loss"] < 0.005 and result["accuracy"] == 1.0:
            assert result["learned"] and not result["why_not_learned"]
            learned += 1
        else:
            assert not result["learned"] and len(result["why_not_learned"]) == 2
    assert learned >= 18
