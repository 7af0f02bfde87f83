"""The least that the arithmetic takes: what no pure-Python program for the same numbers gets below.

For the tiny tasks a straight-line program: the whole training in one function, every number in a local
variable from the first epoch to the last, nothing that looks like a network; it has each epoch's loss and
accuracy, as ``train`` does. For the wide ones the bare dot products of one step, without anything between them.
"""
import math

from purenn.engines.matrix import fastest_dot

from .tasks import Task, weights


def straight_line(task: Task):
    """The tiny task's training as one function, written out for its sizes; sigmoid or ReLU, MSE, gradient descent."""
    made = {"exp": math.exp}
    exec(compile(_program(task), "<floor>", "exec"), made)
    epochs = made["train"](weights(task), list(zip(*task.data)), task.lr)
    return lambda: next(epochs)[0]


def _program(task):
    sizes = task.sizes
    last = len(sizes) - 1
    places = [(i, j, k) for i in range(1, last + 1) for j in range(sizes[i]) for k in range(sizes[i - 1])]
    neurons = [(i, j) for i in range(1, last + 1) for j in range(sizes[i])]
    lines = ["def train(layers, samples, lr):"]
    lines += ["  w%d_%d_%d = layers[%d][0][%d][%d]" % (i, j, k, i - 1, j, k) for i, j, k in places]
    lines += ["  b%d_%d = layers[%d][1][%d]" % (i, j, i - 1, j) for i, j in neurons]
    lines += ["  share = 1.0 / len(samples)", "  while True:", "    total = 0.0", "    right = 0"]
    lines += ["    gw%d_%d_%d = 0.0" % place for place in places] + ["    gb%d_%d = 0.0" % neuron for neuron in neurons]
    lines += ["    for (%s,), (y,) in samples:" % ", ".join("a0_%d" % k for k in range(sizes[0]))]
    for i, j in neurons:
        z, a = "z%d_%d" % (i, j), "a%d_%d" % (i, j)
        terms = " + ".join("w%d_%d_%d * a%d_%d" % (i, j, k, i - 1, k) for k in range(sizes[i - 1]))
        lines += ["      %s = b%d_%d + %s" % (z, i, j, terms)]
        if i == last or task.activation == "sigmoid":
            value = "1.0 / (1.0 + exp(-{z})) if {z} >= 0.0 else (e := exp({z})) / (1.0 + e)"
        else:
            value = "{z} if {z} > 0.0 else 0.0"
        lines += ["      %s = %s" % (a, value.format(z=z))]
    out = "a%d_0" % last
    lines += ["      error = %s - y" % out, "      total += error * error",
              "      right += (%s >= 0.5) == (y >= 0.5)" % out,
              "      d%d_0 = share * (2.0 * error) * (%s * (1.0 - %s))" % (last, out, out)]
    for i in range(last, 0, -1):
        for j in range(sizes[i]):
            d = "d%d_%d" % (i, j)
            if i < last:
                a = "a%d_%d" % (i, j)
                slope = "%s * (1.0 - %s)" % (a, a) if task.activation == "sigmoid" else "1.0 if %s > 0.0 else 0.0" % a
                ways = " + ".join("d%d_%d * w%d_%d_%d" % (i + 1, m, i + 1, m, j) for m in range(sizes[i + 1]))
                lines += ["      %s = (%s) * (%s)" % (d, ways, slope)]
            lines += ["      gw%d_%d_%d += %s * a%d_%d" % (i, j, k, d, i - 1, k) for k in range(sizes[i - 1])]
            lines += ["      gb%d_%d += %s" % (i, j, d)]
    lines += ["    {0} -= lr * g{0}".format("w%d_%d_%d" % place) for place in places]
    lines += ["    {0} -= lr * g{0}".format("b%d_%d" % neuron) for neuron in neurons]
    return "\n".join(lines + ["    yield share * total, right * share"]) + "\n"


def bare_dots(task: Task):
    """The dot products of one step of a wide task, by the fastest tool; the rows are there, the results thrown away.

    Forward a row of W for each sample; δᵀ·A for each weight, over the samples; δ·W for each hidden neuron of a sample.
    """
    dot = fastest_dot()
    count, sizes = len(task.data.inputs), task.sizes
    rows = {size: [0.001 * k for k in range(size)] for size in [count] + sizes}

    def step():
        for i in range(1, len(sizes)):
            forward, batch, backward = rows[sizes[i - 1]], rows[count], rows[sizes[i]]
            for _ in range(count * sizes[i]):
                dot(forward, forward)
            for _ in range(sizes[i] * sizes[i - 1]):
                dot(batch, batch)
            if i > 1:
                for _ in range(count * sizes[i - 1]):
                    dot(backward, backward)
        return math.nan
    return step
