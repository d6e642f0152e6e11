/* plot_private.h: what the pictures of recordings share: which part of which stream is shown, read once in blocks. */
#ifndef BALEEN_PLOT_PRIVATE_H
#define BALEEN_PLOT_PRIVATE_H

#include "baleen/recording.h"
#include "baleen/report.h"
#include "baleen/stage_chain.h"
#include "gnuplot.h"
#include "sink.h"

enum { BL_PLOT_COLUMNS = 1600, BL_PLOT_BINS = 512, BL_PLOT_CHANNELS = 20, BL_PLOT_MOST = 512 };

typedef struct bl_plot {
  bl_ctx *ctx;
  const bl_plotting *how;
  bl_annotations marks; /* inside the recording, and of tables */
  double f_min, f_max;  /* the band, in Hz */
  bl_recording *rec;
  size_t stream;
  const bl_rec_stream *st;
  double from_s, to_s;
  double n_frames;                          /* in the span, gaps left out */
  size_t channel[BL_PLOT_MOST], n_channels; /* shown, as indices of the stream's */
  bool mixed;                               /* all channels of a sound are averaged to one */
  const char *unit;                         /* as written: "µV" */
  double time_scale;                        /* seconds of one unit of the time axis */
  const char *time_unit;
  bool svg;
  double scale; /* of a PNG: pixels a unit of the SVG */
  char *folder; /* where script and data lie while gnuplot draws */
} bl_plot;

/* A stretch of a recording that is open; scale: pixels of a PNG a unit of the SVG (bl_plot_recording() has 1.5). */
bl_status bl_plot_opened(bl_ctx *ctx, bl_recording *rec, const bl_plotting *how, double scale,
                         const char *out) BL_MUST_CHECK;

/* Frames [n][channels shown] (one channel when mixed); time_s is that of the first. */
typedef bl_status (*bl_plot_block_fn)(void *user, bl_ctx *ctx, double time_s, const float *x, size_t n);
/* begin is true when a contiguous stretch begins at time_s, false when it ends. */
typedef bl_status (*bl_plot_stretch_fn)(void *user, bl_ctx *ctx, double time_s, bool begin);
bl_status bl_plot_read(const bl_plot *p, bl_plot_stretch_fn on_stretch, bl_plot_block_fn on_block,
                       void *user) BL_MUST_CHECK;
static inline size_t bl_plot_width(const bl_plot *p) { return p->mixed ? 1 : p->n_channels; }

/* Lowest and highest value of each channel in each column of the picture. */
typedef struct bl_envelope {
  size_t columns, width;
  float *lo, *hi;                /* [columns][width]; lo > hi: nothing there */
  double *sum, *squares, *count; /* [width], of finite samples */
} bl_envelope;
bl_status bl_envelope_new(const bl_plot *p, size_t columns, bl_envelope *out) BL_MUST_CHECK;
void bl_envelope_add(const bl_plot *p, bl_envelope *e, double time_s, const float *x, size_t n);
void bl_envelope_free(bl_ctx *ctx, bl_envelope *e);
/* Lines up and down between the extremes of each column, (value - offset) * scale + shift; blank lines at gaps. */
void bl_envelope_lines(const bl_plot *p, const bl_envelope *e, size_t channel, double offset, double scale,
                       double shift, bl_sink *k);

/* Power density by the stft stage, frame by frame, one stretch after another. */
typedef void (*bl_spectrum_fn)(void *user, double time_s, const float *frame);
typedef struct bl_spectrum {
  bl_stage_chain *chain;
  const bl_stream *frames; /* what it puts out */
  double stretch_s, seen;  /* where the stretch began, frames it gave */
  bl_spectrum_fn on_frame;
  void *user;
} bl_spectrum;
bl_status bl_spectrum_new(const bl_plot *p, size_t n_fft, size_t hop, bool center, bl_spectrum *out) BL_MUST_CHECK;
bl_status bl_spectrum_stretch(bl_ctx *ctx, bl_spectrum *s, double time_s, bool begin) BL_MUST_CHECK;
bl_status bl_spectrum_push(bl_ctx *ctx, bl_spectrum *s, const float *x, size_t n) BL_MUST_CHECK;
void bl_spectrum_free(bl_ctx *ctx, bl_spectrum *s);
/* n frames of power density, [n][width of the spectrum], to dB in place by the db stage. */
bl_status bl_spectrum_db(bl_ctx *ctx, const bl_spectrum *s, float *v, size_t n) BL_MUST_CHECK;

/* The same of any list of stages, in flow text or by a preset's name. */
bl_status bl_spectrum_of_stages(const bl_plot *p, const char *stages, bl_spectrum *out) BL_MUST_CHECK;
/* Colours reach from the 5th percentile of what is finite, so that the noise floor stays dark, to the quantile `most`, 1
 * being the maximum. */
bl_status bl_plot_colour_range(bl_ctx *ctx, const float *v, size_t n, double most, double *lo,
                               double *hi) BL_MUST_CHECK;
/* Where a frequency lies among the rows of an image, between two of them as a rule; NAN where rows have none. */
double bl_plot_row_of(const bl_stream *f, size_t rows, double hz);
/* From which row to which the plot's band reaches: all, where they have no frequencies in it. */
void bl_plot_rows_shown(const bl_plot *p, const bl_stream *f, size_t rows, double *lo, double *hi);
/* The axis of rows 0 .. rows - 1, which are bins of f, cut to the plot's band where they have frequencies. */
void bl_plot_row_axis(const bl_plot *p, const bl_stream *f, size_t rows, bl_sink *k);
/* The waveform, in the upper part of the picture. */
void bl_plot_wave_panel(const bl_plot *p, const bl_envelope *e, bl_sink *k);

/* Commands for the marks of the recording's annotations. */
void bl_plot_marks(const bl_plot *p, bl_sink *k, bool named);
/* The text "name, format, rate, channels" in quotes. */
void bl_plot_title(const bl_plot *p, bl_sink *k);
/* BL_E_NONFINITE: no sample of what was to be drawn is finite. */
bl_status bl_plot_nothing(const bl_plot *p) BL_MUST_CHECK;
/* The colours of a name, as gnuplot's command; NULL: there are none such. */
const char *bl_plot_palette(const char *name);
bl_status bl_plot_write(const bl_plot *p, const char *name, const void *bytes, size_t n) BL_MUST_CHECK;

/* Each writes its data into the folder and adds what draws them; the terminal is set by the caller. *width and
 * *height in the units of an SVG. */
bl_status bl_plot_sound(const bl_plot *p, bl_sink *script, int *width, int *height) BL_MUST_CHECK;
bl_status bl_plot_stages(const bl_plot *p, bl_sink *script, int *width, int *height) BL_MUST_CHECK;
bl_status bl_plot_maps(const bl_plot *p, bl_sink *script, int *width, int *height) BL_MUST_CHECK;
bl_status bl_plot_channels(const bl_plot *p, bl_sink *script, int *width, int *height) BL_MUST_CHECK;

#endif
