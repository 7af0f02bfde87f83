"""The house: imports run strictly downward, nothing but the standard library, the core plain enough for MicroPython."""
import ast
import glob
import os
import re
import subprocess
import sys

import pytest

from .helpers import ROOT

FLOORS = [
    ["linalg"],
    ["layer", "initializers"],
    ["activations"],
    ["losses"],
    ["neuron"],
    ["layers"],
    ["network"],
    ["optimizers"],
    ["engines"],
    ["training"],
    ["files"],
    ["data"],
    ["runs"],
    ["study"],
    ["course", "show"],
    ["cli"],
    ["__main__"],
]
CORE = ["linalg", "layer", "activations", "initializers", "losses", "neuron", "layers", "network", "optimizers",
        "training", "engines.loops", "data.tasks"]
NOT_ON_MICROPYTHON = {"typing", "dataclasses", "functools", "enum", "abc", "__future__"}


def modules():
    """Every module of the package: its name without purenn., and its parsed source."""
    found = {}
    for folder, _, files in os.walk(os.path.join(ROOT, "purenn")):
        for file in sorted(files):
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                name = os.path.relpath(path, os.path.join(ROOT, "purenn"))[:-3].replace(os.sep, ".")
                with open(path, encoding="utf-8") as handle:
                    found[name[:-len(".__init__")] if name.endswith(".__init__") else name] = (
                        ast.parse(handle.read()), name.endswith("__init__"))
    return found


MODULES = modules()


def floor(module):
    """The number of the floor that a module is on; None for the package itself."""
    for number, rooms in enumerate(FLOORS):
        if module.split(".")[0] in rooms:
            return number
    return None


def imports(module):
    """What a module imports: purenn's own without purenn., others with a leading ``/``."""
    tree, is_package = MODULES[module]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, "/" + alias.name
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                yield node, "/" + node.module
                continue
            parts = module.split(".") if module != "__init__" else []
            base = parts[:len(parts) - node.level + (1 if is_package else 0)]
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                name = ".".join(base + [alias.name])
                yield node, name if name in MODULES else ".".join(base) or "__init__"


def test_every_module_is_on_a_floor():
    assert {"linalg", "layer", "engines.loops", "data.tasks", "runs.run", "show.terminal", "cli.parser"} <= set(MODULES)
    assert [name for name in MODULES if floor(name) is None] == ["__init__"]


@pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__"])
def test_imports_run_strictly_downward(module):
    for node, target in imports(module):
        if not target.startswith("/") and target != "__init__":
            same_room = target.split(".")[0] == module.split(".")[0]
            assert floor(target) < floor(module) or same_room, "%s imports %s (line %d)" % (
                module, target, node.lineno)


def test_there_are_no_circles():
    graph = {name: {target for _, target in imports(name) if target in MODULES} for name in MODULES}
    done = set()

    def visit(name, path):
        assert name not in path, "a circle: " + " → ".join([*path, name])
        if name not in done:
            for target in graph[name]:
                visit(target, [*path, name])
            done.add(name)
    for name in graph:
        if name != "__init__":
            visit(name, [])


@pytest.mark.skipif(sys.version_info < (3, 10), reason="sys.stdlib_module_names is new in 3.10")
def test_nothing_but_the_standard_library_and_matplotlib_in_one_room():
    for module in MODULES:
        for _, target in imports(module):
            if target.startswith("/"):
                top = target[1:].split(".")[0]
                assert top in sys.stdlib_module_names or (top, module) == ("matplotlib", "show.plots"), (module, top)


@pytest.mark.parametrize("module", CORE)
def test_the_core_uses_nothing_that_micropython_lacks(module):
    tree, _ = MODULES[module]
    for _, target in imports(module):
        assert target[1:].split(".")[0] not in NOT_ON_MICROPYTHON, target
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "sum", "line %d: sum() rounds differently from 3.12 on" % node.lineno
        if isinstance(node, ast.List):
            assert not any(isinstance(item, ast.Starred) for item in node.elts), "line %d" % node.lineno
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            assert not node.args.posonlyargs, "line %d" % node.lineno


def test_only_the_eye_and_the_commands_print_and_they_and_a_run_read_a_clock():
    for module, (tree, _) in MODULES.items():
        room = module.split(".")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print" or room in ("show", "cli", "__main__"), module
        clocks = {"/time", "/datetime"} & {target for _, target in imports(module)}
        assert not clocks or room in ("show", "cli", "runs"), module


def test_only_the_command_line_parses_arguments():
    knowing = {module.split(".")[0] for module in MODULES for _, target in imports(module) if target == "/argparse"}
    assert knowing == {"cli"}


OPTION = re.compile(r"(?<![\w-])--[a-z]")


@pytest.mark.parametrize("module", [name for name in MODULES if name.split(".")[0] != "cli"])
def test_no_text_below_the_command_line_names_an_option(module):
    for node in ast.walk(MODULES[module][0]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.replace("pip install --force-reinstall", "")
            assert not OPTION.search(text), "%s, line %d: %s" % (module, node.lineno, text)


@pytest.mark.parametrize("module", [name for name in MODULES if name.split(".")[0] != "cli"])
def test_nothing_below_the_command_line_reads_a_namespace(module):
    for node in ast.walk(MODULES[module][0]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            of = node.args
            names = [each.arg for each in [*of.posonlyargs, *of.args, *of.kwonlyargs, of.vararg, of.kwarg] if each]
            assert not {"options", "arguments", "args", "argv", "namespace"} & set(names), "%s, line %d" % (
                module, node.lineno)


def test_the_page_stands_on_files_runs_study_and_show():
    names = []
    for file in glob.glob(os.path.join(ROOT, "web", "*.py")):
        with open(file, encoding="utf-8") as handle:
            tree = ast.parse(handle.read())
        names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    rooms = {".".join(name.split(".")[:2]) for name in names if name.split(".")[0] == "purenn"}
    assert rooms == {"purenn.files", "purenn.runs", "purenn.study", "purenn.show"}


@pytest.mark.parametrize("module", [name for name in MODULES if name.split(".")[0] in ("cli", "runs")])
def test_functions_of_commands_and_runs_are_short_and_have_few_parameters(module):
    for node in ast.walk(MODULES[module][0]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            positional = len(node.args.posonlyargs + node.args.args)
            assert positional <= 6, "%s.%s has %d positional parameters" % (module, node.name, positional)
            lines = node.end_lineno - node.lineno + 1
            assert lines <= 45, "%s.%s has %d lines" % (module, node.name, lines)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_class_and_public_function_says_what_it_is(module):
    tree, _ = MODULES[module]
    assert ast.get_docstring(tree)
    for parent in [tree, *[node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]]:
        for node in parent.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                assert ast.get_docstring(node), "%s: %s" % (module, node.name)
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(parent)), module


def test_importing_purenn_loads_no_command_and_no_picture():
    loaded = subprocess.run([sys.executable, "-S", "-E", "-c", "import sys, purenn; print(*sorted(sys.modules))"],
                            cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8").stdout.split()
    assert "purenn.neuron" in loaded
    assert not [name for name in loaded if name.startswith(("purenn.cli", "purenn.show", "argparse"))]
