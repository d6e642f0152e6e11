/* OpenBLAS takes four milliseconds to load and, as it loads, starts a thread for each further processor. So it is loaded
 * by the first call that needs it, and so that it starts none: our pool cuts the work instead, always in the same
 * places, which OpenBLAS does not promise.
 *
 * Each thread that is inside OpenBLAS needs a buffer of 128 MiB of addresses. Where it gets none it asks for it again
 * and again, for ever. So where the addresses of the process are limited ('ulimit -v'), as many buffers as there is room
 * for are taken at once, and no more threads than that are let in at a time. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "blas_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "baleen/blas.h"

enum { MOST_BUFFERS = 32 };
#define BUFFER_BYTES ((size_t)128 << 20)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bl_blas library;
static bool works, limited;
static sem_t room; /* where limited */
static char reason[256];
static atomic_int n_inside;

/* Loads it with this thread held on one processor, which is how many OpenBLAS then counts and so how many threads it
 * makes: its other switch is a variable of the environment, which is not ours to change. */
static void *load_on_one_processor(void)
{
#ifdef __linux__
  cpu_set_t all, one;
  CPU_ZERO(&one);
  bool held = !sched_getaffinity(0, sizeof all, &all);
  for (size_t i = 0; held && i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
    if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
  held = held && !sched_setaffinity(0, sizeof one, &one);
#endif
  void *handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
#ifdef __linux__
  if (held) (void)sched_setaffinity(0, sizeof all, &all);
#endif
  return handle;
}

static bool find_functions(void *handle)
{
#define FIND(name, type)                                                                                               \
  {                                                                                                                    \
    void *found = dlsym(handle, #name);                                                                                \
    if (!found) return false;                                                                                          \
    memcpy(&library.name, &found, sizeof found);                                                                       \
  }
  BL_BLAS_FUNCTIONS(FIND)
#undef FIND
  return true;
}

/* Whether there are addresses for one more buffer, and half of that again for everything else. */
static bool has_room(void)
{
  size_t bytes = BUFFER_BYTES + BUFFER_BYTES / 4;
  void *v = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return v != MAP_FAILED && !munmap(v, bytes);
}

/* Lets OpenBLAS take its buffers while there is room; they stay its own. Returns how many. */
static unsigned reserve(void *handle)
{
  void *(*take)(int), (*give)(void *), *buffer[MOST_BUFFERS];
  void *found_take = dlsym(handle, "blas_memory_alloc"), *found_give = dlsym(handle, "blas_memory_free");
  memcpy(&take, &found_take, sizeof take);
  memcpy(&give, &found_give, sizeof give);
  unsigned n = 0;
  while (take && give && n < MOST_BUFFERS && has_room()) buffer[n++] = take(0);
  for (unsigned i = 0; i < n; i++) give(buffer[i]);
  return n;
}

static void load(void)
{
  struct rlimit addresses, data;
  limited = (!getrlimit(RLIMIT_AS, &addresses) && addresses.rlim_cur != RLIM_INFINITY) ||
            (!getrlimit(RLIMIT_DATA, &data) && data.rlim_cur != RLIM_INFINITY);
  void *handle = load_on_one_processor();
  if (!handle || !find_functions(handle)) {
    const char *said = dlerror();
    snprintf(reason, sizeof reason, "OpenBLAS cannot be loaded: %s", said ? said : "libopenblas.so.0 lacks a function");
    return;
  }
  unsigned n = limited ? reserve(handle) : 0;
  works = !limited || n;
  if (limited && n) sem_init(&room, 0, n);
  if (!works)
    snprintf(reason, sizeof reason,
             "OpenBLAS needs 160 MiB of addresses, which the limit of this process does not leave; raise it ('ulimit "
             "-v' or '-d')");
}

const bl_blas *bl_blas_take(const char **why)
{
  pthread_once(&once, load);
  if (why) *why = reason;
  if (!works) return NULL;
  while (limited && sem_wait(&room)) continue; /* interrupted by a signal */
  atomic_fetch_add_explicit(&n_inside, 1, memory_order_relaxed);
  return &library;
}

void bl_blas_give(void)
{
  atomic_fetch_sub_explicit(&n_inside, 1, memory_order_relaxed);
  if (limited) sem_post(&room);
}

bool bl_blas_busy(void) { return atomic_load_explicit(&n_inside, memory_order_relaxed) > 0; }
