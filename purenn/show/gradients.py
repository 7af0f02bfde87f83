"""What ``study.gradcheck`` found, in words: the worst entry of each row, and how the error depends on the step h."""
from ..study import gradcheck as study
from . import terminal as show
from . import text_charts


def heading(h: float) -> list:
    """The lines above the rows."""
    return ["An entry is a weight or bias w. Its gradient a by backpropagation is compared with the slope of the cost,",
            f"n = (C(w + h) - C(w - h)) / 2h with h = {h:g}. Each row shows its worst entry: the relative error",
            "|a - n| / max(|a|, |n|), and the allowed one: 1e-7 plus what rounding and the third derivative can cause",
            "(see purenn/study/gradcheck.py).", "",
            f"{'activation':10}  {'loss':17}  {'entries':>7}  {'kinks':>5}  {'worst entry':14}  {'analytic':>22}  "
            f"{'numeric':>22}  {'error':>8}  {'allowed':>8}  verdict"]


def row_lines(terminal, row) -> list:
    """A row of the suite; in red if it is not fine, with a line that says which layers are wrong."""
    text = (f"{row.activation:10}  {row.loss:17}  {row.entries:7}  {row.kinks:5}  {row.worst.name:14}  "
            f"{row.worst.analytic:22.15g}  {row.worst.numeric:22.15g}  {row.worst.error:8.1e}  "
            f"{study.allowed(row.worst):8.1e}  {row.verdict}")
    if row.verdict == "fine":
        return [text]
    return [terminal.paint(text, show.RED), " " * 12 + where(row.layers, row.network)]


def total_lines(total) -> list:
    """A summary of all rows."""
    about = "No unit crosses a kink (where its slope jumps) between w - h and w + h."
    if total.kinks:
        about = ("Entries that are not judged, because a unit may cross a kink (where its slope jumps) between w - h "
                 f"and w + h: {total.kinks}.")
    return ["", f"{total.entries} entries, the worst with error {total.worst.error:.1e}: {total.verdict}. {about}",
            "By the thresholds of the Stanford course CS231n (https://cs231n.github.io/neural-networks-3/#gradcheck):",
            "an error up to 1e-7 is fine (up to 1e-4 if there are kinks); an error above 1e-2 is wrong; one between is",
            "doubtful. Before an error is judged, what rounding and the third derivative can cause is subtracted."]


def where(checked: list, network) -> str:
    """Where to look for the mistake: in which layers the gradients are right, and in which they are not.

    Backpropagation goes from the last layer to the first, so the last layer that is wrong either is given a
    wrong slope or makes the mistake itself.
    """
    wrong = [check for check in checked if not check.verdict.startswith("fine")]
    if not wrong:
        return "every layer right"
    last = wrong[-1].layer
    after = [check.layer for check in checked if check.layer > last]
    before = [check for check in checked if check.layer < last]
    words = f"layer {after[0]} right, " if after else ""
    words += f"layer {last} {wrong[-1].verdict}"
    if before and before[-1] not in wrong:
        return (f"{words}, layer {before[-1].layer} before it right: look at how layer {last} computes the slopes of "
                "its own parameters")
    if not after:
        behind = _named(network, last + 1, len(network.layers))
        return (f"{words}, the last that learns: look at layer {last} and at what comes after it: {behind}the loss "
                "and, for a mean, the division by the number of samples")
    between = _named(network, last + 1, after[0])
    return f"{words}: look between them, at {between}the slopes that layer {after[0]} passes on, and at layer {last}"


def _named(network, first, end):
    return "".join([f"layers[{i}] {network.layers[i]!r}, " for i in range(first, end)])


def sweep_lines(terminal, activation: str, found: list) -> list:
    """The worst relative error on xor, 2-4-1, for steps from 1e-1 to 1e-12."""
    best = min(found, key=lambda pair: pair[1])
    return [f"The worst relative error on xor, 2-4-1 {activation}, against the step h (bars: log of the error):", "",
            *text_charts.bars(terminal, [(f"{h:.0e}", error) for h, error in found]), "",
            f"Smallest at h = {best[0]:.0e}. Above it the error comes from the third derivative of the cost "
            "and is proportional to h².",
            "Below it the two costs agree in most digits, so most of the error is rounding: about proportional to 1/h.",
            "The best step depends on the network; 1e-5 is good for most."]
