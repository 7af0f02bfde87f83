"""What a mistake of the gallery is, and how it is planted in the core for as long as a ``with`` block lasts."""
from collections import namedtuple

# name: on the command line. summary: what is wrong, in a sentence. where: the core's function. right and wrong: its
# line, and the mistake in its place. patches: (object, attribute, replacement), or a function that makes the
# replacement from the original. check: what catches it. experiment: what a learner would be training.
Mistake = namedtuple("Mistake", ("name", "summary", "where", "right", "wrong", "patches", "check", "experiment"))

# A run that shows the mistake: sizes, hidden and output activation, loss and optimizer (functions that make them),
# data, epochs, the batch size, and the class of the engine, None for the loops.
Experiment = namedtuple("Experiment", ("task", "sizes", "hidden", "output", "loss", "optimizer", "data", "epochs",
                                       "batch_size", "engine"), defaults=(None,))


# The outcome of an experiment: the losses of its epochs, the loss and the accuracy at the end over so many samples, or
# the error that ended it.
Trained = namedtuple("Trained", ("losses", "loss", "accuracy", "count", "error"))


class planted:
    """Inside ``with planted(mistake):`` the core makes the mistake; afterwards it is as before, even after an error."""

    def __init__(self, mistake):
        self.mistake = mistake
        self.saved = []

    def __enter__(self):
        for target, name, make in self.mistake.patches:
            original = target[name] if isinstance(target, dict) else target.__dict__[name]
            self.saved.append((target, name, original))
            _put(target, name, make(getattr(original, "__func__", original)))
        return self.mistake

    def __exit__(self, *_):
        while self.saved:
            _put(*self.saved.pop())


def _put(target, name, value):
    if isinstance(target, dict):
        target[name] = value
    else:
        setattr(target, name, value)
