/* baleen run CONFIG: a config carried out. */
#include <stdio.h>
#include <string.h>

#include "baleen/run.h"
#include "command.h"

typedef struct params {
  char *out;
  bl_texts set;
} params;
static const bl_opt opts[] = {
    BL_TEXT(params, out, NULL,
            "folder for what the run makes; not given: runs/<name of the config>, numbered when taken"),
    BL_TEXTS(params, set, "[]", "path=value that replaces a value of the config; may be given again"), BL_OPT_END};

/* The scores go out at once: they need not wait for pictures. */
static void show(void *user, const char *text)
{
  (void)user;
  fputs(text, stdout);
  fflush(stdout);
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_config config;
  bl_run_summary done = {0};
  *status = bl_config_read(ctx, args->v[0], &p->set, &config);
  if (*status) return bl_exit_of(*status);
  *status = bl_run(ctx, &config, p->out, show, NULL, &done);
  bool learns = config.n_learners > 0;
  bl_config_free(ctx, &config);
  if (*status) return bl_exit_of(*status);
  if (learns) printf("\nEverything is in %s; open %s/report.html\n", done.folder, done.folder);
  else printf("\nEverything is in %s\n", done.folder);
  int code = done.n_failed ? BL_EXIT_PARTLY : BL_EXIT_OK;
  bl_run_summary_free(ctx, &done);
  return code;
}

static const char *const examples[] = {"baleen run pipelines/examples/whale_calls.yaml",
                                       "baleen run digits.yaml -o runs/first --set seed=7",
                                       "baleen run esc10.yaml --set models.knn.knn.n_neighbors=3", NULL};

/* clang-format off */
const bl_command bl_command_run = {
    .name = "run", .summary = "carry out a config: extract, evaluate, train, report", .arguments = "CONFIG",
    .min_args = 1, .max_args = 1,
    .about = "Reads the YAML config, turns the recordings it names into rows, evaluates every model on folds that keep\n"
             "recordings whole, trains it on all rows, and writes rows, scores, predictions, models, pictures and a report\n"
             "into one folder.",
    .examples = examples, .opts = opts, .letters = "o=out s=set", .params_size = sizeof(params), .run = run};
/* clang-format on */
