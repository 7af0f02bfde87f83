"""The batch in matrix form: for wide layers, and to see how the loops over neurons become products of matrices.

The samples of a batch are the rows of a matrix A. Three products of matrices take the
place of the loops over samples, neurons and inputs. In each, rows are dotted with rows (``linalg.rows_dotted``):

    forward    z_j = Σ_k w_jk·a_k + b_j, for each sample       Z  = A·Wᵀ + b
    backward   ∂C/∂w_jk = Σ over the samples of δ_j·a_k        dW = δᵀ·A
               ∂C/∂a_k = Σ_j δ_j·w_jk, for each sample         dA = δ·W

A dot product of long rows is what Python has fast tools for.
The sums are added up in another order than in ``Loops``, so the numbers differ by rounding, within 1e-9.
"""
import math
import sys
from operator import add, mul

from ..activations import Activation, Softmax
from ..layers import Linear
from ..linalg import Matrix as Rows
from ..linalg import Vector, dot, rows_dotted, transpose
from .loops import Engine, batch_cost


def sum_of_products(a: Vector, b: Vector) -> float:
    """a·b by ``sum`` and ``map``, which loop in C; the lengths are not checked."""
    return sum(map(mul, a, b))


def fastest_dot():
    """The dot product that is fastest on this Python for rows of some length.

    That is ``math.sumprod`` if there is one (from 3.12 on), otherwise ``sum`` and ``map`` on CPython and the plain loop
    elsewhere, because PyPy compiles it. A test checks that this choice is the fastest. The
    functions are not timed here: they differ in the last digits, so the choice must always be the same.
    """
    if sys.implementation.name != "cpython":
        return dot
    return getattr(math, "sumprod", sum_of_products)


class Matrix(Engine):
    """The engine for wide layers. ``dot`` is a function of two equally long rows; without it ``fastest_dot()``."""

    def __init__(self, dot=None):
        self.dot = dot or fastest_dot()

    def gradients(self, network, loss, inputs: Rows, targets: Rows) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs."""
        trail = self._trail(network, inputs)
        outputs = trail[-1]
        share = loss.share(len(inputs))
        grad = [[share * g for g in loss.backward(output, y)] for output, y in zip(outputs, targets)]
        for i in reversed(range(len(network.layers))):
            after = trail.pop()                     # what is no longer needed is not kept
            grad = self._backward(network.layers[i], trail[-1], after, grad, i > 0)
        return batch_cost(loss, outputs, targets), outputs

    def outputs(self, network, inputs: Rows) -> Rows:
        """The network's output for each input."""
        rows = inputs
        for layer in network.layers:
            rows = self._forward(layer, rows)
        return rows

    def _trail(self, network, inputs):
        """What goes into each layer, one row for each sample, and last the outputs."""
        trail = [inputs]
        for layer in network.layers:
            trail.append(self._forward(layer, trail[-1]))
        return trail

    def _forward(self, layer, rows):
        if type(layer) is Linear:
            z = rows_dotted(rows, layer.weight, self.dot)                       # A·Wᵀ
            return [list(map(add, row, layer.bias)) for row in z] if layer.bias else z
        if _bends_each_alone(layer):
            f = layer.function
            return [[f(z) for z in row] for row in rows]
        return [layer.forward(row) for row in rows]

    def _backward(self, layer, before, after, grad, wanted):
        """From ∂C/∂(after the layer) to ∂C/∂(before it), which is not always wanted."""
        if type(layer) is Linear:
            delta = transpose(grad)
            for j, row in enumerate(rows_dotted(delta, transpose(before), self.dot)):       # δᵀ·A
                layer.weight_grad[j][:] = map(add, layer.weight_grad[j], row)
            if layer.bias_grad:
                ones = [1.0] * len(grad)
                layer.bias_grad[:] = map(add, layer.bias_grad, [self.dot(row, ones) for row in delta])
            return rows_dotted(grad, transpose(layer.weight), self.dot) if wanted else None  # δ·W
        if _bends_each_alone(layer):
            slope = layer.derivative
            for i, rows in enumerate(zip(grad, before, after)):
                grad[i] = [g * slope(z, a) for g, z, a in zip(*rows)]       # in the place of the old row, which is done
            return grad
        found = []
        for row, g in zip(before, grad):
            layer.forward(row)                      # a layer keeps only its last sample: give it this one again
            found.append(layer.backward(g))
        return found

    def __repr__(self):
        return f"Matrix(dot={self.dot.__name__})"


def _bends_each_alone(layer):
    return isinstance(layer, Activation) and not isinstance(layer, Softmax) and (
        type(layer).forward is Activation.forward and type(layer).backward is Activation.backward)
