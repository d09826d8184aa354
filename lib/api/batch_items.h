/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_BATCH_ITEMS_H
#define CXD__API_BATCH_ITEMS_H

#include <stddef.h>
#include <stdint.h>

#include <cxdialer/cxdialer.h>

#include "json/value.h"

/*
 * The items of a batch, small whatever becomes of them: a text until its turn comes, then a packed result. Items of one campaign are chained,
 * by a hash of the id: two campaigns with the same hash wait for each other for nothing, which does no harm.
 */
#define CXD__ITEMS_MAX 16777215u
#define CXD__ITEM_TEXT_MAX 16777216u
#define CXD__NO_ITEM UINT32_MAX

enum cxd__item_state {
  CXD__ITEM_TEXT,      /* waits: held is its text */
  CXD__ITEM_CAMPAIGN,  /* waits: held is a cxd_campaign */
  CXD__ITEM_IN_FLIGHT, /* held is NULL */
  CXD__ITEM_JOINED,    /* became part of the update of another one: held is a cxd_result with room for the outcome of that, if memory for more runs out */
  CXD__ITEM_PACKED,    /* over: held is a packed result */
  CXD__ITEM_RESULT,    /* over: held is a cxd_result */
  CXD__ITEM_NOT_BEGUN, /* over without having begun: held is the text or campaign */
  CXD__ITEM_DROPPED    /* over: nothing is left of it */
};

struct cxd__item {
  void *held;
  uint32_t len;     /* of the text; of a campaign that waits no more: 0 */
  uint32_t hash;    /* of the campaign id; 0: it has none */
  uint32_t next;    /* of the same campaign, CXD__NO_ITEM: none */
  uint8_t state;
  uint8_t waits;    /* an earlier one of its campaign is not over */
  uint8_t passed;   /* the cursor has passed it over because of that */
  uint8_t stop;     /* NOT_BEGUN: why */
};

struct cxd__numbers {
  uint32_t *list;
  size_t count, at, room;
};

struct cxd__items {
  struct cxd__item *list;
  size_t count, room;
  uint32_t *last_of;       /* hash table: the last item of a campaign, + 1 */
  size_t slots, used;
  struct cxd__numbers ended; /* in that order */
};

int cxd__numbers_add(struct cxd__numbers *numbers, uint32_t number);  /* 0, or -1: no memory */
uint32_t cxd__numbers_take(struct cxd__numbers *numbers);             /* CXD__NO_ITEM: none */

/* held is taken over on success. id: NULL when it has none. */
cxd_status cxd__items_add(struct cxd__items *items, void *held, size_t len, enum cxd__item_state state, struct cxd__slice id, cxd_error **error);
void cxd__items_free(struct cxd__items *items);
void cxd__item_release(struct cxd__item *item); /* what it holds */
int cxd__item_over(const struct cxd__item *item);
int cxd__item_waiting(const struct cxd__item *item);

/* The hash of a campaign id when its last item waits; 0: nobody waits for it. */
uint32_t cxd__items_wait_for(const struct cxd__items *items, struct cxd__slice id);

/* The document an item that waits has, checked; absent when it is none. Borrowed from the item. */
struct cxd__slice cxd__item_document(const struct cxd__item *item);
cxd_status cxd__item_parse(const struct cxd__item *item, cxd_campaign **out, cxd_error **error); /* of one that was added as text */

#endif
