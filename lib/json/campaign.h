/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_CAMPAIGN_H
#define CXD__JSON_CAMPAIGN_H

#include "base/handle.h"
#include "json/value.h"

/* A string handed out by get_string: lives until the document changes. */
struct cxd__lent {
  struct cxd__lent *next;
  char text[];
};

struct cxd_campaign {
  uint32_t magic;
  char *id;               /* decoded /id; "" when the document has none or it is not a string */
  char *text;             /* the document, checked, zero-terminated: in_room, or of its own once it was changed */
  const char *in_room;
  struct cxd__slice root; /* inside text */
  char *base;             /* what the server had, checked; NULL: no base, every member is an edit */
  struct cxd__slice base_root;
  char *etag;             /* of the base, strong; NULL when there is none */
  struct cxd__lent *lent;
  char room[];            /* id, text and base as they were made; what was set later is elsewhere */
};

/* From an answer of the server: the document is its own base. etag may be NULL. */
cxd_status cxd__campaign_read(const char *text, size_t len, const char *etag, cxd_campaign **out, cxd_error **error);

/* From a text without a base; `what` names it in messages. *out is NULL on failure. */
cxd_status cxd__campaign_make(const char *text, size_t len, const char *what, cxd_campaign **out, cxd_error **error);

/* The same without a look at the text, which has been checked: root is its object, without the white space around it. */
cxd_status cxd__campaign_of(const char *text, size_t len, struct cxd__slice root, cxd_campaign **out, cxd_error **error);

/* What cxd__campaign_read() makes of the root of a campaign, without an entity tag. */
cxd_status cxd__campaign_like(const cxd_campaign *campaign, cxd_campaign **out, cxd_error **error);

cxd_status cxd__campaign_copy(const cxd_campaign *campaign, cxd_campaign **out); /* CXD_OK or CXD_E_NOMEM */

/* CXD_E_ARGUMENT: NULL, or not fit to stand in a path: 1 to 128 bytes of UTF-8, no control byte, '/', '\\' or '%', not "." or "..". */
cxd_status cxd__campaign_id_check(const char *id, cxd_error **error);

/* Makes text the document (taking it over) and takes back what was lent. text: what cxd__json_set() made of campaign->text. */
void cxd__campaign_adopt(cxd_campaign *campaign, char *text, size_t len);

/* A decoded string that lives until the document changes. CXD_E_TYPE: not a string, or a zero byte in it; CXD_E_NOMEM. */
cxd_status cxd__campaign_lend(cxd_campaign *campaign, struct cxd__slice value, const char **out);

#endif
