"""The activation functions and their derivatives as a table."""
from ..activations import ACTIVATIONS
from ..runs.settings import BETWEEN

SHOWN = (-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0)


def values_and_derivatives(name: str, zs) -> tuple:
    """f(z) and f′(z) of an activation function at each z."""
    layer = ACTIVATIONS[name]()
    values = layer.forward(list(zs))
    return values, [layer.derivative(z, a) for z, a in zip(zs, values)]


def table(zs=SHOWN) -> list:
    """The functions beside each other, a row for each z."""
    columns = [column for name in BETWEEN for column in values_and_derivatives(name, zs)]
    lines = [" " * 5 + "".join(name.rjust(14) for name in BETWEEN), "    z" + "      f     f′" * len(BETWEEN)]
    for i, z in enumerate(zs):
        lines.append(f"{z:5.1f}" + "".join(f"{column[i]:7.3f}" for column in columns))
    return lines + ["", "softmax is missing: it takes a whole layer at once, and its derivative is a matrix, "
                    "activations.softmax_jacobian."]
