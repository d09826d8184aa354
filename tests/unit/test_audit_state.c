/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* mkdtemp, O_CLOEXEC */
#include "audit/pending.h"
#include "audit/state.h"
#include "audit/window.h"
#include "base/mem.h"
#include "run.h"
#include "segments.h"

static struct cxd__seal own, plain;
static struct cxd__seals seals;
static struct cxd__state state;
static struct cxd__buf line;
static struct cxd__link next;

static void begin_test(void) {
  make_dir();
  memset(&state, 0, sizeof state);
  memset(&line, 0, sizeof line);
  memset(&next, 0, sizeof next);
  ck_ok(cxd__seal_open(&own, NULL, NULL));
  ck_ok(cxd__seal_open(&plain, NULL, NULL));
  seals = (struct cxd__seals){.own = &own, .plain = &plain};
}

static void end_test(void) {
  cxd__state_free(&state);
  cxd__buf_free(&line);
  cxd__seal_close(&own);
  cxd__seal_close(&plain);
  remove_dir();
}

/* The line of the record behind `last`, without its newline. */
static struct cxd__slice sealed(struct cxd__seal *seal, const struct cxd__link *last, const char *body) {
  const struct cxd__stamp stamp = {.wall_us = 1764345600000000, .boot_us = 7000000, .boot = "b-1", .writer = "h/1/00000001"};
  ck_ok(cxd__chain_seal(seal, last, &stamp, body, strlen(body), &line, &next, NULL));
  return (struct cxd__slice){line.data, line.len - 1};
}

static void begin(void) {
  static const struct cxd__link none;
  const char *what = NULL;
  ck_ok(cxd__state_begin(&state, &seals, sealed(&plain, &none, "\"k\":\"genesis\""), &what));
}

static void take(const char *body) {
  const char *what = NULL;
  cxd_status status = cxd__state_take(&state, &seals, sealed(&plain, &state.last, body), &what);
  ck_assert_msg(status == CXD_OK, "%s: %s", body, what);
}

static void ck_opens(const char *expected) {
  struct cxd__buf list = {0};
  for (size_t i = 0; i < state.opens.count; i++)
    cxd__buf_fmt(&list, "%s%lld", i ? "," : "[", (long long)state.opens.items[i].seq);
  cxd__buf_char(&list, ']');
  ck_assert_str_eq(list.data, expected);
  cxd__buf_free(&list);
}

START_TEST(a_genesis_says_where_and_when_a_segment_begins) {
  begin();
  ck_assert_int_eq(state.first.seq, 1);
  ck_assert_int_eq(state.last.seq, 1);
  ck_assert_str_eq(state.day, "2025-11-28");
  ck_assert_str_eq(state.mark_boot, "b-1");
  ck_assert_int_eq(state.mark_us, 7000000);
  ck_assert_str_eq(state.kid, "");
}
END_TEST

START_TEST(intents_open_and_outcomes_close_in_the_order_of_their_numbers) {
  begin();
  for (int i = 0; i < 20; i++) {
    char body[60];
    (void)snprintf(body, sizeof body, "\"k\":\"intent\",\"op\":\"%d\",\"campaign\":\"c\"", i % 10);
    take(body);
  }
  ck_opens("[12,13,14,15,16,17,18,19,20,21]");
  take("\"k\":\"outcome\",\"op\":\"0\"");
  take("\"k\":\"outcome\",\"op\":\"4\"");
  take("\"k\":\"outcome\",\"op\":\"9\"");
  take("\"k\":\"outcome\",\"op\":\"nobody\"");
  ck_opens("[13,14,15,17,18,19,20]");
  take("\"k\":\"outcome\",\"op\":\"other\",\"recovered\":true,\"intent_seq\":15");
  ck_opens("[13,14,17,18,19,20]");
  take("\"k\":\"intent\",\"op\":\"1\"");
  ck_opens("[14,17,18,19,20,27]");
  ck_assert(cxd__opens_has(&state.opens, 27));
  ck_assert(!cxd__opens_has(&state.opens, 13));
  ck_assert_int_eq(state.intents, 21);
  ck_assert_int_eq(state.outcomes, 5);
  ck_assert_int_eq(state.since, 26);
  take("\"k\":\"intent\"");
  ck_opens("[14,17,18,19,20,27]"); /* of no update: nothing can close it */
  struct cxd__slice w = cxd__open_writer(&state.opens.items[5]);
  ck_assert_uint_eq(w.len, strlen("\"h/1/00000001\""));
  ck_assert_mem_eq(w.p, "\"h/1/00000001\"", w.len);
  ck_assert_ptr_null(cxd__open_campaign(&state.opens.items[5]).p);
  ck_assert_mem_eq(cxd__open_op(&state.opens.items[5]).p, "\"1\"", 3);
}
END_TEST

START_TEST(a_checkpoint_is_a_mark_and_a_rotate_record_an_end) {
  const char *what = NULL;
  begin();
  take("\"k\":\"intent\",\"op\":\"a\"");
  take("\"k\":\"checkpoint\",\"intents\":1,\"outcomes\":0,\"open\":[{\"seq\":2,\"op\":\"a\"}]");
  ck_assert_int_eq(state.since, 0);
  take("\"k\":\"attempt\",\"op\":\"a\"");
  ck_assert_int_eq(state.since, 1);
  take("\"k\":\"rotate\",\"next\":6,\"as\":\"x\",\"why\":\"day\"");
  ck_assert(state.ended);
  ck_assert_str_eq(state.why, "day");
  ck_assert_int_eq(cxd__state_take(&state, &seals, sealed(&plain, &state.last, "\"k\":\"attempt\""), &what), CXD_E_AUDIT);
  ck_assert_str_eq(what, "stands behind the end of its segment");
}
END_TEST

START_TEST(what_is_not_the_next_record_is_refused_and_changes_nothing) {
  static const char form[] = "is not a whole record";
  const char *what = NULL;
  begin();
  take("\"k\":\"intent\",\"op\":\"a\"");
  struct cxd__link last = state.last, other = {.seq = 2}, later = {.seq = 3};
  const struct {
    struct cxd__slice text;
    const char *what;
  } rows[] = {
      {{"", 0}, form},
      {{"hello", 5}, form},
      {{line.data, line.len}, form}, /* with its newline */
      {{line.data, line.len - 2}, form},
      {{line.data, line.len - 1}, "has another number than the one that is due"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(cxd__state_take(&state, &seals, rows[i].text, &what), CXD_E_AUDIT);
    ck_assert_str_eq(what, rows[i].what);
  }
  ck_assert_int_eq(cxd__state_take(&state, &seals, sealed(&plain, &other, "\"k\":\"x\""), &what), CXD_E_AUDIT);
  ck_assert_str_eq(what, "does not follow the record before it");
  ck_assert_int_eq(cxd__state_take(&state, &seals, sealed(&plain, &later, "\"k\":\"x\""), &what), CXD_E_AUDIT);
  ck_assert_str_eq(what, "has another number than the one that is due");
  ck_assert_int_eq(cxd__state_take(&state, &seals, sealed(&plain, &last, "\"k\":\"genesis\""), &what), CXD_E_AUDIT);
  ck_assert_str_eq(what, "is a genesis in the middle of a segment");
  struct cxd__slice text = sealed(&plain, &last, "\"k\":\"x\",\"y\":1");
  *strstr(line.data, "\"y\":1") = '\'';
  ck_assert_int_eq(cxd__state_take(&state, &seals, text, &what), CXD_E_AUDIT);
  ck_assert_str_eq(what, "is not what its hash was made from");
  ck_assert_int_eq(state.last.seq, 2);
  ck_assert_mem_eq(state.last.h, last.h, sizeof last.h);
  ck_opens("[2]");
  ck_assert_int_eq(cxd__state_begin(&state, &seals, sealed(&plain, &last, "\"k\":\"intent\""), &what), CXD_E_AUDIT);
  ck_assert_int_eq(state.last.seq, 2);
}
END_TEST

START_TEST(records_of_another_key_than_the_segment_are_refused) {
  char path[300];
  struct cxd__audit_key key = {.kid = ""};
  const char *what = NULL;
  beside("key", path);
  write_file(path, "0123456789abcdef", 16);
  ck_ok(cxd__audit_key_load(path, &key, NULL));
  cxd__seal_close(&own);
  begin();
  struct cxd__link last = state.last;
  ck_ok(cxd__seal_open(&own, &key, NULL));
  ck_assert_int_eq(cxd__state_take(&state, &seals, sealed(&own, &last, "\"k\":\"x\""), &what), CXD_E_AUDIT);
  ck_assert_str_eq(what, "is sealed with another key than the rest of its segment");
  ck_ok(cxd__state_begin(&state, &seals, sealed(&own, &last, "\"k\":\"genesis\""), &what));
  ck_assert_str_eq(state.kid, key.kid);
  ck_assert_int_eq(cxd__state_take(&state, &seals, sealed(&plain, &state.last, "\"k\":\"x\""), &what), CXD_E_AUDIT);
  ck_ok(cxd__state_take(&state, &seals, sealed(&own, &state.last, "\"k\":\"x\""), &what));
  ck_assert_ptr_null(cxd__seals_of(&seals, "0000000000000000"));
  cxd__audit_key_clear(&key);
}
END_TEST

START_TEST(without_memory_a_record_is_not_taken) {
  begin();
  for (int i = 0; i < 8; i++) {
    char body[60];
    (void)snprintf(body, sizeof body, "\"k\":\"intent\",\"op\":\"%d\"", i);
    take(body);
  }
  struct cxd__slice text = sealed(&plain, &state.last, "\"k\":\"intent\",\"op\":\"x\"");
  const char *what = NULL;
  for (size_t n = 1;; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = cxd__state_take(&state, &seals, text, &what);
    cxd__mem_fail_at(0);
    if (status == CXD_OK)
      break;
    ck_assert_int_eq(status, CXD_E_NOMEM);
    ck_opens("[2,3,4,5,6,7,8,9]");
    ck_assert_uint_lt(n, 20);
  }
  ck_opens("[2,3,4,5,6,7,8,9,10]");
}
END_TEST

START_TEST(a_window_gives_the_lines_of_a_file_in_both_directions) {
  struct cxd__window window;
  struct cxd__buf text = {0};
  size_t starts[3001];
  for (int i = 0; i < 3000; i++) {
    starts[i] = text.len;
    for (int n = 0; n < (i * 37) % 211; n++)
      cxd__buf_char(&text, (char)('a' + n % 26));
    cxd__buf_char(&text, '\n');
  }
  starts[3000] = text.len;
  write_file(log_path, text.data, text.len);
  int fd = open(log_path, O_RDONLY | O_CLOEXEC);
  ck_assert_int_eq(cxd__window_open(&window), 0);
  cxd__window_on(&window, fd);
  struct cxd__slice slice;
  for (int i = 0; i < 3000; i++) {
    ck_assert_int_eq(cxd__line_at(&window, (int64_t)starts[i], (int64_t)text.len, &slice), 1);
    ck_assert_uint_eq(slice.len, starts[i + 1] - starts[i] - 1);
    ck_assert_mem_eq(slice.p, text.data + starts[i], slice.len);
  }
  for (int i = 3000; i-- > 0;) {
    ck_assert_int_eq(cxd__line_before(&window, (int64_t)starts[i + 1], &slice), 1);
    ck_assert_uint_eq(slice.len, starts[i + 1] - starts[i] - 1);
    ck_assert_mem_eq(slice.p, text.data + starts[i], slice.len);
  }
  ck_assert_int_eq(cxd__line_at(&window, 0, (int64_t)text.len + 1, &slice), 1);
  ck_assert_int_eq(cxd__line_at(&window, (int64_t)text.len, (int64_t)text.len + 1, &slice), -1); /* the file ends before */
  cxd__window_close(&window);
  close(fd);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_line_longer_than_a_record_is_none) {
  struct cxd__window window;
  struct cxd__slice slice;
  struct cxd__buf text = {0};
  int64_t behind = 0;
  for (int i = 0; i < 3 * CXD__AUDIT_MAX_RECORD; i++)
    cxd__buf_char(&text, i == 5 || i == 6 + CXD__AUDIT_MAX_RECORD - 1 ? '\n' : 'x');
  write_file(log_path, text.data, text.len);
  int fd = open(log_path, O_RDONLY | O_CLOEXEC);
  ck_assert_int_eq(cxd__window_open(&window), 0);
  cxd__window_on(&window, fd);
  ck_assert_int_eq(cxd__line_at(&window, 6, (int64_t)text.len, &slice), 1); /* as long as can be */
  ck_assert_uint_eq(slice.len, CXD__AUDIT_MAX_RECORD - 1);
  ck_assert_int_eq(cxd__line_before(&window, 6 + CXD__AUDIT_MAX_RECORD, &slice), 1);
  ck_assert_uint_eq(slice.len, CXD__AUDIT_MAX_RECORD - 1);
  ck_assert_int_eq(cxd__line_at(&window, 6 + CXD__AUDIT_MAX_RECORD, (int64_t)text.len, &slice), 0);
  ck_assert_int_eq(cxd__line_before(&window, (int64_t)text.len, &slice), 0);
  ck_assert_int_eq(cxd__last_newline(&window, (int64_t)text.len, &behind), 0);
  ck_assert_int_eq(behind, 6 + CXD__AUDIT_MAX_RECORD);
  ck_assert_int_eq(cxd__last_newline(&window, 5, &behind), 0);
  ck_assert_int_eq(behind, 0);
  cxd__window_close(&window);
  close(fd);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(pending_records_keep_their_memory) {
  struct cxd__pending pending = {0};
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 10; i++) {
      ck_assert_int_eq(cxd__pending_ready(&pending, "a line", 6), 0);
      cxd__pending_add(&pending, 10 * round + i);
    }
    ck_assert_uint_eq(pending.count, 10);
    ck_assert_int_eq(pending.items[9].seq, 10 * round + 9);
    ck_assert_str_eq(pending.items[9].line.data, "a line");
    ck_assert_int_eq(pending.items[3].again, 0);
    ck_assert_int_eq(cxd__pending_again(&pending.items[3], 99, "another", 7), 0);
    ck_assert_int_eq(pending.items[3].again, 99);
    ck_assert_str_eq(pending.items[3].line_again.data, "another");
    cxd__pending_clear(&pending);
    cxd__mem_fail_at(0);
  }
  ck_assert_int_eq(cxd__pending_ready(&pending, "a line", 6), 0);
  ck_assert_uint_eq(cxd__mem_count(), 0);
  cxd__pending_unready(&pending);
  cxd__mem_fail_at(1);
  char large[1000] = "";
  ck_assert_int_eq(cxd__pending_ready(&pending, large, sizeof large), -1);
  cxd__mem_fail_at(0);
  cxd__pending_free(&pending);
}
END_TEST

START_TEST(texts_of_records_are_read_as_far_as_they_are_ours) {
  char text[8];
  static const struct {
    const char *value, *text;
  } rows[] = {{"\"abc\"", "abc"}, {"\"\"", ""}, {"\"1234567\"", "1234567"}, {"\"12345678\"", ""}, {"\"a\\n\"", ""}, {"7", ""}, {"null", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__slice value = {rows[i].value, strlen(rows[i].value)};
    ck_assert_uint_eq(cxd__field_text(value, text, sizeof text), strlen(rows[i].text));
    ck_assert_str_eq(text, rows[i].text);
  }
  ck_assert_uint_eq(cxd__field_text((struct cxd__slice){NULL, 0}, text, sizeof text), 0);
  ck_assert(cxd__field_is((struct cxd__slice){"\"abc\"", 5}, "abc"));
  ck_assert(!cxd__field_is((struct cxd__slice){"\"abc\"", 5}, "ab"));
  ck_assert(!cxd__field_is((struct cxd__slice){NULL, 0}, ""));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_state");
  TCase *tc = tcase_create("audit_state");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, begin_test, end_test);
  tcase_add_test(tc, a_genesis_says_where_and_when_a_segment_begins);
  tcase_add_test(tc, intents_open_and_outcomes_close_in_the_order_of_their_numbers);
  tcase_add_test(tc, a_checkpoint_is_a_mark_and_a_rotate_record_an_end);
  tcase_add_test(tc, what_is_not_the_next_record_is_refused_and_changes_nothing);
  tcase_add_test(tc, records_of_another_key_than_the_segment_are_refused);
  tcase_add_test(tc, without_memory_a_record_is_not_taken);
  tcase_add_test(tc, a_window_gives_the_lines_of_a_file_in_both_directions);
  tcase_add_test(tc, a_line_longer_than_a_record_is_none);
  tcase_add_test(tc, pending_records_keep_their_memory);
  tcase_add_test(tc, texts_of_records_are_read_as_far_as_they_are_ours);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
