//! Slows a campaign down from Rust, with nothing but the standard library; the connection comes from CXDIALER_... variables.
#![allow(non_camel_case_types)]
use std::{ffi::{CStr, CString}, os::raw::{c_char, c_void}, panic, process, ptr};

enum cxd_error {} // never looked into
enum cxd_handle {} // nor this: any of the other handles
type Free = unsafe extern "C" fn(*mut cxd_handle);

#[repr(C)]
struct cxd_callback {
    size: usize,
    user_data: *mut c_void,
    destroy: Option<extern "C" fn(*mut c_void)>,
    on_result: Option<extern "C" fn(*mut c_void, *const cxd_handle) -> i32>,
    on_progress: Option<extern "C" fn(*mut c_void, usize, usize) -> i32>, // the table may end here: what comes behind it is optional
}
const CXD_ACCEPTED: i32 = 0x43584431;
#[link(name = "cxdialer")]
extern "C" {
    fn cxd_config_new(out: *mut *mut cxd_handle) -> i32;
    fn cxd_config_load_env(config: *mut cxd_handle, error: *mut *mut cxd_error) -> i32;
    fn cxd_client_new(config: *const cxd_handle, out: *mut *mut cxd_handle, error: *mut *mut cxd_error) -> i32;
    fn cxd_updater_new(config: *const cxd_handle, client: *mut cxd_handle, validator: *mut cxd_handle, out: *mut *mut cxd_handle, error: *mut *mut cxd_error) -> i32;
    fn cxd_updater_add_callback(updater: *mut cxd_handle, callback: *const cxd_callback, error: *mut *mut cxd_error) -> i32;
    fn cxd_updater_apply(updater: *mut cxd_handle, campaign: *const cxd_handle, out: *mut *mut cxd_handle, error: *mut *mut cxd_error) -> i32;
    fn cxd_campaign_new(id: *const c_char, out: *mut *mut cxd_handle, error: *mut *mut cxd_error) -> i32;
    fn cxd_campaign_set_int(campaign: *mut cxd_handle, pointer: *const c_char, value: i64, error: *mut *mut cxd_error) -> i32;
    fn cxd_result_outcome_name(result: *const cxd_handle) -> *const c_char;
    fn cxd_result_previous_concurrent(result: *const cxd_handle) -> i64;
    fn cxd_result_new_concurrent(result: *const cxd_handle) -> i64;
    fn cxd_status_name(status: i32) -> *const c_char;
    fn cxd_error_message(error: *const cxd_error) -> *const c_char;
    fn cxd_error_free(error: *mut cxd_error);
    fn cxd_config_free(h: *mut cxd_handle); fn cxd_client_free(h: *mut cxd_handle); fn cxd_updater_free(h: *mut cxd_handle);
    fn cxd_campaign_free(h: *mut cxd_handle); fn cxd_result_free(h: *mut cxd_handle);
}

struct Owned(*mut cxd_handle, Free); // a handle and the function that frees it
impl Drop for Owned { fn drop(&mut self) { unsafe { (self.1)(self.0) } } }

fn text(borrowed: *const c_char) -> String { unsafe { CStr::from_ptr(borrowed) }.to_string_lossy().into_owned() }

fn call(f: impl FnOnce(*mut *mut cxd_error) -> i32) -> Result<(), String> {
    let mut error = ptr::null_mut();
    let status = f(&mut error);
    if status == 0 { return Ok(()); }
    let message = unsafe { format!("{}: {}", text(cxd_status_name(status)), text(cxd_error_message(error))) }; // "" when there is no error
    unsafe { cxd_error_free(error) };
    Err(message)
}

fn new(free: Free, f: impl FnOnce(*mut *mut cxd_handle, *mut *mut cxd_error) -> i32) -> Result<Owned, String> {
    let mut owned = Owned(ptr::null_mut(), free); // dropped also when the call fails: there may be a result all the same
    call(|error| f(&mut owned.0, error)).map(|_| owned)
}

extern "C" fn on_result(_: *mut c_void, result: *const cxd_handle) -> i32 {
    let report = || unsafe { println!("{}, {} -> {}", text(cxd_result_outcome_name(result)), cxd_result_previous_concurrent(result), cxd_result_new_concurrent(result)) };
    panic::catch_unwind(report).map_or(0, |_| CXD_ACCEPTED) // a panic must not reach C
}

fn slow_down(id: &str) -> Result<(), String> { unsafe {
    let (id, pointer) = (CString::new(id).map_err(|e| e.to_string())?, CString::new("/maxConcurrentCalls").unwrap());
    let config = new(cxd_config_free, |out, _| cxd_config_new(out))?;
    call(|e| cxd_config_load_env(config.0, e))?;
    let client = new(cxd_client_free, |out, e| cxd_client_new(config.0, out, e))?;
    let updater = new(cxd_updater_free, |out, e| cxd_updater_new(config.0, client.0, ptr::null_mut(), out, e))?;
    let callback = cxd_callback { size: std::mem::size_of::<cxd_callback>(), user_data: ptr::null_mut(), destroy: None, on_result: Some(on_result), on_progress: None };
    call(|e| cxd_updater_add_callback(updater.0, &callback, e))?;
    let change = new(cxd_campaign_free, |out, e| cxd_campaign_new(id.as_ptr(), out, e))?;
    call(|e| cxd_campaign_set_int(change.0, pointer.as_ptr(), 120, e))?;
    new(cxd_result_free, |out, e| cxd_updater_apply(updater.0, change.0, out, e)).map(|_| ())
} }

fn main() {
    let id = std::env::args().nth(1).unwrap_or("a1b2c3d4-e5f6-7890-abcd-ef1234567890".to_string());
    if let Err(message) = slow_down(&id) { eprintln!("{}", message); process::exit(1); }
}
