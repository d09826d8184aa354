/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: the updater. */
#ifndef CXDIALER_CPP_UPDATER_HPP
#define CXDIALER_CPP_UPDATER_HPP

#include <cxdialer/cpp/client.hpp>

#include <cxdialer/cpp/validator.hpp>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

/* How many updates were found out, and how many could not be. */
struct recovery {
  std::size_t resolved = 0;
  std::size_t left = 0;
};

/*
 * A failed plan, apply, rollback or resolve has a result as well: in error::result(). When a plug-in threw there is no such error to catch, but what the plug-in threw:
 * the forms with a `result` to be filled have it also then, and are to be preferred where callbacks may throw.
 */
class updater : public detail::owner<cxd_updater, cxd_updater_free> {
public:
  using owner::owner;

  static expected<updater> try_make(const config &from, const client &with) { return make(from, with, nullptr); }
  static expected<updater> try_make(const config &from, const client &with, const validator &by) {
    if (!by)
      return cxd::error(CXD_E_ARGUMENT, "an empty validator");
    return make(from, with, by.raw());
  }

  expected<update_result> try_plan(const campaign &change) {
    return ended([&](cxd_result **out, cxd_error **raw_error) { return cxd_updater_plan(raw(), change.raw(), out, raw_error); });
  }
  expected<update_result> try_apply(const campaign &change) {
    return ended([&](cxd_result **out, cxd_error **raw_error) { return cxd_updater_apply(raw(), change.raw(), out, raw_error); });
  }
  expected<update_result> try_rollback(std::string_view log, std::int64_t seq) { return roll(log, seq, 0); }
  expected<update_result> try_plan_rollback(std::string_view log, std::int64_t seq) { return roll(log, seq, 1); }
  expected<update_result> try_resolve(std::string_view intent) {
    const char *from = intent.empty() ? "" : intent.data();
    return ended([&](cxd_result **out, cxd_error **raw_error) { return cxd_updater_resolve(raw(), from, intent.size(), out, raw_error); });
  }

  /* counts is filled also when some are left, which is a failure. */
  expected<void> try_recover(recovery &counts) {
    return detail::did([&](cxd_error **raw_error) { return cxd_updater_recover(raw(), &counts.resolved, &counts.left, raw_error); });
  }
  expected<std::string> try_dangling_json() { return detail::taken(cxd_updater_dangling_json(raw()), raw(), "updater"); }
  void cancel() noexcept { cxd_updater_cancel(raw()); }

  /* append: void or bool (std::string_view); sync: void or bool (), left out when append is durable. */
  template <class Append> expected<void> try_set_audit_logger(Append &&append) { return try_set_audit_logger(std::forward<Append>(append), detail::durable{}); }
  template <class Append, class Sync> expected<void> try_set_audit_logger(Append &&append, Sync &&sync) {
    cxd_audit_logger table = detail::logger(std::forward<Append>(append), std::forward<Sync>(sync));
    return detail::did([&](cxd_error **raw_error) { return cxd_updater_set_audit_logger(raw(), &table, raw_error); });
  }

  /* Each registers a callback of its own; they run in this order. void or bool: */
  template <class Callable> expected<void> try_on_result(Callable &&call) { return add(detail::on_result(std::forward<Callable>(call))); }         /* (result_view) */
  template <class Callable> expected<void> try_on_progress(Callable &&call) { return add(detail::on_progress(std::forward<Callable>(call))); }     /* (size_t done, size_t total) */
  template <class Callable> expected<void> try_on_checkpoint(Callable &&call) { return add(detail::on_checkpoint(std::forward<Callable>(call))); } /* (int64_t seq, string_view h) */
  template <class Callable> expected<void> try_on_sending(Callable &&call) { return add(detail::on_sending(std::forward<Callable>(call))); }       /* (sendings) */

#if CXD_CPP_EXCEPTIONS
  using filled = std::optional<update_result>;

  updater(const config &from, const client &with) : updater(try_make(from, with).value()) {}
  updater(const config &from, const client &with, const validator &by) : updater(try_make(from, with, by).value()) {}
  update_result plan(const campaign &change) { return try_plan(change).value(); }
  update_result apply(const campaign &change) { return try_apply(change).value(); }
  update_result rollback(std::string_view log, std::int64_t seq) { return try_rollback(log, seq).value(); }
  update_result plan_rollback(std::string_view log, std::int64_t seq) { return try_plan_rollback(log, seq).value(); }
  update_result resolve(std::string_view intent) { return try_resolve(intent).value(); }

  void apply(const campaign &change, filled &result) {
    fill(result, [&](cxd_result **out, cxd_error **raw_error) { return cxd_updater_apply(raw(), change.raw(), out, raw_error); });
  }
  void plan(const campaign &change, filled &result) {
    fill(result, [&](cxd_result **out, cxd_error **raw_error) { return cxd_updater_plan(raw(), change.raw(), out, raw_error); });
  }

  void recover(recovery &counts) { try_recover(counts).value(); }
  std::string dangling_json() { return try_dangling_json().value(); }
  template <class Append> void set_audit_logger(Append &&append) { try_set_audit_logger(std::forward<Append>(append)).value(); }
  template <class Append, class Sync> void set_audit_logger(Append &&append, Sync &&sync) { try_set_audit_logger(std::forward<Append>(append), std::forward<Sync>(sync)).value(); }
  template <class Callable> void on_result(Callable &&call) { try_on_result(std::forward<Callable>(call)).value(); }
  template <class Callable> void on_progress(Callable &&call) { try_on_progress(std::forward<Callable>(call)).value(); }
  template <class Callable> void on_checkpoint(Callable &&call) { try_on_checkpoint(std::forward<Callable>(call)).value(); }
  template <class Callable> void on_sending(Callable &&call) { try_on_sending(std::forward<Callable>(call)).value(); }
#endif

private:
  static expected<updater> make(const config &from, const client &with, cxd_validator *by) {
    return detail::made<updater>([&](cxd_updater **out, cxd_error **raw_error) { return cxd_updater_new(from.raw(), with.raw(), by, out, raw_error); });
  }

  /* This object may be gone when the call is over, freed by a callback. */
  template <class Call> static expected<update_result> ended(Call call) {
    return detail::made<update_result>(call, [](detail::failure &failed, update_result &&made) { failed.result = std::make_shared<const update_result>(std::move(made)); });
  }
#if CXD_CPP_EXCEPTIONS
  template <class Call> static void fill(filled &result, Call call) {
    auto got = detail::made<update_result>(call, [&](detail::failure &, update_result &&made) { result = std::move(made); });
    result = std::move(got).value();
  }
#endif
  expected<update_result> roll(std::string_view log, std::int64_t seq, std::int32_t plan) {
    if (!detail::whole(log))
      return detail::cut_text();
    return ended([&](cxd_result **out, cxd_error **raw_error) { return cxd_updater_rollback(raw(), detail::text(log).c_str(), seq, plan, out, raw_error); });
  }
  expected<void> add(cxd_callback table) {
    return detail::did([&](cxd_error **raw_error) { return cxd_updater_add_callback(raw(), &table, raw_error); });
  }
};

} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_UPDATER_HPP */
