"""What ``xor``, ``linear`` and ``gate`` have in common: training, and the report."""
from .. import engines
from ..show import terminal as show
from ..study.diagnose import diagnose
from ..training import DivergedError, check_finite, evaluate, is_right, train
from . import figures, keeping
from .options import MOST_EPOCHS, Parser, add_network_options, positive, whole
from .settings import Task, add_training_options, batch_text, optimizer_text, output_kind, set_up


def run_task(task: Task, arguments) -> int:
    """Train the task as the arguments say and show what came of it; return the exit code."""
    options = parse(task, arguments)
    setup = set_up(task, options)
    settings, rng, data, test, network, loss, optimizer, engine = setup
    keeping.check(options)
    figures.check(options)
    keeper = keeping.Keeper(options, task.name, network, optimizer, rng, settings, [data])
    keeper.history = curve = keeper.start(("loss", "accuracy"))["history"] or {"loss": [], "accuracy": []}
    terminal = keeping.make_terminal(options)
    talkative = not (options.quiet or options.json)
    if talkative:
        terminal.line(first_line(task, settings, data, network, options.seed))
    try:
        history = figures.history(options, network, loss, data, engine)
        stopped = _train(terminal if talkative else None, setup, options.log_every, keeper, curve, history)
        if history:
            history.end(len(curve["loss"]))
        if stopped == "interrupted" and not curve["loss"]:
            raise KeyboardInterrupt
        for points in (data, test):
            measured(setup, points, len(curve["loss"]))
    except DivergedError:
        keeper.write_history()
        raise
    finally:
        engines.close(engine)
    result = result_of(task, setup, options.seed, curve["loss"], stopped, keeper.seconds())
    tested = test or data
    keeper.show_and_write(
        terminal, result, lambda: last_line(result, len(data.inputs), len(tested.inputs)),
        lambda: _report(terminal, task, settings, network, loss, data, tested, curve["loss"], result),
        preparation(data), output_kind(settings))
    if history:
        if stopped == "interrupted":
            figures.note("purenn: drawing the figures; Ctrl-C again leaves at once")
        figures.draw_task(options, terminal, result, curve["loss"], network, tested, history)
    return keeper.code(stopped == "interrupted")


def preparation(data) -> dict:
    """What the columns of a table of such points are: numbers x1, x2, taken as they are, and a class of 0 or 1."""
    names = ["x%d" % (k + 1) for k in range(len(data.inputs[0]))]
    return {"columns": [*names, "class"], "missing": "refuse",
            "inputs": [{"name": name, "kind": "number", "mean": 0.0, "deviation": 1.0} for name in names],
            "target": {"name": "class", "kind": "classes", "classes": ["0", "1"]}}


def parse(task: Task, arguments):
    """The options as given; None where one was not given and what it means depends on others."""
    def build(_):
        parser = Parser(task.name, description=task.summary)
        add_task_options(parser, task)
        group = parser.add_argument_group("the report")
        group.add_argument("--log-every", metavar="N", type=whole(1), default=task.defaults["log_every"],
                           help="epochs from one line to the next (default: %(default)s)")
        group.add_argument("--quiet", action="store_true", help="the last line only")
        group.add_argument("--json", action="store_true", help="one JSON object on stdout, and nothing else")
        keeping.add_options(parser, every=10 * task.defaults["log_every"])
        figures.add_options(parser, animate=True)
        return parser
    return keeping.parse(build, task.name, arguments)


def add_task_options(parser: Parser, task: Task) -> None:
    """The options of the task: of its network, its training and its data, but not of the report."""
    defaults = task.defaults
    add_network_options(parser, hidden=[4, 4])
    group = add_training_options(parser, defaults)
    group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS), default=defaults["epochs"],
                       help="how many at most (default: %(default)s)")
    group.add_argument("--target-loss", metavar="LOSS", type=positive, default=defaults["target_loss"],
                       help="stop when the loss is below it (default: %s)" % (defaults["target_loss"] or "none"))
    if task.add_options:
        task.add_options(group)


def first_line(task: Task, settings: dict, data, network, seed: int) -> str:
    """What is trained, and how."""
    activation = settings["activation"] if len(settings["sizes"]) > 2 else settings["output_activation"]
    if settings["output_activation"] != activation:
        activation += ", output " + settings["output_activation"]
    batch = batch_text(settings["batch_size"], len(data.inputs))
    if settings["shuffle"]:
        batch += " shuffled"
    return "%s: %d points, network %s (%d parameters), %s, %s loss, %s, %s, seed %d" % (
        task.name, len(data.inputs), "-".join(map(str, settings["sizes"])), network.count_parameters(), activation,
        settings["loss"], optimizer_text(settings), batch, seed) + (
            "" if settings["engine"] == "Loops()" else ", engine %s" % settings["engine"])


def _train(terminal, setup, log_every, keeper, curve, history):
    """Train to the end, adding the epochs to the curve; return why it stopped."""
    settings, _, data, _, network, loss, *_ = setup
    losses, target = curve["loss"], settings["target_loss"]
    done = len(losses)
    if done and is_reached(target, losses[-1], network, loss, data):        # a run that had come to its end goes on
        return "target"
    progress = show.Progress(terminal, settings["epochs"] - done) if terminal else None
    stopped = "epochs"                      # where all of them were done before
    epoch = logged = None
    try:
        for epoch, stopped in epochs_of(setup, done):
            losses.append(epoch.loss)
            curve["accuracy"].append(epoch.accuracy)
            if history:
                history.see(epoch)
            if progress:
                progress.update(epoch.number - done, "epoch %d of %d, loss %.4g", epoch.number, settings["epochs"],
                                epoch.loss)
                if epoch.number % log_every == 0 or epoch.number == done + 1:
                    progress.clear()
                    terminal.line(epoch_line(epoch, len(data.inputs)))
                    logged = epoch
            if stopped is None and keeper.is_due(epoch.number):
                keeper.checkpoint(epoch.number, {"history": curve})
        keeper.checkpoint(len(losses), {"history": curve})
    except KeyboardInterrupt:
        stopped = "interrupted"
    finally:
        if progress:
            progress.clear()
    if progress and epoch and epoch is not logged:
        terminal.line(epoch_line(epoch, len(data.inputs)))
    return stopped


def epochs_of(setup, done: int = 0):
    """Train as the settings say: each Epoch, and why it is the last, "target" or "epochs", or None where it is not."""
    settings, rng, data, _, network, loss, optimizer, engine = setup
    for epoch in train(network, data, loss, optimizer, settings["epochs"], settings["batch_size"], engine,
                       rng=rng if settings["shuffle"] else None, done=done):
        if is_reached(settings["target_loss"], epoch.loss, network, loss, data):
            yield epoch, "target"
            return
        yield epoch, "epochs" if epoch.number == settings["epochs"] else None


def measured(setup, data, epochs: int) -> tuple:
    """The loss after so many epochs, the accuracy and the outputs; None, None and no outputs without data.

    Raises DivergedError where the loss is not finite.
    """
    if data is None:
        return None, None, []
    loss, accuracy, outputs = evaluate(setup.network, setup.loss, data)
    check_finite(loss, setup.optimizer, epochs)
    return loss, accuracy, outputs


def is_reached(target, last: float, network, loss, data) -> bool:
    """True where the loss is below the target before the epoch's last step and after it; False without a target."""
    return target is not None and last < target and evaluate(network, loss, data)[0] < target


def epoch_line(epoch, count: int) -> str:
    """An epoch's number, loss and accuracy."""
    return "epoch %6d   %s" % (epoch.number, show.outcome(epoch.loss, epoch.accuracy, count))


def result_of(task: Task, setup, seed: int, losses: list, stopped, seconds: float) -> dict:
    """What came of it, as ``--json`` prints it."""
    settings, _, data, test, network, loss, *_ = setup
    final_loss, accuracy, outputs = evaluate(network, loss, data)
    why = diagnose(network, loss, data, outputs, losses, settings["target_loss"], task.separable)
    result = {"task": task.name, "settings": settings, "parameters": network.count_parameters(), "seed": seed,
              "epochs": len(losses), "seconds": round(seconds, 3), "stopped": stopped, "loss": final_loss,
              "accuracy": accuracy, "learned": not why, "why_not_learned": why}
    tested = data
    if test is not None:
        tested = test
        result["test_loss"], result["test_accuracy"], outputs = evaluate(network, loss, test)
    result["predictions"] = [{"input": x, "target": y, "output": a, "right": is_right(a, y)}
                             for x, y, a in zip(tested.inputs, tested.targets, outputs)]
    return result


def last_line(result: dict, count: int, test_count: int) -> str:
    """Loss and accuracy after the last step, on the training data and, where there are any, on the test data."""
    text = "After %s: %s" % (show.count(result["epochs"], "epoch"),
                             show.outcome(result["loss"], result["accuracy"], count))
    if "test_loss" in result:
        text += "; on %s: %s" % (
            show.count(test_count, "fresh point"),
            show.outcome(result["test_loss"], result["test_accuracy"], test_count))
    return text + ("" if result["learned"] else " (not learned)")


def why_stopped(result: dict) -> str:
    """Why the training has ended."""
    return {"target": "Stopped: the loss is below %s." % result["settings"]["target_loss"],
            "epochs": "Stopped: the last epoch is done.",
            "interrupted": "Stopped: interrupted. What there is so far:"}[result["stopped"]]


def _report(terminal, task, settings, network, loss, data, tested, losses, result) -> None:
    """Everything after the epochs' lines: why it stopped, the table, the two pictures, the verdict."""
    terminal.line(why_stopped(result))
    terminal.line()
    rows = result["predictions"]
    right = [row["right"] for row in rows]
    outputs = [row["output"] for row in rows]
    what = "points" if tested is data else "fresh points"
    for line in show.predictions(terminal, what, tested.inputs, tested.targets, outputs, right):
        terminal.line(line)
    terminal.line()
    points = [(x[0], x[1], y[0], ok) for x, y, ok in zip(tested.inputs, tested.targets, right)]
    grid = [[network.predict([[0.05 * j, 0.1 * i]])[0][0] for j in range(21)] for i in range(11)]
    for line in show.beside(show.learning_curve(terminal, losses), show.decision_map(terminal, grid, points)):
        terminal.line(line)
    terminal.line()
    terminal.line(last_line(result, len(data.inputs), len(tested.inputs)))
    if not result["learned"]:
        terminal.line("Not learned. " + " ".join(result["why_not_learned"]))
