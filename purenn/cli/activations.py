"""``activations``: each activation function and its derivative, as a table and as a figure."""
from typing import List

from ..runs.settings import BETWEEN
from ..show.functions import table
from ..show.terminal import Terminal
from ..study.functions import values_and_derivatives
from .options import add_figure_options
from .parser import Parser
from .training_commands import check_figures, say_written

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
    terminal.lines(table(BETWEEN, SHOWN))
    if options.plot is not None:
        from ..show import figures, plots
        drawn = [(name, *values_and_derivatives(name, DRAWN)) for name in BETWEEN]
        written = figures.save_all(options.plot, "activations", {"": plots.activations(DRAWN, drawn)})
        say_written(options, terminal, written)
    return 0
