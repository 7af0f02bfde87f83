"""purenn's engines, by the loop that everybody uses: ``train``."""
import math
import sys

from purenn import SGD, CrossEntropyLoss, MSELoss, train
from purenn.engines import make
from purenn.engines.auto import pick
from purenn.engines.compiled import Compiled
from purenn.engines.processes import Processes
from purenn.engines.work import Until

from .tasks import Task, network

FOREVER = 10 ** 9
AT_ONCE = 80


def _training(task, choose):
    net = network(task)
    loss = MSELoss() if task.kind == "tiny" else CrossEntropyLoss()
    optimizer = SGD(net.parameters(), lr=task.lr)
    engine = choose(net)
    if isinstance(engine, Compiled):
        engine.prepare(net, loss, optimizer)
    epochs = train(net, task.data, loss, optimizer, FOREVER, engine=engine)
    return lambda: next(epochs).loss


def loops(task: Task):
    return _training(task, lambda net: make("loops", net))


def unrolled(task: Task):
    return _training(task, lambda net: make("unrolled", net))


def matrix(task: Task):
    return _training(task, lambda net: make("matrix", net))


def processes(task: Task):
    """Two workers, each with the engine that ``auto`` picks."""
    return _training(task, lambda net: Processes(2, pick(net)))


def compiled(task: Task):
    """The C of the network, on one thread."""
    return _training(task, lambda net: Compiled(1))


def compiled_at_once(task: Task):
    """The same, AT_ONCE epochs in one call, as a Run does where nobody looks in between."""
    net = network(task)
    optimizer, engine = SGD(net.parameters(), lr=task.lr), Compiled(1)

    def step():
        (losses, _), = engine.epochs(net, MSELoss(), optimizer, task.data, None, Until(AT_ONCE, -math.inf))
        return losses[-1]
    step.share = AT_ONCE                                        # type: ignore[attr-defined]
    return step


def compiled_on_all(task: Task):
    """The same, on as many threads as there are cores."""
    return _training(task, lambda net: Compiled())


def auto(task: Task):
    return _training(task, pick)


def python() -> str:
    """This interpreter, as a name for a table: ``CPython 3.11.7``."""
    if sys.implementation.name == "pypy":
        return "PyPy %d.%d.%d" % sys.pypy_version_info[:3]          # type: ignore[attr-defined]
    return "%s %d.%d.%d" % (("CPython" if sys.implementation.name == "cpython" else sys.implementation.name,)
                            + sys.version_info[:3])
