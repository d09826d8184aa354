/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int number_parse(const char *text, double *out) {
  char *end;
  if (!*text || text[strspn(text, "0123456789+-.eE")])
    return 0;
  *out = strtod(text, &end);
  return !*end && isfinite(*out);
}

void number_put_json(FILE *out, double value) {
  char text[40];
  if (!isfinite(value)) {
    fputs("null", out);
    return;
  }
  int whole = fabs(value) < 1e15 && floor(value) >= value; /* 10000000, not 1e+07 */
  snprintf(text, sizeof text, "%.0f", value);
  for (int digits = 1; !whole && digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    double back = strtod(text, NULL);
    if (back >= value && back <= value)
      break;
  }
  fputs(text, out);
}
