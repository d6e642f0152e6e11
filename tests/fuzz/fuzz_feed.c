/* Any bytes, as they might come through a pipe; the first chooses what they are taken for and in what pieces they come. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feed_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Whatever comes must make sense: time goes forward, events have times and labels, samples can be read. */
static void pull_all(bl_ctx *ctx, bl_feed *f, size_t most)
{
  bl_feed_item item;
  double start_s = 0;
  float sum = 0;
  do {
    if (bl_feed_pull(ctx, f, most, &item)) abort();
    if (item.kind == BL_FEED_FRAMES && !item.n[0]) abort();
    for (size_t k = 0; item.kind == BL_FEED_FRAMES && k < f->n_chosen; k++)
      for (size_t i = 0; i < item.n[k] * bl_feed_head(f)->streams[f->part[k].stream].n_channels; i++)
        sum += item.v[k][i];
    if (item.kind == BL_FEED_GAP && !(item.start_s >= start_s)) abort();
    if (item.kind == BL_FEED_GAP) start_s = item.start_s;
    for (size_t i = 0; i < item.n_events; i++)
      if (!item.events[i].label || !isfinite(item.events[i].onset_s) || !(item.events[i].duration_s >= 0)) abort();
  } while (item.kind != BL_FEED_END);
  volatile float used = sum;
  (void)used;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  static const bl_feed_class *const classes[] = {&bl_feed_wav, &bl_feed_edf, &bl_feed_pcm};
  static const char *const names[] = {"fuzz", "fuzz", "pcm:rate=8,channels=3,format=s24le,skip=1:fuzz"};
  static const size_t cuts[] = {1, 5, 300, SIZE_MAX};
  if (!n) return 0;
  size_t kind = bytes[0] % 3, cut = bytes[0] / 3 % 4, most = bytes[0] / 12 % 3;
  bl_ctx *ctx = bl_ctx_new();
  bl_feed *f;
  if (!ctx) return 0;
  if (bl_feed_open_bytes(ctx, classes[kind], names[kind], bytes + 1, n - 1, cuts[cut], &f)) {
    if (!strstr(bl_ctx_error(ctx), "fuzz")) abort(); /* every refusal names the pipe */
  } else {
    size_t n_streams = bl_feed_head(f)->n_streams;
    size_t chosen[] = {bytes[0] % (n_streams ? n_streams : 1), 0};
    if (n_streams && bl_feed_choose(ctx, f, chosen, 1 + bytes[0] / 36 % 2)) abort();
    pull_all(ctx, f, most);
  }
  bl_feed_close(ctx, f);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
