#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "baleen/version.h"

#define BL_COMMAND(name) extern const bl_command bl_command_##name;
#include "commands.def"
#undef BL_COMMAND
static const bl_command *const table[] = {
#define BL_COMMAND(name) &bl_command_##name,
#include "commands.def"
#undef BL_COMMAND
    NULL};

const bl_command *bl_command_at(size_t i) { return i < sizeof table / sizeof *table ? table[i] : NULL; }

const bl_command *bl_command_find(const char *name)
{
  for (size_t i = 0; table[i]; i++)
    if (!strcmp(table[i]->name, name)) return table[i];
  return NULL;
}

const bl_opt bl_common_opts[] = {BL_BOOL(bl_common, help, "false", "show this help"),
                                 BL_BOOL(bl_common, quiet, "false", "no progress and no notes, errors only"),
                                 BL_BOOL(bl_common, verbose, "false", "tell more of what is done"),
                                 BL_INT(bl_common, threads, "0", 0, 256, "", "threads to use; 0: as many as there are"),
                                 BL_OPT_END};

int bl_exit_of(bl_status s)
{
  switch (s) {
  case BL_OK: return BL_EXIT_OK;
  case BL_E_CONFIG:
  case BL_E_ARG: return BL_EXIT_USAGE;
  case BL_E_LEAKAGE:
  case BL_E_MISMATCH: return BL_EXIT_REFUSED;
  case BL_E_CANCELLED: return BL_EXIT_STOPPED;
  default: return BL_EXIT_ERROR;
  }
}

/* ---- parsing ----------------------------------------------------------------------------------------------------- */

enum { MAX_OPTIONS = 40, NAME_LEN = 40 };

/* getopt's tables, made from ours. */
typedef struct parsed_table {
  struct option longs[MAX_OPTIONS + 1];
  char names[MAX_OPTIONS][NAME_LEN];
  const bl_opt *opt[MAX_OPTIONS];
  bool is_common[MAX_OPTIONS];
  char shorts[2 * MAX_OPTIONS + 4];
  size_t n;
} parsed_table;

/* The letter of an option by "o=out s=set", or 0. */
static char letter_of(const char *letters, const char *name)
{
  for (const char *p = letters; p && *p; p++) {
    size_t n = strcspn(p + 2, " ");
    if (p[1] == '=' && strlen(name) == n && !strncmp(p + 2, name, n)) return *p;
    p += 2 + n;
    if (!*p) break;
  }
  return 0;
}

/* What is off unless it is asked for takes no value; what is on takes one, or it could not be turned off. */
static bool is_flag(const bl_opt *o) { return o->kind == BL_OPT_BOOL && !(o->def && !strcmp(o->def, "true")); }

static void add_table(parsed_table *t, const bl_opt *opts, const char *letters, bool common)
{
  for (; opts && opts->name && t->n < MAX_OPTIONS; opts++) {
    size_t i = t->n++;
    snprintf(t->names[i], NAME_LEN, "%s", opts->name);
    for (char *p = t->names[i]; *p; p++)
      if (*p == '_') *p = '-';
    bool flag = is_flag(opts);
    t->longs[i] = (struct option){t->names[i], flag ? no_argument : required_argument, NULL, (int)(256 + i)};
    t->opt[i] = opts;
    t->is_common[i] = common;
    char letter = letter_of(letters, opts->name);
    if (letter) {
      size_t n = strlen(t->shorts);
      t->shorts[n] = letter;
      if (!flag) t->shorts[n + 1] = ':';
    }
  }
}

static const char *long_name(const void *arg, size_t i)
{
  const parsed_table *t = arg;
  return i < t->n ? t->names[i] : NULL;
}

static bl_status bad_option(bl_ctx *ctx, const bl_command *c, const parsed_table *t, const char *given, bool missing)
{
  if (missing)
    return bl_fail(ctx, BL_E_CONFIG, "%s: option '%s' needs a value; see 'baleen help %s'", c->name, given, c->name);
  const char *bare = given + strspn(given, "-");
  const char *near = bl_nearest(bare, long_name, t);
  return near ? bl_fail(ctx, BL_E_CONFIG, "%s: unknown option '%s'; did you mean '--%s'?", c->name, given, near)
              : bl_fail(ctx, BL_E_CONFIG, "%s: unknown option '%s'; see 'baleen help %s'", c->name, given, c->name);
}

/* A list option given again grows: --set a=1 --set b=2. */
static bl_status take(bl_ctx *ctx, const bl_command *c, const bl_opt *o, void *params, const char *value)
{
  if (o->kind == BL_OPT_TEXTS) return bl_texts_add(ctx, (bl_texts *)(void *)((char *)params + o->offset), value);
  return bl_opts_set(ctx, c->name, o, params, o->name, is_flag(o) ? "true" : value);
}

bl_status bl_command_parse(bl_ctx *ctx, const bl_command *c, int argc, char **argv, void *params, bl_common *common,
                           bl_texts *args)
{
  parsed_table t = {.shorts = ":"};
  add_table(&t, c->opts, c->letters, false);
  add_table(&t, bl_common_opts, "h=help q=quiet v=verbose j=threads", true);
  bl_status s = bl_opts_defaults(ctx, c->name, c->opts, params);
  if (!s) s = bl_opts_defaults(ctx, c->name, bl_common_opts, common);
  opterr = 0;
  optind = 1;
  while (!s) {
    int got = getopt_long(argc, argv, t.shorts, t.longs, NULL);
    if (got < 0) break;
    if (got == '?' || got == ':') {
      /* arguments before the option have been moved behind it; of letters written together only optopt tells which */
      char letter[3] = {'-', (char)optopt, '\0'};
      s = bad_option(ctx, c, &t, optopt > 0 && optopt < 256 ? letter : argv[optind - 1], got == ':');
      break;
    }
    size_t i = 0;
    if (got >= 256) i = (size_t)got - 256;
    else
      while (i < t.n &&
             letter_of(t.is_common[i] ? "h=help q=quiet v=verbose j=threads" : c->letters, t.opt[i]->name) != got)
        i++;
    if (i < t.n) s = take(ctx, c, t.opt[i], t.is_common[i] ? (void *)common : params, optarg);
  }
  for (int k = optind; !s && k < argc; k++) s = bl_texts_add(ctx, args, argv[k]);
  if (s || common->help) return s;
  if (args->n < c->min_args || args->n > c->max_args)
    return bl_fail(ctx, BL_E_CONFIG, "%s: wanted %s%s, got %zu; see 'baleen help %s'", c->name,
                   *c->arguments ? c->arguments : "no arguments", "", args->n, c->name);
  return bl_opts_complete(ctx, c->name, c->opts, params);
}

/* ---- help -------------------------------------------------------------------------------------------------------- */

bl_status bl_options_help(bl_ctx *ctx, const bl_opt *opts, const char *indent, bool dashes, bl_buf *out)
{
  bl_status s = BL_OK;
  for (; !s && opts && opts->name; opts++) {
    char name[NAME_LEN + 4];
    snprintf(name, sizeof name, "%s%s", dashes ? "--" : "", opts->name);
    for (char *p = name + 2; dashes && *p; p++)
      if (*p == '_') *p = '-';
    bl_buf allowed = {0};
    s = bl_opt_allowed(ctx, opts, &allowed);
    if (!s) s = bl_buf_printf(ctx, out, "%s%-20s %s\n", indent, name, opts->help);
    if (!s && !(dashes && is_flag(opts))) {
      const char *def = opts->flags & BL_OPT_NEEDED ? "must be given" : opts->def ? opts->def : "none";
      bool needed = opts->flags & BL_OPT_NEEDED;
      s = bl_buf_printf(ctx, out, "%s%-20s   %s; %s%s\n", indent, "", bl_buf_text(&allowed), needed ? "" : "default ",
                        def);
    }
    bl_buf_free(ctx, &allowed);
  }
  return s;
}

static bl_status program_help(bl_ctx *ctx, bl_buf *out)
{
  bl_status s =
      bl_buf_printf(ctx, out,
                    "Baleen %s: recordings (sound, EEG, MEG) to features to models, and models back on recordings.\n\n"
                    "usage: baleen SUBCOMMAND [OPTIONS] ...\n\n",
                    bl_version());
  for (size_t i = 0; !s && table[i]; i++)
    s = bl_buf_printf(ctx, out, "  %-12s %-16s %s\n", table[i]->name, table[i]->arguments, table[i]->summary);
  return s ? s
           : bl_buf_puts(
                 ctx, out,
                 "\n'baleen help NAME' tells of a subcommand, stage, summary, estimator, metric, splitter or source;\n"
                 "'baleen list' names them all.\n"
                 "Exit status: 0 all well, 1 error, 2 bad usage or config, 3 some recordings failed, 4 refused, "
                 "130 stopped.\n");
}

bl_status bl_command_tell(bl_ctx *ctx, const bl_command *c, bl_buf *out)
{
  if (!c) return program_help(ctx, out);
  bl_status s = bl_buf_printf(ctx, out, "baleen %s: %s\n\nusage: baleen %s [OPTIONS] %s\n", c->name, c->summary,
                              c->name, c->arguments);
  if (!s && c->about) s = bl_buf_printf(ctx, out, "\n%s\n", c->about);
  if (!s && c->examples) s = bl_buf_puts(ctx, out, "\nExamples:\n");
  for (size_t i = 0; !s && c->examples && c->examples[i]; i++) s = bl_buf_printf(ctx, out, "  %s\n", c->examples[i]);
  if (!s) s = bl_buf_puts(ctx, out, "\nOptions:\n");
  if (!s && c->letters) s = bl_buf_printf(ctx, out, "  (short forms: %s)\n", c->letters);
  if (!s) s = bl_options_help(ctx, c->opts, "  ", true, out);
  return s ? s : bl_options_help(ctx, bl_common_opts, "  ", true, out);
}
