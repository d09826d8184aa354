/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "audit/reader.h"

#include "audit_case.h"

/* What the reader says about where one segment ends and the next begins. */

static char side_path[320]; /* of the segment that was moved aside last */

/* Two updates, a new segment, another update: 1 to 6 and 7 to 9. */
static void two_segments(void) {
  audit_log_update(&alog, 1);
  audit_log_update(&alog, 2);
  audit_log_rotate(&alog, "size");
  audit_log_update(&alog, 3);
  audit_log_write(&alog);
  audit_log_beside(&alog, alog.aside, side_path);
}

/* Segments as the library leaves them after a failure, with what still counts in front of `lost`. */
static void begin_anew(const char *why, const struct cxd__link *counts, const char *sum) {
  audit_log_move_aside(&alog, "");
  audit_log_beside(&alog, alog.aside, side_path);
  char quoted[70];
  (void)snprintf(quoted, sizeof quoted, "\"%s\"", alog.sum);
  alog.last = *counts;
  audit_log_genesis(&alog, why, sum ? sum : quoted, "[]");
}

static void ck_read(const char *path, const char *wanted) {
  read_with(path, NULL, NULL);
  ck_codes(wanted);
}

START_TEST(a_segment_that_is_missing_is_told_with_what_it_should_be) {
  two_segments();
  ck_assert_int_eq(unlink(side_path), 0);
  ck_read(log_path, "E:segment");
  ck_message("'audit.log': the segment before it is not there, 'audit.log.000000000001': it is missing");
  ck_message("6:");
  ck_assert_uint_eq(verdict.given, 3);
  ck_assert_int_eq(verdict.state.segments, 1);
}
END_TEST

START_TEST(a_checkpoint_stands_in_for_segments_that_are_kept_elsewhere) {
  char last[96], other[96];
  audit_log_update(&alog, 1);
  audit_log_rotate(&alog, "size");
  audit_log_rotate(&alog, "size");
  struct cxd__link link = alog.last;
  audit_log_write(&alog);
  audit_log_beside(&alog, alog.aside, side_path);
  struct cxd__buf kept = read_file(side_path);
  ck_assert_int_eq(unlink(side_path), 0);
  link.seq--;
  ck_read(log_path, "E:segment");
  const char *hash = strstr(kept.data + 1, "rotate");
  hash = strstr(hash, "\"h\":\"") + 5;
  (void)snprintf(last, sizeof last, "%lld:%.64s", (long long)link.seq, hash);
  read_with(log_path, NULL, last);
  ck_codes("");
  ck_assert_uint_eq(verdict.given, 1);
  (void)snprintf(other, sizeof other, "%lld:%.63s%c", (long long)link.seq, hash, hash[63] == '0' ? '1' : '0');
  read_with(log_path, NULL, other);
  ck_codes("E:segment E:expect");
  cxd__buf_free(&kept);
}
END_TEST

START_TEST(open_intents_of_segments_that_are_kept_elsewhere_are_known_by_their_op) {
  static const char open[] = "[{\"seq\":2,\"op\":\"018f-1\"},{\"seq\":3,\"op\":\"018f-2\"},{\"op\":\"018f-3\",\"seq\":4}]";
  char last[96];
  audit_log_intent(&alog, 1);
  audit_log_intent(&alog, 2);
  audit_log_intent(&alog, 3);
  audit_log_addf(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"audit.log.000000000001\",\"why\":\"size\"");
  checkpoint(&alog.last, last);
  audit_log_move_aside(&alog, "");
  audit_log_genesis(&alog, "size", "null", open);
  cxd__buf_reset(&alog.text);
  alog.last.seq = 5;
  ck_assert(cxd__hash_read(strchr(last, ':') + 1, alog.last.h));
  char sum[70];
  (void)snprintf(sum, sizeof sum, "\"%s\"", alog.sum);
  audit_log_genesis(&alog, "size", sum, open);
  audit_log_beside(&alog, alog.aside, side_path);
  ck_assert_int_eq(unlink(side_path), 0);
  audit_log_write(&alog);
  read_with(log_path, NULL, last);
  ck_codes("N:open");
  ck_message("3 intents without outcome: 2, 3, 4;");
  audit_log_outcome(&alog, 2);
  audit_log_addf(&alog, "\"k\":\"outcome\",\"op\":\"018f-1\",\"outcome\":\"not_applied\",\"recovered\":true,\"intent_seq\":2,\"intent_w\":\"x\"");
  audit_log_write(&alog);
  read_with(log_path, NULL, last);
  ck_codes("N:open");
  ck_message("1 intents without outcome: 4;");
  audit_log_outcome(&alog, 3);
  audit_log_write(&alog);
  read_with(log_path, NULL, last);
  ck_codes("");
  audit_log_outcome(&alog, 1);
  audit_log_write(&alog);
  read_with(log_path, NULL, last);
  ck_codes("E:outcome");
}
END_TEST

START_TEST(a_segment_that_was_changed_is_not_the_one_its_successor_names) {
  two_segments();
  struct cxd__buf text = read_file(side_path);
  cxd__buf_str(&text, "x");
  write_file(side_path, text.data, text.len);
  ck_read(log_path, "E:rotated E:torn E:segment");
  char *digit = strstr(text.data, "0.85");
  digit[3] = '6';
  text.len--;
  write_file(side_path, text.data, text.len);
  ck_read(log_path, "E:hash E:segment");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_segment_that_was_written_anew_is_not_the_one_its_successor_names) {
  struct audit_log other;
  two_segments();
  audit_log_open(&other, log_path, NULL);
  audit_log_update(&other, 1);
  audit_log_update(&other, 9);
  audit_log_addf(&other, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"audit.log.000000000001\",\"why\":\"size\"");
  write_file(side_path, other.text.data, other.text.len);
  ck_read(log_path, "E:segment E:segment");
  ck_message("its SHA-256 is ");
  ck_message(alog.sum);
  audit_log_close(&other);
}
END_TEST

START_TEST(a_segment_that_was_cut_is_not_the_one_its_successor_names) {
  two_segments();
  struct cxd__buf text = read_file(side_path);
  const char *rotate = strstr(text.data, "{\"v\":1,\"seq\":6,");
  ck_assert_int_eq(truncate(side_path, rotate - text.data), 0);
  ck_read(log_path, "E:segment E:segment E:segment");
  ck_message("has no rotate record at its end");
  ck_assert_int_eq(truncate(side_path, rotate - text.data + 5), 0);
  ck_read(log_path, "E:torn E:segment E:segment E:segment");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_segment_with_more_records_than_its_successor_knows_is_told) {
  audit_log_update(&alog, 1);
  struct cxd__link shorter = alog.last;
  (void)audit_log_add(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"x\",\"why\":\"size\"");
  begin_anew("size", &shorter, NULL);
  ck_log("E:segment");
  ck_message("the segment before has more than this one knows of");
}
END_TEST

START_TEST(a_log_that_ends_with_a_rotate_record_misses_its_next_segment) {
  two_segments();
  ck_assert_int_eq(rename(side_path, log_path), 0);
  ck_read(log_path, "E:rotated");
  ck_message("put it back");
}
END_TEST

START_TEST(a_rotation_that_was_cut_short_is_a_crash_and_no_damage) {
  two_segments();
  ck_assert_int_eq(unlink(log_path), 0);
  ck_assert_int_eq(link(side_path, log_path), 0);
  ck_read(log_path, "W:rotated");
  ck_message("the next opening for writing completes it");
  ck_read(log_dir, "W:rotated");
}
END_TEST

START_TEST(an_old_segment_that_was_put_back_is_no_rotation_cut_short) {
  char later[400];
  two_segments();
  struct cxd__buf text = read_file(side_path);
  (void)snprintf(later, sizeof later, "%s.000000000007", log_path);
  ck_assert_int_eq(rename(log_path, later), 0);
  ck_assert_int_eq(link(side_path, log_path), 0);
  ck_read(log_path, "E:rotated E:segment");
  ck_assert_int_eq(unlink(later), 0);
  ck_assert_int_eq(unlink(log_path), 0);
  write_file(log_path, text.data, text.len);
  ck_read(log_path, "E:rotated E:segment");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_segment_that_was_moved_aside_ends_with_its_rotate_record) {
  two_segments();
  ck_read(side_path, "");
  ck_assert_uint_eq(verdict.given, 6);
  struct cxd__buf text = read_file(side_path);
  write_file(side_path, text.data, text.len - 3);
  ck_read(side_path, "E:torn");
  cxd__buf_free(&text);
}
END_TEST

START_TEST(records_behind_a_rotate_record_are_told) {
  audit_log_update(&alog, 1);
  (void)audit_log_add(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"x\",\"why\":\"size\"");
  audit_log_update(&alog, 2);
  ck_log("E:rotated E:rotated");
  ck_message("line 5 (byte ");
}
END_TEST

/* Members of a genesis behind an empty "audit.log.000000000001"; %s stands for its prev_h. */
static const struct {
  const char *what, *members;
} wrong_genesis[] = {
  {"no why", "\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"another why", "\"why\":\"bored\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a path", "\"why\":\"size\",\"prev_name\":\"../audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a path from the root", "\"why\":\"size\",\"prev_name\":\"/tmp/audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"the parent", "\"why\":\"size\",\"prev_name\":\"..\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a stranger", "\"why\":\"size\",\"prev_name\":\"passwd\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"too few digits", "\"why\":\"size\",\"prev_name\":\"audit.log.00000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a zero in the name", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\\u0000\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"too many digits", "\"why\":\"size\",\"prev_name\":\"audit.log.0000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a number with a point", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2.0,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a list with a zero", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[{\"seq\":0,\"op\":\"a\"}]"},
  {"a list of numbers", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[1]"},
  {"a name that is none", "\"why\":\"size\",\"prev_name\":null,\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"another number", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":1,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"a number as a text", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":\"2\",\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"another hash", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"00%.62s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"half a hash", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%.32s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"no sum", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"sha\":\"%s\",\"open\":[]"},
  {"a sum with sync", "\"why\":\"sync\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[]"},
  {"no list", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\""},
  {"a list of texts", "\"why\":\"size\",\"prev_name\":\"audit.log.000000000001\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[\"1\"]"},
  {"no members", "\"x\":\"%s%s\""},
};

START_TEST(a_genesis_with_wrong_members_is_told) {
  for (size_t i = 0; i < sizeof wrong_genesis / sizeof *wrong_genesis; i++) {
    char h[65] = "", body[1024] = "\"k\":\"genesis\",";
    size_t len = strlen(body);
    audit_log_close(&alog);
    audit_log_open(&alog, log_path, NULL);
    (void)audit_log_add(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"audit.log.000000000001\",\"why\":\"size\"");
    audit_log_move_aside(&alog, "");
    cxd__hash_hex(alog.last.h, h);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(body + len, sizeof body - len, wrong_genesis[i].members, h, alog.sum);
#pragma GCC diagnostic pop
    (void)audit_log_add(&alog, body);
    audit_log_update(&alog, 1);
    audit_log_write(&alog);
    read_with(log_path, NULL, NULL);
    ck_assert_msg(strcmp(verdict.codes, "E:genesis E:segment") == 0, "%s: %s (%s)", wrong_genesis[i].what, verdict.codes, verdict.message);
  }
}
END_TEST

START_TEST(a_genesis_may_spell_its_members_with_escapes) {
  char h[65] = "";
  (void)audit_log_add(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"audit.log.000000000001\",\"why\":\"size\"");
  audit_log_move_aside(&alog, "");
  cxd__hash_hex(alog.last.h, h);
  audit_log_addf(&alog, "\"k\":\"genesis\",\"why\":\"\\u0073ize\",\"prev_name\":\"audit.log.00000000000\\u0031\",\"prev_seq\":2,\"prev_h\":\"%s\",\"prev_sha256\":\"%s\",\"open\":[ { \"\\u0073eq\" : 1 , \"op\":\"a\" } ]", h, alog.sum);
  ck_log("");
  ck_assert_int_eq(verdict.state.segments, 2);
}
END_TEST

START_TEST(a_number_one_that_follows_something_is_told) {
  cxd__buf_reset(&alog.text);
  alog.last.seq = 0;
  (void)audit_log_add(&alog, "\"k\":\"genesis\"");
  ck_log("E:genesis");
  ck_message("number 1, but something before it");
}
END_TEST

START_TEST(a_segment_of_another_log_is_not_followed) {
  two_segments();
  char moved[400];
  (void)snprintf(moved, sizeof moved, "%s/other.log", log_dir);
  ck_assert_int_eq(rename(log_path, moved), 0);
  ck_read(moved, "E:segment");
  ck_message("it has the name of another log");
}
END_TEST

START_TEST(the_log_under_its_second_name_is_not_called_cut_or_torn) {
  audit_log_update(&alog, 1);
  audit_log_addf(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"audit.log.000000000001\",\"why\":\"size\"");
  audit_log_write(&alog);
  audit_log_beside(&alog, "audit.log.000000000001", side_path);
  ck_assert_int_eq(link(log_path, side_path), 0);
  ck_read(side_path, "");
  ck_assert_int_eq(truncate(log_path, (off_t)alog.text.len - 4), 0);
  ck_read(side_path, "W:torn");
  ck_read(log_path, "W:torn");
}
END_TEST

START_TEST(what_stands_in_place_of_a_segment_is_not_followed) {
  two_segments();
  char moved[400];
  (void)snprintf(moved, sizeof moved, "%s/elsewhere", log_dir);
  ck_assert_int_eq(rename(side_path, moved), 0);
  ck_assert_int_eq(symlink(moved, side_path), 0);
  ck_read(log_path, "E:segment");
  ck_message("it is a symbolic link");
  ck_assert_int_eq(unlink(side_path), 0);
  ck_assert_int_eq(mkfifo(side_path, 0600), 0);
  ck_read(log_path, "E:segment");
  ck_message("it is not a regular file");
  ck_assert_int_eq(unlink(side_path), 0);
  ck_assert_int_eq(mkdir(side_path, 0700), 0);
  ck_read(log_path, "E:segment");
  ck_message("it is not a regular file");
}
END_TEST

START_TEST(segments_that_name_each_other_are_told) {
  two_segments();
  ck_assert_int_eq(unlink(side_path), 0);
  ck_assert_int_eq(link(log_path, side_path), 0);
  ck_read(log_path, "E:segment");
  ck_message("it is one of those that come after");
  ck_assert_int_eq(unlink(side_path), 0);
  write_file(side_path, alog.text.data, alog.text.len); /* it names itself */
  read_with(log_path, NULL, NULL);
  ck_assert_int_eq(verdict.status, CXD_OK);
  ck_message("it is one of those that come after");
  ck_assert_int_eq(verdict.state.segments, 2);
}
END_TEST

START_TEST(a_segment_whose_numbers_are_too_high_is_told) {
  struct audit_log other;
  two_segments();
  audit_log_open(&other, log_path, NULL);
  cxd__buf_reset(&other.text);
  other.last.seq = 50;
  (void)audit_log_add(&other, "\"k\":\"genesis\",\"why\":\"bored\"");
  write_file(side_path, other.text.data, other.text.len);
  ck_read(log_path, "E:genesis E:segment E:segment E:segment");
  audit_log_close(&other);
}
END_TEST

START_TEST(records_that_the_disk_did_not_take_are_abandoned) {
  audit_log_update(&alog, 1);
  struct cxd__link counts = alog.last;
  audit_log_update(&alog, 2);
  cxd__buf_str(&alog.text, "{\"v\":1,\"se");
  begin_anew("sync", &counts, "null");
  audit_log_addf(&alog, "\"k\":\"recover\",\"what\":\"sync\",\"records\":2");
  audit_log_update(&alog, 2);
  ck_log("N:abandoned");
  ck_message("'audit.log.000000000001': 2 records behind number 3 do not count");
  ck_assert_int_eq(verdict.state.records, 3 + 4);
  ck_assert_uint_eq(verdict.given, 7);
}
END_TEST

START_TEST(a_segment_can_be_abandoned_as_a_whole) {
  audit_log_update(&alog, 1);
  audit_log_rotate(&alog, "size");
  struct cxd__link counts = {.seq = 4}; /* the rotate record is the last that counts */
  struct cxd__line line;
  ck_assert(cxd__line_read(alog.text.data, alog.text.len - 1, &line));
  memcpy(counts.h, line.prev, sizeof counts.h);
  audit_log_update(&alog, 2);
  begin_anew("sync", &counts, "null");
  audit_log_addf(&alog, "\"k\":\"recover\",\"what\":\"sync\",\"records\":2");
  audit_log_update(&alog, 2);
  ck_log("N:abandoned");
  ck_assert_int_eq(verdict.state.records, 4 + 4);
  audit_log_move_aside(&alog, ".1"); /* its number is taken */
  audit_log_genesis(&alog, "sync", "null", "[]");
  ck_log("N:abandoned");
  ck_assert_int_eq(verdict.state.segments, 4);
}
END_TEST

START_TEST(nothing_abandoned_is_no_note) {
  audit_log_update(&alog, 1);
  begin_anew("sync", &alog.last, "null");
  ck_log("");
}
END_TEST

START_TEST(an_end_that_counts_cannot_be_cut_off_before_a_sync) {
  audit_log_update(&alog, 1);
  struct cxd__link counts = alog.last;
  alog.text.len = line_at(3);
  begin_anew("sync", &counts, "null");
  ck_log("E:segment N:open");
}
END_TEST

START_TEST(a_broken_segment_is_an_error_for_ever) {
  audit_log_update(&alog, 1);
  struct cxd__link counts = alog.last;
  audit_log_update(&alog, 2);
  cxd__buf_str(&alog.text, "garbage\nwithout end");
  begin_anew("broken", &counts, NULL);
  audit_log_addf(&alog, "\"k\":\"fork\",\"file\":\"%s\",\"after\":3,\"bytes\":10,\"reason\":\"x\"", alog.aside);
  audit_log_update(&alog, 3);
  ck_log("E:broken");
  ck_message("'audit.log.000000000001', was found damaged or cut");
  ck_assert_int_eq(verdict.state.records, 3 + 4);
}
END_TEST

START_TEST(a_broken_segment_that_was_changed_since_is_told_as_well) {
  audit_log_update(&alog, 1);
  struct cxd__link counts = alog.last;
  cxd__buf_str(&alog.text, "garbage");
  begin_anew("broken", &counts, NULL);
  audit_log_write(&alog);
  struct cxd__buf text = read_file(side_path);
  text.data[text.len - 1] = 'f';
  write_file(side_path, text.data, text.len);
  ck_read(log_path, "E:segment E:broken");
  cxd__buf_free(&text);
}
END_TEST

static struct cxd__link before_update, before_rotate, before_key; /* records of the first */

/* A segment without a key, moved aside, and a keyed one behind it. */
static void become_keyed(const char *key_of_rotate) {
  audit_log_intent(&alog, 1);
  before_update = alog.last;
  audit_log_outcome(&alog, 1);
  before_rotate = alog.last;
  audit_log_use_key(&alog, key_of_rotate);
  audit_log_addf(&alog, "\"k\":\"rotate\",\"next\":\"audit.log\",\"as\":\"audit.log.000000000001\",\"why\":\"key\"");
  before_key = alog.last;
  audit_log_move_aside(&alog, "");
  audit_log_use_key(&alog, AUDIT_LOG_KEY);
  char sum[70];
  (void)snprintf(sum, sizeof sum, "\"%s\"", alog.sum);
  audit_log_genesis(&alog, "key", sum, "[]");
  audit_log_update(&alog, 2);
  audit_log_write(&alog);
}

START_TEST(segments_before_the_key_are_vouched_for_by_what_is_kept_of_them) {
  char last[96];
  become_keyed(NULL);
  read_with(log_path, &alog.key, NULL);
  ck_codes("E:unkeyed_start");
  ck_message("(the last is 4:");
  ck_assert_int_eq(verdict.state.records, 4 + 3);
  ck_assert_int_eq(verdict.state.first_bad, 5);
  read_with(log_path, &alog.key, checkpoint(&alog.last, last));
  ck_codes("E:unkeyed_start");
  read_with(log_path, &alog.key, checkpoint(&before_rotate, last));
  ck_codes("N:unkeyed_start");
  read_with(log_path, &alog.key, checkpoint(&before_update, last));
  ck_codes("E:unkeyed_start");
  read_with(log_path, &alog.key, checkpoint(&before_key, last));
  ck_codes("N:unkeyed_start");
  read_with(log_path, NULL, last);
  ck_codes("N:unkeyed_start E:key");
  read_with(log_path, NULL, NULL);
  ck_codes("W:unkeyed_start E:key");
}
END_TEST

START_TEST(a_key_in_the_middle_of_the_segment_before_is_an_error) {
  become_keyed(AUDIT_LOG_KEY);
  read_with(log_path, &alog.key, NULL);
  ck_codes("E:unkeyed");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_reader_segments");
  TCase *tc = suite_case(suite, "audit_reader_segments", open_case, close_case);
  tcase_add_test(tc, a_segment_that_is_missing_is_told_with_what_it_should_be);
  tcase_add_test(tc, a_checkpoint_stands_in_for_segments_that_are_kept_elsewhere);
  tcase_add_test(tc, open_intents_of_segments_that_are_kept_elsewhere_are_known_by_their_op);
  tcase_add_test(tc, a_segment_that_was_changed_is_not_the_one_its_successor_names);
  tcase_add_test(tc, a_segment_that_was_written_anew_is_not_the_one_its_successor_names);
  tcase_add_test(tc, a_segment_that_was_cut_is_not_the_one_its_successor_names);
  tcase_add_test(tc, a_segment_with_more_records_than_its_successor_knows_is_told);
  tcase_add_test(tc, a_log_that_ends_with_a_rotate_record_misses_its_next_segment);
  tcase_add_test(tc, a_rotation_that_was_cut_short_is_a_crash_and_no_damage);
  tcase_add_test(tc, an_old_segment_that_was_put_back_is_no_rotation_cut_short);
  tcase_add_test(tc, a_segment_that_was_moved_aside_ends_with_its_rotate_record);
  tcase_add_test(tc, records_behind_a_rotate_record_are_told);
  tcase_add_test(tc, a_genesis_with_wrong_members_is_told);
  tcase_add_test(tc, a_genesis_may_spell_its_members_with_escapes);
  tcase_add_test(tc, a_number_one_that_follows_something_is_told);
  tcase_add_test(tc, a_segment_of_another_log_is_not_followed);
  tcase_add_test(tc, the_log_under_its_second_name_is_not_called_cut_or_torn);
  tcase_add_test(tc, what_stands_in_place_of_a_segment_is_not_followed);
  tcase_add_test(tc, segments_that_name_each_other_are_told);
  tcase_add_test(tc, a_segment_whose_numbers_are_too_high_is_told);
  tcase_add_test(tc, records_that_the_disk_did_not_take_are_abandoned);
  tcase_add_test(tc, a_segment_can_be_abandoned_as_a_whole);
  tcase_add_test(tc, nothing_abandoned_is_no_note);
  tcase_add_test(tc, an_end_that_counts_cannot_be_cut_off_before_a_sync);
  tcase_add_test(tc, a_broken_segment_is_an_error_for_ever);
  tcase_add_test(tc, a_broken_segment_that_was_changed_since_is_told_as_well);
  tcase_add_test(tc, segments_before_the_key_are_vouched_for_by_what_is_kept_of_them);
  tcase_add_test(tc, a_key_in_the_middle_of_the_segment_before_is_an_error);
  return run_suite(suite);
}
