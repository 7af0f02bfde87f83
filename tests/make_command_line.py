"""Writes the options into docs/command-line.md, every one of every command, from the parsers that print ``--help``.

    python -m tests.make_command_line

It replaces what stands between two markers. The rest of the page is written by hand.
"""
import contextlib
import io
import os
import textwrap
from unittest import mock

from purenn.cli.main import COMMANDS, main
from purenn.cli.parser import Parser

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "command-line.md")
BEGIN = "<!-- Written by python -m tests.make_command_line, from here -->\n"
END = "<!-- to here. -->\n"
WIDTH = 120

# A command refers to another one where they share at least so many options; otherwise it shows its own.
SHARED = 3


def page():
    """The page as it should be."""
    with open(PAGE, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    return before + BEGIN + options_of_all() + END + rest.partition(END)[2]


def options_of_all():
    """All that stands between the markers."""
    lines = [""]
    shown = {}                                  # the rows that each command before shows in full
    for name, parser in parsers().items():
        lines += section(name, parser, shown)
    return "\n".join(lines)


# The parsers, and what is in them.

def parsers():
    """Each command's Parser by its name; where a command takes a task, one for each task: ``explain xor``."""
    found = {}
    for name, _, _ in COMMANDS:
        parser = parser_of([name])
        if [action.dest for action in parser._actions] != ["task"]:
            found[name] = parser
            continue
        for task in parser._actions[0].help.split(";")[0].split(", "):
            found[f"{name} {task}"] = parser_of([name, task])
    return found


def parser_of(words):
    """The Parser that prints the help of a command, or of a command with its task."""
    found = []
    with mock.patch.object(Parser, "print_help", lambda self, file=None: found.append(self)):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            main([*words, "--help"])
    return found[0]


def name_of(action):
    """An argument, or an option with its value, as the usage of ``--help`` shows it."""
    value = {0: "", "*": f"[{action.metavar} ...]", "?": f"[{action.metavar}]"}.get(action.nargs, action.metavar)
    return " ".join([*action.option_strings, value]).strip()


def groups_of(parser):
    """A pair for each group of options: its title, and its rows, pairs of a name and what it means."""
    for group in parser._action_groups:
        title = {parser._positionals: "arguments", parser._optionals: "options"}.get(group, group.title)
        rows = [(name_of(action), action.help % vars(action)) for action in group._group_actions
                if action.dest != "help"]
        if rows:
            yield title, rows


# The text.

def section(name, parser, shown):
    """The lines about a command. What it shows in full is added to ``shown``."""
    rows = [row for _, group in groups_of(parser) for row in group]
    same = shared(rows, shown)
    shown[name] = [row for row in rows if not any(row in others for others in same.values())]
    lines = [f"### {name}", "", f"`{usage_of(name, parser)}`", "", *wrapped(parser.description), ""]
    for title, group in groups_of(parser):
        new = [row for row in group if row in shown[name]]
        if new:
            lines += [f"{title[0].upper()}{title[1:]}:", ""]
            for option, meaning in new:
                lines += wrapped(f"- `{option}`: {meaning}", "  ")
            lines.append("")
    for other in same:
        names = [f"`{option.split(' ')[0]}`" for option, _ in same[other]]
        lines += [*wrapped(f"As for [{other}](#{other.replace(' ', '-')}): {', '.join(names)}."), ""]
    return lines


def shared(rows, shown):
    """Which of the rows other commands show: a dict from such a command to them, the one with most of them first."""
    same = {}
    left = list(rows)
    while shown:
        other = max(shown, key=lambda name: len(set(shown[name]) & set(left)))
        found = [row for row in left if row in shown[other]]
        if len(found) < SHARED:
            break
        same[other] = found
        left = [row for row in left if row not in found]
    return same


def usage_of(name, parser):
    """The line with which a command is called."""
    arguments = [name_of(action) for action in parser._positionals._group_actions]
    has_options = len(parser._actions) > len(arguments) + 1                             # besides --help
    return " ".join(["python3 cli.py", name, *arguments, *["[options]"] * has_options])


def wrapped(text, indent=""):
    """The text in lines; a name of an option is not broken."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    text = page()
    with open(PAGE, "w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)
