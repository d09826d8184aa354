/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <pthread.h>
#include <stdatomic.h>

#include "validate.h"

static cxd_validator *validator;

static void setup(void) { validator = default_validator(); }

static void teardown(void) { cxd__validator_unref(validator); }

/* For tests whose rules live on their stack. */
static void finish(void) {
  cxd__validator_unref(validator);
  validator = NULL;
}

/* One rule of a test: what it does, and what was done to it. */
struct probe {
  int32_t answer;
  const char *code;   /* of the finding it adds; NULL: none */
  int32_t severity;
  atomic_int calls, destroyed;
  const cxd_campaign *change, *merged;
  int64_t at;
  size_t count_before;
};

static void destroyed(void *user_data) { atomic_fetch_add(&((struct probe *)user_data)->destroyed, 1); }

static int32_t check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  struct probe *probe = user_data;
  probe->change = change;
  probe->merged = merged;
  probe->at = at;
  probe->count_before = cxd_report_count(report);
  atomic_fetch_add(&probe->calls, 1);
  if (probe->code)
    ck_assert_int_eq(cxd_report_add(report, probe->severity, probe->code, "/name", "said by a rule"), CXD_OK);
  return probe->answer;
}

static cxd_rule rule_of(struct probe *probe) { return (cxd_rule){sizeof(cxd_rule), probe, destroyed, check}; }

static void add(struct probe *probe) {
  cxd_rule rule = rule_of(probe);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  memset(&rule, 0xff, sizeof rule); /* the table was copied */
}

START_TEST(a_rule_sees_change_merged_instant_and_earlier_findings) {
  struct probe probe = {.answer = CXD_ACCEPTED};
  add(&probe);
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"name\":\"\"}"), *merged = campaign_of("{\"id\":\"a\"}");
  ck_report(run_check(validator, change, merged, 0), "E schema.name /name", "rule");
  ck_assert_ptr_eq(probe.change, change);
  ck_assert_ptr_eq(probe.merged, merged);
  ck_assert_int_eq(probe.at, 1700000000000);
  ck_assert_uint_eq(probe.count_before, 1);
  ck_report(run_check(validator, change, NULL, 0), "E schema.name /name", "before the read");
  ck_assert_ptr_null(probe.merged);
  ck_assert_int_eq(probe.calls, 2);
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
  finish();
  ck_assert_int_eq(probe.destroyed, 1);
}
END_TEST

START_TEST(rules_run_in_order_of_addition_after_the_built_in_ones) {
  struct probe a = {.answer = CXD_ACCEPTED, .code = "acme.a", .severity = CXD_SEVERITY_NOTE};
  struct probe b = {.answer = CXD_ACCEPTED, .code = "acme.b", .severity = CXD_SEVERITY_WARNING};
  struct probe c = {.answer = CXD_ACCEPTED, .code = "acme.c", .severity = CXD_SEVERITY_NOTE};
  add(&a);
  add(&b);
  add(&c);
  ck_findings(validator, "{\"id\":\"a\",\"status\":\"x\"}", "W schema.enum /status\nN acme.a /name\nW acme.b /name\nN acme.c /name");
  ck_assert_uint_eq(c.count_before, 3);
  finish();
}
END_TEST

START_TEST(an_error_of_a_rule_refuses_the_campaign) {
  struct probe probe = {.answer = CXD_ACCEPTED, .code = "acme.no", .severity = CXD_SEVERITY_ERROR};
  add(&probe);
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
  struct cxd__check job = {.change = campaign, .at_unix_ms = 1};
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__validator_run(validator, &job, &report, &error), CXD_E_INVALID);
  ck_assert_str_eq(error->message, "1 error, it is acme.no at /name: said by a rule");
  ck_assert_str_eq(error->field, "/name");
  cxd_error_free(error);
  ck_report(report, "E acme.no /name", "rule");
  cxd_campaign_free(campaign);
  finish();
}
END_TEST

START_TEST(anything_but_accepted_is_a_failure_of_the_rule) {
  static const int32_t answers[] = {0, 1, -1, CXD_PENDING, CXD_ACCEPTED + 1, INT32_MIN};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    cxd_validator *own = default_validator();
    struct probe good = {.answer = CXD_ACCEPTED}, bad = {.answer = answers[i]}, later = {.answer = CXD_ACCEPTED, .code = "acme.late"};
    struct probe *all[] = {&good, &bad, &later};
    for (int p = 0; p < 3; p++) {
      cxd_rule rule = rule_of(all[p]);
      ck_assert_int_eq(cxd_validator_add_rule(own, &rule, NULL), CXD_OK);
    }
    cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
    cxd_report *report = NULL;
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_validator_check(own, campaign, 1, &report, &error), CXD_E_RULE);
    ck_assert_ptr_nonnull(strstr(error->message, "1 own rule did not accept, the first is number 1 "));
    ck_assert_int_eq(cxd_report_ok(report), 0);
    ck_report(report, "E rule.failed \nN acme.late /name", "failed rule");
    cxd_error_free(error);
    cxd_campaign_free(campaign);
    cxd__validator_unref(own);
  }
}
END_TEST

START_TEST(a_failed_rule_outweighs_findings) {
  struct probe a = {.answer = 0}, b = {.answer = 0};
  add(&a);
  add(&b);
  cxd_campaign *campaign = campaign_of("{\"id\":\"!\"}");
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_check(validator, campaign, 1, &report, &error), CXD_E_RULE);
  ck_assert_ptr_nonnull(strstr(error->message, "2 own rules did not accept, the first is number 0 "));
  ck_report(report, "E schema.id /id\nE rule.failed \nE rule.failed ", "two failed rules");
  cxd_error_free(error);
  cxd_campaign_free(campaign);
  finish();
}
END_TEST

START_TEST(destroy_runs_once_with_the_validator) {
  struct probe probes[5] = {{.answer = CXD_ACCEPTED}, {.answer = CXD_ACCEPTED}, {.answer = CXD_ACCEPTED}, {.answer = CXD_ACCEPTED}, {.answer = CXD_ACCEPTED}};
  cxd_validator *own = default_validator();
  for (int i = 0; i < 5; i++) {
    cxd_rule rule = rule_of(&probes[i]);
    ck_assert_int_eq(cxd_validator_add_rule(own, &rule, NULL), CXD_OK);
  }
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(probes[i].destroyed, 0);
  cxd_validator_free(own);
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(probes[i].destroyed, 1);
}
END_TEST

START_TEST(destroy_may_be_null) {
  struct probe probe = {.answer = CXD_ACCEPTED};
  cxd_rule rule = {sizeof rule, &probe, NULL, check};
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_findings(validator, "{\"id\":\"a\"}", "");
  ck_assert_int_eq(probe.calls, 1);
  finish();
}
END_TEST

struct longer {
  cxd_rule rule;
  void (*later)(void);
};

static void nothing(void) {}

START_TEST(destroy_runs_once_when_registration_fails) {
  struct probe probe = {.answer = CXD_ACCEPTED};
  cxd_rule no_check = {sizeof no_check, &probe, destroyed, NULL};
  ck_assert_int_eq(cxd_validator_add_rule(validator, &no_check, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(probe.destroyed, 1);
  cxd_rule small = rule_of(&probe);
  small.size = offsetof(cxd_rule, check);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &small, NULL), CXD_E_ABI);
  ck_assert_int_eq(probe.destroyed, 2);
  struct longer longer = {rule_of(&probe), nothing};
  longer.rule.size = sizeof longer;
  ck_assert_int_eq(cxd_validator_add_rule(validator, &longer.rule, NULL), CXD_E_ABI);
  ck_assert_int_eq(probe.destroyed, 3);
  cxd_rule rule = rule_of(&probe);
  ck_assert_int_eq(cxd_validator_add_rule(NULL, &rule, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(probe.destroyed, 4);
  ck_assert_int_eq(cxd_validator_add_rule(validator, NULL, NULL), CXD_E_ARGUMENT);
  ck_findings(validator, "{\"id\":\"a\"}", "");
  ck_assert_int_eq(probe.calls, 0);
}
END_TEST

START_TEST(a_table_without_a_size_is_refused_untouched) {
  struct probe probe = {.answer = CXD_ACCEPTED};
  cxd_rule rule = rule_of(&probe);
  rule.size = 0;
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_E_ABI);
  ck_assert_int_eq(probe.calls, 0);
}
END_TEST

START_TEST(a_longer_table_with_a_zero_tail_is_taken) {
  struct probe probe = {.answer = CXD_ACCEPTED};
  struct longer longer = {rule_of(&probe), NULL};
  longer.rule.size = sizeof longer;
  ck_assert_int_eq(cxd_validator_add_rule(validator, &longer.rule, NULL), CXD_OK);
  ck_findings(validator, "{\"id\":\"a\"}", "");
  ck_assert_int_eq(probe.calls, 1);
  finish();
}
END_TEST

START_TEST(want_of_memory_destroys_the_rule_once_and_keeps_the_others) {
  for (size_t n = 1;; n++) {
    cxd_validator *own = default_validator();
    struct probe first = {.answer = CXD_ACCEPTED}, second = {.answer = CXD_ACCEPTED};
    cxd_rule one = rule_of(&first), two = rule_of(&second);
    ck_assert_int_eq(cxd_validator_add_rule(own, &one, NULL), CXD_OK);
    cxd__mem_fail_at(n);
    cxd_status status = cxd_validator_add_rule(own, &two, NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, used < n ? CXD_OK : CXD_E_NOMEM);
    ck_assert_int_eq(second.destroyed, status == CXD_OK ? 0 : 1);
    ck_findings(own, "{\"id\":\"a\"}", "");
    ck_assert_int_eq(first.calls, 1);
    ck_assert_int_eq(second.calls, status == CXD_OK);
    cxd_validator_free(own);
    ck_assert_int_eq(first.destroyed, 1);
    ck_assert_int_eq(second.destroyed, 1);
    if (used < n)
      break;
  }
}
END_TEST

/* A rule that uses the validator it belongs to. */
struct inner {
  cxd_validator *validator;
  int depth, deepest, reentrant, destroyed;
  int frees, circles;
};

static void inner_destroyed(void *user_data) { ((struct inner *)user_data)->destroyed++; }

static int32_t inner_check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  struct inner *inner = user_data;
  cxd_report *nested = NULL;
  (void)merged;
  (void)report;
  if (inner->frees) {
    cxd_validator_free(inner->validator);
    cxd_validator_free(inner->validator);
    ck_assert_int_eq(inner->destroyed, 0);
    ck_assert_int_eq(cxd_validator_check(inner->validator, change, at, &nested, NULL), CXD_E_ARGUMENT);
    return CXD_ACCEPTED;
  }
  if (inner->depth > 0 && !inner->circles)
    return CXD_ACCEPTED;
  inner->depth++;
  inner->deepest = inner->depth > inner->deepest ? inner->depth : inner->deepest;
  cxd_status status = cxd_validator_check(inner->validator, change, at, &nested, NULL);
  inner->reentrant += status == CXD_E_REENTRANT;
  ck_assert_int_eq(nested == NULL, status == CXD_E_REENTRANT);
  cxd_report_free(nested);
  inner->depth--;
  return CXD_ACCEPTED;
}

static void run_inner(struct inner *inner) {
  inner->validator = default_validator();
  cxd_rule rule = {sizeof rule, inner, inner_destroyed, inner_check};
  ck_assert_int_eq(cxd_validator_add_rule(inner->validator, &rule, NULL), CXD_OK);
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd_validator_check(inner->validator, campaign, 1, &report, NULL), CXD_OK);
  ck_report(report, "", "inner");
  cxd_campaign_free(campaign);
}

START_TEST(a_rule_may_check_with_its_own_validator) {
  struct inner inner = {0};
  run_inner(&inner);
  ck_assert_int_eq(inner.deepest, 1);
  ck_assert_int_eq(inner.reentrant, 0);
  cxd_validator_free(inner.validator);
  ck_assert_int_eq(inner.destroyed, 1);
}
END_TEST

START_TEST(rules_that_check_in_circles_are_stopped) {
  struct inner inner = {.circles = 1};
  run_inner(&inner);
  ck_assert_int_eq(inner.deepest, 8);
  ck_assert_int_eq(inner.reentrant, 1);
  cxd_validator_free(inner.validator);
  ck_assert_int_eq(inner.destroyed, 1);
}
END_TEST

START_TEST(a_free_from_within_is_deferred_to_the_end_of_the_check) {
  struct inner inner = {.frees = 1};
  run_inner(&inner);
  ck_assert_int_eq(inner.destroyed, 1);
}
END_TEST

static int32_t adding_check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  (void)change;
  (void)merged;
  (void)at;
  (void)report;
  struct probe *probe = user_data;
  if (atomic_fetch_add(&probe->calls, 1) == 0)
    add(probe + 1);
  static const char policy[] = "{\"version\":1,\"severities\":{\"schema.enum\":\"error\"}}";
  ck_assert_int_eq(cxd_validator_load_policy(validator, policy, sizeof policy - 1, NULL), CXD_OK);
  return CXD_ACCEPTED;
}

START_TEST(a_rule_added_during_a_check_runs_from_the_next_one_on) {
  struct probe probes[2] = {{.answer = CXD_ACCEPTED}, {.answer = CXD_ACCEPTED}};
  cxd_rule rule = {sizeof rule, probes, NULL, adding_check};
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_findings(validator, "{\"id\":\"a\",\"status\":\"x\"}", "W schema.enum /status");
  ck_assert_int_eq(probes[1].calls, 0);
  ck_findings(validator, "{\"id\":\"a\",\"status\":\"x\"}", "E schema.enum /status");
  ck_assert_int_eq(probes[1].calls, 1);
  finish();
}
END_TEST

static int32_t freeing_check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  (void)user_data;
  (void)change;
  (void)merged;
  (void)at;
  cxd_report_free(report);
  return CXD_ACCEPTED;
}

START_TEST(a_rule_cannot_free_the_report) {
  cxd_rule rule = {sizeof rule, NULL, NULL, freeing_check};
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_findings(validator, "{\"id\":\"a\",\"status\":\"x\"}", "W schema.enum /status");
}
END_TEST

START_TEST(the_handle_is_refused_once_freed_while_others_go_on) {
  cxd_validator *own = default_validator();
  cxd__validator_ref(own);
  ck_assert_int_eq(cxd__validator_is(own), 1);
  cxd_validator_free(own);
  ck_assert_int_eq(cxd__validator_is(own), 0);
  cxd_validator_free(own);
  ck_findings(own, "{\"id\":\"a\",\"status\":\"x\"}", "W schema.enum /status");
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd_validator_check(own, campaign, 1, &report, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_validator_load_policy(own, "{}", 2, NULL), CXD_E_ARGUMENT);
  cxd_campaign_free(campaign);
  cxd__validator_unref(own);
}
END_TEST

/* Threads: checks all the time, while policies change and rules come. */
static atomic_int stop, checks, odd;
static struct probe crowd[64];

static int32_t crowd_check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  (void)change;
  (void)merged;
  (void)at;
  atomic_fetch_add(&((struct probe *)user_data)->calls, 1);
  return cxd_report_add(report, CXD_SEVERITY_NOTE, "acme.seen", "", "seen") == CXD_OK ? CXD_ACCEPTED : 0;
}

static void *check_all_the_time(void *unused) {
  cxd_campaign *campaign = campaign_of("{\"id\":\"a\",\"maxConcurrentCalls\":150,\"timeZone\":\"America/Denver\",\"status\":\"x\"}");
  size_t seen = 0;
  while (!atomic_load(&stop)) {
    cxd_report *report = NULL;
    cxd_status status = cxd_validator_check(validator, campaign, 1, &report, NULL);
    size_t count = cxd_report_count(report), built_in = 0;
    while (built_in < count && strcmp(cxd_report_code(report, built_in), "acme.seen") != 0)
      built_in++;
    /* Either policy gives exactly its own findings, and the list of rules only grows. */
    int strict = status == CXD_E_INVALID && built_in == 2 && cxd_report_severity(report, 0) == CXD_SEVERITY_ERROR;
    int lax = status == CXD_OK && built_in == 1 && cxd_report_severity(report, 0) == CXD_SEVERITY_WARNING;
    if (!(strict || lax) || count - built_in < seen)
      atomic_fetch_add(&odd, 1);
    seen = count - built_in;
    cxd_report_free(report);
    atomic_fetch_add(&checks, 1);
  }
  cxd_campaign_free(campaign);
  return unused;
}

static void *change_policies(void *unused) {
  static const char *const policies[] = {"{\"version\":1}", "{\"version\":1,\"limits\":{\"max_concurrent_calls\":100},\"severities\":{\"schema.enum\":\"error\"}}", "{\"version\":2}"};
  for (int i = 0; !atomic_load(&stop); i++)
    (void)cxd_validator_load_policy(validator, policies[i % 3], strlen(policies[i % 3]), NULL);
  return unused;
}

static void *add_rules(void *unused) {
  for (size_t i = 0; i < sizeof crowd / sizeof *crowd; i++) {
    cxd_rule rule = {sizeof rule, &crowd[i], destroyed, crowd_check};
    ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
    int target = atomic_load(&checks) + 10;
    while (atomic_load(&checks) < target)
      sched_yield();
  }
  atomic_store(&stop, 1);
  return unused;
}

START_TEST(checks_policies_and_rules_from_many_threads) {
  pthread_t threads[5];
  void *(*const jobs[])(void *) = {check_all_the_time, check_all_the_time, check_all_the_time, change_policies, add_rules};
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, jobs[i], NULL), 0);
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
  ck_assert_int_eq(odd, 0);
  ck_assert_int_ge(checks, 640);
  cxd__validator_unref(validator);
  validator = NULL;
  for (size_t i = 0; i < sizeof crowd / sizeof *crowd; i++)
    ck_assert_int_eq(crowd[i].destroyed, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_own_rules");
  TCase *tc = tcase_create("own rules");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, a_rule_sees_change_merged_instant_and_earlier_findings);
  tcase_add_test(tc, rules_run_in_order_of_addition_after_the_built_in_ones);
  tcase_add_test(tc, an_error_of_a_rule_refuses_the_campaign);
  tcase_add_test(tc, anything_but_accepted_is_a_failure_of_the_rule);
  tcase_add_test(tc, a_failed_rule_outweighs_findings);
  tcase_add_test(tc, destroy_runs_once_with_the_validator);
  tcase_add_test(tc, destroy_may_be_null);
  tcase_add_test(tc, destroy_runs_once_when_registration_fails);
  tcase_add_test(tc, a_table_without_a_size_is_refused_untouched);
  tcase_add_test(tc, a_longer_table_with_a_zero_tail_is_taken);
  tcase_add_test(tc, want_of_memory_destroys_the_rule_once_and_keeps_the_others);
  tcase_add_test(tc, a_rule_may_check_with_its_own_validator);
  tcase_add_test(tc, rules_that_check_in_circles_are_stopped);
  tcase_add_test(tc, a_free_from_within_is_deferred_to_the_end_of_the_check);
  tcase_add_test(tc, a_rule_added_during_a_check_runs_from_the_next_one_on);
  tcase_add_test(tc, a_rule_cannot_free_the_report);
  tcase_add_test(tc, the_handle_is_refused_once_freed_while_others_go_on);
  tcase_add_test(tc, checks_policies_and_rules_from_many_threads);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
