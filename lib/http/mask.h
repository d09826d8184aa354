/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_MASK_H
#define CXD__HTTP_MASK_H

#include "base/exchange.h"
#include "base/secret.h"
#include "http/sieve.h"

/*
 * A server, or a proxy, that repeats the credentials of a request, or the client secret, which it may know from another one: in whatever
 * is a message or a field they become asterisks, before anybody can quote them, and so does every piece of twelve bytes. They
 * are found as they are, with the escapes of JSON, percent-encoded, form-encoded and in base64. Credentials shorter than
 * eight bytes are left: they would be found in every other text. Without memory for the search all of the text goes.
 */
struct cxd__known {
  const struct cxd__request *request;
  const struct cxd__secret *client_secret; /* NULL: none */
  const struct cxd__sieve *sieve;          /* NULL, or one that knows the bearer, the token before and the client secret */
  int32_t proxy_of_env;                    /* the password that a variable of the environment gives for a proxy is one, too */
};

void cxd__mask_text(const struct cxd__known *known, char *text, size_t len);
void cxd__mask_credentials(const struct cxd__known *known, struct cxd__exchange *exchange);

/*
 * A good answer is a document: masking would change what is written back later. 1: its body or entity tag repeats a whole
 * credential of sixteen bytes or more.
 */
int cxd__mask_needed(const struct cxd__known *known, const struct cxd__exchange *exchange);

#endif
