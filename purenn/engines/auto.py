"""Which engine suits a network on this Python.

On CPython straight-line source is fastest while a network is tiny, and rows dotted with rows when its
layers are wide. PyPy compiles loops by itself, and the plainer they are the better.
"""
import sys

from .loops import Loops

# Where the unrolled source and the matrix form come out even on CPython: 2-h-h-1 with h between 40 and 50.
MOST_UNROLLED = 2000


def pick(network):
    """The engine for this network.

    A network with layers of one's own, which the unrolled source does not know, gets the loops or the matrix.
    """
    count = network.count_parameters()
    if sys.implementation.name == "cpython" and count <= MOST_UNROLLED and _has_source(network):
        from .unrolled import Unrolled
        return Unrolled()
    if count <= MOST_UNROLLED:
        return Loops()
    from .matrix import Matrix
    return Matrix()


def _has_source(network):
    from ..linalg import PurennError
    from .source import check_known
    try:
        check_known(network)
    except PurennError:
        return False
    return True
