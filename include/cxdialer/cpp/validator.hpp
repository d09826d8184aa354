/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: the validator. */
#ifndef CXDIALER_CPP_VALIDATOR_HPP
#define CXDIALER_CPP_VALIDATOR_HPP

#include <cxdialer/cpp/plugins.hpp>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

/* Whether calling is legal at an instant, and until when that stays so (instant::max(): not within 800 days). */
struct window {
  bool open = false;
  instant next_change{};
};

class validator : public detail::owner<cxd_validator, cxd_validator_free> {
public:
  using owner::owner;

  static expected<validator> try_make() { return make(nullptr); }
  static expected<validator> try_make(const config &from) {
    if (!from)
      return cxd::error(CXD_E_ARGUMENT, "an empty config");
    return make(from.raw());
  }

  /* The report is also there when campaigns are refused: expected::error().findings(). */
  expected<report> try_check(const campaign &change, instant at = now) {
    auto call = [&](cxd_report **out, cxd_error **raw_error) { return cxd_validator_check(raw(), change.raw(), at.time_since_epoch().count(), out, raw_error); };
    return detail::made<report>(call, [](detail::failure &failed, report &&made) { failed.findings = std::make_shared<const report>(std::move(made)); });
  }
  expected<void> try_load_policy(std::string_view json) {
    return detail::did([&](cxd_error **raw_error) { return cxd_validator_load_policy(raw(), json.empty() ? "" : json.data(), json.size(), raw_error); });
  }
  expected<void> try_reload_policy() {
    return detail::did([&](cxd_error **raw_error) { return cxd_validator_reload_policy(raw(), raw_error); });
  }

  /* rule: void or bool (rule_context &). */
  template <class Rule> expected<void> try_add_rule(Rule &&rule) {
    cxd_rule table = detail::rule(std::forward<Rule>(rule));
    return detail::did([&](cxd_error **raw_error) { return cxd_validator_add_rule(raw(), &table, raw_error); });
  }

  /* jurisdiction: "" for those of the policy or the config. */
  expected<window> try_window(std::string_view zone, std::string_view jurisdiction = {}, instant at = now) {
    if (!detail::whole(zone, jurisdiction))
      return detail::cut_text();
    return of_hours<window>(jurisdiction, [&](const char *codes, window *out, cxd_error **raw_error) {
      std::int32_t open = 0;
      std::int64_t next = 0;
      cxd_status of = cxd_validator_window(raw(), detail::text(zone).c_str(), codes, at.time_since_epoch().count(), &open, &next, raw_error);
      return *out = window{open == 1, instant(milliseconds(next))}, of;
    });
  }
  expected<std::chrono::minutes> try_open_minutes(std::string_view zone, std::string_view date, std::string_view jurisdiction = {}) {
    if (!detail::whole(zone, date, jurisdiction))
      return detail::cut_text();
    return of_hours<std::chrono::minutes>(jurisdiction, [&](const char *codes, std::chrono::minutes *out, cxd_error **raw_error) {
      std::int32_t minutes = 0;
      cxd_status of = cxd_validator_open_minutes(raw(), detail::text(zone).c_str(), codes, detail::text(date).c_str(), &minutes, raw_error);
      return *out = std::chrono::minutes(minutes), of;
    });
  }
  expected<schedule> try_schedule(std::string_view zone, std::string_view jurisdiction, instant from, instant until) {
    if (!detail::whole(zone, jurisdiction))
      return detail::cut_text();
    detail::text codes(jurisdiction);
    return detail::made<schedule>([&](cxd_schedule **out, cxd_error **raw_error) {
      return cxd_validator_schedule(raw(), detail::text(zone).c_str(), codes.or_null(), from.time_since_epoch().count(), until.time_since_epoch().count(), out, raw_error);
    });
  }
  expected<std::string> try_jurisdictions() { return detail::taken(cxd_validator_jurisdictions(raw()), raw(), "validator"); }
  expected<std::string> try_jurisdictions_json() { return detail::taken(cxd_validator_jurisdictions_json(raw()), raw(), "validator"); }

#if CXD_CPP_EXCEPTIONS
  validator() : validator(try_make().value()) {}
  explicit validator(const config &from) : validator(try_make(from).value()) {}
  report check(const campaign &change, instant at = now) { return try_check(change, at).value(); }
  void load_policy(std::string_view json) { try_load_policy(json).value(); }
  void reload_policy() { try_reload_policy().value(); }
  template <class Rule> void add_rule(Rule &&rule) { try_add_rule(std::forward<Rule>(rule)).value(); }
  cxd::window window_at(std::string_view zone, std::string_view jurisdiction = {}, instant at = now) { return try_window(zone, jurisdiction, at).value(); }
  std::chrono::minutes open_minutes(std::string_view zone, std::string_view date, std::string_view jurisdiction = {}) { return try_open_minutes(zone, date, jurisdiction).value(); }
  cxd::schedule schedule_of(std::string_view zone, std::string_view jurisdiction, instant from, instant until) { return try_schedule(zone, jurisdiction, from, until).value(); }
  std::string jurisdictions() { return try_jurisdictions().value(); }
  std::string jurisdictions_json() { return try_jurisdictions_json().value(); }
#endif

private:
  static expected<validator> make(const cxd_config *from) {
    return detail::made<validator>([&](cxd_validator **out, cxd_error **raw_error) { return cxd_validator_new(from, out, raw_error); });
  }
  template <class T, class Call> static expected<T> of_hours(std::string_view jurisdiction, Call call) {
    detail::text codes(jurisdiction);
    return detail::read<T>([&](T *out, cxd_error **raw_error) { return call(codes.or_null(), out, raw_error); });
  }
};

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_VALIDATOR_HPP */
