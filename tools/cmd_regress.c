/* baleen regress FILE... --out BETAS.npy: learns how much of the eyes each channel holds, and prints the stage that takes it
 * out. */
#include <stdio.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/dataset.h"
#include "command.h"
#include "outputs.h"
#include "stacked.h"

typedef struct params {
  char *out, *stages;
  bl_texts pick, eog;
  bl_word rate_hz;
} params;
static const char *const automatic[] = {"auto", NULL};
/* clang-format off */
static const bl_opt opts[] = {
    BL_TEXT(params, out, "betas.npy", "where the coefficients go, a .npy file"),
    BL_TEXTS(params, pick, NULL, "a channel to learn for, by its name behind the stages; may be given again; none: all of type eeg but those of --eog"),
    BL_TEXT(params, stages, NULL, "stages to pass through first, as in a config: '[{fir: {l_freq: 1}}]'; bring channels to their reference there"),
    BL_TEXTS(params, eog, NULL, "a channel that sees the eyes, by its name; may be given again; none: all of type eog"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to take, where recordings have several rates"),
    BL_OPT_END};
/* clang-format on */

/* Places of channels in the frames: those that see the eyes first, those to learn for behind them. */
typedef struct chosen {
  size_t n_eog, n;
  size_t *index;
} chosen;

static bl_status choose(bl_ctx *ctx, const params *p, const stacked *g, chosen *to)
{
  to->index = bl_calloc(ctx, 2 * g->of.n_channels + p->pick.n + p->eog.n, sizeof *to->index);
  bl_status s =
      to->index ? stacked_pick(ctx, "regress", g, &p->eog, to->index, &to->n_eog) : bl_fail_nomem(ctx, "regress");
  if (!s && !p->eog.n) stacked_of_type(g, BL_CHANNEL_EOG, to->index, &to->n_eog);
  if (s) return s;
  size_t *picks = to->index + to->n_eog, n = 0;
  s = stacked_pick(ctx, "regress", g, &p->pick, picks, &n);
  if (!s && !p->pick.n) stacked_of_type(g, BL_CHANNEL_EEG, picks, &n);
  for (size_t i = 0; !s && i < n; i++) {
    bool own = false;
    for (size_t k = 0; k < to->n_eog; k++) own = own || to->index[k] == picks[i];
    if (!own) picks[to->n++] = picks[i];
  }
  if (!s && (!to->n_eog || !to->n))
    s = bl_fail(ctx, BL_E_CONFIG,
                "regress: %zu channels of the eyes and %zu to learn for; name them by --eog and --pick", to->n_eog,
                to->n);
  return s;
}

/* Sums of squares among the eyes, s [n_eog][n_eog], and of the eyes with the others, b [n_eog][n]; mean [n_eog + n]. */
static bl_status sums(bl_ctx *ctx, const stacked *g, const chosen *ch, double *mean, double *a, double *b)
{
  size_t width = ch->n_eog + ch->n;
  double *row = bl_calloc(ctx, width, sizeof *row);
  if (!row) return bl_fail_nomem(ctx, "regress");
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t f = 0; f < g->n; f++) {
      const float *x = g->x + f * g->of.n_channels;
      for (size_t i = 0; i < width; i++) row[i] = (double)x[ch->index[i]] - mean[i];
      for (size_t i = 0; !pass && i < width; i++) mean[i] += row[i] / (double)(f + 1);
      for (size_t k = 0; pass && k < ch->n_eog; k++) {
        for (size_t i = 0; i < ch->n_eog; i++) a[k * ch->n_eog + i] += row[k] * row[i];
        for (size_t i = 0; i < ch->n; i++) b[k * ch->n + i] += row[k] * row[ch->n_eog + i];
      }
    }
  bl_free(ctx, row);
  return BL_OK;
}

/* betas [n][n_eog]. */
static bl_status learn(bl_ctx *ctx, const stacked *g, const chosen *ch, double *mean, float *betas)
{
  double *a = bl_calloc(ctx, ch->n_eog * ch->n_eog, sizeof *a), *b = bl_calloc(ctx, ch->n_eog * ch->n, sizeof *b);
  bl_status s = a && b ? sums(ctx, g, ch, mean, a, b) : bl_fail_nomem(ctx, "regress");
  if (!s && bl_solve_spd(ctx, ch->n_eog, a, ch->n, b))
    s = bl_fail(
        ctx, BL_E_RANGE,
        "regress: the channels of the eyes are flat, not finite, or one is made of the others, so that there are "
        "no coefficients; leave one out of --eog");
  for (size_t i = 0; !s && i < ch->n; i++)
    for (size_t k = 0; k < ch->n_eog; k++) betas[i * ch->n_eog + k] = (float)b[k * ch->n + i];
  bl_free(ctx, a);
  bl_free(ctx, b);
  return s;
}

static bl_status print_stage(bl_ctx *ctx, const params *p, const bl_texts *files, const stacked *g, const chosen *ch,
                             const double *mean)
{
  bl_buf path = {0};
  bl_status s = bl_flow_print_scalar(ctx, p->out, &path);
  if (!s) printf("\n- regress: {betas: %s", bl_buf_text(&path));
  bl_buf_free(ctx, &path);
  if (!s) s = stacked_print_list(ctx, "picks", &g->of.channels, ch->index + ch->n_eog, ch->n);
  if (!s) s = stacked_print_list(ctx, "picks_artifact", &g->of.channels, ch->index, ch->n_eog);
  for (size_t k = 0; !s && k < ch->n_eog; k++) printf("%s%.9g", k ? ", " : ", means: [", mean[k]);
  if (!s) printf("]");
  if (!s) s = stacked_print_recordings(ctx, "learnt_from", files);
  if (!s) printf("}\n");
  return s;
}

static void print_table(const stacked *g, const chosen *ch, const float *betas)
{
  printf("%zu channels, %.1f s\n%10s", ch->n, (double)g->n / g->of.rate_hz, "channel");
  for (size_t k = 0; k < ch->n_eog; k++) printf("  %10s", g->of.channels.v[ch->index[k]]);
  printf("\n");
  for (size_t i = 0; i < ch->n; i++) {
    printf("%10s", g->of.channels.v[ch->index[ch->n_eog + i]]);
    for (size_t k = 0; k < ch->n_eog; k++) printf("  %10.4f", (double)betas[i * ch->n_eog + k]);
    printf("\n");
  }
}

static bl_status work(bl_ctx *ctx, const params *p, const bl_texts *files, const stacked *g, const chosen *ch)
{
  double *mean = bl_calloc(ctx, ch->n_eog + ch->n, sizeof *mean);
  float *betas = bl_calloc(ctx, ch->n * ch->n_eog, sizeof *betas);
  bl_status s = mean && betas ? learn(ctx, g, ch, mean, betas) : bl_fail_nomem(ctx, "regress");
  if (!s) s = bl_npy_write(ctx, p->out, &(bl_cmat){.v = betas, .rows = ch->n, .cols = ch->n_eog, .stride = ch->n_eog});
  if (!s) print_table(g, ch, betas);
  if (!s) s = print_stage(ctx, p, files, g, ch, mean);
  bl_free(ctx, mean);
  bl_free(ctx, betas);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  stacked g = {0};
  chosen ch = {0};
  bl_texts writes = {0};
  bl_status s = bl_texts_add(ctx, &writes, p->out);
  if (!s) s = bl_outputs_check(ctx, "regress", args, &writes);
  if (!s) s = bl_output_has_place(ctx, "regress", p->out);
  if (!s) s = stacked_read(ctx, "regress", p->stages, p->rate_hz, args, &g);
  if (!s) s = choose(ctx, p, &g, &ch);
  if (!s) s = work(ctx, p, args, &g, &ch);
  bl_texts_free(ctx, &writes);
  bl_free(ctx, ch.index);
  stacked_free(ctx, &g);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {
    "baleen regress S001R01.edf --out betas.npy --stages '[{rename: {strip: \".\"}}, {fir: {l_freq: 1}}]' --eog Fp1",
    "baleen regress night1.edf night2.edf -o betas.npy --eog HEOG --eog VEOG", NULL};

/* clang-format off */
const bl_command bl_command_regress = {
    .name = "regress", .summary = "learn how much of the eyes each channel holds", .arguments = "FILE...",
    .min_args = 1, .max_args = (size_t)-1,
    .about = "By least squares over all samples of the recordings, means taken off (MNE's EOGRegression.fit). The coefficients go to\n"
             "--out; printed are they and the stage that takes the eyes out, for a config. What was learnt from recordings is training on\n"
             "them: learnt_from says which, and a run that tests on them is refused.",
    .examples = examples, .opts = opts, .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
