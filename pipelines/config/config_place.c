/* config_place.c: which part of a config a failure's text speaks of; see config_private.h. */
#include <string.h>

#include "config_private.h"

/* A plug-in where a config names it: "fir", or {fir: {h_freq: 300}}. */
typedef struct named {
  const bl_flow *name, *options; /* options may be NULL */
} named;

static bool is_name(const char *text, const char *name, size_t n)
{
  return strlen(text) == n && !strncmp(text, name, n);
}

/* The first of that name in the tree, top down. */
static bool find(const bl_flow *at, const char *name, size_t n, named *out)
{
  if (at->kind == BL_FLOW_SCALAR) {
    *out = (named){at, NULL};
    return at->text && is_name(at->text, name, n);
  }
  for (size_t i = 0; at->kind == BL_FLOW_MAP && i < at->n; i++)
    if (is_name(at->key[i].text, name, n)) {
      *out = (named){&at->key[i], &at->child[i]};
      return true;
    }
  for (size_t i = 0; i < at->n; i++)
    if (find(&at->child[i], name, n, out)) return true;
  return false;
}

static size_t word(const char *text) { return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_"); }

/* The option that is called by these n letters, where it was given. */
static const bl_flow *option_called(const named *plug, const char *text, size_t n)
{
  const bl_flow *o = plug->options;
  for (size_t i = 0; n && o && o->kind == BL_FLOW_MAP && i < o->n; i++)
    if (is_name(o->key[i].text, text, n)) return &o->child[i];
  return NULL;
}

/* The value, or the entry of a list, that is this text. */
static const bl_flow *value_of(const bl_flow *at, const char *text, size_t n)
{
  if (at->kind == BL_FLOW_SCALAR) return at->text && is_name(at->text, text, n) ? at : NULL;
  for (size_t i = 0; i < at->n; i++) {
    const bl_flow *hit = value_of(&at->child[i], text, n);
    if (hit) return hit;
  }
  return NULL;
}

/* What the text puts in quotes: the value found comes before all that could be meant. */
static const bl_flow *quoted_value(const named *plug, const char *text)
{
  const bl_flow *hit = NULL;
  for (const char *to; plug->options && !hit && (text = strchr(text, '\'')) && (to = strchr(text + 1, '\''));
       text = to + 1)
    if (to > text + 1) hit = value_of(plug->options, text + 1, (size_t)(to - text - 1));
  return hit;
}

/* Any of the options given that the text speaks of. */
static const bl_flow *option_in(const named *plug, const char *text)
{
  const bl_flow *hit = NULL;
  for (size_t n; *text && !hit; text += n ? n : 1) {
    n = word(text);
    hit = option_called(plug, text, n);
  }
  return hit;
}

const bl_flow *bl_flow_blamed(const bl_flow *at, const char *text)
{
  for (; text && *text; text = strstr(text, ": ") ? strstr(text, ": ") + 2 : NULL) {
    size_t n = word(text);
    named plug;
    if (!n || strncmp(text + n, ": ", 2) || !find(at, text, n, &plug)) continue;
    const char *rest = text + n + 2;
    const bl_flow *hit = quoted_value(&plug, rest);
    if (!hit) hit = option_called(&plug, rest, word(rest));
    if (!hit) hit = option_in(&plug, rest);
    return hit ? hit : plug.name;
  }
  return at;
}
