"""What the tests need to know of the Python that runs them."""
import sys

import pytest

from .helpers import cli


if sys.platform == "emscripten":
    @pytest.fixture(autouse=True)
    def processes(monkeypatch):
        """In Pyodide no process and no thread can be started: a test that tries to is skipped, with the reason."""
        def refuse(*_, **__):
            pytest.skip("needs a process or a thread, and Pyodide has one only")

        monkeypatch.setattr("subprocess.Popen", refuse)
        monkeypatch.setattr("threading.Thread.start", refuse)
        monkeypatch.setattr("pty.openpty", refuse)
        monkeypatch.setattr("multiprocessing.Pipe", refuse)


@pytest.fixture(scope="session")
def xor_by_default():
    """What ``python cli.py xor`` comes to, which several tests look at."""
    return cli("xor")
