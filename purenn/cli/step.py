"""``step``: walk through one training step of one sample, line by line, forward and back."""
import sys
from typing import List

from ..linalg import PurennError
from ..show import stepper
from ..show.terminal import Terminal
from ..study.recording import record
from .examples import ALL, add_sample_option, add_training_options, run_after
from .parser import Parser, task_name, whole

DESCRIPTION = ("Walk through one training step of one sample, line by line of the core's own source, forward and back. "
               "In a terminal ? lists the keys; elsewhere the whole step is printed.")


def run(arguments: List[str]) -> int:
    """Record one step and walk through it, or print it; return the exit code."""
    name = task_name("step", DESCRIPTION, list(ALL), arguments)
    if name is None:
        return 0
    command = f"step {name}"
    options = _parser(command, name).parse_args(arguments[1:])
    shown = [f"--{word}" for word in ("at", "all", "predict") if word in options.given]
    if len(shown) > 1:
        raise PurennError(f"{command}: found {shown[0]} with {shown[1]}; give one of them")
    made = run_after(command, options, options.after)
    data = made.problem.train
    recording = record(made.network, made.loss, made.optimizer, data.inputs[options.sample],
                       data.targets[options.sample], options.sample)
    terminal = Terminal()
    if options.at is not None:
        if options.at >= len(recording):
            raise PurennError(f"{command}: --at: found {options.at}; it must be a whole number from 0 to "
                              f"{len(recording) - 1}")
        stepper.print_state(terminal, recording, options.at)
    elif not options.all and terminal.is_terminal and sys.stdin is not None and sys.stdin.isatty():
        stepper.walk(terminal, recording, options.predict)
    elif options.predict:
        stepper.ask_all(terminal, recording, iter(sys.stdin or ()))
    else:
        stepper.print_all(terminal, recording)
    return 0


def _parser(command: str, name: str) -> Parser:
    parser = Parser(command, description=DESCRIPTION)
    group = parser.add_argument_group("the step")
    add_sample_option(group, name)
    group.add_argument("--after", metavar="N", type=whole(0), default=0, help="train N epochs first (default: 0)")
    group.add_argument("--at", metavar="N", type=whole(0), help="print the screen of event N, counted from 0")
    group.add_argument("--all", action="store_true", help="print all events, each in a few lines")
    group.add_argument("--predict", action="store_true",
                       help="ask for each result before it is shown, to 1%%; count the right answers")
    add_training_options(parser, name)
    return parser
