"""``mistakes``: the gallery of classic mistakes, planted in a real network and caught."""
import random
from typing import Any, List, Tuple

from ..linalg import PurennError
from ..network import Network
from ..show import terminal as show
from ..study import mazur
from ..study import mistakes as study
from ..training import evaluate, train
from .parser import Parser, one_of, whole

DESCRIPTION = ("Plant a classic mistake in a real network, train it beside the right one, "
               "and show which check catches it and how loudly.")


def run(arguments: List[str]) -> int:
    """List the gallery, or show one mistake; return the exit code."""
    parser = Parser("mistakes", description=DESCRIPTION)
    names = [mistake.name for mistake in study.MISTAKES]
    parser.add_argument("name", metavar="NAME", nargs="?", type=one_of(names),
                        help="which mistake to show; without it they are listed")
    parser.add_argument("--seed", metavar="N", type=whole(0), default=1, help="of the weights (default: %(default)s)")
    options = parser.parse_args(arguments)
    terminal = show.Terminal()
    if options.name is None:
        for mistake in study.MISTAKES:
            terminal.line("%-24s %s" % (mistake.name, mistake.summary))
        terminal.line()
        terminal.line("mistakes NAME plants one, shows what a learner would see, and which check catches it.")
        return 0
    _show(terminal, study.MISTAKES[names.index(options.name)], options.seed)
    return 0


def _show(terminal: show.Terminal, mistake: Any, seed: int) -> None:
    terminal.line("%s: %s" % (mistake.name, mistake.summary))
    terminal.line()
    terminal.line("  right   %s" % mistake.right)
    terminal.line("  wrong   %s" % mistake.wrong)
    terminal.line("  where   %s" % mistake.where)
    terminal.line()
    experiment = mistake.experiment
    network, _ = _network(experiment, seed)
    terminal.line("What a learner sees: %s; %r, %r, %r; seed %d, %d epochs" % (
        experiment.task, network, experiment.loss(), experiment.optimizer(network.parameters()), seed,
        experiment.epochs))
    terminal.line()
    right = _train(experiment, seed)
    with study.planted(mistake):
        wrong = _train(experiment, seed)
    limits = [value for losses, _ in (right, wrong) for value in losses if value < 1e6]
    curves = []
    for title, (losses, _) in (("right", right), ("wrong", wrong)):
        curve = ["no epoch was completed"]
        if losses:
            curve = show.learning_curve(terminal, [min(loss, 1e6) for loss in losses], width=28, limits=limits)
        curves.append(["%s: %s" % (title, curve[0])] + curve[1:])
    for line in show.beside(curves[0], curves[1], width=42):
        terminal.line(line)
    terminal.line()
    terminal.line("  right   %s" % right[1])
    terminal.line("  wrong   %s" % wrong[1])
    if mistake.name == "unused-seed":
        with study.planted(mistake):
            terminal.line("  again   %s" % _train(experiment, seed)[1])
    elif "(100.0%)" in wrong[1]:
        terminal.line("The wrong one learns all the same: the curve alone does not show it.")
    terminal.line()
    passed, _ = mistake.check()
    with study.planted(mistake):
        caught, found = mistake.check()
    if not passed or caught:
        raise PurennError("mistakes: the check of %s does not tell right from wrong" % mistake.name)
    terminal.line("Caught: %s" % found)


def _network(experiment: Any, seed: int) -> Tuple[Network, Any]:
    """The network of an experiment, and the parameters that learn."""
    if experiment is study.MAZUR_EXPERIMENT:
        network = mazur.network()
        return network, mazur.parameters(network)
    network = Network.mlp(experiment.sizes, experiment.hidden, experiment.output, rng=random.Random(seed))
    return network, network.parameters()


def _train(experiment: Any, seed: int) -> Tuple[List[float], str]:
    """The losses of a run, and what became of it in words."""
    network, parameters = _network(experiment, seed)
    loss, optimizer = experiment.loss(), experiment.optimizer(parameters)
    losses: list = []
    try:
        for epoch in train(network, experiment.data, loss, optimizer, experiment.epochs, experiment.batch_size):
            losses.append(epoch.loss)
        final, accuracy, outputs = evaluate(network, loss, experiment.data)
    except (ArithmeticError, ValueError) as error:
        return losses, "after %s: %s: %s" % (show.count(len(losses), "epoch"), type(error).__name__, error)
    text = "loss %s" % show.loss_text(final)
    if accuracy is not None:
        text += ", accuracy " + show.share(int(round(accuracy * len(outputs))), len(outputs))
    return losses, text
