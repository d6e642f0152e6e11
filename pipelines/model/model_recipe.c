/* model_recipe.c: see model_recipe.h. */
#include "model_recipe.h"

#include <string.h>

#include "baleen/text.h"
#include "config_private.h"
#include "selection.h"

/* ---- input ------------------------------------------------------------------------------------------------------- */

enum { OF_RECORDINGS, OF_TABLE };
enum { EVENTS_INSIDE, EVENTS_ELSEWHERE, EVENTS_TRIGGERS };
static const char *const kinds[] = {"recordings", "table", NULL};
static const char *const event_places[] = {"inside", "table", "triggers", NULL};

typedef struct input {
  int kind, events;
  char *trigger_channel;
  int64_t trigger_mask;
  double rate_hz;
  bl_texts channels, units;
  bl_reals offset;
} input;

/* The first input, with what is true of all, and those behind it. */
typedef struct inputs {
  input first, *more;
  size_t n_more;
} inputs;

static const bl_opt of_recordings[] = {
    BL_ENUM(input, kind, "recordings", kinds, "what the model was made on"),
    BL_ENUM(input, events, "inside", event_places, "where the recordings had their events from"),
    BL_REAL(input, rate_hz, "0", 0, 1e12, "Hz", "rate of the stream"),
    BL_TEXTS(input, channels, NULL, "names of its channels"),
    BL_TEXTS(input, units, NULL, "their units"),
    BL_OPT_END};
/* Where events were codes of a channel, what more there is to know of them. */
static const bl_opt of_codes[] = {
    BL_ENUM(input, kind, "recordings", kinds, "what the model was made on"),
    BL_ENUM(input, events, "triggers", event_places, "where the recordings had their events from"),
    BL_TEXT(input, trigger_channel, NULL, "the channel with the codes; null: the one whose name says so"),
    BL_INT(input, trigger_mask, "65535", 1, 4294967295, "", "the bits of a code that count"),
    BL_REAL(input, rate_hz, "0", 0, 1e12, "Hz", "rate of the stream"),
    BL_TEXTS(input, channels, NULL, "names of its channels"),
    BL_TEXTS(input, units, NULL, "their units"),
    BL_OPT_END};
static const bl_opt of_further[] = {BL_REAL(input, rate_hz, "0", 0, 1e12, "Hz", "rate of the stream"),
                                    BL_TEXTS(input, channels, NULL, "names of its channels"),
                                    BL_TEXTS(input, units, NULL, "their units"), BL_OPT_END};
static const bl_opt of_table[] = {
    BL_ENUM(input, kind, "table", kinds, "what the model was made on"),
    BL_REALS(input, offset, NULL, -1e308, 1e308, "", "what is taken off each column's numbers; empty: nothing"),
    BL_OPT_END};

/* The one option of `rows` that says how a row is made, not which rows are learnt from. */
static const bl_opt *nan_option(bl_opt two[2])
{
  two[0] = *bl_opts_find(bl_rows_opts, "nan");
  two[1] = (bl_opt)BL_OPT_END;
  return two;
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

/* The value of an option of the run's source, empty where it has none of that name. */
static bl_status source_says(bl_ctx *ctx, const bl_config *c, const char *option, bl_buf *out)
{
  out->len = 0;
  if (!bl_opts_find(c->source.cls->opts, option)) return BL_OK;
  return bl_opts_get(ctx, c->source.cls->opts, c->source.params, option, out);
}

/* Where the run's recordings had their events from: from tables, whatever is inside the files, or from codes of a
 * channel. in->trigger_channel is to be freed. */
static bl_status take_events(bl_ctx *ctx, const bl_config *c, input *in)
{
  static const char *const tables[] = {"raven", "audacity", "table", "hypnogram"};
  bl_buf value = {0};
  bl_status s = source_says(ctx, c, "labels", &value);
  for (size_t i = 0; !s && i < sizeof tables / sizeof *tables; i++)
    if (!strcmp(bl_buf_text(&value), tables[i])) in->events = EVENTS_ELSEWHERE;
  bool codes = !s && !strcmp(bl_buf_text(&value), "triggers");
  if (codes) {
    in->events = EVENTS_TRIGGERS;
    s = source_says(ctx, c, "trigger_mask", &value);
    if (!s && !bl_parse_int(bl_buf_text(&value), &in->trigger_mask)) s = bl_fail(ctx, BL_E_INTERNAL, "trigger_mask");
    if (!s) s = source_says(ctx, c, "trigger_channel", &value);
    if (!s && value.len && strcmp(bl_buf_text(&value), "null") != 0 &&
        !(in->trigger_channel = bl_strdup(ctx, bl_buf_text(&value))))
      s = bl_fail_nomem(ctx, "a recipe");
  }
  bl_buf_free(ctx, &value);
  return s;
}

/* "stages: {stft: 1}", of what has a version other than 0, each class once. */
static bl_status print_versions(bl_ctx *ctx, const bl_config *c, bl_buf *out)
{
  const bl_recipe *r = &c->recipe;
  bl_texts seen = {0};
  bl_buf stages = {0}, summaries = {0};
  bl_status s = BL_OK;
  for (size_t b = 0; !s && b < r->n_branches; b++) {
    for (size_t k = 0; !s && k < r->branches[b].n_stages; k++) {
      const bl_stage_class *cls = r->branches[b].stages[k].cls;
      if (!cls->version || bl_texts_find(&seen, cls->name) >= 0) continue;
      s = bl_texts_add(ctx, &seen, cls->name);
      if (!s) s = bl_buf_printf(ctx, &stages, "%s%s: %u", stages.len ? ", " : "", cls->name, cls->version);
    }
    for (size_t k = 0; !s && k < r->branches[b].n_summaries; k++) {
      const bl_summary_class *cls = r->branches[b].summaries[k].cls;
      if (!cls->version || bl_texts_find(&seen, cls->name) >= 0) continue;
      s = bl_texts_add(ctx, &seen, cls->name);
      if (!s) s = bl_buf_printf(ctx, &summaries, "%s%s: %u", summaries.len ? ", " : "", cls->name, cls->version);
    }
  }
  unsigned segment = c->segment.cls->version;
  if (!s && (stages.len || summaries.len || segment))
    s = bl_buf_printf(ctx, out, "versions: {stages: {%s}, summaries: {%s}, segments: {", bl_buf_text(&stages),
                      bl_buf_text(&summaries));
  if (!s && segment) s = bl_buf_printf(ctx, out, "%s: %u", c->segment.cls->name, segment);
  if (!s && (stages.len || summaries.len || segment)) s = bl_buf_puts(ctx, out, "}}\n");
  bl_texts_free(ctx, &seen);
  bl_buf_free(ctx, &stages);
  bl_buf_free(ctx, &summaries);
  return s;
}

/* An input that is printed; borrowed. */
static input of_stream(const bl_stream *in)
{
  return (input){.rate_hz = in->rate_hz, .channels = in->channels, .units = in->units};
}

/* "more_inputs: [{...}]" of those behind the first. */
static bl_status print_more(bl_ctx *ctx, const bl_streams *in, bl_buf *out)
{
  bl_status s = in->n > 1 ? bl_buf_puts(ctx, out, "more_inputs:\n") : BL_OK;
  for (size_t k = 1; !s && k < in->n; k++) {
    input one = of_stream(&in->v[k]);
    s = bl_print_options(ctx, "  - ", of_further, &one, out);
  }
  return s;
}

static bl_status print(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, bl_meta *meta, bl_buf *out)
{
  bl_opt nan[2];
  bool table = c->source.cls->load;
  input in = x->inputs.n ? of_stream(x->inputs.v) : (input){0};
  in.kind = table ? OF_TABLE : OF_RECORDINGS;
  bl_status s = take_events(ctx, c, &in);
  if (x->rows.offset) in.offset = (bl_reals){x->rows.offset, x->rows.X.cols};
  const bl_opt *options = table ? of_table : in.events == EVENTS_TRIGGERS ? of_codes : of_recordings;
  if (!s) s = bl_print_options(ctx, "input: ", options, &in, out);
  bl_free(ctx, in.trigger_channel);
  if (!s) s = print_more(ctx, &x->inputs, out);
  if (!s && !table) s = bl_print_way(ctx, c, meta, out);
  if (!s && !table) s = print_versions(ctx, c, out);
  return s ? s : bl_print_options(ctx, "rows: ", nan_option(nan), &c->rows, out);
}

bl_status bl_model_recipe_add(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, bl_meta *meta)
{
  bl_buf text = {0};
  bl_status s = print(ctx, c, x, meta, &text);
  if (!s) s = bl_meta_add(ctx, meta, "recipe", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static const char *const keys[] = {"input", "more_inputs", "stream", "segments", "features", "rows", "versions", NULL};

/* The version that the file tells of a plug-in, 0 when it tells none, must be this library's. */
static bl_status check_version(bl_mistakes *m, const bl_flow *root, const char *kind, const char *name, unsigned ours)
{
  const bl_flow *all = bl_flow_get(root, "versions"), *of_kind = all ? bl_flow_get(all, kind) : NULL;
  const bl_flow *told = of_kind ? bl_flow_get(of_kind, name) : NULL;
  int64_t version = 0;
  bool number = !told || (told->kind == BL_FLOW_SCALAR && bl_parse_int(told->text, &version));
  if (number && version == (int64_t)ours) return BL_OK;
  return bl_mistake_say(m, told ? told : root,
                        "made with version %lld of '%s', but this library has version %u; use the baleen that made it",
                        (long long)version, name, ours);
}

static bl_status check_versions(bl_mistakes *m, const bl_flow *root, const bl_config *c)
{
  bl_status s = check_version(m, root, "segments", c->segment.cls->name, c->segment.cls->version);
  for (size_t b = 0; !s && b < c->recipe.n_branches; b++) {
    const bl_branch *branch = &c->recipe.branches[b];
    for (size_t k = 0; !s && k < branch->n_stages; k++)
      s = check_version(m, root, "stages", branch->stages[k].cls->name, branch->stages[k].cls->version);
    for (size_t k = 0; !s && k < branch->n_summaries; k++)
      s = check_version(m, root, "summaries", branch->summaries[k].cls->name, branch->summaries[k].cls->version);
  }
  return s;
}

static bl_status read_more(bl_mistakes *m, const bl_flow *list, inputs *in)
{
  bl_status s = BL_OK;
  if (list->kind != BL_FLOW_LIST) return bl_mistake_say(m, list, "more_inputs: wanted a list");
  if (in->more) return bl_mistake_say(m, list, "more_inputs: is there twice");
  if (!(in->more = bl_calloc(m->ctx, list->n, sizeof *in->more))) return bl_fail_nomem(m->ctx, "a recipe");
  for (; !s && in->n_more < list->n; in->n_more++)
    s = bl_read_options(m, "more_inputs", of_further, &in->more[in->n_more], &list->child[in->n_more]);
  return s;
}

static bl_status read_key(bl_mistakes *m, const bl_flow *key, const bl_flow *value, inputs *in, bl_config *c)
{
  const char *k = key->text;
  if (!strcmp(k, "input")) {
    const bl_opt *options = bl_flow_get(value, "offset")         ? of_table
                            : bl_flow_get(value, "trigger_mask") ? of_codes
                                                                 : of_recordings;
    return bl_read_options(m, "input", options, &in->first, value);
  }
  if (!strcmp(k, "more_inputs")) return read_more(m, value, in);
  if (!strcmp(k, "stream")) return bl_read_options(m, "stream", bl_stream_opts, &c->stream, value);
  if (!strcmp(k, "segments")) return bl_read_segment(m, value, &c->segment);
  if (!strcmp(k, "features")) return bl_read_features(m, value, c);
  if (!strcmp(k, "rows")) return bl_read_options(m, "rows", bl_rows_opts, &c->rows, value);
  return strcmp(k, "versions") ? bl_mistake_key(m, key, "a model's recipe", keys) : BL_OK;
}

/* Lines of the recipe inside a model are lines of no file that the user has. */
static void forget_lines(bl_recipe *r)
{
  for (size_t b = 0; b < r->n_branches; b++) {
    for (size_t k = 0; k < r->branches[b].n_stages; k++) r->branches[b].stages[k].line = 0;
    for (size_t k = 0; k < r->branches[b].n_summaries; k++) r->branches[b].summaries[k].line = 0;
  }
}

static bool is_whole(const input *in) { return in->channels.n && in->channels.n == in->units.n && in->rate_hz > 0; }

/* What a file must say for rows to be made from it. */
static bl_status check_input(bl_mistakes *m, const bl_flow *root, const inputs *in, const bl_config *c)
{
  if (in->first.kind == OF_TABLE) return BL_OK;
  bool whole = is_whole(&in->first);
  for (size_t k = 0; k < in->n_more; k++) whole = whole && is_whole(&in->more[k]);
  if (!whole) return bl_mistake_say(m, root, "its description of the stream is broken");
  if (!c->segment.cls || !c->recipe.n_branches) return bl_mistake_say(m, root, "no segments, or no features");
  if (bl_recipe_n_inputs(&c->recipe) != 1 + in->n_more)
    return bl_mistake_say(m, root, "its branches take %zu streams, but %zu are described",
                          bl_recipe_n_inputs(&c->recipe), 1 + in->n_more);
  return check_versions(m, root, c);
}

static bl_status read_text(bl_ctx *ctx, const char *path, const bl_meta *meta, const char *text, inputs *in,
                           bl_config *c)
{
  bl_flow root = {0};
  bl_mistakes m = {.ctx = ctx, .path = "recipe", .model = meta, .old = true, .seed = "0"};
  bl_status s = bl_yaml_parse(ctx, "recipe", text, strlen(text), NULL, &root);
  if (!s) s = bl_opts_defaults(ctx, "input", of_recordings, &in->first);
  if (!s) s = bl_opts_defaults(ctx, "stream", bl_stream_opts, &c->stream);
  if (!s) s = bl_opts_defaults(ctx, "rows", bl_rows_opts, &c->rows);
  if (!s && root.kind != BL_FLOW_MAP) s = bl_mistake_say(&m, &root, "wanted a map of input, segments, features ...");
  for (size_t i = 0; !s && root.kind == BL_FLOW_MAP && i < root.n; i++)
    s = read_key(&m, &root.key[i], &root.child[i], in, c);
  if (!s && !m.v.n) s = check_input(&m, &root, in, c);
  if (s == BL_E_CONFIG) s = bl_fail_in(ctx, BL_E_FORMAT, "%s: ", path);
  if (!s && m.v.n) s = bl_fail(ctx, BL_E_FORMAT, "%s: %s", path, m.v.v[0]);
  forget_lines(&c->recipe);
  bl_texts_free(ctx, &m.v);
  bl_flow_free(ctx, &root);
  return s;
}

/* The inputs as waveforms. */
static bl_status take_inputs(bl_ctx *ctx, inputs *in, bl_streams *out)
{
  bl_status s = BL_OK;
  if (in->first.kind == OF_TABLE) return BL_OK;
  if (!(out->v = bl_calloc(ctx, 1 + in->n_more, sizeof *out->v))) return bl_fail_nomem(ctx, "a recipe");
  for (; !s && out->n < 1 + in->n_more; out->n++) {
    const input *one = out->n ? &in->more[out->n - 1] : &in->first;
    s = bl_wave_stream(ctx, one->rate_hz, &one->channels, &one->units, &out->v[out->n]);
    if (s) break;
  }
  return s;
}

static void free_inputs(bl_ctx *ctx, inputs *in)
{
  for (size_t k = 0; in->more && k < in->n_more; k++) bl_opts_release(ctx, of_further, &in->more[k]);
  bl_free(ctx, in->more);
  bl_free(ctx, in->first.trigger_channel);
  bl_texts_free(ctx, &in->first.channels);
  bl_texts_free(ctx, &in->first.units);
}

bl_status bl_model_recipe_read(bl_ctx *ctx, const char *path, const bl_meta *meta, bl_model_recipe *out)
{
  *out = (bl_model_recipe){0};
  const char *text = bl_meta_get(meta, "recipe"), *config = bl_meta_get(meta, "config");
  bl_buf today = {0};
  inputs in = {0};
  bl_status s = BL_OK;
  if (!text && !config)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: holds an estimator but no recipe; train it by 'baleen run'", path);
  if (!s && !text) s = bl_model_recipe_of_0_1(ctx, path, config, bl_meta_get(meta, "stream"), &today);
  if (!s && !text) text = bl_buf_text(&today);
  if (!s) s = read_text(ctx, path, meta, text, &in, &out->rows);
  out->table = in.first.kind == OF_TABLE;
  out->events_elsewhere = in.first.events == EVENTS_ELSEWHERE;
  if (!s) s = take_inputs(ctx, &in, &out->inputs);
  out->offset = in.first.offset.v;
  out->n_offset = in.first.offset.n;
  if (in.first.events == EVENTS_TRIGGERS) {
    out->trigger_mask = in.first.trigger_mask ? (uint32_t)in.first.trigger_mask : 65535;
    out->trigger_channel = in.first.trigger_channel;
    in.first.trigger_channel = NULL;
  }
  free_inputs(ctx, &in);
  bl_buf_free(ctx, &today);
  if (s) bl_model_recipe_free(ctx, out);
  return s;
}

void bl_model_recipe_free(bl_ctx *ctx, bl_model_recipe *r)
{
  bl_streams_free(ctx, &r->inputs);
  bl_free(ctx, r->offset);
  bl_free(ctx, r->trigger_channel);
  bl_config_free(ctx, &r->rows);
  *r = (bl_model_recipe){0};
}
