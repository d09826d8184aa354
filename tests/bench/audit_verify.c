/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * How fast a log is verified: megabytes of log for one second of CPU, plain and keyed, beside what libcrypto alone needs for a SHA-256 of
 * each of the same records. usage: bench-audit-verify [MB]
 */
#define _GNU_SOURCE /* CLOCK_PROCESS_CPUTIME_ID, mkdtemp */
#include <openssl/evp.h>
#include <time.h>

#include "audit_log.h"

#define ROUNDS 7
#define TARGET_MB_S 500 /* or, where libcrypto alone is slower than twice that, */
#define TARGET_RATIO 0.5

static double cpu_s(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Records as updates write them, of about 700 bytes with their seal. */
static void add_update(struct audit_log *log, int op) {
  audit_log_addf(log,
                 "\"k\":\"intent\",\"op\":\"0193a1b2-c3d4-7e5f-8a9b-%012d\",\"campaign\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"actor\":\"night shift\",\"mode\":\"merge\",\"round\":1,"
                 "\"concurrency\":\"etag\",\"v0\":\"\\\"5d8c72a5edda8d6a\\\"\",\"d0\":\"%064d\",\"d1\":\"%064d\",\"basis\":{\"rules\":3,\"table\":\"2026-06\",\"policy\":null,\"tzdata\":\"2026f\","
                 "\"zone\":\"America/New_York\",\"jurisdiction\":\"US\",\"local\":\"2026-11-22T11:00:00-05:00\"},\"diff\":[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":120,\"value\":%d}]",
                 op, op, op + 1, op % 400);
  audit_log_addf(log,
                 "\"k\":\"outcome\",\"op\":\"0193a1b2-c3d4-7e5f-8a9b-%012d\",\"campaign\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"actor\":\"night shift\",\"mode\":\"merge\",\"round\":1,"
                 "\"outcome\":\"applied\",\"status\":\"CXD_OK\",\"http_status\":200,\"sends\":1,\"attempts\":2,\"intent\":true,\"latency_us\":184233,\"request_id\":\"req-7f3a9c1e-%d\",\"v1\":\"\\\"5d8c72a5edda8d6b\\\"\","
                 "\"findings\":[{\"severity\":\"note\",\"code\":\"capacity.unreachable\",\"pointer\":\"/maxConcurrentCalls\",\"message\":\"more lines than 80 agents can keep busy\"}]",
                 op, op);
}

static void make_log(struct audit_log *log, const char *path, const char *key, size_t bytes) {
  audit_log_open(log, path, key);
  for (int op = 1; log->text.len < bytes; op++)
    add_update(log, op);
  audit_log_write(log);
}

static int ascending(const void *a, const void *b) {
  double x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static double rate_of_verify(const struct audit_log *log, const char *key_file, int *wrong) {
  double began = cpu_s();
  *wrong |= cxd_audit_verify(log->path, key_file, NULL, NULL) != CXD_OK;
  return (double)log->text.len / 1e6 / (cpu_s() - began);
}

/* Each line as one message, from memory. */
static double rate_of_libcrypto(const struct audit_log *log, int *wrong) {
  EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  unsigned char hash[32];
  double began = cpu_s();
  const char *end = log->text.data + log->text.len;
  for (const char *line = log->text.data, *newline; line < end; line = newline + 1) {
    newline = memchr(line, '\n', (size_t)(end - line));
    *wrong |= EVP_DigestInit_ex2(context, md, NULL) != 1 || EVP_DigestUpdate(context, line, (size_t)(newline - line)) != 1 || EVP_DigestFinal_ex(context, hash, NULL) != 1;
  }
  double took = cpu_s() - began;
  EVP_MD_CTX_free(context);
  EVP_MD_free(md);
  return (double)log->text.len / 1e6 / took;
}

static int report(const char *name, double *verify, double *bare) {
  double ratios[ROUNDS];
  for (int i = 0; i < ROUNDS; i++)
    ratios[i] = verify[i] / bare[i];
  qsort(verify, ROUNDS, sizeof *verify, ascending);
  qsort(bare, ROUNDS, sizeof *bare, ascending);
  qsort(ratios, ROUNDS, sizeof *ratios, ascending);
  int met = verify[ROUNDS / 2] >= TARGET_MB_S || ratios[ROUNDS / 2] >= TARGET_RATIO;
  printf("%s-mb-s %.0f %d %s %.2f libcrypto-sha256 %.0f\n", name, verify[ROUNDS / 2], TARGET_MB_S, met ? "ok" : "MISSED", ratios[ROUNDS / 2], bare[ROUNDS / 2]);
  return !met;
}

static int measure(const char *name, const struct audit_log *log, const char *key_file, int *wrong) {
  double verify[ROUNDS], bare[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    verify[i] = rate_of_verify(log, key_file, wrong);
    bare[i] = rate_of_libcrypto(log, wrong);
  }
  return report(name, verify, bare);
}

int main(int argc, char **argv) {
  char dir[] = "/tmp/cxd-bench-XXXXXX", path[64], key_file[64];
  long megabytes = argc > 1 ? strtol(argv[1], NULL, 10) : 200;
  struct audit_log log;
  int missed = 0, wrong = 0;
  if (!mkdtemp(dir) || megabytes < 1)
    return 3;
  (void)snprintf(path, sizeof path, "%s/audit.log", dir);
  (void)snprintf(key_file, sizeof key_file, "%s/key", dir);
  audit_log_put(key_file, AUDIT_LOG_KEY, strlen(AUDIT_LOG_KEY));
  for (int keyed = 0; keyed < 2; keyed++) {
    make_log(&log, path, keyed ? AUDIT_LOG_KEY : NULL, (size_t)megabytes * 1000000);
    missed |= measure(keyed ? "audit-verify-keyed" : "audit-verify-plain", &log, keyed ? key_file : NULL, &wrong);
    audit_log_close(&log);
    (void)unlink(path);
  }
  (void)unlink(key_file);
  (void)rmdir(dir);
  if (wrong)
    puts("audit-verify: a verification came to another verdict than the one that was to be measured, the lines above say nothing");
  return wrong ? 3 : missed;
}
