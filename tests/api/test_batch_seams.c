/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Batches without memory at any point, on an audit log that the test controls, and on a disk that fills up. */
#define _GNU_SOURCE /* O_CLOEXEC, umount2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "api/updater.h"
#include "base/mem.h"
#include "batch.h"
#include "fake_log.h"
#include "run.h"

static struct rig rig;
static struct fake_log fake;
static cxd_batch *batch;

/* ------------------------------------------------------------------------------ memory */

#define TARGETS 3

static const struct {
  const char *settings[12];
} modes[] = {
    {{"update.concurrency", "2"}},
    {{"update.concurrency", "4", "update.coalesce", "on", "update.canary", "1"}},
    {{"update.concurrency", "4", "audit.mode", "required", "audit.sync", "none"}},
};

/* What the server did to each campaign is what its items say, without one of them having nothing to say. */
static void ck_told_as_done(const json_int_t before[TARGETS], const json_int_t after[TARGETS], size_t n) {
  json_int_t known[TARGETS] = {0}, possible[TARGETS] = {0};
  static const size_t campaign_of_item[] = {0, 1, 0, 2};
  for (size_t i = 0; i < cxd_batch_count(batch); i++) {
    int32_t outcome = cxd_result_outcome(cxd_batch_result(batch, i));
    known[campaign_of_item[i]] += outcome == CXD_OUTCOME_APPLIED || outcome == CXD_OUTCOME_APPLIED_READBACK;
    possible[campaign_of_item[i]] += outcome == CXD_OUTCOME_UNKNOWN;
  }
  for (size_t i = 0; i < TARGETS; i++) {
    json_int_t done = after[i] - before[i], joined = i == 0 && known[0] == 2; /* two items, one PUT */
    ck_assert_msg(done >= known[i] - joined && done <= known[i] + possible[i], "without memory from allocation %zu on: campaign %zu had %d PUTs, its items tell of %d and %d that are not known", n, i, (int)done,
                  (int)known[i], (int)possible[i]);
  }
}

static void puts_now(json_int_t puts[TARGETS]) {
  for (size_t i = 0; i < TARGETS; i++)
    puts[i] = puts_of(&rig, i);
}

/* 1: memory lasted. */
static int run_without_memory_from(size_t n) {
  json_int_t before[TARGETS], after[TARGETS];
  int calls = 200 + (int)(n % 100) * 2;
  puts_now(before);
  batch = batch_of(&rig);
  batch_calls(batch, 0, calls);
  batch_calls(batch, 1, calls);
  batch_calls(batch, 0, calls + 1);
  batch_calls(batch, 2, calls);
  cxd__mem_fail_at(n);
  (void)cxd_batch_run(batch, NULL);
  int lasted = cxd__mem_count() < n;
  cxd__mem_fail_at(0);
  ck_all_over(batch);
  puts_now(after);
  ck_told_as_done(before, after, n);
  cxd_batch_free(batch);
  return lasted;
}

START_TEST(without_memory_every_item_still_has_its_result) {
  batch_rig_open(&rig, TARGETS, NULL, modes[_i].settings);
  rig.other_hands = 1;
  cxd_campaign_free(got(rig.client, "c-0")); /* the token is there: asking for one again and again is slowed down */
  size_t n = 1;
  while (!run_without_memory_from(n))
    n += n < 200 ? 1 : 3;
  ck_assert_uint_gt(n, 50);
  rig_close(&rig);
}
END_TEST

static cxd_status build(cxd_batch **out) {
  cxd_status status = cxd_batch_new(rig.updater, out, NULL);
  if (status == CXD_OK)
    status = cxd_batch_add_json(*out, "{\"id\":\"c-0\",\"maxConcurrentCalls\":1}", 35, NULL);
  return status;
}

START_TEST(a_batch_that_cannot_be_built_leaves_nothing) {
  batch_rig_open(&rig, 1, NULL, NULL);
  cxd_status status = CXD_E_NOMEM;
  for (size_t n = 1; status == CXD_E_NOMEM; n++) {
    cxd__mem_fail_at(n);
    status = build(&batch);
    cxd__mem_fail_at(0);
    ck_assert(!batch || cxd_batch_count(batch) == (status == CXD_OK));
    cxd_batch_free(batch);
    ck_assert_uint_lt(n, 100);
  }
  ck_assert_int_eq(status, CXD_OK);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------- earlier updates */

static void open_fake(const char *mode, const char *const options[]) {
  batch_rig_open(&rig, 8, options, LIST("audit.mode", mode, "audit.path", "", "update.concurrency", "4", "update.prefetch", "off"));
  fake = (struct fake_log){.next_seq = 100};
  fake_log_into(&fake, rig.updater);
  batch = batch_of(&rig);
}

static void close_fake(void) {
  cxd_batch_free(batch);
  rig_close(&rig);
  ck_assert_int_eq(fake.closed, 1);
  fake_log_clear(&fake);
}

static int resolved(int64_t seq) {
  int times = 0;
  for (size_t i = 0; i < fake.record_count; i++)
    times += fake.resolved[i] == seq;
  return times;
}

START_TEST(what_became_of_earlier_updates_is_found_out_for_each_item) {
  open_fake("required", NULL);
  fake_dangling_add(&fake, 7, "c-0", "\"\\\"old\\\"\"", 140, 150, 0);
  fake_dangling_add(&fake, 8, "c-2", "\"\\\"old\\\"\"", 140, 150, 0);
  fake_dangling_add(&fake, 9, "c-2", "\"\\\"old\\\"\"", 140, 150, 0);
  for (size_t i = 0; i < 4; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 4; i++) {
    ck_item(batch, i, CXD_OUTCOME_APPLIED, CXD_OK);
    ck_assert_int_eq(find_code(cxd_result_report(cxd_batch_result(batch, i)), "audit.recovered") != SIZE_MAX, i % 2 == 0);
  }
  for (int64_t seq = 7; seq <= 9; seq++)
    ck_assert_int_eq(resolved(seq), 1);
  close_fake();
}
END_TEST

START_TEST(an_earlier_update_that_cannot_be_resolved_refuses_its_item_only) {
  open_fake(_i ? "best_effort" : "required", NULL);
  fake_dangling_add(&fake, 7, "c-1", "\"\\\"old\\\"\"", 140, 150, 0);
  fake_dangling_add(&fake, 8, "c-2", "\"\\\"old\\\"\"", 140, 150, 0);
  (void)snprintf(fake.dangling[0].line, sizeof fake.dangling[0].line, "{\"v\":1,\"k\":\"intent\"}");
  for (size_t i = 0; i < 4; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 4; i++)
    if (i != 1 || _i)
      ck_item(batch, i, CXD_OUTCOME_APPLIED, CXD_OK);
  if (!_i) {
    ck_assert_int_eq(cxd_result_outcome(cxd_batch_result(batch, 1)), CXD_OUTCOME_NOT_APPLIED);
    ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(cxd_batch_result(batch, 1))), "audit record 7"));
    ck_assert_int_eq(puts_of(&rig, 1), 0);
  }
  ck_assert_int_eq(resolved(8), 1);
  close_fake();
}
END_TEST

/* From the nth sync on nothing is durable any more. */
START_TEST(nothing_is_sent_without_a_durable_intent) {
  open_fake("required", NULL);
  fake.fail_sync_at = 1 + _i;
  for (size_t i = 0; i < 16; i++)
    batch_calls(batch, i % 8, 200 + (int)i);
  batch_runs(batch, CXD_OK, NULL);
  ck_all_over(batch);
  size_t applied = 0;
  for (size_t i = 0; i < 16; i++) {
    const cxd_result *result = cxd_batch_result(batch, i);
    if (cxd_result_outcome(result) == CXD_OUTCOME_APPLIED)
      applied++;
    else {
      ck_item(batch, i, CXD_OUTCOME_NOT_APPLIED, CXD_E_AUDIT);
      ck_assert_int_eq(cxd_result_sends(result), 0);
    }
  }
  ck_assert_int_eq(puts_applied(&rig), (json_int_t)applied);
  ck_assert_uint_lt(applied, 16);
  close_fake();
}
END_TEST

/* -------------------------------------------------------------------------- a full disk */

#define FLOCK 64

struct disk {
  char dir[128], ballast[160];
  size_t told;
};

/* What is written from now on has only the room that was set aside. */
static int32_t fills_up(void *user_data, const size_t *items, const char *const *intents, size_t count) {
  static const char block[4096];
  struct disk *disk = user_data;
  (void)items;
  (void)intents;
  disk->told += count;
  int fd = open(disk->ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ck_assert_int_ge(fd, 0);
  while (write(fd, block, sizeof block) == (ssize_t)sizeof block)
    ;
  ck_assert_int_eq(errno, ENOSPC);
  ck_assert_int_eq(close(fd), 0);
  return CXD_ACCEPTED;
}

static void open_on_disk(struct disk *disk) {
  char *path = scratch_path(disk->dir, "audit.log");
  cxd_callback callback = {.size = sizeof callback, .user_data = disk, .on_sending = fills_up};
  (void)snprintf(disk->ballast, sizeof disk->ballast, "%.127s/ballast", disk->dir);
  batch_rig_open(&rig, FLOCK, NULL, LIST("audit.mode", "required", "audit.path", path, "update.concurrency", "64", "update.prefetch", "off"));
  free(rig.audit_path);
  rig.audit_path = path;
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  batch = batch_of(&rig);
}

/* Needs root for the tmpfs. */
START_TEST(on_a_disk_that_fills_up_whatever_was_sent_has_its_outcome_on_record) {
  struct disk disk = {.told = 0};
  scratch_open(disk.dir);
  if (mount("tmpfs", disk.dir, "tmpfs", 0, "size=512k") != 0) {
    scratch_close(disk.dir);
    return;
  }
  open_on_disk(&disk);
  for (size_t i = 0; i < FLOCK; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  ck_all_over(batch);
  for (size_t i = 0; i < FLOCK; i++) {
    const cxd_result *result = cxd_batch_result(batch, i);
    if (cxd_result_outcome(result) == CXD_OUTCOME_APPLIED)
      ck_assert_msg(cxd_result_audit_status(result) == CXD_OK, "item %zu was sent, and has no outcome on record", i);
    else
      ck_item(batch, i, CXD_OUTCOME_NOT_APPLIED, CXD_E_AUDIT);
  }
  ck_assert_uint_ge(disk.told, 1);
  ck_assert_uint_eq(disk.told, (size_t)puts_applied(&rig));
  ck_assert_uint_ge(ck_audit(&rig), disk.told);
  cxd_batch_free(batch);
  rig_close(&rig);
  ck_assert_int_eq(umount2(disk.dir, MNT_DETACH), 0);
  scratch_close(disk.dir);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("batch_seams");
  TCase *memory = suite_case(suite, "memory", NULL, NULL);
  tcase_set_timeout(memory, 500);
  tcase_add_loop_test(memory, without_memory_every_item_still_has_its_result, 0, sizeof modes / sizeof *modes);
  tcase_add_test(memory, a_batch_that_cannot_be_built_leaves_nothing);
  TCase *logs = suite_case(suite, "logs", NULL, NULL);
  tcase_set_timeout(logs, 120);
  tcase_add_test(logs, what_became_of_earlier_updates_is_found_out_for_each_item);
  tcase_add_loop_test(logs, an_earlier_update_that_cannot_be_resolved_refuses_its_item_only, 0, 2);
  tcase_add_loop_test(logs, nothing_is_sent_without_a_durable_intent, 0, 6);
  TCase *disks = suite_case(suite, "disks", NULL, NULL);
  tcase_set_timeout(disks, 120);
  tcase_add_test(disks, on_a_disk_that_fills_up_whatever_was_sent_has_its_outcome_on_record);
  return run_suite(suite);
}
