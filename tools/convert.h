/* convert.h: a stream of a recording through stages into a file, in memory that does not grow with its length. */
#ifndef BL_CONVERT_H
#define BL_CONVERT_H

#include "baleen/recording_write.h"
#include "baleen/stage_chain.h"
#include "marks.h"

typedef struct bl_convert {
  const char *who;                   /* the command, for messages; NULL: convert */
  bl_crop crop;                      /* at samples of the stream */
  size_t stream;                     /* of bl_convert_stream() */
  const bl_texts *pick;              /* channels by name; NULL, or none: all */
  const char *stages;                /* flow text of a list of stages; NULL: none */
  const bl_annotations *annotations; /* of the crop, by the recording's time */
  bool annotated;                    /* somebody has looked for annotations: none is a finding too, and gets a table */
  bl_write_format format;
  int bits;
  bl_annotation_format table; /* beside a file that holds no annotations; AUTO: CSV */
  double epoch_s;             /* of a hypnogram's line */
} bl_convert;

/* Sets how->stream: that of a rate; NAN: the one with most channels of those that have the channels which are picked and
 * that the stages can be carried out on; it is told where there are others. BL_E_MISMATCH when there is none of that rate;
 * BL_E_CONFIG when it will not do for pick or stages where another would, which is named. */
bl_status bl_convert_stream(bl_ctx *ctx, const bl_recording *rec, double rate_hz, bl_convert *how,
                            bl_texts *report) BL_MUST_CHECK;

/* What bl_opening asks of a recording that comes but once (look; user: bl_convert_look): whether pick and stages will do. */
typedef struct bl_convert_look {
  const bl_convert *how;
  double rate_hz; /* as bl_convert_stream() has it */
} bl_convert_look;
bl_status bl_convert_look_at(void *user, bl_ctx *ctx, bl_recording *rec) BL_MUST_CHECK;

/* Pick and stages, ready for a stream; *out stays NULL after a failure. */
bl_status bl_convert_chain(bl_ctx *ctx, const bl_rec_stream *st, const bl_convert *how,
                           bl_stage_chain **out) BL_MUST_CHECK;

/* A recording, and the chain for its stream of a rate (NAN: the widest that will do), both the caller's also after a
 * failure; sets how->stream. */
bl_status bl_convert_open(bl_ctx *ctx, const char *path, double rate_hz, bl_convert *how, bl_recording **rec,
                          bl_stage_chain **chain) BL_MUST_CHECK;

/* The place of a channel behind the stages; BL_E_CONFIG, with the nearest name, when there is none. */
bl_status bl_convert_channel(bl_ctx *ctx, const char *who, const bl_stream *behind, const char *name,
                             size_t *out) BL_MUST_CHECK;

/* Each run goes through the stages afresh; between two of them come zeros for as long as the gap lasts (at most a
 * week), under an annotation "BAD_ACQ_SKIP". What was decided is told in *report. Beside a file that holds no
 * annotations they go into a table, also an empty one where `annotated`; a table that an earlier one has left there is
 * replaced, or removed with the file that it is about, and a text that no writer of such tables has made is
 * BL_E_ARG. */
bl_status bl_convert_run(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_convert *how,
                         bl_texts *report) BL_MUST_CHECK;

/* The name of the table beside `path`; NULL when memory ran out. AUTO is CSV. */
char *bl_convert_table_name(bl_ctx *ctx, const char *path, bl_annotation_format format);

/* The channels of all streams that names and patterns mean, in that order, as the stage pick finds them. */
bl_status bl_convert_names(bl_ctx *ctx, const bl_recording *rec, const bl_texts *pick, bl_texts *names) BL_MUST_CHECK;

#endif
