"""``explain``: one training step of one sample, with the numbers put in."""
import argparse
from typing import Any, Dict, List, Sequence, Tuple, Union

from ..show import explanation
from ..show.terminal import Terminal, wait_for_enter
from ..study import mazur, worksheet
from ..study.examples import ALL, EXAMPLES
from ..study.explain import explain
from ..study.formulas import PARTS, select
from .options import add_sample_option, add_step_options, run_of_sample
from .parser import Parser, neuron, one_of, task_name, whole

DESCRIPTION = ("Show one training step on a batch of one sample. For each quantity: its formula in symbols and "
               "with numbers, its result, and the line at which a debugger can stop.")
FIXED = ("the numbers of mazur are those of Matt Mazur's article; only those of xor, linear, gate and softmax depend "
         "on the seed")
HINT = "; --only {}.J shows those of neuron J"


def run(arguments: List[str]) -> int:
    """Explain one step; return the exit code."""
    name = task_name("explain", DESCRIPTION, list(ALL), arguments)
    if name is None:
        return 0
    options = _parser(name).parse_args(arguments[1:])
    made = run_of_sample(name, options, options.step)
    usual, network, data = ALL[name].settings, made.network, made.problem.train
    x, y = data.inputs[options.sample], data.targets[options.sample]
    known = worksheet.known(network, made.optimizer, x, y)
    sections = explain(network, made.loss, made.optimizer, x, y)
    chosen = select(sections, options.only, len(network.layers) - 1)
    wrong = explanation.disagreements(chosen)
    if options.blank or options.answers:
        chosen = worksheet.sheet(sections, chosen, known, open_=options.blank)
    published = (name, options.step, made.settings._replace(epochs=usual.epochs)) == ("mazur", 0, usual)
    first_lines = [f"explain {name}: {explanation.about_step(made, options.sample, options.step, options.seed)}",
                   explanation.about_sample(ALL[name].sample, options.sample, made)]
    slip = mazur.SLIP if published and not (options.only or options.blank) else ()
    _show(first_lines, chosen, options, mazur.PUBLISHED if published else {}, [*slip, *wrong])
    return 1 if wrong else 0


def _parser(name: str) -> Parser:
    parser = Parser(f"explain {name}", description=DESCRIPTION)
    group = parser.add_argument_group("the explanation")
    add_sample_option(group, ALL[name])
    group.add_argument("--step", metavar="N", type=whole(0), default=0, help="train N epochs first (default: 0)")
    group.add_argument("--only", metavar="PART", type=part,
                       help=f"{', '.join(PARTS)}, or LAYER.NEURON, such as 0.1: neuron 1 of network.layers[0]")
    group.add_argument("--digits", metavar="N", type=whole(1, 17), default=explanation.DIGITS,
                       help="significant digits of each number, from 1 to 17; 17 shows all (default: %(default)s)")
    group.add_argument("--format", metavar="NAME", type=one_of(["text", "markdown", "latex"]), default="text",
                       help="text, markdown, latex (default: %(default)s)")
    group.add_argument("--pause", action="store_true", help="wait for Enter after each quantity")
    sheets = group.add_mutually_exclusive_group()
    sheets.add_argument("--blank", action="store_true", help="print a worksheet: each result is left open")
    sheets.add_argument("--answers", action="store_true", help="print the answers to that worksheet")
    if name in EXAMPLES:
        free = name == "softmax"
        group.add_argument("--seed", metavar="N", type=whole(0) if free else _fixed, default=1 if free else None,
                           help="seed of the weights (default: %(default)s)" if free else "refused: " + FIXED)
    add_step_options(parser, ALL[name])
    return parser


def _fixed(text: str) -> int:
    raise argparse.ArgumentTypeError(FIXED)


def part(text: str) -> Union[str, Tuple[int, ...]]:
    """An option type: a part of the step, or a pair (layer, neuron)."""
    return text.lower() if text.lower() in PARTS else neuron(text, f"{', '.join(PARTS)}, or ")


def _show(first_lines: List[str], sections: List[Any], options: Any, published: Dict[Any, str],
          last_lines: Sequence[str]) -> None:
    terminal, layout = Terminal(), options.format
    terminal.lines(explanation.opening(first_lines, layout))
    notes = {} if options.blank else {key: "published: " + text for key, text in published.items()}
    everything = options.blank or options.answers or isinstance(options.only, tuple)
    for block in explanation.blocks(sections, layout, notes, everything, HINT, options.digits):
        terminal.lines(block)
        if options.pause:
            wait_for_enter(terminal)
    terminal.lines(explanation.closing(last_lines, layout))
