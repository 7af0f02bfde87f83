"""Engines: ways to get the cost of a batch and its gradients.

An engine has two methods:

    gradients(network, loss, inputs, targets)   adds ∂C/∂θ of the batch to the network's gradients;
                                                returns the cost C and the outputs
    outputs(network, inputs)                    forward only

and may have a third, ``learn(network, loss, optimizer, inputs, targets)``, which is ``training.learn`` in one go.

``loops.Loops``, the default, is the derivation, one sample after another. The others are faster ways to
the same numbers: ``unrolled.Unrolled`` for tiny networks, ``matrix.Matrix`` for wide layers,
``processes.Processes`` to share a batch out over the cores; ``auto.pick`` chooses.
"""

from ..linalg import PurennError

NAMES = ("loops", "unrolled", "matrix", "processes", "auto")


def make(name: str, network):
    """The engine of that name, for this network; nothing of the others is loaded.

    Raises PurennError where there is none.
    """
    if name not in NAMES:
        raise PurennError("engines: there is no engine %r; it must be one of %s" % (name, ", ".join(NAMES)))
    if name == "unrolled":
        from .unrolled import Unrolled
        return Unrolled()
    if name == "matrix":
        from .matrix import Matrix
        return Matrix()
    if name == "processes":
        from .auto import pick
        from .processes import Processes
        return Processes(inner=pick(network))
    if name == "auto":
        from .auto import pick
        return pick(network)
    from .loops import Loops
    return Loops()


def close(engine) -> None:
    """End what an engine keeps running, if it does."""
    if hasattr(engine, "close"):
        engine.close()
