"""``--plot`` and ``--animate``: what the figures show is collected here while a network learns; show/plots.py draws it."""
import argparse
import math
import os
import sys
from array import array
from collections import namedtuple

from .. import engines
from ..linalg import PurennError, dot
from ..show import terminal as show
from ..training import Dataset, is_right

FOLDER = "plots"

# A history has so many snapshots at most, and so many weights in all of them together.
MOST_SNAPSHOTS, MOST_NUMBERS = 200, 4_000_000

# The sizes of gradients are those of so many samples at most, so that a snapshot costs no more than a small epoch.
MEASURED = 1000

# The map behind the points reaches a little beyond the unit square, and has so many points to a side.
LIMITS, SIDE = (-0.08, 1.08), 61

# An animation has so many frames at most, and so many multiplications are spent on its maps.
MOST_FRAMES, MOST_WORK = 60, 300_000_000

# So many images of a class are in the sheet of samples, and so many mistakes in theirs.
SAMPLES, MISTAKES = 6, 20

# The network after ``epoch`` epochs: its parameters' values, one array after another, and the sizes of its gradients.
Snapshot = namedtuple("Snapshot", ("epoch", "values", "gradients"))


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
    from ..show import plots
    problem = plots.missing()
    if problem:
        _note("purenn: no figures are drawn: " + problem)
        options.plot = options.animate = None
    if options.plot is not None:
        _try("--plot", options.plot, options.plot)
    elif animate is not None and not problem:
        if os.path.isdir(animate):
            raise PurennError("--animate: %s is a folder; give the name of a file" % animate)
        _try("--animate", animate, os.path.dirname(animate) or ".")


def _try(option, name, folder):
    """Make the folder and a file in it, and take the file away again."""
    trial = os.path.join(folder, ".%d.part" % os.getpid())
    try:
        os.makedirs(folder, exist_ok=True)
        with open(trial, "wb"):
            pass
        os.remove(trial)
    except OSError as error:
        raise PurennError("%s: %s cannot be written: %s; give another" % (
            option, name or "''", error.strerror or error)) from None


def _note(text):
    """A line on stderr, which disturbs no output."""
    if sys.stderr is not None:
        show.Terminal(sys.stderr).line(text)


def path(options, name: str) -> str:
    """Where a figure goes."""
    return os.path.join(options.plot, name + ".png")


def say(options, terminal, written: list) -> None:
    """One line that names what was written: with the report, or on stderr where stdout has one line or an object."""
    text = "Figures: " + ", ".join(written)
    if getattr(options, "quiet", False) or getattr(options, "json", False):
        _note(text)
    else:
        terminal.line(text)


class History:
    """What became of a network while it learned: snapshots, at equal distances, and the accuracies of all epochs.

    A run may be of any length: where there are too many snapshots every second one is dropped, and the distance
    doubled. The gradients are those of ``data``, or of its first MEASURED samples.
    """

    def __init__(self, network, loss, data, engine):
        self.network, self.loss, self.engine = network, loss, engine
        self.data = Dataset(data.inputs[:MEASURED], data.targets[:MEASURED])
        self.most = max(20, min(MOST_SNAPSHOTS, MOST_NUMBERS // network.count_parameters()))
        self.every = 1
        self.snapshots: list = []
        self.accuracies: list = []
        self._take(0)

    def see(self, epoch) -> None:
        """Look at the network after an epoch."""
        self.accuracies.append(epoch.accuracy)
        if epoch.number % self.every == 0:
            if len(self.snapshots) >= self.most:
                self.snapshots = self.snapshots[::2]
                self.every *= 2
            if epoch.number % self.every == 0:
                self._take(epoch.number)

    def end(self, number: int) -> None:
        """Look at the network after the last epoch, whichever it was."""
        if self.snapshots[-1].epoch != number:
            self._take(number)

    def _take(self, number):
        values = array("d")
        for _, row, _ in self.network.parameters():
            values.extend(row)
        self.snapshots.append(Snapshot(number, values, self._gradient_sizes()))

    def _gradient_sizes(self):
        """The Euclidean length of each layer's gradient, a dict from the layer's number: √Σ (∂C/∂θ)²."""
        self.network.zero_grad()
        self.engine.gradients(self.network, self.loss, self.data.inputs, self.data.targets)
        squares: dict = {}
        for name, _, grads in self.network.parameters():
            layer = name.split(".")[0]
            squares[layer] = squares.get(layer, 0.0) + dot(grads, grads)
        self.network.zero_grad()
        return {layer: math.sqrt(total) for layer, total in squares.items()}


def history(options, network, loss, data, engine):
    """The history that the figures need; None where none were asked for."""
    return History(network, loss, data, engine) if options.plot or options.animate else None


def draw_task(options, terminal, result, losses, network, tested, seen) -> None:
    """The figures of a run on points in the unit square; ``seen`` is its history."""
    from ..show import plots
    written = []
    title = task_title(result)
    labels = [int(target[0]) for target in tested.targets]
    if options.plot is not None:
        guesses = _guesses(tested, [row["output"] for row in result["predictions"]])
        engine = engines.make("auto", network)
        epochs = [snapshot.epoch for snapshot in seen.snapshots]
        figures = {
            "points": plots.points(title, tested.inputs, labels, guesses, _grid(network, engine, SIDE), LIMITS),
            "curves": plots.curves(title, [("training", losses)], [("training", seen.accuracies)], _stop(result)),
            "weights": plots.movement(title, epochs, _movement(network, seen.snapshots)),
            "gradients": plots.gradients(title, epochs, [
                ("layer %d: %s" % (i + 1, name), [snapshot.gradients[layer] for snapshot in seen.snapshots])
                for i, (layer, name) in enumerate(_layers(network))])}
        written = _save_all(options, result["task"], figures)
    if options.animate is not None:
        plots.animate(options.animate, title, tested.inputs, labels, _frames(network, tested, seen.snapshots), losses,
                      LIMITS)
        written.append(options.animate)
    say(options, terminal, written)


def _save_all(options, task, figures):
    from ..show import plots
    written = []
    for name, figure in figures.items():
        written.append(path(options, "%s-%s" % (task, name)))
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


def _layers(network):
    """The layers that learn: their number as parameters() has it, and their sizes in words."""
    return [(str(i), "%d → %d" % (layer.in_features, layer.out_features))
            for i, layer in enumerate(network.layers) if hasattr(layer, "weight")]


def _movement(network, snapshots):
    """For each layer its name and its lines: (neuron, is_bias, a value for each snapshot)."""
    lines: dict = {layer: [] for layer, _ in _layers(network)}
    place = 0
    for name, values, _ in network.parameters():
        layer, _, rest = name.partition(".")
        for k in range(len(values)):
            is_bias = rest == "bias"
            neuron = k if is_bias else int(rest[rest.index("[") + 1:-1])
            lines[layer].append((neuron, is_bias, [snapshot.values[place + k] for snapshot in snapshots]))
        place += len(values)
    return [("layer %d: %s" % (i + 1, name), lines[layer]) for i, (layer, name) in enumerate(_layers(network))]


def _guesses(tested, outputs):
    """The class, 0 or 1, that each output means."""
    return [int(y[0]) if is_right(a, y) else 1 - int(y[0]) for y, a in zip(tested.targets, outputs)]


def _grid(network, engine, side):
    """What the network puts out at side × side points, held between 0 and 1."""
    steps = [LIMITS[0] + (LIMITS[1] - LIMITS[0]) * i / (side - 1) for i in range(side)]
    return [[min(1.0, max(0.0, output[0])) for output in engine.outputs(network, [[x1, x2] for x1 in steps])]
            for x2 in steps]


def _frames(network, tested, snapshots):
    """(epoch, guesses, grid) of up to MOST_FRAMES snapshots; the network ends with the last one's weights."""
    engine = engines.make("auto", network)
    number = min(MOST_FRAMES, len(snapshots))
    side = int(math.sqrt(MOST_WORK / (MOST_FRAMES * network.count_parameters())))
    frames = []
    for i in range(number):
        snapshot = snapshots[round(i * (len(snapshots) - 1) / max(1, number - 1))]
        place = 0
        for _, row, _ in network.parameters():
            row[:] = snapshot.values[place:place + len(row)].tolist()
            place += len(row)
        guesses = _guesses(tested, engine.outputs(network, tested.inputs))
        frames.append((snapshot.epoch, guesses, _grid(network, engine, max(11, min(41, side)))))
    return frames


def draw_letters(options, terminal, source, result, network, worst) -> None:
    """The figures of a run on images, where they were asked for; ``worst`` are the rows of the worst mistakes."""
    if options.plot is None:
        return
    from ..show import plots
    title, images, names = task_title(result), source.images, source.names
    size = (images.height, images.width)
    chosen = _samples(images)
    weight = network.layers[0].weight[:plots.MOST_IMAGES]
    some = "" if len(weight) == len(network.layers[0].weight) else ", the first %d neurons" % len(weight)
    hidden = len(network.layers) > 1
    series = [[(part, [row[key + name] for row in result["history"]])
               for part, key in (("training", ""), ("validation", "validation_"))] for name in ("loss", "accuracy")]
    figures = {
        "curves": plots.curves(title, series[0], series[1], _kept(result)),
        "samples": plots.sheet("Samples of the images", [images.images[i] for i in chosen],
                               [names[images.labels[i]] for i in chosen], *size, columns=min(10, images.classes)),
        "confusion": plots.confusion("%s\ntest accuracy %s" % (title, show.share(
            sum(row["right"] for row in result["predictions"]), len(result["predictions"]))), result["confusion"], names),
        "weights": plots.sheet("%s\nthe weights into each neuron of the first layer%s" % (title, some), weight,
                               [str(j + 1) if hidden else names[j] for j in range(len(weight))], *size, columns=8,
                               signed=True)}
    if worst:
        captions = ["%s taken for %s\n(%.0f%%)" % (names[row["target"]], names[row["output"]],
                                                  100.0 * row["probability"]) for row in worst]
        figures["mistakes"] = plots.sheet("%s\nthe worst of %d mistakes in %d test images" % (
            title, sum(not row["right"] for row in result["predictions"]), len(result["predictions"])),
            [images.images[row["image"]] for row in worst], captions, *size, columns=5)
    say(options, terminal, _save_all(options, "letters", figures))


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
