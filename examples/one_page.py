"""Backpropagation on one page: gradient descent teaches xor to a network of 2-4-4-1 sigmoid neurons.

For readers who want to see all of it at once. It prints the same losses as ``python cli.py xor``. In purenn/ each of
these loops has a file of its own, with the derivation beside it. C is the loss, δ = ∂C/∂z; ``slopes`` are the ∂C/∂a.
"""
import math
import random

points = []                                                     # pairs of an input x and its target y
for i in range(11):
    points.append(([0.1 * i, 0.1 * i], 0.0))                    # 0 on the rising diagonal of the unit square,
    if i != 5:
        points.append(([0.1 * i, 1 - 0.1 * i], 1.0))            # 1 on the falling one
share = 1.0 / len(points)

rng = random.Random(1)
layers = []                                                     # pairs of weights w[j][k] and biases b[j]
for n_in, n_out in ((2, 4), (4, 4), (4, 1)):
    w = [[rng.uniform(-1.0, 1.0) for k in range(n_in)] for j in range(n_out)]
    layers.append((w, [rng.uniform(-1.0, 1.0) for j in range(n_out)]))
lr = 1.0

for epoch in range(1, 100001):
    loss = 0.0
    grads = [([[0.0] * len(row) for row in w], [0.0] * len(b)) for w, b in layers]
    for x, y in points:
        # Forward, from the input to the output: activations[i] is what goes into layers[i].
        activations = [x]
        for w, b in layers:
            a = []
            for j in range(len(b)):
                z = b[j]
                for k in range(len(w[j])):
                    z += w[j][k] * activations[-1][k]           # z_j = Σ_k w_jk · a_k + b_j
                a.append(1.0 / (1.0 + math.exp(-z)))            # a_j = σ(z_j)
            activations.append(a)
        error = activations[3][0] - y
        loss += share * error * error                           # C = 1/n · Σ_x (a - y)²
        # Backward, from the output to the first layer.
        slopes = [share * 2.0 * error]                          # ∂C/∂a of the output
        for i in (2, 1, 0):
            (w, b), (w_grad, b_grad), inputs, a = layers[i], grads[i], activations[i], activations[i + 1]
            slopes_above, slopes = slopes, [0.0] * len(inputs)
            for j in range(len(b)):
                delta = slopes_above[j] * a[j] * (1.0 - a[j])   # δ_j = ∂C/∂a_j · σ′(z_j)
                b_grad[j] += delta                              # ∂C/∂b_j = δ_j
                for k in range(len(inputs)):
                    w_grad[j][k] += delta * inputs[k]           # ∂C/∂w_jk = δ_j · a_k
                    slopes[k] += delta * w[j][k]                # ∂C/∂a_k = Σ_j δ_j · w_jk
    # The step, for every weight and bias θ: θ ← θ - lr · ∂C/∂θ.
    for (w, b), (w_grad, b_grad) in zip(layers, grads):
        for j in range(len(b)):
            b[j] -= lr * b_grad[j]
            for k in range(len(w[j])):
                w[j][k] -= lr * w_grad[j][k]
    if epoch == 1 or epoch % 500 == 0 or loss < 0.005:
        print("epoch %6d   loss %.6f" % (epoch, loss))
    if loss < 0.005:
        break
