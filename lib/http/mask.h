/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_MASK_H
#define CXD__HTTP_MASK_H

#include "base/exchange.h"

/*
 * A server that repeats the credentials of a request, however spelled: they become asterisks, before anybody can quote
 * them. Credentials shorter than eight bytes are left: they would be found in every other text.
 */
void cxd__mask_credentials(const struct cxd__request *request, struct cxd__exchange *exchange);
void cxd__mask_text(const struct cxd__request *request, char *text, size_t len);

#endif
