"""``--plot`` and ``--animate``: whether figures can be drawn, and what goes into which; show/plots.py draws them."""
import argparse
import os
import sys

from ..linalg import PurennError
from ..show import terminal as show
from ..training import class_of

FOLDER = "plots"

# So many images of a class are in the sheet of samples, so many mistakes in theirs, and so many neurons' weights.
SAMPLES, MISTAKES, NEURONS = 6, 18, 64


def add_options(parser, animate: bool = False) -> None:
    """``--plot``, and with ``animate`` also ``--animate``."""
    group = parser.add_argument_group("the figures (they need matplotlib)")
    group.add_argument("--plot", metavar="DIR", nargs="?", const=FOLDER,
                       help="write figures into this folder (%s, if none is named)" % FOLDER)
    if animate:
        group.add_argument("--animate", metavar="FILE.gif", type=gif,
                           help="write the decision map as it learns, as a GIF")


def gif(text):
    """An option type: the name of a .gif file."""
    if not text.lower().endswith(".gif"):
        raise argparse.ArgumentTypeError("found %r; it must be the name of a .gif file" % text)
    return text


def check(options) -> None:
    """Make the folder and try to write there; without matplotlib say so, and forget that figures were asked for.

    Raises PurennError where there can be no such folder or file.
    """
    animate = getattr(options, "animate", None)
    if options.plot is None and animate is None:
        return
    if not can_be_drawn():
        options.plot = options.animate = None
        return
    if options.plot is not None:
        _make_room("--plot", options.plot, os.path.join(options.plot, "figure.png"))
    if animate is not None:
        _make_room("--animate", os.path.dirname(animate) or ".", animate)


def can_be_drawn() -> bool:
    """True where matplotlib is there; where it is not, one line says how to get it."""
    from ..show import plots
    problem = plots.missing()
    if problem:
        note("purenn: no figures are drawn: " + problem)
    return not problem


def _make_room(option, folder, path):
    """Make the folder, and see that the file can be written there."""
    from ..files.disk import check_writable
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise PurennError("%s: the folder %s cannot be made: %s; give another"
                          % (option, folder or "''", error.strerror or error)) from None
    check_writable(path)


def note(text):
    """A line on stderr, which disturbs no output."""
    if sys.stderr is not None:
        show.Terminal(sys.stderr).line(" ".join(text.split()))


def say(options, terminal, written: list) -> None:
    """One line that names what was written: with the report, or on stderr where stdout has one line or an object."""
    text = "Figures: " + ", ".join(written)
    if getattr(options, "quiet", False) or getattr(options, "json", False):
        note(text)
    else:
        terminal.line(text)


def history(options, network, loss, data, engine):
    """The history that the figures need; None where none were asked for."""
    if options.plot is None and options.animate is None:
        return None
    from ..study.history import History
    return History(network, loss, data, engine)


def draw_task(options, terminal, result, losses, network, tested, seen) -> None:
    """The figures of a run on points in the unit square; ``seen`` is its history."""
    from ..show import plots
    from ..study.history import LIMITS
    written: list = []
    title = task_title(result)
    labels = [class_of(target) for target in tested.targets]
    if options.plot is not None:
        guesses = [class_of(row["output"]) for row in result["predictions"]]
        written = save_all(options, result["task"], {
            "points": plots.points(title, tested.inputs, labels, guesses, seen.last_map(), LIMITS,
                                   "fresh point" if "test_loss" in result else "point"),
            "curves": plots.curves(title, [("training", losses)], [("training", seen.accuracies)], _stop(result)),
            "weights": plots.movement(title, seen.epochs(), seen.movement()),
            "gradients": plots.gradients(title, seen.epochs(), seen.gradients())})
    if options.animate is not None:
        plots.animate(options.animate, title, tested.inputs, labels, seen.frames(tested), losses, LIMITS)
        written.append(options.animate)
    say(options, terminal, written)


def save_all(options, run: str, figures: dict) -> list:
    """Write the figures of a run, a dict from a name to a figure; return the names of the files."""
    from ..show import plots
    written = []
    for name, figure in figures.items():
        written.append(os.path.join(options.plot, run + ("-" if name else "") + name + ".png"))
        plots.save(figure, written[-1])
    return written


def task_title(result: dict) -> str:
    """The run in a few words, above its figures."""
    settings = result["settings"]
    text = "%s: network %s, %s, %s lr %g, seed %d" % (
        result["task"], "-".join(map(str, settings["sizes"])), settings["activation"], settings["optimizer"],
        settings["lr"], result["seed"])
    return text if len(text) <= 100 else text[:97] + "..."


def _stop(result):
    """The epoch to mark, and what it is."""
    number = result["epochs"]
    why = {"target": "stopped at epoch %d: loss below %s" % (number, result["settings"].get("target_loss")),
           "epochs": "the last epoch, %d" % number, "interrupted": "interrupted after epoch %d" % number}
    return number, why[result["stopped"]]


def draw_letters(options, terminal, source, result, network, worst) -> None:
    """The figures of a run on images; ``worst`` are the rows of the worst mistakes."""
    from ..show import plots
    title, images, names = task_title(result), source.images, source.names
    size = (images.height, images.width)
    count, right = len(result["predictions"]), sum(row["right"] for row in result["predictions"])
    series = [[(part, [row[key + name] for row in result["history"]])
               for part, key in (("training", ""), ("validation", "validation_"))] for name in ("loss", "accuracy")]
    chosen = _samples(images)
    figures = {
        "curves": plots.curves(title, series[0], series[1], _kept(result)),
        "samples": plots.sheet("Samples of the images", [images.images[i] for i in chosen],
                               [names[images.labels[i]] for i in chosen], size, columns=min(10, images.classes)),
        "confusion": plots.confusion("%s\ntest accuracy %s" % (title, show.share(right, count)), result["confusion"],
                                     names),
        "weights": _weights(title, network, names, size)}
    if worst:
        captions = ["%s taken for %s\n(%.0f%%)" % (names[row["target"]], names[row["output"]],
                                                  100.0 * row["probability"]) for row in worst]
        figures["mistakes"] = plots.sheet(
            "%s\nthe worst of %s in %d test images, the highest loss first, with the probability of the wrong class"
            % (title, show.count(count - right, "mistake"), count),
            [images.images[row["image"]] for row in worst], captions, size, columns=6)
    say(options, terminal, save_all(options, "letters", figures))


def draw_table(options, terminal, preparation, result, history) -> None:
    """The figures of a run on a table: the curves, and who was taken for whom, or what was said beside the truth."""
    from ..show import plots
    title = task_title(dict(result, task="%s from %s" % (result["settings"]["target"], os.path.basename(
        result["settings"]["file"]))))
    series = [[(part, history[key + name]) for part, key in (("training", ""), ("validation", "validation_"))
               if key + name in history] for name in ("loss", "accuracy")]
    drawn = {"curves": plots.curves(title, series[0], series[1], _kept(result))}
    if preparation["target"]["kind"] == "classes":
        drawn["confusion"] = plots.confusion("%s\ntest accuracy %.1f%%" % (title, 100.0 * result["test_accuracy"]),
                                             result["test_confusion"], preparation["target"]["classes"])
    else:
        drawn["fit"] = plots.fitted(title, [row["target"] for row in result["predictions"]],
                                    [row["output"] for row in result["predictions"]], preparation["target"]["name"])
    say(options, terminal, save_all(options, "train", drawn))


def _weights(title, network, names, size):
    """The weights into each neuron of the first layer as images; where it is the last, a neuron is a class."""
    from ..show import plots
    weight = network.layers[0].weight[:NEURONS]
    some = "" if len(weight) == len(network.layers[0].weight) else ", the first %d" % len(weight)
    captions = names if len(network.layers) == 1 else [str(j + 1) for j in range(len(weight))]
    return plots.sheet("%s\nthe weights into each neuron of the first layer%s" % (title, some), weight, captions, size,
                       columns=8 if len(weight) > 10 else 5, signed=True)


def _samples(images):
    """The numbers of the first SAMPLES images of each of the first 10 classes, one of each class after the other."""
    by_class: list = [[] for _ in range(min(10, images.classes))]
    for i, label in enumerate(images.labels):
        if label < len(by_class) and len(by_class[label]) < SAMPLES:
            by_class[label].append(i)
    return [chosen[row] for row in range(min(map(len, by_class))) for chosen in by_class]


def _kept(result):
    """The epoch to mark, and what it is: the one whose weights were kept."""
    if result["kept"] is None:
        return result["epochs"], "interrupted after epoch %d" % result["epochs"]
    return result["kept"], "the weights of epoch %d were kept" % result["kept"]
