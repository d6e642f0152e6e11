/* annotation.h: what somebody marked in recordings: spans of time with a label. Readers for EDF+ TALs (with the
 * recording), Raven selection tables, Audacity label tracks, CSV with named columns. */
#ifndef BALEEN_ANNOTATION_H
#define BALEEN_ANNOTATION_H

#include "baleen/memory.h"

typedef struct bl_annotation {
  double onset_s, duration_s;   /* from the recording's start; duration 0 for a mark without length */
  double low_hz, high_hz;       /* NAN when not given */
  char *label;                  /* "" when none */
  char *file;                   /* the recording it belongs to, as the table says; NULL when the table is for one */
  char *channel;                /* NULL: all */
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

typedef enum bl_annotation_format { BL_ANN_AUTO, BL_ANN_RAVEN, BL_ANN_AUDACITY, BL_ANN_CSV } bl_annotation_format;
/* Reads a table. Raven: tab-separated with header; one row per Selection is kept (the first view); Begin File / Begin
 * Path with File Offset (s) give times within that file. label_column NULL: the first of "Annotation", "Label",
 * "Species", "Type" (any case) or, failing those, the first column that is none of Raven's own.
 * Audacity: start TAB end TAB label, the label may be missing, a line "\ TAB low TAB high" adds frequencies.
 * CSV: columns onset|onset_s|start|start_s|begin, duration|duration_s or end|end_s|stop, label|trial_type|annotation|
 * description, file|path|filename|recording, low_hz, high_hz, channel. An empty table is a valid one: nothing there.
 * Appended to *out, in the table's order; nothing is appended on failure but when memory runs out.
 * Errors name file and line; BL_E_CONFIG when there is no label_column (which Audacity's never have: ignored there). */
bl_status bl_annotations_read(bl_ctx *ctx, const char *path, bl_annotation_format format, const char *label_column,
                              bl_annotations *out) BL_MUST_CHECK;

#endif
