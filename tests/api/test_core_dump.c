/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What a core dump would give away, piece by piece of twelve bytes, and whose memory each piece lies in. A process of its own makes
 * updates and waits, then frees everything and waits again; its memory is read from outside as the kernel would dump it, and
 * the kernel's own dump is looked at, too, where it writes one. The process knows secrets from files and servers only.
 */
#define _GNU_SOURCE /* memmem, pipe2 */
#include <dirent.h>
#include <fcntl.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "canary.h"
#include "owners.h"
#include "rig.h"
#include "run.h"
#include "tls.h"

#define SECRET "Xq7+vN2/pL9=wK4\"mJ6&tR8%20zB1"
#define AUDIT_KEY "bQ0uG7wZ4rY1nX5sJ8vK2hT6"
#define CONTROL "kP2fV8cB5mN1xZ7q"
#define UPDATES 50
#define LIBCURLS_MOST 40 /* copies of credentials in the memory of libcurl: far fewer than requests, since most memory is used again */

/* -------------------------------------------------------------------- the process that is looked at */

enum way { BASIC, POST, BASIC_TLS, CONFIG_FILE, PROVIDER, STATIC, KEYED, WAYS };

static const char *const way_names[] = {"basic", "post", "basic over TLS", "secret in the config file", "token provider", "static token", "keyed log"};

struct host {
  pid_t pid;
  int orders, reports;
  char dir[128];
};

static void read_word(int fd, char *out, size_t size) {
  size_t len = 0;
  while (len + 1 < size && read(fd, out + len, 1) == 1 && out[len] != '\n')
    len++;
  out[len] = '\0';
}

static void wait_for_orders(int orders, int reports) {
  char word[8];
  if (write(reports, "ready\n", 6) == 6)
    read_word(orders, word, sizeof word);
}

/* As a careful host would: the file is read where no dump looks, and the room overwritten. */
static int32_t token_from_file(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  volatile char token[4096];
  int fd = open(user_data, O_RDONLY | O_CLOEXEC);
  ssize_t len = read(fd, (void *)(size_t)token, sizeof token);
  (void)request;
  (void)close(fd);
  ck_assert_int_eq(cxd_token_sink_accept(sink, (const char *)(size_t)token, (size_t)len, 3600), CXD_OK);
  for (size_t i = 0; i < sizeof token; i++)
    token[i] = 0;
  return CXD_ACCEPTED;
}

static void allow_core(void) {
  struct rlimit core;
  if (getrlimit(RLIMIT_CORE, &core) != 0)
    return;
  core.rlim_cur = core.rlim_max;
  (void)setrlimit(RLIMIT_CORE, &core);
}

/* On the plain heap, on purpose: what is read from the file stays there. */
static char *leave_control(const char *dir) {
  char *path = scratch_path(dir, "control"), *text = text_of_file(path);
  free(path);
  return text;
}

struct objects {
  cxd_config *config;
  cxd_client *client;
  cxd_updater *updater;
};

static void make(struct objects *o, const char *dir, enum way way, const char *url) {
  char *file = scratch_path(dir, "secret"), *token = scratch_path(dir, "token"), *audit = scratch_path(dir, "audit.log"), *key = scratch_path(dir, "audit-key"), *cert = scratch_path(dir, "cert.pem"), *all = scratch_path(dir, way == STATIC ? "static.json" : "config.json");
  int by_file = way != CONFIG_FILE && way != STATIC;
  o->config = config_for(url, LIST("auth.client_secret", "", "auth.client_secret_file", by_file ? file : "", "auth.method", way == POST ? "post" : "basic", "audit.mode", "required", "audit.path", audit));
  if (!by_file)
    ck_assert_int_eq(cxd_config_load_file(o->config, all, NULL), CXD_OK);
  if (way == BASIC_TLS)
    set(o->config, "http.ca_file", cert);
  o->client = client_of(o->config);
  cxd_token_provider provider = {.size = sizeof provider, .fetch = token_from_file, .user_data = token, .destroy = free};
  if (way == PROVIDER)
    ck_assert_int_eq(cxd_client_set_token_provider(o->client, &provider, NULL), CXD_OK);
  else
    free(token);
  set(o->config, "audit.key_file", way == KEYED ? key : "");
  if (cxd_updater_new(o->config, o->client, NULL, &o->updater, NULL) != CXD_OK) { /* a version without keyed logs refuses the key */
    set(o->config, "audit.key_file", "");
    o->updater = updater_of(o->config, o->client);
  }
  char *done[] = {file, audit, key, cert, all};
  for (size_t i = 0; i < sizeof done / sizeof *done; i++)
    free(done[i]);
}

static void host(int orders, int reports, const char *dir) {
  char url[128], way[8];
  struct objects o;
  allow_core();
  read_word(orders, url, sizeof url);
  read_word(orders, way, sizeof way);
  if (chdir(dir) != 0)
    _exit(1);
  char *control = leave_control(dir);
  make(&o, dir, (enum way)atoi(way), url);
  cxd_campaign_free(got(o.client, SAMPLE_ID));
  for (int i = 0; i < UPDATES; i++)
    cxd_result_free(applied(o.updater, calls_change(SAMPLE_ID, 151 + i % 100), CXD_OK, CXD_OUTCOME_APPLIED));
  wait_for_orders(orders, reports);
  cxd_updater_free(o.updater);
  cxd_client_free(o.client);
  cxd_config_free(o.config);
  wait_for_orders(orders, reports);
  _exit(control ? 0 : 1);
}

static void host_start(struct host *h) {
  int orders[2], reports[2];
  scratch_open(h->dir);
  owners_begin();
  ck_assert_int_eq(pipe2(orders, O_CLOEXEC), 0);
  ck_assert_int_eq(pipe2(reports, O_CLOEXEC), 0);
  h->pid = fork();
  ck_assert_int_ge(h->pid, 0);
  if (h->pid == 0) {
    (void)close(orders[1]);
    (void)close(reports[0]);
    host(orders[0], reports[1], h->dir);
  }
  (void)close(orders[0]);
  (void)close(reports[1]);
  h->orders = orders[1];
  h->reports = reports[0];
}

static void host_reached(struct host *h) {
  char said[16] = "";
  struct pollfd fd = {.fd = h->reports, .events = POLLIN};
  ck_assert_int_eq(poll(&fd, 1, HANG_S * 1000), 1);
  read_word(h->reports, said, sizeof said);
  ck_assert_str_eq(said, "ready");
}

static void host_end(struct host *h, int sig) {
  ck_assert_int_eq(kill(h->pid, sig), 0);
  ck_assert_int_eq(waitpid(h->pid, NULL, 0), h->pid);
  (void)close(h->orders);
  (void)close(h->reports);
  owners_end();
}

/* --------------------------------------------------------------------------------- looking */

enum owner { OURS, LIBCURL, OTHERS, OWNERS };

static const char *const owner_names[] = {"ours", "libcurl's", "others'"};

struct tally {
  size_t dumped[OWNERS]; /* stretches in what a dump holds */
  size_t raw;            /* of them, of the client secret or the audit key as they are */
  size_t kept_out;       /* in pages that no dump holds */
  size_t control;
};

static int stands_before(const char *bytes, size_t at, const char *words) {
  size_t len = strlen(words);
  return at >= len && memcmp(bytes + at - len, words, len) == 0;
}

/*
 * libcurl puts a request together in memory of its own, which it does not clear. There, and nowhere else, a header stands
 * between the ends of two lines, and a form behind an empty one; our own lines and forms end with a zero byte. Somebody else may
 * have got that memory since, and written over what stood on one side.
 */
static int is_request(const char *bytes, size_t len, const struct canary_hit *hit) {
  static const char form[] = "\r\n\r\ngrant_type=client_credentials&";
  size_t back = hit->at > 400 ? 400 : hit->at, end = hit->at + hit->len;
  int basic = 0;
  for (size_t i = 0; i < 64 && i <= hit->at; i++)
    basic |= stands_before(bytes, hit->at - i, "\r\nAuthorization: Basic ");
  for (size_t i = end; i < end + 4 && i + 2 <= len; i++) /* base64 may have an end of its own */
    basic |= memcmp(bytes + i, "\r\n", 2) == 0;
  return basic || stands_before(bytes, hit->at, "\r\nAuthorization: Bearer ") || memmem(bytes + hit->at - back, back, form, strlen(form));
}

/* What is left of a request when its memory was used again in part: less than a whole credential. Ours would be whole somewhere. */
static int is_rest(const struct canary_hit *hit) { return hit->len < hit->whole; }

static enum owner owner_of(pid_t pid, uintptr_t from, const char *bytes, size_t len, const struct canary_hit *hit) {
  char file[128];
  if ((is_request(bytes, len, hit) || is_rest(hit)) && owners_had(pid, from + hit->at, "libcurl"))
    return LIBCURL;
  return strstr(owners_of(pid, from + hit->at, file), "libcxdialer") ? OURS : OTHERS;
}

static void tell(const struct canary_hit *hit, enum owner owner, const char *last, const char *bytes) {
  char text[64];
  size_t from = hit->at > 24 ? hit->at - 24 : 0, n = 0;
  while (n + 1 < sizeof text && from < hit->at + hit->len) {
    char c = bytes[from++];
    text[n++] = (char)(c < 0x20 || c >= 0x7f ? '.' : c);
  }
  text[n] = '\0';
  printf("    %zu bytes of the %s (%s), %s, the memory last asked for by %s: %s\n", hit->len, hit->name, hit->form, owner_names[owner], last[0] ? last : "nobody", text);
}

static void count(pid_t pid, const char *bytes, size_t len, uintptr_t from, int dumped, struct tally *tally) {
  struct canary_hit hit;
  char last[128];
  for (size_t at = 0; canary_find(bytes, len, at, &hit); at = hit.at + hit.len)
    if (strcmp(hit.name, "control") == 0)
      tally->control += dumped && owner_of(pid, from, bytes, len, &hit) == OTHERS;
    else if (!dumped)
      tally->kept_out++;
    else {
      enum owner owner = owner_of(pid, from, bytes, len, &hit);
      tally->dumped[owner]++;
      tally->raw += strcmp(hit.name, "token") != 0 && strcmp(hit.form, "as it is") == 0;
      tell(&hit, owner, owners_of(pid, from + hit.at, last), bytes);
    }
}

static void look_at(pid_t pid, int memory, unsigned long from, unsigned long to, int dumped, struct tally *tally) {
  char *bytes = malloc(to - from);
  ck_assert_ptr_nonnull(bytes);
  ssize_t len = pread(memory, bytes, to - from, (off_t)from);
  if (len > 0)
    count(pid, bytes, (size_t)len, from, dumped, tally);
  free(bytes);
}

/* What the kernel would dump with the usual filter: private pages that can be written to, but for those marked "dd". */
static struct tally look(pid_t pid) {
  struct tally tally = {.dumped = {0}};
  char path[64], line[512], mode[8];
  unsigned long from = 0, to = 0, a, b;
  int wanted = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  (void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
  FILE *maps = fopen(path, "re");
  ck_assert(memory >= 0 && maps);
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx %7s ", &a, &b, mode) == 3) {
      from = a;
      to = b;
      wanted = mode[1] == 'w' && mode[3] == 'p';
    } else if (wanted && strncmp(line, "VmFlags:", 8) == 0)
      look_at(pid, memory, from, to, strstr(line, " dd") == NULL, &tally);
  }
  (void)fclose(maps);
  (void)close(memory);
  return tally;
}

static void show(const char *when, const struct tally *t) { printf("  %s: in a dump ours %zu, libcurl's %zu, others' %zu; left out of it %zu\n", when, t->dumped[OURS], t->dumped[LIBCURL], t->dumped[OTHERS], t->kept_out); }

static void ck_guarantee(const struct tally *t) {
  ck_assert_uint_ge(t->control, 1); /* what stands on the plain heap is found */
  ck_assert_uint_eq(t->dumped[OURS], 0);
  ck_assert_uint_eq(t->dumped[OTHERS], 0);
  ck_assert_uint_eq(t->raw, 0);
  ck_assert_uint_le(t->dumped[LIBCURL], LIBCURLS_MOST);
}

/* -------------------------------------------------------------------------- the kernel's own dump */

static char *bytes_of(const char *path, size_t *len) {
  struct stat info;
  FILE *file = fopen(path, "re");
  ck_assert(file && fstat(fileno(file), &info) == 0);
  *len = (size_t)info.st_size;
  char *bytes = malloc(*len + 1);
  ck_assert_ptr_nonnull(bytes);
  ck_assert_uint_eq(fread(bytes, 1, *len, file), *len);
  (void)fclose(file);
  return bytes;
}

static size_t hits_in(const char *path, size_t *control) {
  size_t len, hits = 0;
  char *bytes = bytes_of(path, &len);
  struct canary_hit hit;
  for (size_t at = 0; canary_find(bytes, len, at, &hit); at = hit.at + hit.len)
    if (strcmp(hit.name, "control") == 0)
      ++*control;
    else
      hits++;
  free(bytes);
  return hits;
}

/* Where the system writes it into the working directory: it must be what was seen from outside. */
static void ck_core(const char *dir, const struct tally *seen) {
  size_t control = 0, expected = seen->dumped[OURS] + seen->dumped[LIBCURL] + seen->dumped[OTHERS], cores = 0;
  DIR *all = opendir(dir);
  ck_assert_ptr_nonnull(all);
  for (struct dirent *e; (e = readdir(all));)
    if (strncmp(e->d_name, "core", 4) == 0) {
      char *path = scratch_path(dir, e->d_name);
      ck_assert_uint_eq(hits_in(path, &control), expected);
      ck_assert_uint_ge(control, 1);
      cores++;
      free(path);
    }
  (void)closedir(all);
  printf("  the kernel's own dump: %s\n", cores ? "the same" : "none was written here (see kernel.core_pattern and RLIMIT_CORE)");
}

/* ------------------------------------------------------------------------------------ the test */

static void prepare(const struct host *h, const char *token) {
  char config[2][256];
  (void)snprintf(config[0], sizeof config[0], "{\"auth\":{\"token\":\"%.200s\"}}", token);
  (void)snprintf(config[1], sizeof config[1], "{\"auth\":{\"client_secret\":\"Xq7+vN2/pL9=wK4\\\"mJ6&tR8%%20zB1\"}}");
  const char *const files[][2] = {{"secret", SECRET "\n"}, {"audit-key", AUDIT_KEY "\n"}, {"control", "so it is " CONTROL}, {"token", token}, {"static.json", config[0]}, {"config.json", config[1]}};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char *path = scratch_path(h->dir, files[i][0]);
    write_text(path, files[i][1]);
    free(path);
  }
}

static const char *secret_of(enum way way) { return way == PROVIDER || way == STATIC ? "demo-secret" : SECRET; }

/* The same seed gives the same first token. */
static void start(struct sim *sim, const struct host *h, enum way way) {
  char *cert = scratch_path(h->dir, "cert.pem"), *key = scratch_path(h->dir, "key.pem");
  struct tls_subject subject = {.name = "server", .where = "IP:127.0.0.1", .from_s = -3600, .to_s = 86400};
  tls_issue(NULL, &subject, cert, key);
  sim_start(sim, way == BASIC_TLS ? LIST("--rate", "0", "--seed", "7", "--client-secret", secret_of(way), "--tls-cert", cert, "--tls-key", key) : LIST("--rate", "0", "--seed", "7", "--client-secret", secret_of(way)));
  free(cert);
  free(key);
}

static char *token_of_seed(void) {
  struct sim sim;
  sim_start(&sim, LIST("--seed", "7"));
  char *token = sim_token(&sim, "campaign:write");
  sim_stop(&sim);
  return token;
}

/* What records are sealed with (docs/audit.md): as good as the content of the file to somebody who wants to write records of his own. */
static void add_derived_key(void) {
  static const char purpose[] = "cxdialer.audit.key.v1";
  unsigned char k[32];
  ck_assert_ptr_nonnull(HMAC(EVP_sha256(), AUDIT_KEY, (int)strlen(AUDIT_KEY), (const unsigned char *)purpose, sizeof purpose, k, NULL));
  canary_add("key of the log", (const char *)k, sizeof k);
  for (size_t pad = 0; pad < 2; pad++) { /* as it goes into a sum */
    char block[sizeof k];
    for (size_t i = 0; i < sizeof k; i++)
      block[i] = (char)(k[i] ^ (pad ? 0x5c : 0x36));
    canary_add("key of the log in its block", block, sizeof block);
  }
}

static void release_canaries(struct host *h, struct sim *sim, enum way way) {
  char *token = token_of_seed();
  canary_forget();
  canary_add("client secret", SECRET, strlen(SECRET));
  canary_add("audit key", AUDIT_KEY, strlen(AUDIT_KEY));
  add_derived_key();
  canary_add("token", token, strlen(token));
  canary_add("control", CONTROL, strlen(CONTROL));
  prepare(h, token);
  start(sim, h, way);
  if (way == PROVIDER || way == STATIC)
    free(sim_token(sim, "campaign:write"));
  free(token);
}

START_TEST(a_core_dump_holds_nothing_of_ours) {
  struct host h;
  struct sim sim;
  enum way way = (enum way)(_i / 2);
  int at_work = _i % 2 == 0;
  ck_assert_int_eq(setvbuf(stdout, NULL, _IOLBF, 0), 0); /* a failed assertion leaves without writing what is held back */
  host_start(&h);
  release_canaries(&h, &sim, way);
  printf("%s, %s\n", way_names[way], at_work ? "at rest between updates" : "after everything was freed");
  ck_assert_int_gt(dprintf(h.orders, "%s\n%d\n", sim.url, (int)way), 0);
  host_reached(&h);
  if (!at_work) {
    ck_assert_int_eq(dprintf(h.orders, "go\n"), 3);
    host_reached(&h);
  }
  struct tally seen = look(h.pid);
  show("memory", &seen);
  host_end(&h, SIGABRT);
  ck_core(h.dir, &seen);
  ck_assert_uint_ge(seen.kept_out, at_work ? 1 : 0); /* it is where it belongs, and would have been found */
  if (!at_work)
    ck_assert_uint_eq(seen.kept_out, 0);
  ck_guarantee(&seen);
  sim_stop(&sim);
  scratch_close(h.dir);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_dump");
  TCase *tc = suite_case(suite, "core_dump", NULL, NULL);
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_loop_test(tc, a_core_dump_holds_nothing_of_ours, 0, 2 * WAYS);
  return run_suite(suite);
}
