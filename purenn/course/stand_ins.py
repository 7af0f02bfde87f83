"""Small stand-ins for a network, a layer, a loss and an optimizer. The learner's code is tried with them."""


class SquaredLoss:
    """A loss to try with: C = Σ_j (a_j − f·y_j)². f is 1 by default; with f = 2, exchanging a and y changes C."""

    def __init__(self, reduction="mean", factor=1.0):
        self.reduction, self.factor = reduction, factor

    def share(self, count):
        """1/count for a mean, 1 for a sum."""
        return 1.0 / count if self.reduction == "mean" else 1.0

    def forward(self, output, target):
        """C."""
        return float(sum((a - self.factor * y) ** 2 for a, y in zip(output, target)))

    def backward(self, output, target):
        """∂C/∂a_j."""
        return [2.0 * (a - self.factor * y) for a, y in zip(output, target)]


class Line:
    """A network to try with: each output is w·x + b. It adds up its gradients, and notes which methods are called."""

    def __init__(self, values=(0.5, -0.25), left_over=0.0, outputs=1):
        self.values, self.grads, self.called = list(values), [left_over, left_over], []
        self.outputs = outputs

    def forward(self, x):
        """w·x + b for each output; a call with a batch in place of an input is noted, and returns the batch."""
        if isinstance(x[0], list):
            self.called.append("forward of a batch")
            return x
        self.x = x
        return [self.values[0] * x[0] + self.values[1]] * self.outputs

    def backward(self, grad):
        """Add Σ_j grad_j·x to the gradient of w, and Σ_j grad_j to that of b."""
        self.grads[0] += sum(grad) * self.x[0]
        self.grads[1] += sum(grad)
        return [sum(grad) * self.values[0]]

    def parameters(self):
        """One triple: a name, the list of w and b, and the list of their gradients."""
        yield "w and b", self.values, self.grads

    def zero_grad(self):
        """Set the gradients to 0."""
        self.called.append("zero_grad")
        self.grads[:] = [0.0, 0.0]


class Descent:
    """An optimizer to try with: gradient descent for a Line."""

    def __init__(self, network, lr):
        self.network, self.lr = network, lr

    def step(self):
        """θ ← θ − lr·g."""
        network = self.network
        network.called.append("step")
        for k in range(2):
            network.values[k] -= self.lr * network.grads[k]


class Turned:
    """In place of random numbers: the first shuffle reverses a list, each later one puts the first entry last."""

    def __init__(self):
        self.used = False

    def shuffle(self, items):
        """Put the list in a new order, in place."""
        items[:] = items[1:] + items[:1] if self.used else items[::-1]
        self.used = True


class Scale:
    """A layer to try a network with: forward a·k + 1, backward grad·k, with a factor k. It notes what it is handed."""

    def __init__(self, name, factor):
        self.name, self.factor, self.handed = name, factor, []
        self.values = [[n * factor, (n + 1.0) * factor] for n in (1.0, 3.0, 5.0)]
        self.grads = [[0.5, -0.5], [1.0, 2.0], [0.25, -1.5]]

    def forward(self, inputs):
        """a·k + 1."""
        self.handed.append(("forward", list(inputs)))
        return [self.factor * a + 1.0 for a in inputs]

    def backward(self, grad):
        """grad·k."""
        self.handed.append(("backward", list(grad)))
        return [self.factor * g for g in grad]

    def parameters(self):
        """Three triples: two rows of weights, and the biases."""
        yield from zip(("weight[0]", "weight[1]", "bias"), self.values, self.grads)


class Bare:
    """A layer without parameters."""

    values: list = []
    grads: list = []

    def parameters(self):
        """The empty list: there are none."""
        return []
