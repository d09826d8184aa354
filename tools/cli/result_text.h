/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_RESULT_TEXT_H
#define CLI_RESULT_TEXT_H

#include <cxdialer/cxdialer.h>
#include <stdio.h>

/* A result for people: outcome, what changes, findings; with_metrics also times, concurrency, audit. */
void result_text_print(FILE *out, const cxd_result *result, int with_metrics);

/* Parts of it, for the demo. */
void result_text_print_diff(FILE *out, const char *diff_json, const char *indent);
void result_text_print_metrics(FILE *out, const cxd_result *result, const char *indent);

#endif
