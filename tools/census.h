/* census.h: what the samples of a channel say, gathered in one pass. */
#ifndef BL_CENSUS_H
#define BL_CENSUS_H

#include "baleen/recording.h"
#include "line_noise.h"

/* Samples equal to the least or the greatest value so far. In runs of three and more, a signal that moves elsewhere has
 * been cut off there. */
typedef struct bl_flat_top {
  uint64_t n, n_runs, n_in_runs, run; /* at it; runs, samples of these; the run at hand */
} bl_flat_top;

typedef struct bl_census {
  double min, max, sum;
  /* running; squares of deviations from it (Welford 1962): a sum of squares loses a small sd on a large mean */
  double mean, squares;
  uint64_t n, n_bad, run, longest_run;
  uint64_t n_at_limits, n_beyond; /* of what can be stored, as the header declares it */
  uint64_t n_same;                /* how many equal the sample before */
  bl_flat_top top, bottom;
  float last;
  uint64_t hash; /* of all samples */
  size_t twin;   /* 1 + the earlier channel of the stream with the same samples; 0: none */
  bl_line_noise line;
} bl_census;

void bl_census_add(bl_census *t, const bl_channel *c, double rate_hz, float value);
double bl_census_mean(const bl_census *t); /* NAN without samples */
double bl_census_sd(const bl_census *t);
/* Samples in runs of equal values at the signal's own extremes, and how many runs, when these look like clipping: two
 * runs or more, of a signal that otherwise moves (codes of triggers, slow and coarse signals stand still
 * everywhere). */
uint64_t bl_census_flat_tops(const bl_census *t, uint64_t *n_runs);

/* All samples of a stream; t [n_channels] zeroed. */
bl_status bl_census_stream(bl_ctx *ctx, bl_recording *rec, size_t k, bl_census *t) BL_MUST_CHECK;

enum { BL_REMARK = 400 };
/* In words what is odd about a channel, "" when nothing is. */
void bl_census_remark(const bl_rec_stream *s, const bl_census *all, size_t channel, char out[BL_REMARK]);

#endif
