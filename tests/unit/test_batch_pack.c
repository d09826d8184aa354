/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What a packed result keeps: everything but the audit record and why there is none. */
#include "api/batch_pack.h"

#include <malloc.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "run.h"
#include "validate/report.h"

/* Each byte of a member that is no pointer: one that nobody packs comes back as zero. */
#define FILL 0x21
#define LONG (100 * 1024)

static cxd_error *full_error(void) {
  cxd_error *error = cxd__error_new(CXD_E_RATE_LIMITED, "come back \xc3\xa9\n later");
  error->http_status = 429;
  error->retryable = 1;
  error->retry_after_ms = 61000;
  error->field = cxd__strdup("pacing.interval");
  error->server_code = cxd__strdup("rate.limited");
  error->request_id = cxd__strdup("req-7");
  return error;
}

static cxd_report *full_report(void) {
  cxd_report *report = cxd__report_new();
  ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_WARNING, "window.short", "/a~1b", "a window of \"5\" minutes"), CXD_OK);
  ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_NOTE, "audit.recovered", "", ""), CXD_OK);
  return report;
}

static cxd_result *full_result(void) {
  cxd_result *result = cxd__alloc(sizeof *result);
  memset(result, FILL, sizeof *result);
  result->magic = CXD__MAGIC_RESULT;
  result->outcome = CXD_OUTCOME_APPLIED_READBACK;
  result->status = CXD_E_RATE_LIMITED;
  result->audit_status = CXD_E_AUDIT;
  result->callback_status = CXD_E_CALLBACK;
  result->finished_wall_ms = 1795891200123;
  result->campaign_id = cxd__strdup("a1b2c3d4-e5f6-7890-abcd-ef1234567890");
  result->concurrency = "etag";
  memcpy(result->trace_id, "0af7651916cd43dd8448eb211c80319c", sizeof result->trace_id);
  result->request_id = cxd__strdup("req-12");
  result->diff = cxd__strdup("[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":1,\"value\":2}]");
  result->conflict = cxd__strdup("{\"/a\":{\"base\":1,\"mine\":2,\"theirs\":3}}");
  result->audit_record = result->audit_why = NULL;
  result->whole = NULL;
  result->report = full_report();
  result->error = full_error();
  return result;
}

/* Without what points elsewhere, and without what lies between members. */
static cxd_result bare(const cxd_result *result) {
  cxd_result copy;
  memcpy(&copy, result, sizeof copy);
  copy.campaign_id = copy.request_id = copy.diff = copy.conflict = copy.audit_record = copy.audit_why = NULL;
  copy.concurrency = NULL;
  copy.whole = NULL;
  copy.report = NULL;
  copy.error = NULL;
  const size_t ends[][2] = {{offsetof(cxd_result, callback_status) + sizeof(int32_t), offsetof(cxd_result, campaign_id)},
                            {offsetof(cxd_result, http_status) + sizeof(int32_t), offsetof(cxd_result, previous_concurrent)},
                            {offsetof(cxd_result, trace_id) + sizeof result->trace_id, offsetof(cxd_result, request_id)}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    memset((char *)&copy + ends[i][0], 0, ends[i][1] - ends[i][0]);
  return copy;
}

static void ck_same_json(const cxd_result *result, const cxd_result *back) {
  char *wanted = cxd_result_to_json(result), *found = cxd_result_to_json(back);
  ck_assert_str_eq(found, wanted);
  cxd_string_free(wanted);
  cxd_string_free(found);
}

static void ck_same(const cxd_result *result, const cxd_result *back) {
  cxd_result wanted = bare(result), found = bare(back);
  for (size_t i = 0; i < sizeof wanted; i++)
    ck_assert_msg(((const char *)&wanted)[i] == ((const char *)&found)[i], "byte %zu of cxd_result is lost: add its member to lib/api/batch_pack.c", i);
  ck_same_json(result, back);
}

static void *pack(const cxd_result *result) {
  struct cxd__buf room = {0};
  void *packed = cxd__pack(result, &room);
  cxd__buf_free(&room);
  return packed;
}

static cxd_result *there_and_back(const cxd_result *result) {
  void *packed = pack(result);
  ck_assert_ptr_nonnull(packed);
  cxd_result *back = cxd__unpack(packed);
  ck_assert_ptr_nonnull(back);
  memset(packed, 0x7f, malloc_usable_size(packed)); /* nothing is borrowed from it */
  cxd__free(packed);
  return back;
}

START_TEST(every_member_comes_back) {
  cxd_result *result = full_result(), *back = there_and_back(result);
  ck_same(result, back);
  ck_assert_int_eq(back->error->retryable, 1);
  ck_assert_int_eq(back->error->retry_after_ms, 61000);
  ck_assert_str_eq(cxd_error_field(cxd_result_error(back)), "pacing.interval");
  ck_assert_str_eq(cxd_error_server_code(cxd_result_error(back)), "rate.limited");
  ck_assert_str_eq(cxd_error_request_id(cxd_result_error(back)), "req-7");
  ck_assert_uint_eq(cxd_report_count(cxd_result_report(back)), 2);
  ck_assert_str_eq(cxd_report_message(cxd_result_report(back), 1), "");
  cxd_result_free(result);
  cxd_result_free(back);
}
END_TEST

START_TEST(what_is_left_out_is_absent_and_not_garbage) {
  cxd_result *result = full_result();
  result->audit_record = cxd__strdup("{\"k\":\"outcome\"}\n");
  result->audit_why = cxd__strdup("the disk is full");
  cxd_result *back = there_and_back(result);
  ck_assert_ptr_null(cxd_result_audit_record(back));
  ck_assert_ptr_null(back->audit_why);
  ck_assert_int_eq(back->audit_seq, result->audit_seq);
  cxd_result_free(result);
  cxd_result_free(back);
}
END_TEST

START_TEST(absent_and_empty_members_stay_apart) {
  cxd_result *result = cxd__result_new(""), *back = there_and_back(result);
  ck_same(result, back);
  ck_assert_str_eq(cxd_result_campaign_id(back), "");
  ck_assert(isnan(cxd_result_pacing_accuracy(back)));
  ck_assert_int_eq(cxd_result_previous_concurrent(back), -1);
  ck_assert_ptr_null(cxd_result_report(back));
  ck_assert_ptr_null(cxd_result_error(back));
  ck_assert_ptr_null(cxd_result_conflict_json(back));
  cxd_result_free(back);
  result->request_id = cxd__strdup("");
  result->report = cxd__report_new();
  result->error = cxd__error_new(CXD_E_NOMEM, "%s", "");
  cxd__free(result->error->message);
  result->error->message = NULL;
  back = there_and_back(result);
  ck_same(result, back);
  ck_assert_str_eq(back->request_id, "");
  ck_assert_ptr_nonnull(cxd_result_report(back));
  ck_assert_ptr_null(back->error->message);
  ck_assert_int_eq(back->error->retry_after_ms, -1);
  cxd_result_free(result);
  cxd_result_free(back);
}
END_TEST

START_TEST(numbers_of_any_size_come_back) {
  static const int64_t numbers[] = {0, 1, -1, 63, 64, -64, -65, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
  static const char *const concurrencies[] = {"etag", "version", "none", NULL};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    cxd_result *result = full_result();
    result->previous_concurrent = result->audit_seq = result->latency_us[i % CXD__LATENCY_PARTS] = numbers[i];
    result->finished_wall_ms = numbers[i] > INT32_MAX || numbers[i] < 0 ? 0 : numbers[i];
    result->sends = (int32_t)numbers[i];
    result->pacing_accuracy = i % 2 ? (double)INFINITY : -0.0;
    result->concurrency = concurrencies[i % 4];
    cxd_result *back = there_and_back(result);
    ck_same(result, back);
    cxd_result_free(result);
    cxd_result_free(back);
  }
}
END_TEST

START_TEST(long_texts_come_back_whole) {
  cxd_result *result = full_result();
  char *text = cxd__alloc(LONG + 1);
  memset(text, 'x', LONG);
  cxd__free(result->request_id);
  result->request_id = text;
  for (int i = 0; i < 300; i++)
    ck_assert_int_eq(cxd_report_add(result->report, CXD_SEVERITY_ERROR, "code", "/p", "message"), CXD_OK);
  cxd_result *back = there_and_back(result);
  ck_same(result, back);
  cxd_result_free(result);
  cxd_result_free(back);
}
END_TEST

/* As the simulator answers, in merge mode with an audit log. */
START_TEST(a_usual_result_takes_no_more_than_300_bytes) {
  cxd_result *result = cxd__result_new("a1b2c3d4-e5f6-7890-abcd-ef1234567890");
  result->outcome = CXD_OUTCOME_APPLIED;
  result->http_status = 200;
  result->sends = 1;
  result->attempts = 2;
  result->previous_concurrent = 150;
  result->new_concurrent = 160;
  result->pacing_accuracy = 0.85;
  result->target_calls_per_min = 102;
  result->finished_wall_ms = 1795891200123;
  result->audit_seq = 1234567;
  for (int i = 0; i < CXD__LATENCY_PARTS; i++)
    result->latency_us[i] = 123456;
  result->concurrency = "etag";
  memcpy(result->trace_id, "0af7651916cd43dd8448eb211c80319c", sizeof result->trace_id);
  result->request_id = cxd__strdup("8f14e45f-ceea-467f-a8d2-000000000042");
  result->diff = cxd__strdup("[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":150,\"value\":160}]");
  result->report = cxd__report_new();
  void *packed = pack(result);
  ck_assert_uint_le(malloc_usable_size(packed), 300);
  cxd__free(packed);
  cxd_result_free(result);
}
END_TEST

START_TEST(without_memory_there_is_no_half_result) {
  cxd_result *result = full_result();
  int ended = 0;
  for (size_t n = 1; !ended; n++) {
    cxd__mem_fail_at(n);
    void *packed = pack(result);
    cxd_result *back = packed ? cxd__unpack(packed) : NULL;
    cxd__mem_fail_at(0);
    if (back)
      ck_same(result, back);
    ended = back != NULL;
    cxd__free(packed);
    cxd_result_free(back);
    ck_assert_uint_lt(n, 200);
  }
  cxd_result_free(result);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("batch_pack");
  TCase *pack = suite_case(suite, "pack", NULL, NULL);
  tcase_add_test(pack, every_member_comes_back);
  tcase_add_test(pack, what_is_left_out_is_absent_and_not_garbage);
  tcase_add_test(pack, absent_and_empty_members_stay_apart);
  tcase_add_test(pack, numbers_of_any_size_come_back);
  tcase_add_test(pack, long_texts_come_back_whole);
  tcase_add_test(pack, a_usual_result_takes_no_more_than_300_bytes);
  tcase_add_test(pack, without_memory_there_is_no_half_result);
  return run_suite(suite);
}
