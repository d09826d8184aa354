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
const char *cxd_version(void);
uint32_t cxd_version_number(void);
int32_t cxd_has_feature(const char *name);
void cxd_string_free(char *s);
enum {
  CXD_OK = 0,
  CXD_E_ARGUMENT = 1000,
  CXD_E_STATE = 1010,
  CXD_E_ABI = 1020,
  CXD_E_REENTRANT = 1030,
  CXD_E_FORKED = 1040,
  CXD_E_NOMEM = 1050,
  CXD_E_CONFIG = 1060,
  CXD_E_IO = 1070,
  CXD_E_JSON = 2000,
  CXD_E_TYPE = 2010,
  CXD_E_ABSENT = 2020,
  CXD_E_TOO_LARGE = 2030,
  CXD_E_INVALID = 3000,
  CXD_E_WINDOW_CLOSED = 3010,
  CXD_E_CONNECT = 4000,
  CXD_E_TLS = 4010,
  CXD_E_TIMEOUT = 4020,
  CXD_E_CANCELLED = 4030,
  CXD_E_PROTOCOL = 4040,
  CXD_E_UNAUTHORIZED = 5000,
  CXD_E_FORBIDDEN = 5010,
  CXD_E_NOT_FOUND = 5020,
  CXD_E_REJECTED = 5030,
  CXD_E_CONFLICT = 5040,
  CXD_E_RATE_LIMITED = 5050,
  CXD_E_SERVER = 5060,
  CXD_E_UNKNOWN_OUTCOME = 5070,
  CXD_E_TOKEN = 6000,
  CXD_E_AUDIT = 6010,
  CXD_E_CALLBACK = 6020,
  CXD_E_RULE = 6030
};
const char *cxd_status_name(cxd_status status);
const char *cxd_status_text(cxd_status status);
cxd_status cxd_error_status(const cxd_error *error);
const char *cxd_error_message(const cxd_error *error);
int32_t cxd_error_http_status(const cxd_error *error);
int32_t cxd_error_retryable(const cxd_error *error);
int64_t cxd_error_retry_after_ms(const cxd_error *error);
const char *cxd_error_field(const cxd_error *error);
const char *cxd_error_server_code(const cxd_error *error);
const char *cxd_error_request_id(const cxd_error *error);
char *cxd_error_to_json(const cxd_error *error);
void cxd_error_free(cxd_error *error);
cxd_status cxd_config_new(cxd_config **out);
cxd_status cxd_config_set(cxd_config *config, const char *key, const char *value, cxd_error **error);
const char *cxd_config_get(const cxd_config *config, const char *key);
cxd_status cxd_config_load_file(cxd_config *config, const char *path, cxd_error **error);
cxd_status cxd_config_load_env(cxd_config *config, cxd_error **error);
size_t cxd_config_key_count(void);
const char *cxd_config_key_name(size_t i);
const char *cxd_config_key_doc(size_t i);
const char *cxd_config_key_type(size_t i);
const char *cxd_config_key_default(size_t i);
const char *cxd_config_key_range(size_t i);
int32_t cxd_config_key_secret(size_t i);
char *cxd_config_to_json(const cxd_config *config);
void cxd_config_free(cxd_config *config);
cxd_status cxd_campaign_new(const char *id, cxd_campaign **out, cxd_error **error);
cxd_status cxd_campaign_parse(const char *json, size_t len, cxd_campaign **out, cxd_error **error);
cxd_status cxd_campaign_copy(const cxd_campaign *campaign, cxd_campaign **out);
const char *cxd_campaign_id(const cxd_campaign *campaign);
cxd_status cxd_campaign_set_int(cxd_campaign *campaign, const char *pointer, int64_t value, cxd_error **error);
cxd_status cxd_campaign_set_real(cxd_campaign *campaign, const char *pointer, double value, cxd_error **error);
cxd_status cxd_campaign_set_string(cxd_campaign *campaign, const char *pointer, const char *value, cxd_error **error);
cxd_status cxd_campaign_set_bool(cxd_campaign *campaign, const char *pointer, int32_t value, cxd_error **error);
cxd_status cxd_campaign_set_null(cxd_campaign *campaign, const char *pointer, cxd_error **error);
cxd_status cxd_campaign_set_json(cxd_campaign *campaign, const char *pointer, const char *json, cxd_error **error);
cxd_status cxd_campaign_get_int(const cxd_campaign *campaign, const char *pointer, int64_t *out, cxd_error **error);
cxd_status cxd_campaign_get_real(const cxd_campaign *campaign, const char *pointer, double *out, cxd_error **error);
cxd_status cxd_campaign_get_string(const cxd_campaign *campaign, const char *pointer, const char **out, cxd_error **error);
cxd_status cxd_campaign_get_bool(const cxd_campaign *campaign, const char *pointer, int32_t *out, cxd_error **error);
int32_t cxd_campaign_has(const cxd_campaign *campaign, const char *pointer);
cxd_status cxd_campaign_remove(cxd_campaign *campaign, const char *pointer, cxd_error **error);
char *cxd_campaign_to_json(const cxd_campaign *campaign);
char *cxd_campaign_diff(const cxd_campaign *from, const cxd_campaign *to);
void cxd_campaign_free(cxd_campaign *campaign);
cxd_status cxd_client_new(const cxd_config *config, cxd_client **out, cxd_error **error);
cxd_status cxd_client_set_token_provider(cxd_client *client, const cxd_token_provider *provider, cxd_error **error);
cxd_status cxd_client_set_log(cxd_client *client, const cxd_log *log, cxd_error **error);
cxd_status cxd_client_get(cxd_client *client, const char *campaign_id, cxd_campaign **out, cxd_error **error);
cxd_status cxd_client_list(cxd_client *client, const char *cursor, cxd_campaign_list **out, cxd_error **error);
size_t cxd_campaign_list_count(const cxd_campaign_list *list);
const cxd_campaign *cxd_campaign_list_at(const cxd_campaign_list *list, size_t i);
const char *cxd_campaign_list_next_cursor(const cxd_campaign_list *list);
void cxd_campaign_list_free(cxd_campaign_list *list);
void cxd_client_cancel(cxd_client *client);
char *cxd_client_stats_json(const cxd_client *client);
char *cxd_client_stats_openmetrics(const cxd_client *client);
cxd_status cxd_client_set_traceparent(cxd_client *client, const char *traceparent, cxd_error **error);
void cxd_client_free(cxd_client *client);
enum { CXD_SEVERITY_NOTE = 0, CXD_SEVERITY_WARNING = 1, CXD_SEVERITY_ERROR = 2 };
cxd_status cxd_validator_new(const cxd_config *config, cxd_validator **out, cxd_error **error);
cxd_status cxd_validator_load_policy(cxd_validator *validator, const char *json, size_t len, cxd_error **error);
cxd_status cxd_validator_add_rule(cxd_validator *validator, const cxd_rule *rule, cxd_error **error);
cxd_status cxd_validator_check(cxd_validator *validator, const cxd_campaign *campaign, int64_t at_unix_ms, cxd_report **out, cxd_error **error);
void cxd_validator_free(cxd_validator *validator);
cxd_status cxd_validator_reload_policy(cxd_validator *validator, cxd_error **error);
cxd_status cxd_validator_window(cxd_validator *validator, const char *zone, const char *jurisdiction, int64_t at_unix_ms, int32_t *open,
                                        int64_t *next_change_unix_ms, cxd_error **error);
cxd_status cxd_validator_schedule(cxd_validator *validator, const char *zone, const char *jurisdiction, int64_t from_unix_ms, int64_t until_unix_ms,
                                          cxd_schedule **out, cxd_error **error);
cxd_status cxd_validator_open_minutes(cxd_validator *validator, const char *zone, const char *jurisdiction, const char *date, int32_t *minutes,
                                              cxd_error **error);
char *cxd_validator_jurisdictions(cxd_validator *validator);
char *cxd_validator_jurisdictions_json(cxd_validator *validator);
size_t cxd_schedule_count(const cxd_schedule *schedule);
int64_t cxd_schedule_since(const cxd_schedule *schedule, size_t i);
int64_t cxd_schedule_until(const cxd_schedule *schedule, size_t i);
int32_t cxd_schedule_open(const cxd_schedule *schedule, size_t i);
const char *cxd_schedule_reason(const cxd_schedule *schedule, size_t i);
const char *cxd_schedule_name(const cxd_schedule *schedule, size_t i);
const char *cxd_schedule_jurisdiction(const cxd_schedule *schedule, size_t i);
int32_t cxd_schedule_utc_offset_s(const cxd_schedule *schedule, size_t i);
const char *cxd_schedule_abbreviation(const cxd_schedule *schedule, size_t i);
const char *cxd_schedule_zone(const cxd_schedule *schedule);
const char *cxd_schedule_source(const cxd_schedule *schedule);
const char *cxd_schedule_note(const cxd_schedule *schedule);
const char *cxd_schedule_checked(const cxd_schedule *schedule);
const char *cxd_schedule_tzdata(const cxd_schedule *schedule);
void cxd_schedule_free(cxd_schedule *schedule);
size_t cxd_code_count(void);
const char *cxd_code_name(size_t i);
int32_t cxd_code_severity(size_t i);
int32_t cxd_code_fixed(size_t i);
const char *cxd_code_source(size_t i);
const char *cxd_code_meaning(size_t i);
const char *cxd_code_advice(size_t i);
size_t cxd_report_count(const cxd_report *report);
int32_t cxd_report_ok(const cxd_report *report);
int32_t cxd_report_severity(const cxd_report *report, size_t i);
const char *cxd_report_code(const cxd_report *report, size_t i);
const char *cxd_report_pointer(const cxd_report *report, size_t i);
const char *cxd_report_message(const cxd_report *report, size_t i);
cxd_status cxd_report_add(cxd_report *report, int32_t severity, const char *code, const char *pointer, const char *message);
char *cxd_report_to_json(const cxd_report *report);
void cxd_report_free(cxd_report *report);
double cxd_capacity_abandonment(double agents, double answered_per_min, double aht_s, double patience_s);
double cxd_capacity_wait(double agents, double answered_per_min, double aht_s, double patience_s);
double cxd_capacity_occupancy(double agents, double answered_per_min, double aht_s, double patience_s);
double cxd_capacity_max_answered_per_min(double agents, double aht_s, double patience_s, double max_abandonment);
double cxd_capacity_min_agents(double answered_per_min, double aht_s, double patience_s, double max_abandonment);
double cxd_capacity_erlang_b(double agents, double load);
double cxd_capacity_erlang_c(double agents, double load);
double cxd_capacity_service_level(double agents, double load, double aht_s, double within_s);
double cxd_capacity_mean_wait_s(double agents, double load, double aht_s);
double cxd_pacing_accuracy(int64_t interval_s, double throttle);
enum {
  CXD_OUTCOME_PLANNED = 1,
  CXD_OUTCOME_UNCHANGED = 2,
  CXD_OUTCOME_APPLIED = 3,
  CXD_OUTCOME_APPLIED_READBACK = 4,
  CXD_OUTCOME_REJECTED = 5,
  CXD_OUTCOME_CONFLICT = 6,
  CXD_OUTCOME_NOT_APPLIED = 7,
  CXD_OUTCOME_UNKNOWN = 8,
  CXD_OUTCOME_CANCELLED = 9
};
enum { CXD_LATENCY_TOTAL = 0, CXD_LATENCY_TOKEN = 1, CXD_LATENCY_RATE_WAIT = 2, CXD_LATENCY_BACKOFF = 3, CXD_LATENCY_SERVER = 4, CXD_LATENCY_AUDIT = 5 };
cxd_status cxd_updater_new(const cxd_config *config, cxd_client *client, cxd_validator *validator, cxd_updater **out, cxd_error **error);
cxd_status cxd_updater_set_audit_logger(cxd_updater *updater, const cxd_audit_logger *logger, cxd_error **error);
cxd_status cxd_updater_add_callback(cxd_updater *updater, const cxd_callback *callback, cxd_error **error);
cxd_status cxd_updater_plan(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error);
cxd_status cxd_updater_apply(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error);
cxd_status cxd_updater_rollback(cxd_updater *updater, const char *log, int64_t seq, int32_t plan, cxd_result **out, cxd_error **error);
cxd_status cxd_updater_recover(cxd_updater *updater, size_t *resolved, size_t *left, cxd_error **error);
cxd_status cxd_updater_resolve(cxd_updater *updater, const char *intent, size_t len, cxd_result **out, cxd_error **error);
char *cxd_updater_dangling_json(cxd_updater *updater);
void cxd_updater_cancel(cxd_updater *updater);
void cxd_updater_free(cxd_updater *updater);
int32_t cxd_result_outcome(const cxd_result *result);
const char *cxd_result_outcome_name(const cxd_result *result);
cxd_status cxd_result_status(const cxd_result *result);
const char *cxd_result_campaign_id(const cxd_result *result);
int64_t cxd_result_latency_us(const cxd_result *result, int32_t part);
int32_t cxd_result_sends(const cxd_result *result);
int32_t cxd_result_attempts(const cxd_result *result);
double cxd_result_pacing_accuracy(const cxd_result *result);
int64_t cxd_result_previous_concurrent(const cxd_result *result);
int64_t cxd_result_new_concurrent(const cxd_result *result);
cxd_status cxd_result_audit_status(const cxd_result *result);
cxd_status cxd_result_callback_status(const cxd_result *result);
const cxd_report *cxd_result_report(const cxd_result *result);
const char *cxd_result_diff_json(const cxd_result *result);
const cxd_error *cxd_result_error(const cxd_result *result);
const char *cxd_result_conflict_json(const cxd_result *result);
const char *cxd_result_audit_record(const cxd_result *result);
const char *cxd_result_trace_id(const cxd_result *result);
char *cxd_result_to_json(const cxd_result *result);
void cxd_result_free(cxd_result *result);
enum {
  CXD_ACCEPTED = 0x43584431,
  CXD_PENDING = 0x43584432
};
enum { CXD_LOG_DEBUG = 0, CXD_LOG_INFO = 1, CXD_LOG_WARNING = 2, CXD_LOG_ERROR = 3 };
struct cxd_token_provider {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*fetch)(void *user_data, const cxd_token_request *request, cxd_token_sink *sink);
};
const char *cxd_token_request_scope(const cxd_token_request *request);
const char *cxd_token_request_token_url(const cxd_token_request *request);
int32_t cxd_token_request_forced(const cxd_token_request *request);
cxd_status cxd_token_sink_accept(cxd_token_sink *sink, const char *token, size_t len, int64_t expires_in_s);
cxd_status cxd_token_sink_fail(cxd_token_sink *sink, int32_t retryable, const char *message);
struct cxd_audit_logger {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*append)(void *user_data, const char *record, size_t len);
  int32_t (*sync)(void *user_data);
};
struct cxd_callback {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*on_result)(void *user_data, const cxd_result *result);
  int32_t (*on_progress)(void *user_data, size_t done, size_t total);
  int32_t (*on_checkpoint)(void *user_data, int64_t seq, const char *h);
  int32_t (*on_sending)(void *user_data, const size_t *items, const char *const *intents, size_t count);
};
struct cxd_rule {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  int32_t (*check)(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report);
};
struct cxd_log {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
  void (*write)(void *user_data, int32_t level, const char *text, size_t len);
};
cxd_status cxd_batch_new(cxd_updater *updater, cxd_batch **out, cxd_error **error);
cxd_status cxd_batch_add(cxd_batch *batch, const cxd_campaign *campaign, cxd_error **error);
cxd_status cxd_batch_add_json(cxd_batch *batch, const char *json, size_t len, cxd_error **error);
cxd_status cxd_batch_run(cxd_batch *batch, cxd_error **error);
int32_t cxd_batch_fd(cxd_batch *batch);
int64_t cxd_batch_timeout_ms(cxd_batch *batch);
cxd_status cxd_batch_process(cxd_batch *batch, int32_t *remaining, cxd_error **error);
size_t cxd_batch_count(const cxd_batch *batch);
size_t cxd_batch_done(const cxd_batch *batch);
size_t cxd_batch_in_flight(const cxd_batch *batch);
size_t cxd_batch_failed(const cxd_batch *batch);
size_t cxd_batch_outcomes(const cxd_batch *batch, int32_t outcome);
int64_t cxd_batch_eta_ms(const cxd_batch *batch);
const cxd_result *cxd_batch_result(cxd_batch *batch, size_t i);
void cxd_batch_drop_result(cxd_batch *batch, size_t i);
void cxd_batch_stop(cxd_batch *batch);
void cxd_batch_cancel(cxd_batch *batch);
void cxd_batch_free(cxd_batch *batch);
enum {
  CXD_EVENT_NONE = 0,
  CXD_EVENT_RESULT = 1,
  CXD_EVENT_TOKEN = 2,
  CXD_EVENT_CHECKPOINT = 3,
  CXD_EVENT_DONE = 4
};
cxd_status cxd_batch_next_event(cxd_batch *batch, int64_t timeout_ms, const cxd_event **out, cxd_error **error);
int32_t cxd_event_kind(const cxd_event *event);
size_t cxd_event_item(const cxd_event *event);
const cxd_result *cxd_event_result(const cxd_event *event);
size_t cxd_event_done(const cxd_event *event);
size_t cxd_event_total(const cxd_event *event);
int64_t cxd_event_seq(const cxd_event *event);
const char *cxd_event_text(const cxd_event *event);
const cxd_token_request *cxd_event_token_request(const cxd_event *event);
cxd_token_sink *cxd_event_token_sink(const cxd_event *event);
cxd_status cxd_client_use_token_events(cxd_client *client, cxd_error **error);
cxd_status cxd_audit_verify(const char *path, const char *key_file, cxd_report **out, cxd_error **error);
cxd_status cxd_audit_open(const char *path, const char *key_file, cxd_audit_reader **out, cxd_error **error);
cxd_status cxd_audit_expect(cxd_audit_reader *reader, const char *checkpoint, cxd_error **error);
cxd_status cxd_audit_read(cxd_audit_reader *reader, const char **record, size_t *len, cxd_error **error);
const cxd_report *cxd_audit_report(const cxd_audit_reader *reader);
int64_t cxd_audit_record_count(const cxd_audit_reader *reader);
int64_t cxd_audit_segment_count(const cxd_audit_reader *reader);
int64_t cxd_audit_first_bad_seq(const cxd_audit_reader *reader);
const char *cxd_audit_last(const cxd_audit_reader *reader);
void cxd_audit_free(cxd_audit_reader *reader);
