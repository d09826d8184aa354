/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "core/op.h"

static int unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

static void encode(struct cxd__buf *out, const char *text) {
  for (const unsigned char *p = (const unsigned char *)text; *p; p++)
    if (unreserved(*p))
      cxd__buf_char(out, (char)*p);
    else
      cxd__buf_fmt(out, "%%%02X", (unsigned)*p);
}

cxd_status cxd__id_fit_for_url(const char *id, cxd_error **error) {
  size_t len = strlen(id);
  int bad = len == 0 || len > 128 || strcmp(id, ".") == 0 || strcmp(id, "..") == 0 || strpbrk(id, "/\\%") || !cxd__utf8_valid(id, len);
  for (const unsigned char *p = (const unsigned char *)id; *p; p++)
    bad |= *p < 0x20 || *p == 0x7f;
  if (!bad)
    return CXD_OK;
  struct cxd__buf shown = {0};
  cxd__buf_json(&shown, id, len > 64 ? 64 : len);
  cxd_status status = cxd__fail_at(error, CXD_E_ARGUMENT, CXD_FIELD_ID, "campaign id %s cannot stand in a URL: 1 to 128 bytes, no '/', '\\', '%%' or control byte, not '.' or '..'", shown.data && !shown.failed ? shown.data : "?");
  cxd__buf_free(&shown);
  return status;
}

void cxd__target_campaign(const struct cxd__core_options *options, const char *id, struct cxd__buf *out) {
  const char *mark = strstr(options->campaign_path, "{id}");
  cxd__buf_reset(out);
  cxd__buf_str(out, options->base_path);
  cxd__buf_add(out, options->campaign_path, (size_t)(mark - options->campaign_path));
  encode(out, id);
  cxd__buf_str(out, mark + 4);
}

/* The collection is what stands before "/{id}". */
void cxd__target_list(const struct cxd__core_options *options, const char *cursor, struct cxd__buf *out) {
  size_t len = (size_t)(strstr(options->campaign_path, "{id}") - options->campaign_path);
  while (len && options->campaign_path[len - 1] == '/')
    len--;
  cxd__buf_reset(out);
  cxd__buf_str(out, options->base_path);
  cxd__buf_add(out, options->campaign_path, len);
  if (cursor) {
    cxd__buf_str(out, "?cursor=");
    encode(out, cursor);
  }
}
