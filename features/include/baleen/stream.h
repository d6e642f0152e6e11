/* stream.h: a stream is a uniform series of frames, each a dense array [channel][bin] of float32.
 *
 * A waveform has one bin at the sampling rate; a spectrogram has many at the hop rate. Blocks of frames lie in memory
 * as [frame][channel][bin]. How a stream is cut into blocks never changes a bit of what is computed from it. */
#ifndef BALEEN_STREAM_H
#define BALEEN_STREAM_H

#include <math.h>

#include "baleen/memory.h"

/* What the frames of one contiguous run are. Owned texts; copy with bl_stream_copy, free with bl_stream_free. */
typedef struct bl_stream {
  double rate_hz;   /* frames a second */
  double start_s;   /* time of frame 0 (its centre) after the run's first sample; frame i is at start_s + i/rate_hz */
  double latency_s; /* how long after its own time a frame can be known: look-ahead of all stages so far */
  double source_rate_hz; /* sampling rate of the waveform it came from (half of it is the highest frequency) */
  size_t n_channels, n_bins;
  bl_texts channels; /* n_channels names */
  bl_texts units;    /* n_channels units of the values: "uV", "FS", "uV^2/Hz", "dB" */
  bl_texts bins;     /* n_bins names ("mel_12"), or none where n_bins is 1 or frequencies name them: bl_stream_bin() */
  double *bin_hz;    /* n_bins centre frequencies in Hz, ascending, or NULL when bins are no frequencies */
  bool pairs;        /* bins are the real and the imaginary part of each frequency in turn, "re_440Hz" and "im_440Hz" */
} bl_stream;

static inline size_t bl_stream_width(const bl_stream *s) { return s->n_channels * s->n_bins; }

/* Samples at the rate of the source, none of them ahead of it: no spectrum, and not behind one. */
static inline bool bl_stream_is_waveform(const bl_stream *s)
{
  return s->n_bins == 1 && !(fabs(s->start_s) > 0) && fabs(s->rate_hz - s->source_rate_hz) <= 1e-9 * s->rate_hz;
}

/* `to` is overwritten, not freed first. On failure `to` is empty. */
bl_status bl_stream_copy(bl_ctx *ctx, const bl_stream *from, bl_stream *to) BL_MUST_CHECK;
/* Replaces the bins: of these names, or named by their frequencies when names is NULL, or unnamed when bin_hz is, too,
 * and n is 1. Both are copied. They are no pairs then. */
bl_status bl_stream_set_bins(bl_ctx *ctx, bl_stream *s, size_t n, const double *bin_hz,
                             const char *const *names) BL_MUST_CHECK;
/* Replaces every channel's unit: format holds one %s for the old unit ("%s^2", "dB re %s"), or %d for that of a difference:
 * "dB" of "dB re uV". What stands beside it is multiplied out: "%s^2" makes FS^4 of FS^2. */
bl_status bl_stream_set_units(bl_ctx *ctx, bl_stream *s, const char *format) BL_MUST_CHECK;
/* The same of one channel. */
bl_status bl_stream_set_unit(bl_ctx *ctx, bl_stream *s, size_t channel, const char *format) BL_MUST_CHECK;
/* The name of a bin, "440Hz" with up to three decimals where it is that of its frequency; "" when it has none. buf has
 * room for BL_BIN_NAME bytes. */
enum { BL_BIN_NAME = 40 };
const char *bl_stream_bin(const bl_stream *s, size_t bin, char *buf);
void bl_stream_free(bl_ctx *ctx, bl_stream *s);

/* Several of them, owned: what a recipe takes side by side. Zeroed is none. */
typedef struct bl_streams {
  bl_stream *v;
  size_t n;
} bl_streams;
/* `to` is overwritten, not freed first. On failure `to` is empty. */
bl_status bl_streams_copy(bl_ctx *ctx, const bl_streams *from, bl_streams *to) BL_MUST_CHECK;
void bl_streams_free(bl_ctx *ctx, bl_streams *s);

/* Frames that a stage puts out: a buffer that keeps its room between calls. */
typedef struct bl_frames {
  float *v;
  size_t n, cap, width; /* frames held, frames there is room for, floats a frame */
} bl_frames;
/* Room for `more` frames behind the n held; returns where they go and counts them as held, or NULL with an error. */
float *bl_frames_add(bl_ctx *ctx, bl_frames *f, size_t more) BL_MUST_CHECK;
void bl_frames_free(bl_ctx *ctx, bl_frames *f);

#endif
