/* app_entropy: approximate entropy: how much less often pieces of order + 1 samples are alike than pieces of `order`.
 *
 * The mean of ln(share of all pieces that are like this one, itself among them) of pieces of `order` samples, less that
 * of pieces of order + 1 (matches.h). Alike is what differs by up to tolerance, 0.2 standard deviations: over n (antropy)
 * or n - 1 (mne_features). 0 for a constant. Time grows with the square of the segment. */
#include <math.h>

#include "matches.h"
#include "series.h"

typedef struct app_entropy_params {
  int64_t order;
  bl_word tolerance;
  int convention;
} app_entropy_params;

static const char *const autos[] = {"auto", NULL};

static const bl_opt opts[] = {
    BL_INT(app_entropy_params, order, "2", 1, 1000, "samples", "length of the pieces that are compared"),
    BL_WORD(app_entropy_params, tolerance, "auto", autos, 0, 1e300, 0, "",
            "how far samples of alike pieces may be apart; auto: 0.2 standard deviations"),
    BL_ENUM(app_entropy_params, convention, "antropy", bl_peers,
            "standard deviation over n: antropy; over n - 1: mne_features"),
    BL_OPT_END};

/* Mean of the logarithms of the shares. room: n numbers, then the bytes of matches.h. */
static double phi(const double *x, size_t n, size_t m, double r, double *room)
{
  uint32_t *counts = (uint32_t *)room;
  size_t pieces = n + 1 - m;
  double sum = 0;
  bl_match_counts(x, n, m, r, true, (uint8_t *)(room + n), counts);
  for (size_t i = 0; i < pieces; i++) sum += log((double)counts[i] / (double)pieces);
  return sum / (double)pieces;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const app_entropy_params *p = s->params;
  size_t m = (size_t)p->order, ddof = p->convention == BL_MNE_FEATURES;
  double r = p->tolerance.word < 0 ? p->tolerance.real : 0.2 * sqrt(bl_variance(x, n, ddof)), *room;
  bl_status status = bl_series_need(ctx, s, n, m + 1);
  if (!status) status = bl_series_room(ctx, s, n + BL_MATCH_ROOM(n) / sizeof *room + 1, &room);
  if (!status) *out = phi(x, n, m, r, room) - phi(x, n, m + 1, r, room);
  return status;
}

static const char *const what[] = {"app_entropy"}, *const units[] = {"nat"};
static const bl_series_form form = {"app_entropy", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_app_entropy = {
    .name = "app_entropy",
    .summary = "approximate entropy of each channel and bin",
    .source = "Pincus 1991; antropy.app_entropy",
    .opts = opts,
    .params_size = sizeof(app_entropy_params),
    BL_SERIES_SLOTS,
};
