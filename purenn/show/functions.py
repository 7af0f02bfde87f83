"""The activation functions and their derivatives as a table."""
from ..study.functions import values_and_derivatives


def table(names: list, zs) -> list:
    """The functions of these names beside each other, a row for each z."""
    columns = [column for name in names for column in values_and_derivatives(name, zs)]
    lines = [" " * 5 + "".join(name.rjust(14) for name in names), "    z" + "      f     f′" * len(names)]
    for i, z in enumerate(zs):
        lines.append(f"{z:5.1f}" + "".join(f"{column[i]:7.3f}" for column in columns))
    return lines + ["", "softmax is not shown: it takes a whole layer at once, and its derivative is a matrix "
                    "(activations.softmax_jacobian)."]
