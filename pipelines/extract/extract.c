/* All recordings of a source to rows: surveyed, then each read once, in parallel, a long one by several threads; the
 * parts are joined in the source's order while others are still read. */
#include "extract.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/gather.h"
#include "baleen/pool.h"
#include "live.h"
#include "nan_rows.h"
#include "part.h"

enum { AHEAD = 256 }; /* parts that wait for their turn; each holds a quarter of a megabyte of numbers at most */

typedef struct joining {
  bl_survey *survey;
  const char *path;   /* of the rows' file, or NULL */
  size_t *first;      /* [recordings + 1]: which piece of all is the recording's first */
  bl_run_part *parts; /* [AHEAD], by turns */
  bl_run_part whole;  /* the pieces so far of the recording whose turn it is */
  bl_extraction *x;
  atomic_bool begun; /* x->rows has its features: parts need no longer bring their names */
  bool silenced;     /* of some part */
} joining;

/* The recording that a piece is of. */
static size_t recording_of(const joining *j, size_t piece)
{
  size_t lo = 0, hi = j->survey->items.n;
  while (hi - lo > 1) {
    size_t mid = lo + (hi - lo) / 2;
    if (j->first[mid] <= piece) lo = mid;
    else hi = mid;
  }
  return lo;
}

static bl_status make_part(bl_ctx *ctx, void *arg, size_t k)
{
  joining *j = arg;
  size_t i = recording_of(j, k);
  return bl_part_make(ctx, j->survey, i, k - j->first[i], j->path, !atomic_load(&j->begun), &j->parts[k % AHEAD]);
}

/* The first rows tell which features there are. */
static bl_status begin_rows(bl_ctx *ctx, joining *j, const bl_dataset *like)
{
  bl_status s = bl_dataset_init(ctx, &like->features, &like->units, &j->survey->items.extra, &j->x->rows);
  if (!s) s = bl_dataset_set_blocks(ctx, &j->x->rows, &like->blocks);
  if (!s && j->path) s = bl_dataset_to_file(ctx, &j->x->rows, j->path);
  atomic_store(&j->begun, !s);
  return s;
}

static bl_status join_recording(bl_ctx *ctx, joining *j, size_t i, bl_run_part *p)
{
  bl_extraction *x = j->x;
  bl_status s = bl_part_close(ctx, j->survey, i, p);
  if (s) return s;
  if (p->rows.X.rows && !atomic_load(&j->begun)) s = begin_rows(ctx, j, &p->rows);
  if (!s && p->rows.X.rows) s = bl_dataset_append(ctx, &x->rows, &p->rows);
  j->silenced |= p->silenced;
  x->n_failed += p->outcome.status != BL_OK;
  x->seconds += p->outcome.seconds;
  x->outcomes[x->n_outcomes++] = p->outcome;
  p->outcome = (bl_outcome){0};
  bl_part_free(ctx, p);
  bl_progress(ctx, "recordings", (double)(i + 1), (double)j->survey->items.n);
  return s;
}

static bl_status join_part(bl_ctx *ctx, void *arg, size_t k)
{
  joining *j = arg;
  size_t i = recording_of(j, k);
  bl_status s = bl_part_add(ctx, &j->whole, &j->parts[k % AHEAD]);
  return !s && k + 1 == j->first[i + 1] ? join_recording(ctx, j, i, &j->whole) : s;
}

/* ---- what is said of the whole ----------------------------------------------------------------------------------- */

/* labels: none is the default: who forgets it sees why rows have no label. */
static void note_silenced(bl_ctx *ctx, const joining *j)
{
  if (j->silenced)
    bl_log(ctx, BL_LOG_INFO,
           "events inside the recordings have labels that rows do not take on; to have them say labels: annotations "
           "in the source");
}

/* Of all that was left out, a segment that a rule of the user's rejected says more than one that a run's end cuts
 * off. */
static bl_status no_rows(bl_ctx *ctx, const bl_config *c, const bl_extraction *x)
{
  bl_asked asked;
  const bl_dropped *first = NULL, *told = NULL;
  size_t n = 0, recordings = x->n_outcomes;
  for (size_t i = 0; i < x->n_outcomes; i++)
    for (size_t k = 0; k < x->outcomes[i].n_dropped; k++, n++) {
      const bl_dropped *d = &x->outcomes[i].dropped[k];
      if (!first) first = d;
      if (!told && d->rejected) told = d;
    }
  if (!told) told = first;
  if (told)
    return bl_fail(ctx, BL_E_SHAPE,
                   "no rows: all %zu segments of %zu recordings were left out (dropped.csv); one, at %.3f s: %s", n,
                   recordings, told->start_s, told->reason);
  if (bl_config_asks(c, &asked))
    return bl_fail(
        ctx, BL_E_SHAPE,
        "no rows: no event lies in the %zu recordings; what tells of events is chosen by the source's labels",
        recordings);
  return bl_fail(ctx, BL_E_SHAPE, "no rows: %zu recordings gave not one segment; does the length of the windows fit?",
                 recordings);
}

/* The streams that a model must find again in a recording. */
static bl_status note_streams(bl_ctx *ctx, bl_survey *v, bl_extraction *x)
{
  x->live = v->live;
  v->live = (bl_live){0};
  return bl_streams_copy(ctx, &v->model_in, &x->inputs);
}

static bl_status finish(bl_ctx *ctx, joining *j)
{
  bl_extraction *x = j->x;
  if (x->n_outcomes && x->n_failed == x->n_outcomes)
    return bl_fail(ctx, x->outcomes[0].status, "all %zu recordings failed; the first: %s", x->n_outcomes,
                   x->outcomes[0].message);
  if (!x->rows.X.rows) return no_rows(ctx, j->survey->config, x);
  bl_status s = bl_dataset_settle(ctx, &x->rows);
  if (!s) s = note_streams(ctx, j->survey, x);
  if (s) return s;
  bl_warn_nan(ctx, &x->rows);
  note_silenced(ctx, j);
  return BL_OK;
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

static bl_status read_all(bl_ctx *ctx, bl_survey *v, const char *folder, bl_extraction *out)
{
  char *path = folder ? bl_strf(ctx, "%s/%s", folder, bl_dataset_files[0]) : NULL;
  joining j = {.survey = v, .path = path, .x = out};
  j.parts = bl_calloc(ctx, AHEAD, sizeof *j.parts);
  j.first = bl_calloc(ctx, v->items.n + 1, sizeof *j.first);
  out->outcomes = bl_calloc(ctx, v->items.n, sizeof *out->outcomes);
  bl_status s = BL_OK;
  if (!j.parts || !j.first || !out->outcomes || (folder && !path)) s = bl_fail_nomem(ctx, "the recordings");
  for (size_t i = 0; !s && i < v->items.n; i++) j.first[i + 1] = j.first[i] + v->seen[i].n_pieces;
  if (!s) s = bl_pool_in_order(ctx, j.first[v->items.n], AHEAD, 1e9, make_part, join_part, &j);
  if (!s) s = finish(ctx, &j);
  for (size_t i = 0; j.parts && i < AHEAD; i++) bl_part_free(ctx, &j.parts[i]);
  bl_part_free(ctx, &j.whole);
  bl_free(ctx, j.parts);
  bl_free(ctx, j.first);
  bl_free(ctx, path);
  return s;
}

/* A warning for each segment, or each bin of it, is one for all recordings. */
static bl_status read_and_tell(bl_ctx *ctx, bl_survey *v, const char *folder, bl_extraction *out)
{
  bl_gathered warnings = {0}, *before = bl_ctx_gather(ctx, &warnings);
  bl_status s = read_all(ctx, v, folder, out);
  bl_ctx_gather(ctx, before);
  bl_gathered_tell(ctx, &warnings);
  return s;
}

static bl_status load_table(bl_ctx *ctx, const bl_config *c, bl_extraction *out)
{
  bl_status s = c->source.cls->load(ctx, c->source.params, c->folder, &out->rows);
  if (!s) s = bl_drop_nan_rows(ctx, c, out);
  if (!s) bl_warn_nan(ctx, &out->rows);
  return s;
}

bl_status bl_extract_surveyed(bl_ctx *ctx, bl_survey *survey, const char *folder, bl_extraction *out)
{
  *out = (bl_extraction){0};
  bool table = survey->config->source.cls->load;
  bl_status s = table ? load_table(ctx, survey->config, out) : read_and_tell(ctx, survey, folder, out);
  if (s && s != BL_E_SHAPE) bl_extraction_free(ctx, out);
  return s;
}

bl_status bl_extract(bl_ctx *ctx, const bl_config *c, bl_extraction *out)
{
  bl_survey survey;
  *out = (bl_extraction){0};
  bl_status s = bl_survey_make(ctx, c, &survey);
  if (s) return s;
  s = bl_extract_surveyed(ctx, &survey, NULL, out);
  bl_survey_free(ctx, &survey);
  return s;
}

void bl_extraction_free(bl_ctx *ctx, bl_extraction *x)
{
  bl_dataset_free(ctx, &x->rows);
  for (size_t i = 0; i < x->n_outcomes; i++) bl_outcome_free(ctx, &x->outcomes[i]);
  bl_dropped_free(ctx, x->dropped, x->n_dropped);
  bl_free(ctx, x->outcomes);
  bl_streams_free(ctx, &x->inputs);
  bl_live_free(ctx, &x->live);
  *x = (bl_extraction){0};
}
