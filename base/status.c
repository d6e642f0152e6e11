#include "baleen/status.h"

#include <stddef.h>

#include "baleen/version.h"

static const char *const names[] = {
#define NAME(name, text) #name,
    BL_STATUS_LIST(NAME)
#undef NAME
};
static const char *const texts[] = {
#define TEXT(name, text) text,
    BL_STATUS_LIST(TEXT)
#undef TEXT
};
_Static_assert(sizeof names / sizeof *names == BL_N_STATUS, "one name a code");

const char *bl_status_name(bl_status s) { return (unsigned)s < BL_N_STATUS ? names[s] : "?"; }
const char *bl_status_text(bl_status s) { return (unsigned)s < BL_N_STATUS ? texts[s] : "not a status code"; }

const char *bl_version(void) { return BL_VERSION; }
