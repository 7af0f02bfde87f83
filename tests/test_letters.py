"""The letters that are drawn: the same on every Python, balanced, upright, and neither easy nor a riddle."""
import hashlib
import random
import subprocess

import pytest

from purenn import SGD, CrossEntropyLoss, Network, PurennError, evaluate, train
from purenn.data.letters import EDGE, FORMS, NAMES, PRINTS, SIZE, draw, letters, pressed, printed, read, spoiled, tip
from purenn.engines.matrix import Matrix
from purenn.training import Dataset

from .anywhere import pythons
from .helpers import ROOT

HASH_OF_SEED_1 = "2f385e43c0c372e8739f5b601d325e397eb48985ae54c221409c95f6a6708c06"


def hash_of(seed, count=200):
    images, labels = letters(count, random.Random(seed))
    return hashlib.sha256(bytes(labels) + b"".join(images)).hexdigest()


def centers(images, labels):
    """The mean image of each letter."""
    return [[sum(column) / labels.count(letter) for column in zip(*(x for x, y in zip(images, labels) if y == letter))]
            for letter in range(len(NAMES))]


def test_the_same_seed_draws_the_same_pixels_for_ever():
    random.seed(1)
    state = random.getstate()
    assert hash_of(1) == HASH_OF_SEED_1
    assert hash_of(1) == HASH_OF_SEED_1     # with the tips of the pens at hand
    assert hash_of(2) != HASH_OF_SEED_1
    assert random.getstate() == state


@pytest.mark.slow
def test_every_python_here_draws_the_same_pixels():
    others = pythons()
    if len(others) < 2:
        pytest.skip("there is only one Python here")
    code = ("import hashlib, random; from purenn.data.letters import letters; x, y = letters(200, random.Random(1)); "
            "print(hashlib.sha256(bytes(y) + b''.join(x)).hexdigest())")
    for other in others:
        said = subprocess.run([*other.command, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8").stdout
        assert said.strip() == HASH_OF_SEED_1, other


@pytest.fixture(scope="module")
def drawn():
    """Images and their labels."""
    return letters(600, random.Random(4))


def test_an_image_is_784_bytes_of_every_gray_and_no_two_are_the_same(drawn):
    images, _ = drawn
    assert all(isinstance(image, bytes) and len(image) == SIZE * SIZE == 784 for image in images)
    assert len(set(images)) == 600
    grays = set(b"".join(images))
    assert {0, 255} <= grays and len(grays) > 200
    assert sum(max(image) > 100 for image in images) > 588      # there is ink on nearly all


@pytest.mark.parametrize("count", [1, 9, 10, 27, 60])
def test_there_are_as_many_of_each_letter_in_random_order(count):
    images, labels = letters(count, random.Random(1))
    assert len(images) == len(labels) == count
    shares = [labels.count(letter) for letter in range(len(NAMES))]
    assert sum(shares) == count and max(shares) - min(shares) <= 1
    if count >= len(NAMES):
        orders = [letters(count, random.Random(seed))[1][:10] for seed in range(1, 4)]
        assert len({tuple(order) for order in orders}) == 3
        assert labels[:10] != list(range(10)) and labels != sorted(labels)


def test_the_mean_letter_tells_most_letters_apart_but_far_from_all(drawn):
    images, labels = drawn
    means = centers(images[:400], labels[:400])
    right = 0
    for image, label in zip(images[400:], labels[400:]):
        distances = [sum((a - b) * (a - b) for a, b in zip(image, mean)) for mean in means]
        right += distances.index(min(distances)) == label
    assert 0.5 < right / 200 < 0.75


def test_letters_are_upright_and_face_the_right_way(drawn):
    means = dict(zip(NAMES, centers(*drawn)))

    def ink(name, rows, columns):
        return sum(means[name][SIZE * y + x] for y in rows for x in columns)
    first, last, everywhere = range(14), range(14, 28), range(28)
    assert ink("F", first, everywhere) > 1.2 * ink("F", last, everywhere)
    assert ink("A", last, everywhere) > ink("A", range(7), everywhere)
    assert ink("J", last, first) > 1.1 * ink("J", first, first)
    for name in "CEF":
        assert ink(name, everywhere, first) > 1.2 * ink(name, everywhere, last)


def test_each_form_stays_on_the_grid_and_is_one_letters_alone():
    assert "".join(FORMS) == NAMES
    for forms in FORMS.values():
        assert len(set(forms)) >= 4
        for form in forms:
            for _, points in read(form):
                assert len(points) >= 2
                assert all(0 <= x <= 8 and 0 <= y <= 8 for x, y in points), form
                assert all(a != b for a, b in zip(points, points[1:])), form
    different = {frozenset((curved, tuple(points)) for curved, points in read(form))
                 for forms in FORMS.values() for form in set(forms)}
    assert len(different) == sum(len(set(forms)) for forms in FORMS.values())


def test_a_dot_is_printed_where_the_pen_was_pressed():
    class NoSpecks(random.Random):
        def random(self):
            return 0.0

    for x, y in ((0, 0), (3, 0), (4, 0), (50, 90), (111, 111)):
        page = pressed([[(float(x), float(y))] * 2], [(EDGE, 1 << EDGE)], 1.0)
        assert (page[EDGE + y], sum(map(bool, page))) == (1 << (EDGE + x), 1)
        image = printed(page, NoSpecks())
        assert [i for i, gray in enumerate(image) if gray] == [SIZE * (y // 4) + x // 4]
        assert max(image) == int(0.6 * 255 / 16)


def test_the_tip_of_a_pen_is_as_wide_and_as_high_as_was_asked():
    for corners in (True, False):
        rows = tip(5, 2, (1.0, 0.0), corners)
        assert [y for y, _ in rows] == [EDGE - 2, EDGE - 1, EDGE, EDGE + 1, EDGE + 2]
        assert rows[2][1] == (1 << 11) - 1 << (EDGE - 5)
        assert (rows[0][1] == rows[2][1]) == corners


def test_every_print_but_the_plain_one_and_the_hollow_one_changes_the_page():
    page = pressed([[(20.0, 20.0), (90.0, 90.0)]], tip(5, 5, (1.0, 0.0), True), 5.0)
    unchanged = {kind for kind in PRINTS if spoiled(page, kind, random.Random(1)) == page}
    assert unchanged == {"plain", "hollow"}
    assert len(PRINTS) == 100
    for seed in range(20):
        for kind in set(PRINTS):
            assert len(spoiled(page, kind, random.Random(seed))) == len(page), kind


@pytest.mark.slow
def test_a_small_network_learns_to_read_most_of_them():
    images, labels = letters(2000, random.Random(6))
    inputs = [[pixel / 255 for pixel in image] for image in images]
    targets = [[1.0 if k == label else 0.0 for k in range(10)] for label in labels]
    rng = random.Random(1)
    network = Network.mlp([784, 24, 10], activation="relu", output_activation=None, init="xavier", rng=rng)
    loss = CrossEntropyLoss()
    optimizer = SGD(network.parameters(), lr=0.05, momentum=0.9)
    for _ in train(network, Dataset(inputs[:1500], targets[:1500]), loss, optimizer, 5, 32, Matrix(), rng):
        pass
    assert evaluate(network, loss, Dataset(inputs[1500:], targets[1500:]), Matrix())[1] > 0.75


@pytest.mark.parametrize("call, message", [
    (lambda: letters(0, random.Random(1)), "letters: count is 0; it must be a whole number from 1 up"),
    (lambda: letters(2.5, random.Random(1)), "letters: count is 2.5; it must be a whole number from 1 up"),
    (lambda: letters("9", random.Random(1)), "letters: count is '9'; it must be a whole number from 1 up"),
    (lambda: letters(9, 1), r"letters: rng is 1; give a generator, such as random.Random\(1\)"),
    (lambda: draw(10, random.Random(1)), r"draw: letter is 10; it must be a whole number from 0 \(A\) to 9 \(J\)"),
    (lambda: draw(-1, random.Random(1)), "draw: letter is -1; it must be"),
    (lambda: draw("A", random.Random(1)), "draw: letter is 'A'; it must be"),
    (lambda: draw(1, None), "draw: rng is None; give a generator"),
])
def test_what_cannot_be_drawn_is_refused_in_one_line(call, message):
    with pytest.raises(PurennError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
