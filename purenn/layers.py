"""Layers: what every layer does, and Linear, a row of neurons.

A layer goes two ways. ``forward`` turns its inputs into its outputs and keeps what the way back
will need. ``backward`` is handed ∂C/∂(its outputs), adds up ∂C/∂(its parameters), and returns
∂C/∂(its inputs), which is what the layer below wants to be handed. That is the whole of
backpropagation; ``network.py`` only walks the layers in order.

Here the loop runs over the neurons j of one layer. One step in, ``neuron.py`` runs over the
inputs k of one neuron.
"""
from . import neuron
from .initializers import INITIALIZERS
from .linalg import PurennError, ShapeError, Vector, zeros


class Layer:
    """What every layer does. For a layer of your own, subclass it and write forward and backward.

    One that changes the size says its ``in_features`` and ``out_features``, which are None where any
    size will do; one that learns lists its ``parameters``. The activations do the same without being
    subclasses: they stand on a lower floor.
    """

    in_features: "int | None" = None
    out_features: "int | None" = None

    def forward(self, inputs: Vector) -> Vector:
        """The outputs, for the inputs of one sample."""
        raise NotImplementedError("%s has no forward(inputs)" % type(self).__name__)

    def backward(self, grad: Vector) -> Vector:
        """From ∂C/∂outputs to ∂C/∂inputs, adding the parameters' ∂C/∂θ to their gradients."""
        raise NotImplementedError("%s has no backward(grad)" % type(self).__name__)

    def parameters(self):
        """A triple (name, values, gradients) for each list of numbers that the layer learns.

        Both are the layer's own lists, changed in place to change the layer. None unless it says so.
        """
        return []


class Linear(Layer):
    """A row of ``out_features`` neurons, each fed by all ``in_features`` inputs: z = W a + b.

    ``weight[j]`` is the list of the weights into neuron j, so ``weight`` is out × in, as in
    ``torch.nn.Linear``; ``bias[j]`` is its bias, or ``bias`` is None without biases.
    ``weight_grad`` and ``bias_grad`` are ∂C/∂w and ∂C/∂b, in the same shapes.

    ``init`` names how the numbers start (see ``initializers.py``), ``rng`` is the generator they are
    drawn from; without one it is Python's own ``random`` module.

    Raises PurennError for a size that is not a whole number from 1 up, or an unknown ``init``.
    """

    in_features: int
    out_features: int

    def __init__(self, in_features: int, out_features: int, bias: bool = True, init: str = "uniform", rng=None):
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, int) or size < 1:
                raise PurennError("Linear: %s is %r; it must be a whole number from 1 up" % (name, size))
        if init not in INITIALIZERS:
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

        Nielsen, chapter 2, the sum inside equation 23. Raises ShapeError where the number of inputs is wrong.
        """
        if len(inputs) != self.in_features:
            raise ShapeError("%r: the input has %d numbers; expected %d, "
                             "one sample (predict takes a batch)" % (self, len(inputs), self.in_features))
        self.inputs = inputs
        bias = self.bias or [0.0] * self.out_features
        z = []
        for j in self.neurons:
            z.append(neuron.forward(self.weight[j], bias[j], inputs))
        return z

    def backward(self, delta: Vector) -> Vector:
        """From δ_j = ∂C/∂z_j to ∂C/∂a_k = Σ_j δ_j·w_jk, adding up ∂C/∂w_jk and ∂C/∂b_j on the way.

        ``out_features`` numbers in, ``in_features`` out. Each neuron j adds its own share to
        ``input_grads``. The weights are those of the forward pass: they change only when every
        gradient is known. Nielsen, chapter 2, BP2 to BP4.
        """
        bias_grad = self.bias_grad or [0.0] * self.out_features         # without biases nobody looks at it
        input_grads = [0.0] * self.in_features
        for j in self.neurons:
            bias_grad[j] += neuron.backward(delta[j], self.weight[j], self.inputs, self.weight_grad[j], input_grads)
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
