"""The derivation as a textbook writes it: one sample after another.

A batch's cost is the sum of its samples' costs times a share, C = share · Σ_x C_x, with share = 1/n for a mean
and 1 for a sum. Slopes add up the same way: ∂C/∂θ = share · Σ_x ∂C_x/∂θ. The share is put in where
each sample's backward pass begins, at its output, and the chain rule carries it to every gradient.

Here the loop runs over the samples x of a batch; one level down, ``network.py`` loops over the layers.
"""
import math

from ..linalg import Matrix


class Engine:
    """What every engine does: get a batch's cost and gradients. An engine of your own defines the first two methods."""

    why_not = ""                                                # why ``auto`` has not chosen the faster ``compiled``

    def gradients(self, network, loss, inputs: Matrix, targets: Matrix) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs."""
        raise NotImplementedError("%s has no gradients(network, loss, inputs, targets)" % type(self).__name__)

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        raise NotImplementedError("%s has no outputs(network, inputs)" % type(self).__name__)

    def learn(self, network, loss, optimizer, inputs: Matrix, targets: Matrix) -> tuple:
        """Learn from one batch: clear the gradients, get ∂C/∂θ, step; return the cost before it, and the outputs.

        Where the cost is not finite there is no step.
        """
        network.zero_grad()
        cost, outputs = self.gradients(network, loss, inputs, targets)
        if math.isfinite(cost):
            optimizer.step()
        return cost, outputs

    def epoch(self, network, loss, optimizer, data, batch_size, rng):
        """Learn from all batches of an epoch: an iterator over each batch's cost, size, and number of right outputs.

        ``rng`` shuffles, as in ``training.batches``. If the method returns None, as here, the caller learns by batch.
        """

    def sync(self) -> None:
        """Bring the network's lists up to date, if the engine keeps the numbers elsewhere."""

    def close(self) -> None:
        """End what the engine keeps running, such as processes."""


class Loops(Engine):
    """The engine that is the derivation."""

    def gradients(self, network, loss, inputs: Matrix, targets: Matrix) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs.

        Nielsen, chapter 2, "The backpropagation algorithm".
        """
        share = loss.share(len(inputs))
        outputs = []
        for x, y in zip(inputs, targets):
            output = network.forward(x)                         # x → a
            grad = loss.backward(output, y)                     # ∂C_x/∂a_j
            batch_grad = []
            for g in grad:
                batch_grad.append(share * g)                    # ∂C/∂a_j = share · ∂C_x/∂a_j
            network.backward(batch_grad)                        # ∂C/∂θ += share · ∂C_x/∂θ
            outputs.append(output)
        return batch_cost(loss, outputs, targets), outputs

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        return [network.forward(x) for x in inputs]

    def __repr__(self):
        return "Loops()"


def batch_cost(loss, outputs: Matrix, targets: Matrix) -> float:
    """C = share · Σ_x C_x: the cost of a batch, from the outputs for its samples."""
    total = 0.0
    for i in range(len(outputs)):
        total += loss.forward(outputs[i], targets[i])           # C_x
    return loss.share(len(outputs)) * total
