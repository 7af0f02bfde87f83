"""Many runs of the tasks, shared out over processes: what commands that compare runs are made of.

A Job is what a user would type, such as ``xor`` with ``--lr 0.5 --seed 3``, and its options mean what they mean
there; only the engine is ``auto`` unless another is asked for. A Result is plain numbers and lists. Each run has a
generator of its own, from its own seed, so the results do not depend on the number of workers or on their order.
"""
import math
import os
import signal
import time
from collections import namedtuple

from ..linalg import PurennError
from ..training import DivergedError
from . import gate, linear, xor
from .settings import set_up
from .task import epochs_of, measured, parse

TASKS = {"xor": xor.TASK, "linear": linear.TASK, "gate": gate.TASK}

# The name of a task, and the list of its command line's arguments, texts.
Job = namedtuple("Job", ("task", "arguments"))

# What came of a run. ``solved``: the loss at the end is below the target loss or, where there is none, every point is
# right. ``needed``: the epochs until then, None where it is not solved. ``epochs``: those that were done. Loss and
# accuracies (shares from 0 to 1) are those after the last step; those of the test data are None without any. Where
# training ``diverged`` the loss is infinite and the accuracies are None. ``losses`` and ``accuracies`` are curves,
# lists of (epoch, value), of at most CURVE epochs; ``rises`` is the sum of all rises of the loss from an epoch to the
# next, of all epochs; ``predictions`` are (input, target, output) of the data that were
# tested on, an empty list where there are more than MOST_PREDICTIONS.
Result = namedtuple("Result", ("solved", "needed", "epochs", "loss", "accuracy", "test_loss", "test_accuracy",
                               "diverged", "seconds", "losses", "accuracies", "predictions", "rises"))

CURVE = 200
MOST_PREDICTIONS = 100


class Incomplete(PurennError):
    """A worker died, or a run could not be done: ``results`` has None for each that is not complete."""

    def __init__(self, error, results: list):
        PurennError.__init__(self, str(error))
        self.results = results


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the middle of the runs: ``results`` has None for each that is not complete."""

    def __init__(self, results: list):
        KeyboardInterrupt.__init__(self, "interrupted")
        self.results = results


def prepare(job: Job):
    """What a job's run is made of, a Setup; raises PurennError where the job is not one that can be run."""
    if job.task not in TASKS:
        raise PurennError("there is no task %r; it must be one of %s" % (job.task, ", ".join(TASKS)))
    task = TASKS[job.task]
    options = parse(task, ["--engine", "auto"] + list(job.arguments))
    if options.engine == "processes":
        raise PurennError("--engine: found processes, but it is the runs that are shared out over processes here; "
                          "choose another, or auto")
    return set_up(task, options)


def run_job(job: Job) -> Result:
    """Run a job, quietly; training that diverges is a result, too. Raises PurennError as ``prepare`` does."""
    setup = prepare(job)
    data, target = setup.data, setup.settings["target_loss"]
    epochs = []
    start = time.perf_counter()
    try:
        for epoch, _ in epochs_of(setup):
            epochs.append((epoch.loss, epoch.accuracy))
        seconds = time.perf_counter() - start
        final, accuracy, outputs = measured(setup, data, len(epochs))
        test_loss, test_accuracy, test_outputs = measured(setup, setup.test, len(epochs))
        diverged = False
    except DivergedError:
        seconds = time.perf_counter() - start
        final, accuracy, test_loss, test_accuracy, outputs, test_outputs = math.inf, None, None, None, [], []
        diverged = True
    losses, accuracies = [pair[0] for pair in epochs], [pair[1] for pair in epochs]
    solved = not diverged and (accuracy == 1.0 if target is None else final < target)
    tested, outputs = (setup.test, test_outputs) if setup.test else (data, outputs)
    predictions = list(zip(tested.inputs, tested.targets, outputs)) if len(outputs) <= MOST_PREDICTIONS else []
    return Result(solved, _needed(accuracies, target) if solved else None, len(epochs), final, accuracy, test_loss,
                  test_accuracy, diverged, seconds, curve(losses), curve(accuracies), predictions, _rises(losses))


def _needed(accuracies, target):
    """The epochs that a solved run needed: all, or, without a target, as many as until every point stayed right."""
    needed = len(accuracies)
    while target is None and needed > 1 and accuracies[needed - 1] == 1.0:
        needed -= 1
    return needed


def _rises(losses):
    """Σ max(0, C_{t+1} − C_t) over the epochs."""
    return math.fsum(max(0.0, after - before) for before, after in zip(losses, losses[1:]))


def curve(values: list, most: int = CURVE) -> list:
    """The epochs' values as (epoch, value), at most so many, evenly spread, the first and the last among them.

    >>> curve([0.9, 0.8, 0.7, 0.6, 0.5], most=3)
    [(1, 0.9), (3, 0.7), (5, 0.5)]
    """
    last = len(values) - 1
    steps = min(last, most - 1)
    chosen = [i * last // max(1, steps) for i in range(steps + 1)]
    return [(i + 1, values[i]) for i in chosen]


def run_jobs(jobs: list, workers=None, tell=None) -> list:
    """Run the jobs on so many processes, by default one for each core; return the Results in the jobs' order.

    ``tell(done, total)`` is called after each. One worker is this process. Ctrl-C raises Interrupted, which has the
    results so far; where a job cannot be run or a worker dies, Incomplete has them. No process is left behind.
    """
    results: list = [None] * len(jobs)
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    running = _shared_out(jobs, workers) if workers > 1 else _alone(jobs)
    try:
        for done, (index, result) in enumerate(running, 1):
            results[index] = result
            if tell:
                tell(done, len(jobs))
    except KeyboardInterrupt:
        raise Interrupted(results) from None
    except PurennError as error:
        raise Incomplete(error, results) from None
    finally:
        running.close()
    return results


def _alone(jobs):
    """Yield each job's index and Result, all from this process."""
    for index, job in enumerate(jobs):
        yield index, run_job(job)


def _shared_out(jobs, workers):
    """Yield each job's index and Result as they come in; whoever is done gets the next."""
    from multiprocessing.connection import wait
    members: list = []                              # (process, connection) of each worker
    busy: dict = {}                                 # from a connection to its process and the index of its job
    waiting = list(reversed(range(len(jobs))))
    try:
        _start(workers, members)
        for process, connection in members:
            _ask(process, connection, jobs, waiting.pop(), busy)
        while busy:
            for connection in wait(list(busy)):
                process, index = busy.pop(connection)
                result = _answer(process, connection, jobs[index])
                if waiting:
                    _ask(process, connection, jobs, waiting.pop(), busy)
                yield index, result
    finally:
        for process, connection in members:
            connection.close()
            process.terminate()
        for process, _ in members:
            process.join()


def _start(workers, members):
    """Start the workers, to whom a Ctrl-C says nothing; one that comes meanwhile is kept until they have started."""
    import multiprocessing
    blocks = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if blocks else None
    try:
        for _ in range(workers):
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            members.append((process, ours))
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ask(process, connection, jobs, index, busy):
    try:
        connection.send(jobs[index])
    except OSError:
        raise _died(process, jobs[index]) from None
    busy[connection] = process, index


def _answer(process, connection, job):
    try:
        result, wrong = connection.recv()
    except (EOFError, OSError):
        raise _died(process, job) from None
    if wrong:
        raise PurennError("the run %s: %s" % (text(job), wrong))
    return result


def _died(process, job):
    process.join(1.0)
    return PurennError("a worker has died (exit code %s) during the run %s; the others have been ended: try again, or "
                       "with fewer --workers" % (process.exitcode, text(job)))


def text(job: Job) -> str:
    """A job as it would be typed.

    >>> text(Job("xor", ["--lr", "0.5"]))
    'xor --lr 0.5'
    """
    return " ".join([job.task] + list(job.arguments))


def _work(connection):
    """What a worker does: run the jobs that it is sent, until there are no more."""
    import threading

    from ..engines.processes import end_with_parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)                # Ctrl-C is the parent's to handle
    threading.Thread(target=end_with_parent, daemon=True).start()
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        result = wrong = None
        try:
            result = run_job(job)
        except PurennError as error:
            wrong = str(error)
        except Exception as error:
            wrong = "%s: %s" % (type(error).__name__, error)
        try:
            connection.send((result, wrong))
        except OSError:                                         # nobody is there to take it
            return
