/* survey.c: see survey.h. */
#include "survey.h"

#include <string.h>

#include "baleen/pool.h"
#include "beforehand.h"
#include "foresee.h"
#include "heard.h"
#include "live.h"
#include "pieces.h"
#include "survey_parts.h"

enum { AHEAD = 64 }; /* headers that wait for their turn */

/* What one look at a header brings, until its turn comes. */
typedef struct look {
  bl_streams in;
  bl_tally events;
  bl_foresight rows;
  bl_known known;
  bl_status status;
  char *why;
  bl_warned told;
} look;

typedef struct looking {
  bl_survey *survey;
  const size_t *item; /* which recordings; NULL: all */
  look *looks;        /* [AHEAD], by turns */
  bool by_name;
} looking;

static void free_look(bl_ctx *ctx, look *l)
{
  bl_streams_free(ctx, &l->in);
  bl_tally_free(ctx, &l->events);
  bl_foresight_free(ctx, &l->rows);
  bl_known_free(ctx, &l->known);
  bl_free(ctx, l->why);
  bl_warned_free(ctx, &l->told);
  *l = (look){0};
}

/* ---- one header -------------------------------------------------------------------------------------------------- */

/* The labels of its events, when segments ask for any, and the rows that these will give. */
static bl_status look_ahead(bl_ctx *ctx, const bl_survey *v, const bl_item *item, const bl_recording *rec,
                            double rate_hz, look *l)
{
  bl_asked asked;
  bl_event *events = NULL;
  size_t n = 0;
  bl_status s = BL_OK;
  if (bl_config_asks(v->config, &asked)) {
    s = bl_events_gather(ctx, &rec->annotations, &item->annotations, item->annotated, &events, &n);
    if (!s) s = bl_tally_events(ctx, events, n, &l->events);
  }
  if (!s) s = bl_foresee(ctx, v->config, &l->known.runs, rate_hz, events, n, &l->rows);
  bl_free(ctx, events);
  return s;
}

static bl_status look_into(bl_ctx *ctx, const looking *g, bl_item *item, look *l)
{
  const bl_survey *v = g->survey;
  bl_recording *rec = NULL;
  bl_selection sel = {0};
  bl_status s = bl_source_open(ctx, &v->config->source, v->config->folder, item, &rec);
  if (!s) {
    if (!g->by_name && item->annotated) bl_annotations_check_end(ctx, item->name, &item->annotations, rec->duration_s);
    const bl_wanted *wanted = g->by_name ? &v->wanted : NULL;
    s = bl_selection_make(ctx, v->config, rec->streams, rec->n_streams, wanted, &sel);
    if (!s) s = bl_known_look(ctx, rec, &sel, &l->known);
    if (!s && !g->by_name) s = look_ahead(ctx, v, item, rec, sel.in.v[0].rate_hz, l);
    if (s) s = bl_fail_in(ctx, s, "%s: ", item->name);
  }
  bl_recording_close(ctx, rec);
  if (!s) s = bl_streams_copy(ctx, &sel.in, &l->in);
  bl_selection_free(ctx, &sel);
  return s;
}

static bl_status look_at(bl_ctx *ctx, void *arg, size_t k)
{
  const looking *g = arg;
  look *l = &g->looks[k % AHEAD];
  bl_item *item = &g->survey->items.v[g->item ? g->item[k] : k];
  bl_listening ear;
  bl_listen_begin(ctx, &ear, &l->told, item->name, item->path);
  bool before = bl_ctx_mute(ctx, g->by_name); /* what this header is like was told by the first look */
  l->status = look_into(ctx, g, item, l);
  bl_ctx_mute(ctx, before);
  bl_status heard = bl_listen_end(&ear);
  if (heard) return heard;
  if (!l->status || bl_survey_ends(l->status)) return l->status;
  l->why = bl_strdup(ctx, bl_ctx_error(ctx));
  return l->why ? BL_OK : bl_fail_nomem(ctx, "the headers");
}

/* ---- what it belongs to ------------------------------------------------------------------------------------------ */

/* Makes the extractor that the kind's recordings will go through: whether that can be, and what there is to warn of. */
static bl_status try_kind(bl_ctx *ctx, bl_survey *v, bl_stream_kind *k)
{
  bl_prepared *p = NULL;
  const char *before = bl_ctx_set_subject(ctx, v->items.v[k->first].name);
  bl_listening ear;
  bl_listen_begin(ctx, &ear, &k->told, NULL, NULL);
  bl_status s = bl_stock_take(ctx, &v->stock, &k->in, &p), heard = bl_listen_end(&ear);
  if (!s) s = heard;
  bl_ctx_set_subject(ctx, before);
  k->cuts = !s && !bl_extractor_uncut(p->extractor) && !bl_config_finds_events(v->config) &&
            !(v->config->segment.cls->tags & BL_SEGMENT_WHOLE);
  bl_stock_give(ctx, &v->stock, p);
  if (bl_survey_ends(s)) return s;
  k->status = s;
  if (s && !(k->why = bl_strdup(ctx, bl_ctx_error(ctx)))) return bl_fail_nomem(ctx, "the headers");
  return BL_OK;
}

/* The kind of these streams, which are taken over when they are the first of it. */
static bl_status kind_of(bl_ctx *ctx, bl_survey *v, size_t item, bl_streams *in, size_t *out)
{
  size_t i = 0;
  while (i < v->n_kinds && !bl_waves_equal(&v->kinds[i].in, in)) i++;
  *out = i;
  if (i < v->n_kinds) return BL_OK;
  bl_status s = bl_grow(ctx, (void **)&v->kinds, &v->cap_kinds, i + 1, sizeof *v->kinds, "the headers");
  if (s) return s;
  v->kinds[v->n_kinds++] = (bl_stream_kind){.in = *in, .first = item};
  *in = (bl_streams){0};
  return try_kind(ctx, v, &v->kinds[i]);
}

static bl_status add_events(bl_ctx *ctx, bl_survey *v, const bl_tally *more)
{
  bl_tally sum;
  if (!more->labels.n) return BL_OK;
  bl_status s = bl_tally_sum(ctx, (const bl_tally *const[]){&v->events, more}, 2, &sum);
  if (s) return s;
  bl_tally_free(ctx, &v->events);
  v->events = sum;
  return BL_OK;
}

/* Rows beyond these tell no more of a split, but would fill the memory. */
enum { MOST_FORESEEN = 500000 };

static bl_status add_foreseen(bl_ctx *ctx, bl_survey *v, size_t item, const bl_foresight *rows)
{
  if (v->foreseen.X.rows > MOST_FORESEEN) v->foreseen_cut = true;
  v->foreseen_cut = v->foreseen_cut || rows->cut;
  return v->foreseen.X.rows > MOST_FORESEEN ? BL_OK : bl_foresight_add(ctx, rows, &v->items.v[item], &v->foreseen);
}

static bl_status set_pieces(bl_ctx *ctx, bl_survey *v, size_t item, const look *l)
{
  bl_seen *seen = &v->seen[item];
  bl_free(ctx, seen->pieces);
  seen->pieces = NULL;
  seen->n_pieces = 1;
  return v->kinds[seen->kind].cuts ? bl_pieces_make(ctx, &l->known, &seen->pieces, &seen->n_pieces) : BL_OK;
}

static bl_status settle(bl_ctx *ctx, void *arg, size_t k)
{
  const looking *g = arg;
  bl_survey *v = g->survey;
  look *l = &g->looks[k % AHEAD];
  size_t item = g->item ? g->item[k] : k;
  bl_status s = bl_warned_join(ctx, &v->seen[item].told, &l->told);
  if (l->status) {
    v->seen[item].status = l->status;
    v->seen[item].why = l->why;
    l->why = NULL;
  } else {
    /* where the first kind could be made, its warnings were this recording's, too */
    bool before = bl_ctx_mute(ctx, g->by_name && !v->kinds[v->seen[item].kind].status);
    if (!s) s = kind_of(ctx, v, item, &l->in, &v->seen[item].kind);
    bl_ctx_mute(ctx, before);
    if (!s && !g->by_name) v->kinds[v->seen[item].kind].n++;
    v->seen[item].by_name = g->by_name;
    if (!s) s = set_pieces(ctx, v, item, l);
    if (!s) s = add_events(ctx, v, &l->events);
    if (!s && !g->by_name) s = add_foreseen(ctx, v, item, &l->rows);
  }
  free_look(ctx, l);
  return s;
}

static bl_status look_at_all(bl_ctx *ctx, bl_survey *v, const size_t *item, size_t n, bool by_name)
{
  looking g = {.survey = v, .item = item, .by_name = by_name};
  if (!(g.looks = bl_calloc(ctx, AHEAD, sizeof *g.looks))) return bl_fail_nomem(ctx, "the headers");
  bl_status s = bl_pool_in_order(ctx, n, AHEAD, 1e9, look_at, settle, &g);
  for (size_t k = 0; k < AHEAD; k++) free_look(ctx, &g.looks[k]);
  bl_free(ctx, g.looks);
  return s;
}

/* Looks at the headers of odd kinds again, for the channels of the model. */
static bl_status look_by_name(bl_ctx *ctx, bl_survey *v)
{
  size_t n = 0, *item = bl_calloc(ctx, v->items.n, sizeof *item);
  bool *odd = bl_calloc(ctx, v->n_kinds, sizeof *odd);
  bl_status s = item && odd ? bl_survey_find_odd(ctx, v, odd) : bl_fail_nomem(ctx, "the headers");
  for (size_t i = 0; !s && i < v->items.n; i++)
    if (!v->seen[i].status && odd[v->seen[i].kind]) item[n++] = i;
  if (!s && n) s = look_at_all(ctx, v, item, n, true);
  bl_free(ctx, item);
  bl_free(ctx, odd);
  return s;
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

static bl_status note_live(bl_ctx *ctx, bl_survey *v)
{
  bl_prepared *p = NULL;
  bool before = bl_ctx_mute(ctx, true);
  bl_status s = bl_stock_take(ctx, &v->stock, &v->model_in, &p);
  if (!s) s = bl_live_of(ctx, v->config, p->extractor, &v->live);
  const bl_feature_names *names = s ? NULL : bl_extractor_names(p->extractor);
  if (!s) s = bl_texts_copy(ctx, &v->names.names, &names->names);
  if (!s) s = bl_blocks_copy(ctx, &v->names.blocks, &names->blocks);
  bl_stock_give(ctx, &v->stock, p);
  bl_ctx_mute(ctx, before);
  return s;
}

/* What stages find, nobody can foresee. */
static bl_status begin_foreseen(bl_ctx *ctx, bl_survey *v)
{
  char *none[] = {(char *)(uintptr_t) "none"}; /* borrowed for the call */
  v->foreseen_cut = bl_config_finds_events(v->config);
  return bl_dataset_init(ctx, &(bl_texts){none, 1}, NULL, &v->items.extra, &v->foreseen);
}

static bl_status survey(bl_ctx *ctx, bl_survey *v)
{
  const bl_config *c = v->config;
  bl_status s = c->source.cls->list(ctx, c->source.params, c->folder, &v->items);
  if (s && !bl_survey_ends(s))
    s = bl_check_place(ctx, c, "source", BL_E_CONFIG); /* files that are not there are a slip, too */
  if (!s) s = begin_foreseen(ctx, v);
  if (s) return s;
  if (!(v->seen = bl_calloc(ctx, v->items.n, sizeof *v->seen))) return bl_fail_nomem(ctx, "the headers");
  for (size_t i = 0; i < v->items.n; i++) v->seen[i] = (bl_seen){.kind = BL_NO_KIND, .n_pieces = 1};
  s = look_at_all(ctx, v, NULL, v->items.n, false);
  bool any = !s && bl_survey_vote(v);
  if (any) s = bl_survey_name_model(ctx, v);
  if (any && !s) s = look_by_name(ctx, v);
  if (any && !s) s = note_live(ctx, v);
  if (!s) s = bl_survey_fail_by_kind(ctx, v);
  if (!s) s = v->items.n && v->n_failed == v->items.n ? bl_survey_all_failed(ctx, v) : bl_survey_tell(ctx, v);
  return s ? s : bl_survey_check_asked(ctx, v);
}

bl_status bl_survey_make(bl_ctx *ctx, const bl_config *c, bl_survey *out)
{
  *out = (bl_survey){.config = c};
  if (c->source.cls->load) return BL_OK; /* a table is no recordings */
  bl_stock_init(&out->stock, c);
  bl_status s = survey(ctx, out);
  if (s) s = bl_check_place(ctx, c, out->n_kinds ? NULL : "stream", s);
  if (s) bl_survey_free(ctx, out);
  return s;
}

void bl_survey_free(bl_ctx *ctx, bl_survey *v)
{
  for (size_t i = 0; v->seen && i < v->items.n; i++) {
    bl_free(ctx, v->seen[i].why);
    bl_free(ctx, v->seen[i].pieces);
    bl_warned_free(ctx, &v->seen[i].told);
  }
  for (size_t i = 0; i < v->n_kinds; i++) {
    bl_streams_free(ctx, &v->kinds[i].in);
    bl_free(ctx, v->kinds[i].why);
    bl_warned_free(ctx, &v->kinds[i].told);
  }
  bl_free(ctx, v->seen);
  bl_free(ctx, v->kinds);
  bl_free(ctx, v->whose);
  bl_streams_free(ctx, &v->model_in);
  bl_items_free(ctx, &v->items);
  bl_tally_free(ctx, &v->events);
  bl_live_free(ctx, &v->live);
  bl_feature_names_free(ctx, &v->names);
  bl_dataset_free(ctx, &v->foreseen);
  bl_stock_free(ctx, &v->stock);
  *v = (bl_survey){0};
}
