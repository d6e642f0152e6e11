/* A gnuplot process at the other end of a socket pair, which is its stdin, stdout and stderr. After each command it
 * is asked to print a mark and its error number; what it says before the mark belongs to that command. An end of
 * file before the mark means that it died of the command. */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sink.h"

extern char **environ;

struct bl_gnuplot {
  char *program, *folder;
  pid_t pid; /* 0: not running */
  int fd;
};

#define MARK "baleen-mark-7d1f"
enum { WAIT_MS = 200, TEXT_MAX = 1 << 16 };

/* The first executable `name` in the folders of PATH, or NULL (*s tells whether memory ran out). */
static char *find_program(bl_ctx *ctx, const char *name, bl_status *s)
{
  const char *at = getenv("PATH");
  while (at && *at) {
    size_t n = strcspn(at, ":");
    char *path = bl_strf(ctx, "%.*s/%s", (int)n, n ? at : ".", name);
    if (!path) {
      *s = bl_fail_nomem(ctx, "the path of gnuplot");
      return NULL;
    }
    if (n && access(path, X_OK) == 0) return path;
    bl_free(ctx, path);
    at += n;
    if (*at) at++;
  }
  return NULL;
}

bl_status bl_gnuplot_open(bl_ctx *ctx, const char *folder, bl_gnuplot **out)
{
  *out = NULL;
  bl_status s = BL_OK;
  char *program = find_program(ctx, "gnuplot", &s);
  if (s) return s;
  if (!program) {
    bl_warn(ctx, BL_W_SKIPPED,
            "gnuplot: not found on PATH: pictures are left out; install gnuplot-nox, then draw them "
            "with 'gnuplot NAME.gp' in %s",
            folder);
    return BL_OK;
  }
  bl_gnuplot *g = bl_calloc(ctx, 1, sizeof *g);
  if (!g || !(g->folder = bl_strdup(ctx, folder))) {
    bl_free(ctx, g);
    bl_free(ctx, program);
    return bl_fail_nomem(ctx, "gnuplot");
  }
  g->program = program;
  g->fd = -1;
  *out = g;
  return BL_OK;
}

/* The process itself, still in our folder. */
static bl_status spawn(bl_ctx *ctx, bl_gnuplot *g)
{
  static char name[] = "gnuplot", plain[] = "--default-settings";
  char *const args[] = {name, plain, NULL};
  posix_spawn_file_actions_t actions;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
    return bl_fail(ctx, BL_E_IO, "gnuplot: no socket: %s", strerror(errno));
  fcntl(pair[0], F_SETFD, FD_CLOEXEC);
  fcntl(pair[1], F_SETFD, FD_CLOEXEC);
  int why = posix_spawn_file_actions_init(&actions);
  bool made = !why;
  for (int fd = 0; fd < 3 && !why; fd++) why = posix_spawn_file_actions_adddup2(&actions, pair[1], fd);
  if (!why) why = posix_spawn(&g->pid, g->program, &actions, NULL, args, environ);
  if (made) posix_spawn_file_actions_destroy(&actions);
  close(pair[1]);
  if (why) {
    close(pair[0]);
    g->pid = 0;
    return bl_fail(ctx, BL_E_IO, "gnuplot: cannot start %s: %s", g->program, strerror(why));
  }
  g->fd = pair[0];
  return BL_OK;
}

static void stop(bl_gnuplot *g, bool now)
{
  if (!g->pid) return;
  if (now) kill(g->pid, SIGKILL);
  close(g->fd);
  while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR) continue;
  g->pid = 0;
  g->fd = -1;
}

static bool say(bl_gnuplot *g, const char *text, size_t n)
{
  while (n) {
    ssize_t k = send(g->fd, text, n, MSG_NOSIGNAL);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return false;
    text += k;
    n -= (size_t)k;
  }
  return true;
}

/* What gnuplot says up to the mark. *well false: it left without one, or the mark tells of an error. */
static bl_status hear(bl_ctx *ctx, bl_gnuplot *g, bl_buf *answer, bool *well)
{
  *well = false;
  for (;;) {
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
    struct pollfd p = {.fd = g->fd, .events = POLLIN};
    if (poll(&p, 1, WAIT_MS) <= 0) continue;
    char block[4096];
    ssize_t k = recv(g->fd, block, sizeof block, 0);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return BL_OK;
    if (answer->len + (size_t)k > TEXT_MAX) answer->len = 0; /* keep the end: it holds the mark */
    s = bl_buf_add(ctx, answer, block, (size_t)k);
    if (s) return s;
    char *mark = strstr(answer->v, MARK);
    if (mark && strchr(mark, '\n')) {
      *well = mark[strlen(MARK)] == '0';
      *mark = '\0';
      answer->len = (size_t)(mark - answer->v);
      return BL_OK;
    }
  }
}

/* Line ends and runs of blanks to single blanks: gnuplot points at places with lines of blanks and carets. */
static void one_line(char *text)
{
  char *to = text;
  for (const char *at = text; *at; at++) {
    char c = (*at == '\n' || *at == '\r' || *at == '\t' || *at == '^') ? ' ' : *at;
    if (c == ' ' && (to == text || to[-1] == ' ')) continue;
    *to++ = c;
  }
  while (to > text && to[-1] == ' ') to--;
  *to = '\0';
}

/* One command to a process that runs. */
static bl_status ask(bl_ctx *ctx, bl_gnuplot *g, const char *command, bl_buf *answer)
{
  bool well;
  char *line = bl_strf(ctx, "reset errors\n%s\nprint '%s'.GPVAL_ERRNO\n", command, MARK);
  if (!line) return bl_fail_nomem(ctx, "a gnuplot command");
  say(g, line, strlen(line)); /* a process that is gone is found out by hear() */
  bl_free(ctx, line);
  bl_status s = hear(ctx, g, answer, &well);
  if (s || !well) stop(g, true); /* half-made settings die with the process */
  if (!s && !well) {
    s = bl_buf_puts(ctx, answer, "");
    if (s) return s;
    one_line(answer->v);
    s = bl_fail(ctx, BL_E_IO, "gnuplot: %s", *answer->v ? answer->v : "it ended without a word");
  }
  return s;
}

/* Starts the process, if need be, in its folder. */
static bl_status talk(bl_ctx *ctx, bl_gnuplot *g, const char *command, bl_buf *answer)
{
  if (!g->pid) {
    bl_sink cd = {.ctx = ctx};
    bl_buf nothing = {0};
    bl_sink_puts(&cd, "cd ");
    bl_sink_quoted(&cd, g->folder);
    bl_status s = cd.status ? cd.status : spawn(ctx, g);
    if (!s) s = ask(ctx, g, bl_buf_text(&cd.buf), &nothing);
    bl_sink_free(&cd);
    bl_buf_free(ctx, &nothing);
    if (s) return s;
  }
  return ask(ctx, g, command, answer);
}

bl_status bl_gnuplot_load(bl_ctx *ctx, bl_gnuplot *g, const char *script)
{
  if (!g) return BL_OK;
  bl_buf answer = {0};
  char *command = bl_strf(ctx, "load '%s'", script);
  if (!command) return bl_fail_nomem(ctx, "a gnuplot command");
  bl_status s = talk(ctx, g, command, &answer);
  if (s == BL_E_IO) s = bl_fail_in(ctx, s, "%s/%s: ", g->folder, script);
  if (!s && answer.len) {
    one_line(answer.v);
    if (*answer.v) bl_log(ctx, BL_LOG_DEBUG, "%s/%s: gnuplot: %s", g->folder, script, answer.v);
  }
  bl_free(ctx, command);
  bl_buf_free(ctx, &answer);
  return s;
}

bl_status bl_gnuplot_version(bl_ctx *ctx, bl_gnuplot *g, bl_buf *out)
{
  if (!g) return bl_buf_puts(ctx, out, "");
  bl_buf answer = {0};
  bl_status s = talk(ctx, g, "print GPVAL_VERSION", &answer);
  if (!s && answer.len) {
    one_line(answer.v);
    s = bl_buf_puts(ctx, out, answer.v);
  }
  bl_buf_free(ctx, &answer);
  return s;
}

void bl_gnuplot_close(bl_ctx *ctx, bl_gnuplot *g)
{
  if (!g) return;
  stop(g, false);
  bl_free(ctx, g->program);
  bl_free(ctx, g->folder);
  bl_free(ctx, g);
}
