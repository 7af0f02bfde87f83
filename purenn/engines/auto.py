"""Which engine suits a network on this Python.

Straight-line source is fastest for tiny networks, and dot products of rows for wide layers. On PyPy, straight-line
source is fast only for smaller networks; for larger ones the plain loops are taken, which PyPy compiles by itself. On
CPython, if there is a C compiler and the training is long enough for compiling to save time, C is faster than all
these.
"""
import sys

from .loops import Engine, Loops
from .work import Work

# With this number of parameters, the unrolled source and the matrix form are equally fast on CPython: 2-h-h-1 with h
# between 40 and 50.
MOST_UNROLLED = 2000

# PyPy compiles every path through the branches separately: 2-8-8-1 (105 parameters) is fast at once, 2-12-12-1 (205)
# only after seconds.
MOST_UNROLLED_ON_PYPY = 150

# How many samples CPython learns from in a second without C, times the number of parameters. Compiling takes a second
# or two, and saves time if the training would otherwise take longer than COMPILING_PAYS seconds.
IN_A_SECOND, COMPILING_PAYS = 12_000_000, 3.0


def pick(network, work=None, loss=None):
    """The engine for this network; C only if ``work`` says what is to be trained.

    A network with layers of one's own, which the unrolled source does not know, gets the loops or the matrix.
    So does a network with a loss of one's own, given as ``loss`` or in ``work``. If no loss is given, it is assumed to
    be one of purenn's.
    """
    count = network.count_parameters()
    on_cpython = sys.implementation.name == "cpython"
    why_not = ""
    if work is not None and (seconds_saved(count, work) > COMPILING_PAYS or is_compiled(network, work)):
        engine = compiled(network, work)
        if not isinstance(engine, str):
            return engine
        why_not = engine
    engine = _without_c(network, count, on_cpython, work.loss if work else loss)
    engine.why_not = why_not
    return engine


def seconds_saved(count: int, work: Work) -> float:
    """About how many seconds C saves: nearly all that the training takes without it."""
    return count * work.samples / IN_A_SECOND


def is_compiled(network, work: Work) -> bool:
    """True if the C for the network has been compiled in this process, or in the one that this was forked from."""
    if __package__ + ".compiled" not in sys.modules:
        return False
    from .compiled import Compiled
    return Compiled.is_ready(network, work.loss, work.optimizer)


def compiled(network, work: Work):
    """The engine ``compiled``, ready to train; or a text that says why it cannot be used."""
    from ..linalg import PurennError
    from .c_compiler import why_none
    reason = why_none()
    if reason:
        return f"compiled: {reason}"
    from .compiled import Compiled
    engine = Compiled(work.workers)
    try:
        engine.prepare(network, work.loss, work.optimizer)
    except PurennError as error:
        return str(error).replace("; take another engine", "")
    return engine


def _without_c(network, count, on_cpython, loss) -> Engine:
    if count <= (MOST_UNROLLED if on_cpython else MOST_UNROLLED_ON_PYPY) and _has_source(network, loss):
        from .unrolled import Unrolled
        return Unrolled()
    if count <= MOST_UNROLLED or not on_cpython:
        return Loops()
    from .matrix import Matrix
    return Matrix()


def _has_source(network, loss):
    from ..linalg import PurennError
    from .source import check_known
    try:
        check_known(network, loss)
    except PurennError:
        return False
    return True
