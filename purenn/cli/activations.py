"""``activations``: each activation function and its derivative, as a table and as a figure."""
from typing import List, Sequence, Tuple

from ..activations import ACTIVATIONS
from ..runs.settings import BETWEEN
from ..show.terminal import Terminal
from .ending import check_figures, say_written
from .options import add_figure_options
from .parser import Parser

DESCRIPTION = "Show each activation function f(z) and its derivative f′(z): a table, and with --plot their curves."

SHOWN = (-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0)
DRAWN = [0.05 * i for i in range(-100, 101)]


def run(arguments: List[str]) -> int:
    """Print the table, draw the figure; return the exit code."""
    parser = Parser("activations", description=DESCRIPTION)
    add_figure_options(parser)
    options = parser.parse_args(arguments)
    check_figures(options)
    terminal = Terminal()
    for line in table(SHOWN):
        terminal.line(line)
    if options.plot is not None:
        from ..show import figures, plots
        drawn = [(name, *values_and_derivatives(name, DRAWN)) for name in BETWEEN]
        written = figures.save_all(options.plot, "activations", {"": plots.activations(DRAWN, drawn)})
        say_written(options, terminal, written)
    return 0


def values_and_derivatives(name: str, zs: Sequence[float]) -> Tuple[List[float], List[float]]:
    """f(z) and f′(z) of an activation function at each z."""
    layer = ACTIVATIONS[name]()
    values = layer.forward(list(zs))
    return values, [layer.derivative(z, a) for z, a in zip(zs, values)]


def table(zs: Sequence[float]) -> List[str]:
    """The functions beside each other, a row for each z."""
    columns = [column for name in BETWEEN for column in values_and_derivatives(name, zs)]
    lines = [" " * 5 + "".join(name.rjust(14) for name in BETWEEN), "    z" + "      f     f′" * len(BETWEEN)]
    for i, z in enumerate(zs):
        lines.append(f"{z:5.1f}" + "".join(f"{column[i]:7.3f}" for column in columns))
    return lines + ["", "softmax is missing: it takes a whole layer at once, and its derivative is a matrix, "
                    "activations.softmax_jacobian."]
