"""What ``reproduce`` runs, and what it does with what comes back; the rules are in tests/test_reproduce.py."""
import os
import re

import pytest

from purenn.cli import letters, main, reproduce
from purenn.cli.experiments import LETTERS
from purenn.cli.runs import Incomplete, Job, run_job, text
from purenn.show import plots
from purenn.show.terminal import Terminal

THREE = {"one": ("xor", "--lr 1"), "two": ("xor", "--lr 2"), "gate": ("gate", "")}


def experiment(name):
    return next(each for each in reproduce.EXPERIMENTS if each.name == name)


@pytest.fixture
def asked(monkeypatch):
    """What run_jobs is asked for, (jobs, workers) each; a run's losses begin with the number of its job."""
    calls = []
    result = run_job(Job("xor", ["--epochs", "3"]))

    def run_jobs(jobs, workers=None, tell=None):
        calls.append((jobs, workers))
        return [result._replace(losses=[(1, 1.0 + i)] + result.losses[1:]) for i in range(len(jobs))]
    monkeypatch.setattr(reproduce, "run_jobs", run_jobs)
    return calls


def test_each_setting_is_run_with_each_seed_and_gets_its_own_results(monkeypatch):
    monkeypatch.setattr(reproduce, "run_jobs", lambda jobs, workers, tell: [text(job) for job in jobs])
    found = reproduce.run_experiment(experiment("A8")._replace(runs=THREE, seeds=2), 1, Terminal(), {})
    assert found == {"one": ["xor --lr 1 --seed 1", "xor --lr 1 --seed 2"],
                     "two": ["xor --lr 2 --seed 1", "xor --lr 2 --seed 2"], "gate": ["gate --seed 1", "gate --seed 2"]}


def test_so_is_letters_always_with_as_many_workers(monkeypatch):
    asked = []

    def carried_out(options, rng):
        asked.append((options.hidden, options.workers, options.seed, rng.random()))
        return None, None, {"stopped": "epochs", "history": [{"number": 1, "loss": float(options.seed)}]}, None, None
    monkeypatch.setattr(letters, "carried_out", carried_out)
    three = reproduce.LETTERS._replace(runs={"letters": ("letters", "--hidden 7 --workers 2")}, seeds=3)
    monkeypatch.setattr(reproduce, "LETTERS", three)
    found = reproduce.run_experiment(three, 1, Terminal(), {})
    assert [run.losses for run in found["letters"]] == [[(1, 1.0)], [(1, 2.0)], [(1, 3.0)]]
    assert [(hidden, workers, seed) for hidden, workers, seed, _ in asked] == [([7], 2, 1), ([7], 2, 2), ([7], 2, 3)]
    assert len({draw for *_, draw in asked}) == 3                   # each has a generator of its own seed
    assert "--workers 2" in LETTERS.runs["letters"][1]              # another number rounds sums in another order


def test_what_is_done_is_summed_up_and_written_where_a_worker_dies(asked, monkeypatch, tmp_path, capsys):
    working = reproduce.run_jobs

    def run_jobs(jobs, workers=None, tell=None):
        if len(asked) == 1:
            raise Incomplete("a worker has died", [])
        return working(jobs, workers, tell)
    monkeypatch.setattr(reproduce, "run_jobs", run_jobs)
    monkeypatch.setattr(plots, "missing", lambda: "no figures")
    assert main(["reproduce", "A6", "A8", "--markdown", str(tmp_path / "report.md")]) == 2
    shown = capsys.readouterr()
    assert re.search(r"^Of 1 experiment: .*\(A6\); stopped before the other 1\. It took", shown.out, re.MULTILINE)
    assert shown.err.endswith("purenn: a worker has died\n")
    assert "| A6 |" in (tmp_path / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("more, workers", [([], None), (["--workers", "3"], 3)])
def test_the_runs_are_shared_out_over_as_many_workers_as_asked_for(asked, more, workers):
    assert reproduce.run(["A8", "B1", *more]) == 0
    assert [found for _, found in asked] == [workers, workers]


def test_the_markdown_has_the_report_the_outcome_and_the_rule_of_each_experiment(asked, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plots, "missing", lambda: "no figures")
    monkeypatch.setattr(plots, "overlay", None)
    reproduce.run(["A6", "A8", "--markdown", str(tmp_path / "report.md")])
    rows = [line for line in (tmp_path / "report.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| A"]
    shown = capsys.readouterr().out
    for row, each in zip(rows, (experiment("A6"), experiment("A8"))):
        for words in (each.name, each.setting, each.reported, each.rule):
            assert words in row and words in shown
    assert len(rows) == 2 and os.listdir(str(tmp_path)) == ["report.md"]


def test_the_markdown_comes_with_a_figure_of_each_experiments_curves(asked, tmp_path, monkeypatch):
    drawn, losses = [], []
    monkeypatch.setattr(plots, "missing", lambda: "")
    monkeypatch.setattr(plots, "overlay", lambda *given: drawn.append(given[:3]) or losses.append(given[3]))
    reproduce.run(["A6", "A8", "--markdown", str(tmp_path / "report.md")])
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    for (path, runs, title), name in zip(drawn, ("A6", "A8")):
        labels, seeds = list(experiment(name).runs), experiment(name).seeds
        assert path == str(tmp_path / ("report-%s.png" % name)) and "(report-%s.png)" % name in written
        assert title.startswith(name + ": ") and [label for label, _ in runs] == labels
        # The jobs are all settings with the first seed, then all with the next.
        assert [[curve[0] for curve in curves] for _, curves in runs] == [
            [(1, 1.0 + seed * len(labels) + k) for seed in range(seeds)] for k in range(len(labels))]
    assert len(drawn) == 2 and losses == ["loss (sum)", "loss (sum)"]
