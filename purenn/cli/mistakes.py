"""``mistakes``: classic mistakes, put into the code one by one, and the check that finds each."""
from typing import List

from ..show.mistakes import show_mistake
from ..show.terminal import Terminal
from ..study import mistakes as study
from .parser import Parser, one_of, whole

DESCRIPTION = ("Put a classic mistake into the code, train with and without it, and show which check finds it "
               "and by how much.")


def run(arguments: List[str]) -> int:
    """List the mistakes, or show one; return the exit code."""
    parser = Parser("mistakes", description=DESCRIPTION)
    names = [mistake.name for mistake in study.MISTAKES]
    parser.add_argument("name", metavar="NAME", nargs="?", type=one_of(names),
                        help="the mistake to show; without NAME they are listed")
    parser.add_argument("--seed", metavar="N", type=whole(0), default=1,
                        help="seed of the weights (default: %(default)s)")
    options = parser.parse_args(arguments)
    terminal = Terminal()
    if options.name is None:
        for mistake in study.MISTAKES:
            terminal.line(f"{mistake.name:24} {mistake.summary}")
        terminal.line()
        terminal.line("mistakes NAME puts one into the code, and shows what a learner sees and which check finds it.")
        return 0
    show_mistake(terminal, study.MISTAKES[names.index(options.name)], options.seed)
    return 0
