/* Any bytes, as a signal in CSV with its clock, or (first byte even) as a sidecar's JSON. */
#include <stdlib.h>
#include <string.h>

#include "csv_signal.h"
#include "sidecar.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void one(bl_ctx *ctx, const char *text, size_t n)
{
  bl_csv_signal s;
  bl_clock k = {0};
  if (bl_csv_signal_parse(ctx, "fuzz.csv", text, n, &s)) {
    if (!strstr(bl_ctx_error(ctx), "fuzz.csv")) abort(); /* every refusal names the file */
    return;
  }
  if (s.names.n && s.names.n != s.n_channels) abort();
  if (bl_clock_infer(ctx, &s, &k)) abort();
  if (s.time_s && s.n_frames > 1 && !(k.rate_hz > 0)) abort();
  for (size_t i = 0; i < k.n_runs; i++)
    if (k.runs[i].frame >= s.n_frames || (i && k.runs[i].frame <= k.runs[i - 1].frame)) abort();
  bl_free(ctx, k.runs);
  bl_csv_signal_free(ctx, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  bl_ctx *ctx = n ? bl_ctx_new() : NULL;
  if (!ctx) return 0;
  const char *text = (const char *)bytes + 1;
  bl_sidecar d = {0};
  if (bytes[0] & 1) one(ctx, text, n - 1);
  else if (bl_sidecar_parse(ctx, "fuzz.json", text, n - 1, &d) && !strstr(bl_ctx_error(ctx), "fuzz.json")) abort();
  bl_sidecar_free(ctx, &d);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
