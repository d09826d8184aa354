/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/text.h"

#include "base/utf8.h"
#include "validate.h"
#include "validate/codes.h"
#include "validate/members.h"
#include "validate/nearest.h"
#include "validate/rules.h"

static struct cxd__slice slice(const char *text) { return (struct cxd__slice){text, strlen(text)}; }

START_TEST(values_are_shown_as_they_stand) {
  static const char *const values[] = {"0.85", "\"plain\"", "null", "{\"a\":[1,2]}", "\"\xc3\xa9\xf0\x9f\x98\x80\"", "\"\\u202e\"", "\"a\\\"b\"", ""};
  struct cxd__shown shown;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    ck_assert_str_eq(cxd__show(&shown, slice(values[i])), values[i]);
}
END_TEST

START_TEST(bytes_that_steer_a_terminal_are_spelled_out) {
  static const struct { const char *in, *out; } rows[] = {
      {"a\nb\tc\rd", "a b c d"},
      {"\x1b[31m", " [31m"},
      {"\x7f", "\\u007f"},
      {"\xc2\x80\xc2\x9b\xc2\x9f", "\\u0080\\u009b\\u009f"},
      {"\xc2\xa0\xc2\xad", "\xc2\xa0\\u00ad"},
      {"\xe2\x80\x8b\xe2\x80\xae\xe2\x81\xa6", "\\u200b\\u202e\\u2066"},
      {"\xe2\x80\xa8", "\\u2028"},
      {"\xef\xbb\xbf", "\\ufeff"},
      {"\xf3\xa0\x80\xa0", "\\ufffd"},
      {"\xd8\x9c", "\\u061c"},
      {"\xe2\x82\xac", "\xe2\x82\xac"}};
  struct cxd__shown shown;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_str_eq(cxd__show(&shown, slice(rows[i].in)), rows[i].out);
}
END_TEST

START_TEST(long_values_are_cut_between_characters) {
  char text[400];
  struct cxd__shown shown;
  for (size_t pad = 0; pad < 8; pad++)
    for (size_t len = 60; len < 100; len++) {
      memset(text, 'x', sizeof text);
      for (size_t i = pad; i + 4 <= len; i += 4)
        memcpy(text + i, "\xf0\x9f\x98\x80", 4);
      size_t cut = pad + (len - pad) / 4 * 4 < 80 ? 80 : pad + (80 - pad + 3) / 4 * 4; /* the first end of a character from 80 on */
      const char *out = cxd__show(&shown, (struct cxd__slice){text, len});
      ck_assert(cxd__utf8_valid(out, strlen(out)));
      ck_assert_uint_lt(strlen(out), sizeof shown.text);
      ck_assert_int_eq(strstr(out, "... (") != NULL, len > cut);
    }
}
END_TEST

START_TEST(a_value_of_nothing_but_marks_fits_its_room) {
  char text[3000];
  struct cxd__shown shown;
  for (size_t i = 0; i < sizeof text; i += 3)
    memcpy(text + i, "\xe2\x80\xae", 3);
  const char *out = cxd__show(&shown, (struct cxd__slice){text, sizeof text});
  ck_assert_uint_lt(strlen(out), sizeof shown.text);
  ck_assert_ptr_nonnull(strstr(out, "\\u202e... (3000 bytes)"));
}
END_TEST

START_TEST(rubbish_ends_what_is_shown) {
  struct cxd__shown shown;
  ck_assert_str_eq(cxd__show(&shown, slice("ab\xff" "cd")), "ab... (5 bytes)");
  ck_assert_str_eq(cxd__show(&shown, slice("\xe2\x80")), "... (2 bytes)");
}
END_TEST

START_TEST(strings_without_escapes_are_not_copied) {
  struct cxd__slice raw = slice("\"plain \xc3\xa9\"");
  struct cxd__view view;
  ck_assert(cxd__view_string(raw, &view));
  ck_assert_ptr_eq(view.p, raw.p + 1);
  ck_assert_uint_eq(view.len, 8);
  ck_assert_ptr_null(view.own);
}
END_TEST

START_TEST(strings_with_escapes_are_decoded) {
  struct cxd__view view;
  ck_assert(cxd__view_string(slice("\"a\\u0000\\/\\u00e9\""), &view));
  ck_assert_uint_eq(view.len, 5);
  ck_assert_int_eq(memcmp(view.p, "a\0/\xc3\xa9", 5), 0);
  ck_assert_ptr_eq(view.p, view.own);
  cxd__free(view.own);
  cxd__mem_fail_at(1);
  int good = cxd__view_string(slice("\"\\u0061\""), &view);
  cxd__mem_fail_at(0);
  ck_assert(!good);
}
END_TEST

static const char *nearest_of(const char *text, const char *const *candidates) {
  struct cxd__nearest nearest = cxd__nearest_start(text, strlen(text));
  for (; *candidates; candidates++)
    cxd__nearest_offer_text(&nearest, *candidates);
  return nearest.best;
}

START_TEST(the_nearest_name_has_the_fewest_edits) {
  static const char *const names[] = {"kitten", "running", "paused", "stopped", NULL};
  static const struct { const char *text, *best; } rows[] = {
      {"running", "running"}, {"runing", "running"}, {"RUNNING", "running"}, {"Pausd", "paused"}, {"stoped", "stopped"}, {"kitchen", "kitten"},
      {"sitting", NULL}, {"x", NULL}, {"", NULL}, {"runningrunningrunning", NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *best = nearest_of(rows[i].text, names);
    ck_assert_msg(best == rows[i].best || (best && rows[i].best && strcmp(best, rows[i].best) == 0), "%s: %s", rows[i].text, best ? best : "none");
  }
}
END_TEST

START_TEST(very_long_names_have_no_neighbour) {
  char text[200], same[200];
  memset(text, 'x', sizeof text);
  text[sizeof text - 1] = '\0';
  memcpy(same, text, sizeof text);
  const char *names[] = {same, "x", NULL};
  ck_assert_ptr_null(nearest_of(text, names));
  text[64] = '\0';
  same[64] = '\0';
  ck_assert_ptr_eq(nearest_of(text, names), same);
}
END_TEST

START_TEST(the_table_of_codes_is_complete_and_without_doubles) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++) {
    ck_assert_ptr_nonnull(cxd__codes[i].name);
    ck_assert_ptr_nonnull(strchr(cxd__codes[i].name, '.'));
    ck_assert_uint_eq(cxd__code_find(cxd__codes[i].name), i);
    ck_assert(!cxd__codes[i].fixed || cxd__codes[i].severity == CXD_SEVERITY_ERROR);
    cxd_report *report = cxd__report_new();
    ck_assert_int_eq(cxd_report_add(report, 0, cxd__codes[i].name, "", "x"), CXD_OK);
    cxd_report_free(report);
  }
  ck_assert_uint_eq(cxd__code_find("schema"), CXD__CODE_COUNT);
  ck_assert_uint_eq(cxd__code_find(""), CXD__CODE_COUNT);
}
END_TEST

START_TEST(the_manual_explains_every_code_with_its_severity) {
  static const char *const names[] = {"note", "warning", "error"};
  struct cxd__buf manual = source_file("docs/rules.md");
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++) {
    char heading[80], row[80];
    (void)snprintf(heading, sizeof heading, "\n### %s\n", cxd__codes[i].name);
    ck_assert_msg(strstr(manual.data, heading) != NULL, "%s", heading);
    (void)snprintf(row, sizeof row, "| [`%s`](#", cxd__codes[i].name);
    const char *found = strstr(manual.data, row);
    ck_assert_msg(found != NULL, "%s", row);
    (void)snprintf(row, sizeof row, ") | %s%s |", names[cxd__codes[i].severity], cxd__codes[i].fixed ? ", fixed" : "");
    const char *severity = strstr(found, ") | ");
    ck_assert_msg(strncmp(severity, row, strlen(row)) == 0, "%s: %s", cxd__codes[i].name, row);
  }
  cxd__buf_free(&manual);
}
END_TEST

START_TEST(every_rule_has_a_code_of_its_own) {
  ck_assert_uint_eq(cxd__rule_count, CXD__CODE_COUNT - 1);
  for (size_t i = 0; i < cxd__rule_count; i++) {
    ck_assert_uint_eq(cxd__rule_rows[i].code, i);
    ck_assert(cxd__rule_rows[i].fn != NULL);
  }
}
END_TEST

START_TEST(the_table_of_members_agrees_with_itself) {
  for (unsigned i = 0; i < CXD__MEMBER_COUNT; i++) {
    const struct cxd__member_row *row = &cxd__members[i];
    char expected[80];
    const char *parent = row->parent == CXD__MEMBER_ROOT ? "" : cxd__members[row->parent].pointer;
    (void)snprintf(expected, sizeof expected, "%s/%.*s", parent, (int)row->key_len - 2, row->key + 1);
    ck_assert_str_eq(row->pointer, expected);
    ck_assert_uint_eq(strlen(row->key), row->key_len);
    ck_assert_uint_lt(row->key_len, 32);
    ck_assert(row->parent == CXD__MEMBER_ROOT || cxd__members[row->parent].type == CXD__TYPE_OBJECT);
    ck_assert_ptr_nonnull(row->hint);
  }
}
END_TEST

START_TEST(members_are_found_in_any_order) {
  cxd_campaign *campaign = campaign_of("{\"x\":{\"id\":1},\"advancedDialerSettings\":{\"queuePriority\":2,\"id\":9},\"pacing\":{\"throttlePercent\":0.5,\"type\":\"f\",\"name\":8},"
                                       "\"type\":\"no\",\"id\":\"a\"}");
  struct cxd__member_values values;
  cxd__members_read(campaign->root, &values);
  ck_assert(cxd__json_string_is(values.at[CXD__MEMBER_ID], "a"));
  ck_assert(cxd__json_string_is(values.at[CXD__MEMBER_PACING_TYPE], "f"));
  ck_assert_uint_eq(values.at[CXD__MEMBER_QUEUE_PRIORITY].len, 1);
  ck_assert_uint_eq(values.at[CXD__MEMBER_PACING_THROTTLE].len, 3);
  ck_assert_ptr_null(values.at[CXD__MEMBER_NAME].p);
  ck_assert_ptr_null(values.at[CXD__MEMBER_RULES].p);
  cxd_campaign_free(campaign);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_text");
  TCase *tc = tcase_create("text");
  tcase_add_test(tc, values_are_shown_as_they_stand);
  tcase_add_test(tc, bytes_that_steer_a_terminal_are_spelled_out);
  tcase_add_test(tc, long_values_are_cut_between_characters);
  tcase_add_test(tc, a_value_of_nothing_but_marks_fits_its_room);
  tcase_add_test(tc, rubbish_ends_what_is_shown);
  tcase_add_test(tc, strings_without_escapes_are_not_copied);
  tcase_add_test(tc, strings_with_escapes_are_decoded);
  tcase_add_test(tc, the_nearest_name_has_the_fewest_edits);
  tcase_add_test(tc, very_long_names_have_no_neighbour);
  tcase_add_test(tc, the_table_of_codes_is_complete_and_without_doubles);
  tcase_add_test(tc, the_manual_explains_every_code_with_its_severity);
  tcase_add_test(tc, every_rule_has_a_code_of_its_own);
  tcase_add_test(tc, the_table_of_members_agrees_with_itself);
  tcase_add_test(tc, members_are_found_in_any_order);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
