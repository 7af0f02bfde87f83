"""A graph of scalars, in the manner of micrograd and microgpt: each number is an object that knows what it came from.

Written anew, as short as it goes: a Value has its number, its slope, and pairs (Value, slope by it); backward goes
through all of them in the reverse of the order in which they were made.
"""
import math

from .tasks import Task, weights


class Value:
    """A number, what it was made from, and ∂C/∂ of it."""

    __slots__ = ("number", "slope", "sources")
    made: list = []

    def __init__(self, number, sources=()):
        self.number, self.slope, self.sources = number, 0.0, sources
        Value.made.append(self)

    def __add__(self, other):
        return Value(self.number + other.number, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Value(self.number * other.number, ((self, other.number), (other, self.number)))

    def sigmoid(self):
        """1 / (1 + e^−z)."""
        a = 1.0 / (1.0 + math.exp(-self.number))
        return Value(a, ((self, a * (1.0 - a)),))

    def relu(self):
        """max(0, z)."""
        return Value(max(0.0, self.number), ((self, float(self.number > 0.0)),))

    def exp(self):
        """e^z."""
        e = math.exp(self.number)
        return Value(e, ((self, e),))

    def log(self):
        """ln z."""
        return Value(math.log(self.number), ((self, 1.0 / self.number),))


def values(task: Task):
    """One step: the graph of the whole batch forward, backward through all of it, and the change of the weights."""
    layers = [([[Value(w) for w in row] for row in weight], [Value(b) for b in bias]) for weight, bias in weights(task)]
    parameters = [p for weight, bias in layers for row in weight + [bias] for p in row]
    count = len(task.data.inputs)

    def step():
        Value.made = []
        total = Value(0.0)
        for x, y in zip(*task.data):
            total = total + _cost(task, _forward(task, layers, [Value(number) for number in x]), y)
        loss = total * Value(1.0 / count)
        loss.slope = 1.0
        for value in reversed(Value.made):
            for source, slope in value.sources:
                source.slope += slope * value.slope
        for p in parameters:
            p.number -= task.lr * p.slope
            p.slope = 0.0
        return loss.number
    return step


def _forward(task, layers, a):
    for i, (weight, bias) in enumerate(layers):
        sums = []
        for row, b in zip(weight, bias):
            z = b
            for w, a_k in zip(row, a):
                z = z + w * a_k
            sums.append(z)
        if i == len(layers) - 1:
            a = [z.sigmoid() for z in sums] if task.kind == "tiny" else sums
        else:
            a = [z.sigmoid() if task.activation == "sigmoid" else z.relu() for z in sums]
    return a


def _cost(task, outputs, y):
    """The squared error, or cross-entropy behind softmax."""
    if task.kind == "tiny":
        error = outputs[0] + Value(-y[0])
        return error * error
    largest = Value(-max(z.number for z in outputs))
    powers = Value(0.0)
    for z in outputs:
        powers = powers + (z + largest).exp()
    right = outputs[y.index(1.0)] + largest
    return powers.log() + right * Value(-1.0)
