/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: verifying and reading audit logs. */
#ifndef CXDIALER_CPP_AUDIT_HPP
#define CXDIALER_CPP_AUDIT_HPP

#include <cxdialer/cpp/documents.hpp>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

/* The findings of a log that is as it was written; of one that is not: expected::error().findings(). key_file: "" for a log without key. */
inline expected<report> try_audit_verify(std::string_view path, std::string_view key_file = {}) {
  if (!detail::whole(path, key_file))
    return detail::cut_text();
  detail::text key(key_file);
  auto call = [&](cxd_report **out, cxd_error **raw_error) { return cxd_audit_verify(detail::text(path).c_str(), key.c_str(), out, raw_error); };
  return detail::made<report>(call, [](detail::failure &failed, report &&made) { failed.findings = std::make_shared<const report>(std::move(made)); });
}

class audit_reader : public detail::owner<cxd_audit_reader, cxd_audit_free> {
public:
  using owner::owner;

  static expected<audit_reader> try_make(std::string_view path, std::string_view key_file = {}) {
    if (!detail::whole(path, key_file))
      return detail::cut_text();
    detail::text key(key_file);
    return detail::made<audit_reader>([&](cxd_audit_reader **out, cxd_error **raw_error) { return cxd_audit_open(detail::text(path).c_str(), key.c_str(), out, raw_error); });
  }
  expected<void> try_expect(std::string_view checkpoint) {
    if (!detail::whole(checkpoint))
      return detail::cut_text();
    return detail::did([&](cxd_error **raw_error) { return cxd_audit_expect(raw(), detail::text(checkpoint).c_str(), raw_error); });
  }

  /* Nothing at the end. Borrowed until the next call. After CXD_E_AUDIT reading on is allowed. */
  expected<std::optional<std::string_view>> try_read() {
    return detail::read<std::optional<std::string_view>>([&](std::optional<std::string_view> *out, cxd_error **raw_error) {
      const char *record = nullptr;
      std::size_t len = 0;
      cxd_status of = cxd_audit_read(raw(), &record, &len, raw_error);
      if (record)
        *out = std::string_view(record, len);
      return of;
    });
  }
  report_view findings() const noexcept { return report_view(cxd_audit_report(raw())); }
  std::int64_t record_count() const noexcept { return cxd_audit_record_count(raw()); }
  std::int64_t segment_count() const noexcept { return cxd_audit_segment_count(raw()); }
  std::int64_t first_bad_seq() const noexcept { return cxd_audit_first_bad_seq(raw()); }
  std::string_view last() const noexcept { return detail::seen(cxd_audit_last(raw())); }

#if CXD_CPP_EXCEPTIONS
  explicit audit_reader(std::string_view path, std::string_view key_file = {}) : audit_reader(try_make(path, key_file).value()) {}
  audit_reader &expect(std::string_view checkpoint) { return try_expect(checkpoint).value(), *this; }
  std::optional<std::string_view> read() { return try_read().value(); }
#endif
};

#if CXD_CPP_EXCEPTIONS
inline report audit_verify(std::string_view path, std::string_view key_file = {}) { return try_audit_verify(path, key_file).value(); }
#endif

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_AUDIT_HPP */
