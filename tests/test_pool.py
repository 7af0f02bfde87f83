"""Many runs, on one process or several, and what is kept of each: Job, run_all, Trial."""
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from functools import partial

import pytest

from purenn import PurennError
from purenn.data.sources import ImageSource
from purenn.runs import TASKS, Problem, Settings, problems
from purenn.runs.pool import Incomplete, Interrupted, Job, run_all, run_job
from purenn.study.comparison import MOST_PREDICTIONS, curve, trial

from .helpers import ROOT, cli, small_data

AUTO = Settings(engine="auto")
GATE = TASKS["gate"].settings._replace(engine="auto")


def xor(**choices):
    return Job(problems.xor, AUTO._replace(**choices), "xor")


def linear(points=100, **choices):
    return Job(partial(problems.linear, points=points), AUTO._replace(**choices), "linear")


def gate(**choices):
    return Job(problems.gate, GATE._replace(**choices), "gate")


# Of unequal length, the longest first, one of them diverging.
JOBS = [xor(epochs=1500), linear(epochs=30, seed=2), xor(epochs=200, shuffle=True, batch_size=5, seed=3),
        xor(lr=10.0, activation="identity", output_activation="identity", epochs=500),
        gate(epochs=50, sizes=(2, 2, 1))]


def figures(results):
    """The results, or what is kept of them, without the seconds."""
    return [result._replace(seconds=None) for result in results]


@pytest.mark.parametrize("job, arguments", [
    (xor(epochs=40, seed=3, shuffle=True, batch_size=5, sizes=(2, 3, 2, 1)),
     "--epochs 40 --seed 3 --shuffle --batch-size 5 --hidden 3 2"),
    (xor(optimizer="adam", lr=0.1), "--optimizer adam --lr 0.1"),
    (linear(points=30, epochs=20), "--points 30 --epochs 20"),
    (gate(epochs=60, momentum=0.9), "--epochs 60 --momentum 0.9"),
])
def test_a_run_comes_to_what_the_task_itself_comes_to(job, arguments):
    result, shown = trial(run_job(job)), json.loads(cli(job.label, *arguments.split(), "--json").stdout)
    assert (result.epochs, result.loss, result.accuracy) == (shown["epochs"], shown["loss"], shown["accuracy"])
    assert (result.test_loss, result.test_accuracy) == (shown.get("test_loss"), shown.get("test_accuracy"))
    assert [output for _, _, output in result.predictions] == [row["output"] for row in shown["predictions"]]
    assert result.solved == (shown["stopped"] == "target" if job.label != "gate" else shown["learned"])


@pytest.mark.parametrize("summarize", [pytest.param(None, marks=pytest.mark.slow), trial])
def test_the_results_are_the_same_with_any_number_of_workers_and_in_the_order_of_the_jobs(summarize):
    alone = figures(run_all(JOBS, 1, summarize=summarize))
    assert [result.epochs for result in alone[:3]] == [1500, 30, 200]
    assert (alone if summarize else list(map(trial, alone))) == figures(map(trial, map(run_job, JOBS)))
    for workers in (2, 4, None):
        assert figures(run_all(JOBS, workers, summarize=summarize)) == alone
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_can_be_started_in_any_way(method):
    code = ("import multiprocessing\nfrom purenn.cli.main import main\nif __name__ == '__main__':\n"
            "    multiprocessing.set_start_method(%r)\n    main('compare gate --vary lr=1,2 --seeds 1 --epochs 9 "
            "--workers 2 --json'.split())" % method)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=60)
    assert done.stderr == ""
    assert json.loads(done.stdout)["done"] == 2


def test_a_run_that_diverges_is_a_result():
    result = trial(run_job(JOBS[3]))
    assert result.diverged and not result.solved and result.needed is None
    assert result.loss == float("inf") and result.accuracy is None and result.predictions == []
    assert 0 < result.epochs < 500 and result.losses[-1][0] == result.epochs
    tested = trial(run_job(linear(lr=100.0, activation="identity", output_activation="identity", epochs=500)))
    assert tested.diverged and (tested.test_loss, tested.test_accuracy, tested.predictions) == (None, None, [])


def test_a_loss_below_the_target_solves_and_says_after_how_many_epochs():
    result = trial(run_job(xor(optimizer="adam", lr=0.1)))
    assert result.solved and result.loss < 0.005 and result.needed == result.epochs < 1000
    result = trial(run_job(xor(epochs=10)))
    assert not result.solved and result.needed is None and result.epochs == 10


def test_a_loss_below_the_target_on_the_way_alone_does_not_solve():
    result = trial(run_job(xor(lr=20.0, epochs=12, target_loss=0.256)))
    assert min(loss for _, loss in result.losses) < 0.256 < result.loss
    assert (result.solved, result.needed, result.epochs) == (False, None, 12)


def test_without_a_target_what_counts_is_that_every_point_is_right_and_stays_so():
    result = trial(run_job(gate(lr=0.5, momentum=0.9, epochs=150)))
    assert result.solved and result.epochs == 150 and result.loss > 0.005
    assert result.needed == max(epoch for epoch, accuracy in result.accuracies if accuracy < 1.0)
    assert not trial(run_job(gate(epochs=5))).solved


def test_a_curve_has_at_most_200_epochs_with_the_first_and_the_last():
    result = trial(run_job(xor(epochs=1234)))
    epochs = [epoch for epoch, _ in result.losses]
    assert len(epochs) == 200 and (epochs[0], epochs[-1]) == (1, 1234)
    assert max(b - a for a, b in zip(epochs, epochs[1:])) <= 7
    assert [epoch for epoch, _ in result.accuracies] == epochs
    assert curve([]) == [] and curve([0.5]) == [(1, 0.5)] and curve([3, 2]) == [(1, 3), (2, 2)]
    short = trial(run_job(xor(epochs=3)))
    assert dict(short.losses).keys() == {1, 2, 3} and len(short.predictions) == 21 <= MOST_PREDICTIONS


def test_of_more_samples_than_100_no_predictions_are_kept():
    rows = problems.xor().train
    many = Problem("own", rows._replace(inputs=rows.inputs * 5, targets=rows.targets * 5))
    result = run_job(Job(many, AUTO._replace(epochs=2)))
    assert len(result.train.outputs) == 105 > MOST_PREDICTIONS == 100 and trial(result).predictions == []
    assert len(trial(run_job(linear(points=105, epochs=2))).predictions) == 100          # of those tested on


def test_the_rises_are_of_all_epochs_and_not_of_the_curve_alone():
    result = run_job(xor(lr=5.0, batch_size=1, shuffle=True, epochs=400))
    losses = [epoch.loss for epoch in result.curve]
    ups = [b - a for a, b in zip(losses, losses[1:]) if b > a]
    kept = [loss for _, loss in trial(result).losses]
    assert trial(result).rises == pytest.approx(sum(ups), rel=1e-12) and len(ups) > 50
    assert trial(result).rises > 1.1 * sum(max(0.0, b - a) for a, b in zip(kept, kept[1:]))


def test_validation_and_test_data_have_figures_of_their_own():
    problem = Problem("own", small_data(1), small_data(2), small_data(3))
    result = run_job(Job(problem, AUTO._replace(sizes=(3, 4, 3), epochs=7)))
    kept = trial(result)
    assert [(kept.loss, kept.accuracy), (kept.validation_loss, kept.validation_accuracy),
            (kept.test_loss, kept.test_accuracy)] == [
                (score.loss, score.accuracy) for score in (result.train, result.validation, result.test)]
    assert len({kept.loss, kept.validation_loss, kept.test_loss}) == 3
    assert kept.losses == [(epoch.number, epoch.loss) for epoch in result.curve]
    assert kept.validation_losses == [(epoch.number, epoch.validation_loss) for epoch in result.curve]
    assert kept.predictions == list(zip(problem.test.inputs, problem.test.targets, result.test.outputs))
    without = trial(run_job(xor(epochs=2)))
    assert (without.validation_loss, without.validation_accuracy, without.validation_losses) == (None, None, [])


def test_a_problem_may_be_drawn_before_and_then_it_is_not_drawn_again():
    drawn = problems.xor()
    assert trial(run_job(Job(drawn, AUTO._replace(epochs=9)))).losses == trial(run_job(xor(epochs=9))).losses
    assert run_job(Job(drawn, AUTO._replace(epochs=9))).problem is drawn


# What one run cannot be: bad settings, data that do not fit them, data that cannot be had.
@pytest.mark.parametrize("job, named", [
    (xor(seed=7, lr=-1.0), "lr: found -1.0; it must be a number above 0"),
    (xor(seed=7, optimizer="adan"), "optimizer: found 'adan'; it must be one of sgd, momentum"),
    (xor(seed=7, sizes=(3, 4, 1)), "data.inputs[0] has length 2; expected 3"),
    (xor(seed=7)._replace(problem=partial(problems.images, ImageSource(train=10 ** 7))), "letters: 10"),
])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_cannot_be_run_is_said_and_leaves_no_process(job, named, workers):
    with pytest.raises(Incomplete) as raised:
        run_all([JOBS[1], job, JOBS[1]], workers)
    assert isinstance(raised.value, PurennError) and named in str(raised.value)
    assert workers == 1 or str(raised.value).startswith("the run xor, seed 7: " + named)
    assert raised.value.results[1] is None
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("own", [{"workers": 2}, {"engine": "processes"}])
def test_runs_that_share_out_their_batches_are_not_shared_out_themselves(own):
    """A worker can start no processes; they would have to be done one after the other."""
    with pytest.raises(PurennError, match="^the run xor, seed 4: it divides its batches among processes"):
        run_all([JOBS[1], xor(epochs=5, seed=4, **own)], 2)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_of_several_runs_each_has_one_process_where_its_settings_do_not_say(workers, monkeypatch):
    monkeypatch.setattr("purenn.engines.work.PAYS", 0)                  # any network would do with several
    results = run_all([xor(epochs=5, workers=None)] * 2, workers)
    assert [result.settings.workers for result in results] == [1, 1]
    assert figures(results) == figures(run_all([xor(epochs=5)] * 2, 1))


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_what_is_complete_and_no_process(workers):
    def tell(done, total):
        assert total == 5
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Interrupted) as raised:
        run_all(JOBS, workers, tell, trial)
    alone = figures(run_all(JOBS, 1, summarize=trial))
    complete = [i for i, result in enumerate(raised.value.results) if result is not None]
    assert len(complete) == 2
    assert figures(raised.value.results[i] for i in complete) == [alone[i] for i in complete]
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_is_said_with_its_run_and_leaves_no_process():
    long = xor(epochs=100000000, target_loss=1e-12, seed=6)

    def tell(done, total):
        for process in multiprocessing.active_children():
            os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(Incomplete, match="^the run xor, seed 6: its process has died .exit code -9.") as raised:
        run_all([long, JOBS[1]], 2, tell)
    assert [result is None for result in raised.value.results] == [True, False]
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform == "emscripten", reason="no processes here")
def test_what_cannot_be_sent_to_a_process_or_back_is_said_in_one_line():
    settings = [Settings(epochs=2, seed=seed) for seed in (1, 2)]
    with pytest.raises(PurennError, match="cannot be sent to another process: .*; use a function that is defined by "
                                          "name at the top level of a module"):
        run_all([Job(lambda rng: problems.xor(), each) for each in settings], workers=2)
    assert len(run_all([Job(lambda rng: problems.xor(), each) for each in settings], workers=1)) == 2
    with pytest.raises(PurennError, match="its answer cannot be sent from its process"):
        run_all([Job(problems.xor, each) for each in settings], workers=2, summarize=not_to_be_sent)


@pytest.mark.skipif(sys.platform == "emscripten", reason="no processes here")
def test_what_cannot_be_sent_when_processes_are_spawned_is_said_in_one_line_too():
    code = ("import multiprocessing\nfrom purenn import PurennError\nfrom purenn.runs import Settings, pool, problems\n"
            "if __name__ == '__main__':\n"
            "    multiprocessing.set_start_method('spawn')\n"
            "    jobs = [pool.Job(problems.xor, Settings(epochs=2, seed=seed)) for seed in (1, 2)]\n"
            "    try:\n        pool.run_all(jobs, 2, summarize=lambda result: result.epochs)\n"
            "    except PurennError as error:\n        print(error, multiprocessing.active_children())")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=60)
    assert done.stdout.startswith("it cannot be sent to another process: ") and done.stdout.count("\n") == 1, done
    assert done.stdout.endswith("at the top level of a module, or use 1 worker []\n") and done.returncode == 0


def not_to_be_sent(result):
    return lambda: result


@pytest.mark.parametrize("jobs, workers, match", [
    ([3], 1, "found a int; give Jobs"), ([], "2", "workers is '2'; it must be 1 or more"), ([], 0, "workers is 0")])
def test_what_are_no_jobs_and_no_number_of_workers_is_refused(jobs, workers, match):
    with pytest.raises(PurennError, match=match):
        run_all(jobs, workers)
