"""Timing contenders side by side: in turns, so that a busy moment slows all of them, and medians of several turns."""
import gc
import json
import signal
import subprocess
import sys
import time

from purenn.linalg import PurennError

from . import contenders

# A contender whose step takes longer than this has one turn only, in seconds.
SLOW = 5.0


class Here:
    """A contender in this interpreter."""

    def __init__(self, contender: str, task: str):
        self.step = contenders.start(contender, task)
        self.share = getattr(self.step, "share", 1.0)           # of a batch that a step goes through, or so many

    def seconds(self, count: int) -> float:
        """How long as many batches take as ``count`` steps would, with one batch a step."""
        step = self.step
        gc.collect()
        start = time.perf_counter()
        for _ in range(count):
            step()
        return (time.perf_counter() - start) / self.share

    def close(self):
        self.step = None


class Elsewhere:
    """A contender in another interpreter: a process that is told how many steps to do and says how long they took."""

    def __init__(self, python: str, contender: str, task: str):
        self.process = subprocess.Popen([python, "-m", "benchmarks.race", contender, task], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, encoding="utf-8")

    def seconds(self, count: int) -> float:
        """How long ``count`` steps take there."""
        self.process.stdin.write("%d\n" % count)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise PurennError("the other interpreter has ended in the middle")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def race(runners: dict, turn: float, turns: int, warm_up: dict) -> dict:
    """For each name the seconds a step takes, one figure a turn.

    Each runner does as many steps in a turn as fit into ``turn`` seconds, after ``warm_up[name]`` seconds of
    steps that do not count.
    """
    counts, taken = {}, {name: [] for name in runners}
    for name, runner in runners.items():
        counts[name] = _steps_in(runner, turn / max(1.0, getattr(runner, "share", 1.0)), warm_up[name])
    for _ in range(turns):
        for name, runner in runners.items():
            if counts[name] == 1 and taken[name] and taken[name][0] > SLOW:
                continue
            taken[name].append(runner.seconds(counts[name]) / counts[name])
    return taken


def _steps_in(runner, turn, warm_up):
    """How many steps fit into a turn, found after the warm-up."""
    spent = last = runner.seconds(1)
    count = 1
    while spent < warm_up or (last < turn / 4 and spent < 10 * turn):
        count = count if last > turn / 2 else 2 * count
        last = runner.seconds(count)
        spent += last
    return max(1, round(count * turn / last))


def _answer(contender, task):
    signal.signal(signal.SIGINT, signal.SIG_IGN)            # Ctrl-C is for the one that asks
    here = Here(contender, task)
    for line in sys.stdin:
        print(json.dumps(here.seconds(int(line))), flush=True)


if __name__ == "__main__":
    _answer(*sys.argv[1:])
