"""course, as learners and teachers run it: files in processes of their own, with limits; grades that are apart."""
import csv
import json
import os
import subprocess
import sys

import pytest

from purenn.course import check, source, workbook
from purenn.course.chapters import EXERCISES, c11_planted, exercise

from .anywhere import interpreters
from .helpers import ROOT, assert_refused, cli, needed

POSIX = pytest.mark.skipif(os.name != "posix", reason="limits are the system's")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a workbook of the first two chapters in it."""
    monkeypatch.chdir(tmp_path)
    done = cli("course", "start", "--seed", 7, "--chapters", "1-2", cwd=str(tmp_path))
    assert done.returncode == 0 and done.stdout.startswith("workbook: 7 exercises, seed 7."), done
    return tmp_path


def written(folder, number, text):
    """Put a text into the file of an exercise."""
    of = exercise(number)
    (folder / "workbook" / (of.file + ".py")).write_text(text, encoding="utf-8")
    return of


def solved(folder, chapters, seed):
    """Write every solution into a workbook."""
    for of, text in workbook.solutions(chapters, seed):
        (folder / (of.file + ".py")).write_text(text, encoding="utf-8")


def test_what_start_says_next_works_in_a_folder_of_any_name(tmp_path):
    done = cli("course", "start", "mine", "--chapters", "1", cwd=str(tmp_path))
    assert done.stdout.endswith(", or 'course next --in mine'.\n")
    words = done.stdout.strip().split(", or ")[1].strip("'.").split()
    assert words == ["course", "next", "--in", "mine"]
    assert "Next: %s" % os.path.join("mine", "ex01_1_") in cli(*words, cwd=str(tmp_path)).stdout
    assert "name one with --in DIR, or make one with 'course start'" in cli("course", "next", cwd=str(tmp_path)).stderr


def test_a_learner_starts_checks_gets_hints_and_goes_on(folder):
    def course(*words):
        done = cli("course", *words, cwd=str(folder))
        assert done.stderr == ""
        return done.returncode, done.stdout
    assert "1.2 is not right yet; course check 1.2 tells more" in cli("course", "run", cwd=str(folder)).stderr
    assert course("next")[1].endswith("Next: %s\n" % os.path.join("workbook", "ex01_1_weighted_sum_by_hand.py"))
    code, text = course("check")
    assert code == 1 and text.startswith("1.1 ex01_1_weighted_sum_by_hand.py: not begun\n")
    assert course("hint")[1].startswith("1.1, hint 1 of 2: ") and course("hint")[1].startswith("1.1, hint 2 of 2: ")
    written(folder, "1.1", "z = 9.0\n")
    assert course("check")[0] == 1
    (right,) = [text for of, text in workbook.solutions([1], 7) if of.number == "1.1"]
    written(folder, "1.1", right)
    code, text = course("check")
    assert code == 0 and text.startswith("1.1 ex01_1_weighted_sum_by_hand.py: right\n") and "ex01_2" in text
    written(folder, "1.2", "def forward(weights, bias, inputs):\n    print('hello')\n    return 0.0 + sum(\n"
                           "        w * a for w, a in zip(weights, inputs))\n")
    code, text = course("check")
    assert code == 1
    assert "            sample 1 of 4: ([0.5], 0.25, [2.0])\n            z: expected 1.25, found 1.0\n" in text
    assert "  mistake   bias-left-out: The bias is left out.\n  read      docs/derivation.md, Forward: from " in text
    assert text.endswith("  your file printed:\n" + "    hello\n" * 4)
    assert "   1  1 of 2  A neuron\n" in course()[1]
    state = json.loads((folder / "workbook" / "workbook.json").read_text())
    assert state["done"] == {"1.1": [2, 2, True], "1.2": [1, 0, False]}


FAULTS = [
    ("def forward(w, b, i)\n    return 1\n", "line 1: this is not valid Python"),
    ("def forward(w, b, i):\n    return 1 / 0\n", "line 2: ZeroDivisionError: division by zero"),
    ("def forward(w, b, i):\n    return\n",
     "expected 1.25, found None; is a return missing, or is a line with ... still there?"),
    ("def forward(w, b, i):\n    return [1.25]\n", "found [1.25]; one number is expected, not a list"),
    ("def forward(w, b, i):\n    return float('nan')\n", "found nan"),
    ("def forward(w, b, i):\n    return lambda: 1.25\n", "found function"),
    ("def forward(w, b, i):\n    ...\n", "Still blank: 'forward'."),
    ("def backward(w, b, i):\n    return 1\n", "forward is no longer in the file; put it back"),
    ("forward = 3\n", "TypeError: 'int' object is not callable"),
    ("import sys\n\n\ndef forward(w, b, i):\n    sys.exit(0)\n", "line 5: the program is ended here"),
    ("raise KeyboardInterrupt\n", "line 1: KeyboardInterrupt"),
    ("import os\nos._exit(0)\n", "ended before the check was done, with exit code 0"),
    ("from purenn import neuron\n\nforward = neuron.forward\n", "line 1: purenn is imported here"),
    ("forward = __import__('purenn').neuron.forward\n",
     "ImportError: purenn is imported; write the code yourself, without it"),
    ("import importlib\n\nforward = importlib.import_module('purenn.neuron').forward\n",
     "ModuleNotFoundError: No module named 'purenn'"),
    ("def forward(w, b, i):\n    return forward(w, b, i)\n", "line 2: RecursionError"),
    ("print('\\x1b[31m')\n" * 2, "forward is no longer in the file; put it back"),
]


@pytest.mark.parametrize("text, says", [
    pytest.param(text, says, marks=[] if i % 4 == 0 or "importlib" in text else pytest.mark.slow)
    for i, (text, says) in enumerate(FAULTS)])
def test_a_fault_in_a_learners_file_is_a_sentence(folder, text, says):
    of = written(folder, "1.2", text)
    verdict = check.check(of, str(folder / "workbook"), 7)
    assert verdict.status in ("wrong", "error", "blank")
    assert any(says in sentence for sentence in verdict.sentences), verdict
    assert not any("Traceback" in sentence or "course" in sentence for sentence in verdict.sentences)


def test_what_a_file_prints_is_shown_escaped(folder):
    written(folder, "1.2", "print('\\x1b[31m')\n")
    assert "    \\x1b[31m\n" in cli("course", "check", "1.2", cwd=str(folder)).stdout


def test_a_loop_that_does_not_end_is_ended_and_its_line_named(folder):
    of = written(folder, "1.2", "def forward(w, b, i):\n    while True:\n        print('still ' * 1000)\n")
    verdict = check.check(of, str(folder / "workbook"), 7, seconds=0.5)
    assert verdict.status == "error" and "the code had not ended when the time was up" in verdict.sentences[0]
    assert verdict.printed.startswith("still still ") and len(verdict.printed) < 10000
    if os.name == "posix":
        assert verdict.sentences[0].startswith("line ")


@POSIX
@pytest.mark.slow
def test_a_file_that_catches_everything_is_ended_all_the_same(folder):
    of = written(folder, "1.2", "while True:\n    try:\n        while True:\n            pass\n"
                                "    except BaseException:\n        pass\n")
    verdict = check.check(of, str(folder / "workbook"), 7, seconds=0.2)
    assert verdict.status == "error" and "the time was up" in verdict.sentences[0]


@POSIX
@pytest.mark.slow
def test_memory_is_limited_and_what_a_file_starts_ends_with_it(folder):
    of = written(folder, "1.2", "def forward(w, b, i):\n    return len(bytearray(1 << 33))\n")
    if sys.platform == "linux" and sys.implementation.name == "cpython":
        assert "MemoryError" in check.check(of, str(folder / "workbook"), 7).sentences[-1]
    mark = folder / "pid"
    mark.touch()
    of = written(folder, "1.2", "import os\nif not os.fork():\n    while True:\n"
                                "        with open(%r, 'a') as file:\n            file.write('.')\n" % str(mark) +
                 "while not os.path.getsize(%r):\n    pass\n" % str(mark))
    check.check(of, str(folder / "workbook"), 7, seconds=2.0)
    size = mark.stat().st_size
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)
    assert mark.stat().st_size == size > 0


def test_files_that_are_none_or_no_text_get_a_sentence(folder):
    of = exercise("1.2")
    path = folder / "workbook" / (of.file + ".py")
    path.write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text" in check.check(of, str(folder / "workbook"), 7).sentences[0]
    path.write_bytes(b"#" * 300000)
    assert "longer than" in check.check(of, str(folder / "workbook"), 7).sentences[0]
    path.unlink()
    assert "cannot be read" in check.check(of, str(folder / "workbook"), 7).sentences[0]
    path.mkdir()
    assert "is a folder" in check.check(of, str(folder / "workbook"), 7).sentences[0]


def test_a_file_that_is_half_written_is_not_finished_and_no_try(tmp_path):
    cli("course", "handout", tmp_path / "workbook", "--chapters", "2", "--seed", 7)
    of = exercise("2.5")
    path = tmp_path / "workbook" / (of.file + ".py")
    start, end = source.solution(of).split('"""δ_j = ')
    path.write_text(start + "...\n\n    def parameters" + end.split("    def parameters")[1],
                    encoding="utf-8")
    done = cli("course", "check", "2.5", cwd=str(tmp_path))
    assert done.returncode == 1 and done.stdout.startswith("2.5 %s.py: not finished\n  right     a_j, sig" % of.file)
    assert "  not tried δ_j = ∂C/∂z_j, sigmoid; a_j, of 2·z_j, sig" in done.stdout
    assert "            Still blank: 'Activation.backward'.\n" in done.stdout
    assert json.loads((tmp_path / "workbook" / "workbook.json").read_text())["done"]["2.5"] == [0, 0, False]
    assert len(cli("course", "check", "2", cwd=str(tmp_path)).stdout.split("ex02_")) == 6


def test_each_exercise_is_checked_with_right_ones_before_it(folder):
    """A mistake is found where it was made: the layer of chapter 2 is right though its sigmoid is wrong."""
    solved(folder / "workbook", [1, 2], 7)
    written(folder, "2.2", "def sigmoid(z):\n    return z\n")
    statuses = {number: check.check(exercise(number), str(folder / "workbook"), 7).status for number in ("2.2", "2.5")}
    assert statuses == {"2.2": "wrong", "2.5": "right"}


# For teachers.

def test_grades_are_apart_and_name_the_mistakes(tmp_path):
    for name in ("anna", "=berta", "carl", "dora"):
        assert cli("course", "handout", tmp_path / name, "--chapters", "1", "--seed", 3).returncode == 0
    solved(tmp_path / "anna", [1], 3)
    solved(tmp_path / "dora", [1], 3)
    (tmp_path / "=berta" / "ex01_2_weighted_sum.py").write_text(
        source.mistaken(exercise("1.2"), "bias-subtracted"), encoding="utf-8")
    (tmp_path / "=berta" / "workbook.json").write_text("{", encoding="utf-8")
    (tmp_path / "carl" / "ex01_2_weighted_sum.py").write_text(
        "import os, sys\nopen(%r, 'w').close()\nfor fd in range(3, 20):\n    try:\n"
        "        os.write(fd, b'{\"results\": []}')\n"
        "    except OSError:\n        pass\nos.kill(os.getpid(), 9)\n" % str(
            tmp_path / "dora" / "ex01_2_weighted_sum.py"), encoding="utf-8")
    (tmp_path / "weights.json").write_text('{"1": 2, "1.2": 5}')
    done = cli("course", "grade", "anna", "=berta", "carl", "dora", "--chapters", "1", "--csv", "grades.csv",
               "--weights", "weights.json", "--json", cwd=str(tmp_path))
    assert done.returncode == 1, done.stderr
    found = {each["submission"]: each for each in json.loads(done.stdout)["submissions"]}
    assert [found[name]["points"] for name in ("anna", "=berta", "carl", "dora")] == [7.0, 0.0, 0.0, 7.0]
    assert not (tmp_path / "dora" / "ex01_2_weighted_sum.py").read_text()       # what Carl's file did came too late
    assert found["=berta"]["exercises"]["1.2"] == {"status": "wrong", "points": 0.0, "mistake": "bias-subtracted"}
    assert found["carl"]["exercises"]["1.2"]["status"] == "error" and "not JSON" in found["=berta"]["note"]
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["submission", "points", "1.1", "1.2", "mistakes", "note"]
    assert [row[:4] for row in rows[1:]] == [["anna", "7", "2", "5"], ["'=berta", "0", "0", "0"],
                                             ["carl", "0", "0", "0"], ["dora", "7", "2", "5"]]
    assert rows[2][4] == "1.2 bias-subtracted"
    assert cli("course", "grade", "anna", "--chapters", "1", cwd=str(tmp_path)).stdout == "anna: 2 of 2 points\n"


def test_the_seed_that_a_teacher_gives_is_the_one_that_counts(tmp_path):
    cli("course", "handout", tmp_path / "anna", "--chapters", "1", "--seed", 3)
    solved(tmp_path / "anna", [1], 4)
    grades = [json.loads(cli("course", "grade", tmp_path / "anna", "--json", *more).stdout)["submissions"][0]["points"]
              for more in (("--chapters", "1"), ("--chapters", "1", "--seed", "4"))]
    assert grades == [1.0, 2.0]


def test_solutions_are_printed_for_the_teacher():
    assert "z = " in cli("course", "solutions", "1.1", "--seed", "0").stdout
    assert len({cli("course", "solutions", "1.1", "--seed", seed).stdout for seed in ("0", "1", "2")}) == 3
    text = cli("course", "solutions", "1.2", "8.2").stdout
    assert "        z += weights[k] * inputs[k]                 # + w_k · a_k\n" in text
    assert '\norder = "' in text and "1.1" not in text


@pytest.mark.parametrize("arguments, named", [
    ("course chek", "ACTION: found 'chek'; it must be one of status, start, check"),
    ("course check --in nowhere", "nowhere has no workbook.json, so it is not a workbook; name one with "
     "--in DIR, or make one with 'course start'"),
    ("course check --seed 3", "course check: --seed has no effect here; leave it out"),
    ("course next 1.2", "course next: found '1.2'; it takes no name"),
    ("course start --chapters 3-99", "--chapters: found '3-99'; it must be chapters from 1 to 14, such as 1-6"),
    ("course start --chapters 1-" + "9" * 5000, "--chapters: found '1-9999"),
    ("course run --in docs", "docs has no workbook.json, so it is not a workbook"),
    ("course start --chapters 5-3", "--chapters: found '5-3'"),
    ("course handout", "course handout: give the new folder, or --zip FILE.zip"),
    ("course grade", "course grade: found no submission; give the folders that were handed in"),
    ("course grade nowhere", "course grade: nowhere is not a folder"),
    ("course grade docs --weights tests/files/iris.json", "there is no exercise and no chapter"),
    ("course solutions 77", "there is no exercise '77'"),
])
def test_bad_input_gets_one_line(arguments, named):
    if "weights" in arguments:
        done = cli(*arguments.split())
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and "tests/files/iris.json: " in done.stderr
        return
    assert_refused(arguments, named)


def test_what_is_shown_of_planted_mistakes_tells_them_apart():
    for of in c11_planted.POOL:
        shown = [c11_planted.differences(of, known.name) for known in of.known]
        assert all(shown) and len(set(shown)) == len(shown), of.number


# The whole of it.

@pytest.mark.slow
def test_the_solved_workbook_is_right_and_trains_to_purenns_digits(tmp_path):
    cli("course", "handout", tmp_path / "book", "--seed", 9)
    solved(tmp_path / "book", list(range(1, 15)), 9)
    for of in EXERCISES:
        assert check.check(of, str(tmp_path / "book"), 9).status == "right", of.number
    done = cli("course", "run", "--in", tmp_path / "book", "--epochs", "60")
    assert done.returncode == 0 and "All 60 losses are equal to purenn's, bit for bit.\n" in done.stdout
    path = tmp_path / "book" / "ex04_2_neuron_backward.py"
    path.write_text(source.mistaken(exercise("4.2"), "biases-never-updated"), encoding="utf-8")
    assert "Your losses differ from purenn's from epoch 2 on" in cli("course", "run", "--in", tmp_path / "book").stdout
    path.write_text("def backward(*given):\n    return 1 / 0\n", encoding="utf-8")
    done = cli("course", "run", "--in", tmp_path / "book")
    assert done.returncode == 2
    assert done.stderr.endswith("course run: 4.2 is not right yet; course check 4.2 tells more\n")


@pytest.mark.slow
def test_the_right_solutions_pass_on_every_python_here(tmp_path):
    cli("course", "handout", tmp_path / "book", "--seed", 9)
    solved(tmp_path / "book", list(range(1, 15)), 9)
    pythons = [each for each in interpreters() if each.name in ("CPython", "PyPy") and each.version >= (3, 8)]
    needed(len(pythons) > 1, "there is no other Python here")
    for python in pythons:
        done = subprocess.run([*python.command, os.path.join(ROOT, "cli.py"), "course", "grade", str(tmp_path / "book"),
                               "--json"], stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT)
        found = json.loads(done.stdout)["submissions"][0]["exercises"]
        assert {number: each["status"] for number, each in found.items()} == {of.number: "right" for of in EXERCISES}
        assert done.returncode == 0, python.name
