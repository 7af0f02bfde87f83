"""What the pages show is what happens: README.md, CONTRIBUTING.md, docs/ and the gallery.

A ```python block is run, a page's blocks one after the other in one namespace; what is printed is what the comments
after its prints say, or what the ```text block says that follows. In a ```console block each line after ``$`` is a
command, the lines below it are its output; a line ``…`` stands for lines that are left out. ``slow`` after the language
leaves a block to the slow tests, ``torch`` to where PyTorch is installed. The lines of a ```sh block are run by CI.
Sessions in pdb are held in tests/test_docs_reading.py.
"""
import ast
import contextlib
import glob
import importlib.util
import inspect
import io
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
from collections import namedtuple
from functools import lru_cache

import pytest

from purenn.cli.main import COMMANDS
from purenn.study.comparison import Trial, summarize
from purenn.study.sign_test import is_better

from .helpers import ROOT, cli, found

PAGES = [os.path.relpath(path, ROOT).replace(os.sep, "/") for path in (
    os.path.join(ROOT, "README.md"), os.path.join(ROOT, "CONTRIBUTING.md"),
    *sorted(glob.glob(os.path.join(ROOT, "docs", "*.md"))), os.path.join(ROOT, "plots", "README.md"))
    if os.path.exists(path)]

# The languages of blocks, and what may stand after them.
LANGUAGES = {"python": {"slow", "torch"}, "console": {"slow"}, "sh": set()}

# Blocks of text that are nobody's output: (page, first line), and why each is there.
TEXTS: dict = {}

Block = namedtuple("Block", ("language", "marks", "text", "line"))


def text_of(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def blocks(page, language=None):
    """The blocks of a page between fences, or those in one language."""
    found_blocks, begun = [], None
    for number, line in enumerate(text_of(page).splitlines(), 1):
        if not line.startswith("```"):
            continue
        if begun is None:
            begun = number, line[3:]
        else:
            assert line == "```", "%s:%d" % (page, number)
            name, *marks = begun[1].split() or [""]
            lines = text_of(page).splitlines()[begun[0]:number - 1]
            found_blocks.append(Block(name, set(marks), "".join(line + "\n" for line in lines), begun[0]))
            begun = None
    assert begun is None, "%s: the block that begins in line %d does not end" % (page, begun[0])
    return [block for block in found_blocks if language in (None, block.language)]


def prose(page):
    """The text of a page without its blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


# The pages whose commands take longest.
SLOW = ("docs/command-line.md", "docs/comparing.md", "docs/letters.md", "docs/tables.md")


def with_blocks(language, *marks):
    """The pages that have such a block; of several marks, with one of them."""
    return [page for page in PAGES if any(
        block.marks & set(marks) if marks else not block.marks for block in blocks(page, language))]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The current folder: it has all that is in the project's, and what is written into it is thrown away."""
    for name in os.listdir(ROOT):
        if not name.startswith("."):
            try:
                os.symlink(os.path.join(ROOT, name), str(tmp_path / name))
            except OSError:
                pytest.skip("needs symbolic links, to run the commands in a folder like the project's")
    monkeypatch.chdir(tmp_path)
    return str(tmp_path)


# Blocks.

@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_one_that_is_run(page):
    before = None
    for block in blocks(page):
        where = "%s:%d: %s" % (page, block.line, " ".join([block.language, *block.marks]))
        if block.language == "text":
            assert before == "python" or (page, block.text.partition("\n")[0]) in TEXTS, where
        else:
            assert block.language in LANGUAGES and block.marks <= LANGUAGES[block.language], where
        before = block.language
    # What is set off by spaces are formulas.
    assert not re.search(r"^ *~~~|^ {4,}(\$ |>>> |import |from |python|pip |npm |git )", prose(page), re.MULTILINE)


# Python.

def said(text):
    """What the comments after the prints of a program say, in their order."""
    lines = text.splitlines()
    prints = [node for node in ast.walk(ast.parse(text))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"]
    ends = [lines[node.end_lineno - 1] for node in sorted(prints, key=lambda node: node.lineno)]
    return [line.split("  # ", 1)[1].strip() for line in ends if "  # " in line]


def check_python(page, marks):
    """Run the blocks of a page, those with other marks left out."""
    namespace: dict = {"__name__": "__main__"}
    all_blocks = blocks(page)
    for block, after in zip(all_blocks, [*all_blocks[1:], None]):
        if block.language == "python" and block.marks <= marks:
            code = compile("\n" * block.line + block.text, "<%s>" % page, "exec")
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(code, namespace)
            shown = said(block.text)
            if after and after.language == "text":
                shown = after.text.splitlines()
            assert [line.rstrip() for line in printed.getvalue().strip("\n").splitlines()] == shown, "%s:%d" % (
                page, block.line)


@pytest.mark.parametrize("page", with_blocks("python"))
def test_the_python_of_a_page_prints_what_its_comments_say(page, project):
    check_python(page, set())


@pytest.mark.slow
@pytest.mark.parametrize("page", with_blocks("python", "slow"))
def test_so_does_the_python_that_takes_its_time(page, project):
    check_python(page, {"slow"})


@pytest.mark.parametrize("page", with_blocks("python", "torch"))
def test_so_does_the_python_with_pytorch(page, project):
    if not importlib.util.find_spec("torch"):
        pytest.skip("PyTorch is not installed: pip install torch")
    check_python(page, {"torch"})


# Commands.

def commands(block):
    """The commands of a block, each with the lines that are shown below it."""
    assert block.text.startswith("$ "), block.line
    parts = [part.partition("\n") for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]]
    return [(command, shown) for command, _, shown in parts]


def is_debugger(block):
    """Whether a session in pdb begins here or goes on."""
    return "-m pdb" in block.text.partition("\n")[0] or block.text.startswith("(Pdb)")


def printed_by(command, folder):
    """What a command prints in a folder, on stdout and stderr."""
    words = shlex.split(command)
    if words[:2] == ["python3", "cli.py"] and not re.search(r"[|<>;&*$`]", command):
        done = cli(*words[2:], cwd=folder)
        return done.stdout + done.stderr
    if sys.platform == "win32":
        pytest.skip("the pipes are those of a shell of Unix")
    return subprocess.run(command.replace("python3", '"%s"' % sys.executable), shell=True, cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                          env={**os.environ, "PYTHONIOENCODING": "utf-8"}).stdout


TIMES = ((r"\b\d+ h \d+ min\b|\b\d+ min \d+ s\b|\b\d+(\.\d)? s\b", "T"), (r"(\bseconds\"?:? )[\d.]+", r"\1T"),
         (r"\b[\d,.]+( images a second)", r"T\1"))


def without_times(text):
    """Lines in which each time is a T, in a column of seconds too, without spaces at the end."""
    lines, in_column = [], False
    for line in text.splitlines():
        line = line.rstrip()
        if in_column:
            line = re.sub(r"\s+\d+\.\d\d$", " T", line)
        for pattern, to in TIMES:
            line = re.sub(pattern, to, line)
        in_column = bool(line) and (in_column or re.search(r"\sseconds$", line) is not None)
        lines.append(line)
    return lines


def check_output(where, shown, printed):
    """Fail unless that is what was printed."""
    shown, printed = without_times(shown), without_times(printed)
    if "…" in shown:
        pattern = "".join(r"(?:.*\n)+?" if line == "…" else re.escape(line) + r"\n" for line in shown)
        if re.fullmatch(pattern, "".join(line + "\n" for line in printed)):
            return
    assert printed == shown, where


def check_console(page, marks, folder):
    """Run the commands of a page, those of blocks with other marks left out."""
    for block in blocks(page, "console"):
        if block.marks <= marks and not is_debugger(block):
            for command, shown in commands(block):
                check_output("%s:%d: %s" % (page, block.line, command), shown, printed_by(command, folder))


@pytest.mark.parametrize("page", [
    pytest.param(page, marks=pytest.mark.slow) if page in SLOW else page for page in with_blocks("console")])
def test_the_commands_of_a_page_print_what_is_shown(page, project):
    check_console(page, set(), project)


@pytest.mark.slow
@pytest.mark.parametrize("page", with_blocks("console", "slow"))
def test_so_do_the_commands_that_take_their_time(page, project):
    check_console(page, {"slow"}, project)


def test_there_is_a_session_in_the_debugger_and_a_test_of_it():
    assert any(is_debugger(block) for page in PAGES for block in blocks(page, "console"))
    assert os.path.exists(os.path.join(ROOT, "tests", "test_docs_reading.py"))


def test_times_differ_and_nothing_else():
    shown = "about 0.0 s an epoch, 1 min 4 s for 3 epochs\nloss  seconds\n0.50     0.46\n0.25    12.01\n\n0.46\n"
    check_output("", shown, shown.replace("0.0 s", "12 s").replace("1 min 4 s", "2 h 1 min").replace("12.01", " 0.10"))
    for other in (shown.replace("0.50", "0.51"), shown.replace("\n\n0.46", "\n\n0.45"), shown.replace("3 ", "4 ")):
        with pytest.raises(AssertionError):
            check_output("", shown, other)
    check_output("", "a\n…\nd\n", "a\nb\nc\nd\n")
    for printed in ("a\nd\n", "a\nb\n", "b\nd\n"):
        with pytest.raises(AssertionError):
            check_output("", "a\n…\nd\n", printed)


def test_comments_after_prints_are_what_is_printed():
    assert said("x = 1  # no print\nprint(x)  # 1\nprint(\n    2)    # 2 # 3\n") == ["1", "2 # 3"]


# CI.

def test_ci_runs_the_lines_that_set_up():
    with open(os.path.join(ROOT, ".ci", "run"), encoding="utf-8") as file:
        script = file.read()
    first, = [line for line in blocks("README.md", "sh")[0].text.splitlines()]
    assert first.startswith("P=. ; python3 -m venv ") and "grep '^P=. ; python3 -m venv' README.md" in script
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.text.splitlines():
                assert line in (first, ".ci/run") or line in script, "%s:%d: %s" % (page, block.line, line)


# Links, headings, lengths.

def anchors(page):
    """What the headings of a page are called in links, as GitHub calls them."""
    names: list = []
    for heading in re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
        names.append("%s-%d" % (name, names.count(name)) if name in names else name)
    return names


def links(page):
    """The targets of the links and images of a page that are no addresses on the web."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    targets = re.findall(r"\]\(<?([^)>\s]+)>?\)", text)
    return [target for target in targets if not re.match(r"https?://|mailto:", target)]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_something(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        assert os.path.exists(os.path.join(ROOT, path)), "%s: %s" % (page, target)
        if anchor:
            assert path.endswith(".md") and anchor in anchors(path), "%s: %s" % (page, target)


def test_every_page_is_there_and_linked_from_the_first():
    assert {"README.md", "CONTRIBUTING.md", "plots/README.md"} <= set(PAGES) and len(PAGES) >= 10
    assert set(PAGES) - {"README.md"} <= set(links("README.md"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_a_paragraph_that_says_for_whom_it_is(page):
    title, first, *_ = text_of(page).split("\n\n")
    assert re.match(r"# .+$", title) and re.match(r"[\w`*\[]", first) and len(first) > 40
    assert page == "README.md" or re.search(r"\bfor\b", first, re.IGNORECASE), first


@pytest.mark.parametrize("page", PAGES)
def test_no_line_of_prose_is_longer_than_120_characters(page):
    for line in prose(page).splitlines():
        assert len(line) <= 120 or line.startswith("| "), "%s: %s" % (page, line)


def test_the_first_page_is_short():
    text = text_of("README.md")
    assert len(text.splitlines()) <= 150 and len(text.encode("utf-8")) <= 9000


def test_the_first_thing_shown_is_what_xor_prints():
    block = blocks("README.md", "console")[0]
    assert block.text.startswith("$ python3 cli.py xor\n") and not block.marks
    assert text_of("README.md").index("$ python3 cli.py xor") < 500
    assert len(blocks("README.md", "python")) == 1


# Tables.

def rows_of(page, *header):
    """The rows of the first table of a page whose header has these cells; none where there is no such table."""
    for table in re.findall(r"(?:^\|.*\n)+", prose(page) + "\n", re.MULTILINE):
        names, _, *rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in table.splitlines()]
        if set(header) <= set(names):
            assert {len(row) for row in rows} == {len(names)}, "%s: %s" % (page, names)
            return [dict(zip(names, row)) for row in rows]
    return []


def test_the_zoom_goes_from_the_epochs_down_to_the_inputs_of_a_neuron():
    rooms = [row["file"] for row in rows_of("README.md", "file", "loops over", "forward", "backward")]
    assert [re.search(r"\((.*)\)", room).group(1) for room in rooms] == [
        "purenn/training.py", "purenn/engines/loops.py", "purenn/network.py", "purenn/activations.py",
        "purenn/layers.py", "purenn/neuron.py"]
    for room in ("engines.loops.batch_cost", "engines.loops.Loops.gradients", "network.Network.forward",
                 "network.Network.backward", "activations.Activation.forward", "layers.Linear.forward",
                 "layers.Linear.backward", "neuron.forward",
                 "neuron.backward"):
        assert callable(found(room))


@pytest.mark.parametrize("page", PAGES)
def test_each_formula_stands_in_the_line_and_the_place_that_it_is_said_to(page):
    for row in rows_of(page, "formula", "function", "line"):
        assert row["line"].strip("`") in inspect.getsource(found(row["function"].strip("`"))), row
    for line, file in re.findall(r"`([^`\n]+)` in `(\w+\.py)`", prose(page)):
        with open(os.path.join(ROOT, "purenn", file), encoding="utf-8") as source:
            assert line in source.read(), (line, file)


def test_the_derivation_has_all_of_its_formulas():
    tables = [rows_of(page, "formula", "function", "line") for page in PAGES]
    assert max(map(len, tables)) >= 12


def test_the_benchmark_has_a_row_for_each_contender_and_a_column_for_each_task():
    from benchmarks.contenders import CONTENDERS, OWN
    from benchmarks.tasks import TASKS
    rows = {row["times as fast as `loops`"]: row for row in rows_of("docs/engines.md", "times as fast as `loops`")}
    on_pypy = {name + " on PyPy" if "," not in name else name + ", on PyPy" for name in OWN}
    assert set(rows) == set(CONTENDERS) | on_pypy | {"what the loops did"}
    for name in CONTENDERS:
        shown = {task: row for task, row in rows[name].items() if task in TASKS and row}
        assert set(shown) == {task for task in TASKS if TASKS[task][0] in CONTENDERS[name][2].split()}, name
        assert all(float(figure) >= 0.0 for figure in shown.values())
    assert {rows["loops"][task] for task in TASKS} == {"1.00"}


def test_the_verdicts_of_the_lab_reports_are_counted():
    from purenn.study.lab_verdicts import VERDICTS
    rows = rows_of("docs/lab-reports.md", "report", "purenn", "verdict")
    verdicts = [row["verdict"].replace("**", "") for row in rows]
    counted = [(row["verdict"], int(row["experiments"]))
               for row in rows_of("docs/lab-reports.md", "verdict", "experiments")]
    assert counted == [(words, verdicts.count(words)) for words in VERDICTS] and len(rows) == 22


def test_the_table_of_the_sign_test_has_the_fewest_wins_that_count():
    rows = rows_of("docs/comparing.md", "seeds lost", "seeds that must be won")
    assert [int(row["seeds lost"]) for row in rows] == list(range(6))
    for row in rows:
        lost, won = int(row["seeds lost"]), int(row["seeds that must be won"])
        assert stands_out(won, lost) and not stands_out(won - 1, lost)


def stands_out(won, lost):
    """Whether a setting that needs fewer epochs with so many seeds, and more with others, counts as better."""
    first, other = [summarize("", [solved_after(epochs) for epochs in needed])
                    for needed in ([1] * won + [2] * lost, [2] * won + [1] * lost)]
    return is_better(first, other)


def solved_after(epochs):
    """A Trial that needed so many epochs."""
    return Trial(True, epochs, epochs, 0.0, 1.0, None, None, None, None, False, 0.0, [], [], [], 0.0, [])


# The tables of docs/tables.md: how each is called there, its file, its target, its score.
SCORES = (("iris", "iris", "species", "accuracy"), ("wine", "wine", "class", "accuracy"),
          ("breast cancer", "breast_cancer", "benign", "accuracy"), ("diabetes", "diabetes", "progression", "r2"))


@pytest.mark.slow
@pytest.mark.parametrize("table, file, target, score", SCORES)
def test_the_scores_of_the_tables_are_those_of_train(table, file, target, score):
    row, = [row for row in rows_of("docs/tables.md", "table", "score", "purenn") if row["table"] == table]
    scores = []
    for seed in (1, 2, 3, 4, 5):
        done = cli("train", "tests/files/%s.csv" % file, "--target", target, "--seed", seed, "--json")
        scores.append(json.loads(done.stdout)["test_" + score])
    assert row["purenn"] == "%.3f ± %.3f" % (statistics.mean(scores), statistics.stdev(scores))


# Options.

@lru_cache(None)
def options_of(*words):
    """The options of a command, or of a command with its task."""
    return set(re.findall(r"--[a-z][a-z-]*", cli(*words, "--help").stdout))


TASKS_OF = ("compare", "explain", "step", "tape", "unroll")         # commands that take one
OTHERS = {"--help", "--version", "--also", "--only"}        # of the whole, and of the benchmarks


def options_of_all():
    """The options of all commands."""
    options = options_of("linear")
    for name, _, _ in COMMANDS:
        options = options | options_of(*[name, "xor"][:2 if name in TASKS_OF else 1])
    return options


@pytest.mark.parametrize("page", PAGES)
def test_each_command_and_option_that_a_page_names_is_there(page):
    text = re.sub(r"\s*\n\s*", " ", prose(page))
    for command in re.findall(r"`python3 cli\.py ([^`]+)`", text):
        words = command.split()
        if words[0] in [name for name, _, _ in COMMANDS]:
            known = options_of(*words[:2 if words[0] in TASKS_OF and len(words) > 1 else 1])
            assert set(re.findall(r"--[a-z][a-z-]*", command)) <= known, command
        else:
            assert words[0] == "COMMAND" or words[0] in OTHERS, command
    if page != "docs/outgrowing.md":                        # which has options of PyTorch's programs
        assert set(re.findall(r"`(--[a-z][a-z-]*)", text)) <= OTHERS | options_of_all()
