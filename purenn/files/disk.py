"""Opening a file that is not to be trusted, and writing one so that an old file is whole until the new one is."""
import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager

from ..linalg import PurennError

# What the standard library raises on a file that is damaged, besides OSError; which, differs with the version.
DAMAGE = (EOFError, ValueError, RuntimeError, OverflowError, struct.error, zlib.error, zipfile.BadZipFile)

POINTER = b"version https://git-lfs.github.com/spec/"


@contextmanager
def opened(path):
    """Open a file to read its bytes; what goes wrong within is raised as a PurennError that names the file."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):                          # to open a pipe would be to wait for its writer
            raise PurennError(f"{path}: is {'a folder' if stat.S_ISDIR(mode) else 'no file'}; a file is needed")
        with open(path, "rb") as handle:
            if handle.read(len(POINTER)) == POINTER:
                raise PurennError(f"{path}: is a Git LFS pointer and not the file itself; fetch that with git lfs pull")
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
    """Give the path of a file beside ``path`` to write to; at the end of the block it takes that one's place.

    Its name has the ``ending`` that a writer goes by.

    Where something goes wrong within, an old file stays as it was; it is raised as a PurennError that names the file.
    """
    try:
        target = os.path.realpath(path)                     # of a link, the file behind it is replaced
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


def check_writable(path) -> None:
    """Raise PurennError where a file could not be written there: before the work that it is to hold."""
    with replacing(path) as beside:
        try:
            open(beside, "wb").close()
            os.remove(beside)
        except OSError as error:
            raise PurennError("%s: cannot be written: %s; give a file in a folder that is there and can be written to"
                              % (path or "''", error.strerror or error)) from None


@contextmanager
def naming(path):
    """What is raised within as a PurennError, which says what is wrong, is raised with the file's name before it."""
    try:
        yield
    except PurennError as error:
        raise PurennError(f"{path}: {error}") from None
