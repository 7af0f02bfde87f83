"""The engine of worker processes: the same numbers, and no process left whatever happens."""
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from purenn import SGD, CrossEntropyLoss, Dataset, Identity, Linear, MSELoss, Network, PurennError, Sigmoid, train
from purenn.data.tasks import xor
from purenn.engines.loops import Loops
from purenn.engines.matrix import Matrix
from purenn.engines.processes import Processes
from purenn.engines.workers import why_died

from .helpers import ROOT, close

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "emscripten"), reason="it looks for processes as Unix does")


def children():
    """The processes that this one has started and that are still there, the dead that were not waited for included."""
    found = subprocess.run(["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())], stdout=subprocess.PIPE,
                           encoding="utf-8").stdout.splitlines()
    return [line for line in found if " ps -o" not in line and "resource_tracker" not in line]


@pytest.fixture(autouse=True)
def nobody_is_left():
    before = len(children())
    yield
    assert len(children()) == before, children()


def wide(seed=1):
    rng = random.Random(seed)
    network = Network.mlp([20, 8, 3], activation="tanh", output_activation=None, rng=rng)
    inputs = [[rng.uniform(-1, 1) for _ in range(20)] for _ in range(11)]
    return network, Dataset(inputs, [[1.0 if j == i % 3 else 0.0 for j in range(3)] for i in range(11)])


@pytest.mark.parametrize("workers", [1, 2, 3, 20])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_numbers_are_those_of_the_loops(workers, reduction):
    network, data = wide()
    loss = CrossEntropyLoss(reduction)
    found = []
    with Processes(workers) as engine:
        for each in (Loops(), engine):
            network.zero_grad()
            costs = [each.gradients(network, loss, *data) for _ in range(2)]
            found.append((costs[0][0], costs[1][1], each.outputs(network, data.inputs),
                          [list(grads) for _, _, grads in network.parameters()]))
    assert close(found[0], found[1], 1e-12, 1e-15)


def test_training_ends_where_the_loops_do_and_the_workers_start_once():
    ends = []
    with Processes(2, Matrix()) as engine:
        for each in (Loops(), engine):
            network, data = wide()
            optimizer = SGD(network.parameters(), lr=0.1)
            losses, started = [], set()
            for epoch in train(network, data, CrossEntropyLoss(), optimizer, 5, 4, each, validation=data):
                losses.append((epoch.loss, epoch.validation_loss))
                started.add(tuple(children()))
            assert len({tuple(line.split()[0] for line in lines) for lines in started}) == 1
            ends.append((losses, [values for _, values, _ in network.parameters()]))
    assert close(ends[0], ends[1], 1e-10, 1e-14)


class Breaks(Identity):
    """An activation that raises where it is given more than 5."""

    def forward(self, z):
        if z[0] > 5.0:
            raise ValueError("more than 5")
        return Identity.forward(self, z)


def test_a_worker_that_raises_ends_the_run_with_what_it_raised():
    rng = random.Random(1)
    network = Network([Linear(1, 1, rng=rng), Breaks(), Sigmoid()])
    network.load_state_dict({"0.weight": [[1.0]], "0.bias": [0.0]})
    engine = Processes(2)
    engine.gradients(network, MSELoss(), [[1.0], [2.0]], [[1.0], [0.0]])
    with pytest.raises(PurennError, match="processes: worker 1: ValueError: more than 5"):
        engine.gradients(network, MSELoss(), [[1.0], [9.0]], [[1.0], [0.0]])
    assert not [line for line in children() if "defunct" not in line]
    cost, _ = engine.gradients(network, MSELoss(), [[1.0], [2.0]], [[1.0], [0.0]])      # and it can go on
    assert cost > 0
    engine.close()


def test_a_worker_that_dies_ends_the_run_with_a_clear_error():
    network, data = wide()
    engine = Processes(2)
    engine.gradients(network, CrossEntropyLoss(), *data)
    os.kill(engine._crew.members[1][0].pid, signal.SIGKILL)
    with pytest.raises(PurennError, match=r"processes: worker 1: its process has died .exit code -9."):
        for _ in range(3):
            engine.gradients(network, engine._loss, *data)


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2"])
def test_a_number_of_workers_that_is_none_is_refused(workers):
    with pytest.raises(PurennError, match="processes: workers is .*; it must be a whole number from 1 up"):
        Processes(workers)


def run(*more):
    return subprocess.Popen([sys.executable, "-u", "cli.py", "xor", "--engine", "processes", *more], cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def in_session(process):
    """How many processes of that session there are."""
    found = subprocess.run(["ps", "-o", "stat=", "-s", str(process.pid)], stdout=subprocess.PIPE, encoding="utf-8")
    return len([state for state in found.stdout.split() if not state.startswith("Z")])


def wait_until_nobody_is_left(process):
    for _ in range(50):
        if not in_session(process):
            return
        time.sleep(0.1)
    raise AssertionError("processes are left")


def test_the_command_ends_its_workers():
    process = run("--epochs", "3", "--json")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1.0), 3):
        pass
    assert json.loads(out)["predictions"][0]["output"] == pytest.approx(network.forward([0.0, 0.0]), rel=1e-9)
    wait_until_nobody_is_left(process)


@pytest.mark.parametrize("to_all", [True, False])
@pytest.mark.slow
def test_ctrl_c_and_a_killed_parent_leave_no_process(to_all):
    process = run("--epochs", "1000000", "--target-loss", "1e-12")
    process.stdout.readline()
    for _ in range(600):
        if in_session(process) > 1:
            break
        time.sleep(0.05)
    assert in_session(process) > 1
    time.sleep(0.2)                                             # now it is in the middle of its work
    if to_all:
        os.killpg(process.pid, signal.SIGINT)                   # as a terminal does
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130 and "Traceback" not in err and "After " in out
    else:
        process.kill()
        process.communicate(timeout=60)
    wait_until_nobody_is_left(process)


@pytest.mark.skipif(os.name == "nt", reason="no signals here")
def test_ctrl_c_is_the_parents_to_handle_and_workers_go_on():
    data, network = xor(), Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    with Processes(2) as engine:
        expected = engine.gradients(network, MSELoss(), *data)
        for process, _ in engine._crew.members:
            os.kill(process.pid, signal.SIGINT)
        time.sleep(0.2)
        assert all(process.is_alive() for process, _ in engine._crew.members)
        assert engine.gradients(network, engine._loss, *data) == expected


WIDE = """
import random, sys, time
sys.path.insert(0, %r)
from purenn import CrossEntropyLoss, Network
from purenn.engines.processes import Processes
if __name__ == "__main__":
    import multiprocessing
    multiprocessing.set_start_method(sys.argv[1])
    network = Network.mlp([400, 200, 3], output_activation=None, rng=random.Random(1))      # answers of 640 kB
    engine = Processes(2)
    inputs, targets = [[0.1] * 400] * 8, [[1.0, 0.0, 0.0]] * 8
    engine.gradients(network, CrossEntropyLoss(), inputs, targets)
    time.sleep(float(sys.argv[2]))
    print("ready", flush=True)
    while True:
        engine.gradients(network, engine._loss, inputs, targets)
        print("again", flush=True)
""" % ROOT


@pytest.mark.parametrize("method, idle", [
    ("fork", 0.1), *(pytest.param(*each, marks=pytest.mark.slow) for each in (
        ("forkserver", 0.1), ("spawn", 0.1), ("fork", 3.0)))])
def test_workers_wait_as_long_as_it_takes_and_end_when_their_parent_is_killed_in_the_middle(method, idle, tmp_path):
    path = tmp_path / "wide.py"
    path.write_text(WIDE)
    process = subprocess.Popen([sys.executable, str(path), method, str(idle)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True)
    assert [process.stdout.readline() for _ in range(2)] == ["ready\n", "again\n"]
    process.kill()
    process.communicate(timeout=60)
    wait_until_nobody_is_left(process)


def _inside(_):
    from purenn.cli.main import main
    from purenn.engines.workers import may_start
    network = Network([Linear(2, 1, rng=random.Random(1)), Sigmoid()])
    try:
        for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.1), 1, engine=Processes(2)):
            pass
        said = ""
    except PurennError as error:
        said = str(error)
    return may_start(), said, main(SMALL_LETTERS.split())


SMALL_LETTERS = "letters --train 20 --validation 5 --test 5 --hidden 2 --epochs 1 --workers 2 --quiet"


def test_a_worker_of_another_pool_starts_no_others_and_trains_alone():
    with multiprocessing.Pool(1) as pool:
        [(may, said, code)] = pool.map(_inside, [0])
    assert not may and code == 0
    assert said == "processes: this process is itself a worker and may start no others; take another engine"


@pytest.mark.parametrize("method, code, hint", [("spawn", 1, True), ("spawn", -9, False), ("fork", 1, False)])
def test_why_a_worker_died_is_said_where_it_is_known(method, code, hint, monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda: method)
    said = why_died(SimpleNamespace(exitcode=code))
    assert said.startswith("exit code %d" % code) and ("__main__" in said) == hint
