/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * libcxdialer for C++17: each handle of cxdialer.h as a move-only object, nothing more. docs/cpp.md is the guide; what a call does, may return
 * and which threads may make it is said in cxdialer.h, under the name of the function that it wraps.
 *
 * - Each call that can fail comes twice: try_get() returns a cxd::expected<T>, get() returns the T or throws a cxd::error. Without exceptions
 *   (-fno-exceptions, or CXD_NO_EXCEPTIONS defined) there are the try_ forms only. Both kinds of units can be linked into one program.
 * - Texts come in as std::string_view and are copied where C needs a zero byte behind them; a zero byte inside is CXD_E_ARGUMENT.
 *   A std::string_view that is returned is borrowed, as cxdialer.h says; a std::string is the caller's.
 * - X::raw() lends the C handle, X::release() gives it away, X(handle) takes one over. An object that was moved from is empty: its calls
 *   fail with CXD_E_ARGUMENT or return nothing. Classes with _view in their names borrow.
 * - Plug-ins are callables. What one throws is caught before it reaches C, is "not accepted" there, and is rethrown by the call that ran it, on the
 *   thread that made that call, once the C call has ended. Of several exceptions the first is rethrown. try_ forms do not rethrow: they return an error
 *   with error::thrown(). A callable is destroyed exactly once, when the library lets go of it.
 */
#ifndef CXDIALER_CXDIALER_HPP
#define CXDIALER_CXDIALER_HPP

#include <cxdialer/cpp/base.hpp>

#include <cxdialer/cpp/call.hpp>

#include <cxdialer/cpp/documents.hpp>

#include <cxdialer/cpp/plugins.hpp>

#include <cxdialer/cpp/validator.hpp>

#include <cxdialer/cpp/client.hpp>

#include <cxdialer/cpp/updater.hpp>

#include <cxdialer/cpp/batch.hpp>

#include <cxdialer/cpp/audit.hpp>

#endif /* CXDIALER_CXDIALER_HPP */
