"""``gradcheck``: are the gradients right? Every activation with every loss."""
from typing import List

from ..linalg import PurennError
from ..show import gradients as show
from ..show.terminal import Terminal
from ..study import gradcheck as study
from .parser import Parser, number, one_of

DESCRIPTION = ("Compare every gradient with the slope measured from the cost, for every activation with every loss, "
               "on small networks.")

step = number("a number from 1e-10 to 0.1", lambda value: 1e-10 <= value <= 0.1)


def run(arguments: List[str]) -> int:
    """Check and show; return 0 if every gradient is fine, otherwise 1."""
    parser = Parser("gradcheck", description=DESCRIPTION)
    parser.add_argument("--activation", metavar="NAME", type=one_of(list(study.ACTIVATIONS)), action="append",
                        help=f"only this hidden activation: {', '.join(study.ACTIVATIONS)}; may be given several times")
    parser.add_argument("--loss", metavar="NAME", type=one_of(list(study.LOSSES)), action="append",
                        help=f"only this loss: {', '.join(study.LOSSES)}; may be given several times")
    parser.add_argument("--h", metavar="H", type=step, default=1e-5,
                        help="how far to move each weight (default: %(default)g)")
    parser.add_argument("--sweep", action="store_true",
                        help="on xor, show how the error depends on h, from 1e-1 to 1e-12; at most one --activation")
    options = parser.parse_args(arguments)
    if options.sweep and (options.loss or "h" in options.given or len(options.activation or []) > 1):
        raise PurennError("gradcheck: --sweep takes only one --activation and no other option; leave the others out")
    terminal = Terminal()
    if options.sweep:
        activation = (options.activation or ["sigmoid"])[0]
        terminal.lines(show.sweep_lines(terminal, activation, study.sweep_of_xor(activation)))
        return 0
    terminal.lines(show.heading(options.h))
    rows = []
    for row in study.suite(options.activation, options.loss, options.h):
        terminal.lines(show.row_lines(terminal, row))
        rows.append(row)
    total = study.total(rows)
    terminal.lines(show.total_lines(total))
    return 0 if total.verdict.startswith("fine") else 1
