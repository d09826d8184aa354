/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_CONFIG_H
#define CXD__API_CONFIG_H

#include <cxdialer/cxdialer.h>

/* Typed reads for the rest of lib/api: a NULL config stands for all defaults; the key must be in the table. */
const char *cxd__config_text(const cxd_config *config, const char *key); /* secrets in clear; NULL when unset and without default */
int64_t cxd__config_int(const cxd_config *config, const char *key);      /* 0 when unset and without default */
double cxd__config_real(const cxd_config *config, const char *key);      /* the same */
int cxd__config_on(const cxd_config *config, const char *key);
int cxd__config_is(const cxd_config *config, const char *key, const char *value);
int cxd__config_live(const cxd_config *config); /* a live handle? */

/* A config of its own with the same values; NULL gives one of defaults. */
cxd_status cxd__config_copy(const cxd_config *config, cxd_config **out);

/* Gives the values of *from, which must be live, to config and frees from: the end of an all-or-nothing load. */
void cxd__config_move(cxd_config *config, cxd_config *from);

#endif
