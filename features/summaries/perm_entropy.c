/* perm_entropy: entropy in bits of the orders of size in which `order` samples, a delay apart, occur.
 *
 * Of equal samples the earlier counts as the smaller. Several delays give the mean of theirs. normalize divides by
 * log2(order!), the largest value. 0 for what only rises or only falls. */
#include <math.h>

#include "baleen/sort.h"
#include "series.h"

typedef struct perm_entropy_params {
  int64_t order;
  bl_reals delay;
  bool normalize;
} perm_entropy_params;

static const bl_opt opts[] = {
    BL_INT(perm_entropy_params, order, "3", 2, 12, "samples", "how many samples are put in order"),
    BL_REALS(perm_entropy_params, delay, "[1]", 1, 1e6, "samples",
             "from one of them to the next; of several the mean is taken"),
    BL_BOOL(perm_entropy_params, normalize, "false", "whether it is divided by log2(order!)"), BL_OPT_END};

/* A number for the order of size of x[0], x[step], ..: the rank of each in base `order`, exact in a double. */
static double pattern(const double *x, size_t order, size_t step)
{
  double code = 0;
  for (size_t i = 0; i < order; i++) {
    size_t rank = 0;
    for (size_t j = 0; j < order; j++) rank += x[j * step] < x[i * step] || (j < i && x[j * step] == x[i * step]);
    code = code * (double)order + (double)rank;
  }
  return code;
}

/* Puts how often each number occurs in place of the numbers; returns how many different ones there are. */
static size_t count_equal(double *v, size_t n)
{
  size_t kinds = 0;
  bl_sort(v, n);
  for (size_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && v[j] == v[i];) j++;
    v[kinds++] = (double)(j - i);
  }
  return kinds;
}

static bl_status one_delay(bl_ctx *ctx, bl_series *s, const double *x, size_t n, size_t order, size_t delay,
                           double *out)
{
  double *codes;
  bl_status status = bl_series_need(ctx, s, n, order * delay);
  size_t len = status ? 0 : n - (order - 1) * delay;
  if (!status) status = bl_series_room(ctx, s, len, &codes);
  if (status) return status;
  for (size_t i = 0; i < len; i++) codes[i] = pattern(x + i, order, delay);
  *out = bl_entropy_bits(codes, count_equal(codes, len));
  return BL_OK;
}

/* log2(order!) */
static double largest_entropy(int64_t order)
{
  double bits = 0;
  for (int64_t i = 2; i <= order; i++) bits += log2((double)i);
  return bits;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const perm_entropy_params *p = s->params;
  double sum = 0, bits = 0;
  bl_status status = BL_OK;
  for (size_t i = 0; !status && i < p->delay.n; i++) {
    status = one_delay(ctx, s, x, n, (size_t)p->order, (size_t)p->delay.v[i], &bits);
    sum += bits;
  }
  *out = sum / (double)p->delay.n;
  if (p->normalize) *out /= largest_entropy(p->order);
  return status;
}

static const char *const what[] = {"perm_entropy"}, *const units[] = {"bit"};
static const bl_series_form form = {"perm_entropy", what, units, 1, 2, values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const perm_entropy_params *p = params;
  if (!p->delay.n) return bl_fail(ctx, BL_E_CONFIG, "perm_entropy: delay is empty; name at least one, as [1]");
  for (size_t i = 0; i < p->delay.n; i++)
    if (p->delay.v[i] != floor(p->delay.v[i]))
      return bl_fail(ctx, BL_E_CONFIG, "perm_entropy: delay %g is no whole number of samples", p->delay.v[i]);
  return bl_features_each(ctx, in, form.name, p->normalize ? "1" : "bit", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, 0, params);
}

const bl_summary_class bl_summary_perm_entropy = {
    .name = "perm_entropy",
    .summary = "permutation entropy of each channel and bin",
    .source = "Bandt and Pompe 2002; antropy.perm_entropy",
    .opts = opts,
    .params_size = sizeof(perm_entropy_params),
    BL_SERIES_SLOTS,
};
