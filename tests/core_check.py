"""The core's own check: it trains each task on whatever Python runs this, and prints every digit.

    python3 tests/core_check.py
    micropython tests/core_check.py

A line is a name and the numbers that go with it: of each run the loss of every epoch, then every weight and bias.
Between them the runs go through each activation, loss and optimizer. A number stands there as two whole numbers,
``m:e`` for m·2^e, because not every Python writes a float so that it can be read back. Then come the platform's own
functions, each over many arguments, as one whole number: where one rounds a result differently, that number is another.
What this prints on CPython is kept in ``tests/files/digits.txt``; ``tests/anywhere.py`` compares.
"""
import math
import sys

ROOT = (__file__.replace("\\", "/").rpartition("/")[0] or ".") + "/.."
sys.path[:0] = [ROOT, ROOT + "/examples"]

from xor_micropython import MinimalStandard  # noqa: E402

from purenn import (  # noqa: E402
    SGD,
    Adagrad,
    Adam,
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Dataset,
    HalfSquaredErrorLoss,
    MSELoss,
    Network,
    RMSprop,
    train,
)
from purenn.data.tasks import gate, linear, xor  # noqa: E402

ARGUMENTS = 10000


def exactly(value):
    """A float as ``m:e``, which is m·2^e."""
    mantissa, exponent = math.frexp(value)
    return "%d:%d" % (int(mantissa * 9007199254740992.0), exponent - 53)


class Generator(MinimalStandard):
    """The example's generator, with the shuffle that training in random order needs."""

    def shuffle(self, items):
        """Each order as likely as another, but for the generator's own unevenness: Fisher and Yates."""
        for i in range(len(items) - 1, 0, -1):
            j = self.draw() % (i + 1)
            items[i], items[j] = items[j], items[i]


def run(name, data, sizes, loss, optimizer, epochs, activation="sigmoid", output="sigmoid", init="uniform",
        batch_size=None, **settings):
    """Train one network and print its losses and what it has learned."""
    rng = Generator(1)
    data = data(rng)
    network = Network.mlp(sizes, activation, output, init=init, rng=rng)
    optimizer = optimizer(network.parameters(), **settings)
    for epoch in train(network, data, loss, optimizer, epochs, batch_size, rng=rng if batch_size else None):
        print(name, "epoch", epoch.number, exactly(epoch.loss))
    for parameter, values, _ in network.parameters():
        print(name, parameter, " ".join([exactly(value) for value in values]))


def two_classes(rng):
    """The gate with a class for each answer, one-hot."""
    points = gate()
    return Dataset(points.inputs, [[1.0 - y[0], y[0]] for y in points.targets])


def runs():
    """Each task, with each activation, loss and optimizer at least once."""
    run("xor", lambda rng: xor(), [2, 4, 4, 1], MSELoss(), SGD, 400, lr=1.0, momentum=0.9)
    run("linear", lambda rng: linear(60, rng), [2, 3, 1], BCELoss(), Adam, 40, activation="tanh", init="xavier_uniform",
        batch_size=7, lr=0.02)
    run("gate", lambda rng: gate(), [2, 4, 1], HalfSquaredErrorLoss(), RMSprop, 150, activation="leaky_relu",
        output="identity", lr=0.02)
    run("classes", two_classes, [2, 5, 2], CrossEntropyLoss(), Adagrad, 150, activation="relu", output=None, lr=0.2)
    run("logits", lambda rng: xor(), [2, 4, 1], BCEWithLogitsLoss(), Adam, 60, activation="tanh", output=None, lr=0.05)
    run("shares", two_classes, [2, 4, 2], MSELoss(reduction="sum"), SGD, 150, activation="tanh", output="softmax",
        lr=0.5, weight_decay=0.001)


def digest(function):
    """One whole number for all the digits of ``function`` of many arguments from 0 to 1."""
    rng = MinimalStandard(1)
    total = 0
    for _ in range(ARGUMENTS):
        mantissa, exponent = exactly(function(rng.uniform(0.0, 1.0))).split(":")
        total = (31 * total + int(mantissa) + int(exponent)) % 1000000007
    return total


def functions():
    """Arithmetic, which is the same wherever a float is an IEEE double, and the functions that a platform rounds."""
    print("arithmetic", digest(lambda u: math.sqrt(u * 9.0 + 1.0) / (u - 3.0)))
    print("exp", digest(lambda u: math.exp(-10.0 * u)))
    print("tanh", digest(lambda u: math.tanh(4.0 * u - 2.0)))
    print("log", digest(lambda u: math.log(u)))
    print("power", digest(lambda u: 0.999 ** int(u * 5000)))


if __name__ == "__main__":
    runs()
    functions()
