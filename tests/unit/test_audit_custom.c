/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_*, usleep */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/log.h"
#include "base/error.h"
#include "base/mem.h"
#include "run.h"

#define BODY "\"k\":\"intent\",\"op\":\"x\""

struct host {
  struct cxd__audit *audit;
  char lines[64][1024];
  int appended, synced, destroyed, inside, most_inside;
  int32_t answer, sync_answer;
  cxd_status again; /* what a call back in was told */
  int call_back, close_inside;
};

static int32_t host_append(void *user_data, const char *record, size_t len) {
  struct host *host = user_data;
  if (++host->inside > host->most_inside)
    host->most_inside = host->inside;
  if (host->call_back)
    host->again = host->call_back == 1 ? cxd__audit_append(host->audit, BODY, strlen(BODY), NULL, NULL, NULL) : cxd__audit_sync(host->audit, NULL);
  if (host->close_inside)
    cxd__audit_close(host->audit);
  ck_assert_uint_lt(len, sizeof host->lines[0]);
  memcpy(host->lines[host->appended % 64], record, len);
  host->lines[host->appended % 64][len] = '\0';
  host->appended++;
  host->inside--;
  return host->answer;
}

static int32_t host_sync(void *user_data) {
  struct host *host = user_data;
  host->synced++;
  return host->sync_answer;
}

static void host_destroy(void *user_data) { ((struct host *)user_data)->destroyed++; }

static cxd_audit_logger table_for(struct host *host) {
  return (cxd_audit_logger){sizeof(cxd_audit_logger), host, host_destroy, host_append, host_sync};
}

static struct cxd__audit *open_host(struct host *host) {
  memset(host, 0, sizeof *host);
  host->answer = host->sync_answer = CXD_ACCEPTED;
  const cxd_audit_logger table = table_for(host);
  ck_assert_int_eq(cxd__audit_open_custom(&table, &host->audit, NULL), CXD_OK);
  return host->audit;
}

static cxd_status append(struct cxd__audit *audit) { return cxd__audit_append(audit, BODY, strlen(BODY), NULL, NULL, NULL); }

/* Number and link of a line, checked against the one before. */
static struct cxd__link follow(const char *line, const struct cxd__link *before) {
  struct cxd__seal with;
  struct cxd__line read;
  ck_assert_int_eq(cxd__seal_open(&with, NULL, NULL), CXD_OK);
  ck_assert_msg(cxd__line_read(line, strlen(line) - 1, &read) && cxd__line_fits(&read, &with), "%s", line);
  ck_assert_int_eq(read.link.seq, before->seq + 1);
  ck_assert_mem_eq(read.prev, before->h, CXD__HASH_BYTES);
  cxd__seal_close(&with);
  return read.link;
}

START_TEST(records_arrive_sealed_in_a_chain_of_their_own) {
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  struct cxd__link link = {0};
  for (int i = 0; i < 10; i++) {
    struct cxd__buf sealed = {0};
    int64_t seq = 0;
    ck_assert_int_eq(cxd__audit_append(audit, BODY, strlen(BODY), &sealed, &seq, NULL), CXD_OK);
    ck_assert_str_eq(sealed.data, host.lines[i]);
    ck_assert_int_eq(seq, i + 1);
    link = follow(host.lines[i], &link);
    cxd__buf_free(&sealed);
  }
  ck_assert_int_eq(cxd__audit_reserve(audit, NULL), CXD_OK);
  ck_assert_int_eq(cxd__audit_sync(audit, NULL), CXD_OK);
  ck_assert_int_eq(host.synced, 1);
  cxd__audit_close(audit);
  ck_assert_int_eq(host.destroyed, 1);
}
END_TEST

START_TEST(anything_but_accepted_is_a_failure_and_leaves_no_gap) {
  static const int32_t answers[] = {0, 1, -1, CXD_PENDING, CXD_ACCEPTED + 1};
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  struct cxd__link link = {0};
  ck_assert_int_eq(append(audit), CXD_OK);
  link = follow(host.lines[0], &link);
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    cxd_error *error = NULL;
    struct cxd__buf sealed = {0};
    int64_t seq = -5;
    host.answer = answers[i];
    ck_assert_int_eq(cxd__audit_append(audit, BODY, strlen(BODY), &sealed, &seq, &error), CXD_E_AUDIT);
    ck_assert_str_eq(error->message, "the audit logger did not accept record 2");
    ck_assert_int_eq(seq, -5);
    ck_assert_uint_eq(sealed.len, 0);
    cxd_error_free(error);
    host.sync_answer = answers[i];
    ck_assert_int_eq(cxd__audit_sync(audit, NULL), CXD_E_AUDIT);
  }
  host.answer = CXD_ACCEPTED;
  ck_assert_int_eq(append(audit), CXD_OK);
  (void)follow(host.lines[host.appended - 1], &link);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_call_back_in_is_refused_instead_of_waiting_for_itself) {
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  for (host.call_back = 1; host.call_back <= 2; host.call_back++) {
    host.again = CXD_OK;
    ck_assert_int_eq(append(audit), CXD_OK);
    ck_assert_int_eq(host.again, CXD_E_REENTRANT);
  }
  ck_assert_int_eq(host.appended, 2);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_close_from_inside_is_put_off) {
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  host.close_inside = 1;
  ck_assert_int_eq(append(audit), CXD_OK);
  ck_assert_int_eq(host.appended, 1);
  ck_assert_int_eq(host.destroyed, 1);
}
END_TEST

static void *many(void *arg) {
  for (int i = 0; i < 200; i++)
    ck_assert_int_eq(append(arg), CXD_OK);
  return NULL;
}

START_TEST(threads_take_turns) {
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, many, audit), 0);
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
  ck_assert_int_eq(host.appended, 800);
  ck_assert_int_eq(host.most_inside, 1);
  ck_assert_ptr_nonnull(strstr(host.lines[799 % 64], "\"seq\":800,"));
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_missing_append_is_refused_and_destroy_still_runs) {
  static struct host host;
  memset(&host, 0, sizeof host);
  cxd_audit_logger table = table_for(&host);
  table.append = NULL;
  struct cxd__audit *audit = NULL;
  ck_assert_int_eq(cxd__audit_open_custom(&table, &audit, NULL), CXD_E_ARGUMENT);
  ck_assert_ptr_null(audit);
  ck_assert_int_eq(host.destroyed, 1);
}
END_TEST

START_TEST(sync_and_destroy_may_be_missing) {
  static struct host host;
  memset(&host, 0, sizeof host);
  host.answer = CXD_ACCEPTED;
  cxd_audit_logger table = table_for(&host);
  table.sync = NULL;
  table.destroy = NULL;
  struct cxd__audit *audit;
  ck_assert_int_eq(cxd__audit_open_custom(&table, &audit, NULL), CXD_OK);
  ck_assert_int_eq(append(audit), CXD_OK);
  ck_assert_int_eq(cxd__audit_sync(audit, NULL), CXD_OK);
  cxd__audit_close(audit);
  cxd__audit_close(NULL);
}
END_TEST

START_TEST(destroy_runs_once_whichever_allocation_fails) {
  static struct host host;
  for (size_t n = 1; n < 50; n++) {
    memset(&host, 0, sizeof host);
    const cxd_audit_logger table = table_for(&host);
    struct cxd__audit *audit = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__audit_open_custom(&table, &audit, NULL);
    cxd__mem_fail_at(0);
    cxd__audit_close(audit);
    ck_assert_int_eq(host.destroyed, 1);
    if (status == CXD_OK)
      return;
    ck_assert_int_eq(status, CXD_E_NOMEM);
    ck_assert_ptr_null(audit);
  }
  ck_abort_msg("never succeeded");
}
END_TEST

START_TEST(a_child_of_fork_is_refused_and_runs_no_method) {
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  pid_t child = fork();
  if (child == 0) {
    int fine = append(audit) == CXD_E_FORKED && cxd__audit_sync(audit, NULL) == CXD_E_FORKED && cxd__audit_reserve(audit, NULL) == CXD_E_FORKED;
    cxd__audit_close(audit);
    _exit(fine && host.appended == 0 && host.destroyed == 0 ? 0 : 1);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  ck_assert_int_eq(append(audit), CXD_OK);
  cxd__audit_close(audit);
  ck_assert_int_eq(host.destroyed, 1);
}
END_TEST

START_TEST(a_refused_body_does_not_reach_the_host) {
  static struct host host;
  struct cxd__audit *audit = open_host(&host);
  static const char wrong[] = "\"k\":\"x\"}\n{\"v\":1";
  ck_assert_int_eq(cxd__audit_append(audit, wrong, sizeof wrong - 1, NULL, NULL, NULL), CXD_E_AUDIT);
  ck_assert_int_eq(host.appended, 0);
  cxd__audit_close(audit);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_custom");
  TCase *tc = tcase_create("audit_custom");
  tcase_add_test(tc, records_arrive_sealed_in_a_chain_of_their_own);
  tcase_add_test(tc, anything_but_accepted_is_a_failure_and_leaves_no_gap);
  tcase_add_test(tc, a_call_back_in_is_refused_instead_of_waiting_for_itself);
  tcase_add_test(tc, a_close_from_inside_is_put_off);
  tcase_add_test(tc, threads_take_turns);
  tcase_add_test(tc, a_missing_append_is_refused_and_destroy_still_runs);
  tcase_add_test(tc, sync_and_destroy_may_be_missing);
  tcase_add_test(tc, destroy_runs_once_whichever_allocation_fails);
  tcase_add_test(tc, a_child_of_fork_is_refused_and_runs_no_method);
  tcase_add_test(tc, a_refused_body_does_not_reach_the_host);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
