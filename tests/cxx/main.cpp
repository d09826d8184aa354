/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "rig.hpp"

extern "C" {
#include "run.h"
}

int main() {
  Suite *suite = suite_create("cxx");
  for (TCase *cases : {cases_of_values(), cases_of_updates(), cases_of_exceptions(), cases_of_tokens(), cases_of_batches(), cases_without_exceptions()}) {
    tcase_set_timeout(cases, 120);
    suite_add_tcase(suite, cases);
  }
  return run_suite(suite);
}
