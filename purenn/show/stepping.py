"""A recorded step as text: the screen of one event, for a width and a height, and an event in a few lines.

The screen has, from the top: the place in the derivation; the function; its source, with a mark at the line that runs
next; that line with the numbers put in; the network; and the variables. A line is a list of pairs (text, style).
"""
import re
import unicodedata

from ..study.recording import Recording
from .equations import digits, equation, list_number, shown_value, symbols
from .terminal import SPELLED_OUT, Terminal
from .text_network import CAPTIONS, STYLES, network_lines, network_width

KEYS_IN_SHORT = "→ ← line  ↓ over  ↑ out  p l n i next  ? keys  q quit"

# What is written instead of a character that a stream without Unicode does not have.
PLAIN = {**SPELLED_OUT, "●": "@", "○": "o", "›": ">", "→": ">", "←": "<", "↓": "down", "↑": "up", "━": "=", "┓": "+",
         "┛": "+", "┗": "+", "┏": "+", "┃": "|", "▶": ">", "◀": "<"}


# The parts of the screen.

def breadcrumb(recording: Recording, number: int, full: bool = False) -> str:
    """The place in the derivation: ``backward › sample 3 › layer 2 › neuron 1 › input 2``."""
    place = recording.events[number].place
    parts = [place.phase]
    for level in place._fields[1:]:
        value = getattr(place, level)
        if value is not None:
            layer = f" {recording.about['layers'][value]}" if full and level == "layer" else ""
            parts.append(f"{level} {value}{layer}")
    return " › ".join(parts)


def _top(recording, number, width):
    counter = f"{number}/{len(recording) - 1}"
    text = breadcrumb(recording, number, full=width >= 90)
    return [(text, "strong"), (" " * max(1, width - _width(text) - len(counter)), ""), (counter, "dim")]


def _function_line(recording, number):
    named = recording.functions[recording.events[number].function]
    return [(named.file, "dim"), (f"  {named.name}", "strong"), (f"  {named.doc}", "dim")]


def source_lines(recording: Recording, number: int, width: int, rows: int) -> list:
    """The source of the running function, with its current line marked; without the docstring if there is no room."""
    event = recording.events[number]
    named = recording.functions[event.function]
    lines = recording.sources[named.file].rstrip("\n").split("\n")
    begin = named.line - 1
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    shown = list(range(begin, _end(lines, begin, indent)))
    if len(shown) > rows:
        shown = [line for line in shown if line not in _docstring(lines, begin)]
    at = max([place for place, line in enumerate(shown) if line < event.line], default=0)
    first = 0 if at < rows - 2 else max(0, min(at - rows // 2, len(shown) - rows))
    found = []
    for line in shown[first:first + rows]:
        now = line == event.line - 1
        mark = {"call": "→", "line": "→", "return": "←"}[event.kind] if now else " "
        code, hash_, comment = lines[line][indent:].partition("  # ")
        if 7 + len(code) + len(hash_ + comment) > width:
            code = code.rstrip()
            comment = comment if 7 + len(code) + len(hash_ + comment) <= width else ""
        style = "now" if now else ""
        parts = _wrapped(code, width - 7, 3) if now and rows > 3 else [code]
        found += [[(f"{mark}{line + 1:4d}  ", style or "dim"), (parts[0], style),
                   (hash_ + comment if comment else "", style or "dim")]]
        found += [[(" " * 7 + part, style)] for part in parts[1:]]
    return found[-rows:] if event.line - 1 == shown[first:first + rows][-1] else found[:rows]


def _end(lines, begin, indent):
    """The line after the last one of a function."""
    line = begin + 1
    while line < len(lines) and (not lines[line].strip() or lines[line][:indent + 1].isspace() or (
            lines[line].strip().startswith(")"))):
        line += 1
    while line > begin + 1 and not lines[line - 1].strip():
        line -= 1
    return line


def _docstring(lines, begin):
    """The lines of the docstring of a function whose def is at ``begin``."""
    marks = [line for line in range(begin + 1, len(lines)) if '"""' in lines[line]]
    if not marks or not lines[marks[0] - 1].rstrip().endswith(":") or not lines[marks[0]].strip().startswith('"""'):
        return range(0)
    return range(marks[0], (marks[0] if lines[marks[0]].count('"""') > 1 else marks[1]) + 1)


def variable_lines(recording: Recording, number: int, width: int, rows: int) -> list:
    """The variables of the running function. A ``*`` marks what the line before has changed."""
    event, state = recording.events[number], recording.state(number)
    frame = state.frames[-1]
    before = recording.state(number - 1).frames if number and event.kind != "call" else []
    old = before[event.depth - 1].variables if len(before) >= event.depth else {}
    words = set(re.findall(r"self\.\w+|\w+", recording.source_line(number)))
    found = []
    for name, value in frame.variables.items():
        changed = name in event.variables or list_number(value) in event.lists
        if name == "self" or (name.startswith("self.") and not changed and name not in words):
            continue
        found.append((not (changed or name in words), name, value, changed and event.kind != "call"))
    found.sort(key=lambda each: each[0])                    # what the line uses comes first
    pad = max([len(name) for _, name, _, _ in found], default=0)
    lines: list = []
    for _, name, value, changed in found[:rows]:
        places = 6 if not isinstance(value, dict) else 4 if width > 60 else 3
        text = shown_value(recording, state, value, places, 20)
        if changed and type(value) in (int, float) and type(old.get(name)) in (int, float):
            text += f"   was {digits(old[name])}"
        lines.append([("* " if changed else "  ", "changed"), (name.ljust(pad), "changed" if changed else ""),
                      (" = ", "dim"), (text, "changed" if changed else "")])
    if len(found) > rows > 0:
        lines[-1] = [(f"  … {len(found) - rows + 1} more", "dim")]
    return lines


def _wrapped(text, width, rows):
    """A formula or a line of source in lines of at most ``width``, broken at spaces."""
    lines: list = []
    while _width(text) > width and len(lines) < rows - 1:
        cut = text.rfind(" ", width // 3, width + 1)
        cut = cut if cut > 0 else width
        lines.append(text[:cut])
        text = "    " + text[cut:].lstrip()
    return lines + [text]


# The whole screen.

def screen(recording: Recording, number: int, width: int = 100, height: int = 30, hidden: bool = False) -> list:
    """The lines of the screen at an event, one fewer than ``height``: the line below them is for the keys."""
    rows = 4
    said = _said(recording, number, hidden, width, rows)
    said += [[]] * (rows - len(said))
    gap: list = [[]] if height >= 24 else []
    left = max(1, height - 3 - len(said) - 2 * len(gap))
    tallest = max(recording.about["widths"])
    bottom = min(left // 2, max(tallest + 2, 7 if height < 30 else 10))
    lines: list = [_top(recording, number, width), _function_line(recording, number), *gap]
    source = source_lines(recording, number, width, left - bottom)
    lines += source + [[]] * (left - bottom - len(source))
    return lines + said + gap + _bottom(recording, number, width, bottom)


def _said(recording, number, hidden, width, rows):
    """What an event does, in at most ``rows`` lines: the formula in symbols, if there is room, and with numbers."""
    lines = equation(recording, number, hidden)
    found = [[(text, "now")] for line in lines for text in _wrapped("  " + line, width, rows - len(lines) + 1)]
    return ([[("  " + text, "dim")] for text in symbols(recording, number)] + found)[-rows:]


def _bottom(recording, number, width, rows):
    """The network beside the variables."""
    taken = network_width(recording, min(width * 2 // 3, width - 29))
    network = network_lines(recording, number, taken, rows)
    caption = CAPTIONS[recording.events[number].place.phase]
    if len(network) < rows and len(caption) <= taken + 2:
        network.insert(0, [(caption, "dim")])
    variables = variable_lines(recording, number, width - taken - 2, rows)
    lines: list = []
    for row in range(rows):
        line = list(network[row]) if row < len(network) else []
        pad = taken + 2 - sum([_width(text) for text, _ in line])
        lines.append(line + [(" " * pad, "")] + (variables[row] if row < len(variables) else []))
    return lines


def in_short(recording: Recording, number: int, hidden: bool = False, ahead: bool = False) -> list:
    """An event in two to four lines: its number and place, its source, what it does, as ``equation`` says it."""
    event = recording.events[number]
    file = recording.functions[event.function].file
    lines = [[(f"{number}  {breadcrumb(recording, number)}", "strong"), (f"   {file}:{event.line}", "dim")]]
    if event.kind == "line":
        lines.append([("   → ", "dim"), (recording.source_line(number).strip(), "")])
    return lines + [[("     " + text, "now")] for text in equation(recording, number, hidden, ahead)]


# Lines as a terminal shows them.

def _width(text):
    return sum([1 for character in text if not unicodedata.combining(character)])


def painted(terminal: Terminal, line: list, width: int = 0) -> str:
    """A line as text for a terminal, cut to ``width`` columns if that is not 0, with its colors."""
    text = ""
    left = width or 10 ** 9
    for part, style in line:
        part = "".join([character if character.isprintable() else "?" for character in part])
        if not terminal.unicode:
            for character in PLAIN:
                part = part.replace(character, PLAIN[character])
            part = part.encode("ascii", "replace").decode("ascii")
        while _width(part) > left:
            part = part[:-1]
        left -= _width(part)
        text += terminal.paint(part, STYLES[style]) if style and part.strip() else part
    return text if terminal.color else text.rstrip()
