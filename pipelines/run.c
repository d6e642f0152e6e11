/* A config carried out: extract, evaluate, train, report, into one folder. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "baleen/report.h"
#include "baleen/table.h"
#include "baleen/version.h"
#include "beforehand.h"
#include "categories.h"
#include "detections.h"
#include "frames.h"
#include "live.h"
#include "model_recipe.h"
#include "nan_rows.h"
#include "patterns.h"
#include "run_files.h"
#include "survey.h"

/* ---- models ------------------------------------------------------------------------------------------------------ */

/* The learner with the best mean of the first metric; the first of equals, and where nothing is defined. */
static size_t best_learner(const bl_config *c, const bl_results *r)
{
  size_t best = 0;
  for (size_t i = 1; c->n_scores && i < r->n; i++) {
    double a = r->v[i].mean[0], b = r->v[best].mean[0];
    if (isnan(a)) continue;
    if (isnan(b) || (bl_config_greater_is_better(c, 0) ? a > b : a < b)) best = i;
  }
  return best;
}

static bl_status save_model(bl_ctx *ctx, const char *folder, const char *name, const bl_estimator *e,
                            const bl_meta *meta)
{
  char *path = bl_path_in(ctx, folder, name);
  bl_status s = path ? bl_model_save(ctx, path, e, meta) : bl_fail_nomem(ctx, "a path");
  bl_free(ctx, path);
  return s;
}

/* Each learner, taught all rows: what goes out to predict. */
static bl_status train_all(bl_ctx *ctx, const bl_run_parts *r, bl_results *results, const char *folder)
{
  const bl_config *c = r->config;
  const bl_problem *p = r->problem;
  bl_data data = {.X = p->X,
                  .y = p->y,
                  .n_targets = p->n_targets,
                  .weight = p->weight,
                  .group = p->group,
                  .feature_names = &p->rows->features,
                  .blocks = &p->rows->blocks,
                  .class_names = p->targets.n   ? &p->targets
                                 : p->classes.n ? &p->classes
                                                : NULL};
  bl_meta meta = {0};
  size_t best = best_learner(c, r->results);
  bl_status s = bl_model_recipe_add(ctx, c, r->extraction, &meta);
  for (size_t i = 0; !s && i < c->n_learners; i++) {
    bl_estimator *e = NULL;
    s = bl_estimator_clone(ctx, c->learners[i].estimator, &e);
    if (!s) s = bl_fit(ctx, e, &data);
    if (s) s = bl_fail_in(ctx, s, "model '%s', on all rows: ", c->learners[i].name);
    if (!s && i < results->n) s = bl_patterns_add(ctx, e, &results->v[i].patterns);
    if (!s && i == best) s = save_model(ctx, folder, bl_run_file_name[BL_RUN_MODEL], e, &meta);
    if (!s && c->n_learners > 1) {
      char *models = bl_path_in(ctx, folder, "models"),
           *name = bl_strf(ctx, "models/%s.safetensors", c->learners[i].name);
      s = models && name ? bl_make_folder(ctx, models) : bl_fail_nomem(ctx, "a path");
      if (!s) s = save_model(ctx, folder, name, e, &meta);
      bl_free(ctx, models);
      bl_free(ctx, name);
    }
    bl_estimator_free(ctx, e);
  }
  bl_meta_free(ctx, &meta);
  return s;
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

typedef bl_status (*writer)(bl_ctx *ctx, const bl_run_parts *r, const char *path);

static bl_status write_one(bl_ctx *ctx, const bl_run_parts *r, const char *folder, bl_run_file file, writer w)
{
  char *path = bl_path_in(ctx, folder, bl_run_file_name[file]);
  bl_status s = path ? w(ctx, r, path) : bl_fail_nomem(ctx, "a path");
  bl_free(ctx, path);
  return s;
}

static bl_status write_config(bl_ctx *ctx, const bl_run_parts *r, const char *path)
{
  const bl_config *c = r->config;
  char folder[PATH_MAX];
  bl_buf b = {0};
  bl_status s = bl_buf_printf(ctx, &b, "# %s" BL_RUN_MARK "%s\nrelative_to: ", c->path, BL_VERSION);
  if (!s) s = bl_flow_print_scalar(ctx, realpath(c->folder, folder) ? folder : c->folder, &b);
  if (!s) s = bl_buf_puts(ctx, &b, "\n");
  if (!s) s = bl_config_print(ctx, c, &b);
  if (!s) s = bl_file_write(ctx, path, bl_buf_text(&b), b.len);
  bl_buf_free(ctx, &b);
  return s;
}

/* Who wants to hear the scores, as soon as there are any. */
typedef struct listener {
  bl_tables_fn told; /* NULL: nobody */
  void *user;
} listener;

static bl_status tell(bl_ctx *ctx, const bl_run_parts *r, const listener *l)
{
  bl_buf text = {0};
  bl_status s = l->told ? bl_run_text(ctx, r, &text) : BL_OK;
  if (!s && l->told) l->told(l->user, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status learn(bl_ctx *ctx, bl_run_parts *r, bl_problem *p, bl_results *results, const listener *l,
                       const char *folder)
{
  bl_status s = bl_problem_make(ctx, r->config, &r->extraction->rows, p);
  if (s) return s;
  r->problem = p;
  s = bl_evaluate(ctx, r->config, p, results);
  if (!s) s = bl_evaluate_events(ctx, r->config, r->extraction, p, results);
  if (!s && results->n) s = bl_look_for_leaks(ctx, r->config, r->extraction, p, results);
  if (!s) s = tell(ctx, r, l);
  if (!s) s = write_one(ctx, r, folder, BL_RUN_FOLDS, bl_write_folds);
  if (!s) s = write_one(ctx, r, folder, BL_RUN_PREDICTIONS, bl_write_predictions);
  if (!s) s = train_all(ctx, r, results, folder);
  bl_cmat rows = bl_dataset_view(&r->extraction->rows);
  return bl_name_nan_option(ctx, s, r->config, &rows);
}

/* Rows of a table that were left out. */
static bl_status write_dropped(bl_ctx *ctx, const bl_run_parts *r, const char *folder)
{
  return r->extraction->n_dropped ? write_one(ctx, r, folder, BL_RUN_DROPPED, bl_write_dropped) : BL_OK;
}

/* How each recording fared is written also where that left no rows. */
static bl_status extract(bl_ctx *ctx, const bl_run_parts *r, bl_survey *survey, bl_extraction *x, const char *folder)
{
  bl_status s = bl_extract_surveyed(ctx, survey, folder, x), written = BL_OK;
  if (!x->n_outcomes) return s;
  char *why = bl_strdup(ctx, bl_ctx_error(ctx));
  if (!why) return bl_fail_nomem(ctx, "a run");
  written = write_one(ctx, r, folder, BL_RUN_RECORDINGS, bl_write_recordings);
  if (!written) written = write_one(ctx, r, folder, BL_RUN_DROPPED, bl_write_dropped);
  if (s && !written) bl_fail(ctx, s, "%s", why);
  bl_free(ctx, why);
  return written ? written : s;
}

/* ---- what can be told beforehand --------------------------------------------------------------------------------- */

static bl_status say_aside(bl_ctx *ctx, const bl_survey *v, char **out)
{
  *out = NULL;
  for (size_t i = 0; v->n_failed && !*out; i++)
    if (v->seen[i].status) {
      *out =
          bl_strf(ctx, "%zu of %zu recordings were left out, the first: %s", v->n_failed, v->items.n, v->seen[i].why);
      if (!*out) return bl_fail_nomem(ctx, "the recordings left out");
    }
  return BL_OK;
}

/* Rows of recordings that were left out are none. */
static bl_status drop_failed(bl_ctx *ctx, bl_survey *v)
{
  bl_dataset *d = &v->foreseen, kept;
  bl_status s = v->n_failed ? bl_dataset_init(ctx, &d->features, NULL, &v->items.extra, &kept) : BL_OK;
  if (s || !v->n_failed) return s;
  const char **extra = bl_calloc(ctx, d->n_extra, sizeof *extra);
  if (!extra) s = bl_fail_nomem(ctx, "the rows to come");
  for (size_t i = 0, item = 0; !s && i < d->X.rows; i++) {
    const char *name = bl_column_text(&d->recording, i);
    while (item < v->items.n && strcmp(v->items.v[item].name, name) != 0) item++; /* both in the source's order */
    if (item < v->items.n && v->seen[item].status) continue;
    for (size_t k = 0; k < d->n_extra; k++) extra[k] = bl_column_text(&d->extra[k], i);
    bl_row_info info = {.recording = name,
                        .label = bl_column_text(&d->label, i),
                        .group = bl_column_text(&d->group, i),
                        .start_s = bl_packed_get(&d->start_s, i),
                        .end_s = bl_packed_get(&d->end_s, i),
                        .weight = 1,
                        .extra = extra};
    s = bl_dataset_add(ctx, &kept, bl_crow(&(bl_cmat){.v = d->X.v, .rows = d->X.rows, .cols = 1, .stride = 1}, i),
                       &info);
  }
  bl_free(ctx, extra);
  bl_dataset_free(ctx, s ? &kept : d);
  if (!s) *d = kept;
  return s;
}

static bl_status check_foreseen(bl_ctx *ctx, const bl_config *c, bl_survey *v)
{
  char *aside = NULL;
  bl_status s = drop_failed(ctx, v);
  if (!s) s = say_aside(ctx, v, &aside);
  bl_rows_known known = {.rows = &v->foreseen,
                         .foreseen = true,
                         .cut = v->foreseen_cut || !v->foreseen.X.rows,
                         .names = &v->names.names,
                         .blocks = &v->names.blocks,
                         .aside = aside};
  if (!s) s = bl_check_learning(ctx, c, &known);
  bl_free(ctx, aside);
  bl_dataset_free(ctx, &v->foreseen); /* the true ones need the room */
  return s;
}

/* A table is its rows: they are read at once. */
static bl_status check_table(bl_ctx *ctx, const bl_config *c, bl_survey *v, bl_extraction *x)
{
  bl_status s = bl_extract_surveyed(ctx, v, NULL, x);
  if (s && s != BL_E_NOMEM && s != BL_E_CANCELLED) return bl_check_place(ctx, c, "source", BL_E_CONFIG);
  bl_rows_known known = {.rows = &x->rows, .names = &x->rows.features, .blocks = &x->rows.blocks};
  if (!s) s = bl_models_take_categories(ctx, c, &x->rows.blocks);
  return s ? s : bl_check_learning(ctx, c, &known);
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

#define LONG_S 60.0 /* rows that took longer to make are kept, whatever else is wrong */

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What a run has put into its folder that is worth keeping when it ends early. */
typedef struct findings {
  double seconds; /* that the rows took */
  bool any;       /* rows, or how each recording fared */
} findings;

/* Rows, and with them the ends of these branches where some are named. */
static bl_status extract_with_frames(bl_ctx *ctx, const bl_run_parts *r, bl_survey *survey, bl_extraction *x,
                                     const char *folder, const bl_texts *frames)
{
  bl_frames_wanted wanted = {0};
  bl_status s = frames && frames->n ? bl_frames_want(ctx, survey, folder, frames, &wanted) : BL_OK;
  if (!s) s = extract(ctx, r, survey, x, folder);
  survey->frames = NULL;
  bl_frames_wanted_free(ctx, &wanted);
  return s;
}

/* Who cannot tell keeps it. */
static bool is_written(bl_ctx *ctx, const char *folder, bl_run_file file)
{
  char *path = bl_path_in(ctx, folder, bl_run_file_name[file]);
  bool there = !path || !access(path, F_OK);
  bl_free(ctx, path);
  return there;
}

/* Rows into the folder, and what is learnt from them. All of it can be made again from the recordings: a run does not
 * wait for the disk at each of its files, of which a short one would take a quarter of its time. */
static bl_status fill(bl_ctx *ctx, bl_run_parts *r, bl_survey *survey, bl_extraction *x, bl_problem *p,
                      bl_results *results, const listener *l, const char *folder, const bl_texts *frames,
                      findings *found)
{
  const bl_config *c = r->config;
  double start = now_s();
  bl_status s = write_one(ctx, r, folder, BL_RUN_CONFIG, write_config);
  if (!s)
    s = c->source.cls->load ? write_dropped(ctx, r, folder) : extract_with_frames(ctx, r, survey, x, folder, frames);
  bl_survey_free(ctx, survey);
  found->any = is_written(ctx, folder, BL_RUN_RECORDINGS);
  if (!s) bl_live_log(ctx, &x->live);
  if (!s) s = bl_dataset_write(ctx, &x->rows, folder);
  found->any |= !s;
  found->seconds = now_s() - start;
  if (s) return s;
  s = c->n_learners ? bl_check_place(ctx, c, NULL, learn(ctx, r, p, results, l, folder)) : tell(ctx, r, l);
  if (!s) s = write_one(ctx, r, folder, BL_RUN_METRICS, bl_write_metrics);
  return !s && c->n_learners ? bl_report_write(ctx, c, x, p, results, folder) : s;
}

/* A run that the config or a rule ends leaves nothing behind, nor does one that ends by what else may happen before it
 * has found anything. But rows that took long to make are worth more than a tidy folder: they stay, and this is said. */
static bl_status leave(bl_ctx *ctx, bl_status s, bl_run_folder *f, const findings *found)
{
  bool refused = s == BL_E_CONFIG || s == BL_E_ARG || s == BL_E_LEAKAGE || s == BL_E_MISMATCH;
  bool keep = refused && found->seconds > LONG_S;
  if (keep)
    s = bl_fail(ctx, s, "%s; the rows, which took %.1f minutes to make, are kept: %s/rows.npy and rows.csv",
                bl_ctx_error(ctx), found->seconds / 60, f->path);
  bl_leave_folder(ctx, f, s && !keep && (refused || !found->any));
  return s;
}

static bl_status carry_out(bl_ctx *ctx, const bl_config *c, const char *folder, const bl_texts *frames,
                           bl_tables_fn told, void *user, bl_run_summary *out)
{
  *out = (bl_run_summary){0};
  bl_survey survey; /* first, so that what headers tell is told before anything is written */
  bl_status s = bl_survey_make(ctx, c, &survey);
  if (s) return s;
  bl_extraction x = {0};
  bl_problem p = {0};
  bl_results results = {0};
  bl_run_folder place = {.lock = -1};
  const listener l = {told, user};
  bl_run_parts r = {.config = c, .extraction = &x, .results = &results};
  findings found = {0};
  s = c->source.cls->load ? check_table(ctx, c, &survey, &x) : check_foreseen(ctx, c, &survey);
  if (!s) s = bl_take_folder(ctx, folder, c->name, &place);
  bool before = bl_files_sync(ctx, false);
  if (!s) s = fill(ctx, &r, &survey, &x, &p, &results, &l, place.path, frames, &found);
  bl_files_sync(ctx, before);
  bl_survey_free(ctx, &survey);
  out->n_failed = x.n_failed;
  if (!s && !(out->folder = bl_strdup(ctx, place.path))) s = bl_fail_nomem(ctx, "a path");
  bl_results_free(ctx, &results);
  bl_problem_free(ctx, &p);
  bl_extraction_free(ctx, &x); /* the file that rows were mapped from goes with the folder */
  s = leave(ctx, s, &place, &found);
  if (s) bl_run_summary_free(ctx, out);
  return s;
}

bl_status bl_run(bl_ctx *ctx, const bl_config *c, const char *folder, bl_tables_fn told, void *user,
                 bl_run_summary *out)
{
  return carry_out(ctx, c, folder, NULL, told, user, out);
}

bl_status bl_run_rows(bl_ctx *ctx, const bl_config *c, const char *folder, const bl_texts *frames, bl_tables_fn told,
                      void *user, bl_run_summary *out)
{
  bl_config rows = *c;
  rows.learners = NULL;
  rows.n_learners = 0;
  *out = (bl_run_summary){0};
  if (c->source.cls->load)
    return bl_fail(ctx, BL_E_CONFIG, "source: %s gives rows already; there is nothing to extract", c->source.cls->name);
  bl_status s = bl_frames_check(ctx, &c->recipe, frames);
  return s ? s : carry_out(ctx, &rows, folder, frames, told, user, out);
}

void bl_run_summary_free(bl_ctx *ctx, bl_run_summary *r)
{
  bl_free(ctx, r->folder);
  *r = (bl_run_summary){0};
}
