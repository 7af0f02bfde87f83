"""``compare`` as a user runs it."""
import csv
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

import pytest

from purenn.cli import compare
from purenn.cli.main import main
from purenn.cli.compare import make_plan
from purenn.runs import TASKS, Run, Settings, problems
from purenn.runs.pool import Incomplete
from purenn.show import plots

from .helpers import ROOT, assert_refused, cli, on_a_terminal

GRID = ("compare", "linear", "--vary", "lr=0.5,100", "--vary", "hidden=none,3", "--seeds", 3, "--points", 20,
        "--epochs", 300, "--output-activation", "identity")
QUICK = ("compare", "xor", "--vary", "optimizer=adagrad,adam")


def run(*arguments):
    done = cli(*arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def rows_of(shown):
    """The table's lines, the head first, as cells."""
    lines = shown.splitlines()
    start = next(i for i, line in enumerate(lines) if line.endswith("seconds"))
    stop = next(i for i, line in enumerate(lines) if line.startswith("Medians over the runs"))
    return [re.split(r" {2,}", line) for line in lines[start:stop]]


@pytest.fixture(scope="module")
def grid():
    """What GRID prints with one worker."""
    return run(*GRID, "--workers", 1)


@pytest.mark.parametrize("arguments", [(*QUICK, "--epochs", 400, "--seeds", 2), GRID])
def test_the_table_is_the_same_with_one_and_two_workers(arguments, grid):
    def without_seconds(shown, workers):
        lines = shown.splitlines()
        assert (" %d worker" % workers) in lines[0]
        start = next(i for i, line in enumerate(lines) if line.endswith("seconds"))
        stop = next(i for i, line in enumerate(lines) if line.startswith("Medians over the runs"))
        return [line.rsplit(None, 1)[0] for line in lines[start:stop]] + lines[stop:]
    alone = grid if arguments == GRID else run(*arguments, "--workers", 1)
    assert without_seconds(alone, 1) == without_seconds(run(*arguments, "--workers", 2), 2)


def test_it_says_what_will_run_what_came_of_it_and_what_stands_out():
    lines = run(*QUICK, "--workers", 1).splitlines()
    assert lines[0] == ("compare xor: optimizer adagrad, adam; seeds 1 to 5; 10 runs of up to 8000 epochs, 1 worker, "
                        "engine Unrolled()")
    assert lines[1] == "A run is solved when its loss is below 0.005."
    assert lines[3] == "optimizer  solved  epochs      range      loss  accuracy  loss by epoch    seconds"
    line = r"  █[▁▂▃▄▅▆▇█]{%d}▁ +\d+\.\d\d$"
    # Where exp rounds differently, a loss may go below 0.005 an epoch later.
    figures = r"1142-2385  0\.004990" if sys.platform == "emscripten" else r"1142-2384  0\.004991"
    assert re.match(r"adagrad    5 of 5    1497  " + figures + r"    100\.0%" + line % 13, lines[4])
    assert re.match(r"adam       5 of 5     796    545-935  0\.004959    100\.0%" + line % 6, lines[5])
    assert lines[-1] == ("optimizer adam stands out: 5 of 5 solved in a median of 796 epochs; next is optimizer "
                         "adagrad: 5 of 5 solved in a median of 1497 epochs, 1.9 times as many.")
    assert max(map(len, lines[3:6])) <= 85


def test_the_figures_follow_from_the_runs(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("old")
    shown = rows_of(run("compare", "xor", "--optimizer", "adam", "--vary", "lr=0.3,0.05", "--vary", "hidden=3,4x4",
                        "--seeds", 3, "--seed", 2, "--epochs", 500, "--csv", path))
    assert os.listdir(str(tmp_path)) == ["runs.csv"]
    with open(str(path), encoding="utf-8", newline="") as handle:
        runs = list(csv.DictReader(handle))
    assert list(runs[0]) == ["lr", "hidden", "seed", "solved", "epochs", "loss", "accuracy", "seconds"]
    assert [(row["lr"], row["hidden"]) for row in runs[::3]] == [
        ("0.3", "3"), ("0.3", "4x4"), ("0.05", "3"), ("0.05", "4x4")]
    assert {row["seed"] for row in runs} == {"2", "3", "4"} and len(runs) == 12
    solved_at_all = 0
    for cells, mine in zip(shown[1:], [runs[i:i + 3] for i in range(0, 12, 3)]):
        epochs = [int(row["epochs"]) for row in mine if row["solved"] == "yes"]
        assert all((float(row["loss"]) < 0.005) == (row["solved"] == "yes") for row in mine)
        assert cells[:3] == [mine[0]["lr"], mine[0]["hidden"], "%d of 3" % len(epochs)]
        assert cells[3] == ("%d" % int(statistics.median(epochs) + 0.5) if epochs else "-")
        assert cells[4] == ("%d-%d" % (min(epochs), max(epochs)) if epochs else "-")
        assert cells[5] == "%.6f" % statistics.median(float(row["loss"]) for row in mine)
        assert cells[6] == "%.1f%%" % (100 * statistics.median(float(row["accuracy"]) for row in mine))
        assert float(cells[-1]) == pytest.approx(statistics.median(float(row["seconds"]) for row in mine), abs=0.006)
        solved_at_all += len(epochs)
    assert 0 < solved_at_all < 12


@pytest.mark.parametrize("vary, alone", [
    ("lr=0.3", ["--lr", 0.3]), ("hidden=4x3", ["--hidden", 4, 3]), ("hidden=NONE", ["--hidden", "none"]),
    ("shuffle=yes", ["--shuffle"]), ("shuffle=no", []), ("init=he", ["--init", "he"]),
    ("batch_size=4", ["--batch-size", 4]), ("target-loss=0.25", ["--target-loss", 0.25]),
    ("engine=matrix", ["--engine", "matrix"]),
])
def test_a_value_means_what_it_means_to_the_task(vary, alone):
    own = json.loads(run("xor", *alone, "--epochs", 20, "--seed", 7, "--json"))
    result = json.loads(run("compare", "xor", "--vary", vary, "--epochs", 20, "--seed", 7, "--seeds", 1, "--json"))
    setting, = result["settings"]
    assert setting["runs"][0]["loss"] == pytest.approx(own["loss"], rel=1e-12 if "engine" in vary else 0.0)
    assert setting["runs"][0]["epochs"] == own["epochs"]
    assert {**setting["settings"], "engine": None} == {**own["settings"], "engine": None}


def test_every_setting_is_run_with_the_same_seeds():
    _, plan = make_plan(TASKS["xor"], "--vary lr=1,2 --vary init=he,zeros --seeds 2 --seed 5 --epochs 9".split())
    asked = [Settings(lr=lr, init=init, epochs=9, engine="auto") for lr, init in (
        (1.0, "he"), (1.0, "zeros"), (2.0, "he"), (2.0, "zeros"))]
    assert plan.settings == [settings._replace(seed=5) for settings in asked]
    # Every setting with the first seed, then every one with the next: what the results are divided up by.
    assert [job.settings for job in plan.jobs] == [settings._replace(seed=seed) for seed in (5, 6)
                                                   for settings in asked]
    assert [job.label for job in plan.jobs[:4]] == ["lr 1, init he", "lr 1, init zeros", "lr 2, init he",
                                                    "lr 2, init zeros"]
    assert all(Run(job.problem, job.settings).problem == problems.xor() for job in plan.jobs)


def test_a_run_is_the_tasks_own_with_that_setting_and_that_seed(capsys):
    def json_of(*arguments):
        assert main([*arguments, "--epochs", "20", "--engine", "loops", "--json"]) == 0
        return json.loads(capsys.readouterr().out)
    result = json_of("compare", "xor", "--vary", "lr=1,0.5", "--seeds", "3", "--seed", "4", "--workers", "1")
    for setting in result["settings"]:
        assert [run["seed"] for run in setting["runs"]] == [4, 5, 6]
        for run in setting["runs"]:
            own = json_of("xor", "--lr", setting["varied"]["lr"], "--seed", str(run["seed"]))
            assert (run["loss"], run["accuracy"]) == (own["loss"], own["accuracy"])


def test_the_figure_has_the_runs_losses_under_their_settings_name(monkeypatch, capsys, tmp_path):
    drawn = []
    monkeypatch.setattr(plots, "missing", lambda: "")
    monkeypatch.setattr(plots, "overlay", lambda *arguments: drawn.append(arguments))
    main(["compare", "xor", "--vary", "lr=1,0.5,2", "--seeds", "2", "--epochs", "9", "--workers", "1", "--json",
          "--plot", str(tmp_path)])
    (path, runs, title), = drawn
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert (path, title) == (str(tmp_path / "xor-compare.png"), "xor by lr, 2 seeds")
    assert [label for label, _ in runs] == ["lr " + setting["varied"]["lr"] for setting in settings]
    assert [[list(map(list, curve)) for curve in curves] for _, curves in runs] == [
        [run["losses"] for run in setting["runs"]] for setting in settings]
    assert len({str(curve) for _, curves in runs for curve in curves}) == 6


def test_what_is_complete_is_shown_and_written_where_a_worker_dies(monkeypatch, capsys, tmp_path):
    real = compare.run_all

    def run_all(jobs, workers, tell, summarize):
        raise Incomplete("a worker has died", real(jobs[:4], 1, None, summarize) + [None] * (len(jobs) - 4))
    monkeypatch.setattr(compare, "run_all", run_all)
    path = tmp_path / "runs.csv"
    assert main(["compare", "gate", "--vary", "lr=1,0.5", "--seeds", "3", "--epochs", "9", "--csv", str(path)]) == 2
    shown = capsys.readouterr()
    assert "Stopped. Runs done: 4 of 6. Results:" in shown.out and "0 of 2" in shown.out
    assert shown.err == "purenn: a worker has died\n" and path.read_text().count("\n") == 5


def test_json_is_one_object_with_the_settings_their_runs_and_their_curves():
    shown = run(*GRID, "--json")
    result = json.loads(shown, parse_constant=lambda name: pytest.fail("%s is no JSON" % name))
    assert shown.count("\n") == 1
    assert (result["task"], result["seeds"], result["runs"], result["done"]) == ("linear", [1, 2, 3], 12, 12)
    assert result["varied"] == {"lr": ["0.5", "100"], "hidden": ["none", "3"]} and result["stopped"] == "done"
    assert [setting["varied"]["hidden"] for setting in result["settings"]] == ["none", "3", "none", "3"]
    assert [setting["diverged"] for setting in result["settings"]] == [0, 0, 3, 3]
    first, last = result["settings"][0], result["settings"][-1]
    assert last["loss"] is None and last["accuracy"] is None and last["settings"]["lr"] == 100.0
    assert first["test_accuracy"] == statistics.median(each["test_accuracy"] for each in first["runs"])
    assert first["runs"][0]["losses"][0][0] == 1 and first["runs"][0]["losses"][-1][0] == 300
    assert result["stands_out"].startswith("Nothing is solved; the lowest median loss is that of lr 0.5")


def test_fresh_points_and_divergence_have_columns_of_their_own(grid):
    head, *rows = rows_of(grid)
    assert head[:9] == ["lr", "hidden", "solved", "epochs", "range", "loss", "accuracy", "fresh", "diverged"]
    assert [row[5:9] for row in rows[2:]] == [["diverged", "-", "-", "3"]] * 2
    assert all(re.match(r"\d+\.\d%$", row[7]) and row[8] == "0" for row in rows[:2])


def test_losses_of_different_kinds_are_not_compared_without_a_warning():
    assert "these settings cannot be compared" in run("compare", "xor", "--vary", "loss=mse,bce", "--epochs", 5)
    assert "cannot be compared" not in run("compare", "xor", "--vary", "loss=bce,bce-with-logits", "--epochs", 5)
    assert "cannot be compared" not in run("compare", "xor", "--vary", "lr=1,2", "--epochs", 5)


@pytest.mark.parametrize("arguments, named", [
    ("", "compare: found no task; it must be one of xor, linear, gate"),
    ("xro --vary lr=1", "compare: task: found 'xro'; it must be one of xor, linear, gate"),
    ("xor", "compare xor: found no --vary, which says what to compare, as in --vary lr=1,0.5"),
    ("xor --vary", "--vary: found no value"),
    ("xor --vary lr", "--vary: found 'lr', without values; give it as NAME=V1,V2,..."),
    ("xor --vary lr=", "--vary: found 'lr=', without values; give it as NAME=V1,V2,..."),
    ("xor --vary lr=1,,2", "--vary: found 'lr=1,,2', with an empty value"),
    ("xor --vary lrr=1", "--vary: found 'lrr'; did you mean lr? it must be one of hidden, activation"),
    ("xor --vary seed=1,2", "--vary: found 'seed'; it must be one of hidden, activation, output-activation, init, "
     "loss, optimizer, lr, momentum, batch-size, shuffle, engine, epochs, target-loss; --seeds says how many seeds"),
    ("xor --vary json=1", "--vary: found 'json'; it must be one of"),
    ("xor --vary quiet=yes", "--vary: found 'quiet'; it must be one of"),
    ("xor --vary workers=1,2", "--vary: found 'workers'; it must be one of"),
    ("xor --vary points=5", "--vary: found 'points'; it must be one of"),
    ("xor --vary lr=1,abc", "compare xor: --lr: found 'abc'; it must be a number above 0"),
    ("xor --vary lr=1,-1e-3", "compare xor: --lr: found '-1e-3'; it must be a number above 0"),
    ("xor --vary lr=1,1.0", "--vary: lr: found '1.0', which is there already as '1'"),
    ("xor --vary activation=relu,ReLU", "--vary: activation: found 'ReLU', which is there already as 'relu'"),
    ("xor --vary lr=1 --vary lr=2", "--vary: found lr twice"),
    ("xor --vary lr=1,2 --lr 3", "--vary: found lr, and --lr beside it"),
    ("xor --vary lr=1 --vary init=he --vary loss=mse", "--vary: found 3 options; at most two can be varied"),
    ("xor --vary hidden=4,4x", "--vary: hidden: found '4x'; it must be a size such as 4, sizes such as 4x4, or none"),
    ("xor --vary hidden=0", "--vary: hidden: found '0'; it must be a size"),
    ("xor --vary hidden=99999x99999", "at most 100000 are allowed: make it smaller"),
    ("xor --vary shuffle=maybe", "--vary: shuffle: found 'maybe'; it must be yes or no"),
    ("xor --vary optimizer=sgd,adam --vary momentum=0,0.5", "--momentum: found it with the optimizer adam"),
    ("xor --vary engine=loops,processes", "--engine: found 'processes', but here the runs are already divided"),
    ("xor --vary lr=1 --engine processes", "--engine: found 'processes', but here the runs are already divided"),
    ("xor --vary lr=1 --hidden none 4", "--hidden: found the word none beside another value"),
    ("xor --vary lr=1 --seeds 0", "--seeds: found '0'; it must be a whole number from 1 up"),
    ("xor --vary lr=1,2 --seeds 9999", "2 settings with 9999 seeds are 19998 runs; at most 10000 are allowed"),
    ("xor --vary lr=1 --workers 0", "--workers: found '0'; it must be a whole number from 1 to 256"),
    ("xor --vary lr=1 --sedes 3", "there is no option --sedes; did you mean --seeds?"),
    ("xor --vary lr=1 --log-every 3", "there is no option --log-every"),
    ("xor --vary lr=1 --csv no_such_folder/runs.csv", "no_such_folder/runs.csv: cannot be written: No such file"),
    ("xor --vary lr=1 --csv tests", "tests: is not a regular file and is left as it is; give the name of a new file"),
])
def test_bad_input_is_refused_in_one_line_before_anything_runs(arguments, named):
    assert_refused("compare " + arguments, named)


def test_the_runs_are_written_where_nobody_reads_to_the_end(tmp_path):
    path = tmp_path / "runs.csv"
    process = subprocess.Popen([sys.executable, "cli.py", *map(str, GRID), "--json", "--csv", str(path)], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait(timeout=60) == 0
    process.stderr.close()
    assert path.read_text().count("\n") == 1 + 12


def test_help_lists_the_options_of_the_task_too():
    shown = run("compare", "linear", "--help")
    assert "--vary NAME=V1,V2,..." in shown and "--points" in shown
    assert "xor, linear, gate" in run("compare", "--help")


def test_ascii_output_has_no_character_that_it_cannot_have():
    done = cli(*GRID, encoding="ascii")
    assert done.returncode == 0 and all(ord(character) < 128 for character in done.stdout) and "?" not in done.stdout


@pytest.mark.slow
def test_a_terminal_sees_progress_with_the_time_left():
    written = on_a_terminal("compare", "xor", "--vary", "lr=1,0.5", "--seeds", "1", "--epochs", "3000")
    assert re.search(r"run \d of 2, at most [\d.]+ s left", written)
    assert written.index("left") < written.index("solved  epochs")
    assert "left" not in on_a_terminal(*map(str, GRID), "--json")


def in_session(process):
    """How many processes of that session there are."""
    found = subprocess.run(["ps", "-o", "stat=", "-s", str(process.pid)], stdout=subprocess.PIPE, encoding="utf-8")
    return len([state for state in found.stdout.split() if not state.startswith("Z")])


def start(*more):
    """A comparison of which the first runs end at once, and the last would take hours."""
    return in_a_session("--vary", "target-loss=0.3,1e-12", "--seeds", "3", *more)


def in_a_session(*more):
    return subprocess.Popen([sys.executable, "cli.py", "compare", "xor", "--epochs", "100000000", *more], cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def nobody_is_left(process):
    for _ in range(50):
        if not in_session(process):
            return True
        time.sleep(0.1)
    return False


def workers_have_started(process):
    """Wait until two have."""
    for _ in range(600):
        if in_session(process) == 3:
            break
        time.sleep(0.05)
    assert in_session(process) == 3


def interrupted(done, *more):
    """``start``, interrupted when so many runs are done: the process, what it wrote to stdout and to stderr."""
    for seconds in (0.3, 2.5, 10.0):                            # longer where the machine is busy
        process = start(*more)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)                   # as a terminal does
        out, err = process.communicate(timeout=60)
        if "Interrupted: %d " % done in out or '"done": %d,' % done in out:
            break
    return process, out, err


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.slow
def test_ctrl_c_shows_what_is_complete_and_leaves_no_process(workers, tmp_path):
    path = tmp_path / "runs.csv"
    done = workers                                              # each gets stuck in a run that takes hours
    process, out, err = interrupted(done, "--workers", str(workers), "--csv", str(path))
    assert (process.returncode, err) == (130, "")
    assert "Interrupted. Runs done: %d of 6. Results:" % done in out
    assert [cells[:2] for cells in rows_of(out)[1:]] == [["0.3", "%d of %d" % (done, done)], ["1e-12", "0 of 0"]]
    assert "No seed is done with every setting yet" in out
    assert path.read_text().count("\n") == 1 + done
    assert nobody_is_left(process)


@pytest.mark.slow
def test_ctrl_c_in_json_and_before_anything_is_complete():
    process, out, err = interrupted(2, "--json", "--workers", "2")
    assert (process.returncode, err) == (130, "")
    result = json.loads(out)
    assert (result["stopped"], result["done"], result["runs"]) == ("interrupted", 2, 6)
    process = in_a_session("--vary", "lr=1,2", "--target-loss", "1e-12", "--workers", "2")
    workers_have_started(process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "purenn: interrupted\n") and "Interrupted" not in out
    assert nobody_is_left(process)


def test_a_parent_that_is_killed_leaves_no_process():
    process = start("--workers", "2")
    workers_have_started(process)
    process.kill()
    process.communicate(timeout=60)
    assert nobody_is_left(process)


@pytest.mark.slow
def test_four_learning_rates_with_20_seeds_take_no_more_than_two_cores_do_in_a_minute():
    before, begin = os.times(), time.perf_counter()
    shown = run("compare", "xor", "--vary", "lr=1,0.5,0.1,0.05", "--seeds", 20)
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    print("%.1f s, and %.1f s of work" % (time.perf_counter() - begin, busy))
    assert [row[1] for row in rows_of(shown)[1:]] == ["16 of 20", "5 of 20", "0 of 20", "0 of 20"]
    assert busy < 2 * 60.0                                      # a machine that others use, too, takes longer


# Tables and images.

IRIS = ("compare", "train", "tests/files/iris.csv", "--target", "species", "--seeds", 2, "--epochs", 3)


def test_a_table_is_compared_by_its_validation_part_and_each_run_is_that_of_train():
    shown = json.loads(run(*IRIS, "--vary", "hidden=4,8x8", "--json", "--workers", 2))
    assert shown["task"] == "train" and shown["varied"] == {"hidden": ["4", "8x8"]}
    for setting, hidden in zip(shown["settings"], (["4"], ["8", "8"])):
        for one in setting["runs"]:
            alone = json.loads(run("train", "tests/files/iris.csv", "--target", "species", "--epochs", 3,
                                   "--workers", 1, "--hidden", *hidden, "--seed", one["seed"], "--json"))
            for name in ("loss", "accuracy", "validation_loss", "validation_accuracy", "test_accuracy"):
                assert one[name] == alone[name], name
    text = run(*IRIS, "--vary", "hidden=4,8x8", "--workers", 1)
    assert "Settings are ranked by their validation loss; the test data are not used.\n" in text
    assert rows_of(text)[0][:4] == ["hidden", "done", "validation loss", "accuracy"]
    assert "the lowest median validation loss" in text.splitlines()[-1]


def test_parts_of_the_data_and_losses_can_be_varied():
    shown = json.loads(run(*IRIS, "--vary", "train=20,40", "--vary", "loss=cross-entropy,bce", "--json"))
    assert [(each["settings"]["train"], each["settings"]["loss"]) for each in shown["settings"]] == [
        (20, "cross-entropy"), (20, "bce"), (40, "cross-entropy"), (40, "bce")]


@pytest.mark.slow
def test_images_are_compared_too():
    shown = json.loads(run("compare", "letters", "--data", "tests/files/handwritten_digits.npz", "--train", 40,
                           "--validation", 20, "--test", 20, "--epochs", 1, "--seeds", 1, "--vary",
                           "batch-size=all,10", "--vary", "standardize=yes,no", "--json"))
    assert [(each["settings"]["batch_size"], each["settings"]["standardize"]) for each in shown["settings"]] == [
        (40, True), (40, False), (10, True), (10, False)]
    assert all(each["validation_loss"] > 0.0 for each in shown["settings"])


@pytest.mark.parametrize("arguments, named", [
    ("compare train --vary lr=1", "train: found no file"),
    ("compare train tests/files/iris.csv --vary lr=1", "train: found no --target"),
    ("compare train tests/files/iris.csv --target species --vary target=1", "--vary: found 'target'; it must be"),
    ("compare letters --vary data=a,b", "--vary: found 'data'"),
    ("compare letters --vary save=a,b", "--vary: found 'save'"),
    ("compare letters --show-data 3 --vary lr=1", "there is no option --show-data"),
    ("compare train tests/files/iris.csv --target species --vary loss=hinge", "found 'hinge'")])
def test_of_tables_and_images_what_cannot_be_varied_is_refused(arguments, named):
    assert_refused(arguments, named)
