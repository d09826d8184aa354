/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_CAPACITY_TEXT_H
#define CLI_CAPACITY_TEXT_H

#include "capacity_plan.h"

/* For people: a summary, a sentence and a table around the plan. colour: escape sequences beside the marks. */
void capacity_text_put(FILE *out, const struct capacity_plan *plan, int colour);

#endif
