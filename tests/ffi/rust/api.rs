// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

//! What the suite uses of the library, written by hand. The macros make the declaration and, from the same tokens, the list that
//! header.rs compares with the header: a declaration cannot be right in one and wrong in the other.
#![allow(non_camel_case_types, dead_code)]
use std::os::raw::{c_char, c_void};

pub type cxd_status = i32;

pub struct Function {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    pub result: &'static str,
}

pub struct Member {
    pub name: &'static str,
    pub kind: &'static str,
    pub offset: usize,
}

pub struct Table {
    pub name: &'static str,
    pub size: usize,
    pub members: Vec<Member>,
}

macro_rules! handles {
    ($($name:ident)*) => { $(#[repr(C)] pub struct $name { _private: [u8; 0] })* };
}

macro_rules! constants {
    ($($name:ident = $value:expr,)*) => {
        $(pub const $name: i32 = $value;)*
        pub const CONSTANTS: &[(&str, i32)] = &[$((stringify!($name), $value)),*];
    };
}

macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) $(-> $result:ty)?;)*) => {
        #[link(name = "cxdialer")]
        extern "C" { $(pub fn $name($($argument: $kind),*) $(-> $result)?;)* }
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name), arguments: &[$(stringify!($kind)),*], result: concat!("", $(stringify!($result))?),
        }),*];
    };
}

macro_rules! tables {
    ($(struct $name:ident { $($member:ident: $kind:ty,)* })*) => {
        $(#[repr(C)] pub struct $name { $(pub $member: $kind),* }
        impl $name {
            /// Every method absent, as a zeroed table in C.
            pub fn new(user_data: *mut c_void) -> Self {
                let mut table: Self = unsafe { std::mem::zeroed() };
                table.size = std::mem::size_of::<Self>();
                table.user_data = user_data;
                table
            }
        })*
        pub fn tables() -> Vec<Table> {
            vec![$({
                let zero: $name = unsafe { std::mem::zeroed() };
                let start = &zero as *const $name as usize;
                Table { name: stringify!($name), size: std::mem::size_of::<$name>(), members: vec![$(Member {
                    name: stringify!($member), kind: stringify!($kind), offset: std::ptr::addr_of!(zero.$member) as usize - start,
                }),*] }
            }),*]
        }
    };
}

handles! { cxd_error cxd_config cxd_campaign cxd_client cxd_validator cxd_report cxd_updater cxd_result cxd_token_request cxd_token_sink cxd_batch cxd_event }

constants! {
    CXD_OK = 0, CXD_E_CONFIG = 1060, CXD_E_INVALID = 3000, CXD_E_NOT_FOUND = 5020, CXD_E_TOKEN = 6000, CXD_E_CALLBACK = 6020, CXD_E_RULE = 6030,
    CXD_OUTCOME_PLANNED = 1, CXD_OUTCOME_APPLIED = 3, CXD_OUTCOME_NOT_APPLIED = 7,
    CXD_SEVERITY_ERROR = 2, CXD_ACCEPTED = 0x43584431, CXD_PENDING = 0x43584432,
    CXD_EVENT_NONE = 0, CXD_EVENT_RESULT = 1, CXD_EVENT_TOKEN = 2, CXD_EVENT_DONE = 4,
}

tables! {
    struct cxd_token_provider {
        size: usize,
        user_data: *mut c_void,
        destroy: Option<extern "C" fn(*mut c_void)>,
        fetch: Option<extern "C" fn(*mut c_void, *const cxd_token_request, *mut cxd_token_sink) -> i32>,
    }
    struct cxd_audit_logger {
        size: usize,
        user_data: *mut c_void,
        destroy: Option<extern "C" fn(*mut c_void)>,
        append: Option<extern "C" fn(*mut c_void, *const c_char, usize) -> i32>,
        sync: Option<extern "C" fn(*mut c_void) -> i32>,
    }
    struct cxd_callback {
        size: usize,
        user_data: *mut c_void,
        destroy: Option<extern "C" fn(*mut c_void)>,
        on_result: Option<extern "C" fn(*mut c_void, *const cxd_result) -> i32>,
        on_progress: Option<extern "C" fn(*mut c_void, usize, usize) -> i32>,
        on_checkpoint: Option<extern "C" fn(*mut c_void, i64, *const c_char) -> i32>,
        on_sending: Option<extern "C" fn(*mut c_void, *const usize, *const *const c_char, usize) -> i32>,
    }
    struct cxd_rule {
        size: usize,
        user_data: *mut c_void,
        destroy: Option<extern "C" fn(*mut c_void)>,
        check: Option<extern "C" fn(*mut c_void, *const cxd_campaign, *const cxd_campaign, i64, *mut cxd_report) -> i32>,
    }
    struct cxd_log {
        size: usize,
        user_data: *mut c_void,
        destroy: Option<extern "C" fn(*mut c_void)>,
        write: Option<extern "C" fn(*mut c_void, i32, *const c_char, usize)>,
    }
}

functions! {
    fn cxd_version() -> *const c_char;
    fn cxd_has_feature(name: *const c_char) -> i32;
    fn cxd_string_free(s: *mut c_char);
    fn cxd_error_status(error: *const cxd_error) -> cxd_status;
    fn cxd_error_message(error: *const cxd_error) -> *const c_char;
    fn cxd_error_http_status(error: *const cxd_error) -> i32;
    fn cxd_error_request_id(error: *const cxd_error) -> *const c_char;
    fn cxd_error_free(error: *mut cxd_error);
    fn cxd_config_new(out: *mut *mut cxd_config) -> cxd_status;
    fn cxd_config_set(config: *mut cxd_config, key: *const c_char, value: *const c_char, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_config_get(config: *const cxd_config, key: *const c_char) -> *const c_char;
    fn cxd_config_load_env(config: *mut cxd_config, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_config_free(config: *mut cxd_config);
    fn cxd_campaign_new(id: *const c_char, out: *mut *mut cxd_campaign, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_parse(json: *const c_char, len: usize, out: *mut *mut cxd_campaign, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_set_int(campaign: *mut cxd_campaign, pointer: *const c_char, value: i64, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_set_real(campaign: *mut cxd_campaign, pointer: *const c_char, value: f64, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_set_string(campaign: *mut cxd_campaign, pointer: *const c_char, value: *const c_char, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_get_int(campaign: *const cxd_campaign, pointer: *const c_char, out: *mut i64, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_get_real(campaign: *const cxd_campaign, pointer: *const c_char, out: *mut f64, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_get_string(campaign: *const cxd_campaign, pointer: *const c_char, out: *mut *const c_char, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_campaign_to_json(campaign: *const cxd_campaign) -> *mut c_char;
    fn cxd_campaign_free(campaign: *mut cxd_campaign);
    fn cxd_client_new(config: *const cxd_config, out: *mut *mut cxd_client, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_client_set_token_provider(client: *mut cxd_client, provider: *const cxd_token_provider, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_client_set_log(client: *mut cxd_client, log: *const cxd_log, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_client_get(client: *mut cxd_client, campaign_id: *const c_char, out: *mut *mut cxd_campaign, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_client_use_token_events(client: *mut cxd_client, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_client_free(client: *mut cxd_client);
    fn cxd_validator_new(config: *const cxd_config, out: *mut *mut cxd_validator, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_validator_add_rule(validator: *mut cxd_validator, rule: *const cxd_rule, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_validator_check(validator: *mut cxd_validator, campaign: *const cxd_campaign, at_unix_ms: i64, out: *mut *mut cxd_report, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_validator_free(validator: *mut cxd_validator);
    fn cxd_report_count(report: *const cxd_report) -> usize;
    fn cxd_report_code(report: *const cxd_report, i: usize) -> *const c_char;
    fn cxd_report_pointer(report: *const cxd_report, i: usize) -> *const c_char;
    fn cxd_report_message(report: *const cxd_report, i: usize) -> *const c_char;
    fn cxd_report_add(report: *mut cxd_report, severity: i32, code: *const c_char, pointer: *const c_char, message: *const c_char) -> cxd_status;
    fn cxd_report_free(report: *mut cxd_report);
    fn cxd_updater_new(config: *const cxd_config, client: *mut cxd_client, validator: *mut cxd_validator, out: *mut *mut cxd_updater, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_updater_add_callback(updater: *mut cxd_updater, callback: *const cxd_callback, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_updater_plan(updater: *mut cxd_updater, campaign: *const cxd_campaign, out: *mut *mut cxd_result, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_updater_apply(updater: *mut cxd_updater, campaign: *const cxd_campaign, out: *mut *mut cxd_result, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_updater_free(updater: *mut cxd_updater);
    fn cxd_result_outcome(result: *const cxd_result) -> i32;
    fn cxd_result_outcome_name(result: *const cxd_result) -> *const c_char;
    fn cxd_result_status(result: *const cxd_result) -> cxd_status;
    fn cxd_result_campaign_id(result: *const cxd_result) -> *const c_char;
    fn cxd_result_sends(result: *const cxd_result) -> i32;
    fn cxd_result_pacing_accuracy(result: *const cxd_result) -> f64;
    fn cxd_result_previous_concurrent(result: *const cxd_result) -> i64;
    fn cxd_result_new_concurrent(result: *const cxd_result) -> i64;
    fn cxd_result_callback_status(result: *const cxd_result) -> cxd_status;
    fn cxd_result_diff_json(result: *const cxd_result) -> *const c_char;
    fn cxd_result_to_json(result: *const cxd_result) -> *mut c_char;
    fn cxd_result_free(result: *mut cxd_result);
    fn cxd_token_request_scope(request: *const cxd_token_request) -> *const c_char;
    fn cxd_token_request_forced(request: *const cxd_token_request) -> i32;
    fn cxd_token_sink_accept(sink: *mut cxd_token_sink, token: *const c_char, len: usize, expires_in_s: i64) -> cxd_status;
    fn cxd_batch_new(updater: *mut cxd_updater, out: *mut *mut cxd_batch, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_batch_add(batch: *mut cxd_batch, campaign: *const cxd_campaign, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_batch_run(batch: *mut cxd_batch, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_batch_fd(batch: *mut cxd_batch) -> i32;
    fn cxd_batch_timeout_ms(batch: *mut cxd_batch) -> i64;
    fn cxd_batch_process(batch: *mut cxd_batch, remaining: *mut i32, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_batch_result(batch: *mut cxd_batch, i: usize) -> *const cxd_result;
    fn cxd_batch_free(batch: *mut cxd_batch);
    fn cxd_batch_next_event(batch: *mut cxd_batch, timeout_ms: i64, out: *mut *const cxd_event, error: *mut *mut cxd_error) -> cxd_status;
    fn cxd_event_kind(event: *const cxd_event) -> i32;
    fn cxd_event_item(event: *const cxd_event) -> usize;
    fn cxd_event_result(event: *const cxd_event) -> *const cxd_result;
    fn cxd_event_token_request(event: *const cxd_event) -> *const cxd_token_request;
    fn cxd_event_token_sink(event: *const cxd_event) -> *mut cxd_token_sink;
    fn cxd_event_done(event: *const cxd_event) -> usize;
    fn cxd_event_total(event: *const cxd_event) -> usize;
}
