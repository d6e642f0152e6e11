/* mix_side.c: the files of a mix, cut into pieces and dealt to folds. */
#include <math.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/text.h"
#include "match.h"
#include "mix_private.h"
#include "name_pattern.h"
#include "path.h"

void bl_mix_side_free(bl_ctx *ctx, bl_mix_side *d)
{
  bl_found_free(ctx, &d->found);
  bl_texts_free(ctx, &d->group);
  bl_free(ctx, d->piece);
}

/* ---- which files are of one origin ------------------------------------------------------------------------------- */

static bl_status groups_by_pattern(bl_ctx *ctx, const char *text, bl_mix_side *d)
{
  bl_name_pattern p;
  bl_texts values = {0};
  bl_status s = bl_name_pattern_new(ctx, "mix", text, &p);
  long field = bl_texts_find(&p.fields, "group");
  if (!s && field < 0) s = bl_fail(ctx, BL_E_CONFIG, "mix: %s_groups: the pattern '%s' has no {group}", d->what, text);
  for (size_t i = 0; !s && i < d->found.names.n; i++) {
    bool matched;
    s = bl_name_pattern_match(ctx, &p, bl_recording_file(d->found.paths.v[i]), &values, &matched);
    if (!s && !matched)
      s = bl_fail(ctx, BL_E_CONFIG, "mix: %s_groups: '%s' does not fit the pattern '%s'", d->what, d->found.names.v[i],
                  text);
    if (!s) s = bl_texts_add(ctx, &d->group, values.v[field]);
    bl_texts_free(ctx, &values);
  }
  bl_name_pattern_free(ctx, &p);
  return s;
}

static bl_status groups_by_table(bl_ctx *ctx, const char *folder, const char *text, bl_mix_side *d)
{
  const char *colon = strrchr(text, ':');
  bl_table t = {0};
  bl_match m = {0};
  size_t *row_of = NULL, col = 0;
  char *name = bl_strf(ctx, "%.*s", (int)(colon - text), text), *path = name ? bl_path_join(ctx, folder, name) : NULL;
  bl_status s = path ? bl_table_read(ctx, path, &t) : bl_fail_nomem(ctx, text);
  if (s) s = bl_fail_in(ctx, s, "mix: %s_groups: ", d->what);
  if (!s) s = bl_table_column(ctx, &t, colon + 1, &col);
  if (!s) s = bl_match_new(ctx, &d->found, &m);
  if (!s) s = bl_match_rows(ctx, &m, &t, "path", &row_of);
  for (size_t i = 0; !s && i < d->found.names.n; i++) {
    const char *cell = row_of[i] == BL_NO_ITEM ? "" : bl_table_cell(&t, row_of[i], col);
    s = *cell ? bl_texts_add(ctx, &d->group, cell)
              : bl_fail(ctx, BL_E_CONFIG, "%s: gives no %s for '%s'", path, colon + 1, d->found.names.v[i]);
  }
  bl_free(ctx, row_of);
  bl_match_free(ctx, &m);
  bl_table_free(ctx, &t);
  bl_free(ctx, path);
  bl_free(ctx, name);
  return s;
}

static bl_status find_groups(bl_ctx *ctx, const char *folder, const char *text, bl_mix_side *d)
{
  if (!text) return bl_texts_copy(ctx, &d->group, &d->found.names);
  if (strchr(text, '{')) return groups_by_pattern(ctx, text, d);
  if (strrchr(text, ':')) return groups_by_table(ctx, folder, text, d);
  return bl_fail(ctx, BL_E_CONFIG, "mix: %s_groups: '%s' is neither a pattern with {group} nor TABLE.csv:COLUMN",
                 d->what, text);
}

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

static bl_status add_piece(bl_ctx *ctx, bl_mix_side *d, const bl_mix_piece *piece)
{
  void *v = d->piece;
  bl_status s = bl_grow(ctx, &v, &d->cap_pieces, d->n_pieces + 1, sizeof *d->piece, "the pieces of a mix");
  if (s) return s;
  d->piece = v;
  d->piece[d->n_pieces++] = *piece;
  return BL_OK;
}

uint64_t bl_mix_piece_length(const bl_mix_params *p, double rate_hz, uint64_t n)
{
  double length = p->cut_s.word < 0 ? rint(p->cut_s.real * rate_hz) : (double)n;
  return !(length < (double)n) ? n : length < 1 ? 1 : (uint64_t)length;
}

/* A file of n frames: one piece, or as many as fit whole. */
static bl_status cut_file(bl_ctx *ctx, const bl_mix_params *p, bool cut, bl_mix_side *d, size_t file, double rate_hz,
                          uint64_t n)
{
  uint64_t length = cut ? bl_mix_piece_length(p, rate_hz, n) : n;
  bl_status s = BL_OK;
  for (uint64_t first = 0; !s && first + length <= n; first += length)
    s = add_piece(ctx, d, &(bl_mix_piece){.file = file, .first = first, .n = length, .rate_hz = rate_hz});
  return s;
}

/* Looks into each file. */
static bl_status look_into(bl_ctx *ctx, const bl_mix_params *p, bool cut, bl_mix_side *d, double *rate_hz,
                           const char **first)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < d->found.paths.n; i++) {
    double rate;
    uint64_t n;
    s = bl_clip_look(ctx, d->found.paths.v[i], &rate, &n);
    if (s) break;
    if (*rate_hz == 0) *rate_hz = p->rate_hz.word < 0 ? p->rate_hz.real : rate, *first = d->found.paths.v[i];
    if (rate != *rate_hz && p->rate_hz.word == 0)
      s = bl_fail(ctx, BL_E_MISMATCH,
                  "mix: '%s' has %g Hz and '%s' %g Hz; set rate_hz: %g, so that all are resampled to one rate",
                  d->found.paths.v[i], rate, *first, *rate_hz, rate < *rate_hz ? rate : *rate_hz);
    if (!s) s = cut_file(ctx, p, cut, d, i, rate, n);
  }
  return s;
}

/* ---- folds ------------------------------------------------------------------------------------------------------- */

/* The origin of each piece: that of its file, and with block_s the stretch of the file that it begins in. */
static bl_status origins(bl_ctx *ctx, const bl_mix_params *p, bool cut, const bl_mix_side *d, bl_texts *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < d->n_pieces; i++) {
    const bl_mix_piece *q = &d->piece[i];
    const char *group = d->group.v[q->file];
    if (!cut || p->block_s.word == 0) {
      s = bl_texts_add(ctx, out, group);
      continue;
    }
    char *text = bl_strf(ctx, "%s %.0f", group, floor((double)q->first / q->rate_hz / p->block_s.real));
    s = text ? bl_texts_add(ctx, out, text) : bl_fail_nomem(ctx, "folds");
    bl_free(ctx, text);
  }
  return s;
}

static bl_status too_few(bl_ctx *ctx, const bl_mix_params *p, bool cut, const bl_mix_side *d, size_t n)
{
  bool blocks = cut && p->cut_s.word < 0 && p->block_s.word == 0;
  return bl_fail(ctx, BL_E_CONFIG, "mix: %zu %ss of different origin cannot fill %d folds; lower folds to %zu%s", n,
                 d->what, (int)p->folds, n,
                 blocks ? ", or set block_s, so that stretches of one recording count as origins of their own" : "");
}

/* Origins in a drawn order, each to the fold that holds the fewest pieces (the first of those). */
static bl_status deal(bl_ctx *ctx, const bl_mix_params *p, bool cut, bl_mix_side *d)
{
  size_t n = d->n_pieces, folds = (size_t)p->folds;
  bl_texts origin = {0}, names = {0};
  int32_t *code = NULL;
  uint32_t *order = NULL;
  size_t *size = NULL, *load = bl_calloc(ctx, folds, sizeof *load), *fold_of = NULL;
  bl_status s = origins(ctx, p, cut, d, &origin);
  if (!s) s = bl_encode(ctx, &origin, &names, &code);
  order = bl_calloc(ctx, names.n, sizeof *order);
  size = bl_calloc(ctx, names.n, sizeof *size);
  fold_of = bl_calloc(ctx, names.n, sizeof *fold_of);
  if (!s && (!load || !order || !size || !fold_of)) s = bl_fail_nomem(ctx, "folds");
  if (!s && names.n < folds) s = too_few(ctx, p, cut, d, names.n);
  if (s) goto done;
  for (size_t i = 0; i < n; i++) size[code[i]]++;
  for (size_t g = 0; g < names.n; g++) order[g] = (uint32_t)g;
  bl_rng r = bl_rng_make((uint64_t)p->seed, d->purpose, 0);
  bl_rng_shuffle(&r, order, names.n);
  for (size_t k = 0; k < names.n; k++) {
    size_t best = 0;
    for (size_t f = 1; f < folds; f++)
      if (load[f] < load[best]) best = f;
    fold_of[order[k]] = best;
    load[best] += size[order[k]];
  }
  for (size_t i = 0; i < n; i++) d->piece[i].fold = fold_of[code[i]];

done:
  bl_texts_free(ctx, &origin);
  bl_texts_free(ctx, &names);
  bl_free(ctx, code);
  bl_free(ctx, order);
  bl_free(ctx, size);
  bl_free(ctx, load);
  bl_free(ctx, fold_of);
  return s;
}

bl_status bl_mix_side_make(bl_ctx *ctx, const bl_mix_params *p, const char *folder, const bl_texts *patterns,
                           const char *groups, bool cut, bl_mix_side *d, double *rate_hz, const char **first)
{
  bl_status s = bl_find_recordings(ctx, "mix", folder, patterns, &d->found);
  if (!s) s = find_groups(ctx, folder, groups, d);
  if (!s) s = look_into(ctx, p, cut, d, rate_hz, first);
  return s ? s : deal(ctx, p, cut, d);
}
