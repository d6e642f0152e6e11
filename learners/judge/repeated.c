/* repeated.c: see repeated.h. */
#include "repeated.h"

#include <stdio.h>

const bl_opt bl_repeated_opts[] = {
    BL_INT(bl_repeated_params, n_splits, "5", 2, 1e9, "", "Number of folds"),
    BL_INT(bl_repeated_params, n_repeats, "10", 1, 1e6, "", "How often rows are dealt anew"),
    BL_INT(bl_repeated_params, random_state, "0", 0, 9007199254740992, "", "Seed"), BL_OPT_END};

static bl_status once(bl_ctx *ctx, const bl_splitter *s, const bl_split_data *d, bl_folds *out)
{
  bl_folds f = {0};
  bl_status e = s->cls->split(ctx, s->params, d, &f);
  for (size_t i = 0; !e && i < f.n; i++) e = bl_folds_add(ctx, out, d->n, f.v[i].test, f.v[i].n_test);
  bl_folds_free(ctx, &f);
  return e;
}

bl_status bl_split_again(bl_ctx *ctx, const char *of, const bl_repeated_params *p, const bl_split_data *d,
                         bl_folds *out)
{
  bl_splitter s = {0};
  bl_status e = bl_splitter_new(ctx, of, &s);
  for (int64_t i = 0; !e && i < p->n_repeats; i++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "repeated", (uint64_t)i);
    *(bl_n_splits_params *)s.params =
        (bl_n_splits_params){.n_splits = p->n_splits, .random_state = (int64_t)(bl_rng_u64(&r) >> 11), .shuffle = true};
    e = once(ctx, &s, d, out);
  }
  bl_splitter_free(ctx, &s);
  return e;
}
