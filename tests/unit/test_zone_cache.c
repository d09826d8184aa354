/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* nftw */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "run.h"
#include "tzif.h"
#include "validate/zone_cache.h"

#define NEVER_AGAIN INT64_MAX

static char top[64], dir[128];
static struct cxd__zone_cache *cache;

static const char *path_of(const char *name) {
  static char path[PATH_MAX];
  (void)snprintf(path, sizeof path, "%s/%s", top, name);
  return path;
}

static void put(const char *name, const void *bytes, size_t len) {
  FILE *file = fopen(path_of(name), "wb");
  ck_assert_msg(file != NULL, "%s", name);
  ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
}

/* A zone with this offset for ever, in a file as large as all of them. */
static void put_zone(const char *name, int32_t offset_s) {
  struct tzif_type type = {offset_s, 0, 0};
  struct tzif_block block = {.type_count = 1, .types = &type, .names = "ABC", .name_bytes = 4};
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, '2', &block, "");
  put(name, bytes.data, bytes.len);
  cxd__buf_free(&bytes);
}

/* As a package manager does it: another file takes the name. */
static void replace_zone(const char *name, int32_t offset_s) {
  put_zone("zi/new", offset_s);
  char from[PATH_MAX];
  (void)snprintf(from, sizeof from, "%s", path_of("zi/new"));
  ck_assert_int_eq(rename(from, path_of(name)), 0);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk) {
  (void)info;
  (void)kind;
  (void)walk;
  return remove(path);
}

static void open_with(const char *where, int64_t recheck_ms) {
  cxd__zone_cache_free(cache);
  cache = cxd__zone_cache_new(where, recheck_ms);
  ck_assert_ptr_nonnull(cache);
}

static void set_up(void) {
  strcpy(top, "/tmp/cxd-cache-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(top));
  (void)snprintf(dir, sizeof dir, "%s/zi", top);
  ck_assert_int_eq(mkdir(dir, 0700), 0);
  ck_assert_int_eq(mkdir(path_of("zi/Test"), 0700), 0);
  put_zone("secret", 3600);
  put_zone("zi/Test/One", 3600);
  put_zone("zi/Test/Two", 7200);
  open_with(dir, 0);
}

static void tear_down(void) {
  cxd__zone_cache_free(cache);
  cache = NULL;
  ck_assert_int_eq(nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static int32_t offset_of(struct cxd__tz *tz) {
  struct cxd__tz_span span;
  cxd__tz_at(tz, 0, &span);
  return span.offset_s;
}

static struct cxd__zone_found get(const char *name) { return cxd__zone_cache_get(cache, name, strlen(name)); }

static void ck_zone(const char *name, int32_t offset_s) {
  struct cxd__zone_found found = get(name);
  ck_assert_msg(found.state == CXD__ZONE_KNOWN, "%s: state %d, %d, %s", name, (int)found.state, found.number, found.why ? found.why : "-");
  ck_assert_int_eq(offset_of(found.tz), offset_s);
  ck_assert(found.number == 0 && !found.why);
  cxd__tz_unref(found.tz);
}

static void ck_none(const char *name, enum cxd__zone_state state, int number, const char *why) {
  struct cxd__zone_found found = get(name);
  ck_assert_msg(found.state == state && found.number == number && !found.tz, "%s: state %d, %d", name, (int)found.state, found.number);
  if (why)
    ck_assert_str_eq(found.why, why);
  else
    ck_assert_ptr_null(found.why);
}

START_TEST(a_zone_is_parsed_once_and_shared) {
  struct cxd__zone_found first, second;
  open_with(dir, NEVER_AGAIN);
  first = get("Test/One");
  second = get("Test/One");
  ck_assert_ptr_nonnull(first.tz);
  ck_assert_ptr_eq(first.tz, second.tz);
  ck_zone("Test/Two", 7200);
  ck_zone("Test/One", 3600);
  cxd__tz_unref(first.tz);
  cxd__tz_unref(second.tz);
}
END_TEST

START_TEST(a_zone_outlives_the_cache) {
  struct cxd__zone_found found = get("Test/One");
  cxd__zone_cache_free(cache);
  cache = NULL;
  ck_assert_int_eq(offset_of(found.tz), 3600);
  cxd__tz_unref(found.tz);
  cxd__zone_cache_free(NULL);
}
END_TEST

START_TEST(a_name_is_its_bytes_and_no_more) {
  static const char *const name = "Test/OneMore";
  struct cxd__zone_found found = cxd__zone_cache_get(cache, name, 8);
  ck_assert_int_eq(found.state, CXD__ZONE_KNOWN);
  cxd__tz_unref(found.tz);
}
END_TEST

START_TEST(names_that_could_leave_the_directory_are_absent) {
  static const struct { const char *name; size_t len; } rows[] = {
      {"../secret", 9}, {"Test/../../secret", 17}, {"/etc/passwd", 11}, {"../../etc/passwd", 16}, {"Test/One\0", 9}, {"Test\0/One", 9}, {"", 0}, {".", 1}, {"Test/", 5},
      {"Test//One", 9}, {"Test/./One", 10}, {"Test\\One", 8}, {"Test/One ", 9}, {"Test/On\xc3\xa9", 9}, {"~root", 5}, {"Test/One\n", 9}, {"%2e%2e/secret", 13}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__zone_found found = cxd__zone_cache_get(cache, rows[i].name, rows[i].len);
    ck_assert_msg(found.state == CXD__ZONE_ABSENT && !found.tz && found.number == 0 && !found.why, "row %zu", i);
  }
  ck_assert_int_eq(cxd__zone_cache_get(cache, NULL, 0).state, CXD__ZONE_ABSENT);
  char huge[CXD__ZONE_NAME_MAX + 2];
  memset(huge, 'a', sizeof huge);
  ck_assert_int_eq(cxd__zone_cache_get(cache, huge, sizeof huge).state, CXD__ZONE_ABSENT);
  ck_assert_int_eq(cxd__zone_cache_get(cache, huge, CXD__ZONE_NAME_MAX).state, CXD__ZONE_ABSENT);
}
END_TEST

/* An unsafe name is no look at the disk: the directory is not even missed. */
START_TEST(unsafe_names_do_not_touch_the_disk) {
  open_with("/nonexistent/zoneinfo", 0);
  ck_none("../secret", CXD__ZONE_ABSENT, 0, NULL);
  ck_none("Test/One", CXD__ZONE_NO_DIR, ENOENT, NULL);
}
END_TEST

START_TEST(what_is_no_zone_file_is_unreadable) {
  put("zi/Test/Empty", "", 0);
  put("zi/Test/Text", "America/New_York\n", 17);
  put("zi/Test/Cut", "TZif2", 5);
  ck_assert_int_eq(mkfifo(path_of("zi/Test/Fifo"), 0600), 0);
  ck_assert_int_eq(symlink("Loop", path_of("zi/Test/Loop")), 0);
  ck_assert_int_eq(symlink("/dev/zero", path_of("zi/Test/Zero")), 0);
  ck_assert_int_eq(symlink("/dev/full", path_of("zi/Test/Full")), 0);
  ck_assert_int_eq(symlink("Missing", path_of("zi/Test/Dangling")), 0);
  ck_none("Test/Empty", CXD__ZONE_UNREADABLE, 0, "is no TZif file");
  ck_none("Test/Text", CXD__ZONE_UNREADABLE, 0, "is no TZif file");
  ck_none("Test/Cut", CXD__ZONE_UNREADABLE, 0, "is cut off within its header");
  ck_none("Test", CXD__ZONE_UNREADABLE, 0, "is not a regular file");
  ck_none("Test/Fifo", CXD__ZONE_UNREADABLE, 0, "is not a regular file");
  ck_none("Test/Zero", CXD__ZONE_UNREADABLE, 0, "is not a regular file");
  ck_none("Test/Full", CXD__ZONE_UNREADABLE, 0, "is not a regular file");
  ck_none("Test/Loop", CXD__ZONE_UNREADABLE, ELOOP, NULL);
  ck_none("Test/Dangling", CXD__ZONE_ABSENT, 0, NULL);
  ck_none("Test/One/Below", CXD__ZONE_ABSENT, 0, NULL);
  ck_none("Test/Missing", CXD__ZONE_ABSENT, 0, NULL);
}
END_TEST

START_TEST(a_huge_file_is_not_read) {
  put("zi/Test/Huge", "TZif2", 5);
  ck_assert_int_eq(truncate(path_of("zi/Test/Huge"), CXD__TZ_MAX_BYTES + 1), 0);
  ck_none("Test/Huge", CXD__ZONE_UNREADABLE, 0, "is larger than any time zone file");
  ck_assert_int_eq(truncate(path_of("zi/Test/Huge"), INT64_C(1) << 40), 0);
  ck_none("Test/Huge", CXD__ZONE_UNREADABLE, 0, "is larger than any time zone file");
}
END_TEST

START_TEST(a_file_without_permission_is_unreadable) {
  if (geteuid() == 0)
    return; /* for root there is no such file */
  ck_assert_int_eq(chmod(path_of("zi/Test/One"), 0), 0);
  ck_none("Test/One", CXD__ZONE_UNREADABLE, EACCES, NULL);
}
END_TEST

START_TEST(links_are_followed) {
  ck_assert_int_eq(symlink("One", path_of("zi/Test/Link")), 0);
  ck_assert_int_eq(symlink("../../secret", path_of("zi/Test/Out")), 0); /* whoever may write there may decide that */
  ck_zone("Test/Link", 3600);
  ck_zone("Test/Out", 3600);
  ck_assert_int_eq(unlink(path_of("zi/Test/Link")), 0);
  ck_assert_int_eq(symlink("Two", path_of("zi/Test/Link")), 0);
  ck_zone("Test/Link", 7200);
}
END_TEST

START_TEST(a_changed_file_is_read_anew) {
  ck_zone("Test/One", 3600);
  replace_zone("zi/Test/One", 10800);
  ck_zone("Test/One", 10800);
  put_zone("zi/Test/One", -3600); /* in place: the same inode and size, within the same tick perhaps */
  ck_zone("Test/One", -3600);
  put_zone("zi/Test/One", 1800);
  ck_zone("Test/One", 1800);
}
END_TEST

/* The database of the system was not written just now. */
START_TEST(an_unchanged_file_is_not_read_again) {
  open_with("/usr/share/zoneinfo", 0);
  struct cxd__zone_found first = get("America/New_York"), second = get("America/New_York");
  if (first.state == CXD__ZONE_KNOWN)
    ck_assert_ptr_eq(first.tz, second.tz);
  cxd__tz_unref(first.tz);
  cxd__tz_unref(second.tz);
}
END_TEST

START_TEST(a_change_is_not_looked_for_before_its_time) {
  open_with(dir, NEVER_AGAIN);
  ck_zone("Test/One", 3600);
  replace_zone("zi/Test/One", 10800);
  ck_zone("Test/One", 3600);
  open_with(dir, 3600000);
  ck_zone("Test/One", 10800);
  ck_assert_int_eq(unlink(path_of("zi/Test/One")), 0);
  ck_zone("Test/One", 10800);
}
END_TEST

START_TEST(a_file_that_breaks_takes_its_zone_with_it) {
  ck_zone("Test/One", 3600);
  put("zi/Test/One", "TZif2", 5);
  ck_none("Test/One", CXD__ZONE_UNREADABLE, 0, "is cut off within its header");
  ck_none("Test/One", CXD__ZONE_UNREADABLE, 0, "is cut off within its header");
  put_zone("zi/Test/One", 5400);
  ck_zone("Test/One", 5400);
  ck_assert_int_eq(unlink(path_of("zi/Test/One")), 0);
  ck_none("Test/One", CXD__ZONE_ABSENT, 0, NULL);
  ck_assert_int_eq(mkfifo(path_of("zi/Test/One"), 0600), 0);
  ck_none("Test/One", CXD__ZONE_UNREADABLE, 0, "is not a regular file");
  ck_zone("Test/Two", 7200);
}
END_TEST

START_TEST(a_directory_that_goes_takes_all_zones_with_it) {
  ck_zone("Test/One", 3600);
  char from[PATH_MAX];
  (void)snprintf(from, sizeof from, "%s", path_of("zi"));
  ck_assert_int_eq(rename(from, path_of("moved")), 0);
  ck_none("Test/One", CXD__ZONE_NO_DIR, ENOENT, NULL);
  (void)snprintf(from, sizeof from, "%s", path_of("moved"));
  ck_assert_int_eq(rename(from, path_of("zi")), 0);
  ck_zone("Test/One", 3600);
  open_with(path_of("secret"), 0);
  ck_none("Test/One", CXD__ZONE_NO_DIR, ENOTDIR, NULL);
}
END_TEST

START_TEST(a_directory_name_too_long_is_no_crash) {
  char long_name[PATH_MAX + 10];
  memset(long_name, 'd', sizeof long_name);
  long_name[sizeof long_name - 1] = '\0';
  open_with(long_name, 0);
  ck_none("Test/One", CXD__ZONE_NO_DIR, ENAMETOOLONG, NULL);
}
END_TEST

START_TEST(many_zones_are_kept_in_order) {
  open_with(dir, NEVER_AGAIN);
  char name[64];
  for (int i = 0; i < 200; i++) {
    (void)snprintf(name, sizeof name, "zi/Test/Z%d", i * 37 % 200);
    put_zone(name, i * 37 % 200);
    ck_zone(name + 3, i * 37 % 200);
  }
  for (int i = 0; i < 200; i++) {
    (void)snprintf(name, sizeof name, "zi/Test/Z%d", i);
    ck_assert_int_eq(unlink(path_of(name)), 0);
    ck_zone(name + 3, i);
  }
}
END_TEST

/* One file under very many names: the memory for them ends, the answers do not. */
START_TEST(names_without_end_are_not_kept_without_end) {
  char name[64];
  for (int i = 0; i < 3000; i++) {
    (void)snprintf(name, sizeof name, "zi/L%d", i);
    ck_assert_int_eq(symlink("Test/One", path_of(name)), 0);
    ck_zone(name + 3, 3600);
  }
  ck_zone("L0", 3600);
  ck_zone("L2999", 3600);
}
END_TEST

static int open_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

START_TEST(no_descriptor_is_left_open) {
  static const char *const names[] = {"Test/One", "Test/Cut", "Test", "Test/Missing", "Test/One/Below", "../secret"};
  char version[CXD__TZDATA_MAX];
  put("zi/Test/Cut", "TZif2", 5);
  put("zi/+VERSION", "2026f\n", 6);
  int before = open_descriptors();
  for (size_t i = 0; i < 3 * sizeof names / sizeof *names; i++)
    cxd__tz_unref(get(names[i % (sizeof names / sizeof *names)]).tz);
  cxd__zone_cache_version(cache, version);
  ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

START_TEST(memory_that_runs_out_is_said_and_passes) {
  for (size_t i = 1; i < 20; i++) {
    cxd__mem_fail_at(i);
    struct cxd__zone_cache *made = cxd__zone_cache_new(dir, 0);
    struct cxd__zone_found found = {CXD__ZONE_UNREADABLE, NULL, 0, NULL};
    if (made)
      found = cxd__zone_cache_get(made, "Test/One", 8);
    cxd__mem_fail_at(0);
    ck_assert(found.state == CXD__ZONE_KNOWN ? found.tz != NULL : found.state == CXD__ZONE_UNREADABLE && found.number == 0 && !found.why);
    cxd__tz_unref(found.tz);
    found = made ? cxd__zone_cache_get(made, "Test/One", 8) : get("Test/One");
    ck_assert_int_eq(found.state, CXD__ZONE_KNOWN);
    cxd__tz_unref(found.tz);
    cxd__zone_cache_free(made);
  }
}
END_TEST

static void *reader(void *arg) {
  static const char *const names[] = {"Test/One", "Test/Two", "Test/Missing", "Test"};
  size_t *wrong = arg;
  for (size_t i = 0; i < 4000; i++) {
    const char *name = names[i % 4];
    struct cxd__zone_found found = cxd__zone_cache_get(cache, name, strlen(name));
    *wrong += found.tz && offset_of(found.tz) % 1800 != 0;
    *wrong += i % 4 >= 2 && found.tz;
    cxd__tz_unref(found.tz);
  }
  return NULL;
}

START_TEST(threads_share_a_cache_while_files_change) {
  pthread_t threads[4];
  size_t wrong[4] = {0};
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, reader, &wrong[i]), 0);
  for (int i = 0; i < 200; i++)
    replace_zone("zi/Test/One", i % 20 * 1800);
  for (size_t i = 0; i < 4; i++) {
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(wrong[i], 0);
  }
}
END_TEST

static void ck_version(const char *expected) {
  char version[CXD__TZDATA_MAX];
  memset(version, 'x', sizeof version);
  cxd__zone_cache_version(cache, version);
  ck_assert_str_eq(version, expected);
}

START_TEST(the_version_is_what_a_file_of_the_database_says) {
  ck_version("");
  static const struct { const char *text, *version; } rows[] = {
      {"# version 2026f\n# This zic input file is in the public domain.\n", "2026f"}, {"# version 2026f", "2026f"}, {"# version 2026za\r\n", "2026za"},
      {"# version unknown\n", ""}, {"# version 2026f-dirty\n", ""}, {"# version \n", ""}, {"#version 2026f\n", ""}, {"2026f\n", ""}, {"", ""},
      {"\n# version 2026f\n", ""}, {"# version 2026F\n", ""}, {"# version 26f\n", ""}, {"# version 2026abcdefghijklmnopq\n", ""}, {"# version 2026f 2026g\n", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    put("zi/tzdata.zi", rows[i].text, strlen(rows[i].text));
    ck_version(rows[i].version);
  }
}
END_TEST

START_TEST(the_version_file_comes_first) {
  put("zi/tzdata.zi", "# version 2026f\n", 16);
  put("zi/+VERSION", "2027a\n", 6);
  ck_version("2027a");
  put("zi/+VERSION", "2027b", 5);
  ck_version("2027b");
  put("zi/+VERSION", "garbage", 7); /* which of the two is right? */
  ck_version("");
  ck_assert_int_eq(unlink(path_of("zi/+VERSION")), 0);
  ck_version("2026f");
  ck_assert_int_eq(mkfifo(path_of("zi/+VERSION"), 0600), 0);
  ck_version("");
}
END_TEST

START_TEST(the_version_is_looked_up_when_it_is_due) {
  open_with(dir, NEVER_AGAIN);
  ck_version("");
  put("zi/+VERSION", "2027a\n", 6);
  ck_version("");
  open_with(dir, NEVER_AGAIN);
  ck_version("2027a");
  ck_assert_int_eq(unlink(path_of("zi/+VERSION")), 0);
  ck_version("2027a");
}
END_TEST

START_TEST(versions_compare_by_year_then_letters) {
  static const char *const rising[] = {"1996a", "2012j", "2025b", "2025c", "2026", "2026a", "2026e", "2026f", "2026z", "2026za", "2026zb", "2027a"};
  for (size_t i = 0; i < sizeof rising / sizeof *rising; i++)
    for (size_t k = 0; k < sizeof rising / sizeof *rising; k++) {
      int order = cxd__tzdata_compare(rising[i], rising[k]);
      ck_assert_msg(i < k ? order < 0 : i > k ? order > 0 : order == 0, "%s and %s: %d", rising[i], rising[k], order);
    }
}
END_TEST

START_TEST(a_text_that_is_no_version_is_older_than_all) {
  static const char *const texts[] = {"", "unknown", "26f", "2026F", "2026f-dirty", " 2026f", "2026f ", "20266f", "2026f1", "2026abcdefghijklmnopqrstuvwxyz", "\xff"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    ck_assert_int_lt(cxd__tzdata_compare(texts[i], "1996a"), 0);
    ck_assert_int_gt(cxd__tzdata_compare("1996a", texts[i]), 0);
    ck_assert_int_eq(cxd__tzdata_compare(texts[i], "garbage"), 0);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *all = suite_create("zone_cache");
  TCase *tcase = suite_case(all, "zone_cache", set_up, tear_down);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, a_zone_is_parsed_once_and_shared);
  tcase_add_test(tcase, a_zone_outlives_the_cache);
  tcase_add_test(tcase, a_name_is_its_bytes_and_no_more);
  tcase_add_test(tcase, names_that_could_leave_the_directory_are_absent);
  tcase_add_test(tcase, unsafe_names_do_not_touch_the_disk);
  tcase_add_test(tcase, what_is_no_zone_file_is_unreadable);
  tcase_add_test(tcase, a_huge_file_is_not_read);
  tcase_add_test(tcase, a_file_without_permission_is_unreadable);
  tcase_add_test(tcase, links_are_followed);
  tcase_add_test(tcase, a_changed_file_is_read_anew);
  tcase_add_test(tcase, an_unchanged_file_is_not_read_again);
  tcase_add_test(tcase, a_change_is_not_looked_for_before_its_time);
  tcase_add_test(tcase, a_file_that_breaks_takes_its_zone_with_it);
  tcase_add_test(tcase, a_directory_that_goes_takes_all_zones_with_it);
  tcase_add_test(tcase, a_directory_name_too_long_is_no_crash);
  tcase_add_test(tcase, many_zones_are_kept_in_order);
  tcase_add_test(tcase, names_without_end_are_not_kept_without_end);
  tcase_add_test(tcase, no_descriptor_is_left_open);
  tcase_add_test(tcase, memory_that_runs_out_is_said_and_passes);
  tcase_add_test(tcase, threads_share_a_cache_while_files_change);
  TCase *version = suite_case(all, "version", set_up, tear_down);
  tcase_add_test(version, the_version_is_what_a_file_of_the_database_says);
  tcase_add_test(version, the_version_file_comes_first);
  tcase_add_test(version, the_version_is_looked_up_when_it_is_due);
  tcase_add_test(version, versions_compare_by_year_then_letters);
  tcase_add_test(version, a_text_that_is_no_version_is_older_than_all);
  return all;
}

int main(void) { return run_suite(suite()); }
