"""Many runs at once, divided among processes.

Each run has a generator of its own, from the seed of its settings, so the results do not depend on the number of
workers, or on the order in which the runs are done.
"""
import os
import sys
from functools import partial
from math import fsum
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Union

from .. import engines
from ..engines.work import work_of
from ..linalg import PurennError
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS
from ..training import Dataset, DivergedError
from .problems import Problem
from .result import Result
from .run import Run
from .settings import Settings

# A Run of this Problem shows what is to be compiled; it is not trained.
UNTRAINED = Problem("", Dataset([], []))

Summarize = Optional[Callable[[Result], Any]]


class Job(NamedTuple):
    """A run to be done: Settings, and a Problem or a function that draws one with a random generator.

    ``label`` is what it is called in messages. ``variant`` is a function that changes the Run before it begins,
    for example its optimizer; a worker must be able to import this function.
    """

    problem: Union[Problem, Callable[[Any], Problem]]
    settings: Settings
    label: str = "of these settings"
    variant: Optional[Callable[[Run], None]] = None


class Incomplete(PurennError):
    """A worker died, or a run could not be done: ``results`` has None for each that is not complete."""

    def __init__(self, error: object, results: List[Any]):
        PurennError.__init__(self, str(error))
        self.results = results


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the middle of the runs: ``results`` has None for each that is not complete."""

    def __init__(self, results: List[Any]):
        KeyboardInterrupt.__init__(self, "interrupted")
        self.results = results


def run_job(job: Job) -> Result:
    """Do a run without output. A training that diverges has a Result, too: its loss is infinite."""
    run = Run(job.problem, job.settings)
    if job.variant:
        run.vary(job.variant)
    try:
        return run.result()
    except DivergedError:
        return run.result()
    finally:
        run.close()


def run_all(jobs: Sequence[Job], workers: Optional[int] = None, tell: Optional[Callable[[int, int], None]] = None,
            summarize: Summarize = None) -> List[Any]:
    """Do the runs with ``workers`` processes, by default one for each core; return their Results in the jobs' order.

    ``summarize``, if given, returns what to keep of each Result; it is called in the worker. ``tell(done, total)`` is
    called after each run. If there is one worker, it is this process. Ctrl-C raises Interrupted, which has the results
    so far. If a run cannot be done or a worker dies, Incomplete is raised, which has them, too. No process is left
    running. If there are several runs, those whose Settings have ``workers`` None use one process each. Raises
    PurennError if the runs are divided among workers and a run asks for several processes or the engine ``processes``.
    """
    if workers is not None and not (type(workers) is int and workers >= 1):
        raise PurennError(f"run_all: workers is {workers!r}; it must be 1 or more, or None for one on each core")
    for job in [job for job in jobs if not isinstance(job, Job)]:
        raise PurennError(f"run_all: found a {type(job).__name__}; give Jobs, as in Job(problem, settings)")
    results: List[Any] = [None] * len(jobs)
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    if workers > 1:
        from ..engines.workers import may_start, shared_out
        workers = workers if may_start() else 1
    if len(jobs) > 1:
        jobs = [_on_one_process(job, workers) for job in jobs]
        compile_alike(jobs)
    running: Any = ((index, _done(job, summarize)) for index, job in enumerate(jobs))
    if workers > 1:
        running = shared_out(workers, partial(_done, summarize=summarize), jobs, [_named(job) for job in jobs])
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


def compile_alike(jobs: Sequence[Job], tell: Optional[Callable[[int, int], None]] = None) -> None:
    """Compile what several runs have in common, if that saves time: forked workers then find it compiled.

    ``tell(done, total)`` is called after each group of like runs.
    """
    alike: Dict[Any, List[Job]] = {}
    for job in jobs:
        settings = job.settings._replace(seed=1, init="uniform", lr=1.0, epochs=1, patience=0)
        if settings.engine == "auto" and settings.optimizer in OPTIMIZERS and settings.loss in LOSSES:
            alike.setdefault((settings, job.variant), []).append(job)
    if not alike or sys.platform == "emscripten":              # which has neither threads nor a compiler
        return
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(os.cpu_count()) as threads:         # the compiler is another process
        for done, _ in enumerate(threads.map(_compile, alike.values()), 1):
            if tell:
                tell(done, len(alike))


def _compile(jobs: Sequence[Job]) -> None:
    """Compile what all these runs need, if that saves time for all of them together."""
    run = Run(UNTRAINED, jobs[0].settings._replace(engine="loops", patience=0))
    if jobs[0].variant:
        jobs[0].variant(run)
    samples = [len(job.problem.train.inputs) if isinstance(job.problem, Problem) else 20 for job in jobs]
    work = [work_of(job.settings, count, run.loss, run.optimizer) for job, count in zip(jobs, samples)]
    engines.make("auto", run.network, work[0]._replace(samples=fsum(each.samples for each in work)))


def _on_one_process(job: Job, workers: int) -> Job:
    """The job, with one process if it does not say how many; refused if it asks for several inside a worker."""
    settings = job.settings
    if workers > 1 and (settings.engine == "processes" or (settings.workers or 1) > 1):
        raise PurennError(f"{_named(job)}: it divides its batches among processes, and the runs are divided among "
                          f"{workers} workers; set another engine and workers=1 for it, or do all runs with 1 worker")
    return job._replace(settings=settings._replace(workers=settings.workers or 1))


def _done(job: Job, summarize: Summarize) -> Any:
    result = run_job(job)
    return summarize(result) if summarize else result


def _named(job: Job) -> str:
    return f"the run {job.label}, seed {job.settings.seed}"
