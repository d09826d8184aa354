/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_PRIVATE_H
#define CXD__HTTP_PRIVATE_H

#include "http/http.h"
#include "http/watch.h"

const struct cxd__http_options *cxd__http_options_of(const struct cxd__http *http);
struct cxd__buf *cxd__http_lines(struct cxd__http *http); /* for the log, each with its newline */

struct cxd__watch *cxd__http_watch(struct cxd__http *http);

#endif
