"""What the README shows is what happens."""
import contextlib
import inspect
import io
import os
import re
import shlex
import subprocess
import sys

import pytest

from purenn.study import mistakes

from .helpers import ROOT, cli, found

with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
    README = file.read()


def blocks(language):
    return re.findall(r"^```%s\n(.*?)^```$" % language, README, re.MULTILINE | re.DOTALL)


def test_the_first_thing_shown_is_what_xor_prints(xor_by_default):
    command, _, shown = blocks("console")[0].partition("\n")
    assert command == "$ python3 cli.py xor"
    assert xor_by_default.stdout == shown
    assert README.index("$ python3 cli.py xor") < 500


def test_the_example_of_the_api_runs_and_prints_what_its_comments_say():
    code, = blocks("python")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    assert said.getvalue().splitlines() == re.findall(r"# (.*)$", code, re.MULTILINE)


def rows_after(heading):
    table = README[README.index(heading):].split("\n\n|")[1].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table.splitlines()[2:]]


def test_each_formula_stands_in_the_line_and_the_function_that_it_is_said_to():
    rows = rows_after("## From formula to line")
    assert len(rows) >= 12
    for _, _, function, line in rows:
        assert line.strip("`") in inspect.getsource(found(function.strip("`"))), function


def test_each_breakpoint_is_one_line_of_its_room():
    rows = rows_after("## Step through it")
    assert len(rows) == 5
    for room, *_, line in rows:
        with open(os.path.join(ROOT, re.search(r"\((.*)\)", room).group(1)), encoding="utf-8") as source:
            assert source.read().count(line.strip("`")) == 1, line


def test_every_function_that_the_derivation_names_is_there():
    text = README[README.index("### The derivation"):README.index("### With the numbers put in")]
    named = re.findall(r"`((?:\w+\.)+\w+)`", text) + re.findall(r"`((?:\w+\.)+\w+):", text)
    assert len(set(named)) >= 9
    for function in named:
        assert callable(found(function)), function


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="other debuggers word it differently")
def test_each_station_can_be_stopped_at_and_has_there_what_is_to_be_looked_at():
    rows = rows_after("## Read it in this order")
    assert len(rows) == 7
    for _, path, breakpoint_, look in rows:
        names = re.findall(r"`(\w+)`", look)
        looked_at = "".join("p 'saw %s', %s\n" % (name, name) for name in names if name != "up")
        commands = "%s\ncontinue\n%snext\nnext\nnext\n%squit\n" % (breakpoint_.strip("`"), looked_at, looked_at)
        done = subprocess.run([sys.executable, "-m", "pdb", "cli.py", "xor"], cwd=ROOT, input=commands,
                              stdout=subprocess.PIPE, encoding="utf-8", timeout=120,
                              env={**os.environ, "PYTHONIOENCODING": "utf-8"})
        assert "Breakpoint 1 at" in done.stdout and "-> " in done.stdout, breakpoint_
        stopped = re.search(r"> (.+)\(\d+\)(\w+)", done.stdout[done.stdout.index("Breakpoint 1"):])
        assert stopped.group(1).endswith(path.strip("`")), (breakpoint_, stopped.group(0))
        # Each name can be printed, at the stop or three lines on.
        for name in set(names) - {"up", "a"}:
            assert "('saw %s', " % name in done.stdout, (breakpoint_, name)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="other debuggers word it differently")
def test_the_session_in_the_debugger_goes_as_shown():
    session = next(block for block in blocks("console") if "-m pdb" in block)
    commands = re.findall(r"^\(Pdb\) (.*)$", session, re.MULTILINE)
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-m", "pdb", "cli.py", "xor"], cwd=ROOT, input="\n".join(commands) + "\n",
                          stdout=subprocess.PIPE, encoding="utf-8", env=environment, timeout=120)
    printed = done.stdout.replace(ROOT + os.sep, "").replace("(Pdb) ", "")
    for line in session.splitlines()[1:]:
        if not line.startswith("(Pdb)") and not line.startswith(("> cli.py", '-> """')):
            assert line in printed, line


def other_commands():
    """The commands after the first, but for the debugger's, and what is shown of their output."""
    shown_blocks = [block for block in blocks("console")[1:] if "-m pdb" not in block]
    assert len(shown_blocks) == 5
    parts = re.split(r"^\$ ", "".join(shown_blocks), flags=re.MULTILINE)[1:]
    return {command: shown for command, _, shown in (part.partition("\n") for part in parts)}


# Two that take long.
MISTAKE = "python3 cli.py mistakes missing-factor-2"
PLATEAU = "python3 cli.py xor --seed 2 --epochs 20000 | tail -n 2"


def printed(command):
    """The lines that a command prints, or those of them that head or tail leaves."""
    command, _, part = command.partition(" | ")
    lines = cli(*shlex.split(command)[2:]).stdout.splitlines()
    which, count = part.split(" -n ") if part else ("head", len(lines))
    return lines[:int(count)] if which == "head" else lines[-int(count):]


def test_the_other_commands_print_what_is_shown():
    commands = other_commands()
    assert {MISTAKE, PLATEAU} < set(commands)
    for command in set(commands) - {MISTAKE, PLATEAU}:
        assert printed(command) == commands[command].splitlines(), command


def test_the_plateau_that_is_shown_is_told_in_the_same_words_after_fewer_epochs():
    shorter = PLATEAU.replace("20000", "6000 --engine unrolled")
    assert printed(shorter)[1:] == other_commands()[PLATEAU].splitlines()[1:]


def test_the_mistake_that_is_shown_is_there_and_is_caught_as_shown(monkeypatch):
    """All but the two trainings, of which 6000 epochs are shown and 9 done."""
    mistake = next(each for each in mistakes.MISTAKES if each.name == MISTAKE.split()[-1])
    short = mistake._replace(experiment=mistake.experiment._replace(epochs=9))
    monkeypatch.setattr(mistakes, "MISTAKES", [short])
    said, shown = printed(MISTAKE), other_commands()[MISTAKE].replace(" 6000 epochs", " 9 epochs").splitlines()
    curves = shown.index("right: loss (log scale)                   wrong: loss (log scale)")
    assert curves == 8 and said[:curves + 1] == shown[:curves + 1] and said[-2:] == shown[-2:]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the README's pipes are a shell's")
def test_each_other_command_prints_what_is_shown_as_it_stands_there():
    for command, shown in other_commands().items():
        command = command.replace("python3", '"%s"' % sys.executable)
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, shell=True, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", env=environment)
        assert done.stdout == shown, command


def test_every_option_is_listed_and_every_listed_option_is_there():
    listed = set(re.findall(r"`(--[a-z-]+)", README[README.index("## The command line"):]))
    there = set()
    for command in (["xor"], ["linear"], ["explain", "xor"], ["gradcheck"], ["mistakes"],
                    ["unroll", "xor"], ["letters"], ["compare", "xor"], ["reproduce"], ["train"], ["predict"],
                    ["evaluate"], ["show"]):
        there |= set(re.findall(r"(--[a-z-]+)", cli(*command, "--help").stdout))
    assert listed == there - {"--help"}


def test_ci_runs_the_line_of_the_readme_itself():
    lines = [block.strip() for block in blocks("sh")]
    assert len(lines) == 1 and lines[0].startswith("P=. ; python3 -m venv ") and "\n" not in lines[0]
    with open(os.path.join(ROOT, ".ci", "run"), encoding="utf-8") as script:
        assert "grep '^P=. ; python3 -m venv' README.md" in script.read()
