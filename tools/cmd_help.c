/* baleen help [NAME]: of the program, a subcommand, or anything that 'baleen list' names. */
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "catalog.h"
#include "command.h"
#include "peer_names.h"

typedef struct params {
  char unused;
} params;

static const char *any_name(const void *arg, size_t i)
{
  char *traits = (char *)(uintptr_t)arg;
  bl_entry e;
  if (bl_command_at(i)) return bl_command_at(i)->name;
  for (size_t k = 0; bl_command_at(k); k++) i--;
  for (size_t k = 0; bl_catalog_kind(k); k++)
    for (size_t n = 0; bl_catalog_at(k, n, &e, traits); n++)
      if (!i--) return e.name;
  return NULL;
}

static bl_status tell_entries(bl_ctx *ctx, const char *name, bl_buf *out)
{
  bl_entry e;
  char traits[240];
  size_t from = 0;
  bl_status s = BL_OK;
  while (!s && bl_catalog_find(name, &from, &e, traits)) {
    s = bl_buf_printf(ctx, out, "[%s] ", e.kind);
    if (!s) s = bl_catalog_print(ctx, &e, false, out);
  }
  return s;
}

/* A function of another library, told by what does its work here. */
static bl_status tell_peer(bl_ctx *ctx, const char *name, bl_buf *out)
{
  const bl_peer_name *p = bl_peer_name_find(name);
  if (!p) return BL_OK;
  bl_status s = bl_buf_printf(ctx, out, "%s.%s is here: %s\n\n", p->library, p->function, p->here);
  return s ? s : tell_entries(ctx, p->see, out);
}

static bl_status tell(bl_ctx *ctx, const char *name, bl_buf *out)
{
  char traits[240];
  const bl_command *c = bl_command_find(name);
  const char *dot = strrchr(name, '.');
  bl_status s = c ? bl_command_tell(ctx, c, out) : BL_OK;
  if (!s) s = tell_entries(ctx, name, out);
  if (!s && !out->len) s = tell_peer(ctx, name, out);
  if (!s && !out->len && dot) s = tell_entries(ctx, dot + 1, out); /* librosa.feature.rms */
  if (s || out->len) return s;
  const char *near = bl_nearest(name, any_name, traits);
  return near ? bl_fail(ctx, BL_E_CONFIG, "help: nothing is called '%s'; did you mean '%s'?", name, near)
              : bl_fail(ctx, BL_E_CONFIG, "help: nothing is called '%s'; 'baleen list' names everything", name);
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  (void)vp;
  bl_buf text = {0};
  *status = args->n ? tell(ctx, args->v[0], &text) : bl_command_tell(ctx, NULL, &text);
  if (!*status) fputs(bl_buf_text(&text), stdout);
  bl_buf_free(ctx, &text);
  return bl_exit_of(*status);
}

static const char *const examples[] = {"baleen help",
                                       "baleen help run",
                                       "baleen help mel",
                                       "baleen help librosa.power_to_db",
                                       "baleen help logistic_regression",
                                       NULL};

/* clang-format off */
const bl_command bl_command_help = {
    .name = "help", .summary = "tell of a subcommand, stage, estimator ...", .arguments = "[NAME]", .max_args = 1,
    .about = "NAME may be a function of librosa, scipy.signal or MNE, too: what does its work here is told.",
    .examples = examples, .params_size = sizeof(params), .run = run};
/* clang-format on */
