/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_MASK_H
#define CXD__HTTP_MASK_H

#include "base/exchange.h"

/* A refusal that repeats the credentials of its request: they become asterisks, before anybody can quote them. */
void cxd__mask_credentials(const struct cxd__request *request, struct cxd__exchange *exchange);

#endif
