"""A network is a list of layers: forward in order, backward in reverse.

Forward, each layer's output is the next one's input. Backward, each layer's ∂C/∂inputs is the
∂C/∂outputs of the one before it: the chain rule, one layer at a time. Here the loop runs over
the layers; one level down, ``layers.py`` loops over the neurons of one.
"""
from .activations import ACTIVATIONS
from .layers import Layer, Linear
from .linalg import Matrix, PurennError, ShapeError, Vector, check_matrix, check_vector


class Network:
    """A list of layers: Linear, activations, or your own, a subclass of Layer.

    ``in_features`` is that of the first layer that sets it, such as Linear; ``out_features`` is that of the last.

    >>> import random
    >>> from purenn import Sigmoid
    >>> network = Network([Linear(2, 4, rng=random.Random(1)), Sigmoid(), Linear(4, 1, rng=random.Random(2))])
    >>> network.count_parameters()
    17

    Raises PurennError if there are no layers or one is not a layer, and ShapeError unless each
    layer has as many outputs as the next one has inputs.
    """

    def __init__(self, layers):
        if not isinstance(layers, (list, tuple)):
            raise PurennError("Network: layers is %r; give a list of layers" % (layers,))
        self.layers = list(layers)
        if not self.layers:
            raise PurennError("Network: the list of layers is empty; give at least one layer")
        self.in_features = self.out_features = None
        for i in range(len(self.layers)):
            self._check_layer(i, self.layers[i])

    def forward(self, x: Vector) -> Vector:
        """From the input x of one sample to the network's output: a¹ = x, then layer by layer."""
        a = x
        for layer in self.layers:
            a = layer.forward(a)
        return a

    def backward(self, grad: Vector) -> Vector:
        """Compute every gradient from ∂C/∂output of the sample that was last fed forward.

        Adds ∂C/∂θ to each parameter's gradients (``zero_grad`` clears them) and returns ∂C/∂x.
        """
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    @classmethod
    def mlp(cls, sizes, activation: str = "sigmoid", output_activation="sigmoid", init="uniform", bias=True, rng=None):
        """A multilayer perceptron: ``sizes`` [2, 4, 4, 1] is 2 inputs, two hidden layers of 4, 1 output.

        ``activation`` comes after each hidden layer, ``output_activation`` after the output layer. Each is a name from
        ``activations.ACTIVATIONS``, or None for no such layer. ``init``, ``bias`` and ``rng`` go to each Linear.

        Raises PurennError for an unknown name, fewer than two sizes, or a size that is not a
        whole number from 1 up.
        """
        if not isinstance(sizes, (list, tuple)) or len(sizes) < 2:
            raise PurennError("Network.mlp: sizes is %r; give a list, such as [2, 4, 1]: inputs, hidden layers, outputs"
                              % (sizes,))
        for option, name in (("activation", activation), ("output_activation", output_activation)):
            if name is not None and not (isinstance(name, str) and name in ACTIVATIONS):
                raise PurennError("Network.mlp: %s is %r; it must be one of %s"
                                  % (option, name, ", ".join(sorted(ACTIVATIONS))))
        layers: list = []
        last = len(sizes) - 2
        for i in range(last + 1):
            layers.append(Linear(sizes[i], sizes[i + 1], bias=bias, init=init, rng=rng))
            name = output_activation if i == last else activation
            if name is not None:
                layers.append(ACTIVATIONS[name]())
        return cls(layers)

    def predict(self, inputs: Matrix) -> Matrix:
        """The outputs for a batch of inputs: a list of samples in, a list of outputs out.

        Raises PurennError unless ``inputs`` is a list of lists of ``in_features`` finite numbers.
        """
        check_matrix("inputs", inputs, columns=self.in_features)
        return [self.forward(x) for x in inputs]

    def parameters(self):
        """A triple (name, values, gradients) for each row of a weight matrix and each bias vector.

        The names are ``0.weight[0]``, ``0.weight[1]``, …, ``0.bias``, ``2.weight[0]``, …: the number before
        the point is the layer's place in the list. The lists are the layers' own.
        """
        for i in range(len(self.layers)):
            for name, values, grads in self.layers[i].parameters():
                yield f"{i}.{name}", values, grads

    def count_parameters(self) -> int:
        """How many numbers there are to learn."""
        count = 0
        for _, values, _ in self.parameters():
            count += len(values)
        return count

    def zero_grad(self) -> None:
        """Set every gradient to 0, before a new batch adds to it."""
        for layer in self.layers:
            for _, _, grads in layer.parameters():
                grads[:] = [0.0] * len(grads)

    def state_dict(self) -> dict:
        """A copy of what the network has learned: ``{"0.weight": [[…], …], "0.bias": […], …}``.

        The same keys and shapes as ``torch.nn.Sequential`` gives.
        """
        state = {}
        for key, values in self._values_by_key().items():
            state[key] = [list(row) for row in values] if _is_matrix(values) else list(values)
        return state

    def load_state_dict(self, state: dict) -> None:
        """Load what ``state_dict`` returned. All of it is checked before any of it is loaded.

        Raises PurennError for missing or unknown names, and for entries that are not finite numbers;
        ShapeError for wrong shapes.
        """
        if not isinstance(state, dict):
            raise PurennError("load_state_dict: found a %s; give what state_dict() returned" % type(state).__name__)
        own = self._values_by_key()
        for key in own:
            if key not in state:
                raise PurennError("load_state_dict: %r is missing; this network has %s" % (key, ", ".join(own)))
        for key in state:
            if key not in own:
                raise PurennError("load_state_dict: there is no %r here; this network has %s" % (key, ", ".join(own)))
            if _is_matrix(own[key]):
                check_matrix(key, state[key], len(own[key]), len(own[key][0]))
            else:
                check_vector(key, state[key], len(own[key]))
        for key in own:
            if _is_matrix(own[key]):
                for j in range(len(own[key])):
                    own[key][j][:] = [float(value) for value in state[key][j]]
            else:
                own[key][:] = [float(value) for value in state[key]]

    def _values_by_key(self) -> dict:
        """The layers' own lists: rows ``0.weight[0]``, ``0.weight[1]``, … gathered under ``0.weight``."""
        values_by_key: dict = {}
        for name, values, _ in self.parameters():
            if name.endswith("]"):
                key = name[:name.index("[")]
                values_by_key.setdefault(key, []).append(values)
            else:
                values_by_key[name] = values
        return values_by_key

    def _check_layer(self, i, layer):
        if not isinstance(layer, Layer):
            raise PurennError("Network: layers[%d] is %r; expected a layer, such as Linear(2, 4) or Sigmoid(), or an "
                              "instance of your own subclass of Layer" % (i, layer))
        for earlier in self.layers[:i]:
            if earlier is layer:
                raise PurennError("Network: layers[%d], %r, is in the list twice; a layer keeps what its own "
                                  "backward pass needs, so make a second one" % (i, layer))
        inputs = layer.in_features
        if inputs is None:
            return
        if self.out_features is not None and inputs != self.out_features:
            raise ShapeError("Network: layers[%d] is %r, but the layers before it put out %d numbers; give it %d inputs"
                             % (i, layer, self.out_features, self.out_features))
        if self.in_features is None:
            self.in_features = inputs
        self.out_features = layer.out_features

    def __repr__(self):
        return "Network([%s])" % ", ".join([repr(layer) for layer in self.layers])


def _is_matrix(values):
    return isinstance(values[0], list)
