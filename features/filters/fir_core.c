/* fir_core.c: convolution of runs with taps.
 *
 * phase zero: each output sees as far ahead as back, (N - 1) / 2 samples, so that nothing is shifted; both ends of the
 * run are continued by odd reflection, 2 x[0] - x[k], zeros beyond a short run: a whole run gives what
 * mne.filter.filter_data gives (pad "reflect_limited"). phase causal: no look-ahead, the signal comes (N - 1) / 2
 * samples late; phase minimum: no look-ahead, and as little late as its response allows. Before the run of both the
 * first sample is taken to have stood there.
 *
 * method direct sums products, fft convolves blocks by double-precision FFT (overlap-save; Oppenheim and Schafer,
 * Discrete-Time Signal Processing, 8.7). Blocks are cut at fixed places of the run, not where pushes end, and wait
 * until they are full, which adds to the latency. auto: direct for short and causal filters, else fft. The size of an
 * FFT goes by the taps alone, so that a channel gives the same bits among any others.
 * A NaN or infinity makes the outputs non-finite whose taps reach it, and no others. */
#include "fir_core.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "finite.h"
#include "turn.h"

enum {
  CHUNK = 4096,
  SIDE_BY_SIDE = 16,
  DIRECT_TAPS = 64, /* beyond, blocks by FFT take less than half the time; measured */
  LONG_TAPS = 8192  /* beyond, memory counts: an FFT half as long takes up to 1.4 times as long */
};
static const double room = 1024.0 * 1024 * 1024; /* bytes that a filter may hold */
typedef bl_fir state;

const char *const bl_fir_phases[] = {"zero", "causal", NULL};
const char *const bl_fir_methods[] = {"auto", "direct", "fft", NULL};
const char *const bl_fir_windows[] = {"hann", "hamming", "blackman", NULL};

/* Size of the FFT; 0: none. At least four filters long, a power of two, so that most of it is new; for long filters at
 * least two, and 4, 5 or 6 times a power of two. */
static size_t fft_size(size_t n_taps, bl_fir_phase phase, bl_fir_method method)
{
  if (method == BL_FIR_DIRECT) return 0;
  if (method == BL_FIR_AUTO && (phase != BL_FIR_ZERO || n_taps <= DIRECT_TAPS)) return 0;
  bool is_long = n_taps > LONG_TAPS;
  size_t n = 256, least = (is_long ? 2 : 4) * n_taps;
  while (n < least) n *= 2;
  if (is_long && n / 8 * 5 >= least) return n / 8 * 5;
  return is_long && n / 4 * 3 >= least ? n / 4 * 3 : n;
}

/* Values of a series that are held: less than a block before a push, or both halves of what waits for the left
 * values. */
static size_t held_values(size_t n_taps, size_t size, size_t ahead) { return (size ? size : n_taps) + CHUNK + ahead; }

bl_status bl_fir_check_room(bl_ctx *ctx, const char *who, size_t n_taps, bl_fir_phase phase, bl_fir_method method,
                            const bl_stream *in)
{
  size_t size = fft_size(n_taps, phase, method), ahead = phase == BL_FIR_ZERO ? (n_taps - 1) / 2 : 0;
  double values = (double)n_taps + (size ? 3.0 * (double)size + SIDE_BY_SIDE / 2.0 * (double)(size - n_taps) : 0) +
                  (double)bl_stream_width(in) * (double)held_values(n_taps, size, ahead);
  if (8 * values <= room) return BL_OK;
  return bl_fail(
      ctx, BL_E_RANGE,
      "%s: a filter of %zu taps (%g s) would hold %.2g GiB for %zu channels, more than 1; make its narrowest "
      "transition wider, resample or decimate first, pick fewer channels, or take iir, which holds next to nothing",
      who, n_taps, (double)n_taps / in->rate_hz, 8 * values / room, in->n_channels);
}

size_t bl_fir_wait(size_t n_taps, bl_fir_phase phase, bl_fir_method method)
{
  size_t fft = fft_size(n_taps, phase, method);
  return (fft ? fft - n_taps : 0) + (phase == BL_FIR_ZERO ? (n_taps - 1) / 2 : 0);
}

static bl_status init_fft(bl_ctx *ctx, const char *who, state *st, size_t size)
{
  bl_status s = bl_dfft_init(ctx, size, &st->fft);
  if (s) return s;
  if (!(st->response = bl_calloc(ctx, size + 2, sizeof *st->response))) return bl_fail_nomem(ctx, who);
  memset(st->fft.time, 0, size * sizeof *st->fft.time);
  for (size_t k = 0; k < st->n_taps; k++) st->fft.time[k] = st->taps[st->n_taps - 1 - k]; /* in order of delay */
  bl_dfft_forward(&st->fft);
  for (size_t i = 0; i < (size / 2 + 1) * 2; i++) st->response[i] = st->fft.freq[i] / (double)size;
  st->block = size - st->n_taps + 1;
  st->turned = bl_calloc(ctx, SIDE_BY_SIDE, st->block * sizeof *st->turned);
  return st->turned ? BL_OK : bl_fail_nomem(ctx, who);
}

void bl_fir_reset(void *fir)
{
  state *st = fir;
  st->base = st->done = st->total = 0;
  st->len = st->left;
  st->continued = st->left == 0;
}

bl_status bl_fir_init(bl_ctx *ctx, const char *who, double *taps, size_t n_taps, bl_fir_phase phase,
                      bl_fir_method method, size_t width, bl_fir *st)
{
  *st = (bl_fir){.who = who, .width = width, .n_taps = n_taps, .taps = taps};
  for (size_t k = 0; k < n_taps / 2 && phase == BL_FIR_MINIMUM; k++) {
    double t = taps[k];
    taps[k] = taps[n_taps - 1 - k];
    taps[n_taps - 1 - k] = t;
  }
  st->ahead = phase == BL_FIR_ZERO ? (n_taps - 1) / 2 : 0;
  st->left = n_taps - 1 - st->ahead;
  size_t size = fft_size(n_taps, phase, method);
  bl_status s = size ? init_fft(ctx, who, st, size) : BL_OK;
  if (s) return s;
  st->cap = held_values(n_taps, size, st->ahead);
  if (!(st->v = bl_calloc(ctx, width, st->cap * sizeof *st->v))) return bl_fail_nomem(ctx, who);
  bl_fir_reset(st);
  return BL_OK;
}

static void continue_left(state *st)
{
  for (size_t c = 0; c < st->width; c++) {
    double *x = st->v + c * st->cap + st->left; /* base is 0 */
    for (size_t k = 1; k <= st->left; k++) x[-(ptrdiff_t)k] = !st->ahead ? x[0] : k < st->total ? 2 * x[0] - x[k] : 0;
  }
  st->continued = true;
}

static void continue_right(state *st)
{
  for (size_t c = 0; c < st->width; c++) {
    double *x = st->v + c * st->cap + st->len - 1; /* the last sample */
    for (size_t k = 1; k <= st->ahead; k++) x[k] = k < st->total ? 2 * x[0] - x[-(ptrdiff_t)k] : 0;
  }
  st->len += st->ahead;
}

static void compact(state *st)
{
  size_t gone = (size_t)(st->done - st->base);
  if (!gone) return;
  for (size_t c = 0; c < st->width; c++) {
    double *v = st->v + c * st->cap;
    memmove(v, v + gone, (st->len - gone) * sizeof *v);
  }
  st->len -= gone;
  st->base = st->done;
}

static size_t take(state *st, const float *x, size_t n)
{
  size_t left = st->cap - st->ahead - st->len;
  if (left < n && left < CHUNK) {
    compact(st);
    left = st->cap - st->ahead - st->len;
  }
  if (n > left) n = left;
  bl_turn_to_double(x, n, st->width, st->v + st->len, st->cap);
  st->len += n;
  st->total += n;
  if (!st->continued && st->total > st->ahead) continue_left(st);
  return n;
}

/* y[i * step] = sum_k h[k] e[i + k]: sixteen sums side by side, each in the order of k. */
BL_WIDE static void convolve(const double *h, size_t n_taps, const double *e, float *y, size_t step, size_t n)
{
  enum { SIDE = 16 };
  for (size_t i = 0; i < n; i += SIDE) {
    double sum[SIDE] = {0};
    size_t m = n - i < SIDE ? n - i : SIDE;
    if (m == SIDE)
      for (size_t k = 0; k < n_taps; k++)
        for (size_t j = 0; j < SIDE; j++) sum[j] += h[k] * e[i + k + j];
    else
      for (size_t k = 0; k < n_taps; k++)
        for (size_t j = 0; j < m; j++) sum[j] += h[k] * e[i + k + j];
    for (size_t j = 0; j < m; j++) y[(i + j) * step] = (float)sum[j];
  }
}

/* Replaces what is not finite by 0; returns whether there was any. */
static bool mend(double *v, size_t n)
{
  if (bl_all_finite(v, n)) return false;
  for (size_t i = 0; i < n; i++)
    if (!isfinite(v[i])) v[i] = 0;
  return true;
}

/* A block of `block` outputs by FFT into y[n]; `held` values of e are there, zeros follow. */
BL_WIDE static void convolve_block(state *st, const double *e, size_t held, float *y, size_t n)
{
  size_t size = st->fft.n, n_taps = st->n_taps;
  double *t = st->fft.time;
  if (held > size) held = size;
  memcpy(t, e, held * sizeof *t);
  memset(t + held, 0, (size - held) * sizeof *t);
  bool broken = mend(t, held);
  bl_dfft_forward(&st->fft);
  double *f = st->fft.freq;
  const double *r = st->response;
  for (size_t i = 0; i < size + 2 - size % 2; i += 2) {
    double re = f[i] * r[i] - f[i + 1] * r[i + 1], im = f[i] * r[i + 1] + f[i + 1] * r[i];
    f[i] = re;
    f[i + 1] = im;
  }
  bl_dfft_backward(&st->fft);
  for (size_t i = 0; i < n; i++) y[i] = (float)t[n_taps - 1 + i];
  if (!broken) return;
  size_t behind = 0; /* the last broken value's place, plus 1 */
  for (size_t at = 0; at < n + n_taps - 1 && at < held; at++) {
    if (!isfinite(e[at])) behind = at + 1;
    if (at >= n_taps - 1 && behind + n_taps > at + 1) y[at - (n_taps - 1)] = NAN;
  }
}

/* A block of every channel: some channels at a time, one behind the other, then turned into frames by whole cache
 * lines. */
static void convolve_blocks(state *st, size_t at, float *y, size_t n)
{
  for (size_t first = 0; first < st->width; first += SIDE_BY_SIDE) {
    size_t m = st->width - first < SIDE_BY_SIDE ? st->width - first : SIDE_BY_SIDE;
    for (size_t c = 0; c < m; c++)
      convolve_block(st, st->v + (first + c) * st->cap + at, st->len - at, st->turned + c * st->block, n);
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < m; c++) y[i * st->width + first + c] = st->turned[c * st->block + i];
  }
}

static bl_status drain(bl_ctx *ctx, state *st, bool end, bl_frames *out)
{
  if (!st->continued) return BL_OK;
  for (;;) {
    uint64_t known = st->base + st->len;
    if (known < st->done + st->n_taps) return BL_OK;
    size_t n = (size_t)(known - st->done) - (st->n_taps - 1), at = (size_t)(st->done - st->base);
    if (st->block && n < st->block && !end) return BL_OK;
    if (st->block && n > st->block) n = st->block;
    float *y = bl_frames_add(ctx, out, n);
    if (!y) return BL_E_NOMEM;
    if (st->block) convolve_blocks(st, at, y, n);
    else
      for (size_t c = 0; c < st->width; c++)
        convolve(st->taps, st->n_taps, st->v + c * st->cap + at, y + c, st->width, n);
    st->done += n;
  }
}

bl_status bl_fir_push(bl_ctx *ctx, void *fir, const float *x, size_t n, bl_frames *out)
{
  state *st = fir;
  bl_status s = BL_OK;
  while (!s && n) {
    size_t took = take(st, x, n);
    x += took * st->width;
    n -= took;
    s = drain(ctx, st, false, out);
  }
  return s;
}

static void warn_of_short(bl_ctx *ctx, state *st)
{
  if (st->total >= st->n_taps) return;
  bl_warn(
      ctx, BL_W_FEW_ROWS,
      "%s: the filter is longer (%zu samples) than a run (%llu): its ends reach everywhere; make the transitions wider, "
      "or filter longer recordings",
      st->who, st->n_taps, (unsigned long long)st->total);
}

bl_status bl_fir_finish(bl_ctx *ctx, void *fir, bl_frames *out)
{
  state *st = fir;
  if (!st->total) return BL_OK;
  warn_of_short(ctx, st);
  if (!st->continued) continue_left(st);
  continue_right(st);
  return drain(ctx, st, true, out);
}

/* Blocks by FFT must lie at the same places. */
bool bl_fir_warm_up(const void *fir, bl_warm_up *out)
{
  const state *st = fir;
  *out = (bl_warm_up){st->left, st->block ? st->block : 1};
  return true;
}

void bl_fir_release(bl_ctx *ctx, void *fir)
{
  state *st = fir;
  bl_free(ctx, st->taps);
  bl_free(ctx, st->v);
  bl_free(ctx, st->response);
  bl_free(ctx, st->turned);
  bl_dfft_release(ctx, &st->fft);
}
