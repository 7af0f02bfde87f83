"""Figures, drawn with matplotlib. No other module uses matplotlib.

Each figure has one function, which takes plain lists and returns a matplotlib Figure. ``save`` writes a figure, and
``animate`` writes several as a GIF. matplotlib is imported inside the functions, so that
nothing needs it until a figure is asked for. It draws on its Agg canvas, without a window or a display.
"""
from ..files.disk import replacing
from ..study.history import LIMITS
from .terminal import count, share

# Colors that color-blind readers can tell apart: Okabe and Ito, https://jfly.uni-koeln.de/color/, without yellow.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
STYLES = ("-", "--", ":")
CLASSES = ((COLORS[0], "o"), (COLORS[1], "s"))
SHADES = ("#73B3D8", "#F7F7F7", "#F3CB73")          # the background of the classes: the same two colors, lighter
GRAY = "#666666"
DPI, GIF_DPI = 150, 90

MOST_LOSS = 1e12                # with a larger loss the others could not be told apart
MOST_PANELS = 9                 # layers whose weights are shown, at most


def missing() -> str:
    """Why figures cannot be drawn, and what to do; empty if they can."""
    from importlib import import_module
    try:
        for name in ("figure", "backends.backend_agg", "animation"):
            import_module("matplotlib." + name)
    except ValueError as error:                             # an invalid setting of matplotlib's, such as MPLBACKEND
        return f"matplotlib cannot be loaded: {error}"
    except ImportError as error:
        package = {"matplotlib": "matplotlib", "PIL": "pillow"}.get((error.name or "").split(".")[0])
        if not isinstance(error, ModuleNotFoundError) or package is None:
            return f"matplotlib cannot be loaded: {error}; reinstall it: pip install --force-reinstall matplotlib"
        return f"{package} is not installed; get it with: pip install {package}"
    return ""


def save(figure, path: str) -> None:
    """Write a figure as a PNG; raises PurennError if the file cannot be written."""
    with replacing(path, ".png") as beside:
        figure.savefig(beside, format="png", pil_kwargs={"optimize": True})


def _figure(width, height, title, layout="constrained"):
    from matplotlib import rcParams
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    rcParams["text.usetex"] = False                         # LaTeX may be missing, and these texts are not LaTeX
    figure = Figure(figsize=(width, height), dpi=DPI, layout=layout)
    FigureCanvasAgg(figure)
    figure.suptitle(literal(title), fontsize=10)
    return figure


def literal(text: str) -> str:
    """A text with $ escaped: text between two $ would be drawn as a formula."""
    return text.replace("$", r"\$")


def _panels(title, number, height):
    """A figure with ``number`` panels, three to a row, each of this height in inches."""
    columns = min(3, number)
    rows = -(-number // columns)
    figure = _figure(8, 0.7 + height * rows, title)
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in panels[number:]:
        axes.remove()
    return figure, panels[:number]


def _plain(axes, title, x="", y=""):
    """Titles and labels, no frame above and to the right."""
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)


def _look(i):
    """The color and the style of the i-th line."""
    return {"color": COLORS[i % len(COLORS)], "linestyle": STYLES[i // len(COLORS) % len(STYLES)]}


def _log_where_it_helps(axes, values, ratio=10.0):
    values = [value for value in values if value is not None]
    if values and 0.0 < min(values) and ratio * min(values) < max(values) < float("inf"):
        axes.set_yscale("log")


def _whole_epochs(axes, most=6):
    from matplotlib.ticker import MaxNLocator
    if axes.get_xscale() != "log":
        axes.xaxis.set_major_locator(MaxNLocator(nbins=most, integer=True, min_n_ticks=1))


# Points in the unit square.

def points(title: str, inputs: list, labels: list, guesses: list, grid: list, what: str = "point"):
    """Truth beside prediction, with a black ring around each point where the two differ.

    ``inputs`` are pairs (x1, x2); ``labels`` and ``guesses`` are classes, 0 or 1. ``grid[i][j]`` is the output, from 0
    to 1, at the i-th x2 and the j-th x1; both are equally spaced over LIMITS. ``what`` names the points in the title.
    """
    figure = _figure(8, 4.3, title)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    wrong = [label != guess for label, guess in zip(labels, guesses)]
    _scatter(left, inputs, labels, [False] * len(inputs))
    _square(left, f"Truth: {count(len(inputs), what)}")
    shades = _map(right, grid)
    _scatter(right, inputs, guesses, wrong)
    _square(right, f"Prediction: accuracy {share(wrong.count(False), len(wrong))}")
    bar = figure.colorbar(shades, ax=right, shrink=0.8, ticks=[0.0, 0.25, 0.5, 0.75, 1.0])
    bar.set_label("output of the network")
    right.plot([], [], color=GRAY, label="output 0.5")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _square(axes, title):
    _plain(axes, title, "x1", "x2")
    axes.grid(False)
    axes.set(xlim=LIMITS, ylim=LIMITS, aspect="equal")


def _scatter(axes, inputs, classes, wrong):
    size = 55 if len(inputs) <= 40 else 28
    for k, (color, marker) in enumerate(CLASSES):
        chosen = [x for x, label in zip(inputs, classes) if label == k]
        axes.scatter([x[0] for x in chosen], [x[1] for x in chosen], s=size, c=color, marker=marker,
                     edgecolors="white", linewidths=0.8, zorder=3, label=f"class {k}")
    ringed = [x for x, is_wrong in zip(inputs, wrong) if is_wrong]
    axes.scatter([x[0] for x in ringed], [x[1] for x in ringed], s=4 * size, facecolors="none", edgecolors="black",
                 linewidths=1.6, zorder=4, label="misclassified")


def _map(axes, grid):
    """Ten shades of the output, and the line where it is 0.5."""
    from matplotlib.colors import LinearSegmentedColormap
    steps = [LIMITS[0] + (LIMITS[1] - LIMITS[0]) * i / (len(grid) - 1) for i in range(len(grid))]
    shades = axes.contourf(steps, steps, grid, levels=[0.1 * i for i in range(11)], antialiased=False,
                           cmap=LinearSegmentedColormap.from_list("classes", SHADES), extend="neither")
    if min(map(min, grid)) < 0.5 < max(map(max, grid)):
        axes.contour(steps, steps, grid, levels=[0.5], colors=GRAY, linewidths=1.0)
    return shades


def animate(path: str, title: str, inputs: list, labels: list, frames: list, losses: list) -> None:
    """Write a GIF of the decision map during training, with the loss beside it.

    Each of ``frames`` is (epoch, guesses, grid) as in ``points``; ``losses`` are those of the epochs from 1 on.
    Raises PurennError if the file cannot be written.
    """
    from matplotlib.animation import PillowWriter
    writer = PillowWriter(fps=8)
    figure, draw = film(title, inputs, labels, losses)
    with replacing(path, ".gif") as beside, writer.saving(figure, beside, dpi=GIF_DPI):
        every_color = (0, [1 - label for label in labels], [[0.02 * j for j in range(51)]] * 51)
        for frame in [every_color] + frames + frames[-1:] * 8:          # the last one stays for a second
            draw(*frame)
            writer.grab_frame()
        # One palette for all frames: then what does not change takes no space, and the file is a third as large.
        palette, *pictures = [picture.convert("RGB") for picture in writer._frames]
        palette = palette.quantize(64, method=2)
        writer._frames[:] = [picture.quantize(palette=palette, dither=0) for picture in pictures]


def film(title: str, inputs: list, labels: list, losses: list) -> tuple:
    """The figure of an animation, and the function that draws a frame on it, from (epoch, guesses, grid)."""
    figure = _figure(6, 3.2, title, layout=None)
    left, right = figure.subplots(1, 2)
    figure.subplots_adjust(0.08, 0.21, 0.98, 0.83, 0.25)
    figure.text(0.02, 0.015, "color: the true class of a point; black ring: misclassified", fontsize=7, color=GRAY)
    right.plot(range(1, len(losses) + 1), losses, color=COLORS[0])
    dot, = right.plot([], [], "o", color=COLORS[1])
    _plain(right, "loss", "epoch")
    _log_where_it_helps(right, losses)
    _whole_epochs(right, 4)

    def draw(number, guesses, grid):
        left.clear()
        wrong = [label != guess for label, guess in zip(labels, guesses)]
        _map(left, grid)
        _scatter(left, inputs, labels, wrong)
        _square(left, f"epoch {number}: accuracy {share(wrong.count(False), len(wrong))}")
        at = max(1, min(number, len(losses)))
        dot.set_data([at], [losses[at - 1]])
    return figure, draw


# Lines against the epoch.

def curves(title: str, losses: list, accuracies: list, stop: tuple):
    """Loss and accuracy against the epoch. ``losses`` and ``accuracies`` are pairs (label, values from epoch 1 on).

    ``stop`` is (epoch, text): that epoch is marked, and the text says what it is. Without accuracies there is one
    panel.
    """
    figure = _figure(8, 3.7, title)
    panels = list(figure.subplots(1, 2 if accuracies else 1, squeeze=False).flat)
    for axes, name, series in zip(panels, ("loss", "accuracy"), (losses, accuracies)):
        for i, (label, values) in enumerate(series):
            axes.plot(range(1, len(values) + 1), values, label=label, marker="o" if len(values) <= 40 else "",
                      markersize=3.5, **_look(i))
        axes.axvline(stop[0], color=GRAY, linestyle=":", linewidth=1.2, label=stop[1])
        _plain(axes, name, "epoch", name)
        _whole_epochs(axes)
    _log_where_it_helps(panels[0], [value for _, values in losses for value in values])
    panels[0].set_title("loss (log scale)" if panels[0].get_yscale() == "log" else "loss", fontsize=10)
    if accuracies:
        panels[1].set_ylim(top=1.02)
        panels[1].yaxis.set_major_formatter(lambda value, _: f"{round(100.0 * value, 6):g}%")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return figure


def movement(title: str, epochs: list, layers: list):
    """How each weight moves: a panel for each layer, a line for each weight, dashed for a bias.

    ``layers`` are pairs (name, lines), a line is (neuron, is_bias, values), with a value for each of ``epochs``.
    """
    shown = layers[:MOST_PANELS]
    if len(shown) < len(layers):
        title += f"; the first {len(shown)} of {len(layers)} layers"
    figure, panels = _panels(title, len(shown), 2.7)
    for axes, (name, lines) in zip(panels, shown):
        for neuron, is_bias, values in lines:
            axes.plot(epochs, values, color=COLORS[neuron % len(COLORS)], linestyle="--" if is_bias else "-",
                      linewidth=1.1)
        _plain(axes, name, "epoch")
        _whole_epochs(axes, 4)
    for axes in panels[::3]:
        axes.set_ylabel("weight")
    figure.supxlabel("a color for each neuron; solid: its weights, dashed: its bias", fontsize=9)
    return figure


def gradients(title: str, epochs: list, layers: list):
    """The Euclidean length of each layer's gradient against the epoch; ``layers`` are pairs (name, lengths)."""
    figure = _figure(8, 3.7, title)
    axes = figure.subplots()
    for i, (name, values) in enumerate(layers):
        axes.plot(epochs, values, label=name, **_look(i))
    if any(value > 0.0 for _, values in layers for value in values):
        axes.set_yscale("log")
    _plain(axes, "", "epoch", "length of the gradient")
    _whole_epochs(axes)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9, ncols=-(-len(layers) // 16))
    return figure


def overlay(path: str, runs: list, title: str, loss: str = "loss") -> None:
    """Write the figure of ``compared``; raises PurennError if the file cannot be written."""
    save(compared(runs, title, loss), path)


def compared(runs: list, title: str, loss: str = "loss"):
    """The losses of several runs against the epoch. ``runs`` are pairs (label, curves), a curve is pairs (epoch, loss).

    One curve is drawn as a line; several are drawn as their median, with a band from the first to the third quartile.
    A curve that ends before others keeps its last loss; an empty one is left out. A loss above MOST_LOSS, of a run that
    diverges, is drawn as MOST_LOSS, and the label says so. ``loss`` names the kind of loss.
    """
    runs = [(label + " (diverges)" if any(value >= MOST_LOSS for curve in several for _, value in curve) else label,
             [[(epoch, min(value, MOST_LOSS)) for epoch, value in curve] for curve in several if curve])
            for label, several in runs]
    figure = _figure(8, 4.3, title)
    axes = figure.subplots()
    for i, (label, several) in enumerate(runs):
        look = _look(i)
        epochs, low, middle, high = _quantiles(several)
        # Each is thinner than the one before, so that all can be seen where they agree.
        axes.plot(epochs, middle, label=literal(label), linewidth=3.0 - 2.0 * i / len(runs), **look)
        if len(several) > 1:
            axes.fill_between(epochs, low, high, color=look["color"], alpha=0.18, linewidth=0)
    ends = [max(curve[-1][0] for curve in several) for _, several in runs if several]
    if ends and max(ends) > 20 * min(ends):
        axes.set_xscale("log")
    _log_where_it_helps(axes, [value for _, several in runs for curve in several for _, value in curve])
    spread = any(len(several) > 1 for _, several in runs)
    epoch = "epoch, log scale" if axes.get_xscale() == "log" else "epoch"
    _plain(axes, "", epoch, loss + (" (line: median, band: the middle half)" if spread else ""))
    _whole_epochs(axes)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9, ncols=-(-len(runs) // 20))
    return figure


def bands(curves: list, printed: tuple, title: str, loss: str = "loss"):
    """The losses of many runs at the printed epochs: the middle 50 % and 90 %, the median; dots for the printed losses.

    A curve is pairs (epoch, loss); one that ends before others keeps its last loss. ``printed`` are such pairs,
    from a report.
    """
    epochs, *quantiles = _quantiles([curve for curve in curves if curve], (0.05, 0.25, 0.5, 0.75, 0.95))
    shown = [i for i, epoch in enumerate(epochs) if epoch in dict(printed)]
    epochs, quantiles = [epochs[i] for i in shown], [[values[i] for i in shown] for values in quantiles]
    figure = _figure(8, 4.3, title)
    axes = figure.subplots()
    color = _look(0)["color"]
    for low, high, alpha, part in ((0, 4, 0.15, 90), (1, 3, 0.3, 50)):
        axes.fill_between(epochs, quantiles[low], quantiles[high], color=color, alpha=alpha, linewidth=0,
                          label=f"middle {part} % of the seeds")
    axes.plot(epochs, quantiles[2], color=color, label="median")
    axes.plot(*zip(*printed), "o", color="black", markersize=4, label="printed in the report")
    axes.set_yscale("log")
    _plain(axes, "", "epoch", loss)
    _whole_epochs(axes)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    return figure


def _quantiles(several, parts=(0.25, 0.5, 0.75)):
    """The epochs of all curves, and at each the quantiles of their losses."""
    epochs = sorted({epoch for curve in several for epoch, _ in curve})
    columns = []
    for curve in several:
        column, k = [], 0
        for epoch in epochs:
            while k + 1 < len(curve) and curve[k + 1][0] <= epoch:
                k += 1
            column.append(curve[k][1])
        columns.append(column)
    ordered = [sorted(losses) for losses in zip(*columns)]
    return [epochs] + [[_quantile(losses, part) for losses in ordered] for part in parts]


def _quantile(ordered, part):
    place = part * (len(ordered) - 1)
    k = int(place)
    return ordered[k] + (place - k) * (ordered[min(k + 1, len(ordered) - 1)] - ordered[k])


# Images.

def sheet(title: str, images: list, captions: list, size: tuple, columns: int, signed: bool = False):
    """Images beside and below each other, each under its caption; ``size`` is (height, width).

    An image is a list of numbers, row by row, from 0 (white) to 1 (black). If ``signed``, they may be any numbers:
    negative ones are blue, 0 is white, positive ones are red, and all images have one scale.
    """
    from matplotlib import colormaps
    height, width = size
    inches = (6.7 if signed else 7.6) / max(columns, 5)             # the width of a cell
    rows = -(-len(images) // columns)
    ratio = min(4.0, max(0.25, height / width))
    figure = _figure(8, rows * inches * (ratio + 0.25) + 0.5, title)
    panels = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"wspace": 0.05, "hspace": 0.05})
    colors = colormaps["RdBu_r"].resampled(33) if signed else colormaps["gray_r"]
    most = (max(abs(value) for image in images for value in image) or 1.0) if signed else 1.0
    for axes, image, caption in zip(panels.flat, images, captions):
        shown = axes.imshow([image[i * width:(i + 1) * width] for i in range(height)], interpolation="nearest",
                            aspect=ratio * width / height, cmap=colors, vmin=-most if signed else 0.0, vmax=most)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#CCCCCC")
        axes.set_title(literal(caption), fontsize=8, pad=3)
    for axes in list(panels.flat)[len(images):]:
        axes.set_axis_off()
    if signed:
        figure.colorbar(shown, ax=panels, shrink=0.6, label="weight")
    return figure


def confusion(title: str, matrix: list, names: list):
    """The confusion matrix with its counts: a row for each true class, a column for each prediction.

    The shade is the count's share of its row.
    """
    classes = len(names)
    figure = _figure(6.4, 5.4, title) if classes <= 15 else _figure(8, 7.2, title)
    axes = figure.subplots()
    shares = [[number / max(1, sum(row)) for number in row] for row in matrix]
    shown = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    size = 9 if classes <= 15 else 6
    for i in range(classes if classes <= 30 else 0):
        for j in range(classes):
            if matrix[i][j]:
                axes.text(j, i, str(matrix[i][j]), ha="center", va="center", fontsize=size,
                          color="white" if shares[i][j] > 0.5 else "black")
    _plain(axes, "", "predicted class", "true class")
    axes.grid(False)
    ticks = range(0, classes, -(-classes // 30))
    axes.set_xticks(ticks, [literal(names[k]) for k in ticks], fontsize=size)
    axes.set_yticks(ticks, [literal(names[k]) for k in ticks], fontsize=size)
    figure.colorbar(shown, label="share of the row", shrink=0.8)
    return figure


def fitted(title: str, targets: list, predicted: list, name: str):
    """The prediction of a regression against the true value for each sample, with the line on which the two agree."""
    figure = _figure(5.4, 4.6, title)
    axes = figure.subplots()
    ends = min(targets + predicted), max(targets + predicted)
    axes.plot(ends, ends, color=GRAY, linewidth=1.0, label="predicted = true")
    axes.scatter(targets, predicted, s=22, color=COLORS[0], edgecolors="white", linewidths=0.6, zorder=3,
                 label=count(len(targets), "test row"))
    _plain(axes, "", name, "predicted")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return figure


def activations(z: list, functions: list):
    """Activation functions and their derivatives; ``functions`` are (name, values, derivatives) at the points ``z``."""
    figure, panels = _panels("Activation functions", len(functions), 2.4)
    for axes, (name, values, derivatives) in zip(panels, functions):
        axes.axhline(0.0, color="#BBBBBB", linewidth=0.8)
        axes.axvline(0.0, color="#BBBBBB", linewidth=0.8)
        axes.plot(z, values, color=COLORS[0], label="f(z)")
        axes.plot(z, derivatives, color=COLORS[1], linestyle="--", label="f′(z)")
        _plain(axes, name, "z")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure
