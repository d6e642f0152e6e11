/* terminal.h: talk goes to stderr, results to stdout: notes, errors with the config's line shown, a progress line on a
 * terminal and a plain line now and then elsewhere. NO_COLOR is kept. */
#ifndef BL_TERMINAL_H
#define BL_TERMINAL_H

#include "baleen/context.h"

typedef struct bl_terminal {
  bool is_tty, colour, quiet, line_open;
  double started_s, last_s;
  size_t n_errors; /* error lines shown so far */
} bl_terminal;

void bl_terminal_init(bl_terminal *t, bl_ctx *ctx, bool quiet, bool verbose);
/* Ends an open progress line. */
void bl_terminal_done(bl_terminal *t);
/* "baleen: error: ..." */
void bl_terminal_error(bl_terminal *t, const char *text);

#endif
