/* annotation.h: what somebody marked in recordings: spans of time with a label. Readers for EDF+ TALs (with the
 * recording), Raven selection tables, Audacity label tracks, BIDS events, CSV with named columns and hypnograms;
 * writers for all of these tables. What one writes, the other reads, times to the last bits. */
#ifndef BALEEN_ANNOTATION_H
#define BALEEN_ANNOTATION_H

#include "baleen/memory.h"

typedef struct bl_annotation {
  double onset_s, duration_s; /* from the recording's start; duration 0 for a mark without length */
  double low_hz, high_hz;     /* NAN when not given */
  char *label;                /* "" when none */
  char *file;                 /* the recording it belongs to, as the table says; NULL when the table is for one */
  char *channel;              /* NULL: all */
  bool has_score;             /* somebody, or something, said how sure it is */
  double score;               /* then: the higher, the surer; any finite number */
} bl_annotation;
typedef struct bl_annotations {
  bl_annotation *v;
  size_t n, cap;
} bl_annotations;

/* Copies the texts. */
bl_status bl_annotations_add(bl_ctx *ctx, bl_annotations *a, const bl_annotation *one) BL_MUST_CHECK;
/* By onset, then duration, then label; stable. */
void bl_annotations_sort(bl_annotations *a);
void bl_annotations_free(bl_ctx *ctx, bl_annotations *a);

typedef enum bl_annotation_format {
  BL_ANN_AUTO, /* reading: by the first line; writing: by the file's name */
  BL_ANN_RAVEN,
  BL_ANN_AUDACITY,
  BL_ANN_CSV,
  BL_ANN_BIDS,      /* events.tsv */
  BL_ANN_HYPNOGRAM, /* one stage a line; reading: by name where epoch_s is known, else it must be asked for */
  BL_N_ANN_FORMATS
} bl_annotation_format;

/* One of the recordings that a table is about. Raven's begin times run over all files of its list, one after the other:
 * files stand in that order. */
typedef struct bl_annotated_file {
  const char *path;
  double duration_s, rate_hz; /* NAN: not known */
} bl_annotated_file;

/* How to read a table. Zeroed, with epoch_s where a hypnogram is read, is a good start. */
typedef struct bl_annotation_reading {
  bl_annotation_format format;
  const char *label_column; /* NULL: see below */
  const char *begin_column; /* of CSV and BIDS, like the next two; NULL: see below */
  const char *end_column, *duration_column;
  double epoch_s;                 /* length of a hypnogram's line */
  const bl_annotated_file *files; /* Raven's file list, where the table has no column "File Offset (s)" */
  size_t n_files;
  const char *start; /* of the recording, as bl_recording has it, for onsets by the clock; NULL: not known */
  /* Asked where start is NULL and an onset is by the clock: when the recording that its row names (file; NULL: none)
   * began; *start stays NULL where nobody knows, and is read before the next call. NULL: nobody is asked. */
  bl_status (*start_of)(void *user, bl_ctx *ctx, const char *file, const char **start);
  void *user;
} bl_annotation_reading;

/* Reads a table, in UTF-8, or in Latin-1 where it is none (with a warning). Appended to *out, in the table's order;
 * nothing is appended on failure but when memory runs out. An empty table is a valid one: annotated, nothing there.
 * Raven: tab-separated with header; of a selection with a row for each view the first is kept; Begin File or Begin Path
 * with File Offset (s) give times within that file. Without the offset, the begin times of a table about several files
 * run over all of them, and `files` must tell how long each is (BL_E_FORMAT otherwise); times of different files that
 * overlap cannot run on, and are taken to count within each (with a warning). label_column NULL: the first of
 * "Annotation", "Label", "Species", "Type" (any case) or, failing those, the first column that is none of Raven's own.
 * Of the columns Channel Name and Channel the first there is gives the channel; numbers that are all 1 say nothing.
 * Of Score and Confidence the first there is gives the score; what is no number there is none, in any table.
 * Audacity: start TAB end TAB label, the label may be missing, a line "\ TAB low TAB high" adds frequencies.
 * Numbers of Raven's and Audacity's tables, and where semicolons separate, may have a decimal comma.
 * CSV: columns by the names that they have in the field, in any case: onset, start, begin, start_time ..; duration, or end, stop, offset,
 * end_time ..; label, trial_type, annotation, description, event_label, common_name, species ..; file, path, filename, recording;
 * low_hz, high_hz; channel; score, confidence, probability. Times are seconds ("start", "start_s", "Start (s)") or milliseconds ("start_ms"). begin_column,
 * end_column, duration_column and label_column name others. A column that may be one of ends or labels where none is known is warned
 * of by name. An onset n/a leaves its row out, with a warning that counts them. MNE's CSV, whose onsets are times of the clock, wants
 * `start` or start_of (else BL_E_FORMAT); MNE's text, with its header in comments, counts seconds.
 * What predict prints is such a table, too: the label is the prediction, the score that of its class (p_<label>, or anomaly_score).
 * BIDS (a header with the tab-separated columns onset and duration): as CSV, the label from trial_type or, where that
 * says n/a, from value; n/a is nothing in any column (BIDS 1.8, "Task events").
 * Hypnogram: a text with one stage a line, line k (from 0) lasting from k epoch_s to (k + 1) epoch_s; stages stay as
 * written. A line starting with # is a comment, a first line such as "Stage" a header (with a warning); a blank one before the last
 * stage is refused, as it would shift the night. Of two fields (a tab, comma or semicolon between them) one may number the epochs
 * from 0 or 1 on, or tell the second at which the stage begins or ends; other tables are refused. Errors name file and line;
 * BL_E_CONFIG when there is no label_column (which Audacity's and hypnograms never have: ignored there), or another column is asked
 * for in a format without. */
bl_status bl_annotations_read_as(bl_ctx *ctx, const char *path, const bl_annotation_reading *how,
                                 bl_annotations *out) BL_MUST_CHECK;
/* The same of a text in memory; `path` is for messages, and for its name. */
bl_status bl_annotations_parse(bl_ctx *ctx, const char *path, const char *text, size_t n,
                               const bl_annotation_reading *how, bl_annotations *out) BL_MUST_CHECK;
/* The same with a format and a column only. */
bl_status bl_annotations_read(bl_ctx *ctx, const char *path, bl_annotation_format format, const char *label_column,
                              bl_annotations *out) BL_MUST_CHECK;

/* How to write a table. Zeroed, with epoch_s where a hypnogram is written, is a good start. */
typedef struct bl_annotation_writing {
  bl_annotation_format format;
  double epoch_s;                 /* length of a hypnogram's line */
  const bl_annotated_file *files; /* the recordings that the table is about */
  size_t n_files;
} bl_annotation_writing;

/* Writes a table, in the order of the list; no annotations give an empty table of the format. AUTO goes by the name:
 * .selections.txt, _events.tsv or .tsv, .csv, _hypnogram.txt or .hypnogram.txt. Onsets have as many digits as it takes
 * to read the same double back; ends and durations are right to the last bit or two of the end. Times that are not
 * finite, and frequencies that are infinite or below 0, are BL_E_ARG. A text that is no UTF-8 is written as what it is
 * in Latin-1. Raven: Begin Time over the file list, so that with several files all but the last need duration_s (else
 * BL_E_ARG); frequencies that are not known become 0 and half of rate_hz, or stay empty where that is not known either;
 * a channel's name goes to a column "Channel Name", or, where all are numbers, these to "Channel". Audacity holds one
 * recording and no channels: annotations of two files are refused (BL_E_ARG). Raven's, Audacity's and hypnograms'
 * tables cannot hold tabs and line ends in a text: they become blanks, as in BIDS, where an empty text is n/a; blanks
 * around a text are not read back. Hypnogram: by time; an annotation of several epochs gives as many lines, epochs
 * without one become '?' (with a warning). What does not begin and end with an epoch (to half a sample of the file's
 * rate, or a microsecond), overlaps, is of another file or has no label is BL_E_ARG. */
bl_status bl_annotations_write_as(bl_ctx *ctx, const char *path, const bl_annotation_writing *how,
                                  const bl_annotations *a) BL_MUST_CHECK;
/* The same text, appended to *text; `path` is for messages, and for its ending. */
bl_status bl_annotations_print(bl_ctx *ctx, const char *path, const bl_annotation_writing *how, const bl_annotations *a,
                               bl_buf *text) BL_MUST_CHECK;
/* The same with a format and files only. */
bl_status bl_annotations_write(bl_ctx *ctx, const char *path, bl_annotation_format format, const bl_annotations *a,
                               const bl_annotated_file *files, size_t n_files) BL_MUST_CHECK;

/* Warns, once, of annotations whose greater part lies behind the end of the recording they are said to be of: of the
 * wrong table, or the wrong recording. */
void bl_annotations_check_end(bl_ctx *ctx, const char *recording, const bl_annotations *a, double duration_s);

/* Whether `file`, as a table has it, means this recording: by its file name, or that without the extension, and by the
 * folders that the table gives, from the last on; but those of a full path need not agree, as the files may have been
 * moved since. Raw samples (pcm:..:FILE) are their file. A name in Latin-1 is the same as in UTF-8. */
bool bl_annotation_names(const char *file, const char *recording);
/* The same, as the number of names that agree: file, folder, folder above it .. ; 0 when it is another recording. *all:
 * all that the table gives do. Of full paths in a table those are meant that agree most. */
size_t bl_annotation_fit(const char *file, const char *recording, bool *all);
/* Whose each annotation of a table is: owner[i] is an index into recordings, or BL_NOBODY for those of others. A name in
 * the table means the recording at that path from the table's folder, else the one whose file it names
 * (bl_annotation_names); of a full path that lies elsewhere now, the one whose folders agree most, unless a path in the
 * table agrees better with that recording, or is there and another file. BL_E_CONFIG when a name fits several, or an
 * annotation names none and there are several. */
#define BL_NOBODY ((size_t)-1)
bl_status bl_annotations_deal(bl_ctx *ctx, const char *table, const bl_annotations *all, const bl_texts *recordings,
                              size_t *owner) BL_MUST_CHECK;
/* The table of this format that lies beside a recording by its name: <stem>.selections.txt and such; NULL: there is none.
 * AUTO: one whose name alone says that it is Raven's. To be freed. */
bl_status bl_annotations_beside(bl_ctx *ctx, bl_annotation_format format, const char *recording,
                                char **out) BL_MUST_CHECK;
/* The format that a name says, as writing goes by it; AUTO when it says none. */
bl_annotation_format bl_annotation_format_of(const char *path);
/* "raven", "audacity", "csv", "bids", "hypnogram"; "auto". */
const char *bl_annotation_format_name(bl_annotation_format f);
/* Where `file`, as a table has it, stands among files: the same text, else the same file name; n_files when it is none
 * of them. BL_E_FORMAT, beginning with `where`, when several have that name. file NULL: the only one there is. */
bl_status bl_annotated_file_find(bl_ctx *ctx, const char *where, const bl_annotated_file *files, size_t n_files,
                                 const char *file, size_t *out) BL_MUST_CHECK;

#endif
