#include "catalog.h"

#include <stdio.h>
#include <string.h>

#include "baleen/config.h"
#include "baleen/event_metric.h"
#include "baleen/kernel.h"
#include "baleen/preset.h"
#include "baleen/recording.h"
#include "command.h"

static const char *const kinds[] = {
    "sources",           "readers",   "segments", "stages",          "summaries", "estimators", "metrics",
    "metrics of events", "splitters", "kernels",  "config sections", "presets",   NULL};

const char *bl_catalog_kind(size_t i) { return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL; }

/* Kinds that are {name, summary, source, opts} and nothing to add. */
#define PLAIN(kind_, lookup)                                                                                           \
  {                                                                                                                    \
    const bl_##lookup##_class *c = bl_##lookup##_at(i);                                                                \
    if (!c) return false;                                                                                              \
    *out = (bl_entry){kind_, c->name, c->summary, c->source, c->opts, "", NULL, NULL};                                 \
    return true;                                                                                                       \
  }

static bool reader_at(size_t i, bl_entry *out, char *buf)
{
  const bl_reader_class *c = bl_reader_at(i);
  if (!c) return false;
  size_t n = 0;
  buf[0] = '\0';
  for (size_t k = 0; c->extensions && c->extensions[k] && n < 140; k++)
    n += (size_t)snprintf(buf + n, 240 - n, "%s%s", k ? " " : "", c->extensions[k]);
  *out = (bl_entry){"reader", c->name, c->summary, c->source, NULL, buf, NULL, NULL};
  return true;
}

static bool stage_at(size_t i, bl_entry *out)
{
  const bl_stage_class *c = bl_stage_at(i);
  if (!c) return false;
  *out = (bl_entry){"stage",   c->name, c->summary,
                    c->source, c->opts, c->tags & BL_STAGE_WHOLE ? "needs the whole recording: not for live runs" : "",
                    NULL,      NULL};
  return true;
}

static bool estimator_at(size_t i, bl_entry *out, char *buf)
{
  const bl_estimator_class *c = bl_estimator_at(i);
  if (!c) return false;
  snprintf(buf, 240, "%s%s%s%s%s%s%s%s", c->kind_of ? "as what it holds" : bl_kind_name(c->kind),
           c->tags & BL_TAG_WEIGHTS ? "; takes sample weights" : "",
           c->tags & BL_TAG_NEEDS_Y ? "; learns from the classes" : "",
           c->tags & BL_TAG_RANDOM ? "; draws random numbers" : "",
           c->tags & BL_TAG_COVARIANCE_ROWS ? "; rows are covariance matrices" : "",
           c->tags & BL_TAG_BINARY ? "; two classes only" : "", c->tags & BL_TAG_NAN_OK ? "; takes NaN" : "",
           !(c->tags & BL_TAG_TARGETS) ? ""
           : c->kind == BL_CLASSIFIER  ? "; takes several labels a row"
                                       : "; takes several targets");
  *out = (bl_entry){"estimator", c->name, c->summary, c->source, c->opts, buf, c->child_opts, NULL};
  return true;
}

static bool metric_at(size_t i, bl_entry *out, char *buf)
{
  const bl_metric_class *c = bl_metric_at(i);
  if (!c) return false;
  snprintf(buf, 240, "%s%s%s%s; %s is better", c->for_classes ? "classification" : "",
           c->for_classes && c->for_labels ? ", " : "", c->for_labels ? "several labels a row" : "",
           c->for_numbers ? "regression" : "", c->greater_is_better ? "greater" : "smaller");
  *out = (bl_entry){"metric", c->name, c->summary, c->source, c->opts, buf, NULL, NULL};
  return true;
}

static bool event_metric_at(size_t i, bl_entry *out, char *buf)
{
  const bl_event_metric_class *c = bl_event_metric_at(i);
  if (!c) return false;
  snprintf(buf, 240, "of true events and detections%s; %s is better", c->needs_hours ? ", and the hours listened" : "",
           c->greater_is_better ? "greater" : "smaller");
  *out = (bl_entry){"metric of events", c->name, c->summary, c->source, c->opts, buf, NULL, NULL};
  return true;
}

static bool section_at(size_t i, bl_entry *out)
{
  static const struct {
    const char *name, *summary;
    const bl_opt *opts;
  } sections[] = {{"stream", "which stream of a recording is taken", bl_stream_opts},
                  {"stream", "of a branch of features: which stream it is made of", bl_branch_stream_opts},
                  {"rows", "what is learnt from rows, and which belong together", bl_rows_opts},
                  {"evaluate", "how models are tested; takes split: and metrics: too", bl_evaluate_opts},
                  {"report", "what the report says; takes published: too", bl_report_opts}};
  if (i >= sizeof sections / sizeof *sections) return false;
  *out = (bl_entry){"config section", sections[i].name, sections[i].summary, "", sections[i].opts, "", NULL, NULL};
  return true;
}

static bool preset_at(size_t i, bl_entry *out, char *buf)
{
  const bl_preset *p = bl_preset_at(i);
  if (!p) return false;
  snprintf(buf, 240, "version %u%s%s", p->version, p->with ? "; goes with: " : "", p->with ? p->with : "");
  *out = (bl_entry){"preset", p->name, p->summary, p->source, NULL, buf, NULL, p->features};
  return true;
}

bool bl_catalog_at(size_t kind, size_t i, bl_entry *out, char buf[240])
{
  switch (kind) {
  case 0: PLAIN("source", source)
  case 1: return reader_at(i, out, buf);
  case 2: PLAIN("segmentation", segment)
  case 3: return stage_at(i, out);
  case 4: PLAIN("summary", summary)
  case 5: return estimator_at(i, out, buf);
  case 6: return metric_at(i, out, buf);
  case 7: return event_metric_at(i, out, buf);
  case 8: PLAIN("splitter", splitter)
  case 9: PLAIN("kernel", kernel)
  case 10: return section_at(i, out);
  case 11: return preset_at(i, out, buf);
  default: return false;
  }
}

bool bl_catalog_find(const char *name, size_t *from, bl_entry *out, char buf[240])
{
  size_t seen = 0;
  for (size_t k = 0; kinds[k]; k++)
    for (size_t i = 0; bl_catalog_at(k, i, out, buf); i++)
      if (seen++ >= *from && !strcmp(out->name, name)) return *from = seen, true;
  return false;
}

static bl_status markdown_options(bl_ctx *ctx, const bl_opt *o, bl_buf *out)
{
  bl_status s = bl_buf_puts(ctx, out, "\n| option | default | takes | meaning |\n|---|---|---|---|\n");
  for (; !s && o->name; o++) {
    bl_buf allowed = {0};
    s = bl_opt_allowed(ctx, o, &allowed);
    const char *def = o->flags & BL_OPT_NEEDED ? "must be given" : o->def ? o->def : "none";
    if (!s) s = bl_buf_printf(ctx, out, "| `%s` | `%s` | %s | %s |\n", o->name, def, bl_buf_text(&allowed), o->help);
    bl_buf_free(ctx, &allowed);
  }
  return s;
}

/* What a config says in its place. */
static bl_status print_expansion(bl_ctx *ctx, const bl_entry *e, bool markdown, bl_buf *out)
{
  bl_status s = markdown ? bl_buf_puts(ctx, out, "\n```yaml\n")
                         : bl_buf_printf(ctx, out, "'features: %s' stands for:\n", e->name);
  if (!s) s = bl_buf_puts(ctx, out, "features:\n");
  for (const char *line = e->expands; !s && *line;) {
    size_t n = strcspn(line, "\n") + 1;
    s = bl_buf_printf(ctx, out, "  %.*s", (int)n, line);
    line += n;
  }
  return !s && markdown ? bl_buf_puts(ctx, out, "```\n") : s;
}

bl_status bl_catalog_print(bl_ctx *ctx, const bl_entry *e, bool markdown, bl_buf *out)
{
  bool options = e->opts && e->opts->name;
  bl_status s = bl_buf_printf(ctx, out, markdown ? "### %s\n\n%s.\n" : "%s: %s\n", e->name, e->summary);
  if (!s && e->traits && *e->traits)
    s = bl_buf_printf(ctx, out, markdown ? "\n%s %s.\n" : "%s: %s\n", e->kind, e->traits);
  if (!s && e->source && *e->source)
    s = bl_buf_printf(ctx, out, markdown ? "\nSource: %s.\n" : "source: %s\n", e->source);
  if (!s && options && markdown) s = markdown_options(ctx, e->opts, out);
  if (!s && options && !markdown) {
    s = bl_buf_puts(ctx, out, "options:\n");
    if (!s) s = bl_options_help(ctx, e->opts, "  ", false, out);
  }
  if (!s && e->beside)
    s = bl_buf_puts(ctx, out, markdown ? "\nBeside each estimator in it:\n" : "beside each estimator in it:\n");
  if (!s && e->beside)
    s = markdown ? markdown_options(ctx, e->beside, out) : bl_options_help(ctx, e->beside, "  ", false, out);
  if (!s && e->expands) s = print_expansion(ctx, e, markdown, out);
  return s ? s : bl_buf_puts(ctx, out, "\n");
}
