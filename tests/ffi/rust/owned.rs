// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

//! Handles that free themselves, and errors that have become values: all the wrapper that Rust needs.
use crate::api::*;
use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::ptr::null_mut;

pub struct Owned<T> {
    raw: *mut T,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    pub fn raw(&self) -> *mut T {
        self.raw
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        unsafe { (self.free)(self.raw) }
    }
}

#[derive(Debug)]
pub struct Failure {
    pub status: cxd_status,
    pub http: i32,
    pub message: String,
    pub request_id: String,
}

/// A text of the library's, copied.
pub fn text(borrowed: *const c_char) -> String {
    assert!(!borrowed.is_null(), "a text is NULL");
    unsafe { CStr::from_ptr(borrowed) }.to_str().expect("UTF-8").to_string()
}

/// A text that is ours, copied and given back.
pub fn taken(ours: *mut c_char) -> String {
    let copy = text(ours);
    unsafe { cxd_string_free(ours) };
    copy
}

pub fn c(text: &str) -> CString {
    CString::new(text).expect("no zero byte")
}

impl Failure {
    fn take(error: *mut cxd_error) -> Failure {
        unsafe {
            let failure = Failure {
                status: cxd_error_status(error),
                http: cxd_error_http_status(error),
                message: text(cxd_error_message(error)),
                request_id: text(cxd_error_request_id(error)),
            };
            cxd_error_free(error);
            failure
        }
    }
}

pub fn call(f: impl FnOnce(*mut *mut cxd_error) -> cxd_status) -> Result<(), Failure> {
    let mut error = null_mut();
    let status = f(&mut error);
    if status == CXD_OK && error.is_null() {
        return Ok(());
    }
    let failure = Failure::take(error);
    assert_eq!(failure.status, status);
    Err(failure)
}

pub fn made<T>(free: unsafe extern "C" fn(*mut T), make: impl FnOnce(*mut *mut T, *mut *mut cxd_error) -> cxd_status) -> Result<Owned<T>, Failure> {
    let mut raw = null_mut();
    let outcome = call(|error| make(&mut raw, error));
    let owned = Owned { raw, free };
    outcome.map(|_| owned)
}

/// A run of the updater: there is a result also when it failed.
pub fn run(f: impl FnOnce(*mut *mut cxd_result, *mut *mut cxd_error) -> cxd_status) -> (Owned<cxd_result>, Result<(), Failure>) {
    let mut raw = null_mut();
    let outcome = call(|error| f(&mut raw, error));
    assert!(!raw.is_null(), "no result: {:?}", outcome);
    (Owned { raw, free: cxd_result_free }, outcome)
}

pub fn config() -> Owned<cxd_config> {
    made(cxd_config_free, |out, _| unsafe { cxd_config_new(out) }).unwrap()
}

pub fn config_of_environment() -> Owned<cxd_config> {
    let config = config();
    call(|e| unsafe { cxd_config_load_env(config.raw(), e) }).unwrap();
    config
}

pub fn set(config: &Owned<cxd_config>, key: &str, value: &str) -> Result<(), Failure> {
    call(|e| unsafe { cxd_config_set(config.raw(), c(key).as_ptr(), c(value).as_ptr(), e) })
}

pub fn change(id: &str, concurrent: i64) -> Owned<cxd_campaign> {
    let change = made(cxd_campaign_free, |out, e| unsafe { cxd_campaign_new(c(id).as_ptr(), out, e) }).unwrap();
    call(|e| unsafe { cxd_campaign_set_int(change.raw(), c("/maxConcurrentCalls").as_ptr(), concurrent, e) }).unwrap();
    change
}

pub fn client(config: &Owned<cxd_config>) -> Owned<cxd_client> {
    made(cxd_client_free, |out, e| unsafe { cxd_client_new(config.raw(), out, e) }).unwrap()
}

pub fn updater(config: &Owned<cxd_config>, client: &Owned<cxd_client>) -> Owned<cxd_updater> {
    made(cxd_updater_free, |out, e| unsafe { cxd_updater_new(config.raw(), client.raw(), null_mut(), out, e) }).unwrap()
}

pub fn apply(updater: &Owned<cxd_updater>, id: &str, concurrent: i64) -> Owned<cxd_result> {
    let change = change(id, concurrent);
    let (result, outcome) = run(|out, e| unsafe { cxd_updater_apply(updater.raw(), change.raw(), out, e) });
    outcome.unwrap();
    assert_eq!(unsafe { cxd_result_outcome(result.raw()) }, CXD_OUTCOME_APPLIED);
    result
}
