"""``mistakes``: the gallery of classic mistakes, planted in a real network and caught."""
from typing import List

from ..show.mistakes import show_mistake
from ..show.terminal import Terminal
from ..study import mistakes as study
from .parser import Parser, one_of, whole

DESCRIPTION = ("Plant a classic mistake in a real network, train it beside the right one, "
               "and show which check catches it and how loudly.")


def run(arguments: List[str]) -> int:
    """List the gallery, or show one mistake; return the exit code."""
    parser = Parser("mistakes", description=DESCRIPTION)
    names = [mistake.name for mistake in study.MISTAKES]
    parser.add_argument("name", metavar="NAME", nargs="?", type=one_of(names),
                        help="which mistake to show; without it they are listed")
    parser.add_argument("--seed", metavar="N", type=whole(0), default=1,
                        help="seed of the weights (default: %(default)s)")
    options = parser.parse_args(arguments)
    terminal = Terminal()
    if options.name is None:
        for mistake in study.MISTAKES:
            terminal.line(f"{mistake.name:24} {mistake.summary}")
        terminal.line()
        terminal.line("mistakes NAME plants one, shows what a learner would see, and which check catches it.")
        return 0
    show_mistake(terminal, study.MISTAKES[names.index(options.name)], options.seed)
    return 0
