"""What ``study.gradcheck`` found, in words: the worst entry of each row, and how the error depends on the step h."""
import random

from ..data.tasks import xor
from ..losses import MSELoss
from ..network import Network
from ..study import gradcheck as study
from . import terminal as show


def show_suite(terminal, activations, losses, h: float) -> bool:
    """Check every activation with every loss, a line each as it is done; return whether every gradient passes."""
    terminal.line(f"Each entry: its gradient by backpropagation against (C(w + h) - C(w - h)) / 2h with h = {h:g}.")
    terminal.line("The worst of each row; relative error |a - n| / max(|a| + |n|, 1e-8).")
    terminal.line()
    terminal.line(f"{'activation':10}  {'loss':17}  {'entries':>7}  {'kinks':>5}  {'worst entry':14}  {'analytic':>22} "
                  f" {'numeric':>22}  {'error':>8}  verdict")
    worst, entries, kinks = [], 0, 0
    for row in study.suite(activations, losses, h):
        verdict = study.verdict(row.worst.error, row.kinks > 0)
        text = (f"{row.activation:10}  {row.loss:17}  {row.entries:7}  {row.kinks:5}  {row.worst.name:14}  "
                f"{row.worst.analytic:22.15g}  {row.worst.numeric:22.15g}  {row.worst.error:8.1e}  {verdict}")
        terminal.line(text if verdict == "fine" else terminal.paint(text, show.RED))
        worst.append(row.worst._replace(kink=False))
        entries, kinks = entries + row.entries, kinks + row.kinks
    error = study.worst(worst).error
    terminal.line()
    terminal.line(f"{entries} entries, the worst error {error:.1e}: {study.verdict(error, kinks > 0)}. "
                  f"{_about_kinks(kinks)}")
    terminal.line("By the thresholds of the Stanford course CS231n "
                  "(https://cs231n.github.io/neural-networks-3/#gradcheck):")
    terminal.line("up to 1e-7 fine, up to 1e-4 fine where there are kinks such as ReLU's, above 1e-2 wrong, "
                  "doubtful between.")
    return error <= (study.WITH_KINKS if kinks else study.PASSES)


def _about_kinks(kinks):
    if not kinks:
        return "No unit changed sides between w - h and w + h."
    return (f"{kinks} entries lie at a kink, where a unit changes sides between w - h and w + h, and are not "
            "counted.")


def show_sweep(terminal, activation: str) -> None:
    """The worst relative error on xor, 2-4-1, for steps from 1e-1 to 1e-12."""
    data = xor()
    network = Network.mlp([2, 4, 1], activation=activation, rng=random.Random(5))
    found = study.sweep(network, MSELoss(), data.inputs, data.targets)
    terminal.line(f"The worst relative error on xor, 2-4-1 {activation}, against the step h (bars: its logarithm):")
    terminal.line()
    for line in show.bars(terminal, [(f"{h:.0e}", error) for h, error in found]):
        terminal.line(line)
    terminal.line()
    best = min(found, key=lambda pair: pair[1])
    terminal.line(f"Smallest at h = {best[0]:.0e}. Above it the error comes from the third derivative of the cost "
                  "and falls with h².")
    terminal.line("Below it the two costs agree in so many digits that rounding errors remain: they grow with 1/h.")
    terminal.line("The best step depends on the network; 1e-5 is good for most.")
