"""Which epochs of a training have a line on the terminal."""
from .progress import of_run
from .report import epoch_line
from .terminal import Terminal


class EpochLines:
    """A line for the first epoch to come, for each whose number is a multiple of ``every``, and for the last.

    In between, the progress is shown. ``shown`` is the last epoch that has a line.
    """

    def __init__(self, terminal: Terminal, run, every: int):
        self.terminal, self.run, self.every = terminal, run, every
        self.begin = self.shown = len(run.curve)
        self.progress = of_run(terminal, run)

    def add(self, epoch) -> None:
        """Show the progress after an epoch, and its line, if it has one."""
        if not self.run.problem.validation:
            self.progress.update(epoch.number - self.begin, "epoch %d of %d, loss %.4g", epoch.number,
                                 self.run.settings.epochs, epoch.loss)
        if epoch.number % self.every == 0 or epoch.number == self.begin + 1:
            self._write(epoch)

    def end(self) -> None:
        """Show the last epoch, if it has no line yet."""
        if len(self.run.curve) > self.shown:
            self._write(self.run.curve[-1])

    def _write(self, epoch):
        self.progress.clear()
        self.terminal.line(epoch_line(self.run, epoch))
        self.shown = epoch.number
