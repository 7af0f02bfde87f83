"""A network as text: a column of neurons for the input and for each layer, with one connection highlighted (lit).

A line is a list of pairs (text, style); a style is "" or a key of STYLES.
"""
from ..study.recording import Recording
from ..study.walking import neurons

STYLES = {"dim": "2", "strong": "1", "now": "1;36", "changed": "1;33"}

WIDE, NARROW, GAP = 8, 1, 3                                 # characters: neuron with number, without, gap
CAPTIONS = {"forward": "each layer's output", "cost": "each layer's output",
            "backward": "∂C/∂ each layer's output", "update": "∂C/∂ each layer's output"}


def short_number(value) -> str:
    """A number as a short text: six characters at most, in rare cases seven.

    >>> short_number(-0.24437), short_number(1234.5), short_number(-0.00012), short_number(0.0), short_number(None)
    ('-0.244', '1e+03', '-1e-04', '0.000', '')
    """
    if value is None:
        return ""
    if value == 0.0 or 0.001 <= abs(value) < 10.0:
        return f"{value:.3f}"
    return f"{value:.1f}" if 10.0 <= abs(value) < 1000.0 else f"{value:.0e}"


def lit(recording: Recording, number: int) -> tuple:
    """What is highlighted at an event: (column, neuron, input).

    The input is a neuron of the column before. Each of the three may be None.
    """
    place = recording.events[number].place
    widths = recording.about["widths"]
    if place.layer is None:
        return len(widths) - 1 if place.neuron is not None else None, place.neuron, None
    j, k = place.neuron, place.input
    alone = not recording.about["layers"][place.layer].startswith("Linear(")
    if j is not None and k is None and alone and widths[place.layer] == widths[place.layer + 1]:
        k = j                                               # an activation: one number in, one out
    return place.layer + 1, j, k


def network_width(recording: Recording, room: int) -> int:
    """The width of the network in characters: with its numbers if that is at most ``room``, otherwise without."""
    count = len(recording.about["widths"])
    for cell in (WIDE, NARROW):
        width = count * (cell + GAP) - GAP
        if width <= room:
            return width
    return min(room, width)


def network_lines(recording: Recording, number: int, room: int, rows: int) -> list:
    """The network in at most ``room`` characters and ``rows`` lines; of a large one, the part around the lit neuron."""
    values = neurons(recording, number)
    at = lit(recording, number)
    cell = WIDE if len(values) * (WIDE + GAP) - GAP <= room else NARROW
    shown = max(1, min(len(values), (room + GAP) // (cell + GAP)))
    first = max(0, min(len(values) - shown, (at[0] or 0) - shown // 2))
    columns = range(first, first + shown)
    rows -= 1
    height = min(rows, max([len(values[column]) for column in columns]))
    starts = {column: _start(len(values[column]), height, at, column) for column in columns}
    lines = [_header(columns, cell, at)]
    for row in range(height):
        line = []
        for column in columns:
            line.append(_cell(values[column], starts[column] + row, cell, at, column))
            if column != columns[-1]:
                line.append(_gap(recording, number, at, column, row, starts))
        lines.append(line)
    return lines


def _start(count, height, at, column):
    """The first neuron of a column to show, so that the lit neuron is shown, too."""
    centre = at[1] if column == at[0] else at[2] if at[0] is not None and column == at[0] - 1 else None
    return max(0, min(count - height, (centre or 0) - height // 2))


def _header(columns, cell, at):
    line = []
    for column in columns:
        label = "x" if column == 0 else str(column - 1)
        line.append((label.ljust(cell), "now" if column == at[0] else "dim"))
        line.append((" " * (GAP + cell - max(len(label), cell)), ""))
    return line[:-1]


def _cell(column_values, j, cell, at, column):
    if j >= len(column_values):
        return " " * cell, ""
    is_lit = (column == at[0] and j == at[1]) or (at[0] is not None and column == at[0] - 1 and j == at[2])
    text = "●" if is_lit else "○"
    if cell > NARROW:
        text += " " + short_number(column_values[j])
    return text.ljust(cell), "now" if is_lit else ""


def _gap(recording, number, at, column, row, starts):
    """What is between a column and the next one: the connection if it is lit, otherwise spaces."""
    if at[0] != column + 1 or at[1] is None or at[2] is None:
        return " " * GAP, ""
    phase = recording.events[number].place.phase
    head, tail = ("▶", "━") if phase == "forward" else ("━", "◀") if phase == "backward" else ("━", "━")
    here, there = at[2] - starts[column], at[1] - starts[column + 1]      # the rows of the input and of the neuron
    if here == there:
        text = tail + "━" + head if row == here else " " * GAP
    elif row == here:
        text = tail + ("┓" if there > here else "┛") + " "
    elif row == there:
        text = " " + ("┗" if there > here else "┏") + head
    else:
        text = " ┃ " if min(here, there) < row < max(here, there) else " " * GAP
    return text, "now"
