// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

// Two clients in Go; job.h has the arguments. With "sequential" behind them one PUT after the other, each with a new token and new
// connections, as a simple client does it; else IN_FLIGHT goroutines, one token, kept connections.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(name string) string {
	text, err := os.ReadFile(os.Args[4] + "/" + name)
	must(err)
	return string(text)
}

func cpu() time.Duration {
	var used syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func newClient(base string, inFlight int, keep bool) *http.Client {
	way := &http.Transport{MaxIdleConns: inFlight, MaxIdleConnsPerHost: inFlight, DisableKeepAlives: !keep}
	if strings.HasPrefix(base, "https:") {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(read("ca.pem")))
		way.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &http.Client{Transport: way}
}

func put(client *http.Client, base, token, template string, number int64) bool {
	id := fmt.Sprintf("c-%06d", number%1000000)
	body := strings.NewReader(strings.Replace(template, "c-000000", id, 1))
	request, err := http.NewRequest(http.MethodPut, base+"/api/v2/outbound/campaigns/"+id, body)
	must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	answer, err := client.Do(request)
	must(err)
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func newToken(client *http.Client, base string) string {
	answer, err := client.Post(base+"/api/v2/oauth/token", "application/x-www-form-urlencoded", strings.NewReader("grant_type=client_credentials"))
	must(err)
	defer answer.Body.Close()
	var said struct {
		AccessToken string `json:"access_token"`
	}
	must(json.NewDecoder(answer.Body).Decode(&said))
	return said.AccessToken
}

func main() {
	base := os.Args[1]
	count, err := strconv.ParseInt(os.Args[2], 10, 64)
	must(err)
	inFlight, err := strconv.Atoi(os.Args[3])
	must(err)
	sequential := len(os.Args) > 5 && os.Args[5] == "sequential"
	token, template := read("token"), read("body")
	var next, ok int64
	used, began := cpu(), time.Now()
	if sequential {
		for ; next < count; next++ {
			client := newClient(base, 1, false)
			if put(client, base, newToken(client, base), template, next) {
				ok++
			}
		}
	} else {
		client := newClient(base, inFlight, true)
		var all sync.WaitGroup
		for i := 0; i < inFlight; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for number := atomic.AddInt64(&next, 1) - 1; number < count; number = atomic.AddInt64(&next, 1) - 1 {
					if put(client, base, token, template, number) {
						atomic.AddInt64(&ok, 1)
					}
				}
			}()
		}
		all.Wait()
	}
	fmt.Printf("{\"cpu_us\":%.1f,\"wall_us\":%.1f,\"ok\":%d}\n", float64((cpu() - used).Microseconds()), float64(time.Since(began).Microseconds()), ok)
}
