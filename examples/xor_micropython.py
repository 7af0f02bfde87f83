"""XOR on MicroPython, trained by the same sources as on CPython. In double precision, the digits are the same, too.

    micropython examples/xor_micropython.py
    python3 examples/xor_micropython.py

On a board with MicroPython, connected by USB, with this computer's files (first ``pip install mpremote``):

    mpremote mount . run examples/xor_micropython.py

To copy purenn to the board (its import takes about 100 KB of RAM, because the board compiles the sources):

    mpremote mkdir :purenn :purenn/engines :purenn/data
    cd purenn
    mpremote cp __init__.py linalg.py layer.py activations.py initializers.py losses.py neuron.py layers.py :purenn/
    mpremote cp network.py optimizers.py training.py :purenn/
    mpremote cp engines/__init__.py engines/loops.py :purenn/engines/
    mpremote cp data/__init__.py data/tasks.py :purenn/data/
    cd ..
    mpremote run examples/xor_micropython.py

MicroPython has no ``random.Random``, so the weights come from a generator of our own. In double
precision the numbers in memory are the same as CPython's, to the last bit; 15 digits of them are shown, because
MicroPython's ``repr`` is sometimes wrong in the last of 17. Most boards compute in single precision, where the digits
differ from the seventh on.
"""
import gc
import sys

if hasattr(gc, "threshold"):                        # MicroPython: collect after every 8 KB while the sources are
    gc.threshold(8192)                              # compiled, so that what is free stays in one piece

if "__file__" in globals():                         # on a board there is none, and purenn is in its root folder
    here = __file__.replace("\\", "/").rpartition("/")[0]
    sys.path.insert(0, (here or ".") + "/..")

from purenn import SGD, MSELoss, Network, evaluate, train  # noqa: E402
from purenn.data.tasks import xor  # noqa: E402


class MinimalStandard:
    """s ← 16807·s mod (2³¹ − 1): Park and Miller's "minimal standard" generator, CACM 31 (1988), 1192-1201.

    Whole numbers only, so every Python draws the same. ``seed`` is from 1 to 2³¹ − 2. Good enough for the weights of a
    small network, and for nothing more.
    """

    def __init__(self, seed):
        self.state = seed

    def draw(self):
        """The next state, from 1 to 2³¹ − 2."""
        self.state = 16807 * self.state % 2147483647
        return self.state

    def uniform(self, low, high):
        """A number between ``low`` and ``high``."""
        return low + (high - low) * (self.draw() / 2147483647.0)


def main():
    """Train until the loss is below 0.005, and print the output for each point."""
    data = xor()
    network = Network.mlp([2, 4, 4, 1], rng=MinimalStandard(1))
    loss = MSELoss()
    optimizer = SGD(network.parameters(), lr=1.0, momentum=0.9)
    for epoch in train(network, data, loss, optimizer, epochs=2000):
        if epoch.number % 50 == 1:
            print("epoch %4d   loss %.15g" % (epoch.number, epoch.loss))
        if epoch.loss < 0.005:
            break
    final, accuracy, outputs = evaluate(network, loss, data)
    print("after %d epochs: loss %.15g, accuracy %d/%d" % (epoch.number, final, round(accuracy * len(outputs)),
                                                       len(outputs)))
    for x, y, a in zip(data.inputs, data.targets, outputs):
        print("x = (%.1f, %.1f)   y = %d   output %.15g" % (x[0], x[1], y[0], a[0]))


if __name__ == "__main__":
    main()
