/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CXX_RIG_HPP
#define CXD_TESTS_CXX_RIG_HPP

#include <cxdialer/cxdialer.hpp>

#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
#include "sim.h"
}
#undef fail /* a macro of Check's */

/* A simulator with a directory, for the length of a test. */
class rig {
public:
  explicit rig(std::vector<const char *> options = {}) {
    options.push_back(nullptr);
    sim_start(&sim, options.data());
    scratch_open(dir);
  }
  rig(const rig &) = delete;
  rig &operator=(const rig &) = delete;
  ~rig() {
    sim_stop(&sim);
    scratch_close(dir);
  }

  cxd::config config(const std::vector<std::pair<const char *, std::string>> &more = {}) const {
    cxd::config made;
    made.set("api.base_url", sim.url).set("auth.client_id", "demo-client").set("auth.client_secret", "demo-secret");
    made.set("retry.base_ms", "1").set("retry.cap_ms", "5").set("rate.limit", "0").set("retry.deadline_ms", "60000");
    made.set("audit.path", audit_path()).set("validate.jurisdiction", "UNRESTRICTED");
    for (const auto &[key, value] : more)
      made.set(key, value);
    return made;
  }
  std::string audit_path() const { return std::string(dir) + "/audit.jsonl"; }

  struct sim sim {};
  char dir[128]{};
};

inline cxd::campaign calls(std::int64_t concurrent, const char *id = SAMPLE_ID) {
  cxd::campaign change(id);
  change.set(CXD_FIELD_MAX_CONCURRENT_CALLS, concurrent);
  return change;
}

/* A callable's lives: 1 while it is kept, 0 when it was destroyed exactly once. */
class life {
public:
  explicit life(int &count) : count_(&count) { ++*count_; }
  life(const life &other) : count_(other.count_) { ++*count_; }
  life &operator=(const life &) = default;
  ~life() { --*count_; }

private:
  int *count_;
};

/* What the call throws, as text: "std: ..." of a std::exception, "cxd: NAME" of a cxd::error, "int: 7" of an int, "nothing". */
template <class Call> std::string thrown_by(Call call) {
  try {
    call();
    return "nothing";
  } catch (const cxd::error &error) {
    return "cxd: " + std::string(cxd::status_name(error.status()));
  } catch (const std::exception &error) {
    return std::string("std: ") + error.what();
  } catch (int number) {
    return "int: " + std::to_string(number);
  }
}

inline std::string thrown_in(const cxd::error &error) {
  return error.thrown() ? thrown_by([&] { std::rethrow_exception(error.thrown()); }) : "nothing";
}

inline void ck_text(std::string_view got, std::string_view wanted) { ck_assert_msg(got == wanted, "got '%.*s', wanted '%.*s'", static_cast<int>(got.size()), got.data(), static_cast<int>(wanted.size()), wanted.data()); }

/* Suites of the other units of this program. */
TCase *cases_of_values();
TCase *cases_of_updates();
TCase *cases_of_exceptions();
TCase *cases_of_tokens();
TCase *cases_of_batches();
TCase *cases_without_exceptions();

#endif
