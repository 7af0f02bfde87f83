"""One neuron: the lowest level, where every quantity is a local variable.

A neuron weighs its inputs and adds its bias. Set a breakpoint here to see backpropagation number
by number: ``weights`` and ``inputs`` are plain lists, ``k`` counts the inputs, and each line is
one formula of the derivation. Which neuron it is (its j) is one step up, in ``layers.py``.

The activation that follows, a = f(z), is a layer of its own (``activations.py``), so that the
chain rule's factors ∂C/∂a, ∂a/∂z and ∂z/∂w are computed one at a time.
"""
from .linalg import Vector


def forward(weights: Vector, bias: float, inputs: Vector) -> float:
    """z = Σ_k w_k·a_k + b: the weighted sum of the inputs.

    ``weights`` (w_k) and ``inputs`` (a_k) are equally long. Nielsen, "Neural Networks and Deep
    Learning", chapter 2, the sum inside equation 23: http://neuralnetworksanddeeplearning.com/chap2.html

    >>> forward([0.15, 0.20], 0.35, [0.05, 0.10])
    0.3775
    """
    z = bias                                        # b
    for k in range(len(weights)):
        z += weights[k] * inputs[k]                 # + w_k · a_k
    return z


def backward(delta: float, weights: Vector, inputs: Vector, weight_grads: Vector, input_grads: Vector) -> float:
    """From δ = ∂C/∂z to the slopes ∂C/∂w_k of the weights, ∂C/∂a_k of the inputs and ∂C/∂b of the bias.

    From z = Σ_k w_k·a_k + b follow the three slopes of z: ∂z/∂w_k = a_k, ∂z/∂a_k = w_k and
    ∂z/∂b = 1. The chain rule multiplies each by δ:

        ∂C/∂w_k = δ · a_k       added to ``weight_grads[k]``: the samples of a batch add up
        ∂C/∂a_k = Σ_j δ_j·w_jk  this neuron's δ·w_k is added to ``input_grads[k]``, because a_k
                                changes the cost through every neuron j that it goes into
        ∂C/∂b   = δ             returned

    All four lists are equally long. Nielsen, chapter 2, BP4, the sum inside BP2, and BP3.
    """
    for k in range(len(weights)):
        weight_grads[k] += delta * inputs[k]        # ∂C/∂w_k  = δ · a_k
        input_grads[k] += delta * weights[k]        # ∂C/∂a_k += δ · w_k
    return delta                                    # ∂C/∂b    = δ · 1
