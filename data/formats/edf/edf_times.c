/* From the records' own time stamps to where they, and the labels, lie on the axis of the samples.
 *
 * A record's offset is its stamp less the time that the samples before it take: 0 all along in a contiguous file.
 * Stamps are rounded, clocks drift, writers err; hence these rules, in which everything hangs on offsets, so that
 * nothing gets lost by being small:
 *
 * 1. The expected offset follows the stamps, at most as fast as clocks drift (BL_EDF_MAX_DRIFT). A stamp farther from it than
 * the
 *    tolerance is a jump: what no drift explains adds up until it is one, however small it is in each record. The
 *    tolerance is half a sample of the fastest signal, at least 1 ms; and the last digit that stamps have, where that
 *    is
 *    10 ms or less and the duration of a record is no multiple of it, or the file says it is contiguous: programs
 *    round, and that is no gap.
 * 2. A jump that the next stamps contradict is a bad stamp: one too late when most of the next three lie nearer to
 * where they
 *    would without it, one too early when most of them go on from the records before it. The record follows the one
 *    before. The first stamp of all is bad when the next, two or three, agree with one another and speak against it:
 *    where they do not agree, a clock runs slow, and none is better than the first. Stamps of which every third and
 *    more goes back, in all by a tenth of the samples' time, are no times: all are bad.
 * 3. Any other jump forward is a gap of just that length: a new run of samples begins. A gap that small steps made up
 * is as
 *    long as all of them since the run began.
 * 4. Any other jump backward is a clock that was set: the record follows the one before without a gap, and its labels
 * with
 *    it. Time never runs backward. What it went back by, less than a record, is taken off the next gaps: stamps that
 *    jitter to and fro do not make time grow.
 * 5. The axis of the samples is what records and gaps add up to. A label keeps its distance to the samples of the
 * record whose
 *    stamps surround it, its own before others: behind a drifting, set or wrong stamp it stays where it was seen.
 *    Within the stamps' last digit the expected offset counts in place of the stamp's.
 * 6. Drift of more than the tolerance in all is noted, with its rate. In EDF+C, stamps must follow one another
 * exactly. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "edf_walk.h"
#include "recording_private.h"

enum { LOOK = 3 };
static const double MOST_BACK = 0.1; /* of the samples' time: far beyond any clock */

static double offset_of(const bl_edf *e, uint64_t r)
{
  return e->stamp_s[r] - e->first_onset_s - (double)r * e->record_s;
}

/* How many more of the next stamps behind r have offsets on that side of a limit than on the other. */
static int votes_for(const bl_edf *e, uint64_t r, double limit, bool below)
{
  int votes = 0, seen = 0;
  for (uint64_t k = r + 1; k < e->n_records && seen < LOOK; k++) {
    double o = offset_of(e, k);
    if (isnan(o)) continue;
    votes += (o < limit) == below ? 1 : -1;
    seen++;
  }
  return votes;
}

/* Whether the next two or three stamps behind r have one offset, to the tolerance, which is less than that of r. */
static bool is_contradicted(const bl_edf_walk *w, uint64_t r)
{
  const bl_edf *e = w->e;
  double lo = (double)INFINITY, hi = -(double)INFINITY;
  int seen = 0;
  for (uint64_t k = r + 1; k < e->n_records && seen < LOOK; k++) {
    double o = offset_of(e, k);
    if (isnan(o)) continue;
    lo = fmin(lo, o), hi = fmax(hi, o);
    seen++;
  }
  return seen >= 2 && hi - lo <= w->tolerance_s && hi < offset_of(e, r) - w->tolerance_s;
}

/* Whether the stamps say nothing of when the records were: all the same, each twice, backwards (rule 2). */
static bool are_senseless(const bl_edf_walk *w)
{
  const bl_edf *e = w->e;
  uint64_t n_back = 0;
  double first = (double)NAN, last = (double)NAN;
  for (uint64_t r = 0; r < e->n_records; r++) {
    double o = offset_of(e, r);
    if (isnan(o)) continue;
    if (isnan(first)) first = o;
    n_back += o < last - w->tolerance_s;
    last = o;
  }
  return 3 * n_back > e->n_records && last - first < -MOST_BACK * (double)e->n_records * e->record_s;
}

/* Of senseless stamps none is left but the first one's fraction of the start's second. */
static void pass_over_stamps(bl_edf_walk *w)
{
  bl_edf *e = w->e;
  double first = e->stamp_s[0];
  e->first_onset_s = first >= 0 && first < 1 ? first : 0;
  for (uint64_t r = 0; r < e->n_records; r++) {
    if (!isnan(e->stamp_s[r]) && !(fabs(offset_of(e, r)) <= w->tolerance_s))
      bl_edf_walk_deviates(w, BL_EDF_BAD_STAMP, r);
    e->stamp_s[r] = NAN;
  }
}

/* The stamp that the file's time counts from: the first that the next ones do not contradict. */
static void find_first(bl_edf_walk *w)
{
  bl_edf *e = w->e;
  if (are_senseless(w)) {
    pass_over_stamps(w);
    return;
  }
  for (uint64_t r = 0; r < e->n_records; r++) {
    double o = offset_of(e, r);
    if (isnan(o)) continue;
    if (!is_contradicted(w, r)) {
      e->first_onset_s = o;
      return;
    }
    bl_edf_walk_deviates(w, BL_EDF_BAD_STAMP, r);
    e->stamp_s[r] = NAN;
  }
}

/* One record's stamp, which becomes what it is taken for; the next ones have their say. */
static bl_status judge(bl_ctx *ctx, bl_edf_walk *w, uint64_t r)
{
  bl_edf *e = w->e;
  double o = offset_of(e, r), off = o - w->expected_s;
  int against = off > w->tolerance_s    ? votes_for(e, r, (w->expected_s + o) / 2, true)
                : off < -w->tolerance_s ? votes_for(e, r, w->expected_s - w->tolerance_s, false)
                                        : 0;
  return bl_edf_walk_step(ctx, w, r, o, against > 0, &e->stamp_s[r]);
}

static bl_status tell_drift(bl_ctx *ctx, bl_recording *rec, const bl_edf_walk *w)
{
  const bl_edf *e = w->e;
  double drift = w->drift_s + w->followed_s;
  if (!w->drifted || !(fabs(drift) > w->tolerance_s)) return BL_OK;
  return bl_recording_note(
      ctx, rec, e->discontinuous ? BL_W_REMARK : BL_W_DEVIATION,
      "byte %llu: annotation of signal %ld '%s' and others like it: the records' times drift by %+.3g ppm against the "
      "samples, %+.3f s in all; annotations were kept on the samples they stand by",
      (unsigned long long)(e->header_bytes + w->drifted * e->record_bytes + e->signals[w->signal].offset),
      w->signal + 1, e->signals[w->signal].label, drift / ((double)w->last * e->record_s) * 1e6, drift);
}

/* ---- labels ------------------------------------------------------------------------------------------------------ */

/* Where record r begins on the axis of the samples. */
static double begins_at(const bl_edf *e, uint64_t r)
{
  size_t lo = 0, hi = e->n_runs;
  while (hi - lo > 1) {
    size_t mid = lo + (hi - lo) / 2;
    if (e->runs[mid].first <= r) lo = mid;
    else hi = mid;
  }
  return e->runs[lo].start_s + (double)(r - e->runs[lo].first) * e->record_s;
}

/* The record whose stamp is the last before t: that in which the label stands when it can be, else one on that side of
 * it. */
static uint64_t record_of(const bl_edf *e, uint64_t own, double t)
{
  uint64_t lo = 0, hi = own;
  if (t >= e->stamp_s[own]) {
    if (t < e->stamp_s[own] + e->record_s) return own;
    lo = own, hi = e->n_records;
  }
  while (hi - lo > 1) { /* stamps before lo are before t, those from hi on behind it */
    uint64_t mid = lo + (hi - lo) / 2;
    if (e->stamp_s[mid] <= t) lo = mid;
    else hi = mid;
  }
  return lo;
}

/* No label of a time within the recording leaves it by what stamps beside it err. */
static double place(const bl_edf *e, uint64_t own, double t)
{
  uint64_t r = record_of(e, own, t);
  double at = t + (begins_at(e, r) - e->stamp_s[r]), end = begins_at(e, e->n_records - 1) + e->record_s;
  bool leaves = t >= 0 && t <= end && !(at >= 0 && at <= end);
  return leaves ? t : at;
}

static void place_labels(bl_recording *rec, const bl_edf_walk *w)
{
  for (size_t i = 0; i < rec->annotations.n; i++) {
    bl_annotation *a = &rec->annotations.v[i];
    uint64_t own = w->e->label_record[i];
    double begin = place(w->e, own, a->onset_s), end = place(w->e, own, a->onset_s + a->duration_s);
    bool other = a->duration_s > 0 && end > begin && fabs(end - begin - a->duration_s) > w->tolerance_s;
    if (other) a->duration_s = end - begin; /* within the tolerance, 30 s stay 30 s */
    a->onset_s = begin;
  }
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* Times count from the first record's own stamp, which may hold the fraction of the start's second. */
static void shift_times(bl_recording *rec, bl_edf_walk *w)
{
  bl_edf *e = w->e;
  if (!e->discontinuous && !(e->first_onset_s >= 0 && e->first_onset_s < 1))
    bl_edf_walk_deviates(w, BL_EDF_FIRST_ONSET, 0);
  for (size_t i = 0; i < rec->annotations.n; i++) rec->annotations.v[i].onset_s -= e->first_onset_s;
  if (!rec->has_start || !(fabs(e->first_onset_s) > 0)) return;
  rec->has_start = bl_recording_later(rec, e->first_onset_s, rec->start);
}

/* Without samples, stamps say when the file begins, and no more. */
static bool has_samples(const bl_edf *e)
{
  bool any = false;
  for (size_t i = 0; i < e->n_signals; i++) any |= !e->signals[i].annotation && e->signals[i].spr;
  return any;
}

bl_status bl_edf_times(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  bl_edf_walk w = {.e = e};
  if (!e->n_records) return BL_OK;
  if (!e->stamp_s) return bl_edf_walk_run(ctx, &w, 0);
  bl_edf_walk_begin(e, &w);
  bool samples = has_samples(e);
  if (samples) {
    find_first(&w);
  } else if (isfinite(e->stamp_s[0])) {
    e->first_onset_s = e->stamp_s[0];
  }
  shift_times(rec, &w);
  bl_status s = bl_edf_walk_run(ctx, &w, 0);
  for (uint64_t r = 0; samples && !s && r < e->n_records; r++) {
    s = judge(ctx, &w, r);
    if (!s && r % 65536 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  if (!s && samples) s = tell_drift(ctx, rec, &w);
  if (!s && samples) place_labels(rec, &w);
  if (s) return s;
  bl_annotations_sort(&rec->annotations);
  bl_free(ctx, e->label_record);
  e->label_record = NULL;
  return BL_OK;
}
