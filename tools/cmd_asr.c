/* baleen asr FILE... --out ASR.npy: learns what clean EEG looks like, and prints the stage that makes what is far louder anew. */
#include "baleen/asr.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/text.h"
#include "command.h"
#include "outputs.h"
#include "stacked.h"

typedef struct params {
  char *out, *stages;
  bl_texts pick;
  bl_word rate_hz;
  double cutoff;
  bl_asr_params asr;
} params;
static const char *const automatic[] = {"auto", NULL};
/* clang-format off */
static const bl_opt opts[] = {
    BL_TEXT(params, out, "asr.npy", "where the array goes, a .npy file"),
    BL_TEXTS(params, pick, NULL, "a channel to learn from, by its name behind the stages; may be given again; none: all of type eeg"),
    BL_TEXT(params, stages, NULL, "stages to pass through first, as in a config: '[{iir: {l_freq: 0.5}}]'; slow drifts are taken for artefacts"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to take, where recordings have several rates"),
    BL_REAL_ABOVE(params, cutoff, "20", 0, 1e6, "", "standard deviations above which a direction is an artefact, for what is printed"),
    BL_ASR_OPTS(params, asr),
    BL_OPT_END};
/* clang-format on */

static void print_table(const params *p, const stacked *g, const size_t *index, const bl_asr *asr)
{
  size_t c = asr->n_channels;
  printf("%zu channels, %.1f s, of which %.1f s are clean enough to learn from\n", c, (double)g->n / g->of.rate_hz,
         (double)asr->n_used / g->of.rate_hz);
  printf("direction  largest on   amplitude          sd       limit\n");
  for (size_t i = c; i-- > 0;) {
    size_t top = 0;
    const double *v = asr->directions + i * c;
    for (size_t k = 0; k < c; k++)
      if (fabs(v[k]) > fabs(v[top])) top = k;
    printf("%9zu  %10s  %10.4g  %10.4g  %10.4g\n", i, g->of.channels.v[index[top]], asr->mean[i], asr->sd[i],
           asr->mean[i] + p->cutoff * asr->sd[i]);
  }
}

static bl_status print_stage(bl_ctx *ctx, const params *p, const bl_texts *files, const stacked *g, const size_t *index,
                             size_t n)
{
  const bl_texts *units = &g->of.units;
  bl_buf path = {0}, unit = {0};
  char cutoff[32];
  bool known = units->v[index[0]][0];
  bl_status s = bl_flow_print_scalar(ctx, p->out, &path);
  if (!s && known) s = bl_flow_print_scalar(ctx, units->v[index[0]], &unit);
  if (!s) printf("\n- asr: {array: %s, cutoff: %s", bl_buf_text(&path), bl_format_real(p->cutoff, cutoff));
  if (!s && known) printf(", unit: %s", bl_buf_text(&unit));
  bl_buf_free(ctx, &path);
  bl_buf_free(ctx, &unit);
  if (!s) s = stacked_print_list(ctx, "channels", &g->of.channels, index, n);
  if (!s) s = stacked_print_recordings(ctx, "learnt_from", files);
  if (!s) printf("}\n");
  return s;
}

static bl_status work(bl_ctx *ctx, const params *p, const bl_texts *files, const stacked *g, const size_t *index,
                      size_t n)
{
  bl_asr asr = {0};
  bl_array packed = {0};
  bl_texts units;
  float *x;
  bl_status s = stacked_columns(ctx, g, index, n, &x, &units);
  if (!s) s = bl_asr_fit(ctx, &p->asr, x, g->n, n, g->of.rate_hz, &asr);
  if (!s) s = bl_asr_pack(ctx, &asr, &packed);
  if (!s) s = stacked_save(ctx, p->out, &packed);
  if (!s) print_table(p, g, index, &asr);
  if (!s) s = print_stage(ctx, p, files, g, index, n);
  bl_asr_free(ctx, &asr);
  bl_texts_free(ctx, &units);
  bl_free(ctx, x);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  stacked g = {0};
  bl_texts writes = {0};
  size_t n = 0, *index = NULL;
  bl_status s = bl_texts_add(ctx, &writes, p->out);
  if (!s) s = bl_outputs_check(ctx, "asr", args, &writes);
  if (!s) s = bl_output_has_place(ctx, "asr", p->out);
  if (!s) s = stacked_read(ctx, "asr", p->stages, p->rate_hz, args, &g);
  if (!s && !(index = bl_calloc(ctx, g.of.n_channels + p->pick.n, sizeof *index))) s = bl_fail_nomem(ctx, "asr");
  if (!s) s = stacked_choose_eeg(ctx, "asr", &g, &p->pick, index, &n);
  if (!s) s = work(ctx, p, args, &g, index, n);
  bl_texts_free(ctx, &writes);
  bl_free(ctx, index);
  stacked_free(ctx, &g);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {
    "baleen asr S001R01.edf --out asr.npy --stages '[{rename: {strip: \".\"}}, {iir: {l_freq: 0.5}}]'",
    "baleen asr rest1.edf rest2.edf -o asr.npy --cutoff 10 --max-bad-chans 0.2", NULL};

/* clang-format off */
const bl_command bl_command_asr = {
    .name = "asr", .summary = "learn what clean EEG looks like, for artefact subspace reconstruction", .arguments = "FILE...",
    .min_args = 1, .max_args = (size_t)-1,
    .about = "All samples of the recordings are taken together, which should be mostly clean: a minute of rest, say. Windows in which many\n"
             "channels stand out are left out. The array goes to --out; printed are directions in the channels, from the strongest on, with\n"
             "the amplitude of clean windows and the limit above which the stage takes them out, in the channels' unit behind a filter that\n"
             "weighs what artefacts are made of; and then the stage, for a config. What was learnt from recordings is training on them:\n"
             "learnt_from says which, and a run that tests on them is refused.",
    .examples = examples, .opts = opts, .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
