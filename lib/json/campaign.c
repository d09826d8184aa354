/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/campaign.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/pointer.h"
#include "json/text.h"

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

/* Decoded, never longer than its spelling. A text with a zero byte could be mistaken for a shorter one: it counts as none. */
static void read_id(struct cxd__slice value, char *out) {
  struct cxd__json_bytes bytes = {.at = value.p + 1, .end = value.p + value.len - 1};
  size_t n = 0;
  int c;
  while ((c = cxd__json_byte(&bytes)) > 0)
    out[n++] = (char)c;
  out[c < 0 ? n : 0] = '\0';
}

/* One block for all of it: id, text and, where it has one, the base. Their roots are where they were in them. known_id NULL: as in the text. */
static cxd_campaign *make(const char *known_id, struct cxd__slice text, struct cxd__slice root, struct cxd__slice base, struct cxd__slice base_root) {
  struct cxd__slice id = known_id ? (struct cxd__slice){NULL, 0} : cxd__json_member(root, "id");
  size_t id_len = known_id ? strlen(known_id) + 1 : cxd__json_kind(id) == CXD__JSON_STRING ? id.len : 1;
  cxd_campaign *c = cxd__alloc(sizeof *c + id_len + text.len + 1 + (base.p ? base.len + 1 : 0));
  if (!c)
    return NULL;
  c->magic = CXD__MAGIC_CAMPAIGN;
  c->id = c->room;
  if (known_id)
    memcpy(c->id, known_id, id_len);
  else if (id_len > 1)
    read_id(id, c->id);
  c->text = memcpy(c->room + id_len, text.p, text.len);
  c->in_room = c->text;
  c->root = (struct cxd__slice){c->text + (root.p - text.p), root.len};
  if (!base.p)
    return c;
  c->base = memcpy(c->text + text.len + 1, base.p, base.len);
  c->base_root = (struct cxd__slice){c->base + (base_root.p - base.p), base_root.len};
  return c;
}

static const struct cxd__slice none;

cxd_status cxd__campaign_of(const char *text, size_t len, struct cxd__slice root, cxd_campaign **out, cxd_error **error) {
  *out = make(NULL, (struct cxd__slice){text, len}, root, none, none);
  return *out ? CXD_OK : cxd__fail_nomem(error);
}

cxd_status cxd__campaign_like(const cxd_campaign *campaign, cxd_campaign **out, cxd_error **error) {
  *out = make(campaign->id, campaign->root, campaign->root, campaign->root, campaign->root);
  return *out ? CXD_OK : cxd__fail_nomem(error);
}

cxd_status cxd__campaign_copy(const cxd_campaign *campaign, cxd_campaign **out) {
  const struct cxd__slice text = {campaign->text, strlen(campaign->text)}, base = {campaign->base, campaign->base ? strlen(campaign->base) : 0};
  *out = make(campaign->id, text, campaign->root, base, campaign->base_root);
  if (!*out || !campaign->etag)
    return *out ? CXD_OK : CXD_E_NOMEM;
  (*out)->etag = cxd__strdup(campaign->etag);
  if ((*out)->etag)
    return CXD_OK;
  cxd_campaign_free(*out);
  *out = NULL;
  return CXD_E_NOMEM;
}

static cxd_status check(const char *text, size_t len, const char *what, struct cxd__slice *root, cxd_error **error) {
  cxd_status status = cxd__json_check(text, len, what, root, error);
  if (status)
    return status;
  enum cxd__json_kind kind = cxd__json_kind(*root);
  return kind == CXD__JSON_OBJECT ? CXD_OK : cxd__fail(error, CXD_E_TYPE, "%s: expected a JSON object, found a value of type %s", what, cxd__json_kind_name(kind));
}

cxd_status cxd__campaign_make(const char *text, size_t len, const char *what, cxd_campaign **out, cxd_error **error) {
  struct cxd__slice root;
  *out = NULL;
  cxd_status status = check(text, len, what, &root, error);
  return status ? status : cxd__campaign_of(text, len, root, out, error);
}

cxd_status cxd__campaign_read(const char *text, size_t len, const char *etag, cxd_campaign **out, cxd_error **error) {
  struct cxd__slice root;
  *out = NULL;
  cxd_status status = check(text, len, "reply", &root, error);
  if (status)
    return status;
  const struct cxd__slice whole = {text, len};
  cxd_campaign *campaign = make(NULL, whole, root, whole, root);
  if (!campaign)
    return cxd__fail_nomem(error);
  campaign->etag = cxd__strdup(etag);
  if (etag && !campaign->etag) {
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
  if (campaign->text != campaign->in_room)
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
  if (campaign->text != campaign->in_room)
    cxd__free(campaign->text);
  cxd__free(campaign->etag);
  campaign->magic = CXD__MAGIC_DEAD;
  cxd__free(campaign);
}
