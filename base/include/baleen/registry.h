/* registry.h: what every kind of plug-in needs, made once from its .def table: at(), find(), new() with default
 * options, free(). The three names are the same for all kinds but for their types. For the registry.c of each layer. */
#ifndef BALEEN_REGISTRY_H
#define BALEEN_REGISTRY_H

#include <string.h>

#include "baleen/option.h"
#include "baleen/text.h"

/* Defines bl_<kind>_at, bl_<kind>_find, bl_<kind>_new, bl_<kind>_free over a NULL-terminated array <kind>_table of
 * bl_<kind>_class pointers; bl_<kind> is {cls, params}. `what` is the kind's name for messages. */
#define BL_REGISTRY(kind, what)                                                                                        \
  const bl_##kind##_class *bl_##kind##_at(size_t i)                                                                    \
  {                                                                                                                    \
    return i < sizeof kind##_table / sizeof *kind##_table ? kind##_table[i] : NULL;                                    \
  }                                                                                                                    \
  const bl_##kind##_class *bl_##kind##_find(const char *name)                                                          \
  {                                                                                                                    \
    for (size_t i = 0; kind##_table[i]; i++)                                                                           \
      if (!strcmp(kind##_table[i]->name, name)) return kind##_table[i];                                                \
    return NULL;                                                                                                       \
  }                                                                                                                    \
  static const char *kind##_name(const void *arg, size_t i)                                                            \
  {                                                                                                                    \
    (void)arg;                                                                                                         \
    const bl_##kind##_class *c = bl_##kind##_at(i);                                                                    \
    return c ? c->name : NULL;                                                                                         \
  }                                                                                                                    \
  bl_status bl_##kind##_new(bl_ctx *ctx, const char *name, bl_##kind *out)                                             \
  {                                                                                                                    \
    *out = (bl_##kind){.cls = bl_##kind##_find(name)};                                                                 \
    if (!out->cls) {                                                                                                   \
      const char *near = bl_nearest(name, kind##_name, NULL);                                                          \
      return near ? bl_fail(ctx, BL_E_CONFIG, "unknown " what " '%s'; did you mean '%s'?", name, near)                 \
                  : bl_fail(ctx, BL_E_CONFIG, "unknown " what " '%s'; see 'baleen list'", name);                       \
    }                                                                                                                  \
    out->params = bl_calloc(ctx, 1, out->cls->params_size);                                                            \
    if (!out->params) return bl_fail_nomem(ctx, name);                                                                 \
    bl_status s = bl_opts_defaults(ctx, name, out->cls->opts, out->params);                                            \
    if (s) bl_##kind##_free(ctx, out);                                                                                 \
    return s;                                                                                                          \
  }                                                                                                                    \
  void bl_##kind##_free(bl_ctx *ctx, bl_##kind *x)                                                                     \
  {                                                                                                                    \
    if (x->params) bl_opts_release(ctx, x->cls->opts, x->params);                                                      \
    bl_free(ctx, x->params);                                                                                           \
    *x = (bl_##kind){0};                                                                                               \
  }

#endif
