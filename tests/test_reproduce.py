"""``reproduce`` as a user runs it: the experiments of the reports, whether they come out, and what is written."""
import os
import re

import pytest

from purenn.cli import ending, main, reproduce
from purenn.runs import Run, Settings, problems
from purenn.runs.pool import Incomplete, Interrupted, Job, run_job
from purenn.show import plots
from purenn.cli.reproduce import as_command
from purenn.show.lab_reports import text_of
from purenn.study import experiments
from purenn.study.comparison import trial
from purenn.study.experiments import ALL, EXPERIMENTS, LETTERS, Outcome

from .helpers import ROOT, assert_refused, cli

MISSING = "purenn: no figures are drawn: matplotlib is not installed; get it with: pip install matplotlib\n"


@pytest.fixture
def asked(monkeypatch):
    """What run_all is asked for, (jobs, workers) each; a run's losses begin with the number of its job."""
    calls = []
    result = trial(run_job(Job(problems.xor, Settings(epochs=3))))._replace(
        validation_loss=0.25, validation_accuracy=0.5, validation_losses=[(1, 0.25)])

    def run_all(jobs, workers, tell, summarize):
        calls.append((jobs, workers))
        return [result._replace(losses=[(1, 1.0 + i)] + result.losses[1:]) for i in range(len(jobs))]
    monkeypatch.setattr(experiments, "run_all", run_all)
    return calls


def test_what_is_shown_has_the_report_the_outcome_the_rule_and_the_verdict():
    experiment = ALL["A9"]
    lines = text_of(Outcome(experiment, {}, False, None, "so and so"), as_command(next(iter(experiment.runs.values()))))
    assert lines[0] == "A9    xor, momentum, adagrad, adam at lr 0.01 (5 seeds)"
    assert lines[1] == "      report   curves (lost)"
    assert lines[2] == "      purenn   so and so"
    assert lines[3] == "      rule     momentum and adam end below plain gradient descent"
    assert lines[4].startswith("      verdict  NOT as reported. The report's momentum does not keep")
    assert lines[5] == "      as in    xor --loss sse --lr 0.01 --epochs 5000 --target-loss 1e-12 --seed 1"


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_every_run_is_one_that_the_command_line_takes(experiment, monkeypatch):
    """What is shown to be typed trains with the same settings, but for the engine, on the same data."""
    trained = []
    monkeypatch.setattr(ending, "_carry_out", lambda run, *_: trained.append(run) or 0)
    for job in experiment.runs.values():
        assert main([*as_command(job).split(), "--seed", "2"]) == 0
        same = Run(job.problem, job.settings._replace(seed=2, engine="loops"))
        assert (trained[-1].settings, trained[-1].problem) == (same.settings, same.problem), as_command(job)
        assert trained[-1].network.state_dict() == same.network.state_dict()


def test_so_are_those_of_letters(monkeypatch):
    made, trained = [], []
    few = problems.images(problems.ImageSource(train=20, validation=12, test=4), Run(problems.xor(), Settings()).rng)

    def make(source, *_):
        made.append(source)
        return few
    monkeypatch.setattr(problems, "make", make)                     # to draw them all would take a while
    monkeypatch.setattr("purenn.runs.run.PAYS", 10 ** 9)            # several workers only where that is typed
    monkeypatch.setattr(ending, "_carry_out", lambda run, *_: trained.append(run) or 0)
    job, = LETTERS.runs.values()
    assert main([*as_command(job).split(), "--seed", "2"]) == 0
    assert made == [job.problem.args[0]] and trained[0].settings == job.settings._replace(seed=2)


def test_one_can_be_run_alone_and_written_as_markdown(tmp_path):
    path = tmp_path / "report.md"
    done = cli("reproduce", "a8", "--markdown", path)
    assert done.returncode == 0 and done.stderr in ("", MISSING)
    assert re.search(r"^Of 1 experiment: 1 as reported \(A8\)\. It took [\d.]+ s\.$", done.stdout, re.MULTILINE)
    assert "purenn   mean loss 0.249433, accuracy 0.5238" in done.stdout
    assert "| A8 | xor without activation in the hidden layers (5 seeds) |" in path.read_text(encoding="utf-8")
    assert_in_its_page(path, 1)


def assert_in_its_page(path, count):
    """The rows of that report stand in docs/lab-reports.md, but for the rules."""
    with open(os.path.join(ROOT, "docs", "lab-reports.md"), encoding="utf-8") as file:
        page = file.read().replace("**", "")
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [row.split(" | ") for row in lines if row[:3] in ("| A", "| D", "| E")]
    assert len(rows) == count
    for row in rows:
        assert " | ".join(row[:4] + row[5:]) in page, row


@pytest.mark.slow
def test_what_the_page_says_of_them_is_what_comes_out(tmp_path):
    path = tmp_path / "report.md"
    assert cli("reproduce", "A1", "A2", "A6", "D5", "E", "--markdown", path).returncode == 0
    assert_in_its_page(path, 5)


@pytest.mark.parametrize("end, code, said", [
    (Incomplete("a worker has died", []), 2, "purenn: a worker has died\n"), (Interrupted([]), 130, "")])
def test_what_is_done_is_summed_up_and_written_where_it_is_stopped(end, code, said, asked, monkeypatch, tmp_path,
                                                                   capsys):
    working = experiments.run_all

    def run_all(*given):
        if len(asked) == 1:
            raise end
        return working(*given)
    monkeypatch.setattr(experiments, "run_all", run_all)
    monkeypatch.setattr(plots, "missing", lambda: "no figures")
    assert main(["reproduce", "A6", "A8", "--markdown", str(tmp_path / "report.md")]) == code
    shown = capsys.readouterr()
    assert re.search(r"^Of 1 experiment: .*\(A6\); stopped before the other 1\. It took", shown.out, re.MULTILINE)
    assert shown.err == "purenn: no figures are drawn: no figures\n" + said
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| A6 |" in written and "; stopped before the other 1. It took" in written and "| A8 |" not in written


def test_where_nothing_is_done_nothing_is_written(monkeypatch, tmp_path, capsys):
    def run_all(*_):
        raise Incomplete("a worker has died", [])
    monkeypatch.setattr(experiments, "run_all", run_all)
    assert main(["reproduce", "A6", "A8", "--markdown", str(tmp_path / "report.md")]) == 2
    assert capsys.readouterr() == ("", "purenn: a worker has died\n") and os.listdir(str(tmp_path)) == []


@pytest.mark.parametrize("more, workers", [([], None), (["--workers", "3"], 3)])
def test_the_runs_are_shared_out_over_as_many_workers_as_asked_for(asked, more, workers):
    assert reproduce.run(["A8", "B1", *more]) == 0
    assert [found for _, found in asked] == [workers, workers]


def test_without_a_name_all_are_run_and_each_run_once(asked, capsys):
    assert reproduce.run([]) == 0
    assert re.findall(r"^([A-E]\d?) ", capsys.readouterr().out, re.MULTILINE) == list(ALL)
    jobs = [(job.label, job.settings) for found, _ in asked for job in found]
    assert len(set(jobs)) == len(jobs) < sum(len(each.runs) * each.seeds for each in ALL.values())


def test_the_markdown_has_the_report_the_outcome_and_the_rule_of_each_experiment(asked, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plots, "missing", lambda: "no figures")
    monkeypatch.setattr(plots, "overlay", None)
    reproduce.run(["A6", "A8", "--markdown", str(tmp_path / "report.md")])
    rows = [line for line in (tmp_path / "report.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| A"]
    shown = capsys.readouterr().out
    for row, each in zip(rows, (ALL["A6"], ALL["A8"])):
        for words in (each.name, each.setting, each.reported, each.rule):
            assert words in row and words in shown
    assert len(rows) == 2 and os.listdir(str(tmp_path)) == ["report.md"]


def test_the_markdown_comes_with_a_figure_of_each_experiments_curves(asked, tmp_path, monkeypatch):
    drawn, losses = [], []
    monkeypatch.setattr(plots, "missing", lambda: "")
    monkeypatch.setattr(plots, "overlay", lambda *given: drawn.append(given[:3]) or losses.append(given[3]))
    reproduce.run(["A6", "A8", "B1", "--markdown", str(tmp_path / "report.md")])
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    for (path, runs, title), name in zip(drawn, ("A6", "A8", "B1")):
        labels, seeds = list(ALL[name].runs), ALL[name].seeds
        assert path == str(tmp_path / ("report-%s.png" % name)) and "(report-%s.png)" % name in written
        assert title.startswith(name + ": ") and [label for label, _ in runs] == labels
        # The jobs are all settings with the first seed, then all with the next.
        assert [[curve[0] for curve in curves] for _, curves in runs] == [
            [(1, 1.0 + seed * len(labels) + k) for seed in range(seeds)] for k in range(len(labels))]
    assert len(drawn) == 3 and losses == ["loss (sum)", "loss (sum)", "loss"]


@pytest.mark.parametrize("arguments, named", [
    ("Z1", "reproduce: NAME: found 'Z1'; it must be one of A1, A2, A3, A4"),
    ("A8 --workers 0", "--workers: found '0'"),
    ("A8 --markdown no_such_folder/x.md", "no_such_folder/x.md: cannot be written"),
])
def test_bad_input_is_refused_in_one_line(arguments, named):
    assert_refused("reproduce " + arguments, named)
