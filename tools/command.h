/* command.h: the contract of a subcommand. Its options are an option table (option.h), so that parsing, help and the
 * reference come from one place.
 *
 * To add one: tools/cmd_<name>.c with `const bl_command bl_command_<name>`, a line in commands.def. */
#ifndef BL_COMMAND_H
#define BL_COMMAND_H

#include "baleen/option.h"

/* Exit statuses, the same for every subcommand. */
enum {
  BL_EXIT_OK = 0,
  BL_EXIT_ERROR = 1,
  BL_EXIT_USAGE = 2,   /* bad usage or config */
  BL_EXIT_PARTLY = 3,  /* done, but some recordings failed */
  BL_EXIT_REFUSED = 4, /* leakage, or a model and data that do not belong together */
  BL_EXIT_STOPPED = 130
};
int bl_exit_of(bl_status s);

typedef struct bl_command {
  const char *name, *summary;  /* one line, no full stop */
  const char *arguments;       /* "CONFIG", "MODEL FILE..." */
  size_t min_args, max_args;   /* max (size_t)-1: any number */
  const char *about;           /* some lines for its help */
  const char *const *examples; /* command lines, NULL-terminated */
  const bl_opt *opts;          /* NULL: none of its own; '_' in a name is '-' on the command line */
  const char *letters;         /* "o=out s=set": short forms */
  size_t params_size;
  /* Prints results on stdout. Returns an exit status; a failure's text is in ctx and printed by the caller when *status
   * is not BL_OK. */
  int (*run)(bl_ctx *ctx, const void *params, const bl_texts *args, bl_status *status);
} bl_command;

const bl_command *bl_command_at(size_t i);
const bl_command *bl_command_find(const char *name);

/* Options that every subcommand takes. */
typedef struct bl_common {
  bool help, quiet, verbose;
  int64_t threads;
} bl_common;
extern const bl_opt bl_common_opts[];

/* Parses argv[1..] of a subcommand. BL_E_CONFIG with the nearest option on a slip. params and common are zeroed. */
bl_status bl_command_parse(bl_ctx *ctx, const bl_command *c, int argc, char **argv, void *params, bl_common *common,
                           bl_texts *args) BL_MUST_CHECK;
/* The help of a subcommand, or (c NULL) of the program, appended to out. */
bl_status bl_command_tell(bl_ctx *ctx, const bl_command *c, bl_buf *out) BL_MUST_CHECK;
/* A table of options as indented lines. */
bl_status bl_options_help(bl_ctx *ctx, const bl_opt *opts, const char *indent, bool dashes, bl_buf *out) BL_MUST_CHECK;

#endif
