/* random_search: as grid_search, of points drawn at random from lists or distributions (Bergstra and Bengio 2012), keyed by
 * seed and point. Of lists alone each combination is drawn once at most, as scikit-learn's RandomizedSearchCV has it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/text.h"
#include "param_grid.h"
#include "search.h"

typedef struct params {
  bl_search_params search;
  bl_flow param_distributions;
  int64_t n_iter, random_state;
} params;

static const bl_opt opts[] = {
    BL_SEARCH_OPTIONS(params, search),
    BL_TREE(
        params, param_distributions, BL_OPT_NEEDED,
        "for each option a list of values, or {uniform: [low, high]}, {loguniform: [low, high]}, {randint: [low, high]}, "
        "whole numbers below high"),
    BL_INT(params, n_iter, "10", 1, 1000000, "", "points that are drawn"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed of what is drawn"), BL_OPT_END};

#define WHO "random_search: param_distributions"

typedef enum form { LIST, UNIFORM, LOGUNIFORM, RANDINT } form;
static const char *const forms[] = {"", "uniform", "loguniform", "randint"};

/* What an option is drawn from; lo and hi of a distribution. */
typedef struct draws_of {
  form form;
  double lo, hi;
} draws_of;

static bl_status refuse(bl_ctx *ctx, const bl_flow *key)
{
  if (key->line)
    return bl_fail(ctx, BL_E_CONFIG,
                   WHO ": line %zu: '%s' wants a list of values, or {uniform: [low, high]}, "
                       "{loguniform: [low, high]} (above 0) or {randint: [low, high]} (whole), low below high",
                   key->line, key->text);
  return bl_fail(ctx, BL_E_CONFIG,
                 WHO ": '%s' wants a list of values, or {uniform: [low, high]}, {loguniform: "
                     "[low, high]} (above 0) or {randint: [low, high]} (whole), low below high",
                 key->text);
}

static bl_status read_draws(bl_ctx *ctx, const bl_flow *key, const bl_flow *f, draws_of *out)
{
  *out = (draws_of){LIST, 0, 0};
  if (f->kind == BL_FLOW_LIST && f->n) return BL_OK;
  const bl_flow *pair = f->kind == BL_FLOW_MAP && f->n == 1 ? f->child : NULL;
  for (int k = UNIFORM; pair && k <= RANDINT; k++)
    if (!strcmp(f->key->text, forms[k])) out->form = (form)k;
  bool good = pair && out->form != LIST && pair->kind == BL_FLOW_LIST && pair->n == 2 && pair->child[0].text &&
              pair->child[1].text && bl_parse_real(pair->child[0].text, &out->lo) &&
              bl_parse_real(pair->child[1].text, &out->hi) && isfinite(out->lo) && isfinite(out->hi) &&
              out->lo < out->hi && isfinite(out->hi - out->lo);
  if (out->form == LOGUNIFORM) good &= out->lo > 0;
  if (out->form == RANDINT)
    good &= out->lo == floor(out->lo) && out->hi == floor(out->hi) && fabs(out->lo) < 9e15 && fabs(out->hi) < 9e15;
  return good ? BL_OK : refuse(ctx, key);
}

/* The value of one option at a point, from one number of the stream. */
static bl_status draw(bl_ctx *ctx, const draws_of *d, const bl_flow *values, bl_rng *r, bl_flow *out)
{
  char text[32];
  if (d->form == LIST) return bl_flow_copy(ctx, out, &values->child[bl_rng_below(r, values->n)]);
  double u = bl_rng_uniform(r), x = d->lo + u * (d->hi - d->lo);
  if (d->form == LOGUNIFORM) x = exp(log(d->lo) + u * (log(d->hi) - log(d->lo)));
  x = fmin(fmax(x, d->lo), d->hi); /* rounding may lead out */
  if (d->form == RANDINT) x = floor(x) < d->hi ? floor(x) : d->hi - 1;
  out->text = bl_strdup(ctx, bl_format_real(x, text));
  return out->text ? BL_OK : bl_fail_nomem(ctx, "random_search");
}

/* Adds one point, {path: [value], ...}. */
static bl_status draw_point(bl_ctx *ctx, const params *p, size_t i, bl_flow *list)
{
  const bl_flow *map = &p->param_distributions;
  bl_rng r = bl_rng_make((uint64_t)p->random_state, "random_search", i);
  bl_flow *point, *values, *value;
  bl_status s = bl_flow_add(ctx, list, NULL, &point);
  if (!s) point->kind = BL_FLOW_MAP;
  for (size_t k = 0; !s && k < map->n; k++) {
    draws_of d;
    s = read_draws(ctx, &map->key[k], &map->child[k], &d);
    if (!s) s = bl_flow_add(ctx, point, map->key[k].text, &values);
    if (!s) values->kind = BL_FLOW_LIST;
    if (!s) s = bl_flow_add(ctx, values, NULL, &value);
    if (!s) s = draw(ctx, &d, &map->child[k], &r, value);
  }
  return s;
}

static bool lists_alone(const bl_flow *map)
{
  for (size_t k = 0; k < map->n; k++)
    if (map->child[k].kind != BL_FLOW_LIST) return false;
  return true;
}

/* n_iter of all combinations, none twice. */
static bl_status draw_combinations(bl_ctx *ctx, const params *p, bl_flow *list)
{
  size_t n, want = (size_t)p->n_iter;
  bl_status s = bl_param_grid_count(ctx, WHO, &p->param_distributions, &n);
  uint32_t *order = s ? NULL : bl_calloc(ctx, n, sizeof *order);
  if (!s && !order) s = bl_fail_nomem(ctx, "random_search");
  for (size_t i = 0; !s && i < n; i++) order[i] = (uint32_t)i;
  bl_rng r = bl_rng_make((uint64_t)p->random_state, "random_search", 0);
  if (!s) bl_rng_shuffle(&r, order, n);
  if (!s && want > n) {
    bl_warn(ctx, BL_W_ADJUSTED, "random_search: n_iter is %zu, there are %zu combinations; all are tried", want, n);
    want = n;
  }
  for (size_t i = 0; !s && i < want; i++) s = bl_param_grid_pick(ctx, &p->param_distributions, order[i], list);
  bl_free(ctx, order);
  return s;
}

static bl_status draw_all(bl_ctx *ctx, const params *p, size_t n, bl_flow *list)
{
  *list = (bl_flow){.kind = BL_FLOW_LIST};
  if (lists_alone(&p->param_distributions)) return draw_combinations(ctx, p, list);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) s = draw_point(ctx, p, i, list);
  return s;
}

/* The ends of what is drawn, as a list of values to look at. */
static bl_status list_ends(bl_ctx *ctx, const draws_of *d, bl_flow *values)
{
  const double ends[2] = {d->lo, d->form == RANDINT ? d->hi - 1 : d->hi};
  values->kind = BL_FLOW_LIST;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < 2; i++) {
    char text[32];
    bl_flow *value;
    s = bl_flow_add(ctx, values, NULL, &value);
    if (!s && !(value->text = bl_strdup(ctx, bl_format_real(ends[i], text)))) s = bl_fail_nomem(ctx, "random_search");
  }
  return s;
}

/* Each option with all its values, or the ends of them, as a map of its own: {C: [0.1, 10]}. */
static bl_status list_values(bl_ctx *ctx, const bl_flow *map, bl_flow *list)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < map->n; k++) {
    bl_flow *one, *values;
    draws_of d;
    s = read_draws(ctx, &map->key[k], &map->child[k], &d);
    if (!s) s = bl_flow_add(ctx, list, NULL, &one);
    if (s) return s;
    one->kind = BL_FLOW_MAP;
    s = bl_flow_add(ctx, one, map->key[k].text, &values);
    if (s) return s;
    one->key->line = map->key[k].line;
    s = d.form == LIST ? bl_flow_copy(ctx, values, &map->child[k]) : list_ends(ctx, &d, values);
  }
  return s;
}

/* Every option is there, and takes each value that may be drawn for it: of distributions the ends stand for all. */
static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_flow *map = &((const params *)self->params)->param_distributions;
  bl_flow list = {.kind = BL_FLOW_LIST};
  size_t n;
  bl_status s = bl_search_check_children(ctx, self);
  if (!s && (map->kind != BL_FLOW_MAP || !map->n))
    s = bl_fail(ctx, BL_E_CONFIG, WHO ": wanted a map of options to what is drawn for them");
  if (!s && lists_alone(map)) s = bl_param_grid_count(ctx, WHO, map, &n);
  if (!s) s = list_values(ctx, map, &list);
  if (!s) s = bl_param_grid_check(ctx, WHO, &list, self->child[0]);
  bl_flow_free(ctx, &list);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_flow list;
  bl_status s = draw_all(ctx, p, (size_t)p->n_iter, &list);
  if (!s) s = bl_search_fit(ctx, self, t, &list);
  bl_flow_free(ctx, &list);
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_random_search = {
    .name = "random_search", .summary = "an estimator with the best of options drawn at random, by cross-validation",
    .source = "scikit-learn RandomizedSearchCV; Bergstra and Bengio 2012", .kind = BL_CLASSIFIER, .tags = BL_TAG_RANDOM,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = bl_search_fields,
    .state_size = sizeof(bl_search_state), .fit = fit, .width = bl_search_width, .prepare = bl_search_prepare,
    .release = bl_search_release, .apply = bl_search_apply, .check = bl_search_check, .kind_of = bl_search_kind_of,
    .tags_of = bl_search_tags_of, .check_children = check_children};
/* clang-format on */
