"""Engines: ways to get the cost of a batch and its gradients.

A ``loops.Engine`` has these methods:

    gradients(network, loss, inputs, targets)   adds ∂C/∂θ of the batch to the network's gradients;
                                                returns the cost C and the outputs
    outputs(network, inputs)                    forward only
    learn(network, loss, optimizer, inputs, targets)
                                                clear the gradients, get them, step
    epoch(network, loss, optimizer, data, batch_size, rng)
                                                all batches of an epoch at once; returns None if the caller
                                                must go batch by batch
    sync()                                      bring the network's lists up to date, if the numbers are elsewhere
    close()                                     end what it keeps running, such as processes

``loops.Loops``, the default, is the derivation, one sample after another. The others are faster ways to
the same numbers: ``unrolled.Unrolled`` for tiny networks, ``matrix.Matrix`` for wide layers, ``compiled.Compiled``
for everything if there is a C compiler, ``processes.Processes`` to divide a batch among the cores; ``auto.pick``
chooses.
"""

from ..linalg import PurennError

NAMES = ("loops", "unrolled", "matrix", "compiled", "processes", "auto")


# The reprs of the engines that all give the same digits.
SAME_DIGITS = ("Loops()", "Unrolled()", "Compiled()")


def same_digits(engine: str, other: str) -> bool:
    """True if two engines, given by their reprs, give the same digits."""
    return engine == other or {engine, other} <= set(SAME_DIGITS)


def resumed(engine, begun: str, network):
    """The engine with which to go on with a run; ``begun`` is the repr of the engine that began it.

    Usually this is ``engine``. But if ``matrix`` or ``compiled`` began the run, ``engine`` is of another kind except
    ``processes``, and the digits of the two differ, a new engine of the kind that began the run is returned. The kinds
    can differ because ``auto`` considers the number of epochs, too, and a resumed run may have more than before.
    """
    kind, own = begun.partition("(")[0].lower(), repr(engine).partition("(")[0].lower()
    if kind in ("matrix", "compiled") and own in ("loops", "unrolled", "matrix", "compiled") and kind != own and (
            not same_digits(repr(engine), begun)):
        return make(kind, network)
    return engine


def make(name: str, network, work=None):
    """The engine of that name, for this network; nothing of the others is loaded.

    ``work`` is a ``work.Work``: what is to be trained, if that is known. If it asks for several workers, they are
    processes, except for the engine ``compiled``, which has threads. Raises PurennError for an unknown name.
    """
    if name not in NAMES:
        raise PurennError(f"engines: there is no engine {name!r}; it must be one of {', '.join(NAMES)}")
    if name == "processes":                             # its workers do without C
        from .auto import pick
        engine = pick(network, loss=work.loss if work else None)
    else:
        engine = _of_one_process(name, network, work)
    workers = work.workers if work else None
    if name == "processes" or ((workers or 1) > 1 and repr(engine) != "Compiled()"):
        from .processes import Processes
        from .workers import may_start
        return Processes(workers, engine) if may_start() else engine
    return engine


def _of_one_process(name, network, work=None):
    if name == "unrolled":
        from .unrolled import Unrolled
        return Unrolled()
    if name == "matrix":
        from .matrix import Matrix
        return Matrix()
    if name == "compiled":
        from .compiled import Compiled
        engine = Compiled(work.workers if work else None)
        if work:
            engine.prepare(network, work.loss, work.optimizer)
        return engine
    if name == "auto":
        from .auto import pick
        return pick(network, work)
    from .loops import Loops
    return Loops()
