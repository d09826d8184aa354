/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_CONFIG_VALUE_H
#define CXD__API_CONFIG_VALUE_H

#include <cxdialer/cxdialer.h>

#include "api/config_table.h"

#define CXD__CONFIG_MAX_VALUE 65536

/*
 * Checks one value, not NULL, against its row. CXD_OK: *normal is the value to keep, value itself or one that lives for
 * ever, of *len bytes. CXD_E_CONFIG otherwise, with the key as the field; a secret is never in the message.
 */
cxd_status cxd__config_check(const struct cxd__config_key *key, const char *value, const char **normal, size_t *len, cxd_error **error);

/* Reads of values that were checked; in every locale the same. */
int64_t cxd__config_read_int(const char *value);
double cxd__config_read_real(const char *value);

#endif
