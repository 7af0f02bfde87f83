"""``unroll``: a network as arithmetic, the source that the unrolled engine runs."""
from typing import Any, List

from ..engines.program import program_source
from ..engines.source import standalone_source
from ..engines.unrolled import check_size
from ..runs import problems
from ..runs.defaults import POINT_TASKS, TASKS
from ..runs.run import Run
from ..show.terminal import Terminal
from .options import add_point_options, points_of, settings_of
from .parser import MOST_EPOCHS, Parser, task_name, whole

DESCRIPTION = "Print the source that the unrolled engine compiles: the whole network as arithmetic, line by line."

EPOCHS = 5000


def run(arguments: List[str]) -> int:
    """Print the source; return the exit code."""
    import random
    name = task_name("unroll", DESCRIPTION, POINT_TASKS, arguments)
    if name is None:
        return 0
    task = TASKS[name]
    parser = Parser(f"unroll {name}", description=DESCRIPTION)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--standalone", action="store_true",
                       help="train, and print a program that has the weights in it and needs nothing but Python")
    either.add_argument("--torch", action="store_true", help="print the training as a PyTorch program, with the same "
                       "data and the same weights at the start")
    either.add_argument("--c", action="store_true", help="print the C code of the compiled engine")
    parser.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS),
                        help=f"with --standalone or --torch: how many epochs to train (default: {EPOCHS})")
    add_point_options(parser, task, engine="auto", epochs=False)
    options = parser.parse_args(arguments[1:])
    rng = random.Random(options.seed)
    problem = problems.make(points_of(options, task), rng)
    settings = settings_of(options, task, problem)._replace(epochs=options.epochs or EPOCHS, target_loss=None)
    made = Run(problem, settings if options.standalone else settings._replace(engine="loops"), rng)
    Terminal().lines(_source(made, options).rstrip("\n").split("\n"))
    return 0


def _source(run: Run, options: Any) -> str:
    if options.torch:
        from ..engines.pytorch import pytorch_source
        return str(pytorch_source(run.network, run.loss, run.optimizer, run.problem.train, run.settings.epochs,
                                  run.settings.batch_size))
    if options.c:
        from ..engines.c_source import c_source
        return str(c_source(run.network, run.loss, run.optimizer))
    check_size(run.network)
    if options.standalone:
        try:
            run.result()
        finally:
            run.close()
        return str(standalone_source(run.network))
    return program_source(run.network, run.loss, run.problem.train)
