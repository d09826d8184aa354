/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli.h"
#include "walk.h"

/* One FILE: a JSON object, or an array of them whose elements keep their raw text. */
struct input {
  const char *name; /* borrowed; "standard input" for "-" */
  char *text;
  size_t len;
  int is_array;
  struct slice *items; /* of an object: itself */
  size_t count;
  size_t counted, line, column; /* how far lines were counted, and where that is; 0: not yet */
  /* when it could not be read or taken apart */
  cxd_status status;
  int code; /* exit code, 0 when all is well */
  char *message;
};

/* Returns the exit code; nothing is printed. Free with input_free() in any case. */
int input_load(const char *file, struct input *out);
void input_free(struct input *in);

/* Of an input with a code: "FILE: message"; caller frees. */
char *input_complaint(const struct input *in);

/* FILE, or FILE[i] for an element; caller frees. */
char *input_where(const struct input *in, size_t i);

/* message: what is wrong, or NULL on success; caller frees. */
cxd_status input_parse(struct input *in, size_t i, cxd_campaign **out, char **message);

#endif
