/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/zone_cache.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/now.h"
#include "validate/zone_file.h"

/* More zones than any database has; names beyond, made with links that loop, say, are read each time. */
#define MAX_ENTRIES 2048

/* A file that changed this recently may change again within the same tick of its time stamps: it is read again. */
#define UNSETTLED_NS INT64_C(2000000000)

struct entry {
  char name[CXD__ZONE_NAME_MAX + 1];
  struct cxd__tz *tz;
  struct cxd__zone_stamp stamp;
  int64_t looked_us; /* by the monotonic clock */
  int settled;
};

/* Only zones that could be read are kept: whatever is wrong with the others is looked at anew each time. */
struct cxd__zone_cache {
  pthread_mutex_t lock;
  int64_t recheck_us;
  size_t count, room;
  struct entry *entries; /* by name */
  int64_t version_us;    /* when the version was looked up */
  int version_known;
  char version[CXD__TZDATA_MAX];
  char dir[];
};

struct cxd__zone_cache *cxd__zone_cache_new(const char *dir, int64_t recheck_ms) {
  struct cxd__zone_cache *cache = cxd__alloc(sizeof *cache + strlen(dir) + 1);
  if (!cache)
    return NULL;
  if (pthread_mutex_init(&cache->lock, NULL) != 0) {
    cxd__free(cache);
    return NULL;
  }
  memcpy(cache->dir, dir, strlen(dir) + 1);
  cache->recheck_us = recheck_ms > INT64_MAX / 1000 ? INT64_MAX : recheck_ms * 1000;
  return cache;
}

const char *cxd__zone_cache_dir(const struct cxd__zone_cache *cache) { return cache->dir; }

void cxd__zone_cache_free(struct cxd__zone_cache *cache) {
  if (!cache)
    return;
  for (size_t i = 0; i < cache->count; i++)
    cxd__tz_unref(cache->entries[i].tz);
  cxd__free(cache->entries);
  (void)pthread_mutex_destroy(&cache->lock);
  cxd__free(cache);
}

/* The place of a name, or where it would go. */
static size_t place_of(const struct cxd__zone_cache *cache, const char *name, int *there) {
  size_t low = 0, high = cache->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = strcmp(name, cache->entries[middle].name);
    if (order == 0) {
      *there = 1;
      return middle;
    }
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  *there = 0;
  return low;
}

static void drop(struct cxd__zone_cache *cache, size_t at) {
  cxd__tz_unref(cache->entries[at].tz);
  memmove(cache->entries + at, cache->entries + at + 1, (cache->count - at - 1) * sizeof *cache->entries);
  cache->count--;
}

static int make_room(struct cxd__zone_cache *cache) {
  if (cache->count < cache->room)
    return 1;
  size_t room = cache->room ? cache->room * 2 : 8;
  struct entry *entries = room <= MAX_ENTRIES ? cxd__realloc(cache->entries, room * sizeof *entries) : NULL;
  if (!entries)
    return 0;
  cache->entries = entries;
  cache->room = room;
  return 1;
}

/* A zone that finds no room is merely not kept. */
static void keep(struct cxd__zone_cache *cache, size_t at, const struct entry *entry) {
  if (!make_room(cache))
    return;
  memmove(cache->entries + at + 1, cache->entries + at, (cache->count - at) * sizeof *cache->entries);
  cache->entries[at] = *entry;
  cache->entries[at].tz = cxd__tz_ref(entry->tz);
  cache->count++;
}

static struct cxd__zone_found unreadable(int number, const char *why) { return (struct cxd__zone_found){CXD__ZONE_UNREADABLE, NULL, number, why}; }

static struct cxd__zone_found parsed(const struct cxd__zone_file *file, unsigned char *bytes, size_t size) {
  /* One byte more than there should be, to see a file that grows. */
  int64_t got = cxd__zone_file_read(file->fd, bytes, size + 1);
  if (got < 0)
    return unreadable(errno, NULL);
  if ((size_t)got != size)
    return unreadable(0, "changed while it was read");
  const char *why;
  struct cxd__tz *tz = cxd__tz_parse(bytes, size, &why);
  return tz ? (struct cxd__zone_found){CXD__ZONE_KNOWN, tz, 0, NULL} : unreadable(0, why);
}

static struct cxd__zone_found content_of(const struct cxd__zone_file *file) {
  if (file->stamp.size > CXD__TZ_MAX_BYTES)
    return unreadable(0, "is larger than any time zone file");
  size_t size = (size_t)file->stamp.size;
  unsigned char *bytes = cxd__alloc(size + 1);
  if (!bytes)
    return unreadable(0, NULL);
  struct cxd__zone_found found = parsed(file, bytes, size);
  cxd__free(bytes);
  return found;
}

static int is_settled(const struct cxd__zone_stamp *stamp) {
  int64_t wall_ns = cxd__wall_us() * 1000;
  return stamp->changed_ns < wall_ns - UNSETTLED_NS && stamp->modified_ns < wall_ns - UNSETTLED_NS;
}

static struct cxd__zone_found read_anew(struct cxd__zone_cache *cache, size_t at, const char *name, size_t len, int64_t mono_us) {
  struct cxd__zone_file file = cxd__zone_file_open(cache->dir, name, len);
  if (file.state != CXD__ZONE_KNOWN)
    return (struct cxd__zone_found){file.state, NULL, file.number, file.why};
  struct cxd__zone_found found = content_of(&file);
  (void)close(file.fd);
  if (found.state != CXD__ZONE_KNOWN)
    return found;
  struct entry entry = {.tz = found.tz, .stamp = file.stamp, .looked_us = mono_us, .settled = is_settled(&file.stamp)};
  memcpy(entry.name, name, len);
  keep(cache, at, &entry);
  return found;
}

static int is_due(const struct cxd__zone_cache *cache, int64_t looked_us, int64_t mono_us) { return mono_us - looked_us >= cache->recheck_us; }

static int is_fresh(const struct cxd__zone_cache *cache, struct entry *entry, int64_t mono_us) {
  if (!is_due(cache, entry->looked_us, mono_us))
    return 1;
  struct cxd__zone_stamp stamp;
  if (!entry->settled || !cxd__zone_file_stamp(cache->dir, entry->name, strlen(entry->name), &stamp) || !cxd__zone_stamp_equal(&stamp, &entry->stamp))
    return 0;
  entry->looked_us = mono_us;
  return 1;
}

/* A file that was replaced by a broken one, or is gone, takes what was read before with it. */
static struct cxd__zone_found locked_get(struct cxd__zone_cache *cache, const char *name, size_t len) {
  int64_t mono_us = cxd__mono_us();
  int there;
  size_t at = place_of(cache, name, &there);
  if (there && is_fresh(cache, &cache->entries[at], mono_us))
    return (struct cxd__zone_found){CXD__ZONE_KNOWN, cxd__tz_ref(cache->entries[at].tz), 0, NULL};
  if (there)
    drop(cache, at);
  return read_anew(cache, at, name, len, mono_us);
}

struct cxd__zone_found cxd__zone_cache_get(struct cxd__zone_cache *cache, const char *name, size_t len) {
  if (!cxd__zone_name_safe(name, len))
    return (struct cxd__zone_found){CXD__ZONE_ABSENT, NULL, 0, NULL};
  char copy[CXD__ZONE_NAME_MAX + 1] = "";
  memcpy(copy, name, len);
  (void)pthread_mutex_lock(&cache->lock);
  struct cxd__zone_found found = locked_get(cache, copy, len);
  (void)pthread_mutex_unlock(&cache->lock);
  return found;
}

static int is_lower(char c) { return c >= 'a' && c <= 'z'; }

static int is_digit(char c) { return c >= '0' && c <= '9'; }

/* The length of the version at the start of a text, 0: none. Four digits, then letters: the release after "2026z" would be "2026za". */
static size_t version_len(const char *text) {
  size_t len = 0;
  while (len < 4 && is_digit(text[len]))
    len++;
  if (len < 4)
    return 0;
  while (len < CXD__TZDATA_MAX && is_lower(text[len]))
    len++;
  return len < CXD__TZDATA_MAX ? len : 0;
}

/* The version that the first line has behind prefix, and nothing else with it. */
static size_t version_of_line(const char *line, const char *prefix) {
  size_t skip = strlen(prefix);
  size_t len = strncmp(line, prefix, skip) == 0 ? version_len(line + skip) : 0;
  return len && strchr("\r\n", line[skip + len]) ? len : 0;
}

/* 0: there is no such file. One that is there and tells nothing ends the search: two sources that disagree are none. */
static int version_in(const char *dir, const char *name, const char *prefix, char out[CXD__TZDATA_MAX]) {
  struct cxd__zone_file file = cxd__zone_file_open(dir, name, strlen(name));
  char line[64] = "";
  memset(out, 0, CXD__TZDATA_MAX);
  if (file.state != CXD__ZONE_KNOWN)
    return file.state != CXD__ZONE_ABSENT;
  if (cxd__zone_file_read(file.fd, (unsigned char *)line, sizeof line - 1) > 0)
    memcpy(out, line + strlen(prefix), version_of_line(line, prefix));
  (void)close(file.fd);
  return 1;
}

void cxd__zone_cache_version(struct cxd__zone_cache *cache, char out[CXD__TZDATA_MAX]) {
  int64_t mono_us = cxd__mono_us();
  (void)pthread_mutex_lock(&cache->lock);
  if (!cache->version_known || is_due(cache, cache->version_us, mono_us)) {
    if (!version_in(cache->dir, "+VERSION", "", cache->version))
      (void)version_in(cache->dir, "tzdata.zi", "# version ", cache->version);
    cache->version_known = 1;
    cache->version_us = mono_us;
  }
  memcpy(out, cache->version, CXD__TZDATA_MAX);
  (void)pthread_mutex_unlock(&cache->lock);
}

int cxd__tzdata_compare(const char *a, const char *b) {
  size_t a_len = version_len(a), b_len = version_len(b);
  int a_is = a_len > 0 && a[a_len] == '\0', b_is = b_len > 0 && b[b_len] == '\0';
  if (!a_is || !b_is)
    return a_is - b_is;
  int order = strcmp(a, b);
  return (order > 0) - (order < 0);
}
