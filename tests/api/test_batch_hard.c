/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Batches that are given everything that is wrong: broken items, faults of the server, stops and cancels at every point, callbacks that call back. */
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch.h"
#include "run.h"

static struct rig rig;
static cxd_batch *batch;

static void open_batch(size_t count, const char *const options[], const char *const settings[]) {
  batch_rig_open(&rig, count, options, settings);
  batch = batch_of(&rig);
}

static void close_batch(void) {
  cxd_batch_free(batch);
  batch = NULL;
  rig_close(&rig);
}

/* A batch whose updater has this callback. */
static void open_with(size_t count, const char *const options[], const char *const settings[], cxd_callback callback) {
  batch_rig_open(&rig, count, options, settings);
  callback.size = sizeof callback;
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  batch = batch_of(&rig);
}

/* --------------------------------------------------------------------- broken items */

#define MIB (1024 * 1024)

struct broken {
  const char *json;
  size_t len; /* 0: strlen */
  cxd_status status;
  int32_t outcome;
};

static char deep[2048], huge_id[2048], huge_text[MIB + 64];

static void make_texts(void) {
  size_t at = (size_t)snprintf(deep, sizeof deep, "{\"id\":\"c-1\",\"x\":");
  memset(deep + at, '[', 900);
  memset(deep + at + 900, ']', 900);
  (void)snprintf(deep + at + 1800, sizeof deep - at - 1800, "}");
  at = (size_t)snprintf(huge_id, sizeof huge_id, "{\"id\":\"");
  memset(huge_id + at, 'i', 1500);
  (void)snprintf(huge_id + at + 1500, sizeof huge_id - at - 1500, "\",\"maxConcurrentCalls\":100}");
  at = (size_t)snprintf(huge_text, sizeof huge_text, "{\"id\":\"c-1\",\"x\":\"");
  memset(huge_text + at, 'x', MIB);
  (void)snprintf(huge_text + at + MIB, sizeof huge_text - at - MIB, "\"}");
}

static const struct broken kinds[] = {
    {"{\"id\":\"c-1\",\"maxConcurrentCalls\":", 0, CXD_E_JSON, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\",\"maxConcurrentCalls\":\"many\"}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"id\":7,\"maxConcurrentCalls\":100}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"maxConcurrentCalls\":100}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\",\"id\":\"c-2\"}", 0, CXD_E_JSON, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\",\"maxConcurrentCalls\":1,\"maxConcurrentCalls\":2}", 0, CXD_E_JSON, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\"\0}", 13, CXD_E_JSON, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\",\"name\":\"\xff\xfe\"}", 0, CXD_E_JSON, CXD_OUTCOME_REJECTED},
    {deep, 0, CXD_E_TOO_LARGE, CXD_OUTCOME_REJECTED},
    {huge_id, 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {huge_text, 0, CXD_E_TOO_LARGE, CXD_OUTCOME_REJECTED},
    {"[]", 0, CXD_E_TYPE, CXD_OUTCOME_REJECTED},
    {"-12.5e3", 0, CXD_E_TYPE, CXD_OUTCOME_REJECTED},
    {"null", 0, CXD_E_TYPE, CXD_OUTCOME_REJECTED},
    {"", 0, CXD_E_JSON, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\",\"timeZone\":\"Mars/Olympus\"}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-1\",\"maxConcurrentCalls\":1000000000000}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"nobody\",\"maxConcurrentCalls\":100}", 0, CXD_E_NOT_FOUND, CXD_OUTCOME_NOT_APPLIED},
    {"{\"id\":\"../c-1\",\"maxConcurrentCalls\":100}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"\",\"maxConcurrentCalls\":100}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
    {"{\"id\":\"c-\\u0000\",\"maxConcurrentCalls\":100}", 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED},
};

#define KINDS (sizeof kinds / sizeof *kinds)

static void add_broken(size_t kind) {
  const char *json = kinds[kind].json;
  ck_assert_int_eq(cxd_batch_add_json(batch, json, kinds[kind].len ? kinds[kind].len : strlen(json), NULL), CXD_OK);
}

/* CXDIALER_TEST_ITEMS says how many; 100000 takes a while. */
static size_t items_wanted(void) {
  const char *text = getenv("CXDIALER_TEST_ITEMS");
  return text ? strtoul(text, NULL, 10) : 3000;
}

#define WARM_UP 128

/* A sanitizer's allocator says 0. */
static size_t in_use(void) {
  (void)malloc_trim(0);
  return mallinfo2().uordblks;
}

START_TEST(every_tenth_item_is_broken_in_its_own_way_and_the_others_apply) {
  size_t count = items_wanted(), campaigns = count < 500 ? count : 500;
  make_texts();
  open_batch(campaigns, NULL, LIST("update.concurrency", "32"));
  rig.other_hands = 1; /* so many requests are not fetched to be counted */
  for (size_t i = 0; i < WARM_UP; i++)
    batch_calls(batch, i % campaigns, 99 - (int)(i / campaigns));
  batch_runs(batch, CXD_OK, NULL);
  size_t before = in_use();
  for (size_t i = 0; i < count; i++)
    if (i % 10 == 9)
      add_broken(i / 10 % KINDS);
    else
      batch_calls(batch, i % campaigns, 100 + (int)(i / campaigns) % 100);
  batch_runs(batch, CXD_OK, NULL);
  size_t after = in_use();
  ck_assert_msg(after <= before + 300 * count, "%zu bytes for each of %zu items", (after - before) / count, count);
  for (size_t i = 0; i < count; i++)
    if (i % 10 == 9)
      ck_item(batch, WARM_UP + i, kinds[i / 10 % KINDS].outcome, kinds[i / 10 % KINDS].status);
    else
      ck_item(batch, WARM_UP + i, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_all_over(batch);
  close_batch();
}
END_TEST

START_TEST(a_text_that_is_too_long_or_not_there_is_refused_at_once) {
  open_batch(1, NULL, NULL);
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_batch_add_json(batch, "", 16777217, &error), CXD_E_TOO_LARGE);
  ck_error(&error, CXD_E_TOO_LARGE, "16777216");
  ck_assert_int_eq(cxd_batch_add_json(batch, NULL, 0, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_batch_add(batch, NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_uint_eq(cxd_batch_count(batch), 0);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------ items of one campaign */

START_TEST(hundreds_of_items_of_one_campaign_keep_their_order) {
  open_batch(1, NULL, LIST("update.concurrency", "32"));
  for (int i = 0; i < 300; i++)
    batch_calls(batch, 0, 100 + i);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 300; i++) {
    ck_item(batch, i, CXD_OUTCOME_APPLIED, CXD_OK);
    ck_assert_int_eq(cxd_result_previous_concurrent(cxd_batch_result(batch, i)), i ? 99 + (int)i : 150);
  }
  ck_assert_int_eq(calls_at(&rig, "c-0"), 399);
  ck_assert_int_eq(puts_of(&rig, 0), 300);
  close_batch();
}
END_TEST

START_TEST(an_item_that_fails_lets_the_next_one_of_its_campaign_go) {
  open_batch(1, NULL, LIST("update.concurrency", "4"));
  for (int i = 0; i < 20; i++)
    batch_calls(batch, 0, i % 2 ? 99999 : 100 + i);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 20; i++)
    ck_item(batch, i, i % 2 ? CXD_OUTCOME_REJECTED : CXD_OUTCOME_APPLIED, i % 2 ? CXD_E_INVALID : CXD_OK);
  close_batch();
}
END_TEST

static const char *const notes[] = {
    "{\"a\":1,\"b\":{\"c\":1,\"e\":[{\"f\":1}]}}", "{\"b\":{}}", "{\"b\":{\"d\":2}}", "{\"list\":[1,2]}", "{\"list\":[3]}", "{\"a\":null}", "{}", "{\"z\":{}}", "{\"z\":{\"y\":0.850}}", "{\"b\":{\"c\":{\"deep\":true}}}",
};

static void add_notes(cxd_batch *to, const char *id) {
  char json[200];
  for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
    (void)snprintf(json, sizeof json, "{\"id\":\"%s\",\"note\":%s}", id, notes[i]);
    batch_text(to, json);
  }
}

static char *note_at(const char *id) {
  json_t *document = sim_document(&rig.sim, id);
  char *text = json_dumps(json_object_get(document, "note"), JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
  json_decref(document);
  return text;
}

/* Whatever they hold, together they come to what they come to one by one. */
START_TEST(joined_items_come_to_what_they_come_to_one_by_one) {
  batch_rig_open(&rig, 2, NULL, NULL);
  batch = batch_of(&rig);
  add_notes(batch, "c-1");
  batch_runs(batch, CXD_OK, NULL);
  json_int_t alone = puts_of(&rig, 1);
  set(rig.config, "update.coalesce", "on");
  cxd_updater *joining = updater_of(rig.config, rig.client);
  cxd_batch *other = NULL;
  ck_assert_int_eq(cxd_batch_new(joining, &other, NULL), CXD_OK);
  add_notes(other, "c-0");
  batch_runs(other, CXD_OK, NULL);
  ck_all_over(other);
  char *one_by_one = note_at("c-1"), *joined = note_at("c-0");
  ck_assert_str_eq(joined, one_by_one);
  ck_assert_int_gt(alone, 4);
  ck_assert_int_eq(puts_of(&rig, 0), 1);
  ck_item(other, sizeof notes / sizeof *notes - 1, CXD_OUTCOME_REJECTED, CXD_E_TYPE); /* does not fit: it runs, and fails, on its own */
  free(one_by_one);
  free(joined);
  cxd_batch_free(other);
  cxd_updater_free(joining);
  close_batch();
}
END_TEST

START_TEST(items_with_a_condition_of_their_own_are_not_joined) {
  open_batch(1, NULL, LIST("update.coalesce", "on"));
  batch_calls(batch, 0, 101);
  batch_calls(batch, 0, 102);
  cxd_campaign *read = got(rig.client, "c-0");
  ck_assert_int_eq(cxd_campaign_set_int(read, CXD_FIELD_MAX_CONCURRENT_CALLS, 103, NULL), CXD_OK);
  ck_assert_int_eq(cxd_batch_add(batch, read, NULL), CXD_OK);
  cxd_campaign_free(read);
  batch_calls(batch, 0, 104);
  batch_text(batch, "{\"id\":\"c-0\",\"maxConcurrentCalls\":");
  batch_calls(batch, 0, 105);
  batch_runs(batch, CXD_OK, NULL);
  static const int32_t outcomes[] = {CXD_OUTCOME_APPLIED, CXD_OUTCOME_APPLIED, CXD_OUTCOME_CONFLICT, CXD_OUTCOME_APPLIED, CXD_OUTCOME_REJECTED, CXD_OUTCOME_APPLIED};
  static const cxd_status statuses[] = {CXD_OK, CXD_OK, CXD_E_CONFLICT, CXD_OK, CXD_E_JSON, CXD_OK};
  for (size_t i = 0; i < 6; i++)
    ck_item(batch, i, outcomes[i], statuses[i]);
  ck_assert_int_eq(cxd_result_new_concurrent(cxd_batch_result(batch, 0)), 102);
  ck_assert_int_eq(cxd_result_new_concurrent(cxd_batch_result(batch, 3)), 105);
  ck_assert_int_eq(puts_of(&rig, 0), 2);
  close_batch();
}
END_TEST

START_TEST(an_item_that_asks_for_a_version_is_not_joined) {
  open_batch(1, LIST("--validators", "version"), LIST("update.coalesce", "on"));
  batch_calls(batch, 0, 101);
  batch_text(batch, "{\"id\":\"c-0\",\"version\":999,\"maxConcurrentCalls\":102}");
  batch_calls(batch, 0, 103);
  batch_runs(batch, CXD_OK, NULL);
  ck_item(batch, 0, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_int_eq(cxd_result_status(cxd_batch_result(batch, 1)), CXD_E_CONFLICT);
  ck_item(batch, 2, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_int_eq(puts_of(&rig, 0), 2);
  close_batch();
}
END_TEST

START_TEST(a_joined_update_that_fails_fails_all_of_its_items) {
  open_batch(2, NULL, LIST("update.coalesce", "on"));
  batch_calls(batch, 0, 101);
  batch_text(batch, "{\"id\":\"c-0\",\"pacing\":{\"maxCallsPerInterval\":20}}");
  batch_calls(batch, 0, 99999);
  batch_calls(batch, 1, 101);
  for (size_t i = 0; i < 3; i++)
    batch_calls(batch, 99, 100 + (int)i);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 3; i++) {
    ck_item(batch, i, CXD_OUTCOME_REJECTED, CXD_E_INVALID);
    ck_assert_str_eq(cxd_result_campaign_id(cxd_batch_result(batch, i)), "c-0");
    ck_assert_str_ne(cxd_error_message(cxd_result_error(cxd_batch_result(batch, i))), "");
    ck_item(batch, 4 + i, CXD_OUTCOME_NOT_APPLIED, CXD_E_NOT_FOUND);
  }
  ck_item(batch, 3, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_all_over(batch);
  close_batch();
}
END_TEST

START_TEST(of_joined_replacements_the_last_document_wins) {
  open_batch(1, NULL, LIST("update.coalesce", "on", "update.mode", "replace"));
  char *document = sim_raw(&rig.sim, "c-0");
  for (int i = 0; i < 3; i++) {
    cxd_campaign *change = campaign_of(document);
    ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, 101 + i, NULL), CXD_OK);
    if (i == 0)
      ck_assert_int_eq(cxd_campaign_set_json(change, "/note", "1", NULL), CXD_OK);
    ck_assert_int_eq(cxd_batch_add(batch, change, NULL), CXD_OK);
    cxd_campaign_free(change);
  }
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 3; i++)
    ck_item(batch, i, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_int_eq(puts_of(&rig, 0), 1);
  ck_assert_int_eq(calls_at(&rig, "c-0"), 103);
  char *note = note_at("c-0");
  ck_assert_ptr_null(note);
  free(document);
  close_batch();
}
END_TEST

/* ----------------------------------------------------------------------------- faults */

#define FLOCK 64

static const struct {
  size_t lost; /* that end before they are sent */
  const char *faults[16];
} storms[] = {
    {0, {"PUT:3:status=500", "PUT:9:status=502", "PUT:20:status=503;retry-after=0", "GET:5:status=500", "GET:30:status=429;retry-after=0", "PUT:33:status=429;retry-after=0"}},
    {0, {"PUT:1:apply-then-close", "PUT:17:apply-then-close", "PUT:18:apply-then-close", "PUT:40:apply-then-close", "GET:2:close-before-reply"}},
    {0, {"PUT:2:close-before-reply", "PUT:5:close-before-reply", "PUT:6:reset-mid-body", "GET:9:reset-mid-body", "PUT:30:reset-mid-body", "TOKEN:1:close-before-reply"}},
    {1, {"PUT:4:truncate", "PUT:8:bad-json", "GET:7:truncate", "GET:8:bad-json", "PUT:12:apply-then-close", "PUT:13:status=503;retry-after=0"}},
};

#define STORMS ((int)(sizeof storms / sizeof *storms))

/* In the second half by versions, where list pages take the place of most GETs, and fewer of the faults come to pass. */
START_TEST(what_the_server_does_to_some_of_a_flock_is_what_each_says) {
  const char *options[40] = {"--validators", _i < STORMS ? "etag" : "version"};
  size_t lost = 0, may_lose = storms[_i % STORMS].lost;
  for (size_t i = 0; storms[_i % STORMS].faults[i]; i++) {
    options[2 * i + 2] = "--fault";
    options[2 * i + 3] = storms[_i % STORMS].faults[i];
  }
  open_batch(FLOCK, options, LIST("update.concurrency", "32", "audit.mode", "required"));
  rig.other_hands = 1; /* a connection that is closed may have been in use twice */
  for (size_t i = 0; i < FLOCK; i++)
    batch_calls(batch, i, 200 + (int)i);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < FLOCK; i++) {
    char id[16];
    (void)snprintf(id, sizeof id, "c-%zu", i);
    const cxd_result *result = cxd_batch_result(batch, i);
    int32_t outcome = cxd_result_outcome(result);
    int applied = outcome == CXD_OUTCOME_APPLIED || outcome == CXD_OUTCOME_APPLIED_READBACK;
    lost += !applied;
    ck_assert_msg(applied || (may_lose && cxd_result_sends(result) == 0), "item %zu: %s", i, cxd_error_message(cxd_result_error(result)));
    ck_assert_int_eq(puts_of(&rig, i), applied);
    ck_assert_int_eq(calls_at(&rig, id), applied ? 200 + (int)i : 150);
  }
  ck_assert_uint_le(lost, may_lose);
  ck_all_over(batch);
  ck_assert_uint_eq(ck_audit(&rig), FLOCK - lost);
  close_batch();
}
END_TEST

/* -------------------------------------------------------------------- no more are begun */

START_TEST(an_error_rate_is_judged_from_the_twentieth_item_on) {
  open_batch(30, NULL, LIST("update.max_error_rate", "0.5", "update.concurrency", "1"));
  for (size_t i = 0; i < 30; i++)
    batch_calls(batch, i < 8 ? i : 100 + i, 200);
  batch_runs(batch, CXD_E_CANCELLED, "12 of the last 20 items failed (update.max_error_rate is 0.5)");
  ck_item(batch, 19, CXD_OUTCOME_NOT_APPLIED, CXD_E_NOT_FOUND);
  ck_item(batch, 20, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  ck_all_over(batch);
  close_batch();
}
END_TEST

START_TEST(an_error_rate_is_that_of_the_last_hundred) {
  open_batch(200, NULL, LIST("update.max_error_rate", "0.5", "update.concurrency", "1"));
  for (size_t i = 0; i < 300; i++)
    batch_calls(batch, i < 150 ? i : 1000 + i, 200);
  batch_runs(batch, CXD_E_CANCELLED, "51 of the last 100 items failed");
  ck_item(batch, 200, CXD_OUTCOME_NOT_APPLIED, CXD_E_NOT_FOUND);
  ck_item(batch, 201, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  close_batch();
}
END_TEST

START_TEST(fewer_items_than_canaries_are_no_reason_to_wait) {
  open_batch(8, NULL, LIST("update.canary", "10", "update.concurrency", "4"));
  for (size_t i = 0; i < 3; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 3; i < 8; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 8);
  close_batch();
}
END_TEST

START_TEST(canaries_may_be_of_one_campaign) {
  open_batch(4, NULL, LIST("update.canary", "3", "update.coalesce", _i ? "on" : "off"));
  for (size_t i = 0; i < 3; i++)
    batch_calls(batch, 0, 200 + (int)i);
  for (size_t i = 0; i < 4; i++)
    batch_calls(batch, i, 300);
  batch_runs(batch, CXD_OK, NULL);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 7);
  ck_all_over(batch);
  close_batch();
}
END_TEST

START_TEST(after_canaries_that_were_not_begun_items_added_later_run) {
  open_batch(8, NULL, LIST("update.canary", "3", "update.concurrency", "1"));
  batch_calls(batch, 99, 200);
  for (size_t i = 0; i < 5; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_E_CANCELLED, "1 of the first 3 items failed");
  batch_calls(batch, 7, 200);
  batch_runs(batch, CXD_OK, NULL);
  ck_item(batch, 6, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_all_over(batch);
  close_batch();
}
END_TEST

static int32_t declines_after(void *user_data, size_t done, size_t total) {
  size_t *limit = user_data;
  return done >= *limit && total ? 0 : CXD_ACCEPTED;
}

START_TEST(a_host_that_declines_progress_stops_the_batch) {
  size_t limit = 3;
  open_with(40, NULL, LIST("update.concurrency", "2"), (cxd_callback){.user_data = &limit, .on_progress = declines_after});
  for (size_t i = 0; i < 40; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_E_CANCELLED, "on_progress");
  ck_assert_uint_le(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 3 + 2 + 2);
  ck_all_over(batch);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------- stop and cancel */

struct halt {
  size_t after, ended;
  int cancel;
};

static int32_t halts(void *user_data, const cxd_result *result) {
  struct halt *halt = user_data;
  (void)result;
  if (++halt->ended == halt->after) {
    if (halt->cancel)
      cxd_batch_cancel(batch);
    else
      cxd_batch_stop(batch);
  }
  return CXD_ACCEPTED;
}

/* These end in no time, one right after the other. */
START_TEST(a_stop_between_items_that_end_at_once_is_heeded) {
  struct halt halt = {.after = 3, .cancel = _i};
  open_with(1, NULL, LIST("update.concurrency", "4"), (cxd_callback){.user_data = &halt, .on_result = halts});
  for (size_t i = 0; i < 5000; i++)
    batch_text(batch, "[]");
  batch_runs(batch, CXD_E_CANCELLED, _i ? "cancelled by the caller" : "stopped by the caller");
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_REJECTED), 3);
  ck_all_over(batch);
  close_batch();
}
END_TEST

START_TEST(progress_is_told_between_items_that_end_at_once) {
  size_t limit = 1;
  open_with(1, NULL, LIST("update.concurrency", "4"), (cxd_callback){.user_data = &limit, .on_progress = declines_after});
  for (size_t i = 0; i < 5000; i++)
    batch_text(batch, "[]");
  batch_runs(batch, CXD_E_CANCELLED, "on_progress");
  ck_assert_uint_le(cxd_batch_outcomes(batch, CXD_OUTCOME_REJECTED), 4);
  close_batch();
}
END_TEST

/* What waited for another one of its campaign when the batch stopped is over, and does not come back to life. */
START_TEST(what_was_not_begun_is_not_begun_later) {
  struct halt halt = {.after = 4};
  open_with(4, NULL, LIST("update.concurrency", "4"), (cxd_callback){.user_data = &halt, .on_result = halts});
  for (size_t i = 0; i < 40; i++)
    batch_calls(batch, i % 4, 200 + (int)i);
  batch_runs(batch, CXD_E_CANCELLED, "stopped by the caller");
  json_int_t puts = puts_applied(&rig);
  size_t over = cxd_batch_done(batch);
  ck_assert_uint_eq(over, 40);
  batch_calls(batch, 0, 333);
  batch_runs(batch, CXD_OK, NULL);
  ck_item(batch, 40, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_assert_int_eq(puts_applied(&rig), puts + 1);
  ck_all_over(batch);
  close_batch();
}
END_TEST

/* What the server did, and what the items say. */
static void ck_told_as_done(size_t campaigns) {
  json_int_t known = 0, possible = 0;
  for (size_t i = 0; i < cxd_batch_count(batch); i++) {
    int32_t outcome = cxd_result_outcome(cxd_batch_result(batch, i));
    known += outcome == CXD_OUTCOME_APPLIED || outcome == CXD_OUTCOME_APPLIED_READBACK;
    possible += outcome == CXD_OUTCOME_UNKNOWN;
  }
  (void)campaigns;
  ck_assert_int_ge(puts_applied(&rig), known);
  ck_assert_int_le(puts_applied(&rig), known + possible);
}

START_TEST(a_cancel_from_a_callback_ends_all_at_any_point) {
  struct halt halt = {.after = 1 + 3 * (size_t)_i, .cancel = 1};
  open_with(24, NULL, LIST("update.concurrency", "8", "audit.mode", "required"), (cxd_callback){.user_data = &halt, .on_result = halts});
  rig.other_hands = 1; /* what was cancelled may not have arrived */
  for (size_t i = 0; i < 24; i++)
    batch_calls(batch, i % 12, 200 + (int)i);
  batch_runs(batch, CXD_E_CANCELLED, "cancelled by the caller");
  ck_all_over(batch);
  ck_told_as_done(12);
  (void)ck_audit(&rig);
  batch_calls(batch, 0, 400);
  batch_runs(batch, CXD_OK, NULL);
  ck_item(batch, 24, CXD_OUTCOME_APPLIED, CXD_OK);
  (void)ck_audit(&rig);
  close_batch();
}
END_TEST

struct remote {
  sem_t due;
  atomic_size_t ended;
  size_t after;
  int kind;
};

static int32_t posts(void *user_data, const cxd_result *result) {
  struct remote *remote = user_data;
  (void)result;
  if (atomic_fetch_add(&remote->ended, 1) + 1 == remote->after)
    (void)sem_post(&remote->due);
  return CXD_ACCEPTED;
}

static void *halts_from_afar(void *context) {
  struct remote *remote = context;
  while (sem_wait(&remote->due) != 0)
    ;
  if (remote->kind == 0)
    cxd_batch_stop(batch);
  else if (remote->kind == 1)
    cxd_batch_cancel(batch);
  else if (remote->kind == 2)
    cxd_updater_cancel(rig.updater);
  else
    cxd_client_cancel(rig.client);
  return NULL;
}

START_TEST(another_thread_stops_and_cancels_at_any_point) {
  struct remote remote = {.after = (size_t)(_i / 4) * 5, .kind = _i % 4};
  pthread_t thread;
  ck_assert_int_eq(sem_init(&remote.due, 0, remote.after == 0), 0);
  open_with(40, NULL, LIST("update.concurrency", "8", "audit.mode", "required"), (cxd_callback){.user_data = &remote, .on_result = posts});
  rig.other_hands = 1;
  for (size_t i = 0; i < 40; i++)
    batch_calls(batch, i % 20, 200 + (int)i);
  ck_assert_int_eq(pthread_create(&thread, NULL, halts_from_afar, &remote), 0);
  (void)cxd_batch_run(batch, NULL); /* it may come too late */
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_all_over(batch);
  ck_told_as_done(20);
  batch_calls(batch, 0, 400);
  batch_runs(batch, CXD_OK, NULL);
  ck_item(batch, 40, CXD_OUTCOME_APPLIED, CXD_OK);
  (void)ck_audit(&rig);
  close_batch();
  (void)sem_destroy(&remote.due);
}
END_TEST

START_TEST(a_cancel_while_nothing_runs_means_nothing_later) {
  open_batch(2, NULL, NULL);
  for (int round = 0; round < 3; round++) {
    cxd_batch_cancel(batch);
    cxd_batch_stop(batch);
    cxd_client_cancel(rig.client);
    cxd_updater_cancel(rig.updater);
    batch_calls(batch, 0, 200 + round);
    batch_runs(batch, CXD_OK, NULL);
    ck_item(batch, (size_t)round, CXD_OUTCOME_APPLIED, CXD_OK);
  }
  batch_calls(batch, 0, 300);
  cxd_batch_cancel(batch); /* of this one, which waits */
  batch_runs(batch, CXD_E_CANCELLED, "1 of 4 items were not begun");
  ck_item(batch, 3, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------- callbacks that call back */

struct nested {
  cxd_batch *other;
  size_t ended, to_add;
  int free_it;
};

static int32_t calls_back(void *user_data, const cxd_result *result) {
  struct nested *nested = user_data;
  (void)result;
  nested->ended++;
  cxd_campaign_free(got(rig.client, "c-0"));
  ck_assert_int_eq(cxd_batch_run(batch, NULL), CXD_E_REENTRANT);
  ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_E_REENTRANT);
  ck_assert_int_eq(cxd_batch_run(nested->other, NULL), CXD_E_REENTRANT);
  cxd_result *single = NULL;
  cxd_campaign *change = calls_change("c-1", 300);
  ck_assert_int_eq(cxd_updater_apply(rig.updater, change, &single, NULL), CXD_E_REENTRANT);
  cxd_campaign_free(change);
  if (nested->to_add) {
    nested->to_add--;
    batch_calls(batch, 1, 300 + (int)nested->to_add);
  }
  return CXD_ACCEPTED;
}

START_TEST(callbacks_may_read_and_add_but_not_run) {
  struct nested nested = {.to_add = 50};
  open_with(4, NULL, NULL, (cxd_callback){.user_data = &nested, .on_result = calls_back});
  nested.other = batch_of(&rig);
  batch_calls(nested.other, 2, 250);
  batch_calls(batch, 0, 200);
  batch_runs(batch, CXD_OK, NULL);
  ck_assert_uint_eq(nested.ended, 51);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 51);
  ck_assert_int_eq(puts_of(&rig, 1), 50);
  ck_assert_uint_eq(cxd_batch_done(nested.other), 0);
  cxd_batch_free(nested.other);
  close_batch();
}
END_TEST

static int32_t frees(void *user_data, const cxd_result *result) {
  size_t *ended = user_data;
  (void)result;
  if (++*ended == 3) {
    cxd_batch_free(batch);
    ck_assert_int_eq(cxd_batch_add_json(batch, "{}", 2, NULL), CXD_E_ARGUMENT);
  }
  return CXD_ACCEPTED;
}

START_TEST(a_batch_may_be_freed_by_its_callback) {
  size_t ended = 0;
  open_with(20, NULL, LIST("audit.mode", "required"), (cxd_callback){.user_data = &ended, .on_result = frees});
  rig.other_hands = 1;
  for (size_t i = 0; i < 20; i++)
    batch_calls(batch, i, 200);
  (void)cxd_batch_run(batch, NULL);
  batch = NULL;
  ck_assert_uint_ge(ended, 3);
  (void)ck_audit(&rig);
  close_batch();
}
END_TEST

START_TEST(a_batch_that_is_freed_in_flight_leaves_no_intent_without_outcome) {
  struct halt none = {0};
  open_with(20, LIST("--latency-ms", "20"), LIST("audit.mode", "required", "update.concurrency", "16", "update.prefetch", "off"), (cxd_callback){.user_data = &none, .on_result = halts});
  rig.other_hands = 1;
  cxd_campaign_free(got(rig.client, "c-0"));
  for (size_t i = 0; i < 20; i++)
    batch_calls(batch, i, 200);
  while (sim_count(&rig.sim, "PUT") == 0)
    ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_OK);
  ck_assert_uint_gt(cxd_batch_in_flight(batch), 0);
  cxd_batch_free(batch);
  batch = NULL;
  ck_assert_uint_ge(none.ended, 16); /* each of them was told */
  ck_assert_uint_ge(ck_audit(&rig), 1);
  close_batch();
}
END_TEST

static int32_t own_rule(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  size_t *calls = user_data;
  (void)merged;
  (void)at_unix_ms;
  (void)report;
  ++*calls;
  ck_assert_int_eq(cxd_batch_run(batch, NULL), CXD_E_REENTRANT);
  if (*calls == 1)
    batch_calls(batch, 5, 250);
  return strcmp(cxd_campaign_id(change), "c-3") == 0 ? 0 : CXD_ACCEPTED;
}

START_TEST(a_rule_refuses_its_item_only) {
  size_t calls = 0;
  cxd_rule rule = {.size = sizeof rule, .user_data = &calls, .check = own_rule};
  cxd_validator *validator = NULL;
  batch_rig_open(&rig, 6, NULL, NULL);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(cxd_validator_new(rig.config, &validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, validator, &rig.updater, NULL), CXD_OK);
  cxd_validator_free(validator);
  batch = batch_of(&rig);
  for (size_t i = 0; i < 5; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 6; i++)
    ck_item(batch, i, i == 3 ? CXD_OUTCOME_REJECTED : CXD_OUTCOME_APPLIED, i == 3 ? CXD_E_RULE : CXD_OK);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------- processes and files */

static int32_t forks(void *user_data, const cxd_result *result) {
  size_t *ended = user_data;
  (void)result;
  if (++*ended != 2)
    return CXD_ACCEPTED;
  pid_t child = fork();
  if (child == 0) {
    int bad = cxd_batch_run(batch, NULL) != CXD_E_FORKED || cxd_batch_process(batch, NULL, NULL) != CXD_E_FORKED || cxd_batch_add_json(batch, "{}", 2, NULL) != CXD_E_FORKED || cxd_batch_fd(batch) != -1;
    cxd_batch_cancel(batch);
    cxd_batch_stop(batch);
    _exit(bad);
  }
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  return CXD_ACCEPTED;
}

START_TEST(a_fork_in_the_middle_changes_nothing_for_the_parent) {
  size_t ended = 0;
  open_with(20, NULL, LIST("audit.mode", "required"), (cxd_callback){.user_data = &ended, .on_result = forks});
  for (size_t i = 0; i < 20; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 20);
  ck_assert_uint_eq(ck_audit(&rig), 20);
  close_batch();
}
END_TEST

START_TEST(a_child_frees_its_copy_of_a_batch_in_flight) {
  open_batch(8, LIST("--latency-ms", "20"), LIST("audit.mode", "required"));
  for (size_t i = 0; i < 8; i++)
    batch_calls(batch, i, 200);
  while (sim_count(&rig.sim, "PUT") == 0)
    ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_OK);
  pid_t child = fork();
  if (child == 0) {
    cxd_batch_free(batch);
    cxd_updater_free(rig.updater);
    cxd_client_free(rig.client);
    _exit(0);
  }
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  batch_runs(batch, CXD_OK, NULL);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 8);
  ck_assert_uint_eq(ck_audit(&rig), 8);
  close_batch();
}
END_TEST

START_TEST(two_batches_of_two_clients_share_one_audit_file) {
  open_batch(32, NULL, LIST("audit.mode", "required"));
  rig.other_hands = 1;
  cxd_client *client = client_of(rig.config);
  cxd_updater *updater = updater_of(rig.config, client);
  cxd_batch *other = NULL;
  int32_t left = 1, right = 1;
  ck_assert_int_eq(cxd_batch_new(updater, &other, NULL), CXD_OK);
  for (size_t i = 0; i < 32; i++)
    batch_calls(i % 2 ? other : batch, i, 200);
  while (left || right) {
    ck_assert_int_eq(cxd_batch_process(batch, &left, NULL), CXD_OK);
    ck_assert_int_eq(cxd_batch_process(other, &right, NULL), CXD_OK);
  }
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), 16);
  ck_assert_uint_eq(cxd_batch_outcomes(other, CXD_OUTCOME_APPLIED), 16);
  ck_assert_uint_eq(ck_audit(&rig), 32);
  cxd_batch_free(other);
  cxd_updater_free(updater);
  cxd_client_free(client);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------------- a closed gate */

/* The server wants five minutes; nobody sleeps on it, and nobody asks again. */
START_TEST(a_wait_that_is_too_long_ends_the_rest_at_once) {
  open_batch(40, LIST("--fault", _i ? "GET:12:status=429;retry-after=300" : "PUT:6:status=503;retry-after=300"), LIST("update.concurrency", "4", "retry.max_retry_after_ms", "1000", "update.prefetch", "off"));
  size_t limited = 0;
  for (size_t i = 0; i < 40; i++)
    batch_calls(batch, i, 200);
  batch_runs(batch, CXD_OK, NULL);
  for (size_t i = 0; i < 40; i++) {
    const cxd_result *result = cxd_batch_result(batch, i);
    if (cxd_result_status(result) == CXD_OK)
      continue;
    limited++;
    ck_assert_int_eq(cxd_result_outcome(result), CXD_OUTCOME_NOT_APPLIED);
    ck_assert_msg(cxd_result_status(result) == CXD_E_RATE_LIMITED || cxd_result_status(result) == CXD_E_SERVER, "%s", cxd_error_message(cxd_result_error(result)));
    ck_assert_msg(cxd_error_retry_after_ms(cxd_result_error(result)) > 200000, "item %zu: %s", i, cxd_error_message(cxd_result_error(result)));
  }
  ck_assert_uint_ge(limited, 25);
  ck_assert_uint_le(sim_count(&rig.sim, "GET") + sim_count(&rig.sim, "PUT"), 30);
  close_batch();
}
END_TEST

static Suite *hard_suite(void) {
  Suite *suite = suite_create("batch_hard");
  TCase *items = suite_case(suite, "items", NULL, NULL);
  tcase_set_timeout(items, 600);
  tcase_add_test(items, every_tenth_item_is_broken_in_its_own_way_and_the_others_apply);
  tcase_add_test(items, a_text_that_is_too_long_or_not_there_is_refused_at_once);
  TCase *chains = suite_case(suite, "chains", NULL, NULL);
  tcase_set_timeout(chains, 120);
  tcase_add_test(chains, hundreds_of_items_of_one_campaign_keep_their_order);
  tcase_add_test(chains, an_item_that_fails_lets_the_next_one_of_its_campaign_go);
  tcase_add_test(chains, joined_items_come_to_what_they_come_to_one_by_one);
  tcase_add_test(chains, items_with_a_condition_of_their_own_are_not_joined);
  tcase_add_test(chains, an_item_that_asks_for_a_version_is_not_joined);
  tcase_add_test(chains, a_joined_update_that_fails_fails_all_of_its_items);
  tcase_add_test(chains, of_joined_replacements_the_last_document_wins);
  TCase *faults = suite_case(suite, "faults", NULL, NULL);
  tcase_set_timeout(faults, 120);
  tcase_add_loop_test(faults, what_the_server_does_to_some_of_a_flock_is_what_each_says, 0, 2 * STORMS);
  tcase_add_loop_test(faults, a_wait_that_is_too_long_ends_the_rest_at_once, 0, 2);
  TCase *ends = suite_case(suite, "ends", NULL, NULL);
  tcase_set_timeout(ends, 120);
  tcase_add_test(ends, an_error_rate_is_judged_from_the_twentieth_item_on);
  tcase_add_test(ends, an_error_rate_is_that_of_the_last_hundred);
  tcase_add_test(ends, fewer_items_than_canaries_are_no_reason_to_wait);
  tcase_add_loop_test(ends, canaries_may_be_of_one_campaign, 0, 2);
  tcase_add_test(ends, after_canaries_that_were_not_begun_items_added_later_run);
  tcase_add_test(ends, a_host_that_declines_progress_stops_the_batch);
  TCase *halts_case = suite_case(suite, "halts", NULL, NULL);
  tcase_set_timeout(halts_case, 120);
  tcase_add_loop_test(halts_case, a_stop_between_items_that_end_at_once_is_heeded, 0, 2);
  tcase_add_test(halts_case, progress_is_told_between_items_that_end_at_once);
  tcase_add_test(halts_case, what_was_not_begun_is_not_begun_later);
  tcase_add_loop_test(halts_case, a_cancel_from_a_callback_ends_all_at_any_point, 0, 8);
  tcase_add_loop_test(halts_case, another_thread_stops_and_cancels_at_any_point, 0, 16);
  tcase_add_test(halts_case, a_cancel_while_nothing_runs_means_nothing_later);
  TCase *hosts = suite_case(suite, "hosts", NULL, NULL);
  tcase_set_timeout(hosts, 120);
  tcase_add_test(hosts, callbacks_may_read_and_add_but_not_run);
  tcase_add_test(hosts, a_batch_may_be_freed_by_its_callback);
  tcase_add_test(hosts, a_batch_that_is_freed_in_flight_leaves_no_intent_without_outcome);
  tcase_add_test(hosts, a_rule_refuses_its_item_only);
  tcase_add_test(hosts, a_fork_in_the_middle_changes_nothing_for_the_parent);
  tcase_add_test(hosts, a_child_frees_its_copy_of_a_batch_in_flight);
  tcase_add_test(hosts, two_batches_of_two_clients_share_one_audit_file);
  return suite;
}

int main(void) { return run_suite(hard_suite()); }
