/* extractor_private.h: what an extractor is made of; extractor.c builds it, extractor_run.c feeds it. */
#ifndef BALEEN_EXTRACTOR_PRIVATE_H
#define BALEEN_EXTRACTOR_PRIVATE_H

#include "baleen/extractor.h"

/* Places in the tree: nodes by their number, inputs from the other end, the first of them at ROOT. */
#define ROOT ((size_t)-1)
static inline bool bl_is_input(size_t at) { return at > ROOT / 2; }
static inline size_t bl_input_of(size_t at) { return ROOT - at; }

/* How the frames of a stream lie to those of the first input when a run is begun in its middle: at a multiple of `align`
 * frames of the input, of which `per` frames of the stream are made. Begun at 0, frames from `good` on are what they are in
 * a whole run; begun at m align, from good + m per on. align 0: only a whole run will do. */
typedef struct footing {
  uint64_t align, per, good;
} footing;

/* The other parents of a node, and the frames of all of them that wait for their counterparts; wait[0] is of `parent`. */
typedef struct joint {
  size_t *parent, n;
  bl_frames *wait;
  const float **x; /* room for the waiting frames' places */
} joint;

typedef struct node {
  size_t parent; /* a node or an input */
  joint more;    /* n 0: one parent */
  bl_stage_run run;
  bl_frames out; /* what the block in hand made */
  char *key;     /* class and options, to find equal ones */
  const char *branch;
  const bl_stage *stage; /* the recipe's */
  footing foot;          /* of what it puts out */
} node;

/* The last frames of a leaf or a judge, for spans that are announced when they have begun. */
typedef struct history {
  float *v;
  size_t from, n, cap; /* frames [from, from + n) of room for cap */
  uint64_t first;      /* the number of the oldest */
} history;

typedef struct leaf {
  const bl_branch *branch;
  size_t node, offset;     /* offset: of its first summary among all summaries */
  const bl_stream *stream; /* what its summaries get: what the node puts out, or `corrected` */
  bl_stream corrected;     /* the same in the unit that the baseline leaves; empty while it leaves the unit as it is */
  uint64_t count;          /* frames seen in this run */
  uint64_t good;           /* the first frame that is what it is in a whole run */
  history past;            /* the last frames seen */
  bl_tap_fn tap;           /* NULL: nobody listens */
  void *tap_user;
} leaf;

/* One summary of one leaf, and where it writes. */
typedef struct seat {
  const bl_summary *summary;
  size_t leaf, column;
} seat;

/* A waveform whose amplitudes decide whether a segment is kept: the last one on the way to a leaf. */
typedef struct judge {
  size_t node; /* or an input */
  const char *branch;
  const bl_stream *stream;
  size_t offset;         /* of its first channel among all judged channels */
  double *flat, *reject; /* limits, per channel */
  uint64_t count;        /* frames seen in this run */
  uint64_t good;         /* as in a leaf */
  history past;          /* the last frames seen */
} judge;

/* Frames of one leaf that wait for their baseline. */
typedef struct held {
  float *v;
  size_t n, cap; /* frames, floats */
  uint64_t first;
} held;

/* States of all seats, for one open span. */
typedef struct desk desk;
struct desk {
  void **state;
  held *held;         /* per leaf, when there is a baseline */
  double *low, *high; /* per judged channel */
  desk *next;         /* in the pool */
};

typedef struct range {
  uint64_t first, behind;
} range;

/* An event that stage `node` found. */
typedef struct caught {
  bl_finding finding;
  size_t node;
} caught;

typedef struct open_span {
  bl_span span;
  desk *desk;       /* NULL before its first frame */
  range *on;        /* frames it covers, for each leaf; then for each input; then for each judge, those it looks at */
  bl_status status; /* why it can give no row */
  char *why;
} open_span;

typedef struct inlet {
  bl_stream stream;
  footing foot;
  uint64_t pushed; /* frames of this run */
} inlet;

struct bl_extractor {
  const bl_recipe *recipe;
  inlet *in;
  size_t n_inputs;
  bl_row_fn on_row;
  void *user;
  node *nodes;
  size_t n_nodes;
  leaf *leaves;
  seat *seats;
  size_t n_seats;
  bl_feature_names names;
  float *row;
  bl_epoch_rules rules;
  bool holds; /* frames wait for their baseline */
  judge *judges;
  size_t n_judges, n_judged; /* judged: channels of all judges */
  desk *pool;
  open_span *open; /* [head, n_open) are waiting */
  size_t head, n_open, cap_open;
  double run_start_s, last_start_s, history_s;
  bool ended; /* stages have given what they owed */
  /* events: those that nobody has asked for yet; where summaries take some, those that open spans may still touch */
  bl_findings untold;
  bool hears;     /* some summary takes events */
  bool *comes_of; /* then: of each node, for each, whether it is that node or is made of it [n_nodes x n_nodes] */
  caught *caught;
  size_t n_caught, cap_caught;
  double known_s; /* what is found later begins there or behind it */
};

/* Puts the place in the recipe before the error: "stage 'mel': ", and "branch 'x', " first when there are several. */
bl_status bl_extractor_fail(bl_ctx *ctx, const bl_extractor *e, bl_status s, const char *branch, const char *kind,
                            const char *name);
/* Names and units of all features, anew from the leaves' streams; after a failure the old ones stay. */
bl_status bl_extractor_name_features(bl_ctx *ctx, bl_extractor *e) BL_MUST_CHECK;
/* ---- extractor_pieces.c ------------------------------------------------------------------------------------------ */

footing bl_footing_of_input(const bl_extractor *e, size_t input);
/* Of what comes into a stage with these parents. */
footing bl_footing_of_parents(const bl_extractor *e, size_t parent, const joint *more);
/* The footing of a started stage, from that of what comes in. */
footing bl_footing_behind(const bl_stage_run *stage, const bl_stream *in, footing of_in);
footing bl_extractor_footing(const bl_extractor *e, size_t at);

/* ---- extractor_events.c ------------------------------------------------------------------------------------------ */

/* BL_E_CONFIG when a summary takes events, and no stage before it finds any. */
bl_status bl_extractor_check_events(bl_ctx *ctx, bl_extractor *e) BL_MUST_CHECK;
/* What stages have found since the last call. */
bl_status bl_extractor_catch(bl_ctx *ctx, bl_extractor *e) BL_MUST_CHECK;
/* Events of a span whose frames are all in, to its summaries. */
bl_status bl_extractor_tell_events(bl_ctx *ctx, const bl_extractor *e, const open_span *o) BL_MUST_CHECK;
/* Forgets those that no span can touch any more. */
void bl_extractor_forget_events(bl_extractor *e);

/* ---- extractor_run.c --------------------------------------------------------------------------------------------- */

/* NULL and half-built ones are fine. */
void bl_desk_free(bl_ctx *ctx, const bl_extractor *e, desk *d);
/* Forgets all open spans; their desks go back to the pool. */
void bl_extractor_drop_spans(bl_ctx *ctx, bl_extractor *e);

/* ---- extractor_epoch.c ------------------------------------------------------------------------------------------- */

void bl_judges_free(bl_ctx *ctx, bl_extractor *e);
/* What a stage puts out, or the input (ROOT). */
const bl_stream *bl_extractor_stream(const bl_extractor *e, size_t at);
/* Each leaf's stream is again what its node puts out. */
void bl_leaves_uncorrect(bl_ctx *ctx, bl_extractor *e);
/* Time of a stream's frame after the span's anchor. Samples are counted from the anchor's own, as MNE does. */
double bl_extractor_time_of(const bl_extractor *e, const bl_stream *stream, const bl_span *span, double frame);
/* The parts of a desk that rules need; all of them freed by bl_desk_free(). */
bl_status bl_desk_add_rules(bl_ctx *ctx, const bl_extractor *e, desk *d) BL_MUST_CHECK;
void bl_desk_begin_rules(const bl_extractor *e, desk *d);
/* Frames of the judge's stream that a span's amplitudes are taken from. */
range bl_judge_range(const bl_extractor *e, const judge *j, const bl_span *span);
/* n frames at v, the first of them the judge's number `first`, into the span's extremes. */
void bl_judge_look(const judge *j, range on, desk *d, const float *v, uint64_t first, size_t n);
/* n frames of leaf b, the first of them number `first`, put aside. */
bl_status bl_desk_hold(bl_ctx *ctx, const bl_extractor *e, size_t b, desk *d, uint64_t first, const float *v,
                       size_t n) BL_MUST_CHECK;
/* BL_E_REJECTED, with all channels named, when an amplitude is out of bounds. */
bl_status bl_judges_verdict(bl_ctx *ctx, const bl_extractor *e, const desk *d) BL_MUST_CHECK;
/* Held frames, corrected, to their summaries. */
bl_status bl_desk_release_held(bl_ctx *ctx, const bl_extractor *e, const bl_span *span, desk *d) BL_MUST_CHECK;

/* ---- extractor_history.c ----------------------------------------------------------------------------------------- */

/* n frames of a stream, the first of them number `first`, are remembered for as long as the extractor's history goes
 * back from the end of the `more` frames of input in hand. */
bl_status bl_history_add(bl_ctx *ctx, const bl_extractor *e, const bl_stream *stream, history *h, const float *v,
                         uint64_t first, size_t n, size_t more) BL_MUST_CHECK;
/* The frames from number `first` on, *n of them; NULL when some of them are forgotten. */
const float *bl_history_from(const history *h, const bl_stream *stream, uint64_t first, size_t *n);
/* Nothing is remembered; the room stays. */
void bl_history_clear(history *h);

/* BL_E_RANGE when a stage makes so many numbers out of each one of the recording that memory would not hold a block of
 * them: `in` is what the recipe starts from. */
bl_status bl_check_cost(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_stream *out) BL_MUST_CHECK;

#endif
