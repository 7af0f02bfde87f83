"""docs/command-line.md has every option of every command, as ``--help`` shows them, and what --json prints."""
import json
import re

import pytest

from purenn.cli.main import COMMANDS

from . import make_command_line as maker
from .helpers import cli

with open(maker.PAGE, encoding="utf-8") as file:
    PAGE = file.read()


def test_the_page_is_what_the_generator_writes():
    assert maker.page() == PAGE, "run: python -m tests.make_command_line"


def test_every_command_has_a_section():
    headings = re.findall(r"^### (.*)$", PAGE, re.MULTILINE)
    assert headings == list(maker.parsers())
    assert {heading.split(" ")[0] for heading in headings} == {name for name, _, _ in COMMANDS}
    assert sum(" " in heading for heading in headings) == 23                # explain, step, tape, compare, unroll


@pytest.mark.parametrize("name", ["xor", "letters", "train", "predict", "explain mazur", "compare gate",
                                  "unroll linear"])
def test_a_section_names_every_option_that_help_prints(name):
    section = PAGE.partition("### %s\n" % name)[2].partition("\n### ")[0]
    there = re.findall(r"^  (?:-h, )?(--[a-z-]+)", cli(*name.split(" "), "--help").stdout, re.MULTILINE)
    assert len(there) >= 5 and set(there) - {"--help"} == set(re.findall(r"`(--[a-z-]+)", section))


def test_an_option_is_shown_with_its_value_and_its_default():
    assert "\n- `--hidden [N ...]`: neurons in each hidden layer, or the word none (default: 4 4)\n" in PAGE
    assert "\n- `--plot [DIR]`: " in PAGE and "\n- `--shuffle`: " in PAGE and "\n- `[FILE.csv]`: " in PAGE


def test_an_option_is_shown_anew_where_its_default_is_another():
    gate = PAGE.partition("### gate\n")[2].partition("\n### ")[0]
    assert "- `--loss NAME`: mse, sse, half-sse, bce, bce-with-logits (default: half-sse)" in gate
    assert "As for [xor](#xor): `--hidden`, " in gate and "- `--hidden" not in gate


def keys(*arguments):
    """The keys of the object that a command prints with --json."""
    return set(json.loads(cli(*arguments, "--json").stdout))


def test_every_key_of_json_is_in_the_table():
    table = PAGE.partition("## What --json prints")[2].partition("\n## ")[0]
    known = set(re.findall(r"`(\w+)`", table))
    found = keys("xor", "--epochs", "2") | keys("linear", "--epochs", "2")
    for data, target in (("iris", "species"), ("diabetes", "progression")):
        found |= keys("train", "tests/files/%s.csv" % data, "--target", target, "--epochs", "2")
    found |= keys("letters", "--train", "20", "--validation", "10", "--test", "10", "--epochs", "1", "--workers", "1")
    assert len(found) >= 25
    assert {re.sub(r"^(validation|test)_(confusion|mse|mae|r2)$", r"\2", key) for key in found} <= known
    assert keys("evaluate", "tests/files/iris.json", "tests/files/iris.csv") <= known
