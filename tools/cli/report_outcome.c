/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "report_outcome.h"

#include "report_model.h"

static const struct report_outcome outcomes[] = {
    {CXD_OUTCOME_UNKNOWN, "unknown", "?", "bad", 0},
    {CXD_OUTCOME_CONFLICT, "conflict", "\xe2\x87\x84", "bad", 0},
    {CXD_OUTCOME_NOT_APPLIED, "not applied", "\xc3\x97", "bad", 0},
    {CXD_OUTCOME_REJECTED, "rejected", "\xc3\x97", "bad", 0},
    {CXD_OUTCOME_CANCELLED, "cancelled", "\xe2\x80\x93", "warn", 0},
    {RUN_OUTCOME_NONE, "none", "\xe2\x80\x93", "warn", 0},
    {CXD_OUTCOME_APPLIED, "applied", "\xe2\x9c\x93", "good", 1},
    {CXD_OUTCOME_APPLIED_READBACK, "read back", "\xe2\x9c\x93", "good", 1},
    {CXD_OUTCOME_PLANNED, "planned", "\xe2\x86\x92", "good", 1},
    {CXD_OUTCOME_UNCHANGED, "unchanged", "=", "calm", 1},
};

const struct report_outcome *report_outcome_at(size_t i) { return i < sizeof outcomes / sizeof *outcomes ? &outcomes[i] : NULL; }

const struct report_outcome *report_outcome_of(int32_t outcome) {
  for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
    if (outcomes[i].outcome == outcome)
      return &outcomes[i];
  return &outcomes[5];
}
