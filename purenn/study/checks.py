"""The checks that find the classic mistakes.

They compare the core with numbers computed in other ways, and its gradients with the measured slope of the cost. Each
check returns (passed, what was found). It runs the core as it is at that moment, so it finds a mistake that has been
put in (``mistakes.py``).
"""
import math
import random

from .. import optimizers
from ..activations import Sigmoid
from ..losses import CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..network import Network
from ..training import Dataset, train
from . import graph, mazur
from .gradcheck import suite, verdict, worst

# Three steps on two unequal parameters, 1.0 and -2.0, with the gradients (0.5, -4.0), (1.0, 2.0) and
# (-1.0, 1.0), worked out by hand from the definitions. Two steps would not be enough: after two, the
# numbers are still right if momentum multiplies the previous gradient instead of the previous v.
STEPS = ([0.5, -4.0], [1.0, 2.0], [-1.0, 1.0])
HAND_COMPUTED: dict = {
    "SGD": (lambda p: optimizers.SGD(p, lr=0.1),
            [1.0 - 0.1 * (0.5 + 1.0 - 1.0), -2.0 - 0.1 * (-4.0 + 2.0 + 1.0)]),
    # v: 0.5, then 0.9·0.5 + 1 = 1.45, then 0.9·1.45 − 1 = 0.305
    # v: −4, then 0.9·(−4) + 2 = −1.6, then 0.9·(−1.6) + 1 = −0.44
    "momentum": (lambda p: optimizers.SGD(p, lr=0.1, momentum=0.9),
                 [1.0 - 0.1 * (0.5 + 1.45 + 0.305), -2.0 - 0.1 * (-4.0 - 1.6 - 0.44)]),
    # s: 0.25, 1.25, 2.25;  16, 20, 21. The first step of Adagrad is lr·sign(g).
    "Adagrad": (lambda p: optimizers.Adagrad(p, lr=0.1),
                [1.0 - 0.1 * (1.0 + 1.0 / math.sqrt(1.25) - 1.0 / 1.5),
                 -2.0 - 0.1 * (-1.0 + 2.0 / math.sqrt(20.0) + 1.0 / math.sqrt(21.0))]),
    # s with α = 0.9: 0.025, 0.1225, 0.21025;  1.6, 1.84, 1.756
    "RMSprop": (lambda p: optimizers.RMSprop(p, lr=0.1, alpha=0.9),
                [1.0 - 0.1 * (0.5 / math.sqrt(0.025) + 1.0 / math.sqrt(0.1225) - 1.0 / math.sqrt(0.21025)),
                 -2.0 - 0.1 * (-4.0 / math.sqrt(1.6) + 2.0 / math.sqrt(1.84) + 1.0 / math.sqrt(1.756))]),
    # m: 0.05, 0.145, 0.0305;  v: 0.00025, 0.00124975, 0.00224850025
    # m: −0.4, −0.16, −0.044;  v: 0.016, 0.019984, 0.020964016
    # In both, m is divided by 0.1, 0.19, 0.271, and v by 0.001, 0.001999, 0.002997001.
    "Adam": (lambda p: optimizers.Adam(p, lr=0.1),
             [1.0 - 0.1 * (1.0 + (0.145 / 0.19) / math.sqrt(0.00124975 / 0.001999)
                           + (0.0305 / 0.271) / math.sqrt(0.00224850025 / 0.002997001)),
              -2.0 - 0.1 * (-1.0 - (0.16 / 0.19) / math.sqrt(0.019984 / 0.001999)
                            - (0.044 / 0.271) / math.sqrt(0.020964016 / 0.002997001))]),
}
POINTS = Dataset([[0.0, 0.0], [0.2, 0.9], [1.0, 0.3], [0.8, 0.8]], [[0.0], [1.0], [1.0], [0.0]])


def gradients(activation=None, loss=None) -> tuple:
    """gradcheck: every gradient is the measured slope of the cost; for one activation or loss, or all."""
    rows = list(suite([activation] if activation else None, [loss] if loss else None))
    entry = worst([row.worst for row in rows])
    largest = rows[[row.worst for row in rows].index(entry)]
    found = (f"gradcheck of {largest.activation} with {largest.loss}: the worst entry, {entry.name}, is "
             f"{entry.analytic:.6g} by backpropagation and {entry.numeric:.6g} by the central difference, relative "
             f"error {entry.error:.1e}: {verdict(entry)}")
    return verdict(entry) == "fine", found


def hand_computed_steps(name: str) -> tuple:
    """Three steps of an optimizer give the results computed by hand, with the two parameters in one list or in two."""
    make, expected = HAND_COMPUTED[name]
    for lists in ([[1.0, -2.0]], [[1.0], [-2.0]]):
        values = [list(part) for part in lists]
        grads = [[0.0] * len(part) for part in lists]
        optimizer = make([(f"p{i}", values[i], grads[i]) for i in range(len(lists))])
        for step in STEPS:
            rest = list(step)
            for part in grads:
                part[:] = [rest.pop(0) for _ in part]
            try:
                optimizer.step()
            except ValueError as problem:
                return False, f"three steps of {name}: ValueError: {problem}"
        found = [value for part in values for value in part]
        error = max(abs(found[i] - expected[i]) for i in range(2))
        text = (f"three steps of {name}: {found[0]:.6g}, {found[1]:.6g}; by hand {expected[0]:.6g}, "
                f"{expected[1]:.6g}")
        if not error <= 1e-6:
            break
    return error <= 1e-6, text


def mazur_step() -> tuple:
    """After one step of Mazur's example, E is 0.291027773694, as his method gives it."""
    network, loss, data = mazur.network(), HalfSquaredErrorLoss(), Dataset([mazur.X], [mazur.Y])
    optimizer = optimizers.SGD(mazur.parameters(network), lr=mazur.LR)
    next(train(network, data, loss, optimizer, epochs=1))
    error = loss.forward(network.forward(mazur.X), mazur.Y)
    return abs(error - 0.291027773694) <= 1e-11, (f"Mazur's example after one step: E = {error:.12f}; by his method "
                                                  "0.291027773694")


def tape_gradients() -> tuple:
    """The gradients of Mazur's example by the tape (``tape.py``) are the same as by backpropagation."""
    _, slopes = graph.compare(mazur.network(), HalfSquaredErrorLoss(), mazur.X, mazur.Y)
    worst = max(slopes, key=lambda slope: abs(slope.tape - slope.loops))
    return graph.agree(slopes), (f"Mazur's example: the gradient of layers[{worst.layer}].{worst.name} is "
                                 f"{worst.tape:.6g} by the tape and {worst.loops:.6g} by backpropagation")


def gradients_are_cleared() -> tuple:
    """Gradients left over from before do not change the training."""
    ends = []
    for left_over in (0.0, 5.0):
        network = _little_network()
        for _, _, grads in network.parameters():
            grads[:] = [left_over] * len(grads)
        for _ in train(network, POINTS, MSELoss(), optimizers.SGD(network.parameters(), lr=0.5), 2):
            pass
        ends.append(network.layers[0].weight[0][0])
    return ends[0] == ends[1], ("a weight after two epochs: %.6g, and %.6g where 5 was left in every gradient"
                                % tuple(ends))


def far_out() -> tuple:
    """Sigmoid is right at ±1000, and so is cross-entropy for an output that is confident but wrong."""
    try:
        found = Sigmoid().forward([-1000.0, 1000.0])
        cost = CrossEntropyLoss().forward([1000.0, -1000.0], [0.0, 1.0])
    except (OverflowError, ValueError, ZeroDivisionError) as error:
        return False, f"at large inputs: sigmoid at -1000 or cross-entropy at 1000: {type(error).__name__}: {error}"
    return (found, cost) == ([0.0, 1.0], 2000.0), (
        f"at large inputs: σ(-1000), σ(1000) = {found!r}, cross-entropy {cost!r}; expected [0.0, 1.0] and 2000.0")


def neurons_become_different() -> tuple:
    """After some epochs no two hidden neurons have the same weights."""
    network = _little_network()
    for _ in train(network, POINTS, MSELoss(), optimizers.SGD(network.parameters(), lr=0.5), 20):
        pass
    rows = network.layers[0].weight
    same = [(i, j) for j in range(len(rows)) for i in range(j) if rows[i] == rows[j]]
    if not same:
        return True, "after 20 epochs no two hidden neurons are the same"
    return False, f"after 20 epochs hidden neurons {same[0][0]} and {same[0][1]} are still the same"


def seed_is_used() -> tuple:
    """The same seed gives the same weights; another seed gives other weights."""
    first, second, third = (_little_network(seed).layers[0].weight[0][0] for seed in (1, 1, 2))
    return first == second != third, (f"the first weight from seed 1 is {first:.6g}, from seed 1 again {second:.6g}, "
                                      f"from seed 2 {third:.6g}")


def _little_network(seed=3):
    return Network.mlp([2, 3, 1], rng=random.Random(seed))
