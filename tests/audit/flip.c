/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * The tamper sweep against the library's own reader: every bit of a log of 1,000 records, by what the changed line shows in its place;
 * every bit of a small one, and a random part of the large one, with the whole log read from a file; every deletion, swap, duplication
 * and cut. Prints how much was done and how much of it was seen; fails if those differ. flip [N]: of each N-th line only.
 */

#define _POSIX_C_SOURCE 200809L

#include "audit_log.h"
#include "audit_verdict.h"

enum { RECORDS = 1000, SMALL = 20, SAMPLE = 400 };

struct sweep {
  struct audit_log log;
  struct cxd__audit_key *key; /* NULL: plain */
  const char *name;
  size_t at[RECORDS + 2];     /* where each line begins */
  int records;
  char last[96];              /* "SEQ:HASH" */
  uint64_t random;
};

static int failures;
static int every = 1; /* only each n-th line; for the sanitizers, which are slow */

static void report(const struct sweep *sweep, const char *what, size_t made, size_t seen) {
  printf("%s, %d records: %s %zu detected %zu\n", sweep->name, sweep->records, what, made, seen);
  fflush(stdout);
  failures += made == 0 || made != seen;
}

static size_t draw(struct sweep *sweep, size_t below) {
  sweep->random = sweep->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (size_t)(sweep->random >> 33) % below;
}

static void make(struct sweep *sweep, const char *path, const char *key, int records) {
  *sweep = (struct sweep){.name = key ? "keyed" : "plain", .records = records, .random = 1};
  audit_log_open(&sweep->log, path, key);
  sweep->key = key ? &sweep->log.key : NULL;
  for (int i = 1; i < records; i++) {
    sweep->at[i] = sweep->log.text.len;
    if (i % 2)
      audit_log_intent(&sweep->log, i);
    else
      audit_log_outcome(&sweep->log, i - 1);
  }
  sweep->at[records] = sweep->log.text.len;
  char h[65] = "";
  cxd__hash_hex(sweep->log.last.h, h);
  (void)snprintf(sweep->last, sizeof sweep->last, "%lld:%s", (long long)sweep->log.last.seq, h);
}

/* Whether the whole file shows an error, or a torn end. */
static int whole_shows(const struct sweep *sweep, const char *expected) {
  const char *const list[] = {expected, NULL};
  struct audit_verdict verdict = audit_verdict_of(sweep->log.path, sweep->key, list);
  int seen = strstr(verdict.codes, "E:") != NULL || strstr(verdict.codes, "W:torn") != NULL;
  audit_log_must(verdict.status == CXD_OK && seen == (verdict.alarms > 0 || strstr(verdict.codes, "W:torn") != NULL), "reading to the end");
  audit_verdict_free(&verdict);
  return seen;
}

static int line_shows(struct sweep *sweep, const char *line, size_t len, int i, const unsigned char *prev) {
  struct cxd__line read;
  const char *newline = memchr(line, '\n', len);
  if (!cxd__line_read(line, newline ? (size_t)(newline - line) : len, &read))
    return 1;
  return !cxd__line_fits(&read, &sweep->log.seal) || read.link.seq != i + 1 || memcmp(read.prev, prev, CXD__HASH_BYTES) != 0;
}

/* A flip of its newline joins the line to the next one. */
static size_t flips_of_line(struct sweep *sweep, int i, const unsigned char *prev, size_t *made) {
  char *line = sweep->log.text.data + sweep->at[i];
  size_t len = sweep->at[i + 1] - sweep->at[i], seen = 0;
  for (size_t byte = 0; byte < len; byte++)
    for (int bit = 0; bit < 8; bit++) {
      size_t shown = byte + 1 < len || i + 1 == sweep->records ? len : sweep->at[i + 2] - sweep->at[i];
      line[byte] = (char)(line[byte] ^ 1 << bit);
      seen += (size_t)line_shows(sweep, line, shown, i, prev);
      line[byte] = (char)(line[byte] ^ 1 << bit);
      ++*made;
    }
  return seen;
}

static void every_bit_by_line(struct sweep *sweep) {
  unsigned char prev[CXD__HASH_BYTES] = {0};
  size_t made = 0, seen = 0;
  for (int i = 0; i < sweep->records; i++) {
    struct cxd__line line;
    const char *text = sweep->log.text.data + sweep->at[i];
    if (i % every == 0)
      seen += flips_of_line(sweep, i, prev, &made);
    audit_log_must(!line_shows(sweep, text, sweep->at[i + 1] - sweep->at[i], i, prev), "the line as it was written");
    audit_log_must(cxd__line_read(text, sweep->at[i + 1] - sweep->at[i] - 1, &line), "reading it");
    memcpy(prev, line.link.h, sizeof prev);
  }
  report(sweep, "bit flips", made, seen);
}

/* The file as it was written, for changes in their place. */
static int open_whole(const struct sweep *sweep) {
  audit_log_write(&sweep->log);
  audit_log_must(!whole_shows(sweep, sweep->last), "the log as it was written");
  return open(sweep->log.path, O_RDWR | O_CLOEXEC);
}

static size_t flip_in_file(const struct sweep *sweep, int fd, size_t byte, int bit) {
  char was = sweep->log.text.data[byte], is = (char)(was ^ 1 << bit);
  audit_log_must(pwrite(fd, &is, 1, (off_t)byte) == 1, "writing");
  size_t seen = (size_t)whole_shows(sweep, NULL);
  audit_log_must(pwrite(fd, &was, 1, (off_t)byte) == 1, "writing");
  return seen;
}

static void every_bit_of_the_whole(struct sweep *sweep) {
  size_t seen = 0, made = 0;
  int fd = open_whole(sweep);
  for (size_t byte = 0; byte < sweep->log.text.len; byte += (size_t)every)
    for (int bit = 0; bit < 8; bit++, made++)
      seen += flip_in_file(sweep, fd, byte, bit);
  close(fd);
  report(sweep, "bit flips (whole log read)", made, seen);
}

static void some_bits_of_the_whole(struct sweep *sweep) {
  size_t seen = 0;
  int fd = open_whole(sweep);
  for (int i = 0; i < SAMPLE; i++)
    seen += flip_in_file(sweep, fd, draw(sweep, sweep->log.text.len), (int)draw(sweep, 8));
  close(fd);
  report(sweep, "random bit flips (whole log read)", SAMPLE, seen);
}

/* Writes lines [begin[k], end[k]) of the log, one range behind the other. */
static size_t ranges_show(const struct sweep *sweep, const int (*ranges)[2], size_t count, const char *expected) {
  FILE *file = fopen(sweep->log.path, "wb");
  audit_log_must(file != NULL, "opening");
  for (size_t k = 0; k < count; k++) {
    size_t begin = sweep->at[ranges[k][0]], len = sweep->at[ranges[k][1]] - begin;
    audit_log_must(ranges[k][0] <= ranges[k][1] && fwrite(sweep->log.text.data + begin, 1, len, file) == len, "writing");
  }
  audit_log_must(fclose(file) == 0, "writing");
  return (size_t)whole_shows(sweep, expected);
}

static void every_deletion(struct sweep *sweep) {
  size_t seen = 0, made = 0;
  for (int i = sweep->records - 1; i >= 0; i -= every, made++)
    seen += ranges_show(sweep, (const int[][2]){{0, i}, {i + 1, sweep->records}}, 2, i + 1 == sweep->records ? sweep->last : NULL);
  report(sweep, "deletions of a line (of the last: its hash expected)", made, seen);
}

static void every_swap(struct sweep *sweep) {
  size_t seen = 0, made = 0;
  for (int i = 0; i + 1 < sweep->records; i += every, made++)
    seen += ranges_show(sweep, (const int[][2]){{0, i}, {i + 1, i + 2}, {i, i + 1}, {i + 2, sweep->records}}, 4, NULL);
  report(sweep, "adjacent swaps", made, seen);
  seen = 0;
  for (int k = 0; k < SAMPLE; k++) {
    int i = (int)draw(sweep, (size_t)sweep->records - 1), j = i + 1 + (int)draw(sweep, (size_t)(sweep->records - 1 - i));
    seen += ranges_show(sweep, (const int[][2]){{0, i}, {j, j + 1}, {i + 1, j}, {i, i + 1}, {j + 1, sweep->records}}, 5, NULL);
  }
  report(sweep, "random swaps", SAMPLE, seen);
}

static void every_duplication(struct sweep *sweep) {
  size_t seen = 0, made = 0;
  for (int i = 0; i < sweep->records; i += every, made++)
    seen += ranges_show(sweep, (const int[][2]){{0, i + 1}, {i, sweep->records}}, 2, NULL);
  report(sweep, "duplications", made, seen);
}

static void every_cut(struct sweep *sweep) {
  size_t seen = 0, inside = 0, made = 0;
  for (int i = 0; i < sweep->records; i += every, made++)
    seen += ranges_show(sweep, (const int[][2]){{0, i}}, 1, sweep->last);
  report(sweep, "cuts between records, the last one expected", made, seen);
  for (int i = 0; i < sweep->records; i += every) {
    size_t cut = sweep->at[i] + 1 + draw(sweep, sweep->at[i + 1] - sweep->at[i] - 1);
    audit_log_put(sweep->log.path, sweep->log.text.data, cut);
    inside += (size_t)whole_shows(sweep, NULL);
  }
  report(sweep, "cuts inside a line", made, inside);
}

static void sweep_all(const char *path, const char *key) {
  struct sweep sweep;
  make(&sweep, path, key, getenv("CXDIALER_EVERY_BIT") ? 50 : SMALL);
  every_bit_of_the_whole(&sweep);
  audit_log_close(&sweep.log);
  make(&sweep, path, key, RECORDS);
  every_bit_by_line(&sweep);
  some_bits_of_the_whole(&sweep);
  every_deletion(&sweep);
  every_swap(&sweep);
  every_duplication(&sweep);
  every_cut(&sweep);
  audit_log_close(&sweep.log);
}

int main(int argc, char **argv) {
  char dir[64] = "/dev/shm/cxd-flip-XXXXXX", path[96];
  if (!mkdtemp(dir)) {
    strcpy(dir, "/tmp/cxd-flip-XXXXXX");
    audit_log_must(mkdtemp(dir) != NULL, "making a directory");
  }
  (void)snprintf(path, sizeof path, "%s/audit.log", dir);
  every = argc > 1 ? atoi(argv[1]) : 1;
  audit_log_must(every > 0, "reading N");
  sweep_all(path, NULL);
  sweep_all(path, AUDIT_LOG_KEY);
  (void)unlink(path);
  (void)rmdir(dir);
  return failures != 0;
}
