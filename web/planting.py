"""The gallery's mistakes on the page: which of them it can draw, and with what settings each shows itself."""
import random
from typing import Any, Dict, List, Optional

from purenn.runs import PurennError
from purenn.runs.defaults import POINT_TASKS
from purenn.study.mistakes import MISTAKES
from purenn.study.planting import network_of, planted

LOSSES = {"MSELoss": "mse", "HalfSquaredErrorLoss": "half-sse"}


def mistakes() -> List[Dict[str, Any]]:
    """Each mistake: its name, summary, right and wrong line, the place of the line, and the form of its experiment.

    The form is None if the page cannot draw the experiment, because the page does not have its task.
    """
    return [{"name": each.name, "summary": each.summary, "right": each.right, "wrong": each.wrong, "where": each.where,
             "form": form(each)} for each in MISTAKES]


def find(name: str) -> Any:
    """The mistake of that name. Raises PurennError if there is none."""
    for each in MISTAKES:
        if each.name == name:
            return each
    raise PurennError("There is no mistake of that name.")


def form(mistake: Any) -> Optional[Dict[str, str]]:
    """The settings with which the mistake shows itself, as the page's controls have them; None if there are none."""
    experiment = mistake.experiment
    if experiment.task not in POINT_TASKS:                  # two outputs, points outside of the unit square, a graph
        return None
    network, parameters = network_of(experiment, 1)
    optimizer = experiment.optimizer(list(parameters))
    momentum = getattr(optimizer, "momentum", 0.0)
    name = type(optimizer).__name__.lower()
    found = {"task": experiment.task, "hidden": " ".join(map(str, experiment.sizes[1:-1])),
             "activation": experiment.hidden, "loss": LOSSES[experiment.loss.__name__],
             "optimizer": "momentum" if momentum else name, "lr": f"{optimizer.lr:g}", "seed": "1", "batch_size": "all",
             "mistake": mistake.name}
    if momentum:
        found["momentum"] = f"{momentum:g}"
    return found


def caught(name: str) -> str:
    """The message of the check that catches the mistake."""
    mistake = find(name)
    random.seed(1)                                          # one of the mistakes draws from Python's own generator
    with planted(mistake):
        return str(mistake.check()[1])
