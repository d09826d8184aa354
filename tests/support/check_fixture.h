/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CHECK_FIXTURE_H
#define CXD_TESTS_CHECK_FIXTURE_H

#include "validate.h"

/*
 * A validator on which every rule has work to do, and campaigns for it: what the bench measures and the counts of the unit tests are about.
 * Asserts nothing: Check is not running in the bench.
 * All verdicts are for CHECK_INSTANT and the two hours after it.
 */
#define CHECK_INSTANT INT64_C(1782921600) /* 2026-07-01T16:00:00Z, a Wednesday: from Anchorage to Sao Paulo it is between 8 and 18 */

#define CHECK_CAMPAIGN(calls, zone, interval, per_interval, throttle) \
  "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"name\":\"Q3 Enterprise Outbound\",\"status\":\"running\",\"dialerType\":\"predictive\",\"maxConcurrentCalls\":" calls \
  ",\"timeZone\":\"" zone "\",\"pacing\":{\"type\":\"fixed\",\"interval\":" interval ",\"maxCallsPerInterval\":" per_interval ",\"throttlePercent\":" throttle "}," \
  "\"rules\":[{\"name\":\"skip-voicemail\",\"enabled\":true},{\"name\":\"recycle-busy\",\"enabled\":false},{\"name\":\"weekday-only\",\"enabled\":true}]," \
  "\"advancedDialerSettings\":{\"autoRebalance\":true,\"queuePriority\":1},\"x-server\":{\"region\":\"east\"}}"

#define CHECK_WHOLE CHECK_CAMPAIGN("120", "America/New_York", "60", "70", "0.85")
#define CHECK_FAULTY CHECK_CAMPAIGN("900", "Europe/Berlin", "5", "90", "0.99")
#define CHECK_SERVER CHECK_CAMPAIGN("110", "America/New_York", "60", "60", "0.85")
#define CHECK_CHANGE "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"maxConcurrentCalls\":120,\"pacing\":{\"maxCallsPerInterval\":70}}"

/* Limits, zones, severities, an own row, holidays, blackouts, capacity inputs, and an entry for the campaign. */
#define CHECK_POLICY \
  "{\"version\":1,\"limits\":{\"max_concurrent_calls\":400,\"min_pacing_interval_s\":15,\"max_throttle\":0.9}," \
  "\"time_zones\":[\"America/New_York\",\"America/Chicago\",\"America/Denver\",\"America/Los_Angeles\"]," \
  "\"severities\":{\"schema.enum\":\"error\",\"capacity.unreachable\":\"note\",\"schema.similar\":\"warning\"},\"min_tzdata\":\"2016a\"," \
  "\"jurisdiction\":[\"US\",\"US-FL\"]," \
  "\"jurisdictions\":{\"HOUSE\":{\"title\":\"House rules\",\"hours\":{\"mon-fri\":[\"09:00-12:30\",\"13:00-20:30\"],\"sat\":[\"10:00-16:00\"],\"sun\":[]},\"source\":\"Handbook 4.2\",\"checked\":\"2026-06-01\"}}," \
  "\"holidays\":[{\"name\":\"New Year's Day\",\"on\":\"01-01\",\"observed\":true},{\"name\":\"Memorial Day\",\"on\":\"05-mon-last\"},{\"name\":\"Independence Day\",\"on\":\"07-04\",\"observed\":true}," \
  "{\"name\":\"Labor Day\",\"on\":\"09-mon-1\"},{\"name\":\"Thanksgiving Day\",\"on\":\"11-thu-4\"},{\"name\":\"Good Friday\",\"on\":\"easter-2\"},{\"name\":\"Christmas Day\",\"on\":\"12-25\",\"observed\":true}," \
  "{\"name\":\"Move of the office\",\"on\":\"2026-10-02\"}]," \
  "\"blackouts\":[{\"name\":\"Maintenance\",\"weekdays\":[\"sun\"],\"from_time\":\"02:00\",\"to_time\":\"05:00\"},{\"name\":\"Year end\",\"from_date\":\"12-24\",\"to_date\":\"01-02\"}," \
  "{\"name\":\"Hurricane\",\"from_date\":\"2026-08-20\",\"to_date\":\"2026-08-24\",\"jurisdictions\":[\"US-FL\"]},{\"name\":\"Audit\",\"from_date\":\"2026-09-14\",\"to_date\":\"2026-09-15\",\"zones\":\"America/Denver\"}]," \
  "\"capacity\":{\"agents\":80,\"answer_rate\":0.4,\"aht_s\":180,\"lines_per_agent\":1.5,\"patience_s\":2,\"max_abandonment\":0.03}," \
  "\"campaigns\":{\"a0\":{\"zones\":\"America/Denver\"},\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\":{\"zones\":\"America/Chicago\",\"jurisdiction\":[\"US\",\"US-FL\",\"HOUSE\"],\"capacity\":{\"agents\":100}}," \
  "\"b7\":{\"capacity\":{\"agents\":20}}}}"

struct check_fixture {
  cxd_validator *validator;
  cxd_campaign *whole, *faulty;           /* documents to be sent as they are */
  cxd_campaign *change, *merged, *server; /* an update as the engine has it after the campaign was read */
};

/* As cxd_validator_new() has it without a config, but for any zone; no zone is looked at again within a second. */
static inline struct cxd__validate_options check_fixture_anywhere(void) {
  struct cxd__validate_options options = default_options();
  options.jurisdiction = NULL; /* US */
  options.time_zones = "*";
  options.recheck_ms = 1000;
  return options;
}

static inline cxd_validator *check_fixture_validator(struct cxd__validate_options options) {
  cxd_validator *validator = NULL;
  (void)cxd__validator_make(&options, &validator, NULL);
  return validator;
}

static inline cxd_campaign *check_fixture_document(const char *json) {
  cxd_campaign *campaign = NULL;
  (void)cxd_campaign_parse(json, strlen(json), &campaign, NULL);
  return campaign;
}

/* The whole document in another zone. */
static inline cxd_campaign *check_fixture_campaign(const char *zone) {
  char json[512];
  (void)snprintf(json, sizeof json, CHECK_CAMPAIGN("120", "%s", "60", "70", "0.85"), zone);
  return check_fixture_document(json);
}

static inline void check_fixture_free(struct check_fixture *fixture) {
  cxd_campaign *const all[] = {fixture->whole, fixture->faulty, fixture->change, fixture->merged, fixture->server};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    cxd_campaign_free(all[i]);
  cxd__validator_unref(fixture->validator);
  *fixture = (struct check_fixture){0};
}

/* policy may be NULL. 0: it could not be made. */
static inline int check_fixture_make(struct check_fixture *fixture, struct cxd__validate_options options, const char *policy) {
  *fixture = (struct check_fixture){check_fixture_validator(options), check_fixture_document(CHECK_WHOLE),  check_fixture_document(CHECK_FAULTY),
                                    check_fixture_document(CHECK_CHANGE), check_fixture_document(CHECK_WHOLE), NULL};
  if (fixture->validator && fixture->whole && fixture->faulty && fixture->change && fixture->merged &&
      cxd__campaign_read(CHECK_SERVER, strlen(CHECK_SERVER), NULL, &fixture->server, NULL) == CXD_OK &&
      (!policy || cxd__validator_policy(fixture->validator, policy, strlen(policy), "policy", NULL) == CXD_OK))
    return 1;
  check_fixture_free(fixture);
  return 0;
}

#endif
