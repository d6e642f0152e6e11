/* moments.c: names of features one for each channel and bin, and the summaries that running moments give. */
#include "moments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

const char *bl_channel_name(const bl_stream *in, size_t channel, char *buf)
{
  if (channel < in->channels.n && *in->channels.v[channel]) return in->channels.v[channel];
  if (in->n_channels == 1) return NULL;
  snprintf(buf, 24, "%zu", channel);
  return buf;
}

const char *bl_bin_name(const bl_stream *in, size_t bin, char *buf)
{
  if (in->n_bins == 1) return NULL;
  const char *name = bl_stream_bin(in, bin, buf);
  if (*name) return name;
  snprintf(buf, BL_BIN_NAME, "%zu", bin);
  return buf;
}

const char *bl_channel_unit(const bl_stream *in, size_t channel)
{
  return channel < in->units.n ? in->units.v[channel] : "";
}

const char *bl_place_name(const bl_stream *in, size_t i, char *buf)
{
  char c[24], b[BL_BIN_NAME];
  const char *channel = bl_channel_name(in, i / in->n_bins, c), *bin = bl_bin_name(in, i % in->n_bins, b);
  snprintf(buf, 96, "%s%s%s", channel ? channel : bin ? "" : "the channel", channel && bin ? "." : "", bin ? bin : "");
  return buf;
}

static bl_status add_place(bl_ctx *ctx, const bl_stream *in, size_t channel, size_t bin, const char *what,
                           const char *unit, bl_feature_names *out)
{
  char c[24], b[BL_BIN_NAME];
  char *u = bl_unit_fill(ctx, unit, bl_channel_unit(in, channel));
  if (!u) return bl_fail_nomem(ctx, "the units of features");
  bl_status s = bl_feature_add(ctx, out, bl_channel_name(in, channel, c), bl_bin_name(in, bin, b), what, u);
  bl_free(ctx, u);
  return s;
}

bl_status bl_features_each_of(bl_ctx *ctx, const bl_stream *in, const char *const *what, const char *const *units,
                              size_t n, bl_feature_names *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = 0; k < in->n_bins; k++)
      for (size_t j = 0; !s && j < n; j++) s = add_place(ctx, in, i, k, what[j], units[j], out);
  return s;
}

bl_status bl_features_each(bl_ctx *ctx, const bl_stream *in, const char *what, const char *unit, bl_feature_names *out)
{
  return bl_features_each_of(ctx, in, &what, &unit, 1, out);
}

bl_status bl_need_frames(bl_ctx *ctx, const char *who, uint64_t n, uint64_t need)
{
  if (n >= need) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE, "%s: the segment has %llu frames, at least %llu are needed; take longer segments",
                 who, (unsigned long long)n, (unsigned long long)need);
}

const bl_opt bl_ddof_opts[] = {BL_DDOF(bl_ddof_params), BL_OPT_END};

static const char *const constant_words[] = {"nan", "zero", NULL};

const bl_opt bl_constant_opts[] = {
    BL_ENUM(bl_constant_params, constant, "nan", constant_words, "what a channel without variance gives"), BL_OPT_END};

bl_status bl_moments_init(bl_ctx *ctx, bl_moments *m, const bl_stream *in, const bl_moment_form *form,
                          const void *params)
{
  m->form = form;
  m->params = params;
  m->in = in;
  m->width = bl_stream_width(in);
  for (int i = 0; i < form->order; i++)
    if (!(m->m[i] = bl_calloc(ctx, m->width, sizeof(double)))) return bl_fail_nomem(ctx, "running moments");
  return BL_OK;
}

bl_status bl_moments_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  bl_moments *m = state;
  m->n = 0;
  for (int i = 0; i < m->form->order; i++) memset(m->m[i], 0, m->width * sizeof(double));
  return BL_OK;
}

/* One frame, the n-th. The higher sums use the lower ones of the frame before, so they come first. */
static void add_frame(bl_moments *s, const float *x)
{
  int order = s->form->order;
  double n = (double)++s->n, inv = 1 / n;
  for (size_t i = 0; i < s->width; i++) {
    double d = (double)x[i] - s->m[0][i], e = d * inv, t = d * e * (n - 1);
    if (order > 3) s->m[3][i] += t * e * e * (n * n - 3 * n + 3) + 6 * e * e * s->m[1][i] - 4 * e * s->m[2][i];
    if (order > 2) s->m[2][i] += t * e * (n - 2) - 3 * e * s->m[1][i];
    s->m[1][i] += t;
    s->m[0][i] += e;
  }
}

bl_status bl_moments_push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx;
  bl_moments *m = state;
  if (m->form->order > 1) {
    for (size_t f = 0; f < n; f++) add_frame(m, x + f * m->width);
    return BL_OK;
  }
  for (size_t f = 0; f < n; f++) /* the mean alone: a plain sum, divided at the end */
    for (size_t i = 0; i < m->width; i++) m->m[0][i] += (double)x[f * m->width + i];
  m->n += n;
  return BL_OK;
}

void bl_moments_push_extreme(bl_moments *m, const float *x, size_t n, double sign)
{
  double *best = m->m[0];
  for (size_t f = 0; f < n; f++, m->n++)
    for (size_t i = 0; i < m->width; i++) {
      double v = (double)x[f * m->width + i];
      if (!m->n || (!isnan(best[i]) && !(sign * v <= sign * best[i]))) best[i] = v;
    }
}

bl_status bl_moments_finish(bl_ctx *ctx, void *state, float *row)
{
  const bl_moments *m = state;
  bl_status s = bl_need_frames(ctx, m->form->name, m->n, 1);
  double value = 0;
  for (size_t i = 0; !s && i < m->width; i++) {
    s = m->form->value(ctx, m, i, &value);
    row[i] = (float)value;
  }
  return s;
}

void bl_moments_release(bl_ctx *ctx, void *state)
{
  bl_moments *m = state;
  for (int i = 0; i < 4; i++) bl_free(ctx, m->m[i]);
}

bl_status bl_moments_variance(bl_ctx *ctx, const bl_moments *m, int64_t ddof, size_t i, double *var)
{
  bl_status status = bl_need_frames(ctx, m->form->name, m->n, (uint64_t)ddof + 1);
  if (!status) *var = m->m[1][i] / (double)(m->n - (uint64_t)ddof);
  return status;
}

double bl_moments_of_constant(bl_ctx *ctx, const bl_moments *m, size_t i)
{
  const bl_constant_params *p = m->params;
  char place[96];
  if (p->constant) return 0;
  bl_warn(ctx, BL_W_UNDEFINED, "%s: %s is constant in a segment; it gives NaN", m->form->name,
          bl_place_name(m->in, i, place));
  return NAN;
}
