"""What the readers of arrays share: the type Array, and reading its values from an untrusted file.

An array is read into a flat ``array.array``, which takes no more memory than the data that the
file really has. Any error in a file is a PurennError that names the file.
"""
import sys
from array import array
from collections import namedtuple

from ..files.text import short
from ..linalg import PurennError

# An array: its shape, a tuple of whole numbers, and its values, a flat array.array in C order (the
# last index runs fastest), in the machine's own byte order. A bool is an unsigned byte, 0 or 1.
Array = namedtuple("Array", ("shape", "values"))

LIMIT = 1 << 29                 # bytes of data that one file may hold, 0.54 billion; MNIST as doubles has 0.44
ZIP = b"PK\x03\x04", b"PK\x05\x06"                # how a zip begins, and an empty one
CHUNK = 1 << 20                 # bytes read or written at a time


def check_size(path, size: int) -> None:
    """Raise PurennError if the data of a file would be more than LIMIT bytes."""
    if size > LIMIT:
        raise PurennError(f"{path}: its data are {short(size)} bytes; at most {LIMIT} are read, so take fewer "
                          "samples")


def what_begins(start: bytes) -> str:
    """What kind of file begins with these bytes, in words.

    >>> what_begins(b"PK\\3\\4")
    'a zip or npz file'
    """
    for magic, name in ((b"\x93NUMPY", "an npy file"), (ZIP, "a zip or npz file"), (b"\x1f\x8b", "a gzip file"),
                        (b"\x89HDF", "an HDF5 file"), (b"\0\0", "perhaps an IDX file")):
        if start.startswith(magic):
            return name
    return f"a file that begins with {start[:8]!r}" if start else "empty"


def read_values(handle, typecode: str, count: int, big_endian: bool, where) -> array:
    """The rest of a file as an array of ``count`` values; raises PurennError if it has more or fewer.

    Read chunk by chunk, so that memory is taken only for what is there.
    """
    values = array(typecode)
    size = count * values.itemsize
    read = 0
    while read < size:
        chunk = handle.read(min(CHUNK, size - read))
        if not chunk:
            raise PurennError(f"{where}: is cut short: {read} of the {size} bytes of its data are there")
        read += len(chunk)
        values.frombytes(chunk[:len(chunk) // values.itemsize * values.itemsize])
    if handle.read(1):                                      # reads to the end, where checksums are compared
        raise PurennError(f"{where}: goes on after the {size} bytes of its data")
    if big_endian != (sys.byteorder == "big"):
        values.byteswap()
    return values
