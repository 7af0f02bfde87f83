"""The engine compiled: the loops' digits, bit for bit, whatever compiles them; lists that are right when looked at."""
import copy
import os
import pickle
import random
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest

from purenn import (SGD, Adam, BCELoss, Dataset, Identity, Linear,
                    MSELoss, Network, PurennError, RMSprop, train)
from purenn.data.tasks import linear, xor
from purenn.engines import auto, c_compiler, make, same_digits
from purenn.engines import resumed as resumed_engine
from purenn.engines.loops import Loops
from purenn.engines.matrix import Matrix
from purenn.engines.unrolled import Unrolled
from purenn.engines.work import Work, work_of
from purenn.runs import Run, Settings
from purenn.runs.problems import xor as xor_problem
from purenn.training import DivergedError

from .helpers import ROOT, assert_refused, cli
from .test_unrolled import OPTIMIZERS, digits, random_case, state

THERE = c_compiler.why_none() == ""
if THERE:
    from purenn.engines import compiled, crew
    from purenn.engines.compiled import Compiled
    from purenn.engines.numbers import Numbers

needs_compiler = pytest.mark.skipif(not THERE, reason="there is no C compiler here: " + c_compiler.why_none())

# Each compiler that is here, with this machine's own vectors, without, and without any.
WAYS = [(name, flags) for name in ("gcc", "clang") for flags in (
    ("-O3", "-march=native"), ("-O3",), ("-O3", "-march=native", "-DPLAIN"))]


@pytest.fixture
def quick(monkeypatch):
    """Compiling takes a third of the time without optimization; the digits are the same."""
    monkeypatch.setattr(c_compiler, "FLAGS", (("-O0",),))


@pytest.fixture
def shared_out(monkeypatch):
    """Threads share out even what is tiny."""
    monkeypatch.setattr(crew, "LEAST_SHARED", 0)


def wider(case, seed):
    """The case, or one with layers wide enough for whole vectors and several panels of neurons."""
    if seed % 4:
        return case
    rng = random.Random(seed)
    sizes = [rng.randint(1, 40) for _ in range(rng.randint(2, 4))]
    network = Network.mlp(sizes, "relu" if seed % 8 else "tanh", "sigmoid", bias=seed % 3 > 0, rng=rng)
    count = rng.choice([1, 5, 6, 7, 65, 130])
    inputs = [[rng.uniform(-1.0, 1.0) for _ in range(sizes[0])] for _ in range(count)]
    return network, MSELoss(), inputs, [[float(rng.random() < 0.5) for _ in range(sizes[-1])] for _ in range(count)]


def six_steps(make_engine, name, seed):
    """All that comes of six steps, as text."""
    network, loss, inputs, targets = wider(random_case(seed), seed)
    optimizer, engine = OPTIMIZERS[name](network.parameters()), make_engine()
    optimizer.weight_decay = 0.01 * (seed % 3)
    done = [engine.learn(network, loss, optimizer, inputs, targets) for _ in range(6)]
    engine.close()
    return repr(done), repr(list(network.parameters())), state(optimizer)


def check_random_networks(seeds, threads=(1, 2)):
    names = list(OPTIMIZERS)
    for seed in seeds:
        case, name = wider(random_case(seed), seed), names[seed % len(names)]
        expected, steps = digits(Loops(), *case), six_steps(Loops, name, seed)
        for count in threads:
            engine, sample = Compiled(count), OPTIMIZERS[name](case[0].parameters())
            engine.prepare(case[0], case[1], sample)                # compiled once for all of it
            assert digits(engine, *case) == expected, (seed, count, case[0], case[1])
            assert six_steps(lambda count=count: Compiled(count), name, seed) == steps, (seed, count, name, case[0])


@needs_compiler
@pytest.mark.parametrize("start", [0, *(pytest.param(start, marks=pytest.mark.slow) for start in range(3, 24, 3))])
def test_the_digits_are_those_of_the_loops_for_random_networks(start, quick, shared_out):
    check_random_networks(range(start, start + 3))


# So many random networks are compiled by the slow tests, which takes a second each.
NETWORKS = int(os.environ.get("PURENN_NETWORKS", 50))


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, NETWORKS, 50))
def test_so_they_are_for_hundreds_of_random_networks(start, shared_out):
    check_random_networks(range(start, start + 50))


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("name, flags", WAYS)
def test_so_they_are_with_every_compiler_and_its_vectors(name, flags, monkeypatch, shared_out):
    if not shutil.which(name):
        pytest.skip("there is no " + name)
    monkeypatch.setenv("CC", name)
    monkeypatch.setattr(c_compiler, "FLAGS", (flags,))
    check_random_networks([4], threads=(2,))


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("name, flags", WAYS)
def test_so_they_are_with_every_compiler_for_many(name, flags, monkeypatch, shared_out):
    if not shutil.which(name):
        pytest.skip("there is no " + name)
    monkeypatch.setenv("CC", name)
    monkeypatch.setattr(c_compiler, "FLAGS", (flags,))
    check_random_networks(range(400, 400 + NETWORKS // 12))


@needs_compiler
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_ends_six_steps_with_the_same_digits(name, quick):
    for seed in (4,):
        assert six_steps(Compiled, name, seed) == six_steps(Loops, name, seed)


# Whole trainings, and what is seen in the middle.

def training(engine, batch_size, epochs=4, shuffle=True, hold=False, look=False, loss=None):
    """Epochs and the end of a training; ``look``: and all after each epoch; ``hold``: somebody holds a list."""
    rng = random.Random(7)
    network = Network.mlp([2, 9, 1], activation="tanh", rng=rng)
    data, validation = linear(50, rng), linear(20, rng)
    optimizer = Adam(network.parameters(), lr=0.01)
    held = [network.layers[2].weight[0], optimizer.second_moment[0]] if hold else []
    seen = []
    for epoch in train(network, data, loss or BCELoss(), optimizer, epochs, batch_size, engine,
                       rng if shuffle else None, validation):
        seen.append(repr((epoch, held)))
        if look:
            seen.append(repr((network.state_dict(), list(network.parameters()), optimizer.state_dict(),
                              network.predict([[0.1, 0.2]]), optimizer.parameters)))
    return seen, network.state_dict(), state(optimizer), repr(optimizer.state_dict())


@needs_compiler
@pytest.mark.parametrize("batch_size", [None, 1, 8, 64])
@pytest.mark.parametrize("shuffle", [False, True])
def test_whole_trainings_end_with_the_same_digits(batch_size, shuffle, quick):
    assert training(Compiled(1), batch_size, shuffle=shuffle) == training(Loops(), batch_size, shuffle=shuffle)


@needs_compiler
@pytest.mark.parametrize("size", [10, 17, 50])
def test_so_they_do_where_a_batch_takes_several_calls(size, quick, shared_out, monkeypatch):
    monkeypatch.setattr(compiled, "MOST_IN_A_CALL", 100)             # a few samples at once
    for threads in (1, 2, 3):
        assert training(Compiled(threads), size) == training(Loops(), size)


@needs_compiler
@pytest.mark.parametrize("hold", [False, True])
def test_lists_that_are_looked_at_in_the_middle_are_right(hold, quick):
    assert training(Compiled(1), 8, look=True, hold=hold) == training(Loops(), 8, look=True, hold=hold)
    assert training(Compiled(1), 8, hold=hold) == training(Loops(), 8, hold=hold)


LOOKS = {
    "weight": lambda network, optimizer: network.layers[0].weight,
    "bias": lambda network, optimizer: network.layers[2].bias,
    "gradients": lambda network, optimizer: network.layers[0].weight_grad,
    "parameters": lambda network, optimizer: [values for _, values, _ in optimizer.parameters],
    "velocity": lambda network, optimizer: optimizer.velocity,
    "state_dict": lambda network, optimizer: network.state_dict(),
    "predict": lambda network, optimizer: network.predict([[0.5, 0.25]]),
    "a copy": lambda network, optimizer: copy.deepcopy(network).state_dict(),
    "a pickle": lambda network, optimizer: pickle.loads(pickle.dumps(optimizer)).state_dict(),
}


@needs_compiler
@pytest.mark.parametrize("name", LOOKS)
def test_one_look_is_enough_to_put_the_lists_right(name, quick):
    seen = []
    for engine in (Loops(), Compiled(1)):
        network = Network.mlp([2, 3, 1], rng=random.Random(1))
        optimizer = SGD(network.parameters(), lr=0.5, momentum=0.5)
        epochs = train(network, xor(), MSELoss(), optimizer, 9, engine=engine)
        for _ in range(3):
            next(epochs)
        if isinstance(engine, Compiled):
            assert "weight" not in network.layers[0].__dict__           # nobody has looked: the numbers are in C
        seen.append(repr((LOOKS[name](network, optimizer), next(epochs), LOOKS[name](network, optimizer))))
    assert seen[0] == seen[1]


@needs_compiler
def test_what_is_changed_in_the_middle_counts(quick):
    """Weights, data, the learning rate, a list put in another's place."""
    ends = []
    for engine in (Loops(), Compiled(1)):
        network = Network.mlp([2, 3, 1], rng=random.Random(1))
        optimizer, data = RMSprop(network.parameters(), lr=0.5), linear(20, random.Random(1))
        data = Dataset([list(x) for x in data.inputs], [list(y) for y in data.targets])
        seen = []
        for epoch in train(network, data, MSELoss(), optimizer, 9, engine=engine):
            seen.append(epoch)
            if epoch.number == 2:
                network.layers[0].weight[1][0] = 0.75
            if epoch.number == 3:
                data.inputs[4][1] = -0.5
            if epoch.number == 4:
                data.targets[4][0] = 1.0 - data.targets[4][0]
            if epoch.number == 5:
                optimizer.lr = 0.01
            if epoch.number == 6:
                network.load_state_dict(Network.mlp([2, 3, 1], rng=random.Random(2)).state_dict())
            if epoch.number == 7:
                network.layers[2].bias = [0.25]             # which the optimizer does not learn
        ends.append((seen, network.state_dict(), state(optimizer)))
    assert ends[0] == ends[1]


@needs_compiler
def test_numbers_stay_in_c_where_nobody_looks_and_not_where_somebody_holds_a_list(quick, monkeypatch):
    stored = []
    store = Numbers.store
    monkeypatch.setattr(Numbers, "store", lambda self: stored.append(1) or store(self))
    training(Compiled(1), 8)
    unseen = len(stored)
    training(Compiled(1), 8, hold=True)
    assert unseen == 1 and len(stored) - unseen >= 4


@needs_compiler
@pytest.mark.parametrize("hold", [
    lambda network, optimizer: network.layers[0].weight, lambda network, optimizer: network.layers[0].weight[1],
    lambda network, optimizer: network.layers[2].bias, lambda network, optimizer: network.layers[0].weight_grad[0],
    lambda network, optimizer: optimizer.parameters, lambda network, optimizer: optimizer.parameters[0],
    lambda network, optimizer: optimizer.velocity, lambda network, optimizer: optimizer.velocity[1],
    lambda network, optimizer: list(network.parameters())])
def test_a_list_that_is_held_is_right_after_each_epoch(hold, quick):
    seen = []
    for engine in (Loops(), Compiled(1)):
        network = Network.mlp([2, 3, 1], rng=random.Random(1))
        optimizer = SGD(network.parameters(), lr=0.5)
        held = hold(network, optimizer)
        seen.append([repr((epoch, held)) for epoch in train(network, xor(), MSELoss(), optimizer, 3, engine=engine)])
    assert seen[0] == seen[1]


@needs_compiler
def test_one_engine_serves_several_networks_in_turns(quick):
    ends = []
    for engine in (Loops(), Compiled(1)):
        trainings = []
        for seed in (1, 2):
            network = Network.mlp([2, 3, 1], rng=random.Random(seed))
            trainings.append(train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.5), 4, engine=engine))
        ends.append([next(each) for _ in range(3) for each in trainings])
    assert ends[0] == ends[1]


# Many epochs at once.

def both_ways(settings, problem=xor_problem):
    """What a Run comes to whose epochs are done one by one, and one that may do many at once."""
    ends = []
    for one_by_one in (True, False):
        run = Run(problem, settings._replace(engine="compiled", workers=1))
        try:
            for _ in run.epochs() if one_by_one else ():
                pass
            result, said = run.result(), ""
        except DivergedError as error:
            result, said = run.result(), str(error)
        ends.append((repr(run.curve), repr(result._replace(seconds=0.0, problem=None)), said, run.samples,
                     run.engine.samples, run.kept(), repr(run.network.state_dict()), state(run.optimizer)))
    return ends


@needs_compiler
@pytest.mark.parametrize("settings", [
    Settings(target_loss=9.0), Settings(epochs=300, shuffle=True),
    Settings(batch_size=20, lr=1e200, loss="sse", output_activation="identity"),
    *(pytest.param(each, marks=pytest.mark.slow) for each in (
        Settings(epochs=700, target_loss=None), Settings(lr=1.0, momentum=0.9, epochs=2000),
        Settings(epochs=300, batch_size=4, target_loss=None),
        Settings(epochs=300, batch_size=1, loss="sse", lr=0.1), Settings(optimizer="adam", lr=0.05, epochs=400),
        Settings(activation="relu", output_activation="identity", lr=9.0), Settings(epochs=300, lr_decay=0.99)))],
    ids=str)
def test_epochs_that_are_done_at_once_are_those_of_the_loop(settings, quick):
    one_by_one, at_once = both_ways(settings)
    assert one_by_one == at_once


@needs_compiler
def test_result_does_many_epochs_in_one_call_and_ctrl_c_loses_none_of_them(quick, monkeypatch):
    calls, call = [], Numbers.call_epochs

    def interrupted(numbers, *arguments):
        call(numbers, *arguments)
        calls.append(numbers.task.epochs)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(compiled, "MOST_AHEAD", 37 * 21 * 100.0)   # parameters, samples, epochs
    monkeypatch.setattr(Numbers, "call_epochs", interrupted)
    settings = Settings(epochs=1000, target_loss=None, engine="compiled", workers=1)
    run = Run(xor_problem, settings)
    with pytest.raises(KeyboardInterrupt):
        run.result()
    assert calls == [100, 100] and len(run.curve) == 201 and run.samples == 21 * 201
    same = Run(xor_problem, settings._replace(epochs=201, engine="loops"))
    assert list(same.epochs()) == run.curve and same.network.state_dict() == run.network.state_dict()
    assert run.result().epochs == 1000


# What it does not know.

@needs_compiler
def test_an_optimizer_that_learns_a_part_steps_by_itself(quick):
    ends = []
    for engine in (Loops(), Compiled(1)):
        network = Network.mlp([2, 3, 1], rng=random.Random(1))
        optimizer = SGD(list(network.parameters())[:2], lr=0.5)
        ends.append((list(train(network, xor(), MSELoss(), optimizer, 3, engine=engine)), network.state_dict()))
    assert ends[0] == ends[1]


@needs_compiler
def test_layers_and_losses_of_your_own_are_refused():
    class Own(Identity):
        pass

    class OwnLoss(MSELoss):
        pass

    for network, loss in ((Network([Linear(2, 1), Own()]), MSELoss()), (Network([Linear(2, 1)]), OwnLoss())):
        with pytest.raises(PurennError, match="there is no source for"):
            Compiled(1).gradients(network, loss, [[1.0, 2.0]], [[1.0]])


@needs_compiler
def test_one_list_in_two_places_is_refused(quick):
    network = Network([Linear(2, 2), Linear(2, 2)])
    network.layers[1].weight = network.layers[0].weight
    with pytest.raises(PurennError, match="twice"):
        Compiled(1).gradients(network, MSELoss(), [[1.0, 2.0]], [[1.0, 0.0]])


@needs_compiler
def test_samples_of_the_wrong_size_are_refused(quick):
    for inputs, targets in (([[1.0, 2.0], [1.0]], [[1.0], [0.0]]), ([[1.0, 2.0]], [[1.0, 0.0]])):
        with pytest.raises(PurennError, match="numbers; expected"):
            Compiled(1).gradients(Network([Linear(2, 1)]), MSELoss(), inputs, targets)


@needs_compiler
def test_an_output_that_is_no_probability_is_refused_in_the_losss_own_words(quick):
    network = Network([Linear(1, 1, rng=random.Random(1))])
    network.load_state_dict({"0.weight": [[1.0]], "0.bias": [0.0]})
    data = Dataset([[0.5], [0.25], [3.0]], [[1.0], [1.0], [0.0]])
    for engine in (Loops(), Compiled(1)):
        with pytest.raises(PurennError, match="BCELoss: an output is"):
            list(train(network, data, BCELoss(), SGD(network.parameters(), lr=0.0), 1, 2, engine))


@needs_compiler
@pytest.mark.parametrize("batch_size", [None, 4])
def test_a_loss_that_is_not_finite_is_found_in_its_epoch(batch_size, quick):
    ends = []
    for engine in (Loops(), Compiled(1)):
        network = Network.mlp([2, 4, 1], "relu", "identity", rng=random.Random(1))
        optimizer = SGD(network.parameters(), lr=50.0)
        with pytest.raises(DivergedError) as caught:
            list(train(network, xor(), MSELoss(reduction="sum"), optimizer, 100, batch_size, engine))
        ends.append((caught.value.epoch, str(caught.value), repr(network.state_dict()), state(optimizer)))
    assert ends[0] == ends[1]


# Ctrl-C.

INTERRUPTED = """
import random, sys, time
from purenn import CrossEntropyLoss, Dataset, Network, SGD, train
from purenn.engines.compiled import Compiled
rng = random.Random(1)
rows = [[rng.random() for _ in range(784)] for _ in range(10)]
data = Dataset([list(rows[i %% 10]) for i in range(%d)], [[float(j == i %% 10) for j in range(10)] for i in range(%d)])
network = Network.mlp([784, 1000, 10], "relu", None, init="xavier", rng=rng)
optimizer, engine = SGD(network.parameters(), lr=0.1), Compiled()
engine.prepare(network, CrossEntropyLoss(), optimizer)
before = None
try:
    for epoch in train(network, data, CrossEntropyLoss(), optimizer, 1000, engine=engine):
        print("ready", flush=True)
except KeyboardInterrupt:
    heard = time.time()
    network.predict(data.inputs[:1])
    print(heard)
"""


@needs_compiler
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no signals there")
def test_ctrl_c_is_heard_within_a_second_in_a_batch_of_10000():
    for wait in (0.3, 0.7):
        with subprocess.Popen([sys.executable, "-c", INTERRUPTED % (10000, 10000)], cwd=ROOT, stdout=subprocess.PIPE,
                              encoding="utf-8") as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(wait)
            sent = time.time()
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=60)[0].split()
            assert float(said[-1]) - sent < 1.0 and process.returncode == 0


@needs_compiler
@pytest.mark.parametrize("one_call", [True, False])
def test_batches_that_were_done_when_ctrl_c_came_are_counted(one_call, quick, monkeypatch):
    """The interruption comes when C has returned: its steps are done, so they are told of before it goes on."""
    if not one_call:
        monkeypatch.setattr(compiled, "MOST_IN_A_CALL", 500)
    network, counted = Network.mlp([2, 9, 1], rng=random.Random(1)), []
    engine, optimizer = Compiled(1), SGD(network.parameters(), lr=0.5)
    before = network.state_dict()
    batches = engine.epoch(network, MSELoss(), optimizer, xor(), 7, None)
    name = "call_batches" if one_call else "share_out"
    owner = Numbers if one_call else crew.Crew
    call = getattr(owner, name)

    def interrupted(self, *arguments):
        call(self, *arguments)
        if one_call or arguments[2] is None:
            raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        for batch in batches:
            counted.append(batch)
    assert len(counted) == (3 if one_call else 1)
    other = Network.mlp([2, 9, 1], rng=random.Random(1))
    assert other.state_dict() == before
    learned = Loops()
    for start in range(0, 7 * len(counted), 7):
        learned.learn(other, MSELoss(), other_optimizer(other, optimizer), *[rows[start:start + 7] for rows in xor()])
    assert network.state_dict() == other.state_dict()


def other_optimizer(network, optimizer):
    return SGD(network.parameters(), lr=optimizer.lr)


# Where there is no compiler.

def script(folder, text):
    path = folder / "cc"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


NONSENSE = 'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then echo nonsense > "$2"; fi; shift; done\n'
OTHER_DIGITS = 'exec gcc -Dexp=sin "$@"\n'


@pytest.mark.skipif(os.name == "nt" or sys.platform == "emscripten" or sys.implementation.name != "cpython",
                    reason="shell scripts, CPython")
@pytest.mark.parametrize("text, reason", [
    ("exit 1\n", "failed with exit code 1"), ("echo 'no \x1b licence'; exit 7\n", "failed with exit code 7: no \\x1b"),
    ("exit 0\n", "cannot be loaded"), (NONSENSE, "cannot be loaded"),
    pytest.param(OTHER_DIGITS, "gives other digits than Python", marks=[needs_compiler, pytest.mark.slow])])
def test_a_compiler_that_fails_is_named_in_one_line(text, reason, tmp_path, monkeypatch):
    monkeypatch.setenv("CC", script(tmp_path, text))
    assert_refused("xor --epochs 2 --engine compiled", reason)
    monkeypatch.setattr(auto, "COMPILING_PAYS", 0.0)
    done = cli("xor", "--epochs", 2, "--engine", "auto")
    assert done.returncode == 0 and done.stderr == ""
    line = done.stdout.splitlines()[0]
    assert reason in line and "engine Unrolled() (not compiled: " in line


@pytest.mark.skipif(os.name == "nt", reason="the names of programs end otherwise")
@pytest.mark.parametrize("path, cc, reason", [
    ("", "", "no C compiler on PATH: none of cc, gcc, clang"),
    ("/usr/bin:/bin", "false", "false failed with exit code"),
    ("/usr/bin:/bin", "no such 'compiler", "no C compiler no such"),
    ("/usr/bin:/bin", "/no/cc", "no C compiler /no/cc")])
@pytest.mark.skipif(sys.implementation.name != "cpython" or sys.platform == "emscripten",
                    reason="another reason comes first")
def test_without_a_compiler_the_engine_is_refused_in_one_line(path, cc, reason, monkeypatch):
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("CC", cc)
    assert_refused("xor --epochs 2 --engine compiled", reason)


def test_without_ctypes_and_on_other_pythons_it_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert c_compiler.why_none() == ("this Python has no ctypes" if THERE else c_compiler.why_none())
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert THERE is False or "WebAssembly" in c_compiler.why_none()
    monkeypatch.setattr(sys.implementation, "name", "pypy")
    assert "this is pypy" in c_compiler.why_none()


@needs_compiler
@pytest.mark.skipif(os.name == "nt", reason="files have no modes there")
def test_what_is_compiled_lies_in_a_private_folder_that_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []
    monkeypatch.setattr(c_compiler, "_loaded", lambda name, path: seen.append(os.stat(os.path.dirname(path)).st_mode))
    c_compiler._compiled(["cc", *c_compiler.ALWAYS], "int number;\n")
    assert [stat.S_IMODE(mode) for mode in seen] == [0o700]
    assert os.listdir(tmp_path) == []


@needs_compiler
def test_a_network_of_one_shape_is_compiled_once(quick, monkeypatch):
    made = []
    compile_one = c_compiler._made
    monkeypatch.setattr(c_compiler, "_made", lambda source: made.append(1) or compile_one(source))
    for seed in (1, 2, 3):
        network = Network.mlp([3, 11, 2], rng=random.Random(seed))
        Compiled(1).prepare(network, MSELoss(), SGD(network.parameters(), lr=0.1 * seed))
    assert len(made) == 1


# auto, and the command line.

@needs_compiler
def test_auto_takes_c_where_compiling_pays(quick):
    small = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    large = Network.mlp([300, 40, 2], rng=random.Random(1))
    for network, samples, kind in ((small, 21 * 5000, Unrolled), (small, 21 * 100_000, Compiled),
                                   (large, 100, Matrix), (large, 10_000, Compiled)):
        work = Work(MSELoss(), SGD(network.parameters(), lr=0.1, momentum=0.25), samples, 1)
        c_compiler._libraries.clear()
        assert type(make("auto", network, work)) is kind, (network, samples)
    assert type(make("auto", large)) is Matrix


def test_auto_says_why_it_did_not_take_c(monkeypatch):
    monkeypatch.setattr(c_compiler, "why_none", lambda: "there is none")
    network = Network.mlp([300, 40, 2], rng=random.Random(1))
    engine = auto.pick(network, Work(MSELoss(), SGD(network.parameters()), 1e9))
    assert engine.why_not == "compiled: there is none"


def test_the_epochs_that_are_expected_end_where_most_trainings_do():
    assert work_of(Settings(epochs=100_000), 2, None, None).samples == 10_000
    assert work_of(Settings(epochs=100_000, target_loss=None), 2, None, None).samples == 200_000
    assert work_of(Settings(epochs=10), 2, None, None).samples == 20


@needs_compiler
@pytest.mark.slow
def test_the_command_line_trains_to_the_same_digits(quick):
    lines = [cli("xor", "--epochs", 300, "--engine", name).stdout.splitlines() for name in ("loops", "compiled")]
    assert lines[1][0] == lines[0][0] + ", engine Compiled()"
    assert lines[0][1:] == lines[1][1:]


def test_the_c_is_printed_with_each_formula():
    printed = cli("unroll", "xor", "--c", "--optimizer", "adam").stdout
    for formula in ("z_j = b_j + Σ_k w_jk·a_k", "(z >= 0.0 ? 1.0 : e) / (1.0 + e)", "∂C/∂a_k = Σ_j δ_j·w_jk",
                    "da * (a * (1.0 - a))",
                    "∂C/∂w_jk += Σ over the samples of δ_j·a_k", "(a[j] - y[j]) * (a[j] - y[j])",
                    "v[i] = beta1 * v[i] + (1.0 - beta1) * g;", "sqrt(u[i] / correction2) + eps"):
        assert formula in printed, formula
    assert_refused("unroll xor --c --standalone", "--standalone: not allowed with argument --c")


@needs_compiler
@pytest.mark.slow
def test_the_c_that_is_printed_compiles_without_a_warning(tmp_path):
    for arguments in ("xor", "gate --loss bce --optimizer rmsprop"):
        (tmp_path / "a.c").write_text(cli("unroll", *arguments.split(), "--c").stdout, encoding="utf-8")
        done = subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror",
                               "-O1", "-ffp-contract=off", "-c", "a.c"], cwd=tmp_path, stderr=subprocess.PIPE,
                              encoding="utf-8")
        assert done.stderr == ""


@needs_compiler
@pytest.mark.parametrize("begun, resumed", [
    ("Compiled()", "Unrolled()"), ("Matrix(dot=dot)", "Matrix(dot=sum_of_products)"),
    ("Compiled()", "Matrix(dot=sum_of_products)")])
def test_a_training_that_is_resumed_goes_on_with_the_digits_that_it_was_begun_with(begun, resumed):
    network = Network.mlp([2, 3, 1], rng=random.Random(1))
    engine = Unrolled() if resumed == "Unrolled()" else Matrix()
    found = resumed_engine(engine, begun, network)
    assert same_digits(repr(found), begun) == (not begun.startswith("Matrix"))
    assert type(resumed_engine(Compiled(1), "Matrix(dot=dot)", network)) is Matrix
