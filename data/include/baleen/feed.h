/* feed.h: a recording as it comes. Beside bl_recording, which reads from anywhere, a feed is pulled from its first
 * frame on and never asks how long it is: a pipe that has no end, or a file.
 *
 *   bl_feed_open()    reads the header, and no more: bl_feed_head() then tells streams, rates, channels, units
 *   bl_feed_choose()  which of its streams the frames are of, one or several
 *   bl_feed_pull()    gives frames, a gap, events, or the end, in the order in which they are known
 *
 * From a pipe come raw samples (pcm:rate=..,channels=..,format=..:-), WAV and RF64 (also with the lengths that programs
 * write which cannot go back to put in the right ones: 0, or all that fits), EDF, EDF+, BDF and BDF+. Other formats are
 * refused by name. Frames have the bits that bl_recording_read() gives of the same file, whatever the blocks they come
 * in.
 *
 * In a file whatever comes later may correct what came before; a feed cannot wait for it. EDF+: a record's time stamp
 * counts as it stands (one that goes back is passed over: no time runs backward), and an event is announced when its
 * record is there. */
#ifndef BALEEN_FEED_H
#define BALEEN_FEED_H

#include "baleen/recording.h"

typedef struct bl_feed bl_feed;

typedef enum bl_feed_kind { BL_FEED_FRAMES, BL_FEED_GAP, BL_FEED_EVENTS, BL_FEED_END } bl_feed_kind;

/* What was pulled. Its arrays are the feed's, and good until the next pull. */
typedef struct bl_feed_item {
  bl_feed_kind kind;
  /* FRAMES: n[k] of the chosen stream k, [frame][channel], n[0] at least 1. Those of the others go as far in time as
   * those of the first, but for a frame that is still to come; together they are all of the run */
  const float *const *v;
  const size_t *n;
  double start_s; /* GAP: the next frame's time after the recording's start; the frames behind it are a new run */
  const bl_annotation
      *events; /* EVENTS: n_events, times after the recording's start; they may lie behind the frames so far */
  size_t n_events;
} bl_feed_item;

/* path: as bl_recording_open() has it; "-" is standard input, whose first bytes tell what it is, and
 * pcm:rate=..,channels=..,format=..:- raw samples from there. A path that is no regular file (a named pipe, a device)
 * is read so too. Waits for the header, not for samples. BL_E_FORMAT, BL_E_UNSUPPORTED: no such header; a format that
 * cannot be read without seeking, with what to do instead. */
bl_status bl_feed_open(bl_ctx *ctx, const char *path, bl_feed **out) BL_MUST_CHECK;
void bl_feed_close(bl_ctx *ctx, bl_feed *f);
/* True when a path can only be read from its beginning to its end; looks at no byte of it. */
bool bl_feed_is_pipe(const char *path);

/* What the header says. From a pipe, streams have n_frames 0 and no runs; events are not among its annotations, for
 * they are pulled. Owned by the feed. */
const bl_recording *bl_feed_head(const bl_feed *f);
/* True for a pipe: more may come at any time, and nobody knows when it ends. */
bool bl_feed_is_live(const bl_feed *f);
/* How long after its own time a frame comes at the latest, were it sent as soon as it can be: the length of a record of
 * EDF, else 0. */
double bl_feed_delay_s(const bl_feed *f);
/* All events with an onset before this have now been pulled, in seconds after the recording's start; INFINITY when there
 * will be no others, or none at all. */
double bl_feed_known_s(const bl_feed *f);
/* The trigger codes of a channel, appended, as bl_recording_triggers() has them; channel NULL: the one whose name says that
 * it holds codes, BL_E_CONFIG when there is none. BL_E_UNSUPPORTED from a pipe: what is to come cannot be read ahead. */
bl_status bl_feed_triggers(bl_ctx *ctx, bl_feed *f, const char *channel, uint32_t mask,
                           bl_annotations *out) BL_MUST_CHECK;
/* The streams that frames are to be of, the first one until then; one may be chosen twice. What one of several has no
 * frames of is a gap for all of them. Before the first pull. */
bl_status bl_feed_choose(bl_ctx *ctx, bl_feed *f, const size_t *streams, size_t n) BL_MUST_CHECK;
/* Waits for what comes next. `most` frames of the first stream at a time, 0: as many as are convenient; where fewer are there it does not
 * wait for more. BL_FEED_END again behind the end. BL_E_CANCELLED soon after bl_ctx_cancel(), also while it waits. */
bl_status bl_feed_pull(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out) BL_MUST_CHECK;

#endif
