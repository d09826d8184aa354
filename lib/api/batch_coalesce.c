/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Items of one campaign that wait for each other become one update: the last value of a member wins. */
#include <string.h>

#include "api/batch.h"
#include "base/mem.h"
#include "json/campaign.h"
#include "json/edits.h"
#include "json/pointer.h"

/* A change that was made from what the server had, or that asks for a version, has a condition of its own. */
static int unconditional(const cxd_campaign *change) { return !change->base && !change->etag && !cxd__json_find(change->root, CXD_FIELD_VERSION).p; }

static cxd_status parse(const struct cxd__item *item, cxd_campaign **out) {
  if (item->state == CXD__ITEM_CAMPAIGN)
    return cxd_campaign_copy(item->held, out);
  return cxd__campaign_make(item->held, item->len, "campaign", out, NULL);
}

/* The later document over the earlier one, by the same rules as over what the server has; what does not fit changes nothing. */
static cxd_status lay_over(const cxd_campaign *earlier, const cxd_campaign *later, cxd_campaign **out) {
  struct cxd__edits edits = {0};
  struct cxd__buf text = {0};
  cxd_status status = cxd__edits_of(later, &edits, NULL);
  if (status == CXD_OK)
    status = cxd__edits_apply(&edits, earlier->root, &text, NULL);
  if (status == CXD_OK)
    status = cxd__campaign_make(text.data, text.len, "campaign", out, NULL);
  cxd__buf_free(&text);
  cxd__edits_free(&edits);
  return status;
}

static cxd_status joined(const cxd_batch *batch, const cxd_campaign *so_far, const cxd_campaign *later, cxd_campaign **out) {
  return batch->updater->job.replace ? cxd_campaign_copy(later, out) : lay_over(so_far, later, out);
}

/* 1: item `number` became part of *change. What cannot be joined runs on its own, after this one. */
static int join(cxd_batch *batch, uint32_t number, cxd_campaign **change) {
  struct cxd__item *item = &batch->items.list[number];
  cxd_campaign *later = NULL, *both = NULL;
  cxd_status status = cxd__item_waiting(item) ? parse(item, &later) : CXD_E_STATE;
  int same = !status && strcmp(cxd_campaign_id(later), cxd_campaign_id(*change)) == 0 && unconditional(later);
  if (same)
    (void)joined(batch, *change, later, &both);
  cxd_campaign_free(later);
  cxd_result *place = both ? cxd__result_new(cxd_campaign_id(both)) : NULL;
  if (!place) {
    cxd_campaign_free(both);
    return 0;
  }
  cxd_campaign_free(*change);
  *change = both;
  cxd__item_release(item);
  item->held = place;
  item->len = 0;
  item->state = CXD__ITEM_JOINED;
  item->passed = 0;
  return 1;
}

void cxd__batch_coalesce(cxd_batch *batch, uint32_t number, cxd_campaign **change) {
  uint32_t next = batch->items.list[number].next;
  if (!unconditional(*change))
    return;
  while (next != CXD__NO_ITEM && join(batch, next, change))
    next = batch->items.list[next].next;
}
