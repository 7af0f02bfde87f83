"""Losses: how wrong an output is, and which way is better.

A loss looks at one sample. ``forward`` is its cost C, one number; ``backward`` is the slope of
that number, ∂C/∂a_j, one for each output: the first factor of the chain rule, where
backpropagation begins.

A batch's cost is the mean or the sum of its samples' costs, as ``reduction`` says. The factor of
each sample's cost, 1/n or 1, is in ``Loss.share`` and nowhere else, so the cost and its gradient
always use the same factor.
"""
import math

from .activations import exponentials, sigmoid, softmax
from .linalg import PurennError, Vector


class Loss:
    """What every loss does. For a loss of your own, subclass it and write forward and backward.

    Raises PurennError unless reduction is "mean" or "sum".
    """

    reduction = "mean"
    threshold = 0.5                         # a single output from here up means class 1

    def __init__(self, reduction: str = "mean"):
        if reduction not in ("mean", "sum"):
            raise PurennError("%s: reduction is %r; it must be \"mean\" or \"sum\"" % (type(self).__name__, reduction))
        self.reduction = reduction

    def share(self, count: int) -> float:
        """The factor of each of ``count`` terms: 1/count for "mean", 1 for "sum"."""
        return 1.0 / count if self.reduction == "mean" else 1.0

    def forward(self, output: Vector, target: Vector) -> float:
        """The cost C of one sample."""
        raise NotImplementedError("%s has no forward(output, target)" % type(self).__name__)

    def backward(self, output: Vector, target: Vector) -> Vector:
        """∂C/∂a_j for each output of one sample."""
        raise NotImplementedError("%s has no backward(output, target)" % type(self).__name__)

    def answer(self, output: Vector) -> Vector:
        """The output as an answer: its sigmoid if the loss takes the logits of a sigmoid, else the output itself."""
        return output

    def check_targets(self, targets: list) -> None:
        """Raise PurennError where a target is outside what this loss is defined for."""

    def __repr__(self):
        return "%s(reduction=%r)" % (type(self).__name__, self.reduction)


def squared_error(output: Vector, target: Vector) -> float:
    """‖a − y‖² = Σ_j (a_j − y_j)².

    >>> squared_error([1.0, 2.0], [0.0, 0.0])
    5.0
    """
    total = 0.0
    for a, y in zip(output, target):
        error = a - y
        total += error * error
    return total


class MSELoss(Loss):
    """Squared error: C = 1/m · Σ_j (a_j − y_j)², averaged over the m outputs and the samples.

    With reduction="sum" nothing is divided: C = Σ_j (a_j − y_j)². As in ``torch.nn.MSELoss``,
    there is no ½, and so there is a 2 in the gradient.
    """

    def forward(self, output: Vector, target: Vector) -> float:
        """C = 1/m · Σ_j (a_j − y_j)².

        >>> MSELoss().forward([1.0, 0.0], [0.0, 0.0])
        0.5
        """
        return self.share(len(output)) * squared_error(output, target)

    def backward(self, output: Vector, target: Vector) -> Vector:
        """∂C/∂a_j = 1/m · 2·(a_j − y_j).

        >>> MSELoss().backward([1.0, 0.0], [0.0, 0.0])
        [1.0, 0.0]
        """
        share = self.share(len(output))
        return [share * 2.0 * (a - y) for a, y in zip(output, target)]


class HalfSquaredErrorLoss(Loss):
    """Half the squared error: C = ½‖a − y‖² = ½ Σ_j (a_j − y_j)², a sum over the outputs.

    The ½ is there to cancel the 2 in the gradient. This is the cost in Mazur's "A Step by Step
    Backpropagation Example" and, averaged over the samples, in Nielsen's chapter 2 (equation 26).
    ``reduction`` is about the samples alone and is "sum" unless you say "mean".
    """

    def __init__(self, reduction: str = "sum"):
        Loss.__init__(self, reduction)

    def forward(self, output: Vector, target: Vector) -> float:
        """C = ½‖a − y‖².

        >>> HalfSquaredErrorLoss().forward([1.0, 2.0], [0.0, 0.0])
        2.5
        """
        return 0.5 * squared_error(output, target)

    def backward(self, output: Vector, target: Vector) -> Vector:
        """∂C/∂a_j = a_j − y_j.

        >>> HalfSquaredErrorLoss().backward([1.0, 2.0], [0.0, 0.0])
        [1.0, 2.0]
        """
        return [a - y for a, y in zip(output, target)]


class BCELoss(Loss):
    """Binary cross-entropy: C = −1/m · Σ_j [y_j·ln a_j + (1 − y_j)·ln(1 − a_j)].

    For outputs that are probabilities, so the network ends in a Sigmoid. The mean is over the m
    outputs and the samples, as in ``torch.nn.BCELoss``.
    Two limits, also as in PyTorch: a logarithm is at least −100, the divisor a·(1 − a) of ∂C/∂a at least 1e-12.
    Where the Sigmoid is so sure that a is rounded to 0 or 1, its own derivative is 0, and so is
    ∂C/∂z, even if a is wrong; BCEWithLogitsLoss has no such limits. Targets lie between 0 and 1.
    """

    def forward(self, output: Vector, target: Vector) -> float:
        """C = −1/m · Σ_j [y_j·ln a_j + (1 − y_j)·ln(1 − a_j)].

        >>> BCELoss().forward([0.5], [1.0]) == math.log(2.0)
        True

        Raises PurennError where an output is not a probability.
        """
        total = 0.0
        for a, y in zip(output, target):
            if a < 0.0 or a > 1.0:
                raise PurennError("BCELoss: an output is %r; it must be a probability from 0 to 1, "
                                  "so end the network with a Sigmoid" % (a,))
            total -= y * _log(a) + (1.0 - y) * _log(1.0 - a)
        return self.share(len(output)) * total

    def backward(self, output: Vector, target: Vector) -> Vector:
        """∂C/∂a_j = 1/m · (a_j − y_j) / (a_j·(1 − a_j)).

        The denominator is σ′: behind a Sigmoid it cancels the σ′ in δ = ∂C/∂a · σ′, and ∂C/∂z_j is (a_j − y_j)/m.

        >>> BCELoss().backward([0.5], [1.0])
        [-2.0]
        """
        share = self.share(len(output))
        return [share * ((a - y) / max(a * (1.0 - a), 1e-12)) for a, y in zip(output, target)]

    def check_targets(self, targets: list) -> None:
        """Raise PurennError where a target is not between 0 and 1."""
        _check_shares(self, targets)


class BCEWithLogitsLoss(Loss):
    """Sigmoid and binary cross-entropy in one: C = 1/m · Σ_j [max(z_j, 0) − z_j·y_j + ln(1 + e^−|z_j|)].

    It takes the logits z, so the network ends with a Linear layer, without Sigmoid, as for
    ``torch.nn.BCEWithLogitsLoss``. An output z means the probability p = σ(z), and class 1 where z ≥ 0. The mean is
    over the m outputs and the samples. Targets lie between 0 and 1.

    Why sigmoid and binary cross-entropy belong together. With p = σ(z), for one output:

        C     = −y·ln p − (1 − y)·ln(1 − p)
        ∂C/∂p = −y/p + (1 − y)/(1 − p) = (p − y) / (p·(1 − p))
        ∂p/∂z = p·(1 − p)
        ∂C/∂z = ∂C/∂p · ∂p/∂z = p − y                               p·(1 − p) cancels

    No denominator is left that could be rounded to 0. Where p is wrong and rounded to 0 or 1, ∂C/∂z is 0 with
    Sigmoid and BCELoss; here it is −1 or 1. The cost needs no logarithm of p:

        ln p       = −ln(1 + e^−z)
        ln(1 − p)  = −z − ln(1 + e^−z)
        C          = (1 − y)·z + ln(1 + e^−z)                       for z ≥ 0: e^−z is at most 1
                   = −y·z + ln(1 + e^z)                             for z < 0: ln(1 + e^−z) = −z + ln(1 + e^z)
                   = max(z, 0) − z·y + ln(1 + e^−|z|)               both in one
    """

    threshold = 0.0                         # σ(0) = ½

    def forward(self, output: Vector, target: Vector) -> float:
        """C = 1/m · Σ_j [max(z_j, 0) − z_j·y_j + ln(1 + e^−|z_j|)].

        >>> BCEWithLogitsLoss().forward([0.0], [1.0]) == math.log(2.0)
        True
        """
        total = 0.0
        for z, y in zip(output, target):
            total += max(z, 0.0) - z * y + log_of_one_plus(math.exp(-abs(z)))
        return self.share(len(output)) * total

    def backward(self, output: Vector, target: Vector) -> Vector:
        """∂C/∂z_j = 1/m · (σ(z_j) − y_j).

        >>> BCEWithLogitsLoss().backward([0.0], [1.0])
        [-0.5]
        """
        share = self.share(len(output))
        return [share * (sigmoid(z) - y) for z, y in zip(output, target)]

    def answer(self, output: Vector) -> Vector:
        """The probabilities that the logits stand for, p_j = σ(z_j)."""
        return [sigmoid(z) for z in output]

    def check_targets(self, targets: list) -> None:
        """Raise PurennError where a target is not between 0 and 1."""
        _check_shares(self, targets)


def log_of_one_plus(q: float) -> float:
    """ln(1 + q) for q from 0 to 1, with all digits even where q is small and 1 + q is rounded.

    Let s be 1 + q, rounded. The fraction ln(t)/(t − 1) is nearly the same for t = s and t = 1 + q, so ln(1 + q) =
    q · ln(s)/(s − 1), apart from rounding. (W. Kahan; D. Goldberg, "What Every Computer Scientist Should Know About
    Floating-Point Arithmetic", theorem 4.)

    >>> log_of_one_plus(1e-20), log_of_one_plus(1.0) == math.log(2.0)
    (1e-20, True)
    """
    s = 1.0 + q
    return q * (math.log(s) / (s - 1.0)) if s > 1.0 else q


class CrossEntropyLoss(Loss):
    """Cross-entropy behind softmax: C = −Σ_i y_i·ln p_i with p = softmax(z).

    It takes the logits z, so the network ends with a Linear layer, without Softmax, as for
    ``torch.nn.CrossEntropyLoss``. A target is one-hot: 1 for the right class, otherwise 0. The
    mean is over the samples; within a sample, only the right class contributes, so there is nothing to average.

    Why softmax and cross-entropy belong together. By the chain rule, with ∂p_i/∂z_j = p_i·([i = j] − p_j) from
    ``activations.softmax_jacobian``, where [i = j] is 1 if i = j, otherwise 0:

        ∂C/∂p_i = −y_i / p_i                                        from C = −Σ_i y_i·ln p_i
        ∂C/∂z_j = Σ_i ∂C/∂p_i · ∂p_i/∂z_j
                = Σ_i (−y_i / p_i) · p_i·([i = j] − p_j)            p_i cancels
                = −Σ_i y_i·[i = j] + Σ_i y_i·p_j                    of the first sum, only i = j remains
                = −y_j + p_j·Σ_i y_i                                Σ_i y_i = 1 for a one-hot target
                = p_j − y_j

    Averaged over a batch of N samples: (p_j − y_j)/N. No p is left in a denominator, so nothing
    is divided by zero, however sure and wrong the network is.
    """

    def forward(self, output: Vector, target: Vector) -> float:
        """C = −Σ_i y_i·ln p_i = Σ_i y_i·(ln Σ_j e^(z_j − m) + (m − z_i)), with m the largest z.

        >>> CrossEntropyLoss().forward([0.0, 0.0], [1.0, 0.0]) == math.log(2.0)
        True
        """
        _, powers, m = exponentials(output)
        log_powers = math.log(powers)                           # ln Σ_j e^(z_j − m); adding it to m would lose digits
        total = 0.0
        for z, y in zip(output, target):
            total += y * (log_powers + (m - z))                 # −y_i · ln p_i
        return total

    def backward(self, output: Vector, target: Vector) -> Vector:
        """∂C/∂z_j = p_j − y_j.

        >>> CrossEntropyLoss().backward([0.0, 0.0], [1.0, 0.0])
        [-0.5, 0.5]
        """
        return [p - y for p, y in zip(softmax(output), target)]

    def check_targets(self, targets: list) -> None:
        """Raise PurennError where a target is not one-hot."""
        for i in range(len(targets)):
            if sorted(targets[i]) != [0.0] * (len(targets[i]) - 1) + [1.0]:
                raise PurennError("CrossEntropyLoss: targets[%d] is %r; a target must be one-hot, "
                                  "1 for its class and 0 for the others" % (i, targets[i]))


def _check_shares(loss, targets):
    for i in range(len(targets)):
        for y in targets[i]:
            if not 0.0 <= y <= 1.0:
                raise PurennError("%s: targets[%d] is %r; each target must be from 0 to 1"
                                  % (type(loss).__name__, i, targets[i]))


def _log(p):
    return -100.0 if p <= 0.0 else max(math.log(p), -100.0)        # nan stays nan


LOSSES: dict = {
    "mse": MSELoss,
    "sse": lambda: MSELoss(reduction="sum"),                    # the sum of squared errors
    "half-sse": HalfSquaredErrorLoss,
    "bce": BCELoss,
    "bce-with-logits": BCEWithLogitsLoss,
    "cross-entropy": CrossEntropyLoss,
}
