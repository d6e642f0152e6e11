/* edf_copy_samples.c: the samples of a copy, record by record, as they stand in the source. */
#include <math.h>
#include <string.h>

#include "edf_copy.h"

/* n samples of a signal from the first on, over the borders of records, as they stand. */
static bl_status raw_samples(bl_ctx *ctx, bl_edf_copier *c, size_t signal, uint64_t first, uint64_t n,
                             unsigned char *to)
{
  bl_edf *e = c->e;
  const bl_edf_signal *g = &e->signals[signal];
  bl_status s = BL_OK;
  while (n && !s) {
    uint64_t in = first % g->spr, part = g->spr - in < n ? g->spr - in : n;
    size_t bytes = (size_t)part * e->width;
    const unsigned char *from;
    s = bl_edf_get(ctx, e, first / g->spr, g->offset + in * e->width, bytes, bytes, &from);
    if (!s) memcpy(to, from, bytes);
    to += bytes;
    first += part;
    n -= part;
  }
  return s;
}

static void put_digital(unsigned char *to, size_t width, int32_t x)
{
  for (size_t b = 0; b < width; b++) to[b] = (unsigned char)((uint32_t)x >> 8 * b);
}

/* The digital value next to physical 0. */
static int32_t digital_zero(const bl_edf_signal *g)
{
  if (g->unusable || g->status) return 0;
  double zero = rint(-g->off / g->cal), lo = fmin(g->dmin, g->dmax), hi = fmax(g->dmin, g->dmax);
  return (int32_t)fmin(fmax(zero, lo), hi);
}

/* Samples p .. p + n - 1 of the stretch: pieces that are there, values next to 0 between them, the last one behind the
 * end. */
static bl_status stretch_samples(bl_ctx *ctx, bl_edf_copier *c, size_t i, uint64_t p, uint64_t n, unsigned char *to)
{
  const bl_edf_signal *g = &c->e->signals[c->signals[i]];
  double rate = (double)g->spr / c->e->record_s;
  size_t width = c->e->width;
  uint64_t total = bl_edf_samples_of(c, i);
  int64_t base = llrint(c->from_s * rate);
  size_t run = 0;
  bl_status s = BL_OK;
  for (uint64_t part; n && !s; p += part, n -= part, to += part * width) {
    bool behind = p >= total;
    int64_t at = base + (int64_t)(!behind ? p : total ? total - 1 : 0);
    while (run + 1 < c->n_runs && at >= llrint(c->runs[run + 1].start_s * rate)) run++;
    int64_t in = at - llrint(c->runs[run].start_s * rate), len = (int64_t)(c->runs[run].n / c->first_spr * g->spr);
    uint64_t first = c->runs[run].first / c->first_spr * g->spr;
    bool there = in >= 0 && in < len;
    part = 1;
    if (there && !behind) part = (uint64_t)(len - in) < n ? (uint64_t)(len - in) : n;
    if (there && !behind && part > total - p) part = total - p;
    if (there || (behind && len))
      s = raw_samples(ctx, c, c->signals[i], first + (uint64_t)(there ? in : in < 0 ? 0 : len - 1), part, to);
    else put_digital(to, width, digital_zero(g));
  }
  return s;
}

/* 16 bits to 24, in place, from the end. */
static void widen(unsigned char *v, size_t n)
{
  for (size_t i = n; i-- > 0;) {
    int32_t x = v[2 * i] | v[2 * i + 1] << 8;
    put_digital(v + 3 * i, 3, x - ((x & 0x8000) << 1));
  }
}

/* The samples of record r of the copy's signal i. */
static bl_status record_samples(bl_ctx *ctx, bl_edf_copier *c, size_t i, uint64_t spr, uint64_t r, size_t run,
                                unsigned char *to)
{
  bl_status s;
  if (c->by_samples) s = stretch_samples(ctx, c, i, r * spr, spr, to);
  else s = raw_samples(ctx, c, c->signals[i], (c->from_record[run] + r - c->out_runs[run].first) * spr, spr, to);
  if (!s && c->out.bdf && !c->e->bdf) widen(to, (size_t)spr);
  return s;
}

/* Numbers of a signal as bits from `shift` on, in place or added to those at `to`. */
static bl_status put_bits(bl_ctx *ctx, const bl_edf_copier *c, size_t i, const unsigned char *from, size_t n,
                          unsigned most, int shift, unsigned char *to)
{
  const bl_edf_signal *g = &c->e->signals[c->signals[i]];
  for (size_t k = 0; k < n; k++, from += 3, to += 3) {
    int32_t x = from[0] | from[1] << 8 | from[2] << 16;
    uint32_t bits;
    double v = (x - ((x & 0x800000) << 1)) * g->cal + g->off;
    if (!bl_edf_bits(v, most, &bits))
      return bl_fail(
          ctx, BL_E_RANGE,
          "%s: channel '%s' holds %.9g; a BDF's Status has whole numbers, trigger bits 0 to 65535 and system bits 0 to 255; leave the "
          "channel out, give it another name first (stage rename), or write a .edf",
          c->rec->path, g->label, v);
    put_digital(to, 3, (int32_t)((shift ? (uint32_t)(to[0] | to[1] << 8) : 0) | bits << shift));
  }
  return BL_OK;
}

/* A BDF's Status from the samples of an EDF's, which are at v, and of its system bits, which there is room for at
 * `more`. */
static bl_status rebuild_status(bl_ctx *ctx, bl_edf_copier *c, uint64_t spr, uint64_t r, size_t run, unsigned char *v,
                                unsigned char *more)
{
  bl_status s = put_bits(ctx, c, c->status, v, (size_t)spr, 65535, 0, v);
  if (s || !c->has_system) return s;
  s = record_samples(ctx, c, c->out.n_signals, spr, r, run, more);
  return s ? s : put_bits(ctx, c, c->out.n_signals, more, (size_t)spr, 255, 16, v);
}

bl_status bl_edf_write_records(bl_ctx *ctx, bl_edf_copier *c, bl_edf_out *o)
{
  size_t extra = c->has_system ? (size_t)c->headers[c->status].spr * 3 : 0, run = 0;
  unsigned char *record = bl_calloc(ctx, o->data_bytes + extra + 1, 1);
  bl_status s = record ? BL_OK : bl_fail_nomem(ctx, "an EDF record");
  for (uint64_t r = 0; !s && r < c->out.n_records; r++) {
    unsigned char *to = record;
    while (run + 1 < c->out.n_runs && r >= c->out_runs[run + 1].first) run++;
    for (size_t i = 0; !s && i < c->out.n_signals; i++) {
      uint64_t spr = c->headers[i].spr;
      s = record_samples(ctx, c, i, spr, r, run, to);
      if (!s && i == c->status) s = rebuild_status(ctx, c, spr, r, run, to, record + o->data_bytes);
      to += spr * (c->out.bdf ? 3 : 2);
    }
    if (!s) s = bl_edf_out_record(ctx, o, record);
    if (!s && r % 256 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, record);
  return s;
}
