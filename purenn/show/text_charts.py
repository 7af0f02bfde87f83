"""Charts as lines of text: a learning curve, a decision map, bars."""
import math

from .terminal import RED, Terminal


def learning_curve(terminal: Terminal, losses: list, width: int = 40, height: int = 11, limits=()) -> list:
    """The loss against the epoch, as lines of text. The scale of the loss is logarithmic.

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

    >>> import io
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


def decision_map(terminal: Terminal, grid: list, points: list) -> list:
    """The output of the network over the unit square, with the points on it.

    A full block is an output near 1; a space is an output near 0. ``grid[i][j]`` is the output at x2 = i / (rows − 1)
    and x1 = j / (columns − 1). ``points`` are (x1, x2, label, is_right): a point shows its label, 0 or 1, or ``!``
    if the network is wrong.
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
