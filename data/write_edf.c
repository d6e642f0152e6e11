/* Float samples as EDF+ or BDF+: physical limits are the least and greatest value of each channel, as 8 characters can say
 * them, never inside; the digital range is all of 16 or 24 bits. Values are rounded to the nearest step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "edf_copy.h"
#include "write_private.h"

typedef struct edf_state {
  bl_edf_out_spec spec;
  bl_edf_out_signal *signals;
  double *gain, *base;   /* digital = (x - base) * gain + least */
  bl_annotations annotations;
  bl_edf_out out;
  uint64_t spr, in;      /* samples per record; frames of the one being filled */
  unsigned char *record; /* [channel][spr] */
  float *last;           /* frame, for padding */
} edf_state;

/* A limit of 8 characters at or beyond x, away from the other one. */
static double limit(double x, double span, bool upper, char text[9])
{
  double way = upper ? 1 : -1, written = bl_edf_number(x, text);
  for (double step = fmax(span, fabs(x)) * 1e-7; !((written - x) * way >= 0) && step < 1e9 * fmax(1, fabs(x)); step *= 2)
    written = bl_edf_number(x + way * step, text);
  return written;
}

static bl_status plan_channel(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d, size_t c)
{
  bl_edf_out_signal *g = &d->signals[c];
  bool bdf = spec->format == BL_WRITE_BDF;
  double lo = spec->lo[c], hi = spec->hi[c], most = bdf ? 8388608 : 32768;
  if (!(lo <= hi) || !isfinite(lo) || !isfinite(hi))
    return bl_fail(ctx, BL_E_NONFINITE, "%s: channel '%s' goes from %g to %g; EDF needs finite values", w->path, spec->names[c], lo, hi);
  if (lo == hi) lo -= 1, hi += 1; /* flat */
  lo = limit(lo, hi - lo, false, g->pmin);
  hi = limit(hi, hi - lo, true, g->pmax);
  if (!(lo < hi))
    return bl_fail(ctx, BL_E_RANGE, "%s: channel '%s' goes from %g to %g, which EDF's 8 characters cannot say; scale it first",
                   w->path, spec->names[c], spec->lo[c], spec->hi[c]);
  snprintf(g->dmin, sizeof g->dmin, "%.0f", -most);
  snprintf(g->dmax, sizeof g->dmax, "%.0f", most - 1);
  d->gain[c] = (2 * most - 1) / (hi - lo);
  d->base[c] = lo;
  g->spr = d->spr;
  bool same = bl_edf_label(spec->names[c], g->label);
  same &= bl_edf_ascii(spec->units[c], g->unit, sizeof g->unit);
  bl_status s = bl_edf_tell(ctx, &w->report, "%s: %s to %s %s in steps of %.3g", g->label, g->pmin, g->pmax, g->unit, 1 / d->gain[c]);
  if (!s && !same)
    s = bl_edf_tell(ctx, &w->report, "channel '%s' in '%s' is written as '%s' in '%s'", spec->names[c], spec->units[c], g->label, g->unit);
  return s;
}

/* Records of a whole number of samples whose duration 8 characters say exactly; if there is one, such that the last is full. */
static bl_status plan_records(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d)
{
  static const double durations[] = {1, 2, 0.5, 4, 5, 10, 0.25, 0.2, 0.1, 3, 8, 20, 30, 60, 0.05, 0.04, 0.02, 0.01, 0.001};
  char text[9];
  for (int even = 1; even >= 0 && !d->spr; even--)
    for (size_t i = 0; i < sizeof durations / sizeof *durations && !d->spr; i++) {
      double n = durations[i] * spec->rate_hz;
      if (n < 1 || fabs(n - rint(n)) > 1e-9 * n || n > 1e7) continue;
      if (even && spec->n_frames % (uint64_t)rint(n)) continue;
      if (i > 9 && even && spec->n_frames / (uint64_t)rint(n) > 10000000) continue;
      d->spr = (uint64_t)rint(n);
    }
  if (!d->spr) d->spr = spec->rate_hz >= 1 ? (uint64_t)ceil(spec->rate_hz) : 1;
  double want = (double)d->spr / spec->rate_hz;
  d->spec.record_s = bl_edf_number(want, text);
  if (!(d->spec.record_s > 0)) return bl_fail(ctx, BL_E_RANGE, "%s: %g Hz cannot be written as EDF", w->path, spec->rate_hz);
  memcpy(d->spec.record_text, text, sizeof text);
  d->spec.n_records = (spec->n_frames + d->spr - 1) / d->spr;
  if (fabs(d->spec.record_s - want) <= 1e-12 * want) return BL_OK;
  return bl_edf_tell(ctx, &w->report, "the rate %.12g Hz is written as %.12g Hz", spec->rate_hz, (double)d->spr / d->spec.record_s);
}

static bl_status copy_annotations(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && spec->annotations && i < spec->annotations->n; i++)
    s = bl_annotations_add(ctx, &d->annotations, &spec->annotations->v[i]);
  uint64_t pad = d->spec.n_records * d->spr - spec->n_frames;
  if (!s && pad) {
    char label[] = "padding";
    bl_annotation one = {.onset_s = (double)spec->n_frames / spec->rate_hz, .duration_s = (double)pad / spec->rate_hz,
                         .low_hz = (double)NAN, .high_hz = (double)NAN, .label = label};
    s = bl_annotations_add(ctx, &d->annotations, &one);
    if (!s) s = bl_edf_tell(ctx, &w->report, "the last record is filled up with the last values: %llu frames", (unsigned long long)pad);
  }
  bl_annotations_sort(&d->annotations);
  return s;
}

static bl_status edf_open(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec)
{
  edf_state *d = w->state = bl_calloc(ctx, 1, sizeof *d);
  if (!d) return bl_fail_nomem(ctx, "an EDF file");
  d->out.file.fd = -1;
  bl_status s = plan_records(ctx, w, spec, d);
  if (s) return s;
  size_t n = spec->n_channels;
  d->signals = bl_calloc(ctx, n, sizeof *d->signals);
  d->gain = bl_calloc(ctx, n, sizeof *d->gain);
  d->base = bl_calloc(ctx, n, sizeof *d->base);
  d->last = bl_calloc(ctx, n, sizeof *d->last);
  d->record = bl_calloc(ctx, n * 3, (size_t)d->spr);
  if (!d->signals || !d->gain || !d->base || !d->last || !d->record) return bl_fail_nomem(ctx, "an EDF file");
  for (size_t c = 0; !s && c < n; c++) s = plan_channel(ctx, w, spec, d, c);
  if (!s) s = copy_annotations(ctx, w, spec, d);
  if (s) return s;
  d->spec.bdf = spec->format == BL_WRITE_BDF;
  snprintf(d->spec.patient, sizeof d->spec.patient, "X X X X");
  snprintf(d->spec.recording, sizeof d->spec.recording, "X X X");
  d->spec.has_start = spec->has_start && strncmp(spec->start, "1985", 4) >= 0;
  if (d->spec.has_start) snprintf(d->spec.start, sizeof d->spec.start, "%s", spec->start);
  else s = bl_edf_tell(ctx, &w->report, "the start is unknown, or before 1985: written as 01.01.85 00.00.00");
  d->spec.signals = d->signals;
  d->spec.n_signals = n;
  d->spec.annotations = &d->annotations;
  return s ? s : bl_edf_out_open(ctx, w->path, &d->spec, &d->out);
}

static bl_status put_frame(bl_ctx *ctx, bl_writer *w, edf_state *d, const float *x)
{
  size_t width = d->spec.bdf ? 3 : 2;
  double most = d->spec.bdf ? 8388608 : 32768;
  for (size_t c = 0; c < w->n_channels; c++) {
    double v = rint(((double)x[c] - d->base[c]) * d->gain[c] - most);
    if (isnan(v)) return bl_fail(ctx, BL_E_NONFINITE, "%s: channel '%s' holds NaN, which EDF cannot", w->path, d->signals[c].label);
    if (!(v >= -most && v <= most - 1))
      return bl_fail(ctx, BL_E_RANGE, "%s: channel '%s': %g is beyond the announced limits", w->path, d->signals[c].label, (double)x[c]);
    uint32_t digital = (uint32_t)(int32_t)v;
    unsigned char *to = d->record + (c * d->spr + d->in) * width;
    for (size_t b = 0; b < width; b++) to[b] = (unsigned char)(digital >> 8 * b);
  }
  if (++d->in < d->spr) return BL_OK;
  d->in = 0;
  return bl_edf_out_record(ctx, &d->out, d->record);
}

static bl_status edf_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  edf_state *d = w->state;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) s = put_frame(ctx, w, d, x + i * w->n_channels);
  if (!s && n) memcpy(d->last, x + (n - 1) * w->n_channels, w->n_channels * sizeof *x);
  return s;
}

static bl_status edf_done(bl_ctx *ctx, bl_writer *w)
{
  edf_state *d = w->state;
  bl_status s = BL_OK;
  while (!s && d->in) s = put_frame(ctx, w, d, d->last);
  return s ? s : bl_edf_out_done(ctx, &d->out);
}

static void edf_release(bl_ctx *ctx, bl_writer *w)
{
  edf_state *d = w->state;
  if (!d) return;
  bl_edf_out_drop(ctx, &d->out);
  bl_annotations_free(ctx, &d->annotations);
  bl_free(ctx, d->signals);
  bl_free(ctx, d->gain);
  bl_free(ctx, d->base);
  bl_free(ctx, d->last);
  bl_free(ctx, d->record);
  bl_free(ctx, d);
  w->state = NULL;
}

const bl_write_class bl_write_edf = {edf_open, edf_push, edf_done, edf_release};
