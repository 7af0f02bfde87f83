"""A mistake in words and curves: the right and the wrong line, what a learner sees, the check that finds it."""
from ..linalg import PurennError
from ..study import mistakes as study
from . import terminal as show


def show_mistake(terminal, mistake, seed: int) -> None:
    """Train with a mistake and without it, and show both.

    Raises PurennError if the check of the mistake does not tell right from wrong.
    """
    terminal.line(f"{mistake.name}: {mistake.summary}")
    terminal.line()
    terminal.line(f"  right   {mistake.right}")
    terminal.line(f"  wrong   {mistake.wrong}")
    terminal.line(f"  where   {mistake.where}")
    terminal.line()
    experiment = mistake.experiment
    network, _ = study.network_of(experiment, seed)
    terminal.line(f"What a learner sees: {experiment.task}; {network!r}, {experiment.loss()!r}, "
                  f"{experiment.optimizer(network.parameters())!r}; seed {seed}, {experiment.epochs} epochs")
    terminal.line()
    right = study.train_experiment(experiment, seed)
    with study.planted(mistake):
        wrong = study.train_experiment(experiment, seed)
    limits = [value for trained in (right, wrong) for value in trained.losses if value < 1e6]
    curves = []
    for title, trained in (("right", right), ("wrong", wrong)):
        curve = ["no epoch was completed"]
        if trained.losses:
            curve = show.learning_curve(terminal, [min(loss, 1e6) for loss in trained.losses], width=28, limits=limits)
        curves.append([f"{title}: {curve[0]}"] + curve[1:])
    for line in show.beside(curves[0], curves[1], width=42):
        terminal.line(line)
    terminal.line()
    terminal.line(f"  right   {_outcome(right)}")
    terminal.line(f"  wrong   {_outcome(wrong)}")
    if mistake.name == "unused-seed":
        with study.planted(mistake):
            terminal.line(f"  again   {_outcome(study.train_experiment(experiment, seed))}")
    elif wrong.accuracy == 1.0:
        terminal.line("The wrong one learns, too: the curve alone does not show the mistake.")
    terminal.line()
    passed, _ = mistake.check()
    with study.planted(mistake):
        caught, found = mistake.check()
    if not passed or caught:
        raise PurennError(f"mistakes: the check of {mistake.name} does not tell right from wrong")
    terminal.line(f"Caught: {found}")


def _outcome(trained):
    """The outcome of a run in words."""
    if trained.error:
        kind = type(trained.error).__name__
        return f"after {show.count(len(trained.losses), 'epoch')}: {kind}: {trained.error}"
    text = f"loss {show.loss_text(trained.loss)}"
    if trained.accuracy is not None:
        text += ", accuracy " + show.share(int(round(trained.accuracy * trained.count)), trained.count)
    return text
