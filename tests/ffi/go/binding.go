// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

package main

/*
#cgo pkg-config: cxdialer
#include <stdlib.h>
#include <cxdialer/cxdialer.h>

// Of callbacks.go. Go has no const: the tables take these through a cast.
void goDestroy(void *user_data);
int32_t goFetch(void *user_data, cxd_token_request *request, cxd_token_sink *sink);
int32_t goOnResult(void *user_data, cxd_result *result);
int32_t goOnProgress(void *user_data, size_t done, size_t total);
void goLog(void *user_data, int32_t level, char *text, size_t len);
*/
import "C"

import (
	"fmt"
	"runtime/cgo"
	"strings"
	"unsafe"
)

// Error is what the library says when a call fails.
type Error struct {
	Status, HTTPStatus int
	Message, RequestID string
}

func (e *Error) Error() string {
	return C.GoString(C.cxd_status_name(C.cxd_status(e.Status))) + ": " + e.Message
}

func errorOf(status C.cxd_status, e *C.cxd_error) *Error {
	return &Error{int(status), int(C.cxd_error_http_status(e)), C.GoString(C.cxd_error_message(e)), C.GoString(C.cxd_error_request_id(e))}
}

// checked frees e and makes an error of it.
func checked(status C.cxd_status, e *C.cxd_error) error {
	defer C.cxd_error_free(e)
	if status == C.CXD_OK {
		return nil
	}
	return errorOf(status, e)
}

// text lends C a copy of s.
func text(s string) (*C.char, func()) {
	c := C.CString(s)
	return c, func() { C.free(unsafe.Pointer(c)) }
}

// whole lends C a copy of s, unless C would take it to end at a zero byte inside of it.
func whole(s string) (*C.char, func(), error) {
	if strings.IndexByte(s, 0) >= 0 {
		return nil, nil, fmt.Errorf("a zero byte in %q", s)
	}
	c := C.CString(s)
	return c, func() { C.free(unsafe.Pointer(c)) }, nil
}

// taken copies and frees a text that is ours.
func taken(c *C.char) string {
	defer C.cxd_string_free(c)
	return C.GoString(c)
}

// ---------------------------------------------------------------- handles

type Config struct{ c *C.cxd_config }

func NewConfig() (*Config, error) {
	config := &Config{}
	if status := C.cxd_config_new(&config.c); status != C.CXD_OK {
		return nil, errorOf(status, nil)
	}
	var e *C.cxd_error
	status := C.cxd_config_load_env(config.c, &e)
	if err := checked(status, e); err != nil {
		config.Free()
		return nil, err
	}
	return config, nil
}

func (c *Config) Set(key, value string) error {
	k, freeKey := text(key)
	defer freeKey()
	v, freeValue := text(value)
	defer freeValue()
	var e *C.cxd_error
	status := C.cxd_config_set(c.c, k, v, &e)
	return checked(status, e)
}

func (c *Config) Get(key string) string {
	k, free := text(key)
	defer free()
	return C.GoString(C.cxd_config_get(c.c, k))
}

func (c *Config) Free() { C.cxd_config_free(c.c) }

// Client may be used by many goroutines at once.
type Client struct{ c *C.cxd_client }

func NewClient(config *Config) (*Client, error) {
	client := &Client{}
	var e *C.cxd_error
	status := C.cxd_client_new(config.c, &client.c, &e)
	return client, checked(status, e)
}

func (c *Client) Free() { C.cxd_client_free(c.c) }

// Updater is for one goroutine at a time, save Cancel.
type Updater struct{ c *C.cxd_updater }

func NewUpdater(config *Config, client *Client) (*Updater, error) {
	updater := &Updater{}
	var e *C.cxd_error
	status := C.cxd_updater_new(config.c, client.c, nil, &updater.c, &e)
	return updater, checked(status, e)
}

func (u *Updater) Cancel() { C.cxd_updater_cancel(u.c) }
func (u *Updater) Free()   { C.cxd_updater_free(u.c) }

type campaign struct{ c *C.cxd_campaign }

func newCampaign(id string, calls int) (*campaign, error) {
	c, free, err := whole(id)
	if err != nil {
		return nil, err
	}
	defer free()
	made := &campaign{}
	var e *C.cxd_error
	status := C.cxd_campaign_new(c, &made.c, &e)
	if err := checked(status, e); err != nil {
		return nil, err
	}
	pointer, freePointer := text("/maxConcurrentCalls")
	defer freePointer()
	e = nil
	status = C.cxd_campaign_set_int(made.c, pointer, C.int64_t(calls), &e)
	return made, checked(status, e)
}

func (c *campaign) free() { C.cxd_campaign_free(c.c) }

// ---------------------------------------------------------------- results

// Result is a copy: nothing of it is borrowed.
type Result struct {
	Outcome, Status, CallbackStatus int
	CampaignID, Diff, JSON          string
	Previous, New                   int64
	Err                             *Error
}

func resultOf(r *C.cxd_result) Result {
	result := Result{
		Outcome: int(C.cxd_result_outcome(r)), Status: int(C.cxd_result_status(r)), CallbackStatus: int(C.cxd_result_callback_status(r)),
		CampaignID: C.GoString(C.cxd_result_campaign_id(r)), Diff: C.GoString(C.cxd_result_diff_json(r)), JSON: taken(C.cxd_result_to_json(r)),
		Previous: int64(C.cxd_result_previous_concurrent(r)), New: int64(C.cxd_result_new_concurrent(r)),
	}
	if e := C.cxd_result_error(r); e != nil {
		result.Err = errorOf(C.cxd_error_status(e), e)
	}
	return result
}

func (u *Updater) Plan(id string, calls int) (Result, error) {
	return update(id, calls, func(c *C.cxd_campaign, out **C.cxd_result) { C.cxd_updater_plan(u.c, c, out, nil) })
}

func (u *Updater) Apply(id string, calls int) (Result, error) {
	return update(id, calls, func(c *C.cxd_campaign, out **C.cxd_result) { C.cxd_updater_apply(u.c, c, out, nil) })
}

func update(id string, calls int, run func(*C.cxd_campaign, **C.cxd_result)) (Result, error) {
	change, err := newCampaign(id, calls)
	if err != nil {
		return Result{}, err
	}
	defer C.cxd_campaign_free(change.c)
	var r *C.cxd_result
	run(change.c, &r)
	defer C.cxd_result_free(r)
	return resultOf(r), nil
}

// Findings checks a change: the status, and the pointers of what was found.
func Findings(config *Config, id string, calls int) (int, []string, error) {
	var validator *C.cxd_validator
	var e *C.cxd_error
	status := C.cxd_validator_new(config.c, &validator, &e)
	if err := checked(status, e); err != nil {
		return 0, nil, err
	}
	defer C.cxd_validator_free(validator)
	change, err := newCampaign(id, calls)
	if err != nil {
		return 0, nil, err
	}
	defer C.cxd_campaign_free(change.c)
	var report *C.cxd_report
	status = C.cxd_validator_check(validator, change.c, 0, &report, nil)
	defer C.cxd_report_free(report)
	var pointers []string
	for i := C.size_t(0); i < C.cxd_report_count(report); i++ {
		pointers = append(pointers, C.GoString(C.cxd_report_pointer(report, i)))
	}
	return int(status), pointers, nil
}

// ---------------------------------------------------------------- tables of callbacks

// boxed puts a handle of v into memory of C's, as a pointer to memory of Go's must not stay there. goDestroy undoes it.
func boxed(v interface{}) unsafe.Pointer {
	box := C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(box) = cgo.NewHandle(v)
	return box
}

// Callbacks: those that are nil are left out.
type Callbacks struct {
	OnResult   func(Result) bool
	OnProgress func(done, total int) bool
}

func (u *Updater) AddCallbacks(callbacks *Callbacks) error {
	table := C.cxd_callback{user_data: boxed(callbacks), destroy: (*[0]byte)(C.goDestroy)}
	table.size = C.size_t(unsafe.Sizeof(table))
	if callbacks.OnResult != nil {
		table.on_result = (*[0]byte)(C.goOnResult)
	}
	if callbacks.OnProgress != nil {
		table.on_progress = (*[0]byte)(C.goOnProgress)
	}
	var e *C.cxd_error
	status := C.cxd_updater_add_callback(u.c, &table, &e)
	return checked(status, e)
}

// destroyed says whether destroy was run for a table of this size, which is refused.
func (u *Updater) destroyed(size int) (gone bool) {
	table := C.cxd_callback{size: C.size_t(size), user_data: boxed(1), destroy: (*[0]byte)(C.goDestroy)}
	handle := *(*cgo.Handle)(table.user_data)
	C.cxd_updater_add_callback(u.c, &table, nil)
	defer func() {
		if gone = recover() != nil; !gone {
			goDestroy(table.user_data)
		}
	}()
	handle.Value() // panics once it is deleted
	return
}

// TokenProvider returns a token and its life in seconds.
type TokenProvider func(scope string) (string, int, error)

func (c *Client) SetTokenProvider(provider TokenProvider) error {
	table := C.cxd_token_provider{user_data: boxed(provider), destroy: (*[0]byte)(C.goDestroy), fetch: (*[0]byte)(C.goFetch)}
	table.size = C.size_t(unsafe.Sizeof(table))
	var e *C.cxd_error
	status := C.cxd_client_set_token_provider(c.c, &table, &e)
	return checked(status, e)
}

type Log func(level int, line string)

func (c *Client) SetLog(log Log) error {
	table := C.cxd_log{user_data: boxed(log), destroy: (*[0]byte)(C.goDestroy), write: (*[0]byte)(C.goLog)}
	table.size = C.size_t(unsafe.Sizeof(table))
	var e *C.cxd_error
	status := C.cxd_client_set_log(c.c, &table, &e)
	return checked(status, e)
}
