/* baleen bads FILE...: tells which channels are bad, and prints the stage that makes them anew. */
#include "baleen/bads.h"

#include <math.h>
#include <stdio.h>

#include "baleen/dataset.h"
#include "command.h"
#include "stacked.h"

typedef struct params {
  char *stages;
  bl_texts pick;
  bl_word rate_hz;
  bl_bads_params bads;
} params;
static const char *const automatic[] = {"auto", NULL};
/* clang-format off */
static const bl_opt opts[] = {
    BL_TEXTS(params, pick, NULL, "a channel to look at, by its name behind the stages; may be given again; none: all of type eeg"),
    BL_TEXT(params, stages, NULL, "stages to pass through first, as in a config: '[{fir: {l_freq: 1}}, notch]'; slow drifts and mains decide else"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to take, where recordings have several rates"),
    BL_BADS_OPTS(params, bads),
    BL_OPT_END};
/* clang-format on */

/* "12.34", or "-" of what was not measured. */
static void print_number(double x, const char *unit, int width)
{
  if (isnan(x)) printf("  %*s", width, "-");
  else printf("  %*.2f%s", width - (*unit != 0), x, unit);
}

static void print_table(const bl_stream *of, const bl_bad_channel *ch)
{
  printf("%10s  %9s  %9s  %12s  %9s\n", "channel", "deviation", "noise", "uncorrelated", "ransac");
  for (size_t c = 0; c < of->n_channels; c++) {
    printf("%10s", of->channels.v[c]);
    print_number(ch[c].deviation, "", 9);
    print_number(ch[c].noise, "", 9);
    print_number(100 * ch[c].uncorrelated, "%", 12);
    print_number(100 * ch[c].alone, "%", 9);
    printf("%s%s\n", ch[c].bad ? "  bad" : "", ch[c].flat ? ", flat" : "");
  }
}

static bl_status print_stage(bl_ctx *ctx, const bl_stream *of, const bl_bad_channel *ch)
{
  size_t n = 0;
  bl_buf list = {0};
  bl_status s = BL_OK;
  for (size_t c = 0; !s && c < of->n_channels; c++) {
    if (!ch[c].bad) continue;
    if (n++) s = bl_buf_puts(ctx, &list, ", ");
    if (!s) s = bl_flow_print_scalar(ctx, of->channels.v[c], &list);
  }
  if (!s && n) printf("\n- interpolate: {bads: [%s]}\n", bl_buf_text(&list));
  if (!s && !n) printf("\nno channel is bad\n");
  bl_buf_free(ctx, &list);
  return s;
}

/* The channels that were chosen, as a stream of their own. */
static bl_status stream_of(bl_ctx *ctx, const stacked *g, const size_t *index, size_t n, bl_texts *units, bl_stream *of)
{
  bl_status s = BL_OK;
  *of = (bl_stream){.rate_hz = g->of.rate_hz, .source_rate_hz = g->of.rate_hz, .n_channels = n, .n_bins = 1};
  for (size_t i = 0; !s && i < n; i++) s = bl_texts_add(ctx, &of->channels, g->of.channels.v[index[i]]);
  of->units = *units;
  *units = (bl_texts){0};
  return s;
}

static bl_status look(bl_ctx *ctx, const params *p, const stacked *g, const size_t *index, size_t n, const char *path)
{
  float *x;
  bl_texts units;
  bl_stream of = {0};
  bl_bad_channel *ch = bl_calloc(ctx, n, sizeof *ch);
  bl_status s = stacked_columns(ctx, g, index, n, &x, &units);
  if (!s && !ch) s = bl_fail_nomem(ctx, "bads");
  if (!s) s = stream_of(ctx, g, index, n, &units, &of);
  if (!s) s = bl_bads_find(ctx, &p->bads, &of, x, g->n, ch);
  if (!s) {
    printf("%s: %zu channels, %.1f s\n", path, n, (double)g->n / g->of.rate_hz);
    print_table(&of, ch);
    s = print_stage(ctx, &of, ch);
  }
  bl_free(ctx, ch);
  bl_free(ctx, x);
  bl_texts_free(ctx, &units);
  bl_stream_free(ctx, &of);
  return s;
}

static bl_status one(bl_ctx *ctx, const params *p, char *path)
{
  bl_texts file = {.v = &path, .n = 1};
  stacked g = {0};
  size_t n = 0, *index = NULL;
  bl_status s = stacked_read(ctx, "bads", p->stages, p->rate_hz, &file, &g);
  if (!s && !(index = bl_calloc(ctx, g.of.n_channels + p->pick.n, sizeof *index))) s = bl_fail_nomem(ctx, "bads");
  if (!s) s = stacked_choose_eeg(ctx, "bads", &g, &p->pick, index, &n);
  if (!s) s = look(ctx, p, &g, index, n, path);
  bl_free(ctx, index);
  stacked_free(ctx, &g);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < args->n; i++) {
    if (i) printf("\n");
    s = one(ctx, p, args->v[i]);
  }
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {
    "baleen bads S001R01.edf --stages '[{rename: {strip: \".\"}}, {fir: {l_freq: 1}}]'",
    "baleen bads night1.edf night2.edf --pick Fz --pick Cz --pick Pz --ransac false", NULL};

/* clang-format off */
const bl_command bl_command_bads = {
    .name = "bads", .summary = "find bad channels of EEG", .arguments = "FILE...",
    .min_args = 1, .max_args = (size_t)-1,
    .about = "Each recording by itself, by the criteria of the PREP pipeline: printed are robust z-scores of each channel's amplitude and of\n"
             "what lies above 50 Hz, the share of seconds in which it goes with no other channel, and the share of windows in which the other\n"
             "channels, as draws of them foretell it by spherical splines (ransac), tell something else; and then the stage that makes bad\n"
             "channels anew, for a config. Electrodes are found by their names in the 10-5 system.",
    .examples = examples, .opts = opts, .letters = NULL, .params_size = sizeof(params), .run = run};
/* clang-format on */
