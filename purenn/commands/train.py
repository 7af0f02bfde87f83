"""``train``: a network on your own table, a CSV."""
import random
from collections import namedtuple

from .. import engines
from ..data.columns import REMEDIES
from ..data.encoding import encode, input_count, output_count
from ..data.features import TASKS, fit, rows_to_use, stray_texts
from ..data.preparation import PARTS, split, split_sizes
from ..linalg import PurennError
from ..losses import CrossEntropyLoss
from ..network import Network
from ..show import terminal as show
from ..training import Dataset, DivergedError, check_finite, evaluate
from . import figures, keeping, tables
from .fitting import (MOST_PARAMETERS, add_fitting_options, add_workers_option, estimate, make_engine, make_keeper,
                      whose_weights, why_stopped)
from .fitting import fit as fit_network
from .images import part_size
from .options import BETWEEN, MOST_EPOCHS, Parser, add_network_options, check_size, hidden_sizes, one_of, whole
from .settings import (LOSSES, add_engine_options, add_optimizer_options, batch_text, build_optimizer,
                       optimizer_settings, optimizer_text, output_kind)

DEFAULTS: dict = {"optimizer": "adam", "loss": "cross-entropy", "lr": 0.01,
                  "rates": {"sgd": 0.1, "momentum": 0.05, "adagrad": 0.05, "rmsprop": 0.005, "adam": 0.01}}

# Of the weights, where a number is predicted: a table of some hundred rows is soon learned by heart.
DECAY = 0.03

ALL_LOSSES = {"cross-entropy": CrossEntropyLoss, **LOSSES}

# The preparation; the three Datasets in the order of PARTS; and which rows of the table are in each.
Source = namedtuple("Source", ("preparation", "parts", "rows"))


def run(arguments) -> int:
    """Train, test and show; return the exit code."""
    options = keeping.parse(_parser, "train", arguments)
    if options.file is None:
        raise PurennError("train: found no file; give a CSV, as in: train FILE.csv --target COLUMN")
    if options.target is None:
        raise PurennError("train: found no --target; say which column is to be predicted")
    keeping.check(options)
    figures.check(options)
    terminal = keeping.make_terminal(options)
    speaker = None if options.quiet or options.json else terminal
    table = tables.read(options, speaker)
    rng = random.Random(options.seed)
    source = make_source(options, table, rng)
    for text in stray_texts(source.preparation, table):
        figures.note("purenn: %s; if it is a slip, correct it" % text)
    settings = resolve(options, source)
    output = settings["output_activation"]
    network = Network.mlp(settings["sizes"], settings["activation"], output, init=settings["init"], rng=rng)
    engine = make_engine(options.engine, settings, network)
    keeper = make_keeper(options, "train", network, build_optimizer(settings, network.parameters()), rng, settings,
                         source.parts)
    try:
        result = train_and_test(speaker, options, settings, source, table, keeper, engine)
    except DivergedError:
        keeper.write_history()
        raise
    finally:
        engines.close(engine)
    show_and_keep(terminal, options, source, keeper, result)
    return keeper.code(result["stopped"] == "interrupted")


def _parser(_):
    parser = Parser("train", description="Train a network on a table: predict one of its columns from the others.")
    group = tables.add_table_options(parser, "the table; text columns go in as one input for each value")
    group.add_argument("--target", metavar="COLUMN", help="the column to predict: its name, its number from 1, or last")
    group.add_argument("--task", metavar="NAME", type=one_of(TASKS), help="%s (default: by what the target holds)"
                       % " or ".join(TASKS))
    group.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="a column to leave out; can be "
                       "given several times")
    group.add_argument("--missing", metavar="WHAT", type=one_of(REMEDIES), default="refuse",
                       help="of missing values: refuse them, put in the column's mean, or drop the row (default: "
                       "%(default)s)")
    for part, usual, what in zip(PARTS, ("the rest", 0.15, 0.15), (
            "learn from", "look at after each epoch", "be tested on at the end")):
        group.add_argument("--" + part, metavar="N", type=part_size,
                           help="rows to %s, or their share (default: %s)" % (what, usual))
    add_network_options(parser, hidden=[16], activation="relu", init="he", output=False)
    group = parser.add_argument_group("the training")
    group.add_argument("--loss", metavar="NAME", type=one_of(list(ALL_LOSSES)),
                       help="%s (default: cross-entropy for classes, mse for numbers)" % ", ".join(ALL_LOSSES))
    group.add_argument("--output-activation", metavar="NAME", type=one_of(BETWEEN),
                       help="of the output layer (default: what goes with the loss)")
    add_optimizer_options(group, DEFAULTS)
    add_fitting_options(group, batch=32, patience=20, decay=None,
                        usual_decay="0 for classes, %g for numbers" % DECAY)
    group.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS), default=200,
                       help="how many at most (default: %(default)s)")
    add_engine_options(group, "auto")
    add_workers_option(group)
    group = parser.add_argument_group("the report")
    group.add_argument("--log-every", metavar="N", type=whole(1), default=10,
                       help="epochs from one line to the next (default: %(default)s)")
    group.add_argument("--quiet", action="store_true", help="the last line only")
    group.add_argument("--json", action="store_true", help="one JSON object on stdout, and nothing else")
    keeping.add_options(parser, every=1)
    figures.add_options(parser)
    return parser


def make_source(options, table, rng) -> Source:
    """The rows of the table, shuffled, split, and turned into inputs and targets."""
    usable = rows_to_use(table, options.target, options.missing, options.ignore)
    count = len(usable)
    if count < len(PARTS):
        raise PurennError("train: %s has %s to use; there must be at least %d, one for each of %s"
                          % (options.file, show.count(count, "row"), len(PARTS), ", ".join(PARTS)))
    part = max(1, count * 15 // 100)
    sizes = split_sizes(count, [options.train, options.validation, options.test], [count - 2 * part, part, part])
    rows = [[usable[i] for i in chosen] for chosen in split(count, sizes, rng)]
    preparation = fit(table, options.target, rows[0], options.task, options.missing, options.ignore)
    single = is_single(options, preparation)
    return Source(preparation, [Dataset(*encode(preparation, table, part, single=single)) for part in rows], rows)


def is_single(options, preparation) -> bool:
    """Whether one output tells two classes apart: with any loss but cross-entropy, which wants an output for each."""
    return (tables.is_classification(preparation) and len(preparation["target"]["classes"]) == 2
            and options.loss not in (None, "cross-entropy"))


def resolve(options, source) -> dict:
    """Every setting as it will be used; raises PurennError where two do not go together."""
    preparation = source.preparation
    classes = tables.is_classification(preparation)
    loss = options.loss or ("cross-entropy" if classes else "mse")
    if not classes and loss in ("cross-entropy", "bce"):
        raise PurennError("--loss: found %s, which is for classes, and the target %r is a number; take mse, or say "
                          "--task classification" % (loss, preparation["target"]["name"]))
    output = options.output_activation or {"cross-entropy": None}.get(loss, "sigmoid" if classes else "identity")
    if loss == "cross-entropy" and output is not None:
        raise PurennError("--output-activation: found it with the loss cross-entropy, which takes the outputs before "
                          "softmax; leave it out, or choose another --loss")
    if loss == "bce" and output != "sigmoid":
        raise PurennError("--loss: bce needs outputs between 0 and 1, and --output-activation is %s; it must be sigmoid"
                          % output)
    single = is_single(options, preparation)
    sizes = [input_count(preparation)] + hidden_sizes(options) + [output_count(preparation, single)]
    check_size(sizes, MOST_PARAMETERS)
    train, validation, test = [len(part.inputs) for part in source.parts]
    settings = {"file": options.file, "target": preparation["target"]["name"],
                "task": "classification" if classes else "regression", "train": train,
                "validation": validation, "test": test, "sizes": sizes, "activation": options.activation,
                "output_activation": output, "init": options.init, "loss": loss}
    settings.update(optimizer_settings(options, loss, DEFAULTS))
    batch = train if options.batch_size == "all" else min(train, options.batch_size)
    decay = (0.0 if classes else DECAY) if options.weight_decay is None else options.weight_decay
    settings.update(weight_decay=decay, lr_decay=options.lr_decay, batch_size=batch,
                    epochs=options.epochs, patience=options.patience, workers=options.workers)
    return settings


def train_and_test(terminal, options, settings, source, table, keeper, engine) -> dict:
    """Train, then test; what came of it, as ``--json`` prints it."""
    train, validation, test = source.parts
    network, optimizer = keeper.network, keeper.optimizer
    loss = ALL_LOSSES[settings["loss"]]()
    if terminal:
        expected = estimate(network, train, validation, loss,
                            lambda parameters: build_optimizer(settings, parameters), engine, settings["batch_size"])
        for line in first_lines(options, settings, source, table, network, expected):
            terminal.line(line)
    fitted = fit_network(network, train, validation, loss, optimizer, engine, settings, keeper.rng, terminal, keeper,
                         options.log_every)
    result = {"task": "train", "settings": settings, "parameters": network.count_parameters(), "seed": options.seed,
              "epochs": len(fitted.epochs), "seconds": round(fitted.seconds, 3), "stopped": fitted.stopped,
              "kept": fitted.kept.number if fitted.kept else None}
    outputs: list = []
    for prefix, part in (("", train), ("validation_", validation), ("test_", test)):
        cost, accuracy, outputs = evaluate(network, loss, part, engine)
        check_finite(cost, optimizer, len(fitted.epochs))
        result[prefix + "loss"], result[prefix + "accuracy"] = cost, accuracy
        for name, value in tables.score(source.preparation, part.targets, outputs).items():
            result[prefix + name] = value
    result["history"] = [dict(epoch._asdict()) for epoch in fitted.epochs]
    result["predictions"] = [
        {"line": table.lines[row], "target": said[0], "output": said[1]} for row, said in zip(
            source.rows[2], zip(tables.said(source.preparation, test.targets),
                                tables.said(source.preparation, outputs)))]
    return result


def first_lines(options, settings, source, table, network, expected) -> list:
    """What is about to be done, and how long it will take."""
    preparation = source.preparation
    target = preparation["target"]
    what = "%d classes: %s" % (len(target["classes"]), tables.listed(target["classes"])) if tables.is_classification(
        preparation) else "a number, mean %.5g" % target["mean"]
    kinds = [feature["kind"] for feature in preparation["inputs"]]
    columns = ["%s of %s" % (show.count(kinds.count(kind), "column"), held)
               for kind, held in (("number", "numbers"), ("category", "texts")) if kind in kinds]
    return [
        "train: %s, %s, %s; seed %d" % (
            options.file, show.count(len(table.lines), "row"),
            "columns: " + tables.listed(table.names), options.seed),
        "from %s predict %s (%s); %d rows to learn from, %d validation, %d test" % (
            " and ".join(columns), target["name"], what, settings["train"], settings["validation"], settings["test"]),
        "network %s (%d parameters), %s, %s loss, init %s, %s, %s, engine %s" % (
            "-".join(map(str, settings["sizes"])), network.count_parameters(), settings["activation"],
            settings["loss"], settings["init"], optimizer_text(settings),
            batch_text(settings["batch_size"], settings["train"]), settings["engine"]),
        "about %s an epoch, %s for %s" % (show.duration(expected.seconds), show.duration(
            expected.seconds * settings["epochs"]), show.count(settings["epochs"], "epoch"))]


def show_and_keep(terminal, options, source, keeper, result) -> None:
    """The report, and what is to be kept."""
    preparation = source.preparation
    keeper.show_and_write(terminal, result, lambda: last_line(preparation, result),
                          lambda: report(terminal, preparation, result), preparation, output_kind(result["settings"]))
    if options.plot is not None:
        figures.draw_table(options, terminal, preparation, result, keeper.history)


def last_line(preparation, result: dict) -> str:
    """The outcome on the test rows."""
    scores = {name[5:]: result[name] for name in result if name.startswith("test_")}
    return "%s: test %s" % (whose_weights(result), tables.outcome(
        preparation, result["test_loss"], result["test_accuracy"], scores, result["settings"]["test"]))


def report(terminal, preparation, result) -> None:
    """Everything after the epochs' lines: why it stopped, the curve, the table of the parts, who was taken for whom."""
    parts = [(name, result["settings"][name], result[prefix + "loss"], result[prefix + "accuracy"],
              {key: result.get(prefix + key) for key in ("mse", "mae", "r2", "confusion")})
             for name, prefix in zip(PARTS, ("", "validation_", "test_"))]
    lines = [why_stopped(result), ""]
    if result["history"]:
        lines += show.learning_curve(terminal, [epoch["loss"] for epoch in result["history"]]) + [""]
    lines += tables.part_lines(preparation, parts) + tables.score_lines(terminal, preparation, parts[2][4])
    for line in lines + ["", last_line(preparation, result)]:
        terminal.line(line)
