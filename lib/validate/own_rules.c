/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/own_rules.h"

#include "base/abi.h"
#include "base/error.h"
#include "base/mem.h"
#include "validate/codes.h"

struct cxd__own_rule {
  atomic_size_t refs;
  cxd_rule table;
};

struct cxd__own_rules {
  atomic_size_t refs;
  size_t count;
  struct cxd__own_rule *items[];
};

#define RULE_V1 (offsetof(cxd_rule, check) + sizeof(((cxd_rule *)0)->check))

static cxd_status make(const cxd_rule *table, struct cxd__own_rule **out, cxd_error **error) {
  cxd_rule copy;
  cxd_status status = cxd__abi_copy(&copy, sizeof copy, RULE_V1, table, "cxd_rule", error);
  if (status != CXD_OK)
    return status;
  if (!copy.check)
    return cxd__fail(error, CXD_E_ARGUMENT, "cxd_rule.check is NULL: set it to the function of the rule");
  struct cxd__own_rule *rule = cxd__alloc(sizeof *rule);
  if (!rule)
    return cxd__fail_nomem(error);
  atomic_init(&rule->refs, 1);
  rule->table = copy;
  *out = rule;
  return CXD_OK;
}

cxd_status cxd__own_rule_new(const cxd_rule *table, struct cxd__own_rule **out, cxd_error **error) {
  cxd_status status = make(table, out, error);
  if (status != CXD_OK)
    cxd__abi_discard(table);
  return status;
}

void cxd__own_rule_unref(struct cxd__own_rule *rule) {
  if (!rule || atomic_fetch_sub_explicit(&rule->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (rule->table.destroy)
    rule->table.destroy(rule->table.user_data);
  cxd__free(rule);
}

size_t cxd__own_rules_count(const struct cxd__own_rules *rules) { return rules ? rules->count : 0; }

static void append(struct cxd__own_rules *rules, struct cxd__own_rule *rule) {
  atomic_fetch_add_explicit(&rule->refs, 1, memory_order_relaxed);
  rules->items[rules->count++] = rule;
}

struct cxd__own_rules *cxd__own_rules_with(const struct cxd__own_rules *rules, struct cxd__own_rule *rule) {
  size_t count = cxd__own_rules_count(rules);
  struct cxd__own_rules *more = cxd__alloc(sizeof *more + (count + 1) * sizeof(struct cxd__own_rule *));
  if (!more)
    return NULL;
  atomic_init(&more->refs, 1);
  for (size_t i = 0; i < count; i++)
    append(more, rules->items[i]);
  append(more, rule);
  return more;
}

struct cxd__own_rules *cxd__own_rules_ref(struct cxd__own_rules *rules) {
  if (rules)
    atomic_fetch_add_explicit(&rules->refs, 1, memory_order_relaxed);
  return rules;
}

void cxd__own_rules_unref(struct cxd__own_rules *rules) {
  if (!rules || atomic_fetch_sub_explicit(&rules->refs, 1, memory_order_acq_rel) != 1)
    return;
  for (size_t i = 0; i < rules->count; i++)
    cxd__own_rule_unref(rules->items[i]);
  cxd__free(rules);
}

void cxd__own_rules_run(const struct cxd__own_rules *rules, const struct cxd__check *check, cxd_report *report, size_t *failed, size_t *first) {
  *failed = 0;
  report->lent++;
  for (size_t i = 0; i < cxd__own_rules_count(rules); i++) {
    const cxd_rule *rule = &rules->items[i]->table;
    int32_t said = rule->check(rule->user_data, check->change, check->merged, check->at_unix_ms, report);
    if (said == CXD_ACCEPTED)
      continue;
    if ((*failed)++ == 0)
      *first = i;
    cxd__report_addf(report, CXD_SEVERITY_ERROR, cxd__codes[CXD__CODE_RULE_FAILED].name, "",
                     "own rule %zu (from 0, in order of addition) returned 0x%08lx and not CXD_ACCEPTED, so its verdict is unknown: look for an error in the rule", i,
                     (unsigned long)(uint32_t)said);
  }
  report->lent--;
}
