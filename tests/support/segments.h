/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_SEGMENTS_H
#define CXD_TESTS_SEGMENTS_H

#include "audit.h"
#include "audit_verdict.h"
#include "audit/fields.h"
#include "audit/genesis.h"
#include "base/mem.h"

/* A log over all its segments, read backwards by the names in them and checked on the way: hashes, numbers, SHA-256 of each file. */
struct whole {
  struct cxd__buf text; /* all records that count, oldest first, each with its newline */
  int segments, broken, synced;
  struct cxd__link last;
};

static const struct cxd__audit_key *log_key; /* of the keyed segments */

static inline struct cxd__slice member(struct cxd__slice line, const char *name) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, line);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_string_is(key, name))
      return value;
  return (struct cxd__slice){NULL, 0};
}

static inline int64_t member_int(struct cxd__slice line, const char *name) {
  int64_t value = -1;
  ck_assert_msg(cxd__json_int(member(line, name), &value), "%s of %.*s", name, (int)line.len, line.p);
  return value;
}

/* The list of open intents of a genesis or checkpoint, as it stands there. */
static inline void ck_open_list(struct cxd__slice line, const char *list) {
  struct cxd__slice value = member(line, "open");
  ck_assert_msg(value.len == strlen(list) && memcmp(value.p, list, value.len) == 0, "%.*s is not %s", (int)value.len, value.p, list);
}

static inline void beside(const char *name, char path[300]) { (void)snprintf(path, 300, "%s/%s", log_dir, name); }

static inline void read_segment(const char *name, const struct cxd__link *limit, const char *sha256, int may_be_short, struct whole *whole);

static inline void read_before(struct cxd__slice genesis, const struct cxd__line *line, struct whole *whole) {
  static const struct cxd__link none;
  struct cxd__genesis read;
  char sha256[65];
  ck_assert_ptr_null(cxd__genesis_read(line, &read));
  if (read.why == CXD__WHY_FIRST) {
    ck_assert_int_eq(line->link.seq, 1);
    ck_assert_mem_eq(line->prev, none.h, sizeof none.h);
    return;
  }
  ck_assert_int_eq(line->link.seq, read.prev.seq + 1);
  ck_assert_mem_eq(line->prev, read.prev.h, sizeof read.prev.h);
  size_t hashed = cxd__field_text(member(genesis, "prev_sha256"), sha256, sizeof sha256);
  int broken = read.why == CXD__WHY_BROKEN, synced = read.why == CXD__WHY_SYNC;
  ck_assert(hashed == 64 || synced);
  whole->broken += broken;
  whole->synced += synced;
  read_segment(read.prev_name, &read.prev, hashed ? sha256 : NULL, broken, whole);
  ck_assert(broken || whole->last.seq == read.prev.seq);
  whole->last = read.prev;
}

static inline void take_line(struct cxd__slice text, int is_first, struct cxd__seal *plain, struct cxd__seal *keyed, struct whole *whole) {
  struct cxd__line line;
  struct cxd__slice record;
  ck_assert_msg(cxd__line_read(text.p, text.len, &line), "%.*s", (int)text.len, text.p);
  ck_assert_int_eq(cxd__json_check(text.p, text.len, "record", &record, NULL), CXD_OK);
  ck_assert_int_eq(is_first, cxd__line_is(&line, "genesis"));
  if (is_first)
    read_before(text, &line, whole);
  ck_assert_msg(cxd__line_fits(&line, line.kid[0] ? keyed : plain), "%.*s", (int)text.len, text.p);
  ck_assert_int_eq(line.link.seq, whole->last.seq + 1);
  ck_assert_mem_eq(line.prev, whole->last.h, sizeof line.prev);
  whole->last = line.link;
  cxd__buf_add(&whole->text, text.p, text.len);
  cxd__buf_char(&whole->text, '\n');
}

static inline void read_segment(const char *name, const struct cxd__link *limit, const char *sha256, int may_be_short, struct whole *whole) {
  char path[300], hash[65];
  struct cxd__seal plain, keyed;
  beside(name, path);
  struct cxd__buf text = read_file(path);
  cxd__sha256_hex(text.data, text.len, hash);
  if (sha256)
    ck_assert_str_eq(hash, sha256);
  ck_assert_int_eq(cxd__seal_open(&plain, NULL, NULL), CXD_OK);
  ck_assert_int_eq(cxd__seal_open(&keyed, log_key, NULL), CXD_OK);
  for (char *line = text.data, *end; line < text.data + text.len && (!limit || whole->last.seq < limit->seq || line == text.data); line = end + 1) {
    end = memchr(line, '\n', (size_t)(text.data + text.len - line));
    if (!end && may_be_short)
      break;
    ck_assert_ptr_nonnull(end);
    take_line((struct cxd__slice){line, (size_t)(end - line)}, line == text.data, &plain, &keyed, whole);
  }
  if (limit && !may_be_short)
    ck_assert_mem_eq(whole->last.h, limit->h, sizeof limit->h);
  whole->segments++;
  cxd__seal_close(&plain);
  cxd__seal_close(&keyed);
  cxd__buf_free(&text);
}

/* A break, what it leaves beside the log, or that the log became a keyed one. */
static inline int is_known_error(const struct whole *whole, const char *code) {
  return (whole->broken && (strncmp(code, "E:broken", 8) == 0 || strncmp(code, "E:segment", 9) == 0)) || (log_key && strncmp(code, "E:unkeyed_start", 15) == 0);
}

/* The library's own reader finds nothing worse than what is known. */
static inline void ask_reader(const struct whole *whole) {
  struct audit_verdict verdict = audit_verdict_of(log_path, log_key, NULL);
  ck_assert_int_eq(verdict.status, CXD_OK);
  for (const char *at = verdict.codes; (at = strstr(at, "E:")) != NULL; at++)
    ck_assert_msg(is_known_error(whole, at), "%s: %s", verdict.codes, verdict.message);
  ck_assert_int_eq(verdict.state.last.seq, whole->last.seq);
  audit_verdict_free(&verdict);
}

static inline struct whole read_whole(void) {
  struct whole whole = {.segments = 0};
  read_segment("audit.log", NULL, NULL, 0, &whole);
  ask_reader(&whole);
  return whole;
}

/* How often a text is in another. */
static inline int times(const char *in, const char *what) {
  int count = 0;
  for (const char *at = in; (at = strstr(at, what)) != NULL; at += strlen(what))
    count++;
  return count;
}

#define KIND(kind) ",\"k\":\"" kind "\""

/* The record of a kind that is the n-th of it, from 0 on, in a text of lines. */
static inline struct cxd__slice nth(const struct cxd__buf *text, const char *kind, int n) {
  const char *at = text->data - 1;
  do {
    at = strstr(at + 1, kind);
    ck_assert_msg(at != NULL, "%s %d", kind, n);
  } while (n-- > 0);
  const char *from = at;
  while (from > text->data && from[-1] != '\n')
    from--;
  return (struct cxd__slice){from, strcspn(from, "\n")};
}

static inline struct cxd__audit *open_with(const struct cxd__audit_options *options) {
  struct cxd__audit *audit = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd__audit_open_file(options, &audit, &error);
  ck_assert_msg(status == CXD_OK, "%d %s", status, error ? error->message : "");
  return audit;
}

static inline int64_t append_as(struct cxd__audit *audit, const char *kind, const char *op) {
  char body[300];
  int64_t seq = 0;
  cxd_error *error = NULL;
  (void)snprintf(body, sizeof body, "\"k\":\"%s\",\"op\":\"%s\",\"campaign\":\"c-%s\"", kind, op, op);
  cxd_status status = cxd__audit_append(audit, body, strlen(body), NULL, &seq, &error);
  ck_assert_msg(status == CXD_OK, "%d %s", status, error ? error->message : "");
  return seq;
}

static inline void ck_alarm_of(struct cxd__audit *audit, const char *expected, const char *text) {
  const char *code = NULL;
  char *alarm = cxd__audit_alarm(audit, &code);
  if (text) {
    ck_assert_ptr_nonnull(alarm);
    ck_assert_str_eq(code, expected);
    ck_assert_msg(strstr(alarm, text) != NULL, "%s", alarm);
  } else
    ck_assert_msg(alarm == NULL, "%s", alarm);
  cxd__free(alarm);
}

static inline void ck_alarm(struct cxd__audit *audit, const char *text) { ck_alarm_of(audit, "audit.broken", text); }

static inline int is_there(const char *name) {
  char path[300];
  beside(name, path);
  return access(path, F_OK) == 0;
}

/* Runs a part in a process of its own; the part returns 0 when all was as expected, 77 when it could not run. */
#define NEED(condition) \
  do { \
    if (!(condition)) { \
      (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      return 1; \
    } \
  } while (0)

#endif
