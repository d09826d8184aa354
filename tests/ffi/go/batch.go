// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

package main

/*
#include <cxdialer/cxdialer.h>
*/
import "C"

import (
	"syscall"
)

type Batch struct{ c *C.cxd_batch }

func NewBatch(updater *Updater, ids []string, calls int) (*Batch, error) {
	batch := &Batch{}
	var e *C.cxd_error
	status := C.cxd_batch_new((*C.cxd_updater)(updater.c), &batch.c, &e)
	if err := checked(status, e); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := batch.add(id, calls); err != nil {
			batch.Free()
			return nil, err
		}
	}
	return batch, nil
}

func (b *Batch) add(id string, calls int) error {
	change, err := newCampaign(id, calls)
	if err != nil {
		return err
	}
	defer C.cxd_campaign_free(change.c)
	var e *C.cxd_error
	status := C.cxd_batch_add(b.c, change.c, &e)
	return checked(status, e)
}

func (b *Batch) Free() { C.cxd_batch_free(b.c) }

func (b *Batch) Result(i int) Result { return resultOf(C.cxd_batch_result(b.c, C.size_t(i))) }

// Poll drives the batch with an epoll of the program's own.
func (b *Batch) Poll() error {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	defer syscall.Close(epoll)
	fd := int(C.cxd_batch_fd(b.c))
	if fd < 0 { // there is nothing to wait for: process says why
		var e *C.cxd_error
		status := C.cxd_batch_process(b.c, nil, &e)
		return checked(status, e)
	}
	if err := syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}); err != nil {
		return err
	}
	events := make([]syscall.EpollEvent, 1)
	for remaining := C.int32_t(1); remaining != 0; {
		if _, err := syscall.EpollWait(epoll, events, int(C.cxd_batch_timeout_ms(b.c))); err != nil && err != syscall.EINTR {
			return err
		}
		var e *C.cxd_error
		status := C.cxd_batch_process(b.c, &remaining, &e)
		if err := checked(status, e); err != nil {
			return err
		}
	}
	return nil
}

// Events runs the batch to its end; the outcomes by item.
func (b *Batch) Events() (map[int]Result, error) {
	results := map[int]Result{}
	for {
		var event *C.cxd_event
		var e *C.cxd_error
		status := C.cxd_batch_next_event(b.c, -1, &event, &e)
		if err := checked(status, e); err != nil {
			return nil, err
		}
		switch C.cxd_event_kind(event) {
		case C.CXD_EVENT_RESULT:
			results[int(C.cxd_event_item(event))] = resultOf(C.cxd_event_result(event))
		case C.CXD_EVENT_DONE:
			return results, nil
		}
	}
}
