/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/batch_items.h"

#include "base/error.h"
#include "base/mem.h"
#include "core/result.h"
#include "json/campaign.h"
#include "json/text.h"

/* ---------------------------------------------------------------------------- numbers */

static int numbers_room(struct cxd__numbers *numbers) {
  if (numbers->count < numbers->room)
    return 0;
  size_t room = numbers->room ? 2 * numbers->room : 64;
  uint32_t *list = cxd__realloc(numbers->list, room * sizeof *list);
  if (!list)
    return -1;
  numbers->list = list;
  numbers->room = room;
  return 0;
}

int cxd__numbers_add(struct cxd__numbers *numbers, uint32_t number) {
  if (numbers_room(numbers) != 0)
    return -1;
  numbers->list[numbers->count++] = number;
  return 0;
}

uint32_t cxd__numbers_take(struct cxd__numbers *numbers) {
  uint32_t number = numbers->at < numbers->count ? numbers->list[numbers->at++] : CXD__NO_ITEM;
  if (numbers->at == numbers->count)
    numbers->at = numbers->count = 0;
  return number;
}

/* ------------------------------------------------------------------- the last of a campaign */

/* FNV-1a; 0 stands for no id. */
static uint32_t hash_of(struct cxd__slice id) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < id.len; i++)
    hash = (hash ^ (unsigned char)id.p[i]) * 16777619u;
  return id.p ? hash | 1u : 0;
}

static size_t slot_of(const struct cxd__items *items, uint32_t hash) {
  size_t slot = (hash >> 1) & (items->slots - 1);
  while (items->last_of[slot] && items->list[items->last_of[slot] - 1].hash != hash)
    slot = (slot + 1) & (items->slots - 1);
  return slot;
}

static int more_slots(struct cxd__items *items) {
  uint32_t *old = items->last_of;
  size_t old_slots = items->slots, slots = old_slots ? 2 * old_slots : 64;
  uint32_t *table = cxd__alloc(slots * sizeof *table);
  if (!table)
    return -1;
  items->last_of = table;
  items->slots = slots;
  for (size_t i = 0; i < old_slots; i++)
    if (old[i])
      table[slot_of(items, items->list[old[i] - 1].hash)] = old[i];
  cxd__free(old);
  return 0;
}

/* Behind the last one of its campaign, which may be over. */
static void chain(struct cxd__items *items, uint32_t number) {
  struct cxd__item *item = &items->list[number];
  size_t slot = slot_of(items, item->hash);
  if (items->last_of[slot]) {
    struct cxd__item *before = &items->list[items->last_of[slot] - 1];
    before->next = number;
    item->waits = !cxd__item_over(before);
  } else
    items->used++;
  items->last_of[slot] = number + 1;
}

/* ----------------------------------------------------------------------------- items */

static int room_for_item(struct cxd__items *items) {
  if (items->count == items->room) {
    size_t room = items->room ? items->room + items->room / 2 : 16;
    struct cxd__item *list = cxd__realloc(items->list, room * sizeof *list);
    if (!list)
      return -1;
    items->list = list;
    items->room = room;
  }
  return 4 * (items->used + 1) > 3 * items->slots ? more_slots(items) : 0;
}

/* Its end must not fail for want of memory: the place for it is made now. */
static int room_for_end(struct cxd__items *items) {
  if (items->ended.room > items->count)
    return 0;
  size_t room = items->room + 1;
  uint32_t *list = cxd__realloc(items->ended.list, room * sizeof *list);
  if (!list)
    return -1;
  items->ended.list = list;
  items->ended.room = room;
  return 0;
}

cxd_status cxd__items_add(struct cxd__items *items, void *held, size_t len, enum cxd__item_state state, struct cxd__slice id, cxd_error **error) {
  if (items->count >= CXD__ITEMS_MAX)
    return cxd__fail(error, CXD_E_TOO_LARGE, "a batch takes %u items: run this one, then make another", CXD__ITEMS_MAX);
  if (room_for_item(items) != 0 || room_for_end(items) != 0)
    return cxd__fail_nomem(error);
  uint32_t number = (uint32_t)items->count++;
  items->list[number] = (struct cxd__item){.held = held, .len = (uint32_t)len, .hash = hash_of(id), .next = CXD__NO_ITEM, .state = (uint8_t)state};
  if (id.p)
    chain(items, number);
  return CXD_OK;
}

void cxd__item_release(struct cxd__item *item) {
  if (item->state == CXD__ITEM_RESULT || item->state == CXD__ITEM_JOINED)
    cxd_result_free(item->held);
  else if (item->state == CXD__ITEM_CAMPAIGN || (item->state == CXD__ITEM_NOT_BEGUN && item->len == 0))
    cxd_campaign_free(item->held);
  else
    cxd__free(item->held);
  item->held = NULL;
}

void cxd__items_free(struct cxd__items *items) {
  for (size_t i = 0; i < items->count; i++)
    cxd__item_release(&items->list[i]);
  cxd__free(items->list);
  cxd__free(items->last_of);
  cxd__free(items->ended.list);
  *items = (struct cxd__items){0};
}

int cxd__item_over(const struct cxd__item *item) { return item->state >= CXD__ITEM_PACKED; }

int cxd__item_waiting(const struct cxd__item *item) { return item->state == CXD__ITEM_TEXT || item->state == CXD__ITEM_CAMPAIGN; }

uint32_t cxd__items_wait_for(const struct cxd__items *items, struct cxd__slice id) {
  uint32_t hash = hash_of(id), last = items->slots ? items->last_of[slot_of(items, hash)] : 0;
  return last && cxd__item_waiting(&items->list[last - 1]) ? hash : 0;
}

struct cxd__slice cxd__item_document(const struct cxd__item *item) {
  struct cxd__slice root = {NULL, 0};
  if (!item->held)
    return root;
  if (item->len == 0)
    return ((const cxd_campaign *)item->held)->root;
  if (cxd__json_check(item->held, item->len, "campaign", &root, NULL) != CXD_OK || cxd__json_kind(root) != CXD__JSON_OBJECT)
    return (struct cxd__slice){NULL, 0};
  return root;
}

/* What was found to be a document with an id when it was added is one still. */
cxd_status cxd__item_parse(const struct cxd__item *item, cxd_campaign **out, cxd_error **error) {
  if (!item->hash)
    return cxd__campaign_make(item->held, item->len, "campaign", out, error);
  const char *p = item->held, *end = p + item->len;
  while (cxd__json_is_space(*p))
    p++;
  while (cxd__json_is_space(end[-1]))
    end--;
  return cxd__campaign_of(item->held, item->len, (struct cxd__slice){p, (size_t)(end - p)}, out, error);
}
