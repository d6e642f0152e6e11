/* Functions of other libraries are told by what does their work here: lists of stages that can be carried out, and
 * names that there are. */
#include "program.h"

#include "baleen/stage_chain.h"
#include "tree.h"

/* The names behind "here: " whose line begins with [ are stages that a sound of 44.1 kHz can go through. */
static void all_can_be_carried_out(void **state)
{
  (void)state;
#define BL_PEER_NAME(library, function, here, see) {library, function, here, see},
  static const struct {
    const char *library, *function, *here, *see;
  } names[] = {
#include "../../tools/peer_names.def"
  };
#undef BL_PEER_NAME
  char text[200];
  assert_int_equal(baleen("list"), 0);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in = {.rate_hz = 44100, .source_rate_hz = 44100, .n_channels = 1, .n_bins = 1};
    bl_stage_chain *chain = NULL;
    check_ok(ctx, bl_texts_add(ctx, &in.channels, "a"));
    check_ok(ctx, bl_texts_add(ctx, &in.units, "FS"));
    check_ok(ctx, bl_stage_chain_new(ctx, &in, &chain));
    if (*names[i].here == '[') check_ok(ctx, bl_stage_chain_add_text(ctx, chain, names[i].here, NULL));
    bl_stage_chain_free(ctx, chain);
    bl_stream_free(ctx, &in);
    check_free(ctx);
    snprintf(text, sizeof text, "\n  %s ", names[i].see);
    check_says(text);
  }
}

static void help_tells_them(void **state)
{
  (void)state;
  assert_int_equal(baleen("help power_to_db"), 0);
  check_says("librosa.power_to_db is here: [{stft: {output: power}}, db, top_db]");
  check_says("[stage] top_db");
  assert_int_equal(baleen("help librosa.feature.MelSpectrogram"), 0);
  check_says("[stage] mel");
  assert_int_equal(baleen("help librosa.feature.rms"), 0); /* the name is ours, too */
  check_says("[stage] rms");
  assert_int_equal(baleen("help librosa.feature.tempogram"), 2);
  check_says("nothing is called 'librosa.feature.tempogram'");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_can_be_carried_out), cmocka_unit_test(help_tells_them)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
