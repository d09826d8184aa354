/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "reading.h"
#include "validate/week.h"

START_TEST(a_time_of_day_is_two_digits_and_two_digits) {
  static const struct { const char *text; int minute; } rows[] = {
      {"00:00", 0}, {"08:05", 485}, {"23:59", 1439}, {"24:00", 1440}, {"24:01", -1}, {"25:00", -1}, {"12:60", -1}, {"8:00", -1},
      {"08-00", -1}, {"0800", -1},  {"", -1},        {"08:0x", -1},   {"-8:00", -1}, {"08:000", -1}, {"99:99", -1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(cxd__minute_read(rows[i].text, strlen(rows[i].text)) == rows[i].minute, "%s", rows[i].text);
}
END_TEST

START_TEST(windows_end_at_midnight_or_pass_it) {
  static const struct { const char *json; int from, to; } rows[] = {
      {"\"08:00-21:00\"", 480, 1260}, {"\"00:00-24:00\"", 0, 1440}, {"\"22:00-02:00\"", 1320, 1560}, {"\"22:00-24:00\"", 1320, 1440},
      {"\"22:00-00:00\"", 1320, 1440}, {"\"12:01-12:00\"", 721, 2160}, {"\"0\\u0038:00-21:00\"", 480, 1260}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader = reader_of(rows[i].json);
    struct cxd__window window = {0};
    ck_assert_int_eq(cxd__window_read(&reader, value_of(rows[i].json), "w", &window), 1);
    ck_no_fault(&reader);
    ck_assert_int_eq(window.from, rows[i].from);
    ck_assert_int_eq(window.to, rows[i].to);
  }
}
END_TEST

START_TEST(what_is_no_window_is_refused) {
  static const struct { const char *json, *part; } rows[] = {
      {"\"24:00-02:00\"", "w is \"24:00-02:00\", but 24:00 is only an end"},
      {"\"24:00-24:00\"", "24:00 is only an end"},
      {"\"08:00-08:00\"", "it begins when it ends: for the whole day write 00:00 to 24:00"},
      {"\"00:00-00:00\"", "it begins when it ends"},
      {"\"08:00-24:01\"", "w is \"08:00-24:01\": write a window such as \"08:00-21:00\""},
      {"\"8-21\"", "w is \"8-21\""},
      {"\"08:00 - 21:00\"", "w is \"08:00 - 21:00\""},
      {"\"08:00-21:00 \"", "w is"},
      {"\"08:00-21:0\\u0000\"", "w is"},
      {"\"\"", "w is \"\""},
      {"800", "w is 800"},
      {"null", "w is null"},
      {"[\"08:00\",\"21:00\"]", "w is ["}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader = reader_of(rows[i].json);
    struct cxd__window window;
    ck_assert_int_eq(cxd__window_read(&reader, value_of(rows[i].json), "w", &window), 0);
    ck_fault(&reader, rows[i].part);
  }
}
END_TEST

/* A week read and written again. */
static void ck_week(const char *json, const char *expected) {
  struct cxd__reader reader = reader_of(json);
  struct cxd__week week = {0};
  struct cxd__buf out = {0};
  cxd__week_read(&reader, value_of(json), &week);
  ck_no_fault(&reader);
  cxd__week_write(&week, &out);
  ck_text(&out, expected);
  cxd__buf_free(&out);
}

START_TEST(each_day_is_named_once_alone_or_in_a_range) {
  ck_week("{\"mon-sun\":[\"08:00-21:00\"]}", "{\"mon-sun\":[\"08:00-21:00\"]}");
  ck_week("{\"sat-sun\":[],\"mon-fri\":[\"09:00-21:30\"]}", "{\"mon-fri\":[\"09:00-21:30\"],\"sat-sun\":[]}");
  ck_week("{\"mon\":[\"08:00-21:00\"],\"tue\":[\"08:00-21:00\"],\"wed\":[],\"thu-sat\":[\"08:00-21:00\"],\"sun\":[\"08:00-21:00\"]}",
          "{\"mon-tue\":[\"08:00-21:00\"],\"wed\":[],\"thu-sun\":[\"08:00-21:00\"]}");
}
END_TEST

START_TEST(windows_are_put_in_order) {
  ck_week("{\"mon-sun\":[\"15:00-18:00\",\"08:00-12:00\",\"12:00-13:00\"]}", "{\"mon-sun\":[\"08:00-12:00\",\"12:00-13:00\",\"15:00-18:00\"]}");
}
END_TEST

START_TEST(windows_that_touch_do_not_overlap) {
  ck_week("{\"mon-sun\":[\"00:00-24:00\"]}", "{\"mon-sun\":[\"00:00-24:00\"]}");
  ck_week("{\"mon-sun\":[\"22:00-02:00\",\"02:00-06:00\"]}", "{\"mon-sun\":[\"02:00-06:00\",\"22:00-02:00\"]}");
  ck_week("{\"mon-sat\":[],\"sun\":[\"12:01-12:00\"]}", "{\"mon-sat\":[],\"sun\":[\"12:01-12:00\"]}");
  ck_week("{\"mon-sun\":[]}", "{\"mon-sun\":[]}");
}
END_TEST

static void ck_bad_week(const char *json, size_t faults, const char *part) {
  struct cxd__reader reader = reader_of(json);
  struct cxd__week week;
  cxd__week_read(&reader, value_of(json), &week);
  ck_assert_msg(reader.count == faults, "%s: %zu", json, reader.count);
  ck_fault(&reader, part);
}

START_TEST(overlaps_are_told_once_with_both_windows) {
  ck_bad_week("{\"mon-fri\":[\"08:00-12:00\",\"11:59-13:00\"],\"sat-sun\":[]}", 1, "column 27: \"11:59-13:00\" of mon overlaps \"08:00-12:00\" of mon: join them, or move one");
  ck_bad_week("{\"mon\":[\"22:00-02:00\"],\"tue\":[\"01:59-05:00\"],\"wed-sun\":[]}", 1, "\"01:59-05:00\" of tue overlaps \"22:00-02:00\" of mon");
  ck_bad_week("{\"mon\":[\"00:00-08:00\"],\"tue-sat\":[],\"sun\":[\"23:00-00:01\"]}", 1, "\"00:00-08:00\" of mon overlaps \"23:00-00:01\" of sun");
  ck_bad_week("{\"mon-sun\":[\"08:00-12:00\",\"08:00-12:00\"]}", 1, "overlaps");
  ck_bad_week("{\"mon-sun\":[\"08:00-20:00\",\"09:00-10:00\",\"11:00-12:00\"]}", 2,
              "\"09:00-10:00\" of mon overlaps \"08:00-20:00\" of mon: join them, or move one; line 1, column 41: \"11:00-12:00\" of mon overlaps \"08:00-20:00\" of mon");
  ck_bad_week("{\"mon\":[\"00:00-00:30\",\"01:00-08:00\"],\"tue-sat\":[],\"sun\":[\"23:00-02:00\"]}", 2, "\"01:00-08:00\" of mon overlaps \"23:00-02:00\" of sun");
}
END_TEST

START_TEST(other_faults_of_a_week_do_not_hide_an_overlap) {
  ck_bad_week("{\"mon-sat\":[\"08:00-10:00\",\"09:00-11:00\"]}", 2,
              "line 1, column 1: hours leaves out sun: write the windows of each day, [] for closed; line 1, column 27: \"09:00-11:00\" of mon overlaps \"08:00-10:00\" of mon");
  ck_bad_week("{\"mon-sun\":[\"08:00-10:00\",7,\"09:00-11:00\"]}", 2, "a window is 7: write a window such as \"08:00-21:00\"; line 1, column 29: \"09:00-11:00\" of mon overlaps");
  ck_bad_week("{\"mon-sun\":[],\"mon\":[\"08:00-10:00\",\"09:00-11:00\"]}", 2, "hours names mon twice: write each day once; line 1, column 36: \"09:00-11:00\" of \"mon\" overlaps");
  ck_bad_week("{\"mon\":[],\"mon-sun\":[\"08:00-10:00\",\"09:00-11:00\"]}", 2, "\"09:00-11:00\" of tue overlaps \"08:00-10:00\" of tue");
  ck_bad_week("{\"mon-sun\":[],\"Mon\":[\"08:00-10:00\",\"09:00-11:00\"]}", 2, "\"09:00-11:00\" of \"Mon\" overlaps \"08:00-10:00\" of \"Mon\"");
  ck_bad_week("{\"mon-sun\":[\"08:00-10:00\"],\"mon\":[\"09:00-11:00\"]}", 1, "hours names mon twice");
}
END_TEST

START_TEST(faults_of_a_week_are_told) {
  ck_bad_week("{}", 1, "hours leaves out mon, tue, wed, thu, fri, sat, sun: write the windows of each day, [] for closed");
  ck_bad_week("{\"mon-sat\":[]}", 1, "hours leaves out sun");
  ck_bad_week("{\"mon-sat\":[],\"sat-sun\":[]}", 1, "column 15: hours names sat twice");
  ck_bad_week("{\"mon-sun\":[],\"Mon\":[]}", 1, "hours names the day \"Mon\": write mon, tue,");
  ck_bad_week("{\"sun-mon\":[],\"mon-sun\":[]}", 1, "hours names the day \"sun-mon\"");
  ck_bad_week("{\"mon-sun\":[],\"holiday\":[]}", 1, "hours names the day \"holiday\"");
  ck_bad_week("{\"mon-sun\":\"08:00-21:00\"}", 1, "a day of hours is \"08:00-21:00\": write an array of windows");
  ck_bad_week("{\"mon-sun\":null}", 1, "a day of hours is null");
  ck_bad_week("[]", 1, "hours is []: write an object of days");
  ck_bad_week("{\"mon-sun\":[7,\"x\",\"24:00-01:00\"]}", 3, "a window is 7");
}
END_TEST

START_TEST(a_day_has_eight_windows_at_most) {
  static const char eight[] = "\"00:00-01:00\",\"02:00-03:00\",\"04:00-05:00\",\"06:00-07:00\",\"08:00-09:00\",\"10:00-11:00\",\"12:00-13:00\",\"14:00-15:00\"";
  char json[512];
  (void)snprintf(json, sizeof json, "{\"mon-sun\":[%s]}", eight);
  ck_week(json, json);
  (void)snprintf(json, sizeof json, "{\"mon-sun\":[%s,\"16:00-17:00\"]}", eight);
  ck_bad_week(json, 1, "a day has 9 windows: leave at most 8");
}
END_TEST

/* ---- rows and sets ---- */

#define ROW(more) "{\"title\":\"t\",\"hours\":{\"mon-sun\":[\"08:00-21:00\"]},\"source\":\"s\",\"checked\":\"2026-11-22\"" more "}"

static struct cxd__hours hours;

static void teardown(void) { cxd__hours_free(&hours); }

static struct cxd__reader read_rows(const char *json, const struct cxd__hours *known) {
  struct cxd__reader reader = reader_of(json);
  teardown();
  cxd__hours_read_rows(&reader, value_of(json), &hours, known);
  return reader;
}

START_TEST(rows_are_sorted_and_found_by_code) {
  struct cxd__reader reader = read_rows("{\"b\":" ROW("") ",\"aa\":" ROW(",\"note\":\"n\"") ",\"a\":" ROW("") "}", NULL);
  ck_no_fault(&reader);
  ck_assert_uint_eq(hours.count, 3);
  ck_assert_str_eq(hours.rows[0].code, "a");
  ck_assert_str_eq(hours.rows[1].code, "aa");
  ck_assert_str_eq(hours.rows[1].note, "n");
  ck_assert_ptr_eq(cxd__hours_find(&hours, "b", 1), &hours.rows[2]);
  ck_assert_ptr_eq(cxd__hours_find(&hours, "aaa", 2), &hours.rows[1]);
  ck_assert_ptr_null(cxd__hours_find(&hours, "aaa", 3));
  ck_assert_ptr_null(cxd__hours_find(&hours, "", 0));
  ck_assert_int_eq(hours.rows[0].since, INT64_MIN);
  ck_assert_ptr_null(hours.rows[0].note);
}
END_TEST

START_TEST(a_row_may_have_had_other_hours_before) {
  struct cxd__reader reader = read_rows("{\"a\":" ROW(",\"before\":{\"hours\":{\"mon-sun\":[\"00:00-24:00\"]}},\"since\":\"1970-01-11\",\"also_zone\":\"America/Chicago\"") "}", NULL);
  ck_no_fault(&reader);
  ck_assert_int_eq(hours.rows[0].since, 10);
  ck_assert_int_eq(hours.rows[0].now.week.day[6].at[0].from, 480);
  ck_assert_int_eq(hours.rows[0].before.week.day[6].at[0].to, 1440);
  ck_assert_str_eq(hours.rows[0].also_zone, "America/Chicago");
}
END_TEST

START_TEST(rows_name_sets_of_their_own_or_of_the_table) {
  struct cxd__hours table = {0};
  static const char sets[] = "{\"theirs\":[{\"name\":\"n\",\"on\":\"12-25\"}],\"both\":{\"source\":\"s\",\"days\":[]}}", mine[] = "{\"mine\":[],\"both\":[]}";
  struct cxd__reader reader = reader_of(sets);
  cxd__hours_read_sets(&reader, value_of(sets), &table);
  ck_no_fault(&reader);
  reader = reader_of(mine);
  cxd__hours_read_sets(&reader, value_of(mine), &hours);
  ck_no_fault(&reader);
  reader = reader_of("{\"a\":" ROW(",\"holidays\":\"mine\"") ",\"b\":" ROW(",\"holidays\":\"theirs\"") ",\"c\":" ROW(",\"holidays\":\"both\"") "}");
  cxd__hours_read_rows(&reader, value_of(reader.text), &hours, &table);
  ck_no_fault(&reader);
  ck_assert_ptr_eq(hours.rows[0].now.holidays, &hours.sets[0]);
  ck_assert_ptr_eq(hours.rows[1].now.holidays, &table.sets[0]);
  ck_assert_ptr_eq(hours.rows[2].now.holidays, &hours.sets[1]);
  cxd__hours_free(&table);
}
END_TEST

START_TEST(faults_of_rows_are_told) {
  static const struct { const char *json, *part; } rows[] = {
      {"[]", "jurisdictions is []: write an object of rows"},
      {"{\"a\":7}", "a jurisdiction is 7: write an object"},
      {"{\"a b\":" ROW("") "}", "a jurisdiction is named \"a b\": write 1 to 32 letters"},
      {"{\"\":" ROW("") "}", "a jurisdiction is named \"\""},
      {"{\"a\":{}}", "title is missing: write what the jurisdiction is called; line 1, column 6: hours is missing: write \"hours\":{\"mon-sun\":[\"08:00-21:00\"]}; "
                     "line 1, column 6: source is missing: write where the hours come from; line 1, column 6: checked is missing"},
      {"{\"a\":" ROW(",\"since\":\"2026-01-01\"") "}", "since and before belong together"},
      {"{\"a\":" ROW(",\"before\":{\"hours\":{\"mon-sun\":[]}}") "}", "since and before belong together"},
      {"{\"a\":" ROW(",\"since\":\"2026-01-01\",\"before\":{}") "}", "hours is missing: write the hours before since"},
      {"{\"a\":" ROW(",\"since\":\"soon\",\"before\":[]") "}", "since is \"soon\": write a date"},
      {"{\"a\":" ROW(",\"also_zone\":\"CST\"") "}", "also_zone is \"CST\": write an IANA name"},
      {"{\"a\":" ROW(",\"holidays\":\"US-federal\"") "}", "there is no set of holidays \"US-federal\": name one that is there, or leave the member out"},
      {"{\"a\":" ROW(",\"holidays\":[]") "}", "holidays is []: write the name of a set"},
      {"{\"a\":" ROW(",\"notes\":\"n\"") "}", "unknown member \"notes\", did you mean \"note\"?"},
      {"{\"a\":" ROW(",\"note\":\"\\n\"") "}", "note is \"\\n\": write 1 to 1000 characters on one line"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader = read_rows(rows[i].json, NULL);
    ck_fault(&reader, rows[i].part);
  }
}
END_TEST

START_TEST(a_set_that_is_nearly_there_is_proposed) {
  struct cxd__holidays set = {.name = (char[]){"US-federal"}};
  struct cxd__hours known = {.set_count = 1, .sets = &set};
  struct cxd__reader reader = read_rows("{\"a\":" ROW(",\"holidays\":\"US-Federal\"") "}", &known);
  ck_fault(&reader, "there is no set of holidays \"US-Federal\", did you mean \"US-federal\"?");
}
END_TEST

START_TEST(faults_of_sets_are_told) {
  static const struct { const char *json, *part; } rows[] = {
      {"[]", "the sets of holidays is []: write an object"},
      {"{\"a\":7}", "a set of holidays is 7: write an array of"},
      {"{\"a\":{\"source\":\"s\"}}", "days is missing"},
      {"{\"a\":{\"days\":[],\"source\":7}}", "source is 7"},
      {"{\"a/b\":[]}", "a set of holidays is named \"a/b\""},
      {"{\"a\":[7]}", "a holiday is 7"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__reader reader = reader_of(rows[i].json);
    teardown();
    cxd__hours_read_sets(&reader, value_of(rows[i].json), &hours);
    ck_fault(&reader, rows[i].part);
  }
}
END_TEST

START_TEST(a_thousand_rows_are_the_most) {
  struct cxd__buf many = {0};
  cxd__buf_char(&many, '{');
  for (int i = 0; i < 1001; i++)
    cxd__buf_fmt(&many, "%s\"r%d\":" ROW(""), i ? "," : "", i);
  cxd__buf_char(&many, '}');
  struct cxd__reader reader = read_rows(many.data, NULL);
  ck_assert_uint_eq(hours.count, 1000);
  ck_fault(&reader, "jurisdictions has 1001 entries: leave at most 1000");
  cxd__buf_free(&many);
}
END_TEST

START_TEST(too_many_rows_or_sets_do_not_hide_the_faults_in_them) {
  struct cxd__buf many = {0};
  cxd__buf_str(&many, "{\"r\":" ROW(",\"notes\":1"));
  for (int i = 0; i < 1000; i++)
    cxd__buf_fmt(&many, ",\"r%d\":" ROW(""), i);
  cxd__buf_char(&many, '}');
  struct cxd__reader reader = read_rows(many.data, NULL);
  ck_fault(&reader, "jurisdictions has 1001 entries: leave at most 1000; line 1, column 91: unknown member \"notes\"");
  cxd__buf_reset(&many);
  cxd__buf_str(&many, "{\"s\":[7]");
  for (int i = 0; i < 1000; i++)
    cxd__buf_fmt(&many, ",\"s%d\":[]", i);
  cxd__buf_char(&many, '}');
  teardown();
  reader = reader_of(many.data);
  cxd__hours_read_sets(&reader, value_of(many.data), &hours);
  ck_assert_int_eq(reader.sets_cut, 1);
  ck_fault(&reader, "the object of sets of holidays has 1001 entries: leave at most 1000; line 1, column 7: a holiday is 7");
  cxd__buf_free(&many);
}
END_TEST

START_TEST(a_set_that_was_cut_off_may_be_there) {
  static const char json[] = "{\"a\":" ROW(",\"holidays\":\"s1000\"") "}";
  struct cxd__reader reader = reader_of(json);
  reader.sets_cut = 1;
  teardown();
  cxd__hours_read_rows(&reader, value_of(json), &hours, NULL);
  ck_no_fault(&reader);
}
END_TEST

START_TEST(a_set_with_a_bad_name_is_the_one_that_is_named) {
  static const char json[] = "{\"a b\":[]}";
  struct cxd__reader reader = reader_of(json);
  teardown();
  cxd__hours_read_sets(&reader, value_of(json), &hours);
  ck_fault(&reader, "a set of holidays is named \"a b\"");
  reader = reader_of("{\"a\":" ROW(",\"holidays\":\"a b\"") "}");
  cxd__hours_read_rows(&reader, value_of(reader.text), &hours, NULL);
  ck_no_fault(&reader);
}
END_TEST

START_TEST(no_row_is_called_all) {
  static const char *const names[] = {"all", "ALL", "aLl", "\\u0061ll"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char json[256], part[96];
    (void)snprintf(json, sizeof json, "{\"%s\":" ROW("") "}", names[i]);
    (void)snprintf(part, sizeof part, "line 1, column 2: a jurisdiction is named \"%s\", which stands for every row: choose another code", names[i]);
    struct cxd__reader reader = read_rows(json, NULL);
    ck_fault(&reader, part);
  }
  struct cxd__reader reader = read_rows("{\"al\":" ROW("") ",\"alll\":" ROW("") ",\"US-all\":" ROW("") "}", NULL);
  ck_no_fault(&reader);
  reader = reader_of("{\"all\":[]}");
  teardown();
  cxd__hours_read_sets(&reader, value_of(reader.text), &hours);
  ck_no_fault(&reader);
}
END_TEST

static const char *meant(const struct cxd__hours *first, const struct cxd__hours *second, const char *code) {
  const char *found = cxd__hours_meant(first, second, code, strlen(code));
  return found ? found : "";
}

START_TEST(a_code_means_a_row_that_is_spelled_alike_and_never_a_neighbour) {
  struct cxd__jurisdiction rows[] = {{.code = (char[]){"CA"}}, {.code = (char[]){"UNRESTRICTED"}}, {.code = (char[]){"US"}}, {.code = (char[]){"US-CT"}}, {.code = (char[]){"US-FL"}}};
  struct cxd__hours table = {.count = 5, .rows = rows};
  static const struct { const char *code, *row; } asked[] = {
      {"us-fl", "US-FL"}, {"US_FL", "US-FL"}, {"USFL", "US-FL"}, {"FL", "US-FL"}, {"fl", "US-FL"}, {"Us Fl", "US-FL"}, {"us", "US"}, {"U.S.", "US"}, {"ca", "CA"}, {"unrestricted", "UNRESTRICTED"},
      {"US-CA", ""}, {"US-FI", ""}, {"US-FLL", ""}, {"US-F", ""}, {"F", ""}, {"UN", ""}, {"USUSFL", ""}, {"US-US", ""}, {"Narnia", ""}, {"", ""}, {"-", ""}, {"_-", ""}, {"\xff\xfe", ""}};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    ck_assert_str_eq(meant(NULL, &table, asked[i].code), asked[i].row);
    ck_assert_str_eq(meant(&table, NULL, asked[i].code), asked[i].row);
  }
  ck_assert_ptr_null(cxd__hours_meant(NULL, NULL, "US", 2));
  ck_assert_ptr_null(cxd__hours_meant(&table, NULL, "fl\0", 3));
  ck_assert_str_eq(cxd__hours_meant(&table, NULL, "flx", 2), "US-FL");
}
END_TEST

START_TEST(the_first_table_goes_first_and_bad_codes_are_not_proposed) {
  struct cxd__jurisdiction theirs[] = {{.code = (char[]){"CA"}}, {.code = (char[]){"US-FL"}}}, own[] = {{.code = (char[]){"US CA"}}, {.code = (char[]){"US-CA"}}, {.code = (char[]){"US_FL"}}, {.code = (char[]){"US-"}}};
  struct cxd__hours table = {.count = 2, .rows = theirs}, mine = {.count = 4, .rows = own};
  ck_assert_str_eq(meant(&mine, &table, "fl"), "US_FL");
  ck_assert_str_eq(meant(&table, &mine, "fl"), "US-FL");
  ck_assert_str_eq(meant(&mine, &table, "us/ca"), "US-CA");
  ck_assert_str_eq(meant(&mine, &table, "ca"), "CA");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("hours_read");
  TCase *week = suite_case(suite, "week", NULL, NULL);
  tcase_add_test(week, a_time_of_day_is_two_digits_and_two_digits);
  tcase_add_test(week, windows_end_at_midnight_or_pass_it);
  tcase_add_test(week, what_is_no_window_is_refused);
  tcase_add_test(week, each_day_is_named_once_alone_or_in_a_range);
  tcase_add_test(week, windows_are_put_in_order);
  tcase_add_test(week, windows_that_touch_do_not_overlap);
  tcase_add_test(week, overlaps_are_told_once_with_both_windows);
  tcase_add_test(week, other_faults_of_a_week_do_not_hide_an_overlap);
  tcase_add_test(week, faults_of_a_week_are_told);
  tcase_add_test(week, a_day_has_eight_windows_at_most);
  TCase *rows = suite_case(suite, "rows", teardown, teardown);
  tcase_add_test(rows, rows_are_sorted_and_found_by_code);
  tcase_add_test(rows, a_row_may_have_had_other_hours_before);
  tcase_add_test(rows, rows_name_sets_of_their_own_or_of_the_table);
  tcase_add_test(rows, faults_of_rows_are_told);
  tcase_add_test(rows, a_set_that_is_nearly_there_is_proposed);
  tcase_add_test(rows, faults_of_sets_are_told);
  tcase_add_test(rows, a_thousand_rows_are_the_most);
  tcase_add_test(rows, too_many_rows_or_sets_do_not_hide_the_faults_in_them);
  tcase_add_test(rows, a_set_that_was_cut_off_may_be_there);
  tcase_add_test(rows, a_set_with_a_bad_name_is_the_one_that_is_named);
  tcase_add_test(rows, no_row_is_called_all);
  tcase_add_test(rows, a_code_means_a_row_that_is_spelled_alike_and_never_a_neighbour);
  tcase_add_test(rows, the_first_table_goes_first_and_bad_codes_are_not_proposed);
  return run_suite(suite);
}
