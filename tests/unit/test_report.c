/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/report.h"

#include "validate.h"

static cxd_report *two_findings(void) {
  cxd_report *report = cxd__report_new();
  ck_assert_ptr_nonnull(report);
  cxd__report_addf(report, CXD_SEVERITY_WARNING, "schema.enum", "/status", "%s is %d", "answer", 42);
  cxd__report_addf(report, CXD_SEVERITY_ERROR, "schema.id", "/id", "none");
  return report;
}

START_TEST(a_new_report_is_empty_and_ok) {
  cxd_report *report = cxd__report_new();
  ck_assert_uint_eq(cxd_report_count(report), 0);
  ck_assert_int_eq(cxd_report_ok(report), 1);
  char *json = cxd_report_to_json(report);
  ck_assert_str_eq(json, "[]");
  cxd__free(json);
  cxd_report_free(report);
}
END_TEST

START_TEST(findings_keep_their_order_and_texts) {
  cxd_report *report = two_findings();
  ck_assert_uint_eq(cxd_report_count(report), 2);
  ck_assert_int_eq(cxd_report_severity(report, 0), CXD_SEVERITY_WARNING);
  ck_assert_str_eq(cxd_report_code(report, 0), "schema.enum");
  ck_assert_str_eq(cxd_report_pointer(report, 0), "/status");
  ck_assert_str_eq(cxd_report_message(report, 0), "answer is 42");
  ck_assert_int_eq(cxd_report_severity(report, 1), CXD_SEVERITY_ERROR);
  ck_assert_str_eq(cxd_report_code(report, 1), "schema.id");
  cxd_report_free(report);
}
END_TEST

START_TEST(only_errors_make_a_report_not_ok) {
  static const int32_t severities[] = {CXD_SEVERITY_NOTE, CXD_SEVERITY_WARNING, CXD_SEVERITY_ERROR};
  for (int i = 0; i < 3; i++) {
    cxd_report *report = cxd__report_new();
    cxd__report_addf(report, severities[i], "a.b", "", "text");
    ck_assert_int_eq(cxd_report_ok(report), severities[i] != CXD_SEVERITY_ERROR);
    cxd_report_free(report);
  }
}
END_TEST

START_TEST(beyond_the_end_there_is_nothing) {
  cxd_report *report = two_findings();
  static const size_t beyond[] = {2, 3, 1000, SIZE_MAX};
  for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
    ck_assert_int_eq(cxd_report_severity(report, beyond[i]), 0);
    ck_assert_str_eq(cxd_report_code(report, beyond[i]), "");
    ck_assert_str_eq(cxd_report_pointer(report, beyond[i]), "");
    ck_assert_str_eq(cxd_report_message(report, beyond[i]), "");
  }
  cxd_report_free(report);
}
END_TEST

START_TEST(null_and_foreign_handles_are_refused) {
  uint32_t foreign[64] = {CXD__MAGIC_CONFIG};
  cxd_report *handles[] = {NULL, (cxd_report *)(void *)foreign};
  for (int i = 0; i < 2; i++) {
    ck_assert_uint_eq(cxd_report_count(handles[i]), 0);
    ck_assert_int_eq(cxd_report_ok(handles[i]), 0);
    ck_assert_int_eq(cxd_report_severity(handles[i], 0), 0);
    ck_assert_str_eq(cxd_report_code(handles[i], 0), "");
    ck_assert_str_eq(cxd_report_pointer(handles[i], 0), "");
    ck_assert_str_eq(cxd_report_message(handles[i], 0), "");
    ck_assert_ptr_null(cxd_report_to_json(handles[i]));
    ck_assert_int_eq(cxd_report_add(handles[i], 0, "a.b", "", "text"), CXD_E_ARGUMENT);
    cxd_report_free(handles[i]);
  }
  ck_assert_uint_eq(foreign[0], CXD__MAGIC_CONFIG);
}
END_TEST

START_TEST(json_has_one_object_for_each_finding) {
  cxd_report *report = two_findings();
  ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_NOTE, "acme.night_shift", NULL, "say \"when\"\n"), CXD_OK);
  char *json = cxd_report_to_json(report);
  ck_assert_str_eq(json, "[{\"severity\":\"warning\",\"code\":\"schema.enum\",\"pointer\":\"/status\",\"message\":\"answer is 42\"},"
                         "{\"severity\":\"error\",\"code\":\"schema.id\",\"pointer\":\"/id\",\"message\":\"none\"},"
                         "{\"severity\":\"note\",\"code\":\"acme.night_shift\",\"pointer\":\"\",\"message\":\"say \\\"when\\\"\\n\"}]");
  cxd__free(json);
  cxd_report_free(report);
}
END_TEST

START_TEST(codes_are_dotted_lower_case_words) {
  static const struct { const char *code; cxd_status status; } rows[] = {
      {"acme.night_shift", CXD_OK}, {"acme", CXD_OK}, {"a.b.c", CXD_OK}, {"a1.b2_", CXD_OK}, {"server.422", CXD_OK}, {"a._b", CXD_OK},
      {"", CXD_E_ARGUMENT}, {".", CXD_E_ARGUMENT}, {"a.", CXD_E_ARGUMENT}, {".a", CXD_E_ARGUMENT}, {"a..b", CXD_E_ARGUMENT},
      {"Acme.x", CXD_E_ARGUMENT}, {"acme.X", CXD_E_ARGUMENT}, {"acme x", CXD_E_ARGUMENT}, {"acme-x", CXD_E_ARGUMENT}, {"1a", CXD_E_ARGUMENT},
      {"_a", CXD_E_ARGUMENT}, {"a\nb", CXD_E_ARGUMENT}, {"\xc3\xa9", CXD_E_ARGUMENT}, {NULL, CXD_E_ARGUMENT},
      {"a23456789012345678901234567890123456789012345678901234567890abcd", CXD_OK},
      {"a23456789012345678901234567890123456789012345678901234567890abcde", CXD_E_ARGUMENT}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_report *report = cxd__report_new();
    ck_assert_msg(cxd_report_add(report, 0, rows[i].code, "", "text") == rows[i].status, "code %s", rows[i].code ? rows[i].code : "NULL");
    ck_assert_uint_eq(cxd_report_count(report), rows[i].status == CXD_OK ? 1 : 0);
    cxd_report_free(report);
  }
}
END_TEST

START_TEST(a_refused_finding_leaves_the_report_as_it_was) {
  cxd_report *report = two_findings();
  ck_assert_int_eq(cxd_report_add(report, -1, "a.b", "", "text"), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, 3, "a.b", "", "text"), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, INT32_MAX, "a.b", "", "text"), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, 0, "a.b", "no slash", "text"), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, 0, "a.b", "/a~2", "text"), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, 0, "a.b", "/\xff", "text"), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, 0, "a.b", "", NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_report_add(report, 0, "a.b", "", "\xed\xa0\x80"), CXD_E_ARGUMENT);
  ck_assert_uint_eq(cxd_report_count(report), 2);
  ck_assert_int_eq(report->failed, 0);
  cxd_report_free(report);
}
END_TEST

START_TEST(texts_are_copied) {
  cxd_report *report = cxd__report_new();
  char code[] = "acme.x", pointer[] = "/a/b", message[] = "first";
  ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_ERROR, code, pointer, message), CXD_OK);
  memset(code, 'z', sizeof code - 1);
  memset(pointer, 'z', sizeof pointer - 1);
  memset(message, 'z', sizeof message - 1);
  ck_assert_str_eq(cxd_report_code(report, 0), "acme.x");
  ck_assert_str_eq(cxd_report_pointer(report, 0), "/a/b");
  ck_assert_str_eq(cxd_report_message(report, 0), "first");
  cxd_report_free(report);
}
END_TEST

START_TEST(a_thousand_findings_are_kept) {
  cxd_report *report = cxd__report_new();
  for (int i = 0; i < 1000; i++)
    cxd__report_addf(report, i % 3, "a.b", "", "%d", i);
  ck_assert_uint_eq(cxd_report_count(report), 1000);
  for (int i = 0; i < 1000; i++) {
    char text[16];
    (void)snprintf(text, sizeof text, "%d", i);
    ck_assert_str_eq(cxd_report_message(report, (size_t)i), text);
    ck_assert_int_eq(cxd_report_severity(report, (size_t)i), i % 3);
  }
  const struct cxd__finding *first;
  ck_assert_uint_eq(cxd__report_errors(report, &first), 333);
  ck_assert_str_eq(first->message, "2");
  cxd_report_free(report);
}
END_TEST

START_TEST(errors_are_counted_and_the_first_is_named) {
  cxd_report *report = cxd__report_new();
  const struct cxd__finding *first;
  ck_assert_uint_eq(cxd__report_errors(report, &first), 0);
  ck_assert_ptr_null(first);
  cxd__report_addf(report, CXD_SEVERITY_NOTE, "a.b", "/0", "n");
  cxd__report_addf(report, CXD_SEVERITY_ERROR, "a.b", "/1", "e");
  cxd__report_addf(report, CXD_SEVERITY_ERROR, "a.b", "/2", "e");
  ck_assert_uint_eq(cxd__report_errors(report, &first), 2);
  ck_assert_str_eq(first->pointer, "/1");
  cxd_report_free(report);
}
END_TEST

START_TEST(a_copy_is_equal_and_lives_alone) {
  cxd_report *report = two_findings();
  char *before = cxd_report_to_json(report);
  cxd_report *copy = cxd__report_copy(report);
  cxd_report_free(report);
  char *after = cxd_report_to_json(copy);
  ck_assert_str_eq(after, before);
  cxd__free(before);
  cxd__free(after);
  cxd_report_free(copy);
  ck_assert_ptr_null(cxd__report_copy(NULL));
}
END_TEST

static void ck_incomplete(cxd_report *report, size_t kept) {
  ck_assert_int_eq(cxd_report_ok(report), 0);
  ck_assert_uint_eq(cxd_report_count(report), kept + 1);
  ck_assert_int_eq(cxd_report_severity(report, kept), CXD_SEVERITY_ERROR);
  ck_assert_str_eq(cxd_report_code(report, kept), "report.incomplete");
  ck_assert_str_eq(cxd_report_code(report, kept + 1), "");
  char *json = cxd_report_to_json(report);
  ck_assert_ptr_nonnull(strstr(json, "\"severity\":\"error\",\"code\":\"report.incomplete\""));
  cxd__free(json);
}

START_TEST(a_lost_finding_is_never_ok) {
  size_t losses = 0;
  for (size_t n = 1; n < 10; n++) {
    cxd_report *report = cxd__report_new();
    cxd__mem_fail_at(n);
    cxd__report_addf(report, CXD_SEVERITY_NOTE, "a.b", "/x", "harmless");
    cxd__mem_fail_at(0);
    if (report->failed) {
      losses++;
      ck_incomplete(report, 0);
    } else {
      ck_assert_int_eq(cxd_report_ok(report), 1);
    }
    cxd_report_free(report);
  }
  ck_assert_uint_eq(losses, 4);
}
END_TEST

START_TEST(add_reports_a_lost_finding_and_the_rest_stays) {
  for (size_t n = 1; n <= 3; n++) {
    cxd_report *report = two_findings();
    cxd__mem_fail_at(n);
    cxd_status status = cxd_report_add(report, CXD_SEVERITY_NOTE, "a.b", "/x", "harmless");
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, CXD_E_NOMEM);
    ck_incomplete(report, 2);
    ck_assert_str_eq(cxd_report_message(report, 0), "answer is 42");
    ck_assert_int_eq(cxd_report_add(report, CXD_SEVERITY_NOTE, "a.b", "/x", "later"), CXD_OK);
    ck_incomplete(report, 3);
    cxd_report_free(report);
  }
}
END_TEST

START_TEST(a_copy_of_an_incomplete_report_is_incomplete) {
  cxd_report *report = two_findings();
  report->failed = 1;
  cxd_report *copy = cxd__report_copy(report);
  ck_incomplete(copy, 2);
  cxd_report_free(copy);
  cxd_report_free(report);
}
END_TEST

START_TEST(a_copy_is_whole_or_not_there) {
  cxd_report *report = two_findings();
  size_t n = 1;
  for (;; n++) {
    cxd__mem_fail_at(n);
    cxd_report *copy = cxd__report_copy(report);
    cxd__mem_fail_at(0);
    if (copy) {
      ck_assert_uint_eq(cxd_report_count(copy), 2);
      cxd_report_free(copy);
      break;
    }
  }
  ck_assert_uint_eq(n, 9); /* the report, three texts for each finding, the array */
  cxd_report_free(report);
}
END_TEST

START_TEST(a_report_in_the_hands_of_a_rule_is_not_freed) {
  cxd_report *report = two_findings();
  report->lent = 1;
  cxd_report_free(report);
  ck_assert_uint_eq(cxd_report_count(report), 2);
  report->lent = 0;
  cxd_report_free(report);
}
END_TEST

START_TEST(writing_sticks_to_a_failed_buffer) {
  cxd_report *report = two_findings();
  cxd__mem_fail_at(1);
  char *json = cxd_report_to_json(report);
  cxd__mem_fail_at(0);
  ck_assert_ptr_null(json);
  cxd_report_free(report);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("report");
  TCase *tc = tcase_create("report");
  tcase_add_test(tc, a_new_report_is_empty_and_ok);
  tcase_add_test(tc, findings_keep_their_order_and_texts);
  tcase_add_test(tc, only_errors_make_a_report_not_ok);
  tcase_add_test(tc, beyond_the_end_there_is_nothing);
  tcase_add_test(tc, null_and_foreign_handles_are_refused);
  tcase_add_test(tc, json_has_one_object_for_each_finding);
  tcase_add_test(tc, codes_are_dotted_lower_case_words);
  tcase_add_test(tc, a_refused_finding_leaves_the_report_as_it_was);
  tcase_add_test(tc, texts_are_copied);
  tcase_add_test(tc, a_thousand_findings_are_kept);
  tcase_add_test(tc, errors_are_counted_and_the_first_is_named);
  tcase_add_test(tc, a_copy_is_equal_and_lives_alone);
  tcase_add_test(tc, a_lost_finding_is_never_ok);
  tcase_add_test(tc, add_reports_a_lost_finding_and_the_rest_stays);
  tcase_add_test(tc, a_copy_of_an_incomplete_report_is_incomplete);
  tcase_add_test(tc, a_copy_is_whole_or_not_there);
  tcase_add_test(tc, a_report_in_the_hands_of_a_rule_is_not_freed);
  tcase_add_test(tc, writing_sticks_to_a_failed_buffer);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
