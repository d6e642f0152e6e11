/* Raw samples from a pipe, as they come. */
#include <string.h>

#include "feed_private.h"
#include "pcm.h"
#include "recording_private.h"

typedef struct raw_feed {
  bl_pcm_spec p;
  bool begun; /* what lies before the first sample was passed over */
} raw_feed;

static bl_status open_feed(bl_ctx *ctx, bl_feed *f)
{
  raw_feed *r = f->impl = bl_calloc(ctx, 1, sizeof *r);
  if (!r) return bl_fail_nomem(ctx, "raw samples");
  bl_status s = bl_pcm_spec_init(ctx, &r->p);
  if (!s) s = bl_pcm_spec_read(ctx, f->head->path, &r->p);
  return s ? s : bl_pcm_describe(ctx, f->head, &r->p);
}

static bl_status pull(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  raw_feed *r = f->impl;
  bl_scale scale = bl_pcm_scale(&r->p);
  bl_status s = r->begun ? BL_OK : bl_intake_skip(ctx, &f->in, (uint64_t)r->p.skip);
  r->begun = true;
  if (!s) s = bl_feed_samples(ctx, f, bl_pcm_type(&r->p), &scale, most, out);
  size_t rest = bl_intake_n(&f->in);
  if (s || out->kind != BL_FEED_END || !rest) return s;
  return bl_recording_note(ctx, f->head, BL_W_TRUNCATED,
                           "byte %llu: it ends with %zu bytes of a frame of %zu; they were left out",
                           (unsigned long long)f->in.passed + rest, rest, bl_pcm_frame_bytes(&r->p));
}

static void close_feed(bl_ctx *ctx, bl_feed *f)
{
  raw_feed *r = f->impl;
  if (!r) return;
  bl_pcm_spec_free(ctx, &r->p);
  bl_free(ctx, r);
}

const bl_feed_class bl_feed_pcm = {open_feed, pull, close_feed};
