/* csv_signal.h: signals as text: a line a frame, a column a channel. Private to the data layer.
 *
 * Comma, semicolon or tab, whichever the first line has most of; lines that begin with # and blank ones are passed
 * over. The first line names the columns unless all its fields are numbers; "Cz (uV)" or "Cz [uV]" is a name and a
 * unit. Where fields are not parted by commas, a comma is a decimal point. An empty field, NA or nan is NaN. A column
 * time_s (also time, t, seconds; or time_ms) gives times instead of a channel. */
#ifndef BL_DATA_CSV_SIGNAL_H
#define BL_DATA_CSV_SIGNAL_H

#include "reader_util.h"

typedef struct bl_csv_signal {
  bl_texts names; /* of the channels; none without a header */
  size_t n_channels;
  uint64_t n_frames;
  float *v;         /* [frame][channel] */
  double *time_s;   /* per frame, ascending; NULL: no such column */
  double step_s;    /* to which the times are written: 0.001 for three digits; 0: not known */
  bool loses_steps; /* of a column, one in ten samples that differ from the one before comes out as the same float32 */
  bool is_latin1;   /* a name was no UTF-8, and taken as Latin-1 */
} bl_csv_signal;
/* BL_E_FORMAT names file and line. */
bl_status bl_csv_signal_parse(bl_ctx *ctx, const char *name, const char *text, size_t n,
                              bl_csv_signal *out) BL_MUST_CHECK;
void bl_csv_signal_free(bl_ctx *ctx, bl_csv_signal *s);

/* The clock of ascending times: a step of more than 1.5 median steps begins a new run; the rate is that of the steps
 * within runs, or the whole number of hertz that the digits of the times cannot tell from it. */
typedef struct bl_clock {
  double rate_hz; /* 0: fewer than two frames */
  double stray_s; /* the farthest that a time lies from where the rate puts it */
  bl_begin *runs; /* behind the first */
  size_t n_runs;
} bl_clock;
bl_status bl_clock_infer(bl_ctx *ctx, const bl_csv_signal *s, bl_clock *out) BL_MUST_CHECK;

#endif
