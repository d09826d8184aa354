/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "reading.h"

struct inner {
  int64_t number;
};

struct outer {
  struct inner inner;
  char *text;
  int calls;
};

static void read_number(struct cxd__reader *reader, struct cxd__slice value) {
  ((struct inner *)reader->target)->number = cxd__read_int(reader, value, "number", -5, 5);
}

static void read_inner(struct cxd__reader *reader, struct cxd__slice value) {
  static const struct cxd__read_member table[] = {{"number", read_number}};
  (void)cxd__read_into(reader, value, &((struct outer *)reader->target)->inner, "inner", table, 1);
  ((struct outer *)reader->target)->calls++;
}

static void read_text(struct cxd__reader *reader, struct cxd__slice value) { ((struct outer *)reader->target)->text = cxd__read_text(reader, value, "text", 4); }

static const struct cxd__read_member members[] = {{"inner", read_inner}, {"text", read_text}, {"later", NULL}};

static struct outer read_outer(struct cxd__reader *reader) {
  struct outer outer = {0};
  (void)cxd__read_into(reader, value_of(reader->text), &outer, "outer", members, 3);
  return outer;
}

START_TEST(objects_are_read_into_structs_inside_structs) {
  struct cxd__reader reader = reader_of("{\"inner\":{\"number\":-5},\"text\":\"abcd\",\"later\":[1]}");
  struct outer outer = read_outer(&reader);
  ck_no_fault(&reader);
  ck_assert_int_eq(outer.inner.number, -5);
  ck_assert_int_eq(outer.calls, 1);
  ck_assert_str_eq(outer.text, "abcd");
  ck_assert_ptr_null(reader.target);
  cxd__free(outer.text);
}
END_TEST

START_TEST(faults_are_collected_in_order_with_their_places) {
  struct cxd__reader reader = reader_of("{\"inner\":{\"number\":6,\n\"numbre\":1},\n \"txt\":1,\"text\":\"abcde\"}");
  struct outer outer = read_outer(&reader);
  ck_assert_ptr_null(outer.text);
  ck_assert_uint_eq(reader.count, 4);
  ck_fault(&reader,
           "test: line 1, column 20: number is 6: write a whole number from -5 to 5; line 2, column 1: unknown member \"numbre\", did you mean \"number\"?; "
           "line 3, column 2: unknown member \"txt\", did you mean \"text\"?; line 3, column 17: text is \"abcde\": write 1 to 4 characters on one line, without control characters");
}
END_TEST

START_TEST(what_is_no_object_is_told) {
  struct cxd__reader reader = reader_of("{\"inner\":[]}");
  (void)read_outer(&reader);
  ck_fault(&reader, "line 1, column 10: inner is []: write an object");
}
END_TEST

START_TEST(characters_are_counted_not_bytes) {
  struct cxd__reader reader = reader_of("{\"text\":\"\xc3\xa4\xc3\xb6\\u00fc\xe2\x82\xac\"}");
  struct outer outer = read_outer(&reader);
  ck_no_fault(&reader);
  ck_assert_str_eq(outer.text, "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac");
  cxd__free(outer.text);
}
END_TEST

START_TEST(texts_that_steer_a_terminal_are_refused) {
  static const char *const bad[] = {"\"\"", "\"a\\u0000\"", "\"\\n\"", "\"\\u001b[\"", "\"\\u007f\"", "\"\\u202e\"", "\"\xe2\x80\xae\"", "\"\\u0085\"", "7", "null", "[\"a\"]"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct cxd__reader reader = reader_of(bad[i]);
    ck_assert_ptr_null(cxd__read_text(&reader, value_of(bad[i]), "text", 4));
    ck_fault(&reader, "text is ");
  }
}
END_TEST

START_TEST(numbers_keep_to_their_range_whatever_the_locale) {
  static const struct { const char *json; double value; const char *part; } rows[] = {
      {"0.25", 0.25, NULL}, {"1", 1, NULL}, {"1e-3", 0.001, NULL}, {"0.1", 0.1, NULL},
      {"0", 0, "n is 0: write a number from 0.001 to 1.5"}, {"1.6", 0, "n is 1.6"}, {"-0.5", 0, "n is -0.5"}, {"1e999", 0, "n is 1e999"},
      {"\"NaN\"", 0, "n is \"NaN\""}, {"null", 0, "n is null"}, {"true", 0, "n is true"}, {"[0.5]", 0, "n is [0.5]"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader = reader_of(rows[i].json);
    ck_assert_double_eq(cxd__read_range(&reader, value_of(rows[i].json), "n", 0.001, 1.5), rows[i].value);
    if (rows[i].part)
      ck_fault(&reader, rows[i].part);
    else
      ck_no_fault(&reader);
  }
}
END_TEST

START_TEST(an_open_range_leaves_its_lower_end_out) {
  struct cxd__reader reader = reader_of("0");
  ck_assert_double_eq(cxd__read_real(&reader, value_of("0"), "n", 0, 2.5), 0);
  ck_fault(&reader, "n is 0: write a number above 0, at most 2.5");
  reader = reader_of("2.5");
  ck_assert_double_eq(cxd__read_real(&reader, value_of("2.5"), "n", 0, 2.5), 2.5);
  ck_no_fault(&reader);
}
END_TEST

START_TEST(a_member_that_is_missing_is_told_with_what_to_write) {
  struct cxd__reader reader = reader_of(" {\"a\":1}");
  ck_assert_int_eq(cxd__read_required(&reader, value_of(reader.text), "a", "it"), 1);
  ck_assert_int_eq(cxd__read_required(&reader, value_of(reader.text), "b", "\"b\":2"), 0);
  ck_fault(&reader, "line 1, column 2: b is missing: write \"b\":2");
}
END_TEST

START_TEST(room_is_for_as_many_as_there_are_and_no_more_than_allowed) {
  struct cxd__reader reader = reader_of("[1,2,3]");
  int *room = cxd__read_room(&reader, value_of("[1,2,3]"), sizeof *room, 3, "list");
  ck_assert_ptr_nonnull(room);
  ck_assert_int_eq(room[2], 0);
  cxd__free(room);
  ck_assert_ptr_null(cxd__read_room(&reader, value_of("[]"), 4, 3, "list"));
  ck_assert_uint_eq(reader.count, 0);
  struct cxd__slice four = value_of("{\"a\":1,\"b\":1,\"c\":1,\"d\":1}");
  reader.text = four.p;
  room = cxd__read_room(&reader, four, sizeof *room, 3, "list");
  ck_assert_ptr_nonnull(room);
  ck_assert_int_eq(room[2], 0);
  cxd__free(room);
  ck_fault(&reader, "list has 4 entries: leave at most 3");
}
END_TEST

START_TEST(the_first_twenty_faults_are_told_and_the_rest_counted) {
  struct cxd__reader reader = reader_of("7");
  for (int i = 0; i < 20 + 12345; i++)
    cxd__read_fault(&reader, (struct cxd__slice){reader.text, 1}, "fault %d", i);
  ck_fault(&reader, "fault 18; line 1, column 1: fault 19; and 12345 more");
}
END_TEST

START_TEST(twenty_faults_are_not_followed_by_a_count) {
  struct cxd__reader reader = reader_of("7");
  cxd_error *error = NULL;
  for (int i = 0; i < 20; i++)
    cxd__read_fault(&reader, (struct cxd__slice){reader.text, 1}, "fault %d", i);
  ck_assert_int_eq(cxd__read_verdict(&reader, "test", &error), CXD_E_CONFIG);
  ck_assert_str_eq(error->message + strlen(error->message) - 8, "fault 19");
  cxd_error_free(error);
}
END_TEST

static void fault_at(struct cxd__reader *reader, size_t at) { cxd__read_fault(reader, (struct cxd__slice){reader->text + at, 1}, "f%zu", at); }

START_TEST(faults_stand_in_the_order_of_the_text_whenever_they_were_found) {
  struct cxd__reader reader = reader_of("a\nbc\nd");
  fault_at(&reader, 5);
  fault_at(&reader, 3);
  fault_at(&reader, 0);
  fault_at(&reader, 2);
  cxd__read_fault(&reader, (struct cxd__slice){reader.text + 3, 1}, "later of the same place");
  ck_fault(&reader, "test: line 1, column 1: f0; line 2, column 1: f2; line 2, column 2: f3; line 2, column 2: later of the same place; line 3, column 1: f5");
}
END_TEST

/* The same message from the front, from the back, and in leaps, with no more than twenty clauses in memory. */
START_TEST(the_first_of_a_million_faults_are_those_of_the_first_places) {
  enum { COUNT = 1000003 };
  static const size_t steps[] = {1, COUNT - 1, 7919};
  char *text = cxd__alloc(COUNT + 1);
  memset(text, ' ', COUNT);
  for (size_t s = 0; s < 3; s++) {
    struct cxd__reader reader = reader_of(text);
    for (size_t i = 0, at = steps[s] - 1; i < COUNT; i++, at = (at + steps[s]) % COUNT)
      fault_at(&reader, at);
    ck_assert_uint_eq(reader.kept, 20);
    ck_assert_int_eq(cxd__read_tells(&reader, (struct cxd__slice){text + 18, 1}), 1);
    ck_assert_int_eq(cxd__read_tells(&reader, (struct cxd__slice){text + 19, 1}), 0);
    ck_fault(&reader, "test: line 1, column 1: f0; line 1, column 2: f1; ");
    ck_assert_uint_eq(reader.kept, 0);
  }
  struct cxd__reader reader = reader_of(text);
  for (size_t at = COUNT; at-- > 0;)
    fault_at(&reader, at);
  ck_fault(&reader, "line 1, column 19: f18; line 1, column 20: f19; and 999983 more");
  cxd__free(text);
}
END_TEST

START_TEST(a_code_is_letters_digits_hyphens_and_underscores) {
  ck_assert_int_eq(cxd__read_is_code("US-FL_9", 7, 7), 1);
  ck_assert_int_eq(cxd__read_is_code("US-FL_9", 7, 6), 0);
  ck_assert_int_eq(cxd__read_is_code("", 0, 7), 0);
  ck_assert_int_eq(cxd__read_is_code("a,b", 3, 7), 0);
  ck_assert_int_eq(cxd__read_is_code("a\0b", 3, 7), 0);
  ck_assert_int_eq(cxd__read_is_code("\xc3\xa4", 2, 7), 0);
}
END_TEST

START_TEST(want_of_memory_is_told_in_place_of_faults) {
  static const char json[] = "{\"inner\":{\"number\":9},\"text\":\"\\u0061b\"}";
  for (size_t n = 1;; n++) {
    struct cxd__reader reader = reader_of(json);
    struct outer outer = {0};
    struct cxd__slice value = value_of(json);
    cxd__mem_fail_at(n);
    (void)cxd__read_into(&reader, value, &outer, "outer", members, 3);
    cxd_status status = cxd__read_verdict(&reader, "test", NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    cxd__free(outer.text);
    ck_assert_int_eq(status, used < n ? CXD_E_CONFIG : CXD_E_NOMEM);
    if (used < n)
      break;
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("reader");
  TCase *tc = suite_case(suite, "reader", NULL, NULL);
  tcase_add_test(tc, objects_are_read_into_structs_inside_structs);
  tcase_add_test(tc, faults_are_collected_in_order_with_their_places);
  tcase_add_test(tc, what_is_no_object_is_told);
  tcase_add_test(tc, characters_are_counted_not_bytes);
  tcase_add_test(tc, texts_that_steer_a_terminal_are_refused);
  tcase_add_test(tc, numbers_keep_to_their_range_whatever_the_locale);
  tcase_add_test(tc, an_open_range_leaves_its_lower_end_out);
  tcase_add_test(tc, a_member_that_is_missing_is_told_with_what_to_write);
  tcase_add_test(tc, room_is_for_as_many_as_there_are_and_no_more_than_allowed);
  tcase_add_test(tc, the_first_twenty_faults_are_told_and_the_rest_counted);
  tcase_add_test(tc, twenty_faults_are_not_followed_by_a_count);
  tcase_add_test(tc, faults_stand_in_the_order_of_the_text_whenever_they_were_found);
  tcase_add_test(tc, the_first_of_a_million_faults_are_those_of_the_first_places);
  tcase_add_test(tc, a_code_is_letters_digits_hyphens_and_underscores);
  tcase_add_test(tc, want_of_memory_is_told_in_place_of_faults);
  return run_suite(suite);
}
