"""The loops are the derivation, and yet not much slower than a script of the same loops with nothing called."""
import random
import sys
import time

import pytest

from purenn import SGD, MSELoss, Network
from purenn.data.tasks import xor
from purenn.engines.loops import Loops

from . import inlined


def loops(network, optimizer, epochs):
    """What ``train`` does in each epoch to learn."""
    data, loss, engine = xor(), MSELoss(), Loops()
    for _ in range(epochs):
        network.zero_grad()
        cost, _ = engine.gradients(network, loss, data.inputs, data.targets)
        optimizer.step()
    return cost


def lists(state):
    """The weights and the biases of a state_dict, an entry for each layer."""
    return [[state[key] for key in sorted(state) if key.endswith(end)] for end in ("weight", "bias")]


def test_the_inlined_script_does_the_same_arithmetic():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    state = network.state_dict()
    cost = loops(network, SGD(network.parameters(), lr=1.0), 50)
    assert inlined.train(*lists(state), *xor(), lr=1.0, epochs=50) == cost
    assert state == network.state_dict()


@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the bound is for CPython")
def test_an_epoch_of_the_loops_takes_at_most_half_as_long_again():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    optimizer, state = SGD(network.parameters(), lr=1.0), network.state_dict()
    ours, theirs = [], []
    for _ in range(60):                     # in turns, so that a busy machine slows both
        start = time.perf_counter()
        loops(network, optimizer, 40)
        middle = time.perf_counter()
        inlined.train(*lists(state), *xor(), lr=1.0, epochs=40)
        ours.append(middle - start)
        theirs.append(time.perf_counter() - middle)
    ratio = min(ours) / min(theirs)
    print("loops / inlined: %.2f" % ratio)
    assert ratio <= 1.5
