"""Why the learning curve with a mistake looks as it does: a few sentences for each mistake of the gallery."""

REASONS = {
    "tanh-derivative":
        "tanh(a)² is less than a², so 1 − tanh(a)² is too large, between 0.42 and 1, and never near 0. The sign is "
        "right, so the steps still lead roughly downhill.",
    "sigmoid-derivative-of-z":
        "z·(1 − z) is negative where z is below 0 or above 1, so the slopes have the wrong sign there. The size "
        "of z·(1 − z) grows with z², so the slopes get larger and larger until the loss is nan.",
    "sigmoid-of-activation":
        "a lies between 0 and 1, so σ(a)·(1 − σ(a)) lies between 0.197 and 0.25 whatever a is. The slopes do not "
        "say where the sigmoid is flat and where it is steep, and the loss stays near 0.249, the loss of the best "
        "constant output.",
    "shared-velocity":
        "Each layer's step is mixed with the gradients of other layers, which have nothing to do with its weights. "
        "These gradients cancel its progress.",
    "momentum-of-gradient":
        "With μ = 0.9 the true velocity adds up to 1/(1 − μ) = 10 gradients; here it is never more than 1 + μ = "
        "1.9. On the plateau, where the gradients agree, the steps are 5 times too small.",
    "adam-moments-swapped":
        "The second moment is the mean of g, which can be negative: the first step takes the square root of a "
        "negative number.",
    "adam-betas":
        "With β₂ = 0.1 the second moment is almost only the last g², so √v̂ is about |g|: the steps keep "
        "their size, about lr, however flat the cost becomes, and near the minimum they go back and forth.",
    "adam-correction":
        "m̂ is always 10 times m, and v̂ always 1000 times v. After a few thousand steps neither should be "
        "corrected anymore, and the step is 10/√1000 = 0.32 of the right one.",
    "adam-step-counter":
        "There are 12 lists of parameters, so t grows 12 times too fast. v starts at 0, and for hundreds of steps "
        "it is corrected too little: √v̂ is too small, and the steps are up to 3 times too long. Here that happens "
        "to help.",
    "adagrad-column":
        "Each weight's step is divided by the root of the sum of all squared slopes of its whole list so far. This sum "
        "grows faster than that of the weight's own squared slopes, so the steps are too small, the more so the "
        "longer the list.",
    "updated-weights":
        "The slopes of the hidden layer are computed with weights that are off by their last step, lr·δ·a. That is "
        "small beside a weight. The smaller the rate, the smaller the error; the curves look alike.",
    "gradients-not-cleared":
        "Each step uses the sum of all gradients so far, so it goes on in the old direction long after the slope "
        "has turned: the weights shoot past the minimum, come back late, and shoot past it again.",
    "biases-never-updated":
        "At the point (0, 0) each z of the first layer is its bias, whatever the weights are, and the biases keep "
        "their random start: the hidden activations there never change. One of the four points stays wrong.",
    "share-overwritten":
        "Of the four neurons that use an output of the first hidden layer, only the last says how it should "
        "change. So the first layer takes steps that suit one neuron and may not suit the others. The layers after "
        "it get the right slopes, because the output layer has one neuron. The network learns, but takes longer.",
    "missing-factor-2":
        "Every gradient is half of what it should be, which is the same as half the learning rate: the same curve, "
        "twice as long.",
    "half-in-loss-only":
        "Every gradient is twice what it should be, which is the same as twice the learning rate. Here that is not "
        "too much, so the network learns faster than without the mistake.",
    "missing-1/n":
        "There are 21 points, so every gradient is 21 times too large, as if the rate were 21, not 1. The loss "
        "jumps before it falls, and with another seed it may not fall at all.",
    "1/n-twice":
        "There are 21 points, so every gradient is 21 times too small, as if the rate were 1/21, not 1. The "
        "plateau takes 21 times as many epochs.",
    "softmax-diagonal":
        "With two classes, and with this loss, the part that is left out is as large as the part that is kept, so "
        "every gradient is half of what it should be: half the learning rate. With more classes the direction is "
        "wrong, too.",
    "log-of-zero":
        "Inputs of up to 1000 make logits that are thousands apart. The smaller probability is rounded to 0, and "
        "its logarithm does not exist.",
    "exp-overflow":
        "Inputs of up to 1000 make z less than −710, and e^710 is larger than the largest float.",
    "equal-weights":
        "Neurons with equal weights and biases get equal slopes and stay equal, so each layer is one neuron, copied. A "
        "network with one neuron in each layer cannot separate these classes: the loss stays near 0.249, that of the "
        "best constant output.",
    "unused-seed":
        "Each run starts from different weights, so each has a different curve, although the seed is the same: "
        "compare the last two lines.",
    "no-topological-order":
        "The gradient of a value that is used twice comes in two parts. The value passes on the first part, and then "
        "the sum of both, so the first part is passed on twice. The further from the output, the more often that "
        "happens, so the first layers take steps that are far too long, and their neurons end where tanh is flat.",
    "gradient-overwritten":
        "Of the uses of a value only one counts. The slopes of the hidden layers lack most of their terms, often "
        "the largest ones, and the steps lead uphill.",
}
