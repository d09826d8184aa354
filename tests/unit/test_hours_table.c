/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "json/pointer.h"
#include "reading.h"
#include "validate/week.h"

static struct cxd__hours table;

static void setup(void) {
  cxd_error *error = NULL;
  cxd_status status = cxd__hours_parse(cxd__hours_builtin, cxd__hours_builtin_len, "table", &table, &error);
  ck_assert_msg(status == CXD_OK, "%s", error ? error->message : "?");
}

static void teardown(void) { cxd__hours_free(&table); }

static void ck_hours(const struct cxd__regime *regime, const char *code, const char *week, const char *holidays) {
  struct cxd__buf out = {0};
  cxd__week_write(&regime->week, &out);
  ck_assert_msg(strcmp(out.data, week) == 0, "%s: %s", code, out.data);
  if (holidays)
    ck_assert_str_eq(regime->holidays->name, holidays);
  else
    ck_assert_msg(!regime->holidays, "%s", code);
  cxd__buf_free(&out);
}

#define DAILY(window) "{\"mon-sun\":[\"" window "\"]}"

START_TEST(every_row_has_the_hours_of_its_law) {
  static const struct { const char *code, *week, *holidays; } rows[] = {
      {"CA", "{\"mon-fri\":[\"09:00-21:30\"],\"sat-sun\":[\"10:00-18:00\"]}", NULL},
      {"UNRESTRICTED", DAILY("00:00-24:00"), NULL},
      {"US", DAILY("08:00-21:00"), NULL},
      {"US-AL", "{\"mon-sat\":[\"08:00-20:00\"],\"sun\":[]}", "US-AL"},
      {"US-CT", DAILY("09:00-20:00"), NULL},
      {"US-FL", DAILY("08:00-20:00"), NULL},
      {"US-KY", DAILY("10:00-21:00"), NULL},
      {"US-LA", "{\"mon-sat\":[\"08:00-20:00\"],\"sun\":[]}", "US-LA"},
      {"US-MA", DAILY("08:00-20:00"), NULL},
      {"US-MD", DAILY("08:00-20:00"), NULL},
      {"US-MI", DAILY("09:00-21:00"), NULL},
      {"US-MN", DAILY("09:00-21:00"), NULL},
      {"US-MS", "{\"mon-sat\":[\"08:00-20:00\"],\"sun\":[]}", NULL},
      {"US-NM", DAILY("09:00-21:00"), NULL},
      {"US-OK", DAILY("08:00-20:00"), NULL},
      {"US-OR", DAILY("08:00-20:00"), NULL},
      {"US-PA", "{\"mon-sat\":[\"09:00-19:00\"],\"sun\":[]}", "US-PA"},
      {"US-RI", "{\"mon-fri\":[\"09:00-18:00\"],\"sat\":[\"10:00-17:00\"],\"sun\":[]}", "US-RI"},
      {"US-SD", "{\"mon-fri\":[\"09:00-21:00\"],\"sat-sun\":[]}", NULL},
      {"US-TX", "{\"mon-sat\":[\"09:00-21:00\"],\"sun\":[\"12:00-21:00\"]}", NULL},
      {"US-UT", "{\"mon-sat\":[\"08:00-21:00\"],\"sun\":[]}", "US-UT"},
      {"US-WA", DAILY("08:00-20:00"), NULL},
      {"US-WY", DAILY("08:00-20:00"), NULL}};
  ck_assert_uint_eq(table.count, sizeof rows / sizeof *rows);
  for (size_t i = 0; i < table.count; i++) {
    ck_assert_str_eq(table.rows[i].code, rows[i].code);
    ck_hours(&table.rows[i].now, rows[i].code, rows[i].week, rows[i].holidays);
    ck_assert_ptr_eq(cxd__hours_find(&table, rows[i].code, strlen(rows[i].code)), &table.rows[i]);
  }
}
END_TEST

START_TEST(every_row_names_its_source_and_when_it_was_checked) {
  ck_assert_str_eq(table.version, "2026-11-28");
  for (size_t i = 0; i < table.count; i++) {
    ck_assert_uint_gt(strlen(table.rows[i].source), 5);
    ck_assert_str_eq(table.rows[i].checked, "2026-11-22");
    ck_assert_uint_gt(strlen(table.rows[i].title), 3);
  }
}
END_TEST

START_TEST(what_is_in_doubt_is_said_in_a_note) {
  static const char *const doubtful[] = {"US-AL", "US-LA", "US-PA", "US-RI", "US-TX", "US-UT"};
  for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++)
    ck_assert_msg(strstr(cxd__hours_find(&table, doubtful[i], 5)->note, "to be confirmed") != NULL, "%s", doubtful[i]);
}
END_TEST

START_TEST(pennsylvania_changed_its_hours) {
  const struct cxd__jurisdiction *row = cxd__hours_find(&table, "US-PA", 5);
  ck_assert_int_eq(row->since, cxd__days_of((struct cxd__date){2026, 10, 18}));
  ck_hours(&row->before, "US-PA", DAILY("08:00-21:00"), NULL);
  for (size_t i = 0; i < table.count; i++)
    ck_assert_int_eq(table.rows[i].since == INT64_MIN, &table.rows[i] != row);
}
END_TEST

START_TEST(mississippi_looks_at_the_central_zone_too) {
  const struct cxd__jurisdiction *row = cxd__hours_find(&table, "US-MS", 5);
  ck_assert_str_eq(row->also_zone, "America/Chicago");
  ck_assert_ptr_nonnull(strstr(row->note, "Central Standard Time"));
  for (size_t i = 0; i < table.count; i++)
    ck_assert_int_eq(table.rows[i].also_zone != NULL, &table.rows[i] == row);
}
END_TEST

static const struct cxd__day_rule *day_named(const struct cxd__holidays *set, const char *name) {
  for (size_t i = 0; i < set->count; i++)
    if (strcmp(set->days[i].name, name) == 0)
      return &set->days[i];
  ck_abort_msg("%s has no %s", set->name, name);
  return NULL;
}

START_TEST(sets_of_holidays_have_the_days_of_their_state) {
  static const struct { const char *set; size_t count; } rows[] = {{"US-federal", 11}, {"US-AL", 14}, {"US-LA", 24}, {"US-PA", 29}, {"US-RI", 21}, {"US-UT", 13}};
  ck_assert_uint_eq(table.set_count, sizeof rows / sizeof *rows);
  for (size_t i = 0; i < table.set_count; i++) {
    ck_assert_str_eq(table.sets[i].name, rows[i].set);
    ck_assert_msg(table.sets[i].count == rows[i].count, "%s: %zu", rows[i].set, table.sets[i].count);
    ck_assert_int_eq(day_named(&table.sets[i], "Thanksgiving Day")->n, 4);
    ck_assert_int_eq(day_named(&table.sets[i], "Christmas Day")->observed, 1);
  }
  ck_assert_int_eq(day_named(&table.sets[1], "Mardi Gras")->offset, -47);
  ck_assert_int_eq(day_named(&table.sets[2], "Good Friday")->offset, -2);
  ck_assert_int_eq(day_named(&table.sets[4], "Victory Day")->date.month, 8);
  ck_assert_int_eq(day_named(&table.sets[5], "Pioneer Day")->date.day, 24);
}
END_TEST

START_TEST(election_days_are_tuesdays_after_a_monday_in_november) {
  size_t found = 0;
  for (size_t i = 0; i < table.set_count; i++)
    for (size_t k = 0; k < table.sets[i].count; k++) {
      const struct cxd__day_rule *day = &table.sets[i].days[k];
      if (strcmp(day->name, "Election Day") != 0)
        continue;
      found++;
      ck_assert_int_eq(cxd__weekday_of(cxd__days_of(day->date)), 1);
      ck_assert(day->date.month == 11 && day->date.day >= 2 && day->date.day <= 8);
    }
  ck_assert_uint_eq(found, 8 + 8 + 15);
}
END_TEST

START_TEST(what_is_built_in_is_the_file_that_is_installed) {
  struct cxd__buf text = {0};
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/data/jurisdictions.json", getenv("CXDIALER_SOURCE") ? getenv("CXDIALER_SOURCE") : ".");
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  char chunk[4096];
  for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
    cxd__buf_add(&text, chunk, got);
  (void)fclose(file);
  ck_assert(cxd__json_equal(value_of(text.data), value_of(cxd__hours_builtin)));
  ck_assert_uint_eq(cxd__hours_builtin_len, strlen(cxd__hours_builtin));
  cxd__buf_free(&text);
}
END_TEST

/* ---- tables of one's own ---- */

#define ROW "{\"title\":\"t\",\"hours\":{\"mon-sun\":[\"08:00-21:00\"]},\"source\":\"s\",\"checked\":\"2026-11-22\"}"
#define HEAD "{\"version\":1,\"data\":\"2026-11-22\","

START_TEST(sets_may_stand_behind_the_rows_that_name_them) {
  static const char json[] = HEAD "\"jurisdictions\":{\"a\":{\"holidays\":\"h\",\"title\":\"t\",\"hours\":{\"mon-sun\":[]},\"source\":\"s\",\"checked\":\"2026-11-22\"}},\"holidays\":{\"h\":[]}}";
  struct cxd__hours own;
  ck_assert_int_eq(cxd__hours_parse(json, sizeof json - 1, "own", &own, NULL), CXD_OK);
  ck_assert_ptr_eq(own.rows[0].now.holidays, &own.sets[0]);
  cxd__hours_free(&own);
}
END_TEST

START_TEST(faults_of_a_table_are_told) {
  static const struct { const char *json; cxd_status status; const char *part; } rows[] = {
      {"", CXD_E_JSON, "own: line 1, column 1"},
      {"[]", CXD_E_CONFIG, "own: line 1, column 1: the table of jurisdictions is []: write an object"},
      {"{}", CXD_E_CONFIG, "version is missing: write \"version\":1; line 1, column 1: data is missing: write the date of the data, such as \"data\":\"2026-11-28\"; "
                           "line 1, column 1: jurisdictions is missing"},
      {"{\"version\":2,\"data\":\"2026-11-22\",\"jurisdictions\":{\"a\":" ROW "}}", CXD_E_CONFIG, "version 2 is not known to this library"},
      {"{\"version\":1,\"data\":\"22.11.26\",\"jurisdictions\":{\"a\":" ROW "}}", CXD_E_CONFIG, "data is \"22.11.26\": write a date"},
      {HEAD "\"jurisdictions\":{}}", CXD_E_CONFIG, "column 50: jurisdictions is empty: write at least one row"},
      {"{\"data\":\"2026-11-22\",\"jurisdictions\":{}}", CXD_E_CONFIG, "version is missing: write \"version\":1; line 1, column 38: jurisdictions is empty"},
      {HEAD "\"jurisdictions\":{\"a\":" ROW ",\"\\u0061\":" ROW "}}", CXD_E_JSON, "appears twice"},
      {HEAD "\"jurisdiction\":{\"a\":" ROW "}}", CXD_E_CONFIG, "unknown member \"jurisdiction\", did you mean \"jurisdictions\"?"},
      {HEAD "\"jurisdictions\":{\"a\":" ROW "},\"holidays\":[]}", CXD_E_CONFIG, "the sets of holidays is []"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__hours own;
    cxd_error *error = NULL;
    ck_assert_msg(cxd__hours_parse(rows[i].json, strlen(rows[i].json), "own", &own, &error) == rows[i].status, "%s", rows[i].json);
    ck_assert_msg(strstr(error->message, rows[i].part) != NULL, "%s\nsaid: %s", rows[i].json, error->message);
    ck_assert_uint_eq(own.count + own.set_count, 0);
    ck_assert_ptr_null(own.rows);
    cxd_error_free(error);
  }
}
END_TEST

START_TEST(a_table_cut_at_any_byte_is_refused) {
  struct cxd__hours own;
  for (size_t len = 0; len < cxd__hours_builtin_len; len++)
    ck_assert_int_eq(cxd__hours_parse(cxd__hours_builtin, len, "own", &own, NULL), CXD_E_JSON);
}
END_TEST

START_TEST(a_table_with_any_byte_changed_is_read_or_refused) {
  char *copy = cxd__strndup(cxd__hours_builtin, cxd__hours_builtin_len);
  static const char changes[] = {'"', '9', '{', ']', '\\'};
  for (size_t i = 0; i < cxd__hours_builtin_len; i++) {
    struct cxd__hours own;
    copy[i] = changes[i % sizeof changes];
    cxd_status status = cxd__hours_parse(copy, cxd__hours_builtin_len, "own", &own, NULL);
    ck_assert(status == CXD_OK || status == CXD_E_JSON || status == CXD_E_CONFIG);
    cxd__hours_free(&own);
    copy[i] = cxd__hours_builtin[i];
  }
  cxd__free(copy);
}
END_TEST

START_TEST(a_table_is_read_whole_or_not_at_all) {
  for (size_t n = 1;; n++) {
    struct cxd__hours own;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__hours_parse(cxd__hours_builtin, cxd__hours_builtin_len, "own", &own, NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, used < n ? CXD_OK : CXD_E_NOMEM);
    ck_assert_uint_eq(own.count, used < n ? table.count : 0);
    cxd__hours_free(&own);
    if (used < n)
      break;
  }
}
END_TEST

/* ---- writing ---- */

START_TEST(rows_are_written_as_they_were_read) {
  struct cxd__buf out = {0};
  cxd__hours_write(&table, NULL, &out);
  struct cxd__slice file = value_of(cxd__hours_builtin), list = value_of(out.data), key, item;
  struct cxd__json_iter iter;
  size_t count = 0;
  cxd__json_walk(&iter, list);
  for (; cxd__json_next(&iter, &key, &item); count++) {
    char *code = cxd__json_string(cxd__json_member(item, "code"), NULL);
    struct cxd__slice row = cxd__json_member(cxd__json_member(file, "jurisdictions"), code);
    static const char *const same[] = {"title", "hours", "source", "checked", "also_zone", "since"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
      ck_assert_msg(cxd__json_equal(cxd__json_member(item, same[i]), cxd__json_member(row, same[i])), "%s %s", code, same[i]);
    cxd__free(code);
  }
  ck_assert_uint_eq(count, table.count);
  ck_assert_ptr_nonnull(strstr(out.data, "\"since\":\"2026-10-18\",\"before\":{\"hours\":{\"mon-sun\":[\"08:00-21:00\"]},\"holidays\":null}}"));
  ck_assert_ptr_nonnull(strstr(out.data, "{\"code\":\"US-FL\",\"title\":\"Florida\",\"hours\":{\"mon-sun\":[\"08:00-20:00\"]},\"holidays\":null,\"source\":\"Fla. Stat. 501.616(6)\","
                                         "\"checked\":\"2026-11-22\",\"note\":null}"));
  cxd__buf_free(&out);
}
END_TEST

static char *codes_of(const struct cxd__buf *out) {
  struct cxd__buf codes = {0};
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  cxd__json_walk(&iter, value_of(out->data));
  while (cxd__json_next(&iter, &key, &item)) {
    struct cxd__slice code = cxd__json_member(item, "code"), title = cxd__json_member(item, "title");
    cxd__buf_add(&codes, code.p + 1, code.len - 2);
    cxd__buf_str(&codes, cxd__json_string_is(title, "mine") ? "! " : " ");
  }
  return cxd__buf_take(&codes);
}

START_TEST(own_rows_stand_in_place_of_those_with_the_same_code) {
  static const struct { const char *own[4], *codes; } rows[] = {
      {{"b"}, "a b! c "}, {{"A", "d"}, "A! a b c d! "}, {{"a", "b", "c"}, "a! b! c! "}, {{"bb"}, "a b bb! c "}, {{0}, "a b c "}};
  struct cxd__jurisdiction theirs[] = {{.code = (char[]){"a"}, .since = INT64_MIN}, {.code = (char[]){"b"}, .since = INT64_MIN}, {.code = (char[]){"c"}, .since = INT64_MIN}};
  struct cxd__hours three = {.count = 3, .rows = theirs};
  char title[] = "mine";
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__jurisdiction mine[4];
    struct cxd__hours own = {.rows = mine};
    struct cxd__buf out = {0};
    char copy[4][4];
    for (; own.count < 4 && rows[i].own[own.count]; own.count++) {
      strcpy(copy[own.count], rows[i].own[own.count]);
      mine[own.count] = (struct cxd__jurisdiction){.code = copy[own.count], .title = title, .since = INT64_MIN};
    }
    cxd__hours_write(&three, &own, &out);
    char *codes = codes_of(&out);
    ck_assert_str_eq(codes, rows[i].codes);
    cxd__free(codes);
    cxd__buf_free(&out);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("hours_table");
  TCase *data = suite_case(suite, "data", setup, teardown);
  tcase_add_test(data, every_row_has_the_hours_of_its_law);
  tcase_add_test(data, every_row_names_its_source_and_when_it_was_checked);
  tcase_add_test(data, what_is_in_doubt_is_said_in_a_note);
  tcase_add_test(data, pennsylvania_changed_its_hours);
  tcase_add_test(data, mississippi_looks_at_the_central_zone_too);
  tcase_add_test(data, sets_of_holidays_have_the_days_of_their_state);
  tcase_add_test(data, election_days_are_tuesdays_after_a_monday_in_november);
  tcase_add_test(data, what_is_built_in_is_the_file_that_is_installed);
  TCase *own = suite_case(suite, "own", setup, teardown);
  tcase_set_timeout(own, 60);
  tcase_add_test(own, sets_may_stand_behind_the_rows_that_name_them);
  tcase_add_test(own, faults_of_a_table_are_told);
  tcase_add_test(own, a_table_cut_at_any_byte_is_refused);
  tcase_add_test(own, a_table_with_any_byte_changed_is_read_or_refused);
  tcase_add_test(own, a_table_is_read_whole_or_not_at_all);
  tcase_add_test(own, rows_are_written_as_they_were_read);
  tcase_add_test(own, own_rows_stand_in_place_of_those_with_the_same_code);
  return run_suite(suite);
}
