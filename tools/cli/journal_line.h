/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_JOURNAL_LINE_H
#define CLI_JOURNAL_LINE_H

#include <stdio.h>

#include "walk.h"

#define JOURNAL_SEAL 16    /* hex digits */
#define JOURNAL_DIGEST 64

/* The seal before the first line. */
extern const char journal_line_start[JOURNAL_SEAL + 1];

/* body: a JSON object without its final brace. The line with seal and newline, len bytes; seal becomes that of this line. Caller frees. */
char *journal_line_seal(char seal[JOURNAL_SEAL + 1], struct slice body, size_t *len);

/* line: without its newline. 1: it fits behind seal, which becomes that of this line; 0: it does not, and seal is as it was. */
int journal_line_fits(char seal[JOURNAL_SEAL + 1], struct slice line);

/* "text":"..." or "base64":"...", and what it was before: caller frees; NULL: neither. */
void journal_line_put_text(FILE *out, struct slice text);
char *journal_line_get_text(struct slice line, size_t *len);

/* SHA-256 over "LENGTH:TEXT" of each, in hex digits. */
void journal_line_digest(const struct slice *texts, size_t count, char out[JOURNAL_DIGEST + 1]);

#endif
