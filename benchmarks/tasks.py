"""What is trained: five tiny networks by full-batch epochs, three wide ones by batches."""
import random
from collections import namedtuple

from purenn import Dataset, Network
from purenn.data.tasks import gate, linear, xor

# ``kind`` is "tiny" (sigmoid output, mean squared error, all samples at once), "wide" (softmax with cross-entropy
# on logits) or "large", which is wide and too much for the slow. The data are one batch; ``activation`` is that of
# the hidden layers.
Task = namedtuple("Task", ("name", "kind", "sizes", "activation", "data", "lr"))


def _points(count):
    return linear(count, random.Random(1))


def _images(count):
    """Images' sizes and classes; what is on them makes no difference to the time."""
    rng = random.Random(1)
    inputs = [[rng.randrange(256) / 255.0 for _ in range(784)] for _ in range(count)]
    return Dataset(inputs, [[1.0 if j == i % 10 else 0.0 for j in range(10)] for i in range(count)])


def make(name: str) -> Task:
    """The task of that name."""
    kind, sizes, activation, data, lr = TASKS[name]
    return Task(name, kind, sizes, activation, data(), lr)


TASKS = {
    "gate 2-2-1": ("tiny", [2, 2, 1], "sigmoid", gate, 0.5),
    "xor 2-4-4-1": ("tiny", [2, 4, 4, 1], "sigmoid", xor, 0.5),
    "xor 2-8-8-1": ("tiny", [2, 8, 8, 1], "sigmoid", xor, 0.5),
    "linear 2-4-4-1": ("tiny", [2, 4, 4, 1], "sigmoid", lambda: _points(100), 0.5),
    "linear 2-32-32-1": ("tiny", [2, 32, 32, 1], "relu", lambda: _points(100), 0.01),
    "784-64-10 by 32": ("wide", [784, 64, 10], "relu", lambda: _images(32), 0.1),
    "784-100-10 by 32": ("wide", [784, 100, 10], "relu", lambda: _images(32), 0.1),
    "784-100-10 by 256": ("large", [784, 100, 10], "relu", lambda: _images(256), 0.1),
}


def network(task: Task) -> Network:
    """The untrained network that every contender starts from."""
    init = "uniform" if task.kind == "tiny" else "xavier"
    output = "sigmoid" if task.kind == "tiny" else None
    return Network.mlp(task.sizes, task.activation, output, init=init, rng=random.Random(1))


def weights(task: Task) -> list:
    """Its layers' (weight, bias), weight out × in."""
    state = network(task).state_dict()
    return [(state[key], state[key[:-6] + "bias"]) for key in state if key.endswith("weight")]
