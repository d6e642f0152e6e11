/* frames.c: see frames.h. */
#include "frames.h"

#include <stdlib.h>
#include <string.h>

#include "baleen/file.h"
#include "baleen/json_print.h"
#include "baleen/text.h"
#include "run_files.h"

/* ---- which ------------------------------------------------------------------------------------------------------- */

static const char *branch_name(const void *recipe, size_t i)
{
  const bl_recipe *r = recipe;
  return i < r->n_branches ? r->branches[i].name : NULL;
}

static bl_status no_branch(bl_ctx *ctx, const bl_recipe *r, const char *name)
{
  const char *near = bl_nearest(name, branch_name, r);
  if (near) return bl_fail(ctx, BL_E_CONFIG, "frames: no branch is called '%s'; did you mean '%s'?", name, near);
  return bl_fail(ctx, BL_E_CONFIG, "frames: no branch is called '%s'; the first one is '%s'", name,
                 r->branches[0].name);
}

static bool is_named(const bl_recipe *r, const char *name)
{
  bool found = !strcmp(name, "all");
  for (size_t b = 0; b < r->n_branches; b++) found = found || !strcmp(r->branches[b].name, name);
  return found;
}

bl_status bl_frames_check(bl_ctx *ctx, const bl_recipe *r, const bl_texts *branches)
{
  for (size_t i = 0; branches && i < branches->n; i++)
    if (!is_named(r, branches->v[i])) return no_branch(ctx, r, branches->v[i]);
  return BL_OK;
}

static bl_status find_branches(bl_ctx *ctx, const bl_recipe *r, const bl_texts *names, bl_frames_wanted *w)
{
  bool all = bl_texts_find(names, "all") >= 0;
  if (!(w->branch = bl_calloc(ctx, r->n_branches, sizeof *w->branch))) return bl_fail_nomem(ctx, "frames");
  for (size_t b = 0; b < r->n_branches; b++)
    if (all || bl_texts_find(names, r->branches[b].name) >= 0) w->branch[w->n++] = b;
  return BL_OK;
}

/* Of equal names the first in the list comes first. */
static int by_name(const void *pa, const void *pb)
{
  char **const a = *(char **const *)pa, **const b = *(char **const *)pb;
  int order = strcmp(*a, *b);
  return order ? order : a < b ? -1 : a > b;
}

/* Names that differ in what is not fit for a file's only get their place in the list behind them. */
static bl_status tell_apart(bl_ctx *ctx, char **name, size_t n)
{
  bl_status s = BL_OK;
  char ***sorted = bl_calloc(ctx, n, sizeof *sorted);
  if (!sorted) return bl_fail_nomem(ctx, "frames");
  for (size_t i = 0; i < n; i++) sorted[i] = &name[i];
  qsort(sorted, n, sizeof *sorted, by_name);
  for (size_t i = n; !s && i-- > 1;) {
    if (strcmp(*sorted[i], *sorted[i - 1])) continue;
    char *longer = bl_strf(ctx, "%s~%zu", *sorted[i], (size_t)(sorted[i] - name));
    if (!longer) s = bl_fail_nomem(ctx, "frames");
    if (s) break;
    bl_free(ctx, *sorted[i]);
    *sorted[i] = longer;
  }
  bl_free(ctx, sorted);
  return s;
}

static bl_status name_recordings(bl_ctx *ctx, const bl_survey *v, bl_frames_wanted *w)
{
  if (!(w->stem = bl_calloc(ctx, v->items.n, sizeof *w->stem))) return bl_fail_nomem(ctx, "frames");
  for (; w->n_stems < v->items.n; w->n_stems++)
    if (!(w->stem[w->n_stems] = bl_file_name_of(ctx, "", v->items.v[w->n_stems].name)))
      return bl_fail_nomem(ctx, "frames");
  return tell_apart(ctx, w->stem, w->n_stems);
}

/* Without a dot, so that what is behind a file's last one but the ending is the branch and all before it the recording. */
static bl_status name_branches(bl_ctx *ctx, const bl_recipe *r, bl_frames_wanted *w)
{
  if (!(w->name = bl_calloc(ctx, w->n, sizeof *w->name))) return bl_fail_nomem(ctx, "frames");
  for (size_t i = 0; i < w->n; i++) {
    if (!(w->name[i] = bl_file_name_of(ctx, "", r->branches[w->branch[i]].name))) return bl_fail_nomem(ctx, "frames");
    for (char *c = w->name[i]; *c; c++)
      if (*c == '.') *c = '_';
  }
  return tell_apart(ctx, w->name, w->n);
}

bl_status bl_frames_want(bl_ctx *ctx, bl_survey *v, const char *run_folder, const bl_texts *branches,
                         bl_frames_wanted *out)
{
  *out = (bl_frames_wanted){.folder = bl_path_in(ctx, run_folder, BL_FRAMES)};
  bl_status s = out->folder ? BL_OK : bl_fail_nomem(ctx, "frames");
  if (!s) s = find_branches(ctx, &v->config->recipe, branches, out);
  if (!s) s = name_branches(ctx, &v->config->recipe, out);
  if (!s) s = name_recordings(ctx, v, out);
  if (!s) s = bl_make_folder(ctx, out->folder);
  if (s) {
    bl_frames_wanted_free(ctx, out);
    return s;
  }
  for (size_t i = 0; i < v->items.n; i++) {
    bl_free(ctx, v->seen[i].pieces);
    v->seen[i].pieces = NULL;
    v->seen[i].n_pieces = 1;
  }
  v->frames = out;
  return BL_OK;
}

void bl_frames_wanted_free(bl_ctx *ctx, bl_frames_wanted *w)
{
  for (size_t i = 0; i < w->n_stems; i++) bl_free(ctx, w->stem[i]);
  bl_free(ctx, w->stem);
  for (size_t i = 0; w->name && i < w->n; i++) bl_free(ctx, w->name[i]);
  bl_free(ctx, w->name);
  bl_free(ctx, w->branch);
  bl_free(ctx, w->folder);
  *w = (bl_frames_wanted){0};
}

/* ---- one recording ----------------------------------------------------------------------------------------------- */

static char *path_of(bl_ctx *ctx, const bl_frames_writer *w, const bl_frames_file *f, const char *ending)
{
  const bl_frames_wanted *of = w->wanted;
  return bl_strf(ctx, "%s/%s.%s%s", of->folder, of->stem[w->item], of->name[f - w->file], ending);
}

static bl_status put(void *user, bl_ctx *ctx, const float *frames, size_t n)
{
  return bl_npy_put(ctx, user, frames, n);
}

static bl_status open_file(bl_ctx *ctx, bl_frames_writer *w, bl_frames_file *f, bl_extractor *e)
{
  const bl_stream *end = bl_extractor_end_of(e, f->branch);
  char *path = path_of(ctx, w, f, ".npy");
  f->ahead_s = end->start_s;
  bl_status s = path ? bl_npy_begin(ctx, path, (const size_t[]){end->n_channels, end->n_bins}, 2, &f->out)
                     : bl_fail_nomem(ctx, "frames");
  if (!s) bl_extractor_tap(e, f->branch, put, &f->out);
  bl_free(ctx, path);
  return s;
}

bl_status bl_frames_begin(bl_ctx *ctx, bl_frames_writer *w, bl_extractor *e)
{
  bl_status s = BL_OK;
  if (!w->wanted) return BL_OK;
  if (!(w->file = bl_calloc(ctx, w->wanted->n, sizeof *w->file))) return bl_fail_nomem(ctx, "frames");
  for (size_t i = 0; i < w->wanted->n; i++)
    w->file[i] = (bl_frames_file){.branch = w->wanted->branch[i], .out = {.file = {.fd = -1}}};
  for (size_t i = 0; !s && i < w->wanted->n; i++) s = open_file(ctx, w, &w->file[i], e);
  return s;
}

bl_status bl_frames_begin_run(bl_ctx *ctx, bl_frames_writer *w, double start_s)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && w->wanted && i < w->wanted->n; i++) {
    bl_frames_file *f = &w->file[i];
    s = bl_grow(ctx, (void **)&f->runs, &f->cap_runs, f->n_runs + 1, sizeof *f->runs, "frames");
    if (!s) f->runs[f->n_runs++] = (bl_frames_run){f->out.rows, bl_time_tidy(start_s + f->ahead_s)};
  }
  return s;
}

/* ---- what they are ----------------------------------------------------------------------------------------------- */

static json_t *texts_of(bl_ctx *ctx, const bl_texts *t)
{
  json_t *list = json_array();
  for (size_t i = 0; i < t->n; i++) json_array_append_new(list, bl_json_text(ctx, t->v[i]));
  return list;
}

static json_t *bins_of(bl_ctx *ctx, const bl_stream *in, bool hz)
{
  char name[BL_BIN_NAME];
  if (hz && !in->bin_hz) return json_null();
  json_t *list = json_array();
  for (size_t i = 0; i < in->n_bins; i++)
    json_array_append_new(list, hz ? json_real(in->bin_hz[i]) : bl_json_text(ctx, bl_stream_bin(in, i, name)));
  return list;
}

/* Runs without a frame are none. */
static json_t *runs_of(const bl_frames_file *f, size_t n_frames)
{
  json_t *list = json_array();
  for (size_t i = 0; i < f->n_runs; i++) {
    size_t behind = i + 1 < f->n_runs ? f->runs[i + 1].first : n_frames, n = behind - f->runs[i].first;
    if (n)
      json_array_append_new(list, json_pack("{s:I, s:I, s:f}", "first", (json_int_t)f->runs[i].first, "frames",
                                            (json_int_t)n, "start_s", f->runs[i].start_s));
  }
  return list;
}

static bl_status stages_of(bl_ctx *ctx, const bl_branch *b, bl_buf *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < b->n_stages; i++)
    s = bl_buf_printf(ctx, out, "%s%s", i ? " > " : "", b->stages[i].cls->name);
  return s;
}

static bl_status describe(bl_ctx *ctx, const bl_frames_writer *w, const bl_frames_file *f, const bl_stream *end,
                          size_t n_frames)
{
  const bl_branch *b = &w->config->recipe.branches[f->branch];
  bl_buf stages = {0};
  bl_status s = stages_of(ctx, b, &stages);
  json_t *root =
      json_pack("{s:i, s:o, s:o, s:s, s:f}", "schema", 1, "recording", bl_json_text(ctx, w->recording), "branch",
                bl_json_text(ctx, b->name), "stages", bl_buf_text(&stages), "rate_hz", end->rate_hz);
  bl_buf_free(ctx, &stages);
  json_object_set_new(root, "channels", texts_of(ctx, &end->channels));
  json_object_set_new(root, "units", texts_of(ctx, &end->units));
  json_object_set_new(root, "bins", bins_of(ctx, end, false));
  json_object_set_new(root, "bin_hz", bins_of(ctx, end, true));
  json_object_set_new(root, "runs", runs_of(f, n_frames));
  bl_buf text = {0};
  char *path = path_of(ctx, w, f, ".json");
  if (!s) s = path ? BL_OK : bl_fail_nomem(ctx, "frames");
  if (!s) s = bl_json_print(ctx, root, JSON_INDENT(1) | JSON_REAL_PRECISION(17), "frames", &text);
  if (!s) s = bl_file_write(ctx, path, text.v, text.len);
  json_decref(root);
  bl_free(ctx, path);
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status close_file(bl_ctx *ctx, const bl_frames_writer *w, bl_frames_file *f, const bl_stream *end)
{
  size_t n_frames = f->out.rows;
  bl_status s = bl_npy_end(ctx, &f->out);
  return s ? s : describe(ctx, w, f, end, n_frames);
}

bl_status bl_frames_end(bl_ctx *ctx, bl_frames_writer *w, bl_extractor *e, bl_status status)
{
  for (size_t i = 0; w->file && i < w->wanted->n; i++) {
    bl_frames_file *f = &w->file[i];
    bl_extractor_tap(e, f->branch, NULL, NULL);
    if (!status) status = close_file(ctx, w, f, bl_extractor_end_of(e, f->branch));
    bl_npy_drop(ctx, &f->out);
    bl_free(ctx, f->runs);
  }
  bl_free(ctx, w->file);
  w->file = NULL;
  return status;
}
