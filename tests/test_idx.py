"""IDX, the format of MNIST: every kind of number, gzipped or not, and each way to be wrong."""
import gzip
import os
import struct
from array import array

import pytest

from purenn import PurennError
from purenn.data import arrays as shared
from purenn.data.arrays import Array
from purenn.data.idx import read_idx

from .helpers import ROOT, assert_unreadable
from .test_image_files import PATTERN

FILES = os.path.join(ROOT, "tests", "files")


def idx(kind, sizes, data):
    return bytes([0, 0, kind, len(sizes)]) + struct.pack(">%dI" % len(sizes), *sizes) + data


GOOD = idx(8, (2, 2, 1), b"abcd")


@pytest.mark.parametrize("kind, code, form", [(0x08, "B", "B"), (0x09, "b", "b"), (0x0B, "h", "h"), (0x0C, "i", "i"),
                                              (0x0D, "f", "f"), (0x0E, "d", "d")])
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_each_kind_is_read_big_endian_gzipped_or_not(tmp_path, kind, code, form, packed):
    values = [1, 2, 100] if form == "B" else [-1, 2, 100]
    (tmp_path / "any-name").write_bytes(packed(idx(kind, (1, 3), struct.pack(">3" + form, *values))))
    assert read_idx(tmp_path / "any-name") == Array((1, 3), array(code, values))


def test_files_as_mnist_comes_are_read():
    labels = read_idx(os.path.join(FILES, "train-labels-idx1-ubyte"))
    assert labels == Array((20,), array("B", list(range(10)) * 2))
    images = read_idx(os.path.join(FILES, "t10k-images-idx3-ubyte"))
    assert images.shape == (10, 5, 4)
    assert list(images.values[:4]) == PATTERN[3 * 28 + 3:3 * 28 + 7]


@pytest.mark.parametrize("content, match", [
    (b"", "is not an IDX file: it is empty"), (b"a text", "it is a file that begins with b'a te'"),
    (b"PK\x03\x04", "it is a zip or npz file"), (GOOD[:3], "is not an IDX file"),
    (b"\0\0\x0a" + GOOD[3:], r"it is a file that begins with b'\\x00\\x00\\n\\x03'.*a type from 8 to 14"),
    (b"\1" + GOOD[1:], "is not an IDX file"), (idx(8, (), b"a"), "is not an IDX file"),
    (GOOD[:10], "is cut short, within its header"), (b"\0\0\x08\xff" + GOOD[4:], "is cut short, within its header"),
    (GOOD[:-1], r"its shape \(2, 2, 1\) needs 4 bytes of data, and there are 3"),
    (GOOD + b"e", "needs 4 bytes of data, and there are 5"),
    (idx(8, (4294967295,) * 200, b""), "bytes of data, and there are 0"),
    (gzip.compress(GOOD[:-1]), "is cut short: 3 of the 4 bytes of its data are there"),
    (gzip.compress(GOOD + b"e"), "goes on after the 4 bytes of its data"),
    (gzip.compress(GOOD)[:-9], "is damaged: Compressed file ended"),
    (gzip.compress(GOOD)[:-8] + b"\0" * 8, "is damaged: CRC check failed"),
    (gzip.compress(GOOD) + b"rest", "is damaged: Not a gzipped file"),
    (gzip.compress(idx(8, (1 << 20, 1 << 20), b"")), "its data are 1099511627776 bytes; at most"),
    (gzip.compress(gzip.compress(GOOD)), "is not an IDX file: it is a gzip file"),
])
def test_a_damaged_idx_says_what_is_wrong(tmp_path, content, match):
    assert_unreadable(read_idx, tmp_path / "train-images-idx3-ubyte", content, match)


def test_more_data_than_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(shared, "LIMIT", 3)
    (tmp_path / "a").write_bytes(GOOD)
    with pytest.raises(PurennError, match="its data are 4 bytes; at most 3 are read"):
        read_idx(tmp_path / "a")


def test_memory_is_taken_only_for_what_is_there(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    (tmp_path / "a").write_bytes(gzip.compress(idx(8, (400, 1 << 20), b"\0" * 100)))
    tracemalloc.start()
    with pytest.raises(PurennError, match="is cut short: 100 of the 419430400 bytes"):
        read_idx(tmp_path / "a")
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(PurennError, match="none: cannot be read: No such file"):
        read_idx(tmp_path / "none")
    with pytest.raises(PurennError, match="is a folder; a file is needed"):
        read_idx(tmp_path)
