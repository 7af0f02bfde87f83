"""Chapter 13: reading a failed run."""
import random
from functools import lru_cache

from ...data.tasks import xor
from ...losses import MSELoss
from ...network import Network
from ...optimizers import SGD
from ...training import Dataset, DivergedError, evaluate, train
from ..exercise import Chapter, Exercise, Known, choices
from ..pages import BEST, BP1, EQUAL, FORWARD, STEP



def draw_targets(rng):
    """The number of samples, and how many of them have the target 1."""
    n = rng.randint(9, 40)
    return {"n": n, "ones": rng.randint(2, n // 2 - 1)}


CONSTANT = Exercise(
    "13.1", "predict", "best_constant", "What is the loss of a network that has learned nothing?", """\
Training often gets stuck in a state where the network gives the same output for every input. What
is the loss then? A constant output a, for targets of 0 and 1, has the mean squared error

    C(a) = p·(1 − a)² + (1 − p)·a²             p is the share of the targets that are 1

Its slope is 0 where a = p: the best constant is the mean of the targets. Put it into C.

There are {n} samples, and {ones} of their targets are 1. Work out the loss of the best constant, to
four digits after the point. (On the 21 points of xor, with 10 ones, it is 0.249433. If a loss stays
there, the output is 10/21 for every input.)""",
    BEST, ("p is the number of ones divided by the number of samples; the best a is p.",
           "p·(1 − p)² + (1 − p)·p² is p·(1 − p)."),
    (Known("answer-one-half", "0.25 is the loss of the constant 0.5; the best constant is the mean of the "
           "targets.", BEST, lambda v: 0.25),
     Known("mean-for-loss", "This is the mean of the targets, the best constant; what is asked for is its loss.", BEST,
           lambda v: v["ones"] / v["n"]),
     Known("loss-of-zero", "This is 1 − p.", BEST, lambda v: 1.0 - v["ones"] / v["n"]),
     Known("square-of-p", "This is p², not p·(1 − p).", BEST, lambda v: (v["ones"] / v["n"]) ** 2),
     Known("sum-for-mean", "This is the sum of the squared errors, not their mean.", BEST,
           lambda v: v["ones"] * (1.0 - v["ones"] / v["n"]))),
    draw=draw_targets, right=lambda v: v["ones"] / v["n"] * (1.0 - v["ones"] / v["n"]), answer="loss")

# cause: what is said of it, and the page.
CAUSES = {
    "no-activation": ("There is no activation between the layers: together they are one linear function, whose "
                      "decision boundary is a straight line.", FORWARD),
    "equal-weights": ("All weights and biases were equal at the start, so the neurons of a layer stay identical.",
                      EQUAL),
    "lr-too-small": ("The learning rate is far too small: the loss falls in tiny steps, although no f′ is near 0.",
                     STEP),
    "lr-too-large": ("The learning rate is far too large: the loss grows beyond all bounds.", STEP),
    "inputs-too-large": ("The inputs are too large: those of the 21 points were multiplied by a large number. The "
                         "hidden sigmoids are at 0 or 1, where their slope is nearly 0. Only the output learns.", BP1),
}
EPOCHS = 60


@lru_cache(maxsize=None)
def evidence(cause: str, seed: int) -> str:
    """What a run with that cause shows: losses, the spread of its outputs, and the hidden neurons' slopes."""
    data = xor()
    straight = cause in ("no-activation", "lr-too-large")
    init = "zeros" if cause == "equal-weights" else "uniform"
    lr = {"lr-too-small": 1e-6, "lr-too-large": 3.0, "no-activation": 0.2}.get(cause, 1.0)
    if cause == "inputs-too-large":
        data = Dataset([[1000.0 * x for x in row] for row in data.inputs], data.targets)
    activation = "identity" if cause == "no-activation" else "relu" if straight else "sigmoid"
    network = Network.mlp([2, 4, 1], activation, None if straight else "sigmoid", init, rng=random.Random(seed))
    if cause == "equal-weights":
        for _, values, _ in network.parameters():
            values[:] = [0.5] * len(values)
    losses = []
    optimizer = SGD(network.parameters(), lr=lr)
    try:
        for epoch in train(network, data, MSELoss(), optimizer, EPOCHS):
            losses.append(epoch.loss)
    except (DivergedError, OverflowError):
        pass
    lines = [f"    epoch {number:3}   loss {losses[number - 1]:.8g}" for number in (1, 2, 3, 5, 20, EPOCHS)
             if number <= len(losses)]
    if len(losses) < EPOCHS:
        return "\n".join([*lines[:4], f"    after epoch {len(losses)} the loss is not a finite number"])
    _, _, outputs = evaluate(network, MSELoss(), data)
    steepest = max(abs(g) for _, _, grads in network.layers[0].parameters() for g in grads)
    slopes = sorted(network.layers[1].derivative(network.layers[1].z[j], network.layers[1].a[j]) for j in range(4))
    rows = network.layers[0].weight
    return "\n".join([
        *lines, f"    the outputs now lie between {min(outputs)[0]:.4g} and {max(outputs)[0]:.4g}",
        "    weights into the hidden neurons: " + ", ".join("%.3f %.3f" % (row[0], row[1]) for row in rows),
        f"    f′(z) of the hidden neurons, last sample: {', '.join(format(slope, '.2g') for slope in slopes)}",
        f"    the largest slope ∂C/∂w of the hidden layer: {steepest:.2g}"])


def drawing(place: int):
    """A function that draws a cause and shows its run; no cause comes twice among three."""
    def draw(rng):
        causes = sorted(CAUSES)
        order = random.Random(f"stuck {rng.random()}").sample(causes, len(causes))
        cause = order[place]
        rng.shuffle(causes)
        return {"cause": cause, "names": causes, "evidence": evidence(cause, rng.randint(1, 3)),
                "choices": choices([(name, CAUSES[name][0]) for name in causes])}
    return draw


TEXT = """\
A 2-4-1 network was trained on the 21 points of xor with the mean squared error, by gradient descent,
and did not learn as it should: its loss grows, does not change, or stays far above 0. This is what
can be seen of the run (the slope f′ of a sigmoid is between 0 and 1/4; f′ of a neuron without an
activation is 1):

{evidence}

What is the cause? One of these:

{choices}

Write its name as the answer."""

FINDS = tuple(Exercise(
    f"13.{place}", "find", f"stuck_run_{place - 1}", f"Why does this network not learn? {place - 1} of 3", TEXT, BEST,
    ("Does the loss fall, stay the same, or grow? And how fast?",
     "f′ = 1 means that the neuron has no activation; equal rows of weights mean equal neurons; an f′ of almost 0 "
     "makes the slopes almost 0."),
    draw=drawing(place), right=lambda v: v["cause"], answer="cause") for place in (2, 3, 4))

CHAPTER = Chapter(13, "Reading a failed run", "If a network does not learn, the numbers of its training show "
                  "the cause.", (CONSTANT, *FINDS))
