/* erp_means: the mean of each channel and bin in windows of time after the segment's anchor, the event: amplitudes of
 * components of event-related potentials, such as N1 and P3. Unit: the stream's.
 *
 * Of a waveform a window holds the samples rint(tmin * rate) to rint(tmax * rate) after the anchor's, both included,
 * half to even: those of mne.Epochs.crop(tmin, tmax), whose mean over time this is. Of spectra it holds the frames
 * whose centre lies in [tmin, tmax]. A segment that does not hold a window whole is refused. A double sum in frame
 * order. Row: [channel][bin][window]. */
#include <math.h>
#include <string.h>

#include "moments.h"

typedef struct erp_means_params {
  bl_ranges windows;
} erp_means_params;

/* Frames [first, behind) of the segment at hand, and their sums. */
typedef struct time_window {
  uint64_t first, behind;
  double *sum;
} time_window;

typedef struct erp_means_state {
  const erp_means_params *p;
  const bl_stream *in;
  size_t width;
  uint64_t n; /* frames that came */
  time_window *window;
} erp_means_state;

static const bl_opt opts[] = {
    {"windows", BL_OPT_RANGES, offsetof(erp_means_params, windows), NULL, -1e9, 1e9, BL_OPT_NEEDED, NULL, "s",
     "names of the windows, with their beginning and end after the event, both included: {N1: [0.08, 0.12]}", NULL},
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const erp_means_params *p = params;
  bl_status s = BL_OK;
  char c[24], b[BL_BIN_NAME];
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = 0; k < in->n_bins; k++)
      for (size_t w = 0; !s && w < p->windows.n; w++)
        s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), bl_bin_name(in, k, b), p->windows.v[w].name,
                           bl_channel_unit(in, i));
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  erp_means_state *s = state;
  *s = (erp_means_state){.p = params, .in = in, .width = bl_stream_width(in)};
  s->window = bl_calloc(ctx, s->p->windows.n, sizeof *s->window);
  for (size_t w = 0; s->window && w < s->p->windows.n; w++)
    if (!(s->window[w].sum = bl_calloc(ctx, s->width, sizeof(double)))) return bl_fail_nomem(ctx, "erp_means: sums");
  return s->window ? BL_OK : bl_fail_nomem(ctx, "erp_means: sums");
}

/* The frames of a window, numbered from the segment's first one, which lies at first_s. */
static void find_frames(const bl_stream *in, const bl_range *r, double first_s, double *first, double *last)
{
  double rate = in->rate_hz;
  if (in->n_bins == 1 && !(fabs(in->start_s) > 0)) {
    *first = rint(r->lo * rate) - rint(first_s * rate);
    *last = rint(r->hi * rate) - rint(first_s * rate);
  } else { /* a millionth of a frame is rounding noise */
    *first = ceil((r->lo - first_s) * rate - 1e-6);
    *last = floor((r->hi - first_s) * rate + 1e-6);
  }
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  erp_means_state *s = state;
  (void)span;
  s->n = 0;
  for (size_t w = 0; w < s->p->windows.n; w++) {
    const bl_range *r = &s->p->windows.v[w];
    double first, last;
    find_frames(s->in, r, first_s, &first, &last);
    if (last < first)
      return bl_fail(ctx, BL_E_SHAPE, "erp_means: no frame lies in window %s, %g to %g s; take a longer one", r->name,
                     r->lo, r->hi);
    if (first < 0)
      return bl_fail(
          ctx, BL_E_SHAPE,
          "erp_means: window %s begins %g s after the event, the segment %g s; let the segment begin earlier", r->name,
          r->lo, first_s);
    s->window[w].first = (uint64_t)first;
    s->window[w].behind = (uint64_t)last + 1;
    memset(s->window[w].sum, 0, s->width * sizeof(double));
  }
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx;
  erp_means_state *s = state;
  for (size_t w = 0; w < s->p->windows.n; w++) {
    const time_window *t = &s->window[w];
    uint64_t from = t->first > s->n ? t->first - s->n : 0;
    for (uint64_t f = from; f < n && s->n + f < t->behind; f++)
      for (size_t i = 0; i < s->width; i++) t->sum[i] += (double)x[(size_t)f * s->width + i];
  }
  s->n += n;
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const erp_means_state *s = state;
  size_t n = s->p->windows.n;
  bl_status status = bl_need_frames(ctx, "erp_means", s->n, 1);
  for (size_t w = 0; !status && w < n; w++) {
    const time_window *t = &s->window[w];
    const bl_range *r = &s->p->windows.v[w];
    if (t->behind > s->n)
      return bl_fail(ctx, BL_E_SHAPE,
                     "erp_means: window %s ends %g s after the event, %llu frames behind the segment's last; let the "
                     "segment end later",
                     r->name, r->hi, (unsigned long long)(t->behind - s->n));
    for (size_t i = 0; i < s->width; i++) row[i * n + w] = (float)(t->sum[i] / (double)(t->behind - t->first));
  }
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  erp_means_state *s = state;
  for (size_t w = 0; s->window && w < s->p->windows.n; w++) bl_free(ctx, s->window[w].sum);
  bl_free(ctx, s->window);
}

const bl_summary_class bl_summary_erp_means = {
    .name = "erp_means",
    .summary = "mean of each channel and bin in windows of time after the event",
    .source = "mne.Epochs.crop, then the mean over time",
    .opts = opts,
    .params_size = sizeof(erp_means_params),
    .state_size = sizeof(erp_means_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
