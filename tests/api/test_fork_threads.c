/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* fork() in a program with threads: the child has the locks as they were, and none of the threads that held them. */
#define _GNU_SOURCE /* fork, pread */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"

#define THREADS 8
#define FORKS 40

/* What a child found wrong travels home as its exit status: the line; a child that hangs is ended by SIGALRM. */
#define EXPECT(condition) \
  do { \
    if (!(condition)) \
      return __LINE__ % 250 + 1; \
  } while (0)

static void in_child(int (*body)(void *), void *context) {
  int status = -1;
  (void)fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(HANG_S);
    _exit(body(context));
  }
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status), "the child was ended by signal %d (%d: it hung)", WTERMSIG(status), SIGALRM);
  ck_assert_msg(WEXITSTATUS(status) == 0, "the child did not like line %d (modulo 250)", WEXITSTATUS(status) - 1);
}

/* ------------------------------------------------------------------------ every public call */

static size_t destroyed;

static void count_destroy(void *user_data) {
  (void)user_data;
  destroyed++;
}

static int32_t no_token(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  (void)user_data;
  (void)request;
  (void)sink;
  return 0;
}

static int32_t accept_record(void *user_data, const char *record, size_t len) {
  (void)user_data;
  (void)record;
  (void)len;
  return CXD_ACCEPTED;
}

static int32_t accept_result(void *user_data, const cxd_result *result) {
  (void)user_data;
  (void)result;
  return CXD_ACCEPTED;
}

static void write_nothing(void *user_data, int32_t level, const char *text, size_t len) {
  (void)user_data;
  (void)level;
  (void)text;
  (void)len;
}

static cxd_status child_get(struct rig *rig) {
  cxd_campaign *campaign = NULL;
  return cxd_client_get(rig->client, SAMPLE_ID, &campaign, NULL);
}

static cxd_status child_list(struct rig *rig) {
  cxd_campaign_list *list = NULL;
  return cxd_client_list(rig->client, NULL, &list, NULL);
}

static cxd_status child_update(struct rig *rig, cxd_status (*update)(cxd_updater *, const cxd_campaign *, cxd_result **, cxd_error **)) {
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  if (cxd_campaign_new(SAMPLE_ID, &change, NULL) != CXD_OK)
    return CXD_E_NOMEM;
  cxd_status status = update(rig->updater, change, &result, NULL);
  cxd_campaign_free(change);
  return result ? CXD_OK : status;
}

static cxd_status child_plan(struct rig *rig) { return child_update(rig, cxd_updater_plan); }

static cxd_status child_apply(struct rig *rig) { return child_update(rig, cxd_updater_apply); }

static cxd_status child_updater(struct rig *rig) {
  cxd_updater *updater = NULL;
  return cxd_updater_new(rig->config, rig->client, NULL, &updater, NULL);
}

static cxd_status child_client(struct rig *rig) { /* its secret is wiped */
  cxd_client *client = NULL;
  return cxd_client_new(rig->config, &client, NULL);
}

static cxd_status child_provider(struct rig *rig) {
  cxd_token_provider provider = {.size = sizeof provider, .destroy = count_destroy, .fetch = no_token};
  return cxd_client_set_token_provider(rig->client, &provider, NULL);
}

static cxd_status child_log(struct rig *rig) {
  cxd_log log = {.size = sizeof log, .destroy = count_destroy, .write = write_nothing};
  return cxd_client_set_log(rig->client, &log, NULL);
}

static cxd_status child_logger(struct rig *rig) {
  cxd_audit_logger logger = {.size = sizeof logger, .destroy = count_destroy, .append = accept_record};
  return cxd_updater_set_audit_logger(rig->updater, &logger, NULL);
}

static cxd_status child_callback(struct rig *rig) {
  cxd_callback callback = {.size = sizeof callback, .destroy = count_destroy, .on_result = accept_result};
  return cxd_updater_add_callback(rig->updater, &callback, NULL);
}

static cxd_status (*const refused_calls[])(struct rig *) = {child_get, child_list, child_plan, child_apply, child_updater, child_client, child_provider, child_log, child_logger, child_callback};

#define REFUSED_CALLS (sizeof refused_calls / sizeof *refused_calls)

static int all_is_refused(void *context) {
  struct rig *rig = context;
  destroyed = 0;
  for (size_t i = 0; i < REFUSED_CALLS; i++)
    EXPECT(refused_calls[i](rig) == CXD_E_FORKED);
  EXPECT(destroyed == 4);
  cxd_updater_cancel(rig->updater);
  cxd_client_cancel(rig->client);
  return 0;
}

static int all_is_refused_and_freed(void *context) {
  struct rig *rig = context;
  int wrong = all_is_refused(context);
  EXPECT(wrong == 0);
  cxd_updater_free(rig->updater);
  cxd_client_free(rig->client);
  EXPECT(destroyed == 4); /* what the host registered before is the parent's */
  return 0;
}

START_TEST(every_call_is_refused_in_a_child) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  in_child(all_is_refused_and_freed, &rig);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  in_child(all_is_refused_and_freed, &rig);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------------------- while other threads are inside */

struct worker {
  struct rig *rig;
  size_t number, failed;
  atomic_size_t done;
  pthread_t thread;
};

static atomic_int stop;
static atomic_size_t total;

static void *update_until_told(void *context) {
  struct worker *worker = context;
  char id[32];
  (void)snprintf(id, sizeof id, "c-%zu", worker->number);
  while (!atomic_load(&stop)) {
    cxd_campaign *change = NULL;
    cxd_result *result = NULL;
    (void)cxd_campaign_new(id, &change, NULL);
    (void)cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, 100 + (int64_t)(atomic_load(&worker->done) % 200), NULL);
    worker->failed += cxd_updater_apply(worker->rig->updater, change, &result, NULL) != CXD_OK;
    atomic_fetch_add(&worker->done, 1);
    atomic_fetch_add(&total, 1);
    cxd_result_free(result);
    cxd_campaign_free(change);
  }
  return NULL;
}

/* An updater is one thread's at a time: each has its own, the client is everybody's. */
static void *own_updater(void *context) {
  struct worker *worker = context;
  struct rig mine = *worker->rig;
  struct rig *shared = worker->rig;
  if (cxd_updater_new(mine.config, mine.client, NULL, &mine.updater, NULL) != CXD_OK)
    return NULL;
  worker->rig = &mine;
  (void)update_until_told(worker);
  worker->rig = shared;
  cxd_updater_free(mine.updater);
  return NULL;
}

static void open_many(struct rig *rig, const char *const more[], const char *const settings[]) {
  char dir[128];
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(path, THREADS);
  rig_open(rig, LIST("--campaigns", path, "--rate", "0", more[0], more[1], more[2], more[3]), settings);
  free(path);
  scratch_close(dir);
}

static void await_worker(const struct worker *worker) {
  time_t end = time(NULL) + HANG_S;
  while (atomic_load(&worker->done) == 0) {
    ck_assert_msg(time(NULL) < end, "thread %zu gets nothing done", worker->number);
    (void)sched_yield();
  }
}

static void await_total(size_t count) {
  time_t end = time(NULL) + HANG_S;
  while (atomic_load(&total) < count) {
    ck_assert_msg(time(NULL) < end, "nothing goes on");
    (void)sched_yield();
  }
}

/* The local ports of the connections to somewhere. */
struct connections {
  size_t count;
  unsigned ports[256];
};

static struct connections connections(void) {
  struct connections found = {0};
  for (int fd = 3; fd < 256; fd++) {
    struct sockaddr_in mine, peer;
    socklen_t size = sizeof mine, peer_size = sizeof peer;
    if (getsockname(fd, (struct sockaddr *)&mine, &size) == 0 && mine.sin_family == AF_INET && getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0)
      found.ports[found.count++] = ntohs(mine.sin_port);
  }
  return found;
}

static size_t missing(const struct connections *before, const struct connections *after) {
  size_t gone = 0;
  for (size_t i = 0; i < before->count; i++) {
    size_t k = 0;
    while (k < after->count && after->ports[k] != before->ports[i])
      k++;
    gone += k == after->count;
  }
  return gone;
}

/*
 * Threads that were never inside at one time share an engine, so that further connections may be made at any time; what the
 * children must not do is end one that is there. Nothing is asserted while the threads run: they use what lies on this stack.
 */
static void fork_among_threads(struct rig *rig, int (*body)(void *)) {
  struct worker workers[THREADS];
  atomic_store(&stop, 0);
  atomic_store(&total, 0);
  for (size_t i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){.rig = rig, .number = i};
    ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, own_updater, &workers[i]), 0);
  }
  await_total((size_t)4 * THREADS);
  for (size_t i = 0; i < THREADS; i++)
    await_worker(&workers[i]);
  struct connections before = connections();
  for (int i = 0; i < FORKS; i++)
    in_child(body, rig);
  struct connections after = connections();
  atomic_store(&stop, 1);
  for (size_t i = 0; i < THREADS; i++)
    ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
  ck_assert_uint_gt(before.count, 0);
  ck_assert_uint_eq(missing(&before, &after), 0);
  for (size_t i = 0; i < THREADS; i++) {
    ck_assert_uint_eq(workers[i].failed, 0);
    ck_assert_uint_gt(workers[i].done, 0);
  }
}

START_TEST(a_child_made_while_others_are_inside_is_refused_and_does_not_hang) {
  struct rig rig;
  open_many(&rig, LIST(NULL, NULL, NULL, NULL), LIST("audit.mode", "required", "audit.sync", "none"));
  fork_among_threads(&rig, all_is_refused_and_freed);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  rig_close(&rig);
}
END_TEST

START_TEST(tls_connections_of_threads_survive_the_children) {
  char dir[128], command[1024];
  struct rig rig;
  scratch_open(dir);
  char *cert = scratch_path(dir, "cert.pem"), *key = scratch_path(dir, "key.pem");
  (void)snprintf(command, sizeof command,
                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cxdialer-sim -addext subjectAltName=IP:127.0.0.1 -keyout '%s' -out '%s' 2>/dev/null", key, cert);
  ck_assert_int_eq(system(command), 0);
  open_many(&rig, LIST("--tls-cert", cert, "--tls-key", key), LIST("http.ca_file", cert));
  fork_among_threads(&rig, all_is_refused_and_freed);
  rig_close(&rig);
  free(cert);
  free(key);
  scratch_close(dir);
}
END_TEST

/* -------------------------------------------------------------- while a method of the host runs */

static int32_t fork_in_append(void *user_data, const char *record, size_t len) {
  (void)record;
  (void)len;
  in_child(all_is_refused_and_freed, user_data);
  return CXD_ACCEPTED;
}

static int32_t fork_in_callback(void *user_data, const cxd_result *result) {
  (void)result;
  in_child(all_is_refused_and_freed, user_data);
  return CXD_ACCEPTED;
}

static void fork_in_rule(void *context) { in_child(all_is_refused_and_freed, context); }

START_TEST(a_child_made_in_a_method_may_free_everything) {
  struct rig rig;
  struct hook hook = {.act = fork_in_rule, .context = &rig};
  cxd_audit_logger logger = {.size = sizeof logger, .user_data = &rig, .append = fork_in_append};
  cxd_callback callback = {.size = sizeof callback, .user_data = &rig, .on_result = fork_in_callback};
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  hook_in(&rig, &hook);
  ck_assert_int_eq(cxd_updater_set_audit_logger(rig.updater, &logger, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

/* --------------------------------------------------------------------------------- the secrets */

/* Not in one piece anywhere in this program, so that what is found is the library's. */
#define SECRET_LEN 40
/* The sanitizers' own memory is most of the address space, and they copy what passes by. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAN_SCAN 0
#else
#define CAN_SCAN 1
#endif
static unsigned char veiled[SECRET_LEN];

static void write_secret(const char *path) {
  char secret[SECRET_LEN + 1];
  int urandom = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  ck_assert_int_eq(read(urandom, veiled, sizeof veiled), SECRET_LEN);
  (void)close(urandom);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  for (size_t i = 0; i < SECRET_LEN; i++) {
    secret[i] = (char)('a' + veiled[i] % 26);
    veiled[i] = (unsigned char)secret[i] ^ 0x80;
  }
  ck_assert_int_eq(write(fd, secret, SECRET_LEN), SECRET_LEN);
  explicit_bzero(secret, sizeof secret);
  (void)close(fd);
}

static size_t count_in(const unsigned char *bytes, size_t len) {
  size_t count = 0;
  for (size_t i = 0; i + SECRET_LEN <= len; i++) {
    size_t same = 0;
    while (same < SECRET_LEN && (bytes[i + same] ^ 0x80) == veiled[same])
      same++;
    count += same == SECRET_LEN;
  }
  return count;
}

#define BLOCK ((size_t)1 << 20)

static size_t count_between(int memory, unsigned long from, unsigned long to) {
  static unsigned char block[BLOCK];
  size_t count = 0;
  for (unsigned long at = from; at < to; at += BLOCK - SECRET_LEN) {
    size_t len = to - at < BLOCK ? to - at : BLOCK;
    ssize_t got = pread(memory, block, len, (off_t)at);
    count += got > 0 ? count_in(block, (size_t)got) : 0;
    explicit_bzero(block, sizeof block);
    if (len < BLOCK)
      break;
  }
  return count;
}

/* In all memory of this process that can be written to. */
static size_t secrets_in_memory(void) {
  char line[512], rights[8];
  unsigned long from, to;
  size_t count = 0;
  FILE *maps = fopen("/proc/self/maps", "re");
  int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  while (maps && memory >= 0 && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && rights[0] == 'r' && rights[1] == 'w' && to - from < (1UL << 30))
      count += count_between(memory, from, to);
  if (maps)
    (void)fclose(maps);
  if (memory >= 0)
    (void)close(memory);
  return count;
}

static int no_secret_in_memory(void *context) {
  (void)context;
  EXPECT(secrets_in_memory() == 0);
  return 0;
}

START_TEST(the_secret_of_the_parent_is_nowhere_in_the_memory_of_the_child) {
  struct rig rig;
  if (!CAN_SCAN)
    return;
  rig_open(&rig, NULL, NULL);
  char *path = scratch_path(rig.dir, "secret");
  write_secret(path);
  cxd_config *config = config_for(rig.sim.url, LIST("auth.client_secret", NULL, "auth.client_secret_file", path));
  cxd_client *client = client_of(config);
  ck_assert_uint_eq(secrets_in_memory(), 1); /* so it is found where it is */
  in_child(no_secret_in_memory, NULL);
  ck_assert_uint_eq(secrets_in_memory(), 1);
  cxd_client_free(client);
  ck_assert_uint_eq(secrets_in_memory(), 0);
  cxd_config_free(config);
  free(path);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------------------------- randomness after fork */

/* The operation's id in the audit log of an update of its own; path is where the log is. */
static int update_with_own_client(void *context) {
  struct rig *rig = context;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  EXPECT(cxd_config_set(rig->config, "auth.client_secret", "demo-secret", NULL) == CXD_OK);
  EXPECT(cxd_client_new(rig->config, &client, NULL) == CXD_OK);
  EXPECT(cxd_updater_new(rig->config, client, NULL, &updater, NULL) == CXD_OK);
  EXPECT(cxd_campaign_new(SAMPLE_ID, &change, NULL) == CXD_OK);
  EXPECT(cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, 200 + getpid() % 200, NULL) == CXD_OK);
  cxd_status status = cxd_updater_apply(updater, change, &result, NULL);
  cxd_result_free(result);
  cxd_campaign_free(change);
  cxd_updater_free(updater);
  cxd_client_free(client);
  EXPECT(status == CXD_OK);
  return 0;
}

/* The part of a time-ordered id that is drawn, not counted. */
static const char *drawn_part(const json_t *record) {
  const char *op = json_string_value(json_object_get(record, "op"));
  return op && strlen(op) == 36 ? op + 14 : NULL;
}

START_TEST(siblings_do_not_draw_the_same_ids) {
  struct rig rig;
  const char *seen[64];
  size_t count = 0, i;
  json_t *record;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  rig.other_hands = 1;
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  for (int n = 0; n < 8; n++)
    in_child(update_with_own_client, &rig);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *records = update_records(rig.audit_path);
  json_array_foreach(records, i, record)
    if (strcmp(kind_of(records, i), "outcome") == 0) {
      const char *drawn = drawn_part(record);
      ck_assert_ptr_nonnull(drawn);
      for (size_t k = 0; k < count; k++)
        ck_assert_str_ne(drawn, seen[k]);
      seen[count++] = drawn;
    }
  ck_assert_uint_eq(count, 10);
  json_decref(records);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("fork_threads");
  TCase *tc = tcase_create("fork among threads");
  tcase_set_timeout(tc, 4 * HANG_S);
  tcase_add_test(tc, every_call_is_refused_in_a_child);
  tcase_add_test(tc, a_child_made_while_others_are_inside_is_refused_and_does_not_hang);
  tcase_add_test(tc, tls_connections_of_threads_survive_the_children);
  tcase_add_test(tc, a_child_made_in_a_method_may_free_everything);
  tcase_add_test(tc, the_secret_of_the_parent_is_nowhere_in_the_memory_of_the_child);
  tcase_add_test(tc, siblings_do_not_draw_the_same_ids);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
