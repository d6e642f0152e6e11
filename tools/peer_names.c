/* peer_names.c: see peer_names.h. */
#include "peer_names.h"

#include <string.h>
#include <strings.h>

static const bl_peer_name names[] = {
#define BL_PEER_NAME(library, function, here, see) {library, function, here, see},
#include "peer_names.def"
#undef BL_PEER_NAME
};

const bl_peer_name *bl_peer_name_find(const char *name)
{
  const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcasecmp(last, names[i].function)) return &names[i];
  return NULL;
}
