# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
import os

import cffi

builder = cffi.FFI()
with open(os.environ["CXDIALER_CDEF"]) as header:
    builder.cdef(header.read() + 'extern "Python" int32_t on_result(void *, const cxd_result *);')
builder.set_source("_cxdialer", "#include <cxdialer/cxdialer.h>", libraries=["cxdialer"],
                   include_dirs=[os.environ["CXDIALER_INCLUDE"]], library_dirs=[os.environ["CXDIALER_LIB_DIR"]])
builder.compile()
