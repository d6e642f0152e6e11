/* The program: finds the subcommand, parses its options by its table, runs it, turns its status into an exit status. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "baleen/blas.h"
#include "baleen/text.h"
#include "baleen/version.h"
#include "command.h"
#include "plain.h"
#include "terminal.h"

/* The one thing a signal handler can reach: the context to cancel. A second signal ends the program at once. */
static bl_ctx *volatile running;

enum { PATIENCE_MS = 800, AGAIN_MS = 100 };

/* NOLINTBEGIN(bugprone-signal-handler): the check knows the functions that POSIX lists. setitimer() is a bare system call, and
 * bl_blas_busy() and bl_ctx_cancel() read and write one atomic number. */
static void look_in(long ms)
{
  struct itimerval t = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};
  setitimer(ITIMER_REAL, &t, NULL);
}

/* A decomposition cannot be interrupted, and may take minutes: nothing is being written meanwhile, so the program can
 * end in the middle of it. */
static void on_alarm(int number)
{
  static const char said[] = "baleen: error: stopped on request, in the middle of a decomposition\n";
  (void)number;
  if (bl_blas_busy()) {
    ssize_t put = write(STDERR_FILENO, said, sizeof said - 1);
    (void)put;
    _exit(BL_EXIT_STOPPED);
  }
  look_in(AGAIN_MS);
}

static void on_signal(int number)
{
  if (running) bl_ctx_cancel(running);
  signal(number, SIG_DFL);
  signal(SIGALRM, on_alarm);
  look_in(PATIENCE_MS);
}
/* NOLINTEND(bugprone-signal-handler) */

/* What is ignored stays so: by nohup, or in the background of a script. */
static void heed(int number)
{
  if (signal(number, on_signal) == SIG_IGN) signal(number, SIG_IGN);
}

static const char *command_name(const void *arg, size_t i)
{
  (void)arg;
  return bl_command_at(i) ? bl_command_at(i)->name : NULL;
}

static int show_help(bl_ctx *ctx, const bl_command *c, FILE *to)
{
  bl_buf text = {0};
  bl_status s = bl_command_tell(ctx, c, &text);
  if (!s) fputs(bl_buf_text(&text), to);
  bl_buf_free(ctx, &text);
  return bl_exit_of(s);
}

static int carry_out(bl_ctx *ctx, const bl_command *c, int argc, char **argv)
{
  bl_terminal terminal;
  bl_terminal_init(&terminal, ctx, false, false);
  bl_common common = {0};
  bl_texts args = {0};
  int code = BL_EXIT_ERROR;
  void *params = bl_calloc(ctx, 1, c->params_size);
  bl_status s = params ? bl_command_parse(ctx, c, argc, argv, params, &common, &args) : bl_fail_nomem(ctx, c->name);
  if (s) code = bl_exit_of(s);
  else if (common.help) code = show_help(ctx, c, stdout);
  else {
    bl_terminal_init(&terminal, ctx, common.quiet, common.verbose);
    bl_ctx_set_threads(ctx, (size_t)common.threads);
    code = c->run(ctx, params, &args, &s);
  }
  bl_terminal_done(&terminal);
  if (s && !(s == BL_E_CONFIG && terminal.n_errors)) bl_terminal_error(&terminal, bl_ctx_error(ctx));
  if (params) bl_opts_release(ctx, c->opts, params);
  bl_free(ctx, params);
  bl_texts_free(ctx, &args);
  return code;
}

int main(int argc, char **argv)
{
  bl_ctx *ctx = bl_ctx_new();
  if (!ctx) {
    fputs("baleen: error: out of memory\n", stderr);
    return BL_EXIT_ERROR;
  }
  running = ctx;
  heed(SIGINT);
  heed(SIGTERM);
  heed(SIGHUP);
  signal(SIGXFSZ,
         SIG_IGN); /* writing beyond the limit of a file's size fails like any other write, and is tidied up after */
  bl_plain_stdout();
  int code;
  const char *name = argc > 1 ? argv[1] : NULL;
  const bl_command *c = name ? bl_command_find(name) : NULL;
  if (c) code = carry_out(ctx, c, argc - 1, argv + 1);
  else if (!name) code = show_help(ctx, NULL, stderr), code = BL_EXIT_USAGE;
  else if (!strcmp(name, "--help") || !strcmp(name, "-h")) code = show_help(ctx, NULL, stdout);
  else if (!strcmp(name, "--version")) printf("baleen %s\n", bl_version()), code = BL_EXIT_OK;
  else {
    const char *near = bl_nearest(name, command_name, NULL);
    fputs("baleen: error: unknown subcommand '", stderr);
    bl_plain_put(name, strlen(name), stderr);
    fprintf(stderr, "'%s%s%s; see 'baleen help'\n", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    code = BL_EXIT_USAGE;
  }
  running = NULL;
  bl_ctx_free(ctx);
  if (fflush(stdout) || ferror(stdout)) { /* whatever was asked for, it has not arrived */
    perror("baleen: error: writing to standard output");
    code = BL_EXIT_ERROR;
  }
  return code;
}
