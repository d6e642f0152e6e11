/* Float samples as EDF+ or BDF+: physical limits are the least and greatest value of each channel, as 8 characters can
 * say them, never inside; the digital range is all of 16 or 24 bits. Values are rounded to the nearest step. A channel
 * whose steps would be coarse, since 8 characters cannot say limits as small as its values, is refused. Whole numbers,
 * such as triggers, are written as they stand where there is room for them; a flat channel's limits are 0 and its
 * value.
 *
 * A BDF's signal "Status" is bits, which readers take as they stand: channels "Status" and "Status system" become the
 * one signal they were read from, trigger bits 0 to 15 and system bits 16 to 23, without any scale. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "edf_copy.h"
#include "write_private.h"

#define SMALLER_UNIT                                                                                                   \
  "take a smaller unit first, as --stages '[{to_unit: {unit: fT}}]' does with tesla, or {scale: {factor: 1e15}}"
enum {
  MIN_LEVELS = 256,
  MAX_RECORD = 5 << 20,
  MAX_LISTS = 1 << 19
}; /* samples of a record; left for annotations: EDFlib takes 10 MiB of EDF, 15 of BDF */
static const double KEPT = 0.5e-4; /* of a flat channel's value: half a step of a ten thousandth */

typedef struct edf_state {
  bl_edf_out_spec spec;
  bl_edf_out_signal *signals;
  double *gain, *base;   /* digital = (x - base) * gain + least */
  size_t status, system; /* channels of a BDF's Status; SIZE_MAX: none */
  bl_annotations annotations;
  bl_edf_out out;
  uint64_t spr, in;      /* samples per record; frames of the one being filled */
  unsigned char *record; /* [signal][spr] */
  float *last;           /* frame, for padding */
} edf_state;

/* A limit of 8 characters at or beyond x, away from the other one. */
static double limit(double x, double span, bool upper, char text[9])
{
  double way = upper ? 1 : -1, written = bl_edf_number(x, text);
  for (double step = fmax(span, fabs(x)) * 1e-7; !((written - x) * way >= 0) && step < 1e9 * fmax(1, fabs(x));
       step *= 2)
    written = bl_edf_number(x + way * step, text);
  return written;
}

/* Levels that the values could have as floats. */
static double levels_of(double lo, double hi) { return (hi - lo) / (fmax(fabs(lo), fabs(hi)) * (double)FLT_EPSILON); }

static bl_status check_range(bl_ctx *ctx, const bl_writer *w, const bl_write_spec *spec, size_t c)
{
  double lo = spec->lo[c], hi = spec->hi[c];
  if (lo <= hi && isfinite(lo) && isfinite(hi)) return BL_OK;
  return bl_fail(ctx, BL_E_NONFINITE, "%s: channel '%s' goes from %g to %g; EDF needs finite values", w->path,
                 spec->names[c], lo, hi);
}

/* Steps of 1, if all values are whole numbers and there is room for them: digital values are the values, else these
 * less the least. */
static bool scale_whole(const bl_write_spec *spec, edf_state *d, size_t c, double most, bl_edf_out_signal *g)
{
  double lo = spec->lo[c], hi = spec->hi[c],
         base = lo >= -most && hi < most   ? -most
                : lo >= 0 && hi < 2 * most ? 0
                                           : lo;
  if (!bl_write_is_whole(spec, c)) return false;
  double top = base + 2 * most - 1;
  if (hi > top || bl_edf_number(base, g->pmin) != base || bl_edf_number(top, g->pmax) != top) return false;
  d->gain[c] = 1;
  d->base[c] = base;
  return true;
}

/* A flat channel that is not 0: limits 0 and its value, or just beyond it. */
static bl_status scale_flat(bl_ctx *ctx, const bl_writer *w, const bl_write_spec *spec, edf_state *d, size_t c,
                            double most, bl_edf_out_signal *g)
{
  double v = spec->lo[c], far;
  char *edge = v > 0 ? g->pmax : g->pmin;
  bl_edf_number(0, v > 0 ? g->pmin : g->pmax);
  far = bl_edf_number(v, edge);
  if ((float)far != (float)v) far = limit(v, fabs(v), v > 0, edge);
  d->base[c] = fmin(far, 0);
  d->gain[c] = (2 * most - 1) / fabs(far);
  double kept = d->base[c] + rint((v - d->base[c]) * d->gain[c]) / d->gain[c];
  if (fabs(kept - v) <= KEPT * fabs(v) && fabs(v) <= fabs(far) * (1 + (double)FLT_EPSILON)) return BL_OK;
  return bl_fail(
      ctx, BL_E_RANGE,
      "%s: channel '%s' is %.4g %s throughout, of which the limits that 8 characters can say, %s to %s, leave "
      "%.4g; " SMALLER_UNIT,
      w->path, spec->names[c], v, spec->units[c], g->pmin, g->pmax, kept);
}

/* Limits by the extremes. */
static bl_status scale_range(bl_ctx *ctx, const bl_writer *w, const bl_write_spec *spec, edf_state *d, size_t c,
                             double most, bl_edf_out_signal *g)
{
  double lo = spec->lo[c], hi = spec->hi[c], spread = hi - lo;
  lo = limit(lo, hi - lo, false, g->pmin);
  hi = limit(hi, hi - lo, true, g->pmax);
  if (!(lo < hi))
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: channel '%s' goes from %g to %g, which EDF's 8 characters cannot say; scale it first", w->path,
                   spec->names[c], spec->lo[c], spec->hi[c]);
  d->gain[c] = (2 * most - 1) / (hi - lo);
  d->base[c] = lo;
  if (spread * d->gain[c] >= fmin(MIN_LEVELS, levels_of(spec->lo[c], spec->hi[c]))) return BL_OK;
  return bl_fail(
      ctx, BL_E_RANGE,
      "%s: channel '%s' goes from %.4g to %.4g %s, which the limits that 8 characters can say, %s to %s, leave %.0f steps of "
      "%.3g; " SMALLER_UNIT,
      w->path, spec->names[c], spec->lo[c], spec->hi[c], spec->units[c], g->pmin, g->pmax, spread * d->gain[c],
      1 / d->gain[c]);
}

static bl_status plan_scale(bl_ctx *ctx, const bl_writer *w, const bl_write_spec *spec, edf_state *d, size_t c,
                            bl_edf_out_signal *g)
{
  double most = spec->format == BL_WRITE_BDF ? 8388608 : 32768;
  bl_status s = check_range(ctx, w, spec, c);
  if (s) return s;
  snprintf(g->dmin, sizeof g->dmin, "%.0f", -most);
  snprintf(g->dmax, sizeof g->dmax, "%.0f", most - 1);
  if (scale_whole(spec, d, c, most, g)) return BL_OK;
  return spec->lo[c] == spec->hi[c] ? scale_flat(ctx, w, spec, d, c, most, g)
                                    : scale_range(ctx, w, spec, d, c, most, g);
}

static bl_status plan_channel(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d, size_t c,
                              bl_edf_out_signal *g)
{
  bl_status s = plan_scale(ctx, w, spec, d, c, g);
  if (s) return s;
  g->spr = d->spr;
  bool same = bl_edf_label(spec->names[c], g->label);
  same &= bl_edf_ascii(spec->units[c], g->unit, sizeof g->unit);
  s = bl_texts_addf(ctx, &w->report, "%s: %s to %s %s in steps of %.3g", g->label, g->pmin, g->pmax, g->unit,
                    1 / d->gain[c]);
  if (!s && !same)
    s = bl_texts_addf(ctx, &w->report, "channel '%s' in '%s' is written as '%s' in '%s'", spec->names[c],
                      spec->units[c], g->label, g->unit);
  return s;
}

/* ---- a BDF's Status ---------------------------------------------------------------------------------------------- */

static bl_status no_status(bl_ctx *ctx, const bl_writer *w, const char *name, double x)
{
  return bl_fail(
      ctx, BL_E_RANGE,
      "%s: channel '%s' holds %.9g; a BDF's Status has whole numbers, trigger bits 0 to 65535 and system bits 0 to 255; leave "
      "the channel out, give it another name first (stage rename), or write a .edf",
      w->path, name, x);
}

/* Finds the channels; without "Status", a "Status system" is a channel like any other. */
static void find_status(const bl_write_spec *spec, edf_state *d)
{
  d->status = d->system = SIZE_MAX;
  for (size_t c = 0; c < spec->n_channels && spec->format == BL_WRITE_BDF; c++) {
    if (!strcmp(spec->names[c], "Status")) d->status = c;
    if (!strcmp(spec->names[c], "Status system")) d->system = c;
  }
  if (d->status == SIZE_MAX) d->system = SIZE_MAX;
}

static bl_status plan_status(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d, bl_edf_out_signal *g)
{
  for (int k = 0; k < 2; k++) {
    size_t c = k ? d->system : d->status;
    unsigned most = k ? 255 : 65535;
    if (c == SIZE_MAX) continue;
    bl_status s = check_range(ctx, w, spec, c);
    if (s) return s;
    uint32_t bits;
    if (!bl_edf_bits(spec->lo[c], most, &bits)) return no_status(ctx, w, spec->names[c], spec->lo[c]);
    if (!bl_edf_bits(spec->hi[c], most, &bits)) return no_status(ctx, w, spec->names[c], spec->hi[c]);
  }
  *g = (bl_edf_out_signal){.label = "Status",
                           .unit = "Boolean",
                           .pmin = "-8388608",
                           .pmax = "8388607",
                           .dmin = "-8388608",
                           .dmax = "8388607",
                           .spr = d->spr};
  return bl_texts_addf(ctx, &w->report, "Status: bits as they stand%s",
                       d->system == SIZE_MAX ? "" : ", those of Status system above them");
}

static bl_status status_bits(bl_ctx *ctx, const bl_writer *w, const edf_state *d, const float *x, uint32_t *bits)
{
  *bits = 0;
  for (int k = 0; k < 2; k++) {
    size_t c = k ? d->system : d->status;
    double v = c == SIZE_MAX ? 0 : (double)x[c];
    uint32_t part;
    if (!bl_edf_bits(v, k ? 255 : 65535, &part)) return no_status(ctx, w, k ? "Status system" : "Status", v);
    *bits |= part << (k ? 16 : 0);
  }
  return BL_OK;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static uint64_t most_samples(const bl_write_spec *spec) { return (MAX_RECORD - MAX_LISTS) / spec->n_channels; }

/* Samples of a record: a whole number whose duration 8 characters say exactly. The first choice fills the last record;
 * the next leaves less than a second of it empty, or little of the whole. 0: there is none. */
static uint64_t exact_record(const bl_write_spec *spec, bool even, bool any)
{
  static const double durations[] = {1, 2,  0.5, 4,  5,    10,   0.25, 0.2,  0.1,  3,
                                     8, 20, 30,  60, 0.05, 0.04, 0.02, 0.01, 0.001};
  for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
    double n = durations[i] * spec->rate_hz;
    if (n < 1 || fabs(n - rint(n)) > 1e-9 * n || n > (double)most_samples(spec)) continue;
    uint64_t spr = (uint64_t)rint(n), records = (spec->n_frames + spr - 1) / spr,
             padding = records * spr - spec->n_frames;
    bool little = durations[i] <= 1 || (double)padding <= 0.01 * (double)spec->n_frames;
    if (even ? padding > 0 : !little && !any) continue;
    if (i > 9 && even && records > 10000000) continue;
    return spr;
  }
  return 0;
}

/* Samples of a record that fill the last one, of a duration that 8 characters say nearly: to a part in a million. 0:
 * none. */
static uint64_t full_record(const bl_write_spec *spec)
{
  uint64_t best = 0;
  double least = 1e-6;
  char text[9];
  for (uint64_t records = 1; records <= spec->n_frames && records <= 100000; records++) {
    uint64_t spr = spec->n_frames / records;
    if (spec->n_frames % records || spr > most_samples(spec)) continue;
    double want = (double)spr / spec->rate_hz, error = fabs(bl_edf_number(want, text) / want - 1);
    if (want > 60 && best) continue;
    if (best && want < 0.1) break;
    if (error < least) best = spr, least = error;
  }
  return best;
}

static bl_status plan_records(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d)
{
  char text[9];
  d->spr = exact_record(spec, true, false);
  if (!d->spr) d->spr = exact_record(spec, false, false);
  if (!d->spr) d->spr = full_record(spec);
  if (!d->spr) d->spr = exact_record(spec, false, true);
  if (!d->spr) d->spr = spec->rate_hz >= 1 ? (uint64_t)fmin(ceil(spec->rate_hz), (double)most_samples(spec)) : 1;
  double want = (double)d->spr / spec->rate_hz;
  d->spec.record_s = bl_edf_number(want, text);
  if (!(d->spec.record_s > 0))
    return bl_fail(ctx, BL_E_RANGE, "%s: %g Hz cannot be written as EDF", w->path, spec->rate_hz);
  memcpy(d->spec.record_text, text, sizeof text);
  d->spec.n_records = (spec->n_frames + d->spr - 1) / d->spr;
  if (fabs(d->spec.record_s - want) <= 1e-12 * want) return BL_OK;
  return bl_texts_addf(ctx, &w->report, "the rate %.12g Hz is written as %.12g Hz", spec->rate_hz,
                       (double)d->spr / d->spec.record_s);
}

static bl_status copy_annotations(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, edf_state *d)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && spec->annotations && i < spec->annotations->n; i++)
    s = bl_annotations_add(ctx, &d->annotations, &spec->annotations->v[i]);
  uint64_t pad = d->spec.n_records * d->spr - spec->n_frames;
  if (!s && pad) {
    char label[] = "padding";
    bl_annotation one = {.onset_s = (double)spec->n_frames / spec->rate_hz,
                         .duration_s = (double)pad / spec->rate_hz,
                         .low_hz = (double)NAN,
                         .high_hz = (double)NAN,
                         .label = label};
    s = bl_annotations_add(ctx, &d->annotations, &one);
    if (!s)
      s = bl_texts_addf(ctx, &w->report, "the last record is filled up with the last values: %llu frames",
                        (unsigned long long)pad);
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
  find_status(spec, d);
  size_t signals = 0;
  for (size_t c = 0; !s && c < n; c++) {
    if (c == d->system) continue;
    bl_edf_out_signal *g = &d->signals[signals++];
    s = c == d->status ? plan_status(ctx, w, spec, d, g) : plan_channel(ctx, w, spec, d, c, g);
  }
  if (!s) s = copy_annotations(ctx, w, spec, d);
  if (s) return s;
  d->spec.bdf = spec->format == BL_WRITE_BDF;
  snprintf(d->spec.patient, sizeof d->spec.patient, "X X X X");
  snprintf(d->spec.recording, sizeof d->spec.recording, "X X X");
  d->spec.has_start = spec->has_start && strncmp(spec->start, "1985", 4) >= 0;
  if (d->spec.has_start) snprintf(d->spec.start, sizeof d->spec.start, "%s", spec->start);
  else s = bl_texts_addf(ctx, &w->report, "the start is unknown, or before 1985: written as 01.01.85 00.00.00");
  d->spec.signals = d->signals;
  d->spec.n_signals = signals;
  d->spec.annotations = &d->annotations;
  return s ? s : bl_edf_out_open(ctx, w->path, &d->spec, &d->out);
}

/* A value as the channel's whole number. */
static bl_status digital_of(bl_ctx *ctx, const bl_writer *w, const edf_state *d, size_t c, const char *label, double x,
                            uint32_t *out)
{
  double most = d->spec.bdf ? 8388608 : 32768, v = rint((x - d->base[c]) * d->gain[c] - most);
  if (isnan(v)) return bl_fail(ctx, BL_E_NONFINITE, "%s: channel '%s' holds NaN, which EDF cannot", w->path, label);
  if (!(v >= -most && v <= most - 1))
    return bl_fail(ctx, BL_E_RANGE, "%s: channel '%s': %g is beyond the announced limits", w->path, label, x);
  *out = (uint32_t)(int32_t)v;
  return BL_OK;
}

static bl_status put_frame(bl_ctx *ctx, bl_writer *w, edf_state *d, const float *x)
{
  size_t width = d->spec.bdf ? 3 : 2, signal = 0;
  for (size_t c = 0; c < w->n_channels; c++) {
    if (c == d->system) continue;
    uint32_t digital = 0;
    bl_status s = c == d->status ? status_bits(ctx, w, d, x, &digital)
                                 : digital_of(ctx, w, d, c, d->signals[signal].label, (double)x[c], &digital);
    if (s) return s;
    unsigned char *to = d->record + (signal++ * d->spr + d->in) * width;
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

const bl_write_class bl_write_edf = {.names = {{".edf", BL_WRITE_EDF}, {".bdf", BL_WRITE_BDF}},
                                     .open = edf_open,
                                     .push = edf_push,
                                     .done = edf_done,
                                     .release = edf_release};
