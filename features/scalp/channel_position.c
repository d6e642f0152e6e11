/* channel_position.c: see channel.h. */
#include <string.h>

#include "baleen/channel.h"

static const struct electrode {
  const char *name;
  double at[3];
} electrodes[] = {
#define ELECTRODE(name, x, y, z) {#name, {x, y, z}},
#include "electrodes.def"
#undef ELECTRODE
};

bl_status bl_channel_position(bl_ctx *ctx, const char *name, double at[3], bool *known)
{
  *known = false;
  char *plain = bl_channel_normalise(ctx, name, true);
  if (!plain) return bl_fail_nomem(ctx, "the name of an electrode");
  for (size_t i = 0; !*known && i < sizeof electrodes / sizeof *electrodes; i++) {
    *known = strcmp(electrodes[i].name, plain) == 0;
    if (*known) memcpy(at, electrodes[i].at, sizeof electrodes[i].at);
  }
  bl_free(ctx, plain);
  return BL_OK;
}
