/* bench.h: a stage at work on one case of its suite: what comes in, made once, and the stage started, fed and compared. */
#ifndef BL_TESTS_BENCH_H
#define BL_TESTS_BENCH_H

#include "stage_conformance.h"

enum { N = 3000, CHANNELS = 3 };

/* The suite at work: one program tests one stage. */
typedef struct stage_suite_now {
  const char *stage;
  const stage_case *cases;
  size_t n_cases;
} stage_suite_now;
extern stage_suite_now suite;

static inline double rate_of(const stage_case *r) { return r->rate_hz > 0 ? r->rate_hz : 250; }
static inline double length_of(const stage_case *r) { return r->length > 0 ? r->length : 1; }
static inline double hop_of(const stage_case *r) { return r->hop > 0 ? r->hop : 1; }
static inline const char *options_of(const stage_case *r) { return r->options ? r->options : ""; }

/* A case at work: the stream and frames that come in. */
typedef struct bench {
  bl_ctx *ctx;
  const stage_case *r;
  char text[256]; /* the stage and its options */
  chain before;
  bl_stream wave;
  const bl_stream *in;
  bl_frames x; /* of `in`; owned */
  chain branch[MOST_BRANCHES];
  size_t n_branches;
} bench;

/* ---- signals ----------------------------------------------------------------------------------------------------- */

/* What waveform to feed. */
typedef float (*signal_fn)(size_t sample, size_t channel);
static inline float noise(size_t i, size_t c)
{
  bl_rng r = bl_rng_make(7, "conformance", i * 8 + c);
  return (float)(30 * bl_rng_normal(&r) + 100 * (double)c);
}
static inline float silence(size_t i, size_t c) { return (void)i, (void)c, 0; }
static inline float level(size_t i, size_t c) { return (void)i, (float)(c + 1) * -3.25F; }
/* As an amplifier without a high-pass gives it; and with spikes. */
static inline float offset(size_t i, size_t c) { return noise(i, c) + 5000; }
static inline float spikes(size_t i, size_t c) { return offset(i, c) + (i % 997 == 5 ? 4000 : 0); }

/* ---- the bench --------------------------------------------------------------------------------------------------- */

/* Channels of the signal from `first` on, `n_channels` of them. */
void bench_open(bench *b, const stage_case *r, signal_fn f, size_t first, size_t n_channels);
void bench_close(bench *b);
/* The stage at work on the bench's streams; *c is empty on failure. bench_start() must not fail. */
bl_status bench_try(bl_ctx *ctx, const bench *b, chain *c);
void bench_start(bench *b, chain *c);
/* n frames at x, of the bench or of a block of one's own, and as many of each branch: those that belong to them, or the
 * same block. */
bl_status bench_push(bl_ctx *ctx, const bench *b, chain *c, const float *x, size_t n, bool end);
/* Runs the first n frames in blocks: 0: one block; 1: frame by frame; else random cuts from this seed. */
void bench_feed(bench *b, chain *c, size_t n, uint64_t cut);
/* How many frames come out of n. */
size_t expected_frames(const stage_case *r, size_t n);
void same_frames(const bl_frames *got, const bl_frames *want, const char *what);

/* ---- stage_class.c: checks of the class and its options, on no bench ---------------------------------------------- */

void check_class(void **arg);
void check_options(void **arg);

/* ---- stage_inputs.c: checks of what comes in --------------------------------------------------------------------- */

void check_quiet(void **arg);
void check_broken(void **arg);
void check_goes_on(void **arg);
void check_channels(void **arg);
void check_needs(void **arg);

#endif
