"""The sections of ``explain`` as Markdown and as LaTeX: its formulas set as mathematics.

Markdown has its formulas between dollar signs, as GitHub and Jupyter show them; LaTeX needs only amsmath.
"""
import re

from ..study.worksheet import BLANK

BEGIN = [r"\documentclass{article}", r"\usepackage{amsmath}", r"\allowdisplaybreaks",
         r"\setlength{\parindent}{0pt}", r"\begin{document}", r"\raggedright"]
END = [r"\end{document}"]

_LETTERS = {"δ": r"\delta ", "σ": r"\sigma ", "μ": r"\mu ", "α": r"\alpha ", "β₁": r"\beta_1", "β₂": r"\beta_2",
            "θ": r"\theta ", "λ": r"\lambda ", "Σ": r"\sum ", "m̂": r"\hat{m}", "v̂": r"\hat{v}", "·": r" \cdot ",
            "²": "^2", "←": r"\leftarrow ", "√": r"\surd ", "…": r"\dots ", "∂": r"\partial ", "−": "-",
            "≠": r"\neq "}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NAME = r"([\w⁽⁾]+(?:,\d+)?)"


def latex(text: str) -> str:
    """A formula of ``explain`` as LaTeX, for use in math mode.

    >>> print(latex("∂C/∂w⁽²⁾_10·(1 - a_1)²"))
    \\frac{\\partial C}{\\partial w^{(2)}_{10}} \\cdot (1 - a_{1})^2
    >>> print(latex("exp(-0.5) / 1e-08"))
    \\exp(-0.5) / 10^{-8}
    """
    text = text.replace(BLANK, r"\underline{\hspace{3cm}}")
    text = re.sub(r"… (\d+) (more terms?)", r"… \\text{\1 \2}", text)
    text = re.sub(r"^(\(\d+\) )?(new|old|every old) ", r"\1\\text{\2 }", text)
    text = re.sub(r"^(\(\d+\)) ", r"\\text{\1 }", text)
    text = re.sub(f"∂{_NAME}/∂{_NAME}", r"\\frac{∂ \1}{∂ \2}", text)
    text = re.sub(r"\b([^\W\d_]\w+)(⁽\w+⁾)?_(\d+(?:,\d+)?)", _word_with_subscript, text)
    text = re.sub(r"⁽(\w+)⁾", lambda match: "^{(%s)}" % match.group(1).translate(_RAISED), text)
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
    """A word with a subscript, such as shift_1, as LaTeX; the formulas of a layer of your own may have such names."""
    return r"\mathit{%s}%s_{%s}" % (match.group(1).replace("_", r"\ "), match.group(2) or "", match.group(3))


def words(text: str) -> str:
    """Prose with formulas in it: the formulas are set as mathematics, and _, %, # and & in the rest are escaped.

    >>> print(words("with p_j: C = 1/2·Σ_j (a_j - y_j)², the cost"))
    with $p_{j}$: $C = 1/2 \\cdot \\sum _{j} (a_{j} - y_{j})^2$, the cost
    """
    pieces = []
    for run in _runs(text.split(" ")):
        joined = " ".join(run)
        if any([_is_formula(word) for word in run]):
            formula = joined.rstrip(";:,.")
            pieces.append(f"${latex(formula)}${joined[len(formula):]}")
        else:
            pieces.append(re.sub(r"([_%#&])", r"\\\1", joined))
    return " ".join(pieces)


def _runs(all_words):
    """The words in groups: a formula with its operators and numbers is a group; any other word is one by itself."""
    runs: list = []
    for word in all_words:
        last = runs[-1] if runs else [","]
        joins = (_is_formula(word) or _may_be_in_formula(word)) and (
            _is_formula(last[-1]) or _may_be_in_formula(last[-1])) and last[-1][-1:] not in ";:,."
        runs = runs[:-1] + [last + [word]] if joins else runs + [[word]]
    return runs


def _is_formula(word):
    return bool(re.search(r"[^\x00-\x7f]", word.replace("…", ""))) or bool(re.match(r"[-(\[]*\w_[ijk\d]", word))


def _may_be_in_formula(word):
    return bool(re.match(r"([-+=/<>]|[-(]*\d[\d.]*\)*|[CSgmsv]|[ij]\]|eps\)|lr)[;:,.]?\Z", word))


def _escaped(text):
    return re.sub(r"([_#%&$])", r"\\\1", text)


# Markdown.

def _markdown_heading(title, level):
    return ["", "#" * (level + 1) + " " + (words(title) if level > 1 else title), ""]


def _markdown(name, rows, where, remarks):
    lines = [f"- ${latex(f'{name} {rows[0][0]} ' + ' + '.join(rows[0][1]))}$"]
    lines += [f"  ${latex(f'{sign} ' + ' + '.join(row))}$" for sign, row in rows[1:]]
    if where:
        lines[0] += " " + re.sub(r"^(break \S+)", r"`\1`", where).replace("_", r"\_")
    lines += ["  " + words(remark) for remark in remarks]
    return [line + "  " for line in lines[:-1]] + lines[-1:]       # two spaces: a new line within the item


# LaTeX.

def _latex_heading(title, level):
    return ["", r"\section*{%s}" % title] if level == 1 else ["", r"\bigskip", words(title)]


def _latex(name, rows, where, remarks):
    lines = []
    for sign, row in rows:
        pieces = _pieces(row)
        lines += [(f"&{latex(sign)} " if number == 0 else r"&\quad ") + latex(piece)
                  for number, piece in enumerate(pieces)]
    lines = [line + r" \\" for line in lines[:-1]] + lines[-1:]
    lines = [r"\begin{align*}", f"{latex(name)} {lines[0]}", *lines[1:], r"\end{align*}"]
    lines += [r"\texttt{%s}" % _escaped(where)] if where else []
    return lines + [f"({words(remark)})" for remark in remarks]


def _pieces(terms):
    """A sum in lines of about 70 characters."""
    pieces = [terms[0]]
    for term in terms[1:]:
        if len(pieces[-1]) + len(term) > 67:
            pieces.append("+ " + term)
        else:
            pieces[-1] += " + " + term
    return pieces


LAYOUTS = {"markdown": (_markdown_heading, _markdown, lambda text: ["", text]),
           "latex": (_latex_heading, _latex, lambda text: ["", words(text)])}


def opening(lines: list, layout: str) -> list:
    """The beginning of a document: prose; each of ``lines`` starts on a new line."""
    end = {"markdown": "  ", "latex": r"\newline"}[layout]
    texts = [words(line) for line in lines]
    return (BEGIN if layout == "latex" else []) + [text + end for text in texts[:-1]] + texts[-1:]


def closing(lines, layout: str) -> list:
    """The end of a document: more lines of prose, if there are any."""
    texts = [words(line) for line in ("", *lines)] if lines else []
    return texts + (END if layout == "latex" else [])
