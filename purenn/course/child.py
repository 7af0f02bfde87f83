"""The process that runs one learner's file. It writes the outcome as JSON, and compares nothing.

It first sets its limits and makes purenn impossible to import. Then it runs the file, with right versions of what was
to be written in earlier exercises. So a mistake is found in the exercise where it was made. Only ``trained`` runs the
whole workbook.
"""
import ast
import io
import json
import os
import signal
import sys
import traceback
from typing import Any, Dict, List, Sequence

MEGABYTES = 1024
MOST_PRINTED = 4000


class Printed(io.TextIOBase):
    """Takes what a file prints to stdout or stderr. Only the first MOST_PRINTED characters are kept."""

    def __init__(self) -> None:
        self.kept = ""

    def write(self, text: str) -> int:
        """Keep the text while there is room."""
        self.kept += text[:MOST_PRINTED - len(self.kept)] if len(self.kept) < MOST_PRINTED else ""
        return len(text)


class Late(BaseException):
    """The time is up."""


def main() -> None:
    """Read a request from stdin, run the file, write the outcome to the original stdout."""
    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    limit(request["seconds"])
    printed = Printed()
    sys.stdout = sys.stderr = printed
    sys.stdin = io.StringIO()
    try:
        outcome = checked(request) if request["number"] else trained(request)
    except Late as error:
        outcome = {"problem": "late", "line": line_of(error, request["path"])}
    except BaseException as error:                      # also sys.exit, or a KeyboardInterrupt in the file
        outcome = problem(error, request["path"])
    outcome["printed"] = printed.kept
    with os.fdopen(out, "wb") as handle:
        handle.write(json.dumps(outcome, default=lambda value: {"type": type(value).__name__}).encode("utf-8"))


def limit(seconds: float) -> None:
    """Limit time, memory and what is written to files, as far as the system can."""
    def late(*_):
        raise Late
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        import resource
    except ImportError:
        return
    limits = [("RLIMIT_CPU", int(seconds) + 2), ("RLIMIT_FSIZE", 1 << 22), ("RLIMIT_CORE", 0)]
    if sys.implementation.name == "cpython":
        limits.append(("RLIMIT_AS", MEGABYTES << 20))
    for name, value in limits:
        try:
            # SIGXCPU, sent at the soft limit, shows that the time was up; SIGKILL would not show it.
            resource.setrlimit(getattr(resource, name), (value, value + 1))
        except (AttributeError, ValueError, OSError):   # this system has no such limit, or has a lower one already
            pass


def forget_purenn(folder: str) -> None:
    """Let imports find the workbook, but not purenn."""
    for name in [name for name in sys.modules if name.split(".")[0] == "purenn"]:
        del sys.modules[name]
    sys.path[:] = sys.path[1:] + [folder]


def checked(request: Dict[str, Any]) -> Dict[str, Any]:
    """Run one file; return its answer, or what its functions give for the samples."""
    from .chapters import exercise
    from .shapes import plain
    from .source import blank_functions, blanks, modules_for, results, stopping
    of, path, text = exercise(request["number"]), request["path"], request["text"]
    own_modules = modules_for(of.number)
    forget_purenn(request["folder"])
    tree = ast.parse(text, path)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [
            node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if "purenn" in [name.split(".")[0] for name in names]:
            return {"problem": "purenn", "line": line}
    blank = [name for name, _ in blank_functions(tree)]
    own = own_modules.run(stopping(tree), path)
    if of.kind in ("predict", "order", "find"):
        return {"answer": plain(own.get(of.answer if of.kind != "order" else "order"))}
    missing = [name for name, _ in blanks(of.code) if name.split(".")[0] not in own]
    if missing:
        return {"problem": "missing", "name": missing[0].split(".")[0]}
    return {"results": [told(result, path, blank) for result in results(of, own)], "blank": blank}


def told(result: Any, path: str, blank: Sequence[str] = ()) -> Any:
    """An Outcome as plain values: its parts. If it ended early: a dict with the parts, and the error or "blank"."""
    if result.error is None:
        return result.parts
    if blank and isinstance(result.error, NotImplementedError):
        return {"parts": result.parts, "blank": True}
    return {"parts": result.parts, **error_of(result.error, path)}


def trained(request: Dict[str, Any]) -> Dict[str, Any]:
    """Train a network on xor with what is in the workbook; return the losses of the epochs."""
    import builtins
    import random

    from ..data.tasks import xor
    data = xor()
    forget_purenn("")
    sys.path.insert(0, request["folder"])
    original = builtins.__import__

    def guarded(name, *rest):
        if name.split(".")[0] == "purenn":
            raise ImportError("purenn is imported; write the code yourself, without it")
        return original(name, *rest)
    builtins.__import__ = guarded
    own = {name: __import__(name) for name in (
        "layers", "activation_layers", "network", "losses", "optimizers", "training")}
    rng = random.Random(request["seed"])
    stack: List[Any] = []
    for inputs, outputs in ((2, 4), (4, 4), (4, 1)):
        stack += [own["layers"].Linear(inputs, outputs, rng), own["activation_layers"].Sigmoid()]
    network = own["network"].Network(stack)
    optimizer = own["optimizers"].SGD(network.parameters(), lr=1.0, momentum=0.9)
    losses = own["training"].train(network, data, own["losses"].MSELoss(), optimizer, request["epochs"], 0.005)
    return {"losses": [float(loss) for loss in losses]}


def line_of(error: BaseException, path: str) -> int:
    """The line of the learner's file that an error comes from; 0 if it comes from none."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == path]
    return lines[-1] if lines else 0


def file_of(error: BaseException, folder: str) -> str:
    """The last file in the error's traceback that is in the folder; "" if there is none."""
    names = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [name for name in names if os.path.dirname(name) == folder]
    return own[-1] if own else ""


def error_of(error: BaseException, path: str) -> Dict[str, Any]:
    """An error as plain values."""
    try:
        message = str(error)[:200]
    except Exception:
        message = "?"
    return {"error": type(error).__name__, "message": message, "line": line_of(error, path)}


def problem(error: BaseException, path: str) -> Dict[str, Any]:
    """What is wrong with a file that could not be run."""
    found = {"problem": "raised", **error_of(error, path)}
    if os.path.isdir(path):                             # the whole workbook was run: name the file, too
        inner = file_of(error, path)
        found.update(file=os.path.basename(inner), line=line_of(error, inner))
    if isinstance(error, SyntaxError):
        found.update(problem="syntax", line=error.lineno or 0, message=str(error.msg)[:200])
        if os.path.isdir(path):
            found["file"] = os.path.basename(error.filename or "")
    if isinstance(error, SystemExit):
        found["problem"] = "exit"
    return found
