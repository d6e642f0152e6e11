/* findings.c: lists of what stages found; see event.h. */
#include "baleen/event.h"

bl_status bl_findings_add(bl_ctx *ctx, bl_findings *f, const bl_finding *one)
{
  void *v = f->v;
  bl_status s = bl_grow(ctx, &v, &f->cap, f->n + 1, sizeof *f->v, "events that were found");
  f->v = v;
  if (!s) f->v[f->n++] = *one;
  return s;
}

void bl_findings_free(bl_ctx *ctx, bl_findings *f)
{
  bl_free(ctx, f->v);
  *f = (bl_findings){0};
}
