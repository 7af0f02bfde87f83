"""Vectors and matrices as plain lists, the checks of input, and the errors.

A ``Vector`` is a list of floats. A ``Matrix`` is a list of equally long Vectors, its rows, so
that ``A[j][k]`` is the entry in row j and column k, as a book writes A_jk.

The derivation of backpropagation runs one neuron at a time and needs little from here: zeros,
and the checks of input. The matrix form of the same derivation (``outer``, ``matvec``,
``matmul``, ``transpose``) is here for readers who know the loops and want to see the
same formulas with matrices.

Sums are explicit loops on purpose: from Python 3.12 on, the built-in ``sum`` compensates for
rounding errors, so the last digit of its result is not the same on every Python.
"""
import math

Vector = list  # of floats
Matrix = list  # of equally long Vectors: the rows


class PurennError(ValueError):
    """Invalid input; the message says what is wrong and how to correct it."""


class ShapeError(PurennError):
    """The sizes of vectors or matrices do not fit together."""


def zeros(rows: int, columns=None) -> list:
    """``zeros(n)`` is a Vector of n zeros, ``zeros(rows, columns)`` a Matrix of zeros.

    >>> zeros(3)
    [0.0, 0.0, 0.0]
    >>> zeros(2, 3)
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    if columns is None:
        return [0.0] * rows
    return [[0.0] * columns for _ in range(rows)]


def shape(A: Matrix) -> tuple:
    """The pair (rows, columns) of a Matrix.

    >>> shape([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    (2, 3)

    Raises ShapeError if the rows are not equally long.
    """
    rows = len(A)
    columns = len(A[0]) if rows else 0
    for i in range(rows):
        if len(A[i]) != columns:
            raise ShapeError("shape: row 0 has %d entries and row %d has %d; the rows of a matrix "
                             "must be equally long" % (columns, i, len(A[i])))
    return rows, columns


def dot(a: Vector, b: Vector) -> float:
    """a·b = Σ_k a_k·b_k, for two Vectors of one length.

    >>> dot([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    32.0

    Raises ShapeError if the lengths differ.
    """
    if len(a) != len(b):
        raise ShapeError("dot: a has %d entries and b has %d; they must be equally long" % (len(a), len(b)))
    total = 0.0
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


def transpose(A: Matrix) -> Matrix:
    """(Aᵀ)_kj = A_jk: an n × m Matrix becomes m × n.

    >>> transpose([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]
    """
    rows, columns = shape(A)
    return [[A[j][k] for j in range(rows)] for k in range(columns)]


def outer(a: Vector, b: Vector) -> Matrix:
    """(a bᵀ)_jk = a_j·b_k: a column of n numbers times a row of m numbers is an n × m Matrix.

    The gradient of a weight matrix is such a product: ∂C/∂W = δ aᵀ.

    >>> outer([1.0, 2.0], [3.0, 4.0, 5.0])
    [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]
    """
    return [[a[j] * b[k] for k in range(len(b))] for j in range(len(a))]


def matvec(A: Matrix, x: Vector) -> Vector:
    """(A x)_j = Σ_k A_jk·x_k: an n × m Matrix times a Vector of m is a Vector of n.

    >>> matvec([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [1.0, 10.0])
    [21.0, 43.0, 65.0]

    Raises ShapeError if the length of x is not the number of columns of A.
    """
    rows, columns = shape(A)
    if len(x) != columns:
        raise ShapeError("matvec: A is %d × %d and x has %d entries; the columns of A (%d) must equal "
                         "the length of x (%d)" % (rows, columns, len(x), columns, len(x)))
    return [dot(A[j], x) for j in range(rows)]


def matmul(A: Matrix, B: Matrix) -> Matrix:
    """(A B)_ij = Σ_k A_ik·B_kj: n × m times m × p is n × p.

    >>> matmul([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])
    [[19.0, 22.0], [43.0, 50.0]]

    Raises ShapeError unless A has as many columns as B has rows.
    """
    rows, inner = shape(A)
    B_rows, columns = shape(B)
    if inner != B_rows:
        raise ShapeError("matmul: A is %d × %d and B is %d × %d; the columns of A (%d) must equal "
                         "the rows of B (%d)" % (rows, inner, B_rows, columns, inner, B_rows))
    return rows_dotted(A, transpose(B))


def rows_dotted(A: Matrix, B: Matrix, dot=dot) -> Matrix:
    """(A Bᵀ)_ij = A_i·B_j: each row of A dotted with each row of B; n × m and p × m make n × p.

    ``dot`` computes A_i·B_j from two rows; a faster function can be given.

    >>> rows_dotted([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]])
    [[11.0, 17.0]]
    """
    return [[dot(a, b) for b in B] for a in A]


# Checks of input: each is called once, where data come in, so that the loops need none.

def check_vector(name: str, vector: Vector, length=None) -> None:
    """Raise unless ``vector`` is a list of finite numbers, ``length`` of them if that is given.

    >>> check_vector("bias", [0.5, "a"], 2)
    Traceback (most recent call last):
        ...
    purenn.linalg.PurennError: bias[1] is 'a'; every entry must be a finite number
    """
    if not isinstance(vector, (list, tuple)):
        raise PurennError("%s is %s; expected a list of numbers" % (name, _short(vector)))
    if length is not None and len(vector) != length:
        raise ShapeError("%s has length %d; expected %d" % (name, len(vector), length))
    for k in range(len(vector)):
        if not is_finite(vector[k]):
            raise PurennError("%s[%d] is %s; every entry must be a finite number" % (name, k, _short(vector[k])))


def check_matrix(name: str, matrix: Matrix, rows=None, columns=None) -> None:
    """Raise unless ``matrix`` is a list of equally long lists of finite numbers.

    ``rows`` and ``columns`` are the sizes expected. Without ``columns``, all rows must be as long as the first.

    >>> check_matrix("inputs", [[1.0, 2.0], [3.0]], columns=2)
    Traceback (most recent call last):
        ...
    purenn.linalg.ShapeError: inputs[1] has length 1; expected 2
    """
    if not isinstance(matrix, (list, tuple)):
        raise PurennError("%s is %s; expected a list of lists of numbers" % (name, _short(matrix)))
    if rows is not None and len(matrix) != rows:
        raise ShapeError("%s has %d rows; expected %d" % (name, len(matrix), rows))
    for i in range(len(matrix)):
        check_vector("%s[%d]" % (name, i), matrix[i], columns)
        if columns is None:
            columns = len(matrix[i])


def is_finite(value) -> bool:
    """True if ``value`` is a number, and neither infinite nor nan."""
    try:
        return math.isfinite(value)
    except (TypeError, ValueError, OverflowError):  # not a number; a whole number too large for a float
        return False


def _short(value) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
