"""What is drawn as text."""
import io

import pytest

from purenn.show import text_charts
from purenn.show import terminal as show
from purenn.show.progress import Progress, telling
from purenn.show.terminal import Terminal

from .helpers import cli


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


class Ascii(io.StringIO):
    encoding = "ascii"


def test_colors_only_on_a_terminal_and_not_with_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert show.Terminal(Screen()).paint("x", show.RED) == "\x1b[31mx\x1b[0m"
    assert show.Terminal(Ascii()).paint("x", show.RED) == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert show.Terminal(Screen()).paint("x", show.RED) == "x"


def test_a_stream_without_block_characters_gets_others(monkeypatch):
    terminal = show.Terminal(Ascii())
    terminal.line("δ is a Greek letter")
    terminal.line("δ⁽¹²⁾_1 ≠ ∂C/∂z⁽²⁾_1·(z⁽²⁾_1)²")
    assert terminal.stream.getvalue() == "delta is a Greek letter\ndelta(12)_1 != dC/dz(2)_1*(z(2)_1)^2\n"
    lines = text_charts.learning_curve(terminal, [1.0, 0.1]) + text_charts.decision_map(terminal, [[0.0, 1.0]] * 2, [])
    assert all(ord(character) < 128 for line in lines for character in line)


def test_the_progress_line_shows_up_on_a_terminal_alone(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    for stream, shown in ((Screen(), True), (Ascii(), False)):
        progress = Progress(show.Terminal(stream), total=100, interval=0.0)
        progress.update(50, "epoch %d of %d, loss %.6f", 50, 100, 0.25)
        progress.clear()
        assert ("epoch 50 of 100, loss 0.250000, at most 0.0 s left" in stream.getvalue()) == shown
        assert stream.getvalue().endswith("\r\x1b[K") == shown


def test_a_wrong_row_is_marked_and_a_short_table_has_one_column():
    lines = show.predictions(show.Terminal(Ascii()), "points", [[0.0, 1.0], [0.5, 0.5]], [[1.0], [0.0]], [[0.9], [0.7]],
                             [True, False])
    assert lines[1:] == ["  x1    x2  y  output", "0.00  1.00  1  0.9000", "0.50  0.50  0  0.7000 !"]
    assert lines[0].endswith("; ! marks a wrong one")


def test_every_row_of_a_long_table_is_there():
    inputs = [[i / 100, 1 - i / 100] for i in range(100)]
    lines = show.predictions(show.Terminal(Ascii()), "points", inputs, [[1.0]] * 100, [[0.5]] * 100, [True] * 100)
    text = "\n".join(lines)
    assert all("%.2f  %.2f" % (x, y) in text for x, y in inputs)


def test_the_learning_curve_falls_from_the_upper_left_to_the_lower_right():
    lines = text_charts.learning_curve(show.Terminal(Ascii()), [10.0 ** -i for i in range(5)], height=5)
    assert [line[10:] for line in lines[1:6]] == ["*    ", " *   ", "  *  ", "   * ", "    *"]
    assert lines[1].startswith("       1 |") and lines[5].startswith("  0.0001 |")
    assert lines[-1].rstrip().endswith("epoch 5")


@pytest.mark.parametrize("losses", [[0.5], [0.5, 0.5, 0.5], [0.0, 0.0], [1e300, 1e-300], [0.3] * 1000])
def test_a_curve_of_any_losses_can_be_drawn(losses):
    lines = text_charts.learning_curve(show.Terminal(Ascii()), losses)
    assert sum(line[10:].count("*") for line in lines[1:12]) == min(40, len(losses))


def test_a_sparkline_goes_with_the_logarithm_between_its_limits():
    values = [99.0, 5.0, 0.5, 0.05, 0.01, 0.0, 1e9]
    assert text_charts.sparkline(show.Terminal(Screen()), values, (0.01, 100.0)) == "█▆▄▂▁▁█"
    assert text_charts.sparkline(show.Terminal(Ascii()), values, (0.01, 100.0)) == "#+:._" + "_#"
    assert text_charts.sparkline(show.Terminal(Ascii()), [0.5, 0.5], (0.5, 0.5)) == "__"


def test_a_table_has_its_first_columns_at_the_left_and_the_others_at_the_right():
    assert show.table([["a", "b", "c"], ["long", "x", "12"], ["s", "yy", "3"]], left=2) == [
        "a     b    c", "long  x   12", "s     yy   3"]


def test_the_map_has_x2_upward_and_the_points_where_they_are():
    lines = text_charts.decision_map(show.Terminal(Ascii()), [[0.0] * 3, [0.5] * 3, [1.0] * 3],
                              [(0.0, 0.0, 0, True), (1.0, 1.0, 1, True), (0.5, 0.5, 1, False)])
    assert [line[4:7] for line in lines[1:4]] == ["##1", ":!:", "0  "]


@pytest.mark.parametrize("stream, full", [(Screen, "█"), (Ascii, "#")])
def test_the_title_of_the_map_names_the_character_that_means_near_1(stream, full):
    lines = text_charts.decision_map(show.Terminal(stream()), [[0.0, 0.99]] * 2, [])
    assert lines[0] == "output (%s: near 1)" % full
    assert [line[4:6] for line in lines[1:3]] == [" " + full] * 2


def test_a_map_of_outputs_beyond_0_and_1_is_drawn_at_its_edges():
    lines = text_charts.decision_map(show.Terminal(Ascii()), [[-5.0, 7.0]] * 2, [])
    assert [line[4:6] for line in lines[1:3]] == [" #", " #"]


@pytest.mark.parametrize("character", ["\x1b", "\x07", "\x00", "\x9b", "\r", "\u202e"])
def test_control_characters_of_names_do_not_reach_the_terminal(character, tmp_path):
    stream = io.StringIO()
    Terminal(stream).line("a%s[31mb" % character)
    assert character not in stream.getvalue() and stream.getvalue().startswith("a\\")
    if character not in "\x00\r":
        path = tmp_path / "a.csv"
        path.write_text("x%s,y\n1,p\noops,q\n3,\n" % character, encoding="utf-8")
        done = cli("train", path, "--target", "x" + character, "--task", "regression")
        assert done.returncode == 2 and character not in done.stderr and done.stderr.count("\n") == 1


def test_the_time_left_is_taken_from_when_the_total_is_known_and_names_are_escaped(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    now = [0.0]
    monkeypatch.setattr("purenn.show.progress.time.monotonic", lambda: now[0])
    stream = Screen()
    with telling(show.Terminal(stream), "reading a\x1b[2Jb:") as tell:
        for seconds, done, total in ((60.0, 5, None), (60.0, 0, 10), (61.0, 0, 10), (62.0, 5, 10)):
            now[0] = seconds
            tell(done, total)
    assert "5 of 10, at most 2.0 s left" in stream.getvalue() and "\x1b[2J" not in stream.getvalue()
