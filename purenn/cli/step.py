"""``step``: walk through one training step of one sample, line by line, forward and back."""
import sys
from typing import List

from ..data.sources import ChoiceError
from ..show import stepper
from ..show.terminal import Terminal
from ..study.examples import ALL
from ..study.recording import record
from .options import add_sample_option, add_step_options, named_as_options, run_of_sample
from .parser import Parser, task_name, whole

DESCRIPTION = ("Walk through one training step of one sample, line by line in the core's own source. You can also go "
               "back. In a terminal, press ? for the keys; elsewhere the whole step is printed.")


def run(arguments: List[str]) -> int:
    """Record one step and walk through it, or print it; return the exit code."""
    name = task_name("step", DESCRIPTION, list(ALL), arguments)
    if name is None:
        return 0
    options = _parser(name).parse_args(arguments[1:])
    made = run_of_sample(name, options, options.after)
    data = made.problem.train
    recording = record(made.network, made.loss, made.optimizer, data.inputs[options.sample],
                       data.targets[options.sample], options.sample)
    terminal, start = Terminal(), options.at or 0
    with named_as_options():
        if start >= len(recording):
            raise ChoiceError("at", f"found {start}; it must be a whole number from 0 to {len(recording) - 1}")
    if options.find is not None:
        stepper.print_changes(terminal, recording, options.find)
    elif options.at is not None and not options.predict:
        stepper.print_state(terminal, recording, start)
    elif not options.all and terminal.is_terminal and sys.stdin is not None and sys.stdin.isatty():
        stepper.walk(terminal, recording, options.predict, start)
    elif options.predict:
        stepper.ask_all(terminal, recording, iter(sys.stdin or ()), start)
    else:
        stepper.print_all(terminal, recording)
    return 0


def _parser(name: str) -> Parser:
    parser = Parser(f"step {name}", description=DESCRIPTION)
    group = parser.add_argument_group("the step")
    add_sample_option(group, ALL[name])
    group.add_argument("--after", metavar="N", type=whole(0), default=0, help="train N epochs first (default: 0)")
    group.add_argument("--at", metavar="N", type=whole(0),
                       help="print the screen of event N (a line, call or return); with --predict, begin at event N")
    group.add_argument("--find", metavar="NAME",
                       help="print the lines that set a quantity, such as 2.weight_grad[1][0] or, for short, g2_10")
    group.add_argument("--all", action="store_true", help="print all events, each in a few lines")
    group.add_argument("--predict", action="store_true",
                       help="ask for each result before it is shown, and count the right answers; an answer within "
                       "1%% is right")
    add_step_options(parser, ALL[name])
    return parser
