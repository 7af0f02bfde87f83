"""Text for the terminal: what it can show, tables, numbers in words.

A function takes a Terminal if its text depends on what the stream can show (color, block characters). Most functions
return lines. In this module, only ``wait_for_enter``, ``write_bytes`` and Terminal's methods write.
"""
import io
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
        """Write one line. If the stream is not in Unicode, the symbols of formulas are spelled out."""
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
    if not hasattr(sys.stdout, "buffer"):                   # closed, or replaced by a stream of text
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
    """A number of things as text: rounded to three digits (two below 100), with commas.

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
    """The points in a table, or many points in three tables; ``what`` names the points; ``!`` marks a wrong output."""
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
