"""What several tests need: networks and data from a seed; the command line as a user runs it."""
import importlib
import io
import os
import random
import subprocess
import sys

import pytest

from purenn import Dataset, Linear, Network, Sigmoid
from purenn.linalg import PurennError

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def needed(thing, reason):
    """Go without a test where what it needs is not here; fail where .ci/run has said that all of it must be."""
    if not thing:
        (pytest.fail if os.environ.get("PURENN_ALL") else pytest.skip)(reason)


def close(a, b, relative=1e-10, absolute=1e-14):
    """True where two numbers, or two equally shaped nests of lists, agree."""
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(close(p, q, relative, absolute) for p, q in zip(a, b))
    return abs(a - b) <= max(absolute, relative * max(abs(a), abs(b)))


def small_network(seed=7, hidden=None, output=None, bias=True, sizes=(3, 4, 3)):
    """A little network with an activation layer in the middle and perhaps one at the end."""
    rng = random.Random(seed)
    layers = [Linear(sizes[0], sizes[1], bias=bias, rng=rng), hidden or Sigmoid(),
              Linear(sizes[1], sizes[2], bias=bias, rng=rng)]
    return Network(layers + ([output] if output else []))


def small_data(seed=8, count=4):
    """A few samples of 3 inputs and a one-hot target of 3 classes."""
    rng = random.Random(seed)
    inputs = [[rng.uniform(-1.0, 1.0) for _ in range(3)] for _ in range(count)]
    return Dataset(inputs, [[1.0 if j == i % 3 else 0.0 for j in range(3)] for i in range(count)])


def cli(*arguments, python=sys.executable, flags=("-S", "-E"), cwd=None, env=None):
    """Run cli.py as a user does, without site-packages; returns the finished process, its output as text."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(env or {})
    if sys.platform == "emscripten" and (python, flags) == (sys.executable, ("-S", "-E")):
        return _cli_here([str(argument) for argument in arguments], cwd or ROOT, environment)
    return subprocess.run([python, *flags, os.path.join(ROOT, "cli.py"), *[str(argument) for argument in arguments]],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, encoding="utf-8",
                          cwd=cwd or ROOT, env=environment, timeout=300)


def _cli_here(arguments, cwd, environment):
    """The same in this process, for Pyodide, which has no others."""
    from purenn.cli import main
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr, os.getcwd(), dict(os.environ)
    sys.argv, sys.stdin = [os.path.join(ROOT, "cli.py"), *arguments], open(os.devnull, encoding="utf-8")
    sys.stdout, sys.stderr = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2)]
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    try:
        try:
            code = main()
        except SystemExit as end:
            code = end.code or 0
        said = [stream.seek(0) or stream.read() for stream in (sys.stdout, sys.stderr)]
    finally:
        sys.stdin.close()
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before[:4]
        os.chdir(before[4])
        os.environ.clear()
        os.environ.update(before[5])
    return subprocess.CompletedProcess(arguments, code, *said)


def on_a_terminal(*arguments, **environment):
    """What a command writes where its output is a terminal."""
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    process = subprocess.Popen([sys.executable, "cli.py", *arguments], cwd=ROOT, stdout=follower, stderr=follower,
                               env={**os.environ, "TERM": "xterm", **environment})
    os.close(follower)
    chunks = []
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:                     # the other end is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(leader)
    assert process.wait(timeout=60) == 0
    return b"".join(chunks).decode("utf-8")


def found(function):
    """What a dotted name below purenn means."""
    path = function.split(".")
    for cut in range(len(path), 0, -1):
        try:
            thing = importlib.import_module(".".join(["purenn", *path[:cut]]))
            break
        except ImportError:
            continue
    for name in path[cut:]:
        thing = thing.__dict__[name] if isinstance(thing, type) else getattr(thing, name)
    return thing


def assert_refused(arguments, named):
    """The command line refuses these arguments: exit code 2, nothing on stdout, one line on stderr that names it."""
    done = cli(*arguments.split())
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("purenn: ") and done.stderr.count("\n") == 1
    assert named in done.stderr


def assert_unreadable(read, path, content, match):
    """A file of these bytes is refused in one line that begins with its name."""
    path.write_bytes(content)
    with pytest.raises(PurennError, match=match) as caught:
        read(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
