/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fdatasync and the like, memrchr */
#include "audit_calls.h"
#include "run.h"
#include "segments.h"

/* Genesis, an intent that stays open, and outcomes: the file, closed. */
static struct cxd__buf make_log(int outcomes) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "open");
  for (int i = 0; i < outcomes; i++)
    (void)append_as(audit, "outcome", "x");
  cxd__audit_close(audit);
  return read_file(log_path);
}

/* Where the n-th line begins, from 0. */
static size_t line_at(const struct cxd__buf *text, int n) {
  size_t at = 0;
  while (n-- > 0)
    at += strcspn(text->data + at, "\n") + 1;
  return at;
}

static void ck_same(const char *name, const struct cxd__buf *text) {
  char path[300];
  beside(name, path);
  struct cxd__buf is = read_file(path);
  ck_assert_uint_eq(is.len, text->len);
  ck_assert_mem_eq(is.data, text->data, is.len);
  cxd__buf_free(&is);
}

/* One breach behind record `last`; nothing of the file was changed. */
static void ck_breach(const struct cxd__buf *found, int64_t last, const char *reason) {
  struct whole whole = read_whole();
  struct cxd__buf now = read_file(log_path);
  char text[400];
  ck_assert_int_eq(whole.broken, 1);
  ck_same("audit.log.000000000001", found);
  struct cxd__slice genesis = nth(&now, KIND("genesis"), 0), fork = nth(&now, KIND("fork"), 0);
  ck_assert(cxd__field_is(member(genesis, "why"), "broken"));
  ck_assert_int_eq(member_int(genesis, "prev_seq"), last);
  ck_assert_int_eq(member_int(fork, "seq"), last + 2);
  ck_assert_int_eq(member_int(fork, "after"), last);
  ck_assert(cxd__field_is(member(fork, "file"), "audit.log.000000000001"));
  (void)cxd__field_text(member(fork, "reason"), text, sizeof text);
  ck_assert_msg(strstr(text, reason) != NULL, "%s", text);
  cxd__buf_free(&now);
  cxd__buf_free(&whole.text);
}

static void start_anew(void) {
  remove_dir();
  ck_assert_int_eq(mkdir(log_dir, 0700), 0);
}

START_TEST(any_flipped_byte_behind_the_genesis_is_a_breach_and_the_log_goes_on_behind_it) {
  struct cxd__buf text = make_log(3);
  size_t first = line_at(&text, 1);
  for (size_t i = first; i < text.len; i += 7) {
    int64_t line = 1 + times(text.data, "\n"); /* the record whose bytes these are */
    for (size_t at = text.len; at-- > i;)
      line -= text.data[at] == '\n';
    text.data[i] ^= 1;
    write_file(log_path, text.data, text.len);
    struct cxd__audit *audit = open_log();
    ck_alarm(audit, "may have been tampered with");
    ck_alarm(audit, "audit verify");
    (void)append_as(audit, "outcome", "x");
    ck_alarm(audit, "may have been tampered with");
    cxd__audit_close(audit);
    ck_breach(&text, line - 1, "the line at byte");
    text.data[i] ^= 1;
    audit = open_log(); /* known by now */
    ck_alarm(audit, NULL);
    cxd__audit_close(audit);
    start_anew();
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(open_intents_before_the_damage_stay_open_and_the_hash_is_that_of_the_file) {
  struct cxd__buf text = make_log(3);
  char hash[65];
  text.data[line_at(&text, 3) + 100] ^= 1;
  write_file(log_path, text.data, text.len);
  struct cxd__audit *audit = open_log();
  char *line = NULL;
  int64_t seq = 0;
  ck_ok(cxd__audit_dangling(audit, NULL, 0, &line, &seq, NULL));
  ck_assert_int_eq(seq, 2);
  cxd__free(line);
  cxd__audit_close(audit);
  struct cxd__buf now = read_file(log_path);
  cxd__sha256_hex(text.data, text.len, hash);
  struct cxd__slice genesis = nth(&now, KIND("genesis"), 0);
  ck_assert(cxd__field_is(member(genesis, "prev_sha256"), hash));
  ck_open_list(genesis, "[{\"seq\":2,\"op\":\"open\"}]");
  ck_assert_int_eq(member_int(nth(&now, KIND("fork"), 0), "bytes"), (int64_t)(text.len - line_at(&text, 3)));
  cxd__buf_free(&now);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(records_deleted_swapped_or_twice_are_breaches) {
  struct cxd__buf text = make_log(3), broken = {0};
  size_t b = line_at(&text, 2), c = line_at(&text, 3), d = line_at(&text, 4), e = text.len;
  const size_t orders[][5][2] = {
      {{0, b}, {c, d}, {d, e}, {0, 0}, {0, 0}}, /* deleted */
      {{0, b}, {c, d}, {b, c}, {d, e}, {0, 0}}, /* swapped */
      {{0, c}, {b, c}, {c, d}, {d, e}, {0, 0}}, /* twice */
      {{0, b}, {0, b}, {b, e}, {0, 0}, {0, 0}}, /* a second genesis */
  };
  static const int64_t last[] = {2, 2, 3, 2};
  static const char *const reasons[] = {"another number", "another number", "another number", "genesis in the middle"};
  for (size_t i = 0; i < 4; i++) {
    cxd__buf_reset(&broken);
    for (size_t n = 0; n < 5; n++)
      cxd__buf_add(&broken, text.data + orders[i][n][0], orders[i][n][1] - orders[i][n][0]);
    write_file(log_path, broken.data, broken.len);
    struct cxd__audit *audit = open_log();
    ck_alarm(audit, reasons[i]);
    (void)append_as(audit, "outcome", "x");
    cxd__audit_close(audit);
    ck_breach(&broken, last[i], reasons[i]);
    start_anew();
  }
  cxd__buf_free(&broken);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(lines_and_tails_of_others_are_breaches) {
  static char lines[40000];
  const char *const ends[] = {"hello\n", "\n", "{}\n", "{\"v\":1,\"seq\":5,\"k\":\"x\"}\n", lines};
  struct cxd__buf text = make_log(1);
  memset(lines, 'x', sizeof lines - 1);
  lines[sizeof lines - 2] = '\n';
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    struct cxd__buf both = {0};
    cxd__buf_add(&both, text.data, text.len);
    cxd__buf_str(&both, ends[i]);
    write_file(log_path, both.data, both.len);
    struct cxd__audit *audit = open_log();
    cxd__audit_close(audit);
    ck_breach(&both, 3, ends[i] == lines ? "longer than a record" : "not a whole record");
    start_anew();
    cxd__buf_free(&both);
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_whole_record_with_something_else_behind_it_is_not_torn) {
  struct cxd__buf text = make_log(2);
  text.data[text.len - 1] ^= 1;
  write_file(log_path, text.data, text.len);
  struct cxd__audit *audit = open_log();
  ck_alarm(audit, "whole record with something else behind it");
  cxd__audit_close(audit);
  ck_breach(&text, 3, "whole record");
  start_anew();
  memset(text.data + text.len - 1, '\0', 1); /* a byte that was never written is a crash, and so is none */
  for (size_t len = text.len; len >= text.len - 1; len--) {
    write_file(log_path, text.data, len);
    audit = open_log();
    ck_alarm(audit, NULL);
    cxd__audit_close(audit);
    ck_assert(is_there("audit.log.torn-4"));
    start_anew();
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_torn_end_behind_damage_is_not_touched) {
  struct cxd__buf text = make_log(2);
  text.data[line_at(&text, 2) + 100] ^= 1;
  cxd__buf_str(&text, "{\"v\":1,\"se");
  write_file(log_path, text.data, text.len);
  struct cxd__audit *audit = open_log();
  cxd__audit_close(audit);
  ck_breach(&text, 2, "the line at byte");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_damaged_genesis_is_refused_and_not_touched) {
  struct cxd__buf text = make_log(1);
  size_t end = line_at(&text, 1);
  for (size_t i = 0; i < end; i += 3) {
    struct cxd__audit *audit = NULL;
    text.data[i] ^= 1;
    write_file(log_path, text.data, text.len);
    ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "set audit.path to a new file");
    ck_assert_ptr_null(audit);
    ck_same("audit.log", &text);
    ck_assert(!is_there("audit.log.000000000001"));
    text.data[i] ^= 1;
  }
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_second_name_that_is_taken_gets_a_number) {
  struct cxd__buf text = make_log(1);
  char path[300];
  beside("audit.log.000000000001", path);
  write_file(path, "other", 5);
  cxd__buf_str(&text, "x\n");
  write_file(log_path, text.data, text.len);
  struct cxd__audit *audit = open_log();
  cxd__audit_close(audit);
  ck_same("audit.log.000000000001.1", &text);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.broken, 1);
  cxd__buf_free(&whole.text);
  cxd__buf_free(&text);
}
END_TEST

static void add_bytes(const char *bytes) {
  int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  ck_assert_int_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
  close(fd);
}

START_TEST(an_open_log_notices_what_somebody_else_wrote) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "open");
  add_bytes("a line\n");
  struct cxd__buf found = read_file(log_path);
  (void)append_as(audit, "outcome", "x");
  ck_alarm(audit, "may have been tampered with");
  cxd__audit_close(audit);
  ck_breach(&found, 2, "not a whole record");
  cxd__buf_free(&found);
}
END_TEST

START_TEST(an_open_log_notices_a_record_that_another_process_did_not_chain) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "open");
  struct cxd__buf text = read_file(log_path);
  add_bytes(text.data + line_at(&text, 1)); /* a copy of the last record */
  struct cxd__buf found = read_file(log_path);
  (void)append_as(audit, "outcome", "x");
  cxd__audit_close(audit);
  ck_breach(&found, 2, "another number");
  cxd__buf_free(&found);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(an_open_log_notices_that_records_went_missing) {
  for (int keep = 0; keep < 2; keep++) {
    struct cxd__audit *audit = open_log();
    (void)append_as(audit, "intent", "open");
    (void)append_as(audit, "outcome", "x");
    struct cxd__buf text = read_file(log_path);
    text.len = keep ? line_at(&text, 2) : 0;
    ck_assert_int_eq(truncate(log_path, (off_t)text.len), 0);
    (void)append_as(audit, "outcome", "x");
    ck_alarm(audit, "became shorter");
    cxd__audit_close(audit);
    ck_same("audit.log.000000000001", &text);
    struct cxd__buf now = read_file(log_path);
    struct cxd__slice genesis = nth(&now, KIND("genesis"), 0);
    ck_assert_int_eq(member_int(genesis, "prev_seq"), 3);
    ck_open_list(genesis, "[{\"seq\":2,\"op\":\"open\"}]");
    cxd__buf_free(&now);
    cxd__buf_free(&text);
    start_anew();
  }
}
END_TEST

START_TEST(an_open_log_notices_another_end_of_the_same_length_and_more) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "open");
  struct cxd__buf text = read_file(log_path);
  text.data[text.len - 10] ^= 1;
  write_file(log_path, text.data, text.len);
  add_bytes("x");
  (void)append_as(audit, "outcome", "x");
  ck_alarm(audit, "does not follow the record that was the last one");
  cxd__audit_close(audit);
  cxd__buf_free(&text);
}
END_TEST

static void ck_lost(const char *what) {
  struct whole whole = read_whole();
  struct cxd__buf now = read_file(log_path);
  ck_assert_int_eq(whole.broken, 1);
  ck_assert_int_eq(whole.last.seq, 6); /* nothing of the chain is missing */
  ck_assert(cxd__field_is(member(nth(&now, KIND("fork"), 0), "reason"), what));
  cxd__buf_free(&now);
  cxd__buf_free(&whole.text);
}

START_TEST(a_log_that_was_moved_away_or_deleted_goes_on_and_nothing_is_lost) {
  char path[300];
  beside("elsewhere", path);
  for (int deleted = 0; deleted < 2; deleted++) {
    struct cxd__audit *audit = open_log(), *other = open_log();
    (void)append_as(audit, "intent", "open");
    (void)append_as(audit, "outcome", "x");
    struct cxd__buf found = read_file(log_path);
    ck_assert_int_eq(deleted ? unlink(log_path) : rename(log_path, path), 0);
    (void)append_as(audit, "outcome", "x");
    ck_ok(cxd__audit_sync(audit, NULL));
    ck_alarm(audit, deleted ? "it was deleted" : "it was moved away");
    ck_same("audit.log.000000000001", &found);
    ck_lost(deleted ? "it was deleted" : "it was moved away");
    (void)append_as(other, "outcome", "x"); /* follows */
    ck_alarm(other, "another process");
    ck_ok(cxd__audit_reserve(audit, NULL));
    (void)append_as(audit, "outcome", "x");
    cxd__audit_close(audit);
    cxd__audit_close(other);
    struct whole whole = read_whole();
    ck_assert_int_eq(whole.broken, 1);
    ck_assert_int_eq(whole.last.seq, 8);
    cxd__buf_free(&whole.text);
    cxd__buf_free(&found);
    start_anew();
  }
}
END_TEST

START_TEST(an_old_copy_in_its_place_is_kept_and_the_log_goes_on_behind_its_own) {
  struct cxd__audit *audit = open_log();
  char path[300];
  struct cxd__buf old = read_file(log_path);
  (void)append_as(audit, "intent", "open");
  (void)append_as(audit, "outcome", "x");
  struct cxd__buf found = read_file(log_path);
  beside("copy", path);
  write_file(path, old.data, old.len);
  ck_assert_int_eq(rename(path, log_path), 0);
  (void)append_as(audit, "outcome", "x");
  ck_alarm(audit, "another file was put in its place");
  cxd__audit_close(audit);
  ck_same("audit.log.000000000001", &found);
  ck_same("audit.log.000000000001.1", &old);
  ck_lost("another file was put in its place");
  cxd__buf_free(&old);
  cxd__buf_free(&found);
}
END_TEST

START_TEST(another_log_in_its_place_is_not_touched) {
  struct cxd__audit *audit = open_log(), *other;
  (void)append_as(audit, "intent", "open");
  ck_assert_int_eq(unlink(log_path), 0);
  other = open_log(); /* begins anew, not knowing */
  (void)append_as(other, "outcome", "x");
  struct cxd__buf found = read_file(log_path);
  for (int i = 0; i < 2; i++)
    ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "not its continuation");
  ck_fails(cxd__audit_sync(audit, &error), CXD_E_AUDIT, "not its continuation");
  ck_same("audit.log", &found);
  cxd__audit_close(audit);
  (void)append_as(other, "outcome", "x");
  ck_alarm(other, NULL);
  cxd__audit_close(other);
  write_file(log_path, "hello\n", 6);
  cxd__buf_free(&found);
}
END_TEST

START_TEST(a_link_in_its_place_is_refused) {
  struct cxd__audit *audit = open_log();
  ck_assert_int_eq(unlink(log_path), 0);
  ck_assert_int_eq(symlink("/dev/null", log_path), 0);
  ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "symbolic link");
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_breach_that_cannot_be_written_down_ends_the_log) {
  int *const calls[] = {&fail_link, &fail_rename, &fail_sync, &fail_write};
  for (size_t i = 0; i < 4; i++) {
    struct cxd__audit *audit = open_log();
    add_bytes("a line\n");
    struct cxd__buf found = read_file(log_path);
    *calls[i] = EIO;
    writes_before_failure = 0;
    ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "may have been tampered with");
    *calls[i] = 0;
    ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "may have been tampered with");
    cxd__audit_close(audit);
    ck_same("audit.log", &found);
    ck_assert(!is_there("audit.log.new"));
    audit = open_log(); /* whoever opens it next tries again */
    ck_alarm(audit, "tampered");
    cxd__audit_close(audit);
    struct whole whole = read_whole();
    ck_assert_int_eq(whole.broken, 1);
    cxd__buf_free(&whole.text);
    cxd__buf_free(&found);
    start_anew();
  }
}
END_TEST

START_TEST(damage_in_a_later_segment_is_a_breach_of_that_one) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 2000};
  struct cxd__audit *audit = open_with(&small);
  (void)append_as(audit, "intent", "open");
  for (int i = 0; i < 8; i++)
    (void)append_as(audit, "outcome", "x");
  cxd__audit_close(audit);
  struct cxd__buf text = read_file(log_path);
  int64_t first = member_int(nth(&text, KIND("genesis"), 0), "seq");
  text.data[line_at(&text, 1) + 50] ^= 1;
  write_file(log_path, text.data, text.len);
  audit = open_with(&small);
  ck_alarm(audit, "tampered");
  (void)append_as(audit, "outcome", "open");
  char *line = NULL;
  ck_ok(cxd__audit_dangling(audit, NULL, 0, &line, NULL, NULL));
  ck_assert_ptr_null(line);
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.broken, 1);
  ck_assert_int_eq(whole.last.seq, first + 3);
  cxd__buf_free(&whole.text);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_list_of_open_intents_that_is_none_is_damage) {
  static const char *const bodies[] = {
      "\"open\":[{\"seq\":3,\"op\":\"b\"},{\"seq\":2,\"op\":\"a\"}]", "\"open\":[{\"seq\":99,\"op\":\"a\"}]", "\"open\":[\"a\"]", "\"open\":[2]", "\"open\":[{\"seq\":-1,\"op\":\"a\"}]",
      "\"open\":[{\"seq\":2,\"op\":\"a\"},{\"seq\":2,\"op\":\"b\"}]", "\"open\":[{\"seq\":2}]", "\"open\":[{\"op\":\"a\"}]", "\"open\":[{\"seq\":2,\"op\":7}]", "\"open\":[{\"seq\":\"2\",\"op\":\"a\"}]",
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct cxd__audit *audit = open_log();
    char body[100];
    (void)append_as(audit, "intent", "a");
    (void)append_as(audit, "intent", "b");
    (void)snprintf(body, sizeof body, "\"k\":\"checkpoint\",\"intents\":2,\"outcomes\":0,%s", bodies[i]);
    ck_ok(append_text(audit, body, NULL)); /* well chained, as by a program that is not ours */
    cxd__audit_close(audit);
    audit = open_log();
    ck_alarm(audit, "no list of open intents");
    cxd__audit_close(audit);
    start_anew();
  }
}
END_TEST

/* Three segments at least, an intent open since the first. */
static void make_segments(const struct cxd__audit_key *key) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 900, .key = key};
  struct cxd__audit *audit = open_with(&small);
  (void)append_as(audit, "intent", "open");
  for (int i = 0; i < 8; i++)
    (void)append_as(audit, "outcome", "x");
  cxd__audit_close(audit);
}

/* The newest segment goes; `keep`: bytes of its first line that stay, -1: not even the file. The last number of those before. */
static int64_t lose_newest(int keep) {
  struct cxd__buf text = read_file(log_path);
  int64_t last = member_int(nth(&text, KIND("genesis"), 0), "prev_seq");
  cxd__buf_free(&text);
  ck_assert_int_gt(last, 5);
  ck_assert_int_eq(keep < 0 ? unlink(log_path) : truncate(log_path, keep), 0);
  return last;
}

START_TEST(a_newest_segment_that_is_missing_or_empty_is_a_breach_and_no_new_log) {
  static const int keeps[] = {-1, 0, 1, 14, 17, 200};
  for (size_t i = 0; i < sizeof keeps / sizeof *keeps; i++) {
    make_segments(NULL);
    int64_t last = lose_newest(keeps[i]);
    for (int again = 0; again < 2; again++) {
      struct cxd__audit *audit = open_log();
      ck_alarm(audit, again ? NULL : "the segment after it is missing or empty");
      cxd__audit_close(audit);
    }
    struct whole whole = read_whole();
    struct cxd__buf now = read_file(log_path);
    struct cxd__slice genesis = nth(&now, KIND("genesis"), 0), fork = nth(&now, KIND("fork"), 0);
    char torn[60];
    ck_assert_int_eq(whole.broken, 1);
    ck_assert_int_eq(whole.last.seq, last + 2);
    ck_assert(cxd__field_is(member(genesis, "why"), "broken"));
    ck_assert_int_eq(member_int(genesis, "prev_seq"), last);
    ck_assert_int_eq(member_int(fork, "after"), last);
    ck_assert_int_eq(member_int(fork, "bytes"), keeps[i] > 0 ? keeps[i] : 0);
    (void)snprintf(torn, sizeof torn, "audit.log.torn-%lld", (long long)last + 1);
    ck_assert_int_eq(is_there(torn), keeps[i] > 0);
    cxd__buf_free(&now);
    cxd__buf_free(&whole.text);
    start_anew();
  }
}
END_TEST

START_TEST(an_intent_before_a_missing_segment_stays_open) {
  make_segments(NULL);
  (void)lose_newest(-1);
  struct cxd__audit *audit = open_log();
  char *line = NULL;
  int64_t seq = 0;
  ck_ok(cxd__audit_dangling(audit, NULL, 0, &line, &seq, NULL));
  ck_assert_int_eq(seq, 2);
  cxd__free(line);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_missing_segment_behind_those_of_another_key_is_refused) {
  struct cxd__audit_key key = {.kid = ""}, other = {.kid = ""};
  struct cxd__audit *audit = NULL;
  char path[300];
  beside("key", path);
  write_file(path, "0123456789abcdef", 16);
  ck_ok(cxd__audit_key_load(path, &key, NULL));
  write_file(path, "0123456789abcdeF", 16);
  ck_ok(cxd__audit_key_load(path, &other, NULL));
  make_segments(&key);
  (void)lose_newest(-1);
  const struct cxd__audit_options with_other = {.path = log_path, .sync = 1, .key = &other}, with_key = {.path = log_path, .sync = 1, .key = &key};
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "is keyed");
  ck_fails(cxd__audit_open_file(&with_other, &audit, &error), CXD_E_AUDIT, "use the same key");
  audit = open_with(&with_key);
  ck_alarm(audit, "missing or empty");
  cxd__audit_close(audit);
  cxd__audit_key_clear(&key);
  cxd__audit_key_clear(&other);
}
END_TEST

START_TEST(what_stands_beside_a_new_log_and_is_no_segment_of_it_does_not_matter) {
  char path[300];
  make_segments(NULL);
  beside("audit.log.000000000001", path);
  struct cxd__buf text = read_file(path);
  start_anew();
  static const char *const names[] = {"audit.log.000000000002", "other.log.000000000001", "audit.log.00000000001", "audit.log.1"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    beside(names[i], path);
    write_file(path, text.data, text.len);
  }
  text.data[100] ^= 1;
  beside("audit.log.000000000001", path);
  write_file(path, text.data, text.len);
  beside("audit.log.000000000003", path);
  ck_assert_int_eq(mkdir(path, 0700), 0);
  write_file(log_path, "{\"v\":1,\"se", 10);
  struct cxd__audit *audit = open_log();
  ck_alarm(audit, NULL);
  ck_assert_int_eq(append_as(audit, "outcome", "x"), 3);
  cxd__audit_close(audit);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_breach_behind_older_segments_that_cannot_be_written_down_is_found_again) {
  make_segments(NULL);
  (void)lose_newest(-1);
  struct cxd__audit *audit = NULL;
  fail_rename = EIO;
  ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "missing or empty");
  fail_rename = 0;
  audit = open_log();
  ck_alarm(audit, "missing or empty");
  cxd__audit_close(audit);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_broken");
  TCase *tc = tcase_create("audit_broken");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, make_dir, remove_dir);
  tcase_add_test(tc, any_flipped_byte_behind_the_genesis_is_a_breach_and_the_log_goes_on_behind_it);
  tcase_add_test(tc, open_intents_before_the_damage_stay_open_and_the_hash_is_that_of_the_file);
  tcase_add_test(tc, records_deleted_swapped_or_twice_are_breaches);
  tcase_add_test(tc, lines_and_tails_of_others_are_breaches);
  tcase_add_test(tc, a_whole_record_with_something_else_behind_it_is_not_torn);
  tcase_add_test(tc, a_torn_end_behind_damage_is_not_touched);
  tcase_add_test(tc, a_damaged_genesis_is_refused_and_not_touched);
  tcase_add_test(tc, a_second_name_that_is_taken_gets_a_number);
  tcase_add_test(tc, an_open_log_notices_what_somebody_else_wrote);
  tcase_add_test(tc, an_open_log_notices_a_record_that_another_process_did_not_chain);
  tcase_add_test(tc, an_open_log_notices_that_records_went_missing);
  tcase_add_test(tc, an_open_log_notices_another_end_of_the_same_length_and_more);
  tcase_add_test(tc, a_log_that_was_moved_away_or_deleted_goes_on_and_nothing_is_lost);
  tcase_add_test(tc, an_old_copy_in_its_place_is_kept_and_the_log_goes_on_behind_its_own);
  tcase_add_test(tc, another_log_in_its_place_is_not_touched);
  tcase_add_test(tc, a_link_in_its_place_is_refused);
  tcase_add_test(tc, a_breach_that_cannot_be_written_down_ends_the_log);
  tcase_add_test(tc, damage_in_a_later_segment_is_a_breach_of_that_one);
  tcase_add_test(tc, a_list_of_open_intents_that_is_none_is_damage);
  tcase_add_test(tc, a_newest_segment_that_is_missing_or_empty_is_a_breach_and_no_new_log);
  tcase_add_test(tc, an_intent_before_a_missing_segment_stays_open);
  tcase_add_test(tc, a_missing_segment_behind_those_of_another_key_is_refused);
  tcase_add_test(tc, what_stands_beside_a_new_log_and_is_no_segment_of_it_does_not_matter);
  tcase_add_test(tc, a_breach_behind_older_segments_that_cannot_be_written_down_is_found_again);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
