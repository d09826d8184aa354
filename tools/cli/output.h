/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli.h"
#include "display.h"

/* What went wrong, for standard error: a sentence, or a line of JSON. where: FILE, FILE[3], "" or NULL. */
void output_error(const struct cli *cli, const char *where, cxd_status status, const cxd_error *error);
void output_failure(const struct cli *cli, cxd_status status, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A remark for people on standard error; nothing with --output json. */
void output_note(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The object of an error as in output_error, for documents of our own. message: in place of the error's, unless NULL. */
void output_put_error(FILE *out, const char *where, cxd_status status, const cxd_error *error, const char *message);

/* JSON of any layout in one line: outside of strings a line end is a blank, inside there is none. */
void output_put_line(FILE *out, struct slice json);

void output_findings(FILE *out, const char *prefix, const cxd_report *report);

/* Flushes standard output; the exit code, changed when not all of it could be written. */
int output_finish(const struct cli *cli, int code);

#endif
