"""The loops engine written out by hand as one script of plain loops: no function called but exp.

Sigmoid layers, MSELoss and full-batch SGD. It does the same arithmetic in the same order as
``engines/loops.py``, so its weights end with the same digits; only ∂C/∂x, which nobody needs here,
is left out.
"""
from math import exp


def train(weights, biases, inputs, targets, lr, epochs):
    """Train in place; ``weights`` and ``biases`` have an entry for each layer. Returns the last epoch's loss."""
    share = 1.0 / len(inputs)
    cost = 0.0
    for _ in range(epochs):
        weight_grads = [[[0.0] * len(row) for row in w] for w in weights]
        bias_grads = [[0.0] * len(b) for b in biases]
        total = 0.0
        for x, y in zip(inputs, targets):
            activations = [x]
            for i in range(len(weights)):
                w, b, a_in, a_out = weights[i], biases[i], activations[i], []
                for j in range(len(w)):
                    z = b[j]
                    for k in range(len(a_in)):
                        z += w[j][k] * a_in[k]
                    if z >= 0.0:
                        a_out.append(1.0 / (1.0 + exp(-z)))
                    else:
                        e = exp(z)
                        a_out.append(e / (1.0 + e))
                activations.append(a_out)
            slopes = []
            for j in range(len(y)):
                error = activations[-1][j] - y[j]
                total += error * error
                slopes.append(share * (2.0 * error))
            for i in range(len(weights) - 1, -1, -1):
                w, gw, gb, a_in, a_out = weights[i], weight_grads[i], bias_grads[i], activations[i], activations[i + 1]
                a_in_grads = [0.0] * len(a_in)
                for j in range(len(w)):
                    delta = slopes[j] * (a_out[j] * (1.0 - a_out[j]))
                    for k in range(len(a_in)):
                        gw[j][k] += delta * a_in[k]
                        if i > 0:
                            a_in_grads[k] += delta * w[j][k]
                    gb[j] += delta
                slopes = a_in_grads
        for i in range(len(weights)):
            for j in range(len(weights[i])):
                for k in range(len(weights[i][j])):
                    weights[i][j][k] -= lr * weight_grads[i][j][k]
                biases[i][j] -= lr * bias_grads[i][j]
        cost = share * total
    return cost
