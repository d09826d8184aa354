// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

package main

/*
#include <stdlib.h>
#include <cxdialer/cxdialer.h>
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

func of(userData unsafe.Pointer) interface{} { return (*(*cgo.Handle)(userData)).Value() }

// verdict is what C is told: a panic must not unwind through its frames, and accepts nothing.
func verdict(method func() bool) (answer C.int32_t) {
	defer func() {
		if recover() != nil {
			answer = 0
		}
	}()
	if method() {
		return C.CXD_ACCEPTED
	}
	return 0
}

//export goDestroy
func goDestroy(userData unsafe.Pointer) {
	(*(*cgo.Handle)(userData)).Delete()
	C.free(userData)
}

//export goFetch
func goFetch(userData unsafe.Pointer, request *C.cxd_token_request, sink *C.cxd_token_sink) C.int32_t {
	return verdict(func() bool {
		token, seconds, err := of(userData).(TokenProvider)(C.GoString(C.cxd_token_request_scope(request)))
		if err != nil {
			reason, free := text(err.Error())
			defer free()
			C.cxd_token_sink_fail(sink, 0, (*C.char)(unsafe.Pointer(reason)))
			return true
		}
		c, free := text(token)
		defer free()
		return C.cxd_token_sink_accept(sink, (*C.char)(unsafe.Pointer(c)), C.size_t(len(token)), C.int64_t(seconds)) == C.CXD_OK
	})
}

//export goOnResult
func goOnResult(userData unsafe.Pointer, result *C.cxd_result) C.int32_t {
	return verdict(func() bool { return of(userData).(*Callbacks).OnResult(resultOf(result)) })
}

//export goOnProgress
func goOnProgress(userData unsafe.Pointer, done, total C.size_t) C.int32_t {
	return verdict(func() bool { return of(userData).(*Callbacks).OnProgress(int(done), int(total)) })
}

//export goLog
func goLog(userData unsafe.Pointer, level C.int32_t, line *C.char, length C.size_t) {
	verdict(func() bool {
		of(userData).(Log)(int(level), C.GoStringN(line, C.int(length)))
		return true
	})
}
