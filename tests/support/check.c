#include "check.h"

#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A test that fails leaves its objects where they are, for cmocka jumps out of it: two thousand lines about leaks would
 * then bury the message that counts. The leak checker asks this function at the very end, behind on_exit(). */
int __lsan_is_turned_off(void);
static int exit_status;
int __lsan_is_turned_off(void) { return exit_status != 0; }
static void note_exit(int status, void *unused) { (void)unused, exit_status = status; }
__attribute__((constructor)) static void listen_for_exit(void) { (void)on_exit(note_exit, NULL); }

void check_ok_at(bl_ctx *ctx, bl_status status, const char *file, int line)
{
  if (status)
    fail_msg("%s:%d: %s: %s (raised at %s)", file, line, bl_status_name(status), bl_ctx_error(ctx),
             bl_ctx_error_place(ctx));
}

void check_fails_at(bl_ctx *ctx, bl_status status, bl_status code, const char *part, const char *file, int line)
{
  if (status != code)
    fail_msg("%s:%d: wanted %s, got %s: %s", file, line, bl_status_name(code), bl_status_name(status),
             bl_ctx_error(ctx));
  if (!strstr(bl_ctx_error(ctx), part))
    fail_msg("%s:%d: the message '%s' does not say '%s'", file, line, bl_ctx_error(ctx), part);
}

void check_near_at(double got, double want, double tol, const char *what, const char *file, int line)
{
  if (isinf(want) && got == want) return;
  if (!(fabs(got - want) <= tol))
    fail_msg("%s:%d: %s: got %.17g, want %.17g, off by %.3g > %.3g", file, line, what, got, want, got - want, tol);
}

void check_append(char *to, size_t room, const char *text)
{
  size_t n = strlen(to), more = strlen(text);
  if (n + more >= room) fail_msg("%zu bytes and %zu more do not fit into %zu", n, more, room);
  memcpy(to + n, text, more + 1);
}

void check_free(bl_ctx *ctx)
{
  size_t live = bl_ctx_live(ctx);
  bl_ctx_free(ctx);
  if (live) fail_msg("%zu blocks were not freed", live);
}

void check_every_allocation_failing(check_work work, void *arg)
{
  bl_ctx *ctx = bl_ctx_new();
  if (!ctx) fail_msg("no context");
  bl_ctx_set_threads(ctx, 1);
  for (long n = 0;; n++) {
    bl_ctx_fail_alloc_at(ctx, n);
    bl_status s = work(ctx, arg);
    size_t asked = bl_ctx_allocs(ctx);
    bl_ctx_fail_alloc_at(ctx, -1);
    if (bl_ctx_live(ctx)) fail_msg("allocation %ld failing leaves %zu blocks behind", n, bl_ctx_live(ctx));
    if (s && s != BL_E_NOMEM) fail_msg("allocation %ld failing gives %s: %s", n, bl_status_name(s), bl_ctx_error(ctx));
    if (asked <= (size_t)n) { /* none failed: the work itself must have gone well */
      check_ok(ctx, s);
      break;
    }
  }
  bl_ctx_free(ctx);
}

static char tmp_folder[256];

const char *check_tmp_path(const char *name)
{
  static char path[8][512]; /* tests hold a few at a time */
  static unsigned turn;
  if (!*tmp_folder) {
    const char *base = getenv("TMPDIR");
    snprintf(tmp_folder, sizeof tmp_folder, "%s/baleen-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(tmp_folder)) fail_msg("no temporary folder");
  }
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tmp_folder, name);
  return p;
}

void check_tmp_done(void)
{
  if (!*tmp_folder) return;
  DIR *d = opendir(tmp_folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", tmp_folder, e->d_name);
    if (e->d_name[0] != '.') unlink(path);
  }
  if (d) closedir(d);
  rmdir(tmp_folder);
  *tmp_folder = '\0';
}

static void make_comma_locale(char *folder, size_t room)
{
  const char *base = getenv("TMPDIR");
  char command[1000];
  snprintf(folder, room, "%s/baleen-locale-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(folder)) fail_msg("no temporary folder");
  snprintf(
      command, sizeof command,
      "cd '%s' && printf 'LC_NUMERIC\\ndecimal_point \",\"\\nthousands_sep \"\"\\ngrouping -1\\nEND LC_NUMERIC\\n' "
      ">source && localedef -c --no-archive -f ANSI_X3.4-1968 -i ./source ./comma >/dev/null 2>&1",
      folder);
  /* it warns of the categories that are not there, and then fails although it has made what was wanted */
  (void)!system(command);
}

static void remove_folder(const char *folder)
{
  char command[400];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fail_msg("cannot remove %s", folder);
}

/* What the C library has loaded once it keeps, under the folder's name: the folder itself may go at once. */
bool check_comma_locale(void)
{
  static char folder[300];
  bool first = !*folder;
  if (first) make_comma_locale(folder, sizeof folder);
  setenv("LOCPATH", folder, 1);
  bool there = setlocale(LC_NUMERIC, "comma") && !strcmp(localeconv()->decimal_point, ",");
  unsetenv("LOCPATH"); /* others are looked for where they were */
  if (first) remove_folder(folder);
  return there;
}
