/* Every estimator under hardship: files cut and tampered with, every allocation failing, many threads on one object,
 * cancelling, columns that are constant, equal, huge or tiny. */
#include <pthread.h>
#include <time.h>

#include "baleen/file.h"
#include "baleen/model_file.h"
#include "conformance.h"
#include "model_file_private.h"

/* ---- files ------------------------------------------------------------------------------------------------------- */

static char *saved(bl_ctx *ctx, const bl_estimator *e, size_t *n)
{
  const char *path = check_tmp_path("model");
  char *bytes;
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  check_ok(ctx, bl_file_read(ctx, path, 0, &bytes, n));
  return bytes;
}

static void files_keep_every_bit(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s), *back;
  char *class_names[] = {"z", "y", "x", "w", "v", "u", "t", "s"};
  bl_texts names = {class_names, 8};
  a.d.feature_names = &a.names;
  a.d.blocks = &a.blocks;
  if (learns_classes(s)) {
    for (size_t i = 0; i < a.n; i++) a.y[i] = fabs(a.y[i]);
    a.d.class_names = &names;
  }
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  size_t n, m;
  char *bytes = saved(ctx, e, &n);
  check_ok(ctx, bl_model_parse(ctx, "model", bytes, n, &back, NULL));
  assert_true(bl_estimator_equal(e, back));
  answers want = ask(ctx, e, &a.d.X), got = ask(ctx, back, &a.d.X);
  same_answers(&got, &want, 0, "after loading");
  char *again = saved(ctx, back, &m);
  assert_int_equal(n, m);
  assert_memory_equal(bytes, again, n);
  assert_non_null(strstr(bytes + 8, "\"format_version\":")); /* who reads it in ten years knows what it is */
  assert_non_null(strstr(bytes + 8, "\\\"state_version\\\":"));
  bl_free(ctx, bytes);
  bl_free(ctx, again);
  bl_free(ctx, want.v);
  bl_free(ctx, got.v);
  bl_estimator_free(ctx, back);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_tmp_done();
  check_free(ctx);
}

/* What was tampered with is refused for its hash alone. With a hash that fits it is parsed; what is accepted is asked, and
 * may only answer or say no. */
static void parse_and_ask(bl_ctx *ctx, const char *bytes, size_t n, const bl_cmat *X)
{
  bl_estimator *e;
  char *own = test_malloc(n ? n : 1); /* of just this size, for the address sanitizer to watch its end */
  memcpy(own, bytes, n);
  bl_model_seal(own, n);
  if (memcmp(own, bytes, n)) assert_int_equal(bl_model_parse(ctx, "model", bytes, n, &e, NULL), BL_E_FORMAT);
  bl_status status = bl_model_parse(ctx, "model", own, n, &e, NULL);
  test_free(own);
  if (status != BL_OK && status != BL_E_FORMAT) fail_msg("%s: %s", bl_status_name(status), bl_ctx_error(ctx));
  if (status) return;
  answers a;
  bl_cmat fits = *X;
  if (e->n_features <= X->cols) fits.cols = e->n_features;
  if (!answers_try(ctx, e, &fits, &a)) bl_free(ctx, a.v);
  bl_estimator_free(ctx, e);
}

static void bad_files_do_no_harm(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 40, 1);
  bl_estimator *e = make(ctx, s);
  a.d.blocks = &a.blocks;
  set_if_there(ctx, s, e, "n_estimators", "3");
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  size_t n;
  char *bytes = saved(ctx, e, &n);
  bl_rng r = bl_rng_make(3, "bad files", 0);
  bl_cmat few = a.d.X;
  few.rows = 4;
  for (size_t i = 0; i < 200; i++) parse_and_ask(ctx, bytes, (size_t)bl_rng_below(&r, n), &few);
  for (size_t i = 0; i < 1500; i++) {
    char keep[4];
    size_t at = (size_t)bl_rng_below(&r, n - 4), width = 1 + 3 * (i % 2);
    memcpy(keep, bytes + at, 4);
    for (size_t k = 0; k < width; k++) bytes[at + k] = (char)(bytes[at + k] ^ (char)(1 << bl_rng_below(&r, 8)));
    parse_and_ask(ctx, bytes, n, &few);
    memcpy(bytes + at, keep, 4);
  }
  /* each array's numbers replaced by extremes, one array after the other */
  uint64_t header;
  memcpy(&header, bytes, sizeof header);
  for (int fill = 0; fill < 3; fill++)
    for (size_t at = 8 + header; at + 8 <= n; at += 8) {
      char keep[8];
      memcpy(keep, bytes + at, 8);
      memset(bytes + at, fill == 0 ? 0xff : fill == 1 ? 0x7f : 0x80, 8);
      parse_and_ask(ctx, bytes, n, &few);
      memcpy(bytes + at, keep, 8);
    }
  bl_free(ctx, bytes);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_tmp_done();
  check_free(ctx);
}

/* Saves e as it stands, tampered with, and reads it back. */
static void save_and_ask(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X)
{
  size_t n;
  char *bytes = saved(ctx, e, &n);
  parse_and_ask(ctx, bytes, n, X);
  bl_free(ctx, bytes);
}

/* Sound files of models that do not hold together: an array left out, a size one less, other columns. The class's own
 * check must see it, or apply must not care. */
static void torn_models_do_no_harm(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 40, 1);
  bl_estimator *e = make(ctx, s);
  set_if_there(ctx, s, e, "n_estimators", "3");
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  bl_estimator *own = s->in_chain ? e->child[e->n_children - 1] : e;
  char *state = own->state;
  for (const bl_field *f = s->cls->fields; f && f->name; f++) {
    const size_t dims[2] = {f->dim_rows, f->dim_cols};
    if (f->dim_rows == BL_NO_DIM) continue;
    void **at = (void **)(void *)(state + f->offset), *v = *at;
    *at = NULL;
    save_and_ask(ctx, e, &a.d.X);
    *at = v;
    for (size_t k = 0; k < 2; k++) {
      if (dims[k] == BL_NO_DIM) continue;
      size_t *dim = (size_t *)(void *)(state + dims[k]), keep = *dim;
      for (size_t less = 1; less <= keep && less <= 2; less++) {
        *dim = keep - less;
        save_and_ask(ctx, e, &a.d.X);
        *dim = 0;
        save_and_ask(ctx, e, &a.d.X);
        *dim = keep;
      }
    }
  }
  bl_mat wide;
  check_ok(ctx, bl_mat_new(ctx, 4, a.X.cols + 1, &wide));
  bl_cmat few = bl_mat_view(&wide);
  for (size_t i = 0; i < e->n_children; i++) e->child[i]->n_features++;
  e->n_features++;
  save_and_ask(ctx, e, &few);
  bl_mat_free(ctx, &wide);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_tmp_done();
  check_free(ctx);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

typedef struct life {
  const subject *s;
  bl_data d;
  const char *model;
  size_t n_model;
} life;

static bl_status live(bl_ctx *ctx, void *arg)
{
  const life *l = arg;
  bl_estimator *e = NULL, *c = NULL, *loaded = NULL;
  answers a = {0};
  bl_texts names = {0};
  bl_blocks blocks = {0};
  char path[200];
  bl_status s = bl_estimator_parse(ctx, l->s->text, &e);
  snprintf(path, sizeof path, "%s%sn_estimators", l->s->in_chain ? l->s->cls->name : "", l->s->in_chain ? "." : "");
  if (!s && bl_opts_find(l->s->cls->opts, "n_estimators")) s = bl_estimator_set(ctx, e, path, "2");
  if (!s) s = bl_estimator_clone(ctx, e, &c);
  if (!s) {
    s = bl_fit(ctx, c, &l->d);
    if (s && c->fitted) fail_msg("fitted although fit said %s", bl_status_name(s));
    if (s == BL_E_NOMEM && bl_fit(ctx, c, &l->d)) fail_msg("once there is memory: %s", bl_ctx_error(ctx));
  }
  if (!s) s = answers_try(ctx, c, &l->d.X, &a);
  if (!s && bl_op_width(c, BL_TRANSFORM)) s = bl_estimator_names_out(ctx, c, &names);
  if (!s && bl_op_width(c, BL_TRANSFORM)) s = bl_estimator_blocks_out(ctx, c, &blocks);
  if (!s) s = bl_model_parse(ctx, "model", l->model, l->n_model, &loaded, NULL);
  bl_estimator_free(ctx, loaded);
  bl_texts_free(ctx, &names);
  bl_blocks_free(ctx, &blocks);
  bl_free(ctx, a.v);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, c);
  return s;
}

static void every_allocation_may_fail(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 24, 1);
  if (s->tags & BL_TAG_WEIGHTS) a.d.weight = a.weight;
  a.d.feature_names = &a.names;
  a.d.blocks = &a.blocks;
  bl_estimator *e = make(ctx, s);
  set_if_there(ctx, s, e, "n_estimators", "2");
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  life l = {.s = s, .d = a.d};
  char *model = saved(ctx, e, &l.n_model);
  l.model = model;
  check_every_allocation_failing(live, &l);
  bl_free(ctx, model);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_tmp_done();
  check_free(ctx);
}

/* ---- threads and stopping ---------------------------------------------------------------------------------------- */

typedef struct shared {
  const bl_estimator *e;
  const bl_cmat *X;
  const answers *want;
  bool same;
} shared;

static void *answer_alone(void *arg)
{
  shared *t = arg;
  bl_ctx *ctx = bl_ctx_new();
  answers a;
  t->same = true;
  for (int k = 0; ctx && k < 3; k++) {
    bl_status s = answers_try(ctx, t->e, t->X, &a);
    t->same = t->same && !s && a.n == t->want->n && !memcmp(a.v, t->want->v, a.n * sizeof *a.v);
    if (!s) bl_free(ctx, a.v);
  }
  bl_ctx_free(ctx);
  return NULL;
}

static void many_threads_may_ask_one(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 300, 1);
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  answers want = ask(ctx, e, &a.d.X);
  pthread_t thread[8];
  shared t[8];
  for (size_t i = 0; i < 8; i++) {
    t[i] = (shared){e, &a.d.X, &want, false};
    assert_int_equal(pthread_create(&thread[i], NULL, answer_alone, &t[i]), 0);
  }
  for (size_t i = 0; i < 8; i++) {
    pthread_join(thread[i], NULL);
    assert_true(t[i].same);
  }
  bl_free(ctx, want.v);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

typedef struct stopper {
  bl_ctx *ctx;
  long after_ns;
} stopper;

static void *stop_soon(void *arg)
{
  const stopper *k = arg;
  struct timespec t = {0, k->after_ns};
  nanosleep(&t, NULL);
  bl_ctx_cancel(k->ctx);
  return NULL;
}

static void stopping_is_clean(const subject *s)
{
  for (long k = -1; k < 6; k++) {
    bl_ctx *ctx = bl_ctx_new();
    sample a = sample_make(ctx, s, 2000, 1);
    bl_estimator *e = make(ctx, s);
    pthread_t thread;
    stopper stop = {ctx, k * 300000};
    if (k < 0) bl_ctx_cancel(ctx); /* before it begins: must stop */
    else assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stop), 0);
    bl_status status = bl_fit(ctx, e, &a.d);
    if (k >= 0) pthread_join(thread, NULL);
    if (k < 0) assert_int_equal(status, BL_E_CANCELLED);
    if (status != BL_OK && status != BL_E_CANCELLED) fail_msg("%s: %s", bl_status_name(status), bl_ctx_error(ctx));
    assert_int_equal(e->fitted, status == BL_OK);
    bl_estimator_free(ctx, e);
    sample_free(ctx, &a);
    check_free(ctx);
  }
}

/* ---- odd columns ------------------------------------------------------------------------------------------------- */

static void constant(bl_mat *x, size_t i) { bl_row(x, i)[1] = 3.1F; }
static void all_constant(bl_mat *x, size_t i)
{
  for (size_t j = 0; j < x->cols; j++) bl_row(x, i)[j] = (float)j;
}
static void duplicated(bl_mat *x, size_t i) { bl_row(x, i)[1] = bl_row(x, i)[0]; }
static void collinear(bl_mat *x, size_t i) { bl_row(x, i)[2] = 2 * bl_row(x, i)[0] - bl_row(x, i)[1]; }
static void huge(bl_mat *x, size_t i) { bl_row(x, i)[0] *= 1e30F; }
static void tiny(bl_mat *x, size_t i) { bl_row(x, i)[0] *= 1e-30F; }
static void both(bl_mat *x, size_t i) { bl_row(x, i)[0] *= 1e30F, bl_row(x, i)[1] *= 1e-30F; }
static void subnormal(bl_mat *x, size_t i) { bl_row(x, i)[0] *= 1e-40F; }
static void far_away(bl_mat *x, size_t i) { bl_row(x, i)[0] += 1e6F; }

static const struct {
  const char *name;
  void (*change)(bl_mat *x, size_t row);
} oddities[] = {{"constant", constant},
                {"all constant", all_constant},
                {"duplicated", duplicated},
                {"collinear", collinear},
                {"huge", huge},
                {"tiny", tiny},
                {"huge and tiny", both},
                {"subnormal", subnormal},
                {"far away", far_away}};

/* No learnt number is NaN. */
static void learnt_numbers(const char *name, const bl_estimator *e)
{
  for (const bl_field *f = e->cls->fields; f && f->name; f++) {
    bl_field_view w = bl_field_get(f, e->state);
    const double *v = w.v;
    for (size_t i = 0; f->dtype == BL_F64 && v && i < w.dims[0] * w.dims[1]; i++)
      if (!(v[i] == v[i])) fail_msg("%s columns: %s.%s[%zu] is NaN", name, e->cls->name, f->name, i);
  }
  for (size_t i = 0; i < e->n_children; i++) learnt_numbers(name, e->child[i]);
  for (size_t i = 0; i < e->n_learnt; i++) learnt_numbers(name, e->learnt[i]);
}

/* Odd columns are learnt from, or refused for a reason that is named; neither what was learnt nor answers hold NaN. */
static void odd_columns_are_finished(const subject *s)
{
  for (size_t k = 0; k < sizeof oddities / sizeof *oddities; k++) {
    bl_ctx *ctx = bl_ctx_new();
    sample a = sample_make(ctx, s, 60, 1);
    bl_estimator *e = make(ctx, s);
    for (size_t i = 0; i < a.n; i++) oddities[k].change(&a.X, i);
    bl_status status = bl_fit(ctx, e, &a.d);
    answers v;
    if (!status) {
      learnt_numbers(oddities[k].name, e);
      status = answers_try(ctx, e, &a.d.X, &v);
      for (size_t i = 0; !status && i < v.n; i++)
        if (!(v.v[i] == v.v[i])) fail_msg("%s columns: answer %zu is NaN", oddities[k].name, i);
      if (!status) bl_free(ctx, v.v);
    }
    if (status && status != BL_E_RANGE && status != BL_E_NONFINITE)
      fail_msg("%s columns: %s: %s", oddities[k].name, bl_status_name(status), bl_ctx_error(ctx));
    if (status && !strstr(bl_ctx_error(ctx), ":"))
      fail_msg("%s columns: '%s' names nobody", oddities[k].name, bl_ctx_error(ctx));
    bl_estimator_free(ctx, e);
    sample_free(ctx, &a);
    check_free(ctx);
  }
}

static const conformance_check checks[] = {
    {"files_keep_every_bit", files_keep_every_bit, true, "a model that was saved and loaded gives the same bits", NULL},
    {"bad_files_do_no_harm", bad_files_do_no_harm, true,
     "a model file that was cut or changed anywhere is refused; where its hash was made to fit, it never crashes",
     NULL},
    {"torn_models_do_no_harm", torn_models_do_no_harm, true,
     "a model file whose arrays do not hold together is refused, or answers; it never crashes", NULL},
    {"every_allocation_may_fail", every_allocation_may_fail, true,
     "each allocation of fit, apply and load may fail, and leaves nothing behind; where there is memory again, fit works",
     NULL},
    {"many_threads_may_ask_one", many_threads_may_ask_one, true,
     "one fitted estimator answers many threads at once, each with the same bits", NULL},
    {"stopping_is_clean", stopping_is_clean, true,
     "a fit that is cancelled stops, before it begins and amid its work, and leaves nothing half learnt", NULL},
    {"odd_columns_are_finished", odd_columns_are_finished, true,
     "constant, doubled, huge and tiny columns give finite answers, or a named error", NULL},
};
CONFORMANCE_MAIN(checks)
