/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: configurations, campaigns, reports, schedules and results. */
#ifndef CXDIALER_CPP_DOCUMENTS_HPP
#define CXDIALER_CPP_DOCUMENTS_HPP

#include <cxdialer/cpp/call.hpp>

#include <limits>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

class config : public detail::owner<cxd_config, cxd_config_free> {
public:
  using owner::owner;

  static expected<config> try_make() {
    return detail::made<config>([](cxd_config **out, cxd_error **) { return cxd_config_new(out); });
  }
  expected<void> try_set(std::string_view key, std::string_view value) {
    if (!detail::whole(key, value))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return cxd_config_set(raw(), detail::text(key).c_str(), detail::text(value).c_str(), raw_error); });
  }
  expected<void> try_set_default(std::string_view key) {
    if (!detail::whole(key))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return cxd_config_set(raw(), detail::text(key).c_str(), nullptr, raw_error); });
  }
  expected<void> try_load_file(std::string_view path) {
    if (!detail::whole(path))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return cxd_config_load_file(raw(), detail::text(path).c_str(), raw_error); });
  }
  expected<void> try_load_env() {
    return detail::did([&](cxd_error **raw_error) { return cxd_config_load_env(raw(), raw_error); });
  }
  expected<std::string> try_to_json() const { return detail::taken(cxd_config_to_json(raw()), raw(), "config"); }

  /* The value in force; nothing for an unknown key. Borrowed until the config changes. */
  std::optional<std::string_view> get(std::string_view key) const {
    const char *value = cxd_config_get(raw(), detail::text(key).c_str());
    return value ? std::optional<std::string_view>(value) : std::nullopt;
  }
  static cxd::range<const void, config_key> keys() noexcept { return {nullptr, cxd_config_key_count()}; }

#if CXD_CPP_EXCEPTIONS
  config() : config(try_make().value()) {}
  config &set(std::string_view key, std::string_view value) { return try_set(key, value).value(), *this; }
  config &set_default(std::string_view key) { return try_set_default(key).value(), *this; }
  config &load_file(std::string_view path) { return try_load_file(path).value(), *this; }
  config &load_env() { return try_load_env().value(), *this; }
  std::string to_json() const { return try_to_json().value(); }
#endif
};

class campaign;

namespace detail {

template <class Self> class campaign_reading {
public:
  std::string_view id() const noexcept { return seen(cxd_campaign_id(c())); }
  bool has(std::string_view pointer) const { return cxd_campaign_has(c(), text(pointer).c_str()) == 1; }

  expected<std::int64_t> try_get_int(std::string_view pointer) const {
    return at<std::int64_t>(pointer, [&](const char *where, std::int64_t *out, cxd_error **raw_error) { return cxd_campaign_get_int(c(), where, out, raw_error); });
  }
  expected<double> try_get_real(std::string_view pointer) const {
    return at<double>(pointer, [&](const char *where, double *out, cxd_error **raw_error) { return cxd_campaign_get_real(c(), where, out, raw_error); });
  }
  expected<bool> try_get_bool(std::string_view pointer) const {
    return at<bool>(pointer, [&](const char *where, bool *out, cxd_error **raw_error) {
      std::int32_t value = 0;
      cxd_status of = cxd_campaign_get_bool(c(), where, &value, raw_error);
      return *out = value == 1, of;
    });
  }
  expected<std::string> try_get_string(std::string_view pointer) const {
    return at<std::string>(pointer, [&](const char *where, std::string *out, cxd_error **raw_error) {
      const char *value = "";
      cxd_status of = cxd_campaign_get_string(c(), where, &value, raw_error);
      return *out = value, of;
    });
  }
  expected<std::string> try_to_json() const { return taken(cxd_campaign_to_json(c()), c(), "campaign"); }

  /* What leads from this document to the other one, as JSON Patch. */
  template <class Other> expected<std::string> try_diff(const Other &to) const { return taken(cxd_campaign_diff(c(), to.raw()), c() ? to.raw() : nullptr, "campaign"); }
  expected<campaign> try_copy() const;

#if CXD_CPP_EXCEPTIONS
  std::int64_t get_int(std::string_view pointer) const { return try_get_int(pointer).value(); }
  double get_real(std::string_view pointer) const { return try_get_real(pointer).value(); }
  bool get_bool(std::string_view pointer) const { return try_get_bool(pointer).value(); }
  std::string get_string(std::string_view pointer) const { return try_get_string(pointer).value(); }
  std::string to_json() const { return try_to_json().value(); }
  template <class Other> std::string diff(const Other &to) const { return try_diff(to).value(); }
  campaign copy() const;
#endif

protected:
  ~campaign_reading() = default;

private:
  /* call(const char *pointer, T *, cxd_error **) */
  template <class T, class Call> static expected<T> at(std::string_view pointer, Call call) {
    if (!whole(pointer))
      return cut_text();
    return read<T>([&](T *out, cxd_error **raw_error) { return call(text(pointer).c_str(), out, raw_error); });
  }
  const cxd_campaign *c() const noexcept { return static_cast<const Self *>(this)->raw(); }
};

} /* namespace detail */

/* A campaign of somebody else's: of a list, or what a rule is asked about. */
class campaign_view : public detail::view<cxd_campaign>, public detail::campaign_reading<campaign_view> {
public:
  using view::view;
  campaign_view(const cxd_campaign_list *list, std::size_t i) noexcept : view(cxd_campaign_list_at(list, i)) {}
};

class campaign : public detail::owner<cxd_campaign, cxd_campaign_free>, public detail::campaign_reading<campaign> {
public:
  using owner::owner;

  static expected<campaign> try_make(std::string_view id) {
    if (!detail::whole(id))
      return detail::cut_text();
    return detail::made<campaign>([&](cxd_campaign **out, cxd_error **raw_error) { return cxd_campaign_new(detail::text(id).c_str(), out, raw_error); });
  }
  static expected<campaign> try_parse(std::string_view json) {
    const char *from = json.empty() ? "" : json.data();
    return detail::made<campaign>([&](cxd_campaign **out, cxd_error **raw_error) { return cxd_campaign_parse(from, json.size(), out, raw_error); });
  }

  /* value: a bool, an integer, a real number, a text, or nullptr for null. */
  template <class Value> expected<void> try_set(std::string_view pointer, const Value &value) {
    if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>)
      if (!fits(value))
        return cxd::error(CXD_E_ARGUMENT, "an integer that int64_t does not hold; set_json() takes one of any size");
    if (!detail::whole(pointer) || !is_whole(value))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return put(detail::text(pointer).c_str(), value, raw_error); });
  }
  expected<void> try_set_json(std::string_view pointer, std::string_view json) {
    if (!detail::whole(pointer, json))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return cxd_campaign_set_json(raw(), detail::text(pointer).c_str(), detail::text(json).c_str(), raw_error); });
  }
  expected<void> try_remove(std::string_view pointer) {
    if (!detail::whole(pointer))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return cxd_campaign_remove(raw(), detail::text(pointer).c_str(), raw_error); });
  }

#if CXD_CPP_EXCEPTIONS
  explicit campaign(std::string_view id) : campaign(try_make(id).value()) {}
  static campaign parse(std::string_view json) { return try_parse(json).value(); }
  template <class Value> campaign &set(std::string_view pointer, const Value &value) { return try_set(pointer, value).value(), *this; }
  campaign &set_json(std::string_view pointer, std::string_view json) { return try_set_json(pointer, json).value(), *this; }
  campaign &remove(std::string_view pointer) { return try_remove(pointer).value(), *this; }
#endif

private:
  template <class Integer> static bool fits(Integer value) noexcept {
    if constexpr (std::is_unsigned_v<Integer> && sizeof(Integer) >= sizeof(std::int64_t))
      return value <= static_cast<Integer>(std::numeric_limits<std::int64_t>::max());
    else
      return true;
  }
  template <class Value> static bool is_whole(const Value &value) noexcept {
    if constexpr (std::is_arithmetic_v<Value> || std::is_null_pointer_v<Value>)
      return true;
    else
      return detail::whole(value);
  }
  template <class Value> cxd_status put(const char *pointer, const Value &value, cxd_error **raw_error) {
    if constexpr (std::is_same_v<Value, bool>)
      return cxd_campaign_set_bool(raw(), pointer, value ? 1 : 0, raw_error);
    else if constexpr (std::is_integral_v<Value>)
      return cxd_campaign_set_int(raw(), pointer, static_cast<std::int64_t>(value), raw_error);
    else if constexpr (std::is_floating_point_v<Value>)
      return cxd_campaign_set_real(raw(), pointer, static_cast<double>(value), raw_error);
    else if constexpr (std::is_null_pointer_v<Value>)
      return cxd_campaign_set_null(raw(), pointer, raw_error);
    else
      return cxd_campaign_set_string(raw(), pointer, detail::text(value).c_str(), raw_error);
  }
};

namespace detail {
template <class Self> expected<campaign> campaign_reading<Self>::try_copy() const {
  if (!c())
    return empty("campaign");
  return made<campaign>([&](cxd_campaign **out, cxd_error **) { return cxd_campaign_copy(c(), out); });
}
#if CXD_CPP_EXCEPTIONS
template <class Self> campaign campaign_reading<Self>::copy() const { return try_copy().value(); }
#endif
} /* namespace detail */

/* One page of the collection; its campaigns are borrowed as long as it. */
class campaign_list : public detail::owner<cxd_campaign_list, cxd_campaign_list_free> {
public:
  using owner::owner;
  using range_type = cxd::range<const cxd_campaign_list, campaign_view>;

  std::size_t size() const noexcept { return cxd_campaign_list_count(raw()); }
  campaign_view operator[](std::size_t i) const noexcept { return {raw(), i}; }
  range_type::iterator begin() const noexcept { return {raw(), 0}; }
  range_type::iterator end() const noexcept { return {raw(), size()}; }

  /* Nothing on the last page. */
  std::optional<std::string_view> next_cursor() const noexcept {
    const char *cursor = cxd_campaign_list_next_cursor(raw());
    return cursor ? std::optional<std::string_view>(cursor) : std::nullopt;
  }
};

/* A finding of a report; its texts are borrowed as long as that. */
class finding {
public:
  finding(const cxd_report *of, std::size_t i) noexcept : of_(of), i_(i) {}
  cxd::severity severity() const noexcept { return static_cast<cxd::severity>(cxd_report_severity(of_, i_)); }
  std::string_view code() const noexcept { return cxd_report_code(of_, i_); }
  std::string_view pointer() const noexcept { return cxd_report_pointer(of_, i_); }
  std::string_view message() const noexcept { return cxd_report_message(of_, i_); }

private:
  const cxd_report *of_;
  std::size_t i_;
};

namespace detail {

template <class Self> class report_reading {
public:
  using range_type = cxd::range<const cxd_report, finding>;
  bool ok() const noexcept { return cxd_report_ok(c()) == 1; }
  std::size_t size() const noexcept { return cxd_report_count(c()); }
  finding operator[](std::size_t i) const noexcept { return {c(), i}; }
  typename range_type::iterator begin() const noexcept { return {c(), 0}; }
  typename range_type::iterator end() const noexcept { return {c(), size()}; }
  expected<std::string> try_to_json() const { return taken(cxd_report_to_json(c()), c(), "report"); }
#if CXD_CPP_EXCEPTIONS
  std::string to_json() const { return try_to_json().value(); }
#endif

protected:
  ~report_reading() = default;

private:
  const cxd_report *c() const noexcept { return static_cast<const Self *>(this)->raw(); }
};

} /* namespace detail */

class report_view : public detail::view<cxd_report>, public detail::report_reading<report_view> {
public:
  using view::view;
};

class report : public detail::owner<cxd_report, cxd_report_free>, public detail::report_reading<report> {
public:
  using owner::owner;
};

/* A period of a schedule; its texts are borrowed as long as that. */
class period {
public:
  period(const cxd_schedule *of, std::size_t i) noexcept : of_(of), i_(i) {}
  instant since() const noexcept { return instant(milliseconds(cxd_schedule_since(of_, i_))); } /* instant::min(): open end */
  instant until() const noexcept { return instant(milliseconds(cxd_schedule_until(of_, i_))); } /* instant::max(): open end */
  bool open() const noexcept { return cxd_schedule_open(of_, i_) == 1; }
  std::string_view reason() const noexcept { return cxd_schedule_reason(of_, i_); }
  std::string_view name() const noexcept { return cxd_schedule_name(of_, i_); }
  std::string_view jurisdiction() const noexcept { return cxd_schedule_jurisdiction(of_, i_); }
  std::chrono::seconds utc_offset() const noexcept { return std::chrono::seconds(cxd_schedule_utc_offset_s(of_, i_)); }
  std::string_view abbreviation() const noexcept { return cxd_schedule_abbreviation(of_, i_); }

private:
  const cxd_schedule *of_;
  std::size_t i_;
};

class schedule : public detail::owner<cxd_schedule, cxd_schedule_free> {
public:
  using owner::owner;
  using range_type = cxd::range<const cxd_schedule, period>;

  std::size_t size() const noexcept { return cxd_schedule_count(raw()); }
  period operator[](std::size_t i) const noexcept { return {raw(), i}; }
  range_type::iterator begin() const noexcept { return {raw(), 0}; }
  range_type::iterator end() const noexcept { return {raw(), size()}; }
  std::string_view zone() const noexcept { return cxd_schedule_zone(raw()); }
  std::string_view source() const noexcept { return cxd_schedule_source(raw()); }
  std::string_view note() const noexcept { return cxd_schedule_note(raw()); }
  std::string_view checked() const noexcept { return cxd_schedule_checked(raw()); }
  std::string_view tzdata() const noexcept { return cxd_schedule_tzdata(raw()); }
};

namespace detail {

template <class Self> class result_reading {
public:
  cxd::outcome outcome() const noexcept { return static_cast<cxd::outcome>(cxd_result_outcome(c())); }
  std::string_view outcome_name() const noexcept { return seen(cxd_result_outcome_name(c())); }
  cxd::status status() const noexcept { return cxd_result_status(c()); }
  std::string_view campaign_id() const noexcept { return seen(cxd_result_campaign_id(c())); }
  std::chrono::microseconds latency(cxd::latency part = cxd::latency::total) const noexcept {
    return std::chrono::microseconds(cxd_result_latency_us(c(), static_cast<std::int32_t>(part)));
  }
  std::int32_t sends() const noexcept { return cxd_result_sends(c()); }
  std::int32_t attempts() const noexcept { return cxd_result_attempts(c()); }
  double pacing_accuracy() const noexcept { return cxd_result_pacing_accuracy(c()); }
  std::int64_t previous_concurrent() const noexcept { return cxd_result_previous_concurrent(c()); }
  std::int64_t new_concurrent() const noexcept { return cxd_result_new_concurrent(c()); }
  cxd::status audit_status() const noexcept { return cxd_result_audit_status(c()); }
  cxd::status callback_status() const noexcept { return cxd_result_callback_status(c()); }
  report_view findings() const & noexcept { return report_view(cxd_result_report(c())); }
  std::string_view diff_json() const noexcept { return seen(cxd_result_diff_json(c())); }
  error_view error() const noexcept { return error_view(cxd_result_error(c())); }

  /* Empty where there is none. */
  std::string_view conflict_json() const noexcept { return seen(cxd_result_conflict_json(c())); }
  std::string_view audit_record() const noexcept { return seen(cxd_result_audit_record(c())); }
  std::string_view trace_id() const noexcept { return seen(cxd_result_trace_id(c())); }
  expected<std::string> try_to_json() const { return taken(cxd_result_to_json(c()), c(), "result"); }
#if CXD_CPP_EXCEPTIONS
  std::string to_json() const { return try_to_json().value(); }
#endif

protected:
  ~result_reading() = default;

private:
  const cxd_result *c() const noexcept { return static_cast<const Self *>(this)->raw(); }
};

} /* namespace detail */

/* The result of an item of a batch, of an event, or in a callback. Empty: there is none (yet). */
class result_view : public detail::view<cxd_result>, public detail::result_reading<result_view> {
public:
  using view::view;
};

class update_result : public detail::owner<cxd_result, cxd_result_free>, public detail::result_reading<update_result> {
public:
  using owner::owner;

  /* They live as long as the result: not those of one that is about to go. */
  report_view findings() const & noexcept { return result_reading::findings(); }
  report_view findings() && = delete;
};

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_DOCUMENTS_HPP */
