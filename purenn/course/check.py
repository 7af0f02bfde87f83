"""Checks a learner's file. The file is run in a process of its own, with limits; its answer is compared here.

The process writes JSON, and only numbers and texts are read from it. When its time is up, the process is ended,
together with the processes of its group.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Any, Dict, List, NamedTuple, Union

from ..data.tasks import xor
from ..files.disk import opened
from ..files.strict_json import parsed
from ..linalg import PurennError
from ..losses import MSELoss
from ..network import Network
from ..optimizers import SGD
from ..training import train
from . import workbook
from .exercise import Exercise
from .judge import Verdict, judged, judged_answer

SECONDS = 5.0
GRACE = 4.0                     # seconds added: for the process to start, and to end by itself when its time is up
MOST_BYTES = 200_000            # the most bytes of a learner's file
MOST_ANSWER = 4_000_000         # the most bytes that its process may write
START = "import sys; sys.path.insert(0, sys.argv[1]); from purenn.course.child import main; main()"


def check(exercise: Exercise, folder: str, seed: int, seconds: float = SECONDS) -> Verdict:
    """The Verdict on one exercise in a workbook."""
    return check_text(exercise, folder, seed, read(exercise, folder), seconds)


def read(exercise: Exercise, folder: str) -> Union[str, Verdict]:
    """The text of a learner's file, or the Verdict if it cannot be read."""
    path = os.path.join(folder, exercise.file + ".py")
    try:
        with opened(path) as handle:
            data = handle.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise PurennError(f"{path} is longer than {MOST_BYTES} bytes")
        return str(data.decode("utf-8-sig")).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return Verdict(exercise.number, "error", sentences=(
            f"{exercise.file}.py is not UTF-8 text: the byte at position {error.start} is wrong",))
    except PurennError as error:
        return Verdict(exercise.number, "error", sentences=(str(error),))


def check_text(exercise: Exercise, folder: str, seed: int, text: Union[str, Verdict],
               seconds: float = SECONDS) -> Verdict:
    """The Verdict on what ``read`` gave."""
    if isinstance(text, Verdict):
        return text
    if text == workbook.handed_out(exercise, seed):
        return Verdict(exercise.number, "blank", sentences=("The file is as it was handed out.",))
    path = os.path.join(folder, exercise.file + ".py")
    request = {"number": exercise.number, "path": path, "folder": os.path.abspath(folder), "text": text}
    return verdict(exercise, seed, run(request, seconds))


def run(request: Dict[str, Any], seconds: float) -> Dict[str, Any]:
    """Run a request in a process of its own; return its outcome, a dict, whatever happens there."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    request = {**request, "seconds": seconds}
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    empty = tempfile.mkdtemp()
    try:
        with tempfile.TemporaryFile() as answer:
            process = subprocess.Popen([sys.executable, "-I", "-S", "-B", "-c", START, root], stdin=subprocess.PIPE,
                                       stdout=answer, stderr=subprocess.DEVNULL, cwd=empty, env=keep,
                                       start_new_session=True)
            try:
                process.communicate(json.dumps(request).encode("utf-8"), timeout=seconds + GRACE)
            except subprocess.TimeoutExpired:
                return {"problem": "late", "line": 0}
            finally:
                _end(process)
            answer.seek(0)
            data = answer.read(MOST_ANSWER + 1)
    except OSError as error:                                # a process could not be started, or a file not made
        return {"problem": "raised", "error": "the file could not be run", "message": str(error)}
    finally:
        shutil.rmtree(empty, ignore_errors=True)            # a folder that cannot be removed must not end the grading
    if process.returncode == -getattr(signal, "SIGXCPU", 0) < 0:         # it used up its processor time
        return {"problem": "late", "line": 0}
    try:
        found = parsed(data) if data and len(data) <= MOST_ANSWER else None
    except PurennError:
        found = None
    return found if isinstance(found, dict) else {"problem": "ended", "code": process.returncode}


def _end(process) -> None:
    """End the process and its group."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def verdict(exercise: Exercise, seed: int, outcome: Dict[str, Any]) -> Verdict:
    """The Verdict on what a process has written."""
    printed = outcome.get("printed")
    printed = printed if isinstance(printed, str) else ""
    if "problem" in outcome:
        return Verdict(exercise.number, "error", sentences=(problem(outcome),), printed=printed)
    if exercise.kind in ("predict", "order", "find"):
        return judged_answer(exercise, seed, outcome.get("answer"))._replace(printed=printed)
    found, blank = outcome.get("results"), outcome.get("blank")
    if not isinstance(found, list) or not _are_results(found, len(exercise.samples)) or not isinstance(blank, list):
        return Verdict(exercise.number, "error", sentences=("The process that ran the file did not give results.",))
    return judged(exercise, found, blank)._replace(printed=printed)


def _are_results(found, count):
    """True if these are ``count`` results. Each is a list of pairs (string, value), or a dict with such a list."""
    lists = [result.get("parts") if isinstance(result, dict) else result for result in found]
    return len(found) == count and all(
        isinstance(result, list) and all(
            isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in result)
        for result in lists)


def problem(outcome: Dict[str, Any]) -> str:
    """Why a file could not be checked, in a sentence."""
    file, line = outcome.get("file"), outcome.get("line")
    where = f"{file}, " if file else ""
    where += f"line {line}: " if line else ""
    message = f"{outcome.get('error')}: {outcome.get('message')}"
    return where + {
        "late": "the code had not ended when the time was up; look for an endless loop",
        "purenn": "purenn is imported here; write the code yourself, without it",
        "missing": f"{outcome.get('name')} is no longer in the file; put it back, under this name",
        "syntax": f"this is not valid Python: {outcome.get('message')}",
        "exit": "the program is ended here (sys.exit or exit); take that out",
        "ended": f"the process of the file ended before the check was done, with exit code {outcome.get('code')}",
    }.get(str(outcome.get("problem")), message)


class Trained(NamedTuple):
    """The training on xor with a workbook: its losses, the losses of purenn, and why it failed ("" if it did not)."""

    losses: List[float]
    expected: List[float]
    sentence: str


def train_xor(folder: str, seed: int, epochs: int, seconds: float = 120.0) -> Trained:
    """Train 2-4-4-1 on xor with a workbook, and with purenn, for ``epochs`` epochs or until the loss is below 0.005."""
    path = os.path.abspath(folder)
    outcome = run({"number": "", "path": path, "folder": path, "seed": seed, "epochs": epochs}, seconds)
    if "losses" not in outcome or not isinstance(outcome["losses"], list):
        return Trained([], [], problem(outcome))
    rng = random.Random(seed)
    network = Network.mlp([2, 4, 4, 1], rng=rng)
    optimizer = SGD(network.parameters(), lr=1.0, momentum=0.9)
    expected = []
    for epoch in train(network, xor(), MSELoss(), optimizer, epochs):
        expected.append(epoch.loss)
        if epoch.loss < 0.005:
            break
    return Trained([loss for loss in outcome["losses"] if type(loss) is float], expected, "")
