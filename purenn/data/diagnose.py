"""What a training run has come to: learned, or stuck, and on what.

Two plateaus are typical of XOR. On the first the network answers the same to everything, which
for a squared error is best done with the mean of the targets: 10/21 on the 21 points, mean loss
0.249433. On the second one point is still wrong, the one in the middle: mean loss about 0.0434.
"""
from typing import Any, List, Tuple

from ..activations import Identity
from ..engines.loops import batch_cost
from ..layers import Linear
from ..losses import Loss
from ..network import Network
from ..training import Dataset, is_right


def has_bend(network: Network) -> bool:
    """True where something other than Identity stands before the last Linear layer.

    Without a bend the layers collapse into one straight map (a product of matrices), and what
    follows the last Linear layer cannot undo that.
    """
    last = max([i for i in range(len(network.layers)) if isinstance(network.layers[i], Linear)] or [0])
    for layer in network.layers[:last]:
        if not isinstance(layer, (Linear, Identity)):
            return True
    return False


def diagnose(run: Any, outputs: List[List[float]]) -> List[str]:
    """Sentences on why a run has not learned, and what to try; an empty list where it has.

    ``outputs`` are the trained network's for the data that it learned from. It looks at networks with one output that
    have no validation data: at the points.
    """
    network, loss, data, target_loss = run.network, run.loss, run.problem.train, run.settings.target_loss
    if run.problem.validation is not None or len(data.targets[0]) != 1:
        return []
    losses = [epoch.loss for epoch in run.curve]
    wrong = [i for i in range(len(outputs)) if not is_right(outputs[i], data.targets[i])]
    final = batch_cost(loss, outputs, data.targets)
    if not wrong and (target_loss is None or final < target_loss):
        return []
    values = [output[0] for output in outputs]
    falling = bool(losses) and losses[-1] < 0.99 * losses[max(0, min(len(losses) * 9 // 10, len(losses) - 2))]
    longer = "It was still falling in the last tenth of the epochs: try more epochs."
    if not wrong:
        found = [f"All points are on the right side, but the loss, {final:.6g}, has not come below {target_loss:g}."]
        return found + [longer if falling else "It has almost stopped falling: try a larger lr, or more epochs."]
    if not run.problem.separable and not has_bend(network):
        return ["There is no activation between the layers, so the network is one straight line, and no straight line "
                "separates these classes." + _constant(loss, data),
                "Try hidden layers with the activation sigmoid, tanh or relu."]
    best = _best_constant(loss, data)[1]
    if final > 1.5 * best:
        return [f"The loss, {final:.6g}, is far above that of the best constant answer, {best:.6g}: the steps were so "
                "large that the neurons are driven to their ends.", "Try a smaller lr."]
    if max(values) - min(values) < 0.1:
        mean = _mean(values)
        found = [f"It answers about {mean:.3f} whatever the input: the loss is on the plateau of a constant "
                 f"output.{_constant(loss, data)}"]
        return found + [longer if falling else "Try a larger lr or more epochs to leave it; with zero weights "
                        "another init; with relu a smaller lr or another seed, for its neurons may be dead."]
    if len(wrong) == 1:
        x = ", ".join([f"{value:g}" for value in data.inputs[wrong[0]]])
        found = [f"It has all points but one: ({x}) is wrong, a plateau where the other points outvote it."]
    else:
        found = [f"It has {len(wrong)} of {len(outputs)} points wrong, and the loss is {final:.6g}."]
    return found + [longer if falling else "It has stopped falling: try another seed, more hidden neurons, or "
                    "the optimizer adam."]


def _mean(values: List[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def _best_constant(loss: Loss, data: Dataset) -> Tuple[float, float]:
    mean = _mean([y[0] for y in data.targets])
    return mean, batch_cost(loss, [[mean]] * len(data.targets), data.targets)


def _constant(loss: Loss, data: Dataset) -> str:
    mean, best = _best_constant(loss, data)
    return f" The best constant, {mean:.3f}, has loss {best:.6g}."
