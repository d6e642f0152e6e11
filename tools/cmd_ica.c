/* baleen ica FILE... --out ICA.npy: learns independent components, says which are of the eyes and the heart, and prints the
 * stage that takes them out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/ica.h"
#include "baleen/stage_chain.h"
#include "baleen/text.h"
#include "command.h"
#include "convert.h"
#include "outputs.h"
#include "stacked.h"

typedef struct params {
  char *out, *stages;
  bl_texts pick, eog, ecg;
  bl_word rate_hz, threshold;
  int measure;
  bl_ica_params ica;
} params;
static const char *const automatic[] = {"auto", NULL};
static const char *const measures[] = {"zscore", "correlation", NULL};
/* clang-format off */
static const bl_opt opts[] = {
    BL_TEXT(params, out, "ica.npy", "where the array goes, a .npy file"),
    BL_TEXTS(params, pick, NULL, "a channel to learn from, by its name behind the stages; may be given again; none: all but those of --eog and --ecg"),
    BL_TEXT(params, stages, NULL, "stages to pass through first, as in a config: '[{fir: {l_freq: 1}}]'; slow drifts spoil what is learnt"),
    BL_TEXTS(params, eog, NULL, "a channel that sees the eyes, by its name; may be given again"),
    BL_TEXTS(params, ecg, NULL, "a channel that sees the heart, by its name; may be given again"),
    BL_ENUM(params, measure, "zscore", measures, "how components of eyes and heart are told: by how far their correlation stands out, or by itself"),
    BL_WORD(params, threshold, "auto", automatic, 0, 100, BL_OPT_OPEN_LO, "", "above which they are; auto: 3 of zscore, 0.9 of correlation"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to take, where recordings have several rates"),
    BL_ICA_OPTS(params, ica),
    BL_OPT_END};
/* clang-format on */

/* ---- components and what they are of ------------------------------------------------------------------------------ */

/* The channels to learn from: columns of the frames. */
static bl_status choose(bl_ctx *ctx, const params *p, const stacked *g, size_t *index, size_t *n)
{
  size_t at = 0;
  *n = 0;
  bl_status s = stacked_pick(ctx, "ica", g, &p->pick, index, n);
  for (size_t i = 0; !s && i < p->eog.n; i++) s = bl_convert_channel(ctx, "ica", &g->of, p->eog.v[i], &at);
  for (size_t i = 0; !s && i < p->ecg.n; i++) s = bl_convert_channel(ctx, "ica", &g->of, p->ecg.v[i], &at);
  for (size_t c = 0; !s && !p->pick.n && c < g->of.n_channels; c++)
    if (bl_texts_find(&p->eog, g->of.channels.v[c]) < 0 && bl_texts_find(&p->ecg, g->of.channels.v[c]) < 0)
      index[(*n)++] = c;
  return s;
}

/* Frames filtered to a band, of the same number. */
static bl_status band(bl_ctx *ctx, const stacked *g, const char *stages, stacked *out)
{
  bl_stage_chain *chain = NULL;
  const float *y;
  size_t n_y;
  bl_status s = bl_stream_copy(ctx, &g->of, &out->of);
  if (!s) s = bl_stage_chain_new(ctx, &g->of, &chain);
  if (!s) s = bl_stage_chain_add_text(ctx, chain, stages, bl_npy_read_array);
  if (!s) s = bl_stage_chain_push(ctx, chain, g->x, g->n, &y, &n_y);
  if (!s) s = stacked_add(ctx, out, y, n_y);
  if (!s) s = bl_stage_chain_finish(ctx, chain, &y, &n_y);
  if (!s) s = stacked_add(ctx, out, y, n_y);
  bl_stage_chain_free(ctx, chain);
  return s;
}

/* Pearson's correlation of source k with a column. */
static double correlation(const bl_ica *ica, size_t k, const size_t *index, const stacked *g, size_t col)
{
  double n = (double)g->n, sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
  for (size_t f = 0; f < g->n; f++) {
    const float *frame = g->x + f * g->of.n_channels;
    double x = 0, y = (double)frame[col];
    for (size_t c = 0; c < ica->n_channels; c++) x += ica->unmixing[k * ica->n_channels + c] * (double)frame[index[c]];
    sx += x, sy += y, xx += x * x, yy += y * y, xy += x * y;
  }
  double below = sqrt((xx - sx * sx / n) * (yy - sy * sy / n));
  return below > 0 ? (xy - sx * sy / n) / below : 0;
}

static double threshold_of(const params *p) { return p->threshold.word < 0 ? p->threshold.real : p->measure ? 0.9 : 3; }

/* One of n numbers lies at most (n - 1) / sqrt(n) of their standard deviations from their mean. */
static void warn_of_few(bl_ctx *ctx, const params *p, size_t n)
{
  double most = ((double)n - 1) / sqrt((double)n);
  if (p->measure || !(p->eog.n + p->ecg.n) || most > threshold_of(p)) return;
  bl_warn(ctx, BL_W_REMARK,
          "ica: of %zu components none can stand out by a z-score above %g, for the greatest possible is %.2f; "
          "say --measure correlation, or a lower --threshold",
          n, threshold_of(p), most);
}

/* Marks what stands out, as MNE does: twice over, without those marked before. */
static void mark(const params *p, const double *r, size_t n, bool *bad)
{
  double threshold = threshold_of(p);
  for (size_t k = 0; p->measure && k < n; k++) bad[k] = bad[k] || fabs(r[k]) > threshold;
  for (int round = 0; !p->measure && round < 2; round++) {
    double m = 0, sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++)
      if (!bad[k]) m++, sum += r[k], squares += r[k] * r[k];
    double sd = sqrt(squares / m - sum / m * (sum / m));
    for (size_t k = 0; k < n; k++) bad[k] = bad[k] || fabs(r[k] - sum / m) > threshold * sd;
  }
}

/* r [channel][source] of the channels of --eog, or --ecg; what they tell in bad. */
static bl_status correlate(bl_ctx *ctx, const params *p, const bl_texts *names, const char *stages, const bl_ica *ica,
                           const size_t *index, const stacked *g, double *r, bool *bad)
{
  stacked filtered = {0};
  bl_status s = names->n ? band(ctx, g, stages, &filtered) : BL_OK;
  bool *own = bl_calloc(ctx, ica->n, sizeof *own);
  if (!s && !own) s = bl_fail_nomem(ctx, "ica");
  for (size_t i = 0; !s && i < names->n; i++) {
    size_t col = 0;
    s = bl_convert_channel(ctx, "ica", &g->of, names->v[i], &col);
    for (size_t k = 0; !s && k < ica->n; k++) r[i * ica->n + k] = correlation(ica, k, index, &filtered, col);
    memset(own, 0, ica->n * sizeof *own);
    if (!s) mark(p, r + i * ica->n, ica->n, own);
    for (size_t k = 0; !s && k < ica->n; k++) bad[k] = bad[k] || own[k];
  }
  bl_free(ctx, own);
  stacked_free(ctx, &filtered);
  return s;
}

/* ---- what is printed ---------------------------------------------------------------------------------------------- */

static void print_table(const params *p, const bl_ica *ica, const stacked *g, const size_t *index, const double *r)
{
  printf("component  variance  largest on");
  for (size_t i = 0; i < p->eog.n + p->ecg.n; i++)
    printf("  r(%s)", i < p->eog.n ? p->eog.v[i] : p->ecg.v[i - p->eog.n]);
  printf("\n");
  for (size_t k = 0; k < ica->n; k++) {
    size_t top = 0;
    for (size_t c = 0; c < ica->n_channels; c++)
      if (fabs(ica->mixing[k * ica->n_channels + c]) > fabs(ica->mixing[k * ica->n_channels + top])) top = c;
    printf("%9zu  %7.2f%%  %10s", k, 100 * ica->share[k], g->of.channels.v[index[top]]);
    for (size_t i = 0; i < p->eog.n + p->ecg.n; i++)
      printf("  %*.3f", (int)strlen(i < p->eog.n ? p->eog.v[i] : p->ecg.v[i - p->eog.n]) + 3, r[i * ica->n + k]);
    printf("\n");
  }
}

static bl_status print_stage(bl_ctx *ctx, const params *p, const bl_texts *files, const bl_ica *ica, const stacked *g,
                             const size_t *index, const bool *bad)
{
  bool first = true;
  bl_buf path = {0};
  bl_status s = bl_flow_print_scalar(ctx, p->out, &path);
  printf("\n- ica: {array: %s, exclude: [", bl_buf_text(&path));
  bl_buf_free(ctx, &path);
  for (size_t k = 0; k < ica->n; k++)
    if (bad[k]) printf("%s%zu", first ? "" : ", ", k), first = false;
  printf("]");
  if (!s) s = stacked_print_list(ctx, "channels", &g->of.channels, index, ica->n_channels);
  if (!s) s = stacked_print_recordings(ctx, "learnt_from", files);
  printf("}\n");
  return s;
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

static bl_status learn(bl_ctx *ctx, const params *p, const stacked *g, const size_t *index, size_t n, bl_ica *ica)
{
  bl_texts units;
  float *x;
  bl_status s = stacked_columns(ctx, g, index, n, &x, &units);
  if (!s) s = bl_ica_fit(ctx, &p->ica, x, g->n, n, &units, ica);
  bl_texts_free(ctx, &units);
  bl_free(ctx, x);
  return s;
}

static bl_status save(bl_ctx *ctx, const bl_ica *ica, const char *path)
{
  bl_array packed = {0};
  bl_status s = bl_ica_pack(ctx, ica, &packed);
  return s ? s : stacked_save(ctx, path, &packed);
}

static bl_status tell(bl_ctx *ctx, const params *p, const bl_texts *files, const stacked *g, const size_t *index,
                      const bl_ica *ica)
{
  double *r = bl_calloc(ctx, p->eog.n + p->ecg.n + 1, ica->n * sizeof *r);
  bool *bad = bl_calloc(ctx, ica->n, sizeof *bad);
  bl_status s = r && bad ? BL_OK : bl_fail_nomem(ctx, "ica");
  if (!s) s = correlate(ctx, p, &p->eog, "[{fir: {l_freq: 1, h_freq: 10}}]", ica, index, g, r, bad);
  if (!s) s = correlate(ctx, p, &p->ecg, "[{fir: {l_freq: 8, h_freq: 16}}]", ica, index, g, r + p->eog.n * ica->n, bad);
  if (!s) s = save(ctx, ica, p->out); /* behind all that may be refused */
  if (!s) {
    printf("%zu components of %zu channels, %.1f s, %zu passes%s\n", ica->n, ica->n_channels,
           (double)g->n / g->of.rate_hz, ica->n_iter, ica->converged ? "" : ", not converged");
    print_table(p, ica, g, index, r);
    warn_of_few(ctx, p, ica->n);
    s = print_stage(ctx, p, files, ica, g, index, bad);
  }
  bl_free(ctx, r);
  bl_free(ctx, bad);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  stacked g = {0};
  bl_ica ica = {0};
  bl_texts writes = {0};
  size_t n = 0, *index = NULL;
  bl_status s = bl_texts_add(ctx, &writes, p->out);
  if (!s) s = bl_outputs_check(ctx, "ica", args, &writes);
  if (!s) s = bl_output_has_place(ctx, "ica", p->out);
  if (!s) s = stacked_read(ctx, "ica", p->stages, p->rate_hz, args, &g);
  if (!s && !(index = bl_calloc(ctx, g.of.n_channels + p->pick.n, sizeof *index))) s = bl_fail_nomem(ctx, "ica");
  if (!s) s = choose(ctx, p, &g, index, &n);
  if (!s) s = learn(ctx, p, &g, index, n, &ica);
  if (!s) s = tell(ctx, p, args, &g, index, &ica);
  bl_ica_free(ctx, &ica);
  bl_texts_free(ctx, &writes);
  bl_free(ctx, index);
  stacked_free(ctx, &g);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {
    "baleen ica S001R01.edf --out ica.npy --stages '[{rename: {strip: \".\"}}, {fir: {l_freq: 1}}]' --eog Fp1",
    "baleen ica night1.edf night2.edf -o ica.npy --eog EOG --ecg ECG --n-components 20", NULL};

/* clang-format off */
const bl_command bl_command_ica = {
    .name = "ica", .summary = "learn independent components, and which are of the eyes and the heart", .arguments = "FILE...",
    .min_args = 1, .max_args = (size_t)-1,
    .about = "All samples of the recordings are taken together. The array goes to --out; printed is each component with its share of the\n"
             "variance, the channel that has most of it, and its correlation with the channels of --eog (both from 1 to 10 Hz) and --ecg\n"
             "(8 to 16 Hz), and then the stage that takes those out which stand out, for a config. What was learnt from recordings is\n"
             "training on them: learnt_from says which, and a run that tests on them is refused. Learn from recordings that are not\n"
             "tested on, or from each recording for itself.",
    .examples = examples, .opts = opts, .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
