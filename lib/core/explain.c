/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/error.h"
#include "core/op.h"
#include "json/pointer.h"

#define YEAR_MS 31536000000

const char *cxd__op_campaign(const struct cxd__op *op) { return op->result ? op->result->campaign_id : op->job.id ? op->job.id : ""; }

static void name_it(const struct cxd__op *op, struct cxd__buf *out) {
  if (op->stage == CXD__STAGE_TOKEN)
    cxd__buf_str(out, "access token");
  else if (op->job.kind == CXD__JOB_LIST)
    cxd__buf_str(out, "list of campaigns");
  else if (op->job.kind == CXD__JOB_GET)
    cxd__buf_fmt(out, "campaign %s", op->job.id);
  else
    cxd__buf_fmt(out, "%scampaign %s", op->kind == CXD__CLASS_PUT ? "update of " : "", cxd__op_campaign(op));
}

/* What the server asked for; where it asked for nothing, or for nothing at all, what we would have waited. */
static int64_t wait_ms(const struct cxd__op *op, cxd__now now, const struct cxd__exchange *exchange) {
  int64_t asked = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms);
  if (asked > 0)
    return asked < YEAR_MS ? asked : YEAR_MS;
  return op->pause_us > 0 ? op->pause_us / 1000 : -1;
}

cxd_error *cxd__op_error(const struct cxd__op *op, cxd__now now, cxd_status status, const struct cxd__exchange *exchange) {
  if (status == CXD_E_TIMEOUT && exchange->way == CXD__WAY_TIMEOUT && now.mono_us + 1000 >= op->deadline_mono_us)
    return cxd__op_late(op);
  struct cxd__buf what = {0};
  name_it(op, &what);
  cxd_error *error = cxd__verdict_error(status == CXD_OK ? CXD_E_PROTOCOL : status, what.failed ? "campaign" : what.data, exchange);
  cxd__buf_free(&what);
  if (error && error->retryable)
    error->retry_after_ms = wait_ms(op, now, exchange);
  return error;
}

cxd_error *cxd__op_late(const struct cxd__op *op) {
  cxd_error *error = NULL;
  struct cxd__buf what = {0};
  name_it(op, &what);
  (void)cxd__fail_at(&error, CXD_E_TIMEOUT, "retry.deadline_ms", "%s: not finished before the deadline: try again, or raise retry.deadline_ms", what.failed ? "campaign" : what.data);
  cxd__buf_free(&what);
  if (error)
    error->retryable = 1;
  return error;
}

int cxd__same_campaign(const cxd_campaign *found, const char *id) {
  struct cxd__slice theirs = cxd__json_member(found->root, "id");
  return theirs.p && cxd__json_string_is(theirs, id);
}

cxd_error *cxd__not_a_campaign(const char *id, const struct cxd__exchange *exchange) {
  return cxd__error_new(CXD_E_PROTOCOL, "the server's answer for campaign %s is not that campaign (%s): check api.base_url and proxies on the way", id, exchange->content_type ? exchange->content_type : "no content type");
}
