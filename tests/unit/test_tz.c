/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "run.h"
#include "tzif.h"
#include "validate/tz.h"

/* A zone of two kinds: an hour of summer between two instants. */
static const struct tzif_type types[] = {{-100, 0, 0}, {3600, 0, 4}, {7200, 1, 8}};
static const struct tzif_change changes[] = {{-1000000000, 1}, {1000000000, 2}, {1000003600, 1}};
static const struct tzif_block sample = {.type_count = 3, .types = types, .change_count = 3, .changes = changes, .names = "LMT\0STD\0SUM", .name_bytes = 12};

static struct cxd__tz *parse(const struct cxd__buf *bytes, const char **why) {
  /* A copy of just this size, so that a sanitizer sees a look behind it. */
  unsigned char *copy = malloc(bytes->len + !bytes->len);
  ck_assert_ptr_nonnull(copy);
  if (bytes->len)
    memcpy(copy, bytes->data, bytes->len);
  *why = "unset";
  struct cxd__tz *tz = cxd__tz_parse(copy, bytes->len, why);
  free(copy);
  return tz;
}

/* Frees the bytes. */
static struct cxd__tz *parsed(struct cxd__buf *bytes) {
  const char *why;
  struct cxd__tz *tz = parse(bytes, &why);
  ck_assert_msg(tz != NULL, "%s", why);
  ck_assert_ptr_null(why);
  cxd__buf_free(bytes);
  return tz;
}

static void ck_refused(struct cxd__buf *bytes, const char *expected) {
  const char *why;
  struct cxd__tz *tz = parse(bytes, &why);
  ck_assert_msg(!tz, "not refused: %s", expected);
  ck_assert_str_eq(why, expected);
  cxd__buf_free(bytes);
}

static struct cxd__tz *slim(char version, const struct tzif_block *block, const char *footer) {
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, version, block, footer);
  return parsed(&bytes);
}

static void ck_block_refused(const struct tzif_block *block, const char *footer, const char *expected) {
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, '2', block, footer);
  ck_refused(&bytes, expected);
}

static void ck_at(const struct cxd__tz *tz, int64_t unix_s, const char *expected) {
  struct cxd__tz_span span;
  char found[128];
  cxd__tz_at(tz, unix_s, &span);
  (void)snprintf(found, sizeof found, "%lld %lld %d %d %s", span.since == INT64_MIN ? -1LL : (long long)span.since, span.until == INT64_MAX ? -1LL : (long long)span.until,
                 (int)span.offset_s, (int)span.dst, span.abbreviation);
  ck_assert_str_eq(found, expected); /* -1: no change */
}

static void ck_sample(const struct cxd__tz *tz) {
  ck_at(tz, INT64_MIN, "-1 -1000000000 -100 0 LMT");
  ck_at(tz, -1000000001, "-1 -1000000000 -100 0 LMT");
  ck_at(tz, -1000000000, "-1000000000 1000000000 3600 0 STD");
  ck_at(tz, 999999999, "-1000000000 1000000000 3600 0 STD");
  ck_at(tz, 1000000000, "1000000000 1000003600 7200 1 SUM");
  ck_at(tz, 1000003599, "1000000000 1000003600 7200 1 SUM");
  ck_at(tz, 1000003600, "1000003600 -1 3600 0 STD");
  ck_at(tz, INT64_MAX, "1000003600 -1 3600 0 STD");
}

START_TEST(transitions_are_half_open_in_every_version) {
  for (const char *version = "234"; *version; version++) {
    struct cxd__tz *tz = slim(*version, &sample, "STD-1");
    ck_sample(tz);
    cxd__tz_unref(tz);
  }
  struct cxd__buf bytes = {0};
  tzif_block_add(&bytes, 0, &sample, 4);
  struct cxd__tz *tz = parsed(&bytes);
  ck_sample(tz);
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(without_a_footer_the_last_transition_holds) {
  struct cxd__tz *tz = slim('2', &sample, "");
  ck_sample(tz);
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(times_of_64_bits_are_used_where_there_are_some) {
  static const struct tzif_change late[] = {{INT64_C(-5000000000), 1}, {INT64_C(5000000000), 2}};
  struct tzif_block block = sample;
  block.changes = late;
  block.change_count = 2;
  struct cxd__buf bytes = {0};
  tzif_block_add(&bytes, '2', &sample, 4); /* a fat file: what old readers see is not what holds */
  tzif_block_add(&bytes, '2', &block, 8);
  cxd__buf_str(&bytes, "\n\n");
  struct cxd__tz *tz = parsed(&bytes);
  ck_at(tz, 1000000000, "-5000000000 5000000000 3600 0 STD");
  ck_at(tz, INT64_C(5000000000), "5000000000 -1 7200 1 SUM");
  cxd__tz_unref(tz);
}
END_TEST

/* In September, when sample's last transition is, this rule has winter: the other half of the world. */
#define SOUTHERN "STD-1SUM,M10.5.0,M3.5.0/3"

START_TEST(the_footer_holds_after_the_last_transition) {
  struct cxd__tz *tz = slim('2', &sample, SOUTHERN);
  ck_at(tz, 1000003600, "1000003600 1004230800 3600 0 STD");
  ck_at(tz, 1004230800, "1004230800 1017536400 7200 1 SUM");
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(a_footer_continues_what_the_file_lists) {
  static const struct tzif_change until_march[] = {{1000000000, 2}, {1004230800, 1}};
  struct tzif_block block = sample;
  block.changes = until_march;
  block.change_count = 2;
  struct cxd__tz *tz = slim('2', &block, "STD-1SUM,M3.5.0,M10.5.0/3");
  ck_at(tz, 1004230800, "1004230800 1017536400 3600 0 STD");
  ck_at(tz, 1017536400, "1017536400 1035680400 7200 1 SUM");
  ck_at(tz, 1774746000, "1774746000 1792890000 7200 1 SUM");                                         /* 2026 */
  ck_at(tz, INT64_C(4123954800), "4109878800 4128627600 7200 1 SUM");                                 /* 2100 */
  ck_at(tz, INT64_C(4128627600), "4128627600 4141328400 3600 0 STD");                                 /* over the end of the table */
  ck_at(tz, INT64_C(4141328400), "4141328400 4160077200 7200 1 SUM");                                 /* the rule itself */
  ck_at(tz, INT64_C(4141328400) + INT64_C(12622780800) * 1000, "12626922128400 12626940877200 7200 1 SUM"); /* 400,000 years on */
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(spans_follow_each_other_from_the_first_to_the_rule) {
  static const struct tzif_change early[] = {{-4006048000, 1}}; /* in January */
  static const char *const footers[] = {"STD-1SUM,M3.5.0,M10.5.0/3", "STD-1SUM,M10.5.0,M3.5.0/3", "STD-1SUM,J60,J300", "STD-1"};
  struct tzif_block block = sample;
  for (int listed = 0; listed < 2; listed++)
    for (size_t i = 0; i < sizeof footers / sizeof *footers; i++) {
      block.changes = early;
      block.change_count = (size_t)listed;
      if (listed && i == 1)
        continue; /* summer at that instant */
      struct cxd__tz *tz = slim('3', &block, footers[i]);
      struct cxd__tz_span before, now;
      cxd__tz_at(tz, INT64_C(-5000000000), &before);
      while (before.until < INT64_C(20000000000)) {
        cxd__tz_at(tz, before.until, &now);
        ck_assert_int_eq(now.since, before.until);
        ck_assert(now.offset_s != before.offset_s);
        before = now;
      }
      cxd__tz_unref(tz);
    }
}
END_TEST

START_TEST(a_file_without_transitions_is_its_footer) {
  struct tzif_block block = sample;
  block.change_count = 0;
  struct cxd__tz *tz = slim('2', &block, "<+0530>-5:30");
  ck_at(tz, INT64_MIN, "-1 -1 19800 0 +0530");
  ck_at(tz, INT64_MAX, "-1 -1 19800 0 +0530");
  cxd__tz_unref(tz);
  tz = slim('2', &block, "");
  ck_at(tz, 0, "-1 -1 -100 0 LMT");
  cxd__tz_unref(tz);
  tz = slim('2', &block, "EST5EDT,M3.2.0,M11.1.0");
  ck_at(tz, 1772953200, "1772953200 1793512800 -14400 1 EDT");
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(summer_time_all_year_is_one_span) {
  static const struct tzif_change one[] = {{1000000000, 2}};
  struct tzif_block block = sample;
  block.changes = one;
  block.change_count = 1;
  struct cxd__tz *tz = slim('3', &block, "STD-1SUM,0/0,J365/25");
  ck_at(tz, 1764331200, "1000000000 -1 7200 1 SUM");
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(transitions_that_change_nothing_are_left_out) {
  static const struct tzif_type same[] = {{-100, 0, 0}, {3600, 0, 4}, {7200, 1, 8}, {3600, 0, 12}};
  static const struct tzif_change idle[] = {{INT64_MIN, 0}, {-1000000000, 1}, {0, 1}, {500000000, 3}, {1000000000, 2}, {1000003600, 1}, {2000000000, 3}};
  struct tzif_block block = {.type_count = 4, .types = same, .change_count = 7, .changes = idle, .names = "LMT\0STD\0SUM\0STD", .name_bytes = 16};
  struct cxd__tz *tz = slim('2', &block, "STD-1");
  ck_sample(tz);
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(a_last_transition_far_ahead_or_long_ago_is_joined_to_the_rule) {
  static const struct tzif_change far[] = {{INT64_C(4141328399), 1}};
  static const struct tzif_change old[] = {{-(INT64_C(1) << 59), 1}};
  static const struct tzif_change last[] = {{INT64_MAX, 1}};
  struct tzif_block block = sample;
  block.change_count = 1;
  block.changes = far;
  struct cxd__tz *tz = slim('2', &block, "STD-1SUM,M3.5.0,M10.5.0/3");
  ck_at(tz, INT64_C(4141328398), "-1 4141328399 -100 0 LMT");
  ck_at(tz, INT64_C(4141328399), "4141328399 4141328400 3600 0 STD");
  ck_at(tz, INT64_C(4141328400), "4141328400 4160077200 7200 1 SUM");
  cxd__tz_unref(tz);
  block.changes = old;
  tz = slim('2', &block, "STD-1SUM,J100,J200");
  ck_at(tz, -(INT64_C(1) << 59) - 1, "-1 -576460752303423488 -100 0 LMT");
  ck_at(tz, 1792890000, "1784419200 1807318800 3600 0 STD");
  cxd__tz_unref(tz);
  block.changes = last;
  tz = slim('2', &block, "STD-1");
  ck_at(tz, INT64_MAX - 1, "-1 -1 -100 0 LMT");
  cxd__tz_unref(tz);
}
END_TEST

START_TEST(a_zone_lives_as_long_as_its_last_reference) {
  struct cxd__tz *tz = slim('2', &sample, "STD-1");
  ck_assert_ptr_eq(cxd__tz_ref(tz), tz);
  cxd__tz_unref(tz);
  ck_sample(tz);
  cxd__tz_unref(tz);
  cxd__tz_unref(NULL);
}
END_TEST

START_TEST(offsets_stay_within_26_hours) {
  static const struct { int32_t offset_s; int good; } rows[] = {{93599, 1}, {-93599, 1}, {93600, 0}, {-93600, 0}, {INT32_MAX, 0}, {INT32_MIN, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct tzif_type type = {rows[i].offset_s, 0, 0};
    struct tzif_block block = {.type_count = 1, .types = &type, .names = "ABC", .name_bytes = 4};
    if (rows[i].good)
      cxd__tz_unref(slim('2', &block, ""));
    else
      ck_block_refused(&block, "", "has an offset of 26 hours or more");
  }
}
END_TEST

START_TEST(leap_seconds_are_refused) {
  struct tzif_block block = sample;
  block.leaps = 27;
  ck_block_refused(&block, "STD-1", "counts leap seconds");
  block.leaps = 1; /* version 4: no more than the date on which the list expires */
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, '4', &block, "STD-1");
  ck_refused(&bytes, "counts leap seconds");
}
END_TEST

START_TEST(counts_that_do_not_fit_are_refused) {
  static const char *const cut = "is cut off, or counts more than it holds";
  static const size_t fields[] = {20, 24, 28, 32, 36, 40};
  static const uint32_t counts[] = {0xffffffff, 0x80000000, 0x7fffffff, 0x40000000, 100000};
  for (size_t header = 0; header < 2; header++)
    for (size_t f = 0; f < 6; f++)
      for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct cxd__buf bytes = {0};
        tzif_slim(&bytes, '2', &sample, "STD-1");
        for (int i = 0; i < 4; i++)
          bytes.data[header * 51 + fields[f] + (size_t)i] = (char)(counts[c] >> (24 - 8 * i));
        ck_refused(&bytes, cut);
      }
}
END_TEST

START_TEST(types_are_counted_from_1_to_256) {
  static const char *const expected = "has no local time types, or more than 256";
  struct tzif_type many[257] = {{0, 0, 0}};
  struct tzif_block block = {.type_count = 256, .types = many, .names = "ABC", .name_bytes = 4};
  cxd__tz_unref(slim('2', &block, ""));
  block.type_count = 257;
  ck_block_refused(&block, "", expected);
  block.type_count = 0;
  ck_block_refused(&block, "", expected);
  block.type_count = 1;
  block.name_bytes = 0;
  ck_block_refused(&block, "", expected);
}
END_TEST

START_TEST(indicators_are_for_all_types_or_none) {
  static const char *const expected = "has indicators for some of its local time types only";
  struct tzif_block block = sample;
  block.standard = block.ut = 3;
  cxd__tz_unref(slim('2', &block, "STD-1"));
  block.ut = 2;
  ck_block_refused(&block, "STD-1", expected);
  block.ut = 0;
  block.standard = 4;
  ck_block_refused(&block, "STD-1", expected);
}
END_TEST

START_TEST(indicators_are_marks_that_make_sense) {
  struct tzif_block block = sample;
  block.standard = block.ut = 3;
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, '2', &block, "");
  size_t ut = bytes.len - 2 - 3;
  bytes.data[ut] = 1;
  ck_refused(&bytes, "has an indicator for universal time without the one for standard time");
  tzif_slim(&bytes, '2', &block, "");
  bytes.data[ut - 3] = 1;
  bytes.data[ut] = 1;
  cxd__tz_unref(parsed(&bytes));
  tzif_slim(&bytes, '2', &block, "");
  bytes.data[ut - 2] = 2;
  ck_refused(&bytes, "has an indicator that is neither 0 nor 1");
}
END_TEST

START_TEST(transitions_lead_forward_to_types_that_exist) {
  static const struct tzif_change back[] = {{5, 0}, {4, 1}}, twice[] = {{5, 0}, {5, 1}}, none[] = {{5, 0}, {6, 3}};
  struct tzif_block block = sample;
  block.change_count = 2;
  block.changes = back;
  ck_block_refused(&block, "", "has transitions out of order");
  block.changes = twice;
  ck_block_refused(&block, "", "has transitions out of order");
  block.changes = none;
  ck_block_refused(&block, "", "has a transition to a local time type that it does not have");
}
END_TEST

START_TEST(abbreviations_are_text_that_ends) {
  static const char *const expected = "has a local time type without a proper abbreviation";
  struct tzif_type type = {0, 0, 4};
  struct tzif_block block = {.type_count = 1, .types = &type, .names = "ABC\0DEF", .name_bytes = 8};
  cxd__tz_unref(slim('2', &block, ""));
  block.name_bytes = 7;
  ck_block_refused(&block, "", expected);
  type.name_at = 8;
  block.name_bytes = 8;
  ck_block_refused(&block, "", expected);
  type.name_at = 255;
  ck_block_refused(&block, "", expected);
  type.name_at = 0;
  block.names = "A\x1b[2J\0\0";
  ck_block_refused(&block, "", expected);
  block.names = "A\xc3\x89\0\0\0\0";
  ck_block_refused(&block, "", expected);
}
END_TEST

START_TEST(summer_time_is_yes_or_no) {
  struct tzif_type type = {0, 2, 0};
  struct tzif_block block = {.type_count = 1, .types = &type, .names = "ABC", .name_bytes = 4};
  ck_block_refused(&block, "", "has a mark for summer time that is neither 0 nor 1");
}
END_TEST

START_TEST(footers_are_one_line_that_fits) {
  ck_block_refused(&sample, NULL, "is cut off within its footer");
  ck_block_refused(&sample, "STD-1\n", "has bytes behind its footer");
  ck_block_refused(&sample, "STD", "has a footer that is no rule for a time zone");
  ck_block_refused(&sample, "STD-1SUM", "has a footer that is no rule for a time zone");
  ck_block_refused(&sample, "STD-2", "has a footer that contradicts its last transition");
  ck_block_refused(&sample, "STX-1", "has a footer that contradicts its last transition");
  ck_block_refused(&sample, "STD-1SUM,M3.5.0,M10.5.0/3", "has a footer that contradicts its last transition"); /* summer then, by this rule */
}
END_TEST

START_TEST(headers_are_checked) {
  struct cxd__buf bytes = {0};
  ck_refused(&bytes, "is no TZif file");
  cxd__buf_str(&bytes, "TZif");
  ck_refused(&bytes, "is cut off within its header");
  tzif_slim(&bytes, '5', &sample, "STD-1");
  ck_refused(&bytes, "is a TZif file of a version other than 1 to 4");
  tzif_slim(&bytes, '1', &sample, "STD-1");
  ck_refused(&bytes, "is a TZif file of a version other than 1 to 4");
  tzif_slim(&bytes, '2', &sample, "STD-1");
  bytes.data[51] = 't';
  ck_refused(&bytes, "has no proper second header");
  tzif_slim(&bytes, '2', &sample, "STD-1");
  bytes.data[51 + 4] = '3';
  ck_refused(&bytes, "has two headers of different versions");
  tzif_block_add(&bytes, 0, &sample, 4);
  cxd__buf_char(&bytes, 0);
  ck_refused(&bytes, "has bytes behind its end");
  struct cxd__buf huge = {0};
  tzif_block_add(&huge, 0, &sample, 4);
  while (huge.len <= CXD__TZ_MAX_BYTES)
    cxd__buf_char(&huge, 0);
  ck_refused(&huge, "is larger than any time zone file");
}
END_TEST

START_TEST(a_file_cut_off_anywhere_is_refused) {
  struct cxd__buf whole = {0};
  tzif_slim(&whole, '3', &sample, SOUTHERN);
  for (size_t len = 0; len < whole.len; len++) {
    struct cxd__buf part = {0};
    cxd__buf_add(&part, whole.data, len);
    const char *why;
    ck_assert_msg(!parse(&part, &why), "%zu of %zu bytes", len, whole.len);
    ck_assert_ptr_nonnull(why);
    cxd__buf_free(&part);
  }
  cxd__buf_free(&whole);
}
END_TEST

/* Refused, or a zone whose answers hold together. */
static void ck_sane(const struct cxd__buf *bytes) {
  static const int64_t instants[] = {INT64_MIN, INT64_MIN + 1, -5000000000, -1, 0, 1000000000, 1764331200, 4133980800, 9000000000, INT64_MAX};
  const char *why;
  struct cxd__tz *tz = parse(bytes, &why);
  ck_assert(!tz == (why != NULL));
  for (size_t i = 0; tz && i < sizeof instants / sizeof *instants; i++) {
    struct cxd__tz_span span;
    cxd__tz_at(tz, instants[i], &span);
    ck_assert(span.since <= instants[i] && (instants[i] < span.until || span.until == INT64_MAX));
    ck_assert(span.offset_s > -93600 && span.offset_s < 93600 && (span.dst == 0 || span.dst == 1));
    ck_assert_uint_lt(strlen(span.abbreviation), 300);
  }
  cxd__tz_unref(tz);
}

START_TEST(each_flipped_bit_is_refused_or_read_sanely) {
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, '2', &sample, SOUTHERN);
  for (size_t i = 0; i < bytes.len; i++)
    for (int bit = 0; bit < 8; bit++) {
      bytes.data[i] = (char)(bytes.data[i] ^ (1 << bit));
      ck_sane(&bytes);
      bytes.data[i] = (char)(bytes.data[i] ^ (1 << bit));
    }
  cxd__buf_free(&bytes);
}
END_TEST

static struct cxd__buf system_zone(const char *name) {
  char path[256], chunk[4096];
  struct cxd__buf bytes = {0};
  (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
  FILE *file = fopen(path, "rb");
  for (size_t got; file && (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
    cxd__buf_add(&bytes, chunk, got);
  if (file)
    (void)fclose(file);
  return bytes;
}

START_TEST(a_real_file_damaged_or_cut_anywhere_does_no_harm) {
  struct cxd__buf bytes = system_zone("America/New_York");
  for (size_t i = 0; i < bytes.len; i++) {
    char good = bytes.data[i];
    static const unsigned char masks[] = {0xff, 0x80, 0x01};
    for (size_t m = 0; m < sizeof masks; m++) {
      bytes.data[i] = (char)(good ^ masks[m]);
      ck_sane(&bytes);
    }
    bytes.data[i] = good;
    struct cxd__buf part = {0};
    cxd__buf_add(&part, bytes.data, i);
    const char *why;
    ck_assert_ptr_null(parse(&part, &why));
    cxd__buf_free(&part);
  }
  cxd__buf_free(&bytes);
}
END_TEST

START_TEST(memory_that_runs_out_is_no_fault_of_the_file) {
  struct cxd__buf bytes = {0};
  tzif_slim(&bytes, '2', &sample, SOUTHERN);
  cxd__mem_fail_at(0);
  const char *why;
  cxd__tz_unref(parse(&bytes, &why));
  size_t calls = cxd__mem_count(), refused = 0;
  for (size_t i = 1; i <= calls; i++) {
    cxd__mem_fail_at(i);
    struct cxd__tz *tz = parse(&bytes, &why);
    cxd__mem_fail_at(0);
    ck_assert_ptr_null(why);
    refused += !tz;
    if (tz)
      ck_at(tz, 0, "-1000000000 1000000000 3600 0 STD");
    cxd__tz_unref(tz);
  }
  ck_assert_uint_ge(refused, 5);
  cxd__buf_free(&bytes);
}
END_TEST

static Suite *suite(void) {
  Suite *all = suite_create("tz");
  TCase *good = suite_case(all, "good", NULL, NULL);
  tcase_add_test(good, transitions_are_half_open_in_every_version);
  tcase_add_test(good, without_a_footer_the_last_transition_holds);
  tcase_add_test(good, times_of_64_bits_are_used_where_there_are_some);
  tcase_add_test(good, the_footer_holds_after_the_last_transition);
  tcase_add_test(good, a_footer_continues_what_the_file_lists);
  tcase_add_test(good, spans_follow_each_other_from_the_first_to_the_rule);
  tcase_add_test(good, a_file_without_transitions_is_its_footer);
  tcase_add_test(good, summer_time_all_year_is_one_span);
  tcase_add_test(good, transitions_that_change_nothing_are_left_out);
  tcase_add_test(good, a_last_transition_far_ahead_or_long_ago_is_joined_to_the_rule);
  tcase_add_test(good, a_zone_lives_as_long_as_its_last_reference);
  TCase *bad = suite_case(all, "bad", NULL, NULL);
  tcase_set_timeout(bad, 60);
  tcase_add_test(bad, offsets_stay_within_26_hours);
  tcase_add_test(bad, leap_seconds_are_refused);
  tcase_add_test(bad, counts_that_do_not_fit_are_refused);
  tcase_add_test(bad, types_are_counted_from_1_to_256);
  tcase_add_test(bad, indicators_are_for_all_types_or_none);
  tcase_add_test(bad, indicators_are_marks_that_make_sense);
  tcase_add_test(bad, transitions_lead_forward_to_types_that_exist);
  tcase_add_test(bad, abbreviations_are_text_that_ends);
  tcase_add_test(bad, summer_time_is_yes_or_no);
  tcase_add_test(bad, footers_are_one_line_that_fits);
  tcase_add_test(bad, headers_are_checked);
  tcase_add_test(bad, a_file_cut_off_anywhere_is_refused);
  tcase_add_test(bad, each_flipped_bit_is_refused_or_read_sanely);
  tcase_add_test(bad, a_real_file_damaged_or_cut_anywhere_does_no_harm);
  tcase_add_test(bad, memory_that_runs_out_is_no_fault_of_the_file);
  return all;
}

int main(void) { return run_suite(suite()); }
