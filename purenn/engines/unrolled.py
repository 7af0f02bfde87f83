"""The loops, unrolled: for tiny networks, which spend most of their time on calls and loops, not on arithmetic.

The engine writes the batch's forward and backward pass of this very network and loss as straight-line
source, without loops over neurons or inputs (``source.py``), compiles it once, and runs it. The numbers are
those of ``Loops``, bit for bit. When it trains, the same source does the optimizer's step, while the weights
are in local variables.
"""
from math import exp, isfinite, log, sqrt, tanh

from ..linalg import Matrix, PurennError
from .loops import Engine
from .source import gradients_source, learn_source, outputs_source
from .templates import STEPS

# Beyond this the source takes longer to compile than it saves.
MOST_PARAMETERS = 20000


class Unrolled(Engine):
    """The engine for tiny networks, of the layers and losses that purenn has.

    It keeps what it compiled for the last network and loss it was given. Raises PurennError for a
    layer or loss of your own, and for more than 20,000 parameters.
    """

    def __init__(self):
        self._compiled: dict = {}                   # for what is remembered below
        self._layers = self._loss = self._output_layers = None
        self._learning: tuple = ()                  # the layers, loss and optimizer that "learn" was compiled for

    def gradients(self, network, loss, inputs: Matrix, targets: Matrix) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs."""
        if self._loss is not loss or self._layers != network.layers:
            self._compiled["gradients"] = _compiled(gradients_source, "gradients", network, loss)
            self._layers, self._loss = list(network.layers), loss
        return self._compiled["gradients"](network.layers, loss, inputs, targets)

    def learn(self, network, loss, optimizer, inputs: Matrix, targets: Matrix) -> tuple:
        """Learn from one batch, the step included.

        If the optimizer is one of purenn's, learns all parameters of the network, and has no weight decay, the source
        includes its step; otherwise the optimizer's own ``step`` is called.
        """
        if self._learning != (network.layers, loss, optimizer):
            self._learning = (list(network.layers), loss, optimizer)
            knows = type(optimizer) in STEPS and _learns_all(optimizer, network)
            self._compiled["learn"] = _compiled(learn_source, "learn", network, loss, optimizer) if knows else None
        if self._compiled["learn"] is None or optimizer.weight_decay:
            return Engine.learn(self, network, loss, optimizer, inputs, targets)
        return self._compiled["learn"](network.layers, loss, optimizer, inputs, targets)

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        if self._output_layers != network.layers:
            self._compiled["outputs"] = _compiled(outputs_source, "outputs", network)
            self._output_layers = list(network.layers)
        return self._compiled["outputs"](network.layers, inputs)

    def __repr__(self):
        return "Unrolled()"


def _learns_all(optimizer, network):
    theirs = [id(values) for _, values, _ in optimizer.parameters]
    return theirs == [id(values) for _, values, _ in network.parameters()]


def _compiled(write, name, network, *rest):
    check_size(network)
    made = {"exp": exp, "log": log, "tanh": tanh, "sqrt": sqrt, "isfinite": isfinite}
    exec(compile(write(network, *rest), "<unrolled>", "exec"), made)
    return made[name]


def check_size(network) -> None:
    """Raise PurennError for a network that is too large to be written out."""
    count = network.count_parameters()
    if count > MOST_PARAMETERS:
        raise PurennError(f"unrolled: the network has {count} parameters; this engine is for tiny networks, "
                          f"with at most {MOST_PARAMETERS}; use the engine 'matrix'")
