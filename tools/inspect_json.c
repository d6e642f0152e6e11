/* jansson's own memory may run out too: every maker returns NULL or false then, which ends in BL_E_NOMEM. */
#include "inspect_json.h"

#include <math.h>

static bool put_census(bl_ctx *ctx, json_t *o, const bl_rec_stream *s, const bl_census *all, size_t channel)
{
  const bl_census *t = &all[channel];
  char odd[BL_REMARK];
  double db;
  uint64_t n_runs, n_flat = bl_census_flat_tops(t, &n_runs);
  int line = bl_line_noise_hz(&t->line, &db);
  bl_census_remark(s, all, channel, odd);
  return bl_json_put(o, "min", bl_json_real(t->n ? t->min : (double)NAN)) &&
         bl_json_put(o, "max", bl_json_real(t->n ? t->max : (double)NAN)) &&
         bl_json_put(o, "mean", bl_json_real(bl_census_mean(t))) &&
         bl_json_put(o, "sd", bl_json_real(bl_census_sd(t))) &&
         bl_json_put(o, "clipped", json_integer((json_int_t)t->n_at_limits)) &&
         bl_json_put(o, "beyond_limits", json_integer((json_int_t)t->n_beyond)) &&
         bl_json_put(o, "flat_top_samples", json_integer((json_int_t)n_flat)) &&
         bl_json_put(o, "flat_top_runs", json_integer((json_int_t)n_runs)) &&
         bl_json_put(o, "not_finite", json_integer((json_int_t)t->n_bad)) &&
         bl_json_put(o, "line_hz", line ? json_integer(line) : json_null()) &&
         bl_json_put(o, "line_db", line ? json_real(db) : json_null()) &&
         bl_json_put(o, "line_50_measured", json_boolean(!isnan(bl_line_noise_db(&t->line, 50)))) &&
         bl_json_put(o, "line_60_measured", json_boolean(!isnan(bl_line_noise_db(&t->line, 60)))) &&
         bl_json_put(o, "same_as", bl_json_text(ctx, t->twin ? s->channels[t->twin - 1].name : NULL)) &&
         bl_json_put(o, "remark", bl_json_text(ctx, odd));
}

/* An object, or NULL when `ok` is not so: then it is gone. */
static json_t *unless(bool ok, json_t *o)
{
  if (ok) return o;
  json_decref(o);
  return NULL;
}

static json_t *channel_json(bl_ctx *ctx, const bl_rec_stream *s, const bl_census *all, size_t channel)
{
  const bl_channel *c = &s->channels[channel];
  json_t *o = json_object();
  bool ok = o && bl_json_put(o, "name", bl_json_text(ctx, c->name)) &&
            bl_json_put(o, "unit", bl_json_text(ctx, c->unit)) &&
            bl_json_put(o, "unusable", json_boolean(c->unusable)) && (!all || put_census(ctx, o, s, all, channel));
  return unless(ok, o);
}

static json_t *stream_json(bl_ctx *ctx, const bl_rec_stream *s, const bl_census *t)
{
  json_t *o = json_object(), *channels = json_array(), *runs = json_array();
  bool ok = o && bl_json_put(o, "rate_hz", json_real(s->rate_hz)) &&
            bl_json_put(o, "frames", json_integer((json_int_t)s->n_frames));
  for (size_t c = 0; ok && c < s->n_channels; c++) ok = !json_array_append_new(channels, channel_json(ctx, s, t, c));
  for (size_t i = 0; ok && i < s->n_runs; i++)
    ok = !json_array_append_new(runs, json_pack("{s:f, s:I, s:I}", "start_s", s->runs[i].start_s, "first",
                                                (json_int_t)s->runs[i].first, "frames", (json_int_t)s->runs[i].n));
  ok = bl_json_put(o, "channels", channels) && ok; /* taken over, whatever happened */
  ok = bl_json_put(o, "runs", runs) && ok;
  return unless(ok, o);
}

static json_t *annotation_json(bl_ctx *ctx, const bl_annotation *a)
{
  json_t *o = json_object();
  bool ok =
      o && bl_json_put(o, "onset_s", json_real(a->onset_s)) && bl_json_put(o, "duration_s", json_real(a->duration_s)) &&
      bl_json_put(o, "label", bl_json_text(ctx, a->label)) &&
      bl_json_put(o, "channel", bl_json_text(ctx, a->channel)) && bl_json_put(o, "file", bl_json_text(ctx, a->file)) &&
      bl_json_put(o, "low_hz", bl_json_real(a->low_hz)) && bl_json_put(o, "high_hz", bl_json_real(a->high_hz)) &&
      bl_json_put(o, "score", bl_json_real(a->has_score ? a->score : NAN));
  return unless(ok, o);
}

static bool put_lists(bl_ctx *ctx, json_t *o, const bl_recording *rec, bl_census *const *t)
{
  json_t *streams = json_array(), *notes = json_array(), *marks = json_array();
  bool ok = true;
  for (size_t k = 0; ok && k < rec->n_streams; k++)
    ok = !json_array_append_new(streams, stream_json(ctx, &rec->streams[k], t[k]));
  for (size_t i = 0; ok && i < rec->annotations.n; i++)
    ok = !json_array_append_new(marks, annotation_json(ctx, &rec->annotations.v[i]));
  for (size_t i = 0; ok && i < rec->notes.n; i++)
    ok = !json_array_append_new(notes, bl_json_text(ctx, rec->notes.v[i]));
  ok = bl_json_put(o, "streams", streams) && ok;
  ok = bl_json_put(o, "annotations", marks) && ok;
  return bl_json_put(o, "notes", notes) && ok;
}

bl_status bl_inspect_json(bl_ctx *ctx, json_t *files, const bl_recording *rec, bl_census *const *t, const bl_verdict *v)
{
  json_t *o = json_object();
  bool ok = o && bl_json_put_path(ctx, o, rec->path) && bl_json_put(o, "format", bl_json_text(ctx, rec->format)) &&
            bl_json_put(o, "duration_s", json_real(rec->duration_s)) && put_lists(ctx, o, rec, t) &&
            bl_json_put(o, "start", bl_json_text(ctx, rec->has_start ? rec->start : NULL)) &&
            bl_json_put(o, "deviations", json_integer((json_int_t)rec->n_deviations)) &&
            (!v->edflib || bl_json_put(o, "edflib", v->takes ? json_string("accepts") : json_integer(v->code)));
  return json_array_append_new(files, unless(ok, o)) ? bl_fail_nomem(ctx, rec->path) : BL_OK;
}

bl_status bl_inspect_json_error(bl_ctx *ctx, json_t *files, const char *path, const char *error)
{
  json_t *o = json_object();
  bool ok = o && bl_json_put_path(ctx, o, path) && bl_json_put(o, "error", bl_json_text(ctx, error));
  return json_array_append_new(files, unless(ok, o)) ? bl_fail_nomem(ctx, path) : BL_OK;
}
