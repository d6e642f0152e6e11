/* survey.h: what the headers of a source's recordings tell, before a sample of any is read: which streams there are,
 * which kind of them is the most common and decides for the others, what can never work, and which labels events bear.
 *
 * Each recording belongs to a kind: the rates, channels and units that its features are made of. The most common kind is
 * the model of the others: the rates, and the sets of channels with their units, in the order that most of those have. A
 * recording of another kind is taken as it is where the recipe makes the same of its streams, out of the same channels;
 * else as `predict` would take it, its channels found by name. */
#ifndef BL_SURVEY_H
#define BL_SURVEY_H

#include "baleen/run.h"
#include "extract.h"
#include "prepared.h"
#include "selection.h"
#include "tally.h"
#include "warned.h"

typedef struct bl_stream_kind {
  bl_streams in;
  size_t first, n;  /* the first recording that is of it, and how many are */
  bool cuts;        /* its runs may be cut into pieces */
  bl_status status; /* why the recipe cannot be carried out on it */
  char *why;
  bl_warned told; /* what its extractor warned of, which is so of all of them */
} bl_stream_kind;

#define BL_NO_KIND ((size_t)-1)
/* What a recording's header tells. */
typedef struct bl_seen {
  size_t kind;      /* BL_NO_KIND when it could not be told */
  size_t n_pieces;  /* that it is cut into, each a thread's work; 1: it is not cut */
  bl_piece *pieces; /* NULL when it is not */
  bool by_name;     /* its channels are to be found by the names of the most common kind */
  bl_status status; /* why it cannot be taken: it was warned of */
  char *why;
  bl_warned told; /* what its header was warned of */
} bl_seen;

typedef struct bl_survey {
  const bl_config *config; /* borrowed */
  bl_items items;
  bl_seen *seen;   /* [items.n] */
  size_t n_failed; /* of them */
  bl_stream_kind *kinds;
  size_t n_kinds, cap_kinds;
  size_t model; /* the most common kind that the recipe can be carried out on */
  bl_streams model_in;
  bl_wanted wanted; /* the same, for those of other kinds; borrows from here */
  char *whose;
  bl_tally events; /* of all recordings, when the segments ask for some */
  bl_live live;
  bl_feature_names names;                /* that the model kind gives */
  bl_dataset foreseen;                   /* the rows to come, without features, in the source's order; see foresee.h */
  bool foreseen_cut;                     /* there are more of them, or none can be foreseen */
  bl_stock stock;                        /* an extractor for each kind is in it */
  const struct bl_frames_wanted *frames; /* that are written as they come (frames.h); borrowed, NULL: none */
} bl_survey;

/* Lists the source's recordings and opens each for its header, in parallel. Warnings of what was found are told here,
 * in the source's order and once a kind; they need not be told again. Fails when all recordings do, for the first one's
 * reason, or when segments ask for events that there are not: BL_E_CONFIG where the config is at fault. */
bl_status bl_survey_make(bl_ctx *ctx, const bl_config *c, bl_survey *out) BL_MUST_CHECK;
void bl_survey_free(bl_ctx *ctx, bl_survey *v);

/* Carries out what was surveyed; see bl_extract(). folder: where rows.npy grows; NULL: in memory. */
bl_status bl_extract_surveyed(bl_ctx *ctx, bl_survey *survey, const char *folder, bl_extraction *out) BL_MUST_CHECK;

#endif
