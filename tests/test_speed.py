"""How fast the engines are: the loops beside a plain script, the others beside the loops and the least there is to do.

A race that ends outside of its bounds is run again, a few times, since another process on the same core slows the
racers unequally; what has become slower for good fails every time. ``python -m benchmarks`` measures in earnest.
"""
import math
import random
import subprocess
import sys
import time

import pytest

from purenn import SGD, MSELoss, Network
from purenn.engines.c_compiler import why_none
from purenn.data.tasks import xor
from purenn.engines.loops import Loops

from benchmarks.race import Here, race

from . import inlined
from .helpers import ROOT


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


def holds_in_one_of(tries, measured):
    """Whether one of a few measurements is within the bounds; ``measured`` returns its text and whether it is."""
    for _ in range(tries):
        text, within = measured()
        print(text)
        if within:
            return True
        time.sleep(3.0)                     # what slows the machine may have ended by then
    return False


def apart(measured):
    """A function of this module, measured in a process of its own.

    In this one, after thousands of tests, numbers that belong together lie far apart in memory, which slows the
    quickest most.
    """
    code = "from tests import test_speed; print(*test_speed.%s(), sep='\\n')" % measured.__name__

    def in_a_process():
        text, within = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, check=True,
                                      encoding="utf-8").stdout.splitlines()
        return text, within == "True"
    return in_a_process


def an_epoch_of_the_loops():
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
    return "loops / inlined: %.2f" % ratio, ratio <= 1.5


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the bound is for CPython")
def test_an_epoch_of_the_loops_takes_at_most_half_as_long_again():
    assert holds_in_one_of(8, apart(an_epoch_of_the_loops))


def best(task, *contenders):
    """The shortest time of a step of each, over many short turns, so that each meets a quiet moment."""
    runners = {name: Here(name, task) for name in contenders}
    taken = race(runners, 0.02, 60 if task.startswith("xor") else 12, dict.fromkeys(runners, 0.0))
    return [min(taken[name]) for name in contenders]


def straight_line_source():
    loops_time, unrolled, floor = best("xor 2-4-4-1", "loops", "unrolled", "floor: straight line")
    return ("unrolled: %.2f times as fast as the loops, %.2f of the floor" % (loops_time / unrolled, unrolled / floor),
            loops_time / unrolled > 3.5 and unrolled / floor < 1.3)


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the bounds are for CPython")
def test_straight_line_source_is_near_its_floor_and_far_from_the_loops():
    assert holds_in_one_of(8, apart(straight_line_source))


def matrix_form():
    loops_time, matrix, floor = best("784-100-10 by 32", "loops", "matrix", "floor: bare dot products")
    return ("matrix: %.2f times as fast as the loops, %.2f of the floor" % (loops_time / matrix, matrix / floor),
            matrix / floor < 1.3 and loops_time / matrix > (2.5 if hasattr(math, "sumprod") else 1.2))


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the bounds are for CPython")
def test_the_matrix_form_is_near_the_bare_dot_products():
    assert holds_in_one_of(8, apart(matrix_form))


MEMORY = """
import random, resource
from purenn import CrossEntropyLoss, Dataset, Network, SGD, train
from purenn.engines.%(module)s
rng = random.Random(1)
pixels = [value / 255.0 for value in range(256)]
inputs = [[pixels[byte] for byte in rng.getrandbits(784 * 8).to_bytes(784, "little")] for _ in range(10000)]
targets = [[1.0 if j == i %% 10 else 0.0 for j in range(10)] for i in range(10000)]
network = Network.mlp([784, 1000, 10], "relu", None, init="xavier", rng=rng)
optimizer = SGD(network.parameters(), lr=0.1, momentum=0.9)
engine = %(engine)s
for _ in train(network, Dataset(inputs, targets), CrossEntropyLoss(), optimizer, 2, engine=engine):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ru_maxrss has other units elsewhere")
@pytest.mark.parametrize("module, engine", [
    # A product of two numbers in place of each dot product takes as much memory and an hour less.
    ("matrix import Matrix", "Matrix(lambda a, b: a[0] * b[0])"), ("compiled import Compiled", "Compiled()")])
def test_10000_images_in_one_batch_of_a_wide_network_stay_below_1500_megabytes(module, engine):
    if engine == "Compiled()" and why_none():
        pytest.skip(why_none())
    used = int(subprocess.run([sys.executable, "-c", MEMORY % {"module": module, "engine": engine}], cwd=ROOT,
                              stdout=subprocess.PIPE, check=True).stdout)
    print("784-1000-10, 10,000 samples in one batch: %d MB" % (used / 1e6))
    assert used < 1.5e9
