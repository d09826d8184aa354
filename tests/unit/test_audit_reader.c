/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "audit/reader.h"

#include "audit_case.h"

/* ------------------------------------------------------------------- good logs */

START_TEST(a_good_log_is_read_record_by_record_without_a_finding) {
  four_updates();
  ck_log("");
  ck_assert_uint_eq(verdict.given, 9);
  ck_assert_int_eq(verdict.state.records, 9);
  ck_assert_int_eq(verdict.state.segments, 1);
  ck_assert_int_eq(verdict.state.first_bad, 0);
  ck_assert_int_eq(verdict.state.last.seq, 9);
  ck_assert_mem_eq(verdict.state.last.h, alog.last.h, CXD__HASH_BYTES);
  for (int i = 0; i < 9; i++) {
    size_t at = line_at(i + 1), len = line_at(i + 2) - at - 1;
    ck_assert_uint_eq(strlen(verdict.records[i]), len);
    ck_assert_mem_eq(verdict.records[i], alog.text.data + at, len);
  }
}
END_TEST

START_TEST(segments_are_read_one_after_another) {
  four_updates();
  audit_log_rotate(&alog, "size");
  audit_log_update(&alog, 5);
  audit_log_rotate(&alog, "day");
  audit_log_rotate(&alog, "day");
  audit_log_update(&alog, 6);
  ck_log("");
  ck_assert_int_eq(verdict.state.segments, 4);
  ck_assert_int_eq(verdict.state.records, alog.last.seq);
  ck_assert_uint_eq(verdict.given, (size_t)alog.last.seq);
}
END_TEST

START_TEST(a_keyed_log_is_verified_with_its_key) {
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, AUDIT_LOG_KEY);
  four_updates();
  audit_log_rotate(&alog, "size");
  audit_log_update(&alog, 5);
  audit_log_write(&alog);
  read_with(log_path, &alog.key, NULL);
  ck_codes("");
  ck_assert_int_eq(verdict.state.records, alog.last.seq);
}
END_TEST

START_TEST(open_intents_are_noted_with_their_numbers) {
  audit_log_update(&alog, 1);
  audit_log_intent(&alog, 2);
  audit_log_update(&alog, 3);
  audit_log_intent(&alog, 4);
  ck_log("N:open");
  ck_message("2 intents without outcome: 4, 7;");
  audit_log_outcome(&alog, 2);
  audit_log_outcome(&alog, 4);
  ck_log("");
}
END_TEST

/* ---------------------------------------------------------------------- damage */

START_TEST(a_changed_value_is_a_hash_that_does_not_fit) {
  four_updates();
  replace_in_line(4, "0.85", "0.86");
  ck_log("E:hash");
  ck_message("'audit.log', line 4 (byte ");
  ck_message("record 4 does not fit its hash");
  ck_assert_int_eq(verdict.state.first_bad, 4);
  ck_assert_uint_eq(verdict.given, 8);
  ck_assert_int_eq(verdict.state.records, 8);
  ck_assert_uint_eq(verdict.alarms, 1);
}
END_TEST


START_TEST(a_changed_newline_makes_two_lines_one) {
  four_updates();
  alog.text.data[line_at(5) - 1] = ' ';
  ck_log("E:form E:seq");
  ck_message("'audit.log', line 4 (byte ");
  ck_assert_int_eq(verdict.state.first_bad, 4);
  ck_assert_int_eq(verdict.state.records, 7);
}
END_TEST

static const struct {
  const char *what, *line;
} no_records[] = {
  {"nothing", ""}, {"a word", "garbage"}, {"another object", "{}"}, {"the front alone", "{\"v\":1,\"seq\":5,\"t\":"}, {"a carriage return", "\r"}, {"a byte order mark", "\xef\xbb\xbf{}"},
};

START_TEST(lines_that_are_no_records_are_passed_over) {
  four_updates();
  struct cxd__buf good = {0};
  cxd__buf_add(&good, alog.text.data, alog.text.len);
  for (size_t i = 0; i < sizeof no_records / sizeof *no_records; i++) {
    cxd__buf_reset(&alog.text);
    cxd__buf_add(&alog.text, good.data, good.len);
    put_in(line_at(5), "\n", 1);
    put_in(line_at(5), no_records[i].line, strlen(no_records[i].line));
    ck_log("E:form");
    ck_assert_int_eq(verdict.state.first_bad, 5);
    ck_assert_int_eq(verdict.state.records, 9);
    ck_message("'audit.log', line 5 (byte ");
  }
  cxd__buf_free(&good);
}
END_TEST

START_TEST(zero_bytes_are_passed_over) {
  static const char zeros[40];
  four_updates();
  put_in(line_at(5), "\n", 1);
  put_in(line_at(5), zeros, sizeof zeros);
  ck_log("E:form");
  put_in(line_at(8) + 20, zeros, 1);
  ck_log("E:form E:form N:open");
  ck_assert_int_eq(verdict.state.records, 8);
}
END_TEST

/* Sealed rightly, as somebody would who knows how, but not what a record is. */
#define RAW(members) "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h/1/i\"," members

static const char *const wrong_fronts[] = {
  RAW("\"k\":\"x\",\"k\":\"y\""), RAW("\"k\":\"x\",\"a\":1,\"\\u0061\":2"), RAW("\"k\":\"x\",\"seq\":2"), RAW("\"k\":\"x\",\"prev\":2"), RAW("\"k\":\"x\",\"h\":2"), RAW("\"k\":\"x\",\"boot\":2"),
  RAW("\"k\":\"x\",\"a\":NaN"), RAW("\"k\":\"x\",\"a\":[1"), RAW("\"k\":\"x\"}{\"a\":1"), RAW("\"k\":\"x\",\"a\":01"), RAW("\"k\":\"x\",\"a\":\"\xff\""), RAW("\"k\":\"x\",\"a\":\"\\ud800\""), RAW("\"k\":\"x\","),
  RAW("\"k\":\"x\",\"a\":{\"b\":1,\"b\":1}"), RAW("\"k\":\"x\" \"a\":1"), RAW("\"k\":1"), RAW("\"op\":\"x\",\"k\":\"y\""), RAW("\"k\":\"a\\u0062\""), RAW("\"k\":\"x\",\t\"a\":1"),
  "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.12345Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"", "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":-1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"",
  "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":01,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"", "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"",
  "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"\\u0062\",\"w\":\"h\",\"k\":\"x\"", "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"\xff\",\"w\":\"h\",\"k\":\"x\"",
  "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"w\":\"h\",\"boot\":\"b\",\"k\":\"x\"", "{\"v\":2,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"",
  " {\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"", "{\"v\":1,\"seq\":+2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":1,\"boot\":\"b\",\"w\":\"h\",\"k\":\"x\"",
};

START_TEST(records_of_the_wrong_form_are_no_records_whatever_their_hash) {
  size_t genesis = alog.text.len;
  struct cxd__link first = alog.last;
  for (size_t i = 0; i < sizeof wrong_fronts / sizeof *wrong_fronts; i++) {
    alog.text.len = genesis;
    alog.last = first;
    audit_log_add_raw(&alog, wrong_fronts[i]);
    audit_log_write(&alog);
    read_with(log_path, NULL, NULL);
    ck_assert_msg(strcmp(verdict.codes, "E:form") == 0, "%s: %s", wrong_fronts[i], verdict.codes);
  }
}
END_TEST

START_TEST(records_in_an_unusual_spelling_are_records) {
  static const char *const fronts[] = {RAW("\"k\":\"x\" , \"a\" : [ 1 , { } ] "), RAW("\"k\":\"x\",\"kid\":\"y\",\"e\":1"), RAW("\"k\":\"x\",\"\xc3\xa9\":\"\xf0\x9f\x98\x80\\\\\""), RAW("\"k\":\"\""),
                                       "{\"v\":1,\"seq\":2,\"t\":\"2026-11-22T16:00:00.123456Z\",\"bt\":0,\"boot\":\"\",\"w\":\"\xc3\xa9\",\"k\":\"x\""};
  size_t genesis = alog.text.len;
  struct cxd__link first = alog.last;
  for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
    alog.text.len = genesis;
    alog.last = first;
    audit_log_add_raw(&alog, fronts[i]);
    audit_log_write(&alog);
    read_with(log_path, NULL, NULL);
    ck_assert_msg(verdict.codes[0] == '\0' && verdict.given == 2, "%s: %s", fronts[i], verdict.message);
  }
}
END_TEST

START_TEST(a_line_longer_than_a_record_is_passed_over) {
  static char filler[3 * CXD__AUDIT_MAX_RECORD];
  static const size_t sizes[] = {CXD__AUDIT_MAX_RECORD, CXD__AUDIT_MAX_RECORD + 1, sizeof filler};
  memset(filler, 'a', sizeof filler);
  four_updates();
  put_in(line_at(5), "\n", 1);
  size_t at = line_at(5);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    put_in(at, filler, sizes[i]);
    ck_log("E:form");
    ck_message(i == 0 ? "a line of 16384 bytes" : i == 1 ? "a line of 16385 bytes" : "a line of 49152 bytes");
    ck_assert_int_eq(verdict.state.records, 9);
    cut_out(at, at + sizes[i]);
  }
}
END_TEST

/* Written in place, so that neither memory nor the disk is needed. */
START_TEST(a_line_of_100_megabytes_costs_no_memory) {
  four_updates();
  audit_log_write(&alog);
  ck_assert_int_eq(truncate(log_path, 100000000), 0);
  read_with(log_path, NULL, NULL);
  ck_codes("W:torn");
  int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
  ck_assert_int_eq(write(fd, "\n", 1), 1);
  (void)close(fd);
  read_with(log_path, NULL, NULL);
  ck_codes("E:form");
  ck_message("longer than any record");
  ck_assert_int_eq(verdict.state.records, 9);
}
END_TEST

START_TEST(a_record_written_anew_breaks_the_chain) {
  struct cxd__link before, forged;
  four_updates();
  before = link_of_line(4);
  audit_log_seal(&alog, &before, "\"k\":\"outcome\",\"op\":\"018f-2\",\"outcome\":\"conflict\"", &forged);
  cut_out(line_at(5), line_at(6));
  put_in(line_at(5), alog.line.data, alog.line.len);
  ck_log("E:chain");
  ck_message("line 6 (byte ");
  ck_message("its prev is not the hash of record 5");
  ck_assert_int_eq(verdict.state.first_bad, 6);
  ck_assert_uint_eq(verdict.given, 9);
}
END_TEST

START_TEST(missing_doubled_and_swapped_records_are_told_by_their_numbers) {
  four_updates();
  size_t len = line_at(5) - line_at(4);
  char *line = malloc(len);
  memcpy(line, alog.text.data + line_at(4), len);
  put_in(line_at(5), line, len);
  ck_log("E:seq");
  ck_message("number 4 where 5 is expected: a record twice or out of order");
  ck_assert_uint_eq(verdict.given, 9);
  cut_out(line_at(4), line_at(6));
  ck_log("E:seq");
  ck_message("number 5 where 4 is expected: records are missing");
  ck_assert_int_eq(verdict.state.first_bad, 4);
  ck_assert_uint_eq(verdict.given, 8);
  put_in(line_at(5), line, len);
  ck_log("E:seq E:seq");
  free(line);
}
END_TEST

START_TEST(a_first_record_that_is_no_genesis_is_told) {
  four_updates();
  cut_out(0, line_at(2));
  ck_log("E:genesis");
  ck_message("the first record of a segment is to be a genesis, this one is 'intent'");
  ck_assert_int_eq(verdict.state.records, 8);
}
END_TEST

START_TEST(a_genesis_in_the_middle_is_told) {
  audit_log_update(&alog, 1);
  (void)audit_log_add(&alog, "\"k\":\"genesis\"");
  audit_log_update(&alog, 2);
  ck_log("E:genesis");
  ck_message("line 4 (byte ");
}
END_TEST

START_TEST(an_empty_file_is_no_log) {
  cxd__buf_reset(&alog.text);
  ck_log("E:genesis");
  ck_message("no record is in it");
  ck_assert_int_eq(verdict.state.first_bad, 1);
}
END_TEST

START_TEST(garbage_is_no_log) {
  static char noise[100000];
  uint64_t state = 88172645463325252u;
  for (size_t i = 0; i < sizeof noise; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    noise[i] = (char)(state >> 24);
  }
  write_file(log_path, noise, sizeof noise);
  read_with(log_path, NULL, NULL);
  ck_assert_int_eq(strncmp(verdict.codes, "E:form E:form", 13), 0);
  ck_assert_int_eq(verdict.state.records, 0);
}
END_TEST

START_TEST(more_findings_than_the_limit_are_counted_in_one) {
  for (int i = 0; i < 150; i++)
    cxd__buf_str(&alog.text, "x\n");
  audit_log_intent(&alog, 1);
  audit_log_write(&alog);
  read_with(log_path, NULL, NULL);
  size_t forms = 0;
  for (const char *at = verdict.codes; (at = strstr(at, "E:form")) != NULL; at++)
    forms++;
  ck_assert_uint_eq(forms, CXD__READER_FINDINGS);
  ck_assert_str_eq(verdict.codes + strlen(verdict.codes) - 14, " N:open E:more");
  ck_assert_uint_eq(verdict.alarms, 150);
}
END_TEST

/* ------------------------------------------------------------------------ torn */

START_TEST(a_cut_anywhere_in_the_last_line_is_a_crash) {
  four_updates();
  size_t whole = alog.text.len;
  for (size_t len = line_at(9) + 1; len < whole; len++) {
    alog.text.len = len;
    ck_log("W:torn N:open");
    ck_assert_int_eq(verdict.state.records, 8);
    ck_assert_uint_eq(verdict.alarms, 0);
  }
}
END_TEST

START_TEST(a_whole_record_with_something_behind_is_no_crash) {
  four_updates();
  alog.text.data[alog.text.len - 1] = ' ';
  ck_log("E:torn N:open");
  ck_message("a whole record ends in it with something behind");
  static const char zeros[2 * CXD__AUDIT_MAX_RECORD];
  put_in(alog.text.len, zeros, sizeof zeros);
  ck_log("E:torn N:open");
}
END_TEST

START_TEST(the_end_of_the_longest_record_is_found_in_a_torn_line) {
  static char body[CXD__AUDIT_MAX_RECORD];
  size_t around = alog.text.len - strlen("\"k\":\"genesis\"");
  memset(body, 'a', sizeof body);
  memcpy(body, "\"k\":\"", 5);
  body[sizeof body - around - 1] = '"';
  body[sizeof body - around] = '\0';
  size_t at = audit_log_add(&alog, body);
  ck_assert_uint_eq(alog.text.len - at, CXD__AUDIT_MAX_RECORD);
  ck_log("");
  alog.text.len--;
  ck_log("W:torn");
  put_in(alog.text.len, "x", 1);
  ck_log("E:torn");
  put_in(alog.text.len, "x", 1);
  ck_log("E:torn");
}
END_TEST

/* ----------------------------------------------------------------- checkpoints */

START_TEST(a_record_that_is_expected_is_found) {
  char one[96], two[96];
  four_updates();
  audit_log_write(&alog);
  const char *const list[] = {checkpoint_of_line(9, one), checkpoint_of_line(4, two), two, NULL};
  verdict = audit_verdict_of(log_path, NULL, list);
  ck_codes("");
}
END_TEST

START_TEST(a_log_that_was_cut_does_not_have_what_is_expected) {
  char last[96];
  four_updates();
  checkpoint_of_line(9, last);
  alog.text.len = line_at(9);
  audit_log_write(&alog);
  read_with(log_path, NULL, NULL);
  ck_codes("N:open");
  read_with(log_path, NULL, last);
  ck_codes("E:expect N:open");
  ck_message("record 9 with the hash ");
  ck_message("is not in the log, which ends at 8");
  ck_assert_int_eq(verdict.state.first_bad, 9);
}
END_TEST

START_TEST(a_log_that_was_written_anew_has_another_hash_than_expected) {
  char old[96];
  four_updates();
  checkpoint_of_line(5, old);
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, NULL);
  for (int op = 11; op <= 14; op++)
    audit_log_update(&alog, op);
  audit_log_write(&alog);
  read_with(log_path, NULL, old);
  ck_codes("E:expect");
  ck_message("record 5 has another hash");
}
END_TEST

START_TEST(what_is_expected_has_its_form_and_its_time) {
  static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
  static const char *const wrong[] = {"", ":", "1", "1:", "0:", "x:", "-1:", " 1:", "01:", "9999999999999999999:"};
  struct audit_verdict unused = {.codes = ""};
  struct cxd__reader *reader = NULL;
  const char *record;
  size_t len;
  char text[128];
  audit_log_write(&alog);
  ck_ok(cxd__reader_open(log_path, NULL, (struct cxd__reader_sink){&unused, audit_verdict_take}, &reader, NULL));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ck_fails(cxd__reader_expect(reader, wrong[i], &error), CXD_E_ARGUMENT, "give SEQ:HASH");
    (void)snprintf(text, sizeof text, "%s%s", wrong[i], zeros);
    if (wrong[i][0] != '1' || wrong[i][1] != ':')
      ck_fails(cxd__reader_expect(reader, text, &error), CXD_E_ARGUMENT, "give SEQ:HASH");
  }
  (void)snprintf(text, sizeof text, "1:%sA", zeros + 1);
  ck_fails(cxd__reader_expect(reader, text, &error), CXD_E_ARGUMENT, "in lower case");
  ck_ok(cxd__reader_next(reader, &record, &len, NULL));
  (void)snprintf(text, sizeof text, "1:%s", zeros);
  ck_fails(cxd__reader_expect(reader, text, &error), CXD_E_STATE, "before the first read");
  cxd__reader_close(reader);
}
END_TEST

/* ------------------------------------------------------------------------ keys */

static void open_keyed(const char *key) {
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, key);
}

START_TEST(a_keyed_log_without_its_key_is_told_once) {
  open_keyed(AUDIT_LOG_KEY);
  four_updates();
  ck_log("E:key");
  ck_message("give the key file");
  ck_assert_uint_eq(verdict.given, 9);
  ck_assert_int_eq(verdict.state.records, 0);
  cut_out(line_at(4), line_at(5));
  ck_log("E:key E:seq");
}
END_TEST

START_TEST(a_log_of_another_key_is_told) {
  struct audit_log other;
  char path[160];
  open_keyed(AUDIT_LOG_KEY);
  four_updates();
  audit_log_write(&alog);
  (void)snprintf(path, sizeof path, "%s/other", log_dir);
  audit_log_open(&other, path, "another key of at least 16 bytes");
  read_with(log_path, &other.key, NULL);
  ck_codes("E:key");
  ck_message(alog.key.kid);
  ck_message(other.key.kid);
  audit_log_close(&other);
}
END_TEST

START_TEST(a_log_that_is_to_be_keyed_and_is_not_is_told) {
  struct audit_log other;
  char path[160];
  four_updates();
  audit_log_write(&alog);
  (void)snprintf(path, sizeof path, "%s/other", log_dir);
  audit_log_open(&other, path, AUDIT_LOG_KEY);
  read_with(log_path, &other.key, NULL);
  ck_codes("E:unkeyed");
  audit_log_close(&other);
}
END_TEST

START_TEST(records_without_key_behind_keyed_ones_are_told) {
  struct cxd__audit_key key = {0};
  open_keyed(AUDIT_LOG_KEY);
  audit_log_update(&alog, 1);
  ck_ok(cxd__audit_key_copy(&alog.key, &key, NULL));
  audit_log_use_key(&alog, NULL);
  audit_log_update(&alog, 2);
  audit_log_update(&alog, 3);
  audit_log_write(&alog);
  read_with(log_path, &key, NULL);
  ck_codes("E:unkeyed");
  ck_message("line 4 (byte ");
  audit_log_use_key(&alog, AUDIT_LOG_KEY);
  audit_log_update(&alog, 4);
  audit_log_use_key(&alog, NULL);
  audit_log_update(&alog, 5);
  audit_log_write(&alog);
  read_with(log_path, &key, NULL);
  ck_codes("E:unkeyed E:unkeyed");
  cxd__audit_key_clear(&key);
}
END_TEST

START_TEST(a_log_that_becomes_keyed_in_the_middle_of_a_segment_is_told) {
  audit_log_update(&alog, 1);
  audit_log_use_key(&alog, AUDIT_LOG_KEY);
  audit_log_update(&alog, 2);
  audit_log_write(&alog);
  read_with(log_path, &alog.key, NULL);
  ck_codes("E:unkeyed");
}
END_TEST

START_TEST(a_key_is_told_from_a_member_of_that_name) {
  four_updates();
  audit_log_addf(&alog, "\"k\":\"x\",\"kid\":\"0123456789abcdeg\",\"e\":0");
  audit_log_addf(&alog, "\"k\":\"x\",\"kid\":\"0123456789abcdef\",\"e\":1");
  ck_log("");
}
END_TEST

START_TEST(memory_that_runs_out_ends_the_reading) {
  static const struct cxd__reader_sink sink = {&verdict, audit_verdict_take};
  int opened = 0, refused = 0;
  four_updates();
  audit_log_write(&alog);
  for (size_t n = 1; n < 100; n++) {
    struct cxd__reader *reader = NULL;
    const char *record = "";
    size_t len;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__reader_open(log_path, NULL, sink, &reader, NULL);
    refused += status != CXD_OK;
    while (status == CXD_OK && record)
      status = cxd__reader_next(reader, &record, &len, NULL);
    cxd__mem_fail_at(0);
    opened += reader != NULL && status != CXD_OK;
    ck_assert(status == CXD_OK || status == CXD_E_NOMEM);
    if (reader && status != CXD_OK)
      ck_assert_int_eq(cxd__reader_next(reader, &record, &len, NULL), CXD_E_NOMEM);
    if (reader)
      cxd__reader_close(reader);
    if (status == CXD_OK) {
      ck_assert(opened > 0 && refused > 0);
      return;
    }
  }
  ck_abort_msg("never succeeded");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_reader");
  TCase *good = suite_case(suite, "good", open_case, close_case);
  tcase_add_test(good, a_good_log_is_read_record_by_record_without_a_finding);
  tcase_add_test(good, segments_are_read_one_after_another);
  tcase_add_test(good, a_keyed_log_is_verified_with_its_key);
  tcase_add_test(good, open_intents_are_noted_with_their_numbers);
  TCase *damage = suite_case(suite, "damage", open_case, close_case);
  tcase_add_test(damage, a_changed_value_is_a_hash_that_does_not_fit);
  tcase_add_test(damage, a_changed_newline_makes_two_lines_one);
  tcase_add_test(damage, lines_that_are_no_records_are_passed_over);
  tcase_add_test(damage, zero_bytes_are_passed_over);
  tcase_add_test(damage, records_of_the_wrong_form_are_no_records_whatever_their_hash);
  tcase_add_test(damage, records_in_an_unusual_spelling_are_records);
  tcase_add_test(damage, a_line_longer_than_a_record_is_passed_over);
  tcase_add_test(damage, a_line_of_100_megabytes_costs_no_memory);
  tcase_add_test(damage, a_record_written_anew_breaks_the_chain);
  tcase_add_test(damage, missing_doubled_and_swapped_records_are_told_by_their_numbers);
  tcase_add_test(damage, a_first_record_that_is_no_genesis_is_told);
  tcase_add_test(damage, a_genesis_in_the_middle_is_told);
  tcase_add_test(damage, an_empty_file_is_no_log);
  tcase_add_test(damage, garbage_is_no_log);
  tcase_add_test(damage, more_findings_than_the_limit_are_counted_in_one);
  TCase *torn = suite_case(suite, "torn", open_case, close_case);
  tcase_add_test(torn, a_cut_anywhere_in_the_last_line_is_a_crash);
  tcase_add_test(torn, a_whole_record_with_something_behind_is_no_crash);
  tcase_add_test(torn, the_end_of_the_longest_record_is_found_in_a_torn_line);
  TCase *checkpoints = suite_case(suite, "checkpoints", open_case, close_case);
  tcase_add_test(checkpoints, a_record_that_is_expected_is_found);
  tcase_add_test(checkpoints, a_log_that_was_cut_does_not_have_what_is_expected);
  tcase_add_test(checkpoints, a_log_that_was_written_anew_has_another_hash_than_expected);
  tcase_add_test(checkpoints, what_is_expected_has_its_form_and_its_time);
  TCase *keys = suite_case(suite, "keys", open_case, close_case);
  tcase_add_test(keys, a_keyed_log_without_its_key_is_told_once);
  tcase_add_test(keys, a_log_of_another_key_is_told);
  tcase_add_test(keys, a_log_that_is_to_be_keyed_and_is_not_is_told);
  tcase_add_test(keys, records_without_key_behind_keyed_ones_are_told);
  tcase_add_test(keys, a_log_that_becomes_keyed_in_the_middle_of_a_segment_is_told);
  tcase_add_test(keys, a_key_is_told_from_a_member_of_that_name);
  tcase_add_test(keys, memory_that_runs_out_ends_the_reading);
  return run_suite(suite);
}
