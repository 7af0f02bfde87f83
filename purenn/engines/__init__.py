"""Engines: ways to get the cost of a batch and its gradients.

A ``loops.Engine`` has these methods:

    gradients(network, loss, inputs, targets)   adds ∂C/∂θ of the batch to the network's gradients;
                                                returns the cost C and the outputs
    outputs(network, inputs)                    forward only
    learn(network, loss, optimizer, inputs, targets)
                                                clear the gradients, get them, step
    sync(), close()                             nothing, unless it learns elsewhere or keeps something running

``loops.Loops``, the default, is the derivation, one sample after another. The others are faster ways to
the same numbers: ``unrolled.Unrolled`` for tiny networks, ``matrix.Matrix`` for wide layers,
``processes.Processes`` to share a batch out over the cores; ``auto.pick`` chooses.
"""

from ..linalg import PurennError

NAMES = ("loops", "unrolled", "matrix", "compiled", "processes", "auto")


def make(name: str, network):
    """The engine of that name, for this network; nothing of the others is loaded.

    Raises PurennError where there is none.
    """
    if name not in NAMES:
        raise PurennError(f"engines: there is no engine {name!r}; it must be one of {', '.join(NAMES)}")
    if name == "unrolled":
        from .unrolled import Unrolled
        return Unrolled()
    if name == "matrix":
        from .matrix import Matrix
        return Matrix()
    if name == "compiled":
        from .compiled import Compiled
        return Compiled()
    if name == "processes":
        from .auto import pick
        from .processes import Processes
        return Processes(inner=pick(network))
    if name == "auto":
        from .auto import pick
        return pick(network)
    from .loops import Loops
    return Loops()
