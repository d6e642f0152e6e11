/* The class of a stage, and whether its cases try all of its options. */
#include "bench.h"

/* Sets a case's options: words "name=value". */
static void set_options(bl_ctx *ctx, const stage_case *r, const bl_stage *st)
{
  char text[256], *save = NULL;
  snprintf(text, sizeof text, "%s", options_of(r));
  for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *eq = strchr(word, '=');
    *eq = '\0';
    check_ok(ctx, bl_opts_set(ctx, suite.stage, st->cls->opts, st->params, word, eq + 1));
  }
}

static void text_of(bl_ctx *ctx, const bl_stage *st, const bl_opt *o, char out[256])
{
  bl_buf text = {0};
  check_ok(ctx, bl_opts_get(ctx, st->cls->opts, st->params, o->name, &text));
  snprintf(out, 256, "%s", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
}

/* Some case gives the option this value, or, when it is NULL, any other than its default. */
static bool some_case(bl_ctx *ctx, const bl_opt *o, const char *value)
{
  bool found = false;
  char usual[256], own[256];
  bl_stage st;
  check_ok(ctx, bl_stage_new(ctx, suite.stage, &st));
  text_of(ctx, &st, o, usual);
  bl_stage_free(ctx, &st);
  for (size_t i = 0; i < suite.n_cases && !found; i++) {
    check_ok(ctx, bl_stage_new(ctx, suite.stage, &st));
    set_options(ctx, &suite.cases[i], &st);
    text_of(ctx, &st, o, own);
    found = value ? !strcmp(own, value) : strcmp(own, usual) != 0;
    bl_stage_free(ctx, &st);
  }
  return found;
}

/* Every option is in some case with another value than its default, and every choice in some case. */
void check_options(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  size_t missing = 0;
  for (const bl_opt *o = bl_stage_find(suite.stage)->opts; o && o->name; o++) {
    if (!some_case(ctx, o, NULL)) print_message("%s: no case sets %s\n", suite.stage, o->name), missing++;
    for (size_t k = 0; o->kind == BL_OPT_ENUM && o->choices[k]; k++)
      if (!some_case(ctx, o, o->choices[k]))
        print_message("%s: no case has %s=%s\n", suite.stage, o->name, o->choices[k]), missing++;
  }
  if (missing) fail_msg("%zu options or choices are in no case", missing);
  check_free(ctx);
}

/* The class says what the registry, the help and the reference need of it; its default options parse. */
void check_class(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  const bl_stage_class *c = bl_stage_find(suite.stage);
  if (!c) fail_msg("there is no stage '%s' in features/stages.def", suite.stage);
  assert_string_equal(c->name, suite.stage);
  if (!c->summary || !*c->summary || c->summary[strlen(c->summary) - 1] == '.')
    fail_msg("%s: the summary must be one line without a full stop", suite.stage);
  if (!c->source || !*c->source) fail_msg("%s: the source must name a paper, a standard or a peer", suite.stage);
  bool alone = c->shape && c->push, taking = c->branches && c->shape_all && c->push_all;
  if (!alone && !taking)
    fail_msg("%s: the slots shape and push must be there; or branches, shape_all and push_all", suite.stage);
  if (c->release && !c->state_size) fail_msg("%s: release without a state to release", suite.stage);
  for (const bl_opt *o = c->opts; o && o->name; o++)
    if (!o->help || !*o->help || !o->unit) fail_msg("%s: option %s lacks its help, or its unit", suite.stage, o->name);
  bl_stage st;
  check_ok(ctx, bl_stage_new(ctx, c->name, &st));
  bl_stage_free(ctx, &st);
  check_free(ctx);
}
