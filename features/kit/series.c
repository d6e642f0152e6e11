/* series.c: segments kept whole, and arithmetic that several summaries of them share; see series.h. */
#include "series.h"

#include <math.h>
#include <string.h>

const char *const bl_peers[] = {"antropy", "mne_features", NULL};

bl_status bl_series_shape(bl_ctx *ctx, const bl_series_form *form, const bl_stream *in, bl_feature_names *out)
{
  return bl_features_each_of(ctx, in, form->what, form->units, form->n_values, out);
}

bl_status bl_series_init(bl_ctx *ctx, bl_series *s, const bl_stream *in, const bl_series_form *form, size_t n_values,
                         const void *params)
{
  s->form = form;
  s->params = params;
  s->in = in;
  s->width = bl_stream_width(in);
  s->n_values = n_values ? n_values : form->n_values;
  s->v = bl_calloc(ctx, s->n_values, sizeof *s->v);
  return s->v ? BL_OK : bl_fail_nomem(ctx, form->name);
}

bl_status bl_series_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  ((bl_series *)state)->n = 0;
  return BL_OK;
}

bl_status bl_series_push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  bl_series *s = state;
  if (!n) return BL_OK;
  void *v = s->frames;
  bl_status status = bl_grow(ctx, &v, &s->cap_frames, s->n + n, s->width * sizeof *s->frames, s->form->name);
  if (status) return status;
  s->frames = v;
  memcpy(s->frames + s->n * s->width, x, n * s->width * sizeof *x);
  s->n += n;
  return BL_OK;
}

bl_status bl_series_room(bl_ctx *ctx, bl_series *s, size_t n, double **out)
{
  void *v = s->room;
  bl_status status = bl_grow(ctx, &v, &s->cap_room, n, sizeof *s->room, s->form->name);
  *out = s->room = v;
  return status;
}

bl_status bl_series_need(bl_ctx *ctx, const bl_series *s, size_t n, size_t need)
{
  return bl_need_frames(ctx, s->form->name, n, need);
}

/* False when a sample is NaN or infinite. */
static bool take_place(bl_series *s, size_t place)
{
  bool finite = true;
  for (size_t i = 0; i < s->n; i++) {
    s->x[i] = (double)s->frames[i * s->width + place];
    finite = finite && isfinite(s->x[i]);
  }
  return finite;
}

static void tell_undefined(bl_ctx *ctx, const bl_series *s, size_t place)
{
  char name[96];
  for (size_t j = 0; j < s->n_values; j++)
    if (!isfinite(s->v[j])) {
      bl_warn(ctx, BL_W_UNDEFINED, "%s: not defined for what %s holds in a segment (as a constant); it gives %s",
              s->form->name, bl_place_name(s->in, place, name), isnan(s->v[j]) ? "NaN" : "infinity");
      return;
    }
}

bl_status bl_series_finish(bl_ctx *ctx, void *state, float *row)
{
  bl_series *s = state;
  bl_status status = bl_series_need(ctx, s, s->n, s->form->need);
  void *v = s->x;
  if (!status) status = bl_grow(ctx, &v, &s->cap_x, s->n, sizeof *s->x, s->form->name);
  if (status) return status;
  s->x = v;
  for (size_t i = 0; !status && i < s->width; i++) {
    if (!take_place(s, i))
      for (size_t j = 0; j < s->n_values; j++) s->v[j] = (double)NAN;
    else if (!(status = s->form->values(ctx, s, s->x, s->n, s->v))) tell_undefined(ctx, s, i);
    for (size_t j = 0; !status && j < s->n_values; j++) row[i * s->n_values + j] = (float)s->v[j];
  }
  return status;
}

void bl_series_release(bl_ctx *ctx, void *state)
{
  bl_series *s = state;
  bl_free(ctx, s->frames);
  bl_free(ctx, s->x);
  bl_free(ctx, s->room);
  bl_free(ctx, s->v);
}

double bl_mean(const double *x, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum / (double)n;
}

double bl_variance(const double *x, size_t n, size_t ddof)
{
  double mean = bl_mean(x, n), squares = 0;
  if (n <= ddof) return (double)NAN;
  for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  return squares / (double)(n - ddof);
}

double bl_slope(const double *x, const double *y, size_t n)
{
  bl_line l = {.n = (double)n};
  for (size_t i = 0; i < n; i++) bl_line_mean(&l, x[i], y[i]);
  for (size_t i = 0; i < n; i++) bl_line_spread(&l, x[i], y[i]);
  return l.xy / l.xx;
}

double bl_quantile(const double *sorted, size_t n, double q)
{
  double at = q * (double)(n - 1), lower = floor(at), t = at - lower;
  size_t i = (size_t)lower;
  if (i + 1 >= n || t == 0) return sorted[i];
  double a = sorted[i], b = sorted[i + 1];
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

size_t bl_sign_changes(const double *x, size_t n)
{
  size_t changes = 0;
  for (size_t i = 1; i < n; i++) changes += !signbit(x[i]) != !signbit(x[i - 1]);
  return changes;
}

double bl_entropy_bits(const double *weights, size_t n)
{
  double sum = 0, bits = 0;
  for (size_t i = 0; i < n; i++) sum += weights[i];
  if (sum == 0) return (double)NAN;
  for (size_t i = 0; i < n; i++)
    if (weights[i] != 0) bits -= weights[i] / sum * log2(weights[i] / sum);
  return bits;
}
