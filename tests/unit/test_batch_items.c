/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The items of a batch: who waits for whom, at any number of them, with and without memory. */
#include "api/batch_items.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "json/campaign.h"
#include "run.h"

#define MANY 100000

static struct cxd__items items;

static void open_items(void) { items = (struct cxd__items){0}; }

static void close_items(void) { cxd__items_free(&items); }

static cxd_status try_add(const char *id) {
  char *text = cxd__strdup("{}");
  if (!text)
    return CXD_E_NOMEM;
  cxd_status status = cxd__items_add(&items, text, 2, CXD__ITEM_TEXT, (struct cxd__slice){id, id ? strlen(id) : 0}, NULL);
  if (status != CXD_OK)
    cxd__free(text);
  return status;
}

static struct cxd__item *added(const char *id) {
  ck_assert_int_eq(try_add(id), CXD_OK);
  return &items.list[items.count - 1];
}

static void end(size_t i) {
  cxd__item_release(&items.list[i]);
  items.list[i].state = CXD__ITEM_DROPPED;
}

/* ------------------------------------------------------------------------------ chains */

START_TEST(items_of_one_campaign_are_chained_in_their_order) {
  static const char *const ids[] = {"a", "b", "a", "a", "b"};
  static const uint32_t next[] = {2, 4, 3, CXD__NO_ITEM, CXD__NO_ITEM};
  for (size_t i = 0; i < 5; i++)
    (void)added(ids[i]);
  for (size_t i = 0; i < 5; i++) {
    ck_assert_uint_eq(items.list[i].next, next[i]);
    ck_assert_int_eq(items.list[i].waits, i >= 2);
  }
}
END_TEST

START_TEST(nobody_waits_for_what_is_over) {
  (void)added("a");
  end(0);
  ck_assert_int_eq(added("a")->waits, 0);
  ck_assert_uint_eq(items.list[0].next, 1);
  ck_assert_int_eq(added("a")->waits, 1);
}
END_TEST

START_TEST(items_without_an_id_wait_for_nobody) {
  for (size_t i = 0; i < 200; i++) {
    const struct cxd__item *item = added(NULL);
    ck_assert_int_eq(item->waits, 0);
    ck_assert_uint_eq(item->next, CXD__NO_ITEM);
  }
  ck_assert_int_eq(added("")->waits, 0); /* an empty id is one, if no legal one */
  ck_assert_int_eq(added("")->waits, 1);
}
END_TEST

START_TEST(ids_are_compared_whole_with_their_zero_bytes) {
  const char a[] = "x\0a", b[] = "x\0b";
  const char *const ids[] = {a, b, a};
  for (size_t i = 0; i < 3; i++)
    ck_assert_int_eq(cxd__items_add(&items, cxd__strdup("{}"), 2, CXD__ITEM_TEXT, (struct cxd__slice){ids[i], 3}, NULL), CXD_OK);
  ck_assert_int_eq(items.list[1].waits, 0);
  ck_assert_int_eq(items.list[2].waits, 1);
}
END_TEST

START_TEST(a_campaign_may_have_a_thousand_items) {
  for (uint32_t i = 0; i < 1000; i++)
    (void)added("a");
  for (uint32_t i = 0; i < 999; i++)
    ck_assert_uint_eq(items.list[i].next, i + 1);
  ck_assert_uint_eq(items.used, 1);
}
END_TEST

/* -------------------------------------------------------------------------- collisions */

struct named {
  uint32_t hash;
  char id[12];
};

static int by_hash(const void *a, const void *b) {
  uint32_t x = ((const struct named *)a)->hash, y = ((const struct named *)b)->hash;
  return x < y ? -1 : x > y;
}

/* FNV-1a as in the module; found by looking, not by knowing its inside: the items tell whether it was right. */
static uint32_t fnv(const char *text) {
  uint32_t hash = 2166136261u;
  for (; *text; text++)
    hash = (hash ^ (unsigned char)*text) * 16777619u;
  return hash | 1u;
}

START_TEST(two_campaigns_of_one_hash_wait_for_each_other_and_do_no_harm) {
  size_t count = 400000, at = 0;
  struct named *all = malloc(count * sizeof *all);
  for (size_t i = 0; i < count; i++) {
    (void)snprintf(all[i].id, sizeof all[i].id, "%08x", (unsigned)i * 2654435761u);
    all[i].hash = fnv(all[i].id);
  }
  qsort(all, count, sizeof *all, by_hash);
  for (at = 1; at < count && all[at].hash != all[at - 1].hash; at++)
    ;
  ck_assert_uint_lt(at, count);
  (void)added(all[at - 1].id);
  (void)added(all[at].id);
  (void)added(all[at - 1].id);
  ck_assert_uint_eq(items.list[0].hash, items.list[1].hash);
  for (uint32_t i = 0; i < 3; i++) {
    ck_assert_int_eq(items.list[i].waits, i > 0);
    ck_assert_uint_eq(items.list[i].next, i < 2 ? i + 1 : CXD__NO_ITEM);
  }
  free(all);
}
END_TEST

/* -------------------------------------------------------------------------------- many */

START_TEST(a_hundred_thousand_items_find_their_own_and_take_little) {
  char id[16];
  size_t waiting = 0;
  for (size_t i = 0; i < MANY; i++) {
    (void)snprintf(id, sizeof id, "c-%zu", i);
    waiting += added(id)->waits;
  }
  ck_assert_uint_le(waiting, 20); /* of one hash by chance */
  for (size_t i = 0; i < MANY; i += 997) {
    (void)snprintf(id, sizeof id, "c-%zu", i);
    ck_assert_int_eq(added(id)->waits, 1);
    ck_assert_uint_eq(items.list[items.count - 1].hash, items.list[i].hash);
  }
  size_t bytes = malloc_usable_size(items.list) + malloc_usable_size(items.last_of) + malloc_usable_size(items.ended.list);
  ck_assert_uint_le(bytes / items.count, 64); /* beside what each holds */
}
END_TEST

START_TEST(more_items_than_there_are_numbers_for_are_refused) {
  cxd_error *error = NULL;
  char *text = cxd__strdup("{}");
  size_t count = items.count;
  items.count = CXD__ITEMS_MAX;
  ck_assert_int_eq(cxd__items_add(&items, text, 2, CXD__ITEM_TEXT, (struct cxd__slice){NULL, 0}, &error), CXD_E_TOO_LARGE);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "16777215"));
  items.count = count;
  cxd_error_free(error);
  cxd__free(text);
}
END_TEST

/* ------------------------------------------------------------------------------ memory */

static void ck_intact(size_t count) {
  ck_assert_uint_eq(items.count, count);
  ck_assert_uint_eq(items.ended.count, 0);
  for (size_t i = 0; i < count; i++)
    ck_assert_uint_eq(items.list[i].next, i + 7 < count ? i + 7 : CXD__NO_ITEM);
}

START_TEST(an_item_that_has_no_room_changes_nothing) {
  char id[8];
  for (size_t i = 0; i < 300; i++) {
    (void)snprintf(id, sizeof id, "%zu", i % 7);
    cxd_status status = CXD_E_NOMEM;
    for (size_t n = 1; status != CXD_OK; n++) {
      ck_intact(i);
      cxd__mem_fail_at(n);
      status = try_add(id);
      cxd__mem_fail_at(0);
      ck_assert(status == CXD_OK || status == CXD_E_NOMEM);
      ck_assert_uint_lt(n, 20);
    }
  }
  ck_intact(300);
}
END_TEST

START_TEST(the_end_of_an_item_needs_no_memory) {
  for (size_t i = 0; i < 1000; i++)
    (void)added(NULL);
  cxd__mem_fail_at(1);
  for (uint32_t i = 0; i < 1000; i++)
    ck_assert_int_eq(cxd__numbers_add(&items.ended, i), 0);
  cxd__mem_fail_at(0);
}
END_TEST

START_TEST(numbers_come_out_as_they_went_in) {
  struct cxd__numbers numbers = {0};
  ck_assert_uint_eq(cxd__numbers_take(&numbers), CXD__NO_ITEM);
  for (uint32_t round = 0; round < 3; round++) {
    for (uint32_t i = 0; i < 200; i++)
      ck_assert_int_eq(cxd__numbers_add(&numbers, round + i), 0);
    for (uint32_t i = 0; i < 200; i++)
      ck_assert_uint_eq(cxd__numbers_take(&numbers), round + i);
    ck_assert_uint_eq(cxd__numbers_take(&numbers), CXD__NO_ITEM);
  }
  ck_assert_uint_le(numbers.room, 256);
  cxd__free(numbers.list);
}
END_TEST

/* --------------------------------------------------------------------------- documents */

START_TEST(only_an_object_is_a_document) {
  static const char *const texts[] = {"", " ", "[1]", "3", "\"x\"", "null", "{\"id\":", "{\"id\":1}{", "{\"id\":\"\xff\"}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct cxd__item item = {.held = cxd__strdup(texts[i]), .len = (uint32_t)strlen(texts[i]) + !texts[i][0]};
    ck_assert_msg(cxd__item_document(&item).p == NULL, "%s", texts[i]);
    cxd__item_release(&item);
  }
  struct cxd__item item = {.held = cxd__strdup(" {\"id\":1} "), .len = 10};
  ck_assert_int_eq(cxd__item_document(&item).p[0], '{');
  cxd__item_release(&item);
  ck_assert_ptr_null(cxd__item_document(&item).p);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("batch_items");
  TCase *chains = suite_case(suite, "chains", open_items, close_items);
  tcase_add_test(chains, items_of_one_campaign_are_chained_in_their_order);
  tcase_add_test(chains, nobody_waits_for_what_is_over);
  tcase_add_test(chains, items_without_an_id_wait_for_nobody);
  tcase_add_test(chains, ids_are_compared_whole_with_their_zero_bytes);
  tcase_add_test(chains, a_campaign_may_have_a_thousand_items);
  tcase_add_test(chains, two_campaigns_of_one_hash_wait_for_each_other_and_do_no_harm);
  TCase *many = suite_case(suite, "many", open_items, close_items);
  tcase_set_timeout(many, 120);
  tcase_add_test(many, a_hundred_thousand_items_find_their_own_and_take_little);
  tcase_add_test(many, more_items_than_there_are_numbers_for_are_refused);
  TCase *memory = suite_case(suite, "memory", open_items, close_items);
  tcase_add_test(memory, an_item_that_has_no_room_changes_nothing);
  tcase_add_test(memory, the_end_of_an_item_needs_no_memory);
  tcase_add_test(memory, numbers_come_out_as_they_went_in);
  tcase_add_test(memory, only_an_object_is_a_document);
  return run_suite(suite);
}
