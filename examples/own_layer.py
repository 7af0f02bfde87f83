"""An activation and a layer of your own: checked by gradcheck, then trained on xor.

For readers who want to try something that purenn does not have.

    python examples/own_layer.py                            the check and the training
    python examples/own_layer.py xor --activation swish     the command line, which knows the activation, too
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))     # where purenn is not installed

from purenn import Activation, Adam, Layer, Linear, MSELoss, Network, Sigmoid, evaluate, train  # noqa: E402
from purenn.activations import ACTIVATIONS, sigmoid  # noqa: E402
from purenn.data.tasks import xor  # noqa: E402
from purenn.study.gradcheck import gradcheck, verdict, worst  # noqa: E402


class Swish(Activation):
    """a = z·σ(z). Ramachandran, Zoph and Le, "Searching for Activation Functions", 2017."""

    def function(self, z):
        """a = z·σ(z)."""
        return z * sigmoid(z)

    def derivative(self, z, a):
        """∂a/∂z = σ(z) + z·σ(z)·(1 − σ(z)) = a + σ(z)·(1 − a)."""
        return a + sigmoid(z) * (1.0 - a)


class Square(Layer):
    """a_j = x_j². As many numbers out as in, and nothing to learn."""

    def forward(self, inputs):
        """a_j = x_j². Keeps the inputs, which the backward pass needs."""
        self.inputs = inputs
        return [x * x for x in inputs]

    def backward(self, grad):
        """∂C/∂x_j = ∂C/∂a_j · 2·x_j."""
        return [g * 2.0 * x for g, x in zip(grad, self.inputs)]


def main():
    """Check the gradients, train, and print the outputs for the four corners."""
    rng = random.Random(1)
    network = Network([Linear(2, 4, rng=rng), Swish(), Linear(4, 2, rng=rng), Square(), Linear(2, 1, rng=rng),
                       Sigmoid()])
    data, loss = xor(), MSELoss()
    entries = gradcheck(network, loss, data.inputs, data.targets)
    print("gradcheck: %d gradients, the worst is %s" % (len(entries), verdict(worst(entries))))

    optimizer = Adam(network.parameters(), lr=0.05)
    for epoch in train(network, data, loss, optimizer, epochs=1000):
        if epoch.number % 20 == 1:
            print("epoch %4d   loss %.6f" % (epoch.number, epoch.loss))
        if epoch.loss < 0.005:
            break
    final, accuracy, _ = evaluate(network, loss, data)
    print("After %d epochs: loss %.6f, accuracy %.3f" % (epoch.number, final, accuracy))
    for x in ([0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]):
        print("x = (%g, %g)   output %.4f" % (*x, *network.forward(x)))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        ACTIVATIONS["swish"] = Swish                    # before the first command, which reads the names
        from purenn.cli.main import main as command_line
        sys.exit(command_line())
