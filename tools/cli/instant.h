/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_INSTANT_H
#define CLI_INSTANT_H

#include <stdint.h>

/* Strict RFC 3339 ("2026-11-22T08:00:00-05:00", fractions cut to milliseconds) to Unix time. 0: not an instant. */
int instant_parse(const char *text, int64_t *unix_ms);

#endif
