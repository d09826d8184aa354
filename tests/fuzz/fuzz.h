/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_FUZZ_H
#define CXD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The entry that clang's fuzzer expects; it aborts on what must not be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
