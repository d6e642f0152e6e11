/* baleen plot FILE: a recording as a picture. */
#include <math.h>
#include <stdio.h>

#include "baleen/report.h"
#include "baleen/text.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  char *out, *stages, *maps;
  bl_word from, to, rate_hz, f_min, f_max, n_fft, db_min, db_max;
  bl_texts pick, annotations;
  int cmap;
  bool spectrogram;
} params;
static const char *const edge[] = {"edge", NULL}, *const automatic[] = {"auto", NULL};
static const char *const maps[] = {"auto", "viridis", "magma", "inferno", "gray", "gray_r", NULL};
/* clang-format off */
static const bl_opt opts[] = {
    BL_TEXT(params, out, NULL, "picture to write, .png or .svg; not given: <recording>.png in the current folder"),
    BL_WORD(params, from, "edge", edge, 0, 1e9, 0, "s", "where to begin"),
    BL_WORD(params, to, "edge", edge, 0, 1e9, 0, "s", "where to end"),
    BL_TEXTS(params, pick, NULL, "a channel to show, by its name or a pattern ('EEG*'); may be given again; not given: the first 20 of one unit"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to show; auto: the one with the first channel picked, else with most channels"),
    BL_WORD(params, f_min, "auto", automatic, 0, 1e9, 0, "Hz", "lowest frequency shown; auto: 0"),
    BL_WORD(params, f_max, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "highest frequency shown; auto: half the rate"),
    BL_WORD(params, n_fft, "auto", automatic, 8, 16384, 0, "samples", "window of the spectra, a whole number; auto: 20 ms of sound, 2 s of others"),
    BL_WORD(params, db_min, "auto", automatic, -1e4, 1e4, 0, "dB", "power density where the colours, or the spectrum's axis, begin; auto: by what is there"),
    BL_WORD(params, db_max, "auto", automatic, -1e4, 1e4, 0, "dB", "power density where they end"),
    BL_ENUM(params, cmap, "auto", maps, "colours of a spectrogram; auto: viridis"),
    BL_BOOL(params, spectrogram, "false", "waveform and spectrogram of the channels' mean, also where they are no sound"),
    BL_TEXT(params, stages, NULL, "draw what these stages make of the channels' mean, in place of the spectrogram: \"[stft, power, mel, db]\", or a preset's name"),
    BL_TEXT(params, maps, NULL, "maps of the scalp, of what this summary makes of each channel (behind the stages, if any): band_power, or \"{rms: {..}}\""),
    BL_TEXTS(params, annotations, NULL, "a table of annotations to draw; may be given again; not given: <recording>.selections.txt, if it lies beside"),
    BL_OPT_END};
/* clang-format on */

static double word_or(const bl_word *w, double other) { return w->word < 0 ? w->real : other; }

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_plotting how = {.from_s = word_or(&p->from, NAN),
                     .to_s = word_or(&p->to, NAN),
                     .pick = &p->pick,
                     .rate_hz = word_or(&p->rate_hz, 0),
                     .f_min = word_or(&p->f_min, NAN),
                     .f_max = word_or(&p->f_max, NAN),
                     .n_fft = (size_t)word_or(&p->n_fft, 0),
                     .db_min = word_or(&p->db_min, NAN),
                     .db_max = word_or(&p->db_max, NAN),
                     .cmap = p->cmap ? maps[p->cmap] : NULL,
                     .spectrogram = p->spectrogram,
                     .stages = p->stages,
                     .maps = p->maps,
                     .annotations = p->annotations.n ? &p->annotations : NULL};
  char *out = p->out ? bl_strdup(ctx, p->out) : bl_strf(ctx, "%s.png", bl_path_base(args->v[0]));
  *status = out ? bl_output_check(ctx, "plot", args->v[0], out) : bl_fail_nomem(ctx, "a path");
  if (!*status) *status = bl_plot_recording(ctx, args->v[0], &how, out);
  if (!*status) printf("%s\n", out);
  bl_free(ctx, out);
  return bl_exit_of(*status);
}

static const char *const examples[] = {
    "baleen plot data/sets/orca-calls/FO-S01.flac",
    "baleen plot night.edf --from 3600 --to 3630 -o spindle.svg",
    "baleen plot night.edf --pick C3 --spectrogram --f-max 30 --cmap magma",
    "baleen plot call.flac --stages \"[{stft: {n_fft: 512}}, power, mel, pcen]\"",
    "baleen plot call.flac --stages librosa_mfcc",
    "baleen plot rest.edf --stages \"[reference]\" --maps \"{band_power: {bands: {alpha: [8, 13]}}}\"",
    NULL};

/* clang-format off */
const bl_command bl_command_plot = {
    .name = "plot", .summary = "draw a recording: waveform and spectrogram, or channels and their spectrum", .arguments = "FILE",
    .min_args = 1, .max_args = 1, .about = "Needs gnuplot. Prints the picture's name.", .examples = examples, .opts = opts,
    .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
