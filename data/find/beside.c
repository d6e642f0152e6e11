/* Tables of annotations that lie beside a recording, by their names. */
#include <string.h>
#include <sys/stat.h>

#include "baleen/annotation.h"
#include "baleen/recording.h"
#include "baleen/text.h"
#include "path.h"

static const char *const endings[BL_N_ANN_FORMATS][4] = {
    [BL_ANN_AUTO] = {".Table.1.selections.txt", ".selections.txt"},
    [BL_ANN_RAVEN] = {".Table.1.selections.txt", ".selections.txt", ".txt"},
    [BL_ANN_AUDACITY] = {".txt"},
    [BL_ANN_CSV] = {".csv", "_annotations.csv", "_events.tsv"},
    [BL_ANN_BIDS] = {"_events.tsv"},
    [BL_ANN_HYPNOGRAM] = {"_hypnogram.txt", ".hypnogram.txt", ".txt"}};

bl_status bl_annotations_beside(bl_ctx *ctx, bl_annotation_format format, const char *recording, char **out)
{
  const char *file = bl_recording_file(recording);
  char *stem = bl_path_stem(ctx, file);
  bl_status s = stem ? BL_OK : bl_fail_nomem(ctx, recording);
  *out = NULL;
  for (size_t i = 0; !s && !*out && i < 4 && endings[format][i]; i++) {
    const char *e = endings[format][i];
    struct stat st;
    /* BIDS calls the recording <name>_eeg.edf and its events <name>_events.tsv */
    size_t n = strlen(stem) - (!strcmp(e, "_events.tsv") && bl_text_ends_with(stem, "_eeg") ? 4 : 0);
    char *path = bl_strf(ctx, "%.*s%s", (int)n, stem, e);
    if (!path) s = bl_fail_nomem(ctx, recording);
    bool itself = path && !strcmp(path, file); /* a signal that is a .csv has its events elsewhere */
    if (path && !itself && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
      *out = path;
      path = NULL;
    }
    bl_free(ctx, path);
  }
  bl_free(ctx, stem);
  return s;
}
