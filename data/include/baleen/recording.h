/* recording.h: one interface to WAV and AIFF (libsndfile), FLAC, MP3 and Ogg (their own libraries), and to EDF, BDF, GDF,
 * BrainVision, raw PCM, and .npy and CSV with a stated rate (our own readers).
 *
 * A recording gives one stream for each sampling rate in it; a stream is read in blocks, from anywhere, as frames of
 * [channel] float32 in the channel's physical unit. Gaps (EDF+D, lost frames of coded sound) split a stream into runs:
 * nothing is glued. The same frames have the same bits however they are cut into blocks. Going back in Ogg and MP3
 * decodes from the start again.
 * Times count from the first sample, EDF's annotations too: the first record's own time stamp is taken off, and where
 * stamps and samples disagree, annotations stay on the samples (data/formats/edf/edf_times.c has the rules). A BDF
 * Status is two channels: "Status", the trigger bits 0 to 15 as a number, and "Status system", the bits 16 to 23.
 *
 * A file x.wav.json beside x.wav (any sound file) gives names, units, full scale and start: data/write/sidecar.h.
 *
 * To add a format: data/formats/<name>.c with `const bl_reader_class bl_reader_<name>`, a line in formats.def. */
#ifndef BALEEN_RECORDING_H
#define BALEEN_RECORDING_H

#include "baleen/annotation.h"
#include "baleen/memory.h"

typedef struct bl_channel {
  char *name;    /* as the file says, trimmed; duplicates get "-0", "-1" */
  char *unit;    /* "FS" for audio (full scale = 1), else the file's physical dimension; "" when it has none */
  char *info;    /* transducer and prefilter text, raw; "" when none */
  bool unusable; /* its header makes no sense (digital minimum = maximum): values are digital counts */
  double lo, hi; /* physical limits of what can be stored, for clipping checks; NAN when unknown */
} bl_channel;

/* A contiguous stretch: frames first .. first + n - 1, the first of them start_s seconds after the recording's
 * start. */
typedef struct bl_stretch {
  double start_s;
  uint64_t first, n;
} bl_stretch;

typedef struct bl_rec_stream {
  double rate_hz;
  size_t n_channels;
  bl_channel *channels;
  uint64_t n_frames;
  bl_stretch *runs; /* ascending, at least one unless n_frames is 0 */
  size_t n_runs;
} bl_rec_stream;

/* What to do about a file that departs from its standard. */
typedef enum bl_open_mode {
  BL_OPEN_TOLERANT, /* read on: each kind of deviation is a note, with the assumption made */
  BL_OPEN_STRICT    /* refuse it: BL_E_FORMAT with the first deviation. What is odd but legal stays a note */
} bl_open_mode;

typedef struct bl_recording bl_recording;
typedef struct bl_reader_class {
  const char *name, *summary, *source;
  const char *const *extensions; /* ".wav", NULL-terminated; for help and for folders, not for recognition */
  /* 0: not mine; higher is surer; 1 by the name alone, to say better what is wrong. head holds the file's
   * first n bytes (up to 512). */
  int (*probe)(const unsigned char *head, size_t n, const char *path);
  /* Fills streams, start, annotations, format; sets rec->impl. close() is called also after a failure. */
  bl_status (*open)(bl_ctx *ctx, bl_recording *rec);
  /* n frames from `first` of a stream into out [n x n_channels]; [first, first+n) is within the stream. *got may come
   * back smaller when the file ends early, which the reader warns of. */
  bl_status (*read)(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out, size_t *got);
  void (*close)(bl_ctx *ctx, bl_recording *rec);
  /* The same format from a pipe (data/feed_private.h); NULL: it cannot be read without seeking. */
  const struct bl_feed_class *feed;
} bl_reader_class;

/* Open for readers; others only read it. */
struct bl_recording {
  const bl_reader_class *cls;
  void *impl;             /* the reader's own */
  int file;               /* descriptor + 1 of its file while it is opened, 0: none; bl_recording_take_file() */
  char *path, *format;    /* format in words: "WAV, 16 bit", "EDF+C" */
  bl_rec_stream *streams; /* by descending rate */
  size_t n_streams;
  bl_annotations annotations; /* marked in the file itself */
  bool has_start;
  /* ISO 8601 wall-clock time of the first sample, without zone ("2009-08-12T16:15:00.250"), when has_start */
  char start[40];
  char zone[8];       /* how far that is ahead of UTC: "+10:00", "-05:00"; "" when nothing tells */
  bool start_assumed; /* start is taken from the file's name: the header has none */
  double duration_s;  /* from the start to the end of the last run */
  bl_texts notes;     /* each kind of deviation once, with the first place and the assumption made; at most 101;
                               * each is warned of when found, which may be while reading (a file that ends early) */
  bl_open_mode mode;
  const struct bl_opening *opening; /* while it is opened, else NULL */
  bool quiet;                       /* notes are kept, but not warned of */
  size_t n_deviations;              /* how many notes say that the file departs from its standard */
  size_t deviation;                 /* index into notes of the first of them */
};

/* path: a file's, or pcm:rate=48000,channels=1,format=s16le:PATH for raw samples, PATH - being standard input, which is
 * read to its end first (feed.h reads what has none).
 * BL_E_IO when it cannot be opened or is no regular file, BL_E_FORMAT when nothing reads it or it is broken beyond
 * reading (an empty file and a Git LFS pointer are named as such): messages name the file and the place in it. */
bl_status bl_recording_open(bl_ctx *ctx, const char *path, bl_recording **out) BL_MUST_CHECK;
/* How to open: zeroed is tolerant, the start by the name of the file where its header tells none. */
typedef struct bl_opening {
  bl_open_mode mode;
  const char *start_pattern; /* as bl_start_from_name() has it; "none": by no name at all; NULL: by its list */
  /* Called before what comes but once (pcm:..:-) is read to its end: streams have their rates, channels and units, and no
   * length yet. Anything but BL_OK refuses the recording there and then. Files can be looked at when they are open, and
   * are not asked about. NULL: nobody looks. */
  bl_status (*look)(void *user, bl_ctx *ctx, bl_recording *rec);
  void *user;
} bl_opening;
/* bl_recording_open() as `how` says. A strict recording's read fails too (BL_E_FORMAT) when the deviation shows only
 * then. Strict means the standard's text: EDF+D, limits that invert the polarity, labels that occur twice, missing
 * units, any number of signals up to 4096 and records of any size are legal. */
bl_status bl_recording_open_as(bl_ctx *ctx, const char *path, const bl_opening *how, bl_recording **out) BL_MUST_CHECK;
/* Looks at the file again: a recorder that is still writing (n_records -1) may have added to it. Streams, runs,
 * annotations and notes are those of now, their old addresses are invalid; frames that were there have the same
 * numbers. On failure the recording stays as it was. Costs what opening does; deviations are not warned of anew. */
bl_status bl_recording_refresh(bl_ctx *ctx, bl_recording *rec) BL_MUST_CHECK;
/* Frames [first, first + n) clipped to the stream's end; *got tells how many. out holds n x n_channels floats. */
bl_status bl_recording_read(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                            size_t *got) BL_MUST_CHECK;
void bl_recording_close(bl_ctx *ctx, bl_recording *rec);
/* The wall-clock time shift_s after the recording's start, written to `to`; false when rec has none or it leaves the
 * calendar. */
bool bl_recording_later(const bl_recording *rec, double shift_s, char to[40]);
/* Trigger codes of a channel as annotations, appended: wherever the value, rounded and masked, changes to one that is
 * not 0, one begins whose label is that number; it lasts until the next change or the end of the run. BioSemi: channel
 * "Status", mask 0xffff. Bits above the lowest eight that all codes have in common are warned of: another mask takes them
 * off. BL_E_CONFIG with the nearest name when there is no such channel. */
bl_status bl_recording_triggers(bl_ctx *ctx, bl_recording *rec, const char *channel, uint32_t mask,
                                bl_annotations *out) BL_MUST_CHECK;
/* The channel that, by its name, holds trigger codes ("Status", "STI 014", "Trigger" ..), else NULL. */
const char *bl_recording_trigger_channel(const bl_recording *rec);
/* Adds a note (printf style) to rec->notes and warns of it under the file's name. For readers. */
bl_status bl_recording_note(bl_ctx *ctx, bl_recording *rec, bl_warning code, const char *format, ...)
    BL_PRINTF(4, 5) BL_MUST_CHECK;

/* When a recording began, by its file's name (folders do not count). pattern: text with fields %Y %m %d %H %M %S of
 * fixed width, %y (two digits, 1969 to 2068), %f (digits of a second's fraction), ? for any character, %% for a percent
 * sign; found anywhere in the name, but not within a longer number. NULL: a list of patterns that recorders use, such
 * as %Y%m%d_%H%M%S and .%y%m%d%H%M%S, from 1970 to next year. v: year, month, day, hour, minute, second, microsecond;
 * *zone: minutes ahead of UTC where the name goes on with them (-0500, +10:00, Z), else BL_NO_ZONE; *used: the pattern
 * that fitted. False when none fits, or what fits is no date. */
enum { BL_NO_ZONE = 10000 };
bool bl_start_from_name(const char *pattern, const char *path, int v[7], int *zone, const char **used);
/* False when a field of it is unknown, or it has no year. */
bool bl_start_pattern_ok(const char *pattern);
/* BL_E_CONFIG, beginning with `who`, unless the pattern is NULL, "none" or one as above. */
bl_status bl_start_pattern_check(bl_ctx *ctx, const char *who, const char *pattern) BL_MUST_CHECK;
/* The file of a recording's path: all of it, or what is behind the settings of raw samples (pcm:rate=48000:FILE). A
 * colon within brackets is the settings' own (names=[a:b]). */
const char *bl_recording_file(const char *path);
const bl_reader_class *bl_reader_at(size_t i);
/* True when a file of this name is one that some reader is for, by its extension. */
bool bl_recording_is_name(const char *path);

#endif
