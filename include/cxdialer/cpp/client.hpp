/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: the client. */
#ifndef CXDIALER_CPP_CLIENT_HPP
#define CXDIALER_CPP_CLIENT_HPP

#include <cxdialer/cpp/plugins.hpp>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

/* May be used by many threads at once, except for moving it, and for the plug-ins, which come first. */
class client : public detail::owner<cxd_client, cxd_client_free> {
public:
  using owner::owner;

  static expected<client> try_make(const config &from) {
    return detail::made<client>([&](cxd_client **out, cxd_error **raw_error) { return cxd_client_new(from.raw(), out, raw_error); });
  }

  expected<campaign> try_get(std::string_view id) {
    if (!detail::whole(id))
      return detail::cut_text();
    return detail::made<campaign>([&](cxd_campaign **out, cxd_error **raw_error) { return cxd_client_get(raw(), detail::text(id).c_str(), out, raw_error); });
  }

  /* cursor: "" for the first page, then campaign_list::next_cursor(). */
  expected<campaign_list> try_list(std::string_view cursor = {}) {
    if (!detail::whole(cursor))
      return detail::cut_text();
    detail::text from(cursor);
    return detail::made<campaign_list>([&](cxd_campaign_list **out, cxd_error **raw_error) { return cxd_client_list(raw(), from.or_null(), out, raw_error); });
  }

  /*
   * provider: std::optional<token>, token or std::string (token_request), with std::nullopt for a failure; or void (token_request, token_sink),
   * which completes the sink then or moves it away to where it is completed later.
   */
  template <class Provider> expected<void> try_set_token_provider(Provider &&provider) {
    cxd_token_provider table = detail::provider(std::forward<Provider>(provider));
    return detail::did([&](cxd_error **raw_error) { return cxd_client_set_token_provider(raw(), &table, raw_error); });
  }
  expected<void> try_use_token_events() {
    return detail::did([&](cxd_error **raw_error) { return cxd_client_use_token_events(raw(), raw_error); });
  }

  /* log: void (log_level, std::string_view). */
  template <class Log> expected<void> try_set_log(Log &&log) {
    cxd_log table = detail::log(std::forward<Log>(log));
    return detail::did([&](cxd_error **raw_error) { return cxd_client_set_log(raw(), &table, raw_error); });
  }

  /* "": each call begins a trace of its own again. */
  expected<void> try_set_traceparent(std::string_view traceparent) {
    if (!detail::whole(traceparent))
      return detail::cut_text();
    detail::text parent(traceparent);
    return detail::did([&](cxd_error **raw_error) { return cxd_client_set_traceparent(raw(), parent.or_null(), raw_error); });
  }
  expected<std::string> try_stats_json() const { return detail::taken(cxd_client_stats_json(raw()), raw(), "client"); }
  expected<std::string> try_stats_openmetrics() const { return detail::taken(cxd_client_stats_openmetrics(raw()), raw(), "client"); }
  void cancel() noexcept { cxd_client_cancel(raw()); }

#if CXD_CPP_EXCEPTIONS
  explicit client(const config &from) : client(try_make(from).value()) {}
  campaign get(std::string_view id) { return try_get(id).value(); }
  campaign_list list(std::string_view cursor = {}) { return try_list(cursor).value(); }
  template <class Provider> void set_token_provider(Provider &&provider) { try_set_token_provider(std::forward<Provider>(provider)).value(); }
  void use_token_events() { try_use_token_events().value(); }
  template <class Log> void set_log(Log &&log) { try_set_log(std::forward<Log>(log)).value(); }
  void set_traceparent(std::string_view traceparent) { try_set_traceparent(traceparent).value(); }
  std::string stats_json() const { return try_stats_json().value(); }
  std::string stats_openmetrics() const { return try_stats_openmetrics().value(); }
#endif
};

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_CLIENT_HPP */
