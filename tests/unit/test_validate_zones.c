/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* nftw, mkdtemp */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tzif.h"
#include "validate.h"
#include "validate/zone_cache.h"

static cxd_validator *any_zone(const char *dir) {
  struct cxd__validate_options options = default_options();
  options.time_zones = "*";
  options.zoneinfo_dir = dir;
  return validator_with(options);
}

static void zone_json(char out[512], const char *zone) { (void)snprintf(out, 512, "{\"id\":\"a\",\"timeZone\":\"%s\"}", zone); }

static void ck_zone(cxd_validator *validator, const char *zone, const char *expected) {
  char json[512];
  zone_json(json, zone);
  ck_findings(validator, json, expected);
}

static void ck_zone_says(cxd_validator *validator, const char *zone, const char *part) {
  char json[512];
  zone_json(json, zone);
  ck_says(validator, json, part);
}

START_TEST(the_four_default_zones_are_approved) {
  static const char *const zones[] = {"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America\\/Denver", "\\u0041merica/Denver"};
  cxd_validator *validator = default_validator();
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    ck_zone(validator, zones[i], "");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(other_zones_are_not_approved) {
  static const char *const zones[] = {"Europe/Berlin", "UTC", "America/Phoenix", "US/Eastern", "Etc/UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"};
  cxd_validator *validator = default_validator();
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    ck_zone(validator, zones[i], "E zone.not_approved /timeZone");
  ck_zone_says(validator, "Europe/Berlin", "config key validate.time_zones lists America/Chicago, America/Denver, America/Los_Angeles, America/New_York");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(a_star_approves_any_iana_zone) {
  static const char *const zones[] = {"Europe/Berlin", "UTC", "America/Phoenix", "US/Eastern", "Etc/UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Pacific/Chatham"};
  cxd_validator *validator = any_zone(ZONEINFO);
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    ck_zone(validator, zones[i], "");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(abbreviations_are_unknown_and_name_the_zone_meant) {
  static const struct { const char *wrong, *right; } rows[] = {
      {"EST", "America/New_York"}, {"EDT", "America/New_York"}, {"EST5EDT", "America/New_York"}, {"est", "America/New_York"}, {"CST", "America/Chicago"},
      {"CST6CDT", "America/Chicago"}, {"MST", "America/Denver"}, {"MST7MDT", "America/Denver"}, {"PST", "America/Los_Angeles"}, {"PDT", "America/Los_Angeles"},
      {"PST8PDT", "America/Los_Angeles"}, {"HST", "Pacific/Honolulu"}, {"GMT", "Europe/London"}, {"CET", "Europe/Berlin"}, {"Zulu", "UTC"}, {"Japan", "Asia/Tokyo"}};
  cxd_validator *validator = any_zone(ZONEINFO);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char part[100];
    (void)snprintf(part, sizeof part, "\"%s\" is not the name of an IANA time zone: write a name of the IANA time zone database, perhaps %s", rows[i].wrong, rows[i].right);
    ck_zone(validator, rows[i].wrong, "E zone.unknown /timeZone");
    ck_zone_says(validator, rows[i].wrong, part);
  }
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(names_without_an_area_are_unknown_although_the_system_has_a_file) {
  static const char *const zones[] = {"EST", "EST5EDT", "CET", "GMT", "GMT0", "GMT+0", "Greenwich", "Singapore", "Cuba", "Zulu", "Universal", "UCT", "Factory", "localtime", "posixrules"};
  cxd_validator *validator = any_zone(ZONEINFO);
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    ck_zone(validator, zones[i], "E zone.unknown /timeZone");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(slips_of_the_pen_get_the_nearest_name) {
  static const struct { const char *wrong, *right; } rows[] = {
      {"America/New York", "America/New_York"}, {"america/new_york", "America/New_York"}, {"America/NewYork", "America/New_York"}, {"New_York", "America/New_York"},
      {"Europe/Berln", "Europe/Berlin"}, {"Singapore", "Asia/Singapore"}, {"Berlin", "Europe/Berlin"}, {"America/Los_Angles", "America/Los_Angeles"},
      {"posix/America/Denver", "America/Denver"}};
  cxd_validator *validator = default_validator();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char part[100];
    (void)snprintf(part, sizeof part, "perhaps %s", rows[i].right);
    ck_zone_says(validator, rows[i].wrong, part);
  }
  ck_zone_says(validator, "Mars/Olympus_Mons_Base_Camp", "such as America/New_York");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(unsafe_names_are_unknown) {
  static const char *const zones[] = {
      "", "/", "/etc/passwd", "/America/New_York", "America/New_York/", "America//New_York", "..", "../zoneinfo/America/New_York", "America/../America/New_York",
      "./America/New_York", "America/./New_York", ".", "America/New_York\\u0000", "America\\u0000/New_York", "America\\\\New_York", "America/New_York ", " America/New_York",
      "America/New_York\\n", "America/N%65w_York", "America/New_York.", "posix/America/New_York", "right/America/New_York", "America", "America/Argentina",
      "America/Nowhere", "\xc3\x84merica/New_York", "~/x", "$HOME/x", "C:/x", "America/New_York;x",
      "A/2345678901234567890123456789012345678901234567890123456789012345"};
  cxd_validator *validator = any_zone(ZONEINFO);
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    ck_zone(validator, zones[i], "E zone.unknown /timeZone");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(an_unknown_zone_is_not_called_unapproved_too) {
  cxd_validator *validator = default_validator();
  ck_zone(validator, "EST", "E zone.unknown /timeZone");
  ck_zone(validator, "Europe/Nowhere", "E zone.unknown /timeZone");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(safe_names_agree_with_a_plain_reading_of_the_rule) {
  static const char alphabet[] = "aZ09_+-//..\\ %:";
  uint64_t state = 88172645463325252u;
  size_t accepted = 0;
  for (int round = 0; round < 200000; round++) {
    char name[80];
    size_t len = (size_t)(state % 9);
    int good = len > 0, part = 0;
    for (size_t i = 0; i < len; i++) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      name[i] = alphabet[state % (sizeof alphabet - 1)];
      if (!strchr("aZ09_+-/", name[i]))
        good = 0;
      if (name[i] == '/' && !part)
        good = 0;
      part = name[i] != '/';
    }
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    good = good && part;
    accepted += (size_t)good;
    ck_assert_int_eq(cxd__zone_name_safe(name, len), good);
  }
  ck_assert_uint_gt(accepted, 1000);
}
END_TEST

START_TEST(safe_names_have_up_to_64_bytes) {
  char name[70];
  memset(name, 'a', sizeof name);
  name[1] = '/';
  ck_assert(cxd__zone_name_safe(name, 64));
  ck_assert(!cxd__zone_name_safe(name, 65));
  ck_assert(!cxd__zone_name_safe(name, 0));
}
END_TEST

static int is_known(const char *where, const char *name) {
  struct cxd__zone_cache *cache = cxd__zone_cache_new(where, 0);
  ck_assert_ptr_nonnull(cache);
  struct cxd__zone_found found = cxd__zone_cache_get(cache, name, strlen(name));
  cxd__tz_unref(found.tz);
  cxd__zone_cache_free(cache);
  return found.state == CXD__ZONE_KNOWN;
}

static size_t seen_known, seen_other;

/* Every file of the system's database against its own first four bytes. */
static int compare_file(const char *path, const struct stat *info, int kind, struct FTW *walk) {
  const char *name = path + strlen(ZONEINFO) + 1;
  (void)info;
  (void)walk;
  if (kind != FTW_F || !cxd__zone_name_safe(name, strlen(name)))
    return 0;
  char magic[5] = {0};
  FILE *file = fopen(path, "rb");
  size_t got = file ? fread(magic, 1, 4, file) : 0;
  if (file)
    (void)fclose(file);
  int expected = got == 4 && strcmp(magic, "TZif") == 0;
  if (strncmp(name, "right/", 6) == 0)
    expected = 0; /* these count leap seconds */
  ck_assert_msg(is_known(ZONEINFO, name) == expected, "%s", name);
  *(expected ? &seen_known : &seen_other) += 1;
  return 0;
}

START_TEST(every_file_of_the_database_is_recognised) {
  ck_assert_int_eq(nftw(ZONEINFO, compare_file, 16, 0), 0);
  ck_assert_uint_gt(seen_known, 300);
}
END_TEST

START_TEST(every_zone_of_the_table_is_known) {
  FILE *table = fopen(ZONEINFO "/zone1970.tab", "r");
  char line[1024], name[256];
  size_t zones = 0;
  cxd_validator *validator = any_zone(ZONEINFO);
  ck_assert_ptr_nonnull(table);
  while (fgets(line, sizeof line, table)) {
    if (line[0] == '#' || sscanf(line, "%*s %*s %255s", name) != 1)
      continue;
    ck_zone(validator, name, "");
    zones++;
  }
  (void)fclose(table);
  ck_assert_uint_gt(zones, 250);
  cxd__validator_unref(validator);
}
END_TEST

static char top[64], dir[96];

static void put_file(const char *name, const char *text, size_t len) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/%s", top, name);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
}

/* Five hours west of UTC, all the time. */
static void put_zone(const char *name) {
  static const struct tzif_type types[] = {{-18000, 0, 0}};
  static const struct tzif_block block = {.type_count = 1, .types = types, .names = "EST", .name_bytes = 4};
  struct cxd__buf file = {0};
  tzif_slim(&file, '2', &block, "EST5");
  put_file(name, file.data, file.len);
  cxd__buf_free(&file);
}

static void put_dir(const char *name) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/%s", top, name);
  ck_assert_int_eq(mkdir(path, 0700), 0);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk) {
  (void)info;
  (void)kind;
  (void)walk;
  return remove(path);
}

static void make_dir(void) {
  strcpy(top, "/tmp/cxd-zones-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(top));
  (void)snprintf(dir, sizeof dir, "%s/zi", top);
  put_dir("zi");
  put_dir("zi/Test");
  put_dir("zi/Test/Dir");
  put_zone("secret");
  put_zone("zi/Test/Good");
  put_file("zi/Test/Head", "TZif2", 5);
  put_file("zi/Test/Empty", "", 0);
  put_file("zi/Test/Short", "TZi", 3);
  put_file("zi/Test/Wrong", "tzif2", 5);
  put_file("zi/Test/Text", "America/New_York\n", 17);
}

static void remove_dir(void) { ck_assert_int_eq(nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0); }

START_TEST(a_zone_is_a_regular_file_with_the_magic) {
  char path[256];
  cxd_validator *validator = any_zone(dir);
  (void)snprintf(path, sizeof path, "%s/Test/Fifo", dir);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  (void)snprintf(path, sizeof path, "%s/Test/Link", dir);
  ck_assert_int_eq(symlink("Good", path), 0);
  (void)snprintf(path, sizeof path, "%s/Test/Loop", dir);
  ck_assert_int_eq(symlink("Loop", path), 0);
  static const struct { const char *zone, *findings; } rows[] = {
      {"Test/Good", ""}, {"Test/Head", "E zone.unknown /timeZone"}, {"Test/Link", ""}, {"Test/Empty", "E zone.unknown /timeZone"}, {"Test/Short", "E zone.unknown /timeZone"},
      {"Test/Wrong", "E zone.unknown /timeZone"}, {"Test/Text", "E zone.unknown /timeZone"}, {"Test/Dir", "E zone.unknown /timeZone"},
      {"Test/Fifo", "E zone.unknown /timeZone"}, {"Test/Loop", "E zone.unknown /timeZone"}, {"Test/Absent", "E zone.unknown /timeZone"},
      {"Test/Good/Below", "E zone.unknown /timeZone"}, {"America/New_York", "E zone.unknown /timeZone"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_zone(validator, rows[i].zone, rows[i].findings);
  ck_zone_says(validator, "Test/Wrong", "is no TZif file");
  ck_zone_says(validator, "Test/Head", "is cut off within its header");
  ck_zone_says(validator, "Test/Loop", "too many symbolic links");
  ck_zone_says(validator, "Test/Absent", "is not in this system's time zone database");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(names_do_not_leave_the_directory) {
  cxd_validator *validator = any_zone(dir);
  char path[256];
  (void)snprintf(path, sizeof path, "%s/../secret", dir);
  ck_assert_int_eq(access(path, R_OK), 0); /* it is there: only the name keeps it away */
  ck_assert(!is_known(dir, "../secret"));
  ck_zone(validator, "../secret", "E zone.unknown /timeZone");
  ck_zone(validator, "Test/../../secret", "E zone.unknown /timeZone");
  ck_zone(validator, "Test/..\\u002f../secret", "E zone.unknown /timeZone");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(a_file_is_looked_up_each_time) {
  cxd_validator *validator = any_zone(dir);
  ck_zone(validator, "Test/Late", "E zone.unknown /timeZone");
  put_zone("zi/Test/Late");
  ck_zone(validator, "Test/Late", "");
  char path[256];
  (void)snprintf(path, sizeof path, "%s/Test/Late", dir);
  ck_assert_int_eq(unlink(path), 0);
  ck_zone(validator, "Test/Late", "E zone.unknown /timeZone");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(without_the_directory_no_zone_is_known) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/none", top);
  cxd_validator *validator = any_zone(path);
  ck_zone(validator, "America/New_York", "E zone.unknown /timeZone");
  ck_zone_says(validator, "America/New_York", "cannot be read (it does not exist)");
  ck_zone_says(validator, "America/New_York", path);
  ck_zone_says(validator, "America/New_York", "validate.zoneinfo_dir");
  cxd__validator_unref(validator);
  (void)snprintf(path, sizeof path, "%s/secret", top);
  validator = any_zone(path);
  ck_zone_says(validator, "America/New_York", "a part of the path is not a directory");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(a_directory_name_too_long_is_no_crash) {
  struct cxd__buf path = {0};
  for (int i = 0; i < PATH_MAX; i++)
    cxd__buf_str(&path, i % 100 ? "d" : "/");
  cxd_validator *validator = any_zone(path.data);
  ck_zone_says(validator, "America/New_York", "the path is too long");
  ck_zone(validator, "EST", "E zone.unknown /timeZone");
  cxd__validator_unref(validator);
  cxd__buf_free(&path);
}
END_TEST

START_TEST(no_descriptor_is_left_open) {
  static const char *const zones[] = {"Test/Good", "Test/Wrong", "Test/Dir", "Test/Absent", "../secret", "EST", "Tset/Good"};
  cxd_validator *validator = any_zone(dir);
  int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
  (void)close(before);
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    char json[512];
    zone_json(json, zones[i]);
    cxd_report_free(run_text(validator, json, 0));
  }
  int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
  (void)close(after);
  ck_assert_int_eq(after, before);
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(a_list_of_zones_is_read_with_or_without_blanks) {
  struct cxd__validate_options options = default_options();
  options.time_zones = " Europe/Berlin ,\tUTC,,Asia/Tokyo,";
  cxd_validator *validator = validator_with(options);
  ck_zone(validator, "Europe/Berlin", "");
  ck_zone(validator, "UTC", "");
  ck_zone(validator, "Asia/Tokyo", "");
  ck_zone(validator, "America/New_York", "E zone.not_approved /timeZone");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(the_options_are_copied) {
  char zones[] = "Europe/Berlin", path[] = ZONEINFO;
  struct cxd__validate_options options = OPTIONS(500, 10, 0.95, zones, path);
  cxd_validator *validator = validator_with(options);
  memset(zones, 'x', sizeof zones - 1);
  memset(path, 'x', sizeof path - 1);
  ck_zone(validator, "Europe/Berlin", "");
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(sets_find_exactly_their_names) {
  struct cxd__zones zones = {0};
  char name[32];
  for (int i = 0; i < 500; i += 2) {
    int len = snprintf(name, sizeof name, "Area/Z%d", (i * 7919) % 1000);
    ck_assert(cxd__zones_add(&zones, name, (size_t)len));
  }
  cxd__zones_sort(&zones);
  size_t found = 0;
  for (int i = 0; i < 1000; i++) {
    int len = snprintf(name, sizeof name, "Area/Z%d", i), expected = 0;
    for (int j = 0; j < 500; j += 2)
      expected |= (j * 7919) % 1000 == i;
    ck_assert_int_eq(cxd__zones_have(&zones, name, (size_t)len), expected);
    found += (size_t)expected;
  }
  ck_assert_uint_eq(found, 250);
  ck_assert(!cxd__zones_have(&zones, "Area/Z", 6));
  ck_assert(!cxd__zones_have(&zones, "", 0));
  ck_assert(!cxd__zones_have(&zones, "Area/Z2\0x", 9));
  cxd__zones_free(&zones);
  ck_assert(!cxd__zones_have(&zones, "Area/Z2", 7));
}
END_TEST

START_TEST(long_lists_are_cut_in_messages) {
  struct cxd__zones zones = {0};
  struct cxd__buf out = {0};
  for (int i = 0; i < 10; i++)
    ck_assert(cxd__zones_add(&zones, &"A/aA/bA/cA/dA/eA/fA/gA/hA/iA/j"[i * 3], 3));
  cxd__zones_write(&zones, &out);
  ck_assert_str_eq(out.data, "A/a, A/b, A/c, A/d, A/e, A/f, A/g, A/h and 2 more");
  cxd__buf_free(&out);
  cxd__zones_free(&zones);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_zones");
  TCase *tc = tcase_create("zones");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, the_four_default_zones_are_approved);
  tcase_add_test(tc, other_zones_are_not_approved);
  tcase_add_test(tc, a_star_approves_any_iana_zone);
  tcase_add_test(tc, abbreviations_are_unknown_and_name_the_zone_meant);
  tcase_add_test(tc, names_without_an_area_are_unknown_although_the_system_has_a_file);
  tcase_add_test(tc, slips_of_the_pen_get_the_nearest_name);
  tcase_add_test(tc, unsafe_names_are_unknown);
  tcase_add_test(tc, an_unknown_zone_is_not_called_unapproved_too);
  tcase_add_test(tc, safe_names_agree_with_a_plain_reading_of_the_rule);
  tcase_add_test(tc, safe_names_have_up_to_64_bytes);
  tcase_add_test(tc, every_file_of_the_database_is_recognised);
  tcase_add_test(tc, every_zone_of_the_table_is_known);
  tcase_add_test(tc, a_list_of_zones_is_read_with_or_without_blanks);
  tcase_add_test(tc, the_options_are_copied);
  tcase_add_test(tc, sets_find_exactly_their_names);
  tcase_add_test(tc, long_lists_are_cut_in_messages);
  suite_add_tcase(suite, tc);
  TCase *own = tcase_create("own directory");
  tcase_add_checked_fixture(own, make_dir, remove_dir);
  tcase_add_test(own, a_zone_is_a_regular_file_with_the_magic);
  tcase_add_test(own, names_do_not_leave_the_directory);
  tcase_add_test(own, a_file_is_looked_up_each_time);
  tcase_add_test(own, without_the_directory_no_zone_is_known);
  tcase_add_test(own, a_directory_name_too_long_is_no_crash);
  tcase_add_test(own, no_descriptor_is_left_open);
  suite_add_tcase(suite, own);
  return run_suite(suite);
}
