"""``show``: the contents of a saved network."""
from typing import List

from ..data.predictor import load_predictor
from ..show.model import lines_of
from ..show.terminal import Terminal
from .options import add_model_options
from .parser import Parser


def run(arguments: List[str]) -> int:
    """Show the layers, what goes in and comes out, how it was trained, and its curve; return the exit code."""
    parser = Parser("show", description="Show a saved network: its layers, what it predicts from what, how it "
                    "was trained, and its curve.")
    add_model_options(parser)
    options = parser.parse_args(arguments)
    terminal = Terminal()
    terminal.lines(lines_of(terminal, load_predictor(options.model, options.activation, options.output_activation)))
    return 0
