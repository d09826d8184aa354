// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

//! libcxdialer from Rust, with nothing but the standard library: TAP on standard output.
mod api;
mod header;
mod json;
mod owned;

use api::*;
use owned::*;
use std::io::{Read, Write};
use std::os::raw::{c_char, c_int, c_ulong, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{} is not set", name))
}

// ---------------------------------------------------------------- what callbacks see

#[derive(Default)]
struct Seen {
    token: String,
    fetches: AtomicUsize,
    progress: AtomicUsize,
    results: Mutex<Vec<String>>,
    lines: Mutex<Vec<String>>,
    threads: Mutex<Vec<JoinHandle<cxd_status>>>,
}

/// One reference for the library, given back by `release`.
fn lent(seen: &Arc<Seen>) -> *mut c_void {
    Arc::into_raw(Arc::clone(seen)) as *mut c_void
}

extern "C" fn release(user_data: *mut c_void) {
    drop(unsafe { Arc::from_raw(user_data as *const Seen) });
}

fn seen_by<'a>(user_data: *mut c_void) -> &'a Seen {
    unsafe { &*(user_data as *const Seen) }
}

/// No panic may leave a function that C called: 0 is not CXD_ACCEPTED.
fn guarded(body: impl FnOnce() -> i32) -> i32 {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(0)
}

extern "C" fn fetch(user_data: *mut c_void, request: *const cxd_token_request, sink: *mut cxd_token_sink) -> i32 {
    guarded(|| unsafe {
        let seen = seen_by(user_data);
        assert_eq!((text(cxd_token_request_scope(request)).as_str(), cxd_token_request_forced(request)), ("campaign:write", 0));
        seen.fetches.fetch_add(1, SeqCst);
        assert_eq!(accept(sink, &seen.token), CXD_OK);
        CXD_ACCEPTED
    })
}

fn accept(sink: *mut cxd_token_sink, token: &str) -> cxd_status {
    unsafe { cxd_token_sink_accept(sink, token.as_ptr() as *const c_char, token.len(), 3600) }
}

/// A sink may be completed from any thread.
struct Sink(*mut cxd_token_sink);
unsafe impl Send for Sink {}

impl Sink {
    fn complete(self, token: &str) -> cxd_status {
        accept(self.0, token)
    }
}

extern "C" fn fetch_later(user_data: *mut c_void, _: *const cxd_token_request, sink: *mut cxd_token_sink) -> i32 {
    guarded(|| {
        let (seen, sink) = (seen_by(user_data), Sink(sink));
        let token = seen.token.clone();
        seen.threads.lock().unwrap().push(std::thread::spawn(move || sink.complete(&token)));
        CXD_PENDING
    })
}

extern "C" fn on_result(user_data: *mut c_void, result: *const cxd_result) -> i32 {
    guarded(|| unsafe {
        let line = format!("{} {} {}", text(cxd_result_campaign_id(result)), text(cxd_result_outcome_name(result)), cxd_result_new_concurrent(result));
        seen_by(user_data).results.lock().unwrap().push(line);
        CXD_ACCEPTED
    })
}

extern "C" fn on_progress(user_data: *mut c_void, done: usize, total: usize) -> i32 {
    guarded(|| {
        assert!(done >= 1 && done <= total);
        seen_by(user_data).progress.fetch_add(1, SeqCst);
        CXD_ACCEPTED
    })
}

extern "C" fn write_line(user_data: *mut c_void, level: i32, line: *const c_char, len: usize) {
    guarded(|| {
        let bytes = unsafe { std::slice::from_raw_parts(line as *const u8, len) };
        let line = std::str::from_utf8(bytes).expect("UTF-8");
        seen_by(user_data).lines.lock().unwrap().push(format!("{} {}", level, line));
        CXD_ACCEPTED
    });
}

extern "C" fn fetch_panics(_: *mut c_void, _: *const cxd_token_request, _: *mut cxd_token_sink) -> i32 {
    guarded(|| panic!("no token today"))
}

extern "C" fn rule_panics(_: *mut c_void, _: *const cxd_campaign, _: *const cxd_campaign, _: i64, _: *mut cxd_report) -> i32 {
    guarded(|| panic!("no verdict"))
}

extern "C" fn panics(_: *mut c_void, _: *const cxd_result) -> i32 {
    guarded(|| panic!("a panic in a callback"))
}

const TOO_MANY: &str = "nachts h\u{f6}chstens 130 \u{2014} \u{590f}";

extern "C" fn at_most_130(_: *mut c_void, change: *const cxd_campaign, _: *const cxd_campaign, _: i64, report: *mut cxd_report) -> i32 {
    guarded(|| unsafe {
        let mut calls = 0;
        call(|e| cxd_campaign_get_int(change, c("/maxConcurrentCalls").as_ptr(), &mut calls, e)).unwrap();
        if calls > 130 {
            cxd_report_add(report, CXD_SEVERITY_ERROR, c("acme.night").as_ptr(), c("/maxConcurrentCalls").as_ptr(), c(TOO_MANY).as_ptr());
        }
        CXD_ACCEPTED
    })
}

fn add_callback(updater: &Owned<cxd_updater>, table: cxd_callback) {
    call(|e| unsafe { cxd_updater_add_callback(updater.raw(), &table, e) }).unwrap();
}

// ---------------------------------------------------------------- the ten checks

fn version() {
    assert_eq!(text(unsafe { cxd_version() }), "0.1.0");
    assert_eq!(unsafe { (cxd_has_feature(c("batch").as_ptr()), cxd_has_feature(c("bathc").as_ptr())) }, (1, 0));
}

fn config_keys() {
    let config = config();
    let get = |key: &str| text(unsafe { cxd_config_get(config.raw(), c(key).as_ptr()) });
    set(&config, "api.base_url", "https://api.example.com").unwrap();
    set(&config, "auth.client_secret", "a-secret-of-mine").unwrap();
    assert_eq!(get("api.base_url"), "https://api.example.com");
    assert_eq!(get("auth.client_secret"), "***");
    let failure = set(&config, "api.base_ur1", "https://api.example.com").unwrap_err();
    assert_eq!(failure.status, CXD_E_CONFIG);
    assert!(failure.message.contains("api.base_url"), "{}", failure.message);
}

fn pointers(report: *const cxd_report) -> Vec<String> {
    unsafe { (0..cxd_report_count(report)).map(|i| text(cxd_report_pointer(report, i))).collect() }
}

fn checked(validator: &Owned<cxd_validator>, calls: i64) -> (Owned<cxd_report>, Result<(), Failure>) {
    let (change, mut report) = (change("c1", calls), null_mut());
    let outcome = call(|e| unsafe { cxd_validator_check(validator.raw(), change.raw(), 0, &mut report, e) });
    (made(cxd_report_free, |out, _| unsafe { *out = report; CXD_OK }).unwrap(), outcome)
}

fn validator() -> Owned<cxd_validator> {
    let config = config_of_environment();
    made(cxd_validator_free, |out, e| unsafe { cxd_validator_new(config.raw(), out, e) }).unwrap()
}

fn validate() {
    let validator = validator();
    let (report, outcome) = checked(&validator, 501);
    assert_eq!(outcome.unwrap_err().status, CXD_E_INVALID);
    assert!(pointers(report.raw()).contains(&"/maxConcurrentCalls".to_string()));
    checked(&validator, 120).1.unwrap();
}

fn puts(path: &str) -> usize {
    let requests = json::parse(&http("GET", "/_sim/requests", "", ""));
    (0..).map(|i| requests.at(i)).take_while(|r| **r != json::Value::Null).filter(|r| r.get("method").text() == "PUT" && r.get("path").text().ends_with(path)).count()
}

fn plan() {
    let config = config_of_environment();
    let (updater, change) = (updater(&config, &client(&config)), change("c1", 120));
    let (result, outcome) = run(|out, e| unsafe { cxd_updater_plan(updater.raw(), change.raw(), out, e) });
    outcome.unwrap();
    assert_eq!(unsafe { cxd_result_outcome(result.raw()) }, CXD_OUTCOME_PLANNED);
    let diff = json::parse(&text(unsafe { cxd_result_diff_json(result.raw()) }));
    assert_eq!(diff.at(0).get("path").text(), "/maxConcurrentCalls");
    assert_eq!((diff.at(0).get("old").number(), diff.at(0).get("value").number()), (150.0, 120.0));
    assert_eq!((unsafe { cxd_result_sends(result.raw()) }, puts("/c1")), (0, 0));
}

fn apply_c1() {
    let config = config_of_environment();
    let result = apply(&updater(&config, &client(&config)), "c1", 120);
    unsafe {
        assert_eq!((cxd_result_previous_concurrent(result.raw()), cxd_result_new_concurrent(result.raw())), (150, 120));
        let accuracy = cxd_result_pacing_accuracy(result.raw());
        assert!((accuracy - 0.85).abs() < 1e-9, "{}", accuracy);
        let document = json::parse(&taken(cxd_result_to_json(result.raw())));
        assert_eq!((document.get("outcome").text(), document.get("campaign_id").text()), ("applied", "c1"));
    }
    assert_eq!(puts("/c1"), 1);
}

/// HTTP of the standard library's: a socket.
fn http(method: &str, path: &str, head: &str, body: &str) -> String {
    let base = environment("CXDIALER_API_BASE_URL");
    let authority = base.trim_start_matches("http://").trim_end_matches('/');
    let mut connection = std::net::TcpStream::connect(authority).expect("the simulator");
    let request = format!("{} {} HTTP/1.0\r\nHost: {}\r\n{}Content-Length: {}\r\n\r\n{}", method, path, authority, head, body.len(), body);
    connection.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert!(reply.contains(" 200 "), "{:.200}", reply);
    reply.split_once("\r\n\r\n").unwrap().1.to_string()
}

fn fetched_token() -> String {
    let form = format!("grant_type=client_credentials&scope=campaign:write&client_id={}&client_secret={}", environment("CXDIALER_AUTH_CLIENT_ID"), environment("CXDIALER_AUTH_CLIENT_SECRET"));
    let reply = http("POST", "/api/v2/oauth/token", "Content-Type: application/x-www-form-urlencoded\r\n", &form);
    json::parse(&reply).get("access_token").text().to_string()
}

fn token() {
    let config = config_of_environment();
    let seen = Arc::new(Seen { token: fetched_token(), ..Seen::default() });
    {
        let client = client(&config);
        let provider = cxd_token_provider { destroy: Some(release), fetch: Some(fetch), ..cxd_token_provider::new(lent(&seen)) };
        call(|e| unsafe { cxd_client_set_token_provider(client.raw(), &provider, e) }).unwrap();
        let updater = updater(&config, &client);
        apply(&updater, "c2", 119);
        apply(&updater, "c2", 120);
    }
    assert_eq!((seen.fetches.load(SeqCst), Arc::strong_count(&seen)), (1, 1));
}

fn callback() {
    let (config, seen) = (config_of_environment(), Arc::new(Seen::default()));
    {
        let client = client(&config);
        let log = cxd_log { destroy: Some(release), write: Some(write_line), ..cxd_log::new(lent(&seen)) };
        call(|e| unsafe { cxd_client_set_log(client.raw(), &log, e) }).unwrap();
        let updater = updater(&config, &client);
        add_callback(&updater, cxd_callback { destroy: Some(release), on_result: Some(on_result), on_progress: Some(on_progress), ..cxd_callback::new(lent(&seen)) });
        let result = apply(&updater, "c6", 120);
        assert_eq!(unsafe { cxd_result_callback_status(result.raw()) }, CXD_OK);
        let batch = batch_of(&updater, &[("c6", 121)]);
        call(|e| unsafe { cxd_batch_run(batch.raw(), e) }).unwrap();
        assert_eq!(Arc::strong_count(&seen), 3);
    }
    assert_eq!(*seen.results.lock().unwrap(), ["c6 applied 120", "c6 applied 121"]);
    assert_eq!((seen.progress.load(SeqCst), Arc::strong_count(&seen)), (1, 1));
    assert!(seen.lines.lock().unwrap().iter().any(|line| line.contains("c6")), "no line of the log names c6");
}

fn batch_of(updater: &Owned<cxd_updater>, items: &[(&str, i64)]) -> Owned<cxd_batch> {
    let batch = made(cxd_batch_free, |out, e| unsafe { cxd_batch_new(updater.raw(), out, e) }).unwrap();
    for (id, calls) in items {
        let change = change(id, *calls);
        call(|e| unsafe { cxd_batch_add(batch.raw(), change.raw(), e) }).unwrap();
    }
    batch
}

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: i16,
    revents: i16,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, timeout: c_int) -> c_int;
}

const POLLIN: i16 = 1;

fn poll_to_the_end(batch: &Owned<cxd_batch>) {
    let mut remaining = 1;
    while remaining > 0 {
        let mut watched = PollFd { fd: unsafe { cxd_batch_fd(batch.raw()) }, events: POLLIN, revents: 0 };
        let timeout = unsafe { cxd_batch_timeout_ms(batch.raw()) };
        assert!(watched.fd >= 0);
        unsafe { poll(&mut watched, 1, timeout as c_int) };
        call(|e| unsafe { cxd_batch_process(batch.raw(), &mut remaining, e) }).unwrap();
    }
}

fn events_to_the_end(batch: &Owned<cxd_batch>) -> Vec<String> {
    let (mut event, mut ended) = (null(), Vec::new());
    loop {
        call(|e| unsafe { cxd_batch_next_event(batch.raw(), -1, &mut event, e) }).unwrap();
        match unsafe { cxd_event_kind(event) } {
            CXD_EVENT_RESULT => ended.push(text(unsafe { cxd_result_outcome_name(cxd_event_result(event)) })),
            CXD_EVENT_DONE => break,
            other => panic!("event {}", other),
        }
    }
    assert_eq!(unsafe { (cxd_event_done(event), cxd_event_total(event)) }, (ended.len(), ended.len()));
    ended
}

fn batch() {
    let config = config_of_environment();
    let updater = updater(&config, &client(&config));
    let polled = batch_of(&updater, &[("c3", 120), ("c4", 120), ("c5", 120)]);
    poll_to_the_end(&polled);
    for i in 0..3 {
        assert_eq!(unsafe { cxd_result_outcome(cxd_batch_result(polled.raw(), i)) }, CXD_OUTCOME_APPLIED, "item {}", i);
    }
    drop(polled);
    assert_eq!(events_to_the_end(&batch_of(&updater, &[("c6", 110), ("c7", 110)])), ["applied", "applied"]);
}

fn error() {
    let config = config_of_environment();
    let (updater, change) = (updater(&config, &client(&config)), change("c99", 120));
    let (result, outcome) = run(|out, e| unsafe { cxd_updater_apply(updater.raw(), change.raw(), out, e) });
    let failure = outcome.unwrap_err();
    assert_eq!((failure.status, failure.http), (CXD_E_NOT_FOUND, 404));
    assert!(!failure.message.is_empty() && !failure.request_id.is_empty(), "{:?}", failure);
    assert_eq!(unsafe { (cxd_result_outcome(result.raw()), cxd_result_status(result.raw())) }, (CXD_OUTCOME_NOT_APPLIED, CXD_E_NOT_FOUND));
}

fn exception() {
    let (config, validator) = (config_of_environment(), validator());
    let client = client(&config);
    let updater = updater(&config, &client);
    add_callback(&updater, cxd_callback { on_result: Some(panics), ..cxd_callback::new(null_mut()) });
    let result = quietly(|| apply(&updater, "c8", 120));
    assert_eq!(unsafe { cxd_result_callback_status(result.raw()) }, CXD_E_CALLBACK);
    let provider = cxd_token_provider { fetch: Some(fetch_panics), ..cxd_token_provider::new(null_mut()) };
    call(|e| unsafe { cxd_client_set_token_provider(client.raw(), &provider, e) }).unwrap();
    let read = quietly(|| made(cxd_campaign_free, |out, e| unsafe { cxd_client_get(client.raw(), c("c1").as_ptr(), out, e) }).err());
    assert_eq!(read.unwrap().status, CXD_E_TOKEN);
    let rule = cxd_rule { check: Some(rule_panics), ..cxd_rule::new(null_mut()) };
    call(|e| unsafe { cxd_validator_add_rule(validator.raw(), &rule, e) }).unwrap();
    assert_eq!(quietly(|| checked(&validator, 120).1).unwrap_err().status, CXD_E_RULE);
}

/// A panic that is expected is not shown.
fn quietly<T>(body: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let value = body();
    std::panic::set_hook(hook);
    value
}

// ---------------------------------------------------------------- what is Rust's own

fn declarations() {
    let header = std::fs::read_to_string(environment("CXDIALER_CDEF")).expect("the stripped header");
    assert_eq!(header::faults(&header), Vec::<String>::new());
}

/// The comparison itself: a header that says otherwise is found out.
fn declarations_differ() {
    let header = std::fs::read_to_string(environment("CXDIALER_CDEF")).expect("the stripped header");
    for (from, to, fault) in [
        ("int32_t cxd_has_feature(const char *name)", "int32_t cxd_has_feature(char *name)", "cxd_has_feature"),
        ("cxd_batch_timeout_ms(cxd_batch *batch)", "cxd_batch_timeout_ms(cxd_batch *batch, int32_t more)", "cxd_batch_timeout_ms"),
        ("void cxd_batch_free(", "int32_t cxd_batch_free(", "cxd_batch_free"),
        ("int32_t (*on_progress)(void *user_data, size_t done,", "int32_t (*on_progress)(void *user_data, int64_t done,", "cxd_callback"),
        ("CXD_E_CALLBACK = 6020", "CXD_E_CALLBACK = 6021", "CXD_E_CALLBACK"),
    ] {
        assert!(header.contains(from), "{}", from);
        let faults = header::faults(&header.replace(from, to));
        assert!(faults.len() == 1 && faults[0].starts_with(fault), "{}: {:?}", from, faults);
    }
}

fn rule_and_utf8() {
    let validator = validator();
    let rule = cxd_rule { check: Some(at_most_130), ..cxd_rule::new(null_mut()) };
    call(|e| unsafe { cxd_validator_add_rule(validator.raw(), &rule, e) }).unwrap();
    let (report, outcome) = checked(&validator, 131);
    assert_eq!(outcome.unwrap_err().status, CXD_E_INVALID);
    let codes: Vec<_> = unsafe { (0..cxd_report_count(report.raw())).map(|i| (text(cxd_report_code(report.raw(), i)), text(cxd_report_message(report.raw(), i)))).collect() };
    assert!(codes.contains(&("acme.night".to_string(), TOO_MANY.to_string())), "{:?}", codes);
    checked(&validator, 130).1.unwrap();
}

fn values() {
    let change = change("c1", i64::MAX);
    let name = "\u{c9}t\u{e9} \u{5317}\u{4eac} \u{1f4de}";
    let (mut calls, mut share, mut back) = (0, 0.0, null());
    unsafe {
        call(|e| cxd_campaign_set_string(change.raw(), c("/name").as_ptr(), c(name).as_ptr(), e)).unwrap();
        call(|e| cxd_campaign_set_real(change.raw(), c("/pacing/throttlePercent").as_ptr(), 0.1, e)).unwrap();
        call(|e| cxd_campaign_get_int(change.raw(), c("/maxConcurrentCalls").as_ptr(), &mut calls, e)).unwrap();
        call(|e| cxd_campaign_get_real(change.raw(), c("/pacing/throttlePercent").as_ptr(), &mut share, e)).unwrap();
        call(|e| cxd_campaign_get_string(change.raw(), c("/name").as_ptr(), &mut back, e)).unwrap();
    }
    assert_eq!((calls, share, text(back).as_str()), (i64::MAX, 0.1, name));
    assert_eq!(json::parse(&taken(unsafe { cxd_campaign_to_json(change.raw()) })).get("name").text(), name);
}

/// A client may be used by many threads at once; an updater is each thread's own.
struct Shared(*mut cxd_client);
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

fn worker(config: &Owned<cxd_config>, client: &Shared, id: &str, calls: i64) {
    let updater = made(cxd_updater_free, |out, e| unsafe { cxd_updater_new(config.raw(), client.0, null_mut(), out, e) }).unwrap();
    for round in 0..5 {
        apply(&updater, id, calls - round % 2);
        let read = made(cxd_campaign_free, |out, e| unsafe { cxd_client_get(client.0, c(id).as_ptr(), out, e) }).unwrap();
        let mut now = 0;
        call(|e| unsafe { cxd_campaign_get_int(read.raw(), c("/maxConcurrentCalls").as_ptr(), &mut now, e) }).unwrap();
        assert_eq!(now, calls - round % 2, "{}", id);
    }
}

fn threads() {
    let (config, seen) = (config_of_environment(), Arc::new(Seen { token: fetched_token(), ..Seen::default() }));
    let client = client(&config);
    let provider = cxd_token_provider { destroy: Some(release), fetch: Some(fetch), ..cxd_token_provider::new(lent(&seen)) };
    call(|e| unsafe { cxd_client_set_token_provider(client.raw(), &provider, e) }).unwrap();
    let shared = Shared(client.raw());
    std::thread::scope(|scope| {
        for (id, calls) in [("c6", 105), ("c7", 106), ("c8", 107)] {
            let shared = &shared;
            scope.spawn(move || worker(&config_of_environment(), shared, id, calls));
        }
    });
    assert_eq!(seen.fetches.load(SeqCst), 1);
}

fn pending() {
    let (config, seen) = (config_of_environment(), Arc::new(Seen { token: fetched_token(), ..Seen::default() }));
    let client = client(&config);
    let provider = cxd_token_provider { destroy: Some(release), fetch: Some(fetch_later), ..cxd_token_provider::new(lent(&seen)) };
    call(|e| unsafe { cxd_client_set_token_provider(client.raw(), &provider, e) }).unwrap();
    apply(&updater(&config, &client), "c6", 104);
    let threads: Vec<_> = seen.threads.lock().unwrap().drain(..).collect();
    assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>(), [CXD_OK]);
}

/// No method in Rust at all: tokens are asked for by events.
fn token_events() {
    let (config, token, mut kinds, mut event) = (config_of_environment(), fetched_token(), Vec::new(), null());
    let client = client(&config);
    call(|e| unsafe { cxd_client_use_token_events(client.raw(), e) }).unwrap();
    let batch = batch_of(&updater(&config, &client), &[("c7", 104)]);
    while kinds.last() != Some(&CXD_EVENT_DONE) {
        call(|e| unsafe { cxd_batch_next_event(batch.raw(), -1, &mut event, e) }).unwrap();
        kinds.push(unsafe { cxd_event_kind(event) });
        if kinds.last() == Some(&CXD_EVENT_TOKEN) {
            assert_eq!(text(unsafe { cxd_token_request_scope(cxd_event_token_request(event)) }), "campaign:write");
            assert_eq!(accept(unsafe { cxd_event_token_sink(event) }, &token), CXD_OK);
        }
    }
    assert_eq!(kinds, [CXD_EVENT_TOKEN, CXD_EVENT_RESULT, CXD_EVENT_DONE]);
    assert_eq!(unsafe { cxd_result_outcome(cxd_batch_result(batch.raw(), 0)) }, CXD_OUTCOME_APPLIED);
}

fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn churn(updater: &Owned<cxd_updater>, rounds: usize) {
    for _ in 0..rounds {
        let change = change("c1", 119);
        let (result, outcome) = run(|out, e| unsafe { cxd_updater_plan(updater.raw(), change.raw(), out, e) });
        outcome.unwrap();
        for _ in 0..20 {
            taken(unsafe { cxd_result_to_json(result.raw()) });
            set(&config(), "api.base_ur1", "x").unwrap_err();
        }
    }
}

fn memory() {
    let (config, seen) = (config_of_environment(), Arc::new(Seen::default()));
    let updater = updater(&config, &client(&config));
    add_callback(&updater, cxd_callback { destroy: Some(release), on_result: Some(on_result), ..cxd_callback::new(lent(&seen)) });
    churn(&updater, 100);
    let before = resident_kib();
    churn(&updater, 400);
    let grown = resident_kib() - before;
    assert!(grown < 1024, "{} KiB more after 400 plans and 8000 texts and errors", grown);
}

const CHECKS: &[(&str, fn())] = &[
    ("version", version), ("config", config_keys), ("validate", validate), ("plan", plan), ("apply", apply_c1),
    ("token", token), ("callback", callback), ("batch", batch), ("error", error), ("exception", exception),
    ("declarations", declarations), ("differences", declarations_differ),
    ("rule", rule_and_utf8), ("values", values), ("threads", threads), ("pending", pending), ("events", token_events), ("memory", memory),
];

fn reason(panic: Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()));
    text.unwrap_or_default().replace('\n', " ")
}

fn main() {
    let mut failed = 0;
    for (number, (name, check)) in (1..).zip(CHECKS) {
        match catch_unwind(check) {
            Ok(()) => println!("ok {} - {}", number, name),
            Err(panic) => {
                failed += 1;
                println!("not ok {} - {}: {}", number, name, reason(panic));
            }
        }
    }
    println!("1..{}", CHECKS.len());
    std::process::exit(if failed > 0 { 1 } else { 0 });
}
