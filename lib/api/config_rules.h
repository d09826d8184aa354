/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_CONFIG_RULES_H
#define CXD__API_CONFIG_RULES_H

/*
 * What the texts of single keys must be: NULL when fine, else the end of a sentence that starts with the value
 * ("has no {id}"). Values are UTF-8 without control bytes, and not empty.
 */
const char *cxd__rule_base_url(const char *value);
const char *cxd__rule_token_url(const char *value);
const char *cxd__rule_proxy(const char *value);
const char *cxd__rule_campaign_path(const char *value);
const char *cxd__rule_scope(const char *value);
const char *cxd__rule_token(const char *value);
const char *cxd__rule_ascii(const char *value);
const char *cxd__rule_actor(const char *value);
const char *cxd__rule_zones(const char *value);
const char *cxd__rule_codes(const char *value);
const char *cxd__rule_tzdata(const char *value);

#endif
