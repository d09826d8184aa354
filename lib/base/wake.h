/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_WAKE_H
#define CXD__BASE_WAKE_H

/* An eventfd with a reference count: whoever wants to wake a waiter may do so after the waiter is gone. Any thread. */
struct cxd__wake;

struct cxd__wake *cxd__wake_new(void); /* NULL: no memory or no descriptor */
struct cxd__wake *cxd__wake_ref(struct cxd__wake *wake);
void cxd__wake_unref(struct cxd__wake *wake);
int cxd__wake_fd(const struct cxd__wake *wake);
void cxd__wake_signal(struct cxd__wake *wake);
void cxd__wake_clear(struct cxd__wake *wake);

#endif
