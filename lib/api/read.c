/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "api/client.h"
#include "base/error.h"
#include "base/mem.h"
#include "core/op.h"
#include "json/campaign.h"
#include "json/pointer.h"

#define LONGEST_CURSOR 8192 /* bytes */

struct cxd_campaign_list {
  uint32_t magic;
  cxd_campaign **items;
  size_t count;
  char *cursor;
};

static cxd_status read_job(cxd_client *client, const struct cxd__job *job, uintptr_t entry, struct cxd__buf *body, char **etag, cxd_error **error) {
  struct cxd__loan *loan;
  uint32_t op = 0;
  struct cxd__tools tools = cxd__client_tools(client, entry);
  cxd_status status = cxd__client_borrow(client, NULL, &loan, error);
  if (status != CXD_OK)
    return status;
  status = cxd__engine_run(loan->engine, job, &tools, &op, error);
  if (status == CXD_OK)
    status = cxd__core_take_reply(cxd__engine_core(loan->engine), op, body, etag, error);
  cxd__client_return(client, loan);
  return status;
}

static cxd_status may_read(cxd_client *client, const void *out, uintptr_t entry, cxd_error **error) {
  cxd_status status = cxd__client_held(client, error);
  if (status == CXD_OK && !out)
    status = cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a pointer");
  return status == CXD_OK ? cxd__client_may_read(client, entry, error) : status;
}

static cxd_status not_the_api(cxd_error **error, const char *what, const cxd_error *why) {
  return cxd__fail(error, CXD_E_PROTOCOL, "the server's answer is not %s (%s): check api.base_url and proxies on the way", what, cxd_error_message(why));
}

cxd_status cxd_client_get(cxd_client *client, const char *campaign_id, cxd_campaign **out, cxd_error **error) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = campaign_id};
  struct cxd__buf body = {0};
  char *etag = NULL;
  if (out)
    *out = NULL;
  cxd_status status = may_read(client, out, cxd__entry(), error);
  if (status == CXD_OK && !campaign_id)
    status = cxd__fail(error, CXD_E_ARGUMENT, "campaign_id is NULL");
  if (status == CXD_OK)
    status = cxd__campaign_id_check(campaign_id, error);
  if (status == CXD_OK)
    status = read_job(client, &job, cxd__entry(), &body, &etag, error);
  if (status == CXD_OK) {
    cxd_error *why = NULL;
    status = cxd__campaign_read(body.data ? body.data : "", body.len, etag, out, &why);
    if (status == CXD_OK && !cxd__same_campaign(*out, campaign_id)) {
      cxd_campaign_free(*out);
      *out = NULL;
      status = cxd__fail(&why, CXD_E_PROTOCOL, "its id is another one, or missing");
    }
    if (status == CXD_E_NOMEM)
      cxd__fail_nomem(error);
    else if (status != CXD_OK)
      status = not_the_api(error, "that campaign", why);
    cxd_error_free(why);
  }
  cxd__buf_free(&body);
  cxd__free(etag);
  return status;
}

/* ----------------------------------------------------------------------- lists */

static cxd_status fill(cxd_campaign_list *list, struct cxd__slice array, cxd_error **error) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t count = 0;
  cxd__json_walk(&iter, array);
  while (cxd__json_next(&iter, &key, &value))
    count++;
  list->items = cxd__alloc((count + 1) * sizeof(cxd_campaign *));
  if (!list->items)
    return CXD_E_NOMEM;
  cxd__json_walk(&iter, array);
  while (cxd__json_next(&iter, &key, &value)) {
    cxd_status status = cxd__campaign_read(value.p, value.len, NULL, &list->items[list->count], error);
    if (status != CXD_OK)
      return status;
    list->count++;
  }
  return CXD_OK;
}

static cxd_status next_cursor(cxd_campaign_list *list, struct cxd__slice root) {
  struct cxd__slice next = cxd__json_member(root, "nextCursor");
  size_t len = 0;
  if (cxd__json_kind(next) != CXD__JSON_STRING)
    return CXD_OK;
  list->cursor = cxd__json_string(next, &len);
  if (!list->cursor)
    return CXD_E_NOMEM;
  if (len == 0 || strlen(list->cursor) != len) {
    cxd__free(list->cursor);
    list->cursor = NULL;
  }
  return CXD_OK;
}

/* {"campaigns":[...],"nextCursor":...}, or a bare array from a server without paging. */
static cxd_status parse_page(cxd_campaign_list *list, const struct cxd__buf *body, cxd_error **error) {
  struct cxd__slice root;
  cxd_error *why = NULL;
  cxd_status status = cxd__json_check(body->data ? body->data : "", body->len, "reply", &root, &why);
  if (status == CXD_OK) {
    struct cxd__slice array = cxd__json_kind(root) == CXD__JSON_ARRAY ? root : cxd__json_member(root, "campaigns");
    status = cxd__json_kind(array) == CXD__JSON_ARRAY ? fill(list, array, &why) : cxd__fail(&why, CXD_E_TYPE, "no array \"campaigns\"");
    if (status == CXD_OK)
      status = next_cursor(list, root);
  }
  if (status == CXD_E_NOMEM)
    cxd__fail_nomem(error);
  else if (status != CXD_OK)
    status = not_the_api(error, "a list of campaigns", why);
  cxd_error_free(why);
  return status;
}

/* A cursor is part of a URL, and servers refuse long ones; libcurl refuses longer ones with words that help nobody. */
static cxd_status may_follow(const char *cursor, cxd_error **error) {
  size_t len = cursor ? strlen(cursor) : 0;
  if (len > LONGEST_CURSOR)
    return cxd__fail(error, CXD_E_ARGUMENT, "the cursor has %zu bytes, %d are the most: pass what cxd_campaign_list_next_cursor() gave", len, LONGEST_CURSOR);
  return CXD_OK;
}

cxd_status cxd_client_list(cxd_client *client, const char *cursor, cxd_campaign_list **out, cxd_error **error) {
  struct cxd__job job = {.kind = CXD__JOB_LIST, .cursor = cursor};
  struct cxd__buf body = {0};
  char *etag = NULL;
  if (out)
    *out = NULL;
  cxd_status status = may_read(client, out, cxd__entry(), error);
  if (status == CXD_OK)
    status = may_follow(cursor, error);
  if (status == CXD_OK)
    status = read_job(client, &job, cxd__entry(), &body, &etag, error);
  if (status != CXD_OK)
    return status;
  cxd_campaign_list *list = cxd__alloc(sizeof *list);
  if (list)
    list->magic = CXD__MAGIC_LIST;
  status = list ? parse_page(list, &body, error) : cxd__fail_nomem(error);
  if (status == CXD_OK)
    *out = list;
  else
    cxd_campaign_list_free(list);
  cxd__buf_free(&body);
  cxd__free(etag);
  return status;
}

size_t cxd_campaign_list_count(const cxd_campaign_list *list) { return CXD__IS(list, LIST) ? list->count : 0; }

const cxd_campaign *cxd_campaign_list_at(const cxd_campaign_list *list, size_t i) { return CXD__IS(list, LIST) && i < list->count ? list->items[i] : NULL; }

const char *cxd_campaign_list_next_cursor(const cxd_campaign_list *list) { return CXD__IS(list, LIST) ? list->cursor : NULL; }

void cxd_campaign_list_free(cxd_campaign_list *list) {
  if (!CXD__IS(list, LIST))
    return;
  for (size_t i = 0; i < list->count; i++)
    cxd_campaign_free(list->items[i]);
  cxd__free(list->items);
  cxd__free(list->cursor);
  list->magic = CXD__MAGIC_DEAD;
  cxd__free(list);
}
