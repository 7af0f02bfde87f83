"""Which engine suits a network on this Python.

Straight-line source is fastest while a network is tiny, and rows dotted with rows when its layers are wide.
PyPy compiles both by itself; it gives up on straight-line source sooner, and goes through the loops in between.
"""
import sys

from .loops import Loops

# Where the unrolled source and the matrix form come out even on CPython: 2-h-h-1 with h between 40 and 50.
MOST_UNROLLED = 2000

# On PyPy every way through the branches is compiled by itself: 2-8-8-1 (105) pays at once, 2-12-12-1 (205) takes
# seconds to warm up.
MOST_UNROLLED_ON_PYPY = 150


def pick(network):
    """The engine for this network.

    A network with layers of one's own, which the unrolled source does not know, gets the loops or the matrix.
    """
    count = network.count_parameters()
    most = MOST_UNROLLED if sys.implementation.name == "cpython" else MOST_UNROLLED_ON_PYPY
    if count <= most and _has_source(network):
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
