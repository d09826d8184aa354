/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_LOG_H
#define CXD__BASE_LOG_H

#include <cxdialer/cxdialer.h>

/* Sends one formatted line to the host's log; does nothing when there is none. Callers pass no secrets: see http/redact. */
void cxd__log(const cxd_log *log, int32_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
