/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_TOKEN_H
#define CXD__CORE_TOKEN_H

#include <stdatomic.h>
#include <stdint.h>

#include <cxdialer/cxdialer.h>

#include "base/buf.h"
#include "base/exchange.h"
#include "base/secret.h"

/* An access token: shared by all requests that carry it, wiped with the last of them. */
struct cxd__token {
  atomic_int references;
  struct cxd__secret text;
  uint64_t generation;
  int64_t sent_boot_us;               /* when it was asked for */
  int64_t soft_boot_us, hard_boot_us; /* from soft on one caller refreshes; from hard on nobody may use it */
};

#define CXD__TOKEN_MAX_BYTES 16384

/* b64token of RFC 6750 and nothing else: what goes into a header must not be able to end it. */
int cxd__token_text_valid(const char *text, size_t len);

/* jitter: 0 to 1, shortens the soft life by up to a tenth. expires_in_s <= 0: 300 s. NULL: no memory. */
int64_t cxd__token_life_s(int64_t expires_in_s); /* what is believed of it */
struct cxd__token *cxd__token_new(const char *text, size_t len, int64_t sent_boot_us, int64_t expires_in_s, double jitter);
struct cxd__token *cxd__token_ref(struct cxd__token *token);
void cxd__token_unref(struct cxd__token *token);

/* The OAuth 2.0 client credentials exchange (RFC 6749 section 4.4) as values. */
struct cxd__oauth {
  const char *token_url, *client_id, *scope;
  const struct cxd__secret *client_secret;
  int32_t post;              /* client_secret_post instead of Basic */
  int32_t basic_form_encode; /* form-encode id and secret before Basic, as RFC 6749 section 2.3.1 says */
};

/* Fills body and, for Basic, "id:secret". */
void cxd__oauth_request(const struct cxd__oauth *oauth, struct cxd__buf *body, struct cxd__buf *basic);

/* A token reply; text_len bytes at *text inside scratch. CXD_E_TOKEN, _UNAUTHORIZED, _FORBIDDEN, ... with what the endpoint said. */
cxd_status cxd__oauth_reply(const struct cxd__exchange *exchange, const char *url, const char *scope, struct cxd__buf *text, int64_t *expires_in_s, cxd_error **error);

#endif
