"""Damaged files are read right or refused with a PurennError: no other exception, no hang, no memory for what is
not there, no file left open.

The damage is done in a process of its own (``python -m tests.test_damaged_files KIND SEED COUNT``), whose memory
and open files can be counted.
"""
import gzip
import io
import json
import math
import os
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import traceback
import warnings
import zipfile

import pytest

from purenn import PurennError
from purenn.data.csv_table import read_table
from purenn.data.encoding import encode
from purenn.data.features import fit
from purenn.data.idx import read_idx
from purenn.data.image_files import read_images
from purenn.data.npz import npz_headers, read_npy, read_npz

from .helpers import ROOT

FILES = os.path.join(ROOT, "tests", "files")
GIANTS = [b"0", b"-1", b"65536", b"4294967295", b"9223372036854775807", b"9" * 400, b"1e9", b"nan"]


# Ways to damage bytes.

def flip(rng, data):
    for _ in range(rng.choice((1, 1, 2, 8))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(rng, data):
    at = rng.randrange(len(data))
    data[at:at + rng.choice((1, 2, 4, 8))] = rng.choice((b"\0", b"\xff")) * rng.choice((1, 2, 4, 8))


def cut(rng, data):
    at = rng.randrange(len(data))
    del data[at:at + rng.choice((1, 4, 64, len(data)))]


def insert(rng, data):
    at = rng.randrange(len(data) + 1)
    data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 3, 100))))


def splice(rng, data):
    start, at = rng.randrange(len(data)), rng.randrange(len(data))
    data[at:at] = data[start:start + rng.randrange(200)]


def giant(rng, data):
    numbers = list(re.finditer(rb"\d+", data))
    if numbers:
        found = rng.choice(numbers[:12])
        data[found.start():found.end()] = rng.choice(GIANTS)


def swap_words(rng, data):
    words = [b"'descr'", b"False", b"True", b"'|u1'", b"'<i4'", b"'>f8'", b"'<f4'", b"'|O'", b"(2, ", b"()", b",", b"{"]
    there = [word for word in words if word in data]
    if there:
        data[:] = data.replace(rng.choice(there), rng.choice(words), 1)


def swap_marks(rng, data):
    """Put what means something in a CSV in the place of something else, or between two bytes."""
    marks = [b",", b";", b"\t", b'"', b'""', b"\n", b"\r", b"\r\n", b" ", b"NA", b"1e999", b"nan", b"-", b"1_0", b"red",
             b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\x85", b"\x1c", "\u0661".encode(), "\u00a0".encode(),
             "\u2028".encode(), b"x" * 140000]
    there = [mark for mark in marks if mark in data]
    if there and rng.random() < 0.5:
        old = rng.choice(there)
        data[:] = data.replace(old, rng.choice(marks[:-1]), rng.choice((1, 1, -1)))
    else:
        at = rng.randrange(len(data))
        data[at:at] = rng.choice(marks)


DAMAGES = [flip, flip, overwrite, cut, insert, splice, giant, giant, swap_words]


def damaged(rng, content, early=False):
    """The content with one to three damages; with ``early`` within its first bytes, where headers are."""
    head, tail = (content[:160], content[160:]) if early else (content, b"")
    data = bytearray(head)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if data:
            rng.choice(DAMAGES)(rng, data)
    return bytes(data) + tail


def unzip(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def rezip(rng, members):
    """The members in a zip with right checksums, so that the damage is met by what reads the arrays."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", rng.choice((0, 8))) as archive:
        warnings.simplefilter("ignore")                     # that a name is in it twice
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, archive.compression)   # no clock, for the seed's sake
    return made.getvalue()


def damaged_member(rng, content):
    members = unzip(content)
    i = rng.randrange(len(members))
    name, inner = members[i]
    members[i] = name, damaged(rng, inner, early=rng.random() < 0.7)
    if rng.random() < 0.1:
        members.append(rng.choice(members))
    return rezip(rng, members)


def bomb(rng, content):
    """A shape that is a giant, and zeros to match it up to a point."""
    shape = rng.choice(((1 << 40,), (1 << 20, 1 << 20), (2, 1 << 22), (1 << 22, 0)))
    text = b"{'descr': '|u1', 'fortran_order': %r, 'shape': %r, }\n" % (rng.random() < 0.5, shape)
    inner = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + b"\0" * rng.choice((0, 1000, 1 << 22))
    return rezip(rng, [("images.npy", inner)] + unzip(content)[1:])


# What is damaged, how it is read, and what a good result is.

def check_array(found):
    assert len(found.values) == math.prod(found.shape)


def check_arrays(found):
    for name in found:
        check_array(found[name])


def check_images(data):
    for images, labels in ((data.images, data.labels), (data.test_images or [], data.test_labels or [])):
        assert len(images) == len(labels)
        for row in images:
            assert len(row) == data.height * data.width and all(0.0 <= pixel <= 1.0 for pixel in row)
        assert all(0 <= label < data.classes for label in labels)
    assert len(data.images) >= 2 and data.classes >= 2


def read_folder(path):
    return read_images(os.path.dirname(path))


def read_to_learn(path):
    """A table as a network takes it in, whatever the last column is."""
    table = read_table(path)
    preparation = fit(table, "last", missing="mean")
    return preparation, len(table.lines), encode(preparation, table)


def check_samples(found):
    preparation, count, (inputs, targets) = found
    assert len(inputs) == len(targets) == count
    for rows, width in ((inputs, preparation.input_count()), (targets, preparation.output_count())):
        assert all(len(row) == width and all(map(math.isfinite, row)) for row in rows)


def check_table(table):
    assert len(table.names) == len(table.columns) == len(table.numbers) == len(set(table.names))
    assert all(len(column) == len(table.lines) > 0 for column in table.columns)
    assert all(values is None or len(values) == len(table.lines) for values in table.numbers)
    assert table.lines == sorted(set(table.lines))


def tables():
    """As ``cases``: tables of each delimiter, with and without a header, quotes, holes and marks."""
    def marked(rng, content):
        data = bytearray(content)
        for _ in range(rng.choice((1, 1, 2, 4))):
            swap_marks(rng, data)
        return bytes(data)
    ways = [damaged, marked]
    readers = [(read_table, check_table), (read_to_learn, check_samples)]
    colors = ["red", "blue", "", '"a|b"']
    rows = [["age", "color", "y"]] + [[str(i * 1.5), colors[i % 4], "abc"[i % 3]] for i in range(9)]
    quoted = ['"%s"' % '","'.join([str(i), "a \"\"b\"\"\r\nc", str(i * i % 7)]) for i in range(8)]
    with open(os.path.join(FILES, "iris.csv"), "rb") as handle:
        iris = b"".join(handle.readlines()[::6])
    return [
        ("header.csv", "\n".join(",".join(row) for row in rows).replace("|", ",").encode(), ways, readers),
        ("marked.csv", "\r\n".join(";".join(row) for row in rows).encode("utf-8-sig"), ways, readers),
        ("quoted.csv", "\r\n".join(quoted).encode(), ways, readers),
        ("tabs.tsv", b"\r".join(b"%d\t%d\t%d.5" % (i, 7 * i % 5, i * i) for i in range(12)), ways, readers),
        ("iris.csv", iris, ways, readers),
    ]


def cases():
    """(file's name, its content, ways to damage it, [(reader, check of what it gives)]) of each kind."""
    def kept(name):
        with open(os.path.join(FILES, name), "rb") as handle:
            return handle.read()

    def early(rng, content):
        return damaged(rng, content, early=True)

    def regzip(rng, content):
        return gzip.compress(damaged(rng, gzip.decompress(content), early=rng.random() < 0.5), mtime=0)
    npz = [(read_npz, check_arrays), (npz_headers, len), (read_images, check_images)]
    gz = {name: gzip.compress(kept(name), mtime=0) for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")}
    idx = [(read_idx, check_array), (read_folder, check_images)]
    letters = [(name, content) for name, content in unzip(kept("letters.npz")) if name in ("images.npy", "labels.npy")]
    mixed = [(name, content) for name, content in unzip(kept("kinds.npz")) if "big" in name]
    lines = ["label,p0,p1,p2,p3"] + ["%d,%d,%d,%d,%d" % (i % 3, i, 2 * i, 40 * i, 255) for i in range(6)]
    return [
        ("a.npy", kept("version1.npy"), [early, damaged], [(read_npy, check_array)]),
        ("b.npy", kept("version3.npy"), [early], [(read_npy, check_array)]),
        ("letters.npz", rezip(random.Random(1), letters), [damaged, damaged_member, damaged_member, bomb], npz),
        ("stored.npz", kept("stored.npz"), [damaged, damaged_member], npz),
        ("kinds.npz", rezip(random.Random(1), mixed), [damaged_member], npz[:2]),
        ("idx/train-images-idx3-ubyte", kept("train-images-idx3-ubyte"), [early, damaged], idx),
        ("idx/train-labels-idx1-ubyte", kept("train-labels-idx1-ubyte"), [damaged], idx),
        ("gz/t10k-images-idx3-ubyte.gz", gz["t10k-images-idx3-ubyte"], [damaged, regzip], idx),
        ("gz/t10k-labels-idx1-ubyte.gz", gz["t10k-labels-idx1-ubyte"], [damaged, regzip], idx),
        ("a.csv", "\n".join(lines).encode(), [damaged, early], [(read_images, check_images)]),
    ]


# The process that does it.

class Hang(BaseException):
    """A file was read for too long."""


def hang(*_):
    raise Hang()


def peak_mb():
    """The most memory this process has had, in MB; 0 where that cannot be known."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s*(\d+)", status.read()).group(1)) // 1024
    except OSError:
        return 0


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def attempt(reader, check, path):
    """Read the file: "good", "refused", or the traceback of what must not be."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 5.0)
    try:
        check(reader(path))
    except PurennError as error:
        message = str(error)
        return "refused" if os.path.dirname(path) in message and "\n" not in message else "message: " + message
    except (Exception, Hang):
        return traceback.format_exc()
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0.0)
    return "good"


KINDS = {"arrays": cases, "tables": tables}


def main(seed, count, kinds):
    """Damage and read ``count`` files of those kinds (``cases``); return what came of it."""
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, hang)
    rng = random.Random(seed)
    outcomes = {name: {"good": 0, "refused": 0} for name, *_ in kinds}
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for name, content, *_ in kinds:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "wb") as handle:
                handle.write(content)
        before = open_files()
        for number in range(count):
            name, content, damages, readers = kinds[number % len(kinds)]
            path = os.path.join(folder, name)
            broken = rng.choice(damages)(rng, content)
            with open(path, "wb") as handle:
                handle.write(broken)
            for reader, check in readers:
                outcome = attempt(reader, check, path)
                if outcome in outcomes[name]:
                    outcomes[name][outcome] += 1
                else:
                    wrong.append([name, number, outcome, repr(broken[:300])])
            with open(path, "wb") as handle:
                handle.write(content)
        left_open = open_files() - before
    return {"outcomes": outcomes, "wrong": wrong[:3], "peak_mb": peak_mb(), "left_open": left_open}


def run(kind, seed, count, module=__name__):
    """``main`` in a process of its own, that of a module here; the outcomes, once nothing is wrong with them."""
    done = subprocess.run([sys.executable, "-W", "error", "-m", module, str(seed), str(count), kind],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=1200)
    assert (done.returncode, done.stderr) == (0, "")       # a file that is left open would be told on stderr
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["peak_mb"] < 200 or sys.implementation.name != "cpython"       # PyPy collects when it likes
    assert found["left_open"] == 0
    return found["outcomes"]


def test_every_file_is_good_before_it_is_damaged(tmp_path):
    for name, content, *_ in cases() + tables():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    for name, _, _, readers in cases() + tables():
        for reader, check in readers:
            if (name, reader) != ("stored.npz", read_images):       # holds no images, as long as it is whole
                check(reader(str(tmp_path / name)))


def assert_both(outcomes, refused, good):
    """More than so many files of each were refused and read: the damage is not so bad that only the door is tried."""
    for name, counts in outcomes.items():
        assert counts["refused"] > refused and counts["good"] > good, (name, counts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_damaged_files_are_refused_or_read_right(kind):
    assert_both(run(kind, 1, 300), 20, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind, seed, count", [("arrays", 1, 2500), ("arrays", 2, 20000), ("tables", 1, 2000),
                                               ("tables", 2, 10000)])
def test_thousands_of_damaged_files_are_refused_or_read_right(kind, seed, count):
    assert_both(run(kind, seed, count), 50, 0)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), KINDS[sys.argv[3]]())))
