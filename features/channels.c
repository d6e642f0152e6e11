/* channels.c: see channels.h. */
#include "channels.h"

#include <string.h>

#include "baleen/channel.h"
#include "baleen/text.h"

/* Copies at most 255 characters of a name as it is compared. */
static const char *normal(const char *name, char *buf)
{
  while (*name == ' ') name++;
  size_t n = strlen(name);
  if (n > 255) n = 255;
  memcpy(buf, name, n);
  while (n && (buf[n - 1] == ' ' || buf[n - 1] == '.')) n--;
  buf[n] = '\0';
  return buf;
}

static bool is_pattern(const char *name) { return strpbrk(name, "*?[") != NULL; }

static void add(size_t channel, size_t *index, size_t *n)
{
  for (size_t i = 0; i < *n; i++)
    if (index[i] == channel) return;
  index[(*n)++] = channel;
}

/* Says that there is no such channel: the nearest name, or the first forty. */
static bl_status missing(bl_ctx *ctx, const char *who, const bl_stream *in, const char *name)
{
  bl_texts have = {0};
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < in->channels.n; i++) {
    char buf[256];
    s = bl_texts_add(ctx, &have, normal(in->channels.v[i], buf));
    if (!s && i < 40) s = bl_buf_printf(ctx, &all, "%s%s", i ? ", " : "", buf);
  }
  const char *near = s ? NULL : bl_nearest(name, bl_text_at, &have);
  if (!s && near) s = bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'; did you mean '%s'?", who, name, near);
  else if (!s)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'; there are %s%s", who, name, bl_buf_text(&all),
                have.n > 40 ? " ..." : "");
  bl_texts_free(ctx, &have);
  bl_buf_free(ctx, &all);
  return s;
}

/* Adds what `name` means, unless index is NULL; false when that is nothing. */
static bool find(const bl_stream *in, const char *want, size_t *index, size_t *n)
{
  char have[256];
  bool found = false;
  size_t n_channels = in->channels.n < in->n_channels ? in->channels.n : in->n_channels;
  for (size_t i = 0; i < n_channels; i++)
    if (!strcmp(want, normal(in->channels.v[i], have))) {
      if (index) add(i, index, n);
      found = true;
    }
  if (found || !is_pattern(want)) return found;
  for (size_t i = 0; i < n_channels; i++)
    if (bl_text_glob(want, normal(in->channels.v[i], have))) {
      if (index) add(i, index, n);
      found = true;
    }
  return found;
}

bl_status bl_channels_add(bl_ctx *ctx, const char *who, const bl_stream *in, const char *name, bool needed,
                          size_t *index, size_t *n)
{
  char want[256];
  normal(name, want);
  return find(in, want, index, n) || (is_pattern(want) && !needed) ? BL_OK : missing(ctx, who, in, name);
}

bool bl_channels_has(const bl_stream *in, const char *name)
{
  char want[256];
  return find(in, normal(name, want), NULL, NULL);
}

bool bl_channels_is_pattern(const char *name) { return is_pattern(name); }

static const char *type_at(const void *arg, size_t i)
{
  (void)arg;
  return i < BL_N_CHANNEL_TYPES ? bl_channel_type_name((bl_channel_type)i) : NULL;
}

/* Says which types there are instead. */
static bl_status no_such_type(bl_ctx *ctx, const char *who, const bl_stream *in)
{
  bool there[BL_N_CHANNEL_TYPES] = {0};
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; i < in->channels.n; i++) there[bl_channel_type_of(in->channels.v[i])] = true;
  for (unsigned i = 0; !s && i < BL_N_CHANNEL_TYPES; i++)
    if (there[i]) s = bl_buf_printf(ctx, &all, "%s%s", all.len ? ", " : "", bl_channel_type_name((bl_channel_type)i));
  if (!s)
    s = bl_fail(ctx, BL_E_CONFIG,
                "%s: no channel is of the types wanted; by their names they are %s; rename them, or pick them by name",
                who, bl_buf_text(&all));
  bl_buf_free(ctx, &all);
  return s;
}

bl_status bl_channels_keep_types(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_texts *types,
                                 size_t *index, size_t *n)
{
  bool wanted[BL_N_CHANNEL_TYPES] = {0};
  for (size_t i = 0; i < types->n; i++) {
    bl_channel_type t = bl_channel_type_find(types->v[i]);
    if (t == BL_N_CHANNEL_TYPES) {
      const char *near = bl_nearest(types->v[i], type_at, NULL);
      return bl_fail(ctx, BL_E_CONFIG,
                     "%s: no channel type '%s'%s%s%s; there are eeg, eog, ecg, emg, seeg, ecog, resp, "
                     "stim, audio, misc",
                     who, types->v[i], near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    wanted[t] = true;
  }
  if (!types->n) return BL_OK;
  size_t kept = 0;
  for (size_t i = 0; i < *n; i++)
    if (index[i] >= in->n_channels || wanted[bl_channel_type_of(in->channels.v[index[i]])]) index[kept++] = index[i];
  *n = kept;
  return kept ? BL_OK : no_such_type(ctx, who, in);
}

bl_status bl_channels_pick(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_texts *include,
                           const bl_texts *exclude, size_t **index, size_t *n)
{
  size_t *in_v = bl_calloc(ctx, in->n_channels, sizeof *in_v), *out_v = bl_calloc(ctx, in->n_channels, sizeof *out_v);
  size_t n_in = 0, n_out = 0, kept = 0;
  bl_status s = in_v && out_v ? BL_OK : bl_fail_nomem(ctx, "a choice of channels");
  for (size_t i = 0; !s && i < include->n; i++) s = bl_channels_add(ctx, who, in, include->v[i], true, in_v, &n_in);
  for (size_t i = 0; !s && !include->n && i < in->n_channels; i++) in_v[n_in++] = i;
  for (size_t i = 0; !s && i < exclude->n; i++) s = bl_channels_add(ctx, who, in, exclude->v[i], false, out_v, &n_out);
  for (size_t i = 0; !s && i < n_in; i++) {
    bool out = false;
    for (size_t k = 0; k < n_out; k++) out = out || out_v[k] == in_v[i];
    if (!out) in_v[kept++] = in_v[i];
  }
  if (!s && !kept) s = bl_fail(ctx, BL_E_CONFIG, "%s: no channel is left of %zu; exclude fewer", who, in->n_channels);
  bl_free(ctx, out_v);
  if (s) {
    bl_free(ctx, in_v);
    return s;
  }
  *index = in_v;
  *n = kept;
  return BL_OK;
}
