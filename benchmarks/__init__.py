"""How fast purenn is beside its peers, NumPy, PyTorch and the least that the arithmetic takes.

    python -m benchmarks                 every task and every contender that is installed
    python -m benchmarks --also pypy3    and purenn on another Python, in turns with this one

Every contender of a task does the same training from the same weights: each epoch (or step) ends with
the loss, and ``tests/test_benchmarks.py`` holds them to each other's numbers. A contender is a function
that is given a Task and returns a function that trains one epoch, or one step of a wide task, and
returns the loss before it.
"""
