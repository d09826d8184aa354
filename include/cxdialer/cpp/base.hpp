/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: handles, texts, ranges, and what has no handle. */
#ifndef CXDIALER_CPP_BASE_HPP
#define CXDIALER_CPP_BASE_HPP

/* MSVC says so in __cplusplus only when it is asked to. */
#if __cplusplus < 201703L && (!defined(_MSVC_LANG) || _MSVC_LANG < 201703L)
#error "cxdialer.hpp needs C++17 or later: compile with -std=c++17 (MSVC: /std:c++17)"
#endif

#include <cxdialer/cxdialer.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/* Units with and without exceptions have different classes, so that they may meet in one program. */
#if defined(CXD_NO_EXCEPTIONS) || !defined(__cpp_exceptions)
#define CXD_CPP_EXCEPTIONS 0
#define CXD_CPP_NAMESPACE plain_1
#else
#define CXD_CPP_EXCEPTIONS 1
#define CXD_CPP_NAMESPACE throwing_1
#endif

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

using status = cxd_status; /* CXD_OK, CXD_E_... */
using std::chrono::milliseconds;
using instant = std::chrono::time_point<std::chrono::system_clock, milliseconds>;

inline constexpr instant now{}; /* where an instant is asked for: the moment of the call */
inline constexpr milliseconds for_ever{-1};

enum class severity : std::int32_t { note = CXD_SEVERITY_NOTE, warning = CXD_SEVERITY_WARNING, error = CXD_SEVERITY_ERROR };
enum class log_level : std::int32_t { debug = CXD_LOG_DEBUG, info = CXD_LOG_INFO, warning = CXD_LOG_WARNING, error = CXD_LOG_ERROR };
enum class latency : std::int32_t {
  total = CXD_LATENCY_TOTAL,
  token = CXD_LATENCY_TOKEN,
  rate_wait = CXD_LATENCY_RATE_WAIT,
  backoff = CXD_LATENCY_BACKOFF,
  server = CXD_LATENCY_SERVER,
  audit = CXD_LATENCY_AUDIT
};
enum class outcome : std::int32_t {
  none = 0,
  planned = CXD_OUTCOME_PLANNED,
  unchanged = CXD_OUTCOME_UNCHANGED,
  applied = CXD_OUTCOME_APPLIED,
  applied_readback = CXD_OUTCOME_APPLIED_READBACK,
  rejected = CXD_OUTCOME_REJECTED,
  conflict = CXD_OUTCOME_CONFLICT,
  not_applied = CXD_OUTCOME_NOT_APPLIED,
  unknown = CXD_OUTCOME_UNKNOWN,
  cancelled = CXD_OUTCOME_CANCELLED
};

namespace detail {

/* Without a zero byte, for which C would take the end. */
template <class... Texts> bool whole(const Texts &...given) noexcept { return ((std::string_view(given).find('\0') == std::string_view::npos) && ...); }

/* A copy with a zero byte behind it. */
class text {
public:
  explicit text(std::string_view given) : copy_(given), whole_(whole(given)) {}

  /* NULL, which the library refuses as CXD_E_ARGUMENT, rather than half of the text. */
  const char *c_str() const noexcept { return whole_ ? copy_.c_str() : nullptr; }

  /* The same where NULL has a meaning: asked for by an empty text. Whether it is whole is asked first. */
  const char *or_null() const noexcept { return copy_.empty() ? nullptr : c_str(); }

private:
  std::string copy_;
  bool whole_;
};

inline std::string_view seen(const char *borrowed) noexcept { return borrowed ? std::string_view(borrowed) : std::string_view(); }

template <auto Free> struct freed_by {
  template <class Raw> void operator()(Raw *raw) const noexcept { Free(raw); }
};

template <class Raw, void (*Free)(Raw *)> class owner {
public:
  using raw_type = Raw;

  explicit owner(Raw *taken) noexcept : raw_(taken) {}
  Raw *raw() const noexcept { return raw_.get(); }
  [[nodiscard]] Raw *release() noexcept { return raw_.release(); }
  explicit operator bool() const noexcept { return raw_ != nullptr; }

protected:
  owner(owner &&) noexcept = default;
  owner &operator=(owner &&) noexcept = default;
  ~owner() = default;

private:
  std::unique_ptr<Raw, freed_by<Free>> raw_;
};

template <class Raw> class view {
public:
  view() noexcept = default;
  explicit view(const Raw *borrowed) noexcept : raw_(borrowed) {}
  const Raw *raw() const noexcept { return raw_; }
  explicit operator bool() const noexcept { return raw_ != nullptr; }

private:
  const Raw *raw_ = nullptr;
};

} /* namespace detail */

/* What is counted and numbered, for loops. An Item is made of handle and number when it is looked at. */
template <class Handle, class Item> class range {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Item;

    iterator() noexcept = default;
    iterator(Handle *handle, std::size_t at) noexcept : handle_(handle), at_(at) {}
    Item operator*() const { return Item(handle_, at_); }
    iterator &operator++() noexcept { return ++at_, *this; }
    iterator operator++(int) noexcept { return iterator(handle_, at_++); }
    bool operator==(const iterator &other) const noexcept { return at_ == other.at_; }
    bool operator!=(const iterator &other) const noexcept { return at_ != other.at_; }

  private:
    Handle *handle_ = nullptr;
    std::size_t at_ = 0;
  };

  range(Handle *handle, std::size_t size) noexcept : handle_(handle), size_(size) {}
  iterator begin() const noexcept { return iterator(handle_, 0); }
  iterator end() const noexcept { return iterator(handle_, size_); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  Item operator[](std::size_t i) const { return Item(handle_, i); }

private:
  Handle *handle_;
  std::size_t size_;
};

inline std::string_view version() noexcept { return cxd_version(); }
inline std::uint32_t version_number() noexcept { return cxd_version_number(); }
inline bool has_feature(std::string_view name) { return cxd_has_feature(detail::text(name).c_str()) == 1; }
inline std::string_view status_name(status of) noexcept { return cxd_status_name(of); }
inline std::string_view status_text(status of) noexcept { return cxd_status_text(of); }

/* A row of the table of configuration keys; config::keys(). */
class config_key {
public:
  config_key(const void *, std::size_t row) noexcept : row_(row) {}
  std::string_view name() const noexcept { return detail::seen(cxd_config_key_name(row_)); }
  std::string_view doc() const noexcept { return detail::seen(cxd_config_key_doc(row_)); }
  std::string_view type() const noexcept { return detail::seen(cxd_config_key_type(row_)); }
  std::string_view default_value() const noexcept { return detail::seen(cxd_config_key_default(row_)); }
  std::string_view range() const noexcept { return detail::seen(cxd_config_key_range(row_)); }
  bool secret() const noexcept { return cxd_config_key_secret(row_) == 1; }

private:
  std::size_t row_;
};

/* A built-in rule of the validator; codes(). */
class code {
public:
  code(const void *, std::size_t row) noexcept : row_(row) {}
  std::string_view name() const noexcept { return cxd_code_name(row_); }
  cxd::severity severity() const noexcept { return static_cast<cxd::severity>(cxd_code_severity(row_)); }
  bool fixed() const noexcept { return cxd_code_fixed(row_) == 1; }
  std::string_view source() const noexcept { return cxd_code_source(row_); }
  std::string_view meaning() const noexcept { return cxd_code_meaning(row_); }
  std::string_view advice() const noexcept { return cxd_code_advice(row_); }

private:
  std::size_t row_;
};

inline range<const void, code> codes() noexcept { return {nullptr, cxd_code_count()}; }

namespace capacity {
inline double abandonment(double agents, double answered_per_min, double aht_s, double patience_s) noexcept {
  return cxd_capacity_abandonment(agents, answered_per_min, aht_s, patience_s);
}
inline double wait(double agents, double answered_per_min, double aht_s, double patience_s) noexcept { return cxd_capacity_wait(agents, answered_per_min, aht_s, patience_s); }
inline double occupancy(double agents, double answered_per_min, double aht_s, double patience_s) noexcept {
  return cxd_capacity_occupancy(agents, answered_per_min, aht_s, patience_s);
}
inline double max_answered_per_min(double agents, double aht_s, double patience_s, double max_abandonment) noexcept {
  return cxd_capacity_max_answered_per_min(agents, aht_s, patience_s, max_abandonment);
}
inline double min_agents(double answered_per_min, double aht_s, double patience_s, double max_abandonment) noexcept {
  return cxd_capacity_min_agents(answered_per_min, aht_s, patience_s, max_abandonment);
}
inline double erlang_b(double agents, double load) noexcept { return cxd_capacity_erlang_b(agents, load); }
inline double erlang_c(double agents, double load) noexcept { return cxd_capacity_erlang_c(agents, load); }
inline double service_level(double agents, double load, double aht_s, double within_s) noexcept { return cxd_capacity_service_level(agents, load, aht_s, within_s); }
inline double mean_wait_s(double agents, double load, double aht_s) noexcept { return cxd_capacity_mean_wait_s(agents, load, aht_s); }
} /* namespace capacity */

inline double pacing_accuracy(std::int64_t interval_s, double throttle) noexcept { return cxd_pacing_accuracy(interval_s, throttle); }

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_BASE_HPP */
