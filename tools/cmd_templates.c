/* baleen templates TABLE OUT FILE...: what is marked in recordings, cut out of their spectrograms: a bank of templates for
 * the stage and the summary template_match. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/recording.h"
#include "baleen/stage_chain.h"
#include "baleen/text.h"
#include "command.h"
#include "convert.h"
#include "outputs.h"
#include "stacked.h"

enum { BLOCK = 16384 };

static const char *const none[] = {"none", NULL};
static const char *const words[] = {"auto", "raven", "audacity", "csv", "bids", "hypnogram", NULL};

typedef struct params {
  char *stages, *channel, *label_column;
  bl_texts only;
  bl_word mask;
  int from; /* bl_annotation_format */
} params;
/* clang-format off */
static const bl_opt opts[] = {
    {"stages", BL_OPT_TEXT, offsetof(params, stages), NULL, 0, 0, BL_OPT_NEEDED, NULL, "", "what makes the spectrogram, as it stands before template_match in the config: '[{stft: {n_fft: 256, output: power}}, db]'", NULL},
    BL_TEXTS(params, only, NULL, "labels to cut, or patterns of them (call*); may be given again; not given: all"),
    BL_TEXT(params, channel, NULL, "the channel to cut from, by its name; not given: the first"),
    BL_WORD(params, mask, "none", none, -100, 100, 0, "", "templates of 0 and 1: 1 where a value is above its mean by this many standard deviations; moby took 0.5"),
    BL_ENUM(params, from, "auto", words, "format of TABLE; auto: by its first line"),
    BL_TEXT(params, label_column, NULL, "the column with the labels; not given: what such tables usually have"), BL_OPT_END};
/* clang-format on */

/* One template in the making: frames [frame][bin], of the bins first .. first + height - 1. */
typedef struct cut {
  const bl_annotation *from;
  const char *file;
  size_t first, height, width, cap;
  float *v;
} cut;

typedef struct work {
  const params *p;
  bl_annotations table;
  cut *cuts; /* as many as there may be */
  size_t n;
  bl_texts files; /* those that something was cut from */
} work;

static bool is_wanted(const params *p, const bl_annotation *a)
{
  bool label = !p->only.n;
  for (size_t i = 0; !label && i < p->only.n; i++) label = bl_text_glob_plain(p->only.v[i], a->label);
  return label;
}

/* The bins from low_hz to high_hz, or all where they are not told. */
static bl_status find_bins(bl_ctx *ctx, const bl_stream *s, cut *c)
{
  double lo = isnan(c->from->low_hz) ? -INFINITY : c->from->low_hz;
  double hi = isnan(c->from->high_hz) ? INFINITY : c->from->high_hz;
  c->first = 0;
  c->height = s->n_bins;
  if (!s->bin_hz) return BL_OK;
  while (c->height && s->bin_hz[c->first] < lo) c->first++, c->height--;
  while (c->height && s->bin_hz[c->first + c->height - 1] > hi) c->height--;
  if (c->height) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "templates: %s: '%s' at %g s, %g to %g Hz, holds no bin; those there are lie at %g to %g Hz", c->file,
                 c->from->label, c->from->onset_s, lo, hi, s->bin_hz[0], s->bin_hz[s->n_bins - 1]);
}

/* What is to be cut from this recording. */
static bl_status choose(bl_ctx *ctx, work *w, const char *path, bool alone, const bl_stream *s)
{
  bl_status status = BL_OK;
  size_t before = w->n;
  for (size_t i = 0; !status && i < w->table.n; i++) {
    const bl_annotation *a = &w->table.v[i];
    bool mine = a->file ? bl_annotation_names(a->file, path) : alone;
    if (!mine || !is_wanted(w->p, a)) continue;
    w->cuts[w->n] = (cut){.from = a, .file = path};
    status = find_bins(ctx, s, &w->cuts[w->n]);
    if (!status) w->n++;
  }
  if (!status && w->n > before) status = bl_texts_add(ctx, &w->files, path);
  return status;
}

/* A frame at t_s goes to every template that it lies in. */
static bl_status take_frame(bl_ctx *ctx, work *w, size_t first, double t_s, const float *x)
{
  bl_status s = BL_OK;
  for (size_t i = first; !s && i < w->n; i++) {
    cut *c = &w->cuts[i];
    void *v = c->v;
    if (t_s < c->from->onset_s - 1e-9 || t_s > c->from->onset_s + c->from->duration_s + 1e-9) continue;
    s = bl_grow(ctx, &v, &c->cap, (c->width + 1) * c->height, sizeof *c->v, "a template");
    c->v = v;
    if (!s) memcpy(c->v + c->width++ * c->height, x + c->first, c->height * sizeof *x);
  }
  return s;
}

/* One run of the recording through the stages; `first` is the first template of this recording. */
static bl_status take_run(bl_ctx *ctx, work *w, bl_recording *rec, size_t stream, const bl_stretch *run,
                          bl_stage_chain *chain, size_t channel, size_t first)
{
  const bl_stream *s = bl_stage_chain_out(chain);
  float *block = bl_calloc(ctx, BLOCK, rec->streams[stream].n_channels * sizeof *block);
  bl_status status = block ? BL_OK : bl_fail_nomem(ctx, "templates");
  uint64_t frame = 0;
  bl_stage_chain_reset(chain);
  for (uint64_t at = 0; !status && at <= run->n; at += BLOCK) {
    const float *y = NULL;
    size_t got = 0, n_y = 0, n = run->n - at < BLOCK ? (size_t)(run->n - at) : BLOCK;
    status = bl_recording_read(ctx, rec, stream, run->first + at, n, block, &got);
    if (!status) status = bl_stage_chain_push(ctx, chain, block, got, &y, &n_y);
    for (int end = 0; !status && end < 2; end++) {
      for (size_t i = 0; !status && i < n_y; i++, frame++)
        status = take_frame(ctx, w, first, run->start_s + s->start_s + (double)frame / s->rate_hz,
                            y + (i * s->n_channels + channel) * s->n_bins);
      if (end || at + BLOCK <= run->n) break;
      if (!status) status = bl_stage_chain_finish(ctx, chain, &y, &n_y);
    }
    if (!status) status = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, block);
  return status;
}

static bl_status no_frame(bl_ctx *ctx, const cut *c, const bl_recording *rec, const bl_stream *s)
{
  const bl_annotation *a = c->from;
  if (a->onset_s > rec->duration_s)
    return bl_fail(ctx, BL_E_RANGE, "templates: %s: '%s' at %g s lies behind the recording's end, at %g s", c->file,
                   a->label, a->onset_s, rec->duration_s);
  return bl_fail(ctx, BL_E_RANGE, "templates: %s: '%s' at %g s, %g s long, holds no frame; they are %g s apart",
                 c->file, a->label, a->onset_s, a->duration_s, 1 / s->rate_hz);
}

static bl_status cut_from(bl_ctx *ctx, work *w, const char *path, bool alone)
{
  bl_recording *rec = NULL;
  bl_stage_chain *chain = NULL;
  size_t channel = 0, first = w->n;
  bl_convert how = {.who = "templates", .stages = w->p->stages};
  bl_status s = bl_convert_open(ctx, path, (double)NAN, &how, &rec, &chain);
  if (!s && w->p->channel) s = bl_convert_channel(ctx, "templates", bl_stage_chain_out(chain), w->p->channel, &channel);
  if (!s) s = choose(ctx, w, path, alone, bl_stage_chain_out(chain));
  for (size_t r = 0; !s && w->n > first && r < rec->streams[how.stream].n_runs; r++)
    s = take_run(ctx, w, rec, how.stream, &rec->streams[how.stream].runs[r], chain, channel, first);
  for (size_t i = first; !s && i < w->n; i++)
    if (!w->cuts[i].width) s = no_frame(ctx, &w->cuts[i], rec, bl_stage_chain_out(chain));
  bl_stage_chain_free(ctx, chain);
  bl_recording_close(ctx, rec);
  return s;
}

/* Values become 1 where they are above mean + by sd, else 0. */
static void make_mask(cut *c, double by)
{
  size_t n = c->width * c->height;
  double mean = 0, squares = 0;
  for (size_t i = 0; i < n; i++) mean += (double)c->v[i] / (double)n;
  for (size_t i = 0; i < n; i++) squares += ((double)c->v[i] - mean) * ((double)c->v[i] - mean);
  double limit = mean + by * sqrt(squares / (double)n);
  for (size_t i = 0; i < n; i++) c->v[i] = (double)c->v[i] > limit;
}

static bl_status write_bank(bl_ctx *ctx, const work *w, const char *path)
{
  size_t rows = 0, widest = 0, at = 0;
  for (size_t i = 0; i < w->n; i++) {
    rows += w->cuts[i].height;
    if (w->cuts[i].width > widest) widest = w->cuts[i].width;
  }
  float *v = bl_calloc(ctx, rows, (widest + 3) * sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "templates");
  for (size_t i = 0; i < w->n; i++)
    for (size_t b = 0; b < w->cuts[i].height; b++, at++) {
      const cut *c = &w->cuts[i];
      float *row = v + at * (widest + 3);
      row[0] = (float)i;
      row[1] = (float)(c->first + b);
      row[2] = (float)c->width;
      for (size_t f = 0; f < c->width; f++) row[3 + f] = c->v[f * c->height + b];
    }
  bl_status s = bl_npy_write(ctx, path, &(bl_cmat){.v = v, .rows = rows, .cols = widest + 3, .stride = widest + 3});
  bl_free(ctx, v);
  return s;
}

/* What was cut, and the line that a config needs. */
static bl_status tell(bl_ctx *ctx, const work *w, const char *out)
{
  for (size_t i = 0; i < w->n; i++) {
    const cut *c = &w->cuts[i];
    printf("template%zu: %s at %g s of %s, bins %zu to %zu, %zu frames\n", i,
           *c->from->label ? c->from->label : "no label", c->from->onset_s, bl_path_base(c->file), c->first,
           c->first + c->height - 1, c->width);
  }
  bl_buf path = {0};
  bl_status s = bl_flow_print_scalar(ctx, out, &path);
  if (!s) printf("template_match: {templates: %s", bl_buf_text(&path));
  if (!s) s = stacked_print_recordings(ctx, "cut_from", &w->files);
  if (!s) printf("}\n");
  bl_buf_free(ctx, &path);
  return s;
}

static bl_status carry_out(bl_ctx *ctx, work *w, const bl_texts *args)
{
  const char *table = args->v[0], *out = args->v[1];
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < args->n; i++)
    if (i != 1) s = bl_output_check(ctx, "templates", args->v[i], out);
  if (!s) s = bl_output_has_place(ctx, "templates", out);
  const bl_annotation_reading how = {.format = (bl_annotation_format)w->p->from, .label_column = w->p->label_column};
  if (!s) s = bl_annotations_read_as(ctx, table, &how, &w->table);
  if (!s && !(w->cuts = bl_calloc(ctx, w->table.n * (args->n - 2) + 1, sizeof *w->cuts)))
    s = bl_fail_nomem(ctx, "templates");
  for (size_t i = 2; !s && i < args->n; i++) s = cut_from(ctx, w, args->v[i], args->n == 3);
  if (!s && !w->n)
    s = bl_fail(ctx, BL_E_CONFIG,
                "templates: %s marks nothing that is wanted in these recordings; look at its files and "
                "labels, or at --only",
                table);
  for (size_t i = 0; !s && w->p->mask.word < 0 && i < w->n; i++) make_mask(&w->cuts[i], w->p->mask.real);
  return s ? s : write_bank(ctx, w, out);
}

static int run(bl_ctx *ctx, const void *pp, const bl_texts *args, bl_status *status)
{
  work w = {.p = pp};
  *status = carry_out(ctx, &w, args);
  if (!*status) *status = tell(ctx, &w, args->v[1]);
  for (size_t i = 0; i < w.n; i++) bl_free(ctx, w.cuts[i].v);
  bl_free(ctx, w.cuts);
  bl_texts_free(ctx, &w.files);
  bl_annotations_free(ctx, &w.table);
  return *status ? bl_exit_of(*status) : BL_EXIT_OK;
}

static const char *const examples[] = {
    "baleen templates calls.txt bank.npy deck.wav --only upcall --stages '[{stft: {n_fft: 256, output: power}}, db]'",
    "baleen templates calls.csv bank.npy *.wav --mask 0.5 --stages '[{stft: {n_fft: 256, output: power}}, db, {local_contrast: {bins: 17}}]'",
    NULL};

/* clang-format off */
const bl_command bl_command_templates = {
    .name = "templates", .summary = "cut marked calls out of spectrograms, as templates for template_match", .arguments = "TABLE OUT FILE...",
    .min_args = 3, .max_args = (size_t)-1,
    .about = "TABLE is a table of annotations about the recordings; of one recording it need not name it. Each annotation gives the frames of\n"
             "its time and the bins from its lowest to its highest frequency (all, where it tells none), as the stages put them out. OUT is\n"
             "a .npy file, a row for each bin: number of the template, bin, frames, values. What is cut from a recording is learnt from it:\n"
             "the line that is printed for the config says so by cut_from, and a split that tests on these recordings is refused.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
/* clang-format on */
