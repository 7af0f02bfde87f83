"""One training as a value, and many of them at once.

``Settings`` are the choices, a ``Problem`` the data, a ``Run`` the training, a ``Result`` its outcome:

>>> from purenn.runs import Run, Settings, problems
>>> result = Run(problems.xor(), Settings(lr=0.5, epochs=10)).result()
>>> result.epochs, result.stopped, result.train.accuracy < 1.0
(10, 'epochs', True)

You can write the loop yourself, as with ``train``:

>>> run = Run(problems.xor(), Settings(optimizer="adam", lr=0.1))
>>> for epoch in run.epochs():
...     if epoch.accuracy == 1.0:
...         break

``defaults.resolve`` fills in the settings that were not chosen, as the command line does, ``pool.run_all`` does many
runs on several processes, and ``checkpointing`` writes checkpoints and resumes from them.
"""
from ..linalg import PurennError
from ..training import DivergedError
from .defaults import TASKS, Task, resolve
from .problems import Problem
from .result import Result, Score
from .run import Run
from .settings import Settings

__all__ = ["TASKS", "DivergedError", "Problem", "PurennError", "Result", "Run", "Score", "Settings", "Task", "resolve"]
