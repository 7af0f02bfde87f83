"""The weights before training."""
import math
import random

import pytest

from purenn import Linear
from purenn.initializers import INITIALIZERS


def spread(numbers):
    mean = sum(numbers) / len(numbers)
    return mean, sum((number - mean) ** 2 for number in numbers) / len(numbers)


@pytest.mark.parametrize("name, variance, largest", [
    ("uniform", 1 / 3, 1.0),
    ("normal", 1.0, None),
    ("xavier", 2 / 300, None),
    ("xavier_normal", 2 / 300, None),
    ("xavier_uniform", 2 / 300, math.sqrt(6 / 300)),
    ("he", 2 / 100, None),
])
def test_each_has_mean_0_and_its_own_variance(name, variance, largest):
    weight, bias = INITIALIZERS[name](100, 200, random.Random(1))
    numbers = [value for row in weight for value in row]
    assert (len(weight), len(weight[0]), len(bias)) == (200, 100, 200)
    mean, measured = spread(numbers)
    assert abs(mean) < 4 * math.sqrt(variance / len(numbers))
    assert measured == pytest.approx(variance, rel=0.03)
    if largest:
        assert 0.99 * largest < max(numbers) <= largest and -largest <= min(numbers) < -0.99 * largest
    if name in ("normal", "xavier", "xavier_normal", "he"):
        assert max(numbers) > 3 * math.sqrt(variance)           # a uniform of that variance ends at 1.73 of it
    assert (bias == [0.0] * 200) == (name not in ("uniform", "normal"))


def test_zeros_are_zeros():
    assert INITIALIZERS["zeros"](2, 1, random.Random(1)) == ([[0.0, 0.0]], [0.0])


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_the_same_seed_gives_the_same_weights(name):
    first, second = (Linear(3, 4, init=name, rng=random.Random(5)) for _ in range(2))
    assert (first.weight, first.bias) == (second.weight, second.bias)


def test_without_a_generator_the_weights_come_from_pythons_own():
    random.seed(5)
    first = Linear(3, 4).weight
    random.seed(5)
    assert Linear(3, 4).weight == first
