/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "rig.h"
#include "run.h"

static json_int_t stat_of(const struct rig *rig, const char *pointer) {
  json_t *stats = json_of(cxd_client_stats_json(rig->client));
  const json_t *value = at(stats, pointer);
  ck_assert_msg(json_is_integer(value), "%s", pointer);
  json_int_t number = json_integer_value(value);
  json_decref(stats);
  return number;
}

static void ck_stat(const struct rig *rig, const char *pointer, json_int_t wanted) {
  json_int_t got = stat_of(rig, pointer);
  ck_assert_msg(got == wanted, "%s: %lld instead of %lld", pointer, (long long)got, (long long)wanted);
}

static void apply_one(struct rig *rig, int32_t outcome) { cxd_result_free(applied(rig->updater, calls_change(SAMPLE_ID, 151), CXD_OK, outcome)); }

START_TEST(a_new_client_has_done_nothing) {
  static const char *const zeros[] = {"/requests/token", "/requests/get", "/requests/list", "/requests/put", "/retries", "/rate_limited", "/doubtful", "/quota/limit", "/quota/used", "/quota/waiting", "/quota/closed_ms", "/server_latency_us", "/token/generation", "/token/failures"};
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
    ck_stat(&rig, zeros[i], 0);
  ck_stat(&rig, "/schema_version", 1);
  ck_stat(&rig, "/retry_budget", 140);
  rig_close(&rig);
}
END_TEST

START_TEST(sends_are_counted_by_kind) {
  struct rig rig;
  cxd_campaign_list *list = NULL;
  rig_open(&rig, NULL, NULL);
  apply_one(&rig, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_client_list(rig.client, NULL, &list, NULL), CXD_OK);
  cxd_campaign_list_free(list);
  ck_stat(&rig, "/requests/token", 1);
  ck_stat(&rig, "/requests/get", 1);
  ck_stat(&rig, "/requests/list", 1);
  ck_stat(&rig, "/requests/put", 1);
  ck_stat(&rig, "/token/generation", 1);
  ck_assert_int_gt(stat_of(&rig, "/server_latency_us"), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(retries_and_doubts_are_counted) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=503", "--fault", "PUT:1:apply-then-close"), NULL);
  apply_one(&rig, CXD_OUTCOME_APPLIED_READBACK);
  ck_stat(&rig, "/retries", 1);
  ck_stat(&rig, "/doubtful", 1);
  ck_stat(&rig, "/requests/get", 3);
  rig_close(&rig);
}
END_TEST

START_TEST(a_429_is_counted_cuts_the_limit_and_closes_the_gate_for_as_long_as_asked) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:*:status=429;retry-after=600"), LIST("rate.limit", "100"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_RATE_LIMITED, "429");
  ck_stat(&rig, "/rate_limited", 1);
  ck_stat(&rig, "/quota/limit", 70);
  ck_stat(&rig, "/quota/used", 1);
  ck_assert_int_gt(stat_of(&rig, "/quota/closed_ms"), 500000);
  refused_get(rig.client, SAMPLE_ID, CXD_E_RATE_LIMITED, "allows the next request in");
  ck_stat(&rig, "/requests/get", 1);
  rig_close(&rig);
}
END_TEST

START_TEST(spent_retries_show_in_the_budget_and_come_back_with_success) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "GET:1:status=503", "--fault", "GET:2:status=503", "--fault", "GET:3:status=503", "--fault", "GET:4:status=503"), NULL);
  refused_get(rig.client, SAMPLE_ID, CXD_E_SERVER, "503");
  ck_stat(&rig, "/retry_budget", 140 - 3 * 14);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_stat(&rig, "/retry_budget", 140 - 3 * 14 + 1);
  rig_close(&rig);
}
END_TEST

START_TEST(failures_of_the_token_endpoint_are_counted) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("auth.client_id", "nobody"));
  refused_get(rig.client, SAMPLE_ID, CXD_E_UNAUTHORIZED, "401");
  ck_stat(&rig, "/token/failures", 1);
  ck_stat(&rig, "/token/generation", 0);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("stats");
  TCase *tc = tcase_create("stats");
  suite_add_tcase(suite, tc);
  tcase_set_timeout(tc, HANG_S);
  tcase_add_test(tc, a_new_client_has_done_nothing);
  tcase_add_test(tc, sends_are_counted_by_kind);
  tcase_add_test(tc, retries_and_doubts_are_counted);
  tcase_add_test(tc, a_429_is_counted_cuts_the_limit_and_closes_the_gate_for_as_long_as_asked);
  tcase_add_test(tc, spent_retries_show_in_the_budget_and_come_back_with_success);
  tcase_add_test(tc, failures_of_the_token_endpoint_are_counted);
  return run_suite(suite);
}
