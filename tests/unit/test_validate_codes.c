/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/codes.h"

#include "validate.h"

static const char *const member_names[] = {"source", "meaning", "advice"};

static const char *text_of(const struct cxd__code_row *row, size_t member) { return member == 0 ? row->source : member == 1 ? row->meaning : row->advice; }

START_TEST(every_code_has_all_its_texts) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    for (size_t m = 0; m < 3; m++) {
      const char *text = text_of(&cxd__codes[i], m);
      ck_assert_msg(text != NULL && strlen(text) > 10, "code %u has no %s", i, member_names[m]);
    }
}
END_TEST

START_TEST(names_are_lower_case_words_with_one_dot) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++) {
    const char *name = cxd__codes[i].name, *dot = strchr(name, '.');
    ck_assert_ptr_nonnull(dot);
    ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz"), (size_t)(dot - name));
    ck_assert_uint_eq(strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz_"), strlen(dot + 1));
    ck_assert_uint_gt(strlen(dot + 1), 0);
    for (unsigned j = 0; j < i; j++)
      ck_assert_str_ne(cxd__codes[j].name, name);
  }
}
END_TEST

/* The page has a section for each group. */
START_TEST(codes_of_a_group_stand_together) {
  for (unsigned i = 1; i < CXD__CODE_COUNT; i++) {
    size_t group = strcspn(cxd__codes[i].name, ".") + 1;
    if (strncmp(cxd__codes[i].name, cxd__codes[i - 1].name, group) == 0)
      continue;
    for (unsigned j = 0; j < i; j++)
      ck_assert_int_ne(strncmp(cxd__codes[i].name, cxd__codes[j].name, group), 0);
  }
}
END_TEST

START_TEST(texts_are_printable_ascii_in_lines_that_end) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    for (size_t m = 0; m < 3; m++) {
      const char *text = text_of(&cxd__codes[i], m);
      size_t len = strlen(text);
      for (const char *c = text; *c; c++)
        ck_assert_msg((*c >= ' ' && *c <= '~') || (*c == '\n' && m > 0), "%s of %s: byte %d", member_names[m], cxd__codes[i].name, *c);
      ck_assert(text[0] != ' ' && text[len - 1] != ' ' && text[len - 1] != '\n');
      ck_assert_ptr_null(strstr(text, " \n"));
      ck_assert_ptr_null(strstr(text, "\n\n\n"));
    }
}
END_TEST

static size_t occurrences(const char *text, const char *part) {
  size_t count = 0;
  for (const char *at = strstr(text, part); at; at = strstr(at + strlen(part), part))
    count++;
  return count;
}

START_TEST(marks_of_code_and_weight_come_in_pairs) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    for (size_t m = 0; m < 3; m++) {
      ck_assert_uint_eq(occurrences(text_of(&cxd__codes[i], m), "`") % 2, 0);
      ck_assert_uint_eq(occurrences(text_of(&cxd__codes[i], m), "**") % 2, 0);
    }
}
END_TEST

START_TEST(a_source_is_plain_and_fits_into_a_message) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++) {
    ck_assert_uint_le(strlen(cxd__codes[i].source), 100);
    ck_assert_ptr_null(strpbrk(cxd__codes[i].source, "`*"));
    ck_assert_ptr_null(strchr(".;:", cxd__codes[i].source[strlen(cxd__codes[i].source) - 1]));
  }
}
END_TEST

START_TEST(advice_goes_on_with_a_sentence_and_ends_it) {
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++) {
    const char *advice = cxd__codes[i].advice;
    ck_assert_msg(advice[0] >= 'a' && advice[0] <= 'z', "%s: %s", cxd__codes[i].name, advice);
    ck_assert_msg(advice[strlen(advice) - 1] == '.', "%s: %s", cxd__codes[i].name, advice);
  }
}
END_TEST

START_TEST(a_wrong_name_has_a_near_one) {
  static const struct { const char *wrong, *near; } rows[] = {{"window.close", "window.closed"}, {"Window.Closed", "window.closed"}, {"zone.tzdat", "zone.tzdata"},
                                                              {"capacity.abandonement", "capacity.abandonment"}, {"schema.nul", "schema.null"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_str_eq(cxd__code_nearest(rows[i].wrong, strlen(rows[i].wrong)), rows[i].near);
  ck_assert_ptr_null(cxd__code_nearest("x", 1));
  ck_assert_ptr_null(cxd__code_nearest("", 0));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_codes");
  TCase *tc = suite_case(suite, "codes", NULL, NULL);
  tcase_add_test(tc, every_code_has_all_its_texts);
  tcase_add_test(tc, names_are_lower_case_words_with_one_dot);
  tcase_add_test(tc, codes_of_a_group_stand_together);
  tcase_add_test(tc, texts_are_printable_ascii_in_lines_that_end);
  tcase_add_test(tc, marks_of_code_and_weight_come_in_pairs);
  tcase_add_test(tc, a_source_is_plain_and_fits_into_a_message);
  tcase_add_test(tc, advice_goes_on_with_a_sentence_and_ends_it);
  tcase_add_test(tc, a_wrong_name_has_a_near_one);
  return run_suite(suite);
}
