/* feed_help.h: all that a feed gives, heard to its end, and a sound file to feed it. */
#ifndef BL_TEST_FEED_HELP_H
#define BL_TEST_FEED_HELP_H

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "feed_private.h"
#include "recording_private.h"
#include "tree.h"

enum { MOST_FRAMES = 20000, MOST_CHANNELS = 8, MOST_EVENTS = 32, MOST_GAPS = 8, MOST_STREAMS = 4 };

/* All that a feed gave. */
typedef struct heard {
  float v[MOST_FRAMES * MOST_CHANNELS];
  size_t n; /* frames */
  struct {
    size_t at; /* frames before it */
    double start_s;
  } gap[MOST_GAPS];
  size_t n_gaps;
  struct {
    size_t at;
    double onset_s, duration_s;
    char label[40];
  } event[MOST_EVENTS];
  size_t n_events;
} heard;

static inline const char *at(const char *name)
{
  static char path[600];
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  return path;
}

/* Appends one item to what was heard of chosen stream k; false at the end. */
static inline bool hear(const bl_feed *f, const bl_feed_item *item, size_t k, heard *h)
{
  const bl_rec_stream *streams = bl_feed_head(f)->streams;
  size_t width = bl_feed_head(f)->n_streams ? streams[f->part[k].stream].n_channels : 0;
  switch (item->kind) {
  case BL_FEED_FRAMES:
    assert_true(item->n[0] && h->n + item->n[k] <= MOST_FRAMES && width <= MOST_CHANNELS);
    if (item->n[k]) memcpy(h->v + h->n * width, item->v[k], item->n[k] * width * sizeof *h->v);
    h->n += item->n[k];
    return true;
  case BL_FEED_GAP:
    assert_true(h->n_gaps < MOST_GAPS);
    h->gap[h->n_gaps].at = h->n;
    h->gap[h->n_gaps++].start_s = item->start_s;
    return true;
  case BL_FEED_EVENTS:
    for (size_t i = 0; i < item->n_events; i++) {
      assert_true(h->n_events < MOST_EVENTS);
      h->event[h->n_events].at = h->n;
      h->event[h->n_events].onset_s = item->events[i].onset_s;
      h->event[h->n_events].duration_s = item->events[i].duration_s;
      snprintf(h->event[h->n_events++].label, sizeof h->event[0].label, "%s", item->events[i].label);
    }
    return true;
  case BL_FEED_END: return false;
  }
  return false;
}

/* h[k]: of chosen stream k. They go on side by side: none is ahead of the first, nor a whole frame behind it. */
static inline void hear_streams(bl_ctx *ctx, bl_feed *f, size_t most, heard *h)
{
  bl_feed_item item;
  bool more = true;
  memset(h, 0, f->n_chosen * sizeof *h);
  while (more) {
    check_ok(ctx, bl_feed_pull(ctx, f, most, &item));
    for (size_t k = 0; k < f->n_chosen; k++) {
      more = hear(f, &item, k, &h[k]);
      if (!k) continue;
      const bl_rec_stream *streams = bl_feed_head(f)->streams;
      double first = (double)h[0].n / streams[f->part[0].stream].rate_hz, rate = streams[f->part[k].stream].rate_hz;
      assert_true((double)h[k].n <= first * rate + 1e-6 && (double)h[k].n > first * rate - 1);
    }
  }
  check_ok(ctx, bl_feed_pull(ctx, f, most, &item)); /* and once more */
  assert_int_equal(item.kind, BL_FEED_END);
}

static inline void hear_all(bl_ctx *ctx, bl_feed *f, size_t most, heard *h)
{
  assert_int_equal(f->n_chosen, 1);
  hear_streams(ctx, f, most, h);
}

static inline unsigned char *file_bytes(const char *path, size_t *n)
{
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END)) fail_msg("%s", path);
  *n = (size_t)ftell(f);
  rewind(f);
  unsigned char *v = malloc(*n + 1);
  if (!v || fread(v, 1, *n, f) != *n) fail_msg("%s", path);
  fclose(f);
  return v;
}

/* A sound file of 2 channels and an odd number of bytes. */
static inline const char *write_sound(const char *name, int format)
{
  static float x[2 * 501];
  for (size_t i = 0; i < 2 * 501; i++) x[i] = (float)(0.9 * sin(0.7 * (double)(i + 1) * (double)(i % 7)));
  tree_text(name, "");
  SF_INFO info = {.format = format, .channels = 2, .samplerate = 8000};
  SNDFILE *f = sf_open(at(name), SFM_WRITE, &info);
  if (!f) fail_msg("%s: %x", name, (unsigned)format);
  sf_set_string(f, SF_STR_TITLE, "odd");
  if (sf_writef_float(f, x, 501) != 501 || sf_close(f)) fail_msg("%s", name);
  return at(name);
}

/* The data chunk's size field. */
static inline unsigned char *size_field(unsigned char *v, size_t n)
{
  for (size_t i = 12; i + 8 < n; i++)
    if (!memcmp(v + i, "data", 4)) return v + i + 4;
  fail_msg("no data chunk");
  return NULL;
}

#endif
