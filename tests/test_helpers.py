"""``cli`` does in this process what ``cli_process`` does in one of its own, and leaves nothing behind."""
import os
import signal
import sys
import warnings

import pytest

from . import helpers
from .helpers import cli, cli_process

PROGRAM = """
import importlib, os, signal, sys, warnings
print(__name__, sys.argv, os.getcwd(), os.environ["MORE"], "PYTHONPATH" in os.environ, repr(sys.stdin.read()))
sys.stdout.flush()
sys.stdout.buffer.write(b"bytes\\n\\xc3\\xa9\\n")
for name in ("matplotlib", "numpy", "PIL"):
    try:
        importlib.import_module(name + ".figure")
    except ModuleNotFoundError as error:
        print(error.name)
warnings.warn("a warning")
warnings.warn("of no one's concern", DeprecationWarning, 2)
warnings.simplefilter("error")
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.environ["LEFT"] = "1"
os.chdir(os.sep)
sys.argv.append("more")
sys.stdin = None
sys.exit(3)
"""


def everything():
    """What a run could leave otherwise than it was."""
    return (sys.argv, sys.stdin, sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__, os.getcwd(), dict(os.environ),
            signal.getsignal(signal.SIGINT), list(warnings.filters), warnings.showwarning, sys.modules["__main__"],
            list(sys.meta_path),
            {name: module for name, module in sys.modules.items() if name.startswith(helpers.INSTALLED)})


def test_a_run_in_this_process_is_one_in_its_own_and_leaves_everything_as_it_was(monkeypatch, tmp_path):
    (tmp_path / "cli.py").write_text(PROGRAM)
    monkeypatch.setattr(helpers, "ROOT", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    before = everything()
    folder = os.path.dirname(str(tmp_path))
    here, there = [run("a", 1, env={"MORE": "more"}, cwd=folder) for run in (cli, cli_process)]
    assert everything() == before
    assert (here.returncode, here.stdout, here.stderr) == (3, there.stdout, there.stderr) and there.returncode == 3
    assert "UserWarning: a warning" in here.stderr and here.stdout.endswith("bytes\né\nmatplotlib\nnumpy\nPIL\n")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer")
def test_a_run_that_does_not_end_fails_and_an_exception_comes_through(monkeypatch, tmp_path):
    monkeypatch.setattr(helpers, "ROOT", str(tmp_path))
    monkeypatch.setattr(helpers, "MOST_SECONDS", 0.2)
    before = everything()
    (tmp_path / "cli.py").write_text("while True:\n    pass\n")
    with pytest.raises(pytest.fail.Exception, match="it has not ended in 0.2 s"):
        cli()
    (tmp_path / "cli.py").write_text("raise KeyError\n")
    with pytest.raises(KeyError):
        cli()
    assert everything() == before


def test_matplotlib_is_there_where_it_is_asked_for(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(helpers, "ROOT", str(tmp_path))
    (tmp_path / "cli.py").write_text("import matplotlib.figure\n")
    assert cli(installed=True).returncode == 0
    with pytest.raises(ModuleNotFoundError):
        cli()
