/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Every change of one kind to a small log of two segments is found, and nothing is said that a crash would leave. */
#define _GNU_SOURCE /* memmem */
#include "audit/reader.h"

#include "audit_case.h"

static struct cxd__buf aside; /* the text of the segment that was moved aside */
static char side_path[320];
static char last[96];         /* checkpoint of the last record */
static const struct cxd__audit_key *key;

static void make_log(const char *with) {
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, with);
  audit_log_update(&alog, 1);
  audit_log_rotate(&alog, "size");
  audit_log_update(&alog, 2);
  audit_log_write(&alog);
  audit_log_beside(&alog, alog.aside, side_path);
  cxd__buf_free(&aside);
  aside = read_file(side_path);
  key = with ? &alog.key : NULL;
  checkpoint(&alog.last, last);
}

static void close_sweep(void) {
  cxd__buf_free(&aside);
  close_case();
}

static int has_error(void) { return strstr(verdict.codes, "E:") != NULL; }

/* In place: some file systems take a file that is emptied and written again for one that must be on the disk at once. */
static void overwrite(const char *path, const char *text, size_t len) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(pwrite(fd, text, len, 0), (ssize_t)len);
  ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
  (void)close(fd);
}

/* One of the two files holds another text; the other one is as it was. */
static void read_changed(const char *path, const char *text, size_t len, const char *expected) {
  overwrite(path, text, len);
  read_with(log_path, key, expected);
  ck_assert_int_eq(verdict.status, CXD_OK);
}

/* Under a sanitizer one place in so many: it looks at memory, not at what is found. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEP 13
#else
#define STEP 1
#endif

static void flip_all(const char *path, struct cxd__buf *text) {
  for (size_t i = 0; i < text->len; i += STEP)
    for (int bit = 0; bit < 8; bit++) {
      text->data[i] = (char)(text->data[i] ^ (1 << bit));
      read_changed(path, text->data, text->len, NULL);
      ck_assert_msg(has_error(), "%s: byte %zu bit %d: \"%s\"", path, i, bit, verdict.codes);
      text->data[i] = (char)(text->data[i] ^ (1 << bit));
    }
  read_changed(path, text->data, text->len, last);
  ck_codes("");
}

START_TEST(every_changed_bit_is_found) {
  make_log(_i ? AUDIT_LOG_KEY : NULL);
  flip_all(side_path, &aside);
  flip_all(log_path, &alog.text);
}
END_TEST

static size_t lines_of(const struct cxd__buf *text) {
  size_t count = 0;
  for (size_t i = 0; i < text->len; i++)
    count += text->data[i] == '\n';
  return count;
}

static struct cxd__slice line_of(const struct cxd__buf *text, size_t n) {
  const char *at = text->data;
  while (n-- > 0)
    at = strchr(at, '\n') + 1;
  return (struct cxd__slice){at, (size_t)(strchr(at, '\n') - at) + 1};
}

/* The lines in another order; SIZE_MAX ends it. */
static void read_in_order(const char *path, const struct cxd__buf *text, const size_t *order, const char *expected) {
  struct cxd__buf changed = {0};
  cxd__buf_add(&changed, "", 0);
  for (; *order != SIZE_MAX; order++) {
    struct cxd__slice line = line_of(text, *order);
    cxd__buf_add(&changed, line.p, line.len);
  }
  read_changed(path, changed.data, changed.len, expected);
  cxd__buf_free(&changed);
}

static void plain_order(size_t *order, size_t count) {
  for (size_t i = 0; i < count; i++)
    order[i] = i;
  order[count] = SIZE_MAX;
}

static void delete_each(const char *path, const struct cxd__buf *text) {
  size_t order[16], count = lines_of(text);
  for (size_t i = 0; i < count; i++) {
    plain_order(order, count);
    memmove(order + i, order + i + 1, (count - i) * sizeof *order);
    read_in_order(path, text, order, last);
    ck_assert_msg(has_error(), "without line %zu: \"%s\"", i, verdict.codes);
  }
  read_changed(path, text->data, text->len, NULL);
}

static void double_each(const char *path, const struct cxd__buf *text) {
  size_t order[16], count = lines_of(text);
  for (size_t i = 0; i < count; i++)
    for (size_t to = 0; to <= count; to++) {
      plain_order(order, count);
      memmove(order + to + 1, order + to, (count + 1 - to) * sizeof *order);
      order[to] = i;
      read_in_order(path, text, order, NULL);
      ck_assert_msg(has_error(), "line %zu again at %zu: \"%s\"", i, to, verdict.codes);
    }
  read_changed(path, text->data, text->len, NULL);
}

static void swap_each(const char *path, const struct cxd__buf *text) {
  size_t order[16], count = lines_of(text);
  for (size_t i = 0; i < count; i++)
    for (size_t k = i + 1; k < count; k++) {
      plain_order(order, count);
      order[i] = k;
      order[k] = i;
      read_in_order(path, text, order, NULL);
      ck_assert_msg(has_error(), "lines %zu and %zu: \"%s\"", i, k, verdict.codes);
    }
  read_changed(path, text->data, text->len, NULL);
}

START_TEST(every_line_left_out_doubled_or_swapped_is_found) {
  make_log(_i ? AUDIT_LOG_KEY : NULL);
  delete_each(side_path, &aside);
  delete_each(log_path, &alog.text);
  double_each(side_path, &aside);
  double_each(log_path, &alog.text);
  swap_each(side_path, &aside);
  swap_each(log_path, &alog.text);
  ck_codes("");
}
END_TEST

START_TEST(a_cut_is_found_with_a_checkpoint_and_is_no_alarm_without) {
  make_log(_i ? AUDIT_LOG_KEY : NULL);
  for (size_t len = 0; len < alog.text.len; len += STEP) {
    int is_between = len == 0 || alog.text.data[len - 1] == '\n', is_in_genesis = len < line_of(&alog.text, 0).len;
    read_changed(log_path, alog.text.data, len, NULL);
    ck_assert_msg(has_error() == is_in_genesis, "%zu bytes: \"%s\"", len, verdict.codes);
    ck_assert_msg(is_in_genesis || is_between == (strstr(verdict.codes, "W:torn") == NULL), "%zu bytes: \"%s\"", len, verdict.codes);
    read_changed(log_path, alog.text.data, len, last);
    ck_assert_msg(strstr(verdict.codes, "E:expect") != NULL, "%zu bytes: \"%s\"", len, verdict.codes);
  }
}
END_TEST

START_TEST(a_cut_of_a_segment_that_was_moved_aside_is_found) {
  make_log(NULL);
  for (size_t len = 0; len < aside.len; len += STEP) {
    read_changed(side_path, aside.data, len, NULL);
    ck_assert_msg(has_error(), "%zu bytes: \"%s\"", len, verdict.codes);
  }
}
END_TEST

START_TEST(bytes_put_in_anywhere_are_found) {
  static const char *const pieces[] = {"\n", "x", "\"}", "\"}\n"};
  make_log(NULL);
  for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++)
    for (size_t at = 0; at < alog.text.len; at += STEP) {
      put_in(at, pieces[p], strlen(pieces[p]));
      read_changed(log_path, alog.text.data, alog.text.len, NULL);
      ck_assert_msg(has_error(), "\"%s\" at %zu: \"%s\"", pieces[p], at, verdict.codes);
      cut_out(at, at + strlen(pieces[p]));
    }
}
END_TEST

START_TEST(an_old_copy_is_found_with_a_checkpoint) {
  make_log(NULL);
  const char *end = line_of(&aside, 2).p;
  read_changed(log_path, aside.data, (size_t)(end - aside.data), NULL); /* as it was before the first update ended */
  ck_codes("E:segment N:open"); /* it stands beside itself */
  read_changed(log_path, aside.data, (size_t)(end - aside.data), last);
  ck_codes("E:segment E:expect N:open");
}
END_TEST

/* Without the key nobody can write the end anew. */
START_TEST(records_sealed_anew_are_found_in_a_keyed_log) {
  make_log(AUDIT_LOG_KEY);
  struct cxd__audit_key kept = {0};
  ck_ok(cxd__audit_key_copy(&alog.key, &kept, NULL));
  key = &kept;
  size_t at = line_at(3);
  struct cxd__link before = link_of_line(2), next;
  audit_log_use_key(&alog, "a key that somebody else made up");
  audit_log_seal(&alog, &before, "\"k\":\"outcome\",\"op\":\"018f-2\"", &next);
  alog.text.len = at;
  put_in(at, alog.line.data, alog.line.len);
  read_changed(log_path, alog.text.data, alog.text.len, NULL);
  ck_codes("E:key");
  audit_log_use_key(&alog, NULL);
  audit_log_seal(&alog, &before, "\"k\":\"outcome\",\"op\":\"018f-2\"", &next);
  alog.text.len = at;
  put_in(at, alog.line.data, alog.line.len);
  read_changed(log_path, alog.text.data, alog.text.len, NULL);
  ck_codes("E:unkeyed");
  cxd__audit_key_clear(&kept);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_tamper");
  TCase *tc = suite_case(suite, "audit_tamper", open_case, close_sweep);
  tcase_set_timeout(tc, 120);
  tcase_add_loop_test(tc, every_changed_bit_is_found, 0, 2);
  tcase_add_loop_test(tc, every_line_left_out_doubled_or_swapped_is_found, 0, 2);
  tcase_add_loop_test(tc, a_cut_is_found_with_a_checkpoint_and_is_no_alarm_without, 0, 2);
  tcase_add_test(tc, a_cut_of_a_segment_that_was_moved_aside_is_found);
  tcase_add_test(tc, bytes_put_in_anywhere_are_found);
  tcase_add_test(tc, an_old_copy_is_found_with_a_checkpoint);
  tcase_add_test(tc, records_sealed_anew_are_found_in_a_keyed_log);
  return run_suite(suite);
}
