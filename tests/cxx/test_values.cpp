/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What needs no server: handles, texts, documents, findings, hours. */
#include "rig.hpp"

#include <cmath>

static_assert(!std::is_copy_constructible_v<cxd::config> && std::is_nothrow_move_constructible_v<cxd::config> && std::is_nothrow_move_assignable_v<cxd::config>);
static_assert(!std::is_copy_constructible_v<cxd::campaign> && !std::is_copy_constructible_v<cxd::client> && !std::is_copy_constructible_v<cxd::updater>);
static_assert(!std::is_copy_constructible_v<cxd::batch> && std::is_nothrow_move_constructible_v<cxd::batch> && !std::is_copy_assignable_v<cxd::token_sink>);
static_assert(!std::is_convertible_v<cxd_config *, cxd::config>, "a handle is taken over on purpose only");
static_assert(std::is_nothrow_copy_constructible_v<cxd::error>, "as std::exception wants it");

START_TEST(a_handle_moves_and_leaves_nothing_behind) {
  cxd::campaign first("c-1");
  cxd_campaign *raw = first.raw();
  cxd::campaign second(std::move(first));
  ck_assert_ptr_eq(second.raw(), raw);
  ck_assert(!first && second);
  ck_text(thrown_by([&] { first.set("/name", "x"); }), "cxd: CXD_E_ARGUMENT");
  ck_text(first.id(), "");
  first = cxd::campaign("c-2");
  second = std::move(first);
  ck_text(second.id(), "c-2");
  cxd::campaign &same = second;
  second = std::move(same);
  ck_text(second.id(), "c-2");
}
END_TEST

START_TEST(a_handle_is_given_away_and_taken_over) {
  cxd::campaign lent("c-1");
  cxd_campaign *raw = lent.release();
  ck_assert(!lent);
  cxd::campaign taken(raw);
  ck_text(taken.id(), "c-1");
}
END_TEST

START_TEST(a_config_says_what_it_holds) {
  cxd::config config;
  config.set("rate.limit", "42").set("auth.client_secret", "s3cret");
  ck_text(config.get("rate.limit").value(), "42");
  ck_text(config.get("auth.client_secret").value(), "***");
  ck_assert(!config.get("no.such"));
  config.set_default("rate.limit");
  ck_assert(config.get("rate.limit") != "42");
  ck_assert_ptr_nonnull(strstr(config.to_json().c_str(), "\"rate.limit\""));
  std::size_t secrets = 0, rows = 0;
  for (cxd::config_key key : config.keys()) {
    rows += !key.name().empty() && !key.doc().empty() && !key.type().empty();
    secrets += key.secret();
  }
  ck_assert_uint_eq(rows, cxd_config_key_count());
  ck_assert_uint_gt(secrets, 0);
}
END_TEST

START_TEST(an_error_has_status_message_and_field) {
  cxd::config config;
  auto done = config.try_set("rate.limti", "1");
  ck_assert(!done);
  ck_assert_int_eq(done.status(), CXD_E_CONFIG);
  ck_text(done.error().field(), "rate.limti");
  ck_assert_ptr_nonnull(strstr(done.error().what(), "rate.limit"));
  ck_text(done.error().message(), done.error().what());
  ck_assert(!done.error().retry_after() && !done.error().retryable() && done.error().http_status() == 0);
  ck_assert_ptr_nonnull(strstr(done.error().to_json().c_str(), "CXD_E_CONFIG"));
  cxd::error copy = done.error(), moved = std::move(copy);
  ck_text(copy.message(), moved.message());
  ck_text(thrown_by([&] { config.set("rate.limti", "1"); }), "cxd: CXD_E_CONFIG");
}
END_TEST

/* A call that refused a text with a zero byte says so, not that something is NULL. */
template <class T> static void ck_cut(const cxd::expected<T> &refused) {
  ck_assert_int_eq(refused.status(), CXD_E_ARGUMENT);
  ck_assert_msg(std::string_view(refused.error().what()).find("zero byte") != std::string_view::npos, "%s", refused.error().what());
}

START_TEST(a_text_with_a_zero_byte_is_never_cut) {
  using namespace std::string_view_literals;
  cxd::config config;
  config.set("rate.limit", "42");
  ck_cut(config.try_set("rate.limit", "7\0x"sv));
  ck_cut(config.try_set("rate.limit\0x"sv, "7"));
  ck_cut(config.try_set_default("rate.limit\0x"sv));
  ck_cut(config.try_load_file("/dev/null\0x"sv));
  ck_assert(!config.get("rate.limit\0x"sv));
  ck_text(config.get("rate.limit").value(), "42");
  ck_cut(cxd::campaign::try_make("c-1\0x"sv));
  cxd::campaign change("c-1");
  ck_cut(change.try_set("/name\0x"sv, 1));
  ck_cut(change.try_set("/name", "a\0b"sv));
  ck_cut(change.try_set("/name", std::string("a\0b"sv)));
  ck_cut(change.try_set_json("/name", "1\0 2"sv));
  ck_cut(change.try_set_json("/name\0"sv, "1"));
  ck_cut(change.try_remove("/name\0"sv));
  ck_cut(change.try_get_int("/name\0x"sv));
  ck_cut(change.try_get_real("/name\0x"sv));
  ck_cut(change.try_get_bool("/name\0x"sv));
  ck_cut(change.try_get_string("/name\0x"sv));
  ck_assert(!change.has("/name") && !change.has("/id\0"sv));
  ck_assert(!cxd::has_feature("batch\0x"sv) && cxd::has_feature("batch"));
}
END_TEST

START_TEST(a_place_or_a_path_with_a_zero_byte_is_never_cut) {
  using namespace std::string_view_literals;
  cxd::validator validator;
  cxd::instant sunday(cxd::milliseconds(1772938800000));
  ck_cut(validator.try_window("UTC", "US\0-FL"sv));
  ck_cut(validator.try_window("UTC\0"sv));
  ck_cut(validator.try_open_minutes("UTC\0"sv, "2026-03-08"));
  ck_cut(validator.try_open_minutes("UTC", "2026-03-08\0"sv));
  ck_cut(validator.try_open_minutes("UTC", "2026-03-08", "US\0"sv));
  ck_cut(validator.try_schedule("UTC\0"sv, "US-FL", sunday, sunday));
  ck_cut(validator.try_schedule("UTC", "US-FL\0"sv, sunday, sunday));
  ck_cut(cxd::try_audit_verify("audit.jsonl", "key\0x"sv));
  ck_cut(cxd::try_audit_verify("audit\0.jsonl"sv));
  ck_cut(cxd::audit_reader::try_make("audit.jsonl", "key\0x"sv));
  ck_cut(cxd::audit_reader::try_make("audit\0.jsonl"sv));
  ck_cut(cxd::audit_reader(nullptr).try_expect("7\0:"sv));
  cxd::config config;
  config.set("api.base_url", "http://127.0.0.1:1").set("auth.client_id", "i").set("auth.client_secret", "s").set("audit.mode", "off");
  cxd::client client(config);
  cxd::updater updater(config, client);
  ck_cut(client.try_get("c-1\0"sv));
  ck_cut(client.try_list("c\0"sv));
  ck_cut(client.try_set_traceparent("00\0"sv));
  ck_cut(updater.try_rollback("audit\0"sv, 1));
  ck_cut(updater.try_plan_rollback("audit\0"sv, 1));
}
END_TEST

/* A moved-from object's call: it is the program's mistake, in words of its own, and its JSON says the same. */
template <class T> static void ck_gone(const cxd::expected<T> &refused, std::string_view words) {
  ck_assert_int_eq(refused.status(), CXD_E_ARGUMENT);
  ck_assert_msg(std::string_view(refused.error().what()).find(words) != std::string_view::npos, "%s", refused.error().what());
  std::string said = refused.error().to_json();
  ck_assert_msg(said.find("\"CXD_E_ARGUMENT\"") != std::string::npos && said.find(words) != std::string::npos, "%s", said.c_str());
}

START_TEST(a_call_of_what_was_moved_from_says_so) {
  cxd::config config, kept(std::move(config));
  cxd::campaign change("c-1"), taken(std::move(change));
  cxd::validator validator, mover(std::move(validator));
  ck_gone(config.try_to_json(), "the config is empty");
  ck_gone(change.try_to_json(), "the campaign is empty");
  ck_gone(change.try_copy(), "the campaign is empty");
  ck_gone(change.try_diff(taken), "the campaign is empty");
  ck_gone(taken.try_diff(change), "the campaign is empty");
  ck_gone(validator.try_jurisdictions(), "the validator is empty");
  ck_gone(validator.try_jurisdictions_json(), "the validator is empty");
  ck_gone(cxd::client(nullptr).try_stats_json(), "the client is empty");
  ck_gone(cxd::client(nullptr).try_stats_openmetrics(), "the client is empty");
  ck_gone(cxd::updater(nullptr).try_dangling_json(), "the updater is empty");
  ck_gone(cxd::update_result(nullptr).try_to_json(), "the result is empty");
  ck_gone(cxd::report_view().try_to_json(), "the report is empty");
  ck_gone(config.try_set("rate.limit", "1"), "config is");
  ck_assert(!change.has("/id") && change.id().empty() && !config.get("rate.limit"));
}
END_TEST

START_TEST(an_error_of_the_header_is_true_json) {
  cxd::error plain(CXD_E_ARGUMENT, "wrong");
  ck_text(plain.to_json(), R"({"status":"CXD_E_ARGUMENT","message":"wrong","field":null,"http_status":null,"server_code":null,"request_id":null,"retry_after_ms":null})");
  ck_assert_ptr_nonnull(strstr(cxd::error(CXD_E_STATE, "").to_json().c_str(), R"({"status":"CXD_E_STATE","message":null,)"));
  ck_assert_ptr_nonnull(strstr(cxd::error(CXD_E_STATE, "a \"b\" \\ \n \x7f \xc3\xa9 \xf0\x9f\x93\x9e").to_json().c_str(), "\"message\":\"a \\\"b\\\" \\\\ \\u000a \\u007f \xc3\xa9 \xf0\x9f\x93\x9e\""));
  ck_assert_ptr_nonnull(strstr(cxd::error(CXD_E_STATE, "\xff.\xc0\xaf.\xc3").to_json().c_str(), "\"message\":\"\xef\xbf\xbd.\xef\xbf\xbd\xef\xbf\xbd.\xef\xbf\xbd\""));
  cxd::campaign read_back = cxd::campaign::parse(cxd::error(CXD_E_STATE, "\xed\xa0\x80\xe0\x80\x80\xf4\x90\x80\x80\xf0\x80\x80\x80|\t\"").to_json());
  ck_assert_uint_eq(read_back.get_string("/message").size(), 14 * 3 + 3);

  /* The members, in their order, are those of the library's own. */
  auto members = [](const std::string &json) {
    std::string names;
    for (std::size_t at = 0; (at = json.find("\":", at)) != std::string::npos; at++)
      names += json.substr(json.rfind('"', at - 1), at - json.rfind('"', at - 1)) + " ";
    return names;
  };
  cxd::config config;
  ck_text(members(plain.to_json()), members(config.try_set("no.such", "1").error().to_json()));
}
END_TEST

START_TEST(a_member_takes_what_it_is_given) {
  cxd::campaign change("c-1");
  std::string text = "Night shift";
  change.set("/a", 1).set("/b", 0.5).set("/c", true).set("/d", text).set("/e", "literal").set("/f", nullptr).set_json("/g", "[1,2]").set("/h", std::string_view(text).substr(0, 5));
  change.set("/i", std::uint64_t{9223372036854775807u}).set("/j", static_cast<short>(-3)).set("/k", 0.25f).set("/l", 'x');
  ck_assert_int_eq(change.try_set("/m", std::uint64_t{9223372036854775808u}).status(), CXD_E_ARGUMENT);
  ck_text(change.to_json(), R"({"id":"c-1","a":1,"b":0.5,"c":true,"d":"Night shift","e":"literal","f":null,"g":[1,2],"h":"Night","i":9223372036854775807,"j":-3,"k":0.25,"l":120})");
  ck_assert_int_eq(change.get_int("/a"), 1);
  ck_assert_double_eq(change.get_real("/b"), 0.5);
  ck_assert(change.get_bool("/c") && change.has("/f"));
  ck_text(change.get_string("/d"), text);
  ck_text(thrown_by([&] { (void)change.get_int("/d"); }), "cxd: CXD_E_TYPE");
  ck_text(thrown_by([&] { (void)change.get_bool("/z"); }), "cxd: CXD_E_ABSENT");
  ck_assert_int_eq(change.try_get_int("/z").value_or(7), 7);
  change.remove("/a");
  ck_assert(!change.has("/a"));
  cxd::campaign copy = change.copy();
  copy.set("/b", 0.75);
  ck_text(change.diff(copy), R"([{"op":"replace","path":"/b","old":0.5,"value":0.75}])");
}
END_TEST

START_TEST(a_document_that_is_none_says_where) {
  auto parsed = cxd::campaign::try_parse("{\"id\":}");
  ck_assert_int_eq(parsed.status(), CXD_E_JSON);
  ck_assert_ptr_nonnull(strstr(parsed.error().what(), "line 1"));
  ck_assert_int_eq(cxd::campaign::try_parse({}).status(), CXD_E_JSON);
  ck_text(cxd::campaign::parse("{\"id\":\"c-1\"}").id(), "c-1");
}
END_TEST

START_TEST(findings_can_be_walked_through_when_a_check_refuses) {
  cxd::validator validator;
  auto checked = validator.try_check(cxd::campaign("c-1").set(CXD_FIELD_MAX_CONCURRENT_CALLS, -1).set(CXD_FIELD_PACING_THROTTLE_PERCENT, 85));
  ck_assert_int_eq(checked.status(), CXD_E_INVALID);
  const cxd::report *found = checked.error().findings();
  ck_assert_ptr_nonnull(found);
  std::size_t errors = 0;
  for (cxd::finding finding : *found) {
    errors += finding.severity() == cxd::severity::error;
    ck_assert(!finding.code().empty() && !finding.message().empty() && finding.pointer()[0] == '/');
  }
  ck_assert_uint_ge(errors, 2);
  ck_assert_uint_eq(found->size(), cxd_report_count(found->raw()));
  ck_text((*found)[found->size()].code(), "");
  ck_assert(!found->ok());
  ck_assert_ptr_nonnull(strstr(found->to_json().c_str(), "severity"));
}
END_TEST

START_TEST(a_check_that_agrees_returns_its_report) {
  cxd::validator validator(cxd::config{});
  cxd::report report = validator.check(calls(10));
  ck_assert(report.ok());
  ck_text(thrown_by([] { cxd::config gone, taken(std::move(gone)); cxd::validator none(gone); }), "cxd: CXD_E_ARGUMENT");
}
END_TEST

START_TEST(hours_are_those_of_the_library) {
  cxd::validator validator;
  cxd::instant sunday(cxd::milliseconds(1772938800000));
  cxd::window night = validator.window_at("America/New_York", "US-FL", sunday);
  ck_assert(!night.open && night.next_change > sunday);
  ck_assert_int_eq(validator.open_minutes("America/New_York", "2026-03-08", "US-FL").count(), 720);
  cxd::schedule day = validator.schedule_of("America/New_York", "US-FL", sunday, sunday + std::chrono::hours(24));
  ck_assert_uint_eq(day.size(), 4);
  ck_text(day[0].reason(), "hours");
  ck_text(day[1].abbreviation(), "EDT");
  ck_assert_int_eq(day[0].utc_offset().count(), -5 * 3600);
  cxd::instant end = day[0].since();
  for (cxd::period period : day) {
    ck_assert(period.since() == end);
    end = period.until();
  }
  ck_assert(day[2].open() && !day.source().empty() && !day.zone().empty() && !day.checked().empty());
  ck_text(thrown_by([&] { (void)validator.window_at("Mars/Olympus"); }), "cxd: CXD_E_ABSENT");
  ck_assert(!validator.jurisdictions().empty() && validator.jurisdictions_json().front() == '[');
  ck_assert_int_eq(validator.try_reload_policy().status(), CXD_E_STATE);
  ck_assert_int_eq(validator.try_load_policy("{").status(), CXD_E_JSON);
}
END_TEST

START_TEST(tables_and_formulas_without_handles) {
  ck_text(cxd::version(), cxd_version());
  ck_assert_uint_eq(cxd::version_number(), CXD_VERSION_NUMBER);
  ck_text(cxd::status_name(CXD_E_TLS), "CXD_E_TLS");
  ck_assert(!cxd::status_text(CXD_E_TLS).empty());
  std::size_t named = 0;
  for (cxd::code code : cxd::codes())
    named += !code.name().empty() && !code.meaning().empty() && !code.advice().empty() && !code.source().empty();
  ck_assert_uint_eq(named, cxd_code_count());
  ck_assert_double_eq(cxd::capacity::erlang_b(10, 8), cxd_capacity_erlang_b(10, 8));
  ck_assert_double_eq(cxd::capacity::abandonment(10, 2, 180, 2), cxd_capacity_abandonment(10, 2, 180, 2));
  ck_assert_double_eq(cxd::capacity::min_agents(2, 180, 2, 0.03), cxd_capacity_min_agents(2, 180, 2, 0.03));
  ck_assert_double_eq(cxd::capacity::max_answered_per_min(10, 180, 2, 0.03), cxd_capacity_max_answered_per_min(10, 180, 2, 0.03));
  ck_assert_double_eq(cxd::pacing_accuracy(60, 0.85), cxd_pacing_accuracy(60, 0.85));
}
END_TEST

START_TEST(a_range_is_one_of_the_language) {
  auto keys = cxd::config::keys();
  ck_assert(!keys.empty());
  ck_assert_int_eq(std::distance(keys.begin(), keys.end()), static_cast<std::ptrdiff_t>(keys.size()));
  ck_text(keys[0].name(), (*keys.begin()).name());
  ck_text((*std::next(keys.begin(), 2)).name(), cxd_config_key_name(2));
}
END_TEST

START_TEST(a_rule_adds_findings_until_it_throws) {
  int lives = 0;
  {
    cxd::validator validator;
    validator.add_rule([kept = life(lives), asked = 0](cxd::rule_context &context) mutable {
      context.add(cxd::severity::warning, "acme.seen", "/name", std::to_string(++asked) + " of " + std::string(context.change().id()));
      if (context.merged())
        throw std::logic_error("not merged yet");
      if (context.change().get_int(CXD_FIELD_MAX_CONCURRENT_CALLS) == 13)
        throw 13;
      return context.change().get_int(CXD_FIELD_MAX_CONCURRENT_CALLS) != 14;
    });
    cxd::report report = validator.check(calls(10));
    ck_text(report[report.size() - 1].message(), "1 of " SAMPLE_ID);
    ck_text(thrown_by([&] { (void)validator.check(calls(13)); }), "int: 13");
    auto checked = validator.try_check(calls(13));
    ck_assert_int_eq(checked.status(), CXD_E_RULE);
    ck_text(thrown_in(checked.error()), "int: 13");
    ck_assert_ptr_nonnull(checked.error().findings());
    ck_text(thrown_by([&] { (void)validator.check(calls(14)); }), "cxd: CXD_E_RULE");
    ck_assert(validator.check(calls(15)).ok());
    ck_text(thrown_by([&] { validator.add_rule([](cxd::rule_context &context) { context.add(cxd::severity::note, "Not A Code", "", ""); }), (void)validator.check(calls(10)); }), "cxd: CXD_E_ARGUMENT");
    ck_assert_int_eq(lives, 1);
  }
  ck_assert_int_eq(lives, 0);
}
END_TEST

START_TEST(a_finding_that_is_refused_says_why) {
  using namespace std::string_view_literals;
  cxd::validator validator;
  std::string said;
  validator.add_rule([&](cxd::rule_context &context) {
    said = context.try_add(cxd::severity::note, "Not A Code", "/name", "").error().what();
    said += context.try_add(static_cast<cxd::severity>(77), "acme.code", "name", "").error().to_json();
    ck_cut(context.try_add(cxd::severity::note, "acme.code", "", "a\0b"sv));
    ck_cut(context.try_add(cxd::severity::note, "acme\0code"sv, "", ""));
  });
  (void)validator.check(calls(10));
  for (const char *part : {"code 'Not A Code' is not", "severity 77 is not", "pointer 'name' is not", "\"CXD_E_ARGUMENT\""})
    ck_assert_msg(said.find(part) != std::string::npos, "%s: %s", part, said.c_str());
}
END_TEST

TCase *cases_of_values() {
  TCase *cases = tcase_create("values");
  tcase_add_test(cases, a_handle_moves_and_leaves_nothing_behind);
  tcase_add_test(cases, a_handle_is_given_away_and_taken_over);
  tcase_add_test(cases, a_config_says_what_it_holds);
  tcase_add_test(cases, an_error_has_status_message_and_field);
  tcase_add_test(cases, a_text_with_a_zero_byte_is_never_cut);
  tcase_add_test(cases, a_place_or_a_path_with_a_zero_byte_is_never_cut);
  tcase_add_test(cases, a_call_of_what_was_moved_from_says_so);
  tcase_add_test(cases, an_error_of_the_header_is_true_json);
  tcase_add_test(cases, a_member_takes_what_it_is_given);
  tcase_add_test(cases, a_document_that_is_none_says_where);
  tcase_add_test(cases, findings_can_be_walked_through_when_a_check_refuses);
  tcase_add_test(cases, a_check_that_agrees_returns_its_report);
  tcase_add_test(cases, hours_are_those_of_the_library);
  tcase_add_test(cases, tables_and_formulas_without_handles);
  tcase_add_test(cases, a_range_is_one_of_the_language);
  tcase_add_test(cases, a_rule_adds_findings_until_it_throws);
  tcase_add_test(cases, a_finding_that_is_refused_says_why);
  return cases;
}
