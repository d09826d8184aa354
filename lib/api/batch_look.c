/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What can be looked at: numbers and results. */
#include "api/batch.h"
#include "api/batch_pack.h"
#include "api/config.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/campaign.h"
#include "json/pointer.h"

size_t cxd_batch_count(const cxd_batch *batch) { return CXD__IS(batch, BATCH) ? batch->items.count : 0; }

size_t cxd_batch_done(const cxd_batch *batch) { return CXD__IS(batch, BATCH) ? batch->items.ended.count : 0; }

size_t cxd_batch_in_flight(const cxd_batch *batch) { return CXD__IS(batch, BATCH) ? batch->in_flight : 0; }

size_t cxd_batch_failed(const cxd_batch *batch) { return CXD__IS(batch, BATCH) ? batch->failed : 0; }

size_t cxd_batch_outcomes(const cxd_batch *batch, int32_t outcome) { return CXD__IS(batch, BATCH) && outcome > 0 && outcome <= CXD_OUTCOME_CANCELLED ? batch->outcomes[outcome] : 0; }

/* -------------------------------------------------------------------------- the estimate */

static double requests_each(const cxd_batch *batch) {
  if (batch->judged)
    return (double)batch->requests / (double)batch->judged;
  return batch->updater->job.replace ? 1 : 2;
}

/* What the quota allows at best: the slots that are free now, then as many again each window. */
static double by_quota_ms(const cxd_batch *batch, double requests) {
  struct cxd__stats stats;
  cxd_client *client = batch->updater->client;
  cxd__shared_stats(&client->shared, cxd__clock_read(), &stats);
  double closed = (double)stats.closed_us / 1000, window = (double)cxd__config_int(client->config, "rate.window_ms");
  double left = requests - (double)(stats.limit > stats.used ? stats.limit - stats.used : 0);
  return stats.limit && left > 0 ? closed + left / (double)stats.limit * window : closed;
}

static double by_pace_ms(const cxd_batch *batch, size_t left) {
  double so_far = (double)(cxd__clock_read().mono_us - batch->began_us) / 1000;
  return batch->began_us && batch->judged ? so_far * (double)left / (double)batch->judged : 0;
}

int64_t cxd_batch_eta_ms(const cxd_batch *batch) {
  if (!CXD__IS(batch, BATCH))
    return -1;
  size_t left = batch->items.count - batch->items.ended.count;
  if (left == 0)
    return 0;
  if (batch->judged == 0 && cxd__config_int(batch->updater->client->config, "rate.limit") == 0)
    return -1;
  double quota = by_quota_ms(batch, requests_each(batch) * (double)left), pace = by_pace_ms(batch, left);
  double eta = quota > pace ? quota : pace;
  return eta < 9e15 ? (int64_t)eta : -1;
}

/* ------------------------------------------------------------------------------ results */

static cxd_result *not_begun(const cxd_batch *batch, const struct cxd__item *item) {
  struct cxd__slice id = cxd__json_member(cxd__item_document(item), "id");
  char *campaign = cxd__json_kind(id) == CXD__JSON_STRING ? cxd__json_string(id, NULL) : NULL;
  cxd_result *result = cxd__result_new(campaign ? campaign : "");
  cxd__free(campaign);
  if (!result)
    return NULL;
  int broken = item->stop == CXD__STOP_BROKEN;
  result->outcome = broken ? CXD_OUTCOME_NOT_APPLIED : CXD_OUTCOME_CANCELLED;
  result->status = broken ? batch->broken : CXD_E_CANCELLED;
  result->finished_wall_ms = cxd__clock_read().wall_ms;
  result->error = cxd__error_new(result->status, "not begun, nothing was sent: %s", cxd__batch_why_not(batch));
  return result;
}

static void unpack(const cxd_batch *batch, struct cxd__item *item) {
  cxd_result *result = item->state == CXD__ITEM_PACKED ? cxd__unpack(item->held) : not_begun(batch, item);
  if (!result)
    return;
  cxd__item_release(item);
  item->held = result;
  item->state = CXD__ITEM_RESULT;
}

const cxd_result *cxd_batch_result(cxd_batch *batch, size_t i) {
  if (!CXD__IS(batch, BATCH) || i >= batch->items.count)
    return NULL;
  struct cxd__item *item = &batch->items.list[i];
  if (item->state == CXD__ITEM_PACKED || item->state == CXD__ITEM_NOT_BEGUN)
    unpack(batch, item);
  if (item->state != CXD__ITEM_RESULT || (item->held && cxd__result_write_diff(item->held) != 0))
    return NULL;
  return item->held ? item->held : cxd__batch_lost();
}

void cxd_batch_drop_result(cxd_batch *batch, size_t i) {
  if (!CXD__IS(batch, BATCH) || i >= batch->items.count || !cxd__item_over(&batch->items.list[i]))
    return;
  cxd__item_release(&batch->items.list[i]);
  batch->items.list[i].state = CXD__ITEM_DROPPED;
}
