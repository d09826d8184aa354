/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: errors, expected values, and the border between C calls and exceptions. */
#ifndef CXDIALER_CPP_CALL_HPP
#define CXDIALER_CPP_CALL_HPP

#include <cxdialer/cpp/base.hpp>

#include <exception>
#include <new>
#include <optional>
#include <variant>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

class report;
class update_result;

namespace detail {

template <class Self> class error_reading {
public:
  std::string_view message() const noexcept { return cxd_error_message(c()); }
  std::int32_t http_status() const noexcept { return cxd_error_http_status(c()); }
  bool retryable() const noexcept { return cxd_error_retryable(c()) == 1; }
  std::string_view field() const noexcept { return cxd_error_field(c()); }
  std::string_view server_code() const noexcept { return cxd_error_server_code(c()); }
  std::string_view request_id() const noexcept { return cxd_error_request_id(c()); }

  std::optional<milliseconds> retry_after() const noexcept {
    std::int64_t ms = cxd_error_retry_after_ms(c());
    return ms < 0 ? std::nullopt : std::optional<milliseconds>(ms);
  }

  /* As cxd_error_to_json(); "" when memory ran out. */
  std::string to_json() const {
    std::unique_ptr<char, freed_by<cxd_string_free>> json(cxd_error_to_json(c()));
    return json ? json.get() : "";
  }

protected:
  ~error_reading() = default;

private:
  const cxd_error *c() const noexcept { return static_cast<const Self *>(this)->raw(); }
};

/* How many bytes the first character takes, 0: what is there is not UTF-8. */
inline std::size_t utf8_width(std::string_view text) noexcept {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t width = at(0) < 0x80 ? 1 : at(0) < 0xc2 ? 0 : at(0) < 0xe0 ? 2 : at(0) < 0xf0 ? 3 : at(0) < 0xf5 ? 4 : 0;
  if (width > text.size())
    return 0;
  for (std::size_t i = 1; i < width; i++)
    if ((at(i) & 0xc0) != 0x80)
      return 0;
  bool too_long = width > 2 && ((at(0) == 0xe0 && at(1) < 0xa0) || (at(0) == 0xf0 && at(1) < 0x90));
  bool no_character = width > 2 && ((at(0) == 0xed && at(1) > 0x9f) || (at(0) == 0xf4 && at(1) > 0x8f));
  return too_long || no_character ? 0 : width;
}

/* As a string of JSON; what is not UTF-8 becomes U+FFFD, as in the library's own. */
inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t width; !text.empty(); text.remove_prefix(width ? width : 1)) {
    static const char digits[] = "0123456789abcdef";
    char c = text[0];
    width = utf8_width(text);
    if (!width)
      out += "\xef\xbf\xbd";
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (width == 1 && (c < 0x20 || c == 0x7f))
      ((out += "\\u00") += digits[c >> 4]) += digits[c & 15];
    else
      out.append(text, 0, width);
  }
  return out += '"';
}

/* The members of cxd_error_to_json() for an error that C knows nothing of. */
inline std::string error_json(cxd_status of, std::string_view message) {
  return "{\"status\":" + json_string(cxd_status_name(of)) + ",\"message\":" + (message.empty() ? "null" : json_string(message)) +
         ",\"field\":null,\"http_status\":null,\"server_code\":null,\"request_id\":null,\"retry_after_ms\":null}";
}

/* What a failed call left. */
struct failure {
  cxd_status status = CXD_OK;
  std::unique_ptr<cxd_error, freed_by<cxd_error_free>> raw{};
  std::string said{}; /* in place of a message of the library's */
  std::shared_ptr<const update_result> result{};
  std::shared_ptr<const report> findings{};
#if CXD_CPP_EXCEPTIONS
  std::exception_ptr thrown{};
#endif
};

} /* namespace detail */

/* The error of a result; borrowed as long as that. */
class error_view : public detail::view<cxd_error>, public detail::error_reading<error_view> {
public:
  using view::view;
  cxd::status status() const noexcept { return cxd_error_status(raw()); }
};

/* A failed call. Copies share what they hold; moved from, it is still whole. */
class error : public std::exception, public detail::error_reading<error> {
public:
  explicit error(detail::failure what) : held_(std::make_shared<const detail::failure>(std::move(what))) {}
  error(cxd::status of, std::string_view said) : error(detail::failure{of, nullptr, std::string(said)}) {}
  error(const error &) noexcept = default;
  error &operator=(const error &) noexcept = default;
  ~error() override = default;

  const cxd_error *raw() const noexcept { return held_->raw.get(); }
  cxd::status status() const noexcept { return held_->status; }
  const char *what() const noexcept override { return raw() ? cxd_error_message(raw()) : held_->said.c_str(); }
  std::string_view message() const noexcept { return what(); }

  /* As cxd_error_to_json(), also of an error that is this header's own; "" when memory ran out. */
  std::string to_json() const { return raw() ? error_reading::to_json() : detail::error_json(held_->status, what()); }

  /* Of plan, apply, rollback and resolve: what became of the update. NULL: it had no result. */
  const update_result *result() const noexcept { return held_->result.get(); }

  /* Of check and audit_verify: the findings. NULL: there are none. */
  const report *findings() const noexcept { return held_->findings.get(); }

#if CXD_CPP_EXCEPTIONS
  /* What a plug-in threw while the call ran, or an empty pointer. */
  std::exception_ptr thrown() const noexcept { return held_->thrown; }

  /* What the call without try_ does: throws what a plug-in threw, else this error. */
  [[noreturn]] void raise() const {
    if (held_->thrown)
      std::rethrow_exception(held_->thrown);
    throw *this;
  }
#endif

private:
  std::shared_ptr<const detail::failure> held_;
};

/* A T, or the error in its place. Reading the one that is not there is undefined; value() throws the error. */
template <class T> class [[nodiscard]] expected {
public:
  using value_type = T;
  using error_type = cxd::error;

  expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  expected(error_type failed) noexcept : state_(std::in_place_index<1>, failed) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  cxd::status status() const noexcept { return has_value() ? CXD_OK : error().status(); }
  T &operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T &operator*() const & noexcept { return *std::get_if<0>(&state_); }
  T &&operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T *operator->() noexcept { return std::get_if<0>(&state_); }
  const T *operator->() const noexcept { return std::get_if<0>(&state_); }
  const error_type &error() const noexcept { return *std::get_if<1>(&state_); }
  T value_or(T other) && { return has_value() ? std::move(**this) : std::move(other); }

#if CXD_CPP_EXCEPTIONS
  T &value() & { return check(), **this; }
  const T &value() const & { return check(), **this; }
  T value() && { return check(), std::move(**this); }

private:
  void check() const {
    if (!has_value())
      error().raise();
  }
#endif

private:
  std::variant<T, error_type> state_;
};

template <> class [[nodiscard]] expected<void> {
public:
  using value_type = void;
  using error_type = cxd::error;

  expected() noexcept = default;
  expected(error_type failed) noexcept : failed_(failed) {}
  bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return has_value(); }
  cxd::status status() const noexcept { return failed_ ? failed_->status() : CXD_OK; }
  const error_type &error() const noexcept { return *failed_; }

#if CXD_CPP_EXCEPTIONS
  void value() const {
    if (failed_)
      failed_->raise();
  }
#endif

private:
  std::optional<error_type> failed_{};
};

namespace detail {

inline error empty(const char *name) { return error(CXD_E_ARGUMENT, "the " + std::string(name) + " is empty: it was moved from or given away, or there was none"); }

inline error cut_text() { return error(CXD_E_ARGUMENT, "a text with a zero byte in it: the library would see only what is before it"); }

/*
 * Around each C call that may run plug-ins: keeps what these throw until C is left. Plug-ins run on the thread of the call, so the innermost
 * border of the thread is the one of the call that runs them.
 */
class border {
public:
  border() noexcept : outer_(innermost()) { innermost() = this; }
  border(const border &) = delete;
  border &operator=(const border &) = delete;
  ~border() { innermost() = outer_; }

#if CXD_CPP_EXCEPTIONS
  /* In a handler. A call that was made through C has no border: what was thrown is "not accepted", and no more. */
  static void keep_exception() noexcept {
    if (innermost() && !innermost()->thrown_)
      innermost()->thrown_ = std::current_exception();
  }

  std::exception_ptr take_thrown() noexcept { return std::exchange(thrown_, nullptr); }
#endif

  /* What is to be said about a call that ended so; nothing: it went well. */
  std::optional<failure> end(cxd_status of, cxd_error *raw) {
    failure what;
    what.raw.reset(raw);
    what.status = of;
    if (of != CXD_OK && !raw)
      what.said = cxd_status_text(of);
#if CXD_CPP_EXCEPTIONS
    what.thrown = take_thrown();
    if (of == CXD_OK && what.thrown) {
      what.status = CXD_E_CALLBACK;
      what.said = "a plug-in threw an exception; apart from that the call went well";
    }
#endif
    if (what.status == CXD_OK)
      return std::nullopt;
    return what;
  }

private:
  static border *&innermost() noexcept {
    static thread_local border *of_thread = nullptr;
    return of_thread;
  }

  border *outer_;
#if CXD_CPP_EXCEPTIONS
  std::exception_ptr thrown_{};
#endif
};

/* call(cxd_error **) */
template <class Call> expected<void> did(Call call) {
  border here;
  cxd_error *raw = nullptr;
  cxd_status of = call(&raw);
  if (auto failed = here.end(of, raw))
    return error(std::move(*failed));
  return {};
}

/* call(T *, cxd_error **) */
template <class T, class Call> expected<T> read(Call call) {
  T out{};
  auto done = did([&](cxd_error **raw) { return call(&out, raw); });
  if (!done)
    return done.error();
  return out;
}

/* call(Raw **, cxd_error **); keep(failure &, Owner &&) for what a failed call has made all the same. */
template <class Owner, class Call, class Keep> expected<Owner> made(Call call, Keep keep) {
  border here;
  typename Owner::raw_type *out = nullptr;
  cxd_error *raw = nullptr;
  cxd_status of = call(&out, &raw);
  Owner owner(out);
  auto failed = here.end(of, raw);
  if (!failed)
    return owner;
  if (owner)
    keep(*failed, std::move(owner));
  return error(std::move(*failed));
}

template <class Owner, class Call> expected<Owner> made(Call call) {
  return made<Owner>(call, [](failure &, Owner &&) {});
}

/* A text of the handle's that is the caller's; NULL is the only way in which these calls fail. */
inline expected<std::string> taken(char *text, const void *handle, const char *name) {
  std::unique_ptr<char, freed_by<cxd_string_free>> owned(text);
  if (!handle)
    return empty(name);
  if (!owned)
    return error(CXD_E_NOMEM, "no text: the handle was made before a fork, or memory ran out");
  return std::string(owned.get());
}

} /* namespace detail */
} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_CALL_HPP */
