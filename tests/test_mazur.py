"""Matt Mazur, "A Step by Step Backpropagation Example": every number it publishes."""
import pytest

from purenn import SGD, Dataset, HalfSquaredErrorLoss, evaluate, train
from purenn.engines.loops import Loops
from purenn.study import mazur as example


def numbers():
    """The quantities of one step, under Mazur's names."""
    network, loss, data = example.network(), HalfSquaredErrorLoss(), Dataset([example.X], [example.Y])
    first, hidden, second, output = network.layers
    old_second = [list(row) for row in second.weight]
    cost, (out,) = Loops().gradients(network, loss, *data)
    slope = loss.backward(out, data.targets[0])
    delta = output.backward(slope)
    errors = [loss.forward([out[j]], [data.targets[0][j]]) for j in range(2)]
    SGD(example.parameters(network), lr=0.5).step()
    w = [value for row in first.weight + second.weight for value in row]
    return {
        "net_h1": hidden.z[0], "out_h1": hidden.a[0], "out_h2": hidden.a[1],
        "net_o1": output.z[0], "out_o1": out[0], "out_o2": out[1],
        "E_o1": errors[0], "E_o2": errors[1], "E": cost,
        "dE/dout_o1": slope[0], "dout_o1/dnet_o1": output.derivative(output.z[0], output.a[0]),
        "dE/dw5": second.weight_grad[0][0], "delta_o1": delta[0],
        "dE_o1/dout_h1": delta[0] * old_second[0][0], "dE_o2/dout_h1": delta[1] * old_second[1][0],
        "dE/dout_h1": delta[0] * old_second[0][0] + delta[1] * old_second[1][0],
        "dout_h1/dnet_h1": hidden.derivative(hidden.z[0], hidden.a[0]), "dE/dw1": first.weight_grad[0][0],
        "w1": w[0], "w2": w[1], "w3": w[2], "w4": w[3], "w5": w[4], "w6": w[5], "w7": w[6], "w8": w[7],
    }


@pytest.mark.parametrize("name, published", [
    ("net_h1", 0.3775), ("out_h1", 0.593269992), ("out_h2", 0.596884378),
    ("net_o1", 1.105905967), ("out_o1", 0.75136507), ("out_o2", 0.772928465),
    ("E_o1", 0.274811083), ("E_o2", 0.023560026), ("E", 0.298371109),
    ("dE/dout_o1", 0.74136507), ("dout_o1/dnet_o1", 0.186815602), ("dE/dw5", 0.082167041), ("delta_o1", 0.138498562),
    ("dE_o1/dout_h1", 0.055399425), ("dE_o2/dout_h1", -0.019049119), ("dE/dout_h1", 0.036350306),
    ("dout_h1/dnet_h1", 0.241300709), ("dE/dw1", 0.000438568),
    ("w1", 0.149780716), ("w2", 0.19956143), ("w3", 0.24975114), ("w4", 0.29950229),
    ("w5", 0.35891648), ("w6", 0.408666186), ("w7", 0.511301270), ("w8", 0.561370121),
])
def test_each_published_number(name, published):
    assert numbers()[name] == pytest.approx(published, rel=0, abs=1e-8)


def test_ten_thousand_steps_as_the_method_is_described():
    network, loss, data = example.network(), HalfSquaredErrorLoss(), Dataset([example.X], [example.Y])
    for _ in train(network, data, loss, SGD(example.parameters(network), lr=0.5), epochs=10000):
        pass
    assert evaluate(network, loss, data)[0] == pytest.approx(3.51018778e-05, rel=1e-8)
    assert network.forward(data.inputs[0]) == pytest.approx([0.015913620, 0.984064274], rel=0, abs=1e-8)
