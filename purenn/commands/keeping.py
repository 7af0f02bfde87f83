"""What a command that trains keeps: the model, the curve, and checkpoints, from which it goes on.

A checkpoint holds the arguments of the run that wrote it, so that ``--resume FILE`` needs no others.
"""
import os
import sys
import time
import zlib
from array import array
from typing import Any

from ..linalg import PurennError
from ..show.terminal import Terminal
from .options import Parser, program_name, whole

# What may be another when a run goes on: where the data lie, how long it takes, what is shown and kept.
FREE = ("file", "data", "epochs", "target_loss", "patience", "log_every", "quiet", "json", "save", "history",
        "checkpoint", "checkpoint_every", "resume")


def add_options(parser: Parser, every: int) -> None:
    """``--save``, ``--history``, ``--checkpoint``, ``--checkpoint-every`` and ``--resume``."""
    group = parser.add_argument_group("what is kept")
    group.add_argument("--save", metavar="FILE", help="write the trained network: a .json to read, or a .safetensors "
                       "for PyTorch, too")
    group.add_argument("--history", metavar="FILE.csv", help="write the curve, an epoch a row")
    group.add_argument("--checkpoint", metavar="FILE", help="write down now and then what it takes to go on")
    group.add_argument("--checkpoint-every", metavar="N", type=whole(1),
                       help="epochs from one checkpoint to the next (default: %d)" % every)
    group.add_argument("--resume", metavar="FILE", help="go on from a checkpoint, with its settings; --epochs and what "
                       "is shown and kept may be others")
    parser.set_defaults(usual_every=every)


def parse(build, task: str, arguments: list):
    """The options of a command; ``build(arguments)`` makes its parser.

    With ``--resume`` they are those of the checkpoint, but for the FREE ones. ``options.start`` is then the
    Checkpoint, otherwise None; ``options.kept_arguments`` are those to keep in the next one.
    """
    options = build(arguments).parse_args(arguments)
    options.start, options.kept_arguments = None, _to_keep(arguments)
    if options.resume is None:
        return options
    from ..files.checkpoint import load_checkpoint
    start = load_checkpoint(options.resume)
    if start.task != task:
        raise PurennError("--resume: %s was written by %s; go on with: %s %s --resume %s"
                          % (options.resume, start.task, program_name(), start.task, options.resume))
    stored = start.options.get("arguments")
    if not isinstance(stored, list) or not all(isinstance(text, str) for text in stored):
        raise PurennError("--resume: %s: its options have no list of arguments; it is damaged" % options.resume)
    from ..files.disk import naming
    with naming(options.resume):
        before = build(stored).parse_args(stored)
    file = getattr(options, "file", None)
    if file is not None:                                # it stands among the stored ones, and can stand there once
        arguments = [text for text in arguments if text != file]
    options = build(stored + arguments).parse_args(stored + arguments)
    if file is not None:
        options.file = file
    for name, value in vars(options).items():
        if name not in FREE and value != getattr(before, name) and not _are_the_same(value, getattr(before, name)):
            if name in ("plot", "animate"):
                raise PurennError("--%s: goes without --resume, which does not know what the figures show of the "
                                  "epochs before" % name)
            begun = getattr(before, name)
            raise PurennError("--%s: found %s with --resume, and %s was begun with %s; leave it out, or begin anew"
                              % (name.replace("_", "-"), value, options.resume, "another" if begun is None else begun))
    if options.checkpoint is None:
        options.checkpoint = options.resume
    settings = start.options.get("settings")
    workers = settings.get("workers") if isinstance(settings, dict) else None
    if getattr(options, "workers", 0) is None and type(workers) is int and 1 <= workers <= 256:
        options.workers = workers                       # as many on a machine with other cores
    options.start, options.kept_arguments = start, _to_keep(stored + arguments)
    return options


def _are_the_same(value, before):
    """Whether a list, of an option that can be given several times, says nothing that was not said before."""
    return isinstance(value, list) and isinstance(before, list) and set(value) == set(before) and len(value) > len(
        before) > 0


def _to_keep(arguments):
    """The arguments without those that are about one run only: what it goes on from, and what it shows."""
    own = Parser("", add_help=False)
    for name in ("--resume", "--checkpoint", "--animate", "--log-every"):
        own.add_argument(name)
    own.add_argument("--plot", nargs="?")
    for name in ("--quiet", "--json"):
        own.add_argument(name, action="store_true")
    return own.parse_known_args(arguments)[1]


def check(options) -> None:
    """Raise PurennError, before there is anything to lose, where a file to keep could not be written."""
    taken: dict = {}
    for name in ("file", "data", "save", "history", "checkpoint"):
        path = getattr(options, name, None)
        if path is None:
            continue
        other = taken.setdefault(os.path.realpath(path), name)
        if other != name:
            raise PurennError("--%s: %s is %s, too; give each a file of its own"
                              % (name, path, "read" if other in ("file", "data") else "that of --" + other))
        if name not in ("file", "data"):
            from ..files.disk import check_writable
            check_writable(path)
    if options.save is not None:
        from ..files.model import check_ending
        check_ending(options.save)
    if options.checkpoint_every is not None and options.checkpoint is None:
        raise PurennError("--checkpoint-every: goes with --checkpoint FILE; add it, or leave this out")


def make_terminal(options) -> Terminal:
    """The Terminal to report on; where there are files to keep, the training does not end with its reader."""
    if options.save is options.history is options.checkpoint is None:
        return Terminal()
    return _Unheard()


class _Unheard(Terminal):
    """A Terminal that goes on where nobody reads any more; the flush at the end meets what went wrong again."""

    def line(self, text: str = "") -> None:
        """Write one line, if that can be."""
        try:
            Terminal.line(self, text)
        except OSError:
            pass


def digest(data: list) -> int:
    """A number that is another for other Datasets, but for one chance in four billion."""
    found = 0
    for dataset in data:
        for rows in dataset:
            for row in rows:
                found = zlib.crc32(array("d", row).tobytes(), found)
    return found


class Keeper:
    """Writes down what a run keeps, and knows what it went on from."""

    def __init__(self, options, task: str, network, optimizer, rng, settings: dict, data: list):
        """``settings`` and ``data``, Datasets, are those that the run comes to; a checkpoint's must be the same."""
        self.options, self.task = options, task
        self.settings = {name: value for name, value in settings.items() if name not in FREE}
        self.digest = digest(data) if options.checkpoint is not None else None
        self.network, self.optimizer, self.rng = network, optimizer, rng
        self.every = options.checkpoint_every or options.usual_every
        self.begin = time.perf_counter()
        self.before = 0.0
        self.failed = False
        self.history: dict = {}                         # that of the whole run, once it has ended
        self.course: Any = None                         # of one that fitting.fit does

    def start(self, needed, allowed=None) -> dict:
        """Put everything where the checkpoint says, if there is one; return its progress, or an empty one.

        It has ``history``, a dict from a name to the numbers of the epochs that are done; the names are those
        ``needed``, and perhaps others ``allowed``.
        """
        checkpoint = self.options.start
        if checkpoint is None:
            return {"history": {}}
        from ..files.disk import naming
        with naming(self.options.resume):
            self._compare(checkpoint.options)
            self.network.load_state_dict(checkpoint.network)
            self.optimizer.load_state_dict(checkpoint.optimizer)
            self.rng.setstate(checkpoint.random)
            progress = checkpoint.progress
            _check_history(progress.get("history"), checkpoint.epoch, set(needed), set(allowed or needed))
            seconds = progress.get("seconds")
            if not isinstance(seconds, float):
                raise PurennError("its progress has no seconds; it is damaged")
            self.before = seconds
        return progress

    def _compare(self, begun):
        """Raise PurennError where the run was begun with other data, or settings that come to something else."""
        if begun.get("data") != self.digest:
            raise PurennError("it was begun with other data; go on with those, or begin anew without --resume")
        settings = begun.get("settings")
        for name, value in self.settings.items():
            before = settings.get(name) if isinstance(settings, dict) else None
            if before != value:
                from ..files.disk import short
                raise PurennError("it was begun with %s %s, and here it is %s; it cannot go on with the same digits: "
                                  "begin anew without --resume" % (name.replace("_", " "), short(before), short(value)))

    def seconds(self) -> float:
        """How long it has trained, with the runs that it goes on from."""
        return self.before + time.perf_counter() - self.begin

    def is_due(self, number: int) -> bool:
        """Whether a checkpoint is to be written after this epoch."""
        return self.options.checkpoint is not None and number % self.every == 0

    def checkpoint(self, number: int, progress: dict) -> None:
        """Write a checkpoint, if any are to be written; ``progress`` is what to keep besides.

        Where it cannot be written, that is said once, and training goes on.
        """
        if self.options.checkpoint is None:
            return
        from ..files.checkpoint import Checkpoint, save_checkpoint
        try:
            save_checkpoint(self.options.checkpoint, Checkpoint(
                self.task, {"arguments": self.options.kept_arguments, "settings": self.settings, "data": self.digest},
                number, self.network.state_dict(), self.optimizer.state_dict(), self.rng.getstate(),
                {**progress, "seconds": self.seconds()}))
        except PurennError as error:
            if not self.failed and sys.stderr is not None:
                Terminal(sys.stderr).line("purenn: %s; training goes on without checkpoints" % error)
            self.failed = True

    def code(self, interrupted: bool) -> int:
        """The exit code of a run that came to its end, or was interrupted."""
        return 130 if interrupted else 2 if self.failed else 0

    def write(self, preparation, output: str, result: dict) -> None:
        """Write ``--history`` and ``--save``, where they were asked for; one even where the other cannot be."""
        try:
            self.write_history()
        finally:
            self._write_model(preparation, output, result)

    def write_history(self) -> None:
        """Write ``--history``, where it was asked for."""
        if self.options.history is None:
            return
        import csv

        from ..files.disk import replacing
        rows = zip(*self.history.values())
        with replacing(self.options.history) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["epoch", *self.history])
            writer.writerows([number, *row] for number, row in enumerate(rows, 1))

    def _write_model(self, preparation, output, result):
        """Write ``--save``, where it was asked for; of the ``result`` all that is no long list."""
        if self.options.save is None:
            return
        from ..files.model import Model, save_model
        training = {name: value for name, value in result.items() if name not in ("predictions", "history")}
        save_model(self.options.save, Model(self.network, preparation, output, training, self.history))

    def show_and_write(self, terminal, result: dict, last_line, report, preparation, output: str) -> None:
        """Show the result as the options ask for it, and write what is to be kept, even where nobody reads to the end.

        ``last_line()`` is the line of ``--quiet``; ``report()`` shows all.
        """
        options = self.options
        try:
            if options.json:
                import json
                terminal.line(json.dumps(result))
            elif options.quiet:
                terminal.line(last_line())
            else:
                report()
        finally:
            self.write(preparation, output, result)
        written = [path for path in (options.save, options.history) if path is not None]
        if written and not (options.json or options.quiet):
            terminal.line("Written: " + ", ".join(written))


def _check_history(history, epoch, needed, allowed):
    """Raise PurennError unless a checkpoint's history is what its epochs can have been like."""
    if not isinstance(history, dict) or not needed <= set(history) <= allowed:
        raise PurennError("its history is no object of %s; it is damaged" % ", ".join(sorted(needed)))
    for name, numbers in history.items():
        if not isinstance(numbers, list) or len(numbers) != epoch:
            raise PurennError("its history has %s of %s, and %d epochs are done; it is damaged"
                              % (len(numbers) if isinstance(numbers, list) else "no list", name, epoch))
        if not all(type(number) is float and number >= 0.0 for number in numbers):
            raise PurennError("its history has under %s what is no number from 0 up; it is damaged" % name)
