# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The network fault matrix: the shared library against cxdialer-sim, with a proxy of our own between them that breaks one thing.

    rules.py    faults, positions, requests, transports; which cells make sense; what the specification wants of each
    wire.py     sockets: tempo, TLS on bytes that can be shaped, a port that is open, refuses or is deaf
    proxy.py    speaks just enough HTTP/1.1 to know where in which request it is, and strikes there
    relay.py    carries bytes before nghttpx (HTTP/2), strikes on connections it cannot look into
    station.py  proxy, relay and nghttpx of one transport behind one address
    client.py   the shared library through ctypes
    cell.py     runs one cell and compares

tests/net/test_fault_matrix.py runs them all.
"""
