/* baleen repair IN OUT: a conforming EDF+ or BDF+ file from one that is not, digital values untouched. */
#include <math.h>
#include <stdio.h>

#include "baleen/file.h"
#include "baleen/recording_write.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  char *report;
  bool fill;
} params;
/* clang-format off */
static const bl_opt opts[] = {
    BL_TEXT(params, report, NULL, "write the report to this file; not given: to standard output"),
    BL_BOOL(params, fill, "false", "fill gaps with the value next to 0, under annotations 'BAD_ACQ_SKIP': EDF+C instead of EDF+D"), BL_OPT_END};
/* clang-format on */

static bl_status check_places(bl_ctx *ctx, const char *in, const char *out, const char *report)
{
  bl_texts reads = {0}, writes = {0};
  bl_status s = bl_texts_add(ctx, &reads, in);
  if (!s) s = bl_texts_add(ctx, &writes, out);
  if (!s && report) s = bl_texts_add(ctx, &writes, report);
  if (!s) s = bl_outputs_check(ctx, "repair", &reads, &writes);
  bl_texts_free(ctx, &reads);
  bl_texts_free(ctx, &writes);
  return s;
}

static bl_status report_text(bl_ctx *ctx, const bl_recording *rec, const char *out, const bl_texts *done, bl_buf *text)
{
  bl_status s = bl_buf_printf(ctx, text, "%s: %s, repaired as %s\n", rec->path, rec->format, out);
  for (size_t i = 0; !s && i < rec->notes.n; i++) s = bl_buf_printf(ctx, text, "  found: %s\n", rec->notes.v[i]);
  for (size_t i = 0; !s && i < done->n; i++) s = bl_buf_printf(ctx, text, "  done: %s\n", done->v[i]);
  if (!s && !rec->notes.n) s = bl_buf_puts(ctx, text, "  found: nothing; the file conforms\n");
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  const char *in = args->v[0], *out = args->v[1];
  bl_recording *rec = NULL;
  bl_texts done = {0};
  bl_buf text = {0};
  bl_status s = check_places(ctx, in, out, p->report);
  if (!s) s = bl_recording_open(ctx, in, &rec);
  bl_edf_copying how = {.from_s = NAN, .to_s = NAN, .fill = p->fill};
  bl_write_format format = bl_write_format_of(out);
  if (!s && format != BL_WRITE_EDF && format != BL_WRITE_BDF)
    s = bl_fail(ctx, BL_E_ARG, "repair: %s: wanted a name that ends in .edf or .bdf", out);
  how.bdf = format == BL_WRITE_BDF;
  if (!s) s = bl_edf_copy(ctx, rec, out, &how, &done);
  if (!s) s = report_text(ctx, rec, out, &done, &text);
  if (!s && p->report) s = bl_file_write(ctx, p->report, text.v, text.len);
  else if (!s) fputs(bl_buf_text(&text), stdout);
  bl_buf_free(ctx, &text);
  bl_texts_free(ctx, &done);
  bl_recording_close(ctx, rec);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {"baleen repair broken.edf fixed.edf",
                                       "baleen repair --fill gaps.edf whole.edf --report whole.txt", NULL};

/* clang-format off */
const bl_command bl_command_repair = {
    .name = "repair", .summary = "write a conforming EDF+ or BDF+ file from one that is not", .arguments = "IN OUT", .min_args = 2,
    .max_args = 2,
    .about = "Every sample keeps its digital value, and every limit that is legal its text. The report says what departed from the\n"
             "standard, what was assumed, and what was changed. The result is opened strictly before it gets its name.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
/* clang-format on */
