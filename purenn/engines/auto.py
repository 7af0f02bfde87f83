"""Which engine suits a network on this Python.

Straight-line source is fastest while a network is tiny, and rows dotted with rows when its layers are wide. PyPy
gives up on straight-line source sooner; from there on it goes through the plain loops, which it compiles by itself.
"""
import sys

from .loops import Loops

# Where the unrolled source and the matrix form come out even on CPython: 2-h-h-1 with h between 40 and 50.
MOST_UNROLLED = 2000

# On PyPy every way through the branches is compiled by itself: 2-8-8-1 (105) pays at once, 2-12-12-1 (205) takes
# seconds to warm up.
MOST_UNROLLED_ON_PYPY = 150


def pick(network):
    """The engine for this network, with any of purenn's losses.

    A network with layers of one's own, which the unrolled source does not know, gets the loops or the matrix.
    """
    count = network.count_parameters()
    on_cpython = sys.implementation.name == "cpython"
    if count <= (MOST_UNROLLED if on_cpython else MOST_UNROLLED_ON_PYPY) and _has_source(network):
        from .unrolled import Unrolled
        return Unrolled()
    if count <= MOST_UNROLLED or not on_cpython:
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
