"""Worker processes: how they are started, asked and ended, whatever their work is.

The engine ``processes`` divides a batch among them; ``runs.pool`` divides the runs of a comparison.
"""
import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager
from typing import Any, Callable, Dict, Generator, Iterable, List, Sequence, Tuple

from ..linalg import PurennError

# How long to wait for the end of a worker that no longer answers, in seconds.
PATIENCE = 1.0

Shared = Generator[Tuple[int, Any], None, None]         # a question's index and its answer


class Workers:
    """``count`` processes; each answers a question with ``work(question)``, until ``close``.

    ``pickle`` must be able to send the questions and, where processes are not forked, ``work``. The workers ignore
    Ctrl-C, which this process handles, and end when this process ends. A Ctrl-C while they are being started takes
    effect when all have started. The methods raise PurennError if a worker has died, if its work raised, or if
    something cannot be sent.
    """

    def __init__(self, count: int, work: Callable[[Any], Any]) -> None:
        self.members: list = []                         # (process, connection) of each worker
        try:
            blocks = hasattr(signal, "pthread_sigmask")
            before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if blocks else None
            try:
                for _ in range(count):
                    ours, theirs = multiprocessing.Pipe()
                    process = multiprocessing.Process(target=_answer_all, args=(theirs, work), daemon=True)
                    with _sending():
                        process.start()
                    theirs.close()
                    self.members.append((process, ours))
            finally:
                if before is not None:
                    signal.pthread_sigmask(signal.SIG_SETMASK, before)
        except BaseException:
            self.close()
            raise

    def ask(self, worker: int, question: Any) -> None:
        """Send a question to a worker, counted from 0."""
        try:
            with _sending():
                self.members[worker][1].send(question)
        except OSError:
            raise self._died(worker) from None

    def ready(self, workers: Iterable[int]) -> List[int]:
        """Wait until one of these workers has answered or died; return all that have."""
        from multiprocessing.connection import wait
        connections = {self.members[worker][1]: worker for worker in workers}
        return [connections[connection] for connection in wait(list(connections))]

    def answer(self, worker: int) -> Any:
        """Wait for a worker's answer."""
        try:
            answer, wrong = self.members[worker][1].recv()
        except (EOFError, OSError):
            raise self._died(worker) from None
        if wrong:
            raise PurennError(wrong)
        return answer

    def close(self) -> None:
        """End the workers at once."""
        for process, connection in self.members:
            connection.close()
            process.terminate()
        for process, _ in self.members:
            process.join()

    def _died(self, worker):
        process = self.members[worker][0]
        process.join(PATIENCE)
        return PurennError(f"its process has died ({why_died(process)}); try again, or with fewer workers")


def shared_out(count: int, work: Callable[[Any], Any], questions: Sequence[Any], names: Sequence[str]) -> Shared:
    """Yield each question's index and its answer as they come in; a worker that is done gets the next question.

    ``count`` workers are started; give no more than there are questions. An error begins with its question's name.
    """
    crew = Workers(count, work)
    waiting = list(reversed(range(len(questions))))
    busy: Dict[int, int] = {}                           # from a worker to the index of its question

    def named(method, worker, *question):
        try:
            return method(worker, *question)
        except PurennError as error:
            raise PurennError(f"{names[busy[worker]]}: {error}") from None

    def ask(worker):
        busy[worker] = waiting.pop()
        named(crew.ask, worker, questions[busy[worker]])
    try:
        for worker in range(count):
            ask(worker)
        while busy:
            for worker in crew.ready(busy):
                answer, index = named(crew.answer, worker), busy.pop(worker)
                if waiting:
                    ask(worker)
                yield index, answer
    finally:
        crew.close()


@contextmanager
def _sending():
    """Turn what ``pickle`` raises inside the block into a PurennError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:                          # a function without a name, a file that is open, …
        raise PurennError(f"it cannot be sent to another process: {error}; use a function that is defined by name at "
                          "the top level of a module, or use 1 worker") from None


def may_start() -> bool:
    """Whether this process may start workers: a worker may not."""
    return not multiprocessing.current_process().daemon


def why_died(process) -> str:
    """What is known of a worker that has died: its exit code and, if that fits, the usual reason."""
    text = f"exit code {process.exitcode}"
    if process.exitcode == 1 and multiprocessing.get_start_method() != "fork":
        text += ('; where processes are spawned, what the program does must be under if __name__ == "__main__", and '
                 "classes of your own must be in a module that can be imported")
    return text


def _answer_all(connection, work):
    """What a worker does: answer until the connection is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            question = connection.recv()
        except (EOFError, OSError):
            return
        answer = wrong = None
        try:
            answer = work(question)
        except PurennError as error:
            wrong = str(error)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        try:
            connection.send((answer, wrong))
        except OSError:                                 # the connection is closed
            return
        except Exception as error:
            connection.send((None, f"its answer cannot be sent from its process: {error}"))


def _end_with_parent():
    """End this worker at once when its parent is gone, even in the middle of an answer that nobody reads."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
