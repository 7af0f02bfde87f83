"""safetensors without the package: what PyTorch writes is read, what is written PyTorch reads, each lie is refused."""
import json
import math
import os
import random
import re
import struct
import sys

import pytest

from purenn import PurennError
from purenn.files import safetensors as ours
from purenn.files.safetensors import read_safetensors, write_safetensors

from .helpers import ROOT, assert_unreadable

FILES = os.path.join(ROOT, "tests", "files")
EDGES = [0.0, -0.0, 5e-324, -2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1 / 3, -1.0]


def laid_out(header, data=b"", length=None):
    """A safetensors file by hand."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype="F64", shape=(2,), offsets=(0, 16)):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def bits(values):
    return struct.pack("<%dd" % len(values), *values)


def test_a_round_trip_keeps_every_bit(tmp_path):
    rng = random.Random(1)
    tensors = {"2.weight": [[rng.uniform(-1, 1) for _ in range(7)] for _ in range(3)], "0.bias": EDGES,
               "10.weight": [[1.0]], "é\n\"": [[2.0], [3.0]]}
    path = tmp_path / "a.safetensors"
    write_safetensors(path, tensors, {"format": "pt", "é": "\n\"ü"})
    found, metadata = read_safetensors(path)
    assert found == tensors and metadata == {"format": "pt", "é": "\n\"ü"}
    assert bits(found["0.bias"]) == bits(EDGES)             # == takes -0.0 for 0.0
    data = path.read_bytes()
    assert struct.unpack("<Q", data[:8])[0] % 8 == 0        # so that the numbers stand at multiples of 8
    assert list(json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])) == [
        "__metadata__", "0.bias", "10.weight", "2.weight", "é\n\""]


def test_a_big_endian_machine_would_write_and_read_the_same(tmp_path, monkeypatch):
    """There each number's bytes are the other way round in memory; here they then come out the other way round."""
    path = tmp_path / "a.safetensors"
    other = "little" if sys.byteorder == "big" else "big"
    monkeypatch.setattr(ours.sys, "byteorder", other)
    write_safetensors(path, {"a": [1.5, -0.1]})
    assert path.read_bytes().endswith(struct.pack(">2d", 1.5, -0.1))
    assert read_safetensors(path)[0] == {"a": [1.5, -0.1]}


@pytest.mark.parametrize("dtype, data, values", [
    ("F64", struct.pack("<2d", 0.1, -3.0), [0.1, -3.0]),
    ("F32", struct.pack("<2f", 0.1, -3.0), [0.10000000149011612, -3.0]),
    ("F16", struct.pack("<2e", 0.1, -6e-8), [0.0999755859375, -5.960464477539063e-08]),
    ("BF16", b"\x80\x3f\x49\xc0", [1.0, -3.140625]),
])
def test_each_kind_of_number_is_read_as_the_float_that_it_is(dtype, data, values, tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(laid_out({"a": entry(dtype, (2,), (0, len(data)))}, data))
    assert read_safetensors(path) == ({"a": values}, {})
    path.write_bytes(laid_out({"a": entry(dtype, (2, 1), (0, len(data)))}, data))
    assert read_safetensors(path)[0] == {"a": [[value] for value in values]}


@pytest.mark.parametrize("block", [1, 24, 50, 1 << 20])
def test_a_tensor_is_the_same_however_many_rows_are_read_at_a_time(block, tmp_path, monkeypatch):
    tensors = {"a": [[3.0 * i, 3.0 * i + 1, 3.0 * i + 2] for i in range(7)], "b": [0.5, 1.5, 2.5]}
    write_safetensors(tmp_path / "a", tensors)
    monkeypatch.setattr(ours, "BLOCK", block)
    assert read_safetensors(tmp_path / "a")[0] == tensors


def test_tensors_may_lie_in_any_order_and_keep_the_headers(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(laid_out({"b": entry(shape=(1,), offsets=(8, 16)), "a": entry(shape=(1,), offsets=(0, 8))},
                              bits([1.0, 2.0])))
    found, _ = read_safetensors(path)
    assert found == {"a": [1.0], "b": [2.0]} and list(found) == ["b", "a"]


TWO = bits([1.0, 2.0])
WRONG = [
    (b"", "is not a safetensors file: it is only 0 bytes long"),
    (b"\2\0\0", "is not a safetensors file: it is only 3 bytes long"),
    (b"PK\3\4" + b"\0" * 60, "is a zip, such as torch.save writes; save the state_dict with safetensors.torch"),
    (laid_out({}, length=100000001), "its header would be 100000001 bytes long; at most 100000000"),
    (laid_out({}, length=(1 << 64) - 1), "its header would be 18446744073709551615 bytes long"),
    (laid_out({"a": entry()}, TWO, length=1000), "is cut short: its header is 1000 bytes long, and"),
    (laid_out({}, length=3), "is cut short: its header is 3 bytes long, and 2 are there"),
    (laid_out(b""), "its header begins with b'', not with {"),
    (laid_out(b" {}"), "its header begins with b' ', not with {"),
    (laid_out(b"[]"), "its header begins with b'[', not with {"),
    (laid_out(b"{"), "is not JSON: Expecting property name"),
    (laid_out(b'{"a": "\xff"}'), "is not JSON: byte 7 is not UTF-8 text"),
    (laid_out(b'{"a": %s, "a": 2}' % json.dumps(entry()).encode(), TWO), "the name 'a' is in it twice"),
    (laid_out(b'{"a": ' + b"[" * 100000), "nested too deeply"),
    (laid_out(b'{"a": NaN}'), "NaN is in it; every number must be finite"),
    (laid_out(b'{"a": 1e999}'), "inf is in it; every number must be finite"),
    (laid_out(b'{"a": ' + b"9" * 5000 + b"}"), "a whole number in it has 5000 digits; at most 1000"),
    (laid_out({"__metadata__": {"a": 1}}), "its metadata are {'a': 1}; they must be a dict of texts"),
    (laid_out({"__metadata__": []}), "its metadata are []; they must be a dict of texts"),
    (laid_out({"a": 3}), "tensor 'a': the header says 3; it must have dtype, shape and data_offsets"),
    (laid_out({"a": {"dtype": "F64"}}), "tensor 'a': the header says {'dtype': 'F64'}"),
    (laid_out({"a": {**entry(), "more": 1}}, TWO), "tensor 'a': the header says"),
    (laid_out({"a": entry("I64")}, TWO), "tensor 'a': its numbers are 'I64'; save them as one of F64, F32, F16, BF16"),
    (laid_out({"a": entry(["F64"])}, TWO), "tensor 'a': its numbers are ['F64']"),
    (laid_out({"a": entry(shape=())}, TWO), "tensor 'a': its shape is []; it must be one or two whole numbers"),
    (laid_out({"a": entry(shape=(1, 2, 1))}, TWO), "tensor 'a': its shape is [1, 2, 1]; it must be one or two"),
    (laid_out({"a": entry(shape=(0,), offsets=(0, 0))}), "tensor 'a': its shape is [0]; it must be"),
    (laid_out({"a": entry(shape=(2, 0), offsets=(0, 0))}), "tensor 'a': its shape is [2, 0]; it must be"),
    (laid_out({"a": entry(shape=(-2, -1))}, TWO), "tensor 'a': its shape is [-2, -1]; it must be"),
    (laid_out({"a": entry(shape=(2, True))}, TWO), "tensor 'a': its shape is [2, True]; it must be"),
    (laid_out({"a": entry(shape=(2.0,))}, TWO), "tensor 'a': its shape is [2.0]; it must be"),
    (laid_out({"a": entry(shape=2)}, TWO), "tensor 'a': its shape is 2; it must be"),
    (laid_out({"a": entry(shape=(1 << 61, 8))}, TWO), "takes 147573952589676412928 bytes, and its data_offsets are 16"),
    (laid_out({"a": entry(shape=(1 << 40,), offsets=(0, 8 << 40))}, TWO), "its tensors take 8796093022208 bytes"),
    (laid_out({"a": entry(offsets=(16, 0))}, TWO), "tensor 'a': its data_offsets are [16, 0]; they must be where"),
    (laid_out({"a": entry(offsets=(-16, 0))}, TWO), "tensor 'a': its data_offsets are [-16, 0]; they must be where"),
    (laid_out({"a": entry(offsets=(0, 16, 32))}, TWO), "tensor 'a': its data_offsets are [0, 16, 32]"),
    (laid_out({"a": entry(offsets=(0, 8))}, bits([1.0])), "takes 16 bytes, and its data_offsets are 8 bytes apart"),
    (laid_out({"a": entry(offsets=(8, 24))}, TWO + TWO), "'a': begins at byte 8 of the data; it must begin at byte"),
    (laid_out({"a": entry(), "b": entry()}, TWO), "begins at byte 0 of the data; it must begin at byte 16"),
    (laid_out({"a": entry(), "b": entry(offsets=(8, 24))}, TWO + TWO), "tensor 'b': begins at byte 8"),
    (laid_out({"a": entry(), "b": entry(offsets=(24, 40))}, TWO * 3), "tensor 'b': begins at byte 24"),
    (laid_out({"a": entry()}, TWO + b"\0"), "its tensors take 16 bytes, and 17 are there"),
    (laid_out({"a": entry()}, TWO[:-1]), "its tensors take 16 bytes, and 15 are there"),
    (laid_out({"a": entry()}, bits([1.0, math.nan])), "tensor 'a': a number in it is not finite"),
    (laid_out({"a": entry("F16", (1,), (0, 2))}, b"\0\x7c"), "tensor 'a': a number in it is not finite"),
    (laid_out({"a": entry("BF16", (1,), (0, 2))}, b"\x80\xff"), "tensor 'a': a number in it is not finite"),
]


@pytest.mark.parametrize("content, message", WRONG, ids=range(len(WRONG)))
def test_whatever_is_wrong_is_one_line_that_names_the_file(content, message, tmp_path):
    assert_unreadable(read_safetensors, tmp_path / "a.safetensors", content, re.escape(message))


def test_more_numbers_than_a_network_may_have_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(ours, "MOST_PARAMETERS", 1)
    assert_unreadable(read_safetensors, tmp_path / "a", laid_out({"a": entry()}, TWO), "has 2 numbers in it; at most 1")


@pytest.mark.parametrize("tensors, metadata, message", [
    ({"a": []}, None, "a is []; a tensor is a list of numbers"),
    ({"a": [[]]}, None, "a is [[]]; a tensor is a list of numbers"),
    ({"a": [[1.0, 2.0], [3.0]]}, None, "a[1] has length 1; expected 2"),
    ({"a": [1.0, math.nan]}, None, "a[1] is nan; every entry must be a finite number"),
    ({"a": 3.0}, None, "a is 3.0; a tensor is a list of numbers, or of lists of them"),
    ({"__metadata__": [1.0]}, None, "a tensor cannot be named __metadata__"),
    ({3: [1.0]}, None, "3 is used as a name; a name must be a text"),
    ({"a": [1.0]}, {"a": 1}, "its metadata are {'a': 1}; they must be a dict of texts"),
])
def test_what_cannot_be_written_is_refused_and_leaves_no_file(tensors, metadata, message, tmp_path):
    with pytest.raises(PurennError, match=re.escape(message)):
        write_safetensors(tmp_path / "a.safetensors", tensors, metadata)
    assert list(tmp_path.iterdir()) == []


def test_the_package_reads_what_is_written_and_writes_what_is_read(tmp_path):
    torch = pytest.importorskip("torch")
    package = pytest.importorskip("safetensors.torch")
    tensors = {"0.weight": [[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]], "0.bias": EDGES, "10.bias": [1.0], "é": [[7.0]]}
    path = str(tmp_path / "a.safetensors")
    write_safetensors(path, tensors, {"format": "pt"})
    assert {name: tensor.tolist() for name, tensor in package.load_file(path).items()} == tensors
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        made = {"a": torch.randn(3, 4).to(dtype), "b": torch.randn(5).double(), "c": torch.ones(1).to(dtype)}
        package.save_file(made, path, {"who": "torch"})
        found, metadata = read_safetensors(path)
        assert found == {name: tensor.double().tolist() for name, tensor in made.items()}
        assert metadata == {"who": "torch"}
