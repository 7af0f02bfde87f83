"""The sections of one training step, laid out as text, Markdown, LaTeX or HTML.

A wide layer is shortened: only the first eight of its neurons, of their inputs and of a sum's terms are shown, and the
number of the others.
"""
import html
import re
import unicodedata

from ..study.formulas import stop

SHOWN = 8
WIDTH = 100

PARTS = {
    "forward": "Forward: from the input to the output",
    "cost": "Cost: how wrong the output is",
    "backward": "Backward: how the cost changes with each quantity, by the chain rule",
    "update": "Update: a step against the slopes",
}


def blocks(sections: list, layout: str, notes=None, everything: bool = False, hint: str = ""):
    """Yield the sections piece by piece, each piece a list of lines: headings, and one piece a quantity.

    ``layout`` is "text", "markdown", "latex" or "html". ``notes`` maps (part, layer, name of a quantity) to a remark
    for it. With ``everything`` nothing is left out; otherwise ``hint`` follows what is left out, with the layer in
    place of {}.
    """
    heading, lay_out, remark = LAYOUTS[layout]
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
                note = (notes or {}).get((section.part, section.layer, quantity.name))
                yield lay_out(quantity if everything else _with_short_sums(quantity), note)
        if left_out:
            more = f"… {left_out} more quantities of this layer"
            if section.layer is not None:
                more += hint.format(section.layer)
            yield remark(more)


def place(source) -> str:
    """What to type in pdb to stop in a function, and its name. A step of a derivation has no function in the core.

    >>> from purenn import neuron
    >>> place(neuron.forward).split(":")[0], place(neuron.forward).split()[-1]
    ('break purenn/neuron.py', '(forward)')
    """
    if source is None:
        return "a step of the derivation, not computed by the core"
    return " ".join(_command_and_name(source))


def _command_and_name(source):
    """``break FILE:LINE`` and the name of the function in parentheses; the name alone if it is in no file."""
    name = getattr(source, "__qualname__", type(source).__name__).rpartition("<locals>.")[2]
    where = stop(source)
    return [f"break {where}", f"({name})"] if where else [name]


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
    return terms[:SHOWN] + [f"… {len(terms) - SHOWN} more terms" + ")" * open_still]


def _with_short_sums(quantity):
    return quantity._replace(symbols=shortened(quantity.symbols),
                             numbers=[shortened(terms) for terms in quantity.numbers])


def _lines_of(quantity):
    """The right-hand sides, one below the other: symbols, numbers, result; equal ones are shown once."""
    rows = [quantity.symbols] + quantity.numbers
    result = repr(quantity.result)
    return [row for row in rows if row and row not in ([result], [f"({result})"])] + [[result]]


def _wrapped(terms, room):
    """A sum broken into lines of at most ``room`` characters, between its terms."""
    lines = [terms[0]]
    for term in terms[1:]:
        if len(lines[-1]) + 3 + len(term) > room:
            lines.append("  + " + term)
        else:
            lines[-1] += " + " + term
    return lines


# Text.

def _text_heading(title, level):
    return ["", title.upper() if level == 1 else title] + ([] if level == 1 else [""])


def _text(quantity, note):
    name = "  " + quantity.name
    width = _width(name)
    lines: list = []
    for row in _lines_of(quantity):
        for number, piece in enumerate(_wrapped(row, WIDTH - width)):
            lines.append((name if not lines else " " * width) + (" = " if number == 0 else "   ") + piece)
    lines[0] += " " * (60 - _width(lines[0])) + "  " + place(quantity.source)
    if note:
        lines[-1] += "        " + note
    return lines


def _width(text):
    """How many columns the text takes; the hat of m̂ takes none."""
    return sum(1 for character in text if not unicodedata.combining(character))


# Markdown.

def _markdown_heading(title, level):
    return ["", "#" * (level + 1) + " " + title.replace("_", r"\_"), ""]


def _markdown(quantity, note):
    rows = _lines_of(quantity)
    lines = ["- `%s = %s` %s" % (quantity.name, " + ".join(rows[0]), _markdown_place(quantity.source))]
    lines += [f"  `= {' + '.join(row)}`" for row in rows[1:]]
    if note:
        lines[-1] += " " + note.replace("_", r"\_")
    return [line + "  " for line in lines[:-1]] + lines[-1:]       # two spaces: a new line within the item


def _markdown_place(source):
    if source is None:
        return f"({place(None)})"
    *command, name = _command_and_name(source)
    return " ".join([f"`{text}`" for text in command] + [name.replace("_", r"\_")])


# LaTeX, with amsmath alone.

LATEX_BEGIN = [r"\documentclass{article}", r"\usepackage{amsmath}", r"\allowdisplaybreaks",
               r"\setlength{\parindent}{0pt}", r"\begin{document}", r"\raggedright"]
LATEX_END = [r"\end{document}"]

_LETTERS = {"δ": r"\delta ", "σ": r"\sigma ", "μ": r"\mu ", "α": r"\alpha ", "β₁": r"\beta_1", "β₂": r"\beta_2",
            "θ": r"\theta ", "λ": r"\lambda ", "Σ": r"\sum ", "m̂": r"\hat{m}", "v̂": r"\hat{v}", "·": r" \cdot ",
            "²": "^2", "←": r"\leftarrow ", "√": r"\surd ", "…": r"\dots ", "∂": r"\partial ", "−": "-"}


def latex(text: str) -> str:
    """A formula of ``explain`` as LaTeX, to stand in math.

    >>> print(latex("∂C/∂w_10·(1 - a_1)²"))
    \\frac{\\partial C}{\\partial w_{10}} \\cdot (1 - a_{1})^2
    >>> print(latex("exp(-0.5) / 1e-08"))
    \\exp(-0.5) / 10^{-8}
    """
    text = re.sub(r"… (\d+) more terms", r"… \\text{\1 more terms}", text)
    text = re.sub(r"^new ", r"\\text{new }", text)
    text = re.sub(r"∂(\w+)/∂(\w+(?:,\d+)?)", r"\\frac{∂ \1}{∂ \2}", text)
    text = re.sub(r"\b([^\W\d_]\w+)_(\d+(?:,\d+)?)", _word_with_subscript, text)
    text = re.sub(r"_(\w+(?:,\d+)?)", r"_{\1}", text)
    text = re.sub(r"\^(\d+)", r"^{\1}", text)
    text = re.sub(r"\b1e([-+]?)0*(\d+)", r"10^{\1\2}", text)
    text = re.sub(r"(\d)e([-+]?)0*(\d+)", r"\1 \\cdot 10^{\2\3}", text).replace("{+", "{")
    text = re.sub(r"\b(exp|ln|tanh|max)\(", r"\\\1(", text)
    text = re.sub(r"sqrt\(([^()]*(?:\([^()]*\))?[^()]*)\)", r"\\sqrt{\1}", text)
    text = re.sub(r"\b(lr|eps)\b", r"\\mathit{\1}", text)
    for letter in _LETTERS:
        text = text.replace(letter, _LETTERS[letter])
    return re.sub(r"  +", " ", text.replace(r"\partial  ", r"\partial ")).strip()


def _word_with_subscript(match):
    """The name of a number in a layer of your own: a word and a subscript."""
    return r"\mathit{%s}_{%s}" % (match.group(1).replace("_", r"\ "), match.group(2))


def _latex_words(text):
    """Text between formulas: words with a subscript or beyond ASCII are set as math."""
    words = []
    for word in text.replace("%", r"\%").split(" "):
        formula = any(ord(character) > 127 for character in word) or re.match(r"\w_[ijk\d]+$", word)
        words.append(f"${latex(word)}$" if formula else word.replace("_", r"\_"))
    return " ".join(words)


def _latex_heading(title, level):
    return ["", r"\section*{%s}" % title] if level == 1 else ["", r"\bigskip", _latex_words(title)]


def _latex(quantity, note):
    rows = []
    for row in _lines_of(quantity):
        pieces = _wrapped(row, 70)
        rows += [("&= " if number == 0 else r"&\quad ") + latex(piece.strip()) for number, piece in enumerate(pieces)]
    rows = [row + r" \\" for row in rows[:-1]] + rows[-1:]
    lines = [r"\begin{align*}", f"{latex(quantity.name)} {rows[0]}", *rows[1:], r"\end{align*}",
             r"\texttt{%s}" % re.sub(r"([_#%&$])", r"\\\1", place(quantity.source))]
    if note:
        lines.append(f"({_latex_words(note)})")
    return lines


# HTML, for the page: every text is escaped, and a sum may be broken anywhere.

def _html_heading(title, level):
    return [f"<h{level + 1}>{html.escape(title)}</h{level + 1}>"]


def _html(quantity, note):
    rows = "".join(f"<span>= {html.escape(' + '.join(row))}</span> " for row in _lines_of(quantity))
    lines = [f'<p class="quantity"><b>{html.escape(quantity.name)}</b> '
             f'{rows}<small>{html.escape(place(quantity.source))}</small></p>']
    return lines + ([f"<p>{html.escape(note)}</p>"] if note else [])


def opening(lines: list, layout: str) -> list:
    """What a page in a layout begins with: lines of prose, each on a line of its own there too."""
    end = {"text": "", "markdown": "  ", "latex": r"\newline"}[layout]
    texts = [_words(line, layout) for line in lines]
    return (LATEX_BEGIN if layout == "latex" else []) + [text + end for text in texts[:-1]] + texts[-1:]


def closing(lines, layout: str) -> list:
    """And what it ends with: further lines of prose, if there are any."""
    texts = [_words(line, layout) for line in ("", *lines)] if lines else []
    return texts + (LATEX_END if layout == "latex" else [])


def _words(text, layout):
    return {"text": text, "markdown": text.replace("_", r"\_"), "latex": _latex_words(text)}[layout]


LAYOUTS = {
    "text": (_text_heading, _text, lambda text: ["  " + text]),
    "markdown": (_markdown_heading, _markdown, lambda text: ["", text]),
    "latex": (_latex_heading, _latex, lambda text: ["", _latex_words(text)]),
    "html": (_html_heading, _html, lambda text: [f"<p>{html.escape(text)}</p>"]),
}


def about_sample(usual: int, sample: int, made) -> str:
    """Why this sample is the default, if it is, and how its slopes relate to the step that training takes."""
    count = len(made.problem.train.inputs)
    if count == 1:
        return "There is one sample, so training takes this very step."
    why = ""
    if sample == usual > 0:
        why = f"Samples are counted from 0; {sample} is the default because its two inputs differ. "
    size = min(made.settings.batch_size or count, count)
    if not made.settings.shuffle:
        size = min(size, count - sample // size * size)         # the last batch may be smaller
    if size == 1:
        return f"{why}In training, too, a step uses one sample."
    if made.loss.reduction == "mean":
        return f"{why}In training, a step uses {size} samples: the slopes of each are divided by {size} and added up."
    return f"{why}In training, a step uses {size} samples: their slopes are added up."
