/* predict on what has no end, as a user runs it: each row comes out when it is known, memory stays as it is, and a
 * signal ends it well. */
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tree.h"

enum { RATE = 1000, WINDOWS = 5, PATIENCE_MS = 20000, MOST_MIB = 8 };
#define MODEL "windows/model.safetensors"
#define PCM   "pcm:rate=1000,format=s16le:-"

static const char *at(const char *name)
{
  static char path[8][700];
  static unsigned turn;
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

/* Sample i of a sound: the second half of each second is loud. */
static int sample(size_t i) { return (int)(i * 2654435761u >> 7 & 0xfff) * (i / 500 % 2 ? 4 : 1) - 4096; }

static void put_le(unsigned char *to, unsigned x, int n)
{
  for (int b = 0; b < n; b++) to[b] = (unsigned char)(x >> 8 * b);
}

/* ---- the program at work ----------------------------------------------------------------------------------------- */

typedef struct live {
  pid_t pid;
  int to, from; /* its standard input and output */
  char text[100000];
  size_t n;
} live;

static void start(live *l, const char *model, const char *file, const char *out)
{
  int in[2], back[2];
  char *argv[] = {"baleen", "predict", "--quiet", (char *)(uintptr_t)at(model), (char *)(uintptr_t)file,
                  NULL,     NULL,      NULL};
  if (out) argv[5] = "-o", argv[6] = (char *)(uintptr_t)out;
  if (pipe(in) || pipe(back)) fail_msg("no pipes");
  fcntl(in[1], F_SETFD, FD_CLOEXEC);
  fcntl(back[0], F_SETFD, FD_CLOEXEC);
  fflush(NULL);
  l->n = 0;
  l->pid = fork();
  if (l->pid == 0) {
    dup2(in[0], 0), dup2(back[1], 1);
    signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL); /* whoever runs the tests may have them ignored */
    close(in[0]), close(back[1]);
    execv(BALEEN_BIN, argv);
    _exit(127);
  }
  close(in[0]), close(back[1]);
  l->to = in[1], l->from = back[0];
}

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t lines(const live *l)
{
  size_t n = 0;
  for (size_t i = 0; i < l->n; i++) n += l->text[i] == '\n';
  return n;
}

/* Waits until so many lines have come, or fails; returns how long it took. */
static double wait_for_lines(live *l, size_t want)
{
  double from = now_s();
  while (lines(l) < want) {
    struct pollfd p = {.fd = l->from, .events = POLLIN};
    int left = PATIENCE_MS - (int)(1000 * (now_s() - from));
    ssize_t got = left > 0 && poll(&p, 1, left) > 0 ? read(l->from, l->text + l->n, sizeof l->text - l->n - 1) : 0;
    if (got <= 0)
      fail_msg("%zu lines of %zu came in %.1f s:\n%.*s", lines(l), want, now_s() - from, (int)l->n, l->text);
    l->n += (size_t)got;
  }
  return now_s() - from;
}

static void send_bytes(const live *l, const void *v, size_t n)
{
  for (size_t done = 0; done < n;) {
    ssize_t put = write(l->to, (const char *)v + done, n - done);
    if (put <= 0) fail_msg("the program reads no more");
    done += (size_t)put;
  }
}

static int finish(live *l)
{
  int status = 0;
  close(l->to);
  for (ssize_t got = 1; got > 0;) {
    got = read(l->from, l->text + l->n, sizeof l->text - l->n - 1);
    if (got > 0) l->n += (size_t)got;
  }
  l->text[l->n] = '\0';
  close(l->from);
  waitpid(l->pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- a second at a time ------------------------------------------------------------------------------------------ */

static size_t wav_header(unsigned char *v)
{
  static const unsigned char header[] = "RIFF\xff\xff\xff\xffWAVEfmt \20\0\0\0\1\0\1\0\xe8\3\0\0\xd0\7\0\0\2\0\20\0"
                                        "data\xff\xff\xff\xff";
  memcpy(v, header, 44);
  return 44;
}

static size_t wav_of_two(unsigned char *v)
{
  size_t n = wav_header(v);
  put_le(v + 22, 2, 2);
  put_le(v + 28, 4000, 4);
  put_le(v + 32, 4, 2);
  return n;
}

/* One signal and annotations; the number of records is not known. */
static size_t edf_header(unsigned char *v)
{
  static const struct {
    int width;
    const char *sound, *marks;
  } fields[] = {
      {16, "audio", "EDF Annotations"}, {80, "", ""},          {8, "FS", ""}, {8, "-1", "-1"},   {8, "0.999969", "1"},
      {8, "-32768", "-32768"},          {8, "32767", "32767"}, {80, "", ""},  {8, "1000", "20"}, {32, "", ""}};
  char *at_byte = (char *)v;
  at_byte += sprintf(at_byte, "%-8s%-80s%-80s%-16s%-8d%-44s%-8s%-8s%-4d", "0", "X X X X", "Startdate X X X X",
                     "01.01.0100.00.00", 768, "EDF+C", "-1", "1", 2);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    at_byte += sprintf(at_byte, "%-*s%-*s", fields[i].width, fields[i].sound, fields[i].width, fields[i].marks);
  return (size_t)(at_byte - (char *)v);
}

typedef struct kind {
  const char *name, *file;
  size_t (*header)(unsigned char *v);
  bool records; /* behind each second's samples stand 40 bytes of annotations */
} kind;
static const kind kinds[] = {
    {"raw samples", PCM, NULL, false}, {"WAV", "-", wav_header, false}, {"EDF+", "-", edf_header, true}};

/* The bytes of second k. */
static size_t second(const kind *what, size_t k, unsigned char *v)
{
  for (size_t i = 0; i < RATE; i++) put_le(v + 2 * i, (unsigned)sample(k * RATE + i), 2);
  if (!what->records) return 2 * RATE;
  memset(v + 2 * RATE, 0, 40);
  sprintf((char *)v + 2 * RATE, "+%zu\x14\x14", k);
  return 2 * RATE + 40;
}

/* Nothing more is written until the second's row is there: it cannot have waited for anything else. */
static void slow_pipe(void **state)
{
  const kind *what = *state;
  static live l;
  static unsigned char v[4096];
  double longest = 0;
  start(&l, MODEL, what->file, NULL);
  if (what->header) send_bytes(&l, v, what->header(v));
  for (size_t k = 0; k < WINDOWS; k++) {
    send_bytes(&l, v, second(what, k, v));
    longest = fmax(longest, wait_for_lines(&l, k + 2)); /* and the header line */
  }
  send_bytes(&l, v, 100); /* a tenth of another second: no row, no word */
  assert_int_equal(finish(&l), 0);
  assert_int_equal(lines(&l), WINDOWS + 1);
  char want[100];
  snprintf(want, sizeof want, "%s\",4,5,", what->file);
  if (!strstr(l.text, what->file[0] == 'p' ? want : "\n-,4,5,")) fail_msg("%s", l.text);
  print_message("%s: a row came at the latest %.3f s behind its second\n", what->name, longest);
}

/* ---- heads that do not fit --------------------------------------------------------------------------------------- */

/* The exit status of a program whose standard input stays open and empty behind the head that it was sent. */
static int ends_by_itself(live *l)
{
  struct pollfd p = {.fd = l->from, .events = POLLIN};
  for (ssize_t got = 1; got > 0;) {
    if (poll(&p, 1, PATIENCE_MS) <= 0) fail_msg("it waits for more behind a head that does not fit");
    got = read(l->from, l->text, sizeof l->text);
  }
  return finish(l);
}

static void patch(unsigned char *v, size_t n, const char *from, const char *to)
{
  size_t len = strlen(from), at_byte = 0;
  while (at_byte + len <= n && memcmp(v + at_byte, from, len) != 0) at_byte++;
  if (at_byte + len > n) fail_msg("no '%s' in the head", from);
  memcpy(v + at_byte, to, len);
}

static void heads_that_do_not_fit(void **state)
{
  (void)state;
  static const struct {
    const char *file, *from, *to; /* in an EDF+ header */
    size_t (*header)(unsigned char *v);
    size_t at; /* a byte of a WAV header that is another: its sampling rate, its channels, its bits */
    unsigned char byte;
    int status;
  } heads[] = {
      {"-", NULL, NULL, wav_header, 24, 0xe9, 4},
      {"-", NULL, NULL, wav_of_two, 0, 0, 4},
      {"-", NULL, NULL, wav_header, 34, 13, 1},
      {"-", "1000    20", "2000    20", edf_header, 0, 0, 4},
      {"-", "FS", "uV", edf_header, 0, 0, 4},
      {"pcm:rate=2000,format=s16le:-", NULL, NULL, NULL, 0, 0, 4},
      {"pcm:rate=1000,format=s16le,channels=2:-", NULL, NULL, NULL, 0, 0, 4},
      {"pcm:rate=1000,format=s17le:-", NULL, NULL, NULL, 0, 0, 2},
  };
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    static live l;
    static unsigned char v[4096];
    size_t n = heads[i].header ? heads[i].header(v) : 0;
    if (heads[i].at) v[heads[i].at] = heads[i].byte;
    if (heads[i].from) patch(v, n, heads[i].from, heads[i].to);
    start(&l, MODEL, heads[i].file, NULL);
    send_bytes(&l, v, n);
    int status = ends_by_itself(&l);
    if (status != heads[i].status) fail_msg("head %zu: exit status %d", i, status);
  }
}

/* ---- as a file --------------------------------------------------------------------------------------------------- */

static void same_as_a_file(void **state)
{
  (void)state;
  static float v[7300];
  for (size_t i = 0; i < 7300; i++) v[i] = (float)sample(i) / 32768;
  tree_wav("long.wav", RATE, 1, 7300, v);
  static const int blocks[] = {1, 7, 1000, 100000};
  for (size_t i = 0; i < 4; i++) {
    char command[2400];
    snprintf(command, sizeof command,
             "cd '%s' && '%s' predict " MODEL " long.wav --quiet -o file.csv && dd if=long.wav bs=%d status=none | "
             "'%s' predict " MODEL " - --quiet | sed 's/^-,/long.wav,/' | cmp - file.csv 2>&1",
             tree_root(), BALEEN_BIN, blocks[i], BALEEN_BIN);
    if (said_by(command)) fail_msg("blocks of %d: %s", blocks[i], said);
  }
  read_said(at("file.csv"));
  check_says("\nlong.wav,6,7,");
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static void stopped(void **state)
{
  static const int signals[] = {SIGINT, SIGTERM};
  (void)state;
  for (int i = 0; i < 2; i++) {
    static live l;
    static unsigned char v[4096];
    const char *out = at("live.csv");
    unlink(out);
    start(&l, MODEL, PCM, out);
    for (size_t k = 0; k < 3; k++) send_bytes(&l, v, second(&kinds[0], k, v));
    for (double from = now_s(); access(out, R_OK) || (read_said(out), !strstr(said, ",2,3,"));) {
      if (now_s() - from > PATIENCE_MS / 1000) fail_msg("the file is not written as rows come to be known");
      usleep(20000);
    }
    kill(l.pid, signals[i]);
    int status = finish(&l);
    assert_int_equal(status, 130);
    read_said(out);
    size_t n = 0;
    for (const char *c = said; *c; c++) n += *c == '\n';
    assert_int_equal(n, 4); /* a header, three rows, all whole */
  }
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

/* Before a byte is read: none ever comes. */
static void refused_at_once(void **state)
{
  (void)state;
  static live l;
  start(&l, "wholes/model.safetensors", PCM, NULL);
  char end;
  struct pollfd p = {.fd = l.from, .events = POLLIN};
  if (poll(&p, 1, PATIENCE_MS) <= 0 || read(l.from, &end, 1) != 0) fail_msg("it waits for samples");
  assert_int_equal(finish(&l), 4);
  assert_int_equal(baleen("predict '%s' - </dev/null", at("wholes/model.safetensors")), 4);
  check_says("segments: whole needs the whole recording; write the recording to a file, and give that");
  assert_int_equal(baleen("predict '%s' " PCM " </dev/null", at(MODEL)), 1);
  check_says("is shorter than a window");
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* The program's peak in MiB while so many seconds of zeros come through a pipe. */
static double peak_of(int seconds)
{
  char *argv[] = {"baleen", "predict", "--quiet", (char *)(uintptr_t)at(MODEL), PCM, NULL};
  static const char zeros[65536];
  struct rusage usage;
  int in[2], status = 0;
  if (pipe(in)) fail_msg("no pipe");
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    dup2(in[0], 0);
    close(in[0]), close(in[1]);
    if (!freopen("/dev/null", "w", stdout)) _exit(126);
    execv(BALEEN_BIN, argv);
    _exit(127);
  }
  close(in[0]);
  for (long left = 2L * RATE * seconds; left > 0;) {
    ssize_t put = write(in[1], zeros, left < (long)sizeof zeros ? (size_t)left : sizeof zeros);
    if (put <= 0) fail_msg("the program reads no more");
    left -= put;
  }
  close(in[1]);
  if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status))
    fail_msg("wait status %d", status);
  return (double)usage.ru_maxrss / 1024;
}

static void flat_memory(void **state)
{
  (void)state;
  double brief = peak_of(60), hours = peak_of(6 * 3600);
  print_message("%.1f MiB for a minute, %.1f MiB for six hours\n", brief, hours);
  if (!(hours - brief < MOST_MIB)) fail_msg("memory grows with the stream");
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

static int prepare(void **state)
{
  (void)state;
  static float v[10 * RATE];
  signal(SIGPIPE, SIG_IGN);
  for (int f = 0; f < 4; f++) {
    char name[40];
    for (size_t i = 0; i < 10 * RATE; i++) v[i] = (float)sample(i + (size_t)f * 7777) / 32768 * (f % 2 ? 0.3f : 1);
    snprintf(name, sizeof name, "%s/%d.wav", f % 2 ? "soft" : "loud", f);
    tree_wav(name, RATE, 1, 10 * RATE, v);
  }
  tree_text("windows.yaml",
            "source: {files: {recordings: ['*/?.wav'], labels: folder}}\nsegments: {window: {length_s: 1}}\n"
            "features: {f: {stages: [pre_emphasis], summaries: [std, rms]}}\n"
            "model: [standard_scaler, logistic_regression]\nevaluate: {split: none, allow_leakage: true}\n");
  tree_text("wholes.yaml",
            "source: {files: {recordings: ['*/?.wav'], labels: folder}}\nsegments: whole\n"
            "features: {f: {summaries: [std]}}\n"
            "model: [standard_scaler, logistic_regression]\nevaluate: {split: none, allow_leakage: true}\n");
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "wholes" : "windows";
    char config[32];
    snprintf(config, sizeof config, "%s.yaml", name);
    if (baleen("run '%s' -o '%s'", at(config), at(name))) fail_msg("%s", said);
  }
  return 0;
}

int main(void)
{
  struct CMUnitTest tests[] = {{"slow pipe: raw samples", slow_pipe, NULL, NULL, (void *)(uintptr_t)&kinds[0]},
                               {"slow pipe: WAV", slow_pipe, NULL, NULL, (void *)(uintptr_t)&kinds[1]},
                               {"slow pipe: EDF+", slow_pipe, NULL, NULL, (void *)(uintptr_t)&kinds[2]},
                               cmocka_unit_test(same_as_a_file),
                               cmocka_unit_test(stopped),
                               cmocka_unit_test(refused_at_once),
                               cmocka_unit_test(heads_that_do_not_fit),
                               cmocka_unit_test(flat_memory)};
  int failed = cmocka_run_group_tests_name("live", tests, prepare, NULL);
  tree_done();
  return failed;
}
