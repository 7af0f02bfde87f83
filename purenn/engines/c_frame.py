"""The C that is the same for every network: sums side by side in vectors, and the way through the batches.

Between HEAD and TAIL, ``c_source.py`` puts the functions of ``c_templates.py`` that are needed, and then the network's
own functions, which call them.
"""

HEAD = """\
#include <float.h>
#include <math.h>
#include <string.h>

#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16     /* 16 is for half precision alone */
#error "sums are kept with more digits than a double has: the results would not be Python's"
#endif

/* Rows of inputs and of work are as long as the next multiple of 16, so that vectors fit. */
#define PAD(n) (((n) + 15) / 16 * 16)

struct task {
    const double *inputs, *targets;     /* a row for each sample */
    const long long *order;             /* the numbers of the samples, in the order in which they come; or none */
    double *w, *g, *v, *u;              /* the parameters, their ∂C/∂w, and the optimizer's states */
    double *across;                     /* the weights transposed, in panels of 16 neurons */
    double *work, *outputs;             /* all a and d (c_source.py's LEGEND, at the top of the C); the outputs */
    double *costs, *hits;               /* each sample's cost; 1 where its output means the right class */
    long long start, count, room;       /* the first sample now, how many, and for how many there is room */
    long long first, fresh, last;       /* 1 if: a batch's first samples; gradients start at 0; a step follows */
    long long right, invalid;           /* outputs of the right class; 1 if an output is no probability */
    long long steps, done, epochs;      /* the optimizer's steps so far; the batches and the epochs that are done */
    double share, total;                /* 1/n for a mean, 1 for a sum; Σ of the samples' costs; C = share · total */
    double lr, decay, settings[3];
};

/* sum[m][n] = start + Σ_p left[m][p]·right[p][n]; if start is null, the sum begins at 0.0. The terms come one after the
   other, as in the loops: only different sums go side by side. sum_row, left_term and so on are the distances from one
   row, term or panel to the next; right is in panels of 16 columns. */
struct sums {
    long rows, columns, terms;
    double *sum; long sum_row;
    const double *start; long start_row;
    const double *left; long left_row, left_term;
    const double *right; long right_term, right_panel;
};

/* A network of few layers has these functions compiled anew for each layer's size. */
#if defined(__GNUC__) && defined(FEW_LAYERS)
#define EACH_SIZE static inline __attribute__((always_inline))
#else
#define EACH_SIZE static
#endif

#if defined(__GNUC__) && !defined(PLAIN)
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif
/* Rows that are padded are computed in whole vectors; the padding is never used. w and g have room for a vector after
   their last number. */
#define WHOLE(n) (((n) + LANES - 1) / LANES * LANES)
typedef double vector __attribute__((vector_size(8 * LANES)));
typedef double unaligned __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

/* A tile: up to 6 rows of one or two vectors. */
static inline __attribute__((always_inline)) void tile(const int rows, const int wide, const struct sums *s, long m,
                                                       long n)
{
    vector sum[6][2];
    const double *left = s->left + m * s->left_row;
    const double *right = s->right + n / 16 * s->right_panel + n % 16;
    for (int r = 0; r < rows; r++)
        for (int h = 0; h < wide; h++)
            sum[r][h] = s->start ? (vector)*(const unaligned *)(s->start + (m + r) * s->start_row + n + h * LANES)
                                 : (vector){0.0};
    for (long p = 0; p < s->terms; p++) {
        for (int r = 0; r < rows; r++)
            for (int h = 0; h < wide; h++)
                sum[r][h] += left[r * s->left_row] * (vector)*(const unaligned *)(right + h * LANES);
        left += s->left_term;
        right += s->right_term;
    }
    for (int r = 0; r < rows; r++)
        for (int h = 0; h < wide; h++) {
            double *to = s->sum + (m + r) * s->sum_row + n + h * LANES;
            long rest = s->columns - n - h * LANES;
            if (rest >= LANES)
                *(unaligned *)to = sum[r][h];
            else
                for (long i = 0; i < rest; i++)
                    to[i] = sum[r][h][i];
        }
}

#define ROWS(rows) case rows: if (wide) tile(rows, 2, s, m, n); else tile(rows, 1, s, m, n); break;

EACH_SIZE void add_up(const struct sums *s)
{
    for (long n = 0; n < s->columns; n += 2 * LANES) {
        int wide = s->columns - n > LANES;
        for (long m = 0; m < s->rows; m += 6)
            switch (s->rows - m < 6 ? s->rows - m : 6) { ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) }
    }
}
#else
#define WHOLE(n) (n)
static void add_up(const struct sums *s)
{
    for (long m = 0; m < s->rows; m++)
        for (long n = 0; n < s->columns; n++) {
            const double *right = s->right + n / 16 * s->right_panel + n % 16;
            double sum = s->start ? s->start[m * s->start_row + n] : 0.0;
            for (long p = 0; p < s->terms; p++)
                sum += s->left[m * s->left_row + p * s->left_term] * right[p * s->right_term];
            s->sum[m * s->sum_row + n] = sum;
        }
}
#endif

/* z_j = b_j + Σ_k w_jk·a_k, for each sample; without biases b_j is 0. */
EACH_SIZE void weighted_sums(long samples, long in, long out, const double *a, const double *across, const double *bias,
                             double *z)
{
    struct sums s = {.rows = samples, .columns = WHOLE(out), .terms = in, .sum = z, .sum_row = PAD(out), .start = bias,
                     .left = a, .left_row = PAD(in), .left_term = 1,
                     .right = across, .right_term = 16, .right_panel = 16 * in};
    add_up(&s);
}

/* ∂C/∂a_k = Σ_j δ_j·w_jk, for each sample. */
EACH_SIZE void input_slopes(long samples, long in, long out, const double *delta, const double *weight, double *da)
{
    struct sums s = {.rows = samples, .columns = WHOLE(in), .terms = out, .sum = da, .sum_row = PAD(in),
                     .left = delta, .left_row = PAD(out), .left_term = 1,
                     .right = weight, .right_term = in, .right_panel = 16};
    add_up(&s);
}

/* ∂C/∂w_jk += Σ over the samples of δ_j·a_k, and ∂C/∂b_j += Σ δ_j·1, for the neurons j from `first` up to, but not
   including, `end`. Fresh gradients start at 0, as after zero_grad. 64 samples at a time stay in the cache. */
EACH_SIZE void weight_slopes(long samples, long in, long out, long first, long end, const double *a,
                             const double *delta, int fresh, double *dw, double *db)
{
    const double one = 1.0;
    if (first >= end)
        return;
    dw += first * in;
    for (long from = 0; from < samples; from += 64) {
        const double *d = delta + from * PAD(out) + first;
        long count = samples - from < 64 ? samples - from : 64;
        int zero = fresh && from == 0;
        struct sums weights = {.rows = end - first, .columns = in, .terms = count, .sum = dw, .sum_row = in,
                               .start = zero ? 0 : dw, .start_row = in,
                               .left = d, .left_row = 1, .left_term = PAD(out),
                               .right = a + from * PAD(in), .right_term = PAD(in), .right_panel = 16};
        add_up(&weights);
        if (db) {
            struct sums biases = {.rows = 1, .columns = end - first, .terms = count, .sum = db + first,
                                  .start = zero ? 0 : db + first, .left = &one,
                                  .right = d, .right_term = PAD(out), .right_panel = 16};
            add_up(&biases);
        }
    }
}

/* Copy the weights of the neurons from `first` up to, but not including, `end` into panels of 16 neurons: for each
   input, its 16 weights in a row. */
static void lay_across(long in, long out, long first, long end, const double *weight, double *across)
{
    for (long panel = first; panel < end; panel += 16)
        for (long k = 0; k < in; k++)
            for (long j = 0; j < 16; j++)
                across[panel * in + k * 16 + j] = panel + j < out ? weight[(panel + j) * in + k] : 0.0;
}

/* Where a part of the neurons begins, if they are divided into parts: a multiple of 16. */
static long part_of(long out, long part, long parts)
{
    long neurons = (out + 15) / 16 * part / parts * 16;
    return neurons < out ? neurons : out;
}

/* The class of an output or a target: 1 from the threshold up, else 0; of several values, the largest one's index. */
static long class_of(long n, const double *values, double threshold)
{
    long best = 0;
    if (n == 1)
        return values[0] >= threshold;
    for (long j = 1; j < n; j++)
        if (values[j] > values[best])
            best = j;
    return best;
}
"""

TAIL = """\
/* Forward, the cost, and back to every δ, for the samples from `from` up to, but not including, `to`. */
void forward_and_back(struct task *t, long long from, long long to)
{
    for (; from < to; from += 64) {
        long end = to - from < 64 ? to : from + 64;
        forward(t, from, end);
        costs(t, from, end);
        backward(t, from, end);
    }
}

/* The outputs alone. */
void predict(struct task *t, long long from, long long to)
{
    for (; from < to; from += 64)
        forward(t, from, to - from < 64 ? to : from + 64);
}

/* The costs so far; returns 1 if they are finite and the loss is defined for each output: else there is no step. */
int sum_costs(struct task *t)
{
    if (t->first) {
        t->total = 0.0;
        t->right = 0;
    }
    for (long s = 0; s < t->count; s++) {
        t->total += t->costs[s];                            /* Σ_x C_x */
        t->right += (long long)t->hits[s];
    }
    return isfinite(t->share * t->total) && !t->invalid;
}

/* All samples in batches of this size, the last perhaps smaller. Stops if a cost is not finite or not defined. */
void batches(struct task *t, long long samples, long long size, int mean, double *found, long long *right)
{
    t->done = 0;
    for (long long begin = 0; begin < samples; begin += size) {
        long long end = samples - begin < size ? samples : begin + size;
        t->share = mean ? 1.0 / (double)(end - begin) : 1.0;
        for (t->start = begin; t->start < end; t->start += t->count) {
            t->count = end - t->start < t->room ? end - t->start : t->room;
            t->first = t->fresh = t->start == begin;
            forward_and_back(t, 0, t->count);
            t->last = sum_costs(t) && t->start + t->count == end;
            slopes_and_step(t, 0, 1);
        }
        t->steps += t->last;
        found[t->done] = t->share * t->total;
        right[t->done++] = t->right;
        if (!t->last)
            return;
    }
}

/* Train for count epochs; fewer if a loss is below the target, or a cost is not finite or not defined. The results of
   an epoch's batches go into batch_costs and batch_hits, those of the epochs into found and right. */
void epochs(struct task *t, long long samples, long long size, int mean, long long count, double target,
            double *batch_costs, long long *batch_hits, double *found, long long *right)
{
    t->epochs = 0;
    do {
        double loss = 0.0, share = mean ? 1.0 / (double)samples : 1.0;
        long long sum = 0;
        batches(t, samples, size, mean, batch_costs, batch_hits);
        for (long long i = 0; i < t->done; i++) {
            long long n = samples - i * size < size ? samples - i * size : size;
            loss += batch_costs[i] * (share / (mean ? 1.0 / (double)n : 1.0));        /* share(samples) / share(n) */
            sum += batch_hits[i];
        }
        found[t->epochs] = t->last ? loss : batch_costs[t->done - 1];
        right[t->epochs++] = sum;
    } while (t->last && !(found[t->epochs - 1] < target) && t->epochs < count);
}
"""
