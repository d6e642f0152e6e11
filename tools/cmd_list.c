/* baleen list [KIND]: what there is to put into a config. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"
#include "catalog.h"
#include "command.h"

typedef struct params {
  bool json, markdown;
} params;
static const bl_opt opts[] = {
    BL_BOOL(params, json, "false", "as JSON, for programs"),
    BL_BOOL(params, markdown, "false", "everything with its options, as the reference in docs/reference.md"),
    BL_OPT_END};

static bl_status as_text(bl_ctx *ctx, const char *wanted, bool markdown, bl_buf *out)
{
  bl_entry e;
  char traits[240];
  bl_status s = markdown ? bl_buf_puts(ctx, out,
                                       "# Reference\n\nMade by `baleen list --markdown` from the tables in the source: "
                                       "do not edit.\n\n")
                         : BL_OK;
  for (size_t k = 0; !s && bl_catalog_kind(k); k++) {
    const char *kind = bl_catalog_kind(k);
    if (wanted && strcmp(wanted, kind)) continue;
    s = bl_buf_printf(ctx, out, markdown ? "## %c%s\n\n" : "%c%s:\n", kind[0] - 'a' + 'A', kind + 1);
    for (size_t i = 0; !s && bl_catalog_at(k, i, &e, traits); i++)
      s = markdown ? bl_catalog_print(ctx, &e, true, out) : bl_buf_printf(ctx, out, "  %-24s %s\n", e.name, e.summary);
    if (!s && !markdown) s = bl_buf_puts(ctx, out, "\n");
  }
  return s;
}

static json_t *options_json(const bl_opt *o)
{
  json_t *options = json_array();
  for (; o && o->name; o++)
    json_array_append_new(options, json_pack("{s:s, s:s?, s:s, s:s}", "name", o->name, "default", o->def, "unit",
                                             o->unit ? o->unit : "", "help", o->help));
  return options;
}

static json_t *as_json(const char *wanted)
{
  json_t *root = json_object();
  bl_entry e;
  char traits[240];
  json_object_set_new(root, "schema", json_integer(1));
  for (size_t k = 0; bl_catalog_kind(k); k++) {
    if (wanted && strcmp(wanted, bl_catalog_kind(k))) continue;
    json_t *list = json_array();
    for (size_t i = 0; bl_catalog_at(k, i, &e, traits); i++) {
      json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", e.name, "summary", e.summary, "source",
                              e.source ? e.source : "", "traits", e.traits, "options", options_json(e.opts));
      if (e.beside) json_object_set_new(one, "beside", options_json(e.beside));
      json_array_append_new(list, one);
    }
    json_object_set_new(root, bl_catalog_kind(k), list);
  }
  return root;
}

static const char *kind_name(const void *arg, size_t i)
{
  (void)arg;
  return bl_catalog_kind(i);
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  const char *wanted = args->n ? args->v[0] : NULL;
  bool known = !wanted;
  for (size_t k = 0; bl_catalog_kind(k); k++) known |= wanted && !strcmp(wanted, bl_catalog_kind(k));
  if (!known) {
    const char *near = bl_nearest(wanted, kind_name, NULL);
    *status = near ? bl_fail(ctx, BL_E_CONFIG, "list: no kind '%s'; did you mean '%s'?", wanted, near)
                   : bl_fail(ctx, BL_E_CONFIG, "list: no kind '%s'; 'baleen list' shows all", wanted);
    return bl_exit_of(*status);
  }
  if (p->json) {
    json_t *root = as_json(wanted);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    if (text) puts(text);
    else *status = bl_fail_nomem(ctx, "the list");
    free(text); /* jansson's own */
    return bl_exit_of(*status);
  }
  bl_buf text = {0};
  *status = as_text(ctx, wanted, p->markdown, &text);
  if (!*status) fputs(bl_buf_text(&text), stdout);
  bl_buf_free(ctx, &text);
  return bl_exit_of(*status);
}

static const char *const examples[] = {"baleen list", "baleen list estimators",
                                       "baleen list --markdown > docs/reference.md", NULL};

/* clang-format off */
const bl_command bl_command_list = {
    .name = "list", .summary = "name all stages, summaries, estimators, metrics ...", .arguments = "[KIND]", .max_args = 1,
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
/* clang-format on */
