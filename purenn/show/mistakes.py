"""A mistake of the gallery in words and curves: the right and the wrong line, what a learner sees, what catches it."""
from ..linalg import PurennError
from ..study import mistakes as study
from . import terminal as show


def show_mistake(terminal, mistake, seed: int) -> None:
    """Plant a mistake, train beside the right one, and show both.

    Raises PurennError where the check of the mistake does not tell right from wrong.
    """
    terminal.line("%s: %s" % (mistake.name, mistake.summary))
    terminal.line()
    terminal.line("  right   %s" % mistake.right)
    terminal.line("  wrong   %s" % mistake.wrong)
    terminal.line("  where   %s" % mistake.where)
    terminal.line()
    experiment = mistake.experiment
    network, _ = study.network_of(experiment, seed)
    terminal.line("What a learner sees: %s; %r, %r, %r; seed %d, %d epochs" % (
        experiment.task, network, experiment.loss(), experiment.optimizer(network.parameters()), seed,
        experiment.epochs))
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
        curves.append(["%s: %s" % (title, curve[0])] + curve[1:])
    for line in show.beside(curves[0], curves[1], width=42):
        terminal.line(line)
    terminal.line()
    terminal.line("  right   %s" % _outcome(right))
    terminal.line("  wrong   %s" % _outcome(wrong))
    if mistake.name == "unused-seed":
        with study.planted(mistake):
            terminal.line("  again   %s" % _outcome(study.train_experiment(experiment, seed)))
    elif wrong.accuracy == 1.0:
        terminal.line("The wrong one learns all the same: the curve alone does not show it.")
    terminal.line()
    passed, _ = mistake.check()
    with study.planted(mistake):
        caught, found = mistake.check()
    if not passed or caught:
        raise PurennError("mistakes: the check of %s does not tell right from wrong" % mistake.name)
    terminal.line("Caught: %s" % found)


def _outcome(trained):
    """What became of a run in words."""
    if trained.error:
        kind = type(trained.error).__name__
        return "after %s: %s: %s" % (show.count(len(trained.losses), "epoch"), kind, trained.error)
    text = "loss %s" % show.loss_text(trained.loss)
    if trained.accuracy is not None:
        text += ", accuracy " + show.share(int(round(trained.accuracy * trained.count)), trained.count)
    return text
