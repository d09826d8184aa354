// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

// libcxdialer from Go with cgo.
package main

/*
#include <cxdialer/cxdialer.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
)

func equal(got, wanted interface{}) {
	if !reflect.DeepEqual(got, wanted) {
		panic(fmt.Sprintf("%v is not %v", got, wanted))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// withUpdater runs body with a client and an updater as the environment says.
func withUpdater(body func(*Client, *Updater)) {
	config, err := NewConfig()
	must(err)
	defer config.Free()
	client, err := NewClient(config)
	must(err)
	defer client.Free()
	updater, err := NewUpdater(config, client)
	must(err)
	defer updater.Free()
	body(client, updater)
}

func applied(u *Updater, id string, calls int) Result {
	result, err := u.Apply(id, calls)
	must(err)
	return result
}

// ---------------------------------------------------------------- the simulator

type request struct {
	Method, Path string
	Body         string
}

func requests() []request {
	answer, err := http.Get(os.Getenv("CXDIALER_API_BASE_URL") + "/_sim/requests")
	must(err)
	defer answer.Body.Close()
	var seen []request
	must(json.NewDecoder(answer.Body).Decode(&seen))
	return seen
}

func count(method string, seen []request) (n int) {
	for _, r := range seen {
		if r.Method == method {
			n++
		}
	}
	return n
}

func addFault(fault string) {
	answer, err := http.Post(os.Getenv("CXDIALER_API_BASE_URL")+"/_sim/faults", "application/json", strings.NewReader(`["`+fault+`"]`))
	must(err)
	answer.Body.Close()
}

func fetchToken(scope string) (string, int, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	post, err := http.NewRequest("POST", os.Getenv("CXDIALER_API_BASE_URL")+"/api/v2/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	post.SetBasicAuth(os.Getenv("CXDIALER_AUTH_CLIENT_ID"), os.Getenv("CXDIALER_AUTH_CLIENT_SECRET"))
	answer, err := http.DefaultClient.Do(post)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	var token struct {
		Token   string `json:"access_token"`
		Seconds int    `json:"expires_in"`
	}
	err = json.NewDecoder(answer.Body).Decode(&token)
	return token.Token, token.Seconds, err
}

// ---------------------------------------------------------------- checks

func version() {
	equal(C.GoString(C.cxd_version()), "0.1.0")
	name, free := text("batch")
	defer free()
	equal(int(C.cxd_has_feature((*C.char)(name))), 1)
}

func config() {
	config, err := NewConfig()
	must(err)
	defer config.Free()
	must(config.Set("update.concurrency", "7"))
	equal(config.Get("update.concurrency"), "7")
	equal(config.Get("auth.client_secret"), "***")
	wrong := config.Set("api.base_ur1", "x").(*Error)
	equal(wrong.Status, C.CXD_E_CONFIG)
	equal(strings.Contains(wrong.Message, "api.base_url"), true)
}

func validate() {
	config, err := NewConfig()
	must(err)
	defer config.Free()
	status, pointers, err := Findings(config, "c1", 501)
	must(err)
	equal(status, C.CXD_E_INVALID)
	equal(pointers, []string{"/maxConcurrentCalls"})
	status, pointers, err = Findings(config, "c1", 120)
	must(err)
	equal(status, C.CXD_OK)
	equal(len(pointers), 0)
}

func plan() {
	withUpdater(func(_ *Client, u *Updater) {
		result, err := u.Plan("c1", 120)
		must(err)
		equal(result.Outcome, C.CXD_OUTCOME_PLANNED)
		var diff []struct {
			Path       string
			Old, Value int
		}
		must(json.Unmarshal([]byte(result.Diff), &diff))
		equal(len(diff), 1)
		equal([]interface{}{diff[0].Path, diff[0].Old, diff[0].Value}, []interface{}{"/maxConcurrentCalls", 150, 120})
		equal(count("PUT", requests()), 0)
	})
}

func apply() {
	withUpdater(func(_ *Client, u *Updater) {
		result := applied(u, "c1", 120)
		equal(result.Outcome, C.CXD_OUTCOME_APPLIED)
		equal([]int64{result.Previous, result.New}, []int64{150, 120})
		var document struct{ Outcome string }
		must(json.Unmarshal([]byte(result.JSON), &document))
		equal(document.Outcome, "applied")
	})
}

func token() {
	var scopes []string
	withUpdater(func(c *Client, u *Updater) {
		must(c.SetTokenProvider(func(scope string) (string, int, error) {
			scopes = append(scopes, scope)
			return fetchToken(scope)
		}))
		equal(applied(u, "c2", 110).Outcome, C.CXD_OUTCOME_APPLIED)
	})
	equal(scopes, []string{"campaign:write"})
}

func callback() {
	var seen []Result
	var lines []string
	withUpdater(func(c *Client, u *Updater) {
		must(u.AddCallbacks(&Callbacks{OnResult: func(r Result) bool {
			seen = append(seen, r)
			return true
		}}))
		must(c.SetLog(func(_ int, line string) { lines = append(lines, line) }))
		equal(applied(u, "c7", 130).CallbackStatus, C.CXD_OK)
	})
	equal(len(seen), 1)
	equal([]interface{}{seen[0].CampaignID, seen[0].New}, []interface{}{"c7", int64(130)})
	equal(strings.Contains(strings.Join(lines, "\n"), "c7"), true)
}

func batch() {
	withUpdater(func(_ *Client, u *Updater) {
		last := [2]int{}
		must(u.AddCallbacks(&Callbacks{OnProgress: func(done, total int) bool {
			last = [2]int{done, total}
			return true
		}}))
		polled, err := NewBatch(u, []string{"c3", "c4", "c5"}, 140)
		must(err)
		defer polled.Free()
		must(polled.Poll())
		for i := 0; i < 3; i++ {
			equal(polled.Result(i).Outcome, C.CXD_OUTCOME_APPLIED)
		}
		equal(last, [2]int{3, 3})
		asked, err := NewBatch(u, []string{"c6", "c8"}, 145)
		must(err)
		defer asked.Free()
		results, err := asked.Events()
		must(err)
		equal(len(results), 2)
		equal([]int{results[0].Outcome, results[1].Outcome}, []int{C.CXD_OUTCOME_APPLIED, C.CXD_OUTCOME_APPLIED})
	})
}

func errorPath() {
	withUpdater(func(_ *Client, u *Updater) {
		result := applied(u, "nobody", 120)
		equal(result.Outcome, C.CXD_OUTCOME_NOT_APPLIED)
		equal([]int{result.Status, result.Err.Status, result.Err.HTTPStatus}, []int{C.CXD_E_NOT_FOUND, C.CXD_E_NOT_FOUND, 404})
		equal(result.Err.Message != "" && result.Err.RequestID != "", true)
	})
}

func exception() {
	withUpdater(func(_ *Client, u *Updater) {
		must(u.AddCallbacks(&Callbacks{OnResult: func(Result) bool { panic("the callback has a bug") }}))
		result := applied(u, "c7", 120)
		equal([]int{result.Outcome, result.CallbackStatus}, []int{C.CXD_OUTCOME_APPLIED, C.CXD_E_CALLBACK})
	})
}

// goroutines: many share a client, each with an updater and a campaign of its own.
func goroutines() {
	config, err := NewConfig()
	must(err)
	defer config.Free()
	client, err := NewClient(config)
	must(err)
	defer client.Free()
	ids := []string{"c6", "c7", "c8"}
	outcomes := make(chan error)
	for _, id := range ids {
		go func(id string) { outcomes <- lowerTwice(config, client, id) }(id)
	}
	for range ids {
		must(<-outcomes)
	}
}

func lowerTwice(config *Config, client *Client, id string) error {
	updater, err := NewUpdater(config, client)
	if err != nil {
		return err
	}
	defer updater.Free()
	for _, calls := range []int{90, 80} {
		if result, err := updater.Apply(id, calls); err != nil || result.Outcome != C.CXD_OUTCOME_APPLIED {
			return fmt.Errorf("%s: %v %v", id, result, err)
		}
	}
	return nil
}

// scheduler: while one goroutine waits in C for the network, another sees the request at the server and ends the call.
func scheduler() {
	addFault("GET:1:delay=120000")
	withUpdater(func(_ *Client, u *Updater) {
		before := len(requests())
		over := make(chan Result)
		go func() { over <- applied(u, "c7", 119) }()
		for count("GET", requests()[before:]) == 0 {
		}
		u.Cancel()
		equal((<-over).Status, C.CXD_E_CANCELLED)
	})
}

// conversions: C would end "c2\x00-staging" at the zero byte, and change c2.
func conversions() {
	_, err := newCampaign("c2\x00-staging", 120)
	equal(err != nil && strings.Contains(err.Error(), "zero byte"), true)
	change, err := newCampaign("c\u00fc", 1<<63-1)
	must(err)
	change.free()
}

// noDescriptor: without credentials a batch cannot begin, and the library says so.
func noDescriptor() {
	config, err := NewConfig()
	must(err)
	defer config.Free()
	must(config.Set("auth.client_id", ""))
	client, err := NewClient(config)
	must(err)
	defer client.Free()
	updater, err := NewUpdater(config, client)
	must(err)
	defer updater.Free()
	batch, err := NewBatch(updater, []string{"c7"}, 118)
	must(err)
	defer batch.Free()
	refused, ok := batch.Poll().(*Error)
	equal(ok && refused.Status == C.CXD_E_CONFIG, true)
}

// unsized: destroy is not run for a table whose size was forgotten, and is for one that has it.
func unsized() {
	withUpdater(func(_ *Client, u *Updater) {
		equal([]bool{u.destroyed(0), u.destroyed(16), u.destroyed(24)}, []bool{false, false, true})
	})
}

// ---------------------------------------------------------------- TAP

// attempt runs a check; what it panicked with.
func attempt(check func()) (problem interface{}) {
	defer func() { problem = recover() }()
	check()
	return nil
}

func main() {
	checks := []struct {
		name string
		run  func()
	}{
		{"version", version}, {"config", config}, {"validate", validate}, {"plan", plan}, {"apply", apply}, {"token", token},
		{"callback", callback}, {"batch", batch}, {"error", errorPath}, {"exception", exception}, {"goroutines", goroutines}, {"scheduler", scheduler},
		{"conversions", conversions}, {"no_descriptor", noDescriptor}, {"unsized", unsized},
	}
	failed := 0
	for i, check := range checks {
		if problem := attempt(check.run); problem != nil {
			failed = 1
			fmt.Printf("not ok %d - %s: %v\n", i+1, check.name, problem)
		} else {
			fmt.Printf("ok %d - %s\n", i+1, check.name)
		}
	}
	fmt.Printf("1..%d\n", len(checks))
	os.Exit(failed)
}
