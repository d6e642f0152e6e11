#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/source.h"
#include "path.h"
#include "tree.h"

/* Options as "name=value" texts; a NULL ends them. */
typedef struct set {
  const char *o[8];
} set;

static bl_status list_with(bl_ctx *ctx, const set *options, bl_items *items)
{
  bl_source src;
  *items = (bl_items){0};
  bl_status s = bl_source_new(ctx, "files", &src);
  for (size_t i = 0; !s && options->o[i]; i++) {
    char name[32];
    size_t n = strcspn(options->o[i], "=");
    snprintf(name, sizeof name, "%.*s", (int)n, options->o[i]);
    s = bl_opts_set(ctx, "files", src.cls->opts, src.params, name, options->o[i] + n + 1);
  }
  if (!s) s = src.cls->list(ctx, src.params, tree_root(), items);
  bl_source_free(ctx, &src);
  return s;
}

/* Items as "name:label:group:extra,extra;" */
static void flatten(const bl_items *items, char *out, size_t room)
{
  size_t n = 0;
  *out = '\0';
  for (size_t i = 0; i < items->n; i++) {
    const bl_item *m = &items->v[i];
    n += (size_t)snprintf(out + n, room - n, "%s:%s:%s", m->name, m->label ? m->label : "-", m->group ? m->group : "-");
    for (size_t k = 0; k < m->extra.n; k++)
      n += (size_t)snprintf(out + n, room - n, "%c%s", k ? ',' : ':', m->extra.v[k]);
    n += (size_t)snprintf(out + n, room - n, ";");
  }
}

static void check_list(bl_ctx *ctx, const set *options, const char *want)
{
  bl_items items;
  char flat[2048];
  check_ok(ctx, list_with(ctx, options, &items));
  flatten(&items, flat, sizeof flat);
  assert_string_equal(flat, want);
  bl_items_free(ctx, &items);
}

static void check_refused(bl_ctx *ctx, const set *options, const char *part)
{
  bl_items items;
  check_fails(ctx, list_with(ctx, options, &items), BL_E_CONFIG, part);
  assert_int_equal(items.n, 0);
}

static int make_tree(void **state)
{
  (void)state;
  static const char *const files[] = {"a/dog_ann_1.wav",         "a/cat_bob_2.wav", "a/notes.md", "b/dog_bob_3.flac",
                                      "b/deep/er/cat_ann_4.wav", "b/.hidden/x.wav", "b/.y.wav",   "b/deep/odd.dat"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) tree_text(files[i], "");
  tree_link("b/deep/loop", "..");
  tree_link("b/deep/er/linked.wav", "cat_ann_4.wav");
  tree_text("labels.csv", "path,label,subject,site\na/dog_ann_1.wav,dog,ann,\"x,1\"\na/cat_bob_2.wav,cat,bob,y\n"
                          "b/dog_bob_3.flac,dog,bob,z\n");
  return 0;
}

static int drop_tree(void **state)
{
  (void)state;
  tree_done();
  return 0;
}

static const struct {
  const char *why, *patterns, *want;
} globs[] = {
    {"a folder", "a", "cat_bob_2.wav:-:-;dog_ann_1.wav:-:-;"},
    {"a folder, with slashes and dots", "./b/../a//", "cat_bob_2.wav:-:-;dog_ann_1.wav:-:-;"},
    {"one file", "a/dog_ann_1.wav", "dog_ann_1.wav:-:-;"},
    {"a file of any name, named", "b/deep/odd.dat", "odd.dat:-:-;"},
    {"star within a name", "a/*_1.wav", "dog_ann_1.wav:-:-;"},
    {"star for all names takes recordings only", "a/*", "cat_bob_2.wav:-:-;dog_ann_1.wav:-:-;"},
    {"question mark and set", "a/[cd]??_*.wav", "cat_bob_2.wav:-:-;dog_ann_1.wav:-:-;"},
    {"star for a folder", "*/dog*", "a/dog_ann_1.wav:-:-;b/dog_bob_3.flac:-:-;"},
    {"any depth, hidden and linked folders left out", "**/*.wav",
     "a/cat_bob_2.wav:-:-;a/dog_ann_1.wav:-:-;b/deep/er/cat_ann_4.wav:-:-;b/deep/er/linked.wav:-:-;"},
    {"any depth counts none", "a/**/*.wav", "cat_bob_2.wav:-:-;dog_ann_1.wav:-:-;"},
    {"a link to a folder that a wildcard names is looked into", "b/deep/lo*",
     "loop/deep/er/cat_ann_4.wav:-:-;loop/deep/er/linked.wav:-:-;loop/dog_bob_3.flac:-:-;"},
    {"any depth at the end", "b/**", "deep/er/cat_ann_4.wav:-:-;deep/er/linked.wav:-:-;dog_bob_3.flac:-:-;"},
    {"braces", "{a/dog*,b/d*}.{wav,flac}", "a/dog_ann_1.wav:-:-;b/dog_bob_3.flac:-:-;"},
    {"hidden ones asked for", "b/.[xy].wav", ".y.wav:-:-;"},
    {"two patterns, each file once", "[a/*.wav, \"a/dog*\"]", "cat_bob_2.wav:-:-;dog_ann_1.wav:-:-;"},
    {"names below what all share", "[b/deep/er/cat*, b/dog*]", "deep/er/cat_ann_4.wav:-:-;dog_bob_3.flac:-:-;"},
};

static void finds_recordings_by_patterns(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof globs / sizeof *globs; k++) {
    char option[200];
    bl_items items;
    snprintf(option, sizeof option, globs[k].patterns[0] == '[' ? "recordings=%s" : "recordings=[\"%s\"]",
             globs[k].patterns);
    check_ok(ctx, list_with(ctx, &(set){{option}}, &items));
    char flat[2048];
    flatten(&items, flat, sizeof flat);
    if (strcmp(flat, globs[k].want)) fail_msg("%s: got %s, want %s", globs[k].why, flat, globs[k].want);
    for (size_t i = 0; i < items.n; i++) assert_int_equal(access(items.v[i].path, R_OK), 0);
    bl_items_free(ctx, &items);
  }
  check_refused(ctx, &(set){{"recordings=[a, \"a/*.mp3\"]"}}, "no recording matches 'a/*.mp3'");
  check_refused(ctx, &(set){{"recordings=nowhere"}}, "no recording matches 'nowhere'");
  check_refused(ctx, &(set){{NULL}}, "'recordings' must be given");
  check_free(ctx);
}

/* What has the name of a recording and is no file, and links that may lead to some, are told, and stop nobody. */
static void tells_what_is_no_file(void **state)
{
  (void)state;
  static const struct {
    const char *pattern, *want;
    size_t warnings;
  } rows[] = {{"odd", "good.wav:-:-;inner.wav/a.wav:-:-;", 5}, /* the folder too */
              {"odd/*.wav", "good.wav:-:-;inner.wav/a.wav:-:-;", 4},
              {"odd/**/*.wav", "good.wav:-:-;inner.wav/a.wav:-:-;", 4},
              {"odd/[gl]*", "good.wav:-:-;", 2},
              {"odd/inner.wav", "a.wav:-:-;", 0}};
  char pipe[512];
  tree_text("odd/good.wav", "");
  tree_text("odd/inner.wav/a.wav", "");
  tree_link("odd/lost.wav", "nowhere.wav");
  tree_link("odd/loop.wav", "loop.wav");
  tree_link("odd/more", "inner.wav");
  snprintf(pipe, sizeof pipe, "%s/odd/pipe.wav", tree_root());
  assert_int_equal(mkfifo(pipe, 0600), 0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    char option[200];
    snprintf(option, sizeof option, "recordings=[\"%s\"]", rows[i].pattern);
    check_list(ctx, &(set){{option}}, rows[i].want);
    if (bl_ctx_warnings(ctx, BL_W_REMARK) != rows[i].warnings)
      fail_msg("%s: %zu warnings", rows[i].pattern, bl_ctx_warnings(ctx, BL_W_REMARK));
    check_free(ctx);
  }
}

static void works_from_the_folder_it_is_told(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_found f;
  bl_texts p = {0};
  char here[512];
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(chdir(tree_root()), 0);
  check_ok(ctx, bl_texts_add(ctx, &p, "../a/*.wav"));
  check_ok(ctx, bl_find_recordings(ctx, "t", "b", &p, &f));
  assert_int_equal(f.paths.n, 2);
  assert_string_equal(f.paths.v[0], "a/cat_bob_2.wav");
  assert_string_equal(f.names.v[0], "cat_bob_2.wav");
  bl_found_free(ctx, &f);
  check_ok(ctx, bl_find_recordings(ctx, "t", "a", &(bl_texts){(char *[]){(char[]){"."}}, 1}, &f));
  assert_int_equal(f.paths.n, 2);
  assert_string_equal(f.paths.v[1], "a/dog_ann_1.wav");
  bl_found_free(ctx, &f);
  assert_int_equal(chdir(here), 0);
  bl_texts_free(ctx, &p);
  check_free(ctx);
}

static void takes_labels_from_everywhere(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_list(ctx, &(set){{"recordings=*/*_*_*", "labels=folder"}},
             "a/cat_bob_2.wav:a:-;a/dog_ann_1.wav:a:-;b/dog_bob_3.flac:b:-;");
  check_list(ctx, &(set){{"recordings=a", "labels=pattern", "pattern={label}_{who}_*.wav", "group=who"}},
             "cat_bob_2.wav:cat:bob:bob;dog_ann_1.wav:dog:ann:ann;");
  check_list(
      ctx,
      &(set){{"recordings=[a, b/*.flac]", "labels=csv", "label_file=labels.csv", "group=subject", "columns=[site]"}},
      "a/cat_bob_2.wav:cat:bob:y;a/dog_ann_1.wav:dog:ann:x,1;b/dog_bob_3.flac:dog:bob:z;");
  check_list(ctx,
             &(set){{"recordings=a", "labels=csv", "label_file=labels.csv", "label_column=site", "group=folder",
                     "pattern=*_{n}_{take}.wav"}},
             "cat_bob_2.wav:y:a:bob,2;dog_ann_1.wav:x,1:a:ann,1;");
  check_list(ctx,
             &(set){{"recordings=a", "labels=annotations", "label_file=labels.csv", "columns=[site]", "group=subject"}},
             "cat_bob_2.wav:-:bob:y;dog_ann_1.wav:-:ann:x,1;");
  check_list(ctx, &(set){{"recordings=b/deep/er/c*", "labels=pattern", "pattern={place}/*/{label}_{group}_4.wav"}},
             "cat_ann_4.wav:cat:ann:deep;");
  check_free(ctx);
}

static void says_what_does_not_fit(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static const struct {
    set options;
    const char *part;
  } cases[] = {
      {{{"recordings=a", "labels=csv"}}, "labels: csv wants label_file"},
      {{{"recordings=a", "labels=csv", "label_file=labels.csv", "label_column=Label"}}, "did you mean 'label'?"},
      {{{"recordings=a", "labels=csv", "label_file=labels.csv", "path_column=file"}}, "no column 'file'"},
      {{{"recordings=a", "labels=csv", "label_file=labels.csv", "columns=[label]"}}, "cannot be called 'label'"},
      {{{"recordings=**/*.wav", "labels=csv", "label_file=labels.csv"}}, "2 of 4 recordings have no label in"},
      {{{"recordings=a", "label_file=labels.csv"}}, "nothing is taken from it"},
      {{{"recordings=a", "columns=[site]"}}, "columns wants label_file"},
      {{{"recordings=a", "group=subject"}}, "'subject' is neither recording nor folder"},
      {{{"recordings=a", "labels=pattern"}}, "wants a pattern with the field {label}"},
      {{{"recordings=a", "labels=pattern", "pattern={who}_*.wav"}}, "wants a pattern with the field {label}"},
      {{{"recordings=a", "labels=pattern", "pattern={label}{who}.wav"}}, "some text between"},
      {{{"recordings=a", "labels=pattern", "pattern={label}_{label}.wav"}}, "{label} twice"},
      {{{"recordings=a", "labels=pattern", "pattern={label_*.wav"}}, "wanted a field's name in braces"},
      {{{"recordings=a", "labels=pattern", "pattern=label}_*.wav"}}, "a '}' without '{'"},
      {{{"recordings=a", "labels=folder", "pattern={label}_*.wav"}}, "put * in its place"},
      {{{"recordings=a", "labels=pattern", "pattern={label}_ann_*.wav"}},
       "1 of 2 recordings have no label in their names"},
      {{{"recordings=a", "pattern={who}_ann_*.wav"}}, "'cat_bob_2.wav' does not fit the pattern"},
      {{{"recordings=a", "labels=raven", "group=subject"}}, "is a table of events here"},
      {{{"recordings=a", "labels=raven", "end_column=x"}}, "end_column is for labels: table, and labels is 'raven'"},
      {{{"recordings=a", "labels=raven"}}, "2 of 2 recordings have no label in a table beside them"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) check_refused(ctx, &cases[k].options, cases[k].part);

  tree_text("bad.csv", "path,label\na/dog_ann_1.wav,dog\na/no such.wav,cat\n");
  check_refused(ctx, &(set){{"recordings=a", "labels=csv", "label_file=bad.csv"}},
                "bad.csv:3: names the recording 'a/no such.wav', which is neither in");
  tree_text("bad.csv", "path,label\na/dog_ann_1.wav,dog\ndog_ann_1,cat\n");
  check_refused(ctx, &(set){{"recordings=a", "labels=csv", "label_file=bad.csv"}}, "which line 2 has named");
  tree_text("c/dog_ann_1.wav", "");
  check_refused(ctx, &(set){{"recordings=[a, c]", "labels=csv", "label_file=bad.csv"}},
                "bad.csv:3: 2 recordings are called 'dog_ann_1'");
  check_free(ctx);
}

static void leaves_out_or_keeps_what_has_no_label(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  tree_text("some.csv", "path,label,site\ndog_ann_1,dog,s\nb/dog_bob_3,,t\n/elsewhere/cat_ann_4.wav,cat,u\n");
  set options = {{"recordings=[a, b]", "labels=csv", "label_file=some.csv", "columns=[site]", "unlabelled=skip"}};
  check_list(ctx, &options, "a/dog_ann_1.wav:dog:-:s;b/deep/er/cat_ann_4.wav:cat:-:u;");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1);
  options.o[4] = "unlabelled=keep";
  check_list(ctx, &options,
             "a/cat_bob_2.wav:-:-:;a/dog_ann_1.wav:dog:-:s;b/deep/er/cat_ann_4.wav:cat:-:u;"
             "b/deep/er/linked.wav:-:-:;b/dog_bob_3.flac:-:-:t;");
  check_refused(ctx, &(set){{"recordings=a/cat*", "labels=csv", "label_file=some.csv", "unlabelled=skip"}},
                "some.csv:4: names the recording '/elsewhere/cat_ann_4.wav'");
  tree_text("some.csv", "path,label\na/dog_ann_1,dog\n");
  check_refused(ctx, &(set){{"recordings=a/cat*", "labels=csv", "label_file=some.csv", "unlabelled=skip"}},
                "none of the 1 recordings has a label");
  check_free(ctx);
}

static void reads_tables_of_events(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_items items;
  tree_text("ev/one.wav", "");
  tree_text("ev/two.wav", "");
  tree_text("ev/events.csv", "path,onset_s,duration_s,label\ntwo.wav,1.5,0.5,call\ntwo.wav,3,1,noise\n");
  set all = {{"recordings=ev/*.wav", "labels=table", "label_file=ev/events.csv", "unlabelled=keep"}};
  check_ok(ctx, list_with(ctx, &all, &items));
  assert_int_equal(items.n, 2);
  assert_false(items.v[0].annotated);
  assert_true(items.v[1].annotated);
  assert_null(items.v[1].label);
  assert_int_equal(items.v[1].annotations.n, 2);
  check_near(items.v[1].annotations.v[0].onset_s, 1.5, 0);
  assert_string_equal(items.v[1].annotations.v[1].label, "noise");
  bl_items_free(ctx, &items);

  all.o[3] = "unlabelled=skip";
  check_ok(ctx, list_with(ctx, &all, &items));
  assert_int_equal(items.n, 1);
  assert_string_equal(items.v[0].name, "two.wav");
  assert_int_equal(items.v[0].annotations.n, 2);
  bl_items_free(ctx, &items);

  /* a file of the same name that is there under the full path the table gives, is not the one listed; one that is gone may
   * have been moved */
  tree_text("far/two.wav", "");
  char text[600];
  snprintf(text, sizeof text,
           "path,onset_s,duration_s,label\n\"%s/far/two.wav\",1,1,call\n\"%s/gone/two.wav\",2,1,call\n", tree_root(),
           tree_root());
  tree_text("ev/moved.csv", text);
  set moved = {{"recordings=ev/*.wav", "labels=table", "label_file=ev/moved.csv", "unlabelled=skip"}};
  check_ok(ctx, list_with(ctx, &moved, &items));
  assert_int_equal(items.n, 1);
  assert_int_equal(items.v[0].annotations.n, 1);
  check_near(items.v[0].annotations.v[0].onset_s, 2, 0);
  bl_items_free(ctx, &items);

  tree_text("ev/two.txt", "0.25\t0.75\tdog\n");
  set beside = {{"recordings=ev/*.wav", "labels=audacity", "unlabelled=skip"}};
  check_ok(ctx, list_with(ctx, &beside, &items));
  assert_int_equal(items.n, 1);
  assert_int_equal(items.v[0].annotations.n, 1);
  assert_true(items.v[0].annotated);
  check_near(items.v[0].annotations.v[0].duration_s, 0.5, 0);
  bl_items_free(ctx, &items);
  check_refused(ctx, &(set){{"recordings=ev/*.wav", "labels=audacity", "label_file=ev/two.txt"}},
                "does not say in which of the 2 recordings");
  tree_text("ev/events.csv", "path,onset_s,duration_s,label\nthree.wav,1.5,0.5,call\n");
  check_refused(ctx, &all, "names the recording 'three.wav'");

  tree_text("ev/one.csv", "from,till,who\n0.5,0.75,wren\n");
  set named = {{"recordings=ev/one.wav", "labels=table", "begin_column=from", "end_column=till", "label_column=who"}};
  check_ok(ctx, list_with(ctx, &named, &items));
  check_near(items.v[0].annotations.v[0].duration_s, 0.25, 0);
  assert_string_equal(items.v[0].annotations.v[0].label, "wren");
  bl_items_free(ctx, &items);

  tree_text("ev/one_hypnogram.txt", "W\nN1\n");
  check_ok(ctx, list_with(ctx, &(set){{"recordings=ev/one.wav", "labels=hypnogram"}}, &items));
  check_near(items.v[0].annotations.v[1].onset_s, 30, 0);
  bl_items_free(ctx, &items);
  check_ok(ctx, list_with(ctx, &(set){{"recordings=ev/one.wav", "labels=hypnogram", "epoch_s=20"}}, &items));
  check_near(items.v[0].annotations.v[1].onset_s, 20, 0);
  bl_items_free(ctx, &items);

  /* BIDS: _eeg.edf has its events in _events.tsv */
  tree_text("bids/sub-01_task-x_eeg.edf", "");
  tree_text("bids/sub-01_task-x_events.tsv", "onset\tduration\ttrial_type\n2\t1\tleft\n");
  check_ok(ctx, list_with(ctx, &(set){{"recordings=bids", "labels=table"}}, &items));
  assert_string_equal(items.v[0].annotations.v[0].label, "left");
  bl_items_free(ctx, &items);
  check_free(ctx);
}

/* Arrays, tables and raw samples: in a folder those that a sidecar tells of, by a pattern's name all. */
static void takes_what_sidecars_tell(void **state)
{
  (void)state;
  static const char *const bare[] = {"s/labels.csv",   "s/eeg.csv",   "s/plain.npy",    "s/told.npy",    "s/stem.NPY",
                                     "s/stem.csv",     "s/call.wav",  "s/call.wav.csv", "s/call.csv",    "s/one.raw",
                                     "s/formless.raw", "s/two.pcm",   "s/loud.WAV",     "s/loud.csv",    "s/broken.npy",
                                     "s/list.tsv",     "s/alone.tsv", "s/both.raw",     "s/both.pcm",    "s/deep/x.csv",
                                     "s/odd.npy",      "s/notes.txt", "s/zero.npy",     "lone/plain.npy"};
  static const char *const sides[] = {"s/eeg.csv.json",  "s/told.npy.json", "s/stem.json",
                                      "s/call.wav.json", "s/call.json",     "s/loud.json",
                                      "s/alone.json",    "s/deep/x.json",   "s/notes.json"};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof bare / sizeof *bare; i++) tree_text(bare[i], "");
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) tree_text(sides[i], "{\"rate_hz\": 100}");
  tree_text("s/one.json", "{\"rate_hz\": 100, \"format\": \"s16le\"}");
  tree_text("s/both.json", "{\"rate_hz\": 100, \"format\": \"s16le\"}");
  tree_text("s/formless.raw.json", "{\"rate_hz\": 100}");
  tree_text("s/two.pcm.json", "{\"rate_hz\": 100, \"format\": \"u8\", \"channels\": 2}");
  tree_text("s/broken.npy.json", "{\"rate_hz\": ");
  tree_text("s/list.json", "[1, 2]"); /* anybody's */
  tree_text("s/odd.json", "{\"SamplingFrequency\": 250}");
  const char *told = "alone.tsv:-:-;both.raw:-:-;call.wav:-:-;deep/x.csv:-:-;eeg.csv:-:-;loud.WAV:-:-;"
                     "one.raw:-:-;stem.NPY:-:-;told.npy:-:-;two.pcm:-:-;";
  check_list(ctx, &(set){{"recordings=s"}}, told);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1); /* the broken one */
  check_list(ctx, &(set){{"recordings=\"s/**\""}}, told);
  check_list(ctx, &(set){{"recordings=[s/t*, s/o*]"}}, "one.raw:-:-;told.npy:-:-;two.pcm:-:-;");
  check_list(ctx, &(set){{"recordings=s/**/*.csv"}},
             "call.csv:-:-;call.wav.csv:-:-;deep/x.csv:-:-;eeg.csv:-:-;labels.csv:-:-;loud.csv:-:-;stem.csv:-:-;");
  check_list(ctx, &(set){{"recordings=\"s/[opt]*.{npy,raw}\""}}, "odd.npy:-:-;one.raw:-:-;plain.npy:-:-;told.npy:-:-;");
  check_refused(ctx, &(set){{"recordings=lone"}}, "taken where a .json file beside them tells the rate");
  check_refused(ctx, &(set){{"recordings=lone/p*"}}, "or where the pattern names them, as in *.npy");
  /* a signal is not its own table of events */
  tree_text("s/eeg_events.tsv", "onset\tduration\ttrial_type\n2\t1\tleft\n");
  bl_items items;
  check_ok(ctx, list_with(ctx, &(set){{"recordings=s/eeg.csv", "labels=table"}}, &items));
  assert_string_equal(items.v[0].annotations.v[0].label, "left");
  bl_items_free(ctx, &items);
  check_free(ctx);
}

/* Settings of raw samples before any pattern: what is listed opens, labels and groups go by the file. */
static void raw_samples_by_settings(void **state)
{
  (void)state;
  static const char *const files[] = {"raw/up/a_1.pcm", "raw/up/a_20200517_235958.PCM", "raw/down/b_1.raw",
                                      "raw/down/b_2.dat", "raw/c.wav"};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) tree_text(files[i], "0123456789abcdef");
  tree_text("raw/up/a_1.txt", "0.25\t0.75\tdog\n");
  tree_text("raw/labels.csv", "path,label\nup/a_1.pcm,one\ndown/b_1,two\n");
#define PCM "recordings=\"pcm:rate=4,channels=2,format=s16be:"
  check_list(ctx, &(set){{PCM "raw/**/*.{pcm,PCM}\"", "labels=folder", "group=folder"}},
             "up/a_1.pcm:up:up;up/a_20200517_235958.PCM:up:up;");
  check_list(ctx, &(set){{PCM "raw\""}}, "down/b_1.raw:-:-;up/a_1.pcm:-:-;up/a_20200517_235958.PCM:-:-;");
  check_list(ctx, &(set){{PCM "raw/*/b*\""}}, "down/b_1.raw:-:-;");
  check_list(ctx, &(set){{PCM "raw/{up,down}/?_[12].{dat,pcm}\"", "labels=pattern", "pattern={label}/{who}_*"}},
             "down/b_2.dat:down:-:b;up/a_1.pcm:up:-:a;");
  check_list(ctx, &(set){{PCM "raw/{up/a_1.pcm,down/b_1.raw}\"", "labels=csv", "label_file=raw/labels.csv"}},
             "down/b_1.raw:two:-;up/a_1.pcm:one:-;");
  check_list(
      ctx, &(set){{"recordings=[\"pcm:rate=4:raw/up\", raw, \"pcm:rate=8:raw/down\", \"pcm:rate=4:raw/up/a_1.pcm\"]"}},
      "c.wav:-:-;down/b_1.raw:-:-;up/a_1.pcm:-:-;up/a_20200517_235958.PCM:-:-;");
  check_refused(ctx, &(set){{"recordings=[\"pcm:rate=4:raw/up\", \"pcm:rate=8:raw/up/a_1*\"]"}},
                "is to be read in two ways");
  check_refused(ctx, &(set){{"recordings=\"pcm:rate=4:raw/*.ogg\""}}, "no recording matches 'pcm:rate=4:raw/*.ogg'");
  check_refused(ctx, &(set){{"recordings=\"pcm:rat=4:raw\""}}, "files: recordings: pcm:rat=4:raw: ");
  check_refused(ctx, &(set){{"recordings=\"pcm:channels=1:raw\""}}, "the rate must be given");
  check_refused(ctx, &(set){{"recordings=\"pcm:raw\""}}, "wanted pcm:rate=48000");

  bl_items items;
  bl_recording *rec;
  float x[8];
  size_t n;
  check_ok(ctx, list_with(ctx, &(set){{PCM "raw/up/*.{pcm,PCM}\"", "labels=audacity", "unlabelled=keep"}}, &items));
  assert_int_equal(items.n, 2);
  assert_int_equal(items.v[0].annotations.n, 1);
  assert_true(items.v[0].annotated && !items.v[1].annotated);
  check_ok(ctx, bl_recording_open(ctx, items.v[1].path, &rec));
  assert_string_equal(rec->start, "2020-05-17T23:59:58"); /* the settings are no part of the name */
  check_near(rec->streams[0].rate_hz, 4, 0);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 4, x, &n));
  assert_int_equal(n, 4);
  check_near((double)x[3], 0x3637 / 32768.0, 0);
  bl_recording_close(ctx, rec);
  bl_items_free(ctx, &items);
  check_free(ctx);
}

static bl_status list_and_drop(bl_ctx *ctx, void *arg)
{
  bl_items items;
  bl_status s = list_with(ctx, arg, &items);
  bl_items_free(ctx, &items);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  set by_csv = {{"recordings=[\"{a,x}\", \"b/**/dog*.flac\"]", "labels=csv", "label_file=labels.csv", "columns=[site]",
                 "group=n", "pattern=*_{n}_{take}.*"}};
  tree_text("ev/events.csv", "path,onset_s,duration_s,label\ntwo.wav,1.5,0.5,call\n");
  set by_events = {{"recordings=ev/*.wav", "labels=table", "label_file=ev/events.csv", "unlabelled=skip"}};
  set beside = {{"recordings=bids", "labels=table"}};
  set told = {{"recordings=[s, \"pcm:rate=4:raw/{up,down}\"]"}};
  check_every_allocation_failing(list_and_drop, &told);
  check_every_allocation_failing(list_and_drop, &by_csv);
  check_every_allocation_failing(list_and_drop, &by_events);
  check_every_allocation_failing(list_and_drop, &beside);
}

/* A table in Latin-1, read as such, finds files whose names are Latin-1 as well as those in UTF-8. */
static void tables_in_latin1(void **state)
{
  (void)state;
  static const char *const files[] = {"latin/caf\xe9.wav", "latin/\xc3\xa9t\xc3\xa9.wav"};
  bl_ctx *ctx = bl_ctx_new();
  char path[1024];
  for (int i = 0; i < 2; i++) tree_text(files[i], "");
  tree_text("latin.csv", "path,label\ncaf\xe9,dog\n\xe9t\xe9.wav,\xe9lan\n");
  check_list(ctx, &(set){{"recordings=latin", "labels=csv", "label_file=latin.csv"}},
             "caf\xe9.wav:dog:-;\xc3\xa9t\xc3\xa9.wav:\xc3\xa9lan:-;");
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", tree_root(), files[i]);
    unlink(path);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_recordings_by_patterns),
      cmocka_unit_test(works_from_the_folder_it_is_told),
      cmocka_unit_test(takes_labels_from_everywhere),
      cmocka_unit_test(says_what_does_not_fit),
      cmocka_unit_test(leaves_out_or_keeps_what_has_no_label),
      cmocka_unit_test(reads_tables_of_events),
      cmocka_unit_test(takes_what_sidecars_tell),
      cmocka_unit_test(raw_samples_by_settings),
      cmocka_unit_test(survives_any_allocation_failing),
      cmocka_unit_test(tables_in_latin1),
      cmocka_unit_test(tells_what_is_no_file), /* it adds files */
  };
  return cmocka_run_group_tests(tests, make_tree, drop_tree);
}
