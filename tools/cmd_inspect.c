/* baleen inspect FILE...: what is in recordings, and what is odd about them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/recording_write.h"
#include "command.h"
#include "inspect_json.h"

typedef struct params {
  bool json, header, strict;
  char *start_pattern;
} params;
static const bl_opt opts[] = {
    BL_BOOL(params, json, "false", "as JSON, for programs"),
    BL_BOOL(params, header, "false", "the header only: samples are not read"),
    BL_BOOL(params, strict, "false", "exit status 1 when a file departs from its standard; EDF: EDFlib's verdict too"),
    BL_TEXT(params, start_pattern, NULL,
            "when it began, by the file's name where its header does not say: such as '%Y%m%d_%H%M%S' (also %y, "
            "%f; ? is any character); not given: the patterns of common recorders; none: do not look"),
    BL_OPT_END};

enum { MOST_GAPS = 10 };

static void print_stream(const bl_rec_stream *s, const bl_census *t)
{
  printf("  stream: %g Hz, %zu channel%s, %llu frames, %.3f s", s->rate_hz, s->n_channels,
         s->n_channels == 1 ? "" : "s", (unsigned long long)s->n_frames, (double)s->n_frames / s->rate_hz);
  if (s->n_runs > 1) printf(" in %zu runs with gaps between", s->n_runs);
  putchar('\n');
  if (s->n_runs && s->runs[0].start_s > 0) printf("    gap: 0.000 s to %.3f s, at the beginning\n", s->runs[0].start_s);
  for (size_t i = 1; i < s->n_runs && i <= MOST_GAPS; i++) {
    double end = s->runs[i - 1].start_s + (double)s->runs[i - 1].n / s->rate_hz;
    printf("    gap: %.3f s to %.3f s (%.3f s)\n", end, s->runs[i].start_s, s->runs[i].start_s - end);
  }
  if (s->n_runs > MOST_GAPS + 1) printf("    and %zu more gaps\n", s->n_runs - 1 - MOST_GAPS);
  for (size_t c = 0; c < s->n_channels; c++) {
    char odd[BL_REMARK] = "";
    if (!t || !t[c].n) {
      const char *why = !t ? "" : t[c].n_bad ? "all NaN or infinite" : "no samples";
      printf("    %-18s %-6s %s\n", s->channels[c].name, s->channels[c].unit, why);
      continue;
    }
    bl_census_remark(s, t, c, odd);
    printf("    %-18s %-6s min %-11.5g max %-11.5g mean %-11.5g sd %-11.5g%s%s\n", s->channels[c].name,
           s->channels[c].unit, t[c].min, t[c].max, bl_census_mean(&t[c]), bl_census_sd(&t[c]), *odd ? " ! " : "", odd);
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

static void print_recording(const bl_recording *rec, bl_census **t, const bl_verdict *v)
{
  printf("%s: %s, %.3f s", rec->path, rec->format, rec->duration_s);
  if (rec->has_start) printf(", begins %s%s", rec->start, rec->zone);
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
  bl_census **t = NULL;
  bl_status s = bl_recording_open_as(ctx, path, &(bl_opening){.start_pattern = p->start_pattern}, &rec);
  if (!s && !(t = bl_calloc(ctx, rec->n_streams, sizeof *t))) s = bl_fail_nomem(ctx, path);
  for (size_t k = 0; !s && !p->header && k < rec->n_streams; k++) {
    t[k] = bl_calloc(ctx, rec->streams[k].n_channels, sizeof **t);
    s = t[k] ? bl_census_stream(ctx, rec, k, t[k]) : bl_fail_nomem(ctx, path);
  }
  bl_verdict v = {.asked = p->strict};
  bool is_edf = !s && (!strncmp(rec->format, "EDF", 3) || !strncmp(rec->format, "BDF", 3));
  v.edflib = p->strict && is_edf;
  if (v.edflib) s = bl_edf_verdict(ctx, path, &v.takes, &v.code);
  if (!s && files) s = bl_inspect_json(ctx, files, rec, t, &v);
  else if (!s) print_recording(rec, t, &v);
  if (!s && p->strict && rec->n_deviations)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: departs from its standard in %zu way%s; 'baleen %s' writes a conforming file",
                path, rec->n_deviations, rec->n_deviations > 1 ? "s" : "", is_edf ? "repair" : "convert");
  for (size_t k = 0; t && k < rec->n_streams; k++) bl_free(ctx, t[k]);
  bl_free(ctx, t);
  bl_recording_close(ctx, rec);
  return s;
}

/* All that was found, in one object. */
static bl_status print_json(bl_ctx *ctx, json_t *files)
{
  json_t *root = json_pack("{s:i, s:O}", "schema", 1, "files", files);
  char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
  json_decref(root);
  if (text) puts(text);
  bl_status s = text ? BL_OK : bl_fail_nomem(ctx, "what was found");
  free(text); /* jansson's own */
  return s;
}

/* One file; what is wrong with it goes into *files too, unless it is there already and only not strict. */
static bl_status inspect_one(bl_ctx *ctx, const char *path, const params *p, json_t *files)
{
  size_t before = json_array_size(files);
  bl_status s = inspect(ctx, path, p, files);
  bool told = !s || !files || s == BL_E_NOMEM || s == BL_E_CANCELLED || json_array_size(files) > before;
  return told ? s : bl_inspect_json_error(ctx, files, path, bl_ctx_error(ctx)) ? BL_E_NOMEM : s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  json_t *files = p->json ? json_array() : NULL;
  size_t n_failed = 0;
  if (p->json && !files) *status = bl_fail_nomem(ctx, "what is found");
  if (!*status) *status = bl_start_pattern_check(ctx, "inspect: --start-pattern", p->start_pattern);
  if (*status) {
    json_decref(files);
    return bl_exit_of(*status);
  }
  for (size_t i = 0; i < args->n; i++) {
    bl_status s = inspect_one(ctx, args->v[i], p, files);
    if (!s) continue;
    n_failed++;
    *status = s;
    if (s == BL_E_NOMEM || s == BL_E_CANCELLED) break;
    if (args->n > 1) bl_log(ctx, BL_LOG_ERROR, "%s", bl_ctx_error(ctx));
  }
  if (files && print_json(ctx, files)) *status = BL_E_NOMEM;
  json_decref(files);
  if (args->n > 1 && n_failed && n_failed < args->n && *status != BL_E_NOMEM && *status != BL_E_CANCELLED) {
    *status = BL_OK; /* told one by one */
    return BL_EXIT_PARTLY;
  }
  return bl_exit_of(*status);
}

static const char *const examples[] = {"baleen inspect data/sets/eegmmidb-s001/S001R06.edf",
                                       "baleen inspect --json *.wav", "baleen inspect --strict night.edf", NULL};

/* clang-format off */
const bl_command bl_command_inspect = {
    .name = "inspect", .summary = "show what is in recordings, and what is odd about them", .arguments = "FILE...",
    .min_args = 1, .max_args = (size_t)-1,
    .about = "Format, streams, channels, units, gaps, annotations, the range of each channel, clipped, flat, doubled and missing samples,\n"
             "amplitudes that no EEG has, hum of the mains, and every departure from the file's standard with the assumption made.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
/* clang-format on */
