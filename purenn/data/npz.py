"""Arrays in NumPy's own files, without NumPy: .npy holds one array, .npz is a zip of them.

A header is read as a literal and never run, and nothing is unpickled. The size that a shape claims is compared with the
size of the data before memory is taken for it.

The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""
import ast
import math
import os
import re
import struct
import sys
import warnings
import zipfile
from array import array
from collections import namedtuple
from contextlib import contextmanager

from ..files.disk import opened, replacing
from ..files.text import short
from ..linalg import PurennError
from .arrays import CHUNK, ZIP, Array, check_size, read_values, what_begins

# What an .npy file says of its array: the shape, the kind of number as NumPy writes it ("<f4"), and
# whether its values are in Fortran order (the first index runs fastest).
Header = namedtuple("Header", ("shape", "descr", "fortran_order"))

MAGIC = b"\x93NUMPY"
HEADER_LIMIT = 10000            # characters, as in NumPy

TYPECODES = {"b1": "B", "u1": "B", "i1": "b", "u2": "H", "i2": "h", "u4": "I", "i4": "i", "u8": "Q", "i8": "q",
             "f4": "f", "f8": "d"}
TEXT = re.compile(r"([<>|])([US])(\d{1,6})\Z")             # such as labels may be
REFUSED = {"O": "Python objects, which are pickled, and unpickling can run any code", "U": "text", "S": "text",
           "V": "records", "c": "complex numbers", "M": "dates", "m": "time spans", "f": "floats of another size"}


def read_npy(path) -> Array:
    """The array in an .npy file.

    Raises PurennError if the file cannot be read, is damaged, or holds neither numbers nor texts.
    """
    with opened(path) as handle:
        size = os.fstat(handle.fileno()).st_size
        check_size(path, size)
        return _read_array(handle, size, path)


def read_npz(path, names=None) -> dict:
    """The arrays in an .npz file, a dict from name to Array; with ``names`` only those.

    Raises PurennError if the file cannot be read or is damaged, or if an array is missing or holds neither numbers
    nor texts.
    """
    with _members(path) as (archive, members):
        names = list(members) if names is None else names
        for name in names:
            if name not in members:
                raise PurennError(f"{path}: there is no array {short(name)}; it has {short(list(members))}")
        check_size(path, sum(members[name].file_size for name in names))
        arrays = {}
        for name in names:
            with archive.open(members[name]) as handle:
                arrays[name] = _read_array(handle, members[name].file_size, f"{path}: array {short(name)}")
        return arrays


def npz_headers(path) -> dict:
    """What an .npz file says of its arrays, a dict from name to Header; no data are read.

    Raises PurennError as ``read_npz`` does, except that an array of any kind is allowed.
    """
    with _members(path) as (archive, members):
        headers = {}
        for name in members:
            with archive.open(members[name]) as handle:
                headers[name], _ = _read_header(handle, f"{path}: array {short(name)}")
        return headers


def write_npz(path, arrays: dict) -> None:
    """Write an .npz file, deflated; ``arrays`` is a dict from names to Arrays or pairs (shape, values).

    The values are flat and in C order: an ``array.array``, or bytes for unsigned bytes. The same arrays make the same
    file. An old file is replaced only when the new one is complete. Raises PurennError if the arrays are not as
    described or the file cannot be written.
    """
    contents = [(name, *_to_write(name, arrays[name])) for name in arrays]
    with replacing(path) as beside, open(beside, "wb") as handle, zipfile.ZipFile(handle, "w") as archive:
        for name, header, values in contents:
            _write_member(archive, name, header, values)


# Reading.

@contextmanager
def _members(path):
    """An open zip and its .npy members, a dict from an array's name to its ZipInfo."""
    with opened(path) as handle:
        start = handle.read(8)
        if not start.startswith(ZIP):
            raise PurennError(f"{path}: is not an npz file (a zip of arrays); it is {what_begins(start)}")
        with zipfile.ZipFile(handle) as archive:
            members: dict = {}
            for info in archive.infolist():
                if info.filename.endswith(".npy"):
                    _check_member(path, info, members)
                    members[info.filename[:-len(".npy")]] = info
            if not members:
                raise PurennError(f"{path}: holds no arrays; an npz file is a zip of .npy files")
            yield archive, members


def _check_member(path, info, members):
    where = f"{path}: {short(info.filename)}"
    if info.filename[:-len(".npy")] in members:
        raise PurennError(f"{where} is in it twice; write the file again")
    if info.flag_bits & 1:
        raise PurennError(f"{where} is encrypted; save it without a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PurennError(f"{where} is compressed by method {info.compress_type}; it must be stored (0) or "
                          "deflated (8)")


def _read_array(handle, size, where):
    """The Array that an .npy file of ``size`` bytes holds."""
    header, length = _read_header(handle, where)
    if isinstance(header.descr, str) and TEXT.match(header.descr):
        return Array(header.shape, _texts(handle, header, size - length, where))
    typecode = _typecode(header.descr, where)
    count = math.prod(header.shape)
    claimed = count * array(typecode).itemsize
    if claimed != size - length:
        raise PurennError(f"{where}: its shape {short(header.shape)} of {header.descr} needs {short(claimed)} bytes of "
                          f"data, and there are {size - length}")
    values = read_values(handle, typecode, count, header.descr[0] == ">", where)
    if header.descr[1:] == "b1" and count and max(values) > 1:
        raise PurennError(f"{where}: a bool in it is {max(values)}; it must be 0 or 1")
    if header.fortran_order and count:
        values = _c_order(values, [size for size in header.shape if size > 1])     # sizes of 1 change no order
    return Array(header.shape, values)


def _read_header(handle, where):
    """The Header of an .npy file, and how many bytes were read for it."""
    start = handle.read(len(MAGIC))
    if start != MAGIC:
        raise PurennError(f"{where}: is not an npy array: it is {what_begins(start)}")
    major, minor = _exactly(handle, 2, where)
    if major not in (1, 2, 3) or minor != 0:
        raise PurennError(f"{where}: is of the npy format's version {major}.{minor}; 1.0, 2.0 and 3.0 are "
                          "known")
    sized = "<H" if major == 1 else "<I"
    length, = struct.unpack(sized, _exactly(handle, struct.calcsize(sized), where))
    if length > HEADER_LIMIT:
        raise PurennError(f"{where}: its header is {length} bytes; at most {HEADER_LIMIT} are read")
    text = _exactly(handle, length, where).decode("utf-8" if major == 3 else "latin-1")
    return _parse_header(text, where), len(MAGIC) + 2 + struct.calcsize(sized) + length


def _exactly(handle, count, where):
    data = handle.read(count)
    if len(data) != count:
        raise PurennError(f"{where}: is cut short, within its header")
    return data


def _parse_header(text, where):
    """The Header in a text such as ``{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), }``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")                 # no warnings about odd text: it is refused below
            header = ast.literal_eval(re.sub(r"(\d)L\b", r"\1", text).strip())      # Python 2 wrote (3L, 4L)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        header = None
    if not isinstance(header, dict) or set(header) != {"descr", "fortran_order", "shape"}:
        raise PurennError(f"{where}: its header is {short(text)}; it must be a dict of descr, fortran_order and shape")
    shape = header["shape"]
    if not isinstance(shape, tuple) or len(shape) > 64 or not all(type(n) is int and 0 <= n < 1 << 63 for n in shape):
        raise PurennError(f"{where}: its shape is {short(shape)}; it must be a tuple of whole numbers")
    if not isinstance(header["fortran_order"], bool):
        raise PurennError(f"{where}: its fortran_order is {short(header['fortran_order'])}; it must be True or False")
    return Header(shape, header["descr"], header["fortran_order"])


def _texts(handle, header, size, where):
    """The texts in an array; in it, each is padded with zeros to the same number of bytes or of 4-byte characters."""
    order, kind, length = header.descr[0], header.descr[1], header.descr[2:]
    width = int(length) * (4 if kind == "U" else 1)
    if len(header.shape) != 1 or not width or header.shape[0] * width != size:
        raise PurennError(f"{where}: its shape {short(header.shape)} of {header.descr} does not fit {size} bytes of "
                          "data")
    encoding = ("utf-32-be" if order == ">" else "utf-32-le") if kind == "U" else "utf-8"
    texts = []
    for _ in range(header.shape[0]):
        try:
            texts.append(_exactly(handle, width, where).decode(encoding).rstrip("\0").strip())
        except UnicodeDecodeError:
            raise PurennError(f"{where}: text {len(texts)} in it is not valid") from None
    handle.read(1)                                          # reads to the end, where checksums are compared
    return texts


def _typecode(descr, where):
    """The typecode in ``array`` for a kind of number as NumPy writes it."""
    if isinstance(descr, str) and descr[:1] in ("<", ">", "|") and descr[1:] in TYPECODES:
        typecode = TYPECODES[descr[1:]]
        if descr[0] != "|" or typecode in "bB":
            return typecode
    kind = "V" if isinstance(descr, list) else descr[1:2] if isinstance(descr, str) else ""
    raise PurennError(f"{where}: its values are of kind {short(descr)}, {REFUSED.get(kind, 'which is unknown')}; save "
                      f"them as one of {', '.join(TYPECODES)}")


def _c_order(values, shape):
    """Values in Fortran order put in C order; the sizes in ``shape`` are all above 1."""
    if len(shape) < 2:
        return values
    ordered = array(values.typecode)
    for i in range(shape[0]):                               # those with the first index i stand shape[0] apart
        ordered.extend(_c_order(values[i::shape[0]], shape[1:]))
    return ordered


# Writing.

def _to_write(name, array_):
    """An array's .npy header and its values, checked and little-endian."""
    if not isinstance(array_, (tuple, list)) or len(array_) != 2 or not isinstance(array_[0], (tuple, list)):
        raise PurennError(f"write_npz: {name!r} is {short(array_)}; give a pair, its shape (a tuple) and its values")
    shape, values = array_
    if not isinstance(name, str) or not name or "\0" in name:
        raise PurennError(f"write_npz: a name is {name!r}; it must be a text, not empty and without NUL")
    if isinstance(values, (bytes, bytearray, memoryview)):
        values = array("B", bytes(values))
    kinds = {"b": "i", "h": "i", "i": "i", "l": "i", "q": "i", "B": "u", "H": "u", "I": "u", "L": "u", "Q": "u",
             "f": "f", "d": "f"}
    if not isinstance(values, array) or values.typecode not in kinds:
        raise PurennError(f"write_npz: the values of {name!r} are {short(values)}; give bytes or an array.array of "
                          "numbers")
    shape = tuple(shape)
    if not all(type(n) is int and n >= 0 for n in shape) or math.prod(shape) != len(values):
        raise PurennError(f"write_npz: {name!r} has {len(values)} values, which do not fit its shape, "
                          f"{shape!r}")
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    descr = f"{'<' if values.itemsize > 1 else '|'}{kinds[values.typecode]}{values.itemsize}"
    text = "{'descr': %r, 'fortran_order': False, 'shape': %r, }" % (descr, shape)
    text += " " * (-(len(MAGIC) + 4 + len(text) + 1) % 64) + "\n"      # so that the data begin at a multiple of 64
    return MAGIC + b"\1\0" + struct.pack("<H", len(text)) + text.encode("ascii"), values


def _write_member(archive, name, header, values):
    info = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))       # no clock: the same arrays, the same file
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3                                  # on every system as on Unix
    info.external_attr = 0o600 << 16
    info.file_size = len(header) + len(values) * values.itemsize
    with archive.open(info, "w") as member:
        member.write(header)
        step = CHUNK // values.itemsize
        for start in range(0, len(values), step):
            member.write(values[start:start + step].tobytes())
