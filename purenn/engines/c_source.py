"""A network's arithmetic as C: a batch's cost, its gradients and the optimizer's step.

The C does what ``engines/loops.py`` does, each sum in the same order, so that it gives the same digits. It is fast
because the processor's vectors compute several sums side by side: those of different neurons or inputs, never the terms
of one sum.

LEGEND explains the names. ``w`` are the parameters in the order of ``network.parameters()``. ∂C/∂x is not computed,
because it is not needed.
"""
import re
from typing import NamedTuple

from ..activations import LeakyReLU, Softmax
from ..layers import Linear
from .c_frame import HEAD, TAIL
from .c_templates import FUNCTIONS, LOSSES, SLOPES, STEPS, VALUES


# With more Linear layers than this, compiling the sums for each layer's size would take many seconds.
FEW_LAYERS = 3


LEGEND = """Compile it without fused operations: -ffp-contract=off.

   a0 is the input, a1 the output of layers[0], a2 that of layers[1]; the output of a Linear is z. d1 is ∂C/∂a1; if
   a1 is the output of a Linear, this is δ. Each has a row for each sample. w: for one layer after the other, its
   weights, a row for each neuron, and then its biases; g is ∂C/∂w. */"""


class Layout(NamedTuple):
    """Where a network's numbers are in memory, counted in doubles.

    ``widths``: how many numbers go into each layer and, last, how many outputs there are. ``weights``, ``biases`` and
    ``across``: by a Linear layer's index, where its weights, its biases (None without) and its transposed weights
    begin. ``parameters`` and ``laid_across``: how many parameters, and transposed weights with padding, there are.
    ``work``: where the numbers that go into each layer begin and, last, where the outputs begin. ``slopes``: where ∂C/∂
    of each of these begins. Both are for memory with room for one sample; with room for n, multiply them by n.
    ``a_sample``: how many numbers a sample takes.
    """

    widths: list
    weights: dict
    biases: dict
    across: dict
    parameters: int
    laid_across: int
    work: list
    slopes: list
    a_sample: int


def pad(count: int) -> int:
    """The length in memory of a row of this many numbers."""
    return (count + 15) // 16 * 16


def layout(network) -> Layout:
    """Where the numbers of this network are."""
    widths, weights, biases, across = [network.in_features], {}, {}, {}
    parameters = laid_across = 0
    for i, layer in enumerate(network.layers):
        if isinstance(layer, Linear):
            weights[i], across[i] = parameters, laid_across
            parameters += layer.in_features * layer.out_features
            laid_across += layer.in_features * pad(layer.out_features)
            biases[i] = parameters if layer.bias is not None else None
            parameters += layer.out_features if layer.bias is not None else 0
        widths.append(layer.out_features if isinstance(layer, Linear) else widths[-1])
    begins = [0]
    for width in widths + widths:
        begins.append(begins[-1] + pad(width))
    return Layout(widths, weights, biases, across, parameters, laid_across, begins[:len(widths)],
                  begins[len(widths):-1], begins[-1])


def c_source(network, loss, optimizer) -> str:
    """The C of a network, loss and kind of optimizer.

    Raises PurennError for a layer or loss that has no C, and KeyError for an optimizer that has none.
    """
    from .source import check_known
    check_known(network, loss, "compiled", tuple(LOSSES))
    place = layout(network)
    pieces = [_forward(network, place), _cost(loss, place), _costs(loss, place), _backward(network, place),
              _step(optimizer), _lay_across(network, place), _slopes(network, place, optimizer)]
    body = "\n".join(pieces)
    functions = [text for name, text in FUNCTIONS.items() if name in body]
    return "\n".join([f"/* {network!r},\n   {loss!r}, {type(optimizer).__name__}. {LEGEND}",
                      *(["#define FEW_LAYERS"] if len(place.weights) <= FEW_LAYERS else []), HEAD, *functions, body,
                      TAIL])


# The pieces: each a function in C.

def _function(head, lines):
    return "\n".join([head, "{"] + ["    " + line for line in lines] + ["}", ""])


def _rows(place, names):
    """Pointers to rows of numbers: ``a1`` or ``d1``, from the sample ``from`` on."""
    lines = []
    for name in names:
        i = int(name[1:])
        begin = (place.work if name[0] == "a" else place.slopes)[i]
        if name == "a0":
            lines.append("const double *a0 = inputs(t, from);")
        else:
            lines.append(f"double *{name} = t->work + t->room * {begin} + from * {pad(place.widths[i])};")
    return lines


def _each(width, result, formula, named):
    """``result[i] = formula`` for each number of each sample; ``named`` are what its letters stand for."""
    used = [f"{letter} = {place}" for letter, place in named.items() if re.search(rf"\b{letter}\b", formula)]
    return ["for (long s = 0; s < count; s++)", f"    for (long j = 0; j < {width}; j++) {{",
            f"        long i = s * {pad(width)} + j;", f"        double {', '.join(used)};",
            f"        {result}[i] = {formula};", "    }"]


def _used(place, lines):
    """The lines, and before them pointers to the rows that they name."""
    names = sorted(set(re.findall(r"\b[ad]\d+\b", " ".join(lines))))
    return ["long count = to - from;"] + _rows(place, names) + lines


def _forward(network, place):
    width, last = place.widths[0], len(network.layers)
    inputs = _function("static const double *inputs(struct task *t, long from)", [
        "/* The samples' inputs; if t->order is set, gather has copied them in that order. */",
        "double *a0 = t->work + t->room * 0;", "if (!t->order)",
        f"    return t->inputs + (t->start + from) * {pad(width)};", f"return a0 + from * {pad(width)};"])
    gather = _function("static void gather(struct task *t, long from, long to)", [
        "for (long s = from; t->order && s < to; s++)",
        f"    memcpy(t->work + s * {pad(width)}, t->inputs + t->order[t->start + s] * {pad(width)}, "
        f"{pad(width)} * sizeof(double));"])
    lines = []
    for i, layer in enumerate(network.layers):
        width = place.widths[i]
        if isinstance(layer, Linear):
            bias = f"t->w + {place.biases[i]}" if layer.bias is not None else "0"
            lines += [f"/* layers[{i}] = {layer!r}: z_j = b_j + Σ_k w_jk·a_k */",
                      f"weighted_sums(count, {width}, {layer.out_features}, a{i}, t->across + {place.across[i]}, "
                      f"{bias}, a{i + 1});"]
        elif isinstance(layer, Softmax):
            lines += [f"/* layers[{i}] = {layer!r}: a_j = e^(z_j − m) / Σ e^(z − m) */",
                      "for (long s = 0; s < count; s++) {",
                      f"    double *a = a{i + 1} + s * {pad(width)}, largest;",
                      f"    double powers = exponentials({width}, a{i} + s * {pad(width)}, a, &largest);",
                      f"    for (long j = 0; j < {width}; j++)", "        a[j] = a[j] / powers;", "}"]
        else:
            lines.append(f"/* layers[{i}] = {layer!r}: a_j = f(z_j) */")
            lines += _each(width, f"a{i + 1}", VALUES[type(layer)].format(slope=_slope(layer)), {"z": f"a{i}[i]"})
    width = place.widths[-1]
    lines += ["for (long s = 0; s < count; s++)",
              f"    memcpy(t->outputs + (from + s) * {width}, a{last} + s * {pad(width)}, {width} * sizeof(double));"]
    return "\n".join([inputs, gather, "/* From the inputs to the outputs. */", _function(
        "static void forward(struct task *t, long from, long to)", ["gather(t, from, to);"] + _used(place, lines))])


def _slope(layer):
    return repr(float(layer.negative_slope)) if isinstance(layer, LeakyReLU) else ""


def _cost(loss, place):
    width = place.widths[-1]
    text = LOSSES[type(loss)].format(n=width, mean=repr(loss.share(width)))
    invalid = ", long long *invalid" if "invalid" in text else ""
    return (f"/* The cost of a sample, and its slope with respect to each output: {loss!r}. */\n"
            f"static double cost(const double *a, const double *y, double *da{invalid})\n{{{text}}}\n")


def _costs(loss, place):
    width, last = place.widths[-1], len(place.widths) - 1
    invalid = ", &t->invalid" if "invalid" in LOSSES[type(loss)] else ""
    head = "/* Each sample's cost, and its slopes. */\nstatic void costs(struct task *t, long from, long to)"
    return _function(head, [
        "long count = to - from;", *_rows(place, [f"a{last}", f"d{last}"]), "for (long s = 0; s < count; s++) {",
        "    long long sample = t->order ? t->order[t->start + from + s] : t->start + from + s;",
        f"    const double *a = a{last} + s * {pad(width)}, *y = t->targets + sample * {width};",
        f"    double *da = d{last} + s * {pad(width)};", f"    t->costs[from + s] = cost(a, y, da{invalid});",
        f"    t->hits[from + s] = class_of({width}, a, {loss.threshold!r}) == class_of({width}, y, 0.5);",
        f"    for (long j = 0; j < {width}; j++)",
        "        da[j] = t->share * da[j];       /* ∂C/∂a_j = share · ∂C_x/∂a_j */", "}"])


def _backward(network, place):
    """From ∂C/∂ of the outputs to ∂C/∂z of the first Linear layer."""
    first, last = min(place.weights), len(network.layers)
    lines = []
    for i in reversed(range(first + 1, last)):
        layer, width = network.layers[i], place.widths[i]
        lines.append(f"/* back through layers[{i}] = {layer!r} */")
        if isinstance(layer, Linear):
            lines[-1] = lines[-1].replace(" */", ": ∂C/∂a_k = Σ_j δ_j·w_jk */")
            lines.append(f"input_slopes(count, {width}, {layer.out_features}, d{i + 1}, t->w + {place.weights[i]}, "
                         f"d{i});")
        elif isinstance(layer, Softmax):
            lines += ["/* ∂C/∂z_j = Σ_m ∂C/∂a_m · a_m·([m = j] − a_j) */", "for (long s = 0; s < count; s++) {",
                      f"    const double *a = a{i + 1} + s * {pad(width)}, *da = d{i + 1} + s * {pad(width)};",
                      f"    for (long j = 0; j < {width}; j++) {{", "        double sum = 0.0;",
                      f"        for (long m = 0; m < {width}; m++)",
                      "            sum += da[m] * (a[m] * ((m == j ? 1.0 : 0.0) - a[j]));",
                      f"        d{i}[s * {pad(width)} + j] = sum;", "    }", "}"]
        else:
            lines[-1] = lines[-1].replace(" */", ": δ = ∂C/∂z = ∂C/∂a · f′(z) */")
            lines += _each(width, f"d{i}", SLOPES[type(layer)].format(slope=_slope(layer)), {
                "z": f"a{i}[i]", "a": f"a{i + 1}[i]", "da": f"d{i + 1}[i]"})
    return "/* From ∂C/∂ of the outputs back to every δ. */\n" + _function(
        "static void backward(struct task *t, long from, long to)", _used(place, lines) if lines else lines)


def _step(optimizer):
    names, states, step = STEPS[type(optimizer)]
    lines = ["double *w = t->w, *v = t->v, lr = t->lr, decay = t->decay;"]
    lines += ["double *u = t->u;"] if len(states) > 1 else []
    lines += [f"double {name} = t->settings[{k}];" for k, name in enumerate(names)]
    if "correction" in step:
        lines += ["double correction1 = 1.0 - pow(beta1, (double)(t->steps + 1));            /* 1 − β^t */",
                  "double correction2 = 1.0 - pow(beta2, (double)(t->steps + 1));"]
    lines += ["for (long i = from; i < to; i++) {",
              "    double g = decay == 0.0 ? t->g[i] : t->g[i] + decay * w[i];     /* g + decay·w */"]
    lines += step.strip("\n").split("\n") + ["}"]
    row = ", long row" if "row" in step else ""
    return _function(f"/* The step of {type(optimizer).__name__}, for some of the parameters: v is "
                     f"{', u is '.join(states)}. */\nstatic void step(struct task *t, long from, long to{row})", lines)


def _lay_across(network, place):
    lines = []
    for i in place.weights:
        layer = network.layers[i]
        lines.append(f"lay_across({layer.in_features}, {layer.out_features}, part_of({layer.out_features}, part, parts)"
                     f", part_of({layer.out_features}, part + 1, parts), t->w + {place.weights[i]}, "
                     f"t->across + {place.across[i]});")
    return ("/* Before the first batch, and whenever the weights were changed elsewhere. */\n"
            + _function("void begin(struct task *t, long long part, long long parts)", lines))


def _slopes(network, place, optimizer):
    """∂C/∂w of a part of each Linear's neurons, and their step at the end of the batch."""
    lines = []

    def row(width):
        return f", {width}" if "row" in STEPS[type(optimizer)][2] else ""

    for i in reversed(list(place.weights)):
        layer, w, b = network.layers[i], place.weights[i], place.biases[i]
        fan_in, out = layer.in_features, layer.out_features
        lines += [f"/* layers[{i}] = {layer!r}: ∂C/∂w_jk = Σ δ_j·a_k, ∂C/∂b_j = Σ δ_j */",
                  f"first = part_of({out}, part, parts), end = part_of({out}, part + 1, parts);",
                  f"weight_slopes(t->count, {fan_in}, {out}, first, end,",
                  f"              {'inputs(t, 0)' if i == 0 else _at(place, i)}, t->work + t->room * "
                  f"{place.slopes[i + 1]}, (int)t->fresh, t->g + {w}, {'0' if b is None else f't->g + {b}'});",
                  "if (t->last) {", f"    step(t, {w} + first * {fan_in}, {w} + end * {fan_in}{row(fan_in)});"]
        lines += [] if b is None else [f"    step(t, {b} + first, {b} + end{row(1)});"]
        lines += [f"    lay_across({fan_in}, {out}, first, end, t->w + {w}, t->across + {place.across[i]});", "}"]
    return ("/* The slopes of a part of the neurons, and the step after a batch's last samples. Needs all δ first. */\n"
            + _function("void slopes_and_step(struct task *t, long long part, long long parts)",
                        ["long first, end;"] + lines))


def _at(place, i):
    return f"t->work + t->room * {place.work[i]}"
