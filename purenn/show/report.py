"""The report of a training run in words: what is trained, its epochs, why it stopped, its outcome.

The functions write nothing: they return text or lines.
"""

from ..data.scores import precision, recall
from ..data.why_not_learned import majority
from ..files.text import digits
from ..losses import CrossEntropyLoss
from . import terminal as show
from . import text_charts, text_images
from .confusion_matrix import confusion_matrix


def first_lines(run, expected=None) -> list:
    """What will be trained; ``expected``, an Estimate, says how long it will take."""
    settings, problem = run.settings, run.problem
    sizes, parameters = "-".join(map(str, settings.sizes)), run.network.count_parameters()
    batch = batch_text(settings.batch_size, len(problem.train.inputs))
    if problem.kind == "points":
        engine = "" if repr(run.engine) == "Loops()" else f", engine {_engine(run)}"
        return [f"{problem.name}: {len(problem.train.inputs)} points, network {sizes} ({parameters} parameters), "
                f"{_activations(settings)}, {settings.loss} loss, {optimizer_text(settings)}, {batch}"
                f"{' shuffled' if settings.shuffle else ''}, seed {settings.seed}{engine}"]
    lines = _image_lines(run) if problem.kind == "images" else _table_lines(run)
    loss = "softmax with cross-entropy" if problem.kind == "images" else f"{settings.loss} loss"
    lines.append(f"network {sizes} ({parameters} parameters), {settings.activation}, {loss}, init {settings.init}, "
                 f"{optimizer_text(settings)}, {batch}, engine {_engine(run)}")
    left = settings.epochs - len(run.curve)                             # some are done if the run is resumed
    if expected and left > 0:
        rate = "" if problem.kind == "table" else (
            f" ({show.rounded(expected.rate)} images a second, measured on {expected.measured})")
        lines.append(f"about {show.duration(expected.seconds)} an epoch, "
                     f"{show.duration(expected.seconds * left)} for {show.count(left, 'epoch')}{rate}")
    return lines


def _engine(run):
    """The engine and, if it is known, why it is not a faster one."""
    engine = run.engine.engine
    why_not = getattr(engine, "inner", engine).why_not
    return f"{run.engine!r}{f' (not {why_not})' if why_not else ''}"


def _activations(settings):
    output = settings.output_activation or "none"
    if len(settings.sizes) == 2 or settings.activation == output:
        return output
    return f"{settings.activation}, output {output}"


def _image_lines(run):
    images, about = run.problem.source, run.problem.about
    where = "drawn here" if about["data"] is None else f"from {about['data']}"
    return [f"letters: images {images.height} × {images.width} {where}, {images.classes} classes; {about['train']} to "
            f"learn from, {about['validation']} validation, {about['test']} test, seed {run.settings.seed}"]


def _table_lines(run):
    preparation, about, table = run.problem.preparation, run.problem.about, run.problem.source
    what = f"a number, mean {preparation.target.mean:.5g}" if run.problem.is_regression else (
        f"{len(preparation.classes)} classes: {listed(preparation.classes)}")
    texts = sum(hasattr(feature, "values") for feature in preparation.inputs)
    kinds = [f"{show.count(number, 'column')} of {held}" for number, held in (
        (len(preparation.inputs) - texts, "numbers"), (texts, "texts")) if number]
    return [f"train: {about['file']}, {show.count(len(table.lines), 'row')}, columns: {listed(table.names)}; seed "
            f"{run.settings.seed}",
            f"from {' and '.join(kinds)} predict {preparation.target.name} ({what}); {about['train']} rows to learn "
            f"from, {about['validation']} validation, {about['test']} test"]


def batch_text(batch, count: int) -> str:
    """The batch size in words; ``count`` is the number of all samples, a batch size of None means all.

    >>> batch_text(None, 21), batch_text(4, 21)
    ('full batch', 'batches of 4')
    """
    return "full batch" if batch is None or batch >= count else f"batches of {batch}"


def optimizer_text(settings) -> str:
    """The optimizer of Settings in words.

    >>> from purenn.runs import Settings
    >>> optimizer_text(Settings(optimizer="momentum", lr=0.05, momentum=0.5))
    'momentum lr 0.05 momentum 0.5'
    """
    text = f"{settings.optimizer} lr {digits(settings.lr)}"
    for name, usual in (("momentum", 0.0), ("weight_decay", 0.0), ("lr_decay", 1.0)):
        value = getattr(settings, name)
        text += f" {name.replace('_', ' ')} {digits(value)}" if value != usual else ""
    return text


def epoch_line(run, epoch) -> str:
    """An epoch's number, its losses and, if it has any, accuracies; with validation data the seconds, too."""
    if epoch.validation_loss is None:
        return f"epoch {epoch.number:6d}   {show.outcome(epoch.loss, epoch.accuracy, len(run.problem.train.inputs))}"
    parts = [f"{name} loss {show.loss_text(loss)}" + ("" if accuracy is None else f", accuracy {accuracy:.4f}")
             for name, loss, accuracy in (("train", epoch.loss, epoch.accuracy),
                                          ("validation", epoch.validation_loss, epoch.validation_accuracy))]
    return f"epoch {epoch.number:4d}   {'   '.join(parts)}   {show.duration(run.seconds)}"


def why_stopped(result) -> str:
    """Why the training has ended, and which weights there are now."""
    settings, there_is = result.settings, "was computed" if result.problem.kind == "points" else "was learned"
    why = {"target": f"Stopped: the loss is below {settings.target_loss}.",
           "epochs": "Stopped: the last epoch is done.",
           "patience": f"Stopped: no new minimum of the validation loss for {show.count(settings.patience, 'epoch')}.",
           "interrupted": f"Stopped: interrupted. What {there_is} so far:"}[result.stopped]
    if result.kept is not None and result.kept < result.epochs:
        why += f" Back to the weights of epoch {result.kept}, when the validation loss was lowest."
    return why


def last_line(result) -> str:
    """The outcome in one line: on the training points and fresh ones, or on the test data."""
    problem, name = result.problem, f"After {show.count(result.epochs, 'epoch')}"
    if problem.kind == "points":
        text = f"{name}: {show.outcome(result.train.loss, result.train.accuracy, len(problem.train.inputs))}"
        if result.test:
            count = len(problem.test.inputs)
            text += (f"; on {show.count(count, 'fresh point')}: "
                     f"{show.outcome(result.test.loss, result.test.accuracy, count)}")
        return text + (" (not learned)" if result.why_not_learned else "")
    if result.kept not in (None, result.epochs):
        name = f"With the weights of epoch {result.kept}"
    return f"{name}: test {outcome(result.test, len(problem.test.inputs))}"


def outcome(score, count: int) -> str:
    """A Score over ``count`` samples in one line."""
    if "mae" not in score.measures:
        return show.outcome(score.loss, score.accuracy, count)
    r2 = score.measures["r2"]
    return f"R² {'-' if r2 is None else f'{r2:.4f}'}, mean absolute error {score.measures['mae']:.5g}"


def report(terminal, run, result) -> list:
    """All lines after those of the epochs: why it stopped, tables and pictures, the outcome, why it has not learned."""
    bodies = {"points": _points, "images": _images, "table": _table}
    lines = [why_stopped(result), "", *bodies[result.problem.kind](terminal, run, result), "", last_line(result)]
    return lines + not_learned(result)


def not_learned(result) -> list:
    """A line on why it has not learned; no line if it has."""
    return [show.printable("Not learned. " + " ".join(result.why_not_learned))] if result.why_not_learned else []


def _points(terminal, run, result):
    problem = result.problem
    tested = problem.test or problem.train
    right = [row["right"] for row in result.predictions()]
    lines = show.predictions(terminal, "points" if tested is problem.train else "fresh points", tested.inputs,
                             tested.targets, result.tested().outputs, right)
    points = [(x[0], x[1], y[0], ok) for x, y, ok in zip(tested.inputs, tested.targets, right)]
    grid = [[run.loss.answer(run.network.predict([[0.05 * j, 0.1 * i]])[0])[0] for j in range(21)] for i in range(11)]
    curve = text_charts.learning_curve(terminal, [epoch.loss for epoch in result.curve])
    return [*lines, "", *text_charts.beside(curve, text_charts.decision_map(terminal, grid, points))]


def _images(terminal, run, result):
    parts = (result.train, result.validation, result.test)
    lines = ["               train  validation        test"]
    form = ".4f" if result.train.loss < 1e4 else ".3e"
    for name, texts in (("accuracy", [f"{part.accuracy:.4f}" for part in parts]),
                        ("loss", [format(part.loss, form) for part in parts])):
        lines.append("  ".join([name.ljust(8), *[text.rjust(10) for text in texts]]))
    lines += ["", "The test images, a row for each class, a column for each prediction:"]
    lines += confusion_lines(terminal, result.problem.classes, result.test)
    lines += _worst(terminal, result)
    return lines


def confusion_lines(terminal, classes, score) -> list:
    """The confusion matrix with recall and precision."""
    matrix = score.measures["confusion"]
    numbers = range(len(matrix))
    return confusion_matrix(terminal, matrix, [show.printable(name) for name in classes],
                            [precision(matrix, j) for j in numbers], [recall(matrix, i) for i in numbers])


def worst_predictions(result, most: int) -> list:
    """The wrong predictions on images with the highest loss, the highest first."""
    loss = CrossEntropyLoss()
    wrong = [(loss.forward(output, target), row) for output, target, row in zip(
        result.test.outputs, result.problem.test.targets, result.predictions()) if not row["right"]]
    wrong.sort(key=lambda pair: -pair[0])
    return [row for _, row in wrong[:most]]


def _worst(terminal, result, most=4):
    """The test images that the network is most wrong about, as text."""
    rows, images, names = worst_predictions(result, most), result.problem.source, result.problem.classes
    if not rows:
        return []
    titles = [f"{names[row['target']]} taken for {names[row['output']]} ({100.0 * row['probability']:.0f}%)"
              for row in rows]
    pixels = [images.images[row["image"]] for row in rows]
    return ["", "The worst mistakes:", *text_images.sheet(terminal, titles, pixels, images.height, images.width)]


def _table(terminal, run, result):
    lines = []
    if result.curve:
        lines = [*text_charts.learning_curve(terminal, [epoch.loss for epoch in result.curve]), ""]
    lines += part_lines(result.parts()) + score_lines(terminal, result.problem.preparation, result.test)
    if result.problem.classes:
        name, right, count = majority(result.problem.classes, result.train.measures["confusion"],
                                      result.test.measures["confusion"])
        lines += ["", f"Answering {show.printable(name)} for every test row would be right for "
                      f"{show.share(right, count)}."]
    return lines


def part_lines(parts: list) -> list:
    """A line for each part of the data: ``parts`` are (name, number of rows, Score)."""
    if "mae" not in parts[0][2].measures:
        rows = [["", "rows", "accuracy", "loss"]] + [
            [name, f"{count}", f"{score.accuracy:.4f}", show.loss_text(score.loss)] for name, count, score in parts]
    else:
        rows = [["", "rows", "R²", "mean absolute error", "mean squared error"]] + [
            [name, f"{count}", "-" if score.measures["r2"] is None else f"{score.measures['r2']:.4f}",
             f"{score.measures['mae']:.5g}", f"{score.measures['mse']:.5g}"] for name, count, score in parts]
    return show.table(rows)


def score_lines(terminal, preparation, score) -> list:
    """The confusion matrix for classes; nothing for a regression."""
    if not preparation.classes:
        return []
    return ["", "A row for each class, a column for each prediction:"] + confusion_lines(
        terminal, preparation.classes, score)


def listed(names) -> str:
    """Names with commas; only the first few if there are many.

    >>> listed(["a", "b"])
    'a, b'
    """
    text = show.printable(", ".join(names))
    return text if len(text) <= 60 else f"{text[:60].rpartition(', ')[0] or text[:40]} … ({len(names)} in all)"
