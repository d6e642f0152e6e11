/* stacked.c: see stacked.h. */
#include "stacked.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/text.h"
#include "convert.h"

bl_status stacked_add(bl_ctx *ctx, stacked *g, const float *x, size_t n)
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
                          stacked *g)
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
    if (!s) s = stacked_add(ctx, g, y, n_y);
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  if (!s) s = bl_stage_chain_finish(ctx, chain, &y, &n_y);
  if (!s) s = stacked_add(ctx, g, y, n_y);
  bl_free(ctx, x);
  return s;
}

static bl_status same_kind(bl_ctx *ctx, const char *who, const char *path, const bl_stream *now, stacked *g)
{
  if (!g->of.n_channels) {
    if (now->n_bins != 1)
      return bl_fail(ctx, BL_E_SHAPE, "%s: behind the stages there are %zu bins; it takes waveforms", who, now->n_bins);
    return bl_stream_copy(ctx, now, &g->of);
  }
  bool same = now->n_channels == g->of.n_channels && fabs(now->rate_hz - g->of.rate_hz) < 1e-6 * now->rate_hz;
  for (size_t c = 0; same && c < now->n_channels; c++) same = !strcmp(now->channels.v[c], g->of.channels.v[c]);
  if (!same)
    return bl_fail(ctx, BL_E_MISMATCH,
                   "%s: %s: has other channels, or another rate, than the recording before it; "
                   "bring them to one by --stages",
                   who, path);
  for (size_t c = 0; c < now->units.n && c < g->of.units.n; c++)
    if (strcmp(now->units.v[c], g->of.units.v[c]))
      return bl_fail(ctx, BL_E_MISMATCH,
                     "%s: %s: channel '%s' is in '%s', but in '%s' in the recording before it; bring them to one unit "
                     "by --stages",
                     who, path, now->channels.v[c], now->units.v[c], g->of.units.v[c]);
  return BL_OK;
}

static bl_status read_one(bl_ctx *ctx, const char *who, const char *stages, double rate_hz, const char *path,
                          stacked *g)
{
  bl_recording *rec = NULL;
  bl_stage_chain *chain = NULL;
  bl_convert how = {.who = who, .stages = stages};
  bl_status s = bl_convert_open(ctx, path, rate_hz, &how, &rec, &chain);
  if (!s) s = same_kind(ctx, who, path, bl_stage_chain_out(chain), g);
  for (size_t r = 0; !s && r < rec->streams[how.stream].n_runs; r++)
    s = read_run(ctx, rec, how.stream, &rec->streams[how.stream].runs[r], chain, g);
  bl_stage_chain_free(ctx, chain);
  bl_recording_close(ctx, rec);
  return s;
}

bl_status stacked_read(bl_ctx *ctx, const char *who, const char *stages, bl_word rate_hz, const bl_texts *files,
                       stacked *g)
{
  double rate = rate_hz.word < 0 ? rate_hz.real : (double)NAN;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < files->n; i++) s = read_one(ctx, who, stages, rate, files->v[i], g);
  if (!s && !(g->of.channels.v && g->of.units.v))
    s = bl_fail(ctx, BL_E_SHAPE, "%s: there is no channel behind the stages", who);
  return s;
}

void stacked_free(bl_ctx *ctx, stacked *g)
{
  bl_free(ctx, g->x);
  bl_stream_free(ctx, &g->of);
}

bl_status stacked_pick(bl_ctx *ctx, const char *who, const stacked *g, const bl_texts *names, size_t *index, size_t *n)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < names->n; i++) {
    size_t at = 0, k = 0;
    s = bl_convert_channel(ctx, who, &g->of, names->v[i], &at);
    while (k < *n && index[k] != at) k++;
    if (!s && k == *n) index[(*n)++] = at;
  }
  return s;
}

void stacked_of_type(const stacked *g, bl_channel_type type, size_t *index, size_t *n)
{
  for (size_t c = 0; c < g->of.n_channels; c++)
    if (bl_channel_type_of(g->of.channels.v[c]) == type) index[(*n)++] = c;
}

bl_status stacked_choose_eeg(bl_ctx *ctx, const char *who, const stacked *g, const bl_texts *names, size_t *index,
                             size_t *n)
{
  char **name = g->of.channels.v, **unit = g->of.units.v;
  bl_status s = stacked_pick(ctx, who, g, names, index, n);
  if (!s && !names->n) stacked_of_type(g, BL_CHANNEL_EEG, index, n);
  if (!s && !*n) s = bl_fail(ctx, BL_E_CONFIG, "%s: no channel is of type eeg by its name; name them by --pick", who);
  for (size_t i = 1; !s && i < *n; i++)
    if (strcmp(unit[index[i]], unit[index[0]]))
      s = bl_fail(ctx, BL_E_CONFIG, "%s: channel '%s' is in '%s', but '%s' in '%s'; bring them to one unit by --stages",
                  who, name[index[i]], unit[index[i]], name[index[0]], unit[index[0]]);
  return s;
}

bl_status stacked_columns(bl_ctx *ctx, const stacked *g, const size_t *index, size_t n, float **x, bl_texts *units)
{
  *units = (bl_texts){0};
  *x = bl_calloc(ctx, g->n, n * sizeof **x);
  bl_status s = *x ? BL_OK : bl_fail_nomem(ctx, "the samples to learn from");
  for (size_t f = 0; !s && f < g->n; f++)
    for (size_t c = 0; c < n; c++) (*x)[f * n + c] = g->x[f * g->of.n_channels + index[c]];
  for (size_t c = 0; !s && c < n; c++) s = bl_texts_add(ctx, units, g->of.units.v[index[c]]);
  return s;
}

bl_status stacked_save(bl_ctx *ctx, const char *path, bl_array *learnt)
{
  size_t rows = learnt->rows, cols = learnt->cols;
  float *v = bl_calloc(ctx, rows, cols * sizeof *v);
  bl_status s = v ? BL_OK : bl_fail_nomem(ctx, "the array");
  for (size_t i = 0; !s && i < rows * cols; i++) v[i] = (float)learnt->v[i];
  if (!s) s = bl_npy_write(ctx, path, &(bl_cmat){.v = v, .rows = rows, .cols = cols, .stride = cols});
  bl_free(ctx, v);
  bl_array_free(ctx, learnt);
  return s;
}

/* ---- what is printed ---------------------------------------------------------------------------------------------- */

bl_status stacked_print_list(bl_ctx *ctx, const char *key, const bl_texts *names, const size_t *index, size_t n)
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

bl_status stacked_print_recordings(bl_ctx *ctx, const char *key, const bl_texts *files)
{
  bl_texts names = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < files->n; i++) s = bl_texts_add(ctx, &names, bl_path_base(files->v[i]));
  if (!s) s = stacked_print_list(ctx, key, &names, NULL, names.n);
  bl_texts_free(ctx, &names);
  return s;
}
