/* detector.c: events of whole runs; see detector.h. */
#include "detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/sort.h"
#include "fir_design.h"
#include "stage_util.h"

bl_status bl_detector_shape(bl_ctx *ctx, const char *who, const bl_stream *in, bl_stream *out)
{
  bl_status s = bl_need_waveform(ctx, who, in);
  for (size_t c = 0; !s && c < in->n_channels; c++) {
    const char *unit = bl_unit_of(in, c);
    if (*unit && strcmp(unit, "uV") && strcmp(unit, "1"))
      s = bl_fail(ctx, BL_E_CONFIG, "%s: channel '%s' is in %s, its limits in uV; put {to_unit: {unit: uV}} before it",
                  who, c < in->channels.n ? in->channels.v[c] : "", unit);
  }
  out->latency_s = INFINITY;
  return s;
}

bl_status bl_detector_init(bl_ctx *ctx, bl_detector *d, const char *who, const char *label, bl_detect *detect,
                           const bl_stream *in, const void *params)
{
  d->who = who;
  d->label = label;
  d->params = params;
  d->detect = detect;
  d->rate_hz = in->rate_hz;
  d->start_s = in->start_s;
  d->all.width = in->n_channels;
  d->filtered.width = 1;
  return bl_texts_copy(ctx, &d->channels, &in->channels);
}

double bl_trimmed_deviation(double *v, size_t n, double share)
{
  size_t cut = (size_t)(share * (double)n), kept = n - 2 * cut;
  double mean = 0, squares = 0;
  bl_sort(v, n);
  for (size_t i = cut; i < n - cut; i++) mean += v[i] / (double)kept;
  for (size_t i = cut; i < n - cut; i++) squares += (v[i] - mean) * (v[i] - mean);
  return sqrt(squares / ((double)kept - 1));
}

static bool is_like_eeg(bl_ctx *ctx, const bl_detector *d, size_t channel, const float *x, double *room)
{
  const char *name = channel < d->channels.n ? d->channels.v[channel] : "";
  for (size_t i = 0; i < d->all.n; i++) {
    room[i] = (double)x[i];
    if (isfinite(room[i])) continue;
    bl_warn(ctx, BL_W_UNDEFINED, "%s: channel '%s' holds a value that is not finite; nothing is looked for in it",
            d->who, name);
    return false;
  }
  double sd = bl_trimmed_deviation(room, d->all.n, 0.05);
  if (sd > 0.1 && sd < 1000) return true;
  bl_warn(ctx, BL_W_UNDEFINED,
          "%s: channel '%s' has a deviation of %g, of an EEG in uV it is 0.1 to 1000; nothing is "
          "looked for in it",
          d->who, name, sd);
  return false;
}

bl_status bl_detector_finish(bl_ctx *ctx, void *state, bl_frames *out)
{
  bl_detector *d = state;
  size_t n = d->all.n, width = d->all.width;
  d->ended = true;
  if (!n) return BL_OK;
  float *x = bl_calloc(ctx, n, sizeof *x), *y = bl_frames_add(ctx, out, n);
  double *room = bl_calloc(ctx, n, sizeof *room);
  bl_status s = x && y && room ? BL_OK : bl_fail_nomem(ctx, d->who);
  if (!s) memcpy(y, d->all.v, n * width * sizeof *y);
  for (size_t c = 0; !s && c < width; c++) {
    for (size_t i = 0; i < n; i++) x[i] = d->all.v[i * width + c];
    if (is_like_eeg(ctx, d, c, x, room)) s = d->detect(ctx, d, c, x, n);
  }
  bl_free(ctx, x);
  bl_free(ctx, room);
  return s;
}

static int by_onset(const void *pa, const void *pb)
{
  const bl_finding *a = pa, *b = pb;
  if (a->event.onset_s != b->event.onset_s) return (a->event.onset_s > b->event.onset_s) ? 1 : -1;
  return (a->value[0] > b->value[0]) - (a->value[0] < b->value[0]);
}

bl_status bl_detector_events(bl_ctx *ctx, void *state, bl_findings *out, double *known_s)
{
  bl_detector *d = state;
  bl_status s = BL_OK;
  if (d->found.n) qsort(d->found.v, d->found.n, sizeof *d->found.v, by_onset);
  for (size_t i = 0; !s && i < d->found.n; i++) s = bl_findings_add(ctx, out, &d->found.v[i]);
  d->found.n = 0;
  *known_s = d->start_s + (d->ended ? (double)d->all.n / d->rate_hz : 0);
  return s;
}

double bl_detector_event_lag_s(const void *state)
{
  (void)state;
  return INFINITY;
}

void bl_detector_reset(void *state)
{
  bl_detector *d = state;
  d->all.n = 0;
  d->found.n = 0;
  d->ended = false;
}

void bl_detector_release(bl_ctx *ctx, void *state)
{
  bl_detector *d = state;
  bl_frames_free(ctx, &d->all);
  bl_frames_free(ctx, &d->filtered);
  for (size_t k = 0; k < d->n_filters; k++) bl_fir_release(ctx, &d->filters[k]);
  bl_texts_free(ctx, &d->channels);
  bl_findings_free(ctx, &d->found);
}

bl_status bl_detector_add(bl_ctx *ctx, bl_detector *d, size_t from, size_t to, const double *value, size_t n_values)
{
  bl_finding one = {.event = {.onset_s = d->start_s + (double)from / d->rate_hz,
                              .duration_s = (double)(to - from) / d->rate_hz,
                              .label = d->label}};
  memcpy(one.value, value, n_values * sizeof *value);
  return bl_findings_add(ctx, &d->found, &one);
}

static bl_fir_spec spec_of(double rate_hz, double l_hz, double h_hz, double transition_hz)
{
  return (bl_fir_spec){.rate_hz = rate_hz,
                       .l_freq = l_hz,
                       .h_freq = h_hz,
                       .l_trans = transition_hz,
                       .h_trans = transition_hz,
                       .window = BL_WINDOW_HAMMING};
}

bl_status bl_detector_check_filter(bl_ctx *ctx, const char *who, const bl_stream *in, double l_hz, double h_hz,
                                   double transition_hz)
{
  const bl_fir_spec spec = spec_of(in->rate_hz, l_hz, h_hz, transition_hz);
  size_t n_taps;
  return bl_fir_length(ctx, who, &spec, &n_taps);
}

bl_status bl_detector_add_filter(bl_ctx *ctx, bl_detector *d, double l_hz, double h_hz, double transition_hz)
{
  const bl_fir_spec spec = spec_of(d->rate_hz, l_hz, h_hz, transition_hz);
  size_t n_taps = 0;
  bl_status s = bl_fir_length(ctx, d->who, &spec, &n_taps);
  if (s) return s;
  double *taps = bl_calloc(ctx, n_taps, sizeof *taps);
  if (!taps) return bl_fail_nomem(ctx, d->who);
  if ((s = bl_fir_design(ctx, d->who, &spec, n_taps, taps))) {
    bl_free(ctx, taps);
    return s;
  }
  return bl_fir_init(ctx, d->who, taps, n_taps, BL_FIR_ZERO, BL_FIR_AUTO, 1, &d->filters[d->n_filters++]);
}

bl_status bl_detector_filter(bl_ctx *ctx, bl_detector *d, size_t k, const float *x, size_t n, double *y)
{
  d->filtered.n = 0;
  bl_fir_reset(&d->filters[k]);
  bl_status s = bl_fir_push(ctx, &d->filters[k], x, n, &d->filtered);
  if (!s) s = bl_fir_finish(ctx, &d->filters[k], &d->filtered);
  for (size_t i = 0; !s && i < n; i++) y[i] = (double)d->filtered.v[i];
  return s;
}

bl_status bl_need_two(bl_ctx *ctx, const char *who, const char *option, const bl_reals *v)
{
  if (v->n == 2 && v->v[0] < v->v[1]) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: %s takes two ascending numbers, the least and the most", who, option);
}
