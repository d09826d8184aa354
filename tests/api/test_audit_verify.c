/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Verifying and reading a log through the public calls. The logs are sealed by the test, or grow meanwhile by the library's own writer. */
#define _GNU_SOURCE
#include <cxdialer/cxdialer.h>

#include <poll.h>
#include <sys/wait.h>

#include "audit.h"
#include "audit_log.h"
#include "base/mem.h"
#include "run.h"

static struct audit_log alog;
static char key_path[128];
static cxd_report *report;
static cxd_error *why;

static void open_case(void) {
  make_dir();
  audit_log_open(&alog, log_path, NULL);
  (void)snprintf(key_path, sizeof key_path, "%s.key", log_dir);
  write_file(key_path, AUDIT_LOG_KEY "\n", strlen(AUDIT_LOG_KEY) + 1);
  report = NULL;
  why = NULL;
}

static void forget(void) {
  cxd_report_free(report);
  cxd_error_free(why);
  report = NULL;
  why = NULL;
}

static void close_case(void) {
  forget();
  (void)unlink(key_path);
  audit_log_close(&alog);
  remove_dir();
}

static int files(void) {
  int count = 0;
  DIR *dir = opendir(log_dir);
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
    count += entry->d_name[0] != '.';
  (void)closedir(dir);
  return count;
}

static cxd_status verify(const char *key_file) {
  forget();
  return cxd_audit_verify(log_path, key_file, &report, &why);
}

static cxd_audit_reader *reader_of(const char *key_file) {
  cxd_audit_reader *reader = NULL;
  ck_assert_int_eq(cxd_audit_open(log_path, key_file, &reader, NULL), CXD_OK);
  return reader;
}

static void updates(int count) {
  for (int op = 1; op <= count; op++)
    audit_log_update(&alog, op);
  audit_log_write(&alog);
}

START_TEST(a_good_log_is_verified) {
  updates(3);
  ck_assert_int_eq(verify(NULL), CXD_OK);
  ck_assert_uint_eq(cxd_report_count(report), 0);
  ck_assert_int_eq(cxd_report_ok(report), 1);
  ck_assert_ptr_null(why);
  ck_assert_int_eq(verify(""), CXD_OK);
  ck_assert_int_eq(cxd_audit_verify(log_dir, NULL, NULL, NULL), CXD_OK);
}
END_TEST

START_TEST(a_changed_log_is_not_ok_and_the_error_is_the_first_finding) {
  updates(3);
  *strstr(alog.text.data, "0.85") = '1';
  *strstr(alog.text.data, "applied") = 'A';
  audit_log_write(&alog);
  ck_assert_int_eq(verify(NULL), CXD_E_AUDIT);
  ck_assert_uint_eq(cxd_report_count(report), 2);
  ck_assert_int_eq(cxd_report_ok(report), 0);
  ck_assert_str_eq(cxd_report_code(report, 0), "audit.hash");
  ck_assert_int_eq(cxd_report_severity(report, 0), CXD_SEVERITY_ERROR);
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), "'audit.log', line 2 (byte "));
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 1), "'audit.log', line 3 (byte "));
  ck_assert_int_eq(cxd_error_status(why), CXD_E_AUDIT);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(why), "audit.hash: 'audit.log', line 2"));
  ck_assert_int_eq(cxd_audit_verify(log_path, NULL, NULL, NULL), CXD_E_AUDIT);
}
END_TEST

START_TEST(warnings_and_notes_leave_a_log_ok) {
  updates(1);
  audit_log_intent(&alog, 2);
  cxd__buf_str(&alog.text, "{\"v\":1,");
  audit_log_write(&alog);
  ck_assert_int_eq(verify(NULL), CXD_OK);
  ck_assert_uint_eq(cxd_report_count(report), 2);
  ck_assert_int_eq(cxd_report_severity(report, 0), CXD_SEVERITY_WARNING);
  ck_assert_int_eq(cxd_report_severity(report, 1), CXD_SEVERITY_NOTE);
  ck_assert_ptr_null(why);
}
END_TEST

START_TEST(the_log_is_left_as_it_was) {
  struct stat before, after;
  updates(1);
  ck_assert_int_eq(stat(log_path, &before), 0);
  ck_assert_int_eq(verify(NULL), CXD_OK);
  ck_assert_int_eq(stat(log_path, &after), 0);
  ck_assert(before.st_size == after.st_size && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_ino == after.st_ino);
  ck_assert_int_eq(files(), 1);
}
END_TEST

START_TEST(a_keyed_log_needs_its_key_file) {
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, AUDIT_LOG_KEY);
  updates(2);
  ck_assert_int_eq(verify(key_path), CXD_OK);
  ck_assert_int_eq(verify(NULL), CXD_E_AUDIT);
  ck_assert_str_eq(cxd_report_code(report, 0), "audit.key");
  write_file(key_path, "too short", 9);
  ck_assert_int_eq(verify(key_path), CXD_E_CONFIG);
  ck_assert_ptr_null(report);
  ck_assert_str_eq(cxd_error_field(why), "audit.key_file");
  ck_assert_ptr_null(strstr(cxd_error_message(why), "too short"));
  (void)unlink(key_path);
  ck_assert_int_eq(verify(key_path), CXD_E_IO);
  ck_assert_ptr_null(report);
}
END_TEST

START_TEST(what_cannot_be_read_gives_no_report) {
  report = NULL;
  ck_assert_int_eq(verify(NULL), CXD_E_IO);
  ck_assert_ptr_null(report);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(why), log_path));
  forget();
  ck_assert_int_eq(cxd_audit_verify(log_dir, NULL, &report, &why), CXD_E_AUDIT);
  ck_assert_ptr_null(report);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(why), "name the file itself"));
}
END_TEST

/* ------------------------------------------------------------------- record by record */

START_TEST(records_come_one_by_one_with_what_is_known_up_to_there) {
  const char *record;
  char last[96] = "";
  size_t len;
  updates(2);
  cxd_audit_reader *reader = reader_of(NULL);
  ck_assert_str_eq(cxd_audit_last(reader), "");
  for (int i = 1; i <= 5; i++) {
    char start[32];
    ck_assert_int_eq(cxd_audit_read(reader, &record, i % 2 ? &len : NULL, NULL), CXD_OK);
    (void)snprintf(start, sizeof start, "{\"v\":1,\"seq\":%d,", i);
    ck_assert_int_eq(strncmp(record, start, strlen(start)), 0);
    ck_assert_int_eq(record[strlen(record) - 1], '}');
    ck_assert_int_eq(cxd_audit_record_count(reader), i);
    ck_assert_int_eq(atoi(cxd_audit_last(reader)), i);
    ck_assert_ptr_nonnull(strstr(record, strchr(cxd_audit_last(reader), ':') + 1));
  }
  (void)snprintf(last, sizeof last, "%s", cxd_audit_last(reader));
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(cxd_audit_read(reader, &record, &len, NULL), CXD_OK);
    ck_assert(record == NULL && len == 0);
  }
  ck_assert_str_eq(cxd_audit_last(reader), last);
  ck_assert_int_eq(cxd_audit_segment_count(reader), 1);
  ck_assert_int_eq(cxd_audit_first_bad_seq(reader), 0);
  cxd_audit_free(reader);
  reader = reader_of(NULL);
  ck_assert_int_eq(cxd_audit_expect(reader, last, NULL), CXD_OK);
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record) {
  }
  ck_assert_uint_eq(cxd_report_count(cxd_audit_report(reader)), 0);
  cxd_audit_free(reader);
}
END_TEST

START_TEST(reading_goes_on_behind_damage) {
  const char *record;
  int given = 0, alarms = 0;
  cxd_status status;
  updates(3);
  *strstr(alog.text.data, "0.85") = '1';
  audit_log_write(&alog);
  cxd_audit_reader *reader = reader_of(NULL);
  do {
    cxd_error *error = NULL;
    status = cxd_audit_read(reader, &record, NULL, &error);
    ck_assert(status == CXD_OK || (status == CXD_E_AUDIT && record == NULL));
    ck_assert_int_eq(cxd_error_status(error), status);
    given += record != NULL;
    alarms += status == CXD_E_AUDIT;
    cxd_error_free(error);
  } while (record || status != CXD_OK);
  ck_assert_int_eq(given, 6);
  ck_assert_int_eq(alarms, 1);
  ck_assert_int_eq(cxd_audit_first_bad_seq(reader), 2);
  cxd_audit_free(reader);
}
END_TEST

START_TEST(expectations_are_checked_in_form_and_in_time) {
  const char *record;
  updates(1);
  cxd_audit_reader *reader = reader_of(NULL);
  ck_fails(cxd_audit_expect(reader, "3", &error), CXD_E_ARGUMENT, "'3' is no checkpoint");
  ck_fails(cxd_audit_expect(reader, NULL, &error), CXD_E_ARGUMENT, "checkpoint is NULL");
  ck_fails(cxd_audit_expect(reader, "3:\x01\xff", &error), CXD_E_ARGUMENT, "'3:?" "?' is no checkpoint");
  ck_assert_int_eq(cxd_audit_expect(reader, "9:00000000000000000000000000000000000000000000000000000000000000ff", NULL), CXD_OK);
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record) {
  }
  ck_assert_str_eq(cxd_report_code(cxd_audit_report(reader), 0), "audit.expect");
  ck_fails(cxd_audit_expect(reader, "9:00000000000000000000000000000000000000000000000000000000000000ff", &error), CXD_E_STATE, "before the first read");
  cxd_audit_free(reader);
}
END_TEST

START_TEST(the_report_is_lent_and_the_caller_cannot_free_it) {
  const char *record;
  cxd_report *lent;
  updates(1);
  audit_log_intent(&alog, 2);
  audit_log_write(&alog);
  cxd_audit_reader *reader = reader_of(NULL);
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record) {
  }
  const cxd_report *borrowed = cxd_audit_report(reader);
  memcpy(&lent, &borrowed, sizeof lent);
  cxd_report_free(lent);
  ck_assert_str_eq(cxd_report_code(borrowed, 0), "audit.open");
  cxd_audit_free(reader);
}
END_TEST

/* ----------------------------------------------------------------------- a log in use */

#define BODY "\"k\":\"outcome\",\"op\":\"x\",\"campaign\":\"c-1\",\"outcome\":\"unchanged\",\"intent\":false"

START_TEST(what_is_written_after_the_start_is_not_read) {
  const char *record;
  struct cxd__audit *audit = open_log();
  for (int i = 0; i < 5; i++)
    ck_ok(append_text(audit, BODY, NULL));
  cxd_audit_reader *reader = reader_of(NULL);
  for (int i = 0; i < 6; i++) {
    ck_assert_int_eq(cxd_audit_read(reader, &record, NULL, NULL), CXD_OK);
    ck_assert_ptr_nonnull(record);
    ck_ok(append_text(audit, BODY, NULL));
  }
  ck_assert_int_eq(cxd_audit_read(reader, &record, NULL, NULL), CXD_OK);
  ck_assert_ptr_null(record);
  ck_assert_uint_eq(cxd_report_count(cxd_audit_report(reader)), 0);
  cxd_audit_free(reader);
  cxd__audit_close(audit);
  ck_assert_int_eq(verify(NULL), CXD_OK);
}
END_TEST

static void write_many(int done) {
  struct cxd__audit *audit = NULL;
  const struct cxd__audit_options options = {.path = log_path, .sync = 0};
  int fine = cxd__audit_open_file(&options, &audit, NULL) == CXD_OK;
  for (int i = 0; fine && i < 3000; i++)
    fine = append_text(audit, BODY, NULL) == CXD_OK;
  if (audit)
    cxd__audit_close(audit);
  (void)close(done);
  _exit(fine ? 0 : 1);
}

START_TEST(a_log_that_grows_all_the_time_is_right_at_every_look) {
  int pipe_fds[2], status, looks = 0;
  cxd__audit_close(open_log());
  ck_assert_int_eq(pipe2(pipe_fds, O_CLOEXEC), 0);
  pid_t writer = fork();
  if (writer == 0)
    write_many(pipe_fds[1]);
  (void)close(pipe_fds[1]);
  struct pollfd ended = {.fd = pipe_fds[0], .events = POLLIN};
  for (; looks == 0 || poll(&ended, 1, 0) == 0; looks++) {
    cxd_status looked = verify(NULL);
    ck_assert_msg(looked == CXD_OK && cxd_report_count(report) == 0, "%s", cxd_report_count(report) ? cxd_report_message(report, 0) : cxd_error_message(why));
  }
  ck_assert_int_eq(waitpid(writer, &status, 0), writer);
  ck_assert_int_eq(status, 0);
  (void)close(pipe_fds[0]);
  cxd_audit_reader *reader = reader_of(NULL);
  const char *record;
  int written = 0;
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record)
    written += strstr(record, "\"k\":\"checkpoint\"") == NULL;
  ck_assert_int_eq(written, 3001);
  cxd_audit_free(reader);
}
END_TEST

/* As an updater opens it, again and again; each time an update of two records, and the disk is asked to keep them. */
static void write_segments(const char *key) {
  char body[200];
  if (key)
    audit_log_use_key(&alog, key);
  for (int i = 0; i < 40; i++) {
    struct cxd__audit *audit = NULL;
    const struct cxd__audit_options options = {.path = log_path, .sync = 1, .max_bytes = 4096, .key = key ? &alog.key : NULL};
    ck_ok(cxd__audit_open_file(&options, &audit, NULL));
    (void)snprintf(body, sizeof body, "\"k\":\"intent\",\"op\":\"%s-%d\",\"campaign\":\"c-1\"", key ? "keyed" : "plain", i);
    ck_ok(append_text(audit, body, NULL));
    (void)snprintf(body, sizeof body, "\"k\":\"outcome\",\"op\":\"%s-%d\",\"campaign\":\"c-1\",\"outcome\":\"applied\",\"intent\":true", key ? "keyed" : "plain", i);
    ck_ok(append_text(audit, body, NULL));
    ck_ok(cxd__audit_sync(audit, NULL));
    cxd__audit_close(audit);
  }
}

START_TEST(segments_that_the_library_wrote_are_verified) {
  const char *record;
  write_segments(NULL);
  ck_assert_int_eq(verify(NULL), CXD_OK);
  ck_assert_uint_eq(cxd_report_count(report), 0);
  cxd_audit_reader *reader = reader_of(NULL);
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record) {
  }
  ck_assert_int_gt(cxd_audit_segment_count(reader), 4);
  cxd_audit_free(reader);
  ck_assert_int_eq(cxd_audit_verify(log_dir, NULL, NULL, NULL), CXD_OK);
}
END_TEST

static void read_to_end(cxd_audit_reader *reader) {
  const char *record;
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record) {
  }
}

static void note_last(char *out, size_t room) {
  cxd_audit_reader *reader = reader_of(NULL);
  read_to_end(reader);
  (void)snprintf(out, room, "%s", cxd_audit_last(reader));
  cxd_audit_free(reader);
}

START_TEST(a_log_that_the_library_made_a_keyed_one_is_verified) {
  char last[100];
  write_segments(NULL);
  note_last(last, sizeof last);
  write_segments(AUDIT_LOG_KEY);
  ck_assert_int_eq(verify(key_path), CXD_E_AUDIT);
  ck_assert_uint_eq(cxd_report_count(report), 1);
  ck_assert_str_eq(cxd_report_code(report, 0), "audit.unkeyed_start");
  ck_assert_int_eq(cxd_report_severity(report, 0), CXD_SEVERITY_ERROR);
  cxd_audit_reader *reader = reader_of(key_path);
  ck_assert_int_eq(cxd_audit_expect(reader, last, NULL), CXD_OK);
  read_to_end(reader);
  ck_assert_int_eq(cxd_report_ok(cxd_audit_report(reader)), 1);
  ck_assert_int_eq(cxd_report_severity(cxd_audit_report(reader), 0), CXD_SEVERITY_NOTE);
  cxd_audit_free(reader);
  ck_assert_int_eq(verify(NULL), CXD_E_AUDIT);
}
END_TEST

START_TEST(a_log_that_the_library_found_damaged_is_never_ok_again) {
  write_segments(NULL);
  struct cxd__buf text = read_file(log_path);
  struct cxd__audit *audit = NULL;
  const struct cxd__audit_options options = {.path = log_path, .sync = 1};
  text.data[text.len - 3] = (char)(text.data[text.len - 3] == '0' ? '1' : '0');
  write_file(log_path, text.data, text.len);
  cxd__buf_free(&text);
  ck_ok(cxd__audit_open_file(&options, &audit, NULL));
  ck_ok(append_text(audit, BODY, NULL));
  cxd__audit_close(audit);
  ck_assert_int_eq(verify(NULL), CXD_E_AUDIT);
  ck_assert_str_eq(cxd_report_code(report, 0), "audit.broken");
  ck_assert_uint_eq(cxd_report_count(report), 2); /* what is damaged there, an outcome, is behind the last record that counts */
  ck_assert_str_eq(cxd_report_code(report, 1), "audit.open");
}
END_TEST

START_TEST(a_log_that_is_cut_while_it_is_read_is_a_warning) {
  const char *record;
  updates(3000);
  cxd_audit_reader *reader = reader_of(NULL);
  ck_assert_int_eq(cxd_audit_read(reader, &record, NULL, NULL), CXD_OK);
  ck_assert_int_eq(truncate(log_path, (off_t)alog.text.len - 10), 0);
  while (cxd_audit_read(reader, &record, NULL, NULL) == CXD_OK && record) {
  }
  ck_assert_str_eq(cxd_report_code(cxd_audit_report(reader), 0), "audit.torn");
  ck_assert_int_eq(cxd_report_ok(cxd_audit_report(reader)), 1);
  ck_assert_int_eq(cxd_audit_record_count(reader), 6000);
  cxd_audit_free(reader);
}
END_TEST

START_TEST(no_descriptor_is_left_behind) {
  const char *record;
  int before = dup(0);
  (void)close(before);
  updates(1);
  audit_log_rotate(&alog, "size");
  audit_log_write(&alog);
  for (int reads = 0; reads < 8; reads++) {
    cxd_audit_reader *reader = reader_of(NULL);
    for (int i = 0; i < reads; i++)
      ck_assert_int_eq(cxd_audit_read(reader, &record, NULL, NULL), CXD_OK);
    cxd_audit_free(reader);
  }
  ck_assert_int_eq(verify("/nonexistent"), CXD_E_IO);
  ck_assert_int_eq(verify(NULL), CXD_OK);
  int after = dup(0);
  (void)close(after);
  ck_assert_int_eq(after, before);
}
END_TEST

START_TEST(memory_that_runs_out_is_reported) {
  int failures = 0;
  updates(2);
  audit_log_intent(&alog, 3);
  audit_log_write(&alog);
  for (size_t n = 1; n < 200; n++) {
    forget();
    cxd__mem_fail_at(n);
    cxd_status status = cxd_audit_verify(log_path, NULL, &report, NULL);
    cxd__mem_fail_at(0);
    if (status == CXD_OK) {
      ck_assert_int_gt(failures, 5);
      ck_assert_uint_eq(cxd_report_count(report), 1);
      return;
    }
    ck_assert_int_eq(status, CXD_E_NOMEM);
    ck_assert_ptr_null(report);
    failures++;
  }
  ck_abort_msg("never succeeded");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_verify");
  TCase *tc = suite_case(suite, "audit_verify", open_case, close_case);
  tcase_set_timeout(tc, 120);
  tcase_add_test(tc, a_good_log_is_verified);
  tcase_add_test(tc, a_changed_log_is_not_ok_and_the_error_is_the_first_finding);
  tcase_add_test(tc, warnings_and_notes_leave_a_log_ok);
  tcase_add_test(tc, the_log_is_left_as_it_was);
  tcase_add_test(tc, a_keyed_log_needs_its_key_file);
  tcase_add_test(tc, what_cannot_be_read_gives_no_report);
  tcase_add_test(tc, records_come_one_by_one_with_what_is_known_up_to_there);
  tcase_add_test(tc, reading_goes_on_behind_damage);
  tcase_add_test(tc, expectations_are_checked_in_form_and_in_time);
  tcase_add_test(tc, the_report_is_lent_and_the_caller_cannot_free_it);
  tcase_add_test(tc, what_is_written_after_the_start_is_not_read);
  tcase_add_test(tc, a_log_that_grows_all_the_time_is_right_at_every_look);
  tcase_add_test(tc, segments_that_the_library_wrote_are_verified);
  tcase_add_test(tc, a_log_that_the_library_made_a_keyed_one_is_verified);
  tcase_add_test(tc, a_log_that_the_library_found_damaged_is_never_ok_again);
  tcase_add_test(tc, a_log_that_is_cut_while_it_is_read_is_a_warning);
  tcase_add_test(tc, no_descriptor_is_left_behind);
  tcase_add_test(tc, memory_that_runs_out_is_reported);
  return run_suite(suite);
}
