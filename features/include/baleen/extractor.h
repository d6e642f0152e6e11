/* extractor.h: from a stream to rows. Chains of stages that begin alike share their beginning; at the leaves, summaries
 * turn the frames of each segment into one row. Constant memory: frames go through, rows come out. */
#ifndef BALEEN_EXTRACTOR_H
#define BALEEN_EXTRACTOR_H

#include "baleen/epoch.h"
#include "baleen/segment.h"
#include "baleen/stage.h"
#include "baleen/summary.h"

/* Which stream of a recording a branch is made of. */
typedef struct bl_branch_stream {
  bl_word rate_hz;   /* auto, or the stream's rate */
  bl_texts channels; /* names or patterns (* ? [ab]) of which it has at least one; none: any stream */
} bl_branch_stream;
extern const bl_opt bl_branch_stream_opts[];
/* How many of the channels that it names `in` has. */
size_t bl_branch_stream_fits(const bl_branch_stream *s, const bl_stream *in);
/* A named chain of stages with the summaries of its end. One without summaries gives no features: a stage of a branch
 * behind it takes its frames (bl_stage_class, branches), or they are wanted themselves (kept). */
typedef struct bl_branch {
  char *name;
  bl_branch_stream stream;
  bl_stage *stages;
  size_t n_stages;
  bl_summary *summaries;
  size_t n_summaries;
  bool kept; /* set by whoever taps its frames (bl_extractor_tap), so that it needs no summaries */
} bl_branch;
/* What to compute: features are the branches' summaries, in order. Owned parts; a zeroed recipe is empty. */
typedef struct bl_recipe {
  bl_branch *branches;
  size_t n_branches;
} bl_recipe;
/* Adds an empty branch. *out stays valid until the next call. */
bl_status bl_recipe_add_branch(bl_ctx *ctx, bl_recipe *r, const char *name, bl_branch **out) BL_MUST_CHECK;
/* Adds a stage or summary with defaults; *out points to it until the next call. */
bl_status bl_branch_add_stage(bl_ctx *ctx, bl_branch *b, const char *name, bl_stage **out) BL_MUST_CHECK;
bl_status bl_branch_add_summary(bl_ctx *ctx, bl_branch *b, const char *name, bl_summary **out) BL_MUST_CHECK;
void bl_recipe_free(bl_ctx *ctx, bl_recipe *r);
/* Branches that name their stream alike share an input. How many inputs there are, and that of branch b; the first is
 * that of the first branch. Below, `in` stands for an array of as many streams: mostly one. */
size_t bl_recipe_n_inputs(const bl_recipe *r);
size_t bl_recipe_input(const bl_recipe *r, size_t b);
/* Whether a stage of a branch behind takes the end of branch b, which then need have no summaries. */
bool bl_recipe_is_taken(const bl_recipe *r, size_t b);
/* Whether branch b is good for something: it has summaries, or is taken, or kept. */
bool bl_recipe_is_used(const bl_recipe *r, size_t b);
/* The branch of that name, which stands before branch b; BL_E_CONFIG when there is none. */
bl_status bl_recipe_branch_above(bl_ctx *ctx, const bl_recipe *r, size_t b, const char *name, size_t *at) BL_MUST_CHECK;
/* The first branch of an input, whose `stream` says which it is. */
const bl_branch *bl_recipe_input_branch(const bl_recipe *r, size_t input);
/* Which channels of `in` the recipe's features depend on: needed[in->n_channels] is written, those of several inputs one
 * behind the other. One whose absence an
 * option of a stage provides for (missing: zero, say) is not needed, nor is one that is dropped on the way. With
 * `rejects`, every channel of the waveforms is needed that limits of amplitudes look at (bl_extractor_set_rules). */
bl_status bl_recipe_needs(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bool rejects,
                          bool *needed) BL_MUST_CHECK;
/* Whether the stages of one branch can be carried out on a stream: up to the first that takes other branches, which is not
 * looked at. BL_OK, or why not. */
bl_status bl_branch_check(bl_ctx *ctx, const bl_branch *b, const bl_stream *in) BL_MUST_CHECK;
/* BL_OK when the recipe makes the same of `in` as of `wanted`, which may have more channels, another rate or other
 * units: each branch ends in frames of the same rate, channels, units and bins, and where rates or units differ at
 * first, only a stage that goes by them (BL_STAGE_CONVERTS) makes them the same. Else BL_E_MISMATCH, which says what
 * differs. */
bl_status bl_recipe_same(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *wanted, const bl_stream *in,
                         bool rejects) BL_MUST_CHECK;

/* Told one thing that a recipe cannot do: the branch, and its stage or its summary. The text is in ctx. BL_OK: go on. */
typedef bl_status (*bl_recipe_slip_fn)(void *user, bl_ctx *ctx, const bl_branch *branch, const bl_stage *stage,
                                       const bl_summary *summary, bl_status status);
/* What features the recipe makes of `in`, without starting anything. All that it cannot do is told: of each branch the
 * first stage that fails, or each summary. *out is empty then; freed by bl_feature_names_free(). */
bl_status bl_recipe_shape(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bl_recipe_slip_fn slip, void *user,
                          bl_feature_names *out) BL_MUST_CHECK;

typedef struct bl_extractor bl_extractor;
/* Called for each finished row: span is the one that was added, row holds bl_extractor_width() floats and lives during
 * the call. Rows come in the order in which their spans were added. status is BL_OK, or why this segment gave no row
 * (its text is in ctx; row is then NULL): the caller decides whether the rest goes on. Returning non-OK stops. */
typedef bl_status (*bl_row_fn)(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row);

/* Shapes the whole tree for `in`; the recipe is borrowed until bl_extractor_free(). Errors name branch and stage. */
bl_status bl_extractor_new(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bl_row_fn on_row, void *user,
                           bl_extractor **out) BL_MUST_CHECK;
/* Rules for all segments from the next bl_extractor_begin() on; limits are borrowed. A baseline corrects the frames
 * that the summaries of each branch get, waveform or spectrum; all of a segment's frames are then held until it ends,
 * so that memory grows by length x width floats for each open segment and branch, and by no more; features bear the
 * unit that it leaves (bl_baseline_unit). Rejection looks, in each branch, at the last waveform on the way (one bin, at
 * the rate of its source: before any STFT); one channel out of bounds, or a NaN where there is a limit, and the segment
 * gives no row in any branch but BL_E_REJECTED. BL_E_CONFIG when a pattern of the limits fits no channel. After a
 * failure no rules hold. */
bl_status bl_extractor_set_rules(bl_ctx *ctx, bl_extractor *e, const bl_epoch_rules *rules) BL_MUST_CHECK;
void bl_extractor_free(bl_ctx *ctx, bl_extractor *e);
/* Features, in row order: "<branch>.<summary's name>" when there are several branches, else the summary's name. So are
 * the blocks named, one or more for each summary. */
const bl_feature_names *bl_extractor_names(const bl_extractor *e);
size_t bl_extractor_width(const bl_extractor *e);
/* The largest latency of all branches, in seconds; *whole names the first stage that needs the whole run, or NULL. */
double bl_extractor_latency(const bl_extractor *e, const char **whole);
/* How many stages run, shared ones counted once. */
size_t bl_extractor_n_stages(const bl_extractor *e);
/* Stage i of these, and what it adds to the latency of what comes in. */
typedef struct bl_stage_part {
  const char *branch; /* the first that has it; borrowed from the recipe */
  const char *stage;
  double latency_s; /* INFINITY when it needs the whole run, NAN behind one that does */
  bool whole;
} bl_stage_part;
bl_stage_part bl_extractor_stage(const bl_extractor *e, size_t i);
/* The stage that costs most of the latency on the way to the branch that is known last; BL_NO_STAGE when none costs any,
 * or one of them needs the whole run. */
#define BL_NO_STAGE ((size_t)-1)
size_t bl_extractor_slowest(const bl_extractor *e);
/* What stage i would add to the latency with what `q` of its class says; INFINITY where that cannot be, NAN where q asks
 * for no value. */
bl_status bl_extractor_try(bl_ctx *ctx, const bl_extractor *e, size_t i, const bl_quicker *q,
                           double *latency_s) BL_MUST_CHECK;
/* Of stage i, option NULL behind the last; NULL: there are none. */
const bl_quicker *bl_extractor_quicker(const bl_extractor *e, size_t i);

/* From the next bl_extractor_begin() on, spans may be announced that began up to so many seconds ago: their rows have the
 * same bits as if they had been announced before. The frames of so long a time are kept, of each branch and of each
 * waveform that is judged; 0, at first: none; INFINITY: all of the run, for stages that find events when it has ended.
 * Segments say by look_back_s how much they need (segment.h); to this comes how late events are told. */
bl_status bl_extractor_set_history(bl_ctx *ctx, bl_extractor *e, double seconds) BL_MUST_CHECK;
/* A new run that begins run_start_s seconds after the recording's start: all stages start afresh. */
bl_status bl_extractor_begin(bl_ctx *ctx, bl_extractor *e, double run_start_s) BL_MUST_CHECK;
/* Announces a span of this run, ascending by start, before its first frame is pushed, or while that is still kept
 * (bl_extractor_set_history). The span is copied, its label is not. Its row comes out of a later push or finish. */
bl_status bl_extractor_add_span(bl_ctx *ctx, bl_extractor *e, const bl_span *span) BL_MUST_CHECK;
/* Before the next n frames are pushed, spans that begin before this time must have been announced, where no history is
 * kept. It lies a little behind the last of these frames: what a span's edge is rounded to is a frame of the slowest
 * stream. */
double bl_extractor_announce_s(const bl_extractor *e, size_t n);
/* n frames [frame][channel][bin] of the input stream; of several, of the first. With n 0 come out the rows of spans
 * announced since the last push whose frames have all gone by. */
bl_status bl_extractor_push(bl_ctx *ctx, bl_extractor *e, const float *x, size_t n) BL_MUST_CHECK;
/* The same of any input. Inputs are pushed side by side: the first, then the others up to the time that it has reached;
 * what lies between them is held, so memory follows the length of a push. */
bl_status bl_extractor_push_to(bl_ctx *ctx, bl_extractor *e, size_t input, const float *x, size_t n) BL_MUST_CHECK;
/* How many frames of an input have gone by in this run; where it was begun in its middle, those before that count. */
uint64_t bl_extractor_pushed(const bl_extractor *e, size_t input);
/* When some stage finds events: true, and how long after its onset an event is told at the latest, in seconds; that much
 * history is needed beside what the segments need, and the length of a push. */
bool bl_extractor_finds_events(const bl_extractor *e, double *lag_s);
/* Adds to *out what the stages have found in this run since the last call, with times from the recording's start; labels
 * stay as long as the recipe. *known_s: what is found later begins there or behind it; INFINITY when no stage finds
 * events, or after bl_extractor_end(). To be called now and then where they find some: it is kept until then. */
bl_status bl_extractor_events(bl_ctx *ctx, bl_extractor *e, bl_findings *out, double *known_s) BL_MUST_CHECK;
/* The run's last frame was pushed: stages give what they owe, the last events included. Spans around these may then
 * still be announced. bl_extractor_finish() does it where it was not called. */
bl_status bl_extractor_end(bl_ctx *ctx, bl_extractor *e) BL_MUST_CHECK;
/* The run ends: stages give what they owe, open segments are finished. One that ends behind the run's last sample gives
 * no row but BL_E_SHAPE. After an error from push or finish, bl_extractor_begin() starts afresh. */
bl_status bl_extractor_finish(bl_ctx *ctx, bl_extractor *e) BL_MUST_CHECK;

/* ---- the frames themselves ----
 *
 * Told n frames of a branch's end as they come: [frame][channel][bin] of bl_extractor_end_of(), before any baseline. Every
 * run is told from its first frame on, whatever spans there are. Returning non-OK stops. */
typedef bl_status (*bl_tap_fn)(void *user, bl_ctx *ctx, const float *frames, size_t n);
/* From the next push on; fn NULL: no longer. */
void bl_extractor_tap(bl_extractor *e, size_t branch, bl_tap_fn fn, void *user);
/* What the stages of a branch end in. */
const bl_stream *bl_extractor_end_of(const bl_extractor *e, size_t branch);

/* ---- long runs in pieces ----
 *
 * Threads may each do a piece of a run, with extractors of their own: that of the spans which begin in [from, to) begins
 * the run at the frame that bl_extractor_first_frame() tells for `from`, is told these spans, and is pushed the frames
 * from that one on, beyond `to` if need be, until none is open any more (or the run ends: bl_extractor_finish()). Their
 * rows are, bit for bit, those of the whole run in one. Frames are those of the first input; where there are several,
 * bl_extractor_pushed() tells the first frame of each once the run has begun. */

/* The first stage that has to see a run from its beginning, so that it cannot be done in pieces, or "streams whose rates
 * have no common measure"; NULL when all can. */
const char *bl_extractor_uncut(const bl_extractor *e);
/* The frame of the first input to begin with, so that the rows of all spans that begin at from_s or later have the bits
 * that they have in the whole run; 0 when that is the run's beginning. The rules hold that are set
 * (bl_extractor_set_rules). */
uint64_t bl_extractor_first_frame(const bl_extractor *e, double run_start_s, double from_s);
/* As bl_extractor_begin(), but the first frame that is pushed will be this one of the run: one that
 * bl_extractor_first_frame() told, or 0. Spans that begin too early for it are refused (BL_E_ARG). */
bl_status bl_extractor_begin_at(bl_ctx *ctx, bl_extractor *e, double run_start_s, uint64_t first_frame) BL_MUST_CHECK;
/* How many spans that were announced still wait for frames. */
size_t bl_extractor_n_open(const bl_extractor *e);

#endif
