/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_TEXT_H
#define CXD__VALIDATE_TEXT_H

#include "json/value.h"

#define CXD__SHOWN_BYTES 80

/* A value for a message: its JSON text on one line, without bytes that could steer a terminal, cut after 80 bytes. */
struct cxd__shown {
  char text[CXD__SHOWN_BYTES + 48];
};
const char *cxd__show(struct cxd__shown *out, struct cxd__slice value);

/* Whether a text is well-formed and may stand in a message as it is: one line, nothing that steers a terminal. */
int cxd__tame(const char *s, size_t len);

/* The decoded text of a JSON string, without a copy where it has no escapes. Not zero-terminated. */
struct cxd__view {
  const char *p;
  size_t len;
  char *own; /* cxd__free() it; NULL when p is borrowed */
};
int cxd__view_string(struct cxd__slice string, struct cxd__view *out); /* 0: no memory */

#endif
