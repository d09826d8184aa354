/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Batches: blocking, in a poll loop, as events, and with plug-ins that throw. */
#include "rig.hpp"

#include <poll.h>

#define ITEMS 12

/* A simulator with campaigns c-0, c-1, ... and a batch that changes them. */
struct many {
  explicit many(const char *key = "rate.limit", const char *value = "0") : config(here.config({{key, value}})), client(config), updater(config, client) {}
  void fill(cxd::batch &batch) const {
    for (int i = 0; i < ITEMS; i++)
      batch.add_json("{\"id\":\"c-" + std::to_string(i) + "\",\"maxConcurrentCalls\":120}");
  }

  rig files{};
  std::string file = written(std::string(files.dir) + "/campaigns.json");
  rig here{{"--campaigns", file.c_str(), "--rate", "0"}};
  cxd::config config;
  cxd::client client;
  cxd::updater updater;

private:
  static std::string written(std::string path) { return sim_write_campaigns(path.c_str(), ITEMS), path; }
};

static std::size_t applied(cxd::batch &batch) {
  std::size_t count = 0;
  const cxd::batch &read_only = batch;
  for (cxd::batch_item_view item : read_only)
    count += item.result().outcome() == cxd::outcome::applied && item.result().campaign_id() == "c-" + std::to_string(item.index());
  return count;
}

START_TEST(a_batch_that_blocks) {
  many all;
  std::size_t last = 0, intents = 0;
  all.updater.on_progress([&](std::size_t done, std::size_t total) { last = done * 1000 + total; });
  all.updater.on_sending([&](cxd::sendings about) {
    for (const cxd::sending &one : about)
      intents += one.item < ITEMS && one.intent.front() == '{';
  });
  cxd::batch batch(all.updater);
  all.fill(batch);
  ck_assert_uint_eq(batch.count(), ITEMS);
  ck_assert(!batch[0].result());
  batch.run();
  ck_assert_uint_eq(applied(batch), ITEMS);
  ck_assert_uint_eq(last, ITEMS * 1000 + ITEMS);
  ck_assert_uint_eq(intents, ITEMS);
  ck_assert(batch.done() == ITEMS && batch.in_flight() == 0 && batch.failed() == 0 && batch.outcomes(cxd::outcome::applied) == ITEMS && batch.eta() == cxd::milliseconds(0));
  batch[0].drop_result();
  ck_assert(!batch[0].result());
}
END_TEST

START_TEST(a_batch_in_a_poll_loop) {
  many all;
  cxd::batch batch(all.updater);
  all.fill(batch);
  do {
    pollfd wait{batch.fd(), POLLIN, 0};
    auto timeout = batch.timeout();
    (void)poll(&wait, 1, timeout ? static_cast<int>(timeout->count()) : -1);
  } while (batch.process() > 0);
  ck_assert_uint_eq(applied(batch), ITEMS);
}
END_TEST

START_TEST(a_batch_as_events) {
  many all;
  cxd::batch batch(all.updater);
  all.fill(batch);
  std::size_t results = 0;
  for (bool over = false; !over;) {
    cxd::event event = batch.next_event();
    results += event.kind() == cxd::event_kind::result && event.result().outcome() == cxd::outcome::applied && event.item() < ITEMS;
    over = event.kind() == cxd::event_kind::done && event.done() == ITEMS && event.total() == ITEMS;
  }
  ck_assert_uint_eq(results, ITEMS);
}
END_TEST

START_TEST(a_token_is_asked_for_by_an_event) {
  many all;
  all.client.use_token_events();
  cxd::batch batch(all.updater);
  all.fill(batch);
  int asked = 0;
  for (bool over = false; !over;) {
    cxd::event event = batch.next_event();
    over = event.kind() == cxd::event_kind::done;
    if (event.kind() != cxd::event_kind::token)
      continue;
    char *token = sim_token(&all.here.sim, "campaign:write");
    ck_text(event.token_request().scope(), "campaign:write");
    cxd::token_sink sink = event.take_token_sink();
    ck_assert(!event.take_token_sink());
    ck_assert_int_eq(sink.accept(token), CXD_OK);
    free(token);
    asked++;
  }
  ck_assert_int_eq(asked, 1);
  ck_assert_uint_eq(applied(batch), ITEMS);
}
END_TEST

START_TEST(a_token_event_that_nobody_answers_is_a_failure_and_no_hang) {
  many all;
  all.client.use_token_events();
  cxd::batch batch(all.updater);
  all.fill(batch);
  while (batch.next_event().kind() != cxd::event_kind::done)
    ;
  ck_assert_uint_eq(batch.failed(), ITEMS);
  ck_assert_int_eq(batch[0].result().status(), CXD_E_TOKEN);
}
END_TEST

START_TEST(an_exception_of_on_result_does_not_stop_a_batch) {
  many all;
  all.updater.on_result([](cxd::result_view result) {
    if (result.campaign_id() == "c-3")
      throw 3;
  });
  cxd::batch batch(all.updater);
  all.fill(batch);
  ck_text(thrown_by([&] { batch.run(); }), "int: 3");
  ck_assert_uint_eq(applied(batch), ITEMS);
  ck_text(thrown_by([&] { batch.run(); }), "nothing");
  std::size_t noted = 0;
  for (cxd::batch_item item : batch)
    noted += item.result().callback_status() == CXD_E_CALLBACK;
  ck_assert_uint_eq(noted, 1);
}
END_TEST

START_TEST(an_exception_of_on_progress_lets_no_more_begin) {
  many all("update.concurrency", "1");
  all.updater.on_progress([](std::size_t, std::size_t) { throw std::runtime_error("enough"); });
  cxd::batch batch(all.updater);
  all.fill(batch);
  ck_text(thrown_by([&] { batch.run(); }), "std: enough");
  ck_assert_uint_ge(batch.outcomes(cxd::outcome::cancelled), ITEMS / 2);
  ck_assert_int_eq(batch.try_run().status(), CXD_E_CANCELLED);
}
END_TEST

START_TEST(an_exception_of_on_sending_holds_the_puts_back) {
  many all;
  all.updater.on_sending([](cxd::sendings) { throw std::runtime_error("no journal"); });
  cxd::batch batch(all.updater);
  all.fill(batch);
  ck_text(thrown_by([&] { batch.run(); }), "std: no journal");
  ck_assert_uint_eq(batch.outcomes(cxd::outcome::not_applied), ITEMS);
  ck_assert_uint_eq(sim_count(&all.here.sim, "PUT"), 0);
}
END_TEST

START_TEST(process_rethrows_in_the_call_that_ran_the_callback) {
  many all;
  bool running = false;
  int outside = 0, thrown = 0;
  all.updater.on_result([&](cxd::result_view) { outside += !running, throw 1; });
  cxd::batch batch(all.updater);
  all.fill(batch);
  while (batch.done() < batch.count()) {
    pollfd wait{batch.fd(), POLLIN, 0};
    (void)poll(&wait, 1, static_cast<int>(batch.timeout().value_or(cxd::for_ever).count()));
    std::size_t before = batch.done();
    running = true;
    std::string said = thrown_by([&] { (void)batch.process(); });
    running = false;
    ck_text(said, batch.done() > before ? "int: 1" : "nothing");
    thrown += said != "nothing";
  }
  ck_assert(thrown > 0 && outside == 0);
  ck_assert_uint_eq(applied(batch), ITEMS);
}
END_TEST

START_TEST(an_exception_takes_no_event_away) {
  many all;
  all.updater.on_result([](cxd::result_view) { throw 1; });
  cxd::batch batch(all.updater);
  all.fill(batch);
  std::size_t results = 0, thrown = 0;
  for (bool over = false; !over;) {
    std::string said = thrown_by([&] {
      cxd::event event = batch.next_event();
      results += event.kind() == cxd::event_kind::result;
      over = event.kind() == cxd::event_kind::done;
    });
    thrown += said == "int: 1";
  }
  ck_assert_uint_eq(results, ITEMS);
  ck_assert(thrown > 0);
  ck_text(thrown_by([&] { (void)batch.next_event(); }), "nothing");
}
END_TEST

START_TEST(a_batch_may_go_inside_a_callback_of_its_own) {
  many all;
  std::unique_ptr<cxd::batch> batch;
  all.updater.on_result([&](cxd::result_view) { batch.reset(), throw 2; });
  batch = std::make_unique<cxd::batch>(all.updater);
  all.fill(*batch);
  ck_text(thrown_by([&, raw = batch.get()] { (void)raw->next_event(); }), "int: 2");
}
END_TEST

START_TEST(a_stopped_batch_begins_no_more) {
  many all;
  cxd::batch batch(all.updater);
  all.fill(batch);
  batch.stop();
  batch.cancel();
  auto ran = batch.try_run();
  ck_assert(ran.has_value() || ran.status() == CXD_E_CANCELLED);
  ck_assert_uint_eq(batch.done(), ITEMS);
}
END_TEST

TCase *cases_of_batches() {
  TCase *cases = tcase_create("batches");
  tcase_add_test(cases, a_batch_that_blocks);
  tcase_add_test(cases, a_batch_in_a_poll_loop);
  tcase_add_test(cases, a_batch_as_events);
  tcase_add_test(cases, a_token_is_asked_for_by_an_event);
  tcase_add_test(cases, a_token_event_that_nobody_answers_is_a_failure_and_no_hang);
  tcase_add_test(cases, an_exception_of_on_result_does_not_stop_a_batch);
  tcase_add_test(cases, an_exception_of_on_progress_lets_no_more_begin);
  tcase_add_test(cases, an_exception_of_on_sending_holds_the_puts_back);
  tcase_add_test(cases, process_rethrows_in_the_call_that_ran_the_callback);
  tcase_add_test(cases, an_exception_takes_no_event_away);
  tcase_add_test(cases, a_batch_may_go_inside_a_callback_of_its_own);
  tcase_add_test(cases, a_stopped_batch_begins_no_more);
  return cases;
}
