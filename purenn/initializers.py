"""The weights before training.

They must not all be equal: if all weights are equal, and all biases are equal, the neurons of a hidden layer get
equal gradients and stay alike forever (``zeros`` is here to show it). And the activations should neither grow nor
shrink from layer to layer: the variances in ``xavier_normal``, ``xavier_uniform`` and ``he`` are chosen for that.

Each initializer takes the size of a layer and a generator, ``rng``, and returns its weights
(out × in: one row for each neuron) and its biases. ``rng`` is a ``random.Random`` or anything with
``uniform(low, high)`` and ``gauss(mean, deviation)``. The weights are drawn before the biases,
row by row, so that a seed gives the same network on every Python.
"""
import math

from .linalg import zeros


def uniform(in_features: int, out_features: int, rng):
    """Weights and biases from U(−1, 1)."""
    weight = _matrix(in_features, out_features, lambda: rng.uniform(-1.0, 1.0))
    return weight, [rng.uniform(-1.0, 1.0) for _ in range(out_features)]


def normal(in_features: int, out_features: int, rng):
    """Weights and biases from N(0, 1): mean 0, variance 1."""
    weight = _matrix(in_features, out_features, lambda: rng.gauss(0.0, 1.0))
    return weight, [rng.gauss(0.0, 1.0) for _ in range(out_features)]


def xavier_normal(in_features: int, out_features: int, rng):
    """Weights from N(0, 2 / (in + out)), biases 0. For sigmoid and tanh.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 12.
    """
    deviation = math.sqrt(2.0 / (in_features + out_features))
    return _matrix(in_features, out_features, lambda: rng.gauss(0.0, deviation)), zeros(out_features)


def xavier_uniform(in_features: int, out_features: int, rng):
    """Weights from U(−r, r) with r = √(6 / (in + out)), biases 0. The variance is that of xavier_normal.

    Glorot and Bengio, 2010, equation 16.
    """
    r = math.sqrt(6.0 / (in_features + out_features))
    return _matrix(in_features, out_features, lambda: rng.uniform(-r, r)), zeros(out_features)


def he(in_features: int, out_features: int, rng):
    """Weights from N(0, 2 / in), biases 0. For ReLU, which lets half of its inputs through.

    He et al., "Delving Deep into Rectifiers", 2015, equation 10.
    """
    deviation = math.sqrt(2.0 / in_features)
    return _matrix(in_features, out_features, lambda: rng.gauss(0.0, deviation)), zeros(out_features)


def all_zeros(in_features: int, out_features: int, rng):
    """Weights and biases 0: if all layers begin so, a hidden layer's neurons stay alike."""
    return zeros(out_features, in_features), zeros(out_features)


def _matrix(in_features, out_features, draw):
    return [[draw() for _ in range(in_features)] for _ in range(out_features)]


INITIALIZERS = {
    "uniform": uniform,
    "normal": normal,
    "xavier": xavier_normal,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "he": he,
    "zeros": all_zeros,
}
