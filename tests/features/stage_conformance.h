/* stage_conformance.h: what stage.h promises of every stage, tested on the cases that a stage's own test file names.
 *
 * A test file test_stage_<name>.c lists its cases and ends with STAGE_SUITE(), which runs each check on each case, and
 * whatever tests of its own the file has. The build refuses a stage that has no such file; the suite refuses cases that
 * leave an option at its default everywhere, or a choice untried. What each check looks at is said in the suite's
 * source, suite/stage_conformance.c. */
#ifndef BL_TEST_STAGE_CONFORMANCE_H
#define BL_TEST_STAGE_CONFORMANCE_H

#include "chain.h"

/* The input of stages that take spectra: 33 bins of three channels, at 250 / 16 frames a second. */
#define POWER_SPECTRUM "stft n_fft=64 | power"
/* A broken value may show in all frames of its channel, but in no other channel. */
#define ALL_CHANNEL 1e9

enum { MOST_BRANCHES = 2 };

/* One set of options, and what is true of the stage with them. What is not named is 0, which means the usual. Numbers
 * count frames of the stage's input. A text waives part of a check and says why it must. */
typedef struct stage_case {
  const char *input;   /* the chain of stages that makes the input; NULL: a waveform of three channels, C3 C4 Cz */
  const char *options; /* "name=value name=value"; NULL: the defaults */
  double rate_hz;      /* of the waveform; 0: 250 Hz */
  /* of a stage that takes branches: the chains that these end in, from the same input; their frames must come without
   * delay, and are not what a check spoils */
  const char *branches[MOST_BRANCHES];

  /* How many frames come out of n: 1 + (n + 2 pad - length) / hop, rounded down; none when that is negative, or n is 0.
   * They need not be whole: up / down for a stage that makes another rate. */
  double length;  /* frames that the first frame of the output is made of; 0: 1 */
  double hop;     /* from one frame of the output to the next; 0: 1 */
  size_t pad;     /* frames put before the first and behind the last one */
  bool fills_end; /* samples left at the end get a frame of their own */
  double start;   /* how much later the first frame of the output lies than the first of the input */

  double reach; /* how far from its own time a value that is NaN or infinite may show; 0: in its own frame alone */
  const char *unbounded; /* it may show anywhere */
  const char *rounds;    /* it may change values around it in their last digits */
  const char *marks;     /* what is not finite comes out as 0, or as a NaN of the stage's own */
  const char *missing;   /* a channel that is not there comes out as NaN */

  const char *mixes;          /* channels depend on one another */
  const char *names_channels; /* a stream of one channel alone would be another case */
  const char *resamples;      /* a waveform comes out as a waveform of another rate */
  const char *foreign_blocks; /* the latency is an upper bound, for a library decides when frames come */
} stage_case;

/* Runs the suite on the n cases of the stage called `name`, and the file's own tests (may be NULL); returns what main() returns. */
int stage_suite(const char *name, const stage_case *of_stage, size_t n, const struct CMUnitTest *own, size_t n_own);
#define STAGE_SUITE(stage, cases, own, n_own) stage_suite(stage, cases, sizeof(cases) / sizeof *(cases), own, n_own)

#endif
