#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plain.h"

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void clear_line(bl_terminal *t)
{
  if (t->line_open) fputs("\r\033[K", stderr);
  t->line_open = false;
}

/* "x.yaml:3:7: error: ...": such a text stands for itself, like a compiler's. */
static bool is_placed(const char *text) { return strstr(text, ": error: ") != NULL; }

/* The line of the config that an error names, with a mark below the column. */
static void show_source(bl_terminal *t, const char *text)
{
  char path[1024], line[400];
  const char *at = strstr(text, ": error: ");
  long row = 0, column = 0;
  if (!at || (size_t)(at - text) >= sizeof path) return;
  memcpy(path, text, (size_t)(at - text));
  path[at - text] = '\0';
  for (int k = 0; k < 2; k++) {
    char *colon = strrchr(path, ':');
    if (!colon) return;
    long x = strtol(colon + 1, NULL, 10);
    if (k) row = x;
    else column = x;
    *colon = '\0';
  }
  FILE *f = row > 0 ? fopen(path, "r") : NULL;
  if (!f) return;
  for (long i = 1; fgets(line, sizeof line, f);) {
    bool whole = strchr(line, '\n') != NULL;
    if (i == row) {
      line[strcspn(line, "\r\n")] = '\0';
      for (const char *p = line; *p; p++)
        if ((unsigned char)*p < ' ' && *p != '\t') goto done; /* inside a model file: nothing to show a person */
      fprintf(stderr, "  %4ld | ", row);
      bl_plain_put(line, strlen(line), stderr);
      fputc('\n', stderr);
      if (column > 0 && column < 200)
        fprintf(stderr, "       | %*s%s^%s\n", (int)column - 1, "", t->colour ? "\033[1;31m" : "",
                t->colour ? "\033[0m" : "");
      break;
    }
    i += whole;
  }
done:
  fclose(f);
}

static void on_log(void *user, bl_log_level level, const char *text)
{
  bl_terminal *t = user;
  clear_line(t);
  static const char *const names[] = {"error", "warning", "note", "debug"};
  static const char *const colours[] = {"\033[1;31m", "\033[1;33m", "\033[36m", "\033[2m"};
  bool placed = level == BL_LOG_ERROR && is_placed(text);
  if (level == BL_LOG_ERROR) t->n_errors++;
  if (!placed) fprintf(stderr, "%s%s%s: ", t->colour ? colours[level] : "", names[level], t->colour ? "\033[0m" : "");
  bl_plain_put(text, strlen(text), stderr);
  fputc('\n', stderr);
  if (placed) show_source(t, text);
}

static void on_progress(void *user, const char *what, double done, double total)
{
  bl_terminal *t = user;
  double now = now_s();
  bool last = done >= total;
  if (t->is_tty) {
    if (!last && now - t->last_s < 0.1) return;
    char bar[31];
    int full = total > 0 ? (int)(30 * done / total) : 0;
    for (int i = 0; i < 30; i++) bar[i] = i < full ? '=' : ' ';
    bar[30] = '\0';
    fprintf(stderr, "\r\033[K%s [%s] %.0f / %.0f, %.1f s", what, bar, done, total, now - t->started_s);
    t->line_open = true;
    if (last) {
      fputs("\r\033[K", stderr);
      t->line_open = false;
    }
    fflush(stderr);
  } else if (now - t->last_s >= 10 || (last && total > 0 && now - t->started_s >= 2)) { /* quick work needs no word */
    fprintf(stderr, "%s: %.0f of %.0f, %.1f s\n", what, done, total, now - t->started_s);
  } else {
    return;
  }
  t->last_s = now;
}

void bl_terminal_init(bl_terminal *t, bl_ctx *ctx, bool quiet, bool verbose)
{
  const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
  bool tty = isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
  *t = (bl_terminal){.is_tty = tty, .quiet = quiet, .colour = tty && !(no_color && *no_color)};
  t->started_s = t->last_s = now_s();
  bl_ctx_set_log(ctx, on_log, t, quiet ? BL_LOG_ERROR : verbose ? BL_LOG_DEBUG : BL_LOG_INFO);
  bl_ctx_set_progress(ctx, quiet ? NULL : on_progress, t);
}

void bl_terminal_done(bl_terminal *t) { clear_line(t); }

void bl_terminal_error(bl_terminal *t, const char *text)
{
  clear_line(t);
  if (!is_placed(text))
    fprintf(stderr, "%sbaleen: error:%s ", t->colour ? "\033[1;31m" : "", t->colour ? "\033[0m" : "");
  bl_plain_put(text, strlen(text), stderr);
  fputc('\n', stderr);
  if (is_placed(text)) show_source(t, text);
}
