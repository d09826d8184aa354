# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The library through ctypes, with nothing but its name."""
import ctypes

library = ctypes.CDLL("libcxdialer.so.1")
library.cxd_version.restype = ctypes.c_char_p
print(library.cxd_version().decode())
