"""The sections of one training step, laid out as text or HTML; Markdown and LaTeX are in ``mathematics.py``.

A wide layer is shortened: only the first eight neurons, inputs of a neuron and terms of a sum are shown, and a note
says how many more there are. A line of text has at most 100 columns.
"""
import html
import re
import textwrap
import unicodedata

from ..study.formulas import stop
from .report import optimizer_text
from .terminal import count

SHOWN = 8
WIDTH = 100
DIGITS = 6
ALL_DIGITS = 17

PARTS = {
    "given": "Given",
    "forward": "Forward: from the input to the output",
    "cost": "Cost: how wrong the output is",
    "backward": "Backward: how the cost changes with each quantity, by the chain rule",
    "update": "Update: a step against the slopes",
}


def blocks(sections: list, layout: str, notes=None, everything: bool = False, hint: str = "", digits: int = DIGITS):
    """Yield the sections piece by piece, as lists of lines: a heading, a quantity, or a remark on what is left out.

    ``layout`` is "text", "markdown", "latex" or "html". ``notes`` maps (part, layer, name of a quantity) to a remark
    for it. With ``everything`` nothing is left out; otherwise a line says how much is left out, followed by ``hint``
    with the layer's number in place of {}. Numbers are rounded to ``digits`` significant digits; 17 shows all.
    """
    heading, lay_out, remark = _layout(layout)
    part = None
    for section in sections:
        if section.part != part:
            part = section.part
            yield heading(PARTS[part], 1)
        yield heading(section.title, 2)
        left_out = 0
        for quantity in section.quantities:
            beyond = quantity.input is not None and quantity.input >= SHOWN
            beyond = beyond or (quantity.neuron is not None and quantity.neuron >= SHOWN)
            if beyond and not everything:
                left_out += 1
            else:
                remarks = _remarks(quantity, digits) + [
                    note for note in [(notes or {}).get((section.part, section.layer, quantity.name))] if note]
                yield lay_out(quantity.name, rows(quantity if everything else _with_short_sums(quantity), digits),
                              place(quantity.source), remarks)
        if left_out:
            more = f"… {left_out} more quantit{'y' if left_out == 1 else 'ies'} of this layer"
            if section.layer is not None:
                more += hint.format(section.layer)
            yield remark(more)


def disagreements(sections: list) -> list:
    """How many lines are marked ≠, in a sentence; nothing if there are none."""
    marked = len([1 for section in sections for quantity in section.quantities if quantity.expected is not None])
    lines = "1 line where" if marked == 1 else f"{marked} lines where"
    return [f"≠ marks {lines} the code and the formula give different numbers."] if marked else []


def _remarks(quantity, digits):
    remarks = [rounded(quantity.remark, digits)] if quantity.remark else []
    if quantity.expected is not None:
        both = f"the formula gives {quantity.expected!r}, the code {quantity.result!r}"
        first, second = [rounded(repr(value), digits) for value in (quantity.expected, quantity.result)]
        remarks.append(both if first == second else rounded(both, digits))
    return remarks


def rounded(text: str, digits: int) -> str:
    """A formula with its numbers rounded; a number whose value stays the same is written as before.

    >>> rounded("0.5·(-0.12345678) + 1.0 - 1.23456789e-12", 3)
    '0.5·(-0.123) + 1.0 - 1.23e-12'
    """
    def short(match):
        brief = f"{float(match.group()):.{digits}g}"
        return match.group() if float(brief) == float(match.group()) else brief

    return text if digits >= ALL_DIGITS else re.sub(r"(?<![\w.])\d+(?:\.\d+(?:e[-+]?\d+)?|e[-+]?\d+)", short, text)


def place(source) -> str:
    """What to type in pdb to stop in a function, and its name.

    ``source`` is the function. It is None for a step of the derivation that the core does not compute; then the text
    says so.

    >>> from purenn import neuron
    >>> place(neuron.forward).split(":")[0], place(neuron.forward).split()[-1]
    ('break purenn/neuron.py', '(forward)')
    """
    if source is None:
        return "a step of the derivation, not computed by the core"
    if source == "":
        return ""
    name = getattr(source, "__qualname__", type(source).__name__).rpartition("<locals>.")[2]
    where = stop(source)
    return f"break {where} ({name})" if where else name


def shortened(terms: list) -> list:
    """The first eight terms of a sum, and how many more there are.

    >>> shortened(["a", "b"])
    ['a', 'b']
    >>> shortened(["a"] * 100)[7:]
    ['a', '… 92 more terms']
    """
    if len(terms) <= SHOWN:
        return terms
    open_still = " ".join(terms[:SHOWN]).count("(") - " ".join(terms[:SHOWN]).count(")")
    return terms[:SHOWN] + [f"… {count(len(terms) - SHOWN, 'more term')}" + ")" * open_still]


def _with_short_sums(quantity):
    return quantity._replace(symbols=shortened(quantity.symbols),
                             numbers=[shortened(terms) for terms in quantity.numbers])


def rows(quantity, digits: int = ALL_DIGITS) -> list:
    """The right-hand sides: the symbols, the numbers, the result. Each is a pair: a sign and the terms of a sum.

    A side that is the same as the result is left out. The sign before the result is ≠ if the formula gives another
    number.
    """
    result = quantity.result if isinstance(quantity.result, str) else repr(quantity.result)
    found = [terms for terms in [quantity.symbols] + quantity.numbers
             if terms and terms not in ([result], [f"({result})"])]
    signs = ["="] * len(found) + ["=" if quantity.expected is None else "≠"]
    return [(sign, [rounded(term, digits) for term in terms]) for sign, terms in zip(signs, found + [[result]])]


def wrapped(terms: list, room: int) -> list:
    """A sum broken into lines of at most ``room`` characters: between its terms, and within one if it is too long."""
    lines = [terms[0]]
    for term in terms[1:]:
        if _width(lines[-1]) + 3 + _width(term) > room:
            lines.append("  + " + term)
        else:
            lines[-1] += " + " + term
    return [piece for line in lines for piece in _broken(line, room)]


def _broken(line, room):
    """A line broken before operators."""
    pieces = []
    while _width(line) > room:
        cuts = [match.start() for match in re.finditer(r" [-+/] |·", line) if 4 < match.start() <= room - 2]
        if not cuts:
            break
        pieces.append(line[:cuts[-1]])
        line = "    " + line[cuts[-1]:].lstrip()
    return pieces + [line]


# Text.

def _text_heading(title, level):
    return [""] + ([title.upper()] if level == 1 else textwrap.wrap(title, WIDTH) + [""])


def _text(name, rows_of, where, remarks):
    name = "  " + name
    width = _width(name)
    lines: list = []
    for sign, row in rows_of:
        for number, piece in enumerate(wrapped(row, WIDTH - width - 3)):
            lines.append((name if not lines else " " * width) + (f" {sign} " if number == 0 else "   ") + piece)
    roomy = [i for i in (0, len(lines) - 1) if _width(lines[i]) + 2 + len(where) <= WIDTH]
    if where and roomy:
        room = min(62, WIDTH - len(where)) - _width(lines[roomy[0]])
        lines[roomy[0]] += " " * max(2, room) + where
    elif where:
        lines.append(" " * (width + 3) + where)
    for remark in remarks:
        if "break" not in lines[-1] and _width(lines[-1]) + 8 + _width(remark) <= WIDTH:
            lines[-1] += " " * 8 + remark
        else:
            lines += textwrap.wrap(remark, WIDTH, initial_indent=" " * (width + 3),
                                   subsequent_indent=" " * (width + 3))
    return lines


def _width(text):
    """How many columns the text takes; the hat of m̂ takes none."""
    return sum(1 for character in text if not unicodedata.combining(character))


# HTML, for the web page: every text is escaped, and the browser breaks the lines.

def _html_heading(title, level):
    return [f"<h{level + 1}>{html.escape(title)}</h{level + 1}>"]


def _html(name, rows_of, where, remarks):
    shown = "".join(f"<span>{sign} {html.escape(' + '.join(row))}</span> " for sign, row in rows_of)
    lines = [f'<p class="quantity"><b>{html.escape(name)}</b> {shown}<small>{html.escape(where)}</small></p>']
    return lines + [f"<p>{html.escape(remark)}</p>" for remark in remarks]


LAYOUTS = {"text": (_text_heading, _text, lambda text: ["  " + text]),
           "html": (_html_heading, _html, lambda text: [f"<p>{html.escape(text)}</p>"])}


def _layout(name):
    """The functions for a heading, for a quantity, and for a remark between quantities."""
    if name in LAYOUTS:
        return LAYOUTS[name]
    from . import mathematics           # the web page does not have this file
    return mathematics.LAYOUTS[name]


def opening(lines: list, layout: str) -> list:
    """The beginning of a document in a layout: prose; each of ``lines`` starts on a new line."""
    if layout == "text":
        return [piece for line in lines for piece in textwrap.wrap(line, WIDTH)]
    from . import mathematics
    return mathematics.opening(lines, layout)


def closing(lines, layout: str) -> list:
    """The end of a document in a layout: more lines of prose, if there are any."""
    if layout == "text":
        return [piece for line in ("", *lines) for piece in textwrap.wrap(line, WIDTH) or [""]] if lines else []
    from . import mathematics
    return mathematics.closing(lines, layout)


def about_step(made, sample: int, epochs: int, seed) -> str:
    """The network, how it learns, and the sample; ``seed`` is None if the weights are fixed."""
    data = made.problem.train
    start = "" if seed is None else f"seed {seed}, "
    return (f"{made.network!r}, {made.loss!r}, {optimizer_text(made.settings)}; {start}after "
            f"{count(epochs, 'epoch')}; a batch of sample {sample} alone: x = {data.inputs[sample]!r}, "
            f"y = {data.targets[sample]!r}")


def about_sample(usual: int, sample: int, made) -> str:
    """Why this sample is the default, if it is, and how its slopes relate to the step that training takes."""
    samples = len(made.problem.train.inputs)
    if samples == 1:
        return "There is one sample, so training takes this very step."
    why = ""
    if sample == usual > 0:
        why = f"Samples are counted from 0. Sample {sample} is the default because its two inputs differ. "
    size = min(made.settings.batch_size or samples, samples)
    if not made.settings.shuffle:
        size = min(size, samples - sample // size * size)         # the last batch may be smaller
    if size == 1:
        return f"{why}In training, too, a step uses one sample."
    if made.loss.reduction == "mean":
        return f"{why}In training, a step uses {size} samples: the slopes of each are divided by {size} and added up."
    return f"{why}In training, a step uses {size} samples: their slopes are added up."
