"""Starting is quick, and nothing is loaded that the command does not use."""
import statistics
import subprocess
import sys
import time

import pytest

from .helpers import ROOT

# What no command line here may load, and then what each of them may not.
NEVER = {"matplotlib", "numpy", "multiprocessing", "zipfile", "csv", "gzip", "ast", "typing_extensions",
          "unittest", "inspect", "dataclasses", "asyncio", "http", "decimal"}
IN_C = {"ctypes", "tempfile"} | {
    "purenn.engines." + name for name in ("compiled", "c_compiler", "numbers", "c_source", "c_frame", "c_templates")}
ENGINES = IN_C | {"purenn.engines." + name for name in ("unrolled", "source", "templates", "matrix", "processes",
                                                        "auto", "pytorch")}
STUDY = {"purenn.study." + name for name in ("explain", "gradcheck", "mistakes", "mazur", "checks", "formulas",
                                             "updates", "examples", "evaluation", "lab_experiments", "lab_verdicts",
                                             "functions", "planting", "tape", "graph", "nodes", "recording", "tracing",
                                             "numbers", "walking")}
FIGURES = {"purenn.show.plots", "purenn.show.figures", "purenn.study.history"}
SHOWN = {"purenn.show." + name for name in ("compared", "explanation", "gradients", "lab_reports", "mistakes", "model",
                                            "functions", "tape", "stepper", "stepping", "keyboard")}
COMPARED = {"purenn.study.comparison", "purenn.study.sign_test", "purenn.runs.pool"}
COMMANDS = {"purenn.cli." + name for name in ("xor", "linear", "gate", "explain", "gradcheck", "mistakes", "unroll",
                                              "letters", "compare", "activations", "train", "predict", "evaluate",
                                              "show", "reproduce", "step", "tape", "course", "page")}
READERS = {"purenn.data." + name for name in ("image_files", "npz", "idx", "arrays", "csv_table", "columns", "missing",
                                              "features", "target", "encoding", "predictor")} | {
    "purenn.files." + name for name in ("disk", "rows", "checkpoint", "model", "architecture", "safetensors",
                                        "strict_json")}
CASES = {
    "--help": ENGINES | STUDY | COMMANDS | SHOWN | COMPARED | READERS | {
        "json", "purenn.data", "purenn.study", "purenn.runs", "purenn.cli.training_commands", "purenn.cli.options"},
    "xor --epochs 2": READERS | ENGINES | STUDY | SHOWN | COMPARED | COMMANDS - {"purenn.cli.xor"} | {
        "json", "purenn.study", "purenn.data.images", "purenn.data.letters"},
    "linear --epochs 2 --engine matrix": READERS | ENGINES - {"purenn.engines.matrix"} | STUDY | SHOWN | COMPARED |
    COMMANDS - {"purenn.cli.linear"} | {"json"},
    "gate --epochs 2 --engine auto": READERS | IN_C | {"purenn.engines.matrix", "purenn.engines.processes"} | STUDY |
    SHOWN | COMPARED | {"json"},
    "gradcheck --loss mse": READERS | ENGINES | COMPARED | COMMANDS - {"purenn.cli.gradcheck"} | {
        "json", "purenn.study.mistakes", "purenn.study.explain"},
    "mistakes": READERS | ENGINES | COMPARED | COMMANDS - {"purenn.cli.mistakes"} | {"json", "purenn.study.explain"},
    "explain xor": READERS | ENGINES | COMPARED | COMMANDS - {"purenn.cli.explain"} | {
        "json", "purenn.study.mistakes", "purenn.study.gradcheck", "purenn.study.graph", "purenn.study.tape",
        "purenn.study.recording", "purenn.show.stepper"},
    "tape xor": READERS | ENGINES | COMPARED | COMMANDS - {"purenn.cli.tape"} | {
        "json", "purenn.study.mistakes", "purenn.study.gradcheck", "purenn.study.explain", "purenn.show.explanation",
        "purenn.study.recording", "purenn.show.stepper"},
    "letters --train 20 --epochs 1 --workers 1": READERS | IN_C | {"purenn.engines.processes"} | STUDY | SHOWN |
    COMPARED | {"json"},
    "compare gate --vary lr=1,2 --epochs 2 --workers 1": READERS | STUDY | SHOWN - {"purenn.show.compared"} | {
        "json", "purenn.engines.matrix", "purenn.engines.processes"} | IN_C,
    "activations": READERS | ENGINES | COMPARED | COMMANDS - {"purenn.cli.activations"} | {"json"} |
    (STUDY | SHOWN) - {"purenn.study.functions", "purenn.show.functions"},
    "unroll xor": READERS | STUDY | SHOWN | COMPARED | IN_C | {
        "json", "purenn.engines.matrix", "purenn.engines.processes"},
}


def loaded(arguments):
    """The names of the modules that are loaded when a command has run."""
    code = ("import sys\nfrom purenn.cli.main import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
            "print('LOADED', *sorted(sys.modules))")
    if arguments.startswith("letters"):         # which loads it, too, and would measure for most of a second
        code = "from purenn.study import estimate\nestimate.MEASURING = 0.0\n" + code
    done = subprocess.run([sys.executable, "-S", "-E", "-c", code, *arguments.split()], cwd=ROOT,
                          stdout=subprocess.PIPE, encoding="utf-8")
    return set(done.stdout.rstrip().split("\n")[-1].split()[1:])


@pytest.mark.parametrize("arguments", CASES)
def test_no_module_is_loaded_that_the_command_does_not_use(arguments):
    modules = loaded(arguments)
    assert "purenn.neuron" in modules
    if sys.implementation.name == "cpython":
        assert modules & NEVER == set()
    assert modules & (CASES[arguments] | FIGURES) == set()


def seconds(*arguments):
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the bounds are for CPython")
def test_purenn_is_imported_in_30_ms_and_helps_within_100():
    bare, imported, helped = [], [], []
    for _ in range(15):                     # in turns, so that a busy machine slows all three
        bare.append(seconds("-c", "pass"))
        imported.append(seconds("-c", "import purenn"))
        helped.append(seconds("cli.py", "--help"))
    costs = [1000.0 * (statistics.median(times) - statistics.median(bare)) for times in (imported, helped)]
    print("import purenn: %.1f ms over a bare interpreter; --help: %.1f ms over it" % tuple(costs))
    assert costs[0] < 30.0
    assert 1000.0 * min(helped) < 100.0
