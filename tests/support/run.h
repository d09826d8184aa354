/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_RUN_H
#define CXD_TESTS_RUN_H

#include <check.h>
#include <locale.h>
#include <stdlib.h>

/* A new case of a suite; open and close run around each of its tests, NULL for none. */
static inline TCase *suite_case(Suite *suite, const char *name, void (*open)(void), void (*close)(void)) {
  TCase *tcase = tcase_create(name);
  if (open)
    tcase_add_checked_fixture(tcase, open, close);
  suite_add_tcase(suite, tcase);
  return tcase;
}

/* Runs one suite, in the locale of the environment, as hosts do; the exit status of a test program. */
static inline int run_suite(Suite *suite) {
  (void)setlocale(LC_ALL, "");
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
