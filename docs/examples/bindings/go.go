// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// Slows one campaign down: go run go.go CAMPAIGN. The connection comes from CXDIALER_... variables.
package main

/*
#cgo pkg-config: cxdialer
#include <stdlib.h>
#include <cxdialer/cxdialer.h>

int32_t onResult(void *user_data, cxd_result *result); // Go's, below; Go has no const
*/
import "C"

import (
	"fmt"
	"os"
	"unsafe"
)

//export onResult
func onResult(_ unsafe.Pointer, result *C.cxd_result) (answer C.int32_t) {
	defer func() {
		if recover() != nil { // a panic must not unwind through C
			answer = 0
		}
	}()
	fmt.Printf("%s: %d -> %d\n", C.GoString(C.cxd_result_campaign_id(result)), C.cxd_result_previous_concurrent(result), C.cxd_result_new_concurrent(result))
	return C.CXD_ACCEPTED
}

func slowDown(arguments []string) error {
	if len(arguments) != 2 {
		return fmt.Errorf("usage: go run go.go CAMPAIGN")
	}
	var e *C.cxd_error
	var config *C.cxd_config
	var client *C.cxd_client
	var updater *C.cxd_updater
	var change *C.cxd_campaign
	var result *C.cxd_result
	defer func() { // each of them may be NULL
		C.cxd_result_free(result)
		C.cxd_campaign_free(change)
		C.cxd_updater_free(updater)
		C.cxd_client_free(client)
		C.cxd_config_free(config)
		C.cxd_error_free(e)
	}()

	campaign, pointer := C.CString(arguments[1]), C.CString("/maxConcurrentCalls")
	defer C.free(unsafe.Pointer(campaign))
	defer C.free(unsafe.Pointer(pointer))
	callback := C.cxd_callback{on_result: (*[0]byte)(C.onResult)}
	callback.size = C.size_t(unsafe.Sizeof(callback))
	for _, step := range []func() C.cxd_status{
		func() C.cxd_status { return C.cxd_config_new(&config) },
		func() C.cxd_status { return C.cxd_config_load_env(config, &e) },
		func() C.cxd_status { return C.cxd_client_new(config, &client, &e) },
		func() C.cxd_status { return C.cxd_updater_new(config, client, nil, &updater, &e) },
		func() C.cxd_status { return C.cxd_updater_add_callback(updater, &callback, &e) },
		func() C.cxd_status { return C.cxd_campaign_new(campaign, &change, &e) },
		func() C.cxd_status { return C.cxd_campaign_set_int(change, pointer, 120, &e) },
		func() C.cxd_status { return C.cxd_updater_apply(updater, change, &result, &e) },
	} {
		if status := step(); status != C.CXD_OK {
			return fmt.Errorf("%s: %s", C.GoString(C.cxd_status_name(status)), C.GoString(C.cxd_error_message(e)))
		}
	}
	fmt.Println(C.GoString(C.cxd_result_outcome_name(result)), "callback:", C.GoString(C.cxd_status_name(C.cxd_result_callback_status(result))))
	return nil
}

func main() {
	if err := slowDown(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
