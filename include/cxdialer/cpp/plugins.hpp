/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Part of cxdialer.hpp: callables as methods of the tables of cxdialer.h. */
#ifndef CXDIALER_CPP_PLUGINS_HPP
#define CXDIALER_CPP_PLUGINS_HPP

#include <cxdialer/cpp/documents.hpp>

#include <atomic>
#include <tuple>

namespace cxd {
inline namespace CXD_CPP_NAMESPACE {

/* What a token provider answers with. */
struct token {
  token(std::string text, std::chrono::seconds life = std::chrono::seconds(0)) : value(std::move(text)), expires_in(life) {}
  token(const char *text) : token(std::string(text)) {}

  std::string value;
  std::chrono::seconds expires_in; /* from now; 0: not known */
};

/* What a token is wanted for; borrowed for the call, or until the next event. */
class token_request : public detail::view<cxd_token_request> {
public:
  using view::view;
  std::string_view scope() const noexcept { return cxd_token_request_scope(raw()); }
  std::string_view token_url() const noexcept { return cxd_token_request_token_url(raw()); }
  bool forced() const noexcept { return cxd_token_request_forced(raw()) == 1; }
};

/* Where a token goes: completed once, now or later, from any thread. One that is dropped without that fails. */
class token_sink {
public:
  token_sink() noexcept = default;
  explicit token_sink(cxd_token_sink *taken, std::shared_ptr<std::atomic<bool>> completed = nullptr) noexcept : raw_(taken), completed_(std::move(completed)) {}
  token_sink(token_sink &&other) noexcept : raw_(std::exchange(other.raw_, nullptr)), completed_(std::move(other.completed_)) {}
  token_sink &operator=(token_sink &&other) noexcept {
    token_sink from(std::move(other));
    std::swap(raw_, from.raw_);
    completed_.swap(from.completed_);
    return *this;
  }
  token_sink(const token_sink &) = delete;
  token_sink &operator=(const token_sink &) = delete;
  ~token_sink() { (void)finish(&cxd_token_sink_fail, 0, "its sink was dropped without a token"); }

  explicit operator bool() const noexcept { return raw_ != nullptr; }
  [[nodiscard]] cxd_token_sink *release() noexcept { return std::exchange(raw_, nullptr); }

  /* CXD_OK; CXD_E_ARGUMENT: not a token, and so a failure; CXD_E_STATE: this sink is empty, or was completed before. */
  cxd::status accept(const token &given) noexcept { return finish(&cxd_token_sink_accept, given.value.data(), given.value.size(), given.expires_in.count()); }
  cxd::status fail(std::string_view message, bool retryable = false) {
    return finish(&cxd_token_sink_fail, retryable ? 1 : 0, detail::text(detail::whole(message) ? message : "its message has a zero byte in it").c_str());
  }

private:
  template <class Method, class... Arguments> cxd::status finish(Method method, Arguments... arguments) noexcept {
    if (!raw_)
      return CXD_E_STATE;
    cxd::status of = method(std::exchange(raw_, nullptr), arguments...);
    if (completed_)
      completed_->store(true);
    return of;
  }

  cxd_token_sink *raw_ = nullptr;
  std::shared_ptr<std::atomic<bool>> completed_{};
};

/* What a rule is asked: add findings to it, and return true or nothing when the rule could decide. */
class rule_context {
public:
  rule_context(const cxd_campaign *change, const cxd_campaign *merged, std::int64_t at_unix_ms, cxd_report *to) noexcept : change_(change), merged_(merged), at_(milliseconds(at_unix_ms)), to_(to) {}
  campaign_view change() const noexcept { return change_; }
  campaign_view merged() const noexcept { return merged_; } /* empty before the campaign was read */
  instant at() const noexcept { return at_; }

  expected<void> try_add(cxd::severity how, std::string_view code, std::string_view pointer, std::string_view message) {
    if (!detail::whole(code, pointer, message))
      return detail::cut_text();
    cxd::status of = cxd_report_add(to_, static_cast<std::int32_t>(how), detail::text(code).c_str(), detail::text(pointer).c_str(), detail::text(message).c_str());
    if (of == CXD_E_ARGUMENT)
      return cxd::error(of, why_not(how, code, pointer));
    return detail::did([&](cxd_error **) { return of; });
  }
#if CXD_CPP_EXCEPTIONS
  void add(cxd::severity how, std::string_view code, std::string_view pointer, std::string_view message) { try_add(how, code, pointer, message).value(); }
#endif

private:
  /* cxd_report_add() has a status only. */
  static std::string why_not(cxd::severity how, std::string_view code, std::string_view pointer) {
    std::string said = "a finding that is not added, for one of these reasons: severity " + std::to_string(static_cast<std::int32_t>(how)) + " is not note, warning or error, code '";
    said.append(code).append("' is not lower-case dotted words of 64 bytes at most (\"acme.night_shift\"), pointer '");
    return said.append(pointer).append("' is not a JSON Pointer, or a text is not UTF-8");
  }

  campaign_view change_;
  campaign_view merged_;
  instant at_;
  cxd_report *to_;
};

namespace detail {
struct group {
  const std::size_t *items;
  const char *const *intents;
};
} /* namespace detail */

/* An update whose PUT is about to leave; borrowed for the call. */
struct sending {
  sending(const detail::group *of, std::size_t i) : item(of->items[i]), intent(of->intents[i]) {}

  std::size_t item;        /* its number in the batch */
  std::string_view intent; /* for updater::resolve() */
};
using sendings = range<const detail::group, sending>;

namespace detail {

/* Runs what may throw where C called: 0, which is no answer that C accepts, when it did. */
template <class Body> std::int32_t guarded(Body body) noexcept {
#if CXD_CPP_EXCEPTIONS
  try {
    return body();
  } catch (...) {
    border::keep_exception();
    return 0;
  }
#else
  return body();
#endif
}

/* true and nothing are accepted. */
template <class Callable, class... Arguments> std::int32_t answer(Callable &call, const Arguments &...arguments) {
  if constexpr (std::is_void_v<std::invoke_result_t<Callable &, const Arguments &...>>)
    return call(arguments...), CXD_ACCEPTED;
  else
    return static_cast<bool>(call(arguments...)) ? CXD_ACCEPTED : 0;
}

template <class Callables> void destroy(void *plug) noexcept { delete static_cast<Callables *>(plug); }

/* A table of C whose user_data are the callables. What it is registered with destroys them, also when it refuses. */
template <class Table, class... Callable> Table table(Callable &&...call) {
  using callables = std::tuple<std::decay_t<Callable>...>;
  Table made{};
  made.size = sizeof made;
  made.user_data = new callables(std::forward<Callable>(call)...);
  made.destroy = &destroy<callables>;
  return made;
}

/* The callable in user_data; the second one of a logger is its sync. */
template <class Callable, std::size_t I = 0, class... Others> Callable &plug(void *user_data) noexcept {
  return std::get<I>(*static_cast<std::tuple<Others...> *>(user_data));
}
template <class Callable> Callable &only(void *user_data) noexcept { return plug<Callable, 0, Callable>(user_data); }

/* Asks a provider that answers with a token, or std::nullopt. */
template <class Callable> std::int32_t fetch_now(Callable &call, const cxd_token_request *request, cxd_token_sink *raw) {
  std::optional<token> got(call(token_request(request)));
  if (!got)
    return 0;
  (void)token_sink(raw).accept(*got); /* what is no token fails the sink */
  return CXD_ACCEPTED;
}

/*
 * Asks a provider that takes the sink. It may have moved it to where it is completed later: then the answer is "pending", also after an
 * exception, as the library must keep a sink that somebody may still complete.
 */
template <class Callable> std::int32_t fetch_later(Callable &call, const cxd_token_request *request, cxd_token_sink *raw) {
  auto completed = std::make_shared<std::atomic<bool>>(false);
  std::int32_t said = guarded([&] {
    token_sink sink(raw, completed);
    call(token_request(request), std::move(sink));
    return static_cast<std::int32_t>(CXD_PENDING);
  });
  return completed->load() ? said : static_cast<std::int32_t>(CXD_PENDING);
}

template <class Callable> cxd_token_provider provider(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_token_provider made = table<cxd_token_provider>(std::forward<Callable>(call));
  made.fetch = [](void *user_data, const cxd_token_request *request, cxd_token_sink *sink) noexcept -> std::int32_t {
    return guarded([&] {
      if constexpr (std::is_invocable_v<plugged &, token_request, token_sink>)
        return fetch_later(only<plugged>(user_data), request, sink);
      else
        return fetch_now(only<plugged>(user_data), request, sink);
    });
  };
  return made;
}

template <class Callable> cxd_rule rule(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_rule made = table<cxd_rule>(std::forward<Callable>(call));
  made.check = [](void *user_data, const cxd_campaign *change, const cxd_campaign *merged, std::int64_t at, cxd_report *to) noexcept -> std::int32_t {
    return guarded([&]() -> std::int32_t {
      rule_context context(change, merged, at, to);
      if constexpr (std::is_void_v<std::invoke_result_t<plugged &, rule_context &>>)
        return only<plugged>(user_data)(context), CXD_ACCEPTED;
      else
        return static_cast<bool>(only<plugged>(user_data)(context)) ? CXD_ACCEPTED : 0;
    });
  };
  return made;
}

template <class Callable> cxd_log log(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_log made = table<cxd_log>(std::forward<Callable>(call));
  made.write = [](void *user_data, std::int32_t level, const char *line, std::size_t len) noexcept {
    (void)guarded([&]() -> std::int32_t { return only<plugged>(user_data)(static_cast<log_level>(level), std::string_view(line, len)), CXD_ACCEPTED; });
  };
  return made;
}

/* sync: nothing when append is durable by itself. */
struct durable {};

template <class Append, class Sync> cxd_audit_logger logger(Append &&append, Sync &&sync) {
  using appends = std::decay_t<Append>;
  using syncs = std::decay_t<Sync>;
  cxd_audit_logger made = table<cxd_audit_logger>(std::forward<Append>(append), std::forward<Sync>(sync));
  made.append = [](void *user_data, const char *record, std::size_t len) noexcept -> std::int32_t {
    return guarded([&] { return answer(plug<appends, 0, appends, syncs>(user_data), std::string_view(record, len)); });
  };
  if constexpr (!std::is_same_v<syncs, durable>)
    made.sync = [](void *user_data) noexcept -> std::int32_t { return guarded([&] { return answer(plug<syncs, 1, appends, syncs>(user_data)); }); };
  return made;
}

template <class Callable> cxd_callback on_result(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_callback made = table<cxd_callback>(std::forward<Callable>(call));
  made.on_result = [](void *user_data, const cxd_result *result) noexcept -> std::int32_t {
    return guarded([&] { return answer(only<plugged>(user_data), result_view(result)); });
  };
  return made;
}

template <class Callable> cxd_callback on_progress(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_callback made = table<cxd_callback>(std::forward<Callable>(call));
  made.on_progress = [](void *user_data, std::size_t done, std::size_t total) noexcept -> std::int32_t {
    return guarded([&] { return answer(only<plugged>(user_data), done, total); });
  };
  return made;
}

template <class Callable> cxd_callback on_checkpoint(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_callback made = table<cxd_callback>(std::forward<Callable>(call));
  made.on_checkpoint = [](void *user_data, std::int64_t seq, const char *h) noexcept -> std::int32_t {
    return guarded([&] { return answer(only<plugged>(user_data), seq, std::string_view(h)); });
  };
  return made;
}

template <class Callable> cxd_callback on_sending(Callable &&call) {
  using plugged = std::decay_t<Callable>;
  cxd_callback made = table<cxd_callback>(std::forward<Callable>(call));
  made.on_sending = [](void *user_data, const std::size_t *items, const char *const *intents, std::size_t count) noexcept -> std::int32_t {
    return guarded([&] {
      group of{items, intents};
      return answer(only<plugged>(user_data), sendings(&of, count));
    });
  };
  return made;
}

} /* namespace detail */
} /* namespace CXD_CPP_NAMESPACE */
} /* namespace cxd */

#endif /* CXDIALER_CPP_PLUGINS_HPP */
