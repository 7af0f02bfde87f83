"""``unroll``: a network as arithmetic, the source that the unrolled engine runs."""
from typing import Any, List

from ..engines.program import program_source
from ..engines.source import standalone_source
from ..engines.unrolled import check_size
from ..linalg import PurennError
from ..runs import problems
from ..runs.run import Run
from ..runs.tasks import POINT_TASKS, TASKS
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
    parser.add_argument("--standalone", action="store_true",
                        help="train, and print a program that has the weights in it and needs nothing but Python")
    parser.add_argument("--c", action="store_true", help="print the C that the engine compiled has the machine compile")
    parser.add_argument("--epochs", metavar="N", type=whole(1, MOST_EPOCHS),
                        help=f"with --standalone: how many epochs to train (default: {EPOCHS})")
    add_point_options(parser, task, engine="auto", epochs=False)
    options = parser.parse_args(arguments[1:])
    if options.c and options.standalone:
        raise PurennError("unroll: --c goes without --standalone, whose program is Python; leave one of the two out")
    for name in ("epochs", "lr", "optimizer", "momentum", "batch_size", "shuffle", "engine"):
        if name in options.given and not options.standalone and not (options.c and name == "optimizer"):
            option = "--" + name.replace("_", "-")
            raise PurennError(f"unroll: {option} goes with --standalone, which trains; add it, or leave {option} out")
    rng = random.Random(options.seed)
    problem = problems.make(points_of(options, task), rng)
    settings = settings_of(options, task, problem)._replace(epochs=options.epochs or EPOCHS, target_loss=None)
    made = Run(problem, settings if options.standalone else settings._replace(epochs=1), rng)
    for line in _source(made, options).rstrip("\n").split("\n"):
        Terminal().line(line)
    return 0


def _source(run: Run, options: Any) -> str:
    if options.c:
        from ..engines.c_source import c_source
        return c_source(run.network, run.loss, run.optimizer)
    check_size(run.network)
    if options.standalone:
        try:
            run.result()
        finally:
            run.close()
        return str(standalone_source(run.network))
    return program_source(run.network, run.loss, run.problem.train)
