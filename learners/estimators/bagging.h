/* bagging.h: what a test of bagging must reach: the draws, put in place of chance. */
#ifndef BALEEN_BAGGING_H
#define BALEEN_BAGGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows and columns that each estimator gets, [n_estimators x n_rows] and [n_estimators x n_features]. */
typedef struct bl_bagging_draws {
  const uint32_t *rows, *features;
  size_t n_rows, n_features;
} bl_bagging_draws;

typedef struct bl_bagging_params {
  int64_t n_estimators, random_state;
  double max_samples, max_features;
  bool bootstrap, bootstrap_features;
  const bl_bagging_draws *given; /* no option: NULL but in tests, which compare with a peer's draws; borrowed */
} bl_bagging_params;

#endif
