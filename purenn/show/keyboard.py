"""Read single keys without echo, and draw on the whole screen of a terminal, which is restored at the end.

POSIX terminals are set with ``termios``. On Windows, keys are read with ``msvcrt``. The screen is drawn with ANSI codes
on both.
"""
import os
import shutil
import sys
import time
from typing import Any

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"     # the alternate screen, and no cursor
HOME, END_OF_LINE, REST = "\x1b[H", "\x1b[K", "\x1b[J"

SEQUENCES = {"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left", "\x1bOA": "up", "\x1bOB": "down",
             "\x1bOC": "right", "\x1bOD": "left", "\x1b[H": "home", "\x1b[F": "end", "\x1bOH": "home",
             "\x1bOF": "end", "\x1b[1~": "home", "\x1b[4~": "end", "\x1b[7~": "home", "\x1b[8~": "end",
             "\x1b": "escape", "\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace", "\t": "tab",
             "\x03": "interrupt", "\x04": "quit"}
WINDOWS = {"H": "up", "P": "down", "M": "right", "K": "left", "G": "home", "O": "end"}
RESIZED = "resized"
PATIENCE = 0.05                                             # seconds to wait for the rest of a key's code


def split_keys(text: str) -> list:
    """The names of the keys in a text from a terminal; the name of a character is the character.

    >>> split_keys("n\\x1b[C/w\\r")
    ['n', 'right', '/', 'w', 'enter']
    """
    keys = []
    while text:
        length = next((size for size in (4, 3) if text[:size] in SEQUENCES), 1)
        if length == 1 and text.startswith(("\x1b[", "\x1bO")):         # a key that has no name here
            length = 2
            while length < len(text) and not text[length].isalpha() and text[length] != "~":
                length += 1
            length += 1
        elif text[:length] in SEQUENCES or text[0].isprintable():
            keys.append(SEQUENCES.get(text[:length], text[:length]))
        text = text[length:]
    return keys


class FullScreen:
    """The whole screen of a terminal, as a context manager: ``draw`` writes a screen, ``keys`` yields the keys pressed.

    At the end of the context the terminal is as before, even after an exception.
    """

    def __init__(self, stream):
        self.stream = stream
        self._before: Any = None
        self._handler: Any = None
        self._pipe: tuple = ()
        self._file = 0

    def __enter__(self):
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self):
        if os.name == "nt":
            os.system("")                                   # which makes Windows' terminal understand ANSI codes
        else:
            import termios
            import tty
            self._file = sys.stdin.fileno()
            self._before = termios.tcgetattr(self._file)
            tty.setcbreak(self._file)
            quiet = termios.tcgetattr(self._file)
            quiet[6][termios.VSUSP] = b"\0"                 # Ctrl-Z would stop without restoring the terminal
            termios.tcsetattr(self._file, termios.TCSANOW, quiet)
            self._watch_size()
        self._write(ENTER)

    def _watch_size(self):
        import signal
        pipe = os.pipe()
        self._handler = signal.signal(signal.SIGWINCH, lambda *_: os.write(pipe[1], b"r"))
        self._pipe = pipe

    def __exit__(self, *_):
        try:
            self._write(LEAVE)
        finally:
            if self._before is not None:
                import termios
                termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
            if self._pipe:
                import signal
                signal.signal(signal.SIGWINCH, self._handler)
                for end in self._pipe:
                    os.close(end)

    def _write(self, text):
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        self.stream.write(text.encode(encoding, "replace").decode(encoding))
        self.stream.flush()

    def size(self) -> tuple:
        """How many columns and rows the terminal has, counted as at least 20 and 8."""
        found = shutil.get_terminal_size()
        return max(20, found.columns or 80), max(8, found.lines or 24)

    def draw(self, lines: list) -> None:
        """Write the lines over the whole screen."""
        self._write(HOME + (END_OF_LINE + "\r\n").join(lines) + END_OF_LINE + REST)

    def keys(self):
        """Yield the names of keys, and RESIZED when the size of the terminal has changed; stop when the input ends."""
        yield from (self._windows_keys() if os.name == "nt" else self._posix_keys())

    def _posix_keys(self):
        import select
        while True:
            ready, _, _ = select.select([self._file, self._pipe[0]], [], [])
            if self._pipe[0] in ready:
                os.read(self._pipe[0], 1024)
                yield RESIZED
            if self._file not in ready:
                continue
            typed = os.read(self._file, 1024)
            while typed.endswith((b"\x1b", b"\x1b[", b"\x1bO")) and select.select([self._file], [], [], PATIENCE)[0]:
                typed += os.read(self._file, 1024)
            if not typed:
                return
            yield from split_keys(typed.decode("utf-8", "ignore"))

    def _windows_keys(self):
        import msvcrt
        size = self.size()
        while True:
            while not msvcrt.kbhit():                       # type: ignore[attr-defined]
                if self.size() != size:
                    size = self.size()
                    yield RESIZED
                time.sleep(PATIENCE)
            key = msvcrt.getwch()                           # type: ignore[attr-defined]
            if key in "\0\xe0":
                key = WINDOWS.get(msvcrt.getwch(), "")      # type: ignore[attr-defined]
                yield from [key] if key else []
            else:
                yield from split_keys(key)
