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

/* `baleen plot`: one recording drawn into `out` (.png or .svg by its ending). Sound: waveform and spectrogram; EEG:
 * channels over time and their PSD. from_s/to_s: span, NAN for all (long files are thinned by min/max per pixel). */
bl_status bl_plot_recording(bl_ctx *ctx, const char *path, double from_s, double to_s, const char *out) BL_MUST_CHECK;

#endif
