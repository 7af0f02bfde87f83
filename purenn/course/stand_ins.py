"""Small things in place of a network, a layer, a loss and an optimizer, to try what a learner wrote with."""


class SquaredLoss:
    """A loss to try with: C = (a − y)², with the share of a mean."""

    def share(self, count):
        """1/count."""
        return 1.0 / count

    def forward(self, output, target):
        """C."""
        return (output[0] - target[0]) * (output[0] - target[0])

    def backward(self, output, target):
        """∂C/∂a."""
        return [2.0 * (output[0] - target[0])]


class Line:
    """A network to try with, a = w·x + b; it adds up its gradients and counts what is called."""

    def __init__(self, values=(0.5, -0.25), left_over=0.0):
        self.values, self.grads, self.called = list(values), [left_over, left_over], []

    def forward(self, x):
        """w·x + b."""
        self.x = x
        return [self.values[0] * x[0] + self.values[1]]

    def backward(self, grad):
        """Adds grad·x and grad."""
        self.grads[0] += grad[0] * self.x[0]
        self.grads[1] += grad[0]
        return [grad[0] * self.values[0]]

    def zero_grad(self):
        """Clear them."""
        self.called.append("zero_grad")
        self.grads[:] = [0.0, 0.0]


class Descent:
    """An optimizer to try with, of a Line: one step of gradient descent."""

    def __init__(self, network, lr):
        self.network, self.lr = network, lr

    def step(self):
        """θ ← θ − lr·g."""
        network = self.network
        network.called.append("step")
        for k in range(2):
            network.values[k] -= self.lr * network.grads[k]


class Scale:
    """A layer to try a network with: forward a·k + 1, backward grad·k; it notes what it has been handed."""

    def __init__(self, name, factor):
        self.name, self.factor, self.handed = name, factor, []
        self.values, self.grads = [factor, 2.0 * factor], [0.5, -0.5]

    def forward(self, inputs):
        """a·k + 1."""
        self.handed.append(("forward", list(inputs)))
        return [self.factor * a + 1.0 for a in inputs]

    def backward(self, grad):
        """grad·k."""
        self.handed.append(("backward", list(grad)))
        return [self.factor * g for g in grad]

    def parameters(self):
        """Two numbers."""
        yield "values", self.values, self.grads
