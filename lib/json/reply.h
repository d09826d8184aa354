/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_REPLY_H
#define CXD__JSON_REPLY_H

#include <stddef.h>

/*
 * Reads what a server says about an error, in any of the usual shapes: {"code","message","field","requestId"}, the same
 * below "error" or as the first of "errors", {"error":"invalid_client","error_description":"..."}. Each out is NULL, or a
 * text without control bytes of at most 512 bytes that the caller frees with cxd__free(). 0: the body is not JSON.
 */
int cxd__reply_error(const char *body, size_t len, char **code, char **message, char **field, char **request_id);

#endif
