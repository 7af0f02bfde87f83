"""NumPy's files, read and written without it: files by NumPy kept in tests/files, and each way to be wrong."""
import gzip
import os
import re
import struct
import sys
import time
import zipfile
from array import array

import pytest

from purenn import PurennError
from purenn.data import arrays as shared
from purenn.data.npz import MAGIC, Array, npz_headers, read_npy, read_npz, write_npz

from .helpers import ROOT, assert_unreadable

FILES = os.path.join(ROOT, "tests", "files")
KINDS = ["b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]


def expected(kind):
    """24 values of a kind: its extremes, then some that differ in every byte order and array order."""
    bits = 8 * int(kind[1])
    if kind == "b1":
        return [int(i % 3 == 0) for i in range(24)]
    if kind[0] == "f":
        return [2.0 ** -100, -2.0 ** 100] + [0.375 * i - 3 for i in range(22)]
    low = -(1 << (bits - 1)) if kind[0] == "i" else 0
    return [low, low + (1 << bits) - 1] + [5 * i + 1 for i in range(22)]


def npy(header, data=b"", version=1):
    """An .npy file by hand: a header's text and the bytes behind it."""
    text = header.encode("latin-1")
    return MAGIC + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def plain(shape="(2,)", descr="'|u1'", order="False", data=b"ab"):
    return npy("{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n" % (descr, order, shape), data)


def refused_npy(tmp_path, content, match):
    assert_unreadable(read_npy, tmp_path / "array.npy", content, match)


def zipped(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def refused_npz(path, match, names=None):
    with pytest.raises(PurennError, match=match) as caught:
        read_npz(path, names)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


# What NumPy wrote is read.

@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_in_each_byte_order_and_array_order_is_read(kind):
    names = ["%s_%s_%s" % (kind, order, way) for order in ("little", "big") for way in ("c", "fortran")]
    for name, found in read_npz(os.path.join(FILES, "kinds.npz"), names).items():
        assert found.shape == (2, 3, 4)
        assert list(found.values) == expected(kind), name
        assert found.values.itemsize == int(kind[1])


def test_stored_arrays_a_scalar_an_empty_array_and_many_dimensions_are_read():
    found = read_npz(os.path.join(FILES, "stored.npz"))
    counting = list(range(24))
    assert found["one"] == Array((4, 6), array("i", counting))
    assert found["scalar"] == Array((), array("d", [7.5]))
    assert found["empty"] == Array((0, 3), array("f"))
    assert found["line"] == Array((1, 24, 1), array("i", counting))
    assert found["deep"] == Array((2, 1, 3, 2, 2, 1), array("i", counting))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_of_the_format_is_read(version):
    path = os.path.join(FILES, "version%d.npy" % version)
    assert read_npy(path) == Array((2, 12), array("i", range(24)))


def test_only_the_arrays_asked_for_are_read():
    path = os.path.join(FILES, "refused.npz")
    assert read_npz(path, []) == {}
    assert set(read_npz(os.path.join(FILES, "stored.npz"), ["one"])) == {"one"}


def test_headers_are_read_without_the_data_and_for_arrays_of_any_kind():
    headers = npz_headers(os.path.join(FILES, "refused.npz"))
    assert headers["objects"][:2] == ((1,), "|O")
    assert headers["text"].descr == "<U1" and headers["records"].shape == (2,)
    assert npz_headers(os.path.join(FILES, "stored.npz"))["deep"].fortran_order is True


def test_shapes_as_python_2_wrote_them_are_read(tmp_path):
    (tmp_path / "a.npy").write_bytes(plain("(1L, 2L)"))
    assert read_npy(tmp_path / "a.npy") == Array((1, 2), array("B", b"ab"))


def test_sizes_of_1_cost_no_time(tmp_path):
    count = 100000
    shape = "(%d, %s)" % (count, "1, " * 60)
    (tmp_path / "a.npy").write_bytes(plain(shape, order="True", data=b"ab" * (count // 2)))
    start = time.perf_counter()
    assert read_npy(tmp_path / "a.npy").values[:2] == array("B", b"ab")
    assert time.perf_counter() - start < 2.0


# What cannot be read says so.

@pytest.mark.parametrize("name, kind, reason", [
    ("objects", r"'\|O'", "Python objects, which are pickled, and unpickling can run any code"),
    ("records", r"\[\('x', '<f4'\), \('y', '\|u1'\)\]", "records"), ("complexes", "'<c16'", "complex numbers"),
    ("dates", r"'<M8\[D\]'", "dates"), ("halves", "'<f2'", "floats of another size")])
def test_what_is_not_a_plain_number_is_refused_with_the_reason(name, kind, reason):
    said = "array '%s': its values are of kind %s, %s; save them as one of b1, u1" % (name, kind, reason)
    refused_npz(os.path.join(FILES, "refused.npz"), said, [name])


@pytest.mark.parametrize("content, match", [
    (b"", "is not an npy array: it is empty"),
    (gzip.compress(b"data"), "it is a gzip file"),
    (b"a text", "it is a file that begins with b'a text'"),
    (b"PK\x03\x04", "it is a zip or npz file"),
    (MAGIC, "is cut short, within its header"),
    (npy("{%s}" % (" " * 9999)), "its header is 10001 bytes; at most 10000 are read"),
    (MAGIC + b"\x01\x00\x80", "is cut short, within its header"),
    (npy("{'descr'")[:-2], "is cut short, within its header"),
    (plain().replace(b"NUMPY\x01", b"NUMPY\x04"), r"version 4\.0; 1\.0, 2\.0 and 3\.0 are known"),
    (MAGIC + b"\2\0\xff\xff\xff\xff", "its header is 4294967295 bytes; at most 10000 are read"),
    (npy(""), "its header is ''; it must be a dict"),
    (npy("{'descr': '|u1', 'shape': (2,)}"), "must be a dict of descr, fortran_order and shape"),
    (npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'x': 1}"), "must be a dict of"),
    (npy("__import__('os').getcwd()"), "must be a dict of"),
    (npy("[" * 5000), "must be a dict of"),
    (npy("-" * 9000 + "1"), "must be a dict of"),
    (npy("{[]: 1}"), "must be a dict of"),
    (npy("'\\d' if 1if 1else 2 else 3"), "must be a dict of"),
    (plain("[2]"), r"its shape is \[2\]; it must be a tuple of whole numbers"),
    (plain("(2.0,)"), "must be a tuple of whole numbers"),
    (plain("(-2,)"), "must be a tuple of whole numbers"),
    (plain("(True, 2)"), "must be a tuple of whole numbers"),
    (plain("(%d,)" % (1 << 63)), "must be a tuple of whole numbers"),
    (plain("(0x%s,)" % ("f" * 5000)), "must be a tuple of whole numbers"),
    (plain("(" + "1, " * 65 + ")"), "must be a tuple of whole numbers"),
    (plain(order="0"), "its fortran_order is 0; it must be True or False"),
    (plain(descr="7"), "its values are of kind 7, which is unknown; save"),
    (plain(descr="'|u2'"), r"of kind '\|u2', which is unknown"),
    (plain(descr="'=u2'"), r"of kind '=u2', which is unknown"),
    (plain(descr="'<u3'"), r"of kind '<u3', which is unknown"),
    (plain("(3,)"), r"its shape \(3,\) of \|u1 needs 3 bytes of data, and there are 2"),
    (plain("(1,)"), "needs 1 bytes of data, and there are 2"),
    (plain("()"), "needs 1 bytes of data, and there are 2"),
    (plain("(" + "9223372036854775807, " * 60 + ")"), "bytes of data, and there are 2"),
    (plain(descr="'|b1'", data=b"\1\2"), "a bool in it is 2; it must be 0 or 1"),
])
def test_a_damaged_npy_says_what_is_wrong(tmp_path, content, match, recwarn):
    refused_npy(tmp_path, content, match)
    assert not recwarn.list


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(PurennError, match="none.npy: cannot be read: No such file"):
        read_npy(tmp_path / "none.npy")
    with pytest.raises(PurennError, match="is a folder; a file is needed"):
        read_npz(tmp_path)
    with pytest.raises(PurennError):
        read_npz("a\0b")
    if hasattr(os, "mkfifo"):
        os.mkfifo(str(tmp_path / "pipe"))
        with pytest.raises(PurennError, match="is not a regular file; a file is needed"):
            read_npz(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"")
    (tmp_path / "a.npz").chmod(0)
    refused_npz(tmp_path / "a.npz", "cannot be read: Permission denied")


@pytest.mark.parametrize("content, match", [
    (b"", "is not an npz file \\(a zip of arrays\\); it is empty"), (gzip.compress(b"data"), "it is a gzip file"),
    (b"images, labels", "it is a file that begins with b'images, '"), (plain(), "it is an npy file"),
    (b"PK\x03\x04" + b"\0" * 60, "is damaged: File is not a zip file")])
def test_what_is_no_zip_is_refused(tmp_path, content, match):
    (tmp_path / "a.npz").write_bytes(content)
    refused_npz(tmp_path / "a.npz", match)


def test_a_name_that_is_not_there_is_refused_with_those_that_are():
    refused_npz(os.path.join(FILES, "letters.npz"), r"no array 'Images'; it has \['images', 'labels', 'na", ["Images"])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_that_cannot_be_trusted_are_refused(tmp_path):
    refused_npz(zipped(tmp_path / "a.npz", ("x.npy", plain()), ("x.npy", plain())), r"'x\.npy' is in it twice")
    refused_npz(zipped(tmp_path / "b.npz", ("x.npy", plain()), method=zipfile.ZIP_LZMA), "compressed by method 14")
    refused_npz(zipped(tmp_path / "c.npz", ("readme.txt", b"")), "holds no arrays")
    refused_npz(zipped(tmp_path / "d.npz", ("x.npy", b"text")), "array 'x': is not an npy array")
    refused_npz(zipped(tmp_path / "e.npz", ("x.npy", plain(data=b"abc"))), "needs 2 bytes of data, and there are 3")


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path / "a.npz", ("x.npy", plain()))
    content = bytearray(path.read_bytes())
    content[6] |= 1                                         # the flags in the member's own header
    content[content.index(b"PK\x01\x02") + 8] |= 1          # and in the zip's list of members
    path.write_bytes(content)
    refused_npz(path, r"'x\.npy' is encrypted")


def test_what_the_zip_module_does_not_know_is_refused(tmp_path):
    path = zipped(tmp_path / "a.npz", ("x.npy", plain()))
    content = bytearray(path.read_bytes())
    listed = content.index(b"PK\x01\x02")
    content[listed + 6] = 99                                # the version of the format that is needed
    path.write_bytes(content)
    refused_npz(path, "is damaged: zip file version 9.9")


@pytest.mark.parametrize("place", [(1 << 64) - 1, None])
def test_a_member_that_is_beyond_every_file_or_nowhere_is_refused(tmp_path, place):
    path = zipped(tmp_path / "a.npz", ("x.npy", plain()))
    content = bytearray(path.read_bytes())
    listed, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    extra = struct.pack("<HHQ", 1, 8, place or 100)         # zip64: its place, or its size and then no place
    if place is None:
        content[listed + 24:listed + 28] = b"\xff" * 4
    content[listed + 42:listed + 46] = b"\xff" * 4
    content[listed + 30:listed + 32] = struct.pack("<H", len(extra))
    content[end + 12:end + 16] = struct.pack("<I", end - listed + len(extra))
    content[end:end] = extra
    path.write_bytes(content)
    refused_npz(path, "is damaged")


def test_one_wrong_byte_of_data_is_found_by_its_checksum(tmp_path):
    path = zipped(tmp_path / "a.npz", ("x.npy", plain("(4,)", data=b"data")), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"data", b"dada"))
    refused_npz(path, r"is damaged: Bad CRC-32 for file 'x\.npy'")


def test_more_data_than_the_limit_is_refused_before_it_is_unzipped(tmp_path, monkeypatch):
    many = b"\0" * 100000
    path = zipped(tmp_path / "bomb.npz", *[("x%d.npy" % i, plain("(100000,)", data=many)) for i in range(3)])
    assert path.stat().st_size < 2000
    monkeypatch.setattr(shared, "LIMIT", 250000)
    assert set(read_npz(path, ["x0", "x1"])) == {"x0", "x1"}
    monkeypatch.setattr(shared, "read_values", None)
    refused_npz(path, "its data are 300[0-9]{3} bytes; at most 250000 are read")


def test_a_size_that_the_zip_overstates_takes_no_memory_and_is_found(tmp_path):
    size = 400 << 20
    content = plain("(%d,)" % size, data=b"\0" * 1000)
    path = zipped(tmp_path / "a.npz", ("x.npy", content))
    claimed = len(content) - 1000 + size
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", len(content)), struct.pack("<I", claimed)))
    assert zipfile.ZipFile(str(path)).infolist()[0].file_size == claimed
    tracemalloc = pytest.importorskip("tracemalloc")
    tracemalloc.start()
    refused_npz(path, "is cut short: 1000 of the %d bytes|is damaged" % size)
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()


# What is written is read, by this and by NumPy.

WRITTEN = {"bytes": ((2, 3), b"abcdef"), "none": ((0, 2), array("d")), "one": ((), array("d", [0.1])),
           **{code: ((2, 2), array(code, [0, 1, 2, 3])) for code in "bBhHiIlLqQfd"}}


def test_what_is_written_is_read_back(tmp_path):
    write_npz(tmp_path / "a.npz", WRITTEN)
    found = read_npz(tmp_path / "a.npz")
    assert list(found) == list(WRITTEN)
    for name, (shape, values) in WRITTEN.items():
        assert found[name].shape == shape and list(found[name].values) == list(values)
    write_npz(tmp_path / "b.npz", found)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_large_array_is_read_back_over_many_chunks(tmp_path):
    values = array("d", range(300000))
    write_npz(tmp_path / "a.npz", {"x": ((300, 1000), values)})
    assert read_npz(tmp_path / "a.npz") == {"x": Array((300, 1000), values)}


def test_the_data_begin_at_a_multiple_of_64_as_the_format_asks(tmp_path):
    write_npz(tmp_path / "a.npz", {"x": ((3,), b"abc")})
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        content = archive.read("x.npy")
        assert archive.getinfo("x.npy").date_time == (1980, 1, 1, 0, 0, 0)
    assert len(content) % 64 == 3 and content.endswith(b" \nabc")


def test_numpy_reads_what_is_written(tmp_path):
    numpy = pytest.importorskip("numpy")
    write_npz(tmp_path / "a.npz", WRITTEN)
    with numpy.load(tmp_path / "a.npz") as loaded:
        assert loaded.files == list(WRITTEN)
        for name, (shape, values) in WRITTEN.items():
            assert loaded[name].shape == shape and loaded[name].ravel().tolist() == list(values)
            assert loaded[name].dtype == numpy.asarray(values if isinstance(values, array) else bytearray()).dtype or (
                name == "bytes" and loaded[name].dtype == numpy.uint8)


def test_what_numpy_writes_here_and_now_is_read(tmp_path):
    numpy = pytest.importorskip("numpy")
    draw = numpy.random.default_rng(1)
    made = {}
    for kind in KINDS[1:]:
        for shape in ((), (7,), (0,), (3, 4), (2, 3, 4), (1, 5, 1), (2, 1, 3, 2)):
            for order in "CF":
                values = (draw.random(shape) * 100).astype(kind).copy(order)
                made["%s %r %s" % (kind, shape, order)] = numpy.asarray(values)
    numpy.savez(tmp_path / "stored.npz", **made)
    numpy.savez_compressed(tmp_path / "deflated.npz", **made)
    for file in ("stored.npz", "deflated.npz"):
        found = read_npz(tmp_path / file)
        for name, values in made.items():
            assert found[name].shape == values.shape and list(found[name].values) == values.ravel().tolist(), name


@pytest.mark.parametrize("name, shape, values, match", [
    ("x", (2, 2), b"abc", r"'x' has 3 values, which do not fit its shape, \(2, 2\)"),
    ("x", (-1, -3), b"abc", "which do not fit its shape"),
    ("x", (3.0,), b"abc", "which do not fit its shape"),
    ("x", (1,), [1.0], r"the values of 'x' are \[1.0\]; give bytes or an array.array of numbers"),
    ("x", (1,), array("w" if sys.version_info >= (3, 13) else "u", "a"), "give bytes or an array.array of numbers"),
    ("", (3,), b"abc", "a name is ''"),
    (7, (3,), b"abc", "a name is 7")])
def test_what_cannot_be_written_is_refused_and_nothing_is_written(tmp_path, name, shape, values, match):
    with pytest.raises(PurennError, match=match):
        write_npz(tmp_path / "a.npz", {"good": ((1,), b"a"), name: (shape, values)})
    assert os.listdir(tmp_path) == []


def test_an_old_file_is_whole_until_the_new_one_is(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    write_npz(path, {"x": ((1,), b"a")})
    old = path.read_bytes()

    def full(*arguments):
        assert path.read_bytes() == old and len(os.listdir(tmp_path)) == 2
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr("purenn.data.npz._write_member", full)
        with pytest.raises(PurennError, match=re.escape(str(path)) + ": cannot be written: No space left on device"):
            write_npz(path, {"x": ((1,), b"b")})
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["a.npz"]
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        with pytest.raises(PurennError, match="cannot be written: No space left on device"):
            write_npz(path, {"x": ((1,), b"b")})
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["a.npz"]
    with pytest.raises(PurennError, match="cannot be written: No such file"):
        write_npz(tmp_path / "none" / "a.npz", {"x": ((1,), b"b")})
    with pytest.raises(PurennError, match="cannot be written"):
        write_npz(path, {"\ud800": ((1,), b"b")})
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["a.npz"]


def test_of_a_link_the_file_behind_it_is_written(tmp_path):
    (tmp_path / "real.npz").write_bytes(b"")
    try:
        os.symlink(str(tmp_path / "real.npz"), str(tmp_path / "link.npz"))
    except OSError:
        pytest.skip("no links here")
    write_npz(tmp_path / "link.npz", {"x": ((1,), b"a")})
    assert os.path.islink(tmp_path / "link.npz") and set(read_npz(tmp_path / "real.npz")) == {"x"}
