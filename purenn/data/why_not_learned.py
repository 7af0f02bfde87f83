"""Whether a training run has learned and, if not, why.

Two plateaus are typical of XOR. On the first, the network gives the same output for every input. With a squared error
the best such output is the mean of the targets: 10/21 on the 21 points, mean loss 0.249433. On the second, only the
point in the middle is still wrong: mean loss about 0.0434.
"""
import math
from typing import Any, List, Sequence, Tuple

from ..activations import Identity
from ..engines.loops import batch_cost
from ..layers import Linear
from ..losses import BCELoss, BCEWithLogitsLoss, Loss
from ..network import Network
from ..training import Dataset, are_classes, is_right
from .scores import mean_squared_error


def has_bend(network: Network) -> bool:
    """True if a layer other than Linear and Identity comes before the last Linear layer.

    Without such a layer, the layers up to the last Linear layer are together one Linear layer, so the border between
    two classes is a straight line. A sigmoid after it does not bend that line.
    """
    last = max([i for i in range(len(network.layers)) if isinstance(network.layers[i], Linear)] or [0])
    for layer in network.layers[:last]:
        if not isinstance(layer, (Linear, Identity)):
            return True
    return False


def why_not_learned(run: Any, train: Any, test: Any) -> List[str]:
    """Sentences on why a run has not learned, and what to try; an empty list if it has.

    ``train`` and ``test`` are its Scores on those parts. A run on points has learned if all are right and the loss is
    below the target loss; on images, if it is better than a guess; on a table, if it is better than one constant
    answer, chosen from the training rows.
    """
    problem = run.problem
    if run.stopped == "diverged":
        return ["The loss is infinite or nan: the training diverged. Try a smaller lr."]
    if problem.kind == "points":
        return diagnose(run, train.outputs)
    if test is None:
        return []
    if problem.kind == "images":
        guess = math.log(len(test.outputs[0]))
        return [] if test.loss < guess else [
            f"The test loss is no better than {guess:.4f}, that of a network that gives all classes the same "
            "probability; try a smaller lr, more images or more epochs."]
    if problem.is_regression:
        better = _beats_the_mean(problem, test)
        constant = "the mean of the training rows"
    else:
        name, right, count = majority(problem.classes, train.measures["confusion"], test.measures["confusion"])
        matrix = test.measures["confusion"]
        better = sum(matrix[i][i] for i in range(len(matrix))) > right or right == count
        constant = f"{name} for every row"
    return [] if better else [f"On the test rows the network is no better than answering {constant}; try more "
                              "epochs, another lr, more hidden neurons, or more rows."]


def majority(classes: Sequence[str], train: List[List[int]], test: List[List[int]]) -> Tuple[str, int, int]:
    """The most frequent class of the training rows, how many test rows are of it, and how many test rows there are.

    ``train`` and ``test`` are the confusion matrices of those parts.

    >>> majority(["a", "b"], [[3, 0], [1, 1]], [[1, 0], [2, 0]])
    ('a', 1, 3)
    """
    counts = [sum(row) for row in train]
    most = counts.index(max(counts))
    tested = [sum(row) for row in test]
    return classes[most], tested[most], sum(tested)


def _beats_the_mean(problem: Any, test: Any) -> bool:
    """Whether the error on the test rows is below that of always answering the mean of the training rows."""
    from .encoding import decode
    learned, tested = [decode(problem.preparation, part.targets) for part in (problem.train, problem.test)]
    mean = math.fsum(learned) / len(learned)
    if max(tested) == min(tested):                          # one number: there is nothing to tell apart
        return True
    return bool(test.measures["mse"] < mean_squared_error(tested, [mean] * len(tested)))


def diagnose(run: Any, outputs: List[List[float]]) -> List[str]:
    """Sentences on why points are not learned, and what to try; an empty list if they are.

    It is also empty with validation data, which say more. ``outputs`` are the trained network's for the training data.
    """
    network, loss, data, target_loss = run.network, run.loss, run.problem.train, run.settings.target_loss
    if run.problem.validation is not None:
        return []
    losses = [epoch.loss for epoch in run.curve]
    classes = are_classes(data.targets)
    wrong = [i for i in range(len(outputs)) if classes and not is_right(outputs[i], data.targets[i], loss.threshold)]
    final = batch_cost(loss, outputs, data.targets)
    if not wrong and (target_loss is None or final < target_loss):
        return []
    falling = bool(losses) and losses[-1] < 0.99 * losses[max(0, min(len(losses) * 9 // 10, len(losses) - 2))]
    longer = "The loss was still falling in the last tenth of the epochs: try more epochs."
    if not wrong:
        found = [f"{'All points are on the right side, but the' if classes else 'The'} loss, {final:.6g}, has not come "
                 f"below {target_loss:g}."]
        return found + [longer if falling else "The loss has almost stopped falling: try a larger lr, or more epochs."]
    if len(data.targets[0]) != 1:
        return [f"{len(wrong)} of {len(outputs)} points are wrong, and the loss is {final:.6g}."]
    values = [loss.answer(output)[0] for output in outputs]
    if not run.problem.separable and not has_bend(network):
        return ["There is no activation between the layers, so the border between the classes is one straight line, "
                "and no straight line separates these classes." + _constant(loss, data),
                "Try hidden layers with the activation sigmoid, tanh or relu."]
    best = _best_constant(loss, data)[1]
    if final > 1.5 * best:
        return [f"The loss, {final:.6g}, is far above that of the best constant answer, {best:.6g}: the steps were so "
                "large that the neurons are saturated.", "Try a smaller lr."]
    if max(values) - min(values) < 0.1:
        mean = _mean(values)
        found = [f"The output is about {mean:.3f} for every input: the loss is on the plateau of a constant "
                 f"output.{_constant(loss, data)}"]
        return found + [longer if falling else "Try a larger lr or more epochs to leave it. If the first weights "
                        "are zero, try another init. With relu, try a smaller lr or another seed, because its neurons "
                        "may be dead."]
    if len(wrong) == 1:
        x = ", ".join([f"{value:g}" for value in data.inputs[wrong[0]]])
        found = [f"All points but one are right: ({x}) is wrong."]
    else:
        found = [f"{len(wrong)} of {len(outputs)} points are wrong, and the loss is {final:.6g}."]
    return found + [longer if falling else "The loss has stopped falling: try another seed, more hidden neurons, or "
                    "the optimizer adam."]


def _mean(values: List[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def _best_constant(loss: Loss, data: Dataset) -> Tuple[float, float]:
    mean = _mean([y[0] for y in data.targets])
    if isinstance(loss, BCEWithLogitsLoss):                 # the same cost, of probabilities
        loss = BCELoss(loss.reduction)
    return mean, batch_cost(loss, [[mean]] * len(data.targets), data.targets)


def _constant(loss: Loss, data: Dataset) -> str:
    mean, best = _best_constant(loss, data)
    return f" The best constant, {mean:.3f}, has loss {best:.6g}."
