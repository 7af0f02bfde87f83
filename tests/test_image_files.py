"""One door to images with labels: npz, IDX and CSV, how pixels are scaled, and each way to be wrong."""
import gzip
import os
import shutil
import sys
from array import array

import pytest

from purenn import PurennError
from purenn.data.image_files import read_images
from purenn.data.npz import write_npz

from .helpers import ROOT

FILES = os.path.join(ROOT, "tests", "files")

# 20 pictures of 28 × 28 bytes, all different, with every byte in them.
PATTERN = [(7 * i * line + 3 * place) % 256 for i in range(1, 21) for line in range(28) for place in range(28)]


def npz(path, **arrays):
    """An npz of arrays given as (shape, values), the values a list of bytes or an array."""
    write_npz(path, {name: (shape, values if isinstance(values, array) else bytes(values))
                     for name, (shape, values) in arrays.items()})
    return path


def small(path, values, labels=(0, 1)):
    """Two images of 2 × 2 with these pixels, eight of them."""
    return npz(path, images=((2, 2, 2), values), labels=((2,), labels))


def refused(path, match, **how):
    with pytest.raises(PurennError, match=match) as caught:
        read_images(path, **how)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


# npz

def test_images_and_labels_as_letters_come_are_read():
    data = read_images(os.path.join(FILES, "letters.npz"))
    assert (len(data.images), data.height, data.width, data.classes) == (20, 28, 28, 10)
    assert data.labels == list(range(10)) * 2
    assert [pixel for row in data.images for pixel in row] == [value / 255 for value in PATTERN]
    assert data.test_images is None and data.test_labels is None


@pytest.mark.parametrize("names", [("x_train", "y_train", "x_test", "y_test"),
                                   ("X_train", "Y_train", "X_test", "Y_test"),
                                   ("train_images", "train_labels", "test_images", "test_labels")])
def test_a_test_part_is_kept_apart(tmp_path, names):
    path = npz(tmp_path / "a.npz", **dict(zip(names, [((2, 2, 2), range(8)), ((2,), (0, 1)), ((1, 2, 2), [16] * 4),
                                                      ((1,), (1,))])))
    data = read_images(path)
    assert data.images == [[0.0, 1 / 16, 2 / 16, 3 / 16], [4 / 16, 5 / 16, 6 / 16, 7 / 16]] and data.labels == [0, 1]
    assert data.test_images == [[1.0] * 4] and data.test_labels == [1]


def test_a_test_part_without_labels_is_left_alone(tmp_path):
    path = npz(tmp_path / "a.npz", x_train=((2, 4), range(8)), y_train=((2,), (0, 1)), x_test=((9, 4), range(36)))
    assert read_images(path).test_images is None


@pytest.mark.parametrize("shape, size", [
    ((2, 4), (2, 2)), ((2, 2, 2), (2, 2)), ((2, 1, 4), (1, 4)), ((2, 4, 1), (4, 1)),
    ((2, 1, 2, 2), (2, 2)), ((2, 2, 2, 1), (2, 2)), ((2, 4, 1, 1), (4, 1)), ((2, 1, 4, 1), (1, 4))])
def test_images_are_flat_or_lines_or_have_one_channel(tmp_path, shape, size):
    data = read_images(npz(tmp_path / "a.npz", images=(shape, range(8)), labels=((2,), (1, 0))))
    assert (data.height, data.width) == size
    assert data.images[1] == [4 / 16, 5 / 16, 6 / 16, 7 / 16]


def test_pixels_that_make_no_square_are_one_line(tmp_path):
    data = read_images(npz(tmp_path / "a.npz", images=((2, 3), range(6)), labels=((2,), (1, 0))))
    assert (data.height, data.width) == (1, 3)


def test_other_names_are_found_by_what_fits_or_are_said(tmp_path):
    path = npz(tmp_path / "a.npz", pictures=((2, 4), range(8)), kinds=((2,), (0, 1)), note=((3,), (1, 2, 3)))
    assert read_images(path).labels == [0, 1]
    assert read_images(path, names=("pictures", "kinds")) == read_images(path)
    refused(path, "no array 'imgs'; it has pictures 2 × 4, kinds 2, note 3", names=("imgs", "kinds"))
    path = npz(tmp_path / "b.npz", pictures=((2, 4), range(8)), kinds=((2,), (0, 1)), ages=((2,), (30, 40)))
    refused(path, "which arrays are the images and their labels. It has pictures 2 × 4, kinds 2, ages 2; call them")
    assert read_images(path, names=("pictures", "kinds")).labels == [0, 1]


def test_arrays_of_other_kinds_do_not_matter_until_they_are_asked_for():
    path = os.path.join(FILES, "letters.npz")               # has the letters' names, as text
    assert read_images(path).classes == 10
    refused(path, "there are 20 images, and the labels are an array", names=("images", "names"))
    assert len(read_images(path, names=("images", "authors")).names) > 1                    # texts are labels, too


# How pixels are scaled

@pytest.mark.parametrize("code, pixels, divisor", [
    ("B", [0, 1, 0, 1, 0, 1, 1, 1], 1), ("B", [0, 3, 8, 15, 2, 4, 9, 1], 16), ("d", [0, 3, 8, 16, 2, 4, 9, 1], 16),
    ("B", [0, 17, 8, 15, 2, 4, 9, 1], 255), ("q", [0, 254, 8, 15, 2, 4, 9, 1], 255),
    ("f", [255, 3, 8, 1, 2, 4, 9, 1], 255),
    ("H", [0, 256, 8, 15, 2, 4, 9, 1], 65535), ("i", [0, 65536, 8, 15, 2, 4, 9, 1], 65536),
    ("d", [0, 0.25, 0.5, 0.75, 0.125, 0, 0, 0.5], 1), ("d", [0, 0.5, 1.5, 2.5, 0, 1, 2, 0.25], 2.5)])
def test_pixels_are_divided_by_1_16_255_65535_or_the_largest(tmp_path, code, pixels, divisor):
    data = read_images(small(tmp_path / "a.npz", array(code, pixels)))
    assert data.images == [[pixel / divisor for pixel in pixels[:4]], [pixel / divisor for pixel in pixels[4:]]]
    assert all(type(pixel) is float for row in data.images for pixel in row)


def test_the_test_part_is_scaled_as_the_other(tmp_path):
    path = npz(tmp_path / "a.npz", x_train=((2, 1), (2, 3)), y_train=((2,), (0, 1)), x_test=((1, 1), (200,)),
               y_test=((1,), (0,)))
    data = read_images(path)
    assert data.images == [[2 / 255], [3 / 255]] and data.test_images == [[200 / 255]]


def test_so_many_different_pixels_that_they_are_not_shared_are_scaled_alike(tmp_path):
    count = 70000
    pixels = array("d", [0.5 * i for i in range(2 * count)])
    data = read_images(npz(tmp_path / "a.npz", images=((2, count), pixels), labels=((2,), (0, 1))))
    largest = count - 0.5
    assert data.images[1] == [pixel / largest for pixel in pixels[count:]]
    pixels[-1] = float("nan")
    refused(npz(tmp_path / "a.npz", images=((2, count), pixels), labels=((2,), (0, 1))), "infinite or nan")


@pytest.mark.parametrize("pixel, match", [(float("nan"), "pixels that are infinite or nan"), (float("inf"), "infinite"),
                                          (-0.5, "the smallest pixel is -0.5; pixels must be from 0 up, so add 0.5")])
def test_pixels_below_0_or_not_finite_are_refused(tmp_path, pixel, match):
    refused(small(tmp_path / "a.npz", array("d", [0, 1, 2, 3, 4, 5, 6, pixel])), match)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts memory as CPython takes it")
def test_an_image_takes_no_more_than_a_reference_for_each_pixel(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    count, size = 400, 784
    pixels = array("B", (PATTERN * 20)[:count * size])
    path = npz(tmp_path / "a.npz", images=((count, size), pixels), labels=((count,), [i % 10 for i in range(count)]))
    read_images(path)
    tracemalloc.start()
    data = read_images(path)
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now < count * size * 8 * 1.2                     # lists that grow have up to an eighth to spare
    assert peak < now + 10 * len(pixels)
    assert len({id(pixel) for row in data.images for pixel in row}) == 256


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts memory as CPython takes it")
@pytest.mark.slow
def test_pixels_that_all_differ_take_the_memory_of_a_float_each_and_little_more(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    count = 100000
    pixels = array("d", [0.5 * i for i in range(2 * count)])
    path = npz(tmp_path / "a.npz", images=((2, count), pixels), labels=((2,), (0, 1)))
    tracemalloc.start()
    data = read_images(path)
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(data.images[0]) == count
    assert now < 40 * 2 * count and peak < 70 * 2 * count   # a reference is 8 bytes, a float 24; a shared one over 100


# Labels

@pytest.mark.parametrize("labels", [array("d", [1.0, 0.0]), array("q", [1, 0]), bytes([1, 0])])
def test_labels_are_whole_numbers_of_any_type(tmp_path, labels):
    data = read_images(small(tmp_path / "a.npz", range(8), labels if isinstance(labels, array) else list(labels)))
    assert data.labels == [1, 0] and all(type(label) is int for label in data.labels)


def test_labels_may_be_one_hot_or_a_column(tmp_path):
    one_hot = npz(tmp_path / "a.npz", images=((2, 4), range(8)), labels=((2, 3), (0, 1, 0, 1, 0, 0)))
    assert read_images(one_hot).labels == [1, 0] and read_images(one_hot).classes == 3
    column = npz(tmp_path / "b.npz", images=((2, 4), range(8)), labels=((2, 1), (1, 0)))
    assert read_images(column).labels == [1, 0] and read_images(column).classes == 2
    for row in ((0, 0, 0), (1, 1, 0), (0, 2, 0), (1, 0, 2)):
        bad = npz(tmp_path / "c.npz", images=((2, 4), range(8)), labels=((2, 3), (0, 1, 0) + row))
        refused(bad, "not one-hot: the label of image 1 is .*; it must be one 1 among zeros")


@pytest.mark.parametrize("labels, names", [
    ([1, 2], ["1", "2"]), ([0, 2], ["0", "2"]), (array("d", [26.0, 1.0]), ["1", "26"]),     # from 1, with a gap
    (array("Q", [2 ** 63, 2 ** 63 + 1]), ["9223372036854775808", "9223372036854775809"])])
def test_classes_are_called_by_their_labels_gaps_or_not(tmp_path, labels, names):
    data = read_images(small(tmp_path / "a.npz", range(8), labels))
    assert (data.names, data.classes) == (names, 2)
    assert [data.names[k] for k in data.labels] == ["%d" % label for label in labels]


@pytest.mark.parametrize("labels, match", [
    ([0, 0], "all labels are '0'; there must be at least two classes"),
    (array("d", [0.0, 1.5]), "the label of image 1 is 1.5; labels that are numbers must be whole ones from 0 up"),
    (array("b", [-1, 0]), "the label of image 0 is -1"),
    (array("d", [0.0, float("nan")]), "the label of image 1 is nan")])
def test_labels_that_are_no_classes_are_refused(tmp_path, labels, match):
    refused(small(tmp_path / "a.npz", range(8), labels), match)


@pytest.mark.parametrize("kind", ["<U5", ">U5", "S5"])
def test_labels_of_an_npz_may_be_texts(tmp_path, kind):
    numpy = pytest.importorskip("numpy")
    labels = numpy.array(["dog", "cat", "dog"], kind)
    numpy.savez(tmp_path / "a.npz", images=numpy.arange(12).reshape(3, 4), labels=labels)
    data = read_images(tmp_path / "a.npz")
    assert (data.labels, data.names) == ([1, 0, 1], ["cat", "dog"])
    numpy.savez(tmp_path / "b.npz", images=numpy.array(["dog", "cat", "dog"], kind), labels=numpy.arange(3))
    refused(tmp_path / "b.npz", "images", names=("images", "labels"))


def test_the_classes_are_those_of_both_parts(tmp_path):
    path = npz(tmp_path / "a.npz", x_train=((2, 1), (2, 3)), y_train=((2,), (0, 1)), x_test=((1, 1), (2,)),
               y_test=((1,), (2,)))
    assert read_images(path).classes == 3


# Shapes that do not fit

@pytest.mark.parametrize("images, labels, match", [
    ((3, 4), (2,), r"there are 3 images, and the labels are an array \(2,\); there must be one label for each image"),
    ((0, 4), (0,), r"holds no images: their array is \(0, 4\)"), ((2, 0), (2,), "holds no images"),
    ((1, 4), (1,), "holds 1 image to train on; at least 2 are needed"), ((8,), (8,), "must be images × pixels or"),
    ((2, 2, 2, 3), (2,), r"the images are an array \(2, 2, 2, 3\); .* in gray"), ((2, 1, 1, 1, 1), (2,), "in gray"),
    ((), (1,), "must be images × pixels"), ((2, 4), (), "one label for each image"),
    ((2, 4), (2, 0), "one label for each image"), ((2, 4), (2, 1, 1), "one label for each image")])
def test_shapes_that_do_not_fit_are_refused(tmp_path, images, labels, match):
    def zeros(shape):
        count = 1
        for n in shape:
            count *= n
        return shape, bytes(count)
    refused(npz(tmp_path / "a.npz", images=zeros(images), labels=zeros(labels)), match)


def test_parts_of_different_sizes_are_refused(tmp_path):
    names = {"x_train": ((2, 4), range(8)), "y_train": ((2,), (0, 1)), "x_test": ((1, 9), range(9)),
             "y_test": ((1,), (0,))}
    refused(npz(tmp_path / "a.npz", **names), "to train on are 2 × 2 and those to test on are 3 × 3")
    names.update(x_test=((1, 4), range(4)), y_test=((1, 2), (0, 1)))
    refused(npz(tmp_path / "a.npz", **names), "train on has length 1, and each label to test on has length 2; the")


def test_more_pixels_than_memory_is_taken_for_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = small(tmp_path / "a.npz", range(8))
    monkeypatch.setattr("purenn.data.image_files.LIMIT", 31)
    monkeypatch.setattr("purenn.data.image_files.read_npz", None)
    refused(path, "holds 2 images of 4 pixels; as lists they take .* GB of memory")


# A folder of IDX files

NAMES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


def folder(tmp_path, names=NAMES, rename=str):
    for name in names:
        shutil.copy(os.path.join(FILES, name), str(tmp_path / rename(name)))
    return tmp_path


def zip_all(path):
    for name in os.listdir(path):
        (path / (name + ".gz")).write_bytes(gzip.compress((path / name).read_bytes()))
        (path / name).unlink()


def check_mnist(data):
    assert (len(data.images), len(data.test_images), data.height, data.width, data.classes) == (20, 10, 5, 4, 10)
    assert data.images[0] == [PATTERN[28 * line + place] / 255 for line in range(3, 8) for place in range(3, 7)]
    assert data.test_images == data.images[:10] and data.test_labels == data.labels[:10] == list(range(10))


@pytest.mark.parametrize("rename", [str, lambda name: name.replace("-idx", ".idx"), lambda name: "emnist-" + name,
                                    lambda name: name.replace("t10k", "test").upper()])
@pytest.mark.parametrize("pack", [False, True])
def test_a_folder_of_mnist_files_is_read(tmp_path, rename, pack):
    folder(tmp_path, rename=rename)
    if pack:
        zip_all(tmp_path)
    (tmp_path / "readme.txt").write_text("other files do not matter")
    (tmp_path / "more-images-idx3-ubyte").mkdir()
    check_mnist(read_images(tmp_path))


def test_of_a_file_and_its_own_gz_the_plain_one_is_read(tmp_path):
    for name in NAMES:
        (folder(tmp_path) / (name + ".gz")).write_bytes(b"not read")
    check_mnist(read_images(tmp_path))


@pytest.mark.parametrize("names", [NAMES[:2], NAMES[2:]])
def test_one_pair_is_all_there_is_to_train_on(tmp_path, names):
    data = read_images(folder(tmp_path, names))
    assert data.classes == 10 and data.test_images is None


def test_a_folder_without_pairs_is_refused(tmp_path):
    refused(tmp_path, "holds no IDX files; a folder of IDX files has train-images-idx3-ubyte and train-labels")
    folder(tmp_path, NAMES[:3])
    refused(tmp_path, "t10k-images-idx3-ubyte has no partner; images and labels are needed")
    folder(tmp_path, NAMES[2:])
    folder(tmp_path, NAMES[2:], lambda name: name.replace("t10k", "test"))
    refused(tmp_path, r"holds pairs for \['t10k', 'test', 'train'\]")
    for name in os.listdir(tmp_path):
        if not name.startswith("train"):
            (tmp_path / name).unlink()
    folder(tmp_path, NAMES[:2], lambda name: name.replace("train", "more"))
    refused(tmp_path, r"holds pairs for \['more', 'train'\]; a folder of IDX files has")


def test_a_damaged_file_in_a_folder_is_named(tmp_path):
    folder(tmp_path)
    (tmp_path / NAMES[3]).write_bytes(b"")
    refused(tmp_path, "t10k-labels-idx1-ubyte: is not an IDX file: it is empty")


# CSV

def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_csv_is_read_in_column_order_wherever_its_label_is(tmp_path):
    data = read_images(table(tmp_path, "p0,p1,label,p2,p3\n0,51,1,102,153\n204,255,0,0,0\n"))
    assert data.images == [[0.0, 0.2, 0.4, 0.6], [0.8, 1.0, 0.0, 0.0]] and data.labels == [1, 0]
    assert (data.height, data.width, data.classes) == (2, 2, 2)


def test_a_csv_may_have_a_mark_other_line_ends_quotes_blank_lines_and_decimals(tmp_path):
    text = '\ufefflabel , a ,"b"\r\n0,0.5,1.0\r\n\r\n"1.0", 0.25,1e-1\r\n'
    data = read_images(table(tmp_path, text))
    assert data.images == [[0.5, 1.0], [0.25, 0.1]] and data.labels == [0, 1] and (data.height, data.width) == (1, 2)


def test_the_column_of_labels_can_be_said(tmp_path):
    path = table(tmp_path, "class,a\n0,1\n1,0\n")
    assert read_images(path, label="class").labels == [0, 1]
    refused(path, r"one column 'label' and there are 0; "
            r"the first line, split at commas, is \['class', 'a'\]")


@pytest.mark.parametrize("label", ["\u00b2", "\u0663", "9" * 5000, "0", "3"])
def test_a_column_of_labels_that_is_no_number_of_one_is_refused_in_a_short_line(tmp_path, label):
    path = table(tmp_path, "class,a\n0,1\n1,0\n")
    assert read_images(path, label="1").labels == [0, 1]
    refused(path, "there is no column '.{1,60}; the first line is", label=label)


def test_a_name_of_a_pixel_with_more_digits_than_python_reads_is_no_place_in_an_order(tmp_path):
    path = table(tmp_path, "label,p2,p1,p%s\n0,1,0,1\n1,1,1,0\n" % ("9" * 5000))
    refused(path, "column 'p9.* does not have the name of a pixel, such as")


@pytest.mark.parametrize("text, match", [
    ("", "is empty; give an npz with images and labels, a folder of IDX files, or a CSV"),
    ("\n", "holds no images"), ("a,b\n1,0\n", r"one column 'label' and there are 0; .*at commas, is \['a', 'b'\]"),
    ("0,1\n1,0\n", "has no header; does the first or the last column hold the labels[?] Set labels to 1 or to last"),
    ("label,label,a\n0,1,1\n", "there are 2"), ("label,a\n", "holds no images"),
    ("label\n0\n1\n", "no column is left for pixels"), ("label,a\n0,1\n", "holds 1 image to train on"),
    (",label,a\n0,0,1\n", "column 1 has no name in the first line; leave out what is not a pixel"),
    ("label,a\n0,1\n1\n", "line 3 has 1 cells and the first line 2; each line must"),
    ("label,a\n0,1\n1,2,3\n", "line 3 has 3 cells"),
    ("label,a\n0,1\n1,x\n", "image 1: column 'a' holds 'x'; every pixel must be a number"),
    ("label,a,b\n0,x,1\n1,1,1\n", "line 2: column 'a' holds 'x'; every pixel must be a number"),
    ("label,a\n0,\n1,1\n", "image 0: column 'a' holds ''"), ("label,a\n0,nan\n1,1\n", "infinite or nan"),
    ("label,a\nA,1\n,1\n", "a label is missing"), ("label,a,a\n0,1,1\n1,1,1\n", "has column 'a' twice"),
    ("label,id,p0,p1,p2\n0,1,1,1,1\n1,2,0,0,1\n", "column 'id' does not have the name of a pixel, such as"),
    ("label,a,b,c,d\n0,1,255,1,7\n1,5,9,3,1024\n", "column 'd' goes up to 1024, .* ignore it if it holds no pixels"),
    ("label,a\n0,-1\n1,1\n", "the smallest pixel is -1"),
    ('label,a\n0,"%s' % ("1" * 140000), "line 2: field larger than field limit"),
    ("label\0a\n", "is a file that begins with b'label"), ("label,a\n0,1" + "0" * 400 + "\n1,2\n", "infinite or nan")])
def test_a_damaged_csv_says_what_is_wrong(tmp_path, text, match):
    refused(table(tmp_path, text), match)


def test_a_csv_that_is_not_utf_8_is_refused(tmp_path):
    refused(table(tmp_path, "label,é\n0,1\n", "latin-1"), "after line 0: is not text in UTF-8")
    refused(table(tmp_path, "label,a\n0,1\n", "utf-16"), "is a file that begins with")


def test_a_csv_of_more_than_the_limit_is_refused(tmp_path, monkeypatch):
    path = table(tmp_path, "label,a\n0,1\n1,0\n")
    monkeypatch.setattr("purenn.data.arrays.LIMIT", 10)
    refused(path, "its data are 16 bytes; at most 10 are read")


def test_a_csv_of_more_pixels_than_memory_is_taken_for_is_refused_before_it_is_read_to_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("purenn.data.image_tables.LIMIT", 16)             # 4 pixels of 8 bytes
    refused(table(tmp_path, "label,a,b\n0,1,1\n1,0,1\n0,1,0\n1,1,1\nthe end\n"), "holds more than 4 pixels; take fewer")
    assert len(read_images(table(tmp_path, "label,a,b\n0,1,1\n1,0,1\n")).images) == 2


@pytest.mark.parametrize("name", ["Label", "LABEL", "label"])
def test_the_column_of_labels_is_known_in_any_case_and_may_hold_texts(tmp_path, name):
    data = read_images(table(tmp_path, "p0,%s,p1\n0,dog,1\n1,cat,0\n" % name))
    assert (data.labels, data.names, data.images) == ([1, 0], ["cat", "dog"], [[0.0, 1.0], [1.0, 0.0]])
    assert data.layout == (["p0", name, "p1"], name, ["p0", "p1"], True)


def test_labels_stay_apart_wherever_their_column_is(tmp_path):
    data = read_images(table(tmp_path, "p0,kind,p1\n0,1234567,1\n1,1234568,0\n"), label="kind")
    assert data.names == ["1234567", "1234568"]
    assert read_images(table(tmp_path, "p0,kind,p1\n0,a,1\n1,b,0\n"), label="kind").names == ["a", "b"]


def grid(digits):
    """A CSV without a header of four images of 2 × 2, the labels first."""
    return "".join("%d,%d,0,128,255\n" % (digit, 10 * i) for i, digit in enumerate(digits))


def test_a_csv_without_a_header_is_read_where_it_is_clear_which_column_has_the_labels(tmp_path):
    first = table(tmp_path, grid([7, 2, 7, 2]))
    data = read_images(first)
    assert (data.labels, data.names, data.images[1]) == ([1, 0, 1, 0], ["2", "7"], [10 / 255, 0.0, 128 / 255, 1.0])
    assert data.layout == (["1", "2", "3", "4", "5"], "1", ["2", "3", "4", "5"], False)
    last = table(tmp_path, "".join(line[2:] + "," + line[0] + "\n" for line in grid([7, 2, 7, 2]).splitlines()))
    assert read_images(last)[:5] == data[:5]                # none is moved by one
    doubt = table(tmp_path, "0,1,2,3,1\n1,5,6,7,0\n0,1,2,3,0\n1,5,6,7,1\n")
    refused(doubt, "Set labels to 1 or to last")
    assert read_images(doubt, label="1").labels == [0, 1, 0, 1]
    assert read_images(doubt, label="last").labels == [1, 0, 0, 1]


@pytest.mark.parametrize("names, order", [
    (["pixel1", "pixel10", "pixel11", "pixel2"], [0, 3, 1, 2]),
    (["pixel3", "pixel2", "pixel1", "pixel0"], [3, 2, 1, 0]),
    (["1x1", "2x1", "1x2", "2x2"], [0, 2, 1, 3]), (["d", "c", "b", "a"], [0, 1, 2, 3])])
def test_pixels_are_in_the_order_of_their_names_numbers(tmp_path, names, order):
    data = read_images(table(tmp_path, "label,%s\n0,0,51,102,255\n1,0,0,0,0\n" % ",".join(names)))
    assert data.images[0] == [[0.0, 0.2, 0.4, 1.0][k] for k in order]
    assert data.layout.pixels == [names[k] for k in order] and data.layout.columns == ["label", *names]


def test_columns_that_are_no_pixels_are_ignored_when_that_is_said(tmp_path):
    path = table(tmp_path, "id,label,p0,note,p1\n900,0,0,x,1\n901,1,1,y,0\n")
    refused(path, "column 'note' holds 'x'")
    data = read_images(path, ignore=["id", "note"])
    assert data.images == [[0.0, 1.0], [1.0, 0.0]] and data.layout.pixels == ["p0", "p1"]
    refused(path, "no column 'more' to ignore", ignore=["id", "note", "more"])


# Other files

def test_other_files_are_refused_by_what_they_are(tmp_path):
    refused(os.path.join(FILES, "version1.npy"), "is an npy file; give an npz with images and labels, a folder of IDX")
    refused(os.path.join(FILES, NAMES[0]), "is perhaps an IDX file; give an npz")
    refused(tmp_path / "none.npz", "cannot be read: No such file")
    (tmp_path / "a.npz").write_bytes(b"PK\3\4")
    refused(tmp_path / "a.npz", "is damaged: File is not a zip file")
    (tmp_path / "a.csv").write_text("PK,label\n0,0\n9,1\n")
    assert read_images(tmp_path / "a.csv").labels == [0, 1]


def test_a_csv_and_an_npz_by_numpy_agree(tmp_path):
    numpy = pytest.importorskip("numpy")
    pixels = numpy.random.default_rng(1).integers(0, 256, (30, 9))
    labels = numpy.arange(30) % 3
    numpy.savez(tmp_path / "a.npz", X=pixels.reshape(30, 3, 3), Y=labels)
    numpy.savetxt(tmp_path / "a.csv", numpy.column_stack([labels, pixels]), "%d", ",", comments="",
                  header=",".join(["label"] + ["pixel%d" % k for k in range(9)]))
    data = read_images(tmp_path / "a.npz")
    assert data.images == (pixels / 255).tolist() and data.labels == labels.tolist()
    assert read_images(tmp_path / "a.csv")._replace(layout=None) == data


def test_labels_that_are_not_classes_are_refused_before_memory_is_taken(tmp_path):
    def ids(count):
        return npz(tmp_path / "ids.npz", images=((count, 1), bytes(count)),
                   labels=((count,), array("H", range(count))))
    refused(ids(1001), "has 1001 different labels; at most 1000 classes are allowed")
    assert read_images(ids(1000)).classes == 1000
