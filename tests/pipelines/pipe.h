/* pipe.h: configs from a text, beside recordings and tables in a folder of the test's own. */
#ifndef BL_TEST_PIPE_H
#define BL_TEST_PIPE_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/annotation.h"
#include "baleen/predictor.h"
#include "baleen/recording_write.h"
#include "baleen/run.h"
#include "tree.h"

static inline bl_status pipe_config(bl_ctx *ctx, const char *text, bl_config *out)
{
  char path[600];
  snprintf(path, sizeof path, "%s/t.yaml", tree_root());
  return bl_config_parse(ctx, path, text, strlen(text), NULL, out);
}

static inline bl_status pipe_extract(bl_ctx *ctx, void *config)
{
  bl_extraction x;
  bl_status s = bl_extract(ctx, config, &x);
  bl_extraction_free(ctx, &x);
  return s;
}

/* Every allocation of an extraction made to fail in turn. */
static inline void pipe_extract_failing(const char *text)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_every_allocation_failing(pipe_extract, &c);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Noise of high entropy, 2^32 states of a linear congruence (Knuth), with a tone in it. */
static inline void pipe_wav(const char *name, double rate_hz, size_t channels, size_t frames, uint32_t seed,
                            double tone_hz)
{
  float *v = calloc(frames * channels + 1, sizeof *v);
  if (!v) abort();
  for (size_t i = 0; i < frames * channels; i++) {
    seed = seed * 1664525u + 1013904223u;
    double noise = (double)seed / 4294967296.0 - 0.5, t = (double)(i / channels) / rate_hz;
    v[i] = (float)(0.2385 * noise + (tone_hz > 0 ? 0.3 * sin(6.283185307179586 * tone_hz * t) : 0));
  }
  tree_wav(name, rate_hz, channels, frames, v);
  free(v);
}

/* An EDF+ file of n samples of channel Cz, in uV between -100 and 100, with annotations. */
static inline void pipe_edf(bl_ctx *ctx, const char *name, double rate_hz, const float *v, size_t n,
                            const bl_annotation *own, size_t n_own)
{
  static const char *const names[] = {"Cz"}, *const units[] = {"uV"};
  static const double lo = -100, hi = 100;
  char path[700];
  bl_annotations a = {0};
  bl_writer *w;
  for (size_t i = 0; i < n_own; i++) check_ok(ctx, bl_annotations_add(ctx, &a, &own[i]));
  bl_write_spec spec = {.format = BL_WRITE_EDF,
                        .rate_hz = rate_hz,
                        .n_frames = n,
                        .n_channels = 1,
                        .names = names,
                        .units = units,
                        .lo = &lo,
                        .hi = &hi,
                        .annotations = &a};
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  check_ok(ctx, bl_writer_open(ctx, path, &spec, &w));
  check_ok(ctx, bl_writer_push(ctx, w, v, n));
  check_ok(ctx, bl_writer_done(ctx, w));
  bl_writer_free(ctx, w);
  bl_annotations_free(ctx, &a);
}

/* Eight recordings of two classes in two folders, a second each. */
static inline void pipe_eight(void)
{
  for (uint32_t i = 0; i < 8; i++) {
    char name[40];
    snprintf(name, sizeof name, "%s/%u.wav", i % 2 ? "song" : "hum", i);
    pipe_wav(name, 8000, 1, 8000, 77 + i, i % 2 ? 1200 + 31 * i : 300 + 17 * i);
  }
}
#define PIPE_EIGHT "source: {files: {recordings: ['hum/*.wav', 'song/*.wav'], labels: folder}}\n"
#define PIPE_MEL                                                                                                       \
  "features: {f: {stages: [{stft: {n_fft: 256, center: false}}, power, {mel: {n_mels: 5}}, db], summaries: [mean, std]}}\n"

/* What bl_predict_files() writes, into the bl_buf `to`. */
static inline bl_status append_text(void *to, bl_ctx *ctx, const char *text, size_t n)
{
  return bl_buf_add(ctx, to, text, n);
}

#endif
