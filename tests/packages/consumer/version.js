// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// The library through koffi, with nothing but its name.
const koffi = require('koffi');
const library = koffi.load('libcxdialer.so.1');
console.log(library.func('const char *cxd_version(void)')());
