"""Data between a file and a network: split, shuffled, scaled, one-hot."""
import random

import pytest

from purenn import PurennError
from purenn.data.splitting import is_constant, mean_and_deviation, one_hot, split, split_sizes, standardized

USUAL = (10000, 6000, 2724)


@pytest.mark.parametrize("count, asked, sizes", [
    (18724, (None, None, None), [10000, 6000, 2724]),
    (70000, (None, None, None), [10000, 6000, 2724]),
    (1797, (None, None, None), [959, 575, 261]),
    (1797, (1000, None, None), [1000, 548, 248]),               # both shrink to what is left
    (18724, (100, None, None), [100, 60, 27]),                  # both shrink with the first
    (1797, (1, None, None), [1, 1, 1]),                         # each gets one at least
    (18724, (None, None, 0.5), [5851, 3510, 9362]),
    (1000, (0.6, 0.3, 0.1), [600, 300, 100]),
    (3, (1, 1, 1), [1, 1, 1]),
    (18724, (0.7, 0.15, 0.15), [13106, 2808, 2808]),            # shares of 1 in all are never more than there is
    (10, (0.7, 0.2, 0.1), [7, 2, 1]),
    (100, (0.29, 0.57, 0.1), [29, 57, 10]),                    # 0.29 * 100 is a little less than 29
])
def test_split_sizes_are_as_asked_and_otherwise_the_usual_ones_in_proportion(count, asked, sizes):
    assert split_sizes(count, asked, USUAL) == sizes


@pytest.mark.parametrize("count, asked, message", [
    (100, (50, 50, 1), "train 50 + validation 50 + test 1 are 101 samples, and there are 100; ask for fewer"),
    (100, (100, None, None), "train 100 + validation 1 + test 1 are 102 samples"),
    (2, (None, None, None), "train 1 + validation 1 + test 1 are 3 samples, and there are 2"),
    (100, (0.9, 0.9, 0.9), "train 90 + validation 90 + test 90 are 270 samples"),
    (100, (0, None, None), "train is 0; it must be a whole number from 1 up, or a share between 0 and 1"),
    (100, (None, 1.5, None), "validation is 1.5"),
    (100, (None, None, "10"), "test is '10'"),
    (100, (True, None, None), "train is True"),
])
def test_an_unsound_split_is_refused(count, asked, message):
    with pytest.raises(PurennError) as error:
        split_sizes(count, asked, USUAL)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_parts_have_no_sample_in_common_and_the_seed_decides():
    parts = split(50, [20, 10, 5], random.Random(3))
    assert [len(part) for part in parts] == [20, 10, 5]
    assert len({i for part in parts for i in part}) == 35 and parts[0] != sorted(parts[0])
    assert split(50, [20, 10, 5], random.Random(3)) == parts != split(50, [20, 10, 5], random.Random(4))


def test_scaling_by_what_was_learned_from_gives_mean_0_and_deviation_1():
    values = [random.Random(5).uniform(-3.0, 9.0) for _ in range(100)] + [1e3]
    scaled = standardized(values, *mean_and_deviation(values))
    mean, deviation = mean_and_deviation(scaled)
    assert abs(mean) < 1e-12 and abs(deviation - 1.0) < 1e-12
    assert mean_and_deviation([7.0, 7.0]) == (7.0, 1.0)                     # nothing is divided by zero
    with pytest.raises(PurennError, match="no numbers"):
        mean_and_deviation([])


@pytest.mark.parametrize("label", [-1, 3, 1.0, "1"])
def test_a_label_beyond_the_classes_is_refused(label):
    with pytest.raises(PurennError, match=r"labels\[1\]"):
        one_hot([0, label], 3)


@pytest.mark.parametrize("value", [0.1, 0.7, 1e-300, 123456.789, -3.3, 1e100])
@pytest.mark.parametrize("count", [1, 3, 10, 1000])
def test_equal_numbers_have_no_deviation_however_their_mean_is_rounded(value, count):
    mean, deviation = mean_and_deviation([value] * count)
    assert deviation == 1.0 and abs(mean - value) <= 1e-15 * abs(value)


def test_numbers_that_differ_a_little_have_their_deviation():
    mean, deviation = mean_and_deviation([1.0, 1.0 + 1e-9] * 10)
    assert abs(deviation - 0.5e-9) < 1e-15 and is_constant([1.0, 1.0], 1e-16) and not is_constant([1.0, 1.0], 1e-15)
