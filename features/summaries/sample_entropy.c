/* sample_entropy: how rarely pieces of the signal that were alike go on to be so: -ln of the share that does.
 *
 * Pieces of `order` samples, all but the last, are compared with one another (matches.h), the largest difference counts;
 * none with itself. antropy: alike is what differs by less than tolerance, which is 0.2 standard deviations (over n); 0
 * where no pieces are alike. mne_features: by up to tolerance, the deviation over n - 1; there NaN and a warning.
 * Infinite, with a warning, where none goes on alike. Time grows with the square of the segment. */
#include <math.h>

#include "matches.h"
#include "series.h"

typedef struct sample_entropy_params {
  int64_t order;
  bl_word tolerance;
  int convention;
} sample_entropy_params;

static const char *const autos[] = {"auto", NULL};

static const bl_opt opts[] = {
    BL_INT(sample_entropy_params, order, "2", 1, 1000, "samples", "length of the pieces that are compared"),
    BL_WORD(sample_entropy_params, tolerance, "auto", autos, 0, 1e300, 0, "",
            "how far samples of alike pieces may be apart; auto: 0.2 standard deviations"),
    BL_ENUM(sample_entropy_params, convention, "antropy", bl_peers,
            "antropy: closer than tolerance; mne_features: up to it, n - 1"),
    BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const sample_entropy_params *p = s->params;
  bool mne = p->convention == BL_MNE_FEATURES;
  size_t m = (size_t)p->order;
  double r = p->tolerance.word < 0 ? p->tolerance.real : 0.2 * sqrt(bl_variance(x, n, mne)), *room;
  uint64_t alike, still;
  bl_status status = bl_series_need(ctx, s, n, m + 2);
  if (!status) status = bl_series_room(ctx, s, BL_MATCH_ROOM(n) / sizeof *room + 1, &room);
  if (status) return status;
  bl_match_pairs(x, n, m, r, mne, (uint8_t *)room, &alike, &still);
  if (!alike) *out = mne ? (double)NAN : 0;
  else *out = still == alike ? 0 : -log((double)still / (double)alike);
  return BL_OK;
}

static const char *const what[] = {"sample_entropy"}, *const units[] = {"nat"};
static const bl_series_form form = {"sample_entropy", what, units, 1, 3, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_sample_entropy = {
    .name = "sample_entropy",
    .summary = "sample entropy of each channel and bin",
    .source = "Richman and Moorman 2000; antropy.sample_entropy",
    .opts = opts,
    .params_size = sizeof(sample_entropy_params),
    BL_SERIES_SLOTS,
};
