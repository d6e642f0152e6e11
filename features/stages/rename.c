/* rename: gives channels other names; values pass unchanged.
 *
 * First every character of `strip` is taken off both ends of every name (PhysioNet pads names with dots: "Fc5."); then
 * `normalise` writes electrodes as the 10-5 system does, by the rule in channel.h ("EEG FP1-REF" is "Fp1"), and
 * `modern` gives T3 T4 T5 T6 their names of today, T7 T8 P7 P8; then from[i] becomes to[i]. Two channels of one name
 * are refused. */
#include <string.h>

#include "baleen/channel.h"
#include "baleen/text.h"
#include "stage_util.h"

typedef struct params {
  char *strip;
  bool normalise, modern;
  bl_texts from, to;
} params;

static const bl_opt opts[] = {
    BL_TEXT(params, strip, NULL, "characters to take off both ends of every name, such as '.'"),
    BL_BOOL(params, normalise, "false",
            "write electrodes as the 10-5 system does: 'EEG FP1-REF' is Fp1, 'Fcz.' is FCz"),
    BL_BOOL(params, modern, "false", "with normalise: T3, T4, T5, T6 become T7, T8, P7, P8"),
    BL_TEXTS(params, from, NULL, "names to change, as they are once stripped and normalised"),
    BL_TEXTS(params, to, NULL, "what they become, in the same order"),
    BL_OPT_END,
};

static bl_status new_name(bl_ctx *ctx, const params *p, const char *old, char **out)
{
  const char *strip = p->strip ? p->strip : "";
  size_t n = strlen(old);
  while (n && strchr(strip, *old)) old++, n--;
  while (n && strchr(strip, old[n - 1])) n--;
  char *name = *out = bl_strf(ctx, "%.*s", (int)n, old);
  if (name && p->normalise) {
    *out = bl_channel_normalise(ctx, name, p->modern);
    bl_free(ctx, name);
    name = *out;
  }
  if (!name) return bl_fail_nomem(ctx, "rename");
  for (size_t i = 0; i < p->from.n; i++)
    if (!strcmp(p->from.v[i], name)) {
      bl_free(ctx, name);
      return (*out = bl_strdup(ctx, p->to.v[i])) ? BL_OK : bl_fail_nomem(ctx, "rename");
    }
  return BL_OK;
}

/* Every name of `from` must be there, as it is once stripped. */
static bl_status check_from(bl_ctx *ctx, const params *p, const bl_stream *in)
{
  params bare = {.strip = p->strip, .normalise = p->normalise, .modern = p->modern};
  bl_texts names = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < in->channels.n; i++) {
    char *name = NULL;
    s = new_name(ctx, &bare, in->channels.v[i], &name);
    if (!s) s = bl_texts_add(ctx, &names, name);
    bl_free(ctx, name);
  }
  for (size_t i = 0; !s && i < p->from.n; i++) {
    if (bl_texts_find(&names, p->from.v[i]) >= 0) continue;
    const char *near = bl_nearest(p->from.v[i], bl_text_at, &names);
    s = bl_fail(ctx, BL_E_CONFIG, "rename: no channel '%s'%s%s%s", p->from.v[i], near ? "; did you mean '" : "",
                near ? near : "", near ? "'?" : "");
  }
  bl_texts_free(ctx, &names);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->from.n != p->to.n)
    return bl_fail(ctx, BL_E_CONFIG, "rename: %zu names in from, but %zu in to; give as many", p->from.n, p->to.n);
  if (p->modern && !p->normalise)
    return bl_fail(ctx, BL_E_CONFIG, "rename: modern: true goes with normalise: true, which is not given");
  bl_status s = check_from(ctx, p, in);
  if (s) return s;
  bl_texts_free(ctx, &out->channels);
  for (size_t i = 0; !s && i < in->channels.n; i++) {
    char *name = NULL;
    s = new_name(ctx, p, in->channels.v[i], &name);
    if (!s && bl_texts_find(&out->channels, name) >= 0)
      s = bl_fail(ctx, BL_E_CONFIG, "rename: '%s' would be the name of two channels; give another name for '%s'", name,
                  in->channels.v[i]);
    if (!s) s = bl_texts_add(ctx, &out->channels, name);
    bl_free(ctx, name);
  }
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)pp, (void)out;
  *(size_t *)sp = bl_stream_width(in);
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (n) memcpy(y, x, n * *(const size_t *)sp * sizeof *y);
  return BL_OK;
}

const bl_stage_class bl_stage_rename = {
    .name = "rename",
    .summary = "Other names for channels",
    .source = "mne.rename_channels",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(size_t),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
