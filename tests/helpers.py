"""What several tests need: networks and data from a seed; the command line as a user runs it."""
import contextlib
import importlib
import io
import os
import random
import runpy
import signal
import subprocess
import sys
import warnings

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


# Packages that are not there where Python is started with -S.
INSTALLED = ("matplotlib", "numpy", "PIL")
MOST_SECONDS = 300


def cli(*arguments, cwd=None, env=None, encoding="utf-8", installed=False):
    """Run cli.py in this process, as ``cli_process`` does in one of its own: returns exit code, stdout and stderr.

    Where Python would end with a traceback, the exception is raised here. ``encoding`` is that of the output, utf-8
    or ascii; ``installed`` is whether matplotlib may be imported, if it is there. Line ends are left as they are.
    """
    arguments = [str(argument) for argument in arguments]
    streams = [io.TextIOWrapper(io.BytesIO(), encoding, errors, newline="\n")
               for errors in ("strict", "backslashreplace")]
    with _alone(arguments, streams, cwd or ROOT, _environment(env), () if installed else INSTALLED):
        try:
            runpy.run_path(os.path.join(ROOT, "cli.py"), run_name="__main__")
            code = 0
        except SystemExit as end:
            code = end.code or 0
        for stream in streams:
            stream.flush()
    assert isinstance(code, int), code
    said = [stream.buffer.getvalue().decode("utf-8") for stream in streams]
    return subprocess.CompletedProcess(arguments, code, *said)


class _Missing:
    """A finder of modules to which some are not installed."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        """None where others are to look for the module."""
        if name in self.names:
            raise ModuleNotFoundError("No module named %r" % name, name=name)


@contextlib.contextmanager
def _alone(arguments, streams, cwd, environment, hidden):
    """What a process has to itself, and then everything as it was before."""
    names = ("argv", "stdin", "stdout", "stderr", "__stdout__", "__stderr__")
    before = {name: getattr(sys, name) for name in names}, os.getcwd(), dict(os.environ)
    modules = {name: module for name, module in sys.modules.items() if name.split(".")[0] in hidden}
    finder = _Missing(hidden)
    with open(os.devnull, encoding="utf-8") as stdin, warnings.catch_warnings(), _signals():
        # Python's own filters, and its way to tell of a warning: pytest has others.
        warnings.resetwarnings()
        for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", kind)
        warnings.showwarning = _show_warning
        now = ([os.path.join(ROOT, "cli.py"), *arguments], stdin, *streams, *streams)
        try:
            for name, value in zip(names, now):
                setattr(sys, name, value)
            os.chdir(cwd)
            _set_environment(environment)
            for name in modules:
                del sys.modules[name]
            sys.meta_path.insert(0, finder)
            yield
        finally:
            sys.meta_path[:] = [other for other in sys.meta_path if other is not finder]
            sys.modules.update(modules)
            for name, value in before[0].items():
                setattr(sys, name, value)
            os.chdir(before[1])
            _set_environment(before[2])


def _show_warning(message, category, filename, lineno, file=None, line=None):
    (file or sys.stderr).write(warnings.formatwarning(message, category, filename, lineno, line))


@contextlib.contextmanager
def _signals():
    """Ctrl-C's handler afterwards as before; and what hangs fails."""
    def fail(*_):
        pytest.fail("it has not ended in %g s" % MOST_SECONDS)
    has_alarm = hasattr(signal, "setitimer")
    before = {number: signal.getsignal(number) for number in [signal.SIGINT] + [signal.SIGALRM] * has_alarm}
    if has_alarm:
        signal.signal(signal.SIGALRM, fail)
        signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS)
    try:
        yield
    finally:
        if has_alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _set_environment(environment):
    os.environ.clear()
    os.environ.update(environment)


def _environment(more):
    """This process's environment without what is for Python, and ``more``."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}, **(more or {})}


def cli_process(*arguments, python=sys.executable, flags=("-S", "-E"), cwd=None, env=None):
    """Run cli.py as a user does, without site-packages; returns the finished process, its output as text.

    For other Pythons, their flags and PYTHON... variables, and what happens at the start and the end of a process;
    for the rest there is ``cli``, which takes less time.
    """
    return subprocess.run([python, *flags, os.path.join(ROOT, "cli.py"), *[str(argument) for argument in arguments]],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, encoding="utf-8",
                          cwd=cwd or ROOT, env=_environment(env), timeout=MOST_SECONDS)


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
