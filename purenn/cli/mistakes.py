"""``mistakes``: classic mistakes, put into the code one by one, and the check that finds each."""
from typing import List

from ..show.mistakes import lines, listed
from ..show.terminal import Terminal
from ..study import mistakes as study
from ..study.planting import demonstrate
from .parser import Parser, one_of, whole

DESCRIPTION = ("Put a classic mistake into the code, train with and without it, and show which check finds the "
               "mistake, and what the check measures.")


def run(arguments: List[str]) -> int:
    """List the mistakes, or show one; return the exit code."""
    parser = Parser("mistakes", description=DESCRIPTION)
    names = [mistake.name for mistake in study.MISTAKES]
    parser.add_argument("name", metavar="NAME", nargs="?", type=one_of(names),
                        help="the mistake to show; without NAME, all are listed")
    parser.add_argument("--seed", metavar="N", type=whole(0), default=1,
                        help="seed of the weights (default: %(default)s)")
    options = parser.parse_args(arguments)
    terminal = Terminal()
    if options.name is None:
        terminal.lines(listed(study.MISTAKES))
        return 0
    terminal.lines(lines(terminal, demonstrate(study.MISTAKES[names.index(options.name)], options.seed)))
    return 0
