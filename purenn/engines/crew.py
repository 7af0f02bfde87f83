"""Threads that divide a call to C: its samples if each has its own sums, its neurons if a sum runs over the samples."""
import os

# With fewer multiplications in a call, threads do not save time.
LEAST_SHARED = 1e7


class Crew:
    """A number of threads, one of them the caller's; the others are started when they are first needed."""

    def __init__(self, threads: int):
        self.threads = threads
        self._pool: tuple = ()              # the process that it was started in, and the other threads

    def shares(self, numbers, samples: int) -> bool:
        """True if the threads divide the work for this number of samples."""
        return self.threads > 1 and numbers.place.parameters * samples >= LEAST_SHARED

    def share_out(self, numbers, function, samples) -> None:
        """Call C for this number of samples or, without a number, for all neurons: in parts, one for each thread."""
        threads = self.threads if self.shares(numbers, numbers.task.count) else 1
        if samples is None:
            parts = [(part, threads) for part in range(threads)]
        else:
            parts = [(samples * part // threads, samples * (part + 1) // threads) for part in range(threads)]
        if threads == 1:
            function(numbers.pointer, *parts[0])
            return
        from concurrent.futures import wait
        others = [self._start(function, numbers.pointer, *part) for part in parts[1:]]
        try:
            function(numbers.pointer, *parts[0])
        finally:
            wait(others)

    def _start(self, *call):
        """Begin a call on one of the threads. A process that was forked must start its own threads."""
        if not self._pool or self._pool[0] != os.getpid():
            from concurrent.futures import ThreadPoolExecutor
            self._pool = os.getpid(), ThreadPoolExecutor(self.threads - 1)
        return self._pool[1].submit(*call)

    def end(self) -> None:
        """End the other threads."""
        if self._pool:
            self._pool[1].shutdown()
        self._pool = ()
