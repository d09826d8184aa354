/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Token providers: with an answer at once, with a sink that is completed then or later, and those that throw. */
#include "rig.hpp"

#include <thread>

static std::string bought(const rig &here) {
  char *text = sim_token(&here.sim, "campaign:write");
  std::string token(text);
  free(text);
  return token;
}

START_TEST(a_provider_answers_at_once) {
  rig here;
  cxd::client client(here.config());
  int lives = 0, asked = 0;
  std::string scope;
  client.set_token_provider([&, kept = life(lives)](cxd::token_request request) {
    asked++;
    scope = std::string(request.scope()) + (request.forced() ? " forced" : "") + (request.token_url().empty() ? " nowhere" : "");
    return cxd::token(bought(here), std::chrono::hours(1));
  });
  (void)client.get(SAMPLE_ID), (void)client.get(SAMPLE_ID);
  ck_assert_int_eq(asked, 1);
  ck_text(scope, "campaign:write");
  client.set_token_provider([&](cxd::token_request) { return bought(here); });
  ck_assert_int_eq(lives, 0);
  (void)client.get(SAMPLE_ID);
}
END_TEST

START_TEST(a_provider_without_a_token_is_a_failure) {
  rig here;
  cxd::client client(here.config());
  client.set_token_provider([](cxd::token_request) { return std::optional<cxd::token>(); });
  ck_text(thrown_by([&] { (void)client.get(SAMPLE_ID); }), "cxd: CXD_E_TOKEN");
  client.set_token_provider([](cxd::token_request) { return "not a token"; });
  ck_text(thrown_by([&] { (void)client.get(SAMPLE_ID); }), "cxd: CXD_E_TOKEN");
  ck_assert_uint_eq(sim_count(&here.sim, "GET"), 0);
}
END_TEST

/* A provider that throws; set anew, so that the failure before is forgotten and it is asked again. */
static void seal(cxd::client &client) {
  client.set_token_provider([](cxd::token_request) -> std::string { throw std::runtime_error("the vault is sealed"); });
}

START_TEST(an_exception_of_a_provider_is_rethrown_by_whatever_needed_the_token) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  seal(client);
  ck_text(thrown_by([&] { (void)client.get(SAMPLE_ID); }), "std: the vault is sealed");
  seal(client);
  ck_text(thrown_by([&] { (void)client.list(); }), "std: the vault is sealed");
  seal(client);
  auto got = client.try_get(SAMPLE_ID);
  ck_assert_int_eq(got.status(), CXD_E_TOKEN);
  ck_text(thrown_in(got.error()), "std: the vault is sealed");
  seal(client);
  std::optional<cxd::update_result> result;
  ck_text(thrown_by([&] { updater.apply(calls(120), result); }), "std: the vault is sealed");
  ck_assert(result->outcome() == cxd::outcome::not_applied && result->status() == CXD_E_TOKEN);
  client.set_token_provider([&](cxd::token_request) { return bought(here); });
  updater.apply(calls(120), result);
  ck_assert(result->outcome() == cxd::outcome::applied);
}
END_TEST

START_TEST(a_provider_that_threw_is_left_alone_for_a_while) {
  rig here;
  cxd::client client(here.config());
  int asked = 0;
  auto throwing = [&](cxd::token_request) -> std::string { asked++, throw std::runtime_error("the vault is sealed"); };
  client.set_token_provider(throwing);
  ck_text(thrown_in(client.try_get(SAMPLE_ID).error()), "std: the vault is sealed");
  auto next = client.try_get(SAMPLE_ID);
  ck_assert_int_eq(next.status(), CXD_E_TOKEN);
  ck_text(thrown_in(next.error()), "nothing");
  ck_assert_int_eq(asked, 1);
  client.set_token_provider(throwing);
  ck_text(thrown_in(client.try_get(SAMPLE_ID).error()), "std: the vault is sealed");
  ck_assert_int_eq(asked, 2);

  client.set_token_provider([&](cxd::token_request, cxd::token_sink sink) {
    if (++asked == 3)
      (void)sink.fail("the vault is being opened", true);
    else
      (void)sink.accept(cxd::token(bought(here)));
  });
  ck_assert(client.try_get(SAMPLE_ID).has_value() || client.try_get(SAMPLE_ID).has_value());
  ck_assert_int_eq(asked, 4);
}
END_TEST

START_TEST(a_sink_is_completed_in_the_call) {
  rig here;
  cxd::client client(here.config());
  cxd::status again = CXD_OK, once = CXD_E_STATE;
  client.set_token_provider([&](cxd::token_request, cxd::token_sink sink) {
    once = sink.accept(cxd::token(bought(here)));
    again = sink.accept("second");
  });
  (void)client.get(SAMPLE_ID);
  ck_assert(once == CXD_OK && again == CXD_E_STATE);
  client.set_token_provider([&](cxd::token_request, cxd::token_sink sink) { (void)sink.fail("the vault is sealed"); });
  auto got = client.try_get(SAMPLE_ID);
  ck_assert_ptr_nonnull(strstr(got.error().what(), "the vault is sealed"));
  ck_assert(!got.error().retryable());
  client.set_token_provider([&](cxd::token_request, cxd::token_sink sink) { (void)sink.fail(std::string_view("a\0b", 3)); });
  ck_assert_ptr_nonnull(strstr(client.try_get(SAMPLE_ID).error().what(), "zero byte"));
}
END_TEST

START_TEST(a_sink_is_completed_later_by_another_thread) {
  rig here;
  cxd::client client(here.config());
  std::thread thread;
  client.set_token_provider([&](cxd::token_request, cxd::token_sink sink) {
    thread = std::thread([&here, sink = std::move(sink)]() mutable { (void)sink.accept(cxd::token(bought(here))); });
  });
  (void)client.get(SAMPLE_ID);
  thread.join();
}
END_TEST

START_TEST(a_sink_that_is_dropped_fails) {
  rig here;
  cxd::client client(here.config());
  client.set_token_provider([](cxd::token_request, cxd::token_sink) {});
  auto got = client.try_get(SAMPLE_ID);
  ck_assert_int_eq(got.status(), CXD_E_TOKEN);
  ck_assert_ptr_nonnull(strstr(got.error().what(), "dropped without a token"));
  std::thread thread;
  client.set_token_provider([&](cxd::token_request, cxd::token_sink sink) { thread = std::thread([sink = std::move(sink)] {}); });
  ck_assert_int_eq(client.try_get(SAMPLE_ID).status(), CXD_E_TOKEN);
  thread.join();
}
END_TEST

START_TEST(an_exception_beside_a_sink_is_rethrown_wherever_the_sink_is) {
  rig here;
  cxd::client client(here.config());
  cxd::token_sink kept;
  std::atomic<bool> asked{false};
  auto throwing = [&](int how) {
    client.set_token_provider([&, how](cxd::token_request, cxd::token_sink sink) {
      if (how == 1)
        (void)sink.accept(cxd::token(bought(here)));
      if (how == 2)
        kept = std::move(sink), asked = true;
      throw how;
    });
    return client.try_get(SAMPLE_ID);
  };
  for (int how : {0, 1}) {
    auto got = throwing(how);
    ck_assert_int_eq(got.status(), CXD_E_TOKEN);
    ck_text(thrown_in(got.error()), "int: " + std::to_string(how));
  }
  std::thread later([&, token = bought(here)] { /* who has the sink may still complete it: the library keeps it */
    while (!asked)
      std::this_thread::yield();
    (void)kept.accept(cxd::token(token));
  });
  auto got = throwing(2);
  later.join();
  ck_text(thrown_in(got.error()), "int: 2");
  ck_assert_uint_eq(sim_count(&here.sim, "GET"), 1);
}
END_TEST

TCase *cases_of_tokens() {
  TCase *cases = tcase_create("tokens");
  tcase_add_test(cases, a_provider_answers_at_once);
  tcase_add_test(cases, a_provider_without_a_token_is_a_failure);
  tcase_add_test(cases, an_exception_of_a_provider_is_rethrown_by_whatever_needed_the_token);
  tcase_add_test(cases, a_provider_that_threw_is_left_alone_for_a_while);
  tcase_add_test(cases, a_sink_is_completed_in_the_call);
  tcase_add_test(cases, a_sink_is_completed_later_by_another_thread);
  tcase_add_test(cases, a_sink_that_is_dropped_fails);
  tcase_add_test(cases, an_exception_beside_a_sink_is_rethrown_wherever_the_sink_is);
  return cases;
}
