"""Linear: a row of neurons, each of which takes all inputs.

Here the loop runs over the neurons j of one layer. One level down, ``neuron.py`` loops over the inputs k of one neuron.
What every layer does is in ``layer.py``; the other layers are the activations.
"""
from . import neuron
from .initializers import INITIALIZERS
from .layer import Layer
from .linalg import PurennError, ShapeError, Vector, zeros

__all__ = ["Layer", "Linear"]


class Linear(Layer):
    """A row of ``out_features`` neurons, each of which takes all ``in_features`` inputs: z = W a + b.

    ``weight[j]`` is the list of the weights into neuron j, so ``weight`` is out × in, as in
    ``torch.nn.Linear``; ``bias[j]`` is neuron j's bias; without biases, ``bias`` is None.
    ``weight_grad`` and ``bias_grad`` are ∂C/∂w and ∂C/∂b, in the same shapes.

    ``init`` is the name of an initializer (see ``initializers.py``), ``rng`` the generator that the
    numbers are drawn from, by default Python's own ``random`` module.

    Raises PurennError for a size that is not a whole number from 1 up, or an unknown ``init``.
    """

    in_features: int
    out_features: int

    def __init__(self, in_features: int, out_features: int, bias: bool = True, init: str = "uniform", rng=None):
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, int) or size < 1:
                raise PurennError("Linear: %s is %r; it must be a whole number from 1 up" % (name, size))
        if not isinstance(init, str) or init not in INITIALIZERS:
            raise PurennError("Linear: init is %r; it must be one of %s" % (init, ", ".join(sorted(INITIALIZERS))))
        if rng is None:
            import random
            rng = random
        self.in_features = in_features
        self.out_features = out_features
        self.neurons = range(out_features)          # their numbers, j
        self.weight, biases = INITIALIZERS[init](in_features, out_features, rng)
        self.bias = biases if bias else None
        self.weight_grad = zeros(out_features, in_features)
        self.bias_grad = zeros(out_features) if bias else None

    def forward(self, inputs: Vector) -> Vector:
        """z_j = Σ_k w_jk·a_k + b_j, for each neuron j: ``in_features`` numbers in, ``out_features`` out.

        Nielsen, chapter 2, the sum inside equation 23. Raises ShapeError if the number of inputs is wrong.
        """
        if len(inputs) != self.in_features:
            raise ShapeError("%r: the input has %d numbers; expected %d, "
                             "one sample (predict takes a batch)" % (self, len(inputs), self.in_features))
        self.inputs = inputs
        z = []
        for j in self.neurons:
            if self.bias is None:
                b = 0.0
            else:
                b = self.bias[j]
            z.append(neuron.forward(self.weight[j], b, inputs))
        return z

    def backward(self, delta: Vector) -> Vector:
        """From δ_j = ∂C/∂z_j to ∂C/∂a_k = Σ_j δ_j·w_jk, adding up ∂C/∂w_jk and ∂C/∂b_j on the way.

        ``out_features`` numbers in, ``in_features`` out. Each neuron j adds its own share to
        ``input_grads``. The weights are those of the forward pass: they change only when every
        gradient is known. Nielsen, chapter 2, BP2 to BP4.
        """
        input_grads = [0.0] * self.in_features
        for j in self.neurons:
            bias_slope = neuron.backward(delta[j], self.weight[j], self.inputs, self.weight_grad[j], input_grads)
            if self.bias_grad is not None:
                self.bias_grad[j] += bias_slope
        return input_grads

    def parameters(self):
        """``weight[0]``, ``weight[1]``, … (the weights into each neuron), then ``bias``."""
        for j in range(self.out_features):
            yield f"weight[{j}]", self.weight[j], self.weight_grad[j]
        if self.bias is not None:
            yield "bias", self.bias, self.bias_grad

    def __repr__(self):
        no_bias = ", bias=False" if self.bias is None else ""
        return "Linear(%d, %d%s)" % (self.in_features, self.out_features, no_bias)
