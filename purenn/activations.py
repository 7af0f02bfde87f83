"""Activation functions, each beside its derivative, and as layers.

Between two Linear layers stands an activation: without it, all layers together are one linear
map, and no straight line separates XOR. Each function f turns a weighted sum z into an activation
a = f(z); on the way back its derivative is the factor ∂a/∂z of the chain rule:

    ∂C/∂z = ∂C/∂a · ∂a/∂z = ∂C/∂a · f′(z)

``Activation.derivative`` takes both z and a = f(z), because some derivatives are cheaper to compute from a.
It is easy to use the wrong one of the two: σ′ is a·(1 − a), not z·(1 − z), and tanh′ is 1 − a²,
not 1 − tanh(a)².
"""
import math
from math import exp

from .layer import Layer
from .linalg import Matrix, PurennError, Vector, is_finite, zeros


def sigmoid(z: float) -> float:
    """σ(z) = 1 / (1 + e^−z), between 0 and 1.

    For negative z it is written e^z / (1 + e^z), the same value, so that exp is never
    given a large positive number and cannot overflow.

    >>> sigmoid(0.0), sigmoid(1000.0), sigmoid(-1000.0)
    (0.5, 1.0, 0.0)
    """
    if z >= 0.0:
        return 1.0 / (1.0 + exp(-z))
    e = exp(z)
    return e / (1.0 + e)


def sigmoid_derivative(z: float, a: float) -> float:
    """σ′(z) = a·(1 − a), from the activation a = σ(z); between 0 and 1/4.

    >>> sigmoid_derivative(0.0, 0.5)
    0.25
    """
    return a * (1.0 - a)


def tanh(z: float) -> float:
    """tanh(z) = (e^z − e^−z) / (e^z + e^−z), between −1 and 1.

    >>> tanh(0.0), tanh(1000.0)
    (0.0, 1.0)
    """
    return math.tanh(z)


def tanh_derivative(z: float, a: float) -> float:
    """tanh′(z) = 1 − a², from the activation a = tanh(z); between 0 and 1.

    >>> tanh_derivative(0.0, 0.0)
    1.0
    """
    return 1.0 - a * a


def relu(z: float) -> float:
    """ReLU(z) = max(0, z).

    >>> relu(3.0), relu(-3.0)
    (3.0, 0.0)
    """
    return 0.0 if z <= 0.0 else z           # this way round, nan stays nan


def relu_derivative(z: float, a: float) -> float:
    """ReLU′(z) = 1 for z > 0, otherwise 0. At z = 0, where ReLU has no derivative, it is 0, as in PyTorch.

    >>> relu_derivative(3.0, 3.0), relu_derivative(0.0, 0.0)
    (1.0, 0.0)
    """
    return 1.0 if z > 0.0 else 0.0


def leaky_relu(z: float, slope: float) -> float:
    """LeakyReLU(z) = z for z > 0, otherwise slope·z.

    >>> leaky_relu(3.0, 0.01), leaky_relu(-3.0, 0.01)
    (3.0, -0.03)
    """
    return z if z > 0.0 else slope * z


def leaky_relu_derivative(z: float, slope: float) -> float:
    """LeakyReLU′(z) = 1 for z > 0, otherwise slope (at z = 0 too, as in PyTorch)."""
    return 1.0 if z > 0.0 else slope


def identity(z: float) -> float:
    """f(z) = z: no activation at all."""
    return z


def identity_derivative(z: float, a: float) -> float:
    """f′(z) = 1."""
    return 1.0


def softmax(z: Vector) -> Vector:
    """softmax(z)_i = e^z_i / Σ_j e^z_j: n numbers become n shares, each above 0, that sum to 1.

    The largest z is subtracted from each z_i first. This cancels in the fraction and keeps each power ≤ 1.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    powers, total, _ = exponentials(z)
    return [power / total for power in powers]


def exponentials(z: Vector) -> tuple:
    """Each e^(z_j − m), their sum, and m, the largest z. No power is above 1, so none overflows.

    >>> exponentials([1000.0, 1000.0])
    ([1.0, 1.0], 2.0, 1000.0)
    """
    largest = max(z)
    powers = []
    total = 0.0
    for z_j in z:
        power = exp(z_j - largest)
        powers.append(power)
        total += power
    return powers, total, largest


def softmax_jacobian(a: Vector) -> Matrix:
    """∂a_i/∂z_j = a_i·(1 − a_j) where i = j, otherwise −a_i·a_j, from a = softmax(z); n × n.

    Every output depends on every input, through the common sum: the derivative of softmax is a
    matrix, and its diagonal alone is not the derivative.

    >>> softmax_jacobian([0.5, 0.5])
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    jacobian = zeros(len(a), len(a))
    for i in range(len(a)):
        for j in range(len(a)):
            same = 1.0 if i == j else 0.0
            jacobian[i][j] = a[i] * (same - a[j])
    return jacobian


class Activation(Layer):
    """A layer that applies one function to each of its numbers: a_j = f(z_j).

    Forward n numbers in, n out; backward the same. It has no parameters. It keeps ``z`` and ``a``
    of the last forward pass, which the backward pass needs.

    An activation of your own is a subclass with ``function`` and ``derivative``.
    """

    def function(self, z: float) -> float:
        """a = f(z)."""
        raise NotImplementedError("%s has no function(z)" % type(self).__name__)

    def derivative(self, z: float, a: float) -> float:
        """∂a/∂z = f′(z), from z and a = f(z)."""
        raise NotImplementedError("%s has no derivative(z, a)" % type(self).__name__)

    def forward(self, z: Vector) -> Vector:
        """a_j = f(z_j)."""
        f = self.function
        a = []
        for z_j in z:
            a.append(f(z_j))
        self.z = z
        self.a = a
        return a

    def backward(self, grad: Vector) -> Vector:
        """∂C/∂z_j = ∂C/∂a_j · f′(z_j): from ``grad``, the ∂C/∂a_j, to δ."""
        derivative = self.derivative
        z = self.z
        a = self.a
        delta = []
        for j in range(len(grad)):
            delta.append(grad[j] * derivative(z[j], a[j]))
        return delta


class Sigmoid(Activation):
    """a = σ(z) = 1 / (1 + e^−z)."""

    function = staticmethod(sigmoid)
    derivative = staticmethod(sigmoid_derivative)


class Tanh(Activation):
    """a = tanh(z)."""

    function = staticmethod(tanh)
    derivative = staticmethod(tanh_derivative)


class ReLU(Activation):
    """a = max(0, z)."""

    function = staticmethod(relu)
    derivative = staticmethod(relu_derivative)


class LeakyReLU(Activation):
    """a = z for z > 0, otherwise negative_slope·z. By default the slope is 0.01, as in PyTorch.

    Raises PurennError unless the slope is a finite number.
    """

    def __init__(self, negative_slope: float = 0.01):
        if not is_finite(negative_slope):
            raise PurennError("LeakyReLU: negative_slope is %r; it must be a finite number" % (negative_slope,))
        self.negative_slope = negative_slope

    def function(self, z):
        """a = LeakyReLU(z)."""
        return leaky_relu(z, self.negative_slope)

    def derivative(self, z, a):
        """∂a/∂z = 1 or the slope."""
        return leaky_relu_derivative(z, self.negative_slope)

    def __repr__(self):
        return "LeakyReLU(%r)" % self.negative_slope


class Identity(Activation):
    """a = z: for use where no activation is wanted."""

    function = staticmethod(identity)
    derivative = staticmethod(identity_derivative)


class Softmax(Activation):
    """a = softmax(z), over the whole layer at once.

    In a classifier, leave out this layer and use CrossEntropyLoss, which takes z: softmax and
    cross-entropy together have a much simpler gradient, p − y with p = softmax(z).
    """

    def forward(self, z: Vector) -> Vector:
        """a = softmax(z)."""
        self.z = z
        self.a = softmax(z)
        return self.a

    def backward(self, grad: Vector) -> Vector:
        """∂C/∂z_j = Σ_i ∂C/∂a_i · ∂a_i/∂z_j: because each z_j changes every a_i."""
        jacobian = softmax_jacobian(self.a)
        delta = zeros(len(grad))
        for j in range(len(grad)):
            for i in range(len(grad)):
                delta[j] += grad[i] * jacobian[i][j]
        return delta


ACTIVATIONS = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "identity": Identity,
    "softmax": Softmax,
}
