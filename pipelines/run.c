/* A config carried out: extract, evaluate, train, report, into one folder. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/report.h"
#include "baleen/table.h"
#include "baleen/version.h"
#include "detections.h"
#include "live.h"
#include "model_recipe.h"
#include "nan_rows.h"
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
static bl_status train_all(bl_ctx *ctx, const bl_run_parts *r, const char *folder)
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
  bl_buf b = {0};
  bl_status s = bl_buf_printf(ctx, &b, "# %s" BL_RUN_MARK "%s. Paths are relative to: %s\n", r->config->path,
                              BL_VERSION, r->config->folder);
  if (!s) s = bl_config_print(ctx, r->config, &b);
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
  if (!s) s = tell(ctx, r, l);
  if (!s) s = write_one(ctx, r, folder, BL_RUN_FOLDS, bl_write_folds);
  if (!s) s = write_one(ctx, r, folder, BL_RUN_PREDICTIONS, bl_write_predictions);
  if (!s) s = train_all(ctx, r, folder);
  bl_cmat rows = bl_dataset_view(&r->extraction->rows);
  return bl_name_nan_option(ctx, s, r->config, &rows);
}

/* How each recording fared is written also where that left no rows. */
static bl_status extract(bl_ctx *ctx, const bl_run_parts *r, bl_survey *survey, bl_extraction *x, const char *folder)
{
  bl_status s = bl_extract_surveyed(ctx, survey, folder, x), written = BL_OK;
  if (!x->n_outcomes && !x->n_dropped) return s;
  char *why = bl_strdup(ctx, bl_ctx_error(ctx));
  if (!why) return bl_fail_nomem(ctx, "a run");
  if (x->n_outcomes) written = write_one(ctx, r, folder, BL_RUN_RECORDINGS, bl_write_recordings);
  if (!written) written = write_one(ctx, r, folder, BL_RUN_DROPPED, bl_write_dropped);
  if (s && !written) bl_fail(ctx, s, "%s", why);
  bl_free(ctx, why);
  return written ? written : s;
}

bl_status bl_run(bl_ctx *ctx, const bl_config *c, const char *folder, bl_tables_fn told, void *user,
                 bl_run_summary *out)
{
  *out = (bl_run_summary){0};
  bl_survey survey; /* first, so that what headers tell is told before anything is written */
  bl_status s = bl_survey_make(ctx, c, &survey);
  if (s) return s;
  bl_extraction x = {0};
  bl_problem p = {0};
  bl_results results = {0};
  const listener l = {told, user};
  bl_run_parts r = {.config = c, .extraction = &x, .results = &results};
  char *path = folder ? bl_strdup(ctx, folder) : bl_free_folder(ctx, c->name);
  s = path ? bl_take_folder(ctx, path) : bl_fail_nomem(ctx, "a path");
  if (!s) s = write_one(ctx, &r, path, BL_RUN_CONFIG, write_config);
  if (!s) s = extract(ctx, &r, &survey, &x, path);
  bl_survey_free(ctx, &survey);
  if (!s) bl_live_log(ctx, &x.live);
  if (!s) s = bl_dataset_write(ctx, &x.rows, path);
  if (!s) s = c->n_learners ? learn(ctx, &r, &p, &results, &l, path) : tell(ctx, &r, &l);
  if (!s) s = write_one(ctx, &r, path, BL_RUN_METRICS, bl_write_metrics);
  if (!s && c->n_learners) s = bl_report_write(ctx, c, &x, &p, &results, path);
  out->n_failed = x.n_failed;
  if (!s) {
    out->folder = path;
    path = NULL;
  } else {
    bl_run_summary_free(ctx, out);
  }
  bl_results_free(ctx, &results);
  bl_problem_free(ctx, &p);
  bl_extraction_free(ctx, &x);
  bl_free(ctx, path);
  return s;
}

void bl_run_summary_free(bl_ctx *ctx, bl_run_summary *r)
{
  bl_free(ctx, r->folder);
  *r = (bl_run_summary){0};
}
