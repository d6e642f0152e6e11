/* rbf_sampler: random Fourier features. A linear model of them is nearly one with the kernel exp(-gamma |x - y|^2), at a
 * cost that grows with the rows as a linear model's does (Rahimi and Recht 2007). Scale the columns first. */
#include <math.h>

#include "baleen/random.h"
#include "kit.h"

#define PI 3.14159265358979323846

static const char *const words[] = {"scale", NULL};
typedef struct params {
  bl_word gamma;
  int64_t n_components, random_state;
} params;

typedef struct state {
  size_t n_features, n_components;
  double *random_weights, *random_offset;
} state;

static const bl_opt opts[] = {
    BL_WORD(params, gamma, "1", words, 0, 1e12, BL_OPT_OPEN_LO, "",
            "of the kernel; scale: 1 / (columns x variance of all numbers), as svc has it"),
    BL_INT(params, n_components, "100", 1, 1000000, "", "columns that are made: the more, the nearer to the kernel"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed of what is drawn"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, random_weights, BL_F64, n_components, n_features, "frequencies, one wave a row"),
    BL_FIELD_VECTOR(state, random_offset, BL_F64, n_components, "phases"), BL_FIELD_END};

/* The variance of all numbers of X about their common mean. */
static bl_status scale_of(bl_ctx *ctx, const bl_cmat *X, double *gamma)
{
  size_t d = X->cols;
  double *mean = bl_calloc(ctx, 2 * d, sizeof *mean), all = 0, var = 0;
  bl_status s = mean ? bl_kit_moments(ctx, X, NULL, mean, mean + d) : bl_fail_nomem(ctx, "rbf_sampler");
  for (size_t j = 0; !s && j < d; j++) all += mean[j] / (double)d;
  for (size_t j = 0; !s && j < d; j++) var += (mean[d + j] + (mean[j] - all) * (mean[j] - all)) / (double)d;
  *gamma = var > 0 ? 1 / ((double)d * var) : 1;
  bl_free(ctx, mean);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  double gamma = p->gamma.real;
  s->n_features = t->X.cols;
  s->n_components = (size_t)p->n_components;
  s->random_weights = bl_calloc(ctx, s->n_components, s->n_features * sizeof *s->random_weights);
  s->random_offset = bl_calloc(ctx, s->n_components, sizeof *s->random_offset);
  bl_status status = s->random_weights && s->random_offset ? BL_OK : bl_fail_nomem(ctx, "rbf_sampler");
  if (!status && p->gamma.word == 0) status = scale_of(ctx, &t->X, &gamma);
  for (size_t k = 0; !status && k < s->n_components; k++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "rbf_sampler", k);
    for (size_t j = 0; j < s->n_features; j++)
      s->random_weights[k * s->n_features + j] = sqrt(2 * gamma) * bl_rng_normal(&r);
    s->random_offset[k] = bl_rng_between(&r, 0, 2 * PI);
  }
  return status;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? ((const state *)self->state)->n_components : 1;
}

typedef struct room {
  bl_kit_map map;
  double *out;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *s = self->state;
  size_t k = s->n_components, d = s->n_features;
  double *tail;
  room *r = *out = bl_kit_room(ctx, sizeof *r, k * d + k, &tail);
  (void)ops, (void)rows;
  if (!r) return bl_fail_nomem(ctx, "rbf_sampler");
  bl_kit_turn(k, d, s->random_weights, tail);
  r->map = (bl_kit_map){.d = d, .k = k, .Wt = tail, .bias = s->random_offset};
  r->out = tail + k * d;
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const room *r = made;
  double height = sqrt(2 / (double)r->map.k);
  (void)ctx, (void)self;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    float *o = bl_row(&out->transform, i);
    bl_kit_linear(&r->map, bl_crow(X, i), r->out);
    for (size_t k = 0; k < r->map.k; k++) o[k] = isfinite(r->out[k]) ? (float)(height * cos(r->out[k])) : 0;
  }
  return BL_OK;
}

static double work(const bl_estimator *self)
{
  const state *s = self->state;
  return (double)s->n_components * (2.0 * (double)s->n_features + 40);
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_one_block(ctx, self, "1", out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (s->random_weights && s->random_offset && s->n_components && s->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "rbf_sampler: its waves are not of %zu columns", self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_rbf_sampler = {
    .name = "rbf_sampler", .summary = "random Fourier features of the rbf kernel",
    .source = "scikit-learn RBFSampler; Rahimi and Recht 2007", .kind = BL_TRANSFORMER, .tags = BL_TAG_RANDOM,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .prepare = prepare, .apply = apply, .work = work, .blocks_out = blocks_out,
    .check = check};
/* clang-format on */
