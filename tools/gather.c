/* gather.c: see gather.h. */
#include "gather.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/text.h"
#include "convert.h"

bl_status gather_add(bl_ctx *ctx, gather *g, const float *x, size_t n)
{
  void *v = g->x;
  bl_status s = bl_grow(ctx, &v, &g->cap, (g->n + n) * g->of.n_channels, sizeof *g->x, "the samples of the recordings");
  if (s) return s;
  g->x = v;
  if (n) memcpy(g->x + g->n * g->of.n_channels, x, n * g->of.n_channels * sizeof *x);
  g->n += n;
  return BL_OK;
}

static bl_status read_run(bl_ctx *ctx, bl_recording *rec, size_t stream, const bl_stretch *run, bl_stage_chain *chain,
                          gather *g)
{
  enum { BLOCK = 4096 };
  size_t got = 1, n_y;
  const float *y;
  float *x = bl_calloc(ctx, BLOCK, rec->streams[stream].n_channels * sizeof *x);
  bl_status s = x ? BL_OK : bl_fail_nomem(ctx, "a block of samples");
  bl_stage_chain_reset(chain);
  for (uint64_t at = 0; !s && got && at < run->n; at += got) {
    size_t n = run->n - at < BLOCK ? (size_t)(run->n - at) : BLOCK;
    s = bl_recording_read(ctx, rec, stream, run->first + at, n, x, &got);
    if (!s) s = bl_stage_chain_push(ctx, chain, x, got, &y, &n_y);
    if (!s) s = gather_add(ctx, g, y, n_y);
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  if (!s) s = bl_stage_chain_finish(ctx, chain, &y, &n_y);
  if (!s) s = gather_add(ctx, g, y, n_y);
  bl_free(ctx, x);
  return s;
}

static bl_status same_kind(bl_ctx *ctx, const char *who, const char *path, const bl_stream *now, gather *g)
{
  if (!g->of.n_channels) {
    if (now->n_bins != 1)
      return bl_fail(ctx, BL_E_SHAPE, "%s: behind the stages there are %zu bins; it takes waveforms", who, now->n_bins);
    return bl_stream_copy(ctx, now, &g->of);
  }
  bool same = now->n_channels == g->of.n_channels && fabs(now->rate_hz - g->of.rate_hz) < 1e-6 * now->rate_hz;
  for (size_t c = 0; same && c < now->n_channels; c++) same = !strcmp(now->channels.v[c], g->of.channels.v[c]);
  return same ? BL_OK
              : bl_fail(ctx, BL_E_MISMATCH,
                        "%s: %s: has other channels, or another rate, than the recording before it; "
                        "bring them to one by --stages",
                        who, path);
}

bl_status gather_read(bl_ctx *ctx, const char *who, char *stages, bl_word rate_hz, const char *path, gather *g)
{
  bl_recording *rec = NULL;
  bl_stage_chain *chain = NULL;
  bl_texts report = {0}, none = {0};
  bl_convert how = {.pick = &none, .stages = stages};
  bl_status s = bl_recording_open(ctx, path, &rec);
  if (!s) s = bl_convert_stream(ctx, rec, rate_hz.word < 0 ? rate_hz.real : (double)NAN, &how, &report);
  if (!s) s = bl_convert_chain(ctx, &rec->streams[how.stream], &how, &chain);
  if (!s) s = same_kind(ctx, who, path, bl_stage_chain_out(chain), g);
  for (size_t r = 0; !s && r < rec->streams[how.stream].n_runs; r++)
    s = read_run(ctx, rec, how.stream, &rec->streams[how.stream].runs[r], chain, g);
  bl_stage_chain_free(ctx, chain);
  bl_texts_free(ctx, &report);
  bl_recording_close(ctx, rec);
  return s;
}

bl_status gather_column(bl_ctx *ctx, const char *who, const gather *g, const char *name, size_t *out)
{
  long at = bl_texts_find(&g->of.channels, name);
  if (at < 0) {
    const char *near = bl_nearest(name, bl_text_at, &g->of.channels);
    if (near) return bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'; did you mean '%s'?", who, name, near);
    return bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s' behind the stages; the first is '%s'", who, name,
                   g->of.channels.v[0]);
  }
  *out = (size_t)at;
  return BL_OK;
}

void gather_free(bl_ctx *ctx, gather *g)
{
  bl_free(ctx, g->x);
  bl_stream_free(ctx, &g->of);
}

/* ---- what is printed ---------------------------------------------------------------------------------------------- */

bl_status gather_print_list(bl_ctx *ctx, const char *key, const bl_texts *names, const size_t *index, size_t n)
{
  bl_buf text = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    if (i) s = bl_buf_puts(ctx, &text, ", ");
    if (!s) s = bl_flow_print_scalar(ctx, names->v[index ? index[i] : i], &text);
  }
  if (!s) printf(", %s: [%s]", key, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

bl_status gather_print_recordings(bl_ctx *ctx, const char *key, const bl_texts *files)
{
  bl_texts names = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < files->n; i++) s = bl_texts_add(ctx, &names, bl_path_base(files->v[i]));
  if (!s) s = gather_print_list(ctx, key, &names, NULL, names.n);
  bl_texts_free(ctx, &names);
  return s;
}
