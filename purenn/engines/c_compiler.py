"""C, compiled by the machine's own compiler and loaded by ``ctypes``.

A compiled library is in a private folder until it is loaded; then the folder is removed. So it can be used only by this
process and by those that are forked from it.
"""
import math
import os
import sys
from typing import Any

from ..linalg import PurennError

COMPILERS = ("cc", "gcc", "clang")          # unless $CC names one

# Never -ffast-math or fused operations: they change digits. This machine's own vector instructions are tried first.
FLAGS = (("-O3", "-march=native"), ("-O3",))
ALWAYS = ("-std=c99", "-ffp-contract=off", "-fPIC", "-shared")

MOST_SECONDS = 60                           # for a compiler that hangs

CHECK = """
void check(double x, double *found)
{
    found[0] = exp(x), found[1] = log(x), found[2] = tanh(x), found[3] = sqrt(x), found[4] = pow(0.999, x);
    found[5] = x * x - found[5];
}
"""

# For each source with its compilers and flags: the library, or why there is none.
_libraries: dict = {}


def load(source: str) -> Any:
    """The library of this C, compiled once. Raises PurennError, with the reason, if there is none."""
    key = source, _names(), FLAGS
    if key not in _libraries:
        try:
            _libraries[key] = _made(source + CHECK)
        except PurennError as error:
            _libraries[key] = str(error)
    found = _libraries[key]
    if isinstance(found, str):
        raise PurennError(found)
    return found


def is_loaded(source: str) -> bool:
    """True if this C has been compiled already."""
    return not isinstance(_libraries.get((source, _names(), FLAGS), ""), str)


def why_it_fails() -> str:
    """Why nothing can be compiled here, found by compiling a few lines; "" if it works."""
    try:
        load("#include <math.h>\n")
    except PurennError as error:
        return str(error)
    return ""


def why_none() -> str:
    """Why nothing can be compiled here, as far as that is known without trying; "" if it may work."""
    if sys.implementation.name != "cpython":
        return f"it is for CPython, and this is {sys.implementation.name}"
    if sys.platform in ("emscripten", "wasi"):
        return "there is no C compiler in WebAssembly"
    try:
        import ctypes  # noqa: F401
    except ImportError:
        return "this Python has no ctypes"
    if not _commands():
        named = os.environ.get("CC")
        return (f"there is no C compiler {_short(named)}, which $CC names" if named else
                f"there is no C compiler on PATH: none of {', '.join(COMPILERS)}")
    return ""


def _names() -> tuple:
    return os.environ.get("CC") or "", os.environ.get("PATH") or ""


def _commands() -> list:
    """The compilers that are there, each as the beginning of a command."""
    import shlex
    import shutil
    try:
        named = shlex.split(os.environ.get("CC") or "")
    except ValueError:                      # a quotation mark that is not closed
        return []
    return [words for words in ([named] if named else [[name] for name in COMPILERS]) if shutil.which(words[0])]


def _made(source):
    reason = why_none()
    if reason:
        raise PurennError(f"compiled: {reason}; take another engine")
    for command in _commands():
        for flags in FLAGS:
            library = reason = _compiled([*command, *ALWAYS, *flags], source)
            if not isinstance(library, str):
                return library
    raise PurennError(f"compiled: {reason}; take another engine")


def _compiled(command, source):
    """The library, or why there is none."""
    import subprocess
    import tempfile
    name = command[0]
    try:
        with tempfile.TemporaryDirectory(prefix="purenn-") as folder:           # its mode is 0700
            text, made = os.path.join(folder, "network.c"), os.path.join(folder, "network.so")
            with open(text, "w", encoding="utf-8") as file:
                file.write(source)
            done = subprocess.run([*command, "-o", made, text, "-lm"], stdin=subprocess.DEVNULL, cwd=folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=MOST_SECONDS)
            if done.returncode != 0:
                return f"the C compiler {name} failed with exit code {done.returncode}{_first_line(done.stdout)}"
            return _loaded(name, made)
    except subprocess.TimeoutExpired:
        return f"the C compiler {name} has not ended in {MOST_SECONDS} s"
    except OSError as error:                # it cannot be started; the folder cannot be written to
        return f"the C compiler {name} cannot be used: {_short(str(error))}"


def _loaded(name, path):
    import ctypes
    try:
        library = ctypes.CDLL(path)
        check = library.check
    except (OSError, AttributeError) as error:      # no file, or no library; or the folder allows no programs
        reason = str(error).replace(path + ": ", "")
        return f"what the C compiler {name} made cannot be loaded: {_short(reason)}"
    check.argtypes, check.restype = (ctypes.c_double, ctypes.c_void_p), None
    for i in range(1, 200):
        x = 0.1 * i + 1e-3 / i
        found = (ctypes.c_double * 6)(0.0, 0.0, 0.0, 0.0, 0.0, x * x)
        check(x, found)
        if list(found) != [math.exp(x), math.log(x), math.tanh(x), math.sqrt(x), 0.999 ** x, 0.0]:
            return f"what the C compiler {name} made gives other digits than Python"
    return library


def _first_line(output):
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {_short(lines[0])}" if lines else ""


def _short(text):
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text if len(text) <= 120 else text[:117] + "..."
