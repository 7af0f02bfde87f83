"""The contents of each figure of a run; ``plots.py`` draws them."""
import os

from ..runs.result import history as columns_of
from ..training import class_of
from . import plots
from . import terminal as show
from .report import digits, worst_predictions

# How many images of each class, how many mistakes and how many neurons' weights are shown.
SAMPLES, MISTAKES, NEURONS = 6, 18, 64


def of_run(run, result, history=None) -> dict:
    """The figures of a run, a dict from a name to a figure. A run on points needs its ``history``."""
    if result.problem.kind == "points":
        return _points(result, history)
    return _images(run, result) if result.problem.kind == "images" else _table(result)


def save_all(folder: str, name: str, figures: dict) -> list:
    """Write figures into a folder, as NAME-FIGURE.png; return the names of the files."""
    written = []
    for figure in figures:
        written.append(os.path.join(folder, f"{name}{'-' if figure else ''}{figure}.png"))
        plots.save(figures[figure], written[-1])
    return written


def title_of(result) -> str:
    """The title of a run's figures: the run in a few words."""
    settings, about = result.settings, result.problem.about
    name = result.problem.name
    if result.problem.kind == "table":
        name = f"{about['target']} from {os.path.basename(about['file'])}"
    text = (f"{name}: network {'-'.join(map(str, settings.sizes))}, {settings.activation}, {settings.optimizer} lr "
            f"{digits(settings.lr)}, seed {settings.seed}")
    return text if len(text) <= 100 else text[:97] + "..."


def _stop(result):
    """The epoch to mark, and the text beside it."""
    number = result.epochs
    if result.stopped == "interrupted":
        return number, f"interrupted after epoch {number}"
    if result.problem.kind != "points":
        return result.kept, f"the weights of epoch {result.kept} were kept"
    if result.stopped == "target":
        return number, f"stopped at epoch {number}: loss below {result.settings.target_loss}"
    return number, f"the last epoch, {number}"


def _points(result, history):
    title, tested = title_of(result), result.problem.test or result.problem.train
    labels = [class_of(target) for target in tested.targets]
    guesses = [class_of(output, history.loss.threshold) for output in result.tested().outputs]
    losses = [epoch.loss for epoch in result.curve]
    return {"points": plots.points(title, tested.inputs, labels, guesses, history.last_map(),
                                   "fresh point" if result.test else "point"),
            "curves": plots.curves(title, [("training", losses)], [("training", history.accuracies)], _stop(result)),
            "weights": plots.movement(title, history.epochs(), history.movement()),
            "gradients": plots.gradients(title, history.epochs(), history.gradients())}


def animate(path: str, result, history) -> None:
    """Write a GIF of how the decision map changed during training."""
    tested = result.problem.test or result.problem.train
    labels = [class_of(target) for target in tested.targets]
    plots.animate(path, title_of(result), tested.inputs, labels, history.frames(tested),
                  [epoch.loss for epoch in result.curve])


def _series(result, name):
    """The curves of the loss or the accuracy on the training and the validation data."""
    found = columns_of(result.curve)
    return [(part, found[key + name]) for part, key in (("training", ""), ("validation", "validation_"))
            if key + name in found]


def _images(run, result):
    title, images, names = title_of(result), result.problem.source, result.problem.classes
    size, rows = (images.height, images.width), result.predictions()
    count, right = len(rows), sum(row["right"] for row in rows)
    chosen = _samples(images)
    figures = {
        "curves": plots.curves(title, _series(result, "loss"), _series(result, "accuracy"), _stop(result)),
        "samples": plots.sheet("Samples of the images", [images.images[i] for i in chosen],
                               [names[images.labels[i]] for i in chosen], size, columns=min(10, images.classes)),
        "confusion": plots.confusion(f"{title}\ntest accuracy {show.share(right, count)}",
                                     result.test.measures["confusion"], list(names)),
        "weights": _weights(title, run.network, names, size)}
    worst = worst_predictions(result, MISTAKES)
    if worst:
        captions = [f"{names[row['target']]} taken for {names[row['output']]}\n({100.0 * row['probability']:.0f}%)"
                    for row in worst]
        figures["mistakes"] = plots.sheet(
            f"{title}\nthe worst of {show.count(count - right, 'mistake')} in {count} test images, the highest loss "
            "first, with the probability of the wrong class",
            [images.images[row["image"]] for row in worst], captions, size, columns=6)
    return figures


def _weights(title, network, names, size):
    """The weights into each neuron of the first layer as images.

    If there is only one layer, each image has the name of a class; otherwise it has a number.
    """
    weight = network.layers[0].weight[:NEURONS]
    which = "each neuron" if len(weight) == len(network.layers[0].weight) else f"the first {len(weight)} neurons"
    captions = names if len(network.layers) == 1 else [str(j + 1) for j in range(len(weight))]
    return plots.sheet(f"{title}\nthe weights into {which} of the first layer", weight, captions, size,
                       columns=8 if len(weight) > 10 else 5, signed=True)


def _samples(images):
    """The indices of the first SAMPLES images of each of the first 10 classes; a row has one image of each class."""
    by_class: list = [[] for _ in range(min(10, images.classes))]
    for i, label in enumerate(images.labels):
        if label < len(by_class) and len(by_class[label]) < SAMPLES:
            by_class[label].append(i)
    return [chosen[row] for row in range(min(map(len, by_class))) for chosen in by_class]


def _table(result):
    title, target = title_of(result), result.problem.preparation.target
    figures = {"curves": plots.curves(title, _series(result, "loss"), _series(result, "accuracy"), _stop(result))}
    if result.problem.classes:
        figures["confusion"] = plots.confusion(f"{title}\ntest accuracy {100.0 * result.test.accuracy:.1f}%",
                                               result.test.measures["confusion"], target.classes)
    else:
        rows = result.predictions()
        figures["fit"] = plots.fitted(title, [row["target"] for row in rows], [row["output"] for row in rows],
                                      target.name)
    return figures
