/* extractor_pieces.c: runs that are begun in the middle, so that threads can each do a piece of one.
 *
 * Each stage says how much of its input it has to see, and at which multiples of frames it may start (bl_warm_up). Along
 * the tree this becomes, for each stream: at which multiples of frames of the first input a run may be begun, and from
 * which frame on the stream is then what it is in the whole run. Other inputs are streams like those of stages: of 200
 * and 400 Hz, two frames of the second come for each of the first. */
#include "extractor_private.h"

#define MOST_ALIGN ((uint64_t)1 << 40) /* beyond, no run is long enough, and products might not fit */
#define MOST_PER   1000                /* 44100 and 48000 Hz meet after 147 and 160 frames */

static uint64_t divisor_of_both(uint64_t a, uint64_t b)
{
  while (b) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* The least n, not above MOST_PER, so that n frames of the first input take as long as a whole number of another's. */
footing bl_footing_of_input(const bl_extractor *e, size_t input)
{
  double times = e->in[input].stream.rate_hz / e->in[0].stream.rate_hz;
  for (uint64_t n = 1; n <= MOST_PER; n++) {
    double m = rint((double)n * times);
    if (m >= 1 && m < (double)MOST_ALIGN && fabs(m / ((double)n * times) - 1) <= 1e-12)
      return (footing){n, (uint64_t)m, 0};
  }
  return (footing){0};
}

/* Frames of several streams of one rate that are taken together: at a time when all may begin. */
static footing footing_of_all(footing a, footing b)
{
  if (!a.align || !b.align) return (footing){0};
  uint64_t times = b.align / divisor_of_both(a.align, b.align), other = a.align / divisor_of_both(a.align, b.align);
  if (times > MOST_ALIGN / a.align || a.per * times != b.per * other) return (footing){0};
  return (footing){a.align * times, a.per * times, a.good > b.good ? a.good : b.good};
}

footing bl_footing_of_parents(const bl_extractor *e, size_t parent, const joint *more)
{
  footing f = bl_extractor_footing(e, parent);
  for (size_t i = 0; i < more->n; i++) f = footing_of_all(f, bl_extractor_footing(e, more->parent[i]));
  return f;
}

footing bl_footing_behind(const bl_stage_run *stage, const bl_stream *in, footing of_in)
{
  bl_warm_up w;
  if (!of_in.align || !stage->cls->warm_up || !stage->cls->warm_up(stage->state, &w)) return (footing){0};
  /* so many times the frames of before that the stage may start there */
  uint64_t times = w.align / divisor_of_both(of_in.per, w.align);
  if (times > MOST_ALIGN / of_in.align || w.align > MOST_ALIGN) return (footing){0};
  uint64_t out_per = (uint64_t)rint((double)w.align * stage->out.rate_hz / in->rate_hz); /* for w.align frames in */
  uint64_t blocks = (of_in.good + w.frames + w.align - 1) / w.align;
  return (footing){
      .align = of_in.align * times, .per = of_in.per * times / w.align * out_per, .good = blocks * out_per};
}

footing bl_extractor_footing(const bl_extractor *e, size_t at)
{
  return bl_is_input(at) ? e->in[bl_input_of(at)].foot : e->nodes[at].foot;
}

const char *bl_extractor_uncut(const bl_extractor *e)
{
  for (size_t i = 0; i < e->n_nodes; i++)
    if (!e->nodes[i].foot.align) return e->nodes[i].run.cls->name;
  for (size_t k = 0; k < e->n_inputs; k++)
    if (!e->in[k].foot.align) return "streams whose rates have no common measure";
  return NULL;
}

/* The input frame, as a real, at which a run has to begin at the latest so that frame `first` of a stream is good. */
static double latest_begin(footing f, double first)
{
  return floor((first - (double)f.good) / (double)f.per) * (double)f.align;
}

/* Of which number of frames a run can be begun at any multiple; 0: such a number would be too large. */
static uint64_t common_align(const bl_extractor *e)
{
  uint64_t align = 1;
  for (size_t i = 0; i < e->n_inputs + e->n_nodes; i++) {
    uint64_t other = i < e->n_inputs ? e->in[i].foot.align : e->nodes[i - e->n_inputs].foot.align;
    if (align / divisor_of_both(align, other) > MOST_ALIGN / other) return 0;
    align = align / divisor_of_both(align, other) * other;
  }
  return align;
}

uint64_t bl_extractor_first_frame(const bl_extractor *e, double run_start_s, double from_s)
{
  double latest = floor((from_s - run_start_s - e->in->stream.start_s) * e->in->stream.rate_hz) - 2;
  uint64_t align = bl_extractor_uncut(e) ? 0 : common_align(e);
  if (!align) return 0;
  for (size_t i = 0; i < e->recipe->n_branches + e->n_judges; i++) {
    bool is_leaf = i < e->recipe->n_branches;
    size_t k = is_leaf ? i : i - e->recipe->n_branches;
    footing f = bl_extractor_footing(e, is_leaf ? e->leaves[k].node : e->judges[k].node);
    const bl_stream *stream = is_leaf ? e->leaves[k].stream : e->judges[k].stream;
    /* a span's edge may be rounded to a frame before it: hence the 2 */
    double first = floor((from_s - run_start_s - stream->start_s) * stream->rate_hz) - 2;
    latest = fmin(latest, latest_begin(f, first));
  }
  return latest > 0 ? (uint64_t)latest / align * align : 0;
}

static void begin_stream(footing f, uint64_t first_frame, uint64_t *count, uint64_t *good)
{
  *count = first_frame / f.align * f.per;
  *good = *count + f.good;
}

bl_status bl_extractor_begin_at(bl_ctx *ctx, bl_extractor *e, double run_start_s, uint64_t first_frame)
{
  const char *whole = bl_extractor_uncut(e);
  bl_status s = bl_extractor_begin(ctx, e, run_start_s);
  if (s || !first_frame) return s;
  if (whole)
    return bl_fail(ctx, BL_E_ARG, "extractor: '%s' has to see a run from its beginning; begin with frame 0", whole);
  uint64_t align = common_align(e);
  if (!align || first_frame % align)
    return bl_fail(ctx, BL_E_ARG, "extractor: a run cannot be begun at frame %llu: its stages want a multiple of %llu",
                   (unsigned long long)first_frame, (unsigned long long)align);
  for (size_t b = 0; b < e->recipe->n_branches; b++)
    begin_stream(bl_extractor_footing(e, e->leaves[b].node), first_frame, &e->leaves[b].count, &e->leaves[b].good);
  for (size_t k = 0; k < e->n_judges; k++)
    begin_stream(bl_extractor_footing(e, e->judges[k].node), first_frame, &e->judges[k].count, &e->judges[k].good);
  for (size_t k = 0; k < e->n_inputs; k++) e->in[k].pushed = first_frame / e->in[k].foot.align * e->in[k].foot.per;
  return BL_OK;
}

size_t bl_extractor_n_open(const bl_extractor *e) { return e->n_open - e->head; }
