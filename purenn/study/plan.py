"""What is compared: a task with several settings, each with the same seeds, as a list of runs."""
import random
from functools import partial
from itertools import product
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from ..data.sources import ChoiceError
from ..runs import problems
from ..runs.defaults import Task, resolve
from ..runs.pool import Job, compile_alike
from ..runs.problems import Problem
from ..runs.result import settings_json
from ..runs.run import Run
from ..runs.settings import Settings
from .comparison import Summary, summarize


class Axis(NamedTuple):
    """What is varied: the name of the choice, its values as they were given, and what they mean."""

    name: str
    values: List[str]
    meanings: List[Any]


class Plan(NamedTuple):
    """What will be run.

    ``values`` and ``settings`` have an entry for each combination of the axes' values; ``plain`` has the settings as
    plain values, as ``settings_json`` makes them. ``jobs`` are every combination with the first seed, then every one
    with the next. ``problem`` is the last combination's Problem.
    """

    task: Task
    axes: List[Axis]
    values: List[Tuple[str, ...]]
    settings: List[Settings]
    plain: List[Dict[str, Any]]
    seeds: List[int]
    jobs: List[Job]
    problem: Problem


def plan_of(task: Task, axes: Sequence[Axis], source, choices: Dict[str, Any], seeds: Sequence[int]) -> Plan:
    """The Plan for every combination of the axes' values, with each of the seeds.

    ``source`` says where the data come from. ``choices`` are those that all runs share, as ``resolve`` takes them. The
    values of the axes replace those of ``source`` and ``choices``. Raises ChoiceError or PurennError, before anything
    is trained, if one of the combinations cannot be run. Similar runs share one compiled program, if that saves time.
    """
    values = list(product(*[axis.values for axis in axes]))
    jobs = []
    for texts, meanings in zip(values, product(*[axis.meanings for axis in axes])):
        varied = {axis.name.replace("-", "_"): meaning for axis, meaning in zip(axes, meanings)}
        jobs.append(_job(task, source, {**choices, **varied}, label(axes, texts)))
    every = [job._replace(settings=job.settings._replace(seed=seed)) for seed in seeds for job in jobs]
    compile_alike(every)
    plain = []
    for job in jobs:
        run = Run(job.problem, job.settings)                            # its errors come before anything is trained
        plain.append(settings_json(run.problem, run.settings, repr(run.engine)))
    return Plan(task, list(axes), values, [job.settings for job in jobs], plain, list(seeds), every, run.problem)


def _job(task: Task, source, choices: Dict[str, Any], name: str) -> Job:
    """The Job of one combination; choices that are fields of the source are put into the source."""
    if choices.get("engine") == "processes":
        raise ChoiceError("engine", "found 'processes', but here the runs are already divided among processes; choose "
                          "another engine, or 'auto'")
    source = source._replace(**{name: choices[name] for name in source._fields if name in choices})
    choices = {name: value for name, value in choices.items() if name not in source._fields}
    problem = partial(problems.make, source, loss=choices.get("loss"))
    return Job(problem, resolve(task, problem(random.Random(0)), **{**choices, "workers": 1}), name)


def label(axes: Sequence[Axis], values: Sequence[str]) -> str:
    """A combination in words, such as ``lr 0.5, hidden 4x4``."""
    return ", ".join(f"{axis.name} {value}" for axis, value in zip(axes, values))


def rows_of(plan: Plan, trials: List[Any]) -> List[Summary]:
    """The Summary of each combination; ``trials`` are those of the jobs, None for one that was not done."""
    count = len(plan.settings)
    return [summarize(label(plan.axes, values), trials[i::count]) for i, values in enumerate(plan.values)]
