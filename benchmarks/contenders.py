"""Who takes part: name, the module it is in, the function there, and the kinds of tasks it can do."""
import importlib

from .tasks import make

# Name: (module, function, kinds of task). Modules are loaded only when one of theirs is wanted.
CONTENDERS = {
    "loops": ("own", "loops", "tiny wide large"),
    "unrolled": ("own", "unrolled", "tiny"),
    "matrix": ("own", "matrix", "tiny wide large"),
    "compiled, 1 thread": ("own", "compiled", "tiny wide large"),
    "compiled, epochs at once": ("own", "compiled_at_once", "tiny"),
    "compiled, all cores": ("own", "compiled_on_all", "tiny wide large"),
    "processes, 2 workers": ("own", "processes", "wide large"),
    "auto": ("own", "auto", "tiny wide large"),
    "floor: straight line": ("floors", "straight_line", "tiny"),
    "floor: bare dot products": ("floors", "bare_dots", "wide large"),
    "NumPy, functions (A)": ("numpy_versions", "functions", "tiny wide large"),
    "NumPy, layers (B)": ("numpy_versions", "layers", "tiny wide large"),
    "NumPy, objects (D)": ("numpy_versions", "objects", "tiny wide large"),
    "PyTorch": ("peers", "pytorch", "tiny wide large"),
    "scikit-learn": ("peers", "scikit_learn", "tiny wide"),
    "kerze": ("peers", "kerze", "tiny"),
    "sann": ("peers", "sann", "tiny"),
    "gradient-wave": ("peers", "gradient_wave", "tiny wide"),
    "tinymlp": ("peers", "tinymlp", "tiny wide"),
    "micrograd": ("peers", "micrograd", "tiny wide"),
    "a Value for each number": ("values", "values", "tiny"),
}

# Those that run on any Python: what is compiled is for CPython.
OWN = [name for name, (module, _, _) in CONTENDERS.items() if module == "own" and not name.startswith("compiled")]


def suits(contender: str, task_name: str) -> bool:
    """True where the contender can do the task."""
    return make(task_name).kind in CONTENDERS[contender][2].split()


def start(contender: str, task_name: str):
    """The function that trains one epoch or step. Raises ImportError where a package is not installed."""
    module, function, _ = CONTENDERS[contender]
    return getattr(importlib.import_module("benchmarks." + module), function)(make(task_name))
