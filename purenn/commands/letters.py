"""``letters``: images of ten classes, drawn here or from a file; ReLU, softmax and cross-entropy."""
import math
import random

from .. import engines
from ..activations import softmax
from ..losses import CrossEntropyLoss
from ..network import Network
from ..show import pictures
from ..show import terminal as show
from ..study.scores import confusion_matrix, precision, recall
from ..training import DivergedError, check_finite, class_of, evaluate
from . import figures, keeping
from .fitting import (MOST_PARAMETERS, add_fitting_options, add_workers_option, estimate, fit, make_engine,
                      make_keeper, whose_weights, why_stopped)
from .images import add_data_options, check_options, make_source, show_data, write_data
from .options import MOST_EPOCHS, Parser, add_network_options, check_size, hidden_sizes, whole
from .settings import (add_engine_options, add_optimizer_options, batch_text, build_optimizer, optimizer_settings,
                       optimizer_text)

DEFAULTS: dict = {"optimizer": "momentum", "loss": "cross-entropy", "lr": 0.1,
                  "rates": {"sgd": 0.1, "adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001}}

# What --full stands for: the setting of the lab's report.
FULL = {"hidden": [1000], "train": 10000, "batch_size": "all", "epochs": 200, "patience": 0}

# So many pixels in all are gone through where --epochs is not given (three times 6000 letters), but at most so often.
LEARNED, MOST_TIMES = 3 * 6000 * 784, 40


def run(arguments) -> int:
    """Train, test and show; return the exit code."""
    options = parse(arguments)
    check_options(options)
    optimizer_settings(options, DEFAULTS["loss"], DEFAULTS)             # said before anything is drawn
    terminal = keeping.make_terminal(options)
    rng = random.Random(options.seed)
    if options.write_data is not None:
        return write_data(terminal, options, rng)
    if options.show_data:
        return show_data(terminal, options, rng)
    keeping.check(options)
    figures.check(options)
    speaker = None if options.quiet or options.json else terminal
    source, network, result, outputs, keeper = carried_out(options, rng, speaker)
    keeper.show_and_write(terminal, result, lambda: last_line(result),
                          lambda: report(terminal, source, result, outputs), preparation(source), "logits")
    if options.plot is not None:
        figures.draw_letters(options, terminal, source, result, network,
                             worst_rows(source, result, outputs, figures.MISTAKES))
    return keeper.code(result["stopped"] == "interrupted")


def preparation(source) -> dict:
    """What the columns of a table of such images are: a label, and the pixels as they are in a file."""
    names = ["pixel%d" % (k + 1) for k in range(len(source.images.images[0]))]
    mean, deviation = source.scale
    return {"columns": ["label", *names], "missing": "refuse",
            "inputs": [{"name": name, "kind": "number", "mean": mean, "deviation": deviation} for name in names],
            "target": {"name": "label", "kind": "classes", "classes": source.names}}


def carried_out(options, rng, terminal=None) -> tuple:
    """What the options ask for: the images, the trained network, what ``train_and_test`` returns, the Keeper."""
    source = make_source(options, rng, terminal)
    settings = resolve(options, source)
    network = Network.mlp(settings["sizes"], settings["activation"], None, init=settings["init"], rng=rng)
    engine = make_engine(options.engine, settings, network)
    optimizer = build_optimizer(settings, network.parameters())
    keeper = make_keeper(options, "letters", network, optimizer, rng, settings, source.parts)
    try:
        return (source, network, *train_and_test(terminal, options, settings, source, keeper, engine), keeper)
    except DivergedError:
        keeper.write_history()
        raise
    finally:
        engines.close(engine)


def parse(arguments):
    """The options as given; None where one was not given and what it means depends on others."""
    return keeping.parse(_parser, "letters", arguments)


def _parser(arguments):
    parser = Parser("letters", description="Train a network with softmax and cross-entropy on images, such as letters.")
    add_data_options(parser)
    add_network_options(parser, hidden=[32], activation="relu", init="xavier", output=False)
    group = parser.add_argument_group("the training")
    add_optimizer_options(group, DEFAULTS)
    add_fitting_options(group, batch=64, patience=5)
    group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS),
                       help="how many at most (default: 3 for 6000 images of 784 pixels, more where there is less)")
    group.add_argument("--full", action="store_true", help="the setting of the lab's report: %s" % full_text())
    add_engine_options(group, "auto")
    add_workers_option(group)
    group = parser.add_argument_group("the report")
    group.add_argument("--quiet", action="store_true", help="the last line only")
    group.add_argument("--json", action="store_true", help="one JSON object on stdout, and nothing else")
    keeping.add_options(parser, every=1)
    figures.add_options(parser)
    if "--full" in arguments:
        parser.set_defaults(**FULL)
    return parser


def full_text() -> str:
    """What ``--full`` stands for, as options."""
    return " ".join("--%s %s" % (name.replace("_", "-"), value[0] if isinstance(value, list) else value)
                    for name, value in FULL.items())


def resolve(options, source) -> dict:
    """Every setting as it will be used."""
    sizes = [len(source.images.images[0])] + hidden_sizes(options) + [source.images.classes]
    check_size(sizes, MOST_PARAMETERS)
    train, validation, test = [len(part.inputs) for part in source.parts]
    settings = {"data": options.data, "standardize": options.standardize, "train": train, "validation": validation,
                "test": test, "sizes": sizes, "activation": options.activation, "init": options.init,
                "loss": DEFAULTS["loss"]}
    settings.update(optimizer_settings(options, DEFAULTS["loss"], DEFAULTS))
    batch = train if options.batch_size == "all" else min(train, options.batch_size)
    epochs = options.epochs or min(MOST_TIMES, -(-LEARNED // (train * sizes[0])))
    settings.update(weight_decay=options.weight_decay, lr_decay=options.lr_decay, batch_size=batch, epochs=epochs,
                    patience=options.patience, workers=options.workers)
    return settings


def train_and_test(terminal, options, settings, source, keeper, engine) -> tuple:
    """Train, then test; what came of it, as ``--json`` prints it, and the outputs of the tested images."""
    train, validation, test = source.parts
    network, optimizer, rng = keeper.network, keeper.optimizer, keeper.rng
    loss = CrossEntropyLoss()
    if terminal:
        expected = estimate(network, train, validation, loss,
                            lambda parameters: build_optimizer(settings, parameters), engine, settings["batch_size"])
        for line in first_lines(options, settings, source, network, expected):
            terminal.line(line)
    fitted = fit(network, train, validation, loss, optimizer, engine, settings, rng, terminal, keeper)
    if terminal and fitted.stopped == "interrupted":
        terminal.line("Interrupted; testing what was learned so far (Ctrl-C again leaves at once).")
    result = {"task": "letters", "settings": settings, "parameters": network.count_parameters(), "seed": options.seed,
              "epochs": len(fitted.epochs), "seconds": round(fitted.seconds, 3), "stopped": fitted.stopped,
              "kept": fitted.kept.number if fitted.kept else None}
    for prefix, part in (("", train), ("validation_", validation), ("test_", test)):
        if part is validation and fitted.kept:                  # known already
            cost, accuracy = fitted.kept.validation_loss, fitted.kept.validation_accuracy
        else:
            cost, accuracy, outputs = evaluate(network, loss, part, engine)
        check_finite(cost, optimizer, result["epochs"])
        result[prefix + "loss"], result[prefix + "accuracy"] = cost, accuracy
    labels = [class_of(target) for target in test.targets]
    guesses = [class_of(output) for output in outputs]
    result["confusion"] = confusion_matrix(labels, guesses, source.images.classes)
    result["history"] = [dict(epoch._asdict()) for epoch in fitted.epochs]
    result["predictions"] = [
        {"image": i, "target": label, "output": guess, "probability": softmax(output)[guess], "right": label == guess}
        for i, label, guess, output in zip(source.tested, labels, guesses, outputs)]
    return result, outputs


def first_lines(options, settings, source, network, expected) -> list:
    """What is about to be done, and how long it will take."""
    images = source.images
    where = "drawn here" if options.data is None else "from %s" % options.data
    return [
        "letters: images %d × %d %s, %d classes; %d to learn from, %d validation, %d test, seed %d" % (
            images.height, images.width, where, images.classes, settings["train"], settings["validation"],
            settings["test"], options.seed),
        "network %s (%d parameters), %s, softmax with cross-entropy, init %s, %s, %s, engine %s" % (
            "-".join(map(str, settings["sizes"])), network.count_parameters(), settings["activation"], settings["init"],
            optimizer_text(settings), batch_text(settings["batch_size"], settings["train"]),
            settings["engine"]),
        "about %s an epoch, %s for %s (%s images a second, measured on %d)" % (
            show.duration(expected.seconds), show.duration(expected.seconds * settings["epochs"]),
            show.count(settings["epochs"], "epoch"), show.rounded(expected.rate), expected.measured)]


def last_line(result: dict) -> str:
    """The outcome on the test images."""
    return "%s: test %s" % (whose_weights(result), show.outcome(result["test_loss"], result["test_accuracy"],
                                                                result["settings"]["test"]))


def report(terminal, source, result, outputs) -> None:
    """Everything after the epochs' lines: why it stopped, the table of the parts, who was taken for whom."""
    matrix = result["confusion"]
    classes = range(len(matrix))
    lines = [why_stopped(result), "", "               train  validation        test"]
    for name, text in (("accuracy", "%.4f"), ("loss", "%.4f" if result["loss"] < 1e4 else "%.3e")):
        lines.append("%-8s  %10s  %10s  %10s" % ((name,) + tuple(
            text % result[part + name] for part in ("", "validation_", "test_"))))
    lines += ["", "The test images, by what they are and what they were taken for:"]
    lines += pictures.confusion(terminal, matrix, source.names, [precision(matrix, j) for j in classes],
                                [recall(matrix, i) for i in classes])
    lines += worst(terminal, source, result, outputs)
    if result["test_loss"] >= math.log(len(matrix)):
        lines += ["", "Not learned: the test loss is no better than %.4f, that of a network that takes every class for "
                  "as likely; try a smaller --lr, more images or more --epochs." % math.log(len(matrix))]
    for line in lines + ["", last_line(result)]:
        terminal.line(line)


def worst_rows(source, result, outputs, most: int) -> list:
    """Of the predictions those that are most wrong, the ones of the highest loss first."""
    loss = CrossEntropyLoss()
    wrong = [(loss.forward(output, target), row) for output, target, row in zip(
        outputs, source.parts[2].targets, result["predictions"]) if not row["right"]]
    wrong.sort(key=lambda pair: -pair[0])
    return [row for _, row in wrong[:most]]


def worst(terminal, source, result, outputs, most: int = 4) -> list:
    """The test images that the network is most wrong about, as text."""
    rows = worst_rows(source, result, outputs, most)
    if not rows:
        return []
    titles = ["%s taken for %s (%.0f%%)" % (source.names[row["target"]], source.names[row["output"]],
                                            100.0 * row["probability"]) for row in rows]
    images = source.images
    return ["", "The worst mistakes:"] + pictures.sheet(terminal, titles, [images.images[row["image"]] for row in rows],
                                                        images.height, images.width)
