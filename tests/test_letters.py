"""The drawn letters: balanced, the same for the same seed everywhere, and neither trivial nor noise."""
import hashlib
import random

import pytest

from purenn import PurennError
from purenn.data.letters import NAMES, draw, letters


def test_the_same_seed_draws_the_same_bytes_on_every_python():
    images, labels = letters(60, random.Random(1))
    assert hashlib.sha256(b"".join(images) + bytes(labels)).hexdigest().startswith("e040c7a474f4fccb")


def test_images_are_784_bytes_and_classes_are_balanced_and_mixed():
    images, labels = letters(25, random.Random(2))
    assert {len(image) for image in images} == {784} and {type(image) for image in images} == {bytes}
    assert sorted(labels) == sorted(i % 10 for i in range(25)) and labels != sorted(labels)
    assert len(set(images)) == 25


def test_the_nearest_mean_image_tells_letters_apart_but_not_all():
    images, labels = letters(600, random.Random(3))
    sums = [[0] * 784 for _ in NAMES]
    for image, label in zip(images[:400], labels):
        sums[label] = [total + pixel for total, pixel in zip(sums[label], image)]
    means = [[total / labels[:400].count(label) for total in sums[label]] for label in range(10)]

    def nearest(image):
        distances = [sum((pixel - m) ** 2 for pixel, m in zip(image, mean)) for mean in means]
        return distances.index(min(distances))
    right = sum(nearest(image) == label for image, label in zip(images[400:], labels[400:]))
    assert 100 < right < 190


@pytest.mark.parametrize("call, message", [
    (lambda: letters(0, random.Random(1)), "letters: count is 0; it must be a whole number from 1 up"),
    (lambda: letters(1.5, random.Random(1)), "letters: count is 1.5; "),
    (lambda: letters(1, None), "letters: rng is None; give a generator"),
    (lambda: draw(10, random.Random(1)), "draw: letter is 10; it must be a whole number from 0 .A. to 9 .J."),
])
def test_what_is_not_right_is_refused(call, message):
    with pytest.raises(PurennError, match=message):
        call()
