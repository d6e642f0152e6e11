#include "census.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- gathering --------------------------------------------------------------------------------------------------- */

/* Mixes a sample's bits into a hash (a multiply and a fold; odd constant of the golden ratio). */
static uint64_t mix(uint64_t h, float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  h = (h ^ bits) * 0x9e3779b97f4a7c15u;
  return h ^ h >> 29;
}

/* Against the limits, to within float rounding. */
static void count_limits(bl_census *t, const bl_channel *c, double x)
{
  if (!isfinite(c->hi)) return;
  double hi = 1e-6 * fabs(c->hi), lo = 1e-6 * fabs(c->lo);
  if (x > c->hi + hi || x < c->lo - lo) t->n_beyond++;
  else if (x >= c->hi - hi || x <= c->lo + lo) t->n_at_limits++;
}

enum { RUN = 3 };

/* x is at the extreme, in a run of equal samples as long as `run`. */
static void count_top(bl_flat_top *f, uint64_t run)
{
  f->n++;
  f->n_runs += run == RUN;
  f->n_in_runs += run == RUN ? RUN : run > RUN;
}

void bl_census_add(bl_census *t, const bl_channel *c, double rate_hz, float value)
{
  double x = (double)value;
  t->hash = mix(t->hash, value);
  bl_line_noise_add(&t->line, rate_hz, x);
  if (!isfinite(value)) {
    t->n_bad++;
    t->run = 0;
    return;
  }
  t->run = t->run && value == t->last ? t->run + 1 : 1;
  t->n_same += t->run > 1;
  if (t->run > t->longest_run) t->longest_run = t->run;
  if (!t->n || x < t->min) t->min = x, t->bottom = (bl_flat_top){0};
  if (!t->n || x > t->max) t->max = x, t->top = (bl_flat_top){0};
  if (x == t->min) count_top(&t->bottom, t->run);
  if (x == t->max) count_top(&t->top, t->run);
  t->sum += x;
  count_limits(t, c, x);
  t->last = value;
  t->n++;
  double off = x - t->mean;
  t->mean += off / (double)t->n;
  t->squares += off * (x - t->mean);
}

bl_status bl_census_stream(bl_ctx *ctx, bl_recording *rec, size_t k, bl_census *t)
{
  const bl_rec_stream *s = &rec->streams[k];
  size_t frames = 65536 / (s->n_channels ? s->n_channels : 1) + 1, got = 1;
  float *block = bl_calloc(ctx, frames * (s->n_channels ? s->n_channels : 1), sizeof *block);
  bl_status status = block ? BL_OK : bl_fail_nomem(ctx, "a block of samples");
  for (uint64_t at = 0; !status && got && at < s->n_frames; at += got) {
    status = BL_CHECK_CANCEL(ctx);
    if (!status) status = bl_recording_read(ctx, rec, k, at, frames, block, &got);
    for (size_t i = 0; !status && i < got; i++)
      for (size_t c = 0; c < s->n_channels; c++)
        bl_census_add(&t[c], &s->channels[c], s->rate_hz, block[i * s->n_channels + c]);
  }
  bl_free(ctx, block);
  for (size_t c = 0; c < s->n_channels; c++)
    for (size_t d = 0; d < c && !t[c].twin; d++)
      if (t[c].hash == t[d].hash && t[c].n == t[d].n && t[c].n && t[c].min < t[c].max) t[c].twin = d + 1;
  return status;
}

/* ---- what it tells ----------------------------------------------------------------------------------------------- */

double bl_census_mean(const bl_census *t) { return t->n ? t->sum / (double)t->n : (double)NAN; }

double bl_census_sd(const bl_census *t) { return t->n ? sqrt(t->squares / (double)t->n) : (double)NAN; }

uint64_t bl_census_flat_tops(const bl_census *t, uint64_t *n_runs)
{
  *n_runs = t->top.n_runs + t->bottom.n_runs;
  if (!t->n || t->min == t->max || *n_runs < 2) return *n_runs = 0;
  /* a quarter at least lies elsewhere, and moves; the runs at the extremes repeat all but their first */
  uint64_t at = t->top.n + t->bottom.n, elsewhere = t->n - at, in_runs = t->top.n_in_runs + t->bottom.n_in_runs;
  uint64_t repeats = in_runs - *n_runs, same = t->n_same > repeats ? t->n_same - repeats : 0;
  if ((double)elsewhere < 0.25 * (double)t->n || (double)same > 0.2 * (double)elsewhere) return *n_runs = 0;
  return in_runs;
}

/* How many microvolts the unit is; 0 when it is no voltage. */
static double microvolts(const char *unit)
{
  return !strcmp(unit, "uV")   ? 1
         : !strcmp(unit, "mV") ? 1e3
         : !strcmp(unit, "V")  ? 1e6
         : !strcmp(unit, "nV") ? 1e-3
                               : 0;
}

/* Appends "text; ". */
static void say(char out[BL_REMARK], const char *format, ...) BL_PRINTF(2, 3);
static void say(char out[BL_REMARK], const char *format, ...)
{
  size_t n = strlen(out);
  va_list args;
  va_start(args, format);
  vsnprintf(out + n, BL_REMARK - n, format, args);
  va_end(args);
  n = strlen(out);
  snprintf(out + n, BL_REMARK - n, "; ");
}

/* Peaks of single samples touch limits that are the signal's own extremes, as convert writes them; what was cut off stands
 * there for a while. */
static bool stands_at_limits(const bl_census *t, const bl_channel *c)
{
  double hi = 1e-6 * fabs(c->hi), lo = 1e-6 * fabs(c->lo);
  return (t->max >= c->hi - hi && t->top.n_in_runs) || (t->min <= c->lo + lo && t->bottom.n_in_runs);
}

static void remark_clipping(const bl_census *t, const bl_channel *c, char out[BL_REMARK])
{
  uint64_t n_runs, n_flat = bl_census_flat_tops(t, &n_runs);
  if (t->n_at_limits > 2 && !t->n_beyond && stands_at_limits(t, c))
    say(out, "%llu samples at the limits", (unsigned long long)t->n_at_limits);
  if (t->n_beyond) say(out, "%llu samples beyond the declared limits", (unsigned long long)t->n_beyond);
  if (n_flat && n_flat > t->n_at_limits + t->n_beyond)
    say(out, "clipped at %.5g and %.5g? %llu samples stand there in %llu runs", t->min, t->max,
        (unsigned long long)n_flat, (unsigned long long)n_runs);
}

void bl_census_remark(const bl_rec_stream *s, const bl_census *all, size_t channel, char out[BL_REMARK])
{
  const bl_channel *c = &s->channels[channel];
  const bl_census *t = &all[channel];
  double db, sd_uv = bl_census_sd(t) * microvolts(c->unit);
  bool flat = t->n && t->min == t->max;
  out[0] = '\0';
  if (c->unusable) say(out, "unusable: its header makes no sense");
  if (flat) say(out, "flat");
  else if (t->n && (double)t->longest_run > s->rate_hz)
    say(out, "stands still for %.1f s", (double)t->longest_run / s->rate_hz);
  if (t->twin) say(out, "the same samples as %s", s->channels[t->twin - 1].name);
  if (!flat) remark_clipping(t, c, out);
  if (t->n_bad) say(out, "%llu NaN or infinite", (unsigned long long)t->n_bad);
  if (!flat && (sd_uv > 1e4 || (sd_uv > 0 && sd_uv < 0.1)))
    say(out, "sd of %.3g uV is far from EEG's: is the unit right?", sd_uv);
  int line = bl_line_noise_hz(&t->line, &db);
  if (line && db >= 10 && !flat) say(out, "%d Hz line noise, %.0f dB over its neighbours", line, db);
  size_t n = strlen(out);
  if (n >= 2) out[n - 2] = '\0';
}
