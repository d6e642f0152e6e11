/* What every splitter must keep, walked over the registry: folds disjoint from their training rows, rows ascending,
 * every row tested once where the splitter says so, groups whole, classes balanced, seeds that matter. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/random.h"
#include "baleen/split.h"

enum { N = 240, N_GROUPS = 40, N_CLASSES = 3 };

typedef struct sample {
  int32_t label[N], group[N], fold[N];
  double time[N];
} sample;

static sample draw(uint64_t index)
{
  bl_rng r = bl_rng_make(5, "conformance splitters", index);
  sample s;
  for (size_t i = 0; i < N; i++) {
    s.group[i] = (int32_t)(7 * bl_rng_below(&r, N_GROUPS)) - 100;
    double u = bl_rng_uniform(&r);
    s.label[i] = u < 0.5 ? 0 : u < 0.8 ? 4 : 2; /* codes with gaps, unequal classes */
    s.time[i] = floor(20 * bl_rng_uniform(&r)); /* many equal */
    s.fold[i] = s.group[i] % 5 == 0 ? -1 : (s.group[i] + 100) % 4;
  }
  return s;
}

static bl_split_data view(const sample *s) { return (bl_split_data){N, s->label, s->group, s->fold, s->time}; }

static bool draws_anew(const char *name) { return strstr(name, "shuffle_split") != NULL; }
/* Draws without being asked to shuffle. */
static bool always_draws(const char *name) { return draws_anew(name) || !strncmp(name, "repeated_", 9); }

/* How often each row is tested. */
static size_t times_tested(const char *name, const sample *x)
{
  size_t groups = 0;
  for (size_t i = 0; i < N; i++) {
    bool before = false;
    for (size_t k = 0; k < i; k++) before |= x->group[k] == x->group[i];
    groups += !before;
  }
  if (!strncmp(name, "repeated_", 9)) return 10;
  return strcmp(name, "leave_p_groups_out") ? 1 : groups - 1; /* with each of the others once */
}

static void set_if_known(bl_ctx *ctx, bl_splitter *s, const char *option, const char *value)
{
  if (bl_opts_find(s->cls->opts, option))
    check_ok(ctx, bl_opts_set(ctx, s->cls->name, s->cls->opts, s->params, option, value));
}

/* Calls fn for every splitter, plain and shuffled where it can. */
static void each(void (*fn)(bl_ctx *ctx, bl_splitter *s, bool shuffled))
{
  bl_ctx *ctx = bl_ctx_new();
  size_t count = 0;
  for (const bl_splitter_class *c; (c = bl_splitter_at(count)) != NULL; count++)
    for (int shuffled = 0; shuffled < 2; shuffled++) {
      if (shuffled && !bl_opts_find(c->opts, "random_state")) continue;
      bl_splitter s;
      check_ok(ctx, bl_splitter_new(ctx, c->name, &s));
      if (shuffled) set_if_known(ctx, &s, "shuffle", "true");
      fn(ctx, &s, shuffled || always_draws(c->name));
      bl_splitter_free(ctx, &s);
    }
  assert_true(count >= 14);
  check_free(ctx);
}

static void documented(bl_ctx *ctx, bl_splitter *s, bool shuffled)
{
  (void)ctx;
  (void)shuffled;
  assert_ptr_equal(bl_splitter_find(s->cls->name), s->cls);
  assert_true(s->cls->summary && strlen(s->cls->summary) > 5 && s->cls->source && *s->cls->source && s->cls->split);
  for (const bl_opt *o = s->cls->opts; o && o->name; o++) assert_true(o->help && strlen(o->help) > 3);
}

/* Nothing that is learnt from came after what is tested, and no row is tested twice. */
static void training_comes_first(const bl_folds *f, const double *time)
{
  size_t tested[N] = {0};
  for (size_t k = 0; k < f->n; k++) {
    double last = -(double)INFINITY;
    for (size_t i = 0; i < f->v[k].n_train; i++) last = fmax(last, time[f->v[k].train[i]]);
    for (size_t i = 0; i < f->v[k].n_test; i++) {
      assert_true(time[f->v[k].test[i]] >= last);
      assert_int_equal(++tested[f->v[k].test[i]], 1);
    }
  }
}

static void sound(bl_ctx *ctx, bl_splitter *s, bool shuffled)
{
  (void)shuffled;
  for (uint64_t round = 0; round < 20; round++) {
    sample x = draw(round), before = x;
    bl_split_data d = view(&x);
    bl_folds f;
    check_ok(ctx, bl_split(ctx, s, &d, &f));
    assert_memory_equal(&x, &before, sizeof x);
    size_t tested[N] = {0};
    bool by_time = s->cls->needs & BL_SPLIT_TIMES;
    for (size_t k = 0; k < f.n; k++) {
      const bl_fold *v = &f.v[k];
      assert_true(v->n_train && v->n_test);
      if (!by_time) assert_int_equal(v->n_train + v->n_test, N);
      bool seen[N] = {false};
      for (size_t i = 0; i < v->n_train; i++) {
        assert_true(v->train[i] < N && (!i || v->train[i] > v->train[i - 1]));
        seen[v->train[i]] = true;
      }
      for (size_t i = 0; i < v->n_test; i++) {
        assert_true(v->test[i] < N && (!i || v->test[i] > v->test[i - 1]) && !seen[v->test[i]]);
        tested[v->test[i]]++;
      }
    }
    bool given = s->cls->needs & BL_SPLIT_GIVEN;
    size_t once = times_tested(s->cls->name, &x);
    for (size_t i = 0; i < N && !draws_anew(s->cls->name) && !by_time; i++)
      assert_int_equal(tested[i], given && x.fold[i] < 0 ? 0 : once);
    if (by_time) training_comes_first(&f, x.time);
    if (s->cls->needs & BL_SPLIT_GROUPS) assert_false(bl_folds_leak(&f, N, x.group, NULL, NULL));
    bl_folds_free(ctx, &f);
  }
}

/* How far a fold's share of a class is from the whole's, over all. */
static double imbalance(const bl_folds *f, const int32_t *label)
{
  double worst = 0;
  for (int32_t c = 0; c <= 4; c += 2) {
    double whole = 0;
    for (size_t i = 0; i < N; i++) whole += (label[i] == c) / (double)N;
    for (size_t k = 0; k < f->n; k++) {
      double part = 0;
      for (size_t i = 0; i < f->v[k].n_test; i++) part += (label[f->v[k].test[i]] == c) / (double)f->v[k].n_test;
      worst = fmax(worst, fabs(part - whole));
    }
  }
  return worst;
}

static void balanced(bl_ctx *ctx, bl_splitter *s, bool shuffled)
{
  (void)shuffled;
  bool groups = s->cls->needs & BL_SPLIT_GROUPS, labels = s->cls->needs & BL_SPLIT_LABELS;
  bool equal = strstr(s->cls->name, "k_fold") != NULL;
  for (uint64_t round = 0; round < 20; round++) {
    sample x = draw(round);
    bl_split_data d = view(&x);
    bl_folds f;
    check_ok(ctx, bl_split(ctx, s, &d, &f));
    if (labels) assert_true(imbalance(&f, x.label) < (groups ? 0.12 : 0.03));
    size_t least = N, most = 0;
    for (size_t k = 0; k < f.n; k++) {
      if (f.v[k].n_test < least) least = f.v[k].n_test;
      if (f.v[k].n_test > most) most = f.v[k].n_test;
    }
    if (equal && !groups) assert_true(most - least <= 1);
    bl_folds_free(ctx, &f);
  }
}

static bool same_folds(const bl_folds *a, const bl_folds *b)
{
  if (a->n != b->n) return false;
  for (size_t k = 0; k < a->n; k++)
    if (a->v[k].n_test != b->v[k].n_test || memcmp(a->v[k].test, b->v[k].test, a->v[k].n_test * sizeof *a->v[k].test))
      return false;
  return true;
}

static void seeds(bl_ctx *ctx, bl_splitter *s, bool shuffled)
{
  sample x = draw(1);
  bl_split_data d = view(&x);
  bl_folds a, again, b;
  check_ok(ctx, bl_split(ctx, s, &d, &a));
  check_ok(ctx, bl_split(ctx, s, &d, &again));
  assert_true(same_folds(&a, &again));
  set_if_known(ctx, s, "random_state", "1");
  check_ok(ctx, bl_split(ctx, s, &d, &b));
  if (same_folds(&a, &b) == shuffled)
    fail_msg("%s: the seed %s", s->cls->name, shuffled ? "does not matter" : "matters");
  if (draws_anew(s->cls->name)) /* each split draws for itself */
    assert_memory_not_equal(a.v[0].test, a.v[1].test,
                            (a.v[0].n_test < a.v[1].n_test ? a.v[0].n_test : a.v[1].n_test) * sizeof(uint32_t));
  bl_folds_free(ctx, &a);
  bl_folds_free(ctx, &again);
  bl_folds_free(ctx, &b);
}

static bl_status split_once(bl_ctx *ctx, void *arg)
{
  const bl_splitter_class *c = arg;
  sample x = draw(2);
  bl_split_data d = view(&x);
  bl_splitter s;
  bl_status e = bl_splitter_new(ctx, c->name, &s);
  if (e) return e;
  bl_folds f;
  e = bl_split(ctx, &s, &d, &f);
  bl_folds_free(ctx, &f);
  bl_splitter_free(ctx, &s);
  return e;
}

static void allocations(bl_ctx *ctx, bl_splitter *s, bool shuffled)
{
  (void)ctx;
  (void)shuffled;
  check_every_allocation_failing(split_once, (void *)(uintptr_t)s->cls);
}

/* clang-format off */
#define WALK(check) \
  static void walk_##check(void **state) { (void)state; each(check); }
/* clang-format on */
WALK(documented)
WALK(sound)
WALK(balanced)
WALK(seeds)
WALK(allocations)

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(walk_documented), cmocka_unit_test(walk_sound),
                                     cmocka_unit_test(walk_balanced), cmocka_unit_test(walk_seeds),
                                     cmocka_unit_test(walk_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
