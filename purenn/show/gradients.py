"""What ``study.gradcheck`` found, in words: the worst entry of each row, and how the error depends on the step h."""
import random

from ..data.tasks import xor
from ..losses import MSELoss
from ..network import Network
from ..study import gradcheck as study
from . import terminal as show


def show_suite(terminal, activations, losses, h: float) -> bool:
    """Check every activation with every loss, a line each as it is done; return whether every gradient passes."""
    terminal.line("Each entry: its gradient by backpropagation against (C(w + h) - C(w - h)) / 2h with h = %g."
                  % h)
    terminal.line("The worst of each row; relative error |a - n| / max(|a| + |n|, 1e-8).")
    terminal.line()
    terminal.line("%-10s  %-17s  %7s  %5s  %-14s  %22s  %22s  %8s  %s" % (
        "activation", "loss", "entries", "kinks", "worst entry", "analytic", "numeric", "error", "verdict"))
    worst, entries, kinks = [], 0, 0
    for row in study.suite(activations, losses, h):
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
    return error <= (study.WITH_KINKS if kinks else study.PASSES)


def _about_kinks(kinks):
    if not kinks:
        return "No unit changed sides between w - h and w + h."
    return "%d entries lie at a kink, where a unit changes sides between w - h and w + h, and are not counted." % kinks


def show_sweep(terminal, activation: str) -> None:
    """The worst relative error on xor, 2-4-1, for steps from 1e-1 to 1e-12."""
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
