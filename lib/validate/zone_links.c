/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/zone_links.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/value.h"
#include "validate/hours_table.h"

/* -------------------------------------------------------------- names that are there */

struct settling {
  struct cxd__zone_cache *zones;
  const char *what;
  cxd_error **error;
};

static cxd_status check_name(const struct settling *settling, const char *name, const char *member, const char *of) {
  char meant[CXD__ZONE_NAME_MAX + 1];
  static const struct cxd__zones none;
  struct cxd__zone_found found = cxd__zone_cache_get(settling->zones, name, strlen(name));
  cxd__tz_unref(found.tz);
  if (found.state != CXD__ZONE_ABSENT)
    return CXD_OK;
  cxd__zone_suggest(name, strlen(name), &none, cxd__zone_cache_dir(settling->zones), meant);
  return cxd__fail(settling->error, CXD_E_CONFIG, "%s: %s of %s names the time zone %s, which the time zone database does not have: write an IANA name%s%s", settling->what, member, of, name,
                   meant[0] ? ", perhaps " : " such as ", meant[0] ? meant : "America/New_York");
}

static cxd_status check_names(const struct settling *settling, const struct cxd__names *names, const char *member, const char *of) {
  cxd_status status = CXD_OK;
  for (size_t i = 0; i < names->count && status == CXD_OK; i++)
    status = check_name(settling, names->at[i], member, of);
  return status;
}

static cxd_status check_all(const struct settling *settling, const struct cxd__policy *policy) {
  cxd_status status = CXD_OK;
  for (size_t i = 0; i < policy->blackout_count && status == CXD_OK; i++)
    status = check_names(settling, &policy->blackouts[i].zones, "a blackout", policy->blackouts[i].name);
  for (size_t i = 0; i < policy->campaign_count && status == CXD_OK; i++)
    status = check_names(settling, &policy->campaigns[i].zones, "zones", policy->campaigns[i].id);
  for (size_t i = 0; i < policy->rows.count && status == CXD_OK; i++)
    if (policy->rows.rows[i].also_zone)
      status = check_name(settling, policy->rows.rows[i].also_zone, "also_zone", policy->rows.rows[i].code);
  return status;
}

/* -------------------------------------------------------------- other names of the same zone */

/* A line of tzdata.zi: "L TARGET NAME". */
struct link {
  struct cxd__slice target, name;
};

static int read_link(const char *line, size_t len, struct link *out) {
  const char *end = line + len, *space;
  if (len < 5 || line[0] != 'L' || line[1] != ' ' || !(space = memchr(line + 2, ' ', len - 2)))
    return 0;
  out->target = (struct cxd__slice){line + 2, (size_t)(space - line - 2)};
  out->name = (struct cxd__slice){space + 1, (size_t)(end - space - 1)};
  return out->target.len > 0 && out->name.len > 0 && out->name.len <= CXD__ZONE_NAME_MAX;
}

static int is(struct cxd__slice text, const char *name) { return strlen(name) == text.len && memcmp(text.p, name, text.len) == 0; }

static int has(const struct cxd__names *names, struct cxd__slice name) {
  size_t i = 0;
  while (i < names->count && !is(name, names->at[i]))
    i++;
  return i < names->count;
}

static int add(struct cxd__names *names, struct cxd__slice name) { return has(names, name) || cxd__names_add(names, name.p, name.len); }

static int each_link(const struct cxd__buf *text, struct cxd__names *names, int (*see)(struct cxd__names *names, const struct link *link)) {
  int good = 1;
  for (const char *at = text->data, *end = at + text->len; at < end && good;) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    size_t len = (size_t)((newline ? newline : end) - at);
    struct link link;
    if (read_link(at, len, &link))
      good = see(names, &link);
    at += len + 1;
  }
  return good;
}

static int add_target(struct cxd__names *names, const struct link *link) { return !has(names, link->name) || add(names, link->target); }

static int add_name(struct cxd__names *names, const struct link *link) { return !has(names, link->target) || add(names, link->name); }

cxd_status cxd__policy_settle_zones(struct cxd__policy *policy, struct cxd__zone_cache *zones, const char *what, cxd_error **error) {
  struct settling settling = {zones, what, error};
  struct cxd__buf path = {0}, text = {0};
  cxd_status status = check_all(&settling, policy);
  int good = 1, wanted = 0;
  for (size_t i = 0; i < policy->blackout_count; i++)
    wanted |= policy->blackouts[i].zones.count != 0;
  if (status != CXD_OK || !wanted)
    return status;
  cxd__buf_fmt(&path, "%s/tzdata.zi", cxd__zone_cache_dir(zones));
  if (path.failed || (status = cxd__file_read(path.data, CXD__JSON_MAX_BYTES, "time zone list", &text, NULL)) == CXD_E_NOMEM)
    good = 0;
  for (size_t i = 0; i < policy->blackout_count && good && text.data; i++)
    if (policy->blackouts[i].zones.count)
      good = each_link(&text, &policy->blackouts[i].zones, add_target) && each_link(&text, &policy->blackouts[i].zones, add_name);
  cxd__buf_free(&path);
  cxd__buf_free(&text);
  return good ? CXD_OK : cxd__fail_nomem(error);
}
