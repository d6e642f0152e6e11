/* stream.c: copying and describing streams, and the growing buffer of frames that stages write to. */
#include "baleen/stream.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

bl_status bl_stream_copy(bl_ctx *ctx, const bl_stream *from, bl_stream *to)
{
  *to = *from;
  to->channels = to->units = to->bins = (bl_texts){0};
  to->bin_hz = NULL;
  bl_status s = bl_texts_copy(ctx, &to->channels, &from->channels);
  if (!s) s = bl_texts_copy(ctx, &to->units, &from->units);
  if (!s) s = bl_texts_copy(ctx, &to->bins, &from->bins);
  if (!s && from->bin_hz) {
    to->bin_hz = bl_calloc(ctx, from->n_bins, sizeof *to->bin_hz);
    if (to->bin_hz) memcpy(to->bin_hz, from->bin_hz, from->n_bins * sizeof *to->bin_hz);
    else s = bl_fail_nomem(ctx, "a stream's frequencies");
  }
  if (s) bl_stream_free(ctx, to);
  return s;
}

void bl_stream_free(bl_ctx *ctx, bl_stream *s)
{
  bl_texts_free(ctx, &s->channels);
  bl_texts_free(ctx, &s->units);
  bl_texts_free(ctx, &s->bins);
  bl_free(ctx, s->bin_hz);
  *s = (bl_stream){0};
}

bl_status bl_streams_copy(bl_ctx *ctx, const bl_streams *from, bl_streams *to)
{
  *to = (bl_streams){.v = bl_calloc(ctx, from->n, sizeof *to->v)};
  bl_status s = to->v ? BL_OK : bl_fail_nomem(ctx, "streams");
  for (; !s && to->n < from->n; to->n++)
    if ((s = bl_stream_copy(ctx, &from->v[to->n], &to->v[to->n]))) break;
  if (s) bl_streams_free(ctx, to);
  return s;
}

void bl_streams_free(bl_ctx *ctx, bl_streams *s)
{
  for (size_t i = 0; i < s->n; i++) bl_stream_free(ctx, &s->v[i]);
  bl_free(ctx, s->v);
  *s = (bl_streams){0};
}

enum { HZ_NAME = BL_BIN_NAME - 3 };

/* The point a point in every locale. */
static void hz_name(double hz, char *buf)
{
  long long milli = fabs(hz) < 1e15 ? llround(hz * 1000) : 0;
  long long whole = milli / 1000, part = llabs(milli % 1000);
  int n = snprintf(buf, HZ_NAME, "%s%lld", milli < 0 && !whole ? "-" : "", whole);
  if (part) {
    n += snprintf(buf + n, HZ_NAME - (size_t)n, ".%03lld", part);
    while (buf[n - 1] == '0') n--;
  }
  memcpy(buf + n, "Hz", 3);
}

/* Made when it is asked for: a spectrum has hundreds, and each stage's stream has them. */
const char *bl_stream_bin(const bl_stream *s, size_t bin, char *buf)
{
  if (bin < s->bins.n) return s->bins.v[bin];
  if (!s->bin_hz || bin >= s->n_bins) return "";
  if (s->pairs) memcpy(buf, bin % 2 ? "im_" : "re_", 3);
  hz_name(s->bin_hz[bin], s->pairs ? buf + 3 : buf);
  return buf;
}

bl_status bl_stream_set_bins(bl_ctx *ctx, bl_stream *s, size_t n, const double *bin_hz, const char *const *names)
{
  if (n == 0 || (n > 1 && !bin_hz && !names))
    return bl_fail(ctx, BL_E_ARG, "stream: %zu bins with neither frequencies nor names", n);
  bl_texts fresh = {0};
  double *hz = NULL;
  bl_status status = BL_OK;
  for (size_t i = 0; !status && names && i < n; i++) status = bl_texts_add(ctx, &fresh, names[i]);
  if (!status && bin_hz) {
    if ((hz = bl_calloc(ctx, n, sizeof *hz))) memcpy(hz, bin_hz, n * sizeof *hz);
    else status = bl_fail_nomem(ctx, "a stream's frequencies");
  }
  if (status) {
    bl_texts_free(ctx, &fresh);
    return status;
  }
  bl_texts_free(ctx, &s->bins);
  bl_free(ctx, s->bin_hz); /* after the copy: bin_hz may be the stream's own */
  s->bins = fresh;
  s->bin_hz = hz;
  s->n_bins = n;
  s->pairs = false;
  return BL_OK;
}

bl_status bl_stream_set_units(bl_ctx *ctx, bl_stream *s, const char *format)
{
  bl_texts fresh = {0};
  bl_status status = BL_OK;
  for (size_t i = 0; !status && i < s->n_channels; i++) {
    char *unit = bl_unit_fill(ctx, format, i < s->units.n ? s->units.v[i] : "");
    status = unit ? bl_texts_add(ctx, &fresh, unit) : bl_fail_nomem(ctx, "units");
    bl_free(ctx, unit);
  }
  if (status) {
    bl_texts_free(ctx, &fresh);
    return status;
  }
  bl_texts_free(ctx, &s->units);
  s->units = fresh;
  return BL_OK;
}

bl_status bl_stream_set_unit(bl_ctx *ctx, bl_stream *s, size_t channel, const char *format)
{
  if (channel >= s->units.n) return BL_OK;
  char *unit = bl_unit_fill(ctx, format, s->units.v[channel]);
  if (!unit) return bl_fail_nomem(ctx, "units");
  bl_free(ctx, s->units.v[channel]);
  s->units.v[channel] = unit;
  return BL_OK;
}

float *bl_frames_add(bl_ctx *ctx, bl_frames *f, size_t more)
{
  void *v = f->v;
  if (more > SIZE_MAX - f->n || f->width > SIZE_MAX / sizeof(float)) {
    (void)bl_fail_nomem(ctx, "a block of frames");
    return NULL;
  }
  /* one frame at least, so that adding none still gives a place */
  size_t need = f->n + more ? f->n + more : 1;
  if (bl_grow(ctx, &v, &f->cap, need, f->width * sizeof(float), "a block of frames")) return NULL;
  f->v = v;
  f->n += more;
  return f->v + (f->n - more) * f->width;
}

void bl_frames_free(bl_ctx *ctx, bl_frames *f)
{
  bl_free(ctx, f->v);
  *f = (bl_frames){.width = f->width};
}
