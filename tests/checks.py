"""The checks that must catch the classic mistakes: each raises AssertionError where something is wrong.

``test_mistakes.py`` plants each mistake and sees its check fail; other tests see the checks pass.
"""
import json
import math
import os
import random

from purenn import (SGD, Adagrad, Adam, BCELoss, CrossEntropyLoss, HalfSquaredErrorLoss, Identity, LeakyReLU, Linear,
                    MSELoss, Network, ReLU, RMSprop, Sigmoid, Softmax, Tanh, optimizers, train)
from purenn.data.tasks import xor
from purenn.engines.loops import Loops
from purenn.study.gradcheck import gradcheck, worst

from .helpers import close, mazur, small_data, small_network, weights_only

ACTIVATIONS = (Sigmoid, Tanh, ReLU, lambda: LeakyReLU(0.3), Identity, Softmax)
LOSSES = (MSELoss, lambda: MSELoss("sum"), HalfSquaredErrorLoss, lambda: HalfSquaredErrorLoss("mean"),
          BCELoss, lambda: BCELoss("sum"), CrossEntropyLoss, lambda: CrossEntropyLoss("sum"))
CASES = [(hidden, output, loss, bias) for hidden in ACTIVATIONS for output in (*ACTIVATIONS, None) for loss in LOSSES
         for bias in (True, False)
         if (not isinstance(loss(), BCELoss) or output in (Sigmoid, Softmax))        # it takes probabilities
         and not (isinstance(loss(), CrossEntropyLoss) and output is Softmax)]     # it has softmax in it


def check_gradients(cases=None):
    """Every entry of every gradient is the slope that the cost shows, within 1e-6."""
    for hidden, output, loss, bias in cases or CASES[::7]:
        network = small_network(seed=5, hidden=hidden(), output=output() if output else None, bias=bias)
        entries = gradcheck(network, loss(), *small_data(seed=5))
        where = "%r, %r" % (network, loss())
        assert not [entry.name for entry in entries if entry.kink], "a kink is too near: " + where
        assert len(entries) == network.count_parameters(), where
        assert worst(entries).error <= 1e-6, "%r: %s" % (worst(entries), where)


def check_torch_parity(only=None):
    """Outputs, gradients, losses and six steps of each optimizer are PyTorch's, within 1e-10."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_parity.json"), encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    for number, case in enumerate(cases):
        if only is None or case["optimizer"] in only:
            _check_torch_case("case %d" % number, case)


def _check_torch_case(where, case):
    activations = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "leaky_relu": LeakyReLU}
    network = Network([Linear(*row[1:3], bias=row[3]) if row[0] == "Linear" else activations[row[0]]()
                       for row in case["layers"]])
    network.load_state_dict(case["initial"])
    name, _, reduction = case["loss"].rpartition("_")
    loss = {"mse": MSELoss, "bce": BCELoss, "cross_entropy": CrossEntropyLoss}[name](reduction)
    optimizer = {"sgd": lambda p, lr: SGD(p, lr=lr), "sgd_momentum": lambda p, lr: SGD(p, lr=lr, momentum=0.9),
                 "adagrad": lambda p, lr: Adagrad(p, lr=lr), "rmsprop": lambda p, lr: RMSprop(p, lr=lr),
                 "adam": lambda p, lr: Adam(p, lr=lr)}[case["optimizer"]](network.parameters(), case["lr"])
    for number, step in enumerate(case["steps"]):
        network.zero_grad()
        cost, outputs = Loops().gradients(network, loss, case["inputs"], case["targets"])
        assert close(cost, step["loss"]), "%s: the loss of step %d" % (where, number)
        if "outputs" in step:
            assert close(outputs, step["outputs"]), where + ": the outputs"
            gradients = {}
            for name, _, grads in network.parameters():
                gradients.setdefault(name.split("[")[0], []).append(list(grads))
            for key, expected in step["gradients"].items():
                found = gradients[key] if key.endswith("weight") else gradients[key][0]
                assert close(found, expected), "%s: the gradient of %s" % (where, key)
        optimizer.step()
    for key, expected in case["final"].items():
        assert close(network.state_dict()[key], expected), "%s: %s after the steps" % (where, key)


# Three steps on two unequal parameters, 1.0 and -2.0, with the gradients (0.5, -4.0), (1.0, 2.0) and
# (-1.0, 1.0), worked out by hand from the definitions. (After two steps momentum on the previous
# gradient still looks like momentum on the previous step.)
STEPS = ([0.5, -4.0], [1.0, 2.0], [-1.0, 1.0])
HAND_COMPUTED = {
    "SGD": (lambda p: optimizers.SGD(p, lr=0.1),
            [1.0 - 0.1 * (0.5 + 1.0 - 1.0), -2.0 - 0.1 * (-4.0 + 2.0 + 1.0)]),
    # v: 0.5, then 0.9·0.5 + 1 = 1.45, then 0.9·1.45 − 1 = 0.305
    # v: −4, then 0.9·(−4) + 2 = −1.6, then 0.9·(−1.6) + 1 = −0.44
    "momentum": (lambda p: optimizers.SGD(p, lr=0.1, momentum=0.9),
                 [1.0 - 0.1 * (0.5 + 1.45 + 0.305), -2.0 - 0.1 * (-4.0 - 1.6 - 0.44)]),
    # s: 0.25, 1.25, 2.25;  16, 20, 21. The first step is lr·sign(g).
    "Adagrad": (lambda p: optimizers.Adagrad(p, lr=0.1),
                [1.0 - 0.1 * (1.0 + 1.0 / math.sqrt(1.25) - 1.0 / 1.5),
                 -2.0 - 0.1 * (-1.0 + 2.0 / math.sqrt(20.0) + 1.0 / math.sqrt(21.0))]),
    # s with α = 0.9: 0.025, 0.1225, 0.21025;  1.6, 1.84, 1.756
    "RMSprop": (lambda p: optimizers.RMSprop(p, lr=0.1, alpha=0.9),
                [1.0 - 0.1 * (0.5 / math.sqrt(0.025) + 1.0 / math.sqrt(0.1225) - 1.0 / math.sqrt(0.21025)),
                 -2.0 - 0.1 * (-4.0 / math.sqrt(1.6) + 2.0 / math.sqrt(1.84) + 1.0 / math.sqrt(1.756))]),
    # m: 0.05, 0.145, 0.0305, over 0.1, 0.19, 0.271;  v: 0.00025, 0.00124975, 0.00224850025,
    # m: −0.4, −0.16, −0.044;  v: 0.016, 0.019984, 0.020964016, over 0.001, 0.001999, 0.002997001
    "Adam": (lambda p: optimizers.Adam(p, lr=0.1),
             [1.0 - 0.1 * (1.0 + (0.145 / 0.19) / math.sqrt(0.00124975 / 0.001999)
                           + (0.0305 / 0.271) / math.sqrt(0.00224850025 / 0.002997001)),
              -2.0 - 0.1 * (-1.0 - (0.16 / 0.19) / math.sqrt(0.019984 / 0.001999)
                            - (0.044 / 0.271) / math.sqrt(0.020964016 / 0.002997001))]),
}


def check_hand_computed_steps(names=tuple(HAND_COMPUTED)):
    """Three steps of each optimizer end where they do on paper, in one list of parameters or in two."""
    for name in names:
        make, expected = HAND_COMPUTED[name]
        for lists in ([[1.0, -2.0]], [[1.0], [-2.0]]):
            values = [list(part) for part in lists]
            grads = [[0.0] * len(part) for part in lists]
            optimizer = make([("p%d" % i, values[i], grads[i]) for i in range(len(lists))])
            for step in STEPS:
                flat = iter(step)
                for part in grads:
                    part[:] = [next(flat) for _ in part]
                optimizer.step()
            found = [value for part in values for value in part]
            assert close(found, expected, 1e-7), "%s: %r, on paper %r" % (name, found, expected)


def check_mazur_step():
    """After one step of Mazur's example E is that of his method, not of the slip in his program."""
    network, loss, data = mazur()
    optimizer = SGD(weights_only(network), lr=0.5)
    for _ in train(network, data, loss, optimizer, epochs=1):
        pass
    after = loss.forward(network.forward(data.inputs[0]), data.targets[0])
    assert abs(after - 0.291027773694) <= 1e-11, after


def check_loss_is_of_every_batch_size():
    """With steps of length 0 an epoch's loss and gradients do not depend on how it is cut into batches."""
    for loss in (MSELoss(), MSELoss("sum"), HalfSquaredErrorLoss()):
        found = []
        for size in (None, 1, 4, 20):
            network = Network.mlp([2, 3, 1], rng=random.Random(3))
            epoch = next(train(network, xor(), loss, SGD(network.parameters(), lr=0.0), 1, batch_size=size))
            found.append(epoch.loss)
        assert close(found, [found[0]] * 4, 1e-13), (loss, found)


def check_gradients_are_cleared():
    """Training does not see gradients that were there before it."""
    ends = []
    for left_over in (0.0, 5.0):
        network = Network.mlp([2, 3, 1], rng=random.Random(3))
        for _, _, grads in network.parameters():
            grads[:] = [left_over] * len(grads)
        for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.5), 2):
            pass
        ends.append(network.state_dict())
    assert ends[0] == ends[1]


def check_every_parameter_moves():
    """One step of training changes every weight and every bias."""
    network = Network.mlp([2, 3, 1], rng=random.Random(3))
    before = network.state_dict()
    for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.5), 1):
        pass
    after = network.state_dict()
    for key in ("0.weight", "0.bias", "2.weight", "2.bias"):
        old, new = ([value for row in rows for value in (row if isinstance(row, list) else [row])]
                    for rows in (before[key], after[key]))
        assert all(p != q for p, q in zip(old, new)), key


def check_far_out():
    """Sigmoid, and cross-entropy where the network is sure and wrong, neither overflow nor take ln 0."""
    try:
        assert Sigmoid().forward([-1000.0, 1000.0]) == [0.0, 1.0]
        assert CrossEntropyLoss().forward([1000.0, -1000.0], [0.0, 1.0]) == 2000.0
    except (OverflowError, ValueError) as error:
        raise AssertionError(repr(error)) from error


def check_neurons_become_different():
    """After some epochs no two hidden neurons have the same weights."""
    network = Network.mlp([2, 3, 1], rng=random.Random(3))
    for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.5), 20):
        pass
    rows = network.layers[0].weight
    assert all(rows[i] != rows[j] for i in range(3) for j in range(i)), rows


def check_the_seed_is_used():
    """The same seed gives the same network, another seed another."""
    first, second, third = (Network.mlp([2, 3, 1], rng=random.Random(seed)).state_dict() for seed in (1, 1, 2))
    assert first == second and first != third

