"""What every layer does: forward, backward, and the list of what it learns.

``forward`` computes the layer's outputs and keeps what the backward pass needs. ``backward`` is given
∂C/∂(its outputs), adds up ∂C/∂(its parameters), and returns ∂C/∂(its inputs), which the layer before it
needs. That is the whole of backpropagation; ``network.py`` only walks the layers in order.

``layers.py`` has Linear, a row of neurons; ``activations.py`` has the layers between two Linear layers.
"""
from .linalg import Vector


class Layer:
    """What every layer does. For a layer of your own, subclass it and write forward and backward.

    A layer that needs certain sizes sets ``in_features`` and ``out_features``; None means any size. A
    layer that learns also defines ``parameters``.
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

        Both lists are the layer's own: changing them in place changes the layer. By default there are none.
        """
        return []

    def __repr__(self):
        return "%s()" % type(self).__name__
