/* extractor_private.h: what an extractor is made of; extractor.c builds it, extractor_run.c feeds it. */
#ifndef BALEEN_EXTRACTOR_PRIVATE_H
#define BALEEN_EXTRACTOR_PRIVATE_H

#include "baleen/extractor.h"

#define ROOT ((size_t)-1)

typedef struct node {
  size_t parent; /* ROOT: the input */
  bl_stage_run run;
  bl_frames out; /* what the block in hand made */
  char *key;     /* class and options, to find equal ones */
  const char *branch;
} node;

typedef struct leaf {
  const bl_branch *branch;
  size_t node, offset; /* offset: of its first summary among all summaries */
  const bl_stream *stream;
  uint64_t count; /* frames seen in this run */
} leaf;

/* One summary of one leaf, and where it writes. */
typedef struct seat {
  const bl_summary *summary;
  size_t leaf, column;
} seat;

/* States of all seats, for one open span. */
typedef struct desk desk;
struct desk {
  void **state;
  desk *next; /* in the pool */
};

typedef struct range {
  uint64_t first, behind;
} range;

typedef struct open_span {
  bl_span span;
  desk *desk;       /* NULL before its first frame */
  range *on;        /* frames it covers, for each leaf; then for the input */
  bl_status status; /* why it can give no row */
  char *why;
} open_span;

struct bl_extractor {
  const bl_recipe *recipe;
  bl_stream in;
  bl_row_fn on_row;
  void *user;
  node *nodes;
  size_t n_nodes;
  leaf *leaves;
  seat *seats;
  size_t n_seats;
  bl_feature_names names;
  float *row;
  desk *pool;
  open_span *open; /* [head, n_open) are waiting */
  size_t head, n_open, cap_open;
  double run_start_s, last_start_s;
  uint64_t pushed;
};

/* Puts the place in the recipe before the error: "stage 'mel': ", and "branch 'x', " first when there are several. */
bl_status bl_extractor_fail(bl_ctx *ctx, const bl_extractor *e, bl_status s, const char *branch, const char *kind,
                            const char *name);
/* NULL and half-built ones are fine. */
void bl_desk_free(bl_ctx *ctx, const bl_extractor *e, desk *d);
/* Forgets all open spans; their desks go back to the pool. */
void bl_extractor_drop_spans(bl_ctx *ctx, bl_extractor *e);

#endif
