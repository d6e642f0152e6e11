/* Model files of version 0.1.0, the one place that knows them: they hold the run's whole config and, as JSON, the stream
 * it found. Of the config only the sections that make rows are looked at, so that whatever has become of the options of
 * sources, evaluation and report since, these files are read. Options renamed since are the reader's matter (bl_opt.was). */
#include <jansson.h>
#include <string.h>

#include "baleen/text.h"
#include "model_recipe.h"
#include "yaml_tree.h"

static bl_status broken(bl_ctx *ctx, const char *path)
{
  return bl_fail(ctx, BL_E_FORMAT, "%s: its description of the stream is broken", path);
}

/* ", channels: [C3, C4]" */
static bl_status put_texts(bl_ctx *ctx, const char *path, const json_t *stream, const char *key, bl_buf *out)
{
  const json_t *list = json_object_get(stream, key);
  bl_status s = bl_buf_printf(ctx, out, ", %s: [", key);
  for (size_t i = 0; !s && i < json_array_size(list); i++) {
    const char *text = json_string_value(json_array_get(list, i));
    if (!text) return broken(ctx, path);
    if (i) s = bl_buf_puts(ctx, out, ", ");
    if (!s) s = bl_flow_print_scalar(ctx, text, out);
  }
  return s ? s : bl_buf_puts(ctx, out, "]");
}

static bl_status put_stream(bl_ctx *ctx, const char *path, const char *text, bl_buf *out)
{
  if (!text) return bl_fail(ctx, BL_E_FORMAT, "%s: does not say which stream it was made on", path);
  json_t *stream = json_loads(text, 0, NULL);
  char number[32];
  double rate_hz = json_number_value(json_object_get(stream, "rate_hz"));
  bl_status s = rate_hz > 0 ? BL_OK : broken(ctx, path);
  if (!s) s = bl_buf_printf(ctx, out, ", rate_hz: %s", bl_format_real(rate_hz, number));
  if (!s) s = put_texts(ctx, path, stream, "channels", out);
  if (!s) s = put_texts(ctx, path, stream, "units", out);
  json_decref(stream);
  return s;
}

/* "source: {files: {labels: raven, ...}}": the sources of that version, and which labels were in tables. */
static bl_status put_input(bl_ctx *ctx, const char *path, const bl_flow *source, const char *stream, bl_buf *out)
{
  static const char *const tables[] = {"raven", "audacity", "table", "hypnogram"};
  if (!source || source->kind != BL_FLOW_MAP || source->n != 1)
    return bl_fail(ctx, BL_E_FORMAT, "%s: its config names no source", path);
  if (!strcmp(source->key[0].text, "table")) return bl_buf_puts(ctx, out, "input: {kind: table}\n");
  const bl_flow *labels = bl_flow_get(&source->child[0], "labels");
  bool elsewhere = false;
  for (size_t i = 0; labels && labels->kind == BL_FLOW_SCALAR && i < sizeof tables / sizeof *tables; i++)
    elsewhere |= !strcmp(labels->text, tables[i]);
  bl_status s = bl_buf_printf(ctx, out, "input: {kind: recordings, events: %s", elsewhere ? "table" : "inside");
  if (!s) s = put_stream(ctx, path, stream, out);
  return s ? s : bl_buf_puts(ctx, out, "}\n");
}

static bl_status put_section(bl_ctx *ctx, const bl_flow *root, const char *key, bl_buf *out)
{
  const bl_flow *n = bl_flow_get(root, key);
  if (!n) return BL_OK;
  bl_status s = bl_buf_printf(ctx, out, "%s: ", key);
  if (!s) s = bl_flow_print(ctx, n, out);
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

bl_status bl_model_recipe_of_0_1(bl_ctx *ctx, const char *path, const char *config, const char *stream, bl_buf *out)
{
  bl_flow root = {0};
  bl_status s = bl_yaml_parse(ctx, path, config, strlen(config), NULL, &root);
  if (s == BL_E_CONFIG || (!s && root.kind != BL_FLOW_MAP))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: its config cannot be read", path);
  if (!s) s = put_input(ctx, path, bl_flow_get(&root, "source"), stream, out);
  if (!s) s = put_section(ctx, &root, "stream", out);
  if (!s) s = put_section(ctx, &root, "segments", out);
  if (!s) s = put_section(ctx, &root, "features", out);
  const bl_flow *rows = s ? NULL : bl_flow_get(&root, "rows"), *nan = rows ? bl_flow_get(rows, "nan") : NULL;
  if (nan && nan->kind == BL_FLOW_SCALAR) s = bl_buf_printf(ctx, out, "rows: {nan: %s}\n", nan->text);
  bl_flow_free(ctx, &root);
  return s;
}
