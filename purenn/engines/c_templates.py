"""The formulas of the core once more, as C, with names that ``c_source.py`` fills in.

``tests/test_compiled.py`` checks that the two give the same digits.
"""
from ..activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from ..losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..optimizers import SGD, Adagrad, Adam, RMSprop

# The activation of the weighted sum z, and ∂C/∂z from da, which is ∂C/∂a. {slope} is that of a LeakyReLU.
VALUES = {
    Sigmoid: "sigmoid(z)",
    Tanh: "tanh(z)",
    ReLU: "z <= 0.0 ? 0.0 : z",
    LeakyReLU: "z > 0.0 ? z : {slope} * z",
    Identity: "z",
}
SLOPES = {
    Sigmoid: "da * (a * (1.0 - a))",
    Tanh: "da * (1.0 - a * a)",
    ReLU: "da * (z > 0.0 ? 1.0 : 0.0)",
    LeakyReLU: "da * (z > 0.0 ? 1.0 : {slope})",
    Identity: "da",
}

# From the {n} outputs a and targets y of a sample: its cost C_x and da[j] = ∂C_x/∂a_j. {mean} is 1/{n}, or 1 for a sum.
LOSSES = {
    MSELoss: """
    double total = 0.0;
    for (long j = 0; j < {n}; j++)
        total += (a[j] - y[j]) * (a[j] - y[j]);             /* Σ_j (a_j − y_j)² */
    for (long j = 0; j < {n}; j++)
        da[j] = {mean} * 2.0 * (a[j] - y[j]);               /* {mean} · 2·(a_j − y_j) */
    return {mean} * total;
""",
    HalfSquaredErrorLoss: """
    double total = 0.0;
    for (long j = 0; j < {n}; j++)
        total += (a[j] - y[j]) * (a[j] - y[j]);             /* Σ_j (a_j − y_j)² */
    for (long j = 0; j < {n}; j++)
        da[j] = a[j] - y[j];                                /* a_j − y_j */
    return 0.5 * total;                                     /* ½ Σ_j (a_j − y_j)² */
""",
    BCELoss: """
    double total = 0.0;
    for (long j = 0; j < {n}; j++) {{
        double variance = a[j] * (1.0 - a[j]);
        if (a[j] < 0.0 || a[j] > 1.0)
            *invalid = 1;                                     /* no probability */
        total -= y[j] * ln(a[j]) + (1.0 - y[j]) * ln(1.0 - a[j]);           /* −y·ln a − (1 − y)·ln(1 − a) */
        da[j] = {mean} * ((a[j] - y[j]) / (1e-12 > variance ? 1e-12 : variance));  /* (a − y) / a(1 − a) */
    }}
    return {mean} * total;
""",
    BCEWithLogitsLoss: """
    double total = 0.0;
    for (long j = 0; j < {n}; j++) {{
        double z = a[j];
        total += (0.0 > z ? 0.0 : z) - z * y[j] + log_of_one_plus(exp(-fabs(z)));       /* log(1 + e^z) − z·y */
        da[j] = {mean} * (sigmoid(z) - y[j]);               /* σ(z_j) − y_j */
    }}
    return {mean} * total;
""",
    CrossEntropyLoss: """
    double largest, powers = exponentials({n}, a, da, &largest), total = 0.0;
    double log_powers = log(powers);                        /* ln Σ_j e^(z_j − m), m the largest z */
    for (long j = 0; j < {n}; j++) {{
        total += y[j] * (log_powers + (largest - a[j]));    /* −y_j · ln p_j */
        da[j] = da[j] / powers - y[j];                      /* p_j − y_j */
    }}
    return total;
""",
}

# For each optimizer: its settings, in the order in which C has them, the states, and what is done for each number.
STEPS: dict = {
    SGD: (("momentum",), ("velocity",), """
    v[i] = momentum * v[i] + g;
    w[i] -= lr * v[i];"""),
    Adagrad: (("eps",), ("square_sum",), """
    v[i] += g * g;
    w[i] -= lr * g / (sqrt(v[i]) + eps);"""),
    RMSprop: (("alpha", "eps"), ("square_mean",), """
    v[i] = alpha * v[i] + (1.0 - alpha) * (g * g);
    w[i] -= lr * g / (sqrt(v[i]) + eps);"""),
    Adam: (("beta1", "beta2", "eps"), ("first_moment", "second_moment"), """
    v[i] = beta1 * v[i] + (1.0 - beta1) * g;
    u[i] = beta2 * u[i] + (1.0 - beta2) * (g * g);
    w[i] -= lr * (v[i] / correction1) / (sqrt(u[i] / correction2) + eps);"""),
}

# The functions that the formulas above call; a key is the text with which such a call begins.
FUNCTIONS = {
    "sigmoid(": """\
/* σ(z) = 1 / (1 + e^−z); if z < 0, e^z / (1 + e^z), so that no power is above 1. */
static double sigmoid(double z)
{
    double e = exp(-fabs(z));
    return (z >= 0.0 ? 1.0 : e) / (1.0 + e);
}
""",
    "exponentials(": """\
/* Each e^(z_j − m), with m the largest z; returns their sum. */
static double exponentials(long n, const double *z, double *powers, double *largest)
{
    double total = 0.0;
    *largest = z[0];
    for (long j = 1; j < n; j++)
        if (z[j] > *largest)
            *largest = z[j];
    for (long j = 0; j < n; j++) {
        powers[j] = exp(z[j] - *largest);
        total += powers[j];
    }
    return total;
}
""",
    "log_of_one_plus(": """\
/* ln(1 + e) for e from 0 to 1, with all its digits where e is small and 1 + e is rounded. */
static double log_of_one_plus(double e)
{
    double s = 1.0 + e;
    return s > 1.0 ? e * (log(s) / (s - 1.0)) : e;
}
""",
    "ln(": """\
/* ln p, at least −100. */
static double ln(double p)
{
    double value = p <= 0.0 ? -100.0 : log(p);
    return -100.0 > value ? -100.0 : value;
}
""",
}
