/* baleen inspect FILE...: what is in recordings, and what is odd about them. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/recording_write.h"
#include "command.h"
#include "line_noise.h"

typedef struct params {
  bool json, header, strict;
} params;
static const bl_opt opts[] = {BL_BOOL(params, json, "false", "as JSON, for programs"),
                              BL_BOOL(params, header, "false", "the header only: samples are not read"),
                              BL_BOOL(params, strict, "false", "exit status 1 when a file departs from its standard; EDF: EDFlib's verdict too"),
                              BL_OPT_END};

/* What the samples of a channel say. */
typedef struct tally {
  double min, max, sum, sum2;
  uint64_t n, n_bad, n_clipped, run, longest_run;
  float last;
  uint64_t hash;       /* of all samples */
  size_t twin;         /* 1 + the earlier channel of the stream with the same samples; 0: none */
  bl_line_noise line;
} tally;

/* Mixes a sample's bits into a hash (a multiply and a fold; odd constant of the golden ratio). */
static uint64_t mix(uint64_t h, float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  h = (h ^ bits) * 0x9e3779b97f4a7c15u;
  return h ^ h >> 29;
}

static void count(tally *t, const bl_channel *c, double rate_hz, float x)
{
  t->hash = mix(t->hash, x);
  bl_line_noise_add(&t->line, rate_hz, (double)x);
  if (!isfinite(x)) {
    t->n_bad++;
    return;
  }
  if (!t->n || (double)x < t->min) t->min = (double)x;
  if (!t->n || (double)x > t->max) t->max = (double)x;
  t->sum += (double)x;
  t->sum2 += (double)x * (double)x;
  /* at a limit of what can be stored, to within float rounding */
  if (isfinite(c->hi) && ((double)x >= c->hi - 1e-6 * fabs(c->hi) || (double)x <= c->lo + 1e-6 * fabs(c->lo))) t->n_clipped++;
  t->run = t->n && x == t->last ? t->run + 1 : 1;
  if (t->run > t->longest_run) t->longest_run = t->run;
  t->last = x;
  t->n++;
}

static bl_status tally_stream(bl_ctx *ctx, bl_recording *rec, size_t k, tally *t)
{
  const bl_rec_stream *s = &rec->streams[k];
  size_t frames = 65536 / (s->n_channels ? s->n_channels : 1) + 1, got = 1;
  float *block = bl_calloc(ctx, frames * (s->n_channels ? s->n_channels : 1), sizeof *block);
  bl_status status = block ? BL_OK : bl_fail_nomem(ctx, "a block of samples");
  for (uint64_t at = 0; !status && got && at < s->n_frames; at += got) {
    status = BL_CHECK_CANCEL(ctx);
    if (!status) status = bl_recording_read(ctx, rec, k, at, frames, block, &got);
    for (size_t i = 0; !status && i < got; i++)
      for (size_t c = 0; c < s->n_channels; c++) count(&t[c], &s->channels[c], s->rate_hz, block[i * s->n_channels + c]);
  }
  bl_free(ctx, block);
  for (size_t c = 0; c < s->n_channels; c++)
    for (size_t d = 0; d < c && !t[c].twin; d++)
      if (t[c].hash == t[d].hash && t[c].n == t[d].n && t[c].n && t[c].min < t[c].max) t[c].twin = d + 1;
  return status;
}

static double sd_of(const tally *t)
{
  if (!t->n) return NAN;
  double mean = t->sum / (double)t->n, var = t->sum2 / (double)t->n - mean * mean;
  return var > 0 ? sqrt(var) : 0;
}

/* How many microvolts the unit is; 0 when it is no voltage. */
static double microvolts(const char *unit)
{
  return !strcmp(unit, "uV") ? 1 : !strcmp(unit, "mV") ? 1e3 : !strcmp(unit, "V") ? 1e6 : !strcmp(unit, "nV") ? 1e-3 : 0;
}

enum { REMARK = 320 };

/* Appends "text; ". */
static void say(char out[REMARK], const char *format, ...) BL_PRINTF(2, 3);
static void say(char out[REMARK], const char *format, ...)
{
  size_t n = strlen(out);
  va_list args;
  va_start(args, format);
  vsnprintf(out + n, REMARK - n, format, args);
  va_end(args);
  n = strlen(out);
  snprintf(out + n, REMARK - n, "; ");
}

/* In words what is odd about a channel, "" when nothing is. */
static void remark(const bl_rec_stream *s, const tally *all, size_t channel, char out[REMARK])
{
  const bl_channel *c = &s->channels[channel];
  const tally *t = &all[channel];
  double db, sd_uv = sd_of(t) * microvolts(c->unit);
  bool flat = t->n && t->min == t->max;
  out[0] = '\0';
  if (c->unusable) say(out, "unusable: its header makes no sense");
  if (flat) say(out, "flat");
  else if (t->n && (double)t->longest_run > s->rate_hz) say(out, "stands still for %.1f s", (double)t->longest_run / s->rate_hz);
  if (t->twin) say(out, "the same samples as %s", s->channels[t->twin - 1].name);
  if (t->n_clipped > 2 && !flat) say(out, "%llu samples at the limits", (unsigned long long)t->n_clipped);
  if (t->n_bad) say(out, "%llu NaN or infinite", (unsigned long long)t->n_bad);
  if (!flat && (sd_uv > 1e4 || (sd_uv > 0 && sd_uv < 0.1))) say(out, "sd of %.3g uV is far from EEG's: is the unit right?", sd_uv);
  int line = bl_line_noise_hz(&t->line, &db);
  if (line && db >= 10 && !flat) say(out, "%d Hz line noise, %.0f dB over its neighbours", line, db);
  size_t n = strlen(out);
  if (n >= 2) out[n - 2] = '\0';
}

static void print_stream(const bl_rec_stream *s, const tally *t)
{
  printf("  stream: %g Hz, %zu channel%s, %llu frames, %.3f s", s->rate_hz, s->n_channels, s->n_channels == 1 ? "" : "s",
         (unsigned long long)s->n_frames, (double)s->n_frames / s->rate_hz);
  if (s->n_runs > 1) printf(" in %zu runs with gaps between", s->n_runs);
  putchar('\n');
  for (size_t i = 1; i < s->n_runs && i <= 10; i++) {
    double end = s->runs[i - 1].start_s + (double)s->runs[i - 1].n / s->rate_hz;
    printf("    gap: %.3f s to %.3f s (%.3f s)\n", end, s->runs[i].start_s, s->runs[i].start_s - end);
  }
  for (size_t c = 0; c < s->n_channels; c++) {
    char odd[REMARK] = "";
    if (!t) {
      printf("    %-18s %s\n", s->channels[c].name, s->channels[c].unit);
      continue;
    }
    remark(s, t, c, odd);
    printf("    %-18s %-6s min %-11.5g max %-11.5g mean %-11.5g sd %-11.5g%s%s\n", s->channels[c].name, s->channels[c].unit,
           t[c].n ? t[c].min : NAN, t[c].n ? t[c].max : NAN, t[c].n ? t[c].sum / (double)t[c].n : NAN, sd_of(&t[c]),
           *odd ? " ! " : "", odd);
  }
}

/* How often each label occurs, most frequent first: a night may hold thousands. */
static void print_annotations(const bl_annotations *a)
{
  enum { MOST = 12 };
  const char *label[MOST];
  size_t n[MOST], k = 0, more = 0;
  for (size_t i = 0; i < a->n; i++) {
    size_t j = 0;
    while (j < k && strcmp(label[j], a->v[i].label)) j++;
    if (j == k && k < MOST) label[k] = a->v[i].label, n[k++] = 0;
    if (j < k) n[j]++;
    else more++;
  }
  if (a->n) printf("  annotations: %zu:", a->n);
  for (size_t j = 0; j < k; j++) printf(" %s x%zu", *label[j] ? label[j] : "(no label)", n[j]);
  if (a->n) printf(more ? " and %zu others\n" : "\n", more);
}

static json_t *real_or_null(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *stream_json(const bl_rec_stream *s, const tally *t)
{
  json_t *channels = json_array(), *runs = json_array();
  for (size_t c = 0; c < s->n_channels; c++) {
    json_t *o = json_pack("{s:s, s:s, s:b}", "name", s->channels[c].name, "unit", s->channels[c].unit, "unusable", s->channels[c].unusable);
    char odd[REMARK];
    if (t) {
      remark(s, t, c, odd);
      json_object_set_new(o, "min", real_or_null(t[c].n ? t[c].min : NAN));
      json_object_set_new(o, "max", real_or_null(t[c].n ? t[c].max : NAN));
      json_object_set_new(o, "mean", real_or_null(t[c].n ? t[c].sum / (double)t[c].n : NAN));
      json_object_set_new(o, "sd", real_or_null(sd_of(&t[c])));
      json_object_set_new(o, "clipped", json_integer((json_int_t)t[c].n_clipped));
      json_object_set_new(o, "not_finite", json_integer((json_int_t)t[c].n_bad));
      double db;
      int line = bl_line_noise_hz(&t[c].line, &db);
      json_object_set_new(o, "line_hz", line ? json_integer(line) : json_null());
      json_object_set_new(o, "line_db", line ? json_real(db) : json_null());
      json_object_set_new(o, "same_as", t[c].twin ? json_string(s->channels[t[c].twin - 1].name) : json_null());
      json_object_set_new(o, "remark", json_string(odd));
    }
    json_array_append_new(channels, o);
  }
  for (size_t i = 0; i < s->n_runs; i++)
    json_array_append_new(runs, json_pack("{s:f, s:I, s:I}", "start_s", s->runs[i].start_s, "first", (json_int_t)s->runs[i].first,
                                          "frames", (json_int_t)s->runs[i].n));
  return json_pack("{s:f, s:I, s:o, s:o}", "rate_hz", s->rate_hz, "frames", (json_int_t)s->n_frames, "channels", channels, "runs", runs);
}

/* What the strict have to say. */
typedef struct verdict {
  bool asked, edflib, takes; /* edflib: it was asked too */
  int code;
} verdict;

static void add_json(json_t *files, const bl_recording *rec, tally **t, const verdict *v)
{
  json_t *streams = json_array(), *notes = json_array(), *marks = json_array();
  for (size_t k = 0; k < rec->n_streams; k++) json_array_append_new(streams, stream_json(&rec->streams[k], t[k]));
  for (size_t i = 0; i < rec->notes.n; i++) json_array_append_new(notes, json_string(rec->notes.v[i]));
  for (size_t i = 0; i < rec->annotations.n; i++) {
    const bl_annotation *a = &rec->annotations.v[i];
    json_array_append_new(marks, json_pack("{s:f, s:f, s:s}", "onset_s", a->onset_s, "duration_s", a->duration_s, "label", a->label));
  }
  json_t *o = json_pack("{s:s, s:s, s:f, s:o, s:o, s:o}", "path", rec->path, "format", rec->format, "duration_s", rec->duration_s,
                        "streams", streams, "annotations", marks, "notes", notes);
  json_object_set_new(o, "start", rec->has_start ? json_string(rec->start) : json_null());
  json_object_set_new(o, "deviations", json_integer((json_int_t)rec->n_deviations));
  if (v->edflib) json_object_set_new(o, "edflib", v->takes ? json_string("accepts") : json_integer(v->code));
  json_array_append_new(files, o);
}

static void print_recording(const bl_recording *rec, tally **t, const verdict *v)
{
  printf("%s: %s, %.3f s", rec->path, rec->format, rec->duration_s);
  if (rec->has_start) printf(", begins %s", rec->start);
  putchar('\n');
  for (size_t k = 0; k < rec->n_streams; k++) print_stream(&rec->streams[k], t[k]);
  if (!rec->n_streams) puts("  no signal");
  print_annotations(&rec->annotations);
  for (size_t i = 0; i < rec->notes.n; i++) printf("  note: %s\n", rec->notes.v[i]);
  if (v->asked) printf("  strict: %s\n", rec->n_deviations ? "departs from its standard" : "conforms");
  if (v->edflib && v->takes) puts("  EDFlib: accepts it");
  else if (v->edflib) printf("  EDFlib: refuses it (%d)%s\n", v->code, v->code == -10 ? ": it reads no EDF+D" : "");
}

static bl_status inspect(bl_ctx *ctx, const char *path, const params *p, json_t *files)
{
  bl_recording *rec = NULL;
  tally **t = NULL;
  bl_status s = bl_recording_open(ctx, path, &rec);
  if (!s && !(t = bl_calloc(ctx, rec->n_streams, sizeof *t))) s = bl_fail_nomem(ctx, path);
  for (size_t k = 0; !s && !p->header && k < rec->n_streams; k++) {
    t[k] = bl_calloc(ctx, rec->streams[k].n_channels, sizeof **t);
    s = t[k] ? tally_stream(ctx, rec, k, t[k]) : bl_fail_nomem(ctx, path);
  }
  verdict v = {.asked = p->strict};
  v.edflib = !s && p->strict && (!strncmp(rec->format, "EDF", 3) || !strncmp(rec->format, "BDF", 3));
  if (v.edflib) s = bl_edf_verdict(ctx, path, &v.takes, &v.code);
  if (!s && files) add_json(files, rec, t, &v);
  else if (!s) print_recording(rec, t, &v);
  if (!s && p->strict && rec->n_deviations)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: departs from its standard in %zu way%s; 'baleen repair' writes a conforming EDF", path,
                rec->n_deviations, rec->n_deviations > 1 ? "s" : "");
  for (size_t k = 0; t && k < rec->n_streams; k++) bl_free(ctx, t[k]);
  bl_free(ctx, t);
  bl_recording_close(ctx, rec);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  json_t *files = p->json ? json_array() : NULL;
  size_t n_failed = 0;
  for (size_t i = 0; i < args->n; i++) {
    bl_status s = inspect(ctx, args->v[i], p, files);
    if (!s) continue;
    n_failed++;
    *status = s;
    if (s == BL_E_NOMEM || s == BL_E_CANCELLED) break;
    if (args->n > 1) bl_log(ctx, BL_LOG_ERROR, "%s", bl_ctx_error(ctx));
  }
  if (files) {
    json_t *root = json_pack("{s:i, s:o}", "schema", 1, "files", files);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    if (text) puts(text);
    free(text); /* jansson's own */
  }
  if (args->n > 1 && n_failed && n_failed < args->n) {
    *status = BL_OK; /* told one by one */
    return BL_EXIT_PARTLY;
  }
  return bl_exit_of(*status);
}

static const char *const examples[] = {"baleen inspect data/sets/eegmmidb-s001/S001R06.edf", "baleen inspect --json *.wav", "baleen inspect --strict night.edf", NULL};

const bl_command bl_command_inspect = {
    .name = "inspect", .summary = "show what is in recordings, and what is odd about them", .arguments = "FILE...",
    .min_args = 1, .max_args = (size_t)-1,
    .about = "Format, streams, channels, units, gaps, annotations, the range of each channel, clipped, flat, doubled and missing samples,\n"
             "amplitudes that no EEG has, hum of the mains, and every departure from the file's standard with the assumption made.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
