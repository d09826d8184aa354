/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_REPORT_PAGE_H
#define CLI_REPORT_PAGE_H

#include <stdio.h>

#include "report_model.h"

#define REPORT_ROWS_MOST 5000 /* of the table; those that failed are all there, however many */

/* The page piece by piece, never as a whole in memory. Well-formed XML as well as HTML. 0, or -1 when the file has an error. */
int report_page(FILE *out, const void *model); /* struct run_model */
void report_table(FILE *out, const struct run_model *model);

extern const char *const report_style[]; /* the style sheet in pieces, without < and &; NULL ends it */

/* Text of others inside of an element: escaped for HTML, and what acts upon its neighbours is shown as \u202e. */
void report_put_text(FILE *out, const char *text);

#endif
