"""Many runs, on one process or several."""
import json
import multiprocessing
import os
import signal
import subprocess
import sys

import pytest

from purenn import PurennError
from purenn.commands.runs import MOST_PREDICTIONS, Incomplete, Interrupted, Job, curve, run_job, run_jobs

from .helpers import ROOT, cli

# Of unequal length, the longest first, one of them diverging.
JOBS = [Job("xor", ["--epochs", "600"]), Job("linear", ["--epochs", "30", "--seed", "2"]),
        Job("xor", ["--epochs", "200", "--shuffle", "--batch-size", "5", "--seed", "3"]),
        Job("xor", ["--lr", "10", "--activation", "identity", "--output-activation", "identity", "--epochs", "500"]),
        Job("gate", ["--epochs", "50", "--hidden", "2"])]


def figures(results):
    """The results without the seconds."""
    return [result._replace(seconds=None) for result in results]


@pytest.fixture(scope="module")
def alone():
    """What the jobs come to, one after the other."""
    return figures(run_jobs(JOBS, 1))


@pytest.mark.parametrize("task, arguments", [
    ("xor", ["--epochs", "40", "--seed", "3", "--shuffle", "--batch-size", "5", "--hidden", "3", "2"]),
    ("xor", ["--optimizer", "adam", "--lr", "0.1"]),
    ("linear", ["--points", "30", "--epochs", "20"]),
    ("gate", ["--epochs", "60", "--momentum", "0.9"]),
])
def test_a_run_comes_to_what_the_task_itself_comes_to(task, arguments):
    result, shown = run_job(Job(task, arguments)), json.loads(cli(task, *arguments, "--json").stdout)
    assert (result.epochs, result.loss, result.accuracy) == (shown["epochs"], shown["loss"], shown["accuracy"])
    assert (result.test_loss, result.test_accuracy) == (shown.get("test_loss"), shown.get("test_accuracy"))
    assert [output for _, _, output in result.predictions] == [row["output"] for row in shown["predictions"]]
    assert result.solved == (shown["stopped"] == "target" if task != "gate" else shown["learned"])


def test_the_results_are_the_same_with_any_number_of_workers_and_in_the_order_of_the_jobs(alone):
    assert [result.epochs for result in alone[:3]] == [600, 30, 200]
    assert figures(run_jobs(JOBS, 2)) == figures(run_jobs(JOBS, 4)) == figures(run_jobs(JOBS)) == alone
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_can_be_started_in_any_way(method):
    code = ("import multiprocessing\nfrom purenn.commands import main\nif __name__ == '__main__':\n"
            "    multiprocessing.set_start_method(%r)\n    main('compare gate --vary lr=1,2 --seeds 1 --epochs 9 "
            "--workers 2 --json'.split())" % method)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=60)
    assert done.stderr == ""
    assert json.loads(done.stdout)["done"] == 2


def test_a_run_that_diverges_is_a_result():
    result = run_job(JOBS[3])
    assert result.diverged and not result.solved and result.needed is None
    assert result.loss == float("inf") and result.accuracy is None and result.predictions == []
    assert 0 < result.epochs < 500 and result.losses[-1][0] == result.epochs


def test_a_loss_below_the_target_solves_and_says_after_how_many_epochs():
    result = run_job(Job("xor", ["--optimizer", "adam", "--lr", "0.1"]))
    assert result.solved and result.loss < 0.005 and result.needed == result.epochs < 1000
    result = run_job(Job("xor", ["--epochs", "10"]))
    assert not result.solved and result.needed is None and result.epochs == 10


def test_a_loss_below_the_target_on_the_way_alone_does_not_solve():
    result = run_job(Job("xor", ["--lr", "20", "--epochs", "12", "--target-loss", "0.256"]))
    assert min(loss for _, loss in result.losses) < 0.256 < result.loss
    assert (result.solved, result.needed, result.epochs) == (False, None, 12)


def test_without_a_target_what_counts_is_that_every_point_is_right_and_stays_so():
    result = run_job(Job("gate", ["--lr", "0.5", "--momentum", "0.9", "--epochs", "150"]))
    assert result.solved and result.epochs == 150 and result.loss > 0.005
    assert result.needed == max(epoch for epoch, accuracy in result.accuracies if accuracy < 1.0)
    assert not run_job(Job("gate", ["--epochs", "5"])).solved


def test_a_curve_has_at_most_200_epochs_with_the_first_and_the_last():
    result = run_job(Job("xor", ["--epochs", "1234"]))
    epochs = [epoch for epoch, _ in result.losses]
    assert len(epochs) == 200 and (epochs[0], epochs[-1]) == (1, 1234)
    assert max(b - a for a, b in zip(epochs, epochs[1:])) <= 7
    assert [epoch for epoch, _ in result.accuracies] == epochs
    assert curve([]) == [] and curve([0.5]) == [(1, 0.5)] and curve([3, 2]) == [(1, 3), (2, 2)]
    short = run_job(Job("xor", ["--epochs", "3"]))
    assert dict(short.losses).keys() == {1, 2, 3} and len(short.predictions) == 21 <= MOST_PREDICTIONS


@pytest.mark.parametrize("job, named", [
    (Job("letter", []), "there is no task 'letter'; it must be one of xor, linear, gate"),
    (Job("xor", ["--lr", "x"]), "xor: --lr: found 'x'"),
    (Job("xor", ["--engine", "processes"]), "--engine: found processes"),
    (Job("xor", ["--hidden", "none", "4"]), "--hidden: found none beside other sizes"),
])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_cannot_be_run_is_said_and_leaves_no_process(job, named, workers):
    with pytest.raises(PurennError) as raised:
        run_jobs([JOBS[1], job, JOBS[1]], workers)
    assert named in str(raised.value)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_what_is_complete_and_no_process(workers, alone):
    def tell(done, total):
        assert total == 5
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Interrupted) as raised:
        run_jobs(JOBS, workers, tell)
    complete = [i for i, result in enumerate(raised.value.results) if result is not None]
    assert len(complete) == 2
    assert figures(raised.value.results[i] for i in complete) == [alone[i] for i in complete]
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_is_said_with_its_run_and_leaves_no_process():
    long = Job("xor", ["--epochs", "100000000", "--target-loss", "1e-12"])

    def tell(done, total):
        for process in multiprocessing.active_children():
            os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(Incomplete, match="a worker has died .exit code -9. during the run xor --epochs 1000") as raised:
        run_jobs([long, JOBS[1]], 2, tell)
    assert [result is None for result in raised.value.results] == [True, False]
    assert multiprocessing.active_children() == []
