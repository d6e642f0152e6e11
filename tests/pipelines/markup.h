/* markup.h: is a text well-formed enough? Tags closed in order, attributes quoted, ids unique. For tests of pages. */
#ifndef BL_TEST_MARKUP_H
#define BL_TEST_MARKUP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* The whole file, NUL-terminated; fails the test when there is none. Free it. */
static inline char *slurp(const char *path, size_t *n)
{
  FILE *f = fopen(path, "rb");
  if (!f) fail_msg("%s: not there", path);
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  char *text = calloc((size_t)size + 1, 1);
  if (fread(text, 1, (size_t)size, f) != (size_t)size) fail_msg("%s: cannot be read", path);
  fclose(f);
  if (n) *n = (size_t)size;
  return text;
}

static inline bool is_void(const char *name, size_t n)
{
  static const char *const voids[] = {"meta", "br", "img", "hr", "link", "input"};
  for (size_t i = 0; i < sizeof voids / sizeof *voids; i++)
    if (strlen(voids[i]) == n && !memcmp(voids[i], name, n)) return true;
  return false;
}

/* Goes over one tag from '<'; returns what is behind '>', NULL when a quote or the tag is never closed. */
static inline const char *skip_tag(const char *at)
{
  char quote = 0;
  for (; *at; at++) {
    if (quote) quote = *at == quote ? 0 : quote;
    else if (*at == '"' || *at == '\'') quote = *at;
    else if (*at == '>') return at + 1;
  }
  return NULL;
}

/* NULL when all is well, else what is wrong (static). */
static inline const char *unbalanced(const char *text)
{
  static char why[200];
  struct {
    const char *name;
    size_t n;
  } stack[256];
  size_t depth = 0;
  for (const char *at = strchr(text, '<'); at; at = strchr(at, '<')) {
    const char *name = at + 1 + (at[1] == '/'), *behind = skip_tag(at);
    size_t n = strcspn(name, " \t\r\n/>");
    if (!behind || !n) {
      snprintf(why, sizeof why, "a tag that is not closed: %.60s", at);
      return why;
    }
    if (at[1] == '/') {
      if (!depth || stack[depth - 1].n != n || memcmp(stack[depth - 1].name, name, n)) {
        snprintf(why, sizeof why, "</%.*s> closes <%.*s>", (int)n, name, depth ? (int)stack[depth - 1].n : 0,
                 depth ? stack[depth - 1].name : "");
        return why;
      }
      depth--;
    } else if (at[1] != '!' && at[1] != '?' && behind[-2] != '/' && !is_void(name, n)) {
      if (depth == 256) return "too deep";
      stack[depth].name = name;
      stack[depth++].n = n;
      if (n == 5 && !memcmp(name, "style", 5)) behind = strstr(behind, "</style>");
    }
    at = behind;
  }
  if (!depth) return NULL;
  snprintf(why, sizeof why, "<%.*s> is never closed", (int)stack[depth - 1].n, stack[depth - 1].name);
  return why;
}

/* The first id that stands twice, NULL when none does (static). */
static inline const char *repeated_id(const char *text)
{
  static char id[100], needle[110];
  for (const char *at = strstr(text, " id="); at; at = strstr(at + 1, " id=")) {
    char quote = at[4];
    size_t n = strcspn(at + 5, quote == '"' ? "\"" : "'");
    snprintf(id, sizeof id, "%.*s", (int)n, at + 5);
    static const char quotes[] = "\"'";
    for (int q = 0; q < 2; q++) {
      snprintf(needle, sizeof needle, " id=%c%s%c", quotes[q], id, quotes[q]);
      if (strstr(at + 5, needle)) return id;
    }
  }
  return NULL;
}

#endif
