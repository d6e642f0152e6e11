/* Estimators that hold others: what goes wrong in a child names it and leaves the whole usable, paths reach every child, and
 * each row's group, weight and time reach the child with the row. */
#include "baleen/text.h"
#include "conformance.h"

enum { N = 60 };

/* An estimator of the same kind that refuses N rows, because it wants more of them. */
static const char *refusing(bl_kind kind)
{
  switch (kind) {
  case BL_CLASSIFIER: return "{knn: {n_neighbors: 5000}}";
  case BL_REGRESSOR: return "{knn_regressor: {n_neighbors: 5000}}";
  case BL_TRANSFORMER: return "{pca: {n_components: 5000}}";
  default: return NULL;
  }
}

/* The message has the child's own words, and says which child it is where there may be several. */
static void names_child(const bl_estimator *e, size_t i, const char *said)
{
  char quoted[80];
  snprintf(quoted, sizeof quoted, "'%s'", e->child_name[i]);
  const char *own = bl_estimator_kind(e->child[i]) == BL_TRANSFORMER ? "pca" : "knn";
  bool named = strstr(said, quoted) || (e->n_children == 1 && strstr(said, e->child_name[i]));
  if (!strstr(said, own)) fail_msg("'%s' has not what %s said", said, own);
  if (!named) fail_msg("'%s' does not name the child %s", said, quoted);
}

static void a_failing_child_is_named(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s), *fresh = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, fresh, &a.d));
  for (size_t i = 0; i < e->n_children; i++) {
    const char *bad = refusing(bl_estimator_kind(e->child[i]));
    char name[64];
    snprintf(name, sizeof name, "%s", e->child_name[i]);
    bl_buf good = {0};
    check_ok(ctx, bl_estimator_get(ctx, e, name, &good));
    if (bad && !bl_estimator_set(ctx, e, name, bad)) {
      bl_status status = bl_fit(ctx, e, &a.d);
      if (!status) fail_msg("'%s' was to refuse the rows as %s", name, bad);
      names_child(e, i, bl_ctx_error(ctx));
      assert_false(e->fitted);
    }
    check_ok(ctx, bl_estimator_set(ctx, e, name, bl_buf_text(&good)));
    check_ok(ctx, bl_fit(ctx, e, &a.d));
    assert_true(bl_estimator_equal(e, fresh));
    bl_buf_free(ctx, &good);
  }
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, fresh);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* Set by its path, an option has the value where it lies, and by its path gets the old one back. A number is
 * moved to where its bounds leave room. */
static void another_value_arrives(bl_ctx *ctx, bl_estimator *root, const bl_estimator *e, const bl_opt *o,
                                  const char *path, const char *old)
{
  char other[64];
  double was = 0;
  bl_buf there = {0};
  bool number = (o->kind == BL_OPT_INT || o->kind == BL_OPT_REAL) && bl_parse_real(old, &was);
  if (o->kind == BL_OPT_BOOL) snprintf(other, sizeof other, "%s", strcmp(old, "true") ? "true" : "false");
  else if (number) snprintf(other, sizeof other, "%.17g", was + 1 < o->hi ? floor(was) + 1 : (o->lo + o->hi) / 2);
  else return;
  if (!strcmp(old, other)) return;
  check_ok(ctx, bl_estimator_set(ctx, root, path, other));
  check_ok(ctx, bl_estimator_get(ctx, e, o->name, &there));
  if (strcmp(bl_buf_text(&there), other)) fail_msg("%s set to %s is %s in the child", path, other, bl_buf_text(&there));
  check_ok(ctx, bl_estimator_set(ctx, root, path, old));
  bl_buf_free(ctx, &there);
}

static void paths_reach_every_option(bl_ctx *ctx, bl_estimator *root, const bl_estimator *e, const char *prefix)
{
  for (const bl_opt *o = e->cls->opts; o && o->name; o++) {
    char path[300];
    bl_buf text = {0};
    if (o->kind == BL_OPT_ESTIMATOR) continue;
    snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", o->name);
    check_ok(ctx, bl_estimator_get(ctx, root, path, &text));
    check_ok(ctx, bl_estimator_set(ctx, root, path, bl_buf_text(&text)));
    another_value_arrives(ctx, root, e, o, path, bl_buf_text(&text));
    bl_buf_free(ctx, &text);
  }
  for (size_t i = 0; i < e->n_children; i++) {
    char path[300];
    snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", e->child_name[i]);
    paths_reach_every_option(ctx, root, e->child[i], path);
  }
}

static void paths_reach_every_child(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = make(ctx, s), *twin = make(ctx, s);
  paths_reach_every_option(ctx, e, e, "");
  assert_true(bl_estimator_equal(e, twin));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  check_free(ctx);
}

/* ---- what goes with a row ---------------------------------------------------------------------------------------- */

/* Classes of the subject's leaves, each with a fit that looks at what came before it hands on. Row i is of time i and of
 * group i / 4. */
enum { SPIES = 16 };
static struct spy {
  bl_estimator_class cls;
  bl_status (*fit)(bl_ctx *, bl_estimator *, const bl_train *);
  size_t calls, without, astray;
} spies[SPIES];
static size_t n_spies;

static bl_status spy_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  struct spy *spy = spies;
  while (&spy->cls != self->cls) spy++;
  spy->calls++;
  bool there = t->group && t->data && t->data->time && t->data->group;
  if (!there) spy->without++;
  for (size_t i = 0; there && i < t->X.rows; i++)
    spy->astray += t->group[i] != (int32_t)t->data->time[i] / 4 || t->data->group[i] != t->group[i];
  return spy->fit(ctx, self, t);
}

static void put_spies(bl_estimator *e)
{
  for (size_t i = 0; i < e->n_children; i++) put_spies(e->child[i]);
  if (e->n_children || n_spies == SPIES) return;
  spies[n_spies] = (struct spy){.cls = *e->cls, .fit = e->cls->fit};
  spies[n_spies].cls.fit = spy_fit;
  e->cls = &spies[n_spies++].cls;
}

/* One thread: the spies count without a lock. */
static void what_goes_with_a_row_reaches_children(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s);
  double time[N];
  for (size_t i = 0; i < N; i++) time[i] = (double)i;
  a.d.time = time;
  bl_ctx_set_threads(ctx, 1);
  n_spies = 0;
  put_spies(e);
  for (int weighted = 0; weighted < 1 + takes_weights(s); weighted++) {
    a.d.weight = weighted ? a.weight : NULL;
    check_ok(ctx, bl_fit(ctx, e, &a.d));
  }
  for (size_t i = 0; i < n_spies; i++) {
    if (!spies[i].calls) fail_msg("%s was never fitted", spies[i].cls.name);
    if (spies[i].without) fail_msg("%s learnt %zu times without groups or times", spies[i].cls.name, spies[i].without);
    if (spies[i].astray) fail_msg("%s: %zu rows with another row's group", spies[i].cls.name, spies[i].astray);
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"a_failing_child_is_named", a_failing_child_is_named, false,
     "where a child cannot learn, the message names it; with a child that can, the same object learns", holds_others},
    {"paths_reach_every_child", paths_reach_every_child, false, "every option of every child has a path", holds_others},
    {"what_goes_with_a_row_reaches_children", what_goes_with_a_row_reaches_children, false,
     "the group and the time of each row reach the children with the row", holds_others},
};
CONFORMANCE_MAIN(checks)
