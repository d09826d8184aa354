/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What a check costs where it can be counted: memory, and looks at the disk. Times are measured by the bench. */
#define _GNU_SOURCE /* mkdtemp, symlink */
#include <sys/stat.h>
#include <unistd.h>

#include "check_fixture.h"

#define HOUR_MS INT64_C(3600000)

static struct check_fixture fixture;
static char top[64], area[96];

static const char *const files[] = {"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "+VERSION"};

static void put_version(void) {
  char path[128];
  (void)snprintf(path, sizeof path, "%s/+VERSION", top);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_ge(fputs("2026a\n", file), 0);
  ck_assert_int_eq(fclose(file), 0);
}

/* Links to two zones of the system, to be taken away from under a validator. */
static void make_dir(void) {
  strcpy(top, "/tmp/cxd-cost-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(top));
  (void)snprintf(area, sizeof area, "%s/America", top);
  ck_assert_int_eq(mkdir(area, 0700), 0);
  put_version();
  for (size_t i = 0; i + 1 < sizeof files / sizeof *files; i++) {
    char from[128], to[128];
    (void)snprintf(from, sizeof from, ZONEINFO "/%s", files[i]);
    (void)snprintf(to, sizeof to, "%s/%s", top, files[i]);
    ck_assert_int_eq(symlink(from, to), 0);
  }
}

static void take_away(void) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", top, files[i]);
    (void)unlink(path);
  }
  (void)rmdir(area);
  (void)rmdir(top);
}

static void make(int64_t recheck_ms, const char *policy) {
  struct cxd__validate_options options = check_fixture_anywhere();
  check_fixture_free(&fixture);
  options.zoneinfo_dir = top;
  options.recheck_ms = recheck_ms;
  ck_assert(check_fixture_make(&fixture, options, policy));
}

static void set_up(void) { make_dir(); }

static void tear_down(void) {
  check_fixture_free(&fixture);
  take_away();
}

static struct cxd__check whole(void) { return (struct cxd__check){.change = fixture.whole, .replace = 1, .at_unix_ms = CHECK_INSTANT * 1000}; }

static struct cxd__check update(void) {
  return (struct cxd__check){.change = fixture.change, .merged = fixture.merged, .server = fixture.server, .at_unix_ms = CHECK_INSTANT * 1000};
}

static cxd_status run(struct cxd__check check) {
  cxd_report *report = NULL;
  cxd_status status = cxd__validator_run(fixture.validator, &check, &report, NULL);
  ck_assert_ptr_nonnull(report);
  ck_assert(status != CXD_OK || cxd_report_count(report) == 0);
  cxd_report_free(report);
  return status;
}

/* The second run: the first one has read the zones. */
static size_t allocations(struct cxd__check check) {
  ck_assert_int_eq(run(check), CXD_OK);
  cxd__mem_fail_at(0);
  ck_assert_int_eq(run(check), CXD_OK);
  return cxd__mem_count();
}

START_TEST(a_check_without_findings_allocates_its_report_and_a_list_of_rule_names) {
  make(HOUR_MS, NULL);
  ck_assert_uint_eq(allocations(whole()), 2);
}
END_TEST

START_TEST(the_check_of_an_update_that_sets_no_rules_allocates_its_report_and_what_it_was_decided_on) {
  make(HOUR_MS, NULL);
  ck_assert_uint_eq(allocations(update()), 2);
}
END_TEST

START_TEST(a_policy_with_everything_adds_room_for_six_places) {
  make(HOUR_MS, CHECK_POLICY);
  ck_assert_uint_eq(allocations(whole()), 3);
  ck_assert_uint_eq(allocations(update()), 3);
}
END_TEST

START_TEST(a_warm_check_does_not_look_at_the_disk) {
  make(HOUR_MS, CHECK_POLICY);
  ck_assert_int_eq(run(whole()), CXD_OK);
  take_away();
  ck_assert_int_eq(run(whole()), CXD_OK);
  ck_assert_int_eq(run(update()), CXD_OK);
}
END_TEST

/* The test above would see a look: here there is one each time. */
START_TEST(a_check_looks_at_the_disk_when_it_is_time_to) {
  make(0, CHECK_POLICY);
  ck_assert_int_eq(run(whole()), CXD_OK);
  take_away();
  ck_assert_int_eq(run(whole()), CXD_E_INVALID);
}
END_TEST

START_TEST(the_fixture_breaks_what_it_is_meant_to_break) {
  make(HOUR_MS, CHECK_POLICY);
  struct cxd__check faulty = {.change = fixture.faulty, .at_unix_ms = CHECK_INSTANT * 1000, .replace = 1};
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd__validator_run(fixture.validator, &faulty, &report, NULL), CXD_E_INVALID);
  ck_report(report,
            "E capacity.concurrency /maxConcurrentCalls\nE capacity.licensed /maxConcurrentCalls\nN capacity.unreachable /maxConcurrentCalls\nE capacity.abandonment /pacing/maxCallsPerInterval\n"
            "E pacing.interval /pacing/interval\nE pacing.throttle /pacing/throttlePercent\nE zone.unknown /timeZone",
            CHECK_FAULTY);
}
END_TEST

static Suite *suite(void) {
  Suite *all = suite_create("validate_cost");
  TCase *tcase = suite_case(all, "cost", set_up, tear_down);
  tcase_add_test(tcase, a_check_without_findings_allocates_its_report_and_a_list_of_rule_names);
  tcase_add_test(tcase, the_check_of_an_update_that_sets_no_rules_allocates_its_report_and_what_it_was_decided_on);
  tcase_add_test(tcase, a_policy_with_everything_adds_room_for_six_places);
  tcase_add_test(tcase, a_warm_check_does_not_look_at_the_disk);
  tcase_add_test(tcase, a_check_looks_at_the_disk_when_it_is_time_to);
  tcase_add_test(tcase, the_fixture_breaks_what_it_is_meant_to_break);
  return all;
}

int main(void) { return run_suite(suite()); }
