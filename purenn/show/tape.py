"""The graph of a network's cost as text and as a drawing: values and gradients, layer by layer."""
import html
import math

from ..study.graph import agree
from ..study.nodes import around, folded, formula

# If there are more than MOST nodes, none are listed or drawn; a sum of the chain rule shows at most TERMS terms.
MOST = 64
TERMS = 3

def comparison(slopes: list) -> str:
    """Whether the gradients of the tape are those of backpropagation, and where the two differ most."""
    equal = [slope for slope in slopes if slope.units == 0.0]
    if len(equal) == len(slopes):
        return f"The gradients of the {len(slopes)} parameters are those of backpropagation, digit for digit."
    worst = max(slopes, key=lambda slope: slope.units)
    if agree(slopes):
        how = f"agree with those of backpropagation: {len(equal)} are equal digit for digit, the others up to rounding"
    else:
        how = f"DO NOT AGREE with those of backpropagation; only {len(equal)} are equal"
    return (f"The gradients of the {len(slopes)} parameters {how}. The largest difference is at "
            f"layers[{worst.layer}].{worst.name}: {worst.tape!r} by the tape and {worst.loops!r} by backpropagation, "
            f"{worst.units:.3g} units in the last place.")


def lines_of(network, loss, nodes: list, slopes: list, only, remedy: str) -> list:
    """The graph in words: its size, the comparison, its parts, and its nodes.

    With ``only``, a pair (layer, neuron), only the nodes of that neuron are listed, with the nodes before and after it.
    ``remedy`` says what to do if there are too many nodes to list.
    """
    edges = sum(len(node.uses) for node in nodes)
    lines = ["", f"The cost C of this sample as a graph: {len(nodes)} nodes, {len(slopes)} of them parameters, and "
             f"{edges} edges. C = {nodes[-1].value.data!r}", comparison(slopes), "",
             "The nodes by part of the network. The derivation computes nodes of one kind by one formula, in a loop.",
             ""]
    rows = [["part", "nodes", "forward", "gradients of its nodes"]]
    for part in folded(network, loss, nodes):
        formulas = part.forward + [""] * (len(part.backward) - 1)
        for i in range(len(part.backward)):
            rows.append([part.title if i == 0 else "", str(part.count) if i == 0 else "", formulas[i],
                         part.backward[i]])
    lines += _table(rows, (1,)) + [""]
    chosen = around(nodes, only) if only else nodes
    if len(chosen) > MOST:
        return lines + [f"{len(chosen)} nodes are too many to list: {remedy}"]
    lines += [f"Neuron {only[1]} of layers[{only[0]}], with the nodes before it and after it" if only else "The nodes",
              "from C backward; ∂C/∂node = Σ ∂C/∂use·∂use/∂node; the uses are the nodes computed from the node", ""]
    rows = [["layer.neuron", "node", "value", "∂C/∂node", "by the chain rule", "in the derivation"]]
    for node in reversed(chosen):
        rows.append([_place(node), node.name, _number(node.value.data, 6), _number(node.value.grad, 6), _chain(node),
                     formula(node, network, loss)])
    return lines + _table(rows, (2, 3))


def _table(rows, numbers):
    """Rows of cells as lines; the columns of ``numbers`` are aligned at the right."""
    widths = [max(len(row[j]) for row in rows) for j in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) if j in numbers else cell.ljust(width)
                      for j, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def _place(node):
    if node.layer is not None:
        return f"{node.layer}.{node.neuron}"
    return {"input": "input", "target": "target", "number": "number"}.get(node.role, "cost")


def _chain(node):
    terms = [f"{_short(child.grad)}·{_short(slope)}" for _, child, slope in node.uses]
    more = [f"… {len(terms) - TERMS} more"] if len(terms) > TERMS else []
    return " + ".join(terms[:TERMS] + more)


def _short(number):
    text = _number(number)
    return f"({text})" if text.startswith("-") else text


def _number(number, digits=4):
    return f"{number + 0.0:.{digits}g}"                     # + 0.0: no -0


# The drawing: from the input above to the cost below, a row for each step of the calculation.

BOX, HEIGHT, ACROSS, DOWN, COLUMNS, MARGIN, LINE = 65, 46, 70, 78, 12, 8, 18
# For each layer, in turn: a light color for the box and a dark one for its border.
COLORS = (("#dbeafe", "#2563eb"), ("#dcfce7", "#16a34a"), ("#fef3c7", "#d97706"), ("#fce7f3", "#db2777"),
          ("#ede9fe", "#7c3aed"), ("#cffafe", "#0891b2"), ("#ffedd5", "#ea580c"), ("#ecfccb", "#65a30d"))
GRAY = ("#f3f4f6", "#6b7280")


def svg(title: str, network, nodes: list, only=None) -> str:
    """The graph as the text of an SVG: a box for each node, with its name, its value and, in red, its gradient.

    With ``only``, a pair (layer, neuron), only that neuron and the nodes before and after it are drawn, with the
    slopes at its edges.
    """
    title = f"{title}: C = {_number(nodes[-1].value.data, 6)}"
    chosen = around(nodes, only) if only else nodes
    rows = _rows(chosen)
    width = max(7, max(len(row) for row in rows)) * ACROSS + 2 * MARGIN
    legend, top = _legend(title, network, chosen, width)
    spots = _spots(chosen, rows, width, top)
    height = top + len(rows) * DOWN
    own = {node.value for node in chosen if not only or (node.layer, node.neuron) == only}
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" font-family="Helvetica, Arial, sans-serif" font-size="11" text-anchor="middle">',
             f'<title>{html.escape(title)}</title>', '<rect width="100%" height="100%" fill="white"/>', *legend]
    for node in chosen:
        for _, child, slope in node.uses:
            if child in spots:
                label = f"·{_number(slope)}" if only and own & {node.value, child} else ""
                lines += _edge(spots[node.value], spots[child], label, 0.3 if child in own else 0.75)
    for node in chosen:
        lines += _box(node, spots[node.value], node.value in own)
    return "\n".join(lines + ["</svg>"]) + "\n"


def _spots(nodes, rows, width, top):
    """Where the middle of each Value's box is."""
    uses = {node.value: [child for _, child, _ in node.uses] for node in nodes}
    across: dict = {}
    for row in reversed(rows):                              # each above what is computed from it, if there is room
        wanted = {}
        for value in row:
            below = [across[child] for child in uses[value] if child in across]
            wanted[value] = math.fsum(below) / len(below) if below else width / 2
        row.sort(key=lambda value: wanted[value])
        free = -math.inf
        for value in row:
            across[value] = max(wanted[value], free)
            free = across[value] + ACROSS
        shift = math.fsum(across[value] - wanted[value] for value in row) / len(row)
        for i, value in enumerate(row):
            least, most = i * ACROSS, width - 2 * MARGIN - (len(row) - i) * ACROSS
            across[value] = MARGIN + ACROSS / 2 + min(max(across[value] - shift - MARGIN - ACROSS / 2, least), most)
    return {value: (across[value], top + HEIGHT / 2 + i * DOWN) for i, row in enumerate(rows) for value in row}


def _rows(nodes):
    """The Values in rows: each just above what is computed from it.

    A row of more than COLUMNS is divided into several.
    """
    level: dict = {}
    for node in reversed(nodes):
        level[node.value] = min([level[child] for _, child, _ in node.uses if child in level] or [1]) - 1
    rows: dict = {}
    for node in reversed(nodes):                            # neuron 0 at the left
        rows.setdefault(level[node.value], []).append(node.value)
    divided = []
    for i in sorted(rows):
        parts = -(-len(rows[i]) // COLUMNS)
        divided += [rows[i][part::parts] for part in range(parts)]
    return divided


def _colors(node):
    if node.role in ("input", "target", "number"):
        return "white", GRAY[1]
    return GRAY if node.layer is None else COLORS[node.layer % len(COLORS)]


def _legend(title, network, nodes, width):
    """What the colors and the numbers mean, and how much room that takes."""
    lines = [f'<text x="{MARGIN}" y="{LINE}" text-anchor="start" font-weight="bold">{html.escape(title)}</text>',
             f'<text x="{MARGIN}" y="{2 * LINE}" text-anchor="start">name, value, <tspan fill="#b91c1c">gradient '
             '∂C/∂name</tspan>; thick border: a parameter</text>']
    x, y = MARGIN, 3 * LINE
    for i in sorted({node.layer for node in nodes if node.layer is not None}):
        fill, border = COLORS[i % len(COLORS)]
        text = f"layers[{i}] = {network.layers[i]!r}"
        if x > MARGIN and x + 20 + 6 * len(text) > width:
            x, y = MARGIN, y + LINE
        lines += [f'<rect x="{x}" y="{y - 10}" width="11" height="11" fill="{fill}" stroke="{border}"/>',
                  f'<text x="{x + 16}" y="{y}" text-anchor="start">{html.escape(text)}</text>']
        x += 32 + 6 * len(text)
    return lines, y + LINE


def _edge(start, end, label, part):
    """A line from box to box, with its label on it; ``part`` is how far along, from 0 to 1."""
    (x1, y1), (x2, y2) = start, end
    y1, y2 = y1 + HEIGHT / 2, y2 - HEIGHT / 2
    middle = (y1 + y2) / 2
    lines = [f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}" fill="none" '
             'stroke="#9ca3af"/>']
    if label:
        lines.append(f'<text x="{x1 + part * (x2 - x1):.1f}" y="{middle + 3 + (part - 0.5) * 12:.1f}" font-size="9" '
                     f'fill="#4b5563" stroke="white" stroke-width="3" paint-order="stroke">{label}</text>')
    return lines


def _box(node, spot, is_own):
    fill, border = _colors(node)
    x, y = spot
    name = node.name if len(node.name) <= 12 else node.name[:11] + "…"
    thick = 2.5 if node.role in ("weight", "bias") else 1
    return [("<g>" if is_own else '<g opacity="0.55">') +
            f'<title>{html.escape(_place(node))} {html.escape(node.name)} = {node.value.data!r}, gradient '
            f'{node.value.grad!r}</title>',
            f'<rect x="{x - BOX / 2:.1f}" y="{y - HEIGHT / 2:.1f}" width="{BOX}" height="{HEIGHT}" rx="5" '
            f'fill="{fill}" stroke="{border}" stroke-width="{thick}"/>',
            f'<text x="{x:.1f}" y="{y - 9:.1f}" font-weight="bold" font-size="10">{html.escape(name)}</text>',
            f'<text x="{x:.1f}" y="{y + 5:.1f}">{_number(node.value.data)}</text>',
            f'<text x="{x:.1f}" y="{y + 18:.1f}" fill="#b91c1c">{_number(node.value.grad)}</text></g>']
