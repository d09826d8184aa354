/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <stdio.h>

/* Decimal notation with a point, "2.5" or "1e3", and nothing around it; 0: it is something else or beyond the range of doubles. */
int number_parse(const char *text, double *out);

/* The shortest notation that is read back as the same number; null when it is infinite or not a number. */
void number_put_json(FILE *out, double value);

#endif
