"""Text for the terminal: tables, a learning curve, a decision map.

Every function that draws takes a Terminal, which knows what the stream can show (color, block
characters), and returns lines. Only the methods of Terminal, ``wait_for_enter`` and ``write_bytes`` write.
"""
import io
import math
import os
import re
import sys

from ..files.text import escaped

RED, DIM = "31", "2"

SPELLED_OUT = {"∂": "d", "·": "*", "²": "^2", "Σ": "sum", "√": "sqrt ", "δ": "delta", "σ": "sigma", "μ": "mu",
               "α": "alpha", "β": "beta", "θ": "theta", "λ": "lambda", "₁": "1", "₂": "2", "\u0302": "_hat", "−": "-",
               "…": "...", "←": "<-", "′": "'", "×": "x", "±": "+-", "½": "1/2", "‖": "|", "≠": "!="}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "0123456789()")


class Terminal:
    """What a stream can show. Color is used only on a terminal, and not if NO_COLOR is set (no-color.org)."""

    def __init__(self, stream=None) -> None:
        self.stream = stream or sys.stdout or io.StringIO()        # stdout is None if it was closed
        encoding = (getattr(self.stream, "encoding", None) or "ascii").lower().replace("-", "")
        self.unicode = encoding.startswith("utf")
        self.is_terminal = bool(getattr(self.stream, "isatty", lambda: False)()) and os.environ.get("TERM") != "dumb"
        self.color = self.is_terminal and not os.environ.get("NO_COLOR")
        self.shades = " ░▒▓█" if self.unicode else " .:+#"
        self.levels = "▁▂▃▄▅▆▇█" if self.unicode else "_.-:=+*#"
        self.dot, self.tick, self.side, self.corner, self.floor = "•┤│└─" if self.unicode else "*||+-"

    def line(self, text: str = "") -> None:
        """Write one line. If the stream has only ASCII, the letters of formulas are spelled out."""
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        text = escaped(text, "\x1b" if self.color else "")
        if not self.unicode:
            text = re.sub("⁽.*?⁾", lambda layer: layer.group().translate(RAISED), text)      # w⁽²⁾_10: w(2)_10
            for character in SPELLED_OUT:
                text = text.replace(character, SPELLED_OUT[character])
        self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")

    def lines(self, texts: list) -> None:
        """Write several lines."""
        for text in texts:
            self.line(text)

    def json(self, value) -> None:
        """Write plain values as one line of JSON."""
        import json
        self.line(json.dumps(value))

    def paint(self, text: str, color: str) -> str:
        """The text in a color, if the terminal has colors."""
        return f"\x1b[{color}m{text}\x1b[0m" if self.color else text


class PatientTerminal(Terminal):
    """A Terminal that ignores a closed pipe, so that the program goes on; the flush at exit raises the error again."""

    def line(self, text: str = "") -> None:
        """Write one line, if that is possible."""
        try:
            Terminal.line(self, text)
        except OSError:
            pass


def wait_for_enter(terminal: Terminal) -> None:
    """Wait until Enter is pressed; do not wait if the input has ended."""
    if terminal.is_terminal:
        terminal.stream.write(terminal.paint("[Enter]", DIM))
    terminal.stream.flush()
    if sys.stdin is not None:
        sys.stdin.readline()


def write_bytes(text: bytes) -> None:
    """Write text to stdout unchanged, in UTF-8: it is data for other programs."""
    if not hasattr(sys.stdout, "buffer"):                   # closed, or caught by another program
        if sys.stdout is not None:
            sys.stdout.write(text.decode("utf-8"))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def duration(seconds: float) -> str:
    """A number of seconds in words.

    >>> duration(0.04), duration(7.4), duration(200), duration(7300)
    ('0.0 s', '7.4 s', '3 min 20 s', '2 h 1 min')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = int(round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def loss_text(loss: float) -> str:
    """A loss with six decimals, or in powers of ten if it is huge.

    >>> loss_text(0.0049852), loss_text(1.5e21)
    ('0.004985', '1.500e+21')
    """
    return f"{loss:.6f}" if loss < 1e6 else f"{loss:.3e}"


def rounded(number: float) -> str:
    """A number of things as text: three digits (two below 100), with commas.

    >>> rounded(7.25), rounded(1849.3), rounded(123456.0)
    ('7.2', '1,850', '123,000')
    """
    if number < 10:
        return f"{number:.1f}"
    unit = 10 ** max(0, len(str(int(number))) - 3)
    return f"{int(round(number / unit)) * unit:,d}"


def count(number: int, thing: str) -> str:
    """A number of things.

    >>> count(1, "epoch"), count(2, "epoch")
    ('1 epoch', '2 epochs')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"


def share(right: int, total: int) -> str:
    """A part of a whole, as a count and in percent.

    >>> share(21, 21)
    '21/21 (100.0%)'
    """
    return f"{right}/{total} ({100.0 * right / total:.1f}%)"


def predictions(terminal: Terminal, what: str, inputs: list, targets: list, outputs: list, right: list) -> list:
    """A table of points, a row for each, in up to three columns; ``what`` is its title, and ``!`` marks a wrong row."""
    digits = max(6, max(len(f"{output[0]:.4f}") for output in outputs))
    head = "  x1    x2  y  " + "output".rjust(digits) + "  "
    cells = []
    for x, y, a, is_right in zip(inputs, targets, outputs, right):
        output = f"{a[0]:.4f}".rjust(digits)
        cell = f"{x[0]:.2f}  {x[1]:.2f}  {y[0]:g}  {output} {' ' if is_right else '!'}"
        cells.append(cell if is_right else terminal.paint(cell, RED))
    columns = 1 if len(cells) <= 8 else 3
    height = -(-len(cells) // columns)
    lines = [f"{what} (x1, x2), target y, and the network's output" + ("" if all(right) else "; ! marks a wrong one"),
             "   ".join([head] * columns).rstrip()]
    for i in range(height):
        lines.append("   ".join(cells[i::height]).rstrip())
    return lines


def learning_curve(terminal: Terminal, losses: list, width: int = 40, height: int = 11, limits=()) -> list:
    """The loss against the epoch, the loss on a logarithmic scale, as lines of text.

    ``limits`` are losses that the scale must reach too, so that two curves can be drawn on one scale.
    """
    columns = min(width, len(losses))
    values = [losses[(i + 1) * len(losses) // columns - 1] for i in range(columns)]
    logs = [math.log(max(value, 1e-300)) for value in values]
    ends = logs + [math.log(max(value, 1e-300)) for value in limits]
    low, high = min(ends), max(ends)
    rows = [[" "] * columns for _ in range(height)]
    for i in range(columns):
        level = (logs[i] - low) / (high - low) if high > low else 0.0
        rows[height - 1 - int(round(level * (height - 1)))][i] = terminal.dot
    labels = {0: f"{math.exp(high):.3g}", height - 1: f"{math.exp(low):.3g}"}
    lines = ["loss (log scale)"]
    for i in range(height):
        label = labels.get(i, "") if high > low or i else ""
        lines.append(f"{label:>8} {terminal.tick if label else terminal.side}{''.join(rows[i])}")
    lines.append(" " * 9 + terminal.corner + terminal.floor * width)
    lines.append(" " * 10 + "1" + f"epoch {len(losses)}".rjust(width - 1))
    return lines


def sparkline(terminal: Terminal, values: list, limits) -> str:
    """A character for each positive number; its height shows the logarithm, on a scale from one limit to the other.

    >>> sparkline(Terminal(io.StringIO()), [1.0, 0.2, 0.01, 0.001], (0.001, 1.0))
    '#*-_'
    """
    low, high = [math.log(max(limit, 1e-300)) for limit in limits]
    steps = len(terminal.levels)
    text = ""
    for value in values:
        level = (math.log(max(value, 1e-300)) - low) / (high - low) if high > low else 0.0
        text += terminal.levels[min(steps - 1, max(0, int(level * steps)))]
    return text


def outcome(loss: float, accuracy: float, count: int) -> str:
    """A loss, and an accuracy over ``count`` samples."""
    return f"loss {loss_text(loss)}, accuracy {share(int(round(accuracy * count)), count)}"


def printable(text: str) -> str:
    """A text from a file, with a ? for each unprintable character."""
    return "".join(character if character.isprintable() else "?" for character in text)


def table(rows: list, left: int = 1) -> list:
    """Rows of cells as lines, each column as wide as its widest cell; the first ``left`` columns are left-aligned.

    >>> table([["lr", "epochs"], ["0.05", "9"]])
    ['lr    epochs', '0.05       9']
    """
    widths = [max(len(row[j]) for row in rows) for j in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if j < left else cell.rjust(width)
                      for j, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def decision_map(terminal: Terminal, grid: list, points: list) -> list:
    """The output of the network over the unit square, with the points on it; a full block is near 1, a space near 0.

    ``grid[i][j]`` is the output at x2 = i / (rows − 1) and x1 = j / (columns − 1). ``points`` are
    (x1, x2, label, is_right): a point shows its label, 0 or 1, or ``!`` if the network is wrong.
    """
    rows, columns = len(grid), len(grid[0])
    steps = len(terminal.shades)
    cells = []
    for i in range(rows):
        cells.append([terminal.shades[min(steps - 1, max(0, int(output * steps)))] for output in grid[i]])
    for x1, x2, label, is_right in sorted(points, key=lambda point: not point[3]):      # the wrong ones on top
        mark = f"{int(label)}" if is_right else terminal.paint("!", RED)
        cells[int(round(x2 * (rows - 1)))][int(round(x1 * (columns - 1)))] = mark
    lines = [f"output ({terminal.shades[-1]}: near 1)"]
    for i in reversed(range(rows)):
        label = "1" if i == rows - 1 else "0" if i == 0 else "x2" if i == rows // 2 else ""
        lines.append(f"{label:>2} {terminal.side}{''.join(cells[i])}{terminal.side}")
    lines.append("   " + terminal.corner + terminal.floor * columns)
    lines.append("    0" + "x1".center(columns - 2) + "1")
    return lines


def bars(terminal: Terminal, values: list, width: int = 48) -> list:
    """Labels and positive numbers, each with a bar; the length of the bar shows the number's logarithm."""
    logs = [math.log10(max(value, 1e-17)) for _, value in values]
    low, high = min(logs) - 0.5, max(logs)
    lines = []
    for (label, value), log in zip(values, logs):
        length = int(round((log - low) / (high - low) * width)) if high > low else width
        lines.append(f"{label:>8}  {value:8.1e}  {terminal.shades[-1] * length}")
    return lines


def beside(left: list, right: list, width: int = 54) -> list:
    """Two blocks of lines next to each other, the second from column ``width`` on."""
    lines = []
    for i in range(max(len(left), len(right))):
        first = left[i] if i < len(left) else ""
        second = right[i] if i < len(right) else ""
        lines.append((first.ljust(width) + second).rstrip())
    return lines
