/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/campaign.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/pointer.h"

#define ID_MAX 128

static cxd_status id_fail(const char *id, const char *reason, cxd_error **error) {
  struct cxd__buf shown = {0};
  size_t len = strlen(id);
  cxd__buf_json(&shown, id, len > ID_MAX ? ID_MAX : len);
  cxd_status status = cxd__fail_at(error, CXD_E_ARGUMENT, "/id", "campaign id %s%s %s", shown.failed ? "" : shown.data,
                                   len > ID_MAX ? "..." : "", reason);
  cxd__buf_free(&shown);
  return status;
}

static cxd_status id_byte_fail(const char *id, unsigned char byte, cxd_error **error) {
  char reason[80] = "has the byte 0x00, which cannot stand in a path";
  static const char hex[] = "0123456789ABCDEF";
  reason[15] = hex[byte >> 4];
  reason[16] = hex[byte & 15];
  return id_fail(id, reason, error);
}

cxd_status cxd__campaign_id_check(const char *id, cxd_error **error) {
  if (!id)
    return cxd__fail_at(error, CXD_E_ARGUMENT, "/id", "campaign id is NULL");
  size_t len = strlen(id);
  if (len == 0 || len > ID_MAX)
    return id_fail(id, "does not have 1 to 128 bytes", error);
  if (strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
    return id_fail(id, "means a folder in a path", error);
  if (!cxd__utf8_valid(id, len))
    return id_fail(id, "is not UTF-8", error);
  for (const char *p = id; *p; p++)
    if ((unsigned char)*p < 0x20 || strchr("/\\%\x7f", *p))
      return id_byte_fail(id, (unsigned char)*p, error);
  return CXD_OK;
}

/* NULL: no memory. A text with a zero byte could be mistaken for a shorter one: it counts as none. */
static char *read_id(struct cxd__slice root) {
  struct cxd__slice value = cxd__json_member(root, "id");
  size_t len = 0;
  if (cxd__json_kind(value) != CXD__JSON_STRING)
    return cxd__strdup("");
  char *id = cxd__json_string(value, &len);
  if (id && strlen(id) != len)
    *id = '\0';
  return id;
}

static cxd_status fill(cxd_campaign *c, const char *text, size_t len, struct cxd__slice root, cxd_error **error) {
  c->magic = CXD__MAGIC_CAMPAIGN;
  c->id = read_id(root);
  c->text = cxd__strndup(text, len);
  if (!c->id || !c->text)
    return cxd__fail_nomem(error);
  c->root = (struct cxd__slice){c->text + (root.p - text), root.len};
  return CXD_OK;
}

cxd_status cxd__campaign_make(const char *text, size_t len, const char *what, cxd_campaign **out, cxd_error **error) {
  struct cxd__slice root;
  *out = NULL;
  cxd_status status = cxd__json_check(text, len, what, &root, error);
  if (status)
    return status;
  enum cxd__json_kind kind = cxd__json_kind(root);
  if (kind != CXD__JSON_OBJECT)
    return cxd__fail(error, CXD_E_TYPE, "%s: expected a JSON object, found a value of type %s", what, cxd__json_kind_name(kind));
  cxd_campaign *campaign = cxd__alloc(sizeof *campaign);
  if (!campaign)
    return cxd__fail_nomem(error);
  status = fill(campaign, text, len, root, error);
  if (status)
    cxd_campaign_free(campaign);
  else
    *out = campaign;
  return status;
}

static int add_base(cxd_campaign *c, size_t len, const char *etag) {
  c->base = cxd__strndup(c->text, len);
  c->etag = cxd__strdup(etag);
  if (!c->base || (etag && !c->etag))
    return 0;
  c->base_root = (struct cxd__slice){c->base + (c->root.p - c->text), c->root.len};
  return 1;
}

cxd_status cxd__campaign_read(const char *text, size_t len, const char *etag, cxd_campaign **out, cxd_error **error) {
  cxd_campaign *campaign;
  *out = NULL;
  cxd_status status = cxd__campaign_make(text, len, "reply", &campaign, error);
  if (status)
    return status;
  if (!add_base(campaign, len, etag)) {
    cxd_campaign_free(campaign);
    return cxd__fail_nomem(error);
  }
  *out = campaign;
  return CXD_OK;
}

static void take_back(cxd_campaign *campaign) {
  while (campaign->lent) {
    struct cxd__lent *next = campaign->lent->next;
    cxd__free(campaign->lent);
    campaign->lent = next;
  }
}

/* A splice never touches the white space around the root. */
void cxd__campaign_adopt(cxd_campaign *campaign, char *text, size_t len) {
  size_t before = (size_t)(campaign->root.p - campaign->text);
  size_t around = strlen(campaign->text) - campaign->root.len;
  take_back(campaign);
  cxd__free(campaign->text);
  campaign->text = text;
  campaign->root = (struct cxd__slice){text + before, len - around};
}

static const char *lent_before(const cxd_campaign *campaign, struct cxd__slice value) {
  for (const struct cxd__lent *l = campaign->lent; l; l = l->next)
    if (cxd__json_string_is(value, l->text))
      return l->text;
  return NULL;
}

static cxd_status lend(cxd_campaign *campaign, const char *text, size_t len, const char **out) {
  if (strlen(text) != len)
    return CXD_E_TYPE;
  struct cxd__lent *lent = cxd__alloc(sizeof *lent + len + 1);
  if (!lent)
    return CXD_E_NOMEM;
  memcpy(lent->text, text, len);
  lent->next = campaign->lent;
  campaign->lent = lent;
  *out = lent->text;
  return CXD_OK;
}

cxd_status cxd__campaign_lend(cxd_campaign *campaign, struct cxd__slice value, const char **out) {
  if (cxd__json_kind(value) != CXD__JSON_STRING)
    return CXD_E_TYPE;
  const char *before = lent_before(campaign, value);
  if (before) {
    *out = before;
    return CXD_OK;
  }
  size_t len = 0;
  char *text = cxd__json_string(value, &len);
  cxd_status status = text ? lend(campaign, text, len, out) : CXD_E_NOMEM;
  cxd__free(text);
  return status;
}

void cxd_campaign_free(cxd_campaign *campaign) {
  if (!CXD__IS(campaign, CAMPAIGN))
    return;
  take_back(campaign);
  cxd__free(campaign->id);
  cxd__free(campaign->text);
  cxd__free(campaign->base);
  cxd__free(campaign->etag);
  campaign->magic = CXD__MAGIC_DEAD;
  cxd__free(campaign);
}
