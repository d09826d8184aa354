/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_OWN_RULES_H
#define CXD__VALIDATE_OWN_RULES_H

#include <stdatomic.h>

#include "validate/validator.h"

/* The host's rules: an immutable list, replaced by a longer one when a rule is added; checks in progress keep theirs. */
struct cxd__own_rules;

/* The size of the list; 0 for NULL. */
size_t cxd__own_rules_count(const struct cxd__own_rules *rules);

/* Takes the table over: its destroy runs when the last list that has it is gone, or here, on failure. */
struct cxd__own_rule;
cxd_status cxd__own_rule_new(const cxd_rule *table, struct cxd__own_rule **out, cxd_error **error);
void cxd__own_rule_unref(struct cxd__own_rule *rule);

/* A new list: the old one (may be NULL, stays as it is) and one more, which it references. NULL: no memory. */
struct cxd__own_rules *cxd__own_rules_with(const struct cxd__own_rules *rules, struct cxd__own_rule *rule);
struct cxd__own_rules *cxd__own_rules_ref(struct cxd__own_rules *rules);
void cxd__own_rules_unref(struct cxd__own_rules *rules);

/* Runs all of them. *failed: how many did not accept; *first: the index of the first such. */
void cxd__own_rules_run(const struct cxd__own_rules *rules, const struct cxd__check *check, cxd_report *report, size_t *failed, size_t *first);

#endif
