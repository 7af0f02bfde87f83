"""The files in this folder, as NumPy and PyTorch write them: ``python -m tests.files.make``, once; tests only read."""
import json
import os
import random

FOLDER = os.path.dirname(os.path.abspath(__file__))


def main():
    """Write every file."""
    import numpy

    from tests.test_images import PATTERN
    from tests.test_npz import KINDS, expected
    kinds = {}
    for kind in KINDS:
        values = numpy.array(expected(kind), dtype=bool if kind == "b1" else kind).reshape(2, 3, 4)
        for order, name in (("<", "little"), (">", "big")):
            ordered = values.astype(values.dtype.newbyteorder(order))
            kinds["%s_%s_c" % (kind, name)] = ordered
            kinds["%s_%s_fortran" % (kind, name)] = numpy.asfortranarray(ordered)
    numpy.savez_compressed(os.path.join(FOLDER, "kinds.npz"), **kinds)
    counting = numpy.arange(24, dtype="i4")
    numpy.savez(os.path.join(FOLDER, "stored.npz"), one=counting.reshape(4, 6), scalar=numpy.array(7.5),
                empty=numpy.zeros((0, 3), "f4"), line=numpy.asfortranarray(counting.reshape(1, 24, 1)),
                deep=numpy.asfortranarray(counting.reshape(2, 1, 3, 2, 2, 1)))
    for major in (1, 2, 3):
        with open(os.path.join(FOLDER, "version%d.npy" % major), "wb") as handle:
            numpy.lib.format.write_array(handle, counting.reshape(2, 12), version=(major, 0))
    numpy.savez(os.path.join(FOLDER, "refused.npz"), objects=numpy.array([{}], object), text=numpy.array(["A"]),
                octets=numpy.array([b"A"]), records=numpy.zeros(2, [("x", "f4"), ("y", "u1")]),
                complexes=numpy.zeros(2, complex), halves=numpy.zeros(2, "f2"), dates=numpy.zeros(2, "M8[D]"))
    images = numpy.array(PATTERN, "u1").reshape(20, 28, 28)
    labels = numpy.arange(20) % 10
    numpy.savez_compressed(os.path.join(FOLDER, "letters.npz"), images=images, labels=labels,
                           names=numpy.array(list("ABCDEFGHIJ")), authors=numpy.array(["me", "you"] * 10))
    for part, count in (("train", 20), ("t10k", 10)):
        with open(os.path.join(FOLDER, part + "-images-idx3-ubyte"), "wb") as handle:
            handle.write(numpy.array([0x803, count, 5, 4], ">u4").tobytes() + images[:count, 3:8, 3:7].tobytes())
        with open(os.path.join(FOLDER, part + "-labels-idx1-ubyte"), "wb") as handle:
            handle.write(numpy.array([0x801, count], ">u4").tobytes() + labels[:count].astype("u1").tobytes())
    write_digits(numpy)
    write_networks()
    write_tables()


def write_networks():
    """Networks by PyTorch in four kinds of numbers, one by purenn, and what PyTorch computes with each (in double).

    ``torch_f32.safetensors`` and its like are ``save_file(network.state_dict(), path)``; ``purenn.safetensors`` is
    written by ``save_model`` and loaded into PyTorch. ``networks.json`` has the inputs and the outputs.
    """
    import safetensors.torch
    import torch

    from purenn import Network
    from purenn.files.model import Model, save_model
    rng = random.Random(7)
    inputs = [[rng.uniform(-2.0, 2.0) for _ in range(3)] for _ in range(5)]
    told = {"inputs": inputs, "outputs": {}}

    def layers():
        return torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 4, bias=False),
                                   torch.nn.Tanh(), torch.nn.Linear(4, 2), torch.nn.Softmax(dim=-1))

    torch.manual_seed(7)
    for kind, dtype in (("f64", torch.float64), ("f32", torch.float32), ("f16", torch.float16),
                        ("bf16", torch.bfloat16)):
        name = "torch_%s.safetensors" % kind
        network = layers().to(dtype)
        safetensors.torch.save_file(network.state_dict(), os.path.join(FOLDER, name))
        told["outputs"][name] = network.double()(torch.tensor(inputs, dtype=torch.float64)).tolist()
    made = Network.mlp([3, 5, 4, 2], activation="tanh", output_activation="softmax", rng=rng)
    path = os.path.join(FOLDER, "purenn.safetensors")
    save_model(path, Model(made, None, "probability", {"task": "none"}, {"loss": [0.5]}))
    network = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 4), torch.nn.Tanh(),
                                  torch.nn.Linear(4, 2), torch.nn.Softmax(dim=-1)).double()
    network.load_state_dict(safetensors.torch.load_file(path))
    told["outputs"]["purenn.safetensors"] = network(torch.tensor(inputs, dtype=torch.float64)).tolist()
    with open(os.path.join(FOLDER, "networks.json"), "w", encoding="utf-8") as handle:
        json.dump(told, handle, indent=1)


def write_digits(numpy):
    """scikit-learn's handwritten digits: the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin and
    C. Kaynak, UCI Machine Learning Repository 1998, https://doi.org/10.24432/C50P49, CC BY 4.0)."""
    from sklearn.datasets import load_digits
    digits = load_digits()
    numpy.savez_compressed(os.path.join(FOLDER, "handwritten_digits.npz"), images=digits.images.astype("u1"),
                           labels=digits.target.astype("u1"))


def write_tables():
    """The four tables that README.md in this folder tells the sources of."""
    from sklearn import datasets
    short = {"od280/od315_of_diluted_wines": "od280_od315"}
    for name, target, options in (("iris", "species", {}), ("wine", "class", {}), ("breast_cancer", "benign", {}),
                                  ("diabetes", "progression", {"scaled": False})):
        data = getattr(datasets, "load_" + name)(**options)
        names = [short.get(column, column).replace(" (cm)", "").replace(" ", "_") for column in data.feature_names]
        targets = [str(data.target_names[k]) for k in data.target] if name == "iris" else data.target
        with open(os.path.join(FOLDER, name + ".csv"), "w", encoding="utf-8", newline="\n") as handle:
            handle.write(",".join([*names, target]) + "\n")
            for row, last in zip(data.data, targets):
                numbers = [*map(float, row), *([] if name == "iris" else [float(last)])]
                cells = ["%d" % x if x == int(x) else repr(x) for x in numbers] + ([last] if name == "iris" else [])
                handle.write(",".join(cells) + "\n")


if __name__ == "__main__":
    main()
