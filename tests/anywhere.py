"""The same digits on every Python that is to be found here.

    python -m tests.anywhere

runs ``tests/core_check.py`` on each and prints a table. It looks into ``PURENN_PYTHONS`` (paths, with the separator of
PATH), the folder of this Python, PATH, pyenv's folder and, for Pyodide, Brython and MicroPython's WebAssembly build,
the folder in which ``npm install --prefix web`` puts them. Exit code 1 where one does not compute what it should.

What it should is in ``tests/files/digits.txt``: the same bits for each loss and each weight. A platform may round exp,
tanh, log or powers differently, which shows in a test of those functions alone; then its numbers must be within 1e-12.
"""
import glob
import json
import math
import os
import shutil
import subprocess
import sys
from collections import namedtuple

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)
MODULES = os.path.join(ROOT, "web", "node_modules")
TABLE = os.path.join(TESTS, "files", "digits.txt")
CHECK = os.path.join(TESTS, "core_check.py")
FUNCTIONS = ("arithmetic", "exp", "tanh", "log", "power")
TOLERANCE = 1e-12
OLDEST = (3, 8)

# A Python: what it is, its version as a tuple of numbers, what it runs on, and the beginning of a command line that
# runs a script with it.
Interpreter = namedtuple("Interpreter", ("name", "version", "platform", "command"))

# How a run of the check compares with the table: how many numbers there were, the functions that the platform rounds
# differently, the largest relative difference, and the lines that are not there or too many.
Comparison = namedtuple("Comparison", ("count", "functions", "difference", "amiss"))


def interpreters() -> list:
    """Every Python that is here, each version once: CPython and PyPy from 3.8, MicroPython, Brython, Pyodide."""
    names = ["python3"] + ["python3.%d" % minor for minor in range(OLDEST[1], 30)] + ["pypy3", "micropython"]
    paths = [sys.executable] + given()
    paths += [os.path.join(os.path.dirname(sys.executable), name) for name in names]
    paths += [shutil.which(name) for name in names]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    paths += sorted(glob.glob(os.path.join(pyenv, "versions", "*", "bin", "python")))
    found: dict = {}
    for path in paths:
        known = ask(path) if path and os.path.exists(path) else None
        if known:
            found.setdefault(known[:3], known)
    for path in given():
        if not ask(path):
            found[path] = Interpreter(path, (0,), "PURENN_PYTHONS", [path])     # it is named as what does not run
    return sorted(found.values(), key=lambda each: (each.name, each.version)) + from_npm()


def given() -> list:
    """The paths in PURENN_PYTHONS."""
    return [path for path in os.environ.get("PURENN_PYTHONS", "").split(os.pathsep) if path]


def pythons() -> list:
    """Those of them on which the command line runs, each with its path as the command."""
    return [each for each in interpreters() if each.name == "CPython" or each.name.startswith("PyPy")]


def ask(path: str):
    """The Interpreter at a path; None where it is not one, or, unless it is MicroPython, older than 3.8."""
    question = "import sys; i = sys.implementation; print(i.name, sys.platform, *sys.version_info[:2], *i.version[:3])"
    try:
        done = subprocess.run([path, "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        name, platform, *numbers = done.stdout.decode().split()
        major, minor, *version = [int(number) for number in numbers]
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if name != "micropython" and (major, minor) < OLDEST:
        return None
    names = {"cpython": "CPython", "micropython": "MicroPython", "pypy": "PyPy%d.%d" % (major, minor)}
    return Interpreter(names.get(name, name), tuple(version), platform, [path])


def from_npm() -> list:
    """Pyodide, MicroPython's WebAssembly build and Brython: those that are here, with Node or Chromium to run them."""
    node = shutil.which("node")
    runs = {name: [node, os.path.join(TESTS, "node", name.lower() + ".mjs"), MODULES] if node else None
            for name in ("MicroPython", "Pyodide")}
    runs["Brython"] = [sys.executable, "-m", "tests.brython"] if chromium() else None
    found = []
    for name, package, platform in (("Brython", "brython", "Chromium"), ("Pyodide", "pyodide", "WebAssembly"),
                                    ("MicroPython", "@micropython/micropython-webassembly-pyscript", "WebAssembly")):
        about = os.path.join(MODULES, package, "package.json")
        if runs[name] and os.path.exists(about):
            with open(about, encoding="utf-8") as file:
                version = json.load(file)["version"]
            found.append(Interpreter(name, tuple(int(part) for part in version.split(".")), platform, runs[name]))
    return found


def chromium():
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def run(interpreter, script: str, **environment):
    """What the script, of this project's, says on that Python: the finished process, its output as text.

    Keywords are variables of its environment.
    """
    if interpreter.platform in ("WebAssembly", "Chromium"):
        script = os.path.relpath(script, ROOT).replace(os.sep, "/")
    return subprocess.run([*interpreter.command, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
                          stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace", timeout=300,
                          env={**os.environ, **environment})


def read(text: str) -> dict:
    """The lines that the check printed: the numbers of each, by what is before them.

    Raises RuntimeError for what the check does not print, and for a line that stands there twice.
    """
    lines: dict = {}
    for line in text.splitlines():
        words = line.split()
        name = " ".join(word for word in words if ":" not in word)
        try:
            if words[0] in FUNCTIONS:
                name, value = words[0], int(words[1])
            else:
                value = [math.ldexp(*[int(part) for part in word.split(":")]) for word in words if ":" in word]
        except (IndexError, TypeError, ValueError, OverflowError):
            raise RuntimeError("it printed %.60r" % line) from None
        if name in lines:
            raise RuntimeError("it printed %.60r twice" % name)
        lines[name] = value
    return lines


def compare(found: dict, expected: dict) -> Comparison:
    """What a Python printed beside what the table has, both as ``read`` returns them."""
    amiss = sorted(set(found) ^ set(expected))
    count, difference = 0, 0.0
    functions = []
    for name in expected:
        if name in amiss:
            continue
        if name in FUNCTIONS:
            if found[name] != expected[name]:
                functions.append(name)
        elif len(found[name]) != len(expected[name]):
            amiss.append(name)
        else:
            count += len(expected[name])
            for a, b in zip(found[name], expected[name]):
                difference = max(difference, 0.0 if a == b else abs(a - b) / max(abs(a), abs(b)))
    return Comparison(count, functions, difference, amiss)


def is_right(comparison: Comparison) -> bool:
    """The same bits, or, where the platform's functions round differently, the same numbers within 1e-12."""
    if comparison.amiss or "arithmetic" in comparison.functions:
        return False
    return comparison.difference <= (TOLERANCE if comparison.functions else 0.0)


def verdict(comparison: Comparison) -> str:
    """A comparison in words."""
    if comparison.amiss:
        return "NOT the same: %d lines are missing or too many, such as %s" % (len(comparison.amiss),
                                                                               comparison.amiss[0])
    if not is_right(comparison):
        text = "NOT the same: differs by up to %.0e" % comparison.difference
    else:
        text = "within %.0e" % comparison.difference if comparison.difference else "the same, bit for bit"
    if comparison.functions:
        text += "; rounds differently: %s" % ", ".join(comparison.functions)
    return text


def check(interpreter, expected: dict, **environment) -> Comparison:
    """Run the check there and compare; raises RuntimeError with what it said where it did not run to its end."""
    done = run(interpreter, CHECK, **environment)
    if done.returncode:
        raise RuntimeError(" ".join((done.stderr or done.stdout).split())[-300:])
    return compare(read(done.stdout), expected)


def stored() -> dict:
    """The table of digits."""
    with open(TABLE, encoding="utf-8") as file:
        return read(file.read())


def row(interpreter, count: int, text: str) -> str:
    """A line of the table: how many numbers were compared, and what came of it."""
    return "| %s | %s | %s | %d | %s |" % (interpreter.name, ".".join(map(str, interpreter.version)),
                                          interpreter.platform, count, text)


def main() -> int:
    """Print the table; return the exit code."""
    expected = stored()
    right = True
    print("| Python | version | on | numbers compared | digits |\n| --- | --- | --- | ---: | --- |")
    for interpreter in interpreters():
        try:
            comparison = check(interpreter, expected)
            right = right and is_right(comparison)
            print(row(interpreter, comparison.count, verdict(comparison)), flush=True)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            right = False
            print(row(interpreter, 0, "NOT run: %s" % " ".join(str(error).split())), flush=True)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
