/* report.h: pictures by gnuplot and one self-contained HTML page. */
#ifndef BALEEN_REPORT_H
#define BALEEN_REPORT_H

#include "baleen/run.h"

/* Draws what the results hold into `folder` (roc.svg/.png, confusion_<learner>.svg/.png, folds, by, scores ...; scripts
 * and data stay beside them in plots/) and writes report.html there: tables, pictures inlined, no network, print style,
 * dark mode. The first report.n_shown of each list of mistakes are opened again: mistakes/row_<n>.png shows the row's
 * stretch (spectrogram, or traces) and row_<n>.wav lets a sound be heard; n counts the rows of rows.csv from 0. One that
 * cannot be opened any more is BL_W_SKIPPED. gnuplot missing: BL_W_SKIPPED and a report without pictures. */
bl_status bl_report_write(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                          const bl_results *r, const char *folder) BL_MUST_CHECK;

/* How to draw a recording; bl_plotting_usual() is a good start. */
typedef struct bl_plotting {
  double from_s, to_s; /* span; NAN: from the beginning, to the end */
  const bl_texts
      *pick;      /* channels by name or pattern, in this order; NULL or none: the first 20 usable ones of one unit */
  double rate_hz; /* of the stream; 0: the one with the first channel picked, else with most channels */
  double f_min, f_max;   /* band in Hz; NAN: 0, and half the rate */
  size_t n_fft;          /* 0: 20 ms of sound, 2 s of others */
  double db_min, db_max; /* of the colours, or of the PSD; NAN: by what is there */
  const char *cmap;      /* viridis, magma, inferno, gray, gray_r; NULL: viridis */
  bool spectrogram;      /* of the mean of the channels, though they are no sound */
  const char *stages;    /* what to draw in the place of a spectrogram: a list of stages in flow text, or a preset;
                                  NULL: nothing else */
  const char
      *maps; /* maps of the scalp of what this summary, in flow text, makes of each channel behind the stages; NULL:
                       something else */
  const bl_texts *annotations; /* tables to draw beside what is marked inside; NULL: Raven's, if it lies beside */
  bool quiet;                  /* no progress is told: of many short pictures it would only fill the screen */
} bl_plotting;
bl_plotting bl_plotting_usual(void);
/* `baleen plot`: one recording drawn into `out` (.png or .svg by its ending). Sound: waveform and spectrogram; EEG:
 * channels over time and their PSD, of what is finite. Long files are thinned by min/max per pixel. BL_E_CONFIG when no
 * channel is called so, when channels of several units are picked, or an option has no effect; BL_E_RANGE when the span
 * or the band is empty; BL_E_NONFINITE when there is no finite sample to draw. */
bl_status bl_plot_recording(bl_ctx *ctx, const char *path, const bl_plotting *how, const char *out) BL_MUST_CHECK;

#endif
