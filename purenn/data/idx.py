"""Arrays in IDX files, the format of MNIST and Fashion-MNIST, gzipped or not.

A file begins with four bytes: two zeros, the type of the values, and the number of dimensions. Then come the size of
each dimension, in four bytes, and the values. All numbers are big-endian.

The format: http://yann.lecun.com/exdb/mnist/ ("The IDX file format")
"""
import gzip
import math
import os
import struct
from array import array

from ..files.disk import opened
from ..files.text import short
from ..linalg import PurennError
from .arrays import Array, check_size, read_values, what_begins

TYPECODES = {0x08: "B", 0x09: "b", 0x0B: "h", 0x0C: "i", 0x0D: "f", 0x0E: "d"}


def read_idx(path) -> Array:
    """The array in an IDX file, gzipped or not, whatever its name says.

    Raises PurennError if the file cannot be read, is damaged, or is of another format.
    """
    with opened(path) as handle:
        zipped = handle.read(2) == b"\x1f\x8b"
        handle.seek(0)
        if not zipped:
            return _read(handle, os.fstat(handle.fileno()).st_size, path)
        with gzip.GzipFile(fileobj=handle) as unzipped:
            return _read(unzipped, None, path)


def _read(handle, size, path):
    """The Array in an open file of ``size`` bytes; ``size`` is None if it is not known until all is read (gzip)."""
    start = handle.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in TYPECODES or not start[3]:
        raise PurennError(f"{path}: is not an IDX file: it is {_what_else(start)}; an IDX file begins with two zero "
                          "bytes, a type from 8 to 14, and the number of dimensions")
    typecode, dimensions = TYPECODES[start[2]], start[3]
    sizes = handle.read(4 * dimensions)
    if len(sizes) != 4 * dimensions:
        raise PurennError(f"{path}: is cut short, within its header")
    shape = struct.unpack(f">{dimensions}I", sizes)
    count = math.prod(shape)
    claimed = count * array(typecode).itemsize
    if size is not None and claimed != size - 4 - len(sizes):
        raise PurennError(f"{path}: its shape {short(shape)} needs {short(claimed)} bytes of data, and there are "
                          f"{size - 4 - len(sizes)}")
    check_size(path, claimed)
    return Array(shape, read_values(handle, typecode, count, True, path))


def _what_else(start):
    return f"a file that begins with {start!r}" if start[:2] == b"\0\0" else what_begins(start)
