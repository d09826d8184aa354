/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_OUTCOME_H
#define CLI_REPORT_OUTCOME_H

#include <stddef.h>
#include <stdint.h>

/* How an outcome is shown: by a sign and a word, never by colour alone. */
struct report_outcome {
  int32_t outcome; /* CXD_OUTCOME_* */
  const char *word, *sign, *tone; /* tone: class of the style sheet */
  int is_done;
};

/* In the order in which somebody has to act; NULL: no more. */
const struct report_outcome *report_outcome_at(size_t i);
const struct report_outcome *report_outcome_of(int32_t outcome);

#endif
