"""``gradcheck``: are the gradients right? Every activation with every loss."""
import random
from typing import Any, List

from ..data.tasks import xor
from ..linalg import PurennError
from ..network import Network
from ..show import terminal as show
from ..study import gradcheck as study
from .parser import Parser, number, one_of

DESCRIPTION = ("Compare every gradient with the slope that the cost itself shows: every activation with every loss, "
               "on little networks.")

step = number("a number from 1e-10 to 0.1", lambda value: 1e-10 <= value <= 0.1)


def run(arguments: List[str]) -> int:
    """Check and show; return 0 where every gradient passes (1e-6, or 1e-4 with kinks), otherwise 1."""
    parser = Parser("gradcheck", description=DESCRIPTION)
    parser.add_argument("--activation", metavar="NAME", type=one_of(list(study.ACTIVATIONS)), action="append",
                        help="only this hidden activation: %s; may be given several times"
                        % ", ".join(study.ACTIVATIONS))
    parser.add_argument("--loss", metavar="NAME", type=one_of(list(study.LOSSES)), action="append",
                        help="only this loss: %s; may be given several times" % ", ".join(study.LOSSES))
    parser.add_argument("--h", metavar="H", type=step, help="how far to move each weight (default: 1e-5)")
    parser.add_argument("--sweep", action="store_true",
                        help="how the error depends on h, from 1e-1 to 1e-12, on xor with the first of the activations")
    options = parser.parse_args(arguments)
    if options.sweep and (options.loss or options.h is not None or len(options.activation or []) > 1):
        raise PurennError("gradcheck: --sweep goes with one --activation alone; leave the others out")
    options.h = 1e-5 if options.h is None else options.h
    terminal = show.Terminal()
    if options.sweep:
        _show_sweep(terminal, (options.activation or ["sigmoid"])[0])
        return 0
    return _show_suite(terminal, options)


def _show_suite(terminal: show.Terminal, options: Any) -> int:
    terminal.line("Each entry: its gradient by backpropagation against (C(w + h) - C(w - h)) / 2h with h = %g."
                  % options.h)
    terminal.line("The worst of each row; relative error |a - n| / max(|a| + |n|, 1e-8).")
    terminal.line()
    terminal.line("%-10s  %-17s  %7s  %5s  %-14s  %22s  %22s  %8s  %s" % (
        "activation", "loss", "entries", "kinks", "worst entry", "analytic", "numeric", "error", "verdict"))
    worst, entries, kinks = [], 0, 0
    for row in study.suite(options.activation, options.loss, options.h):
        verdict = study.verdict(row.worst.error, row.kinks > 0)
        text = "%-10s  %-17s  %7d  %5d  %-14s  %22.15g  %22.15g  %8.1e  %s" % (
            row.activation, row.loss, row.entries, row.kinks, row.worst.name, row.worst.analytic, row.worst.numeric,
            row.worst.error, verdict)
        terminal.line(text if verdict == "fine" else terminal.paint(text, show.RED))
        worst.append(row.worst._replace(kink=False))
        entries, kinks = entries + row.entries, kinks + row.kinks
    error = study.worst(worst).error
    terminal.line()
    terminal.line("%d entries, the worst error %.1e: %s. %s"
                  % (entries, error, study.verdict(error, kinks > 0), _about_kinks(kinks)))
    terminal.line("By the thresholds of the Stanford course CS231n (https://cs231n.github.io/neural-networks-3/#gradcheck):")
    terminal.line("up to 1e-7 fine, up to 1e-4 fine where there are kinks such as ReLU's, above 1e-2 wrong, "
                  "doubtful between.")
    return 0 if error <= (study.WITH_KINKS if kinks else study.PASSES) else 1


def _about_kinks(kinks: int) -> str:
    if not kinks:
        return "No unit changed sides between w - h and w + h."
    return "%d entries lie at a kink, where a unit changes sides between w - h and w + h, and are not counted." % kinks


def _show_sweep(terminal: show.Terminal, activation: str) -> None:
    from ..losses import MSELoss
    data = xor()
    network = Network.mlp([2, 4, 1], activation=activation, rng=random.Random(5))
    found = study.sweep(network, MSELoss(), data.inputs, data.targets)
    terminal.line("The worst relative error on xor, 2-4-1 %s, against the step h (bars: its logarithm):" % activation)
    terminal.line()
    for line in show.bars(terminal, [("%.0e" % h, error) for h, error in found]):
        terminal.line(line)
    terminal.line()
    best = min(found, key=lambda pair: pair[1])
    terminal.line("Smallest at h = %.0e. Above it the cost bends between w - h and w + h: the error falls with h²."
                  % best[0])
    terminal.line("Below it the two costs agree in so many digits that only rounding is left: it grows with 1/h.")
    terminal.line("Where the two meet depends on the network; 1e-5 is a good step for most.")
