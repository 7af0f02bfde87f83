"""``tape``: the cost of one sample as a graph, and its gradients by automatic differentiation."""
from typing import List

from ..linalg import PurennError
from ..show.tape import MOST, lines_of, svg
from ..show.terminal import Terminal
from ..study.examples import ALL, EXAMPLES
from ..study.graph import agree, compare
from ..study.nodes import around, nodes_of
from .options import (add_loss_option, add_network_options, add_points_option, add_sample_option, add_seed_option,
                      run_of_sample)
from .parser import Parser, file_name, neuron, task_name

DESCRIPTION = ("Show the cost of one sample as a graph, the gradients by automatic differentiation beside those of "
               "backpropagation, and which node belongs to which layer, neuron and formula.")


def run(arguments: List[str]) -> int:
    """Show the graph; return 0 if its gradients are those of backpropagation, otherwise 1."""
    name = task_name("tape", DESCRIPTION, list(ALL), arguments)
    if name is None:
        return 0
    parser, task = Parser(f"tape {name}", description=DESCRIPTION), ALL[name]
    group = parser.add_argument_group("the graph")
    add_sample_option(group, task)
    group.add_argument("--only", metavar="PLACE", type=neuron, help="the nodes around one neuron, LAYER.NEURON: 2.1 is "
                       "neuron 1 of network.layers[2]")
    group.add_argument("--svg", metavar="FILE.svg", type=file_name(".svg"), help="draw the graph into this file")
    if name not in EXAMPLES:
        add_network_options(parser, task)
        add_loss_option(group, task)
        add_points_option(group, task)
        add_seed_option(group)
    options = parser.parse_args(arguments[1:])
    made = run_of_sample(name, options)
    network, loss, data = made.network, made.loss, made.problem.train
    x, y = data.inputs[options.sample], data.targets[options.sample]
    graph, slopes = compare(network, loss, x, y)
    nodes = nodes_of(network, graph)
    count = len(around(nodes, options.only) if options.only else nodes)
    remedy = "make the layers narrower with --hidden"
    remedy += "" if options.only else ", or choose a neuron with --only LAYER.NEURON"
    if options.svg and count > MOST:
        raise PurennError(f"tape {name}: --svg: found {count} nodes; at most {MOST} can be drawn: {remedy}")
    if options.svg:
        from ..files.disk import write_text
        write_text(options.svg, svg(f"{name}, sample {options.sample}", network, nodes, options.only))
    terminal = Terminal()
    first_line = f"tape {name}: {network!r}, {loss!r}; sample {options.sample}: x = {x!r}, y = {y!r}"
    for line in [first_line, *lines_of(network, loss, nodes, slopes, options.only, remedy)]:
        terminal.line(line)
    return 0 if agree(slopes) else 1
