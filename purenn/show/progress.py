"""One line on the terminal that says how much is done, and how long the rest will take."""
import shutil
import time
from contextlib import contextmanager

from ..files.text import escaped
from .terminal import DIM, Terminal, duration, rounded


class Progress:
    """One line that is overwritten while something runs; nothing if the stream is not a terminal."""

    def __init__(self, terminal: Terminal, total: int, interval: float = 0.1):
        self.terminal = terminal
        self.total = total
        self.interval = interval
        self.start = self.last = time.monotonic()
        self.shown = False

    def update(self, done: int, what: str, *values) -> None:
        """Show ``what % values`` and the time left, at most every ``interval`` seconds."""
        if not self.terminal.is_terminal:
            return
        now = time.monotonic()
        if now - self.last < self.interval or not done:
            return
        self.last = now
        left = (now - self.start) / done * (self.total - done)
        text = f"{escaped(what % values)}, at most {duration(left)} left"
        columns = shutil.get_terminal_size().columns or 80          # 0 if a terminal does not know its size
        text = text[:columns - 1]                                   # a line that wraps cannot be overwritten
        self.terminal.stream.write("\r\x1b[K" + self.terminal.paint(text, DIM))
        self.terminal.stream.flush()
        self.shown = True

    def rate(self, done: int) -> float:
        """How many are done in a second, on average since the start."""
        return done / max(1e-9, time.monotonic() - self.start)

    def clear(self) -> None:
        """Remove the line, before something else is written."""
        if self.shown:
            self.terminal.stream.write("\r\x1b[K")
            self.shown = False


@contextmanager
def telling(terminal: "Terminal | None", what: str, unit: str = ""):
    """Give a function ``tell(done, total)`` that shows progress, as in ``run 3 of 20``.

    If ``unit`` is " MB", bytes are shown as MB. Without a terminal ``tell`` is None. The line is removed at the end
    of the block.
    """
    size = 10 ** 6 if unit == " MB" else 1
    progress = Progress(terminal, 1) if terminal else None

    def tell(done, total):
        if progress and total is None:                  # time is measured from when the total is known
            progress.start = time.monotonic()
        elif progress:
            progress.total = total
            progress.update(done, "%s %d of %d%s", what, done // size, total // size, unit)
    try:
        yield tell if progress else None
    finally:
        if progress:
            progress.clear()


def of_run(terminal: Terminal, run) -> Progress:
    """The progress of a Run: by epochs or, with validation data, by the samples that are learned from."""
    epochs, samples, begin = run.settings.epochs, len(run.problem.train.inputs), len(run.curve)
    if not run.problem.validation:
        return Progress(terminal, epochs - begin)
    progress = Progress(terminal, (epochs - begin) * samples)

    def tell(learned):
        done = begin * samples + learned - 1
        progress.update(learned, "epoch %d of %d, %d of %d samples, %s a second", done // samples + 1, epochs,
                        done % samples + 1, samples, rounded(progress.rate(learned)))
    run.engine.tell = tell
    return progress
