/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_PRIVATE_H
#define CXD__HTTP_PRIVATE_H

#include "http/http.h"

const struct cxd__http_options *cxd__http_options_of(const struct cxd__http *http);

#endif
