/* baleen diagnose PRESET FILE VALUES.npy: which convention makes the difference. */
#include <stdio.h>

#include "baleen/diagnose.h"
#include "command.h"

typedef struct params {
  char *branch;
  bl_texts set;
  double tolerance;
} params;
static const bl_opt opts[] = {
    BL_TEXT(params, branch, NULL, "branch of a preset that has several; not given: its first one"),
    BL_TEXTS(params, set, "[]", "stage.option=value that is known to differ, as dct.n_mfcc=13; may be given again"),
    BL_REAL_ABOVE(params, tolerance, "1e-4", 0, 1, "",
                  "largest difference over the largest value that counts as equal"),
    BL_OPT_END};

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  const bl_diagnosing what = {.preset = args->v[0],
                              .branch = p->branch,
                              .recording = args->v[1],
                              .values = args->v[2],
                              .set = &p->set,
                              .tolerance = p->tolerance};
  bl_buf text = {0};
  bool agree = false;
  *status = bl_diagnose(ctx, &what, &text, &agree);
  if (!*status) fputs(bl_buf_text(&text), stdout);
  bl_buf_free(ctx, &text);
  if (*status) return bl_exit_of(*status);
  return agree ? BL_EXIT_OK : BL_EXIT_ERROR;
}

static const char *const examples[] = {
    "baleen diagnose librosa_mfcc call.wav mfcc.npy",
    "baleen diagnose librosa_mfcc call.wav mfcc.npy --set dct.n_mfcc=13 --set stft.hop_length=256", NULL};

/* clang-format off */
const bl_command bl_command_diagnose = {
    .name = "diagnose", .summary = "tell which convention differs where somebody else's features do",
    .arguments = "PRESET FILE VALUES.npy", .min_args = 3, .max_args = 3,
    .about = "Computes a preset of a recording and compares it with values that another program made of it: a .npy of frames by\n"
             "numbers, or the other way round. Where they differ, each convention in which programs differ is changed alone, then\n"
             "two at a time, then more: window, padding, centring, mel scale and norm, logarithm and floor, cosine transform, lifter, power or\n"
             "magnitude. Told is what makes them agree, with the largest difference over the largest value. Exit status 1: nothing.",
    .examples = examples, .opts = opts, .letters = "s=set", .params_size = sizeof(params), .run = run};
/* clang-format on */
