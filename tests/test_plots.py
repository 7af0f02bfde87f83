"""Figures: what is in each of them, and the commands that draw them. Without matplotlib see tests/test_figures.py."""
import os
import random
import re
import subprocess
import sys

import pytest

from purenn.data.npz import write_npz
from purenn.linalg import PurennError
from purenn.show import plots

from .helpers import ROOT, cli, close

pytest.importorskip("matplotlib")
from matplotlib.colors import to_hex                                                       # noqa: E402



@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """With a ninth of the dots a figure is drawn in less time, and nothing in it has another place."""
    monkeypatch.setattr(plots, "DPI", 50)


GRID = [[0.1 * j for j in range(11)] for _ in range(11)]                    # the output is x1
FOUR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]


def title(figure):
    """What stands above a figure."""
    return figure._suptitle.get_text()                  # get_suptitle() is new in matplotlib 3.8


def texts(figure):
    """Everything that is written in a figure outside of the axes' ticks."""
    legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    axes = [text for one in figure.axes for text in (one.get_title(), one.get_xlabel(), one.get_ylabel())]
    return legends + axes + [title(figure)]


def lines(axes):
    """The lines of some axes: what they are called, and their points."""
    return {line.get_label(): list(zip(*map(list, line.get_data()))) for line in axes.get_lines()}


def scatters(axes):
    """The points of some axes, by what they are called."""
    return {dots.get_label(): [list(point) for point in dots.get_offsets().tolist()] for dots in axes.collections
            if not dots.get_label().startswith("_")}


def drawn(figure):
    """The figure, after it has been drawn once, as ``save`` does: what cannot be drawn fails here."""
    figure.canvas.draw()
    return figure


def test_the_truth_is_beside_the_prediction_and_the_wrong_points_have_a_black_ring():
    figure = drawn(plots.points("a run", FOUR, [0, 1, 1, 0], [0, 1, 0, 1], GRID))
    truth, prediction = figure.axes[:2]
    assert scatters(truth) == {"class 0": [FOUR[0], FOUR[3]], "class 1": [FOUR[1], FOUR[2]], "misclassified": []}
    assert scatters(prediction) == {"class 0": [FOUR[0], FOUR[2]], "class 1": [FOUR[1], FOUR[3]],
                                    "misclassified": [FOUR[2], FOUR[3]]}
    rings = next(dots for dots in prediction.collections if dots.get_label() == "misclassified")
    assert to_hex(rings.get_edgecolor()[0]) == "#000000" and len(rings.get_facecolor()) == 0
    assert (truth.get_title(), prediction.get_title()) == ("Truth: 4 points", "Prediction: accuracy 2/4 (50.0%)")
    assert {"a run", "x1", "x2", "class 0", "class 1", "misclassified", "output of the network"} <= set(texts(figure))


def test_the_two_classes_differ_in_color_and_in_shape():
    figure = plots.points("", FOUR, [0, 1, 1, 0], [0, 1, 1, 0], GRID)
    first, second = figure.axes[0].collections[:2]
    assert to_hex(first.get_facecolor()[0]) == "#0072b2" and to_hex(second.get_facecolor()[0]) == "#e69f00"
    assert first.get_paths()[0].vertices.shape != second.get_paths()[0].vertices.shape


def test_behind_the_prediction_is_the_output_dark_at_both_ends_with_a_line_at_a_half():
    figure = drawn(plots.points("", FOUR, [0, 1, 1, 0], [0, 1, 1, 0], GRID))
    maps = [one for one in figure.axes[1].collections if hasattr(one, "levels")]
    if not maps:                                        # before matplotlib 3.8 each level is a collection of its own
        return
    shades, half = maps
    assert close(list(shades.levels), [0.1 * i for i in range(11)])
    assert list(half.levels) == [0.5] and close(half.get_paths()[0].vertices[:, 0].tolist(), [0.5] * 11)
    left, right = [to_hex(shades.cmap(shades.norm(value))) for value in (0.05, 0.95)]
    assert int(left[5:], 16) > int(left[1:3], 16) and int(right[5:], 16) < int(right[1:3], 16)      # blue; orange
    flat = plots.points("", FOUR, [0, 1, 1, 0], [0, 1, 1, 0], [[0.2] * 3] * 3)
    assert len([one for one in flat.axes[1].collections if hasattr(one, "levels")]) == 1


def test_the_shades_follow_x1_to_the_right_and_x2_upward():
    upward = [[0.1 * i] * 11 for i in range(11)]                                # the output is x2
    for grid, low, high in ((GRID, (0.05, 0.95), (0.95, 0.05)), (upward, (0.95, 0.05), (0.05, 0.95))):
        figure = drawn(plots.points("", FOUR[3:], [0], [0], grid))
        blue, orange = pixel(figure, *low), pixel(figure, *high)
        assert blue[2] > blue[0] + 50 and orange[0] > orange[2] + 50


def pixel(figure, x1, x2):
    """The color that is drawn at a point of the prediction."""
    picture = memoryview(figure.canvas.buffer_rgba())
    x, y = figure.axes[1].transData.transform((x1, x2))
    return [picture[picture.shape[0] - 1 - int(y), int(x), k] for k in range(3)]


def test_curves_are_the_losses_and_accuracies_with_the_epoch_marked():
    figure = drawn(plots.curves("a run", [("training", [0.5, 0.01, 0.001]), ("validation", [0.6, 0.2, 0.1])],
                                [("training", [0.5, 0.75, 1.0])], (2, "the best")))
    loss, accuracy = figure.axes
    assert lines(loss) == {"training": [(1, 0.5), (2, 0.01), (3, 0.001)], "validation": [(1, 0.6), (2, 0.2), (3, 0.1)],
                           "the best": [(2, 0), (2, 1)]}
    assert lines(accuracy) == {"training": [(1, 0.5), (2, 0.75), (3, 1.0)], "the best": [(2, 0), (2, 1)]}
    assert loss.get_yscale() == "log" and accuracy.get_yscale() == "linear"
    assert {"a run", "loss (log scale)", "accuracy", "epoch", "training", "validation",
            "the best"} <= set(texts(figure))
    assert "80%" in [label.get_text() for label in accuracy.get_yticklabels()] and accuracy.get_ylim()[1] == 1.02
    colors = [line.get_color() for line in loss.get_lines()]
    assert len(set(colors)) == 3


def test_a_loss_that_hardly_falls_or_reaches_0_is_on_a_plain_scale():
    for losses in ([0.5, 0.4], [1.0, 0.0], [float("inf"), 0.1]):
        figure = plots.curves("", [("training", losses)], [("training", [0.5, 0.5])], (2, "end"))
        assert figure.axes[0].get_yscale() == "linear" and figure.axes[0].get_title() == "loss"


def test_each_weight_has_a_line_in_its_layers_panel_dashed_for_a_bias():
    layers = [("layer 1", [(0, False, [0.0, 1.0]), (1, False, [2.0, 3.0]), (1, True, [4.0, 5.0])]),
              ("layer 2", [(0, True, [6.0, 7.0])])]
    figure = drawn(plots.movement("a run", [0, 10], layers))
    first, second = figure.axes
    assert [list(line.get_ydata()) for line in first.get_lines()] == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    assert [list(line.get_xdata()) for line in first.get_lines()] == [[0, 10]] * 3
    assert [line.get_linestyle() for line in first.get_lines()] == ["-", "-", "--"]
    one, two, bias = [line.get_color() for line in first.get_lines()]
    assert one != two == bias
    assert [list(line.get_ydata()) for line in second.get_lines()] == [[6.0, 7.0]]
    assert {"a run", "layer 1", "layer 2", "epoch", "weight"} <= set(texts(figure))
    many = plots.movement("deep", [0], [("layer", [(0, False, [1.0])])] * 20)
    assert len(many.axes) == 9 and title(many) == "deep; the first 9 of 20 layers"


def test_the_gradients_sizes_are_a_line_a_layer_on_a_log_scale():
    figure = drawn(plots.gradients("a run", [0, 5, 9], [("layer 1", [0.1, 0.01, 0.001]), ("layer 2", [0.0, 1.0, 2.0])]))
    axes, = figure.axes
    assert lines(axes) == {"layer 1": [(0, 0.1), (5, 0.01), (9, 0.001)], "layer 2": [(0, 0.0), (5, 1.0), (9, 2.0)]}
    assert axes.get_yscale() == "log"
    assert {"layer 1", "layer 2", "epoch", "length of the gradient"} <= set(texts(figure))
    assert drawn(plots.gradients("", [0, 1], [("dead", [0.0, 0.0])])).axes[0].get_yscale() == "linear"


def test_one_curve_is_a_line_and_several_are_their_median_in_a_band():
    several = [[(1, value), (3, 2.0 * value)] for value in (1.0, 5.0, 2.0, 4.0, 3.0)]
    figure = drawn(plots.compared([("alone", [[(1, 0.5), (2, 0.25)]]), ("five", several)], "two runs"))
    axes, = figure.axes
    assert lines(axes) == {"alone": [(1, 0.5), (2, 0.25)], "five": [(1, 3.0), (3, 6.0)]}
    band, = axes.collections
    assert to_hex(band.get_facecolor()[0]) == to_hex(axes.get_lines()[1].get_color()) != to_hex(
        axes.get_lines()[0].get_color())
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.tolist()}
    assert {(1.0, 2.0), (1.0, 4.0), (3.0, 4.0), (3.0, 8.0)} <= corners and max(y for _, y in corners) == 8.0
    assert {"alone", "five", "two runs", "epoch", "loss (line: median, band: the middle half)"} <= set(texts(figure))


def test_a_curve_that_ended_keeps_its_last_loss_and_an_empty_one_is_left_out():
    figure = plots.compared([("both", [[(1, 4.0)], [(1, 2.0), (2, 1.0)], []]), ("none", [[]])], "")
    assert lines(figure.axes[0]) == {"both": [(1, 3.0), (2, 2.5)], "none": []}
    assert "loss (line: median, band: the middle half)" in texts(figure)
    assert drawn(plots.compared([("none", [])], "")).axes


def test_bands_are_the_quantiles_at_the_printed_epochs_and_the_printed_losses_are_dots():
    curves = [[(1, 1.0), (5, float(i)), (10, 2.0 * i)] for i in range(101)] + [[]]
    figure = drawn(plots.bands(curves, ((5, 7.0), (10, 9.0)), "five"))
    axes, = figure.axes
    median, dots = axes.lines
    assert median.get_xydata().tolist() == [[5.0, 50.0], [10.0, 100.0]]
    assert dots.get_xydata().tolist() == [[5.0, 7.0], [10.0, 9.0]] and dots.get_linestyle() == "None"
    outer, inner = [sorted({y for x, y in band.get_paths()[0].vertices.tolist() if x == 5.0})
                    for band in axes.collections]
    assert outer == [5.0, 95.0] and inner == [25.0, 75.0]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "middle 90 % of the seeds", "middle 50 % of the seeds", "median", "printed in the report"]


def test_runs_of_very_different_lengths_are_on_a_log_scale_of_epochs():
    runs = [("long", [[(1, 0.5), (5000, 0.1)]]), ("short", [[(1, 0.5), (100, 0.1)]])]
    assert plots.compared(runs, "").axes[0].get_xscale() == "log"
    assert plots.compared(runs[:1], "").axes[0].get_xscale() == "linear"


def test_a_sheet_has_each_image_under_its_caption():
    images = [[0.0, 0.25, 0.5, 0.75, 1.0, 0.0], [1.0] * 6, [0.0] * 6]
    figure = drawn(plots.sheet("a sheet", images, ["A", "B", "C"], (2, 3), 2))
    panels = figure.axes
    assert len(panels) == 4 and not panels[3].axison
    assert [axes.get_title() for axes in panels[:3]] == ["A", "B", "C"]
    assert panels[0].images[0].get_array().tolist() == [[0.0, 0.25, 0.5], [0.75, 1.0, 0.0]]
    shown = panels[0].images[0]
    assert shown.get_clim() == (0.0, 1.0)
    assert (to_hex(shown.cmap(0.0)), to_hex(shown.cmap(1.0))) == ("#ffffff", "#000000")


def test_weights_as_images_are_on_one_scale_that_is_white_at_0():
    figure = drawn(plots.sheet("weights", [[-3.0, 1.0], [0.0, 2.0]], ["1", "2"], (1, 2), 2, signed=True))
    for axes in figure.axes[:2]:
        image = axes.images[0]
        assert image.get_clim() == (-3.0, 3.0)
        red, green, blue, _ = image.cmap(image.norm(0.0))
        assert min(red, green, blue) > 0.95
        low, high = image.cmap(image.norm(-3.0)), image.cmap(image.norm(3.0))
        assert low[2] > low[0] and high[0] > high[2]
    assert "weight" in texts(figure)
    drawn(plots.sheet("", [[0.0, 0.0]], ["1"], (1, 2), 2, signed=True))


def test_a_confusion_matrix_has_its_counts_where_they_belong():
    figure = drawn(plots.confusion("test", [[8, 2], [0, 5]], ["A", "B"]))
    axes = figure.axes[0]
    counts = {text.get_text(): text.get_position() for text in axes.texts}
    assert counts == {"8": (0, 0), "2": (1, 0), "5": (1, 1)}                # x is the predicted class
    assert axes.images[0].get_array().tolist() == [[0.8, 0.2], [0.0, 1.0]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["A", "B"]
    shades = {text.get_text(): text.get_color() for text in axes.texts}
    assert shades == {"8": "white", "2": "black", "5": "white"}
    many = drawn(plots.confusion("", [[0] * 40 for _ in range(40)], [str(k) for k in range(40)]))
    assert not many.axes[0].texts


def test_each_activation_function_is_drawn_with_its_derivative():
    figure = drawn(plots.activations([-1.0, 1.0], [("relu", [0.0, 1.0], [0.0, 1.0]), ("id", [-1.0, 1.0], [1.0, 1.0])]))
    first, second = figure.axes
    assert lines(first)["f(z)"] == [(-1.0, 0.0), (1.0, 1.0)] and lines(second)["f′(z)"] == [(-1.0, 1.0), (1.0, 1.0)]
    assert {"relu", "id", "z", "f(z)", "f′(z)"} <= set(texts(figure))


def test_a_frame_shows_its_epochs_map_the_wrong_points_and_where_the_loss_is():
    figure, draw = plots.film("a run", FOUR, [0, 1, 1, 0], [0.5, 0.25, 0.125])
    for number, guesses, at in ((0, [1, 1, 1, 1], (1, 0.5)), (2, [0, 1, 1, 1], (2, 0.25)),
                                (3, [0, 1, 1, 0], (3, 0.125))):
        draw(number, guesses, GRID)
        left, right = drawn(figure).axes
        wrong = [x for x, label, guess in zip(FOUR, [0, 1, 1, 0], guesses) if label != guess]
        assert scatters(left)["misclassified"] == wrong
        assert left.get_title().startswith("epoch %d: accuracy %d/4" % (number, 4 - len(wrong)))
        curve, dot = right.get_lines()
        assert list(curve.get_ydata()) == [0.5, 0.25, 0.125]
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == at


def test_a_gif_has_the_frames_in_their_colors_and_the_last_one_stays(tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = str(tmp_path / "run.gif")
    frames = [(0, [0, 0, 0, 0], [[0.05] * 2] * 2), (1, [1, 1, 1, 1], [[0.95] * 2] * 2)]
    plots.animate(path, "a run", FOUR, [0, 1, 1, 0], frames, [0.5])
    with image.open(path) as film:
        assert film.n_frames == 2
        shades, durations = [], []
        for i in range(2):
            film.seek(i)
            durations.append(film.info["duration"])
            shades.append(film.convert("RGB").getpixel((film.size[0] // 4 + 30, film.size[1] // 2 - 40)))
    (red, _, blue), (red_after, _, blue_after) = shades
    assert blue > red + 50 and red_after > blue_after + 50
    assert durations[1] > 5 * durations[0]
    assert os.listdir(str(tmp_path)) == ["run.gif"]


def test_a_figure_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "figure.png"
    path.write_bytes(b"old")
    figure = plots.gradients("", [0], [("layer", [1.0])])

    def fail(*_, **__):
        with open(str(tmp_path / os.listdir(str(tmp_path))[0]), "rb"):
            raise OSError(28, "No space left on device")
    figure.savefig, savefig = fail, figure.savefig
    with pytest.raises(PurennError, match="figure.png: cannot be written: No space left on device"):
        plots.save(figure, str(path))
    assert path.read_bytes() == b"old" and os.listdir(str(tmp_path)) == ["figure.png"]
    figure.savefig = savefig
    plots.save(figure, str(path))
    assert path.read_bytes().startswith(b"\x89PNG") and os.listdir(str(tmp_path)) == ["figure.png"]


WINDOWS = {"matplotlib.pyplot", "tkinter"}


def run(folder, *arguments):
    """A command in a folder, with matplotlib to be had; no window toolkit may be loaded."""
    before = WINDOWS & set(sys.modules)
    done = cli(*arguments, cwd=str(folder), installed=True)
    assert WINDOWS & set(sys.modules) == before
    return done


@pytest.mark.slow
def test_figures_need_no_display_and_no_window_toolkit(tmp_path):
    """In a process of its own, in which nothing was loaded before."""
    code = ("import sys\nfrom purenn.cli.main import main\nfrom purenn.show import plots\nplots.DPI = 50\n"
            "code = main(sys.argv[1:])\nassert not %r & set(sys.modules)\nsys.exit(code)" % WINDOWS)
    environment = dict(os.environ, PYTHONPATH=ROOT, PYTHONIOENCODING="utf-8")
    environment.pop("DISPLAY", None)
    command = [sys.executable, "-W", "error::UserWarning:purenn.show.plots", "-c", code, "activations", "--plot"]
    done = subprocess.run(command, cwd=str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          env=environment, timeout=300)
    warned = re.sub(r"^Matplotlib is building the font cache.*\n", "", done.stderr, flags=re.MULTILINE)
    assert (done.returncode, warned, len(os.listdir(str(tmp_path / "figures")))) == (0, "", 1)


def test_a_run_draws_its_figures_and_prints_what_it_prints_without_them(tmp_path):
    plain = run(tmp_path, "xor", "--epochs", "3", "--momentum", "0.5")
    done = run(tmp_path, "xor", "--epochs", "3", "--momentum", "0.5", "--plot", "--animate", "gifs/xor.gif")
    assert (done.returncode, done.stderr) == (0, "")
    names = ["xor-points.png", "xor-curves.png", "xor-weights.png", "xor-gradients.png"]
    line = "Figures: %s\n" % ", ".join([os.path.join("figures", name) for name in names] + ["gifs/xor.gif"])
    assert done.stdout == plain.stdout + line
    assert sorted(os.listdir(str(tmp_path / "figures"))) == sorted(names)
    assert os.listdir(str(tmp_path / "gifs")) == ["xor.gif"]


def test_json_stays_one_object_on_stdout(tmp_path):
    done = run(tmp_path, "gate", "--epochs", "2", "--json", "--plot", "here")
    assert done.returncode == 0 and done.stdout.count("\n") == 1 and done.stdout.startswith("{")
    assert done.stderr.startswith("Figures: here") and done.stderr.count("\n") == 1
    assert len(os.listdir(str(tmp_path / "here"))) == 4


@pytest.mark.slow
def test_letters_draws_its_figures(tmp_path):
    rng = random.Random(1)                              # of random labels some are mistaken for others
    write_npz(str(tmp_path / "images.npz"), {"images": ((60, 2, 2), bytes(rng.randrange(256) for _ in range(240))),
                                             "labels": ((60,), bytes(rng.randrange(3) for _ in range(60)))})
    done = run(tmp_path, "letters", "--data", "images.npz", "--hidden", "4", "--epochs", "2", "--quiet", "--plot",
               "out")
    assert done.returncode == 0 and done.stdout.count("\n") == done.stderr.count("\n") == 1
    assert sorted(os.listdir(str(tmp_path / "out"))) == ["letters-%s.png" % name for name in (
        "confusion", "curves", "mistakes", "samples", "weights")]


@pytest.mark.parametrize("arguments, named", [
    ("xor --plot file", "purenn: --plot: the folder file cannot be made: "),
    ("letters --plot file/below", "purenn: --plot: the folder file/below cannot be made: "),
    ("activations --plot=", "purenn: --plot: the folder '' cannot be made: "),
    ("linear --animate folder.gif", "purenn: folder.gif: is not a regular file and is left as it is"),
    ("gate --animate file/x.gif", "purenn: --animate: the folder file cannot be made: "),
])
def test_what_cannot_be_written_is_refused_before_anything_is_trained(tmp_path, arguments, named):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.gif").mkdir()
    done = run(tmp_path, *arguments.split(), *([] if "activations" in arguments else ["--epochs", "100000000"]))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(named) and done.stderr.count("\n") == 1


def test_compare_draws_a_line_for_each_setting(tmp_path):
    done = cli("compare", "xor", "--vary", "lr=1,2", "--seeds", 2, "--epochs", 30, "--workers", 1, "--plot", tmp_path,
               installed=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Figures: %s" % (tmp_path / "xor-compare.png")
    assert os.listdir(str(tmp_path)) == ["xor-compare.png"]


def test_a_run_that_diverges_is_drawn_up_to_where_a_scale_can_show_it(tmp_path):
    path = str(tmp_path / "x.png")
    wild, tame = [(1, 0.3), (2, 1e300), (3, 1.7e308)], [(1, 0.3), (3, 0.1)]
    plots.overlay(path, [("wild", [wild] * 3), ("tame", [tame])], "both")
    assert os.path.getsize(path) > 1000
    shown = lines(plots.compared([("wild", [wild] * 3), ("tame", [tame])], "").axes[0])
    assert shown == {"wild (diverges)": [(1, 0.3), (2, 1e12), (3, 1e12)], "tame": tame}


@pytest.mark.parametrize("name", ["$0-$50k", "$x_{$", "a$b", "$\\\\frac$"])
def test_a_dollar_is_a_dollar_and_no_formula(name, tmp_path):
    figure = plots.confusion(name, [[3, 1], [0, 2]], [name, "other"])
    plots.save(figure, str(tmp_path / "a.png"))
    labels = [label for label in figure.axes[0].get_xticklabels()]
    assert labels[0].get_text().replace("\\$", "$") == name
    assert not labels[0]._preprocess_math(labels[0].get_text())[1]                    # is no formula
    plots.save(plots.sheet(name, [[0.0, 1.0]], [name], (1, 2), 1), str(tmp_path / "b.png"))


def test_settings_of_matplotlibs_do_not_matter_or_are_one_line(tmp_path, monkeypatch):
    from matplotlib import rcParams
    monkeypatch.setitem(rcParams, "text.usetex", True)
    plots.save(plots.confusion("a", [[3, 1], [0, 2]], ["a_b", "c%"]), str(tmp_path / "a.png"))
    command = [sys.executable, os.path.join(ROOT, "cli.py"), "xor", "--epochs", "2", "--plot", str(tmp_path)]
    done = subprocess.run(command,
                          env={**os.environ, "MPLBACKEND": "nonsense"}, capture_output=True, text=True)
    assert done.returncode in (0, 2) and "Traceback" not in done.stderr and done.stderr.count("\n") <= 1
