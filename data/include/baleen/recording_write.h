/* recording_write.h: recordings out: WAV, FLAC, NumPy's .npy, EDF+ and BDF+; copies of EDF and BDF files in which no
 * sample changes, mended, cropped, widened or with fewer channels; files without names in them.
 *
 * All is written beside its place and renamed when complete, in memory that does not grow with the recording. EDF+ and
 * BDF+ files are opened strictly (bl_recording_open_as) before they get their name. */
#ifndef BALEEN_RECORDING_WRITE_H
#define BALEEN_RECORDING_WRITE_H

#include "baleen/recording.h"

/* ---- samples of anything ----------------------------------------------------------------------------------------- */

typedef enum bl_write_format {
  BL_WRITE_AUTO, /* by the file's name */
  BL_WRITE_WAV,  /* RF64 beyond 4 GB */
  BL_WRITE_FLAC,
  BL_WRITE_NPY, /* [frame][channel] float32; rate, channels, units and start in <path>.json */
  BL_WRITE_EDF, /* EDF+ */
  BL_WRITE_BDF  /* BDF+ */
} bl_write_format;
/* The format for a name (".wav", ".flac", ".npy", ".edf", ".bdf" in any case); AUTO: none of these. */
bl_write_format bl_write_format_of(const char *path);

/* Whether limits and the number of frames must be known before the first sample is written. EDF and BDF say the limits
 * and the length in their header and samples in steps between the limits, whole-numbered WAV and FLAC have a full scale:
 * for these the samples must be gone through once before. Floats, of WAV and .npy, need neither. bits as below. */
bool bl_write_needs_limits(bl_write_format format, int bits);

/* What is to be written; lent to bl_writer_open(), but for names, units, start and annotations, which must live until
 * bl_writer_done(). */
typedef struct bl_write_spec {
  bl_write_format format;
  int bits;          /* of a WAV or FLAC sample: 0 the format's own (WAV 32-bit float, FLAC 24), 16, 24, 32 (float) */
  double rate_hz;    /* whole for WAV and FLAC */
  uint64_t n_frames; /* exactly so many will be pushed, or, where it is a guess, about so many */
  bool guess;        /* only where bl_write_needs_limits() is false */
  size_t n_channels;
  const char *const *names, *const *units;
  const double *lo,
      *hi; /* [n_channels] least and greatest value: EDF's physical limits, whose 8 characters must leave the
                                * channel enough steps, and a flat one its value to 5e-5 of it (else BL_E_RANGE).
                                * Whole-numbered WAV and FLAC: full scale is the greatest magnitude among the channels
                                * of one unit, at least 1 where that is "FS". NULL where neither is written */
  const bool
      *whole; /* [n_channels] all values are whole numbers: where the format has room for them, they are written as
                                * they stand, in steps of 1 (but "FS" in WAV and FLAC). NULL: not known; a channel
                                * "Status" whose limits are whole counts as such */
  bool has_start;
  const char *start, *zone;          /* as bl_recording has them; zone NULL: not known */
  const bl_annotations *annotations; /* EDF and BDF; by onset from the first sample; NULL: none */
} bl_write_spec;

typedef struct bl_writer bl_writer;
/* What was decided is told in bl_writer_report(): scale, resolution, padding. BL_E_RANGE when the format cannot hold
 * it. Names, units, full scale and start of a WAV or FLAC file go into <path>.json where the file alone would be read
 * with others; where it would not, a <path>.json that an earlier file left is removed. BL_E_ARG when a <path>.json is
 * there that no writer has made. */
bl_status bl_writer_open(bl_ctx *ctx, const char *path, const bl_write_spec *spec, bl_writer **out) BL_MUST_CHECK;
/* n frames of [channel]. Values beyond the limits announced are an error (BL_E_RANGE), NaN too where whole numbers are
 * written (BL_E_NONFINITE). */
bl_status bl_writer_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n) BL_MUST_CHECK;
/* Completes the file; w is still to be freed. */
bl_status bl_writer_done(bl_ctx *ctx, bl_writer *w) BL_MUST_CHECK;
/* One line each. */
const bl_texts *bl_writer_report(const bl_writer *w);
/* An unfinished file is removed. NULL is fine. */
void bl_writer_free(bl_ctx *ctx, bl_writer *w);

/* ---- EDF and BDF, digital values untouched ----------------------------------------------------------------------- */

typedef struct bl_edf_copying {
  bool bdf;             /* write BDF+, also from EDF */
  double from_s, to_s;  /* NAN: the edges */
  const bl_texts *pick; /* channels by their full names, in this order; NULL: all */
  const bl_annotations
      *annotations; /* to be written instead of the recording's own, times as the recording has them; NULL */
  bool fill; /* fill gaps with the value next to physical 0, each with an annotation "BAD_ACQ_SKIP", which no epoch
                          * spans: EDF+C, which more programs read. Else a recording with gaps gives EDF+D, a crop that
                          * holds one is by whole records, and one that begins or ends in a gap begins behind it or ends
                          * before it */
} bl_edf_copying;
/* Writes rec, which an EDF or BDF file was opened as (else BL_E_UNSUPPORTED), as a conforming EDF+ or BDF+. What cannot
 * be kept is changed as follows, and said in *report (one line each, appended): limits that make no sense become those
 * of the digital values, limits that no sample can reach are moved along the same line, swapped ones are swapped in
 * pairs; texts become ASCII; identifications become EDF+'s subfields; a last record that is not full is filled with
 * each signal's last value under an annotation "padding"; a Status of EDF becomes the bits of a BDF's, which have no
 * scale, with those of a "Status system", or is refused where it holds other numbers (BL_E_RANGE). BDF to EDF is
 * BL_E_UNSUPPORTED: 16 bits do not hold 24. */
bl_status bl_edf_copy(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_edf_copying *how,
                      bl_texts *report) BL_MUST_CHECK;

/* The stretch of rec that such a copy will hold, in its times: of a crop with a gap whole records (see fill). Without a
 * signal it is what was asked for, where nothing was, without an end. The same failures. */
bl_status bl_edf_copy_times(bl_ctx *ctx, bl_recording *rec, const bl_edf_copying *how, double *from_s,
                            double *to_s) BL_MUST_CHECK;

/* EDFlib's opinion of a file: *takes, and its error code in *code when it does not (edflib.h). One call at a time in
 * the process: EDFlib keeps a global table. */
bl_status bl_edf_verdict(bl_ctx *ctx, const char *path, bool *takes, int *code) BL_MUST_CHECK;

/* ---- without names ----------------------------------------------------------------------------------------------- */

typedef struct bl_anonymizing {
  bool keep_time;   /* the time of day stays */
  const char *drop; /* annotations whose text matches this glob pattern go (any case); NULL: none */
} bl_anonymizing;
/* EDF, BDF: patient "X X X X" and recording "Startdate X X X X" (blank X where the file is plain), date 01.01.85, time
 * 00.00.00, reserved fields blank; bytes behind the last record and behind the signal headers go. WAV (RIFF, RF64): all
 * chunks but fmt, fact, ds64 and data go, and what writers add to fmt. BL_E_ARG when the extension of `out` is that of
 * another format. FLAC: tags, pictures, applications and cue sheets go. Everything else is copied byte by byte. Others:
 * BL_E_UNSUPPORTED. What was done goes to *report. The file's name is the caller's business. */
bl_status bl_anonymize(bl_ctx *ctx, const char *path, const char *out, const bl_anonymizing *how,
                       bl_texts *report) BL_MUST_CHECK;

#endif
