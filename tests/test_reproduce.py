"""``reproduce`` as a user runs it: the experiments of the reports, whether they come out, and what is written."""
import json
import os
import re

import pytest

from purenn.cli import reproduce, training_commands
from purenn.cli.main import main
from purenn.cli.reproduce import as_command
from purenn.data.sources import ImageSource
from purenn.runs import Run, Settings, problems
from purenn.runs.pool import Incomplete, Interrupted, Job, run_job
from purenn.show import plots
from purenn.show.lab_reports import markdown, text_of
from purenn.study import trials
from purenn.study.comparison import trial
from purenn.study.lab_experiments import ALL
from purenn.study.lab_verdicts import RULES, Checked
from purenn.study.trials import Outcome

from .helpers import ROOT, assert_refused, cli

POINTS = [experiment for name, experiment in ALL.items() if name != "C1"]
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
    monkeypatch.setattr(trials, "run_all", run_all)
    monkeypatch.setattr(reproduce, "compile_alike", lambda jobs, tell: None)
    return calls


def test_what_all_the_experiments_need_is_compiled_before_the_first(asked, monkeypatch):
    compiled = []
    monkeypatch.setattr(reproduce, "compile_alike", lambda jobs, tell: compiled.append((list(jobs), len(asked))))
    assert reproduce.run(["A4", "B1", "--seeds", "2"]) == 0
    (jobs, before), = compiled
    assert before == 0 and {(job.settings, job.variant) for job in jobs} == {
        (job.settings, job.variant) for found, _ in asked for job in found}


def outcome_of(name, holds=True):
    """An Outcome of the experiment whose claims all hold, or all fail."""
    claims = [Checked(claim, holds, "so and so") for claim in ALL[name].claims]
    return Outcome(ALL[name], 7, {}, claims, claims if ALL[name].others else [])


def test_what_is_shown_has_the_report_the_reading_each_claim_and_the_verdict():
    lines = text_of(outcome_of("B2"), "xor --lr 1")
    assert lines[0] == "B2    the same on xor (7 seeds)"
    assert lines[1] == "      report   loss 0.287 at 20; accuracy 1.0 from 220; 0.0205 at 400"
    assert lines[2].startswith("      reading  optimizer and rate are not given; lr 0.001 with the report's own Adam")
    assert lines[3] == "      holds    loss at 20, reported 0.287: so and so"
    assert lines[5:8] == ["      holds    accuracy 1.0 at 220: so and so", "      with the right Adam:",
                          "      holds    loss at 20, reported 0.287: so and so"]
    assert lines[-3:] == ["      verdict  as reported", "      command  xor --lr 1", ""]
    assert text_of(outcome_of("B2", False), "")[3].startswith("      FAILS    loss at 20, ")
    assert text_of(outcome_of("B2", False), "")[-3] == "      verdict  NOT as reported"
    assert text_of(outcome_of("A9"), "")[-3] == "      verdict  nothing to compare with"


@pytest.mark.parametrize("experiment", POINTS, ids=lambda experiment: experiment.name)
def test_what_is_to_be_typed_is_the_first_run_with_the_right_method(experiment, monkeypatch):
    """It trains with the same settings, but for the engine, on the same data."""
    trained = []
    monkeypatch.setattr(training_commands, "_carry_out", lambda run, *_: trained.append(run) or 0)
    for label, job in experiment.runs.items():
        words = as_command(experiment._replace(runs={label: job})).replace(", with the right method", "").split()
        assert words[-2:] == ["--seed", "1"] and main([*words[:-1], "2"]) == 0
        same = Run(job.problem, job.settings._replace(seed=2, engine="loops"))
        assert (trained[-1].settings, trained[-1].problem) == (same.settings, same.problem), words
        assert trained[-1].network.state_dict() == same.network.state_dict()
    first = next(iter(experiment.runs.values()))
    assert as_command(experiment).endswith(", with the right method") == bool(first.variant)


def test_so_are_those_of_letters(monkeypatch):
    made, trained = [], []
    few = problems.images(ImageSource(train=20, validation=12, test=4), Run(problems.xor(), Settings()).rng)

    def make(source, *_):
        made.append(source)
        return few
    monkeypatch.setattr(problems, "make", make)                     # to draw them all would take a while
    monkeypatch.setattr("purenn.engines.work.PAYS", 10 ** 9)            # several workers only where that is typed
    monkeypatch.setattr(training_commands, "_carry_out", lambda run, *_: trained.append(run) or 0)
    job, = ALL["C1"].runs.values()
    assert main(as_command(ALL["C1"]).split()) == 0
    assert made == [job.problem.args[0]] and trained[0].settings == job.settings


def test_one_can_be_run_alone_and_written_as_markdown_and_json(tmp_path):
    path = tmp_path / "report.md"
    done = cli("reproduce", "a8", "--seeds", 2, "--markdown", path)
    assert done.returncode == 0 and done.stderr in ("", MISSING)
    assert re.search(r"^Of 1 experiment: 1 as reported \(A8\)\. It took [\d.]+ s\.$", done.stdout, re.MULTILINE)
    assert done.stdout.splitlines()[-3:] == list(RULES)
    claim = "mean loss, xor, reported 0.25: 0.249, middle 90 % 0.249 to 0.249: percentile 50"
    assert f"      holds    {claim}\n" in done.stdout
    written = path.read_text(encoding="utf-8")
    assert "| A8 | xor without activation in the hidden layers (2 seeds). Reading: as printed" in written
    assert claim in written and " ".join(RULES) in written
    shown = json.loads(cli("reproduce", "A8", "--seeds", 2, "--json").stdout)
    assert shown["rules"] == list(RULES) and shown["experiments"][0]["verdict"] == "as reported"
    assert shown["experiments"][0]["claims"][0] == {
        "claim": "mean loss, xor", "reported": "0.25", "holds": True,
        "found": "0.249, middle 90 % 0.249 to 0.249: percentile 50"}


def test_the_page_has_a_row_for_each_experiment_under_its_reading():
    with open(os.path.join(ROOT, "docs", "lab-reports.md"), encoding="utf-8") as file:
        rows = {row.split(" | ")[0][2:]: row for row in file if re.match(r"\| [A-E]\d? \| ", row)
                and "Reading: " in row}
    assert list(rows) == [*ALL]
    for name, experiment in ALL.items():
        if name != "C1":
            assert f"{experiment.setting} (100 seeds). Reading: {experiment.reading} | {experiment.reported} | " in (
                rows[name])
            assert all(claim.what in rows[name] for claim in experiment.claims)
    with open(os.path.join(ROOT, "docs", "lab-reports.md"), encoding="utf-8") as file:
        text = file.read().replace("\n", " ")
    assert all(rule in text for rule in RULES)


@pytest.mark.parametrize("end, code, said", [
    (Incomplete("a worker has died", []), 2, "purenn: a worker has died\n"), (Interrupted([]), 130, "")])
def test_what_is_done_is_summed_up_and_written_where_it_is_stopped(end, code, said, asked, monkeypatch, tmp_path,
                                                                   capsys):
    working = trials.run_all

    def run_all(*given):
        if len(asked) == 1:
            raise end
        return working(*given)
    monkeypatch.setattr(trials, "run_all", run_all)
    monkeypatch.setattr(plots, "missing", lambda: "no figures")
    assert main(["reproduce", "A6", "A8", "--markdown", str(tmp_path / "report.md")]) == code
    shown = capsys.readouterr()
    assert re.search(r"^Of 1 experiment: .*\(A6\); stopped before the other 1\. It took", shown.out, re.MULTILINE)
    assert shown.err == "purenn: no figures are drawn: no figures\n" + said
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| A6 |" in written and "; stopped before the other 1. It took" in written and "| A8 |" not in written


def test_the_markdown_marks_each_claim_that_does_not_hold():
    claims = [Checked(claim, k != 1, f"found {k}") for k, claim in enumerate(ALL["B3"].claims)]
    table = "\n".join(markdown([Outcome(ALL["B3"], 1, {}, claims, claims[::-1])], 1, 1.0, []))
    assert table.count("found 1 (does not hold)") == table.count("(does not hold)") == 2


@pytest.mark.slow
def test_where_nothing_is_done_nothing_is_written(monkeypatch, tmp_path, capsys):
    def run_all(*_):
        raise Incomplete("a worker has died", [])
    monkeypatch.setattr(trials, "run_all", run_all)
    assert main(["reproduce", "A6", "A8", "--markdown", str(tmp_path / "report.md")]) == 2
    assert capsys.readouterr() == ("", "purenn: a worker has died\n") and os.listdir(str(tmp_path)) == []


@pytest.mark.parametrize("more, workers", [([], None), (["--workers", "3"], 3)])
def test_the_runs_are_shared_out_over_as_many_workers_as_asked_for(asked, more, workers):
    assert reproduce.run(["A8", "B1", *more]) == 0
    assert [found for _, found in asked] == [workers, workers]


def test_without_a_name_all_are_run_and_each_run_once(asked, capsys):
    assert reproduce.run(["--seeds", "2"]) == 0
    assert re.findall(r"^([A-E]\d?) {4}", capsys.readouterr().out, re.MULTILINE) == list(ALL)
    jobs = [(job.label, job.settings, job.variant) for found, _ in asked for job in found]
    assert len(set(jobs)) == len(jobs) < sum(len(each.runs) + len(each.others) for each in ALL.values()) * 2
    assert [seed for _, settings, _ in jobs for seed in [settings.seed] if settings.sizes[0] == 784] == [1]


@pytest.mark.parametrize("more, seeds", [(["A8"], 10), (["A8", "--seeds", "3"], 3), (["A7"], 2),
                                         (["A7", "--seeds", "3"], 3)])
def test_each_is_run_with_as_many_seeds_as_asked_for_and_with_few_without_a_compiler(asked, more, seeds, monkeypatch):
    monkeypatch.setattr("purenn.engines.c_compiler.why_none", lambda: "no compiler here")
    assert reproduce.run(more) == 0
    assert sorted({job.settings.seed for job in asked[0][0]}) == list(range(1, seeds + 1))


def test_data_without_a_name_are_not_ignored():
    done = cli("reproduce", "A8", "--data", "")
    assert (done.returncode, done.stdout) == (2, "") and "--data: is for C1 only" in done.stderr
    done = cli("reproduce", "C1", "--data", "")
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith("purenn: ")


def test_of_c1_the_whole_and_another_file_can_be_run(asked):
    assert reproduce.run(["c1", "--full"]) == 0 and reproduce.run(["C1", "--data", "x.npz"]) == 0
    (whole,), (other,) = [jobs for jobs, _ in asked]
    assert (whole.settings.sizes, whole.settings.epochs) == ((784, 1000, 10), 200)
    assert other.settings.sizes == (784, 50, 10) and other.problem.args[0].data == "x.npz"


def test_the_markdown_comes_with_a_figure_of_each_experiments_curves(asked, tmp_path, monkeypatch):
    drawn, losses, bands = [], [], []
    monkeypatch.setattr(plots, "missing", lambda: "")
    monkeypatch.setattr(plots, "overlay", lambda *given: drawn.append(given[:3]) or losses.append(given[3]))
    monkeypatch.setattr(plots, "bands", lambda *given: bands.append(given) or given)
    monkeypatch.setattr(plots, "save", lambda given, path: drawn.append((path, None, given[2])))
    reproduce.run(["A6", "A8", "B1", "--seeds", "3", "--markdown", str(tmp_path / "report.md")])
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    for (path, runs, title), name in zip(drawn, ("A6", "A8", "B1")):
        labels = list(ALL[name].runs)
        assert path == str(tmp_path / ("report-%s.png" % name)) and "(report-%s.png)" % name in written
        assert title.startswith(name + ": ")
        if runs:        # the jobs are all settings with the first seed, then all with the next
            assert [label for label, _ in runs] == labels
            assert [[curve[0] for curve in curves] for _, curves in runs] == [
                [(1, 1.0 + seed * len(labels) + k) for seed in range(3)] for k in range(len(labels))]
    (curves, printed, _, loss), = bands
    assert len(drawn) == 3 and losses == ["loss (sum)", "loss (sum)"] and loss == "loss"
    assert [curve[0] for curve in curves] == [(1, 1.0), (1, 3.0), (1, 5.0)] and printed[0] == (20, 0.02841)


@pytest.mark.parametrize("arguments, named", [
    ("Z1", "reproduce: NAME: found 'Z1'; it must be one of A1, A2, A3, A4"),
    ("A8 --workers 0", "--workers: found '0'"), ("A8 --seeds 1", "--seeds: found '1'"),
    ("A8 --full", "--full: is for C1 only"), ("--data x.npz", "--data: is for C1 only"),
    ("C1 A8 --full", "--full: is for C1 only"), ("C1 --seeds 3", "--seeds: cannot be used with C1"),
    ("A8 --markdown no_such_folder/x.md", "no_such_folder/x.md: cannot be written"),
])
def test_bad_input_is_refused_in_one_line(arguments, named):
    assert_refused("reproduce " + arguments, named)
