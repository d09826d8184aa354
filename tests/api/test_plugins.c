/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_* */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"
#include "run.h"

/* ------------------------------------------------------------------- token providers */

struct source {
  struct rig *rig;
  const char *token;
  size_t len; /* 0: the whole token */
  int64_t life_s;
  int32_t (*how)(struct source *source, cxd_token_sink *sink);
  int32_t answer;
  int retryable;
  size_t fetches, forced, destroyed;
  cxd_status said, said_again, inside;
  cxd_token_sink *kept;
  pthread_t thread;
  char scope[64], url[128];
};

static cxd_status accept_token(struct source *source, cxd_token_sink *sink) {
  size_t len = source->token ? strlen(source->token) : 0;
  return cxd_token_sink_accept(sink, source->token, source->len ? source->len : len, source->life_s);
}

static int32_t fetch(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  struct source *source = user_data;
  source->fetches++;
  source->forced += cxd_token_request_forced(request) == 1;
  (void)snprintf(source->scope, sizeof source->scope, "%s", cxd_token_request_scope(request));
  (void)snprintf(source->url, sizeof source->url, "%s", cxd_token_request_token_url(request));
  return source->how(source, sink);
}

static void destroy_source(void *user_data) { ((struct source *)user_data)->destroyed++; }

static int32_t accepting(struct source *source, cxd_token_sink *sink) {
  source->said = accept_token(source, sink);
  return source->answer;
}

static int32_t failing(struct source *source, cxd_token_sink *sink) {
  source->said = cxd_token_sink_fail(sink, source->retryable, "the vault is sealed");
  return source->answer;
}

static int32_t accepting_twice(struct source *source, cxd_token_sink *sink) {
  source->said = accept_token(source, sink);
  source->said_again = accept_token(source, sink);
  return source->answer;
}

static int32_t forgetting(struct source *source, cxd_token_sink *sink) {
  (void)sink;
  return source->answer;
}

static int32_t keeping(struct source *source, cxd_token_sink *sink) {
  source->kept = sink;
  return CXD_PENDING;
}

static void *complete(void *context) {
  struct source *source = context;
  source->said = accept_token(source, source->kept);
  return NULL;
}

static int32_t completing_elsewhere(struct source *source, cxd_token_sink *sink) {
  source->kept = sink;
  return pthread_create(&source->thread, NULL, complete, source) == 0 ? CXD_PENDING : 0;
}

static void provide(struct rig *rig, struct source *source) {
  cxd_token_provider provider = {.size = sizeof provider, .user_data = source, .destroy = destroy_source, .fetch = fetch};
  cxd_error *error = NULL;
  source->rig = rig;
  ck_assert_msg(cxd_client_set_token_provider(rig->client, &provider, &error) == CXD_OK, "%s", cxd_error_message(error));
}

static void provide_from_server(struct rig *rig, struct source *source) {
  source->token = sim_token(&rig->sim, "campaign:write");
  source->life_s = 3600;
  source->answer = CXD_ACCEPTED;
  provide(rig, source);
}

static void rig_end(struct rig *rig, struct source *source) {
  rig_close(rig);
  ck_assert_uint_eq(source->destroyed, 1);
}

/* A get that fails, and nothing but requests for tokens had left. */
static void no_token(struct rig *rig, cxd_status status, const char *part) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(rig->client, SAMPLE_ID, &campaign, &error), status);
  ck_assert_ptr_null(campaign);
  ck_error(&error, status, part);
  ck_assert_uint_eq(sim_count(&rig->sim, "GET"), 0);
}

START_TEST(a_provider_replaces_the_exchange_and_its_token_is_kept) {
  struct rig rig;
  struct source source = {.how = accepting};
  rig_open(&rig, NULL, LIST("auth.scope", "campaign:write campaign:read"));
  provide_from_server(&rig, &source);
  size_t before = sim_count(&rig.sim, "TOKEN");
  for (int i = 0; i < 3; i++)
    cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(source.fetches, 1);
  ck_assert_uint_eq(source.forced, 0);
  ck_assert_int_eq(source.said, CXD_OK);
  ck_assert_str_eq(source.scope, "campaign:write campaign:read");
  ck_assert_ptr_nonnull(strstr(source.url, "/api/v2/oauth/token"));
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), before);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(a_provider_needs_no_credentials_in_the_config) {
  struct rig rig;
  struct source source = {.how = accepting};
  rig_open(&rig, NULL, LIST("auth.client_id", "", "auth.client_secret", ""));
  provide_from_server(&rig, &source);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(a_provider_takes_the_place_of_a_static_token) {
  struct rig rig;
  struct source source = {.how = accepting};
  rig_open(&rig, NULL, LIST("auth.token", "stale"));
  provide_from_server(&rig, &source);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(source.fetches, 1);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(after_a_401_the_provider_is_told_that_its_token_was_refused) {
  struct rig rig;
  struct source source = {.how = accepting};
  rig_open(&rig, LIST("--fault", "GET:1:status=401"), NULL);
  provide_from_server(&rig, &source);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(source.fetches, 2);
  ck_assert_uint_eq(source.forced, 1);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(a_token_that_comes_later_from_another_thread_is_taken) {
  struct rig rig;
  struct source source = {.how = completing_elsewhere};
  rig_open(&rig, NULL, NULL);
  provide_from_server(&rig, &source);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(pthread_join(source.thread, NULL), 0);
  ck_assert_int_eq(source.said, CXD_OK);
  ck_assert_uint_eq(source.fetches, 1);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

static int32_t completing_early(struct source *source, cxd_token_sink *sink) {
  source->said = accept_token(source, sink);
  return CXD_PENDING;
}

START_TEST(pending_after_the_answer_is_fine_too) {
  struct rig rig;
  struct source source = {.how = completing_early};
  rig_open(&rig, NULL, NULL);
  provide_from_server(&rig, &source);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(a_final_failure_is_told_and_remembered) {
  struct rig rig;
  struct source source = {.how = failing, .answer = CXD_ACCEPTED};
  rig_open(&rig, NULL, NULL);
  provide(&rig, &source);
  no_token(&rig, CXD_E_TOKEN, "the vault is sealed");
  no_token(&rig, CXD_E_TOKEN, "the vault is sealed");
  ck_assert_uint_eq(source.fetches, 1);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(after_a_passing_failure_the_next_call_asks_again) {
  struct rig rig;
  struct source source = {.how = failing, .answer = CXD_ACCEPTED, .retryable = 1};
  cxd_error *error = NULL;
  cxd_campaign *campaign = NULL;
  rig_open(&rig, NULL, NULL);
  provide(&rig, &source);
  ck_assert_int_eq(cxd_client_get(rig.client, SAMPLE_ID, &campaign, &error), CXD_E_TOKEN);
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  cxd_error_free(error);
  no_token(&rig, CXD_E_TOKEN, "the vault is sealed");
  ck_assert_uint_eq(source.fetches, 2);
  rig_end(&rig, &source);
}
END_TEST

static const struct {
  const char *token;
  size_t len;
} bad_tokens[] = {{"", 0}, {NULL, 0}, {"a\r\nX-Evil: 1", 0}, {"a\nb", 0}, {"a b", 0}, {"a\0b", 3}, {"\xc3\xa9", 0}, {"a\"b", 0}};

START_TEST(what_is_no_token_is_refused_and_never_sent) {
  struct rig rig;
  struct source source = {.how = accepting, .answer = CXD_ACCEPTED, .token = bad_tokens[_i].token, .len = bad_tokens[_i].len, .life_s = 3600};
  rig_open(&rig, NULL, NULL);
  provide(&rig, &source);
  no_token(&rig, CXD_E_TOKEN, "forbidden characters");
  ck_assert_int_eq(source.said, CXD_E_ARGUMENT);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(a_token_over_the_limit_is_refused) {
  struct rig rig;
  char *longer = malloc(16386);
  memset(longer, 'x', 16385);
  longer[16385] = '\0';
  struct source source = {.how = accepting, .answer = CXD_ACCEPTED, .token = longer, .life_s = 3600};
  rig_open(&rig, NULL, NULL);
  provide(&rig, &source);
  no_token(&rig, CXD_E_TOKEN, "size");
  rig_end(&rig, &source);
  free(longer);
}
END_TEST

START_TEST(a_sink_is_completed_once) {
  struct rig rig;
  struct source source = {.how = accepting_twice};
  rig_open(&rig, NULL, NULL);
  provide_from_server(&rig, &source);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_int_eq(source.said, CXD_OK);
  ck_assert_int_eq(source.said_again, CXD_E_STATE);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

START_TEST(accepting_without_a_token_is_a_failure) {
  struct rig rig;
  struct source source = {.how = forgetting, .answer = CXD_ACCEPTED};
  rig_open(&rig, NULL, NULL);
  provide(&rig, &source);
  no_token(&rig, CXD_E_TOKEN, "without completing");
  rig_end(&rig, &source);
}
END_TEST

static const int32_t rubbish[] = {0, 1, -1, CXD_E_TOKEN};

START_TEST(a_provider_that_answers_rubbish_has_failed_whatever_it_put_in) {
  struct rig rig;
  struct source source = {.how = accepting, .token = "tok", .life_s = 3600, .answer = rubbish[_i]};
  rig_open(&rig, NULL, NULL);
  provide(&rig, &source);
  no_token(&rig, CXD_E_TOKEN, "did not accept");
  rig_end(&rig, &source);
}
END_TEST

START_TEST(a_provider_that_never_answers_is_waited_for_until_the_deadline) {
  struct rig rig;
  struct source source = {.how = keeping};
  rig_open(&rig, NULL, LIST("retry.deadline_ms", "100"));
  provide_from_server(&rig, &source);
  no_token(&rig, CXD_E_TIMEOUT, "retry.deadline_ms");
  ck_assert_int_eq(accept_token(&source, source.kept), CXD_OK); /* too late: into the void */
  ck_assert_uint_eq(source.fetches, 1);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

struct cancel {
  struct source *source;
  atomic_int asked;
};

static struct cancel cancel_of;

static int32_t keeping_and_telling(struct source *source, cxd_token_sink *sink) {
  source->kept = sink;
  atomic_store(&cancel_of.asked, 1);
  return CXD_PENDING;
}

static void *cancel_when_asked(void *context) {
  (void)context;
  while (!atomic_load(&cancel_of.asked))
    (void)sched_yield();
  cxd_client_cancel(cancel_of.source->rig->client);
  return NULL;
}

START_TEST(a_cancel_ends_the_wait_for_a_provider) {
  struct rig rig;
  struct source source = {.how = keeping_and_telling};
  pthread_t thread;
  rig_open(&rig, NULL, LIST("retry.deadline_ms", "3600000"));
  provide_from_server(&rig, &source);
  cancel_of.source = &source;
  atomic_store(&cancel_of.asked, 0);
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_asked, NULL), 0);
  no_token(&rig, CXD_E_CANCELLED, "cancelled");
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_assert_int_eq(cxd_token_sink_fail(source.kept, 0, NULL), CXD_OK);
  source.how = accepting;
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

static int32_t calling_back(struct source *source, cxd_token_sink *sink) {
  cxd_campaign *campaign = NULL, *change = calls_change(SAMPLE_ID, 180);
  cxd_result *result = NULL;
  source->inside = cxd_client_get(source->rig->client, SAMPLE_ID, &campaign, NULL);
  source->said_again = cxd_updater_apply(source->rig->updater, change, &result, NULL);
  cxd_campaign_free(change);
  ck_assert_ptr_null(campaign);
  ck_assert_ptr_null(result);
  return accepting(source, sink);
}

START_TEST(a_provider_that_calls_back_is_told_so) {
  struct rig rig;
  struct source source = {.how = calling_back};
  rig_open(&rig, NULL, NULL);
  provide_from_server(&rig, &source);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_int_eq(source.inside, CXD_E_REENTRANT);
  ck_assert_int_eq(source.said_again, CXD_E_REENTRANT);
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

static int32_t freeing(struct source *source, cxd_token_sink *sink) {
  cxd_client_free(source->rig->client);
  cxd_client_free(source->rig->client);
  return accepting(source, sink);
}

START_TEST(a_provider_may_free_its_client) {
  struct rig rig;
  struct source source = {.how = freeing};
  rig_open(&rig, NULL, NULL);
  provide_from_server(&rig, &source);
  cxd_updater_free(rig.updater);
  rig.updater = NULL;
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  ck_assert_uint_eq(source.destroyed, 1);
  rig.client = NULL;
  free((void *)(size_t)source.token);
  rig_end(&rig, &source);
}
END_TEST

/* ------------------------------------------------- what the five tables have in common */

struct head {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  void (*methods[8])(void);
};

enum kind { PROVIDER, LOG, LOGGER, CALLBACK, RULE, KINDS };

static const size_t sizes[KINDS] = {sizeof(cxd_token_provider), sizeof(cxd_log), sizeof(cxd_audit_logger), sizeof(cxd_callback), sizeof(cxd_rule)};
static const size_t first_sizes[KINDS] = {sizeof(cxd_token_provider), sizeof(cxd_log), sizeof(cxd_audit_logger), offsetof(cxd_callback, on_checkpoint), sizeof(cxd_rule)}; /* of version 1 */

struct targets {
  cxd_client *client;
  cxd_updater *updater;
  cxd_validator *validator;
};

static cxd_status enroll(enum kind kind, const struct targets *to, const void *table, cxd_error **error) {
  switch (kind) {
  case PROVIDER: return cxd_client_set_token_provider(to->client, table, error);
  case LOG: return cxd_client_set_log(to->client, table, error);
  case LOGGER: return cxd_updater_set_audit_logger(to->updater, table, error);
  case CALLBACK: return cxd_updater_add_callback(to->updater, table, error);
  default: return cxd_validator_add_rule(to->validator, table, error);
  }
}

static int32_t never(void) { return 0; }

static void count_destroy(void *user_data) { ++*(int *)user_data; }

static struct head table_of(enum kind kind, int *destroyed) {
  struct head head = {.size = sizes[kind], .user_data = destroyed, .destroy = count_destroy};
  head.methods[0] = (void (*)(void))never;
  return head;
}

static void open_targets(struct targets *to) {
  cxd_config *config = config_for("http://127.0.0.1:1", NULL);
  to->client = client_of(config);
  to->updater = updater_of(config, to->client);
  ck_assert_int_eq(cxd_validator_new(config, &to->validator, NULL), CXD_OK);
  cxd_config_free(config);
}

static void close_targets(struct targets *to) {
  cxd_updater_free(to->updater);
  cxd_validator_free(to->validator);
  cxd_client_free(to->client);
}

static void refused_table(enum kind kind, const struct targets *to, const struct head *table, cxd_status status, int destroyed) {
  cxd_error *error = NULL;
  int *count = table->user_data;
  *count = 0;
  ck_assert_int_eq(enroll(kind, to, table, &error), status);
  ck_assert_int_eq(cxd_error_status(error), status);
  ck_assert_int_eq(*count, destroyed);
  cxd_error_free(error);
}

START_TEST(a_table_of_the_wrong_size_is_refused_and_let_go_of_once) {
  enum kind kind = (enum kind)_i;
  struct targets to;
  int destroyed = 0;
  open_targets(&to);
  struct head table = table_of(kind, &destroyed);
  table.size = first_sizes[kind] - 1;
  refused_table(kind, &to, &table, CXD_E_ABI, 1);
  table.size = offsetof(struct head, methods);
  refused_table(kind, &to, &table, CXD_E_ABI, 1);
  table.size = 0; /* where destroy would be is not known */
  refused_table(kind, &to, &table, CXD_E_ABI, 0);
  table.size = sizeof table;
  table.methods[7] = (void (*)(void))never;
  refused_table(kind, &to, &table, CXD_E_ABI, 1);
  close_targets(&to);
  ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(a_table_of_the_first_version_is_taken_without_a_look_behind_it) {
  enum kind kind = (enum kind)_i;
  struct targets to;
  int destroyed = 0;
  open_targets(&to);
  struct head table = table_of(kind, &destroyed);
  table.size = first_sizes[kind];
  memset((char *)&table + first_sizes[kind], 0xff, sizeof table - first_sizes[kind]);
  ck_assert_int_eq(enroll(kind, &to, &table, NULL), CXD_OK);
  close_targets(&to);
  ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(a_longer_table_with_nothing_in_its_tail_is_taken) {
  enum kind kind = (enum kind)_i;
  struct targets to;
  int destroyed = 0;
  open_targets(&to);
  struct head table = table_of(kind, &destroyed);
  table.size = sizeof table;
  ck_assert_int_eq(enroll(kind, &to, &table, NULL), CXD_OK);
  ck_assert_int_eq(destroyed, 0);
  close_targets(&to);
  ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(a_table_without_its_method_is_refused_and_let_go_of_once) {
  enum kind kind = (enum kind)_i;
  struct targets to;
  int destroyed = 0;
  open_targets(&to);
  struct head table = table_of(kind, &destroyed);
  table.methods[0] = NULL;
  refused_table(kind, &to, &table, CXD_E_ARGUMENT, 1);
  close_targets(&to);
  ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(a_table_for_a_wrong_handle_is_let_go_of_once) {
  enum kind kind = (enum kind)_i;
  static union {
    max_align_t align;
    unsigned char bytes[512];
  } foreign;
  struct targets none = {NULL, NULL, NULL}, wrong = {(cxd_client *)(void *)&foreign, (cxd_updater *)(void *)&foreign, (cxd_validator *)(void *)&foreign};
  int destroyed = 0;
  struct head table = table_of(kind, &destroyed);
  refused_table(kind, &none, &table, CXD_E_ARGUMENT, 1);
  refused_table(kind, &wrong, &table, CXD_E_ARGUMENT, 1);
}
END_TEST

START_TEST(no_table_is_an_error_of_the_caller) {
  struct targets to;
  cxd_error *error = NULL;
  open_targets(&to);
  ck_assert_int_eq(enroll((enum kind)_i, &to, NULL, &error), CXD_E_ARGUMENT);
  ck_error(&error, CXD_E_ARGUMENT, "NULL");
  close_targets(&to);
}
END_TEST

START_TEST(a_table_that_is_replaced_is_let_go_of_at_once) {
  static const enum kind replaceable[] = {PROVIDER, LOG, LOGGER};
  enum kind kind = replaceable[_i];
  struct targets to;
  int first = 0, second = 0;
  open_targets(&to);
  struct head table = table_of(kind, &first), other = table_of(kind, &second);
  ck_assert_int_eq(enroll(kind, &to, &table, NULL), CXD_OK);
  memset(&table, 0, sizeof table); /* it was copied */
  ck_assert_int_eq(enroll(kind, &to, &other, NULL), CXD_OK);
  ck_assert_int_eq(first, 1);
  ck_assert_int_eq(second, 0);
  close_targets(&to);
  ck_assert_int_eq(first, 1);
  ck_assert_int_eq(second, 1);
}
END_TEST

START_TEST(a_table_without_destroy_is_fine) {
  struct targets to;
  int destroyed = 0;
  open_targets(&to);
  struct head table = table_of((enum kind)_i, &destroyed);
  table.destroy = NULL;
  ck_assert_int_eq(enroll((enum kind)_i, &to, &table, NULL), CXD_OK);
  close_targets(&to);
  ck_assert_int_eq(destroyed, 0);
}
END_TEST

struct inner {
  struct targets to;
  int destroyed[KINDS];
  cxd_status status[KINDS];
};

static int32_t register_inside(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  struct inner *inner = user_data;
  (void)change;
  (void)at_unix_ms;
  (void)report;
  for (unsigned kind = 0; merged && kind < RULE; kind++) {
    struct head table = table_of((enum kind)kind, &inner->destroyed[kind]);
    inner->status[kind] = enroll((enum kind)kind, &inner->to, &table, NULL);
  }
  return CXD_ACCEPTED;
}

START_TEST(nothing_is_registered_while_a_call_is_in_progress) {
  struct rig rig;
  struct inner inner = {.destroyed = {0}};
  cxd_rule rule = {.size = sizeof rule, .user_data = &inner, .check = register_inside};
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_validator_new(rig.config, &inner.to.validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(inner.to.validator, &rule, NULL), CXD_OK);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, inner.to.validator, &rig.updater, NULL), CXD_OK);
  inner.to.client = rig.client;
  inner.to.updater = rig.updater;
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  for (unsigned kind = 0; kind < RULE; kind++) {
    ck_assert_int_eq(inner.status[kind], CXD_E_STATE);
    ck_assert_int_ge(inner.destroyed[kind], 1);
  }
  cxd_validator_free(inner.to.validator);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("plugins");
  TCase *tc = tcase_create("provider");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, a_provider_replaces_the_exchange_and_its_token_is_kept);
  tcase_add_test(tc, a_provider_needs_no_credentials_in_the_config);
  tcase_add_test(tc, a_provider_takes_the_place_of_a_static_token);
  tcase_add_test(tc, after_a_401_the_provider_is_told_that_its_token_was_refused);
  tcase_add_test(tc, a_token_that_comes_later_from_another_thread_is_taken);
  tcase_add_test(tc, pending_after_the_answer_is_fine_too);
  tcase_add_test(tc, a_final_failure_is_told_and_remembered);
  tcase_add_test(tc, after_a_passing_failure_the_next_call_asks_again);
  tcase_add_loop_test(tc, what_is_no_token_is_refused_and_never_sent, 0, (int)(sizeof bad_tokens / sizeof *bad_tokens));
  tcase_add_test(tc, a_token_over_the_limit_is_refused);
  tcase_add_test(tc, a_sink_is_completed_once);
  tcase_add_test(tc, accepting_without_a_token_is_a_failure);
  tcase_add_loop_test(tc, a_provider_that_answers_rubbish_has_failed_whatever_it_put_in, 0, (int)(sizeof rubbish / sizeof *rubbish));
  tcase_add_test(tc, a_provider_that_never_answers_is_waited_for_until_the_deadline);
  tcase_add_test(tc, a_cancel_ends_the_wait_for_a_provider);
  tcase_add_test(tc, a_provider_that_calls_back_is_told_so);
  tcase_add_test(tc, a_provider_may_free_its_client);
  suite_add_tcase(suite, tc);
  tc = tcase_create("tables");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_loop_test(tc, a_table_of_the_wrong_size_is_refused_and_let_go_of_once, 0, KINDS);
  tcase_add_loop_test(tc, a_table_of_the_first_version_is_taken_without_a_look_behind_it, 0, KINDS);
  tcase_add_loop_test(tc, a_longer_table_with_nothing_in_its_tail_is_taken, 0, KINDS);
  tcase_add_loop_test(tc, a_table_without_its_method_is_refused_and_let_go_of_once, 0, KINDS);
  tcase_add_loop_test(tc, a_table_for_a_wrong_handle_is_let_go_of_once, 0, KINDS);
  tcase_add_loop_test(tc, no_table_is_an_error_of_the_caller, 0, KINDS);
  tcase_add_loop_test(tc, a_table_that_is_replaced_is_let_go_of_at_once, 0, 3);
  tcase_add_loop_test(tc, a_table_without_destroy_is_fine, 0, KINDS);
  tcase_add_test(tc, nothing_is_registered_while_a_call_is_in_progress);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}
