"""Engines: ways to get the cost of a batch and its gradients.

An engine has two methods:

    gradients(network, loss, inputs, targets)   adds ∂C/∂θ of the batch to the network's gradients;
                                                returns the cost C and the outputs
    outputs(network, inputs)                    forward only

``loops.Loops``, the default, is the derivation, one sample after another.
"""
