"""Records several steps and prints a digest of each: the same from every Python, to nine digits.

tests/test_recording.py runs it with those that it finds.
"""
import hashlib
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "examples")]

from own_layer import Square, Swish  # noqa: E402

from purenn import SGD, Adam, CrossEntropyLoss, Linear, MSELoss, Network  # noqa: E402
from purenn.activations import ACTIVATIONS  # noqa: E402
from purenn.losses import BCELoss  # noqa: E402
from purenn.study.recording import record  # noqa: E402


def recordings():
    """Steps of several networks, one with layers of its own."""
    for name in ACTIVATIONS:
        for output, loss, kind in ((name, MSELoss(), SGD), ("sigmoid", BCELoss(), Adam),
                                   (None, CrossEntropyLoss(), SGD)):
            network = Network.mlp([2, 3, 2], name, output, rng=random.Random(3))
            yield record(network, loss, kind(network.parameters(), lr=0.1, weight_decay=0.01), [0.1, 0.9], [1.0, 0.0])
    rng = random.Random(1)
    network = Network([Linear(2, 3, rng=rng), Swish(), Square(), Linear(3, 2, rng=rng)])
    yield record(network, MSELoss(), SGD(network.parameters()), [0.1, 0.9], [1.0, 0.0])


if __name__ == "__main__":
    for recording in recordings():
        text = re.sub(r"\d+\.\d+(e[-+]\d+)?", lambda match: "%.9g" % float(match.group()), recording.as_json())
        print(hashlib.sha256(text.encode()).hexdigest()[:16])
