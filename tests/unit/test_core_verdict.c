/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The decision table: what every answer, and every way to have none, means for a PUT and for reading. */
#include "core/verdict.h"

#include "core_rig.h"
#include "run.h"

struct row {
  int32_t http;
  enum cxd__way way;
  int32_t sends;
  const char *retry_after;
  enum cxd__meaning put, get;
  cxd_status status;
  cxd_status get_status; /* where it is another one */
};

static void assert_row(const struct row *row) {
  struct cxd__exchange exchange = {.way = row->way, .http_status = row->http, .sends = row->sends, .retry_after = cxd__strdup(row->retry_after)};
  static const enum cxd__class reading[] = {CXD__CLASS_GET, CXD__CLASS_LIST, CXD__CLASS_TOKEN};
  struct cxd__verdict put = cxd__verdict_of(CXD__CLASS_PUT, &exchange);
  ck_assert_msg(put.meaning == row->put && put.status == row->status, "PUT %d way %d sends %d: %d %s", row->http, row->way, row->sends, put.meaning, cxd_status_name(put.status));
  for (size_t i = 0; i < 3; i++) {
    struct cxd__verdict get = cxd__verdict_of(reading[i], &exchange);
    ck_assert_msg(get.meaning == row->get && get.status == (row->get_status ? row->get_status : row->status), "GET %d way %d sends %d: %d %s", row->http, row->way, row->sends, get.meaning, cxd_status_name(get.status));
  }
  cxd__exchange_clear(&exchange);
}

static void assert_rows(const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++)
    assert_row(&rows[i]);
}
#define ASSERT_ROWS(rows) assert_rows((rows), sizeof(rows) / sizeof *(rows))

#define DONE CXD__MEANS_DONE
#define FINAL CXD__MEANS_FINAL
#define AGAIN CXD__MEANS_RETRY
#define DOUBT CXD__MEANS_AMBIGUOUS
#define LATER CXD__MEANS_THROTTLED
#define FIGHT CXD__MEANS_CONFLICT

START_TEST(success_is_done_202_is_accepted_and_only_a_200_can_be_read) {
  static const struct row rows[] = {{200, CXD__WAY_ANSWER, 1, NULL, DONE, DONE, CXD_OK, CXD_OK},
                                    {201, CXD__WAY_ANSWER, 1, NULL, DONE, FINAL, CXD_OK, CXD_E_PROTOCOL},
                                    {202, CXD__WAY_ANSWER, 1, NULL, CXD__MEANS_ACCEPTED, FINAL, CXD_OK, CXD_E_PROTOCOL},
                                    {204, CXD__WAY_ANSWER, 1, NULL, DONE, FINAL, CXD_OK, CXD_E_PROTOCOL},
                                    {299, CXD__WAY_ANSWER, 1, "5", DONE, FINAL, CXD_OK, CXD_E_PROTOCOL}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(what_the_request_is_at_fault_for_is_final) {
  static const int32_t rejected[] = {400, 402, 405, 406, 411, 413, 414, 415, 417, 422, 425, 426, 428, 431, 451, 499};
  for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++)
    assert_row(&(struct row){rejected[i], CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_REJECTED, 0});
  static const struct row rows[] = {{403, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_FORBIDDEN, 0}, {404, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_NOT_FOUND, 0},
                                    {410, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_NOT_FOUND, 0}, {501, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_SERVER, 0},
                                    {505, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_SERVER, 0}, {401, CXD__WAY_ANSWER, 1, NULL, CXD__MEANS_TOKEN, CXD__MEANS_TOKEN, CXD_E_UNAUTHORIZED, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(redirects_and_nonsense_are_final_protocol_errors) {
  static const int32_t codes[] = {100, 101, 199, 300, 301, 302, 303, 304, 307, 308, 399, 600, 999};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_row(&(struct row){codes[i], CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_PROTOCOL, 0});
}
END_TEST

START_TEST(another_writer_is_a_conflict_for_a_put_only) {
  static const struct row rows[] = {{409, CXD__WAY_ANSWER, 1, NULL, FIGHT, FINAL, CXD_E_CONFLICT, CXD_E_REJECTED},
                                    {412, CXD__WAY_ANSWER, 1, NULL, FIGHT, FINAL, CXD_E_CONFLICT, CXD_E_REJECTED},
                                    {423, CXD__WAY_ANSWER, 1, NULL, FIGHT, FINAL, CXD_E_CONFLICT, CXD_E_REJECTED}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(too_fast_means_later_for_everybody) {
  static const struct row rows[] = {{429, CXD__WAY_ANSWER, 1, NULL, LATER, LATER, CXD_E_RATE_LIMITED, 0}, {429, CXD__WAY_ANSWER, 1, "junk", LATER, LATER, CXD_E_RATE_LIMITED, 0},
                                    {503, CXD__WAY_ANSWER, 1, "3", LATER, LATER, CXD_E_SERVER, 0},        {503, CXD__WAY_ANSWER, 1, "0", LATER, LATER, CXD_E_SERVER, 0},
                                    {423, CXD__WAY_ANSWER, 1, "3", LATER, LATER, CXD_E_SERVER, 0},        {425, CXD__WAY_ANSWER, 1, "3", LATER, LATER, CXD_E_SERVER, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(server_trouble_is_doubtful_for_a_put_and_harmless_for_reading) {
  static const int32_t codes[] = {500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 599};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_row(&(struct row){codes[i], CXD__WAY_ANSWER, 1, NULL, DOUBT, AGAIN, CXD_E_SERVER, 0});
  assert_row(&(struct row){408, CXD__WAY_ANSWER, 1, NULL, DOUBT, AGAIN, CXD_E_TIMEOUT, 0});
}
END_TEST

START_TEST(a_503_with_a_malformed_retry_after_is_a_503_without_one) {
  static const char *const fields[] = {"", "-1", "1.5", "soon"};
  for (size_t i = 0; i < 4; i++)
    assert_row(&(struct row){503, CXD__WAY_ANSWER, 1, fields[i], DOUBT, AGAIN, CXD_E_SERVER, 0});
}
END_TEST

START_TEST(a_misdirected_request_may_be_tried_again) { assert_row(&(struct row){421, CXD__WAY_ANSWER, 1, NULL, AGAIN, AGAIN, CXD_E_SERVER, 0}); }
END_TEST

START_TEST(what_never_left_is_tried_again_unless_it_cannot_help) {
  static const struct row rows[] = {{0, CXD__WAY_CONNECT, 0, NULL, AGAIN, AGAIN, CXD_E_CONNECT, 0}, {0, CXD__WAY_HANDSHAKE, 0, NULL, AGAIN, AGAIN, CXD_E_TLS, 0},
                                    {0, CXD__WAY_TIMEOUT, 0, NULL, AGAIN, AGAIN, CXD_E_TIMEOUT, 0}, {0, CXD__WAY_LOST, 0, NULL, AGAIN, AGAIN, CXD_E_CONNECT, 0},
                                    {0, CXD__WAY_TLS, 0, NULL, FINAL, FINAL, CXD_E_TLS, 0},         {0, CXD__WAY_REFUSED, 0, NULL, FINAL, FINAL, CXD_E_PROTOCOL, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(what_left_and_got_no_answer_is_doubtful_for_a_put) {
  static const struct row rows[] = {{0, CXD__WAY_TIMEOUT, 1, NULL, DOUBT, AGAIN, CXD_E_TIMEOUT, 0}, {0, CXD__WAY_LOST, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0},
                                    {0, CXD__WAY_RESEND, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0}, {0, CXD__WAY_ABORTED, 1, NULL, DOUBT, AGAIN, CXD_E_CANCELLED, 0},
                                    {200, CXD__WAY_LOST, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0}, {200, CXD__WAY_TIMEOUT, 1, NULL, DOUBT, AGAIN, CXD_E_TIMEOUT, 0},
                                    {0, CXD__WAY_TOO_LARGE, 1, NULL, DOUBT, FINAL, CXD_E_PROTOCOL, 0}, {500, CXD__WAY_TOO_LARGE, 1, NULL, DOUBT, FINAL, CXD_E_SERVER, CXD_E_PROTOCOL},
                                    {0, CXD__WAY_CONNECT, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(an_oversized_answer_of_success_applied_a_put_and_is_no_use_for_reading) {
  struct cxd__exchange exchange = {.way = CXD__WAY_TOO_LARGE, .http_status = 200, .sends = 1};
  ck_assert_int_eq(cxd__verdict_of(CXD__CLASS_PUT, &exchange).meaning, DONE);
  ck_assert_int_eq(cxd__verdict_of(CXD__CLASS_GET, &exchange).meaning, FINAL);
  exchange.http_status = 202;
  ck_assert_int_eq(cxd__verdict_of(CXD__CLASS_PUT, &exchange).meaning, CXD__MEANS_ACCEPTED);
}
END_TEST

START_TEST(no_put_is_ever_sent_again_on_a_verdict_that_it_may_be_applied) {
  for (int way = CXD__WAY_ANSWER; way <= CXD__WAY_ABORTED; way++)
    for (int32_t http = 0; http < 700; http++) {
      struct cxd__exchange exchange = {.way = (enum cxd__way)way, .http_status = http, .sends = 1};
      enum cxd__meaning meaning = cxd__verdict_of(CXD__CLASS_PUT, &exchange).meaning;
      int not_applied_for_sure = (way == CXD__WAY_ANSWER || way == CXD__WAY_TOO_LARGE) && http >= 400 && http <= 499 && http != 408;
      if (meaning == AGAIN || meaning == LATER)
        ck_assert_msg(not_applied_for_sure, "way %d status %d", way, http);
    }
}
END_TEST

START_TEST(the_error_carries_what_the_server_said) {
  struct cxd__exchange exchange = {.http_status = 400, .sends = 1, .request_id = cxd__strdup("from-header")};
  cxd__buf_str(&exchange.body, "{\"code\":\"BAD\",\"message\":\"no such zone\",\"field\":\"/timeZone\"}");
  cxd_error *error = cxd__verdict_error(CXD_E_REJECTED, "update of campaign c1", &exchange);
  ck_assert_int_eq(cxd_error_http_status(error), 400);
  ck_assert_str_eq(cxd_error_server_code(error), "BAD");
  ck_assert_str_eq(cxd_error_field(error), "/timeZone");
  ck_assert_str_eq(cxd_error_request_id(error), "from-header");
  ck_assert_int_eq(cxd_error_retryable(error), 0);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "update of campaign c1: the server answered 400 BAD: no such zone"));
  cxd_error_free(error);
  cxd__exchange_clear(&exchange);
}
END_TEST

START_TEST(the_member_a_server_names_becomes_a_json_pointer) {
  static const char *const rows[][2] = {{"/timeZone", "/timeZone"}, {"timeZone", "/timeZone"}, {"pacing.interval", "/pacing/interval"}, {"a/b", "/a~1b"}, {"a~b.c", "/a~0b/c"}, {"/a~b", "/~1a~0b"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *pointer = cxd__field_pointer(rows[i][0]);
    ck_assert_str_eq(pointer, rows[i][1]);
    cxd__free(pointer);
  }
  ck_assert_ptr_null(cxd__field_pointer(NULL));
  ck_assert_ptr_null(cxd__field_pointer(""));
}
END_TEST

static void add_table(TCase *t) {
  tcase_add_test(t, success_is_done_202_is_accepted_and_only_a_200_can_be_read);
  tcase_add_test(t, what_the_request_is_at_fault_for_is_final);
  tcase_add_test(t, redirects_and_nonsense_are_final_protocol_errors);
  tcase_add_test(t, another_writer_is_a_conflict_for_a_put_only);
  tcase_add_test(t, too_fast_means_later_for_everybody);
  tcase_add_test(t, server_trouble_is_doubtful_for_a_put_and_harmless_for_reading);
  tcase_add_test(t, a_503_with_a_malformed_retry_after_is_a_503_without_one);
  tcase_add_test(t, a_misdirected_request_may_be_tried_again);
  tcase_add_test(t, what_never_left_is_tried_again_unless_it_cannot_help);
  tcase_add_test(t, what_left_and_got_no_answer_is_doubtful_for_a_put);
  tcase_add_test(t, an_oversized_answer_of_success_applied_a_put_and_is_no_use_for_reading);
  tcase_add_test(t, no_put_is_ever_sent_again_on_a_verdict_that_it_may_be_applied);
  tcase_add_test(t, the_error_carries_what_the_server_said);
  tcase_add_test(t, the_member_a_server_names_becomes_a_json_pointer);
}

int main(void) {
  Suite *suite = suite_create("core_verdict");
  add_table(suite_case(suite, "decision table", NULL, NULL));
  return run_suite(suite);
}
