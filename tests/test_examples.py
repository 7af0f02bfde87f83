"""The examples run, and print what they should."""
import ast
import os
import re
import subprocess
import sys
from functools import lru_cache

import pytest

from .helpers import ROOT, cli

FOLDER = os.path.join(ROOT, "examples")
EXAMPLES = sorted(name for name in os.listdir(FOLDER) if name.endswith(".py"))


def source(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def output(name, *arguments, cwd=FOLDER):
    """What an example prints, without site-packages, as where nothing is installed."""
    done = subprocess.run([sys.executable, "-S", "-E", os.path.join(FOLDER, name), *arguments], cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=300)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@lru_cache(maxsize=None)
def printed_once(name):
    return output(name)


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.slow if name == "one_page.py" else ()) for name in EXAMPLES])
def test_every_example_says_what_it_is_and_prints_the_same_each_time_in_any_folder(name, tmp_path):
    assert ast.get_docstring(ast.parse(source(name)))
    printed = printed_once(name)
    assert len(printed.splitlines()) >= 5
    assert printed == output(name, cwd=str(tmp_path))


# one_page.py

def epochs(printed):
    """The number and the loss of each line that shows an epoch."""
    return re.findall(r"^epoch +(\d+)   loss (\d\.\d+)", printed, re.MULTILINE)


def test_backpropagation_on_one_page_has_at_most_60_lines_and_imports_math_and_random_alone():
    text = source("one_page.py")
    assert len(text.splitlines()) <= 60 and max(map(len, text.splitlines())) <= 120
    imported = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert sorted(alias.name for node in imported for alias in node.names) == ["math", "random"]
    calls = {node.func.id for node in ast.walk(ast.parse(text))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls <= {"range", "len", "zip", "print"}                    # the loops are written out


@pytest.mark.slow
def test_backpropagation_on_one_page_prints_the_digits_of_xor(xor_by_default):
    here, there = epochs(printed_once("one_page.py")), epochs(xor_by_default.stdout)
    assert here == there
    assert len(here) == 9 and here[-1] == ("3675", "0.004994")


# own_layer.py

def test_a_layer_of_your_own_passes_gradcheck_and_learns_xor():
    lines = printed_once("own_layer.py").splitlines()
    assert lines[0].endswith("the worst is fine")
    assert "accuracy 1.000" in lines[-5]
    outputs = [float(line.split()[-1]) for line in lines[-4:]]
    assert [round(value) for value in outputs] == [0, 1, 1, 0]


@pytest.mark.slow
def test_the_command_line_of_the_example_knows_its_activation_and_the_other_does_not(tmp_path):
    path = str(tmp_path / "run.json")
    words = ["xor", "--activation", "swish", "--optimizer", "adam", "--quiet"]
    assert "accuracy 21/21" in output("own_layer.py", *words)
    output("own_layer.py", *words, "--epochs", "20", "--checkpoint", path)
    assert output("own_layer.py", "xor", "--resume", path, "--epochs", "40", "--quiet") == output(
        "own_layer.py", *words, "--epochs", "40")
    for refused in (words, ["xor", "--resume", path]):
        done = cli(*refused)
        assert (done.returncode, done.stdout) == (2, "") and "swish" in done.stderr


# own_table.py

def test_a_table_of_your_own_is_learned_and_new_rows_are_predicted():
    printed = output("own_table.py")
    assert float(re.search(r"accuracy (\d\.\d+)", printed).group(1)) > 0.9
    assert printed.splitlines()[-1] == "new rows: ['apple', 'plum']"
