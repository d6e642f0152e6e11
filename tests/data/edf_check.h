/* edf_check.h: a file of edf_builder.h against what the reader makes of it. */
#ifndef BL_TEST_EDF_CHECK_H
#define BL_TEST_EDF_CHECK_H

#include "baleen/recording.h"
#include "edf_builder.h"

static inline bl_recording *open_ok(bl_ctx *ctx, const char *path)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  return rec;
}

static inline double number(const char *text)
{
  char buf[32];
  snprintf(buf, sizeof buf, "%s", text);
  for (char *c = buf; *c; c++)
    if (*c == ',') *c = '.';
  return atof(buf);
}

/* All samples of all channels against the scale formula. Channels are matched by label, in order. */
static inline void check_samples(bl_ctx *ctx, bl_recording *rec, const edf_spec *e)
{
  for (size_t s = 0; s < rec->n_streams; s++) {
    bl_rec_stream *st = &rec->streams[s];
    float *v = malloc((size_t)st->n_frames * st->n_channels * sizeof *v + 1);
    size_t got, c = 0;
    check_ok(ctx, bl_recording_read(ctx, rec, s, 0, (size_t)st->n_frames, v, &got));
    assert_int_equal(got, st->n_frames);
    for (size_t i = 0; i < e->n; i++) {
      const edf_sig *g = &e->sig[i];
      size_t spr = (size_t)atol(edf_or(g->spr, "10"));
      double record_s = e->duration ? number(e->duration) : 1;
      if (!(record_s > 0)) record_s = 1;
      if (edf_is_annotation(g) || !spr || (double)spr / record_s != st->rate_hz) continue;
      double pmin = number(edf_or(g->pmin, "-312.7")), pmax = number(edf_or(g->pmax, "298.31"));
      double dmin = number(edf_or(g->dmin, e->bdf ? "-8388608" : "-32768"));
      double dmax = number(edf_or(g->dmax, e->bdf ? "8388607" : "32767"));
      double cal = (pmax - pmin) / (dmax - dmin), off = pmin - dmin * cal;
      bool status = e->bdf && g->label && !strcmp(g->label, "Status");
      if (st->channels[c].unusable) cal = 1, off = 0;
      for (size_t k = 0; k < st->n_frames; k++) {
        int32_t digital = edf_digital(e, i, k);
        float want = (float)(digital * cal + off), have = v[k * st->n_channels + c];
        if (status) {
          want = (float)(digital & 0xffff);
          assert_int_equal((int)v[k * st->n_channels + c + 1], digital >> 16 & 0xff);
        }
        if (memcmp(&want, &have, sizeof want))
          fail_msg("signal %zu, sample %zu: %.9g, want %.9g", i, k, (double)have, (double)want);
      }
      c += status ? 2 : 1;
    }
    assert_int_equal(c, st->n_channels);
    free(v);
  }
}

static inline bool has_note(const bl_recording *rec, const char *part)
{
  for (size_t i = 0; i < rec->notes.n; i++)
    if (strstr(rec->notes.v[i], part)) return true;
  return false;
}

#endif
