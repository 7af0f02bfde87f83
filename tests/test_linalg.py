"""Vectors and matrices as lists."""
import random

import pytest

from purenn import Linear, PurennError, ShapeError
from purenn.linalg import check_matrix, check_vector, dot, is_finite, matmul, matvec, outer, shape, transpose, zeros


def random_matrix(rng, rows, columns):
    return [[rng.uniform(-1, 1) for _ in range(columns)] for _ in range(rows)]


def test_the_rows_of_a_zero_matrix_are_not_one_list():
    A = zeros(2, 2)
    A[0][0] = 1.0
    assert A == [[1.0, 0.0], [0.0, 0.0]]


def test_a_product_transposed_is_the_product_of_the_transposed_in_reverse():
    rng = random.Random(1)
    A, B = random_matrix(rng, 3, 4), random_matrix(rng, 4, 2)
    assert transpose(matmul(A, B)) == matmul(transpose(B), transpose(A))


def test_matvec_is_matmul_with_one_column_and_outer_is_a_column_times_a_row():
    A, x = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [7.0, 8.0, 9.0]
    assert [[z] for z in matvec(A, x)] == matmul(A, [[value] for value in x]) == [[50.0], [122.0]]
    assert outer([1.0, 2.0], x) == matmul([[1.0], [2.0]], [x])


def test_a_layer_of_neurons_is_a_matrix_times_a_vector():
    layer = Linear(5, 3, rng=random.Random(2))
    a = [0.3, -0.1, 0.7, 0.2, -0.9]
    folded = [z + b for z, b in zip(matvec(layer.weight, a), layer.bias)]
    assert layer.forward(a) == pytest.approx(folded, rel=1e-15)
    delta = [0.5, -2.0, 1.5]
    assert layer.backward(delta) == pytest.approx(matvec(transpose(layer.weight), delta), rel=1e-14)
    assert layer.weight_grad == outer(delta, a)


@pytest.mark.parametrize("call, message", [
    (lambda: matmul([[1, 2, 3], [4, 5, 6]], [[1] * 4, [2] * 4]),
     "matmul: A is 2 × 3 and B is 2 × 4; the columns of A (3) must equal the rows of B (2)"),
    (lambda: matvec([[1, 2]], [1, 2, 3]),
     "matvec: A is 1 × 2 and x has 3 entries; the columns of A (2) must equal the length of x (3)"),
    (lambda: dot([1], [1, 2]), "dot: a has 1 entries and b has 2; they must be equally long"),
    (lambda: shape([[1, 2], [3]]),
     "shape: row 0 has 2 entries and row 1 has 1; the rows of a matrix must be equally long"),
])
def test_sizes_that_do_not_fit_are_refused_by_name(call, message):
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value) == message


@pytest.mark.parametrize("value", ["a", None, float("nan"), float("inf"), [1.0], 10 ** 400, 1j])
def test_what_is_not_a_finite_number_is_refused_with_its_place(value):
    assert not is_finite(value)
    with pytest.raises(PurennError, match=r"^inputs\[1\]\[0\] is .*; every entry must be a finite number$"):
        check_matrix("inputs", [[1.0], [value]])


@pytest.mark.parametrize("value", [0, -1, 2.5, True, 10 ** 300])
def test_finite_numbers_of_any_kind_pass(value):
    check_vector("x", [value])


def test_the_first_row_says_how_long_the_others_must_be():
    with pytest.raises(ShapeError, match=r"inputs\[1\] has length 1; expected 2"):
        check_matrix("inputs", [[1.0, 2.0], [3.0]])


def test_a_number_where_a_list_belongs_is_refused():
    with pytest.raises(PurennError, match="x is 3; expected a list of numbers"):
        check_vector("x", 3)
    with pytest.raises(PurennError, match=r"inputs\[0\] is 3; expected a list of numbers"):
        check_matrix("inputs", [3])
    with pytest.raises(PurennError, match="inputs is 'ab'; expected a list of lists"):
        check_matrix("inputs", "ab")
