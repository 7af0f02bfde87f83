"""The benchmark compares like with like: every contender does the same training."""
import gc
import importlib
import json
import math
import shutil
import subprocess
import sys
from functools import lru_cache
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as report
from benchmarks import contenders, floors, own, tasks
from benchmarks import race as timing
from benchmarks.race import Here, race
from purenn.engines.c_compiler import why_none

from .helpers import ROOT, close

SMALL = ("gate 2-2-1", "xor 2-4-4-1", "linear 2-32-32-1")
SAME = ("unrolled", "matrix", "auto", "floor: straight line", "NumPy, functions (A)", "NumPy, layers (B)",
        "NumPy, objects (D)", "PyTorch", "kerze")


@pytest.fixture
def small(monkeypatch):
    """The wide tasks at a size that a test can afford."""
    monkeypatch.setitem(tasks.TASKS, "784-64-10 by 32", ("wide", [784, 5, 10], "relu", lambda: tasks._images(12), 0.1))
    return "784-64-10 by 32"


@lru_cache(maxsize=None)
def losses(contender, task, count=4):
    try:
        step = contenders.start(contender, task)
    except ImportError as error:
        pytest.skip("%s is not installed" % error.name)
    found = [float(step()) for _ in range(count)]
    del step
    gc.collect()                                    # PyPy ends the workers of an engine only when it collects it
    return found


@pytest.mark.parametrize("task", SMALL)
@pytest.mark.parametrize("contender", SAME)
def test_every_contender_has_the_losses_of_the_loops(contender, task):
    assert close(losses(contender, task), losses("loops", task), 1e-9)


@pytest.mark.parametrize("contender", ["matrix", "processes, 2 workers", "NumPy, functions (A)", "NumPy, layers (B)",
                                       "NumPy, objects (D)", "PyTorch"])
def test_so_has_every_contender_of_the_wide_tasks(contender, small):
    assert close(losses(contender, small), losses("loops", small), 1e-9)


@pytest.mark.parametrize("contender", ["scikit-learn", "sann", "gradient-wave", "tinymlp", "micrograd"])
def test_the_others_run(contender, small):
    for task in ("gate 2-2-1", small):
        found = losses(contender, task, 3)
        assert math.isnan(found[0]) or found[2] < found[0]


@pytest.mark.skipif(why_none() != "", reason="there is no C compiler here: " + why_none())
@pytest.mark.slow
def test_epochs_at_once_are_as_many_as_they_are_counted_for():
    step = contenders.start("compiled, epochs at once", "xor 2-4-4-1")
    assert step.share == own.AT_ONCE
    assert step() == losses("loops", "xor 2-4-4-1", own.AT_ONCE)[-1]


def test_gradient_wave_ends_with_the_weights_of_the_loops():
    pytest.importorskip("gradwave")
    task = tasks.make("xor 2-4-4-1")
    step = contenders.start("gradient-wave", "xor 2-4-4-1")
    network = next(cell.cell_contents for cell in step.__closure__ if hasattr(cell.cell_contents, "output_layer"))
    ours = contenders.start("loops", "xor 2-4-4-1")
    for _ in range(4):
        step()
        ours()
    after = losses("loops", "xor 2-4-4-1", 5)[4]
    outputs = [network.forward(x) for x in task.data.inputs]
    assert close(sum((a[0] - y[0]) ** 2 for a, y in zip(outputs, task.data.targets)) / 21, after, 1e-9)


def test_the_bare_dot_products_are_as_many_as_the_mathematics_needs(monkeypatch, small):
    calls = []
    monkeypatch.setattr(floors, "fastest_dot", lambda: lambda a, b: calls.append(len(a)))
    floors.bare_dots(tasks.make(small))()
    found = {size: calls.count(size) for size in set(calls)}
    # 12 samples of 784, 5 hidden neurons, 10 outputs: forward, over the batch, back to the hidden neurons
    assert found == {784: 12 * 5, 5: 12 * 10, 12: 5 * 784 + 10 * 5, 10: 12 * 5}


@pytest.fixture
def no_collection(monkeypatch):
    """Before a turn no garbage is collected, which takes long among so many tests."""
    monkeypatch.setattr(timing, "gc", SimpleNamespace(collect=lambda: None))


def test_a_race_gives_a_figure_for_each_turn_and_the_table_the_ratio_of_medians(no_collection):
    runners = {name: Here(name, "gate 2-2-1") for name in ("loops", "unrolled")}
    taken = race(runners, 0.002, 3, {"loops": 0.0, "unrolled": 0.01})
    assert [len(times) for times in taken.values()] == [3, 3] and min(map(min, taken.values())) > 0.0
    results = {"python": own.python(), "machine": "m", "packages": {"numpy": "9"},
               "tasks": {"gate 2-2-1": {"loops": [4.0, 2.0, 8.0], "unrolled": [1.0, 0.5, 1.0]}}}
    text = report._table(results)
    for row in ("| loops | 1.00 |", "| unrolled | 4.00 |", "| what the loops did | 0 epochs/s |"):
        assert row in text
    assert text.endswith("%s, m; numpy 9" % own.python())


def test_a_step_of_a_part_of_the_batch_counts_as_that_part(monkeypatch, no_collection):
    clock = iter(range(100))

    def step():                                                 # takes a second
        return next(clock)
    monkeypatch.setattr(contenders, "start", lambda contender, task: step)
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert Here("whole", "a task").seconds(3) == 4
    step.share = 0.25
    assert Here("quarter", "a task").seconds(3) == 16


@pytest.fixture
def command(monkeypatch):
    """``python -m benchmarks`` with some arguments, in which measuring a task is the function ``measured``."""
    def command(arguments, measured):
        monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
        monkeypatch.setattr(report, "_measured", measured)
        return report.main()
    monkeypatch.setattr(report, "_versions", dict)              # the packages take seconds to be loaded
    return command


@pytest.mark.parametrize("only, taken", [
    (["unrolled"], ["loops", "unrolled"]), (["matrix", "loops"], ["matrix", "loops"]),
    ([], list(contenders.CONTENDERS))])
def test_the_loops_that_the_others_are_compared_with_always_take_part(only, taken, command):
    asked = []

    def measured(task, options, also):
        asked.append(options.only)
        return {"loops": [1.0]}
    assert command(["--task", "gate 2-2-1"] + (["--only", *only] if only else []), measured) == 0
    assert asked == [taken]


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(command, capsys):
    assert command(["--json", "no_such_folder/x.json"], lambda *_: pytest.fail("measured for nothing")) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("benchmarks: no_such_folder/x.json: cannot be written")


def test_ctrl_c_ends_with_130_and_keeps_the_tasks_that_are_done(command, capsys, tmp_path):
    def measured(task, options, also):
        if task == "xor 2-4-4-1":
            raise KeyboardInterrupt
        return {"loops": [2.0], "unrolled": [0.5]}
    file = tmp_path / "figures.json"
    assert command(["--task", "gate 2-2-1", "xor 2-4-4-1", "--json", str(file)], measured) == 130
    assert "| unrolled | 4.00 |" in capsys.readouterr().out
    assert list(json.loads(file.read_text(encoding="utf-8"))["tasks"]) == ["gate 2-2-1"]
    assert command(["--task", "xor 2-4-4-1"], measured) == 130 and capsys.readouterr().out == ""


def test_ctrl_c_before_the_first_task_ends_with_130_too(command, monkeypatch):
    def pressed():
        raise KeyboardInterrupt
    monkeypatch.setattr(report, "_versions", pressed)
    assert command([], None) == 130


def test_an_interpreter_that_cannot_be_run_is_said_and_left_out(command, capsys, tmp_path):
    asked = []

    def measured(task, options, also):
        asked.append(also)
        return {"loops": [1.0]}
    no_program = tmp_path / "python"
    no_program.write_text("")
    others = ["no_such_python", str(no_program)] + [path for path in [shutil.which("false")] if path]
    assert command(["--task", "gate 2-2-1", "--also", *others], measured) == 0
    assert capsys.readouterr().err.splitlines() == [
        "left out: purenn on %s, which cannot be run" % python for python in others]
    assert asked == [{}]


def test_the_command_measures_writes_its_figures_and_says_what_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    file = tmp_path / "figures.json"
    # A folder without packages: -S leaves the installed ones out.
    done = subprocess.run([sys.executable, "-S", "-m", "benchmarks", "--task", "gate 2-2-1", "--turns", "1",
                           "--seconds", "0.001", "--warm-up", "0", "--json", str(file), "--also", sys.executable,
                           "--only", "loops", "unrolled", "PyTorch"],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    assert "left out, not installed: PyTorch (torch)" in done.stderr
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert set(figures["tasks"]["gate 2-2-1"]) == {"loops", "unrolled", "loops on " + own.python(),
                                                   "unrolled on " + own.python()}
    assert "unrolled on %s" % own.python() in done.stdout


def test_every_contender_is_a_function_that_says_what_it_does():
    for module, function, kinds in contenders.CONTENDERS.values():
        assert set(kinds.split()) <= {"tiny", "wide", "large"}
        if module != "numpy_versions" or importlib.util.find_spec("numpy"):
            assert callable(getattr(importlib.import_module("benchmarks." + module), function))
