/* edf.h: what the parts of the EDF and BDF reader share. Private to data/.
 *
 * Formats: EDF (Kemp et al., Electroencephalogr. Clin. Neurophysiol. 82, 1992), EDF+ (Kemp and Olivan, Clin.
 * Neurophysiol. 114, 2003, and its specification's text), BDF (BioSemi's 24-bit variant of both).
 *
 * The reader forgives what real files do wrong. Each kind of deviation becomes one note with the place of the first of
 * its kind, how many there were, and the assumption made. */
#ifndef BALEEN_EDF_H
#define BALEEN_EDF_H

#include "baleen/recording.h"
#include "window.h"

/* clang-format off */
/*        kind             warning code  field             what was found, and the assumption */
#define BL_EDF_DEVIATIONS(X) \
  X(VERSION,         DEVIATION, "version",           "is not '0'; the rest is a header of EDF and was read as one")                 \
  X(HEADER_BYTES,    DEVIATION, "header size",       "disagrees with the number of signals; the data were taken to follow the signal headers") \
  X(HEADER_LONG,     DEVIATION, "header size",       "is larger than the number of signals needs, and the file's length agrees with it; taken as it is") \
  X(NOT_ASCII,       DEVIATION, "text",              "holds bytes beyond ASCII; read as UTF-8, or as Latin-1 where they are none") \
  X(NUL_PADDED,      DEVIATION, "field",             "is padded with NUL bytes; taken for blanks")                                  \
  X(COMMA,           DEVIATION, "number",            "has a decimal comma; taken for a point")                                      \
  X(NO_DATE,         DEVIATION, "start date",        "is no date; the start is taken as unknown")                                   \
  X(NO_TIME,         DEVIATION, "start time",        "is no time of day; the start is taken as unknown")                            \
  X(SEPARATORS,      DEVIATION, "start",             "has other separators than dots, or a number of one digit; its numbers were taken")     \
  X(BLANKS,          DEVIATION, "number",            "has blanks before it; they were passed over")                                 \
  X(CONTROL,         DEVIATION, "text",              "holds control characters; taken for blanks")                                  \
  X(NOT_WHOLE,       DEVIATION, "number",            "has a point or an exponent where a whole number belongs; its value was taken") \
  X(EXPONENT,        DEVIATION, "number",            "has an exponent, which durations have not; its value was taken")              \
  X(PATIENT,         FORMAL,    "patient field",     "is not 'code sex birthdate name', as EDF+ and BDF+ have it; nothing is taken from it") \
  X(RECORDING,       FORMAL,    "recording field",   "does not begin with 'Startdate' and a date, code, technician and equipment behind it, as EDF+ and BDF+ have it; nothing else is taken from it") \
  X(STARTDATE,       DEVIATION, "recording field",   "its Startdate differs from the start date; the Startdate was taken")          \
  X(RECORDS_UNKNOWN, DEVIATION, "number of records", "says unknown; counted from the file's length")                                \
  X(RECORDS_BROKEN,  DEVIATION, "number of records", "makes no sense; counted from the file's length")                              \
  X(RECORDS_ZERO,    DEVIATION, "number of records", "is 0 though records follow; counted from the file's length")                  \
  X(DURATION,        DEVIATION, "record duration",   "makes no sense for a file with samples; taken as 1 second")                   \
  X(NO_SAMPLES,      DEVIATION, "samples per record", "is 0; the signal was left out")                                              \
  X(UNUSABLE_D,      DEVIATION, "digital minimum",   "equals the maximum or is no number; the channel is marked unusable, its values are digital counts") \
  X(UNUSABLE_P,      DEVIATION, "physical minimum",  "equals the maximum or is no number; the channel is marked unusable, its values are digital counts") \
  X(DIGITAL_SWAPPED, DEVIATION, "digital minimum",   "is above the maximum; the scale was taken as written")                        \
  X(DIGITAL_RANGE,   DEVIATION, "digital minimum",   "or maximum cannot be stored in a sample; the scale was taken as written")     \
  X(INVERTED,        REMARK,    "physical minimum",  "is above the maximum: inverted polarity; the values have the signs the file says") \
  X(NO_UNIT,         UNITS,     "unit",              "is missing; values are those of the file")                                    \
  X(DUPLICATE,       REMARK,    "label",             "occurs more than once; '-0', '-1' .. were added")                             \
  X(NO_ANNOTATIONS,  DEVIATION, "reserved field",    "says EDF+ or BDF+, but no signal holds annotations; read as plain")           \
  X(NOT_PLUS,        DEVIATION, "reserved field",    "does not say EDF+ or BDF+, but a signal holds annotations; read as such")     \
  X(TAL_LIMITS,      FORMAL,    "digital minimum",   "or maximum of an annotation signal is not that of its sample; of no consequence") \
  X(TAL_FIELDS,      FORMAL,    "transducer, unit or prefilter", "of an annotation signal is not blank; of no consequence") \
  X(FIRST_ONSET,     DEVIATION, "annotation",        "gives the first record a time outside the first second, though the file says it is contiguous; the start was moved") \
  X(TAL_BROKEN,      DEVIATION, "annotation",        "is none (no onset, or no separator); passed over")                            \
  X(TAL_UNSIGNED,    DEVIATION, "annotation",        "has an onset without sign; taken as positive")                                \
  X(TAL_NUMBER,      DEVIATION, "annotation",        "has an onset or a duration with a decimal comma, or with a point without digits on both sides; read as a number") \
  X(TAL_NO_TEXT,     DEVIATION, "annotation",        "has an onset and no text, not even the empty one of a record's time; that onset was taken for the time where one is due") \
  X(TAL_APART,       DEVIATION, "annotation",        "begins behind more than one NUL, where nothing should follow; read all the same") \
  X(TAL_DURATION,    DEVIATION, "annotation",        "has a duration with a sign, or its mark without one; a positive one was taken, else none") \
  X(TAL_OPEN,        DEVIATION, "annotation",        "does not end as it should; its text was taken up to the end")                 \
  X(TAL_ENCODING,    DEVIATION, "annotation",        "is no UTF-8; read as Latin-1")                                                \
  X(NO_ONSET,        DEVIATION, "annotation",        "that gives a record its time is missing; the record was taken to follow the one before") \
  X(BAD_STAMP,       DEVIATION, "annotation",        "gives a record a time that those of the next records contradict; the record was taken to follow the one before") \
  X(JUMP,            DEVIATION, "annotation",        "gives a record a time behind a gap, though the file says it is contiguous; the gap was kept") \
  X(ROUNDED,         FORMAL,    "annotation",        "gives a record a time a little beside the end of the one before; taken for rounding, or for a clock's drift") \
  X(OVERLAP,         DEVIATION, "annotation",        "gives a record a time before the end of the one before; it was taken to follow without a gap")
/* clang-format on */

typedef enum bl_edf_deviation {
#define BL_EDF_DEVIATION(kind, code, field, text) BL_EDF_##kind,
  BL_EDF_DEVIATIONS(BL_EDF_DEVIATION)
#undef BL_EDF_DEVIATION
      BL_N_EDF_DEVIATIONS
} bl_edf_deviation;

enum { BL_EDF_MAX_SIGNALS = 4096, BL_EDF_TEXT = 4 * 80 + 1 };

typedef struct bl_edf_signal {
  char label[64]; /* as UTF-8, trimmed */
  char unit[32];  /* as UTF-8, its micro sign as "u" */
  double pmin, pmax, dmin, dmax;
  double cal, off;                   /* physical = digital * cal + off */
  uint64_t offset;                   /* in bytes, from the start of a record */
  uint64_t spr;                      /* samples per record */
  bool annotation, unusable, status; /* status: BDF's, two channels */
} bl_edf_signal;

typedef struct bl_edf {
  bl_window file;
  uint64_t n_bytes;  /* of the file */
  bool piped;        /* only the header is there, and nobody knows how much will follow: n_records counts what came, */
  uint64_t promised; /* and this is the number of records by the header; UINT64_MAX: not told */
  unsigned char *bytes; /* the headers: the first 256 bytes of the file, and 256 for each signal */
  bool bdf, plus, discontinuous;
  size_t width; /* bytes of a sample: 2, BDF 3 */
  uint64_t header_bytes, record_bytes, n_records;
  double record_s; /* duration of a record; 0 only when there are no samples */
  size_t n_signals;
  bl_edf_signal *signals;
  double first_onset_s; /* what the annotations' onsets count from, after the header's start time */
  double *stamp_s;    /* per record, its own time stamp: as it stands, NAN where it has none; from bl_edf_times() on as
                           * it was understood, less first_onset_s. NULL: none has any */
  int stamp_decimals; /* the most that a stamp has */
  uint64_t *label_record; /* which record each annotation was found in; freed by bl_edf_times() */
  size_t label_cap;
  struct bl_edf_run {
    double start_s;
    uint64_t first; /* record */
  } * runs;
  size_t n_runs, run_cap;
  size_t
      *stream_signals;  /* the signals of the streams' channels, one stream behind the other; a Status is there twice */
  size_t *stream_first; /* index into the former, per stream */
  struct bl_edf_found {
    uint64_t count, offset;
    long signal; /* -1: the file */
    bool told;
  } found[BL_N_EDF_DEVIATIONS];
} bl_edf;

/* n frames of these signals, as a stream has them; samples of the c-th begin at from[c]. */
void bl_edf_decode(const bl_edf *e, const size_t *signals, size_t n_channels, const unsigned char *const *from,
                   size_t n, float *to);
/* Frees all parts, not e itself. */
void bl_edf_release(bl_ctx *ctx, bl_edf *e);

/* *v: n bytes of record r, `in` bytes from its start; see bl_window_get(). */
bl_status bl_edf_get(bl_ctx *ctx, bl_edf *e, uint64_t r, uint64_t in, size_t n, size_t ahead,
                     const unsigned char **v) BL_MUST_CHECK;

/* Counts a deviation at a byte of the file; signal -1 when it is of none. */
void bl_edf_deviates(bl_edf *e, bl_edf_deviation kind, uint64_t offset, long signal);
/* Notes all that was counted and was not noted before. */
bl_status bl_edf_report(bl_ctx *ctx, bl_recording *rec, bl_edf *e) BL_MUST_CHECK;

/* The n bytes at s as text, trimmed of blanks and NULs at both ends: UTF-8 stays, else each byte is Latin-1; control
 * characters become blanks. to holds at least 2 * n + 1 bytes. Says whether there were bytes beyond ASCII, and, by
 * *latin, whether they were taken as Latin-1 (may be NULL). */
bool bl_edf_text(const unsigned char *s, size_t n, char *to, bool *latin);

/* Whether a trimmed text is a local identification of EDF+ (2.1.3.3 and 2.1.3.4): subfields with one blank between
 * them, X where unknown. */
bool bl_edf_is_patient(const char *text);
bool bl_edf_is_recording(const char *text);

/* Reads the headers of bytes: everything but streams and annotations. BL_E_FORMAT names the byte and the field. */
bl_status bl_edf_header(bl_ctx *ctx, bl_recording *rec, bl_edf *e) BL_MUST_CHECK;
/* Offset in the file of field `width` bytes wide that lies `before` bytes per signal behind the fixed header. */
static inline uint64_t bl_edf_field_at(const bl_edf *e, size_t before, size_t width, size_t signal)
{
  return 256 + (uint64_t)before * e->n_signals + (uint64_t)width * signal;
}
/* Reads the lists of annotation signal i in record r, whose bytes are v, into rec->annotations; *own, when not NULL, is
 * the record's time: written when the first list has it. */
bl_status bl_edf_read_lists(bl_ctx *ctx, bl_recording *rec, bl_edf *e, uint64_t r, size_t i, const unsigned char *v,
                            double *own, bl_buf *scratch) BL_MUST_CHECK;
/* Reads the time-stamped annotation lists (EDF+ 2.2.2) into rec->annotations and stamp_s, times as they stand. */
bl_status bl_edf_annotations(bl_ctx *ctx, bl_recording *rec, bl_edf *e) BL_MUST_CHECK;
/* From the records' stamps: the start, the runs, and where on the samples each annotation lies. */
bl_status bl_edf_times(bl_ctx *ctx, bl_recording *rec, bl_edf *e) BL_MUST_CHECK;
/* Makes the streams and their runs. */
bl_status bl_edf_streams(bl_ctx *ctx, bl_recording *rec, bl_edf *e) BL_MUST_CHECK;

/* The whole of it over a file in memory, which must outlive rec; sets rec->impl. For the reader and the fuzzer. */
bl_status bl_edf_open_bytes(bl_ctx *ctx, bl_recording *rec, const unsigned char *bytes, uint64_t n) BL_MUST_CHECK;
extern const bl_reader_class bl_reader_edf;
/* What an open recording's EDF or BDF file holds; NULL when it is another format. */
bl_edf *bl_edf_of(const bl_recording *rec);

#endif
