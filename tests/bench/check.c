/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What a check costs: nanoseconds of CPU for one run of the validator over a campaign, with and without a policy, and for a time zone
 * that nobody has looked at yet. Beside it, in the same run, what other clients do in its place, and the clock of the C library.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check_fixture.h"
#include "cpu.h"
#include "validate/zone_cache.h"


static struct check_fixture plain, full, cold;
static struct cxd__zone_cache *zones;
static size_t turn; /* which zone is next */
static int64_t sink; /* so that no call is left out */
static int wrong;    /* a check came to another verdict than the one that is to be measured */

/* A block looks up each of these once, so that none has been seen before. At the instant of the check calls are legal in all of them. */
static const char *const new_zones[] = {"America/Anchorage", "America/Asuncion", "America/Boise", "America/Bogota", "America/Chicago", "America/Denver", "America/Detroit",
                                        "America/Edmonton", "America/Halifax", "America/Havana", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Phoenix",
                                        "America/Santiago", "America/Sao_Paulo", "America/St_Johns", "America/Toronto", "America/Vancouver", "America/Winnipeg"};
#define NEW_ZONES (sizeof new_zones / sizeof *new_zones)
static cxd_campaign *campaigns_abroad[NEW_ZONES];

static void run(const struct check_fixture *fixture, struct cxd__check check, int64_t at, cxd_status expected) {
  cxd_report *report = NULL;
  check.at_unix_ms = (CHECK_INSTANT - CPU_START + at) * 1000;
  wrong |= cxd__validator_run(fixture->validator, &check, &report, NULL) != expected;
  sink += (int64_t)cxd_report_count(report);
  cxd_report_free(report);
}

static void by_default(int64_t at) { run(&plain, (struct cxd__check){.change = plain.whole, .replace = 1}, at, CXD_OK); }
static void by_all(int64_t at) { run(&full, (struct cxd__check){.change = full.whole, .replace = 1}, at, CXD_OK); }
static void by_all_refused(int64_t at) { run(&full, (struct cxd__check){.change = full.faulty, .replace = 1}, at, CXD_E_INVALID); }
static void first_of_update(int64_t at) { run(&full, (struct cxd__check){.change = full.change, .preliminary = 1}, at, CXD_OK); }
static void second_of_update(int64_t at) { run(&full, (struct cxd__check){.change = full.change, .merged = full.merged, .server = full.server}, at, CXD_OK); }

static void look_up(int64_t at, const char *name) {
  struct cxd__tz_span span;
  struct cxd__zone_found found = cxd__zone_cache_get(zones, name, strlen(name));
  wrong |= found.state != CXD__ZONE_KNOWN;
  if (found.tz)
    cxd__tz_at(found.tz, at, &span);
  sink += found.tz ? span.offset_s : 0;
  cxd__tz_unref(found.tz);
}

static const char *next_zone(void) { return new_zones[turn++ % NEW_ZONES]; }

static void zone_known(int64_t at) { look_up(at, "America/New_York"); }
static void zone_new(int64_t at) { look_up(at, next_zone()); }

static void check_new_zone(int64_t at) { run(&cold, (struct cxd__check){.change = campaigns_abroad[turn++ % NEW_ZONES], .replace = 1}, at, CXD_OK); }

/* Both as if they had just been made; making them is not measured. */
static void forget_zones(void) {
  cxd__zone_cache_free(zones);
  zones = cxd__zone_cache_new(ZONEINFO, 1000);
  turn = 0;
}

static void forget_validator(void) {
  cxd__validator_unref(cold.validator);
  cold.validator = check_fixture_validator(check_fixture_anywhere());
  turn = 0;
}

/* What a client without a validator does: three comparisons and four names. */
static void by_chain(int64_t at) {
  static const volatile struct {
    int calls, interval;
    double throttle;
    const char *zone;
  } campaign = {150, 60, 0.85, "America/Los_Angeles"};
  const char *zone = campaign.zone;
  (void)at;
  sink += campaign.calls <= 500 && campaign.interval >= 10 && campaign.throttle <= 0.95 &&
          (strcmp(zone, "America/New_York") == 0 || strcmp(zone, "America/Chicago") == 0 || strcmp(zone, "America/Denver") == 0 || strcmp(zone, "America/Los_Angeles") == 0);
}

static void by_libc(int64_t at) {
  time_t instant = (time_t)at;
  struct tm tm;
  sink += localtime_r(&instant, &tm)->tm_hour;
}

static void set_zone(const char *name) {
  wrong |= setenv("TZ", name, 1) != 0;
  tzset();
}

static void be_in_new_york(void) {
  set_zone("America/New_York");
  turn = 0;
}

static void by_libc_new_zone(int64_t at) {
  set_zone(next_zone());
  by_libc(at);
}

#define CHAIN "three-numbers-four-names"
#define CLOCK "localtime_r"
#define CLOCK_NEW "tzset-localtime_r-new-zone"

static struct cpu_subject subjects[] = {
  {.name = "all", .call = by_all, .calls = 200, .target_ns = 5000, .baseline = CHAIN},
  {.name = "all-moving", .call = by_all, .calls = 200, .step = 5, .target_ns = 5000, .baseline = CHAIN},
  {.name = "all-refused", .call = by_all_refused, .calls = 50, .baseline = CHAIN},
  {.name = "defaults", .call = by_default, .calls = 200, .target_ns = 5000, .baseline = CHAIN},
  {.name = "update-preliminary", .call = first_of_update, .calls = 200, .target_ns = 5000, .baseline = CHAIN},
  {.name = "update-merged", .call = second_of_update, .calls = 200, .target_ns = 5000, .baseline = CHAIN},
  {.name = "new-zone", .call = check_new_zone, .calls = NEW_ZONES, .target_ns = 100000, .baseline = CLOCK_NEW, .prepare = forget_validator},
  {.name = "zone-new", .call = zone_new, .calls = NEW_ZONES, .target_ns = 100000, .baseline = CLOCK_NEW, .prepare = forget_zones},
  {.name = "zone-known", .call = zone_known, .calls = 1000, .baseline = CLOCK},
  {.name = CHAIN, .call = by_chain, .calls = 2000},
  {.name = CLOCK, .call = by_libc, .calls = 1000, .prepare = be_in_new_york},
  {.name = CLOCK_NEW, .call = by_libc_new_zone, .calls = NEW_ZONES, .prepare = be_in_new_york},
};

static int set_up(void) {
  struct cxd__validate_options four_zones = check_fixture_anywhere();
  four_zones.time_zones = FOUR_ZONES;
  int ready = check_fixture_make(&plain, four_zones, NULL) && check_fixture_make(&full, check_fixture_anywhere(), CHECK_POLICY);
  forget_zones();
  for (size_t i = 0; i < NEW_ZONES; i++)
    ready &= (campaigns_abroad[i] = check_fixture_campaign(new_zones[i])) != NULL;
  return ready && zones;
}

static void tear_down(void) {
  for (size_t i = 0; i < NEW_ZONES; i++)
    cxd_campaign_free(campaigns_abroad[i]);
  cxd__validator_unref(cold.validator);
  cxd__zone_cache_free(zones);
  check_fixture_free(&full);
  check_fixture_free(&plain);
}

int main(void) {
  int ready = set_up();
  int status = ready ? cpu_run("check", subjects, (int)(sizeof subjects / sizeof *subjects)) : 3;
  tear_down();
  if (wrong)
    printf("check: a check came to another verdict than the one that was to be measured, the lines above say nothing\n");
  return wrong || sink == INT64_MIN ? 3 : status;
}
