"""Read and write safetensors, a common format for networks, without the package of that name.

    8 bytes         the length of the header, little-endian
    the header      JSON: {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets"}, …}
    the data        each tensor's numbers, row by row, little-endian, with no gap and no overlap

A tensor here is a Vector or a Matrix. Unlike a pickle, a file holds numbers and no code. The format:
https://github.com/huggingface/safetensors
"""
import math
import os
import struct
import sys
from array import array

from ..linalg import PurennError, ShapeError
from .architecture import MOST_PARAMETERS, check_row
from .disk import naming, opened, replacing
from .text import short
from .strict_json import check_plain, folded, parsed

MOST_HEADER = 100000000         # bytes; the format's own limit
BLOCK = 1 << 20                 # bytes that are read at a time; a longer row is read whole
ITEMSIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}


# Writing.

def write_safetensors(path, tensors: dict, metadata=None) -> None:
    """Write Vectors and Matrices, each under its name, as F64: every number is kept to the bit.

    ``metadata`` is a dict from texts to texts. Raises PurennError if a tensor is empty or its numbers are not finite,
    ShapeError if its rows are not equally long, and PurennError if the file cannot be written.
    """
    with naming(path):
        header = _header(tensors, metadata)
    with replacing(path) as beside, open(beside, "wb") as handle:
        handle.write(struct.pack("<Q", len(header)) + header)
        for name in sorted(tensors):
            for row in _rows(tensors[name]):
                values = array("d", row)
                if sys.byteorder == "big":
                    values.byteswap()
                handle.write(values.tobytes())


def _header(tensors, metadata):
    check_plain([metadata, {name: None for name in tensors}])
    _check_metadata(metadata or {})
    entries: dict = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name in sorted(tensors):
        if name == "__metadata__":
            raise PurennError(f"a tensor cannot be named {name}")
        shape = _shape(name, tensors[name])
        end = offset + 8 * math.prod(shape)
        entries[name] = {"dtype": "F64", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = folded(entries, 0).encode("utf-8")
    return text + b" " * (-len(text) % 8)                   # so that the data begin at a multiple of 8


def _shape(name, tensor):
    """The sizes of a Vector or a Matrix. Raises PurennError if it is neither."""
    rows = _rows(tensor)
    if not isinstance(tensor, list) or not rows[0]:
        raise PurennError(f"{name} is {short(tensor)}; a tensor is a list of numbers, or of lists of them")
    for j, row in enumerate(rows):
        check_row(name if row is tensor else f"{name}[{j}]", row, len(rows[0]))
    return [len(tensor)] if rows[0] is tensor else [len(rows), len(rows[0])]


def _rows(tensor):
    return tensor if isinstance(tensor, list) and tensor and isinstance(tensor[0], list) else [tensor]


# Reading.

def read_safetensors(path) -> tuple:
    """The tensors of a file (a dict from their names to Vectors and Matrices) and its metadata (a dict of texts).

    Reads F64, F32, F16 and BF16 of one or two dimensions. Raises PurennError, in one line that names the file, if
    anything is wrong with it: also if a number is not finite, or there are more than MOST_PARAMETERS numbers.
    """
    with opened(path) as handle, naming(path):
        size = os.fstat(handle.fileno()).st_size
        entries = _read_header(handle, size)
        metadata = entries.pop("__metadata__", {})
        _check_metadata(metadata)
        _check_known(entries)
        for name in entries:
            _check_entry(name, entries[name])
        in_order = sorted(entries, key=lambda name: entries[name]["data_offsets"])
        _check_offsets(entries, in_order, size - handle.tell())
        read = {name: _read_tensor(handle, name, entries[name]) for name in in_order}
    return {name: read[name] for name in entries}, metadata


def _read_header(handle, size):
    start = handle.read(8)
    if len(start) < 8:
        raise PurennError(f"is not a safetensors file: it is only {size} bytes long")
    if start.startswith(b"PK"):
        raise PurennError("is a zip, such as torch.save writes; save the state_dict with safetensors.torch.save_file")
    length, = struct.unpack("<Q", start)
    if length > MOST_HEADER:
        raise PurennError(f"is not a safetensors file: its header would be {length} bytes long; at most "
                          f"{MOST_HEADER} are allowed")
    if length > size - 8:
        raise PurennError(f"is cut short: its header is {length} bytes long, and {size - 8} are there")
    header = handle.read(length)
    if header[:1] != b"{":
        raise PurennError("is not a safetensors file: its header begins with %s, not with {" % short(header[:1]))
    return parsed(header)


def _check_known(entries):
    """Raise PurennError if the names of tensors show a layer that purenn does not have."""
    for name in entries:
        layer, _, last = name.rpartition(".")
        if last in ("running_mean", "running_var", "num_batches_tracked"):
            raise PurennError(f"layer {short(layer)} is a BatchNorm ({short(name)}), which purenn does not have; it "
                              "has Linear layers and activations")


def _check_metadata(metadata):
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise PurennError(f"its metadata are {short(metadata)}; they must be a dict of texts")


def _check_entry(name, entry):
    """Raise PurennError unless a tensor's dtype, shape and offsets are possible and agree."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise PurennError(f"tensor {short(name)}: the header says {short(entry)}; it must have dtype, shape and "
                          "data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in ITEMSIZES:
        raise PurennError(f"tensor {short(name)}: its numbers are {short(dtype)}; save them as one of "
                          f"{', '.join(ITEMSIZES)}")
    if not _are_whole(shape, 1) or len(shape) not in (1, 2):
        raise ShapeError(f"tensor {short(name)}: its shape is {short(shape)}; it must be one or two whole numbers from "
                         "1 up, like the shapes in a Linear layer")
    if not _are_whole(offsets, 0) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise PurennError(f"tensor {short(name)}: its data_offsets are {short(offsets)}; they must be where it begins "
                          "and where it ends")
    needed = math.prod(shape) * ITEMSIZES[dtype]
    if offsets[1] - offsets[0] != needed:
        raise ShapeError(f"tensor {short(name)}: its shape {short(shape)} of {dtype} takes {short(needed)} bytes, and "
                         f"its data_offsets are {short(offsets[1] - offsets[0])} bytes apart")


def _are_whole(numbers, least):
    return isinstance(numbers, list) and all(type(number) is int and number >= least for number in numbers)


def _check_offsets(entries, in_order, there):
    """Raise PurennError unless the tensors fill the data from the first byte to the last, without gap or overlap."""
    end = 0
    for name in in_order:
        begin, next_end = entries[name]["data_offsets"]
        if begin != end:
            raise PurennError(f"tensor {short(name)}: begins at byte {short(begin)} of the data; it must begin at "
                              f"byte {short(end)}")
        end = next_end
    if end != there:
        raise PurennError(f"its tensors take {short(end)} bytes, and {there} are there")
    count = sum(math.prod(entry["shape"]) for entry in entries.values())
    if count > MOST_PARAMETERS:
        raise PurennError(f"has {count} numbers in it; at most {MOST_PARAMETERS} are read")


def _read_tensor(handle, name, entry):
    """The Vector or Matrix that comes next in the file, read a block of rows at a time."""
    dtype, shape = entry["dtype"], entry["shape"]
    rows, columns = shape if len(shape) == 2 else (1, shape[0])
    row_size = columns * ITEMSIZES[dtype]
    block = max(1, BLOCK // row_size)
    found: list = []
    for start in range(0, rows, block):
        size = min(block, rows - start) * row_size
        data = handle.read(size)
        if len(data) < size:
            raise PurennError(f"is cut short, in tensor {short(name)}")
        values = _numbers(data, dtype)
        if not all(map(math.isfinite, values)):
            raise PurennError(f"tensor {short(name)}: a number in it is not finite; the network that was saved had "
                              "diverged")
        found += [values[at:at + columns] for at in range(0, len(values), columns)]
    return found if len(shape) == 2 else found[0]


def _numbers(data, dtype):
    """The floats that little-endian bytes mean; each of the four kinds fits into a float exactly."""
    if dtype == "F16":
        return list(struct.unpack(f"<{len(data) // 2}e", data))
    if dtype == "BF16":                                     # the upper half of an F32
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[0::2], data[1::2]
        data, dtype = bytes(wide), "F32"
    values = array("d" if dtype == "F64" else "f")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()
