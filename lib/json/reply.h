/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_REPLY_H
#define CXD__JSON_REPLY_H

#include <stddef.h>

/*
 * Reads what a server says about an error, in any of the usual shapes: {"code","message","field","requestId"}, the same
 * below "error" or as the first of "errors", {"error":"invalid_client","error_description":"..."}. Each text is NULL, or
 * has at most 512 bytes and no control bytes.
 */
struct cxd__reply {
  char *code, *message, *field, *request_id;
};

int cxd__reply_error(const char *body, size_t len, struct cxd__reply *out); /* 0: the body is not JSON, all is NULL */
void cxd__reply_clear(struct cxd__reply *reply);
char *cxd__reply_take(char **text); /* one of the texts, for the caller to free with cxd__free() */

#endif
