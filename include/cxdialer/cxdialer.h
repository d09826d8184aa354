/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * libcxdialer: change the dialer parameters of outbound campaigns through the NICE CXone REST API.
 *
 * One update runs: check the edits -> token -> read the campaign -> merge -> check the merged
 * campaign -> audit intent (durable) -> one conditional PUT -> audit outcome (durable) -> callbacks.
 *
 * Conventions of this header
 * - Every call that can fail returns a cxd_status (0 = CXD_OK) and takes an optional cxd_error ** last:
 *   pass NULL, or a pointer to a NULL cxd_error *. On failure it receives an object that the caller frees
 *   with cxd_error_free(). A failed call leaves every object as it was.
 * - Strings are UTF-8 and end in a zero byte. Arguments are copied unless the text says otherwise.
 * - A returned `const char *` is borrowed until its handle is changed or freed. A returned `char *` is
 *   freed by the caller with cxd_string_free(); it is NULL when memory ran out.
 * - X_free(NULL) does nothing. A NULL, foreign or freed handle is answered with CXD_E_ARGUMENT (where
 *   that can be detected); it does not crash.
 * - Thread-safety, if not said otherwise: a handle is used by one thread at a time; different handles
 *   are independent. A cxd_client and a cxd_validator may be used by many threads at once.
 * - The library starts no thread, installs no handler, prints nothing, reads no environment unless asked.
 * - In a child of fork() every call on a client or updater made before the fork returns CXD_E_FORKED; so does making one
 *   from a config whose secrets were set before it (secrets are wiped in the child: fill a new config there).
 *
 * How to read the comments, by eye or by program (tools/abi/header.py; cxdialer-abi.json has the result)
 * - A comment covers the declarations that follow it up to an empty line; one behind a declaration covers that one as well.
 * - "NULL allowed: x, y." names parameters and methods that may be NULL; the last cxd_error ** always may, and so may what an
 *   X_free() takes. Any other pointer that is NULL is answered with CXD_E_ARGUMENT or, where no status is returned, with 0, -1, "" or NULL.
 * - "Errors: ..." lists every status but CXD_OK that the call may return; a name in parentheses: only functions that end in it.
 * - A pointer that is returned is NULL where "returns NULL when" is said, or where the caller frees it and memory ran out.
 * - Ownership: "copied", "borrowed until X", "caller frees with F()", "held until F()"; "x: ..." of a parameter, else of what is
 *   returned. Not said: arguments are copied or not needed after the call, an out parameter is NULL on failure, arguments of a
 *   method are borrowed until it returns.
 * - "Thread-safety: any." from any number of threads at once; so may functions that take no handle. Types, constants and members are Since: 0.1.
 */
#ifndef CXDIALER_CXDIALER_H
#define CXDIALER_CXDIALER_H

#include <stddef.h>
#include <stdint.h>

#if defined(CXD_STATIC) || !defined(__GNUC__)
#define CXD_API
#else
#define CXD_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- types */

typedef int32_t cxd_status;
typedef struct cxd_error cxd_error;
typedef struct cxd_config cxd_config;
typedef struct cxd_campaign cxd_campaign;
typedef struct cxd_campaign_list cxd_campaign_list;
typedef struct cxd_client cxd_client;
typedef struct cxd_validator cxd_validator;
typedef struct cxd_report cxd_report;
typedef struct cxd_schedule cxd_schedule;
typedef struct cxd_updater cxd_updater;
typedef struct cxd_result cxd_result;
typedef struct cxd_token_request cxd_token_request;
typedef struct cxd_token_sink cxd_token_sink;
typedef struct cxd_token_provider cxd_token_provider;
typedef struct cxd_audit_logger cxd_audit_logger;
typedef struct cxd_audit_reader cxd_audit_reader;
typedef struct cxd_batch cxd_batch;
typedef struct cxd_event cxd_event;
typedef struct cxd_callback cxd_callback;
typedef struct cxd_rule cxd_rule;
typedef struct cxd_log cxd_log;

/* -------------------------------------------------------------- version */

/* The version of the header this program was compiled with; compare with cxd_version_number(). */
#define CXD_VERSION_NUMBER 0x000100

/* Version of the library in use, "MAJOR.MINOR.PATCH". Borrowed for ever. Thread-safety: any. Since: 0.1 */
CXD_API const char *cxd_version(void);

/* The same as 0xMMmmpp. Thread-safety: any. Since: 0.1 */
CXD_API uint32_t cxd_version_number(void);

/*
 * Whether the library in use has a feature: 1 or 0. Names: "tls", "http2" (of the libcurl in use),
 * "merge", "replace", "audit-sha256", "audit-hmac" (keyed logs), "token-provider", "windows" (calling hours), "capacity", "batch", "events". Unknown or NULL: 0.
 * NULL allowed: name.
 * Thread-safety: any. Since: 0.1
 */
CXD_API int32_t cxd_has_feature(const char *name);

/* Frees a `char *` returned by this library; NULL is legal. NULL allowed: s. Thread-safety: any. Since: 0.1 */
CXD_API void cxd_string_free(char *s);

/* --------------------------------------------------------------- status */

/* Append-only; grouped by who has to act. The number never changes its meaning. */
enum {
  CXD_OK = 0,
  /* the calling program */
  CXD_E_ARGUMENT = 1000,        /* a NULL or wrong handle, pointer or value */
  CXD_E_STATE = 1010,           /* not possible now, e.g. a sink completed twice */
  CXD_E_ABI = 1020,             /* a sized struct of an unknown size */
  CXD_E_REENTRANT = 1030,       /* not allowed from inside a plug-in method */
  CXD_E_FORKED = 1040,          /* the handle was made before fork() */
  CXD_E_NOMEM = 1050,
  CXD_E_CONFIG = 1060,          /* unknown key, value out of range, a needed key missing */
  CXD_E_IO = 1070,              /* a local file or descriptor */
  /* the document */
  CXD_E_JSON = 2000,            /* not well-formed; the message has line and column */
  CXD_E_TYPE = 2010,            /* a member of another type, or a number out of the type's range */
  CXD_E_ABSENT = 2020,          /* no such member */
  CXD_E_TOO_LARGE = 2030,       /* over a size or depth limit */
  /* the policy */
  CXD_E_INVALID = 3000,         /* refused by the validator; the findings say why */
  CXD_E_WINDOW_CLOSED = 3010,   /* outside legal calling hours */
  /* the way to the server */
  CXD_E_CONNECT = 4000,         /* no connection (name, route, port), or it broke before an answer came */
  CXD_E_TLS = 4010,             /* certificate or handshake: nothing was sent */
  CXD_E_TIMEOUT = 4020,
  CXD_E_CANCELLED = 4030,
  CXD_E_PROTOCOL = 4040,        /* an answer that is not the API's */
  /* the server */
  CXD_E_UNAUTHORIZED = 5000,    /* 401, or the token endpoint refused the credentials */
  CXD_E_FORBIDDEN = 5010,       /* 403, or the scope was refused */
  CXD_E_NOT_FOUND = 5020,
  CXD_E_REJECTED = 5030,        /* 400, 422 and other final refusals of the request */
  CXD_E_CONFLICT = 5040,        /* somebody else wrote first */
  CXD_E_RATE_LIMITED = 5050,    /* 429, or the quota does not allow it before the deadline */
  CXD_E_SERVER = 5060,          /* 5xx */
  CXD_E_UNKNOWN_OUTCOME = 5070, /* the PUT may or may not have been applied: read the campaign */
  /* a plug-in */
  CXD_E_TOKEN = 6000,           /* no usable token from the provider */
  CXD_E_AUDIT = 6010,           /* the audit log could not be written */
  CXD_E_CALLBACK = 6020,        /* a callback did not accept */
  CXD_E_RULE = 6030             /* a rule did not accept: its verdict is unknown */
};

/* "CXD_E_CONFLICT" for CXD_E_CONFLICT; "CXD_E_?" for an unknown number. Borrowed for ever. Thread-safety: any. Since: 0.1 */
CXD_API const char *cxd_status_name(cxd_status status);

/* One English sentence with what to do next. Borrowed for ever. Thread-safety: any. Since: 0.1 */
CXD_API const char *cxd_status_text(cxd_status status);

/* ---------------------------------------------------------------- error */

/* The status; CXD_OK for NULL. All getters accept NULL (an absent error): CXD_OK, "", 0, 0, -1. NULL allowed: error. Since: 0.1 */
CXD_API cxd_status cxd_error_status(const cxd_error *error);

/* What happened, where, and what to do next. Never holds a secret. Borrowed until the error is freed. NULL allowed: error. Since: 0.1 */
CXD_API const char *cxd_error_message(const cxd_error *error);

/* The HTTP status of the answer, 0 when there was none. NULL allowed: error. Since: 0.1 */
CXD_API int32_t cxd_error_http_status(const cxd_error *error);

/* 1 when the same call may succeed later without a change, else 0. NULL allowed: error. Since: 0.1 */
CXD_API int32_t cxd_error_retryable(const cxd_error *error);

/* How long to wait before the next try, in milliseconds; -1 when unknown. NULL allowed: error. Since: 0.1 */
CXD_API int64_t cxd_error_retry_after_ms(const cxd_error *error);

/* JSON Pointer (RFC 6901) of the member at fault, a config key, or "". Borrowed until the error is freed. NULL allowed: error. Since: 0.1 */
CXD_API const char *cxd_error_field(const cxd_error *error);

/* The server's own error code, or "". Borrowed until the error is freed. NULL allowed: error. Since: 0.1 */
CXD_API const char *cxd_error_server_code(const cxd_error *error);

/* The server's request id for its support desk, or "". Borrowed until the error is freed. NULL allowed: error. Since: 0.1 */
CXD_API const char *cxd_error_request_id(const cxd_error *error);

/* {"status","message","field","http_status","server_code","request_id","retry_after_ms"}; caller frees with cxd_string_free(). NULL allowed: error. Since: 0.1 */
CXD_API char *cxd_error_to_json(const cxd_error *error);

/* Frees an error; NULL is legal. Since: 0.1 */
CXD_API void cxd_error_free(cxd_error *error);

/* --------------------------------------------------------------- config */

/*
 * A set of key = value pairs; docs/configuration.md lists all keys (cxd_config_key_name() enumerates them).
 * A config is copied by everything that is made from it: later changes have no effect on those.
 */

/* Makes a config of defaults. out: receives the handle, NULL on failure; caller frees with cxd_config_free(). Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since: 0.1 */
CXD_API cxd_status cxd_config_new(cxd_config **out);

/*
 * Sets one key. value: text in the key's own notation (numbers in decimal, "on"/"off"); NULL puts the default back.
 * CXD_E_CONFIG: unknown key (the message names the nearest one), or value out of range (the message has the range).
 * NULL allowed: value. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_CONFIG. Since: 0.1
 */
CXD_API cxd_status cxd_config_set(cxd_config *config, const char *key, const char *value, cxd_error **error);

/* The value in force, set or default; "***" for a secret that is set, "" for one that is not; returns NULL when the key is unknown. Borrowed until the config is changed or freed. Since: 0.1 */
CXD_API const char *cxd_config_get(const cxd_config *config, const char *key);

/*
 * Loads a JSON object of nested ({"api":{"base_url":...}}) or dotted ({"api.base_url":...}) keys, 1 MiB at most.
 * All or nothing. CXD_E_IO: cannot be read; CXD_E_JSON: line and column; CXD_E_CONFIG: key or value.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED, CXD_E_IO, CXD_E_TOO_LARGE, CXD_E_JSON, CXD_E_CONFIG. Since: 0.1
 */
CXD_API cxd_status cxd_config_load_file(cxd_config *config, const char *path, cxd_error **error);

/*
 * Reads CXDIALER_<KEY> for every known key: upper case, dots as underscores (CXDIALER_API_BASE_URL -> api.base_url).
 * A variable of a group that has no such key (CXDIALER_API_BASE_URI) is refused with the nearest name (CXD_E_CONFIG); other
 * CXDIALER_ variables are not looked at. All or nothing.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED, CXD_E_CONFIG. Thread-safety: not while another thread changes the environment. Since: 0.1
 */
CXD_API cxd_status cxd_config_load_env(cxd_config *config, cxd_error **error);

/* Introspection of the key table: i from 0 to count - 1, secret is 0 beyond. Returns NULL when i is beyond. Borrowed for ever. Since: 0.1 */
CXD_API size_t cxd_config_key_count(void);
CXD_API const char *cxd_config_key_name(size_t i);
CXD_API const char *cxd_config_key_doc(size_t i);
CXD_API const char *cxd_config_key_type(size_t i);      /* "string", "int", "real", "bool", "choice", "url", "path" */
CXD_API const char *cxd_config_key_default(size_t i);   /* "" when there is none */
CXD_API const char *cxd_config_key_range(size_t i);     /* "1 to 20", "basic|post", or "" */
CXD_API int32_t cxd_config_key_secret(size_t i);

/* One flat object of all keys in table order, all values as strings, secrets as "***"; caller frees with cxd_string_free(). Since: 0.1 */
CXD_API char *cxd_config_to_json(const cxd_config *config);

/* Frees a config and wipes its secrets; NULL is legal. Since: 0.1 */
CXD_API void cxd_config_free(cxd_config *config);

/* ------------------------------------------------------------- campaign */

/*
 * A campaign is a JSON document kept as text: members that are not touched keep their bytes (0.85 stays
 * 0.85, a 64-bit or larger integer keeps its digits, unknown members survive).
 * A member that was never set is never sent; 0, false and null can be set on purpose.
 *
 * Edits. A campaign from cxd_client_get() keeps what was read as its base; its edits are what differs from it.
 * A campaign from cxd_campaign_new() or cxd_campaign_parse() has no base: every member is an edit, except
 * /id, and /version, which is a precondition. Objects merge member by member; an array is one value.
 *
 * A `pointer` is an RFC 6901 JSON Pointer ("/pacing/interval"). Missing objects on the way are created by the
 * setters; an array takes an index of an existing element or "-" to append.
 */
#define CXD_FIELD_ID "/id"
#define CXD_FIELD_NAME "/name"
#define CXD_FIELD_STATUS "/status"
#define CXD_FIELD_DIALER_TYPE "/dialerType"
#define CXD_FIELD_MAX_CONCURRENT_CALLS "/maxConcurrentCalls"
#define CXD_FIELD_TIME_ZONE "/timeZone"
#define CXD_FIELD_VERSION "/version"
#define CXD_FIELD_PACING "/pacing"
#define CXD_FIELD_PACING_TYPE "/pacing/type"
#define CXD_FIELD_PACING_INTERVAL "/pacing/interval"                     /* seconds */
#define CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL "/pacing/maxCallsPerInterval"
#define CXD_FIELD_PACING_THROTTLE_PERCENT "/pacing/throttlePercent"      /* a fraction, 0 to 1, in spite of its name */
#define CXD_FIELD_RULES "/rules"
#define CXD_FIELD_AUTO_REBALANCE "/advancedDialerSettings/autoRebalance"
#define CXD_FIELD_QUEUE_PRIORITY "/advancedDialerSettings/queuePriority"

/*
 * Makes an empty change for one campaign. id: 1 to 128 bytes, no control byte, '/', '\' or '%', not "." or "..".
 * out: receives the handle, NULL on failure; caller frees with cxd_campaign_free(). Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since: 0.1
 */
CXD_API cxd_status cxd_campaign_new(const char *id, cxd_campaign **out, cxd_error **error);

/*
 * Parses one JSON object strictly: UTF-8 without BOM, no duplicate members, no NaN, no trailing text, depth <= 32,
 * len <= 1 MiB (1048576 bytes). CXD_E_JSON: line and column in the message; CXD_E_TYPE: not an object. A missing
 * or wrong /id is a finding of the validator, not an error here. out: caller frees with cxd_campaign_free().
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_JSON, CXD_E_TYPE, CXD_E_TOO_LARGE. Since: 0.1
 */
CXD_API cxd_status cxd_campaign_parse(const char *json, size_t len, cxd_campaign **out, cxd_error **error);

/* Copies document, base and validator. out: caller frees with cxd_campaign_free(). Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since: 0.1 */
CXD_API cxd_status cxd_campaign_copy(const cxd_campaign *campaign, cxd_campaign **out);

/* The id, "" when the document has none. Borrowed until the campaign is freed. Since: 0.1 */
CXD_API const char *cxd_campaign_id(const cxd_campaign *campaign);

/*
 * Set one member. CXD_E_ARGUMENT: not a pointer, "" (the whole document), /id, a value that is not UTF-8 or not finite;
 * CXD_E_ABSENT: an index or "-" into an array that is not there; CXD_E_TYPE: a member of a number, string, true, false
 * or null; CXD_E_TOO_LARGE: the document would pass 1 MiB or depth 32. set_json takes the text of one JSON value.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABSENT, CXD_E_TYPE, CXD_E_TOO_LARGE, CXD_E_JSON (set_json). Since: 0.1
 */
CXD_API cxd_status cxd_campaign_set_int(cxd_campaign *campaign, const char *pointer, int64_t value, cxd_error **error);
CXD_API cxd_status cxd_campaign_set_real(cxd_campaign *campaign, const char *pointer, double value, cxd_error **error);
CXD_API cxd_status cxd_campaign_set_string(cxd_campaign *campaign, const char *pointer, const char *value, cxd_error **error);
CXD_API cxd_status cxd_campaign_set_bool(cxd_campaign *campaign, const char *pointer, int32_t value, cxd_error **error);
CXD_API cxd_status cxd_campaign_set_null(cxd_campaign *campaign, const char *pointer, cxd_error **error);
CXD_API cxd_status cxd_campaign_set_json(cxd_campaign *campaign, const char *pointer, const char *json, cxd_error **error);

/*
 * Read one member. CXD_E_ABSENT: no such member; CXD_E_TYPE: another type, or an integer that int64_t cannot hold
 * (its spelling is in cxd_campaign_to_json()). get_real also reads integers. On failure *out is untouched.
 * get_string: a text with an escaped zero byte is CXD_E_TYPE; out: borrowed until the campaign is changed or freed.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABSENT, CXD_E_TYPE. Thread-safety: get_string counts as a change. Since: 0.1
 */
CXD_API cxd_status cxd_campaign_get_int(const cxd_campaign *campaign, const char *pointer, int64_t *out, cxd_error **error);
CXD_API cxd_status cxd_campaign_get_real(const cxd_campaign *campaign, const char *pointer, double *out, cxd_error **error);
CXD_API cxd_status cxd_campaign_get_string(const cxd_campaign *campaign, const char *pointer, const char **out, cxd_error **error);
CXD_API cxd_status cxd_campaign_get_bool(const cxd_campaign *campaign, const char *pointer, int32_t *out, cxd_error **error);

/* 1 when the member exists (also as null), else 0. Since: 0.1 */
CXD_API int32_t cxd_campaign_has(const cxd_campaign *campaign, const char *pointer);

/* Deletes a member that the base has; otherwise withdraws the edit. CXD_E_ABSENT: no such member. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABSENT, CXD_E_TYPE, CXD_E_TOO_LARGE. Since: 0.1 */
CXD_API cxd_status cxd_campaign_remove(cxd_campaign *campaign, const char *pointer, cxd_error **error);

/* The document as it stands, byte for byte where nothing was set; caller frees with cxd_string_free(). Since: 0.1 */
CXD_API char *cxd_campaign_to_json(const cxd_campaign *campaign);

/*
 * What leads from one document to the other: an RFC 6902 JSON Patch (add, remove, replace) whose entries also have
 * "old", the value before; "[]" when they are equal as JSON. Caller frees with cxd_string_free(). Since: 0.1
 */
CXD_API char *cxd_campaign_diff(const cxd_campaign *from, const cxd_campaign *to);

/* Frees a campaign; NULL is legal. Since: 0.1 */
CXD_API void cxd_campaign_free(cxd_campaign *campaign);

/* --------------------------------------------------------------- client */

/*
 * A connection to one API with one set of credentials: token, connections and limits are shared by all
 * threads that use it. Reads the api, auth, http, retry and rate keys. Nothing is sent before the first call.
 * CXD_E_CONFIG: two keys contradict, a URL is plain http to another machine, a certificate file cannot be read. Credentials
 * are looked for at the first call (CXD_E_CONFIG), so that a token provider can be registered in between.
 * CXD_E_STATE: the libcurl in use is too old. out: caller frees with cxd_client_free().
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED, CXD_E_STATE, CXD_E_CONFIG, CXD_E_IO, CXD_E_TOO_LARGE. Since: 0.1
 */
CXD_API cxd_status cxd_client_new(const cxd_config *config, cxd_client **out, cxd_error **error);

/*
 * Replaces the built-in OAuth exchange. The table is copied; user_data is held until destroy runs, once, also when
 * this call fails. CXD_E_STATE: calls in progress. provider: copied. Errors: CXD_E_ARGUMENT, CXD_E_ABI, CXD_E_FORKED, CXD_E_STATE.
 * Thread-safety: not while another thread uses the client. Since: 0.1
 */
CXD_API cxd_status cxd_client_set_token_provider(cxd_client *client, const cxd_token_provider *provider, cxd_error **error);

/*
 * Where log lines go; rules as for the token provider. Lines are redacted before. log: copied.
 * Errors: CXD_E_ARGUMENT, CXD_E_ABI, CXD_E_FORKED, CXD_E_STATE. Thread-safety: not while another thread uses the client. Since: 0.1
 */
CXD_API cxd_status cxd_client_set_log(cxd_client *client, const cxd_log *log, cxd_error **error);

/*
 * Reads one campaign; blocks. The campaign keeps what was read as its base. out: caller frees with cxd_campaign_free().
 * CXD_E_ARGUMENT: id; CXD_E_CONFIG: no credentials; CXD_E_IO: no descriptors left.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED, CXD_E_REENTRANT, CXD_E_CONFIG, CXD_E_IO, CXD_E_CONNECT, CXD_E_TLS, CXD_E_TIMEOUT, CXD_E_CANCELLED,
 * CXD_E_PROTOCOL, CXD_E_UNAUTHORIZED, CXD_E_FORBIDDEN, CXD_E_NOT_FOUND, CXD_E_REJECTED, CXD_E_CONFLICT, CXD_E_RATE_LIMITED, CXD_E_SERVER, CXD_E_TOKEN.
 * Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_client_get(cxd_client *client, const char *campaign_id, cxd_campaign **out, cxd_error **error);

/*
 * Reads one page of the collection; blocks. cursor: NULL for the first page, then cxd_campaign_list_next_cursor().
 * out: caller frees with cxd_campaign_list_free(). NULL allowed: cursor. Errors: those of cxd_client_get(). Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_client_list(cxd_client *client, const char *cursor, cxd_campaign_list **out, cxd_error **error);

/* How many campaigns the page has. Since: 0.1 */
CXD_API size_t cxd_campaign_list_count(const cxd_campaign_list *list);

/* One of them, from 0 on; copy it to change it. Borrowed until the list is freed. Returns NULL when i is beyond the end. Since: 0.1 */
CXD_API const cxd_campaign *cxd_campaign_list_at(const cxd_campaign_list *list, size_t i);

/* For the next cxd_client_list(); returns NULL when this is the last page. Borrowed until the list is freed. Since: 0.1 */
CXD_API const char *cxd_campaign_list_next_cursor(const cxd_campaign_list *list);

/* Frees a page and its campaigns; NULL is legal. Since: 0.1 */
CXD_API void cxd_campaign_list_free(cxd_campaign_list *list);

/* Ends every call in progress on this client with CXD_E_CANCELLED; the next call works. Thread-safety: any; not from a signal handler. Since: 0.1 */
CXD_API void cxd_client_cancel(cxd_client *client);

/*
 * What this client has done since it was made, as a JSON object; docs/statistics.md says of each member when it counts. Counters only
 * grow, gauges (marked *) are of the moment:
 *   requests            {token, get, list, put}: physical sends, retries included; answers by class: {2xx, 3xx, 4xx, 5xx, other, none}
 *   in_flight*          requests under way
 *   retries             requests sent again after a failure, and retries_by_reason; not those after a 401 or in a new round after a conflict
 *   rate_limited        answers 429; doubtful: PUTs whose answer did not tell whether they were applied
 *   connections         {opened, reused}; body_bytes: {sent, received}
 *   quota*              {configured: rate.limit; limit: requests per rate.window_ms as it is now, cut after a 429 and growing back,
 *                       0 = off; used: of them; waiting: requests in the queue; closed_ms: until the server wants to hear from us again}
 *   retry_budget*       points left of retry.budget, and retry_budget_max
 *   server_latency_us*  moving average of answered requests; 0 = none yet
 *   token               {generation*: tokens had so far, failures*: in a row, fetched, failed, age_ms*: of the fetched one in force, or null}
 *   updates             by outcome, and updates_by_status; updates_in_flight*, plans
 *   audit               {records, failed, syncs}; callbacks: {called, declined}
 *   request_latency, update_latency   {count, sum_us, buckets: [{le_us, count}]}: histograms, counts up to le_us; null: no bound
 * Members are only ever added. Caller frees with cxd_string_free(). Returns NULL when it is not a live client, was made before fork(), or
 * memory ran out. Thread-safety: any. Since: 0.1
 */
CXD_API char *cxd_client_stats_json(const cxd_client *client);

/* The same as OpenMetrics 1.0 text, ended by "# EOF"; docs/statistics.md explains each metric. As cxd_client_stats_json(): caller frees with cxd_string_free(). Thread-safety: any. Since: 0.1 */
CXD_API char *cxd_client_stats_openmetrics(const cxd_client *client);

/*
 * Calls that begin from now on belong to the caller's trace: traceparent is a W3C trace context ("00-<32 digits>-<16 digits>-01") whose
 * trace id and sampled flag they keep; each physical request is a new span in it. NULL: each call begins a trace of its own again.
 * Does nothing with http.traceparent=off. CXD_E_ARGUMENT: not such a text; what was set before stays. traceparent: copied.
 * NULL allowed: traceparent. Errors: CXD_E_ARGUMENT, CXD_E_FORKED. Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_client_set_traceparent(cxd_client *client, const char *traceparent, cxd_error **error);

/* Drops the caller's reference; updaters made from the client keep it alive. Since: 0.1 */
CXD_API void cxd_client_free(cxd_client *client);

/* ------------------------------------------------------------ validator */

enum { CXD_SEVERITY_NOTE = 0, CXD_SEVERITY_WARNING = 1, CXD_SEVERITY_ERROR = 2 };

/*
 * Reads the validate keys and update.mode; config NULL: all defaults. A validate.policy_file and a validate.jurisdictions_file are
 * loaded here. Files of the time zone database are looked at again once a second, so that its updates are seen. out: caller frees with cxd_validator_free().
 * NULL allowed: config. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_CONFIG, CXD_E_IO, CXD_E_JSON, CXD_E_TOO_LARGE. Since: 0.1
 */
CXD_API cxd_status cxd_validator_new(const cxd_config *config, cxd_validator **out, cxd_error **error);

/*
 * Loads a policy (docs/policy.md) in place of an earlier one; where config and policy both name a limit the stricter wins.
 * CXD_E_CONFIG: unknown member or value out of range; the old policy stays. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_CONFIG, CXD_E_JSON, CXD_E_TOO_LARGE.
 * Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_load_policy(cxd_validator *validator, const char *json, size_t len, cxd_error **error);

/*
 * Adds an own rule; it runs after the built-in ones, in order of addition. Destroy as for the token provider. rule: copied.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABI. Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_add_rule(cxd_validator *validator, const cxd_rule *rule, cxd_error **error);

/*
 * Checks a campaign: only the members that are set, plus the rules across members where all of them are set; calling hours when
 * the document has a status other than "paused" and "stopped" and a timeZone, or was read; it is then compared with its base: lowering is a
 * warning, starting and raising are errors. With update.mode=replace in the validator's config: the whole
 * document, as apply does then.
 * at_unix_ms: the instant to decide for, 0 = now. A refusal is CXD_E_INVALID also when only calling hours are in the way; the error
 * then has the time to the next opening (cxd_error_retry_after_ms()). out: the report, filled on CXD_OK and on CXD_E_INVALID (at least one
 * finding of severity error), also on CXD_E_RULE; caller frees with cxd_report_free(). CXD_E_REENTRANT: rules check in a circle.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_REENTRANT, CXD_E_INVALID, CXD_E_RULE. Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_check(cxd_validator *validator, const cxd_campaign *campaign, int64_t at_unix_ms, cxd_report **out, cxd_error **error);

/* Drops the caller's reference; updaters made with the validator keep it alive. NULL is legal. Since: 0.1 */
CXD_API void cxd_validator_free(cxd_validator *validator);

/*
 * Reads validate.policy_file again, in place of what it said before; the config itself was copied and does not change.
 * CXD_E_STATE: the validator was made without the key; else as cxd_validator_new(), and the old policy stays.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_STATE, CXD_E_CONFIG, CXD_E_IO, CXD_E_JSON, CXD_E_TOO_LARGE. Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_reload_policy(cxd_validator *validator, cxd_error **error);

/*
 * Calling hours. zone: an IANA name, of the called party. jurisdiction: one code of the table or several with commas between
 * ("US,US-FL": all of them must be open); NULL: those of the policy, or validate.jurisdiction. at_unix_ms: 0 = now.
 *
 * open: 1 or 0 for the instant; next_change_unix_ms: when that ends (INT64_MAX: not within 800 days), half-open. Both may be NULL.
 * CXD_E_ARGUMENT: no such jurisdiction; CXD_E_ABSENT: no such zone; CXD_E_IO: the zone cannot
 * be read, or the time zone database is older than the policy asks for: a caller takes any failure for closed.
 * NULL allowed: jurisdiction, open, next_change_unix_ms. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABSENT, CXD_E_IO. Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_window(cxd_validator *validator, const char *zone, const char *jurisdiction, int64_t at_unix_ms, int32_t *open,
                                        int64_t *next_change_unix_ms, cxd_error **error);

/*
 * The same as a list of periods that covers from_unix_ms to until_unix_ms (at most 800 days; 0 as from = now, until then counts from now as well; pass 1 for the epoch): each is open or closed,
 * for one reason and with one offset from UTC, so that a change to or from daylight saving time begins a new one. The first begins
 * when its state began, the last ends when it ends. out: caller frees with cxd_schedule_free().
 * NULL allowed: jurisdiction. Errors: those of cxd_validator_window(). Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_schedule(cxd_validator *validator, const char *zone, const char *jurisdiction, int64_t from_unix_ms, int64_t until_unix_ms,
                                          cxd_schedule **out, cxd_error **error);

/*
 * How many minutes of a local date ("2026-11-01") calling is legal, in whole minutes: 0 to 1500 where the clock goes back.
 * CXD_E_ARGUMENT: not a date of years 1970 to 9999; else as cxd_validator_window().
 * NULL allowed: jurisdiction. Errors: those of cxd_validator_window(). Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_validator_open_minutes(cxd_validator *validator, const char *zone, const char *jurisdiction, const char *date, int32_t *minutes,
                                              cxd_error **error);

/* The codes that apply to a campaign of which the policy says nothing else, with commas between them ("US,US-FL"); caller frees with cxd_string_free(). Thread-safety: any. Since: 0.1 */
CXD_API char *cxd_validator_jurisdictions(cxd_validator *validator);

/*
 * The rows in force, table and policy together, as JSON: [{"code","title","hours","holidays","source","checked","note"}], by
 * code; a row may also have "also_zone" (the hours must hold in that zone as well), "since" and "before" (other hours up to a date). Caller frees with cxd_string_free(). Thread-safety: any. Since: 0.1
 */
CXD_API char *cxd_validator_jurisdictions_json(cxd_validator *validator);

/* Periods: i from 0 to count - 1; beyond: 0 and "". Texts are borrowed until the schedule is freed. NULL allowed: schedule. Since: 0.1 */
CXD_API size_t cxd_schedule_count(const cxd_schedule *schedule);
CXD_API int64_t cxd_schedule_since(const cxd_schedule *schedule, size_t i);          /* Unix ms; INT64_MIN: open end */
CXD_API int64_t cxd_schedule_until(const cxd_schedule *schedule, size_t i);          /* Unix ms, not included; INT64_MAX: open end */
CXD_API int32_t cxd_schedule_open(const cxd_schedule *schedule, size_t i);
CXD_API const char *cxd_schedule_reason(const cxd_schedule *schedule, size_t i);     /* of a closed one: "hours", "holiday", "blackout"; "" when open */
CXD_API const char *cxd_schedule_name(const cxd_schedule *schedule, size_t i);       /* of the holiday or blackout, or "" */
CXD_API const char *cxd_schedule_jurisdiction(const cxd_schedule *schedule, size_t i); /* of a closed one: which row closes it */
CXD_API int32_t cxd_schedule_utc_offset_s(const cxd_schedule *schedule, size_t i);   /* local time = UTC + offset */
CXD_API const char *cxd_schedule_abbreviation(const cxd_schedule *schedule, size_t i); /* "EST" */
CXD_API const char *cxd_schedule_zone(const cxd_schedule *schedule);
CXD_API const char *cxd_schedule_source(const cxd_schedule *schedule);               /* the legal source of the row, or of the rows, with "; " between */
CXD_API const char *cxd_schedule_note(const cxd_schedule *schedule);                 /* what the rows say beside it ("hours to be confirmed"), "" when nothing */
CXD_API const char *cxd_schedule_checked(const cxd_schedule *schedule);              /* the oldest date on which a source was read */
CXD_API const char *cxd_schedule_tzdata(const cxd_schedule *schedule);               /* version of the time zone database, "2026f"; "" when unknown */

/* Frees a schedule; NULL is legal. Since: 0.1 */
CXD_API void cxd_schedule_free(cxd_schedule *schedule);

/*
 * The codes of the built-in rules, for help texts: i from 0 to count - 1; beyond: "" and 0. Borrowed for ever. Thread-safety: any. Since: 0.1
 */
CXD_API size_t cxd_code_count(void);
CXD_API const char *cxd_code_name(size_t i);          /* "window.closed" */
CXD_API int32_t cxd_code_severity(size_t i);          /* CXD_SEVERITY_*, unless a policy says otherwise */
CXD_API int32_t cxd_code_fixed(size_t i);             /* 1: a policy cannot lower it */
CXD_API const char *cxd_code_source(size_t i);        /* where the rule comes from */
CXD_API const char *cxd_code_meaning(size_t i);       /* what is found and when; Markdown */
CXD_API const char *cxd_code_advice(size_t i);        /* how to satisfy it; Markdown */

/* Findings: i from 0 to count - 1; beyond: 0 and "". Texts are borrowed until the report is freed. NULL allowed: report. Since: 0.1 */
CXD_API size_t cxd_report_count(const cxd_report *report);
CXD_API int32_t cxd_report_ok(const cxd_report *report);          /* 1: no finding of severity error */
CXD_API int32_t cxd_report_severity(const cxd_report *report, size_t i);
CXD_API const char *cxd_report_code(const cxd_report *report, size_t i);
CXD_API const char *cxd_report_pointer(const cxd_report *report, size_t i);
CXD_API const char *cxd_report_message(const cxd_report *report, size_t i);

/* Adds a finding, for rules. code: lower-case dotted words ("acme.night_shift"). NULL allowed: pointer. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since: 0.1 */
CXD_API cxd_status cxd_report_add(cxd_report *report, int32_t severity, const char *code, const char *pointer, const char *message);

/* [{"severity","code","pointer","message"}]; caller frees with cxd_string_free(). Since: 0.1 */
CXD_API char *cxd_report_to_json(const cxd_report *report);

/* Frees a report, not one that is borrowed (of a result, in a rule); NULL is legal. Since: 0.1 */
CXD_API void cxd_report_free(cxd_report *report);

/*
 * Capacity. A dialer offers answered calls to n agents; a call that finds none free within patience_s (2 s: 16 CFR 310.4(b)(4)) is
 * abandoned: the queue M/M/n with fixed patience, a planning bound (Poisson answers, a dialer that does not look at free
 * agents). agents: a whole number, 1 to 10,000,000; load in erlang = answered calls per second x aht_s; aht_s: mean handling time, above 0;
 * patience_s: 0 (Erlang B) to infinity (Erlang C). Answers are finite also in overload; NaN for arguments outside these ranges.
 * Thread-safety: any. Since: 0.1
 */
CXD_API double cxd_capacity_abandonment(double agents, double answered_per_min, double aht_s, double patience_s); /* share of answered calls, 0 to 1 */
CXD_API double cxd_capacity_wait(double agents, double answered_per_min, double aht_s, double patience_s);        /* share that has to wait at all */
CXD_API double cxd_capacity_occupancy(double agents, double answered_per_min, double aht_s, double patience_s);   /* share of their time that agents talk */

/* Inverses. The most answered calls per minute, and the fewest agents (infinity: none up to 10,000,000), with abandonment <= max_abandonment. Thread-safety: any. Since: 0.1 */
CXD_API double cxd_capacity_max_answered_per_min(double agents, double aht_s, double patience_s, double max_abandonment);
CXD_API double cxd_capacity_min_agents(double answered_per_min, double aht_s, double patience_s, double max_abandonment);

/* Textbook formulas. Erlang B: share blocked. Erlang C: share that waits (1 from load >= agents), share answered within a time, mean wait in seconds. Thread-safety: any. Since: 0.1 */
CXD_API double cxd_capacity_erlang_b(double agents, double load);
CXD_API double cxd_capacity_erlang_c(double agents, double load);
CXD_API double cxd_capacity_service_level(double agents, double load, double aht_s, double within_s);
CXD_API double cxd_capacity_mean_wait_s(double agents, double load, double aht_s);

/* (interval x throttle) / interval, the API's pacing accuracy rate; 0 when interval is 0. Thread-safety: any. Since: 0.1 */
CXD_API double cxd_pacing_accuracy(int64_t interval_s, double throttle);

/* -------------------------------------------------------------- updater */

enum {
  CXD_OUTCOME_PLANNED = 1,          /* plan: this would be sent */
  CXD_OUTCOME_UNCHANGED = 2,        /* the campaign already is as asked; no PUT */
  CXD_OUTCOME_APPLIED = 3,
  CXD_OUTCOME_APPLIED_READBACK = 4, /* applied; the answer was lost or not final, reading it back confirmed it */
  CXD_OUTCOME_REJECTED = 5,         /* refused by the validator or the server; nothing changed */
  CXD_OUTCOME_CONFLICT = 6,         /* somebody else changed the same members; nothing of ours was written over theirs */
  CXD_OUTCOME_NOT_APPLIED = 7,      /* nothing changed, and no copy is on its way; the status says why */
  CXD_OUTCOME_UNKNOWN = 8,          /* a PUT left the process and its effect could not be confirmed */
  CXD_OUTCOME_CANCELLED = 9         /* cancelled before a PUT left the process */
};

enum { CXD_LATENCY_TOTAL = 0, CXD_LATENCY_TOKEN = 1, CXD_LATENCY_RATE_WAIT = 2, CXD_LATENCY_BACKOFF = 3, CXD_LATENCY_SERVER = 4, CXD_LATENCY_AUDIT = 5 };

/*
 * Joins a client, a validator (NULL: one is made from config) and the audit log of config (update and audit keys).
 * Client and validator are referenced: they may be freed in any order. CXD_E_AUDIT: the log cannot be opened. client, validator: held until cxd_updater_free().
 * out: caller frees with cxd_updater_free(). NULL allowed: validator.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED, CXD_E_CONFIG, CXD_E_IO, CXD_E_JSON, CXD_E_TOO_LARGE, CXD_E_AUDIT. Since: 0.1
 */
CXD_API cxd_status cxd_updater_new(const cxd_config *config, cxd_client *client, cxd_validator *validator, cxd_updater **out, cxd_error **error);

/*
 * Replaces the audit file by an own logger; records arrive sealed, in a chain of this updater's own. Destroy as for the token provider.
 * logger: copied. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABI, CXD_E_FORKED, CXD_E_STATE, CXD_E_AUDIT. Since: 0.1
 */
CXD_API cxd_status cxd_updater_set_audit_logger(cxd_updater *updater, const cxd_audit_logger *logger, cxd_error **error);

/*
 * Adds a callback; they run in order of addition. Destroy as for the token provider. callback: copied.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_ABI, CXD_E_FORKED, CXD_E_STATE. Since: 0.1
 */
CXD_API cxd_status cxd_updater_add_callback(cxd_updater *updater, const cxd_callback *callback, cxd_error **error);

/*
 * Validates, reads, merges and diffs; sends no PUT, writes no audit record, runs no callback. Blocks.
 * out: a result, never NULL once the arguments were accepted; caller frees with cxd_result_free(). Returns its status.
 * Errors: CXD_E_TYPE, CXD_E_ABSENT, CXD_E_TOO_LARGE, CXD_E_INVALID, CXD_E_WINDOW_CLOSED, CXD_E_RULE, and those of cxd_client_get(). Since: 0.1
 */
CXD_API cxd_status cxd_updater_plan(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error);

/*
 * The whole pipeline; blocks. CXD_OK when the update is applied or nothing was to change; an audit or callback failure
 * after that is in cxd_result_audit_status() and cxd_result_callback_status(). With audit.mode=required and no audit.path
 * and no logger: CXD_E_AUDIT, nothing is sent. Where the audit log has an update of this campaign whose process ended without an
 * outcome, that is found out first, which may wait for an attempt of that process; the report has an audit.recovered then.
 * out: as for plan, caller frees with cxd_result_free(). Return value as for plan. Errors: CXD_E_UNKNOWN_OUTCOME, CXD_E_AUDIT, and those of cxd_updater_plan(). Since: 0.1
 */
CXD_API cxd_status cxd_updater_apply(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error);

/*
 * Puts back what an applied update changed, if nobody has changed it since. log: the audit log (any of its segments), verified up to its
 * end with audit.key_file of the updater before anything is sent; seq: any record of that update. plan: 1 sends no PUT, as
 * cxd_updater_plan(). Runs as an update of its own, validated, audited ("rollback_of") and called back. out: as for plan, caller frees
 * with cxd_result_free(). Return value as for plan; CXD_E_CONFLICT: somebody changed these members since, see cxd_result_conflict_json(). Without a result: CXD_E_AUDIT (the log
 * is damaged, or segments of it are not beside it), CXD_E_ABSENT (no such record), CXD_E_INVALID (that update was not applied, or replaced
 * the whole campaign), CXD_E_CANCELLED (while the log was read). Errors: those of cxd_updater_apply(). Since: 0.1
 */
CXD_API cxd_status cxd_updater_rollback(cxd_updater *updater, const char *log, int64_t seq, int32_t plan, cxd_result **out, cxd_error **error);

/*
 * Finds out what became of updates whose process died between PUT and outcome record, by reading their campaigns, and records it. An
 * update does that by itself for its own campaign before it begins. resolved, left (NULL allowed): how many were, how many could not
 * be (the first reason is the status returned). Blocks. CXD_OK when none is left. Nothing to do without an audit file.
 * NULL allowed: resolved, left. Errors: CXD_E_STATE, CXD_E_AUDIT, and those of cxd_client_get(). Since: 0.1
 */
CXD_API cxd_status cxd_updater_recover(cxd_updater *updater, size_t *resolved, size_t *left, cxd_error **error);

/*
 * The same for one update whose intent the caller has kept (on_sending of cxd_callback): reads its campaign and tells what became of it. In an audit file of this
 * updater that still waits for its outcome it is put on record. out: outcome APPLIED_READBACK, NOT_APPLIED, CONFLICT (somebody has changed the campaign since) or
 * UNKNOWN with CXD_OK; or status and error of what stood in the way; caller frees with cxd_result_free(). May wait for an attempt of the process that wrote it.
 * CXD_E_AUDIT: not an intent. Errors: CXD_E_STATE, CXD_E_AUDIT, and those of cxd_client_get(). Since: 0.1
 */
CXD_API cxd_status cxd_updater_resolve(cxd_updater *updater, const char *intent, size_t len, cxd_result **out, cxd_error **error);

/*
 * The intents that wait for it, as a JSON array of {"seq","op","campaign_id","timestamp","writer","actor"} on one line; returns NULL when memory ran out or
 * the log cannot be read. Caller frees with cxd_string_free(). Since: 0.1
 */
CXD_API char *cxd_updater_dangling_json(cxd_updater *updater);

/* Ends the calls in progress on this updater; not sticky. Thread-safety: any; not from a signal handler. Since: 0.1 */
CXD_API void cxd_updater_cancel(cxd_updater *updater);

/* Frees an updater; from inside a callback of its own the free is deferred until the call in progress returns. Since: 0.1 */
CXD_API void cxd_updater_free(cxd_updater *updater);

/* --------------------------------------------------------------- result */

/*
 * Getters; all accept NULL: 0, -1, NaN, "" or NULL, and CXD_E_ARGUMENT as status. Borrowed until the result is freed: texts and objects.
 * NULL allowed: result. Since: 0.1
 */
CXD_API int32_t cxd_result_outcome(const cxd_result *result);
CXD_API const char *cxd_result_outcome_name(const cxd_result *result);      /* "applied", "not_applied", ... */
CXD_API cxd_status cxd_result_status(const cxd_result *result);
CXD_API const char *cxd_result_campaign_id(const cxd_result *result);
CXD_API int64_t cxd_result_latency_us(const cxd_result *result, int32_t part);  /* CXD_LATENCY_*; -1 for an unknown part */
CXD_API int32_t cxd_result_sends(const cxd_result *result);                 /* physical PUT sends */
CXD_API int32_t cxd_result_attempts(const cxd_result *result);              /* physical sends of any kind */
CXD_API double cxd_result_pacing_accuracy(const cxd_result *result);        /* NaN when the pacing is unknown */
CXD_API int64_t cxd_result_previous_concurrent(const cxd_result *result);   /* -1 when unknown */
CXD_API int64_t cxd_result_new_concurrent(const cxd_result *result);        /* -1 when unknown */
CXD_API cxd_status cxd_result_audit_status(const cxd_result *result);       /* CXD_OK, also when audit is off; else audit.failed in the report, or the error, says why */
CXD_API cxd_status cxd_result_callback_status(const cxd_result *result);    /* CXD_E_CALLBACK when one did not accept */
CXD_API const cxd_report *cxd_result_report(const cxd_result *result);      /* the findings; returns NULL when there are none */
CXD_API const char *cxd_result_diff_json(const cxd_result *result);         /* JSON Patch with "old"; "[]" */
CXD_API const cxd_error *cxd_result_error(const cxd_result *result);        /* returns NULL when the status is CXD_OK */
CXD_API const char *cxd_result_conflict_json(const cxd_result *result);     /* {"base","mine","theirs"} by JSON Pointer; returns NULL when there was no conflict */
CXD_API const char *cxd_result_audit_record(const cxd_result *result);      /* the outcome record as sealed, or, when it could not be written, its body; returns NULL when there is none */
CXD_API const char *cxd_result_trace_id(const cxd_result *result);          /* 32 hexadecimal digits; returns NULL when its requests carried no traceparent */

/* The document of docs/json.md, one line; caller frees with cxd_string_free(). Since: 0.1 */
CXD_API char *cxd_result_to_json(const cxd_result *result);

/* Frees a result, not one that is borrowed (of a batch, in a callback); NULL is legal. Since: 0.1 */
CXD_API void cxd_result_free(cxd_result *result);

/* ------------------------------------------------------------- plug-ins */

/*
 * Sized tables of function pointers. Set `size` to sizeof the struct, zero the rest, fill in the methods. A table is copied
 * at registration; `destroy` (may be NULL) runs exactly once with user_data, also when registration fails. Methods are
 * appended over time: a shorter table gets defaults, one shorter than version 1 or with a non-zero unknown tail CXD_E_ABI.
 * Methods run on the calling thread, under no lock. They may read (campaigns, reports, results, config); calls that would
 * need the engine they run on (apply, plan, and from a token provider, logger, rule or log also get and list) return CXD_E_REENTRANT.
 */
enum {
  CXD_ACCEPTED = 0x43584431, /* a method that vouches for something returns this, not 0 */
  CXD_PENDING = 0x43584432   /* token provider only: the sink is completed later, from any thread */
};

enum { CXD_LOG_DEBUG = 0, CXD_LOG_INFO = 1, CXD_LOG_WARNING = 2, CXD_LOG_ERROR = 3 };

/*
 * fetch: obtain a token for cxd_token_request_scope() and complete the sink, then return CXD_ACCEPTED; or keep the sink, return
 * CXD_PENDING and complete it later from any thread. Anything else is a failure. request: borrowed until fetch returns.
 * sink: borrowed until it is completed. NULL allowed: user_data, destroy. Since: 0.1
 */
struct cxd_token_provider {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*fetch)(void *user_data, const cxd_token_request *request, cxd_token_sink *sink);
};

/* What is asked for. Borrowed until fetch returns, or the event is over. Since: 0.1 */
CXD_API const char *cxd_token_request_scope(const cxd_token_request *request);
CXD_API const char *cxd_token_request_token_url(const cxd_token_request *request);
CXD_API int32_t cxd_token_request_forced(const cxd_token_request *request);     /* 1: the server refused the last token */

/*
 * Complete a sink, once; both copy. token: RFC 6750 b64token characters, 1 to 16384 bytes; expires_in_s: life from now in seconds
 * (<= 0: 300 s is assumed; more than 86400 is taken as 86400). CXD_E_ARGUMENT: not a token (the sink fails), CXD_E_STATE: completed before.
 * After CXD_PENDING a sink must be completed exactly once; that ends the right to use it. token, message: copied.
 * NULL allowed: message. Errors: CXD_E_ARGUMENT, CXD_E_STATE, CXD_E_NOMEM (accept). Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_token_sink_accept(cxd_token_sink *sink, const char *token, size_t len, int64_t expires_in_s);
CXD_API cxd_status cxd_token_sink_fail(cxd_token_sink *sink, int32_t retryable, const char *message);

/*
 * append: take one sealed record (a line with its final newline) -> CXD_ACCEPTED. sync: make all of them durable -> CXD_ACCEPTED;
 * NULL: append is durable. record: borrowed until append returns. NULL allowed: user_data, destroy, sync. Since: 0.1
 */
struct cxd_audit_logger {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*append)(void *user_data, const char *record, size_t len);
  int32_t (*sync)(void *user_data);
};

/*
 * on_result: the update is over, its outcome is durable -> CXD_ACCEPTED; anything else is noted in the callback status and changes
 * nothing else. on_progress: of a batch, after one or more items have ended -> CXD_ACCEPTED; anything else and no more items are begun. on_checkpoint: the audit file wrote a
 * checkpoint, or the first record of a new segment, while this update ran and it is durable; keep seq and h (64 hex digits) out of reach of whoever can write the log, for
 * cxd_audit_expect() -> CXD_ACCEPTED, noted as for on_result; runs before it. on_sending: the first PUTs of `count` updates are about to leave the process, their
 * intents are durable in the audit log (if there is one): items are their numbers in the batch, intents their records (docs/audit.md; without audit log
 * only the members of the update itself), for a journal of the host's and cxd_updater_resolve() -> CXD_ACCEPTED; anything else and none of them
 * is sent: NOT_APPLIED with CXD_E_CALLBACK. Once an update, however often it is sent; not for a single apply. Results and texts are borrowed until
 * the method returns. NULL allowed: user_data, destroy, on_result, on_progress, on_checkpoint, on_sending, but one of the four is there.
 * Version 1 ends with on_progress. Since: 0.1
 */
struct cxd_callback {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*on_result)(void *user_data, const cxd_result *result);
  int32_t (*on_progress)(void *user_data, size_t done, size_t total);
  int32_t (*on_checkpoint)(void *user_data, int64_t seq, const char *h);
  int32_t (*on_sending)(void *user_data, const size_t *items, const char *const *intents, size_t count);
};

/*
 * check: look at the change and, once it was read, at the merged campaign (NULL before), add findings with cxd_report_add() and
 * return CXD_ACCEPTED. Anything else refuses the update with CXD_E_RULE. Arguments are borrowed until check returns.
 * NULL allowed: user_data, destroy, merged. Since: 0.1
 */
struct cxd_rule {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*check)(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report);
};

/* write: one line without newline, borrowed until write returns; level: CXD_LOG_*. NULL allowed: user_data, destroy. Since: 0.1 */
struct cxd_log {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  void (*write)(void *user_data, int32_t level, const char *text, size_t len);
};

/* ---------------------------------------------------------------- batch */

/*
 * Many updates of one updater, up to update.concurrency in flight under the client's quota; the engine is that of a single apply, and
 * so is the pipeline of each item: validated, merged, sent on a condition, audited, called back. No thread is started. Three ways to run
 * one: cxd_batch_run() blocks; fd, timeout_ms and process for a loop of the host's; next_event for languages without C callbacks.
 *
 * Items are numbered from 0 in the order they were added. Their failures are their own: none touches another item. Items of one campaign run one after
 * the other in that order; with update.coalesce=on those that have not begun when the first of them does become one update (last
 * value of a member wins), and all get its result. Every item ends with exactly one result. No more items are begun after
 * update.max_errors failures, above update.max_error_rate, after a failure among the first update.canary items (which go ahead alone), after
 * cxd_batch_stop(), or when an on_progress did not accept; the items not begun then end as CXD_OUTCOME_CANCELLED, without an audit record.
 * When the server asks for a longer wait than retry.max_retry_after_ms, items end as NOT_APPLIED with CXD_E_RATE_LIMITED instead of sleeping on it.
 *
 * A batch is used by one thread at a time, save cancel and stop. Several batches, of one client or of many, may be driven in one loop.
 */

/*
 * The updater is referenced and its callbacks apply; registering is refused (CXD_E_STATE) until the batch is freed.
 * updater: held until cxd_batch_free(). out: caller frees with cxd_batch_free(). Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED. Since: 0.1
 */
CXD_API cxd_status cxd_batch_new(cxd_updater *updater, cxd_batch **out, cxd_error **error);

/*
 * Adds an item; also while the batch runs and after it has run. add copies the campaign; add_json copies the text only, which is parsed when
 * its turn comes: what is no campaign ends as CXD_OUTCOME_REJECTED with CXD_E_JSON, CXD_E_TYPE and so on. CXD_E_TOO_LARGE: more
 * than 16,777,215 items, or a text over 16 MiB. campaign, json: copied. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_FORKED, CXD_E_TOO_LARGE. Since: 0.1
 */
CXD_API cxd_status cxd_batch_add(cxd_batch *batch, const cxd_campaign *campaign, cxd_error **error);
CXD_API cxd_status cxd_batch_add_json(cxd_batch *batch, const char *json, size_t len, cxd_error **error);

/*
 * Runs all items to their ends; blocks. CXD_OK: each has been run, whatever it ended as (cxd_batch_failed()); CXD_E_CANCELLED: some were not begun, or
 * were cancelled, and the error says why and how many; CXD_E_REENTRANT, CXD_E_FORKED, CXD_E_CONFIG (no credentials), CXD_E_IO: the batch could not
 * go on, and its items have results with that status. Called again it says the same until items are added, and then speaks of these only.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_CANCELLED, CXD_E_REENTRANT, CXD_E_FORKED, CXD_E_CONFIG, CXD_E_IO. Since: 0.1
 */
CXD_API cxd_status cxd_batch_run(cxd_batch *batch, cxd_error **error);

/*
 * In a loop of the host's: poll fd for reading, at most for timeout_ms (-1: as long as it takes; ask again before each wait), then
 * process, until remaining (items without a result) is 0. fd: an epoll descriptor of the library's, the same until the batch
 * is freed, -1 when there is none (argument, no memory, CXD_E_FORKED, no credentials: process says which); it can be watched by poll, select, epoll,
 * libuv and GLib. process never blocks on the network; callbacks run inside it. Results as for run, CXD_OK while items remain.
 * NULL allowed: remaining. Errors: those of cxd_batch_run(). Since: 0.1
 */
CXD_API int32_t cxd_batch_fd(cxd_batch *batch);
CXD_API int64_t cxd_batch_timeout_ms(cxd_batch *batch);
CXD_API cxd_status cxd_batch_process(cxd_batch *batch, int32_t *remaining, cxd_error **error);

/* Numbers, at any time. cxd_batch_failed: items whose status is not CXD_OK; eta_ms: until the end, from the quota and the pace so far, -1: not known. Since: 0.1 */
CXD_API size_t cxd_batch_count(const cxd_batch *batch);
CXD_API size_t cxd_batch_done(const cxd_batch *batch);
CXD_API size_t cxd_batch_in_flight(const cxd_batch *batch);
CXD_API size_t cxd_batch_failed(const cxd_batch *batch);
CXD_API size_t cxd_batch_outcomes(const cxd_batch *batch, int32_t outcome); /* items that ended as CXD_OUTCOME_* */
CXD_API int64_t cxd_batch_eta_ms(const cxd_batch *batch);

/*
 * The result of item i; returns NULL when it is not over yet, beyond the last, or dropped. Borrowed until the item is dropped or the batch freed. Results are kept
 * packed and unpacked at the first look: of the audit record only the number is left (in cxd_result_to_json()). drop: frees what is kept of a
 * finished item, for who has looked at it. Since: 0.1
 */
CXD_API const cxd_result *cxd_batch_result(cxd_batch *batch, size_t i);
CXD_API void cxd_batch_drop_result(cxd_batch *batch, size_t i);

/* stop: begins no more items, lets those in flight end. cancel: ends those as well (CANCELLED, or UNKNOWN where a PUT had left). Not sticky: items
 * added later run. Thread-safety: any; not from a signal handler. Since: 0.1 */
CXD_API void cxd_batch_stop(cxd_batch *batch);
CXD_API void cxd_batch_cancel(cxd_batch *batch);

/* Frees a batch; cancels what is in flight. From inside a callback of its own the free is deferred until the call in progress returns. Since: 0.1 */
CXD_API void cxd_batch_free(cxd_batch *batch);

/*
 * Events in place of callbacks (which run all the same where some are registered). Each call drives the batch for at most timeout_ms (-1: as
 * long as it takes, 0: does not wait) up to the next event; none is lost or queued up, however rarely it is asked for. out: borrowed until
 * the next call on this batch. CXD_EVENT_NONE: the time is over. CXD_EVENT_DONE: all items have ended; again at each call. Returns as
 * process does; a failure is told once and followed by the events of the items that ended by it. Errors: those of cxd_batch_run(). Since: 0.1
 */
enum {
  CXD_EVENT_NONE = 0,
  CXD_EVENT_RESULT = 1,     /* an item has ended: item, result, done, total */
  CXD_EVENT_TOKEN = 2,      /* a token is wanted (cxd_client_use_token_events()): token_request, token_sink */
  CXD_EVENT_CHECKPOINT = 3, /* the audit file has a new checkpoint: seq, text (64 hex digits); see cxd_callback */
  CXD_EVENT_DONE = 4        /* done, total */
};
CXD_API cxd_status cxd_batch_next_event(cxd_batch *batch, int64_t timeout_ms, const cxd_event **out, cxd_error **error);

/*
 * Getters; of an event without the member, and for NULL: 0, NULL, "". Borrowed until the next call on this batch: texts and objects.
 * NULL allowed: event. Since: 0.1
 */
CXD_API int32_t cxd_event_kind(const cxd_event *event);
CXD_API size_t cxd_event_item(const cxd_event *event);
CXD_API const cxd_result *cxd_event_result(const cxd_event *event); /* returns NULL when it is no CXD_EVENT_RESULT, or the item was dropped */
CXD_API size_t cxd_event_done(const cxd_event *event);
CXD_API size_t cxd_event_total(const cxd_event *event);
CXD_API int64_t cxd_event_seq(const cxd_event *event);
CXD_API const char *cxd_event_text(const cxd_event *event);
CXD_API const cxd_token_request *cxd_event_token_request(const cxd_event *event); /* returns NULL when it is no CXD_EVENT_TOKEN */
CXD_API cxd_token_sink *cxd_event_token_sink(const cxd_event *event); /* complete it once, now or later: cxd_token_sink_accept(), _fail(); borrowed until it is completed; returns NULL when it is no CXD_EVENT_TOKEN */

/*
 * Tokens are asked for by CXD_EVENT_TOKEN of the batches of this client, in place of a token provider. Calls other than a batch use a token that
 * is there, and fail with CXD_E_TOKEN when one would have to be fetched. CXD_E_STATE: a call is in progress.
 * Errors: CXD_E_ARGUMENT, CXD_E_FORKED, CXD_E_STATE. Thread-safety: not while another thread uses the client. Since: 0.1
 */
CXD_API cxd_status cxd_client_use_token_events(cxd_client *client, cxd_error **error);

/* -------------------------------------------------------- audit reading */

/*
 * Verifies a log: the file at audit.path or any of its segments, with all segments before it, or the directory that holds them (and no
 * other log). key_file: of a keyed log; NULL or "": not keyed. out: the findings of a log that was read to its end, also
 * with CXD_E_AUDIT (docs/audit.md has the codes), else NULL; caller frees with cxd_report_free(). CXD_OK; CXD_E_AUDIT: not as it was written, or a
 * directory without a log or with several; CXD_E_IO: cannot be read; CXD_E_CONFIG: the key file. Does not change the log and needs no right to; a log in use is verified up to where it was at the start.
 * NULL allowed: key_file, out. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_AUDIT, CXD_E_IO, CXD_E_CONFIG. Thread-safety: any. Since: 0.1
 */
CXD_API cxd_status cxd_audit_verify(const char *path, const char *key_file, cxd_report **out, cxd_error **error);

/*
 * The same record by record. One thread at a time. path, key_file and errors as for verify. out: caller frees with cxd_audit_free().
 * NULL allowed: key_file. Errors: those of cxd_audit_verify(). Since: 0.1
 */
CXD_API cxd_status cxd_audit_open(const char *path, const char *key_file, cxd_audit_reader **out, cxd_error **error);

/*
 * Before the first read: a record that must be in the log, "SEQ:HASH" (64 hex digits), as on_checkpoint gave it or a verification printed it;
 * may be called for several. If it is the end of a segment that is kept elsewhere, reading begins behind it. checkpoint: copied.
 * Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_STATE. Since: 0.1
 */
CXD_API cxd_status cxd_audit_expect(cxd_audit_reader *reader, const char *checkpoint, cxd_error **error);

/*
 * The next record, a line of JSON without its newline and with a zero byte behind it; NULL and CXD_OK at the end.
 * record: borrowed until the next call of this reader. CXD_E_AUDIT: here the log is not as it was written, the report has the finding; reading on is allowed and begins behind the
 * damage. CXD_E_IO, CXD_E_NOMEM: ends the reading. NULL allowed: len. Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_AUDIT, CXD_E_IO. Since: 0.1
 */
CXD_API cxd_status cxd_audit_read(cxd_audit_reader *reader, const char **record, size_t *len, cxd_error **error);

/* Up to where it was read; at the end with what only shows there (cut logs, checkpoints that are missing, open intents). NULL reader: NULL, 0, "". NULL allowed: reader. Since: 0.1 */
CXD_API const cxd_report *cxd_audit_report(const cxd_audit_reader *reader);       /* borrowed until the reader is freed; returns NULL when the reader is NULL */
CXD_API int64_t cxd_audit_record_count(const cxd_audit_reader *reader);           /* records that were whole and in order */
CXD_API int64_t cxd_audit_segment_count(const cxd_audit_reader *reader);
CXD_API int64_t cxd_audit_first_bad_seq(const cxd_audit_reader *reader);          /* the number that should have stood where the first damage is; 0: none */
CXD_API const char *cxd_audit_last(const cxd_audit_reader *reader);               /* "SEQ:HASH" of the last record read, for a later expect; "" before the first; borrowed until the next call of this reader */

/* Frees a reader; NULL is legal. Since: 0.1 */
CXD_API void cxd_audit_free(cxd_audit_reader *reader);

#ifdef __cplusplus
}
#endif

#endif /* CXDIALER_CXDIALER_H */
