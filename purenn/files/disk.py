"""Open an untrusted file; write a file so that an old one is replaced only when the new one is complete."""
import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager

from ..linalg import PurennError

# What the standard library raises on a file that is damaged, besides OSError; which of them depends on the version.
DAMAGE = (EOFError, ValueError, RuntimeError, OverflowError, struct.error, zlib.error, zipfile.BadZipFile)

POINTER = b"version https://git-lfs.github.com/spec/"


@contextmanager
def opened(path):
    """Open a file to read its bytes; an error inside the block is raised as a PurennError that names the file."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):                          # to open a pipe would be to wait for its writer
            found = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise PurennError(f"{path}: is {found}; a file is needed")
        with open(path, "rb") as handle:
            if handle.read(len(POINTER)) == POINTER:
                raise PurennError(f"{path}: is a Git LFS pointer and not the file itself; fetch the file with git "
                                  "lfs pull")
            handle.seek(0)
            yield handle
    except PurennError:
        raise
    except OSError as error:
        problem = f"cannot be read: {error.strerror}" if error.strerror else f"is damaged: {error}"
        raise PurennError(f"{path}: {problem}") from None
    except DAMAGE as error:
        raise PurennError(f"{path}: is damaged: {str(error) or type(error).__name__}") from None


@contextmanager
def replacing(path, ending=""):
    """Give the path of a new file to write to, beside ``path``; at the end of the block it replaces ``path``.

    The new file's name ends in ``ending``, from which some writers take the format.

    After an error inside the block, an old file stays as it was, and a PurennError that names the file is raised.
    """
    try:
        target = os.path.realpath(path)                     # if it is a link, the file that it points to is replaced
    except ValueError as error:                             # a name that no file can have
        raise PurennError(f"{path!r}: cannot be written: {error}") from None
    beside = f"{target}.{os.getpid()}.part{ending}"
    if os.path.exists(target) and not os.path.isfile(target):
        raise PurennError(f"{path}: is not a regular file and is left as it is; give the name of a new file")
    try:
        yield beside
        if os.path.exists(beside):
            with open(beside, "rb+") as handle:             # on the disk before it has the name: a power failure
                os.fsync(handle.fileno())                   # must not leave an empty file in the old one's place
            if os.path.exists(target):
                os.chmod(beside, stat.S_IMODE(os.stat(target).st_mode))
            os.replace(beside, target)
    except PurennError:
        raise
    except (OSError, ValueError, struct.error) as error:    # the last two: a name that a zip cannot hold
        raise PurennError(f"{path}: cannot be written: {getattr(error, 'strerror', '') or error}") from None
    finally:
        if os.path.exists(beside):
            os.remove(beside)


def write_text(path, text: str) -> None:
    """Write a text in UTF-8 into a file, line endings unchanged; an old file is replaced when all is written."""
    with replacing(path) as beside, open(beside, "w", encoding="utf-8", newline="") as handle:
        handle.write(text)


def check_writable(path) -> None:
    """Raise PurennError if the file cannot be written; called before the work whose result it will hold."""
    with replacing(path) as beside:
        try:
            open(beside, "wb").close()
            os.remove(beside)
        except OSError as error:
            raise PurennError("%s: cannot be written: %s; give a file in a folder that exists and can be written to"
                              % (path or "''", error.strerror or error)) from None


def make_folder(path) -> None:
    """Make a folder, and those above it, if they do not exist. Raises PurennError if it cannot be made."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        found = path or "''"
        raise PurennError(f"the folder {found} cannot be made: {error.strerror or error}; give another") from None


@contextmanager
def naming(path):
    """Put a name, such as a file's, before the message of a PurennError that is raised inside the block."""
    try:
        yield
    except PurennError as error:
        raise PurennError(f"{path}: {error}") from None
