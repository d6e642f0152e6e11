/* recording.h: one interface to WAV, FLAC, Ogg, MP3, AIFF (libsndfile), and to EDF, BDF, GDF, BrainVision, raw PCM, and
 * .npy and CSV with a stated rate (our own readers).
 *
 * A recording gives one stream for each sampling rate in it; a stream is read in blocks, from anywhere, as frames of
 * [channel] float32 in the channel's physical unit. Gaps (EDF+D) split a stream into runs: nothing is glued.
 *
 * To add a format: data/readers/<name>.c with `const bl_reader_class bl_reader_<name>`, a line in readers.def. */
#ifndef BALEEN_RECORDING_H
#define BALEEN_RECORDING_H

#include "baleen/annotation.h"
#include "baleen/memory.h"

typedef struct bl_channel {
  char *name;          /* as the file says, trimmed; duplicates get "-0", "-1" */
  char *unit;          /* "FS" for audio (full scale = 1), else the file's physical dimension; "" when it has none */
  char *info;          /* transducer and prefilter text, raw; "" when none */
  bool unusable;       /* its header makes no sense (digital minimum = maximum): values are digital counts */
  double lo, hi;       /* physical limits of what can be stored, for clipping checks; NAN when unknown */
} bl_channel;

/* A contiguous stretch: frames first .. first + n - 1, the first of them start_s seconds after the recording's start. */
typedef struct bl_stretch {
  double start_s;
  uint64_t first, n;
} bl_stretch;

typedef struct bl_rec_stream {
  double rate_hz;
  size_t n_channels;
  bl_channel *channels;
  uint64_t n_frames;
  bl_stretch *runs;    /* ascending, at least one unless n_frames is 0 */
  size_t n_runs;
} bl_rec_stream;

typedef struct bl_recording bl_recording;
typedef struct bl_reader_class {
  const char *name, *summary, *source;
  const char *const *extensions;      /* ".wav", NULL-terminated; for help and for folders, not for recognition */
  /* 0: not mine; higher is surer. head holds the file's first n bytes (up to 512). */
  int (*probe)(const unsigned char *head, size_t n, const char *path);
  /* Fills streams, start, annotations, format; sets rec->impl. close() is called also after a failure. */
  bl_status (*open)(bl_ctx *ctx, bl_recording *rec);
  /* n frames from `first` of a stream into out [n x n_channels]; [first, first+n) is within the stream. *got may come
   * back smaller when the file ends early, which the reader warns of. */
  bl_status (*read)(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out, size_t *got);
  void (*close)(bl_ctx *ctx, bl_recording *rec);
} bl_reader_class;

/* Open for readers; others only read it. */
struct bl_recording {
  const bl_reader_class *cls;
  void *impl;                 /* the reader's own */
  char *path, *format;        /* format in words: "WAV, 16 bit", "EDF+C" */
  bl_rec_stream *streams;     /* by descending rate */
  size_t n_streams;
  bl_annotations annotations; /* marked in the file itself */
  bool has_start;
  char start[40];             /* ISO 8601 wall-clock time of the first sample, without zone ("2009-08-12T16:15:00.250"), when has_start */
  bool start_assumed;         /* start is taken from the file's name: the header has none */
  double duration_s;          /* from the start to the end of the last run */
  bl_texts notes;             /* each deviation found, with place and assumption made; also warned of on opening */
};

/* BL_E_IO when it cannot be opened, BL_E_FORMAT when nothing reads it or it is broken beyond reading: messages name
 * the file and the place in it. */
bl_status bl_recording_open(bl_ctx *ctx, const char *path, bl_recording **out) BL_MUST_CHECK;
/* Frames [first, first + n) clipped to the stream's end; *got tells how many. out holds n x n_channels floats. */
bl_status bl_recording_read(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                            size_t *got) BL_MUST_CHECK;
void bl_recording_close(bl_ctx *ctx, bl_recording *rec);
/* Adds a note (printf style) to rec->notes and warns of it under the file's name. For readers. */
bl_status bl_recording_note(bl_ctx *ctx, bl_recording *rec, bl_warning code, const char *format, ...) BL_PRINTF(4, 5)
    BL_MUST_CHECK;

/* When a recording began, by its file's name (folders do not count). pattern: text with fields %Y %m %d %H %M %S of fixed
 * width, %y (two digits, 1969 to 2068), %f (digits of a second's fraction), ? for any character, %% for a percent sign;
 * found anywhere in the name, but not within a longer number. NULL: a list of patterns that recorders use, such as
 * %Y%m%d_%H%M%S and .%y%m%d%H%M%S. v: year, month, day, hour, minute, second, microsecond; *used: the pattern that fitted.
 * False when none fits, or what fits is no date. */
bool bl_start_from_name(const char *pattern, const char *path, int v[7], const char **used);
/* False when a field of it is unknown, or it has no year. */
bool bl_start_pattern_ok(const char *pattern);
/* Sets rec->start by its name, with a note (no warning); does nothing when no pattern fits. bl_recording_open() does so,
 * by the list, when the header tells no start. */
bl_status bl_recording_start_from_name(bl_ctx *ctx, bl_recording *rec, const char *pattern) BL_MUST_CHECK;

const bl_reader_class *bl_reader_at(size_t i);
/* True when a file of this name is one that some reader is for, by its extension. */
bool bl_recording_is_name(const char *path);

#endif
