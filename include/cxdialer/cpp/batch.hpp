/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: batches and their events. */
#ifndef CXDIALER_CPP_BATCH_HPP
#define CXDIALER_CPP_BATCH_HPP

#include <cxdialer/cpp/updater.hpp>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

enum class event_kind : std::int32_t {
  none = CXD_EVENT_NONE,
  result = CXD_EVENT_RESULT,
  token = CXD_EVENT_TOKEN,
  checkpoint = CXD_EVENT_CHECKPOINT,
  done = CXD_EVENT_DONE
};

/* Borrowed until the next call on its batch, all but the sink: that of an event that goes without having been asked for it fails. */
class event {
public:
  explicit event(const cxd_event *borrowed) noexcept : raw_(borrowed), sink_(cxd_event_token_sink(borrowed)) {}
  event(event &&) noexcept = default;
  event &operator=(event &&) noexcept = default;
  event(const event &) = delete;
  event &operator=(const event &) = delete;
  ~event() = default;

  event_kind kind() const noexcept { return static_cast<event_kind>(cxd_event_kind(raw_)); }
  std::size_t item() const noexcept { return cxd_event_item(raw_); }
  result_view result() const noexcept { return result_view(cxd_event_result(raw_)); }
  std::size_t done() const noexcept { return cxd_event_done(raw_); }
  std::size_t total() const noexcept { return cxd_event_total(raw_); }
  std::int64_t seq() const noexcept { return cxd_event_seq(raw_); }
  std::string_view text() const noexcept { return cxd_event_text(raw_); }
  cxd::token_request token_request() const noexcept { return cxd::token_request(cxd_event_token_request(raw_)); }
  token_sink take_token_sink() noexcept { return std::move(sink_); }
  const cxd_event *raw() const noexcept { return raw_; }

private:
  const cxd_event *raw_;
  token_sink sink_;
};

/* An item of a batch, in the order of addition. Reading a result unpacks it: one thread at a time, for a const batch as well. */
class batch_item_view {
public:
  batch_item_view(cxd_batch *of, std::size_t i) noexcept : of_(of), i_(i) {}
  std::size_t index() const noexcept { return i_; }
  result_view result() const noexcept { return result_view(cxd_batch_result(of_, i_)); } /* empty: not over yet, or dropped */

protected:
  cxd_batch *of_;
  std::size_t i_;
};

class batch_item : public batch_item_view {
public:
  using batch_item_view::batch_item_view;
  void drop_result() const noexcept { cxd_batch_drop_result(of_, i_); }
};

class batch : public detail::owner<cxd_batch, cxd_batch_free> {
public:
  using owner::owner;
  using range_type = cxd::range<cxd_batch, batch_item>;
  using const_range_type = cxd::range<cxd_batch, batch_item_view>;

  static expected<batch> try_make(updater &of) {
    return detail::made<batch>([&](cxd_batch **out, cxd_error **raw_error) { return cxd_batch_new(of.raw(), out, raw_error); });
  }
  expected<void> try_add(const campaign &change) {
    return detail::did([&](cxd_error **raw_error) { return cxd_batch_add(raw(), change.raw(), raw_error); });
  }
  expected<void> try_add_json(std::string_view json) {
    return detail::did([&](cxd_error **raw_error) { return cxd_batch_add_json(raw(), json.empty() ? "" : json.data(), json.size(), raw_error); });
  }
  expected<void> try_run() {
    return detail::did([&](cxd_error **raw_error) { return cxd_batch_run(raw(), raw_error); });
  }

  /* In a loop of your own: poll fd() for reading, for timeout() at most (nothing: as long as it takes), then process, until it says 0. */
  int fd() noexcept { return cxd_batch_fd(raw()); }
  std::optional<milliseconds> timeout() noexcept {
    std::int64_t ms = cxd_batch_timeout_ms(raw());
    return ms < 0 ? std::nullopt : std::optional<milliseconds>(ms);
  }
  expected<std::int32_t> try_process() {
    return detail::read<std::int32_t>([&](std::int32_t *out, cxd_error **raw_error) { return cxd_batch_process(raw(), out, raw_error); });
  }

  /*
   * What a plug-in throws while an event is made does not take its place: the event is returned, and the next call of this function begins with
   * the exception and makes no event.
   */
  expected<event> try_next_event(milliseconds timeout = for_ever);

  std::size_t count() const noexcept { return cxd_batch_count(raw()); }
  std::size_t done() const noexcept { return cxd_batch_done(raw()); }
  std::size_t in_flight() const noexcept { return cxd_batch_in_flight(raw()); }
  std::size_t failed() const noexcept { return cxd_batch_failed(raw()); }
  std::size_t outcomes(outcome of) const noexcept { return cxd_batch_outcomes(raw(), static_cast<std::int32_t>(of)); }
  std::optional<milliseconds> eta() const noexcept {
    std::int64_t ms = cxd_batch_eta_ms(raw());
    return ms < 0 ? std::nullopt : std::optional<milliseconds>(ms);
  }

  batch_item operator[](std::size_t i) noexcept { return {raw(), i}; }
  range_type::iterator begin() noexcept { return {raw(), 0}; }
  range_type::iterator end() noexcept { return {raw(), count()}; }
  batch_item_view operator[](std::size_t i) const noexcept { return {raw(), i}; }
  const_range_type::iterator begin() const noexcept { return {raw(), 0}; }
  const_range_type::iterator end() const noexcept { return {raw(), count()}; }
  void stop() noexcept { cxd_batch_stop(raw()); }
  void cancel() noexcept { cxd_batch_cancel(raw()); }

#if CXD_CPP_EXCEPTIONS
  explicit batch(updater &of) : batch(try_make(of).value()) {}
  batch &add(const campaign &change) { return try_add(change).value(), *this; }
  batch &add_json(std::string_view json) { return try_add_json(json).value(), *this; }
  void run() { try_run().value(); }
  std::int32_t process() { return try_process().value(); }
  event next_event(milliseconds timeout = for_ever) { return try_next_event(timeout).value(); }

private:
  std::shared_ptr<std::exception_ptr> late_ = std::make_shared<std::exception_ptr>(); /* outlives a batch that a callback frees */
#endif
};

inline expected<event> batch::try_next_event(milliseconds timeout) {
  detail::border here;
  const cxd_event *made = nullptr;
  cxd_error *raw_error = nullptr;
#if CXD_CPP_EXCEPTIONS
  std::shared_ptr<std::exception_ptr> late = late_;
  if (late && *late)
    return cxd::error(detail::failure{CXD_E_CALLBACK, nullptr, "a plug-in threw an exception while the event before was made", nullptr, nullptr, std::exchange(*late, nullptr)});
#endif
  cxd_status of = cxd_batch_next_event(raw(), timeout.count(), &made, &raw_error);
#if CXD_CPP_EXCEPTIONS
  if (of == CXD_OK && late && cxd_event_kind(made) != CXD_EVENT_NONE)
    *late = here.take_thrown();
#endif
  if (auto failed = here.end(of, raw_error))
    return cxd::error(std::move(*failed));
  return event(made);
}

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_BATCH_HPP */
