"""A mistake in words and curves: the right and the wrong line, what a learner sees and why, the check that finds it."""
import textwrap

from . import terminal as show
from . import text_charts


def listed(mistakes) -> list:
    """A line for each mistake, and the command that shows one."""
    return [f"{mistake.name:24} {mistake.summary}" for mistake in mistakes] + [
        "",
        "The command 'mistakes NAME' puts one into the code, and shows what a learner sees and which check finds it."]


def lines(terminal, shown) -> list:
    """A ``study.planting.Demonstration`` in words and curves."""
    mistake, experiment = shown.mistake, shown.mistake.experiment
    limits = [value for trained in (shown.right, shown.wrong) for value in trained.losses if value < 1e6]
    curves = []
    for title, trained in (("right", shown.right), ("wrong", shown.wrong)):
        curve = ["no epoch was completed"]
        if trained.losses:
            losses = [min(loss, 1e6) for loss in trained.losses]
            curve = text_charts.learning_curve(terminal, losses, width=28, limits=limits)
        curves.append([f"{title}: {curve[0]}"] + curve[1:])
    outcomes = [f"  right   {_outcome(shown.right)}", f"  wrong   {_outcome(shown.wrong)}"]
    outcomes += [f"  again   {_outcome(shown.again)}"] if shown.again else []
    if shown.wrong.accuracy == 1.0 and not shown.again:
        outcomes.append("The wrong one learns, too: the curve alone does not show the mistake.")
    return [f"{mistake.name}: {mistake.summary}", "", f"  right   {mistake.right}", f"  wrong   {mistake.wrong}",
            f"  where   {mistake.where}", "",
            f"What a learner sees: {experiment.task}; {shown.network}, {shown.loss}, {shown.optimizer}; seed "
            f"{shown.seed}, {experiment.epochs} epochs", "",
            *text_charts.beside(curves[0], curves[1], width=42), "", *outcomes, "",
            *textwrap.wrap("Why: " + shown.why, 100), "", f"Caught: {shown.found}"]


def _outcome(trained):
    """The outcome of a run in words."""
    if trained.error:
        kind = type(trained.error).__name__
        return f"after {show.count(len(trained.losses), 'epoch')}: {kind}: {trained.error}"
    text = f"loss {show.loss_text(trained.loss)}"
    if trained.accuracy is not None:
        text += ", accuracy " + show.share(int(round(trained.accuracy * trained.count)), trained.count)
    return text
