/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What plug-ins throw: kept out of C, rethrown by the call, and nothing is lost by it. */
#include "rig.hpp"

static const char NIGHT[] = "std: it is night";

/* An update after one that threw: the library has left its frames and is as good as before. */
static void still_works(cxd::updater &updater, std::int64_t concurrent) { ck_assert(updater.try_apply(calls(concurrent)).has_value()); }

START_TEST(an_exception_of_on_result_is_rethrown_and_the_update_is_done) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  bool quiet = false;
  updater.on_result([&](cxd::result_view result) {
    if (!quiet)
      throw std::runtime_error(result.outcome() == cxd::outcome::applied ? "it is night" : "?");
  });
  ck_text(thrown_by([&] { (void)updater.apply(calls(120)); }), NIGHT);
  ck_assert_int_eq(sim_number(&here.sim, "applied_total"), 1);

  std::optional<cxd::update_result> result;
  ck_text(thrown_by([&] { updater.apply(calls(110), result); }), NIGHT);
  ck_assert(result && result->outcome() == cxd::outcome::applied);
  ck_assert_int_eq(result->status(), CXD_OK);
  ck_assert_int_eq(result->callback_status(), CXD_E_CALLBACK);

  auto tried = updater.try_apply(calls(100));
  ck_assert_int_eq(tried.status(), CXD_E_CALLBACK);
  ck_text(thrown_in(tried.error()), NIGHT);
  ck_assert(tried.error().result()->outcome() == cxd::outcome::applied);
  quiet = true;
  still_works(updater, 90);
  updater.apply(calls(80), result);
  ck_assert_int_eq(result->new_concurrent(), 80);
  ck_assert(cxd::audit_verify(here.audit_path()).ok());
}
END_TEST

START_TEST(what_is_no_std_exception_is_rethrown_as_well) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  updater.on_result([](cxd::result_view) { throw 7; });
  ck_text(thrown_by([&] { (void)updater.apply(calls(120)); }), "int: 7");
}
END_TEST

START_TEST(the_first_of_several_is_rethrown) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  int second = 0;
  updater.on_result([](cxd::result_view) { throw 1; });
  updater.on_result([&](cxd::result_view) { second++, throw 2; });
  ck_text(thrown_by([&] { (void)updater.apply(calls(120)); }), "int: 1");
  ck_assert_int_eq(second, 1);
  client.set_log([](cxd::log_level, std::string_view) { throw 0; });
  ck_text(thrown_by([&] { (void)updater.apply(calls(110)); }), "int: 0");
}
END_TEST

START_TEST(false_is_not_accepted_without_an_exception) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  updater.on_result([](cxd::result_view) { return false; });
  ck_assert_int_eq(updater.apply(calls(120)).callback_status(), CXD_E_CALLBACK);
}
END_TEST

START_TEST(an_exception_of_a_logger_stops_the_update_before_anything_is_sent) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  for (bool in_sync : {false, true}) {
    cxd::updater updater(config, client);
    updater.set_audit_logger([=](std::string_view) { if (!in_sync) throw std::runtime_error("it is night"); }, [=] { if (in_sync) throw std::runtime_error("it is night"); });
    std::optional<cxd::update_result> result;
    ck_text(thrown_by([&] { updater.apply(calls(120), result); }), NIGHT);
    ck_assert_int_eq(result->status(), CXD_E_AUDIT);
    auto tried = updater.try_apply(calls(120));
    ck_assert_int_eq(tried.status(), CXD_E_AUDIT);
    ck_text(thrown_in(tried.error()), NIGHT);
  }
  ck_assert_int_eq(sim_number(&here.sim, "applied_total"), 0);
}
END_TEST

START_TEST(an_exception_of_a_rule_refuses_the_update) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::validator validator(config);
  cxd::updater updater(config, client, validator);
  bool merged_only = true;
  validator.add_rule([&](cxd::rule_context &context) {
    if (!merged_only || context.merged())
      throw std::runtime_error("it is night");
  });
  ck_text(thrown_by([&] { (void)updater.apply(calls(120)); }), NIGHT);
  merged_only = false;
  ck_text(thrown_by([&] { (void)updater.plan(calls(120)); }), NIGHT);
  ck_assert_int_eq(sim_number(&here.sim, "applied_total"), 0);
}
END_TEST

START_TEST(an_exception_of_a_log_waits_for_the_end_of_the_call) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  int lines = 0, lives = 0;
  client.set_log([&, kept = life(lives)](cxd::log_level, std::string_view) {
    if (++lines == 1)
      throw std::runtime_error("it is night");
  });
  ck_assert_int_eq(lives, 1);
  std::optional<cxd::update_result> result;
  ck_text(thrown_by([&] { updater.apply(calls(120), result); }), NIGHT);
  ck_assert_int_gt(lines, 1);
  ck_assert(result->outcome() == cxd::outcome::applied);
  still_works(updater, 110);
  client.set_log([](cxd::log_level, std::string_view) {});
  ck_assert_int_eq(lives, 0);
}
END_TEST

START_TEST(an_exception_of_a_checkpoint_is_noted_and_rethrown) {
  rig here;
  cxd::config config = here.config({{"audit.max_bytes", "100"}}); /* each update begins a segment, which is a checkpoint */
  cxd::client client(config);
  cxd::updater updater(config, client);
  (void)updater.apply(calls(130));
  std::string kept;
  updater.on_checkpoint([&](std::int64_t seq, std::string_view h) {
    kept = std::to_string(seq) + ":" + std::string(h);
    throw std::runtime_error("it is night");
  });
  std::optional<cxd::update_result> result;
  ck_text(thrown_by([&] { updater.apply(calls(120), result); }), NIGHT);
  ck_assert(result->callback_status() == CXD_E_CALLBACK && result->outcome() == cxd::outcome::applied);
  cxd::audit_reader reader(here.audit_path());
  reader.expect(kept);
  while (reader.read())
    ;
  ck_assert(reader.findings().ok());
}
END_TEST

START_TEST(a_call_inside_a_callback_has_a_border_of_its_own) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  std::string inner, refused;
  bool armed = false;
  cxd::validator validator;
  validator.add_rule([](cxd::rule_context &) { throw 5; });
  updater.on_result([&](cxd::result_view result) {
    inner = thrown_by([&] { (void)validator.check(calls(10)); });
    refused = thrown_by([&] { (void)updater.apply(calls(100)); });
    (void)client.get(result.campaign_id());
    if (armed)
      (void)validator.check(calls(10));
  });
  ck_text(thrown_by([&] { (void)updater.apply(calls(120)); }), "nothing");
  ck_text(inner, "int: 5");
  ck_text(refused, "cxd: CXD_E_REENTRANT");
  armed = true;
  ck_text(thrown_by([&] { (void)updater.apply(calls(110)); }), "int: 5");
}
END_TEST

START_TEST(an_updater_may_go_inside_its_own_callback) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  auto updater = std::make_unique<cxd::updater>(config, client);
  int lives = 0;
  updater->on_result([&, kept = life(lives)](cxd::result_view) {
    updater.reset();
    throw 3;
  });
  std::optional<cxd::update_result> result;
  ck_text(thrown_by([&, raw = updater.get()] { raw->apply(calls(120), result); }), "int: 3");
  ck_assert(result->outcome() == cxd::outcome::applied);
  ck_assert_int_eq(lives, 0);
}
END_TEST

START_TEST(what_refuses_a_plug_in_destroys_it_once) {
  rig here;
  cxd::config config = here.config();
  int lives = 0;
  cxd::client client(config), other(std::move(client));
  cxd::updater updater(config, other), gone(std::move(updater));
  cxd::validator validator, taken(std::move(validator));
  auto pass = [kept = life(lives)](auto &&...) {};
  ck_assert_int_eq(lives, 1);
  ck_assert_int_eq(client.try_set_log(pass).status(), CXD_E_ARGUMENT);
  ck_assert_int_eq(client.try_set_token_provider([pass](cxd::token_request) { return "t"; }).status(), CXD_E_ARGUMENT);
  ck_assert_int_eq(updater.try_set_audit_logger(pass, pass).status(), CXD_E_ARGUMENT);
  ck_assert_int_eq(updater.try_on_result(pass).status(), CXD_E_ARGUMENT);
  ck_assert_int_eq(validator.try_add_rule(pass).status(), CXD_E_ARGUMENT);
  ck_assert_int_eq(lives, 1);
  cxd::batch batch(gone);
  ck_assert_int_eq(gone.try_on_progress(pass).status(), CXD_E_STATE);
  ck_assert_int_eq(lives, 1);
}
END_TEST

START_TEST(a_callable_that_can_only_be_moved_is_taken) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  updater.on_result([count = std::make_unique<int>(0)](cxd::result_view) { return ++*count == 1; });
  ck_assert_int_eq(updater.apply(calls(120)).callback_status(), CXD_OK);
  ck_assert_int_eq(updater.apply(calls(110)).callback_status(), CXD_E_CALLBACK);
}
END_TEST

START_TEST(a_call_through_c_lets_nothing_out) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  updater.on_result([](cxd::result_view) { throw 4; });
  cxd_result *raw = nullptr;
  ck_assert_int_eq(cxd_updater_apply(updater.raw(), calls(120).raw(), &raw, nullptr), CXD_OK);
  cxd::update_result result(raw);
  ck_assert_int_eq(result.callback_status(), CXD_E_CALLBACK);
  ck_text(thrown_by([&] { (void)client.get(SAMPLE_ID); }), "nothing");
}
END_TEST

TCase *cases_of_exceptions() {
  TCase *cases = tcase_create("exceptions");
  tcase_add_test(cases, an_exception_of_on_result_is_rethrown_and_the_update_is_done);
  tcase_add_test(cases, what_is_no_std_exception_is_rethrown_as_well);
  tcase_add_test(cases, the_first_of_several_is_rethrown);
  tcase_add_test(cases, false_is_not_accepted_without_an_exception);
  tcase_add_test(cases, an_exception_of_a_logger_stops_the_update_before_anything_is_sent);
  tcase_add_test(cases, an_exception_of_a_rule_refuses_the_update);
  tcase_add_test(cases, an_exception_of_a_log_waits_for_the_end_of_the_call);
  tcase_add_test(cases, an_exception_of_a_checkpoint_is_noted_and_rethrown);
  tcase_add_test(cases, a_call_inside_a_callback_has_a_border_of_its_own);
  tcase_add_test(cases, an_updater_may_go_inside_its_own_callback);
  tcase_add_test(cases, what_refuses_a_plug_in_destroys_it_once);
  tcase_add_test(cases, a_callable_that_can_only_be_moved_is_taken);
  tcase_add_test(cases, a_call_through_c_lets_nothing_out);
  return cases;
}
